/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crypt-text.c - CryptBinaryToString and back, in each form. */
// link: -lcrypt32
#include "check.h"

#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <wincrypt.h>

#define HEXRAW 0xc
#define NOCRLF CRYPT_STRING_NOCRLF
#define NOCR   CRYPT_STRING_NOCR

static const struct {
	DWORD format;
	const char *bytes, *text;
} forms[] = {
	{ CRYPT_STRING_BASE64, "A", "QQ==\r\n" },
	{ CRYPT_STRING_BASE64, "AB", "QUI=\r\n" },
	{ CRYPT_STRING_BASE64 | NOCRLF, "ABC", "QUJD" },
	{ CRYPT_STRING_BASE64 | NOCR, "ABC", "QUJD\n" },
	{ CRYPT_STRING_BASE64,
	  "123456789012345678901234567890123456789012345678",
	  "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4"
	  "\r\n" },
	{ CRYPT_STRING_BASE64,
	  "1234567890123456789012345678901234567890123456789",
	  "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4"
	  "\r\nOQ==\r\n" },
	{ CRYPT_STRING_BASE64HEADER, "ABC",
	  "-----BEGIN CERTIFICATE-----\r\nQUJD\r\n"
	  "-----END CERTIFICATE-----\r\n" },
	{ CRYPT_STRING_BASE64REQUESTHEADER | NOCR, "ABC",
	  "-----BEGIN NEW CERTIFICATE REQUEST-----\nQUJD\n"
	  "-----END NEW CERTIFICATE REQUEST-----\n" },
	{ CRYPT_STRING_BASE64X509CRLHEADER, "ABC",
	  "-----BEGIN X509 CRL-----\r\nQUJD\r\n-----END X509 CRL-----\r\n" },
	{ HEXRAW, "Az", "417a\r\n" },
	{ HEXRAW | NOCRLF, "Az", "417a" },
};

static void both_ways(void)
{
	for (unsigned i = 0; i < COUNT_OF(forms); i++) {
		const BYTE *b = (const BYTE *)forms[i].bytes;
		DWORD len = (DWORD)strlen(forms[i].bytes), n = 0, k = 1;
		DWORD want = (DWORD)strlen(forms[i].text);
		WCHAR w[256];
		BYTE back[128];
		char s[256];

		CHECK(CryptBinaryToStringA(b, len, forms[i].format, NULL, &n));
		CHECK_EQ(n, want + 1);
		CHECK(!CryptBinaryToStringA(b, len, forms[i].format, s, &k));
		CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
		CHECK(CryptBinaryToStringA(b, len, forms[i].format, s, &n));
		CHECK_EQ(n, want);
		CHECK(!strcmp(s, forms[i].text), "%s", s);
		n = 256;
		CHECK(CryptBinaryToStringW(b, len, forms[i].format, w, &n));
		CHECK_EQ(n, want);
		CHECK_EQ(wcslen(w), want);
		n = sizeof back;
		CHECK(CryptStringToBinaryA(s, 0, forms[i].format & 0xff, back,
					   &n, NULL, NULL));
		CHECK(n == len && !memcmp(back, b, len));
		n = sizeof back;
		CHECK(CryptStringToBinaryW(w, 0, forms[i].format & 0xff, back,
					   &n, NULL, NULL));
		CHECK(n == len && !memcmp(back, b, len));
	}
}

static void guessed(void)
{
	static const struct {
		const char *text;
		DWORD flags, skip, used;
		const char *bytes;
	} t[] = {
		{ "QUJD", CRYPT_STRING_BASE64_ANY, 0, CRYPT_STRING_BASE64,
		  "ABC" },
		{ "QU JD\n", CRYPT_STRING_BASE64, 0, CRYPT_STRING_BASE64,
		  "ABC" },
		{ "QUI", CRYPT_STRING_BASE64, 0, CRYPT_STRING_BASE64, "AB" },
		{ "x\n-----BEGIN Y-----\nQUJD\n-----END Y-----\n",
		  CRYPT_STRING_BASE64_ANY, 2, CRYPT_STRING_BASE64HEADER,
		  "ABC" },
		{ "4142 43", CRYPT_STRING_HEX_ANY, 0, CRYPT_STRING_HEX,
		  "ABC" },
		{ "", CRYPT_STRING_BASE64, 0, CRYPT_STRING_BASE64, "" },
	};
	BYTE b[64];
	DWORD n;

	for (unsigned i = 0; i < COUNT_OF(t); i++) {
		DWORD skip = 9, used = 9;

		n = 0;
		CHECK(CryptStringToBinaryA(t[i].text, 0, t[i].flags, NULL, &n,
					   NULL, NULL),
		      "%s", t[i].text);
		CHECK_EQ(n, strlen(t[i].bytes));
		CHECK(CryptStringToBinaryA(t[i].text, 0, t[i].flags, b, &n,
					   &skip, &used));
		CHECK(!memcmp(b, t[i].bytes, n));
		CHECK_EQ(skip, t[i].skip);
		CHECK_EQ(used, t[i].used);
	}
	n = sizeof b;
	CHECK(!CryptStringToBinaryA("QUJD!", 0, CRYPT_STRING_BASE64, b, &n,
				    NULL, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_DATA);
	CHECK(!CryptStringToBinaryA("414", 0, CRYPT_STRING_HEX, b, &n, NULL,
				    NULL));
	n = 2;
	CHECK(!CryptStringToBinaryA("QUJD", 0, CRYPT_STRING_BASE64, b, &n, NULL,
				    NULL));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(n, 3);
}

int main(void)
{
	both_ways();
	guessed();
	return check_done();
}
