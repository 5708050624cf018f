/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-beside.c - what a copy takes along besides the data: alternate streams
 * and extended attributes.
 *
 * Streams are opened by ":name" below the file's own handle.  A volume that
 * has none gets a copy without them, as it does on Windows.
 */
#include "kernel32-private.h"
#include "file-beside.h"
#include <winioctl.h>
#include "nt-file.h"

#define STREAMS_MAX (1 << 20)
#define CHUNK       65536

NTSTATUS stream_open(HANDLE file, WCHAR *name, ULONG bytes, ACCESS_MASK access,
		     ULONG how, ULONG options, HANDLE *h)
{
	UNICODE_STRING u = { (USHORT)bytes, (USHORT)bytes, name };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;

	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, file, NULL);
	return NtCreateFile(h, access | SYNCHRONIZE, &oa, &io, NULL, 0,
			    FILE_SHARE_READ | FILE_SHARE_WRITE |
				    FILE_SHARE_DELETE,
			    how, options | FILE_SYNCHRONOUS_IO_NONALERT, NULL,
			    0);
}

/* The file's own data is no other stream of it. */
static FILE_STREAM_INFO *from(FILE_STREAM_INFO *s)
{
	while (s && s->StreamNameLength >= 4 && s->StreamName[1] == ':')
		s = s->NextEntryOffset
			    ? (void *)((char *)s + s->NextEntryOffset)
			    : NULL;
	return s;
}

FILE_STREAM_INFO *stream_first(void *list)
{
	return from(list);
}

FILE_STREAM_INFO *stream_next(FILE_STREAM_INFO *s)
{
	return s->NextEntryOffset
		       ? from((void *)((char *)s + s->NextEntryOffset))
		       : NULL;
}

void *streams_of(HANDLE h)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	void *list;

	for (ULONG size = 1024; size <= STREAMS_MAX; size *= 4) {
		list = k32_alloc(size);
		if (!list)
			return NULL;
		io.Information = 0;
		status = NtQueryInformationFile(h, &io, list, size,
						FileStreamInformation);
		if (NT_SUCCESS(status) && io.Information)
			return list;
		k32_free(list);
		if (status != STATUS_BUFFER_OVERFLOW)
			break;
	}
	return NULL;
}

static NTSTATUS copy_stream(HANDLE from, HANDLE to)
{
	char *buf = k32_alloc(CHUNK);
	IO_STATUS_BLOCK in, out;
	NTSTATUS status = buf ? STATUS_SUCCESS : STATUS_NO_MEMORY;

	while (NT_SUCCESS(status)) {
		status = NtReadFile(from, NULL, NULL, NULL, &in, buf, CHUNK,
				    NULL, NULL);
		if (NT_SUCCESS(status))
			status = NtWriteFile(to, NULL, NULL, NULL, &out, buf,
					     (ULONG)in.Information, NULL,
					     NULL);
	}
	k32_free(buf);
	return status == STATUS_END_OF_FILE ? STATUS_SUCCESS : status;
}

/* What the target had of its own goes: the copy is as the source is. */
static void remove_streams(HANDLE to)
{
	void *list = streams_of(to);
	HANDLE h;

	for (FILE_STREAM_INFO *s = stream_first(list); s; s = stream_next(s))
		if (NT_SUCCESS(stream_open(to, s->StreamName,
					   s->StreamNameLength, DELETE,
					   FILE_OPEN, FILE_DELETE_ON_CLOSE,
					   &h)))
			NtClose(h);
	k32_free(list);
}

NTSTATUS attributes_of(HANDLE h, void **list, ULONG *size)
{
	IO_STATUS_BLOCK io;
	ULONG n = 0;
	NTSTATUS status;

	*list = NULL;
	if (!NT_SUCCESS(NtQueryInformationFile(h, &io, &n, sizeof n,
					       FileEaInformation)) ||
	    !n)
		return STATUS_NO_EAS_ON_FILE;
	*list = k32_alloc(n);
	if (!*list)
		return STATUS_NO_MEMORY;
	status = NtQueryEaFile(h, &io, *list, n, FALSE, NULL, 0, NULL, TRUE);
	*size = (ULONG)io.Information;
	if (!NT_SUCCESS(status)) {
		k32_free(*list);
		*list = NULL;
	}
	return status;
}

static NTSTATUS copy_attributes(HANDLE from, HANDLE to)
{
	IO_STATUS_BLOCK io;
	ULONG size;
	void *list;
	NTSTATUS status = attributes_of(from, &list, &size);

	if (NT_SUCCESS(status))
		status = NtSetEaFile(to, &io, list, size);
	k32_free(list);
	return status == STATUS_EAS_NOT_SUPPORTED ||
			       status == STATUS_NO_EAS_ON_FILE
		       ? STATUS_SUCCESS
		       : status;
}

BOOL copy_beside(HANDLE from, HANDLE to, BOOL replaced, BOOL streams)
{
	void *list = streams ? streams_of(from) : NULL;
	NTSTATUS status = STATUS_SUCCESS;
	HANDLE source, target;

	if (replaced)
		remove_streams(to);
	for (FILE_STREAM_INFO *s = stream_first(list); s && NT_SUCCESS(status);
	     s = stream_next(s)) {
		if (!NT_SUCCESS(stream_open(from, s->StreamName,
					    s->StreamNameLength, FILE_READ_DATA,
					    FILE_OPEN, 0, &source)))
			continue;
		status = stream_open(to, s->StreamName, s->StreamNameLength,
				     FILE_WRITE_DATA, FILE_OVERWRITE_IF, 0,
				     &target);
		if (NT_SUCCESS(status)) {
			status = copy_stream(source, target);
			NtClose(target);
		} else if (status == STATUS_OBJECT_NAME_INVALID) {
			status = STATUS_SUCCESS; /* a volume without streams */
		}
		NtClose(source);
	}
	k32_free(list);
	if (NT_SUCCESS(status))
		status = copy_attributes(from, to);
	return rf_result(status);
}

BOOL copy_reparse(HANDLE from, HANDLE to)
{
	UCHAR data[16384]; /* MAXIMUM_REPARSE_DATA_BUFFER_SIZE */
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	status = NtFsControlFile(from, NULL, NULL, NULL, &io,
				 FSCTL_GET_REPARSE_POINT, NULL, 0, data,
				 sizeof data);
	if (NT_SUCCESS(status))
		status = NtFsControlFile(to, NULL, NULL, NULL, &io,
					 FSCTL_SET_REPARSE_POINT, data,
					 (ULONG)io.Information, NULL, 0);
	return rf_result(status);
}
