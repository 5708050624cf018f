/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * info.c - SHGetFileInfo: what a file is called, what kind it is and what can
 * be done with it.  There are no icons, and no lists of them.  Installers made
 * by NSIS call it before all else, also when they are to ask nothing.
 */
#include "nt.h"
#include <shellapi.h>
#include <shlobj.h>

#define ICONS (SHGFI_ICON | SHGFI_ICONLOCATION | SHGFI_SYSICONINDEX)

static const WCHAR *last_name(const WCHAR *path)
{
	const WCHAR *name = path;

	for (; *path; path++)
		if ((*path == '\\' || *path == '/' || *path == ':') && path[1])
			name = path + 1;
	return name;
}

/* With its dot; an empty string if there is none. */
static const WCHAR *extension(const WCHAR *name)
{
	const WCHAR *dot = NULL;

	for (; *name; name++)
		if (*name == '.')
			dot = name;
	return dot ? dot : name;
}

static void type_name(const WCHAR *path, DWORD attributes, WCHAR *out)
{
	static const struct {
		const WCHAR *extension, *type;
	} known[] = {
		{ L".exe", L"Application" },
		{ L".dll", L"Application extension" },
		{ L".sys", L"System file" },
		{ L".bat", L"Windows Batch File" },
		{ L".cmd", L"Windows Command Script" },
		{ L".txt", L"Text Document" },
		{ L".lnk", L"Shortcut" },
	};
	const WCHAR *e = extension(last_name(path));
	ULONG n = 0;

	if (attributes & FILE_ATTRIBUTE_DIRECTORY) {
		lstrcpyW(out, L"File folder");
		return;
	}
	for (ULONG i = 0; i < ARRAYSIZE(known); i++)
		if (!lstrcmpiW(e, known[i].extension)) {
			lstrcpyW(out, known[i].type);
			return;
		}
	if (*e && e[1]) {
		lstrcpynW(out, e + 1, 80 - 5);
		for (; out[n]; n++)
			out[n] = RtlUpcaseUnicodeChar(out[n]);
		out[n++] = ' ';
	}
	lstrcpyW(out + n, L"File");
}

static DWORD shell_attributes(const WCHAR *path, DWORD attributes)
{
	DWORD a = SFGAO_CANCOPY | SFGAO_CANMOVE | SFGAO_CANLINK |
		  SFGAO_CANRENAME | SFGAO_CANDELETE | SFGAO_FILESYSTEM;

	if (attributes & FILE_ATTRIBUTE_READONLY)
		a |= SFGAO_READONLY;
	if (attributes & FILE_ATTRIBUTE_HIDDEN)
		a |= SFGAO_HIDDEN | SFGAO_GHOSTED;
	if (attributes & FILE_ATTRIBUTE_DIRECTORY)
		a |= SFGAO_FOLDER | SFGAO_STORAGE | SFGAO_FILESYSANCESTOR;
	else
		a |= SFGAO_STREAM;
	if (!lstrcmpiW(extension(path), L".lnk"))
		a |= SFGAO_LINK;
	return a;
}

static BOOL read_at(HANDLE file, DWORD at, void *to, DWORD n)
{
	OVERLAPPED o = { .Offset = at };
	DWORD got;

	return ReadFile(file, to, n, &got, &o) && got == n;
}

/*
 * Two letters of the program's kind in the low half; in the high one the
 * Windows that a graphical program is for, 0 for a console's.  0: no program.
 */
static DWORD_PTR exe_type(const WCHAR *path)
{
	HANDLE file = CreateFileW(path, GENERIC_READ,
				  FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
				  OPEN_EXISTING, 0, NULL);
	IMAGE_DOS_HEADER dos;
	IMAGE_NT_HEADERS32 nt; /* both widths have the same up to there */
	const IMAGE_OPTIONAL_HEADER32 *o = &nt.OptionalHeader;
	const WCHAR *e = extension(last_name(path));
	DWORD_PTR type = 0;

	if (file == INVALID_HANDLE_VALUE)
		return 0;
	if (!lstrcmpiW(e, L".bat") || !lstrcmpiW(e, L".cmd"))
		type = IMAGE_NT_SIGNATURE & 0xffff;
	else if (read_at(file, 0, &dos, sizeof dos) &&
		 dos.e_magic == IMAGE_DOS_SIGNATURE) {
		type = IMAGE_DOS_SIGNATURE;
		if (dos.e_lfanew > 0 &&
		    read_at(file, (DWORD)dos.e_lfanew, &nt, sizeof nt) &&
		    nt.Signature == IMAGE_NT_SIGNATURE) {
			type = IMAGE_NT_SIGNATURE & 0xffff;
			if (o->Subsystem == IMAGE_SUBSYSTEM_WINDOWS_GUI)
				type |= (DWORD)MAKEWORD(
						o->MinorSubsystemVersion,
						o->MajorSubsystemVersion)
					<< 16;
		}
	}
	CloseHandle(file);
	return type;
}

DWORD_PTR WINAPI SHGetFileInfoW(LPCWSTR path, DWORD attributes,
				SHFILEINFOW *info, UINT size, UINT flags)
{
	if (!path || flags & SHGFI_PIDL)
		return 0;
	if (flags & SHGFI_EXETYPE) /* alone, says its documentation */
		return flags == SHGFI_EXETYPE ? exe_type(path) : 0;
	if (!info || size < sizeof *info)
		return 0;
	if (!(flags & SHGFI_USEFILEATTRIBUTES)) {
		attributes = GetFileAttributesW(path);
		if (attributes == INVALID_FILE_ATTRIBUTES)
			return 0;
	}
	if (flags & ICONS) {
		info->hIcon = NULL;
		info->iIcon = 0;
		return 0;
	}
	if (flags & SHGFI_ATTRIBUTES)
		info->dwAttributes =
			shell_attributes(path, attributes) &
			(flags & SHGFI_ATTR_SPECIFIED ? info->dwAttributes
						      : ~0u);
	if (flags & SHGFI_DISPLAYNAME)
		lstrcpynW(info->szDisplayName, last_name(path),
			  ARRAYSIZE(info->szDisplayName));
	if (flags & SHGFI_TYPENAME)
		type_name(path, attributes, info->szTypeName);
	return 1;
}

DWORD_PTR WINAPI SHGetFileInfoA(LPCSTR path, DWORD attributes,
				SHFILEINFOA *info, UINT size, UINT flags)
{
	WCHAR wide[MAX_PATH];
	SHFILEINFOW w;
	DWORD_PTR r;

	if (!path || flags & SHGFI_PIDL ||
	    (!(flags & SHGFI_EXETYPE) && (!info || size < sizeof *info)))
		return 0;
	if (!MultiByteToWideChar(CP_ACP, 0, path, -1, wide, MAX_PATH))
		return 0;
	memset(&w, 0, sizeof w);
	if (info)
		w.dwAttributes = info->dwAttributes;
	r = SHGetFileInfoW(wide, attributes, &w, sizeof w, flags);
	if (flags & SHGFI_EXETYPE || !r)
		return r;
	if (flags & SHGFI_ATTRIBUTES)
		info->dwAttributes = w.dwAttributes;
	if (flags & SHGFI_DISPLAYNAME)
		WideCharToMultiByte(CP_ACP, 0, w.szDisplayName, -1,
				    info->szDisplayName,
				    sizeof info->szDisplayName, NULL, NULL);
	if (flags & SHGFI_TYPENAME)
		WideCharToMultiByte(CP_ACP, 0, w.szTypeName, -1,
				    info->szTypeName, sizeof info->szTypeName,
				    NULL, NULL);
	return r;
}
