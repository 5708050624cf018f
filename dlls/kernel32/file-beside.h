/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-beside.h - what a file has besides its data, for copies (file-copy.c)
 * and backups (backup-read.c, backup-write.c).
 */
#ifndef RF_KERNEL32_FILE_BESIDE_H
#define RF_KERNEL32_FILE_BESIDE_H

#include "nt.h"

/*
 * Gives the file to the streams and extended attributes of from; replaced: it
 * may have had its own.  FALSE, with the last error, if they do not fit.
 */
BOOL copy_beside(HANDLE from, HANDLE to, BOOL replaced, BOOL streams);

/* Makes to a link as from is one. */
BOOL copy_reparse(HANDLE from, HANDLE to);

/* The list of a file's streams, to be freed; NULL: none, or they cannot be told.
   In it, those that are not its own data. */
void *streams_of(HANDLE h);
FILE_STREAM_INFO *stream_first(void *list);
FILE_STREAM_INFO *stream_next(FILE_STREAM_INFO *s);
/* ":name" of a file; as NtCreateFile. */
NTSTATUS stream_open(HANDLE file, WCHAR *name, ULONG bytes, ACCESS_MASK access,
		     ULONG how, ULONG options, HANDLE *h);

/* Its extended attributes, to be freed.  STATUS_NO_EAS_ON_FILE. */
NTSTATUS attributes_of(HANDLE h, void **list, ULONG *size);

#endif
