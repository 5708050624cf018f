/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credential.c - what a program wants TLS to be like, and who it is itself: a
 * certificate, whose key goes to the process that signs with it.
 */
#include "tls.h"

#define CLIENTS (SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_CLIENT)
#define SERVERS (SP_PROT_TLS1_2_SERVER | SP_PROT_TLS1_3_SERVER)

/* advapi32's: RSAPUBKEY and all of a pair's numbers, to be freed. */
extern BYTE *WINAPI rf_pair_bytes(HCRYPTKEY key, DWORD *n);

/* ---- keys ---- */

/* The provider that has the key; *own: to be released. */
static HCRYPTPROV provider_of(PCCERT_CONTEXT c, DWORD *spec, BOOL *own)
{
	CERT_KEY_CONTEXT key;
	DWORD n = sizeof key;
	CRYPT_KEY_PROV_INFO *info;
	HCRYPTPROV prov = 0;

	*own = FALSE;
	if (CertGetCertificateContextProperty(c, CERT_KEY_CONTEXT_PROP_ID, &key,
					      &n) &&
	    key.dwKeySpec != CERT_NCRYPT_KEY_SPEC) {
		*spec = key.dwKeySpec;
		return key.hCryptProv;
	}
	n = 0;
	if (!CertGetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID,
					       NULL, &n))
		return 0;
	info = RtlAllocateHeap(rf_heap(), 0, n);
	if (info &&
	    CertGetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID,
					      info, &n) &&
	    CryptAcquireContextW(&prov, info->pwszContainerName,
				 info->pwszProvName, info->dwProvType,
				 info->dwFlags & CRYPT_MACHINE_KEYSET)) {
		*spec = info->dwKeySpec;
		*own = TRUE;
	}
	RtlFreeHeap(rf_heap(), 0, info);
	return prov;
}

SECURITY_STATUS key_of_cert(PCCERT_CONTEXT c, BYTE **data, ULONG *n)
{
	DWORD spec = AT_KEYEXCHANGE, size = 0;
	HCRYPTKEY key = 0;
	HCRYPTPROV prov;
	BOOL own;

	*data = NULL;
	prov = provider_of(c, &spec, &own);
	if (!prov)
		return SEC_E_NO_CREDENTIALS;
	if (CryptGetUserKey(prov, spec, &key)) {
		*data = rf_pair_bytes(key, &size);
		CryptDestroyKey(key);
	}
	if (own)
		CryptReleaseContext(prov, 0);
	*n = size;
	return *data ? SEC_E_OK : SEC_E_UNKNOWN_CREDENTIALS;
}

/* What the certificate was issued by, as far as it is known, but the root. */
static void add_issuers(struct request *r, PCCERT_CONTEXT c)
{
	CERT_CHAIN_PARA para = { .cbSize = sizeof para };
	PCCERT_CHAIN_CONTEXT chain;
	const CERT_SIMPLE_CHAIN *s;

	if (!CertGetCertificateChain(NULL, c, NULL, c->hCertStore, &para, 0,
				     NULL, &chain))
		return;
	s = chain->rgpChain[0];
	for (DWORD i = 1; i < s->cElement; i++) {
		const CERT_CHAIN_ELEMENT *e = s->rgpElement[i];

		if (!(e->TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED))
			request_item(r, RF_TLS_CERT,
				     e->pCertContext->pbCertEncoded,
				     e->pCertContext->cbCertEncoded);
	}
	CertFreeCertificateChain(chain);
}

static SECURITY_STATUS add_identity(struct credential *c, PCCERT_CONTEXT cert)
{
	SECURITY_STATUS status;
	BYTE *key;
	ULONG n;

	status = key_of_cert(cert, &key, &n);
	if (status)
		return status;
	c->cert = CertDuplicateCertificateContext(cert);
	c->expiry = cert->pCertInfo->NotAfter;
	request_item(&c->identity, RF_TLS_CERT, cert->pbCertEncoded,
		     cert->cbCertEncoded);
	request_item(&c->identity, RF_TLS_KEY, key, n);
	RtlSecureZeroMemory(key, n);
	RtlFreeHeap(rf_heap(), 0, key);
	add_issuers(&c->identity, cert);
	return c->identity.lost ? SEC_E_INSUFFICIENT_MEMORY : SEC_E_OK;
}

/* ---- what is asked for ---- */

static DWORD all_of(ULONG use)
{
	return (use & SECPKG_CRED_OUTBOUND ? CLIENTS : 0) |
	       (use & SECPKG_CRED_INBOUND ? SERVERS : 0);
}

struct wish {
	DWORD flags, enabled, count, lifespan;
	PCCERT_CONTEXT *certs;
	HCERTSTORE roots;
};

static SECURITY_STATUS read_old(const SCHANNEL_CRED *d, ULONG use,
				struct wish *w)
{
	*w = (struct wish){ .flags = d->dwFlags,
			    .count = d->cCreds,
			    .certs = d->paCred,
			    .lifespan = d->dwSessionLifespan,
			    .roots = d->hRootStore };
	if (d->dwCredFormat != SCH_CRED_FORMAT_CERT_CONTEXT && d->cCreds)
		return SEC_E_UNKNOWN_CREDENTIALS;
	/* By default 1.3 is for those who know of it: SCH_CREDENTIALS. */
	w->enabled = d->grbitEnabledProtocols
			     ? d->grbitEnabledProtocols
			     : SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_2_SERVER;
	w->enabled &= all_of(use);
	/* All of our ciphers have 128 to 256 bits. */
	if ((d->dwMinimumCipherStrength != (DWORD)-1 &&
	     d->dwMinimumCipherStrength > 256) ||
	    (d->dwMaximumCipherStrength &&
	     d->dwMaximumCipherStrength != (DWORD)-1 &&
	     d->dwMaximumCipherStrength < 128))
		return SEC_E_ALGORITHM_MISMATCH;
	return SEC_E_OK;
}

static SECURITY_STATUS read_new(const SCH_CREDENTIALS *d, ULONG use,
				struct wish *w)
{
	*w = (struct wish){ .flags = d->dwFlags,
			    .count = d->cCreds,
			    .certs = d->paCred,
			    .roots = d->hRootStore,
			    .lifespan = d->dwSessionLifespan,
			    .enabled = all_of(use) };
	if (d->dwCredFormat != SCH_CRED_FORMAT_CERT_CONTEXT && d->cCreds)
		return SEC_E_UNKNOWN_CREDENTIALS;
	if (d->cTlsParameters > SCH_CRED_MAX_SUPPORTED_PARAMETERS ||
	    (d->cTlsParameters && !d->pTlsParameters))
		return SEC_E_INVALID_PARAMETER;
	/* Those of single application protocols are not told apart. */
	for (DWORD i = 0; i < d->cTlsParameters; i++)
		if (!d->pTlsParameters[i].cAlpnIds)
			w->enabled &=
				~d->pTlsParameters[i].grbitDisabledProtocols;
	return SEC_E_OK;
}

static SECURITY_STATUS read_wish(const void *data, ULONG use, struct wish *w)
{
	DWORD version;

	if (!data) {
		*w = (struct wish){ .enabled = (SP_PROT_TLS1_2_CLIENT |
						SP_PROT_TLS1_2_SERVER) &
					       all_of(use) };
		return SEC_E_OK;
	}
	memcpy(&version, data, sizeof version);
	if (version == SCHANNEL_CRED_VERSION)
		return read_old(data, use, w);
	if (version == SCH_CREDENTIALS_VERSION)
		return read_new(data, use, w);
	return SEC_E_UNKNOWN_CREDENTIALS;
}

static void credential_free(struct object *o)
{
	struct credential *c = (struct credential *)o;

	if (c->cert)
		CertFreeCertificateContext(c->cert);
	if (c->roots)
		CertCloseStore(c->roots, 0);
	request_end(&c->identity);
	RtlFreeHeap(rf_heap(), 0, c);
}

SECURITY_STATUS credential_new(ULONG use, const void *data,
			       struct credential **out)
{
	enum { TEN_HOURS = 36000000 };
	static volatile LONG numbers;
	SECURITY_STATUS status;
	struct credential *c;
	struct wish w;

	if (!(use & SECPKG_CRED_BOTH))
		return SEC_E_UNKNOWN_CREDENTIALS;
	status = read_wish(data, use, &w);
	if (status)
		return status;
	if (!w.enabled)
		return SEC_E_ALGORITHM_MISMATCH;
	if (w.count > SCH_CRED_MAX_SUPPORTED_CERTS || (w.count && !w.certs))
		return SEC_E_UNKNOWN_CREDENTIALS;
	if (!w.count && use & SECPKG_CRED_INBOUND)
		return SEC_E_NO_CREDENTIALS;
	c = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *c);
	if (!c)
		return SEC_E_INSUFFICIENT_MEMORY;
	c->object = (struct object){ 1, TLS_CREDENTIAL, credential_free };
	c->use = use;
	c->flags = w.flags;
	c->protocols = w.enabled;
	c->number = (ULONG)InterlockedIncrement(&numbers);
	c->lifespan = w.lifespan ? w.lifespan : TEN_HOURS;
	c->expiry = (FILETIME){ 0xffffffff, 0x7fffffff };
	if (w.roots)
		c->roots = CertDuplicateStore(w.roots);
	/* Of several, one that is for this use; there is one in practice. */
	if (w.count)
		status = add_identity(c, w.certs[0]);
	if (status)
		object_put(&c->object);
	else
		*out = c;
	return status;
}

SECURITY_STATUS credential_query(struct credential *c, ULONG what, void *to)
{
	SecPkgCred_CipherStrengths *strengths = to;
	SecPkgCred_SupportedProtocols *protocols = to;
	SecPkgCred_SupportedAlgs *algs = to;
	static const ALG_ID all[] = {
		CALG_AES_256,  CALG_AES_128,  CALG_SHA_512, CALG_SHA_384,
		CALG_SHA_256,  CALG_SHA1,     CALG_ECDH,    CALG_ECDSA,
		CALG_RSA_KEYX, CALG_RSA_SIGN,
	};

	switch (what) {
	case SECPKG_ATTR_SUPPORTED_ALGS:
		algs->palgSupportedAlgs = buffer_new(sizeof all);
		if (!algs->palgSupportedAlgs)
			return SEC_E_INSUFFICIENT_MEMORY;
		memcpy(algs->palgSupportedAlgs, all, sizeof all);
		algs->cSupportedAlgs = ARRAYSIZE(all);
		return SEC_E_OK;
	case SECPKG_ATTR_CIPHER_STRENGTHS:
		strengths->dwMinimumCipherStrength = 128;
		strengths->dwMaximumCipherStrength = 256;
		return SEC_E_OK;
	case SECPKG_ATTR_SUPPORTED_PROTOCOLS:
		protocols->grbitProtocol = c->protocols;
		return SEC_E_OK;
	}
	return SEC_E_UNSUPPORTED_FUNCTION;
}
