/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* path-a.c - shlwapi's paths in the code page of the process. */
#include "text.h"

static BOOL canonical(CHAR *out, const CHAR *path)
{
	WCHAR from[2 * MAX_PATH + 2], to[MAX_PATH];

	return MultiByteToWideChar(CP_ACP, 0, path, -1, from,
				   ARRAYSIZE(from)) &&
	       PathCanonicalizeW(to, from) &&
	       WideCharToMultiByte(CP_ACP, 0, to, -1, out, MAX_PATH, NULL,
				   NULL);
}

#include "path-look.h"
#include "path-edit.h"
