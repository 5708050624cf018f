/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-restore.c - the terminal as it was, however we end: its settings, and
 * of the screen what would be in the way of who comes next (a cursor that is not
 * shown, colours, the alternate screen), if it is we who changed that.
 *
 * A signal that would end the process may find foreign code running, with a FS
 * that is not ours: its handler makes system calls and nothing else.
 */
#include <asm/termbits.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscall-xlate/nt/console.h"

static int settings_fd = -1, screen_fd = -1;
static struct termios settings;
static char undo[32];
static _Atomic int undo_len;

static long raw_call(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

#define NO_TLS                                                                 \
	__attribute__((optimize("no-stack-protector"),                         \
		       target("general-regs-only")))

NO_TLS void console_restore(void)
{
	if (settings_fd >= 0)
		raw_call(SYS_ioctl, settings_fd, TCSETS, (long)&settings);
	if (screen_fd >= 0 && undo_len)
		raw_call(SYS_write, screen_fd, (long)undo, undo_len);
}

/* Its disposition is the default one again; it waits for us to return. */
NO_TLS static void on_end(int sig)
{
	console_restore();
	raw_call(SYS_kill, raw_call(SYS_getpid, 0, 0, 0), sig, 0);
}

void console_guard(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };
	struct sigaction sa = { .sa_handler = on_end,
				.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK) };
	struct sigaction old;

	if (settings_fd < 0 && screen_fd < 0)
		return;
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}

static int keep(int fd)
{
	static bool registered;
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 100);

	if (own >= 0 && !registered) {
		registered = true;
		atexit(console_restore);
	}
	return own;
}

int console_keep_settings(int fd)
{
	if (settings_fd < 0) {
		int own = ioctl(fd, TCGETS, &settings) < 0 ? -1 : keep(fd);

		settings_fd = own;
		console_guard();
	}
	return settings_fd;
}

void console_screen_changed(int fd)
{
	char text[sizeof undo];
	int n = snprintf(text, sizeof text, "%s%s%s",
			 console.alternate ? "\33[?1049l" : "",
			 console.attributes != 7 ? "\33[0m" : "",
			 console.cursor_hidden ? "\33[?25h" : "");

	if (screen_fd < 0)
		screen_fd = keep(fd);
	undo_len = 0;
	memcpy(undo, text, (size_t)n);
	undo_len = n;
	console_guard();
}
