/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * insn.h - how long x86-64 instructions are, and which memory they are about.
 * Source: Intel SDM volume 2, appendix A (opcode maps).
 */
#ifndef RF_INSN_H
#define RF_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Length of the instruction at p, of which max bytes may be read.  0: it is
 * longer than that, or no instruction that a compiler would emit.
 */
unsigned insn_length(const uint8_t *p, size_t max);

struct insn {
	unsigned length;
	unsigned opcode; /* 0x0f11 for two bytes; VEX and EVEX have the same */
	unsigned modrm;	 /* where that byte is; 0: there is none */
	unsigned rex;	 /* X in bit 1, B in bit 0 */
	char segment;	 /* 'f', 'g' or 0 */
	bool addr32, evex;
};

/* False where insn_length() would be 0. */
bool insn_decode(const uint8_t *p, size_t max, struct insn *i);

#endif
