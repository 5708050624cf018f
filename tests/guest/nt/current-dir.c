/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * current-dir.c - relative names while another thread changes the current
 * directory: each is opened below one that was current at some time meanwhile,
 * and no directory stays open behind.
 */
#include <windows.h>

#include "check.h"

enum { THREADS = 3, DIRS = 3, CHANGES = 3000 };

static volatile LONG over, failures, opened;

static DWORD WINAPI opener(void *arg)
{
	(void)arg;
	while (!over) {
		HANDLE h = CreateFileA("here.txt", GENERIC_READ,
				       FILE_SHARE_READ | FILE_SHARE_DELETE,
				       NULL, OPEN_EXISTING, 0, NULL);

		if (h == INVALID_HANDLE_VALUE) {
			InterlockedIncrement(&failures);
			continue;
		}
		InterlockedIncrement(&opened);
		CloseHandle(h);
		if (GetFileAttributesA("not here.txt") !=
		    INVALID_FILE_ATTRIBUTES)
			InterlockedIncrement(&failures);
	}
	return 0;
}

int main(void)
{
	char top[MAX_PATH], dir[DIRS][MAX_PATH], file[MAX_PATH], now[MAX_PATH];
	HANDLE t[THREADS];

	CHECK(GetCurrentDirectoryA(sizeof top, top) != 0);
	for (int i = 0; i < DIRS; i++) {
		HANDLE h;

		snprintf(dir[i], sizeof dir[i], "%.200s\\current %d", top, i);
		CHECK(CreateDirectoryA(dir[i], NULL));
		snprintf(file, sizeof file, "%.230s\\here.txt", dir[i]);
		h = CreateFileA(file, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0,
				NULL);
		CHECK(h != INVALID_HANDLE_VALUE);
		CloseHandle(h);
	}
	CHECK(SetCurrentDirectoryA(dir[0]));
	for (int i = 0; i < THREADS; i++)
		t[i] = CreateThread(NULL, 0, opener, NULL, 0, NULL);
	for (int i = 0; i < CHANGES || opened < CHANGES; i++) {
		if (!SetCurrentDirectoryA(dir[i % DIRS])) {
			CHECK(0, "change %d: %lu", i, GetLastError());
			break;
		}
		CHECK(GetCurrentDirectoryA(sizeof now, now) != 0);
		CHECK(!lstrcmpA(now, dir[i % DIRS]), "%s", now);
	}
	over = 1;
	WaitForMultipleObjects(THREADS, t, TRUE, INFINITE);
	CHECK_EQ(failures, 0);

	/* The one that is current is open, the others are not. */
	CHECK(SetCurrentDirectoryA(dir[0]));
	for (int i = DIRS - 1; i >= 0; i--) {
		snprintf(file, sizeof file, "%.230s\\here.txt", dir[i]);
		CHECK(DeleteFileA(file));
		CHECK_EQ(RemoveDirectoryA(dir[i]), i != 0);
	}
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(SetCurrentDirectoryA(top));
	CHECK(RemoveDirectoryA(dir[0]));
	for (int i = 0; i < THREADS; i++)
		CloseHandle(t[i]);
	return check_done();
}
