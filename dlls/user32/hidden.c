/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hidden.c - windows that nobody could see: those for messages only, and those
 * that are made without a size and without WS_VISIBLE.  Event loops have one to
 * be woken by (Tcl's, for example).  They are this process's alone.
 *
 * Any other window cannot be made, as before: a program that wants to be seen
 * is to end with an error, and not to wait for a click that never comes.
 */
#include "hidden.h"

#include <string.h>

enum { MOST = 4096, FIRST = 32 }; /* below: the desktop's */

static struct window *table[MOST]; /* under user_lock */
static ULONG windows;              /* in the table */
static ULONG64 births;
static WORD uses[MOST];            /* a handle is of one window, ever */

static ULONG index_of(HWND handle)
{
	ULONG at = LOWORD((ULONG_PTR)handle);

	return at >= FIRST && at - FIRST < MOST ? at - FIRST : MOST;
}

struct window *window_find(HWND handle)
{
	ULONG at = index_of(handle);

	return at < MOST && table[at] && table[at]->handle == handle ? table[at]
								     : NULL;
}

struct window *window_from(ULONG *slot)
{
	while (*slot < MOST && !table[*slot])
		++*slot;
	return *slot < MOST ? table[(*slot)++] : NULL;
}

/* Of the calling thread, which alone ends it: may be used without the lock. */
static struct window *mine(HWND handle)
{
	struct window *w;

	AcquireSRWLockShared(&user_lock);
	w = window_find(handle);
	if (w && w->thread != GetCurrentThreadId())
		w = NULL;
	ReleaseSRWLockShared(&user_lock);
	return w;
}

DWORD WINAPI GetWindowThreadProcessId(HWND handle, LPDWORD process)
{
	const struct window *w;
	DWORD thread = 0;

	AcquireSRWLockShared(&user_lock);
	w = window_find(handle);
	if (w)
		thread = w->thread;
	ReleaseSRWLockShared(&user_lock);
	if (!thread)
		SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	else if (process)
		*process = GetCurrentProcessId();
	return thread;
}

HWND WINAPI GetParent(HWND handle)
{
	const struct window *w;
	HWND parent = NULL;
	BOOL is;

	AcquireSRWLockShared(&user_lock);
	w = window_find(handle);
	is = w != NULL;
	if (w && w->parent != HWND_MESSAGE)
		parent = w->parent;
	ReleaseSRWLockShared(&user_lock);
	if (!is)
		SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return parent;
}

/* ---- making and ending --------------------------------------------------- */

static LRESULT call(const struct window *w, UINT message, WPARAM wp, LPARAM l)
{
	return w->proc(w->handle, message, wp, l);
}

/* Out of the table, and of the counts. */
static void drop(struct window *w)
{
	AcquireSRWLockExclusive(&user_lock);
	table[index_of(w->handle)] = NULL;
	w->class->windows--;
	windows--;
	ReleaseSRWLockExclusive(&user_lock);
	text_free(w->text);
	HeapFree(GetProcessHeap(), 0, w);
}

/* A window of the thread, below one (NULL: any) and not on its way out. */
static struct window *next_of(DWORD thread, HWND below)
{
	struct window *found = NULL;

	AcquireSRWLockShared(&user_lock);
	for (ULONG i = 0, left = windows; left && !found && i < MOST; i++) {
		struct window *w = table[i];

		left -= w != NULL;
		if (w && w->thread == thread &&
		    (!below || (w->parent == below && !w->dying)))
			found = w;
	}
	ReleaseSRWLockShared(&user_lock);
	return found;
}

static void destroy(struct window *w)
{
	struct queue *q = queue_mine();
	HWND handle = w->handle;
	struct window *child;

	w->dying = TRUE;
	call(w, WM_DESTROY, 0, 0);
	while ((child = next_of(w->thread, handle)))
		DestroyWindow(child->handle);
	call(w, WM_NCDESTROY, 0, 0);
	drop(w);
	if (q)
		queue_forget(q, handle);
}

BOOL WINAPI DestroyWindow(HWND handle)
{
	struct window *w = mine(handle);

	if (!w) {
		SetLastError(IsWindow(handle) ? ERROR_ACCESS_DENIED
					      : ERROR_INVALID_WINDOW_HANDLE);
		return FALSE;
	}
	if (!w->dying)
		destroy(w);
	return TRUE;
}

void windows_free_mine(void)
{
	const DWORD thread = GetCurrentThreadId();
	struct window *w;

	while ((w = next_of(thread, NULL)))
		drop(w);
}

/* Its own procedure did not want it. */
static void refused(HWND handle)
{
	struct window *w = mine(handle);

	if (!w)
		return;
	w->dying = TRUE;
	call(w, WM_NCDESTROY, 0, 0);
	drop(w);
	queue_forget(queue_mine(), handle);
}

static BOOL unseen(DWORD style, int width, int height, HWND parent)
{
	const struct window *p;
	BOOL yes;

	if (style & WS_VISIBLE)
		return FALSE;
	if (parent == HWND_MESSAGE)
		return TRUE;
	AcquireSRWLockShared(&user_lock);
	p = window_find(parent);
	yes = p ? p->parent == HWND_MESSAGE || (!width && !height)
		: !parent && !width && !height && !(style & WS_CHILD);
	ReleaseSRWLockShared(&user_lock);
	return yes;
}

/* Has it as its own: title, which may be NULL, and is freed with the window. */
static struct window *make(ATOM name, const CREATESTRUCTW *c, WCHAR *title)
{
	struct window *w = NULL;
	struct class *class;
	ULONG at = 0;

	AcquireSRWLockExclusive(&user_lock);
	class = class_find(c->hInstance, name);
	while (class && at < MOST && table[at])
		at++;
	if (class && at < MOST)
		w = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
			      sizeof *w + (ULONG) class->extra);
	if (w) {
		w->handle = (HWND)(ULONG_PTR)MAKELONG(FIRST + at, ++uses[at]);
		w->thread = GetCurrentThreadId();
		w->class = class;
		w->proc = class->proc;
		w->parent = c->hwndParent;
		w->instance = c->hInstance;
		w->id = (LONG_PTR)c->hMenu;
		w->style = c->style;
		w->ex = (LONG)c->dwExStyle;
		w->text = title;
		w->born = ++births;
		class->windows++;
		windows++;
		table[at] = w;
	}
	ReleaseSRWLockExclusive(&user_lock);
	if (!w)
		SetLastError(class ? ERROR_NOT_ENOUGH_MEMORY
				   : ERROR_CANNOT_FIND_WND_CLASS);
	return w;
}

/* The structure's texts are as wide as the caller's function. */
static HWND create(ATOM name, CREATESTRUCTW *c, WCHAR *title)
{
	struct window *w;
	HWND handle;

	if (!c->hInstance)
		c->hInstance = GetModuleHandleW(NULL);
	if (!unseen((DWORD)c->style, c->cx, c->cy, c->hwndParent)) {
		SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
		text_free(title);
		return NULL;
	}
	w = queue_mine() ? make(name, c, title) : NULL;
	if (!w) {
		text_free(title);
		return NULL;
	}
	handle = w->handle;
	if (!call(w, WM_NCCREATE, 0, (LPARAM)c)) {
		refused(handle);
		return NULL;
	}
	if (mine(handle) && call(w, WM_CREATE, 0, (LPARAM)c) == -1) {
		refused(handle);
		return NULL;
	}
	return IsWindow(handle) ? handle : NULL;
}

HWND WINAPI CreateWindowExW(DWORD ex, LPCWSTR class, LPCWSTR title, DWORD style,
			    int x, int y, int w, int h, HWND parent, HMENU menu,
			    HINSTANCE instance, LPVOID param)
{
	CREATESTRUCTW c = { param, instance, menu,        parent, h,     w,
			    y,     x,        (LONG)style, title,  class, ex };

	return create(class_name_w(class), &c, text_copy(title));
}

HWND WINAPI CreateWindowExA(DWORD ex, LPCSTR class, LPCSTR title, DWORD style,
			    int x, int y, int w, int h, HWND parent, HMENU menu,
			    HINSTANCE instance, LPVOID param)
{
	CREATESTRUCTA c = { param, instance, menu,        parent, h,     w,
			    y,     x,        (LONG)style, title,  class, ex };

	return create(class_name_a(class), (CREATESTRUCTW *)&c,
		      text_widen(title));
}

LRESULT WINAPI DefWindowProcW(HWND window, UINT message, WPARAM w, LPARAM l)
{
	switch (message) {
	case WM_NCCREATE:
	case WM_QUERYENDSESSION:
	case WM_QUERYOPEN:
		return IsWindow(window);
	case WM_CLOSE:
		DestroyWindow(window);
		break;
	case WM_SETTEXT:
	case WM_GETTEXT:
	case WM_GETTEXTLENGTH:
		return title_message(window, message, w, l, TRUE);
	}
	return 0;
}

LRESULT WINAPI DefWindowProcA(HWND window, UINT message, WPARAM w, LPARAM l)
{
	switch (message) {
	case WM_SETTEXT:
	case WM_GETTEXT:
	case WM_GETTEXTLENGTH:
		return title_message(window, message, w, l, FALSE);
	}
	return DefWindowProcW(window, message, w, l);
}

/* ---- a window's numbers -------------------------------------------------- */

/* Under user_lock.  Reads (set NULL) or exchanges the number at which. */
static LONG_PTR number(struct window *w, int which, int size,
		       const LONG_PTR *set, DWORD *error)
{
	LONG_PTR old = 0, *wide = NULL;
	LONG *narrow = NULL, n;

	if (which >= 0) {
		if (which > w->class->extra - size) {
			*error = ERROR_INVALID_INDEX;
			return 0;
		}
		if (size == sizeof n) {
			memcpy(&n, w->extra + which, sizeof n);
			old = n;
			n = set ? (LONG)*set : n;
			memcpy(w->extra + which, &n, sizeof n);
		} else {
			memcpy(&old, w->extra + which, sizeof old);
			if (set)
				memcpy(w->extra + which, set, sizeof *set);
		}
		return old;
	}
	switch (which) {
	case GWL_STYLE:
		narrow = &w->style;
		break;
	case GWL_EXSTYLE:
		narrow = &w->ex;
		break;
	case GWLP_USERDATA:
		wide = &w->user;
		break;
	case GWLP_ID:
		wide = &w->id;
		break;
	case GWLP_WNDPROC:
		wide = (LONG_PTR *)&w->proc;
		break;
	case GWLP_HINSTANCE:
		wide = (LONG_PTR *)&w->instance;
		break;
	case GWLP_HWNDPARENT:
		wide = (LONG_PTR *)&w->parent;
		break;
	default:
		*error = ERROR_INVALID_INDEX;
		return 0;
	}
	if (narrow) {
		old = *narrow;
		if (set)
			*narrow = (LONG)*set;
	} else {
		old = *wide;
		if (set)
			*wide = *set;
	}
	return old;
}

static LONG_PTR exchange(HWND handle, int which, int size, const LONG_PTR *set)
{
	DWORD error = 0;
	struct window *w;
	LONG_PTR old = 0;

	AcquireSRWLockExclusive(&user_lock);
	w = window_find(handle);
	if (w)
		old = number(w, which, size, set, &error);
	else
		error = ERROR_INVALID_WINDOW_HANDLE;
	ReleaseSRWLockExclusive(&user_lock);
	if (error)
		SetLastError(error);
	return old;
}

LONG WINAPI GetWindowLongW(HWND window, int which)
{
	return (LONG)exchange(window, which, sizeof(LONG), NULL);
}

LONG WINAPI GetWindowLongA(HWND window, int which)
{
	return GetWindowLongW(window, which);
}

LONG WINAPI SetWindowLongW(HWND window, int which, LONG to)
{
	const LONG_PTR set = to;

	return (LONG)exchange(window, which, sizeof(LONG), &set);
}

LONG WINAPI SetWindowLongA(HWND window, int which, LONG to)
{
	return SetWindowLongW(window, which, to);
}

#ifdef _WIN64
LONG_PTR WINAPI GetWindowLongPtrW(HWND window, int which)
{
	return exchange(window, which, sizeof(LONG_PTR), NULL);
}

LONG_PTR WINAPI GetWindowLongPtrA(HWND window, int which)
{
	return GetWindowLongPtrW(window, which);
}

LONG_PTR WINAPI SetWindowLongPtrW(HWND window, int which, LONG_PTR to)
{
	return exchange(window, which, sizeof(LONG_PTR), &to);
}

LONG_PTR WINAPI SetWindowLongPtrA(HWND window, int which, LONG_PTR to)
{
	return SetWindowLongPtrW(window, which, to);
}
#endif
