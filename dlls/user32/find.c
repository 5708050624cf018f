/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * find.c - which windows there are: this process's, which nobody sees.
 *
 * The tree is Windows': below the desktop's window the top-level ones, which
 * may have an owner; below those their children (WS_CHILD); and apart from both
 * the windows for messages only, which only FindWindow(Ex) finds.  The latest
 * is above the others, as no window here is ever moved.
 */
#include "hidden.h"

#include <stdlib.h>
#include <string.h>

/* What was there when somebody looked: others may end meanwhile. */
struct list {
	ULONG n;
	struct seen {
		HWND handle, above;
		ULONG64 born;
		DWORD thread;
	} at[];
};

/* Of the tree: NULL for the desktop, which HWND_MESSAGE never is. */
static HWND above(const struct window *w)
{
	if (w->parent == HWND_MESSAGE || w->style & WS_CHILD)
		return w->parent;
	return NULL;
}

static int latest_first(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->born < y->born ? 1 : x->born > y->born ? -1 : 0;
}

/* All of the process, from the top; to be freed.  NULL: no memory. */
static struct list *look(void)
{
	struct list *l;
	ULONG n = 0, slot = 0;

	AcquireSRWLockShared(&user_lock);
	while (window_from(&slot))
		n++;
	l = HeapAlloc(GetProcessHeap(), 0, sizeof *l + n * sizeof l->at[0]);
	slot = 0;
	for (ULONG i = 0; l && i < n; i++) {
		const struct window *w = window_from(&slot);

		l->at[i] = (struct seen){ w->handle, above(w), w->born,
					  w->thread };
	}
	if (l)
		l->n = n;
	ReleaseSRWLockShared(&user_lock);
	if (l)
		qsort(l->at, l->n, sizeof l->at[0], latest_first);
	else
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return l;
}

static void forget(struct list *l)
{
	HeapFree(GetProcessHeap(), 0, l);
}

static HWND bad_window(void)
{
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return NULL;
}

BOOL WINAPI IsWindow(HWND handle)
{
	BOOL is = handle == GetDesktopWindow();

	if (!is) {
		AcquireSRWLockShared(&user_lock);
		is = window_find(handle) != NULL;
		ReleaseSRWLockShared(&user_lock);
	}
	return is;
}

/* ---- one by one ---- */

static BOOL each(const struct list *l, WNDENUMPROC fn, LPARAM param)
{
	for (ULONG i = 0; i < l->n; i++)
		if (IsWindow(l->at[i].handle) && !fn(l->at[i].handle, param))
			return FALSE;
	return TRUE;
}

/* Top-level ones, of a thread or (0) of all. */
static BOOL each_top(DWORD thread, WNDENUMPROC fn, LPARAM param)
{
	struct list *l = look();
	ULONG n = 0;
	BOOL all;

	if (!l)
		return FALSE;
	for (ULONG i = 0; i < l->n; i++)
		if (!l->at[i].above && (!thread || l->at[i].thread == thread))
			l->at[n++] = l->at[i];
	l->n = n;
	all = each(l, fn, param) && (n || !thread);
	forget(l);
	return all;
}

BOOL WINAPI EnumWindows(WNDENUMPROC fn, LPARAM param)
{
	if (!fn) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return each_top(0, fn, param);
}

BOOL WINAPI EnumThreadWindows(DWORD thread, WNDENUMPROC fn, LPARAM param)
{
	if (!fn || !thread) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return each_top(thread, fn, param);
}

/* Behind each child its own: their places in from, in that order, to to. */
static ULONG descend(const struct list *from, HWND parent, struct list *to,
		     ULONG n)
{
	for (ULONG i = 0; i < from->n && n < from->n; i++)
		if (from->at[i].above == parent) {
			to->at[n++] = from->at[i];
			n = descend(from, from->at[i].handle, to, n);
		}
	return n;
}

BOOL WINAPI EnumChildWindows(HWND parent, WNDENUMPROC fn, LPARAM param)
{
	struct list *all, *children;
	BOOL good;

	if (!parent || parent == GetDesktopWindow())
		return EnumWindows(fn, param);
	if (!IsWindow(parent)) {
		bad_window();
		return FALSE;
	}
	if (!fn) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	all = look();
	if (!all)
		return FALSE;
	children = HeapAlloc(GetProcessHeap(), 0,
			     sizeof *all + all->n * sizeof all->at[0]);
	if (!children) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		forget(all);
		return FALSE;
	}
	children->n = descend(all, parent, children, 0);
	good = each(children, fn, param);
	forget(all);
	forget(children);
	return good;
}

/* ---- by kinship ---- */

/* The first or last in the list, or the one beside window (step). */
static HWND sibling(const struct list *l, HWND parent, HWND window, UINT how)
{
	HWND before = NULL, last = NULL;
	BOOL behind = FALSE;

	for (ULONG i = 0; i < l->n; i++) {
		HWND h = l->at[i].handle;

		if (l->at[i].above != parent)
			continue;
		if (how == GW_HWNDFIRST || (how == GW_HWNDNEXT && behind))
			return h;
		if (h == window && how == GW_HWNDPREV)
			return before;
		behind |= h == window;
		before = last = h;
	}
	return how == GW_HWNDLAST ? last : NULL;
}

HWND WINAPI GetWindow(HWND window, UINT how)
{
	const BOOL desktop = window == GetDesktopWindow();
	const struct window *w;
	HWND parent = NULL, owner = NULL, found;
	struct list *l;
	BOOL known;

	AcquireSRWLockShared(&user_lock);
	w = window_find(window);
	known = w || desktop;
	if (w) {
		parent = above(w);
		owner = parent ? NULL : w->parent;
	}
	ReleaseSRWLockShared(&user_lock);
	if (!known)
		return bad_window();
	if (how > GW_ENABLEDPOPUP) {
		SetLastError(ERROR_INVALID_GW_COMMAND);
		return NULL;
	}
	if (how == GW_OWNER)
		return owner;
	/* No popup is enabled that nobody sees. */
	if (how == GW_ENABLEDPOPUP)
		return desktop ? NULL : window;
	if (desktop && how != GW_CHILD)
		return how == GW_HWNDFIRST || how == GW_HWNDLAST ? window
								 : NULL;
	l = look();
	if (!l)
		return NULL;
	if (how == GW_CHILD)
		found = sibling(l, desktop ? NULL : window, NULL, GW_HWNDFIRST);
	else
		found = sibling(l, parent, window, how);
	forget(l);
	return found;
}

HWND WINAPI GetTopWindow(HWND window)
{
	return GetWindow(window ? window : GetDesktopWindow(), GW_CHILD);
}

BOOL WINAPI IsChild(HWND parent, HWND window)
{
	BOOL is = FALSE;

	AcquireSRWLockShared(&user_lock);
	for (ULONG depth = 0; window && !is && depth < 100; depth++) {
		const struct window *w = window_find(window);

		window = w && w->style & WS_CHILD ? w->parent : NULL;
		is = window && window == parent;
	}
	ReleaseSRWLockShared(&user_lock);
	return is;
}

/* ---- by class and title ---- */

struct wanted {
	ATOM class;    /* 0: any */
	LPCWSTR title; /* NULL: any */
};

static BOOL matches(HWND handle, const struct wanted *want)
{
	const struct window *w;
	BOOL yes;

	AcquireSRWLockShared(&user_lock);
	w = window_find(handle);
	yes = w && (!want->class || w->class->atom == want->class);
	if (yes && want->title)
		yes = CompareStringOrdinal(w->text ? w->text : L"", -1,
					   want->title, -1, TRUE) == CSTR_EQUAL;
	ReleaseSRWLockShared(&user_lock);
	return yes;
}

/* Below parent, behind after, if that is one of those (NULL: from the top). */
static HWND find_below(const struct list *l, HWND parent, HWND after,
		       const struct wanted *want)
{
	BOOL behind = !after;

	for (ULONG i = 0; i < l->n; i++) {
		if (l->at[i].above != parent)
			continue;
		if (behind && matches(l->at[i].handle, want))
			return l->at[i].handle;
		behind |= l->at[i].handle == after;
	}
	return NULL;
}

static HWND find(HWND parent, HWND after, const struct wanted *want)
{
	const BOOL both = !parent && !after;
	struct list *l;
	HWND found;

	if (parent == GetDesktopWindow())
		parent = NULL;
	if ((parent && parent != HWND_MESSAGE && !IsWindow(parent)) ||
	    (after && !IsWindow(after)))
		return bad_window();
	l = look();
	if (!l)
		return NULL;
	found = find_below(l, parent, after, want);
	if (!found && both)
		found = find_below(l, HWND_MESSAGE, NULL, want);
	forget(l);
	if (!found)
		SetLastError(ERROR_FILE_NOT_FOUND);
	return found;
}

HWND WINAPI FindWindowExW(HWND parent, HWND after, LPCWSTR class, LPCWSTR title)
{
	struct wanted want = { 0, title };

	if (class) {
		want.class = IS_INTRESOURCE(class) ? (ATOM)(ULONG_PTR) class
						   : name_known(class);
		if (!want.class) {
			SetLastError(ERROR_FILE_NOT_FOUND);
			return NULL;
		}
	}
	return find(parent, after, &want);
}

HWND WINAPI FindWindowExA(HWND parent, HWND after, LPCSTR class, LPCSTR title)
{
	WCHAR *class_w = text_widen(class), *title_w = text_widen(title);
	HWND found = NULL;

	if ((!class_w && !IS_INTRESOURCE(class)) || (!title_w && title))
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	else
		found = FindWindowExW(parent, after,
				      class_w ? class_w : (LPCWSTR) class,
				      title_w);
	text_free(class_w);
	text_free(title_w);
	return found;
}

HWND WINAPI FindWindowW(LPCWSTR class, LPCWSTR title)
{
	return FindWindowExW(NULL, NULL, class, title);
}

HWND WINAPI FindWindowA(LPCSTR class, LPCSTR title)
{
	return FindWindowExA(NULL, NULL, class, title);
}

/* ---- what it is ---- */

/* The name of its class, which has room; its units, 0: no such window. */
static int class_of(HWND handle, WCHAR name[256])
{
	const struct window *w;
	ATOM atom = 0;

	AcquireSRWLockShared(&user_lock);
	w = window_find(handle);
	if (w)
		atom = w->class->atom;
	ReleaseSRWLockShared(&user_lock);
	if (handle == GetDesktopWindow())
		atom = 0x8001;
	if (!atom) {
		bad_window();
		return 0;
	}
	return atom < 0xc000 ? wsprintfW(name, L"#%u", (UINT)atom)
			     : GetClipboardFormatNameW(atom, name, 256);
}

int WINAPI GetClassNameW(HWND handle, LPWSTR to, int size)
{
	WCHAR name[256];
	int n = class_of(handle, name);

	if (!n)
		return 0;
	if (size <= 0) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	n = n < size ? n : size - 1;
	memcpy(to, name, (SIZE_T)n * sizeof *to);
	to[n] = 0;
	return n;
}

int WINAPI GetClassNameA(HWND handle, LPSTR to, int size)
{
	WCHAR name[256];
	char s[256 * 4];
	int n = class_of(handle, name);

	if (!n)
		return 0;
	if (size <= 0) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	n = WideCharToMultiByte(CP_ACP, 0, name, n, s, sizeof s, NULL, NULL);
	n = n < size ? n : size - 1;
	memcpy(to, s, (SIZE_T)n);
	to[n] = 0;
	return n;
}
