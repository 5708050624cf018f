/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xstate.c - AVX and AVX-512 between struct guest_regs and XSAVE areas: those of
 * signal frames, of KVM, and those that guests have on their stacks.
 *
 * In the standard format each component has an offset of its own, which differs
 * between makers; in the compacted one they follow each other.
 */
#include <cpuid.h>
#include <stdatomic.h>
#include <string.h>

#include "base/cpu.h"
#include "base/table.h"
#include "syscall-xlate/regs.h"

enum { LEAF_XSAVE = 0xd, LEGACY_SIZE = 512 };
#define COMPACTED (1ull << 63)

struct xheader {
	uint64_t bv, comp; /* XSTATE_BV, XCOMP_BV */
};

static const struct component {
	uint16_t number;
	uint16_t size;
	uint16_t at; /* in guest_regs */
} components[] = {
	{ 2, sizeof((struct guest_regs *)0)->ymm_high,
	  offsetof(struct guest_regs, ymm_high) },
	{ 5, sizeof((struct guest_regs *)0)->opmask,
	  offsetof(struct guest_regs, opmask) },
	{ 6, sizeof((struct guest_regs *)0)->zmm_high,
	  offsetof(struct guest_regs, zmm_high) },
	{ 7, sizeof((struct guest_regs *)0)->zmm_more,
	  offsetof(struct guest_regs, zmm_more) },
};

/*
 * What the processor says; the same whoever asks, so without a lock.  Where the
 * components lie is asked for when a context is made: in a virtual machine each
 * cpuid costs microseconds.
 */
static struct {
	_Atomic bool known, laid_out;
	uint32_t features;
	uint32_t size;
	uint32_t at[COUNT_OF(components)]; /* from the header */
} cpu;
uint32_t xstate_mask;
uint64_t xstate_format;
bool xstate_masks64;

static void ask(void)
{
	uint32_t r[4], xcr0 = 0, high, features = 0;

	cpu_leaf(CPU_LEAF_1, r);
	if (r[2] & bit_OSXSAVE) {
		asm("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
		features = xcr0 & XSTATE_AVX;
		cpu_leaf(CPU_LEAF_D_1, r);
		if (features && (xcr0 & XSTATE_AVX512) == XSTATE_AVX512 &&
		    r[0] & bit_XSAVEC)
			features |= XSTATE_AVX512;
	}
	cpu.features = features;
	if (features & XSTATE_AVX512) {
		cpu_leaf(CPU_LEAF_7, r);
		xstate_masks64 = r[1] & bit_AVX512BW;
		xstate_format = COMPACTED | XSTATE_LEGACY | features;
	}
	if (xcr0)
		xstate_mask = XSTATE_LEGACY | features;
	cpu.known = true;
}

uint32_t xstate_features(void)
{
	if (!cpu.known)
		ask();
	return cpu.features;
}

static void lay_out(void)
{
	const uint32_t features = xstate_features();
	uint32_t size = XSTATE_HEADER;

	for (unsigned i = 0; i < COUNT_OF(components); i++) {
		unsigned a, b, c, d, n = components[i].number;

		if (!(features >> n & 1))
			continue;
		__cpuid_count(LEAF_XSAVE, n, a, b, c, d);
		if (a != components[i].size || b < LEGACY_SIZE + XSTATE_HEADER ||
		    b > LEGACY_SIZE + XSTATE_SIZE_MAX - a) {
			/* No processor's layout: without it, and the rest. */
			cpu.features &= n > 2 ? XSTATE_AVX : 0;
			xstate_mask &= XSTATE_LEGACY | cpu.features;
			break;
		}
		cpu.at[i] = b - LEGACY_SIZE;
		size = MAX(size, cpu.at[i] + a);
	}
	cpu.size = size;
	cpu.laid_out = true;
}

size_t xstate_size(void)
{
	if (!cpu.laid_out)
		lay_out();
	return cpu.size;
}

void xstate_put(const struct guest_regs *r, void *area)
{
	uint32_t put;
	struct xheader h;

	xstate_size(); /* where things lie */
	put = r->xstate & cpu.features;
	for (unsigned i = 0; i < COUNT_OF(components); i++)
		if (put >> components[i].number & 1)
			memcpy((char *)area + cpu.at[i],
			       (const char *)r + components[i].at,
			       components[i].size);
	memcpy(&h, area, sizeof h);
	h.bv = (h.bv & ~(uint64_t)(XSTATE_AVX | XSTATE_AVX512)) | put;
	memcpy(area, &h, sizeof h);
}

void xstate_take(struct guest_regs *r, const void *area, size_t size)
{
	size_t next = XSTATE_HEADER;
	uint32_t features;
	struct xheader h;

	r->xstate = 0;
	if (size < sizeof h)
		return;
	xstate_size(); /* where things lie */
	features = cpu.features;
	memcpy(&h, area, sizeof h);
	for (unsigned i = 0; i < COUNT_OF(components); i++) {
		const struct component *c = &components[i];
		size_t at = h.comp & COMPACTED ? next : cpu.at[i];

		if (h.comp >> c->number & 1)
			next += c->size;
		if (!((features & h.bv) >> c->number & 1))
			continue;
		if (h.comp & COMPACTED && !(h.comp >> c->number & 1))
			continue;
		if (at > size || c->size > size - at)
			continue;
		memcpy((char *)r + c->at, (const char *)area + at, c->size);
		r->xstate |= 1u << c->number;
	}
}
