/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-gate32.S - the door for 32-bit code of this process.
 *
 * 32-bit code owns FS (its TEB), and glibc's base lies in a page behind that.
 * The selector in FS is loaded once per thread; here only bases are exchanged.
 * stdcall keeps ebx, ebp, esi, edi, and nothing of x87 and SSE but the control
 * words, which dispatch() leaves alone.
 */
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/direct-asm.h"

	.text

/* What dispatch() reads of a call; r11 esp, r8 the return address, r10 FS. */
.macro frame32
	movq	$2, R_KIND(%rsp)	/* REGS_CALL32, xstate 0 */
	mov	%rax, R_RAX(%rsp)
	mov	%r8, R_RIP(%rsp)
	add	$4, %r11
	mov	%r11, R_RSP(%rsp)
	mov	%r10, R_FSB(%rsp)
	movq	$CS32, R_CS(%rsp)
	mov	%esi, %esi
	mov	%rsi, R_RSI(%rsp)
	mov	%edi, %edi
	mov	%rdi, R_RDI(%rsp)
	mov	%ebx, %ebx
	mov	%rbx, R_RBX(%rsp)
	mov	%ebp, %ebp
	mov	%rbp, R_RBP(%rsp)
	fnstcw	R_FX(%rsp)
	stmxcsr	FX_MXCSR(%rsp)
.endm

/*
 * From the gate page, by a far jump: eax number; [esp] the return to the stub,
 * [esp+4] the return to its caller, then the arguments.
 */
	.p2align 6
FN(direct_gate32)
	guest_frame_begins
MARK(direct_entry32_begin)
	mov	%esp, %r11d
	mov	%eax, %eax
	lea	xlate_lean_rows(%rip), %r9
	cmp	$LEAN_ROWS, %eax
	jae	full
	cmpb	$0, (%r9,%rax)
	jne	direct_lean_begin
full:	rdfsbase %r10
	mov	%fs:FS_HOST, %r9
	mov	(%r11), %r8d		/* faults as the guest's: see signals */
	wrfsbase %r9
	mov	%fs:host_sp@tpoff, %rsp
	sub	$R_SIZE, %rsp
	cld
	frame32
	mov	FX_MXCSR(%rsp), %eax
	mov	%fs:current_task@tpoff, %rdi
	mov	%rsp, %rsi
	and	$~0x3f, %eax
	cmp	$0x1f80, %eax
	jne	2f
	call	dispatch
	/*
	 * From here on a kick restarts at direct_exit32_pending.  The frame
	 * stays as it is until the jump.
	 */
MARK(direct_exit32_begin)
	mov	%fs:current_task@tpoff, %rax
	cmpl	$0, T_PENDING(%rax)
	jne	direct_exit32_pending
	mov	R_RAX(%rsp), %eax
	mov	R_RSI(%rsp), %esi
	mov	R_RDI(%rsp), %edi
	mov	R_FSB(%rsp), %r10
	mov	R_RSP(%rsp), %r11d
	cmpb	$0, %fs:returns_spoiled@tpoff
	jne	3f
	wrfsbase %r10
	/* The processor predicts a "ret", and those of the callers after it. */
	lea	-4(%r11), %esp
	ljmpl	*ret32(%rip)
	/* Or does not, see returns.h.  Of r8 32-bit code has no use. */
3:	mov	R_RIP(%rsp), %r8d
	mov	%r8d, R_R8(%rsp)
	movl	$CS32, R_R8 + 4(%rsp)
	mov	%rsp, %r9
	wrfsbase %r10
	mov	%r11d, %esp
	ljmpl	*R_R8(%r9)
MARK(direct_exit32_end)
2:	ldmxcsr	default_mxcsr(%rip)
	call	dispatch
	ldmxcsr	FX_MXCSR(%rsp)
	jmp	direct_exit32_begin
MARK(direct_exit32_pending)
	mov	%rsp, %rdi
	call	direct_pending
	/* An APC, or registers set by others: then all of them count. */
	mov	%rsp, %rdi
	cmpl	$1, R_KIND(%rsp)
	je	direct_resume_frame
	jmp	direct_exit32_begin
	guest_frame_ends

/*
 * A call that may be answered with the guest's FS in place.  Where a frame
 * would be lies what is needed to go back, or to make the frame after all.
 */
	.p2align 6
MARK(direct_lean_begin)
	rdfsbase %r10
	mov	%fs:FS_STACK, %rsp
	sub	$L_SIZE, %rsp
	mov	%r11, L_ESP(%rsp)
	mov	%rsi, L_RSI(%rsp)
	mov	%rdi, L_RDI(%rsp)
	mov	%rax, L_RAX(%rsp)
	mov	%r10, L_FSB(%rsp)
	mov	%fs:FS_TASK, %rdi
	mov	%eax, %esi
	cmpl	$0, T_PENDING(%rdi)
	jne	3f
	lea	8(%r11), %rdx
	lea	L_RET(%rsp), %rcx
	cld
	call	*xlate_lean(%rip)
	test	%al, %al
	je	3f
	/* As direct_exit32_begin; a kick makes the frame and ends there. */
MARK(direct_lean_exit)
	mov	%fs:FS_TASK, %rax
	cmpl	$0, T_PENDING(%rax)
	jne	4f
	mov	L_ESP(%rsp), %r11
	mov	L_RET(%rsp), %eax
	mov	L_RSI(%rsp), %rsi
	mov	L_RDI(%rsp), %rdi
	mov	%r11d, %esp
	ljmpl	*ret32(%rip)
MARK(direct_lean_end)
3:	mov	L_ESP(%rsp), %r11
	mov	L_RSI(%rsp), %rsi
	mov	L_RDI(%rsp), %rdi
	mov	L_RAX(%rsp), %rax
	jmp	full
4:	mov	%fs:FS_HOST, %r9
	wrfsbase %r9
MARK(direct_lean_pending)
	mov	L_ESP(%rsp), %r11
	mov	L_RSI(%rsp), %rsi
	mov	L_RDI(%rsp), %rdi
	mov	L_FSB(%rsp), %r10
	mov	L_RET(%rsp), %eax
	mov	(%r11), %r8d
	sub	$R_SIZE - L_SIZE, %rsp
	frame32
	jmp	direct_exit32_begin
MARK(direct_lean_last)

/* Copied to GATE_CODE32 in the gate page. */
	.p2align 4
MARK(direct_page_begin)
	.code32
	ljmp	$CS64, $GATE_CODE64
	.code64
	.org	direct_page_begin + (GATE_CODE64 - GATE_CODE32)
	jmp	*GATE_PTR32
	.org	direct_page_begin + (GATE_RET32 - GATE_CODE32)
	ret	/* as 32-bit code */
MARK(direct_page_end)

	.section .rodata
default_mxcsr:
	.long	0x1f80
ret32:	.long	GATE_RET32
	.short	CS32

	.section .note.GNU-stack, "", @progbits
