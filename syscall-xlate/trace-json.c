/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace-json.c - the trace for programs: one JSON object per line.
 *
 * The format is described in run-foreign(1).  A line is one write(2) to a file
 * opened for appending, so that threads and child processes share it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "syscall-xlate/trace-private.h"

int trace_json_fd = -1;

int trace_json(const char *file, bool append, struct err *e)
{
	int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;

	trace_json_fd = open(file, append ? flags : flags | O_TRUNC, 0666);
	if (trace_json_fd < 0)
		return err_set(e, errno, "--trace-json=%s: %s", file,
			       strerror(errno));
	trace_enabled = true;
	return 0;
}

void trace_json_to(int fd)
{
	if (fcntl(fd, F_GETFD) < 0)
		return;
	trace_json_fd = fd;
	trace_enabled = true;
}

int trace_json_share(void)
{
	if (trace_json_fd < 0)
		return -1;
	trace_json_fd = own_fd(trace_json_fd);
	fcntl(trace_json_fd, F_SETFD, 0);
	return trace_json_fd;
}

void trace_json_hide(void)
{
	trace_json_fd = own_fd(trace_json_fd);
}

/* Length of the UTF-8 sequence at p, 0 if it is none. */
static size_t sequence(const unsigned char *p, size_t n)
{
	size_t len = *p < 0x80                 ? 1
		     : *p >= 0xc2 && *p < 0xe0 ? 2
		     : *p >= 0xe0 && *p < 0xf0 ? 3
		     : *p >= 0xf0 && *p < 0xf5 ? 4
					       : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* How much of it stands for itself. */
static size_t plain(const unsigned char *p, size_t n, bool is_text)
{
	size_t at = 0, len;

	while (at < n && p[at] >= 0x20 && p[at] != '"' && p[at] != '\\' &&
	       p[at] != 0x7f && (is_text || p[at] < 0x80)) {
		len = sequence(p + at, n - at);
		if (!len)
			break;
		at += len;
	}
	return at;
}

/* What is not UTF-8 appears as \u00XX: a byte, not a character. */
static void put_text(struct trace_line *l, const char *text, size_t n,
		     bool is_text)
{
	const unsigned char *p = (const unsigned char *)text;

	trace_put(l, "\"");
	while (n) {
		size_t len = plain(p, n, is_text);

		if (len) {
			trace_put(l, "%.*s", (int)len, (const char *)p);
		} else {
			trace_put(l, *p == '"' || *p == '\\' ? "\\%c" : "\\u%04x",
				  *p);
			len = 1;
		}
		p += len;
		n -= len;
	}
	trace_put(l, "\"");
}

static void put_value(struct trace_line *l, const struct trace_value *v)
{
	trace_put(l, "\"%s\":", v->name);
	switch (v->type) {
	case VALUE_TEXT:
	case VALUE_BYTES:
		put_text(l, v->text, (size_t)v->len, v->type == VALUE_TEXT);
		break;
	case VALUE_SIGNED:
		trace_put(l, "%" PRId64, (int64_t)v->number);
		break;
	case VALUE_SYMBOL:
		trace_put(l, "%" PRIu64 ",\"%s.name\":\"%.*s\"", v->number,
			  v->name, v->len, v->text);
		break;
	case VALUE_FLAGS:
	case VALUE_UNSIGNED:
		trace_put(l, "%" PRIu64, v->number);
		break;
	case VALUE_HEX:
		trace_put(l, "\"%#" PRIx64 "\"", v->number);
		if (v->has_pointee)
			trace_put(l, ",\"%s*\":\"%#" PRIx64 "\"", v->name,
				  v->pointee);
		break;
	}
}

void trace_json_line(const struct trace_names *names, struct task *t,
		     const struct xlate_call *call, const uint64_t *args,
		     bool returned, int64_t ret, int64_t began, int64_t took)
{
	bool failed = returned && names && names->failed && names->failed(ret);
	const char *name = returned && names ? names->result(ret) : NULL;
	struct trace_line l = { .len = 0 };
	const char *row = xlate_args(call);
	struct trace_value v;
	unsigned i = 0;

	trace_put(&l,
		  "{\"time\":%" PRId64 ".%06" PRId64 ",\"pid\":%d,\"tid\":%d,"
		  "\"call\":\"%s\",\"args\":{",
		  began / 1000000000, began / 1000 % 1000000, getpid(), t->tid,
		  xlate_name(call));
	for (bool first = true;; first = false) {
		struct trace_line item = { .len = 0 };

		if (!trace_next(names, t, call, args, returned && !failed, &row,
				&i, &v))
			break;
		put_value(&item, &v);
		/* Whole or not at all: the line stays JSON. */
		if (l.len + item.len + 200 > sizeof l.text)
			break;
		trace_put(&l, "%s%.*s", first ? "" : ",", (int)item.len,
			  item.text);
	}
	trace_put(&l, "}");
	if (returned) {
		trace_put(&l, ",\"result\":\"%#" PRIx64 "\"",
			  names && name ? (uint64_t)(uint32_t)ret
					: (uint64_t)ret);
		if (name)
			trace_put(&l, ",\"name\":\"%s\"", name);
		trace_put(&l, ",\"failed\":%s,\"us\":%" PRId64 ".%03" PRId64,
			  failed ? "true" : "false", took / 1000, took % 1000);
	}
	trace_put(&l, "}");
	trace_flush(&l, trace_json_fd);
}
