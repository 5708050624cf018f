/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-inode.h - one open file of the host, whoever has it open here.
 * For file-share.c and lock.c.
 */
#ifndef RF_NT_FILE_INODE_H
#define RF_NT_FILE_INODE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "syscall-xlate/nt/nt.h"

struct lock_range;
struct file_map;

/* What sections there are of a file. */
struct mapped {
	unsigned images;
	uint64_t size; /* of data: the largest's bytes */
};

struct inode {
	struct inode *next;
	uint64_t dev, ino;
	int handles; /* all; the rest counts those that share_enter checks */
	int opens, readers, writers, deleters;
	int share_read, share_write, share_delete;
	bool delete_pending;
	bool unlinked; /* by a POSIX delete: the name is gone already */
	uint8_t doom;  /* what processes that are gone have left us to do */
	char *going; /* the name that waits, of a handle that is closed; or NULL */
	struct lock_range *locks;
	/* Not 0: in some process a range of it has been locked; or of another
	   file.  NULL: nobody can say. */
	const _Atomic uint32_t *peer_locks;
	const _Atomic uint32_t
		*peer_oplocks; /* of oplocks that have been had */
	struct file_map *maps; /* sections (file-mapped.c); and what they are */
	struct mapped mapped;
};

extern pthread_mutex_t inode_lock; /* guards every inode */

/* In inode.doom: the last one who has it open removes it; nobody opens it. */
enum { DOOM_GOES = 1, DOOM_WAITS = 2 };

/* Without the lock: lock_check() is to be asked (i may be NULL). */
static inline bool inode_locked(const struct inode *i)
{
	return i && (i->locks || (i->peer_locks && atomic_load(i->peer_locks)));
}

/* Without the lock: has anybody had an oplock on it? */
static inline bool inode_has_oplocks(const struct inode *i)
{
	return i && i->peer_oplocks && atomic_load(i->peer_oplocks);
}

/* All locked.  The one there is, or a new one; NULL: no memory. */
struct inode *inode_make(uint64_t dev, uint64_t ino);
/* Nobody has it open or mapped any more: it is freed. */
void inode_drop(struct inode *i);
/* Adds to m, which is zero, what all processes have mapped of it. */
void inode_mapped(uint64_t dev, uint64_t ino, struct mapped *m);

/* What will be deleted has no more changes to tell of (notify.c); locked. */
void notify_delete_pending(const struct inode *i);

/*
 * Other processes (file-shared.c); all with inode_lock held.
 *
 * peers_attach() joins them, or is the first; true: just now, and what is
 * open already has to be told.
 * peers_enter(), with f counted in i: tell them, unless f conflicts with what
 * they have (STATUS_SHARING_VIOLATION) or the file waits for its deletion
 * (STATUS_DELETE_PENDING).  peers_allow(): only whether f, which is not
 * counted, does.
 * peers_open(): has anybody? peers_tell(): what this process has of i is
 * different now.  peers_leave(): the same, and if it was the last of this
 * process, and the file goes with the last of all: true: now; else the others
 * know that it does.
 * peers_doom(): it waits for its deletion, or not any more, whoever wanted it.
 * peers_mapped(): as inode_mapped(), of the others.
 * peers_locks(): where they say that they have locked ranges, which has memory
 * until peers_detach().  peers_lock(): says so.
 * peers_oplocks(), peers_oplock(): the same of oplocks.
 * peers_list(): their processes' ids, malloc'ed; NULL: there are none.
 * peers_with(): of those that have i open.
 * peers_detach(): the process ends.
 */
struct file;
bool peers_attach(void);
NTSTATUS peers_enter(const struct inode *i, const struct file *f, bool granted);
NTSTATUS peers_allow(const struct inode *i, const struct file *f);
bool peers_open(const struct inode *i);
void peers_tell(const struct inode *i);
bool peers_leave(struct inode *i, bool last);
void peers_doom(struct inode *i, bool on);
void peers_mapped(const struct inode *i, struct mapped *m);
const _Atomic uint32_t *peers_locks(const struct inode *i);
void peers_lock(const struct inode *i);
const _Atomic uint32_t *peers_oplocks(const struct inode *i);
void peers_oplock(const struct inode *i);
int *peers_list(unsigned *n);
int *peers_with(const struct inode *i, unsigned *n);
void peers_detach(void);

#endif
