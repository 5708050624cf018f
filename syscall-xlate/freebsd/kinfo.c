/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kinfo.c - kern.proc.pid: what FreeBSD tells of a process.
 * Source: FreeBSD's sys/user.h, sysctl(3).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "syscall-xlate/bsd/sysctl.h"
#include "syscall-xlate/freebsd/freebsd.h"

struct fb_kinfo_proc {
	int32_t structsize, layout;
	gaddr kernel[8]; /* addresses that are the kernel's */
	int32_t pid, ppid, pgid, tpgid, sid, tsid;
	int16_t jobc, spare1;
	uint32_t tdev11;
	struct bsd_sigset siglist, sigmask, sigignore, sigcatch;
	uint32_t uid, ruid, svuid, rgid, svgid;
	int16_t ngroups, spare2;
	uint32_t groups[16];
	uint64_t size; /* bytes; the following: pages */
	int64_t rssize, swrss, tsize, dsize, ssize;
	uint16_t xstat, acflag;
	uint32_t pctcpu, estcpu, slptime, swtime, cow;
	uint64_t runtime; /* microseconds */
	int64_t start[2], childtime[2];
	int64_t flag, kiflag;
	int32_t traceflag;
	char stat;
	int8_t nice;
	char lock, rqindex;
	uint8_t oncpu_old, lastcpu_old;
	char tdname[17], wmesg[9], login[18], lockname[9], comm[20], emul[17],
		loginclass[18], moretdname[4], sparestrings[46];
	int32_t spareints[2];
	uint64_t tdev;
	int32_t oncpu, lastcpu, tracer, flag2, fibnum;
	uint32_t cr_flags;
	int32_t jid, numthreads, tid;
	uint8_t pri[4];
	struct rusage rusage, rusage_ch;
	gaddr kernel2[5 + 5];
	int64_t sparelongs[12], sflag, tdflags;
};
_Static_assert(offsetof(struct fb_kinfo_proc, size) == 256, "sys/user.h");
_Static_assert(offsetof(struct fb_kinfo_proc, comm) == 447, "sys/user.h");
_Static_assert(offsetof(struct fb_kinfo_proc, rusage) == 608, "sys/user.h");
_Static_assert(sizeof(struct fb_kinfo_proc) == 1088, "sys/user.h");

int64_t freebsd_kinfo_proc(const struct bsd_sysctl *n, const int32_t *rest,
			   unsigned nrest, void *buf, size_t room)
{
	struct fb_kinfo_proc k = { .structsize = sizeof k };
	struct sysctl_process p;
	int ret;

	if (nrest != 1)
		return -EINVAL;
	ret = sysctl_process(rest[0], &p);
	if (ret)
		return ret;
	k.pid = p.pid;
	k.ppid = p.ppid;
	k.pgid = p.pgid;
	k.sid = k.tsid = p.sid;
	k.tpgid = p.tpgid;
	k.uid = p.uid;
	k.ruid = p.ruid;
	k.svuid = p.svuid;
	k.rgid = p.rgid;
	k.svgid = p.svgid;
	k.ngroups = 1;
	k.groups[0] = p.gid;
	k.size = p.size;
	k.rssize = (int64_t)p.rss;
	k.runtime = (uint64_t)((p.utime[0] + p.stime[0]) * 1000000 + p.utime[1] +
			       p.stime[1]);
	memcpy(k.start, p.start, sizeof k.start);
	k.stat = (char)p.state;
	k.nice = (int8_t)p.nice;
	snprintf(k.comm, sizeof k.comm, "%.19s", p.name);
	snprintf(k.emul, sizeof k.emul, "FreeBSD ELF64");
	k.oncpu = k.lastcpu = -1;
	k.numthreads = p.threads;
	k.tid = p.pid;
	k.rusage.ru_utime = (struct timeval){ p.utime[0], p.utime[1] };
	k.rusage.ru_stime = (struct timeval){ p.stime[0], p.stime[1] };
	k.rusage.ru_minflt = (long)p.minflt;
	k.rusage.ru_majflt = (long)p.majflt;
	memcpy(buf, &k, sizeof k);
	return sizeof k;
}
