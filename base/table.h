/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.h - small lookups that many tables share.
 */
#ifndef RF_TABLE_H
#define RF_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define container_of(p, type, member)                                          \
	((type *)((char *)(p) - offsetof(type, member)))

/* n rounded up or down to a multiple of align, a power of two. */
#define ROUND_UP(n, align) (((n) + ((align) - 1)) & ~((uint64_t)(align) - 1))
#define ROUND_DOWN(n, align) ((n) & ~((uint64_t)(align) - 1))

#define PAGE 4096ull

/*
 * For large arrays of which a program touches little: they are sorted away from
 * the small variables (the linker sorts by alignment), so that those share
 * pages.  A page first touched costs more than a system call.
 */
#define SPARSE __attribute__((aligned(64)))

struct flag_pair {
	uint32_t guest, host;
};

#endif
