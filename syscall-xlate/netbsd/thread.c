/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - light-weight processes: _lwp_create(2) and its family.
 * Source: NetBSD's _lwp_create(2), _lwp_wait(2), _lwp_ctl(2), _lwp_park(2);
 * sys/lwpctl.h.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

enum { LWP_DETACHED = 0x40, LWP_SUSPENDED = 0x80, NAME_MAX_ = 32 };

/* Those that ended and have not been waited for. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct dead {
	int32_t id;
	struct dead *next;
} *dead; /* under lock */
static uint32_t deaths; /* counts; a futex word */

int64_t netbsd_lwp_create(struct task *t, gaddr ucp, uint32_t flags,
			  gaddr new_lwp)
{
	struct guest_regs regs = {
		.rflags = 0x202, .cs = 0x33, .ss = 0x2b, .kind = REGS_FULL,
		.fs_base = t->regs->fs_base,
	};
	struct bsd_thread *th;
	struct bsd_sigset mask;
	bool has_mask;
	int64_t id;
	int ret;

	if (flags & ~(uint32_t)(LWP_DETACHED | LWP_SUSPENDED))
		return -EINVAL;
	bsd_initial_fpu(&regs);
	ret = netbsd_get_context(t, ucp, &regs, &mask, &has_mask);
	if (ret)
		return ret;
	th = bsd_thread_new(bsd_thread(t));
	if (!th)
		return -ENOMEM;
	if (has_mask)
		th->mask = mask;
	th->detached = flags & LWP_DETACHED;
	if (flags & LWP_SUSPENDED) {
		th->stopped = 1;
		th->task.pending = TASK_SUSPEND;
	}
	id = bsd_thread_start(th, &regs, true);
	if (id < 0)
		return id;
	return guest_put32(t, new_lwp, (uint32_t)id);
}

/* Other threads were the parent's, the dead ones too. */
void netbsd_lwp_forked(void)
{
	pthread_mutex_init(&lock, NULL);
	dead = NULL;
}

void netbsd_lwp_gone(void)
{
	__atomic_add_fetch(&deaths, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &deaths, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

int64_t netbsd_lwp_exit(struct task *t)
{
	struct bsd_thread *th = bsd_thread(t);
	struct dead *d = th->detached ? NULL : malloc(sizeof *d);
	const int32_t exited = -2; /* LWPCTL_CPU_EXITED */

	if (th->lwpctl)
		guest_write(t, th->lwpctl, &exited, sizeof exited);
	/* Who waits for it finds its locks free, and no such thread. */
	netbsd_futex_release(t, th);
	pthread_mutex_lock(&lock);
	bsd_thread_gone(th);
	if (d) {
		d->id = t->tid;
		d->next = dead;
		dead = d;
	}
	pthread_mutex_unlock(&lock);
	netbsd_lwp_gone();
	bsd_thread_leave(t);
}

/* Takes a dead one off the list: id, or any if that is 0. */
static int32_t bury(int32_t id)
{
	int32_t found = 0;

	pthread_mutex_lock(&lock);
	for (struct dead **p = &dead; *p; p = &(*p)->next)
		if (!id || (*p)->id == id) {
			struct dead *d = *p;

			found = d->id;
			*p = d->next;
			free(d);
			break;
		}
	pthread_mutex_unlock(&lock);
	return found;
}

static bool alive(int32_t id, bool *detached)
{
	struct bsd_thread *th = bsd_threads_find(id);
	bool there = th != NULL;

	if (there)
		*detached = th->detached;
	bsd_threads_unlock();
	return there;
}

int64_t netbsd_lwp_wait(struct task *t, int32_t id, gaddr departed)
{
	bool detached;

	if (id == t->tid)
		return -EDEADLK;
	for (;;) {
		uint32_t seen = __atomic_load_n(&deaths, __ATOMIC_SEQ_CST);
		int32_t found = bury(id);
		int64_t ret;

		if (found)
			return departed ? guest_put32(t, departed,
						      (uint32_t)found) :
					  0;
		detached = false;
		if (id && (!alive(id, &detached) || detached))
			return detached ? -EINVAL : bury(id) ? 0 : -ESRCH;
		if (!id && bsd_threads_count() <= 1)
			return -ESRCH;
		ret = bsd_call(t, SYS_futex, &deaths, FUTEX_WAIT_PRIVATE, seen,
			       0, 0, 0);
		if (ret == -EINTR)
			return ret;
	}
}

int64_t netbsd_lwp_detach(struct task *t, int32_t id)
{
	struct bsd_thread *th = bsd_threads_find(id);
	int64_t ret = 0;

	if (!th)
		ret = -ESRCH;
	else if (th->detached)
		ret = -EINVAL;
	else
		th->detached = true;
	bsd_threads_unlock();
	if (ret == -ESRCH && bury(id))
		ret = 0;
	return ret;
}

int64_t netbsd_lwp_suspend(struct task *t, int32_t id)
{
	return bsd_thread_stop(t, id, true);
}

int64_t netbsd_lwp_continue(struct task *t, int32_t id)
{
	return bsd_thread_stop(t, id, false);
}

int64_t netbsd_lwp_self(struct task *t)
{
	return t->tid;
}

int64_t netbsd_lwp_getprivate(struct task *t)
{
	return (int64_t)t->regs->fs_base;
}

int64_t netbsd_lwp_setprivate(struct task *t, gaddr base)
{
	if (base >= guest_mem->high)
		return -EINVAL;
	t->regs->fs_base = base;
	return 0;
}

int64_t netbsd_lwp_kill(struct task *t, int32_t id, int32_t sig)
{
	return bsd_thread_kill(t, id, sig);
}

/* A sleep of the thread ends as if interrupted. */
int64_t netbsd_lwp_wakeup(struct task *t, int32_t id)
{
	struct bsd_thread *th = bsd_threads_find(id);

	if (th)
		task_kick(&th->task);
	bsd_threads_unlock();
	return th ? 0 : -ESRCH;
}

int64_t netbsd_lwp_setname(struct task *t, int32_t id, gaddr name)
{
	char text[NAME_MAX_] = "";
	int64_t n = guest_string(t, text, sizeof text, name);
	struct bsd_thread *th;

	if (n < 0)
		return n;
	th = bsd_threads_find(id);
	if (th)
		memcpy(th->name, text, sizeof th->name);
	bsd_threads_unlock();
	return th ? 0 : -ESRCH;
}

int64_t netbsd_lwp_getname(struct task *t, int32_t id, gaddr name, uint64_t len)
{
	struct bsd_thread *th = bsd_threads_find(id);
	char text[NAME_MAX_] = "";

	if (th)
		memcpy(text, th->name, sizeof text);
	bsd_threads_unlock();
	return th ? guest_write(t, name, text, MIN(len, sizeof text)) : -ESRCH;
}

/*
 * A pair of words that tell on which processor the thread runs.  One page for
 * all threads; "no processor" is an answer that every reader must expect.
 */
int64_t netbsd_lwp_ctl(struct task *t, uint32_t features, gaddr address)
{
	enum { CURCPU = 1, PCTR = 2, EACH = 16 };
	static gaddr page;
	static unsigned used;
	struct bsd_thread *th = bsd_thread(t);
	const int32_t words[2] = { -1 /* LWPCTL_CPU_NONE */, 0 };
	gaddr at;

	if (features & ~(uint32_t)(CURCPU | PCTR))
		return -ENODEV;
	pthread_mutex_lock(&lock);
	if (!page || used == PAGE / EACH) {
		page = bsd_map_anywhere(PAGE, GUEST_READ | GUEST_WRITE,
					0x0800000000ull);
		used = 0;
	}
	at = page ? page + EACH * used++ : 0;
	pthread_mutex_unlock(&lock);
	if (!at)
		return -ENOMEM;
	th->lwpctl = at;
	if (guest_write(t, at, words, sizeof words))
		return -EFAULT;
	return guest_put64(t, address, at);
}

int64_t netbsd_sched_yield(struct task *t)
{
	sched_yield();
	return 0;
}
