/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store.h - certificate stores (store.c), and the system's (store-system.c). */
#ifndef RF_CRYPT32_STORE_H
#define RF_CRYPT32_STORE_H

#include "cert.h"

#define STORE_MAGIC 0x43727374u

struct store {
	ULONG magic;
	LONG refs;
	BOOL collection, roots; /* roots: to be read */
	BOOL deferred; /* not gone while others have its certificates */
	RTL_SRWLOCK lock;
	ULONG n, room;
	void **items; /* struct cert, or a collection's struct store */
};

/* One with a reference; NULL and the last error: no memory. */
struct store *store_new(void);
/* Takes item over.  Under the lock; FALSE and the last error: no memory. */
BOOL store_append(struct store *s, void *item);
/* A certificate is in its store no more; others may still have it. */
void store_leave(struct cert *c);

/* What is to be read is.  Under the lock. */
void store_fill(struct store *s);
/*
 * The store of a name, with a reference; NULL and the last error: none, or it
 * was to be deleted (0).  flags: as of CertOpenStore().
 */
struct store *system_store(const WCHAR *name, DWORD flags);

#endif
