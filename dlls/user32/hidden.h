/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hidden.h - window classes, and the windows that nobody could see.
 *
 * A window belongs to a thread, which alone makes, calls and ends it.  Others
 * look at it under user_lock, and keep nothing of it.
 */
#ifndef RF_USER32_HIDDEN_H
#define RF_USER32_HIDDEN_H

#include "queue.h"

struct class
{
	struct class *next;
	HINSTANCE instance;
	WNDPROC proc;
	UINT style;
	int extra; /* bytes of each window */
	BOOL wide; /* registered by the W function */
	ULONG windows;
	ATOM atom;
};

struct window {
	HWND handle;
	DWORD thread;
	struct class *class;
	WNDPROC proc;
	HWND parent; /* HWND_MESSAGE: for messages only */
	HINSTANCE instance;
	LONG_PTR id, user;
	LONG style, ex;
	BOOL dying;
	BYTE extra[];
};

/* Both: under user_lock.  NULL: there is none. */
struct class *class_find(HINSTANCE instance, ATOM name);
struct window *window_find(HWND handle);

/* The number behind a class's name, which may be a number itself; 0: none. */
ATOM class_name_w(LPCWSTR name);
ATOM class_name_a(LPCSTR name);

/* The calling thread's windows go, without a word to them, as it does. */
void windows_free_mine(void);

#endif
