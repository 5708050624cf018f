/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-buffer.c - screen buffers: which one a handle is for, and which one
 * is shown.
 *
 * The first one is the terminal's normal screen.  Any other is shown on its
 * alternate screen, painted anew from what was written to it (console-log.h);
 * meanwhile text for the first one waits, and is written when that returns.  A
 * buffer ends with its last handle in the process that made it.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/raw-call.h"

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-paint.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/file-private.h"

enum { NUMBER_BITS = 8 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned handles[SCREENS]; /* this process's; lock held */

/* ---- handles ---- */

static struct console_screen *screen_at(unsigned place)
{
	return &console_screens()->screen[place];
}

/* The creator last: without one its place is anybody's. */
NO_TLS static void free_screen(struct console_screen *c)
{
	c->id = 0;
	c->creator = 0;
}

static int place_of(uint64_t number)
{
	unsigned place = number & ((1u << NUMBER_BITS) - 1);

	if (!place)
		return 0;
	if (place >= SCREENS || screen_at(place)->id != number >> NUMBER_BITS)
		return -1;
	return (int)place;
}

int console_buffer_of(const struct file *f)
{
	return place_of(*console_buffer_number(f));
}

bool console_is_shown(const struct file *f)
{
	return console_buffer_of(f) == (int)console_screens()->shown;
}

static uint64_t number_of(unsigned place)
{
	return place ? (uint64_t)screen_at(place)->id << NUMBER_BITS | place : 0;
}

static void set_number(struct file *f, uint64_t number)
{
	int place = place_of(number);

	*console_buffer_number(f) = number;
	pthread_mutex_lock(&lock);
	if (place > 0)
		handles[place]++;
	pthread_mutex_unlock(&lock);
}

void console_buffer_open(struct file *f)
{
	set_number(f, number_of(console_screens()->shown % SCREENS));
}

uint64_t console_buffer_pass(const struct file *f)
{
	return *console_buffer_number(f);
}

void console_buffer_receive(struct file *f, uint64_t number)
{
	if (f->device == CONSOLE_OUTPUT)
		set_number(f, number);
}

/* Of the one that is shown: a new one begins with them. */
static uint32_t shown_attributes(void)
{
	unsigned shown = console_screens()->shown % SCREENS;

	return shown ? screen_at(shown)->attributes
		     : console_shared()->attributes;
}

bool console_buffer_new(struct file *f)
{
	uint32_t id = ++console_screens()->last_id;

	for (unsigned i = 1; i < SCREENS; i++) {
		struct console_screen *c = screen_at(i);
		int32_t was = c->creator;

		/* Who made it may have been killed. */
		if (was && (kill(was, 0) == 0 || errno != ESRCH))
			continue;
		if (!atomic_compare_exchange_strong(&c->creator, &was,
						    getpid()))
			continue;
		c->end = 0;
		screen_keep_nothing(c);
		c->output_mode = OUTPUT_DEFAULT;
		c->attributes = shown_attributes();
		c->cursor_size = console_shared()->cursor_size;
		c->hidden = false;
		c->size = 0;
		c->place = 0;
		c->id = id;
		pthread_mutex_lock(&lock);
		handles[i] = 0;
		pthread_mutex_unlock(&lock);
		set_number(f, number_of(i));
		return true;
	}
	return false;
}

_Atomic uint32_t *console_output_mode(const struct file *f)
{
	int place = console_buffer_of(f);

	return place > 0 ? &screen_at((unsigned)place)->output_mode
			 : &console_shared()->output_mode;
}

_Atomic uint32_t *console_attributes(const struct file *f)
{
	int place = console_buffer_of(f);

	return place > 0 ? &screen_at((unsigned)place)->attributes
			 : &console_shared()->attributes;
}

_Atomic uint32_t *console_cursor_size(const struct file *f)
{
	int place = console_buffer_of(f);

	return place > 0 ? &screen_at((unsigned)place)->cursor_size
			 : &console_shared()->cursor_size;
}

/* ---- which one is shown ---- */

/* What was written to the first one, up to end, while another was shown. */
static void show_rest(struct out *o, uint64_t end)
{
	uint64_t at = console_screens()->on_terminal;
	uint64_t left = MIN(end - at, (uint64_t)SCREEN_LOG);
	char part[1024];

	while (left) {
		size_t n = screen_text(
			0, &at, part, (size_t)MIN(left, (uint64_t)sizeof part));

		if (!n)
			break;
		out_text(o, part, n);
		left -= n;
	}
}

/* Lock held.  f: a handle for any of the buffers. */
static NTSTATUS show(struct task *t, struct file *f, unsigned place)
{
	struct out o = { .t = t, .f = f, .put = console_put_unlogged };
	struct console_screens *s = console_screens();
	unsigned was = s->shown % SCREENS;
	int16_t cols, rows;
	struct model *m;
	uint64_t end;

	if (place == was)
		return STATUS_SUCCESS;
	console_window(f->fd, &cols, &rows);
	m = screen_model(place, cols, rows);
	if (!m)
		return STATUS_NO_MEMORY;
	screen_at(was)->hidden = console_cursor_hidden();
	if (!was)
		s->on_terminal = screen_at(0)->end;
	s->shown = place;
	end = screen_at(0)->end;
	if (place) {
		out_string(&o, was ? "\33[r" : "\33[?1049h\33[r");
		out_string(&o, "\33[0m\33[H\33[2J");
		out_flush(&o);
		if (!o.status)
			o.status = console_paint(t, f, m, 0, INT_MAX);
	} else {
		out_string(&o, "\33[r\33[?1049l");
		/* Not every terminal has kept its colours as well. */
		out_attributes(
			&o, model_follows(m, cols, rows)
				    ? model_attributes(m)
				    : (uint16_t)console_shared()->attributes);
	}
	if (screen_at(place)->hidden != console_cursor_hidden())
		out_string(&o,
			   screen_at(place)->hidden ? "\33[?25l" : "\33[?25h");
	if (!place && !screen_at(0)->size)
		show_rest(&o, end);
	out_flush(&o);
	/* Of a larger one the window may be elsewhere by now. */
	if (!place && screen_at(0)->size && !o.status) {
		model_begin(m, cols, rows, -1);
		screen_agree(0);
		o.status = console_paint(t, f, m, 0, INT_MAX);
	}
	return o.status;
}

static NTSTATUS show_this(struct task *t, struct file *f, struct irp *r)
{
	int place = console_buffer_of(f);
	NTSTATUS status;

	(void)r;
	if (place < 0)
		return STATUS_INVALID_HANDLE;
	console_watch_end();
	pthread_mutex_lock(&lock);
	status = show(t, f, (unsigned)place);
	pthread_mutex_unlock(&lock);
	return status;
}

void console_buffer_close(struct task *t, struct file *f)
{
	int place = console_buffer_of(f);
	struct console_screen *c;

	if (place <= 0 || f->device != CONSOLE_OUTPUT)
		return;
	c = screen_at((unsigned)place);
	pthread_mutex_lock(&lock);
	if (!--handles[place] && c->creator == getpid()) {
		if (console_screens()->shown == (unsigned)place)
			show(t, f, 0);
		free_screen(c);
	}
	pthread_mutex_unlock(&lock);
}

/* ---- the end ---- */

NO_TLS bool console_buffer_leave(int fd, struct console_screens *s, int creator)
{
	static const char back[] = "\33[r\33[?1049l";
	uint32_t shown = s->shown;
	struct console_screen *c = &s->screen[0];
	uint64_t at = s->on_terminal, end = c->end;

	if (!shown || shown >= SCREENS ||
	    (creator >= 0 && s->screen[shown].creator != creator))
		return false;
	s->shown = 0;
	free_screen(&s->screen[shown]);
	raw_call(SYS_write, fd, (long)back, sizeof back - 1, 0);
	if (end - at > SCREEN_LOG)
		at = end - SCREEN_LOG;
	while (at != end) {
		size_t from = at % SCREEN_LOG, n = SCREEN_LOG - from;
		long did;

		if (n > end - at)
			n = end - at;
		did = raw_call(SYS_write, fd, (long)(c->bytes + from),
			       (long)n, 0);
		if (did <= 0)
			break;
		at += (uint64_t)did;
	}
	return true;
}

const struct control_row console_buffer_rows[] = {
	{ RF_CONSOLE_SHOW, show_this },
};
const size_t console_buffer_nrows = COUNT_OF(console_buffer_rows);
