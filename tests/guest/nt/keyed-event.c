/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests keyed events, and alerts by a thread's id. */
#include <windows.h>
#include <winternl.h>

#include "check.h"

#define TIMED_OUT ((NTSTATUS)0x102)
#define ALERTED ((NTSTATUS)0x101)
#define USER_APC 0xc0
#define INVALID_PARAMETER_1 ((NTSTATUS)0xc00000ef)
#define INVALID_CID ((NTSTATUS)0xc000000b)

NTSTATUS NTAPI NtCreateKeyedEvent(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *,
				  ULONG);
NTSTATUS NTAPI NtWaitForKeyedEvent(HANDLE, PVOID, BOOLEAN, LARGE_INTEGER *);
NTSTATUS NTAPI NtReleaseKeyedEvent(HANDLE, PVOID, BOOLEAN, LARGE_INTEGER *);
NTSTATUS NTAPI NtAlertThreadByThreadId(HANDLE);
NTSTATUS NTAPI NtWaitForAlertByThreadId(PVOID, LARGE_INTEGER *);

static HANDLE event;
static volatile LONG apcs;

static DWORD WINAPI waits(void *key)
{
	return NtWaitForKeyedEvent(event, key, FALSE, NULL);
}

static DWORD WINAPI waits_alertably(void *key)
{
	return NtWaitForKeyedEvent(event, key, TRUE, NULL);
}

static DWORD WINAPI waits_for_alert(void *address)
{
	return NtWaitForAlertByThreadId(address, NULL);
}

static VOID CALLBACK apc(ULONG_PTR arg)
{
	apcs += (LONG)arg;
}

static HANDLE begin(DWORD(WINAPI *fn)(void *), void *arg, DWORD *id)
{
	return CreateThread(NULL, 0, fn, arg, 0, id);
}

static DWORD end(HANDLE th)
{
	DWORD code = ~0u;

	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CloseHandle(th);
	return code;
}

static void keyed(void)
{
	LARGE_INTEGER soon = { .QuadPart = -200000 };
	void *one = (void *)16, *two = (void *)32, *odd = (void *)9;
	HANDLE first, second;

	CHECK_EQ(NtCreateKeyedEvent(&event, GENERIC_ALL, NULL, 0), 0);
	CHECK_EQ(NtWaitForKeyedEvent(event, one, FALSE, &soon), TIMED_OUT);
	CHECK_EQ(NtReleaseKeyedEvent(event, one, FALSE, &soon), TIMED_OUT);
	CHECK_EQ(NtWaitForKeyedEvent(event, odd, FALSE, &soon),
		 INVALID_PARAMETER_1);
	CHECK_EQ(NtReleaseKeyedEvent(event, odd, FALSE, &soon),
		 INVALID_PARAMETER_1);
	/* Each key its own; who releases waits for who waits. */
	first = begin(waits, one, NULL);
	second = begin(waits, two, NULL);
	CHECK_EQ(NtReleaseKeyedEvent(event, two, FALSE, NULL), 0);
	CHECK_EQ(end(second), 0);
	CHECK_EQ(WaitForSingleObject(first, 30), WAIT_TIMEOUT);
	CHECK_EQ(NtReleaseKeyedEvent(event, one, FALSE, NULL), 0);
	CHECK_EQ(end(first), 0);
	first = begin(waits_alertably, one, NULL);
	/* One that comes before it waits runs before it does anything. */
	do
		QueueUserAPC(apc, first, 1);
	while (WaitForSingleObject(first, 10) == WAIT_TIMEOUT);
	CHECK_EQ(end(first), USER_APC);
	CHECK(apcs >= 1);
	/* It cannot be waited for otherwise; NULL is the process's own. */
	CHECK_EQ(WaitForSingleObject(event, 0), WAIT_FAILED);
	CHECK_EQ(NtWaitForKeyedEvent(NULL, one, FALSE, &soon), TIMED_OUT);
	CloseHandle(event);
}

static void alerts(void)
{
	LARGE_INTEGER soon = { .QuadPart = -200000 };
	HANDLE me = (HANDLE)(ULONG_PTR)GetCurrentThreadId(), th;
	DWORD id;

	CHECK_EQ(NtWaitForAlertByThreadId(&id, &soon), TIMED_OUT);
	/* One is remembered, and no more. */
	CHECK_EQ(NtAlertThreadByThreadId(me), 0);
	CHECK_EQ(NtAlertThreadByThreadId(me), 0);
	CHECK_EQ(NtWaitForAlertByThreadId(&id, NULL), ALERTED);
	CHECK_EQ(NtWaitForAlertByThreadId(&id, &soon), TIMED_OUT);
	th = begin(waits_for_alert, &id, &id);
	CHECK_EQ(NtAlertThreadByThreadId((HANDLE)(ULONG_PTR)id), 0);
	CHECK_EQ(end(th), ALERTED);
	CHECK_EQ(NtAlertThreadByThreadId((HANDLE)(ULONG_PTR)0x3ffffff0),
		 INVALID_CID);
}

int main(void)
{
	keyed();
	alerts();
	return check_done();
}
