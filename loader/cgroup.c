/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.c - see cgroup.h.
 *
 * The group is made below our own.  A group whose children have limits may hold
 * no processes itself, so if we are the only one in it (as in a scope that
 * systemd-run made for us) we move to a second new group; with others in it there
 * is nothing to be done.
 */
#include "loader/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"

enum {
	OUR_OWN = 64 << 20,	/* of memory, beside the program's */
	TASKS_PER_PROCESS = 4200, /* threads that one may have, and ours */
	CPU_PERIOD = 100000,	/* us */
};

static char group[PATH_MAX]; /* empty: there is none */
static char outside[PATH_MAX + 16];

static int put(const char *folder, const char *file, const char *text)
{
	char path[PATH_MAX + 64];
	ssize_t n;
	int fd, err;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	err = errno;
	close(fd);
	errno = err;
	return n < 0 ? -1 : 0;
}

/* Where version 2 is mounted. */
static bool find_mount(char at[PATH_MAX])
{
	char line[2 * PATH_MAX];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof line, f)) {
		const char *type = strstr(line, " - ");

		found = type && !strncmp(type, " - cgroup2 ", 11) &&
			sscanf(line, "%*d %*d %*s %*s %4095s", at) == 1;
	}
	if (f)
		fclose(f);
	return found;
}

enum { OWN_SIZE = PATH_MAX - 64 }; /* room for names in it */

/* Our own group's folder. */
static bool find_own(char own[OWN_SIZE])
{
	char line[PATH_MAX], at[PATH_MAX];
	FILE *f = find_mount(at) ? fopen("/proc/self/cgroup", "re") : NULL;
	bool found = false;

	while (f && !found && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		found = !strncmp(line, "0::/", 4) &&
			snprintf(own, OWN_SIZE, "%s%s", at,
				 line[4] ? line + 3 : "") < OWN_SIZE;
	}
	if (f)
		fclose(f);
	return found;
}

static bool has(const char *folder, const char *file)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	return access(path, F_OK) == 0;
}

static bool is_empty(const char *folder)
{
	char path[PATH_MAX + 64];
	FILE *f;
	bool empty;

	snprintf(path, sizeof path, "%s/cgroup.procs", folder);
	f = fopen(path, "re");
	empty = f && fgetc(f) == EOF;
	if (f)
		fclose(f);
	return empty;
}

/*
 * Out of our own group, if nobody else is in it.  (The root of the hierarchy, the
 * only one without a type, may have processes.)
 */
static bool step_outside(const char *own)
{
	if (!has(own, "cgroup.type"))
		return true;
	snprintf(outside, sizeof outside, "%s-outside", group);
	/* Who went before us may have left it; it limits nobody. */
	if ((mkdir(outside, 0755) == 0 || errno == EEXIST) &&
	    put(outside, "cgroup.procs", "0") == 0) {
		if (is_empty(own))
			return true;
		put(own, "cgroup.procs", "0");
	}
	return false;
}

static void switch_on(const char *own)
{
	static const char *const controllers[] = { "+memory", "+pids", "+cpu" };

	for (unsigned i = 0; i < COUNT_OF(controllers); i++)
		put(own, "cgroup.subtree_control", controllers[i]);
}

static bool set_limits(const struct policy *p)
{
	char text[64];
	bool ok = true;

	if (p->memory) {
		snprintf(text, sizeof text, "%llu",
			 (unsigned long long)p->memory + OUR_OWN);
		ok &= !put(group, "memory.max", text);
		/* What is there only where there is swap space. */
		put(group, "memory.swap.max", "0");
		put(group, "memory.oom.group", "1");
	}
	if (p->cpus) {
		snprintf(text, sizeof text, "%llu %d",
			 (unsigned long long)p->cpus * CPU_PERIOD, CPU_PERIOD);
		ok &= !put(group, "cpu.max", text);
	}
	if (p->pids) {
		snprintf(text, sizeof text, "%llu",
			 (unsigned long long)p->pids * TASKS_PER_PROCESS);
		ok &= !put(group, "pids.max", text);
	}
	return ok;
}

static void remove_groups(void)
{
	rmdir(group);
	if (*outside)
		rmdir(outside); /* unless we are in it */
	*group = *outside = 0;
}

/*
 * A group that nobody else has: one that was killed leaves its own behind, and
 * another one may have our number in a world of its own.
 */
static bool make_group(const char *own)
{
	enum { NAMES = 1000 };
	int n = snprintf(group, sizeof group, "%s/run-foreign-%d", own,
			 getpid());

	for (unsigned i = 0; i < NAMES; i++) {
		if (i)
			snprintf(group + n, sizeof group - (size_t)n, ".%u", i);
		if (mkdir(group, 0755) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	log_debug(LOG_PROCESS, "no cgroup: %s: %s", group, strerror(errno));
	*group = 0;
	return false;
}

bool cgroup_begin(const struct policy *p)
{
	char own[OWN_SIZE];

	if ((!p->memory && !p->cpus && !p->pids) || !find_own(own))
		return false;
	if (!make_group(own))
		return false;
	if (step_outside(own)) {
		switch_on(own);
		if (set_limits(p)) {
			log_debug(LOG_PROCESS, "cgroup: %s", group);
			return true;
		}
		if (*outside)
			put(own, "cgroup.procs", "0");
	}
	log_debug(LOG_PROCESS, "no cgroup: %s cannot be divided", own);
	remove_groups();
	return false;
}

void cgroup_enter(void)
{
	if (*group && put(group, "cgroup.procs", "0"))
		log_warn("sandbox: cgroup: %s", strerror(errno));
}

void cgroup_end(void)
{
	if (!*group)
		return;
	put(group, "cgroup.kill", "1");
	remove_groups();
}
