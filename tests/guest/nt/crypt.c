/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CryptoAPI: hashes, session keys, containers. */
#include "check.h"

#include <string.h>
#include <windows.h>

#include <wincrypt.h>

static HCRYPTPROV prov;

static const char *hex(const BYTE *p, DWORD n)
{
	static char text[200];

	for (DWORD i = 0; i < n && i < 90; i++)
		sprintf(text + 2 * i, "%02x", p[i]);
	text[2 * n] = 0;
	return text;
}

static void value(HCRYPTHASH h, const char *want, const char *what)
{
	BYTE out[64];
	DWORD n = sizeof out, size, four = 4;

	CHECK(CryptGetHashParam(h, HP_HASHSIZE, (BYTE *)&size, &four, 0));
	CHECK(CryptGetHashParam(h, HP_HASHVAL, out, &n, 0), "%s %lx", what,
	      GetLastError());
	CHECK_EQ(n, size);
	CHECK(!strcmp(hex(out, n), want), "%s: %s", what, hex(out, n));
}

static void hashes(void)
{
	static const struct {
		ALG_ID alg;
		const char *value; /* of "abc" */
	} row[] = {
		{ CALG_MD2, "da853b0d3f88d99b30283a69e6ded6bb" },
		{ CALG_MD4, "a448017aaf21d8525fc10ae87aa6729d" },
		{ CALG_MD5, "900150983cd24fb0d6963f7d28e17f72" },
		{ CALG_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ CALG_SSL3_SHAMD5,
		  "900150983cd24fb0d6963f7d28e17f72"
		  "a9993e364706816aba3e25717850c26c9cd0d89d" },
	};
	HCRYPTHASH h;
	DWORD n = 4;
	ALG_ID alg;

	for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
		char name[16];

		sprintf(name, "%#x", row[i].alg);
		CHECK(CryptCreateHash(prov, row[i].alg, 0, 0, &h), "%s %lx",
		      name, GetLastError());
		CHECK(CryptHashData(h, (BYTE *)"a", 1, 0));
		CHECK(CryptHashData(h, (BYTE *)"bc", 2, 0));
		CHECK(CryptGetHashParam(h, HP_ALGID, (BYTE *)&alg, &n, 0) &&
		      alg == row[i].alg);
		value(h, row[i].value, name);
		CHECK(!CryptHashData(h, (BYTE *)"d", 1, 0));
		CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_HASH_STATE);
		CHECK(CryptDestroyHash(h));
	}
	CHECK(!CryptCreateHash(prov, 0x8765, 0, 0, &h));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_ALGID);
	CHECK(!CryptCreateHash(prov, CALG_HMAC, 0, 0, &h));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_KEY);
}

static HCRYPTKEY import(ALG_ID alg, const void *bytes, DWORD n, DWORD flags)
{
	struct {
		BLOBHEADER head;
		DWORD n;
		BYTE bytes[64];
	} blob = { { PLAINTEXTKEYBLOB, CUR_BLOB_VERSION, 0, alg }, n, { 0 } };
	HCRYPTKEY key = 0;

	memcpy(blob.bytes, bytes, n);
	CHECK(CryptImportKey(prov, (BYTE *)&blob, sizeof blob.head + 4 + n, 0,
			     flags, &key),
	      "%#x: %lx", alg, GetLastError());
	return key;
}

/* RFC 2202, case 2; RFC 4231, case 2 */
static void hmac(void)
{
	static const BYTE text[] = "what do ya want for nothing?";
	HCRYPTKEY key = import(CALG_RC2, "Jefe", 4, CRYPT_IPSEC_HMAC_KEY);
	HMAC_INFO info = { .HashAlgid = CALG_MD5 };
	HCRYPTHASH h;

	CHECK(CryptCreateHash(prov, CALG_HMAC, key, 0, &h), "%lx",
	      GetLastError());
	CHECK(CryptSetHashParam(h, HP_HMAC_INFO, (BYTE *)&info, 0));
	CHECK(CryptHashData(h, text, 28, 0));
	value(h, "750c783e6ab0b503eaa86e310a5db738", "HMAC-MD5");
	CryptDestroyHash(h);
	info.HashAlgid = CALG_SHA_256;
	CHECK(CryptCreateHash(prov, CALG_HMAC, key, 0, &h));
	CHECK(CryptSetHashParam(h, HP_HMAC_INFO, (BYTE *)&info, 0));
	CHECK(CryptHashData(h, text, 28, 0));
	value(h,
	      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec384"
	      "3",
	      "HMAC-SHA-256");
	CryptDestroyHash(h);
	CryptDestroyKey(key);
}

/* FIPS 197's appendix C, and a round trip with padding */
static void aes(void)
{
	static const BYTE bytes[] = { 0,  1,  2,  3,  4,  5,  6,  7,
				      8,  9,  10, 11, 12, 13, 14, 15,
				      16, 17, 18, 19, 20, 21, 22, 23,
				      24, 25, 26, 27, 28, 29, 30, 31 };
	static const struct {
		ALG_ID alg;
		DWORD n;
		const char *block;
	} row[] = {
		{ CALG_AES_128, 16, "69c4e0d86a7b0430d8cdb78070b4c55a" },
		{ CALG_AES_192, 24, "dda97ca4864cdfe06eaf70a0ec0d7191" },
		{ CALG_AES_256, 32, "8ea2b7ca516745bfeafc49904b496089" },
	};
	DWORD mode = CRYPT_MODE_ECB, n;
	BYTE data[64];
	HCRYPTKEY key;

	for (int k = 0; k < 3; k++) {
		key = import(row[k].alg, bytes, row[k].n, CRYPT_EXPORTABLE);
		CHECK(CryptSetKeyParam(key, KP_MODE, (BYTE *)&mode, 0));
		for (int i = 0; i < 16; i++)
			data[i] = (BYTE)(i * 17);
		n = 16;
		CHECK(CryptEncrypt(key, 0, FALSE, 0, data, &n, sizeof data));
		CHECK(n == 16 && !strcmp(hex(data, 16), row[k].block), "%s",
		      hex(data, 16));
		CHECK(CryptDecrypt(key, 0, FALSE, 0, data, &n));
		CHECK(data[0] == 0 && data[15] == 255);
		n = sizeof data;
		CHECK(CryptExportKey(key, 0, PLAINTEXTKEYBLOB, 0, data, &n));
		CHECK_EQ(n, 12 + row[k].n);
		CHECK(!memcmp(data + 12, bytes, row[k].n));
		CryptDestroyKey(key);
	}
	key = import(CALG_AES_128, bytes, 16, 0);
	memset(data, 'x', 37);
	n = 37;
	CHECK(!CryptEncrypt(key, 0, TRUE, 0, data, &n, 40));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(n, 48);
	n = 37;
	CHECK(CryptEncrypt(key, 0, TRUE, 0, data, &n, sizeof data));
	CHECK_EQ(n, 48);
	CHECK(memcmp(data, data + 16, 16)); /* chained */
	CHECK(CryptDecrypt(key, 0, TRUE, 0, data, &n));
	CHECK(n == 37 && data[0] == 'x' && data[36] == 'x');
	CryptDestroyKey(key);
	CHECK(!CryptDestroyKey(0));
}

static void stream(void)
{
	BYTE data[] = "Plaintext";
	HCRYPTKEY key = import(CALG_RC4, "Key\0\0", 5, 0);
	HCRYPTHASH h;
	DWORD n = 9;

	CHECK(CryptEncrypt(key, 0, TRUE, 0, data, &n, 9));
	CHECK(CryptDecrypt(key, 0, TRUE, 0, data, &n));
	CHECK(!strcmp((char *)data, "Plaintext"));
	CryptDestroyKey(key);

	/* A key made of a hash: what .NET's PasswordDeriveBytes uses. */
	CHECK(CryptCreateHash(prov, CALG_SHA1, 0, 0, &h));
	CHECK(CryptHashData(h, (BYTE *)"abc", 3, 0));
	CHECK(CryptDeriveKey(prov, CALG_AES_256, h, CRYPT_EXPORTABLE, &key),
	      "%lx", GetLastError());
	{
		BYTE blob[64];

		n = sizeof blob;
		CHECK(CryptExportKey(key, 0, PLAINTEXTKEYBLOB, 0, blob, &n));
		CHECK(!strcmp(hex(blob + 12, 32),
			      "d6149aa6dc73c57f300e5e86175c3c3e"
			      "731024ad6dcd8a68ad523cb0de34b320"),
		      "%s", hex(blob + 12, 32));
	}
	CryptDestroyKey(key);
	CryptDestroyHash(h);
}

static HCRYPTKEY plain_key(HCRYPTPROV p, ALG_ID alg, const void *bytes, DWORD n)
{
	struct {
		BLOBHEADER head;
		DWORD n;
		BYTE bytes[48];
	} blob = { { PLAINTEXTKEYBLOB, CUR_BLOB_VERSION, 0, alg }, n, { 0 } };
	HCRYPTKEY k = 0;

	memcpy(blob.bytes, bytes, n);
	CHECK(CryptImportKey(p, (BYTE *)&blob, 12 + n, 0, 0, &k), "%#lx",
	      GetLastError());
	return k;
}

/* RFC 2268, section 5; a MAC is a message's last block. */
static void rc2_and_mac(void)
{
	static const BYTE key[] = { 0x88, 0xbc, 0xa9, 0x0e, 0x90, 0x87,
				    0x5a, 0x7f, 0x0f, 0x79, 0xc3, 0x84,
				    0x62, 0x7b, 0xaf, 0xb2 };
	static const BYTE want[2][8] = {
		{ 0x22, 0x69, 0x55, 0x2a, 0xb0, 0xf8, 0x5c, 0xa6 }, /* 128 */
		{ 0x1a, 0x80, 0x7d, 0x27, 0x2b, 0xbe, 0x5d, 0xb1 }, /* 64 */
	};
	BYTE data[48] = { 0 }, mac[16];
	DWORD n = 8, bits = 64;
	HCRYPTPROV p;
	HCRYPTHASH h;
	HCRYPTKEY k;

	CHECK(CryptAcquireContextW(&p, NULL, NULL, PROV_RSA_AES,
				   CRYPT_VERIFYCONTEXT));
	k = plain_key(p, CALG_RC2, key, sizeof key);
	CHECK(CryptEncrypt(k, 0, TRUE, 0, data, &n, sizeof data));
	CHECK_EQ(n, 16);
	CHECK(!memcmp(data, want[0], 8));
	CHECK(CryptDecrypt(k, 0, TRUE, 0, data, &n));
	CHECK(n == 8 && !memcmp(data, (BYTE[8]){ 0 }, 8));
	CHECK(CryptSetKeyParam(k, KP_EFFECTIVE_KEYLEN, (BYTE *)&bits, 0));
	CHECK(CryptEncrypt(k, 0, TRUE, 0, data, &n, sizeof data));
	CHECK(!memcmp(data, want[1], 8));

	CHECK(CryptCreateHash(p, CALG_MAC, k, 0, &h));
	memset(data, 7, 21);
	CHECK(CryptHashData(h, data, 20, 0));
	CHECK(CryptHashData(h, data + 20, 1, 0));
	n = sizeof mac;
	CHECK(CryptGetHashParam(h, HP_HASHVAL, mac, &n, 0));
	CHECK_EQ(n, 8);
	n = 21;
	CHECK(CryptEncrypt(k, 0, TRUE, 0, data, &n, sizeof data));
	CHECK(n == 24 && !memcmp(data + 16, mac, 8));
	CHECK(CryptDestroyHash(h));
	CHECK(CryptDestroyKey(k));
	CHECK(!CryptCreateHash(p, CALG_MAC, 0, 0, &h));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_KEY);
	CHECK(CryptReleaseContext(p, 0));
}

/* RFC 2246, section 5, as Python's hmac computes it. */
static void tls_prf(void)
{
	static const BYTE want[] = {
		0xf1, 0x20, 0x92, 0x7a, 0x36, 0xa7, 0xe7, 0xd5, 0xd0, 0x01,
		0x49, 0x51, 0xec, 0xa3, 0x30, 0xe9, 0x4f, 0x59, 0x1e, 0xa4,
		0x2e, 0xc2, 0xa7, 0x48, 0xd5, 0xa8, 0x73, 0x30, 0x76, 0x68,
		0x9f, 0x1c, 0xff, 0xf8, 0x00, 0xef, 0xfb, 0x25, 0xf3, 0xbd,
		0xb0, 0xc8, 0x65, 0x50, 0xaf, 0x9a, 0x43, 0x82, 0x6d, 0xba,
	};
	CRYPT_DATA_BLOB label = { 12, (BYTE *)"master label" };
	CRYPT_DATA_BLOB seed = { 9, (BYTE *)"some seed" };
	BYTE secret[48], out[sizeof want];
	DWORD n = sizeof out;
	HCRYPTPROV p;
	HCRYPTHASH h;
	HCRYPTKEY k;

	for (unsigned i = 0; i < sizeof secret; i++)
		secret[i] = (BYTE)i;
	CHECK(CryptAcquireContextW(&p, NULL, NULL, PROV_RSA_SCHANNEL,
				   CRYPT_VERIFYCONTEXT));
	k = plain_key(p, CALG_TLS1_MASTER, secret, sizeof secret);
	CHECK(CryptCreateHash(p, CALG_TLS1PRF, k, 0, &h));
	CHECK(CryptSetHashParam(h, HP_TLS1PRF_SEED, (BYTE *)&seed, 0));
	CHECK(CryptSetHashParam(h, HP_TLS1PRF_LABEL, (BYTE *)&label, 0));
	CHECK(CryptGetHashParam(h, HP_HASHVAL, out, &n, 0));
	CHECK(!memcmp(out, want, sizeof want));
	CHECK(CryptDestroyHash(h));
	CHECK(CryptDestroyKey(k));
	CHECK(CryptReleaseContext(p, 0));
}

static void containers(void)
{
	static const char name[] = "run-foreign test container";
	HCRYPTPROV p;
	char text[300];
	DWORD n = sizeof text;

	CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL, CRYPT_DELETEKEYSET);
	CHECK(!CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL, 0));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_KEYSET);
	CHECK(CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL,
				   CRYPT_NEWKEYSET),
	      "%lx", GetLastError());
	CHECK(CryptGetProvParam(p, PP_CONTAINER, (BYTE *)text, &n, 0) &&
		      !strcmp(text, name),
	      "%s", text);
	CHECK(CryptReleaseContext(p, 0));
	CHECK(!CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL,
				    CRYPT_NEWKEYSET));
	CHECK_EQ(GetLastError(), (DWORD)NTE_EXISTS);
	CHECK(CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL, 0));
	CHECK(CryptReleaseContext(p, 0));
	CHECK(CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL,
				   CRYPT_DELETEKEYSET));
	CHECK(!CryptAcquireContextA(&p, name, NULL, PROV_RSA_FULL, 0));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_KEYSET);

	CHECK(!CryptAcquireContextA(&p, NULL, NULL, 0, CRYPT_VERIFYCONTEXT));
	CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_PROV_TYPE);
	CHECK(!CryptAcquireContextA(&p, NULL, "No such provider", PROV_RSA_FULL,
				    CRYPT_VERIFYCONTEXT));
	CHECK_EQ(GetLastError(), (DWORD)NTE_KEYSET_NOT_DEF);
	CHECK(!CryptAcquireContextA(&p, NULL, MS_DEF_PROV_A, PROV_RSA_AES,
				    CRYPT_VERIFYCONTEXT));
	CHECK_EQ(GetLastError(), (DWORD)NTE_PROV_TYPE_NO_MATCH);
}

int main(void)
{
	CHECK(CryptAcquireContextA(&prov, NULL, NULL, PROV_RSA_AES,
				   CRYPT_VERIFYCONTEXT),
	      "%lx", GetLastError());
	hashes();
	hmac();
	aes();
	stream();
	rc2_and_mac();
	tls_prf();
	containers();
	CHECK(CryptReleaseContext(prov, 0));
	CHECK(!CryptReleaseContext(0, 0));
	return check_done();
}
