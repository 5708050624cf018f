/* SPDX-License-Identifier: LGPL-2.1-or-later */
// only: x86_64
/*
 * Tests what exception each kind of fault becomes: code, parameters, address,
 * where the context stands; and that a handler can change it and go on.
 */
#include <windows.h>
#include "check.h"

static EXCEPTION_RECORD seen;
static CONTEXT seen_context;
static int count;
static void *resume_at; /* where the handler goes on */

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
	seen = *p->ExceptionRecord;
	seen_context = *p->ContextRecord;
	count++;
	if (!resume_at)
		return EXCEPTION_CONTINUE_SEARCH;
	p->ContextRecord->Rip = (DWORD64)resume_at;
	p->ContextRecord->EFlags &= ~0x40000u; /* AC */
	resume_at = NULL;
	return EXCEPTION_CONTINUE_EXECUTION;
}

/* Executes code between the labels; a fault goes on behind them. */
#define FAULT(code, ...)                                                       \
	do {                                                                   \
		count = 0;                                                     \
		memset(&seen, 0, sizeof seen);                                 \
		__asm__ volatile("lea 2f(%%rip), %%rax\n\t"                    \
				 "mov %%rax, %0\n\t"                           \
				 "1: " code "\n\t"                             \
				 "2:"                                          \
				 : "=m"(resume_at)                             \
				 : __VA_ARGS__                                 \
				 : "rax", "rcx", "rdx", "rbx", "r8", "r9",     \
				   "r10", "r11", "cc", "memory", "xmm0",       \
				   "xmm1");                                    \
		resume_at = NULL;                                              \
	} while (0)

static void expect(const char *what, DWORD code, DWORD n, ULONG_PTR p0,
		   ULONG_PTR p1)
{
	CHECK(count == 1, "%s: %d exceptions", what, count);
	CHECK(seen.ExceptionCode == code, "%s: code %#lx, want %#lx", what,
	      seen.ExceptionCode, code);
	CHECK(seen.NumberParameters == n, "%s: %lu parameters", what,
	      seen.NumberParameters);
	if (n > 0)
		CHECK(seen.ExceptionInformation[0] == p0, "%s: [0] %#llx", what,
		      (unsigned long long)seen.ExceptionInformation[0]);
	if (n > 1)
		CHECK(seen.ExceptionInformation[1] == p1, "%s: [1] %#llx", what,
		      (unsigned long long)seen.ExceptionInformation[1]);
	CHECK((DWORD64)seen.ExceptionAddress == seen_context.Rip,
	      "%s: address %p, rip %#llx", what, seen.ExceptionAddress,
	      seen_context.Rip);
	CHECK(seen.ExceptionFlags == 0, "%s: flags %#lx", what,
	      seen.ExceptionFlags);
}

static void memory(void)
{
	char *page = VirtualAlloc(NULL, 0x2000, MEM_COMMIT | MEM_RESERVE,
				  PAGE_READWRITE);
	DWORD old;

	FAULT("mov 0x18, %%ecx", "i"(0));
	expect("read near 0", EXCEPTION_ACCESS_VIOLATION, 2, 0, 0x18);
	FAULT("movl $1, 0x28", "i"(0));
	expect("write near 0", EXCEPTION_ACCESS_VIOLATION, 2, 1, 0x28);

	VirtualProtect(page, 0x1000, PAGE_READONLY, &old);
	FAULT("movb $1, 5(%1)", "r"(page));
	expect("write to read-only", EXCEPTION_ACCESS_VIOLATION, 2, 1,
	       (ULONG_PTR)page + 5);
	FAULT("mov 5(%1), %%cl", "r"(page));
	CHECK(count == 0);

	VirtualProtect(page, 0x1000, PAGE_NOACCESS, &old);
	FAULT("mov 5(%1), %%cl", "r"(page));
	expect("read of no access", EXCEPTION_ACCESS_VIOLATION, 2, 0,
	       (ULONG_PTR)page + 5);

	VirtualProtect(page, 0x1000, PAGE_READWRITE, &old);
	page[0] = (char)0xc3;
	FAULT("jmp *%1", "r"(page));
	CHECK(seen.ExceptionCode == EXCEPTION_ACCESS_VIOLATION);
	CHECK_EQ(seen.ExceptionInformation[0], 8);
	CHECK_EQ(seen.ExceptionInformation[1], (ULONG_PTR)page);
	CHECK_EQ(seen_context.Rip, (ULONG_PTR)page);

	VirtualProtect(page, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old);
	FAULT("mov 9(%1), %%cl", "r"(page));
	expect("guard page", EXCEPTION_GUARD_PAGE, 2, 0, (ULONG_PTR)page + 9);
	FAULT("mov 9(%1), %%cl", "r"(page));
	CHECK(count == 0, "a guard page is one only once");

	FAULT("mov (%1), %%ecx", "r"(0x8000000000000000ull));
	expect("not canonical", EXCEPTION_ACCESS_VIOLATION, 2, 0, ~0ull);
	VirtualFree(page, 0, MEM_RELEASE);
}

static void instructions(void)
{
	FAULT("ud2", "i"(0));
	expect("ud2", EXCEPTION_ILLEGAL_INSTRUCTION, 0, 0, 0);
	FAULT("hlt", "i"(0));
	expect("hlt", EXCEPTION_PRIV_INSTRUCTION, 0, 0, 0);
	FAULT("cli", "i"(0));
	expect("cli", EXCEPTION_PRIV_INSTRUCTION, 0, 0, 0);
	FAULT("mov %%cr0, %%rcx", "i"(0));
	expect("mov cr0", EXCEPTION_PRIV_INSTRUCTION, 0, 0, 0);
	FAULT("in $0x60, %%al", "i"(0));
	expect("in", EXCEPTION_PRIV_INSTRUCTION, 0, 0, 0);
	FAULT("int3", "i"(0));
	expect("int3", EXCEPTION_BREAKPOINT, 1, 0, 0);
	FAULT(".byte 0xcd, 0x55", "i"(0));
	expect("int 55h", EXCEPTION_ACCESS_VIOLATION, 2, 0, ~0ull);
	FAULT(".byte 0xcd, 0x2c", "i"(0));
	CHECK_EQ(seen.ExceptionCode, 0xc0000420);
	FAULT("pushfq; orl $0x100, (%%rsp); popfq; nop", "i"(0));
	CHECK_EQ(seen.ExceptionCode, EXCEPTION_SINGLE_STEP);
	CHECK(!(seen_context.EFlags & 0x100), "TF is off for the handler");
}

static void arithmetic(void)
{
	unsigned mxcsr = 0x1f80, unmasked;
	unsigned short fcw = 0x27f, fcw_unmasked = 0x27b;

	FAULT("xor %%edx, %%edx; mov $1, %%eax; xor %%ecx, %%ecx; "
	      "divl %%ecx",
	      "i"(0));
	expect("divide by zero", EXCEPTION_INT_DIVIDE_BY_ZERO, 0, 0, 0);
	FAULT("mov $1, %%edx; xor %%eax, %%eax; mov $1, %%ecx; divl %%ecx",
	      "i"(0));
	expect("quotient too large", EXCEPTION_INT_OVERFLOW, 0, 0, 0);

	unmasked = mxcsr & ~0x200u; /* ZM */
	__asm__ volatile("ldmxcsr %0" : : "m"(unmasked));
	FAULT("mov $1, %%ecx; cvtsi2sd %%ecx, %%xmm0; xorps %%xmm1, %%xmm1; "
	      "divsd %%xmm1, %%xmm0",
	      "i"(0));
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	CHECK_EQ(seen.ExceptionCode, EXCEPTION_FLT_DIVIDE_BY_ZERO);

	unmasked = mxcsr & ~0x80u; /* IM */
	__asm__ volatile("ldmxcsr %0" : : "m"(unmasked));
	FAULT("xorps %%xmm1, %%xmm1; divsd %%xmm1, %%xmm1", "i"(0));
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	CHECK_EQ(seen.ExceptionCode, EXCEPTION_FLT_INVALID_OPERATION);

	__asm__ volatile("fninit; fldcw %0" : : "m"(fcw_unmasked));
	FAULT("fld1; fldz; fdivrp; fwait", "i"(0));
	__asm__ volatile("fninit; fldcw %0" : : "m"(fcw));
	CHECK_EQ(seen.ExceptionCode, EXCEPTION_FLT_DIVIDE_BY_ZERO);
}

/* Every register must come through an exception that goes on. */
static void registers(void)
{
	DWORD64 got[14];
	unsigned char xmm[16];
	static const unsigned char pattern[16] = "0123456789abcde";

	count = 0;
	resume_at = NULL;
	__asm__ volatile(
		"push %%rbp; push %%rbx; push %%r12; push %%r13; push %%r14; "
		"push %%r15; push %0; movups (%1), %%xmm7\n\t"
		"lea 2f(%%rip), %%rax; mov %%rax, (%2)\n\t"
		"mov $1, %%eax; mov $2, %%ebx; mov $3, %%ecx; mov $4, %%edx; "
		"mov $5, %%esi; mov $6, %%edi; mov $7, %%ebp; mov $8, %%r8d; "
		"mov $9, %%r9d; mov $10, %%r10d; mov $11, %%r11d; "
		"mov $12, %%r12d; mov $13, %%r13d; mov $14, %%r14d\n\t"
		"ud2\n\t"
		"2: pop %%r15\n\t"
		"mov %%rax, (%%r15); mov %%rbx, 8(%%r15); "
		"mov %%rcx, 16(%%r15); mov %%rdx, 24(%%r15); "
		"mov %%rsi, 32(%%r15); mov %%rdi, 40(%%r15); "
		"mov %%rbp, 48(%%r15); mov %%r8, 56(%%r15); "
		"mov %%r9, 64(%%r15); mov %%r10, 72(%%r15); "
		"mov %%r11, 80(%%r15); mov %%r12, 88(%%r15); "
		"mov %%r13, 96(%%r15); mov %%r14, 104(%%r15)\n\t"
		"pop %%r15; pop %%r14; pop %%r13; pop %%r12; pop %%rbx; "
		"pop %%rbp"
		:
		: "r"(got), "r"(pattern), "r"(&resume_at)
		: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
		  "memory", "xmm7", "cc");
	__asm__ volatile("movups %%xmm7, %0" : "=m"(xmm));
	CHECK_EQ(count, 1);
	for (int i = 0; i < 14; i++)
		CHECK(got[i] == (DWORD64)i + 1, "register %d: %#llx", i,
		      got[i]);
	CHECK(!memcmp(&seen_context.Xmm7, pattern, 16), "xmm7 in the context");
	CHECK((seen_context.ContextFlags & CONTEXT_ALL) == CONTEXT_ALL,
	      "flags %#lx", seen_context.ContextFlags);
	CHECK_EQ(seen_context.Rax, 1);
	CHECK_EQ(seen_context.R14, 14);
	CHECK_EQ(seen_context.SegCs, 0x33);
	CHECK_EQ(seen_context.SegSs, 0x2b);
}

static void upper_halves(void)
{
	static const unsigned char pattern[32] =
		"0123456789abcdefghijklmnopqrstu";
	unsigned char ymm[32] = { 0 };

	if (!__builtin_cpu_supports("avx"))
		return;
	count = 0;
	__asm__ volatile("vmovups (%1), %%ymm9\n\t"
			 "lea 2f(%%rip), %%rax; mov %%rax, (%2)\n\t"
			 "ud2\n\t"
			 "2: vmovups %%ymm9, (%0); vzeroupper"
			 :
			 : "r"(ymm), "r"(pattern), "r"(&resume_at)
			 : "rax", "memory", "xmm9");
	CHECK_EQ(count, 1);
	CHECK(!memcmp(ymm, pattern, 32), "ymm9 after an exception");
}

int main(void)
{
	void *h = AddVectoredExceptionHandler(1, handler);

	memory();
	instructions();
	arithmetic();
	registers();
	upper_halves();
	RemoveVectoredExceptionHandler(h);
	return check_done();
}
