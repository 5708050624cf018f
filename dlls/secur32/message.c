/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c - data, in place: EncryptMessage makes one record of header, data
 * and trailer, which lie where the caller has put them; DecryptMessage opens
 * the first record of what came.
 *
 * A message behind the handshake (1.3's tickets and new keys, 1.2's wish for
 * another handshake) is no data: SEC_I_RENEGOTIATE, and the caller goes back to
 * the handshake, in 1.3 with that very record, as SECBUFFER_EXTRA.
 */
#include "tls.h"

/* ---- encrypting ---------------------------------------------------------- */

/* The record's bytes into the three buffers. */
static SECURITY_STATUS spread(const struct answer *a, ULONG head, ULONG n,
			      SecBuffer *h, SecBuffer *d, SecBuffer *t)
{
	ULONG tail;

	if (a->n < head + n || record_size(a->data, a->n) != a->n)
		return SEC_E_INTERNAL_ERROR;
	tail = a->n - head - n;
	if (h->cbBuffer < head || t->cbBuffer < tail)
		return SEC_E_BUFFER_TOO_SMALL;
	memcpy(h->pvBuffer, a->data, head);
	memcpy(d->pvBuffer, a->data + head, n);
	memcpy(t->pvBuffer, a->data + head + n, tail);
	h->cbBuffer = head;
	t->cbBuffer = tail;
	return SEC_E_OK;
}

static SECURITY_STATUS seal(struct tls_context *c, SecBuffer *h, SecBuffer *d,
			    SecBuffer *t)
{
	SECURITY_STATUS status;
	struct request r;
	struct answer a;

	if (d->cbBuffer > RF_TLS_PLAIN)
		return SEC_E_ENCRYPT_FAILURE;
	if (!d->cbBuffer) { /* nothing is no record */
		h->cbBuffer = t->cbBuffer = 0;
		return SEC_E_OK;
	}
	if (h->cbBuffer < c->header || t->cbBuffer < c->trailer)
		return SEC_E_BUFFER_TOO_SMALL;
	request_begin(&r, RF_TLS_SEAL, 0, 0);
	request_add(&r, d->pvBuffer, d->cbBuffer);
	status = host_call(c->host, &r, &a, RF_TLS_RECORD);
	if (!status)
		status = a.head.state == RF_TLS_OK
				 ? spread(&a, c->header, d->cbBuffer, h, d, t)
				 : SEC_E_ENCRYPT_FAILURE;
	host_free(&a);
	return status;
}

SECURITY_STATUS tls_encrypt(struct tls_context *c, PSecBufferDesc m)
{
	SecBuffer *h = find_buffer(m, SECBUFFER_STREAM_HEADER),
		  *d = find_buffer(m, SECBUFFER_DATA),
		  *t = find_buffer(m, SECBUFFER_STREAM_TRAILER);
	SECURITY_STATUS status;

	if (!h || !d || !t || !h->pvBuffer || !t->pvBuffer ||
	    (d->cbBuffer && !d->pvBuffer))
		return SEC_E_INVALID_TOKEN;
	RtlAcquireSRWLockExclusive(&c->lock);
	if (c->stage != ESTABLISHED)
		status = c->stage == BROKEN ? SEC_E_INVALID_HANDLE
					    : SEC_E_OUT_OF_SEQUENCE;
	else
		status = seal(c, h, d, t);
	RtlReleaseSRWLockExclusive(&c->lock);
	return status;
}

/* ---- decrypting ---------------------------------------------------------- */

static void set(SecBuffer *b, ULONG kind, void *at, ULONG n)
{
	b->BufferType = kind;
	b->pvBuffer = at;
	b->cbBuffer = n;
}

/* What is behind the record, in the next free buffer. */
static void rest(PSecBufferDesc m, BYTE *at, ULONG n)
{
	SecBuffer *b = find_buffer(m, SECBUFFER_EMPTY);

	if (b && n)
		set(b, SECBUFFER_EXTRA, at, n);
}

/* Header, data, trailer, and what is behind; data has the caller's buffer, or
   the one that comes next, as Windows has it. */
static SECURITY_STATUS data(struct tls_context *c, PSecBufferDesc m,
			    SecBuffer *d, const struct answer *a, ULONG size)
{
	BYTE *p = d->pvBuffer;
	ULONG n = d->cbBuffer, head = c->header;
	SecBuffer *b[2] = { NULL, NULL };

	if (head > size || a->n > size - head)
		return SEC_E_INTERNAL_ERROR;
	memcpy(p + head, a->data, a->n);
	for (ULONG i = 0, k = 0; i < m->cBuffers && k < 2; i++)
		if (m->pBuffers[i].BufferType == SECBUFFER_EMPTY)
			b[k++] = &m->pBuffers[i];
	if (b[0] && b[1]) {
		set(d, SECBUFFER_STREAM_HEADER, p, head);
		set(b[0], SECBUFFER_DATA, p + head, a->n);
		set(b[1], SECBUFFER_STREAM_TRAILER, p + head + a->n,
		    size - head - a->n);
	} else {
		set(d, SECBUFFER_DATA, p + head, a->n);
	}
	rest(m, p + size, n - size);
	return SEC_E_OK;
}

static SECURITY_STATUS unseal(struct tls_context *c, PSecBufferDesc m,
			      SecBuffer *d)
{
	BYTE *p = d->pvBuffer;
	ULONG n = d->cbBuffer, size = record_size(p, n);
	SECURITY_STATUS status;
	struct request r;
	struct answer a;

	if (!size)
		return SEC_E_DECRYPT_FAILURE;
	if (size > n) {
		SecBuffer *b = find_buffer(m, SECBUFFER_EMPTY);

		if (b)
			set(b, SECBUFFER_MISSING, NULL, size - n);
		return SEC_E_INCOMPLETE_MESSAGE;
	}
	request_begin(&r, RF_TLS_OPEN, 0, 0);
	request_add(&r, p, size);
	status = host_call(c->host, &r, &a, RF_TLS_RECORD);
	if (status) {
		host_free(&a);
		return status;
	}
	switch (a.head.state) {
	case RF_TLS_OK:
		status = data(c, m, d, &a, size);
		break;
	case RF_TLS_POST:
		status = SEC_I_RENEGOTIATE;
		c->again = c->info.version < 0x304;
		c->post = c->again ? 0 : size;
		rest(m, p + size - c->post, n - size + c->post);
		break;
	case RF_TLS_CLOSED:
		status = SEC_I_CONTEXT_EXPIRED;
		rest(m, p + size, n - size);
		break;
	default:
		status = host_error(&a.head);
	}
	host_free(&a);
	return status;
}

SECURITY_STATUS tls_decrypt(struct tls_context *c, PSecBufferDesc m)
{
	SecBuffer *d = find_buffer(m, SECBUFFER_DATA);
	SECURITY_STATUS status;

	if (!d || (d->cbBuffer && !d->pvBuffer))
		return SEC_E_INVALID_TOKEN;
	RtlAcquireSRWLockExclusive(&c->lock);
	if (c->stage != ESTABLISHED)
		status = c->stage == BROKEN ? SEC_E_INVALID_HANDLE
					    : SEC_E_OUT_OF_SEQUENCE;
	else
		status = unseal(c, m, d);
	RtlReleaseSRWLockExclusive(&c->lock);
	return status;
}

/* ---- a program's wishes -------------------------------------------------- */

static SECURITY_STATUS reconnects(struct tls_context *c, BOOL allow)
{
	SECURITY_STATUS status;
	struct request r;
	struct answer a;

	request_begin(&r, RF_TLS_RECONNECTS, 0, allow);
	RtlAcquireSRWLockExclusive(&c->lock);
	status = host_call(c->host, &r, &a, 0);
	RtlReleaseSRWLockExclusive(&c->lock);
	host_free(&a);
	return status;
}

SECURITY_STATUS tls_control(struct tls_context *c, PSecBufferDesc in)
{
	SCHANNEL_SESSION_TOKEN session;
	const SecBuffer *b = find_buffer(in, SECBUFFER_TOKEN);
	DWORD what;

	if (!b || !b->pvBuffer || b->cbBuffer < sizeof what)
		return SEC_E_INVALID_TOKEN;
	memcpy(&what, b->pvBuffer, sizeof what);
	switch (what) {
	case SCHANNEL_SHUTDOWN:
		RtlAcquireSRWLockExclusive(&c->lock);
		c->ending = TRUE;
		RtlReleaseSRWLockExclusive(&c->lock);
		return SEC_E_OK;
	case SCHANNEL_SESSION:
		if (b->cbBuffer < sizeof session)
			return SEC_E_INVALID_TOKEN;
		memcpy(&session, b->pvBuffer, sizeof session);
		if (session.dwFlags != SSL_SESSION_ENABLE_RECONNECTS &&
		    session.dwFlags != SSL_SESSION_DISABLE_RECONNECTS)
			return SEC_E_INVALID_TOKEN;
		return reconnects(c, session.dwFlags ==
					     SSL_SESSION_ENABLE_RECONNECTS);
	}
	return SEC_E_UNSUPPORTED_FUNCTION;
}
