/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-uffd.h - pages that are put where an access would be a SIGBUS.
 *
 * userfaultfd(2) for memory that is filled when it is committed or first touched:
 * a page put into place costs less than a page fault, and no mapping changes.
 * System calls on memory that is not there yet say EFAULT.
 */
#ifndef RF_DIRECT_UFFD_H
#define RF_DIRECT_UFFD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/guest.h"

/*
 * direct_uffd_can() - is there such a descriptor, or can there be one?  Kernels
 * before 5.11 and some filters have none.
 */
bool direct_uffd_can(void);

/* The private anonymous memory [at, at+size), untouched: none of it is there. */
bool direct_uffd_watch(gaddr at, uint64_t size);

/*
 * direct_uffd_put() - pages that are not there become copies of src, which may
 * be anything readable; at and size are multiples of the page.  0 or -errno:
 * ENOENT, not all of it is watched; EEXIST, some is there; EFAULT, src.
 */
int direct_uffd_put(gaddr at, const void *src, uint64_t size);

#endif
