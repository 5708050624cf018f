/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host-guest.h - a guest whose memory is the test's own.
 *
 * Guest addresses are host addresses, so that handlers of the NT personality
 * can be called straight from a test.  Include in one .c only.
 */
#ifndef RF_HOST_GUEST_H
#define RF_HOST_GUEST_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/calls.h"

#define G(p) ((gaddr)(uintptr_t)(p))

static int hg_read(void *dst, gaddr src, size_t n)
{
	if (n && src < 0x10000)
		return -EFAULT;
	memcpy(dst, (void *)src, n);
	return 0;
}

static int hg_write(gaddr dst, const void *src, size_t n)
{
	if (n && dst < 0x10000)
		return -EFAULT;
	memcpy((void *)dst, src, n);
	return 0;
}

static int hg_prot(int prot)
{
	return (prot & GUEST_READ ? PROT_READ : 0) |
	       (prot & GUEST_WRITE ? PROT_WRITE : 0) |
	       (prot & GUEST_EXEC ? PROT_EXEC : 0);
}

static int hg_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		  unsigned flags)
{
	void *p = mmap((void *)at, size, hg_prot(prot),
		       (flags & GUEST_SHARED ? MAP_SHARED : MAP_PRIVATE) |
			       MAP_FIXED | MAP_NORESERVE |
			       (fd < 0 ? MAP_ANONYMOUS : 0),
		       fd, (off_t)off);

	return p == MAP_FAILED ? -errno : 0;
}

static int hg_protect(gaddr at, uint64_t size, int prot)
{
	return mprotect((void *)at, size, hg_prot(prot)) < 0 ? -errno : 0;
}

static int hg_unmap(gaddr at, uint64_t size)
{
	return munmap((void *)at, size) < 0 ? -errno : 0;
}

static int hg_discard(gaddr at, uint64_t size)
{
	return madvise((void *)at, size, MADV_DONTNEED) < 0 ? -errno : 0;
}

static const struct guest_mem hg_mem = {
	.low = 0x10000,
	.high = 0x550000000000,
	.read = hg_read,
	.write = hg_write,
	.map = hg_map,
	.protect = hg_protect,
	.unmap = hg_unmap,
	.discard = hg_discard,
};

static struct nt_thread *hg_thread;
static struct task *hg_task;

/* Before the first handler of each test process. */
static inline void hg_start(void)
{
	static struct nt_process process;

	guest_mem = &hg_mem;
	process.object.type = &process_type;
	process.object.refs = 1000;
	process.host_pid = getpid();
	nt_self = &process;
	hg_thread = object_new(&thread_type);
	hg_thread->process = nt_self;
	pthread_mutex_init(&hg_thread->apc_lock, NULL);
	hg_task = &hg_thread->task;
	hg_task->data = hg_thread;
	current_task = hg_task;
}

/* A UNICODE_STRING of an ASCII text, in static memory (used in turn). */
static inline gaddr hg_ustr(const char *s)
{
	static struct {
		struct unicode_string64 u;
		uint16_t text[300];
	} slot[16];
	static unsigned next;
	unsigned i = next++ % 16;
	size_t n = strlen(s);

	for (size_t k = 0; k < n; k++)
		slot[i].text[k] = (uint8_t)s[k];
	slot[i].u.length = slot[i].u.maximum = (uint16_t)(n * 2);
	slot[i].u.buffer = G(slot[i].text);
	return G(&slot[i].u);
}

/* OBJECT_ATTRIBUTES with a name (NULL: none). */
static inline gaddr hg_oa(const char *name, uint64_t root, uint32_t attributes)
{
	static struct object_attributes64 slot[16];
	static unsigned next;
	struct object_attributes64 *oa = &slot[next++ % 16];

	memset(oa, 0, sizeof *oa);
	oa->length = sizeof *oa;
	oa->root = root;
	oa->name = name ? hg_ustr(name) : 0;
	oa->attributes = attributes;
	return G(oa);
}

#endif
