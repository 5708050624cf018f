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
#include "syscall-xlate/nt/nt-private.h"
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

/* ---- what a parent asks for ----
 *
 * PROCESS_CREATION_MITIGATION_POLICY_*: two words of fields with four bits, in
 * which 1 is on, 2 off, and 3 another kind of on or reserved.
 */

enum { FIELD_ON = 1, FIELD_OTHER = 3 };

/* The first field is one of single bits. */
enum { FIRST_DEP = 1, FIRST_ATL_THUNKS = 2, FIRST_SEHOP = 4, FIRST_KNOWN = 7 };

enum force {
	UNKNOWN,	    /* no such field, which has to be 0 */
	REFUSED,	    /* would have no effect */
	BY_NATURE,	    /* nothing is to be done for it */
	FROM_START,	    /* a policy of the child's */
	OTHER_KNOWN = 0x10, /* 3 means something, which is refused */
};

static const struct {
	uint8_t force, policy, bits;
} fields[2][16] = {
	{
		[2] = { REFUSED | OTHER_KNOWN }, /* relocation by force */
		[3] = { BY_NATURE },		 /* a damaged heap is the end */
		[4] = { REFUSED },		 /* ASLR, bottom up */
		[5] = { REFUSED },		 /* the same, 64 bits of it */
		[6] = { FROM_START, MITIGATION_STRICT_HANDLES,
			RAISE | PERMANENTLY },
		[7] = { FROM_START, MITIGATION_WIN32K, ON },
		[8] = { FROM_START, MITIGATION_EXTENSION_POINTS, ON },
		[9] = { FROM_START | OTHER_KNOWN, MITIGATION_DYNAMIC_CODE, ON },
		[10] = { REFUSED | OTHER_KNOWN }, /* control flow guard */
		[11] = { REFUSED | OTHER_KNOWN }, /* images by Microsoft only */
		[12] = { FROM_START | OTHER_KNOWN, MITIGATION_FONTS, ON },
		[13] = { FROM_START, MITIGATION_IMAGES, REMOTE },
		[14] = { FROM_START, MITIGATION_IMAGES, LOW_LABEL },
		[15] = { REFUSED }, /* System32 before the program's folder */
	},
	{
		[1] = { REFUSED | OTHER_KNOWN },  /* loader integrity */
		[2] = { REFUSED },		  /* strict CFG */
		[3] = { REFUSED | OTHER_KNOWN },  /* tampering with modules */
		[4] = { REFUSED },		  /* indirect branches */
		[5] = { REFUSED },		  /* downgrade by others */
		[6] = { REFUSED },		  /* store bypass */
		[7] = { REFUSED | OTHER_KNOWN },  /* shadow stacks */
		[8] = { REFUSED | OTHER_KNOWN },  /* their SetContext checks */
		[9] = { REFUSED | OTHER_KNOWN },  /* images made for them */
		[10] = { REFUSED },		  /* XFG */
		[11] = { REFUSED },		  /* pointer authentication */
		[12] = { REFUSED },		  /* out-of-process CET calls */
		[13] = { REFUSED },		  /* sharing of cores */
		[14] = { REFUSED | OTHER_KNOWN }, /* FSCTL system call */
	},
};

static NTSTATUS check_first(unsigned v, bool wow64, bool executes_data)
{
	if (v & ~(unsigned)FIRST_KNOWN)
		return STATUS_INVALID_PARAMETER;
	/* All three are about 32-bit programs; for others, DEP is on. */
	if (!wow64)
		return STATUS_SUCCESS;
	return (v & FIRST_DEP && executes_data) ||
			       v & (FIRST_ATL_THUNKS | FIRST_SEHOP)
		       ? STATUS_NOT_SUPPORTED
		       : STATUS_SUCCESS;
}

NTSTATUS mitigation_check(const uint64_t options[2], bool wow64,
			  bool executes_data)
{
	NTSTATUS status = check_first(options[0] & 15, wow64, executes_data);

	for (unsigned i = 1; i < 32; i++) {
		unsigned v = options[i / 16] >> i % 16 * 4 & 15;
		unsigned force = fields[i / 16][i % 16].force;

		if (v > FIELD_OTHER || (v && force == UNKNOWN) ||
		    (v == FIELD_OTHER && !(force & OTHER_KNOWN)))
			return STATUS_INVALID_PARAMETER;
		if (v == FIELD_OTHER ||
		    (v == FIELD_ON && (force & ~OTHER_KNOWN) == REFUSED))
			status = status ? status : STATUS_NOT_SUPPORTED;
	}
	return status;
}

void mitigation_options(uint64_t options)
{
	for (unsigned i = 1; i < 16; i++)
		if ((fields[0][i].force & ~OTHER_KNOWN) == FROM_START &&
		    (options >> i * 4 & 15) == FIELD_ON)
			mitigations[fields[0][i].policy] |= fields[0][i].bits;
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
	thread_goes_on(t, &r);
}
