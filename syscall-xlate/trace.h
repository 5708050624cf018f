/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace.h - one line per call on stderr, made from the call's table row.
 */
#ifndef RF_TRACE_H
#define RF_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct task;
struct guest_regs;
struct xlate_call;

extern bool trace_enabled;

/*
 * trace_select() - trace the calls whose names match one of the
 * comma-separated patterns (* and ? work); NULL: all.  0, or -1 (no memory).
 */
int trace_select(const char *patterns);

/* How a personality writes what only it knows. */
struct trace_names {
	/* The name of a result, or NULL. */
	const char *(*result)(int64_t ret);
	/* A string argument of this kind at guest address a into buf; the
	 * length, or -1 if the kind is not a string. */
	int (*string)(struct task *t, const char *kind, uint64_t a, char *buf,
		      int size);
};
void trace_set_names(const struct trace_names *names);

void trace_absent(struct task *t, const struct guest_regs *regs,
		  const struct xlate_call *call);
void trace_enter(struct task *t, const struct xlate_call *call,
		 const uint64_t *args);
void trace_leave(struct task *t, const struct xlate_call *call,
		 const uint64_t *args, int64_t ret);

#endif
