/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl-host.c - leaves that tell how the machine and its processes fare: what
 * libuv, psutil and the like ask for.  From the host's /proc.
 */
#include "syscall-xlate/bsd/sysctl.h"
#include "base/clock.h"
#include "base/proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE(name)                                                           \
	int64_t sysctl_##name(const struct bsd_sysctl *n, const int32_t *rest, \
			      unsigned nrest, void *buf, size_t room)

/* ---- processors ----------------------------------------------------------------- */

/* In the order of both systems' CP_*. */
struct cp_time {
	uint64_t user, nice, sys, intr, idle;
};

/* A line of /proc/stat, whose ticks are kern.clockrate's. */
static bool parse_times(const char *line, struct cp_time *t)
{
	unsigned long long v[7];

	if (sscanf(line, "cpu%*s %llu %llu %llu %llu %llu %llu %llu", &v[0],
		   &v[1], &v[2], &v[3], &v[4], &v[5], &v[6]) != 7 &&
	    sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1],
		   &v[2], &v[3], &v[4], &v[5], &v[6]) != 7)
		return false;
	/* Waiting for disks is idle there; softirqs are the kernel's. */
	*t = (struct cp_time){ v[0], v[1], v[2], v[5] + v[6], v[3] + v[4] };
	return true;
}

/* The sum, and behind it each; at most max.  Returns their number. */
static size_t read_times(struct cp_time *t, size_t max)
{
	FILE *f = fopen("/proc/stat", "re");
	char line[512];
	size_t n = 0;

	while (f && n < max && fgets(line, sizeof line, f) &&
	       parse_times(line, &t[n]))
		n++;
	if (f)
		fclose(f);
	return n;
}

enum { CPUS = 128 };

VALUE(cp_time)
{
	struct cp_time t[CPUS + 1];
	size_t ncpu = read_times(t, COUNT_OF(t));

	if (!ncpu)
		return -ENOENT;
	if (nrest) {
		if (rest[0] < 0 || (size_t)rest[0] + 1 >= ncpu)
			return -EINVAL;
		memcpy(buf, &t[rest[0] + 1], sizeof *t);
		return sizeof *t;
	}
	/* NetBSD: who has room for each gets each. */
	if (n->sized && room >= (ncpu - 1) * sizeof *t && ncpu > 2) {
		memcpy(buf, t + 1, (ncpu - 1) * sizeof *t);
		return (int64_t)((ncpu - 1) * sizeof *t);
	}
	memcpy(buf, t, sizeof *t);
	return sizeof *t;
}

VALUE(cp_times)
{
	struct cp_time t[CPUS + 1];
	size_t ncpu = read_times(t, COUNT_OF(t));

	if (ncpu < 2)
		return -ENOENT;
	memcpy(buf, t + 1, (ncpu - 1) * sizeof *t);
	return (int64_t)((ncpu - 1) * sizeof *t);
}

/* In MHz. */
VALUE(cpu_mhz)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	double mhz = 0;
	char line[256];

	while (f && mhz == 0 && fgets(line, sizeof line, f))
		if (sscanf(line, "cpu MHz : %lf", &mhz) != 1)
			mhz = 0;
	if (f)
		fclose(f);
	return mhz > 0 ? sysctl_put_number(n, (int64_t)mhz, buf) : -ENOENT;
}

/* ---- memory ----------------------------------------------------------------------- */

void sysctl_memory(struct sysctl_memory *m)
{
	static const struct {
		const char *name;
		size_t at;
	} lines[] = {
		{ "MemTotal", offsetof(struct sysctl_memory, total) },
		{ "MemFree", offsetof(struct sysctl_memory, free) },
		{ "Active", offsetof(struct sysctl_memory, active) },
		{ "Inactive", offsetof(struct sysctl_memory, inactive) },
		{ "Unevictable", offsetof(struct sysctl_memory, wired) },
		{ "SwapTotal", offsetof(struct sysctl_memory, swap) },
		{ "SwapFree", offsetof(struct sysctl_memory, swap_free) },
		{ "Committed_AS", offsetof(struct sysctl_memory, committed) },
	};
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kb;
	char line[128], name[32];

	*m = (struct sysctl_memory){ 0 };
	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%31[^:]: %llu", name, &kb) != 2)
			continue;
		for (size_t i = 0; i < COUNT_OF(lines); i++)
			if (!strcmp(name, lines[i].name))
				*(uint64_t *)((char *)m + lines[i].at) =
					kb * 1024 / PAGE;
	}
	if (f)
		fclose(f);
}

/* n->number: where in struct sysctl_memory. */
VALUE(pages)
{
	struct sysctl_memory m;

	sysctl_memory(&m);
	return sysctl_put_number(n, *(int64_t *)((char *)&m + n->number), buf);
}

VALUE(bytes)
{
	struct sysctl_memory m;

	sysctl_memory(&m);
	return sysctl_put_number(
		n, *(int64_t *)((char *)&m + n->number) * (int64_t)PAGE, buf);
}

/* ---- processes ---------------------------------------------------------------------- */

static int state_of(char c)
{
	enum { RUN = 2, SLEEP, STOP, ZOMBIE };

	return c == 'R' ? RUN : c == 'T' || c == 't' ? STOP : c == 'Z' ? ZOMBIE :
									   SLEEP;
}

static void ticks(unsigned long long t, int64_t tv[2])
{
	const unsigned long long hz = (unsigned long long)sysconf(_SC_CLK_TCK);

	tv[0] = (int64_t)(t / hz);
	tv[1] = (int64_t)(t % hz * 1000000 / hz);
}

/* A process that is not there, or not of this sandbox. */
static int64_t gone(ssize_t err)
{
	return err == -ENOENT || !err ? -ESRCH : err;
}

static int64_t read_ids(int32_t pid, struct sysctl_process *p)
{
	char text[PROC_TEXT], *at;
	ssize_t n = proc_read(pid, PROC_STATUS, 0, text, sizeof text);

	if (n <= 0)
		return gone(n);
	at = strstr(text, "\nUid:");
	if (at)
		sscanf(at, " Uid: %u %u %u", &p->ruid, &p->uid, &p->svuid);
	at = strstr(text, "\nGid:");
	if (at)
		sscanf(at, " Gid: %u %u %u", &p->rgid, &p->gid, &p->svgid);
	return 0;
}

int sysctl_process(int32_t pid, struct sysctl_process *p)
{
	unsigned long long minflt, majflt, utime, stime, start, size;
	char line[1024], state, *behind;
	int64_t boot, from[2];
	long rss, nice, threads;
	ssize_t got;

	*p = (struct sysctl_process){ .pid = pid };
	if (pid <= 0)
		return -ESRCH;
	got = proc_read(pid, PROC_STAT, 0, line, sizeof line);
	if (got <= 0)
		return (int)gone(got);
	/* The name may have anything in it but its end is the last of these. */
	behind = strrchr(line, ')');
	if (!behind ||
	    sscanf(behind + 1,
		   " %c %d %d %d %*d %d %*u %llu %*u %llu %*u %llu %llu %*d %*d "
		   "%*d %ld %ld %*d %llu %llu %ld",
		   &state, &p->ppid, &p->pgid, &p->sid, &p->tpgid, &minflt,
		   &majflt, &utime, &stime, &nice, &threads, &start, &size,
		   &rss) != 14)
		return -ESRCH;
	*behind = 0;
	behind = strchr(line, '(');
	snprintf(p->name, sizeof p->name, "%s", behind ? behind + 1 : "");
	p->threads = (int)threads;
	if (pid == getpid()) {
		/* Without what is ours. */
		snprintf(p->name, sizeof p->name, "%s",
			 strrchr(bsd_exe, '/') + 1);
		p->threads = (int)bsd_threads_count();
	}
	p->state = state_of(state);
	p->nice = (int)nice;
	p->size = size;
	p->rss = (uint64_t)rss;
	p->minflt = minflt;
	p->majflt = majflt;
	ticks(utime, p->utime);
	ticks(stime, p->stime);
	ticks(start, from);
	boot = clock_peek(CLOCK_REALTIME) - clock_peek(CLOCK_BOOTTIME);
	p->start[0] = from[0] + boot / 1000000000;
	p->start[1] = from[1];
	return (int)read_ids(pid, p);
}
