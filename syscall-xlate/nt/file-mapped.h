/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-mapped.h - files that are mapped, and what may not be done to them
 * meanwhile: an image's is not written to or deleted, one with a view or a
 * section of data is not cut or deleted.  Names may change.
 */
#ifndef RF_NT_FILE_MAPPED_H
#define RF_NT_FILE_MAPPED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "syscall-xlate/nt/file.h"

/* One section of a file; all zero: of none. */
struct file_map {
	struct file_map *next;
	struct inode *inode;
	uint64_t size; /* bytes, of data; an image's is all of it */
	bool image;
};

/* As long as m is entered the file is held. */
void file_map_enter(struct file_map *m, uint64_t dev, uint64_t ino, bool image,
		    uint64_t size);
void file_map_grow(struct file_map *m, uint64_t size);
void file_map_leave(struct file_map *m);

/*
 * The program that a process runs is held before the process has opened any
 * file, so before other processes know of it (file-shared.c): by a lock at a
 * place where files have no bytes, on the descriptor by which it is open.
 */
void program_hold(int fd);
bool program_is_held(int fd);
/* By name, of a regular file with this mode. */
bool program_is_held_at(int dirfd, const char *path, mode_t mode);

/* STATUS_CANNOT_DELETE: it is mapped, in whatever process. */
NTSTATUS file_mapped_delete(struct file *f);
NTSTATUS file_mapped_delete_name(int dirfd, const char *path,
				 const struct stat *st);
/* STATUS_USER_MAPPED_FILE: it may not become as short as that. */
NTSTATUS file_mapped_cut(struct file *f, int64_t size);

#endif
