/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ci-i686.S - mathematics as the compiler calls it where it knows a function:
 * _CIsin and its like have operands on the x87 stack, two as st(1), st(0), and
 * _libm_sse2_sin_precise and its like in xmm0 and xmm1.
 */
	.text
	.macro	one name
	.globl	__CI\name
__CI\name:
	subl	$8, %esp
	fstpl	(%esp)
	call	_crt_\name
	addl	$8, %esp
	ret
	.endm

	.macro	two name
	.globl	__CI\name
__CI\name:
	subl	$16, %esp
	fstpl	8(%esp)
	fstpl	(%esp)
	call	_crt_\name
	addl	$16, %esp
	ret
	.endm

	.macro	sse_one name
	.globl	__libm_sse2_\name\()_precise
__libm_sse2_\name\()_precise:
	subl	$8, %esp
	movsd	%xmm0, (%esp)
	call	_crt_\name
	fstpl	(%esp)
	movsd	(%esp), %xmm0
	addl	$8, %esp
	ret
	.endm

	.macro	sse_two name
	.globl	__libm_sse2_\name\()_precise
__libm_sse2_\name\()_precise:
	subl	$16, %esp
	movsd	%xmm1, 8(%esp)
	movsd	%xmm0, (%esp)
	call	_crt_\name
	fstpl	(%esp)
	movsd	(%esp), %xmm0
	addl	$16, %esp
	ret
	.endm

	one	acos
	one	asin
	one	atan
	one	cos
	one	cosh
	one	exp
	one	log
	one	log10
	one	sin
	one	sinh
	one	sqrt
	one	tan
	one	tanh
	two	atan2
	two	fmod
	two	pow

	sse_one	acos
	sse_one	asin
	sse_one	atan
	sse_one	cos
	sse_one	exp
	sse_one	log
	sse_one	log10
	sse_one	sin
	sse_one	sqrt
	sse_one	tan
	sse_two	pow
