/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-read.c - text from a console: lines, which console-line-read.c has
 * edited, or what is typed as it comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/console-line.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"

/* ---- waiting ---- */

static void open_bell(struct console_bell *b)
{
	int fd;

	if (b->fd)
		return;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (fd < 0)
		return;
	b->fd = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	close(fd);
	if (b->fd < 0)
		b->fd = 0;
}

/* Each of them takes one. */
void console_ring(struct console_bell *b)
{
	uint64_t n = b->waiting;

	if (b->fd && n && write(b->fd, &n, sizeof n) < 0)
		return; /* it is full, and they are awake */
}

void console_wake(void)
{
	console_ring(&console.wake);
}

NTSTATUS console_wait_bell(struct task *t, struct file *f, int fd,
			   struct console_bell *b)
{
	/* Without descriptors for a bell it is looked now and then. */
	enum { NOW_AND_THEN_MS = 20 };
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			       { .events = POLLIN } };
	NTSTATUS status = STATUS_SUCCESS;
	uint64_t one;
	int n;

	open_bell(b);
	p[1].fd = b->fd ? b->fd : -1;
	b->waiting++;
	pthread_mutex_unlock(&console.lock);
	do {
		if (io_interrupted(t, f, &status))
			break;
		n = poll(p, 2, b->fd || fd >= 0 ? -1 : NOW_AND_THEN_MS);
	} while (n < 0 && errno == EINTR);
	pthread_mutex_lock(&console.lock);
	b->waiting--;
	if (b->fd && read(b->fd, &one, sizeof one) < 0)
		one = 0; /* nobody has rung */
	return status;
}

NTSTATUS console_wait(struct task *t, struct file *f, bool *input)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	NTSTATUS status = console_wait_bell(t, f, f->fd, &console.wake);

	/* Another thread may have been faster. */
	*input = !status && poll(&p, 1, 0) > 0;
	return status;
}

/* ---- what is typed, as it comes ---- */

/* Backspace, which terminals send as something else. */
static void cook(uint8_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == 0x7f && !(console_shared()->input_mode & INPUT_VT))
			s[i] = '\b';
}

/*
 * Key records as text: they are older than the bytes, or programs have written
 * them to end another thread's read.  Lock held.
 */
static void take_records(void)
{
	uint8_t text[sizeof console.bytes];
	size_t n = 0;

	while (console.nrecords && console.nbytes + n + 4 < sizeof text) {
		struct input_record *r = &console.records[console.first];
		uint16_t c = r->key.ch;

		console.first = (console.first + 1) % RECORD_MAX;
		console.nrecords--;
		if (r->type == RECORD_KEY && r->key.down && c)
			n += utf16_to_utf8((char *)text + n, 3, &c, 1);
	}
	memmove(console.bytes + n, console.bytes, console.nbytes);
	memcpy(console.bytes, text, n);
	console.nbytes += n;
}

/* How many bytes at s make whole characters of at most max units. */
static size_t whole(const uint8_t *s, size_t n, size_t max)
{
	size_t at = 0, units = 0;

	while (at < n) {
		size_t len = s[at] < 0xc0   ? 1
			     : s[at] < 0xe0 ? 2
			     : s[at] < 0xf0 ? 3
					    : 4;
		size_t more = len == 4 ? 2 : 1;

		if (len > n - at || units + more > max)
			break;
		at += len;
		units += more;
	}
	return at;
}

/*
 * Something into console.bytes, and no more than want bytes of it: the rest may
 * be for another process.  chars: it is to begin with a whole character.
 */
static NTSTATUS take_keys(struct task *t, struct file *f, size_t want,
			  bool chars)
{
	NTSTATUS status;
	bool input;
	ssize_t n;

	for (;;) {
		uint8_t *to;

		take_records();
		if (console.end_of_file ||
		    (console.nbytes &&
		     (!chars || console.nbytes >= 4 ||
		      whole(console.bytes, console.nbytes, 2))))
			return STATUS_SUCCESS;
		terminal_apply(f->fd, TERMINAL_KEYS);
		console_mouse_reports(f->fd, false);
		status = console_wait(t, f, &input);
		if (status)
			return status;
		if (!input)
			continue;
		to = console.bytes + console.nbytes;
		n = read(f->fd, to,
			 console.nbytes ? 1
					: MIN(MAX(want, (size_t)1),
					      sizeof console.bytes / 2));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0) { /* in the background, or hung up */
			console.end_of_file = true;
			return STATUS_SUCCESS;
		}
		cook(to, (size_t)n);
		console.nbytes += (size_t)n;
	}
}

/* ---- reads ---- */

/* What one read may have: no more than the rest of a line. */
static const uint8_t *readable(size_t *n)
{
	const uint8_t *s = console.cooked + console.cooked_at, *end;

	if (!console.cooked_len) {
		*n = console.nbytes;
		return console.bytes;
	}
	end = memchr(s, '\n', console.cooked_len);
	*n = end ? (size_t)(end + 1 - s) : console.cooked_len;
	return s;
}

static void drop_bytes(size_t n)
{
	if (console.cooked_len) {
		console.cooked_at += n;
		console.cooked_len -= n;
		if (!console.cooked_len) {
			free(console.cooked);
			console.cooked = NULL;
		}
		return;
	}
	console.nbytes -= n;
	memmove(console.bytes, console.bytes + n, console.nbytes);
}

struct how {
	size_t want; /* bytes, or units of which each is one at least */
	bool chars;
	uint32_t wake;
	const uint16_t *initial;
	size_t ninitial;
	uint32_t keys; /* out */
};

/* Until there is something to read; *line: of one. */
static NTSTATUS fill(struct task *t, struct file *f, struct how *h)
{
	NTSTATUS status = STATUS_SUCCESS;

	while (!console.cooked_len && !console.end_of_file && !status) {
		if (!(console_shared()->input_mode & INPUT_LINE))
			return take_keys(t, f, h->want, h->chars);
		console_mouse_reports(f->fd, false);
		status = console_edit(t, f, h->wake, h->initial, h->ninitial,
				      &h->keys);
	}
	return status;
}

/*
 * As kernel32's ReadFile on Windows: a line that begins with Ctrl-Z is the end
 * of the file, where the console heeds control characters.
 */
static bool is_end(const uint8_t *s, size_t n)
{
	enum { BOTH = INPUT_LINE | INPUT_PROCESSED };

	return n && s[0] == 26 && (console_shared()->input_mode & BOTH) == BOTH;
}

NTSTATUS console_read(struct task *t, struct file *f, struct irp *r)
{
	struct how h = { .want = r->len };
	const uint8_t *s;
	NTSTATUS status;
	size_t n;

	if (f->device == CONSOLE_CONTROL || f->fd < 0)
		return STATUS_INVALID_HANDLE;
	if (console_shared()->cp_in != CONSOLE_UTF8)
		return (NTSTATUS)RF_CONSOLE_CONVERT;
	pthread_mutex_lock(&console.lock);
	status = r->len ? fill(t, f, &h) : STATUS_SUCCESS;
	s = readable(&n);
	if (is_end(s, n) && !status) {
		drop_bytes(n);
		s = readable(&n);
		n = 0;
	}
	n = status ? 0 : MIN(n, r->len);
	if (!status && n && guest_write(t, r->buf, s, n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status) {
		if (!n && r->len)
			console.end_of_file = false; /* it was told */
		drop_bytes(n);
	}
	r->information = status ? 0 : n;
	pthread_mutex_unlock(&console.lock);
	return status;
}

/* How many bytes at s are whole characters that a code page makes room of. */
static size_t narrow(const uint8_t *s, size_t n, size_t room, size_t each)
{
	size_t at = 0, bytes = 0;

	while (at < n) {
		size_t len = whole(s + at, n - at, 2), k;

		for (k = 1; k < len && (s[at + k] & 0xc0) == 0x80; k++)
			;
		bytes += s[at] < 0x80 ? 1 : each * (k == 4 ? 2 : 1);
		/* One is given in any case, and the caller keeps the rest. */
		if (!len || (bytes > room && at))
			break;
		at += k;
	}
	return at;
}

/* ReadConsoleW. */
static NTSTATUS read_units(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_read how = { 0 };
	uint16_t initial[1024], u[1024];
	struct how h = { .chars = true, .initial = initial };
	size_t n, units, max, skip, done = 0;
	const uint8_t *s;
	NTSTATUS status;

	if (r->len >= sizeof how && guest_read(t, &how, r->buf, sizeof how) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (how.initial_chars > r->out_len / 2)
		return STATUS_INVALID_PARAMETER;
	skip = MIN((size_t)how.initial_chars, COUNT_OF(initial));
	if (skip && guest_read(t, initial, r->out, skip * 2) < 0)
		return STATUS_ACCESS_VIOLATION;
	max = r->out_len / 2;
	if (!max)
		return STATUS_SUCCESS;
	pthread_mutex_lock(&console.lock);
	/* Only a line that is edited now begins with them. */
	if (console_shared()->input_mode & INPUT_LINE && !console.cooked_len) {
		h.ninitial = skip;
		skip = 0;
	}
	h.want = max - skip;
	h.wake = how.wakeup_mask;
	status = fill(t, f, &h);
	s = readable(&n);
	if (how.room)
		n = narrow(s, n, how.room, how.each);
	while (!status && n && skip + done < max) {
		size_t k = whole(s, n, MIN(max - skip - done, COUNT_OF(u)));

		/* A stray byte must not block everything behind it. */
		if (!k && (n >= 4 || console.cooked_len) &&
		    max - skip - done > 1)
			k = 1;
		if (!k)
			break;
		units = utf8_to_utf16(u, COUNT_OF(u), (const char *)s, k);
		if (guest_write(t, r->out + (skip + done) * 2, u, units * 2) <
		    0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		done += units;
		n -= k;
		drop_bytes(k);
		s += k;
		if (!console.cooked_len)
			s = console.bytes;
	}
	if (!status && !done)
		console.end_of_file = false;
	if (!status && how.keys &&
	    guest_write(t, how.keys, &h.keys, sizeof h.keys) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status)
		r->information = (done ? skip + done : 0) * 2;
	pthread_mutex_unlock(&console.lock);
	return status;
}

const struct control_row console_read_rows[] = {
	{ RF_CONSOLE_READ, read_units },
};
const size_t console_read_nrows = COUNT_OF(console_read_rows);
