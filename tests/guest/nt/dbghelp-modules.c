/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dbghelp-modules.c - EnumerateLoadedModules and its kin. */
// link: -ldbghelp
#include "check.h"

#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <dbghelp.h>

struct seen {
	int n, kernel32, program, most;
};

static BOOL CALLBACK narrow(PCSTR name, DWORD64 base, ULONG size, PVOID arg)
{
	struct seen *s = arg;
	const char *file = strrchr(name, '\\');

	file = file ? file + 1 : name;
	if (!_stricmp(file, "kernel32.dll"))
		s->kernel32 += base == (ULONG_PTR)GetModuleHandleA(file) && size;
	if (base == (ULONG_PTR)GetModuleHandleA(NULL))
		s->program++;
	return ++s->n != s->most;
}

static BOOL CALLBACK wide(PCWSTR name, DWORD64 base, ULONG size, PVOID arg)
{
	struct seen *s = arg;

	CHECK(base && size && wcsstr(name, L"."), "%ls", name);
	return ++s->n != s->most;
}

int main(void)
{
	struct seen a = { 0 }, b = { 0 }, c = { .most = 1 }, d = { 0 };

	CHECK(EnumerateLoadedModules64(GetCurrentProcess(), narrow, &a));
	CHECK(a.n >= 4 && a.kernel32 == 1 && a.program == 1, "%d", a.n);
	CHECK(EnumerateLoadedModulesExW(GetCurrentProcess(), wide, &b));
	CHECK_EQ(b.n, a.n);
	CHECK(EnumerateLoadedModulesW64(GetCurrentProcess(), wide, &c));
	CHECK_EQ(c.n, 1); /* it said no more */
	CHECK(EnumerateLoadedModulesEx(GetCurrentProcess(), narrow, &d));
	CHECK_EQ(d.n, a.n);
	return check_done();
}
