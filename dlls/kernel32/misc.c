/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misc.c - what belongs nowhere else: MulDiv, Beep, cache flushes,
 * the x86 Interlocked functions, WOW64.
 */
#include "kernel32-private.h"

/* ---- arithmetic ---- */

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

/* ---- i686: these are instructions on x64, exports here ---- */

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

/* ---- caches ---- */

BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID base, SIZE_T size)
{
	return rf_result(NtFlushInstructionCache(process, (PVOID)base, size));
}

VOID WINAPI FlushProcessWriteBuffers(void)
{
	NtFlushProcessWriteBuffers();
}

/* ---- sound ---- */

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

/* ---- WOW64 ---- */

NTSYSAPI NTSTATUS NTAPI RtlWow64EnableFsRedirection(BOOLEAN enable);
NTSYSAPI NTSTATUS NTAPI RtlWow64EnableFsRedirectionEx(PVOID disable,
						      PVOID *old);

/* On x64 all of them fail with ERROR_INVALID_FUNCTION. */
BOOL WINAPI Wow64DisableWow64FsRedirection(PVOID *old)
{
	return rf_result(RtlWow64EnableFsRedirectionEx((PVOID)1, old));
}

BOOL WINAPI Wow64RevertWow64FsRedirection(PVOID old)
{
	PVOID unused;

	return rf_result(RtlWow64EnableFsRedirectionEx(old, &unused));
}

BOOLEAN WINAPI Wow64EnableWow64FsRedirection(BOOLEAN enable)
{
	return (BOOLEAN)rf_result(RtlWow64EnableFsRedirection(enable));
}

/* ---- threads from their very start ---- */

#ifdef _WIN64
/* Where stack traces of Windows threads begin; some tools look for it. */
void WINAPI BaseThreadInitThunk(ULONG reserved, LPTHREAD_START_ROUTINE fn,
				PVOID arg)
{
	ExitThread(fn(arg));
}
#endif

/* ---- idle time: the host does not count cycles per processor ---- */

BOOL WINAPI QueryIdleProcessorCycleTimeEx(USHORT group, PULONG size,
					  PULONG64 cycles)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI QueryIdleProcessorCycleTime(PULONG size, PULONG64 cycles)
{
	return QueryIdleProcessorCycleTimeEx(0, size, cycles);
}
