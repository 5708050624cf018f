/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unhandled.c - when nobody wants an exception: the unhandled exception
 * filter, fast fail, and exceptions raised by the dispatcher itself.
 */
#include "unwind.h"

NTSYSAPI void NTAPI
RtlSetUnhandledExceptionFilter(PTOP_LEVEL_EXCEPTION_FILTER filter);
NTSYSAPI LONG NTAPI RtlUnhandledExceptionFilter(EXCEPTION_POINTERS *p);
NTSYSAPI LONG NTAPI RtlUnhandledExceptionFilter2(EXCEPTION_POINTERS *p,
						 PCSTR function);
DECLSPEC_NORETURN void NTAPI RtlFailFast2(ULONG code, PVOID reserved);
DECLSPEC_NORETURN void NTAPI
RtlRaiseNoncontinuableException(EXCEPTION_RECORD *rec, CONTEXT *ctx);

void NTAPI KiRaiseUserExceptionDispatcher(void);

static PTOP_LEVEL_EXCEPTION_FILTER last_filter; /* kernel32's */

void NTAPI RtlSetUnhandledExceptionFilter(PTOP_LEVEL_EXCEPTION_FILTER filter)
{
	__atomic_store_n(&last_filter, filter, __ATOMIC_RELEASE);
}

/*
 * What remains if no filter of the program's takes it: the kernel's second
 * chance, which reports to the user and ends the process.
 */
LONG NTAPI RtlUnhandledExceptionFilter2(EXCEPTION_POINTERS *p, PCSTR function)
{
	return EXCEPTION_CONTINUE_SEARCH;
}

LONG NTAPI RtlUnhandledExceptionFilter(EXCEPTION_POINTERS *p)
{
	return RtlUnhandledExceptionFilter2(p, "");
}

/* The filter around every thread's first function (rf_guarded_call). */
LONG NTAPI rf_last_filter(EXCEPTION_POINTERS *p, PVOID frame)
{
	PTOP_LEVEL_EXCEPTION_FILTER filter =
		__atomic_load_n(&last_filter, __ATOMIC_ACQUIRE);
	LONG verdict = EXCEPTION_CONTINUE_SEARCH;

	if (rf_only_for_debugger(p->ExceptionRecord, p->ContextRecord))
		return EXCEPTION_CONTINUE_EXECUTION;
	if (filter)
		verdict = filter(p);
	if (verdict != EXCEPTION_CONTINUE_SEARCH)
		return verdict;
	NtRaiseException(p->ExceptionRecord, p->ContextRecord, FALSE);
	return EXCEPTION_EXECUTE_HANDLER;
}

/* The filter of rf_attempt(). */
LONG NTAPI rf_attempt_filter(EXCEPTION_POINTERS *p, PVOID frame)
{
	if (rf_only_for_debugger(p->ExceptionRecord, p->ContextRecord))
		return EXCEPTION_CONTINUE_EXECUTION;
	return EXCEPTION_EXECUTE_HANDLER;
}

/* A filter said EXCEPTION_EXECUTE_HANDLER: the end, without a report. */
void NTAPI rf_died(NTSTATUS status)
{
	NtTerminateProcess(NtCurrentProcess(), status);
	__builtin_trap();
}

void raise_while(NTSTATUS status, EXCEPTION_RECORD *during)
{
	EXCEPTION_RECORD rec = {
		.ExceptionCode = status,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
		.ExceptionRecord = during,
	};

	for (;;)
		RtlRaiseException(&rec);
}

void NTAPI RtlRaiseNoncontinuableException(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	NTSTATUS status = NtRaiseException(rec, ctx, FALSE);

	raise_while(status, rec);
}

void NTAPI RtlFailFast2(ULONG code, PVOID reserved)
{
	__asm__ volatile("int $0x29" : : "c"(code));
	__builtin_unreachable();
}

/* A call that failed asks for an exception: its status is in the TEB. */
void NTAPI KiRaiseUserExceptionDispatcher(void)
{
	RtlRaiseStatus(NtCurrentTeb()->ExceptionCode);
}
