/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * context.c - CONTEXT (x64) <-> struct guest_regs.
 *
 * A context carries what the engine does: the FXSAVE image, and what AVX and
 * AVX-512 add to it in the XSAVE area that CONTEXT_EX points to.  Debug registers are
 * debug-regs.c's; here they read as zero.
 */
#include "syscall-xlate/nt/context.h"

#include <string.h>

#include "base/table.h"

/* RFLAGS that a program may set: CF PF AF ZF SF TF DF OF RF AC ID. */
enum { RFLAGS_USER = 0x250dd5, RFLAGS_FIXED = 0x202 };
enum { FX_FCW = 0, FX_MXCSR = 24, FX_MXCSR_MASK = 28, FX_XMM = 160 };
enum { FX_USED = 416, XMM_CALL_KEEPS = 6, FCW_WINDOWS = 0x27f };

#define KNOWN_FLAGS                                                            \
	((uint32_t)(CONTEXT_AMD64 | CONTEXT_ALL | CONTEXT_XSTATE |             \
		    CONTEXT_EXCEPTION_REQUEST | CONTEXT_EXCEPTION_REPORTING |  \
		    0x08000000 | 0x10000000 | 0x20000000 | 0x80))

/* A context's area is as large as its processor's features want it. */
static size_t area_size(uint32_t features)
{
	return features & XSTATE_AVX512 ? sizeof(struct nt_xstate) :
	       features		       ? offsetof(struct nt_xstate, avx512) :
					 offsetof(struct nt_xstate, avx);
}

/*
 * What a frame on the guest's stack has room for: AVX-512's registers only while
 * they hold something.  Programs reckon with frames that are no larger than they
 * need be: of a goroutine's stack Go keeps 4 KB for an exception and its handler.
 */
static uint32_t frame_features(const struct guest_regs *r)
{
	const uint32_t all = xstate_features();
	const bool in_use = r->kind == REGS_NO_FPU ||
			    (r->kind == REGS_FULL && r->xstate & XSTATE_AVX512);

	return in_use ? all : all & ~(uint32_t)XSTATE_AVX512;
}

size_t context_xstate_used(const struct nt_xstate *x)
{
	return area_size((uint32_t)x->mask);
}

void context_make_full(struct guest_regs *regs)
{
	uint32_t mxcsr;

	regs_complete(regs);
	if (regs->kind == REGS_FULL)
		return;
	if (regs->kind == REGS_CALL32) {
		context32_make_full(regs);
		return;
	}
	memcpy(&mxcsr, regs->fx + FX_MXCSR, sizeof mxcsr);
	memset(regs->fx, 0, FX_XMM);
	regs->fx[FX_FCW] = FCW_WINDOWS & 0xff;
	regs->fx[FX_FCW + 1] = FCW_WINDOWS >> 8;
	memcpy(regs->fx + FX_MXCSR, &mxcsr, sizeof mxcsr);
	memset(regs->fx + FX_XMM, 0, XMM_CALL_KEEPS * 16);
	memset(regs->fx + FX_USED, 0, sizeof regs->fx - FX_USED);
	regs->rcx = regs->rdx = regs->r8 = regs->r9 = 0;
	regs->r10 = regs->r11 = 0;
	regs->rflags = RFLAGS_FIXED;
	regs->cs = SEL_CODE64;
	regs->ss = SEL_DATA;
	regs->xstate = 0;
	regs->kind = REGS_FULL;
}

const struct guest_regs *context_full(const struct guest_regs *regs,
				      struct guest_regs *copy)
{
	if (regs->kind == REGS_FULL)
		return regs;
	*copy = *regs;
	context_make_full(copy);
	return copy;
}

/* ---- regs to context -------------------------------------------------- */

static void put_parts(struct nt_context *c, const struct guest_regs *r,
		      uint32_t flags)
{
	c->flags = flags;
	if (flags & CONTEXT_CONTROL) {
		c->cs = (uint16_t)r->cs;
		c->ss = SEL_DATA;
		c->rip = r->rip;
		c->rsp = r->rsp;
		c->eflags = (uint32_t)r->rflags;
	}
	if (flags & CONTEXT_INTEGER) {
		c->rax = r->rax;
		c->rcx = r->rcx;
		c->rdx = r->rdx;
		c->rbx = r->rbx;
		c->rbp = r->rbp;
		c->rsi = r->rsi;
		c->rdi = r->rdi;
		memcpy(&c->r8, &r->r8, 8 * sizeof c->r8);
	}
	if (flags & CONTEXT_SEGMENTS) {
		c->ds = c->es = c->gs = SEL_DATA;
		c->fs = SEL_FS;
	}
	if (flags & CONTEXT_FLOATING_POINT) {
		memcpy(c->fx, r->fx, FX_USED);
		memset(c->fx + FX_USED, 0, sizeof c->fx - FX_USED);
		memcpy(&c->mxcsr, r->fx + FX_MXCSR, sizeof c->mxcsr);
	}
	if (flags & CONTEXT_DEBUG_REGISTERS)
		memset(&c->dr0, 0, 6 * sizeof c->dr0);
}

void context_put_xstate(struct nt_xstate *x, const struct guest_regs *r)
{
	const size_t head = offsetof(struct nt_xstate, avx);

	memset(x, 0, head);
	x->mask = r->xstate;
	x->compaction = XSTATE_COMPACTED | frame_features(r);
	memcpy(x->avx, r->ymm_high, area_size(r->xstate) - head);
}

void context_put_ex(struct nt_context_ex *ex, uint32_t size, gaddr at, gaddr xs,
		    const struct guest_regs *r)
{
	ex->legacy.offset = -(int32_t)size;
	ex->legacy.length = size;
	ex->xstate.offset = (int32_t)(xs - (at + size));
	ex->xstate.length = (uint32_t)area_size(frame_features(r));
	ex->all.offset = ex->legacy.offset;
	ex->all.length = (uint32_t)(ex->xstate.offset - ex->all.offset) +
			 ex->xstate.length;
}

void context_fill(struct nt_context *c, struct nt_context_ex *ex,
		  struct nt_xstate *x, gaddr at, gaddr xs,
		  const struct guest_regs *regs)
{
	bool with_x = ex && x && xs;
	struct guest_regs full;

	regs = context_full(regs, &full);
	memset(c, 0, offsetof(struct nt_context, fx));
	memset(c->vector, 0, sizeof *c - offsetof(struct nt_context, vector));
	put_parts(c, regs,
		  CONTEXT_AMD64 | CONTEXT_ALL | (with_x ? CONTEXT_XSTATE : 0));
	if (ex)
		memset(ex, 0, sizeof *ex);
	if (!with_x)
		return;
	context_put_ex(ex, sizeof *c, at, xs, regs);
	context_put_xstate(x, regs);
}

gaddr context_push(const struct guest_regs *regs, uint64_t rsp, size_t size,
		   gaddr *xs)
{
	gaddr at = rsp;

	*xs = 0;
	if (rsp > guest_mem->high || rsp < 2 * PAGE)
		return 0;
	if (xstate_features()) {
		at = ROUND_DOWN(at - area_size(frame_features(regs)), 64);
		*xs = at;
	}
	return ROUND_DOWN(at - size, 16);
}

/*
 * Where the XSAVE area of the context at at lies, whose own size is size, and
 * how much of it there is; *length 0: it has no room for what we carry.
 */
static NTSTATUS find_xstate(struct task *t, gaddr at, uint32_t size, gaddr *xs,
			    size_t *length)
{
	gaddr base = at + size;
	struct nt_context_ex ex;

	if (guest_read(t, &ex, base, offsetof(struct nt_context_ex, pad)) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (ex.xstate.length < offsetof(struct nt_xstate, avx) ||
	    ex.xstate.offset < -(int32_t)size)
		return STATUS_INVALID_PARAMETER;
	*xs = base + (uint64_t)(int64_t)ex.xstate.offset;
	*length = ex.xstate.length;
	if (*length < offsetof(struct nt_xstate, avx512) || !xstate_features())
		*length = 0;
	return STATUS_SUCCESS;
}

NTSTATUS context_xstate_to_guest(struct task *t, gaddr at, uint32_t size,
				 const struct guest_regs *regs)
{
	struct nt_xstate x;
	NTSTATUS status;
	uint64_t asked;
	size_t length;
	gaddr xs;

	status = find_xstate(t, at, size, &xs, &length);
	if (status != STATUS_SUCCESS || !length)
		return status;
	/* The caller's mask says which features it wants. */
	if (guest_read(t, &asked, xs, sizeof asked) < 0)
		return STATUS_ACCESS_VIOLATION;
	asked &= xstate_features();
	if (length < sizeof x)
		asked &= XSTATE_AVX;
	if (!asked)
		return STATUS_SUCCESS;
	context_put_xstate(&x, regs);
	if (!(x.mask & XSTATE_AVX))
		memset(x.avx, 0, sizeof x.avx);
	x.compaction = XSTATE_COMPACTED | xstate_features();
	x.mask &= asked;
	if (guest_write(t, xs, &x, area_size((uint32_t)asked)) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS context_to_guest(struct task *t, gaddr at,
			  const struct guest_regs *regs, uint32_t flags)
{
	return nt_self && nt_self->wow64
		       ? context32_to_guest(t, at, regs, flags)
		       : context64_to_guest(t, at, regs, flags);
}

NTSTATUS context64_to_guest(struct task *t, gaddr at,
			    const struct guest_regs *regs, uint32_t flags)
{
	struct guest_regs full;
	struct nt_context c;
	NTSTATUS status;

	if (!(flags & CONTEXT_AMD64) || flags & ~KNOWN_FLAGS)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &c, at, sizeof c) < 0)
		return STATUS_ACCESS_VIOLATION;
	regs = context_full(regs, &full);
	put_parts(&c, regs, flags);
	if (flags & CONTEXT_XSTATE) {
		status = context_xstate_to_guest(t, at, sizeof c, regs);
		if (status != STATUS_SUCCESS)
			return status;
	}
	if (guest_write(t, at, &c, sizeof c) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* ---- context to regs --------------------------------------------------- */

static NTSTATUS flags_at(struct task *t, gaddr at, uint32_t *flags)
{
	return guest_get32(t, flags, at) ? STATUS_ACCESS_VIOLATION
					 : STATUS_SUCCESS;
}

NTSTATUS context64_flags(struct task *t, gaddr at, uint32_t *flags)
{
	return flags_at(t, at + offsetof(struct nt_context, flags), flags);
}

NTSTATUS context_flags(struct task *t, gaddr at, uint32_t *flags)
{
	return nt_self && nt_self->wow64 ? flags_at(t, at, flags)
					 : context64_flags(t, at, flags);
}

static void take_parts(struct guest_regs *r, const struct nt_context *c)
{
	uint32_t mxcsr;

	if (c->flags & CONTEXT_CONTROL) {
		r->cs = c->cs == SEL_CODE32 ? SEL_CODE32 : SEL_CODE64;
		r->ss = SEL_DATA;
		r->rip = c->rip;
		r->rsp = c->rsp;
		r->rflags = (c->eflags & RFLAGS_USER) | RFLAGS_FIXED;
	}
	if (c->flags & CONTEXT_INTEGER) {
		r->rax = c->rax;
		r->rcx = c->rcx;
		r->rdx = c->rdx;
		r->rbx = c->rbx;
		r->rbp = c->rbp;
		r->rsi = c->rsi;
		r->rdi = c->rdi;
		memcpy(&r->r8, &c->r8, 8 * sizeof c->r8);
	}
	if (c->flags & CONTEXT_FLOATING_POINT) {
		memcpy(r->fx, c->fx, FX_USED);
		/* Windows takes MXCSR from its own field. */
		mxcsr = c->mxcsr & 0xffff;
		memcpy(r->fx + FX_MXCSR, &mxcsr, sizeof mxcsr);
	}
}

NTSTATUS context_xstate_from_guest(struct task *t, gaddr at, uint32_t size,
				   struct nt_xstate *x, size_t *length)
{
	NTSTATUS status;
	gaddr xs;

	status = find_xstate(t, at, size, &xs, length);
	if (status != STATUS_SUCCESS)
		return status;
	*length = MIN(*length, sizeof *x);
	if (*length && guest_read(t, x, xs, *length) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

void context_take_xstate(struct guest_regs *regs, const struct nt_xstate *x,
			 size_t length)
{
	uint64_t places = x->compaction & XSTATE_COMPACTED ? x->compaction :
							     ~0ull;
	uint32_t kept;

	if (length < sizeof *x)
		places &= XSTATE_AVX;
	kept = regs->xstate & ~(uint32_t)places;
	xstate_take(regs, x, length);
	regs->xstate |= kept;
}

NTSTATUS context_from_guest(struct task *t, gaddr at, struct guest_regs *regs)
{
	return nt_self && nt_self->wow64 ? context32_from_guest(t, at, regs)
					 : context64_from_guest(t, at, regs);
}

NTSTATUS context64_from_guest(struct task *t, gaddr at, struct guest_regs *regs)
{
	struct nt_context c;
	struct nt_xstate x;
	size_t xlength = 0;
	NTSTATUS status;

	if (guest_read(t, &c, at, sizeof c) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (!(c.flags & CONTEXT_AMD64) || c.flags & ~KNOWN_FLAGS)
		return STATUS_INVALID_PARAMETER;
	if (c.flags & CONTEXT_XSTATE) {
		status = context_xstate_from_guest(t, at, sizeof c, &x,
						   &xlength);
		if (status != STATUS_SUCCESS)
			return status;
	}
	context_make_full(regs);
	take_parts(regs, &c);
	if (xlength)
		context_take_xstate(regs, &x, xlength);
	return STATUS_SUCCESS;
}
