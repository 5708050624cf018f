/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - ids, limits, children.
 */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/proc-watch.h"
#include "syscall-xlate/trace.h"

int64_t bsd_exit(struct task *t, int32_t status)
{
	vfork_tell(t);
	if (bsd_sys->closing)
		bsd_sys->closing(-1);
	proc_exiting(status);
	kqueue_leave();
	bsd_threads_release(t);
	trace_finish();
	exit_status_end(bsd_launch, (uint32_t)status & 0xff);
	_exit(status);
}

/* ---- ids -------------------------------------------------------------------- */

/* Calls of old return the real and, in rdx, the effective id. */
int64_t bsd_getpid(struct task *t)
{
	t->regs->rdx = (uint64_t)getppid();
	return getpid();
}

int64_t bsd_getppid(struct task *t)
{
	return getppid();
}

int64_t bsd_getuid(struct task *t)
{
	t->regs->rdx = geteuid();
	return getuid();
}

int64_t bsd_geteuid(struct task *t)
{
	return geteuid();
}

int64_t bsd_getgid(struct task *t)
{
	t->regs->rdx = getegid();
	return getgid();
}

int64_t bsd_getegid(struct task *t)
{
	return getegid();
}

int64_t bsd_setuid(struct task *t, uint32_t uid)
{
	return bsd_ret(setuid(uid));
}

int64_t bsd_seteuid(struct task *t, uint32_t uid)
{
	return bsd_ret(seteuid(uid));
}

int64_t bsd_setgid(struct task *t, uint32_t gid)
{
	return bsd_ret(setgid(gid));
}

int64_t bsd_setegid(struct task *t, uint32_t gid)
{
	return bsd_ret(setegid(gid));
}

int64_t bsd_setreuid(struct task *t, uint32_t r, uint32_t e)
{
	return bsd_ret(setreuid(r, e));
}

int64_t bsd_setregid(struct task *t, uint32_t r, uint32_t e)
{
	return bsd_ret(setregid(r, e));
}

int64_t bsd_setresuid(struct task *t, uint32_t r, uint32_t e, uint32_t s)
{
	return bsd_ret(setresuid(r, e, s));
}

int64_t bsd_setresgid(struct task *t, uint32_t r, uint32_t e, uint32_t s)
{
	return bsd_ret(setresgid(r, e, s));
}

static int64_t put3(struct task *t, const gaddr at[3], const uint32_t v[3])
{
	for (unsigned i = 0; i < 3; i++)
		if (at[i] && guest_put32(t, at[i], v[i]))
			return -EFAULT;
	return 0;
}

int64_t bsd_getresuid(struct task *t, gaddr r, gaddr e, gaddr s)
{
	uint32_t v[3];

	getresuid(&v[0], &v[1], &v[2]);
	return put3(t, (gaddr[]){ r, e, s }, v);
}

int64_t bsd_getresgid(struct task *t, gaddr r, gaddr e, gaddr s)
{
	uint32_t v[3];

	getresgid(&v[0], &v[1], &v[2]);
	return put3(t, (gaddr[]){ r, e, s }, v);
}

enum { GROUPS = 1024 };

int64_t bsd_getgroups(struct task *t, int32_t n, gaddr at)
{
	gid_t g[GROUPS];
	int have = getgroups(GROUPS, g);

	if (have < 0)
		return -errno;
	if (n == 0)
		return have;
	if (n < have)
		return -EINVAL;
	return guest_write(t, at, g, (size_t)have * sizeof *g) ? -EFAULT : have;
}

int64_t bsd_setgroups(struct task *t, int32_t n, gaddr at)
{
	gid_t g[GROUPS];

	if (n < 0 || n > GROUPS)
		return -EINVAL;
	if (guest_read(t, g, at, (size_t)n * sizeof *g))
		return -EFAULT;
	return bsd_ret(setgroups((size_t)n, g));
}

int64_t bsd_issetugid(struct task *t)
{
	return getuid() != geteuid() || getgid() != getegid();
}

int64_t bsd_getpgrp(struct task *t)
{
	return getpgrp();
}

int64_t bsd_getpgid(struct task *t, int32_t pid)
{
	return bsd_ret(getpgid(pid));
}

int64_t bsd_setpgid(struct task *t, int32_t pid, int32_t pgid)
{
	return bsd_ret(setpgid(pid, pgid));
}

int64_t bsd_getsid(struct task *t, int32_t pid)
{
	return bsd_ret(getsid(pid));
}

int64_t bsd_setsid(struct task *t)
{
	return bsd_ret(setsid());
}

/* MAXLOGNAME bytes of room on FreeBSD (33) and NetBSD (17). */
int64_t bsd_getlogin(struct task *t, gaddr buf, uint64_t size)
{
	char name[256] = "";
	size_t n;

	if (getlogin_r(name, sizeof name))
		name[0] = 0;
	n = strlen(name) + 1;
	return n > size ? -ERANGE : guest_write(t, buf, name, n);
}

/* ---- limits and use ------------------------------------------------------------ */

/* Both systems count alike, Linux does not. */
static const int limit_of[] = {
	RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE,
	RLIMIT_RSS, RLIMIT_MEMLOCK, RLIMIT_NPROC, RLIMIT_NOFILE,
	-1 /* SBSIZE */, RLIMIT_AS,
};

enum { NOFILE = 8 };

static uint64_t limit_to_guest(rlim_t v)
{
	return v == RLIM_INFINITY ? INT64_MAX : MIN(v, (rlim_t)INT64_MAX);
}

int64_t bsd_getrlimit(struct task *t, uint32_t which, gaddr at)
{
	uint64_t g[2] = { INT64_MAX, INT64_MAX };
	struct rlimit r;

	if (which > 15)
		return -EINVAL;
	if (which < COUNT_OF(limit_of) && limit_of[which] >= 0) {
		if (which == NOFILE)
			own_fd_begin(); /* it will not be less later */
		if (getrlimit((unsigned)limit_of[which], &r))
			return -errno;
		if (which == NOFILE) {
			r.rlim_cur = MIN(r.rlim_cur, (rlim_t)own_fd_low);
			r.rlim_max = MIN(r.rlim_max, (rlim_t)own_fd_low);
		}
		g[0] = limit_to_guest(r.rlim_cur);
		g[1] = limit_to_guest(r.rlim_max);
	}
	return guest_write(t, at, g, sizeof g);
}

int64_t bsd_setrlimit(struct task *t, uint32_t which, gaddr at)
{
	uint64_t g[2];
	struct rlimit r;

	if (which > 15)
		return -EINVAL;
	if (guest_read(t, g, at, sizeof g))
		return -EFAULT;
	if (which >= COUNT_OF(limit_of) || limit_of[which] < 0)
		return 0;
	r.rlim_cur = g[0] >= INT64_MAX ? RLIM_INFINITY : g[0];
	r.rlim_max = g[1] >= INT64_MAX ? RLIM_INFINITY : g[1];
	if (which == NOFILE)
		own_fd_begin();
	if (which == NOFILE && g[1] >= (uint64_t)own_fd_low) {
		struct rlimit was;

		/* All that the guest sees; the rest is for descriptors of ours. */
		if (getrlimit(RLIMIT_NOFILE, &was))
			return -errno;
		r.rlim_cur = MIN(r.rlim_cur, (rlim_t)own_fd_low);
		r.rlim_max = was.rlim_max;
	}
	return bsd_ret(setrlimit((unsigned)limit_of[which], &r));
}

/* struct rusage: two timevals and fourteen longs, in one order everywhere. */
_Static_assert(sizeof(struct rusage) == 144, "sys/resource.h");

int64_t bsd_getrusage(struct task *t, int32_t who, gaddr at)
{
	struct rusage r;

	/* SELF 0, CHILDREN -1, THREAD 1 (FreeBSD). */
	if (getrusage(who, &r))
		return -errno;
	return guest_write(t, at, &r, sizeof r);
}

int64_t bsd_getpriority(struct task *t, int32_t which, int32_t who)
{
	int n;

	errno = 0;
	n = getpriority((unsigned)which, (id_t)who);
	return n == -1 && errno ? -errno : (int64_t)(uint32_t)n;
}

int64_t bsd_setpriority(struct task *t, int32_t which, int32_t who,
			int32_t value)
{
	return bsd_ret(setpriority((unsigned)which, (id_t)who, value));
}

/* ---- waiting for children ---------------------------------------------------------- */

enum { W_NOHANG = 1, W_UNTRACED = 2, W_CONTINUED = 4, W_NOWAIT = 8,
       W_EXITED = 16, W_TRAPPED = 32 };

/* Status words differ in the signal's number, and in "continued". */
int32_t bsd_wait_status(int status)
{
	if (WIFEXITED(status))
		return status & 0xff00;
	if (WIFCONTINUED(status))
		return bsd_sys->status_continued;
	if (WIFSTOPPED(status))
		return 0x7f | bsd_sig_from_host(WSTOPSIG(status)) << 8;
	return bsd_sig_from_host(WTERMSIG(status)) |
	       (WCOREDUMP(status) ? 0x80 : 0);
}

static int wait_options(int32_t g)
{
	return (g & W_NOHANG ? WNOHANG : 0) | (g & W_UNTRACED ? WUNTRACED : 0) |
	       (g & W_CONTINUED ? WCONTINUED : 0);
}

/*
 * Where somebody follows our children: waits without taking what there is to take,
 * which is told first.  A child's id, 0 or -errno; how is waitid(2)'s.
 */
static int64_t wait_and_tell(struct task *t, int kind, int id, int how)
{
	siginfo_t si = { 0 };
	int64_t ret = bsd_call(t, SYS_waitid, kind, id, &si, how | WNOWAIT, 0,
			       0);

	if (ret < 0 || !si.si_pid)
		return ret;
	if (si.si_code == CLD_EXITED)
		proc_reaping(si.si_pid, (si.si_status & 0xff) << 8);
	else if (si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED)
		proc_reaping(si.si_pid, si.si_status);
	return si.si_pid;
}

int64_t bsd_wait4(struct task *t, int32_t pid, gaddr status, int32_t options,
		  gaddr rusage)
{
	const int kind = pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID;
	int how = wait_options(options), host = 0;
	struct rusage r;
	int64_t ret;

	do {
		int64_t one = pid;

		if (proc_is_followed()) {
			one = wait_and_tell(t, kind, pid < 0 ? -pid : pid,
					    WEXITED |
						    (how & ~WUNTRACED) |
						    (how & WUNTRACED ? WSTOPPED : 0));
			if (one <= 0)
				return bsd_restart(t, one);
			how |= WNOHANG;
		}
		ret = bsd_call(t, SYS_wait4, one, &host, how, &r, 0, 0);
		/* Another thread may have been quicker. */
	} while (proc_is_followed() && (ret == 0 || ret == -ECHILD));
	if (ret <= 0)
		return bsd_restart(t, ret);
	if (status && guest_put32(t, status, (uint32_t)bsd_wait_status(host)))
		return -EFAULT;
	if (rusage && guest_write(t, rusage, &r, sizeof r))
		return -EFAULT;
	return ret;
}

enum { P_PID_ = 0, P_PPID_ = 1, P_PGID_ = 2, P_ALL_ = 7 };

/* wait6(2): by kind of id, with both kinds of usage.  info: what to report. */
int64_t bsd_wait_id(struct task *t, int32_t idtype, int64_t id, int32_t options,
		    siginfo_t *si, struct rusage *r)
{
	int how = (options & W_EXITED || options & W_TRAPPED ? WEXITED : 0) |
		  (options & W_UNTRACED ? WSTOPPED : 0) |
		  (options & W_CONTINUED ? WCONTINUED : 0) |
		  (options & W_NOHANG ? WNOHANG : 0) |
		  (options & W_NOWAIT ? WNOWAIT : 0);
	int kind = idtype == P_PID_  ? P_PID :
		   idtype == P_PGID_ ? P_PGID :
		   idtype == P_ALL_  ? P_ALL :
				       -1;

	if (kind < 0)
		return -EINVAL;
	if (proc_is_followed() && !(how & WNOWAIT)) {
		int64_t one = wait_and_tell(t, kind, (int)id, how);

		if (one < 0)
			return bsd_restart(t, one);
		if (one > 0) {
			kind = P_PID;
			id = one;
		}
	}
	memset(si, 0, sizeof *si);
	return bsd_restart(t, bsd_call(t, SYS_waitid, kind, id, si, how, r, 0));
}

int64_t bsd_wait6(struct task *t, int32_t idtype, int64_t id, gaddr status,
		  int32_t options, gaddr wrusage, gaddr info)
{
	struct rusage r[2] = { 0 };
	siginfo_t si;
	int64_t ret = bsd_wait_id(t, idtype, id, options, &si, &r[0]);
	int32_t word;

	if (ret)
		return ret;
	if (si.si_pid == 0)
		return 0;
	switch (si.si_code) {
	case CLD_EXITED:
		word = (si.si_status & 0xff) << 8;
		break;
	case CLD_CONTINUED:
		word = bsd_sys->status_continued;
		break;
	case CLD_STOPPED:
	case CLD_TRAPPED:
		word = 0x7f | bsd_sig_from_host(si.si_status) << 8;
		break;
	default:
		word = bsd_sig_from_host(si.si_status) |
		       (si.si_code == CLD_DUMPED ? 0x80 : 0);
	}
	if (status && guest_put32(t, status, (uint32_t)word))
		return -EFAULT;
	if (wrusage && guest_write(t, wrusage, r, sizeof r))
		return -EFAULT;
	if (info) {
		/* signo, errno, code, pid, uid, status: alike on FreeBSD. */
		struct {
			int32_t signo, error, code, pid;
			uint32_t uid;
			int32_t status;
			uint64_t rest[7];
		} g = { 20, 0, si.si_code, si.si_pid, si.si_uid,
			si.si_code == CLD_EXITED ?
				si.si_status :
				bsd_sig_from_host(si.si_status),
			{ 0 } };

		if (guest_write(t, info, &g, sizeof g))
			return -EFAULT;
	}
	return si.si_pid;
}
