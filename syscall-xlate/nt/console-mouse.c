/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-mouse.c - the mouse, as the terminal reports it, for programs that read
 * input records and ask for it.
 *
 * With ENABLE_QUICK_EDIT_MODE, which is the default, it selects text, so it stays
 * the terminal's own.  Source of the reports: xterm's "Control Sequences" (SGR).
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"

enum { /* in a report's first number */
	WHICH = 3,
	NONE = 3,
	SHIFT = 4,
	META = 8,
	CTRL = 16,
	MOTION = 32,
	WHEEL = 64,
	MORE = 128, /* buttons that Windows does not tell of */
};

enum { MOVED = 1, DOUBLE_CLICK = 2, WHEELED = 4, HWHEELED = 8 };

static bool reporting;
static uint32_t buttons; /* that are down */

void console_mouse_reports(int fd, bool keys)
{
	static const char begin[] = "\33[?1003h\33[?1006h";
	static const char end[] = "\33[?1003l\33[?1006l";
	uint32_t mode = console_shared()->input_mode;
	bool want = keys && mode & INPUT_MOUSE &&
		    !(mode & (INPUT_QUICK_EDIT | INPUT_VT));
	const char *s = want ? begin : end;
	size_t n = want ? sizeof begin - 1 : sizeof end - 1;

	if (want == reporting || (want && tcgetpgrp(fd) != getpgrp()))
		return;
	reporting = want;
	if (write(fd, s, n) == (ssize_t)n)
		console_screen_changed(fd, s, n);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* The second press of the same button, at once and at the same place? */
static bool is_double(uint32_t button, int x, int y)
{
	enum { DOUBLE_MS = 500 };
	static struct {
		uint32_t button;
		int x, y;
		int64_t at;
	} last;
	int64_t now = now_ms();
	bool yes = last.button == button && last.x == x && last.y == y &&
		   now - last.at <= DOUBLE_MS;

	last.button = yes ? 0 : button; /* the third is a first again */
	last.x = x;
	last.y = y;
	last.at = now;
	return yes;
}

static void push(int x, int y, uint32_t what, uint32_t state, uint32_t flags)
{
	struct input_record *r = NULL;

	/* Of a path only its end matters. */
	if (flags == MOVED && console.nrecords) {
		r = &console.records[(console.first + console.nrecords - 1) %
				     RECORD_MAX];
		if (r->type != RECORD_MOUSE || r->mouse.flags != MOVED ||
		    r->mouse.buttons != what || r->mouse.state != state)
			r = NULL;
	}
	if (!r)
		r = console_new_record(RECORD_MOUSE);
	if (!r)
		return;
	r->mouse.x = (int16_t)x;
	r->mouse.y = (int16_t)y;
	r->mouse.buttons = what;
	r->mouse.state = state;
	r->mouse.flags = flags;
}

static void report(unsigned b, int x, int y, bool down)
{
	static const uint32_t button[] = { 1, 4, 2, 0 }; /* left, middle, right */
	uint32_t which = button[b & WHICH];
	uint32_t state = (b & SHIFT ? KEY_SHIFT : 0) | (b & META ? KEY_ALT : 0) |
			 (b & CTRL ? KEY_CTRL : 0);
	uint32_t flags = 0;

	if (b & MORE)
		return;
	if (b & WHEEL) { /* up and right are away from the user */
		bool away = (b & WHICH) == 0 || (b & WHICH) == 3;

		push(x, y, buttons | (away ? 120u : (uint32_t)-120) << 16, state,
		     b & 2 ? HWHEELED : WHEELED);
		return;
	}
	if (b & MOTION) {
		flags = MOVED;
	} else if (down) {
		buttons |= which;
		flags = is_double(which, x, y) ? DOUBLE_CLICK : 0;
	} else {
		buttons &= ~which;
	}
	push(x, y, buttons, state, flags);
}

int console_mouse(const uint8_t *s, size_t n)
{
	enum { LONGEST = 32, FURTHEST = 9999 };
	unsigned number[3] = { 0 };
	size_t i = 3, k = 0;

	for (; i < n && (s[i] == ';' || (s[i] >= '0' && s[i] <= '9')); i++)
		if (s[i] == ';' && ++k == COUNT_OF(number))
			return 0;
		else if (s[i] != ';')
			number[k] = MIN(number[k] * 10 + (s[i] - '0'),
					(unsigned)FURTHEST);
	if (i == n)
		return n < LONGEST ? -1 : 0;
	if ((s[i] == 'M' || s[i] == 'm') && k == 2 && number[1] && number[2]) {
		int left, top;

		console_shown_place(&left, &top);
		report(number[0], left + (int)number[1] - 1,
		       top + (int)number[2] - 1, s[i] == 'M');
	}
	return (int)i + 1;
}
