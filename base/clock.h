/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock.h - the clocks and random numbers that the foreign program sees.
 *
 * Mostly they are the host's.  An engine for which calls are dear has the clock
 * worked out by the program's own side, from the processor's counter and a line
 * that is kept here (clock_share); --deterministic replaces them (clock_fix).
 */
#ifndef RF_CLOCK_H
#define RF_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* CLOCK_REALTIME, CLOCK_MONOTONIC or CLOCK_BOOTTIME, in ns. */
int64_t clock_ns(clockid_t id);
/* The same as a timespec; any clock of the host's. */
void clock_get(clockid_t id, struct timespec *ts);

/* ---- the program's own side (dlls/ntdll/clock.c has the same) ------------ */

enum { CLOCK_SHIFT = 31 };

/*
 * ns = monotonic + (counter - tsc) * mult >> CLOCK_SHIFT, for a counter of less
 * than span after tsc; CLOCK_REALTIME is offset more.  seq is odd while this is
 * being changed, and 0 if it is not to be used.  Who finds it too old makes a
 * call, which brings a new one.
 */
struct clock_line {
	_Atomic uint32_t seq;
	_Atomic uint32_t mult;
	_Atomic uint64_t tsc;
	_Atomic uint64_t span;
	_Atomic int64_t monotonic;
	_Atomic int64_t offset;
};

/*
 * clock_share() - keep line (memory that the program can read) current from now
 * on, and answer clock_ns() from it too, as the two must agree.  The caller has
 * seen that the program's processor counts as ours does.
 */
void clock_share(struct clock_line *line);

/* ---- --deterministic ------------------------------------------------------ */

/*
 * clock_fix() - from now on clocks move only when they are read, by a little,
 * and when a wait times out, by its length; and random numbers follow from seed.
 * start: the monotonic clock in ns, 0 for that of a first process.
 */
void clock_fix(uint64_t seed, int64_t start);
bool clock_is_fixed(void);
/* As clock_ns(), but the clock does not move. */
int64_t clock_peek(clockid_t id);
/* Around a wait that may time out: its length (this thread's next wait). */
void clock_will_wait(int64_t ns);
void clock_timed_out(void);
/* For a child: a seed of its own, and this moment. */
void clock_for_child(uint64_t *seed, int64_t *start);

/* Fills at all n bytes: getrandom(2), or what follows from the seed. */
void random_fill(void *at, size_t n);
/*
 * With clock_fix(): what /dev/random and /dev/urandom are.  fd is kept if it is
 * another file, else closed, and a file with a megabyte of what follows from the
 * seed takes its place.  -1 with errno.
 */
int random_file(int fd);

#endif
