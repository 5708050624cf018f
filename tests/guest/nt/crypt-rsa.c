/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CryptoAPI's key pairs: made, kept in containers, imported, exported; what is
 * encrypted and signed with them.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <wincrypt.h>
#include <string.h>

#include "check.h"

/* A pair of 512 bits and what another implementation signed with it. */
static const BYTE pair[] = {
	0x07, 0x02, 0x00, 0x00, 0x00, 0x24, 0x00, 0x00, 0x52, 0x53, 0x41, 0x32,
	0x00, 0x02, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x61, 0x86, 0x2f, 0x98,
	0x3e, 0x5c, 0x2b, 0xc8, 0xc7, 0x38, 0x70, 0xea, 0xee, 0xd2, 0x60, 0xb8,
	0x23, 0xd5, 0x8e, 0xb0, 0x79, 0x5b, 0x2c, 0x28, 0x3d, 0xd5, 0x69, 0xaf,
	0x89, 0x42, 0x49, 0x8f, 0x55, 0x70, 0x28, 0xa1, 0x27, 0x37, 0xfa, 0x11,
	0xae, 0x3c, 0x32, 0x1c, 0x45, 0x18, 0x80, 0xc1, 0x7c, 0x2a, 0x2a, 0x60,
	0x0d, 0xe0, 0x24, 0xb3, 0xc0, 0x55, 0x3c, 0xc3, 0xb1, 0x22, 0x3f, 0xc8,
	0x81, 0x3c, 0xaa, 0xa5, 0xb3, 0x48, 0xf4, 0x93, 0x0b, 0x89, 0x3b, 0xfe,
	0x33, 0x8f, 0x65, 0xae, 0xa5, 0xa9, 0x69, 0xd2, 0x70, 0x83, 0x15, 0x72,
	0xaf, 0x40, 0xdb, 0x48, 0x52, 0xeb, 0x74, 0xf7, 0xe1, 0xd9, 0xc7, 0xa8,
	0x63, 0x4a, 0xa7, 0x86, 0x01, 0xad, 0xe8, 0x10, 0x26, 0x06, 0xe8, 0xbe,
	0xea, 0x28, 0x9e, 0xbc, 0x26, 0xc9, 0x4e, 0x79, 0x46, 0xc1, 0x8f, 0x40,
	0x5e, 0xf6, 0x28, 0xcf, 0x81, 0xc0, 0x28, 0xc5, 0x42, 0xa9, 0x6e, 0x0c,
	0x38, 0x63, 0x59, 0x5d, 0xe5, 0xfa, 0x29, 0x99, 0x15, 0xfc, 0xcc, 0x88,
	0x97, 0xde, 0x1e, 0xe8, 0xf5, 0x7a, 0x6c, 0x6c, 0x36, 0x49, 0xa1, 0xdd,
	0x01, 0xd2, 0x42, 0xe1, 0xcc, 0x90, 0x86, 0xa4, 0xde, 0x36, 0xd9, 0xa1,
	0xa7, 0x38, 0x87, 0xad, 0x0d, 0xe6, 0x9d, 0xeb, 0xf5, 0x51, 0x82, 0x5e,
	0x97, 0xe5, 0x70, 0x12, 0xdb, 0x05, 0x03, 0x17, 0x70, 0x53, 0xbf, 0xe8,
	0x45, 0xb3, 0x05, 0x1a, 0xe8, 0x52, 0x15, 0x85, 0xd8, 0xcf, 0x3c, 0x97,
	0x7d, 0xa9, 0xd9, 0xf9, 0x12, 0x36, 0xc5, 0x94, 0x42, 0x82, 0xb3, 0xa6,
	0x03, 0xe5, 0xb4, 0x85, 0x01, 0xf0, 0x0f, 0x39, 0x03, 0xe3, 0x03, 0x23,
	0xdf, 0xcf, 0xfd, 0x69, 0x47, 0xbe, 0x54, 0xd7, 0x9c, 0x7c, 0xb3, 0x91,
	0x29, 0x7a, 0xd1, 0x40, 0xfa, 0xdb, 0x94, 0x88, 0x0d, 0x2f, 0x37, 0x71,
	0x50, 0xc3, 0x46, 0xdd, 0xfb, 0x62, 0x16, 0x9a, 0x76, 0x43, 0x03, 0x0e,
	0x8d, 0x46, 0x6f, 0xda, 0x47, 0xc9, 0x4e, 0x71, 0xdb, 0x2b, 0x4b, 0x3a,
	0x49, 0xf9, 0xab, 0xd2, 0xcc, 0x17, 0xc5, 0xa0,
};
static const BYTE signature[] = {
	0x40, 0xd8, 0x93, 0x7f, 0x07, 0x67, 0x86, 0xd2, 0x91, 0x6f, 0xa5,
	0xff, 0x67, 0x8b, 0xf0, 0xa1, 0xf3, 0xfd, 0x6a, 0xeb, 0x9a, 0xb2,
	0xc8, 0x60, 0xe8, 0x85, 0x21, 0x6b, 0x9e, 0xde, 0x5b, 0xe9, 0xcf,
	0x39, 0x40, 0x6c, 0x81, 0xe8, 0x59, 0xfe, 0xa6, 0x48, 0x68, 0x97,
	0x77, 0x20, 0x7a, 0x50, 0x75, 0x07, 0xa8, 0x73, 0x17, 0xac, 0xa6,
	0xb4, 0xce, 0xc5, 0x5c, 0xad, 0x9c, 0x24, 0x50, 0x96,
};

static const WCHAR name[] = L"run-foreign's test of pairs";

static HCRYPTPROV context(const WCHAR *container, DWORD flags)
{
	HCRYPTPROV p = 0;

	CHECK(CryptAcquireContextW(&p, container, NULL, PROV_RSA_AES, flags),
	      "%#lx", GetLastError());
	return p;
}

static HCRYPTHASH hashed(HCRYPTPROV p, ALG_ID alg, const char *s)
{
	HCRYPTHASH h = 0;

	CHECK(CryptCreateHash(p, alg, 0, 0, &h));
	CHECK(CryptHashData(h, (const BYTE *)s, (DWORD)strlen(s), 0));
	return h;
}

static void known(void)
{
	HCRYPTPROV p = context(NULL, CRYPT_VERIFYCONTEXT);
	BYTE out[600], bad[sizeof pair];
	HCRYPTKEY k = 0, public = 0;
	DWORD n = sizeof out;
	HCRYPTHASH h;

	CHECK(!CryptGetUserKey(p, AT_SIGNATURE, &k));
	CHECK_EQ(GetLastError(), (DWORD)NTE_NO_KEY);
	CHECK(CryptImportKey(p, pair, sizeof pair, 0, CRYPT_EXPORTABLE, &k));
	h = hashed(p, CALG_SHA1, "abc");
	CHECK(CryptSignHashW(h, AT_SIGNATURE, NULL, 0, out, &n));
	CHECK_EQ(n, sizeof signature);
	CHECK(!memcmp(out, signature, sizeof signature));
	n = 10;
	CHECK(!CryptSignHashW(h, AT_SIGNATURE, NULL, 0, out, &n));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(n, sizeof signature);

	n = sizeof out;
	CHECK(CryptExportKey(k, 0, PRIVATEKEYBLOB, 0, out, &n));
	CHECK(n == sizeof pair && !memcmp(out, pair, n));
	n = sizeof out;
	CHECK(CryptExportKey(k, 0, PUBLICKEYBLOB, 0, out, &n));
	CHECK_EQ(n, 20 + 64);
	CHECK(CryptImportKey(p, out, n, 0, 0, &public));
	CHECK(CryptVerifySignatureW(h, signature, sizeof signature, public,
				    NULL, 0));
	memcpy(bad, signature, sizeof signature);
	bad[3] ^= 4;
	CHECK(!CryptVerifySignatureW(h, bad, sizeof signature, public, NULL,
				     0));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_SIGNATURE);
	CHECK(!CryptExportKey(public, 0, PRIVATEKEYBLOB, 0, out, &n));
	memcpy(bad, pair, sizeof pair);
	bad[8] ^= 1; /* the magic number */
	CHECK(!CryptImportKey(p, bad, sizeof bad, 0, 0, &public));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_DATA);
	CHECK(!CryptImportKey(p, pair, sizeof pair - 1, 0, 0, &public));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_DATA);
	CHECK(CryptDestroyHash(h));
	CHECK(CryptDestroyKey(k));
	CHECK(CryptReleaseContext(p, 0));
}

static void messages(HCRYPTPROV p)
{
	static const char text[] = "a message";
	BYTE m[300];
	HCRYPTKEY k = 0, session = 0, again = 0;
	DWORD n = 0;

	CHECK(CryptGenKey(p, AT_KEYEXCHANGE, 1024 << 16, &k));
	CHECK(CryptEncrypt(k, 0, TRUE, 0, NULL, &n, 0));
	CHECK_EQ(n, 128);
	for (DWORD flags = 0; flags <= CRYPT_OAEP; flags += CRYPT_OAEP) {
		memcpy(m, text, sizeof text);
		n = sizeof text;
		CHECK(CryptEncrypt(k, 0, TRUE, flags, m, &n, sizeof m));
		CHECK_EQ(n, 128);
		CHECK(CryptDecrypt(k, 0, TRUE, flags, m, &n));
		CHECK(n == sizeof text && !memcmp(m, text, n));
	}
	n = 118;
	CHECK(!CryptEncrypt(k, 0, TRUE, 0, m, &n, sizeof m));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_LEN);
	memset(m, 0, sizeof m);
	m[7] = 5;
	n = 128;
	CHECK(!CryptDecrypt(k, 0, TRUE, 0, m, &n));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_DATA);
	/* It was not made to be exported. */
	n = sizeof m;
	CHECK(!CryptExportKey(k, 0, PRIVATEKEYBLOB, 0, m, &n));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_KEY_STATE);

	CHECK(CryptGenKey(p, CALG_AES_256, CRYPT_EXPORTABLE, &session));
	n = sizeof m;
	CHECK(CryptExportKey(session, k, SIMPLEBLOB, 0, m, &n));
	CHECK_EQ(n, 12 + 128);
	CHECK(CryptImportKey(p, m, n, 0, 0, &again));
	memcpy(m, text, sizeof text);
	n = sizeof text;
	CHECK(CryptEncrypt(session, 0, TRUE, 0, m, &n, sizeof m));
	CHECK(CryptDecrypt(again, 0, TRUE, 0, m, &n));
	CHECK(n == sizeof text && !memcmp(m, text, n));
	CryptDestroyKey(again);
	CryptDestroyKey(session);
	CryptDestroyKey(k);
}

static void containers(DWORD whose)
{
	HCRYPTPROV p = 0;
	HCRYPTKEY k = 0, public = 0;
	BYTE signed_[200], blob[600];
	HCRYPTHASH h;
	DWORD n, bits = 0, size = sizeof bits;

	CryptAcquireContextW(&p, name, NULL, PROV_RSA_AES,
			     CRYPT_DELETEKEYSET | whose);
	p = context(name, CRYPT_NEWKEYSET | whose);
	CHECK(CryptGenKey(p, AT_SIGNATURE, 1024 << 16 | CRYPT_EXPORTABLE, &k));
	CHECK(CryptGetKeyParam(k, KP_KEYLEN, (BYTE *)&bits, &size, 0));
	CHECK_EQ(bits, 1024);
	messages(p);
	h = hashed(p, CALG_SHA_256, "something");
	n = sizeof signed_;
	CHECK(CryptSignHashW(h, AT_SIGNATURE, NULL, 0, signed_, &n));
	/* The hash keeps what it needs of the context. */
	CHECK(CryptReleaseContext(p, 0));

	p = context(name, whose);
	CHECK(CryptGetUserKey(p, AT_SIGNATURE, &public));
	CHECK(CryptVerifySignatureW(h, signed_, n, public, NULL, 0));
	n = sizeof blob;
	CHECK(CryptExportKey(public, 0, PRIVATEKEYBLOB, 0, blob, &n));
	CHECK(CryptDestroyKey(public));
	CHECK(CryptGetUserKey(p, AT_KEYEXCHANGE, &public));
	CHECK(CryptDestroyKey(public));
	CHECK(CryptDestroyKey(k));
	CHECK(CryptDestroyHash(h));
	CHECK(!CryptGenKey(p, AT_SIGNATURE, 100 << 16, &k));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_FLAGS);
	CHECK(CryptReleaseContext(p, 0));
	CHECK(CryptAcquireContextW(&p, name, NULL, PROV_RSA_AES,
				   CRYPT_DELETEKEYSET | whose));
	CHECK(!CryptAcquireContextW(&p, name, NULL, PROV_RSA_AES, whose));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_KEYSET);
}

/* run-foreign may have been built without. */
static BOOL is_there_rsa(void)
{
	HCRYPTPROV p = context(NULL, CRYPT_VERIFYCONTEXT);
	HCRYPTKEY k = 0;
	BOOL ok = CryptGenKey(p, AT_SIGNATURE, 512 << 16, &k) ||
		  GetLastError() != (DWORD)NTE_NOT_SUPPORTED;

	CryptDestroyKey(k);
	CryptReleaseContext(p, 0);
	return ok;
}

int main(void)
{
	if (!is_there_rsa()) {
		puts("run-foreign was built without RSA");
		return 77;
	}
	known();
	containers(0);
	containers(CRYPT_MACHINE_KEYSET);
	return check_done();
}
