/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* class.c - window classes: what a program says its windows are like. */
#include "hidden.h"

static struct class *classes; /* under user_lock */

ATOM class_name_w(LPCWSTR name)
{
	if (IS_INTRESOURCE(name))
		return (ATOM)(ULONG_PTR)name;
	return (ATOM)RegisterWindowMessageW(name);
}

ATOM class_name_a(LPCSTR name)
{
	if (IS_INTRESOURCE(name))
		return (ATOM)(ULONG_PTR)name;
	return (ATOM)RegisterWindowMessageA(name);
}

struct class *class_find(HINSTANCE instance, ATOM name)
{
	struct class *c = classes;

	while (c && (c->atom != name ||
		     (c->instance != instance && !(c->style & CS_GLOBALCLASS))))
		c = c->next;
	return c;
}

/* NULL says the program, as for windows. */
static HINSTANCE or_program(HINSTANCE instance)
{
	return instance ? instance : GetModuleHandleW(NULL);
}

static ATOM add(ATOM atom, HINSTANCE instance, WNDPROC proc, UINT style,
		int extra, BOOL wide)
{
	struct class *c;
	BOOL known;

	if (!atom)
		return 0;
	if (extra < 0 || extra > 0x10000 || !proc) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	c = HeapAlloc(GetProcessHeap(), 0, sizeof *c);
	if (!c) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return 0;
	}
	*c = (struct class){ .instance = or_program(instance),
			     .proc = proc,
			     .style = style,
			     .extra = extra,
			     .wide = wide,
			     .atom = atom };
	AcquireSRWLockExclusive(&user_lock);
	known = class_find(c->instance, atom) != NULL;
	if (!known) {
		c->next = classes;
		classes = c;
	}
	ReleaseSRWLockExclusive(&user_lock);
	if (!known)
		return atom;
	HeapFree(GetProcessHeap(), 0, c);
	SetLastError(ERROR_CLASS_ALREADY_EXISTS);
	return 0;
}

static ATOM bad_size(void)
{
	SetLastError(ERROR_INVALID_PARAMETER);
	return 0;
}

ATOM WINAPI RegisterClassExW(const WNDCLASSEXW *c)
{
	if (c->cbSize != sizeof *c)
		return bad_size();
	return add(class_name_w(c->lpszClassName), c->hInstance, c->lpfnWndProc,
		   c->style, c->cbWndExtra, TRUE);
}

ATOM WINAPI RegisterClassExA(const WNDCLASSEXA *c)
{
	if (c->cbSize != sizeof *c)
		return bad_size();
	return add(class_name_a(c->lpszClassName), c->hInstance, c->lpfnWndProc,
		   c->style, c->cbWndExtra, FALSE);
}

ATOM WINAPI RegisterClassW(const WNDCLASSW *c)
{
	return add(class_name_w(c->lpszClassName), c->hInstance, c->lpfnWndProc,
		   c->style, c->cbWndExtra, TRUE);
}

ATOM WINAPI RegisterClassA(const WNDCLASSA *c)
{
	return add(class_name_a(c->lpszClassName), c->hInstance, c->lpfnWndProc,
		   c->style, c->cbWndExtra, FALSE);
}

static BOOL drop(ATOM atom, HINSTANCE instance)
{
	DWORD error = ERROR_CLASS_DOES_NOT_EXIST;
	struct class *gone = NULL;

	instance = or_program(instance);
	AcquireSRWLockExclusive(&user_lock);
	for (struct class **p = &classes; *p; p = &(*p)->next) {
		struct class *c = *p;

		if (c->atom != atom || c->instance != instance)
			continue;
		if (c->windows) {
			error = ERROR_CLASS_HAS_WINDOWS;
			break;
		}
		*p = c->next;
		gone = c;
		break;
	}
	ReleaseSRWLockExclusive(&user_lock);
	if (!gone) {
		SetLastError(error);
		return FALSE;
	}
	HeapFree(GetProcessHeap(), 0, gone);
	return TRUE;
}

BOOL WINAPI UnregisterClassW(LPCWSTR name, HINSTANCE instance)
{
	return drop(class_name_w(name), instance);
}

BOOL WINAPI UnregisterClassA(LPCSTR name, HINSTANCE instance)
{
	return drop(class_name_a(name), instance);
}
