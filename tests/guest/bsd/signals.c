/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.c - handlers, their frames, masks, faults, interrupted calls.
 */
#include "bsd.h"

static volatile int count, last_sig, last_code;
static volatile u64 last_addr, last_pid, handler_rsp;

#ifdef FREEBSD
enum { INFO_CODE = 8, INFO_PID = 12, INFO_ADDR = 24, UC_RIP = 16 + 160,
       UC_RAX = 16 + 56, SI_USER_ = 0x10001 };
#else
enum { INFO_CODE = 4, INFO_PID = 16, INFO_ADDR = 16, UC_RIP = 56 + 21 * 8,
       UC_RAX = 56 + 14 * 8, SI_USER_ = 0 };
#endif

static void on_signal(int sig, u8 *info, u8 *uc)
{
	count++;
	last_sig = sig;
	last_code = *(i32 *)(info + INFO_CODE);
	last_pid = *(u32 *)(info + INFO_PID);
	last_addr = *(u64 *)(info + INFO_ADDR);
	handler_rsp = (u64)__builtin_frame_address(0);
	EQUAL(*(i32 *)info, sig);
}

/* Steps over a faulting "mov (%rdi),%rax" (3 bytes), with 77 as its result. */
static void on_fault(int sig, u8 *info, u8 *uc)
{
	on_signal(sig, info, uc);
	*(u64 *)(uc + UC_RIP) += 3;
	*(u64 *)(uc + UC_RAX) = 77;
}

static u64 peek(void *p)
{
	u64 v;

	__asm__ volatile("mov (%%rdi), %%rax" : "=a"(v) : "D"(p) : "memory");
	return v;
}

static struct sigset one(int sig)
{
	struct sigset s = { { 0 } };

	s.bits[(sig - 1) / 32] = 1u << (sig - 1) % 32;
	return s;
}

/*
 * A read that a signal interrupts: EINTR, or made again.  The first signal may come
 * before the read does, so it is sent until it is heard, or a few times.
 */
static void interrupted(i64 pid)
{
	i64 data[1], heard[1], ts[2] = { 0, 10000000 }, child;
	char c = 0;

	CALL(SYS_pipe2, data, 0);
	CALL(SYS_pipe2, heard, 0x4 /* O_NONBLOCK */);
	for (int restart = 0; restart < 2; restart++) {
		EQUAL(set_action(SIGUSR1, on_signal, 0x40 | restart * 2), 0);
		count = 0;
		child = CALL(SYS_fork);
		CHECK(child >= 0);
		if (child < 0)
			break;
		if (child == 0) {
			for (int n = 0; restart ? n < 10 : CALL(SYS_read, (i32)heard[0], &c, 1) != 1;
			     n++) {
				CALL(SYS_kill, pid, SIGUSR1);
				CALL(SYS_nanosleep, ts, 0);
			}
			CALL(SYS_write, data[0] >> 32, "z", 1);
			CALL(SYS_exit, 0);
		}
		if (!restart) {
			FAILS(CALL(SYS_read, (i32)data[0], &c, 1), EINTR);
			CHECK(count > 0);
			EQUAL(set_action(SIGUSR1, (void *)1, 0), 0);
			CALL(SYS_write, heard[0] >> 32, "h", 1);
		}
		EQUAL(CALL(SYS_read, (i32)data[0], &c, 1), 1);
		EQUAL(c, 'z');
		CHECK(count > 0);
		EQUAL(CALL(SYS_wait4, child, 0, 0, 0), child);
	}
}

int test_main(int argc, char **argv)
{
	struct sigset usr1 = one(SIGUSR1), old;
	u64 stack[4096], ss[3];
	i64 pid = CALL(SYS_getpid);
	u64 xmm[2] = { 0x1122334455667788, 0x99aabbccddeeff00 }, back[2];

	/* From oneself: before kill returns. */
	EQUAL(set_action(SIGUSR1, on_signal, 0x40), 0);
	EQUAL(CALL(SYS_kill, pid, SIGUSR1), 0);
	EQUAL(count, 1);
	EQUAL(last_sig, SIGUSR1);
	EQUAL(last_code, SI_USER_);
	EQUAL(last_pid, pid);

	/* Blocked, then not: 1 block, 2 unblock, 3 set. */
	EQUAL(CALL(SYS_sigprocmask, 1, &usr1, &old), 0);
	CALL(SYS_kill, pid, SIGUSR1);
	EQUAL(count, 1);
	EQUAL(CALL(SYS_sigprocmask, 3, &old, &usr1), 0);
	EQUAL(count, 2);
	EQUAL(usr1.bits[0], 1u << (SIGUSR1 - 1));
	FAILS(CALL(SYS_sigprocmask, 9, &old, 0), EINVAL);

	/* Registers of the interrupted code survive, the vector ones too. */
	__asm__ volatile("movups (%[x]), %%xmm9\n\t"
			 "mov %[nr], %%eax\n\t"
			 "syscall\n\t"
			 "movups %%xmm9, (%[b])"
			 :
			 : [x] "r"(xmm), [b] "r"(back), [nr] "i"(SYS_kill),
			   "D"(pid), "S"((i64)SIGUSR1)
			 : "rax", "rcx", "rdx", "r11", "xmm9", "memory");
	EQUAL(count, 3);
	CHECK(back[0] == xmm[0] && back[1] == xmm[1]);

	/* On a stack of its own: sp, size, flags. */
	ss[0] = (u64)stack;
	ss[1] = sizeof stack;
	ss[2] = 0;
	EQUAL(CALL(SYS_sigaltstack, ss, 0), 0);
	EQUAL(set_action(SIGUSR2, on_signal, 0x41), 0);
	CALL(SYS_kill, pid, SIGUSR2);
	CHECK(handler_rsp > (u64)stack &&
	      handler_rsp < (u64)stack + sizeof stack);

	/* A fault, continued behind the instruction. */
	count = 0;
	EQUAL(set_action(SIGSEGV, on_fault, 0x40), 0);
	EQUAL(peek((void *)0x123000), 77);
	EQUAL(count, 1);
	EQUAL(last_code, 1); /* SEGV_MAPERR */
	EQUAL(last_addr, 0x123000);

	interrupted(pid);
	return 0;
}
