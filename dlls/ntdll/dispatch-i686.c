/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dispatch-i686.c - structured exception handling, 32 bits: the list of
 * registrations that begins at fs:[0].
 *
 * A record must lie on the stack, aligned, above the one before; its handler
 * must not, and must be one that its image admits (safe-handlers.c).
 */
#include "unwind.h"

typedef EXCEPTION_REGISTRATION_RECORD FRAME;
typedef EXCEPTION_DISPOSITION(__cdecl *handler_fn)(EXCEPTION_RECORD *rec,
						   FRAME *frame, CONTEXT *ctx,
						   FRAME **dispatcher);

/* mingw-w64's ntstatus.h lacks it. */
#define STATUS_INVALID_EXCEPTION_HANDLER ((NTSTATUS)0xc00001a5)
#define LAST_FRAME   ((FRAME *)~0ul)
#define UNWIND_FLAGS (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)

/* except-i686.S */
EXCEPTION_DISPOSITION __cdecl rf_call_handler(EXCEPTION_RECORD *rec,
					      FRAME *frame, CONTEXT *ctx,
					      FRAME **dispatcher, PVOID handler,
					      handler_fn guard);

/* Called from there. */
DECLSPEC_NORETURN void __cdecl rf_user_exception(EXCEPTION_RECORD *rec,
						 CONTEXT *ctx);
DECLSPEC_NORETURN void __cdecl rf_raise(EXCEPTION_RECORD *rec, CONTEXT *ctx);
DECLSPEC_NORETURN void __cdecl rf_raise_status(NTSTATUS status, CONTEXT *ctx);
DECLSPEC_NORETURN void __cdecl rf_unwind(FRAME *target, EXCEPTION_RECORD *rec,
					 ULONG value, CONTEXT *ctx);
EXCEPTION_DISPOSITION __cdecl rf_last_handler(EXCEPTION_RECORD *rec,
					      FRAME *frame, CONTEXT *ctx,
					      FRAME **dispatcher);
EXCEPTION_DISPOSITION __cdecl rf_attempt_handler(EXCEPTION_RECORD *rec,
					       FRAME *frame, CONTEXT *ctx,
					       FRAME **dispatcher);
DECLSPEC_NORETURN void NTAPI rf_attempt_failed(FRAME *frame, NTSTATUS code);

/* What rf_call_handler() has registered: the frame that is being asked. */
struct guarded {
	FRAME link;
	FRAME *frame;
};

static EXCEPTION_DISPOSITION __cdecl nested(EXCEPTION_RECORD *rec, FRAME *frame,
					    CONTEXT *ctx, FRAME **dispatcher)
{
	if (rec->ExceptionFlags & UNWIND_FLAGS)
		return ExceptionContinueSearch;
	*dispatcher = ((struct guarded *)frame)->frame;
	return ExceptionNestedException;
}

static EXCEPTION_DISPOSITION __cdecl collided(EXCEPTION_RECORD *rec,
					      FRAME *frame, CONTEXT *ctx,
					      FRAME **dispatcher)
{
	if (!(rec->ExceptionFlags & UNWIND_FLAGS))
		return ExceptionContinueSearch;
	*dispatcher = ((struct guarded *)frame)->frame;
	return ExceptionCollidedUnwind;
}

static inline FRAME *first_frame(void)
{
	return TEB_PTR(Tib.ExceptionList);
}

static BOOL frame_ok(const FRAME *f, ULONG_PTR low, ULONG_PTR high)
{
	ULONG_PTR handler;

	if ((ULONG_PTR)f < low || (ULONG_PTR)f > high - sizeof *f ||
	    (ULONG_PTR)f & 3)
		return FALSE;
	handler = (ULONG_PTR)f->Handler;
	return handler < low || handler >= high;
}

/*
 * The list has been overwritten: nothing it leads to may run, so this is the
 * end, without asking handlers or the program's filter.
 */
static DECLSPEC_NORETURN void invalid_handler(const FRAME *f,
					      EXCEPTION_RECORD *during,
					      CONTEXT *ctx)
{
	EXCEPTION_RECORD rec = {
		.ExceptionCode = (DWORD)STATUS_INVALID_EXCEPTION_HANDLER,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
		.ExceptionRecord = during,
		.ExceptionAddress = (PVOID)f->Handler,
	};

	NtRaiseException(&rec, ctx, FALSE);
	rf_died(STATUS_INVALID_EXCEPTION_HANDLER);
}

static BOOL search_frames(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	FRAME *nested_at = NULL, *dispatcher;
	ULONG_PTR low, high;

	stack_limits(&low, &high);
	for (FRAME *f = first_frame(); f != LAST_FRAME; f = f->Next) {
		EXCEPTION_DISPOSITION got;

		if (!frame_ok(f, low, high)) {
			rec->ExceptionFlags |= EXCEPTION_STACK_INVALID;
			return FALSE;
		}
		/* Ours is there before any module is known. */
		if ((PVOID)f->Handler != (PVOID)rf_last_handler &&
		    !handler_is_safe((PVOID)f->Handler))
			invalid_handler(f, rec, ctx);
		dispatcher = NULL;
		got = rf_call_handler(rec, f, ctx, &dispatcher, f->Handler,
				      nested);
		if (f == nested_at) {
			rec->ExceptionFlags &= ~EXCEPTION_NESTED_CALL;
			nested_at = NULL;
		}
		switch (got) {
		case ExceptionContinueExecution:
			if (rec->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
				raise_while(STATUS_NONCONTINUABLE_EXCEPTION,
					    rec);
			return TRUE;
		case ExceptionContinueSearch:
			break;
		case ExceptionNestedException:
			rec->ExceptionFlags |= EXCEPTION_NESTED_CALL;
			if (dispatcher > nested_at)
				nested_at = dispatcher;
			break;
		default:
			raise_while(STATUS_INVALID_DISPOSITION, rec);
		}
	}
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

void __cdecl rf_user_exception(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	NTSTATUS status;

	if (RtlDispatchException(rec, ctx))
		status = NtContinue(ctx, FALSE);
	else
		status = NtRaiseException(rec, ctx, FALSE);
	raise_while(status, rec);
}

void __cdecl rf_raise(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	rec->ExceptionAddress = (PVOID)ctx->Eip;
	/* The kernel tells the debugger first. */
	if (rf_peb()->BeingDebugged)
		raise_while(NtRaiseException(rec, ctx, TRUE), rec);
	rf_user_exception(rec, ctx);
}

void __cdecl rf_raise_status(NTSTATUS status, CONTEXT *ctx)
{
	EXCEPTION_RECORD rec = {
		.ExceptionCode = (DWORD)status,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
	};

	rf_raise(&rec, ctx);
}

void __cdecl rf_unwind(FRAME *target, EXCEPTION_RECORD *rec, ULONG value,
		       CONTEXT *ctx)
{
	EXCEPTION_RECORD own;
	FRAME *dispatcher;
	ULONG_PTR low, high;
	NTSTATUS status;

	if (!rec) {
		rec = &own;
		rec->ExceptionCode = (DWORD)STATUS_UNWIND;
		rec->ExceptionFlags = 0;
		rec->ExceptionRecord = NULL;
		rec->ExceptionAddress = (PVOID)ctx->Eip;
		rec->NumberParameters = 0;
	}
	rec->ExceptionFlags |= EXCEPTION_UNWINDING;
	if (!target)
		rec->ExceptionFlags |= EXCEPTION_EXIT_UNWIND;
	ctx->Eax = value;
	stack_limits(&low, &high);

	for (FRAME *f = first_frame(); f != LAST_FRAME && f != target;) {
		EXCEPTION_DISPOSITION got;

		if (target && f > target)
			raise_while(STATUS_INVALID_UNWIND_TARGET, rec);
		if (!frame_ok(f, low, high))
			raise_while(STATUS_BAD_STACK, rec);
		dispatcher = NULL;
		got = rf_call_handler(rec, f, ctx, &dispatcher, f->Handler,
				      collided);
		if (got == ExceptionCollidedUnwind)
			f = dispatcher; /* what that unwind was at */
		else if (got != ExceptionContinueSearch)
			raise_while(STATUS_INVALID_DISPOSITION, rec);
		f = f->Next;
		TEB_SET_PTR(Tib.ExceptionList, f);
	}
	if (target == LAST_FRAME || first_frame() == target)
		status = NtContinue(ctx, FALSE);
	else
		status = NtRaiseException(rec, ctx, FALSE);
	raise_while(status, rec);
}

/* Registered by rf_guarded_call(). */
EXCEPTION_DISPOSITION __cdecl rf_last_handler(EXCEPTION_RECORD *rec,
					      FRAME *frame, CONTEXT *ctx,
					      FRAME **dispatcher)
{
	EXCEPTION_POINTERS p = { rec, ctx };
	LONG verdict;

	if (rec->ExceptionFlags & UNWIND_FLAGS)
		return ExceptionContinueSearch;
	verdict = rf_last_filter(&p, frame);
	if (verdict == EXCEPTION_CONTINUE_EXECUTION)
		return ExceptionContinueExecution;
	RtlUnwind(frame, NULL, rec, NULL);
	rf_died((NTSTATUS)rec->ExceptionCode);
}

/* Registered by rf_attempt(). */
EXCEPTION_DISPOSITION __cdecl rf_attempt_handler(EXCEPTION_RECORD *rec,
					       FRAME *frame, CONTEXT *ctx,
					       FRAME **dispatcher)
{
	EXCEPTION_POINTERS p = { rec, ctx };
	LONG verdict;

	if (rec->ExceptionFlags & UNWIND_FLAGS)
		return ExceptionContinueSearch;
	verdict = rf_attempt_filter(&p, frame);
	if (verdict == EXCEPTION_CONTINUE_EXECUTION)
		return ExceptionContinueExecution;
	if (verdict == EXCEPTION_CONTINUE_SEARCH)
		return ExceptionContinueSearch;
	RtlUnwind(frame, NULL, rec, NULL);
	rf_attempt_failed(frame, (NTSTATUS)rec->ExceptionCode);
}

/* Return addresses by the chain of saved ebp, as far as it is one. */
static ULONG walk(ULONG_PTR *ebp, ULONG skip, ULONG n, PVOID *to)
{
	ULONG_PTR low, high;
	ULONG got = 0;

	stack_limits(&low, &high);
	while (got < n && (ULONG_PTR)ebp >= low &&
	       (ULONG_PTR)ebp <= high - 2 * sizeof *ebp &&
	       !((ULONG_PTR)ebp & 3)) {
		if (!ebp[1])
			break;
		if (skip)
			skip--;
		else
			to[got++] = (PVOID)ebp[1];
		if (ebp[0] <= (ULONG_PTR)ebp)
			break;
		ebp = (ULONG_PTR *)ebp[0];
	}
	return got;
}

USHORT NTAPI RtlCaptureStackBackTrace(ULONG skip, ULONG n, PVOID *to,
				      PULONG hash)
{
	ULONG sum = 0;

	n = walk(__builtin_frame_address(0), skip, n > 0xffff ? 0xffff : n, to);
	if (hash) {
		for (ULONG i = 0; i < n; i++)
			sum += (ULONG)to[i];
		*hash = sum;
	}
	return (USHORT)n;
}

NTSYSAPI ULONG NTAPI RtlWalkFrameChain(PVOID *to, ULONG n, ULONG flags);

ULONG NTAPI RtlWalkFrameChain(PVOID *to, ULONG n, ULONG flags)
{
	if (flags & 1)
		return 0; /* the kernel's part of the stack */
	return walk(__builtin_frame_address(0), flags >> 8, n, to);
}
