/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpu.h - what cpuid says, asked for as rarely as possible: in a virtual
 * machine each cpuid is an exit, which costs microseconds (4 to 13 where this
 * was measured, a hundredth of a small program's start), and libc has asked
 * for the usual leaves already.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdint.h>

enum cpu_leaf {
	CPU_LEAF_1,
	CPU_LEAF_7, /* sub-leaf 0 */
	CPU_LEAF_80000001,
	CPU_LEAF_D_1, /* 0xd, sub-leaf 1 */
};

/*
 * cpu_leaf() - EAX, EBX, ECX and EDX of a leaf; zeroes if the processor has
 * none.  Any context; takes no lock.
 */
void cpu_leaf(enum cpu_leaf leaf, uint32_t r[4]);

#endif
