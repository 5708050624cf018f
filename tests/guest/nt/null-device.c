/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * NUL is opened, not created and not found: what was there before is of no
 * interest, so nobody truncates it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#include "check.h"

/* It is there, though no link: Cygwin looks for devices so. */
static void by_name(void)
{
	LONG(NTAPI * open_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *) =
		(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"),
				       "NtOpenSymbolicLinkObject");
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES attr;
	HANDLE h;

	RtlInitUnicodeString(&name, L"\\Device\\Null");
	InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	CHECK_EQ(open_link(&h, 1, &attr), (LONG)0xc0000024);
	RtlInitUnicodeString(&name, L"\\Device\\rf-no-such-device");
	CHECK_EQ(open_link(&h, 1, &attr), (LONG)0xc0000034);
}

int main(void)
{
	static const DWORD how[] = { CREATE_ALWAYS, OPEN_EXISTING,
				     OPEN_ALWAYS };

	for (unsigned i = 0; i < ARRAYSIZE(how); i++) {
		DWORD n = 9;
		HANDLE h;
		char c;

		SetLastError(1234);
		h = CreateFileW(L"nul", GENERIC_READ | GENERIC_WRITE, 0, NULL,
				how[i], 0, NULL);
		CHECK(h != INVALID_HANDLE_VALUE);
		if (how[i] != OPEN_EXISTING)
			CHECK_EQ(GetLastError(), 0);
		CHECK(WriteFile(h, "x", 1, &n, NULL));
		CHECK_EQ(n, 1);
		CHECK(ReadFile(h, &c, 1, &n, NULL));
		CHECK_EQ(n, 0);
		CloseHandle(h);
	}
	by_name();
	return check_done();
}
