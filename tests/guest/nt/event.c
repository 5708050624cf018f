/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests events: reset kinds, pulses, names, rights, hand-over between threads.
 */
#include <windows.h>

#include "check.h"

static HANDLE ping, pong;

static DWORD WINAPI player(void *arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++) {
		WaitForSingleObject(ping, INFINITE);
		SetEvent(pong);
	}
	return 7;
}

static DWORD WINAPI waiter(void *arg)
{
	return WaitForSingleObject(arg, 60000);
}

static void kinds(void)
{
	HANDLE a = CreateEventW(NULL, FALSE, FALSE, NULL);
	HANDLE m = CreateEventW(NULL, TRUE, TRUE, NULL);

	CHECK(a && m);
	CHECK_EQ(WaitForSingleObject(a, 0), WAIT_TIMEOUT);
	CHECK(SetEvent(a));
	CHECK_EQ(WaitForSingleObject(a, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(a, 0), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK(ResetEvent(m));
	CHECK_EQ(WaitForSingleObject(m, 10), WAIT_TIMEOUT);
	CHECK(PulseEvent(m));
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_TIMEOUT);
	CloseHandle(a);
	CloseHandle(m);
	CHECK(!SetEvent(a));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void names(void)
{
	char local[64], name[64];
	DWORD session = 0;
	HANDLE a, b;

	/* Other runs of this test see the same names. */
	snprintf(local, sizeof local, "Local\\rf-test-event-%u",
		 (unsigned)GetCurrentProcessId());
	snprintf(name, sizeof name, "rf-test-event-%u",
		 (unsigned)GetCurrentProcessId());

	SetLastError(1);
	a = CreateEventA(NULL, TRUE, FALSE, local);
	CHECK_EQ(GetLastError(), ERROR_SUCCESS);
	b = CreateEventA(NULL, TRUE, FALSE, name);
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	SetEvent(a);
	CHECK_EQ(WaitForSingleObject(b, 0), WAIT_OBJECT_0);
	CHECK(!CreateMutexA(NULL, FALSE, name));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CloseHandle(b);
	b = OpenEventA(SYNCHRONIZE, FALSE, name);
	CHECK(b != NULL);
	CHECK(!SetEvent(b));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(b);
	CloseHandle(a);
	CHECK(!OpenEventA(SYNCHRONIZE, FALSE, name));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);

	/* Another folder, unless this is a service. */
	snprintf(local, sizeof local, "Global\\%s", name);
	a = CreateEventA(NULL, TRUE, FALSE, name);
	b = CreateMutexA(NULL, FALSE, local);
	ProcessIdToSessionId(GetCurrentProcessId(), &session);
	CHECK_EQ(b != NULL, session != 0);
	CloseHandle(b);
	snprintf(local, sizeof local, "Session\\%lu\\%s", session, name);
	b = OpenEventA(SYNCHRONIZE, FALSE, local);
	CHECK(b != NULL);
	CloseHandle(b);
	CloseHandle(a);
}

int main(void)
{
	HANDLE th[3], e;
	DWORD code;

	kinds();
	names();
	ping = CreateEventW(NULL, FALSE, FALSE, NULL);
	pong = CreateEventW(NULL, FALSE, FALSE, NULL);
	th[0] = CreateThread(NULL, 0, player, NULL, 0, NULL);
	for (int i = 0; i < 1000; i++)
		CHECK_EQ(SignalObjectAndWait(ping, pong, 5000, FALSE), 0);
	CHECK_EQ(WaitForSingleObject(th[0], 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th[0], &code));
	CHECK_EQ(code, 7);

	/* A manual event lets all go, an automatic one one at a time. */
	e = CreateEventW(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < 3; i++)
		th[i] = CreateThread(NULL, 0, waiter, e, 0, NULL);
	SetEvent(e);
	CHECK_EQ(WaitForMultipleObjects(3, th, TRUE, 60000), WAIT_OBJECT_0);
	e = CreateEventW(NULL, FALSE, FALSE, NULL);
	for (int i = 0; i < 3; i++)
		th[i] = CreateThread(NULL, 0, waiter, e, 0, NULL);
	for (int i = 0; i < 3; i++) {
		SetEvent(e);
		CHECK(WaitForMultipleObjects(3 - i, th, FALSE, 60000) <
		      WAIT_OBJECT_0 + 3);
		for (int k = 0; k < 3 - i; k++)
			if (WaitForSingleObject(th[k], 0) == 0) {
				th[k] = th[2 - i];
				break;
			}
	}
	return check_done();
}
