/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heaps: sizes, contents, alignment, reallocation, walking, private and fixed
 * heaps, many threads. */
#include <windows.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "self.h"

static void sizes(void)
{
	static const SIZE_T n[] = { 0,       1,      7,     8,      9,
				    24,      100,    1000,  1016,   1017,
				    4096,    32760,  32761, 100000, 600000,
				    1048576, 5000000 };
	HANDLE heap = GetProcessHeap();

	for (unsigned i = 0; i < sizeof n / sizeof *n; i++) {
		char *p = HeapAlloc(heap, HEAP_ZERO_MEMORY, n[i]);
		SIZE_T k;

		CHECK(p != NULL, "%u bytes", (unsigned)n[i]);
		if (!p)
			continue;
		CHECK(!((uintptr_t)p & (2 * sizeof(void *) - 1)));
		CHECK_EQ(HeapSize(heap, 0, p), n[i]);
		for (k = 0; k < n[i] && !p[k]; k++)
			;
		CHECK_EQ(k, n[i]);
		memset(p, 0xa5, n[i]);
		CHECK(HeapValidate(heap, 0, p));
		CHECK(HeapFree(heap, 0, p));
		/* The same block again must be zero again. */
		p = HeapAlloc(heap, HEAP_ZERO_MEMORY, n[i]);
		for (k = 0; k < n[i] && !p[k]; k++)
			;
		CHECK_EQ(k, n[i]);
		CHECK(HeapFree(heap, 0, p));
	}
	CHECK(HeapFree(heap, 0, NULL));
	CHECK(!HeapAlloc(heap, 0, (SIZE_T)-1 / 2));
}

static void reallocation(void)
{
	HANDLE heap = GetProcessHeap();
	unsigned char *p = HeapAlloc(heap, 0, 10), *q;
	SIZE_T n = 10;

	memset(p, 1, n);
	while (n < 3000000) {
		SIZE_T more = n + n / 3 + 1, k;

		q = HeapReAlloc(heap, HEAP_ZERO_MEMORY, p, more);
		CHECK(q != NULL);
		if (!q)
			return;
		p = q;
		for (k = 0; k < n && p[k] == 1; k++)
			;
		CHECK_EQ(k, n);
		for (; k < more && !p[k]; k++)
			;
		CHECK_EQ(k, more);
		memset(p, 1, more);
		n = more;
		CHECK_EQ(HeapSize(heap, 0, p), n);
	}
	while (n > 3) {
		SIZE_T less = n / 3, k;

		p = HeapReAlloc(heap, 0, p, less);
		CHECK(p != NULL);
		for (k = 0; k < less && p[k] == 1; k++)
			;
		CHECK_EQ(k, less);
		n = less;
	}
	q = HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, p, 1);
	CHECK(q == p);
	CHECK(!HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, p, 1000000));
	CHECK(HeapFree(heap, 0, p));
}

static void private_heap(void)
{
	HANDLE heap = HeapCreate(0, 0, 0), heaps[64];
	void *p[500];
	DWORD n, found = 0;

	CHECK(heap != NULL);
	for (int i = 0; i < 500; i++) {
		p[i] = HeapAlloc(heap, 0, i * 13);
		CHECK(p[i] != NULL);
		memset(p[i], i, i * 13);
	}
	n = GetProcessHeaps(64, heaps);
	for (DWORD i = 0; i < n; i++)
		found += heaps[i] == heap;
	CHECK_EQ(found, 1);
	for (int i = 0; i < 500; i++)
		for (int k = 0; k < i * 13; k += 100)
			CHECK(((unsigned char *)p[i])[k] == (i & 255));
	CHECK(HeapValidate(heap, 0, NULL));
	for (int i = 0; i < 500; i += 2)
		CHECK(HeapFree(heap, 0, p[i]));
	CHECK(HeapValidate(heap, 0, NULL));
	CHECK(HeapDestroy(heap));
	CHECK_EQ(GetProcessHeaps(64, heaps), n - 1);
}

static void fixed_heap(void)
{
	HANDLE heap = HeapCreate(0, 0x10000, 0x40000);
	int n = 0;

	CHECK(heap != NULL);
	CHECK(!HeapAlloc(heap, 0, 0x200000));
	while (n < 1000 && HeapAlloc(heap, 0, 1000))
		n++;
	CHECK(n > 150 && n < 400, "%d blocks", n);
	CHECK(HeapDestroy(heap));
}

static void walking(void)
{
	HANDLE heap = HeapCreate(0, 0, 0);
	PROCESS_HEAP_ENTRY e = { 0 };
	int busy = 0, wanted = 0, regions = 0;
	void *mine[10];

	for (int i = 0; i < 10; i++)
		mine[i] = HeapAlloc(heap, 0, 77 + i * 9000);
	HeapFree(heap, 0, mine[9]);
	CHECK(HeapLock(heap));
	while (HeapWalk(heap, &e)) {
		if (e.wFlags & PROCESS_HEAP_REGION) {
			char *from = e.Region.lpFirstBlock;

			regions++;
			CHECK(from > (char *)e.lpData);
			CHECK((char *)e.Region.lpLastBlock > from);
			CHECK(e.Region.dwCommittedSize > 0);
		}
		if (!(e.wFlags & PROCESS_HEAP_ENTRY_BUSY))
			continue;
		/* No block before its region. */
		CHECK(regions > 0);
		busy++;
		for (int i = 0; i < 9; i++)
			if (e.lpData == mine[i] &&
			    e.cbData >= (DWORD)(77 + i * 9000))
				wanted++;
	}
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_ITEMS);
	CHECK(HeapUnlock(heap));
	CHECK_EQ(wanted, 9);
	CHECK(busy >= 9 && busy < 40, "%d", busy);
	HeapDestroy(heap);
}

/* Blocks of many sizes come and go: each walk shows just those there are. */
static void walking_along(void)
{
	enum { MINE = 200 };
	static char *mine[MINE];
	static SIZE_T len[MINE];
	HANDLE heap = HeapCreate(0, 0, 0);
	unsigned r = 12345, missing = 0, strange = 0;

	for (int round = 0; round < 60; round++) {
		PROCESS_HEAP_ENTRY e = { 0 };
		int seen[MINE] = { 0 };

		for (int i = 0; i < 40; i++) {
			int k = (r = r * 1103515245 + 12345) >> 16 & 127;

			k += r >> 24 & 63;
			if (mine[k]) {
				CHECK(HeapValidate(heap, 0, mine[k]));
				HeapFree(heap, 0, mine[k]);
				mine[k] = NULL;
			} else {
				len[k] = 1 + k * (r >> 28);
				mine[k] = HeapAlloc(heap, 0, len[k]);
			}
		}
		CHECK(HeapValidate(heap, 0, NULL));
		CHECK(HeapLock(heap));
		while (HeapWalk(heap, &e))
			for (int i = 0; i < MINE; i++) {
				if (e.lpData != mine[i] || !mine[i])
					continue;
				seen[i]++;
				if (!(e.wFlags & PROCESS_HEAP_ENTRY_BUSY) ||
				    e.cbData < len[i])
					strange++;
			}
		CHECK(HeapUnlock(heap));
		for (int i = 0; i < MINE; i++)
			missing += seen[i] != !!mine[i];
	}
	CHECK_EQ(missing, 0);
	CHECK_EQ(strange, 0);
	HeapDestroy(heap);
}

static DWORD WINAPI storm(LPVOID arg)
{
	HANDLE heap = arg;
	unsigned char *p[64] = { 0 };
	SIZE_T len[64];
	unsigned r = GetCurrentThreadId() * 2654435761u;
	DWORD bad = 0;

	for (int i = 0; i < 100000; i++) {
		unsigned k;

		r = r * 1103515245 + 12345;
		k = r >> 20 & 63;
		if (p[k]) {
			if (p[k][0] != (k & 255) ||
			    p[k][len[k] - 1] != (k & 255))
				bad++;
			if (!HeapFree(heap, 0, p[k]))
				bad++;
		}
		len[k] = 1 + ((r >> 8) & (r & 0x70000 ? 511 : 0xffff));
		p[k] = HeapAlloc(heap, 0, len[k]);
		if (!p[k])
			return 1000000;
		p[k][0] = p[k][len[k] - 1] = k;
	}
	for (int k = 0; k < 64; k++)
		HeapFree(heap, 0, p[k]);
	return bad;
}

static void threads(HANDLE heap)
{
	HANDLE t[4];
	DWORD code;

	for (int i = 0; i < 4; i++)
		t[i] = CreateThread(NULL, 0, storm, heap, 0, NULL);
	for (int i = 0; i < 4; i++) {
		WaitForSingleObject(t[i], INFINITE);
		GetExitCodeThread(t[i], &code);
		CHECK_EQ(code, 0);
		CloseHandle(t[i]);
	}
	CHECK(HeapValidate(heap, 0, NULL));
}

/* Blocks freed by another thread than the one that allocated them. */
static void *passed[10000];
static DWORD WINAPI free_them(LPVOID arg)
{
	for (int i = 0; i < 10000; i++)
		if (!HeapFree(GetProcessHeap(), 0, passed[i]))
			return 1;
	return 0;
}

static void hand_over(void)
{
	for (int round = 0; round < 3; round++) {
		HANDLE t;
		DWORD code;

		for (int i = 0; i < 10000; i++)
			passed[i] =
				HeapAlloc(GetProcessHeap(), 0, 16 + i % 300);
		t = CreateThread(NULL, 0, free_them, NULL, 0, NULL);
		WaitForSingleObject(t, INFINITE);
		GetExitCodeThread(t, &code);
		CHECK_EQ(code, 0);
		CloseHandle(t);
	}
	CHECK(HeapValidate(GetProcessHeap(), 0, NULL));
}

/* A damaged heap is the process' end. */
static void damage(const char *how)
{
	char *p = HeapAlloc(GetProcessHeap(), 0, 40), *q;

	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
	HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);
	/* of another heap's, no block of this one's, freed twice */
	if (!strcmp(how, "other")) {
		q = HeapAlloc(HeapCreate(0, 0, 0), 0, 40);
		HeapFree(GetProcessHeap(), 0, q);
	} else if (!strcmp(how, "wild")) {
		HeapFree(GetProcessHeap(), 0, p + 16);
	} else {
		HeapFree(GetProcessHeap(), 0, p);
		HeapFree(GetProcessHeap(), 0, p);
	}
	ExitProcess(2);
}

static void damaged(void)
{
	static const char *const ways[] = { "other", "wild", "twice" };

	for (unsigned i = 0; i < COUNT_OF(ways); i++) {
		DWORD code = run_self(ways[i]);

		CHECK(code == 0xc0000374, "%s: %lx", ways[i], code);
	}
}

int main(int argc, char **argv)
{
	HANDLE heap;
	ULONG mode = 2;

	if (argc > 1)
		damage(argv[1]);
	damaged();

	sizes();
	reallocation();
	private_heap();
	fixed_heap();
	walking();
	walking_along();
	threads(GetProcessHeap());
	heap = HeapCreate(0, 0, 0);
	threads(heap);
	HeapDestroy(heap);
	hand_over();
	CHECK(HeapSetInformation(GetProcessHeap(), HeapCompatibilityInformation,
				 &mode, sizeof mode));
	CHECK(HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL,
				 0));
	return check_done();
}
