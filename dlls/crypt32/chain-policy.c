/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain-policy.c - whether a chain's faults matter to its caller, and whether a
 * server's certificate is for its name.
 */
#include "chain.h"

/* Of fdwChecks; wininet.h, which does not go with wincrypt.h. */
enum {
	IGNORE_REVOCATION = 0x80,
	IGNORE_UNKNOWN_CA = 0x100,
	IGNORE_WRONG_USAGE = 0x200,
	IGNORE_CERT_CN_INVALID = 0x1000,
	IGNORE_CERT_DATE_INVALID = 0x2000,
};

/* In the order in which they are told of; ignored: flags that pass it over. */
static const struct fault {
	DWORD status, error, ignored;
} faults[] = {
	{ CERT_TRUST_IS_NOT_SIGNATURE_VALID, (DWORD)TRUST_E_CERT_SIGNATURE, 0 },
	{ CERT_TRUST_IS_PARTIAL_CHAIN | CERT_TRUST_IS_CYCLIC,
	  (DWORD)CERT_E_CHAINING, CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG },
	{ CERT_TRUST_IS_UNTRUSTED_ROOT, (DWORD)CERT_E_UNTRUSTEDROOT,
	  CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG },
	{ CERT_TRUST_IS_REVOKED, (DWORD)CRYPT_E_REVOKED, 0 },
	{ CERT_TRUST_HAS_WEAK_SIGNATURE, (DWORD)TRUST_E_CERT_SIGNATURE, 0 },
	{ CERT_TRUST_INVALID_BASIC_CONSTRAINTS,
	  (DWORD)TRUST_E_BASIC_CONSTRAINTS,
	  CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG },
	{ CERT_TRUST_INVALID_NAME_CONSTRAINTS |
		  CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT |
		  CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT |
		  CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT,
	  (DWORD)CERT_E_INVALID_NAME,
	  CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG },
	{ CERT_TRUST_INVALID_POLICY_CONSTRAINTS |
		  CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY,
	  (DWORD)CERT_E_INVALID_POLICY,
	  CERT_CHAIN_POLICY_IGNORE_INVALID_POLICY_FLAG },
	{ CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT, (DWORD)CERT_E_CRITICAL,
	  CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG },
	{ CERT_TRUST_INVALID_EXTENSION, (DWORD)CERT_E_MALFORMED, 0 },
	{ CERT_TRUST_IS_NOT_VALID_FOR_USAGE, (DWORD)CERT_E_WRONG_USAGE,
	  CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG },
	{ CERT_TRUST_IS_NOT_TIME_VALID, (DWORD)CERT_E_EXPIRED,
	  CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG },
};

static DWORD at(const CERT_CHAIN_ELEMENT *e)
{
	return e->TrustStatus.dwErrorStatus;
}

static void tell(CERT_CHAIN_POLICY_STATUS *s, DWORD error, LONG element)
{
	s->dwError = error;
	s->lChainIndex = error ? 0 : -1;
	s->lElementIndex = error ? element : -1;
}

static DWORD revocation_flag(const CERT_SIMPLE_CHAIN *c, DWORD i)
{
	if (!i)
		return CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG;
	return i == c->cElement - 1
		       ? CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG
		       : CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG;
}

static void base(const CERT_SIMPLE_CHAIN *c, DWORD flags,
		 CERT_CHAIN_POLICY_STATUS *s)
{
	tell(s, 0, 0);
	for (ULONG k = 0; k < ARRAYSIZE(faults); k++)
		for (DWORD i = 0; i < c->cElement; i++)
			if (at(c->rgpElement[i]) & faults[k].status &&
			    !(flags & faults[k].ignored)) {
				/* What is missing is at no place. */
				tell(s, faults[k].error,
				     faults[k].error == (DWORD)CERT_E_CHAINING
					     ? -1
					     : (LONG)i);
				return;
			}
	for (DWORD i = 0; i < c->cElement; i++)
		if (at(c->rgpElement[i]) &
			    CERT_TRUST_REVOCATION_STATUS_UNKNOWN &&
		    !(flags & revocation_flag(c, i))) {
			tell(s,
			     at(c->rgpElement[i]) &
					     CERT_TRUST_IS_OFFLINE_REVOCATION
				     ? (DWORD)CRYPT_E_REVOCATION_OFFLINE
				     : (DWORD)CRYPT_E_NO_REVOCATION_CHECK,
			     (LONG)i);
			return;
		}
}

/* ---- servers ---- */

enum { HOST = 256, DNS_NAME = 2, IP_NAME = 7 };

/* "1.2.3.4" or "a::b" as bytes; how many, or 0. */
static ULONG address_of(const char *host, BYTE bytes[16])
{
	const char *end;

	if (NT_SUCCESS(RtlIpv4StringToAddressA(host, TRUE, &end,
					       (struct in_addr *)bytes)) &&
	    !*end)
		return 4;
	if (NT_SUCCESS(RtlIpv6StringToAddressA(host, &end,
					       (struct in6_addr *)bytes)) &&
	    !*end)
		return 16;
	return 0;
}

/*
 * named: there are names of hosts, or what cannot be read, so that the common
 * name says nothing.
 */
static BOOL alternative_fits(const struct cert *c, const char *host,
			     BOOL *named)
{
	BYTE address[16], tag;
	ULONG n = address_of(host, address);
	struct der in, list, name;

	if (!cert_extension(c, szOID_SUBJECT_ALT_NAME2, &in))
		return FALSE;
	*named = TRUE;
	if (!der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	*named = FALSE;
	while (der_next(&list, &tag, &name, NULL)) {
		if (tag == (DER_IMPLICIT | DNS_NAME)) {
			*named = TRUE;
			if (!n && host_fits((const char *)name.p, name.n, host))
				return TRUE;
		} else if (tag == (DER_IMPLICIT | IP_NAME)) {
			*named = TRUE;
			if (n && name.n == n && !memcmp(name.p, address, n))
				return TRUE;
		}
	}
	*named |= list.n != 0;
	return FALSE;
}

static BOOL common_name_fits(const struct cert *c, const char *host)
{
	struct der in = der_of(&c->info.Subject), list, set, one, id, name;
	BYTE tag, address[16];
	const BOOL is_address = address_of(host, address) != 0;

	if (!der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	while (der_expect(&list, DER_SET, &set, NULL))
		while (der_expect(&set, DER_SEQUENCE, &one, NULL))
			if (der_object_id(&one, &id) &&
			    der_id_is(id, szOID_COMMON_NAME) &&
			    der_next(&one, &tag, &name, NULL) &&
			    /* No star stands for a part of an address. */
			    !(is_address && memchr(name.p, '*', name.n)) &&
			    host_fits((const char *)name.p, name.n, host))
				return TRUE;
	return FALSE;
}

static BOOL is_for_host(const struct cert *c, const WCHAR *name)
{
	WCHAR ascii[HOST];
	char host[HOST];
	BOOL named = FALSE;
	int n = IdnToAscii(0, name, -1, ascii, HOST);

	/* What cannot be a host's name on the wire is no certificate's. */
	if (!n ||
	    !WideCharToMultiByte(CP_ACP, 0, ascii, n, host, HOST, NULL, NULL))
		return FALSE;
	return alternative_fits(c, host, &named) ||
	       (!named && common_name_fits(c, host));
}

static BOOL is_for(const CERT_CHAIN_ELEMENT *e, DWORD auth)
{
	static const char *const ids[] = { szOID_PKIX_KP_CLIENT_AUTH,
					   szOID_PKIX_KP_SERVER_AUTH };

	return !e->pApplicationUsage ||
	       usage_has(e->pApplicationUsage, ids[auth == AUTHTYPE_SERVER]);
}

/* What the TLS libraries' flags are among ours. */
static DWORD more_flags(DWORD checks)
{
	DWORD flags = 0;

	if (checks & IGNORE_REVOCATION)
		flags |= CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS;
	if (checks & IGNORE_UNKNOWN_CA)
		flags |= CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG;
	if (checks & IGNORE_WRONG_USAGE)
		flags |= CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG;
	if (checks & IGNORE_CERT_DATE_INVALID)
		flags |= CERT_CHAIN_POLICY_IGNORE_ALL_NOT_TIME_VALID_FLAGS;
	return flags;
}

static void ssl(const CERT_SIMPLE_CHAIN *c, const CERT_CHAIN_POLICY_PARA *para,
		CERT_CHAIN_POLICY_STATUS *s)
{
	const SSL_EXTRA_CERT_CHAIN_POLICY_PARA *extra =
		para ? para->pvExtraPolicyPara : NULL;
	DWORD checks = extra ? extra->fdwChecks : 0;
	DWORD flags = (para ? para->dwFlags : 0) | more_flags(checks);
	const CERT_CHAIN_ELEMENT *end = c->rgpElement[0];

	base(c, flags, s);
	if (s->dwError || !extra)
		return;
	if (!(flags & CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG) &&
	    !is_for(end, extra->dwAuthType))
		tell(s, (DWORD)CERT_E_WRONG_USAGE, 0);
	else if (extra->dwAuthType == AUTHTYPE_SERVER &&
		 extra->pwszServerName && !(checks & IGNORE_CERT_CN_INVALID) &&
		 !is_for_host((struct cert *)end->pCertContext,
			      extra->pwszServerName))
		tell(s, (DWORD)CERT_E_CN_NO_MATCH, 0);
}

/* ---- the others ---- */

static void code(const CERT_SIMPLE_CHAIN *c, DWORD flags,
		 CERT_CHAIN_POLICY_STATUS *s, const char *usage)
{
	const CERT_ENHKEY_USAGE *u = c->rgpElement[0]->pApplicationUsage;

	base(c, flags, s);
	if (!s->dwError && u && !usage_has(u, usage) &&
	    !(flags & CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG))
		tell(s, (DWORD)CERT_E_WRONG_USAGE, 0);
}

/* Constraints alone; the end may have to be an authority, or none. */
static void constraints(const CERT_SIMPLE_CHAIN *c, DWORD flags,
			CERT_CHAIN_POLICY_STATUS *s)
{
	const struct cert *end = (struct cert *)c->rgpElement[0]->pCertContext;
	struct der in, list, truth = { 0 };
	BOOL authority = cert_extension(end, szOID_BASIC_CONSTRAINTS2, &in) &&
			 der_expect(&in, DER_SEQUENCE, &list, NULL) &&
			 der_maybe(&list, DER_BOOLEAN, &truth) && truth.n &&
			 truth.p[0];

	tell(s, 0, 0);
	for (DWORD i = 0; i < c->cElement && !s->dwError; i++)
		if (at(c->rgpElement[i]) & CERT_TRUST_INVALID_BASIC_CONSTRAINTS)
			tell(s, (DWORD)TRUST_E_BASIC_CONSTRAINTS, (LONG)i);
	if (!s->dwError &&
	    ((flags & BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_CA_FLAG &&
	      !authority) ||
	     (flags & BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_END_ENTITY_FLAG &&
	      authority)))
		tell(s, (DWORD)TRUST_E_BASIC_CONSTRAINTS, 0);
}

/* FALSE: there is no such policy; what the chain comes to is in *status. */
BOOL WINAPI CertVerifyCertificateChainPolicy(LPCSTR policy,
					     PCCERT_CHAIN_CONTEXT chain,
					     PCERT_CHAIN_POLICY_PARA para,
					     PCERT_CHAIN_POLICY_STATUS status)
{
	const CERT_SIMPLE_CHAIN *c;
	DWORD flags = para ? para->dwFlags : 0;

	if (!chain || !status)
		return cert_fail((DWORD)E_INVALIDARG);
	c = chain->rgpChain[0];
	switch ((ULONG_PTR)policy) {
	case (ULONG_PTR)CERT_CHAIN_POLICY_BASE:
		base(c, flags, status);
		return TRUE;
	case (ULONG_PTR)CERT_CHAIN_POLICY_AUTHENTICODE:
		code(c, flags, status, szOID_PKIX_KP_CODE_SIGNING);
		return TRUE;
	case (ULONG_PTR)CERT_CHAIN_POLICY_AUTHENTICODE_TS:
		code(c, flags, status, szOID_PKIX_KP_TIMESTAMP_SIGNING);
		return TRUE;
	case (ULONG_PTR)CERT_CHAIN_POLICY_SSL:
		ssl(c, para, status);
		return TRUE;
	case (ULONG_PTR)CERT_CHAIN_POLICY_BASIC_CONSTRAINTS:
		constraints(c, flags, status);
		return TRUE;
	case (ULONG_PTR)CERT_CHAIN_POLICY_NT_AUTH:
		/* No authority is known to vouch for a domain's accounts. */
		base(c, flags, status);
		if (!status->dwError)
			tell(status, (DWORD)CERT_E_UNTRUSTEDCA,
			     c->cElement > 1);
		return TRUE;
	case (ULONG_PTR)CERT_CHAIN_POLICY_MICROSOFT_ROOT:
		/* Hosts trust none of Microsoft's own. */
		tell(status, (DWORD)CERT_E_UNTRUSTEDROOT,
		     (LONG)c->cElement - 1);
		return TRUE;
	}
	return cert_fail(ERROR_FILE_NOT_FOUND);
}
