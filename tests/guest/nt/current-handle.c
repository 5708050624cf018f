/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handle that the PEB has for the current directory: programs that call
 * ntdll themselves open relative names below it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#include "check.h"

/* RTL_USER_PROCESS_PARAMETERS' beginning, as the SDK's ntrtl.h has it. */
struct parameters {
	ULONG maximum_length, length, flags, debug_flags;
	HANDLE console;
	ULONG console_flags;
	HANDLE in, out, err;
	UNICODE_STRING current_path;
	HANDLE current;
};

static HANDLE current(void)
{
	const struct parameters *p =
		(const void *)NtCurrentTeb()
			->ProcessEnvironmentBlock->ProcessParameters;

	return p->current;
}

static NTSTATUS open_below(HANDLE folder, const WCHAR *name)
{
	UNICODE_STRING s;
	OBJECT_ATTRIBUTES attr;
	IO_STATUS_BLOCK iosb;
	HANDLE h;
	NTSTATUS status;

	RtlInitUnicodeString(&s, name);
	InitializeObjectAttributes(&attr, &s, OBJ_CASE_INSENSITIVE, folder,
				   NULL);
	status = NtOpenFile(&h, FILE_READ_DATA | SYNCHRONIZE, &attr, &iosb,
			    FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT);
	if (!status)
		NtClose(h);
	return status;
}

int main(void)
{
	WCHAR folder[MAX_PATH], sub[MAX_PATH], here[MAX_PATH];
	HANDLE h;

	CHECK(current() != NULL);
	GetCurrentDirectoryW(MAX_PATH, here);
	GetTempPathW(MAX_PATH, folder);
	wsprintfW(sub, L"%srf-current-%lu", folder, GetCurrentProcessId());
	CHECK(CreateDirectoryW(sub, NULL));
	CHECK(SetCurrentDirectoryW(sub));
	CHECK(current() != NULL);
	h = CreateFileW(L"a file", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
	CHECK_EQ(open_below(current(), L"A File"), 0);
	CHECK_EQ((ULONG)open_below(current(), L"another"), 0xc0000034ul);
	CHECK(DeleteFileW(L"a file"));
	/* A folder that somebody stands in is not deleted. */
	CHECK(!RemoveDirectoryW(sub));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(SetCurrentDirectoryW(here));
	CHECK(RemoveDirectoryW(sub));
	return check_done();
}
