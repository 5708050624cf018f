/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fiber-x86_64.S - void fiber_switch(void **from, void *to).
 *
 * Keeps what the Microsoft x64 convention says a callee keeps.  The layout is
 * also written by CreateFiberEx() for a fiber that has not run yet.
 */
	.text
	.globl	fiber_switch
	.def	fiber_switch; .scl 2; .type 32; .endef
	.p2align 4
fiber_switch:
	push	%rbx
	push	%rbp
	push	%rdi
	push	%rsi
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	/* Entered at 8 mod 16, eight pushes: 8 more makes the rest aligned. */
	sub	$0xb0, %rsp
	movups	%xmm6, 0x08(%rsp)
	movups	%xmm7, 0x18(%rsp)
	movups	%xmm8, 0x28(%rsp)
	movups	%xmm9, 0x38(%rsp)
	movups	%xmm10, 0x48(%rsp)
	movups	%xmm11, 0x58(%rsp)
	movups	%xmm12, 0x68(%rsp)
	movups	%xmm13, 0x78(%rsp)
	movups	%xmm14, 0x88(%rsp)
	movups	%xmm15, 0x98(%rsp)
	stmxcsr	0x00(%rsp)
	fnstcw	0x04(%rsp)
	mov	%rsp, (%rcx)
	mov	%rdx, %rsp
	fldcw	0x04(%rsp)
	ldmxcsr	0x00(%rsp)
	movups	0x08(%rsp), %xmm6
	movups	0x18(%rsp), %xmm7
	movups	0x28(%rsp), %xmm8
	movups	0x38(%rsp), %xmm9
	movups	0x48(%rsp), %xmm10
	movups	0x58(%rsp), %xmm11
	movups	0x68(%rsp), %xmm12
	movups	0x78(%rsp), %xmm13
	movups	0x88(%rsp), %xmm14
	movups	0x98(%rsp), %xmm15
	add	$0xb0, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rsi
	pop	%rdi
	pop	%rbp
	pop	%rbx
	ret

	/* A new fiber: the stack is empty but for its home space. */
	.globl	fiber_entry
	.def	fiber_entry; .scl 2; .type 32; .endef
	.p2align 4
fiber_entry:
	.seh_proc fiber_entry
	.seh_endprologue
	xor	%ebp, %ebp
	and	$-16, %rsp
	sub	$0x20, %rsp
	call	fiber_main
	int3
	.seh_endproc
