/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * backup-write.c - BackupWrite: a file is made from what BackupRead gave.
 *
 * The bytes come in pieces of any size.  Data goes to the file as it comes;
 * what is one request (a security descriptor, extended attributes, a reparse
 * point, an object id) is gathered first.
 *
 * Parts of which no form is documented, and that BackupRead gives of no file
 * here (hard links, properties, transactions, extents elsewhere), are refused:
 * a program that can do without goes over them by BackupSeek.
 */
#include "kernel32-private.h"
#include "backup.h"
#include "file-beside.h"
#include <winioctl.h>
#include "nt-file.h"

#define GATHERED_MAX (1 << 20) /* more than any of them may have */

struct writing {
	DWORD magic;
	BOOL security;

	/* The part that is being written. */
	struct backup_head head;
	DWORD head_done;
	BOOL inside;     /* the head is there */
	LONGLONG done;   /* of head.id.Size */
	BYTE *memory;    /* what is gathered of it */
	LONGLONG first;  /* of a sparse range: where it is */
	HANDLE to;       /* where data goes, or NULL */
	BOOL own;        /* to is to be closed */
	NTSTATUS failed; /* a part could not begin: so what follows is lost */
};

NTSTATUS backup_move(HANDLE file, void *buf, DWORD *n, LARGE_INTEGER at,
		     BOOL out)
{
	IO_STATUS_BLOCK io = { 0 };
	NTSTATUS status;

	status = out ? NtWriteFile(file, NULL, NULL, NULL, &io, buf, *n, &at,
				   NULL)
		     : NtReadFile(file, NULL, NULL, NULL, &io, buf, *n, &at,
				  NULL);
	if (status == STATUS_PENDING) {
		NtWaitForSingleObject(file, FALSE, NULL);
		status = io.Status;
	}
	*n = NT_SUCCESS(status) ? (DWORD)io.Information : 0;
	if (NT_SUCCESS(status) && !*n)
		status = out ? STATUS_DISK_FULL : STATUS_END_OF_FILE;
	return status;
}

/* ---- what is gathered ---------------------------------------------------- */

/* As much of it as the handle and the caller's rights allow, the list of rights
   at least. */
static NTSTATUS write_security(HANDLE file, void *sd, ULONG size)
{
	static const SECURITY_INFORMATION asked[] = {
		BACKUP_SECURITY_ALL,
		BACKUP_SECURITY_ALL & ~SACL_SECURITY_INFORMATION,
		DACL_SECURITY_INFORMATION,
	};
	NTSTATUS status = STATUS_INVALID_SECURITY_DESCR;

	if (!RtlValidRelativeSecurityDescriptor(sd, size, 0))
		return status;
	for (unsigned i = 0; i < ARRAY_LEN(asked); i++) {
		status = NtSetSecurityObject(file, asked[i], sd);
		if (NT_SUCCESS(status))
			break;
	}
	return status;
}

/* The id may be that of the file that was saved, which is there still. */
static NTSTATUS write_object_id(HANDLE file, void *id, ULONG size)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status =
		NtFsControlFile(file, NULL, NULL, NULL, &io,
				FSCTL_SET_OBJECT_ID, id, size, NULL, 0);

	return status == STATUS_DUPLICATE_NAME ||
			       status == STATUS_OBJECT_NAME_COLLISION
		       ? STATUS_SUCCESS
		       : status;
}

static NTSTATUS write_reparse(HANDLE file, void *data, ULONG size)
{
	IO_STATUS_BLOCK io;

	return NtFsControlFile(file, NULL, NULL, NULL, &io,
			       FSCTL_SET_REPARSE_POINT, data, size, NULL, 0);
}

static NTSTATUS write_eas(HANDLE file, void *list, ULONG size)
{
	IO_STATUS_BLOCK io;

	return NtSetEaFile(file, &io, list, size);
}

static NTSTATUS write_gathered(struct writing *b, HANDLE file)
{
	const ULONG size = (ULONG)b->head.id.Size.QuadPart;

	switch (b->head.id.dwStreamId) {
	case BACKUP_SECURITY_DATA:
		return write_security(file, b->memory, size);
	case BACKUP_EA_DATA:
		return write_eas(file, b->memory, size);
	case BACKUP_REPARSE_DATA:
		return write_reparse(file, b->memory, size);
	default:
		return write_object_id(file, b->memory, size);
	}
}

/* ---- parts --------------------------------------------------------------- */

static void forget_target(struct writing *b)
{
	if (b->own)
		NtClose(b->to);
	b->own = FALSE;
	b->to = NULL;
}

static NTSTATUS begin_data(struct writing *b, HANDLE file)
{
	IO_STATUS_BLOCK io;

	/* Not sparse where nothing can be: that is no loss. */
	if (b->head.id.dwStreamAttributes & STREAM_SPARSE_ATTRIBUTE)
		NtFsControlFile(file, NULL, NULL, NULL, &io, FSCTL_SET_SPARSE,
				NULL, 0, NULL, 0);
	b->to = file;
	return STATUS_SUCCESS;
}

static NTSTATUS begin_other(struct writing *b, HANDLE file)
{
	NTSTATUS status;

	if (!b->head.id.dwStreamNameSize || b->head.name[0] != ':')
		return STATUS_INVALID_PARAMETER;
	status = stream_open(file, b->head.name, b->head.id.dwStreamNameSize,
			     FILE_WRITE_DATA, FILE_OVERWRITE_IF, 0, &b->to);
	b->own = NT_SUCCESS(status);
	return status;
}

static NTSTATUS begin_gathered(struct writing *b)
{
	if (b->head.id.Size.QuadPart > GATHERED_MAX)
		return STATUS_INVALID_PARAMETER;
	b->memory = k32_alloc((SIZE_T)b->head.id.Size.QuadPart + 1);
	return b->memory ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* The head is there. */
static NTSTATUS begin(struct writing *b, HANDLE file)
{
	const DWORD id = b->head.id.dwStreamId;
	/* Ranges belong to the data before them. */
	const HANDLE before = b->to;

	if (id == BACKUP_SPARSE_BLOCK)
		return before && b->head.id.Size.QuadPart >=
					       (LONGLONG)sizeof b->first
			       ? STATUS_SUCCESS
			       : STATUS_INVALID_PARAMETER;
	forget_target(b);
	switch (id) {
	case BACKUP_DATA:
		return begin_data(b, file);
	case BACKUP_ALTERNATE_DATA:
		return begin_other(b, file);
	case BACKUP_SECURITY_DATA:
		return b->security ? begin_gathered(b) : STATUS_SUCCESS;
	case BACKUP_EA_DATA:
	case BACKUP_REPARSE_DATA:
	case BACKUP_OBJECT_ID:
		return begin_gathered(b);
	default:
		return b->head.id.Size.QuadPart ? STATUS_NOT_SUPPORTED
						: STATUS_SUCCESS;
	}
}

static void forget_part(struct writing *b)
{
	k32_free(b->memory);
	b->memory = NULL;
	b->inside = FALSE;
	b->head_done = 0;
	b->done = 0;
}

static NTSTATUS end(struct writing *b, HANDLE file)
{
	FILE_END_OF_FILE_INFO eof = { .EndOfFile.QuadPart = b->first };
	NTSTATUS status = STATUS_SUCCESS;
	IO_STATUS_BLOCK io;

	if (b->memory)
		status = write_gathered(b, file);
	else if (b->head.id.dwStreamId == BACKUP_SPARSE_BLOCK &&
		 b->head.id.Size.QuadPart == sizeof b->first)
		status = NtSetInformationFile(b->to, &io, &eof, sizeof eof,
					      FileEndOfFileInformation);
	forget_part(b);
	return status;
}

/* ---- writing ------------------------------------------------------------- */

static BOOL is_head(const WIN32_STREAM_ID *id)
{
	return id->dwStreamId > BACKUP_INVALID &&
	       id->dwStreamId <= BACKUP_GHOSTED_FILE_EXTENTS &&
	       id->Size.QuadPart >= 0 && !(id->dwStreamNameSize & 1) &&
	       id->dwStreamNameSize <= sizeof((struct backup_head *)0)->name;
}

/* More of the head; *got bytes of it. */
static NTSTATUS write_head(struct writing *b, HANDLE file, const BYTE *buf,
			   DWORD n, DWORD *got)
{
	DWORD len = BACKUP_HEAD;

	if (b->head_done >= len)
		len += b->head.id.dwStreamNameSize;
	*got = min(n, len - b->head_done);
	memcpy((BYTE *)&b->head + b->head_done, buf, *got);
	b->head_done += *got;
	if (b->head_done == BACKUP_HEAD && !is_head(&b->head.id))
		return b->failed = STATUS_DATA_ERROR;
	if (b->head_done < BACKUP_HEAD + b->head.id.dwStreamNameSize ||
	    b->head_done < BACKUP_HEAD)
		return STATUS_SUCCESS;
	b->inside = TRUE;
	return b->failed = begin(b, file);
}

/* More of the data. */
static NTSTATUS write_data(struct writing *b, const BYTE *buf, DWORD n,
			   DWORD *got)
{
	const LONGLONG left = b->head.id.Size.QuadPart - b->done;
	NTSTATUS status = STATUS_SUCCESS;
	LONGLONG skip = 0;
	LARGE_INTEGER at;

	*got = (DWORD)min((LONGLONG)n, left);
	if (b->head.id.dwStreamId == BACKUP_SPARSE_BLOCK)
		skip = sizeof b->first;
	if (b->memory) {
		memcpy(b->memory + b->done, buf, *got);
	} else if (b->done < skip) {
		*got = (DWORD)min((LONGLONG)*got, skip - b->done);
		memcpy((BYTE *)&b->first + b->done, buf, *got);
	} else if (b->to) {
		at.QuadPart = (skip ? b->first : 0) + b->done - skip;
		status = backup_move(b->to, (void *)buf, got, at, TRUE);
	}
	b->done += *got;
	return status;
}

ULONGLONG backup_write_seek(void *context, ULONGLONG want)
{
	struct writing *b = context;
	LONGLONG left;

	if (!b->inside)
		return 0;
	left = b->head.id.Size.QuadPart - b->done;
	want = min(want, (ULONGLONG)left);
	if (want == (ULONGLONG)left) {
		/* What could not be restored of it is over. */
		b->failed = STATUS_SUCCESS;
		forget_part(b);
		return want;
	}
	/* One request is whole or not made at all. */
	if (want &&
	    (b->memory || (b->head.id.dwStreamId == BACKUP_SPARSE_BLOCK &&
			   b->done < (LONGLONG)sizeof b->first)))
		b->failed = STATUS_NOT_SUPPORTED;
	b->done += (LONGLONG)want;
	return want;
}

static void writing_free(struct writing *b)
{
	forget_target(b);
	k32_free(b->memory);
	b->magic = 0;
	k32_free(b);
}

static struct writing *writing_new(BOOL security)
{
	struct writing *b = k32_alloc(sizeof *b);

	if (!b)
		return NULL;
	memset(b, 0, sizeof *b);
	b->magic = BACKUP_WRITES;
	b->security = security;
	return b;
}

BOOL WINAPI BackupWrite(HANDLE file, LPBYTE buf, DWORD n, LPDWORD done,
			BOOL abort, BOOL security, LPVOID *context)
{
	struct writing *b = *context;
	NTSTATUS status = STATUS_SUCCESS;
	DWORD got;

	if (b && b->magic != BACKUP_WRITES) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (abort) {
		if (b)
			writing_free(b);
		*context = NULL;
		return TRUE;
	}
	*done = 0;
	if (!b)
		*context = b = writing_new(security);
	if (!b)
		return FALSE;
	status = b->failed;
	while (*done < n && NT_SUCCESS(status)) {
		got = 0;
		status = b->inside ? write_data(b, buf + *done, n - *done, &got)
				   : write_head(b, file, buf + *done, n - *done,
						&got);
		*done += got;
		if (NT_SUCCESS(status) && b->inside &&
		    b->done == b->head.id.Size.QuadPart)
			status = end(b, file);
	}
	if (status == STATUS_DATA_ERROR) {
		SetLastError(ERROR_INVALID_DATA);
		return FALSE;
	}
	return rf_result(status);
}
