/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests mutexes: ownership, recursion, abandonment, contention. */
#include <windows.h>

#include "check.h"

static HANDLE m;
static long shared;

static DWORD WINAPI abandon(void *arg)
{
	(void)arg;
	return WaitForSingleObject(m, INFINITE);
}

static DWORD WINAPI refuse(void *arg)
{
	(void)arg;
	if (ReleaseMutex(m))
		return 1;
	return GetLastError();
}

static DWORD WINAPI count(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		WaitForSingleObject(m, INFINITE);
		shared++;
		ReleaseMutex(m);
	}
	return 0;
}

int main(void)
{
	HANDLE th[4];
	DWORD code;

	m = CreateMutexW(NULL, TRUE, NULL);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	th[0] = CreateThread(NULL, 0, refuse, NULL, 0, NULL);
	WaitForSingleObject(th[0], INFINITE);
	GetExitCodeThread(th[0], &code);
	CHECK_EQ(code, ERROR_NOT_OWNER);
	CHECK(ReleaseMutex(m));
	CHECK(ReleaseMutex(m));
	CHECK(!ReleaseMutex(m));
	CHECK_EQ(GetLastError(), ERROR_NOT_OWNER);

	th[0] = CreateThread(NULL, 0, abandon, NULL, 0, NULL);
	CHECK_EQ(WaitForSingleObject(th[0], 60000), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(m, 60000), WAIT_ABANDONED);
	CHECK(ReleaseMutex(m));
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK(ReleaseMutex(m));

	for (int i = 0; i < 4; i++)
		th[i] = CreateThread(NULL, 0, count, NULL, 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(4, th, TRUE, 60000), WAIT_OBJECT_0);
	CHECK_EQ(shared, 8000);
	return check_done();
}
