/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-setjmp-x86_64.S - setjmp: int _setjmp(jmp_buf rcx, void *frame rdx)
 *
 * frame is the caller's, for longjmp() to unwind to; 0: do not unwind.
 */
	.text
	.globl	_setjmp, _setjmpex, __intrinsic_setjmp, __intrinsic_setjmpex
	.p2align 4
_setjmp:
_setjmpex:
__intrinsic_setjmp:
__intrinsic_setjmpex:
	mov	%rdx, 0x00(%rcx)
	mov	%rbx, 0x08(%rcx)
	lea	8(%rsp), %rax
	mov	%rax, 0x10(%rcx)
	mov	%rbp, 0x18(%rcx)
	mov	%rsi, 0x20(%rcx)
	mov	%rdi, 0x28(%rcx)
	mov	%r12, 0x30(%rcx)
	mov	%r13, 0x38(%rcx)
	mov	%r14, 0x40(%rcx)
	mov	%r15, 0x48(%rcx)
	mov	(%rsp), %rax
	mov	%rax, 0x50(%rcx)
	stmxcsr	0x58(%rcx)
	fnstcw	0x5c(%rcx)
	movups	%xmm6, 0x60(%rcx)
	movups	%xmm7, 0x70(%rcx)
	movups	%xmm8, 0x80(%rcx)
	movups	%xmm9, 0x90(%rcx)
	movups	%xmm10, 0xa0(%rcx)
	movups	%xmm11, 0xb0(%rcx)
	movups	%xmm12, 0xc0(%rcx)
	movups	%xmm13, 0xd0(%rcx)
	movups	%xmm14, 0xe0(%rcx)
	movups	%xmm15, 0xf0(%rcx)
	xor	%eax, %eax
	ret

/* void eh_jump(jmp_buf rcx, int edx) */
	.globl	eh_jump
	.p2align 4
eh_jump:
	mov	%edx, %eax
	mov	0x08(%rcx), %rbx
	mov	0x18(%rcx), %rbp
	mov	0x20(%rcx), %rsi
	mov	0x28(%rcx), %rdi
	mov	0x30(%rcx), %r12
	mov	0x38(%rcx), %r13
	mov	0x40(%rcx), %r14
	mov	0x48(%rcx), %r15
	ldmxcsr	0x58(%rcx)
	fnclex
	fldcw	0x5c(%rcx)
	movups	0x60(%rcx), %xmm6
	movups	0x70(%rcx), %xmm7
	movups	0x80(%rcx), %xmm8
	movups	0x90(%rcx), %xmm9
	movups	0xa0(%rcx), %xmm10
	movups	0xb0(%rcx), %xmm11
	movups	0xc0(%rcx), %xmm12
	movups	0xd0(%rcx), %xmm13
	movups	0xe0(%rcx), %xmm14
	movups	0xf0(%rcx), %xmm15
	mov	0x50(%rcx), %rdx
	mov	0x10(%rcx), %rsp
	jmp	*%rdx
