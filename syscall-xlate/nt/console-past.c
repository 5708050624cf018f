/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-past.c - what programs ask of console-history.h.
 */
#include <stdlib.h>

#include "syscall-xlate/nt/console-history.h"
#include "syscall-xlate/nt/console.h"

enum { LONGEST_NUMBER = 32767 }; /* a SHORT, on Windows */

static NTSTATUS info(struct task *t, struct irp *r)
{
	struct rf_console_past out = { .what = RF_PAST_INFO };

	history_settings(&out.lines, &out.buffers, &out.flags);
	return control_out(t, r, &out, sizeof out);
}

static NTSTATUS set_info(const struct rf_console_past *c)
{
	if (!c->lines || c->lines > LONGEST_NUMBER || !c->buffers ||
	    c->buffers > LONGEST_NUMBER || c->flags & ~(uint32_t)HISTORY_NO_DUP)
		return STATUS_INVALID_PARAMETER;
	history_set(c->lines, c->buffers, c->flags);
	return STATUS_SUCCESS;
}

/* A list, or an alias; the number of units is told in any case. */
static NTSTATUS text(struct task *t, struct irp *r, uint32_t what,
		     struct units exe, struct units name)
{
	size_t max = MIN(r->out_len / 2, (uint32_t)STORE_BYTES), n = 0;
	uint16_t *s = malloc((max + 1) * sizeof *s);
	NTSTATUS status = STATUS_SUCCESS;

	if (!s)
		return STATUS_NO_MEMORY;
	if (what == RF_PAST_LINES)
		n = history_list(exe, s, max);
	else if (what == RF_PAST_ALIASES)
		n = alias_list(exe, s, max);
	else if (what == RF_PAST_PROGRAMS)
		n = alias_programs(s, max);
	else
		n = alias_get(exe, name, s, max);
	if (n == SIZE_MAX)
		status = STATUS_NOT_FOUND;
	else if (n > max)
		status = STATUS_BUFFER_TOO_SMALL;
	else if (guest_write(t, r->out, s, n * 2) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else
		r->information = n * 2;
	free(s);
	return status;
}

static NTSTATUS run(struct task *t, struct irp *r,
		    const struct rf_console_past *c, const uint16_t *s)
{
	struct units exe = { s, c->exe }, name = { s + c->exe, c->name },
		     value = { s + c->exe + c->name, c->value };

	switch (c->what) {
	case RF_PAST_INFO:
		return info(t, r);
	case RF_PAST_SET_INFO:
		return set_info(c);
	case RF_PAST_FORGET:
		history_clear(exe);
		return STATUS_SUCCESS;
	case RF_PAST_LIMIT:
		if (c->number > LONGEST_NUMBER)
			return STATUS_INVALID_PARAMETER;
		history_limit(exe, c->number);
		return STATUS_SUCCESS;
	case RF_PAST_SET_ALIAS:
		if (!name.n)
			return STATUS_INVALID_PARAMETER;
		return alias_set(exe, name, value) ? STATUS_SUCCESS
						   : STATUS_NO_MEMORY;
	case RF_PAST_LINES:
	case RF_PAST_ALIAS:
	case RF_PAST_ALIASES:
	case RF_PAST_PROGRAMS:
		return text(t, r, c->what, exe, name);
	}
	return STATUS_INVALID_PARAMETER;
}

NTSTATUS console_past(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_past c;
	NTSTATUS status = control_in(t, r, &c, sizeof c);
	uint16_t *s;
	size_t n;

	(void)f;
	if (status)
		return status;
	n = (size_t)c.exe + c.name + c.value;
	if (n > (r->len - sizeof c) / 2)
		return STATUS_INVALID_PARAMETER;
	s = malloc((n + 1) * sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	if (guest_read(t, s, r->buf + sizeof c, n * 2) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else
		status = run(t, r, &c, s);
	free(s);
	return status;
}
