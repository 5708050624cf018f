/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tls.c - thread-local and fiber-local slots.
 *
 * ntdll gives out the slots (rf_tls_alloc); reading and writing the 64 slots
 * inside the TEB is done here, because programs do it all the time.
 */
#include "kernel32-private.h"

#define TEB_SLOTS ARRAY_LEN(((PTEB)0)->TlsSlots)

DWORD WINAPI TlsAlloc(void)
{
	ULONG index;

	return rf_result(rf_tls_alloc(&index)) ? index : TLS_OUT_OF_INDEXES;
}

BOOL WINAPI TlsFree(DWORD index)
{
	return rf_result(rf_tls_free(index));
}

LPVOID WINAPI TlsGetValue(DWORD index)
{
	PTEB teb = NtCurrentTeb();
	PVOID value = NULL;

	/* Success is told from a NULL value by the last error. */
	teb->LastErrorValue = ERROR_SUCCESS;
	if (index < TEB_SLOTS)
		return teb->TlsSlots[index];
	rf_result(rf_tls_get(index, &value));
	return value;
}

/* The same without touching the last error (Windows 11 24H2). */
LPVOID WINAPI TlsGetValue2(DWORD index)
{
	PVOID value = NULL;

	if (index < TEB_SLOTS)
		return NtCurrentTeb()->TlsSlots[index];
	rf_tls_get(index, &value);
	return value;
}

BOOL WINAPI TlsSetValue(DWORD index, LPVOID value)
{
	if (index < TEB_SLOTS) {
		NtCurrentTeb()->TlsSlots[index] = value;
		return TRUE;
	}
	return rf_result(rf_tls_set(index, value));
}

DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION fn)
{
	ULONG index;

	return rf_result(RtlFlsAlloc(fn, &index)) ? index : FLS_OUT_OF_INDEXES;
}

BOOL WINAPI FlsFree(DWORD index)
{
	return rf_result(RtlFlsFree(index));
}

PVOID WINAPI FlsGetValue(DWORD index)
{
	PVOID value = NULL;

	if (rf_result(RtlFlsGetValue(index, &value)))
		NtCurrentTeb()->LastErrorValue = ERROR_SUCCESS;
	return value;
}

PVOID WINAPI FlsGetValue2(DWORD index)
{
	PVOID value = NULL;

	RtlFlsGetValue(index, &value);
	return value;
}

BOOL WINAPI FlsSetValue(DWORD index, PVOID value)
{
	return rf_result(RtlFlsSetValue(index, value));
}
