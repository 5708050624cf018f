/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sspi-table.c - the interface as tables of functions. */
#include "tls.h"

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
		/* where they were before they had names */
		.Reserved3 = EncryptMessage,
		.Reserved4 = DecryptMessage,
		.QueryContextAttributesExW = QueryContextAttributesExW,
		.ImportSecurityContextW = ImportSecurityContextW,
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
		/* where they were before they had names */
		.Reserved3 = EncryptMessage,
		.Reserved4 = DecryptMessage,
		.QueryContextAttributesExA = QueryContextAttributesExA,
		.ImportSecurityContextA = ImportSecurityContextA,
	};

	return &table;
}
