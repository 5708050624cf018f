/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle.c - closing, duplicating and describing handles; the standard ones.
 *
 * There is no console server: a console handle is an ordinary handle, and the
 * standard handles live in the process parameters.
 */
#include "kernel32-private.h"

/* NtQueryObject, NtSetInformationObject */
#define OBJECT_HANDLE_FLAG_INFORMATION 4
struct handle_flags {
	BOOLEAN inherit;
	BOOLEAN protect;
};

static HANDLE *std_slot(DWORD which)
{
	PRTL_USER_PROCESS_PARAMETERS p = rf_peb()->ProcessParameters;

	switch (which) {
	case STD_INPUT_HANDLE:
		return &p->StandardInput;
	case STD_OUTPUT_HANDLE:
		return &p->StandardOutput;
	case STD_ERROR_HANDLE:
		return &p->StandardError;
	}
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

HANDLE WINAPI GetStdHandle(DWORD which)
{
	HANDLE *slot = std_slot(which);

	return slot ? *slot : INVALID_HANDLE_VALUE;
}

BOOL WINAPI SetStdHandle(DWORD which, HANDLE h)
{
	HANDLE *slot = std_slot(which);

	if (!slot)
		return FALSE;
	*slot = h;
	return TRUE;
}

BOOL WINAPI SetStdHandleEx(DWORD which, HANDLE h, HANDLE *old)
{
	HANDLE *slot = std_slot(which);

	if (!slot)
		return FALSE;
	if (old)
		*old = *slot;
	*slot = h;
	return TRUE;
}

/* Programs pass STD_OUTPUT_HANDLE itself where a handle is wanted. */
HANDLE k32_std_handle(HANDLE h)
{
	switch ((DWORD)(ULONG_PTR)h) {
	case STD_INPUT_HANDLE:
	case STD_OUTPUT_HANDLE:
	case STD_ERROR_HANDLE:
		return *std_slot((DWORD)(ULONG_PTR)h);
	}
	return h;
}

BOOL WINAPI CloseHandle(HANDLE h)
{
	return rf_result(NtClose(k32_std_handle(h)));
}

BOOL WINAPI DuplicateHandle(HANDLE from_process, HANDLE from, HANDLE to_process,
			    LPHANDLE to, DWORD access, BOOL inherit,
			    DWORD options)
{
	return rf_result(NtDuplicateObject(from_process, k32_std_handle(from),
					   to_process, to, access,
					   inherit ? OBJ_INHERIT : 0, options));
}

BOOL WINAPI GetHandleInformation(HANDLE h, LPDWORD flags)
{
	struct handle_flags f;
	NTSTATUS status;

	status =
		NtQueryObject(k32_std_handle(h), OBJECT_HANDLE_FLAG_INFORMATION,
			      &f, sizeof f, NULL);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	*flags = (f.inherit ? HANDLE_FLAG_INHERIT : 0) |
		 (f.protect ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0);
	return TRUE;
}

BOOL WINAPI SetHandleInformation(HANDLE h, DWORD mask, DWORD flags)
{
	struct handle_flags f;
	NTSTATUS status;

	h = k32_std_handle(h);
	status = NtQueryObject(h, OBJECT_HANDLE_FLAG_INFORMATION, &f, sizeof f,
			       NULL);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (mask & HANDLE_FLAG_INHERIT)
		f.inherit = !!(flags & HANDLE_FLAG_INHERIT);
	if (mask & HANDLE_FLAG_PROTECT_FROM_CLOSE)
		f.protect = !!(flags & HANDLE_FLAG_PROTECT_FROM_CLOSE);
	return rf_result(NtSetInformationObject(
		h, OBJECT_HANDLE_FLAG_INFORMATION, &f, sizeof f));
}

UINT WINAPI SetHandleCount(UINT n)
{
	return n;
}

HANDLE WINAPI GetCurrentProcess(VOID)
{
	return NtCurrentProcess();
}
