/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread pool: work, timers, waits, I/O, cleanup groups, pools of limited
 * size, and the older functions on top of it. */
#include <windows.h>

#include "check.h"

static volatile LONG count, running, most;
static HANDLE event;

static VOID CALLBACK on_work(PTP_CALLBACK_INSTANCE i, PVOID arg, PTP_WORK w)
{
	LONG n = InterlockedIncrement(&running);

	while (n > most)
		InterlockedExchange(&most, n);
	if (arg)
		Sleep(10);
	InterlockedIncrement(&count);
	InterlockedDecrement(&running);
}

static VOID CALLBACK on_simple(PTP_CALLBACK_INSTANCE i, PVOID arg)
{
	InterlockedIncrement(&count);
	SetEventWhenCallbackReturns(i, event);
}

static void work(void)
{
	PTP_WORK w = CreateThreadpoolWork(on_work, NULL, NULL);

	CHECK(w != NULL);
	count = 0;
	for (int i = 0; i < 5000; i++)
		SubmitThreadpoolWork(w);
	WaitForThreadpoolWorkCallbacks(w, FALSE);
	CHECK_EQ(count, 5000);
	CloseThreadpoolWork(w);
	CHECK(TrySubmitThreadpoolCallback(on_simple, NULL, NULL));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(count, 5001);
}

static HANDLE gate;

static VOID CALLBACK on_blocked(PTP_CALLBACK_INSTANCE i, PVOID arg, PTP_WORK w)
{
	InterlockedIncrement(&running);
	WaitForSingleObject(gate, 60000);
	InterlockedDecrement(&running);
}

/* Callbacks that sleep must not keep others from running. */
static void blocked(void)
{
	PTP_WORK w = CreateThreadpoolWork(on_blocked, NULL, NULL);

	gate = CreateEventW(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < 12; i++)
		SubmitThreadpoolWork(w);
	for (int i = 0; i < 6000 && running < 12; i++)
		Sleep(10);
	CHECK_EQ(running, 12);
	SetEvent(gate);
	WaitForThreadpoolWorkCallbacks(w, FALSE);
	CHECK_EQ(running, 0);
	CloseThreadpoolWork(w);
}

static void own_pool(void)
{
	PTP_POOL pool = CreateThreadpool(NULL);
	PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
	TP_CALLBACK_ENVIRON env;
	PTP_WORK w[5];

	InitializeThreadpoolEnvironment(&env);
	SetThreadpoolCallbackPool(&env, pool);
	SetThreadpoolCallbackCleanupGroup(&env, group, NULL);
	SetThreadpoolThreadMaximum(pool, 2);
	CHECK(SetThreadpoolThreadMinimum(pool, 1));
	count = most = 0;
	for (int i = 0; i < 5; i++) {
		w[i] = CreateThreadpoolWork(on_work, (PVOID)1, &env);
		for (int k = 0; k < 4; k++)
			SubmitThreadpoolWork(w[i]);
	}
	CloseThreadpoolCleanupGroupMembers(group, FALSE, NULL);
	CHECK_EQ(count, 20);
	CHECK(most <= 2 && most >= 1, "%ld", most);
	w[0] = CreateThreadpoolWork(on_work, (PVOID)1, &env);
	count = 0;
	for (int k = 0; k < 50; k++)
		SubmitThreadpoolWork(w[0]);
	CloseThreadpoolCleanupGroupMembers(group, TRUE, NULL);
	CHECK(count < 50, "%ld", count);
	CloseThreadpoolCleanupGroup(group);
	CloseThreadpool(pool);
}

enum { MEMBERS = 4 };

static volatile LONG begun, cancelled;

static VOID CALLBACK on_cancel(PVOID context, PVOID cleanup)
{
	CHECK(cleanup == (PVOID)0x77);
	InterlockedIncrement(&cancelled);
}

/* The only thread's; it stays until all have been cancelled, but not for ever. */
static VOID CALLBACK on_stay(PTP_CALLBACK_INSTANCE i, PVOID context,
			     PTP_WORK work)
{
	ULONGLONG late = GetTickCount64() + 60000;

	InterlockedIncrement(&begun);
	while (cancelled < MEMBERS && GetTickCount64() < late)
		Sleep(1);
}

/* What has not begun is cancelled before anything that runs is waited for. */
static void cancelled_first(void)
{
	PTP_POOL pool = CreateThreadpool(NULL);
	PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
	TP_CALLBACK_ENVIRON env;

	SetThreadpoolThreadMaximum(pool, 1);
	InitializeThreadpoolEnvironment(&env);
	SetThreadpoolCallbackPool(&env, pool);
	SetThreadpoolCallbackCleanupGroup(&env, group, on_cancel);
	for (int i = 0; i < MEMBERS; i++)
		SubmitThreadpoolWork(
			CreateThreadpoolWork(on_stay, NULL, &env));
	while (!begun)
		Sleep(1);
	CloseThreadpoolCleanupGroupMembers(group, TRUE, (PVOID)0x77);
	CHECK_EQ(begun, 1);
	CHECK_EQ(cancelled, MEMBERS);
	CloseThreadpoolCleanupGroup(group);
	CloseThreadpool(pool);
}

static VOID CALLBACK on_timer(PTP_CALLBACK_INSTANCE i, PVOID arg, PTP_TIMER t)
{
	if (InterlockedIncrement(&count) == (LONG)(LONG_PTR)arg)
		SetEvent(event);
}

static FILETIME in_ms(LONG ms)
{
	LARGE_INTEGER t = { .QuadPart = -10000ll * ms };

	return (FILETIME){ t.LowPart, t.HighPart };
}

static void timers(void)
{
	PTP_TIMER t = CreateThreadpoolTimer(on_timer, (PVOID)5, NULL);
	FILETIME due = in_ms(20);
	DWORD start = GetTickCount(), took;

	count = 0;
	CHECK(!IsThreadpoolTimerSet(t));
	SetThreadpoolTimer(t, &due, 20, 0);
	CHECK(IsThreadpoolTimerSet(t));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	took = GetTickCount() - start;
	CHECK(took >= 80, "%lu ms", took);
	SetThreadpoolTimer(t, NULL, 0, 0);
	WaitForThreadpoolTimerCallbacks(t, TRUE);
	CHECK(!IsThreadpoolTimerSet(t));
	count = 0;
	due = in_ms(10000);
	SetThreadpoolTimer(t, &due, 0, 0);
	CloseThreadpoolTimer(t);
	Sleep(30);
	CHECK_EQ(count, 0);
}

static volatile TP_WAIT_RESULT result;

static VOID CALLBACK on_wait(PTP_CALLBACK_INSTANCE i, PVOID arg, PTP_WAIT w,
			     TP_WAIT_RESULT r)
{
	result = r;
	InterlockedIncrement(&count);
	SetEvent(event);
}

static void waits(void)
{
	PTP_WAIT w = CreateThreadpoolWait(on_wait, NULL, NULL);
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	FILETIME due = in_ms(30);

	count = 0;
	SetThreadpoolWait(w, e, NULL);
	Sleep(20);
	CHECK_EQ(count, 0);
	SetEvent(e);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(result, WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	SetThreadpoolWait(w, e, &due);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(result, WAIT_TIMEOUT);
	SetThreadpoolWait(w, e, NULL);
	SetThreadpoolWait(w, NULL, NULL);
	SetEvent(e);
	Sleep(30);
	CHECK_EQ(count, 2);
	SetThreadpoolWait(w, e, NULL); /* signalled already */
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(count, 3);
	WaitForThreadpoolWaitCallbacks(w, TRUE);
	CloseThreadpoolWait(w);
	CloseHandle(e);
}

static volatile ULONG_PTR io_bytes;

static VOID CALLBACK on_io(PTP_CALLBACK_INSTANCE i, PVOID arg, PVOID ov,
			   ULONG error, ULONG_PTR n, PTP_IO io)
{
	io_bytes = error ? 0 : n;
	InterlockedIncrement(&count);
	SetEvent(event);
}

static void io(void)
{
	static const WCHAR name[] = L"\\\\.\\pipe\\rf-threadpool-test";
	OVERLAPPED ov = { 0 };
	HANDLE server, client;
	char buf[16];
	DWORD n;
	PTP_IO p;

	server = CreateNamedPipeW(name,
				  PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, 0,
				  1, 0, 0, 0, NULL);
	CHECK(server != INVALID_HANDLE_VALUE);
	client = CreateFileW(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			     NULL);
	CHECK(client != INVALID_HANDLE_VALUE);
	p = CreateThreadpoolIo(server, on_io, NULL, NULL);
	CHECK(p != NULL);
	if (!p)
		return;
	count = 0;
	StartThreadpoolIo(p);
	CHECK(!ReadFile(server, buf, sizeof buf, NULL, &ov));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(WriteFile(client, "hello", 5, &n, NULL));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(io_bytes, 5);
	WaitForThreadpoolIoCallbacks(p, FALSE);
	CloseThreadpoolIo(p);
	CloseHandle(client);
	CloseHandle(server);
}

static DWORD WINAPI on_item(LPVOID arg)
{
	if (InterlockedIncrement(&count) == 100)
		SetEvent(event);
	return 0;
}

static VOID CALLBACK on_either(PVOID arg, BOOLEAN timeout)
{
	result = timeout;
	InterlockedIncrement(&count);
	SetEvent(event);
}

static void older(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL), h, queue;

	count = 0;
	for (int i = 0; i < 100; i++)
		CHECK(QueueUserWorkItem(on_item, NULL, WT_EXECUTEDEFAULT));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	count = 0;
	CHECK(RegisterWaitForSingleObject(&h, e, on_either, NULL, INFINITE,
					  WT_EXECUTEDEFAULT));
	for (int i = 1; i <= 3; i++) {
		SetEvent(e);
		CHECK_EQ(WaitForSingleObject(event, 60000), 0);
		CHECK_EQ(result, FALSE);
		Sleep(20);
	}
	CHECK(UnregisterWaitEx(h, INVALID_HANDLE_VALUE));
	SetEvent(e);
	Sleep(20);
	CHECK_EQ(count, 3);
	ResetEvent(e);
	CHECK(RegisterWaitForSingleObject(&h, e, on_either, NULL, 20,
					  WT_EXECUTEONLYONCE));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(result, TRUE);
	UnregisterWaitEx(h, INVALID_HANDLE_VALUE);
	queue = CreateTimerQueue();
	CHECK(queue != NULL);
	CHECK(CreateTimerQueueTimer(&h, queue, on_either, NULL, 10, 0, 0));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK(DeleteTimerQueueTimer(queue, h, INVALID_HANDLE_VALUE));
	CHECK(CreateTimerQueueTimer(&h, queue, on_either, NULL, 5, 5, 0));
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK(DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE));
	CloseHandle(e);
}

int main(void)
{
	event = CreateEventW(NULL, FALSE, FALSE, NULL);
	work();
	blocked();
	own_pool();
	cancelled_first();
	timers();
	waits();
	io();
	older();
	return check_done();
}
