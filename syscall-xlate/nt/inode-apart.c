/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inode-apart.c - see inode-apart.h.
 *
 * The process is a child as of vfork(2): it has our memory, and this thread,
 * whose errno it uses, stands still until it is over.  It is of no group of
 * ours, so whoever kills the program and all that is with it does not meet it.
 */
#include "syscall-xlate/nt/inode-apart.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 64 << 10 };

struct apart {
	int (*fn)(void *arg);
	void *arg;
	int ret, err;
};

static int run(void *arg)
{
	struct apart *a = arg;

	setsid();
	a->ret = a->fn(a->arg);
	a->err = errno;
	return 0;
}

int inode_apart(int (*fn)(void *arg), void *arg)
{
	struct apart a = { .fn = fn, .arg = arg };
	char *stack = malloc(STACK);
	sigset_t all, old;
	int pid = -1;

	/* No handler of ours may run there. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (stack)
		pid = clone(run, stack + STACK, CLONE_VM | CLONE_VFORK, &a);
	/* It gives no signal when it ends, and is nobody else's to wait for. */
	while (pid > 0 && waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	free(stack);
	if (pid < 0) /* no more processes: then in this one */
		return fn(arg);
	errno = a.err;
	return a.ret;
}
