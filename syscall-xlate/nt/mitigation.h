/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mitigation.h - restrictions that a process puts on itself. */
#ifndef RF_NT_MITIGATION_H
#define RF_NT_MITIGATION_H

#include "syscall-xlate/nt/nt.h"

/* PROCESS_MITIGATION_POLICY */
enum mitigation {
	MITIGATION_DEP = 0,
	MITIGATION_DYNAMIC_CODE = 2,
	MITIGATION_STRICT_HANDLES = 3,
	MITIGATION_WIN32K = 4,
	MITIGATION_EXTENSION_POINTS = 6,
	MITIGATION_FONTS = 9,
	MITIGATION_IMAGES = 10,
	MITIGATION_CHILDREN = 13,
	MITIGATIONS = 17,
};

/* Bits of this process's policies; only these are ever said to be in force. */
extern _Atomic uint32_t mitigations[MITIGATIONS];

static inline bool mitigation_in_force(enum mitigation m)
{
	return __builtin_expect(mitigations[m] & 1, 0);
}

/* STATUS_INVALID_PARAMETER: there is no such policy. */
NTSTATUS mitigation_query(const struct nt_process *p, uint32_t which,
			  uint32_t *bits);
/*
 * STATUS_NOT_SUPPORTED: one of the bits would have no effect;
 * STATUS_ACCESS_DENIED: one would be taken back.
 */
NTSTATUS mitigation_set(uint32_t which, uint32_t bits);

/*
 * What a parent wants of a child (PS_ATTRIBUTE_MITIGATION_OPTIONS); the child's
 * image is a 32-bit one, or one whose data can be executed.
 * STATUS_NOT_SUPPORTED: something would have no effect.
 */
NTSTATUS mitigation_check(const uint64_t options[2], bool wow64,
			  bool executes_data);
/* In the child: in force from now on.  The second word's never are. */
void mitigation_options(uint64_t options);

/* A call of the guest's is about to return STATUS_INVALID_HANDLE with regs: if
   that is to be an exception it is raised, and this does not return. */
void mitigation_invalid_handle(struct guest_regs *regs);

#endif
