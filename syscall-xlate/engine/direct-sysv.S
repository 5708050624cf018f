/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-sysv.S - the door for programs that make raw system calls.
 *
 * A `syscall` instruction's site, patched by direct-patch.c, comes here through
 * a stub: rcx is the address behind the instruction, r11 free, everything
 * else as the kernel would find it.  These programs own FS, so the host finds
 * its thread pointer, and through it the host stack, by GS.
 */
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/direct-asm.h"

	.text
	.p2align 6
FN(direct_gate_sysv)
	guest_frame_begins
MARK(direct_sysv_begin)
	mov	%rsp, %r11
	mov	%gs:host_sp@tpoff, %rsp
	sub	$R_SIZE, %rsp
	cld
	movq	$0, R_KIND(%rsp)	/* REGS_CALL, xstate 0 */
	mov	%rax, R_RAX(%rsp)
	rdfsbase %rax
	mov	%rax, R_FSB(%rsp)
	mov	%gs:0, %rax		/* glibc's thread pointer */
	wrfsbase %rax
	mov	%rcx, R_RIP(%rsp)
	mov	%rcx, R_RCX(%rsp)
	mov	%r11, R_RSP(%rsp)
	movq	$0x202, R_FLAGS(%rsp)
	movq	$0x202, R_R11(%rsp)
	movq	$CS64, R_CS(%rsp)
	movq	$DS32, R_SS(%rsp)
	mov	%rbx, R_RBX(%rsp)
	mov	%rdx, R_RDX(%rsp)
	mov	%rsi, R_RSI(%rsp)
	mov	%rdi, R_RDI(%rsp)
	mov	%rbp, R_RBP(%rsp)
	mov	%r8, R_R8(%rsp)
	mov	%r9, R_R9(%rsp)
	mov	%r10, R_R10(%rsp)
	mov	%r12, R_R12(%rsp)
	mov	%r13, R_R13(%rsp)
	mov	%r14, R_R14(%rsp)
	mov	%r15, R_R15(%rsp)
	save_xmm %rsp
	stmxcsr	FX_MXCSR(%rsp)
	mov	FX_MXCSR(%rsp), %eax
	and	$~0x3f, %eax
	cmp	$0x1f80, %eax
	je	1f
	ldmxcsr	sysv_mxcsr(%rip)
1:	mov	%fs:current_task@tpoff, %rdi
	mov	%rsp, %rsi
MARK(direct_sysv_end)
	call	dispatch
	ldmxcsr	FX_MXCSR(%rsp)
	/* A kick from here on goes to direct_sysv_pending: see direct_gate64. */
MARK(direct_sysv_exit)
	mov	%fs:current_task@tpoff, %rax
	cmpl	$0, T_PENDING(%rax)
	jne	direct_sysv_pending
	load_xmm %rsp
	mov	R_RSI(%rsp), %rsi
	mov	R_RDI(%rsp), %rdi
	mov	R_R8(%rsp), %r8
	mov	R_R9(%rsp), %r9
	mov	R_R10(%rsp), %r10
	mov	R_FSB(%rsp), %rax
	wrfsbase %rax
	mov	R_RAX(%rsp), %rax
	mov	R_RDX(%rsp), %rdx
	mov	R_R11(%rsp), %r11
	mov	R_RIP(%rsp), %rcx
	btl	$0, R_FLAGS(%rsp)	/* carry: the call failed */
	mov	R_RSP(%rsp), %rsp
	jmp	*%rcx
MARK(direct_sysv_exit_end)
MARK(direct_sysv_pending)
	/* All registers count from here on, the vector ones too. */
	load_xmm %rsp
	ldmxcsr	FX_MXCSR(%rsp)
	fxsave64 R_FX(%rsp)
	ldmxcsr	sysv_mxcsr(%rip)
	movl	$1, R_KIND(%rsp)	/* REGS_FULL */
	/* fall through */

/* A kick found guest code running: its registers are in the frame at rsp. */
FN(direct_gate_kick)
	mov	%rsp, %rdi
	call	direct_pending
	mov	%rsp, %rdi
	jmp	direct_resume_frame
	guest_frame_ends

	.section .rodata
sysv_mxcsr:
	.long	0x1f80

	.section .note.GNU-stack, "", @progbits
