/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guest.h - the foreign program's memory, as seen from the host.
 *
 * Guest addresses are integers.  Under the direct engine they happen to be
 * host addresses below a limit, under the KVM engine they are translated by
 * the guest's page tables; nobody above the engine may tell the difference.
 */
#ifndef RF_GUEST_H
#define RF_GUEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/guarded.h"

/*
 * A guest virtual address.  Never cast one to a pointer: under the KVM engine
 * it is not a host address, and under every engine it may not be mapped.
 * guest_read() and guest_write() are the only ways through.
 */
typedef uint64_t gaddr;

struct task;

enum guest_prot {
	GUEST_NONE = 0,
	GUEST_READ = 1,
	GUEST_WRITE = 2,
	GUEST_EXEC = 4,
	/* With GUEST_EXEC: built-in code, known to make no raw system calls */
	GUEST_OURS = 8,
};

enum guest_map_flags {
	GUEST_SHARED = 1, /* writes reach the file and its other mappings */
	/* else: copy on write */
	/* fd is the id of a System V shared memory segment, attached whole */
	GUEST_SEGMENT = 4,
	GUEST_HUGE = 2, /* most of it is about to be filled: large pages help */
};

/* Part of what map_pieces shows. */
struct guest_piece {
	gaddr at;      /* multiple of the page */
	uint64_t size; /* as well; what the file does not fill is zero */
	uint64_t off;  /* in the file: any */
	uint64_t bytes;
	int prot;
};

/*
 * What an engine supplies.  All sizes and addresses of the mapping functions
 * are multiples of the page; all return 0 or -errno; none takes a lock that a
 * caller could hold.  map replaces what was there before.
 */
struct guest_mem {
	gaddr low, high; /* foreign memory lies in [low, high) */

	int (*read)(void *dst, gaddr src, size_t n);
	int (*write)(gaddr dst, const void *src, size_t n);
	int (*fill)(gaddr dst, int byte, size_t n);

	/*
	 * Host vectors for [at, at+n), at most max of them.  Returns their
	 * number (the range may be cut short; look at the lengths), or
	 * -EFAULT.  They are good for a system call right now: memory that the
	 * guest unmaps meanwhile makes that call fail with EFAULT.
	 */
	int (*iov)(gaddr at, size_t n, bool write, struct iovec *v, int max);

	/*
	 * Atomic compare-exchange of an aligned 32-bit word: *old is what is
	 * expected and becomes what was found.  0 or -EFAULT.
	 */
	int (*cmpxchg32)(gaddr at, uint32_t *old, uint32_t new_value);

	/*
	 * A host address of one aligned 32-bit word to use in futex(2).
	 * NULL if not mapped.
	 */
	uint32_t *(*futex_word)(gaddr at);

	/* fd -1: zeroed memory.  prot: enum guest_prot bits. */
	int (*map)(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		   unsigned flags);
	/*
	 * Pieces of a file, copy on write, in [at, at+size), which is unused.
	 * When they are read is the engine's choice: the file must not change.
	 * fd is the engine's to duplicate.  NULL: it has no better way than
	 * the caller's copying.
	 */
	int (*map_pieces)(gaddr at, uint64_t size, int fd,
			  const struct guest_piece *piece, unsigned n);
	/*
	 * Zeroed memory to read and write, in [at, at+room), where nothing is
	 * mapped; for many small parts of what is reserved.  The rest of the
	 * room may come to be mapped as well, but not to be accessible (there
	 * an access is a FAULT_INPAGE).  The callers take turns.
	 *
	 * Returns 0; -ENOSYS: map it; or a promise (> 0): put() keeps it, which
	 * takes a while and which nobody needs to wait for but who wants that
	 * memory.  NULL: always -ENOSYS.
	 */
	int (*commit)(gaddr at, uint64_t size, uint64_t room);
	/* Once for each promise, by any thread.  0 or -ENOMEM: nothing is there. */
	int (*put)(int promise);
	/*
	 * Keeps what has been promised of [at, at+size) to others.  In the
	 * callers' turn: is there anything?  Otherwise 0 or -ENOMEM.
	 */
	bool (*is_promised)(gaddr at, uint64_t size);
	int (*put_promised)(gaddr at, uint64_t size);
	int (*protect)(gaddr at, uint64_t size, int prot);
	int (*unmap)(gaddr at, uint64_t size);
	/* Contents become zero again and memory goes back to the host. */
	int (*discard)(gaddr at, uint64_t size);
};

/* Set by the engine before the personality starts. */
extern const struct guest_mem *guest_mem;

/*
 * guest_read() - copy guest memory to the host.
 *
 *   t     the task whose address space is read
 *   dst   host buffer of n bytes
 *   src   guest address, any alignment
 *   n     bytes; 0 succeeds whatever src is
 *
 * Returns 0, or -EFAULT if any byte is not readable by the guest (dst may have
 * been written in part).  Safe in a signal handler; takes no lock.
 */
static inline int guest_read(struct task *t, void *dst, gaddr src, size_t n)
{
	(void)t;
	return guest_mem->read(dst, src, n);
}

/*
 * guest_write() - copy host bytes into guest memory.
 *
 *   t     the task whose address space is written
 *   dst   guest address, any alignment
 *   src   host buffer of n bytes
 *   n     bytes; 0 succeeds whatever dst is
 *
 * Returns 0, or -EFAULT if any byte of [dst, dst+n) is not writable by the
 * guest; bytes before the first bad page may have been written by then.
 * Safe in a signal handler; takes no lock.
 */
static inline int guest_write(struct task *t, gaddr dst, const void *src,
			      size_t n)
{
	(void)t;
	return guest_mem->write(dst, src, n);
}

/* One integer of the width in the name.  0 or -EFAULT. */
static inline int guest_put16(struct task *t, gaddr dst, uint16_t v)
{
	return guest_write(t, dst, &v, sizeof v);
}

/*
 * Below this, guest addresses are host addresses, of memory that may fault:
 * single integers are moved right here.  0: under engines where that is not so.
 * Set with guest_mem.
 */
extern gaddr guest_flat;

/* What is elsewhere, and what faults. */
int guest_put32_far(gaddr dst, uint32_t v);
int guest_put64_far(gaddr dst, uint64_t v);
int guest_get32_far(uint32_t *v, gaddr src);
int guest_get64_far(uint64_t *v, gaddr src);

static inline int guest_put32(struct task *t, gaddr dst, uint32_t v)
{
	(void)t;
	if (__builtin_expect(dst < guest_flat, 1)) {
		GUARDED_STORE(uint32_t, "movl", dst, &v);
		return 0;
	}
fault:
	return guest_put32_far(dst, v);
}

static inline int guest_put64(struct task *t, gaddr dst, uint64_t v)
{
	(void)t;
	if (__builtin_expect(dst < guest_flat, 1)) {
		GUARDED_STORE(uint64_t, "movq", dst, &v);
		return 0;
	}
fault:
	return guest_put64_far(dst, v);
}

static inline int guest_get32(struct task *t, uint32_t *v, gaddr src)
{
	(void)t;
	if (__builtin_expect(src < guest_flat, 1)) {
		GUARDED_LOAD(uint32_t, "movl", v, src);
		return 0;
	}
fault:
	return guest_get32_far(v, src);
}

static inline int guest_get64(struct task *t, uint64_t *v, gaddr src)
{
	(void)t;
	if (__builtin_expect(src < guest_flat, 1)) {
		GUARDED_LOAD(uint64_t, "movq", v, src);
		return 0;
	}
fault:
	return guest_get64_far(v, src);
}

/* n integers, up to 16.  0 or -EFAULT. */
static inline int guest_get64s(struct task *t, uint64_t *v, gaddr src,
			       unsigned n)
{
	if (__builtin_expect(src < guest_flat && guest_flat - src >= 128, 1)) {
		for (uint64_t *end = v + n; v < end; v++, src += 8)
			GUARDED_LOAD(uint64_t, "movq", v, src);
		return 0;
	}
	return guest_read(t, v, src, n * sizeof *v);
fault:
	return -EFAULT;
}

/*
 * guest_string() - a NUL-terminated byte string of the guest.
 *
 *   buf, size   host buffer; always terminated on success
 *
 * Returns the length without the NUL, -EFAULT, or -ENAMETOOLONG if there is no
 * NUL within size bytes.
 */
int64_t guest_string(struct task *t, char *buf, size_t size, gaddr src);

/*
 * guest_iov() - host vectors for bulk I/O on [at, at+n).
 *
 *   write   the host will write to the memory (the guest must be allowed to)
 *   v, max  filled in; at most max entries
 *
 * Returns the number of entries, or -EFAULT.  May cover less than n: sum the
 * lengths.  See struct guest_mem for how long they are good.
 */
static inline int guest_iov(struct task *t, gaddr at, size_t n, bool write,
			    struct iovec *v, int max)
{
	(void)t;
	return guest_mem->iov(at, n, write, v, max);
}

#endif
