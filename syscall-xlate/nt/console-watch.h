/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-watch.h - who leaves the terminal as it was when SIGKILL ends us.
 *
 * While a process has changed what would be in the way of who comes next, a
 * process of ours waits for its end: run-foreign itself, in a session of its own,
 * so that what is sent to the terminal's processes passes it by.  A process that
 * comes to its end restores the terminal itself, and ends the other.
 */
#ifndef RF_NT_CONSOLE_WATCH_H
#define RF_NT_CONSOLE_WATCH_H

#include "syscall-xlate/nt/console-shared.h"

/* What a process has changed, and how it was before. */
struct console_own {
	_Atomic bool settings_kept, mode_kept;
	struct terminal_settings before;
	uint32_t mode_before;
	_Atomic uint64_t changed;
};

/* This program is run-foreign, whose main() knows console_watch(). */
void console_watch_enable(void);

/*
 * Has this process watched, which has fd open.  What it changes is to be noted
 * where that says, from now on; NULL: it cannot be, or is already.
 */
struct console_own *console_watch_start(int fd, const struct console_own *now);
/* It has restored the terminal.  Also from a signal handler. */
void console_watch_stop(void);

/* The other's main(): pid is watched.  Its descriptors: console-watch.c. */
int console_watch(int pid);

#endif
