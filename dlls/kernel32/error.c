/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.c - the last error, error modes, raising, the last filter.
 */
#include "kernel32-private.h"
#include "nt-process.h"

void NTAPI RtlSetUnhandledExceptionFilter(PTOP_LEVEL_EXCEPTION_FILTER filter);

/* ---- last error ----------------------------------------------------- */

DWORD WINAPI GetLastError(VOID)
{
	return NtCurrentTeb()->LastErrorValue;
}

VOID WINAPI SetLastError(DWORD error)
{
	NtCurrentTeb()->LastErrorValue = error;
}

VOID WINAPI RestoreLastError(DWORD error)
{
	NtCurrentTeb()->LastErrorValue = error;
}

/* ---- error mode ----------------------------------------------------- */

/*
 * There are no error boxes: every mode is as if all bits were set, as in a
 * Windows service.  The kernel keeps the mode, with its first bit the other
 * way round, and hands it to children.
 */
#define KERNEL_MODE(mode) ((mode) ^ SEM_FAILCRITICALERRORS)

UINT WINAPI GetErrorMode(VOID)
{
	ULONG mode = KERNEL_MODE(0);

	NtQueryInformationProcess(NtCurrentProcess(),
				  RfProcessDefaultHardErrorMode, &mode,
				  sizeof mode, NULL);
	return KERNEL_MODE(mode);
}

UINT WINAPI SetErrorMode(UINT mode)
{
	UINT old = GetErrorMode();
	ULONG kernel;

	/* This one stays, once set. */
	kernel = KERNEL_MODE(mode | (old & SEM_NOALIGNMENTFAULTEXCEPT));
	NtSetInformationProcess(NtCurrentProcess(),
				RfProcessDefaultHardErrorMode, &kernel,
				sizeof kernel);
	return old;
}

DWORD WINAPI GetThreadErrorMode(VOID)
{
	return RtlGetThreadErrorMode();
}

BOOL WINAPI SetThreadErrorMode(DWORD mode, LPDWORD old)
{
	return rf_result(RtlSetThreadErrorMode(mode, old));
}

/* ---- exceptions ----------------------------------------------------- */

static LPTOP_LEVEL_EXCEPTION_FILTER volatile top_filter;

LPTOP_LEVEL_EXCEPTION_FILTER WINAPI
SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter)
{
	/* The first program to set one makes ntdll ask us at all. */
	RtlSetUnhandledExceptionFilter(UnhandledExceptionFilter);
	return InterlockedExchangePointer((PVOID volatile *)&top_filter,
					  filter);
}

static BOOL debugged(void)
{
	ULONG_PTR port = 0;

	NtQueryInformationProcess(NtCurrentProcess(), RfProcessDebugPort, &port,
				  sizeof port, NULL);
	return port != 0;
}

/*
 * Called where no frame wanted an exception.  To go on searching makes ntdll
 * give it to the host, which tells of it and ends the process.
 */
LONG WINAPI UnhandledExceptionFilter(PEXCEPTION_POINTERS p)
{
	LPTOP_LEVEL_EXCEPTION_FILTER filter = top_filter;

	/* Debuggers want to see what the filter would hide. */
	if (filter && !debugged())
		return filter(p);
	return EXCEPTION_CONTINUE_SEARCH;
}

VOID WINAPI RaiseException(DWORD code, DWORD flags, DWORD count,
			   const ULONG_PTR *args)
{
	EXCEPTION_RECORD r = { 0 };

	r.ExceptionCode = code & 0xefffffff; /* bit 28 is the kernel's */
	r.ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE;
	r.ExceptionAddress = (PVOID)RaiseException;
	if (args) {
		if (count > EXCEPTION_MAXIMUM_PARAMETERS)
			count = EXCEPTION_MAXIMUM_PARAMETERS;
		r.NumberParameters = count;
		for (DWORD i = 0; i < count; i++)
			r.ExceptionInformation[i] = args[i];
	}
	RtlRaiseException(&r);
	/* Not the last thing: a tail call would leave no frame to unwind. */
	__asm__ volatile("");
}

VOID WINAPI RaiseFailFastException(PEXCEPTION_RECORD record, PCONTEXT context,
				   DWORD flags)
{
	EXCEPTION_RECORD r = { 0 };
	CONTEXT here;

	if (!record) {
		r.ExceptionCode = 0xc0000602; /* STATUS_FAIL_FAST_EXCEPTION */
		r.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
		r.ExceptionAddress = __builtin_return_address(0);
		record = &r;
	}
	if (!context) {
		RtlCaptureContext(&here);
		context = &here;
	}
	/* No handler is asked: straight to the second chance. */
	NtRaiseException(record, context, FALSE);
	NtTerminateProcess(NtCurrentProcess(), record->ExceptionCode);
}
