/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * regs.h - a guest thread's registers, whatever engine holds them.
 *
 * The first part is read by assembly (engine/direct-x86_64.S); offsets are
 * asserted there.
 */
#ifndef RF_REGS_H
#define RF_REGS_H

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
	 * As REGS_FULL, but fx and ymm_high are still in the processor:
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
	uint32_t kind;    /* enum regs_kind */
	uint32_t has_ymm; /* ymm_high is valid and to be loaded */
	union {
		uint64_t call_rsp; /* the direct gate's own, not REGS_FULL */
		uint64_t engine;   /* the engine's own, REGS_NO_FPU */
	};
	uint64_t gs_base; /* x64 Windows: the TEB; set once, when a task starts */
	uint8_t fx[512];  /* FXSAVE64 image; only xmm6-15 and MXCSR if
			     REGS_CALL, only FCW and MXCSR if REGS_CALL32 */
	uint8_t ymm_high[16][16];
} __attribute__((aligned(64)));

#endif
