/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Schannel: a client and a server in one process, which hand each other what
 * they say, whole and byte by byte; data, sizes, attributes, ALPN, the end; who
 * is not trusted, not the one, not valid any more; what is no TLS.
 */
// link: -lsecur32 -lcrypt32
#include "schannel-sides.h"

/* A record that comes byte by byte, and half of another. */
static void slowly(struct side *from, struct side *to)
{
	struct bytes got = { 0 };
	SECURITY_STATUS status = SEC_E_INCOMPLETE_MESSAGE;
	DWORD n, first;

	send_data(from, to, "hello", 5);
	first = to->in.n;
	send_data(from, to, "world", 5);
	for (n = 1; n <= first && status == SEC_E_INCOMPLETE_MESSAGE; n++)
		status = receive(to, n, &got);
	CHECK_EQ(n - 1, first);
	CHECK_EQ(status, SEC_E_OK);
	CHECK_EQ(receive(to, to->in.n, &got), SEC_E_OK);
	CHECK(got.n == 10 && !memcmp(got.p, "helloworld", 10));
	free(got.p);
}

static void shutdown_from(struct side *from, struct side *to)
{
	DWORD what = SCHANNEL_SHUTDOWN;
	SecBuffer b = { sizeof what, SECBUFFER_TOKEN, &what };
	SecBufferDesc d = { SECBUFFER_VERSION, 1, &b };
	struct bytes got = { 0 };

	CHECK_EQ(ApplyControlToken(&from->ctx, &d), SEC_E_OK);
	call(from, 0, to);
	CHECK(from->status >= 0, "%#lx", from->status);
	CHECK(to->in.n > 5, "%lu", to->in.n);
	CHECK_EQ(receive(to, to->in.n, &got), SEC_I_CONTEXT_EXPIRED);
	CHECK_EQ(got.n, 0);
}

/* ---- what is known of a connection ---- */

static void attributes(struct side *c, struct side *s, DWORD version)
{
	SecPkgContext_ConnectionInfo i = { 0 };
	SecPkgContext_CipherInfo x = { .dwVersion =
					       SECPKGCONTEXT_CIPHERINFO_V1 };
	SecPkgContext_KeyInfoW k = { 0 };
	PCCERT_CONTEXT peer = NULL, own = NULL;

	CHECK_EQ(QueryContextAttributesW(&c->ctx, SECPKG_ATTR_CONNECTION_INFO,
					 &i),
		 SEC_E_OK);
	CHECK_EQ(i.dwProtocol, version == 0x304 ? SP_PROT_TLS1_3_CLIENT
						: SP_PROT_TLS1_2_CLIENT);
	CHECK(i.dwCipherStrength >= 128);
	CHECK_EQ(QueryContextAttributesW(&s->ctx, SECPKG_ATTR_CIPHER_INFO, &x),
		 SEC_E_OK);
	CHECK_EQ(x.dwProtocol, version);
	CHECK(!memcmp(x.szCipherSuite, L"TLS_", 8), "%ls", x.szCipherSuite);
	CHECK_EQ(QueryContextAttributesW(&c->ctx, SECPKG_ATTR_KEY_INFO, &k),
		 SEC_E_OK);
	CHECK(k.KeySize >= 128);
	FreeContextBuffer(k.sSignatureAlgorithmName);
	FreeContextBuffer(k.sEncryptAlgorithmName);

	shows(c, cert);
	CHECK_EQ(QueryContextAttributesW(&s->ctx,
					 SECPKG_ATTR_LOCAL_CERT_CONTEXT, &own),
		 SEC_E_OK);
	CertFreeCertificateContext(own);
	CHECK_EQ(QueryContextAttributesW(
			 &s->ctx, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &peer),
		 SEC_E_NO_CREDENTIALS);

	CHECK_EQ(bound(c, s, SECPKG_ATTR_ENDPOINT_BINDINGS,
		       "tls-server-end-point:"),
		 32);
	if (version == 0x303)
		bound(c, s, SECPKG_ATTR_UNIQUE_BINDINGS, "tls-unique:");
}

static void keying(struct side *c, struct side *s)
{
	char label[] = "EXPERIMENTAL-run-foreign";
	SecPkgContext_KeyingMaterialInfo i = { sizeof label, label, 0, NULL,
					       40 };
	SecPkgContext_KeyingMaterial one = { 0 }, other = { 0 };

	CHECK_EQ(SetContextAttributesW(&c->ctx,
				       SECPKG_ATTR_KEYING_MATERIAL_INFO, &i,
				       sizeof i),
		 SEC_E_OK);
	CHECK_EQ(SetContextAttributesW(&s->ctx,
				       SECPKG_ATTR_KEYING_MATERIAL_INFO, &i,
				       sizeof i),
		 SEC_E_OK);
	CHECK_EQ(QueryContextAttributesW(&c->ctx, SECPKG_ATTR_KEYING_MATERIAL,
					 &one),
		 SEC_E_OK);
	CHECK_EQ(QueryContextAttributesW(&s->ctx, SECPKG_ATTR_KEYING_MATERIAL,
					 &other),
		 SEC_E_OK);
	CHECK_EQ(one.cbKeyingMaterial, 40);
	CHECK(one.pbKeyingMaterial && other.pbKeyingMaterial &&
	      !memcmp(one.pbKeyingMaterial, other.pbKeyingMaterial, 40));
	FreeContextBuffer(one.pbKeyingMaterial);
	FreeContextBuffer(other.pbKeyingMaterial);
}

/* ---- the tests ---- */

static void connection(DWORD version, BOOL slow)
{
	BOOL three = version == 0x304;
	struct side c, s;

	CHECK_EQ(acquire(&c, FALSE,
			 three ? SP_PROT_TLS1_3_CLIENT : SP_PROT_TLS1_2_CLIENT,
			 SCH_CRED_MANUAL_CRED_VALIDATION |
				 SCH_CRED_NO_DEFAULT_CREDS,
			 NULL, NULL),
		 SEC_E_OK);
	CHECK_EQ(acquire(&s, TRUE,
			 three ? SP_PROT_TLS1_3_SERVER : SP_PROT_TLS1_2_SERVER,
			 0, &cert, NULL),
		 SEC_E_OK);
	shake(&c, &s, slow);
	CHECK_EQ(c.status, SEC_E_OK);
	CHECK_EQ(s.status, SEC_E_OK);
	CHECK_EQ(c.got, ISC_RET_CONFIDENTIALITY | ISC_RET_ALLOCATED_MEMORY |
				ISC_RET_STREAM | ISC_RET_SEQUENCE_DETECT |
				ISC_RET_REPLAY_DETECT);
	if (c.done && s.done) {
		attributes(&c, &s, version);
		keying(&c, &s);
		exchange(&c, &s, 3);
		exchange(&s, &c, slow ? 100 : 1000000);
		slowly(&c, &s);
		slowly(&s, &c);
		shutdown_from(&c, &s);
	}
	end(&c);
	end(&s);
}

static void altered(void)
{
	struct bytes got = { 0 };
	struct side c, s;

	acquire(&c, FALSE, SP_PROT_TLS1_2_CLIENT,
		SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS,
		NULL, NULL);
	acquire(&s, TRUE, SP_PROT_TLS1_2_SERVER, 0, &cert, NULL);
	shake(&c, &s, FALSE);
	if (c.done && s.done) {
		SECURITY_STATUS status;

		send_data(&c, &s, "secret", 6);
		s.in.p[s.in.n - 1] ^= 1;
		status = receive(&s, s.in.n, &got);
		CHECK(status == SEC_E_MESSAGE_ALTERED ||
			      status == SEC_E_DECRYPT_FAILURE,
		      "%#lx", status);
	}
	end(&c);
	end(&s);
}

/* Not by us, but by Windows: what it says of a certificate. */
static void judged(PCCERT_CONTEXT which, const WCHAR *name,
		   SECURITY_STATUS want, DWORD flags)
{
	PCCERT_CONTEXT was = cert;
	const WCHAR *old = host;
	struct side c, s;

	cert = which;
	host = name;
	acquire(&c, FALSE, SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_CLIENT,
		flags | SCH_CRED_NO_DEFAULT_CREDS, NULL, NULL);
	acquire(&s, TRUE, 0, 0, &cert, NULL);
	shake(&c, &s, FALSE);
	CHECK_EQ(c.status, want);
	/* An alert was for the server. */
	if (want < 0 && s.in.n) {
		call(&s, s.in.n, &c);
		CHECK(s.status < 0, "%#lx", s.status);
	}
	cert = was;
	host = old;
	end(&c);
	end(&s);
}

/* Whom a server trusts it says itself: the client has the server's own. */
static void mutual(BOOL give, BOOL trust)
{
	HCERTSTORE roots = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	struct side c, s;

	if (trust)
		CertAddCertificateContextToStore(roots, cert,
						 CERT_STORE_ADD_ALWAYS, NULL);
	acquire(&c, FALSE, SP_PROT_TLS1_2_CLIENT,
		SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS,
		give ? &cert : NULL, NULL);
	acquire(&s, TRUE, SP_PROT_TLS1_2_SERVER, 0, &cert, roots);
	s.flags |= ASC_REQ_MUTUAL_AUTH;
	shake(&c, &s, FALSE);
	if (!give) {
		/* It is told that a certificate is wanted, and goes on. */
		CHECK_EQ(c.status, SEC_I_INCOMPLETE_CREDENTIALS);
	} else if (trust) {
		CHECK_EQ(s.status, SEC_E_OK);
		shows(&s, cert);
	} else {
		CHECK_EQ(s.status, SEC_E_UNTRUSTED_ROOT);
	}
	end(&c);
	end(&s);
	CertCloseStore(roots, 0);
}

static void alpn(const char *client, const char *server, const char *want)
{
	SecPkgContext_ApplicationProtocol p = { 0 };
	struct side c, s;

	alpn_client = client;
	alpn_server = server;
	acquire(&c, FALSE, 0,
		SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS,
		NULL, NULL);
	acquire(&s, TRUE, 0, 0, &cert, NULL);
	shake(&c, &s, FALSE);
	if (want) {
		CHECK_EQ(c.status, SEC_E_OK);
		CHECK_EQ(QueryContextAttributesW(
				 &c.ctx, SECPKG_ATTR_APPLICATION_PROTOCOL, &p),
			 SEC_E_OK);
		CHECK_EQ(p.ProtoNegoStatus,
			 SecApplicationProtocolNegotiationStatus_Success);
		CHECK(p.ProtocolIdSize == strlen(want) &&
		      !memcmp(p.ProtocolId, want, strlen(want)));
	} else {
		CHECK(s.status < 0, "%#lx", s.status);
	}
	alpn_client = alpn_server = NULL;
	end(&c);
	end(&s);
}

static void refusals(void)
{
	static char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	SecPkgContext_StreamSizes z;
	SecPkgInfoW *info;
	struct side c, s;
	CtxtHandle none = { 1, 12345 }, gone;
	SCHANNEL_CRED bad = { .dwVersion = 99 };
	CredHandle h;
	ULONG n = 0;

	CHECK_EQ(EnumerateSecurityPackagesW(&n, &info), SEC_E_OK);
	CHECK(n >= 1);
	FreeContextBuffer(info);
	CHECK_EQ(QuerySecurityPackageInfoW((WCHAR *)UNISP_NAME_W, &info),
		 SEC_E_OK);
	CHECK(info->fCapabilities & SECPKG_FLAG_STREAM);
	CHECK_EQ(info->wRPCID, UNISP_RPC_ID);
	FreeContextBuffer(info);
	CHECK_EQ(QuerySecurityPackageInfoW((WCHAR *)L"no such", &info),
		 SEC_E_SECPKG_NOT_FOUND);
	CHECK_EQ(AcquireCredentialsHandleW(NULL, (WCHAR *)L"no such",
					   SECPKG_CRED_OUTBOUND, NULL, NULL,
					   NULL, NULL, &h, NULL),
		 SEC_E_SECPKG_NOT_FOUND);
	CHECK(AcquireCredentialsHandleW(NULL, (WCHAR *)UNISP_NAME_W,
					SECPKG_CRED_OUTBOUND, NULL, &bad, NULL,
					NULL, &h, NULL) < 0);
	CHECK_EQ(QueryContextAttributesW(&none, SECPKG_ATTR_STREAM_SIZES, &z),
		 SEC_E_INVALID_HANDLE);
	CHECK_EQ(acquire(&s, TRUE, 0, 0, NULL, NULL), SEC_E_NO_CREDENTIALS);

	acquire(&c, FALSE, 0,
		SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS,
		NULL, NULL);
	memset(&s, 0, sizeof s);
	call(&c, 0, &s);
	add(&c.in, text, sizeof text - 1);
	call(&c, c.in.n, &s);
	CHECK(c.status == SEC_E_INVALID_TOKEN ||
		      c.status == SEC_E_ILLEGAL_MESSAGE,
	      "%#lx", c.status);
	gone = c.ctx;
	end(&c);
	CHECK_EQ(DeleteSecurityContext(&gone), SEC_E_INVALID_HANDLE);
	free(s.in.p);
}

static void new_credentials(void)
{
	TLS_PARAMETERS p = { .grbitDisabledProtocols = SP_PROT_TLS1_3_CLIENT };
	SCH_CREDENTIALS d = { .dwVersion = SCH_CREDENTIALS_VERSION,
			      .dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION |
					 SCH_CRED_NO_DEFAULT_CREDS,
			      .cTlsParameters = 1,
			      .pTlsParameters = &p };
	SecPkgContext_ConnectionInfo i = { 0 };
	struct side c = { .flags = ISC_REQ_ALLOCATE_MEMORY }, s;

	CHECK_EQ(AcquireCredentialsHandleW(NULL, (WCHAR *)UNISP_NAME_W,
					   SECPKG_CRED_OUTBOUND, NULL, &d, NULL,
					   NULL, &c.cred, NULL),
		 SEC_E_OK);
	acquire(&s, TRUE, SP_PROT_TLS1_2_SERVER | SP_PROT_TLS1_3_SERVER, 0,
		&cert, NULL);
	shake(&c, &s, FALSE);
	CHECK_EQ(c.status, SEC_E_OK);
	CHECK_EQ(QueryContextAttributesW(&c.ctx, SECPKG_ATTR_CONNECTION_INFO,
					 &i),
		 SEC_E_OK);
	CHECK_EQ(i.dwProtocol, SP_PROT_TLS1_2_CLIENT);
	end(&c);
	end(&s);
}

int main(void)
{
	WCHAR container[64], other[64];
	PCCERT_CONTEXT old;

	if (!is_built_with_tls())
		return 0;
	wsprintfW(other, L"rf-schannel-%lu-old", GetCurrentProcessId());
	cert_drop(NULL, other);
	cert = cert_fresh("schannel", container);
	if (!cert)
		return check_done();
	refusals();
	connection(0x303, FALSE);
	connection(0x304, FALSE);
	connection(0x303, TRUE);
	connection(0x304, TRUE);
	altered();
	new_credentials();
	mutual(TRUE, TRUE);
	mutual(TRUE, FALSE);
	mutual(FALSE, FALSE);
	alpn("\2h2\10http/1.1", "\10http/1.1", "http/1.1");
	alpn("\2h2\10http/1.1", "\2h2\10http/1.1", "h2");
	alpn("\2h2", "\10http/1.1", NULL);
	judged(cert, L"good.test", SEC_E_UNTRUSTED_ROOT, 0);
	judged(cert, L"good.test", SEC_E_OK, SCH_CRED_MANUAL_CRED_VALIDATION);
	old = cert_make(other, "good.test", "200101000000Z", "200201000000Z");
	CHECK(old, "%#lx", GetLastError());
	if (old)
		judged(old, L"good.test", SEC_E_UNTRUSTED_ROOT, 0);
	cert_drop(old, other);
	cert_drop(cert, container);
	return check_done();
}
