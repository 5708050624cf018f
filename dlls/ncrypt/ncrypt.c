/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ncrypt.c - CNG's key storage: the software provider, in which no key is kept
 * and none can be made.  GnuTLS, and so whatever is linked with it, does not
 * start without these functions, though it calls them for keys of the system
 * ("system:...") only.
 */
#include "nt.h"
#include <ncrypt.h>

#define PROVIDER_MAGIC 0x4e637270u

struct provider {
	ULONG magic;
};

/* What is handed out as one block: the entry, then its texts. */
struct one_provider {
	NCryptProviderName entry;
	WCHAR name[ARRAYSIZE(MS_KEY_STORAGE_PROVIDER)];
	WCHAR comment[1];
};

static struct provider *provider_of(NCRYPT_HANDLE h)
{
	struct provider *p = (struct provider *)h;

	return h > 0xffff && p->magic == PROVIDER_MAGIC ? p : NULL;
}

SECURITY_STATUS WINAPI NCryptOpenStorageProvider(NCRYPT_PROV_HANDLE *out,
						 LPCWSTR name, DWORD flags)
{
	struct provider *p;

	if (!out)
		return NTE_INVALID_PARAMETER;
	if (flags & ~NCRYPT_SILENT_FLAG)
		return NTE_BAD_FLAGS;
	if (name && !lstrcmpiW(name, MS_PLATFORM_KEY_STORAGE_PROVIDER))
		return NTE_DEVICE_NOT_READY;
	if (name && lstrcmpiW(name, MS_KEY_STORAGE_PROVIDER))
		return NTE_NOT_FOUND;
	p = RtlAllocateHeap(rf_heap(), 0, sizeof *p);
	if (!p)
		return NTE_NO_MEMORY;
	p->magic = PROVIDER_MAGIC;
	*out = (NCRYPT_PROV_HANDLE)p;
	return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptEnumStorageProviders(DWORD *count,
						  NCryptProviderName **list,
						  DWORD flags)
{
	struct one_provider *p;

	if (!count || !list)
		return NTE_INVALID_PARAMETER;
	if (flags & ~NCRYPT_SILENT_FLAG)
		return NTE_BAD_FLAGS;
	p = RtlAllocateHeap(rf_heap(), 0, sizeof *p);
	if (!p)
		return NTE_NO_MEMORY;
	lstrcpyW(p->name, MS_KEY_STORAGE_PROVIDER);
	p->comment[0] = 0;
	p->entry = (NCryptProviderName){ p->name, p->comment };
	*count = 1;
	*list = &p->entry;
	return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptFreeBuffer(PVOID p)
{
	if (!p)
		return NTE_INVALID_PARAMETER;
	RtlFreeHeap(rf_heap(), 0, p);
	return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptFreeObject(NCRYPT_HANDLE h)
{
	struct provider *p = provider_of(h);

	if (!p)
		return NTE_INVALID_HANDLE;
	p->magic = 0;
	RtlFreeHeap(rf_heap(), 0, p);
	return ERROR_SUCCESS;
}

/* ---- what the provider has: nothing ---- */

SECURITY_STATUS WINAPI NCryptEnumAlgorithms(NCRYPT_PROV_HANDLE h,
					    DWORD operations, DWORD *count,
					    NCryptAlgorithmName **list,
					    DWORD flags)
{
	NCryptAlgorithmName *p;

	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!count || !list)
		return NTE_INVALID_PARAMETER;
	if (flags & ~NCRYPT_SILENT_FLAG)
		return NTE_BAD_FLAGS;
	p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *p);
	if (!p)
		return NTE_NO_MEMORY;
	*count = 0;
	*list = p;
	return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptIsAlgSupported(NCRYPT_PROV_HANDLE h, LPCWSTR name,
					    DWORD flags)
{
	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!name)
		return NTE_INVALID_PARAMETER;
	if (flags & ~NCRYPT_SILENT_FLAG)
		return NTE_BAD_FLAGS;
	return NTE_NOT_SUPPORTED;
}

SECURITY_STATUS WINAPI NCryptEnumKeys(NCRYPT_PROV_HANDLE h, LPCWSTR scope,
				      NCryptKeyName **name, PVOID *state,
				      DWORD flags)
{
	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!name || !state)
		return NTE_INVALID_PARAMETER;
	if (flags & ~(NCRYPT_SILENT_FLAG | NCRYPT_MACHINE_KEY_FLAG))
		return NTE_BAD_FLAGS;
	return NTE_NO_MORE_ITEMS;
}

SECURITY_STATUS WINAPI NCryptOpenKey(NCRYPT_PROV_HANDLE h,
				     NCRYPT_KEY_HANDLE *out, LPCWSTR name,
				     DWORD spec, DWORD flags)
{
	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!out || !name)
		return NTE_INVALID_PARAMETER;
	if (flags & ~(NCRYPT_SILENT_FLAG | NCRYPT_MACHINE_KEY_FLAG))
		return NTE_BAD_FLAGS;
	return NTE_BAD_KEYSET;
}

SECURITY_STATUS WINAPI NCryptCreatePersistedKey(NCRYPT_PROV_HANDLE h,
						NCRYPT_KEY_HANDLE *out,
						LPCWSTR algorithm, LPCWSTR name,
						DWORD spec, DWORD flags)
{
	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!out || !algorithm)
		return NTE_INVALID_PARAMETER;
	return NTE_NOT_SUPPORTED;
}

SECURITY_STATUS WINAPI NCryptImportKey(NCRYPT_PROV_HANDLE h,
				       NCRYPT_KEY_HANDLE with, LPCWSTR type,
				       NCryptBufferDesc *list,
				       NCRYPT_KEY_HANDLE *out, PBYTE from,
				       DWORD n, DWORD flags)
{
	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!out || !type || !from)
		return NTE_INVALID_PARAMETER;
	return NTE_NOT_SUPPORTED;
}

SECURITY_STATUS WINAPI NCryptTranslateHandle(NCRYPT_PROV_HANDLE *provider,
					     NCRYPT_KEY_HANDLE *key,
					     HCRYPTPROV from,
					     HCRYPTKEY from_key, DWORD spec,
					     DWORD flags)
{
	return key && (from || from_key) ? NTE_NOT_SUPPORTED
					 : NTE_INVALID_PARAMETER;
}

SECURITY_STATUS WINAPI NCryptNotifyChangeKey(NCRYPT_PROV_HANDLE h,
					     HANDLE *event, DWORD flags)
{
	return provider_of(h) ? NTE_NOT_SUPPORTED : NTE_INVALID_HANDLE;
}

/* ---- properties ---- */

SECURITY_STATUS WINAPI NCryptGetProperty(NCRYPT_HANDLE h, LPCWSTR name,
					 PBYTE out, DWORD size, DWORD *got,
					 DWORD flags)
{
	static const WCHAR provider[] = MS_KEY_STORAGE_PROVIDER;
	static const struct {
		const WCHAR *name;
		DWORD value;
	} numbers[] = {
		{ NCRYPT_IMPL_TYPE_PROPERTY, NCRYPT_IMPL_SOFTWARE_FLAG },
		{ NCRYPT_VERSION_PROPERTY, 0x10000 }, /* 1.0 */
		{ NCRYPT_MAX_NAME_LENGTH_PROPERTY, NCRYPT_MAX_KEY_NAME_LENGTH },
	};
	const void *value = NULL;
	DWORD n = 0;

	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	if (!name || !got)
		return NTE_INVALID_PARAMETER;
	if (!lstrcmpW(name, NCRYPT_NAME_PROPERTY)) {
		value = provider;
		n = sizeof provider;
	}
	for (ULONG i = 0; i < ARRAYSIZE(numbers); i++)
		if (!lstrcmpW(name, numbers[i].name)) {
			value = &numbers[i].value;
			n = sizeof numbers[i].value;
		}
	if (!value)
		return NTE_NOT_SUPPORTED;
	*got = n;
	if (!out)
		return ERROR_SUCCESS;
	if (size < n)
		return NTE_BUFFER_TOO_SMALL;
	memcpy(out, value, n);
	return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptSetProperty(NCRYPT_HANDLE h, LPCWSTR name,
					 PBYTE from, DWORD n, DWORD flags)
{
	if (!provider_of(h))
		return NTE_INVALID_HANDLE;
	return name ? NTE_NOT_SUPPORTED : NTE_INVALID_PARAMETER;
}

/* ---- keys: there are none, so no handle is one ---- */

BOOL WINAPI NCryptIsKeyHandle(NCRYPT_KEY_HANDLE h)
{
	return FALSE;
}

SECURITY_STATUS WINAPI NCryptFinalizeKey(NCRYPT_KEY_HANDLE h, DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptDeleteKey(NCRYPT_KEY_HANDLE h, DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptExportKey(NCRYPT_KEY_HANDLE h,
				       NCRYPT_KEY_HANDLE with, LPCWSTR type,
				       NCryptBufferDesc *list, PBYTE out,
				       DWORD size, DWORD *got, DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptEncrypt(NCRYPT_KEY_HANDLE h, PBYTE from, DWORD n,
				     VOID *padding, PBYTE out, DWORD size,
				     DWORD *got, DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptDecrypt(NCRYPT_KEY_HANDLE h, PBYTE from, DWORD n,
				     VOID *padding, PBYTE out, DWORD size,
				     DWORD *got, DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptSignHash(NCRYPT_KEY_HANDLE h, VOID *padding,
				      PBYTE hash, DWORD n, PBYTE out,
				      DWORD size, DWORD *got, DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptVerifySignature(NCRYPT_KEY_HANDLE h, VOID *padding,
					     PBYTE hash, DWORD n,
					     PBYTE signature, DWORD size,
					     DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptSecretAgreement(NCRYPT_KEY_HANDLE ours,
					     NCRYPT_KEY_HANDLE theirs,
					     NCRYPT_SECRET_HANDLE *out,
					     DWORD flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptDeriveKey(NCRYPT_SECRET_HANDLE h, LPCWSTR kind,
				       NCryptBufferDesc *list, PBYTE out,
				       DWORD size, DWORD *got, ULONG flags)
{
	return NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI NCryptKeyDerivation(NCRYPT_KEY_HANDLE h,
					   NCryptBufferDesc *list, PUCHAR out,
					   DWORD size, DWORD *got, ULONG flags)
{
	return NTE_INVALID_HANDLE;
}
