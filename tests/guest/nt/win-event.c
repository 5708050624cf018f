/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * win-event.c - hooks for events: what the program itself tells of, in context
 * and out of it, and that its console's window has another size, which comes to
 * who reads no input.
 */
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pseudo-console.h"

static struct {
	HWINEVENTHOOK hook;
	DWORD event, thread;
	HWND window;
	LONG object, child;
	DWORD by; /* the thread that is called */
} last;
static int calls;

static void CALLBACK hear(HWINEVENTHOOK hook, DWORD event, HWND window,
			  LONG object, LONG child, DWORD thread, DWORD time)
{
	calls++;
	last.hook = hook;
	last.event = event;
	last.window = window;
	last.object = object;
	last.child = child;
	last.thread = thread;
	last.by = GetCurrentThreadId();
}

static void look(void)
{
	MSG msg;

	while (PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE))
		DispatchMessageA(&msg);
}

static DWORD WINAPI tell(void *arg)
{
	(void)arg;
	NotifyWinEvent(EVENT_OBJECT_FOCUS, NULL, 5, 6);
	return GetCurrentThreadId();
}

static DWORD tell_elsewhere(void)
{
	HANDLE thread = CreateThread(NULL, 0, tell, NULL, 0, NULL);
	DWORD id = 0;

	CHECK_EQ(WaitForSingleObject(thread, 60000), 0);
	GetExitCodeThread(thread, &id);
	CloseHandle(thread);
	return id;
}

static DWORD WINAPI unhook(void *arg)
{
	return UnhookWinEvent(arg);
}

/* Not by another thread. */
static void not_by_others(HWINEVENTHOOK hook)
{
	HANDLE thread = CreateThread(NULL, 0, unhook, hook, 0, NULL);
	DWORD did = 1;

	CHECK_EQ(WaitForSingleObject(thread, 60000), 0);
	GetExitCodeThread(thread, &did);
	CHECK_EQ(did, 0);
	CloseHandle(thread);
}

#define REFUSED(call, error)                                                   \
	do {                                                                   \
		SetLastError(0);                                               \
		CHECK(!(call));                                                \
		CHECK_EQ(GetLastError(), error);                               \
	} while (0)

static void refused(void)
{
	REFUSED(SetWinEventHook(5, 4, NULL, hear, 0, 0, 0),
		ERROR_INVALID_HOOK_FILTER);
	REFUSED(SetWinEventHook(0, 4, NULL, hear, 0, 0, 0),
		ERROR_INVALID_HOOK_FILTER);
	REFUSED(SetWinEventHook(4, 5, NULL, NULL, 0, 0, 0),
		ERROR_INVALID_FILTER_PROC);
	REFUSED(SetWinEventHook(4, 5, NULL, hear, 0, 0, WINEVENT_INCONTEXT),
		ERROR_HOOK_NEEDS_HMOD);
	REFUSED(UnhookWinEvent((HWINEVENTHOOK)0x1234), ERROR_INVALID_HANDLE);
}

static void out_of_context(void)
{
	HWINEVENTHOOK hook = SetWinEventHook(
		EVENT_OBJECT_FOCUS, EVENT_OBJECT_SELECTION, NULL, hear,
		GetCurrentProcessId(), 0, WINEVENT_OUTOFCONTEXT);
	DWORD id;

	CHECK(hook);
	CHECK(IsWinEventHookInstalled(EVENT_OBJECT_SELECTION));
	CHECK(!IsWinEventHookInstalled(EVENT_OBJECT_CREATE));
	id = tell_elsewhere();
	NotifyWinEvent(EVENT_OBJECT_CREATE, NULL, 1, 2);
	CHECK_EQ(calls, 0);
	look();
	CHECK_EQ(calls, 1);
	CHECK(last.hook == hook);
	CHECK_EQ(last.event, EVENT_OBJECT_FOCUS);
	CHECK_EQ(last.object, 5);
	CHECK_EQ(last.child, 6);
	CHECK_EQ(last.thread, id);
	CHECK_EQ(last.by, GetCurrentThreadId());
	not_by_others(hook);
	/* What waits when it is unhooked is not told any more. */
	tell_elsewhere();
	CHECK(UnhookWinEvent(hook));
	look();
	CHECK_EQ(calls, 1);
	REFUSED(UnhookWinEvent(hook), ERROR_INVALID_HANDLE);
	CHECK(!IsWinEventHookInstalled(EVENT_OBJECT_SELECTION));
}

static void filters(void)
{
	HWINEVENTHOOK own, other, context;

	calls = 0;
	own = SetWinEventHook(EVENT_MIN, EVENT_MAX, NULL, hear, 0, 0,
			      WINEVENT_SKIPOWNTHREAD);
	other = SetWinEventHook(EVENT_MIN, EVENT_MAX, NULL, hear, 0, 0,
				WINEVENT_SKIPOWNPROCESS);
	tell(NULL);
	look();
	CHECK_EQ(calls, 0);
	tell_elsewhere();
	look();
	CHECK_EQ(calls, 1);
	CHECK(last.hook == own);
	CHECK(UnhookWinEvent(own));
	CHECK(UnhookWinEvent(other));
	/* At once, by who tells. */
	context = SetWinEventHook(EVENT_MIN, EVENT_MAX, GetModuleHandleA(NULL),
				  hear, 0, 0, WINEVENT_INCONTEXT);
	CHECK(context);
	CHECK_EQ(tell_elsewhere(), last.by);
	CHECK_EQ(calls, 2);
	CHECK(UnhookWinEvent(context));
}

/* ---- on a pseudo console ---- */

static int columns(void)
{
	CONSOLE_SCREEN_BUFFER_INFO i = { 0 };

	GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &i);
	return i.dwSize.X;
}

static DWORD WINAPI wait_for_layout(void *arg)
{
	HWINEVENTHOOK hook;
	MSG msg;

	(void)arg;
	calls = 0;
	hook = SetWinEventHook(EVENT_CONSOLE_LAYOUT, EVENT_CONSOLE_LAYOUT, NULL,
			       hear, 0, 0, WINEVENT_OUTOFCONTEXT);
	CHECK(hook);
	SetTimer(NULL, 0, 60000, NULL);
	printf("ready:\n");
	fflush(stdout);
	/* Events are no messages: it has to look at one now and then. */
	while ((!calls || columns() != 90) &&
	       MsgWaitForMultipleObjects(0, NULL, FALSE, 60000, QS_ALLINPUT) ==
		       WAIT_OBJECT_0)
		PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE);
	CHECK(calls > 0);
	CHECK_EQ(last.event, EVENT_CONSOLE_LAYOUT);
	CHECK_EQ(columns(), 90);
	CHECK(UnhookWinEvent(hook));
	return 0;
}

typedef LONG(WINAPI *query_fn)(HANDLE, int, void *, ULONG, ULONG *);

/* Whose the console is: a hook may be for that process. */
static void console_host(void)
{
	query_fn query = (query_fn)(void *)GetProcAddress(
		GetModuleHandleA("ntdll"), "NtQueryInformationProcess");
	ULONG_PTR id = 0;

	CHECK_EQ(query(GetCurrentProcess(), 49, &id, sizeof id, NULL), 0);
	CHECK_EQ(id & ~(ULONG_PTR)3, GetCurrentProcessId());
}

static int child(void)
{
	HANDLE thread = CreateThread(NULL, 0, wait_for_layout, NULL, 0, NULL);

	console_host();
	CHECK_EQ(WaitForSingleObject(thread, 100000), 0);
	return check_done();
}

int main(int argc, char **argv)
{
	resize_fn resize = PSEUDO_CONSOLE(resize_fn, "ResizePseudoConsole");
	struct on_pseudo_console p;

	if (argc > 1)
		return child();
	refused();
	out_of_context();
	filters();
	if (!start_on_pseudo_console(&p, 60, 20, argv[0]))
		return check_done();
	CHECK(appears("ready:"));
	CHECK_EQ(resize(p.pc, (COORD){ 90, 30 }), S_OK);
	end_on_pseudo_console(&p, "win-event.c:");
	return check_done();
}
