/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - threads: stack and TEB, birth, end, and finding one.
 *
 * Stack and TEB are one reservation, the TEB above the stack, and those of
 * ended threads are kept for the next ones.  A thread made suspended has no
 * host thread until it is resumed.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loader/image/image.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/vad.h"
#include "syscall-xlate/nt/wow64.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/calls.h"

enum {
	TEB_SIZE = 0x2000,
	/* WOW64: then the 32-bit one, the engine's page, and scratch. */
	TEB32_AT = TEB_SIZE,
	SCRATCH_AT = TEB32_AT + GUEST_FS_ROOM + PAGE,
	TEBS_SIZE32 = SCRATCH_AT + WOW64_SCRATCH,
	MIN_COMMIT = 64 << 10, /* each further page costs a fault */
	GUARD = 0x1000,
	CACHED = 16,

	READWRITE = 4, /* PAGE_READWRITE */
	GUARDED = 0x104,

	SLOTS = 16 << 10, /* threads at once */
};

extern struct personality personality_nt;

/* ---- stacks -------------------------------------------------------------- */

struct stack {
	gaddr alloc, base, limit; /* TEB at base */
};

static pthread_mutex_t stacks_lock = PTHREAD_MUTEX_INITIALIZER;
static struct stack cache[CACHED]; /* under stacks_lock, as is the count */
static unsigned cached;

static uint64_t teb_size(void)
{
	return nt_self->wow64 ? (uint64_t)TEBS_SIZE32 : TEB_SIZE;
}

static bool from_cache(uint64_t reserve, uint64_t commit, struct stack *s)
{
	bool found = false;

	pthread_mutex_lock(&stacks_lock);
	for (unsigned i = cached; i-- && !found;) {
		if (cache[i].base - cache[i].alloc != reserve ||
		    cache[i].base - cache[i].limit < commit)
			continue;
		*s = cache[i];
		cache[i] = cache[--cached];
		found = true;
	}
	pthread_mutex_unlock(&stacks_lock);
	return found;
}

static NTSTATUS commit_range(gaddr at, uint64_t size, uint32_t prot)
{
	return vm_alloc(&at, &size, 0, 0, MEM_COMMIT, prot);
}

static void stack_free(const struct stack *s)
{
	gaddr at = s->alloc;
	uint64_t size = 0;

	vm_free(&at, &size, MEM_RELEASE);
}

static NTSTATUS stack_new(uint64_t reserve, uint64_t commit, struct stack *s)
{
	uint64_t size = reserve + teb_size();
	NTSTATUS status;

	*s = (struct stack){ 0 };
	status = vm_alloc(&s->alloc, &size, 0, 0, MEM_RESERVE, READWRITE);
	if (status)
		return status;
	s->base = s->alloc + reserve;
	s->limit = s->base - commit;
	status = commit_range(s->limit, commit + teb_size(), READWRITE);
	if (!status)
		status = commit_range(s->limit - GUARD, GUARD, GUARDED);
	if (status)
		stack_free(s);
	return status;
}

static NTSTATUS stack_get(uint64_t commit, uint64_t reserve, struct stack *s)
{
	const struct image *img = nt_self->launch->image;

	if (!reserve)
		reserve = img->stack_reserve;
	if (!commit)
		commit = img->stack_commit;
	commit = ROUND_UP(MAX(commit, (uint64_t)MIN_COMMIT), PAGE);
	/* As Windows: a larger commit raises the reserve, to whole MBs. */
	if (commit + 3 * PAGE > reserve)
		reserve =
			ROUND_UP(commit + 3 * PAGE,
				 reserve < 1 << 20 ? 64ull << 10 : 1ull << 20);
	reserve = ROUND_UP(reserve, 64ull << 10);
	if (from_cache(reserve, commit, s))
		return guest_mem->fill(s->base, 0,
				       nt_self->wow64 ? SCRATCH_AT : TEB_SIZE)
			       ? STATUS_NO_MEMORY
			       : STATUS_SUCCESS;
	return stack_new(reserve, commit, s);
}

static void stack_put(struct nt_thread *th)
{
	struct stack s = { th->stack_alloc, th->stack_base, 0 };
	gaddr base, limit, alloc;

	/*
	 * Only as we made it: fibers and odd programs exchange these, and a
	 * stack that has overflowed has no guard page any more.
	 */
	if (vm_teb_stack(th->teb, &base, &limit, &alloc) && base == s.base &&
	    alloc == s.alloc && limit > s.alloc + 4 * PAGE &&
	    limit <= th->stack_limit) {
		s.limit = limit;
		pthread_mutex_lock(&stacks_lock);
		if (cached < CACHED) {
			cache[cached++] = s;
			s.alloc = 0;
		}
		pthread_mutex_unlock(&stacks_lock);
	}
	if (s.alloc)
		stack_free(&s);
}

/* ---- all threads ------------------------------------------------------------
 */

static _Atomic uint32_t threads_lock;
static struct nt_thread *first_thread; /* list, in order of birth */
static struct nt_thread *last_thread;
static unsigned nthreads; /* alive; under threads_lock as the lists */
static unsigned next_slot;
static uint64_t births;
static struct nt_thread *_Atomic by_slot[SLOTS];

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

/* Into the list, with an id.  false: too many. */
static bool enrol(struct nt_thread *th)
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

/* Returns how many are left. */
static unsigned strike(struct nt_thread *th)
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

/* ---- birth
 * --------------------------------------------------------------------- */

static NTSTATUS write_teb32(struct nt_thread *th)
{
	/* NT_TIB and what follows, to ProcessEnvironmentBlock */
	const uint32_t head[13] = {
		[0] = ~0u, /* the end of the list of exception frames */
		[1] = (uint32_t)th->stack_base,
		[2] = (uint32_t)th->stack_limit,
		[4] = 0x1e00, /* Version, as long as there is no fiber */
		[6] = (uint32_t)th->teb,
		[8] = nt_self->id,
		[9] = th->id,
		[12] = (uint32_t)nt_self->peb,
	};
	const uint32_t gate[2] = { GATE32, 0x409 }; /* WOW32Reserved, locale */
	const uint32_t real_id[2] = { nt_self->id, th->id };
	const uint32_t scratch[2] = { 261 * 2 << 16,
				      (uint32_t)th->teb + 0xc00 };

	if (guest_write(NULL, th->teb, head, sizeof head) ||
	    guest_write(NULL, th->teb + 0xc0, gate, sizeof gate) ||
	    guest_write(NULL, th->teb + 0x6b4, real_id, sizeof real_id) ||
	    guest_write(NULL, th->teb + 0xbf8, scratch, sizeof scratch) ||
	    guest_put32(NULL, th->teb + 0xe0c, (uint32_t)th->stack_alloc) ||
	    guest_put32(NULL, th->teb + 0xf70, (uint32_t)th->gs_base) ||
	    guest_put32(NULL, th->teb + 0xfdc, (uint32_t)-TEB32_AT))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

static NTSTATUS write_teb(struct nt_thread *th)
{
	const bool wow64 = nt_self->wow64;
	const gaddr teb = th->gs_base;
	/* NT_TIB and what follows, to ProcessEnvironmentBlock */
	uint64_t head[13] = {
		[0] = wow64 ? th->teb : 0, /* where Windows has it as well */
		[1] = th->stack_base,
		[2] = th->stack_limit,
		[4] = 0x1e00, /* Version, as long as there is no fiber */
		[6] = teb,
		[8] = nt_self->id,
		[9] = th->id,
		[12] = wow64 ? nt_self->peb64 : nt_self->peb,
	};
	uint64_t real_id[2] = { nt_self->id, th->id };
	struct unicode_string64 scratch = {
		.maximum = 261 * 2,
		.buffer = teb + 0x1268,
	};

	if (guest_write(NULL, teb, head, sizeof head) ||
	    guest_put32(NULL, teb + 0x108, 0x409) ||
	    guest_write(NULL, teb + 0x7d8, real_id, sizeof real_id) ||
	    guest_write(NULL, teb + 0x1258, &scratch, sizeof scratch) ||
	    guest_put64(NULL, teb + 0x1478, th->stack_alloc) ||
	    (wow64 && guest_put32(NULL, teb + 0x180c, TEB32_AT)))
		return STATUS_ACCESS_VIOLATION;
	return wow64 ? write_teb32(th) : STATUS_SUCCESS;
}

static void set_fpu(uint8_t fx[512])
{
	const uint16_t fcw = 0x27f;
	const uint32_t mxcsr = 0x1f80;

	memcpy(fx, &fcw, sizeof fcw);
	memcpy(fx + 24, &mxcsr, sizeof mxcsr);
}

/* 32 bits: RtlUserThreadStart finds its arguments in eax and ebx. */
static NTSTATUS write_start32(struct nt_thread *th)
{
	struct guest_regs *r = &th->first;
	struct nt_context32 c;
	gaddr at;
	uint32_t frame[3]; /* return address, arguments */

	memset(r, 0, sizeof *r);
	r->rip = nt_self->rtl_user_thread_start;
	r->rax = th->start;
	r->rbx = th->start_arg;
	r->rsp = th->stack_base - 0x10;
	r->rflags = 0x202;
	r->cs = SEL_CODE32;
	r->ss = SEL_DATA;
	r->kind = REGS_FULL;
	r->gs_base = th->gs_base;
	r->fs_base = th->teb;
	set_fpu(r->fx);
	context32_fill(&c, r);
	at = ROUND_DOWN(r->rsp - sizeof c, 16);
	frame[0] = 0;
	frame[1] = (uint32_t)at;
	frame[2] = (uint32_t)nt_self->ntdll_base;
	r->rip = nt_self->ldr_initialize_thunk;
	r->rax = r->rbx = 0;
	r->rsp = at - sizeof frame;
	if (guest_write(NULL, at, &c, sizeof c) ||
	    guest_write(NULL, r->rsp, frame, sizeof frame))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/*
 * As the kernel does it: the thread begins in LdrInitializeThunk, whose first
 * argument is the CONTEXT to go on with, in RtlUserThreadStart.
 */
static NTSTATUS write_start(struct nt_thread *th)
{
	struct nt_context c = {
		.flags = CONTEXT_AMD64 | CONTEXT_CONTROL | CONTEXT_INTEGER |
			 CONTEXT_FLOATING_POINT,
		.mxcsr = 0x1f80,
		.cs = SEL_CODE64,
		.ss = SEL_DATA,
		.ds = SEL_DATA,
		.es = SEL_DATA,
		.gs = SEL_DATA,
		.fs = SEL_FS,
		.eflags = 0x200,
		.rip = nt_self->rtl_user_thread_start,
		.rcx = th->start,
		.rdx = th->start_arg,
		/* As after a call, whose return address is 0. */
		.rsp = th->stack_base - 0x28,
	};
	gaddr at = ROUND_DOWN(th->stack_base - 0x30 - sizeof c, 16);
	const uint64_t zero[5] = { 0 };
	struct guest_regs *r = &th->first;

	set_fpu(c.fx);
	memset(r, 0, sizeof *r);
	r->rip = nt_self->ldr_initialize_thunk;
	r->rcx = at;
	r->rdx = nt_self->ntdll_base;
	r->rsp = at - 0x28;
	r->rflags = 0x202;
	r->cs = SEL_CODE64;
	r->ss = SEL_DATA;
	r->kind = REGS_FULL;
	r->gs_base = th->gs_base;
	set_fpu(r->fx);
	if (guest_write(NULL, at, &c, sizeof c) ||
	    guest_write(NULL, r->rsp, zero, sizeof zero) ||
	    guest_write(NULL, c.rsp, zero, sizeof zero))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS thread_new(gaddr start, gaddr arg, uint64_t stack_commit,
		    uint64_t stack_reserve, struct nt_thread **thread)
{
	struct nt_thread *th;
	struct stack s;
	NTSTATUS status;

	status = stack_get(stack_commit, stack_reserve, &s);
	if (status)
		return status;
	th = object_new(&thread_type);
	if (!th) {
		stack_free(&s);
		return STATUS_NO_MEMORY;
	}
	pthread_mutex_init(&th->apc_lock, NULL);
	th->task.personality = &personality_nt;
	th->task.data = th;
	th->process = nt_self;
	th->stack_alloc = s.alloc;
	th->stack_base = s.base;
	th->stack_limit = s.limit;
	th->teb = th->gs_base = s.base;
	if (nt_self->wow64) {
		th->teb += TEB32_AT;
		th->scratch = s.base + SCRATCH_AT;
	}
	th->start = start;
	th->start_arg = arg;
	th->exit_code = STATUS_PENDING;
	th->end_fd = th->end_say = -1;
	th->created = nt_time_now();
	th->affinity = nt_self->affinity;
	if (!enrol(th)) {
		stack_free(&s);
		object_put(&th->object);
		return STATUS_NO_MEMORY;
	}
	status = write_teb(th);
	if (!status)
		status = nt_self->wow64 ? write_start32(th) : write_start(th);
	if (status) {
		strike(th);
		stack_free(&s);
		object_put(&th->object);
		return status;
	}
	if (th->is_first && nt_self->block)
		nt_self->block->thread_id = th->id;
	/* The first thread is run by the engine, not by thread_start(). */
	if (th->is_first)
		th->state = THREAD_RUNS;
	*thread = th;
	return STATUS_SUCCESS;
}

NTSTATUS thread_start(struct nt_thread *th)
{
	struct err e;
	uint8_t new = THREAD_NEW;

	if (th->suspend)
		return STATUS_SUCCESS;
	if (!atomic_compare_exchange_strong(&th->state, &new, THREAD_RUNS))
		return STATUS_SUCCESS;
	if (task_spawn(&th->task, &th->first, &e) == 0)
		return STATUS_SUCCESS;
	log_warn("a thread cannot be started: %s", e.text);
	th->state = THREAD_NEW;
	return STATUS_NO_MEMORY;
}

/* ---- end
 * -------------------------------------------------------------------------- */

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
	mutants_abandon(th);
	iocp_thread_leaves(th);
	if (process_is_ending()) {
		/* What the last thread still does must find others ended, but
		   nobody needs their memory back. */
		ended(th, code);
		for (;;)
			pause();
	}
	if (!strike(th))
		process_exit(code);
	stack_put(th);
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
	strike(th);
	stack_put(th);
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

/* ---- the calls
 * ---------------------------------------------------------------------- */

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
			     const uint64_t *args, gaddr attr_list,
			     NTSTATUS *status)
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
	if (!*status)
		*status = handle_out(t, o, (uint32_t)args[1], 0, out);
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
	/* Neither attributes nor their list mean anything elsewhere. */
	const uint64_t args[] = { thread, access,    0,	    process,
				  start,  arg,	     flags, zero_bits,
				  stack,  max_stack, 0 };
	struct nt_thread *th;
	struct nt_oa oa;
	NTSTATUS status;
	uint64_t h;

	(void)zero_bits; /* all stacks of 32-bit programs are low anyway */
	if (process < NT_CURRENT_THREAD &&
	    create_elsewhere(t, process, CREATE_THREAD, args, attr_list,
			     &status))
		return status;
	status = process_is_self(t, process, CREATE_THREAD);
	if (status)
		return status;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
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

	if (!client_id)
		return STATUS_INVALID_PARAMETER_MIX;
	if (guest_read(t, &id, client_id, sizeof id))
		return STATUS_ACCESS_VIOLATION;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
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
	status = handle_out(t, &th->object, access, oa.attributes, thread);
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
