/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dir.h - directory entries between host and guest. */
#ifndef RF_BSD_DIR_H
#define RF_BSD_DIR_H

#include "syscall-xlate/bsd/bsd.h"

struct bsd_dirent {
	uint64_t ino;
	int64_t off;	/* where the next entry is */
	uint8_t type;	/* DT_*: everywhere alike */
	const char *name;
	size_t len;
};

/* Writes d at out; its size, or 0 if that is more than room. */
typedef size_t bsd_pack_dirent(const struct bsd_dirent *d, uint8_t *out,
			       size_t room);

/*
 * Reads entries of fd into the guest's buf.  Returns bytes, 0 at the end, or
 * -errno; *start is the position before.
 */
int64_t bsd_read_dir(struct task *t, int fd, gaddr buf, uint64_t size,
		     int64_t *start, bsd_pack_dirent *pack);

#endif
