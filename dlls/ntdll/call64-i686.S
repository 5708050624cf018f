/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call64-i686.S - a call as 64-bit code makes it, from a 32-bit program: a far
 * jump to 64 bits, "int 2Eh", and back.  It costs a fault, which is of no
 * matter to those few that cannot be made otherwise (wow64-i686.c).
 */
	.text

/*
 * NTSTATUS rf_call64(ULONG number, const ULONG64 args[8]), cdecl.
 * 64-bit code keeps no more of the registers than 32-bit code can see.
 */
	.globl	_rf_call64
	.def	_rf_call64; .scl 2; .type 32; .endef
	.p2align 4
_rf_call64:
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	8(%ebp), %eax
	movl	12(%ebp), %esi
	subl	$0x50, %esp		/* 0x28, then the arguments on the stack */
	andl	$-16, %esp
	pushl	$0x33
	pushl	$1f
	lret

	.code64
1:	movl	%esp, %esp		/* what was above is undefined */
	movl	%esi, %esi
	movq	(%rsi), %r10
	movq	8(%rsi), %rdx
	movq	16(%rsi), %r8
	movq	24(%rsi), %r9
	movq	32(%rsi), %rcx
	movq	%rcx, 0x28(%rsp)
	movq	40(%rsi), %rcx
	movq	%rcx, 0x30(%rsp)
	movq	48(%rsi), %rcx
	movq	%rcx, 0x38(%rsp)
	movq	56(%rsi), %rcx
	movq	%rcx, 0x40(%rsp)
	int	$0x2e
	subq	$8, %rsp
	movl	$0x23, 4(%rsp)
	movl	$2f, (%rsp)
	lretl

	.code32
2:	leal	-12(%ebp), %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
