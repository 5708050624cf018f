/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-rename.h - the classes of NtSetInformationFile that change names.
 */
#ifndef RF_NT_FILE_RENAME_H
#define RF_NT_FILE_RENAME_H

#include "syscall-xlate/nt/file.h"

/*
 * One NtSetInformationFile, and, read once, what every request of the class
 * has: rows of info.tbl say how much.  A name is still in the guest's memory.
 */
struct file_set {
	struct task *t;
	struct file *f;
	gaddr info;
	uint32_t len;
	union {
		struct file_basic basic;
		struct file_rename rename;
		struct file_completion completion;
		struct file_pipe pipe;
		int64_t i64;
		uint32_t u32;
		uint8_t u8;
	};
};

NTSTATUS file_set_rename(struct file_set *s);
NTSTATUS file_set_rename_ex(struct file_set *s);
NTSTATUS file_set_link(struct file_set *s);
NTSTATUS file_set_link_ex(struct file_set *s);
NTSTATUS file_set_disposition(struct file_set *s);
NTSTATUS file_set_disposition_ex(struct file_set *s);

/* A number for the file system that a file is on. */
uint32_t volume_serial(uint64_t dev);

#endif
