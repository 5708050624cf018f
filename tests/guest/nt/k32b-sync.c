/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events, mutexes, semaphores, timers, waits, locks, atoms of Win32. */
// link: -lsynchronization
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "check.h"
#include "named.h"

static void events(void)
{
	HANDLE e = CreateEventA(NULL, FALSE, TRUE, NULL);
	HANDLE m =
		CreateEventW(NULL, TRUE, FALSE, own_name_w("k32b-sync-event"));
	HANDLE same, both[2];

	CHECK_EQ(GetLastError(), ERROR_SUCCESS);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	same = CreateEventA(NULL, TRUE, FALSE,
			    own_name("Local\\k32b-sync-event"));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(SetEvent(same));
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK(!CreateMutexW(NULL, FALSE, own_name_w("k32b-sync-event")));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!OpenEventW(EVENT_ALL_ACCESS, FALSE, L"k32b-none"));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	both[0] = e;
	both[1] = m;
	CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_OBJECT_0 + 1);
	CHECK_EQ(WaitForMultipleObjects(2, both, TRUE, 0), WAIT_TIMEOUT);
	SetEvent(e);
	CHECK_EQ(WaitForMultipleObjects(2, both, TRUE, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	CHECK(ResetEvent(m));
	CHECK_EQ(SignalObjectAndWait(e, m, 0, FALSE), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	CloseHandle(e);
	CloseHandle(m);
	CloseHandle(same);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static DWORD WINAPI abandon(void *mutex)
{
	return WaitForSingleObject(mutex, 60000);
}

static void mutexes(void)
{
	HANDLE m = CreateMutexA(NULL, TRUE, NULL), t;
	HANDLE s = CreateSemaphoreW(NULL, 1, 2, NULL);
	LONG old = -1;

	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK(ReleaseMutex(m));
	CHECK(ReleaseMutex(m));
	CHECK(!ReleaseMutex(m));
	CHECK_EQ(GetLastError(), ERROR_NOT_OWNER);
	t = CreateThread(NULL, 0, abandon, m, 0, NULL);
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CloseHandle(t);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_ABANDONED);
	CHECK(ReleaseSemaphore(s, 1, &old));
	CHECK_EQ(old, 1);
	CHECK(!ReleaseSemaphore(s, 1, &old));
	CHECK_EQ(GetLastError(), ERROR_TOO_MANY_POSTS);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_TIMEOUT);
	CloseHandle(m);
	CloseHandle(s);
}

static int fired;

static void CALLBACK on_timer(void *arg, DWORD low, DWORD high)
{
	fired += arg == &fired && high != 0;
}

static void CALLBACK on_apc(ULONG_PTR n)
{
	fired += (int)n;
}

static void timers(void)
{
	HANDLE t = CreateWaitableTimerExW(NULL, NULL, 0, TIMER_ALL_ACCESS);
	LARGE_INTEGER due = { .QuadPart = -100000 }; /* 10 ms */
	ULONGLONG start = GetTickCount64();

	CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK(GetTickCount64() - start < 1500);
	CHECK_EQ(WaitForSingleObject(t, 0), WAIT_TIMEOUT);
	CHECK(SetWaitableTimer(t, &due, 0, on_timer, &fired, FALSE));
	CHECK_EQ(SleepEx(2000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(fired, 1);
	CHECK(CancelWaitableTimer(t));
	CloseHandle(t);
	CHECK(QueueUserAPC(on_apc, GetCurrentThread(), 10));
	CHECK_EQ(SleepEx(0, FALSE), 0);
	CHECK_EQ(fired, 1);
	CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(fired, 11);
}

static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE cv = CONDITION_VARIABLE_INIT;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static volatile LONG ready, inits;

static BOOL CALLBACK init(PINIT_ONCE o, void *param, void **context)
{
	InterlockedIncrement(&inits);
	*context = param;
	return TRUE;
}

static DWORD WINAPI waker(void *arg)
{
	AcquireSRWLockExclusive(&srw);
	ready = 1;
	ReleaseSRWLockExclusive(&srw);
	WakeAllConditionVariable(&cv);
	return 0;
}

static void locks(void)
{
	CRITICAL_SECTION cs;
	HANDLE t;
	void *context = NULL;
	LONG compare = 5, value = 5;
	BOOL pending;

	CHECK(InitializeCriticalSectionAndSpinCount(&cs, 100));
	EnterCriticalSection(&cs);
	CHECK(TryEnterCriticalSection(&cs));
	LeaveCriticalSection(&cs);
	CHECK(!SleepConditionVariableCS(&cv, &cs, 1));
	CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
	LeaveCriticalSection(&cs);
	DeleteCriticalSection(&cs);

	AcquireSRWLockExclusive(&srw);
	t = CreateThread(NULL, 0, waker, NULL, 0, NULL);
	while (!ready)
		CHECK(SleepConditionVariableSRW(&cv, &srw, 5000, 0));
	ReleaseSRWLockExclusive(&srw);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	AcquireSRWLockShared(&srw);
	CHECK(TryAcquireSRWLockShared(&srw));
	CHECK(!TryAcquireSRWLockExclusive(&srw));
	ReleaseSRWLockShared(&srw);
	ReleaseSRWLockShared(&srw);

	CHECK(InitOnceExecuteOnce(&once, init, (void *)0x1230, &context));
	CHECK(InitOnceExecuteOnce(&once, init, (void *)0x4560, &context));
	CHECK_EQ((INT_PTR)context, 0x1230);
	CHECK_EQ(inits, 1);
	CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending,
				      &context));
	CHECK(!pending);

	CHECK(!WaitOnAddress(&value, &compare, sizeof value, 1));
	CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
	compare = 6;
	CHECK(WaitOnAddress(&value, &compare, sizeof value, 1000));
}

static void atoms(void)
{
	WCHAR name[32];
	ATOM a = AddAtomW(L"k32b Atom");

	CHECK(a >= 0xc000);
	CHECK_EQ(FindAtomA("K32B aTOM"), a);
	CHECK_EQ(GetAtomNameW(a, name, 32), 9);
	CHECK(!wcscmp(name, L"k32b Atom"));
	CHECK_EQ(DeleteAtom(a), 0);
	CHECK_EQ(FindAtomW(L"k32b Atom"), 0);
	CHECK_EQ(AddAtomW(L"#123"), 123);
	a = GlobalAddAtomA("k32b global");
	CHECK(a >= 0xc000);
	CHECK_EQ(GlobalFindAtomW(L"K32B GLOBAL"), a);
	CHECK_EQ(GlobalGetAtomNameW(a, name, 32), 11);
	CHECK_EQ(GlobalDeleteAtom(a), 0);
}

int main(void)
{
	events();
	mutexes();
	timers();
	locks();
	atoms();
	return check_done();
}
