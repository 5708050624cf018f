/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-i686.S - calls into the program that need a register set or a handler
 * registered, 32 bits.
 */
	.text

.macro	function name
	.globl	\name
	.def	\name; .scl 2; .type 32; .endef
	.p2align 4
\name:
.endm

/* The handler \h is registered until end_guard; the frame is at ebp. */
.macro	begin_guard h
	push	%ebp
	mov	%esp, %ebp
	push	%ebx
	push	%esi
	push	%edi
	push	$\h
	pushl	%fs:0
	mov	%esp, %fs:0
.endm

.macro	end_guard
	lea	-20(%ebp), %esp
	popl	%fs:0
	add	$4, %esp
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret
.endm

/* void eh_call_destructor(fn, object) */
function _eh_call_destructor
	begin_guard _eh_no_throw
	mov	12(%ebp), %ecx
	call	*8(%ebp)
	end_guard

/* void eh_call_copy(fn, to, from, most_derived) */
function _eh_call_copy
	begin_guard _eh_no_throw
	cmpl	$0, 20(%ebp)
	je	1f
	push	$1
1:	pushl	16(%ebp)
	mov	12(%ebp), %ecx
	call	*8(%ebp)
	end_guard

/* void eh_call_unwind(fn, frame): a piece of a function works with its ebp */
function _eh_call_unwind
	begin_guard _eh_no_throw
	mov	8(%ebp), %eax
	push	%ebp
	mov	12(%ebp), %ebp
	call	*%eax
	pop	%ebp
	end_guard

/* int eh_call_ebp(fn, ebp): filters and __finally blocks; no handler */
function _eh_call_ebp
	push	%ebp
	push	%ebx
	push	%esi
	push	%edi
	mov	20(%esp), %eax
	mov	24(%esp), %ebp
	xor	%ebx, %ebx
	xor	%esi, %esi
	xor	%edi, %edi
	call	*%eax
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret

/* void eh_jump_ebp(fn, ebp): an __except block takes its esp from its frame */
function _eh_jump_ebp
	mov	4(%esp), %eax
	mov	8(%esp), %ebp
	xor	%ebx, %ebx
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	jmp	*%eax

/* void eh_continue(ip, ebp, esp) */
function _eh_continue
	mov	4(%esp), %eax
	mov	8(%esp), %ebp
	mov	12(%esp), %esp
	jmp	*%eax

/*
 * ULONG_PTR eh_call_catch(fn, ebp, struct active_catch *)
 * The guard record lies directly below the pointer: eh_leaving() finds it.
 */
function _eh_call_catch
	push	%ebp
	mov	%esp, %ebp
	push	%ebx
	push	%esi
	push	%edi
	pushl	16(%ebp)
	push	$_eh_leaving
	pushl	%fs:0
	mov	%esp, %fs:0
	mov	8(%ebp), %eax
	push	%ebp
	mov	12(%ebp), %ebp
	call	*%eax
	pop	%ebp
	lea	-24(%ebp), %esp
	popl	%fs:0
	add	$8, %esp
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret

/* __CxxFrameHandler: eax is the function's FuncInfo; the rest as any handler */
	.globl	___CxxFrameHandler
	.p2align 4
___CxxFrameHandler:
	pushl	%eax
	pushl	20(%esp)
	pushl	20(%esp)
	pushl	20(%esp)
	pushl	20(%esp)
	cld
	call	_eh_frame_handler
	add	$20, %esp
	ret
