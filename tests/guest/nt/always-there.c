/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * always-there.c - modules that every process has, whatever it imports: ntdll,
 * kernel32 and kernelbase.  GraalVM's native images end without a word if
 * GetModuleHandle() does not find the last.
 */
#include "check.h"

#include <windows.h>

/* What programs ask before they call what may not be there. */
static void asked_for(void)
{
	BOOL(WINAPI * is)(PCSTR);
	LONG(WINAPI * find)
	(PCWSTR, UINT32, UINT32 *, PWSTR *, UINT32 *, WCHAR *, UINT32 *);
	LONG(WINAPI * staged)(PCWSTR, UINT32 *, PWSTR);
	HMODULE base = GetModuleHandleA("kernelbase.dll");
	HMODULE k32 = GetModuleHandleA("kernel32.dll");
	UINT32 count = 7, size = 7;

	is = (void *)GetProcAddress(base, "IsApiSetImplemented");
	find = (void *)GetProcAddress(k32, "FindPackagesByPackageFamily");
	staged = (void *)GetProcAddress(k32, "GetStagedPackagePathByFullName");
	CHECK(is && find && staged);
	if (!is || !find || !staged)
		return;
	CHECK(is("api-ms-win-core-file-l1-1-0"));
	CHECK(is("API-MS-Win-Core-File-L1-1-0"));
	CHECK(!is("api-ms-win-nobodys-own-l1-1-0"));
	CHECK(!is("kernel32"));
	CHECK(!is(""));
	CHECK(!is("ap"));
	CHECK_EQ(find(L"None_8wekyb3d8bbwe", 0x30, &count, NULL, &size, NULL,
		      NULL),
		 ERROR_SUCCESS);
	CHECK_EQ(count, 0);
	CHECK_EQ(size, 0);
	CHECK_EQ(find(NULL, 0x30, &count, NULL, &size, NULL, NULL),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(staged(L"None_1.0.0.0_x64__8wekyb3d8bbwe", &size, NULL),
		 ERROR_NOT_FOUND);
}

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
	asked_for();
	return check_done();
}
