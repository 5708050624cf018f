/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hard-error.c - messages to whoever looks after the computer: hard errors, the
 * boot screen, debug filters.
 */
#include "syscall-xlate/nt/nt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"

/* A UNICODE_STRING of the guest as UTF-8; empty if it cannot be read. */
static void text_read(struct task *t, gaddr at, char *buf, size_t size)
{
	uint16_t *s;
	size_t n;

	buf[0] = 0;
	if (!at || ustr_read(t, at, &s, &n) != STATUS_SUCCESS)
		return;
	n = utf16_to_utf8(buf, size - 1, s, n);
	buf[MIN(n, size - 1)] = 0;
	free(s);
}

NTSTATUS nt_display_string(struct task *t, gaddr text)
{
	char buf[1024];

	text_read(t, text, buf, sizeof buf);
	buf[strcspn(buf, "\r\n")] = 0;
	log_warn("%s", buf);
	return STATUS_SUCCESS;
}

NTSTATUS nt_draw_text(struct task *t, gaddr text)
{
	return nt_display_string(t, text);
}

/*
 * What is a message box on Windows is a line on stderr.  Nobody presses a
 * button, so the answer is the one that gives up: programs that ask before
 * something dangerous must not hear "yes".
 */
NTSTATUS nt_raise_hard_error(struct task *t, uint32_t status, uint32_t count,
			     uint32_t string_mask, gaddr params,
			     uint32_t options, gaddr response)
{
	enum {
		ABORT_RETRY_IGNORE,
		OK,
		OK_CANCEL,
		RETRY_CANCEL,
		YES_NO,
		YES_NO_CANCEL,
		SHUTDOWN,
		OK_NO_WAIT,
		CANCEL_TRY_CONTINUE
	};
	enum { NOT_HANDLED = 1, ABORT = 2, CANCEL = 3, NO = 5, PRESSED_OK = 6 };
	static const uint8_t answers[] = {
		[ABORT_RETRY_IGNORE] = ABORT,
		[OK] = PRESSED_OK,
		[OK_CANCEL] = CANCEL,
		[RETRY_CANCEL] = CANCEL,
		[YES_NO] = NO,
		[YES_NO_CANCEL] = CANCEL,
		[SHUTDOWN] = NOT_HANDLED,
		[OK_NO_WAIT] = PRESSED_OK,
		[CANCEL_TRY_CONTINUE] = CANCEL,
	};
	char line[2048], part[512];
	uint64_t v[5] = { 0 };
	const char *name = status_name(status);
	size_t n;

	if (count > COUNT_OF(v))
		return STATUS_INVALID_PARAMETER;
	if (options == SHUTDOWN)
		return STATUS_PRIVILEGE_NOT_HELD;
	if (guest_read(t, v, params, count * sizeof *v) < 0)
		return STATUS_ACCESS_VIOLATION;
	n = (size_t)snprintf(line, sizeof line, "the program reports %s (%#x)",
			     name ? name : "an error", status);
	for (uint32_t i = 0; i < count && n < sizeof line; i++) {
		if (string_mask >> i & 1)
			text_read(t, v[i], part, sizeof part);
		else
			snprintf(part, sizeof part, "%#llx",
				 (unsigned long long)v[i]);
		n += (size_t)snprintf(line + n, sizeof line - n, "%s %s",
				      i ? "," : ":", part);
	}
	for (char *s = line; *s; s++)
		if (*s == '\r' || *s == '\n')
			*s = ' ';
	log_warn("%s", line);
	return guest_put32(t, response,
			   options < COUNT_OF(answers) ? answers[options]
						       : NOT_HANDLED) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

NTSTATUS nt_set_default_hard_error_port(struct task *t, uint64_t port)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

/* ---- kernel debugging, which ordinary users may not do ---------------- */

NTSTATUS nt_system_debug_control(struct task *t, uint32_t command, gaddr inbuf,
				 uint32_t inlen, gaddr outbuf, uint32_t outlen,
				 gaddr ret_len)
{
	return STATUS_DEBUGGER_INACTIVE;
}

/* DbgPrintEx's filters: only errors pass, unless somebody sets a bit. */
enum { COMPONENTS = 160 };
static _Atomic uint32_t filters[COMPONENTS];

static uint32_t filter_bit(uint32_t level)
{
	return level < 32 ? 1u << level : level;
}

NTSTATUS nt_set_debug_filter_state(struct task *t, uint32_t component,
				   uint32_t level, uint8_t state)
{
	(void)t;
	if (component >= COMPONENTS)
		return STATUS_INVALID_PARAMETER_1;
	if (state)
		filters[component] |= filter_bit(level);
	else
		filters[component] &= ~filter_bit(level);
	return STATUS_SUCCESS;
}

NTSTATUS nt_query_debug_filter_state(struct task *t, uint32_t component,
				     uint32_t level)
{
	uint32_t mask = (component < COMPONENTS ? filters[component] : 0) | 1;

	(void)t;
	return filter_bit(level) & mask; /* TRUE or FALSE, no status */
}
