/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* direct-fixup.h - between direct-mem.c and the signal handler. */
#ifndef RF_DIRECT_FIXUP_H
#define RF_DIRECT_FIXUP_H

#include <stdint.h>

/*
 * Where to go on if the instruction at ip faulted in a guarded access.
 * 0: it is none.  Signal-safe.
 */
uint64_t direct_fixup(uint64_t ip);

extern struct guest_mem direct_mem_table;

#endif
