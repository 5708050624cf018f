/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-write.c - text to a console: UTF-8 to the terminal, which the model
 * of the screen is told of.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"

/*
 * It has gone to the terminal, whichever screen buffer that shows: what it
 * shows now is known.
 */
void console_wrote(int fd, const char *s, size_t n)
{
	struct console_shared *c = console_shared();
	unsigned at = console_screens()->shown % SCREENS;

	if (!n)
		return;
	if (c->writer == LENT) {
		/* It may have left a line of its own: ours begins with what
		   follows. */
		screen_append(fd, at, "\r", 1);
		c->uncertain = !c->line_ended;
	}
	c->writer = nt_self ? nt_self->host_pid : 1;
	if (s[n - 1] == '\n')
		c->uncertain = false;
	c->line_ended = s[n - 1] == '\n';
	console.moved = true;
	screen_append(fd, at, s, n);
	console_screen_changed(fd, s, n);
}

int console_column(int cols, int rows, bool *sure)
{
	struct console_shared *c = console_shared();
	struct model *m;

	if (c->writer == LENT) {
		*sure = c->line_ended;
		return 0;
	}
	m = screen_model(console_screens()->shown % SCREENS, cols, rows);
	*sure = m && !c->uncertain;
	return m ? MIN(model_column(m), cols - 1) : 0;
}

static bool feeds_are_bare(struct file *f)
{
	return (*console_output_mode(f) &
		(OUTPUT_PROCESSED | OUTPUT_BARE_FEED)) ==
	       (OUTPUT_PROCESSED | OUTPUT_BARE_FEED);
}

/* logged: it is to be known that it is there.  t: NULL at the end of us. */
static NTSTATUS to_terminal(struct task *t, struct file *f, const char *s,
			    size_t n, bool logged)
{
	console.moved = true;
	while (n) {
		ssize_t did = write(f->fd, s, n);

		if (did >= 0) {
			if (logged)
				console_wrote(f->fd, s, (size_t)did);
			else
				console_screen_changed(f->fd, s, (size_t)did);
			s += did;
			n -= (size_t)did;
		} else if (errno == EAGAIN) {
			NTSTATUS status = io_wait_fd(t, f, f->fd, POLLOUT, -1);

			if (status)
				return status;
		} else if (errno != EINTR) {
			return status_from_errno(errno);
		} else if (t && nt_interrupted(t, false)) {
			return STATUS_CANCELLED;
		}
	}
	return STATUS_SUCCESS;
}

NTSTATUS console_put_unlogged(struct task *t, struct file *f, const char *s,
			      size_t n)
{
	return to_terminal(t, f, s, n, false);
}

NTSTATUS console_put(struct task *t, struct file *f, const char *s, size_t n)
{
	int at = console_buffer_of(f);

	if (at < 0)
		return STATUS_INVALID_HANDLE;
	if (console_is_shown(f))
		return console_is_wide(f) ? console_put_wide(t, f, s, n)
					  : to_terminal(t, f, s, n, true);
	screen_append(f->fd, (unsigned)at, s, n);
	return STATUS_SUCCESS;
}

/*
 * Text of the program's.  The terminal's driver puts a return before each line
 * feed; where a program has asked for feeds that are none, they are sent as
 * IND, which the driver does not know and terminals take for the same.
 */
static NTSTATUS put_text(struct task *t, struct file *f, const char *s,
			 size_t n)
{
	char piece[1024];
	size_t k = 0;
	NTSTATUS status = console_show_cursor(t, f);

	if (status || !feeds_are_bare(f))
		return status ? status : console_put(t, f, s, n);
	for (size_t i = 0; i < n && !status; i++) {
		bool bare = s[i] == '\n' && console.last != '\r';

		console.last = s[i];
		if (bare)
			piece[k++] = 27;
		piece[k++] = bare ? 'D' : s[i];
		if (k + 2 > sizeof piece || i + 1 == n) {
			status = console_put(t, f, piece, k);
			k = 0;
		}
	}
	return status;
}

/* WriteConsoleW: units, in pieces. */
static NTSTATUS write_units(struct task *t, struct file *f, struct irp *r)
{
	enum { PIECE = 2048 };
	uint16_t u[PIECE + 1];
	char s[PIECE * 3 + 8];
	uint32_t total = r->len / 2, at = 0;
	NTSTATUS status = STATUS_SUCCESS;

	while (at < total && !status) {
		uint32_t n = MIN(total - at, (uint32_t)PIECE);
		size_t have = 0, bytes;

		pthread_mutex_lock(&console.lock);
		if (console.high)
			u[have++] = console.high;
		console.high = 0;
		if (guest_read(t, u + have, r->buf + at * 2ull, n * 2) < 0) {
			pthread_mutex_unlock(&console.lock);
			return at ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
		}
		have += n;
		/* Half of a pair waits for the other half. */
		if (u[have - 1] >= 0xd800 && u[have - 1] < 0xdc00)
			console.high = u[--have];
		pthread_mutex_unlock(&console.lock);
		bytes = utf16_to_utf8(s, sizeof s, u, have);
		status = put_text(t, f, s, bytes);
		at += n;
	}
	r->information = status ? 0 : r->len;
	return status;
}

/* n bytes at at have been written, and are gone if the guest changes them. */
static void wrote_from(struct task *t, struct file *f, gaddr at, uint64_t n)
{
	char part[1024];

	while (n) {
		size_t some = MIN(n, sizeof part);

		if (guest_read(t, part, at, some))
			return;
		console_wrote(f->fd, part, some);
		at += some;
		n -= some;
	}
}

/* A host copy, for put_text(). */
static NTSTATUS write_bytes(struct task *t, struct file *f, struct irp *r)
{
	char part[1024];
	NTSTATUS status = STATUS_SUCCESS;
	uint32_t at = 0;

	while (at < r->len && !status) {
		size_t n = MIN(r->len - at, (uint32_t)sizeof part);

		if (guest_read(t, part, r->buf + at, n) < 0)
			return STATUS_ACCESS_VIOLATION;
		status = put_text(t, f, part, n);
		at += (uint32_t)n;
	}
	r->information = status ? 0 : r->len;
	return status;
}

/* Of two bytes a character's second may look like ASCII. */
static bool has_lead_bytes(uint32_t cp)
{
	static const uint16_t all[] = { 932,  936,   949,   950,
					1361, 10001, 20932, 54936 };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i] == cp)
			return true;
	return false;
}

/* Is it the same in UTF-8? */
static NTSTATUS is_plain(struct task *t, const struct irp *r, bool *plain)
{
	uint8_t part[1024];

	*plain = !has_lead_bytes(console_shared()->cp_out);
	for (uint32_t at = 0; at < r->len && *plain;) {
		size_t n = MIN(r->len - at, (uint32_t)sizeof part);

		if (guest_read(t, part, r->buf + at, n) < 0)
			return STATUS_ACCESS_VIOLATION;
		for (size_t i = 0; i < n; i++)
			*plain &= part[i] < 0x80;
		at += (uint32_t)n;
	}
	return STATUS_SUCCESS;
}

NTSTATUS console_write(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;

	if (f->device == CONSOLE_CONTROL)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->device == CONSOLE_INPUT && f->fd < 0)
		return STATUS_INVALID_HANDLE;
	if (f->fd >= 0 && console_shared()->cp_out != CONSOLE_UTF8) {
		bool plain;

		status = is_plain(t, r, &plain);
		if (status || !plain)
			return status ? status : (NTSTATUS)RF_CONSOLE_CONVERT;
	}
	if (f->fd >= 0 &&
	    (feeds_are_bare(f) || !console_is_shown(f) || console_is_wide(f)))
		return write_bytes(t, f, r);
	console.moved = true;
	status = f->fd >= 0 ? console_show_cursor(t, f) : STATUS_SUCCESS;
	if (status)
		return status;
	status = stream_ops.write(t, f, r);
	if (!status && f->fd >= 0)
		wrote_from(t, f, r->buf, MIN(r->information, (uint64_t)r->len));
	return status;
}

const struct control_row console_write_rows[] = {
	{ RF_CONSOLE_WRITE, write_units },
};
const size_t console_write_nrows = COUNT_OF(console_write_rows);
