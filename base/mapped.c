/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapped.c - see mapped.h.
 *
 * The compiler's own setjmp: three stores, and it goes back from a handler, on
 * whatever stack that is, without asking whether it may.
 */
#include "base/mapped.h"

#include <signal.h>
#include <stddef.h>

static __thread void **back; /* of the innermost frame; NULL: none */

__attribute__((noinline)) int mapped_try(int (*fn)(void *arg), void *arg)
{
	void *here[5];
	int ret;

	if (__builtin_setjmp(here)) {
		back = NULL;
		return MAPPED_LEFT;
	}
	back = here;
	ret = fn(arg);
	back = NULL;
	return ret;
}

void mapped_leave(void)
{
	if (back)
		__builtin_longjmp(back, 1);
}

static void on_bus_error(int sig)
{
	mapped_leave();
	signal(sig, SIG_DFL); /* again, for a core file */
}

void mapped_catch(void)
{
	const struct sigaction sa = { .sa_handler = on_bus_error,
				      .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &sa, NULL);
}
