/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sspi.c - the security support provider interface of a system that has no
 * security packages: no Schannel, no Kerberos, no NTLM.  Programs find that
 * out when they ask for credentials, so there are no handles of any kind.
 */
#define SECURITY_WIN32
#define _NO_KSECDD_IMPORT_ /* they are ours */
#include "nt.h"
#include <security.h>

/* ---- packages ------------------------------------------------------------ */

SECURITY_STATUS WINAPI EnumerateSecurityPackagesW(PULONG n, PSecPkgInfoW *info)
{
	if (!n || !info)
		return SEC_E_INVALID_HANDLE;
	*n = 0;
	*info = NULL;
	return SEC_E_OK;
}

SECURITY_STATUS WINAPI EnumerateSecurityPackagesA(PULONG n, PSecPkgInfoA *info)
{
	return EnumerateSecurityPackagesW(n, (PSecPkgInfoW *)info);
}

SECURITY_STATUS WINAPI QuerySecurityPackageInfoW(SEC_WCHAR *name,
						 PSecPkgInfoW *info)
{
	return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS WINAPI QuerySecurityPackageInfoA(SEC_CHAR *name,
						 PSecPkgInfoA *info)
{
	return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS WINAPI AcquireCredentialsHandleW(
	SEC_WCHAR *principal, SEC_WCHAR *package, ULONG use, void *logon,
	void *data, SEC_GET_KEY_FN get_key, void *get_key_arg, PCredHandle out,
	PTimeStamp expiry)
{
	return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS WINAPI AcquireCredentialsHandleA(
	SEC_CHAR *principal, SEC_CHAR *package, ULONG use, void *logon,
	void *data, SEC_GET_KEY_FN get_key, void *get_key_arg, PCredHandle out,
	PTimeStamp expiry)
{
	return SEC_E_SECPKG_NOT_FOUND;
}

/* Nothing was given but NULL. */
SECURITY_STATUS WINAPI FreeContextBuffer(PVOID buffer)
{
	return buffer ? SEC_E_INVALID_HANDLE : SEC_E_OK;
}

/* ---- what needs a handle ------------------------------------------------- */

/* clang-format off */
#define NEEDS_HANDLE(name, ...)                                                \
	SECURITY_STATUS WINAPI name(__VA_ARGS__) { return SEC_E_INVALID_HANDLE; }

NEEDS_HANDLE(FreeCredentialsHandle, PCredHandle c)
NEEDS_HANDLE(QueryCredentialsAttributesW, PCredHandle c, ULONG what, void *to)
NEEDS_HANDLE(QueryCredentialsAttributesA, PCredHandle c, ULONG what, void *to)
NEEDS_HANDLE(InitializeSecurityContextW, PCredHandle c, PCtxtHandle h,
	     SEC_WCHAR *target, ULONG flags, ULONG reserved, ULONG data,
	     PSecBufferDesc in, ULONG reserved2, PCtxtHandle next,
	     PSecBufferDesc out, ULONG *got, PTimeStamp expiry)
NEEDS_HANDLE(InitializeSecurityContextA, PCredHandle c, PCtxtHandle h,
	     SEC_CHAR *target, ULONG flags, ULONG reserved, ULONG data,
	     PSecBufferDesc in, ULONG reserved2, PCtxtHandle next,
	     PSecBufferDesc out, ULONG *got, PTimeStamp expiry)
NEEDS_HANDLE(AcceptSecurityContext, PCredHandle c, PCtxtHandle h,
	     PSecBufferDesc in, ULONG flags, ULONG data, PCtxtHandle next,
	     PSecBufferDesc out, ULONG *got, PTimeStamp expiry)
NEEDS_HANDLE(CompleteAuthToken, PCtxtHandle h, PSecBufferDesc token)
NEEDS_HANDLE(DeleteSecurityContext, PCtxtHandle h)
NEEDS_HANDLE(ApplyControlToken, PCtxtHandle h, PSecBufferDesc in)
NEEDS_HANDLE(QueryContextAttributesW, PCtxtHandle h, ULONG what, void *to)
NEEDS_HANDLE(QueryContextAttributesA, PCtxtHandle h, ULONG what, void *to)
NEEDS_HANDLE(SetContextAttributesW, PCtxtHandle h, ULONG what, void *from, ULONG n)
NEEDS_HANDLE(SetContextAttributesA, PCtxtHandle h, ULONG what, void *from, ULONG n)
NEEDS_HANDLE(ImpersonateSecurityContext, PCtxtHandle h)
NEEDS_HANDLE(RevertSecurityContext, PCtxtHandle h)
NEEDS_HANDLE(MakeSignature, PCtxtHandle h, ULONG qop, PSecBufferDesc m, ULONG seq)
NEEDS_HANDLE(VerifySignature, PCtxtHandle h, PSecBufferDesc m, ULONG seq, PULONG qop)
NEEDS_HANDLE(ExportSecurityContext, PCtxtHandle h, ULONG flags, PSecBuffer to, void **token)
NEEDS_HANDLE(QuerySecurityContextToken, PCtxtHandle h, void **token)
NEEDS_HANDLE(EncryptMessage, PCtxtHandle h, ULONG qop, PSecBufferDesc m, ULONG seq)
NEEDS_HANDLE(DecryptMessage, PCtxtHandle h, PSecBufferDesc m, ULONG seq, PULONG qop)
/* clang-format on */

/* ---- the table ----------------------------------------------------------- */

PSecurityFunctionTableW WINAPI InitSecurityInterfaceW(void)
{
	static SecurityFunctionTableW table = {
		.dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION,
		.EnumerateSecurityPackagesW = EnumerateSecurityPackagesW,
		.QueryCredentialsAttributesW = QueryCredentialsAttributesW,
		.AcquireCredentialsHandleW = AcquireCredentialsHandleW,
		.FreeCredentialsHandle = FreeCredentialsHandle,
		.InitializeSecurityContextW = InitializeSecurityContextW,
		.AcceptSecurityContext = AcceptSecurityContext,
		.CompleteAuthToken = CompleteAuthToken,
		.DeleteSecurityContext = DeleteSecurityContext,
		.ApplyControlToken = ApplyControlToken,
		.QueryContextAttributesW = QueryContextAttributesW,
		.ImpersonateSecurityContext = ImpersonateSecurityContext,
		.RevertSecurityContext = RevertSecurityContext,
		.MakeSignature = MakeSignature,
		.VerifySignature = VerifySignature,
		.FreeContextBuffer = FreeContextBuffer,
		.QuerySecurityPackageInfoW = QuerySecurityPackageInfoW,
		.ExportSecurityContext = ExportSecurityContext,
		.QuerySecurityContextToken = QuerySecurityContextToken,
		.EncryptMessage = EncryptMessage,
		.DecryptMessage = DecryptMessage,
		.SetContextAttributesW = SetContextAttributesW,
	};

	return &table;
}

PSecurityFunctionTableA WINAPI InitSecurityInterfaceA(void)
{
	static SecurityFunctionTableA table = {
		.dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION,
		.EnumerateSecurityPackagesA = EnumerateSecurityPackagesA,
		.QueryCredentialsAttributesA = QueryCredentialsAttributesA,
		.AcquireCredentialsHandleA = AcquireCredentialsHandleA,
		.FreeCredentialsHandle = FreeCredentialsHandle,
		.InitializeSecurityContextA = InitializeSecurityContextA,
		.AcceptSecurityContext = AcceptSecurityContext,
		.CompleteAuthToken = CompleteAuthToken,
		.DeleteSecurityContext = DeleteSecurityContext,
		.ApplyControlToken = ApplyControlToken,
		.QueryContextAttributesA = QueryContextAttributesA,
		.ImpersonateSecurityContext = ImpersonateSecurityContext,
		.RevertSecurityContext = RevertSecurityContext,
		.MakeSignature = MakeSignature,
		.VerifySignature = VerifySignature,
		.FreeContextBuffer = FreeContextBuffer,
		.QuerySecurityPackageInfoA = QuerySecurityPackageInfoA,
		.ExportSecurityContext = ExportSecurityContext,
		.QuerySecurityContextToken = QuerySecurityContextToken,
		.EncryptMessage = EncryptMessage,
		.DecryptMessage = DecryptMessage,
		.SetContextAttributesA = SetContextAttributesA,
	};

	return &table;
}
