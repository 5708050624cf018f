/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-records.c - a console's input as records: what the terminal has sent
 * by now, what programs have written there themselves, and the window's size.
 */
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"

/*
 * A record for each change after the first look, of the window or the buffer:
 * programs that draw want to know of either.  It has the buffer's size.
 */
void console_look_at_window(int fd)
{
	struct input_record *r = NULL;
	struct console_sizes now;
	struct winsize w;

	if (ioctl(fd, TIOCGWINSZ, &w))
		return;
	now.window[0] = now.buffer[0] = w.ws_col;
	now.window[1] = now.buffer[1] = w.ws_row;
	console_shown_size(&now.buffer[0], &now.buffer[1]);
	if (console.told.window[0] &&
	    memcmp(&now, &console.told, sizeof now) != 0 &&
	    console_shared()->input_mode & INPUT_WINDOW)
		r = console_new_record(RECORD_SIZE);
	if (r) {
		r->size[0] = (int16_t)now.buffer[0];
		r->size[1] = (int16_t)now.buffer[1];
	}
	console.told = now;
}

/* Takes in what the terminal has without waiting.  Lock held. */
static void take_keys(struct file *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	ssize_t n;

	terminal_apply(f->fd, TERMINAL_KEYS);
	console_mouse_reports(f->fd, true);
	while (console.nbytes < sizeof console.bytes / 2 &&
	       poll(&p, 1, 0) > 0 && p.revents & POLLIN) {
		n = read(f->fd, console.bytes + console.nbytes,
			 sizeof console.bytes - console.nbytes);
		if (n <= 0)
			break;
		console.nbytes += (size_t)n;
	}
	console_parse_keys(true);
	console_look_at_window(f->fd);
}

static NTSTATUS read_records(struct task *t, struct file *f, struct irp *r)
{
	uint32_t flags, want = r->out_len / sizeof(struct input_record), n = 0;
	NTSTATUS status = control_in(t, r, &flags, sizeof flags);
	bool input;

	if (status)
		return status;
	console_watch_window();
	pthread_mutex_lock(&console.lock);
	do
		take_keys(f);
	while (!console.nrecords && !(flags & RF_CONSOLE_NOWAIT) && want &&
	       !(status = console_wait(t, f, &input)));
	for (; n < want && n < console.nrecords && !status; n++) {
		struct input_record *rec =
			&console.records[(console.first + n) % RECORD_MAX];

		if (guest_write(t, r->out + n * sizeof *rec, rec, sizeof *rec) <
		    0)
			status = STATUS_ACCESS_VIOLATION;
	}
	if (!status) {
		r->information = n * sizeof(struct input_record);
		if (!(flags & RF_CONSOLE_PEEK)) {
			console.first = (console.first + n) % RECORD_MAX;
			console.nrecords -= n;
		}
	}
	pthread_mutex_unlock(&console.lock);
	return status;
}

static NTSTATUS write_records(struct task *t, struct file *f, struct irp *r)
{
	uint32_t n = r->len / sizeof(struct input_record), i;
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&console.lock);
	for (i = 0; i < n && console.nrecords < RECORD_MAX; i++) {
		struct input_record *rec =
			&console.records[(console.first + console.nrecords) %
					 RECORD_MAX];

		if (guest_read(t, rec, r->buf + i * sizeof *rec, sizeof *rec) <
		    0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		console.nrecords++;
	}
	if (i)
		console_wake();
	pthread_mutex_unlock(&console.lock);
	r->information = i * sizeof(struct input_record);
	if (i)
		object_signal(&f->object, 1);
	return status;
}

static NTSTATUS count_records(struct task *t, struct file *f, struct irp *r)
{
	uint32_t n;

	pthread_mutex_lock(&console.lock);
	take_keys(f);
	n = console.nrecords;
	pthread_mutex_unlock(&console.lock);
	return control_out(t, r, &n, sizeof n);
}

static NTSTATUS flush_records(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)r;
	pthread_mutex_lock(&console.lock);
	console.nbytes = 0;
	console.nrecords = 0;
	console.end_of_file = false;
	ioctl(f->fd, TCFLSH, 0 /* TCIFLUSH */);
	pthread_mutex_unlock(&console.lock);
	return STATUS_SUCCESS;
}

const struct control_row console_record_rows[] = {
	{ RF_CONSOLE_READ_INPUT, read_records },
	{ RF_CONSOLE_WRITE_INPUT, write_records },
	{ RF_CONSOLE_COUNT_INPUT, count_records },
	{ RF_CONSOLE_FLUSH_INPUT, flush_records },
};
const size_t console_record_nrows = COUNT_OF(console_record_rows);
