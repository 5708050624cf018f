/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pfx.c - PKCS#12 files into stores and out of them: the host takes them apart
 * and makes them.  A key that comes goes into a container of its own, as on
 * Windows.
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

/* ---- out of stores ---- */

/*
 * The key of c, if it has one and that may be exported.  FALSE: it may not, and
 * the caller wants to hear of it.
 */
static BOOL add_key(struct request *r, PCCERT_CONTEXT c, DWORD flags,
		    BOOL *some)
{
	HCRYPTPROV prov;
	HCRYPTKEY pair = 0;
	DWORD spec, n = 0;
	BYTE *blob = NULL;
	BOOL release, ok;

	if (!CryptAcquireCertificatePrivateKey(c, 0, NULL, &prov, &spec,
					       &release))
		return !(flags & REPORT_NO_PRIVATE_KEY);
	ok = CryptGetUserKey(prov, spec, &pair) &&
	     CryptExportKey(pair, 0, PRIVATEKEYBLOB, 0, NULL, &n);
	if (ok)
		blob = RtlAllocateHeap(rf_heap(), 0, n);
	ok = blob && CryptExportKey(pair, 0, PRIVATEKEYBLOB, 0, blob, &n);
	if (ok)
		request_item(r, RF_TLS_KEY, blob + sizeof(BLOBHEADER),
			     n - sizeof(BLOBHEADER));
	*some |= ok;
	if (blob)
		RtlSecureZeroMemory(blob, n);
	RtlFreeHeap(rf_heap(), 0, blob);
	if (pair)
		CryptDestroyKey(pair);
	if (release)
		CryptReleaseContext(prov, 0);
	return ok || !(flags & REPORT_NOT_ABLE_TO_EXPORT_PRIVATE_KEY);
}

/* One key, as a file has that OpenSSL makes; the first that is found. */
static BOOL add_all(struct request *r, HCERTSTORE store, DWORD flags)
{
	PCCERT_CONTEXT c = NULL;
	BOOL some = FALSE;

	while ((c = CertEnumCertificatesInStore(store, c))) {
		request_item(r, RF_TLS_CERT, c->pbCertEncoded,
			     c->cbCertEncoded);
		if (flags & EXPORT_PRIVATE_KEYS && !some &&
		    !add_key(r, c, flags, &some)) {
			CertFreeCertificateContext(c);
			return FALSE;
		}
	}
	return TRUE;
}

BOOL WINAPI PFXExportCertStoreEx(HCERTSTORE store, CRYPT_DATA_BLOB *pfx,
				 LPCWSTR password, void *parameters,
				 DWORD flags)
{
	struct request r;
	struct answer a;
	HANDLE h;
	BOOL ok;

	if (!pfx)
		return cert_fail((DWORD)E_INVALIDARG);
	request_begin(&r, RF_TLS_WRITE_PFX, 0, 0);
	if (!add_password(&r, password) || !add_all(&r, store, flags)) {
		request_end(&r);
		return FALSE;
	}
	if (host_open(&h)) {
		request_end(&r);
		return cert_fail(ERROR_NOT_SUPPORTED);
	}
	ok = host_call(h, &r, &a, 256 << 10) == SEC_E_OK ||
	     cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	NtClose(h);
	if (ok && a.head.state != RF_TLS_OK)
		ok = cert_fail((DWORD)NTE_FAIL);
	ok = ok && cert_give(a.data, a.n, pfx->pbData, &pfx->cbData);
	host_free(&a);
	return ok;
}

BOOL WINAPI PFXExportCertStore(HCERTSTORE store, CRYPT_DATA_BLOB *pfx,
			       LPCWSTR password, DWORD flags)
{
	return PFXExportCertStoreEx(store, pfx, password, NULL, flags);
}
