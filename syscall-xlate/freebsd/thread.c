/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - thr_*(2), sysarch(2), processors.
 * Source: FreeBSD's thr_new(2), thr_exit(2), sysarch(2), cpuset_getaffinity(2);
 * sys/thr.h, machine/sysarch.h, sys/cpuset.h.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

struct thr_param {
	gaddr start, arg, stack;
	uint64_t stack_size;
	gaddr tls;
	uint64_t tls_size;
	gaddr child_tid, parent_tid;
	int32_t flags, pad;
	gaddr rtp;
	uint64_t spare[3];
};
_Static_assert(sizeof(struct thr_param) == 104, "sys/thr.h");

int64_t freebsd_thr_new(struct task *t, gaddr param, int32_t size)
{
	struct thr_param p = { 0 };
	struct guest_regs regs = {
		.rflags = 0x202, .cs = 0x33, .ss = 0x2b, .kind = REGS_FULL,
	};
	struct bsd_thread *th;
	int64_t ret;

	if (size < 0 || (size_t)size > sizeof p)
		return -EINVAL;
	if (guest_read(t, &p, param, (size_t)size))
		return -EFAULT;
	/* THR_SUSPENDED and THR_SYSTEM_SCOPE do nothing on FreeBSD either. */
	if (p.flags & ~3)
		return -EINVAL;
	th = bsd_thread_new(bsd_thread(t));
	if (!th)
		return -ENOMEM;
	th->tid_at[0] = p.child_tid;
	th->tid_at[1] = p.parent_tid;
	regs.rip = p.start;
	regs.rdi = p.arg;
	regs.rsp = ((p.stack + p.stack_size) & ~15ull) - 8;
	regs.fs_base = p.tls;
	bsd_initial_fpu(&regs);
	/* The new thread writes its id itself; the caller wants to read one. */
	ret = bsd_thread_start(th, &regs, p.parent_tid != 0);
	return ret < 0 ? ret : 0;
}

int64_t freebsd_thr_exit(struct task *t, gaddr state)
{
	if (state) {
		guest_put64(t, state, 1);
		freebsd_umtx_op(t, state, 3 /* WAKE */, INT32_MAX, 0, 0);
	}
	bsd_thread_leave(t);
}

int64_t freebsd_thr_suspend(struct task *t, gaddr timeout)
{
	struct timespec end, now;
	int64_t ret = timeout ? bsd_get_timespec(t, timeout, &end) : 0;

	if (ret)
		return ret;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (timeout) {
		end.tv_nsec += now.tv_nsec;
		end.tv_sec += now.tv_sec + end.tv_nsec / 1000000000;
		end.tv_nsec %= 1000000000;
	}
	ret = bsd_park(t, CLOCK_MONOTONIC, timeout ? &end : NULL);
	/* A wake-up that came first is as good. */
	return ret == -EALREADY ? 0 : ret;
}

int64_t freebsd_thr_wake(struct task *t, int64_t id)
{
	struct bsd_thread *th = bsd_threads_find((int32_t)id);

	if (th)
		bsd_unpark(th);
	bsd_threads_unlock();
	return th ? 0 : -ESRCH;
}

int64_t freebsd_thr_self(struct task *t, gaddr id)
{
	return guest_put64(t, id, (uint64_t)t->tid);
}

int64_t freebsd_thr_kill2(struct task *t, int32_t pid, int64_t id, int32_t sig)
{
	int host = sig ? bsd_sig_to_host(sig) : 0;

	if (sig && !host)
		return -EINVAL;
	return bsd_ret(syscall(SYS_tgkill, pid, (int)id, host));
}

int64_t freebsd_thr_set_name(struct task *t, int64_t id, gaddr name)
{
	char text[20] = "";
	int64_t n = name ? guest_string(t, text, sizeof text, name) : 0;

	if (n < 0 && n != -ENAMETOOLONG)
		return n;
	/* Others' names are their own business on Linux. */
	if (id == t->tid)
		prctl(PR_SET_NAME, text);
	return 0;
}

int64_t freebsd_sched_yield(struct task *t)
{
	sched_yield();
	return 0;
}

/* ---- sysarch ------------------------------------------------------------------- */

int64_t freebsd_sysarch(struct task *t, int32_t op, gaddr at)
{
	enum { GET_FSBASE = 128, SET_FSBASE = 129, GET_GSBASE = 130 };
	uint64_t v;

	switch (op) {
	case GET_FSBASE:
		return guest_put64(t, at, t->regs->fs_base);
	case SET_FSBASE:
		if (guest_get64(t, &v, at))
			return -EFAULT;
		if (v >= guest_mem->high)
			return -EINVAL;
		t->regs->fs_base = v;
		return 0;
	case GET_GSBASE:
		return guest_put64(t, at, 0);
	default:
		/* GS is how the gate finds the host. */
		return -EINVAL;
	}
}

/* ---- processors ------------------------------------------------------------------ */

enum { WHICH_TID = 1, WHICH_PID = 2 };

static int which_to_tid(struct task *t, int32_t which, int64_t id, pid_t *pid)
{
	if (which != WHICH_TID && which != WHICH_PID)
		return -EINVAL;
	/* -1: the caller; 0 means the same to Linux. */
	*pid = id == -1 ? (which == WHICH_PID ? getpid() : 0) : (pid_t)id;
	return 0;
}

int64_t freebsd_cpuset_getaffinity(struct task *t, int32_t level, int32_t which,
				   int64_t id, uint64_t size, gaddr mask)
{
	uint8_t g[128] = { 0 };
	cpu_set_t set;
	pid_t pid;

	/* The root and cpuset levels are all processors of the machine. */
	if (level < 1 || level > 3)
		return -EINVAL;
	if (size < 8 || size > sizeof g)
		return -ERANGE;
	if (level != 3)
		pid = 1;
	else if (which_to_tid(t, which, id, &pid))
		return -EINVAL;
	CPU_ZERO(&set);
	if (sched_getaffinity(level == 3 ? pid : 0, sizeof set, &set))
		return -errno;
	memcpy(g, &set, MIN(sizeof g, sizeof set));
	for (size_t i = size; i < sizeof g; i++)
		if (g[i])
			return -ERANGE;
	return guest_write(t, mask, g, size);
}

int64_t freebsd_cpuset_setaffinity(struct task *t, int32_t level, int32_t which,
				   int64_t id, uint64_t size, gaddr mask)
{
	cpu_set_t set;
	pid_t pid;

	if (level != 3 || which_to_tid(t, which, id, &pid))
		return -EINVAL;
	if (size > sizeof set)
		return -ERANGE;
	CPU_ZERO(&set);
	if (guest_read(t, &set, mask, size))
		return -EFAULT;
	return bsd_ret(sched_setaffinity(pid, sizeof set, &set));
}

int64_t freebsd_sched_getcpu(struct task *t)
{
	return bsd_ret(sched_getcpu());
}

/* ---- odds and ends ------------------------------------------------------------------ */

int64_t freebsd_getrandom(struct task *t, gaddr buf, uint64_t n, uint32_t flags)
{
	/* NONBLOCK 1, RANDOM 2, INSECURE 4: as on Linux. */
	return flags & ~7u ? -EINVAL : bsd_random(t, buf, n, flags & 3);
}

int64_t freebsd_getloginclass(struct task *t, gaddr buf, uint64_t n)
{
	return n < 8 ? -ERANGE : guest_write(t, buf, "default", 8);
}

int64_t freebsd_sched_get_priority_max(struct task *t, int32_t policy)
{
	return policy == 2 ? 103 : policy == 1 || policy == 3 ? 31 : -EINVAL;
}

int64_t freebsd_sched_get_priority_min(struct task *t, int32_t policy)
{
	return policy >= 1 && policy <= 3 ? 0 : -EINVAL;
}
