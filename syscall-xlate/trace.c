/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace.c - which calls are traced; their lines on stderr; the summary.
 *
 * A line is made when the call returns, with what went in and what came out;
 * a call that may not return is shown before it starts as well.
 */
#include "syscall-xlate/trace.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/trace-private.h"

bool trace_enabled;

static bool lines, summary;
static char *selection;
static const struct trace_names *names;
static uint8_t *chosen; /* per call of the table; NULL: all */
static struct count {
	_Atomic uint64_t calls, errors, ns;
} * counts;

int trace_select(const char *list, struct err *e)
{
	lines = trace_enabled = true;
	free(selection);
	selection = list ? strdup(list) : NULL;
	return list && !selection ? err_set(e, ENOMEM, "no memory") : 0;
}

void trace_summary(void)
{
	summary = trace_enabled = true;
}

/* Marks the calls that match one of a list of patterns; how many. */
static size_t choose(const char *patterns)
{
	char *list = strdup(patterns), *save = NULL;
	size_t found = 0;

	for (char *p = list ? strtok_r(list, ",", &save) : NULL; p;
	     p = strtok_r(NULL, ",", &save))
		for (size_t i = 0; i < *names->ncalls; i++)
			if (names->calls[i].name &&
			    fnmatch(p, xlate_name(&names->calls[i]), 0) == 0) {
				chosen[i] = 1;
				found++;
			}
	free(list);
	return found;
}

static int choose_all(struct err *e)
{
	char *list, *save = NULL;
	int ret = 0;

	chosen = calloc(*names->ncalls, 1);
	list = strdup(selection);
	if (!chosen || !list)
		ret = err_set(e, ENOMEM, "no memory");
	for (char *p = ret ? NULL : strtok_r(list, ",", &save); p;
	     p = strtok_r(NULL, ",", &save)) {
		const struct trace_group *g = names->groups;

		while (g && g->name && strcmp(g->name, p))
			g++;
		if (choose(g && g->name ? g->patterns : p) == 0) {
			ret = err_set(e, EINVAL,
				      "--trace=%s: neither a call nor a group "
				      "of calls",
				      p);
			break;
		}
	}
	free(list);
	return ret;
}

int trace_start(const struct trace_names *n, struct err *e)
{
	names = n;
	if (summary) {
		counts = calloc(*n->ncalls, sizeof *counts);
		if (!counts)
			return err_set(e, ENOMEM, "no memory");
	}
	return selection ? choose_all(e) : 0;
}

static bool wanted(const struct xlate_call *call)
{
	return !chosen || chosen[call->nr];
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* ---- lines ----------------------------------------------------------- */

static void put_quoted(struct trace_line *l, const char *text, int n)
{
	trace_put(l, "\"");
	for (int i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			trace_put(l, "\\n");
		else if (c == '\r')
			trace_put(l, "\\r");
		else if (c == '"' || c == '\\')
			trace_put(l, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			trace_put(l, "\\x%02x", c);
		else
			trace_put(l, "%c", c);
	}
	trace_put(l, "\"");
}

static void put_call(struct trace_line *l, struct task *t,
		     const struct xlate_call *call, const uint64_t *args,
		     bool done)
{
	const char *row = xlate_args(call);
	struct trace_value v;
	unsigned i = 0;

	trace_put(l, "[%d] %s(", t->tid, xlate_name(call));
	while (trace_next(names, t, call, args, done, &row, &i, &v)) {
		trace_put(l, "%s%s=", i > 1 ? ", " : "", v.name);
		switch (v.type) {
		case VALUE_TEXT: /* names: readable before unambiguous */
			trace_put(l, "\"%.*s\"", v.len, v.text);
			break;
		case VALUE_SYMBOL:
			trace_put(l, "%.*s", v.len, v.text);
			break;
		case VALUE_BYTES:
			put_quoted(l, v.text, v.len);
			trace_put(l, "%s", v.cut ? "..." : "");
			break;
		case VALUE_SIGNED:
			trace_put(l, "%" PRId64, (int64_t)v.number);
			break;
		case VALUE_UNSIGNED:
			trace_put(l, "%" PRIu64, v.number);
			break;
		case VALUE_FLAGS:
		case VALUE_HEX:
			trace_put(l, "%#" PRIx64, v.number);
			if (v.has_pointee)
				trace_put(l, "->%#" PRIx64, v.pointee);
			break;
		}
	}
	trace_put(l, ")");
}

void trace_absent(struct task *t, const struct guest_regs *regs,
		  const struct xlate_call *call)
{
	/* Once per call and process, whether traced or not. */
	static _Atomic uint8_t seen[4096] SPARSE;
	unsigned nr = (unsigned)regs->rax & 0xfff;

	if (!trace_enabled && !log_on(LOG_NT))
		return;
	if (atomic_exchange(&seen[nr], 1))
		return;
	log_warn("call %#x (%s) is not implemented", nr,
		 call ? xlate_name(call) : "no such call");
}

static bool may_not_return(const struct xlate_call *call)
{
	const char *name = xlate_name(call);

	return strstr(name, "Terminate") || strstr(name, "Continue") ||
	       strstr(name, "Exception") || strstr(name, "exit");
}

int64_t trace_enter(struct task *t, const struct xlate_call *call,
		    const uint64_t *args)
{
	int64_t began = now();

	if (counts)
		counts[call->nr].calls++;
	if (!may_not_return(call) || !wanted(call))
		return began;
	if (lines) {
		struct trace_line l = { .len = 0 };

		put_call(&l, t, call, args, false);
		trace_put(&l, " ...");
		trace_flush(&l, STDERR_FILENO);
	}
	if (trace_json_fd >= 0)
		trace_json_line(names, t, call, args, false, 0, began, 0);
	return began;
}

void trace_leave(struct task *t, const struct xlate_call *call,
		 const uint64_t *args, int64_t ret, int64_t began)
{
	bool failed = names && names->failed && names->failed(ret);
	int64_t took = now() - began;

	if (counts) {
		struct count *c = &counts[call->nr];

		c->ns += (uint64_t)took;
		c->errors += failed;
	}
	if (!wanted(call))
		return;
	if (lines) {
		const char *name = names ? names->result(ret) : NULL;
		struct trace_line l = { .len = 0 };

		put_call(&l, t, call, args, !failed);
		if (name)
			trace_put(&l, " = %s", name);
		else
			trace_put(&l, " = %#" PRIx64, ret);
		trace_put(&l, " <%" PRId64 ".%06" PRId64 ">", took / 1000000000,
			  took / 1000 % 1000000);
		trace_flush(&l, STDERR_FILENO);
	}
	if (trace_json_fd >= 0)
		trace_json_line(names, t, call, args, true, ret, began, took);
}

/* ---- summary --------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
	uint64_t x = counts[*(const size_t *)a].ns;
	uint64_t y = counts[*(const size_t *)b].ns;

	return x < y ? 1 : x > y ? -1 : 0;
}

void trace_finish(void)
{
	static _Atomic bool done;
	uint64_t calls = 0, errors = 0, ns = 0;
	size_t *order, n = 0;

	if (!counts || atomic_exchange(&done, true))
		return;
	order = calloc(*names->ncalls, sizeof *order);
	if (!order)
		return;
	for (size_t i = 0; i < *names->ncalls; i++) {
		if (!counts[i].calls)
			continue;
		order[n++] = i;
		calls += counts[i].calls;
		errors += counts[i].errors;
		ns += counts[i].ns;
	}
	qsort(order, n, sizeof *order, by_time);
	dprintf(STDERR_FILENO,
		"process %d\n%% time     seconds  usecs/call     calls    "
		"errors call\n",
		getpid());
	for (size_t i = 0; i < n; i++) {
		const struct count *c = &counts[order[i]];

		dprintf(STDERR_FILENO,
			"%6.2f %11.6f %11.3f %9" PRIu64 " %9" PRIu64 " %s\n",
			ns ? 100.0 * (double)c->ns / (double)ns : 0,
			(double)c->ns / 1e9,
			(double)c->ns / 1e3 / (double)c->calls, c->calls,
			c->errors, xlate_name(&names->calls[order[i]]));
	}
	dprintf(STDERR_FILENO,
		"100.00 %11.6f %11s %9" PRIu64 " %9" PRIu64 " total\n",
		(double)ns / 1e9, "", calls, errors);
	free(order);
}
