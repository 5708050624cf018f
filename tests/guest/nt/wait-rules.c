/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the rules of waits: nothing taken early, order, abandonment, APCs,
 * alerts, pulses, signal-and-wait, and what a refused call leaves alone. */
#include <windows.h>
#include <winternl.h>

#include "check.h"

#define ALERTED	     ((NTSTATUS)0x101)
#define ACCESS_VIOLATION ((NTSTATUS)0xc0000005)
#define MANY_INVALID ((NTSTATUS)0xc0000030) /* STATUS_INVALID_PARAMETER_MIX */

NTSTATUS NTAPI NtAlertThread(HANDLE);
NTSTATUS NTAPI NtTestAlert(void);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN, PLARGE_INTEGER);
NTSTATUS NTAPI NtQueryMutant(HANDLE, int, PVOID, ULONG, PULONG);
NTSTATUS NTAPI NtWaitForMultipleObjects(ULONG, const HANDLE *, int, BOOLEAN,
					PLARGE_INTEGER);
NTSTATUS NTAPI NtReleaseMutant(HANDLE, PLONG);
NTSTATUS NTAPI NtPulseEvent(HANDLE, PLONG);

static HANDLE ready;

/* What a thread is to wait for, and what came of it. */
struct job {
	HANDLE h[4], th;
	DWORD n, ms, result;
	BOOL all, alertable, release;
	volatile LONG *order;
	LONG place;
};

static DWORD WINAPI waiter(void *arg)
{
	struct job *j = arg;

	SetEvent(ready);
	j->result = j->n == 1 ? WaitForSingleObjectEx(j->h[0], j->ms,
						      j->alertable)
			      : WaitForMultipleObjectsEx(j->n, j->h, j->all,
							 j->ms, j->alertable);
	if (j->order)
		j->place = InterlockedIncrement(j->order);
	return j->result;
}

/* Whether the thread sleeps: its state is nobody's to see but by waiting. */
static void until_asleep(void)
{
	WaitForSingleObject(ready, 60000);
	Sleep(30);
}

static void begin(struct job *j)
{
	if (!j->ms)
		j->ms = 20000;
	j->th = CreateThread(NULL, 0, waiter, j, 0, NULL);
	until_asleep();
}

static DWORD end(struct job *j)
{
	CHECK_EQ(WaitForSingleObject(j->th, 60000), WAIT_OBJECT_0);
	CloseHandle(j->th);
	return j->result;
}

static void all_or_nothing(void)
{
	HANDLE m = CreateMutexW(NULL, FALSE, NULL);
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	HANDLE s = CreateSemaphoreW(NULL, 1, 5, NULL);
	struct job j = { .h = { m, e, s }, .n = 3, .all = TRUE };
	LONG old;

	begin(&j);
	/* The mutex and the semaphore are there for others meanwhile. */
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_OBJECT_0);
	SetEvent(e);
	CHECK_EQ(WaitForSingleObject(j.th, 30), WAIT_TIMEOUT);
	CHECK(ReleaseSemaphore(s, 1, &old));
	CHECK_EQ(old, 0);
	CHECK_EQ(WaitForSingleObject(j.th, 30), WAIT_TIMEOUT);
	CHECK(ReleaseMutex(m));
	CHECK_EQ(end(&j), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_TIMEOUT);
	/* It ended with the mutex. */
	CHECK_EQ(WaitForSingleObject(m, 60000), WAIT_ABANDONED);
	ReleaseMutex(m);

	/* A time-out takes nothing either. */
	SetEvent(e);
	CHECK_EQ(WaitForMultipleObjects(3, j.h, TRUE, 20), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	ReleaseMutex(m);
	CloseHandle(m);
	CloseHandle(e);
	CloseHandle(s);
}

/* An abandoned one among all: the result says so once, and consumes it. */
static void abandoned(void)
{
	HANDLE m = CreateMutexW(NULL, FALSE, NULL);
	HANDLE e = CreateEventW(NULL, TRUE, TRUE, NULL);
	HANDLE both[2] = { e, m };
	struct job j = { .h = { m }, .n = 1 };
	struct {
		LONG count;
		BOOLEAN mine, abandoned;
	} info;
	DWORD r;

	begin(&j);
	end(&j);
	CHECK_EQ(NtQueryMutant(m, 0, &info, sizeof info, NULL), 0);
	CHECK_EQ(info.count, 1);
	CHECK_EQ(info.mine, 0);
	CHECK_EQ(info.abandoned, 1);
	r = WaitForMultipleObjects(2, both, TRUE, 60000);
	CHECK(r >= WAIT_ABANDONED_0 && r < WAIT_ABANDONED_0 + 2, "%lx", r);
	CHECK_EQ(NtQueryMutant(m, 0, &info, sizeof info, NULL), 0);
	CHECK_EQ(info.count, 0);
	CHECK_EQ(info.mine, 1);
	CHECK_EQ(info.abandoned, 0);
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	CHECK(ReleaseMutex(m) && ReleaseMutex(m));

	/* Any: the index is the mutex's. */
	begin(&j);
	end(&j);
	ResetEvent(e);
	CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 60000),
		 WAIT_ABANDONED_0 + 1);
	ReleaseMutex(m);

	/* A waiter is let go at the moment of the owner's end. */
	CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
	begin(&j);
	ReleaseMutex(m);
	CHECK_EQ(end(&j), WAIT_OBJECT_0);
	/* And its recursion is gone with it, however deep it was. */
	CHECK_EQ(WaitForSingleObject(m, 60000), WAIT_ABANDONED);
	CHECK(ReleaseMutex(m));
	CHECK(!ReleaseMutex(m));
	CloseHandle(m);
	CloseHandle(e);
}

/* Who waits first goes first; a wait for all does not block the rest. */
static void order(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);
	volatile LONG n = 0;
	struct job j[4] = { { .h = { e, never }, .n = 2, .all = TRUE } };

	for (int i = 1; i < 4; i++)
		j[i] = (struct job){ .h = { e }, .n = 1, .order = &n };
	for (int i = 0; i < 4; i++)
		begin(&j[i]);
	for (int i = 1; i < 4; i++) {
		SetEvent(e);
		CHECK_EQ(end(&j[i]), WAIT_OBJECT_0);
		CHECK_EQ(j[i].place, i);
	}
	SetEvent(never);
	CHECK_EQ(WaitForSingleObject(j[0].th, 20), WAIT_TIMEOUT);
	SetEvent(e);
	CHECK_EQ(end(&j[0]), WAIT_OBJECT_0);
	CloseHandle(e);
	CloseHandle(never);
}

static void pulses(void)
{
	HANDLE manual = CreateEventW(NULL, TRUE, FALSE, NULL);
	HANDLE autom = CreateEventW(NULL, FALSE, FALSE, NULL);
	struct job j[4];
	LONG old = 7;
	int released = 0;

	for (int i = 0; i < 4; i++)
		j[i] = (struct job){ .h = { i < 2 ? manual : autom }, .n = 1,
				     .ms = i < 2 ? 0 : 400 };
	for (int i = 0; i < 4; i++)
		begin(&j[i]);
	CHECK_EQ(NtPulseEvent(manual, &old), 0);
	CHECK_EQ(old, 0);
	CHECK_EQ(end(&j[0]), WAIT_OBJECT_0);
	CHECK_EQ(end(&j[1]), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
	CHECK(PulseEvent(autom));
	released += end(&j[2]) == WAIT_OBJECT_0;
	released += end(&j[3]) == WAIT_OBJECT_0;
	CHECK_EQ(released, 1);
	CHECK_EQ(WaitForSingleObject(autom, 0), WAIT_TIMEOUT);
	/* A set one is reset, and says it was. */
	SetEvent(manual);
	CHECK_EQ(NtPulseEvent(manual, &old), 0);
	CHECK_EQ(old, 1);
	CHECK_EQ(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
	CloseHandle(manual);
	CloseHandle(autom);
}

static volatile LONG apcs;

static VOID CALLBACK apc(ULONG_PTR arg)
{
	apcs += (LONG)arg;
}

static VOID CALLBACK queues_another(ULONG_PTR arg)
{
	apcs += 100;
	if (arg)
		QueueUserAPC(queues_another, GetCurrentThread(), arg - 1);
}

static void alertable(void)
{
	HANDLE me = GetCurrentThread();
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	struct job j = { .h = { e }, .n = 1, .alertable = TRUE };
	LARGE_INTEGER zero = { 0 };

	/* Not without an alertable wait; what is signalled comes first. */
	CHECK(QueueUserAPC(apc, me, 1));
	CHECK(QueueUserAPC(apc, me, 10));
	CHECK_EQ(SleepEx(0, FALSE), 0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	CHECK_EQ(apcs, 0);
	SetEvent(e);
	CHECK_EQ(WaitForSingleObjectEx(e, 0, TRUE), WAIT_OBJECT_0);
	CHECK_EQ(apcs, 0);
	/* All that are queued run in one wait, which they end. */
	CHECK_EQ(WaitForSingleObjectEx(e, INFINITE, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 11);
	CHECK_EQ(SleepEx(0, TRUE), 0);
	/* Those that an APC queues run, too. */
	apcs = 0;
	QueueUserAPC(queues_another, me, 2);
	CHECK_EQ(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 300);
	CHECK_EQ(SleepEx(0, TRUE), 0);

	/* From another thread; one wait all, one any. */
	apcs = 0;
	begin(&j);
	CHECK(QueueUserAPC(apc, j.th, 5));
	CHECK_EQ(end(&j), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 5);
	j = (struct job){ .h = { e, ready }, .n = 2, .all = TRUE,
			  .alertable = TRUE };
	begin(&j);
	CHECK(QueueUserAPC(apc, j.th, 5));
	CHECK_EQ(end(&j), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 10);
	/* Not into one that does not care; it runs APCs only so. */
	j = (struct job){ .h = { e }, .n = 1, .ms = 100 };
	begin(&j);
	CHECK(QueueUserAPC(apc, j.th, 5));
	CHECK_EQ(end(&j), WAIT_TIMEOUT);
	CHECK_EQ(apcs, 10);

	/* An alert is remembered, and ends one wait. */
	CHECK_EQ(NtAlertThread(me), 0);
	CHECK_EQ(NtDelayExecution(TRUE, &zero), ALERTED);
	CHECK_EQ(NtDelayExecution(TRUE, &zero), 0);
	CHECK_EQ(NtAlertThread(me), 0);
	CHECK_EQ(NtTestAlert(), ALERTED);
	CHECK_EQ(NtTestAlert(), 0);
	/* Outside of waits NtTestAlert runs what is queued. */
	apcs = 0;
	QueueUserAPC(apc, me, 3);
	CHECK_EQ(NtTestAlert(), 0);
	CHECK_EQ(apcs, 3);
	CloseHandle(e);
}

/* A thread that has not begun runs its APCs before its first instruction. */
static DWORD WINAPI first_of_all(void *arg)
{
	return (DWORD)apcs;
}

static void before_birth(void)
{
	HANDLE th = CreateThread(NULL, 0, first_of_all, NULL, CREATE_SUSPENDED,
				 NULL);
	DWORD code = 0;

	apcs = 0;
	CHECK(QueueUserAPC(apc, th, 7));
	ResumeThread(th);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, 7);
	/* And one that has ended takes none. */
	SetLastError(0);
	CHECK(!QueueUserAPC(apc, th, 7));
	CHECK_EQ(GetLastError(), ERROR_GEN_FAILURE);
	CloseHandle(th);
}

static void signal_and_wait(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	HANDLE m = CreateMutexW(NULL, TRUE, NULL);
	HANDLE s = CreateSemaphoreW(NULL, 1, 1, NULL);
	HANDLE key = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);

	CHECK_EQ(SignalObjectAndWait(e, e, 0, FALSE), WAIT_OBJECT_0);
	CHECK_EQ(SignalObjectAndWait(m, e, 0, FALSE), WAIT_TIMEOUT);
	CHECK(!ReleaseMutex(m));
	SetLastError(0);
	CHECK_EQ(SignalObjectAndWait(m, e, 0, FALSE), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_NOT_OWNER);
	CHECK_EQ(SignalObjectAndWait(s, e, 0, FALSE), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_TOO_MANY_POSTS);
	/* The second handle is looked at first. */
	CHECK_EQ(SignalObjectAndWait(e, NULL, 0, FALSE), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	CHECK_EQ(SignalObjectAndWait(GetCurrentThread(), e, 0, FALSE),
		 WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	apcs = 0;
	QueueUserAPC(apc, GetCurrentThread(), 1);
	CHECK_EQ(SignalObjectAndWait(e, s, 0, TRUE), WAIT_OBJECT_0);
	CHECK_EQ(apcs, 0);
	CHECK_EQ(SignalObjectAndWait(e, s, 1000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 1);
	CloseHandle(e);
	CloseHandle(m);
	CloseHandle(s);
	CloseHandle(key);
}

static void refusals(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, TRUE, NULL), h[3], limited;
	HANDLE s = CreateSemaphoreW(NULL, 2, 3, NULL);
	LARGE_INTEGER zero = { 0 };
	LONG old = -1;

	h[0] = e;
	h[1] = e;
	CHECK_EQ(NtWaitForMultipleObjects(2, h, 0, FALSE, &zero), MANY_INVALID);
	h[1] = (HANDLE)0xdead0;
	CHECK_EQ(WaitForMultipleObjects(2, h, FALSE, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	/* Nor if the one behind may not be waited for. */
	h[1] = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
				  4096, NULL);
	CHECK_EQ(WaitForMultipleObjects(2, h, FALSE, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(h[1]);
	CHECK(DuplicateHandle(GetCurrentProcess(), s, GetCurrentProcess(),
			      &h[1], SEMAPHORE_MODIFY_STATE, FALSE, 0));
	CHECK_EQ(WaitForMultipleObjects(2, h, FALSE, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(h[1]);
	h[1] = s;
	CHECK_EQ(NtWaitForMultipleObjects(2, h, 1, FALSE, (void *)16),
		 ACCESS_VIOLATION);
	/* Nothing was taken. */
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	/* The same twice is well for any; and one is taken, once. */
	h[0] = h[2] = s;
	h[1] = e;
	CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, 0), WAIT_OBJECT_0);
	SetEvent(e);
	h[0] = h[1];
	h[1] = s;
	CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, 0), WAIT_OBJECT_0 + 1);
	CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, 0), WAIT_TIMEOUT);
	CHECK(ReleaseSemaphore(s, 2, &old));
	CHECK_EQ(old, 0);
	old = -1;
	CHECK(!ReleaseSemaphore(s, 2, &old));
	CHECK_EQ(GetLastError(), ERROR_TOO_MANY_POSTS);
	CHECK_EQ(old, -1);
	CHECK(!ReleaseSemaphore(s, 0, &old));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(ReleaseSemaphore(s, 1, &old));
	CHECK_EQ(old, 2);
	CHECK(CreateSemaphoreW(NULL, 2, 1, NULL) == NULL);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(CreateSemaphoreW(NULL, -1, 1, NULL) == NULL);
	CHECK(CreateSemaphoreW(NULL, 0, 0, NULL) == NULL);

	/* Rights: each operation needs its own. */
	CHECK(DuplicateHandle(GetCurrentProcess(), e, GetCurrentProcess(),
			      &limited, SYNCHRONIZE, FALSE, 0));
	CHECK(!SetEvent(limited));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK_EQ(WaitForSingleObject(limited, 0), WAIT_TIMEOUT);
	CloseHandle(limited);
	CHECK(DuplicateHandle(GetCurrentProcess(), e, GetCurrentProcess(),
			      &limited, EVENT_MODIFY_STATE, FALSE, 0));
	CHECK(SetEvent(limited));
	CHECK_EQ(WaitForSingleObject(limited, 0), WAIT_FAILED);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!ReleaseSemaphore(e, 1, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CloseHandle(limited);
	CloseHandle(e);
	CloseHandle(s);
}

/* Waits for a thread and for its own process: the one ends, the other not. */
static DWORD WINAPI quick(void *arg)
{
	return 5;
}

static void threads_and_processes(void)
{
	HANDLE th = CreateThread(NULL, 0, quick, NULL, 0, NULL);
	HANDLE both[2] = { GetCurrentProcess(), th };
	DWORD code;

	CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 60000), 1);
	CHECK_EQ(WaitForMultipleObjects(2, both, TRUE, 10), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(th, 0), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code) && code == 5);
	CHECK_EQ(WaitForSingleObject(GetCurrentThread(), 0), WAIT_TIMEOUT);
	CloseHandle(th);
}

/* The first of several that are ready, of whatever kind each is. */
static void lowest(void)
{
	HANDLE e = CreateEventW(NULL, TRUE, TRUE, NULL);
	HANDLE kinds[] = {
		CreateThread(NULL, 0, quick, NULL, 0, NULL),
		CreateMutexW(NULL, FALSE, NULL),
		CreateWaitableTimerW(NULL, TRUE, NULL),
		CreateSemaphoreW(NULL, 1, 1, NULL),
		CreateEventW(NULL, FALSE, TRUE, NULL),
	};
	LARGE_INTEGER now = { .QuadPart = -1 };

	CHECK_EQ(WaitForSingleObject(kinds[0], 60000), WAIT_OBJECT_0);
	CHECK(SetWaitableTimer(kinds[2], &now, 0, NULL, NULL, FALSE));
	CHECK_EQ(WaitForSingleObject(kinds[2], 60000), WAIT_OBJECT_0);
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		HANDLE both[2] = { kinds[i], e }, other[2] = { e, kinds[i] };

		CHECK_EQ(WaitForMultipleObjects(2, other, FALSE, 0), 0);
		CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 0), 0);
		/* What was taken is no longer ready; a mutex is, for us. */
		CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 0), i > 2);
		CloseHandle(kinds[i]);
	}
	CloseHandle(e);
}

/* Two events that are set one after the other, and who waits for them. */
struct pair {
	HANDLE e[2];
	volatile LONG round; /* -1: no more */
};

static DWORD WINAPI sets_both(void *arg)
{
	struct pair *p = arg;

	for (LONG seen = 0, now;; seen = now) {
		while ((now = p->round) == seen)
			YieldProcessor();
		if (now < 0)
			return 0;
		SetEvent(p->e[0]);
		SetEvent(p->e[1]);
	}
}

/* So the second is never seen without the first. */
static void first_set_first(BOOL named)
{
	enum { ROUNDS = 20000, ENOUGH_MS = 1000 };
	const ULONGLONG began = GetTickCount64();
	struct pair p = { { NULL, CreateEventW(NULL, FALSE, FALSE, NULL) }, 0 };
	WCHAR name[40];
	HANDLE th;
	DWORD got = 0;

	_snwprintf(name, COUNT_OF(name), L"rf-wait-rules-%lu",
		   GetCurrentProcessId());
	p.e[0] = CreateEventW(NULL, FALSE, FALSE, named ? name : NULL);
	th = CreateThread(NULL, 0, sets_both, &p, 0, NULL);
	for (LONG i = 1; i < ROUNDS && !got &&
			 GetTickCount64() - began < ENOUGH_MS; i++) {
		InterlockedExchange(&p.round, i);
		do
			got = WaitForMultipleObjects(2, p.e, FALSE,
						     i % 3 ? 0 : 10000);
		while (got == WAIT_TIMEOUT);
		WaitForSingleObject(p.e[!got], 60000);
	}
	CHECK(!got, "%lx, %s", got, named ? "named" : "no name");
	InterlockedExchange(&p.round, -1);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CloseHandle(th);
	CloseHandle(p.e[0]);
	CloseHandle(p.e[1]);
}

/* A suspended waiter does not take what others could have. */
static void suspended_waiter(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	struct job j = { .h = { e }, .n = 1 };

	begin(&j);
	CHECK_EQ(SuspendThread(j.th), 0);
	CHECK_EQ(SuspendThread(j.th), 1);
	CHECK_EQ(ResumeThread(j.th), 2);
	CHECK_EQ(WaitForSingleObject(j.th, 50), WAIT_TIMEOUT);
	CHECK_EQ(ResumeThread(j.th), 1);
	SetEvent(e);
	CHECK_EQ(end(&j), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	CloseHandle(e);
}

int main(void)
{
	ready = CreateEventW(NULL, FALSE, FALSE, NULL);
	all_or_nothing();
	abandoned();
	order();
	pulses();
	alertable();
	before_birth();
	signal_and_wait();
	refusals();
	threads_and_processes();
	lowest();
	first_set_first(FALSE);
	first_set_first(TRUE);
	suspended_waiter();
	return check_done();
}
