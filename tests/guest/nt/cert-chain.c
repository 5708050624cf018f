/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Chains of certificates: found among issuers, with each kind of fault, and
 * what policies make of them; signatures of all kinds.  The roots are the
 * test's own.
 */
// link: -lcrypt32
#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS
#include <windows.h>
#include <wincrypt.h>
#include <stdlib.h>

#include "chain-certs.h"
#include "check.h"

static HCERTSTORE roots, between;
static HCERTCHAINENGINE engine;
/* The first of June 2026 */
static FILETIME when;

static PCCERT_CONTEXT read_cert(const char *text)
{
	BYTE der[2048];
	DWORD n = sizeof der;
	PCCERT_CONTEXT c;

	CHECK(CryptStringToBinaryA(text, 0, CRYPT_STRING_BASE64, der, &n, NULL,
				   NULL));
	c = CertCreateCertificateContext(X509_ASN_ENCODING, der, n);
	CHECK(c != NULL, "%#lx", GetLastError());
	return c;
}

static void add(HCERTSTORE to, const char *text)
{
	PCCERT_CONTEXT c = read_cert(text);

	CHECK(CertAddCertificateContextToStore(to, c, CERT_STORE_ADD_ALWAYS,
					       NULL));
	CertFreeCertificateContext(c);
}

static PCCERT_CHAIN_CONTEXT chain_for(const char *text, const char *usage,
				      DWORD flags)
{
	CERT_CHAIN_PARA para = { .cbSize = sizeof para };
	PCCERT_CONTEXT c = read_cert(text);
	PCCERT_CHAIN_CONTEXT chain = NULL;

	if (usage) {
		para.RequestedUsage.Usage.cUsageIdentifier = 1;
		para.RequestedUsage.Usage.rgpszUsageIdentifier =
			(LPSTR *)&usage;
	}
	CHECK(CertGetCertificateChain(engine, c, &when, between, &para, flags,
				      NULL, &chain),
	      "%#lx", GetLastError());
	CertFreeCertificateContext(c);
	return chain;
}

static DWORD policy(PCCERT_CHAIN_CONTEXT chain, LPCSTR which, DWORD flags,
		    void *extra, LONG *element)
{
	CERT_CHAIN_POLICY_PARA para = { sizeof para, flags, extra };
	CERT_CHAIN_POLICY_STATUS s = { .cbSize = sizeof s };

	CHECK(CertVerifyCertificateChainPolicy(which, chain, &para, &s));
	if (element)
		*element = s.lElementIndex;
	return s.dwError;
}

static DWORD base(PCCERT_CHAIN_CONTEXT chain, DWORD flags)
{
	return policy(chain, CERT_CHAIN_POLICY_BASE, flags, NULL, NULL);
}

/* ---- */

static void good(void)
{
	PCCERT_CHAIN_CONTEXT c = chain_for(cert_server, NULL, 0), again;
	PCERT_SIMPLE_CHAIN s;
	const CERT_CHAIN_ELEMENT *e;

	if (!c)
		return;
	CHECK_EQ(c->TrustStatus.dwErrorStatus, 0);
	CHECK_EQ(c->cChain, 1);
	s = c->rgpChain[0];
	CHECK_EQ(s->cElement, 3);
	for (DWORD i = 0; i < 3; i++)
		CHECK_EQ(s->rgpElement[i]->TrustStatus.dwErrorStatus, 0);
	e = s->rgpElement[2];
	CHECK(e->TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED);
	e = s->rgpElement[0];
	CHECK(e->TrustStatus.dwInfoStatus & CERT_TRUST_HAS_KEY_MATCH_ISSUER);
	/* What the root allows is not said: all. */
	CHECK(!s->rgpElement[2]->pApplicationUsage);
	CHECK(s->rgpElement[1]->pApplicationUsage &&
	      s->rgpElement[1]->pApplicationUsage->cUsageIdentifier == 2);
	CHECK(e->pApplicationUsage &&
	      e->pApplicationUsage->cUsageIdentifier == 1 &&
	      !strcmp(e->pApplicationUsage->rgpszUsageIdentifier[0],
		      szOID_PKIX_KP_SERVER_AUTH));
	CHECK_EQ(base(c, 0), 0);
	again = CertDuplicateCertificateChain(c);
	CHECK(again == c);
	CertFreeCertificateChain(c);
	CHECK_EQ(again->rgpChain[0]->cElement, 3);
	CertFreeCertificateChain(again);
	CertFreeCertificateChain(NULL);

	c = chain_for(cert_server, NULL,
		      CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT);
	/* Nothing says where a list would be. */
	CHECK_EQ(base(c, CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS), 0);
	CHECK_EQ(base(c, 0), (DWORD)CRYPT_E_NO_REVOCATION_CHECK);
	CHECK(c->TrustStatus.dwErrorStatus &
	      CERT_TRUST_REVOCATION_STATUS_UNKNOWN);
	CHECK(!(c->TrustStatus.dwErrorStatus &
		CERT_TRUST_IS_OFFLINE_REVOCATION));
	CertFreeCertificateChain(c);
}

static void faults(void)
{
	static const struct {
		const char *name, *cert, *usage;
		DWORD error; /* among the chain's */
		DWORD base;
		LONG element;
		DWORD ignore; /* with these flags nothing is wrong */
		DWORD n;
	} row[] = {
		{ "old", cert_old, NULL, CERT_TRUST_IS_NOT_TIME_VALID,
		  (DWORD)CERT_E_EXPIRED, 0,
		  CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG, 3 },
		{ "mail", cert_mail, szOID_PKIX_KP_SERVER_AUTH,
		  CERT_TRUST_IS_NOT_VALID_FOR_USAGE, (DWORD)CERT_E_WRONG_USAGE,
		  0, CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG, 3 },
		/* The one between is not for that. */
		{ "no mail", cert_mail, szOID_PKIX_KP_EMAIL_PROTECTION,
		  CERT_TRUST_IS_NOT_VALID_FOR_USAGE, (DWORD)CERT_E_WRONG_USAGE,
		  0, CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG, 3 },
		{ "strange", cert_strange, NULL,
		  CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT,
		  (DWORD)CERT_E_CRITICAL, 0,
		  CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG, 3 },
		{ "forged", cert_forged, NULL,
		  CERT_TRUST_IS_NOT_SIGNATURE_VALID,
		  (DWORD)TRUST_E_CERT_SIGNATURE, 0, 0, 3 },
		/* The way it is signed is not the one that it says. */
		{ "mixed", cert_mixed, NULL, CERT_TRUST_IS_NOT_SIGNATURE_VALID,
		  (DWORD)TRUST_E_CERT_SIGNATURE, 0, 0, 3 },
		{ "too deep", cert_below_deep, NULL,
		  CERT_TRUST_INVALID_BASIC_CONSTRAINTS,
		  (DWORD)TRUST_E_BASIC_CONSTRAINTS, 2,
		  CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG, 4 },
		{ "no authority", cert_below_end, NULL,
		  CERT_TRUST_INVALID_BASIC_CONSTRAINTS,
		  (DWORD)TRUST_E_BASIC_CONSTRAINTS, 1,
		  CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG, 3 },
		{ "untrusted", cert_below_pss, NULL,
		  CERT_TRUST_IS_UNTRUSTED_ROOT, (DWORD)CERT_E_UNTRUSTEDROOT, 2,
		  CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG, 3 },
		{ "inside", cert_inside, NULL, 0, 0, -1, 0, 3 },
		{ "outside", cert_outside, NULL,
		  CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT,
		  (DWORD)CERT_E_INVALID_NAME, 0,
		  CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG, 3 },
		{ "excluded", cert_excluded, NULL,
		  CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT,
		  (DWORD)CERT_E_INVALID_NAME, 0,
		  CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG, 3 },
		/* One of the hosts that the star stands for is. */
		{ "star excluded", cert_star_excluded, NULL,
		  CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT,
		  (DWORD)CERT_E_INVALID_NAME, 0,
		  CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG, 3 },
		/* Of hosts it has the common name only. */
		{ "named outside", cert_named_outside, NULL,
		  CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT,
		  (DWORD)CERT_E_INVALID_NAME, 0,
		  CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG, 3 },
	};

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		PCCERT_CHAIN_CONTEXT c =
			chain_for(row[i].cert, row[i].usage, 0);
		LONG at = 77;

		if (!c)
			continue;
		CHECK((c->TrustStatus.dwErrorStatus & row[i].error) ==
			      row[i].error,
		      "%s: %#lx", row[i].name, c->TrustStatus.dwErrorStatus);
		CHECK(c->rgpChain[0]->cElement == row[i].n, "%s: %lu",
		      row[i].name, c->rgpChain[0]->cElement);
		CHECK(policy(c, CERT_CHAIN_POLICY_BASE, 0, NULL, &at) ==
			      row[i].base,
		      "%s: %#lx", row[i].name, base(c, 0));
		CHECK(at == row[i].element, "%s: %ld", row[i].name, at);
		if (row[i].ignore)
			CHECK(base(c, row[i].ignore) == 0, "%s: %#lx",
			      row[i].name, base(c, row[i].ignore));
		CertFreeCertificateChain(c);
	}
}

/* The issuer is nowhere. */
static void partial(void)
{
	CERT_CHAIN_PARA para = { .cbSize = sizeof para };
	PCCERT_CONTEXT c = read_cert(cert_server);
	PCCERT_CHAIN_CONTEXT chain = NULL;

	CHECK(CertGetCertificateChain(engine, c, &when, NULL, &para, 0, NULL,
				      &chain));
	CHECK(chain->TrustStatus.dwErrorStatus & CERT_TRUST_IS_PARTIAL_CHAIN);
	CHECK_EQ(chain->rgpChain[0]->cElement, 1);
	CHECK_EQ(base(chain, 0), (DWORD)CERT_E_CHAINING);
	CertFreeCertificateChain(chain);
	CertFreeCertificateContext(c);
}

static DWORD ssl(PCCERT_CHAIN_CONTEXT chain, const WCHAR *name, DWORD checks)
{
	SSL_EXTRA_CERT_CHAIN_POLICY_PARA extra = {
		.cbSize = sizeof extra,
		.dwAuthType = AUTHTYPE_SERVER,
		.fdwChecks = checks,
		.pwszServerName = (WCHAR *)name,
	};

	return policy(chain, CERT_CHAIN_POLICY_SSL, 0, &extra, NULL);
}

static void servers(void)
{
	static const struct {
		const WCHAR *name;
		BOOL fits;
	} host[] = {
		{ L"host.test", TRUE },
		{ L"HOST.Test", TRUE },
		{ L"other.test", FALSE },
		{ L"a.wild.test", TRUE },
		{ L"a.b.wild.test", FALSE },
		{ L"wild.test", FALSE },
		{ L"ost.test", FALSE },
		{ L"xhost.test", FALSE },
		{ L"10.1.2.3", TRUE },
		{ L"10.1.2.4", FALSE },
		/* There are other names: the common one says nothing. */
		{ L"server", FALSE },
	};
	PCCERT_CHAIN_CONTEXT c = chain_for(cert_server, NULL, 0);

	for (unsigned i = 0; c && i < COUNT_OF(host); i++)
		CHECK(ssl(c, host[i].name, 0) ==
			      (host[i].fits ? 0 : (DWORD)CERT_E_CN_NO_MATCH),
		      "%ls: %#lx", host[i].name, ssl(c, host[i].name, 0));
	CHECK_EQ(ssl(c, L"other.test", 0x1000), 0); /* names do not matter */
	CHECK_EQ(ssl(c, NULL, 0), 0);
	CertFreeCertificateChain(c);
	c = chain_for(cert_common, NULL, 0);
	CHECK_EQ(ssl(c, L"common.test", 0), 0);
	CHECK_EQ(ssl(c, L"host.test", 0), (DWORD)CERT_E_CN_NO_MATCH);
	CertFreeCertificateChain(c);
	c = chain_for(cert_star_address, NULL, 0);
	CHECK_EQ(ssl(c, L"1.2.3.4", 0), (DWORD)CERT_E_CN_NO_MATCH);
	CertFreeCertificateChain(c);
	c = chain_for(cert_mail, NULL, 0);
	CHECK_EQ(ssl(c, L"mail.test", 0), (DWORD)CERT_E_WRONG_USAGE);
	CertFreeCertificateChain(c);
}

static void others(void)
{
	PCCERT_CHAIN_CONTEXT c = chain_for(cert_server, NULL, 0);
	CERT_CHAIN_POLICY_PARA para = { .cbSize = sizeof para };
	CERT_CHAIN_POLICY_STATUS s = { .cbSize = sizeof s };
	const DWORD ca = BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_CA_FLAG;
	const DWORD end = BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_END_ENTITY_FLAG;
	LPCSTR which = CERT_CHAIN_POLICY_BASIC_CONSTRAINTS;

	CHECK_EQ(policy(c, which, end, NULL, NULL), 0);
	CHECK_EQ(policy(c, which, ca, NULL, NULL),
		 (DWORD)TRUST_E_BASIC_CONSTRAINTS);
	CHECK_EQ(policy(c, CERT_CHAIN_POLICY_MICROSOFT_ROOT, 0, NULL, NULL),
		 (DWORD)CERT_E_UNTRUSTEDROOT);
	CHECK(!CertVerifyCertificateChainPolicy((LPCSTR)(ULONG_PTR)0x7777, c,
						&para, &s));
	CertFreeCertificateChain(c);
	c = chain_for(cert_inter, NULL, 0);
	CHECK_EQ(policy(c, which, ca, NULL, NULL), 0);
	CHECK_EQ(policy(c, which, end, NULL, NULL),
		 (DWORD)TRUST_E_BASIC_CONSTRAINTS);
	CertFreeCertificateChain(c);
}

static BOOL is_signed(PCCERT_CONTEXT c, PCCERT_CONTEXT issuer)
{
	return CryptVerifyCertificateSignatureEx(
		0, X509_ASN_ENCODING, CRYPT_VERIFY_CERT_SIGN_SUBJECT_CERT,
		(void *)c, CRYPT_VERIFY_CERT_SIGN_ISSUER_CERT, (void *)issuer,
		0, NULL);
}

/* Each kind of signature; and the same with a bit that differs. */
static void signatures(void)
{
	static const struct {
		const char *cert, *issuer, *not ;
	} row[] = {
		{ cert_root, cert_root, cert_inter },
		{ cert_inter, cert_root, cert_other_root },
		{ cert_server, cert_inter, cert_root },
		{ cert_inside, cert_limits, cert_inter },
		{ cert_other_root, cert_other_root, cert_pss },
		{ cert_pss, cert_other_root, cert_root },
		{ cert_below_pss, cert_pss, cert_other_root },
	};

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		PCCERT_CONTEXT c = read_cert(row[i].cert);
		PCCERT_CONTEXT issuer = read_cert(row[i].issuer);
		PCCERT_CONTEXT not = read_cert(row[i].not );
		BYTE der[2048];
		DWORD n = c->cbCertEncoded, broken = 0;

		CHECK(is_signed(c, issuer), "%u: %#lx", i, GetLastError());
		CHECK(!is_signed(c, not ), "%u", i);
		for (DWORD at = n - 1; at > n - 40; at -= 13) {
			memcpy(der, c->pbCertEncoded, n);
			der[at] ^= 1;
			broken += !CryptVerifyCertificateSignature(
				0, X509_ASN_ENCODING, der, n,
				&issuer->pCertInfo->SubjectPublicKeyInfo);
		}
		CHECK_EQ(broken, 3);
		memcpy(der, c->pbCertEncoded, n);
		CHECK(CryptVerifyCertificateSignature(
			0, X509_ASN_ENCODING, der, n,
			&issuer->pCertInfo->SubjectPublicKeyInfo));
		der[30] ^= 1; /* in what is signed */
		CHECK(!CryptVerifyCertificateSignature(
			0, X509_ASN_ENCODING, der, n,
			&issuer->pCertInfo->SubjectPublicKeyInfo));
		CertFreeCertificateContext(c);
		CertFreeCertificateContext(issuer);
		CertFreeCertificateContext(not );
	}
}

/* Whatever a certificate says: it has no good chain, and nobody dies of it. */
static void damaged(const char *text)
{
	CERT_CHAIN_PARA para = { .cbSize = sizeof para };
	PCCERT_CONTEXT whole = read_cert(text);
	BYTE der[2048];
	int good_ones = 0;

	for (DWORD i = 0; i < whole->cbCertEncoded; i += 3) {
		PCCERT_CHAIN_CONTEXT chain = NULL;
		PCCERT_CONTEXT c;
		HCERTSTORE s = CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0,
					     0, NULL);
		HCERTSTORE own =
			CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);

		memcpy(der, whole->pbCertEncoded, whole->cbCertEncoded);
		der[i] ^= 0x80 >> i % 8;
		/* Also as the issuer of others. */
		CertAddStoreToCollection(s, own, 0, 1);
		CertAddStoreToCollection(s, between, 0, 0);
		c = CertCreateCertificateContext(X509_ASN_ENCODING, der,
						 whole->cbCertEncoded);
		if (c) {
			CertAddCertificateContextToStore(
				own, c, CERT_STORE_ADD_ALWAYS, NULL);
			CHECK(CertGetCertificateChain(engine, c, &when, s,
						      &para, 0, NULL, &chain));
			good_ones += !base(chain, 0);
			ssl(chain, L"host.test", 0);
			CertFreeCertificateChain(chain);
			CertFreeCertificateContext(c);
		}
		CertCloseStore(s, 0);
		CertCloseStore(own, 0);
	}
	CHECK_EQ(good_ones, 0);
	CertFreeCertificateContext(whole);
}

/* Go's way: a store that is closed, but there while its certificates are. */
static void deferred(void)
{
	HCERTSTORE s = CertOpenStore(
		CERT_STORE_PROV_MEMORY, 0, 0,
		CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG, NULL);
	CERT_CHAIN_PARA para = { .cbSize = sizeof para };
	PCCERT_CONTEXT c = read_cert(cert_server), kept = NULL, twice;
	PCCERT_CHAIN_CONTEXT chain = NULL;

	CHECK(CertAddCertificateContextToStore(s, c, CERT_STORE_ADD_ALWAYS,
					       &kept));
	add(s, cert_inter);
	CertFreeCertificateContext(c);
	CHECK(CertCloseStore(s, 0));
	CHECK(kept && kept->hCertStore);
	twice = CertDuplicateCertificateContext(kept);
	CertFreeCertificateContext(kept);
	CHECK(CertGetCertificateChain(engine, twice, &when, twice->hCertStore,
				      &para, 0, NULL, &chain));
	CHECK_EQ(chain->TrustStatus.dwErrorStatus, 0);
	CertFreeCertificateContext(twice);
	CHECK_EQ(base(chain, 0), 0);
	CertFreeCertificateChain(chain);
}

int main(void)
{
	static const char *const middle[] = { cert_inter,  cert_deep,
					      cert_end,    cert_pss,
					      cert_limits, cert_other_root };
	CERT_CHAIN_ENGINE_CONFIG config = { .cbSize = sizeof config };
	SYSTEMTIME t = { .wYear = 2026, .wMonth = 6, .wDay = 1 };

	SystemTimeToFileTime(&t, &when);
	roots = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	between = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	add(roots, cert_root);
	for (unsigned i = 0; i < COUNT_OF(middle); i++)
		add(between, middle[i]);
	config.hExclusiveRoot = roots;
	CHECK(CertCreateCertificateChainEngine(&config, &engine));
	good();
	faults();
	partial();
	servers();
	others();
	signatures();
	deferred();
	damaged(cert_server);
	damaged(cert_limits);
	damaged(cert_inside);
	CertFreeCertificateChainEngine(engine);
	CertCloseStore(between, 0);
	CertCloseStore(roots, 0);
	return check_done();
}
