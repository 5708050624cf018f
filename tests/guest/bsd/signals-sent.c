/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals-sent.c - the signals of faults, sent by kill: handlers, ignored ones,
 * blocked ones and those that nobody wants are as with any other.
 */
#include "bsd.h"

#ifdef FREEBSD
enum { SYS_SIGPENDING = 343, SYS_SIGTIMEDWAIT = 345 };
#else
enum { SYS_SIGPENDING = 292, SYS_SIGTIMEDWAIT = 431 };
#endif
enum { SIGSYS_ = 12, BLOCK = 1, SETMASK = 3 };
enum { SIGINFO = 0x40, RESETHAND = 4 };

static const int faults[] = { SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV, SIGSYS_ };
static volatile int count, last_sig;

static void on_signal(int sig)
{
	count++;
	last_sig = sig;
}

static u64 pending(void)
{
	struct sigset s = { { 0 } };

	EQUAL(CALL(SYS_SIGPENDING, &s), 0);
	return s.bits[0];
}

static void one(int sig)
{
	const i64 me = CALL(SYS_getpid);
	struct sigset set = { { 1u << (sig - 1) } }, old;

	count = 0;
	EQUAL(set_action(sig, (void *)on_signal, SIGINFO), 0);
	EQUAL(CALL(SYS_kill, me, sig), 0);
	EQUAL(count, 1);
	EQUAL(last_sig, sig);

	EQUAL(CALL(SYS_sigprocmask, BLOCK, &set, &old), 0);
	EQUAL(CALL(SYS_kill, me, sig), 0);
	EQUAL(count, 1);
	EQUAL(pending(), set.bits[0]);
	EQUAL(CALL(SYS_sigprocmask, SETMASK, &old, 0), 0);
	EQUAL(count, 2);
	EQUAL(pending(), 0);

	EQUAL(set_action(sig, (void *)1 /* SIG_IGN */, 0), 0);
	EQUAL(CALL(SYS_kill, me, sig), 0);
	EQUAL(count, 2);

	/* Blocked, and ignored before it is not. */
	EQUAL(set_action(sig, (void *)on_signal, SIGINFO), 0);
	EQUAL(CALL(SYS_sigprocmask, BLOCK, &set, 0), 0);
	EQUAL(CALL(SYS_kill, me, sig), 0);
	EQUAL(set_action(sig, (void *)1, 0), 0);
	EQUAL(CALL(SYS_sigprocmask, SETMASK, &old, 0), 0);
	EQUAL(count, 2);
	EQUAL(set_action(sig, (void *)0 /* SIG_DFL */, 0), 0);
}

/* How a child ends that does as how says and is sent sig. */
static i32 ended(int sig, int how)
{
	const i64 minute[2] = { 60, 0 };
	i32 status = -1;
	i64 fds[1], child;
	char c;

	CALL(SYS_pipe2, fds, 0);
	child = CALL(SYS_fork);
	if (child == 0) {
		if (how == 2)
			set_action(sig, (void *)on_signal, SIGINFO | RESETHAND);
		CALL(SYS_write, fds[0] >> 32, "r", 1);
		if (how == 2) {
			while (!count)
				CALL(SYS_sched_yield);
			/* Memory that nobody has touched is there even so. */
			for (u8 *p = map(1 << 20, 3), *q = p; q < p + (1 << 20); q += 4096)
				*q = 1;
			CALL(SYS_kill, CALL(SYS_getpid), sig);
		}
		for (;;)
			if (how == 1)
				CALL(SYS_nanosleep, minute, 0);
	}
	CALL(SYS_read, (i32)fds[0], &c, 1);
	EQUAL(CALL(SYS_kill, child, sig), 0);
	EQUAL(CALL(SYS_wait4, child, &status, 0, 0), child);
	CALL(SYS_close, (i32)fds[0]);
	CALL(SYS_close, fds[0] >> 32);
	return status & 0x7f;
}

/* Does the process sleep?  As the host says; true where it does not. */
static int sleeps(i64 pid)
{
	char path[40] = "/proc/", digits[12], text[512];
	int n = 0, at = 6, fd;
	i64 len;

	do
		digits[n++] = (char)('0' + pid % 10);
	while (pid /= 10);
	while (n)
		path[at++] = digits[--n];
	for (const char *s = "/stat"; (path[at++] = *s++);)
		;
	fd = (int)CALL(SYS_open, path, 0);
	if (fd < 0)
		return 1;
	len = CALL(SYS_read, fd, text, sizeof text);
	CALL(SYS_close, fd);
	for (i64 i = 0; i + 2 < len; i++)
		if (text[i] == ')')
			return text[i + 2] == 'S';
	return 1;
}

/* Waited for by who has it blocked, and sleeps by then. */
static void waited_for(int sig)
{
	struct sigset set = { { 1u << (sig - 1) } };
	i64 fds[1], child;
	i32 status;
	char c;

	CALL(SYS_pipe2, fds, 0);
	child = CALL(SYS_fork);
	if (child == 0) {
		CALL(SYS_sigprocmask, BLOCK, &set, 0);
		CALL(SYS_write, fds[0] >> 32, "r", 1);
#ifdef FREEBSD
		CALL(SYS_exit, CALL(SYS_SIGTIMEDWAIT, &set, 0, 0));
#else
		{
			i32 info[32];

			EQUAL(CALL(SYS_SIGTIMEDWAIT, &set, info, 0), 0);
			CALL(SYS_exit, info[0]);
		}
#endif
	}
	CALL(SYS_read, (i32)fds[0], &c, 1);
	while (!sleeps(child))
		CALL(SYS_sched_yield);
	EQUAL(CALL(SYS_kill, child, sig), 0);
	EQUAL(CALL(SYS_wait4, child, &status, 0, 0), child);
	EQUAL(status, sig << 8);
	CALL(SYS_close, (i32)fds[0]);
	CALL(SYS_close, fds[0] >> 32);
}

int test_main(int argc, char **argv)
{
	for (u64 i = 0; i < sizeof faults / sizeof *faults; i++) {
		one(faults[i]);
		count = 0;
		for (int how = 0; how < 3; how++)
			EQUAL(ended(faults[i], how), faults[i]);
		waited_for(faults[i]);
	}
	return failed;
}
