/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backup.h - what backup-read.c and backup-write.c both know. */
#ifndef RF_KERNEL32_BACKUP_H
#define RF_KERNEL32_BACKUP_H

#include "nt.h"

/* What a context begins with. */
enum { BACKUP_READS = 0x64526b42, BACKUP_WRITES = 0x72576b42 };

enum {
	BACKUP_HEAD = 20, /* a WIN32_STREAM_ID before the name */
	BACKUP_REPARSE_MAX = 16384, /* MAXIMUM_REPARSE_DATA_BUFFER_SIZE */
	BACKUP_OBJECT_ID_SIZE = 64,
	BACKUP_SECURITY_ALL =
		OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
		DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION,
};

/* A part's head as it is written; the name begins within id. */
struct backup_head {
	union {
		WIN32_STREAM_ID id;
		struct {
			BYTE before_name[BACKUP_HEAD];
			WCHAR name[300]; /* ":", 255 letters, ":$DATA" */
		};
	};
};

/* Goes over so many bytes of the part that BackupWrite is in: how many. */
ULONGLONG backup_write_seek(void *context, ULONGLONG want);
/*
 * Reads or writes *n bytes there, whatever kind of handle that is; waits.  *n is
 * what was moved, which is something, or 0 on failure.
 */
NTSTATUS backup_move(HANDLE file, void *buf, DWORD *n, LARGE_INTEGER at,
		     BOOL out);

#endif
