/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse-tag.h - reparse points that the host has no kind of file for.
 */
#ifndef RF_NT_REPARSE_TAG_H
#define RF_NT_REPARSE_TAG_H

#include "syscall-xlate/nt/file-private.h"

enum { REPARSE_MAX = 16384 };

/* The beginning of REPARSE_DATA_BUFFER and REPARSE_GUID_DATA_BUFFER. */
struct reparse_tag {
	uint32_t tag;
	uint16_t len, reserved;
	uint8_t guid[16]; /* of tags that are not Microsoft's */
};

/* Bytes before the data. */
static inline uint32_t reparse_head(uint32_t tag)
{
	return tag & 0x80000000 ? 8 : 24;
}

/* What a request to set one, or to delete one, begins with; checked. */
NTSTATUS reparse_request(struct task *t, const struct irp *r, bool delete,
			 struct reparse_tag *h);

/* That of f, by its attribute; STATUS_NOT_A_REPARSE_POINT. */
NTSTATUS reparse_of(const struct file *f, struct reparse_tag *h);
/* May h take its place, or delete it? */
NTSTATUS reparse_matches(const struct reparse_tag *is,
			 const struct reparse_tag *h);

/* FSCTL_SET_, GET_ and DELETE_REPARSE_POINT of a file or folder that is no link. */
NTSTATUS reparse_tag_set(struct task *t, struct file *f, struct irp *r,
			 const struct reparse_tag *h);
NTSTATUS reparse_tag_get(struct task *t, struct file *f, struct irp *r);
NTSTATUS reparse_tag_delete(struct file *f, const struct reparse_tag *h);

/*
 * The tag of an inode whose attributes say that it has one; 0: none.  path as for
 * xattr_get_at().
 */
uint32_t reparse_tag_at(int dirfd, const char *path);

/* An open of what has this st_mode (and fd) as nobody handles: it is refused. */
bool reparse_stops(const struct file_open *o);
/* The same for something new in the folder of o's name. */
bool reparse_stops_new(const struct file_open *o);

#endif
