/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-compat.c - what a thread needs before it runs 32-bit code.
 *
 * FS must hold a selector, since 32-bit code may save and reload it, and a
 * reload takes the base from the descriptor.  In order of preference: a slot
 * of the GDT (per thread, but set only by the 32-bit system call), one of the
 * LDT, or the flat data segment, with which only such a reload breaks.
 */
#include "syscall-xlate/engine/direct.h"

#include <asm/ldt.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/guarded.h"
#include "base/table.h"
#include "base/log.h"

enum { SET_THREAD_AREA_32 = 243, LDT_SLOTS = 8192 };

static uint64_t host_fs(void)
{
	uint64_t fs;

	asm("rdfsbase %0" : "=r"(fs));
	return fs;
}

/*
 * d is below 4 GB.  Kernels without 32-bit system calls answer with SIGSEGV,
 * which the exception table turns into an error.
 */
static int set_thread_area(struct user_desc *d)
{
	int ret;

	asm volatile goto("1:	int $0x80\n" MAY_FAULT
			  : "=a"(ret)
			  : "a"(SET_THREAD_AREA_32), "b"(d)
			  : "memory", "r8", "r9", "r10", "r11"
			  : fault);
	asm volatile("");
	return ret;
fault:
	return -ENOSYS;
}

/* Slots are given by base: a stack that is used again has its slot already. */
static int ldt_slot(uint32_t base)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint32_t bases[LDT_SLOTS] SPARSE;
	int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < LDT_SLOTS && bases[i] && bases[i] != base; i++)
		;
	if (i < LDT_SLOTS)
		bases[i] = base;
	pthread_mutex_unlock(&lock);
	return i < LDT_SLOTS ? i : -1;
}

void direct_compat_thread(uint64_t fs_base)
{
	/* The page behind the TEB is ours, and empty yet. */
	struct user_desc *d = (struct user_desc *)(fs_base + FS_HOST);
	const struct user_desc flat = {
		.entry_number = (unsigned)-1,
		.base_addr = (uint32_t)fs_base,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
	uint16_t sel = DS32;
	uint64_t host = host_fs();

	*d = flat;
	if (set_thread_area(d) == 0) {
		sel = (uint16_t)(d->entry_number << 3 | 3);
	} else {
		int slot = ldt_slot((uint32_t)fs_base);

		*d = flat;
		d->entry_number = (unsigned)slot;
		if (slot >= 0 &&
		    syscall(SYS_modify_ldt, 0x11, d, sizeof *d) == 0)
			sel = (uint16_t)(slot << 3 | 7);
	}
	memset(d, 0, sizeof *d);
	*(uint64_t *)(fs_base + FS_HOST) = host;
	/* Between the two nothing may use a thread-local; a signal does not
	   either before it has put FS right. */
	asm volatile("mov %1, %%fs\n\t"
		     "wrfsbase %0\n\t"
		     "mov %2, %%ds\n\t"
		     "mov %2, %%es"
		     :
		     : "r"(host), "r"(sel), "r"(DS32));
}
