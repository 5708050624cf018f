/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * insn.c - instruction lengths from two opcode maps.
 *
 * A letter per opcode says what follows it:
 *	.  nothing		m  ModRM		x  invalid or too rare
 *	b  8 bits		B  ModRM and 8 bits	p  it is a prefix
 *	z  32 (16) bits		Z  ModRM and 32 (16) bits
 *	w  16 bits		e  16 and 8 bits
 *	v  like z, but 64 with REX.W			o  an address
 *	t  ModRM, and b or z if its reg field is 0 or 1
 */
#include "syscall-xlate/engine/insn.h"

#include <string.h>

static const char one_byte[] =
	"mmmmbzxxmmmmbzx2" "mmmmbzxxmmmmbzxx" "mmmmbzpxmmmmbzpx"
	"mmmmbzpxmmmmbzpx" "rrrrrrrrrrrrrrrr" "................"
	"xxEmppppzZbB...." "bbbbbbbbbbbbbbbb" "BZxBmmmmmmmmmmmm"
	"..........x....." "oooo....bz......" "bbbbbbbbvvvvvvvv"
	"BBw.VVBZe.w..bx." "mmmmxxx.mmmmmmmm" "bbbbbbbbzzxb...."
	"p.pp..tT......mm";

static const char two_byte[] =
	"mmmmx.....x.xm.x" "mmmmmmmmmmmmmmmm" "mmmmxxxxmmmmmmmm"
	"........3x4xxxxx" "mmmmmmmmmmmmmmmm" "mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm" "BBBBmmm.mmxxmmmm" "zzzzzzzzzzzzzzzz"
	"mmmmmmmmmmmmmmmm" "...mBmxx...mBmmm" "mmmmmmmmmmBmmmmm"
	"mmBmBBBm........" "mmmmmmmmmmmmmmmm" "mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm";

struct cursor {
	const uint8_t *p;
	size_t at, max;
	bool bad;
	struct insn *i;
};

static uint8_t next(struct cursor *c)
{
	if (c->at >= c->max) {
		c->bad = true;
		return 0;
	}
	return c->p[c->at++];
}

static uint8_t modrm(struct cursor *c)
{
	uint8_t m = next(c), mod = m >> 6, rm = m & 7;

	c->i->modrm = (unsigned)c->at - 1;
	if (mod == 3)
		return m;
	if (rm == 4) {
		uint8_t sib = next(c);

		if (mod == 0 && (sib & 7) == 5)
			c->at += 4;
	} else if (mod == 0 && rm == 5) {
		c->at += 4;
	}
	c->at += mod == 1 ? 1 : mod == 2 ? 4 : 0;
	return m;
}

/* VEX and EVEX: the map is a field, and there is nearly always a ModRM. */
static void vector_insn(struct cursor *c, unsigned map)
{
	uint8_t op = next(c);
	char kind = map == 3 ? 'B' : map == 1 ? two_byte[op] : 'm';

	if (map < 1 || map > 6 || map == 4) {
		c->bad = true;
		return;
	}
	c->i->opcode = (map == 1 ? 0x0f00u : map << 16) | op;
	if (kind != '.')
		modrm(c);
	if (kind == 'B')
		c->at++;
}

static unsigned decode(const uint8_t *p, size_t max, struct insn *i)
{
	struct cursor c = { p, 0, max < 15 ? max : 15, false, i };
	bool opsize = false, wide = false, addr32 = false;
	unsigned z;
	uint8_t op, m;
	char kind;

	while (kind = one_byte[op = next(&c)], kind == 'p' && !c.bad) {
		opsize |= op == 0x66;
		addr32 |= op == 0x67;
		if (op == 0x64 || op == 0x65)
			i->segment = op == 0x64 ? 'f' : 'g';
	}
	i->addr32 = addr32;
	if (kind == 'r') {
		wide = op & 8;
		i->rex = op & 3;
		kind = one_byte[op = next(&c)];
	}
	z = opsize ? 2 : 4;
	if (kind == 'V' || kind == 'E') {
		unsigned map = 1;

		/* The bits of REX are upside down there. */
		if (op == 0xc4 || op == 0x62) {
			uint8_t b = next(&c);

			map = b & (op == 0xc4 ? 31 : 7);
			i->rex = ~b >> 5 & 3;
		}
		i->evex = op == 0x62;
		c.at += op == 0x62 ? 2 : 1;
		vector_insn(&c, map);
		return c.bad || c.at > c.max ? 0 : (unsigned)c.at;
	}
	i->opcode = op;
	if (kind == '2') {
		kind = two_byte[op = next(&c)];
		i->opcode = 0x0f00u | op;
		if (kind == '3' || kind == '4') {
			next(&c);
			kind = kind == '3' ? 'm' : 'B';
		} else if (kind == 'z') {
			z = 4; /* a jump's distance, whatever the prefix */
		}
	}
	switch (kind) {
	case '.':
		break;
	case 'm':
		modrm(&c);
		break;
	case 'b':
		c.at++;
		break;
	case 'B':
		modrm(&c);
		c.at++;
		break;
	case 'z':
		c.at += op == 0xe8 || op == 0xe9 ? 4 : z;
		break;
	case 'Z':
		modrm(&c);
		c.at += z;
		break;
	case 'w':
		c.at += 2;
		break;
	case 'e':
		c.at += 3;
		break;
	case 'v':
		c.at += wide ? 8 : z;
		break;
	case 'o':
		c.at += addr32 ? 4 : 8;
		break;
	case 't':
	case 'T':
		m = modrm(&c);
		if ((m >> 3 & 7) < 2)
			c.at += kind == 't' ? 1 : z;
		break;
	default:
		return 0;
	}
	return c.bad || c.at > c.max ? 0 : (unsigned)c.at;
}

bool insn_decode(const uint8_t *p, size_t max, struct insn *i)
{
	*i = (struct insn){ 0 };
	i->length = decode(p, max, i);
	return i->length != 0;
}

unsigned insn_length(const uint8_t *p, size_t max)
{
	struct insn i;

	return insn_decode(p, max, &i) ? i.length : 0;
}
