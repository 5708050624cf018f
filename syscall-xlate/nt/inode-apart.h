/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inode-apart.h - what is to be done in one piece, though the host needs
 * several calls for it.
 */
#ifndef RF_NT_INODE_APART_H
#define RF_NT_INODE_APART_H

/*
 * Calls fn(arg) in a process of its own, which shares our memory and goes on if
 * we are killed meanwhile; returns when it is over.  fn makes host calls and no
 * more: no locks, no memory.  What it returns is returned, and errno is its
 * errno.
 */
int inode_apart(int (*fn)(void *arg), void *arg);

#endif
