/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-io.c - reading, writing, locking, control codes; change notices.
 *
 * An OVERLAPPED begins with an IO_STATUS_BLOCK, so the kernel writes straight
 * into it and nothing is copied on the way.
 */
#include "kernel32-private.h"
#include <winioctl.h>
#include "console.h"
#include "nt-file.h"

#define IOSB(o) ((PIO_STATUS_BLOCK)(o))

/* A request on a handle without an OVERLAPPED waits here if it must. */
static NTSTATUS finish(HANDLE h, NTSTATUS status, IO_STATUS_BLOCK *io)
{
	if (status != STATUS_PENDING)
		return status;
	status = NtWaitForSingleObject(h, FALSE, NULL);
	return NT_SUCCESS(status) ? io->Status : status;
}

/* An event with bit 0 set asks for no packet at a completion port. */
static HANDLE event_of(const OVERLAPPED *o)
{
	return (HANDLE)((ULONG_PTR)o->hEvent & ~(ULONG_PTR)1);
}

static PVOID packet_of(OVERLAPPED *o)
{
	return (ULONG_PTR)o->hEvent & 1 ? NULL : o;
}

static LARGE_INTEGER offset_of(const OVERLAPPED *o)
{
	return (LARGE_INTEGER){ .LowPart = o->Offset,
				.HighPart = o->OffsetHigh };
}

static BOOL overlapped_result(NTSTATUS status, OVERLAPPED *o, LPDWORD done)
{
	if (!NT_SUCCESS(status) || status == STATUS_PENDING)
		return rf_fail(status);
	if (done)
		*done = (DWORD)o->InternalHigh;
	return TRUE;
}

BOOL WINAPI ReadFile(HANDLE h, LPVOID buf, DWORD n, LPDWORD done,
		     LPOVERLAPPED o)
{
	IO_STATUS_BLOCK io;
	LARGE_INTEGER at;
	NTSTATUS status;

	if (done)
		*done = 0;
	h = k32_std_handle(h);
	if (o) {
		at = offset_of(o);
		o->Internal = STATUS_PENDING;
		o->InternalHigh = 0;
		status = NtReadFile(h, event_of(o), NULL, packet_of(o), IOSB(o),
				    buf, n, &at, NULL);
		/* A message cut short tells how much there is. */
		if (status == STATUS_BUFFER_OVERFLOW && done)
			*done = (DWORD)o->InternalHigh;
		return overlapped_result(status, o, done);
	}
	io.Information = 0;
	status = finish(
		h, NtReadFile(h, NULL, NULL, NULL, &io, buf, n, NULL, NULL),
		&io);
	if (status == STATUS_END_OF_FILE)
		return TRUE;
	if (status == RF_CONSOLE_CONVERT)
		return console_read_bytes(h, buf, n, done ? done : &n);
	/* Ctrl-C at a console: nothing was read, and that is why. */
	if (status == STATUS_ALERTED)
		SetLastError(ERROR_OPERATION_ABORTED);
	if (done && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
		*done = (DWORD)io.Information;
	return rf_result(status);
}

BOOL WINAPI WriteFile(HANDLE h, LPCVOID buf, DWORD n, LPDWORD done,
		      LPOVERLAPPED o)
{
	IO_STATUS_BLOCK io;
	LARGE_INTEGER at;
	NTSTATUS status;

	if (done)
		*done = 0;
	h = k32_std_handle(h);
	if (o) {
		at = offset_of(o);
		o->Internal = STATUS_PENDING;
		o->InternalHigh = 0;
		status = NtWriteFile(h, event_of(o), NULL, packet_of(o),
				     IOSB(o), (void *)buf, n, &at, NULL);
		return overlapped_result(status, o, done);
	}
	io.Information = 0;
	status = finish(h,
			NtWriteFile(h, NULL, NULL, NULL, &io, (void *)buf, n,
				    NULL, NULL),
			&io);
	if (status == RF_CONSOLE_CONVERT)
		return console_write_bytes(h, buf, n, done ? done : &n);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (done)
		*done = (DWORD)io.Information;
	return TRUE;
}

static VOID NTAPI completion_apc(PVOID routine, PIO_STATUS_BLOCK io,
				 ULONG reserved)
{
	LPOVERLAPPED_COMPLETION_ROUTINE f = routine;
	DWORD error =
		NT_SUCCESS(io->Status) ? 0 : RtlNtStatusToDosError(io->Status);

	(void)reserved;
	f(error, (DWORD)io->Information, (LPOVERLAPPED)io);
}

BOOL WINAPI ReadFileEx(HANDLE h, LPVOID buf, DWORD n, LPOVERLAPPED o,
		       LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
	LARGE_INTEGER at = offset_of(o);
	NTSTATUS status;

	o->Internal = STATUS_PENDING;
	status = NtReadFile(k32_std_handle(h), NULL, completion_apc, routine,
			    IOSB(o), buf, n, &at, NULL);
	/* Success says nothing, yet callers are told to look. */
	if (NT_SUCCESS(status))
		SetLastError(ERROR_SUCCESS);
	return rf_result(status);
}

BOOL WINAPI WriteFileEx(HANDLE h, LPCVOID buf, DWORD n, LPOVERLAPPED o,
			LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
	LARGE_INTEGER at = offset_of(o);
	NTSTATUS status;

	o->Internal = STATUS_PENDING;
	status = NtWriteFile(k32_std_handle(h), NULL, completion_apc, routine,
			     IOSB(o), (void *)buf, n, &at, NULL);
	if (NT_SUCCESS(status))
		SetLastError(ERROR_SUCCESS);
	return rf_result(status);
}

BOOL WINAPI ReadFileScatter(HANDLE h, FILE_SEGMENT_ELEMENT segments[], DWORD n,
			    LPDWORD reserved, LPOVERLAPPED o)
{
	LARGE_INTEGER at = offset_of(o);

	(void)reserved;
	o->Internal = STATUS_PENDING;
	return overlapped_result(NtReadFileScatter(h, event_of(o), NULL,
						   packet_of(o), IOSB(o),
						   segments, n, &at, NULL),
				 o, NULL);
}

BOOL WINAPI WriteFileGather(HANDLE h, FILE_SEGMENT_ELEMENT segments[], DWORD n,
			    LPDWORD reserved, LPOVERLAPPED o)
{
	LARGE_INTEGER at = offset_of(o);

	(void)reserved;
	o->Internal = STATUS_PENDING;
	return overlapped_result(NtWriteFileGather(h, event_of(o), NULL,
						   packet_of(o), IOSB(o),
						   segments, n, &at, NULL),
				 o, NULL);
}

BOOL WINAPI FlushFileBuffers(HANDLE h)
{
	IO_STATUS_BLOCK io;

	h = k32_std_handle(h);
	return rf_result(finish(h, NtFlushBuffersFile(h, &io), &io));
}

/* ---- results, cancelling ---- */

BOOL WINAPI GetOverlappedResultEx(HANDLE h, LPOVERLAPPED o, LPDWORD done,
				  DWORD ms, BOOL alertable)
{
	volatile ULONG_PTR *state = &o->Internal;
	LARGE_INTEGER t;
	NTSTATUS status;

	if ((NTSTATUS)*state == STATUS_PENDING) {
		if (!ms) {
			SetLastError(ERROR_IO_INCOMPLETE);
			return FALSE;
		}
		status =
			NtWaitForSingleObject(o->hEvent ? event_of(o) : h,
					      !!alertable, k32_timeout(&t, ms));
		if (status == STATUS_TIMEOUT || status == STATUS_USER_APC) {
			SetLastError(status == STATUS_TIMEOUT
					     ? WAIT_TIMEOUT
					     : WAIT_IO_COMPLETION);
			return FALSE;
		}
		if (!NT_SUCCESS(status))
			return rf_fail(status);
	}
	status = (NTSTATUS)*state;
	*done = (DWORD)o->InternalHigh;
	/* The object was signalled by another request than this one. */
	if (status == STATUS_PENDING)
		status = STATUS_SUCCESS;
	return rf_result(status);
}

BOOL WINAPI GetOverlappedResult(HANDLE h, LPOVERLAPPED o, LPDWORD done,
				BOOL wait)
{
	return GetOverlappedResultEx(h, o, done, wait ? INFINITE : 0, FALSE);
}

BOOL WINAPI CancelIo(HANDLE h)
{
	IO_STATUS_BLOCK io;

	return rf_result(NtCancelIoFile(h, &io));
}

BOOL WINAPI CancelIoEx(HANDLE h, LPOVERLAPPED o)
{
	IO_STATUS_BLOCK io;

	return rf_result(NtCancelIoFileEx(h, IOSB(o), &io));
}

BOOL WINAPI CancelSynchronousIo(HANDLE thread)
{
	IO_STATUS_BLOCK io;

	return rf_result(NtCancelSynchronousIoFile(thread, NULL, &io));
}

/* ---- locks ---- */

BOOL WINAPI LockFile(HANDLE h, DWORD low, DWORD high, DWORD size_low,
		     DWORD size_high)
{
	LARGE_INTEGER at = { .LowPart = low, .HighPart = high };
	LARGE_INTEGER size = { .LowPart = size_low, .HighPart = size_high };
	IO_STATUS_BLOCK io;
	NTSTATUS status =
		NtLockFile(h, NULL, NULL, NULL, &io, &at, &size, 0, TRUE, TRUE);

	return rf_result(finish(h, status, &io));
}

BOOL WINAPI LockFileEx(HANDLE h, DWORD flags, DWORD reserved, DWORD size_low,
		       DWORD size_high, LPOVERLAPPED o)
{
	LARGE_INTEGER size = { .LowPart = size_low, .HighPart = size_high };
	LARGE_INTEGER at = offset_of(o);

	if (reserved) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	o->Internal = STATUS_PENDING;
	return overlapped_result(
		NtLockFile(h, event_of(o), NULL, packet_of(o), IOSB(o), &at,
			   &size, 0, !!(flags & LOCKFILE_FAIL_IMMEDIATELY),
			   !!(flags & LOCKFILE_EXCLUSIVE_LOCK)),
		o, NULL);
}

static BOOL unlock(HANDLE h, LARGE_INTEGER at, LARGE_INTEGER size)
{
	IO_STATUS_BLOCK io;

	return rf_result(finish(h, NtUnlockFile(h, &io, &at, &size, 0), &io));
}

BOOL WINAPI UnlockFile(HANDLE h, DWORD low, DWORD high, DWORD size_low,
		       DWORD size_high)
{
	return unlock(
		h, (LARGE_INTEGER){ .LowPart = low, .HighPart = high },
		(LARGE_INTEGER){ .LowPart = size_low, .HighPart = size_high });
}

BOOL WINAPI UnlockFileEx(HANDLE h, DWORD reserved, DWORD size_low,
			 DWORD size_high, LPOVERLAPPED o)
{
	if (reserved) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return unlock(
		h, offset_of(o),
		(LARGE_INTEGER){ .LowPart = size_low, .HighPart = size_high });
}

/* ---- control codes -------------------------------------------------- */

static NTSTATUS control(HANDLE h, HANDLE event, PVOID packet,
			IO_STATUS_BLOCK *io, DWORD code, LPVOID in,
			DWORD in_size, LPVOID out, DWORD out_size)
{
	if (code >> 16 == FILE_DEVICE_FILE_SYSTEM)
		return NtFsControlFile(h, event, NULL, packet, io, code, in,
				       in_size, out, out_size);
	return NtDeviceIoControlFile(h, event, NULL, packet, io, code, in,
				     in_size, out, out_size);
}

BOOL WINAPI DeviceIoControl(HANDLE h, DWORD code, LPVOID in, DWORD in_size,
			    LPVOID out, DWORD out_size, LPDWORD done,
			    LPOVERLAPPED o)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (o) {
		o->Internal = STATUS_PENDING;
		status = control(h, event_of(o), packet_of(o), IOSB(o), code,
				 in, in_size, out, out_size);
		if (status == STATUS_BUFFER_OVERFLOW && done)
			*done = (DWORD)o->InternalHigh;
		return overlapped_result(status, o, done);
	}
	io.Information = 0;
	status = finish(
		h,
		control(h, NULL, NULL, &io, code, in, in_size, out, out_size),
		&io);
	/* A buffer filled to the brim and more to come is told as well. */
	if (done && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
		*done = (DWORD)io.Information;
	return rf_result(status);
}

BOOL WINAPI SetFileCompletionNotificationModes(HANDLE h, UCHAR flags)
{
	IO_STATUS_BLOCK io;
	ULONG f = flags;

	return rf_result(NtSetInformationFile(
		h, &io, &f, sizeof f, FileIoCompletionNotificationInformation));
}

/* Of which the kernel need not ask each time whether it is there. */
BOOL WINAPI SetFileIoOverlappedRange(HANDLE h, PUCHAR at, ULONG size)
{
	enum { FileIoStatusBlockRangeInformation = 42 }; /* in no header */
	struct {
		PUCHAR at;
		ULONG size;
	} range = { at, size };
	IO_STATUS_BLOCK io;

	return rf_result(NtSetInformationFile(h, &io, &range, sizeof range,
					      FileIoStatusBlockRangeInformation));
}

/* ---- directory changes ---------------------------------------------- */

/* READ_DIRECTORY_NOTIFY_INFORMATION_CLASS, which not all headers have. */
enum { NOTIFY_PLAIN = 1 };

BOOL WINAPI ReadDirectoryChangesExW(HANDLE h, LPVOID buf, DWORD size,
				    BOOL subtree, DWORD filter, LPDWORD done,
				    LPOVERLAPPED o,
				    LPOVERLAPPED_COMPLETION_ROUTINE routine,
				    unsigned class)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (o) {
		o->Internal = STATUS_PENDING;
		status = NtNotifyChangeDirectoryFileEx(
			h, routine ? NULL : event_of(o),
			routine ? completion_apc : NULL,
			routine ? (PVOID)routine : packet_of(o), IOSB(o), buf,
			size, filter, !!subtree, class);
		return status == STATUS_PENDING ? TRUE : rf_result(status);
	}
	io.Information = 0;
	status = finish(h,
			NtNotifyChangeDirectoryFileEx(h, NULL, NULL, NULL, &io,
						      buf, size, filter,
						      !!subtree, class),
			&io);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (done)
		*done = (DWORD)io.Information;
	return TRUE;
}

BOOL WINAPI ReadDirectoryChangesW(HANDLE h, LPVOID buf, DWORD size,
				  BOOL subtree, DWORD filter, LPDWORD done,
				  LPOVERLAPPED o,
				  LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
	return ReadDirectoryChangesExW(h, buf, size, subtree, filter, done, o,
				       routine, NOTIFY_PLAIN);
}

/*
 * The handle itself is signalled when a request on it ends, so one is always
 * under way; what it would report nobody reads.
 */
static IO_STATUS_BLOCK change_io;
static ULONG change_buf;

static NTSTATUS await_change(HANDLE h, BOOL subtree, DWORD filter)
{
	return NtNotifyChangeDirectoryFile(h, NULL, NULL, NULL, &change_io,
					   &change_buf, sizeof change_buf,
					   filter, !!subtree);
}

HANDLE WINAPI FindFirstChangeNotificationW(LPCWSTR name, BOOL subtree,
					   DWORD filter)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;
	NT_PATH(path);

	if (!nt_path_init(&path, name))
		return INVALID_HANDLE_VALUE;
	status = NtOpenFile(
		&h, FILE_LIST_DIRECTORY | SYNCHRONIZE, &path.oa, &io,
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
		FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT);
	if (NT_SUCCESS(status)) {
		status = await_change(h, subtree, filter);
		if (!NT_SUCCESS(status))
			NtClose(h);
	}
	if (NT_SUCCESS(status))
		return h;
	rf_fail(status);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI FindFirstChangeNotificationA(LPCSTR name, BOOL subtree,
					   DWORD filter)
{
	WIDE(w);

	if (!wide_from_file(&w, name))
		return INVALID_HANDLE_VALUE;
	return FindFirstChangeNotificationW(w.s, subtree, filter);
}

/* What to watch was fixed by the first request on the handle. */
BOOL WINAPI FindNextChangeNotification(HANDLE h)
{
	return rf_result(await_change(h, FALSE, FILE_NOTIFY_CHANGE_SIZE));
}

BOOL WINAPI FindCloseChangeNotification(HANDLE h)
{
	return rf_result(NtClose(h));
}
