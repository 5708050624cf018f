/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapped.h - code that reads mapped files whose pages may not be readable.
 *
 * The host tells that a page cannot be had (the disk fails, somebody has cut the
 * file short) by SIGBUS, wherever in the code that is.  For a library that maps
 * files, as LMDB, there is no other way to live through it than to leave it.
 */
#ifndef RF_MAPPED_H
#define RF_MAPPED_H

#include <limits.h>

enum { MAPPED_LEFT = INT_MIN };

/*
 * mapped_try() - fn(arg), which reads mapped files; returns what it returns.
 *
 * MAPPED_LEFT: it was left in the middle, at a page that cannot be had or by
 * mapped_leave().  Nothing that it was doing is undone, so it takes no locks and
 * what it was working on is only to be thrown away.  Not to be nested.
 */
int mapped_try(int (*fn)(void *arg), void *arg);

/* Called by fn: leaves it.  Outside of any it returns. */
void mapped_leave(void);

/* For a command without an engine: SIGBUS does the same.  Engines' handlers
   call mapped_leave() for one in the host's own code. */
void mapped_catch(void);

#endif
