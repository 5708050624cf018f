/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * find-window.c - windows that nobody sees are found: by class and title, one
 * by one, by kinship, of a thread; and what is told of them.
 */
#include <windows.h>

#include "check.h"

static const WCHAR ours[] = L"find-window A", others[] = L"find-window B";
static HWND seen[16];
static ULONG nseen, stop_at;

static LRESULT CALLBACK proc(HWND w, UINT message, WPARAM wp, LPARAM l)
{
	if (message == WM_USER) {
		DestroyWindow(w);
		PostQuitMessage(0);
		return 0;
	}
	return DefWindowProcW(w, message, wp, l);
}

static LRESULT CALLBACK proc_a(HWND w, UINT message, WPARAM wp, LPARAM l)
{
	return DefWindowProcA(w, message, wp, l);
}

static HWND make(const WCHAR *class, const WCHAR *title, DWORD style,
		 HWND parent)
{
	HWND w = CreateWindowExW(0, class, title, style, 0, 0, 0, 0, parent,
				 NULL, GetModuleHandleW(NULL), NULL);

	CHECK(w != NULL, "%ls: %lu", title ? title : L"", GetLastError());
	return w;
}

/* Of this process: on Windows there are others. */
static BOOL CALLBACK note(HWND w, LPARAM param)
{
	DWORD process = 0;

	CHECK_EQ(param, 77);
	GetWindowThreadProcessId(w, &process);
	if (process == GetCurrentProcessId() && nseen < COUNT_OF(seen))
		seen[nseen++] = w;
	return !stop_at || nseen < stop_at;
}

/* Whether w is among them, before after (NULL: anywhere). */
static BOOL saw(HWND w, HWND after)
{
	ULONG i = 0, k;

	while (i < nseen && seen[i] != w)
		i++;
	for (k = i; after && k < nseen && seen[k] != after;)
		k++;
	return i < nseen && k < nseen;
}

struct other {
	HANDLE ready;
	HWND top, message;
};

static DWORD WINAPI thread(void *arg)
{
	struct other *o = arg;
	MSG m;

	o->top = make(others, L"of a thread", 0, NULL);
	o->message = make(others, L"message", 0, HWND_MESSAGE);
	SetEvent(o->ready);
	while (GetMessageW(&m, NULL, 0, 0) > 0)
		DispatchMessageW(&m);
	return 0;
}

static void not_found(HWND got, DWORD error)
{
	CHECK(!got);
	CHECK_EQ(GetLastError(), error);
}

static void by_name(HWND one, HWND two, HWND message)
{
	CHECK(FindWindowW(ours, L"one") == one);
	CHECK(FindWindowW(ours, L"ONE") == one);
	CHECK(FindWindowW(NULL, L"two") == two);
	CHECK(FindWindowA("find-window a", "two") == two);
	CHECK(FindWindowA(NULL, "one") == one);
	/* The latest is above the others. */
	CHECK(FindWindowW(ours, NULL) == two);
	CHECK(FindWindowExW(NULL, two, ours, NULL) == one);
	CHECK(!FindWindowExW(NULL, one, ours, NULL));
	not_found(FindWindowW(ours, L"none"), ERROR_FILE_NOT_FOUND);
	not_found(FindWindowW(L"no such class", NULL), ERROR_FILE_NOT_FOUND);
	/* Those for messages only: where they are asked for. */
	CHECK(FindWindowExW(HWND_MESSAGE, NULL, ours, L"three") == message);
	CHECK(FindWindowExA(HWND_MESSAGE, NULL, NULL, "three") == message);
	CHECK(FindWindowExW(NULL, NULL, ours, L"three") == message);
	CHECK(!FindWindowExW(GetDesktopWindow(), NULL, ours, L"three"));
	CHECK(!FindWindowExW(HWND_MESSAGE, NULL, ours, L"one"));
	not_found(FindWindowExW((HWND)(ULONG_PTR)0xdead0, NULL, ours, NULL),
		  ERROR_INVALID_WINDOW_HANDLE);
	not_found(FindWindowExW(NULL, (HWND)(ULONG_PTR)0xdead0, ours, NULL),
		  ERROR_INVALID_WINDOW_HANDLE);
}

static void one_by_one(HWND one, HWND two, HWND message, HWND child,
		       HWND grandchild, const struct other *o)
{
	nseen = 0;
	CHECK(EnumWindows(note, 77));
	CHECK(saw(two, one) && saw(o->top, NULL));
	CHECK(!saw(message, NULL) && !saw(child, NULL) &&
	      !saw(o->message, NULL));
	nseen = 0;
	stop_at = 1;
	CHECK(!EnumWindows(note, 77));
	CHECK_EQ(nseen, 1);
	stop_at = nseen = 0;
	CHECK(EnumThreadWindows(GetCurrentThreadId(), note, 77));
	CHECK(saw(two, one) && !saw(o->top, NULL) && !saw(message, NULL));
	nseen = 0;
	CHECK(EnumThreadWindows(GetWindowThreadProcessId(o->top, NULL), note,
				77));
	CHECK(saw(o->top, NULL) && !saw(one, NULL));
	nseen = 0;
	EnumChildWindows(one, note, 77);
	CHECK_EQ(nseen, 2);
	CHECK(saw(child, grandchild));
	nseen = 0;
	EnumChildWindows(two, note, 77);
	CHECK_EQ(nseen, 0);
	EnumChildWindows(NULL, note, 77);
	CHECK(saw(two, one) && !saw(child, NULL));
}

static void kin(HWND one, HWND two, HWND child, HWND grandchild, HWND owned)
{
	HWND second = make(ours, L"second", WS_CHILD, one), w;

	CHECK(GetWindow(one, GW_CHILD) == second || /* on top, or below */
	      GetWindow(one, GW_CHILD) == child);
	w = GetWindow(one, GW_CHILD);
	CHECK(GetTopWindow(one) == w);
	CHECK(GetWindow(w, GW_HWNDNEXT) == (w == child ? second : child));
	CHECK(GetWindow(GetWindow(w, GW_HWNDNEXT), GW_HWNDPREV) == w);
	CHECK(GetWindow(child, GW_HWNDFIRST) == w);
	CHECK(GetWindow(w, GW_HWNDLAST) == GetWindow(w, GW_HWNDNEXT));
	CHECK(!GetWindow(w, GW_HWNDPREV));
	CHECK(GetWindow(child, GW_CHILD) == grandchild);
	CHECK(!GetWindow(grandchild, GW_CHILD));
	CHECK(!GetWindow(child, GW_OWNER) && !GetWindow(one, GW_OWNER));
	CHECK(GetWindow(owned, GW_OWNER) == two);
	CHECK(IsChild(one, child) && IsChild(one, grandchild) &&
	      IsChild(child, grandchild));
	CHECK(!IsChild(one, one) && !IsChild(child, one) &&
	      !IsChild(two, owned));
	for (w = GetWindow(GetDesktopWindow(), GW_CHILD); w && w != one;)
		w = GetWindow(w, GW_HWNDNEXT);
	CHECK(w == one);
	not_found(GetWindow((HWND)(ULONG_PTR)0xdead0, GW_CHILD),
		  ERROR_INVALID_WINDOW_HANDLE);
	not_found(GetWindow(one, 99), ERROR_INVALID_GW_COMMAND);
	CHECK(DestroyWindow(second));
}

static void told(HWND one, HWND ansi)
{
	WCHAR w[64];
	char a[64];
	DWORD process = 0;

	CHECK(IsWindow(one) && IsWindow(GetDesktopWindow()) && !IsWindow(NULL));
	CHECK(one != GetDesktopWindow());
	CHECK_EQ(GetWindowThreadProcessId(one, &process), GetCurrentThreadId());
	CHECK_EQ(process, GetCurrentProcessId());
	CHECK_EQ(GetClassNameW(one, w, 64), lstrlenW(ours));
	CHECK(!lstrcmpW(w, ours));
	CHECK_EQ(GetClassNameA(one, a, 64), lstrlenW(ours));
	CHECK(!lstrcmpA(a, "find-window A"));
	CHECK_EQ(GetClassNameW(one, w, 5), 4);
	CHECK(!lstrcmpW(w, L"find"));
	CHECK_EQ(GetClassNameA(one, a, 5), 4);
	CHECK(!lstrcmpA(a, "find"));
	CHECK_EQ(GetClassNameW(GetDesktopWindow(), w, 64), 6);
	CHECK(!lstrcmpW(w, L"#32769"));
	CHECK_EQ(GetClassNameW((HWND)(ULONG_PTR)0xdead0, w, 64), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
	/* Titles, by whichever width. */
	CHECK_EQ(GetWindowTextLengthW(one), 3);
	CHECK_EQ(GetWindowTextW(one, w, 64), 3);
	CHECK(!lstrcmpW(w, L"one"));
	CHECK_EQ(GetWindowTextA(one, a, 3), 2);
	CHECK(!lstrcmpA(a, "on"));
	CHECK(SetWindowTextA(one, "another"));
	CHECK_EQ(GetWindowTextW(one, w, 64), 7);
	CHECK(!lstrcmpW(w, L"another"));
	CHECK(FindWindowW(ours, L"another") == one);
	CHECK(SetWindowTextW(one, NULL));
	CHECK_EQ(GetWindowTextW(one, w, 64), 0);
	CHECK(!*w);
	CHECK(SetWindowTextW(one, L"one"));
	CHECK_EQ(GetWindowTextA(ansi, a, 64), 4);
	CHECK(!lstrcmpA(a, "ansi"));
	CHECK(SetWindowTextW(ansi, L"changed"));
	CHECK_EQ(GetWindowTextW(ansi, w, 5), 4);
	CHECK(!lstrcmpW(w, L"chan"));
	CHECK_EQ(GetWindowTextLengthA(ansi), 7);
	CHECK(!SetWindowTextA((HWND)(ULONG_PTR)0xdead0, "x"));
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
	CHECK_EQ(GetWindowTextW((HWND)(ULONG_PTR)0xdead0, w, 64), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
}

int main(void)
{
	WNDCLASSW c = { .lpfnWndProc = proc,
			.hInstance = GetModuleHandleW(NULL),
			.lpszClassName = ours };
	WNDCLASSA ca = { .lpfnWndProc = proc_a,
			 .hInstance = GetModuleHandleW(NULL),
			 .lpszClassName = "find-window ansi" };
	struct other o = { .ready = CreateEventW(NULL, FALSE, FALSE, NULL) };
	HWND one, two, message, child, grandchild, owned, ansi;
	HANDLE t;

	CHECK(RegisterClassW(&c));
	c.lpszClassName = others;
	CHECK(RegisterClassW(&c));
	CHECK(RegisterClassA(&ca));
	one = make(ours, L"one", 0, NULL);
	two = make(ours, L"two", 0, NULL);
	message = make(ours, L"three", 0, HWND_MESSAGE);
	by_name(one, two, message);
	child = make(ours, L"child", WS_CHILD, one);
	grandchild = make(ours, L"grandchild", WS_CHILD, child);
	owned = make(others, NULL, WS_POPUP, two);
	CHECK(!FindWindowW(ours, L"child"));
	CHECK(FindWindowExW(one, NULL, ours, L"child") == child);
	CHECK(!FindWindowExW(one, NULL, ours, L"grandchild"));
	ansi = CreateWindowExA(0, "find-window ansi", "ansi", 0, 0, 0, 0, 0,
			       NULL, NULL, GetModuleHandleW(NULL), NULL);
	CHECK(ansi != NULL);
	CHECK(FindWindowW(L"find-window ansi", L"ansi") == ansi);
	t = CreateThread(NULL, 0, thread, &o, 0, NULL);
	CHECK_EQ(WaitForSingleObject(o.ready, 60000), WAIT_OBJECT_0);
	one_by_one(one, two, message, child, grandchild, &o);
	CHECK(FindWindowW(others, L"of a thread") == o.top);
	kin(one, two, child, grandchild, owned);
	told(one, ansi);
	CHECK(PostMessageW(o.top, WM_USER, 0, 0));
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK(!IsWindow(o.top) && !IsWindow(o.message));
	CHECK(!FindWindowW(others, L"of a thread"));
	CHECK(DestroyWindow(one));
	CHECK(!IsWindow(one) && !IsWindow(child) && !IsWindow(grandchild));
	not_found(FindWindowExW(one, NULL, ours, NULL),
		  ERROR_INVALID_WINDOW_HANDLE);
	CloseHandle(t);
	CloseHandle(o.ready);
	return check_done();
}
