/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-copy.c - copying, moving and replacing files.
 *
 * A move within one volume is a rename; to another one it is a copy and a
 * delete, if MOVEFILE_COPY_ALLOWED says so.  A copy takes the data, streams
 * and extended attributes, the attributes and the time of the last write; of a
 * folder the same without what is in it.
 */
#include "kernel32-private.h"
#include "file-beside.h"
#include "move-later.h"
#include <winioctl.h>
#include "nt-file.h"

#define CHUNK         (1 << 20)
#define UNSIZED_CHUNK 4096
#define SHARE_ALL     (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* Newer than our headers' lowest Windows. */
#ifndef ERROR_REQUEST_PAUSED
#define ERROR_REQUEST_PAUSED 3050
#endif
#ifndef COPY_FILE_DIRECTORY
#define COPY_FILE_DIRECTORY 0x00000080
#endif
#ifndef COPY_FILE_SKIP_ALTERNATE_STREAMS
#define COPY_FILE_SKIP_ALTERNATE_STREAMS      0x00008000
#define COPY_FILE_OPEN_AND_COPY_REPARSE_POINT 0x00200000
#define COPY_FILE_DISABLE_PRE_ALLOCATION      0x04000000
#define COPY_FILE_ENABLE_LOW_FREE_SPACE_MODE  0x08000000
#endif

struct copying {
	HANDLE from, to;
	LARGE_INTEGER size, done;
	LPPROGRESS_ROUTINE progress;
	PCOPYFILE2_PROGRESS_ROUTINE progress2; /* CopyFile2's */
	LPVOID data;
	ULONGLONG chunk; /* number of the one last finished */
	LPBOOL cancel;
	BOOL quiet;  /* progress said PROGRESS_QUIET */
	BOOL remove; /* what was written is to go */
};

/* What the caller of CopyFile2 wants done; its answers are PROGRESS_*'s. */
static DWORD message(struct copying *c, COPYFILE2_MESSAGE_TYPE type, DWORD n)
{
	COPYFILE2_MESSAGE m = { .Type = type };
	ULARGE_INTEGER size, done, chunk, bytes;

	size.QuadPart = c->size.QuadPart;
	done.QuadPart = c->done.QuadPart;
	chunk.QuadPart = c->chunk;
	bytes.QuadPart = n;
	/* The first fields are the same in all of these. */
	m.Info.ChunkStarted.dwStreamNumber = 1;
	m.Info.ChunkStarted.hSourceFile = c->from;
	m.Info.ChunkStarted.hDestinationFile = c->to;
	switch (type) {
	case COPYFILE2_CALLBACK_STREAM_STARTED:
		m.Info.StreamStarted.uliStreamSize = size;
		m.Info.StreamStarted.uliTotalFileSize = size;
		break;
	case COPYFILE2_CALLBACK_STREAM_FINISHED:
		m.Info.StreamFinished.uliStreamSize = size;
		m.Info.StreamFinished.uliStreamBytesTransferred = done;
		m.Info.StreamFinished.uliTotalFileSize = size;
		m.Info.StreamFinished.uliTotalBytesTransferred = done;
		break;
	case COPYFILE2_CALLBACK_CHUNK_STARTED:
		m.Info.ChunkStarted.uliChunkNumber = chunk;
		m.Info.ChunkStarted.uliChunkSize = bytes;
		m.Info.ChunkStarted.uliStreamSize = size;
		m.Info.ChunkStarted.uliTotalFileSize = size;
		break;
	default:
		m.Info.ChunkFinished.uliChunkNumber = chunk;
		m.Info.ChunkFinished.uliChunkSize = bytes;
		m.Info.ChunkFinished.uliStreamSize = size;
		m.Info.ChunkFinished.uliStreamBytesTransferred = done;
		m.Info.ChunkFinished.uliTotalFileSize = size;
		m.Info.ChunkFinished.uliTotalBytesTransferred = done;
	}
	return c->progress2(&m, c->data);
}

/* FALSE, with the last error, to stop.  n: bytes of the chunk. */
static BOOL report(struct copying *c, COPYFILE2_MESSAGE_TYPE type, DWORD n)
{
	DWORD r = PROGRESS_CONTINUE;

	if (c->cancel && *c->cancel) {
		c->remove = TRUE;
		SetLastError(ERROR_REQUEST_ABORTED);
		return FALSE;
	}
	if (c->quiet)
		return TRUE;
	if (c->progress2)
		r = message(c, type, n);
	else if (c->progress && (type == COPYFILE2_CALLBACK_STREAM_STARTED ||
				 type == COPYFILE2_CALLBACK_CHUNK_FINISHED))
		r = c->progress(c->size, c->done, c->size, c->done, 1,
				type == COPYFILE2_CALLBACK_STREAM_STARTED
					? CALLBACK_STREAM_SWITCH
					: CALLBACK_CHUNK_FINISHED,
				c->from, c->to, c->data);
	switch (r) {
	case PROGRESS_CANCEL:
	case PROGRESS_STOP:
		c->remove = r == PROGRESS_CANCEL;
		SetLastError(ERROR_REQUEST_ABORTED);
		return FALSE;
	case COPYFILE2_PROGRESS_PAUSE:
		if (!c->progress2)
			break;
		SetLastError(ERROR_REQUEST_PAUSED);
		return FALSE;
	case PROGRESS_QUIET:
		c->quiet = TRUE;
	}
	return TRUE;
}

/*
 * How much is to be read next; 0 at the end.  Not beyond it, where somebody may
 * have locked a range, as databases do; it may have moved.
 */
static DWORD next_read(struct copying *c, DWORD room)
{
	LARGE_INTEGER now;
	LONGLONG left = c->size.QuadPart - c->done.QuadPart;

	if (!left && GetFileSizeEx(c->from, &now) &&
	    now.QuadPart > c->done.QuadPart) {
		c->size = now;
		left = now.QuadPart - c->done.QuadPart;
	}
	return left < room ? left : room;
}

static BOOL copy_data(struct copying *c)
{
	/* The host has files that say nothing of their size. */
	const BOOL sized = c->size.QuadPart;
	DWORD room = c->size.QuadPart < CHUNK ? c->size.QuadPart : CHUNK;
	DWORD n, put;
	char *buf;
	BOOL ok;

	if (!sized)
		room = UNSIZED_CHUNK;
	buf = k32_alloc(room);
	if (!buf)
		return FALSE;
	ok = report(c, COPYFILE2_CALLBACK_STREAM_STARTED, 0);
	while (ok) {
		n = sized ? next_read(c, room) : room;
		if (!n)
			break;
		ok = ReadFile(c->from, buf, n, &n, NULL);
		if (!ok || !n)
			break;
		ok = report(c, COPYFILE2_CALLBACK_CHUNK_STARTED, n) &&
		     WriteFile(c->to, buf, n, &put, NULL);
		if (ok && put != n) {
			SetLastError(ERROR_DISK_FULL);
			ok = FALSE;
		}
		if (!ok)
			break;
		c->done.QuadPart += n;
		if (!sized)
			c->size = c->done;
		ok = report(c, COPYFILE2_CALLBACK_CHUNK_FINISHED, n);
		c->chunk++;
	}
	ok = ok && report(c, COPYFILE2_CALLBACK_STREAM_FINISHED, 0);
	if (!ok && GetLastError() != ERROR_REQUEST_ABORTED &&
	    GetLastError() != ERROR_REQUEST_PAUSED)
		c->remove = TRUE;
	k32_free(buf);
	return ok;
}

/*
 * The attributes of from and, with written, the time of its last write, and of
 * a file that it has not been archived; without, a file that replaces it has
 * its time of creation.
 */
static void copy_basic(HANDLE from, HANDLE to, BOOL written)
{
	FILE_BASIC_INFO i;
	IO_STATUS_BLOCK io;

	if (!NT_SUCCESS(NtQueryInformationFile(from, &io, &i, sizeof i,
					       FileBasicInformation)))
		return;
	i.LastAccessTime.QuadPart = 0;
	i.ChangeTime.QuadPart = 0;
	if (written)
		i.CreationTime.QuadPart = 0;
	else
		i.LastWriteTime.QuadPart = 0;
	if (written && !(i.FileAttributes & FILE_ATTRIBUTE_DIRECTORY))
		i.FileAttributes |= FILE_ATTRIBUTE_ARCHIVE;
	i.FileAttributes &= FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN |
			    FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE;
	if (!i.FileAttributes)
		i.FileAttributes = FILE_ATTRIBUTE_NORMAL;
	NtSetInformationFile(to, &io, &i, sizeof i, FileBasicInformation);
}

static BOOL same_file(HANDLE a, HANDLE b)
{
	BY_HANDLE_FILE_INFORMATION x, y;

	return GetFileInformationByHandle(a, &x) &&
	       GetFileInformationByHandle(b, &y) &&
	       x.dwVolumeSerialNumber == y.dwVolumeSerialNumber &&
	       x.nFileIndexHigh == y.nFileIndexHigh &&
	       x.nFileIndexLow == y.nFileIndexLow;
}

/* A link itself, with COPY_FILE_COPY_SYMLINK. */
static BOOL copy_link(const WCHAR *from, const WCHAR *to, DWORD flags)
{
	DWORD a = GetFileAttributesW(to), n;
	UCHAR data[16384];
	IO_STATUS_BLOCK io;
	HANDLE h;
	BOOL ok;

	if (a != INVALID_FILE_ATTRIBUTES && flags & COPY_FILE_FAIL_IF_EXISTS) {
		SetLastError(ERROR_FILE_EXISTS);
		return FALSE;
	}
	if (a != INVALID_FILE_ATTRIBUTES && !DeleteFileW(to))
		return FALSE;
	h = CreateFileW(from, FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_OPEN_REPARSE_POINT |
				FILE_FLAG_BACKUP_SEMANTICS,
			NULL);
	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	ok = DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, data,
			     sizeof data, &n, NULL);
	CloseHandle(h);
	if (!ok)
		return FALSE;
	h = CreateFileW(to, GENERIC_WRITE, 0, NULL, CREATE_NEW,
			FILE_FLAG_OPEN_REPARSE_POINT, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	ok = rf_result(NtFsControlFile(h, NULL, NULL, NULL, &io,
				       FSCTL_SET_REPARSE_POINT, data, n, NULL,
				       0));
	CloseHandle(h);
	return ok;
}

#define KNOWN_FLAGS                                                            \
	(COPY_FILE_FAIL_IF_EXISTS | COPY_FILE_RESTARTABLE |                    \
	 COPY_FILE_OPEN_SOURCE_FOR_WRITE | COPY_FILE_DIRECTORY |               \
	 COPY_FILE_ALLOW_DECRYPTED_DESTINATION | COPY_FILE_COPY_SYMLINK |      \
	 COPY_FILE_NO_BUFFERING | COPY_FILE_REQUEST_SECURITY_PRIVILEGES |      \
	 COPY_FILE_RESUME_FROM_PAUSE | COPY_FILE_SKIP_ALTERNATE_STREAMS |      \
	 COPY_FILE_NO_OFFLOAD | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT |        \
	 COPY_FILE_IGNORE_EDP_BLOCK | COPY_FILE_IGNORE_SOURCE_ENCRYPTION |     \
	 COPY_FILE_DONT_REQUEST_DEST_WRITE_DAC |                               \
	 COPY_FILE_REQUEST_COMPRESSED_TRAFFIC |                                \
	 COPY_FILE_DISABLE_PRE_ALLOCATION |                                    \
	 COPY_FILE_ENABLE_LOW_FREE_SPACE_MODE |                                \
	 0x20000000 /* COPY_FILE_ENABLE_SPARSE_COPY */)

/* One that is there takes on what from has, unless it must not be there. */
static BOOL open_folder(const WCHAR *name, DWORD flags, HANDLE *h,
			BOOL *existed)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	NT_PATH(path);

	if (!nt_path_init_folder(&path, name))
		return FALSE;
	status = NtCreateFile(
		h,
		FILE_LIST_DIRECTORY | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES |
			FILE_WRITE_ATTRIBUTES | FILE_READ_EA | FILE_WRITE_EA |
			DELETE | SYNCHRONIZE,
		&path.oa, &io, NULL, FILE_ATTRIBUTE_NORMAL,
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
		flags & COPY_FILE_FAIL_IF_EXISTS ? FILE_CREATE : FILE_OPEN_IF,
		FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT |
			FILE_OPEN_FOR_BACKUP_INTENT,
		NULL, 0);
	if (NT_SUCCESS(status)) {
		*existed = io.Information != FILE_CREATED;
		return TRUE;
	}
	rf_fail(status);
	/* As for files. */
	if (status == STATUS_OBJECT_NAME_COLLISION)
		SetLastError(ERROR_FILE_EXISTS);
	return FALSE;
}

/* COPY_FILE_DIRECTORY: the folder itself. */
static BOOL copy_folder(const WCHAR *from, const WCHAR *to, struct copying *c,
			DWORD flags)
{
	FILE_DISPOSITION_INFO remove = { TRUE };
	IO_STATUS_BLOCK io;
	BOOL existed, ok;
	DWORD error;

	if (!k32_open(from,
		      FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | FILE_READ_EA,
		      FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT,
		      &c->from))
		return FALSE;
	ok = open_folder(to, flags, &c->to, &existed);
	if (!ok) {
		error = GetLastError();
		CloseHandle(c->from);
		SetLastError(error);
		return FALSE;
	}
	ok = report(c, COPYFILE2_CALLBACK_STREAM_STARTED, 0) &&
	     copy_beside(c->from, c->to, existed,
			 !(flags & COPY_FILE_SKIP_ALTERNATE_STREAMS)) &&
	     report(c, COPYFILE2_CALLBACK_STREAM_FINISHED, 0);
	error = GetLastError();
	if (ok)
		copy_basic(c->from, c->to, TRUE);
	else if (!existed)
		NtSetInformationFile(c->to, &io, &remove, sizeof remove,
				     FileDispositionInformation);
	CloseHandle(c->to);
	CloseHandle(c->from);
	SetLastError(ok ? ERROR_SUCCESS : error);
	return ok;
}

static BOOL is_hidden(HANDLE h)
{
	BY_HANDLE_FILE_INFORMATION i;

	return GetFileInformationByHandle(h, &i) &&
	       i.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN;
}

/*
 * Not emptied when opened: it might be the same file.  Who has it open may let
 * it be written to, and not deleted: then what was begun is not taken away.
 */
static HANDLE open_copy(const WCHAR *name, DWORD flags)
{
	static const struct {
		DWORD access, share;
	} ways[] = {
		{ GENERIC_READ | GENERIC_WRITE | DELETE, 0 },
		{ GENERIC_READ | GENERIC_WRITE | DELETE, SHARE_ALL },
		{ GENERIC_READ | GENERIC_WRITE, SHARE_ALL },
	};
	HANDLE h = INVALID_HANDLE_VALUE;

	for (unsigned i = 0; i < RTL_NUMBER_OF(ways); i++) {
		h = CreateFileW(name, ways[i].access, ways[i].share, NULL,
				flags & COPY_FILE_FAIL_IF_EXISTS ? CREATE_NEW
								 : OPEN_ALWAYS,
				0, NULL);
		if (h != INVALID_HANDLE_VALUE ||
		    GetLastError() != ERROR_SHARING_VIOLATION)
			break;
	}
	return h;
}

/* c has who is to be told. */
static BOOL copy(const WCHAR *from, const WCHAR *to, struct copying *c,
		 DWORD flags)
{
	DWORD error, a;
	BOOL ok, existed;

	if (flags & ~KNOWN_FLAGS) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (flags &
	    (COPY_FILE_COPY_SYMLINK | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT)) {
		a = GetFileAttributesW(from);
		if (a != INVALID_FILE_ATTRIBUTES &&
		    a & FILE_ATTRIBUTE_REPARSE_POINT)
			return copy_link(from, to, flags);
	}
	if (flags & COPY_FILE_DIRECTORY)
		return copy_folder(from, to, c, flags);
	c->from = CreateFileW(from, GENERIC_READ,
			      FILE_SHARE_READ | FILE_SHARE_DELETE |
				      (flags & COPY_FILE_OPEN_SOURCE_FOR_WRITE
					       ? FILE_SHARE_WRITE
					       : 0),
			      NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN,
			      NULL);
	/* Somebody writes to it; he may be read along. */
	if (c->from == INVALID_HANDLE_VALUE &&
	    GetLastError() == ERROR_SHARING_VIOLATION)
		c->from = CreateFileW(from, GENERIC_READ, SHARE_ALL, NULL,
				      OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN,
				      NULL);
	if (c->from == INVALID_HANDLE_VALUE)
		return FALSE;
	if (!GetFileSizeEx(c->from, &c->size)) {
		error = GetLastError();
		CloseHandle(c->from);
		SetLastError(error);
		return FALSE;
	}
	c->to = open_copy(to, flags);
	if (c->to == INVALID_HANDLE_VALUE) {
		error = GetLastError();
		CloseHandle(c->from);
		SetLastError(error);
		return FALSE;
	}
	existed = GetLastError() == ERROR_ALREADY_EXISTS;
	if (existed && same_file(c->from, c->to)) {
		SetLastError(ERROR_SHARING_VIOLATION);
		ok = FALSE;
	} else if (is_hidden(c->to)) {
		SetLastError(ERROR_ACCESS_DENIED);
		ok = FALSE;
	} else {
		ok = SetEndOfFile(c->to) && copy_data(c);
		if (ok &&
		    !copy_beside(c->from, c->to, existed,
				 !(flags & COPY_FILE_SKIP_ALTERNATE_STREAMS))) {
			c->remove = TRUE;
			ok = FALSE;
		}
	}
	error = GetLastError();
	if (ok)
		copy_basic(c->from, c->to, TRUE);
	if (c->remove) {
		FILE_DISPOSITION_INFO remove = { TRUE };
		IO_STATUS_BLOCK io;

		NtSetInformationFile(c->to, &io, &remove, sizeof remove,
				     FileDispositionInformation);
	}
	CloseHandle(c->to);
	CloseHandle(c->from);
	SetLastError(ok ? ERROR_SUCCESS : error);
	return ok;
}

BOOL WINAPI CopyFileExW(LPCWSTR from, LPCWSTR to, LPPROGRESS_ROUTINE progress,
			LPVOID data, LPBOOL cancel, DWORD flags)
{
	struct copying c = { .progress = progress,
			     .data = data,
			     .cancel = cancel };

	return copy(from, to, &c, flags);
}

BOOL WINAPI CopyFileExA(LPCSTR from, LPCSTR to, LPPROGRESS_ROUTINE progress,
			LPVOID data, LPBOOL cancel, DWORD flags)
{
	WIDE(f);
	WIDE(t);

	return wide_from_file(&f, from) && wide_from_file(&t, to) &&
	       CopyFileExW(f.s, t.s, progress, data, cancel, flags);
}

BOOL WINAPI CopyFileW(LPCWSTR from, LPCWSTR to, BOOL fail_if_exists)
{
	return CopyFileExW(from, to, NULL, NULL, NULL,
			   fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

BOOL WINAPI CopyFileA(LPCSTR from, LPCSTR to, BOOL fail_if_exists)
{
	return CopyFileExA(from, to, NULL, NULL, NULL,
			   fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

HRESULT WINAPI CopyFile2(PCWSTR from, PCWSTR to,
			 COPYFILE2_EXTENDED_PARAMETERS *p)
{
	struct copying c = { 0 };

	if (p && p->dwSize < sizeof *p)
		return E_INVALIDARG;
	if (p) {
		c.cancel = p->pfCancel;
		c.progress2 = p->pProgressRoutine;
		c.data = p->pvCallbackContext;
	}
	if (copy(from, to, &c, p ? p->dwCopyFlags : 0))
		return S_OK;
	return HRESULT_FROM_WIN32(GetLastError());
}

/* ---- moving --------------------------------------------------------- */

static NTSTATUS rename_to(HANDLE h, const struct nt_path *to, BOOL replace)
{
	ULONG size = sizeof(FILE_RENAME_INFO) + to->name.Length;
	FILE_RENAME_INFO *r = k32_alloc(size);
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (!r)
		return STATUS_NO_MEMORY;
	memset(r, 0, sizeof *r);
	r->ReplaceIfExists = replace;
	r->FileNameLength = to->name.Length;
	memcpy(r->FileName, to->name.Buffer, to->name.Length);
	status = NtSetInformationFile(h, &io, r, size, FileRenameInformation);
	k32_free(r);
	return status;
}

static BOOL move_by_copy(const WCHAR *from, const WCHAR *to,
			 LPPROGRESS_ROUTINE progress, LPVOID data, DWORD flags)
{
	DWORD error;

	if (!CopyFileExW(from, to, progress, data, NULL,
			 flags & MOVEFILE_REPLACE_EXISTING
				 ? 0
				 : COPY_FILE_FAIL_IF_EXISTS)) {
		if (GetLastError() == ERROR_FILE_EXISTS)
			SetLastError(ERROR_ALREADY_EXISTS);
		return FALSE;
	}
	if (flags & MOVEFILE_WRITE_THROUGH) {
		HANDLE h = CreateFileW(to, GENERIC_WRITE, 7, NULL,
				       OPEN_EXISTING, 0, NULL);

		if (h != INVALID_HANDLE_VALUE) {
			FlushFileBuffers(h);
			CloseHandle(h);
		}
	}
	if (DeleteFileW(from))
		return TRUE;
	error = GetLastError();
	/* Both would be left: read-only is no reason to. */
	if (error == ERROR_ACCESS_DENIED &&
	    SetFileAttributesW(from, FILE_ATTRIBUTE_NORMAL) &&
	    DeleteFileW(from))
		return TRUE;
	SetLastError(error);
	return FALSE;
}

BOOL WINAPI MoveFileWithProgressW(LPCWSTR from, LPCWSTR to,
				  LPPROGRESS_ROUTINE progress, LPVOID data,
				  DWORD flags)
{
	BOOL replace = !!(flags & MOVEFILE_REPLACE_EXISTING);
	NTSTATUS status;
	DWORD a;
	HANDLE_SCOPE(h);
	NT_PATH(target);

	if (flags & MOVEFILE_DELAY_UNTIL_REBOOT)
		return move_later(from, to, flags);
	if (!to) {
		SetLastError(ERROR_PATH_NOT_FOUND);
		return FALSE;
	}
	if (!k32_open(from, DELETE | FILE_READ_ATTRIBUTES,
		      FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT,
		      &h) ||
	    !nt_path_init(&target, to))
		return FALSE;
	if (flags & MOVEFILE_CREATE_HARDLINK) {
		NtClose(h);
		h = 0;
		return CreateHardLinkW(to, from, NULL);
	}
	status = rename_to(h, &target, replace);
	if (status == STATUS_NOT_SAME_DEVICE && flags & MOVEFILE_COPY_ALLOWED) {
		NtClose(h);
		h = 0;
		a = GetFileAttributesW(from);
		if (a != INVALID_FILE_ATTRIBUTES &&
		    !(a & FILE_ATTRIBUTE_DIRECTORY))
			return move_by_copy(from, to, progress, data, flags);
		status = STATUS_ACCESS_DENIED;
	}
	return rf_result(status);
}

BOOL WINAPI MoveFileWithProgressA(LPCSTR from, LPCSTR to,
				  LPPROGRESS_ROUTINE progress, LPVOID data,
				  DWORD flags)
{
	WIDE(f);
	WIDE(t);

	return wide_from_file(&f, from) && wide_from_file(&t, to) &&
	       MoveFileWithProgressW(f.s, t.s, progress, data, flags);
}

BOOL WINAPI MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags)
{
	return MoveFileWithProgressW(from, to, NULL, NULL, flags);
}

BOOL WINAPI MoveFileExA(LPCSTR from, LPCSTR to, DWORD flags)
{
	return MoveFileWithProgressA(from, to, NULL, NULL, flags);
}

BOOL WINAPI MoveFileW(LPCWSTR from, LPCWSTR to)
{
	return MoveFileExW(from, to, MOVEFILE_COPY_ALLOWED);
}

BOOL WINAPI MoveFileA(LPCSTR from, LPCSTR to)
{
	return MoveFileExA(from, to, MOVEFILE_COPY_ALLOWED);
}

/* ---- replacing ------------------------------------------------------ */

/* Who may do what with old, may with new; FALSE and the last error. */
static BOOL copy_dacl(HANDLE old, HANDLE new)
{
	__attribute__((aligned(8))) UCHAR buf[2048];
	NTSTATUS status;
	ULONG n;

	status = NtQuerySecurityObject(old, DACL_SECURITY_INFORMATION, buf,
				       sizeof buf, &n);
	if (NT_SUCCESS(status))
		status = NtSetSecurityObject(new, DACL_SECURITY_INFORMATION,
					     buf);
	return rf_result(status);
}

/*
 * old becomes backup (if that is named), new becomes old and takes over its
 * attributes.  The two renames are one after the other; if the second fails,
 * the first is undone.
 */
BOOL WINAPI ReplaceFileW(LPCWSTR old, LPCWSTR new, LPCWSTR backup, DWORD flags,
			 LPVOID exclude, LPVOID reserved)
{
	DWORD error;
	NTSTATUS status;
	HANDLE_SCOPE(old_h);
	HANDLE_SCOPE(new_h);
	NT_PATH(old_path);
	NT_PATH(backup_path);

	if (!old || !new || exclude || reserved) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!k32_open(old, DELETE | FILE_READ_ATTRIBUTES | READ_CONTROL,
		      FILE_NON_DIRECTORY_FILE, &old_h) ||
	    !k32_open(new,
		      DELETE | FILE_WRITE_ATTRIBUTES | FILE_READ_ATTRIBUTES |
			      WRITE_DAC,
		      FILE_NON_DIRECTORY_FILE, &new_h) ||
	    !nt_path_init(&old_path, old))
		return FALSE;
	copy_basic(old_h, new_h, FALSE);
	if (!copy_dacl(old_h, new_h) &&
	    !(flags & (REPLACEFILE_IGNORE_MERGE_ERRORS |
		       REPLACEFILE_IGNORE_ACL_ERRORS)))
		return FALSE;
	if (backup) {
		if (!nt_path_init(&backup_path, backup))
			return FALSE;
		status = rename_to(old_h, &backup_path, TRUE);
		if (!NT_SUCCESS(status)) {
			rf_fail(status);
			SetLastError(ERROR_UNABLE_TO_REMOVE_REPLACED);
			return FALSE;
		}
	} else {
		/* Open without sharing nobody could replace it. */
		NtClose(old_h);
		old_h = 0;
	}
	status = rename_to(new_h, &old_path, TRUE);
	if (NT_SUCCESS(status))
		return TRUE;
	rf_fail(status);
	error = ERROR_UNABLE_TO_MOVE_REPLACEMENT;
	if (backup && !NT_SUCCESS(rename_to(old_h, &old_path, FALSE)))
		error = ERROR_UNABLE_TO_MOVE_REPLACEMENT_2;
	SetLastError(error);
	return FALSE;
}

BOOL WINAPI ReplaceFileA(LPCSTR old, LPCSTR new, LPCSTR backup, DWORD flags,
			 LPVOID exclude, LPVOID reserved)
{
	WIDE(o);
	WIDE(n);
	WIDE(b);

	return wide_from_file(&o, old) && wide_from_file(&n, new) &&
	       wide_from_file(&b, backup) &&
	       ReplaceFileW(o.s, n.s, b.s, flags, exclude, reserved);
}
