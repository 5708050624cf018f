/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unwind.c - from a function's registers to its caller's, for reports.
 *
 * A reader of x64's .pdata that believes nothing: all of it is the guest's.
 * Epilogues are not recognized, so a fault in one may cost the rest of a
 * backtrace; the real unwinder is in the guest's ntdll.
 */
#include "syscall-xlate/nt/exception.h"

#include <string.h>

#include "base/table.h"

enum { MAX_CODES = 255, MAX_CHAIN = 8 };
enum { UNW_CHAINED = 4 };
enum {
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
	PUSH_MACHFRAME
};

struct function {
	uint32_t begin, end, info;
};

struct info {
	uint8_t version, prolog, ncodes, frame; /* frame: register, offset */
	uint16_t code[MAX_CODES + 1];
	struct function chained;
	uint8_t flags;
};

bool unwind_module_at(struct task *t, gaddr base, struct unwind_module *m)
{
	struct {
		uint16_t magic;
	} coff;
	uint32_t lfanew, dir[2], size;

	if (guest_get32(t, &lfanew, base + 0x3c) < 0 || lfanew > 0x10000 ||
	    guest_read(t, &coff, base + lfanew + 24, sizeof coff) < 0 ||
	    coff.magic != 0x20b ||
	    guest_get32(t, &size, base + lfanew + 24 + 56) < 0 ||
	    guest_read(t, dir, base + lfanew + 24 + 112 + 3 * 8, sizeof dir) <
		    0)
		return false;
	*m = (struct unwind_module){ base, size, dir[0], dir[1] };
	return true;
}

static bool find(struct task *t, const struct unwind_module *m, uint32_t rva,
		 struct function *f)
{
	uint32_t low = 0, high = m->pdata_size / sizeof *f;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (guest_read(t, f, m->base + m->pdata + mid * sizeof *f,
			       sizeof *f) < 0)
			return false;
		if (rva < f->begin)
			high = mid;
		else if (rva >= f->end)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static bool read_info(struct task *t, const struct unwind_module *m,
		      uint32_t rva, struct info *i)
{
	gaddr at = m->base + rva;
	uint8_t head[4];

	if (guest_read(t, head, at, sizeof head) < 0)
		return false;
	i->version = head[0] & 7;
	i->flags = head[0] >> 3;
	i->prolog = head[1];
	i->ncodes = head[2];
	i->frame = head[3];
	if (i->version < 1 || i->version > 2 ||
	    guest_read(t, i->code, at + 4, 2u * i->ncodes) < 0)
		return false;
	if (!(i->flags & UNW_CHAINED))
		return true;
	return guest_read(t, &i->chained, at + 4 + 2 * ((i->ncodes + 1u) & ~1u),
			  sizeof i->chained) == 0;
}

static uint64_t *reg(struct guest_regs *r, unsigned n)
{
	uint64_t *const low[] = { &r->rax, &r->rcx, &r->rdx, &r->rbx,
				  &r->rsp, &r->rbp, &r->rsi, &r->rdi };

	return n < 8 ? low[n] : &r->r8 + (n - 8);
}

/* Undoes one code.  Returns how many slots it has; 0: nonsense. */
static unsigned undo(struct task *t, const struct info *i, unsigned n,
		     gaddr frame, struct guest_regs *r, bool *machine)
{
	unsigned op = i->code[n] >> 8 & 15, arg = i->code[n] >> 12;
	unsigned left = i->ncodes - n;
	uint32_t far =
		left >= 3 ? i->code[n + 1] | (uint32_t)i->code[n + 2] << 16 : 0;
	uint32_t near = left >= 2 ? i->code[n + 1] : 0;
	struct nt_machine_frame mf;

	switch (op) {
	case PUSH_NONVOL:
		if (guest_get64(t, reg(r, arg), r->rsp) < 0)
			return 0;
		r->rsp += 8;
		return 1;
	case ALLOC_LARGE:
		r->rsp += arg ? far : near * 8;
		return arg ? 3 : 2;
	case ALLOC_SMALL:
		r->rsp += arg * 8 + 8;
		return 1;
	case SET_FPREG:
		r->rsp = frame;
		return 1;
	case SAVE_NONVOL:
		return guest_get64(t, reg(r, arg), frame + near * 8) < 0 ? 0
									 : 2;
	case SAVE_NONVOL_FAR:
		return guest_get64(t, reg(r, arg), frame + far) < 0 ? 0 : 3;
	case EPILOG:
		return i->version == 2 ? 1 : 2;
	case SAVE_XMM128:
		return 2;
	case SPARE:
	case SAVE_XMM128_FAR:
		return 3;
	case PUSH_MACHFRAME:
		if (guest_read(t, &mf, r->rsp + (arg ? 8 : 0), sizeof mf) < 0)
			return 0;
		r->rip = mf.rip;
		r->rsp = mf.rsp;
		*machine = true;
		return 1;
	default:
		return 0;
	}
}

/* What saved registers are relative to. */
static gaddr frame_of(const struct info *i, uint32_t at, struct guest_regs *r)
{
	unsigned n = i->frame & 15;

	for (unsigned k = 0; n && k < i->ncodes; k++)
		if ((i->code[k] >> 8 & 15) == SET_FPREG &&
		    at >= (i->code[k] & 0xff))
			return *reg(r, n) - (i->frame >> 4) * 16u;
	return r->rsp;
}

/* Undoes what was done before the function's byte number at. */
static bool undo_all(struct task *t, const struct info *i, uint32_t at,
		     struct guest_regs *r, bool *machine)
{
	gaddr frame = frame_of(i, at, r);
	struct guest_regs unused;
	unsigned step;

	for (unsigned n = 0; n < i->ncodes; n += step) {
		bool done = at >= (i->code[n] & 0xff), ignored;

		if (!done)
			unused = *r;
		step = undo(t, i, n, frame, done ? r : &unused,
			    done ? machine : &ignored);
		if (!step)
			return false;
	}
	return true;
}

bool unwind_step(struct task *t, const struct unwind_module *m,
		 struct guest_regs *r)
{
	bool machine = false, found;
	uint64_t rsp = r->rsp;
	struct function f = { 0 };
	struct info i;
	uint32_t at;

	found = m && find(t, m, (uint32_t)(r->rip - m->base), &f);
	at = found ? (uint32_t)(r->rip - m->base) - f.begin : 0;
	for (int depth = 0; found && depth < MAX_CHAIN; depth++) {
		if (!read_info(t, m, f.info, &i) ||
		    !undo_all(t, &i, at, r, &machine))
			return false;
		if (!(i.flags & UNW_CHAINED))
			break;
		f = i.chained;
		at = UINT32_MAX; /* all of it */
	}
	if (!machine) {
		if (guest_get64(t, &r->rip, r->rsp) < 0)
			return false;
		r->rsp += 8;
	}
	return r->rip && (machine || r->rsp > rsp);
}
