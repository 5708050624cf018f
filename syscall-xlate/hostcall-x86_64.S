/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostcall-x86_64.S - see hostcall.h.
 *
 * Up to and including the syscall instruction's address nothing has happened
 * yet; behind it the kernel's result says what has.
 */
#define FN(name) .globl name; .hidden name; .type name, @function; name:
#define MARK(name) .globl name; .hidden name; name:

	.text
FN(host_call)
MARK(host_call_begin)
	cmpl	$0, (%rdi)
	jne	host_call_cancel
	mov	%rsi, %rax
	mov	%rdx, %rdi
	mov	%rcx, %rsi
	mov	%r8, %rdx
	mov	%r9, %r10
	mov	8(%rsp), %r8
	mov	16(%rsp), %r9
	syscall
MARK(host_call_end)
	ret
MARK(host_call_cancel)
	mov	$-4, %rax		/* -EINTR */
	ret
	.size host_call, . - host_call

	.section .note.GNU-stack, "", @progbits
