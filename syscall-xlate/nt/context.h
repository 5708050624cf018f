/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * context.h - CONTEXT in guest memory and struct guest_regs.  What is said of
 * CONTEXT means the 32-bit one in a WOW64 process.
 */
#ifndef RF_NT_CONTEXT_H
#define RF_NT_CONTEXT_H

#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/abi-context.h"

/* Whether the code at regs is 32-bit code: what it passes and wants is. */
static inline bool regs_code32(const struct guest_regs *regs)
{
	return regs->kind != REGS_CALL &&
	       (regs->kind == REGS_CALL32 || regs->cs == SEL_CODE32);
}

/*
 * context_to_guest() - store what flags ask for in the CONTEXT at at.
 *
 *   at     guest address of a CONTEXT, any alignment
 *   regs   a task that stands still, or t's own; REGS_CALL too: what a call
 *          may lose is then zero
 *   flags  ContextFlags: which parts.  CONTEXT_XSTATE: at's CONTEXT_EX is
 *          read and says where
 *
 * Other parts of the guest's structure stay as they are; its ContextFlags
 * become flags.  STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER (flags not
 * those of x64, or a CONTEXT_EX that means nothing).
 */
NTSTATUS context_to_guest(struct task *t, gaddr at,
			  const struct guest_regs *regs, uint32_t flags);

/*
 * context_from_guest() - change *regs as the CONTEXT at at says, the parts
 * that its ContextFlags name.  Selectors, RFLAGS and MXCSR are made harmless.
 * *regs becomes REGS_FULL (see context_make_full()).  On failure, statuses as
 * above, it stays as it was.
 */
NTSTATUS context_from_guest(struct task *t, gaddr at, struct guest_regs *regs);

/*
 * debug-regs.c: debug registers from and to a CONTEXT that names them (narrow:
 * a 32-bit one); th is
 * the calling thread or stands still.  STATUS_ACCESS_VIOLATION;
 * STATUS_NOT_SUPPORTED: they are kept, but host or engine has none to give.
 */
NTSTATUS debug_regs_take(struct task *t, struct nt_thread *th, gaddr context,
			 bool narrow);
NTSTATUS debug_regs_give(struct task *t, const struct nt_thread *th,
			 gaddr context, uint32_t flags, bool narrow);
/* The thread begins, ends, has made a step (which: watches that were hit). */
NTSTATUS debug_regs_apply(struct nt_thread *th);
void debug_regs_end(struct nt_thread *th);
void debug_regs_step(struct nt_thread *th, gaddr which);

/* The flags of the CONTEXT at at.  STATUS_ACCESS_VIOLATION. */
NTSTATUS context_flags(struct task *t, gaddr at, uint32_t *flags);

/* The same of the 64-bit CONTEXT, whatever this process is. */
NTSTATUS context64_to_guest(struct task *t, gaddr at,
			    const struct guest_regs *regs, uint32_t flags);
NTSTATUS context64_from_guest(struct task *t, gaddr at,
			      struct guest_regs *regs);
NTSTATUS context64_flags(struct task *t, gaddr at, uint32_t *flags);

/*
 * context_make_full() - a REGS_CALL frame as REGS_FULL, what the call may lose
 * being 0 and the x87 unit as after FNINIT.  Others stay as they are.
 */
void context_make_full(struct guest_regs *regs);

/*
 * context_push() - where a dispatcher's frame goes on the guest's stack.
 *
 *   regs   what the frame is to hold
 *   rsp    the guest's
 *   size   of the frame
 *   xs     set to where XSAVE data goes, above the frame; 0: none
 *
 * Returns the frame's address, a multiple of 16; 0: rsp is nonsense.
 */
gaddr context_push(const struct guest_regs *regs, uint64_t rsp, size_t size,
		   gaddr *xs);

/*
 * context_fill() - everything of regs in host copies, for who builds a frame
 * on the guest's stack.  ex and x may be NULL, then there is no XSAVE part.
 *
 *   at   where the context will stand (the context_ex behind it)
 *   xs   where *x will stand, as context_push() gave it
 */
void context_fill(struct nt_context *c, struct nt_context_ex *ex,
		  struct nt_xstate *x, gaddr at, gaddr xs,
		  const struct guest_regs *regs);

void context32_make_full(struct guest_regs *regs); /* of a REGS_CALL32 */
/* context32.c: everything of regs as 32-bit programs see it. */
void context32_fill(struct nt_context32 *c, const struct guest_regs *regs);
/*
 * The same with AVX's upper halves, for a frame: *c will stand at at, a
 * context_ex without its padding behind it, and *x at xs.
 */
void context32_fill_ex(struct nt_context32 *c, struct nt_context_ex *ex,
		       struct nt_xstate *x, gaddr at, gaddr xs,
		       const struct guest_regs *regs);
/* As context_to_guest() and context_from_guest(), which call them. */
NTSTATUS context32_to_guest(struct task *t, gaddr at,
			    const struct guest_regs *regs, uint32_t flags);
NTSTATUS context32_from_guest(struct task *t, gaddr at,
			      struct guest_regs *regs);

/* context.c, for context32.c: as context_fill() has them; regs is full. */
void context_put_xstate(struct nt_xstate *x, const struct guest_regs *regs);
void context_put_ex(struct nt_context_ex *ex, uint32_t size, gaddr at,
		    gaddr xs, const struct guest_regs *regs);
/* regs itself if it is full, or a copy made so. */
const struct guest_regs *context_full(const struct guest_regs *regs,
				      struct guest_regs *copy);
/*
 * The XSAVE area of the guest's context at at, whose own size is size: written
 * as far as it asks for that; read, *length bytes (0: nothing for us) for
 * context_take_xstate(), which leaves features alone that have no place in it.
 */
NTSTATUS context_xstate_to_guest(struct task *t, gaddr at, uint32_t size,
				 const struct guest_regs *regs);
NTSTATUS context_xstate_from_guest(struct task *t, gaddr at, uint32_t size,
				   struct nt_xstate *x, size_t *length);
void context_take_xstate(struct guest_regs *regs, const struct nt_xstate *x,
			 size_t length);
/* Up to where a filled area says something, for who writes it to a stack. */
size_t context_xstate_used(const struct nt_xstate *x);

#endif
