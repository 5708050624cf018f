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
	WCHAR *text; /* its title; NULL: none */
	ULONG64 born; /* later ones have more */
	BOOL dying;
	BYTE extra[];
};

/* Both: under user_lock.  NULL: there is none. */
struct class *class_find(HINSTANCE instance, ATOM name);
struct window *window_find(HWND handle);
/* Under it, too: the next window from place *slot on, which moves behind it. */
struct window *window_from(ULONG *slot);

/* The number behind a class's name, which may be a number itself; 0: none. */
ATOM class_name_w(LPCWSTR name);
ATOM class_name_a(LPCSTR name);

/* names.c: that of a name that somebody has registered; 0: nobody has. */
ATOM name_known(LPCWSTR name);

/* title.c.  Copies of texts on the heap; NULL for none, numbers, no memory. */
WCHAR *text_copy(LPCWSTR s);
WCHAR *text_widen(LPCSTR s);
void text_free(WCHAR *s);
/* WM_SETTEXT, WM_GETTEXT, WM_GETTEXTLENGTH, with texts of that width. */
LRESULT title_message(HWND window, UINT message, WPARAM size, LPARAM text,
		      BOOL wide);

/* The calling thread's windows go, without a word to them, as it does. */
void windows_free_mine(void);

#endif
