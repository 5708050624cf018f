/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * volume.c - drives: what they are, how full, what they are called.
 *
 * There are no mount points but the drives' roots, so what lists others finds
 * none.  The volumes' own names: volume-name.c.
 */
#include "kernel32-private.h"
#include <winioctl.h>
#include "nt-file.h"

#define PROCESS_DEVICE_MAP 23

static BOOL query(HANDLE h, void *info, ULONG size, ULONG class)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status =
		NtQueryVolumeInformationFile(h, &io, info, size, class);

	return rf_result(status);
}

/* The drive of the current directory: X:\ */
static BOOL current_root(WCHAR root[4])
{
	WCHAR dir[MAX_PATH];
	DWORD n = GetCurrentDirectoryW(ARRAY_LEN(dir), dir);

	if (!n || dir[1] != ':') {
		SetLastError(ERROR_INVALID_NAME);
		return FALSE;
	}
	root[0] = dir[0];
	root[1] = ':';
	root[2] = '\\';
	root[3] = 0;
	return TRUE;
}

/* Opens a root folder, NULL meaning the current one's. */
static BOOL open_root(const WCHAR *root, HANDLE *h)
{
	WCHAR current[4];
	DWORD n;

	if (!root) {
		if (!current_root(current))
			return FALSE;
		root = current;
	}
	n = wide_len(root);
	if (!n || (root[n - 1] != '\\' && root[n - 1] != '/')) {
		SetLastError(ERROR_INVALID_NAME);
		return FALSE;
	}
	return k32_open(root, 0,
			FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT, h);
}

/* bytes of a name that need not be terminated, into buf of size units. */
static BOOL put_name(const WCHAR *s, ULONG bytes, WCHAR *buf, DWORD size)
{
	if (!buf || !size)
		return TRUE;
	if (bytes / sizeof(WCHAR) >= size) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	memcpy(buf, s, bytes);
	buf[bytes / sizeof(WCHAR)] = 0;
	return TRUE;
}

BOOL WINAPI GetVolumeInformationByHandleW(HANDLE h, LPWSTR label,
					  DWORD label_size, LPDWORD serial,
					  LPDWORD max_component, LPDWORD flags,
					  LPWSTR fs, DWORD fs_size)
{
	union {
		FILE_FS_VOLUME_INFORMATION v;
		FILE_FS_ATTRIBUTE_INFORMATION a;
		UCHAR room[sizeof(FILE_FS_VOLUME_INFORMATION) +
			   MAX_PATH * sizeof(WCHAR)];
	} i;

	if (label || serial) {
		if (!query(h, &i, sizeof i, FileFsVolumeInformation) ||
		    !put_name(i.v.VolumeLabel, i.v.VolumeLabelLength, label,
			      label_size))
			return FALSE;
		if (serial)
			*serial = i.v.VolumeSerialNumber;
	}
	if (max_component || flags || fs) {
		if (!query(h, &i, sizeof i, FileFsAttributeInformation) ||
		    !put_name(i.a.FileSystemName, i.a.FileSystemNameLength, fs,
			      fs_size))
			return FALSE;
		if (max_component)
			*max_component = i.a.MaximumComponentNameLength;
		if (flags)
			*flags = i.a.FileSystemAttributes;
	}
	return TRUE;
}

/* A folder further down has no volume of its own. */
static BOOL is_root(HANDLE h)
{
	struct {
		ULONG bytes;
		WCHAR name[2];
	} i;
	IO_STATUS_BLOCK io;
	NTSTATUS status = NtQueryInformationFile(h, &io, &i, sizeof i,
						 FileNameInformation);

	if ((NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) &&
	    i.bytes > sizeof(WCHAR)) {
		SetLastError(ERROR_DIR_NOT_ROOT);
		return FALSE;
	}
	return TRUE;
}

BOOL WINAPI GetVolumeInformationW(LPCWSTR root, LPWSTR label, DWORD label_size,
				  LPDWORD serial, LPDWORD max_component,
				  LPDWORD flags, LPWSTR fs, DWORD fs_size)
{
	HANDLE_SCOPE(h);

	return open_root(root, &h) && is_root(h) &&
	       GetVolumeInformationByHandleW(h, label, label_size, serial,
					     max_component, flags, fs, fs_size);
}

BOOL WINAPI GetVolumeInformationA(LPCSTR root, LPSTR label, DWORD label_size,
				  LPDWORD serial, LPDWORD max_component,
				  LPDWORD flags, LPSTR fs, DWORD fs_size)
{
	WCHAR l[MAX_PATH + 1], f[MAX_PATH + 1];
	WIDE(w);

	if (!wide_from_file(&w, root) ||
	    !GetVolumeInformationW(w.s, label ? l : NULL, ARRAY_LEN(l), serial,
				   max_component, flags, fs ? f : NULL,
				   ARRAY_LEN(f)))
		return FALSE;
	if ((label && label_size &&
	     file_from_wide(l, wide_len(l), label, label_size) >= label_size) ||
	    (fs && fs_size &&
	     file_from_wide(f, wide_len(f), fs, fs_size) >= fs_size)) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	return TRUE;
}

BOOL WINAPI SetVolumeLabelW(LPCWSTR root, LPCWSTR label)
{
	struct {
		ULONG bytes;
		WCHAR label[34];
	} i;
	IO_STATUS_BLOCK io;
	DWORD n = label ? wide_len(label) : 0;
	HANDLE_SCOPE(h);

	if (n > 32) {
		SetLastError(ERROR_LABEL_TOO_LONG);
		return FALSE;
	}
	if (!open_root(root, &h))
		return FALSE;
	i.bytes = n * sizeof(WCHAR);
	if (n)
		memcpy(i.label, label, i.bytes);
	return rf_result(NtSetVolumeInformationFile(h, &io, &i, sizeof i,
						    FileFsLabelInformation));
}

BOOL WINAPI SetVolumeLabelA(LPCSTR root, LPCSTR label)
{
	WIDE(r);
	WIDE(l);

	return wide_from_file(&r, root) && wide_from_file(&l, label) &&
	       SetVolumeLabelW(r.s, l.s);
}

/* ---- drives --------------------------------------------------------- */

static UINT drive_type(const FILE_FS_DEVICE_INFORMATION *d)
{
	switch (d->DeviceType) {
	case FILE_DEVICE_CD_ROM:
	case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
		return DRIVE_CDROM;
	case FILE_DEVICE_NETWORK:
	case FILE_DEVICE_NETWORK_FILE_SYSTEM:
		return DRIVE_REMOTE;
	case FILE_DEVICE_VIRTUAL_DISK:
		return DRIVE_RAMDISK;
	case FILE_DEVICE_DISK:
	case FILE_DEVICE_DISK_FILE_SYSTEM:
		if (d->Characteristics & FILE_REMOTE_DEVICE)
			return DRIVE_REMOTE;
		return d->Characteristics & FILE_REMOVABLE_MEDIA
			       ? DRIVE_REMOVABLE
			       : DRIVE_FIXED;
	}
	return DRIVE_UNKNOWN;
}

UINT WINAPI GetDriveTypeW(LPCWSTR root)
{
	FILE_FS_DEVICE_INFORMATION d;
	WCHAR with_slash[4];
	HANDLE_SCOPE(h);

	/* "C:" is as good as "C:\" here, though nowhere else. */
	if (root && root[0] && root[1] == ':' && !root[2]) {
		with_slash[0] = root[0];
		with_slash[1] = ':';
		with_slash[2] = '\\';
		with_slash[3] = 0;
		root = with_slash;
	}
	if (!open_root(root, &h))
		return DRIVE_NO_ROOT_DIR;
	if (!query(h, &d, sizeof d, FileFsDeviceInformation))
		return DRIVE_UNKNOWN;
	return drive_type(&d);
}

UINT WINAPI GetDriveTypeA(LPCSTR root)
{
	WIDE(w);

	return wide_from_file(&w, root) ? GetDriveTypeW(w.s)
					: DRIVE_NO_ROOT_DIR;
}

DWORD WINAPI GetLogicalDrives(VOID)
{
	struct {
		ULONG map;
		UCHAR type[32];
	} d;
	WCHAR root[] = L"A:\\";
	DWORD mask = 0;

	if (NT_SUCCESS(NtQueryInformationProcess(NtCurrentProcess(),
						 PROCESS_DEVICE_MAP, &d,
						 sizeof d, NULL)))
		return d.map;
	for (int i = 0; i < 26; i++) {
		root[0] = 'A' + i;
		if (GetFileAttributesW(root) != INVALID_FILE_ATTRIBUTES)
			mask |= 1u << i;
	}
	return mask;
}

/* "C:\", NUL, "Z:\", NUL, and one NUL more. */
static DWORD drive_strings(WCHAR out[26 * 4 + 1])
{
	DWORD mask = GetLogicalDrives(), n = 0;

	for (int i = 0; i < 26; i++) {
		if (!(mask >> i & 1))
			continue;
		out[n++] = 'A' + i;
		out[n++] = ':';
		out[n++] = '\\';
		out[n++] = 0;
	}
	out[n] = 0;
	return n;
}

DWORD WINAPI GetLogicalDriveStringsW(DWORD size, LPWSTR buf)
{
	WCHAR s[26 * 4 + 1];

	return wide_result(s, drive_strings(s), buf, size);
}

DWORD WINAPI GetLogicalDriveStringsA(DWORD size, LPSTR buf)
{
	WCHAR s[26 * 4 + 1];
	DWORD n = drive_strings(s);

	if (n >= size)
		return n + 1;
	for (DWORD i = 0; i <= n; i++)
		buf[i] = (char)s[i];
	return n;
}

/* ---- free space ----------------------------------------------------- */

static BOOL disk_size(const WCHAR *dir, FILE_FS_FULL_SIZE_INFORMATION *s)
{
	WCHAR root[4];
	HANDLE_SCOPE(h);

	if (!dir) {
		if (!current_root(root))
			return FALSE;
		dir = root;
	}
	return k32_open(dir, 0,
			FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT,
			&h) &&
	       query(h, s, sizeof *s, FileFsFullSizeInformation);
}

BOOL WINAPI GetDiskFreeSpaceExW(LPCWSTR dir, PULARGE_INTEGER available,
				PULARGE_INTEGER total, PULARGE_INTEGER free)
{
	FILE_FS_FULL_SIZE_INFORMATION s;
	ULONGLONG unit;

	if (!disk_size(dir, &s))
		return FALSE;
	unit = (ULONGLONG)s.SectorsPerAllocationUnit * s.BytesPerSector;
	if (available)
		available->QuadPart =
			s.CallerAvailableAllocationUnits.QuadPart * unit;
	if (total)
		total->QuadPart = s.TotalAllocationUnits.QuadPart * unit;
	if (free)
		free->QuadPart =
			s.ActualAvailableAllocationUnits.QuadPart * unit;
	return TRUE;
}

BOOL WINAPI GetDiskFreeSpaceExA(LPCSTR dir, PULARGE_INTEGER available,
				PULARGE_INTEGER total, PULARGE_INTEGER free)
{
	WIDE(w);

	return wide_from_file(&w, dir) &&
	       GetDiskFreeSpaceExW(w.s, available, total, free);
}

static DWORD clusters(LARGE_INTEGER n)
{
	return n.QuadPart > 0xffffffff ? 0xffffffff : (DWORD)n.QuadPart;
}

BOOL WINAPI GetDiskFreeSpaceW(LPCWSTR dir, LPDWORD sectors, LPDWORD bytes,
			      LPDWORD free, LPDWORD total)
{
	FILE_FS_FULL_SIZE_INFORMATION s;

	if (!disk_size(dir, &s))
		return FALSE;
	if (sectors)
		*sectors = s.SectorsPerAllocationUnit;
	if (bytes)
		*bytes = s.BytesPerSector;
	if (free)
		*free = clusters(s.CallerAvailableAllocationUnits);
	if (total)
		*total = clusters(s.TotalAllocationUnits);
	return TRUE;
}

BOOL WINAPI GetDiskFreeSpaceA(LPCSTR dir, LPDWORD sectors, LPDWORD bytes,
			      LPDWORD free, LPDWORD total)
{
	WIDE(w);

	return wide_from_file(&w, dir) &&
	       GetDiskFreeSpaceW(w.s, sectors, bytes, free, total);
}

/* ---- where a path's volume is mounted ------------------------------- */

/* How much of a full path is its volume's. */
static DWORD root_length(const WCHAR *s)
{
	DWORD n = 2;
	int parts = 0;

	if (wide_same_n(s, L"\\\\?\\", 4) && s[5] == ':')
		return 7;
	if (volume_letter(s))
		return VOLUME_NAME_LENGTH;
	if (s[0] != '\\' || s[1] != '\\')
		return 3;
	/* \\server\share\ */
	for (; s[n] && parts < 2; n++)
		if (s[n] == '\\')
			parts++;
	return n;
}

BOOL WINAPI GetVolumePathNameW(LPCWSTR name, LPWSTR out, DWORD size)
{
	DWORD room = GetFullPathNameW(name, 0, NULL, NULL), n, root;
	WCHAR *full;

	if (!room)
		return FALSE;
	/* One more: "X:" gets a separator. */
	full = k32_alloc((room + 1) * sizeof(WCHAR));
	if (!full)
		return FALSE;
	n = GetFullPathNameW(name, room, full, NULL);
	/* Another thread may have gone to another folder. */
	if (!n || n >= room) {
		k32_free(full);
		SetLastError(ERROR_PATH_NOT_FOUND);
		return FALSE;
	}
	root = root_length(full);
	if (root > n) {
		full[n] = '\\';
		root = n + 1;
	}
	if (root < size) {
		memcpy(out, full, root * sizeof(WCHAR));
		out[root] = 0;
	}
	k32_free(full);
	if (root >= size)
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
	return root < size;
}

BOOL WINAPI GetVolumePathNameA(LPCSTR name, LPSTR out, DWORD size)
{
	WCHAR s[MAX_PATH * 2];
	WIDE(w);

	if (!wide_from_file(&w, name) ||
	    !GetVolumePathNameW(w.s, s, ARRAY_LEN(s)))
		return FALSE;
	if (file_from_wide(s, wide_len(s), out, size) >= size) {
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return FALSE;
	}
	return TRUE;
}

HANDLE WINAPI FindFirstVolumeMountPointW(LPCWSTR root, LPWSTR out, DWORD size)
{
	(void)root;
	(void)out;
	(void)size;
	SetLastError(ERROR_NO_MORE_FILES);
	return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextVolumeMountPointW(HANDLE h, LPWSTR out, DWORD size)
{
	(void)h;
	(void)out;
	(void)size;
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI FindVolumeMountPointClose(HANDLE h)
{
	(void)h;
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI SetVolumeMountPointW(LPCWSTR root, LPCWSTR volume)
{
	(void)root;
	(void)volume;
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

BOOL WINAPI DeleteVolumeMountPointW(LPCWSTR root)
{
	(void)root;
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

/* ---- DOS devices ---------------------------------------------------- */

#define SYMBOLIC_LINK_QUERY 1
#define DIRECTORY_QUERY     1

static DWORD query_link(const WCHAR *name, WCHAR *out, DWORD size)
{
	WCHAR full[MAX_PATH];
	DWORD n = wide_len(name);
	UNICODE_STRING u, target;
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	HANDLE_SCOPE(h);

	if (n + 5 > ARRAY_LEN(full)) {
		SetLastError(ERROR_FILE_NOT_FOUND);
		return 0;
	}
	memcpy(full, L"\\??\\", 4 * sizeof(WCHAR));
	memcpy(full + 4, name, (n + 1) * sizeof(WCHAR));
	RtlInitUnicodeString(&u, full);
	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL, NULL);
	status = NtOpenSymbolicLinkObject(&h, SYMBOLIC_LINK_QUERY, &oa);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	target.Length = 0;
	target.MaximumLength = size > 0x7ffe ? 0xfffc : size * sizeof(WCHAR);
	target.Buffer = out;
	status = NtQuerySymbolicLinkObject(h, &target, NULL);
	if (status == STATUS_BUFFER_TOO_SMALL)
		status = STATUS_INFO_LENGTH_MISMATCH;
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	/* Two NULs: it is a list, of one. */
	n = target.Length / sizeof(WCHAR);
	if (n + 2 > size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	out[n] = out[n + 1] = 0;
	return n + 2;
}

/* The names of all that lie in \??. */
static DWORD list_devices(WCHAR *out, DWORD size)
{
	struct {
		UNICODE_STRING name, type;
		WCHAR text[MAX_PATH];
	} e;
	WCHAR folder[] = L"\\??";
	UNICODE_STRING u;
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	DWORD used = 0;
	ULONG context = 0, n;
	HANDLE_SCOPE(h);

	RtlInitUnicodeString(&u, folder);
	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL, NULL);
	status = NtOpenDirectoryObject(&h, DIRECTORY_QUERY, &oa);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	while (NT_SUCCESS(NtQueryDirectoryObject(h, &e, sizeof e, TRUE, FALSE,
						 &context, NULL))) {
		n = e.name.Length / sizeof(WCHAR);
		if (used + n + 2 > size) {
			SetLastError(ERROR_INSUFFICIENT_BUFFER);
			return 0;
		}
		memcpy(out + used, e.name.Buffer, e.name.Length);
		used += n;
		out[used++] = 0;
	}
	if (used + 1 > size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	out[used++] = 0;
	return used;
}

DWORD WINAPI QueryDosDeviceW(LPCWSTR name, LPWSTR out, DWORD size)
{
	return name ? query_link(name, out, size) : list_devices(out, size);
}

DWORD WINAPI QueryDosDeviceA(LPCSTR name, LPSTR out, DWORD size)
{
	DWORD room = size < 0x8000 ? 0x8000 : size, n;
	WCHAR *s;
	WIDE(w);

	if (!wide_from_file(&w, name))
		return 0;
	s = k32_alloc(room * sizeof(WCHAR));
	if (!s)
		return 0;
	n = QueryDosDeviceW(w.s, s, room);
	/* The NULs inside are characters too. */
	if (n) {
		ULONG bytes = 0;

		RtlUnicodeToMultiByteSize(&bytes, s, n * sizeof(WCHAR));
		if (bytes > size) {
			SetLastError(ERROR_INSUFFICIENT_BUFFER);
			n = 0;
		} else {
			RtlUnicodeToMultiByteN(out, size, &bytes, s,
					       n * sizeof(WCHAR));
			n = bytes;
		}
	}
	k32_free(s);
	return n;
}

BOOL WINAPI DefineDosDeviceW(DWORD flags, LPCWSTR name, LPCWSTR target)
{
	(void)flags;
	(void)name;
	(void)target;
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

BOOL WINAPI DefineDosDeviceA(DWORD flags, LPCSTR name, LPCSTR target)
{
	(void)flags;
	(void)name;
	(void)target;
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}
