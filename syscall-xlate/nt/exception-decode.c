/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exception-decode.c - what instruction was it that faulted?
 *
 * Processors tell less than Windows reports: a #GP is an access violation or a
 * privileged instruction, a #DE a division by zero or a quotient too large, an
 * #UD perhaps a lock prefix in the wrong place.  Windows' kernel looks at the
 * bytes as well.
 */
#include "syscall-xlate/nt/exception.h"

#include <string.h>

#include "base/table.h"

enum { MAX_INSN = 15 };

struct bytes_at {
	uint8_t b[MAX_INSN + 1]; /* zero behind the last */
	unsigned n, at;
};

struct prefixes {
	bool lock, size16, address32, wide;
	uint8_t rex, segment;
};

/* As many bytes as can be read: the next page may not be there. */
static void fetch(struct task *t, gaddr rip, struct bytes_at *c)
{
	unsigned here = (unsigned)MIN(PAGE - rip % PAGE, MAX_INSN);

	memset(c, 0, sizeof *c);
	if (guest_read(t, c->b, rip, MAX_INSN) == 0)
		c->n = MAX_INSN;
	else if (guest_read(t, c->b, rip, here) == 0)
		c->n = here;
}

static uint8_t next(struct bytes_at *c)
{
	return c->at < c->n ? c->b[c->at++] : 0;
}

static int32_t next32(struct bytes_at *c)
{
	int32_t v = 0;

	for (unsigned i = 0; i < 4; i++)
		v |= (int32_t)((uint32_t)next(c) << 8 * i);
	return v;
}

static struct prefixes read_prefixes(struct bytes_at *c, bool is64)
{
	struct prefixes p = { 0 };

	for (;;) {
		uint8_t b = c->b[c->at];

		switch (b) {
		case 0xf0:
			p.lock = true;
			break;
		case 0x66:
			p.size16 = true;
			break;
		case 0x67:
			p.address32 = is64;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			p.segment = b;
			break;
		case 0xf2:
		case 0xf3:
			break;
		default:
			if (is64 && (b & 0xf0) == 0x40) {
				p.rex = b;
				p.wide = b & 8;
				c->at++;
			}
			return p;
		}
		if (++c->at >= c->n)
			return p;
	}
}

/* Register n in the order of the encodings. */
static uint64_t reg(const struct guest_regs *r, unsigned n)
{
	switch (n) {
	case 0:
		return r->rax;
	case 1:
		return r->rcx;
	case 2:
		return r->rdx;
	case 3:
		return r->rbx;
	case 4:
		return r->rsp;
	case 5:
		return r->rbp;
	case 6:
		return r->rsi;
	case 7:
		return r->rdi;
	default:
		return (&r->r8)[n - 8];
	}
}

/*
 * The address that modrm (already read) and what follows it name.  tail: bytes
 * of immediate behind it, none for what we look at.
 */
static gaddr effective(const struct guest_regs *r, struct bytes_at *c,
		       const struct prefixes *p, uint8_t modrm, gaddr rip,
		       bool is64, gaddr gs)
{
	unsigned mod = modrm >> 6, rm = modrm & 7;
	bool relative = false;
	gaddr at = 0;

	if (rm == 4) {
		uint8_t sib = next(c);
		unsigned base = (sib & 7) | (p->rex & 1) << 3;
		unsigned index = (sib >> 3 & 7) | (p->rex & 2) << 2;

		if (index != 4)
			at += reg(r, index) << (sib >> 6);
		if ((sib & 7) == 5 && mod == 0)
			at += (gaddr)(int64_t)next32(c);
		else
			at += reg(r, base);
	} else if (rm == 5 && mod == 0) {
		relative = is64;
		at = (gaddr)(int64_t)next32(c);
	} else {
		at = reg(r, rm | (p->rex & 1) << 3);
	}
	if (mod == 1)
		at += (gaddr)(int64_t)(int8_t)next(c);
	else if (mod == 2)
		at += (gaddr)(int64_t)next32(c);
	if (relative)
		at += rip + c->at;
	if (!is64 || p->address32)
		at = (uint32_t)at;
	if (p->segment == 0x65)
		at += is64 ? gs : 0;
	else if (p->segment == 0x64 && !is64)
		at += r->fs_base;
	return at;
}

static bool divisor(struct task *t, const struct guest_regs *r,
		    struct bytes_at *c, const struct prefixes *p, uint8_t op,
		    bool is64, uint64_t *v)
{
	unsigned bytes = op == 0xf6 ? 1 : p->wide ? 8 : p->size16 ? 2 : 4;
	uint8_t modrm = next(c);
	unsigned n = (modrm & 7) | (p->rex & 1) << 3;

	*v = 0;
	if ((modrm >> 3 & 7) < 6)
		return false;
	if (modrm >> 6 == 3) {
		if (bytes == 1 && !p->rex && n >= 4)
			*v = reg(r, n - 4) >> 8; /* ah ch dh bh */
		else
			*v = reg(r, n);
	} else if (guest_read(t, v,
			      effective(r, c, p, modrm, r->rip, is64,
					nt_thread(t)->gs_base),
			      bytes) < 0) {
		return false;
	}
	if (bytes < 8)
		*v &= (1ull << 8 * bytes) - 1;
	return true;
}

static bool privileged(struct bytes_at *c, uint8_t op)
{
	uint8_t second, modrm;

	switch (op) {
	case 0xf4: /* hlt */
	case 0xfa:
	case 0xfb: /* cli, sti */
	case 0xe4:
	case 0xe5:
	case 0xe6:
	case 0xe7: /* in, out */
	case 0xec:
	case 0xed:
	case 0xee:
	case 0xef:
	case 0x6c:
	case 0x6d:
	case 0x6e:
	case 0x6f: /* ins, outs */
		return true;
	case 0x0f:
		break;
	default:
		return false;
	}
	second = next(c);
	modrm = c->b[c->at];
	switch (second) {
	case 0x00: /* lldt, ltr */
		return (modrm >> 4 & 3) == 1;
	case 0x01: /* lgdt, lidt, lmsw, invlpg; xsetbv, swapgs */
		if (modrm >> 6 == 3)
			return modrm == 0xd1 || modrm == 0xf8 ||
			       (modrm >> 3 & 7) == 6;
		return (modrm >> 3 & 7) == 2 || (modrm >> 3 & 7) == 3 ||
		       (modrm >> 3 & 7) >= 6;
	case 0x06:
	case 0x07:
	case 0x08:
	case 0x09: /* clts sysret invd wbinvd */
	case 0x20:
	case 0x21:
	case 0x22:
	case 0x23: /* mov cr, dr */
	case 0x30:
	case 0x32:
	case 0x33:
	case 0x35: /* wrmsr rdmsr rdpmc sysexit */
		return true;
	default:
		return false;
	}
}

struct insn exception_decode(struct task *t, const struct guest_regs *r)
{
	bool is64 = r->cs != SEL_CODE32;
	struct insn i = { .kind = INSN_OTHER };
	struct prefixes p;
	struct bytes_at c;
	uint8_t op;

	fetch(t, r->rip, &c);
	if (!c.n) {
		i.kind = INSN_UNREADABLE;
		return i;
	}
	p = read_prefixes(&c, is64);
	op = next(&c);
	if (op == 0xcd) {
		i.kind = INSN_INT;
		i.number = next(&c);
		i.length = c.at;
	} else if (p.lock) {
		/* Whether it may stand there, the caller's fault knows. */
		i.kind = INSN_BAD_LOCK;
	} else if (op == 0xf6 || op == 0xf7) {
		if (divisor(t, r, &c, &p, op, is64, &i.number))
			i.kind = INSN_DIVIDE;
	} else if (privileged(&c, op)) {
		i.kind = INSN_PRIVILEGED;
	}
	return i;
}
