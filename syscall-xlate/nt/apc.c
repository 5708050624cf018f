/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apc.c - user APCs: the queue of a thread, and running one.
 *
 * An ordinary APC runs only when its thread waits alertably (or asks by
 * NtTestAlert, NtContinue): the call ends with STATUS_USER_APC, and on the way
 * out nt_pending() puts a frame for ntdll's KiUserApcDispatcher on the guest's
 * stack.  That calls the routine and then NtContinue(context, TRUE), which
 * brings the next one.  A special APC interrupts the guest's code anywhere.
 */
#include <stdlib.h>

#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/calls.h"

enum { THREAD_ALERT = 4, THREAD_SET_CONTEXT = 0x10 };

/* ---- the queue ---- */

static void done(struct nt_apc *a)
{
	if (a->done)
		a->done(a);
	else
		free(a);
}

NTSTATUS apc_insert(struct nt_thread *to, struct nt_apc *a)
{
	/* Once it is queued and the lock released, a may be gone. */
	const bool special = a->special;
	struct nt_wait *w;

	a->next = NULL;
	pthread_mutex_lock(&to->apc_lock);
	if (to->apcs_closed) {
		pthread_mutex_unlock(&to->apc_lock);
		return STATUS_THREAD_IS_TERMINATING;
	}
	if (!to->apcs)
		to->apcs_tail = &to->apcs;
	*to->apcs_tail = a;
	to->apcs_tail = &a->next;
	/* The waiter takes the lock before it leaves: w is there. */
	w = to->alertable;
	if (w && wait_claim(w))
		wait_finish(w, STATUS_USER_APC);
	pthread_mutex_unlock(&to->apc_lock);
	if (special)
		thread_kick(to, TASK_APC);
	return STATUS_SUCCESS;
}

bool apc_remove(struct nt_thread *from, struct nt_apc *a)
{
	struct nt_apc **at = &from->apcs;

	pthread_mutex_lock(&from->apc_lock);
	while (*at && *at != a)
		at = &(*at)->next;
	if (*at) {
		*at = a->next;
		if (!a->next)
			from->apcs_tail = at;
		pthread_mutex_unlock(&from->apc_lock);
		return true;
	}
	pthread_mutex_unlock(&from->apc_lock);
	return false;
}

NTSTATUS apc_queue(struct nt_thread *to, gaddr routine, uint64_t a, uint64_t b,
		   uint64_t c, bool special)
{
	struct nt_apc *apc = malloc(sizeof *apc);
	NTSTATUS status;

	if (!apc)
		return STATUS_NO_MEMORY;
	*apc = (struct nt_apc){
		.routine = routine,
		.arg = { a, b, c },
		.special = special,
	};
	status = apc_insert(to, apc);
	if (status)
		free(apc);
	wait_flush();
	return status;
}

void apcs_close(struct nt_thread *th)
{
	pthread_mutex_lock(&th->apc_lock);
	th->apcs_closed = true;
	while (th->apcs) {
		struct nt_apc *a = th->apcs;

		th->apcs = a->next;
		done(a);
	}
	pthread_mutex_unlock(&th->apc_lock);
}

bool apc_test(struct task *t)
{
	struct nt_thread *th = nt_thread(t);
	bool any;

	pthread_mutex_lock(&th->apc_lock);
	any = th->apcs != NULL;
	if (any) {
		th->deliver = true;
		atomic_fetch_or(&t->pending, TASK_APC);
	}
	pthread_mutex_unlock(&th->apc_lock);
	return any;
}

/* ---- running one ---- */

/* Takes the APC that is to run now off the queue. */
static bool take(struct nt_thread *th, struct nt_apc *copy)
{
	struct nt_apc **at = &th->apcs, *a;

	pthread_mutex_lock(&th->apc_lock);
	while (*at && !th->deliver && !(*at)->special)
		at = &(*at)->next;
	th->deliver = false;
	a = *at;
	if (a) {
		*at = a->next;
		if (!a->next)
			th->apcs_tail = at;
		*copy = *a;
		done(a);
	}
	pthread_mutex_unlock(&th->apc_lock);
	return a != NULL;
}

/* What KiUserApcDispatcher finds at rsp. */
struct apc_frame {
	struct nt_context context;
	struct nt_context_ex ex;
};

/* The same at esp, 32 bits. */
struct apc_frame32 {
	uint32_t routine, arg[3];
	struct nt_context32 context;
	uint32_t pad;
};
_Static_assert(sizeof(struct apc_frame32) % 16 == 0, "KiUserApcDispatcher");

/* Where the frame is; 0: there is no room for it. */
static gaddr push_frame(struct task *t, const struct guest_regs *regs,
			const struct nt_apc *a)
{
	struct apc_frame f = { 0 };
	struct nt_xstate x;
	gaddr at, xs;

	at = context_push(regs, regs->rsp, sizeof f, &xs);
	context_fill(&f.context, xs ? &f.ex : NULL, xs ? &x : NULL, at, xs,
		     regs);
	/* An APC may change them, and the way back leaves that alone. */
	f.context.flags &= ~(uint32_t)CONTEXT_DEBUG_REGISTERS;
	f.context.home[0] = a->arg[0];
	f.context.home[1] = a->arg[1];
	f.context.home[2] = a->arg[2];
	f.context.home[3] = a->routine;
	if (!at || guest_write(t, at, &f, sizeof f) ||
	    (xs && guest_write(t, xs, &x, context_xstate_used(&x))))
		return 0;
	return at;
}

static gaddr push_frame32(struct task *t, const struct guest_regs *regs,
			  const struct nt_apc *a)
{
	struct apc_frame32 f = { .routine = (uint32_t)a->routine };
	gaddr at = ROUND_DOWN((uint32_t)regs->rsp - (gaddr)sizeof f, 16);

	for (unsigned i = 0; i < COUNT_OF(f.arg); i++)
		f.arg[i] = (uint32_t)a->arg[i];
	context32_fill(&f.context, regs);
	f.context.flags &= ~(uint32_t)CONTEXT_DEBUG_REGISTERS;
	return guest_write(t, at, &f, sizeof f) ? 0 : at;
}

void apc_deliver(struct task *t, struct guest_regs *regs)
{
	enum { FLAG_TRAP = 0x100, FLAG_DIRECTION = 0x400 };
	struct nt_apc a;
	gaddr at;

	if (!take(nt_thread(t), &a))
		return;
	/* What a call may lose is defined for who looks at the context, and
	   the engine must load rip and rsp. */
	context_make_full(regs);
	at = nt_self->wow64 ? push_frame32(t, regs, &a)
			    : push_frame(t, regs, &a);
	if (!at) /* no room for the frame, and none for an exception's */
		process_exit(STATUS_STACK_OVERFLOW);
	log_debug(LOG_SYNC, "apc %#jx(%#jx, %#jx, %#jx)", (uintmax_t)a.routine,
		  (uintmax_t)a.arg[0], (uintmax_t)a.arg[1],
		  (uintmax_t)a.arg[2]);
	regs->rsp = at;
	regs->rip = nt_self->ki_user_apc_dispatcher;
	regs->rflags &= ~(uint64_t)(FLAG_TRAP | FLAG_DIRECTION);
}

/* ---- reserves ---- */

/* Memory set aside for an APC, or for a packet of a completion port. */
struct reserve {
	struct object object;
	struct nt_apc apc;
	_Atomic bool busy; /* queued: then a reference is held */
	uint32_t type;
};

static const struct object_type reserve_type[] = {
	{ .name = "UserApcReserve",
	  .size = sizeof(struct reserve),
	  .generic = { 0x20001, 0x20002, 0x20000, 0xf0003 },
	  .valid_access = 0x1f0003 },
	{ .name = "IoCompletionReserve",
	  .size = sizeof(struct reserve),
	  .generic = { 0x20001, 0x20002, 0x20000, 0xf0003 },
	  .valid_access = 0x1f0003 },
};

static void reserve_done(struct nt_apc *a)
{
	struct reserve *r = container_of(a, struct reserve, apc);

	r->busy = false;
	object_put(&r->object);
}

NTSTATUS nt_allocate_reserve_object(struct task *t, gaddr reserve, gaddr attr,
				    uint32_t type)
{
	struct reserve *r;
	struct nt_oa oa;
	NTSTATUS status;

	if (type >= COUNT_OF(reserve_type))
		return STATUS_INVALID_PARAMETER;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	/* Windows has no names for them either. */
	r = oa.name ? NULL : object_new(&reserve_type[type]);
	if (r) {
		r->type = type;
		r->apc.done = reserve_done;
		status = object_create(t, &r->object, 0x10000000, &oa, reserve);
	} else {
		status =
			oa.name ? STATUS_OBJECT_NAME_INVALID : STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

static NTSTATUS queue_reserved(struct task *t, uint64_t handle,
			       struct nt_thread *to, const struct nt_apc *apc)
{
	bool free_now = false;
	struct reserve *r;
	NTSTATUS status;

	status = handle_get(t, handle, &reserve_type[0], 2, &r);
	if (status)
		return status;
	if (!atomic_compare_exchange_strong(&r->busy, &free_now, true)) {
		object_put(&r->object);
		return STATUS_INVALID_PARAMETER_2;
	}
	r->apc.routine = apc->routine;
	for (int i = 0; i < 3; i++)
		r->apc.arg[i] = apc->arg[i];
	r->apc.special = apc->special;
	status = apc_insert(to, &r->apc);
	wait_flush();
	if (status)
		reserve_done(&r->apc);
	return status;
}

/* ---- the calls ---- */

static NTSTATUS queue(struct task *t, uint64_t thread, uint64_t reserve,
		      const struct nt_apc *apc)
{
	struct nt_thread *to;
	NTSTATUS status;

	status = handle_get(t, thread, &thread_type, THREAD_SET_CONTEXT, &to);
	if (status)
		return status;
	if (to->process != nt_self)
		status = STATUS_NOT_SUPPORTED;
	else if (reserve)
		status = queue_reserved(t, reserve, to, apc);
	else
		status = apc_queue(to, apc->routine, apc->arg[0], apc->arg[1],
				   apc->arg[2], apc->special);
	object_put(&to->object);
	/* What Windows says of a thread that takes no more. */
	return status == STATUS_THREAD_IS_TERMINATING ? STATUS_UNSUCCESSFUL
						      : status;
}

NTSTATUS nt_queue_apc_thread(struct task *t, uint64_t thread, gaddr routine,
			     gaddr arg1, gaddr arg2, gaddr arg3)
{
	const uint64_t args[] = { thread, routine, arg1, arg2, arg3 };
	struct nt_apc a = { .routine = routine, .arg = { arg1, arg2, arg3 } };
	NTSTATUS status;

	if (remote_call(t, thread, THREAD_SET_CONTEXT, "NtQueueApcThread", args,
			&status))
		return status;
	return queue(t, thread, 0, &a);
}

NTSTATUS nt_queue_apc_thread_ex(struct task *t, uint64_t thread,
				uint64_t reserve, gaddr routine, gaddr arg1,
				gaddr arg2, gaddr arg3)
{
	enum { SPECIAL = 1 }; /* in place of a handle */
	const uint64_t args[] = { thread, reserve, routine, arg1, arg2, arg3 };
	struct nt_apc a = {
		.routine = routine,
		.arg = { arg1, arg2, arg3 },
		.special = reserve == SPECIAL,
	};
	NTSTATUS status;

	/* A reserve object is of one process. */
	if (reserve <= SPECIAL &&
	    remote_call(t, thread, THREAD_SET_CONTEXT, "NtQueueApcThreadEx",
			args, &status))
		return status;
	return queue(t, thread, a.special ? 0 : reserve, &a);
}

NTSTATUS nt_queue_apc_thread_ex2(struct task *t, uint64_t thread,
				 uint64_t reserve, uint32_t flags,
				 gaddr routine, gaddr arg1, gaddr arg2,
				 gaddr arg3)
{
	enum { SPECIAL = 1 };
	const uint64_t args[] = { thread,  reserve, flags, routine,
				  arg1,	   arg2,    arg3 };
	struct nt_apc a = {
		.routine = routine,
		.arg = { arg1, arg2, arg3 },
		.special = flags & SPECIAL,
	};
	NTSTATUS status;

	if (!reserve &&
	    remote_call(t, thread, THREAD_SET_CONTEXT, "NtQueueApcThreadEx2",
			args, &status))
		return status;
	if (flags & ~(uint32_t)SPECIAL)
		return STATUS_NOT_SUPPORTED;
	return queue(t, thread, reserve, &a);
}

NTSTATUS nt_test_alert(struct task *t)
{
	struct nt_thread *th = nt_thread(t);
	bool alerted;

	pthread_mutex_lock(&th->apc_lock);
	alerted = th->alerted;
	th->alerted = false;
	pthread_mutex_unlock(&th->apc_lock);
	if (alerted)
		return STATUS_ALERTED;
	apc_test(t);
	return STATUS_SUCCESS;
}

NTSTATUS nt_alert_thread(struct task *t, uint64_t thread)
{
	const uint64_t args[] = { thread };
	struct nt_thread *th;
	struct nt_wait *w;
	NTSTATUS status;

	if (remote_call(t, thread, THREAD_ALERT, "NtAlertThread", args,
			&status))
		return status;
	status = handle_get(t, thread, &thread_type, THREAD_ALERT, &th);
	if (status)
		return status;
	pthread_mutex_lock(&th->apc_lock);
	w = th->alertable;
	if (w && wait_claim(w))
		wait_finish(w, STATUS_ALERTED);
	else
		th->alerted = true;
	pthread_mutex_unlock(&th->apc_lock);
	wait_flush();
	object_put(&th->object);
	return STATUS_SUCCESS;
}

NTSTATUS nt_alert_resume_thread(struct task *t, uint64_t thread, gaddr previous)
{
	NTSTATUS status = nt_alert_thread(t, thread);

	return status ? status : nt_resume_thread(t, thread, previous);
}
