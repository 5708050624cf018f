/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel-sides.h - a client and a server of Schannel's in one process, which
 * hand each other what they say.
 */
#ifndef RF_SCHANNEL_SIDES_H
#define RF_SCHANNEL_SIDES_H

#define SECURITY_WIN32
#define SCHANNEL_USE_BLACKLISTS
#include <stddef.h>
#include <windows.h>
#include <subauth.h>
#include <security.h>
#include <schannel.h>

#include "check.h"
#include "schannel-cert.h"

struct bytes {
	BYTE *p;
	DWORD n, room;
};

static void add(struct bytes *b, const void *p, DWORD n)
{
	if (b->room - b->n < n)
		b->p = realloc(b->p, b->room = (b->n + n) * 2 + 64);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void drop(struct bytes *b, DWORD n)
{
	b->n -= n;
	memmove(b->p, b->p + n, b->n);
}

struct side {
	CredHandle cred;
	CtxtHandle ctx;
	BOOL begun, server, done, waits; /* waits: for more than in has */
	SECURITY_STATUS status;
	ULONG flags, got;
	struct bytes in;
};

static PCCERT_CONTEXT cert;
static const char *alpn_client, *alpn_server; /* as on the wire, or NULL */
static const WCHAR *host = L"good.test";
static DWORD lifespan; /* of sessions; 0: as it is without */

static SECURITY_STATUS acquire(struct side *s, BOOL server, DWORD protocols,
			       DWORD flags, PCCERT_CONTEXT *own,
			       HCERTSTORE roots)
{
	SCHANNEL_CRED d = { .dwSessionLifespan = lifespan,
			    .dwVersion = SCHANNEL_CRED_VERSION,
			    .cCreds = own ? 1 : 0,
			    .paCred = own,
			    .hRootStore = roots,
			    .grbitEnabledProtocols = protocols,
			    .dwFlags = flags };

	memset(s, 0, sizeof *s);
	s->server = server;
	s->flags = ISC_REQ_ALLOCATE_MEMORY;
	return AcquireCredentialsHandleW(NULL, (WCHAR *)UNISP_NAME_W,
					 server ? SECPKG_CRED_INBOUND
						: SECPKG_CRED_OUTBOUND,
					 NULL, &d, NULL, NULL, &s->cred, NULL);
}

/* Says so where there is none. */
static BOOL is_built_with_tls(void)
{
	struct side probe;

	if (acquire(&probe, FALSE, 0, 0, NULL, NULL) ==
	    SEC_E_SECPKG_NOT_FOUND) {
		puts("built without TLS");
		return FALSE;
	}
	FreeCredentialsHandle(&probe.cred);
	return TRUE;
}

static DWORD fill_alpn(BYTE *room, const char *list)
{
	SEC_APPLICATION_PROTOCOLS *p = (void *)room;
	USHORT n = (USHORT)strlen(list);

	p->ProtocolListsSize =
		offsetof(SEC_APPLICATION_PROTOCOL_LIST, ProtocolList) + n;
	p->ProtocolLists[0].ProtoNegoExt =
		SecApplicationProtocolNegotiationExt_ALPN;
	p->ProtocolLists[0].ProtocolListSize = n;
	memcpy(p->ProtocolLists[0].ProtocolList, list, n);
	return sizeof(ULONG) + p->ProtocolListsSize;
}

/* One call with what came first n bytes of in; what it says goes to the peer.
 */
static void call(struct side *s, DWORD n, struct side *peer)
{
	BYTE room[128];
	const char *list = s->server ? alpn_server : alpn_client;
	SecBuffer in[3] = { { n, SECBUFFER_TOKEN, s->in.p },
			    { 0, SECBUFFER_EMPTY, NULL } },
		  /* libcurl says nothing of it */
		out[1] = { { 0, s->begun ? SECBUFFER_TOKEN : SECBUFFER_EMPTY,
			     NULL } };
	SecBufferDesc din = { SECBUFFER_VERSION, 2, in },
		      dout = { SECBUFFER_VERSION, 1, out };
	ULONG left = 0;

	if (list && !s->begun) {
		in[2] = (SecBuffer){ fill_alpn(room, list),
				     SECBUFFER_APPLICATION_PROTOCOLS, room };
		din.cBuffers = 3;
	}
	if (s->server)
		s->status = AcceptSecurityContext(
			&s->cred, s->begun ? &s->ctx : NULL, &din, s->flags, 0,
			&s->ctx, &dout, &s->got, NULL);
	else
		s->status = InitializeSecurityContextW(
			&s->cred, s->begun ? &s->ctx : NULL, (WCHAR *)host,
			s->flags, 0, 0, s->begun || list ? &din : NULL, 0,
			&s->ctx, &dout, &s->got, NULL);
	s->waits = s->status == SEC_E_INCOMPLETE_MESSAGE;
	if (s->waits) {
		CHECK_EQ(in[1].BufferType, SECBUFFER_MISSING);
		CHECK(in[1].cbBuffer > 0);
		return;
	}
	if (s->status >= 0) {
		if (s->begun && in[1].BufferType == SECBUFFER_EXTRA)
			left = in[1].cbBuffer;
		if (s->begun || s->server)
			drop(&s->in, n - left);
		s->begun = TRUE;
	}
	if (out[0].pvBuffer) {
		add(&peer->in, out[0].pvBuffer, out[0].cbBuffer);
		FreeContextBuffer(out[0].pvBuffer);
	}
	s->done = s->status == SEC_E_OK;
}

/* Both, until both have done or one has failed.  slow: a byte more each time.
 */
static void shake(struct side *c, struct side *s, BOOL slow)
{
	DWORD client = 1, server = 1;

	call(c, 0, s);
	CHECK_EQ(c->status, SEC_I_CONTINUE_NEEDED);
	for (int i = 0; i < 100000; i++) {
		struct side *turn =
			!s->done && s->in.n && (!s->waits || server <= s->in.n)
				? s
				: c;
		DWORD *n = turn == s ? &server : &client;

		if (turn->done || !turn->in.n || (c->done && s->done))
			break;
		if (!slow || *n > turn->in.n)
			*n = turn->in.n;
		call(turn, *n, turn == s ? c : s);
		if (turn->waits) {
			if (*n == turn->in.n && turn == c)
				break;
			++*n;
			continue;
		}
		*n = 1;
		if (turn->status < 0)
			break;
	}
}

static void end(struct side *s)
{
	if (s->begun)
		CHECK_EQ(DeleteSecurityContext(&s->ctx), SEC_E_OK);
	CHECK_EQ(FreeCredentialsHandle(&s->cred), SEC_E_OK);
	free(s->in.p);
}

/* The other side's certificate is which, whole, in a store. */
static inline void shows(struct side *s, PCCERT_CONTEXT which)
{
	PCCERT_CONTEXT peer = NULL;

	CHECK_EQ(QueryContextAttributesW(
			 &s->ctx, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &peer),
		 SEC_E_OK);
	CHECK(peer && peer->cbCertEncoded == which->cbCertEncoded &&
	      !memcmp(peer->pbCertEncoded, which->pbCertEncoded,
		      which->cbCertEncoded));
	CHECK(peer && peer->hCertStore);
	if (peer)
		CertFreeCertificateContext(peer);
}

/* RFC 5929: both have the same of the kind, which has a name; its length. */
static inline DWORD bound(struct side *c, struct side *s, ULONG attribute,
			  const char *name)
{
	SecPkgContext_Bindings one = { 0 }, other = { 0 };
	DWORD n = (DWORD)strlen(name), all;

	CHECK_EQ(QueryContextAttributesW(&c->ctx, attribute, &one), SEC_E_OK);
	CHECK_EQ(QueryContextAttributesW(&s->ctx, attribute, &other), SEC_E_OK);
	all = one.BindingsLength;
	CHECK_EQ(other.BindingsLength, all);
	CHECK(all > sizeof(SEC_CHANNEL_BINDINGS) + n, "%lu", all);
	CHECK(one.Bindings && other.Bindings && all == other.BindingsLength &&
		      !memcmp(one.Bindings, other.Bindings, all) &&
		      !memcmp(one.Bindings + 1, name, n),
	      "%s", name);
	FreeContextBuffer(one.Bindings);
	FreeContextBuffer(other.Bindings);
	return all - sizeof(SEC_CHANNEL_BINDINGS) - n;
}

/* ---- data ---- */

static void send_data(struct side *s, struct side *peer, const void *p, DWORD n)
{
	SecPkgContext_StreamSizes z = { 0 };
	SecBuffer b[4];
	SecBufferDesc d = { SECBUFFER_VERSION, 4, b };
	BYTE *room;

	CHECK_EQ(QueryContextAttributesW(&s->ctx, SECPKG_ATTR_STREAM_SIZES, &z),
		 SEC_E_OK);
	CHECK_EQ(z.cbMaximumMessage, 16384);
	room = malloc(z.cbHeader + n + z.cbTrailer);
	memcpy(room + z.cbHeader, p, n);
	b[0] = (SecBuffer){ z.cbHeader, SECBUFFER_STREAM_HEADER, room };
	b[1] = (SecBuffer){ n, SECBUFFER_DATA, room + z.cbHeader };
	b[2] = (SecBuffer){ z.cbTrailer, SECBUFFER_STREAM_TRAILER,
			    room + z.cbHeader + n };
	b[3] = (SecBuffer){ 0, SECBUFFER_EMPTY, NULL };
	CHECK_EQ(EncryptMessage(&s->ctx, 0, &d, 0), SEC_E_OK);
	CHECK_EQ(b[1].cbBuffer, n);
	CHECK(b[0].cbBuffer <= z.cbHeader && b[2].cbBuffer <= z.cbTrailer);
	add(&peer->in, room, b[0].cbBuffer + b[1].cbBuffer + b[2].cbBuffer);
	free(room);
}

/* What DecryptMessage makes of the first n bytes; data to *out. */
static SECURITY_STATUS receive(struct side *s, DWORD n, struct bytes *out)
{
	SecBuffer b[4] = { { n, SECBUFFER_DATA, s->in.p } };
	SecBufferDesc d = { SECBUFFER_VERSION, 4, b };
	SECURITY_STATUS status = DecryptMessage(&s->ctx, &d, 0, NULL);
	DWORD left = 0;

	if (status == SEC_E_INCOMPLETE_MESSAGE) {
		BOOL said = FALSE;

		for (int i = 0; i < 4; i++)
			said |= b[i].BufferType == SECBUFFER_MISSING;
		CHECK(said);
		return status;
	}
	for (int i = 0; i < 4; i++) {
		if (b[i].BufferType == SECBUFFER_DATA && status == SEC_E_OK)
			add(out, b[i].pvBuffer, b[i].cbBuffer);
		if (b[i].BufferType == SECBUFFER_EXTRA)
			left = b[i].cbBuffer;
	}
	if (status == SEC_E_OK) {
		CHECK_EQ(b[0].BufferType, SECBUFFER_STREAM_HEADER);
		CHECK_EQ(b[1].BufferType, SECBUFFER_DATA);
		CHECK_EQ(b[2].BufferType, SECBUFFER_STREAM_TRAILER);
	}
	drop(&s->in, n - left);
	return status;
}

static inline void exchange(struct side *from, struct side *to, DWORD total)
{
	struct bytes got = { 0 };
	BYTE *sent = malloc(total);

	for (DWORD i = 0; i < total; i++)
		sent[i] = (BYTE)(i * 7 + i / 251);
	for (DWORD at = 0; at < total; at += 16384)
		send_data(from, to, sent + at, min(16384, total - at));
	while (to->in.n) {
		SECURITY_STATUS status = receive(to, to->in.n, &got);

		if (status == SEC_I_RENEGOTIATE) { /* a ticket */
			call(to, to->in.n, from);
			status = to->status;
		}
		if (status != SEC_E_OK)
			break;
	}
	CHECK_EQ(got.n, total);
	CHECK(got.n == total && !memcmp(got.p, sent, total));
	free(got.p);
	free(sent);
}

#endif
