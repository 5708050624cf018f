/* SPDX-License-Identifier: LGPL-2.1-or-later */
// only: x86_64
/*
 * Tests function tables, virtual unwinding from prologue to epilogue, tables
 * added at run time, stack walks, RtlUnwind to a frame, RtlRestoreContext.
 */
#include <windows.h>
#include <setjmp.h>
#include "check.h"

#pragma GCC diagnostic ignored "-Winfinite-recursion" /* it leaves by a jump   \
						       */

NTSYSAPI USHORT NTAPI RtlCaptureStackBackTrace(ULONG, ULONG, PVOID *, PULONG);

/* Pushes, allocates, saves xmm6 and rsi; restores by epilogue. */
void probe(void);
extern char probe_body[], probe_end[], probe_alloc[], probe_epilog[],
	probe_pop[], probe_ret[];
__asm__(".text\n\t.p2align 4\n\t.seh_proc probe\n"
	"probe:\tpush %rbp\n\t.seh_pushreg %rbp\n\t"
	"push %rbx\n\t.seh_pushreg %rbx\n"
	"probe_alloc: sub $0x40, %rsp\n\t.seh_stackalloc 0x40\n\t"
	"mov %rsi, 0x38(%rsp)\n\t.seh_savereg %rsi, 0x38\n\t"
	"movaps %xmm6, 0x20(%rsp)\n\t.seh_savexmm %xmm6, 0x20\n\t"
	".seh_endprologue\n"
	"probe_body: nop\n\tmovaps 0x20(%rsp), %xmm6\n\tmov 0x38(%rsp), %rsi\n"
	"probe_epilog: add $0x40, %rsp\n"
	"probe_pop: pop %rbx\n\tpop %rbp\n"
	"probe_ret: ret\n"
	"probe_end:\n\t.seh_endproc");

/* As if stopped at pc with a stack that the prologue has made so far. */
static void check_at(const char *what, char *pc, int depth, BOOL saved)
{
	DWORD64 stack[32] __attribute__((aligned(16))) = { 0 };
	DWORD64 *rsp = stack + 20, base, frame = 0;
	RUNTIME_FUNCTION *f;
	CONTEXT c;
	void *data;

	memset(&c, 0, sizeof c);
	c.ContextFlags = CONTEXT_FULL;
	c.Rbp = 0x11;
	c.Rbx = 0x22;
	c.Rsi = 0x33;
	*rsp = 0x7777; /* return address */
	if (depth > 0)
		*--rsp = 0xb0b0; /* rbp */
	if (depth > 1)
		*--rsp = 0xb1b1; /* rbx */
	if (depth > 2) {
		rsp -= 8;
		if (saved)
			rsp[7] = 0x5151;
	}
	c.Rip = (DWORD64)pc;
	c.Rsp = (DWORD64)rsp;
	f = RtlLookupFunctionEntry(c.Rip, &base, NULL);
	CHECK(f != NULL, "%s", what);
	if (!f)
		return;
	CHECK(base == (DWORD64)GetModuleHandleA(NULL), "%s: base", what);
	RtlVirtualUnwind(0, base, c.Rip, f, &c, &data, &frame, NULL);
	CHECK(c.Rip == 0x7777, "%s: rip %#llx", what, c.Rip);
	CHECK(c.Rsp == (DWORD64)(stack + 21), "%s: rsp", what);
	CHECK(c.Rbp == (depth > 0 ? 0xb0b0 : 0x11), "%s: rbp %#llx", what,
	      c.Rbp);
	CHECK(c.Rbx == (depth > 1 ? 0xb1b1 : 0x22), "%s: rbx %#llx", what,
	      c.Rbx);
	CHECK(c.Rsi == (saved ? 0x5151 : 0x33), "%s: rsi %#llx", what, c.Rsi);
}

static void virtual_unwind(void)
{
	check_at("entry", (char *)probe, 0, FALSE);
	check_at("after one push", (char *)probe + 1, 1, FALSE);
	check_at("before the allocation", probe_alloc, 2, FALSE);
	check_at("body", probe_body, 3, TRUE);
	check_at("epilogue", probe_epilog, 3, FALSE);
	check_at("pops", probe_pop, 2, FALSE);
	check_at("ret", probe_ret, 0, FALSE);
}

static void lookup(void)
{
	DWORD64 base = 1;
	void *header;

	CHECK(RtlLookupFunctionEntry((DWORD64)&base, &base, NULL) == NULL,
	      "no code on the stack");
	CHECK(RtlPcToFileHeader((void *)lookup, &header) ==
	      (void *)GetModuleHandleA(NULL));
	CHECK(RtlPcToFileHeader(&base, &header) == NULL && !header);
	CHECK(RtlPcToFileHeader(
		      (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"),
					     "RtlUnwind"),
		      &header) == (void *)GetModuleHandleA("ntdll.dll"));
}

/* ---- code made at run time ---- */

static RUNTIME_FUNCTION made;
static DWORD64 made_base;

static PRUNTIME_FUNCTION CALLBACK give(DWORD64 pc, PVOID context)
{
	CHECK(context == &made);
	return &made;
}

static int by_vector;
static LONG CALLBACK look(EXCEPTION_POINTERS *p)
{
	by_vector++;
	return EXCEPTION_CONTINUE_SEARCH;
}

static void dynamic(void)
{
	/* push %rbx; sub $32,%rsp; call *%rcx; add $32,%rsp; pop %rbx; ret */
	static const unsigned char code[] = { 0x53, 0x48, 0x83, 0xec, 0x20,
					      0xff, 0xd1, 0x90, 0x48, 0x83,
					      0xc4, 0x20, 0x5b, 0xc3 };
	static const unsigned char info[] = { 1, 5, 2, 0, 5, 0x32, 1, 0x30 };
	char *page = VirtualAlloc(NULL, 0x1000, MEM_COMMIT | MEM_RESERVE,
				  PAGE_EXECUTE_READWRITE);
	RUNTIME_FUNCTION *f = (RUNTIME_FUNCTION *)(page + 0x300);
	DWORD64 base = 0;

	memcpy(page, code, sizeof code);
	memcpy(page + 0x200, info, sizeof info);
	f->BeginAddress = 0;
	f->EndAddress = sizeof code;
	f->UnwindData = 0x200;
	made = *f;
	made_base = (DWORD64)page;

	CHECK(RtlLookupFunctionEntry((DWORD64)page + 7, &base, NULL) == NULL);
	CHECK(RtlAddFunctionTable(f, 1, (DWORD64)page));
	CHECK(RtlLookupFunctionEntry((DWORD64)page + 7, &base, NULL) == f);
	CHECK(base == (DWORD64)page);
	CHECK(RtlLookupFunctionEntry((DWORD64)page + sizeof code, &base,
				     NULL) == NULL);
	CHECK(RtlDeleteFunctionTable(f));
	CHECK(!RtlDeleteFunctionTable(f));
	CHECK(RtlLookupFunctionEntry((DWORD64)page + 7, &base, NULL) == NULL);

	CHECK(RtlInstallFunctionTableCallback((DWORD64)page | 3, (DWORD64)page,
					      0x1000, give, &made, NULL));
	CHECK(RtlLookupFunctionEntry((DWORD64)page + 7, &base, NULL) == &made);
	CHECK(base == (DWORD64)page);
	CHECK(RtlDeleteFunctionTable((void *)((DWORD64)page | 3)));
	VirtualFree(page, 0, MEM_RELEASE);
}

/* ---- walks ---- */

static void *trace[64];
static int traced;

__attribute__((noinline)) static int leaf_walk(int n)
{
	traced = RtlCaptureStackBackTrace(0, 64, trace, NULL);
	return n;
}

__attribute__((noinline)) static int recurse(int n)
{
	int r = n ? recurse(n - 1) : leaf_walk(n);

	__asm__ volatile("" : "+r"(r));
	return r + 1;
}

static void walk(void)
{
	int same = 0;

	recurse(10);
	CHECK(traced >= 13, "%d frames", traced);
	for (int i = 1; i < traced - 1; i++)
		same += trace[i] == trace[i + 1];
	CHECK(same >= 9, "%d frames of the recursion", same);
	traced = RtlCaptureStackBackTrace(2, 3, trace, NULL);
	CHECK(traced <= 3);
}

/* ---- leaving ---- */

static jmp_buf buf;

__attribute__((noinline)) static void jump_from(int n)
{
	if (!n)
		longjmp(buf, 5);
	jump_from(n - 1);
	__asm__ volatile(""); /* no tail call */
}

static void long_jump(void)
{
	volatile int times = 0, n;

	while (times < 100) {
		n = setjmp(buf);
		if (!n)
			jump_from(20);
		CHECK_EQ(n, 5);
		times++;
	}
}

static void restore(void)
{
	volatile int times = 0;
	CONTEXT c;

	RtlCaptureContext(&c);
	if (times++ < 3)
		RtlRestoreContext(&c, NULL);
	CHECK_EQ(times, 4);
	CHECK(c.ContextFlags & CONTEXT_CONTROL);
	CHECK(c.Rsp > (DWORD64)&c - 0x10000 && c.Rsp < (DWORD64)&c + 0x10000);
}

int main(void)
{
	void *h = AddVectoredExceptionHandler(0, look);

	lookup();
	virtual_unwind();
	dynamic();
	walk();
	long_jump();
	restore();
	CHECK_EQ(by_vector, 0);
	RemoveVectoredExceptionHandler(h);
	return check_done();
}
