/* CNG's key storage: the software provider, in which this program keeps none.
 */
// link: -lncrypt
#include <windows.h>
#include <ncrypt.h>

#include "../lib/check.h"

static NCRYPT_PROV_HANDLE provider;

static void providers(void)
{
	NCryptProviderName *list = NULL;
	NCRYPT_PROV_HANDLE named;
	DWORD count = 0, found = 0;

	CHECK_EQ(NCryptOpenStorageProvider(NULL, NULL, 0),
		 NTE_INVALID_PARAMETER);
	CHECK_EQ(NCryptOpenStorageProvider(&provider, NULL, 0x8000000),
		 NTE_BAD_FLAGS);
	CHECK(NCryptOpenStorageProvider(&named, L"nobody's", 0) < 0,
	      "a provider that there is not");
	CHECK_EQ(NCryptOpenStorageProvider(&provider, NULL, 0), 0);
	CHECK_EQ(NCryptOpenStorageProvider(&named, MS_KEY_STORAGE_PROVIDER, 0),
		 0);
	CHECK_EQ(NCryptFreeObject(named), 0);
	CHECK_EQ(NCryptEnumStorageProviders(&count, &list, 0), 0);
	for (DWORD i = 0; i < count; i++)
		found += !wcscmp(list[i].pszName, MS_KEY_STORAGE_PROVIDER);
	CHECK_EQ(found, 1);
	CHECK_EQ(NCryptFreeBuffer(list), 0);
}

static void properties(void)
{
	WCHAR name[64];
	DWORD n = 0, value = 0;

	CHECK_EQ(NCryptGetProperty(provider, NCRYPT_NAME_PROPERTY, NULL, 0, &n,
				   0),
		 0);
	CHECK_EQ(n, sizeof MS_KEY_STORAGE_PROVIDER);
	CHECK_EQ(NCryptGetProperty(provider, NCRYPT_NAME_PROPERTY, (BYTE *)name,
				   4, &n, 0),
		 NTE_BUFFER_TOO_SMALL);
	CHECK_EQ(NCryptGetProperty(provider, NCRYPT_NAME_PROPERTY, (BYTE *)name,
				   sizeof name, &n, 0),
		 0);
	CHECK(!wcscmp(name, MS_KEY_STORAGE_PROVIDER), "%ls", name);
	CHECK_EQ(NCryptGetProperty(provider, NCRYPT_IMPL_TYPE_PROPERTY,
				   (BYTE *)&value, 4, &n, 0),
		 0);
	CHECK_EQ(value & NCRYPT_IMPL_SOFTWARE_FLAG, NCRYPT_IMPL_SOFTWARE_FLAG);
	CHECK_EQ(NCryptGetProperty(provider, L"none such", NULL, 0, &n, 0),
		 NTE_NOT_SUPPORTED);
	CHECK_EQ(NCryptGetProperty(0, NCRYPT_NAME_PROPERTY, NULL, 0, &n, 0),
		 NTE_INVALID_HANDLE);
}

static void keys(void)
{
	NCryptKeyName *name = NULL;
	NCRYPT_KEY_HANDLE key;
	BYTE byte[64] = { 0 };
	PVOID state = NULL;
	DWORD n;

	CHECK_EQ(NCryptOpenKey(provider, &key, L"run-foreign's, not there", 0,
			       NCRYPT_SILENT_FLAG),
		 NTE_BAD_KEYSET);
	CHECK_EQ(NCryptOpenKey(0, &key, L"x", 0, 0), NTE_INVALID_HANDLE);
	CHECK_EQ(NCryptOpenKey(provider, &key, NULL, 0, 0),
		 NTE_INVALID_PARAMETER);
	CHECK_EQ(NCryptIsAlgSupported(provider, L"none such", 0),
		 NTE_NOT_SUPPORTED);
	CHECK_EQ(NCryptCreatePersistedKey(provider, &key, L"none such", NULL, 0,
					  0),
		 NTE_NOT_SUPPORTED);
	CHECK_EQ(NCryptSignHash(0, NULL, byte, 20, byte, 64, &n, 0),
		 NTE_INVALID_HANDLE);
	CHECK_EQ(NCryptDecrypt(0, byte, 20, NULL, byte, 64, &n, 0),
		 NTE_INVALID_HANDLE);
	CHECK_EQ(NCryptIsKeyHandle(provider), FALSE);
	while (!NCryptEnumKeys(provider, NULL, &name, &state, 0))
		NCryptFreeBuffer(name);
	if (state)
		NCryptFreeBuffer(state);
}

int main(void)
{
	providers();
	properties();
	keys();
	CHECK_EQ(NCryptFreeObject(provider), 0);
	CHECK_EQ(NCryptFreeObject(0), NTE_INVALID_HANDLE);
	return check_done();
}
