/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Schannel thinks of certificates, of a server's and of a client's: good
 * ones, expired ones, of tomorrow, for somebody else, for something else,
 * signed by themselves and by strangers. By itself it says SEC_E_*, and to the
 * other side an alert; whom it lets judge finds CERT_E_* by the policy for TLS.
 */
// link: -lsecur32 -lcrypt32
#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS
#include "schannel-sides.h"

#define THEN  "200101000000Z"
#define LATER "491231235959Z"

enum { CA, STRANGER, LEAF, KEYS };
enum { SERVERS = 1, CLIENTS = 2 };

static WCHAR keys[KEYS][64];
static const char *list; /* where issued ones say that one of revoked ones is */
static const char *const names[] = { "run-foreign's test CA", "a stranger" };

/* One that ca has issued, or if that is LEAF, itself. */
static PCCERT_CONTEXT issue(int ca, const char *name, const char *from,
			    const char *to, BYTE purpose)
{
	static BYTE serial = 10;
	PCCERT_CONTEXT c = cert_issue(&(struct cert_wish){
		.container = keys[LEAF],
		.issuer = ca == LEAF ? NULL : keys[ca],
		.issuer_name = ca == LEAF ? NULL : names[ca],
		.name = name,
		.from = from,
		.to = to,
		.purpose = purpose,
		.list = list,
		.serial = serial++ });

	CHECK(c, "%#lx", GetLastError());
	return c;
}

static PCCERT_CONTEXT authority(int ca)
{
	PCCERT_CONTEXT c =
		cert_issue(&(struct cert_wish){ .container = keys[ca],
						.name = names[ca],
						.from = THEN,
						.to = LATER,
						.authority = TRUE,
						.serial = 1 });

	CHECK(c, "%#lx", GetLastError());
	return c;
}

/* ---- of servers ---------------------------------------------------------- */

/* What the policy for TLS says to a client that judges itself. */
static DWORD by_hand(struct side *c, HCERTSTORE more)
{
	static char usage[] = szOID_PKIX_KP_SERVER_AUTH;
	LPSTR usages[] = { usage };
	CERT_CHAIN_PARA para = {
		.cbSize = sizeof para,
		.RequestedUsage = { USAGE_MATCH_TYPE_AND, { 1, usages } },
	};
	SSL_EXTRA_CERT_CHAIN_POLICY_PARA extra = {
		.cbSize = sizeof extra,
		.dwAuthType = AUTHTYPE_SERVER,
		.pwszServerName = (WCHAR *)host,
	};
	CERT_CHAIN_POLICY_PARA policy = { sizeof policy, 0, &extra };
	CERT_CHAIN_POLICY_STATUS s = { .cbSize = sizeof s };
	PCCERT_CHAIN_CONTEXT chain;
	PCCERT_CONTEXT peer = NULL;

	CHECK_EQ(QueryContextAttributesW(
			 &c->ctx, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &peer),
		 SEC_E_OK);
	if (!peer)
		return 1;
	CHECK(CertGetCertificateChain(NULL, peer, NULL, more, &para, 0, NULL,
				      &chain));
	CHECK(CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain,
					       &policy, &s));
	CertFreeCertificateChain(chain);
	CertFreeCertificateContext(peer);
	return s.dwError;
}

static void judged(PCCERT_CONTEXT which, DWORD flags, SECURITY_STATUS want,
		   SECURITY_STATUS told)
{
	struct side c, s;

	cert = which;
	for (int three = 0; three < 2; three++) {
		acquire(&c, FALSE,
			three ? SP_PROT_TLS1_3_CLIENT : SP_PROT_TLS1_2_CLIENT,
			flags | SCH_CRED_NO_DEFAULT_CREDS, NULL, NULL);
		acquire(&s, TRUE,
			three ? SP_PROT_TLS1_3_SERVER : SP_PROT_TLS1_2_SERVER,
			0, &cert, NULL);
		shake(&c, &s, FALSE);
		CHECK_EQ(c.status, want);
		CHECK_EQ(c.done, want == SEC_E_OK);
		if (want < 0) {
			CHECK(s.in.n > 0);
			call(&s, s.in.n, &c);
		}
		CHECK_EQ(s.status, told);
		end(&c);
		end(&s);
	}
}

/* Without flags, and by the client itself. */
static void server(PCCERT_CONTEXT which, HCERTSTORE more, SECURITY_STATUS want,
		   SECURITY_STATUS told, HRESULT policy)
{
	struct side c, s;

	judged(which, 0, want, told);
	acquire(&c, FALSE, SP_PROT_TLS1_2_CLIENT,
		SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS,
		NULL, NULL);
	acquire(&s, TRUE, SP_PROT_TLS1_2_SERVER, 0, &which, NULL);
	shake(&c, &s, FALSE);
	CHECK_EQ(c.status, SEC_E_OK);
	if (c.done)
		CHECK_EQ((HRESULT)by_hand(&c, more), policy);
	end(&c);
	end(&s);
}

static void servers(HCERTSTORE more)
{
	PCCERT_CONTEXT c = issue(CA, "good.test", THEN, LATER, SERVERS);

	server(c, NULL, SEC_E_OK, SEC_E_OK, S_OK);
	/* Nothing says where a list of those that are revoked would be. */
	judged(c, SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
	       CRYPT_E_NO_REVOCATION_CHECK, SEC_E_CERT_UNKNOWN);
	judged(c,
	       SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT |
		       SCH_CRED_IGNORE_NO_REVOCATION_CHECK,
	       SEC_E_OK, SEC_E_OK);
	judged(c,
	       SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT |
		       SCH_CRED_IGNORE_REVOCATION_OFFLINE,
	       CRYPT_E_NO_REVOCATION_CHECK, SEC_E_CERT_UNKNOWN);
	host = L"other.test";
	server(c, NULL, SEC_E_WRONG_PRINCIPAL, SEC_E_CERT_UNKNOWN,
	       CERT_E_CN_NO_MATCH);
	judged(c, SCH_CRED_NO_SERVERNAME_CHECK, SEC_E_OK, SEC_E_OK);
	host = L"good.test";
	CertFreeCertificateContext(c);

	/* Something does, but there is none. */
	list = "http://127.0.0.1:1/none";
	c = issue(CA, "good.test", THEN, LATER, SERVERS);
	list = NULL;
	judged(c, 0, SEC_E_OK, SEC_E_OK);
	judged(c, SCH_CRED_REVOCATION_CHECK_END_CERT,
	       CRYPT_E_REVOCATION_OFFLINE, SEC_E_CERT_UNKNOWN);
	judged(c,
	       SCH_CRED_REVOCATION_CHECK_END_CERT |
		       SCH_CRED_IGNORE_NO_REVOCATION_CHECK,
	       CRYPT_E_REVOCATION_OFFLINE, SEC_E_CERT_UNKNOWN);
	judged(c,
	       SCH_CRED_REVOCATION_CHECK_END_CERT |
		       SCH_CRED_IGNORE_REVOCATION_OFFLINE,
	       SEC_E_OK, SEC_E_OK);
	CertFreeCertificateContext(c);

	c = issue(CA, "good.test", THEN, LATER, 0);
	server(c, NULL, SEC_E_OK, SEC_E_OK, S_OK);
	CertFreeCertificateContext(c);
	c = issue(CA, "good.test", THEN, "200201000000Z", SERVERS);
	server(c, NULL, SEC_E_CERT_EXPIRED, SEC_E_CERT_EXPIRED, CERT_E_EXPIRED);
	CertFreeCertificateContext(c);
	c = issue(CA, "good.test", "490101000000Z", LATER, SERVERS);
	server(c, NULL, SEC_E_CERT_EXPIRED, SEC_E_CERT_EXPIRED, CERT_E_EXPIRED);
	CertFreeCertificateContext(c);
	c = issue(CA, "good.test", THEN, LATER, CLIENTS);
	server(c, NULL, SEC_E_CERT_WRONG_USAGE, SEC_E_CERT_UNKNOWN,
	       CERT_E_WRONG_USAGE);
	CertFreeCertificateContext(c);
	/* Nobody knows the issuer; it is known, but not trusted. */
	c = issue(STRANGER, "good.test", THEN, LATER, SERVERS);
	server(c, NULL, SEC_E_UNTRUSTED_ROOT, SEC_E_UNTRUSTED_ROOT,
	       CERT_E_CHAINING);
	server(c, more, SEC_E_UNTRUSTED_ROOT, SEC_E_UNTRUSTED_ROOT,
	       CERT_E_UNTRUSTEDROOT);
	CertFreeCertificateContext(c);
	c = issue(LEAF, "good.test", THEN, LATER, SERVERS);
	server(c, NULL, SEC_E_UNTRUSTED_ROOT, SEC_E_UNTRUSTED_ROOT,
	       CERT_E_UNTRUSTEDROOT);
	CertFreeCertificateContext(c);
}

/* ---- of clients ---------------------------------------------------------- */

/* roots: whom the server trusts; NULL: whom everybody does. */
static void client(PCCERT_CONTEXT which, HCERTSTORE roots, DWORD flags,
		   SECURITY_STATUS want)
{
	struct side c, s;

	for (int three = 0; three < 2; three++) {
		acquire(&c, FALSE,
			three ? SP_PROT_TLS1_3_CLIENT : SP_PROT_TLS1_2_CLIENT,
			SCH_CRED_MANUAL_CRED_VALIDATION |
				SCH_CRED_NO_DEFAULT_CREDS,
			&which, NULL);
		acquire(&s, TRUE,
			three ? SP_PROT_TLS1_3_SERVER : SP_PROT_TLS1_2_SERVER,
			flags, &cert, roots);
		s.flags |= ASC_REQ_MUTUAL_AUTH;
		shake(&c, &s, FALSE);
		CHECK_EQ(s.status, want);
		if (s.done)
			shows(&s, which);
		end(&c);
		end(&s);
	}
}

static void clients(HCERTSTORE trusted, HCERTSTORE strangers)
{
	PCCERT_CONTEXT c = issue(CA, "somebody", THEN, LATER, CLIENTS);

	cert = issue(CA, "good.test", THEN, LATER, SERVERS);
	client(c, trusted, 0, SEC_E_OK);
	client(c, NULL, 0, SEC_E_OK);
	client(c, strangers, 0, SEC_E_UNTRUSTED_ROOT);
	client(c, strangers, SCH_CRED_MANUAL_CRED_VALIDATION, SEC_E_OK);
	CertFreeCertificateContext(c);
	c = issue(CA, "somebody", THEN, "200201000000Z", CLIENTS);
	client(c, trusted, 0, SEC_E_CERT_EXPIRED);
	CertFreeCertificateContext(c);
	c = issue(CA, "somebody", "490101000000Z", LATER, CLIENTS);
	client(c, trusted, 0, SEC_E_CERT_EXPIRED);
	CertFreeCertificateContext(c);
	c = issue(CA, "somebody", THEN, LATER, SERVERS);
	client(c, trusted, 0, SEC_E_CERT_WRONG_USAGE);
	CertFreeCertificateContext(c);
	c = issue(STRANGER, "somebody", THEN, LATER, CLIENTS);
	client(c, trusted, 0, SEC_E_UNTRUSTED_ROOT);
	client(c, strangers, 0, SEC_E_OK);
	CertFreeCertificateContext(c);
	c = issue(LEAF, "somebody", THEN, LATER, CLIENTS);
	client(c, trusted, 0, SEC_E_UNTRUSTED_ROOT);
	CertFreeCertificateContext(c);
	CertFreeCertificateContext(cert);
}

int main(void)
{
	HCERTSTORE root = CertOpenSystemStoreW(0, L"ROOT"),
		   trusted =
			   CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL),
		   strangers =
			   CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	PCCERT_CONTEXT ca, stranger, added = NULL;

	if (!is_built_with_tls())
		return 0;
	for (int i = 0; i < KEYS; i++) {
		wsprintfW(keys[i], L"rf-judged-%lu-%d", GetCurrentProcessId(),
			  i);
		cert_drop(NULL, keys[i]);
	}
	ca = authority(CA);
	stranger = authority(STRANGER);
	if (!ca || !stranger)
		return check_done();
	CertAddCertificateContextToStore(trusted, ca, CERT_STORE_ADD_ALWAYS,
					 NULL);
	CertAddCertificateContextToStore(strangers, stranger,
					 CERT_STORE_ADD_ALWAYS, NULL);
	CHECK(CertAddCertificateContextToStore(
		      root, ca, CERT_STORE_ADD_REPLACE_EXISTING, &added),
	      "%#lx", GetLastError());
	servers(strangers);
	clients(trusted, strangers);
	if (added)
		CHECK(CertDeleteCertificateFromStore(added));
	/* Who is trusted no more. */
	added = issue(CA, "good.test", THEN, LATER, SERVERS);
	judged(added, 0, SEC_E_UNTRUSTED_ROOT, SEC_E_UNTRUSTED_ROOT);
	CertFreeCertificateContext(added);
	CertCloseStore(trusted, 0);
	CertCloseStore(strangers, 0);
	CertCloseStore(root, 0);
	CertFreeCertificateContext(ca);
	CertFreeCertificateContext(stranger);
	for (int i = 0; i < KEYS; i++)
		cert_drop(NULL, keys[i]);
	return check_done();
}
