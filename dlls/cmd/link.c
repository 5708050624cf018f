/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * link.c - mklink: symbolic links, hard links and junctions.
 */
#include "cmd.h"

#include <winioctl.h>

struct mklink {
	bool folder, hard, junction;
};

static bool mklink_switch(const WCHAR *s, void *data)
{
	struct mklink *m = data;

	if (!_wcsicmp(s, L"d"))
		m->folder = true;
	else if (!_wcsicmp(s, L"h"))
		m->hard = true;
	else if (!_wcsicmp(s, L"j"))
		m->junction = true;
	else
		return bad_switch(s);
	return true;
}

/* REPARSE_DATA_BUFFER of a mount point, which mingw-w64 keeps in its DDK. */
struct mount_point {
	ULONG tag;
	USHORT length, reserved;
	USHORT name_offset, name_length, shown_offset, shown_length;
	WCHAR path[];
};

static bool make_junction(const WCHAR *link, const WCHAR *to)
{
	WCHAR *full = full_path(to);
	size_t n = wcslen(full), bytes = n * sizeof *full;
	size_t size = sizeof(struct mount_point) + 2 * bytes + 16;
	struct mount_point *mp = take(size);
	DWORD done, error;
	bool ok;
	HANDLE h;

	if (!CreateDirectoryW(link, NULL))
		return false;
	h = CreateFileW(link, GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS |
				FILE_FLAG_OPEN_REPARSE_POINT,
			NULL);
	mp->tag = IO_REPARSE_TAG_MOUNT_POINT;
	mp->name_length = bytes + 8;
	mp->shown_offset = bytes + 10;
	mp->shown_length = bytes;
	memcpy(mp->path, L"\\??\\", 8);
	memcpy(mp->path + 4, full, bytes);
	memcpy(mp->path + 4 + n + 1, full, bytes);
	/* Both names with their NULs, and the four numbers. */
	mp->length = 8 + bytes + 10 + bytes + 2;
	ok = h != INVALID_HANDLE_VALUE &&
	     DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, mp, mp->length + 8,
			     NULL, 0, &done, NULL);
	error = GetLastError();
	if (h != INVALID_HANDLE_VALUE)
		CloseHandle(h);
	if (!ok)
		RemoveDirectoryW(link);
	SetLastError(error);
	return ok;
}

int cmd_mklink(WCHAR *args)
{
	struct mklink m = { 0 };
	const WCHAR *what;
	WCHAR **words;
	unsigned n;
	bool ok;

	if (!take_switches(args, mklink_switch, &m, &words, &n))
		return 1;
	if (n != 2)
		return syntax_error();
	if (m.hard) {
		ok = CreateHardLinkW(words[0], words[1], NULL);
		what = L"Hardlink";
	} else if (m.junction) {
		ok = make_junction(words[0], words[1]);
		what = L"Junction";
	} else {
		ok = CreateSymbolicLinkW(
			words[0], words[1],
			(m.folder ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0) |
				SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE);
		what = L"symbolic link";
	}
	if (!ok)
		return fail_last();
	outf(L"%ls created for %ls <<===>> %ls\r\n", what, words[0], words[1]);
	return 0;
}
