/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-mode.c - a console's modes, and the terminal's settings that they
 * are.
 *
 * The terminal's settings are touched only when a program's mode differs from
 * what they are, and put back at the end.
 */
#include <asm/termbits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"

_Static_assert(sizeof(struct terminal_settings) == sizeof(struct termios) &&
		       offsetof(struct terminal_settings, cc) ==
			       offsetof(struct termios, c_cc),
	       "the kernel's");

static bool in_foreground(int fd)
{
	return tcgetpgrp(fd) == getpgrp();
}

/*
 * Between lines a terminal is what no Linux program leaves behind: keys that
 * are not shown, and nevertheless a new line for Enter.  Found at the beginning
 * that is a pseudo console's (pty.c), or a program of ours was killed.
 */
void terminal_usual(struct terminal_settings *s)
{
	if (s->iflag & ICRNL && s->oflag & OPOST &&
	    !(s->lflag & (ICANON | ECHO | IEXTEN)))
		s->lflag |= ICANON | ECHO | IEXTEN | ISIG;
}

void terminal_between(struct terminal_settings *s)
{
	s->lflag &= ~(uint32_t)(ICANON | ECHO | IEXTEN);
	s->iflag &= ~(uint32_t)(INLCR | IGNCR);
	s->cc[VMIN] = 1;
	s->cc[VTIME] = 0;
}

/*
 * Enter stays a new line while one is edited: what is behind it may be for a
 * program that reads lines from the terminal.  Ctrl-C is ours then, as it ends
 * the read whoever heeds it.
 */
static void for_lines(struct terminal_settings *s, uint32_t mode, bool now)
{
	terminal_between(s);
	if (now || !(mode & INPUT_PROCESSED))
		s->lflag &= ~(uint32_t)ISIG;
}

static void for_keys(struct terminal_settings *s, uint32_t mode)
{
	s->lflag &= ~(uint32_t)(ICANON | IEXTEN | ECHO);
	if (mode & INPUT_PROCESSED)
		s->lflag |= ISIG;
	else
		s->lflag &= ~(uint32_t)ISIG;
	s->iflag &= ~(uint32_t)(ICRNL | IXON | INLCR | IGNCR);
	s->cc[VMIN] = 1;
	s->cc[VTIME] = 0;
	/* A key like others: Windows stops no program by it. */
	s->cc[VSUSP] = 0;
}

void terminal_apply(int fd, enum terminal_use use)
{
	enum { USUAL = INPUT_LINE | INPUT_ECHO | INPUT_PROCESSED };
	struct console_shared *c = console_shared();
	uint32_t mode = c->input_mode;
	struct terminal_settings want, now;
	int own;

	if (use == TERMINAL_IDLE)
		use = mode & INPUT_LINE ? TERMINAL_BETWEEN : TERMINAL_KEYS;
	if (ioctl(fd, TCGETS, &now))
		return;
	want = now;
	terminal_usual(&want);
	if (c->settings_known)
		want = c->settings;
	/* Until somebody reads it need not be touched. */
	else if (use == TERMINAL_BETWEEN && (mode & USUAL) == USUAL)
		return;
	console.use = use;
	if (use == TERMINAL_KEYS)
		for_keys(&want, mode);
	else
		for_lines(&want, mode, use == TERMINAL_LINE);
	if (!memcmp(&want, &now, sizeof want) || !in_foreground(fd))
		return;
	own = console_keep_settings(fd);
	/* Before they are: who dies in between is to find them as its own. */
	c = console_shared();
	if (own >= 0 && console_change_begin()) {
		c->replaced = c->applied;
		c->applied = want;
		if (ioctl(own, TCSETS, &want))
			c->applied = c->replaced;
		console_change_end();
	}
}

/* Of these bits none says anything about another, and any about all of them. */
static void set_insert(uint32_t mode)
{
	enum { INSERT = 0x20, EXTENDED = 0x80, AUTO_POSITION = 0x100 };

	if (mode & (INSERT | INPUT_QUICK_EDIT | EXTENDED | AUTO_POSITION))
		console_shared()->overtype = !(mode & INSERT);
}

static NTSTATUS get_mode(struct task *t, struct file *f, struct irp *r)
{
	struct console_shared *c = console_shared();
	uint32_t mode = f->device == CONSOLE_INPUT ? c->input_mode
						   : *console_output_mode(f);

	return control_out(t, r, &mode, sizeof mode);
}

static NTSTATUS set_mode(struct task *t, struct file *f, struct irp *r)
{
	uint32_t mode;
	NTSTATUS status = control_in(t, r, &mode, sizeof mode);
	bool input = f->device == CONSOLE_INPUT;

	if (status)
		return status;
	if (mode & ~(uint32_t)(input ? INPUT_ALL : OUTPUT_ALL))
		return STATUS_INVALID_PARAMETER;
	/* Echo without lines makes no sense, on Windows as well. */
	if (input && (mode & (INPUT_ECHO | INPUT_LINE)) == INPUT_ECHO)
		return STATUS_INVALID_PARAMETER;
	/* Of what changes from now on the program is to hear, reading or not. */
	if (input && mode & INPUT_WINDOW)
		console_watch_window();
	pthread_mutex_lock(&console.lock);
	if (input) {
		console_keep_mode();
		if (mode & ~console_shared()->input_mode & INPUT_WINDOW)
			console_look_at_window(f->fd);
		console_shared()->input_mode = mode;
		set_insert(mode);
		/* A line that is edited goes on as it was begun. */
		if (!console.editing)
			terminal_apply(f->fd, TERMINAL_IDLE);
		console_mouse_reports(f->fd, true);
	} else {
		*console_output_mode(f) = mode;
		console.last = 0;
	}
	pthread_mutex_unlock(&console.lock);
	return STATUS_SUCCESS;
}

const struct control_row console_mode_rows[] = {
	{ RF_CONSOLE_GET_MODE, get_mode },
	{ RF_CONSOLE_SET_MODE, set_mode },
};
const size_t console_mode_nrows = COUNT_OF(console_mode_rows);
