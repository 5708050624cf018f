/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-gone.c - a mapped file that the host makes shorter: the access is
 * STATUS_IN_PAGE_ERROR, with the address and the kind of access.
 *
 * Windows programs cannot shorten a file with a view, so a native one does; where
 * there are none (Windows, a sandbox) the refusal is all there is to see.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../lib/check.h"

enum { LENGTH = 0x20000, IN_PAGE_ERROR = (int)0xc0000006 };

static volatile DWORD code;
static volatile ULONG_PTR kind, where;
static void *landing[5];

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *e)
{
	code = e->ExceptionRecord->ExceptionCode;
	kind = e->ExceptionRecord->ExceptionInformation[0];
	where = e->ExceptionRecord->ExceptionInformation[1];
	__builtin_longjmp(landing, 1);
}

/* n: an access to any of so many bytes will do. */
static void expect(const char *what, ULONG_PTR k, volatile char *at, ULONG_PTR n)
{
	CHECK(code == (DWORD)IN_PAGE_ERROR, "%s: %lx", what, code);
	CHECK(kind == k, "%s: access %d", what, (int)kind);
	CHECK(where - (ULONG_PTR)at < n, "%s: %p, not %p", what, (void *)where,
	      (void *)at);
	code = 0;
	kind = where = 99;
}

#define TRY(statement)                                                         \
	do {                                                                   \
		if (!__builtin_setjmp(landing)) {                              \
			statement;                                             \
		}                                                              \
	} while (0)

/* False: no native programs here. */
static bool shorten_natively(void)
{
	char line[] = "sh -c \"truncate -s 4096 gone.bin\"";
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	DWORD status = 1;

	if (GetFileAttributesA("Z:\\bin\\sh") == INVALID_FILE_ATTRIBUTES)
		return false;
	CHECK(CreateProcessA("Z:\\bin\\sh", line, NULL, NULL, FALSE, 0, NULL,
			     NULL, &si, &pi));
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &status);
	CHECK_EQ(status, 0);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return true;
}

int main(void)
{
	HANDLE f = CreateFileA("gone.bin", GENERIC_READ | GENERIC_WRITE, 7, NULL,
			       CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	LARGE_INTEGER size = { .QuadPart = LENGTH };
	FILE_END_OF_FILE_INFO end = { .EndOfFile.QuadPart = 4096 };
	static char buf[64];
	void *(*volatile copy)(void *, const void *, size_t) = memcpy;
	HANDLE m;
	volatile char *p;
	uintptr_t i = 0x7000;

	CHECK(SetFilePointerEx(f, size, NULL, FILE_BEGIN) && SetEndOfFile(f));
	m = CreateFileMappingA(f, NULL, PAGE_READWRITE, 0, 0, NULL);
	p = MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
	CHECK(p != NULL);
	if (!p)
		return check_done();
	p[0] = 1;
	CHECK(!SetFileInformationByHandle(f, FileEndOfFileInfo, &end, sizeof end));
	CHECK_EQ(GetLastError(), ERROR_USER_MAPPED_FILE);
	CHECK_EQ(p[LENGTH - 1], 0);
	if (!shorten_natively())
		return check_done();
	AddVectoredExceptionHandler(1, on_exception);
	CHECK_EQ(p[0], 1);
	TRY((void)p[0x5008]);
	expect("read", 0, p + 0x5008, 1);
	TRY(p[0x6010] = 1);
	expect("write", 1, p + 0x6010, 1);
#ifdef __x86_64__
	TRY(__asm__ volatile("movl 0x14(%0,%1,8), %%eax" : : "r"(p), "r"(i / 8) : "rax"));
	expect("scaled index", 0, p + 0x7014, 1);
	TRY(__asm__ volatile("movq %%xmm0, -8(%0)" : : "r"(p + 0x8018)));
	expect("vector", 1, p + 0x8010, 1);
#endif
	(void)i;
	TRY(copy(buf, (const char *)p + 0x9000, sizeof buf));
	expect("memcpy", 0, p + 0x9000, sizeof buf);
	return check_done();
}
