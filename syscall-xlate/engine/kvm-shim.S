/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-shim.S - all the code that runs at CPL0 of the virtual machine.
 *
 * A slot per vector, of one instruction: where CPL0 is interpreted (kvm_pvm)
 * each costs most of a microsecond.  Nothing is saved here: the exit hands all
 * registers to the monitor, and the processor's frame lies on the vCPU's own
 * page.  The monitor never lets a slot go on; it sets the guest's registers.
 */
#include "syscall-xlate/engine/kvm.h"

	.section .rodata
	.globl	kvm_shim, kvm_shim_call, kvm_shim_end
	.hidden	kvm_shim, kvm_shim_call, kvm_shim_end
	.balign	4096
kvm_shim:
	.rept	256
	.balign	SHIM_SLOT
	out	%al, $PORT_EVENT
	hlt
	.endr
/* CSTAR, through a second mapping of this page; see SHIM_LOW. */
	.balign	SHIM_SLOT
	out	%al, $PORT_CALL32
	hlt
	.balign	SHIM_SLOT
/* LSTAR.  Where `syscall' works as documented this is the way back, too. */
kvm_shim_call:
	out	%al, $PORT_CALL
	sysretq
kvm_shim_end:

/*
 * The self-test, at CPL3: a call, with the time stamp counter; a store to the page at rbx, twice, with a
 * call behind each (the monitor makes the page read-only before the second).
 */
	.globl	kvm_test, kvm_test32, kvm_test_end
	.hidden	kvm_test, kvm_test32, kvm_test_end
kvm_test:
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	syscall
	mov	%rax, (%rbx)
	syscall
	mov	%rax, (%rbx)
	syscall
	ud2
/* As 32-bit code: an instruction of SSE2, as our DLLs have them, and a call. */
	.code32
kvm_test32:
	pxor	%xmm0, %xmm0
	int	$0x2e
	ud2
	.code64
kvm_test_end:

	.section .note.GNU-stack, "", @progbits
