/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iocp.c - completion ports.
 *
 * OVERLAPPED_ENTRY and FILE_IO_COMPLETION_INFORMATION are the same bytes, so
 * several packets come in one call without a copy.
 */
#include "kernel32-private.h"
#include "nt-file.h"

_Static_assert(sizeof(OVERLAPPED_ENTRY) ==
		       sizeof(FILE_IO_COMPLETION_INFORMATION),
	       "one is read as the other");

#ifndef IO_COMPLETION_ALL_ACCESS
#define IO_COMPLETION_ALL_ACCESS 0x1f0003
#endif

HANDLE WINAPI CreateIoCompletionPort(HANDLE file, HANDLE existing,
				     ULONG_PTR key, DWORD threads)
{
	FILE_COMPLETION_INFORMATION bind;
	HANDLE port = existing;
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (file == INVALID_HANDLE_VALUE && existing) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (!existing) {
		status = NtCreateIoCompletion(&port, IO_COMPLETION_ALL_ACCESS,
					      NULL, threads);
		if (!NT_SUCCESS(status)) {
			rf_fail(status);
			return NULL;
		}
	}
	if (file == INVALID_HANDLE_VALUE)
		return port;
	bind.Port = port;
	bind.Key = (PVOID)key;
	status = NtSetInformationFile(file, &io, &bind, sizeof bind,
				      FileCompletionInformation);
	if (NT_SUCCESS(status))
		return port;
	if (!existing)
		NtClose(port);
	rf_fail(status);
	return NULL;
}

BOOL WINAPI GetQueuedCompletionStatus(HANDLE port, LPDWORD n, PULONG_PTR key,
				      LPOVERLAPPED *o, DWORD ms)
{
	PVOID got_key, value;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	LARGE_INTEGER t;

	*o = NULL;
	status = NtRemoveIoCompletion(port, &got_key, &value, &io,
				      k32_timeout(&t, ms));
	if (status == STATUS_TIMEOUT) {
		SetLastError(WAIT_TIMEOUT);
		return FALSE;
	}
	/* STATUS_ABANDONED_WAIT_0, of a port that was closed, is no packet. */
	if (status != STATUS_SUCCESS)
		return rf_fail(status);
	*key = (ULONG_PTR)got_key;
	*n = (DWORD)io.Information;
	*o = value;
	return rf_result(io.Status);
}

BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE port, LPOVERLAPPED_ENTRY entries,
					ULONG count, PULONG removed, DWORD ms,
					BOOL alertable)
{
	NTSTATUS status;
	LARGE_INTEGER t;

	status = NtRemoveIoCompletionEx(port, entries, count, removed,
					k32_timeout(&t, ms), !!alertable);
	if (status == STATUS_SUCCESS)
		return TRUE;
	if (status == STATUS_TIMEOUT || status == STATUS_USER_APC) {
		*removed = 0;
		SetLastError(status == STATUS_TIMEOUT ? WAIT_TIMEOUT
						      : WAIT_IO_COMPLETION);
		return FALSE;
	}
	return rf_fail(status);
}

BOOL WINAPI PostQueuedCompletionStatus(HANDLE port, DWORD n, ULONG_PTR key,
				       LPOVERLAPPED o)
{
	return rf_result(
		NtSetIoCompletion(port, (PVOID)key, o, STATUS_SUCCESS, n));
}
