/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-xattr.h - what NT keeps beside a file's data: extended attributes and
 * named streams, both in the host's user.* attributes, as Samba keeps them.
 */
#ifndef RF_NT_FILE_XATTR_H
#define RF_NT_FILE_XATTR_H

#include "syscall-xlate/nt/file-private.h"

#define XATTR_DOS    "user.DOSATTRIB"
#define XATTR_STREAM "user.DosStream."
#define XATTR_REPARSE "user.SmbReparse"
/* Ours alone begin so.  (Samba's for descriptors is root's.) */
#define XATTR_OWN      "user.run-foreign."
#define XATTR_SECURITY XATTR_OWN "security"
#define XATTR_OBJECT_ID XATTR_OWN "object-id"
#define XATTR_CASE     XATTR_OWN "case-sensitive"

/*
 * The names of f's attributes, each NUL-terminated, in *list (malloc'ed; NULL
 * if there are none), *n bytes in all.  0 or -errno.
 */
int xattr_list(const struct file *f, char **list, size_t *n);
/* As getxattr(2), setxattr(2) and removexattr(2); length or 0, or -errno. */
int xattr_get(const struct file *f, const char *name, void *buf, size_t size);
int xattr_set(const struct file *f, const char *name, const void *buf,
	      size_t n, int flags);
int xattr_remove(const struct file *f, const char *name);
/*
 * The same by name: path is absolute, or below the directory dirfd; "" is dirfd
 * itself, which may be an O_PATH descriptor.  Links are not followed.
 */
int xattr_get_at(int dirfd, const char *path, const char *name, void *buf,
		 size_t size);
/* Is it no program's, but what a file is to us? */
bool xattr_is_state(const char *name);
/* Does f's file system keep them? */
bool xattr_supported(const struct file *f);
/* The status for the errno of one of these. */
NTSTATUS xattr_status(int err);

/* ---- extended attributes (file-ea.c) ------------------------------- */

/*
 * A list in the guest, read and checked; malloc'ed.  *error_at: where in it is
 * what STATUS_EA_LIST_INCONSISTENT and STATUS_INVALID_EA_NAME mean.
 */
NTSTATUS ea_read(struct task *t, gaddr at, uint32_t len, void **list,
		 uint32_t *error_at);
/* Applies a list that ea_read() has passed. */
NTSTATUS ea_apply(struct file *f, const void *list);
/* Bytes that NtQueryEaFile would fill, 0 if there are none. */
uint32_t ea_size(const struct file *f);

/* ---- named streams (file-stream.c) --------------------------------- */

/* o->p names a stream.  As file_open_disk(). */
NTSTATUS stream_open(struct file_open *o, struct file **f);
/* Bytes in the stream that f is.  0 or a status. */
NTSTATUS stream_size(const struct file *f, int64_t *size);
NTSTATUS stream_set_size(struct file *f, int64_t size);
/* Removes it now; for a disposition with POSIX semantics. */
NTSTATUS stream_remove(struct file *f);
/* Its name with the leading colon, malloc'ed, *len units; NULL: no memory. */
uint16_t *stream_name(const struct file *f, size_t *len);
/*
 * FILE_STREAM_INFORMATION of all named streams, after one of the data stream
 * if data >= 0 is its size.  malloc'ed, *len bytes; NULL and 0: none.
 */
NTSTATUS streams_list(const struct file *f, int64_t data, int64_t allocation,
		      void **list, size_t *len);
/* Overwriting a file takes its streams and extended attributes along. */
void xattr_clear(const struct file *f);

#endif
