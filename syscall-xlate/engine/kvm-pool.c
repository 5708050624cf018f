/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-pool.c - the pages that the virtual machine has for the program.
 *
 * One window, where the host sees guest-physical RAM_GPA on; a file that the
 * program maps is mapped over its own stretch of it, so that the host's page
 * cache and copy-on-write serve the guest too.  The window grows by memory
 * slots, small ones first: KVM allocates for each page of one.
 *
 * It is private memory, for which most kernels have large pages: the first touch
 * of each small one costs four microseconds where KVM pages by software.  What
 * may fork needs a memfd, which a child can be given, or share.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/engine/kvm.h"

enum {
	FIRST_CHUNK = 64 << 20,
	LAST_CHUNK = 1 << 30,
	WORD = 64,
	LARGE = 512, /* pages in one of the processor's large ones */
	LARGE_PAGE = LARGE * PAGE,
};
#define OWN_DATA (1ul << 30)
#define BITS (RAM_MAX / PAGE / 8)

static int pool = -1;	/* the memfd; -1: the window is private memory */
static uint64_t *used;  /* a bit per page; grows with the window */
static uint64_t *files; /* the same: something else is mapped over the pool */
/*
 * Pages below this one are the pages of a parent that waits for us (vfork): we
 * read and write them, and neither give them out nor away.
 */
static uint64_t borrowed;
static int lender = -1; /* their memfd */
static uint64_t npages; /* pages behind slots */
static uint64_t next;   /* where the last search ended */
static uint64_t chunk = FIRST_CHUNK;
static uint64_t given; /* pages given out, for the policy's limit */

/* Private memory into the window, [at, at + n). */
static void *map_private(void *at, size_t n, int how)
{
	void *p = mmap(at, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | how, -1, 0);

	if (p == MAP_FAILED)
		return p;
	/* A child is only ever made to execute something. */
	madvise(p, n, MADV_DONTFORK);
	return p;
}

static int make_window(struct err *e)
{
	const int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	char *at = kvm_machine.forks ?
			   MAP_FAILED :
			   map_private(NULL, RAM_MAX + LARGE_PAGE, 0);

	/* A large page is one for KVM, too, if it is one at both addresses. */
	kvm_machine.ram = at == MAP_FAILED ?
				  at :
				  (char *)ROUND_UP((uintptr_t)at, LARGE_PAGE);
	if (at != MAP_FAILED)
		return 0;
	/* Or so much private memory is more than a limit allows. */
	pool = memfd_create("guest-memory", MFD_CLOEXEC);
	if (pool < 0)
		return err_set(e, errno, "memfd_create: %s", strerror(errno));
	pool = kvm_fd(pool);
	kvm_machine.ram = mmap(NULL, RAM_MAX, PROT_NONE, how, -1, 0);
	return 0;
}

/*
 * In a sandbox: what this process may have beside the program's memory, since the
 * program's objects are its own, and it can make many.
 */
static int limit_data(struct err *e)
{
#ifdef __SANITIZE_ADDRESS__ /* whose shadow, of terabytes, would count */
	(void)e;
	return 0;
#else
	const rlim_t max = OWN_DATA + (pool < 0 ? RAM_MAX : 0);
	struct rlimit l;

	if (!policy || (getrlimit(RLIMIT_DATA, &l) == 0 && l.rlim_max <= max))
		return 0;
	l.rlim_cur = l.rlim_max = max;
	return setrlimit(RLIMIT_DATA, &l) < 0
		       ? err_set(e, errno, "limit data: %s", strerror(errno))
		       : 0;
#endif
}

int kvm_pool_init(struct err *e)
{
	if (make_window(e))
		return -1;
	/* Bits for the whole window: address space, used when needed. */
	used = mmap(NULL, 2 * BITS, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	files = used + BITS / sizeof *used;
	if (used == MAP_FAILED || kvm_machine.ram == MAP_FAILED)
		return err_set(e, errno,
			       "%llu GB of address space: %s (is there a limit "
			       "on it? see ulimit -v)",
			       (unsigned long long)(RAM_MAX >> 30),
			       strerror(errno));
	return limit_data(e);
}

bool kvm_pool_private(void)
{
	return pool < 0;
}

/* The pool's pages [from, to) into the window. */
static int map_pool(uint64_t from, uint64_t to, int fd)
{
	void *at = kvm_machine.ram + from * PAGE;
	size_t n = (to - from) * PAGE;

	at = fd < 0 ? map_private(at, n, MAP_FIXED)
		    : mmap(at, n, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd,
			   (off_t)(from * PAGE));
	return at == MAP_FAILED ? -errno : 0;
}

static int grow(uint64_t pages)
{
	uint64_t from = npages * PAGE, size = chunk;
	int ret;

	while (size < pages * PAGE && size < LAST_CHUNK)
		size *= 2;
	if (from + size > RAM_MAX)
		return -ENOMEM;
	if (pool >= 0 && ftruncate(pool, (off_t)(from + size)) < 0)
		return -errno;
	ret = pool >= 0 ? map_pool(npages, npages + size / PAGE, pool) : 0;
	if (ret)
		return ret;
	ret = kvm_memory_slot(RAM_GPA + from, kvm_machine.ram + from, size);
	if (ret)
		return ret;
	npages += size / PAGE;
	chunk = MIN(2 * size, (uint64_t)LAST_CHUNK);
	return 0;
}

static void mark(uint64_t *bits, uint64_t page, uint64_t n, bool set)
{
	while (n) {
		uint64_t bit = page % WORD, k = MIN(n, WORD - bit);
		uint64_t m = (k == WORD ? ~0ull : (1ull << k) - 1) << bit;

		if (set)
			bits[page / WORD] |= m;
		else
			bits[page / WORD] &= ~m;
		page += k;
		n -= k;
	}
}

/* First page in [from, to) whose bit is not set, or is; else to. */
static uint64_t seek(const uint64_t *bits, uint64_t from, uint64_t to, bool set)
{
	while (from < to) {
		uint64_t w = bits[from / WORD] ^ (set ? 0 : ~0ull);

		w &= ~0ull << from % WORD;
		if (w) {
			from = ROUND_DOWN(from, WORD) +
			       (unsigned)__builtin_ctzll(w);
			return MIN(from, to);
		}
		from = ROUND_DOWN(from, WORD) + WORD;
	}
	return to;
}

/* A run of n free pages that begins in [from, to); UINT64_MAX if none. */
static uint64_t find(uint64_t from, uint64_t to, uint64_t n)
{
	while (from < to) {
		uint64_t end;

		from = seek(used, from, to, false);
		if (from >= to || npages - from < n)
			break;
		end = seek(used, from, from + n, true);
		if (end == from + n)
			return from;
		from = end;
	}
	return UINT64_MAX;
}

/* In pages. */
static uint64_t limit(void)
{
	return policy && policy->memory ? policy->memory / PAGE
					: RAM_MAX / PAGE;
}

uint64_t kvm_pool_alloc(uint64_t n, bool file)
{
	uint64_t at;

	if (n == 0 || n > limit() || given > limit() - n) {
		if (n && policy && policy->memory)
			policy_refused("more than %llu bytes of memory",
				       (unsigned long long)policy->memory);
		return 0;
	}
	for (;;) {
		at = find(next, npages, n);
		if (at == UINT64_MAX)
			at = find(0, next, n);
		if (at != UINT64_MAX)
			break;
		if (grow(n))
			return 0;
	}
	mark(used, at, n, true);
	if (file)
		mark(files, at, n, true);
	given += n;
	next = at + n;
	/* Smaller ones would be there whole, whatever of them is touched. */
	if (pool < 0 && !file && n >= LARGE)
		madvise(kvm_machine.ram + at * PAGE, n * PAGE, MADV_HUGEPAGE);
	return RAM_GPA + at * PAGE;
}

int kvm_pool_drop(void *at, size_t n)
{
	if (madvise(at, n, MADV_DONTNEED) == 0)
		return 0;
	/* What is locked is not dropped; its next touch will not be, either. */
	if (errno == EINVAL && munlock(at, n) == 0 &&
	    madvise(at, n, MADV_DONTNEED) == 0)
		return 0;
	return -errno;
}

int kvm_pool_clear(uint64_t gpa, uint64_t n)
{
	uint64_t off = gpa - RAM_GPA;
	int fd = off / PAGE < borrowed ? lender : pool;

	/* Also takes the pages out of every page table, the guest's included */
	if (pool < 0)
		return kvm_pool_drop(pte_host(gpa), n * PAGE);
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 (off_t)off, (off_t)(n * PAGE)) < 0
		       ? -errno
		       : 0;
}

void kvm_pool_free(uint64_t gpa, uint64_t n, bool file)
{
	uint64_t first = (gpa - RAM_GPA) / PAGE;
	int ret;

	given -= n;
	if (first < borrowed)
		return;
	ret = file ? map_pool(first, first + n, pool) : kvm_pool_clear(gpa, n);
	/* Pages that still hold something are never given out again. */
	if (ret) {
		log_debug(LOG_ENGINE, "%llu pages lost: %s",
			  (unsigned long long)n, strerror(-ret));
		return;
	}
	mark(used, first, n, false);
	if (file)
		mark(files, first, n, false);
}

/* ---- fork ------------------------------------------------------------------ */

bool kvm_pool_shared(void)
{
	return borrowed;
}

/* What from holds, and no holes, into to. */
static int copy_data(int from, int to)
{
	off_t at = 0, end;

	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		end = lseek(from, at, SEEK_HOLE);
		while (at < end) {
			ssize_t n = pwrite(to, kvm_machine.ram + at,
					   (size_t)(end - at), at);

			if (n <= 0)
				return n < 0 ? -errno : -EIO;
			at += n;
		}
	}
	return errno == ENXIO ? 0 : -errno;
}

/*
 * Copied at once, and before the child is there: copy-on-write would cost both
 * sides ten times as much for each page that they touch again, since all of
 * them would have to be found anew by the processor's faults.  What other threads
 * write meanwhile may be in it or not, as with any fork of many threads.
 */
int kvm_pool_copy(void)
{
	int copy = memfd_create("guest-memory", MFD_CLOEXEC), ret = 0;

	if (copy < 0)
		return -errno;
	if (ftruncate(copy, (off_t)(npages * PAGE)) < 0)
		ret = -errno;
	if (!ret && borrowed)
		ret = copy_data(lender, copy);
	if (!ret)
		ret = copy_data(pool, copy);
	if (!ret)
		return copy;
	close(copy);
	return ret == -ENOSPC ? -ENOMEM : ret;
}

/* The parent's pages stay where they are; new ones are this process's own. */
static int borrow(void)
{
	int own = memfd_create("guest-memory", MFD_CLOEXEC);

	if (own < 0)
		return -errno;
	lender = pool;
	pool = kvm_fd(own);
	borrowed = npages;
	mark(used, 0, npages, true);
	return 0;
}

int kvm_pool_forked(int copy, struct err *e)
{
	int ret = 0;

	if (copy < 0) {
		ret = borrow();
	} else {
		close(pool);
		close(lender);
		pool = kvm_fd(copy);
		lender = -1;
		borrowed = 0;
		for (uint64_t from = 0, to; from < npages && !ret; from = to) {
			from = seek(files, from, npages, false);
			to = seek(files, from, npages, true);
			if (from < to)
				ret = map_pool(from, to, pool);
		}
	}
	return ret ? err_set(e, -ret, "the child's memory: %s", strerror(-ret))
		   : 0;
}
