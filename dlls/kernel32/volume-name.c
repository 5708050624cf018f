/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * volume-name.c - volumes by their own names, \\?\Volume{GUID}\.
 *
 * Each drive is a volume, and the last byte of its GUID is the drive's letter:
 * so the mount manager has it, and so such a path is understood.
 */
#include "kernel32-private.h"

#define PREFIX       L"\\\\?\\Volume{00000000-0000-0000-0000-0000000000"
#define PREFIX_UNITS (ARRAY_LEN(PREFIX) - 1)

static const WCHAR hex[] = L"0123456789abcdef";

void volume_name(WCHAR letter, WCHAR name[VOLUME_NAME_LENGTH + 1])
{
	WCHAR *o = name + PREFIX_UNITS;

	memcpy(name, PREFIX, sizeof PREFIX);
	*o++ = hex[letter >> 4];
	*o++ = hex[letter & 15];
	*o++ = '}';
	*o++ = '\\';
	*o = 0;
}

WCHAR volume_letter(const WCHAR *s)
{
	WCHAR name[VOLUME_NAME_LENGTH + 1];
	DWORD drives = GetLogicalDrives();

	if (!wide_same_n(s, PREFIX, PREFIX_UNITS))
		return 0;
	for (WCHAR c = 'A'; c <= 'Z'; c++) {
		volume_name(c, name);
		if (drives >> (c - 'A') & 1 &&
		    wide_same_n(s, name, VOLUME_NAME_LENGTH - 1) &&
		    (s[VOLUME_NAME_LENGTH - 1] == '\\' ||
		     !s[VOLUME_NAME_LENGTH - 1]))
			return c;
	}
	return 0;
}

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

BOOL WINAPI GetVolumeNameForVolumeMountPointW(LPCWSTR root, LPWSTR out,
					      DWORD size)
{
	DWORD n = wide_len(root), attributes;
	WCHAR letter = 0;

	if (!n || root[n - 1] != '\\')
		return fail(ERROR_INVALID_NAME);
	if (n > 4 && wide_same_n(root, L"\\\\?\\", 4) && root[5] == ':' &&
	    n == 7)
		letter = root[4];
	else if (n == 3 && root[1] == ':')
		letter = root[0];
	else if (n == VOLUME_NAME_LENGTH)
		letter = volume_letter(root);
	attributes = GetFileAttributesW(root);
	if (attributes == INVALID_FILE_ATTRIBUTES)
		return FALSE;
	if (!letter) /* a folder, or a share: nothing is mounted there */
		return fail(attributes & FILE_ATTRIBUTE_DIRECTORY
				    ? ERROR_NOT_A_REPARSE_POINT
				    : ERROR_DIRECTORY);
	if (!out || size <= VOLUME_NAME_LENGTH)
		return fail(ERROR_FILENAME_EXCED_RANGE);
	volume_name(letter & ~0x20, out);
	return TRUE;
}

BOOL WINAPI GetVolumeNameForVolumeMountPointA(LPCSTR root, LPSTR out,
					      DWORD size)
{
	WCHAR name[VOLUME_NAME_LENGTH + 1];
	WIDE(w);

	if (!wide_from_file(&w, root) ||
	    !GetVolumeNameForVolumeMountPointW(w.s, name, ARRAY_LEN(name)))
		return FALSE;
	if (!out || size <= VOLUME_NAME_LENGTH)
		return fail(ERROR_FILENAME_EXCED_RANGE);
	for (DWORD i = 0; i < ARRAY_LEN(name); i++)
		out[i] = name[i];
	return TRUE;
}

/* A list of strings: the one path, and the NUL that ends it. */
BOOL WINAPI GetVolumePathNamesForVolumeNameW(LPCWSTR volume, LPWCH out,
					     DWORD size, PDWORD needed)
{
	WCHAR list[] = L"X:\\\0", letter;
	DWORD n = wide_len(volume);

	if (!n || volume[n - 1] != '\\')
		return fail(ERROR_INVALID_NAME);
	letter = n == VOLUME_NAME_LENGTH ? volume_letter(volume) : 0;
	if (!letter)
		return fail(wide_same_n(volume, L"\\\\?\\Volume{", 11)
				    ? ERROR_FILE_NOT_FOUND
				    : ERROR_INVALID_NAME);
	list[0] = letter;
	if (needed)
		*needed = ARRAY_LEN(list);
	if (size < ARRAY_LEN(list))
		return fail(ERROR_MORE_DATA);
	memcpy(out, list, sizeof list);
	return TRUE;
}

/* ---- enumeration ----------------------------------------------------- */

#define FIND_MAGIC 0x6c6f5646

struct volume_find {
	DWORD magic, left; /* drives still to be told */
};

static BOOL next(struct volume_find *f, WCHAR *out, DWORD size)
{
	DWORD i;

	if (!f->left)
		return fail(ERROR_NO_MORE_FILES);
	if (!out || size <= VOLUME_NAME_LENGTH)
		return fail(ERROR_FILENAME_EXCED_RANGE);
	i = __builtin_ctz(f->left);
	f->left &= f->left - 1;
	volume_name('A' + i, out);
	return TRUE;
}

static struct volume_find *get(HANDLE h)
{
	struct volume_find *f = h;

	if (f && h != INVALID_HANDLE_VALUE && f->magic == FIND_MAGIC)
		return f;
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

HANDLE WINAPI FindFirstVolumeW(LPWSTR out, DWORD size)
{
	struct volume_find *f = k32_alloc(sizeof *f);

	if (!f)
		return INVALID_HANDLE_VALUE;
	f->magic = FIND_MAGIC;
	f->left = GetLogicalDrives();
	if (!next(f, out, size)) {
		k32_free(f);
		return INVALID_HANDLE_VALUE;
	}
	return f;
}

BOOL WINAPI FindNextVolumeW(HANDLE h, LPWSTR out, DWORD size)
{
	struct volume_find *f = get(h);

	return f && next(f, out, size);
}

BOOL WINAPI FindVolumeClose(HANDLE h)
{
	struct volume_find *f = get(h);

	if (!f)
		return FALSE;
	f->magic = 0;
	k32_free(f);
	return TRUE;
}
