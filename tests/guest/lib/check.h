/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.h - for guest tests: counts and prints what differs.
 *
 * A test is a program that is right on the real system as well.  It returns
 * check_done() from main: 0, or 1 after printing each difference.
 */
#ifndef RF_GUEST_CHECK_H
#define RF_GUEST_CHECK_H

#include <stdarg.h>
#include <stdio.h>

#ifndef COUNT_OF
#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])
#endif

static int check_failed, check_count;

static inline void check_fail(const char *file, int line, const char *cond,
			      const char *fmt, ...)
{
	va_list ap;

	check_failed++;
	printf("%s:%d: %s", file, line, cond);
	if (fmt[0]) {
		printf(": ");
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
	}
	printf("\n");
}

/* CHECK(condition, "format", values...): the text says what was seen. */
#define CHECK(cond, ...)                                                       \
	do {                                                                   \
		check_count++;                                                 \
		if (!(cond))                                                   \
			check_fail(__FILE__, __LINE__, #cond, "" __VA_ARGS__); \
	} while (0)

/* Integers that must be equal; shows both. */
#define CHECK_EQ(got, want)                                                    \
	do {                                                                   \
		long long g_ = (long long)(got), w_ = (long long)(want);       \
		check_count++;                                                 \
		if (g_ != w_)                                                  \
			check_fail(__FILE__, __LINE__, #got " == " #want,      \
				   "got %lld (%#llx), want %lld (%#llx)", g_,  \
				   g_, w_, w_);                                \
	} while (0)

static inline int check_done(void)
{
	if (check_failed)
		printf("%d of %d checks failed\n", check_failed, check_count);
	fflush(stdout);
	return check_failed ? 1 : 0;
}

#endif
