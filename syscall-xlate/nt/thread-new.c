/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread-new.c - a thread's birth: stack, TEB, and what it begins with.
 *
 * The TEB lies above the stack, and those of ended threads are kept together for
 * the next ones.  To the program they are two allocations, since it may give a
 * thread another stack and free the first (Cygwin's main thread).  A thread made suspended has no
 * host thread until it is resumed.
 */
#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "loader/image/image.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/thread.h"
#include "syscall-xlate/nt/vad.h"
#include "syscall-xlate/nt/wow64.h"

enum {
	TEB_SIZE = TEB32_AT,
	/* WOW64: then the 32-bit one, the engine's page, and scratch. */
	SCRATCH_AT = TEB32_AT + GUEST_FS_ROOM + PAGE,
	TEBS_SIZE32 = SCRATCH_AT + WOW64_SCRATCH,
	MIN_COMMIT = 64 << 10, /* each further page costs a fault */
	GUARD = 0x1000,
	CACHED = 16,

	READWRITE = 4, /* PAGE_READWRITE */
	GUARDED = 0x104,
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

static void release(gaddr at)
{
	uint64_t size = 0;

	vm_free(&at, &size, MEM_RELEASE);
}

static void stack_free(const struct stack *s)
{
	release(s->alloc);
	release(s->base);
}

/* What is reserved as one becomes two allocations. */
static bool cut(const struct stack *s)
{
	bool done;

	pthread_mutex_lock(&vm_lock);
	done = vad_split(vad_find(s->alloc), s->base);
	pthread_mutex_unlock(&vm_lock);
	return done;
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
	if (!status && !cut(s))
		status = STATUS_NO_MEMORY;
	if (status)
		release(s->alloc);
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

void thread_stack_put(struct nt_thread *th)
{
	struct stack s = { th->stack_alloc, th->stack_base, 0 };
	gaddr base, limit, alloc = s.alloc;
	bool kept = false;

	/*
	 * Only as we made it: fibers and odd programs exchange these, and a
	 * stack that has overflowed has no guard page any more.
	 */
	if (vm_teb_stack(th->teb, &base, &limit, &alloc) && base == s.base &&
	    alloc == s.alloc && limit > s.alloc + 4 * PAGE &&
	    limit <= th->stack_limit) {
		s.limit = limit;
		pthread_mutex_lock(&stacks_lock);
		kept = cached < CACHED;
		if (kept)
			cache[cached++] = s;
		pthread_mutex_unlock(&stacks_lock);
	}
	/* Else the one that the thread has now goes with it, as on Windows. */
	if (!kept) {
		release(alloc);
		release(s.base);
	}
}

/* ---- birth ---- */

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
		[12] = process_peb64(nt_self),
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
	/* A debugger may have set them by then. */
	c.flags &= ~(uint32_t)CONTEXT_DEBUG_REGISTERS;
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
	th->boost_disabled = nt_self->boost_disabled;
	if (!thread_enrol(th)) {
		stack_free(&s);
		object_put(&th->object);
		return STATUS_NO_MEMORY;
	}
	status = write_teb(th);
	if (!status)
		status = nt_self->wow64 ? write_start32(th) : write_start(th);
	if (status) {
		thread_strike(th);
		stack_free(&s);
		object_put(&th->object);
		return status;
	}
	if (th->is_first && nt_self->block) {
		nt_self->block->thread_id = th->id;
		if (nt_self->block->thread_affinity & nt_self->affinity)
			th->affinity = nt_self->block->thread_affinity &
				       nt_self->affinity;
	}
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
	if (nt_debugged)
		atomic_fetch_or(&th->task.pending, TASK_DEBUG);
	if (task_spawn(&th->task, &th->first, &e) == 0)
		return STATUS_SUCCESS;
	log_warn("a thread cannot be started: %s", e.text);
	th->state = THREAD_NEW;
	return STATUS_NO_MEMORY;
}
