/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* micro.h - what the guest and the native micro-benchmark share. */
#ifndef RF_MICRO_H
#define RF_MICRO_H

#include <stdio.h>

double seconds(void); /* a clock */

/* The best of 5 rounds of n calls, in ns a call: "name\tns" on stdout. */
#define BENCH(name, n, ...)                                                    \
	do {                                                                   \
		double best_ = 1e9;                                            \
		for (int round_ = 0; round_ < 5; round_++) {                   \
			double start_ = seconds(), t_;                         \
			for (long i_ = 0; i_ < (n); i_++) {                    \
				__VA_ARGS__;                                   \
			}                                                      \
			t_ = (seconds() - start_) / (n)*1e9;                   \
			if (t_ < best_)                                        \
				best_ = t_;                                    \
		}                                                              \
		printf("%s\t%.2f\n", name, best_);                             \
	} while (0)

#endif
