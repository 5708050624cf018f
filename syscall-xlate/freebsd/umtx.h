/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* umtx.h - between umtx.c (the call) and umtx-mutex.c. */
#ifndef RF_FREEBSD_UMTX_H
#define RF_FREEBSD_UMTX_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/guest.h"
#include "syscall-xlate/task.h"

/* When a sleep ends: never, after a while, or at a time of a clock. */
struct deadline {
	bool any, absolute;
	int clock;
	struct timespec ts;
};

/* Sleeps while *word is value.  0, -ETIMEDOUT, -EINTR. */
int64_t umtx_sleep(struct task *t, uint32_t *word, uint32_t value,
		   const struct deadline *d);
int64_t umtx_wake(uint32_t *word, uint64_t n);
/*
 * The word at `at`: *now -> new_value.  1 if it was *now, else 0 and *now is what
 * it is; -EFAULT.
 */
int umtx_cas(gaddr at, uint32_t *now, uint32_t new_value);
/* For futex(2), which finds out by itself if it is gone. */
uint32_t *umtx_word(gaddr at);

/* try: do not sleep; take: else only until it could be had. */
int64_t umtx_mutex_lock(struct task *t, gaddr obj, bool try, bool take,
			const struct deadline *d);
int64_t umtx_mutex_unlock(struct task *t, gaddr obj);
int64_t umtx_mutex_wake(struct task *t, gaddr obj);
int64_t umtx_set_ceiling(struct task *t, gaddr obj, uint32_t ceiling, gaddr old);
int64_t umtx_set_robust_lists(struct task *t, uint64_t size, gaddr at);

/* UMTX_OP_SHM: UMTX_SHM_* of addr (umtx-shm.c). */
int64_t umtx_shm(uint64_t what, gaddr addr);

#endif
