/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace-args.c - arguments as the kinds in their call's row say what they are.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/trace-private.h"

/* The value of the argument called name, of len bytes. */
static bool argument(const struct xlate_call *call, const uint64_t *args,
		     const char *name, size_t len, uint64_t *v)
{
	const char *p = xlate_args(call);

	for (unsigned i = 0; *p && i < call->nargs; i++) {
		const char *at = strchr(p, ':');
		size_t n;

		if (!at)
			return false;
		at++;
		n = strcspn(at, " [*");
		if (n == len && !memcmp(at, name, n)) {
			*v = args[i];
			return true;
		}
		p = at + strcspn(at, " ");
		p += strspn(p, " ");
	}
	return false;
}

/* in:buf[len]: the bytes that go in. */
static bool bytes(struct task *t, const struct xlate_call *call,
		  const uint64_t *args, const char *bracket, uint64_t at,
		  struct trace_value *v)
{
	size_t len = strcspn(bracket, "]");
	uint64_t n;

	if (!at || !argument(call, args, bracket, len, &n))
		return false;
	n = (uint32_t)n;
	v->cut = n > TRACE_BYTES;
	n = MIN(n, TRACE_BYTES);
	if (guest_read(t, v->text, at, n))
		return false;
	v->len = (int)n;
	return true;
}

bool trace_next(const struct trace_names *names, struct task *t,
		const struct xlate_call *call, const uint64_t *args, bool done,
		const char **row, unsigned *index, struct trace_value *v)
{
	const char *p = *row, *name = strchr(p, ':');
	const char *sized = NULL; /* points to one pointer-sized value */
	char kind[16];
	uint64_t a;
	size_t n;

	if (!name || *index >= call->nargs)
		return false;
	snprintf(kind, sizeof kind, "%.*s", (int)(name - p), p);
	name++;
	n = strcspn(name, " [*");
	if (name[n] == '*')
		sized = kind[0] == 'i' ? "inout*" : "out*";
	snprintf(v->name, sizeof v->name, "%.*s", (int)n, name);
	*row = name + strcspn(name, " ");
	*row += strspn(*row, " ");
	a = args[(*index)++];

	v->number = a;
	v->has_pointee = false;
	v->len =
		names ? names->string(t, kind, a, v->text, sizeof v->text) : -1;
	if (v->len >= 0) {
		v->type = VALUE_TEXT;
		v->len = MIN(v->len, (int)sizeof v->text);
	} else if (!strcmp(kind, "in") && name[n] == '[' &&
		   bytes(t, call, args, name + n + 1, a, v)) {
		v->type = VALUE_BYTES;
	} else if (!strcmp(kind, "i32")) {
		v->type = VALUE_SIGNED;
		v->number = (uint64_t)(int64_t)(int32_t)a;
	} else if (!strcmp(kind, "i64") || !strcmp(kind, "off") ||
		   !strcmp(kind, "fd")) {
		v->type = VALUE_SIGNED;
	} else if (!strcmp(kind, "bool")) {
		v->type = VALUE_UNSIGNED;
		v->number = (uint8_t)a;
	} else if (!strcmp(kind, "u32")) {
		v->type = VALUE_FLAGS;
		v->number = (uint32_t)a;
		if (names && names->constant)
			v->len = names->constant(xlate_name(call), v->name,
						 (uint32_t)a, v->text,
						 sizeof v->text);
		if (v->len >= 0)
			v->type = VALUE_SYMBOL;
		v->len = MIN(v->len, (int)sizeof v->text - 1);
	} else {
		v->type = VALUE_HEX;
		if (sized)
			snprintf(kind, sizeof kind, "%s", sized);
		/* What is returned is there only after the call. */
		if (a && names && names->pointee &&
		    (done || !strcmp(kind, "time") || !strcmp(kind, "inout*")))
			v->has_pointee =
				names->pointee(t, kind, a, &v->pointee);
	}
	return true;
}

void trace_put(struct trace_line *l, const char *fmt, ...)
{
	/* Room for the newline, and for what closes a JSON object. */
	size_t room = sizeof l->text - 64;
	va_list ap;
	int n;

	if (l->len >= room)
		return;
	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, room - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len = MIN(l->len + (size_t)n, room - 1);
}

void trace_flush(struct trace_line *l, int fd)
{
	l->text[l->len++] = '\n';
	if (write(fd, l->text, l->len) < 0)
		return; /* nobody listens */
}
