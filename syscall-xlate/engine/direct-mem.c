/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-mem.c - guest memory of the direct engine: plain host memory below
 * direct_high, reached by copies that survive a fault.
 *
 * Small copies go through an exception table (as the kernel's get_user());
 * larger ones through memcpy with a recovery point, which costs some 8 ns.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/guarded.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct-fixup.h"
#include "syscall-xlate/engine/direct-lazy.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/engine.h"

/* Bytes up to which a copy word by word is quicker. */
enum { SOME_WORDS = 64 };

static inline bool outside(gaddr at, size_t n)
{
	return at >= direct_high || n > direct_high - at;
}

static int direct_read(void *dst, gaddr src, size_t n)
{
	if (n == 0)
		return 0;
	if (outside(src, n))
		return -EFAULT;
	switch (n) {
	case 8:
		GUARDED_LOAD(uint64_t, "movq", dst, src);
		return 0;
	case 4:
		GUARDED_LOAD(uint32_t, "movl", dst, src);
		return 0;
	case 2:
		GUARDED_LOAD(uint16_t, "movw", dst, src);
		return 0;
	case 1:
		GUARDED_LOAD(uint8_t, "movb", dst, src);
		return 0;
	case 16:
		GUARDED_LOAD(uint64_t, "movq", dst, src);
		GUARDED_LOAD(uint64_t, "movq", (char *)dst + 8, src + 8);
		return 0;
	default:
		if (n % 4 || n > SOME_WORDS)
			return direct_copy(dst, (const void *)src, n);
		for (; n >= 8; n -= 8, dst = (char *)dst + 8, src += 8)
			GUARDED_LOAD(uint64_t, "movq", dst, src);
		if (n)
			GUARDED_LOAD(uint32_t, "movl", dst, src);
		return 0;
	}
fault:
	return -EFAULT;
}

static int direct_write(gaddr dst, const void *src, size_t n)
{
	if (n == 0)
		return 0;
	if (outside(dst, n))
		return -EFAULT;
	switch (n) {
	case 8:
		GUARDED_STORE(uint64_t, "movq", dst, src);
		return 0;
	case 4:
		GUARDED_STORE(uint32_t, "movl", dst, src);
		return 0;
	case 2:
		GUARDED_STORE(uint16_t, "movw", dst, src);
		return 0;
	case 1:
		GUARDED_STORE(uint8_t, "movb", dst, src);
		return 0;
	case 16:
		GUARDED_STORE(uint64_t, "movq", dst, src);
		GUARDED_STORE(uint64_t, "movq", dst + 8, (const char *)src + 8);
		return 0;
	default:
		if (n % 4 || n > SOME_WORDS)
			return direct_copy((void *)dst, src, n);
		for (; n >= 8; n -= 8, dst += 8, src = (const char *)src + 8)
			GUARDED_STORE(uint64_t, "movq", dst, src);
		if (n)
			GUARDED_STORE(uint32_t, "movl", dst, src);
		return 0;
	}
fault:
	return -EFAULT;
}

static int direct_fill(gaddr dst, int byte, size_t n)
{
	char buf[1024];

	memset(buf, byte, MIN(n, sizeof buf));
	while (n) {
		size_t part = MIN(n, sizeof buf);

		if (direct_write(dst, buf, part))
			return -EFAULT;
		dst += part;
		n -= part;
	}
	return 0;
}

static int direct_iov(gaddr at, size_t n, bool write, struct iovec *v, int max)
{
	/* The kernel checks the pages themselves, and says EFAULT. */
	if (max < 1)
		return 0;
	if (n && outside(at, n))
		return -EFAULT;
	direct_lazy_need(at, n);
	v[0] = (struct iovec){ (void *)at, n };
	return 1;
}

static int direct_cmpxchg32(gaddr at, uint32_t *old, uint32_t new_value)
{
	uint32_t found = *old;

	if (outside(at, 4) || at % 4)
		return -EFAULT;
	asm volatile goto("1:	lock cmpxchgl %2, (%1)\n" MAY_FAULT
			  : "+a"(found)
			  : "r"(at), "r"(new_value)
			  : "memory", "cc"
			  : fault);
	asm volatile("");
	*old = found;
	return 0;
fault:
	return -EFAULT;
}

static uint32_t *direct_futex_word(gaddr at)
{
	uint32_t probe;

	if (at % 4 || direct_read(&probe, at, 4))
		return NULL;
	return (uint32_t *)at;
}

int direct_prot(int prot)
{
	return (prot & GUEST_READ ? PROT_READ : 0) |
	       (prot & GUEST_WRITE ? PROT_WRITE : 0) |
	       (prot & GUEST_EXEC ? PROT_EXEC : 0);
}

static int direct_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		      unsigned flags)
{
	int how = MAP_FIXED | MAP_NORESERVE |
		  (flags & GUEST_SHARED ? MAP_SHARED : MAP_PRIVATE);
	bool search = false, writable = false;
	int err;

	if (outside(at, size))
		return -EINVAL;
	if (fd < 0)
		how |= MAP_ANONYMOUS;
	err = direct_lazy_leave(at, size, false);
	if (err)
		return err;
	direct_commit_leave(at, size);
	if (prot & GUEST_EXEC && direct_code_unknown(prot & GUEST_OURS)) {
		/* Fresh zeroes need no search unless they can be filled. */
		search = fd >= 0 || prot & GUEST_WRITE;
		writable = prot & GUEST_WRITE || flags & GUEST_SHARED;
	}
	if (flags & GUEST_SEGMENT)
		return engine_attach((void *)at, size, fd, prot & GUEST_WRITE);
	if (mmap((void *)at, size, search ? PROT_READ : direct_prot(prot), how,
		 fd, (off_t)off) == MAP_FAILED)
		return -errno;
	if (search) {
		direct_new_code(at, size, writable);
		if (mprotect((void *)at, size, direct_prot(prot)))
			return -errno;
	}
	/* Advice: without huge pages things are only slower. */
	if (flags & GUEST_HUGE)
		madvise((void *)at, size, MADV_HUGEPAGE);
	return 0;
}

static int direct_protect(gaddr at, uint64_t size, int prot)
{
	int err;

	if (outside(at, size))
		return -EINVAL;
	err = direct_lazy_leave(at, size, true);
	if (err)
		return err;
	if (prot & GUEST_EXEC && direct_code_unknown(prot & GUEST_OURS)) {
		/* Nobody changes what has been searched. */
		if (!(prot & GUEST_WRITE) && size <= DIRECT_SEARCH_MAX &&
		    mprotect((void *)at, size, PROT_READ))
			return -errno;
		direct_new_code(at, size, prot & GUEST_WRITE);
	}
	return mprotect((void *)at, size, direct_prot(prot)) ? -errno : 0;
}

static int direct_unmap(gaddr at, uint64_t size)
{
	int err;

	if (outside(at, size))
		return -EINVAL;
	err = direct_lazy_leave(at, size, false);
	if (err)
		return err;
	direct_commit_leave(at, size);
	return munmap((void *)at, size) ? -errno : 0;
}

static int direct_discard(gaddr at, uint64_t size)
{
	if (outside(at, size))
		return -EINVAL;
	return madvise((void *)at, size, MADV_DONTNEED) ? -errno : 0;
}

/* high is set by direct_space_init(), through direct_mem_table. */
struct guest_mem direct_mem_table = {
	.low = 0x10000,
	.read = direct_read,
	.write = direct_write,
	.fill = direct_fill,
	.iov = direct_iov,
	.cmpxchg32 = direct_cmpxchg32,
	.futex_word = direct_futex_word,
	.map = direct_map,
	.map_pieces = direct_map_pieces,
	.commit = direct_commit,
	.put = direct_commit_put,
	.is_promised = direct_commit_promised,
	.put_promised = direct_commit_put_promised,
	.protect = direct_protect,
	.unmap = direct_unmap,
	.discard = direct_discard,
};

struct ex_entry {
	int32_t insn, fixup; /* each relative to itself */
};
extern const struct ex_entry __start_ex_table[], __stop_ex_table[];

uint64_t direct_fixup(uint64_t ip)
{
	for (const struct ex_entry *x = __start_ex_table; x < __stop_ex_table;
	     x++)
		if ((uint64_t)&x->insn + (uint64_t)(int64_t)x->insn == ip)
			return (uint64_t)&x->fixup + (uint64_t)(int64_t)x->fixup;
	return 0;
}
