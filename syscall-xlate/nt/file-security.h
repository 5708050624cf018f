/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-security.h - security descriptors of files and folders.
 */
#ifndef RF_NT_FILE_SECURITY_H
#define RF_NT_FILE_SECURITY_H

#include <sys/stat.h>

#include "syscall-xlate/nt/descriptor.h"
#include "syscall-xlate/nt/file-private.h"

/*
 * The descriptor of what fd is: the one that was set, or one made of owner and
 * mode.  fd may be an O_PATH descriptor.
 */
NTSTATUS file_security_get(int fd, struct descriptor *d);
/*
 * The parts that info names become by's.  STATUS_INVALID_OWNER: a file cannot
 * be given to that; STATUS_NOT_SUPPORTED: another integrity than all have.
 */
NTSTATUS file_security_set(struct file *f, struct token *tk, uint32_t info,
			   const struct descriptor *by);
/* What of a mode the list lets stand, if the file's group is gid. */
mode_t file_security_mode(const struct descriptor *d, gid_t gid);

/* May what has this st_mode have a descriptor that was set? */
static inline bool file_security_marked(uint32_t mode)
{
	return mode & S_ISVTX;
}

/* Of what has this st_mode, may t do less than Linux lets it? */
static inline bool file_security_counts(struct task *t, uint32_t mode)
{
	return file_security_marked(mode) || (t && token_weak_now(t));
}

/*
 * o->fd is there, and its descriptor counts: may o->t have the access?
 * STATUS_ACCESS_DENIED; else o->access is what the handle carries.
 */
NTSTATUS file_security_check(struct file_open *o);
/* Its folder's counts: may o->t make something in it? */
NTSTATUS file_security_check_new(struct file_open *o);
/* o->fd has been made: it gets what it was given and what it inherits. */
NTSTATUS file_security_new(struct file_open *o);

#endif
