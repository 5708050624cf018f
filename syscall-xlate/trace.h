/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace.h - what a program asks of its system: a line per call on stderr, the
 * same as JSON in a file, and a summary of counts and times at the end.  All
 * of it is made from the call's table row.
 */
#ifndef RF_TRACE_H
#define RF_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct task;
struct guest_regs;
struct xlate_call;

/* Something of the below is wanted: dispatch() looks at nothing else. */
extern bool trace_enabled;

/*
 * trace_select() - trace the calls that match one item of a comma-separated
 * list: a name, a pattern (* and ? and [] work), or a group of the
 * personality.  NULL: all.  0, or -1 with e set: no memory.
 */
int trace_select(const char *list, struct err *e);

/*
 * trace_json() - write the calls as JSON, one object per line, into a file.
 * append: it is the parent's, which this process shares.  The calls are those
 * of trace_select(), or all.  0, or -1 with e set (errno of open).
 */
int trace_json(const char *file, bool append, struct err *e);

/* The same in a sandbox's child, which cannot open it: fd was inherited. */
void trace_json_to(int fd);

/*
 * trace_json_share() - have children inherit the file, too.  Returns its
 * descriptor, one that no guest meets, or -1 if there is none.
 */
int trace_json_share(void);

/* The guest's descriptors are the host's: this one is not among them. */
void trace_json_hide(void);

/* Count, and print a table when the process ends. */
void trace_summary(void);

/* Calls that belong together; what --trace=NAME means. */
struct trace_group {
	const char *name;
	const char *patterns; /* comma-separated, for fnmatch(3) */
};

/* How a personality writes what only it knows. */
struct trace_names {
	/* The name of a result, or NULL. */
	const char *(*result)(int64_t ret);
	bool (*failed)(int64_t ret);
	/* A string argument of this kind at guest address a into buf; the
	 * length, or -1 if the kind is not a string. */
	int (*string)(struct task *t, const char *kind, uint64_t a, char *buf,
		      int size);
	/*
	 * The name of a number, or of the flags in it, that the call has for
	 * the argument arg: the length, or -1 if it is just a number.  May be
	 * NULL.
	 */
	int (*constant)(const char *call, const char *arg, uint32_t value,
			char *buf, int size);
	/*
	 * What an argument of this kind points to, if that is one number.
	 * "out*" and "inout*" point to one of a pointer's size.
	 */
	bool (*pointee)(struct task *t, const char *kind, uint64_t a,
			uint64_t *v);
	const struct trace_group *groups; /* the last has no name */
	const struct xlate_call *calls;
	const size_t *ncalls;
};

/*
 * trace_start() - by the personality's start.  Returns 0, or -1 with e set:
 * an item of the list is neither a group nor a call's name (EINVAL).
 */
int trace_start(const struct trace_names *names, struct err *e);

/* The process ends: the summary, if wanted.  Safe to call more than once. */
void trace_finish(void);

/* ---- for dispatch() -------------------------------------------------- */

void trace_absent(struct task *t, const struct guest_regs *regs,
		  const struct xlate_call *call);
/* Returns when the call began, for trace_leave(). */
int64_t trace_enter(struct task *t, const struct xlate_call *call,
		    const uint64_t *args);
void trace_leave(struct task *t, const struct xlate_call *call,
		 const uint64_t *args, int64_t ret, int64_t began);

#endif
