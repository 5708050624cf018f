/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy.h - what a sandboxed program may reach.
 *
 * Made by the loader from --mount and the like before anything of the program
 * runs, and constant from then on.  Everything that is not granted is refused.
 */
#ifndef RF_POLICY_H
#define RF_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { POLICY_PIDS = 64 }; /* if nothing is said */

enum mount_mode {
	MOUNT_RO,
	MOUNT_RW,
	MOUNT_COW, /* what is changed is gone with the sandbox */
};

struct policy_mount {
	char *given;	 /* as it was named */
	char *host;	 /* absolute, without symbolic links */
	char drive;	 /* 'C' to 'Z' */
	char *guest;	 /* below the drive's root, with slashes; "": the root */
	enum mount_mode mode;
	bool is_dir;
};

/* Bits; ALL stands alone. */
enum policy_net {
	POLICY_NET_NONE = 0,
	POLICY_NET_LOOPBACK = 1, /* a loopback of the sandbox's own */
	POLICY_NET_PEERS = 2,	 /* connections to those in peers: policy-net.h */
	POLICY_NET_ALL = 4,
};

struct policy_peer;

struct policy {
	struct policy_mount *mounts;
	size_t nmounts;
	uint64_t memory;  /* bytes the program may commit; 0: no limit */
	unsigned cpus;	  /* 0: no limit */
	unsigned pids;	  /* processes at a time; 0: not said */
	unsigned timeout; /* seconds; 0: none */
	bool commit;	  /* what :cow mounts take is written at the end */
	unsigned net;	  /* enum policy_net */
	struct policy_peer *peers;
	size_t npeers;
	char **env;	  /* NAME=VALUE, NULL-terminated */
	size_t nenv;
	/* Of the sandbox, once it is made. */
	char *own;	  /* host folder for its data, removed at the end */
	char *root[26];	  /* of drive 'A' + i: its host folder; NULL: none, or C: */
};

/* NULL: no sandbox. */
extern const struct policy *policy;

/*
 * policy_add_mount() - grant HOST[:X:\dir][:ro|:rw|:cow]: the same path on Z: if
 * no place is named, only to be read if nothing is said.
 * Returns 0, or -1 with e set.  policy_add_env(): NAME, whose value is ours, or
 * NAME=VALUE.  policy_set(): any setting as a line of a policy file has it,
 * "memory 512M".  policy_read(): a file of such lines.
 */
int policy_add_mount(struct policy *p, const char *text, struct err *e);
int policy_add_env(struct policy *p, const char *text, struct err *e);
int policy_set(struct policy *p, const char *name, const char *value,
	       struct err *e);
int policy_read(struct policy *p, const char *file, struct err *e);

/* Settings that are right each, and make no sense together: -1 with e set. */
int policy_check(const struct policy *p, struct err *e);

/*
 * policy_save_mounts() - what the mounts' names led to, into file;
 * policy_known_mounts(): from now on policy_add_mount() asks that file.  Inside a
 * sandbox, and in another folder, the same names would lead elsewhere.
 */
int policy_save_mounts(const struct policy *p, const char *file, struct err *e);
int policy_known_mounts(const char *file, struct err *e);

/* The mount that host (absolute, resolved) lies in, or NULL; *rest behind it */
const struct policy_mount *policy_find(const struct policy *p, const char *host,
				       const char **rest);

/*
 * policy_allows() - may the program read, or change, host (absolute, resolved)?
 * What is in the sandbox's folder for run-foreign itself is not the program's.
 */
bool policy_allows(const struct policy *p, const char *host, bool change);

/* Says what was refused; the same once only, as programs try again. */
void policy_refused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * policy_slot() - room for one more process.  Returns a descriptor that the new
 * process must keep open as long as it lives, -1 if there is no room, -2 if
 * there is no limit.
 */
int policy_slot(void);

/*
 * policy_dial() - a connection to a process outside that listens as name in the
 * sandbox's folder, for one message and its answer; or -errno.
 */
int policy_dial(const char *name);

/*
 * policy_end_with_outside() - from now on the calling process ends when the one
 * outside does, however that ends; in each process again.  For where there is no
 * pid namespace, whose end does it.  0 or -errno.
 */
int policy_end_with_outside(void);
/* The pipe by which, below the sandbox's own folder. */
#define POLICY_ALIVE "alive"

#endif
