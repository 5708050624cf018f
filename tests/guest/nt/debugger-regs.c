/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the processor's breakpoints, Dr0 to Dr7: of a debuggee, of a thread of
 * one's own, set by several at once. */
#include "debug.h"

volatile int counter;

__attribute__((noinline)) int landmark(int n)
{
	counter += n;
	return counter;
}

static int watchee(void)
{
	return landmark(3) == 3 && landmark(4) == 7 ? 9 : 1;
}

/* ---- a debuggee's ---------------------------------------------------- */

struct seen {
	HANDLE process, thread;
	BYTE *counter, *landmark;
};

enum { DR6_FIRST = 1, DR6_SECOND = 2 };

/* The processor's breakpoints: a write to counter, the first byte of landmark.
   FALSE: there are none for us here. */
static BOOL set_watches(const struct seen *s)
{
	CONTEXT c = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };

	c.Dr0 = (ULONG_PTR)s->counter;
	c.Dr1 = (ULONG_PTR)s->landmark;
	/* on, four bytes, writing; on, one byte, executing */
	c.Dr7 = 1 | 4 | 1 << 16 | 3 << 18;
	if (SetThreadContext(s->thread, &c)) {
		memset(&c, 0, sizeof c);
		c.ContextFlags = CONTEXT_DEBUG_REGISTERS;
		CHECK(GetThreadContext(s->thread, &c));
		CHECK_EQ(c.Dr1, (ULONG_PTR)s->landmark);
		CHECK_EQ(c.Dr7 & 0xff, 5);
		return TRUE;
	}
	CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
	return FALSE;
}

static void on_watch(struct seen *s, const DEBUG_EVENT *e, int *written,
		     int *executed)
{
	CONTEXT c = { .ContextFlags = CONTEXT_FULL | CONTEXT_DEBUG_REGISTERS };

	CHECK(GetThreadContext(s->thread, &c), "%lu", GetLastError());
	if (c.Dr6 & DR6_SECOND) {
		++*executed;
		CHECK_EQ(PC(c), (ULONG_PTR)s->landmark);
		c.EFlags |= 0x10000; /* RF: not this one again */
		c.Dr6 = 0;
		CHECK(SetThreadContext(s->thread, &c), "%lu", GetLastError());
	} else {
		CHECK(c.Dr6 & DR6_FIRST);
		++*written;
		CHECK(PC(c) > (ULONG_PTR)s->landmark &&
			      PC(c) < (ULONG_PTR)s->landmark + 64);
	}
}

static void watches(void)
{
	int written = 0, executed = 0;
	BOOL attached = FALSE, any = FALSE;
	struct seen s = { 0 };
	PROCESS_INFORMATION pi;
	DEBUG_EVENT e;
	DWORD code = 0;

	CHECK(start("watchee", DEBUG_PROCESS, &pi));
	while (next(&e)) {
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			s.process = e.u.CreateProcessInfo.hProcess;
			s.thread = e.u.CreateProcessInfo.hThread;
			s.counter = in_copy(e.u.CreateProcessInfo.lpBaseOfImage,
					    &counter);
			s.landmark = in_copy(e.u.CreateProcessInfo.lpBaseOfImage,
					     (void *)landmark);
			break;
		case EXCEPTION_DEBUG_EVENT:
			if (attached) {
				CHECK_EQ(e.u.Exception.ExceptionRecord
						 .ExceptionCode,
					 STATUS_SINGLE_STEP);
				on_watch(&s, &e, &written, &executed);
			} else {
				any = set_watches(&s);
			}
			attached = TRUE;
			break;
		case EXIT_PROCESS_DEBUG_EVENT:
			code = e.u.ExitProcess.dwExitCode;
			break;
		}
		close_file(&e);
		go(&e, DBG_CONTINUE);
		if (e.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
			break;
	}
	CHECK_EQ(code, 9);
	CHECK_EQ(written, any ? 2 : 0);
	CHECK_EQ(executed, any ? 2 : 0);
	close_both(&pi);
}

/* ---- several at once ------------------------------------------------- */

/* Asleep, in a call and between calls, whose registers nobody must touch. */
static DWORD WINAPI idler(void *arg)
{
	for (DWORD i = 1; WaitForSingleObject(arg, i % 8 == 0) == WAIT_TIMEOUT;
	     i++)
		;
	return 0;
}

/* Two set one thread's breakpoints; nobody's files are the worse for it. */
static LONG volatile setters;

static DWORD WINAPI setter(void *arg)
{
	CONTEXT c = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };

	for (int i = 0; i < 300; i++) {
		c.Dr0 = c.Dr1 = c.Dr2 = c.Dr3 =
			(ULONG_PTR)&counter & ~(ULONG_PTR)7;
		c.Dr7 = i & 1 ? 0 : 0x55 | 0x11110000;
		SetThreadContext(arg, &c);
	}
	InterlockedDecrement(&setters);
	return 0;
}

static void setting(void)
{
	HANDLE stop = CreateEventA(NULL, TRUE, FALSE, NULL), th[3], f;
	unsigned wrong = 0;
	DWORD n;

	th[0] = CreateThread(NULL, 0, idler, stop, 0, NULL);
	setters = 2;
	for (int i = 1; i < 3; i++)
		th[i] = CreateThread(NULL, 0, setter, th[0], 0, NULL);
	while (setters) {
		char head[2];

		f = CreateFileA(own_path(), GENERIC_READ, FILE_SHARE_READ, NULL,
				OPEN_EXISTING, 0, NULL);
		wrong += !ReadFile(f, head, 2, &n, NULL) || n != 2 ||
			 memcmp(head, "MZ", 2);
		wrong += !CloseHandle(f);
	}
	CHECK_EQ(wrong, 0);
	SetEvent(stop);
	CHECK_EQ(WaitForMultipleObjects(3, th, TRUE, PATIENCE), WAIT_OBJECT_0);
	for (int i = 0; i < 3; i++)
		CloseHandle(th[i]);
	CloseHandle(stop);
}

int main(int argc, char **argv)
{
	static const struct part parts[] = {
		{ "watchee", watchee },
		{ NULL, NULL },
	};
	int code = debug_init(argc, argv, parts);

	if (code >= 0)
		return code;
	watches();
	setting();
	return check_done();
}
