/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-cch.h - paths in buffers of a given size: what path-cch.c (whole paths)
 * and path-edit.c (their parts) share.
 */
#ifndef RF_KERNELBASE_PATH_CCH_H
#define RF_KERNELBASE_PATH_CCH_H

#include "nt.h"
#include <wchar.h>

/* pathcch.h would take the names of shlwapi's functions away. */
#define PATHCCH_MAX_CCH 0x8000

#define E_TOO_SMALL HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER)
#define E_TOO_LONG  HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE)

enum path_root {
	ROOT_NONE,
	ROOT_SLASH,    /* \ */
	ROOT_DRIVE,    /* C: and what is below */
	ROOT_UNC,      /* \\server\share */
	ROOT_LONG,     /* \\?\C: */
	ROOT_LONG_UNC, /* \\?\UNC\server\share */
	ROOT_VOLUME,   /* \\?\Volume{...} */
};

/*
 * path_root() - what kind of root s has, and how many characters come before
 * its name: none for C:, 2 for \\server, 4 for \\?\C:, 8 for \\?\UNC\server.
 */
enum path_root path_root(PCWSTR s, SIZE_T *prefix);
/* Where the root ends, with the separator behind it; NULL: there is none. */
PWSTR path_root_end(PCWSTR s);

HRESULT APIENTRY PathAllocCanonicalize(PCWSTR path, ULONG flags, PWSTR *out);
HRESULT APIENTRY PathAllocCombine(PCWSTR path, PCWSTR more, ULONG flags,
				  PWSTR *out);
HRESULT APIENTRY PathCchCanonicalizeEx(PWSTR out, SIZE_T size, PCWSTR path,
				       ULONG flags);
HRESULT APIENTRY PathCchCanonicalize(PWSTR out, SIZE_T size, PCWSTR path);
HRESULT APIENTRY PathCchCombineEx(PWSTR out, SIZE_T size, PCWSTR path,
				  PCWSTR more, ULONG flags);
HRESULT APIENTRY PathCchCombine(PWSTR out, SIZE_T size, PCWSTR path,
				PCWSTR more);
HRESULT APIENTRY PathCchAppendEx(PWSTR path, SIZE_T size, PCWSTR more,
				 ULONG flags);
HRESULT APIENTRY PathCchAppend(PWSTR path, SIZE_T size, PCWSTR more);
BOOL APIENTRY PathIsUNCEx(PCWSTR path, PCWSTR *server);
BOOL APIENTRY PathCchIsRoot(PCWSTR path);
HRESULT APIENTRY PathCchSkipRoot(PCWSTR path, PCWSTR *end);
HRESULT APIENTRY PathCchStripToRoot(PWSTR path, SIZE_T size);
HRESULT APIENTRY PathCchStripPrefix(PWSTR path, SIZE_T size);
HRESULT APIENTRY PathCchRemoveFileSpec(PWSTR path, SIZE_T size);
HRESULT APIENTRY PathCchAddBackslashEx(PWSTR path, SIZE_T size, PWSTR *end,
				       SIZE_T *left);
HRESULT APIENTRY PathCchAddBackslash(PWSTR path, SIZE_T size);
HRESULT APIENTRY PathCchRemoveBackslashEx(PWSTR path, SIZE_T size, PWSTR *end,
					  SIZE_T *left);
HRESULT APIENTRY PathCchRemoveBackslash(PWSTR path, SIZE_T size);
HRESULT APIENTRY PathCchFindExtension(PCWSTR path, SIZE_T size, PCWSTR *ext);
HRESULT APIENTRY PathCchAddExtension(PWSTR path, SIZE_T size, PCWSTR ext);
HRESULT APIENTRY PathCchRemoveExtension(PWSTR path, SIZE_T size);
HRESULT APIENTRY PathCchRenameExtension(PWSTR path, SIZE_T size, PCWSTR ext);

#endif
