/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unwind.h - what the parts of ntdll's exception handling share.
 */
#ifndef RF_NTDLL_UNWIND_H
#define RF_NTDLL_UNWIND_H

#include "ntdll-private.h"

#ifndef EXCEPTION_UNWIND
#define EXCEPTION_UNWIND 0x66
#endif
#define EXCEPTION_SOFTWARE_ORIGINATE 0x80

/*
 * unwind-x86_64.c: leaves the frame of f, if none of its handlers has to be
 * called then and it is not target or beyond that; *frame: the establisher
 * frame.  FALSE: there is a handler, or it is the frame of an exception, and
 * nothing is done.
 */
#ifdef _WIN64
BOOL rf_pass_frame(ULONG64 base, ULONG64 pc, const RUNTIME_FUNCTION *f,
		   CONTEXT *c, ULONG64 target, ULONG64 *frame);
#endif

/* ---- unwind-table.c ---- */

/* The module that contains pc; FALSE: none. */
BOOL module_find(ULONG_PTR pc, ULONG_PTR *base, ULONG_PTR *end);

#ifndef _WIN64

/* What an image says of its handlers: RVAs, ascending; NULL: nothing. */
struct safe_handlers {
	const ULONG *rvas;
	ULONG count;
};

/* As module_find(), with that of the module. */
BOOL module_handlers(ULONG_PTR pc, ULONG_PTR *base, struct safe_handlers *s);

/* ---- safe-handlers.c ---- */

/* Of the image of size bytes at base. */
struct safe_handlers safe_handlers_of(PVOID base, ULONG size);
/* A registration record may name this handler. */
BOOL handler_is_safe(PVOID handler);

#endif

/* ---- vectored.c ---- */

/* TRUE: one of the handlers wants the program to go on. */
BOOL vectored_exception(EXCEPTION_RECORD *rec, CONTEXT *ctx);
/* Each of the continue handlers, until one is enough. */
void vectored_continue(EXCEPTION_RECORD *rec, CONTEXT *ctx);

/* ---- by architecture ---- */

/* TRUE: continue with *ctx; FALSE: nobody wants it. */
BOOLEAN NTAPI RtlDispatchException(EXCEPTION_RECORD *rec, CONTEXT *ctx);

/* The calling thread's stack, or the signal-like one of a fiber. */
static inline void stack_limits(ULONG_PTR *low, ULONG_PTR *high)
{
	*low = (ULONG_PTR)TEB_PTR(Tib.StackLimit);
	*high = (ULONG_PTR)TEB_PTR(Tib.StackBase);
}

/* ---- unhandled.c ---- */

/* A status as an exception that cannot be continued from. */
DECLSPEC_NORETURN void raise_while(NTSTATUS status, EXCEPTION_RECORD *during);
LONG NTAPI rf_last_filter(EXCEPTION_POINTERS *p, PVOID frame);
LONG NTAPI rf_attempt_filter(EXCEPTION_POINTERS *p, PVOID frame);
DECLSPEC_NORETURN void NTAPI rf_died(NTSTATUS status);

#endif
