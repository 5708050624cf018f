/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.c - certificate stores, which can be opened and are empty: this
 * machine's trust is the host's business, and programs bring their own roots
 * where they find none.
 */
#include "nt.h"
/* What the header would import is what this file defines. */
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#include <wincrypt.h>

#define STORE_MAGIC 0x43727374u

struct store {
	ULONG magic;
	LONG refs;
};

static struct store *store_of(HCERTSTORE h)
{
	struct store *s = h;

	if (s && s->magic == STORE_MAGIC)
		return s;
	SetLastError((DWORD)E_INVALIDARG);
	return NULL;
}

HCERTSTORE WINAPI CertOpenStore(LPCSTR provider, DWORD encoding,
				HCRYPTPROV_LEGACY prov, DWORD flags,
				const void *what)
{
	struct store *s;
	BOOL known = provider == CERT_STORE_PROV_MEMORY ||
		     provider == CERT_STORE_PROV_COLLECTION ||
		     provider == CERT_STORE_PROV_SYSTEM_A ||
		     provider == CERT_STORE_PROV_SYSTEM_W ||
		     provider == CERT_STORE_PROV_SYSTEM_REGISTRY_W;

	if (!known) {
		SetLastError(ERROR_FILE_NOT_FOUND);
		return NULL;
	}
	s = RtlAllocateHeap(rf_heap(), 0, sizeof *s);
	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	s->magic = STORE_MAGIC;
	s->refs = 1;
	return s;
}

HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY prov, LPCWSTR name)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, prov, 0, name);
}

HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY prov, LPCSTR name)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, prov, 0, name);
}

HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE h)
{
	struct store *s = store_of(h);

	if (s)
		InterlockedIncrement(&s->refs);
	return s;
}

BOOL WINAPI CertCloseStore(HCERTSTORE h, DWORD flags)
{
	struct store *s;

	if (!h)
		return TRUE;
	s = store_of(h);
	if (!s)
		return FALSE;
	if (!InterlockedDecrement(&s->refs)) {
		s->magic = 0;
		RtlFreeHeap(rf_heap(), 0, s);
	}
	return TRUE;
}

BOOL WINAPI CertAddStoreToCollection(HCERTSTORE to, HCERTSTORE from,
				     DWORD flags, DWORD priority)
{
	return store_of(to) && store_of(from);
}

PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE h,
						  PCCERT_CONTEXT previous)
{
	if (store_of(h))
		SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	return NULL;
}

PCCERT_CONTEXT WINAPI CertFindCertificateInStore(HCERTSTORE h, DWORD encoding,
						 DWORD flags, DWORD how,
						 const void *what,
						 PCCERT_CONTEXT previous)
{
	return CertEnumCertificatesInStore(h, previous);
}

/* ---- of certificates, of which there are none
 * ---------------------------------- */

PCCERT_CONTEXT WINAPI CertCreateCertificateContext(DWORD encoding,
						   const BYTE *data, DWORD n)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return NULL;
}

PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT c)
{
	return NULL;
}

BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT c)
{
	return TRUE;
}

BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT c, DWORD id,
					      void *data, DWORD *size)
{
	SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI CertGetEnhancedKeyUsage(PCCERT_CONTEXT c, DWORD flags,
				    PCERT_ENHKEY_USAGE usage, DWORD *size)
{
	SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI CertAddEncodedCertificateToStore(HCERTSTORE h, DWORD encoding,
					     const BYTE *data, DWORD n,
					     DWORD how, PCCERT_CONTEXT *out)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI CertGetCertificateChain(HCERTCHAINENGINE engine, PCCERT_CONTEXT c,
				    LPFILETIME when, HCERTSTORE more,
				    PCERT_CHAIN_PARA para, DWORD flags,
				    LPVOID reserved, PCCERT_CHAIN_CONTEXT *out)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

VOID WINAPI CertFreeCertificateChain(PCCERT_CHAIN_CONTEXT c)
{
}

BOOL WINAPI CertVerifyCertificateChainPolicy(LPCSTR policy,
					     PCCERT_CHAIN_CONTEXT c,
					     PCERT_CHAIN_POLICY_PARA para,
					     PCERT_CHAIN_POLICY_STATUS status)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

/* Secrets of a user: there is no key of hers to seal them with. */
BOOL WINAPI CryptProtectData(DATA_BLOB *in, LPCWSTR text, DATA_BLOB *entropy,
			     PVOID reserved, CRYPTPROTECT_PROMPTSTRUCT *prompt,
			     DWORD flags, DATA_BLOB *out)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI CryptUnprotectData(DATA_BLOB *in, LPWSTR *text, DATA_BLOB *entropy,
			       PVOID reserved,
			       CRYPTPROTECT_PROMPTSTRUCT *prompt, DWORD flags,
			       DATA_BLOB *out)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}
