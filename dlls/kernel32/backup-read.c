/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * backup-read.c - BackupRead and BackupSeek: all that a file is, as one row of
 * bytes.
 *
 * Each part of the file is a WIN32_STREAM_ID, its name, and its data.  What the
 * context knows is where in that the caller is; parts are looked for one after
 * the other, when he gets there, and small ones are in memory then.
 *
 * A sparse file's data is empty and followed by its ranges, each of which
 * begins with its offset; one without data says where the file ends. Source:
 * Microsoft's documentation of BackupRead and WIN32_STREAM_ID.
 */
#include "kernel32-private.h"
#include "backup.h"
#include "file-beside.h"
#include <winioctl.h>
#include "nt-file.h"

enum step { SECURITY, REPARSE, DATA, SPARSE, EAS, OTHERS, OBJECT_ID, NO_MORE };

struct reading {
	DWORD magic;
	BOOL security, directory, reparse, sparse;
	enum step step; /* what to look at next */
	void *list;     /* of streams */
	FILE_STREAM_INFO *other;
	LONGLONG end,
		range; /* of a sparse file: its length; looked at so far */

	/* The part that the caller is in. */
	BOOL inside;
	struct backup_head head;
	DWORD head_len, head_done;
	LONGLONG done; /* of head.id.Size */
	void *memory;  /* its data; or else first, and then from's */
	LONGLONG first;
	DWORD first_len;
	HANDLE from;
	BOOL own; /* from is to be closed */
	LONGLONG offset;
};

/* ---- parts --------------------------------------------------------------- */

static void begin(struct reading *b, DWORD id, DWORD attributes, LONGLONG size)
{
	b->head.id = (WIN32_STREAM_ID){ .dwStreamId = id,
					.dwStreamAttributes = attributes };
	b->head.id.Size.QuadPart = size;
	b->head_len = BACKUP_HEAD;
	b->head_done = 0;
	b->done = 0;
	b->first_len = 0;
	b->offset = 0;
	b->inside = TRUE;
}

static void end_part(struct reading *b)
{
	k32_free(b->memory);
	b->memory = NULL;
	if (b->own)
		NtClose(b->from);
	b->own = FALSE;
	b->inside = FALSE;
}

/* What a handle may not be asked for, or nobody has, is left out. */
static NTSTATUS read_security(struct reading *b, HANDLE file)
{
	static const SECURITY_INFORMATION asked[] = {
		BACKUP_SECURITY_ALL,
		BACKUP_SECURITY_ALL & ~SACL_SECURITY_INFORMATION,
	};
	NTSTATUS status = STATUS_SUCCESS;
	ULONG size = 0;

	for (unsigned i = 0; b->security && i < ARRAY_LEN(asked); i++) {
		status = NtQuerySecurityObject(file, asked[i], NULL, 0, &size);
		if (status != STATUS_BUFFER_TOO_SMALL)
			continue;
		b->memory = k32_alloc(size);
		if (!b->memory)
			return STATUS_NO_MEMORY;
		status = NtQuerySecurityObject(file, asked[i], b->memory, size,
					       &size);
		if (NT_SUCCESS(status)) {
			begin(b, BACKUP_SECURITY_DATA, STREAM_CONTAINS_SECURITY,
			      size);
			break;
		}
		end_part(b);
	}
	return STATUS_SUCCESS;
}

/* What a control answers, of max bytes at most. */
static NTSTATUS read_control(struct reading *b, HANDLE file, DWORD code,
			     DWORD id, ULONG max)
{
	IO_STATUS_BLOCK io = { 0 };
	NTSTATUS status;

	b->memory = k32_alloc(max);
	if (!b->memory)
		return STATUS_NO_MEMORY;
	status = NtFsControlFile(file, NULL, NULL, NULL, &io, code, NULL, 0,
				 b->memory, max);
	if (NT_SUCCESS(status))
		begin(b, id, STREAM_NORMAL_ATTRIBUTE, (LONGLONG)io.Information);
	else
		end_part(b);
	return status;
}

static NTSTATUS read_data(struct reading *b, HANDLE file)
{
	FILE_STANDARD_INFO s;
	IO_STATUS_BLOCK io;
	NTSTATUS status = NtQueryInformationFile(file, &io, &s, sizeof s,
						 FileStandardInformation);

	if (!NT_SUCCESS(status))
		return status;
	b->end = s.EndOfFile.QuadPart;
	begin(b, BACKUP_DATA,
	      b->sparse ? STREAM_SPARSE_ATTRIBUTE : STREAM_NORMAL_ATTRIBUTE,
	      b->sparse ? 0 : b->end);
	b->from = file;
	return status;
}

/* The next range, and then whether there is a hole behind the last. */
static NTSTATUS read_sparse(struct reading *b, HANDLE file)
{
	FILE_ALLOCATED_RANGE_BUFFER in, out;
	IO_STATUS_BLOCK io = { 0 };
	NTSTATUS status;

	if (b->range >= b->end)
		return STATUS_SUCCESS;
	in.FileOffset.QuadPart = b->range;
	in.Length.QuadPart = b->end - b->range;
	status = NtFsControlFile(file, NULL, NULL, NULL, &io,
				 FSCTL_QUERY_ALLOCATED_RANGES, &in, sizeof in,
				 &out, sizeof out);
	/* More of them are an overflow. */
	if (!NT_SUCCESS(status) && status != STATUS_BUFFER_OVERFLOW)
		return status;
	if (!io.Information) {
		out.FileOffset.QuadPart = b->end;
		out.Length.QuadPart = 0;
	}
	b->first = out.FileOffset.QuadPart;
	begin(b, BACKUP_SPARSE_BLOCK, STREAM_SPARSE_ATTRIBUTE,
	      (LONGLONG)sizeof b->first + out.Length.QuadPart);
	b->first_len = sizeof b->first;
	b->from = file;
	b->offset = b->first;
	b->range = b->first + out.Length.QuadPart;
	return STATUS_SUCCESS;
}

static NTSTATUS read_eas(struct reading *b, HANDLE file)
{
	ULONG size;
	NTSTATUS status = attributes_of(file, &b->memory, &size);

	if (NT_SUCCESS(status))
		begin(b, BACKUP_EA_DATA, STREAM_NORMAL_ATTRIBUTE, size);
	return status == STATUS_NO_MEMORY ? status : STATUS_SUCCESS;
}

static NTSTATUS read_other(struct reading *b, HANDLE file)
{
	FILE_STREAM_INFO *s = b->other;
	ULONG bytes = s->StreamNameLength;
	NTSTATUS status;

	b->other = stream_next(s);
	if (bytes > sizeof b->head.name)
		return STATUS_NAME_TOO_LONG;
	status = stream_open(file, s->StreamName, bytes, FILE_READ_DATA,
			     FILE_OPEN, 0, &b->from);
	if (!NT_SUCCESS(status)) /* gone since? */
		return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_SUCCESS
							      : status;
	begin(b, BACKUP_ALTERNATE_DATA, STREAM_NORMAL_ATTRIBUTE,
	      s->StreamSize.QuadPart);
	b->own = TRUE;
	b->head.id.dwStreamNameSize = bytes;
	memcpy(b->head.name, s->StreamName, bytes);
	b->head_len += bytes;
	return STATUS_SUCCESS;
}

/* The step that b->step is: maybe a part, and which step is the next. */
static NTSTATUS look(struct reading *b, HANDLE file)
{
	const enum step step = b->step++;
	NTSTATUS status;

	switch (step) {
	case SECURITY:
		return read_security(b, file);
	case REPARSE:
		return b->reparse
			       ? read_control(b, file, FSCTL_GET_REPARSE_POINT,
					      BACKUP_REPARSE_DATA,
					      BACKUP_REPARSE_MAX)
			       : STATUS_SUCCESS;
	case DATA:
		/* Of a link there is none. */
		return b->directory || (b->reparse && !b->end)
			       ? STATUS_SUCCESS
			       : read_data(b, file);
	case SPARSE:
		status = b->sparse ? read_sparse(b, file) : STATUS_SUCCESS;
		if (b->inside)
			b->step = SPARSE;
		return status;
	case EAS:
		status = read_eas(b, file);
		b->list = streams_of(file);
		b->other = stream_first(b->list);
		return status;
	case OTHERS:
		status = b->other ? read_other(b, file) : STATUS_SUCCESS;
		if (b->other)
			b->step = OTHERS;
		return status;
	default:
		status = read_control(b, file, FSCTL_GET_OBJECT_ID,
				      BACKUP_OBJECT_ID, BACKUP_OBJECT_ID_SIZE);
		return status == STATUS_NO_MEMORY ? status : STATUS_SUCCESS;
	}
}

/* ---- reading ------------------------------------------------------------- */

/* Up to n of the part's bytes; *got of them, at least one. */
static NTSTATUS read_part(struct reading *b, BYTE *buf, DWORD n, DWORD *got)
{
	const BYTE *from = (BYTE *)&b->head + b->head_done;
	const LONGLONG left = b->head.id.Size.QuadPart - b->done;
	LARGE_INTEGER at;

	if (b->head_done < b->head_len) {
		*got = min(n, b->head_len - b->head_done);
		memcpy(buf, from, *got);
		b->head_done += *got;
		return STATUS_SUCCESS;
	}
	*got = (DWORD)min((LONGLONG)n, left);
	if (b->memory) {
		memcpy(buf, (BYTE *)b->memory + b->done, *got);
	} else if (b->done < b->first_len) {
		*got = min(*got, b->first_len - (DWORD)b->done);
		memcpy(buf, (BYTE *)&b->first + b->done, *got);
	} else {
		NTSTATUS status;

		at.QuadPart = b->offset + b->done - b->first_len;
		status = backup_move(b->from, buf, got, at, FALSE);
		if (!NT_SUCCESS(status))
			return status;
	}
	b->done += *got;
	return STATUS_SUCCESS;
}

static BOOL is_over(const struct reading *b)
{
	return b->head_done == b->head_len &&
	       b->done == b->head.id.Size.QuadPart;
}

static struct reading *reading_new(HANDLE file, BOOL security)
{
	struct reading *b;
	FILE_BASIC_INFO basic;
	FILE_STANDARD_INFO s;
	IO_STATUS_BLOCK io;

	if (!rf_result(NtQueryInformationFile(file, &io, &basic, sizeof basic,
					      FileBasicInformation)) ||
	    !rf_result(NtQueryInformationFile(file, &io, &s, sizeof s,
					      FileStandardInformation)))
		return NULL;
	b = k32_alloc(sizeof *b);
	if (!b)
		return NULL;
	memset(b, 0, sizeof *b);
	b->magic = BACKUP_READS;
	b->security = security;
	b->directory = s.Directory;
	b->reparse = basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT;
	b->sparse = basic.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE &&
		    !s.Directory;
	b->end = s.EndOfFile.QuadPart;
	return b;
}

static void reading_free(struct reading *b)
{
	end_part(b);
	k32_free(b->list);
	b->magic = 0;
	k32_free(b);
}

BOOL WINAPI BackupRead(HANDLE file, LPBYTE buf, DWORD n, LPDWORD done,
		       BOOL abort, BOOL security, LPVOID *context)
{
	struct reading *b = *context;
	NTSTATUS status = STATUS_SUCCESS;
	DWORD got;

	if (b && b->magic != BACKUP_READS) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (abort) {
		if (b)
			reading_free(b);
		*context = NULL;
		return TRUE;
	}
	*done = 0;
	if (!b)
		*context = b = reading_new(file, security);
	if (!b)
		return FALSE;
	while (*done < n && NT_SUCCESS(status)) {
		if (b->inside && is_over(b))
			end_part(b);
		if (b->inside) {
			got = 0;
			status = read_part(b, buf + *done, n - *done, &got);
			*done += got;
		} else if (b->step < NO_MORE) {
			status = look(b, file);
		} else {
			break;
		}
	}
	/* What was read is told first: who goes on meets the error again. */
	return *done ? TRUE : rf_result(status);
}

BOOL WINAPI BackupSeek(HANDLE file, DWORD low, DWORD high, LPDWORD sought_low,
		       LPDWORD sought_high, LPVOID *context)
{
	struct reading *b = *context;
	const ULONGLONG want = (ULONGLONG)high << 32 | low;
	ULONGLONG left = 0;

	(void)file;
	if (!b || (b->magic != BACKUP_READS && b->magic != BACKUP_WRITES)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	/* Not over what says which data that is. */
	if (b->magic == BACKUP_WRITES) {
		left = backup_write_seek(b, want);
	} else {
		if (b->inside && b->head_done == b->head_len)
			left = (ULONGLONG)(b->head.id.Size.QuadPart - b->done);
		left = min(left, want);
		b->done += (LONGLONG)left;
	}
	*sought_low = (DWORD)left;
	*sought_high = (DWORD)(left >> 32);
	if (left < want) {
		SetLastError(ERROR_SEEK);
		return FALSE;
	}
	return TRUE;
}
