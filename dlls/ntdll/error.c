/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.c - statuses and errors: the translation table, the thread's last
 * error, and how this DLL speaks to the person at the terminal.
 */
#include "ntdll-private.h"

static const struct dos_error {
	ULONG status;
	ULONG error;
} dos_errors[] = {
#include "dlls/ntdll/doserror-rows.h"
};

ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS s)
{
	ULONG status = (ULONG)s;
	size_t low = 0, high = ARRAY_SIZE(dos_errors);

	if (!status || status & 0x20000000) /* the customer's own bit */
		return status;
	if ((status & 0xf0000000) == 0xd0000000)
		status &= ~0x10000000u;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (dos_errors[mid].status == status)
			return dos_errors[mid].error;
		if (dos_errors[mid].status < status)
			low = mid + 1;
		else
			high = mid;
	}
	if (HIWORD(status) == 0xc001 || HIWORD(status) == 0x8007 ||
	    HIWORD(status) == 0xc007)
		return LOWORD(status);
	return ERROR_MR_MID_NOT_FOUND;
}

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status)
{
	NtCurrentTeb()->LastStatusValue = status;
	return RtlNtStatusToDosErrorNoTeb(status);
}

ULONG NTAPI RtlGetLastWin32Error(void)
{
	return NtCurrentTeb()->LastErrorValue;
}

void NTAPI RtlSetLastWin32Error(ULONG error)
{
	NtCurrentTeb()->LastErrorValue = error;
}

void NTAPI RtlRestoreLastWin32Error(ULONG error)
{
	NtCurrentTeb()->LastErrorValue = error;
}

void NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS status)
{
	NtCurrentTeb()->LastErrorValue = RtlNtStatusToDosError(status);
}

NTSTATUS NTAPI RtlGetLastNtStatus(void)
{
	return NtCurrentTeb()->LastStatusValue;
}

/* The bits of SetThreadErrorMode, four places higher than SEM_* has them. */
ULONG NTAPI RtlGetThreadErrorMode(void)
{
	return NtCurrentTeb()->HardErrorMode;
}

NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, ULONG *old)
{
	if (mode & ~0x70u)
		return STATUS_INVALID_PARAMETER_1;
	if (old)
		*old = NtCurrentTeb()->HardErrorMode;
	NtCurrentTeb()->HardErrorMode = mode;
	return STATUS_SUCCESS;
}

static void say(const char *format, va_list args)
{
	RTL_USER_PROCESS_PARAMETERS *params = rf_peb()->ProcessParameters;
	static const char prefix[] = "run-foreign: ";
	char line[512];
	IO_STATUS_BLOCK iosb;
	int n;

	memcpy(line, prefix, sizeof prefix - 1);
	n = rf_vsnprintf(line + sizeof prefix - 1,
			 sizeof line - sizeof prefix - 1, format, args);
	if (n < 0)
		n = sizeof line - sizeof prefix - 1;
	n += sizeof prefix - 1;
	line[n++] = '\n';
	/* A console program's handle is synchronous; others may lose this. */
	if (params && params->StandardError)
		NtWriteFile(params->StandardError, NULL, NULL, NULL, &iosb,
			    line, n, NULL, NULL);
}

void __cdecl rf_complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void __cdecl rf_fatal(NTSTATUS status, const char *format, ...)
{
	EXCEPTION_RECORD rec = {
		.ExceptionCode = status,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
		.ExceptionAddress = __builtin_return_address(0),
	};
	CONTEXT ctx;
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	/* No handler may run: who knows what is held, or what is whole. */
	RtlCaptureContext(&ctx);
	NtRaiseException(&rec, &ctx, FALSE);
	NtTerminateProcess(NtCurrentProcess(), status);
	__builtin_trap();
}
