/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Exceptions of 32-bit code: the list at fs:[0], what CONTEXT holds of x87 and
 * SSE, instructions that only 32-bit code has, and 64-bit code in between.
 */
// only: i686
#include <windows.h>
#include <string.h>

#include "check.h"

typedef EXCEPTION_REGISTRATION_RECORD FRAME;

NTSYSAPI void NTAPI RtlUnwind(PVOID, PVOID, PEXCEPTION_RECORD, PVOID);

static inline FRAME *top(void)
{
	return (FRAME *)__readfsdword(0);
}

static inline void set_top(FRAME *f)
{
	__writefsdword(0, (DWORD)f);
}

/* ---- the list ---------------------------------------------------------- */

static char events[256];
static DWORD codes[8];
static int n;

static EXCEPTION_DISPOSITION __cdecl pass_on(EXCEPTION_RECORD *rec, void *frame,
					     CONTEXT *ctx, void *dispatcher)
{
	strcat(events, rec->ExceptionFlags & 2 ? "u" : "p");
	return ExceptionContinueSearch;
}

static EXCEPTION_DISPOSITION __cdecl go_on(EXCEPTION_RECORD *rec, void *frame,
					   CONTEXT *ctx, void *dispatcher)
{
	strcat(events, "c");
	codes[n++ % 8] = rec->ExceptionCode;
	return ExceptionContinueExecution;
}

static EXCEPTION_DISPOSITION __cdecl raises(EXCEPTION_RECORD *rec, void *frame,
					    CONTEXT *ctx, void *dispatcher)
{
	if (rec->ExceptionFlags & 0x10)
		strcat(events, "n"); /* nested: of the one below */
	strcat(events, "r");
	if (rec->ExceptionCode == 0xe0000001)
		RaiseException(0xe0000002, 0, 0, NULL);
	return ExceptionContinueSearch;
}

static void list(void)
{
	/* The list goes up the stack. */
	FRAME f[2], *inner = &f[0], *outer = &f[1];

	outer->Next = top();
	outer->Handler = (PEXCEPTION_ROUTINE)go_on;
	inner->Next = outer;
	inner->Handler = (PEXCEPTION_ROUTINE)pass_on;
	set_top(inner);
	events[0] = 0;
	RaiseException(0xe0000001, 0, 0, NULL);
	CHECK(!strcmp(events, "pc"), "%s", events);
	CHECK_EQ(codes[0], 0xe0000001);
	events[0] = 0;
	RtlUnwind(outer, NULL, NULL, NULL);
	CHECK(!strcmp(events, "u"), "%s", events);
	CHECK(top() == outer);
	/* An exception in a handler: both are seen. */
	inner->Handler = (PEXCEPTION_ROUTINE)raises;
	set_top(inner);
	events[0] = 0;
	RaiseException(0xe0000001, 0, 0, NULL);
	CHECK(!strcmp(events, "rnrcc"), "%s", events);
	set_top(outer->Next);
}

/* ---- instructions ------------------------------------------------------ */

static EXCEPTION_RECORD last;
static CONTEXT seen;
static DWORD resume, change_flags;

static LONG CALLBACK note(EXCEPTION_POINTERS *p)
{
	last = *p->ExceptionRecord;
	seen = *p->ContextRecord;
	if (!resume)
		return EXCEPTION_CONTINUE_SEARCH;
	p->ContextRecord->Eip = resume;
	if (change_flags & CONTEXT_FLOATING_POINT) {
		p->ContextRecord->FloatSave.StatusWord &= ~0xffu;
		p->ContextRecord->FloatSave.ControlWord |= 0x3f;
	}
	if (change_flags & CONTEXT_EXTENDED_REGISTERS)
		memset(p->ContextRecord->ExtendedRegisters + 160, 0x77, 16);
	return EXCEPTION_CONTINUE_EXECUTION;
}

/* Runs an instruction and goes on behind it. */
#define FAULT(insn, ...)                                                       \
	do {                                                                   \
		memset(&last, 0, sizeof last);                                 \
		asm volatile("movl $1f, %0\n\t" insn "\n1:"                    \
			     : "=m"(resume)                                    \
			     : __VA_ARGS__                                     \
			     : "memory", "cc");                                \
		resume = 0;                                                    \
	} while (0)

static void instructions(void)
{
	static const LONG bounds[2] = { 1, 5 };
	DWORD *nowhere = (DWORD *)0x30;

	FAULT("movl $0x7fffffff, %%eax; addl $1, %%eax; into", "m"(n));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_INT_OVERFLOW);
	FAULT("movl $9, %%eax; bound %%eax, %1", "m"(bounds));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_ARRAY_BOUNDS_EXCEEDED);
	FAULT("movl %%eax, (%1)", "r"(nowhere));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
	CHECK_EQ(last.NumberParameters, 2);
	CHECK_EQ(last.ExceptionInformation[0], 1);
	CHECK_EQ(last.ExceptionInformation[1], 0x30);
	CHECK(last.ExceptionAddress == (void *)seen.Eip);
	CHECK_EQ(seen.SegCs & 3, 3);
	CHECK_EQ(seen.SegFs, 0x53);
	FAULT("int3", "m"(n));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_BREAKPOINT);
	FAULT("ud2", "m"(n));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_ILLEGAL_INSTRUCTION);
	FAULT("hlt", "m"(n));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_PRIV_INSTRUCTION);
	FAULT("xorl %%ecx, %%ecx; movl $5, %%eax; cltd; idivl %%ecx", "m"(n));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_INT_DIVIDE_BY_ZERO);
	FAULT("pushfl; orl $0x100, (%%esp); popfl; nop", "m"(n));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_SINGLE_STEP);
	FAULT("int $0x2c", "m"(n));
	CHECK_EQ(last.ExceptionCode, 0xc0000420);
}

/* ---- x87 and SSE --------------------------------------------------------- */

static void units(void)
{
	unsigned short cw = 0x27f & ~4, now = 0;
	double one = 1, zero = 0;
	unsigned char xmm[16] = { 1, 2, 3, 4, 5 }, back[16];
	ULONGLONG mm = 0x1122334455667788, sum;

	/* Divide by zero, unmasked; seen at the next instruction of x87. */
	change_flags = CONTEXT_FLOATING_POINT;
	asm volatile("fninit; fldcw %0" : : "m"(cw));
	FAULT("fldl %2; fdivl %1; fwait", "m"(zero), "m"(one));
	asm volatile("fnstcw %0; fninit" : "=m"(now));
	CHECK_EQ(last.ExceptionCode, EXCEPTION_FLT_DIVIDE_BY_ZERO);
	CHECK_EQ(seen.FloatSave.ControlWord & 0xffff, cw);
	CHECK_EQ(seen.FloatSave.StatusWord & 4, 4);
	CHECK_EQ(now & 0x3f, 0x3f);

	/* Registers come back, and a changed one counts. */
	change_flags = 0;
	asm volatile("movups %0, %%xmm3" : : "m"(xmm));
	asm volatile("fninit; fildll %0" : : "m"(mm));
	FAULT("ud2", "m"(n));
	asm volatile("movups %%xmm3, %0" : "=m"(back));
	asm volatile("fistpll %0" : "=m"(sum));
	CHECK(!memcmp(xmm, back, 16));
	CHECK_EQ(sum, mm);
	CHECK(!memcmp(seen.ExtendedRegisters + 160 + 48, xmm, 16));
	CHECK_EQ(seen.FloatSave.TagWord & 0xffff, 0x3fff);
	change_flags = CONTEXT_EXTENDED_REGISTERS;
	FAULT("ud2", "m"(n));
	asm volatile("movups %%xmm0, %0" : "=m"(back));
	CHECK(back[0] == 0x77 && back[15] == 0x77);
	change_flags = 0;
	asm volatile("fninit");
}

static void avx(void)
{
	unsigned char in[32], out[32];

	if (!__builtin_cpu_supports("avx"))
		return;
	for (int i = 0; i < 32; i++)
		in[i] = (unsigned char)(i * 7 + 1);
	asm volatile(".byte 0xc5, 0xfe, 0x6f, 0x28" /* vmovdqu (%eax), %ymm5 */
		     :
		     : "a"(in), "m"(in));
	FAULT("ud2", "m"(n));
	asm volatile(".byte 0xc5, 0xfe, 0x7f, 0x28" /* vmovdqu %ymm5, (%eax) */
		     :
		     : "a"(out)
		     : "memory");
	CHECK(!memcmp(in, out, 32), "upper halves");
}

/* ---- 64-bit code ---- */

/*
 * Far jump to 64 bits, a 64-bit multiplication, the TEB by gs, and back.
 */
static void heavens_gate(void)
{
	ULONGLONG product = 0, teb64 = 0;
	DWORD where = __readfsdword(0xf70);

	asm volatile("pushl $0x33\n\tpushl $1f\n\tlret\n"
		     "1:\t"
		     ".byte 0x48, 0xb8, 5, 0, 0, 0, 1, 0, 0, 0\n\t"
		     ".byte 0x48, 0x6b, 0xc0, 0x03\n\t" /* imul $3,%rax,%rax */
		     ".byte 0x48, 0x89, 0x06\n\t"       /* mov %rax,(%rsi) */
		     /* mov %gs:0x30,%rax; mov %rax,(%rdi) */
		     ".byte 0x65, 0x48, 0x8b, 0x04, 0x25, 0x30, 0, 0, 0\n\t"
		     ".byte 0x48, 0x89, 0x07\n\t"
		     /* call 1f; 1: movl $0x23,4(%rsp); addl $13,(%rsp); lret */
		     ".byte 0xe8, 0, 0, 0, 0\n\t"
		     ".byte 0xc7, 0x44, 0x24, 4, 0x23, 0, 0, 0\n\t"
		     ".byte 0x83, 0x04, 0x24, 13\n\t"
		     ".byte 0xcb\n\t"
		     :
		     : "S"(&product), "D"(&teb64)
		     : "eax", "memory", "cc");
	CHECK_EQ(product, 0x30000000full);
	CHECK_EQ(teb64, where);
}

int main(void)
{
	list();
	AddVectoredExceptionHandler(1, note);
	instructions();
	units();
	avx();
	heavens_gate();
	return check_done();
}
