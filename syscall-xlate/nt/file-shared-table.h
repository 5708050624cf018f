/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-shared-table.h - the memory that the processes of a user share about
 * files: what its form is, how a process comes to it, and who else has it.  What
 * is in it is file-shared.c's.
 */
#ifndef RF_NT_FILE_SHARED_TABLE_H
#define RF_NT_FILE_SHARED_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

enum {
	SLOTS = 15, /* of one bucket, which all files of one hash share */
	BUCKETS = 1024,
	MEMBERS = 1024,
	MANY_IMAGES = (1 << 14) - 1,
};

struct slot {
	uint32_t owner; /* a token; 0: free */
	uint16_t readers, writers, deleters, opens;
	uint16_t share_read, share_write, share_delete;
	uint16_t images : 14, doom : 2; /* DOOM_* */
	uint32_t pages; /* that are in a section of data */
	uint64_t key;
};
_Static_assert(sizeof(struct slot) == 32, "two slots to a cache line");

struct bucket {
	_Atomic uint32_t lock; /* token of who holds it */
	/* Ranges of a file have been locked (lock.c).  That is never taken back:
	   the host knows what is locked, and this only when to ask it. */
	_Atomic uint32_t ranges;
	/* Somebody has had an oplock on a file (file-oplock.c), as ranges. */
	_Atomic uint32_t oplocks;
	uint32_t reserved[5];
	struct slot slot[SLOTS];
};

/* Who has the table: a token, or 0, and whose it is. */
struct member {
	_Atomic uint32_t token;
	_Atomic int32_t pid;
};

struct table {
	struct bucket bucket[BUCKETS];
	struct member member[MEMBERS];
};
enum {
	PER_PAGE = PAGE / sizeof(struct bucket),
	MEMBERS_PER_PAGE = PAGE / sizeof(struct member),
	MEMBERS_AT = offsetof(struct table, member) / PAGE,
	TABLE_SIZE = sizeof(struct table),
};
_Static_assert(PAGE % sizeof(struct bucket) == 0, "in one page each");
_Static_assert(offsetof(struct table, member) % PAGE == 0, "in their own");
_Static_assert(TABLE_SIZE % PAGE == 0, "whole pages");

extern struct table *peers_table; /* NULL: none, or not yet; under inode_lock */
extern uint32_t peers_self;       /* our token */

/* Is there memory behind that page of the table? */
bool peers_have_memory(size_t page);
/* Does another process have this token? */
bool peers_alive(uint32_t token);
/*
 * The ids of the processes that have the table, but not ours; of those tokens
 * alone, if owners is not NULL.  malloc'ed; NULL: none.
 */
int *peers_members(const uint32_t *owners, unsigned nowners, unsigned *n);

#endif
