/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-read.c - text from a console: lines, which the terminal itself has
 * edited (ENABLE_LINE_INPUT is its canonical mode), or what is typed as it comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"

/* Bytes as they come from the terminal into what Windows gives. */
static size_t cook(uint8_t *out, size_t max, const uint8_t *in, size_t n)
{
	bool lines = console_shared()->input_mode & INPUT_LINE;
	size_t at = 0;

	for (size_t i = 0; i < n && at + 2 <= max; i++) {
		if (lines && in[i] == '\n') {
			out[at++] = '\r';
			out[at++] = '\n';
		} else if (!lines && in[i] == 0x7f &&
			   !(console_shared()->input_mode & INPUT_VT)) {
			out[at++] = '\b';
		} else {
			out[at++] = in[i];
		}
	}
	return at;
}

/* Is there something that a reader can have?  Lock held. */
static bool have_text(void)
{
	if (console.end_of_file || console.ncooked)
		return true;
	if (!console.nbytes)
		return false;
	if (!console.ahead || !(console_shared()->input_mode & INPUT_LINE))
		return true;
	/* Keys that were typed between reads make no line before Enter. */
	return memchr(console.bytes, '\r', console.nbytes) ||
	       memchr(console.bytes, '\n', console.nbytes);
}

/*
 * Key records as text: programs end another thread's ReadConsole by writing an
 * Enter into the input.  Lock held.
 */
static void take_records(void)
{
	while (console.nrecords && console.nbytes + 4 < sizeof console.bytes) {
		struct input_record *rec = &console.records[console.first];
		uint16_t c = rec->key.ch;

		console.first = (console.first + 1) % RECORD_MAX;
		console.nrecords--;
		if (rec->type != RECORD_KEY || !rec->key.down || !c)
			continue;
		console.nbytes += utf16_to_utf8(
			(char *)console.bytes + console.nbytes, 3, &c, 1);
		if (c == '\r' && console_shared()->input_mode & INPUT_LINE)
			console.bytes[console.nbytes++] = '\n';
		console.ahead = true;
	}
}

static void open_wake(void)
{
	int fd[2];

	if (console.wake[0] || pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	for (int i = 0; i < 2; i++) {
		console.wake[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 100);
		close(fd[i]);
	}
}

void console_wake(void)
{
	if (console.wake[1] > 0 && write(console.wake[1], "", 1) < 0)
		return; /* full: they are awake already */
}

NTSTATUS console_wait(struct task *t, struct file *f, bool *input)
{
	struct pollfd p[2] = { { .fd = f->fd, .events = POLLIN },
			       { .events = POLLIN } };
	NTSTATUS status = STATUS_SUCCESS;
	char drop[64];
	int n;

	open_wake();
	p[1].fd = console.wake[0] ? console.wake[0] : -1;
	pthread_mutex_unlock(&console.lock);
	do {
		if (io_interrupted(t, f, &status))
			break;
		n = poll(p, 2, -1);
	} while (n < 0 && errno == EINTR);
	pthread_mutex_lock(&console.lock);
	if (read(p[1].fd, drop, sizeof drop) < 0)
		drop[0] = 0; /* empty, which is fine */
	/* Another thread may have been faster. */
	*input = !status && poll(p, 1, 0) > 0;
	return status;
}

/* Waits for input and takes it into console.bytes.  Lock held, dropped while
   waiting. */
static NTSTATUS fill(struct task *t, struct file *f)
{
	uint8_t raw[sizeof console.bytes];
	NTSTATUS status;
	ssize_t n;

	for (;;) {
		bool input;
		size_t had = console.nbytes;

		take_records();
		if (have_text() || had > sizeof console.bytes / 2)
			break;
		terminal_apply(f->fd, false);
		console_mouse_reports(f->fd, false);
		status = console_wait(t, f, &input);
		if (status)
			return status;
		if (!input)
			continue;
		/* A whole line, however long; its end becomes two bytes. */
		n = read(f->fd, raw, sizeof raw - had - 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) /* in the background, or hung up */
			return STATUS_SUCCESS;
		if (n == 0) {
			console.end_of_file = true;
			break;
		}
		/* The terminal has shown it. */
		if (console_shared()->input_mode & INPUT_LINE &&
		    console_shared()->input_mode & INPUT_ECHO)
			model_feed(&console_model, (char *)raw, (size_t)n);
		/* Ctrl-Z first in a line is how Windows users end a file. */
		if (console_shared()->input_mode & INPUT_LINE && raw[0] == 26) {
			console.end_of_file = true;
			break;
		}
		console.nbytes +=
			cook(console.bytes + had, sizeof console.bytes - had,
			     raw, (size_t)n);
		console.ahead = false;
		if (console_shared()->input_mode & INPUT_LINE)
			console.ncooked = console.nbytes;
	}
	return STATUS_SUCCESS;
}

/* What one read may have: no more than the rest of a line. */
static size_t readable(void)
{
	return console.ncooked ? console.ncooked : console.nbytes;
}

static void drop_bytes(size_t n)
{
	console.nbytes -= n;
	console.ncooked -= MIN(n, console.ncooked);
	memmove(console.bytes, console.bytes + n, console.nbytes);
	if (!console.nbytes)
		console.ahead = false;
}

NTSTATUS console_read(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;
	size_t n;

	if (f->device == CONSOLE_CONTROL || f->fd < 0)
		return STATUS_INVALID_HANDLE;
	if (console_shared()->cp_in != CONSOLE_UTF8)
		return (NTSTATUS)RF_CONSOLE_CONVERT;
	pthread_mutex_lock(&console.lock);
	status = fill(t, f);
	n = MIN(readable(), r->len);
	if (!status && n && guest_write(t, r->buf, console.bytes, n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status) {
		if (!n)
			console.end_of_file = false; /* it was told */
		drop_bytes(n);
		r->information = n;
	}
	pthread_mutex_unlock(&console.lock);
	return status;
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

/* ReadConsoleW. */
static NTSTATUS read_units(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_read how = { 0 };
	uint16_t u[sizeof console.bytes];
	uint64_t skip;
	NTSTATUS status;
	size_t n, units;

	if (r->len >= sizeof how && guest_read(t, &how, r->buf, sizeof how) < 0)
		return STATUS_ACCESS_VIOLATION;
	skip = how.initial_chars * 2ull;
	if (skip > r->out_len)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&console.lock);
	status = fill(t, f);
	n = whole(console.bytes, readable(), (r->out_len - skip) / 2);
	/* A stray byte must not block everything behind it. */
	if (!n && readable() >= 4 && r->out_len - skip >= 4)
		n = 1;
	units = utf8_to_utf16(u, COUNT_OF(u), (char *)console.bytes, n);
	if (!status && guest_write(t, r->out + skip, u, units * 2) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status) {
		if (!n)
			console.end_of_file = false;
		drop_bytes(n);
		r->information = skip + units * 2;
	}
	pthread_mutex_unlock(&console.lock);
	return status;
}

const struct control_row console_read_rows[] = {
	{ RF_CONSOLE_READ, read_units },
};
const size_t console_read_nrows = COUNT_OF(console_read_rows);
