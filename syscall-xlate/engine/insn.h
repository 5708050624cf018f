/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * insn.h - how long x86-64 instructions are.
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

#endif
