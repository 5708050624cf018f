/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtual.c - reserve, commit and protect the process's own memory.
 *
 * Reserving is book-keeping only; committing maps; so VirtualAlloc(RESERVE |
 * COMMIT) and VirtualFree cost one system call each.  Everything goes through
 * guest_mem, under vm_lock, which nobody holds who touches guest memory.
 * Freeing is in virtual-free.c.
 */
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/vad.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "syscall-xlate/nt/section.h"

#define KUSER_PAGE 0x7ffe0000ull
#define HIGHEST_64 0x7fffffff0000ull
#define END_32 0xffff0000ull

enum {
	MEM_REPLACE_PLACEHOLDER = 0x4000,
	MEM_RESERVE_PLACEHOLDER = 0x40000,
	MEM_PHYSICAL = 0x400000,
	MEM_RESET_UNDO = 0x1000000,
	MEM_LARGE_PAGES = 0x20000000,
	MEM_4MB_PAGES = 0x80000000,
};

/* Free choice: what lies below is left to whoever asks for it. */
static gaddr choose_low = 0x10000, choose_high;
/* End of all: images of a 64-bit program lie above its 2 GB if it has only
   those for itself. */
static gaddr space_end;
static bool narrow; /* 32-bit: one window, every address counts */

/* ---- limits and choice ---------------------------------------------- */

void vm_init(bool wow64, bool large)
{
	struct vad *v;

	narrow = wow64 || !large;
	choose_low = MAX(guest_mem->low, 0x10000);
	space_end = choose_high = MIN(guest_mem->high, HIGHEST_64);
	if (narrow)
		choose_high =
			MIN(choose_high, large ? END_32 : 0x7fff0000ull);
	if (wow64)
		space_end = choose_high;

	/* KUSER_SHARED_DATA, and the page that leads to the gate. */
	v = vad_add(KUSER_PAGE, KUSER_PAGE + 2 * PAGE, MEM_PRIVATE,
		    PAGE_READONLY, PAGE_READONLY);
	if (v) {
		v->flags |= VAD_FIXED;
		vad_set(v, KUSER_PAGE + PAGE, v->end, PAGE_EXECUTE_READ);
	}
	/* As 32-bit programs know it; an engine may have a page there. */
	if (space_end > 1ull << 32) {
		v = vad_add(END_32, 1ull << 32, MEM_PRIVATE, PAGE_NOACCESS, 0);
		if (v)
			v->flags |= VAD_FIXED;
	}
}

gaddr vm_highest(void)
{
	return choose_high - 1;
}

gaddr vm_space_end(void)
{
	return space_end;
}

gaddr vm_place(gaddr low, gaddr high, uint64_t size, uint64_t align, bool top)
{
	/*
	 * Programs without relocations want 0x400000 or 0x140000000, DLLs
	 * 0x180000000; what may lie anywhere goes elsewhere first.
	 */
	static const struct {
		gaddr low, high;
	} window[] = {
		{ 0x10000, 0x400000 },
		{ 0x4000000, 0x140000000 },
		{ 0x200000000, UINT64_MAX },
	};
	gaddr at;

	low = MAX(low, choose_low);
	if (!high || high > choose_high)
		high = choose_high;
	if (high <= low)
		return 0;
	if (top || narrow)
		return vad_hole(low, high, size, align, top);
	for (size_t i = 0; i < COUNT_OF(window); i++) {
		gaddr a = MAX(low, window[i].low);
		gaddr b = MIN(high, window[i].high);

		if (a >= b || b - a < size)
			continue;
		at = vad_hole(a, b, size, align, false);
		if (at)
			return at;
	}
	return vad_hole(low, high, size, align, false);
}

bool vm_zero_bits(uint64_t zero_bits, gaddr *high)
{
	*high = 0;
	if (!zero_bits)
		return true;
	/* A count of the zero bits of a 32-bit address, or a 64-bit mask. */
	if (zero_bits <= 21)
		*high = (0xffffffffull >> zero_bits) + 1;
	else if (zero_bits < 32)
		return false;
	else
		*high = zero_bits >> 47
				? 0
				: 1ull << (64 - __builtin_clzll(zero_bits));
	return true;
}

int vm_host_prot(uint32_t prot)
{
	if (prot & PAGE_GUARD)
		return GUEST_NONE;
	switch (prot & 0xff) {
	case PAGE_READONLY:
		return GUEST_READ;
	case PAGE_READWRITE:
	case PAGE_WRITECOPY:
		return GUEST_READ | GUEST_WRITE;
	case PAGE_EXECUTE: /* x86 cannot execute what it cannot read */
	case PAGE_EXECUTE_READ:
		return GUEST_READ | GUEST_EXEC;
	case PAGE_EXECUTE_READWRITE:
	case PAGE_EXECUTE_WRITECOPY:
		return GUEST_READ | GUEST_WRITE | GUEST_EXEC;
	}
	return GUEST_NONE;
}

bool vm_prot_valid(uint32_t prot)
{
	uint32_t base = prot & 0xff;
	uint32_t rest = prot & ~0xffu;

	/* PAGE_TARGETS_* and PAGE_ENCLAVE_* have no meaning here but are
	   accepted, as on machines without CFG. */
	rest &= ~0x40000000u;
	if (!base || (base & (base - 1)) ||
	    (rest & ~(PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)))
		return false;
	if (base == PAGE_NOACCESS && rest)
		return false;
	return (rest & (PAGE_NOCACHE | PAGE_WRITECOMBINE)) !=
	       (PAGE_NOCACHE | PAGE_WRITECOMBINE);
}

/* What an image's or a private view's writable pages are called. */
static uint16_t copy_on_write(uint32_t prot)
{
	uint16_t rest = prot & 0x700;

	if (prot & PAGE_READWRITE)
		return PAGE_WRITECOPY | rest;
	if (prot & PAGE_EXECUTE_READWRITE)
		return PAGE_EXECUTE_WRITECOPY | rest;
	return prot;
}

static bool is_copy(uint32_t prot)
{
	return prot & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
}

NTSTATUS vm_status(int err)
{
	switch (err) {
	case 0:
		return STATUS_SUCCESS;
	case ENOMEM:
	case EAGAIN:
		return STATUS_NO_MEMORY;
	case EACCES:
	case EPERM:
		return STATUS_ACCESS_DENIED;
	}
	return STATUS_INVALID_PARAMETER;
}

/*
 * NT refuses to promise memory that neither RAM nor page file could hold.
 * Linux would hand it out and kill somebody later.
 */
static bool may_commit(uint64_t size)
{
	static uint64_t limit; /* racing threads store the same */
	struct sysinfo si;

	if (size < 1ull << 30)
		return true;
	if (!limit) {
		if (sysinfo(&si) < 0)
			return true;
		limit = ((uint64_t)si.totalram + si.totalswap) * si.mem_unit;
	}
	return size <= limit;
}

/* ---- allocate ------------------------------------------------------- */

static int map_pages(struct vad *v, gaddr a, gaddr b, uint32_t prot)
{
	int host = vm_host_prot(prot);

	if (v->flags & VAD_WATCH)
		host &= ~GUEST_WRITE; /* opened by the first write */
	return guest_mem->map(a, b - a, host, -1, 0, 0);
}

/* What a commit has still to do when it gives vm_lock back. */
struct later {
	int promise; /* guest_mem->commit()'s, of [at, end) */
	gaddr at, end;
	bool others; /* some pages have been promised to others */
};

static int keep(struct later *l)
{
	int promise = l->promise;

	l->promise = 0;
	return promise ? guest_mem->put(promise) : 0;
}

/* Reserved pages [a, b) of a private v, up to end. */
static int commit_pages(struct vad *v, gaddr a, gaddr b, gaddr end,
			uint32_t prot, struct later *l)
{
	int ret = -ENOSYS;

	if (prot == PAGE_READWRITE && !(v->flags & VAD_WATCH) &&
	    guest_mem->commit)
		ret = guest_mem->commit(a, b - a, end - a);
	if (ret < 0)
		return map_pages(v, a, b, prot);
	v->flags |= VAD_WINDOWS;
	if (ret == 0)
		return 0;
	/* One is enough: who commits several parts at once is rare. */
	if (l->promise && keep(l)) {
		guest_mem->put(ret);
		return -ENOMEM;
	}
	*l = (struct later){ ret, a, b, l->others };
	return 0;
}

/* Commit [a, b) of a private v; what is committed keeps its contents. */
static NTSTATUS commit_private(struct vad *v, gaddr a, gaddr b, uint16_t prot,
			       struct later *l)
{
	int err = 0;

	for (gaddr at = a, end; at < b && !err; at = end) {
		uint16_t state = vad_run(v, at, &end);
		gaddr room = end;

		end = MIN(end, b);
		if (!state)
			err = commit_pages(v, at, end, room, prot, l);
		else if (vm_host_prot(state) != vm_host_prot(prot))
			err = guest_mem->protect(at, end - at,
						 vm_host_prot(prot));
		l->others |= state && v->flags & VAD_WINDOWS &&
			     guest_mem->is_promised(at, end - at);
	}
	if (!err && !vad_set(v, a, b, prot))
		err = -ENOMEM;
	if (err) {
		keep(l);
		return vm_status(-err);
	}
	if (v->flags & VAD_WATCH)
		vm_watch_apply(v, a, b);
	return STATUS_SUCCESS;
}

/*
 * A file grows into a view with room (MEM_RESERVE) by commits there.  It never
 * shrinks meanwhile, whoever else makes it grow: so the last byte is allocated,
 * in place of setting a size.
 */
static NTSTATUS grow_file(struct vad *v, uint64_t end)
{
	const int fd = section_fd(v->section);
	struct stat st;

	if (fstat(fd, &st) < 0)
		return status_from_errno(errno);
	/* The descriptor may allow more than the section does. */
	if ((uint64_t)st.st_size < end &&
	    !section_view_allows(v->section, PAGE_READWRITE))
		return STATUS_SECTION_PROTECTION;
	if ((uint64_t)st.st_size < end &&
	    fallocate(fd, 0, (off_t)end - 1, 1) < 0 &&
	    (errno != EOPNOTSUPP || ftruncate(fd, (off_t)end) < 0))
		return errno == ENOSPC ? STATUS_DISK_FULL
				       : status_from_errno(errno);
	section_has_grown(v->section, end);
	return STATUS_SUCCESS;
}

/*
 * Pages of a view that has reserved ones.  Of a SEC_RESERVE section the file is
 * there already; that its blocks are allocated tells the other views, in
 * whatever process, that these pages are committed (see vm_view_touched()).
 */
static NTSTATUS commit_view(struct vad *v, gaddr a, gaddr b, uint16_t prot)
{
	const uint64_t at = v->offset + (a - v->start);
	NTSTATUS status = STATUS_SUCCESS;
	int err;

	if (!(v->flags & VAD_RESERVED_VIEW))
		return STATUS_ALREADY_COMMITTED;
	if (is_copy(v->prot))
		prot = copy_on_write(prot);
	else if (!section_view_allows(v->section, prot))
		return STATUS_SECTION_PROTECTION;
	if (section_of_file(v->section))
		status = grow_file(v, at + (b - a));
	else if (fallocate(section_fd(v->section), 0, (off_t)at,
			   (off_t)(b - a)) < 0)
		status = STATUS_COMMITMENT_LIMIT;
	if (status)
		return status;
	err = guest_mem->protect(a, b - a, vm_host_prot(prot));
	if (err)
		return vm_status(-err);
	return vad_set(v, a, b, prot) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

bool vm_view_touched(struct vad *v, gaddr page)
{
	const int fd = section_fd(v->section);
	const off_t at = (off_t)(v->offset + (page - v->start));
	struct stat st;

	/* Into a file's view what was written to the file comes by itself. */
	if (section_of_file(v->section)
		    ? fstat(fd, &st) < 0 || at >= st.st_size
		    : lseek(fd, at, SEEK_DATA) != at)
		return false;
	return !guest_mem->protect(page, PAGE, vm_host_prot(v->prot)) &&
	       vad_set(v, page, page + PAGE, v->prot);
}

static NTSTATUS reset(gaddr a, gaddr b)
{
	struct vad *v = vad_find(a);
	int err = 0;

	if (!v || b > v->end)
		return STATUS_CONFLICTING_ADDRESSES;
	if (v->type != MEM_PRIVATE)
		return STATUS_SUCCESS; /* advice; the file keeps it anyway */
	for (gaddr at = a, end; at < b; at = end) {
		uint16_t state = vad_run(v, at, &end);

		end = MIN(end, b);
		if (!state)
			return STATUS_CONFLICTING_ADDRESSES;
		/* Discarded, a window's pages would have to be committed. */
		if (v->flags & VAD_WINDOWS)
			err = map_pages(v, at, end, state);
		else
			guest_mem->discard(at, end - at);
		if (err)
			return vm_status(-err);
	}
	return STATUS_SUCCESS;
}

/* MEM_REPLACE_PLACEHOLDER: the exact placeholder goes. */
NTSTATUS vm_take_placeholder(gaddr a, gaddr b)
{
	struct vad *v = vad_find(a);

	if (!v || !(v->flags & VAD_PLACEHOLDER))
		return STATUS_INVALID_ADDRESS;
	if (v->start != a || v->end != b)
		return STATUS_CONFLICTING_ADDRESSES;
	vad_remove(v);
	return STATUS_SUCCESS;
}

static NTSTATUS commit(gaddr a, gaddr b, uint32_t prot, struct later *l)
{
	struct vad *v = vad_find(a);

	if (!v || b > v->end || v->flags & (VAD_FIXED | VAD_PLACEHOLDER))
		return STATUS_CONFLICTING_ADDRESSES;
	if (!may_commit(b - a))
		return STATUS_COMMITMENT_LIMIT;
	if (v->type == MEM_PRIVATE)
		return commit_private(v, a, b, prot, l);
	if (v->type == MEM_MAPPED)
		return commit_view(v, a, b, prot);
	return STATUS_CONFLICTING_ADDRESSES;
}

/* vm_lock is not held.  Before anybody is told of the pages [a, b). */
static NTSTATUS finish(struct later *l, gaddr a, gaddr b)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct vad *v;

	if (l->others && guest_mem->put_promised(a, b - a))
		status = STATUS_NO_MEMORY;
	if (!keep(l))
		return status;
	pthread_mutex_lock(&vm_lock);
	v = vad_find(l->at);
	if (v && l->end <= v->end)
		vad_set(v, l->at, l->end, 0);
	pthread_mutex_unlock(&vm_lock);
	return STATUS_NO_MEMORY;
}

static NTSTATUS reserve(gaddr *base, uint64_t *size,
			const struct vm_extended *x, uint32_t type,
			uint32_t prot)
{
	gaddr a = *base, b;
	uint64_t n = *size;
	bool now = type & MEM_COMMIT;
	struct vad *v;
	NTSTATUS status;
	int err;

	if (now && !may_commit(n))
		return STATUS_COMMITMENT_LIMIT;
	if (a) {
		if (x->low || x->high || x->align)
			return STATUS_INVALID_PARAMETER;
		b = ROUND_UP(a + n, PAGE);
		a = ROUND_DOWN(a, type & MEM_REPLACE_PLACEHOLDER
					  ? PAGE
					  : VM_GRANULARITY);
		if (b <= a || b > choose_high || a < guest_mem->low)
			return STATUS_INVALID_PARAMETER;
		if (type & MEM_REPLACE_PLACEHOLDER) {
			status = vm_take_placeholder(a, b);
			if (status != STATUS_SUCCESS)
				return status;
		} else if (!vad_range_free(a, b)) {
			return STATUS_CONFLICTING_ADDRESSES;
		}
	} else {
		n = ROUND_UP(n, PAGE);
		if (!n)
			return STATUS_INVALID_PARAMETER;
		a = vm_place(x->low, x->high, n, x->align, type & MEM_TOP_DOWN);
		if (!a)
			return STATUS_NO_MEMORY;
		b = a + n;
	}
	v = vad_add(a, b, MEM_PRIVATE, prot, now ? prot : 0);
	if (!v)
		return STATUS_NO_MEMORY;
	if (type & MEM_RESERVE_PLACEHOLDER)
		v->flags |= VAD_PLACEHOLDER;
	if (type & MEM_REPLACE_PLACEHOLDER)
		v->flags |= VAD_FROM_PLACEHOLDER;
	if (type & MEM_WRITE_WATCH) {
		v->flags |= VAD_WATCH;
		if (!vm_watch_init(v)) {
			vad_remove(v);
			return STATUS_NO_MEMORY;
		}
	}
	err = now ? map_pages(v, a, b, prot) : 0;
	if (err) {
		vad_remove(v);
		return vm_status(-err);
	}
	*base = a;
	*size = b - a;
	return STATUS_SUCCESS;
}

static bool (*_Atomic ask_commit)(uint64_t bytes, bool want);

void vm_tell_commit(void)
{
	bool (*ask)(uint64_t bytes, bool want) = ask_commit;
	uint64_t committed, all;

	if (!ask)
		return;
	vm_usage(&committed, &all);
	ask(committed, false);
}

void vm_on_commit(bool (*ask)(uint64_t bytes, bool want))
{
	ask_commit = ask;
	vm_tell_commit();
}

/* Counted anew each time: few programs run under a limit. */
static bool over_limit(uint64_t more)
{
	bool (*ask)(uint64_t bytes, bool want) = ask_commit;
	uint64_t committed, all;

	if (!ask)
		return false;
	vm_usage(&committed, &all);
	return more > UINT64_MAX - committed || !ask(committed + more, true);
}

/*
 * Code that is written, or not code yet: refused to a process that has forsworn
 * it.  What it had before may stay.
 */
static bool makes_code(uint16_t state, uint16_t want)
{
	const uint16_t code = PAGE_EXECUTE | PAGE_EXECUTE_READ |
			      PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
	const uint16_t written = PAGE_READWRITE | PAGE_WRITECOPY |
				 PAGE_EXECUTE_READWRITE |
				 PAGE_EXECUTE_WRITECOPY;

	if (!mitigation_in_force(MITIGATION_DYNAMIC_CODE))
		return false;
	return (want & code && !(state & code)) ||
	       (state & code && want & written && !(state & written));
}

NTSTATUS vm_alloc_ex(gaddr *base, uint64_t *size, const struct vm_extended *x,
		     uint32_t type, uint32_t prot)
{
	const uint32_t known = MEM_COMMIT | MEM_RESERVE | MEM_RESET |
			       MEM_TOP_DOWN | MEM_WRITE_WATCH |
			       MEM_RESERVE_PLACEHOLDER |
			       MEM_REPLACE_PLACEHOLDER | MEM_PHYSICAL |
			       MEM_RESET_UNDO | MEM_LARGE_PAGES;
	struct later later = { 0 };
	gaddr a, b;
	NTSTATUS status;

	if (type & ~known ||
	    !(type & (MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO)))
		return STATUS_INVALID_PARAMETER_5;
	if (!*size)
		return STATUS_INVALID_PARAMETER_4;
	if (*base > vm_highest())
		return STATUS_INVALID_PARAMETER_2;
	if (*size > choose_high || choose_high - *size < *base)
		return STATUS_INVALID_PARAMETER_4;
	if (!vm_prot_valid(prot))
		return STATUS_INVALID_PAGE_PROTECTION;
	if (prot & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY))
		return STATUS_INVALID_PAGE_PROTECTION;
	prot &= PAGE_PROT_MASK;
	if (makes_code(0, (uint16_t)prot))
		return STATUS_DYNAMIC_CODE_BLOCKED;
	/* Both need a privilege that is given to nobody by default. */
	if (type & (MEM_LARGE_PAGES | MEM_PHYSICAL))
		return STATUS_PRIVILEGE_NOT_HELD;
	if (type & MEM_WRITE_WATCH && !(type & MEM_RESERVE))
		return STATUS_INVALID_PARAMETER_5;
	if (type & MEM_RESERVE_PLACEHOLDER &&
	    (type & (MEM_COMMIT | MEM_WRITE_WATCH) || prot != PAGE_NOACCESS))
		return STATUS_INVALID_PARAMETER_5;
	if (type & MEM_REPLACE_PLACEHOLDER && (!*base || !(type & MEM_RESERVE)))
		return STATUS_INVALID_PARAMETER;
	if (__builtin_expect(ask_commit != NULL, 0) && type & MEM_COMMIT &&
	    over_limit(*size))
		return STATUS_COMMITMENT_LIMIT;

	pthread_mutex_lock(&vm_lock);
	if (type & MEM_RESERVE || (!*base && type & MEM_COMMIT)) {
		status = reserve(base, size, x, type, prot);
	} else {
		a = ROUND_DOWN(*base, PAGE);
		b = ROUND_UP(*base + *size, PAGE);
		if (type & MEM_COMMIT)
			status = commit(a, b, prot, &later);
		else if (type & MEM_RESET)
			status = reset(a, b);
		else /* what was reset is gone at once */
			status = STATUS_UNSUCCESSFUL;
		if (status == STATUS_SUCCESS) {
			*base = a;
			*size = b - a;
		}
	}
	pthread_mutex_unlock(&vm_lock);
	if (status == STATUS_SUCCESS && (later.promise || later.others))
		status = finish(&later, *base, *base + *size);
	return status;
}

NTSTATUS vm_alloc(gaddr *base, uint64_t *size, gaddr low, gaddr high,
		  uint32_t type, uint32_t prot)
{
	struct vm_extended x = { low, high, 0 };

	return vm_alloc_ex(base, size, &x, type, prot);
}

/* ---- protect -------------------------------------------------------- */

/*
 * A view that shares its file asks for copies: map the pages anew, private.
 * Those that were private already have their own contents, and keep them.
 */
static int map_copy(struct vad *v, gaddr a, gaddr b, uint32_t prot)
{
	int fd = v->section ? section_fd(v->section) : -1;

	if (fd < 0)
		return guest_mem->protect(a, b - a, vm_host_prot(prot));
	return guest_mem->map(a, b - a, vm_host_prot(prot), fd,
			      v->offset + (a - v->start), 0);
}

static NTSTATUS protect(struct vad *v, gaddr a, gaddr b, uint32_t prot)
{
	uint16_t want = prot & PAGE_PROT_MASK;
	gaddr end;
	int err = 0;

	for (gaddr at = a; at < b; at = end) {
		uint16_t state = vad_run(v, at, &end);

		if (!state)
			return STATUS_NOT_COMMITTED;
		if (makes_code(state, want))
			return STATUS_DYNAMIC_CODE_BLOCKED;
	}

	if (v->type == MEM_PRIVATE) {
		if (is_copy(prot))
			return STATUS_INVALID_PAGE_PROTECTION;
	} else if (v->type == MEM_IMAGE || is_copy(v->prot)) {
		want = copy_on_write(want);
	} else if (!section_view_allows(v->section, want)) {
		return STATUS_SECTION_PROTECTION;
	}

	if (v->type == MEM_MAPPED && is_copy(want) && !is_copy(v->prot)) {
		for (gaddr at = a; at < b && !err; at = end) {
			uint16_t state = vad_run(v, at, &end);

			end = MIN(end, b);
			if (is_copy(state))
				err = guest_mem->protect(at, end - at,
							 vm_host_prot(want));
			else
				err = map_copy(v, at, end, want);
		}
	} else if (v->flags & VAD_WATCH) {
		if (!vad_set(v, a, b, want))
			return STATUS_NO_MEMORY;
		err = vm_watch_apply(v, a, b);
	} else {
		err = guest_mem->protect(a, b - a, vm_host_prot(want));
	}
	if (err)
		return vm_status(-err);
	return vad_set(v, a, b, want) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS vm_protect(gaddr *base, uint64_t *size, uint32_t prot, uint32_t *old)
{
	gaddr a, b;
	struct vad *v;
	NTSTATUS status;
	uint32_t before;

	if (!vm_prot_valid(prot))
		return STATUS_INVALID_PAGE_PROTECTION;
	if (*base >= space_end)
		return STATUS_INVALID_PARAMETER_2;
	if (!*size || *size > space_end - *base)
		return STATUS_INVALID_PARAMETER_3;
	a = ROUND_DOWN(*base, PAGE);
	b = ROUND_UP(*base + *size, PAGE);

	pthread_mutex_lock(&vm_lock);
	v = vad_find(a);
	if (!v || b > v->end) {
		status = STATUS_CONFLICTING_ADDRESSES;
	} else if (v->flags & VAD_FIXED) {
		status = STATUS_INVALID_PAGE_PROTECTION;
	} else {
		before = vad_run(v, a, NULL);
		status = protect(v, a, b, prot);
	}
	pthread_mutex_unlock(&vm_lock);
	if (status == STATUS_SUCCESS) {
		*base = a;
		*size = b - a;
		*old = before;
	}
	return status;
}
