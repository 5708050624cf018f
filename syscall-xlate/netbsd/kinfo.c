/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kinfo.c - kern.proc2 and vm.uvmexp: what NetBSD tells of a process and of
 * memory.  Source: NetBSD's sys/sysctl.h, uvm/uvm_extern.h, sysctl(7).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "syscall-xlate/bsd/sysctl.h"
#include "syscall-xlate/netbsd/netbsd.h"

struct nb_kinfo_proc2 {
	gaddr kernel[13]; /* addresses that are the kernel's */
	int32_t eflag, exitsig, flag, pid, ppid, sid, pgid, tpgid;
	uint32_t uid, ruid, gid, rgid, groups[16];
	int16_t ngroups, jobc;
	uint32_t tdev, estcpu, rtime[2];
	int32_t cpticks;
	uint32_t pctcpu, swtime, slptime;
	int32_t schedflags;
	uint64_t uticks, sticks, iticks, tracep;
	int32_t traceflag, holdcnt;
	struct bsd_sigset siglist, sigmask, sigignore, sigcatch;
	int8_t stat;
	uint8_t priority, usrpri, nice; /* nice: from 0, 20 is none */
	uint16_t xstat, acflag;
	char comm[24], wmesg[8];
	uint64_t wchan;
	char login[24];
	int32_t rssize, tsize, dsize, ssize; /* pages */
	int64_t uvalid; /* the following are valid */
	uint32_t start[2], utime[2], stime[2];
	uint64_t ru[14]; /* struct rusage without its times */
	uint32_t ctime[2];
	uint64_t cpuid, realflag, nlwps, nrlwps, realstat;
	uint32_t svuid, svgid;
	char ename[16];
	int64_t vsize, msize; /* pages */
};
_Static_assert(offsetof(struct nb_kinfo_proc2, stat) == 360, "sys/sysctl.h");
_Static_assert(sizeof(struct nb_kinfo_proc2) == 680, "sys/sysctl.h");
enum { RU_MINFLT = 4, RU_MAJFLT = 5 };

static void put_time(uint32_t to[2], const int64_t from[2])
{
	to[0] = (uint32_t)from[0];
	to[1] = (uint32_t)from[1];
}

/* { what, which, size of an element, number of elements } */
int64_t netbsd_kinfo_proc2(const struct bsd_sysctl *n, const int32_t *rest,
			   unsigned nrest, void *buf, size_t room)
{
	enum { BY_PID = 1, NICE_NONE = 20 };
	struct nb_kinfo_proc2 k = { .nice = NICE_NONE };
	struct sysctl_process p;
	size_t size;
	int ret;

	if (nrest != 4 || rest[2] < 0 || rest[3] < 0)
		return -EINVAL;
	if (rest[0] != BY_PID)
		return -EOPNOTSUPP;
	size = MIN((size_t)rest[2], room);
	ret = sysctl_process(rest[1], &p);
	/* A list, of none. */
	if (ret == -ESRCH || (!ret && rest[3] == 0))
		return 0;
	if (ret)
		return ret;
	k.pid = p.pid;
	k.ppid = p.ppid;
	k.sid = p.sid;
	k.pgid = p.pgid;
	k.tpgid = p.tpgid;
	k.uid = p.uid;
	k.ruid = p.ruid;
	k.svuid = p.svuid;
	k.gid = k.groups[0] = p.gid;
	k.rgid = p.rgid;
	k.svgid = p.svgid;
	k.ngroups = 1;
	k.stat = (int8_t)p.state;
	k.realstat = (uint64_t)p.state;
	k.nice = (uint8_t)(NICE_NONE + p.nice);
	snprintf(k.comm, sizeof k.comm, "%.16s", p.name);
	snprintf(k.ename, sizeof k.ename, "netbsd");
	k.rssize = (int32_t)p.rss;
	k.vsize = k.msize = (int64_t)(p.size / PAGE);
	k.uvalid = 1;
	put_time(k.start, p.start);
	put_time(k.utime, p.utime);
	put_time(k.stime, p.stime);
	k.rtime[0] = k.utime[0] + k.stime[0] +
		     (k.utime[1] + k.stime[1]) / 1000000;
	k.rtime[1] = (k.utime[1] + k.stime[1]) % 1000000;
	k.ru[RU_MINFLT] = p.minflt;
	k.ru[RU_MAJFLT] = p.majflt;
	k.cpuid = ~0ull;
	k.nlwps = (uint64_t)p.threads;
	/* Programs of other releases have shorter or longer ones. */
	memset(buf, 0, size);
	memcpy(buf, &k, MIN(size, sizeof k));
	return (int64_t)size;
}

/*
 * How the structures begin; what follows counts events, which nobody here does.
 * They have grown with each release, so that an answer may be shorter.
 */
static unsigned uvmexp(int64_t v[21])
{
	struct sysctl_memory m;

	sysctl_memory(&m);
	memset(v, 0, 21 * sizeof *v);
	v[0] = PAGE;
	v[1] = PAGE - 1;
	v[2] = 12;
	v[3] = (int64_t)m.total;
	v[4] = (int64_t)m.free;
	v[5] = (int64_t)m.active;
	v[6] = (int64_t)m.inactive;
	v[8] = (int64_t)m.wired;
	v[16] = m.swap != 0;
	v[17] = (int64_t)m.swap;
	v[18] = (int64_t)(m.swap - m.swap_free);
	return 21;
}

int64_t netbsd_uvmexp2(const struct bsd_sysctl *n, const int32_t *rest,
		       unsigned nrest, void *buf, size_t room)
{
	int64_t v[21];

	uvmexp(v);
	memcpy(buf, v, sizeof v);
	return sizeof v;
}

/* The older one: ints, the first of which are the same. */
int64_t netbsd_uvmexp(const struct bsd_sysctl *n, const int32_t *rest,
		      unsigned nrest, void *buf, size_t room)
{
	int64_t v[21];
	int32_t v32[10];

	uvmexp(v);
	for (unsigned i = 0; i < COUNT_OF(v32); i++)
		v32[i] = (int32_t)v[i];
	memcpy(buf, v32, sizeof v32);
	return sizeof v32;
}
