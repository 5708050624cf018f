/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trace-private.h - what the parts of the trace share. */
#ifndef RF_TRACE_PRIVATE_H
#define RF_TRACE_PRIVATE_H

#include "syscall-xlate/trace.h"
#include "syscall-xlate/xlate.h"

enum { TRACE_TEXT = 300, TRACE_BYTES = 32 };

/* An argument, decoded. */
struct trace_value {
	char name[32];
	enum {
		VALUE_HEX,
		VALUE_FLAGS,
		VALUE_SIGNED,
		VALUE_UNSIGNED,
		VALUE_TEXT,
		VALUE_SYMBOL, /* a number by its name or names */
		VALUE_BYTES
	} type;
	uint64_t number;
	bool has_pointee; /* VALUE_HEX: what lies there */
	bool cut;         /* VALUE_BYTES: there were more */
	uint64_t pointee;
	int len;
	char text[TRACE_TEXT];
};

/*
 * trace_next() - decodes one argument.  *row is the rest of call->args;
 * moves on.  done: the call has returned and not failed, so that what it
 * returned through pointers is there.  False: there is no more.
 */
bool trace_next(const struct trace_names *names, struct task *t,
		const struct xlate_call *call, const uint64_t *args, bool done,
		const char **row, unsigned *index, struct trace_value *v);

/* A line under construction; what does not fit is cut off. */
struct trace_line {
	size_t len;
	char text[4096];
};
void trace_put(struct trace_line *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* With a newline, in one write(2), whole or not at all. */
void trace_flush(struct trace_line *l, int fd);

/* trace-json.c */
extern int trace_json_fd; /* -1: not wanted */
void trace_json_line(const struct trace_names *names, struct task *t,
		     const struct xlate_call *call, const uint64_t *args,
		     bool returned, int64_t ret, int64_t began, int64_t took);

#endif
