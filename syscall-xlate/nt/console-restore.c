/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-restore.c - the terminal as it was, however we end.
 *
 * What a program has changed of its console outlives it, as on Windows, where
 * the window goes when the last of the console's processes does.  Here the
 * terminal goes back to the shell with the first of them, so that one leaves it
 * as it was before them all; another does so with what it has changed itself if
 * it did not come to an end of its own will.
 *
 * A signal that would end the process may find foreign code running, with a FS
 * that is not ours: its handler makes system calls and nothing else.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/raw-call.h"

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console-watch.h"
#include "syscall-xlate/nt/console.h"

#ifndef TCGETS
#define TCGETS 0x5401
#define TCSETS 0x5402
#endif

/* Where we have changed something; and what, how it was before. */
static int settings_fd = -1, screen_fd = -1;
static struct console_own first;
static struct console_own *_Atomic own = &first;

/* In the background the terminal is somebody else's, and would stop us. */
NO_TLS static void set(int fd, const struct terminal_settings *s)
{
	int group = -1;

	if (raw_call(SYS_ioctl, fd, TIOCGPGRP, (long)&group, 0) == 0 &&
	    group == raw_call(SYS_getpgrp, 0, 0, 0, 0))
		raw_call(SYS_ioctl, fd, TCSETS, (long)s, 0);
}

/* Of what others have changed we may have no descriptor. */
NO_TLS static int terminal(int fd)
{
	static const char name[] = "/dev/tty";

	return fd >= 0 ? fd
		       : (int)raw_call(SYS_open, (long)name,
				       O_RDWR | O_NOCTTY | O_CLOEXEC, 0, 0);
}

static uint64_t screen_bit; /* undo_screen_bit() */

/* Another screen buffer, creator's, is shown no more. */
NO_TLS static void leave_buffer(struct console_shared *s, int creator)
{
	struct console_screens *all = console_screens_mapped();

	if (all->shown &&
	    console_buffer_leave(terminal(screen_fd), all, creator)) {
		s->changed &= ~screen_bit;
		own->changed &= ~screen_bit;
	}
}

NO_TLS static void restore_all(struct console_shared *s)
{
	leave_buffer(s, -1);
	if (s->settings_known)
		set(terminal(settings_fd), &s->settings);
	if (s->changed)
		undo_write(terminal(screen_fd), s->changed);
	s->changed = 0;
}

/*
 * A mode that stays is applied again by the next one to read; Linux programs
 * that come in between want the terminal as it was.
 */
NO_TLS static void restore_settings(struct console_shared *s)
{
	if (settings_fd >= 0) {
		set(settings_fd, &((struct console_own *)own)->before);
		s->applied = own->before;
	}
}

NO_TLS static void restore_own(struct console_shared *s)
{
	if (own->mode_kept)
		s->input_mode = own->mode_before;
	if (screen_fd >= 0)
		undo_write(screen_fd, own->changed & s->changed);
	s->changed &= ~own->changed;
}

/* Anybody may have changed something. */
static _Atomic bool watching;

/*
 * Another thread may be about to change the settings: it does that before we
 * put them back, or not at all.  It may also be us who was interrupted over it.
 */
static _Atomic bool ending;
static _Atomic int changing;

bool console_change_begin(void)
{
	changing++;
	if (!ending)
		return true;
	changing--;
	return false;
}

void console_change_end(void)
{
	changing--;
}

NO_TLS static void wait_for_changes(void)
{
	ending = true;
	for (int i = 0; changing && i < 10000; i++)
		raw_call(SYS_sched_yield, 0, 0, 0, 0);
}

NO_TLS void console_restore(bool own_will)
{
	struct console_shared *s = console_mapped();

	if (!watching)
		return;
	wait_for_changes();
	if (console_is_ours()) {
		s->over = true;
		restore_all(s);
	} else {
		restore_settings(s);
		leave_buffer(s, (int)raw_call(SYS_getpid, 0, 0, 0, 0));
		if (!own_will)
			restore_own(s);
	}
	console_watch_stop();
}

/*
 * Its disposition is the default one again; it waits for us to return.  In a
 * sandbox it does nothing to the first process: that ends by itself, with the
 * status that the supervisor would give it.
 */
NO_TLS static void on_end(int sig)
{
	long self = raw_call(SYS_getpid, 0, 0, 0, 0);

	console_restore(false);
	raw_call(SYS_kill, self, sig, 0, 0);
	if (self == 1)
		raw_call(SYS_exit_group, 128 + sig, 0, 0, 0);
}

/*
 * Who started us has the terminal back while we are stopped.  The disposition
 * is the default one again, and console_continued() changes that.
 */
NO_TLS static void on_stop(int sig)
{
	struct console_shared *s = console_mapped();

	if (s->settings_known)
		set(terminal(settings_fd), &s->settings);
	raw_call(SYS_kill, raw_call(SYS_getpid, 0, 0, 0, 0), sig, 0, 0);
}

static void catch_stop(void)
{
	struct sigaction sa = { .sa_handler = on_stop,
				.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK |
						  SA_RESTART) };
	struct sigaction old;

	if (sigaction(SIGTSTP, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(SIGTSTP, &sa, NULL);
}

void console_guard(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };
	struct sigaction sa = { .sa_handler = on_end,
				.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK) };
	struct sigaction old;

	if (!watching)
		return;
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
	catch_stop();
}

void console_continued(void)
{
	catch_stop();
	pthread_mutex_lock(&console.lock);
	console_wake();
	pthread_mutex_unlock(&console.lock);
}

void console_lend(void)
{
	struct console_shared *s = console_shared();
	int fd;

	s->writer = LENT;
	if (!s->settings_known)
		return;
	fd = settings_fd >= 0 ? fcntl(settings_fd, F_DUPFD_CLOEXEC, 100)
			      : console_terminal(CONSOLE_INPUT);
	if (fd < 0)
		return;
	set(fd, &s->settings);
	s->applied = s->settings;
	close(fd);
}

static void at_exit(void)
{
	console_restore(true);
}

void console_watch_end(void)
{
	if (atomic_exchange(&watching, true))
		return;
	screen_bit = undo_screen_bit();
	console_screens();
	atexit(at_exit);
	console_guard();
}

/* Nobody asks us if SIGKILL ends us. */
static void have_watched(int fd)
{
	struct console_own *o = console_watch_start(fd, own);

	if (o)
		own = o;
}

int console_keep_settings(int fd)
{
	struct console_shared *s;
	struct terminal_settings now;

	if (settings_fd >= 0)
		return settings_fd;
	if (ioctl(fd, TCGETS, &now) < 0)
		return -1;
	settings_fd = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	if (settings_fd < 0)
		return -1;
	have_watched(settings_fd);
	s = console_shared();
	if (!s->settings_known) {
		s->applied = now;
		s->settings = now;
		terminal_usual(&s->settings);
		s->settings_known = 1;
	}
	own->before = now;
	own->settings_kept = true;
	console_watch_end();
	return settings_fd;
}

void console_keep_mode(void)
{
	if (!own->mode_kept)
		own->mode_before = console_shared()->input_mode;
	own->mode_kept = true;
	console_watch_end();
}

void console_screen_changed(int fd, const char *text, size_t n)
{
	struct screen_change c = undo_scan(text, n);
	struct console_shared *s;
	uint64_t fresh;

	if (!(c.set | c.cleared))
		return;
	s = console_shared();
	fresh = c.set & ~s->changed;
	if (fresh && screen_fd < 0)
		screen_fd = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	if (fresh & undo_grave_bits() && screen_fd >= 0)
		have_watched(screen_fd);
	s = console_shared();
	/* Others write at the same time, and what they note is not lost. */
	atomic_fetch_or(&own->changed, fresh);
	atomic_fetch_and(&own->changed, ~c.cleared);
	atomic_fetch_or(&s->changed, c.set);
	atomic_fetch_and(&s->changed, ~c.cleared);
	if (fresh)
		console_watch_end();
}
