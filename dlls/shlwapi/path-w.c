/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* path-w.c - shlwapi's paths in UTF-16; kernelbase knows the canonical form. */
#define WIDE
#include "text.h"

HRESULT APIENTRY PathCchCanonicalize(PWSTR out, SIZE_T size, PCWSTR path);

static BOOL canonical(WCHAR *out, const WCHAR *path)
{
	return SUCCEEDED(PathCchCanonicalize(out, MAX_PATH, path));
}

#include "path-look.h"
#include "path-edit.h"
