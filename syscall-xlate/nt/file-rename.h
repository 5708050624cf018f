/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-rename.h - the classes of NtSetInformationFile that change names.
 * info is a guest address with at least the class's fixed size, len bytes.
 */
#ifndef RF_NT_FILE_RENAME_H
#define RF_NT_FILE_RENAME_H

#include "syscall-xlate/nt/file.h"

NTSTATUS file_set_rename(struct task *t, struct file *f, gaddr info,
			 uint32_t len);
NTSTATUS file_set_rename_ex(struct task *t, struct file *f, gaddr info,
			    uint32_t len);
NTSTATUS file_set_link(struct task *t, struct file *f, gaddr info,
		       uint32_t len);
NTSTATUS file_set_link_ex(struct task *t, struct file *f, gaddr info,
			  uint32_t len);
NTSTATUS file_set_disposition(struct task *t, struct file *f, gaddr info,
			      uint32_t len);
NTSTATUS file_set_disposition_ex(struct task *t, struct file *f, gaddr info,
				 uint32_t len);

/* A number for the file system that a file is on. */
uint32_t volume_serial(uint64_t dev);

#endif
