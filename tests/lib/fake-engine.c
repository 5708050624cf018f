/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-engine.c - see fake-engine.h. */
#include "tests/lib/fake-engine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "loader/image/image.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/vad.h"

/* ---- memory: the test's own ---- */

static int mem_read(void *dst, gaddr src, size_t n)
{
	if (n)
		memcpy(dst, (void *)(uintptr_t)src, n);
	return 0;
}

static int mem_write(gaddr dst, const void *src, size_t n)
{
	if (n && dst < 0x1000)
		return -EFAULT;
	if (n)
		memcpy((void *)(uintptr_t)dst, src, n);
	return 0;
}

static int mem_fill(gaddr dst, int byte, size_t n)
{
	memset((void *)(uintptr_t)dst, byte, n);
	return 0;
}

static int host_prot(int prot)
{
	return (prot & GUEST_READ ? PROT_READ : 0) |
	       (prot & GUEST_WRITE ? PROT_WRITE : 0);
}

static int mem_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		   unsigned flags)
{
	void *p = mmap(
		(void *)(uintptr_t)at, size, host_prot(prot),
		MAP_FIXED | (flags & GUEST_SHARED ? MAP_SHARED : MAP_PRIVATE) |
			(fd < 0 ? MAP_ANONYMOUS : 0),
		fd, (off_t)off);

	return p == MAP_FAILED ? -errno : 0;
}

static int mem_protect(gaddr at, uint64_t size, int prot)
{
	return mprotect((void *)(uintptr_t)at, size, host_prot(prot)) ? -errno
								      : 0;
}

static int mem_unmap(gaddr at, uint64_t size)
{
	return munmap((void *)(uintptr_t)at, size) ? -errno : 0;
}

static int mem_iov(gaddr at, size_t n, bool write, struct iovec *v, int max)
{
	(void)write;
	if (max < 1 || (n && at < 0x10000))
		return -EFAULT;
	v[0] = (struct iovec){ (void *)at, n };
	return 1;
}

static const struct guest_mem fake_mem = {
	.iov = mem_iov,
	.low = 0x10000,
	.high = 0x550000000000,
	.read = mem_read,
	.write = mem_write,
	.fill = mem_fill,
	.map = mem_map,
	.protect = mem_protect,
	.unmap = mem_unmap,
};

/* ---- threads ---- */

static void notice(int sig)
{
	(void)sig;
	if (!current_task)
		return;
	atomic_fetch_add(&current_task->kicks, 1);
	futex_wake(&current_task->kicks, 1);
}

struct born {
	struct task *t;
	struct guest_regs regs;
};

static _Thread_local struct born *born; /* ours, if op_spawn() made us */

static void *thread_main(void *arg)
{
	struct born *b = arg;
	struct nt_thread *th = nt_thread(b->t);
	void (*fn)(struct task * t, void *arg) =
		(void (*)(struct task *, void *))(uintptr_t)th->start;

	born = b;
	current_task = b->t;
	b->t->regs = &b->regs;
	b->t->tid = gettid();
	fake_way_out(b->t);
	fn(b->t, (void *)(uintptr_t)th->start_arg);
	thread_exit(b->t, 0);
}

static int op_spawn(struct task *t, const struct guest_regs *first,
		    struct err *e)
{
	struct born *b = aligned_alloc(64, (sizeof *b + 63) & ~63ul);
	pthread_t th;

	(void)e;
	b->t = t;
	b->regs = *first;
	pthread_create(&th, NULL, thread_main, b);
	pthread_detach(th);
	return 0;
}

static void op_kick(struct task *t)
{
	int tid = t->tid;

	if (tid)
		syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
}

static _Noreturn void op_leave(struct task *t)
{
	t->tid = 0;
	nt_task_ended(t);
	free(born);
	pthread_exit(NULL);
}

static _Noreturn void op_resume(struct task *t, struct guest_regs *regs)
{
	(void)t;
	(void)regs;
	abort();
}

static const struct task_ops fake_ops = {
	.spawn = op_spawn,
	.kick = op_kick,
	.leave = op_leave,
	.resume = op_resume,
};

enum { APC_DISPATCHER = 0xa9c };

void fake_way_out(struct task *t)
{
	while (t->pending) {
		struct guest_regs saved = *t->regs;
		struct nt_context *c;

		nt_pending(t, t->regs);
		if (t->regs->rip != APC_DISPATCHER)
			continue;
		/* KiUserApcDispatcher: the routine, then NtContinue. */
		c = (struct nt_context *)(uintptr_t)t->regs->rsp;
		((void (*)(uint64_t, uint64_t, uint64_t))(uintptr_t)c->home[3])(
			c->home[0], c->home[1], c->home[2]);
		*t->regs = saved;
		apc_test(t);
	}
}

/* As process_exit() does: named objects leave nothing in the session. */
static void close_all(void)
{
	handles_at_exit(current_task);
}

struct task *fake_start(void)
{
	static struct image img = {
		.stack_reserve = 1 << 20,
		.stack_commit = 4096,
	};
	static struct launch l = { .image = &img, .parent_channel = -1 };
	static struct guest_regs regs;
	struct sigaction sa = { .sa_handler = notice };
	struct nt_thread *th;
	struct err e;

	guest_mem = &fake_mem;
	task_ops = &fake_ops;
	sigaction(SIGUSR1, &sa, NULL);
	atexit(close_all);
	if (process_init(&l, &e))
		abort();
	vm_init(false, true);
	nt_self->ki_user_apc_dispatcher = APC_DISPATCHER;
	if (thread_new(0, 0, 0, 0, &th))
		abort();
	regs = th->first;
	th->task.regs = &regs;
	th->task.tid = gettid();
	current_task = &th->task;
	return current_task;
}

uint64_t fake_thread(void (*fn)(struct task *t, void *arg), void *arg)
{
	struct nt_thread *th;
	uint64_t h = 0;

	if (thread_new(GADDR(fn), GADDR(arg), 0, 0, &th) ||
	    handle_add(current_task, &th->object, 0x1fffff, 0, &h) ||
	    thread_start(th))
		abort();
	return h;
}
