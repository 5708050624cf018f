/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * NUL is opened, not created and not found: what was there before is of no
 * interest, so nobody truncates it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "check.h"

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
	return check_done();
}
