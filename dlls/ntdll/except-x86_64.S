/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * except-x86_64.S - where the kernel enters ntdll, and what of exception
 * handling cannot be said in C: capturing and restoring registers, and frames
 * whose unwind data mean something to the dispatcher.
 */

/* CONTEXT */
#define C_P1 0x00
#define C_P2 0x08
#define C_P3 0x10
#define C_P4 0x18
#define C_FLAGS 0x30
#define C_MXCSR 0x34
#define C_CS 0x38
#define C_EFLAGS 0x44
#define C_DR0 0x48
#define C_RAX 0x78
#define C_RCX 0x80
#define C_RDX 0x88
#define C_RBX 0x90
#define C_RSP 0x98
#define C_RBP 0xa0
#define C_RSI 0xa8
#define C_RDI 0xb0
#define C_R8 0xb8
#define C_R9 0xc0
#define C_R10 0xc8
#define C_R11 0xd0
#define C_R12 0xd8
#define C_R13 0xe0
#define C_R14 0xe8
#define C_R15 0xf0
#define C_RIP 0xf8
#define C_FX 0x100
#define C_FX_MXCSR 0x118
#define C_XMM(n) (0x1a0 + 16 * (n))
#define C_SIZE 0x4d0

#define FULL 0x10000b		/* CONTEXT_FULL */
#define FULL_SEG 0x10000f	/* and CONTEXT_SEGMENTS */

	.text

/* Unwind data that finds all nonvolatile registers in a CONTEXT at rsp. */
.macro	saved_in_context
	.seh_savexmm	%xmm6, C_XMM(6)
	.seh_savexmm	%xmm7, C_XMM(7)
	.seh_savexmm	%xmm8, C_XMM(8)
	.seh_savexmm	%xmm9, C_XMM(9)
	.seh_savexmm	%xmm10, C_XMM(10)
	.seh_savexmm	%xmm11, C_XMM(11)
	.seh_savexmm	%xmm12, C_XMM(12)
	.seh_savexmm	%xmm13, C_XMM(13)
	.seh_savexmm	%xmm14, C_XMM(14)
	.seh_savexmm	%xmm15, C_XMM(15)
	.seh_savereg	%rbx, C_RBX
	.seh_savereg	%rbp, C_RBP
	.seh_savereg	%rsi, C_RSI
	.seh_savereg	%rdi, C_RDI
	.seh_savereg	%r12, C_R12
	.seh_savereg	%r13, C_R13
	.seh_savereg	%r14, C_R14
	.seh_savereg	%r15, C_R15
.endm

.macro	function name, seh=0
	.globl	\name
	.def	\name; .scl 2; .type 32; .endef
	.p2align 4
	.if	\seh
	.seh_proc \name
	.endif
\name:
.endm

/* ---- entries of the kernel --------------------------------------------- */

/* rsp: CONTEXT, CONTEXT_EX, at 0x4f0 EXCEPTION_RECORD, at 0x590 a machine frame */
function KiUserExceptionDispatcher, seh=1
	.seh_pushframe
	.seh_stackalloc 0x590
	saved_in_context
	.seh_endprologue
	cld
	lea	0x4f0(%rsp), %rcx
	mov	%rsp, %rdx
	call	rf_user_exception
	int3
	.seh_endproc

/* rsp: CONTEXT whose home fields are the arguments, at 0x4f0 a machine frame */
function KiUserApcDispatcher, seh=1
	.seh_pushframe
	.seh_stackalloc 0x4f0
	saved_in_context
	.seh_endprologue
	cld
	mov	C_P1(%rsp), %rcx
	mov	C_P2(%rsp), %rdx
	mov	C_P3(%rsp), %r8
	mov	%rsp, %r9
	call	*C_P4(%rsp)
	mov	%rsp, %rcx
	mov	$1, %edx
	call	NtContinue
	mov	%eax, %ecx
	call	RtlRaiseStatus
	int3
	.seh_endproc

/* rsp+0x20: argument, length (32 bits), number of the function (32 bits) */
function KiUserCallbackDispatcher, seh=1
	.seh_pushframe
	.seh_stackalloc 0x30
	.seh_endprologue
	mov	0x20(%rsp), %rcx
	mov	0x28(%rsp), %edx
	mov	0x2c(%rsp), %r8d
	mov	%gs:0x60, %rax
	mov	0x58(%rax), %rax	/* PEB.KernelCallbackTable */
	call	*(%rax,%r8,8)
	xor	%ecx, %ecx
	xor	%edx, %edx
	mov	%eax, %r8d
	call	NtCallbackReturn
	int3
	.seh_endproc

/* ---- capturing ------------------------------------------------------------ */

/* void RtlCaptureContext(CONTEXT *rcx): of the caller, all of it. */
function RtlCaptureContext, seh=1
	pushfq
	.seh_stackalloc 8
	.seh_endprologue
	movl	$FULL_SEG, C_FLAGS(%rcx)
	mov	%rax, C_RAX(%rcx)
	mov	%rcx, C_RCX(%rcx)
	mov	%rdx, C_RDX(%rcx)
	mov	%rbx, C_RBX(%rcx)
	mov	%rbp, C_RBP(%rcx)
	mov	%rsi, C_RSI(%rcx)
	mov	%rdi, C_RDI(%rcx)
	mov	%r8, C_R8(%rcx)
	mov	%r9, C_R9(%rcx)
	mov	%r10, C_R10(%rcx)
	mov	%r11, C_R11(%rcx)
	mov	%r12, C_R12(%rcx)
	mov	%r13, C_R13(%rcx)
	mov	%r14, C_R14(%rcx)
	mov	%r15, C_R15(%rcx)
	fxsave64 C_FX(%rcx)
	mov	C_FX_MXCSR(%rcx), %eax
	mov	%eax, C_MXCSR(%rcx)
	mov	%cs, C_CS(%rcx)
	mov	%ds, C_CS+2(%rcx)
	mov	%es, C_CS+4(%rcx)
	mov	%fs, C_CS+6(%rcx)
	mov	%gs, C_CS+8(%rcx)
	mov	%ss, C_CS+10(%rcx)
	mov	(%rsp), %eax
	mov	%eax, C_EFLAGS(%rcx)
	mov	8(%rsp), %rax
	mov	%rax, C_RIP(%rcx)
	lea	16(%rsp), %rax
	mov	%rax, C_RSP(%rcx)
	mov	C_RAX(%rcx), %rax
	popfq
	ret
	.seh_endproc

/*
 * What a callee must keep, into the CONTEXT at \c; the rest of what flags
 * promise is as after a call.  Cheaper than fxsave by far.
 */
.macro	capture_kept c, tmp
	movl	$FULL, C_FLAGS(\c)
	movq	$0, C_RAX(\c)
	movq	$0, C_RCX(\c)
	movq	$0, C_RDX(\c)
	mov	%rbx, C_RBX(\c)
	mov	%rbp, C_RBP(\c)
	mov	%rsi, C_RSI(\c)
	mov	%rdi, C_RDI(\c)
	movq	$0, C_R8(\c)
	movq	$0, C_R9(\c)
	movq	$0, C_R10(\c)
	movq	$0, C_R11(\c)
	mov	%r12, C_R12(\c)
	mov	%r13, C_R13(\c)
	mov	%r14, C_R14(\c)
	mov	%r15, C_R15(\c)
	movl	$0x33, C_CS(\c)		/* and ds */
	movl	$0x2b002b, C_CS+4(\c)
	movl	$0x2b002b, C_CS+8(\c)
	movl	$0x202, C_EFLAGS(\c)
	/* FXSAVE image: control word, empty tags, no exceptions */
	movq	$0, C_FX(\c)
	fnstcw	C_FX(\c)
	stmxcsr	C_MXCSR(\c)
	mov	C_MXCSR(\c), \tmp
	mov	\tmp, C_FX_MXCSR(\c)
	movl	$0xffff, C_FX_MXCSR+4(\c)
	.irp	n, 6,7,8,9,10,11,12,13,14,15
	movups	%xmm\n, C_XMM(\n)(\c)
	.endr
.endm

/* void RtlRaiseException(EXCEPTION_RECORD *rcx) */
function RtlRaiseException, seh=1
	sub	$C_SIZE+0x28, %rsp
	.seh_stackalloc C_SIZE+0x28
	.seh_endprologue
	lea	0x20(%rsp), %rdx
	capture_kept %rdx, %eax
	mov	%rcx, C_RCX(%rdx)
	mov	C_SIZE+0x28(%rsp), %rax
	mov	%rax, C_RIP(%rdx)
	lea	C_SIZE+0x30(%rsp), %rax
	mov	%rax, C_RSP(%rdx)
	call	rf_raise		/* returns only to continue */
	nop
	add	$C_SIZE+0x28, %rsp
	ret
	.seh_endproc

/* DECLSPEC_NORETURN void RtlRaiseStatus(NTSTATUS) */
function RtlRaiseStatus, seh=1
	sub	$C_SIZE+0x28, %rsp
	.seh_stackalloc C_SIZE+0x28
	.seh_endprologue
	lea	0x20(%rsp), %rdx
	capture_kept %rdx, %eax
	mov	%rcx, C_RCX(%rdx)
	mov	C_SIZE+0x28(%rsp), %rax
	mov	%rax, C_RIP(%rdx)
	lea	C_SIZE+0x30(%rsp), %rax
	mov	%rax, C_RSP(%rdx)
	call	rf_raise_status
	int3
	.seh_endproc

/*
 * void RtlUnwindEx(PVOID frame, PVOID ip, EXCEPTION_RECORD *, PVOID value,
 *		    CONTEXT *, UNWIND_HISTORY_TABLE *)
 * The walk begins with the caller, so that this frame costs nothing.
 */
function RtlUnwindEx, seh=1
	sub	$0x38, %rsp
	.seh_stackalloc 0x38
	.seh_endprologue
	mov	0x60(%rsp), %r10	/* CONTEXT */
	mov	0x68(%rsp), %r11	/* history */
	capture_kept %r10, %eax
	mov	0x38(%rsp), %rax
	mov	%rax, C_RIP(%r10)
	lea	0x40(%rsp), %rax
	mov	%rax, C_RSP(%r10)
	mov	%r10, 0x20(%rsp)
	mov	%r11, 0x28(%rsp)
	call	rf_unwind
	int3
	.seh_endproc

/* ---- restoring -------------------------------------------------------------- */

/*
 * What follows the loads common to both: rcx is the CONTEXT, everything else
 * but rsp is in place.  The new rip goes below the new stack pointer, where
 * nothing lives (there is no red zone) and where, of a CONTEXT that ends
 * there, only a field lies that is not used.  iretq would take 40 ns.
 */
.macro	load_integers
	mov	C_EFLAGS(%rcx), %eax
	and	$~0x100, %eax		/* TF would trap here */
	push	%rax
	popfq
	mov	C_RBX(%rcx), %rbx
	mov	C_RBP(%rcx), %rbp
	mov	C_RSI(%rcx), %rsi
	mov	C_RDI(%rcx), %rdi
	mov	C_R8(%rcx), %r8
	mov	C_R9(%rcx), %r9
	mov	C_R10(%rcx), %r10
	mov	C_R11(%rcx), %r11
	mov	C_R12(%rcx), %r12
	mov	C_R13(%rcx), %r13
	mov	C_R14(%rcx), %r14
	mov	C_R15(%rcx), %r15
	mov	C_RSP(%rcx), %rax
	mov	C_RIP(%rcx), %rdx
	mov	%rdx, -8(%rax)
	mov	C_RDX(%rcx), %rdx
	mov	%rax, %rsp		/* from here on only below rsp */
	mov	C_RAX(%rcx), %rax
	mov	C_RCX(%rcx), %rcx
	lea	-8(%rsp), %rsp
	ret
.endm

/* void rf_load_context(CONTEXT *rcx): control, integer, floating point */
function rf_load_context
	fxrstor64 C_FX(%rcx)
	ldmxcsr	C_MXCSR(%rcx)
	load_integers

/* The same where the x87 unit and xmm0-5 do not matter: unwinding. */
function rf_load_unwound
	.irp	n, 6,7,8,9,10,11,12,13,14,15
	movups	C_XMM(\n)(%rcx), %xmm\n
	.endr
	ldmxcsr	C_MXCSR(%rcx)
	load_integers

/*
 * void rf_consolidate(CONTEXT *rcx, EXCEPTION_RECORD *rdx, callback r8)
 * Calls callback(record) so that it seems to be called from the CONTEXT's rip,
 * while everything below is still there (the exception object, for one), and
 * goes on at the address that it returns with the rest of the CONTEXT.
 * Frame: 0x20 home; a CONTEXT; a machine frame for who unwinds through here.
 */
#define CF_CONTEXT 0x20
#define CF_MACHINE (CF_CONTEXT + C_SIZE)
#define CF_SIZE (CF_MACHINE + 0x28 + 8)
function rf_consolidate, seh=1
	.seh_pushframe
	.seh_stackalloc CF_MACHINE
	.irp	n, 6,7,8,9,10,11,12,13,14,15
	.seh_savexmm %xmm\n, CF_CONTEXT + C_XMM(\n)
	.endr
	.seh_savereg	%rbx, CF_CONTEXT + C_RBX
	.seh_savereg	%rbp, CF_CONTEXT + C_RBP
	.seh_savereg	%rsi, CF_CONTEXT + C_RSI
	.seh_savereg	%rdi, CF_CONTEXT + C_RDI
	.seh_savereg	%r12, CF_CONTEXT + C_R12
	.seh_savereg	%r13, CF_CONTEXT + C_R13
	.seh_savereg	%r14, CF_CONTEXT + C_R14
	.seh_savereg	%r15, CF_CONTEXT + C_R15
	.seh_endprologue
	/* Never returns, so the stack may be aligned anew. */
	sub	$CF_SIZE, %rsp
	and	$-16, %rsp
	mov	%rcx, %r9
	mov	%rdx, %r10
	cld
	mov	%rcx, %rsi
	lea	CF_CONTEXT(%rsp), %rdi
	mov	$C_SIZE/8, %ecx
	rep movsq
	mov	C_RIP(%r9), %rax
	mov	%rax, CF_MACHINE(%rsp)
	movq	$0x33, CF_MACHINE+8(%rsp)
	movq	$0x202, CF_MACHINE+16(%rsp)
	mov	C_RSP(%r9), %rax
	mov	%rax, CF_MACHINE+24(%rsp)
	movq	$0x2b, CF_MACHINE+32(%rsp)
	.irp	n, 6,7,8,9,10,11,12,13,14,15
	movups	C_XMM(\n)(%r9), %xmm\n
	.endr
	mov	C_RBX(%r9), %rbx
	mov	C_RBP(%r9), %rbp
	mov	C_RSI(%r9), %rsi
	mov	C_RDI(%r9), %rdi
	mov	C_R12(%r9), %r12
	mov	C_R13(%r9), %r13
	mov	C_R14(%r9), %r14
	mov	C_R15(%r9), %r15
	mov	%r10, %rcx
	call	*%r8
	lea	CF_CONTEXT(%rsp), %rcx
	mov	%rax, C_RIP(%rcx)
	jmp	rf_load_unwound
	.seh_endproc

/* ---- calling handlers ---------------------------------------------------------- */

/*
 * EXCEPTION_DISPOSITION rf_call_handler(record, frame, context, dispatcher):
 * dispatcher->LanguageHandler with the same arguments.  An exception in there
 * meets this frame, and its handler tells that it is a nested one.
 */
function rf_call_handler, seh=1
	.seh_handler rf_nested_handler, @except, @unwind
	sub	$0x28, %rsp
	.seh_stackalloc 0x28
	.seh_endprologue
	mov	%r9, 0x20(%rsp)
	call	*0x30(%r9)		/* LanguageHandler */
	nop
	add	$0x28, %rsp
	ret
	.seh_endproc

/* The same during an unwind; met by another unwind, the two collide. */
function rf_call_unwind_handler, seh=1
	.seh_handler rf_collided_handler, @except, @unwind
	sub	$0x28, %rsp
	.seh_stackalloc 0x28
	.seh_endprologue
	mov	%r9, 0x20(%rsp)
	call	*0x30(%r9)
	nop
	add	$0x28, %rsp
	ret
	.seh_endproc

/*
 * void rf_guarded_call(void (*fn)(PVOID), PVOID arg): the bottom of a thread's
 * stack.  An exception that comes here is unhandled.  Does not return.
 */
function rf_guarded_call, seh=1
	.seh_handler __C_specific_handler, @except
	sub	$0x28, %rsp
	.seh_stackalloc 0x28
	.seh_endprologue
	mov	%rcx, %rax
	mov	%rdx, %rcx
.Lguard_begin:
	call	*%rax
	nop
.Lguard_end:
	int3
.Lguard_target:				/* eax: the exception's code */
	mov	%eax, %ecx
	call	rf_died
	int3
	.seh_handlerdata
	.long	1
	.rva	.Lguard_begin, .Lguard_end, rf_last_filter, .Lguard_target
	.text
	.seh_endproc

/*
 * BOOLEAN rf_attempt(PVOID fn, PVOID a, ULONG_PTR b, PVOID c, NTSTATUS *failed):
 * see dlls/include/attempt.h.
 */
function rf_attempt, seh=1
	.seh_handler __C_specific_handler, @except
	push	%rbx
	.seh_pushreg %rbx
	sub	$0x20, %rsp
	.seh_stackalloc 0x20
	.seh_endprologue
	mov	0x50(%rsp), %rbx
	mov	%rcx, %rax
	mov	%rdx, %rcx
	mov	%r8, %rdx
	mov	%r9, %r8
.Lattempt_begin:
	call	*%rax
	nop
.Lattempt_end:
	test	%eax, %eax
	setne	%al
1:	add	$0x20, %rsp
	pop	%rbx
	ret
.Lattempt_target:				/* eax: the exception's code */
	mov	%eax, (%rbx)
	xor	%eax, %eax
	jmp	1b
	.seh_handlerdata
	.long	1
	.rva	.Lattempt_begin, .Lattempt_end, rf_attempt_filter, .Lattempt_target
	.text
	.seh_endproc
