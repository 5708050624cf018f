/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-seal.h - secrets sealed for a user or a machine, for the DLLs that have
 * them behind their own interfaces (crypt32, advapi32): each compiles
 * dlls/seal, since neither can need the other.
 */
#ifndef RF_DLL_SEAL_H
#define RF_DLL_SEAL_H

#include "nt.h"
#include <wincrypt.h>

enum { SEAL_MAC = 64, SEAL_MASTER = 64 };

struct master {
	GUID id;
	BYTE key[SEAL_MASTER];
};

/* All of them: FALSE and the last error. */

/*
 * flags: CRYPTPROTECT_*, of which CRYPTPROTECT_LOCAL_MACHINE says whose key.
 * What comes out is for LocalFree().  text, entropy: may be NULL.
 */
BOOL seal_make(const DATA_BLOB *in, const WCHAR *text, const DATA_BLOB *entropy,
	       DWORD flags, DATA_BLOB *out);
/*
 * ERROR_INVALID_PARAMETER: nothing sealed; ERROR_INVALID_DATA: changed, or with
 * other entropy; NTE_BAD_KEY_STATE: somebody else's.
 */
BOOL seal_open(const DATA_BLOB *in, WCHAR **text, const DATA_BLOB *entropy,
	       DATA_BLOB *out);
/* A key of the user or the machine for a purpose. */
BOOL seal_key(BOOL machine, const char *purpose, BYTE key[SEAL_MAC]);
/* Whole blocks of 16 bytes, in place. */
BOOL seal_blocks(const BYTE key[SEAL_MAC], BOOL encrypt, BYTE *data, DWORD n);

/* ---- key.c ---- */

/* The one to seal with, made when there is none. */
BOOL master_current(BOOL machine, struct master *m);
/* That which id names: NTE_BAD_KEY_STATE, there is none such. */
BOOL master_named(BOOL machine, const GUID *id, struct master *m);

static inline BOOL seal_fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

#endif
