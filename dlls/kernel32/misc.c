/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misc.c - what belongs nowhere else: MulDiv, Beep, cache flushes, mailslots,
 * the x86 Interlocked functions, and packages that nobody is in.
 */
#include "kernel32-private.h"

/* ---- arithmetic ----------------------------------------------------------- */

int WINAPI MulDiv(int a, int b, int c)
{
	LONGLONG product = (LONGLONG)a * b, half, result;

	if (!c)
		return -1;
	if (c < 0) {
		product = -product;
		/* INT_MIN has no positive twin; as 64 bits it has. */
		half = -(LONGLONG)c;
	} else {
		half = c;
	}
	/* Rounded to nearest, halves away from zero. */
	result = (product + (product < 0 ? -(half / 2) : half / 2)) / half;
	return result > INT_MAX || result < INT_MIN ? -1 : (int)result;
}

/* ---- i686: these are instructions on x64, exports here -------------------- */

LONG WINAPI k32_increment(LONG volatile *p)
{
	return __atomic_add_fetch(p, 1, __ATOMIC_SEQ_CST);
}

LONG WINAPI k32_decrement(LONG volatile *p)
{
	return __atomic_sub_fetch(p, 1, __ATOMIC_SEQ_CST);
}

LONG WINAPI k32_exchange(LONG volatile *p, LONG value)
{
	return __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST);
}

LONG WINAPI k32_exchange_add(LONG volatile *p, LONG value)
{
	return __atomic_fetch_add(p, value, __ATOMIC_SEQ_CST);
}

LONG WINAPI k32_compare_exchange(LONG volatile *p, LONG value, LONG compare)
{
	return __sync_val_compare_and_swap(p, compare, value);
}

LONGLONG WINAPI k32_compare_exchange64(LONGLONG volatile *p, LONGLONG value,
				       LONGLONG compare)
{
#ifdef _WIN64
	return __sync_val_compare_and_swap(p, compare, value);
#else
	LONGLONG old = compare;

	/* i686 in name only: every processor that runs this has it. */
	__asm__ volatile("lock cmpxchg8b %1"
			 : "+A"(old), "+m"(*p)
			 : "b"((LONG)value), "c"((LONG)(value >> 32))
			 : "memory");
	return old;
#endif
}

/* ---- caches ---------------------------------------------------------------- */

BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID base, SIZE_T size)
{
	return rf_result(NtFlushInstructionCache(process, (PVOID)base, size));
}

VOID WINAPI FlushProcessWriteBuffers(void)
{
	NtFlushProcessWriteBuffers();
}

/* ---- sound ----------------------------------------------------------------- */

/* There is no speaker; the time it takes is what programs notice. */
BOOL WINAPI Beep(DWORD frequency, DWORD ms)
{
	if (frequency < 37 || frequency > 32767) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	Sleep(ms);
	return TRUE;
}

/* ---- mailslots -------------------------------------------------------------- */

HANDLE WINAPI CreateMailslotW(LPCWSTR name, DWORD max_message, DWORD timeout,
			      LPSECURITY_ATTRIBUTES sa)
{
	/* They are datagrams between machines of a domain: nobody is there. */
	SetLastError(ERROR_NOT_SUPPORTED);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateMailslotA(LPCSTR name, DWORD max_message, DWORD timeout,
			      LPSECURITY_ATTRIBUTES sa)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return INVALID_HANDLE_VALUE;
}

BOOL WINAPI GetMailslotInfo(HANDLE h, LPDWORD max_message, LPDWORD next,
			    LPDWORD count, LPDWORD timeout)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI SetMailslotInfo(HANDLE h, DWORD timeout)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

/* ---- packages: no program runs in one --------------------------------------- */

#define NO_PACKAGE 15700     /* APPMODEL_ERROR_NO_PACKAGE */
#define NO_APPLICATION 15703 /* APPMODEL_ERROR_NO_APPLICATION */

LONG WINAPI GetCurrentPackageId(UINT32 *size, BYTE *buffer)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageFullName(UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageFamilyName(UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackagePath(UINT32 *size, PWSTR path)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageInfo(UINT32 flags, UINT32 *size, BYTE *buffer,
				  UINT32 *count)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentApplicationUserModelId(UINT32 *size, PWSTR id)
{
	return NO_APPLICATION;
}

LONG WINAPI GetPackageId(HANDLE process, UINT32 *size, BYTE *buffer)
{
	return NO_PACKAGE;
}

LONG WINAPI GetPackageFullName(HANDLE process, UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetPackageFamilyName(HANDLE process, UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetApplicationUserModelId(HANDLE process, UINT32 *size, PWSTR id)
{
	return NO_APPLICATION;
}

LONG WINAPI GetPackagesByPackageFamily(PCWSTR family, UINT32 *count,
				       PWSTR *names, UINT32 *size,
				       WCHAR *buffer)
{
	*count = 0;
	*size = 0;
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetProcessTerminationMethod(HANDLE token, UINT32 *policy)
{
	*policy = 0; /* ExitProcess */
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetThreadInitializationType(HANDLE token, UINT32 *policy)
{
	*policy = 0; /* none */
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetShowDeveloperDiagnostic(HANDLE token, UINT32 *policy)
{
	*policy = 1; /* show UI */
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetWindowingModel(HANDLE token, UINT32 *policy)
{
	*policy = 2; /* classic desktop */
	return ERROR_SUCCESS;
}
