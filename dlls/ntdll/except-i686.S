/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * except-i686.S - the kernel's entries and the register work of exceptions,
 * 32 bits.
 *
 * There is no unwind data: every function with a handler keeps a registration
 * record on its stack, in a list that begins at fs:[0].
 */

#define C_FLAGS 0x00
#define C_GS 0x8c
#define C_FS 0x90
#define C_ES 0x94
#define C_DS 0x98
#define C_EDI 0x9c
#define C_ESI 0xa0
#define C_EBX 0xa4
#define C_EDX 0xa8
#define C_ECX 0xac
#define C_EAX 0xb0
#define C_EBP 0xb4
#define C_EIP 0xb8
#define C_CS 0xbc
#define C_EFLAGS 0xc0
#define C_ESP 0xc4
#define C_SS 0xc8
#define C_SIZE 0x2cc

#define FULL 0x10007

	.text

.macro	function name
	.globl	\name
	.def	\name; .scl 2; .type 32; .endef
	.p2align 4
\name:
.endm

/* eax: where the thread starts, ebx: its argument */
function _RtlUserThreadStart@8
	push	%ebx
	push	%eax
	call	_rf_thread_start@8
	int3

/* esp: EXCEPTION_RECORD *, CONTEXT * */
function _KiUserExceptionDispatcher@8
	cld
	mov	(%esp), %eax
	mov	4(%esp), %ecx
	push	%ecx
	push	%eax
	call	_rf_user_exception
	int3

/* esp: routine, three arguments; CONTEXT at 0x10 */
function _KiUserApcDispatcher@16
	lea	0x10(%esp), %edi
	pop	%eax
	call	*%eax			/* pops its arguments */
	push	$1
	push	%edi
	call	_NtContinue@8
	push	%eax
	call	_RtlRaiseStatus@4
	int3

/* esp: unused, number, argument, length */
function _KiUserCallbackDispatcher@16
	mov	4(%esp), %ecx
	mov	%fs:0x30, %edx
	mov	0x2c(%edx), %edx	/* PEB.KernelCallbackTable */
	pushl	12(%esp)
	pushl	12(%esp)
	call	*(%edx,%ecx,4)
	push	%eax
	push	$0
	push	$0
	call	_NtCallbackReturn@12
	int3

/*
 * void RtlCaptureContext(CONTEXT *): of the caller's caller, by ebp, as 32-bit
 * Windows does it.
 */
function _RtlCaptureContext@4
	push	%ebx
	mov	8(%esp), %ebx
	movl	$FULL, C_FLAGS(%ebx)
	mov	%eax, C_EAX(%ebx)
	mov	%ecx, C_ECX(%ebx)
	mov	%edx, C_EDX(%ebx)
	mov	(%esp), %eax
	mov	%eax, C_EBX(%ebx)
	mov	%esi, C_ESI(%ebx)
	mov	%edi, C_EDI(%ebx)
	call	segments
	mov	4(%ebp), %eax
	mov	%eax, C_EIP(%ebx)
	mov	(%ebp), %eax
	mov	%eax, C_EBP(%ebx)
	lea	8(%ebp), %eax
	mov	%eax, C_ESP(%ebx)
	mov	C_EAX(%ebx), %eax
	pop	%ebx
	ret	$4

/* Selectors and flags into the CONTEXT at ebx; uses eax. */
segments:
	movl	$0, C_GS(%ebx)
	mov	%gs, C_GS(%ebx)
	movl	$0, C_FS(%ebx)
	mov	%fs, C_FS(%ebx)
	movl	$0, C_ES(%ebx)
	mov	%es, C_ES(%ebx)
	movl	$0, C_DS(%ebx)
	mov	%ds, C_DS(%ebx)
	movl	$0, C_CS(%ebx)
	mov	%cs, C_CS(%ebx)
	movl	$0, C_SS(%ebx)
	mov	%ss, C_SS(%ebx)
	pushfl
	popl	C_EFLAGS(%ebx)
	ret

/*
 * The caller's registers as after the return, into a CONTEXT at esp; ebx is
 * its address.  args: bytes that the return pops.
 */
.macro	capture_caller args
	sub	$C_SIZE, %esp
	movl	$FULL, C_FLAGS(%esp)
	movl	$0, C_EAX(%esp)
	movl	$0, C_ECX(%esp)
	movl	$0, C_EDX(%esp)
	mov	%ebx, C_EBX(%esp)
	mov	%esi, C_ESI(%esp)
	mov	%edi, C_EDI(%esp)
	mov	%ebp, C_EBP(%esp)
	mov	%esp, %ebx
	call	segments
	mov	C_SIZE(%ebx), %eax
	mov	%eax, C_EIP(%ebx)
	lea	C_SIZE+4+\args(%ebx), %eax
	mov	%eax, C_ESP(%ebx)
.endm

function _RtlRaiseException@4
	capture_caller 4
	push	%ebx
	pushl	C_SIZE+4(%ebx)
	call	_rf_raise
	int3

function _RtlRaiseStatus@4
	capture_caller 4
	push	%ebx
	pushl	C_SIZE+4(%ebx)
	call	_rf_raise_status
	int3

/* void RtlUnwind(frame, ip, record, value): "returns" to the caller, always */
function _RtlUnwind@16
	capture_caller 16
	push	%ebx
	pushl	C_SIZE+16(%ebx)
	pushl	C_SIZE+12(%ebx)
	pushl	C_SIZE+4(%ebx)
	call	_rf_unwind
	int3

/*
 * EXCEPTION_DISPOSITION rf_call_handler(record, frame, context, dispatcher,
 *					 handler, guard)
 * Calls handler with the first four, and guard registered as a handler for
 * exceptions in there; guard finds frame at 8 behind its own record.
 */
function _rf_call_handler
	push	%ebp
	mov	%esp, %ebp
	push	%ebx
	push	%esi
	push	%edi
	pushl	12(%ebp)
	pushl	28(%ebp)
	pushl	%fs:0
	mov	%esp, %fs:0
	pushl	20(%ebp)
	pushl	16(%ebp)
	pushl	12(%ebp)
	pushl	8(%ebp)
	call	*24(%ebp)
	mov	%fs:0, %esp		/* whatever it did to the stack */
	popl	%fs:0
	lea	-12(%ebp), %esp
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret

/* void rf_guarded_call(fn, arg): the bottom of a thread's stack */
function _rf_guarded_call@8
	mov	4(%esp), %eax
	mov	8(%esp), %ecx
	xor	%ebp, %ebp
	push	$_rf_last_handler
	push	$-1
	mov	%esp, %fs:0
	push	%ecx
	call	*%eax
	int3

/*
 * BOOLEAN rf_attempt(fn, a, b, c, failed): see dlls/include/attempt.h.  What fn
 * does to the stack, by another calling convention, is undone.
 */
function _rf_attempt@20
	push	%ebp
	mov	%esp, %ebp
	push	%ebx
	push	%esi
	push	%edi
	push	%ebp
	push	$_rf_attempt_handler
	pushl	%fs:0
	mov	%esp, %fs:0
	pushl	20(%ebp)
	pushl	16(%ebp)
	pushl	12(%ebp)
	call	*8(%ebp)
	test	%eax, %eax
	setne	%al
1:	mov	%fs:0, %esp
	popl	%fs:0
	lea	-12(%ebp), %esp
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret	$20

/* void rf_attempt_failed(frame, code): its handler has unwound to that frame. */
function _rf_attempt_failed@8
	mov	8(%esp), %eax
	mov	4(%esp), %esp
	mov	8(%esp), %ebp		/* behind the record */
	mov	24(%ebp), %ecx
	mov	%eax, (%ecx)
	xor	%eax, %eax
	jmp	1b
