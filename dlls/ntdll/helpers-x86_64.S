/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helpers-x86_64.S - what Microsoft's compiler calls in prologues: touch each
 * page of a large frame (rax bytes) in order, so that the guard page sees it.
 * All registers survive.
 */
	.text
	.globl	__chkstk
	.p2align 4
__chkstk:
	pushq	%rcx
	pushq	%rax
	leaq	24(%rsp), %rcx
	cmpq	$0x1000, %rax
	jb	2f
1:	subq	$0x1000, %rcx
	testq	%rcx, (%rcx)
	subq	$0x1000, %rax
	cmpq	$0x1000, %rax
	jae	1b
2:	subq	%rax, %rcx
	testq	%rcx, (%rcx)
	popq	%rax
	popq	%rcx
	ret
