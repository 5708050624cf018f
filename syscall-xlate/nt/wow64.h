/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64.h - calls of 32-bit programs: their arguments made wide, and the
 * structures that they lay out otherwise (wow64.tbl).
 */
#ifndef RF_NT_WOW64_H
#define RF_NT_WOW64_H

#include "syscall-xlate/nt/nt.h"

/* Bytes behind each thread's TEBs, for the structures of a call. */
#define WOW64_SCRATCH 0x2000

enum {
	WOW64_IN = 1,
	WOW64_OUT = 2,
	/* of layouts */
	WOW64_TAIL = 1,       /* bytes behind, that pointers point to */
	WOW64_LIST = 2,       /* records, linked by the first item */
	WOW64_INPUT = 4,      /* also read before the call */
	WOW64_UNTIL_ZERO = 8, /* elements up to one that is all zero */
};

struct wow64_layout {
	const char *items;
	uint16_t size32, size64; /* of the fixed part */
	uint8_t align32, align64;
	/* Where elements are counted, the sum of two at most; -1: not. */
	int16_t count32[2], count64[2];
	const struct wow64_layout *elem;
	uint32_t flags;
};

extern const struct wow64_layout wow64_process_parameters, wow64_peb,
	wow64_ustr;

/*
 * Host copies: size32 bytes from size64, and the reverse.  Pointers lose their
 * upper halves; input pointers (U, S, L) are copied as they are.
 */
void wow64_narrow(const struct wow64_layout *l, void *dst, const void *src);
void wow64_widen(const struct wow64_layout *l, void *dst, const void *src);

/* For the personality: the row of call nr, and its arguments. */
const struct xlate_call *wow64_find_call(uint32_t nr);
int wow64_fetch_args(struct task *t, const struct guest_regs *regs,
		     const struct xlate_call *call, uint64_t *args);

/* lean.c: lets the engine answer some calls without the thread's FS. */
void lean_init(bool wow64);

#endif
