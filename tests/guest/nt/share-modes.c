/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * share-modes.c - every access and share mode of a second open against every
 * one of the first, within a process and between two.
 */
#include <windows.h>

#include <stdlib.h>

#include "check.h"

static const DWORD accesses[] = { 0,
				  FILE_READ_ATTRIBUTES,
				  GENERIC_READ,
				  GENERIC_WRITE,
				  GENERIC_READ | GENERIC_WRITE,
				  DELETE,
				  GENERIC_READ | DELETE,
				  FILE_APPEND_DATA,
				  FILE_EXECUTE };
enum { ACCESSES = sizeof accesses / sizeof *accesses };

/* The share bits that an access needs of others. */
static DWORD needs(DWORD access)
{
	return (access & (GENERIC_READ | FILE_EXECUTE) ? FILE_SHARE_READ : 0) |
	       (access & (GENERIC_WRITE | FILE_APPEND_DATA) ? FILE_SHARE_WRITE
							    : 0) |
	       (access & DELETE ? FILE_SHARE_DELETE : 0);
}

static BOOL may(DWORD a1, DWORD s1, DWORD a2, DWORD s2)
{
	/* Who asks for none of the three takes no part. */
	if (!needs(a1) || !needs(a2))
		return TRUE;
	return !(needs(a2) & ~s1) && !(needs(a1) & ~s2);
}

static HANDLE open_with(DWORD access, DWORD share)
{
	return CreateFileA("shared.bin", access, share, NULL, OPEN_EXISTING, 0,
			   NULL);
}

/* All second opens against a first one that stands; how many were wrong. */
static int all_seconds(DWORD a1, DWORD s1, const char *where)
{
	int wrong = 0;

	for (int a = 0; a < ACCESSES; a++)
		for (DWORD s2 = 0; s2 < 8; s2++) {
			HANDLE h = open_with(accesses[a], s2);
			BOOL ok = h != INVALID_HANDLE_VALUE;
			DWORD error = ok ? 0 : GetLastError();
			DWORD want = may(a1, s1, accesses[a], s2)
					     ? 0
					     : ERROR_SHARING_VIOLATION;

			if (error != want) {
				printf("%s: %#lx/%lu then %#lx/%lu: %lu\n",
				       where, a1, s1, accesses[a], s2, error);
				wrong++;
			}
			if (ok)
				CloseHandle(h);
		}
	return wrong;
}

static int elsewhere(const char *self, DWORD a1, DWORD s1)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 40];
	DWORD code = 99;

	sprintf(line, "\"%s\" %lu %lu", self, a1, s1);
	if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return 98;
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return (int)code;
}

int main(int argc, char **argv)
{
	HANDLE h;

	if (argc == 3)
		return all_seconds(strtoul(argv[1], NULL, 10),
				   strtoul(argv[2], NULL, 10),
				   "another process");
	h = CreateFileA("shared.bin", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0,
			NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
	for (int a = 0; a < ACCESSES; a++)
		for (DWORD s = 0; s < 8; s++) {
			h = open_with(accesses[a], s);
			CHECK(h != INVALID_HANDLE_VALUE, "%#lx %lu",
			      accesses[a], s);
			CHECK_EQ(all_seconds(accesses[a], s, "here"), 0);
			CHECK_EQ(elsewhere(argv[0], accesses[a], s), 0);
			CloseHandle(h);
		}
	CHECK(DeleteFileA("shared.bin"));
	return check_done();
}
