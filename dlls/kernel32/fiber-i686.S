/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fiber-i686.S - void fiber_switch(void **from, void *to), cdecl.
 *
 * The layout is also written by CreateFiberEx() for a fiber that has not run.
 */
	.text
	.globl	_fiber_switch
	.def	_fiber_switch; .scl 2; .type 32; .endef
	.p2align 4
_fiber_switch:
	mov	4(%esp), %eax
	mov	8(%esp), %edx
	push	%ebx
	push	%ebp
	push	%edi
	push	%esi
	sub	$8, %esp
	fnstcw	0(%esp)
	stmxcsr	4(%esp)
	mov	%esp, (%eax)
	mov	%edx, %esp
	fldcw	0(%esp)
	ldmxcsr	4(%esp)
	add	$8, %esp
	pop	%esi
	pop	%edi
	pop	%ebp
	pop	%ebx
	ret

	.globl	_fiber_entry
	.def	_fiber_entry; .scl 2; .type 32; .endef
	.p2align 4
_fiber_entry:
	xor	%ebp, %ebp
	and	$-16, %esp
	call	_fiber_main
	int3
