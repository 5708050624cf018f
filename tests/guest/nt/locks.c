/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Critical sections, reader/writer locks, condition variables, one-time
 * initialisation, waiting on addresses, barriers, lists: alone and in a crowd.
 */
// link: -lsynchronization
#include <windows.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { THREADS = 4, ROUNDS = 50000 };

static CRITICAL_SECTION cs;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE cv = CONDITION_VARIABLE_INIT;
static volatile LONG counter, inside, wrong;

static void crowd(LPTHREAD_START_ROUTINE fn)
{
	HANDLE t[THREADS];

	for (int i = 0; i < THREADS; i++)
		t[i] = CreateThread(NULL, 0, fn, (PVOID)(INT_PTR)i, 0, NULL);
	for (int i = 0; i < THREADS; i++) {
		CHECK_EQ(WaitForSingleObject(t[i], INFINITE), WAIT_OBJECT_0);
		CloseHandle(t[i]);
	}
}

/*
 * Threads that hand something on, so that each round is a sleep and a wake-up;
 * in a virtual machine both leave it.  All of them, or those of which each
 * takes long (one part in twenty of all tells) what a second is enough for.
 */
static LONG rounds;

static void hand_on(LPTHREAD_START_ROUTINE fn, LONG most, void (*begin)(void))
{
	enum { BUDGET = 1000 };
	LONGLONG start = (LONGLONG)GetTickCount64(), took;
	LONG done;

	rounds = most / 20;
	begin();
	crowd(fn);
	took = (LONGLONG)GetTickCount64() - start + 1;
	done = rounds;
	rounds = (LONG)min(most - done, max(0, (BUDGET - took) * done / took));
	begin();
	crowd(fn);
}

static DWORD WINAPI cs_worker(LPVOID arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		EnterCriticalSection(&cs);
		if (i % 16 == 0)
			EnterCriticalSection(&cs);
		if (++inside != 1)
			wrong++;
		counter++;
		inside--;
		if (i % 16 == 0)
			LeaveCriticalSection(&cs);
		LeaveCriticalSection(&cs);
	}
	return 0;
}

static DWORD WINAPI try_it(LPVOID arg)
{
	BOOL got = TryEnterCriticalSection(&cs);

	if (got)
		LeaveCriticalSection(&cs);
	return got;
}

static DWORD in_thread(LPTHREAD_START_ROUTINE fn)
{
	HANDLE t = CreateThread(NULL, 0, fn, NULL, 0, NULL);
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(t, INFINITE), WAIT_OBJECT_0);
	GetExitCodeThread(t, &code);
	CloseHandle(t);
	return code;
}

static void critical_sections(void)
{
	InitializeCriticalSection(&cs);
	CHECK_EQ(cs.LockCount, -1);
	EnterCriticalSection(&cs);
	CHECK_EQ(cs.LockCount, -2);
	CHECK(TryEnterCriticalSection(&cs));
	CHECK_EQ(cs.RecursionCount, 2);
	CHECK_EQ((DWORD)(UINT_PTR)cs.OwningThread, GetCurrentThreadId());
	CHECK_EQ(in_thread(try_it), 0);
	LeaveCriticalSection(&cs);
	CHECK_EQ(in_thread(try_it), 0);
	LeaveCriticalSection(&cs);
	CHECK_EQ(in_thread(try_it), 1);
	counter = 0;
	crowd(cs_worker);
	CHECK_EQ(counter, THREADS * ROUNDS);
	CHECK_EQ(cs.LockCount, -1);
	DeleteCriticalSection(&cs);
	InitializeCriticalSectionAndSpinCount(&cs, 1000);
	counter = 0;
	crowd(cs_worker);
	CHECK_EQ(counter, THREADS * ROUNDS);
	CHECK_EQ(wrong, 0);
}

static volatile LONG readers, writers;

static DWORD WINAPI srw_worker(LPVOID arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 4 == (int)(INT_PTR)arg % 4) {
			AcquireSRWLockExclusive(&srw);
			if (InterlockedIncrement(&writers) != 1 || readers)
				wrong++;
			counter++;
			InterlockedDecrement(&writers);
			ReleaseSRWLockExclusive(&srw);
		} else {
			AcquireSRWLockShared(&srw);
			InterlockedIncrement(&readers);
			if (writers)
				wrong++;
			InterlockedDecrement(&readers);
			ReleaseSRWLockShared(&srw);
		}
	}
	return 0;
}

static void reader_writer(void)
{
	AcquireSRWLockShared(&srw);
	CHECK(TryAcquireSRWLockShared(&srw));
	CHECK(!TryAcquireSRWLockExclusive(&srw));
	ReleaseSRWLockShared(&srw);
	ReleaseSRWLockShared(&srw);
	CHECK(TryAcquireSRWLockExclusive(&srw));
	CHECK(!TryAcquireSRWLockShared(&srw));
	ReleaseSRWLockExclusive(&srw);
	CHECK(srw.Ptr == NULL);
	counter = 0;
	crowd(srw_worker);
	CHECK_EQ(counter, THREADS * ROUNDS / 4);
	CHECK_EQ(wrong, 0);
	CHECK(srw.Ptr == NULL);
}

/* A queue of one: half of the threads put, half take. */
static int full;

static void none_yet(void)
{
	counter = 0;
}

static DWORD WINAPI cv_worker(LPVOID arg)
{
	BOOL put = (INT_PTR)arg % 2;

	for (int i = 0; i < rounds; i++) {
		EnterCriticalSection(&cs);
		while (full == put)
			SleepConditionVariableCS(&cv, &cs, INFINITE);
		full = put;
		counter++;
		LeaveCriticalSection(&cs);
		WakeAllConditionVariable(&cv);
	}
	return 0;
}

static DWORD WINAPI cv_srw_worker(LPVOID arg)
{
	BOOL put = (INT_PTR)arg % 2;

	for (int i = 0; i < rounds; i++) {
		AcquireSRWLockExclusive(&srw);
		while (full == put)
			SleepConditionVariableSRW(&cv, &srw, INFINITE, 0);
		full = put;
		counter++;
		ReleaseSRWLockExclusive(&srw);
		WakeAllConditionVariable(&cv);
	}
	return 0;
}

static void condition_variables(void)
{
	DWORD start = GetTickCount();

	EnterCriticalSection(&cs);
	CHECK(!SleepConditionVariableCS(&cv, &cs, 50));
	CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
	CHECK(GetTickCount() - start >= 30);
	CHECK_EQ(cs.RecursionCount, 1);
	LeaveCriticalSection(&cs);
	AcquireSRWLockShared(&srw);
	CHECK(!SleepConditionVariableSRW(&cv, &srw, 10,
					 CONDITION_VARIABLE_LOCKMODE_SHARED));
	ReleaseSRWLockShared(&srw);
	WakeConditionVariable(&cv);
	hand_on(cv_worker, 5000, none_yet);
	CHECK_EQ(counter, THREADS * rounds);
	hand_on(cv_srw_worker, 5000, none_yet);
	CHECK_EQ(counter, THREADS * rounds);
}

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static volatile LONG made;

static BOOL CALLBACK make(PINIT_ONCE o, PVOID arg, PVOID *context)
{
	Sleep(20);
	made++;
	*context = (PVOID)0x1230;
	return arg != NULL;
}

static DWORD WINAPI once_worker(LPVOID arg)
{
	PVOID context = NULL;

	if (!InitOnceExecuteOnce(&once, make, (PVOID)1, &context) ||
	    context != (PVOID)0x1230)
		wrong++;
	return 0;
}

static void run_once(void)
{
	PVOID context;
	BOOL pending;

	CHECK(!InitOnceExecuteOnce(&once, make, NULL, NULL));
	CHECK_EQ(made, 1);
	crowd(once_worker);
	CHECK_EQ(made, 2);
	CHECK_EQ(wrong, 0);
	CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending,
				      &context));
	CHECK(!pending && context == (PVOID)0x1230);
	InitOnceInitialize(&once);
	CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending,
				      &context));
	CHECK(pending);
	CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending,
				      &context));
	CHECK(pending);
	CHECK(InitOnceComplete(&once, INIT_ONCE_ASYNC, (PVOID)8));
	CHECK(!InitOnceComplete(&once, INIT_ONCE_ASYNC, (PVOID)16));
	CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context));
	CHECK(!pending && context == (PVOID)8);
}

static volatile LONG turn;

static void first_turn(void)
{
	turn = 0;
}

static DWORD WINAPI address_worker(LPVOID arg)
{
	LONG me = (LONG)(INT_PTR)arg;

	for (int i = 0; i < rounds; i++) {
		LONG now;

		while ((now = turn) % THREADS != me)
			WaitOnAddress(&turn, &now, sizeof now, INFINITE);
		turn = now + 1;
		WakeByAddressAll((PVOID)&turn);
	}
	return 0;
}

/* Two that answer at once: each is woken while it is about to sleep. */
static DWORD WINAPI answer(LPVOID arg)
{
	LONG me = (LONG)(INT_PTR)arg, other = !me;

	for (int i = 0; me < 2 && i < rounds; i++) {
		while (turn != me)
			WaitOnAddress(&turn, &other, sizeof other, INFINITE);
		turn = other;
		WakeByAddressSingle((PVOID)&turn);
	}
	return 0;
}

static void addresses(void)
{
	UCHAR byte = 5, same = 5, other = 6;
	ULONGLONG wide = 7, wide_same = 7;

	CHECK(WaitOnAddress(&byte, &other, 1, INFINITE));
	CHECK(!WaitOnAddress(&byte, &same, 1, 20));
	CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
	CHECK(!WaitOnAddress(&wide, &wide_same, 8, 0));
	CHECK(!WaitOnAddress(&wide, &wide_same, 3, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	WakeByAddressSingle(&byte);
	hand_on(address_worker, 2000, first_turn);
	CHECK_EQ(turn, THREADS * rounds);
	hand_on(answer, 100000, first_turn);
	CHECK_EQ(turn, 0);
}

static SYNCHRONIZATION_BARRIER barrier;
static volatile LONG last, rounds_seen[200];

static DWORD WINAPI barrier_worker(LPVOID arg)
{
	for (int i = 0; i < 200; i++) {
		InterlockedIncrement(&rounds_seen[i]);
		if (EnterSynchronizationBarrier(&barrier, 0))
			InterlockedIncrement(&last);
		if (rounds_seen[i] != THREADS)
			wrong++;
	}
	return 0;
}

static void barriers(void)
{
	CHECK(InitializeSynchronizationBarrier(&barrier, THREADS, -1));
	crowd(barrier_worker);
	CHECK_EQ(last, 200);
	CHECK_EQ(wrong, 0);
	CHECK(DeleteSynchronizationBarrier(&barrier));
}

struct item {
	SLIST_ENTRY e;
	int n;
};

static SLIST_HEADER *list;
static struct item *items;

static DWORD WINAPI list_worker(LPVOID arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		SLIST_ENTRY *e = InterlockedPopEntrySList(list);

		if (!e)
			continue;
		if (InterlockedIncrement((LONG *)&((struct item *)e)->n) != 1)
			wrong++;
		InterlockedDecrement((LONG *)&((struct item *)e)->n);
		InterlockedPushEntrySList(list, e);
	}
	return 0;
}

static void lists(void)
{
	struct item *flushed;
	int n = 0;

	list = _aligned_malloc(sizeof *list, 16);
	items = _aligned_malloc(8 * 32, 16);
	memset(items, 0, 8 * 32);
	InitializeSListHead(list);
	CHECK(!InterlockedPopEntrySList(list));
	for (int i = 0; i < 8; i++)
		InterlockedPushEntrySList(
			list, (SLIST_ENTRY *)((char *)items + i * 32));
	CHECK_EQ(QueryDepthSList(list), 8);
	crowd(list_worker);
	CHECK_EQ(QueryDepthSList(list), 8);
	CHECK_EQ(wrong, 0);
	flushed = (struct item *)InterlockedFlushSList(list);
	for (; flushed; flushed = (struct item *)flushed->e.Next)
		n++;
	CHECK_EQ(n, 8);
	CHECK_EQ(QueryDepthSList(list), 0);
}

int main(void)
{
	critical_sections();
	reader_writer();
	condition_variables();
	run_once();
	addresses();
	barriers();
	lists();
	return check_done();
}
