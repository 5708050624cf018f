/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * no-descriptors.c - with as many files open as there can be (tests/cli/run sees
 * to it that these are few), what needs none goes on, and what does is refused.
 */
#include <windows.h>

#include "check.h"

enum { MOST = 2000, USER_SHARED_ROOT = 0x7ffe0030 };

static HANDLE files[MOST];

int main(void)
{
	const volatile WCHAR *root =
		(const volatile WCHAR *)(ULONG_PTR)USER_SHARED_ROOT;
	char path[MAX_PATH], here[MAX_PATH];
	ULONGLONG before;
	HANDLE h;
	int n;

	GetTempPathA(sizeof here, here);
	CHECK(GetTempFileNameA(here, "fds", 0, path), "%lu", GetLastError());
	for (n = 0; n < MOST; n++) {
		files[n] = CreateFileA(path, GENERIC_READ, 7, NULL,
				       OPEN_EXISTING, 0, NULL);
		if (files[n] == INVALID_HANDLE_VALUE)
			break;
	}
	CHECK(n == MOST || GetLastError() == ERROR_TOO_MANY_OPEN_FILES, "%lu",
	      GetLastError());
	/* Nobody has looked at this page before. */
	CHECK_EQ(root[0], 'C');
	before = GetTickCount64();
	Sleep(20);
	CHECK(GetTickCount64() > before);
	h = CreateEventA(NULL, FALSE, TRUE, NULL);
	CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0);
	CloseHandle(h);
	CHECK(GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES);
	while (n--)
		CHECK(CloseHandle(files[n]));
	h = CreateFileA(path, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(h);
	CHECK(DeleteFileA(path));
	return check_done();
}
