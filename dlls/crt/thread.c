/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - _beginthread(ex) and _endthread(ex).
 *
 * The new thread's block is made by its creator and handed over; a thread made
 * by CreateThread gets one when it first needs it.  _beginthread's thread
 * closes its own handle, so its creator must not.
 */
#include "crt.h"

typedef void(__cdecl *thread_fn)(void *);
typedef unsigned(__stdcall *thread_ex_fn)(void *);

struct begin {
	void *fn, *arg;
	HANDLE handle;
	HMODULE module; /* the DLL fn is in stays until the thread ends */
	int ex;
};

static void end_thread(unsigned code)
{
	struct crt_ptd *p = crt_ptd();
	HMODULE module = p->module;
	HANDLE h = p->handle;

	p->handle = NULL;
	p->module = NULL;
	if (h)
		CloseHandle(h);
	if (module)
		FreeLibraryAndExitThread(module, code);
	ExitThread(code);
}

static DWORD WINAPI thread_main(LPVOID arg)
{
	struct begin b = *(struct begin *)arg;
	struct crt_ptd *p = crt_ptd();
	unsigned code = 0;

	free(arg);
	p->module = b.module;
	if (b.ex) {
		code = ((thread_ex_fn)b.fn)(b.arg);
	} else {
		p->handle = b.handle;
		((thread_fn)b.fn)(b.arg);
	}
	end_thread(code);
	return 0;
}

static struct begin *prepare(void *fn, void *arg, int ex)
{
	struct begin *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->fn = fn;
	b->arg = arg;
	b->ex = ex;
	GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, fn,
			   &b->module);
	return b;
}

static void give_up(struct begin *b)
{
	if (b->module)
		FreeLibrary(b->module);
	free(b);
	crt_fail_win32();
}

uintptr_t _beginthread(thread_fn fn, unsigned stack, void *arg)
{
	struct begin *b;
	HANDLE h;

	CRT_REQUIRE(fn, EINVAL, (uintptr_t)-1);
	b = prepare((void *)fn, arg, 0);
	if (!b)
		return (uintptr_t)-1;
	crt_threads = 1;
	h = CreateThread(NULL, stack, thread_main, b, CREATE_SUSPENDED, NULL);
	if (!h) {
		give_up(b);
		return (uintptr_t)-1;
	}
	b->handle = h;
	ResumeThread(h);
	return (uintptr_t)h;
}

uintptr_t _beginthreadex(void *security, unsigned stack, thread_ex_fn fn,
			 void *arg, unsigned flags, unsigned *id)
{
	struct begin *b;
	DWORD tid;
	HANDLE h;

	CRT_REQUIRE(fn, EINVAL, 0);
	b = prepare((void *)fn, arg, 1);
	if (!b)
		return 0;
	crt_threads = 1;
	h = CreateThread(security, stack, thread_main, b, flags, &tid);
	if (!h) {
		give_up(b);
		return 0;
	}
	if (id)
		*id = tid;
	return (uintptr_t)h;
}

void _endthreadex(unsigned code)
{
	end_thread(code);
}

void _endthread(void)
{
	end_thread(0);
}

uintptr_t __threadhandle(void)
{
	return (uintptr_t)NtCurrentThread();
}

unsigned long __threadid(void)
{
	return crt_tid();
}

int _getpid(void)
{
	return (int)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess;
}
