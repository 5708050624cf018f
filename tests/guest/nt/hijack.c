/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests what JIT runtimes stop their threads with: suspend, look whether the
 * thread is in code of ours, and if so push a call in front of where it is
 * (SetThreadContext).  It comes back by the stack, by NtContinue or by
 * RtlRestoreContext, and nothing in its registers may have changed.
 */
// only: x86_64
#include <windows.h>
#include <string.h>

#include "check.h"

NTSYSAPI NTSTATUS NTAPI NtContinue(PCONTEXT c, BOOLEAN alert);

enum { ROUNDS = 1000, PATIENCE = 60000 };

/*
 * spin(stop, wrong): all registers hold values that follow from each other,
 * flags too, until *stop.  Returns how often it has gone round.
 */
unsigned spin(volatile LONG *stop, volatile LONG *wrong);
extern char spin_from[], spin_to[];
__asm__(".globl spin, spin_from, spin_to\n"
	"spin: push %rbx; push %rbp; push %rsi; push %rdi\n"
	"push %r12; push %r13; push %r14; push %r15\n"
	"sub $0x28, %rsp; movaps %xmm6, (%rsp); movaps %xmm15, 0x10(%rsp)\n"
	"mov $1, %ebx; xor %eax, %eax\n"
	"spin_from:\n"
	"1: lea 1(%rbx), %rsi; lea 2(%rbx), %rdi; lea 3(%rbx), %rbp\n"
	"lea 4(%rbx), %r8; lea 5(%rbx), %r9; lea 6(%rbx), %r10\n"
	"lea 7(%rbx), %r11; lea 8(%rbx), %r12; lea 9(%rbx), %r13\n"
	"lea 10(%rbx), %r14; lea 11(%rbx), %r15\n"
	"movq %rbx, %xmm0; movq %rsi, %xmm6; movq %rdi, %xmm15\n"
	/* Five adds of one number, carry and all, that cancel out. */
	"stc; mov $0, %eax; adc $-1, %rax; jnz 8f\n"
	"cmp %rbx, %rbx; jne 8f\n"
	"sub $1, %rsi; cmp %rbx, %rsi; jne 8f\n"
	"sub $2, %rdi; cmp %rbx, %rdi; jne 8f\n"
	"sub $3, %rbp; cmp %rbx, %rbp; jne 8f\n"
	"sub $4, %r8; cmp %rbx, %r8; jne 8f\n"
	"sub $5, %r9; cmp %rbx, %r9; jne 8f\n"
	"sub $6, %r10; cmp %rbx, %r10; jne 8f\n"
	"sub $7, %r11; cmp %rbx, %r11; jne 8f\n"
	"sub $8, %r12; cmp %rbx, %r12; jne 8f\n"
	"sub $9, %r13; cmp %rbx, %r13; jne 8f\n"
	"sub $10, %r14; cmp %rbx, %r14; jne 8f\n"
	"sub $11, %r15; cmp %rbx, %r15; jne 8f\n"
	"movq %xmm0, %rax; cmp %rbx, %rax; jne 8f\n"
	"movq %xmm6, %rax; dec %rax; cmp %rbx, %rax; jne 8f\n"
	"movq %xmm15, %rax; sub $2, %rax; cmp %rbx, %rax; jne 8f\n"
	"inc %rbx; cmpl $0, (%rcx); je 1b\n"
	"spin_to: jmp 9f\n"
	"8: lock incl (%rdx)\n"
	"9: mov %ebx, %eax; movaps (%rsp), %xmm6; movaps 0x10(%rsp), %xmm15\n"
	"add $0x28, %rsp\n"
	"pop %r15; pop %r14; pop %r13; pop %r12\n"
	"pop %rdi; pop %rsi; pop %rbp; pop %rbx; ret");

/* Where a hijacked thread goes that is to return by its stack. */
void by_stack(void);
__asm__(".globl by_stack\n"
	"by_stack: pushfq; push %rax; push %rcx; push %rdx; push %rbx\n"
	"push %rbp; push %rsi; push %rdi; push %r8; push %r9; push %r10\n"
	"push %r11; push %r12; push %r13; push %r14; push %r15\n"
	"mov %rsp, %rbx; sub $0x140, %rsp; and $-64, %rsp\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"movaps %xmm\\n, 0x20+16*\\n(%rsp)\n"
	".endr\n"
	"cld; call stopped\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"movaps 0x20+16*\\n(%rsp), %xmm\\n\n"
	".endr\n"
	"mov %rbx, %rsp\n"
	"pop %r15; pop %r14; pop %r13; pop %r12; pop %r11; pop %r10\n"
	"pop %r9; pop %r8; pop %rdi; pop %rsi; pop %rbp; pop %rbx\n"
	"pop %rdx; pop %rcx; pop %rax; popfq; ret");

static volatile LONG stop, wrong, stops, rounds;
static HANDLE here, go;

/* What a runtime does at a stop: it waits, others work. */
__attribute__((used)) void stopped(void)
{
	InterlockedIncrement(&stops);
	SetEvent(here);
	WaitForSingleObject(go, INFINITE);
	memset(_alloca(4000), 0x55, 4000);
	__asm__ volatile("xorps %%xmm6, %%xmm6; xorps %%xmm15, %%xmm15" ::
				 : "xmm6", "xmm15");
}

/* And one that is given all of the thread's registers. */
static void by_continue(CONTEXT *c)
{
	stopped();
	NtContinue(c, FALSE);
	InterlockedIncrement(&wrong);
}

static void by_restore(CONTEXT *c)
{
	stopped();
	RtlRestoreContext(c, NULL);
	InterlockedIncrement(&wrong);
}

static DWORD WINAPI spinner(void *arg)
{
	rounds = (LONG)spin(&stop, &wrong);
	return 0;
}

/* Below what it uses; aligned as at a function's first instruction. */
static void push_call(CONTEXT *c, int how)
{
	static void *const to[] = { by_stack, by_continue, by_restore };

	if (!how) {
		c->Rsp -= 8;
		*(DWORD64 *)c->Rsp = c->Rip;
	} else {
		CONTEXT *saved = (CONTEXT *)((c->Rsp - 2 * sizeof *saved) &
					     ~63ull);

		*saved = *c;
		c->Rsp = (DWORD64)saved - 0x28;
		c->Rcx = (DWORD64)saved;
	}
	c->Rip = (DWORD64)to[how];
}

static void hijack(void)
{
	const ULONGLONG end = GetTickCount64() + PATIENCE;
	LONG done[3] = { 0 };
	HANDLE th;
	CONTEXT c;

	here = CreateEventA(NULL, FALSE, FALSE, NULL);
	go = CreateEventA(NULL, FALSE, FALSE, NULL);
	th = CreateThread(NULL, 0, spinner, NULL, 0, NULL);
	/* A loaded machine may not have let it begin yet. */
	for (int n = 0; n < ROUNDS && !wrong && GetTickCount64() < end;) {
		BOOL ours;

		CHECK_EQ(SuspendThread(th), 0);
		memset(&c, 0, sizeof c);
		c.ContextFlags = CONTEXT_FULL;
		CHECK(GetThreadContext(th, &c));
		ours = c.Rip >= (DWORD64)spin_from && c.Rip < (DWORD64)spin_to;
		if (ours) {
			done[n % 3]++;
			push_call(&c, n++ % 3);
			CHECK(SetThreadContext(th, &c));
		}
		CHECK_EQ(ResumeThread(th), 1);
		if (!ours) {
			SwitchToThread();
			continue;
		}
		CHECK_EQ(WaitForSingleObject(here, PATIENCE), WAIT_OBJECT_0);
		SetEvent(go);
	}
	stop = 1;
	CHECK_EQ(WaitForSingleObject(th, PATIENCE), WAIT_OBJECT_0);
	CHECK_EQ(wrong, 0);
	CHECK(done[0] && done[1] && done[2], "%ld %ld %ld", done[0], done[1],
	      done[2]);
	CHECK_EQ(stops, done[0] + done[1] + done[2]);
	CHECK(rounds > 1);
	CloseHandle(th);
	CloseHandle(here);
	CloseHandle(go);
}

int main(void)
{
	hijack();
	return check_done();
}
