/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exception.c - from a fault to ntdll's KiUserExceptionDispatcher.
 *
 * Called on the host stack, not in signal context: the frame is written with
 * guest_write(), and *regs is what the thread goes on with.
 */
#include "syscall-xlate/nt/exception.h"

#include <string.h>

#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/start.h"
#include "syscall-xlate/nt/vad.h"

enum {
	RFLAGS_TF = 0x100,
	RFLAGS_CLEARED = 0x50500, /* TF, DF, RF, AC: as a kernel leaves them */
	ACCESS_EXECUTE = 8,
	FX_FCW = 0,
	FX_FSW = 2,
	FX_MXCSR = 24,
};

/* Vectors that programs call by "int n". */
enum {
	INT_FAST_FAIL = 0x29,
	INT_ASSERT = 0x2c,
	INT_DEBUG = 0x2d,
	INT_SYSTEM_CALL = 0x2e
};

/* ---- the frame -------------------------------------------------------- */

struct pushed {
	struct nt_exception_frame f;
	struct nt_xstate x;
};

static bool push_frame(struct task *t, struct guest_regs *r,
		       const struct nt_exception_record *rec, gaddr *touched)
{
	struct pushed p;
	gaddr at, xs;

	at = context_push(r, r->rsp, sizeof p.f, &xs);
	*touched = at;
	if (!at)
		return false;
	memset(&p.f.record, 0,
	       sizeof p.f - offsetof(struct nt_exception_frame, record));
	context_fill(&p.f.context, &p.f.ex, &p.x, at, xs, r);
	p.f.record = *rec;
	p.f.machine.rip = r->rip;
	p.f.machine.cs = r->cs;
	p.f.machine.rflags = r->rflags;
	p.f.machine.rsp = r->rsp;
	p.f.machine.ss = SEL_DATA;
	/* The highest bytes first: that is how a stack grows. */
	if (xs && guest_write(t, xs, &p.x, context_xstate_used(&p.x)) < 0) {
		*touched = xs;
		return false;
	}
	if (guest_write(t, at, &p.f, sizeof p.f) < 0 ||
	    debug_regs_give(t, nt_thread(t), at, p.f.context.flags, false))
		return false;
	r->rsp = at;
	return true;
}

/* The same for 32-bit code. */
static bool push_frame32(struct task *t, struct guest_regs *r,
			 const struct nt_exception_record *rec, gaddr *touched)
{
	struct nt_exception_frame32 f = { 0 };
	struct nt_context_ex ex;
	struct nt_xstate x;
	gaddr at, xs;

	at = context_push(r, (uint32_t)r->rsp, sizeof f, &xs);
	*touched = at;
	if (!at)
		return false;
	f.record_at = (uint32_t)at + offsetof(struct nt_exception_frame32,
					      record);
	f.context_at = (uint32_t)at + offsetof(struct nt_exception_frame32,
					       context);
	f.record.code = rec->code;
	f.record.flags = rec->flags;
	f.record.next = (uint32_t)rec->next;
	f.record.address = (uint32_t)rec->address;
	f.record.nparams = rec->nparams;
	for (unsigned i = 0; i < rec->nparams; i++)
		f.record.param[i] = (uint32_t)rec->param[i];
	context32_fill_ex(&f.context, &ex, &x, f.context_at, xs, r);
	memcpy(f.ex, &ex, sizeof f.ex);
	if (xs && guest_write(t, xs, &x, context_xstate_used(&x)) < 0) {
		*touched = xs;
		return false;
	}
	if (guest_write(t, at, &f, sizeof f) < 0 ||
	    debug_regs_give(t, nt_thread(t), f.context_at, f.context.flags,
			    true))
		return false;
	r->rsp = at;
	return true;
}

/* Opens guard pages below the stack pointer.  True: worth another try. */
static bool stack_grew(struct nt_exception_record *rec, gaddr touched,
		       gaddr rsp)
{
	bool grew = false;
	NTSTATUS status;

	for (gaddr at = ROUND_DOWN(rsp, PAGE); at >= ROUND_DOWN(touched, PAGE);
	     at -= PAGE) {
		if (!vm_guard_hit(at, &status))
			continue;
		grew = true;
		if (status == STATUS_STACK_OVERFLOW &&
		    rec->code != STATUS_STACK_OVERFLOW) {
			/* As Windows: that is now what has happened. */
			rec->code = STATUS_STACK_OVERFLOW;
			rec->flags = 0;
			rec->nparams = 2;
			rec->param[0] = 1;
			rec->param[1] = at;
		}
	}
	return grew;
}

void exception_dispatch(struct task *t, struct guest_regs *r,
			struct nt_exception_record *rec)
{
	gaddr touched;
	int tries = 0;

	log_debug(LOG_TRAP, "exception %#x at %#llx, rsp %#llx (%#llx, %#llx)",
		  rec->code, (unsigned long long)rec->address,
		  (unsigned long long)r->rsp,
		  (unsigned long long)(rec->nparams > 0 ? rec->param[0] : 0),
		  (unsigned long long)(rec->nparams > 1 ? rec->param[1] : 0));
	if (!nt_self->ki_user_exception_dispatcher)
		exception_fatal(t, rec, r);
	context_make_full(r);
	while (nt_self->wow64 ? !push_frame32(t, r, rec, &touched)
			      : !push_frame(t, r, rec, &touched)) {
		if (!touched || tries++ == 3 ||
		    !stack_grew(rec, touched, r->rsp))
			exception_fatal(t, rec, r);
	}
	r->rip = nt_self->ki_user_exception_dispatcher;
	r->rflags &= ~(uint64_t)RFLAGS_CLEARED;
	r->cs = nt_self->wow64 ? SEL_CODE32 : SEL_CODE64;
	r->ss = SEL_DATA;
}

/* ---- what happened ------------------------------------------------------ */

static void set_access(struct nt_exception_record *rec, uint64_t access,
		       gaddr at)
{
	rec->code = STATUS_ACCESS_VIOLATION;
	rec->nparams = 2;
	rec->param[0] = access;
	rec->param[1] = at;
}

/* True: nothing happened, the access may be repeated. */
static bool page_fault(const struct guest_fault *f,
		       struct nt_exception_record *rec)
{
	NTSTATUS status;

	set_access(rec, (uint64_t)f->access, f->addr);
	if (vm_guard_hit(f->addr, &status)) {
		if (status == STATUS_SUCCESS)
			return true;
		rec->code = status;
	}
	return false;
}

/*
 * The exceptions of a unit: the same six bits in x87's status word and in
 * MXCSR, masks in the control word and in MXCSR 7 bits above.
 */
static NTSTATUS float_status(uint32_t raised)
{
	static const struct {
		uint32_t bit;
		NTSTATUS status;
	} map[] = {
		/* In the order in which Windows asks. */
		{ 0x01, STATUS_FLOAT_INVALID_OPERATION },
		{ 0x04, STATUS_FLOAT_DIVIDE_BY_ZERO },
		{ 0x02, STATUS_FLOAT_INVALID_OPERATION }, /* denormal */
		{ 0x08, STATUS_FLOAT_OVERFLOW },
		{ 0x10, STATUS_FLOAT_UNDERFLOW },
		{ 0x20, STATUS_FLOAT_INEXACT_RESULT },
	};

	for (unsigned i = 0; i < COUNT_OF(map); i++)
		if (raised & map[i].bit)
			return map[i].status;
	return STATUS_FLOAT_INVALID_OPERATION;
}

static void float_fault(const struct guest_regs *r, bool simd,
			struct nt_exception_record *rec)
{
	uint16_t fcw, fsw;
	uint32_t mxcsr;

	memcpy(&fcw, r->fx + FX_FCW, sizeof fcw);
	memcpy(&fsw, r->fx + FX_FSW, sizeof fsw);
	memcpy(&mxcsr, r->fx + FX_MXCSR, sizeof mxcsr);
	if (simd) {
		rec->code = float_status(mxcsr & ~(mxcsr >> 7) & 0x3f);
		rec->nparams = 2;
		rec->param[1] = mxcsr;
		return;
	}
	/* Invalid with the stack fault bit: the x87 stack over- or underflew */
	if (fsw & ~fcw & 1 && fsw & 0x40)
		rec->code = STATUS_FLOAT_STACK_CHECK;
	else
		rec->code = float_status(fsw & ~fcw & 0x3f);
	rec->nparams = 1;
}

static _Noreturn void fast_fail(struct task *t, struct guest_regs *r,
				struct nt_exception_record *rec)
{
	rec->code = STATUS_STACK_BUFFER_OVERRUN;
	rec->flags = EXCEPTION_NONCONTINUABLE;
	rec->nparams = 1;
	rec->param[0] = (uint32_t)r->rcx;
	debug_exception(t, r, rec, false);
	exception_fatal(t, rec, r);
}

/* "int 2Eh", the old way to make a system call.  rip is behind it. */
static void system_call(struct task *t, struct guest_regs *r)
{
	const struct personality *p = t->personality;
	const struct xlate_call *call = p->find_call(r);
	uint64_t args[XLATE_MAX_ARGS];
	int64_t ret = p->no_such_call;

	t->in_call = true;
	if (call && call->run)
		ret = p->fetch_args(t, r, call, args) ? p->bad_args
						      : xlate_run(call)(t, args);
	p->set_result(r, ret);
	t->in_call = false;
}

/* #GP and #SS.  True: dealt with. */
static bool general_fault(struct task *t, struct guest_regs *r,
			  struct nt_exception_record *rec)
{
	struct insn i = exception_decode(t, r);

	if (i.kind == INSN_PRIVILEGED) {
		rec->code = STATUS_PRIVILEGED_INSTRUCTION;
		return false;
	}
	/* Also any other "int n", and addresses that are not canonical. */
	set_access(rec, 0, ~0ull);
	if (i.kind != INSN_INT)
		return false;
	switch (i.number) {
	case INT_SYSTEM_CALL:
		r->rip += i.length;
		system_call(t, r);
		return true;
	case INT_FAST_FAIL:
		fast_fail(t, r, rec);
	case INT_ASSERT:
		r->rip += i.length;
		rec->code = STATUS_ASSERTION_FAILURE;
		rec->nparams = 0;
		return false;
	case INT_DEBUG:
		/*
		 * Without a debugger a breakpoint behind the instruction; the
		 * byte there is skipped by who continues.
		 */
		r->rip += i.length;
		rec->code = STATUS_BREAKPOINT;
		rec->address = r->rip;
		rec->nparams = 3;
		rec->param[0] = r->rax;
		rec->param[1] = r->rcx;
		rec->param[2] = r->rdx;
		return false;
	default:
		return false;
	}
}

static void divide_fault(struct task *t, const struct guest_regs *r,
			 struct nt_exception_record *rec)
{
	struct insn i = exception_decode(t, r);

	rec->code = i.kind == INSN_DIVIDE && i.number
			    ? STATUS_INTEGER_OVERFLOW
			    : STATUS_INTEGER_DIVIDE_BY_ZERO;
}

void nt_fault(struct task *t, struct guest_regs *r, const struct guest_fault *f)
{
	struct nt_exception_record rec = { .address = r->rip };

	/* Elsewhere nothing was committed; by now another thread may have. */
	switch (f->kind == FAULT_INPAGE && !vm_file_behind(f->addr)
			? FAULT_ACCESS
			: f->kind) {
	case FAULT_ACCESS:
		if (page_fault(f, &rec))
			return;
		break;
	case FAULT_GENERAL:
		if (general_fault(t, r, &rec))
			return;
		break;
	case FAULT_ILLEGAL:
		rec.code = exception_decode(t, r).kind == INSN_BAD_LOCK
				   ? STATUS_INVALID_LOCK_SEQUENCE
				   : STATUS_ILLEGAL_INSTRUCTION;
		break;
	case FAULT_DIVIDE:
		divide_fault(t, r, &rec);
		break;
	case FAULT_OVERFLOW:
		rec.code = f->vector == 5 ? STATUS_ARRAY_BOUNDS_EXCEEDED
					  : STATUS_INTEGER_OVERFLOW;
		break;
	case FAULT_X87:
	case FAULT_SIMD:
		float_fault(r, f->kind == FAULT_SIMD, &rec);
		break;
	case FAULT_BREAKPOINT:
		rec.address = r->rip - 1;
		rec.code = STATUS_BREAKPOINT;
		rec.nparams = 1;
		break;
	case FAULT_STEP:
		/* One step: who wants another sets TF again. */
		r->rflags &= ~(uint64_t)RFLAGS_TF;
		debug_regs_step(nt_thread(t), f->addr);
		rec.code = STATUS_SINGLE_STEP;
		break;
	case FAULT_ALIGN:
		rec.code = STATUS_DATATYPE_MISALIGNMENT;
		break;
	case FAULT_INPAGE:
		set_access(&rec, (uint64_t)f->access, f->addr);
		rec.code = STATUS_IN_PAGE_ERROR;
		rec.nparams = 3;
		rec.param[2] = STATUS_END_OF_FILE;
		break;
	}
	if (debug_exception(t, r, &rec, true))
		return;
	/* A debugger sees rip behind the breakpoint, handlers at it. */
	if (f->kind == FAULT_BREAKPOINT && (gaddr)r->rip == rec.address + 1)
		r->rip--;
	exception_dispatch(t, r, &rec);
}

/* ---- the calls ---------------------------------------------------------- */

/*
 * On success the thread goes on elsewhere, so these return only errors.
 * The registers are copied first: *t->regs is the engine's frame.
 */
NTSTATUS nt_continue(struct task *t, gaddr context, uint8_t test_alert)
{
	struct guest_regs r = *t->regs;
	NTSTATUS status = context_from_guest(t, context, &r);

	if (status == STATUS_SUCCESS)
		status = debug_regs_take(t, nt_thread(t), context,
					 nt_self->wow64);
	if (status != STATUS_SUCCESS)
		return status;
	nt_self->running = true;
	if (test_alert)
		apc_test(t);
	thread_goes_on(t, &r);
}

NTSTATUS nt_continue_ex(struct task *t, gaddr context, gaddr argument)
{
	struct {
		uint32_t type, flags; /* KCONTINUE_ARGUMENT */
	} a = { 0, (uint32_t)argument };

	enum { TEST_ALERT = 1, DELIVER_APC = 2, SMALLEST_POINTER = 0x100 };

	if (argument >= SMALLEST_POINTER &&
	    guest_read(t, &a, argument, sizeof a) < 0)
		return STATUS_ACCESS_VIOLATION;
	return nt_continue(t, context,
			   (a.flags & (TEST_ALERT | DELIVER_APC)) != 0);
}

NTSTATUS nt_raise_exception(struct task *t, gaddr record, gaddr context,
			    uint8_t first_chance)
{
	struct guest_regs r = *t->regs;
	struct nt_exception_record rec;
	NTSTATUS status;

	if (guest_read(t, &rec, record, sizeof rec) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (rec.nparams > EXCEPTION_MAXIMUM_PARAMETERS) {
		if (first_chance)
			return STATUS_INVALID_PARAMETER;
		rec.nparams = 0; /* the end comes anyhow */
	}
	status = context_from_guest(t, context, &r);
	if (status != STATUS_SUCCESS)
		return status;
	context_make_full(&r);
	if (debug_exception(t, &r, &rec, first_chance))
		thread_goes_on(t, &r);
	if (!first_chance)
		exception_fatal(t, &rec, &r);
	exception_dispatch(t, &r, &rec);
	thread_goes_on(t, &r);
}

/* Nothing of ours ever calls back into user mode from the kernel (win32k). */
NTSTATUS nt_callback_return(struct task *t, gaddr result, uint32_t len,
			    uint32_t status)
{
	return STATUS_NO_CALLBACK_ACTIVE;
}
