/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * always-there.c - modules that every process has, whatever it imports: ntdll,
 * kernel32 and kernelbase.  GraalVM's native images end without a word if
 * GetModuleHandle() does not find the last.
 */
#include "check.h"

#include <windows.h>

int main(void)
{
	static const char *const names[] = { "ntdll.dll", "kernel32",
					     "KernelBase.DLL", "kernelbase" };
	HMODULE m, again;
	char path[MAX_PATH];

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		m = GetModuleHandleA(names[i]);
		CHECK(m != NULL, "%s", names[i]);
		CHECK(GetModuleFileNameA(m, path, sizeof path) > 0);
		CHECK(GetModuleHandleA(path) == m, "%s", path);
		CHECK(GetModuleHandleExA(0, names[i], &again) && again == m);
		FreeLibrary(again);
		FreeLibrary(again);
		CHECK(GetModuleHandleA(names[i]) == m, "%s", names[i]);
	}
	m = GetModuleHandleA("kernelbase.dll");
	CHECK(GetProcAddress(m, "VirtualAlloc2") != NULL);
	CHECK(GetProcAddress(m, "MapViewOfFile3") != NULL);
	CHECK(GetModuleHandleA("no-such-module.dll") == NULL);
	CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
	return check_done();
}
