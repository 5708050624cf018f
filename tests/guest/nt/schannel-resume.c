/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Schannel's sessions: resumed by the same credentials with the same server, in
 * 1.2 by their ids and in 1.3 by tickets; with nobody else, not without a name
 * for the server, not for longer than was said, not where it was asked not to
 * or was judged otherwise, and not after something went wrong.
 */
// link: -lsecur32 -lcrypt32
#include "schannel-sides.h"

static DWORD version;

static SECURITY_STATUS client(struct side *s, DWORD flags, PCCERT_CONTEXT *own)
{
	return acquire(s, FALSE,
		       version == 0x304 ? SP_PROT_TLS1_3_CLIENT
					: SP_PROT_TLS1_2_CLIENT,
		       flags | SCH_CRED_NO_DEFAULT_CREDS, own, NULL);
}

static SECURITY_STATUS server(struct side *s, DWORD flags, HCERTSTORE roots)
{
	return acquire(s, TRUE,
		       version == 0x304 ? SP_PROT_TLS1_3_SERVER
					: SP_PROT_TLS1_2_SERVER,
		       flags, &cert, roots);
}

static void drop_context(struct side *s)
{
	if (s->begun)
		CHECK_EQ(DeleteSecurityContext(&s->ctx), SEC_E_OK);
	s->begun = s->done = s->waits = FALSE;
	free(s->in.p);
	memset(&s->in, 0, sizeof s->in);
}

static BOOL is_resumed(struct side *s, SecPkgContext_SessionInfo *i)
{
	memset(i, 0, sizeof *i);
	CHECK_EQ(QueryContextAttributesW(&s->ctx, SECPKG_ATTR_SESSION_INFO, i),
		 SEC_E_OK);
	return !!(i->dwFlags & SSL_SESSION_RECONNECT);
}

/* A connection, with data both ways, so that tickets are read. */
static BOOL meet(struct side *c, struct side *s)
{
	SecPkgContext_SessionInfo one, other;
	SecPkgContext_ConnectionInfo info = { 0 };
	BOOL resumed = FALSE;

	shake(c, s, FALSE);
	CHECK_EQ(c->status, SEC_E_OK);
	CHECK_EQ(s->status, SEC_E_OK);
	if (!c->done || !s->done)
		return FALSE;
	resumed = is_resumed(c, &one);
	CHECK_EQ(is_resumed(s, &other), resumed);
	if (version == 0x303) {
		CHECK(one.cbSessionId == other.cbSessionId &&
		      !memcmp(one.rgbSessionId, other.rgbSessionId,
			      one.cbSessionId));
		/* Of a resumed one the server's Finished is the first. */
		bound(c, s, SECPKG_ATTR_UNIQUE_BINDINGS, "tls-unique:");
	}
	CHECK_EQ(QueryContextAttributesW(&c->ctx, SECPKG_ATTR_CONNECTION_INFO,
					 &info),
		 SEC_E_OK);
	CHECK_EQ(info.aiExch, CALG_ECDH_EPHEM);
	CHECK(info.dwExchStrength >= 253, "%lu", info.dwExchStrength);
	shows(c, cert);
	exchange(c, s, 1000);
	exchange(s, c, 40000);
	return resumed;
}

static BOOL connection(struct side *c, struct side *s)
{
	BOOL resumed = meet(c, s);

	drop_context(c);
	drop_context(s);
	return resumed;
}

static SECURITY_STATUS tell(struct side *s, DWORD flags)
{
	SCHANNEL_SESSION_TOKEN t = { SCHANNEL_SESSION, flags };
	SecBuffer b = { sizeof t, SECBUFFER_TOKEN, &t };
	SecBufferDesc d = { SECBUFFER_VERSION, 1, &b };

	return ApplyControlToken(&s->ctx, &d);
}

/* ---- who may ------------------------------------------------------------- */

static void whose(void)
{
	struct side c, c2, s, s2;

	client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
	client(&c2, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
	server(&s, 0, NULL);
	server(&s2, 0, NULL);
	CHECK(!connection(&c, &s));
	CHECK(connection(&c, &s));
	CHECK(connection(&c, &s));
	/* Another client of the same program; then each has its own. */
	CHECK(!connection(&c2, &s));
	CHECK(connection(&c2, &s));
	CHECK(connection(&c, &s));
	/* The same name, but another server: it does not know of it. */
	CHECK(!connection(&c, &s2));
	CHECK(connection(&c, &s2));
	CHECK(!connection(&c, &s));
	host = L"other.test";
	CHECK(!connection(&c, &s));
	CHECK(connection(&c, &s));
	host = NULL;
	CHECK(!connection(&c, &s));
	CHECK(!connection(&c, &s));
	host = L"good.test";
	CHECK(connection(&c, &s));
	/* Two at a time with one session. */
	CHECK(meet(&c, &s));
	{
		struct side c3 = c, s3 = s;

		memset(&c3.in, 0, sizeof c3.in);
		memset(&s3.in, 0, sizeof s3.in);
		c3.begun = s3.begun = c3.done = s3.done = FALSE;
		CHECK(connection(&c3, &s3));
	}
	exchange(&c, &s, 100);
	drop_context(&c);
	drop_context(&s);
	end(&c);
	end(&c2);
	end(&s);
	end(&s2);
}

/* ---- who does not want to ------------------------------------------------ */

static void wishes(void)
{
	struct side c, s;

	client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
	server(&s, SCH_CRED_DISABLE_RECONNECTS, NULL);
	CHECK(!connection(&c, &s));
	CHECK(!connection(&c, &s));
	/* It can be allowed afterwards, and forbidden. */
	CHECK(!meet(&c, &s));
	CHECK_EQ(tell(&s, 0), SEC_E_INVALID_TOKEN);
	CHECK_EQ(tell(&s, 3), SEC_E_INVALID_TOKEN);
	CHECK_EQ(tell(&s, SSL_SESSION_ENABLE_RECONNECTS), SEC_E_OK);
	drop_context(&c);
	drop_context(&s);
	CHECK(connection(&c, &s));
	end(&c);
	end(&s);

	client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
	server(&s, 0, NULL);
	CHECK(!connection(&c, &s));
	CHECK(meet(&c, &s));
	CHECK_EQ(tell(&s, SSL_SESSION_DISABLE_RECONNECTS), SEC_E_OK);
	drop_context(&c);
	drop_context(&s);
	CHECK(!connection(&c, &s));
	CHECK(meet(&c, &s));
	CHECK_EQ(tell(&c, SSL_SESSION_DISABLE_RECONNECTS), SEC_E_OK);
	drop_context(&c);
	drop_context(&s);
	CHECK(!meet(&c, &s));
	CHECK_EQ(tell(&c, SSL_SESSION_DISABLE_RECONNECTS), SEC_E_OK);
	CHECK_EQ(tell(&c, SSL_SESSION_ENABLE_RECONNECTS), SEC_E_OK);
	drop_context(&c);
	drop_context(&s);
	CHECK(connection(&c, &s));
	end(&c);
	end(&s);
}

/* A session is kept as long as each side says. */
static void lifespans(void)
{
	struct side c, s;

	for (int who = 0; who < 2; who++) {
		lifespan = who ? 1 : 0;
		client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
		lifespan = who ? 0 : 1;
		server(&s, 0, NULL);
		CHECK(!connection(&c, &s));
		Sleep(20);
		CHECK(!connection(&c, &s));
		end(&c);
		end(&s);
	}
	lifespan = 24 * 3600 * 1000;
	client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
	server(&s, 0, NULL);
	CHECK(!connection(&c, &s));
	CHECK(connection(&c, &s));
	end(&c);
	end(&s);
	lifespan = 0;
}

/* ---- what was judged, and how -------------------------------------------- */

/* What nobody has looked at is not taken for what was found good. */
static void unjudged(void)
{
	struct side c, s;

	client(&c, 0, NULL);
	server(&s, 0, NULL);
	c.flags |= ISC_REQ_MANUAL_CRED_VALIDATION;
	CHECK(!connection(&c, &s));
	CHECK(connection(&c, &s));
	c.flags &= ~ISC_REQ_MANUAL_CRED_VALIDATION;
	shake(&c, &s, FALSE);
	CHECK_EQ(c.status, SEC_E_UNTRUSTED_ROOT);
	drop_context(&c);
	drop_context(&s);
	c.flags |= ISC_REQ_MANUAL_CRED_VALIDATION;
	CHECK(connection(&c, &s));
	end(&c);
	end(&s);
}

/* Who wants to see a certificate sees it, also the second time. */
static void mutual(void)
{
	HCERTSTORE roots = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	struct side c, s;

	CertAddCertificateContextToStore(roots, cert, CERT_STORE_ADD_ALWAYS,
					 NULL);
	client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, &cert);
	server(&s, 0, roots);
	CHECK(!connection(&c, &s)); /* not asked for */
	s.flags |= ASC_REQ_MUTUAL_AUTH;
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(meet(&c, &s), i > 0);
		shows(&s, cert);
		CHECK(s.got & ASC_RET_MUTUAL_AUTH);
		drop_context(&c);
		drop_context(&s);
	}
	end(&c);
	end(&s);
	CertCloseStore(roots, 0);
}

/* A session in which something went wrong is none (RFC 5246, 7.2.2). */
static void altered(void)
{
	struct bytes got = { 0 };
	struct side c, s;

	client(&c, SCH_CRED_MANUAL_CRED_VALIDATION, NULL);
	server(&s, 0, NULL);
	CHECK(!connection(&c, &s));
	CHECK(meet(&c, &s));
	send_data(&c, &s, "secret", 6);
	s.in.p[s.in.n - 1] ^= 1;
	CHECK(receive(&s, s.in.n, &got) < 0);
	CHECK_EQ(got.n, 0);
	drop_context(&c);
	drop_context(&s);
	CHECK(!connection(&c, &s));
	CHECK(connection(&c, &s));
	end(&c);
	end(&s);
}

int main(void)
{
	WCHAR container[64];

	if (!is_built_with_tls())
		return 0;
	cert = cert_fresh("resume", container);
	if (!cert)
		return check_done();
	for (version = 0x303; version <= 0x304; version++) {
		whose();
		wishes();
		lifespans();
		unjudged();
		mutual();
		altered();
	}
	cert_drop(cert, container);
	return check_done();
}
