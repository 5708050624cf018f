/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - threads: the list of them, their end, and the calls that make,
 * open and end them.  How one is made is in thread-new.c.
 */
#include "syscall-xlate/nt/thread.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/registry.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/calls.h"

/* ---- all threads ---- */

enum { SLOTS = 16 << 10 }; /* threads at once */

static _Atomic uint32_t threads_lock;
static struct nt_thread *first_thread; /* list, in order of birth */
static struct nt_thread *last_thread;
static unsigned nthreads; /* alive; under threads_lock as the lists */
static unsigned next_slot;
static uint64_t births;
static struct nt_thread *_Atomic by_slot[SLOTS] SPARSE;

/* Ids differ between processes that run at once, and mostly from pids. */
static uint32_t base_of(uint32_t process_id)
{
	return (process_id << 8) & 0x3ffffc00;
}

static uint32_t id_base(void)
{
	return base_of(nt_self->id);
}

uint32_t thread_first_id(uint32_t process_id)
{
	return base_of(process_id) + 4;
}

struct nt_thread *thread_peek(uint64_t id)
{
	uint64_t slot = (id - id_base()) / 4 - 1;

	return slot < SLOTS && id % 4 == 0
		       ? atomic_load_explicit(&by_slot[slot],
					      memory_order_acquire)
		       : NULL;
}

struct nt_thread *thread_by_id(uint32_t id)
{
	struct nt_thread *th = thread_peek(id);

	if (!th || !object_try_get(&th->object))
		return NULL;
	if (th->id == id && thread_peek(id) == th)
		return th;
	object_put(&th->object);
	return NULL;
}

bool thread_enrol(struct nt_thread *th)
{
	unsigned i, slot = 0;

	small_lock(&threads_lock);
	for (i = 0; i < SLOTS; i++) {
		slot = (next_slot + i) % SLOTS;
		if (!by_slot[slot])
			break;
	}
	if (i < SLOTS) {
		next_slot = slot + 1;
		th->id = id_base() + 4 * (slot + 1);
		atomic_store_explicit(&by_slot[slot], th, memory_order_release);
		th->is_first = !births;
		th->serial = ++births;
		th->prev = last_thread;
		if (last_thread)
			last_thread->next = th;
		else
			first_thread = th;
		last_thread = th;
		nthreads++;
	}
	small_unlock(&threads_lock);
	return i < SLOTS;
}

unsigned thread_strike(struct nt_thread *th)
{
	unsigned left;

	small_lock(&threads_lock);
	by_slot[(th->id - id_base()) / 4 - 1] = NULL;
	if (th->prev)
		th->prev->next = th->next;
	else
		first_thread = th->next;
	if (th->next)
		th->next->prev = th->prev;
	else
		last_thread = th->prev;
	th->next = th->prev = NULL;
	left = --nthreads;
	small_unlock(&threads_lock);
	return left;
}

struct nt_thread *thread_next(struct nt_thread *prev)
{
	struct nt_thread *th;

	small_lock(&threads_lock);
	th = prev && prev->next ? prev->next : first_thread;
	/* prev may have left the list: it is in order of birth. */
	while (th && ((prev && th->serial <= prev->serial) ||
		      !object_try_get(&th->object)))
		th = th->next;
	small_unlock(&threads_lock);
	if (prev)
		object_put(&prev->object);
	return th;
}

unsigned threads_count(void)
{
	return nthreads;
}

static void destroy(struct object *o)
{
	struct nt_thread *th = (struct nt_thread *)o;

	pthread_mutex_destroy(&th->apc_lock);
	free(th->description);
	free(atomic_exchange(&th->new_regs, NULL));
	object_put(th->token);
	if (th->end_fd >= 0)
		close(th->end_fd);
	if (th->process && th->process != nt_self)
		object_put(&th->process->object);
}

const struct object_type thread_type = {
	.name = "Thread",
	.size = sizeof(struct nt_thread),
	.generic = { 0x20048, 0x20037, 0x121800, 0x1fffff },
	.valid_access = 0x1fffff,
	.waitable = true,
	.destroy = destroy,
	.pass = thread_pass,
	.receive = thread_receive,
};

/* ---- end ---- */

static uint64_t ns_of(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000000 + (uint64_t)tv->tv_usec * 1000;
}

/* What holds for threads that never ran as well. */
static void ended(struct nt_thread *th, uint32_t code)
{
	apcs_close(th);
	th->exit_code = code;
	pthread_mutex_lock(&th->apc_lock);
	thread_say_end(th);
	pthread_mutex_unlock(&th->apc_lock);
	th->ended = nt_time_now();
	th->state = THREAD_ENDED;
	/* Who waits for task.kicks is to look again. */
	futex_wake(&th->task.kicks, 1);
	object_signal(&th->object, 1);
}

void thread_exit(struct task *t, uint32_t code)
{
	struct nt_thread *th = nt_thread(t);
	struct rusage ru;

	if (!getrusage(RUSAGE_THREAD, &ru)) {
		th->user_ns = ns_of(&ru.ru_utime);
		th->kernel_ns = ns_of(&ru.ru_stime);
	}
	debug_thread_ends(t, code);
	debug_regs_end(th);
	mutants_abandon(th);
	if (!process_is_ending())
		irps_of_thread_end(th);
	if (!process_is_ending() && th->asks_of_keys)
		reg_notify_thread_ends(th);
	iocp_thread_leaves(th);
	if (process_is_ending()) {
		/* What the last thread still does must find others ended, but
		   nobody needs their memory back. */
		ended(th, code);
		for (;;)
			pause();
	}
	if (!thread_strike(th))
		process_exit(code);
	thread_stack_put(th);
	ended(th, code);
	task_leave(t);
}

void nt_task_ended(struct task *t)
{
	object_put(&nt_thread(t)->object);
}

static void end_unborn(struct nt_thread *th, uint32_t code)
{
	uint8_t new = THREAD_NEW;

	if (!atomic_compare_exchange_strong(&th->state, &new, THREAD_ENDED))
		return;
	thread_strike(th);
	thread_stack_put(th);
	ended(th, code);
	object_put(&th->object);
}

NTSTATUS nt_terminate_thread(struct task *t, uint64_t thread, uint32_t status)
{
	enum { THREAD_TERMINATE = 1 };
	const uint64_t args[] = { thread, status };
	struct nt_thread *th;
	NTSTATUS err;

	if (!thread) {
		/* "The current one, unless it is the last": RtlExitUserThread
		   then ends the process properly. */
		if (threads_count() == 1)
			return STATUS_CANT_TERMINATE_SELF;
		thread_exit(t, status);
	}
	if (remote_call(t, thread, THREAD_TERMINATE, "NtTerminateThread", args,
			&err))
		return err;
	err = handle_get(t, thread, &thread_type, THREAD_TERMINATE, &th);
	if (err)
		return err;
	if (&th->task == t) {
		object_put(&th->object);
		thread_exit(t, status);
	}
	if (th->process != nt_self)
		err = STATUS_NOT_SUPPORTED;
	else if (th->state == THREAD_NEW)
		end_unborn(th, status);
	else if (th->state == THREAD_RUNS)
		thread_terminate(th, status);
	object_put(&th->object);
	return err;
}

/* ---- the calls ---- */

/* PS_ATTRIBUTE */
struct attribute {
	uint64_t attribute, size, value, ret_len;
};

/* What NtCreateThreadEx stores for its caller. */
static NTSTATUS write_attributes(struct task *t, gaddr list,
				 const struct nt_thread *th)
{
	enum { CLIENT_ID = 3, TEB_ADDRESS = 4, NUMBER = 0xffff };
	struct client_id64 id = { th->process->id, th->id };
	uint64_t total, n;

	if (!list)
		return STATUS_SUCCESS;
	if (guest_get64(t, &total, list))
		return STATUS_ACCESS_VIOLATION;
	if (total < 8 || (total - 8) % sizeof(struct attribute) ||
	    total > 64 * sizeof(struct attribute))
		return STATUS_INVALID_PARAMETER;
	n = (total - 8) / sizeof(struct attribute);
	for (uint64_t i = 0; i < n; i++) {
		gaddr at = list + 8 + i * sizeof(struct attribute);
		struct attribute a;
		const void *data = &id;
		size_t size = sizeof id;

		if (guest_read(t, &a, at, sizeof a))
			return STATUS_ACCESS_VIOLATION;
		if ((a.attribute & NUMBER) == TEB_ADDRESS) {
			data = &th->teb;
			size = sizeof th->teb;
		} else if ((a.attribute & NUMBER) != CLIENT_ID) {
			continue;
		}
		size = MIN(size, a.size);
		if (guest_write(t, a.value, data, size) ||
		    (a.ret_len && guest_put64(t, a.ret_len, size)))
			return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

/* In another process, whose handle to it is then taken over by us. */
static bool create_elsewhere(struct task *t, uint64_t process, uint32_t need,
			     const uint64_t *args, const struct nt_oa *oa,
			     gaddr attr_list, NTSTATUS *status)
{
	enum { CLOSE_SOURCE = 1 };
	uint32_t access, attributes;
	struct object *o = NULL;
	struct nt_process *p;
	gaddr out = args[0];
	uint64_t there;

	if (!remote_call(t, process, need, "NtCreateThreadEx", args, status))
		return false;
	if (*status)
		return true;
	*status = handle_get(t, process, &process_type, 0, &p);
	if (*status)
		return true;
	if (guest_get64(t, &there, out))
		*status = STATUS_ACCESS_VIOLATION;
	else
		*status = remote_take(p, there, CLOSE_SOURCE, &o, &access,
				      &attributes);
	if (!*status && o->type != &thread_type)
		*status = STATUS_UNSUCCESSFUL;
	if (!*status)
		*status = write_attributes(t, attr_list,
					   (struct nt_thread *)o);
	if (!*status && oa->security)
		*status = security_assign(t, o, oa->security);
	if (!*status)
		*status = handle_out(t, o, (uint32_t)args[1], oa->attributes,
				     out);
	object_put(o);
	object_put(&p->object);
	return true;
}

NTSTATUS nt_create_thread_ex(struct task *t, gaddr thread, uint32_t access,
			     gaddr attr, uint64_t process, gaddr start,
			     gaddr arg, uint32_t flags, uint64_t zero_bits,
			     uint64_t stack, uint64_t max_stack,
			     gaddr attr_list)
{
	enum { SUSPENDED = 1, SKIP_ATTACH = 2, HIDE = 4, CREATE_THREAD = 2 };
	/* What attributes say is done here, for the handle that we get. */
	const uint64_t args[] = { thread, access,    0,	    process,
				  start,  arg,	     flags, zero_bits,
				  stack,  max_stack, 0 };
	struct nt_thread *th;
	struct nt_oa oa;
	NTSTATUS status;
	uint64_t h;

	(void)zero_bits; /* all stacks of 32-bit programs are low anyway */
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	if (process < NT_CURRENT_THREAD &&
	    create_elsewhere(t, process, CREATE_THREAD, args, &oa, attr_list,
			     &status))
		return status;
	status = process_is_self(t, process, CREATE_THREAD);
	if (status)
		return status;
	status = thread_new(start, arg, stack, max_stack, &th);
	if (status)
		return status;
	th->suspend = flags & SUSPENDED;
	th->hide_from_debugger = flags & HIDE;
	/* SameTebFlags: SkipThreadAttach, which ntdll looks at. */
	if (flags & SKIP_ATTACH)
		guest_put16(t, th->teb + 0x17ee, 0x8);
	/* For the handle, as the thread may end at once. */
	object_get(&th->object);
	status = security_assign(t, &th->object, oa.security);
	if (!status)
		status = handle_add(t, &th->object, access, oa.attributes, &h);
	if (!status) {
		if (guest_put64(t, thread, h))
			status = STATUS_ACCESS_VIOLATION;
		else
			status = write_attributes(t, attr_list, th);
		if (!status)
			status = thread_start(th);
		if (status)
			handle_close(t, h);
	}
	if (status)
		end_unborn(th, status);
	object_put(&th->object);
	return status;
}

NTSTATUS nt_open_thread(struct task *t, gaddr thread, uint32_t access,
			gaddr attr, gaddr client_id)
{
	struct client_id64 id;
	struct nt_thread *th;
	struct nt_oa oa;
	NTSTATUS status;

	status = process_read_id(t, attr, client_id, &oa, &id);
	if (status)
		return status;
	if (id.thread > UINT32_MAX)
		return STATUS_INVALID_CID;
	th = thread_by_id((uint32_t)id.thread);
	if (!th) {
		status = thread_open_other((uint32_t)id.thread, &th);
		if (status)
			return status;
	}
	if (id.process && id.process != th->process->id) {
		object_put(&th->object);
		return STATUS_INVALID_CID;
	}
	status = security_check(t, &th->object, &access);
	if (!status)
		status = handle_out(t, &th->object, access, oa.attributes,
				    thread);
	object_put(&th->object);
	return status;
}

NTSTATUS nt_get_next_thread(struct task *t, uint64_t process, uint64_t thread,
			    uint32_t access, uint32_t handle_attr,
			    uint32_t flags, gaddr next)
{
	struct nt_thread *th = NULL;
	NTSTATUS status;

	if (flags)
		return STATUS_INVALID_PARAMETER;
	status = process_is_self(t, process, 0);
	if (status)
		return status;
	if (thread) {
		status = handle_get(t, thread, &thread_type, 0, &th);
		if (status)
			return status;
	}
	th = thread_next(th);
	if (!th)
		return STATUS_NO_MORE_ENTRIES;
	status = handle_out(t, &th->object, access, handle_attr, next);
	object_put(&th->object);
	return status;
}
