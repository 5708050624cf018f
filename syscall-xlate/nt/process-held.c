/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-held.c - see process-held.h.
 *
 * posix_spawn cannot stop before the program begins, and a child of vfork that
 * stops would stop us.  So this is a plain fork; until it executes the program
 * the child may call only what is safe in a signal handler.
 */
#include "syscall-xlate/nt/process-held.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOT_EXECUTED = 127 };

/* Ctrl-C stays ignored if it is: Windows' children inherit that. */
static void default_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	struct sigaction old;
	sigset_t none;

	for (int s = 1; s < NSIG; s++) {
		if (s == SIGINT && sigaction(s, NULL, &old) == 0 &&
		    old.sa_handler == SIG_IGN)
			continue;
		sigaction(s, &sa, NULL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run(const struct held *h)
{
	uint32_t n;

	default_signals();
	for (int i = 0; i < 3; i++) {
		int fd = h->std_fd[i] >= 0 ? h->std_fd[i]
					   : open("/dev/null", O_RDWR);

		if (fd < 0 || (fd != i && dup2(fd, i) < 0))
			_exit(NOT_EXECUTED);
	}
	if (h->slot >= 0)
		fcntl(h->slot, F_SETFD, 0);
	if (*h->cwd && chdir(h->cwd) < 0)
		_exit(NOT_EXECUTED);
	while ((n = atomic_load(h->suspend)))
		syscall(SYS_futex, h->suspend, FUTEX_WAIT, n, NULL, NULL, 0);
	execve(h->path, h->argv, h->envp);
	_exit(NOT_EXECUTED);
}

int spawn_held(const struct held *h, pid_t *pid)
{
	sigset_t all, old;
	int err = 0;

	/* None of our handlers runs in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	*pid = fork();
	if (*pid == 0)
		run(h);
	if (*pid < 0)
		err = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}
