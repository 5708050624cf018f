/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placeholder.c - placeholders as V8 and GraalVM use them: reserved, split,
 * replaced by memory and by views, made placeholders again, joined.
 */
#include "check.h"

#include <windows.h>

#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_COALESCE_PLACEHOLDERS 1
#define MEM_PRESERVE_PLACEHOLDER 2
#define MEM_REPLACE_PLACEHOLDER 0x4000
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif

enum { UNIT = 0x10000, WHOLE = 16 * UNIT };

static PVOID(WINAPI *alloc2)(HANDLE, PVOID, SIZE_T, ULONG, ULONG, void *,
			     ULONG);
static PVOID(WINAPI *map3)(HANDLE, HANDLE, PVOID, ULONG64, SIZE_T, ULONG, ULONG,
			   void *, ULONG);
static BOOL(WINAPI *unmap2)(HANDLE, PVOID, ULONG);

static char *reserve(void)
{
	return alloc2(NULL, NULL, WHOLE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
		      PAGE_NOACCESS, NULL, 0);
}

static DWORD failed(BOOL ok)
{
	return ok ? 0 : GetLastError();
}

static void region(const char *at, SIZE_T size, DWORD state)
{
	MEMORY_BASIC_INFORMATION m;

	CHECK(VirtualQuery(at, &m, sizeof m) == sizeof m);
	CHECK(m.AllocationBase == at, "%p, not %p", m.AllocationBase, at);
	CHECK_EQ(m.RegionSize, size);
	CHECK_EQ(m.State, state);
}

static void memory(void)
{
	char *p = reserve(), *q;

	CHECK(p != NULL);
	region(p, WHOLE, MEM_RESERVE);
	/* A part goes only as a placeholder of its own. */
	CHECK_EQ(failed(VirtualFree(p, UNIT, MEM_RELEASE)),
		 ERROR_INVALID_PARAMETER);
	CHECK(VirtualFree(p + UNIT, 2 * UNIT,
			  MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
	region(p, UNIT, MEM_RESERVE);
	region(p + UNIT, 2 * UNIT, MEM_RESERVE);
	region(p + 3 * UNIT, WHOLE - 3 * UNIT, MEM_RESERVE);

	/* It is replaced whole, and only if that is asked for. */
	q = alloc2(NULL, p + UNIT, 2 * UNIT, MEM_RESERVE | MEM_COMMIT,
		   PAGE_READWRITE, NULL, 0);
	CHECK(!q);
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	q = alloc2(NULL, p + UNIT, UNIT,
		   MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
		   PAGE_READWRITE, NULL, 0);
	CHECK(!q);
	q = alloc2(NULL, p + UNIT, 2 * UNIT,
		   MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
		   PAGE_READWRITE, NULL, 0);
	CHECK(q == p + UNIT);
	region(q, 2 * UNIT, MEM_COMMIT);
	q[0] = q[2 * UNIT - 1] = 1;
	/* Placeholders are joined, nothing else. */
	CHECK_EQ(failed(VirtualFree(p, WHOLE,
				    MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS)),
		 ERROR_INVALID_ADDRESS);
	CHECK(VirtualFree(q, 0, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
	region(q, 2 * UNIT, MEM_RESERVE);
	CHECK(VirtualFree(p, WHOLE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
	region(p, WHOLE, MEM_RESERVE);
	CHECK(VirtualFree(p, 0, MEM_RELEASE));

	/* Memory that never was one. */
	p = VirtualAlloc(NULL, WHOLE, MEM_RESERVE, PAGE_NOACCESS);
	CHECK_EQ(failed(VirtualFree(p, UNIT,
				    MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER)),
		 ERROR_INVALID_ADDRESS);
	CHECK(VirtualFree(p, 0, MEM_RELEASE));
}

static void views(void)
{
	HANDLE s = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, 2 * UNIT, NULL);
	char *p = reserve(), *a, *b;

	CHECK(VirtualFree(p, 2 * UNIT, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
	CHECK(VirtualFree(p + 2 * UNIT, 2 * UNIT,
			  MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
	/* The same twice in a row: a ring buffer. */
	a = map3(s, NULL, p, 0, 2 * UNIT, MEM_REPLACE_PLACEHOLDER,
		 PAGE_READWRITE, NULL, 0);
	b = map3(s, NULL, p + 2 * UNIT, 0, 2 * UNIT, MEM_REPLACE_PLACEHOLDER,
		 PAGE_READWRITE, NULL, 0);
	CHECK(a == p);
	CHECK(b == p + 2 * UNIT);
	if (a && b) {
		a[5] = 7;
		CHECK_EQ(b[5], 7);
		memcpy(a + 2 * UNIT - 2, "ring", 4);
		CHECK(a[0] == 'n' && a[1] == 'g');
		CHECK(unmap2(GetCurrentProcess(), b, MEM_PRESERVE_PLACEHOLDER));
		region(b, 2 * UNIT, MEM_RESERVE);
		CHECK(unmap2(GetCurrentProcess(), a, 0));
		CHECK(VirtualFree(b, 0, MEM_RELEASE));
	}
	CHECK(VirtualFree(p + 4 * UNIT, 0, MEM_RELEASE));
	CloseHandle(s);
}

int main(void)
{
	HMODULE m = GetModuleHandleW(L"kernelbase.dll");

	alloc2 = (void *)GetProcAddress(m, "VirtualAlloc2");
	map3 = (void *)GetProcAddress(m, "MapViewOfFile3");
	unmap2 = (void *)GetProcAddress(m, "UnmapViewOfFile2");
	CHECK(alloc2 && map3 && unmap2);
	if (!alloc2 || !map3 || !unmap2)
		return check_done();
	memory();
	views();
	return check_done();
}
