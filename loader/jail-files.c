/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail-files.c - which files this process may open: a Landlock domain.
 *
 * The kernel decides by the file that a name leads to in the end, so links,
 * "..", renames and races out of a granted folder lead nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/jail.h"

/* Newer than the header may be. */
#define FS_REFER (1ull << 13)	  /* version 2 */
#define FS_TRUNCATE (1ull << 14)  /* version 3 */
#define FS_IOCTL_DEV (1ull << 15) /* version 5 */
#define SCOPE_ABSTRACT_SOCKETS 1ull /* version 6 */
#define SCOPE_SIGNALS 2ull

#define FS_V1 ((1ull << 13) - 1)
#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)
#define RUN (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
/* Everything but devices, and programs of the host. */
#define WRITE                                                                  \
	((FS_V1 | FS_REFER | FS_TRUNCATE) &                                    \
	 ~(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |         \
	   LANDLOCK_ACCESS_FS_MAKE_BLOCK))
/* Of a rule for a file that is no folder. */
#define OF_FILES                                                               \
	(LANDLOCK_ACCESS_FS_EXECUTE | READ_FILE | WRITE_FILE | FS_IOCTL_DEV)

#define NET_BIND_TCP 1ull /* version 4 */
#define NET_CONNECT_TCP 2ull
#define RULE_NET_PORT 2

struct ruleset {
	uint64_t fs, net, scoped;
};

static uint64_t handled;

static int grant(int rules, const char *path, uint64_t access, bool must,
		 struct err *e)
{
	struct landlock_path_beneath_attr a = { 0 };
	struct stat st;
	int ret;

	a.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (a.parent_fd < 0 || fstat(a.parent_fd, &st) < 0) {
		if (a.parent_fd >= 0)
			close(a.parent_fd);
		return must ? err_set(e, errno, "%s: %s", path, strerror(errno))
			    : 0;
	}
	a.allowed_access = access & handled;
	if (!S_ISDIR(st.st_mode))
		a.allowed_access &= OF_FILES;
	ret = (int)syscall(SYS_landlock_add_rule, rules,
			   LANDLOCK_RULE_PATH_BENEATH, &a, 0);
	close(a.parent_fd);
	return ret && must ? err_set(e, errno, "Landlock: %s: %s", path,
				     strerror(errno))
			   : 0;
}

/* Of the machine, for everybody: the time zone, what processors there are. */
const char *const jail_for_all[] = {
	"/etc/localtime",   "/etc/timezone", "/usr/share/zoneinfo",
	"/proc/meminfo",    "/proc/stat",    "/proc/uptime",
	"/proc/cpuinfo",    "/sys/devices/system/cpu",
	"/sys/devices/system/node",
	"/sys/devices/system/clocksource/clocksource0/current_clocksource",
	NULL,
};

/* With the network: how names are looked up. */
const char *const jail_for_net[] = { "/etc/hosts",    "/etc/networks",
				     "/etc/protocols", "/etc/resolv.conf",
				     "/etc/services", NULL };

const char *const jail_libraries[] = { "/lib", "/lib64", "/usr/lib",
				       "/usr/lib64", "/usr/local/lib",
				       "/etc/ld.so.cache", NULL };

bool jail_has_terminals;

/* A place among the processes is a file that nobody may make anew. */
static int grant_own(int rules, const char *own, struct err *e)
{
	static const struct {
		const char *name;
		uint64_t access;
	} folders[] = {
		{ "data", WRITE }, { "run", WRITE }, { "drives", WRITE },
		{ "slots", READ | WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG },
	};

	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s/%s", own, folders[i].name);
		if (grant(rules, path, folders[i].access, true, e))
			return -1;
	}
	return grant(rules, own, READ, true, e);
}

/*
 * Message queues are files of a system that is mounted nowhere; there is one for
 * each IPC namespace, and ours is the sandbox's own.
 */
static void grant_queues(int rules)
{
	struct landlock_path_beneath_attr a = {
		.allowed_access = (READ_FILE | WRITE_FILE) & handled,
		.parent_fd = -1,
	};
	int fs = (int)syscall(SYS_fsopen, "mqueue", FSOPEN_CLOEXEC);

	if (fs >= 0 &&
	    !syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		a.parent_fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (a.parent_fd >= 0) {
		syscall(SYS_landlock_add_rule, rules,
			LANDLOCK_RULE_PATH_BENEATH, &a, 0);
		close(a.parent_fd);
	}
	if (fs >= 0)
		close(fs);
}

/* The program that does TLS, where there is one. */
static int grant_tls(int rules, const char *dlls, struct err *e)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/run-foreign-tls", dlls) >=
	    (int)sizeof path)
		return err_set(e, ENAMETOOLONG, "%s: %s", dlls,
			       strerror(ENAMETOOLONG));
	return grant(rules, path, RUN, false, e);
}

static int grant_all(int rules, const struct policy *p,
		     const struct jail_paths *paths, bool alone, struct err *e)
{
	static const struct {
		const char *path;
		uint64_t access;
	} devices[] = {
		{ "/dev/kvm", READ_FILE | WRITE_FILE | FS_IOCTL_DEV },
		{ "/dev/null", READ_FILE | WRITE_FILE },
	};

	static const char *const terminals[] = { "/dev/pts", "/dev/ptmx" };

	for (size_t i = 0; i < p->nmounts; i++)
		if (grant(rules, p->mounts[i].host,
			  p->mounts[i].mode == MOUNT_RO ? READ : WRITE, true,
			  e))
			return -1;
	if (grant_own(rules, p->own, e) ||
	    grant(rules, paths->dlls, READ, true, e) ||
	    grant(rules, paths->program, READ_FILE, true, e) ||
	    grant(rules, "/proc/self/exe", RUN, true, e) ||
	    grant_tls(rules, paths->dlls, e) ||
	    (paths->policy_file &&
	     grant(rules, paths->policy_file, READ_FILE, true, e)))
		return -1;
	for (size_t i = 0; i < COUNT_OF(devices); i++)
		grant(rules, devices[i].path, devices[i].access, false, e);
	for (size_t i = 0; jail_for_all[i]; i++)
		grant(rules, jail_for_all[i], READ, false, e);
	for (size_t i = 0; p->net == POLICY_NET_ALL && jail_for_net[i]; i++)
		grant(rules, jail_for_net[i], READ, false, e);
	for (size_t i = 0; jail_has_terminals && i < COUNT_OF(terminals); i++)
		grant(rules, terminals[i],
		      READ_FILE | WRITE_FILE | FS_IOCTL_DEV, false, e);
	/* Nobody is in there but the family. */
	if (alone) {
		grant(rules, "/proc", READ, false, e);
		grant_queues(rules);
	}
	/* AT_BASE is where the loader was mapped. */
	for (size_t i = 0; getauxval(AT_BASE) && jail_libraries[i]; i++)
		grant(rules, jail_libraries[i], READ | RUN, false, e);
	return 0;
}

/*
 * The sockets that we are handed are of the network outside: one that is
 * disconnected must not be connected again.  Binding to a port of the host's
 * choice (0) stays; they cannot listen (jail-calls.c).
 */
static int grant_any_port(int rules, struct err *e)
{
	const struct {
		uint64_t access, port;
	} any = { NET_BIND_TCP, 0 };

	if (syscall(SYS_landlock_add_rule, rules, RULE_NET_PORT, &any, 0) < 0)
		return err_set(e, errno, "Landlock: %s", strerror(errno));
	return 0;
}

int jail_files(const struct policy *p, const struct jail_paths *paths,
	       bool alone, struct err *e)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset r = { .fs = FS_V1 };
	size_t size = sizeof r.fs;
	int rules, ret;

	if (version < 1)
		return err_set(e, errno,
			       "Landlock: %s; --sandbox needs a kernel of 5.13 "
			       "or later that has it switched on (\"lsm=\" at "
			       "boot)",
			       strerror(errno));
	if (version >= 2)
		r.fs |= FS_REFER;
	if (version >= 3)
		r.fs |= FS_TRUNCATE;
	if (version >= 5)
		r.fs |= FS_IOCTL_DEV;
	if (p->net & POLICY_NET_PEERS) {
		if (version < 4)
			return err_set(e, ENOTSUP,
				       "net: single hosts need a kernel whose "
				       "Landlock knows ports, 6.7 or later");
		/* What listens on the loopback is bound to its port. */
		r.net = NET_CONNECT_TCP |
			(p->net & POLICY_NET_LOOPBACK ? 0 : NET_BIND_TCP);
		size = offsetof(struct ruleset, scoped);
	}
	if (version >= 6) {
		r.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
		size = sizeof r;
	}
	handled = r.fs;
	rules = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (rules < 0)
		return err_set(e, errno, "Landlock: %s", strerror(errno));
	ret = grant_all(rules, p, paths, alone, e);
	if (!ret && r.net & NET_BIND_TCP)
		ret = grant_any_port(rules, e);
	if (!ret && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		ret = err_set(e, errno, "Landlock: %s", strerror(errno));
	close(rules);
	return ret;
}
