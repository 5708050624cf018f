/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PKCS#12: a certificate and its key into a file's bytes, and out of them. */
// link: -lcrypt32
#include <windows.h>

#include "check.h"
#include "schannel-cert.h"

/* The container that the import has made goes again. */
static void forget(PCCERT_CONTEXT c)
{
	BYTE room[2048];
	CRYPT_KEY_PROV_INFO *info = (void *)room;
	DWORD n = sizeof room;
	HCRYPTPROV prov;

	CHECK(CertGetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID,
						info, &n));
	CHECK(CryptAcquireContextW(&prov, info->pwszContainerName,
				   info->pwszProvName, info->dwProvType,
				   CRYPT_DELETEKEYSET));
}

int main(void)
{
	static BYTE bytes[8192];
	CRYPT_DATA_BLOB pfx = { 0, NULL }, none = { 5, (BYTE *)"hello" };
	HCERTSTORE store, other;
	WCHAR container[64];
	PCCERT_CONTEXT cert, c;
	HCRYPTPROV prov = 0;
	DWORD spec = 0, content = 0;
	BOOL release = FALSE;

	cert = cert_fresh("pfx", container);
	if (!cert)
		return check_done();
	store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	CHECK(CertAddCertificateContextToStore(store, cert,
					       CERT_STORE_ADD_ALWAYS, NULL));
	if (!PFXExportCertStoreEx(store, &pfx, L"secret", NULL,
				  EXPORT_PRIVATE_KEYS) &&
	    GetLastError() == ERROR_NOT_SUPPORTED) {
		puts("built without TLS");
		cert_drop(cert, container);
		return 0;
	}
	CHECK(pfx.cbData > 1000 && pfx.cbData <= sizeof bytes, "%lu",
	      pfx.cbData);
	pfx.cbData = sizeof bytes;
	pfx.pbData = bytes;
	CHECK(PFXExportCertStoreEx(store, &pfx, L"secret", NULL,
				   EXPORT_PRIVATE_KEYS),
	      "%#lx", GetLastError());
	CHECK(PFXIsPFXBlob(&pfx));
	CHECK(!PFXIsPFXBlob(&none));
	CHECK(CryptQueryObject(CERT_QUERY_OBJECT_BLOB, &pfx,
			       CERT_QUERY_CONTENT_FLAG_ALL,
			       CERT_QUERY_FORMAT_FLAG_ALL, 0, NULL, &content,
			       NULL, NULL, NULL, NULL));
	CHECK_EQ(content, CERT_QUERY_CONTENT_PFX);
	CHECK(PFXVerifyPassword(&pfx, L"secret", 0));
	CHECK(!PFXVerifyPassword(&pfx, L"wrong", 0));
	CHECK(!PFXImportCertStore(&pfx, L"wrong", 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PASSWORD);

	other = PFXImportCertStore(&pfx, L"secret", 0);
	CHECK(other, "%#lx", GetLastError());
	c = other ? CertEnumCertificatesInStore(other, NULL) : NULL;
	CHECK(c && c->cbCertEncoded == cert->cbCertEncoded &&
	      !memcmp(c->pbCertEncoded, cert->pbCertEncoded, c->cbCertEncoded));
	if (c) {
		HCRYPTKEY key = 0;
		DWORD n = 0;

		CHECK(CryptAcquireCertificatePrivateKey(c, 0, NULL, &prov,
							&spec, &release),
		      "%#lx", GetLastError());
		CHECK_EQ(spec, AT_KEYEXCHANGE);
		CHECK(CryptGetUserKey(prov, spec, &key));
		/* It was not said that it may be exported again. */
		CHECK(!CryptExportKey(key, 0, PRIVATEKEYBLOB, 0, NULL, &n));
		CryptDestroyKey(key);
		if (release)
			CryptReleaseContext(prov, 0);
		forget(c);
		CertFreeCertificateContext(c);
	}
	CertCloseStore(other, 0);
	CertCloseStore(store, 0);
	cert_drop(cert, container);
	return check_done();
}
