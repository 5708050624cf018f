/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug.c - DbgPrint and the debugger's side of ntdll.
 *
 * A process is not debugged here; DbgPrint raises the exception that a
 * debugger would print and goes on, which costs nothing unless it is asked to.
 */
#include "ntdll-private.h"

#define DBG_PRINTEXCEPTION 0x40010006

/* As Windows does: an exception of two arguments, length and text. */
static ULONG print(PCSTR format, va_list args)
{
	char text[512];
	int n = rf_vsnprintf(text, sizeof text - 1, format, args);
	EXCEPTION_RECORD rec = {
		.ExceptionCode = DBG_PRINTEXCEPTION,
		.NumberParameters = 2,
	};

	if (n < 0)
		n = sizeof text - 1;
	text[n] = 0;
	if (!rf_peb()->BeingDebugged)
		return STATUS_SUCCESS;
	rec.ExceptionInformation[0] = (ULONG_PTR)n + 1;
	rec.ExceptionInformation[1] = (ULONG_PTR)text;
	RtlRaiseException(&rec);
	return STATUS_SUCCESS;
}

ULONG NTAPI vDbgPrintEx(ULONG component, ULONG level, PCSTR format,
			va_list args)
{
	return print(format, args);
}

ULONG NTAPI vDbgPrintExWithPrefix(PCSTR prefix, ULONG component, ULONG level,
				  PCSTR format, va_list args);
ULONG NTAPI vDbgPrintExWithPrefix(PCSTR prefix, ULONG component, ULONG level,
				  PCSTR format, va_list args)
{
	return print(format, args);
}

ULONG __cdecl DbgPrint(PCSTR format, ...)
{
	va_list args;
	ULONG status;

	va_start(args, format);
	status = print(format, args);
	va_end(args);
	return status;
}

ULONG __cdecl DbgPrintEx(ULONG component, ULONG level, PCSTR format, ...)
{
	va_list args;
	ULONG status;

	va_start(args, format);
	status = print(format, args);
	va_end(args);
	return status;
}

ULONG __cdecl DbgPrintReturnControlC(PCSTR format, ...);
ULONG __cdecl DbgPrintReturnControlC(PCSTR format, ...)
{
	va_list args;
	ULONG status;

	va_start(args, format);
	status = print(format, args);
	va_end(args);
	return status;
}

void NTAPI DbgBreakPoint(void)
{
	__asm__ volatile("int3");
}

void NTAPI DbgUserBreakPoint(void)
{
	__asm__ volatile("int3");
}

/* No debugger listens, so none can be asked. */
NTSTATUS NTAPI DbgUiConnectToDbg(void);
NTSTATUS NTAPI DbgUiDebugActiveProcess(HANDLE process);
NTSTATUS NTAPI DbgUiStopDebugging(HANDLE process);
HANDLE NTAPI DbgUiGetThreadDebugObject(void);
void NTAPI DbgUiSetThreadDebugObject(HANDLE h);
void NTAPI DbgUiRemoteBreakin(PVOID context);
NTSTATUS NTAPI DbgUiIssueRemoteBreakin(HANDLE process);

NTSTATUS NTAPI DbgUiConnectToDbg(void)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS NTAPI DbgUiDebugActiveProcess(HANDLE process)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS NTAPI DbgUiStopDebugging(HANDLE process)
{
	return STATUS_NOT_SUPPORTED;
}

HANDLE NTAPI DbgUiGetThreadDebugObject(void)
{
	return NtCurrentTeb()->DbgSsReserved[1];
}

void NTAPI DbgUiSetThreadDebugObject(HANDLE h)
{
	NtCurrentTeb()->DbgSsReserved[1] = h;
}

/* Where a debugger starts a thread to stop the process. */
void NTAPI DbgUiRemoteBreakin(PVOID context)
{
	if (rf_peb()->BeingDebugged)
		DbgBreakPoint();
	RtlExitUserThread(STATUS_SUCCESS);
}

NTSTATUS NTAPI DbgUiIssueRemoteBreakin(HANDLE process)
{
	return STATUS_NOT_SUPPORTED;
}
