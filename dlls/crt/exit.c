/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exit.c - onexit tables, atexit, exit and its quicker relatives, _initterm.
 *
 * ucrt programs bring their own _onexit_table_t for DLLs and use the process's
 * one through _crt_atexit; msvcrt has only the latter.  Function pointers are
 * kept plain: encoding them is a hardening that nothing depends on.
 */
#include "crt.h"

typedef int (*onexit_fn)(void);
typedef void (*void_fn)(void);
typedef int (*int_fn)(void);
struct onexit_table {
	onexit_fn *first, *last, *end;
};

static struct crt_lock exit_lock;
static struct onexit_table at_exit, at_quick_exit;
static onexit_fn at_exit_room[32]; /* most programs need no more */
static void_fn thread_atexit;

int _initialize_onexit_table(struct onexit_table *t)
{
	if (!t)
		return -1;
	if (t->first != t->end)
		return 0;
	t->first = t->last = t->end = NULL;
	return 0;
}

int _register_onexit_function(struct onexit_table *t, onexit_fn fn)
{
	int ret = 0;

	if (!t)
		return -1;
	crt_lock(&exit_lock);
	if (t == &at_exit && !t->first) {
		t->first = t->last = at_exit_room;
		t->end = t->first + COUNT_OF(at_exit_room);
	}
	if (t->last == t->end) {
		size_t n = (size_t)(t->last - t->first);
		size_t room = n ? n * 2 : 32;
		onexit_fn *p;

		if (t->first == at_exit_room) {
			p = malloc(room * sizeof(*p));
			if (p)
				memcpy(p, t->first, n * sizeof(*p));
		} else {
			p = realloc(t->first, room * sizeof(*p));
		}
		if (!p) {
			ret = -1;
			goto out;
		}
		t->first = p;
		t->last = p + n;
		t->end = p + room;
	}
	*t->last++ = fn;
out:
	crt_unlock(&exit_lock);
	return ret;
}

/* Last in, first out; functions may register more while this runs. */
int _execute_onexit_table(struct onexit_table *t)
{
	onexit_fn *mem;

	if (!t)
		return -1;
	crt_lock(&exit_lock);
	while (t->last != t->first) {
		onexit_fn fn = *--t->last;

		if (fn)
			fn();
	}
	mem = t->first;
	t->first = t->last = t->end = NULL;
	if (mem != at_exit_room)
		free(mem);
	crt_unlock(&exit_lock);
	return 0;
}

int _crt_atexit(onexit_fn fn)
{
	return _register_onexit_function(&at_exit, fn);
}

int _crt_at_quick_exit(onexit_fn fn)
{
	return _register_onexit_function(&at_quick_exit, fn);
}

int atexit(void_fn fn)
{
	return _register_onexit_function(&at_exit, (onexit_fn)(void *)fn);
}

onexit_fn _onexit(onexit_fn fn)
{
	return _register_onexit_function(&at_exit, fn) ? NULL : fn;
}

/* DLLs linked to msvcrt keep their own table through this one. */
onexit_fn __dllonexit(onexit_fn fn, onexit_fn **begin, onexit_fn **end)
{
	size_t n = (size_t)(*end - *begin);
	onexit_fn *p;

	crt_lock(&exit_lock);
	p = realloc(*begin, (n + 1) * sizeof(*p));
	if (p) {
		p[n] = fn;
		*begin = p;
		*end = p + n + 1;
	}
	crt_unlock(&exit_lock);
	return p ? fn : NULL;
}

void _register_thread_local_exe_atexit_callback(void_fn fn)
{
	thread_atexit = fn;
}

void _initterm(void_fn *begin, void_fn *end)
{
	for (; begin < end; begin++)
		if (*begin)
			(*begin)();
}

int _initterm_e(int_fn *begin, int_fn *end)
{
	int ret = 0;

	for (; begin < end && !ret; begin++)
		if (*begin)
			ret = (*begin)();
	return ret;
}

static BYTE exiting;
void_fn crt_aexit_rtn;
extern int crt_quick_exit;

/*
 * One thread ends the process; one that comes second waits for the end in
 * ExitProcess.  A function run by exit() that calls exit() goes on with the
 * rest of the list.
 */
void crt_run_exit(int code, int quick, int ret)
{
	typedef void(NTAPI * tls_fn)(PVOID, DWORD, PVOID);

	crt_lock(&exit_lock);
	if (!quick) {
		exiting = 1;
		if (thread_atexit) {
			tls_fn fn = (tls_fn)(void *)thread_atexit;

			thread_atexit = NULL;
			fn(NULL, DLL_PROCESS_DETACH, NULL);
		}
		_execute_onexit_table(&at_exit);
	} else if (quick == 2) {
		_execute_onexit_table(&at_quick_exit);
	}
	if (quick != 2)
		crt_stdio_exit();
	crt_unlock(&exit_lock);
	if (ret)
		return;
	ExitProcess((UINT)code);
}

BOOL _is_c_termination_complete(void)
{
	return exiting;
}

void exit(int code)
{
	crt_run_exit(code, 0, 0);
	__builtin_unreachable();
}

/* msvcrt writes no buffers here; ucrt does, when the DLL is detached. */
void _exit(int code)
{
	crt_quick_exit = CRT_MSVCRT;
	for (;;)
		ExitProcess((UINT)code);
}

void _Exit(int code)
{
	_exit(code);
}

void quick_exit(int code)
{
	crt_run_exit(code, 2, 0);
	__builtin_unreachable();
}

void _cexit(void)
{
	crt_run_exit(0, 0, 1);
}

void _c_exit(void)
{
}
