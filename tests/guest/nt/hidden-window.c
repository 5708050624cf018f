/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Windows that nobody sees, as event loops have them: their classes, messages
 * from other threads, answers to and fro, timers, numbers, the end.
 */
#include <windows.h>

#include "check.h"

enum { ASK = WM_USER, ASK_BACK, POSTED, END };

static const WCHAR name[] = L"hidden-window test";
static char order[64];
static HWND first, second; /* the program's, the thread's */
static int timers;

static void note(char what)
{
	size_t n = strlen(order);

	if (n + 1 < sizeof order)
		order[n] = what;
}

static LRESULT CALLBACK proc(HWND w, UINT message, WPARAM wp, LPARAM l)
{
	const CREATESTRUCTW *c = (const void *)l;

	switch (message) {
	case WM_NCCREATE:
		note('n');
		CHECK(c->lpCreateParams == (void *)order);
		break;
	case WM_CREATE:
		note('c');
		return c->style & WS_DISABLED ? -1 : 0;
	case WM_DESTROY:
		note('d');
		break;
	case WM_NCDESTROY:
		note('D');
		break;
	case WM_TIMER:
		timers++;
		CHECK_EQ(wp, 7);
		return 0;
	case ASK:
		return (LRESULT)(wp + 1);
	case ASK_BACK: /* whoever waits for this answer is asked itself */
		return SendMessageW((HWND)l, ASK, wp, 0) * 2;
	case END:
		DestroyWindow(w);
		PostQuitMessage(3);
		return 0;
	}
	return DefWindowProcW(w, message, wp, l);
}

static HWND make(DWORD style, HWND parent)
{
	return CreateWindowExW(0, name, L"title", style, 0, 0, 0, 0, parent,
			       NULL, GetModuleHandleW(NULL), order);
}

static void until_quit(int code)
{
	MSG m;
	BOOL more;

	while ((more = GetMessageW(&m, NULL, 0, 0)) > 0)
		DispatchMessageW(&m);
	CHECK_EQ(more, 0);
	CHECK_EQ((int)m.wParam, code);
}

static DWORD WINAPI other(void *ready)
{
	second = make(0, HWND_MESSAGE);
	CHECK(second, "%lu", GetLastError());
	SetEvent(ready);
	until_quit(3);
	return 0;
}

static void classes(void)
{
	WNDCLASSW c = { .lpfnWndProc = proc,
			.hInstance = GetModuleHandleW(NULL),
			.cbWndExtra = 12,
			.lpszClassName = name };

	CHECK(!make(0, HWND_MESSAGE));
	CHECK_EQ(GetLastError(), ERROR_CANNOT_FIND_WND_CLASS);
	CHECK(RegisterClassW(&c), "%lu", GetLastError());
	CHECK(!RegisterClassW(&c));
	CHECK_EQ(GetLastError(), ERROR_CLASS_ALREADY_EXISTS);
}

static void numbers(HWND w)
{
	CHECK_EQ(SetWindowLongPtrW(w, GWLP_USERDATA, 5), 0);
	CHECK_EQ(SetWindowLongPtrW(w, GWLP_USERDATA, -6), 5);
	CHECK_EQ(GetWindowLongPtrW(w, GWLP_USERDATA), -6);
	CHECK(GetWindowLongPtrW(w, GWLP_WNDPROC) == (LONG_PTR)proc);
	CHECK_EQ(SetWindowLongW(w, 8, 77), 0);
	CHECK_EQ(GetWindowLongW(w, 8), 77);
	SetLastError(0);
	CHECK_EQ(GetWindowLongW(w, 9), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_INDEX);
	SetLastError(0);
	CHECK_EQ(GetWindowLongW((HWND)(ULONG_PTR)0xdead0, 0), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
}

static void answers(void)
{
	HANDLE ready = CreateEventW(NULL, FALSE, FALSE, NULL), t;
	DWORD_PTR got = 0;

	t = CreateThread(NULL, 0, other, ready, 0, NULL);
	CHECK_EQ(WaitForSingleObject(ready, 60000), WAIT_OBJECT_0);
	CHECK(IsWindow(second));
	CHECK_EQ(GetWindowThreadProcessId(second, NULL), GetThreadId(t));
	CHECK_EQ(SendMessageW(second, ASK, 41, 0), 42);
	CHECK_EQ(SendMessageW(second, ASK_BACK, 20, (LPARAM)first), 42);
	CHECK(SendMessageTimeoutW(second, ASK, 1, 0, SMTO_NORMAL, 60000, &got));
	CHECK_EQ(got, 2);
	CHECK(!DestroyWindow(second));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(PostMessageW(second, END, 0, 0));
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK(!IsWindow(second));
	CHECK_EQ(SendMessageW(second, ASK, 41, 0), 0);
	CHECK(!PostMessageW(second, ASK, 41, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
	CloseHandle(t);
	CloseHandle(ready);
}

static void messages(void)
{
	MSG m;

	CHECK(PostMessageW(first, POSTED, 1, 2));
	CHECK(PostThreadMessageW(GetCurrentThreadId(), POSTED, 3, 4));
	CHECK(PeekMessageW(&m, (HWND)-1, 0, 0, PM_REMOVE) && !m.hwnd &&
	      m.wParam == 3);
	CHECK_EQ(MsgWaitForMultipleObjectsEx(0, NULL, 0, QS_ALLINPUT,
					     MWMO_INPUTAVAILABLE),
		 WAIT_OBJECT_0);
	CHECK(PeekMessageW(&m, first, 0, 0, PM_REMOVE) && m.hwnd == first &&
	      m.message == POSTED && m.wParam == 1 && m.lParam == 2);
	CHECK(!PeekMessageW(&m, NULL, 0, 0, PM_REMOVE));
	CHECK_EQ(SetTimer(first, 7, 10, NULL), 7);
	while (!timers && GetMessageW(&m, first, 0, 0) > 0)
		DispatchMessageW(&m);
	CHECK_EQ(timers, 1);
	CHECK(KillTimer(first, 7));
	CHECK(!KillTimer(first, 7));
}

int main(void)
{
	HWND w;

	classes();
	w = make(0, NULL);
	CHECK(w && !GetParent(w) && !IsWindowVisible(w), "%lu", GetLastError());
	CHECK(DestroyWindow(w) && !IsWindow(w) && !DestroyWindow(w));
	memset(order, 0, sizeof order);
	first = make(0, HWND_MESSAGE);
	CHECK(first && IsWindow(first), "%lu", GetLastError());
	CHECK(!strcmp(order, "nc"), "%s", order);
	numbers(first);
	messages();
	answers();
	memset(order, 0, sizeof order);
	w = make(WS_DISABLED, HWND_MESSAGE);
	CHECK(!w && !strcmp(order, "ncD"), "%s", order);
	CHECK(!UnregisterClassW(name, NULL));
	CHECK_EQ(GetLastError(), ERROR_CLASS_HAS_WINDOWS);
	memset(order, 0, sizeof order);
	CHECK(PostMessageW(first, POSTED, 0, 0));
	SendMessageW(first, WM_CLOSE, 0, 0);
	CHECK(!IsWindow(first) && !strcmp(order, "dD"), "%s", order);
	PostQuitMessage(4);
	until_quit(4);
	CHECK(UnregisterClassW(name, GetModuleHandleW(NULL)));
	CHECK(!UnregisterClassW(name, GetModuleHandleW(NULL)));
	CHECK_EQ(GetLastError(), ERROR_CLASS_DOES_NOT_EXIST);
	return check_done();
}
