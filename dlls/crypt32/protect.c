/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protect.c - secrets of a user: there is no key of hers to seal them with. */
#include "cert.h"

BOOL WINAPI CryptProtectData(DATA_BLOB *in, LPCWSTR text, DATA_BLOB *entropy,
			     PVOID reserved, CRYPTPROTECT_PROMPTSTRUCT *prompt,
			     DWORD flags, DATA_BLOB *out)
{
	return cert_fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI CryptUnprotectData(DATA_BLOB *in, LPWSTR *text, DATA_BLOB *entropy,
			       PVOID reserved,
			       CRYPTPROTECT_PROMPTSTRUCT *prompt, DWORD flags,
			       DATA_BLOB *out)
{
	return cert_fail(ERROR_NOT_SUPPORTED);
}
