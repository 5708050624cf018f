/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * info.c - a file's version resource into the caller's buffer.
 *
 * The buffer is half as large again as the resource: the A functions put their
 * converted strings behind it (query.c finds that room by the first word).
 */
#include "nt.h"

/* Loads the file as data; *size and the bytes of its version resource. */
static const void *open_resource(LPCWSTR file, HMODULE *module, DWORD *size)
{
	HRSRC r;
	HGLOBAL g;
	const void *p = NULL;

	*module = LoadLibraryExW(file, NULL,
				 LOAD_LIBRARY_AS_DATAFILE |
					 LOAD_LIBRARY_AS_IMAGE_RESOURCE);
	if (!*module)
		return NULL;
	r = FindResourceW(*module, MAKEINTRESOURCEW(VS_VERSION_INFO),
			  (LPCWSTR)RT_VERSION);
	g = r ? LoadResource(*module, r) : NULL;
	if (g)
		p = LockResource(g);
	if (p) {
		*size = SizeofResource(*module, r);
		return p;
	}
	FreeLibrary(*module);
	if (GetLastError() == ERROR_RESOURCE_NAME_NOT_FOUND)
		SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

DWORD WINAPI GetFileVersionInfoSizeExW(DWORD flags, LPCWSTR file,
				       LPDWORD handle)
{
	HMODULE m;
	DWORD size;

	if (handle)
		*handle = 0;
	if (!open_resource(file, &m, &size))
		return 0;
	FreeLibrary(m);
	return size + size / 2 + 8;
}

DWORD WINAPI GetFileVersionInfoSizeW(LPCWSTR file, LPDWORD handle)
{
	return GetFileVersionInfoSizeExW(0, file, handle);
}

BOOL WINAPI GetFileVersionInfoExW(DWORD flags, LPCWSTR file, DWORD handle,
				  DWORD room, LPVOID data)
{
	HMODULE m;
	DWORD size;
	const void *p;

	if (!data) {
		SetLastError(ERROR_INVALID_DATA);
		return FALSE;
	}
	p = open_resource(file, &m, &size);
	if (!p)
		return FALSE;
	memcpy(data, p, size < room ? size : room);
	FreeLibrary(m);
	if (room < size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	return TRUE;
}

BOOL WINAPI GetFileVersionInfoW(LPCWSTR file, DWORD handle, DWORD room,
				LPVOID data)
{
	return GetFileVersionInfoExW(0, file, handle, room, data);
}

/* ---- narrow names -------------------------------------------------------- */

static WCHAR *widen(LPCSTR s)
{
	UNICODE_STRING u;

	if (!RtlCreateUnicodeStringFromAsciiz(&u, s)) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	return u.Buffer;
}

DWORD WINAPI GetFileVersionInfoSizeA(LPCSTR file, LPDWORD handle)
{
	WCHAR *w = widen(file);
	DWORD ret = w ? GetFileVersionInfoSizeW(w, handle) : 0;

	RtlFreeHeap(rf_heap(), 0, w);
	return ret;
}

BOOL WINAPI GetFileVersionInfoA(LPCSTR file, DWORD handle, DWORD room,
				LPVOID data)
{
	WCHAR *w = widen(file);
	BOOL ret = w ? GetFileVersionInfoW(w, handle, room, data) : FALSE;

	RtlFreeHeap(rf_heap(), 0, w);
	return ret;
}
