/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * micro-futex.h - passing the turn by a word and a futex: what an event or a
 * semaphore cannot be faster than.
 */
#ifndef RF_MICRO_FUTEX_H
#define RF_MICRO_FUTEX_H

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* flag: FUTEX_PRIVATE_FLAG, or 0 between processes */
static inline void wake(_Atomic unsigned *w, int flag)
{
	*w = 1;
	syscall(SYS_futex, w, FUTEX_WAKE | flag, 1, NULL, NULL, 0);
}

static inline void await(_Atomic unsigned *w, int flag)
{
	unsigned one;

	for (;;) {
		one = 1;
		if (atomic_compare_exchange_strong(w, &one, 0))
			return;
		syscall(SYS_futex, w, FUTEX_WAIT | flag, 0, NULL, NULL, 0);
	}
}

/* Pins the calling thread to a mask of processors; the mask it had. */
static inline unsigned run_on(unsigned mask)
{
	cpu_set_t old, set;
	unsigned had = 0;

	sched_getaffinity(0, sizeof old, &old);
	CPU_ZERO(&set);
	for (unsigned i = 0; i < 32; i++) {
		if (mask >> i & 1)
			CPU_SET(i, &set);
		if (CPU_ISSET(i, &old))
			had |= 1u << i;
	}
	sched_setaffinity(0, sizeof set, &set);
	return had;
}

#endif
