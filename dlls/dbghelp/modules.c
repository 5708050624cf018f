/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* modules.c - a process's modules, one after the other. */
#include "nt.h"
#include <psapi.h>
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#include <dbghelp.h>

/* Either of the two is given. */
static BOOL each(HANDLE process, PENUMLOADED_MODULES_CALLBACKW64 wide,
		 PENUMLOADED_MODULES_CALLBACK64 narrow, PVOID arg)
{
	HMODULE *m = NULL;
	DWORD size = 0, need = 256 * sizeof *m;
	BOOL go_on = TRUE;

	/* There may be more of them each time. */
	while (size < need) {
		HeapFree(GetProcessHeap(), 0, m);
		size = need;
		m = HeapAlloc(GetProcessHeap(), 0, size);
		if (!m) {
			SetLastError(ERROR_NOT_ENOUGH_MEMORY);
			return FALSE;
		}
		if (!K32EnumProcessModulesEx(process, m, size, &need,
					     LIST_MODULES_ALL)) {
			HeapFree(GetProcessHeap(), 0, m);
			return FALSE;
		}
	}
	for (DWORD i = 0; go_on && i < need / sizeof *m; i++) {
		WCHAR path[MAX_PATH];
		char ansi[MAX_PATH];
		MODULEINFO info;
		DWORD64 base = (ULONG_PTR)m[i];

		/* One that has gone meanwhile is passed over. */
		if (!K32GetModuleInformation(process, m[i], &info, sizeof info))
			continue;
		if (wide)
			go_on = !K32GetModuleFileNameExW(process, m[i], path,
							 MAX_PATH) ||
				wide(path, base, info.SizeOfImage, arg);
		else
			go_on = !K32GetModuleFileNameExA(process, m[i], ansi,
							 MAX_PATH) ||
				narrow(ansi, base, info.SizeOfImage, arg);
	}
	HeapFree(GetProcessHeap(), 0, m);
	return TRUE;
}

BOOL IMAGEAPI EnumerateLoadedModules64(HANDLE process,
				       PENUMLOADED_MODULES_CALLBACK64 fn,
				       PVOID arg)
{
	return each(process, NULL, fn, arg);
}

BOOL IMAGEAPI EnumerateLoadedModulesW64(HANDLE process,
					PENUMLOADED_MODULES_CALLBACKW64 fn,
					PVOID arg)
{
	return each(process, fn, NULL, arg);
}
