/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * futex.h - futex(2), inline.
 *
 * The kernel empties the processor's return stack when it switches threads, so
 * behind a wait, or a wake-up that hands the processor over, each return costs
 * a mispredicted branch: the fewer calls lie between here and the guest, the
 * sooner it goes on.
 */
#ifndef RF_FUTEX_H
#define RF_FUTEX_H

#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

/* Returns what the kernel does: 0 or more, or a negative errno value. */
static inline long futex_call(_Atomic uint32_t *word, int op, uint32_t v,
			      const struct timespec *until, uint32_t mask)
{
	register const struct timespec *r10 __asm__("r10") = until;
	register long r8 __asm__("r8") = 0;
	register unsigned long r9 __asm__("r9") = mask;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"((long)SYS_futex), "D"(word), "S"((long)op),
			   "d"((unsigned long)v), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#endif
