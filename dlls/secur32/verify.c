/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify.c - the peer's certificate, and what is thought of it. */
#include "tls.h"

#ifndef SECURITY_FLAG_IGNORE_CERT_CN_INVALID /* wininet.h */
#define SECURITY_FLAG_IGNORE_CERT_CN_INVALID 0x00001000
#endif

/* Everything that it sent goes into a store that lives as long as it does. */
SECURITY_STATUS context_peer(struct tls_context *c)
{
	enum { MOST = 256 << 10 };
	struct request r;
	struct answer a;
	SECURITY_STATUS status;
	HCERTSTORE store;
	const BYTE *der;
	ULONG at = 0, kind, n;

	if (c->peer)
		CertFreeCertificateContext(c->peer);
	c->peer = NULL;
	request_begin(&r, RF_TLS_QUERY, 0, RF_TLS_PEER);
	status = host_call(c->host, &r, &a, MOST);
	if (status || a.head.state != RF_TLS_OK) {
		host_free(&a);
		return status;
	}
	store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0,
			      CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG,
			      NULL);
	if (!store)
		status = SEC_E_INSUFFICIENT_MEMORY;
	while (!status && host_item(&a, &at, &kind, &der, &n))
		if (!CertAddEncodedCertificateToStore(
			    store, X509_ASN_ENCODING, der, n,
			    CERT_STORE_ADD_ALWAYS, c->peer ? NULL : &c->peer))
			status = SEC_E_CERT_UNKNOWN;
	if (store)
		CertCloseStore(store, 0);
	host_free(&a);
	return status;
}

static DWORD chain_flags(DWORD flags)
{
	DWORD f = 0;

	if (flags & SCH_CRED_REVOCATION_CHECK_END_CERT)
		f |= CERT_CHAIN_REVOCATION_CHECK_END_CERT;
	if (flags & SCH_CRED_REVOCATION_CHECK_CHAIN)
		f |= CERT_CHAIN_REVOCATION_CHECK_CHAIN;
	if (flags & SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT)
		f |= CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT;
	if (flags & SCH_CRED_REVOCATION_CHECK_CACHE_ONLY)
		f |= CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY;
	if (flags & SCH_CRED_CACHE_ONLY_URL_RETRIEVAL)
		f |= CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL;
	return f;
}

/* A policy's error: what SSPI says, and the alert. */
static SECURITY_STATUS judged(DWORD error, ULONG *alert)
{
	static const struct {
		HRESULT error;
		SECURITY_STATUS status;
		BYTE alert;
	} rows[] = {
		{ CERT_E_UNTRUSTEDROOT, SEC_E_UNTRUSTED_ROOT,
		  TLS1_ALERT_UNKNOWN_CA },
		{ CERT_E_CHAINING, SEC_E_UNTRUSTED_ROOT,
		  TLS1_ALERT_UNKNOWN_CA },
		{ CERT_E_CN_NO_MATCH, SEC_E_WRONG_PRINCIPAL,
		  TLS1_ALERT_BAD_CERTIFICATE },
		{ CERT_E_EXPIRED, SEC_E_CERT_EXPIRED,
		  TLS1_ALERT_CERTIFICATE_EXPIRED },
		{ CERT_E_VALIDITYPERIODNESTING, SEC_E_CERT_EXPIRED,
		  TLS1_ALERT_CERTIFICATE_EXPIRED },
		{ CERT_E_WRONG_USAGE, SEC_E_CERT_WRONG_USAGE,
		  TLS1_ALERT_UNSUPPORTED_CERT },
		{ CERT_E_REVOKED, CRYPT_E_REVOKED,
		  TLS1_ALERT_CERTIFICATE_REVOKED },
		{ CRYPT_E_REVOKED, CRYPT_E_REVOKED,
		  TLS1_ALERT_CERTIFICATE_REVOKED },
		{ CRYPT_E_NO_REVOCATION_CHECK, CRYPT_E_NO_REVOCATION_CHECK,
		  TLS1_ALERT_CERTIFICATE_UNKNOWN },
		{ CRYPT_E_REVOCATION_OFFLINE, CRYPT_E_REVOCATION_OFFLINE,
		  TLS1_ALERT_CERTIFICATE_UNKNOWN },
	};

	if (!error)
		return SEC_E_OK;
	for (ULONG i = 0; i < ARRAYSIZE(rows); i++)
		if (rows[i].error == (HRESULT)error) {
			*alert = rows[i].alert;
			return rows[i].status;
		}
	*alert = TLS1_ALERT_CERTIFICATE_UNKNOWN;
	return SEC_E_CERT_UNKNOWN;
}

/* For clients those roots that the server trusts, and no others. */
static HCERTCHAINENGINE engine_of(const struct tls_context *c)
{
	CERT_CHAIN_ENGINE_CONFIG config = {
		.cbSize = sizeof config,
		.hExclusiveRoot = c->credential->roots,
	};
	HCERTCHAINENGINE e;

	if (!c->server || !c->credential->roots ||
	    !CertCreateCertificateChainEngine(&config, &e))
		return NULL;
	return e;
}

/* Does the caller not mind what is unknown about revocation here? */
static BOOL overlooks(PCCERT_CHAIN_CONTEXT chain, DWORD flags)
{
	const CERT_SIMPLE_CHAIN *s = chain->rgpChain[0];

	for (DWORD i = 0; i < s->cElement; i++) {
		DWORD error = s->rgpElement[i]->TrustStatus.dwErrorStatus;

		if (error & CERT_TRUST_REVOCATION_STATUS_UNKNOWN &&
		    !(flags & (error & CERT_TRUST_IS_OFFLINE_REVOCATION
				       ? SCH_CRED_IGNORE_REVOCATION_OFFLINE
				       : SCH_CRED_IGNORE_NO_REVOCATION_CHECK)))
			return FALSE;
	}
	return TRUE;
}

SECURITY_STATUS verify_peer(struct tls_context *c, ULONG *alert)
{
	static char server_auth[] = szOID_PKIX_KP_SERVER_AUTH,
		    client_auth[] = szOID_PKIX_KP_CLIENT_AUTH;
	LPSTR usage = c->server ? client_auth : server_auth;
	DWORD flags = c->credential->flags;
	CERT_CHAIN_PARA para = {
		.cbSize = sizeof para,
		.RequestedUsage = { USAGE_MATCH_TYPE_AND, { 1, &usage } },
	};
	SSL_EXTRA_CERT_CHAIN_POLICY_PARA extra = {
		.cbSize = sizeof extra,
		.dwAuthType = c->server ? AUTHTYPE_CLIENT : AUTHTYPE_SERVER,
		.pwszServerName = c->target,
	};
	CERT_CHAIN_POLICY_PARA policy = { .cbSize = sizeof policy,
					  .pvExtraPolicyPara = &extra };
	CERT_CHAIN_POLICY_STATUS result = { .cbSize = sizeof result };
	HCERTCHAINENGINE engine;
	PCCERT_CHAIN_CONTEXT chain;
	BOOL ok;

	*alert = TLS1_ALERT_CERTIFICATE_UNKNOWN;
	if (!c->peer)
		return SEC_E_CERT_UNKNOWN;
	if (c->server || flags & SCH_CRED_NO_SERVERNAME_CHECK)
		extra.fdwChecks = SECURITY_FLAG_IGNORE_CERT_CN_INVALID;
	else if (!*c->target)
		return SEC_E_WRONG_PRINCIPAL;
	engine = engine_of(c);
	ok = CertGetCertificateChain(engine, c->peer, NULL, c->peer->hCertStore,
				     &para, chain_flags(flags), NULL, &chain);
	if (engine)
		CertFreeCertificateChainEngine(engine);
	if (!ok)
		return SEC_E_CERT_UNKNOWN;
	if (overlooks(chain, flags))
		policy.dwFlags |=
			CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS;
	ok = CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain,
					      &policy, &result);
	CertFreeCertificateChain(chain);
	return ok ? judged(result.dwError, alert) : SEC_E_CERT_UNKNOWN;
}
