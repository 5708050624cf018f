/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-info.c - what an open file is: size, times, position, type, identity.
 *
 * Most of GetFileInformationByHandleEx's structures are NT's own, so a table
 * of class numbers is the whole translation.
 */
#include "kernel32-private.h"
#include <winioctl.h>
#include "nt-file.h"

static NTSTATUS query(HANDLE h, void *info, ULONG size, ULONG class)
{
	IO_STATUS_BLOCK io;

	return NtQueryInformationFile(h, &io, info, size, class);
}

static BOOL set(HANDLE h, void *info, ULONG size, ULONG class)
{
	IO_STATUS_BLOCK io;

	return rf_result(NtSetInformationFile(h, &io, info, size, class));
}

static FILETIME filetime(LARGE_INTEGER t)
{
	return (FILETIME){ t.LowPart, t.HighPart };
}

/* ---- size and position ---------------------------------------------- */

BOOL WINAPI GetFileSizeEx(HANDLE h, PLARGE_INTEGER size)
{
	FILE_STANDARD_INFO i;
	NTSTATUS status = query(h, &i, sizeof i, FileStandardInformation);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	*size = i.EndOfFile;
	return TRUE;
}

DWORD WINAPI GetFileSize(HANDLE h, LPDWORD high)
{
	LARGE_INTEGER size;

	if (!GetFileSizeEx(h, &size))
		return INVALID_FILE_SIZE;
	if (high)
		*high = size.HighPart;
	if (size.LowPart == INVALID_FILE_SIZE)
		SetLastError(ERROR_SUCCESS);
	return size.LowPart;
}

BOOL WINAPI SetFilePointerEx(HANDLE h, LARGE_INTEGER distance,
			     PLARGE_INTEGER result, DWORD method)
{
	LARGE_INTEGER pos = distance;
	FILE_STANDARD_INFO size;
	LARGE_INTEGER now;
	NTSTATUS status;

	switch (method) {
	case FILE_BEGIN:
		break;
	case FILE_CURRENT:
		status = query(h, &now, sizeof now, FilePositionInformation);
		if (!NT_SUCCESS(status))
			return rf_fail(status);
		pos.QuadPart += now.QuadPart;
		break;
	case FILE_END:
		status = query(h, &size, sizeof size, FileStandardInformation);
		if (!NT_SUCCESS(status))
			return rf_fail(status);
		pos.QuadPart += size.EndOfFile.QuadPart;
		break;
	default:
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (pos.QuadPart < 0) {
		SetLastError(ERROR_NEGATIVE_SEEK);
		return FALSE;
	}
	/* Asking where one is needs no second call. */
	if ((method != FILE_CURRENT || distance.QuadPart) &&
	    !set(h, &pos, sizeof pos, FilePositionInformation))
		return FALSE;
	if (result)
		*result = pos;
	return TRUE;
}

DWORD WINAPI SetFilePointer(HANDLE h, LONG low, PLONG high, DWORD method)
{
	LARGE_INTEGER distance, pos;

	if (high) {
		distance.LowPart = low;
		distance.HighPart = *high;
	} else {
		distance.QuadPart = low;
	}
	if (!SetFilePointerEx(h, distance, &pos, method))
		return INVALID_SET_FILE_POINTER;
	/* Without high there is no way to tell of a position this far. */
	if (!high && pos.HighPart) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_SET_FILE_POINTER;
	}
	if (high)
		*high = pos.HighPart;
	if (pos.LowPart == INVALID_SET_FILE_POINTER)
		SetLastError(ERROR_SUCCESS);
	return pos.LowPart;
}

BOOL WINAPI SetEndOfFile(HANDLE h)
{
	FILE_END_OF_FILE_INFO end;
	NTSTATUS status = query(h, &end.EndOfFile, sizeof end.EndOfFile,
				FilePositionInformation);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	return set(h, &end, sizeof end, FileEndOfFileInformation);
}

BOOL WINAPI SetFileValidData(HANDLE h, LONGLONG length)
{
	LARGE_INTEGER l = { .QuadPart = length };

	return set(h, &l, sizeof l, FileValidDataLengthInformation);
}

/* ---- times ---------------------------------------------------------- */

BOOL WINAPI GetFileTime(HANDLE h, LPFILETIME creation, LPFILETIME access,
			LPFILETIME write)
{
	FILE_BASIC_INFO i;
	NTSTATUS status = query(h, &i, sizeof i, FileBasicInformation);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (creation)
		*creation = filetime(i.CreationTime);
	if (access)
		*access = filetime(i.LastAccessTime);
	if (write)
		*write = filetime(i.LastWriteTime);
	return TRUE;
}

static void put_time(LARGE_INTEGER *to, const FILETIME *from)
{
	if (!from)
		return;
	to->LowPart = from->dwLowDateTime;
	to->HighPart = from->dwHighDateTime;
}

BOOL WINAPI SetFileTime(HANDLE h, const FILETIME *creation,
			const FILETIME *access, const FILETIME *write)
{
	FILE_BASIC_INFO i = { 0 };

	put_time(&i.CreationTime, creation);
	put_time(&i.LastAccessTime, access);
	put_time(&i.LastWriteTime, write);
	return set(h, &i, sizeof i, FileBasicInformation);
}

/* ---- everything at once ---- */

BOOL WINAPI GetFileInformationByHandle(HANDLE h, LPBY_HANDLE_FILE_INFORMATION o)
{
	FILE_FS_VOLUME_INFORMATION volume;
	FILE_STAT_INFORMATION all;
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	status = NtQueryInformationFile(h, &io, &all, sizeof all,
					FileStatInformation);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	/* It says BUFFER_OVERFLOW, for a label not wanted here. */
	volume.VolumeSerialNumber = 0;
	status = NtQueryVolumeInformationFile(h, &io, &volume, sizeof volume,
					      FileFsVolumeInformation);
	if (!NT_SUCCESS(status) && status != STATUS_BUFFER_OVERFLOW)
		return rf_fail(status);

	o->dwFileAttributes = all.FileAttributes;
	o->ftCreationTime = filetime(all.CreationTime);
	o->ftLastAccessTime = filetime(all.LastAccessTime);
	o->ftLastWriteTime = filetime(all.LastWriteTime);
	o->dwVolumeSerialNumber = volume.VolumeSerialNumber;
	o->nFileSizeHigh = all.EndOfFile.HighPart;
	o->nFileSizeLow = all.EndOfFile.LowPart;
	o->nNumberOfLinks = all.NumberOfLinks;
	o->nFileIndexHigh = all.FileId.HighPart;
	o->nFileIndexLow = all.FileId.LowPart;
	return TRUE;
}

enum { ANY, DIRECTORY, DIRECTORY_RESTART };

static const struct info_class {
	UCHAR nt;
	UCHAR kind;
	USHORT size;
} classes[] = {
	[FileBasicInfo] = { FileBasicInformation, ANY,
			    sizeof(FILE_BASIC_INFO) },
	[FileStandardInfo] = { FileStandardInformation, ANY,
			       sizeof(FILE_STANDARD_INFO) },
	[FileNameInfo] = { FileNameInformation, ANY, sizeof(FILE_NAME_INFO) },
	[FileStreamInfo] = { FileStreamInformation, ANY,
			     sizeof(FILE_STREAM_INFO) },
	[FileCompressionInfo] = { FileCompressionInformation, ANY,
				  sizeof(FILE_COMPRESSION_INFO) },
	[FileAttributeTagInfo] = { FileAttributeTagInformation, ANY,
				   sizeof(FILE_ATTRIBUTE_TAG_INFO) },
	[FileIdBothDirectoryInfo] = { FileIdBothDirectoryInformation, DIRECTORY,
				      sizeof(FILE_ID_BOTH_DIR_INFO) },
	[FileIdBothDirectoryRestartInfo] = { FileIdBothDirectoryInformation,
					     DIRECTORY_RESTART,
					     sizeof(FILE_ID_BOTH_DIR_INFO) },
	[FileRemoteProtocolInfo] = { FileRemoteProtocolInformation, ANY, 116 },
	[FileFullDirectoryInfo] = { FileFullDirectoryInformation, DIRECTORY,
				    sizeof(FILE_FULL_DIR_INFO) },
	[FileFullDirectoryRestartInfo] = { FileFullDirectoryInformation,
					   DIRECTORY_RESTART,
					   sizeof(FILE_FULL_DIR_INFO) },
	[FileAlignmentInfo] = { FileAlignmentInformation, ANY,
				sizeof(FILE_ALIGNMENT_INFO) },
	[FileIdInfo] = { FileIdInformation, ANY, sizeof(FILE_ID_INFO) },
	[FileIdExtdDirectoryInfo] = { FileIdExtdDirectoryInformation, DIRECTORY,
				      sizeof(FILE_ID_EXTD_DIR_INFO) },
	[FileIdExtdDirectoryRestartInfo] = { FileIdExtdDirectoryInformation,
					     DIRECTORY_RESTART,
					     sizeof(FILE_ID_EXTD_DIR_INFO) },
	[23] = { FileCaseSensitiveInformation, ANY, 4 },
	[24] = { FileNormalizedNameInformation, ANY, sizeof(FILE_NAME_INFO) },
};

BOOL WINAPI GetFileInformationByHandleEx(HANDLE h,
					 FILE_INFO_BY_HANDLE_CLASS class,
					 LPVOID info, DWORD size)
{
	const struct info_class *c;
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (class == FileStorageInfo)
		return rf_result(NtQueryVolumeInformationFile(
			h, &io, info, size, FileFsSectorSizeInformation));
	if ((unsigned)class >= ARRAY_LEN(classes) || !classes[class].nt) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	c = &classes[class];
	if (size < c->size) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	if (c->kind == ANY)
		status = NtQueryInformationFile(h, &io, info, size, c->nt);
	else
		status = NtQueryDirectoryFile(h, NULL, NULL, NULL, &io, info,
					      size, c->nt, FALSE, NULL,
					      c->kind == DIRECTORY_RESTART);
	if (status == STATUS_PENDING) {
		NtWaitForSingleObject(h, FALSE, NULL);
		status = io.Status;
	}
	return status == STATUS_SUCCESS ? TRUE : rf_fail(status);
}

/* The new name is a DOS name here and an NT name below. */
static BOOL set_rename(HANDLE h, const FILE_RENAME_INFO *r, DWORD size,
		       ULONG class)
{
	DWORD units, bytes = FIELD_OFFSET(FILE_RENAME_INFO, FileName);
	FILE_RENAME_INFO *nt;
	WCHAR *name;
	BOOL ok;
	NT_PATH(path);

	if (size < sizeof *r || r->FileNameLength > size - bytes) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	/* Relative to an open folder, or a stream of this file: NT's form. */
	if (r->RootDirectory || r->FileName[0] == ':')
		return set(h, (void *)r, size, class);

	units = r->FileNameLength / sizeof(WCHAR);
	name = k32_alloc((units + 1) * sizeof(WCHAR));
	if (!name)
		return FALSE;
	memcpy(name, r->FileName, units * sizeof(WCHAR));
	name[units] = 0;
	ok = nt_path_init(&path, name);
	k32_free(name);
	if (!ok)
		return FALSE;

	bytes += path.name.Length;
	nt = k32_alloc(bytes + sizeof(WCHAR));
	if (!nt)
		return FALSE;
	/* The union in front: ReplaceIfExists, or Flags of the Ex class. */
	memcpy(nt, r, FIELD_OFFSET(FILE_RENAME_INFO, RootDirectory));
	nt->RootDirectory = NULL;
	nt->FileNameLength = path.name.Length;
	memcpy(nt->FileName, path.name.Buffer,
	       path.name.Length + sizeof(WCHAR));
	ok = set(h, nt, bytes + sizeof(WCHAR), class);
	k32_free(nt);
	return ok;
}

BOOL WINAPI SetFileInformationByHandle(HANDLE h,
				       FILE_INFO_BY_HANDLE_CLASS class,
				       LPVOID info, DWORD size)
{
	static const struct {
		UCHAR nt, size;
	} to[] = {
		[FileBasicInfo] = { FileBasicInformation,
				    sizeof(FILE_BASIC_INFO) },
		[FileDispositionInfo] = { FileDispositionInformation,
					  sizeof(FILE_DISPOSITION_INFO) },
		[FileAllocationInfo] = { FileAllocationInformation,
					 sizeof(FILE_ALLOCATION_INFO) },
		[FileEndOfFileInfo] = { FileEndOfFileInformation,
					sizeof(FILE_END_OF_FILE_INFO) },
		[FileIoPriorityHintInfo] = { FileIoPriorityHintInformation,
					     sizeof(FILE_IO_PRIORITY_HINT_INFO) },
		[21] = { FileDispositionInformationEx, 4 },
		[23] = { FileCaseSensitiveInformation, 4 },
	};

	if (class == FileRenameInfo)
		return set_rename(h, info, size, FileRenameInformation);
	if ((int)class == 22)
		return set_rename(h, info, size, FileRenameInformationEx);
	if ((unsigned)class >= ARRAY_LEN(to) || !to[class].nt) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (size < to[class].size) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	return set(h, info, size, to[class].nt);
}

/* ---- type ---- */

DWORD WINAPI GetFileType(HANDLE h)
{
	FILE_FS_DEVICE_INFORMATION d;
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	h = k32_std_handle(h);
	status = NtQueryVolumeInformationFile(h, &io, &d, sizeof d,
					      FileFsDeviceInformation);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return FILE_TYPE_UNKNOWN;
	}
	switch (d.DeviceType) {
	case FILE_DEVICE_CD_ROM:
	case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
	case FILE_DEVICE_CONTROLLER:
	case FILE_DEVICE_DATALINK:
	case FILE_DEVICE_DFS:
	case FILE_DEVICE_DISK:
	case FILE_DEVICE_DISK_FILE_SYSTEM:
	case FILE_DEVICE_NETWORK_FILE_SYSTEM:
	case FILE_DEVICE_VIRTUAL_DISK:
		return FILE_TYPE_DISK;
	case FILE_DEVICE_CONSOLE:
	case FILE_DEVICE_KEYBOARD:
	case FILE_DEVICE_MODEM:
	case FILE_DEVICE_MOUSE:
	case FILE_DEVICE_NULL:
	case FILE_DEVICE_PARALLEL_PORT:
	case FILE_DEVICE_PRINTER:
	case FILE_DEVICE_SCREEN:
	case FILE_DEVICE_SERIAL_MOUSE_PORT:
	case FILE_DEVICE_SERIAL_PORT:
	case FILE_DEVICE_SOUND:
		return FILE_TYPE_CHAR;
	case FILE_DEVICE_MAILSLOT:
	case FILE_DEVICE_NAMED_PIPE:
		return FILE_TYPE_PIPE;
	}
	SetLastError(ERROR_SUCCESS);
	return FILE_TYPE_UNKNOWN;
}

/*
 * What CreateProcess would make of a file, from its headers.  0 for what is
 * no program: then ERROR_BAD_EXE_FORMAT.
 */
BOOL WINAPI GetBinaryTypeW(LPCWSTR name, LPDWORD type)
{
	IMAGE_DOS_HEADER dos;
	OVERLAPPED at = { 0 };
	struct {
		DWORD signature;
		IMAGE_FILE_HEADER file;
	} nt;
	BOOL ok = FALSE;
	DWORD n;
	HANDLE h = CreateFileW(name, GENERIC_READ,
			       FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
			       OPEN_EXISTING, 0, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	if (!ReadFile(h, &dos, sizeof dos, &n, NULL) || n != sizeof dos ||
	    dos.e_magic != IMAGE_DOS_SIGNATURE)
		goto out;
	at.Offset = dos.e_lfanew;
	nt.signature = 0;
	if (!ReadFile(h, &nt, sizeof nt, &n, &at))
		n = 0;
	ok = TRUE;
	*type = SCS_DOS_BINARY;
	if (n == sizeof nt && nt.signature == IMAGE_NT_SIGNATURE) {
		if (nt.file.Characteristics & IMAGE_FILE_DLL)
			ok = FALSE;
		*type = nt.file.SizeOfOptionalHeader ==
					sizeof(IMAGE_OPTIONAL_HEADER64)
				? SCS_64BIT_BINARY
				: SCS_32BIT_BINARY;
	} else if (n >= 2 && (WORD)nt.signature == IMAGE_OS2_SIGNATURE) {
		*type = SCS_WOW_BINARY;
	}
out:
	CloseHandle(h);
	if (!ok)
		SetLastError(ERROR_BAD_EXE_FORMAT);
	return ok;
}

BOOL WINAPI GetBinaryTypeA(LPCSTR name, LPDWORD type)
{
	WIDE(w);

	return wide_from_file(&w, name) && GetBinaryTypeW(w.s, type);
}

BOOL WINAPI SetFileShortNameW(HANDLE h, LPCWSTR name)
{
	struct {
		ULONG bytes;
		WCHAR name[13];
	} i;
	DWORD n = wide_len(name);

	if (n > 12) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	i.bytes = n * sizeof(WCHAR);
	memcpy(i.name, name, i.bytes + sizeof(WCHAR));
	return set(h, &i, sizeof i, FileShortNameInformation);
}

BOOL WINAPI SetFileShortNameA(HANDLE h, LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) && SetFileShortNameW(h, w.s);
}

/* ---- of a name ---- */

/* FILE_INFO_BY_NAME_CLASS, of Windows 11; mingw-w64's headers lack it. */
BOOL WINAPI GetFileInformationByName(PCWSTR name, int class, PVOID out,
				     ULONG size)
{
	/* Stat, StatLx, CaseSensitive, StatBasic */
	static const ULONG classes[] = { 68, 70, 71, 77 };
	IO_STATUS_BLOCK io;
	NT_PATH(path);

	if (class < 0 || (ULONG)class >= ARRAYSIZE(classes)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return nt_path_open(&path, name) &&
	       rf_result(NtQueryInformationByName(&path.oa, &io, out, size,
						  classes[class]));
}
