/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trap-native.c - the bare round trips: a system call, and a SIGSYS whose
 * handler returns at once, by Syscall User Dispatch and by a seccomp filter.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOW 0x20000ul /* code that may not call */

static void on_sys(int sig)
{
}

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

static void native(void)
{
	syscall(SYS_getppid);
}

static void report(const char *name, void (*fn)(void), int n)
{
	long best = 1l << 60;

	for (int round = 0; round < 7; round++) {
		long t = now();

		for (int i = 0; i < n; i++)
			fn();
		t = now() - t;
		best = t < best ? t : best;
	}
	printf("%s\t%ld\n", name, best / n);
	fflush(stdout);
}

int main(void)
{
	/* mov $64,%eax; syscall; ret */
	static const unsigned char code[] = { 0xb8, 64, 0, 0, 0, 0x0f, 5, 0xc3 };
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, f };
	void *p = mmap((void *)LOW, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	memcpy(p, code, sizeof code);
	signal(SIGSYS, on_sys);
	report("raw call, changed site", native, 100000);
	if (fork() == 0) {
		if (prctl(59, 1, LOW + 4096, 0x7fffffff0000ul, 0) == 0)
			report("raw call, trapped (sud)", (void (*)(void))p,
			       2000);
		_exit(0);
	}
	wait(NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0)
		report("raw call, trapped (seccomp)", (void (*)(void))p, 2000);
	return 0;
}
