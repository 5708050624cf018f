/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-case.h - folders whose names are told apart by case.
 */
#ifndef RF_NT_FILE_CASE_H
#define RF_NT_FILE_CASE_H

#include <stdbool.h>

#include "syscall-xlate/nt/status.h"

struct nt_oa;
struct nt_path;
struct file_set;

/* Is the folder that fd is, which may be O_PATH, one of those? */
bool file_case_of(int fd);
/* It becomes one, or no longer is.  0 or -errno. */
int file_case_set(int fd, bool on);
/*
 * Does who gives the name p mean it as it is spelled, wherever it is?  That it
 * has no OBJ_CASE_INSENSITIVE says so only where the registry lets it.
 */
bool file_case_wanted(const struct nt_oa *oa, const struct nt_path *p);

/* FileCaseSensitiveInformation. */
NTSTATUS file_set_case(struct file_set *s);

#endif
