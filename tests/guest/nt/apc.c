/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests user APCs: order, alertable waits, APCs that queue APCs, registers;
 * special ones, which wait for nothing but the end of a call. */
#include <windows.h>

#include "check.h"

static char order[32];
static int n;
static volatile LONG ready;

static void CALLBACK note(ULONG_PTR arg)
{
	order[n++] = (char)arg;
}

static void CALLBACK queue_more(ULONG_PTR arg)
{
	note(arg);
	if (arg < 'd')
		QueueUserAPC(queue_more, GetCurrentThread(), arg + 1);
}

static void CALLBACK nested(ULONG_PTR arg)
{
	note(arg);
	QueueUserAPC(note, GetCurrentThread(), 'y');
	SleepEx(0, TRUE);
	note('z');
}

static DWORD WINAPI sleeper(void *arg)
{
	(void)arg;
	ready = 1;
	return SleepEx(60000, TRUE);
}

static DWORD WINAPI waiter(void *arg)
{
	ready = 1;
	return WaitForSingleObjectEx(arg, 60000, TRUE);
}

static void is(const char *want)
{
	order[n] = 0;
	CHECK(!lstrcmpA(order, want), "%s, want %s", order, want);
	n = 0;
}

/* ---- special ones ---- */

#define SPECIAL 1 /* QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC */

static volatile LONG special;
static volatile DWORD ran_in;

static void CALLBACK note_thread(ULONG_PTR arg)
{
	ran_in = GetCurrentThreadId();
	special = (LONG)arg;
}

static DWORD WINAPI computes(void *arg)
{
	ready = 1;
	while (!special)
		YieldProcessor();
	return (DWORD)special;
}

/* Not alertable: nothing interrupts the wait, but after it the APC runs. */
static DWORD WINAPI waits(void *event)
{
	DWORD r;

	ready = 1;
	r = WaitForSingleObject(event, 60000);
	return r == WAIT_OBJECT_0 ? (DWORD)special : r;
}

static void special_ones(void)
{
	BOOL(WINAPI *queue)(PAPCFUNC, HANDLE, ULONG_PTR, int) =
		(void *)GetProcAddress(GetModuleHandleA("kernel32"),
				       "QueueUserAPC2");
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL), th;
	DWORD code, id;

	if (!queue)
		return; /* before Windows 11 */
	ready = special = 0;
	th = CreateThread(NULL, 0, computes, NULL, 0, &id);
	while (!ready)
		Sleep(1);
	CHECK(queue(note_thread, th, 7, SPECIAL));
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK_EQ(ran_in, id);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, 7);
	CloseHandle(th);

	ready = special = 0;
	th = CreateThread(NULL, 0, waits, e, 0, &id);
	while (!ready)
		Sleep(1);
	Sleep(30);
	CHECK(queue(note_thread, th, 9, SPECIAL));
	CHECK_EQ(WaitForSingleObject(th, 30), WAIT_TIMEOUT);
	SetEvent(e);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK_EQ(ran_in, id);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, 9);
	CloseHandle(th);

	/* To oneself at once; an ordinary one waits for a wait. */
	special = 0;
	CHECK(queue(note_thread, GetCurrentThread(), 3, SPECIAL));
	CHECK_EQ(special, 3);
	CHECK(queue(note_thread, GetCurrentThread(), 4, 0));
	CHECK_EQ(special, 3);
	CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(special, 4);
	CloseHandle(e);
}

int main(void)
{
	HANDLE e = CreateEventW(NULL, TRUE, FALSE, NULL), th;
	double d = 1.5;
	DWORD code;

	QueueUserAPC(note, GetCurrentThread(), 'a');
	QueueUserAPC(note, GetCurrentThread(), 'b');
	Sleep(1);
	is("");
	CHECK_EQ(SleepEx(10000, TRUE), WAIT_IO_COMPLETION);
	is("ab");
	CHECK_EQ(SleepEx(1, TRUE), 0);

	QueueUserAPC(queue_more, GetCurrentThread(), 'a');
	CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
	is("abcd");
	QueueUserAPC(nested, GetCurrentThread(), 'x');
	CHECK_EQ(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
	is("xyz");

	/* A signalled object goes first. */
	SetEvent(e);
	QueueUserAPC(note, GetCurrentThread(), 'a');
	CHECK_EQ(WaitForSingleObjectEx(e, 0, TRUE), WAIT_OBJECT_0);
	is("");
	ResetEvent(e);
	CHECK_EQ(WaitForSingleObjectEx(e, 0, TRUE), WAIT_IO_COMPLETION);
	is("a");
	d *= 2;
	CHECK(d == 3.0);

	th = CreateThread(NULL, 0, sleeper, NULL, 0, NULL);
	while (!ready)
		Sleep(1);
	CHECK(QueueUserAPC(note, th, 's'));
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, WAIT_IO_COMPLETION);
	is("s");
	CHECK(!QueueUserAPC(note, th, 's'));
	ready = 0;
	th = CreateThread(NULL, 0, waiter, e, 0, NULL);
	while (!ready)
		Sleep(1);
	CHECK(QueueUserAPC(note, th, 'w'));
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, WAIT_IO_COMPLETION);
	is("w");

	/* Queued before it starts: runs before its function. */
	ready = 0;
	th = CreateThread(NULL, 0, sleeper, NULL, CREATE_SUSPENDED, NULL);
	CHECK(QueueUserAPC(note, th, '1'));
	CHECK_EQ(ResumeThread(th), 1);
	while (!ready)
		Sleep(1);
	CHECK(QueueUserAPC(note, th, '2'));
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	is("12");
	special_ones();
	return check_done();
}
