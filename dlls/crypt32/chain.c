/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain.c - what is not done here, and says so: verifying chains of
 * certificates, and sealing a user's secrets.  Engines for chains can be made:
 * TLS libraries make one before they know whether they will verify anything.
 */
#include "cert.h"

/* What chains would be built from. */
struct engine {
	HCERTSTORE exclusive_root;
};

/* Older programs' structures end before the exclusive stores. */
#define CONFIG_LEAST                                                           \
	(offsetof(CERT_CHAIN_ENGINE_CONFIG, CycleDetectionModulus) +           \
	 sizeof(DWORD))
#define CONFIG_HAS(c, member)                                                  \
	((c)->cbSize >= offsetof(CERT_CHAIN_ENGINE_CONFIG, member) +           \
				sizeof (c)->member)

BOOL WINAPI CertCreateCertificateChainEngine(PCERT_CHAIN_ENGINE_CONFIG config,
					     HCERTCHAINENGINE *out)
{
	struct engine *e;

	*out = NULL;
	if (config->cbSize < CONFIG_LEAST || config->cbSize > sizeof *config) {
		SetLastError((DWORD)E_INVALIDARG);
		return FALSE;
	}
	e = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *e);
	if (!e) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	if (CONFIG_HAS(config, hExclusiveRoot) && config->hExclusiveRoot)
		e->exclusive_root = CertDuplicateStore(config->hExclusiveRoot);
	*out = (HCERTCHAINENGINE)e;
	return TRUE;
}

/* NULL and the small numbers are the default engines, which nobody frees. */
VOID WINAPI CertFreeCertificateChainEngine(HCERTCHAINENGINE engine)
{
	struct engine *e = (struct engine *)engine;

	if ((ULONG_PTR)e <= (ULONG_PTR)HCCE_LOCAL_MACHINE + 1)
		return;
	if (e->exclusive_root)
		CertCloseStore(e->exclusive_root, 0);
	HeapFree(GetProcessHeap(), 0, e);
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
