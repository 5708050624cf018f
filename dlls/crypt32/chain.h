/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain.h - chains of certificates: found (chain.c), judged (chain-check.c,
 * chain-names.c), and what callers make of that (chain-policy.c).
 */
#ifndef RF_CRYPT32_CHAIN_H
#define RF_CRYPT32_CHAIN_H

#include "cert.h"
#include "der.h"

enum { CHAIN_MOST = 24 }; /* certificates; real ones have three or four */

/* One certificate in its place; CERT_TRUST_* of wincrypt.h. */
struct link {
	struct cert *cert;
	DWORD error, info;
};

/*
 * What is wrong with each of n certificates, of which the first is the one
 * asked about and each is issued by the next, is added to its errors.
 */
void chain_check(struct link *l, ULONG n, const FILETIME *when);
/* Names that an authority may not vouch for: into the errors of who has them.
 */
void chain_check_names(struct link *l, ULONG n);

/*
 * What the first i + 1 from the end on allow together the i-th to be used for,
 * to be freed; NULL: everything.  FALSE: no memory.
 */
BOOL chain_usage(const struct link *l, ULONG n, ULONG i,
		 PCERT_ENHKEY_USAGE *usage);
BOOL usage_has(const CERT_ENHKEY_USAGE *u, const char *id);

/* The value of an extension; FALSE: c has none. */
BOOL cert_extension(const struct cert *c, const char *id, struct der *value);

/* Whether a name of a host is this one, or one that pattern ("*.") stands for.
 */
BOOL host_fits(const char *pattern, ULONG n, const char *host);

static inline BOOL cert_self_issued(const struct cert *c)
{
	return c->info.Subject.cbData == c->info.Issuer.cbData &&
	       !memcmp(c->info.Subject.pbData, c->info.Issuer.pbData,
		       c->info.Subject.cbData);
}

static inline struct der der_of(const CRYPT_DATA_BLOB *b)
{
	return (struct der){ b->pbData, b->cbData };
}

#endif
