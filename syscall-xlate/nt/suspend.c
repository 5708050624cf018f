/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suspend.c - stopping a thread: suspend, terminate, look at its registers.
 *
 * Who wants a thread to stop sets a pending bit and kicks it.  A thread in
 * guest code is interrupted and stands still in nt_pending(); one that sleeps
 * in a handler wakes up, leaves the queues it is in and stands still in
 * nt_interrupted(), so that an object signalled meanwhile does not go to a
 * thread that cannot run (Windows does the same); one that is busy in a
 * handler goes on until it would return to the guest.  In each case task.regs
 * is the guest's state as soon as the kick is noticed.
 */
#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/calls.h"

enum {
	ACCESS_TERMINATE = 1,
	ACCESS_SUSPEND = 2,
	ACCESS_GET_CONTEXT = 8,
	ACCESS_SET_CONTEXT = 0x10,

	MAX_SUSPEND = 127,
	COUNT_MASK = 0xffff,
	INTERNAL = 0x10000, /* suspended by ourselves, for a moment */

	REKICK_NS = 10000000,
	LEAVE_NS = 10000000, /* for a resumed thread, on a loaded machine */
};

/* Wherever it is, it looks at what is pending. */
static void rouse(struct nt_thread *th)
{
	uint32_t asleep = 2;

	task_wake(&th->task);
	if (atomic_compare_exchange_strong(&th->alert_word, &asleep, 0))
		futex_wake(&th->alert_word, 1);
	task_kick(&th->task);
}

void thread_kick(struct nt_thread *th, uint32_t bits)
{
	struct task *t = &th->task;

	/* Bits that are set already: somebody else has kicked for them, or is
	   about to, and the thread has yet to notice. */
	if ((atomic_fetch_or(&t->pending, bits) & bits) == bits ||
	    th->state != THREAD_RUNS || t == current_task)
		return;
	if (bits & TASK_TERMINATE)
		futex_wake(&th->suspend, 1);
	rouse(th);
}

/*
 * Stands still as long as somebody wants it.  Who raised the count and then
 * finds th->parked set may rely on it: the count is looked at again after the
 * flag is cleared.
 */
static void park(struct nt_thread *th)
{
	struct task *t = &th->task;

	for (;;) {
		uint32_t n;

		atomic_fetch_and(&t->pending, ~(uint32_t)TASK_SUSPEND);
		nt_knocked(t);
		n = atomic_load(&th->suspend);
		if (!n || t->pending & TASK_TERMINATE) {
			atomic_store(&th->parked, false);
			if (!atomic_load(&th->suspend) ||
			    t->pending & TASK_TERMINATE)
				return;
			continue;
		}
		if (!atomic_exchange(&th->parked, true)) {
			/* Who waits in stop(). */
			atomic_fetch_add(&t->kicks, 1);
			futex_wake(&t->kicks, INT_MAX);
		}
		futex_wait(&th->suspend, n, INT64_MAX);
	}
}

void nt_knocked(struct task *t)
{
	if (atomic_load(&t->pending) & TASK_KNOCK) {
		atomic_fetch_and(&t->pending, ~(uint32_t)TASK_KNOCK);
		jobs_check();
		remote_serve();
	}
}

bool nt_interrupted(struct task *t, bool alertable)
{
	struct nt_thread *th = nt_thread(t);

	nt_knocked(t);
	if (t->pending & TASK_SUSPEND)
		park(th);
	if (t->pending & TASK_TERMINATE)
		return true;
	return alertable && apc_test(t);
}

/*
 * Somebody who has suspended the thread and looks at its registers twice, or sets
 * what it saw, must not find it on the two sides of this.  So a request that came
 * before is answered where the call was made, and one that comes while the
 * registers change is answered behind that.  As on Windows, registers that were
 * set while the thread was on its way here are lost.
 */
void thread_goes_on(struct task *t, const struct guest_regs *regs)
{
	struct nt_thread *th = nt_thread(t);

	atomic_store(&th->replacing, true);
	while ((t->pending & (TASK_SUSPEND | TASK_TERMINATE)) == TASK_SUSPEND) {
		atomic_store(&th->replacing, false);
		park(th);
		atomic_store(&th->replacing, true);
	}
	free(atomic_exchange(&th->new_regs, NULL));
	*t->regs = *regs;
	atomic_store(&th->replacing, false);
	task_resume(t, t->regs);
}

void nt_pending(struct task *t, struct guest_regs *regs)
{
	struct nt_thread *th = nt_thread(t);
	uint32_t bits;

	while ((bits = t->pending & ~(uint32_t)TASK_ENGINE)) {
		nt_knocked(t);
		if (bits & TASK_TERMINATE)
			thread_exit(t, th->exit_code);
		if (bits & TASK_SUSPEND) {
			park(th);
			continue;
		}
		if (bits & TASK_DEBUG) {
			atomic_fetch_and(&t->pending, ~(uint32_t)TASK_DEBUG);
			debug_thread_begins(t);
			continue;
		}
		if (bits & TASK_APC) {
			struct guest_regs *new;

			atomic_fetch_and(&t->pending, ~(uint32_t)TASK_APC);
			new = atomic_exchange(&th->new_regs, NULL);
			if (new) {
				/* A call's result stays, as in Windows. */
				if (regs->kind != REGS_FULL)
					new->rax = regs->rax;
				*regs = *new;
				free(new);
			}
			apc_deliver(t, regs);
			continue;
		}
		/* A bit of somebody else's. */
		atomic_fetch_and(&t->pending,
				 TASK_TERMINATE | TASK_SUSPEND | TASK_APC |
					 TASK_DEBUG);
	}
}

/* ---- for debuggee.c ---- */

void thread_park(struct task *t)
{
	park(nt_thread(t));
}

void thread_stand(struct task *t, _Atomic uint32_t *word, uint32_t value)
{
	struct nt_thread *th = nt_thread(t);

	atomic_store(&th->parked, true);
	while (atomic_load(word) == value) {
		/* Who waits in stop(), or for us to notice a kick. */
		atomic_fetch_add(&t->kicks, 1);
		futex_wake(&t->kicks, INT_MAX);
		nt_knocked(t);
		futex_wait(word, value, INT64_MAX);
	}
}

void threads_freeze(struct nt_thread *except)
{
	struct nt_thread *th = NULL;

	/* One that has not begun to run will ask for the turn first. */
	while ((th = thread_next(th))) {
		if (th == except || th->state != THREAD_RUNS ||
		    atomic_exchange(&th->frozen, true))
			continue;
		atomic_fetch_add(&th->suspend, INTERNAL);
		thread_kick(th, TASK_SUSPEND);
	}
}

void threads_thaw(void)
{
	struct nt_thread *th = NULL;

	while ((th = thread_next(th)))
		if (atomic_exchange(&th->frozen, false) &&
		    atomic_fetch_sub(&th->suspend, INTERNAL) == INTERNAL)
			futex_wake(&th->suspend, 1);
}

/* ---- counting ---- */

/*
 * Who stops a thread again and again, as soon as it has let it go, would never let
 * it go on: it would stand still all the while, asked to as often as it looks.
 * On Windows a resumed thread has at least left its stand.
 */
static void let_leave(struct nt_thread *th)
{
	int64_t end;

	if (!atomic_load(&th->parked) || atomic_load(&th->suspend) ||
	    atomic_load(&th->frozen))
		return;
	end = monotonic_ns() + LEAVE_NS;
	while (atomic_load(&th->parked) && !atomic_load(&th->suspend) &&
	       th->state == THREAD_RUNS && monotonic_ns() < end)
		sched_yield();
}

NTSTATUS thread_suspend(struct nt_thread *th, uint32_t *previous)
{
	uint32_t n;

	if (th->process != nt_self)
		return child_suspend(th->process, previous);
	let_leave(th);
	n = th->suspend;
	do {
		if (th->state == THREAD_ENDED)
			return STATUS_THREAD_IS_TERMINATING;
		*previous = n & COUNT_MASK;
		if (*previous >= MAX_SUSPEND)
			return STATUS_SUSPEND_COUNT_EXCEEDED;
	} while (!atomic_compare_exchange_weak(&th->suspend, &n, n + 1));
	thread_kick(th, TASK_SUSPEND);
	return STATUS_SUCCESS;
}

NTSTATUS thread_resume(struct nt_thread *th, uint32_t *previous)
{
	uint32_t n = th->suspend;

	if (th->process != nt_self)
		return child_resume(th->process, previous);
	do {
		*previous = n & COUNT_MASK;
		if (!*previous)
			return STATUS_SUCCESS;
	} while (!atomic_compare_exchange_weak(&th->suspend, &n, n - 1));
	if (*previous > 1)
		return STATUS_SUCCESS;
	if (th->state == THREAD_NEW)
		return thread_start(th);
	futex_wake(&th->suspend, 1);
	return STATUS_SUCCESS;
}

typedef NTSTATUS counter(struct nt_thread *th, uint32_t *previous);

static NTSTATUS count(struct task *t, uint64_t thread, gaddr previous,
		      counter *fn, const char *name)
{
	const uint64_t args[] = { thread, previous };
	struct nt_thread *th;
	uint32_t old = 0;
	NTSTATUS status;

	status = handle_get(t, thread, &thread_type, ACCESS_SUSPEND, &th);
	if (status)
		return status;
	status = fn(th, &old);
	object_put(&th->object);
	/* Of another process, and it runs: only that can do it. */
	if (status == STATUS_NOT_SUPPORTED &&
	    remote_call(t, thread, ACCESS_SUSPEND, name, args, &status))
		return status;
	if (!status && previous && guest_put32(t, previous, old))
		return STATUS_ACCESS_VIOLATION;
	return status;
}

NTSTATUS nt_suspend_thread(struct task *t, uint64_t thread, gaddr previous)
{
	return count(t, thread, previous, thread_suspend,
		     "NtSuspendThread");
}

NTSTATUS nt_resume_thread(struct task *t, uint64_t thread, gaddr previous)
{
	return count(t, thread, previous, thread_resume, "NtResumeThread");
}

/* ---- registers ---- */

/*
 * Until task.regs can be trusted, or the thread is gone.  Only a kick that is
 * noticed once the bit is set counts: what is noticed before may be followed by
 * anything.
 */
static bool stop(struct nt_thread *th)
{
	struct task *t = &th->task;
	uint32_t seen, now;

	let_leave(th);
	atomic_fetch_add(&th->suspend, INTERNAL);
	atomic_fetch_or(&t->pending, TASK_SUSPEND);
	seen = atomic_load(&t->kicks);
	/* One that stands still would only be kept from going on, later. */
	if (!atomic_load(&th->parked))
		rouse(th);
	for (;;) {
		now = atomic_load(&t->kicks);
		if (th->state == THREAD_ENDED)
			return false;
		if (atomic_load(&th->parked) ||
		    (now != seen && !atomic_load(&th->replacing)))
			return true;
		/* A kick is lost if the thread is only just being made, or if
		   it came between our two looks at it. */
		if (futex_wait(&t->kicks, now, monotonic_ns() + REKICK_NS) ==
		    ETIMEDOUT)
			task_kick(t);
	}
}

static void go_on(struct nt_thread *th)
{
	if (atomic_fetch_sub(&th->suspend, INTERNAL) == INTERNAL)
		futex_wake(&th->suspend, 1);
}

/* It has not executed anything, nor has a host thread of its own perhaps. */
static bool unborn(const struct nt_thread *th)
{
	return th->state == THREAD_NEW ||
	       (th->is_first && nt_self->block && nt_self->block->suspend);
}

/* The registers of a thread that does not run now. */
static const struct guest_regs *regs_of(struct nt_thread *th)
{
	struct guest_regs *new = th->new_regs;

	if (unborn(th))
		return &th->first;
	return new ? new : th->task.regs;
}

/* Only one at a time changes or reads another's registers. */
static pthread_mutex_t context_lock = PTHREAD_MUTEX_INITIALIZER;

typedef NTSTATUS with_regs(struct nt_thread *th, void *arg);

/* Calls fn while the thread stands still. */
static NTSTATUS stopped(struct nt_thread *th, with_regs *fn, void *arg)
{
	NTSTATUS status = STATUS_UNSUCCESSFUL;

	if (th->process != nt_self)
		return STATUS_NOT_SUPPORTED;
	pthread_mutex_lock(&context_lock);
	if (unborn(th)) {
		status = fn(th, arg);
	} else if (th->state == THREAD_RUNS) {
		if (stop(th))
			status = fn(th, arg);
		go_on(th);
	}
	pthread_mutex_unlock(&context_lock);
	return status;
}

static NTSTATUS copy_out(struct nt_thread *th, void *arg)
{
	struct guest_regs *regs = arg;

	*regs = *regs_of(th);
	regs_complete(regs); /* now, while it stands still */
	return STATUS_SUCCESS;
}

static NTSTATUS set_regs(struct nt_thread *th, const struct guest_regs *regs)
{
	struct guest_regs *new;

	if (unborn(th)) {
		th->first = *regs;
		return STATUS_SUCCESS;
	}
	new = aligned_alloc(_Alignof(struct guest_regs), sizeof *new);
	if (!new)
		return STATUS_NO_MEMORY;
	*new = *regs;
	free(atomic_exchange(&th->new_regs, new));
	thread_kick(th, TASK_APC);
	return STATUS_SUCCESS;
}

/*
 * Which CONTEXT a call is about: 32-bit code's, or the 64-bit one.  Another
 * process that asks (t is NULL) has a 64-bit one, and asks for the other by
 * ThreadWow64Context.
 */
static bool wants_narrow(struct task *t)
{
	return t && nt_self->wow64 && regs_code32(t->regs);
}

/* The context of another process's thread, as the caller's code has it. */
static bool others_context(struct task *t, uint64_t thread, uint32_t access,
			   bool set, gaddr context, NTSTATUS *status)
{
	static const char *const calls[] = { "NtGetContextThread",
					     "NtSetContextThread",
					     "NtQueryInformationThread",
					     "NtSetInformationThread" };
	const bool narrow = wants_narrow(t);
	const uint64_t wide[] = { thread, context };
	const uint64_t wow64[] = { thread, THREAD_WOW64_CONTEXT, context,
				   sizeof(struct nt_context32), 0 };

	return remote_call(t, thread, access, calls[2 * narrow + set],
			   narrow ? wow64 : wide, status);
}

NTSTATUS thread_get_context(struct task *t, uint64_t thread, gaddr context,
			    bool narrow)
{
	struct guest_regs copy;
	const struct guest_regs *regs = &copy;
	struct nt_thread *th;
	NTSTATUS status;
	uint32_t flags;

	status = narrow ? context_flags(t, context, &flags)
			: context64_flags(t, context, &flags);
	if (status)
		return status;
	status = handle_get(t, thread, &thread_type, ACCESS_GET_CONTEXT, &th);
	if (status)
		return status;
	if (&th->task == t)
		regs = t->regs;
	else
		status = stopped(th, copy_out, &copy);
	if (!status)
		status = narrow ? context32_to_guest(t, context, regs, flags)
				: context64_to_guest(t, context, regs, flags);
	if (!status)
		status = debug_regs_give(t, th, context, flags, narrow);
	object_put(&th->object);
	return status;
}

struct change {
	struct task *t; /* whose context is at */
	gaddr context;
	bool narrow;
};

static NTSTATUS changed(const struct change *c, struct guest_regs *regs)
{
	return c->narrow ? context32_from_guest(c->t, c->context, regs)
			 : context64_from_guest(c->t, c->context, regs);
}

/*
 * What the context says nothing of stays as it is now: were the thread let go in
 * between, it would be thrown back to where it was, on a stack that has changed.
 */
static NTSTATUS change_regs(struct nt_thread *th, void *arg)
{
	struct guest_regs regs;
	NTSTATUS status;

	copy_out(th, &regs);
	status = changed(arg, &regs);
	return status ? status : set_regs(th, &regs);
}

/* Of all but breakpoints, which are not the thread's to restore. */
static bool changes_regs(uint32_t flags)
{
	enum { PARTS = 0x7f };

	return flags & PARTS & ~(uint32_t)CONTEXT_DEBUG_REGISTERS;
}

NTSTATUS thread_set_context(struct task *t, uint64_t thread, gaddr context,
			    bool narrow)
{
	struct change c = { t, context, narrow };
	struct guest_regs regs;
	struct nt_thread *th;
	NTSTATUS status;
	uint32_t flags;

	status = narrow ? context_flags(t, context, &flags)
			: context64_flags(t, context, &flags);
	if (status)
		return status;
	status = handle_get(t, thread, &thread_type, ACCESS_SET_CONTEXT, &th);
	if (status)
		return status;
	if (&th->task == t) {
		object_put(&th->object);
		regs = *t->regs;
		status = changed(&c, &regs);
		if (!status)
			status = debug_regs_take(t, th, context, narrow);
		if (status)
			return status;
		thread_goes_on(t, &regs);
	}
	if (changes_regs(flags))
		status = stopped(th, change_regs, &c);
	if (!status)
		status = debug_regs_take(t, th, context, narrow);
	object_put(&th->object);
	return status;
}

NTSTATUS nt_get_context_thread(struct task *t, uint64_t thread, gaddr context)
{
	NTSTATUS status;

	return others_context(t, thread, ACCESS_GET_CONTEXT, false, context,
			      &status)
		       ? status
		       : thread_get_context(t, thread, context,
					    wants_narrow(t));
}

NTSTATUS nt_set_context_thread(struct task *t, uint64_t thread, gaddr context)
{
	NTSTATUS status;

	return others_context(t, thread, ACCESS_SET_CONTEXT, true, context,
			      &status)
		       ? status
		       : thread_set_context(t, thread, context,
					    wants_narrow(t));
}

/* ---- ending others ---- */

void thread_terminate(struct nt_thread *th, uint32_t code)
{
	th->exit_code = code;
	thread_kick(th, TASK_TERMINATE);
}

void threads_stop_others(struct task *t, uint32_t code)
{
	struct nt_thread *th = NULL;

	while ((th = thread_next(th))) {
		if (&th->task == t || th->state != THREAD_RUNS)
			continue;
		thread_terminate(th, code);
	}
	while ((th = thread_next(th))) {
		struct task *o = &th->task;
		uint32_t seen;

		if (o == t)
			continue;
		while (th->state == THREAD_RUNS) {
			seen = atomic_load(&o->kicks);
			task_kick(o);
			/* Noticed twice: once may have been before. */
			futex_wait(&o->kicks, seen, monotonic_ns() + REKICK_NS);
			if (atomic_load(&o->kicks) != seen)
				break;
		}
	}
}
