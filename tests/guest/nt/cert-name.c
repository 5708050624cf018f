/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of certificates' owners as text. */
// link: -lcrypt32
#include <windows.h>
#include <wincrypt.h>
#include <string.h>

#include "chain-certs.h"
#include "check.h"

/* Country; organisation, with a comma, quotes and an umlaut; a common name
   that ends with a space together with an attribute that has no name; a
   domain's component. */
static const BYTE name[] =
	"\x30\x4f"
	"\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02"
	"DE"
	"\x31\x12\x30\x10\x06\x03\x55\x04\x0a\x0c\x09"
	"A, \"B\" \xc3\xbc"
	"\x31\x17\x30\x0b\x06\x03\x55\x04\x03\x1e\x04\x00x\x00 "
	"\x30\x08\x06\x03\x2a\x03\x04\x0c\x01y"
	"\x31\x13\x30\x11\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19\x16"
	"\x03"
	"net";

static void texts(void)
{
	static const struct {
		DWORD how;
		const WCHAR *text;
	} row[] = {
		{ CERT_X500_NAME_STR,
		  L"C=DE, O=\"A, \"\"B\"\" \xfc\", CN=\"x \" + OID.1.2.3.4=y, "
		  L"DC=net" },
		{ CERT_SIMPLE_NAME_STR,
		  L"DE, \"A, \"\"B\"\" \xfc\", \"x \" + y, net" },
		{ CERT_OID_NAME_STR | CERT_NAME_STR_SEMICOLON_FLAG,
		  L"2.5.4.6=DE; 2.5.4.10=\"A, \"\"B\"\" \xfc\"; 2.5.4.3=\"x \" "
		  L"+ 1.2.3.4=y; 0.9.2342.19200300.100.1.25=net" },
		{ CERT_X500_NAME_STR | CERT_NAME_STR_NO_QUOTING_FLAG |
			  CERT_NAME_STR_NO_PLUS_FLAG | CERT_NAME_STR_CRLF_FLAG,
		  L"C=DE\r\nO=A, \"B\" \xfc\r\nCN=x  OID.1.2.3.4=y\r\n"
		  L"DC=net" },
		{ CERT_X500_NAME_STR | CERT_NAME_STR_REVERSE_FLAG,
		  L"DC=net, CN=\"x \" + OID.1.2.3.4=y, "
		  L"O=\"A, \"\"B\"\" \xfc\", C=DE" },
	};
	CERT_NAME_BLOB blob = { sizeof name - 1, (BYTE *)name };
	WCHAR got[200];
	char narrow[8];

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		DWORD n = (DWORD)wcslen(row[i].text) + 1;

		CHECK_EQ(CertNameToStrW(X509_ASN_ENCODING, &blob, row[i].how,
					NULL, 0),
			 n);
		CHECK_EQ(CertNameToStrW(X509_ASN_ENCODING, &blob, row[i].how,
					got, COUNT_OF(got)),
			 n);
		CHECK(!wcscmp(got, row[i].text), "%u: %ls", i, got);
	}
	/* What has no room is cut off. */
	CHECK_EQ(CertNameToStrW(X509_ASN_ENCODING, &blob, CERT_X500_NAME_STR,
				got, 5),
		 5);
	CHECK(!wcscmp(got, L"C=DE"), "%ls", got);
	CHECK_EQ(CertNameToStrA(X509_ASN_ENCODING, &blob, CERT_X500_NAME_STR,
				narrow, 5),
		 5);
	CHECK(!strcmp(narrow, "C=DE"), "%s", narrow);
	for (DWORD n = 0; n < sizeof name - 1; n++) {
		blob.cbData = n;
		CHECK(CertNameToStrW(X509_ASN_ENCODING, &blob,
				     CERT_X500_NAME_STR, got,
				     COUNT_OF(got)) >= 1);
	}
}

static void owners(void)
{
	static const DWORD x500 = CERT_X500_NAME_STR;
	static const struct {
		DWORD type, flags;
		const void *extra;
		const WCHAR *text;
	} row[] = {
		{ CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL, L"server" },
		{ CERT_NAME_SIMPLE_DISPLAY_TYPE, CERT_NAME_ISSUER_FLAG, NULL,
		  L"Between" },
		{ CERT_NAME_FRIENDLY_DISPLAY_TYPE, 0, NULL, L"server" },
		{ CERT_NAME_RDN_TYPE, 0, &x500, L"O=run-foreign, CN=server" },
		{ CERT_NAME_ATTR_TYPE, 0, szOID_ORGANIZATION_NAME,
		  L"run-foreign" },
		{ CERT_NAME_ATTR_TYPE, 0, szOID_LOCALITY_NAME, L"" },
		{ CERT_NAME_DNS_TYPE, 0, NULL, L"host.test" },
		{ CERT_NAME_EMAIL_TYPE, 0, NULL, L"" },
		{ CERT_NAME_URL_TYPE, 0, NULL, L"" },
		{ CERT_NAME_UPN_TYPE, 0, NULL, L"" },
	};
	CRYPT_DATA_BLOB called = { 14, (BYTE *)L"Called" };
	BYTE der[2048];
	DWORD n = sizeof der;
	PCCERT_CONTEXT c;
	WCHAR got[100];
	char narrow[100];

	CHECK(CryptStringToBinaryA(cert_server, 0, CRYPT_STRING_BASE64, der, &n,
				   NULL, NULL));
	c = CertCreateCertificateContext(X509_ASN_ENCODING, der, n);
	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		n = CertGetNameStringW(c, row[i].type, row[i].flags,
				       (void *)row[i].extra, got,
				       COUNT_OF(got));
		CHECK(n == wcslen(row[i].text) + 1 && !wcscmp(got, row[i].text),
		      "%u: %lu %ls", i, n, got);
	}
	CHECK_EQ(CertGetNameStringA(c, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL,
				    narrow, sizeof narrow),
		 7);
	CHECK(!strcmp(narrow, "server"), "%s", narrow);
	CHECK(CertSetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID,
						0, &called));
	CHECK_EQ(CertGetNameStringW(c, CERT_NAME_FRIENDLY_DISPLAY_TYPE, 0, NULL,
				    got, COUNT_OF(got)),
		 7);
	CHECK(!wcscmp(got, L"Called"), "%ls", got);
	CertFreeCertificateContext(c);
}

int main(void)
{
	texts();
	owners();
	return check_done();
}
