/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse-link.h - symbolic links and junctions.
 */
#ifndef RF_NT_REPARSE_LINK_H
#define RF_NT_REPARSE_LINK_H

#include "syscall-xlate/nt/file-private.h"

static inline bool is_link_tag(uint32_t tag)
{
	return tag == REPARSE_TAG_SYMLINK || tag == REPARSE_TAG_MOUNT_POINT;
}

/*
 * Which of them the host's link at path (as readlinkat(2): "" is dirfd itself)
 * is to be told as.
 */
uint32_t link_tag(int dirfd, const char *path);

/* FSCTL_SET_, GET_, DELETE_REPARSE_POINT with such a tag, or of such a file. */
NTSTATUS reparse_link_set(struct task *t, struct file *f, struct irp *r,
			  uint32_t tag);
NTSTATUS reparse_link_get(struct task *t, struct file *f, struct irp *r);
NTSTATUS reparse_link_delete(struct file *f, uint32_t tag);

#endif
