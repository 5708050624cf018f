/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* micro.h - what the guest and the native micro-benchmark share. */
#ifndef RF_MICRO_H
#define RF_MICRO_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BENCH_ONLY=PART: only rows with that in their names. */
static inline int bench_wanted(const char *name)
{
	const char *part = getenv("BENCH_ONLY");

	return !part || strstr(name, part);
}

/*
 * What two threads that take turns cost depends first of all on whether the
 * scheduler happens to put both on one processor: where an idle one is slow to
 * wake up, as in a virtual machine, tenfold.  So rows say which it is; without
 * a second processor, both show the same.
 */
enum { FIRST_CPU = 1, SECOND_CPU = 2 }; /* as masks */

static inline long rounds_on(unsigned long cpu)
{
	return cpu == FIRST_CPU ? 20000 : 2000;
}

double seconds(void); /* a clock */

/*
 * The best of so many rounds of n calls, in ns a call: "name\tns" on stdout.
 * Within a round i_ counts them.
 */
#define BENCH_ROUNDS(rounds, name, n, ...)                                     \
	do {                                                                   \
		double best_ = 1e9;                                            \
		int rounds_ = bench_wanted(name) ? (rounds) : 0;               \
		for (int round_ = 0; round_ < rounds_; round_++) {             \
			double start_ = seconds(), t_;                         \
			for (long i_ = 0; i_ < (n); i_++) {                    \
				__VA_ARGS__;                                   \
			}                                                      \
			t_ = (seconds() - start_) / (n)*1e9;                   \
			if (t_ < best_)                                        \
				best_ = t_;                                    \
		}                                                              \
		if (rounds_)                                                   \
			printf("%s\t%.2f\n", name, best_);                     \
	} while (0)

/* 5 rounds of n */
#define BENCH(name, n, ...) BENCH_ROUNDS(5, name, n, __VA_ARGS__)

/*
 * As many calls in shorter rounds, some of which lie between two turns of the
 * scheduler on a machine with other work.  For rows of one thread: of two that
 * compete, the best short round would be one that the other has slept through.
 */
#define BENCH_ALONE(name, n, ...) BENCH_ROUNDS(100, name, (n) / 20, __VA_ARGS__)

#endif
