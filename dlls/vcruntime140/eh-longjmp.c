/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-longjmp.c - longjmp, which on Windows is an unwind: __finally blocks and
 * destructors on the way run.
 */
#include "eh.h"

#ifdef _WIN64

typedef struct {
	ULONG64 frame, rbx, rsp, rbp, rsi, rdi, r12, r13, r14, r15, rip;
	ULONG mxcsr;
	USHORT fpcsr, spare;
	M128A xmm[10];
} JUMP;

DECLSPEC_NORETURN void eh_jump(const JUMP *b, int value);

DECLSPEC_NORETURN void __cdecl eh_longjmp(JUMP *b, int value)
{
	EXCEPTION_RECORD rec;
	CONTEXT ctx;

	if (!value)
		value = 1;
	if (!b->frame)
		eh_jump(b, value);
	/* Not as an initializer, which would clear the other parameters. */
	rec.ExceptionCode = (DWORD)STATUS_LONGJUMP;
	rec.ExceptionFlags = 0;
	rec.ExceptionRecord = NULL;
	rec.ExceptionAddress = (PVOID)b->rip;
	rec.NumberParameters = 1;
	rec.ExceptionInformation[0] = (ULONG_PTR)b;
	RtlUnwindEx((PVOID)b->frame, (PVOID)b->rip, &rec,
		    (PVOID)(LONG_PTR)value, &ctx, NULL);
	__builtin_unreachable();
}

#else

typedef struct {
	ULONG ebp, ebx, edi, esi, esp, eip;
	EXCEPTION_REGISTRATION_RECORD *registration;
	ULONG try_level, cookie;
	void(__stdcall *unwind)(void *buffer);
	ULONG data[6];
} JUMP;

#define JUMP_COOKIE 0x56433230 /* "VC20": setjmp3 filled in the rest */

DECLSPEC_NORETURN void __cdecl eh_jump(const JUMP *b, int value);
void __cdecl _local_unwind2(void *frame, int level);

DECLSPEC_NORETURN void __cdecl eh_longjmp(JUMP *b, int value)
{
	if (!value)
		value = 1;
	if (b->registration != (PVOID)NtCurrentTeb()->Tib.ExceptionList)
		RtlUnwind(b->registration, NULL, NULL, NULL);
	if (b->registration != (EXCEPTION_REGISTRATION_RECORD *)~0ul) {
		if (b->cookie == JUMP_COOKIE && b->unwind)
			b->unwind(b);
		else
			_local_unwind2(b->registration, (int)b->try_level);
	}
	eh_jump(b, value);
}

#endif
