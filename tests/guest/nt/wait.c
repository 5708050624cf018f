/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests waits: any and all, order, time-outs, handles that cannot be waited. */
#include <windows.h>

#include "check.h"

static HANDLE e[4];

static DWORD WINAPI set_later(void *arg)
{
	Sleep(20);
	SetEvent(arg);
	return 0;
}

static DWORD WINAPI wait_all(void *arg)
{
	(void)arg;
	return WaitForMultipleObjects(4, e, TRUE, 60000);
}

int main(void)
{
	HANDLE th, many[MAXIMUM_WAIT_OBJECTS];
	ULONGLONG began;
	DWORD code;

	for (int i = 0; i < 4; i++)
		e[i] = CreateEventW(NULL, i & 1, FALSE, NULL);
	CHECK_EQ(WaitForMultipleObjects(4, e, FALSE, 0), WAIT_TIMEOUT);
	SetEvent(e[2]);
	SetEvent(e[1]);
	/* The lowest index wins; 1 is manual and stays. */
	CHECK_EQ(WaitForMultipleObjects(4, e, FALSE, 0), WAIT_OBJECT_0 + 1);
	ResetEvent(e[1]);
	CHECK_EQ(WaitForMultipleObjects(4, e, FALSE, 0), WAIT_OBJECT_0 + 2);
	CHECK_EQ(WaitForMultipleObjects(4, e, FALSE, 0), WAIT_TIMEOUT);

	th = CreateThread(NULL, 0, set_later, e[3], 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(4, e, FALSE, 60000), WAIT_OBJECT_0 + 3);
	WaitForSingleObject(th, INFINITE);
	ResetEvent(e[3]);

	/* All: nothing is taken before everything is there. */
	th = CreateThread(NULL, 0, wait_all, NULL, 0, NULL);
	for (int i = 0; i < 3; i++)
		SetEvent(e[i]);
	CHECK_EQ(WaitForSingleObject(th, 50), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(e[0], 0), WAIT_OBJECT_0);
	SetEvent(e[3]);
	CHECK_EQ(WaitForSingleObject(th, 50), WAIT_TIMEOUT);
	SetEvent(e[0]);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e[0], 0), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(e[1], 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e[2], 0), WAIT_TIMEOUT);

	/* Refusals. */
	CHECK_EQ(WaitForMultipleObjects(0, e, FALSE, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(WaitForMultipleObjects(65, many, FALSE, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	many[0] = many[1] = e[0];
	CHECK_EQ(WaitForMultipleObjects(2, many, TRUE, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(WaitForMultipleObjects(2, many, FALSE, 0), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(NULL, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);

	for (int i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
		many[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
	SetEvent(many[63]);
	CHECK_EQ(WaitForMultipleObjects(64, many, FALSE, INFINITE), 63);
	for (int i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
		SetEvent(many[i]);
	CHECK_EQ(WaitForMultipleObjects(64, many, TRUE, INFINITE), 0);

	began = GetTickCount64();
	CHECK_EQ(WaitForSingleObject(e[0], 100), WAIT_TIMEOUT);
	CHECK(GetTickCount64() - began >= 90);
	CHECK_EQ(SignalObjectAndWait(e[0], e[0], 0, FALSE), WAIT_OBJECT_0);
	return check_done();
}
