/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests the three kinds of function tables for code made at run time, as JIT
 * compilers use them: an exception in that code finds the handler that the table
 * names, goes on from there and unwinds through it.
 */
// only: x86_64
#include <windows.h>
#include <setjmp.h>
#include <string.h>

#include "check.h"

NTSYSAPI DWORD NTAPI RtlAddGrowableFunctionTable(PVOID *table, PRUNTIME_FUNCTION f,
					DWORD n, DWORD max, ULONG_PTR begin,
					ULONG_PTR end);
NTSYSAPI void NTAPI RtlGrowFunctionTable(PVOID table, DWORD n);
NTSYSAPI void NTAPI RtlDeleteGrowableFunctionTable(PVOID table);

enum {
	FUNCTIONS = 4,
	SPACING = 0x40,
	TABLE_AT = 0x400,
	INFO_AT = 0x600,
	JUMP_AT = 0x700,
	BYTES = 0x1000,
	CODE = 0xe0000077,
};

static BYTE *page;
static RUNTIME_FUNCTION *table;
static int searched, unwound, vectored, asked;

/* push %rbx; sub $32,%rsp; ud2; call *%rcx; nop; add; pop; ret */
static const BYTE code[] = { 0x53, 0x48, 0x83, 0xec, 0x20, 0x0f, 0x0b, 0xff,
			     0xd1, 0x90, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3 };
enum { UD2 = 5, AFTER_CALL = 9 };
/* version 1, both handlers; alloc 32, push rbx; the handler */
static const BYTE info[] = { 1 | 3 << 3, 5, 2, 0, 5, 0x32, 1, 0x30, JUMP_AT & 255,
			     JUMP_AT >> 8, 0, 0, 'd', 'a', 't', 'a' };

static EXCEPTION_DISPOSITION handler(EXCEPTION_RECORD *r, void *frame,
				     CONTEXT *c, DISPATCHER_CONTEXT *d)
{
	CHECK(!memcmp(d->HandlerData, "data", 4));
	CHECK_EQ(d->ImageBase, (ULONG_PTR)page);
	CHECK(d->ControlPc >= (ULONG_PTR)page &&
	      d->ControlPc < (ULONG_PTR)page + BYTES);
	if (r->ExceptionFlags & EXCEPTION_UNWINDING) {
		unwound++;
		return ExceptionContinueSearch;
	}
	searched++;
	if (r->ExceptionCode == EXCEPTION_ILLEGAL_INSTRUCTION) {
		CHECK_EQ(c->Rip, d->FunctionEntry->BeginAddress +
					 (ULONG_PTR)page + UD2);
		c->Rip += 2;
		return ExceptionContinueExecution;
	}
	return ExceptionContinueSearch;
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *p)
{
	vectored++;
	return EXCEPTION_CONTINUE_SEARCH;
}

static jmp_buf out;

static void leave(void)
{
	longjmp(out, 1);
}

static void stay(void)
{
}

static int call(int n, void (*fn)(void))
{
	int how;

	searched = unwound = vectored = 0;
	how = setjmp(out);
	if (!how)
		((void (*)(void (*)(void)))(page + n * SPACING))(fn);
	return how;
}

/* There is a table for function n. */
static void works(const char *kind, int n)
{
	DWORD64 base = 0;

	CHECK(RtlLookupFunctionEntry((DWORD64)page + n * SPACING + UD2, &base,
				     NULL) == &table[n],
	      "%s", kind);
	CHECK_EQ(base, (DWORD64)page);
	CHECK_EQ(call(n, stay), 0);
	CHECK(searched == 1 && vectored == 1 && !unwound, "%s: %d %d %d", kind,
	      searched, vectored, unwound);
	/* An unwind through it. */
	CHECK_EQ(call(n, leave), 1);
	CHECK(searched == 1 && unwound == 1, "%s: %d %d", kind, searched,
	      unwound);
}

/* And none. */
static void is_gone(const char *kind, int n)
{
	DWORD64 base = 0;

	CHECK(!RtlLookupFunctionEntry((DWORD64)page + n * SPACING + UD2, &base,
				      NULL),
	      "%s", kind);
}

static void fixed(void)
{
	CHECK(RtlAddFunctionTable(table, FUNCTIONS, (DWORD64)page));
	for (int i = 0; i < FUNCTIONS; i++)
		works("fixed", i);
	CHECK(!RtlLookupFunctionEntry((DWORD64)page + sizeof code,
				      &(DWORD64){ 0 }, NULL));
	CHECK(RtlDeleteFunctionTable(table));
	CHECK(!RtlDeleteFunctionTable(table));
	is_gone("fixed", 1);

	/* Of two that overlap, each has its own. */
	CHECK(RtlAddFunctionTable(table, 1, (DWORD64)page));
	CHECK(RtlAddFunctionTable(table + 2, 2, (DWORD64)page));
	works("first of two", 0);
	works("second of two", 3);
	is_gone("neither", 1);
	CHECK(RtlDeleteFunctionTable(table));
	is_gone("first of two", 0);
	works("the other", 2);
	CHECK(RtlDeleteFunctionTable(table + 2));
}

static PRUNTIME_FUNCTION CALLBACK give(DWORD64 pc, PVOID context)
{
	DWORD64 n = (pc - (DWORD64)page) / SPACING;

	CHECK(context == &table);
	asked++;
	return n < FUNCTIONS ? &table[n] : NULL;
}

static void by_callback(void)
{
	asked = 0;
	CHECK(!RtlInstallFunctionTableCallback((DWORD64)page, (DWORD64)page,
					       BYTES, give, &table, NULL),
	      "the identifier's low bits must be 3");
	CHECK(RtlInstallFunctionTableCallback((DWORD64)page | 3, (DWORD64)page,
					      BYTES, give, &table, NULL));
	for (int i = 0; i < FUNCTIONS; i++)
		works("callback", i);
	CHECK(asked >= 8, "%d", asked);
	CHECK(!RtlLookupFunctionEntry((DWORD64)page + FUNCTIONS * SPACING,
				      &(DWORD64){ 0 }, NULL));
	asked = 0;
	CHECK(!RtlLookupFunctionEntry((DWORD64)page + BYTES, &(DWORD64){ 0 },
				      NULL));
	CHECK_EQ(asked, 0);
	CHECK(RtlDeleteFunctionTable((void *)((DWORD64)page | 3)));
	is_gone("callback", 0);
}

static void growable(void)
{
	PVOID t = NULL, t2 = NULL;

	CHECK_EQ(RtlAddGrowableFunctionTable(&t, table, 1, FUNCTIONS,
					     (ULONG_PTR)page,
					     (ULONG_PTR)page + BYTES),
		 0);
	CHECK(t != NULL);
	works("growable", 0);
	is_gone("not yet", 1);
	RtlGrowFunctionTable(t, 3);
	for (int i = 0; i < 3; i++)
		works("grown", i);
	is_gone("not yet", 3);
	RtlGrowFunctionTable(t, FUNCTIONS);
	works("grown", 3);
	RtlDeleteGrowableFunctionTable(t);
	is_gone("growable", 0);

	/* Empty at first; and two ranges. */
	CHECK_EQ(RtlAddGrowableFunctionTable(&t, table, 0, 2, (ULONG_PTR)page,
					     (ULONG_PTR)page + 2 * SPACING),
		 0);
	CHECK_EQ(RtlAddGrowableFunctionTable(&t2, table + 2, 2, 2,
					     (ULONG_PTR)page + 2 * SPACING,
					     (ULONG_PTR)page + BYTES),
		 0);
	(void)t2;
	is_gone("empty", 0);
	RtlGrowFunctionTable(t, 2);
	works("one of two", 1);
	RtlDeleteGrowableFunctionTable(t);
	is_gone("one of two", 1);
	RtlDeleteGrowableFunctionTable(t2);
}

int main(void)
{
	static const BYTE jump[] = { 0xff, 0x25, 0, 0, 0, 0 };
	void *to = (void *)handler, *veh;

	page = VirtualAlloc(NULL, BYTES, MEM_COMMIT | MEM_RESERVE,
			    PAGE_EXECUTE_READWRITE);
	table = (RUNTIME_FUNCTION *)(page + TABLE_AT);
	memcpy(page + INFO_AT, info, sizeof info);
	memcpy(page + JUMP_AT, jump, sizeof jump);
	memcpy(page + JUMP_AT + sizeof jump, &to, sizeof to);
	for (int i = 0; i < FUNCTIONS; i++) {
		memcpy(page + i * SPACING, code, sizeof code);
		table[i].BeginAddress = i * SPACING;
		table[i].EndAddress = i * SPACING + sizeof code;
		table[i].UnwindData = INFO_AT;
	}
	veh = AddVectoredExceptionHandler(1, on_exception);
	fixed();
	by_callback();
	growable();
	RemoveVectoredExceptionHandler(veh);
	VirtualFree(page, 0, MEM_RELEASE);
	return check_done();
}
