/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dllmain.c - msvcp140.dll: the C++ library of programs that Microsoft's
 * compiler made.
 */
#include "msvcp.h"

BOOL WINAPI DllMain(HINSTANCE dll, DWORD reason, LPVOID exiting);

/* What a program may set to hear of exceptions where they are switched off. */
extern void(__cdecl *raise_handler)(const void *exception);
void(__cdecl *raise_handler)(const void *exception);

BOOL WINAPI DllMain(HINSTANCE dll, DWORD reason, LPVOID exiting)
{
	if (reason != DLL_PROCESS_ATTACH)
		return TRUE;
	lock_init();
	locale_setup();
	cstreams_setup();
	wstreams_setup();
	return TRUE;
}
