/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helpers-i686.S - what Microsoft's compiler calls for itself: frames larger
 * than a page, 64-bit shifts and divisions, double to 64-bit integer.
 * Division itself is in arith-i686.c.
 */
	.text

/* eax: bytes; they are the caller's when this returns. */
	.globl	__chkstk, __alloca_probe
	.p2align 4
__chkstk:
__alloca_probe:
	pushl	%ecx
	leal	8(%esp), %ecx
1:	cmpl	$0x1000, %eax
	jb	2f
	subl	$0x1000, %ecx
	testl	%ecx, (%ecx)
	subl	$0x1000, %eax
	jmp	1b
2:	subl	%eax, %ecx
	testl	%ecx, (%ecx)
	movl	%esp, %eax
	movl	%ecx, %esp
	movl	(%eax), %ecx
	jmp	*4(%eax)

/* edx:eax shifted by cl */
	.globl	__allshl, __allshr, __aullshr
	.p2align 4
__allshl:
	cmpb	$64, %cl
	jae	zero
	cmpb	$32, %cl
	jae	1f
	shldl	%cl, %eax, %edx
	shll	%cl, %eax
	ret
1:	movl	%eax, %edx
	xorl	%eax, %eax
	shll	%cl, %edx
	ret

	.p2align 4
__allshr:
	cmpb	$64, %cl
	jae	2f
	cmpb	$32, %cl
	jae	1f
	shrdl	%cl, %edx, %eax
	sarl	%cl, %edx
	ret
1:	movl	%edx, %eax
	sarl	$31, %edx
	sarl	%cl, %eax
	ret
2:	sarl	$31, %edx
	movl	%edx, %eax
	ret

	.p2align 4
__aullshr:
	cmpb	$64, %cl
	jae	zero
	cmpb	$32, %cl
	jae	1f
	shrdl	%cl, %edx, %eax
	shrl	%cl, %edx
	ret
1:	movl	%edx, %eax
	xorl	%edx, %edx
	shrl	%cl, %eax
	ret

zero:	xorl	%eax, %eax
	xorl	%edx, %edx
	ret

/* Quotient in edx:eax, remainder in ebx:ecx; the callee pops. */
	.macro	divrem name, div, rem
	.globl	\name
	.p2align 4
\name:
	pushl	16(%esp)
	pushl	16(%esp)
	pushl	16(%esp)
	pushl	16(%esp)
	call	\rem
	pushl	%edx
	pushl	%eax
	pushl	24(%esp)
	pushl	24(%esp)
	pushl	24(%esp)
	pushl	24(%esp)
	call	\div
	popl	%ecx
	popl	%ebx
	ret	$16
	.endm
	divrem	__alldvrm, __alldiv, __allrem
	divrem	__aulldvrm, __aulldiv, __aullrem

/* st(0) to edx:eax, rounded towards zero */
	.globl	__ftol, __ftol2, __ftol2_sse
	.p2align 4
__ftol:
__ftol2:
__ftol2_sse:
	subl	$12, %esp
	fnstcw	8(%esp)
	movzwl	8(%esp), %eax
	orl	$0x0c00, %eax
	movw	%ax, 10(%esp)
	fldcw	10(%esp)
	fistpll	(%esp)
	fldcw	8(%esp)
	movl	(%esp), %eax
	movl	4(%esp), %edx
	addl	$12, %esp
	ret
