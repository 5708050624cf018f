/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash-handles.c - a process that crashes has no threads any more when its
 * handles close: nobody sees a connection end.
 *
 * What they saw they would say in memory that the parent has too, since all
 * handles close.
 */
#include "sock-pair.h"

#include <string.h>
#include <windows.h>

#include "self.h"
#include "named.h"

enum { FILES = 500, WATCHERS = 16, CODE = 0xe0000077 };

#define NAME own_name("rf-test-crash-handles")
static HANDLE ready;
static volatile LONG *seen;

/* Nobody ever writes: a connection that ends has been closed. */
static DWORD WINAPI watch(void *arg)
{
	SOCKET a, b;
	char c;

	pair(&a, &b);
	ReleaseSemaphore(ready, 1, NULL);
	recv(a, &c, 1, 0);
	InterlockedIncrement(seen);
	return 0;
}

static volatile LONG *map(HANDLE h)
{
	return MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
}

static void crash(void)
{
	char path[MAX_PATH], dir[MAX_PATH];
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	seen = map(OpenFileMappingA(FILE_MAP_WRITE, FALSE, NAME));
	ready = CreateSemaphoreA(NULL, 0, WATCHERS, NULL);
	for (int i = 0; i < WATCHERS; i++)
		CreateThread(NULL, 0, watch, NULL, 0, NULL);
	for (int i = 0; i < WATCHERS; i++)
		WaitForSingleObject(ready, INFINITE);
	/* Something to do behind it, so that others have time to notice. */
	GetTempPathA(sizeof dir, dir);
	for (int i = 0; i < FILES; i++) {
		snprintf(path, sizeof path, "%srf-crash-%lu-%d", dir,
			 GetCurrentProcessId(), i);
		CreateFileA(path, GENERIC_WRITE | DELETE, 0, NULL, CREATE_NEW,
			    FILE_FLAG_DELETE_ON_CLOSE, NULL);
	}
	RaiseException(CODE, EXCEPTION_NONCONTINUABLE, 0, NULL);
}

int main(int argc, char **argv)
{
	HANDLE m;

	if (argc > 1) {
		crash();
		return 0;
	}
	m = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
			       sizeof *seen, NAME);
	seen = map(m);
	CHECK(seen != NULL);
	if (!seen)
		return check_done();
	CHECK_EQ(run_self("crash"), CODE);
	CHECK_EQ(*seen, 0);
	CloseHandle(m);
	return check_done();
}
