/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * proc-watch.h - processes tell others of their forks and execs, for EVFILT_PROC.
 *
 * There is nobody who knows of all processes, so they meet in a folder beside
 * shm_open(2)'s, one for each user:
 *
 *   PID/WATCHER   somebody watches that process; with a '+' behind it, its
 *                 children, too
 *   log-WATCHER   what the processes have told so far, which the watcher holds
 *                 locked for as long as it lives
 *
 * Nobody waits for anybody: a file takes all that is told, and who is not watched
 * pays for one folder that is not there.
 */
#ifndef RF_BSD_PROC_WATCH_H
#define RF_BSD_PROC_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* The same in both systems: sys/event.h. */
#define NOTE_EXIT 0x80000000u
#define NOTE_FORK 0x40000000u
#define NOTE_EXEC 0x20000000u
enum { NOTE_TRACK = 1, NOTE_TRACKERR = 2, NOTE_CHILD = 4 };

/*
 * What is told: NOTE_CHILD of the child, whose parent is data; NOTE_EXIT of who is
 * about to, or about to be waited for: data is its status as wait(2) says it on
 * the host.
 */
struct proc_note {
	int32_t pid;
	uint32_t note;
	int32_t data;
	uint32_t pad;
};

/* ---- who is watched ------------------------------------------------------------ */

/* About fork(2): a child does nothing before its parent has told of it. */
struct proc_fork {
	bool watched;
	int end[2]; /* a pipe that the child waits at; -1: it need not */
};

/* Before; in the child; in the parent, pid: as fork(2) returns it. */
void proc_fork_begin(struct proc_fork *f);
void proc_fork_child(struct proc_fork *f);
void proc_fork_parent(struct proc_fork *f, int pid);
/* A program has begun in this process; it is about to end with this status. */
void proc_executed(void);
void proc_exiting(int status);
/* Does anybody follow children of this process?  Then before one is waited for: */
bool proc_is_followed(void);
void proc_reaping(int pid, int status);

/* ---- who watches ------------------------------------------------------------------ */

enum { PROC_WATCHER = 24 };

struct proc_log {
	char name[PROC_WATCHER]; /* the watcher's */
	int fd, notify; /* notify: readable after something has been told */
	int64_t at;	/* what has been read */
};

/* 0 or -errno. */
int proc_log_open(struct proc_log *l);
/* The next note; false: that is all.  Empties notify at first. */
bool proc_log_read(struct proc_log *l, struct proc_note *n);
/* In another process than its maker's: only here. */
void proc_log_close(struct proc_log *l, bool everywhere);

/* 0, -EACCES (another user's), or what else is in the way. */
int proc_watch(const struct proc_log *l, int pid, bool track);
void proc_unwatch(const struct proc_log *l, int pid);

#endif
