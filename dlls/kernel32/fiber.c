/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fiber.c - fibers: stacks that a thread switches between by itself.
 *
 * The current fiber is TEB.Tib.FiberData, and GetFiberData() (inline in
 * programs) reads its first word, so the head of struct fiber is fixed.  The
 * switch itself is fiber-x86_64.S and fiber-i686.S: push what the callee
 * keeps, exchange the stack pointer, pop.
 */
#include "kernel32-private.h"

struct fiber {
	PVOID data;
	PVOID exception_list; /* i686: the chain of handlers */
	PVOID stack_base;     /* high end */
	PVOID stack_limit;
	PVOID stack_alloc; /* low end of the whole; what is freed */
	PVOID sp;          /* where fiber_switch() left it */
	PVOID fls;
	PVOID activation_stack;
	ULONG guaranteed;
	BOOLEAN own_stack; /* by CreateFiber, not a thread's */
	LPFIBER_START_ROUTINE start;
};

/* Saves callee-saved registers, *from = sp, sp = to, restores, returns. */
void __cdecl fiber_switch(PVOID *from, PVOID to);
/* Where a new fiber's first switch returns to; calls fiber_main(). */
void __cdecl fiber_entry(void);

/* TEB.SameTebFlags: TEB.Tib.FiberData is one. */
#define HAS_FIBER_DATA 0x0004

void __cdecl fiber_main(void)
{
	struct fiber *f = NtCurrentTeb()->Tib.FiberData;

	f->start(f->data);
	/* A fiber's function that returns ends the thread. */
	RtlExitUserThread(1);
}

BOOL WINAPI IsThreadAFiber(void)
{
	return (NtCurrentTeb()->SameTebFlags & HAS_FIBER_DATA) != 0;
}

LPVOID WINAPI ConvertThreadToFiberEx(LPVOID data, DWORD flags)
{
	PTEB teb = NtCurrentTeb();
	struct fiber *f;

	if (flags & ~FIBER_FLAG_FLOAT_SWITCH) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (IsThreadAFiber()) {
		SetLastError(ERROR_ALREADY_FIBER);
		return NULL;
	}
	f = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *f);
	if (!f) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	f->data = data;
	teb->Tib.FiberData = f;
	teb->SameTebFlags |= HAS_FIBER_DATA;
	return f;
}

LPVOID WINAPI ConvertThreadToFiber(LPVOID data)
{
	return ConvertThreadToFiberEx(data, 0);
}

BOOL WINAPI ConvertFiberToThread(void)
{
	PTEB teb = NtCurrentTeb();
	struct fiber *f = teb->Tib.FiberData;

	if (!IsThreadAFiber()) {
		SetLastError(ERROR_ALREADY_THREAD);
		return FALSE;
	}
	teb->SameTebFlags &= ~HAS_FIBER_DATA;
	teb->Tib.FiberData = NULL;
	/* A created fiber's stack is in use: it stays with the thread. */
	RtlFreeHeap(rf_heap(), 0, f);
	return TRUE;
}

/* Committed whole: pages cost nothing until touched.  The lowest guards. */
static BOOL make_stack(struct fiber *f, SIZE_T commit, SIZE_T reserve)
{
	IMAGE_NT_HEADERS *nt = RtlImageNtHeader(rf_peb()->ImageBaseAddress);
	PVOID base = NULL, low;
	SIZE_T guard = 0x1000;
	ULONG old;

	if (!reserve)
		reserve = nt ? nt->OptionalHeader.SizeOfStackReserve : 0x100000;
	if (reserve < commit)
		reserve = (commit + 0xfffff) & ~(SIZE_T)0xfffff;
	reserve = (reserve + 0xffff) & ~(SIZE_T)0xffff;
	if (!rf_result(NtAllocateVirtualMemory(
		    NtCurrentProcess(), &base, 0, &reserve,
		    MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)))
		return FALSE;
	low = base;
	NtProtectVirtualMemory(NtCurrentProcess(), &low, &guard, PAGE_NOACCESS,
			       &old);
	f->stack_alloc = base;
	f->stack_base = (char *)base + reserve;
	f->stack_limit = (char *)base + guard;
	return TRUE;
}

LPVOID WINAPI CreateFiberEx(SIZE_T commit, SIZE_T reserve, DWORD flags,
			    LPFIBER_START_ROUTINE start, LPVOID data)
{
	struct fiber *f;
	PVOID *sp;

	if (flags & ~FIBER_FLAG_FLOAT_SWITCH) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	f = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *f);
	if (!f) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	if (!make_stack(f, commit, reserve)) {
		RtlFreeHeap(rf_heap(), 0, f);
		return NULL;
	}
	f->own_stack = TRUE;
	f->data = data;
	f->start = start;
	f->exception_list = (PVOID)(LONG_PTR)-1;
	/* As fiber_switch() leaves a stack: registers, then where to return. */
#ifdef _WIN64
	sp = (PVOID *)((char *)f->stack_base - 0x40);
	*--sp = (PVOID)fiber_entry;
	sp -= 8;                      /* rbx rbp rdi rsi r12-r15 */
	sp -= 1 + 2 * 10;             /* xmm6-15, and 8 to align them */
	*--sp = (PVOID)0x27f00001f80; /* mxcsr, x87 control word */
#else
	sp = (PVOID *)((char *)f->stack_base - 0x20);
	*--sp = (PVOID)fiber_entry;
	sp -= 4; /* ebx ebp edi esi */
	*--sp = (PVOID)0x1f80;
	*--sp = (PVOID)0x27f;
#endif
	f->sp = sp;
	return f;
}

LPVOID WINAPI CreateFiber(SIZE_T stack, LPFIBER_START_ROUTINE start,
			  LPVOID data)
{
	return CreateFiberEx(stack, 0, 0, start, data);
}

void WINAPI DeleteFiber(LPVOID fiber)
{
	struct fiber *f = fiber;
	SIZE_T size = 0;

	if (!f)
		return;
	/* The running fiber takes its thread with it. */
	if (IsThreadAFiber() && NtCurrentTeb()->Tib.FiberData == f) {
		NtCurrentTeb()->SameTebFlags &= ~HAS_FIBER_DATA;
		RtlFreeHeap(rf_heap(), 0, f);
		RtlExitUserThread(1);
	}
	if (f->own_stack)
		NtFreeVirtualMemory(NtCurrentProcess(), &f->stack_alloc, &size,
				    MEM_RELEASE);
	if (f->fls) {
		/* Its slots' callbacks run here, as if it were the current one.
		 */
		PVOID mine = NtCurrentTeb()->FlsData;

		NtCurrentTeb()->FlsData = f->fls;
		rf_fls_thread_detach();
		NtCurrentTeb()->FlsData = mine;
	}
	RtlFreeHeap(rf_heap(), 0, f);
}

void WINAPI SwitchToFiber(LPVOID fiber)
{
	PTEB teb = NtCurrentTeb();
	struct fiber *from = teb->Tib.FiberData, *to = fiber;

	if (from == to)
		return;
	from->exception_list = teb->Tib.ExceptionList;
	from->stack_base = teb->Tib.StackBase;
	from->stack_limit = teb->Tib.StackLimit;
	from->stack_alloc = teb->DeallocationStack;
	from->guaranteed = teb->GuaranteedStackBytes;
	from->activation_stack = teb->ActivationContextStackPointer;
	from->fls = teb->FlsData;

	teb->Tib.ExceptionList = to->exception_list;
	teb->Tib.StackBase = to->stack_base;
	teb->Tib.StackLimit = to->stack_limit;
	teb->DeallocationStack = to->stack_alloc;
	teb->GuaranteedStackBytes = to->guaranteed;
	if (to->activation_stack)
		teb->ActivationContextStackPointer = to->activation_stack;
	teb->FlsData = to->fls;
	teb->Tib.FiberData = to;
	fiber_switch(&from->sp, to->sp);
}
