/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * raw-call.h - system calls for code that runs while the guest's thread pointer
 * is in force, or a thread is on its way out: neither errno nor what else libc
 * keeps for a thread may be touched.
 */
#ifndef RF_RAW_CALL_H
#define RF_RAW_CALL_H

/* A function of such code: no canary is read, no vector register is used. */
#define NO_TLS                                                                 \
	__attribute__((optimize("no-stack-protector"),                         \
		       target("general-regs-only")))

/* Returns what the kernel does: 0 or more, or a negative errno value. */
NO_TLS static inline long raw_call(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

#endif
