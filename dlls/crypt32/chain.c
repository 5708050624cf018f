/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain.c - what is not done here, and says so: verifying chains of
 * certificates, and sealing a user's secrets.
 */
#include "cert.h"

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
