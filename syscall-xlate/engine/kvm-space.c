/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-space.c - the guest's address space: page tables, kept by this process.
 *
 * The tables are the only book there is: an entry says which page lies there,
 * what the guest may do with it, and what kind of memory is behind it, also
 * while it is not present.  Tables are never freed and entries above the last
 * level never change, so anybody may walk them without a lock.
 *
 * Nobody in the machine flushes TLBs.  What makes the processors forget is a
 * change of the *host's* mapping behind a page: then KVM takes it out of every
 * shadow page and TLB, and the next access walks these tables anew, with
 * hardware and with software paging alike.  An entry whose accessed bit is
 * still clear was never used, so it needs none of that.  Most are born so; not
 * those of the pool's private memory, of which KVM takes eight at a time into
 * its own tables, if they count as used.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/kvm.h"
#include "syscall-xlate/engine/engine.h"

enum { ENTRIES = 512, LEVELS = 4 };
#define TABLE_SPAN (ENTRIES * PAGE)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* All under the lock. */
static uint64_t cr3;
static uint64_t next_table = TABLES_GPA;
static uint64_t tables_end = SYSTEM_FIRST;

/* ---- tables ------------------------------------------------------------- */

static _Atomic uint64_t *table_at(uint64_t entry)
{
	return (_Atomic uint64_t *)(kvm_machine.system + (entry & PTE_ADDR));
}

static unsigned index_of(gaddr at, unsigned level)
{
	return at >> (12 + 9 * level) & (ENTRIES - 1);
}

/* 0: no memory for it. */
static uint64_t new_table(void)
{
	uint64_t at = next_table;
	const uint64_t more = SYSTEM_FIRST;

	if (at == tables_end) {
		if (tables_end + more > SYSTEM_MAX ||
		    mprotect(kvm_machine.system + tables_end, more,
			     PROT_READ | PROT_WRITE) < 0 ||
		    kvm_memory_slot(tables_end, kvm_machine.system + tables_end,
				    more))
			return 0;
		tables_end += more;
	}
	next_table += PAGE;
	return at; /* zero, as it comes from the host */
}

/*
 * The last table for at, or NULL; then *span is what an address must be rounded
 * up to for the next chance of one.
 */
static _Atomic uint64_t *find_table(gaddr at, uint64_t *span)
{
	_Atomic uint64_t *t = table_at(cr3);

	for (unsigned level = LEVELS - 1; level > 0; level--) {
		uint64_t e = atomic_load(&t[index_of(at, level)]);

		if (!(e & PTE_P)) {
			*span = PAGE << 9 * level;
			return NULL;
		}
		t = table_at(e);
	}
	*span = TABLE_SPAN;
	return t;
}

static _Atomic uint64_t *make_table(gaddr at, uint64_t user)
{
	_Atomic uint64_t *t = table_at(cr3);

	for (unsigned level = LEVELS - 1; level > 0; level--) {
		_Atomic uint64_t *slot = &t[index_of(at, level)];
		uint64_t e = atomic_load(slot);

		if (!(e & PTE_P)) {
			uint64_t fresh = new_table();

			if (!fresh)
				return NULL;
			e = fresh | PTE_P | PTE_W | PTE_A | user;
			atomic_store(slot, e);
		}
		t = table_at(e);
	}
	return t;
}

_Atomic uint64_t *kvm_pte(gaddr at)
{
	uint64_t span;
	_Atomic uint64_t *t;

	if (at >= kvm_mem_table.high)
		return NULL;
	t = find_table(at, &span);
	return t ? &t[index_of(at, 0)] : NULL;
}

uint64_t kvm_space_cr3(void)
{
	return cr3;
}

/* ---- entries ---- */

static uint64_t prot_bits(int prot)
{
	if (!(prot & (GUEST_READ | GUEST_WRITE | GUEST_EXEC)))
		return 0;
	return PTE_P | PTE_U | (prot & GUEST_WRITE ? PTE_W | PTE_D : 0) |
	       (prot & GUEST_EXEC || kvm_machine.executes_data ? 0 : PTE_NX);
}

#define PROT_BITS (PTE_P | PTE_U | PTE_W | PTE_D | PTE_A | PTE_NX)

/* May a processor that remembers was do what now forbids? */
static bool must_flush(uint64_t was, uint64_t now)
{
	if ((was & (PTE_P | PTE_A)) != (PTE_P | PTE_A))
		return false;
	return !(now & PTE_P) || (was & ~now & PTE_W) || (now & ~was & PTE_NX);
}

/* A stretch of pages that are neighbours for the host, of one kind. */
struct run {
	uint64_t gpa, pages;
	uint64_t kind; /* PTE_FILE, PTE_PRIVATE */
};

static void flush_run(const struct run *r)
{
	char *at = pte_host(r->gpa);
	size_t n = r->pages * PAGE;
	int ret;

	if (r->kind & PTE_PRIVATE) {
		/*
		 * Dropping the host's pages would lose what was written.  So
		 * change the protection forth and back; to x86 memory that
		 * can be written can be read, so nobody notices.
		 */
		ret = mprotect(at, n, PROT_WRITE) ||
				      mprotect(at, n, PROT_READ | PROT_WRITE) ?
			      -errno :
			      0;
	} else {
		/* Shared: the file, or the pool's, keeps them. */
		ret = kvm_pool_drop(at, n);
	}
	if (ret)
		log_warn("guest pages keep old rights: %s", strerror(-ret));
}

static void free_run(const struct run *r)
{
	kvm_pool_free(r->gpa, r->pages, r->kind & PTE_FILE);
}

static void clear_run(const struct run *r)
{
	int ret = kvm_pool_clear(r->gpa, r->pages);

	if (ret)
		log_warn("guest pages keep contents: %s", strerror(-ret));
}

typedef void run_fn(const struct run *r);

/* Adds a page to the run, handing it to fn first if it does not fit. */
static void run_add(struct run *r, uint64_t pte, run_fn *fn)
{
	uint64_t kind = pte & (PTE_FILE | PTE_PRIVATE);

	if (r->pages && r->kind == kind &&
	    r->gpa + r->pages * PAGE == (pte & PTE_ADDR)) {
		r->pages++;
		return;
	}
	if (r->pages)
		fn(r);
	*r = (struct run){ pte & PTE_ADDR, 1, kind };
}

/* ---- with the lock held ---- */

static void remove_range(gaddr at, gaddr end)
{
	struct run r = { 0 };
	uint64_t span;

	while (at < end) {
		_Atomic uint64_t *t = find_table(at, &span);
		gaddr stop = MIN(end, ROUND_DOWN(at, span) + span);

		if (!t) {
			at = stop;
			continue;
		}
		for (; at < stop; at += PAGE) {
			_Atomic uint64_t *e = &t[index_of(at, 0)];
			uint64_t was;

			if (!(atomic_load_explicit(e, memory_order_relaxed) &
			      PTE_MAPPED))
				continue;
			was = atomic_exchange(e, 0);
			run_add(&r, was, free_run);
		}
	}
	if (r.pages)
		free_run(&r);
}

static int set_range(gaddr at, gaddr end, uint64_t entry)
{
	while (at < end) {
		_Atomic uint64_t *t = make_table(at, PTE_U);
		gaddr stop = MIN(end, ROUND_DOWN(at, TABLE_SPAN) + TABLE_SPAN);

		if (!t)
			return -ENOMEM;
		for (; at < stop; at += PAGE, entry += PAGE)
			atomic_store_explicit(&t[index_of(at, 0)], entry,
					      memory_order_relaxed);
	}
	return 0;
}

static int protect_range(gaddr at, gaddr end, uint64_t bits)
{
	struct run r = { 0 };
	uint64_t span;
	int ret = 0;

	while (at < end && !ret) {
		_Atomic uint64_t *t = find_table(at, &span);
		gaddr stop = MIN(end, ROUND_DOWN(at, span) + span);

		if (!t)
			return -ENOMEM;
		for (; at < stop; at += PAGE) {
			_Atomic uint64_t *e = &t[index_of(at, 0)];
			uint64_t was = atomic_load(e), now;

			if (!(was & PTE_MAPPED)) {
				ret = -ENOMEM;
				break;
			}
			if (was & PTE_READONLY && bits & PTE_W) {
				ret = -EACCES;
				break;
			}
			/* A processor may set the accessed bit meanwhile. */
			do
				now = (was & ~PROT_BITS) | bits |
				      (bits ? was & PTE_A : 0);
			while (!atomic_compare_exchange_weak(e, &was, now));
			if (must_flush(was, now))
				run_add(&r, was, flush_run);
		}
	}
	if (r.pages)
		flush_run(&r);
	return ret;
}

/* The host's side of a file's mapping; its kind of entry, or -errno. */
static int64_t map_file(uint64_t gpa, uint64_t size, int prot, int fd,
			uint64_t off, unsigned flags)
{
	bool shared = flags & GUEST_SHARED;
	void *at = pte_host(gpa);
	int how =
		MAP_FIXED | MAP_NORESERVE | (shared ? MAP_SHARED : MAP_PRIVATE);
	int64_t kind = (int64_t)(PTE_FILE | (shared ? 0 : PTE_PRIVATE));
	int ret;

	if (flags & GUEST_SEGMENT) {
		ret = engine_attach(at, size, fd, prot & GUEST_WRITE);
		return ret ? ret :
			     (int64_t)(PTE_FILE |
				       (prot & GUEST_WRITE ? 0 : PTE_READONLY));
	}
	if (mmap(at, size, PROT_READ | PROT_WRITE, how, fd, (off_t)off) ==
	    MAP_FAILED) {
		if (errno != EACCES || !shared || prot & GUEST_WRITE)
			return -errno;
		/* A descriptor that can only be read. */
		if (mmap(at, size, PROT_READ, how, fd, (off_t)off) ==
		    MAP_FAILED)
			return -errno;
		kind |= PTE_READONLY;
	}
	return kind;
}

static int map_range(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		     unsigned flags)
{
	uint64_t gpa, bits = prot_bits(prot);
	int64_t kind = 0;
	int ret;

	remove_range(at, at + size);
	gpa = kvm_pool_alloc(size / PAGE, fd >= 0);
	if (!gpa)
		return -ENOMEM;
	if (fd >= 0) {
		kind = map_file(gpa, size, prot, fd, off, flags);
	} else if (kvm_pool_private()) {
		kind = (int64_t)PTE_PRIVATE;
		bits |= bits ? PTE_A : 0;
	}
	if (kind < 0) {
		kvm_pool_free(gpa, size / PAGE, true);
		return (int)kind;
	}
	ret = set_range(at, at + size,
			gpa | PTE_MAPPED | (uint64_t)kind | bits);
	if (ret)
		remove_range(at, at + size);
	return ret;
}

/* ---- what the personality calls ---- */

void kvm_space_lock(void)
{
	pthread_mutex_lock(&lock);
}

void kvm_space_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static bool bad_range(gaddr at, uint64_t size)
{
	gaddr high = kvm_mem_table.high;

	return at < kvm_mem_table.low || at >= high || size > high - at ||
	       !size || (at | size) % PAGE ||
	       (at <= SHIM_LOW && size > SHIM_LOW - at);
}

/* Memory that stays shared with a child, which gets a copy of the pool. */
static int shared_memory(uint64_t size)
{
	int fd = memfd_create("guest-shared", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -errno;
}

int kvm_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
	    unsigned flags)
{
	int ret, own = -1;

	if (bad_range(at, size))
		return -EINVAL;
	if (fd < 0 && flags & GUEST_SHARED) {
		fd = own = shared_memory(size);
		if (fd < 0)
			return fd;
	}
	pthread_mutex_lock(&lock);
	ret = map_range(at, size, prot, fd, off, flags);
	pthread_mutex_unlock(&lock);
	if (own >= 0)
		close(own);
	return ret;
}

int kvm_protect(gaddr at, uint64_t size, int prot)
{
	int ret;

	if (bad_range(at, size))
		return -EINVAL;
	pthread_mutex_lock(&lock);
	ret = protect_range(at, at + size, prot_bits(prot));
	pthread_mutex_unlock(&lock);
	return ret;
}

int kvm_unmap(gaddr at, uint64_t size)
{
	if (bad_range(at, size))
		return -EINVAL;
	pthread_mutex_lock(&lock);
	remove_range(at, at + size);
	pthread_mutex_unlock(&lock);
	return 0;
}

int kvm_discard(gaddr at, uint64_t size)
{
	struct run r = { 0 };
	uint64_t span;
	gaddr end;

	if (bad_range(at, size))
		return -EINVAL;
	end = at + size;
	pthread_mutex_lock(&lock);
	while (at < end) {
		_Atomic uint64_t *t = find_table(at, &span);
		gaddr stop = MIN(end, ROUND_DOWN(at, span) + span);

		for (; t && at < stop; at += PAGE) {
			uint64_t pte = atomic_load(&t[index_of(at, 0)]);

			/* A file keeps what it has; nobody discards those. */
			if ((pte & (PTE_MAPPED | PTE_FILE)) == PTE_MAPPED)
				run_add(&r, pte, clear_run);
		}
		at = stop;
	}
	if (r.pages)
		clear_run(&r);
	pthread_mutex_unlock(&lock);
	return 0;
}

/*
 * KVM says which guest-physical page it was (since Linux 6.8), which is looked
 * up the slow way: a file that shrank under a mapping is rare.
 */
static gaddr find_gpa(uint64_t table, unsigned level, gaddr base, uint64_t gpa)
{
	_Atomic uint64_t *t = table_at(table);

	for (unsigned i = 0; i < ENTRIES; i++) {
		uint64_t e = atomic_load(&t[i]);
		gaddr at = base | (gaddr)i << (12 + 9 * level), found;

		if (level == LEVELS - 1 && i >= ENTRIES / 2)
			break; /* the shim's half */
		if (level == 0) {
			if (e & PTE_MAPPED && (e & PTE_ADDR) == gpa)
				return at;
			continue;
		}
		found = e & PTE_P ? find_gpa(e, level - 1, at, gpa) : 0;
		if (found)
			return found;
	}
	return 0;
}

gaddr kvm_fault_address(const struct vcpu *v)
{
	/* linux/kvm.h before 6.8 has neither of these. */
	enum { EXIT_MEMORY_FAULT = 39 };
	struct {
		uint64_t flags, gpa, size;
	} f;

	if (v->run->exit_reason != EXIT_MEMORY_FAULT)
		return 0;
	memcpy(&f, &v->run->hw, sizeof f);
	return find_gpa(cr3, LEVELS - 1, 0, ROUND_DOWN(f.gpa, PAGE));
}

/* The shim and the vCPUs' pages, for CPL0 only. */
int kvm_space_init(struct err *e)
{
	const uint64_t pages = SHIM_VCPUS / PAGE + MAX_VCPUS;
	_Atomic uint64_t *t;

	cr3 = new_table();
	for (uint64_t i = 0; i < pages; i++) {
		gaddr at = SHIM_VA + i * PAGE;

		t = make_table(at, 0);
		if (!t)
			return err_set(e, ENOMEM, "no memory");
		atomic_store(&t[index_of(at, 0)],
			     i * PAGE | PTE_P | PTE_W | PTE_A | PTE_D);
	}
	t = make_table(SHIM_LOW, PTE_U);
	if (!t)
		return err_set(e, ENOMEM, "no memory");
	atomic_store(&t[index_of(SHIM_LOW, 0)], SHIM_CODE_LOW | PTE_P | PTE_A);
	return 0;
}
