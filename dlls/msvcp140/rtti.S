/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtti.S - what compilers lay before vtables and beside throws: type
 * descriptors, class hierarchies, complete object locators, ThrowInfos.  Their
 * addresses are relative to the image, which C cannot say.
 *
 * Layouts: dlls/vcruntime140/eh.h and eh-rtti.c name their source.
 */

/*
 * Addresses in tables: relative to the image, but whole on i686, whose names in
 * C begin with an underscore.  SIZE(x64, i686): of what has pointers in it.
 */
#ifdef __x86_64__
#define C(name)	      name
#define POINTER	      .quad
#define TABLE	      .rva
#define SIZE(x64, i686) x64
#else
#define C(name)	      _##name
#define POINTER	      .long
#define TABLE	      .long
#define SIZE(x64, i686) i686
#endif

/* The descriptors' own vtable; a program's type_info functions never use it. */
	.section .rdata, "dr"
	.p2align 3
no_vtable:
	POINTER	0

	.macro	descriptor name, text
	.data
	.p2align 3
type_\name:
	POINTER	no_vtable, 0
	.asciz	"\text"
	.endm

/* One base of a hierarchy: its class, how many of its own follow, where. */
	.macro	base label, name, inner, mdisp, pdisp, vdisp, flags
	.section .rdata, "dr"
	.p2align 2
\label:
	TABLE	type_\name
	.long	\inner, \mdisp, \pdisp, \vdisp, \flags
	TABLE	tree_\name
	.endm

/* A vtable's locator: where its pointer lies, and by what it is displaced. */
	.macro	locator name, offset, displaced
	.section .rdata, "dr"
	.p2align 2
locator_\name:
	.long	SIZE(1, 0), \offset, \displaced
	TABLE	type_\name, tree_\name
#ifdef __x86_64__
	.rva	locator_\name
#endif
	.endm

/* A class with bases one in another, all at 0, nearest first. */
	.macro	chain name, text, bases:vararg
	descriptor \name, "\text"
	.set	n, 0
	.ifnb \bases
	.irp	b, \bases
	.set	n, n + 1
	.endr
	.endif
	base	self_\name, \name, n, 0, -1, 0, 0x40
	.section .rdata, "dr"
bases_\name:
	TABLE	self_\name
	.ifnb \bases
	.irp	b, \bases
	TABLE	self_\b
	.endr
	.endif
	.long	0
tree_\name:
	.long	0, 0, n + 1
	TABLE	bases_\name
	locator	\name, 0, 0
	.endm

	.macro	functions list:vararg
	.irp	f, \list
#ifdef __x86_64__
	.quad	\f
#else
	.long	_\f
#endif
	.endr
	.endm

	.macro	vtable name, locator, functions:vararg
	.section .rdata, "dr"
	.p2align 3
	POINTER	locator_\locator
	.globl	C(vt_\name)
C(vt_\name):
	functions \functions
	.endm

/* What may be thrown: catchable as itself and as each base. */
	.macro	thrown name, size, flags, bases:vararg
	.section .rdata, "dr"
	.p2align 2
catch_\name:
	.long	\flags
	TABLE	type_\name
	.long	0, -1, 0, \size
	TABLE	C(copy_\name)
	.set	n, 1
	.ifnb \bases
	.irp	b, \bases
	.set	n, n + 1
	.endr
	.endif
catches_\name:
	.long	n
	TABLE	catch_\name
	.ifnb \bases
	.irp	b, \bases
	TABLE	catch_\b
	.endr
	.endif
	.globl	C(throw_\name)
C(throw_\name):
	.long	0
	TABLE	C(exception_end)
	.long	0
	TABLE	catches_\name
	.endm

/* ---- exceptions: throw.c ---------------------------------------------------- */

	chain	exception, ".?AVexception@std@@"
	.macro	error name, text, size, flags, bases:vararg
	chain	\name, "\text", \bases
	vtable	\name, \name, exception_delete, exception_what
	thrown	\name, \size, \flags, \bases
	.endm

	vtable	exception, exception, exception_delete, exception_what
	thrown	exception, SIZE(24, 12), 0
	error	bad_alloc, ".?AVbad_alloc@std@@", SIZE(24, 12), 0x10, exception
	error	bad_cast, ".?AVbad_cast@std@@", SIZE(24, 12), 0, exception
	error	bad_exception, ".?AVbad_exception@std@@", SIZE(24, 12), 0, exception
	error	bad_function_call, ".?AVbad_function_call@std@@", SIZE(24, 12), 0, exception
	error	logic_error, ".?AVlogic_error@std@@", SIZE(24, 12), 0, exception
	error	invalid_argument, ".?AVinvalid_argument@std@@", SIZE(24, 12), 0, logic_error, exception
	error	length_error, ".?AVlength_error@std@@", SIZE(24, 12), 0, logic_error, exception
	error	out_of_range, ".?AVout_of_range@std@@", SIZE(24, 12), 0, logic_error, exception
	error	runtime_error, ".?AVruntime_error@std@@", SIZE(24, 12), 0, exception
	error	overflow_error, ".?AVoverflow_error@std@@", SIZE(24, 12), 0, runtime_error, exception
	error	regex_error, ".?AVregex_error@std@@", SIZE(32, 16), 0, runtime_error, exception
	error	system_error_base, ".?AV_System_error@std@@", SIZE(40, 20), 0, runtime_error, exception
	error	system_error, ".?AVsystem_error@std@@", SIZE(40, 20), 0, system_error_base, runtime_error, exception
	error	ios_failure, ".?AVfailure@ios_base@std@@", SIZE(40, 20), 0, system_error, system_error_base, runtime_error, exception

	chain	error_category, ".?AVerror_category@std@@"
	chain	generic_category, ".?AV_Generic_error_category@std@@", error_category
	chain	iostream_category, ".?AV_Iostream_error_category2@std@@", error_category
	vtable	generic_category, generic_category, category_delete, generic_name, generic_message, category_default, category_equals_code, category_equals
	vtable	iostream_category, iostream_category, category_delete, iostream_name, iostream_message, category_default, category_equals_code, category_equals

/* ---- facets ---------------------------------------------------------------- */

	chain	facet_base, ".?AV_Facet_base@std@@"
	chain	facet, ".?AVfacet@locale@std@@", facet_base
	chain	locimp, ".?AV_Locimp@locale@std@@", facet, facet_base
	chain	ctype_base, ".?AUctype_base@std@@", facet, facet_base
	chain	ctype, ".?AV?$ctype@D@std@@", ctype_base, facet, facet_base
	chain	wctype, ".?AV?$ctype@_W@std@@", ctype_base, facet, facet_base
	chain	codecvt_base, ".?AVcodecvt_base@std@@", facet, facet_base
	chain	codecvt, ".?AV?$codecvt@DDU_Mbstatet@@@std@@", codecvt_base, facet, facet_base
	chain	wcodecvt, ".?AV?$codecvt@_WDU_Mbstatet@@@std@@", codecvt_base, facet, facet_base
	chain	time_put_w, ".?AV?$time_put@_WV?$ostreambuf_iterator@_WU?$char_traits@_W@std@@@std@@@std@@", facet, facet_base

	vtable	facet, facet, facet_destroy, facet_incref, facet_decref
	vtable	locimp, locimp, locimp_destroy, facet_incref, facet_decref
	vtable	ctype_base, ctype_base, facet_destroy, facet_incref, facet_decref
	vtable	codecvt_base, codecvt_base, facet_destroy, facet_incref, facet_decref, codecvt_base_do_always, codecvt_base_do_one, codecvt_base_do_one
/* Overloads of a name stand together, the last declared first. */
	vtable	ctype, ctype, cctype_destroy, facet_incref, facet_decref
	functions cctype_do_tolower_all, cctype_do_tolower, cctype_do_toupper_all, cctype_do_toupper
	functions cctype_do_widen_all, cctype_do_widen, cctype_do_narrow_all, cctype_do_narrow
	vtable	wctype, wctype, wctype_destroy, facet_incref, facet_decref
	functions wctype_do_is_all, wctype_do_is, wctype_do_scan_is, wctype_do_scan_not
	functions wctype_do_tolower_all, wctype_do_tolower, wctype_do_toupper_all, wctype_do_toupper
	functions wctype_do_widen_all, wctype_do_widen, wctype_do_narrow_all, wctype_do_narrow
	vtable	codecvt, codecvt, facet_destroy, facet_incref, facet_decref
	functions ccodecvt_do_always, codecvt_base_do_one, codecvt_base_do_one
	functions ccodecvt_do_in, ccodecvt_do_out, ccodecvt_do_unshift, ccodecvt_do_length
	vtable	wcodecvt, wcodecvt, facet_destroy, facet_incref, facet_decref
	functions codecvt_base_do_always, wcodecvt_do_max, wcodecvt_do_encoding
	functions wcodecvt_do_in, wcodecvt_do_out, wcodecvt_do_unshift, wcodecvt_do_length
	vtable	time_put_w, time_put_w, facet_destroy, facet_incref, facet_decref, time_put_w_do_put

/* ---- streams: the ios part is a virtual base -------------------------------- */

	descriptor iosb, ".?AV?$_Iosb@H@std@@"
	base	self_iosb, iosb, 0, 0, -1, 0, 0x40
bases_iosb:
	TABLE	self_iosb
	.long	0
tree_iosb:
	.long	0, 0, 1
	TABLE	bases_iosb
	chain	ios_base, ".?AVios_base@std@@", iosb
	vtable	ios_base, ios_base, ios_destroy

/* Of an object whose vbtable pointer is at vb, whose ios part at at. */
	.macro	streams x, E
	chain	\x\()ios, ".?AV?$basic_ios@\E\()U?$char_traits@\E\()@std@@@std@@", ios_base, iosb
	vtable	\x\()ios, \x\()ios, ios_destroy
	chain	\x\()sb, ".?AV?$basic_streambuf@\E\()U?$char_traits@\E\()@std@@@std@@"
	chain	\x\()stdbuf, ".?AV?$basic_filebuf@\E\()U?$char_traits@\E\()@std@@@std@@", \x\()sb

	descriptor \x\()os, ".?AV?$basic_ostream@\E\()U?$char_traits@\E\()@std@@@std@@"
	base	self_\x\()os, \x\()os, 3, 0, -1, 0, 0x40
	base	virtual_\x\()ios, \x\()ios, 2, 0, 0, 4, 0x50
	base	virtual_\x\()ios_base, ios_base, 1, 0, 0, 4, 0x50
	base	virtual_\x\()iosb, iosb, 0, 0, 0, 4, 0x50
bases_\x\()os:
	TABLE	self_\x\()os, virtual_\x\()ios, virtual_\x\()ios_base, virtual_\x\()iosb
	.long	0
tree_\x\()os:
	.long	0, 3, 4
	TABLE	bases_\x\()os
	locator	\x\()os, SIZE(16, 8), 4
	vtable	\x\()os, \x\()os, \x\()os_destroy

	descriptor \x\()is, ".?AV?$basic_istream@\E\()U?$char_traits@\E\()@std@@@std@@"
	base	self_\x\()is, \x\()is, 3, 0, -1, 0, 0x40
bases_\x\()is:
	TABLE	self_\x\()is, virtual_\x\()ios, virtual_\x\()ios_base, virtual_\x\()iosb
	.long	0
tree_\x\()is:
	.long	0, 3, 4
	TABLE	bases_\x\()is
	locator	\x\()is, 24, 4
	vtable	\x\()is, \x\()is, \x\()is_destroy

	descriptor \x\()ios2, ".?AV?$basic_iostream@\E\()U?$char_traits@\E\()@std@@@std@@"
	base	self_\x\()ios2, \x\()ios2, 8, 0, -1, 0, 0x40
	base	second_\x\()os, \x\()os, 3, 16, -1, 0, 0x40
bases_\x\()ios2:
	TABLE	self_\x\()ios2, self_\x\()is, virtual_\x\()ios, virtual_\x\()ios_base, virtual_\x\()iosb
	TABLE	second_\x\()os, virtual_\x\()ios, virtual_\x\()ios_base, virtual_\x\()iosb
	.long	0
tree_\x\()ios2:
	.long	0, 3, 9
	TABLE	bases_\x\()ios2
	locator	\x\()ios2, 32, 4
	vtable	\x\()ios2, \x\()ios2, \x\()ios2_destroy

	vtable	\x\()sb, \x\()sb, \x\()sb_destroy, \x\()sb_lock, \x\()sb_unlock, \x\()sb_overflow
	functions \x\()sb_pbackfail, \x\()sb_showmanyc, \x\()sb_underflow, \x\()sb_uflow
	functions \x\()sb_xsgetn, \x\()sb_xsputn, \x\()sb_seekoff, \x\()sb_seekpos
	functions \x\()sb_setbuf, \x\()sb_sync, \x\()sb_imbue
	vtable	\x\()stdbuf, \x\()stdbuf, \x\()sb_destroy, \x\()std_lock, \x\()std_unlock, \x\()std_overflow
	functions \x\()std_pbackfail, \x\()sb_showmanyc, \x\()std_underflow, \x\()std_uflow
	functions \x\()sb_xsgetn, \x\()std_xsputn, \x\()std_seekoff, \x\()std_seekpos
	functions \x\()sb_setbuf, \x\()std_sync, \x\()sb_imbue
	.endm
	streams	c, D
	streams	w, _W

/* ---- a call that may throw --------------------------------------------------- */

/*
 * BOOL guard(fn, arg, struct ios *): guard_filter() finds the third at
 * rsp + 0x28.
 */
#ifdef __x86_64__
	.text
	.globl	guard
	.def	guard; .scl 2; .type 32; .endef
	.p2align 4
	.seh_proc guard
guard:
	.seh_handler __C_specific_handler, @except, @unwind
	sub	$0x38, %rsp
	.seh_stackalloc 0x38
	.seh_endprologue
	mov	%r8, 0x28(%rsp)
	mov	%rcx, %rax
	mov	%rdx, %rcx
guarded:
	call	*%rax
	nop
guarded_end:
	mov	$1, %eax
	add	$0x38, %rsp
	ret
thrown_through:
	xor	%eax, %eax
	add	$0x38, %rsp
	ret
	.seh_handlerdata
	.long	1
	.rva	guarded, guarded_end, guard_filter, thrown_through
	.text
	.seh_endproc
#else
/*
 * The same with the frame that _except_handler3 knows: below ebp the try level,
 * the table, the handler, the next frame, room for EXCEPTION_POINTERS *, esp.
 */
	.section .rdata, "dr"
	.p2align 2
guard_table:
	.long	-1, ask, thrown_through

	.text
	.globl	_guard
	.def	_guard; .scl 2; .type 32; .endef
	.p2align 4
_guard:
	push	%ebp
	mov	%esp, %ebp
	push	$-1
	push	$guard_table
	push	$__except_handler3
	push	%fs:0
	mov	%esp, %fs:0
	sub	$8, %esp
	push	%ebx
	push	%esi
	push	%edi
	mov	%esp, -0x18(%ebp)
	movl	$0, -4(%ebp)
	push	0xc(%ebp)
	call	*8(%ebp)
	mov	$1, %eax
	jmp	leave_guard
ask:
	push	0x10(%ebp)
	push	-0x14(%ebp)
	call	_guard_filter
	add	$8, %esp
	ret
thrown_through:
	mov	-0x18(%ebp), %esp
	xor	%eax, %eax
leave_guard:
	movl	$-1, -4(%ebp)
	mov	-0x10(%ebp), %ecx
	mov	%ecx, %fs:0
	lea	-0x24(%ebp), %esp
	pop	%edi
	pop	%esi
	pop	%ebx
	leave
	ret
#endif
