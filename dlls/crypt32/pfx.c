/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pfx.c - PKCS#12 files into stores: the host takes them apart, and the key
 * goes into a container of its own, as on Windows.
 */
#include "cert.h"

#include "rf-host-tls.h"

/* The password as UTF-8; NULL stays none. */
static BOOL add_password(struct request *r, const WCHAR *password)
{
	char text[3 * 256];
	int n;

	if (!password)
		return TRUE;
	n = WideCharToMultiByte(CP_UTF8, 0, password, -1, text, sizeof text,
				NULL, NULL);
	if (n <= 0)
		return FALSE;
	request_item(r, RF_TLS_PASSWORD, text, (ULONG)n - 1);
	RtlSecureZeroMemory(text, sizeof text);
	return !r->lost;
}

/* Asks; the last error says what is wrong with the file or its password. */
static BOOL ask(const CRYPT_DATA_BLOB *pfx, const WCHAR *password,
		struct answer *a)
{
	struct request r;
	HANDLE h;
	LONG status;

	memset(a, 0, sizeof *a);
	request_begin(&r, RF_TLS_READ_PFX, 0, 0);
	request_item(&r, RF_TLS_PFX, pfx->pbData, pfx->cbData);
	if (!add_password(&r, password)) {
		request_end(&r);
		return cert_fail((DWORD)E_INVALIDARG);
	}
	status = host_open(&h);
	if (status) {
		request_end(&r);
		return cert_fail(ERROR_NOT_SUPPORTED);
	}
	status = host_call(h, &r, a, 256 << 10);
	NtClose(h);
	if (status)
		return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	if (a->head.state == RF_TLS_OK)
		return TRUE;
	return cert_fail(
		a->head.reason == RF_TLS_BAD_PASSWORD ? ERROR_INVALID_PASSWORD
		: a->head.reason == RF_TLS_BAD_FILE ? (DWORD)CRYPT_E_BAD_ENCODE
						    : (DWORD)NTE_NOT_SUPPORTED);
}

/* A name that nobody has: {xxxxxxxx-xxxx-...}. */
static BOOL new_name(WCHAR name[40])
{
	UNICODE_STRING s;
	GUID id;

	if (!rf_gen_random(&id, sizeof id) ||
	    !NT_SUCCESS(RtlStringFromGUID(&id, &s)))
		return FALSE;
	lstrcpynW(name, s.Buffer, 40);
	RtlFreeUnicodeString(&s);
	return TRUE;
}

/* The key into a container, whose name the certificate is told. */
static BOOL keep_key(PCCERT_CONTEXT c, const BYTE *key, ULONG n, DWORD flags)
{
	const BLOBHEADER head = { PRIVATEKEYBLOB, CUR_BLOB_VERSION, 0,
				  CALG_RSA_KEYX };
	BOOL machine = !!(flags & CRYPT_MACHINE_KEYSET), ok;
	WCHAR name[40];
	CRYPT_KEY_PROV_INFO info = {
		.pwszContainerName = name,
		.pwszProvName = (WCHAR *)MS_ENH_RSA_AES_PROV_W,
		.dwProvType = PROV_RSA_AES,
		.dwFlags = machine ? CRYPT_MACHINE_KEYSET : 0,
		.dwKeySpec = AT_KEYEXCHANGE,
	};
	BYTE *blob = RtlAllocateHeap(rf_heap(), 0, sizeof head + n);
	HCRYPTPROV prov;
	HCRYPTKEY pair;

	if (!blob)
		return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	memcpy(blob, &head, sizeof head);
	memcpy(blob + sizeof head, key, n);
	ok = new_name(name) &&
	     CryptAcquireContextW(&prov, name, info.pwszProvName, PROV_RSA_AES,
				  CRYPT_NEWKEYSET | info.dwFlags);
	if (ok) {
		ok = CryptImportKey(prov, blob, sizeof head + n, 0,
				    flags & CRYPT_EXPORTABLE, &pair);
		if (ok)
			CryptDestroyKey(pair);
		CryptReleaseContext(prov, 0);
		ok = ok && CertSetCertificateContextProperty(
				   c, CERT_KEY_PROV_INFO_PROP_ID, 0, &info);
		if (!ok)
			CryptAcquireContextW(&prov, name, info.pwszProvName,
					     PROV_RSA_AES,
					     CRYPT_DELETEKEYSET | info.dwFlags);
	}
	RtlSecureZeroMemory(blob, sizeof head + n);
	RtlFreeHeap(rf_heap(), 0, blob);
	return ok;
}

static BOOL set_name(PCCERT_CONTEXT c, const BYTE *text, ULONG n)
{
	WCHAR wide[256];
	int len = MultiByteToWideChar(CP_UTF8, 0, (const char *)text, (int)n,
				      wide, ARRAYSIZE(wide) - 1);
	CRYPT_DATA_BLOB blob = { 0, (BYTE *)wide };

	if (len <= 0)
		return TRUE;
	wide[len] = 0;
	blob.cbData = (DWORD)((len + 1) * sizeof *wide);
	return CertSetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID,
						 0, &blob);
}

static BOOL fill(HCERTSTORE store, const struct answer *a, DWORD flags)
{
	PCCERT_CONTEXT last = NULL;
	const BYTE *data;
	ULONG at = 0, kind, n;
	BOOL ok = TRUE;

	while (ok && host_item(a, &at, &kind, &data, &n)) {
		if (kind == RF_TLS_CERT) {
			if (last)
				CertFreeCertificateContext(last);
			last = NULL;
			ok = CertAddEncodedCertificateToStore(
				store, X509_ASN_ENCODING, data, n,
				CERT_STORE_ADD_ALWAYS, &last);
		} else if (last && kind == RF_TLS_KEY) {
			ok = keep_key(last, data, n, flags);
		} else if (last && kind == RF_TLS_FRIENDLY) {
			ok = set_name(last, data, n);
		}
	}
	if (last)
		CertFreeCertificateContext(last);
	return ok;
}

HCERTSTORE WINAPI PFXImportCertStore(CRYPT_DATA_BLOB *pfx, LPCWSTR password,
				     DWORD flags)
{
	HCERTSTORE store;
	struct answer a;

	if (!pfx || !pfx->pbData) {
		SetLastError((DWORD)E_INVALIDARG);
		return NULL;
	}
	if (!ask(pfx, password, &a)) {
		host_free(&a);
		return NULL;
	}
	store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	if (store && !fill(store, &a, flags)) {
		CertCloseStore(store, 0);
		store = NULL;
	}
	host_free(&a);
	return store;
}

BOOL WINAPI PFXIsPFXBlob(CRYPT_DATA_BLOB *pfx)
{
	DWORD content;

	return pfx && CryptQueryObject(CERT_QUERY_OBJECT_BLOB, pfx,
				       CERT_QUERY_CONTENT_FLAG_PFX,
				       CERT_QUERY_FORMAT_FLAG_BINARY, 0, NULL,
				       &content, NULL, NULL, NULL, NULL);
}

BOOL WINAPI PFXVerifyPassword(CRYPT_DATA_BLOB *pfx, LPCWSTR password,
			      DWORD flags)
{
	struct answer a;
	BOOL ok;

	if (!pfx || !pfx->pbData)
		return cert_fail((DWORD)E_INVALIDARG);
	ok = ask(pfx, password, &a);
	host_free(&a);
	return ok;
}
