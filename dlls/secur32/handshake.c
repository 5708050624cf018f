/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handshake.c - InitializeSecurityContext and AcceptSecurityContext.
 *
 * The host takes whole records, and none beyond the one that ends a handshake;
 * what is left of the input is the caller's, who hears of it by
 * SECBUFFER_EXTRA.  What lacks of the first record is SECBUFFER_MISSING.
 */
#include "tls.h"

SecBuffer *find_buffer(const SecBufferDesc *d, ULONG kind)
{
	for (ULONG i = 0; d && i < d->cBuffers; i++)
		if ((d->pBuffers[i].BufferType & ~SECBUFFER_ATTRMASK) == kind)
			return &d->pBuffers[i];
	return NULL;
}

ULONG record_size(const BYTE *p, ULONG n)
{
	/* change_cipher_spec, alert, handshake, application_data */
	if ((n > 0 && (p[0] < 20 || p[0] > 23)) || (n > 1 && p[1] != 3))
		return 0;
	if (n < 5)
		return 5;
	n = (ULONG)(p[3] << 8 | p[4]) + 5;
	return n <= RF_TLS_RECORD ? n : 0;
}

/* ---- beginning ---- */

static void context_free(struct object *o)
{
	struct tls_context *c = (struct tls_context *)o;

	if (c->host)
		NtClose(c->host);
	if (c->peer)
		CertFreeCertificateContext(c->peer);
	if (c->credential)
		object_put(&c->credential->object);
	RtlFreeHeap(rf_heap(), 0, c->keying.pszLabel);
	RtlFreeHeap(rf_heap(), 0, c->keying.pbContextValue);
	RtlFreeHeap(rf_heap(), 0, c);
}

static ULONG versions(const struct tls_context *c)
{
	DWORD p = c->credential->protocols;
	BOOL two = p &
		   (c->server ? SP_PROT_TLS1_2_SERVER : SP_PROT_TLS1_2_CLIENT),
	     three = p & (c->server ? SP_PROT_TLS1_3_SERVER
				    : SP_PROT_TLS1_3_CLIENT);

	return (two ? 0x0303u : 0x0304u) | (three ? 0x0304u : 0x0303u) << 16;
}

/* An address is no name that a server could be asked for (RFC 6066). */
static BOOL is_address(const WCHAR *s)
{
	BOOL digits = TRUE;

	for (; *s; s++) {
		if (*s == ':')
			return TRUE;
		digits &= *s == '.' || (*s >= '0' && *s <= '9');
	}
	return digits;
}

static void add_name(struct request *r, const WCHAR *target)
{
	char name[3 * 256];
	int n = WideCharToMultiByte(CP_UTF8, 0, target, -1, name, sizeof name,
				    NULL, NULL);

	if (n > 1 && name[n - 2] == '.')
		n--;
	if (n > 1 && n < 256 && !is_address(target))
		request_item(r, RF_TLS_NAME, name, (ULONG)n - 1);
}

static SECURITY_STATUS add_protocols(struct request *r, const SecBuffer *b)
{
	const SEC_APPLICATION_PROTOCOLS *p = b->pvBuffer;
	const ULONG head =
		offsetof(SEC_APPLICATION_PROTOCOL_LIST, ProtocolList);
	ULONG left, at = offsetof(SEC_APPLICATION_PROTOCOLS, ProtocolLists);

	if (!p || b->cbBuffer < at || p->ProtocolListsSize > b->cbBuffer - at)
		return SEC_E_INVALID_TOKEN;
	left = p->ProtocolListsSize;
	while (left >= head) {
		const SEC_APPLICATION_PROTOCOL_LIST *l =
			(const void *)((const BYTE *)p + at);

		if (l->ProtocolListSize > left - head)
			return SEC_E_INVALID_TOKEN;
		if (l->ProtoNegoExt ==
			    SecApplicationProtocolNegotiationExt_ALPN &&
		    l->ProtocolListSize)
			request_item(r, RF_TLS_ALPN, l->ProtocolList,
				     l->ProtocolListSize);
		at += head + l->ProtocolListSize;
		left -= head + l->ProtocolListSize;
	}
	return SEC_E_OK;
}

static ULONG host_flags(const struct tls_context *c)
{
	DWORD flags = c->credential->flags;

	if (c->server)
		return RF_TLS_SERVER |
		       (c->wanted & ASC_REQ_MUTUAL_AUTH ? RF_TLS_ASK : 0) |
		       (flags & SCH_CRED_DISABLE_RECONNECTS
				? RF_TLS_NO_RECONNECTS
				: 0);
	return (flags & SCH_CRED_MANUAL_CRED_VALIDATION ||
				c->wanted & ISC_REQ_MANUAL_CRED_VALIDATION
			? 0
			: RF_TLS_VERIFY) |
	       (c->credential->identity.n ||
				c->wanted & ISC_REQ_USE_SUPPLIED_CREDS
			? 0
			: RF_TLS_CHOOSE);
}

/*
 * Whose sessions this one may resume: of the same credentials, as a client with
 * the same server, where that was judged in the same way, as a server with
 * clients that were asked for the same.  Nobody's, if it does not say where it
 * wants to go.
 */
static void add_cache(struct request *r, const struct tls_context *c)
{
	struct {
		ULONG lifespan, credential, flags;
		WCHAR target[256];
	} key = { c->credential->lifespan, c->credential->number, c->judged,
		  L"" };
	ULONG n = (ULONG)lstrlenW(c->target);

	if (!c->server && !n)
		return;
	memcpy(key.target, c->target, n * sizeof(WCHAR));
	request_item(r, RF_TLS_CACHE, &key,
		     offsetof(__typeof__(key), target) + n * sizeof(WCHAR));
}

static SECURITY_STATUS begin(struct tls_context *c, const SecBufferDesc *in)
{
	const SecBuffer *alpn =
		find_buffer(in, SECBUFFER_APPLICATION_PROTOCOLS);
	SECURITY_STATUS status = SEC_E_OK;
	ULONG flags = host_flags(c);
	struct request r;
	struct answer a;

	c->judged = flags & (RF_TLS_VERIFY | RF_TLS_ASK);
	request_begin(&r, RF_TLS_BEGIN, flags, versions(c));
	if (!c->server)
		add_name(&r, c->target);
	add_cache(&r, c);
	if (alpn)
		status = add_protocols(&r, alpn);
	if (status) {
		request_end(&r);
		return status;
	}
	request_add(&r, c->credential->identity.data,
		    c->credential->identity.n);
	status = host_open(&c->host);
	if (status) {
		c->host = NULL;
		request_end(&r);
		return status;
	}
	status = host_call(c->host, &r, &a, 0);
	if (!status && a.head.state != RF_TLS_OK)
		status = a.head.reason == RF_TLS_BAD_KEY ||
					 a.head.reason == RF_TLS_BAD_FILE
				 ? SEC_E_UNKNOWN_CREDENTIALS
				 : SEC_E_INTERNAL_ERROR;
	host_free(&a);
	return status;
}

static SECURITY_STATUS context_new(struct credential *cred, BOOL server,
				   const WCHAR *target, ULONG flags,
				   const SecBufferDesc *in,
				   struct tls_context **out)
{
	struct tls_context *c =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *c);
	SECURITY_STATUS status;

	if (!c)
		return SEC_E_INSUFFICIENT_MEMORY;
	c->object = (struct object){ 1, TLS_CONTEXT, context_free };
	InterlockedIncrement(&cred->object.refs);
	c->credential = cred;
	c->server = server;
	c->wanted = flags;
	if (target && lstrlenW(target) >= (int)ARRAYSIZE(c->target)) {
		object_put(&c->object);
		return SEC_E_TARGET_UNKNOWN;
	}
	if (target)
		lstrcpyW(c->target, target);
	status = begin(c, in);
	if (status)
		object_put(&c->object);
	else
		*out = c;
	return status;
}

/* ---- steps ---- */

/* What is to be sent; grows from step to step of one call. */
struct output {
	BYTE *data;
	ULONG n;
};

static SECURITY_STATUS append(struct output *o, const struct answer *a)
{
	BYTE *data;

	if (!a->n)
		return SEC_E_OK;
	data = buffer_new(o->n + a->n);
	if (!data)
		return SEC_E_INSUFFICIENT_MEMORY;
	if (o->n)
		memcpy(data, o->data, o->n);
	memcpy(data + o->n, a->data, a->n);
	if (o->data)
		FreeContextBuffer(o->data);
	o->data = data;
	o->n += a->n;
	return SEC_E_OK;
}

/* Our own chain may be in it. */
static ULONG output_most(const struct tls_context *c)
{
	return (64 << 10) + c->credential->identity.n;
}

static SECURITY_STATUS ask(struct tls_context *c, struct request *r,
			   struct output *o, struct rf_tls_answer *head)
{
	struct answer a;
	SECURITY_STATUS status = host_call(c->host, r, &a, output_most(c));

	if (!status)
		status = append(o, &a);
	*head = a.head;
	host_free(&a);
	return status;
}

/* Is the other side to be judged by us? */
static BOOL judges(const struct tls_context *c)
{
	return !(c->credential->flags & SCH_CRED_MANUAL_CRED_VALIDATION) &&
	       !(!c->server && c->wanted & ISC_REQ_MANUAL_CRED_VALIDATION);
}

static SECURITY_STATUS established(struct tls_context *c)
{
	SECURITY_STATUS status = context_established(c);
	ULONG alert;

	c->stage = ESTABLISHED;
	c->again = FALSE;
	if (!status && c->server && c->peer && judges(c))
		status = verify_peer(c, &alert);
	return status;
}

/* n bytes of whole records; how many of them were taken. */
static SECURITY_STATUS run(struct tls_context *c, const BYTE *in, ULONG n,
			   ULONG *taken, struct output *o)
{
	SECURITY_STATUS status, verdict = SEC_E_OK;
	ULONG alert = 0, flags = 0;
	struct rf_tls_answer a;
	struct request r;

	for (;;) {
		request_begin(&r, RF_TLS_STEP, flags, alert);
		request_add(&r, in + *taken, n - *taken);
		status = ask(c, &r, o, &a);
		if (status)
			return status;
		if (a.taken > n - *taken)
			return SEC_E_INTERNAL_ERROR;
		*taken += a.taken;
		if (a.state != RF_TLS_WANT_VERDICT)
			break;
		status = context_peer(c);
		alert = TLS1_ALERT_CERTIFICATE_UNKNOWN;
		verdict = status ? status : verify_peer(c, &alert);
		if (!verdict)
			alert = 0;
		flags = RF_TLS_VERDICT;
	}
	switch (a.state) {
	case RF_TLS_OK:
		return established(c);
	case RF_TLS_MORE:
		return SEC_I_CONTINUE_NEEDED;
	case RF_TLS_WANT_IDENTITY:
		return SEC_I_INCOMPLETE_CREDENTIALS;
	}
	return verdict ? verdict : host_error(&a);
}

static SECURITY_STATUS shut(struct tls_context *c, struct output *o)
{
	struct rf_tls_answer a;
	struct request r;

	c->ending = FALSE;
	request_begin(&r, RF_TLS_SHUT, 0, 0);
	return ask(c, &r, o, &a);
}

static SECURITY_STATUS renew(struct tls_context *c)
{
	struct request r;
	struct answer a;
	SECURITY_STATUS status;

	request_begin(&r, RF_TLS_RENEW, 0, 0);
	status = host_call(c->host, &r, &a, 0);
	if (!status && a.head.state != RF_TLS_OK)
		status = SEC_E_UNSUPPORTED_FUNCTION;
	host_free(&a);
	if (!status)
		c->again = TRUE;
	return status;
}

/* ---- a call ---- */

static void missing(PSecBufferDesc in, ULONG n)
{
	SecBuffer *b = find_buffer(in, SECBUFFER_EMPTY);

	if (!b)
		return;
	b->BufferType = SECBUFFER_MISSING;
	b->cbBuffer = n;
}

static void extra(PSecBufferDesc in, const BYTE *at, ULONG n)
{
	SecBuffer *b = find_buffer(in, SECBUFFER_EMPTY);

	if (!b || !n)
		return;
	b->BufferType = SECBUFFER_EXTRA;
	b->pvBuffer = (void *)at;
	b->cbBuffer = n;
}

/* The length of the whole records; 0: a status says why there are none. */
static ULONG whole_records(PSecBufferDesc in, const BYTE *p, ULONG n,
			   SECURITY_STATUS *status)
{
	ULONG at = 0, size;

	for (;;) {
		size = record_size(p + at, n - at);
		if (!size || size > n - at)
			break;
		at += size;
	}
	if (!at)
		*status = size ? SEC_E_INCOMPLETE_MESSAGE : SEC_E_INVALID_TOKEN;
	if (!at && size)
		missing(in, size - n);
	return at;
}

static SECURITY_STATUS shake(struct tls_context *c, PSecBufferDesc in,
			     struct output *o)
{
	const SecBuffer *token = find_buffer(in, SECBUFFER_TOKEN);
	ULONG n = token && token->pvBuffer ? token->cbBuffer : 0, whole = 0,
	      taken = 0;
	const BYTE *p = n ? token->pvBuffer : NULL;
	SECURITY_STATUS status = SEC_E_OK;

	if (c->post && c->post <= n) {
		/* The host has had it; what it says to that comes now. */
		taken = whole = c->post;
	} else if (n) {
		whole = whole_records(in, p, n, &status);
		if (!whole)
			return status;
		taken = c->taken <= whole ? c->taken : 0;
	} else if (c->stage == ESTABLISHED && !c->post && !c->again) {
		status = renew(c);
		if (status)
			return status;
	} else if (c->stage == SHAKING && !c->taken) {
		missing(in, 5);
		return SEC_E_INCOMPLETE_MESSAGE;
	}
	c->post = 0;
	c->taken = 0;
	if (c->stage == BEGUN)
		c->stage = SHAKING;
	status = run(c, p, whole, &taken, o);
	if (status == SEC_I_INCOMPLETE_CREDENTIALS)
		c->taken = taken;
	else if (status >= 0)
		extra(in, p + taken, n - taken);
	else
		c->stage = BROKEN;
	return status;
}

/* Where what is to be sent goes: an empty buffer will do (libcurl's). */
static SecBuffer *token_buffer(PSecBufferDesc out)
{
	SecBuffer *b = find_buffer(out, SECBUFFER_TOKEN);

	if (!b)
		b = find_buffer(out, SECBUFFER_EMPTY);
	if (b)
		b->BufferType = SECBUFFER_TOKEN;
	return b;
}

/* Puts what is to be sent where the caller wants it; takes it over. */
static SECURITY_STATUS deliver(struct output *o, PSecBufferDesc out, BOOL alloc,
			       BOOL failed, SECURITY_STATUS status)
{
	SecBuffer *b = failed ? find_buffer(out, SECBUFFER_ALERT) : NULL;

	if (!b)
		b = token_buffer(out);
	if (b && alloc) {
		b->pvBuffer = o->data;
		b->cbBuffer = o->n;
		return status;
	}
	if (b && o->n && (!b->pvBuffer || b->cbBuffer < o->n))
		status = failed ? status : SEC_E_BUFFER_TOO_SMALL;
	else if (b && o->n)
		memcpy(b->pvBuffer, o->data, o->n);
	if (b)
		b->cbBuffer = o->n;
	if (o->data)
		FreeContextBuffer(o->data);
	return status;
}

/* A certificate that a server had asked for, or that there is none. */
static SECURITY_STATUS supply(struct tls_context *c, struct credential *cred)
{
	struct request r;
	struct answer a;
	SECURITY_STATUS status;

	if (cred && cred != c->credential) {
		InterlockedIncrement(&cred->object.refs);
		object_put(&c->credential->object);
		c->credential = cred;
	}
	request_begin(&r, RF_TLS_IDENTITY, 0, 0);
	add_cache(&r, c);
	request_add(&r, c->credential->identity.data,
		    c->credential->identity.n);
	status = host_call(c->host, &r, &a, 0);
	if (!status && a.head.state != RF_TLS_OK)
		status = SEC_E_UNKNOWN_CREDENTIALS;
	host_free(&a);
	return status;
}

static SECURITY_STATUS call(struct tls_context *c, struct credential *cred,
			    PSecBufferDesc in, PSecBufferDesc out, BOOL alloc)
{
	struct output o = { NULL, 0 };
	SECURITY_STATUS status = SEC_E_OK;

	RtlAcquireSRWLockExclusive(&c->lock);
	if (c->stage == BROKEN) {
		status = SEC_E_INVALID_HANDLE;
	} else if (c->ending) {
		status = shut(c, &o);
	} else {
		if (c->taken)
			status = supply(c, cred);
		if (!status)
			status = shake(c, in, &o);
	}
	RtlReleaseSRWLockExclusive(&c->lock);
	return deliver(&o, out, alloc, status < 0, status);
}

/* Nothing that was not asked for: libcurl compares. */
static ULONG client_flags(const struct tls_context *c)
{
	return ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT |
	       ISC_RET_CONFIDENTIALITY | ISC_RET_STREAM |
	       (c->wanted &
		(ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_EXTENDED_ERROR |
		 ISC_REQ_INTEGRITY | ISC_REQ_MANUAL_CRED_VALIDATION |
		 ISC_REQ_USE_SUPPLIED_CREDS | ISC_REQ_MUTUAL_AUTH));
}

static ULONG server_flags(const struct tls_context *c)
{
	ULONG f = ASC_RET_REPLAY_DETECT | ASC_RET_SEQUENCE_DETECT |
		  ASC_RET_CONFIDENTIALITY | ASC_RET_STREAM |
		  (c->wanted & (ASC_REQ_ALLOCATE_MEMORY |
				ASC_REQ_EXTENDED_ERROR | ASC_REQ_INTEGRITY));

	return c->peer ? f | ASC_RET_MUTUAL_AUTH : f;
}

SECURITY_STATUS tls_initialize(struct credential *cred, struct tls_context **c,
			       const WCHAR *target, ULONG flags,
			       PSecBufferDesc in, PSecBufferDesc out,
			       ULONG *got)
{
	SECURITY_STATUS status;

	if (!out)
		return SEC_E_INVALID_TOKEN;
	if (!*c) {
		if (!(cred->use & SECPKG_CRED_OUTBOUND))
			return SEC_E_NO_CREDENTIALS;
		status = context_new(cred, FALSE, target, flags, in, c);
		if (status)
			return status;
	}
	(*c)->wanted = flags;
	/* The first call says hello, whatever there is already to be read. */
	status = call(*c, cred, (*c)->stage == BEGUN ? NULL : in, out,
		      !!(flags & ISC_REQ_ALLOCATE_MEMORY));
	*got = client_flags(*c);
	return status;
}

SECURITY_STATUS tls_accept(struct credential *cred, struct tls_context **c,
			   ULONG flags, PSecBufferDesc in, PSecBufferDesc out,
			   ULONG *got)
{
	SECURITY_STATUS status = SEC_E_OK;

	if (!in || !out)
		return SEC_E_INVALID_TOKEN;
	if (!*c) {
		const SecBuffer *token = find_buffer(in, SECBUFFER_TOKEN);

		if (!(cred->use & SECPKG_CRED_INBOUND))
			return SEC_E_NO_CREDENTIALS;
		if (!token || !token->pvBuffer || !token->cbBuffer)
			return SEC_E_INVALID_TOKEN;
		/* Nothing begins before there is a record. */
		if (!whole_records(in, token->pvBuffer, token->cbBuffer,
				   &status))
			return status;
		status = context_new(cred, TRUE, NULL, flags, in, c);
		if (status)
			return status;
	}
	(*c)->wanted = flags;
	status = call(*c, cred, in, out, !!(flags & ASC_REQ_ALLOCATE_MEMORY));
	*got = server_flags(*c);
	return status;
}
