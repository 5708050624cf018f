/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify-record.h - the records that tell a program of changes in a folder, for
 * notify.c alone: FILE_NOTIFY_INFORMATION and the extended form.
 */
#ifndef RF_NT_NOTIFY_RECORD_H
#define RF_NT_NOTIFY_RECORD_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* FILE_ACTION_ */
	ADDED = 1,
	REMOVED = 2,
	MODIFIED = 3,
	RENAMED_OLD = 4,
	RENAMED_NEW = 5,

	/* DIRECTORY_NOTIFY_INFORMATION_CLASS */
	NOTIFY_PLAIN = 1,
	NOTIFY_EXTENDED = 2,
};

struct records {
	int dirfd; /* the watched folder */
	uint32_t class;
	uint8_t *buf;
	uint32_t len, at,
		last; /* of buf; bytes used; the last record's start */
	bool any, full;
};

struct change {
	uint32_t action;
	bool is_dir;
	const char *dir, *name; /* dir: below the watched folder, or "" */
	const char *now; /* what it is called by now, below that; NULL: gone */
};

/* Sets o->full if there is no room, and then does nothing. */
void record_put(struct records *o, const struct change *c);

#endif
