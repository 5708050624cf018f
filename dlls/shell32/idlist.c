/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idlist.c - item identifier lists of folders and files.  What an item holds is
 * its maker's own affair: ours hold the path, in one item.
 */
#include "nt.h"
#include <shlobj.h>

#define PATH_MAGIC 0x70666c72u

#pragma pack(push, 1)
struct path_item {
	USHORT size; /* 0 ends the list */
	ULONG magic;
	WCHAR path[];
};
#pragma pack(pop)

/* NULL: no memory. */
static PIDLIST_ABSOLUTE list_of(const WCHAR *path)
{
	SIZE_T text = ((SIZE_T)lstrlenW(path) + 1) * sizeof(WCHAR);
	SIZE_T n = sizeof(struct path_item) + text;
	struct path_item *i;

	if (n > 0xffff)
		return NULL;
	/* What CoTaskMemFree takes is of the process's heap. */
	i = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, n + sizeof(USHORT));
	if (!i)
		return NULL;
	i->size = (USHORT)n;
	i->magic = PATH_MAGIC;
	memcpy(i->path, path, text);
	return (PIDLIST_ABSOLUTE)i;
}

static const WCHAR *path_in(PCIDLIST_ABSOLUTE list)
{
	const struct path_item *i = (const void *)list;

	return i && i->size > sizeof *i && i->magic == PATH_MAGIC ? i->path
								  : NULL;
}

HRESULT WINAPI SHGetFolderLocation(HWND owner, int csidl, HANDLE token,
				   DWORD reserved, PIDLIST_ABSOLUTE *out)
{
	WCHAR path[MAX_PATH];
	HRESULT hr;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (reserved)
		return E_INVALIDARG;
	hr = SHGetFolderPathW(owner, csidl, token, SHGFP_TYPE_CURRENT, path);
	if (hr == S_FALSE)
		return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
	if (FAILED(hr))
		return hr;
	*out = list_of(path);
	return *out ? S_OK : E_OUTOFMEMORY;
}

HRESULT WINAPI SHGetSpecialFolderLocation(HWND owner, int csidl,
					  PIDLIST_ABSOLUTE *out)
{
	return SHGetFolderLocation(owner, csidl, NULL, 0, out);
}

BOOL WINAPI SHGetPathFromIDListEx(PCIDLIST_ABSOLUTE list, PWSTR out, DWORD n,
				  GPFIDL_FLAGS flags)
{
	const WCHAR *path = path_in(list);

	if (!out || !n)
		return FALSE;
	*out = 0;
	if (!path || (DWORD)lstrlenW(path) >= n)
		return FALSE;
	lstrcpyW(out, path);
	return TRUE;
}

BOOL WINAPI SHGetPathFromIDListW(PCIDLIST_ABSOLUTE list, LPWSTR out)
{
	return SHGetPathFromIDListEx(list, out, MAX_PATH, GPFIDL_DEFAULT);
}

BOOL WINAPI SHGetPathFromIDListA(PCIDLIST_ABSOLUTE list, LPSTR out)
{
	WCHAR wide[MAX_PATH];

	if (!out)
		return FALSE;
	*out = 0;
	return SHGetPathFromIDListW(list, wide) &&
	       WideCharToMultiByte(CP_ACP, 0, wide, -1, out, MAX_PATH, NULL,
				   NULL);
}

PIDLIST_ABSOLUTE WINAPI ILCreateFromPathW(PCWSTR path)
{
	WCHAR full[MAX_PATH];
	DWORD n;

	if (!path)
		return NULL;
	n = GetFullPathNameW(path, MAX_PATH, full, NULL);
	if (!n || n >= MAX_PATH ||
	    GetFileAttributesW(full) == INVALID_FILE_ATTRIBUTES)
		return NULL;
	return list_of(full);
}

PIDLIST_ABSOLUTE WINAPI ILCreateFromPathA(PCSTR path)
{
	WCHAR wide[MAX_PATH];

	if (!path || !MultiByteToWideChar(CP_ACP, 0, path, -1, wide, MAX_PATH))
		return NULL;
	return ILCreateFromPathW(wide);
}

UINT WINAPI ILGetSize(PCUIDLIST_RELATIVE list)
{
	const BYTE *at = (const void *)list;
	USHORT size;
	UINT n = 0;

	if (!list)
		return 0;
	do {
		memcpy(&size, at + n, sizeof size);
		n += size ? size : (UINT)sizeof size;
	} while (size);
	return n;
}

PIDLIST_RELATIVE WINAPI ILClone(PCUIDLIST_RELATIVE list)
{
	UINT n = ILGetSize(list);
	void *copy = n ? HeapAlloc(GetProcessHeap(), 0, n) : NULL;

	if (copy)
		memcpy(copy, list, n);
	return copy;
}

void WINAPI ILFree(PIDLIST_RELATIVE list)
{
	HeapFree(GetProcessHeap(), 0, list);
}

/* ---- asking for a folder: nobody can be asked ---- */

PIDLIST_ABSOLUTE WINAPI SHBrowseForFolderW(LPBROWSEINFOW info)
{
	return NULL;
}

PIDLIST_ABSOLUTE WINAPI SHBrowseForFolderA(LPBROWSEINFOA info)
{
	return NULL;
}
