/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * session.c - one TLS connection: OpenSSL's state machine between two memory
 * BIOs.  Records are given to it one at a time, so that it never has more than
 * the caller knows of: what follows a handshake is data, and not ours to read.
 */
#include <openssl/err.h>
#include <string.h>

#include "loader/tls/tls.h"

bool item_next(struct items *i, uint32_t *kind, const uint8_t **data, size_t *n)
{
	struct rf_tls_item head;

	if (i->left < sizeof head)
		return false;
	memcpy(&head, i->at, sizeof head);
	if (head.size > i->left - sizeof head)
		return false;
	*kind = head.kind;
	*data = i->at + sizeof head;
	*n = head.size;
	i->at += sizeof head + head.size;
	i->left -= sizeof head + head.size;
	return true;
}

bool answer_room(struct answer *a, size_t n)
{
	size_t room = a->room ? a->room : 512;
	uint8_t *data;

	if (n > RF_TLS_MOST - sizeof a->head - a->n)
		return false;
	if (n <= a->room - a->n)
		return true;
	while (room - a->n < n)
		room *= 2;
	data = OPENSSL_clear_realloc(a->data, a->room, room);
	if (!data)
		return false;
	a->data = data;
	a->room = room;
	return true;
}

bool answer_bytes(struct answer *a, const void *data, size_t n)
{
	if (!answer_room(a, n))
		return false;
	if (n)
		memcpy(a->data + a->n, data, n);
	a->n += n;
	return true;
}

bool answer_item(struct answer *a, uint32_t kind, const void *data, size_t n)
{
	const struct rf_tls_item head = { kind, (uint32_t)n };

	return n <= RF_TLS_MOST && answer_bytes(a, &head, sizeof head) &&
	       answer_bytes(a, data, n);
}

/* ---- what OpenSSL asks ---- */

static struct session *session_of(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

/* What makes OpenSSL send the verdict's alert. */
static int error_of(uint32_t verdict)
{
	switch (verdict) {
	case SSL_AD_UNKNOWN_CA:
		return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
	case SSL_AD_CERTIFICATE_EXPIRED:
		return X509_V_ERR_CERT_HAS_EXPIRED;
	case SSL_AD_CERTIFICATE_REVOKED:
		return X509_V_ERR_CERT_REVOKED;
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
		return X509_V_ERR_INVALID_PURPOSE;
	case SSL_AD_BAD_CERTIFICATE:
		return X509_V_ERR_CERT_REJECTED;
	}
	/* What OpenSSL has no alert for becomes certificate_unknown. */
	return X509_V_ERR_INVALID_EXTENSION;
}

/* Certificates are judged by who called us, with Windows' rules. */
static int on_verify(X509_STORE_CTX *store, void *nothing)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct session *s = session_of(ssl);

	(void)nothing;
	if (!s->verify)
		return 1;
	if (!s->judged)
		return SSL_set_retry_verify(ssl);
	if (!s->verdict)
		return 1;
	X509_STORE_CTX_set_error(store, error_of(s->verdict));
	return 0;
}

static int on_cert_wanted(SSL *ssl, void *nothing)
{
	(void)nothing;
	return session_of(ssl)->choose && !SSL_get_certificate(ssl) ? -1 : 1;
}

/* The server's own order decides. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *n,
		   const unsigned char *in, unsigned in_n, void *nothing)
{
	struct session *s = session_of(ssl);
	unsigned char *found;

	(void)nothing;
	if (!s->alpn_size)
		return SSL_TLSEXT_ERR_NOACK;
	if (SSL_select_next_proto(&found, n, s->alpn, (unsigned)s->alpn_size,
				  in, in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = found;
	return SSL_TLSEXT_ERR_OK;
}

static void on_message(int write, int version, int type, const void *data,
		       size_t n, SSL *ssl, void *arg)
{
	const uint8_t *alert = data;
	struct session *s = arg;

	(void)version, (void)ssl;
	if (write && type == SSL3_RT_ALERT && n == 2 &&
	    alert[0] == SSL3_AL_FATAL)
		s->sent = alert[1];
	if (write)
		return;
	if (type == SSL3_RT_HANDSHAKE)
		s->handshake_seen = true;
	if (type == SSL3_RT_ALERT && n == 2 &&
	    (alert[0] == SSL3_AL_FATAL || alert[1] != SSL_AD_CLOSE_NOTIFY))
		s->alert = alert[1];
}

/* ---- beginning ---- */

static void fail(struct answer *a, uint32_t state, uint32_t reason)
{
	a->head.state = state;
	a->head.reason = reason;
}

static bool set_alpn(struct session *s, const uint8_t *list, size_t n)
{
	if (!n || n > sizeof s->alpn)
		return false;
	for (size_t at = 0; at < n; at += 1u + list[at])
		if (!list[at] || list[at] > n - at - 1)
			return false;
	memcpy(s->alpn, list, n);
	s->alpn_size = n;
	return !SSL_set_alpn_protos(s->ssl, list, (unsigned)n);
}

static bool set_items(struct session *s, struct items i)
{
	char name[256];
	const uint8_t *data;
	uint32_t kind;
	size_t n;

	while (item_next(&i, &kind, &data, &n)) {
		if (kind == RF_TLS_ALPN && !set_alpn(s, data, n))
			return false;
		if (kind == RF_TLS_CACHE && !resume_name(s, data, n))
			return false;
		if (kind != RF_TLS_NAME)
			continue;
		if (n >= sizeof name || memchr(data, 0, n))
			return false;
		memcpy(name, data, n);
		name[n] = 0;
		if (!SSL_set_tlsext_host_name(s->ssl, name))
			return false;
	}
	return !i.left;
}

static bool make(struct session *s, const struct rf_tls_request *q)
{
	bool server = q->flags & RF_TLS_SERVER;
	uint16_t first = (uint16_t)q->arg, last = (uint16_t)(q->arg >> 16);

	s->ctx =
		SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	if (!s->ctx || first < TLS1_2_VERSION || first > last ||
	    !SSL_CTX_set_min_proto_version(s->ctx, first) ||
	    !SSL_CTX_set_max_proto_version(s->ctx, last) ||
	    /* Windows' least: keys of 1024 bits, SHA-1 */
	    !SSL_CTX_set_cipher_list(s->ctx, "DEFAULT:@SECLEVEL=1"))
		return false;
	/* A context is one connection's: what is kept is in cache.c, and of
	   those only that have a name (resume_name). */
	SSL_CTX_set_options(s->ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
					    SSL_OP_ALLOW_CLIENT_RENEGOTIATION |
					    SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_num_tickets(s->ctx, 0);
	SSL_CTX_set_session_cache_mode(s->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(s->ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_dh_auto(s->ctx, 1);
	SSL_CTX_set_cert_verify_callback(s->ctx, on_verify, NULL);
	SSL_CTX_set_cert_cb(s->ctx, on_cert_wanted, NULL);
	SSL_CTX_set_alpn_select_cb(s->ctx, on_alpn, NULL);
	SSL_CTX_set_msg_callback(s->ctx, on_message);
	s->ssl = SSL_new(s->ctx);
	s->in = BIO_new(BIO_s_mem());
	s->out = BIO_new(BIO_s_mem());
	if (!s->ssl || !s->in || !s->out)
		return false;
	SSL_set_bio(s->ssl, s->in, s->out);
	SSL_set_app_data(s->ssl, s);
	SSL_set_msg_callback_arg(s->ssl, s);
	if (server) {
		SSL_set_accept_state(s->ssl);
		SSL_set_verify(s->ssl,
			       q->flags & RF_TLS_ASK ? SSL_VERIFY_PEER
						     : SSL_VERIFY_NONE,
			       NULL);
	} else {
		SSL_set_connect_state(s->ssl);
		SSL_set_verify(s->ssl, SSL_VERIFY_PEER, NULL);
	}
	/* A client stops where its server's certificate came; who is a server
	   looks at the client's when all is done. */
	s->verify = !server && q->flags & RF_TLS_VERIFY;
	s->choose = !server && q->flags & RF_TLS_CHOOSE;
	s->resume.keep = !(q->flags & RF_TLS_NO_RECONNECTS);
	return true;
}

void session_end(struct session *s)
{
	if (s->ssl) {
		resume_end(s);
		SSL_free(s->ssl); /* its BIOs, too */
	} else {
		BIO_free(s->in);
		BIO_free(s->out);
	}
	SSL_CTX_free(s->ctx);
	OPENSSL_thread_stop();
	memset(s, 0, sizeof *s);
}

static void begin(struct session *s, const struct rf_tls_request *q,
		  struct items i, struct answer *a)
{
	if (s->ctx) {
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
		return;
	}
	if (!make(s, q) || !set_items(s, i))
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
	else if (identity_set(s->ssl, i, a))
		return;
	session_end(s);
}

/* As whom it is known after that its sessions are kept by. */
static void take_identity(struct session *s, struct items i, struct answer *a)
{
	s->choose = false;
	s->resume.named = false;
	if (!set_items(s, i))
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
	else
		identity_set(s->ssl, i, a);
}

/* ---- the handshake ---- */

/*
 * Its errors are many, and more than one at a time; the alert that it sends
 * says what it thinks of them.
 */
static void say_why(struct session *s, struct answer *a)
{
	uint32_t reason = RF_TLS_BAD_MESSAGE;

	switch (s->sent) {
	case SSL_AD_BAD_RECORD_MAC:
		reason = RF_TLS_BAD_MAC;
		break;
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_INSUFFICIENT_SECURITY:
		reason = RF_TLS_NO_CIPHER;
		break;
	case SSL_AD_PROTOCOL_VERSION:
		reason = RF_TLS_NO_VERSION;
		break;
	case SSL_AD_NO_APPLICATION_PROTOCOL:
		reason = RF_TLS_NO_PROTOCOL;
		break;
	case SSL_AD_CERTIFICATE_REQUIRED:
		reason = RF_TLS_NO_CERT;
		break;
	}
	if (s->verdict)
		reason = RF_TLS_REFUSED;
	if (s->alert)
		reason = RF_TLS_ALERT_CAME;
	resume_failed(s);
	if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
		fail(a, RF_TLS_NO_MEMORY, RF_TLS_OTHER);
	else
		fail(a, RF_TLS_FAILED, reason);
	a->head.alert = s->alert;
}

/* What OpenSSL has to send.  false: more than an answer holds, which is none
   of its handshakes. */
static bool drain(struct session *s, struct answer *a)
{
	char *data;
	long n = BIO_get_mem_data(s->out, &data);
	bool ok = n >= 0 && answer_bytes(a, data, (size_t)n);

	(void)BIO_reset(s->out);
	return ok;
}

/* The length of the record that in begins with, all of it there; or 0. */
static size_t record_size(const uint8_t *in, size_t n)
{
	size_t size = n < 5 ? 0 : (size_t)(in[3] << 8 | in[4]) + 5;

	return size > n || size > RF_TLS_RECORD ? 0 : size;
}

static bool stopped(struct session *s, int result, struct answer *a)
{
	switch (SSL_get_error(s->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		a->head.state = RF_TLS_MORE;
		return false;
	case SSL_ERROR_WANT_RETRY_VERIFY:
		a->head.state = RF_TLS_WANT_VERDICT;
		return true;
	case SSL_ERROR_WANT_X509_LOOKUP:
		a->head.state = RF_TLS_WANT_IDENTITY;
		return true;
	}
	say_why(s, a);
	return true;
}

/* An answer to a KeyUpdate waits for the next write; it is sent by this one,
   which writes nothing. */
static void flush_update(struct session *s)
{
	size_t n;

	if (SSL_is_init_finished(s->ssl) &&
	    SSL_get_key_update_type(s->ssl) != SSL_KEY_UPDATE_NONE)
		SSL_write_ex(s->ssl, "", 0, &n);
}

static void step(struct session *s, const struct rf_tls_request *q,
		 const uint8_t *in, size_t n, struct answer *a)
{
	size_t size, fed = 0;
	int result;

	if (q->flags & RF_TLS_VERDICT) {
		s->judged = true;
		s->verdict = q->arg;
	}
	for (;;) {
		result = SSL_do_handshake(s->ssl);
		if (result == 1) {
			a->head.state = RF_TLS_OK;
			/* The next one, whoever begins it, has its own. */
			s->judged = false;
			resume_done(s);
			break;
		}
		if (stopped(s, result, a))
			break;
		size = record_size(in + fed, n - fed);
		if (!size)
			break;
		if (BIO_write(s->in, in + fed, (int)size) != (int)size) {
			fail(a, RF_TLS_NO_MEMORY, RF_TLS_OTHER);
			break;
		}
		fed += size;
	}
	flush_update(s);
	a->head.taken = (uint32_t)fed;
	if (!drain(s, a))
		fail(a, RF_TLS_NO_MEMORY, RF_TLS_OTHER);
}

/* ---- data ---- */

static void seal(struct session *s, const uint8_t *data, size_t n,
		 struct answer *a)
{
	size_t done;

	if (!n || n > RF_TLS_PLAIN || !SSL_is_init_finished(s->ssl))
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
	else if (!SSL_write_ex(s->ssl, data, n, &done))
		say_why(s, a);
	else if (!drain(s, a))
		fail(a, RF_TLS_NO_MEMORY, RF_TLS_OTHER);
}

static void open_record(struct session *s, const uint8_t *in, size_t n,
			struct answer *a)
{
	size_t done = 0;
	int error;

	if (record_size(in, n) != n) {
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
		return;
	}
	if (!answer_room(a, RF_TLS_RECORD) ||
	    BIO_write(s->in, in, (int)n) != (int)n) {
		fail(a, RF_TLS_NO_MEMORY, RF_TLS_OTHER);
		return;
	}
	s->handshake_seen = false;
	if (SSL_read_ex(s->ssl, a->data, RF_TLS_RECORD, &done)) {
		a->n = done;
		return;
	}
	error = SSL_get_error(s->ssl, 0);
	if (error == SSL_ERROR_ZERO_RETURN)
		a->head.state = RF_TLS_CLOSED;
	else if (error == SSL_ERROR_WANT_RETRY_VERIFY ||
		 error == SSL_ERROR_WANT_X509_LOOKUP)
		a->head.state = RF_TLS_POST;
	else if (error ==
		 SSL_ERROR_WANT_READ) /* a record without data is one */
		a->head.state = s->handshake_seen || SSL_in_init(s->ssl)
					? RF_TLS_POST
					: RF_TLS_OK;
	else
		say_why(s, a);
}

static void shut(struct session *s, struct answer *a)
{
	SSL_shutdown(s->ssl);
	if (!drain(s, a))
		fail(a, RF_TLS_NO_MEMORY, RF_TLS_OTHER);
}

static void renew(struct session *s, struct answer *a)
{
	if (SSL_version(s->ssl) >= TLS1_3_VERSION || !SSL_renegotiate(s->ssl))
		fail(a, RF_TLS_NOTHING, RF_TLS_UNSUPPORTED);
}

void session_call(struct session *s, const uint8_t *request, size_t n,
		  struct answer *a)
{
	struct rf_tls_request q;
	struct items i;

	if (n < sizeof q) {
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
		return;
	}
	memcpy(&q, request, sizeof q);
	i = (struct items){ request + sizeof q, n - sizeof q };
	ERR_clear_error();
	if (!s->ssl && q.op != RF_TLS_BEGIN && q.op != RF_TLS_READ_PFX &&
	    q.op != RF_TLS_WRITE_PFX) {
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
		return;
	}
	switch (q.op) {
	case RF_TLS_BEGIN:
		begin(s, &q, i, a);
		break;
	case RF_TLS_STEP:
		step(s, &q, i.at, i.left, a);
		break;
	case RF_TLS_IDENTITY:
		take_identity(s, i, a);
		break;
	case RF_TLS_SEAL:
		seal(s, i.at, i.left, a);
		break;
	case RF_TLS_OPEN:
		open_record(s, i.at, i.left, a);
		break;
	case RF_TLS_SHUT:
		shut(s, a);
		break;
	case RF_TLS_RENEW:
		renew(s, a);
		break;
	case RF_TLS_RECONNECTS:
		resume_allow(s, q.arg != 0);
		break;
	case RF_TLS_QUERY:
		session_query(s, &q, i, a);
		break;
	case RF_TLS_READ_PFX:
		pfx_read(i, a);
		break;
	case RF_TLS_WRITE_PFX:
		pfx_write(i, a);
		break;
	default:
		fail(a, RF_TLS_BAD, RF_TLS_OTHER);
	}
}
