/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xstate.c - what handlers do to registers is not seen where they interrupted:
 * all of them, vector and mask registers too, whatever comes on top of what.
 */
#include "bsd.h"
#include "../lib/vectors.h"

u64 call_with(const struct vectors *in, struct vectors *out, i64 nr, u64 a,
	      u64 b);

/* A call with two arguments, made with these registers. */
__asm__(
	"call_with:\n\t"
	"push %rsi\n\tpush %rdx\n\tpush %rcx\n\tpush %r8\n\t"
	"call load_vectors\n\t"
	"pop %rsi\n\tpop %rdi\n\tpop %rax\n\t"
	"syscall\n\t"
	"pop %rdi\n\tpush %rax\n\t"
	"call store_vectors\n\t"
	"pop %rax\n\tret\n");

static struct vectors main_in, main_out, alarm_in, alarm_out, usr2_in, usr2_out,
	fault_in;
static volatile i32 alarms, usr2s, faults, segv_bad;
static i64 pid, child;

#ifdef FREEBSD
enum { UC_RIP = 16 + 160, UC_RAX = 16 + 56, UC_FLAGS = 16 + 144,
       UC_XSTATE = 16 + 752, UC_XSIZE = 16 + 760, HAS_XSTATE = 4 };
#else
enum { UC_RIP = 56 + 21 * 8, UC_RAX = 56 + 14 * 8 };
#endif

static void on_fault(int sig, u8 *info, u8 *uc)
{
	extern char peek_here[];

	faults++;
	load_vectors(&fault_in);
	if (*(u64 *)(uc + UC_RIP) != (u64)peek_here)
		CALL(SYS_exit, 3);
	*(u64 *)(uc + UC_RIP) += 3;
	*(u64 *)(uc + UC_RAX) = 77;
}

/* A fault on top. */
static void on_usr2(int sig)
{
	usr2s++;
	if (peek_with(&usr2_in, &usr2_out, (void *)0x123000) != 77 ||
	    vectors_differ(&usr2_in, &usr2_out))
		segv_bad++;
}

static volatile i64 nested_differ;

static void on_alarm(int sig)
{
	i32 n = alarms;

	/* A signal to ourselves on top, while these registers are in use. */
	call_with(&alarm_in, &alarm_out, SYS_kill, (u64)pid, SIGUSR2);
	nested_differ += vectors_differ(&alarm_in, &alarm_out);
	if (n == 3) {
		child = CALL(SYS_fork);
		if (child == 0)
			n = 1000; /* it goes back at once, and looks */
	}
	load_vectors(&usr2_in);
	alarms = n + 1;
}

static void timer(i64 usec)
{
	i64 every[4] = { 0, usec, 0, usec };

	CALL(SYS_setitimer, 0, every, 0);
}

/* Out of a handler by a jump, as longjmp() does. */
static void *jump_to[5];

static void on_jump(int sig)
{
	load_vectors(&fault_in);
	__builtin_longjmp(jump_to, 1);
}

static volatile u32 seen_mxcsr;
static volatile u16 seen_fcw;

static void on_float(int sig)
{
	u32 mxcsr;
	u16 fcw;

	__asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(fcw));
	seen_mxcsr = mxcsr;
	seen_fcw = fcw;
	/* There is room for a whole stack. */
	__asm__ volatile("fldz\n\tfldz\n\tfldz\n\tfldz\n\tfldz\n\tfldz\n\t"
			 "fldz\n\tfldz\n\tfnstsw %0" : "=m"(fcw));
	CHECK(!(fcw & 0x41)); /* no stack fault */
}

static void floats(void)
{
	u32 mxcsr = 0x7f80, mxcsr_after;
	u16 fcw = 0x27f, fcw_after;
	double one = 0;

	EQUAL(set_action(SIGUSR1, on_float, 0), 0);
	__asm__ volatile("ldmxcsr %[m]\n\tfldcw %[c]\n\tfld1\n\t"
			 "syscall\n\t"
			 "fstpl %[one]\n\tstmxcsr %[m2]\n\tfnstcw %[c2]\n\t"
			 "fninit\n\tldmxcsr %[normal]"
			 : [one] "=m"(one), [m2] "=m"(mxcsr_after),
			   [c2] "=m"(fcw_after)
			 : [m] "m"(mxcsr), [c] "m"(fcw), "a"(SYS_kill),
			   "D"(pid), "S"((u64)SIGUSR1),
			   [normal] "m"((u32){ 0x1f80 })
			 : "rcx", "rdx", "r11", "memory");
	EQUAL(seen_mxcsr, 0x1f80);
	EQUAL(seen_fcw, 0x37f);
	EQUAL(mxcsr_after, mxcsr);
	EQUAL(fcw_after, fcw);
	CHECK(one == 1.0);
}

#ifdef FREEBSD
static volatile i64 view_bad;

/* The context has all of it, and changes there count. */
static void on_view(int sig, u8 *info, u8 *uc)
{
	u8 *x = *(u8 **)(uc + UC_XSTATE);
	u64 size = *(u64 *)(uc + UC_XSIZE);
	u32 r[4];

	if (!(*(u32 *)(uc + UC_FLAGS) & HAS_XSTATE) || (size < 320)) {
		view_bad = 1;
		return;
	}
	for (i32 i = 0; i < 16; i++)
		for (i32 j = 0; j < 16; j++)
			view_bad += x[64 + 16 * i + j] != main_in.zmm[i][16 + j];
	x[64 + 16 * 3] ^= 0xff;
	if (vectors_have < 2)
		return;
	vectors_cpuid(0xd, r); /* of the masks: size, offset */
	for (i32 i = 0; i < 8; i++)
		view_bad += *(u64 *)(x + r[1] - 512 + 8 * i) != main_in.k[i];
	*(u64 *)(x + r[1] - 512 + 8 * 2) ^= 0xff00;
}

static void view(void)
{
	if (vectors_have == 0)
		return;
	EQUAL(set_action(SIGUSR1, on_view, 0x40), 0);
	call_with(&main_in, &main_out, SYS_kill, (u64)pid, SIGUSR1);
	EQUAL(view_bad, 0);
	main_out.zmm[3][16] ^= 0xff;
	main_out.k[2] ^= vectors_have == 2 ? 0xff00 : 0;
	EQUAL(vectors_differ(&main_in, &main_out), 0);
}
#else
static void view(void)
{
}
#endif

int test_main(int argc, char **argv)
{
	struct sigset none = { { 0 } };
	unsigned long long gprs[VECTORS_GPRS];
	i32 status = -1;

	vectors_find();
	pid = CALL(SYS_getpid);
	vectors_fill(&main_in, 1);
	vectors_fill(&alarm_in, 2);
	vectors_fill(&usr2_in, 3);
	vectors_fill(&fault_in, 4);
	EQUAL(set_action(SIGSEGV, on_fault, 0x40), 0);
	EQUAL(set_action(SIGUSR2, on_usr2, 0x40), 0);
	EQUAL(set_action(SIGALRM, on_alarm, 0x40), 0);

	/* Anywhere, in a loop that makes no calls. */
	timer(1000);
	spin_with(&main_in, &main_out, &alarms, 100, gprs);
	timer(0);
	EQUAL(vectors_differ(&main_in, &main_out), 0);
	for (i32 i = 0; i < VECTORS_GPRS; i++)
		EQUAL(gprs[i], 0x1111 * (i + 1));
	if (child == 0)
		CALL(SYS_exit, failed ? 1 : 42);
	CHECK(child > 0);
	EQUAL(CALL(SYS_wait4, child, &status, 0, 0), child);
	EQUAL(status, 42 << 8);
	EQUAL(nested_differ, 0);
	EQUAL(segv_bad, 0);
	CHECK(usr2s >= 100);
	EQUAL(faults, usr2s);

	/* A call that is trapped, without a signal and with one. */
	call_with(&main_in, &main_out, SYS_getpid, 0, 0);
	EQUAL(vectors_differ(&main_in, &main_out), 0);
	call_with(&main_in, &main_out, SYS_kill, (u64)pid, SIGUSR2);
	EQUAL(vectors_differ(&main_in, &main_out), 0);

	/* A handler that never returns leaves nothing behind. */
	EQUAL(set_action(SIGUSR1, on_jump, 0), 0);
	if (!__builtin_setjmp(jump_to))
		call_with(&alarm_in, &alarm_out, SYS_kill, (u64)pid, SIGUSR1);
	CALL(SYS_sigprocmask, 3, &none, 0);
	call_with(&main_in, &main_out, SYS_kill, (u64)pid, SIGUSR2);
	EQUAL(vectors_differ(&main_in, &main_out), 0);
	EQUAL(peek_with(&main_in, &main_out, (void *)0x123000), 77);
	EQUAL(vectors_differ(&main_in, &main_out), 0);

	floats();
	view();
	return 0;
}
