/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail.h - what this process itself may do, once it runs a sandboxed program.
 *
 * The virtual machine keeps the program in; the jail is for the day when it, or
 * one of our handlers, does not.
 */
#ifndef RF_JAIL_H
#define RF_JAIL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/policy.h"

/* In the environment: do without namespaces. */
#define JAIL_NO_SPACES "RUN_FOREIGN_NO_NAMESPACES"

struct jail_paths {
	const char *program; /* the host path of the program; read */
	const char *dlls;    /* folder; read */
	const char *policy_file; /* or NULL; read, by child processes */
};

/*
 * jail_spaces() - where users may make namespaces: leave the user's System V
 * objects, and let the next child be the first process of a world of its own.
 * 1: done, 0: cannot be had here, -1 with e set: broken.
 */
int jail_spaces(struct err *e);

/*
 * jail_leave() - in that child: leave the user's mounts and network.  p->own becomes a file
 * system in memory, which is gone with us; /proc shows our world only.  1: done,
 * 0: this kernel or container does not let us, and the world is of no use.
 */
int jail_leave(const struct policy *p, struct err *e);

/*
 * jail_enter() - give up, for ever and for all children: files outside the
 * policy (Landlock), system calls that nothing here needs (seccomp), new
 * privileges, core files.  is_vm: the program's code is not in this process;
 * alone: jail_leave() returned 1.
 * Returns 0, or -1 with e set; then nobody may go on.
 */
int jail_enter(const struct policy *p, const struct jail_paths *paths,
	       bool is_vm, bool alone, struct err *e);

/* ---- the parts: jail-mounts.c, jail-files.c, jail-calls.c ---------------- */

/* Of the machine, for everybody to read; NULL-terminated. */
extern const char *const jail_for_all[];
/* With POLICY_NET_ALL. */
extern const char *const jail_for_net[];
/* /dev/pts is the sandbox's own. */
extern bool jail_has_terminals;
/* Where this program is not static, its children need these. */
extern const char *const jail_libraries[];

/*
 * The folder that path's last name is in (*last), below root, as a descriptor.
 * What is missing is made, on the file system dev only; no link is followed.
 * -1 with errno.
 */
int jail_parents(int root, dev_t dev, const char *path, const char **last);

/* After jail_leave(): a root with nothing but what is granted. */
int jail_mounts(const struct policy *p, const struct jail_paths *paths,
		struct err *e);
int jail_files(const struct policy *p, const struct jail_paths *paths,
	       bool alone, struct err *e);
/* alone: no name leads outside, so those may be changed by name. */
int jail_calls(unsigned net, bool is_vm, bool alone, struct err *e);

/* ---- the processes outside, which look at what comes from the sandbox ----- */

enum jail_role {
	JAIL_MONITOR,
	JAIL_CONNECTOR, /* outside-net.c */
	JAIL_WATCHER,	/* outside-proc.c */
	JAIL_ENDING,	/* supervise.c, when nobody is left inside */
};

/* From now on this process makes no calls but its role's, which is not MONITOR. */
int jail_calls_outside(enum jail_role role, struct err *e);
/* All tables, a line "role call rule" for each row. */
void jail_show_calls(FILE *f);

#endif
