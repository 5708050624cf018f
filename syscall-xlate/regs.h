/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * regs.h - a guest thread's registers, whatever engine holds them.
 *
 * The first part is read by assembly (engine/direct-x86_64.S); offsets are
 * asserted there.
 */
#ifndef RF_REGS_H
#define RF_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum regs_kind {
	/*
	 * A call by our own stub: what the callee may lose under the
	 * Microsoft x64 convention is not in here.  rip and rsp are those of
	 * the return to the stub's caller; rcx is r10's value.
	 */
	REGS_CALL = 0,
	/* A trapped system call or a fault: every field is the guest's. */
	REGS_FULL = 1,
	/*
	 * A call by 32-bit code through the gate: rip and rsp are those of the
	 * return to the stub itself, rcx and rdx are lost; of fx only the
	 * control words of x87 and SSE are there.
	 */
	REGS_CALL32 = 2,
	/*
	 * As REGS_FULL, but fx and what follows are still in the processor:
	 * regs_complete() of task.h fetches them.
	 */
	REGS_NO_FPU = 3,
};

/*
 * 32-bit code's fs_base is its TEB, set once, when a task starts.  The page at
 * fs_base + GUEST_FS_ROOM is for the engine: the personality maps it, zeroed.
 */
#define GUEST_FS_ROOM 0x1000

struct guest_regs {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t cs, ss;
	uint64_t fs_base;
	uint32_t kind;   /* enum regs_kind */
	uint32_t xstate; /* XSTATE_*: what of ymm_high... is not zero; else
			    there may be anything */
	union {
		uint64_t call_rsp; /* the direct gate's own, not REGS_FULL */
		uint64_t engine;   /* the engine's own, REGS_NO_FPU */
	};
	uint64_t gs_base; /* x64 Windows: the TEB; set once, when a task starts */
	/*
	 * An XSAVE area in the compacted format.  Of x87 and SSE there are only
	 * xmm6-15 and MXCSR if REGS_CALL, only FCW and MXCSR if REGS_CALL32.
	 */
	uint8_t fx[512];
	uint64_t xheader[8]; /* the engine's own, made from xstate */
	uint8_t ymm_high[16][16];
	uint8_t opmask[8][8];	  /* k0-k7 */
	uint8_t zmm_high[16][32]; /* of zmm0-15 */
	uint8_t zmm_more[16][64]; /* zmm16-31 */
} __attribute__((aligned(64)));

/*
 * Components of XSAVE beside x87 and SSE that a task has: what may follow in
 * guest_regs.xstate.  Not among them, so the thread's as they are: PKRU, which
 * nobody here changes; AMX, for which Linux wants to be asked.
 */
enum {
	XSTATE_AVX = 1 << 2,
	XSTATE_OPMASK = 1 << 5,
	XSTATE_ZMM_HIGH = 1 << 6,
	XSTATE_ZMM_MORE = 1 << 7,
	XSTATE_AVX512 = XSTATE_OPMASK | XSTATE_ZMM_HIGH | XSTATE_ZMM_MORE,

	XSTATE_LEGACY = 3,   /* x87 and SSE, in XSTATE_BV */
	XSTATE_HEADER = 64,  /* bytes; components follow it */
	XSTATE_SIZE_MAX = 2176, /* of xstate_size() */
};

/* Those of XSTATE_* that this processor has and its kernel switches. */
uint32_t xstate_features(void);

/*
 * For an engine that loads struct guest_regs with XRSTOR: the mask, 0 before
 * anybody has asked for the features (then only fx counts) or without XSAVE;
 * and XCOMP_BV for xheader, 0 where the two formats are the same.
 */
extern uint32_t xstate_mask;
extern uint64_t xstate_format;
extern bool xstate_masks64; /* AVX-512 with masks of 64 bits (AVX512BW) */

/* Bytes of an area in the standard format, its header's and what follows. */
size_t xstate_size(void);

/*
 * xstate_put() - r's components into an area in the standard format.
 *
 *   r     not REGS_NO_FPU
 *   area  the header and what follows it, xstate_size() bytes at least.  Of its
 *         XSTATE_BV only the bits of XSTATE_* change; what becomes zero in it is
 *         not cleared in memory, as XSAVEOPT has it
 */
void xstate_put(const struct guest_regs *r, void *area);

/*
 * xstate_take() - the other way.
 *
 *   area  the header and what follows it, of either format: XCOMP_BV says
 *   size  bytes there.  What does not fit counts as zero
 */
void xstate_take(struct guest_regs *r, const void *area, size_t size);

#endif
