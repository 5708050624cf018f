/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-inode.h - one open file of the host, whoever has it open here.
 * For file-share.c and lock.c.
 */
#ifndef RF_NT_FILE_INODE_H
#define RF_NT_FILE_INODE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct lock_range;

struct inode {
	struct inode *next;
	uint64_t dev, ino;
	int handles; /* all; the rest counts those that share_enter checks */
	int opens, readers, writers, deleters;
	int share_read, share_write, share_delete;
	bool delete_pending;
	bool unlinked; /* by a POSIX delete: the name is gone already */
	struct lock_range *locks;
};

extern pthread_mutex_t inode_lock; /* guards every inode */

/*
 * Other processes (file-shared.c); all with inode_lock held.
 *
 * peers_attach() joins them, or is the first; true: just now, and what is
 * open already has to be told.
 * peers_enter(), with f counted in i: tell them, unless f conflicts with what
 * they have (false).  peers_allow(): only whether f, which is not counted, does.
 * peers_leave(), with f no longer counted.
 * peers_detach(): the process ends.
 */
struct file;
bool peers_attach(void);
bool peers_enter(const struct inode *i, const struct file *f, bool granted);
bool peers_allow(const struct inode *i, const struct file *f);
void peers_leave(const struct inode *i);
void peers_detach(void);

#endif
