/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests the calls around exceptions: RtlCaptureContext with every register,
 * NtContinue, RtlRestoreContext with a record that means more, NtRaiseException
 * for both chances, misaligned access, and how processes end that nobody helps:
 * in another thread, by RaiseFailFastException.
 */
// only: x86_64
#include <windows.h>
#include <setjmp.h>
#include <string.h>

#include "self.h"

NTSYSAPI NTSTATUS NTAPI NtContinue(PCONTEXT c, BOOLEAN alert);
NTSYSAPI NTSTATUS NTAPI NtRaiseException(PEXCEPTION_RECORD r, PCONTEXT c,
					 BOOLEAN first);

/* ---- contexts -------------------------------------------------------- */

/* capture(c): with 1, 2, ... in the registers; behind its call: captured. */
void capture(CONTEXT *c);
extern char captured[];
__asm__(".globl capture, captured\n"
	".seh_proc capture\n"
	"capture: push %rbx\n.seh_pushreg %rbx\n"
	"push %rbp\n.seh_pushreg %rbp\n"
	"push %rsi\n.seh_pushreg %rsi\n"
	"push %rdi\n.seh_pushreg %rdi\n"
	"push %r12\n.seh_pushreg %r12\n"
	"push %r13\n.seh_pushreg %r13\n"
	"push %r14\n.seh_pushreg %r14\n"
	"push %r15\n.seh_pushreg %r15\n"
	"sub $0x58, %rsp\n.seh_stackalloc 0x58\n"
	"movaps %xmm6, 0x20(%rsp)\n.seh_savexmm %xmm6, 0x20\n"
	"movaps %xmm15, 0x30(%rsp)\n.seh_savexmm %xmm15, 0x30\n"
	".seh_endprologue\n"
	"mov $4, %ebx; mov $6, %ebp; mov $7, %esi; mov $8, %edi\n"
	"mov $9, %r8d; mov $10, %r9d; mov $11, %r10d; mov $12, %r11d\n"
	"mov $13, %r12d; mov $14, %r13d; mov $15, %r14d; mov $16, %r15d\n"
	"mov $1, %eax; mov $3, %edx\n"
	"movq %rdi, %xmm0; movq %rbx, %xmm6; movq %r15, %xmm15\n"
	"stc\n"
	"call RtlCaptureContext\n"
	"captured: movaps 0x20(%rsp), %xmm6; movaps 0x30(%rsp), %xmm15\n"
	"add $0x58, %rsp\n"
	"pop %r15; pop %r14; pop %r13; pop %r12\n"
	"pop %rdi; pop %rsi; pop %rbp; pop %rbx; ret\n"
	".seh_endproc");

static void capturing(void)
{
	static const char skip = 4; /* rsp */
	DWORD64 at;
	CONTEXT c;

	memset(&c, 0xee, sizeof c);
	capture(&c);
	for (int i = 0; i < 16; i++)
		if (i != skip && i != 1)
			CHECK((&c.Rax)[i] == (DWORD64)i + 1,
			      "register %d: %#llx", i, (&c.Rax)[i]);
	CHECK_EQ(c.Rcx, (DWORD64)&c);
	CHECK_EQ(c.Rip, (DWORD64)captured);
	at = (DWORD64)&at;
	CHECK(c.Rsp > at - 0x1000 && c.Rsp < at && !(c.Rsp & 15), "%#llx",
	      c.Rsp);
	CHECK(c.EFlags & 1);
	CHECK_EQ(c.SegCs, 0x33);
	CHECK_EQ(c.SegSs, 0x2b);
	CHECK_EQ(c.Xmm0.Low, 8);
	CHECK_EQ(c.Xmm6.Low, 4);
	CHECK_EQ(c.Xmm15.Low, 16);
	CHECK_EQ(c.MxCsr, 0x1f80);
	CHECK((c.ContextFlags & CONTEXT_FULL) == CONTEXT_FULL);
}

/* Back behind RtlCaptureContext by either call, more than once. */
static void continuing(void)
{
	volatile int times = 0;
	CONTEXT c;

	RtlCaptureContext(&c);
	if (++times < 4)
		NtContinue(&c, FALSE);
	CHECK_EQ(times, 4);
	RtlCaptureContext(&c);
	if (++times < 8)
		NtContinue(&c, TRUE);
	CHECK_EQ(times, 8);
}

/* A record says that the CONTEXT is not what is to be restored. */
static void restoring_jump(void)
{
	EXCEPTION_RECORD r = { .ExceptionCode = STATUS_LONGJUMP,
			       .NumberParameters = 1 };
	volatile int n = 0, got;
	CONTEXT c = { 0 };
	jmp_buf buf;

	RtlCaptureContext(&c);
	c.Rax = 5; /* what setjmp is to return */
	r.ExceptionInformation[0] = (ULONG_PTR)buf;
	got = setjmp(buf);
	if (!got) {
		n = 1;
		RtlRestoreContext(&c, &r);
		n = 2;
	}
	CHECK_EQ(n, 1);
	CHECK_EQ(got, 5);
}

static volatile int consolidated;
static void *volatile go_on_at;

static void *consolidate(EXCEPTION_RECORD *r)
{
	CHECK_EQ(r->ExceptionCode, STATUS_UNWIND_CONSOLIDATE);
	CHECK_EQ(r->ExceptionInformation[1], 77);
	consolidated++;
	return go_on_at;
}

static void restoring_consolidated(void)
{
	EXCEPTION_RECORD r = { .ExceptionCode = STATUS_UNWIND_CONSOLIDATE,
			       .NumberParameters = 2 };
	volatile int times = 0;
	CONTEXT c;

	RtlCaptureContext(&c);
	times++;
	if (times == 1) {
		go_on_at = (void *)c.Rip;
		r.ExceptionInformation[0] = (ULONG_PTR)consolidate;
		r.ExceptionInformation[1] = 77;
		RtlRestoreContext(&c, &r);
	}
	CHECK_EQ(times, 2);
	CHECK_EQ(consolidated, 1);
}

/* ---- raising --------------------------------------------------------- */

static EXCEPTION_RECORD seen;
static CONTEXT seen_context;
static int count;

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
	count++;
	seen = *p->ExceptionRecord;
	seen_context = *p->ContextRecord;
	if (p->ExceptionRecord->ExceptionCode ==
	    EXCEPTION_DATATYPE_MISALIGNMENT)
		p->ContextRecord->EFlags &= ~0x40000u;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void raising(void)
{
	void *h = AddVectoredExceptionHandler(1, handler);
	EXCEPTION_RECORD r = { .ExceptionCode = 0xe0000042,
			       .ExceptionAddress = (void *)0x1234,
			       .NumberParameters = 2,
			       .ExceptionInformation = { 5, 6 } };
	volatile int times = 0;
	CONTEXT c;

	RtlCaptureContext(&c);
	if (times++ == 0) {
		NtRaiseException(&r, &c, TRUE);
		CHECK(0, "it has come back");
	}
	CHECK_EQ(times, 2);
	CHECK_EQ(count, 1);
	CHECK_EQ(seen.ExceptionCode, 0xe0000042);
	CHECK_EQ((ULONG_PTR)seen.ExceptionAddress, 0x1234);
	CHECK_EQ(seen.ExceptionInformation[1], 6);
	CHECK_EQ(seen_context.Rip, c.Rip);
	CHECK_EQ(seen_context.Rsp, c.Rsp);

	/* More parameters than there is room for are cut off. */
	count = 0;
	RaiseException(0xe0000043, 0, 100,
		       (const ULONG_PTR *)&(ULONG_PTR[100]){ 1, 2 });
	CHECK_EQ(count, 1);
	CHECK_EQ(seen.NumberParameters, EXCEPTION_MAXIMUM_PARAMETERS);
	CHECK_EQ(seen.ExceptionInformation[1], 2);
	RaiseException(0xe0000044, 0, 3, NULL);
	CHECK_EQ(seen.NumberParameters, 0);
	RemoveVectoredExceptionHandler(h);
}

/* Only with the processor's alignment check on, but for vectors. */
static void misaligned(void)
{
	void *h = AddVectoredExceptionHandler(1, handler);
	char bytes[32] __attribute__((aligned(16))) = { 0 };

	count = 0;
	__asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq\n\t"
			 "mov 1(%0), %%eax\n\t"
			 "pushfq; andl $~0x40000, (%%rsp); popfq"
			 :
			 : "r"(bytes)
			 : "rax", "memory", "cc");
	CHECK_EQ(count, 1);
	CHECK_EQ(seen.ExceptionCode, EXCEPTION_DATATYPE_MISALIGNMENT);
	RemoveVectoredExceptionHandler(h);
}

/* ---- ends ------------------------------------------------------------ */

static DWORD WINAPI raiser(void *arg)
{
	RaiseException(0xe0000045, 0, 0, NULL);
	return 0;
}

static LONG WINAPI last(EXCEPTION_POINTERS *p)
{
	ExitProcess(p->ExceptionRecord->ExceptionCode == 0xe0000045 ? 55 : 1);
}

static int end(const char *how)
{
	EXCEPTION_RECORD r = { .ExceptionCode = 0xe0000046 };
	CONTEXT c;

	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
	if (!strcmp(how, "filter"))
		SetUnhandledExceptionFilter(last);
	if (!strcmp(how, "thread") || !strcmp(how, "filter"))
		WaitForSingleObject(CreateThread(NULL, 0, raiser, NULL, 0,
						 NULL),
				    INFINITE);
	if (!strcmp(how, "fail-fast"))
		RaiseFailFastException(NULL, NULL, 0);
	if (!strcmp(how, "fail-fast-record"))
		RaiseFailFastException(&r, NULL, 0);
	if (!strcmp(how, "second")) {
		RtlCaptureContext(&c);
		NtRaiseException(&r, &c, FALSE);
	}
	return 98;
}

static void ends(const char *how, DWORD want)
{
	DWORD got = run_self(how);

	CHECK(got == want, "%s: exit code %#lx, want %#lx", how, got, want);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return end(argv[1]);
	capturing();
	continuing();
	restoring_jump();
	restoring_consolidated();
	raising();
	misaligned();
	ends("thread", 0xe0000045);
	ends("filter", 55);
	ends("second", 0xe0000046);
	ends("fail-fast", (DWORD)0xc0000602); /* STATUS_FAIL_FAST_EXCEPTION */
	ends("fail-fast-record", 0xe0000046);
	return check_done();
}
