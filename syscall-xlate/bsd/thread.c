/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - the process's threads.  Their ids are the host's.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/policy.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/proc-watch.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bsd_thread *first; /* under lock */
static unsigned count;		 /* under lock */

struct bsd_thread *bsd_thread_new(const struct bsd_thread *parent)
{
	struct bsd_thread *th = calloc(1, sizeof *th);

	if (!th)
		return NULL;
	th->task.data = th;
	th->stack.flags = BSD_SS_DISABLE;
	if (parent) {
		th->task.personality = parent->task.personality;
		th->mask = parent->mask;
		th->masked_once = true;
	}
	pthread_mutex_lock(&lock);
	th->next = first;
	first = th;
	count++;
	pthread_mutex_unlock(&lock);
	return th;
}

static void forget(struct bsd_thread *th)
{
	pthread_mutex_lock(&lock);
	for (struct bsd_thread **p = &first; *p; p = &(*p)->next)
		if (*p == th) {
			*p = th->next;
			count--;
			break;
		}
	pthread_mutex_unlock(&lock);
}

/* In the new thread: its mask, and word to the one that waits for its id. */
void bsd_thread_started(struct task *t)
{
	struct bsd_thread *th = bsd_thread(t);
	uint64_t id = (uint64_t)t->tid;

	bsd_signals_thread(th);
	for (unsigned i = 0; i < COUNT_OF(th->tid_at); i++)
		if (th->tid_at[i])
			guest_write(t, th->tid_at[i], &id, sizeof id);
	if (th->starter) {
		uint32_t *word = th->starter;

		/* It is on the starter's stack: gone once it is not 0. */
		__atomic_store_n(word, (uint32_t)t->tid, __ATOMIC_SEQ_CST);
		syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	}
}

int64_t bsd_thread_start(struct bsd_thread *th, const struct guest_regs *start,
			 bool wait)
{
	struct err e = { 0 };
	uint32_t tid = 0;
	sigset_t all, old;
	int ret;

	th->starter = wait ? &tid : NULL;

	/* It begins with everything blocked until it has its own mask. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = task_spawn(&th->task, start, &e);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret) {
		forget(th);
		free(th);
		return e.code ? -e.code : -EAGAIN;
	}
	/* From here on th may have ended, and be gone. */
	while (wait && !__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &tid, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	return tid;
}

/*
 * The guest's stack may be given away now.  Who joins the thread looks at a word
 * that the call which ended it named.
 */
void bsd_thread_ended(struct task *t)
{
	struct bsd_thread *th = bsd_thread(t);

	forget(th);
	free(th);
}

void bsd_threads_release(struct task *t)
{
	if (!bsd_sys->let_go)
		return;
	pthread_mutex_lock(&lock);
	for (struct bsd_thread *th = first; th; th = th->next)
		bsd_sys->let_go(t, th);
	pthread_mutex_unlock(&lock);
}

_Noreturn void bsd_thread_leave(struct task *t)
{
	bool last;

	if (bsd_sys->let_go)
		bsd_sys->let_go(t, bsd_thread(t));
	pthread_mutex_lock(&lock);
	last = count <= 1;
	pthread_mutex_unlock(&lock);
	if (last)
		bsd_exit(t, 0);
	bsd_signals_leave(bsd_thread(t));
	task_leave(t);
}

struct bsd_thread *bsd_threads_find(int32_t tid)
{
	struct bsd_thread *th;

	pthread_mutex_lock(&lock);
	for (th = first; th; th = th->next)
		if (th->task.tid == tid && !th->gone)
			return th;
	return NULL;
}

void bsd_thread_gone(struct bsd_thread *th)
{
	pthread_mutex_lock(&lock);
	th->gone = true;
	pthread_mutex_unlock(&lock);
}

void bsd_threads_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

/*
 * It stands in bsd_pending(), on its way back to the guest: a call that it was
 * sleeping in is interrupted, and made again when it goes on.
 */
int64_t bsd_thread_stop(struct task *t, int32_t id, bool stop)
{
	struct bsd_thread *th = bsd_threads_find(id), *x;
	unsigned others = 0;

	for (x = first; x; x = x->next)
		others += x != th && !x->stopped;
	if (th && stop && !others) {
		bsd_threads_unlock();
		return -EDEADLK;
	}
	if (th && stop) {
		atomic_store(&th->stopped, 1);
		atomic_fetch_or(&th->task.pending, TASK_SUSPEND);
		if (th != bsd_thread(t))
			task_kick(&th->task);
	} else if (th) {
		atomic_store(&th->stopped, 0);
		syscall(SYS_futex, &th->stopped, FUTEX_WAKE_PRIVATE, INT_MAX,
			NULL, NULL, 0);
	}
	bsd_threads_unlock();
	return th ? 0 : -ESRCH;
}

unsigned bsd_threads_count(void)
{
	unsigned n;

	pthread_mutex_lock(&lock);
	n = count;
	pthread_mutex_unlock(&lock);
	return n;
}

/* ---- fork --------------------------------------------------------------------- */

/* A pipe's end that ends a parent's wait in vfork(2) when it is closed. */
static int parent_waits = -1; /* under lock */

enum { EXIT_OURS = 125 };

/*
 * With the locks held.  slot: the child's place among the processes that a
 * sandbox may have, which replaces its parent's.
 */
static void in_child(struct bsd_thread *self, int end, int slot)
{
	if ((slot >= 0 && own_fd_keep(slot)) || policy_end_with_outside())
		_exit(EXIT_OURS);
	first = self;
	self->next = NULL;
	count = 1;
	/* What was on its way was for the parent. */
	atomic_store(&self->head, atomic_load(&self->tail));
	memset(self->held, 0, sizeof self->held);
	atomic_fetch_and(&self->task.pending, ~(uint32_t)TASK_APC);
	/* Our parent's parent does not wait for us. */
	if (parent_waits >= 0)
		close(parent_waits);
	parent_waits = end < 0 ? -1 : own_fd(end);
	vfork_child(&self->task, parent_waits);
	bsd_sys->forked();
}

/*
 * Locks that another thread holds would stay locked in the child for ever, so
 * they are taken first.  fork(2) itself takes care of libc's.
 *
 * wait: return in the parent when the child has ended or executed a program.
 * Only the calling thread stands still, and only SIGKILL or what stops the whole
 * process reaches it, as on BSD.
 */
static int64_t do_fork(struct task *t, bool wait)
{
	struct bsd_thread *self = bsd_thread(t);
	int end[2] = { -1, -1 }, pid, slot;
	struct proc_fork told;

	pthread_mutex_lock(&lock);
	space_lock();
	/* Between these locks, so that no other child gets these. */
	slot = policy_slot();
	proc_fork_begin(&told);
	pid = slot == -1 ? -EAGAIN :
	      wait && pipe2(end, O_CLOEXEC) ? -errno :
					      task_fork(t, wait);
	if (pid == 0) {
		close(end[0]);
		in_child(self, end[1], slot);
		proc_fork_child(&told);
		if (!wait)
			inherit_forked();
	} else {
		close(end[1]);
		close(slot);
		proc_fork_parent(&told, pid);
	}
	space_unlock();
	pthread_mutex_unlock(&lock);
	if (pid == 0) {
		kqueue_forked();
		bsd_mq_forked();
		bsd_route_forked();
	} else if (end[0] >= 0) {
		if (pid > 0)
			vfork_wait(t, end[0]);
		close(end[0]);
	}
	/* The second result tells parent (0) from child (1). */
	if (pid >= 0)
		t->regs->rdx = pid == 0;
	return pid;
}

int64_t bsd_fork(struct task *t)
{
	return do_fork(t, false);
}

int64_t bsd_vfork(struct task *t)
{
	return do_fork(t, true);
}

int64_t bsd_spawn(struct task *t)
{
	int64_t ret = do_fork(t, true);

	if (ret == 0)
		bsd_signals_default();
	return ret;
}
