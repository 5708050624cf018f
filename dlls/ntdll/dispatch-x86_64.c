/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dispatch-x86_64.c - both passes of structured exception handling: look for
 * a handler frame by frame; then unwind to the frame that has taken it.
 *
 * Neither pass keeps more than two contexts on the stack: after a stack
 * overflow three pages are all there is.
 */
#include "unwind.h"

#ifndef EXCEPTION_TARGET_UNWIND
#define EXCEPTION_TARGET_UNWIND 0x20
#endif
#ifndef EXCEPTION_COLLIDED_UNWIND
#define EXCEPTION_COLLIDED_UNWIND 0x40
#endif
#define UNWIND_FLAGS (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)

/* except-x86_64.S */
EXCEPTION_DISPOSITION rf_call_handler(EXCEPTION_RECORD *rec, PVOID frame,
				      CONTEXT *ctx, DISPATCHER_CONTEXT *d);
EXCEPTION_DISPOSITION rf_call_unwind_handler(EXCEPTION_RECORD *rec, PVOID frame,
					     CONTEXT *ctx,
					     DISPATCHER_CONTEXT *d);
DECLSPEC_NORETURN void rf_load_context(const CONTEXT *ctx);
DECLSPEC_NORETURN void rf_load_unwound(const CONTEXT *ctx);
DECLSPEC_NORETURN void rf_consolidate(CONTEXT *ctx, EXCEPTION_RECORD *rec,
				      PVOID callback);

/* Called from there. */
DECLSPEC_NORETURN void rf_user_exception(EXCEPTION_RECORD *rec, CONTEXT *ctx);
void rf_raise(EXCEPTION_RECORD *rec, CONTEXT *ctx);
DECLSPEC_NORETURN void rf_raise_status(NTSTATUS status, CONTEXT *ctx);
DECLSPEC_NORETURN void rf_unwind(PVOID target, PVOID ip, EXCEPTION_RECORD *rec,
				 PVOID value, CONTEXT *ctx,
				 UNWIND_HISTORY_TABLE *history);
EXCEPTION_DISPOSITION rf_nested_handler(EXCEPTION_RECORD *rec, PVOID frame,
					CONTEXT *ctx, DISPATCHER_CONTEXT *d);
EXCEPTION_DISPOSITION rf_collided_handler(EXCEPTION_RECORD *rec, PVOID frame,
					  CONTEXT *ctx, DISPATCHER_CONTEXT *d);

/* As far as unwinding looks: up to and with xmm15. */
static inline void copy_context(CONTEXT *to, const CONTEXT *from)
{
	memcpy(to, from, offsetof(CONTEXT, FltSave) + 416);
}

static inline BOOL frame_ok(ULONG64 frame, ULONG_PTR low, ULONG_PTR high)
{
	return frame >= low && frame < high && !(frame & 7);
}

/* ---- handlers of the two calls in except-x86_64.S ---- */

/* Where those keep their dispatcher context; frame is their rsp. */
static inline DISPATCHER_CONTEXT *kept(PVOID frame)
{
	return *(DISPATCHER_CONTEXT **)((char *)frame + 0x20);
}

EXCEPTION_DISPOSITION rf_nested_handler(EXCEPTION_RECORD *rec, PVOID frame,
					CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	if (rec->ExceptionFlags & UNWIND_FLAGS)
		return ExceptionContinueSearch;
	d->EstablisherFrame = kept(frame)->EstablisherFrame;
	return ExceptionNestedException;
}

EXCEPTION_DISPOSITION rf_collided_handler(EXCEPTION_RECORD *rec, PVOID frame,
					  CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	ULONG64 ip = d->TargetIp;

	*d = *kept(frame);
	d->TargetIp = ip;
	return ExceptionCollidedUnwind;
}

/* ---- the search ---- */

/*
 * Calls d's handler until it needs no repetition.  TRUE: go on with the
 * program.  c is what d->ControlPc's caller has; it changes on a collision.
 */
static BOOL ask(EXCEPTION_RECORD *rec, CONTEXT *ctx, CONTEXT *c,
		DISPATCHER_CONTEXT *d, ULONG64 *nested)
{
	EXCEPTION_DISPOSITION got;
	ULONG64 frame;
	PVOID data;

	for (;;) {
		frame = d->EstablisherFrame;
		got = rf_call_handler(rec, (PVOID)frame, ctx, d);
		if (*nested && *nested == frame) {
			rec->ExceptionFlags &= ~EXCEPTION_NESTED_CALL;
			*nested = 0;
		}
		switch (got) {
		case ExceptionContinueExecution:
			if (rec->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
				raise_while(STATUS_NONCONTINUABLE_EXCEPTION,
					    rec);
			return TRUE;
		case ExceptionContinueSearch:
			return FALSE;
		case ExceptionNestedException:
			rec->ExceptionFlags |= EXCEPTION_NESTED_CALL;
			if (d->EstablisherFrame > *nested)
				*nested = d->EstablisherFrame;
			return FALSE;
		case ExceptionCollidedUnwind:
			/* Go on at the frame that was being unwound. */
			copy_context(c, d->ContextRecord);
			frame = d->EstablisherFrame;
			data = d->HandlerData;
			RtlVirtualUnwind(UNW_FLAG_NHANDLER, d->ImageBase,
					 d->ControlPc, d->FunctionEntry, c,
					 &data, &d->EstablisherFrame, NULL);
			d->EstablisherFrame = frame;
			d->ContextRecord = ctx;
			break;
		default:
			raise_while(STATUS_INVALID_DISPOSITION, rec);
		}
	}
}

/*
 * noinline: a vectored handler is called before this needs its context.  Go's
 * goroutines leave 4 KB for an exception, up to their handler.
 */
static __attribute__((noinline)) BOOL search_frames(EXCEPTION_RECORD *rec,
						    CONTEXT *ctx)
{
	ULONG64 nested = 0, base, frame, pc;
	ULONG_PTR low, high;
	DISPATCHER_CONTEXT d;
	PEXCEPTION_ROUTINE handler;
	RUNTIME_FUNCTION *f;
	CONTEXT c;
	PVOID data;

	copy_context(&c, ctx);
	stack_limits(&low, &high);
	for (;;) {
		if (!frame_ok(c.Rsp, low, high))
			break;
		pc = c.Rip;
		f = RtlLookupFunctionEntry(pc, &base, NULL);
		frame = c.Rsp;
		handler = RtlVirtualUnwind(UNW_FLAG_EHANDLER, base, pc, f, &c,
					   &data, &frame, NULL);
		if (!frame_ok(frame, low, high))
			break;
		if (handler) {
			d.ControlPc = pc;
			d.ImageBase = base;
			d.FunctionEntry = f;
			d.EstablisherFrame = frame;
			d.TargetIp = 0;
			d.ContextRecord = ctx;
			d.LanguageHandler = handler;
			d.HandlerData = data;
			d.HistoryTable = NULL;
			d.ScopeIndex = 0;
			if (ask(rec, ctx, &c, &d, &nested))
				return TRUE;
		}
		if (!c.Rip || c.Rsp == high)
			return FALSE; /* the end of the stack */
		if (c.Rip == pc && c.Rsp == frame)
			return FALSE; /* no progress */
	}
	rec->ExceptionFlags |= EXCEPTION_STACK_INVALID;
	return FALSE;
}

BOOLEAN NTAPI RtlDispatchException(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	BOOL handled;

	handled = vectored_exception(rec, ctx) || search_frames(rec, ctx);
	if (handled)
		vectored_continue(rec, ctx);
	return handled;
}

/* ---- beginnings ---- */

void rf_user_exception(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	NTSTATUS status;

	if (RtlDispatchException(rec, ctx))
		status = NtContinue(ctx, FALSE);
	else
		status = NtRaiseException(rec, ctx, FALSE);
	raise_while(status, rec);
}

void rf_raise(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	NTSTATUS status;

	rec->ExceptionAddress = (PVOID)ctx->Rip;
	/* The kernel tells the debugger first. */
	if (rf_peb()->BeingDebugged)
		RtlRaiseStatus(NtRaiseException(rec, ctx, TRUE));
	if (RtlDispatchException(rec, ctx)) {
		if (ctx->EFlags & 0x100)
			NtContinue(ctx, FALSE);
		rf_load_unwound(ctx);
	}
	status = NtRaiseException(rec, ctx, FALSE);
	RtlRaiseStatus(status);
}

void rf_raise_status(NTSTATUS status, CONTEXT *ctx)
{
	EXCEPTION_RECORD rec = {
		.ExceptionCode = status,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
	};

	rf_raise(&rec, ctx);
	__builtin_trap();
}

/* ---- the end ---- */

/* What setjmp() has stored. */
struct jump_buffer {
	ULONG64 Frame, Rbx, Rsp, Rbp, Rsi, Rdi, R12, R13, R14, R15, Rip;
	ULONG MxCsr;
	USHORT FpCsr, Spare;
	M128A Xmm[10];
};

static void context_of_jump(CONTEXT *c, const struct jump_buffer *b)
{
	c->Rbx = b->Rbx;
	c->Rsp = b->Rsp;
	c->Rbp = b->Rbp;
	c->Rsi = b->Rsi;
	c->Rdi = b->Rdi;
	c->R12 = b->R12;
	c->R13 = b->R13;
	c->R14 = b->R14;
	c->R15 = b->R15;
	c->Rip = b->Rip;
	c->MxCsr = b->MxCsr & 0xffff;
	c->FltSave.MxCsr = c->MxCsr;
	c->FltSave.ControlWord = b->FpCsr;
	memcpy(&c->Xmm6, b->Xmm, sizeof b->Xmm);
}

static BOOL restore_specially(CONTEXT *ctx, EXCEPTION_RECORD *rec)
{
	if (rec->NumberParameters < 1)
		return FALSE;
	if (rec->ExceptionCode == (DWORD)STATUS_LONGJUMP) {
		context_of_jump(ctx, (const struct jump_buffer *)
					     rec->ExceptionInformation[0]);
		rf_load_unwound(ctx);
	}
	if (rec->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE)
		rf_consolidate(ctx, rec, (PVOID)rec->ExceptionInformation[0]);
	return FALSE;
}

void __cdecl RtlRestoreContext(PCONTEXT ctx, struct _EXCEPTION_RECORD *rec)
{
	if (rec)
		restore_specially(ctx, rec);
	/* Parts only, AVX, or single steps: the kernel can do these. */
	if ((ctx->ContextFlags & CONTEXT_FULL) != CONTEXT_FULL ||
	    (ctx->ContextFlags & 0x40) || (ctx->EFlags & 0x100)) {
		NTSTATUS status = NtContinue(ctx, FALSE);

		RtlRaiseStatus(status);
	}
	rf_load_context(ctx);
}

/* ---- unwinding ---- */

static inline void check_frame(ULONG64 frame, ULONG64 target, ULONG_PTR low,
			       ULONG_PTR high, EXCEPTION_RECORD *rec)
{
	if (target && frame > target)
		raise_while(STATUS_INVALID_UNWIND_TARGET, rec);
	if (!frame_ok(frame, low, high))
		raise_while(STATUS_BAD_STACK, rec);
}

/*
 * *ctx is the context of RtlUnwindEx's caller; from frame to frame it trades
 * places with a local one.
 */
void rf_unwind(PVOID target_frame, PVOID ip, EXCEPTION_RECORD *rec, PVOID value,
	       CONTEXT *ctx, UNWIND_HISTORY_TABLE *history)
{
	ULONG64 target = (ULONG64)target_frame, base, frame, pc;
	CONTEXT local, *cur = ctx, *prev = &local;
	EXCEPTION_DISPOSITION got;
	PEXCEPTION_ROUTINE handler;
	EXCEPTION_RECORD own;
	DISPATCHER_CONTEXT d;
	ULONG_PTR low, high;
	RUNTIME_FUNCTION *f;
	PVOID data;

	stack_limits(&low, &high);
	if (!rec) {
		rec = &own;
		rec->ExceptionCode = (DWORD)STATUS_UNWIND;
		rec->ExceptionFlags = 0;
		rec->ExceptionRecord = NULL;
		rec->ExceptionAddress = (PVOID)ctx->Rip;
		rec->NumberParameters = 0;
	}
	rec->ExceptionFlags |= EXCEPTION_UNWINDING;
	if (!target)
		rec->ExceptionFlags |= EXCEPTION_EXIT_UNWIND;
	/* Up from the caller's frame on; other parts of it stay unset. */
	local.ContextFlags = ctx->ContextFlags;

	do {
		if (!frame_ok(cur->Rsp, low, high))
			raise_while(STATUS_BAD_STACK, rec);
		pc = cur->Rip;
		f = RtlLookupFunctionEntry(pc, &base, history);
		if (!f) {
			frame = cur->Rsp;
			cur->Rip = *(ULONG64 *)cur->Rsp;
			cur->Rsp += 8;
			if (frame == target)
				break;
			if (!cur->Rip)
				break;
			continue;
		}
		/* Mostly there is nobody to call, for whom to keep a copy. */
		if (rf_pass_frame(base, pc, f, cur, target, &frame)) {
			check_frame(frame, target, low, high, rec);
			continue;
		}
		copy_context(prev, cur);
		handler = RtlVirtualUnwind(UNW_FLAG_UHANDLER, base, pc, f, prev,
					   &data, &frame, NULL);
		check_frame(frame, target, low, high, rec);
		if (!handler) {
			if (frame != target) {
				CONTEXT *swap = cur;

				cur = prev;
				prev = swap;
			}
			continue;
		}
		d.TargetIp = (ULONG64)ip;
		d.ScopeIndex = 0;
		d.ControlPc = pc;
		d.ImageBase = base;
		d.FunctionEntry = f;
		d.EstablisherFrame = frame;
		d.ContextRecord = cur;
		d.LanguageHandler = handler;
		d.HandlerData = data;
		d.HistoryTable = history;
		for (;;) {
			if (frame == target)
				rec->ExceptionFlags |= EXCEPTION_TARGET_UNWIND;
			cur->Rax = (ULONG64)value;
			got = rf_call_unwind_handler(rec, (PVOID)frame, cur,
						     &d);
			rec->ExceptionFlags &= ~(EXCEPTION_COLLIDED_UNWIND |
						 EXCEPTION_TARGET_UNWIND);
			if (got == ExceptionContinueSearch)
				break;
			if (got != ExceptionCollidedUnwind)
				raise_while(STATUS_INVALID_DISPOSITION, rec);
			/*
			 * The handler's frame was left by another unwind: go
			 * on where that one was, with its next scope.
			 */
			copy_context(ctx, d.ContextRecord);
			cur = ctx;
			prev = &local;
			copy_context(prev, cur);
			frame = d.EstablisherFrame;
			data = d.HandlerData;
			RtlVirtualUnwind(UNW_FLAG_NHANDLER, d.ImageBase,
					 d.ControlPc, d.FunctionEntry, prev,
					 &data, &d.EstablisherFrame, NULL);
			d.EstablisherFrame = frame;
			d.ContextRecord = cur;
			rec->ExceptionFlags |= EXCEPTION_COLLIDED_UNWIND;
		}
		if (frame != target) {
			CONTEXT *swap = cur;

			cur = prev;
			prev = swap;
		}
	} while (frame != target && cur->Rip && cur->Rsp < high);

	if (frame == target) {
		cur->Rax = (ULONG64)value;
		if (rec->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
			cur->Rip = (ULONG64)ip;
		restore_specially(cur, rec);
		rf_load_unwound(cur);
	}
	/* An exit unwind has passed the last frame; or the target is not there.
	 */
	NtRaiseException(rec, cur, FALSE);
	RtlRaiseStatus(STATUS_INVALID_UNWIND_TARGET);
	__builtin_unreachable();
}

NTSYSAPI VOID NTAPI RtlUnwind(PVOID frame, PVOID ip, PEXCEPTION_RECORD rec,
			      PVOID value)
{
	CONTEXT ctx;

	RtlUnwindEx(frame, ip, rec, value, &ctx, NULL);
}

/* Leave __try for a place in the same function; __finally blocks run. */
NTSYSAPI void NTAPI _local_unwind(PVOID frame, PVOID ip);
void NTAPI _local_unwind(PVOID frame, PVOID ip)
{
	RtlUnwind(frame, ip, NULL, NULL);
}
