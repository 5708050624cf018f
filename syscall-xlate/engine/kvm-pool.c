/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-pool.c - the pages that the virtual machine has for the program.
 *
 * One memfd, mapped whole where the host sees guest-physical RAM_GPA on; a file
 * that the program maps is mapped over its own stretch of that window, so that
 * the host's page cache and copy-on-write serve the guest too.  The window
 * grows by memory slots, small ones first: KVM allocates for each page of one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
};

static int pool = -1;
static uint64_t *used;  /* a bit per page; grows with the window */
static uint64_t npages; /* pages behind slots */
static uint64_t next;   /* where the last search ended */
static uint64_t chunk = FIRST_CHUNK;
static uint64_t given; /* pages given out, for the policy's limit */

int kvm_pool_init(struct err *e)
{
	pool = memfd_create("guest-memory", MFD_CLOEXEC);
	if (pool < 0)
		return err_set(e, errno, "memfd_create: %s", strerror(errno));
	/* Bits for the whole window: 8 MB of address space, used when needed */
	used = mmap(NULL, RAM_MAX / PAGE / 8, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	kvm_machine.ram =
		mmap(NULL, RAM_MAX, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (used == MAP_FAILED || kvm_machine.ram == MAP_FAILED)
		return err_set(e, errno,
			       "%llu GB of address space: %s (is there a limit "
			       "on it? see ulimit -v)",
			       (unsigned long long)(RAM_MAX >> 30),
			       strerror(errno));
	return 0;
}

static int grow(uint64_t pages)
{
	uint64_t from = npages * PAGE, size = chunk;
	int ret;

	while (size < pages * PAGE && size < LAST_CHUNK)
		size *= 2;
	if (from + size > RAM_MAX)
		return -ENOMEM;
	if (ftruncate(pool, (off_t)(from + size)) < 0 ||
	    mmap(kvm_machine.ram + from, size, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED | MAP_NORESERVE, pool,
		 (off_t)from) == MAP_FAILED)
		return -errno;
	ret = kvm_memory_slot(RAM_GPA + from, kvm_machine.ram + from, size);
	if (ret)
		return ret;
	npages += size / PAGE;
	chunk = MIN(2 * size, (uint64_t)LAST_CHUNK);
	return 0;
}

static void mark(uint64_t page, uint64_t n, bool set)
{
	while (n) {
		uint64_t bit = page % WORD, k = MIN(n, WORD - bit);
		uint64_t m = (k == WORD ? ~0ull : (1ull << k) - 1) << bit;

		if (set)
			used[page / WORD] |= m;
		else
			used[page / WORD] &= ~m;
		page += k;
		n -= k;
	}
}

/* First page in [from, to) whose bit is not set, or is; else to. */
static uint64_t seek(uint64_t from, uint64_t to, bool set)
{
	while (from < to) {
		uint64_t w = used[from / WORD] ^ (set ? 0 : ~0ull);

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

		from = seek(from, to, false);
		if (from >= to || npages - from < n)
			break;
		end = seek(from, from + n, true);
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

uint64_t kvm_pool_alloc(uint64_t n)
{
	uint64_t at;

	if (n == 0 || n > limit() || given > limit() - n)
		return 0;
	for (;;) {
		at = find(next, npages, n);
		if (at == UINT64_MAX)
			at = find(0, next, n);
		if (at != UINT64_MAX)
			break;
		if (grow(n))
			return 0;
	}
	mark(at, n, true);
	given += n;
	next = at + n;
	return RAM_GPA + at * PAGE;
}

int kvm_pool_clear(uint64_t gpa, uint64_t n)
{
	/* Also takes the pages out of every page table, the guest's included */
	return fallocate(pool, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 (off_t)(gpa - RAM_GPA), (off_t)(n * PAGE)) < 0
		       ? -errno
		       : 0;
}

void kvm_pool_free(uint64_t gpa, uint64_t n, bool file)
{
	uint64_t off = gpa - RAM_GPA;
	int ret = 0;

	if (file) {
		if (mmap(kvm_machine.ram + off, n * PAGE,
			 PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED | MAP_NORESERVE, pool,
			 (off_t)off) == MAP_FAILED)
			ret = -errno;
	} else {
		ret = kvm_pool_clear(gpa, n);
	}
	/* Pages that still hold something are never given out again. */
	if (ret)
		log_debug(LOG_ENGINE, "%llu pages lost: %s",
			  (unsigned long long)n, strerror(-ret));
	else
		mark(off / PAGE, n, false);
	given -= n;
}
