/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-object-id.h - object ids: 16 bytes by which a file can be opened.
 */
#ifndef RF_NT_FILE_OBJECT_ID_H
#define RF_NT_FILE_OBJECT_ID_H

#include "syscall-xlate/nt/file.h"

enum { OBJECT_ID_SIZE = 16, OBJECT_ID_BUFFER = 64 };

/* FSCTL_CREATE_OR_GET_, GET_, SET_ and DELETE_OBJECT_ID,
 * SET_OBJECT_ID_EXTENDED. */
NTSTATUS object_id_make(struct task *t, struct file *f, struct irp *r);
NTSTATUS object_id_get(struct task *t, struct file *f, struct irp *r);
NTSTATUS object_id_set(struct task *t, struct file *f, struct irp *r);
NTSTATUS object_id_extend(struct task *t, struct file *f, struct irp *r);
NTSTATUS object_id_delete(struct task *t, struct file *f, struct irp *r);

/* Is id the object id of the file path, below dirfd?  "": of dirfd itself. */
bool object_id_is_of(int dirfd, const char *path, const uint8_t *id);
/* The number that a file had for which we made the id; another's is any. */
uint64_t object_id_hint(const uint8_t *id);
/* That of a file system, from a file on it; false: it has none. */
bool object_id_of_volume(int fd, uint8_t id[OBJECT_ID_SIZE]);

#endif
