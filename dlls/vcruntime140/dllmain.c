/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dllmain.c - vcruntime140.dll: exceptions and RTTI; its string functions are
 * ntdll's.
 */
#include "eh.h"

BOOL WINAPI DllMain(HINSTANCE dll, DWORD reason, LPVOID exiting);
DECLSPEC_NORETURN void __cdecl __std_terminate(void);
int __cdecl _purecall(void);

typedef void(__cdecl *purecall_handler)(void);
static purecall_handler on_purecall;
purecall_handler __cdecl _get_purecall_handler(void);
purecall_handler __cdecl _set_purecall_handler(purecall_handler fn);

BOOL WINAPI DllMain(HINSTANCE dll, DWORD reason, LPVOID exiting)
{
	switch (reason) {
	case DLL_PROCESS_ATTACH:
		return eh_process_init();
	case DLL_THREAD_DETACH:
		eh_thread_free();
		break;
	case DLL_PROCESS_DETACH:
		if (!exiting)
			eh_process_free();
		break;
	default:
		break;
	}
	return TRUE;
}

void __cdecl __std_terminate(void)
{
	terminate();
}

purecall_handler __cdecl _get_purecall_handler(void)
{
	return on_purecall;
}

purecall_handler __cdecl _set_purecall_handler(purecall_handler fn)
{
	return InterlockedExchangePointer((PVOID *)&on_purecall, fn);
}

int __cdecl _purecall(void)
{
	if (on_purecall)
		on_purecall();
	abort();
}
