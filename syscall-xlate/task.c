/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* task.c - see task.h. */
#include "syscall-xlate/task.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/futex.h"

__thread struct task *current_task __attribute__((tls_model("local-exec")));
const struct task_ops *task_ops;

static void wake_shared(struct task *t)
{
	_Atomic uint32_t *word;

	atomic_fetch_add(&t->wakers, 1);
	word = atomic_load(&t->wake_shared);
	if (word) {
		atomic_fetch_add(word, 1);
		futex_call(word, FUTEX_WAKE, INT_MAX, NULL, 0);
	}
	atomic_fetch_sub(&t->wakers, 1);
}

static __attribute__((noinline)) void wake_by_fd(int fd)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)!write(fd, &one, sizeof one);
	errno = saved;
}

void task_wake(struct task *t)
{
	int fd;

	atomic_fetch_add(&t->wake, 1);
	fd = atomic_load(&t->wake_fd);
	/* None can fail in a way that leaves t asleep. */
	if (__builtin_expect(fd != 0, 0))
		wake_by_fd(fd);
	else if (__builtin_expect(atomic_load(&t->wake_shared) != NULL, 0))
		wake_shared(t);
	else if (!task_woke_watcher(t) && t != current_task)
		futex_call(&t->wake, FUTEX_WAKE_PRIVATE, 1, NULL, 0);
}

/* ---- threads of our own ------------------------------------------------- */

struct helper {
	void *(*fn)(void *);
	void *arg;
};

static void *helper_main(void *arg)
{
	struct helper h = *(struct helper *)arg;

	free(arg);
	task_adopt();
	return h.fn(h.arg);
}

int helper_thread(void *(*fn)(void *), void *arg)
{
	struct helper *h = malloc(sizeof *h);
	sigset_t all, old;
	pthread_attr_t a;
	pthread_t th;
	int err;

	if (!h)
		return ENOMEM;
	*h = (struct helper){ fn, arg };
	/* The default stack size follows RLIMIT_STACK, which may be huge. */
	pthread_attr_init(&a);
	pthread_attr_setstacksize(&a, 128 << 10);
	pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	/* Faults in guest memory must still be caught. */
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&th, &a, helper_main, h);
	if (err)
		free(h);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&a);
	return err;
}
