/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guarded.h - single instructions that may fault.
 *
 * As the kernel's get_user(): each is listed with the place where to go on if
 * it faults, and the engine's signal handler looks there (direct_fixup()).
 * x86-64 only, as all engines are.
 */
#ifndef RF_GUARDED_H
#define RF_GUARDED_H

#include <string.h>

/*
 * Behind an instruction at label 1: the pair {instruction, C label fault}.
 * "volatile" and an empty asm behind belong to it: gcc before 12.4 drops an asm
 * goto whose output is not used.
 */
#define MAY_FAULT                                                              \
	"	.pushsection ex_table, \"a\"\n"                                \
	"	.balign 4\n"                                                   \
	"	.long 1b - ., %l[fault] - .\n"                                 \
	"	.popsection"

/* One move by insn; the guest's side is an integer. */
#define GUARDED_LOAD(type, insn, dst, src)                                     \
	({                                                                     \
		type got_;                                                     \
		asm volatile goto("1:	" insn " (%1), %0\n" MAY_FAULT         \
				  : "=r"(got_)                                 \
				  : "r"(src)                                   \
				  : "memory"                                   \
				  : fault);                                    \
		asm volatile("");                                              \
		memcpy(dst, &got_, sizeof got_);                               \
	})

#define GUARDED_STORE(type, insn, dst, src)                                    \
	({                                                                     \
		type val_;                                                     \
		memcpy(&val_, src, sizeof val_);                               \
		asm volatile goto("1:	" insn " %0, (%1)\n" MAY_FAULT         \
				  :                                            \
				  : "r"(val_), "r"(dst)                        \
				  : "memory"                                   \
				  : fault);                                    \
		asm volatile("");                                              \
	})

#endif
