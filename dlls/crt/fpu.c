/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fpu.c - floating-point control: _control87, _clearfp, <fenv.h>.
 *
 * Microsoft's abstract bits stand for both units; on x64 only SSE's count.
 * Exception masks set there are "do not trap", in the abstract word too.
 */
#include "crt.h"

/* abstract _SW_/_EM_ bit, x87 and SSE bit */
static const struct {
	unsigned abstract, hw;
} flags[] = {
	{ 0x00010, 0x01 }, /* invalid */
	{ 0x80000, 0x02 }, /* denormal */
	{ 0x00008, 0x04 }, /* zero divide */
	{ 0x00004, 0x08 }, /* overflow */
	{ 0x00002, 0x10 }, /* underflow */
	{ 0x00001, 0x20 }, /* inexact */
};

#define MCW_EM 0x0008001f
#define MCW_RC 0x00000300
#define MCW_PC 0x00030000
#define MCW_IC 0x00040000
#define MCW_DN 0x03000000

static unsigned to_abstract(unsigned hw)
{
	unsigned v = 0;

	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (hw & flags[i].hw)
			v |= flags[i].abstract;
	return v;
}

static unsigned to_hw(unsigned v)
{
	unsigned hw = 0;

	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (v & flags[i].abstract)
			hw |= flags[i].hw;
	return hw;
}

static unsigned get_mxcsr(void)
{
	unsigned v;

	__asm__ volatile("stmxcsr %0" : "=m"(v));
	return v;
}

static void set_mxcsr(unsigned v)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(v));
}

static unsigned short get_cw(void)
{
	unsigned short v;

	__asm__ volatile("fnstcw %0" : "=m"(v));
	return v;
}

static void set_cw(unsigned short v)
{
	__asm__ volatile("fldcw %0" : : "m"(v));
}

static unsigned short get_sw(void)
{
	unsigned short v;

	__asm__ volatile("fnstsw %0" : "=m"(v));
	return v;
}

static unsigned from_sse(unsigned v)
{
	/* rounding: near, down, up, chop in both */
	unsigned a = to_abstract(v >> 7) | (v >> 13 & 3) << 8;

	if ((v & 0x8040) == 0x8040)
		a |= 0x01000000; /* _DN_FLUSH */
	else if (v & 0x0040)
		a |= 0x02000000; /* operands only */
	else if (v & 0x8000)
		a |= 0x03000000; /* results only */
	return a;
}

static unsigned sse_of(unsigned a, unsigned old)
{
	unsigned v = (old & 0x3f) | to_hw(a) << 7 | (a >> 8 & 3) << 13;

	switch (a & MCW_DN) {
	case 0x01000000:
		return v | 0x8040;
	case 0x02000000:
		return v | 0x0040;
	case 0x03000000:
		return v | 0x8000;
	}
	return v;
}

static unsigned from_x87(unsigned cw)
{
	static const unsigned pc[] = { 0x20000, 0x20000, 0x10000, 0 };

	return to_abstract(cw) | (cw >> 10 & 3) << 8 | pc[cw >> 8 & 3] |
	       (cw & 0x1000 ? MCW_IC : 0);
}

static unsigned short x87_of(unsigned a)
{
	unsigned pc = (a & MCW_PC) == 0x20000   ? 0
		      : (a & MCW_PC) == 0x10000 ? 2
						: 3;

	return (unsigned short)(to_hw(a) | (a >> 8 & 3) << 10 | pc << 8 |
				(a & MCW_IC ? 0x1000 : 0));
}

unsigned _control87(unsigned value, unsigned mask)
{
	unsigned v;

#ifdef _WIN64
	mask &= MCW_EM | MCW_RC | MCW_DN;
	v = from_sse(get_mxcsr());
	if (mask) {
		v = (v & ~mask) | (value & mask);
		set_mxcsr(sse_of(v, get_mxcsr()));
	}
#else
	unsigned sse;

	v = from_x87(get_cw());
	sse = from_sse(get_mxcsr());
	if (mask) {
		unsigned m = mask & (MCW_EM | MCW_RC | MCW_PC | MCW_IC);

		v = (v & ~m) | (value & m);
		set_cw(x87_of(v));
		m = mask & (MCW_EM | MCW_RC | MCW_DN);
		sse = (sse & ~m) | (value & m);
		set_mxcsr(sse_of(sse, get_mxcsr()));
	}
	v |= sse;
#endif
	return v;
}

/* Does not touch the denormal-operand mask. */
unsigned _controlfp(unsigned value, unsigned mask)
{
	return _control87(value, mask & ~0x80000u);
}

errno_t _controlfp_s(unsigned *old, unsigned value, unsigned mask)
{
	unsigned all = MCW_EM | MCW_RC | MCW_PC | MCW_IC | MCW_DN, v;

	if (value & mask & ~all) {
		if (old)
			*old = _controlfp(0, 0);
		crt_invalid(EINVAL);
		return EINVAL;
	}
	v = _controlfp(value, mask);
	if (old)
		*old = v;
	return 0;
}

int __control87_2(unsigned value, unsigned mask, unsigned *x87, unsigned *sse)
{
	if (x87) {
		unsigned v = from_x87(get_cw());
		unsigned m = mask & (MCW_EM | MCW_RC | MCW_PC | MCW_IC);

		v = (v & ~m) | (value & m);
		if (m)
			set_cw(x87_of(v));
		*x87 = v;
	}
	if (sse) {
		unsigned v = from_sse(get_mxcsr());
		unsigned m = mask & (MCW_EM | MCW_RC | MCW_DN);

		v = (v & ~m) | (value & m);
		if (m)
			set_mxcsr(sse_of(v, get_mxcsr()));
		*sse = v;
	}
	return 1;
}

unsigned _statusfp(void)
{
	unsigned v = to_abstract(get_mxcsr());

#ifndef _WIN64
	v |= to_abstract(get_sw());
#endif
	return v;
}

void _statusfp2(unsigned *x87, unsigned *sse)
{
	if (x87)
		*x87 = to_abstract(get_sw());
	if (sse)
		*sse = to_abstract(get_mxcsr());
}

unsigned _clearfp(void)
{
	unsigned v = _statusfp();

#ifndef _WIN64
	__asm__ volatile("fnclex");
#endif
	set_mxcsr(get_mxcsr() & ~0x3fu);
	return v;
}

unsigned _get_fpsr(void)
{
	return get_mxcsr();
}

void _set_fpsr(unsigned v)
{
	set_mxcsr(v);
}

/* The x87's precision: 64 bits of mantissa on x64 and for mingw, 53 for MSVC.
 */
void _fpreset(void)
{
	unsigned short cw = 0x27f;

	__asm__ volatile("fninit");
#ifdef _WIN64
	cw = 0x37f;
#endif
	set_cw(cw);
	set_mxcsr(0x1f80);
}

/* ----------------------------------------------------------------- fenv */

struct fenv {
	unsigned long ctl, stat;
};

#define FE_ALL 0x1f

int fegetround(void)
{
	return (int)(_controlfp(0, 0) & MCW_RC);
}

/* What <float.h> calls FLT_ROUNDS: C's numbers, which are not fegetround()'s. */
int __fpe_flt_rounds(void)
{
	enum { NEAREST = 1, DOWNWARD = 3, UPWARD = 2, TOWARD_ZERO = 0 };
	/* by the bits of MCW_RC */
	static const unsigned char rounds[] = { NEAREST, DOWNWARD, UPWARD,
						TOWARD_ZERO };

	return rounds[(_controlfp(0, 0) & MCW_RC) >> 8];
}

int fesetround(int how)
{
	if (how & ~MCW_RC)
		return 1;
	_controlfp((unsigned)how, MCW_RC);
	return 0;
}

int fegetenv(struct fenv *e)
{
	e->ctl = _controlfp(0, 0) & (MCW_EM | MCW_RC);
	e->stat = _statusfp();
	return 0;
}

static void set_status(unsigned clear, unsigned raise)
{
#ifndef _WIN64
	/* x87 flags can only be cleared or reloaded with everything else. */
	if (to_hw(clear) & get_sw())
		__asm__ volatile("fnclex");
#endif
	set_mxcsr((get_mxcsr() & ~to_hw(clear)) | to_hw(raise));
}

int fesetenv(const struct fenv *e)
{
	_controlfp((unsigned)e->ctl, MCW_EM | MCW_RC);
	set_status(FE_ALL, (unsigned)e->stat & FE_ALL);
	return 0;
}

int feholdexcept(struct fenv *e)
{
	fegetenv(e);
	set_status(FE_ALL, 0);
	_controlfp(~0u, MCW_EM);
	return 0;
}

int feclearexcept(int which)
{
	set_status((unsigned)which & FE_ALL, 0);
	return 0;
}

int fetestexcept(int which)
{
	return (int)_statusfp() & which & FE_ALL;
}

int fegetexceptflag(unsigned long *flag, int which)
{
	*flag = (unsigned long)fetestexcept(which);
	return 0;
}

int fesetexceptflag(const unsigned long *flag, int which)
{
	unsigned w = (unsigned)which & FE_ALL;

	set_status(w, (unsigned)*flag & w);
	return 0;
}

/* A raised exception traps when it is not masked. */
int feraiseexcept(int which)
{
	volatile double zero = 0, one = 1, r, big = 1e308, small = 1e-308;

	if (which & 0x10)
		r = zero / zero;
	if (which & 0x08)
		r = one / zero;
	if (which & 0x04)
		r = big * big;
	if (which & 0x02)
		r = small * small;
	if (which & 0x01)
		r = one / 3;
	(void)r;
	return 0;
}

int feupdateenv(const struct fenv *e)
{
	int raised = fetestexcept(FE_ALL);

	fesetenv(e);
	return feraiseexcept(raised);
}
