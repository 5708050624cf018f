/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-held.h - a host program that does not begin until it is resumed.
 */
#ifndef RF_NT_PROCESS_HELD_H
#define RF_NT_PROCESS_HELD_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

struct held {
	const char *path;
	char *const *argv, *const *envp;
	const char *cwd;   /* "": ours */
	const int *std_fd; /* three; -1: /dev/null */
	int slot; /* of a sandbox, for as long as it lives; negative: none */
	/* In memory that both share; the program begins when it is 0. */
	_Atomic uint32_t *suspend;
};

/* 0 with *pid, or an errno value.  That it cannot be executed shows later. */
int spawn_held(const struct held *h, pid_t *pid);

#endif
