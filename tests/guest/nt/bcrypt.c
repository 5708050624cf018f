/* Hashes and random numbers of bcrypt and of the old CryptoAPI. */
#include <windows.h>
#include <bcrypt.h>
#include <wincrypt.h>

#include "../lib/check.h"

static const struct {
	LPCWSTR name;
	ALG_ID old;
	const char *of_abc, *hmac; /* RFC 4231, 2202: "Jefe" */
} algorithms[] = {
	{ L"MD5", CALG_MD5, "900150983cd24fb0d6963f7d28e17f72",
	  "750c783e6ab0b503eaa86e310a5db738" },
	{ L"SHA1", CALG_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d",
	  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ L"SHA256", CALG_SHA_256,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ L"SHA384", CALG_SHA_384,
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	  "8086072ba1e7cc2358baeca134c825a7",
	  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
	  "8e2240ca5e69e2c78b3239ecfab21649" },
	{ L"SHA512", CALG_SHA_512,
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
};

static const char *hex(const BYTE *p, ULONG n)
{
	static char text[200];

	for (ULONG i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", p[i]);
	return text;
}

static void cng(int i)
{
	BCRYPT_ALG_HANDLE alg;
	BCRYPT_HASH_HANDLE h, copy;
	UCHAR out[64];
	ULONG n, len;

	CHECK_EQ(BCryptOpenAlgorithmProvider(&alg, algorithms[i].name, NULL, 0),
		 0);
	CHECK_EQ(BCryptGetProperty(alg, BCRYPT_HASH_LENGTH, (UCHAR *)&len, 4,
				   &n, 0),
		 0);
	CHECK_EQ(len * 2, strlen(algorithms[i].of_abc));
	CHECK_EQ(BCryptCreateHash(alg, &h, NULL, 0, NULL, 0, 0), 0);
	CHECK_EQ(BCryptHashData(h, (UCHAR *)"ab", 2, 0), 0);
	CHECK_EQ(BCryptDuplicateHash(h, &copy, NULL, 0, 0), 0);
	CHECK_EQ(BCryptHashData(copy, (UCHAR *)"c", 1, 0), 0);
	CHECK_EQ(BCryptFinishHash(copy, out, len, 0), 0);
	CHECK(!strcmp(hex(out, len), algorithms[i].of_abc), "%ls",
	      algorithms[i].name);
	BCryptDestroyHash(copy);
	BCryptDestroyHash(h);
	BCryptCloseAlgorithmProvider(alg, 0);

	CHECK_EQ(BCryptOpenAlgorithmProvider(&alg, algorithms[i].name, NULL,
					     BCRYPT_ALG_HANDLE_HMAC_FLAG),
		 0);
	CHECK_EQ(BCryptCreateHash(alg, &h, NULL, 0, (UCHAR *)"Jefe", 4, 0), 0);
	BCryptHashData(h, (UCHAR *)"what do ya want for nothing?", 28, 0);
	CHECK_EQ(BCryptFinishHash(h, out, len, 0), 0);
	CHECK(!strcmp(hex(out, len), algorithms[i].hmac), "%ls",
	      algorithms[i].name);
	BCryptDestroyHash(h);
	BCryptCloseAlgorithmProvider(alg, 0);
}

static void old(int i)
{
	HCRYPTPROV p;
	HCRYPTHASH h;
	BYTE out[64], many[1000];
	DWORD n = sizeof out;

	CHECK(CryptAcquireContextA(&p, NULL, NULL, PROV_RSA_AES,
				   CRYPT_VERIFYCONTEXT));
	CHECK(CryptCreateHash(p, algorithms[i].old, 0, 0, &h));
	CHECK(CryptHashData(h, (BYTE *)"abc", 3, 0));
	CHECK(CryptGetHashParam(h, HP_HASHVAL, out, &n, 0));
	CHECK(!strcmp(hex(out, n), algorithms[i].of_abc));
	CHECK(!CryptHashData(h, (BYTE *)"d", 1, 0));
	CHECK(CryptDestroyHash(h));
	memset(many, 0, sizeof many);
	CHECK(CryptGenRandom(p, sizeof many, many));
	n = 0;
	for (DWORD j = 0; j < sizeof many; j++)
		n += many[j];
	CHECK(n > 50000 && n < 210000, "%lu", n);
	CHECK(CryptReleaseContext(p, 0));
}

int main(void)
{
	UCHAR a[16] = { 0 }, zero[16] = { 0 };

	for (int i = 0; i < 5; i++) {
		cng(i);
		old(i);
	}
	CHECK_EQ(BCryptGenRandom(NULL, a, 16, BCRYPT_USE_SYSTEM_PREFERRED_RNG),
		 0);
	CHECK(memcmp(a, zero, 16));
	return check_done();
}
