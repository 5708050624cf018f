/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trap-guest.c - what a system call costs a FreeBSD program whose handler does
 * nothing: at a site that jumps to the gate, and trapped.
 */
#include "bsd.h"

enum { GETPAGESIZE = 64 };

__asm__(".text\n\tint3\n\t.p2align 4, 0xcc\n"
	"site:\n\tmov $64, %eax\n\tsyscall\n\tret\n\t.p2align 4, 0xcc\n");
extern void site(void);

/* The number comes from a register: nothing here may be moved. */
static void trapped(void)
{
	i64 n = GETPAGESIZE;

	__asm__ volatile("lea (%0), %%rax\n\tnop\n\tsyscall"
			 :
			 : "r"(n)
			 : "rax", "rcx", "rdx", "r11", "memory", "cc");
}

static i64 now(void)
{
	i64 ts[2];

	CALL(SYS_clock_gettime, 4, ts);
	return ts[0] * 1000000000 + ts[1];
}

static void report(const char *name, void (*fn)(void), int n)
{
	i64 best = 1l << 60;

	for (int round = 0; round < 7; round++) {
		i64 t = now();

		for (int i = 0; i < n; i++)
			fn();
		t = now() - t;
		best = t < best ? t : best;
	}
	say(name);
	say("\t");
	say_number(best / n);
	say("\n");
}

int test_main(int argc, char **argv)
{
	report("raw call, changed site", site, 100000);
	report("raw call, trapped", trapped, 2000);
	return 0;
}
