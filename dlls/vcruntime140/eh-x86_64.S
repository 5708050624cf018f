/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-x86_64.S - calls into the program that need a frame with a handler.
 */

.macro	function name, handler
	.globl	\name
	.def	\name; .scl 2; .type 32; .endef
	.p2align 4
	.seh_proc \name
\name:
	.seh_handler \handler, @except, @unwind
	sub	$0x28, %rsp
	.seh_stackalloc 0x28
	.seh_endprologue
.endm

.macro	end_function
	nop
	add	$0x28, %rsp
	ret
	.seh_endproc
.endm

	.text

/* void eh_call_destructor(fn, object) */
function eh_call_destructor, eh_no_throw
	mov	%rcx, %rax
	mov	%rdx, %rcx
	call	*%rax
	end_function

/* void eh_call_copy(fn, to, from, most_derived) */
function eh_call_copy, eh_no_throw
	mov	%rcx, %rax
	mov	%rdx, %rcx
	mov	%r8, %rdx
	mov	%r9d, %r8d
	call	*%rax
	end_function

/* void eh_call_unwind(fn, frame): a funclet wants the frame in rdx */
function eh_call_unwind, eh_no_throw
	mov	%rcx, %rax
	call	*%rax
	end_function

/*
 * ULONG_PTR eh_call_catch(fn, frame, struct active_catch *)
 * eh_leaving() finds the third at rsp + 0x20.
 */
function eh_call_catch, eh_leaving
	mov	%r8, 0x20(%rsp)
	mov	%rcx, %rax
	call	*%rax
	end_function
