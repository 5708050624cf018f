/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cred.h - a user's credentials: as records (cred-record.c), kept (cred.c). */
#ifndef RF_ADVAPI_CRED_H
#define RF_ADVAPI_CRED_H

#include "nt.h"
#include <wincred.h>

/* What mingw-w64's header has not. */
enum {
	CRED_TYPE_OF_GENERIC_CERTIFICATE = 5,
	CRED_TYPE_OF_DOMAIN_EXTENDED = 6,
	CRED_TYPES = 7, /* one more than the last */
	CRED_ALL_CREDENTIALS = 1,
	CRED_BLOB_MOST = 5 * 512,
};

/* ---- cred-record.c: a credential as bytes, with no pointers in it ---- */

struct record {
	BYTE *data;
	DWORD size, room;
	BOOL lost; /* memory ran out */
};

/* narrow: c is a CREDENTIALA.  FALSE and the last error: it is not valid. */
BOOL record_check(const CREDENTIALW *c, BOOL narrow);
/* blob, n: instead of c's own secret. */
BOOL record_make(struct record *r, const CREDENTIALW *c, BOOL narrow,
		 const BYTE *blob, DWORD n);
void record_free(struct record *r);

/*
 * Puts the credential of a record at to, all it points to behind it, and says
 * how much that is, a multiple of 8; to may be NULL.  0: it is damaged.
 * prefix: before the target's name, or NULL.
 */
SIZE_T record_open(const BYTE *data, DWORD n, BOOL narrow, const WCHAR *prefix,
		   BYTE *to);
/* Its target's name, not ended by NUL; NULL: it is damaged. */
const WCHAR *record_target(const BYTE *data, DWORD n, DWORD *type,
			   DWORD *length);

static inline BOOL cred_fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

#endif
