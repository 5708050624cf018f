/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-x86_64.S - the door between foreign code and dispatch().
 *
 * 64-bit foreign code leaves FS alone, so the host stack is found through a
 * thread-local: no guest store can break it.  Every entry builds its frame at
 * host_sp - R_SIZE, so a signal handler knows where that is.
 */
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/direct-asm.h"

	.text

/*
 * Called by a stub of ntdll: eax number; r10 rdx r8 r9 the first arguments;
 * [rsp] the return address, above it 32 bytes of home space, the others.
 * Kept as the Microsoft x64 convention wants: rbx rbp rdi rsi r12-r15,
 * xmm6-15, MXCSR's control bits.
 */
	.p2align 6
FN(direct_gate64)
	guest_frame_begins
MARK(direct_entry_begin)
	mov	%rsp, %r11
	mov	%fs:host_sp@tpoff, %rsp
	sub	$R_SIZE, %rsp
	cld
	mov	(%r11), %rcx
	movq	$0, R_KIND(%rsp)	/* REGS_CALL, xstate 0 */
	mov	%rax, R_RAX(%rsp)
	mov	%rcx, R_RIP(%rsp)
	mov	%r11, R_CALL_RSP(%rsp)
	add	$8, %r11
	mov	%r11, R_RSP(%rsp)
	mov	%r10, R_RCX(%rsp)
	mov	%r10, R_R10(%rsp)
	mov	%rdx, R_RDX(%rsp)
	mov	%r8, R_R8(%rsp)
	mov	%r9, R_R9(%rsp)
	mov	%rsi, R_RSI(%rsp)
	mov	%rdi, R_RDI(%rsp)
	mov	%rbx, R_RBX(%rsp)
	mov	%rbp, R_RBP(%rsp)
	mov	%r12, R_R12(%rsp)
	mov	%r13, R_R13(%rsp)
	mov	%r14, R_R14(%rsp)
	mov	%r15, R_R15(%rsp)
	save_xmm %rsp, 6
	stmxcsr	FX_MXCSR(%rsp)
	mov	FX_MXCSR(%rsp), %eax	/* only an odd MXCSR is worth a load */
	mov	%fs:current_task@tpoff, %rdi
	mov	%rsp, %rsi
	and	$~0x3f, %eax
	cmp	$0x1f80, %eax
	jne	2f
MARK(direct_entry_end)
	call	dispatch
	load_xmm %rsp, 6
	/*
	 * From here on a kick restarts at direct_exit_pending, so that nobody
	 * goes back to the guest past a request.
	 */
MARK(direct_exit_begin)
	mov	%fs:current_task@tpoff, %rax
	cmpl	$0, T_PENDING(%rax)
	jne	direct_exit_pending
	mov	R_RAX(%rsp), %rax
	mov	R_RSI(%rsp), %rsi
	mov	R_RDI(%rsp), %rdi
	cmpb	$0, %fs:returns_spoiled@tpoff
	jne	3f
	mov	R_CALL_RSP(%rsp), %rsp	/* rbx rbp r12-15: kept by dispatch() */
MARK(direct_exit_last)
	ret
MARK(direct_jump_begin)
3:	mov	R_RIP(%rsp), %rcx	/* the same, see returns.h */
	mov	R_RSP(%rsp), %rsp
MARK(direct_jump_last)
	jmp	*%rcx
MARK(direct_exit_end)
2:	ldmxcsr	default_mxcsr(%rip)
	call	dispatch
	ldmxcsr	FX_MXCSR(%rsp)
	load_xmm %rsp, 6
	jmp	direct_exit_begin
MARK(direct_exit_pending)
	mov	%rsp, %rdi
	call	direct_pending
	/* An APC, or registers set by others: then all of them count. */
	mov	%rsp, %rdi
	cmpl	$0, R_KIND(%rsp)
	jne	direct_resume_frame
	load_xmm %rsp, 6
	jmp	direct_exit_begin

/* A signal handler returns to these: rsp is a frame, all registers in it. */
	guest_frame_ends
FN(direct_gate_trap)
	guest_frame_begins
	mov	%rsp, %rdi
	call	direct_trapped
	mov	%rsp, %rdi
	jmp	direct_return_frame
	guest_frame_ends
FN(direct_gate_fault)
	guest_frame_begins
	mov	%rsp, %rdi
	call	direct_faulted
	mov	%rsp, %rdi
	jmp	direct_resume_frame
	guest_frame_ends

/*
 * void direct_enter(const struct guest_regs *first, uint64_t stack_top):
 * stack_top 0 takes the rest of the current stack for the gates.
 */
FN(direct_enter)
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$24, %rsp
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	mov	%rsp, %fs:enter_sp@tpoff
	lea	-128(%rsp), %rax
	test	%rsi, %rsi
	cmovz	%rax, %rsi
	and	$-64, %rsi
	mov	%rsi, %fs:host_sp@tpoff
	cmpl	$CS32, R_CS(%rdi)
	jne	1f
	mov	R_FSB(%rdi), %rax
	mov	%rsi, FS_STACK(%rax)
	mov	%fs:current_task@tpoff, %rcx
	mov	%rcx, FS_TASK(%rax)
1:	lea	-R_SIZE(%rsi), %rdx
	mov	%rdi, %rsi
	mov	%rdx, %rdi
	mov	$R_SIZE, %ecx
	lea	-256(%rdx), %rsp	/* above it is the frame */
	cld
	rep movsb
	mov	%rdx, %rdi
	/* fall through */

/*
 * Makes the frame's header, and edx:eax the mask that xrstor wants; ZF: there is
 * no XSAVE, or nobody has had anything to load yet.
 */
.macro xstate_mask_at_rdi
	mov	R_XSTATE(%rdi), %eax
	or	$3, %eax
	mov	%rax, R_XHEADER(%rdi)
	mov	xstate_format(%rip), %rax
	mov	%rax, R_XHEADER + 8(%rdi)
	xor	%edx, %edx
	.irp	n, 2,3,4,5,6,7
	mov	%rdx, R_XHEADER + 8 * \n(%rdi)
	.endr
	mov	xstate_mask(%rip), %eax
	test	%eax, %eax
.endm

/* void direct_resume_frame(struct guest_regs *): either bitness. */
FN(direct_resume_frame)
	guest_frame_begins
MARK(direct_resume_begin)
	mov	%rdi, %rsp
	mov	%fs:current_task@tpoff, %rax
	cmpl	$0, T_PENDING(%rax)
	jne	3f
	xstate_mask_at_rdi
	je	1f
	xrstor64 R_FX(%rdi)
	jmp	2f
1:	fxrstor64 R_FX(%rdi)
2:	pushq	R_SS(%rdi)
	pushq	R_RSP(%rdi)
	pushq	R_FLAGS(%rdi)
	pushq	R_CS(%rdi)
	pushq	R_RIP(%rdi)
	mov	R_FSB(%rdi), %rax
	wrfsbase %rax			/* the selector in FS is not touched */
	mov	R_RCX(%rdi), %rcx
	load_general
	mov	R_RDI(%rdi), %rdi
	iretq

/*
 * The same behind a system call, which leaves its return address in rcx: without
 * iretq, and without fxrstor where x87 is as empty as the handler's C code
 * leaves it.  (sigreturn does not come here, but by task_resume().)
 */
direct_return_frame:
	mov	%fs:current_task@tpoff, %rax
	cmpl	$0, T_PENDING(%rax)
	jne	direct_resume_frame
	cmpl	$0x37f, R_FX(%rdi)	/* control and status words */
	jne	direct_resume_frame
	cmpb	$0, R_FX + 4(%rdi)	/* registers in use */
	jne	direct_resume_frame
	cmpl	$CS64, R_CS(%rdi)
	jne	direct_resume_frame
	testl	$0x100, R_FLAGS(%rdi)	/* single step */
	jne	direct_resume_frame
	ldmxcsr	FX_MXCSR(%rdi)
	load_xmm %rdi
	testb	$XSTATE_BIT_AVX, R_XSTATE(%rdi)
	je	1f
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vinsertf128 $1, R_YMM + 16 * \n(%rdi), %ymm\n, %ymm\n
	.endr
1:	testb	$XSTATE_BITS_AVX512, xstate_mask(%rip)
	jne	4f
2:	mov	R_FSB(%rdi), %rax
	wrfsbase %rax
	pushq	R_FLAGS(%rdi)
	popfq
	mov	R_RIP(%rdi), %rcx
	load_general
	mov	R_RSP(%rdi), %rsp
	mov	R_RDI(%rdi), %rdi
	jmp	*%rcx
	/*
	 * AVX-512, whose registers glibc's string functions use.  By hand, since
	 * xrstor takes 70 ns; last, since what writes to ymm clears the rest.
	 */
4:	cmpb	$0, xstate_masks64(%rip)
	je	direct_resume_frame
	testb	$XSTATE_BIT_OPMASK, R_XSTATE(%rdi)
	je	5f
	.irp	n, 0,1,2,3,4,5,6,7
	kmovq	R_OPMASK + 8 * \n(%rdi), %k\n
	.endr
	jmp	6f
5:	.irp	n, 0,1,2,3,4,5,6,7
	kxorq	%k\n, %k\n, %k\n
	.endr
6:	testb	$XSTATE_BIT_ZMM_MORE, R_XSTATE(%rdi)
	je	7f
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vmovaps	R_ZMM_MORE + 64 * (\n - 16)(%rdi), %zmm\n
	.endr
	jmp	8f
7:	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vpxorq	%zmm\n, %zmm\n, %zmm\n
	.endr
8:	testb	$XSTATE_BIT_ZMM_HIGH, R_XSTATE(%rdi)
	je	2b
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vinsertf64x4 $1, R_ZMM_HIGH + 32 * \n(%rdi), %zmm\n, %zmm\n
	.endr
	jmp	2b
MARK(direct_resume_end)
3:	call	direct_pending		/* rdi is the frame, and so is rsp */
	mov	%rsp, %rdi
	jmp	direct_resume_frame

/* void direct_leave_asm(void): makes direct_enter() return. */
	guest_frame_ends
FN(direct_leave_asm)
	mov	%fs:enter_sp@tpoff, %rsp
	ldmxcsr	(%rsp)
	fldcw	4(%rsp)
	cld
	add	$24, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

/*
 * Every signal handler.  It runs on an aligned alternate stack whose first
 * word is glibc's FS; what FS was goes back when the handler returns.
 */
FN(direct_sig_entry)
	.cfi_startproc
	mov	%rsp, %rax
	and	$-ALTSTACK, %rax
	rdfsbase %rcx
	push	%rcx
	.cfi_adjust_cfa_offset 8
	mov	(%rax), %rax
	wrfsbase %rax
	mov	%rsp, %rcx		/* the handler may edit the saved FS */
	cld
	call	direct_on_signal
	test	%rax, %rax
	jne	1f
	pop	%rcx
	.cfi_adjust_cfa_offset -8
	wrfsbase %rcx
	ret				/* to the restorer: rt_sigreturn */
	.cfi_adjust_cfa_offset 8
1:	mov	%rax, %rsp
	jmp	direct_gate_trap
	.cfi_endproc

/*
 * int direct_copy(void *to, const void *from, size_t n): memcpy, guarded.
 * memcpy is a leaf; but what it may use is saved all the same, since a fault
 * abandons it anywhere.
 */
FN(direct_copy)
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$8, %rsp
	mov	%rsp, %fs:recover@tpoff
	call	memcpy@PLT
	xor	%eax, %eax
1:	movq	$0, %fs:recover@tpoff
	add	$8, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
MARK(direct_copy_fault)
	cld
	mov	$-14, %eax		/* -EFAULT */
	jmp	1b

	.section .rodata
default_mxcsr:
	.long	0x1f80

	.section .note.GNU-stack, "", @progbits
