/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cert.h - certificates: read (cert-der.c), as contexts (cert.c) with
 * properties (cert-property.c), in stores (store.c), in chains (chain.h).
 */
#ifndef RF_CRYPT32_CERT_H
#define RF_CRYPT32_CERT_H

#include "nt.h"
/* What the header would import is what this DLL defines. */
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS
#include <wincrypt.h>

struct property {
	struct property *next;
	DWORD id, n;
	BOOL release; /* CERT_KEY_CONTEXT_PROP_ID: its provider goes with it */
	BYTE data[] __attribute__((aligned(8)));
};

struct cert {
	CERT_CONTEXT context; /* must be first: it is the handle */
	ULONG magic;
	LONG refs;
	CERT_INFO info;
	struct property *properties;
	BYTE *der, *room; /* room: what info points to and der has not */
	/* A store that is there as long as anybody has this, or NULL. */
	HCERTSTORE kept;
};

/*
 * Fills info from a certificate; what it points to is in der or in *room,
 * which is allocated.  FALSE and the last error: it is none.
 */
BOOL cert_read(const BYTE *der, DWORD n, CERT_INFO *info, BYTE **room);
/* The object identifiers of a list of key usages, as cert_read() has them. */
BOOL cert_usages(const BYTE *der, DWORD n, CERT_ENHKEY_USAGE *usage,
		 DWORD *size);

struct cert *cert_of(PCCERT_CONTEXT c);
/* A context in a store; NULL and the last error. */
struct cert *cert_new(const BYTE *der, DWORD n, HCERTSTORE store);
/* A store's own reference. */
void cert_put(struct cert *c);
/* Everybody else's. */
void cert_hold(struct cert *c);
void cert_release(struct cert *c);

/* ---- cert-property.c ------------------------------------------------------ */

extern RTL_SRWLOCK properties_lock;

/* Under the lock; NULL: c has none such. */
const struct property *property_find(const struct cert *c, DWORD id);
/* What c has goes to another context of the same certificate, but handles. */
BOOL properties_copy(struct cert *to, const struct cert *from);
/* Nobody else has c any more. */
void properties_free(struct cert *c);
/* The usual end of a query: ERROR_MORE_DATA. */
BOOL cert_give(const void *from, DWORD n, void *to, DWORD *size);

static inline BOOL cert_fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

#endif
