/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual memory, file mappings, heaps, Global and Local memory. */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "check.h"
#include "named.h"

static void virtual(void)
{
	MEMORY_BASIC_INFORMATION m;
	MEMORYSTATUSEX s = { .dwLength = sizeof s };
	char *p = VirtualAlloc(NULL, 0x20000, MEM_RESERVE, PAGE_READWRITE);
	DWORD old = 0;

	CHECK(p && !((ULONG_PTR)p & 0xffff));
	CHECK(VirtualAlloc(p + 0x1000, 10, MEM_COMMIT, PAGE_READWRITE) ==
	      p + 0x1000);
	p[0x1fff] = 1;
	CHECK_EQ(VirtualQuery(p + 0x1800, &m, sizeof m), sizeof m);
	CHECK(m.BaseAddress == p + 0x1000 && m.AllocationBase == p);
	CHECK_EQ(m.RegionSize, 0x1000);
	CHECK_EQ(m.State, MEM_COMMIT);
	CHECK_EQ(m.Protect, PAGE_READWRITE);
	CHECK_EQ(m.Type, MEM_PRIVATE);
	CHECK(VirtualProtect(p + 0x1000, 1, PAGE_READONLY, &old));
	CHECK_EQ(old, PAGE_READWRITE);
	CHECK(IsBadWritePtr(p + 0x1000, 1));
	CHECK(!IsBadReadPtr(p + 0x1000, 1));
	CHECK(IsBadReadPtr(p, 1));
	CHECK(!VirtualProtect(p, 1, PAGE_READONLY, &old));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(!VirtualFree(p, 1, MEM_RELEASE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(VirtualFree(p + 0x1000, 0x1000, MEM_DECOMMIT));
	CHECK(VirtualFree(p, 0, MEM_RELEASE));
	CHECK(VirtualQuery(p, &m, sizeof m));
	CHECK_EQ(m.State, MEM_FREE);
	CHECK(!VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(GlobalMemoryStatusEx(&s));
	CHECK(s.ullTotalPhys > s.ullAvailPhys && s.ullAvailPhys > 0);
	CHECK(s.dwMemoryLoad <= 100);
	s.dwLength = 1;
	CHECK(!GlobalMemoryStatusEx(&s));
}

static void mappings(void)
{
	char dir[MAX_PATH], path[MAX_PATH], *a, *b;
	HANDLE f, m, n;

	m = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
			       0x10000, own_name("k32b-mapping"));
	CHECK(m && GetLastError() == 0);
	n = OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE,
			     own_name_w("k32b-mapping"));
	CHECK(n != NULL);
	a = MapViewOfFile(m, FILE_MAP_ALL_ACCESS, 0, 0, 0);
	b = MapViewOfFile(n, FILE_MAP_READ, 0, 0, 0x1000);
	CHECK(a && b && a != b);
	if (a && b) {
		strcpy(a, "shared");
		CHECK(!strcmp(b, "shared"));
		CHECK(IsBadWritePtr(b, 1));
	}
	CHECK(UnmapViewOfFile(a));
	CHECK(UnmapViewOfFile(b));
	CHECK(!UnmapViewOfFile(b));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CloseHandle(n);
	CloseHandle(m);
	CHECK(!CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
				  0, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	GetTempPathA(sizeof dir, dir);
	GetTempFileNameA(dir, "k32", 0, path);
	f = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	CHECK(!CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0, NULL));
	CHECK_EQ(GetLastError(), ERROR_FILE_INVALID);
	m = CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 5000, NULL);
	CHECK(m != NULL);
	CHECK_EQ(GetFileSize(f, NULL), 5000);
	a = MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
	b = MapViewOfFile(m, FILE_MAP_COPY, 0, 0, 0);
	CHECK(a && b);
	if (a && b) {
		a[10] = 'x';
		CHECK_EQ(b[10], 'x');
		b[10] = 'y';
		CHECK_EQ(a[10], 'x');
		CHECK(FlushViewOfFile(a, 0));
	}
	UnmapViewOfFile(a);
	UnmapViewOfFile(b);
	CloseHandle(m);
	CloseHandle(f);
}

static void heaps(void)
{
	HANDLE h = HeapCreate(0, 0, 0);
	ULONG mode = 2;
	char *p;

	CHECK(h != NULL);
	p = HeapAlloc(h, HEAP_ZERO_MEMORY, 100);
	CHECK(p && !p[99]);
	CHECK_EQ(HeapSize(h, 0, p), 100);
	p = HeapReAlloc(h, HEAP_ZERO_MEMORY, p, 5000);
	CHECK(p && !p[4999]);
	CHECK_EQ(HeapSize(h, 0, p), 5000);
	CHECK(HeapValidate(h, 0, p));
	CHECK(HeapFree(h, 0, p));
	CHECK(HeapSetInformation(h, HeapCompatibilityInformation, &mode,
				 sizeof mode));
	CHECK(HeapDestroy(h));
	CHECK(GetProcessHeaps(0, NULL) >= 1);
}

static void global(void)
{
	HGLOBAL h = GlobalAlloc(GHND, 10);
	char *p = GlobalLock(h);

	CHECK(h && p && !p[9]);
	CHECK(h != (HGLOBAL)p);
	CHECK_EQ(GlobalFlags(h) & GMEM_LOCKCOUNT, 1);
	CHECK(GlobalHandle(p) == h);
	CHECK_EQ(GlobalSize(h), 10);
	CHECK(!GlobalUnlock(h));
	CHECK_EQ(GetLastError(), NO_ERROR);
	CHECK(!GlobalUnlock(h));
	CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
	h = GlobalReAlloc(h, 1000, GMEM_MOVEABLE | GMEM_ZEROINIT);
	CHECK_EQ(GlobalSize(h), 1000);
	CHECK(!GlobalFree(h));
	h = GlobalAlloc(GMEM_MOVEABLE, 0);
	CHECK(h && (GlobalFlags(h) & GMEM_DISCARDED));
	CHECK(!GlobalLock(h));
	CHECK_EQ(GetLastError(), ERROR_DISCARDED);
	GlobalFree(h);
	p = LocalAlloc(LPTR, 20);
	CHECK(p && !p[19]);
	CHECK(LocalLock(p) == p);
	CHECK_EQ(LocalSize(p), 20);
	p = LocalReAlloc(p, 40, LMEM_MOVEABLE | LMEM_ZEROINIT);
	CHECK_EQ(LocalSize(p), 40);
	CHECK(!LocalFree(p));
	CHECK(!LocalFree(NULL));
}

int main(void)
{
	virtual();
	mappings();
	heaps();
	global();
	return check_done();
}
