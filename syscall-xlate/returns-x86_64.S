/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * returns-x86_64.S - how functions with RETURNS_BY_CHOICE return: the compiler
 * makes a jump to this name of them.  rcx is free in both conventions.
 */
	.text
	.p2align 5
	.globl	__x86_return_thunk
	.hidden	__x86_return_thunk
	.type	__x86_return_thunk, @function
__x86_return_thunk:
	.cfi_startproc
	cmpb	$0, %fs:returns_spoiled@tpoff
	jne	1f
	ret
1:	pop	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, rcx
	jmp	*%rcx
	.cfi_endproc
	.size	__x86_return_thunk, . - __x86_return_thunk

	.section .note.GNU-stack, "", @progbits
