/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procdesc.c - process descriptors: pdfork(2), which are pidfds here.
 *
 * A child is killed when its descriptor is closed, unless it is a daemon.  Linux
 * does not know of that, so we remember which descriptors are such.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

enum { PD_DAEMON = 1, PD_CLOEXEC = 2, FDS = 1 << 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t kills[FDS / 64] SPARSE; /* under lock: closing it does */
static _Atomic unsigned nkills;

static void kill_by(int fd)
{
	uint64_t *word = &kills[fd / 64], bit = 1ull << (fd % 64);

	if (!(*word & bit))
		return;
	*word &= ~bit;
	nkills--;
	syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

void freebsd_procdesc_closing(int fd)
{
	if (!nkills || fd >= FDS)
		return;
	pthread_mutex_lock(&lock);
	for (int i = 0; fd < 0 && i < FDS; i++)
		kill_by(i);
	if (fd >= 0)
		kill_by(fd);
	pthread_mutex_unlock(&lock);
}

void freebsd_procdesc_forked(void)
{
	pthread_mutex_init(&lock, NULL);
	if (nkills)
		memset(kills, 0, sizeof kills);
	nkills = 0;
}

/* The parent's part.  fd is taken, for something else still. */
static int become_pidfd(int fd, int pid, uint32_t flags)
{
	int p = (int)syscall(SYS_pidfd_open, pid, 0), ret = 0;

	if (p < 0 || dup3(p, fd, flags & PD_CLOEXEC ? O_CLOEXEC : 0) < 0)
		ret = -errno;
	if (p >= 0)
		close(p);
	if (ret || flags & PD_DAEMON)
		return ret;
	pthread_mutex_lock(&lock);
	kills[fd / 64] |= 1ull << (fd % 64);
	nkills++;
	pthread_mutex_unlock(&lock);
	return 0;
}

int64_t freebsd_pdfork(struct task *t, gaddr fdp, uint32_t flags)
{
	int64_t pid;
	int fd, ret;

	if (flags & ~(uint32_t)(PD_DAEMON | PD_CLOEXEC))
		return -EINVAL;
	/* What can be missing, before there is a child. */
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fd >= FDS) {
		close(fd);
		return -EMFILE;
	}
	pid = bsd_fork(t);
	if (pid <= 0) {
		close(fd);
		return pid;
	}
	ret = become_pidfd(fd, (int)pid, flags);
	if (!ret)
		ret = guest_put32(t, fdp, (uint32_t)fd);
	if (ret) {
		freebsd_procdesc_closing(fd);
		kill((int)pid, SIGKILL);
		waitpid((int)pid, NULL, 0);
		close(fd);
		return ret;
	}
	return pid;
}

int64_t freebsd_pdkill(struct task *t, int fd, int32_t sig)
{
	int host = sig ? bsd_sig_to_host(sig) : 0;

	if (sig && !host)
		return -EINVAL;
	if (syscall(SYS_pidfd_send_signal, fd, host, NULL, 0) == 0)
		return 0;
	/* Another kind of descriptor, or none. */
	return errno == EBADF && fcntl(fd, F_GETFD) >= 0 ? -EINVAL : -errno;
}

int64_t freebsd_pdgetpid(struct task *t, int fd, gaddr pidp)
{
	char text[PROC_TEXT], *at;
	int pid = 0;
	ssize_t n;

	if (fcntl(fd, F_GETFD) < 0)
		return -EBADF;
	n = proc_read(getpid(), PROC_FDINFO, fd, text, sizeof text);
	if (n < 0)
		return n;
	at = strstr(text, "\nPid:");
	if (at)
		pid = atoi(at + 5);
	/* 0: no process descriptor; -1: waited for, and so forgotten here. */
	if (pid <= 0)
		return pid ? -ESRCH : -EINVAL;
	return guest_put32(t, pidp, (uint32_t)pid);
}
