/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mailslot.c - mailslots of this machine.  Writers open them as files.
 */
#include "kernel32-private.h"
#include "nt-file.h"

#define FOREVER     -1ll
#define PREFIX      L"\\??\\MAILSLOT\\"
#define PREFIX_LEN  (ARRAYSIZE(PREFIX) - 1)
#define QUERY_CLASS 26 /* FileMailslotQueryInformation */
#define SET_CLASS   27 /* FileMailslotSetInformation */

static LONGLONG nt_timeout(DWORD ms)
{
	return ms == MAILSLOT_WAIT_FOREVER ? FOREVER : -(LONGLONG)ms * 10000;
}

HANDLE WINAPI CreateMailslotW(LPCWSTR name, DWORD max_message, DWORD timeout,
			      LPSECURITY_ATTRIBUTES sa)
{
	LARGE_INTEGER time = { .QuadPart = nt_timeout(timeout) };
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;
	NT_PATH(path);

	if (!nt_path_init(&path, name))
		return INVALID_HANDLE_VALUE;
	/* One of another machine nobody can make. */
	if (!wide_same_n(path.name.Buffer, PREFIX, PREFIX_LEN) ||
	    path.name.Length <= PREFIX_LEN * sizeof(WCHAR)) {
		SetLastError(ERROR_INVALID_NAME);
		return INVALID_HANDLE_VALUE;
	}
	nt_path_security(&path, sa);
	/* Each read may wait: requests are overlapped, if the program wants. */
	status = NtCreateMailslotFile(
		&h, GENERIC_READ | SYNCHRONIZE | WRITE_DAC, &path.oa, &io,
		FILE_WRITE_THROUGH, 0, max_message, &time);
	if (NT_SUCCESS(status))
		return h;
	rf_fail(status);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateMailslotA(LPCSTR name, DWORD max_message, DWORD timeout,
			      LPSECURITY_ATTRIBUTES sa)
{
	WIDE(w);

	if (!wide_from_file(&w, name))
		return INVALID_HANDLE_VALUE;
	return CreateMailslotW(w.s, max_message, timeout, sa);
}

BOOL WINAPI GetMailslotInfo(HANDLE h, LPDWORD max_message, LPDWORD next,
			    LPDWORD count, LPDWORD timeout)
{
	struct {
		ULONG max_message, quota, next, count;
		LONGLONG timeout;
	} i;
	IO_STATUS_BLOCK io;
	NTSTATUS status =
		NtQueryInformationFile(h, &io, &i, sizeof i, QUERY_CLASS);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (max_message)
		*max_message = i.max_message;
	if (next)
		*next = i.next;
	if (count)
		*count = i.count;
	if (timeout)
		*timeout = i.timeout == FOREVER ? MAILSLOT_WAIT_FOREVER
						: (DWORD)(-i.timeout / 10000);
	return TRUE;
}

BOOL WINAPI SetMailslotInfo(HANDLE h, DWORD timeout)
{
	LARGE_INTEGER time = { .QuadPart = nt_timeout(timeout) };
	LARGE_INTEGER *at = &time;
	IO_STATUS_BLOCK io;

	return rf_result(
		NtSetInformationFile(h, &io, &at, sizeof at, SET_CLASS));
}
