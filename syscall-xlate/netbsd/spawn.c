/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawn.c - posix_spawn(2), which is a call on NetBSD.
 * Source: NetBSD's posix_spawn(3), sys/spawn.h.
 *
 * A child is forked, does what attributes and file actions say, and execs; what
 * fails in it comes back through a pipe that a successful exec closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

enum {
	RESETIDS = 0x01, SETPGROUP = 0x02, SETSCHEDPARAM = 0x04,
	SETSCHEDULER = 0x08, SETSIGDEF = 0x10, SETSIGMASK = 0x20,
	RETURNERROR = 0x40,
	FAE_OPEN = 0, FAE_DUP2 = 1, FAE_CLOSE = 2, FAE_CHDIR = 3,
	FAE_FCHDIR = 4, MAX_ACTIONS = 1024,
};

struct nb_attr {
	int16_t flags, pad;
	int32_t pgroup, priority, policy;
	struct bsd_sigset sigdefault, sigmask;
};
_Static_assert(sizeof(struct nb_attr) == 48, "sys/spawn.h");

struct nb_actions {
	uint32_t size, len;
	gaddr entries;
};

struct nb_entry {
	int32_t action, fd;
	union {
		struct { gaddr path; uint32_t flags, mode; } open;
		struct { int32_t fd; } dup2;
		gaddr path;
	} u;
};
_Static_assert(sizeof(struct nb_entry) == 24, "sys/spawn.h");

static int64_t apply_attr(struct task *t, const struct nb_attr *a)
{
	int64_t ret = 0;

	if (a->flags & SETPGROUP)
		ret = bsd_ret(setpgid(0, a->pgroup));
	if (!ret && a->flags & RESETIDS)
		ret = bsd_ret(setegid(getgid()) || seteuid(getuid()) ? -1 : 0);
	for (int sig = 1; !ret && sig <= BSD_NSIG && a->flags & SETSIGDEF; sig++) {
		const struct bsd_action dfl = { .handler = BSD_SIG_DFL };
		struct bsd_action old;

		if (bsd_sig_in(&a->sigdefault, sig) && bsd_sig_to_host(sig))
			bsd_action(sig, &dfl, &old);
	}
	if (!ret && a->flags & SETSIGMASK)
		bsd_set_mask(bsd_thread(t), &a->sigmask);
	return ret;
}

static int64_t apply_action(struct task *t, const struct nb_entry *e)
{
	int64_t fd, ret;

	switch (e->action) {
	case FAE_OPEN:
		fd = bsd_open(t, e->u.open.path, e->u.open.flags,
			      e->u.open.mode);
		if (fd < 0 || fd == e->fd)
			return fd < 0 ? fd : 0;
		ret = bsd_dup2(t, (int)fd, e->fd);
		bsd_close(t, (int)fd);
		return ret < 0 ? ret : 0;
	case FAE_DUP2:
		ret = bsd_dup2(t, e->fd, e->u.dup2.fd);
		/* Onto itself: it stays open in the new program. */
		if (ret >= 0 && e->fd == e->u.dup2.fd)
			ret = bsd_ret(fcntl(e->fd, F_SETFD, 0));
		return ret < 0 ? ret : 0;
	case FAE_CLOSE:
		bsd_close(t, e->fd);
		return 0;
	case FAE_CHDIR:
		return bsd_chdir(t, e->u.path);
	case FAE_FCHDIR:
		return bsd_fchdir(t, e->fd);
	default:
		return -EINVAL;
	}
}

/* In the child: ends in the new program, or with an errno for the parent. */
static _Noreturn void child(struct task *t, int report, gaddr path,
			    const struct nb_attr *a,
			    const struct nb_actions *fa, gaddr argv, gaddr envp)
{
	int64_t ret = apply_attr(t, a);
	int64_t keep;

	for (uint32_t i = 0; !ret && i < fa->len; i++) {
		struct nb_entry e;

		if (guest_read(t, &e, fa->entries + i * sizeof e, sizeof e))
			ret = -EFAULT;
		/* An action may want the number that the pipe has. */
		if (!ret && (e.fd == report ||
			     (e.action == FAE_DUP2 && e.u.dup2.fd == report))) {
			keep = fcntl(report, F_DUPFD_CLOEXEC, report + 1);
			if (keep >= 0) {
				close(report);
				report = (int)keep;
			}
		}
		if (!ret)
			ret = apply_action(t, &e);
	}
	if (!ret)
		ret = bsd_execve(t, path, argv, envp);
	if (write(report, &ret, sizeof ret) < 0)
		_exit(127);
	_exit(127);
}

int64_t netbsd_posix_spawn(struct task *t, gaddr pid_at, gaddr path,
			   gaddr actions, gaddr attr, gaddr argv, gaddr envp)
{
	struct nb_actions fa = { 0 };
	struct nb_attr a = { 0 };
	int64_t pid, code = 0;
	ssize_t n;
	int fd[2];

	if ((actions && guest_read(t, &fa, actions, sizeof fa)) ||
	    (attr && guest_read(t, &a, attr, sizeof a)))
		return -EFAULT;
	if (fa.len > MAX_ACTIONS)
		return -EINVAL;
	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	pid = bsd_fork(t);
	if (pid == 0) {
		close(fd[0]);
		child(t, fd[1], path, &a, &fa, argv, envp);
	}
	close(fd[1]);
	t->regs->rdx = 0;
	if (pid > 0) {
		do
			n = read(fd[0], &code, sizeof code);
		while (n < 0 && errno == EINTR);
		if (n == sizeof code && code < 0)
			waitpid((pid_t)pid, NULL, 0);
		else
			code = 0;
	}
	close(fd[0]);
	if (pid < 0 || code)
		return pid < 0 ? pid : code;
	return pid_at ? guest_put32(t, pid_at, (uint32_t)pid) : 0;
}
