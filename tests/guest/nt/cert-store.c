/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates: their fields, stores, what they are good for. */
// link: -lcrypt32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <wincrypt.h>
#include <string.h>

#include "check.h"

/* Made for this test, signed by its own key. */
static const BYTE der[] = {
	0x30, 0x82, 0x02, 0x03, 0x30, 0x82, 0x01, 0x6c, 0xa0, 0x03, 0x02, 0x01,
	0x02, 0x02, 0x03, 0x10, 0x20, 0x30, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
	0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00, 0x30, 0x1c, 0x31,
	0x1a, 0x30, 0x18, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x11, 0x72, 0x75,
	0x6e, 0x2d, 0x66, 0x6f, 0x72, 0x65, 0x69, 0x67, 0x6e, 0x73, 0x20, 0x74,
	0x65, 0x73, 0x74, 0x30, 0x20, 0x17, 0x0d, 0x32, 0x30, 0x30, 0x31, 0x30,
	0x32, 0x30, 0x33, 0x30, 0x34, 0x30, 0x35, 0x5a, 0x18, 0x0f, 0x32, 0x30,
	0x35, 0x31, 0x30, 0x34, 0x30, 0x35, 0x30, 0x36, 0x30, 0x37, 0x30, 0x37,
	0x5a, 0x30, 0x1c, 0x31, 0x1a, 0x30, 0x18, 0x06, 0x03, 0x55, 0x04, 0x03,
	0x0c, 0x11, 0x72, 0x75, 0x6e, 0x2d, 0x66, 0x6f, 0x72, 0x65, 0x69, 0x67,
	0x6e, 0x73, 0x20, 0x74, 0x65, 0x73, 0x74, 0x30, 0x81, 0x9f, 0x30, 0x0d,
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
	0x00, 0x03, 0x81, 0x8d, 0x00, 0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00,
	0xdc, 0xa1, 0xda, 0x75, 0x08, 0x62, 0x86, 0x46, 0x84, 0x58, 0x4f, 0xe8,
	0x91, 0x7b, 0x7a, 0x2f, 0xf6, 0x0b, 0x55, 0xf9, 0x56, 0xfc, 0x2c, 0x01,
	0x9b, 0x32, 0x7a, 0x5f, 0xa8, 0x25, 0xf6, 0x4a, 0xbe, 0x3b, 0x15, 0x38,
	0x26, 0xb2, 0x7f, 0x16, 0x7b, 0xf8, 0x79, 0x28, 0xfc, 0xaa, 0xfb, 0x39,
	0x28, 0x76, 0xa8, 0x2e, 0x6a, 0x2d, 0xdf, 0xef, 0xb5, 0x59, 0x77, 0xe5,
	0x7b, 0x78, 0xd4, 0xe9, 0x47, 0xfe, 0x97, 0x38, 0xf3, 0x15, 0xc7, 0x2b,
	0x61, 0x63, 0x7d, 0x72, 0xf2, 0x09, 0x56, 0x9c, 0x2e, 0xec, 0x2c, 0xad,
	0xb5, 0xd3, 0xc3, 0x36, 0xa2, 0x53, 0xc7, 0x74, 0x22, 0x71, 0xf7, 0xc5,
	0x70, 0x7a, 0x8d, 0x62, 0xba, 0x3d, 0xbd, 0xc9, 0x75, 0x65, 0x4d, 0x17,
	0x29, 0xc4, 0xf1, 0xde, 0x45, 0x3c, 0x8a, 0xc5, 0x0e, 0xe3, 0x79, 0xc4,
	0xc0, 0x98, 0x45, 0x30, 0x57, 0x3c, 0xe5, 0x99, 0x02, 0x03, 0x01, 0x00,
	0x01, 0xa3, 0x51, 0x30, 0x4f, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x13,
	0x01, 0x01, 0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff, 0x30, 0x1d,
	0x06, 0x03, 0x55, 0x1d, 0x25, 0x04, 0x16, 0x30, 0x14, 0x06, 0x08, 0x2b,
	0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01, 0x06, 0x08, 0x2b, 0x06, 0x01,
	0x05, 0x05, 0x07, 0x03, 0x02, 0x30, 0x1d, 0x06, 0x03, 0x55, 0x1d, 0x0e,
	0x04, 0x16, 0x04, 0x14, 0xfa, 0xfe, 0xa6, 0x18, 0x66, 0xc2, 0xfe, 0x43,
	0x54, 0xc6, 0x19, 0xc1, 0x96, 0x5e, 0x8a, 0x9c, 0x6a, 0x7c, 0x09, 0xb8,
	0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
	0x0b, 0x05, 0x00, 0x03, 0x81, 0x81, 0x00, 0xa7, 0xc0, 0x81, 0xcf, 0x17,
	0xfb, 0x7c, 0x76, 0x35, 0xce, 0xbf, 0xa1, 0x2f, 0xca, 0xd4, 0xa7, 0x89,
	0x25, 0xfe, 0xa2, 0x50, 0x25, 0x44, 0xd9, 0x63, 0x9b, 0x7c, 0x86, 0x35,
	0x10, 0x50, 0xe3, 0xa4, 0x21, 0x88, 0xc6, 0xba, 0x1a, 0x86, 0xc9, 0x58,
	0xe6, 0x14, 0x02, 0x17, 0xb2, 0x7c, 0x63, 0x98, 0xd6, 0xcc, 0xd1, 0x58,
	0xb0, 0xcd, 0xda, 0xa0, 0x7b, 0x51, 0xe5, 0xfc, 0x04, 0x30, 0x28, 0xad,
	0xf3, 0xa9, 0x46, 0x7c, 0x0d, 0x9b, 0x70, 0xb8, 0x6b, 0x07, 0x69, 0x52,
	0x0a, 0x52, 0x78, 0xe6, 0x64, 0x0a, 0x5f, 0x20, 0xb5, 0xc0, 0x58, 0x3d,
	0x94, 0x85, 0x6e, 0xa5, 0xba, 0x98, 0xea, 0x8b, 0x13, 0x41, 0xf9, 0xf6,
	0x2a, 0x5e, 0xda, 0x24, 0x7b, 0x5b, 0xd2, 0xcb, 0x70, 0x17, 0xaa, 0x60,
	0x14, 0x31, 0x25, 0x99, 0x86, 0x95, 0xfa, 0xda, 0xf2, 0x50, 0xce, 0x80,
	0x15, 0x0d, 0x7a,
};
static const BYTE sha1[] = {
	0x18, 0x03, 0xd3, 0x14, 0xd5, 0x84, 0x4a, 0x82, 0x07, 0x40, 0x5e, 0x84,
	0xdc, 0xcd, 0x1f, 0xb1, 0x12, 0xdf, 0x6f, 0xd9,
};

static PCCERT_CONTEXT fields(void)
{
	static const BYTE serial[] = { 0x30, 0x20, 0x10 };
	PCCERT_CONTEXT c = CertCreateCertificateContext(X509_ASN_ENCODING, der,
							sizeof der);
	CERT_INFO *info;
	SYSTEMTIME t;
	char room[200];
	CERT_ENHKEY_USAGE *usage = (void *)room;
	DWORD n = sizeof room;
	FILETIME when;
	BYTE hash[20];

	CHECK(c != NULL, "%#lx", GetLastError());
	if (!c)
		return NULL;
	info = c->pCertInfo;
	CHECK_EQ(info->dwVersion, 2);
	CHECK_EQ(info->SerialNumber.cbData, sizeof serial);
	/* little endian */
	CHECK(!memcmp(info->SerialNumber.pbData, serial, sizeof serial));
	CHECK(!strcmp(info->SignatureAlgorithm.pszObjId,
		      "1.2.840.113549.1.1.11"));
	CHECK(!strcmp(info->SubjectPublicKeyInfo.Algorithm.pszObjId,
		      "1.2.840.113549.1.1.1"));
	FileTimeToSystemTime(&info->NotBefore, &t);
	CHECK(t.wYear == 2020 && t.wMonth == 1 && t.wDay == 2 && t.wHour == 3);
	FileTimeToSystemTime(&info->NotAfter, &t);
	CHECK(t.wYear == 2051 && t.wMonth == 4 && t.wSecond == 7, "%d %d",
	      t.wYear, t.wSecond);
	CHECK(CertCompareCertificateName(X509_ASN_ENCODING, &info->Issuer,
					 &info->Subject));
	CHECK(CertFindExtension(szOID_BASIC_CONSTRAINTS2, info->cExtension,
				info->rgExtension)
		      ->fCritical);
	CHECK(!CertFindExtension("1.2.3", info->cExtension,
				 info->rgExtension));
	CHECK(CertGetEnhancedKeyUsage(c, 0, usage, &n));
	CHECK_EQ(usage->cUsageIdentifier, 2);
	CHECK(!strcmp(usage->rgpszUsageIdentifier[0], szOID_PKIX_KP_SERVER_AUTH));
	CHECK(!strcmp(usage->rgpszUsageIdentifier[1], szOID_PKIX_KP_CLIENT_AUTH));
	CHECK_EQ(CertVerifyTimeValidity(NULL, info), 0);
	when = info->NotAfter;
	when.dwHighDateTime++;
	CHECK_EQ(CertVerifyTimeValidity(&when, info), 1);
	when = info->NotBefore;
	when.dwHighDateTime--;
	CHECK_EQ(CertVerifyTimeValidity(&when, info), -1);
	n = sizeof hash;
	CHECK(CertGetCertificateContextProperty(c, CERT_SHA1_HASH_PROP_ID, hash,
						&n));
	CHECK(n == 20 && !memcmp(hash, sha1, 20));
	return c;
}

static void damaged(void)
{
	BYTE copy[sizeof der];

	/* No length and no byte that is wrong is read beyond the end. */
	for (DWORD n = 0; n < sizeof der; n++)
		CHECK(!CertCreateCertificateContext(X509_ASN_ENCODING, der, n));
	for (DWORD i = 0; i < sizeof der; i++) {
		PCCERT_CONTEXT c;

		memcpy(copy, der, sizeof der);
		copy[i] ^= 0x80;
		c = CertCreateCertificateContext(X509_ASN_ENCODING, copy,
						 sizeof der);
		if (c)
			CertFreeCertificateContext(c);
	}
}

/* A tag and a length of two bytes before n bytes that follow. */
static BYTE *head(BYTE *to, BYTE tag, DWORD n)
{
	const BYTE h[] = { tag, 0x82, (BYTE)(n >> 8), (BYTE)n };

	memcpy(to, h, sizeof h);
	return to + sizeof h;
}

/* With n extensions that are one's bytes. */
static PCCERT_CONTEXT with_extensions(const BYTE *one, DWORD size, DWORD n)
{
	enum { FIELDS = 8, EXTENSIONS = 289, SIGNED = 372, HEAD = 4 };
	static BYTE made[sizeof der + 16000];
	const DWORD list = n * size;
	const DWORD fields = EXTENSIONS - FIELDS + 2 * HEAD + list;
	BYTE *p = head(made, 0x30, HEAD + fields + sizeof der - SIGNED);

	p = head(p, 0x30, fields);
	memcpy(p, der + FIELDS, EXTENSIONS - FIELDS);
	p = head(p + EXTENSIONS - FIELDS, 0xa3, HEAD + list);
	p = head(p, 0x30, list);
	for (DWORD i = 0; i < n; i++, p += size)
		memcpy(p, one, size);
	memcpy(p, der + SIGNED, sizeof der - SIGNED);
	p += sizeof der - SIGNED;
	return CertCreateCertificateContext(X509_ASN_ENCODING, made,
					    (DWORD)(p - made));
}

/* As many as there can be, each as small as it can be. */
static void small_extensions(void)
{
	enum { N = 2000 };
	static const BYTE least[] = { 0x30, 5, 6, 1, 0x2a, 4, 0 };
	static const BYTE nothing[] = { 0x30, 4, 6, 0, 4, 0 };
	static const BYTE endless[] = { 0x30, 6, 6, 2, 0x2a, 0x81, 4, 0 };
	static const BYTE padded[] = { 0x30, 7, 6, 3, 0x2a, 0x80, 1, 4, 0 };
	PCCERT_CONTEXT c = with_extensions(least, sizeof least, N);
	const CERT_INFO *info = c ? c->pCertInfo : NULL;
	DWORD right = 0;

	CHECK(info != NULL, "%#lx", GetLastError());
	if (!info)
		return;
	CHECK_EQ(info->cExtension, N);
	for (DWORD i = 0; i < info->cExtension; i++) {
		const CERT_EXTENSION *e = &info->rgExtension[i];

		right += !strcmp(e->pszObjId, "1.2") && !e->fCritical &&
			 !e->Value.cbData;
	}
	CHECK_EQ(right, N);
	CHECK(!strcmp(info->SubjectPublicKeyInfo.Algorithm.pszObjId,
		      szOID_RSA_RSA));
	CertFreeCertificateContext(c);
	/* Identifiers that are none. */
	CHECK(!with_extensions(nothing, sizeof nothing, 1));
	CHECK(!with_extensions(endless, sizeof endless, 1));
	CHECK(!with_extensions(padded, sizeof padded, 1));
}

static int count(HCERTSTORE s)
{
	PCCERT_CONTEXT c = NULL;
	int n = 0;

	while ((c = CertEnumCertificatesInStore(s, c)) != NULL)
		n++;
	CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_NOT_FOUND);
	return n;
}

/* GnuTLS asks for the first by its name, and does not start without it. */
static void no_lists(HCERTSTORE s)
{
	HMODULE m = GetModuleHandleA("crypt32");

	CHECK(GetProcAddress(m, "CertEnumCRLsInStore") != NULL);
	SetLastError(0);
	CHECK(!CertEnumCRLsInStore(s, NULL));
	CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_NOT_FOUND);
	SetLastError(0);
	CHECK(!CertFindCRLInStore(s, X509_ASN_ENCODING, 0, CRL_FIND_ANY, NULL,
				  NULL));
	CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_NOT_FOUND);
	CHECK(CertFreeCRLContext(NULL));
	CHECK(!CertDuplicateCRLContext(NULL));
}

static void stores(PCCERT_CONTEXT c)
{
	HCERTSTORE s = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	HCERTSTORE all = CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0, 0,
				       NULL);
	CRYPT_HASH_BLOB hash = { 20, (BYTE *)sha1 };
	PCCERT_CONTEXT found;

	CHECK_EQ(count(s), 0);
	no_lists(s);
	CHECK(CertAddCertificateContextToStore(s, c, CERT_STORE_ADD_NEW, NULL));
	CHECK(!CertAddCertificateContextToStore(s, c, CERT_STORE_ADD_NEW,
						NULL));
	CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_EXISTS);
	CHECK(CertAddCertificateContextToStore(
		s, c, CERT_STORE_ADD_REPLACE_EXISTING, NULL));
	CHECK_EQ(count(s), 1);
	CHECK(CertAddStoreToCollection(all, s, 0, 0));
	CHECK_EQ(count(all), 1);
	found = CertFindCertificateInStore(all, X509_ASN_ENCODING, 0,
					   CERT_FIND_SHA1_HASH, &hash, NULL);
	CHECK(found && found->hCertStore == s);
	CHECK(CertFindCertificateInStore(all, X509_ASN_ENCODING, 0,
					 CERT_FIND_SHA1_HASH, &hash, found) ==
	      NULL);
	found = CertFindCertificateInStore(s, X509_ASN_ENCODING, 0,
					   CERT_FIND_EXISTING, c, NULL);
	CHECK(found != NULL);
	CHECK(CertDeleteCertificateFromStore(found));
	CHECK_EQ(count(all), 0);
	CHECK(CertCloseStore(all, 0));
	CHECK(CertCloseStore(s, 0));
}

static HCERTSTORE system_store(const WCHAR *name, DWORD flags)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, name);
}

/* What one adds to the system's stores others find there. */
static void system_stores(PCCERT_CONTEXT c)
{
	enum {
		USER = CERT_SYSTEM_STORE_CURRENT_USER,
		MACHINE = CERT_SYSTEM_STORE_LOCAL_MACHINE,
	};
	HCERTSTORE s, other, my;
	WCHAR name[64];

	wsprintfW(name, L"rf-test-%lu", GetCurrentProcessId());
	CHECK(!system_store(name, USER | CERT_STORE_OPEN_EXISTING_FLAG));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	s = system_store(name, USER);
	CHECK(s != NULL, "%#lx", GetLastError());
	CHECK(!system_store(name, USER | CERT_STORE_CREATE_NEW_FLAG));
	CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);
	CHECK_EQ(count(s), 0);
	CHECK(CertAddCertificateContextToStore(s, c, CERT_STORE_ADD_NEW, NULL));
	CHECK(CertCloseStore(s, 0));
	other = system_store(name, USER | CERT_STORE_OPEN_EXISTING_FLAG);
	CHECK_EQ(count(other), 1);
	CHECK(CertCloseStore(other, 0));
	SetLastError(1);
	CHECK(!system_store(name, USER | CERT_STORE_DELETE_FLAG));
	CHECK_EQ(GetLastError(), 0);
	CHECK(!system_store(name, USER | CERT_STORE_OPEN_EXISTING_FLAG));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	other = system_store(name, USER | CERT_STORE_CREATE_NEW_FLAG);
	CHECK_EQ(count(other), 0);
	CHECK(CertCloseStore(other, 0));
	CHECK(!system_store(name, USER | CERT_STORE_DELETE_FLAG));

	/* A user's own certificates are not the machine's. */
	my = system_store(L"MY", USER);
	other = system_store(L"My", MACHINE);
	s = CertOpenSystemStoreA(0, "My");
	CHECK(my && other && s);
	CHECK(CertAddCertificateContextToStore(my, c, CERT_STORE_ADD_ALWAYS,
					       NULL));
	CHECK_EQ(count(s), count(my));
	CHECK(!CertFindCertificateInStore(other, X509_ASN_ENCODING, 0,
					  CERT_FIND_EXISTING, c, NULL));
	CHECK(CertCloseStore(my, 0));
	c = CertFindCertificateInStore(s, X509_ASN_ENCODING, 0,
				       CERT_FIND_EXISTING, c, NULL);
	CHECK(c != NULL);
	CHECK(c && CertDeleteCertificateFromStore(c));
	CHECK(CertCloseStore(s, 0));
	CHECK(CertCloseStore(other, 0));
}

int main(void)
{
	PCCERT_CONTEXT c = fields();
	HCERTSTORE s;

	if (c) {
		stores(c);
		system_stores(c);
	}
	CertFreeCertificateContext(c);
	damaged();
	small_extensions();
	/* What is in it is the machine's business, but it can be listed. */
	s = CertOpenSystemStoreA(0, "ROOT");
	CHECK(s != NULL);
	count(s);
	CHECK(CertCloseStore(s, 0));
	return check_done();
}
