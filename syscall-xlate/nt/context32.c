/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * context32.c - the 32-bit CONTEXT <-> struct guest_regs.
 *
 * x87 is there twice: as FSAVE leaves it, in a form that predates SSE, and in
 * the FXSAVE image, which has the XMM registers as well.  Both are filled.
 * Where both are set, x87 comes from the first, which is the one that
 * programs edit, and XMM from the other.
 */
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/context.h"

/* EFLAGS that a program may set: CF PF AF ZF SF TF DF OF AC ID. */
enum { EFLAGS_USER = 0x250dd5, EFLAGS_FIXED = 0x202 };

/* The FXSAVE image. */
enum {
	FX_FCW = 0,
	FX_FSW = 2,
	FX_TAGS = 4, /* a bit per register that is not empty */
	FX_OPCODE = 6,
	FX_IP = 8,
	FX_DP = 16,
	FX_MXCSR = 24,
	FX_ST = 32,
	FX_XMM = 160,
	FX_XMM_END = 288, /* of eight, all that 32-bit code has */
	FX_END = 512,
};

#define KNOWN_FLAGS                                                            \
	((uint32_t)(CONTEXT_I386 | CONTEXT_ALL32 | CONTEXT_XSTATE |            \
		    CONTEXT_EXCEPTION_REQUEST | CONTEXT_EXCEPTION_REPORTING |  \
		    0x08000000 | 0x10000000 | 0x20000000))

static uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static void put16(uint8_t *p, uint32_t v)
{
	uint16_t low = (uint16_t)v;

	memcpy(p, &low, sizeof low);
}

void context32_make_full(struct guest_regs *r)
{
	uint16_t fcw = get16(r->fx + FX_FCW);
	uint32_t mxcsr = get32(r->fx + FX_MXCSR);

	memset(r->fx, 0, sizeof r->fx);
	put16(r->fx + FX_FCW, fcw);
	memcpy(r->fx + FX_MXCSR, &mxcsr, sizeof mxcsr);
	r->rcx = r->rdx = 0;
	memset(&r->r8, 0, 8 * sizeof r->r8);
	r->rflags = EFLAGS_FIXED;
	r->cs = SEL_CODE32;
	r->ss = SEL_DATA;
	r->xstate = 0;
	r->kind = REGS_FULL;
}

/* ---- x87 ---------------------------------------------------------------- */

/* What FSAVE says of a register that is not empty. */
static unsigned tag_of(const uint8_t *st)
{
	uint16_t exponent = get16(st + 8) & 0x7fff;
	uint64_t mantissa;

	memcpy(&mantissa, st, sizeof mantissa);
	if (!exponent)
		return mantissa ? 2 : 1;
	return exponent == 0x7fff || !(mantissa >> 63) ? 2 : 0;
}

static void x87_fill(struct nt_float_save *f, const uint8_t *fx)
{
	unsigned top = get16(fx + FX_FSW) >> 11 & 7;

	memset(f, 0, sizeof *f);
	f->control = 0xffff0000 | get16(fx + FX_FCW);
	f->status = 0xffff0000 | get16(fx + FX_FSW);
	f->tag = 0xffff0000;
	for (unsigned i = 0; i < 8; i++) {
		const uint8_t *st = fx + FX_ST + 16 * ((i - top) & 7);
		unsigned tag = fx[FX_TAGS] >> i & 1 ? tag_of(st) : 3;

		f->tag |= tag << 2 * i;
		memcpy(f->st[i], fx + FX_ST + 16 * i, sizeof f->st[i]);
	}
	f->error_offset = get32(fx + FX_IP);
	f->error_selector = SEL_CODE32 | (uint32_t)get16(fx + FX_OPCODE) << 16;
	f->data_offset = get32(fx + FX_DP);
	f->data_selector = 0xffff0000 | SEL_DATA;
}

static void x87_take(uint8_t *fx, const struct nt_float_save *f)
{
	memset(fx, 0, FX_MXCSR);
	put16(fx + FX_FCW, f->control);
	put16(fx + FX_FSW, f->status);
	put16(fx + FX_OPCODE, f->error_selector >> 16 & 0x7ff);
	memcpy(fx + FX_IP, &f->error_offset, 4);
	memcpy(fx + FX_DP, &f->data_offset, 4);
	for (unsigned i = 0; i < 8; i++) {
		if ((f->tag >> 2 * i & 3) != 3)
			fx[FX_TAGS] |= (uint8_t)(1u << i);
		memset(fx + FX_ST + 16 * i, 0, 16);
		memcpy(fx + FX_ST + 16 * i, f->st[i], sizeof f->st[i]);
	}
}

/* ---- regs to context ---------------------------------------------------- */

static void put_parts(struct nt_context32 *c, const struct guest_regs *r,
		      uint32_t flags)
{
	c->flags = flags;
	if (flags & CONTEXT_CONTROL) {
		c->ebp = (uint32_t)r->rbp;
		c->eip = (uint32_t)r->rip;
		c->cs = (uint16_t)r->cs;
		c->eflags = (uint32_t)r->rflags;
		c->esp = (uint32_t)r->rsp;
		c->ss = SEL_DATA;
	}
	if (flags & CONTEXT_INTEGER) {
		c->edi = (uint32_t)r->rdi;
		c->esi = (uint32_t)r->rsi;
		c->ebx = (uint32_t)r->rbx;
		c->edx = (uint32_t)r->rdx;
		c->ecx = (uint32_t)r->rcx;
		c->eax = (uint32_t)r->rax;
	}
	if (flags & CONTEXT_SEGMENTS) {
		c->gs = c->es = c->ds = SEL_DATA;
		c->fs = SEL_FS;
	}
	if (flags & CONTEXT_FLOATING_POINT)
		x87_fill(&c->x87, r->fx);
	if (flags & CONTEXT_EXTENDED_REGISTERS) {
		memcpy(c->fx, r->fx, FX_XMM_END);
		memset(c->fx + FX_XMM_END, 0, FX_END - FX_XMM_END);
	}
	if (flags & CONTEXT_DEBUG_REGISTERS)
		memset(c->dr, 0, sizeof c->dr);
}

void context32_fill(struct nt_context32 *c, const struct guest_regs *regs)
{
	struct guest_regs full;

	put_parts(c, context_full(regs, &full), CONTEXT_I386 | CONTEXT_ALL32);
}

void context32_fill_ex(struct nt_context32 *c, struct nt_context_ex *ex,
		       struct nt_xstate *x, gaddr at, gaddr xs,
		       const struct guest_regs *regs)
{
	struct guest_regs full;

	regs = context_full(regs, &full);
	context32_fill(c, regs);
	memset(ex, 0, sizeof *ex);
	if (!xs)
		return;
	c->flags |= CONTEXT_XSTATE;
	context_put_ex(ex, sizeof *c, at, xs, regs);
	context_put_xstate(x, regs);
}

/*
 * Another process (t is NULL) asks by Wow64GetThreadContext, where Windows does
 * not mind the other architecture's mark: 64-bit gdbservers set that.
 */
static bool flags_valid(const struct task *t, uint32_t flags)
{
	if (!t && flags & CONTEXT_AMD64)
		flags = (flags & ~(uint32_t)CONTEXT_AMD64) | CONTEXT_I386;
	return flags & CONTEXT_I386 && !(flags & ~KNOWN_FLAGS);
}

NTSTATUS context32_to_guest(struct task *t, gaddr at,
			    const struct guest_regs *regs, uint32_t flags)
{
	size_t n = offsetof(struct nt_context32, fx);
	struct guest_regs full;
	struct nt_context32 c;
	NTSTATUS status;

	if (!flags_valid(t, flags))
		return STATUS_INVALID_PARAMETER;
	/* Old programs' end where SSE begins, unless they ask for that. */
	if (flags & CONTEXT_EXTENDED_REGISTERS)
		n = sizeof c;
	if (guest_read(t, &c, at, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	regs = context_full(regs, &full);
	put_parts(&c, regs, flags);
	if (flags & CONTEXT_XSTATE) {
		status = context_xstate_to_guest(t, at, sizeof c, regs);
		if (status != STATUS_SUCCESS)
			return status;
	}
	if (guest_write(t, at, &c, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* ---- context to regs ---------------------------------------------------- */

static void take_parts(struct guest_regs *r, const struct nt_context32 *c)
{
	uint32_t mxcsr;

	if (c->flags & CONTEXT_CONTROL) {
		r->rbp = c->ebp;
		r->rip = c->eip;
		r->rsp = c->esp;
		r->cs = SEL_CODE32;
		r->ss = SEL_DATA;
		r->rflags = (c->eflags & EFLAGS_USER) | EFLAGS_FIXED;
	}
	if (c->flags & CONTEXT_INTEGER) {
		r->rdi = c->edi;
		r->rsi = c->esi;
		r->rbx = c->ebx;
		r->rdx = c->edx;
		r->rcx = c->ecx;
		r->rax = c->eax;
	}
	if (c->flags & CONTEXT_EXTENDED_REGISTERS) {
		memcpy(r->fx, c->fx, FX_XMM_END);
		mxcsr = get32(c->fx + FX_MXCSR) & 0xffff;
		memcpy(r->fx + FX_MXCSR, &mxcsr, sizeof mxcsr);
	}
	if (c->flags & CONTEXT_FLOATING_POINT)
		x87_take(r->fx, &c->x87);
}

NTSTATUS context32_from_guest(struct task *t, gaddr at, struct guest_regs *regs)
{
	size_t n = offsetof(struct nt_context32, fx);
	struct nt_context32 c;
	struct nt_xstate x;
	size_t xlength = 0;
	NTSTATUS status;

	if (guest_read(t, &c, at, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (!flags_valid(t, c.flags))
		return STATUS_INVALID_PARAMETER;
	if (c.flags & CONTEXT_EXTENDED_REGISTERS &&
	    guest_read(t, c.fx, at + n, sizeof c.fx) < 0)
		return STATUS_ACCESS_VIOLATION;
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
