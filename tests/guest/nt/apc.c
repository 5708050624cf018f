/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests user APCs: order, alertable waits, APCs that queue APCs, registers. */
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
	return SleepEx(10000, TRUE);
}

static DWORD WINAPI waiter(void *arg)
{
	ready = 1;
	return WaitForSingleObjectEx(arg, 10000, TRUE);
}

static void is(const char *want)
{
	order[n] = 0;
	CHECK(!lstrcmpA(order, want), "%s, want %s", order, want);
	n = 0;
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
	CHECK_EQ(WaitForSingleObject(th, 5000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, WAIT_IO_COMPLETION);
	is("s");
	CHECK(!QueueUserAPC(note, th, 's'));
	ready = 0;
	th = CreateThread(NULL, 0, waiter, e, 0, NULL);
	while (!ready)
		Sleep(1);
	CHECK(QueueUserAPC(note, th, 'w'));
	CHECK_EQ(WaitForSingleObject(th, 5000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, WAIT_IO_COMPLETION);
	is("w");

	/* Queued before it starts: runs before its function. */
	th = CreateThread(NULL, 0, sleeper, NULL, CREATE_SUSPENDED, NULL);
	CHECK(QueueUserAPC(note, th, '1'));
	CHECK_EQ(ResumeThread(th), 1);
	Sleep(50);
	CHECK(QueueUserAPC(note, th, '2'));
	CHECK_EQ(WaitForSingleObject(th, 5000), WAIT_OBJECT_0);
	is("12");
	return check_done();
}
