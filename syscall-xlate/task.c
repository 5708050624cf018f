/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* task.c - see task.h. */
#include "syscall-xlate/task.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

__thread struct task *current_task __attribute__((tls_model("local-exec")));
const struct task_ops *task_ops;

static void wake_shared(struct task *t)
{
	_Atomic uint32_t *word;

	atomic_fetch_add(&t->wakers, 1);
	word = atomic_load(&t->wake_shared);
	if (word) {
		atomic_fetch_add(word, 1);
		syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	}
	atomic_fetch_sub(&t->wakers, 1);
}

void task_wake(struct task *t)
{
	const uint64_t one = 1;
	int saved = errno, fd;

	atomic_fetch_add(&t->wake, 1);
	fd = atomic_load(&t->wake_fd);
	/* Neither can fail in a way that leaves t asleep. */
	if (fd)
		(void)!write(fd, &one, sizeof one);
	else if (atomic_load(&t->wake_shared))
		wake_shared(t);
	else if (t != current_task)
		syscall(SYS_futex, &t->wake, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1,
			NULL, NULL, 0);
	errno = saved;
}
