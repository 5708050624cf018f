/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-line-read.c - a line from the terminal, edited here.
 *
 * The terminal is read a byte at a time, and none behind the line's end: what
 * was typed ahead is for whoever reads next, which may be a Linux program.  One
 * thread edits, others wait for their turn; what it shows it writes without the
 * console's lock, as a terminal that is stopped may keep it for long.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/console-history.h"
#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"

enum {
	PATIENCE_MS = 50, /* until an ESC is the key and no sequence */
	VINTR = 0,
	VQUIT = 1,
	VEOF = 4,
};

struct edit {
	struct task *t;
	struct file *f;
	struct line line;
	struct line_past past;
	struct line_out out;
	int fd;      /* what is shown goes there; -1: nowhere */
	bool own_fd; /* to be closed */
	/* The buffer that is shown, once that is wider than the window. */
	struct file *screen;
	bool certain;  /* where the cursor was at the beginning */
	uint32_t keys; /* state of the last one */
	uint16_t last; /* its character */
};

/* ---- what is shown ---- */

static void window(int fd, int *cols, int *rows)
{
	struct winsize w;

	*cols = 80;
	*rows = 25;
	if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
		*cols = w.ws_col;
		*rows = w.ws_row;
	}
}

/*
 * How long a row of the line is: as the window's, or, where the buffer is
 * wider, as that's.  Lock held, dropped meanwhile.
 */
static int row_length(struct edit *e, int cols, int rows)
{
	struct model_view v = { .width = cols };
	int width = cols;

	console_shown_size(&width, &rows);
	if (width == cols || e->fd < 0)
		return cols;
	pthread_mutex_unlock(&console.lock);
	if (!e->screen) {
		int fd = fcntl(e->fd, F_DUPFD_CLOEXEC, 3);

		e->screen =
			fd < 0 ? NULL
			       : console_file(fd,
					      FILE_READ_DATA | FILE_WRITE_DATA,
					      0, 0);
		if (e->screen) {
			e->screen->device = CONSOLE_OUTPUT;
			console_buffer_open(e->screen);
		} else if (fd >= 0) {
			close(fd);
		}
	}
	if (e->screen)
		console_see(e->screen, &v);
	pthread_mutex_lock(&console.lock);
	return v.width;
}

/* To a buffer that is wider, and the window goes where the cursor is. */
static void flush_wide(struct edit *e)
{
	struct model_view v;
	struct model *m;
	int col, row;

	if (console_put(e->t, e->screen, e->out.s, e->out.n))
		return;
	m = console_see(e->screen, &v);
	if (m) {
		model_cursor(m, &col, &row);
		console_show_cell(e->t, e->screen, col, v.top + row);
	}
}

/* Lock held, dropped meanwhile.  What cannot be shown is edited all the same.
 */
static void flush(struct edit *e)
{
	struct line_out *o = &e->out;
	size_t at = 0;

	if (o->failed || e->fd < 0)
		o->n = 0;
	o->failed = false;
	if (!o->n)
		return;
	pthread_mutex_unlock(&console.lock);
	if (e->screen) {
		flush_wide(e);
		at = o->n;
	}
	while (at < o->n) {
		ssize_t did = write(e->fd, o->s + at, o->n - at);

		if (did > 0) {
			console_wrote(e->fd, o->s + at, (size_t)did);
			at += (size_t)did;
		} else if (did < 0 && errno == EAGAIN) {
			if (io_wait_fd(e->t, e->f, e->fd, POLLOUT, -1))
				break;
		} else if (did == 0 || errno != EINTR ||
			   nt_interrupted(e->t, false)) {
			break;
		}
	}
	o->n = 0;
	pthread_mutex_lock(&console.lock);
}

/*
 * Somebody else has written last: before the line could need another row the
 * terminal is asked.  What is typed meanwhile is kept.
 */
static void make_certain(struct edit *e)
{
	int row, col;
	bool told;

	if (e->certain || e->fd < 0 || e->screen || !line_may_wrap(&e->line))
		return;
	e->certain = true;
	pthread_mutex_unlock(&console.lock);
	told = console_ask_cursor(e->f, &row, &col);
	pthread_mutex_lock(&console.lock);
	if (told)
		line_place(&e->line, col - 1);
}

static void show(struct edit *e)
{
	int cols, rows;

	window(e->f->fd, &cols, &rows);
	line_resize(&e->line, row_length(e, cols, rows), rows, &e->out);
	line_show(&e->line, &e->out);
	flush(e);
	make_certain(e);
}

/* ---- keys ---- */

/* The characters that the user's terminal has for some of them. */
static uint16_t meaning(uint16_t c)
{
	const struct console_shared *s = console_shared();

	if (!c || c >= 32 || !s->settings_known)
		return c;
	if (c == s->settings.cc[VINTR])
		return 3;
	if (c == s->settings.cc[VQUIT])
		return 28;
	if (c == s->settings.cc[VEOF])
		return 4;
	return c;
}

static enum line_end act(struct edit *e, const struct line_key *k)
{
	enum line_end end = line_key(&e->line, k);

	if (end == LINE_FORGET || end == LINE_UNALIAS) {
		if (end == LINE_FORGET) {
			history_clear(history_self());
			history_free(&e->past);
			e->past.last = -1;
		} else {
			alias_clear(history_self());
		}
		end = LINE_MORE;
	}
	e->keys = k->state;
	e->last = k->ch;
	return end;
}

/* The first record; *k: the key, if it is one that went down. */
static bool next_record(struct line_key *k, unsigned *times)
{
	enum { VK_MENU = 18 };
	struct input_record r = console.records[console.first];

	console.first = (console.first + 1) % RECORD_MAX;
	console.nrecords--;
	/* A character that was typed by its number comes with Alt's end. */
	if (r.type != RECORD_KEY ||
	    (!r.key.down && !(r.key.vk == VK_MENU && r.key.ch)))
		return false;
	*k = (struct line_key){ r.key.vk, meaning(r.key.ch), r.key.state };
	*times = MAX(r.key.repeat, 1);
	return true;
}

/* Enter's way up is of no use to anybody. */
static void drop_release(uint16_t vk)
{
	const struct input_record *r = &console.records[console.first];

	if (console.nrecords && r->type == RECORD_KEY && !r->key.down &&
	    r->key.vk == vk) {
		console.first = (console.first + 1) % RECORD_MAX;
		console.nrecords--;
	}
}

static enum line_end take_keys(struct edit *e)
{
	enum line_end end = LINE_MORE;
	struct line_key k;
	unsigned times;

	while (console.nrecords && end == LINE_MORE) {
		if (!next_record(&k, &times))
			continue;
		while (times-- && end == LINE_MORE)
			end = act(e, &k);
		if (end != LINE_MORE)
			drop_release(k.vk);
	}
	return end;
}

/* One byte; false: there is none after all, or none any more (*gone). */
static bool read_byte(struct edit *e, bool *gone)
{
	ssize_t n;

	if (console.nbytes == sizeof console.bytes)
		return true;
	n = read(e->f->fd, console.bytes + console.nbytes, 1);
	*gone = n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
	if (n == 1)
		console.nbytes++;
	return n == 1;
}

static bool more_follows(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0 && p.revents & POLLIN;
}

/*
 * What is there by now, up to the line's end.  A sequence's bytes come
 * together: only an ESC that nothing follows is waited for.
 */
static enum line_end take_input(struct edit *e, bool *gone)
{
	enum line_end end;

	for (;;) {
		console_parse_keys(false);
		end = take_keys(e);
		if (end != LINE_MORE)
			return end;
		if (more_follows(e->f->fd, console.nbytes ? PATIENCE_MS : 0)) {
			if (!read_byte(e, gone))
				return LINE_MORE;
			continue;
		}
		if (!console.nbytes)
			return LINE_MORE;
		console_parse_keys(true);
		end = take_keys(e);
		/* Half a sequence, or half a character: it is waited for. */
		if (end != LINE_MORE || !console.nrecords)
			return end;
	}
}

/* ---- a line ---- */

static NTSTATUS wait_for_turn(struct task *t, struct file *f)
{
	NTSTATUS status = STATUS_SUCCESS;

	while (console.editing && !status)
		status = console_wait_bell(t, f, -1, &console.turn);
	return status;
}

static bool begin(struct edit *e, uint32_t wake, const uint16_t *initial,
		  size_t n)
{
	struct console_shared *s = console_shared();
	uint32_t mode = s->input_mode;
	int cols, rows, length, col;

	e->fd = -1;
	if (mode & INPUT_ECHO &&
	    (fcntl(e->f->fd, F_GETFL) & O_ACCMODE) == O_RDWR) {
		e->fd = e->f->fd;
	} else if (mode & INPUT_ECHO) {
		e->fd = console_terminal(CONSOLE_OUTPUT);
		e->own_fd = e->fd >= 0;
	}
	window(e->f->fd, &cols, &rows);
	length = row_length(e, cols, rows);
	col = console_column(cols, rows, &e->certain);
	line_init(&e->line, length, rows, MIN(col, length - 1));
	e->line.processed = mode & INPUT_PROCESSED;
	e->line.echo = mode & INPUT_ECHO;
	e->line.insert = !s->overtype;
	e->line.wake = wake;
	/* What is not shown is not kept either: it may be a password. */
	if (e->line.echo) {
		history_load(history_self(), &e->past);
		e->line.past = &e->past;
	}
	return !n || line_begin_with(&e->line, initial, n);
}

/* Lock held, dropped meanwhile. */
static void finish(struct edit *e)
{
	if (e->screen) {
		pthread_mutex_unlock(&console.lock);
		console_buffer_close(e->t, e->screen);
		object_put(&e->screen->object);
		pthread_mutex_lock(&console.lock);
	}
	line_free(&e->line);
	history_free(&e->past);
	free(e->out.s);
	if (e->own_fd)
		close(e->fd);
}

static bool cook(const uint16_t *s, size_t n)
{
	uint8_t *bytes = malloc(n * 3 + 1);

	if (!bytes)
		return false;
	free(console.cooked);
	console.cooked = bytes;
	console.cooked_at = 0;
	console.cooked_len = utf16_to_utf8((char *)bytes, n * 3, s, n);
	return true;
}

/* Remembered, and an alias is what it stands for. */
static NTSTATUS enter(struct edit *e)
{
	struct line *l = &e->line;
	struct units line = { l->text, l->n }, word = alias_word(line);
	uint16_t *target = NULL, *made = NULL;
	size_t n = SIZE_MAX;
	bool ok;

	if (l->echo)
		history_add(history_self(), line);
	if (l->processed && word.n)
		n = alias_get(history_self(), word, NULL, 0);
	if (n != SIZE_MAX) {
		size_t room = n;

		target = malloc((room + 1) * sizeof *target);
		if (target)
			n = alias_get(history_self(), word, target, room);
		if (target && n <= room)
			made = alias_expand((struct units){ target, n }, line,
					    &n);
	}
	if (made) {
		ok = cook(made, n);
	} else {
		line_insert(l, '\r');
		if (l->processed)
			line_insert(l, '\n');
		ok = cook(l->text, l->n);
	}
	free(target);
	free(made);
	return ok ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/*
 * As the terminal itself would have done it.  In a sandbox its group is none
 * that could be named: then it is for all on the console.
 */
static void raise_signal(struct edit *e, int sig)
{
	pid_t group = tcgetpgrp(e->f->fd);

	pthread_mutex_unlock(&console.lock);
	if (group > 0)
		kill(-group, sig);
	else
		console_signal(0, sig);
	pthread_mutex_lock(&console.lock);
}

static NTSTATUS end_line(struct edit *e, enum line_end end)
{
	struct line *l = &e->line;

	switch (end) {
	case LINE_ENTER:
		l->at = l->n;
		line_leave(l, &e->out);
		flush(e);
		return enter(e);
	case LINE_WAKE:
		show(e);
		line_insert(l, e->last);
		return cook(l->text, l->n) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	case LINE_EOF:
		console.end_of_file = true;
		return STATUS_SUCCESS;
	default:
		show(e);
		if (end == LINE_BREAK) {
			console.nrecords = 0;
			console.nbytes = 0;
			ioctl(e->f->fd, TCFLSH, 0 /* TCIFLUSH */);
		}
		raise_signal(e, end == LINE_BREAK ? SIGQUIT : SIGINT);
		return STATUS_ALERTED;
	}
}

static NTSTATUS edit(struct edit *e)
{
	enum line_end end;
	bool input, gone = false;
	NTSTATUS status;

	for (;;) {
		terminal_apply(e->f->fd, TERMINAL_LINE);
		end = take_input(e, &gone);
		if (end != LINE_MORE)
			return end_line(e, end);
		if (gone) { /* hung up: what there is, and then nothing */
			if (e->line.n)
				return enter(e);
			console.end_of_file = true;
			return STATUS_SUCCESS;
		}
		show(e);
		if (console.nrecords)
			continue; /* came with the answer to a question */
		status = console_wait(e->t, e->f, &input);
		if (status)
			return status;
	}
}

NTSTATUS console_edit(struct task *t, struct file *f, uint32_t wake,
		      const uint16_t *initial, size_t n, uint32_t *keys)
{
	struct edit e = { .t = t, .f = f };
	NTSTATUS status = wait_for_turn(t, f);

	/* Who had the turn may have left something for us. */
	if (status || console.cooked_len || console.end_of_file)
		return status;
	console.editing = true;
	console_watch_window();
	status = begin(&e, wake, initial, n) ? edit(&e) : STATUS_NO_MEMORY;
	finish(&e);
	console.editing = false;
	terminal_apply(f->fd, TERMINAL_BETWEEN);
	console_ring(&console.turn);
	*keys = e.keys;
	return status;
}
