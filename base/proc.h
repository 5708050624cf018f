/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * proc.h - what the host's /proc says of processes, for the personalities.
 *
 * A sandbox that has no pid namespace must not see /proc, where all of the host
 * is.  It asks a process outside (loader/outside-proc.c), which answers for those
 * of the sandbox.
 */
#ifndef RF_PROC_H
#define RF_PROC_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum proc_file {
	PROC_STAT,
	PROC_STATUS,
	PROC_IO,
	PROC_CMDLINE,
	PROC_CHILDREN,	 /* of its first thread */
	PROC_THREAD_STAT, /* of its thread id */
	PROC_FDINFO,	  /* of its descriptor id */
};

/* More of one file than anybody here wants. */
enum { PROC_TEXT = 8192 };

/*
 * proc_read() - at most size - 1 bytes of the file, and a zero.
 *
 *   id   which one, for those of one of many
 *
 * Returns their number or -errno, with an empty text.
 */
ssize_t proc_read(int pid, enum proc_file file, int id, char *text,
		  size_t size);

int proc_parent(int pid); /* 0: there is no such process */

/* All processes (pid 0) or pid's threads, malloc'ed; NULL: none.  *n of them. */
int *proc_list(int pid, unsigned *n);

/* ---- asking -------------------------------------------------------------- */

/* Where that process listens, below the sandbox's own folder. */
#define PROC_DOOR "processes"

struct proc_request {
	int32_t pid, id;
	int32_t file;	/* enum proc_file, or -1: the list */
	uint32_t skip;	/* so many of the list are known */
};
struct proc_answer {
	int32_t result; /* bytes of text, numbers in list, or -errno */
	union {
		char text[PROC_TEXT];
		int32_t list[PROC_TEXT / sizeof(int32_t)];
	};
};

/*
 * By which those processes of this program that have a Windows program look at
 * TASK_KNOCK.  All others throw it away, which anybody can see.
 */
static inline int proc_knock_signal(void)
{
	return SIGRTMIN + 6;
}

#endif
