/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ci-i686.S - _CIsin and its like: mathematics with operands on the x87 stack.
 *
 * The compiler's intrinsic form; two operands come as st(1), st(0).
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
