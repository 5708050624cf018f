/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mitigation.c - restrictions that a process puts on itself.
 *
 * A program that asks for one relies on it, so what has no effect here is
 * refused, and what is said to be in force is.  Some are so by nature: there
 * are no system calls of win32k, no DLLs that the system puts into programs, no
 * fonts, and images are never loaded from elsewhere on the net.
 */
#include "syscall-xlate/nt/mitigation.h"

#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/exception.h"
#include "syscall-xlate/nt/process-create.h"

enum { ON = 1 };

/* IMAGES: NoRemoteImages, NoLowMandatoryLabelImages */
enum { REMOTE = 1, LOW_LABEL = 2 };
/* STRICT_HANDLES: both are only set together. */
enum { RAISE = 1, PERMANENTLY = 2 };

/* What Windows knows of each, and what of that can be put in force here. */
static const struct {
	uint32_t known, ours;
} policies[MITIGATIONS] = {
	[MITIGATION_DEP] = { 0x3, ON },
	[1] = { 0xf, 0 }, /* ASLR: addresses are the host's choice, or fixed */
	[MITIGATION_DYNAMIC_CODE] = { 0xf, ON },
	[MITIGATION_STRICT_HANDLES] = { RAISE | PERMANENTLY,
					RAISE | PERMANENTLY },
	[MITIGATION_WIN32K] = { 0x7, ON },
	[5] = { 0, 0 }, /* which options there are, to be asked only */
	[MITIGATION_EXTENSION_POINTS] = { 0x1, ON },
	[7] = { 0x7f, 0 }, /* control flow guard */
	[8] = { 0x1f, 0 }, /* signatures of images */
	[MITIGATION_FONTS] = { 0x3, ON },
	[MITIGATION_IMAGES] = { 0x1f, REMOTE | LOW_LABEL },
	[11] = { 0xf, 0 },   /* filter of system calls */
	[12] = { 0xfff, 0 }, /* payload restrictions */
	[MITIGATION_CHILDREN] = { 0x7, ON },
	[14] = { 0x1f, 0 },   /* side channels */
	[15] = { 0xffff, 0 }, /* shadow stacks */
	[16] = { 0x3, 0 },    /* redirection trust */
};

_Atomic uint32_t mitigations[MITIGATIONS];

NTSTATUS mitigation_query(const struct nt_process *p, uint32_t which,
			  uint32_t *bits)
{
	const struct start_block *b = nt_self->block;

	if (which >= MITIGATIONS)
		return STATUS_INVALID_PARAMETER;
	if (p != nt_self)
		return STATUS_NOT_SUPPORTED;
	*bits = mitigations[which];
	if (which == MITIGATION_DEP && !image_executes_data(p->launch->image))
		*bits |= ON;
	if (which == MITIGATION_CHILDREN && b && b->childless)
		*bits |= ON;
	return STATUS_SUCCESS;
}

NTSTATUS mitigation_set(uint32_t which, uint32_t bits)
{
	uint32_t now;
	NTSTATUS status = mitigation_query(nt_self, which, &now);

	if (status)
		return status;
	if (bits & ~policies[which].known ||
	    (which == MITIGATION_STRICT_HANDLES && bits &&
	     bits != (RAISE | PERMANENTLY)))
		return STATUS_INVALID_PARAMETER;
	if (bits & ~now & ~policies[which].ours)
		return STATUS_NOT_SUPPORTED;
	if (now & ~bits)
		return STATUS_ACCESS_DENIED;
	/* Data of a program that was started with it executable stays so. */
	if (which == MITIGATION_DEP)
		return bits & ~now ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
	atomic_fetch_or(&mitigations[which], bits);
	return STATUS_SUCCESS;
}

void mitigation_options(uint64_t options)
{
	enum { ALWAYS_ON = 1 };
	static const struct {
		uint8_t at; /* the option's four bits */
		uint8_t policy, bits;
	} ours[] = {
		{ 24, MITIGATION_STRICT_HANDLES, RAISE | PERMANENTLY },
		{ 28, MITIGATION_WIN32K, ON },
		{ 32, MITIGATION_EXTENSION_POINTS, ON },
		{ 36, MITIGATION_DYNAMIC_CODE, ON },
		{ 48, MITIGATION_FONTS, ON },
		{ 52, MITIGATION_IMAGES, REMOTE },
		{ 56, MITIGATION_IMAGES, LOW_LABEL },
	};

	for (unsigned i = 0; i < COUNT_OF(ours); i++)
		if ((options >> ours[i].at & 3) == ALWAYS_ON)
			mitigations[ours[i].policy] |= ours[i].bits;
}

void mitigation_invalid_handle(struct guest_regs *regs)
{
	struct nt_exception_record rec = { .code = STATUS_INVALID_HANDLE };
	struct task *t = current_task;
	struct guest_regs r;

	if (!mitigation_in_force(MITIGATION_STRICT_HANDLES))
		return;
	r = *regs;
	context_make_full(&r);
	rec.address = r.rip;
	if (!debug_exception(t, &r, &rec, true))
		exception_dispatch(t, &r, &rec);
	task_resume(t, &r);
}
