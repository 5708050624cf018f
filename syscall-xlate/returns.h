/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * returns.h - returning from what has made a system call.
 *
 * Processors predict returns by a stack of the calls before them.  A kernel that
 * defends itself against Retbleed or SRSO returns by thunks that leave its own
 * addresses there, so that behind a system call every return is predicted wrong:
 * about 8 ns each, five of them from a read's handler to the program.  What is
 * marked RETURNS_BY_CHOICE jumps to its caller instead where the handler has
 * said returns_spoil(); indirect jumps are predicted by other means.
 *
 * Worth it only for calls that cost little more than the host's.
 */
#ifndef RF_RETURNS_H
#define RF_RETURNS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* By returns-x86_64.S.  At the function's definition.  Empty: by ret, always. */
#if __has_attribute(function_return)
#define RETURNS_BY_CHOICE __attribute__((function_return("thunk-extern")))
#else
#define RETURNS_BY_CHOICE
#endif

/* This call has spoiled the returns; dispatch() begins with false. */
extern __thread bool returns_spoiled __attribute__((tls_model("local-exec")));

/* Does the kernel?  Asked once a program has made RETURNS_ASK cheap calls. */
enum { RETURNS_ASK = 1000 };
extern _Atomic uint32_t returns_cheap_calls;
extern _Atomic bool returns_matter;

/* returns_ask() - look what the kernel says of itself; keeps errno. */
void returns_ask(void);

/* returns_spoil() - the calling thread has just made a host call. */
static inline void returns_spoil(void)
{
	uint32_t n = atomic_load_explicit(&returns_cheap_calls,
					  memory_order_relaxed);

	returns_spoiled = atomic_load_explicit(&returns_matter,
					       memory_order_relaxed);
	if (__builtin_expect(n >= RETURNS_ASK, 1))
		return;
	/* Threads may lose counts of each other, or ask twice: no matter. */
	atomic_store_explicit(&returns_cheap_calls, n + 1,
			      memory_order_relaxed);
	if (n + 1 == RETURNS_ASK)
		returns_ask();
}

#endif
