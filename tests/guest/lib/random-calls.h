/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * random-calls.h - for tests that make random calls and know what each must do:
 * numbers from a seed, and the calls that led to a difference.
 *
 * FUZZ_SECONDS (default 2) and FUZZ_SEED choose how long and what.
 */
#ifndef RF_GUEST_RANDOM_CALLS_H
#define RF_GUEST_RANDOM_CALLS_H

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { RANDOM_LOG = 60, RANDOM_ROUND = 2000 };

static char history[RANDOM_LOG][200];
static unsigned long long rng, steps;

static inline unsigned pick(unsigned n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned)(rng >> 20) % n;
}

static inline void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(history[steps % RANDOM_LOG], sizeof history[0], fmt, ap);
	va_end(ap);
}

static inline void differ(const char *what, long long got, long long want)
{
	printf("step %llu: %s: got %lld, want %lld; the last calls:\n", steps,
	       what, got, want);
	for (unsigned long long i =
		     steps > RANDOM_LOG ? steps - RANDOM_LOG + 1 : 0;
	     i <= steps; i++)
		printf("  %s\n", history[i % RANDOM_LOG]);
	check_failed++;
}

/* name, some of its letters in capitals; ANSI, code page 1252. */
static inline void respell(char *to, const char *name)
{
	strcpy(to, name);
	for (unsigned i = pick(3); to[i] && pick(2); i++) {
		if (to[i] >= 'a' && to[i] <= 'z')
			to[i] -= 32;
		else if (to[i] == '\xe4')
			to[i] = '\xc4';
	}
}

/* A new folder of this process's becomes the current one; and is left, empty. */
static inline void enter_own_folder(char here[MAX_PATH], const char *tag)
{
	GetTempPathA(MAX_PATH, here);
	sprintf(here + strlen(here), "rf-%s-%lu", tag, GetCurrentProcessId());
	CHECK(CreateDirectoryA(here, NULL), "%lu", GetLastError());
	CHECK(SetCurrentDirectoryA(here));
}

static inline void leave_own_folder(const char *here)
{
	SetCurrentDirectoryA("\\");
	RemoveDirectoryA(here);
}

/* Rounds of calls, each of its own seed; clean() ends one. */
static inline void random_calls(void (*const *calls)(void), unsigned n,
				void (*clean)(void))
{
	const char *seconds = getenv("FUZZ_SECONDS"), *s = getenv("FUZZ_SEED");
	DWORD end = GetTickCount() + (seconds ? atoi(seconds) : 2) * 1000;
	unsigned long long seed = s ? strtoull(s, NULL, 0) : 1;

	do {
		rng = seed * 0x9e3779b97f4a7c15ull | 1;
		for (int i = 0; i < RANDOM_ROUND && !check_failed; i++) {
			steps++;
			note("-");
			calls[pick(n)]();
		}
		if (check_failed)
			printf("FUZZ_SEED=%llu\n", seed);
		else
			clean();
		seed++;
	} while (!check_failed && !s && (int)(end - GetTickCount()) > 0);
	printf("%llu calls\n", steps);
}

#endif
