/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vad.h - the book of the process's address space.
 *
 * A vad is one allocation (a reservation, a view, an image).  Its pages are
 * described by runs of equal state, kept as sorted 64-bit words, so that a
 * reservation of terabytes costs as much as one of 64 KB.  Reserved pages are
 * not mapped in the host at all (or without access, VAD_WINDOWS): nothing of the
 * host ever lands among them.
 */
#ifndef RF_NT_VAD_H
#define RF_NT_VAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "syscall-xlate/nt/nt.h"

#define VM_GRANULARITY 0x10000ull

/* PAGE_* bits. */
enum {
	PAGE_NOACCESS = 1,
	PAGE_READONLY = 2,
	PAGE_READWRITE = 4,
	PAGE_WRITECOPY = 8,
	PAGE_EXECUTE = 0x10,
	PAGE_EXECUTE_READ = 0x20,
	PAGE_EXECUTE_READWRITE = 0x40,
	PAGE_EXECUTE_WRITECOPY = 0x80,
	PAGE_GUARD = 0x100,
	PAGE_NOCACHE = 0x200,
	PAGE_WRITECOMBINE = 0x400,
	PAGE_PROT_MASK = 0x7ff,
};

enum {
	VAD_FIXED = 1,         /* may not be freed or changed */
	VAD_PLACEHOLDER = 2,   /* MEM_RESERVE_PLACEHOLDER, not yet replaced */
	VAD_WATCH = 4,         /* MEM_WRITE_WATCH */
	VAD_RESERVED_VIEW = 8, /* not all of it was committed when it was made */
	VAD_FROM_PLACEHOLDER = 16,
	VAD_WINDOWS = 32, /* reserved pages may be mapped (guest_mem->commit) */
};

struct vad {
	struct vad *left, *right; /* treap by address */
	uint32_t priority;
	/* Of the subtree: lowest start, highest end, largest hole inside. */
	gaddr sub_start, sub_end;
	uint64_t sub_hole;

	gaddr start, end; /* end is exclusive; multiples of the page */
	uint32_t type;    /* MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE */
	uint16_t prot;    /* AllocationProtect */
	uint16_t flags;   /* VAD_* */

	/* Sorted; the first begins at page 0.  See vad_run(). */
	uint64_t *runs; /* == &one while there is one */
	uint64_t one;
	uint32_t nruns, cap;

	struct object *section; /* views: a reference, or NULL */
	uint64_t offset;        /* views: of the section's byte at start */
	uint16_t *nt_path;      /* images mapped without section; owned */
	uint8_t *dirty;         /* VAD_WATCH: a bit per page; mmap'ed */
};

/* Guards everything below; never held while guest memory is touched. */
extern pthread_mutex_t vm_lock;

/*
 * A new vad [start, end) whose pages have the given state, in the book.
 * NULL: no memory.  The range must be free.
 */
struct vad *vad_add(gaddr start, gaddr end, uint32_t type, uint16_t prot,
		    uint16_t state);
/* Out of the book, and freed with what it owns (the section's reference too:
   so not with an object's lock held).  */
void vad_remove(struct vad *v);

/* The vad that contains at, or NULL. */
struct vad *vad_find(gaddr at);
/* The first vad that ends above at, or NULL. */
struct vad *vad_next(gaddr at);
/* Is no byte of [start, end) in any vad? */
bool vad_range_free(gaddr start, gaddr end);

/*
 * vad_hole() - size free bytes in [low, high), at a multiple of align (at
 * least VM_GRANULARITY).  top: the highest instead of the lowest.  0: none.
 */
gaddr vad_hole(gaddr low, gaddr high, uint64_t size, uint64_t align, bool top);

/*
 * State of the page at, which is inside v: PAGE_* bits, 0 for reserved.
 * *end, unless NULL, is where that state ends.
 */
uint16_t vad_run(const struct vad *v, gaddr at, gaddr *end);
/* Sets the state of [a, b) inside v.  False: no memory, nothing changed. */
bool vad_set(struct vad *v, gaddr a, gaddr b, uint16_t state);
/* Cuts v at the page at; v keeps the lower part.  NULL: no memory. */
struct vad *vad_split(struct vad *v, gaddr at);
/* Calls f for each vad in order of address. */
void vad_each(void (*f)(struct vad *v, void *arg), void *arg);

/* ---- virtual.c ------------------------------------------------------ */

/*
 * vm_init() - limits of free choice and the pages that are always taken.
 * Called once by the personality's start, before anything is allocated.
 *
 *   wow64   32-bit process: addresses below 2 GB
 *   large   it (or the 64-bit program) is large address aware: 4 GB (all)
 */
void vm_init(bool wow64, bool large);

/* What a TEB says of its thread's stack.  False: it cannot be read. */
bool vm_teb_stack(gaddr teb, gaddr *base, gaddr *limit, gaddr *alloc);

/* Highest address a program may use; what MmHighestUserAddress says. */
gaddr vm_highest(void);
/* End of the address space; above vm_highest() lie at most images. */
gaddr vm_space_end(void);

/* enum guest_prot for PAGE_* bits (0, NOACCESS and GUARD: GUEST_NONE). */
int vm_host_prot(uint32_t prot);
bool vm_prot_valid(uint32_t prot);

/*
 * vm_place() - an address for size bytes as NT chooses.
 *
 *   low, high  limits; 0: the process's
 *   align      0: VM_GRANULARITY
 *
 * vm_lock is held.  0: none.
 */
gaddr vm_place(gaddr low, gaddr high, uint64_t size, uint64_t align, bool top);

/* The limit that ZeroBits asks for; false: invalid.  *high 0: no limit. */
bool vm_zero_bits(uint64_t zero_bits, gaddr *high);

/* MEM_EXTENDED_PARAMETERs, read and checked. */
struct vm_extended {
	gaddr low, high; /* high is exclusive; 0: not given */
	uint64_t align;
};
NTSTATUS vm_extended_read(struct task *t, gaddr at, uint32_t count,
			  struct vm_extended *x);

/* vm_alloc() with an alignment as well. */
NTSTATUS vm_alloc_ex(gaddr *base, uint64_t *size, const struct vm_extended *x,
		     uint32_t type, uint32_t prot);

/* errno (positive) of a guest_mem function as a status. */
NTSTATUS vm_status(int err);

/*
 * Have NtAllocateVirtualMemory ask before it commits (want: false refuses), and
 * tell how many bytes are committed after some were freed, and now.  NULL: no
 * more.
 */
void vm_on_commit(bool (*ask)(uint64_t bytes, bool want));
/* Tells it, if there is one. */
void vm_tell_commit(void);
/* Bytes of private committed memory, and of all that is in the book. */
void vm_usage(uint64_t *committed, uint64_t *reserved);
/* Does addr lie in a view or an image, which can be longer than its file? */
bool vm_file_behind(gaddr addr);
/* vm_lock is held: a reserved page of a view; committed by another view? */
bool vm_view_touched(struct vad *v, gaddr page);
/* Take a placeholder's exact range for a view; vm_lock is held. */
NTSTATUS vm_take_placeholder(gaddr a, gaddr b);

/* The process is self; else STATUS_* of what another process gets. */
NTSTATUS vm_own_process(struct task *t, uint64_t process, uint32_t access);

/* ---- guard.c -------------------------------------------------------- */

/*
 * vm_guard_hit() - a fault at addr in guest code: was it a guard page?
 *
 * Returns false if not.  Else *status is
 *   STATUS_SUCCESS                the stack has grown: repeat the access
 *   STATUS_STACK_OVERFLOW         it cannot grow any more
 *   STATUS_GUARD_PAGE_VIOLATION   another guard page; it is one no longer
 * Called on the host stack by the fault path of current_task.
 */
bool vm_guard_hit(gaddr addr, NTSTATUS *status);

/*
 * vm_populate() - the memory part of the personality's populate(): grows the
 * stack, opens watched pages.  access: 0 read, 1 write, 8 execute.  True: the
 * access may be repeated.  Takes vm_lock, which nobody holds who touches
 * guest memory; calls mprotect and malloc, so only for faults of guest code
 * and of guarded copies.
 */
bool vm_populate(gaddr addr, int access);

/*
 * vm_will_write() - the host is about to write to [at, at+n) by a system call
 * (which would fail with EFAULT rather than fault).  For bulk reads.
 */
void vm_will_write(gaddr at, uint64_t n);
/* May the program write to all of it, as far as the book tells? */
bool vm_may_write(gaddr at, uint64_t n);

/* With vm_lock held: host protection of [a, b) in a watched v. */
int vm_watch_apply(struct vad *v, gaddr a, gaddr b);
/* [a, b) is new: clean, and the bitmap there. */
bool vm_watch_init(struct vad *v);

#endif
