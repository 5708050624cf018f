/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory.c - mmap and its family.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* Where the search for a place begins when the program has no wish. */
#define MMAP_BASE 0x0810000000ull
#define END_32BIT 0x80000000ull

enum { PROT_ALL = 7 };

enum {
	MAP_SHARED_ = 0x0001, MAP_PRIVATE_ = 0x0002, MAP_FIXED_ = 0x0010,
	MAP_ANON_ = 0x1000, MAP_ALIGN_SHIFT = 24,
};

static int prot_of(uint32_t prot)
{
	return (prot & 1 ? GUEST_READ : 0) |
	       /* Pages that are only written to do not exist on amd64. */
	       (prot & 2 ? GUEST_WRITE | GUEST_READ : 0) |
	       (prot & 4 ? GUEST_EXEC | GUEST_READ : 0);
}

/* A place for size bytes near hint.  The lock is held.  0: none. */
static gaddr choose(gaddr hint, uint64_t size, uint64_t align, gaddr limit)
{
	gaddr high = MIN(guest_mem->high - (1ull << 30), limit), at;

	if (hint) {
		gaddr want = ROUND_UP(hint, align);

		if (want >= guest_mem->low && want < guest_mem->high &&
		    size <= guest_mem->high - want && space_free(want, size))
			return want;
		at = want < high ? space_find(MAX(want, guest_mem->low), high,
					      size, align) :
				   0;
		if (at)
			return at;
	}
	at = limit < MMAP_BASE ? 0 : space_find(MMAP_BASE, high, size, align);
	return at ? at : space_find(MAX(guest_mem->low, 0x10000), high, size, align);
}

int64_t bsd_map(struct task *t, const struct bsd_map *m)
{
	uint64_t size = ROUND_UP(m->len, PAGE), align = PAGE;
	int fd = m->anonymous ? -1 : m->fd, ret;
	gaddr at = m->addr;

	if (size == 0 || size < m->len || size > guest_mem->high)
		return size == 0 && m->len == 0 ? -EINVAL : -ENOMEM;
	if (m->align_log2 > 12 && m->align_log2 < 47)
		align = 1ull << m->align_log2;
	if (fd < 0 && !m->anonymous)
		return -EBADF;
	if (m->off % PAGE)
		return -EINVAL;
	space_lock();
	if (m->fixed) {
		if (at % PAGE || at < guest_mem->low || at >= guest_mem->high ||
		    size > guest_mem->high - at) {
			space_unlock();
			return -EINVAL;
		}
		if (m->exclusive && !space_free(at, size)) {
			space_unlock();
			return -EINVAL;
		}
	} else {
		at = choose(at, size, align,
			    m->below_2g ? END_32BIT : guest_mem->high);
	}
	/* What lay there before was inherited in its own way. */
	ret = !at	? -ENOMEM :
	      m->fixed	? inherit_copy(at, at + size) :
			  0;
	if (ret == 0)
		ret = guest_mem->map(at, size, m->prot, fd, m->off,
				     m->segment ? GUEST_SEGMENT :
				     m->shared	? GUEST_SHARED :
						  0);
	if (ret == 0)
		ret = space_add(at, size);
	space_unlock();
	return ret ? ret : (int64_t)at;
}

int64_t bsd_munmap(struct task *t, gaddr addr, uint64_t len)
{
	uint64_t size = ROUND_UP(len, PAGE);
	int ret;

	if (addr % PAGE || size == 0 || addr >= guest_mem->high ||
	    size > guest_mem->high - addr || addr < guest_mem->low)
		return -EINVAL;
	space_lock();
	ret = inherit_copy(addr, addr + size);
	if (ret == 0)
		ret = guest_mem->unmap(addr, size);
	if (ret == 0)
		space_remove(addr, size);
	space_unlock();
	return ret;
}

int64_t bsd_mprotect(struct task *t, gaddr addr, uint64_t len, uint32_t prot)
{
	gaddr from = ROUND_DOWN(addr, PAGE);
	uint64_t size = ROUND_UP(addr + len, PAGE) - from;

	if (addr + len < addr)
		return -EINVAL;
	if (size == 0)
		return 0;
	return guest_mem->protect(from, size, prot_of(prot & PROT_ALL));
}

/* For host calls on ranges of pages: each piece of [addr, addr+len). */
static int64_t each_piece(struct task *t, gaddr addr, uint64_t len,
			  int64_t (*fn)(void *p, size_t n, int arg), int arg)
{
	gaddr from = ROUND_DOWN(addr, PAGE), to = ROUND_UP(addr + len, PAGE);

	if (addr + len < addr)
		return -EINVAL;
	while (from < to) {
		struct iovec v;
		int64_t ret;

		if (guest_iov(t, from, to - from, false, &v, 1) != 1)
			return -ENOMEM;
		ret = fn(v.iov_base, v.iov_len, arg);
		if (ret)
			return ret;
		from += v.iov_len;
	}
	return 0;
}

static int64_t do_madvise(void *p, size_t n, int advice)
{
	/* A hint that the host refuses is still a hint. */
	if (madvise(p, n, advice) && errno == ENOMEM)
		return -ENOMEM;
	return 0;
}

static int64_t do_msync(void *p, size_t n, int flags)
{
	return bsd_ret(msync(p, n, flags));
}

static int64_t do_mlock(void *p, size_t n, int on)
{
	return bsd_ret(on ? mlock(p, n) : munlock(p, n));
}

/* 4.4BSD's advice.  DONTNEED does not discard there: it means "soon". */
int64_t bsd_madvise(struct task *t, gaddr addr, uint64_t len, int32_t advice)
{
	static const int host[] = { MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL,
				    MADV_WILLNEED, -1, MADV_FREE };

	if (advice < 0 || advice > 10)
		return -EINVAL;
	if ((unsigned)advice >= COUNT_OF(host) || host[advice] < 0)
		return 0;
	return each_piece(t, addr, len, do_madvise, host[advice]);
}

int64_t bsd_msync(struct task *t, gaddr addr, uint64_t len, int32_t flags)
{
	enum { ASYNC = 1, INVALIDATE = 2 };

	if (flags & ~7 || (flags & 3) == 3)
		return -EINVAL;
	return each_piece(t, addr, len, do_msync,
			  (flags & ASYNC ? MS_ASYNC : MS_SYNC) |
				  (flags & INVALIDATE ? MS_INVALIDATE : 0));
}

int64_t bsd_mlock(struct task *t, gaddr addr, uint64_t len)
{
	return each_piece(t, addr, len, do_mlock, 1);
}

int64_t bsd_munlock(struct task *t, gaddr addr, uint64_t len)
{
	return each_piece(t, addr, len, do_mlock, 0);
}

int64_t bsd_mlockall(struct task *t, int32_t how)
{
	return bsd_ret(mlockall(how & 3));
}

int64_t bsd_munlockall(struct task *t)
{
	return bsd_ret(munlockall());
}

static int64_t do_mincore(void *p, size_t n, int unused)
{
	(void)p, (void)n, (void)unused;
	return 0;
}

/* Bits 1: in core; 2, 4: referenced, modified, which Linux does not tell. */
int64_t bsd_mincore(struct task *t, gaddr addr, uint64_t len, gaddr vec)
{
	gaddr from = ROUND_DOWN(addr, PAGE), to = ROUND_UP(addr + len, PAGE);

	if (addr + len < addr || each_piece(t, addr, len, do_mincore, 0))
		return -EINVAL;
	for (; from < to; from += PAGE, vec++) {
		unsigned char one;
		struct iovec v;

		if (guest_iov(t, from, PAGE, false, &v, 1) != 1 ||
		    mincore(v.iov_base, PAGE, &one))
			return -ENOMEM;
		one &= 1;
		if (guest_write(t, vec, &one, 1))
			return -EFAULT;
	}
	return 0;
}

/* ---- break ---------------------------------------------------------------------- */

static gaddr brk_low, brk_now; /* under space_lock() */

void bsd_brk_init(gaddr at)
{
	brk_low = brk_now = ROUND_UP(at, PAGE);
}

int64_t bsd_break(struct task *t, gaddr want)
{
	gaddr to = ROUND_UP(want, PAGE);
	int64_t ret = 0;

	space_lock();
	if (want < brk_low) {
		ret = want ? -EINVAL : 0;
	} else if (to > brk_now) {
		uint64_t n = to - brk_now;

		if (to >= guest_mem->high || !space_free(brk_now, n))
			ret = -ENOMEM;
		else
			ret = guest_mem->map(brk_now, n,
					     GUEST_READ | GUEST_WRITE, -1, 0,
					     0);
		if (!ret)
			ret = space_add(brk_now, n);
	} else if (to < brk_now) {
		ret = inherit_copy(to, brk_now);
		if (!ret)
			ret = guest_mem->unmap(to, brk_now - to);
		if (!ret)
			space_remove(to, brk_now - to);
	}
	if (!ret && want >= brk_low)
		brk_now = to;
	space_unlock();
	return ret;
}

int64_t bsd_getpagesize(struct task *t)
{
	return PAGE;
}

int bsd_prot(uint32_t prot)
{
	return prot_of(prot & PROT_ALL);
}
