/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-watch.c - see console-watch.h.
 *
 * The kernel closes a process's descriptors before anybody learns that it has
 * ended: the end of a pipe says so to the watcher a little earlier than the
 * shell hears of it.  Should that, or who else has the terminal then, have set
 * it anew, it stays as they want it: settings are put back only where they are
 * those that we have made.
 *
 * In a sandbox there are no such processes; its supervisor does that, which is
 * there anyway.
 */
#include "syscall-xlate/nt/console-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/proc.h"
#include "base/table.h"
#include "base/companion.h"
#include "base/raw-call.h"
#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console.h"

#ifndef TCGETS
#define TCGETS 0x5401
#define TCSETS 0x5402
#endif

/* The watcher's descriptors. */
enum { PIPE, TERMINAL, UNUSED, SHARED, OWN, DESCRIPTORS };

/* ---- the one who is watched ---- */

static bool possible;
static _Atomic pid_t watcher; /* its id; 0: none; -1: there will be none */

void console_watch_enable(void)
{
	possible = true;
}

static pid_t spawn(const int fds[DESCRIPTORS])
{
	char option[40], *argv[] = { (char *)"run-foreign", option, NULL };
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int err = 0;

	snprintf(option, sizeof option, "--console-watch=%d", getpid());
	posix_spawn_file_actions_init(&fa);
	/* Ours lie above all of these. */
	for (int i = 0; i < DESCRIPTORS && !err; i++)
		err = posix_spawn_file_actions_adddup2(&fa, fds[i], i);
	if (!err)
		err = companion_spawn("/proc/self/exe", argv, &fa, &pid);
	posix_spawn_file_actions_destroy(&fa);
	return err ? -1 : pid;
}

static int move_up(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 100);

	if (fd >= 0)
		close(fd);
	return high;
}

static struct console_own *map_own(int fd)
{
	void *p = mmap(NULL, sizeof(struct console_own), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

struct console_own *console_watch_start(int fd, const struct console_own *now)
{
	struct console_own *own = NULL;
	int fds[DESCRIPTORS], none = 0, ends[2] = { -1, -1 };
	pid_t pid = -1;

	if (policy || !possible ||
	    !atomic_compare_exchange_strong(&watcher, &none, -1) ||
	    pipe2(ends, O_CLOEXEC))
		return NULL;
	/* That end of it stays open until we are no more. */
	ends[0] = move_up(ends[0]);
	ends[1] = move_up(ends[1]);
	fds[PIPE] = ends[0];
	fds[TERMINAL] = fds[UNUSED] = fd;
	fds[SHARED] = console_share();
	fds[OWN] =
		move_up(memfd_create("run-foreign-console-own", MFD_CLOEXEC));
	if (fds[OWN] >= 0 && !ftruncate(fds[OWN], sizeof *own))
		own = map_own(fds[OWN]);
	if (own) {
		memcpy(own, now, sizeof *own);
		if (ends[0] >= 0 && ends[1] >= 0 && fds[SHARED] >= 0)
			pid = spawn(fds);
	}
	if (fds[OWN] >= 0)
		close(fds[OWN]);
	if (ends[0] >= 0)
		close(ends[0]);
	if (pid > 0)
		watcher = pid;
	else if (ends[1] >= 0)
		close(ends[1]);
	return own;
}

NO_TLS void console_watch_stop(void)
{
	companion_stop(&watcher, -1);
}

/* ---- the watcher ---- */

static int terminal;

/*
 * One watcher at a time: with a family of programs several may find at once
 * that theirs has ended.
 */
static void take_turns(bool mine)
{
	struct flock l = { .l_type = mine ? F_WRLCK : F_UNLCK,
			   .l_whence = SEEK_SET,
			   .l_start = 1, /* the history's is byte 0 */
			   .l_len = 1 };

	while (fcntl(SHARED, F_SETLKW, &l) < 0 && errno == EINTR)
		;
}

/* If they are still ours. */
static void set(struct console_shared *s, const struct terminal_settings *want)
{
	struct terminal_settings now;

	if (ioctl(terminal, TCGETS, &now) == 0 &&
	    (!memcmp(&now, &s->applied, sizeof now) ||
	     !memcmp(&now, &s->replaced, sizeof now)) &&
	    ioctl(terminal, TCSETS, want) == 0)
		s->applied = *want;
}

static void restore_all(struct console_shared *s)
{
	uint64_t changed = atomic_exchange(&s->changed, 0);

	s->over = true;
	if (s->settings_known)
		set(s, &s->settings);
	if (console_buffer_leave(terminal, console_screens(), -1))
		changed &= ~undo_screen_bit();
	undo_write(terminal, changed);
}

/* Others go on with the console: the same as console-restore.c for one that did
   not end of its own will. */
static void restore_own(struct console_shared *s, const struct console_own *own,
			int pid)
{
	uint64_t changed = own->changed;

	if (own->settings_kept)
		set(s, &own->before);
	if (console_buffer_leave(terminal, console_screens(), pid))
		changed &= ~undo_screen_bit();
	if (own->mode_kept)
		s->input_mode = own->mode_before;
	undo_write(terminal, changed & s->changed);
	s->changed &= ~changed;
}

int console_watch(int pid)
{
	struct console_own *own = map_own(OWN);
	struct console_shared *s;
	struct pollfd p[2] = { { .fd = PIPE, .events = POLLIN },
			       { .events = POLLIN } };
	char path[40];
	int root;

	signal(proc_knock_signal(), SIG_IGN);
	prctl(PR_SET_NAME, "run-foreign"); /* not /proc/self/exe's "exe" */
	console_inherit(SHARED);
	s = console_shared();
	syscall(SYS_close_range, DESCRIPTORS, ~0u, 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", TERMINAL);
	terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (terminal < 0)
		terminal = TERMINAL;
	if (!own || chdir("/") < 0)
		return 1;
	root = s->root;
	p[1].fd = root == pid ? -1 : (int)syscall(SYS_pidfd_open, root, 0);
	if (root != pid && p[1].fd < 0 && errno == ESRCH)
		s->over = true;
	while (!p[0].revents) {
		if (poll(p, 2, -1) < 0)
			continue;
		/* The first on the console has ended, and has not said how. */
		if (p[1].revents) {
			take_turns(true);
			restore_all(s);
			take_turns(false);
			p[1].fd = -1;
		}
	}
	take_turns(true);
	if (root == pid || s->over)
		restore_all(s);
	else
		restore_own(s, own, pid);
	return 0;
}
