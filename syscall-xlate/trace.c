/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace.c - prints calls.
 *
 * A line is made when the call returns, with what went in and what came out;
 * a call that does not return (or blocks) is shown by a line of its own
 * before it starts only if it is one that ends the thread.
 */
#include "syscall-xlate/trace.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/xlate.h"

enum { LINE = 1024, MAX_STRING = 300 };

bool trace_enabled;
static char *selected;
static const struct trace_names *personality_names;

int trace_select(const char *patterns)
{
	trace_enabled = true;
	free(selected);
	selected = patterns ? strdup(patterns) : NULL;
	return patterns && !selected ? -1 : 0;
}

void trace_set_names(const struct trace_names *names)
{
	personality_names = names;
}

static bool wanted(const char *name)
{
	char list[256], *save = NULL;

	if (!selected)
		return true;
	snprintf(list, sizeof list, "%s", selected);
	for (char *p = strtok_r(list, ",", &save); p;
	     p = strtok_r(NULL, ",", &save))
		if (fnmatch(p, name, 0) == 0)
			return true;
	return false;
}

struct line {
	char text[LINE];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
put(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, sizeof l->text - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len = MIN(l->len + (size_t)n, sizeof l->text - 2);
}

static void put_arg(struct line *l, struct task *t, const char *kind,
		    const char *name, uint64_t v)
{
	char text[MAX_STRING];
	int n = -1;

	if (personality_names)
		n = personality_names->string(t, kind, v, text, sizeof text);
	if (n >= 0)
		put(l, "%s=\"%.*s\"", name, n, text);
	else if (!strcmp(kind, "i32") || !strcmp(kind, "i64"))
		put(l, "%s=%" PRId64, name,
		    kind[1] == '3' ? (int64_t)(int32_t)v : (int64_t)v);
	else if (!strcmp(kind, "u32") || !strcmp(kind, "bool"))
		put(l, "%s=%#" PRIx32, name, (uint32_t)v);
	else
		put(l, "%s=%#" PRIx64, name, v);
}

static void put_args(struct line *l, struct task *t,
		     const struct xlate_call *call, const uint64_t *args)
{
	char list[512], *save = NULL;
	unsigned i = 0;

	snprintf(list, sizeof list, "%s", call->args);
	for (char *p = strtok_r(list, " ", &save); p;
	     p = strtok_r(NULL, " ", &save), i++) {
		char *name = strchr(p, ':'), *end;

		if (!name)
			break;
		*name++ = 0;
		end = strchr(name, '[');
		if (end)
			*end = 0;
		if (i)
			put(l, ", ");
		put_arg(l, t, p, name, args[i]);
	}
}

static void flush(struct line *l)
{
	l->text[l->len++] = '\n';
	if (write(STDERR_FILENO, l->text, l->len) < 0)
		return; /* nobody listens */
}

void trace_absent(struct task *t, const struct guest_regs *regs,
		  const struct xlate_call *call)
{
	/* Once per call and process, whether traced or not. */
	static _Atomic uint8_t seen[4096];
	unsigned nr = (unsigned)regs->rax & 0xfff;

	if (!trace_enabled && !log_on(LOG_NT))
		return;
	if (atomic_exchange(&seen[nr], 1))
		return;
	log_warn("call %#x (%s) is not implemented", nr,
		 call ? call->name : "no such call");
}

void trace_enter(struct task *t, const struct xlate_call *call,
		 const uint64_t *args)
{
	struct line l = { .len = 0 };

	/* These may not come back. */
	if (!strstr(call->name, "Terminate") && !strstr(call->name, "Continue") &&
	    !strstr(call->name, "Exception"))
		return;
	if (!wanted(call->name))
		return;
	put(&l, "[%d] %s(", t->tid, call->name);
	put_args(&l, t, call, args);
	put(&l, ") ...");
	flush(&l);
}

void trace_leave(struct task *t, const struct xlate_call *call,
		 const uint64_t *args, int64_t ret)
{
	struct line l = { .len = 0 };
	const char *name = NULL;

	if (!wanted(call->name))
		return;
	put(&l, "[%d] %s(", t->tid, call->name);
	put_args(&l, t, call, args);
	if (personality_names)
		name = personality_names->result(ret);
	if (name)
		put(&l, ") = %s", name);
	else
		put(&l, ") = %#" PRIx64, ret);
	flush(&l);
}
