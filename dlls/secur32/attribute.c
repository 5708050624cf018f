/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attribute.c - what QueryContextAttributes tells of a connection: sizes,
 * certificates, bindings, keys.  Ciphers: attribute-tls.c.
 */
#include "tls.h"

/* What the host knows; SEC_E_OK and head.state. */
static SECURITY_STATUS ask(struct tls_context *c, ULONG what, struct answer *a)
{
	struct request r;

	request_begin(&r, RF_TLS_QUERY, 0, what);
	return host_call(c->host, &r, a, 128 << 10);
}

/* RFC 5246, 8446: what a record has beside its data. */
static void set_sizes(struct tls_context *c)
{
	const struct rf_tls_info *i = &c->info;

	c->header = 5;
	switch (i->mode) {
	case RF_TLS_AEAD: /* 1.3's has the type of its content in it */
		c->trailer = i->version >= 0x304 ? 17 : 16;
		break;
	case RF_TLS_GCM:
		c->header += 8;
		c->trailer = 16;
		break;
	default: /* IV; MAC, padding */
		c->header += i->block;
		c->trailer = i->mac_bytes + i->block;
	}
}

SECURITY_STATUS context_established(struct tls_context *c)
{
	struct answer a;
	SECURITY_STATUS status = ask(c, RF_TLS_INFO, &a);

	if (!status && a.n == sizeof c->info)
		memcpy(&c->info, a.data, sizeof c->info);
	else if (!status)
		status = SEC_E_INTERNAL_ERROR;
	host_free(&a);
	if (status)
		return status;
	set_sizes(c);
	return c->info.has_peer ? context_peer(c) : SEC_E_OK;
}

static SECURITY_STATUS stream_sizes(struct tls_context *c,
				    SecPkgContext_StreamSizes *o)
{
	*o = (SecPkgContext_StreamSizes){
		.cbHeader = c->header,
		.cbTrailer = c->trailer,
		.cbMaximumMessage = RF_TLS_PLAIN,
		.cBuffers = 4,
		.cbBlockSize = c->info.mode == RF_TLS_CBC ? c->info.block : 1,
	};
	return SEC_E_OK;
}

static SECURITY_STATUS protocol(struct tls_context *c,
				SecPkgContext_ApplicationProtocol *o)
{
	memset(o, 0, sizeof *o);
	if (!c->info.alpn_size || c->info.alpn_size > sizeof o->ProtocolId)
		return SEC_E_OK;
	o->ProtoNegoStatus = SecApplicationProtocolNegotiationStatus_Success;
	o->ProtoNegoExt = SecApplicationProtocolNegotiationExt_ALPN;
	o->ProtocolIdSize = (BYTE)c->info.alpn_size;
	memcpy(o->ProtocolId, c->info.alpn, c->info.alpn_size);
	return SEC_E_OK;
}

/* A SEC_CHANNEL_BINDINGS, and behind it what RFC 5929 says. */
static SECURITY_STATUS bindings(struct tls_context *c, ULONG what,
				const char *prefix, SecPkgContext_Bindings *o)
{
	ULONG n = (ULONG)strlen(prefix), size;
	SEC_CHANNEL_BINDINGS *b;
	struct answer a;
	SECURITY_STATUS status = ask(c, what, &a);

	if (!status && a.head.state != RF_TLS_OK)
		status = SEC_E_UNSUPPORTED_FUNCTION;
	size = sizeof *b + n + a.n;
	b = status ? NULL : buffer_new(size);
	if (!status && !b)
		status = SEC_E_INSUFFICIENT_MEMORY;
	if (!status) {
		memset(b, 0, sizeof *b);
		b->cbApplicationDataLength = n + a.n;
		b->dwApplicationDataOffset = sizeof *b;
		memcpy(b + 1, prefix, n);
		memcpy((char *)(b + 1) + n, a.data, a.n);
		o->BindingsLength = size;
		o->Bindings = b;
	}
	host_free(&a);
	return status;
}

static SECURITY_STATUS give_cert(PCCERT_CONTEXT c, PCCERT_CONTEXT *to)
{
	*to = c ? CertDuplicateCertificateContext(c) : NULL;
	return c ? SEC_E_OK : SEC_E_NO_CREDENTIALS;
}

/* The names of those whose certificates the server takes. */
static SECURITY_STATUS issuers(struct tls_context *c,
			       SecPkgContext_IssuerListInfoEx *o)
{
	ULONG at = 0, count = 0, kind, n, bytes = 0;
	struct answer a;
	SECURITY_STATUS status = ask(c, RF_TLS_AUTHORITIES, &a);
	const BYTE *der;
	BYTE *to;

	memset(o, 0, sizeof *o);
	if (status || a.head.state != RF_TLS_OK)
		goto out;
	while (host_item(&a, &at, &kind, &der, &n)) {
		count++;
		bytes += n;
	}
	if (!count)
		goto out;
	o->aIssuers = buffer_new(count * sizeof *o->aIssuers + bytes);
	if (!o->aIssuers) {
		status = SEC_E_INSUFFICIENT_MEMORY;
		goto out;
	}
	to = (BYTE *)(o->aIssuers + count);
	at = 0;
	while (host_item(&a, &at, &kind, &der, &n)) {
		o->aIssuers[o->cIssuers++] = (CERT_NAME_BLOB){ n, to };
		memcpy(to, der, n);
		to += n;
	}
out:
	host_free(&a);
	return status;
}

static SECURITY_STATUS signatures(struct tls_context *c,
				  SecPkgContext_SupportedSignatures *o)
{
	struct answer a;
	SECURITY_STATUS status = ask(c, RF_TLS_SIGNATURES, &a);

	if (!status && a.head.state != RF_TLS_OK)
		status = SEC_E_UNSUPPORTED_FUNCTION;
	if (!status) {
		o->pSignatureAndHashAlgorithms = buffer_new(a.n);
		if (!o->pSignatureAndHashAlgorithms)
			status = SEC_E_INSUFFICIENT_MEMORY;
	}
	if (!status) {
		memcpy(o->pSignatureAndHashAlgorithms, a.data, a.n);
		o->cSignatureAndHashAlgorithms = (WORD)(a.n / sizeof(WORD));
	}
	host_free(&a);
	return status;
}

/* All that the peer has sent: a length in three bytes, a certificate, ... */
static SECURITY_STATUS certificates(struct tls_context *c,
				    SecPkgContext_Certificates *o)
{
	PCCERT_CONTEXT each = NULL;
	ULONG n = 0;
	BYTE *to;

	memset(o, 0, sizeof *o);
	if (!c->peer)
		return SEC_E_NO_CREDENTIALS;
	while ((each = CertEnumCertificatesInStore(c->peer->hCertStore, each)))
		n += 3 + each->cbCertEncoded;
	to = o->pbCertificateChain = buffer_new(n);
	if (!to)
		return SEC_E_INSUFFICIENT_MEMORY;
	o->cbCertificateChain = n;
	while ((each = CertEnumCertificatesInStore(c->peer->hCertStore,
						   each))) {
		n = each->cbCertEncoded;
		*to++ = (BYTE)(n >> 16);
		*to++ = (BYTE)(n >> 8);
		*to++ = (BYTE)n;
		memcpy(to, each->pbCertEncoded, n);
		to += n;
		o->cCertificates++;
	}
	return SEC_E_OK;
}

/* ---- keying material (RFC 5705) ---- */

static SECURITY_STATUS export_keys(struct tls_context *c, const char *label,
				   ULONG label_n, const BYTE *context,
				   ULONG context_n, ULONG n, BYTE *to)
{
	SECURITY_STATUS status;
	struct request r;
	struct answer a;

	/* The label's length may count its NUL. */
	if (label_n && !label[label_n - 1])
		label_n--;
	request_begin(&r, RF_TLS_QUERY, n, RF_TLS_EXPORT);
	request_item(&r, RF_TLS_LABEL, label, label_n);
	if (context)
		request_item(&r, RF_TLS_CONTEXT, context, context_n);
	status = host_call(c->host, &r, &a, n);
	if (!status && (a.head.state != RF_TLS_OK || a.n != n))
		status = SEC_E_UNSUPPORTED_FUNCTION;
	if (!status)
		memcpy(to, a.data, n);
	host_free(&a);
	return status;
}

static SECURITY_STATUS keying(struct tls_context *c,
			      SecPkgContext_KeyingMaterial *o)
{
	const SecPkgContext_KeyingMaterialInfo *i = &c->keying;
	SECURITY_STATUS status;
	BYTE *to;

	if (!i->pszLabel)
		return SEC_E_INVALID_PARAMETER;
	to = buffer_new(i->cbKeyingMaterial);
	if (!to)
		return SEC_E_INSUFFICIENT_MEMORY;
	status = export_keys(c, i->pszLabel, i->cbLabel, i->pbContextValue,
			     i->cbContextValue, i->cbKeyingMaterial, to);
	if (status) {
		FreeContextBuffer(to);
		return status;
	}
	o->cbKeyingMaterial = i->cbKeyingMaterial;
	o->pbKeyingMaterial = to;
	return SEC_E_OK;
}

static SECURITY_STATUS keying_here(struct tls_context *c,
				   SecPkgContext_KeyingMaterial_Inproc *o)
{
	if (!o->pszLabel || !o->pbKeyingMaterial || !o->cbKeyingMaterial)
		return SEC_E_INVALID_PARAMETER;
	return export_keys(c, o->pszLabel, o->cbLabel, o->pbContextValue,
			   o->cbContextValue, o->cbKeyingMaterial,
			   o->pbKeyingMaterial);
}

static void *copy_of(const void *from, ULONG n)
{
	void *to = RtlAllocateHeap(rf_heap(), 0, n ? n : 1);

	return to ? memcpy(to, from, n) : NULL;
}

static SECURITY_STATUS set_keying(struct tls_context *c,
				  const SecPkgContext_KeyingMaterialInfo *i)
{
	SecPkgContext_KeyingMaterialInfo new = *i;

	if (!i->pszLabel || !i->cbLabel || !i->cbKeyingMaterial)
		return SEC_E_INVALID_PARAMETER;
	new.pszLabel = copy_of(i->pszLabel, i->cbLabel);
	if (i->pbContextValue)
		new.pbContextValue =
			copy_of(i->pbContextValue, i->cbContextValue);
	if (!new.pszLabel || (i->pbContextValue && !new.pbContextValue)) {
		RtlFreeHeap(rf_heap(), 0, new.pszLabel);
		RtlFreeHeap(rf_heap(), 0, new.pbContextValue);
		return SEC_E_INSUFFICIENT_MEMORY;
	}
	RtlFreeHeap(rf_heap(), 0, c->keying.pszLabel);
	RtlFreeHeap(rf_heap(), 0, c->keying.pbContextValue);
	c->keying = new;
	return SEC_E_OK;
}

SECURITY_STATUS tls_set(struct tls_context *c, ULONG what, const void *from,
			ULONG n)
{
	SECURITY_STATUS status = SEC_E_UNSUPPORTED_FUNCTION;

	RtlAcquireSRWLockExclusive(&c->lock);
	if (what == SECPKG_ATTR_KEYING_MATERIAL_INFO)
		status = from && n >= sizeof(SecPkgContext_KeyingMaterialInfo)
				 ? set_keying(c, from)
				 : SEC_E_INVALID_PARAMETER;
	else if (what == SECPKG_ATTR_UI_INFO) /* nobody asks anything */
		status = SEC_E_OK;
	RtlReleaseSRWLockExclusive(&c->lock);
	return status;
}

/* ---- by number ---- */

static SECURITY_STATUS early(struct tls_context *c, ULONG what, void *to)
{
	switch (what) {
	case SECPKG_ATTR_ISSUER_LIST_EX:
		return issuers(c, to);
	case SECPKG_ATTR_REMOTE_CERT_CONTEXT:
		return give_cert(c->peer, to);
	case SECPKG_ATTR_LOCAL_CERT_CONTEXT:
		return give_cert(c->credential->cert, to);
	}
	return SEC_E_INVALID_HANDLE;
}

static SECURITY_STATUS query(struct tls_context *c, ULONG what, void *to,
			     BOOL wide)
{
	SecPkgContext_Lifespan *life = to;

	if (c->stage != ESTABLISHED)
		return early(c, what, to);
	switch (what) {
	case SECPKG_ATTR_STREAM_SIZES:
		return stream_sizes(c, to);
	case SECPKG_ATTR_APPLICATION_PROTOCOL:
		return protocol(c, to);
	case SECPKG_ATTR_REMOTE_CERT_CONTEXT:
	case SECPKG_ATTR_LOCAL_CERT_CONTEXT:
	case SECPKG_ATTR_ISSUER_LIST_EX:
		return early(c, what, to);
	case SECPKG_ATTR_REMOTE_CERTIFICATES:
		return certificates(c, to);
	case SECPKG_ATTR_REMOTE_CERT_CHAIN:
		return give_cert(c->peer, to);
	case SECPKG_ATTR_UNIQUE_BINDINGS:
		return bindings(c, RF_TLS_UNIQUE, "tls-unique:", to);
	case SECPKG_ATTR_ENDPOINT_BINDINGS:
		return bindings(c, RF_TLS_ENDPOINT,
				"tls-server-end-point:", to);
	case SECPKG_ATTR_SUPPORTED_SIGNATURES:
		return signatures(c, to);
	case SECPKG_ATTR_KEYING_MATERIAL:
		return keying(c, to);
	case SECPKG_ATTR_KEYING_MATERIAL_INPROC:
		return keying_here(c, to);
	case SECPKG_ATTR_LIFESPAN:
		life->tsStart = (TimeStamp){ .QuadPart = 0 };
		life->tsExpiry.QuadPart = LLONG_MAX;
		return SEC_E_OK;
	}
	return tls_query_cipher(c, what, to, wide);
}

SECURITY_STATUS tls_query(struct tls_context *c, ULONG what, void *to,
			  BOOL wide)
{
	SECURITY_STATUS status;

	if (!to)
		return SEC_E_INVALID_PARAMETER;
	RtlAcquireSRWLockExclusive(&c->lock);
	status = query(c, what, to, wide);
	RtlReleaseSRWLockExclusive(&c->lock);
	return status;
}
