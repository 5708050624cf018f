/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* direct-lazy.h - file contents that are filled in when first touched. */
#ifndef RF_DIRECT_LAZY_H
#define RF_DIRECT_LAZY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/guest.h"

/* See struct guest_mem, map_pieces. */
int direct_map_pieces(gaddr at, uint64_t size, int fd,
		      const struct guest_piece *piece, unsigned n);

/*
 * direct_lazy_fault() - the access of the instruction at ip to at has faulted:
 * may it be repeated?  From the signal handler, for guest code and guarded
 * copies.
 */
bool direct_lazy_fault(gaddr at, uint64_t ip);

extern struct direct_lazy *_Atomic direct_lazy_any; /* NULL: nothing is */
void direct_lazy_fill(gaddr at, uint64_t n);

/*
 * direct_lazy_need() - a system call is about to use [at, at+n): fills it as
 * far as it is anybody's.  The system call tells of what could not be.
 */
static inline void direct_lazy_need(gaddr at, uint64_t n)
{
	if (__builtin_expect(direct_lazy_any != NULL, 0) && n)
		direct_lazy_fill(at, n);
}

/*
 * direct_lazy_leave() - the host's mapping of [at, at+n) is about to change.
 * keep: its contents matter.  0 or -errno of filling.
 */
int direct_lazy_leave(gaddr at, uint64_t n, bool keep);

#endif
