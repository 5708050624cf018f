/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug.c - DbgPrint and breakpoints.
 *
 * What is printed is an exception that only a debugger sees; it costs nothing
 * where there is none.
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
