/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests an image so large that a loader may want to fill it in as it is
 * touched: by code, by system calls, by many threads at once, and with
 * protections that change before and after.
 */
#include <windows.h>

#include "check.h"

enum { MB = 1 << 20, BYTES = 26 * MB, EVERY = 0x10000, THREADS = 8 };

/* A mark every 64 KB, 8 bytes before the 64 KB end, for 26 MB. */
#define M1(i) [((i) + 1) * EVERY / 8 - 1] = 0x1234567800000000ull + (i)
#define M8(i)                                                                  \
	M1(i), M1(i + 1), M1(i + 2), M1(i + 3), M1(i + 4), M1(i + 5),          \
		M1(i + 6), M1(i + 7)
#define M64(i)                                                                 \
	M8(i), M8(i + 8), M8(i + 16), M8(i + 24), M8(i + 32), M8(i + 40),      \
		M8(i + 48), M8(i + 56)
/* gcc thinks that what is volatile wants to be written. */
__attribute__((
	section(".rdata"))) static const volatile ULONGLONG big[BYTES / 8] = {
	M64(0),   M64(64), M64(128), M64(192), M64(256),
	M64(320), M8(384), M8(392),  M8(400),  M8(408),
};

static ULONGLONG mark(unsigned i)
{
	return big[(i + 1) * EVERY / 8 - 1];
}

static HANDLE go;
static volatile LONG wrong;

static DWORD WINAPI reader(void *arg)
{
	WaitForSingleObject(go, INFINITE);
	/* All at the same chunks at the same time. */
	for (unsigned i = 100; i < 300; i++)
		if (mark(i) != 0x1234567800000000ull + i)
			InterlockedIncrement(&wrong);
	return 0;
}

static volatile LONG faults;
static void *volatile fault_at;

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
	EXCEPTION_RECORD *r = p->ExceptionRecord;
	DWORD old;

	if (r->ExceptionCode != EXCEPTION_ACCESS_VIOLATION ||
	    r->ExceptionInformation[0] != 1)
		return EXCEPTION_CONTINUE_SEARCH;
	faults++;
	fault_at = (void *)r->ExceptionInformation[1];
	VirtualProtect(fault_at, 1, PAGE_READWRITE, &old);
	return EXCEPTION_CONTINUE_EXECUTION;
}

int main(void)
{
	MEMORY_BASIC_INFORMATION m;
	HANDLE th[THREADS], r, w;
	ULONGLONG got[2];
	DWORD n, old;
	char *p;

	/* A system call reads what no instruction has touched. */
	CHECK(CreatePipe(&r, &w, NULL, 0), "%lu", GetLastError());
	CHECK(WriteFile(w, (const void *)&big[50 * EVERY / 8 - 1], 8, &n, NULL),
	      "%lu", GetLastError());
	CHECK(ReadFile(r, got, 8, &n, NULL) && n == 8, "%lu", n);
	CHECK_EQ(got[0], 0x1234567800000000ull + 49);
	/* ... across a border */
	CHECK(WriteFile(w, (const void *)&big[60 * EVERY / 8 - 1], 16, &n,
			NULL),
	      "%lu", GetLastError());
	CHECK(ReadFile(r, got, 16, &n, NULL) && n == 16, "%lu", n);
	CHECK_EQ(got[0], 0x1234567800000000ull + 59);
	CHECK_EQ(got[1], 0);

	CHECK(VirtualQuery((const void *)&big[70 * EVERY / 8], &m, sizeof m) ==
		      sizeof m,
	      "%lu", GetLastError());
	CHECK_EQ(m.State, MEM_COMMIT);
	CHECK_EQ(m.Type, MEM_IMAGE);
	CHECK_EQ(m.Protect, PAGE_READONLY);

	go = CreateEventA(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < THREADS; i++)
		th[i] = CreateThread(NULL, 0, reader, NULL, 0, NULL);
	SetEvent(go);
	WaitForMultipleObjects(THREADS, th, TRUE, INFINITE);
	CHECK_EQ(wrong, 0);

	/* The protection changes before the first touch. */
	p = (char *)&big[320 * EVERY / 8 - 1];
	CHECK(VirtualProtect(p, 8, PAGE_READWRITE, &old), "%lu",
	      GetLastError());
	CHECK_EQ(old, PAGE_READONLY);
	CHECK_EQ(*(ULONGLONG *)p, 0x1234567800000000ull + 319);
	*(ULONGLONG *)p = 1;
	CHECK_EQ(mark(319), 1);
	CHECK_EQ(mark(318), 0x1234567800000000ull + 318);
	CHECK_EQ(mark(320), 0x1234567800000000ull + 320);

	/* A write that is not allowed is one fault: touched or not. */
	AddVectoredExceptionHandler(1, handler);
	for (unsigned i = 340; i < 350; i++) {
		p = (char *)&big[(i + 1) * EVERY / 8 - 1];
		if (i & 1)
			CHECK_EQ(mark(i), 0x1234567800000000ull + i);
		faults = 0;
		*(volatile ULONGLONG *)p = i;
		CHECK_EQ(faults, 1);
		CHECK(fault_at == p, "%p, want %p", fault_at, p);
		CHECK_EQ(mark(i), i);
	}

	for (unsigned i = 350; i < BYTES / EVERY; i++)
		CHECK_EQ(mark(i), 0x1234567800000000ull + i);
	return check_done();
}
