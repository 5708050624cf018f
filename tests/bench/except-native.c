/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* except-native.c - what Linux has for it: signals. */
#define _GNU_SOURCE
#include "micro.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

static volatile long sink;
static char *page;

double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void handler(int sig, siginfo_t *si, void *uc)
{
	sink++;
	if (sig == SIGSEGV)
		((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP] += 3;
}

static void touch(char *at)
{
	asm volatile("movb $1, (%0)" ::"a"(at) : "memory");
}

static jmp_buf env;

static void jump(void)
{
	longjmp(env, 1);
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO };

	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	BENCH("exception: raise, vectored / signal", 200000, raise(SIGUSR1));
	BENCH("exception: access violation / SIGSEGV", 100000, touch(page));
	BENCH("setjmp + longjmp", 500000, if (!setjmp(env)) jump());
	return 0;
}
