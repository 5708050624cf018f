/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pseudo-console.h - for guest tests: a program on a pseudo console, and what it
 * shows there.  mingw-w64's libraries lack the functions, so they are looked up.
 */
#ifndef RF_GUEST_PSEUDO_CONSOLE_H
#define RF_GUEST_PSEUDO_CONSOLE_H

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"

typedef HRESULT(WINAPI *create_fn)(COORD, HANDLE, HANDLE, DWORD, void **);
typedef HRESULT(WINAPI *resize_fn)(void *, COORD);
typedef void(WINAPI *close_fn)(void *);

#define PSEUDO_CONSOLE(type, name)                                             \
	((type)(void *)GetProcAddress(GetModuleHandleA("kernel32"), name))

static char shown[1 << 20];
static DWORD nshown;

static inline DWORD WINAPI collect(void *arg)
{
	DWORD n;

	while (nshown < sizeof shown - 1 &&
	       ReadFile(arg, shown + nshown, sizeof shown - 1 - nshown, &n,
			NULL) &&
	       n)
		nshown += n;
	return 0;
}

/* Is it there within a minute? */
static inline BOOL appears(const char *what)
{
	for (int i = 0; i < 6000; i++) {
		if (strstr(shown, what))
			return TRUE;
		Sleep(10);
	}
	printf("no %s in: %s\n", what, shown);
	return FALSE;
}

/* The program argv0 with that argument on the console pc. */
static inline void spawn_on(void *pc, const char *argv0, const char *arg,
			    PROCESS_INFORMATION *pi)
{
	STARTUPINFOEXA si = { .StartupInfo.cb = sizeof si };
	char line[MAX_PATH + 40];
	SIZE_T size = 0;

	InitializeProcThreadAttributeList(NULL, 1, 0, &size);
	si.lpAttributeList = malloc(size);
	CHECK(InitializeProcThreadAttributeList(si.lpAttributeList, 1, 0,
						&size));
	CHECK(UpdateProcThreadAttribute(si.lpAttributeList, 0, 0x20016, pc,
					sizeof pc, NULL, NULL));
	sprintf(line, "\"%s\" %s", argv0, arg);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE,
			     EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
			     &si.StartupInfo, pi),
	      "%lu", GetLastError());
	DeleteProcThreadAttributeList(si.lpAttributeList);
	free(si.lpAttributeList);
}

/* The program argv0 with arg, on our console: it ends well. */
static inline void run_beside(const char *argv0, const char *arg, BOOL inherit)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 40];
	DWORD code = 99;

	sprintf(line, "\"%s\" %s", argv0, arg);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, inherit, 0, NULL, NULL,
			     &si, &pi));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

/* A pseudo console, and the one program on it: "argv0 child". */
struct on_pseudo_console {
	void *pc;
	HANDLE to; /* what is typed */
	HANDLE from, thread;
	PROCESS_INFORMATION pi;
};

static inline BOOL start_on_pseudo_console(struct on_pseudo_console *p,
					   SHORT cols, SHORT rows,
					   const char *argv0)
{
	create_fn create = PSEUDO_CONSOLE(create_fn, "CreatePseudoConsole");
	HANDLE theirs_in, theirs_out;

	p->pc = NULL;
	CHECK(CreatePipe(&theirs_in, &p->to, NULL, 0));
	CHECK(CreatePipe(&p->from, &theirs_out, NULL, 0));
	CHECK_EQ(create((COORD){ cols, rows }, theirs_in, theirs_out, 0,
			&p->pc),
		 S_OK);
	if (!p->pc)
		return FALSE;
	CloseHandle(theirs_in);
	CloseHandle(theirs_out);
	p->thread = CreateThread(NULL, 0, collect, p->from, 0, NULL);
	spawn_on(p->pc, argv0, "child", &p->pi);
	return TRUE;
}

/*
 * Its end, which is to be a good one, and all that it showed is in shown then.
 * If it was not: what it showed, from the text first on.
 */
static inline void end_on_pseudo_console(struct on_pseudo_console *p,
					 const char *first)
{
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	DWORD code = 99;
	char *at;

	CHECK_EQ(WaitForSingleObject(p->pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(p->pi.hProcess, &code));
	CHECK_EQ(code, 0);
	close(p->pc);
	CHECK_EQ(WaitForSingleObject(p->thread, 60000), 0);
	at = strstr(shown, first);
	if (code)
		printf("%.4000s\n", at ? at : shown);
	CloseHandle(p->pi.hProcess);
	CloseHandle(p->pi.hThread);
	CloseHandle(p->thread);
	CloseHandle(p->to);
	CloseHandle(p->from);
}

#endif
