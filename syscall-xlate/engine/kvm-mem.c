/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-mem.c - guest memory of the KVM engine: a walk of the guest's page
 * tables, then a copy in the host's view of its pages.
 *
 * Another thread may change the tables at any time; then the copy goes to a
 * page that was the guest's a moment ago, and all the host's view ever shows is
 * pages of this guest.  The copy is guarded even so: a mapped file can shrink.
 */
#include <errno.h>
#include <string.h>

#include "base/guarded.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/kvm.h"
#include "syscall-xlate/xlate.h"

enum { TRIES = 4 }; /* of making memory that is there on demand */

static bool allows(uint64_t pte, bool write)
{
	uint64_t need = PTE_P | PTE_U | (write ? PTE_W : 0);

	return (pte & need) == need;
}

/* Where the host sees at; NULL: the guest may not do this there. */
static char *host_of(gaddr at, bool write)
{
	struct task *t = current_task;

	for (int i = 0; i < TRIES; i++) {
		_Atomic uint64_t *e = kvm_pte(at);
		uint64_t pte = e ? atomic_load(e) : 0;

		if (allows(pte, write))
			return pte_host(pte) + at % PAGE;
		if (!t || at >= kvm_mem_table.high ||
		    !t->personality->populate(t, at, write))
			return NULL;
	}
	return NULL;
}

/*
 * The host's view of [at, at+*n); *n is cut to what lies in one piece there.
 */
static char *stretch_of(gaddr at, size_t *n, bool write)
{
	char *first = host_of(at, write);
	size_t have = PAGE - at % PAGE;

	if (!first)
		return NULL;
	while (have < *n) {
		_Atomic uint64_t *e = kvm_pte(at + have);
		uint64_t pte = e ? atomic_load(e) : 0;

		/* What is not there yet is found by the next call. */
		if (!allows(pte, write) || pte_host(pte) != first + have)
			break;
		have += PAGE;
	}
	*n = MIN(*n, have);
	return first;
}

static int kvm_read(void *dst, gaddr src, size_t n)
{
	char *to = dst;

	while (n) {
		size_t part = n;
		char *from = stretch_of(src, &part, false);

		if (!from || direct_copy(to, from, part))
			return -EFAULT;
		to += part;
		src += part;
		n -= part;
	}
	return 0;
}

static int kvm_write(gaddr dst, const void *src, size_t n)
{
	const char *from = src;

	while (n) {
		size_t part = n;
		char *to = stretch_of(dst, &part, true);

		if (!to || direct_copy(to, from, part))
			return -EFAULT;
		from += part;
		dst += part;
		n -= part;
	}
	return 0;
}

static int kvm_fill(gaddr dst, int byte, size_t n)
{
	char buf[1024];

	memset(buf, byte, MIN(n, sizeof buf));
	while (n) {
		size_t part = MIN(n, sizeof buf);

		if (kvm_write(dst, buf, part))
			return -EFAULT;
		dst += part;
		n -= part;
	}
	return 0;
}

static int kvm_iov(gaddr at, size_t n, bool write, struct iovec *v, int max)
{
	int count = 0;

	if (max > 0 && n == 0) {
		/* A vector all the same: some calls want one. */
		v[0] = (struct iovec){ kvm_machine.ram, 0 };
		return 1;
	}
	while (n && count < max) {
		size_t part = n;
		char *from = stretch_of(at, &part, write);

		if (!from)
			return count ? count : -EFAULT;
		v[count++] = (struct iovec){ from, part };
		at += part;
		n -= part;
	}
	return count;
}

static int kvm_cmpxchg32(gaddr at, uint32_t *old, uint32_t new_value)
{
	uint32_t found = *old;
	char *p;

	if (at % 4)
		return -EFAULT;
	p = host_of(at, true);
	if (!p)
		return -EFAULT;
	asm volatile goto("1:	lock cmpxchgl %2, (%1)\n" MAY_FAULT
			  : "+a"(found)
			  : "r"(p), "r"(new_value)
			  : "memory", "cc"
			  : fault);
	asm volatile("");
	*old = found;
	return 0;
fault:
	return -EFAULT;
}

static uint32_t *kvm_futex_word(gaddr at)
{
	return at % 4 ? NULL : (uint32_t *)host_of(at, false);
}

struct guest_mem kvm_mem_table = {
	.low = 0x10000,
	.high = 0x7fffffff0000,
	.read = kvm_read,
	.write = kvm_write,
	.fill = kvm_fill,
	.iov = kvm_iov,
	.cmpxchg32 = kvm_cmpxchg32,
	.futex_word = kvm_futex_word,
	.map = kvm_map,
	.protect = kvm_protect,
	.unmap = kvm_unmap,
	.discard = kvm_discard,
};
