/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unwind-x86_64.c - from a function's registers to its caller's.
 *
 * The prologue is described by unwind codes; an epilogue has to be recognized
 * by its instructions, which the x64 ABI restricts for that purpose.  Version 2
 * tables also list epilogues; their instructions are the same, so the codes
 * that do are only skipped.  Source: Microsoft's "x64 exception handling" and
 * "x64 prolog and epilog".
 */
#include "unwind.h"

enum unwind_op {
	PUSH_NONVOL,
	ALLOC_LARGE,
	ALLOC_SMALL,
	SET_FPREG,
	SAVE_NONVOL,
	SAVE_NONVOL_FAR,
	EPILOG,
	SPARE,
	SAVE_XMM128,
	SAVE_XMM128_FAR,
	PUSH_MACHFRAME,
};

typedef union {
	struct {
		UCHAR offset; /* in the prologue, behind the instruction */
		UCHAR op : 4;
		UCHAR info : 4;
	};
	USHORT word;
} CODE;

typedef struct {
	UCHAR version : 3;
	UCHAR flags : 5;
	UCHAR prolog; /* bytes */
	UCHAR ncodes;
	UCHAR frame_reg : 4;
	UCHAR frame_offset : 4; /* times 16 */
	CODE code[];
} INFO;

/* Chains are short; a loop would be damage. */
enum { MAX_CHAIN = 32 };

typedef ULONG64 __attribute__((may_alias, aligned(1))) u64u;
typedef LONG __attribute__((may_alias, aligned(1))) i32u;

static inline ULONG64 *int_reg(CONTEXT *c, unsigned n)
{
	return &c->Rax + n;
}

static inline M128A *xmm_reg(CONTEXT *c, unsigned n)
{
	return (M128A *)&c->FltSave.XmmRegisters[n];
}

static inline const INFO *info_of(ULONG64 base, const RUNTIME_FUNCTION *f)
{
	return (const INFO *)(base + f->UnwindData);
}

/* Behind the codes, of which there is an even number. */
static inline PVOID behind_codes(const INFO *i)
{
	return (PVOID)&i->code[(i->ncodes + 1) & ~1];
}

static inline const RUNTIME_FUNCTION *chained(ULONG64 base, const INFO *i)
{
	const RUNTIME_FUNCTION *f = behind_codes(i);

	if (f->UnwindData & RUNTIME_FUNCTION_INDIRECT)
		f = (const RUNTIME_FUNCTION *)(base + f->UnwindData -
					       RUNTIME_FUNCTION_INDIRECT);
	return f;
}

static const RUNTIME_FUNCTION *primary(ULONG64 base, const RUNTIME_FUNCTION *f)
{
	const INFO *i = info_of(base, f);

	for (int n = 0; i->flags & UNW_FLAG_CHAININFO && n < MAX_CHAIN; n++) {
		f = chained(base, i);
		i = info_of(base, f);
	}
	return f;
}

/* ---- epilogues ---- */

/*
 * Does a jump to target leave the function?  Only such a jump ends it.  A jump
 * to the very beginning is recursion as a tail call, if nothing but the stack
 * pointer's add or the pops can have come before.
 */
static BOOL leaves(ULONG64 base, const RUNTIME_FUNCTION *f, ULONG64 target)
{
	const RUNTIME_FUNCTION *other;
	ULONG64 rva = target - base, other_base;
	ULONG begin;

	if (rva >= f->BeginAddress && rva < f->EndAddress)
		return rva == f->BeginAddress &&
		       !(info_of(base, f)->flags & UNW_FLAG_CHAININFO);
	/* Into another part of the same function? */
	other = RtlLookupFunctionEntry(target, &other_base, NULL);
	if (!other || other_base != base)
		return TRUE;
	/* What a part is chained to is a copy of the table's entry. */
	begin = primary(base, f)->BeginAddress;
	if (primary(base, other)->BeginAddress != begin)
		return TRUE;
	return rva == begin;
}

/*
 * If pc is in an epilogue, do the rest of it to *c and return TRUE: then the
 * caller's registers are in place, rip included.
 */
static BOOL run_epilog(ULONG64 base, const RUNTIME_FUNCTION *f, const INFO *i,
		       ULONG64 pc, CONTEXT *c, KNONVOLATILE_CONTEXT_POINTERS *p)
{
	const UCHAR *at = (const UCHAR *)pc;
	const UCHAR *end = (const UCHAR *)base + f->EndAddress;
	const UCHAR *pops;
	ULONG64 rsp = c->Rsp;
	LONG64 target;

	/* add $n,%rsp; lea n(%frame),%rsp */
	if (end - at >= 4 && at[0] == 0x48 && at[1] == 0x83 && at[2] == 0xc4) {
		rsp += (LONG64)(signed char)at[3];
		at += 4;
	} else if (end - at >= 7 && at[0] == 0x48 && at[1] == 0x81 &&
		   at[2] == 0xc4) {
		rsp += (LONG64) * (const i32u *)(at + 3);
		at += 7;
	} else if (end - at >= 4 && (at[0] & 0xfe) == 0x48 && at[1] == 0x8d &&
		   i->frame_reg) {
		unsigned reg = (at[2] & 7) | (at[0] & 1) << 3;

		if ((at[2] & 0x38) != 0x20 || reg != i->frame_reg ||
		    (at[2] & 7) == 4)
			return FALSE;
		if (at[2] >> 6 == 1) {
			rsp = *int_reg(c, reg) + (LONG64)(signed char)at[3];
			at += 4;
		} else if (at[2] >> 6 == 2 && end - at >= 7) {
			rsp = *int_reg(c, reg) +
			      (LONG64) * (const i32u *)(at + 3);
			at += 7;
		} else {
			return FALSE;
		}
	}

	pops = at;
	for (;;) {
		if (end - at >= 1 && (at[0] & 0xf8) == 0x58)
			at++;
		else if (end - at >= 2 && at[0] == 0x41 &&
			 (at[1] & 0xf8) == 0x58)
			at += 2;
		else
			break;
	}

	if (end - at < 1)
		return FALSE;
	switch (at[0]) {
	case 0xc3: /* ret */
	case 0xc2:
		break;
	case 0xf3: /* rep ret */
		if (end - at < 2 || at[1] != 0xc3)
			return FALSE;
		break;
	case 0xf2: /* bnd ret, bnd jmp */
		if (end - at < 2 || (at[1] != 0xc3 && at[1] != 0xe9))
			return FALSE;
		break;
	case 0xeb:
		if (end - at < 2)
			return FALSE;
		target = (LONG64)(at + 2) + (signed char)at[1];
		if (!leaves(base, f, (ULONG64)target))
			return FALSE;
		break;
	case 0xe9:
		if (end - at < 5)
			return FALSE;
		target = (LONG64)(at + 5) + *(const i32u *)(at + 1);
		if (!leaves(base, f, (ULONG64)target))
			return FALSE;
		break;
	case 0xff: /* jmp *x(%rip) */
		if (end - at < 6 || at[1] != 0x25)
			return FALSE;
		break;
	case 0x48:
	case 0x49: /* rex.w jmp *%reg or *(%reg), marked by its prefix */
		if (end - at < 3 || at[1] != 0xff || (at[2] & 0x38) != 0x20)
			return FALSE;
		break;
	default:
		return FALSE;
	}

	for (at = pops;;) {
		unsigned reg;

		if ((at[0] & 0xf8) == 0x58) {
			reg = at[0] & 7;
			at++;
		} else if (at[0] == 0x41 && (at[1] & 0xf8) == 0x58) {
			reg = (at[1] & 7) | 8;
			at += 2;
		} else {
			break;
		}
		if (p)
			p->IntegerContext[reg] = (PVOID)rsp;
		*int_reg(c, reg) = *(u64u *)rsp;
		rsp += 8;
	}
	c->Rip = *(u64u *)rsp;
	c->Rsp = rsp + 8;
	return TRUE;
}

/* ---- prologues ---- */

/*
 * Undoes what of i's prologue was done before offset bytes of it.  frame: what
 * saved registers are relative to.  Returns whether rip came from a machine
 * frame.
 */
static BOOL undo_prolog(const INFO *i, unsigned offset, ULONG64 frame,
			CONTEXT *c, KNONVOLATILE_CONTEXT_POINTERS *p)
{
	static const UCHAR slots[16] = { 1, 2, 1, 1, 2, 3, 1, 3,
					 2, 3, 1, 1, 1, 1, 1, 1 };
	BOOL machine = FALSE;

	for (unsigned n = 0; n < i->ncodes;) {
		CODE code = i->code[n];
		const USHORT *more = &i->code[n + 1].word;
		unsigned size = slots[code.op];
		ULONG64 at;

		if (code.op == ALLOC_LARGE && code.info)
			size = 3;
		else if (code.op == EPILOG && i->version < 2)
			size = 2; /* was: save the low half of an xmm */
		n += size;
		if (code.offset > offset && code.op != EPILOG)
			continue;
		switch (code.op) {
		case PUSH_NONVOL:
			at = c->Rsp;
			if (p)
				p->IntegerContext[code.info] = (PVOID)at;
			c->Rsp = at + 8;
			*int_reg(c, code.info) = *(u64u *)at;
			break;
		case ALLOC_LARGE:
			c->Rsp += code.info ? more[0] | (ULONG64)more[1] << 16
					    : more[0] * 8ull;
			break;
		case ALLOC_SMALL:
			c->Rsp += code.info * 8 + 8;
			break;
		case SET_FPREG:
			c->Rsp = *int_reg(c, i->frame_reg) -
				 i->frame_offset * 16;
			break;
		case SAVE_NONVOL:
		case SAVE_NONVOL_FAR:
			at = frame +
			     (code.op == SAVE_NONVOL
				      ? more[0] * 8ull
				      : more[0] | (ULONG64)more[1] << 16);
			if (p)
				p->IntegerContext[code.info] = (PVOID)at;
			*int_reg(c, code.info) = *(u64u *)at;
			break;
		case SAVE_XMM128:
		case SAVE_XMM128_FAR:
			at = frame +
			     (code.op == SAVE_XMM128
				      ? more[0] * 16ull
				      : more[0] | (ULONG64)more[1] << 16);
			if (p)
				p->FloatingContext[code.info] = (PVOID)at;
			memcpy(xmm_reg(c, code.info), (PVOID)at, 16);
			break;
		case PUSH_MACHFRAME:
			at = c->Rsp + (code.info ? 8 : 0);
			c->Rip = ((u64u *)at)[0];
			c->Rsp = ((u64u *)at)[3];
			machine = TRUE;
			break;
		default:
			break;
		}
	}
	return machine;
}

static inline ULONG64 frame_base(const INFO *i, unsigned offset, CONTEXT *c)
{
	BOOL set = i->flags & UNW_FLAG_CHAININFO || offset >= i->prolog;

	if (!i->frame_reg)
		return c->Rsp;
	for (unsigned n = 0; n < i->ncodes && !set; n++)
		if (i->code[n].op == SET_FPREG)
			set = offset >= i->code[n].offset;
	return set ? *int_reg(c, i->frame_reg) - i->frame_offset * 16 : c->Rsp;
}

/*
 * To the caller's registers from offset bytes into the part f of a function,
 * whose frame is frame.  Returns the last part's information, and in *offset
 * how much of its prologue was undone; NULL: pc was in an epilogue.
 */
static inline const INFO *leave(ULONG64 base, const RUNTIME_FUNCTION *f,
				const INFO *i, ULONG64 pc, unsigned *offset,
				ULONG64 frame, CONTEXT *c,
				KNONVOLATILE_CONTEXT_POINTERS *p, BOOL *machine)
{
	if (*offset >= i->prolog || i->flags & UNW_FLAG_CHAININFO) {
		if (run_epilog(base, f, i, pc, c, p))
			return NULL;
	}
	*machine = undo_prolog(i, *offset, frame, c, p);
	for (int n = 0; i->flags & UNW_FLAG_CHAININFO && n < MAX_CHAIN; n++) {
		/* What comes before a part of a function was done wholly. */
		f = chained(base, i);
		i = info_of(base, f);
		if (i->frame_reg)
			frame = *int_reg(c, i->frame_reg) -
				i->frame_offset * 16;
		else
			frame = c->Rsp;
		*offset = ~0u;
		*machine |= undo_prolog(i, *offset, frame, c, p);
	}
	if (!*machine) {
		c->Rip = *(u64u *)c->Rsp;
		c->Rsp += 8;
	}
	return i;
}

static PEXCEPTION_ROUTINE unwind(DWORD kind, ULONG64 base, ULONG64 pc,
				 const RUNTIME_FUNCTION *f, CONTEXT *c,
				 PVOID *data, ULONG64 *establisher,
				 KNONVOLATILE_CONTEXT_POINTERS *p,
				 BOOL *machine)
{
	const INFO *i;
	unsigned offset;
	ULONG64 frame;

	*machine = FALSE;
	if (!f) { /* a leaf: the return address is on top */
		*establisher = c->Rsp;
		c->Rip = *(u64u *)c->Rsp;
		c->Rsp += 8;
		return NULL;
	}
	i = info_of(base, f);
	offset = (unsigned)(pc - base) - f->BeginAddress;
	frame = frame_base(i, offset, c);
	*establisher = frame;

	i = leave(base, f, i, pc, &offset, frame, c, p, machine);
	if (!i || offset < i->prolog || !(i->flags & kind))
		return NULL;
	*data = (UCHAR *)behind_codes(i) + sizeof(ULONG);
	return (PEXCEPTION_ROUTINE)(base + *(ULONG *)behind_codes(i));
}

static BOOL has_no_handler(ULONG64 base, const INFO *i)
{
	for (int n = 0; n < MAX_CHAIN; n++) {
		if (i->flags & UNW_FLAG_UHANDLER)
			return FALSE;
		if (!(i->flags & UNW_FLAG_CHAININFO))
			return TRUE;
		i = info_of(base, chained(base, i));
	}
	return FALSE;
}

/*
 * The frame of an exception, whose registers are saved in its CONTEXT: that is
 * what language handlers give RtlUnwindEx as its own, so it must be brought up
 * to date before it is read.  (What looks like the code may be another's
 * operand: that does no harm.)
 */
static BOOL by_machine(const INFO *i)
{
	return i->ncodes && i->code[i->ncodes - 1].op == PUSH_MACHFRAME;
}

BOOL rf_pass_frame(ULONG64 base, ULONG64 pc, const RUNTIME_FUNCTION *f,
		   CONTEXT *c, ULONG64 target, ULONG64 *frame)
{
	const INFO *i = info_of(base, f);
	unsigned offset = (unsigned)(pc - base) - f->BeginAddress;
	BOOL machine;

	if (!has_no_handler(base, i) || by_machine(i))
		return FALSE;
	*frame = frame_base(i, offset, c);
	if (!target || *frame < target)
		leave(base, f, i, pc, &offset, *frame, c, NULL, &machine);
	return TRUE;
}

PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(DWORD kind, DWORD64 base, DWORD64 pc,
					  PRUNTIME_FUNCTION f, PCONTEXT c,
					  PVOID *data, PDWORD64 establisher,
					  PKNONVOLATILE_CONTEXT_POINTERS p)
{
	BOOL machine;

	return unwind(kind, base, pc, f, c, data, establisher, p, &machine);
}

/* Since Windows 11, and what its own stack walkers use. */
NTSTATUS NTAPI RtlVirtualUnwind2(ULONG kind, ULONG64 base, ULONG64 pc,
				 PRUNTIME_FUNCTION f, PCONTEXT c,
				 BOOLEAN *machine, PVOID *data,
				 PULONG64 establisher,
				 PKNONVOLATILE_CONTEXT_POINTERS p, PULONG64 low,
				 PULONG64 high, PEXCEPTION_ROUTINE *handler,
				 ULONG flags)
{
	PEXCEPTION_ROUTINE found;
	BOOL by_machine;
	PVOID unused;

	if (low && high && (c->Rsp < *low || c->Rsp >= *high))
		return STATUS_BAD_STACK;
	found = unwind(kind, base, pc, f, c, data ? data : &unused, establisher,
		       p, &by_machine);
	if (machine)
		*machine = by_machine != FALSE;
	if (handler)
		*handler = found;
	return STATUS_SUCCESS;
}

/* ---- walks ---- */

/*
 * One frame up, if the stack still makes sense.  low and high bound it; codes
 * read up to what a prologue has allocated, which the check afterwards sees.
 */
static BOOL step(CONTEXT *c, ULONG64 low, ULONG64 high)
{
	RUNTIME_FUNCTION *f;
	ULONG64 base, frame, old = c->Rsp;
	BOOL machine;
	PVOID data;

	if (old < low || old > high - 8 || old & 7)
		return FALSE;
	f = RtlLookupFunctionEntry(c->Rip, &base, NULL);
	unwind(UNW_FLAG_NHANDLER, base, c->Rip, f, c, &data, &frame, NULL,
	       &machine);
	return c->Rip && c->Rsp > old && c->Rsp <= high;
}

static __attribute__((noinline)) ULONG walk(CONTEXT *c, ULONG skip, ULONG n,
					    PVOID *to)
{
	ULONG_PTR low, high;
	ULONG got = 0;

	stack_limits(&low, &high);
	while (got < n && step(c, low, high)) {
		if (skip)
			skip--;
		else
			to[got++] = (PVOID)c->Rip;
	}
	return got;
}

/* Number 0 is the caller's own place. */
__attribute__((noinline)) USHORT NTAPI RtlCaptureStackBackTrace(ULONG skip,
								ULONG n,
								PVOID *to,
								PULONG hash)
{
	CONTEXT c;
	ULONG sum = 0;

	RtlCaptureContext(&c);
	n = walk(&c, skip, n > 0xffff ? 0xffff : n, to);
	if (hash) {
		for (ULONG i = 0; i < n; i++)
			sum += (ULONG)(ULONG_PTR)to[i];
		*hash = sum;
	}
	return (USHORT)n;
}

/* The bits of flags from 8 on are frames to skip. */
__attribute__((noinline)) ULONG NTAPI RtlWalkFrameChain(PVOID *to, ULONG n,
							ULONG flags)
{
	CONTEXT c;

	if (flags & 1)
		return 0; /* the kernel's part of the stack */
	RtlCaptureContext(&c);
	return walk(&c, flags >> 8, n, to);
}
