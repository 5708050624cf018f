/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-asm.h - what the gates share: registers from and to frames, and unwind
 * information for debuggers and profilers.
 *
 * Where a gate calls C, rsp is the frame with the guest's registers (struct
 * guest_regs), and there its caller goes on: on another stack, so that this is
 * a signal's frame to who unwinds.  Before the frame is built and after it is
 * left it is not true; nobody but a sampling profiler looks there.
 */
#ifndef RF_DIRECT_ASM_H
#define RF_DIRECT_ASM_H

#ifdef __ASSEMBLER__

#define FN(name) .globl name; .hidden name; .type name, @function; name:
#define MARK(name) .globl name; .hidden name; name:

/* The frame is at \base; xmm registers from \first on. */
.macro save_xmm base, first=0
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	.if	\n >= \first
	movaps	%xmm\n, FX_XMM(\n)(\base)
	.endif
	.endr
.endm

.macro load_xmm base, first=0
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	.if	\n >= \first
	movaps	FX_XMM(\n)(\base), %xmm\n
	.endif
	.endr
.endm

/* All general registers of the frame at rdi but rcx, rsp and rdi itself. */
.macro load_general
	mov	R_RAX(%rdi), %rax
	mov	R_RBX(%rdi), %rbx
	mov	R_RDX(%rdi), %rdx
	mov	R_RSI(%rdi), %rsi
	mov	R_RBP(%rdi), %rbp
	mov	R_R8(%rdi), %r8
	mov	R_R9(%rdi), %r9
	mov	R_R10(%rdi), %r10
	mov	R_R11(%rdi), %r11
	mov	R_R12(%rdi), %r12
	mov	R_R13(%rdi), %r13
	mov	R_R14(%rdi), %r14
	mov	R_R15(%rdi), %r15
.endm

#define CFI_DEF_CFA_EXPRESSION 0x0f
#define CFI_EXPRESSION	       0x10
#define CFI_BREG_RSP	       0x77
#define CFI_DEREF	       0x06

/* Register number \reg, by DWARF, lies at rsp + \off (64 to 8191). */
.macro kept_at reg, off
	.cfi_escape CFI_EXPRESSION, \reg, 3, CFI_BREG_RSP, (\off & 0x7f) | 0x80, \off >> 7
.endm

.macro kept_near reg, off	/* less than 64 */
	.cfi_escape CFI_EXPRESSION, \reg, 2, CFI_BREG_RSP, \off
.endm

.macro guest_frame_begins
	.cfi_startproc
	.cfi_signal_frame
	.cfi_escape CFI_DEF_CFA_EXPRESSION, 3, CFI_BREG_RSP, R_RSP, CFI_DEREF
	kept_near 0, R_RAX
	kept_near 3, R_RBX
	kept_near 4, R_RSI
	kept_near 5, R_RDI
	kept_near 6, R_RBP
	kept_at 12, R_R12
	kept_at 13, R_R13
	kept_at 14, R_R14
	kept_at 15, R_R15
	kept_at 16, R_RIP
.endm

.macro guest_frame_ends
	.cfi_endproc
.endm

#endif

#endif
