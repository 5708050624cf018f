/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exception.h - how a fault becomes an exception of the guest, and what ends
 * a process that nobody helps.
 */
#ifndef RF_NT_EXCEPTION_H
#define RF_NT_EXCEPTION_H

#include "syscall-xlate/nt/abi-context.h"
#include "syscall-xlate/nt/nt.h"

/*
 * exception_dispatch() - make *regs enter ntdll's KiUserExceptionDispatcher
 * with the record and a context of what *regs was.  Does not return if the
 * guest's stack cannot take the frame: the process ends with a report.
 */
void exception_dispatch(struct task *t, struct guest_regs *regs,
			struct nt_exception_record *rec);

/*
 * exception_report() - tell the user on stderr that rec was not handled, where
 * it happened and how the program got there.  Everything it reads of the guest
 * may be nonsense.
 */
void exception_report(struct task *t, const struct nt_exception_record *rec,
		      const struct guest_regs *regs);

/* The report, then the end: NT's exit code is rec's code. */
void exception_fatal(struct task *t, const struct nt_exception_record *rec,
		     const struct guest_regs *regs) __attribute__((noreturn));

/* exception-decode.c: the instruction at regs->rip, as far as it matters. */
struct insn {
	enum insn_kind {
		INSN_OTHER,
		INSN_UNREADABLE, /* the bytes cannot be read */
		INSN_INT,        /* CD imm: .number */
		INSN_PRIVILEGED, /* not for programs */
		INSN_DIVIDE,     /* div or idiv: .number is the divisor */
		INSN_BAD_LOCK,   /* lock prefix where it may not stand */
	} kind;
	unsigned length; /* INSN_INT only */
	uint64_t number;
};
struct insn exception_decode(struct task *t, const struct guest_regs *regs);

/* unwind.c: the caller's registers, by .pdata; false: the end or nonsense. */
struct unwind_module {
	gaddr base;
	uint64_t size;
	uint32_t pdata, pdata_size;
};
bool unwind_module_at(struct task *t, gaddr base, struct unwind_module *m);
bool unwind_step(struct task *t, const struct unwind_module *m,
		 struct guest_regs *regs);

#endif
