/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * query.c - CryptQueryObject: what a file or some bytes are.
 *
 * Certificates and PKCS#12 files are known; lists and messages are not.
 */
#include "cert.h"

struct bytes {
	BYTE *p;
	DWORD n;
};

static BOOL read_file(const WCHAR *path, struct bytes *to)
{
	enum { MOST = 16 << 20 };
	HANDLE h = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);
	LARGE_INTEGER size;
	BOOL ok = FALSE;

	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	if (!GetFileSizeEx(h, &size)) {
	} else if (size.QuadPart > MOST) {
		SetLastError(ERROR_FILE_TOO_LARGE);
	} else {
		to->p = RtlAllocateHeap(rf_heap(), 0,
					(SIZE_T)size.QuadPart + 1);
		if (!to->p)
			SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		else
			ok = ReadFile(h, to->p, (DWORD)size.QuadPart, &to->n,
				      NULL);
	}
	NtClose(h);
	return ok;
}

/* The bytes that text of base 64 stands for, with or without headers. */
static BOOL from_text(const struct bytes *text, struct bytes *to)
{
	DWORD n = 0;

	if (!text->n || !CryptStringToBinaryA((char *)text->p, text->n,
					      CRYPT_STRING_BASE64_ANY, NULL, &n,
					      NULL, NULL))
		return FALSE;
	to->p = RtlAllocateHeap(rf_heap(), 0, n + 1);
	to->n = n;
	return to->p && CryptStringToBinaryA((char *)text->p, text->n,
					     CRYPT_STRING_BASE64_ANY, to->p,
					     &to->n, NULL, NULL);
}

/* PFX ::= SEQUENCE { version INTEGER (3), authSafe ContentInfo, ... } */
static BOOL is_pfx(const struct bytes *b)
{
	static const BYTE version[] = { 2, 1, 3, 0x30 };
	DWORD head;

	if (b->n < 8 || b->p[0] != 0x30)
		return FALSE;
	head = b->p[1] < 0x80 ? 2 : 2u + (b->p[1] & 0x7f);
	return head <= 6 && b->n - head >= sizeof version &&
	       !memcmp(b->p + head, version, sizeof version);
}

struct found {
	DWORD content;
	HCERTSTORE store;
	PCCERT_CONTEXT cert;
};

static BOOL look(const struct bytes *b, DWORD wanted, struct found *f)
{
	if (wanted & CERT_QUERY_CONTENT_FLAG_CERT) {
		f->store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
		if (f->store && CertAddEncodedCertificateToStore(
					f->store, X509_ASN_ENCODING, b->p, b->n,
					CERT_STORE_ADD_ALWAYS, &f->cert)) {
			f->content = CERT_QUERY_CONTENT_CERT;
			return TRUE;
		}
		CertCloseStore(f->store, 0);
		f->store = NULL;
	}
	if (wanted & CERT_QUERY_CONTENT_FLAG_PFX && is_pfx(b)) {
		f->content = CERT_QUERY_CONTENT_PFX;
		return TRUE;
	}
	return FALSE;
}

static void give(DWORD *to, DWORD value)
{
	if (to)
		*to = value;
}

BOOL WINAPI CryptQueryObject(DWORD kind, const void *object, DWORD contents,
			     DWORD formats, DWORD flags, DWORD *encoding,
			     DWORD *content, DWORD *format, HCERTSTORE *store,
			     HCRYPTMSG *message, const void **context)
{
	const CERT_BLOB *blob = object;
	struct bytes file = { NULL, 0 }, text = { NULL, 0 }, all;
	struct found f = { 0 };
	DWORD how = 0;

	if (store)
		*store = NULL;
	if (message)
		*message = NULL;
	if (context)
		*context = NULL;
	if (!object ||
	    (kind != CERT_QUERY_OBJECT_FILE && kind != CERT_QUERY_OBJECT_BLOB))
		return cert_fail((DWORD)E_INVALIDARG);
	if (kind == CERT_QUERY_OBJECT_FILE && !read_file(object, &file)) {
		RtlFreeHeap(rf_heap(), 0, file.p);
		return FALSE;
	}
	all = kind == CERT_QUERY_OBJECT_FILE
		      ? file
		      : (struct bytes){ blob->pbData, blob->cbData };
	if (formats & CERT_QUERY_FORMAT_FLAG_BINARY && look(&all, contents, &f))
		how = CERT_QUERY_FORMAT_BINARY;
	else if (formats & CERT_QUERY_FORMAT_FLAG_BASE64_ENCODED &&
		 from_text(&all, &text) && look(&text, contents, &f))
		how = CERT_QUERY_FORMAT_BASE64_ENCODED;
	RtlFreeHeap(rf_heap(), 0, file.p);
	RtlFreeHeap(rf_heap(), 0, text.p);
	if (!how)
		return cert_fail((DWORD)CRYPT_E_NO_MATCH);
	give(encoding, X509_ASN_ENCODING | PKCS_7_ASN_ENCODING);
	give(content, f.content);
	give(format, how);
	if (context)
		*context = f.cert;
	else if (f.cert)
		CertFreeCertificateContext(f.cert);
	if (store)
		*store = f.store;
	else
		CertCloseStore(f.store, 0);
	return TRUE;
}
