/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-wide.c - text for a buffer that is wider than its window.
 *
 * The terminal would break its lines where the window ends, and has nothing to
 * scroll sideways.  So such text goes to the model, and what that changes in
 * the window is painted; what asks the terminal for something else than text in
 * places (modes, titles, questions) goes there as it is.
 */
#include <string.h>

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-paint.h"
#include "syscall-xlate/nt/file-private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What of a sequence has been seen; lock held. */
static struct {
	enum { TEXT, BEGUN, CONTROL, STRING, STRING_END } state;
	char s[64];
	size_t n;
} seen;

/* Is s, "ESC [ ... final", none that moves, writes or colours? */
static bool is_for_terminal(const char *s, size_t n)
{
	char final = s[n - 1];

	if (final == 'h' || final == 'l')
		return s[2] == '?';
	return s[2] != '<' && strchr("nctqpxyz", final);
}

static void take_byte(struct out *o, char c)
{
	if (seen.state != TEXT && seen.state != STRING &&
	    seen.state != STRING_END && seen.n < sizeof seen.s)
		seen.s[seen.n++] = c;
	switch (seen.state) {
	case TEXT:
		if (c == 27) {
			seen.s[0] = c;
			seen.n = 1;
			seen.state = BEGUN;
		} else if (c == 7) {
			out_text(o, &c, 1);
		}
		break;
	case BEGUN:
		seen.state = TEXT;
		if (c == '[')
			seen.state = CONTROL;
		else if (strchr("]PX^_", c) && c)
			seen.state = STRING;
		if (seen.state == STRING || c == '=' || c == '>' || c == 'c')
			out_text(o, seen.s, 2);
		break;
	case CONTROL:
		if (c < 0x40)
			break;
		if (seen.n < sizeof seen.s && is_for_terminal(seen.s, seen.n))
			out_text(o, seen.s, seen.n);
		seen.state = TEXT;
		break;
	case STRING:
	case STRING_END:
		out_text(o, &c, 1);
		if (c == 7 || (c == '\\' && seen.state == STRING_END))
			seen.state = TEXT;
		else
			seen.state = c == 27 ? STRING_END : STRING;
		break;
	}
}

/* Lock held.  One line at most, so that each is seen before it scrolls away. */
static NTSTATUS put_piece(struct task *t, struct file *f, const char *s,
			  size_t n)
{
	struct out o = { .t = t, .f = f, .put = console_put_unlogged };
	struct model_view v;
	struct model *m;
	int first, last, fed;

	console_wrote(f->fd, s, n);
	for (size_t i = 0; i < n; i++)
		take_byte(&o, s[i]);
	m = console_see(f, &v);
	if (!m)
		return STATUS_NO_MEMORY;
	model_changes(m, &first, &last, &fed);
	if (fed)
		out_feed(&o, v.rows, fed);
	out_flush(&o);
	return o.status ? o.status
			: console_paint(t, f, m, v.top + first, v.top + last);
}

NTSTATUS console_put_wide(struct task *t, struct file *f, const char *s,
			  size_t n)
{
	NTSTATUS status = STATUS_SUCCESS;

	while (n && !status) {
		const char *end = memchr(s, '\n', n);
		size_t part = end ? (size_t)(end + 1 - s) : n;

		pthread_mutex_lock(&lock);
		status = put_piece(t, f, s, part);
		pthread_mutex_unlock(&lock);
		s += part;
		n -= part;
	}
	return status;
}
