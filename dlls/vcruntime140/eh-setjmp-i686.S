/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-setjmp-i686.S - setjmp, 32 bits.
 *
 * int _setjmp(jmp_buf), int _setjmp3(jmp_buf, int count, ...): count 0: not in
 * a __try; else the function that unwinds this frame, its try level, data.
 */
	.text
	.globl	__setjmp, __setjmp3, _eh_jump

.macro	store_registers
	mov	4(%esp), %edx
	mov	%ebp, 0(%edx)
	mov	%ebx, 4(%edx)
	mov	%edi, 8(%edx)
	mov	%esi, 12(%edx)
	lea	4(%esp), %eax
	mov	%eax, 16(%edx)
	mov	(%esp), %eax
	mov	%eax, 20(%edx)
	mov	%fs:0, %eax
	mov	%eax, 24(%edx)
	movl	$-1, 28(%edx)
	movl	$0, 32(%edx)
	movl	$0, 36(%edx)
.endm

	.p2align 4
__setjmp:
	store_registers
	cmp	$-1, %eax
	je	1f
	mov	12(%eax), %eax		/* the level, as _except_handler3 has it */
	mov	%eax, 28(%edx)
1:	xor	%eax, %eax
	ret

	.p2align 4
__setjmp3:
	store_registers
	movl	$0x56433230, 32(%edx)
	cmp	$-1, %eax
	je	3f
	mov	8(%esp), %ecx
	test	%ecx, %ecx
	jz	2f
	push	12(%esp)
	pop	36(%edx)
	cmp	$1, %ecx
	je	2f
	push	16(%esp)
	pop	28(%edx)
	sub	$2, %ecx
	jle	3f
	cmp	$6, %ecx
	jbe	1f
	mov	$6, %ecx
1:	push	%esi
	push	%edi
	lea	28(%esp), %esi
	lea	40(%edx), %edi
	rep movsl
	pop	%edi
	pop	%esi
	jmp	3f
2:	mov	12(%eax), %eax
	mov	%eax, 28(%edx)
3:	xor	%eax, %eax
	ret

/* void eh_jump(jmp_buf, int) */
	.p2align 4
_eh_jump:
	mov	4(%esp), %edx
	mov	8(%esp), %eax
	mov	0(%edx), %ebp
	mov	4(%edx), %ebx
	mov	8(%edx), %edi
	mov	12(%edx), %esi
	mov	20(%edx), %ecx
	mov	16(%edx), %esp
	jmp	*%ecx
