/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-mode.c - a console's modes, and the terminal's settings that they are.
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

/* What the terminal was like before our console. */
static bool settings_before(int fd, struct terminal_settings *s)
{
	struct console_shared *c = console_shared();

	if (!c->settings_known)
		return ioctl(fd, TCGETS, s) == 0;
	*s = c->settings;
	return true;
}

void terminal_apply(int fd, bool keys)
{
	struct console_shared *c = console_shared();
	uint32_t mode = c->input_mode;
	bool lines = mode & INPUT_LINE && !keys;
	struct terminal_settings want, was;
	int own;

	if (!settings_before(fd, &want))
		return;
	was = c->settings_known ? c->applied : want;
	if (lines)
		want.lflag |= ICANON;
	else
		want.lflag &= ~(uint32_t)(ICANON | IEXTEN);
	if (lines && mode & INPUT_ECHO)
		want.lflag |= ECHO;
	else
		want.lflag &= ~(uint32_t)ECHO;
	if (mode & INPUT_PROCESSED)
		want.lflag |= ISIG;
	else
		want.lflag &= ~(uint32_t)ISIG;
	if (!lines) {
		want.iflag &= ~(uint32_t)(ICRNL | IXON | INLCR | IGNCR);
		want.cc[VMIN] = 1;
		want.cc[VTIME] = 0;
		/* A key like others: Windows stops no program by it. */
		want.cc[VSUSP] = 0;
	}
	if (!memcmp(&want, &was, sizeof want) || !in_foreground(fd))
		return;
	own = console_keep_settings(fd);
	if (own >= 0 && ioctl(own, TCSETSW, &want) == 0)
		c->applied = want;
}

static NTSTATUS get_mode(struct task *t, struct file *f, struct irp *r)
{
	struct console_shared *c = console_shared();
	uint32_t mode = f->device == CONSOLE_INPUT ? c->input_mode
						   : c->output_mode;

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
	pthread_mutex_lock(&console.lock);
	if (input) {
		console_keep_mode();
		console_shared()->input_mode = mode;
		terminal_apply(f->fd, false);
		console_mouse_reports(f->fd, true);
	} else {
		console_shared()->output_mode = mode;
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
