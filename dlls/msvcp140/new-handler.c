/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * new-handler.c - std::set_new_handler: what is called when memory runs out.
 *
 * operator new, which lies in each program, asks the C library for a handler,
 * whose type is another: it takes a size, and says whether to try again.
 */
#include "msvcp.h"

typedef void(__cdecl *handler_fn)(void);
typedef int(__cdecl *sized_fn)(size_t n);

sized_fn __cdecl _set_new_handler(sized_fn h);
handler_fn __cdecl set_new_handler(handler_fn h);
handler_fn __cdecl get_new_handler(void);

static SRWLOCK lock = SRWLOCK_INIT;
static handler_fn handler;

/* It makes room, throws or ends the program: if it returns, try again. */
static int __cdecl call_it(size_t n)
{
	handler_fn h = get_new_handler();

	if (h)
		h();
	return !!h;
}

handler_fn __cdecl set_new_handler(handler_fn h)
{
	handler_fn was;

	AcquireSRWLockExclusive(&lock);
	was = handler;
	handler = h;
	_set_new_handler(h ? call_it : NULL);
	ReleaseSRWLockExclusive(&lock);
	return was;
}

handler_fn __cdecl get_new_handler(void)
{
	handler_fn h;

	AcquireSRWLockShared(&lock);
	h = handler;
	ReleaseSRWLockShared(&lock);
	return h;
}
