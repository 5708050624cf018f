/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug.h - for tests of the debugger's interface: a program that debugs itself,
 * started anew with the name of what it is to do.
 *
 * debug_init() once; then next() and go() check that they work.
 */
#ifndef RF_GUEST_DEBUG_H
#define RF_GUEST_DEBUG_H

#include <windows.h>
#include <string.h>

#include "self.h"

#ifdef _WIN64
#define PC(c) (c).Rip
#else
#define PC(c) (c).Eip
#endif

/* A part that another process of the test plays. */
struct part {
	const char *what;
	int (*fn)(void);
};

/* Not in every import library. */
static BOOL(WINAPI *wait_ex)(LPDEBUG_EVENT event, DWORD ms);

/* The exit code of the part that argv[1] names; -1: this is the debugger. */
static inline int debug_init(int argc, char **argv, const struct part *parts)
{
	SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
	wait_ex = (void *)GetProcAddress(GetModuleHandleA("kernel32"),
					 "WaitForDebugEventEx");
	if (!wait_ex) /* before Windows 10, and Wine 8 */
		wait_ex = WaitForDebugEvent;
	if (argc < 2)
		return -1;
	for (; parts->what; parts++)
		if (!strcmp(argv[1], parts->what))
			return parts->fn();
	return 98;
}

static inline BOOL next(DEBUG_EVENT *e)
{
	BOOL ok = wait_ex(e, PATIENCE);

	CHECK(ok, "no event: %lu", GetLastError());
	return ok;
}

static inline void go(const DEBUG_EVENT *e, DWORD how)
{
	CHECK(ContinueDebugEvent(e->dwProcessId, e->dwThreadId, how), "%lu",
	      GetLastError());
}

/* The files of what has been loaded are the debugger's to close. */
static inline void close_file(const DEBUG_EVENT *e)
{
	if (e->dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT)
		CloseHandle(e->u.CreateProcessInfo.hFile);
	if (e->dwDebugEventCode == LOAD_DLL_DEBUG_EVENT)
		CloseHandle(e->u.LoadDll.hFile);
}

static inline void context(HANDLE th, CONTEXT *c)
{
	memset(c, 0, sizeof *c);
	c->ContextFlags = CONTEXT_FULL;
	CHECK(GetThreadContext(th, c), "%lu", GetLastError());
}

/* An address of this program's, in the copy at base. */
static inline BYTE *in_copy(const void *base, const volatile void *at)
{
	return (BYTE *)base + ((char *)at - (char *)GetModuleHandleA(NULL));
}

#endif
