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

static NTSTATUS open_stream(HANDLE file, WCHAR *name, ULONG bytes,
			    ACCESS_MASK access, ULONG how, ULONG options,
			    HANDLE *h)
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

static BOOL is_main(const FILE_STREAM_INFO *s)
{
	return s->StreamNameLength >= 4 && s->StreamName[1] == ':';
}

/* All streams of a file, to be freed; NULL: none, or they cannot be told. */
static FILE_STREAM_INFO *streams_of(HANDLE h)
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

static FILE_STREAM_INFO *next_of(FILE_STREAM_INFO *s)
{
	return s->NextEntryOffset ? (void *)((char *)s + s->NextEntryOffset)
				  : NULL;
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
	FILE_STREAM_INFO *list = streams_of(to);
	HANDLE h;

	for (FILE_STREAM_INFO *s = list; s; s = next_of(s))
		if (!is_main(s) &&
		    NT_SUCCESS(open_stream(to, s->StreamName,
					   s->StreamNameLength, DELETE,
					   FILE_OPEN, FILE_DELETE_ON_CLOSE,
					   &h)))
			NtClose(h);
	k32_free(list);
}

static NTSTATUS copy_attributes(HANDLE from, HANDLE to)
{
	IO_STATUS_BLOCK io;
	ULONG size = 0;
	NTSTATUS status;
	void *list;

	if (!NT_SUCCESS(NtQueryInformationFile(from, &io, &size, sizeof size,
					       FileEaInformation)) ||
	    !size)
		return STATUS_SUCCESS;
	list = k32_alloc(size);
	if (!list)
		return STATUS_NO_MEMORY;
	status = NtQueryEaFile(from, &io, list, size, FALSE, NULL, 0, NULL,
			       TRUE);
	if (NT_SUCCESS(status))
		status = NtSetEaFile(to, &io, list, (ULONG)io.Information);
	k32_free(list);
	return status == STATUS_EAS_NOT_SUPPORTED ||
			       status == STATUS_NO_EAS_ON_FILE
		       ? STATUS_SUCCESS
		       : status;
}

BOOL copy_beside(HANDLE from, HANDLE to, BOOL replaced, BOOL streams)
{
	FILE_STREAM_INFO *list = streams ? streams_of(from) : NULL;
	NTSTATUS status = STATUS_SUCCESS;
	HANDLE source, target;

	if (replaced)
		remove_streams(to);
	for (FILE_STREAM_INFO *s = list; s && NT_SUCCESS(status);
	     s = next_of(s)) {
		if (is_main(s) ||
		    !NT_SUCCESS(open_stream(from, s->StreamName,
					    s->StreamNameLength, FILE_READ_DATA,
					    FILE_OPEN, 0, &source)))
			continue;
		status = open_stream(to, s->StreamName, s->StreamNameLength,
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
