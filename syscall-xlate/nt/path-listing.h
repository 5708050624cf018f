/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-listing.h - listings of directories, kept and kept true: for path-case.c
 * alone.
 */
#ifndef RF_NT_PATH_LISTING_H
#define RF_NT_PATH_LISTING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct entry {
	uint32_t hash; /* of the upper-cased name */
	uint32_t name; /* offset in names, and path-listing.c's; 0: free */
};

/* What a file system's directories can be trusted with. */
enum listing_trust {
	/* Names come and go without a trace (/proc): list every time. */
	TRUST_NOTHING,
	/* The directory's times tell of changes, inotify does not. */
	TRUST_TIMES,
	/* Both do, and no name exists that a listing does not show. */
	TRUST_ALL,
};

struct listing {
	struct listing *next; /* in bucket */
	uint64_t dev, ino;
	struct timespec mtime, ctime;
	bool settled; /* the times were old enough when we looked */
	uint8_t trust;
	bool exact; /* names are told apart by case (file-case.c) */
	int wd; /* inotify watch, -1: none */
	unsigned made;
	uint64_t version; /* of the names; never the same twice */
	uint64_t used;    /* clock of the last use */
	struct entry *entries;
	size_t size, count; /* table size (power of 2); used or deleted slots */
	char *names;
	size_t names_len, names_max;
	size_t lost; /* names in there whose files are gone */
};

/* Guards all listings and every call below. */
extern pthread_mutex_t listing_lock;

/* The listing of a directory, perhaps an empty one; NULL: no memory. */
struct listing *listing_get(uint64_t dev, uint64_t ino);
/* The one there is, or NULL. */
struct listing *listing_find(uint64_t dev, uint64_t ino);
/*
 * Is l as the directory is, whose stat was taken a moment ago?  Events that
 * wait are read for it, but not the directory.
 */
bool listing_is_current(struct listing *l, const struct stat *st);
/* Makes it so.  0 or -errno; -EAGAIN: dir is another directory by now. */
int listing_refresh(struct listing *l, int dirfd, const char *dir,
		    const struct stat *st);
/*
 * The name that equals s but for case; the exact one wins, and with exact or in
 * a case-sensitive directory nothing else does.  NULL: none.  Good while the
 * lock is held.
 */
const char *listing_look(const struct listing *l, const char *s, size_t n,
			 bool exact);
/* Are there two names that differ in nothing but case? */
bool listing_has_twins(const struct listing *l);

#endif
