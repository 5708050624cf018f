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

#endif
