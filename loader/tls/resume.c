/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resume.c - sessions that are resumed: which of a connection's are kept, and
 * which one it begins with.
 *
 * A client's is kept under the name that it was given alone: the latest. It may
 * be used more than once, also in 1.3: who sends files (FTPS) never reads from
 * those connections, where a fresh ticket would come, and their server insists
 * on a session that it knows.  A server's is kept under its id, too, which is
 * 1.2's session id, or what 1.3's ticket consists of: all that is to be known
 * of a session, its client's certificates among it, stays here.
 */
#include <openssl/evp.h>
#include <string.h>

#include "loader/tls/tls.h"

enum { WEEK = 7 * 24 * 3600 }; /* RFC 8446: no ticket is valid longer */

static bool hash(const void *a, size_t a_n, const void *b, size_t b_n,
		 uint8_t to[CACHE_KEY])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
		  EVP_DigestUpdate(ctx, a, a_n) &&
		  EVP_DigestUpdate(ctx, b, b_n) &&
		  EVP_DigestFinal_ex(ctx, to, NULL);

	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool key_of_id(const struct resume *r, const unsigned char *id, size_t n,
		      uint8_t key[CACHE_KEY])
{
	return hash(r->name, sizeof r->name, id, n, key);
}

static bool key_of(struct session *s, const SSL_SESSION *x,
		   uint8_t key[CACHE_KEY])
{
	const unsigned char *id;
	unsigned n;

	if (!SSL_is_server(s->ssl)) {
		memcpy(key, s->resume.name, CACHE_KEY);
		return true;
	}
	id = SSL_SESSION_get_id(x, &n);
	return key_of_id(&s->resume, id, n, key);
}

static void keep(struct session *s, const SSL_SESSION *x)
{
	uint8_t key[CACHE_KEY];

	if (s->resume.named && s->resume.keep && key_of(s, x, key))
		cache_put(key, x, s->resume.lifespan);
}

/* ---- what OpenSSL asks and tells ----------------------------------------- */

static int on_new(SSL *ssl, SSL_SESSION *x)
{
	struct session *s = SSL_get_app_data(ssl);

	SSL_SESSION_free(s->resume.last);
	s->resume.last = SSL_SESSION_dup(x);
	keep(s, x);
	return 0; /* it stays OpenSSL's */
}

static SSL_SESSION *on_get(SSL *ssl, const unsigned char *id, int n, int *copy)
{
	struct session *s = SSL_get_app_data(ssl);
	uint8_t key[CACHE_KEY];

	*copy = 0;
	return n > 0 && key_of_id(&s->resume, id, (size_t)n, key)
		       ? cache_get(key)
		       : NULL;
}

/* It has gone wrong, or is too old.  A client's is no more than used. */
static void on_remove(SSL_CTX *ctx, SSL_SESSION *x)
{
	struct session *s = SSL_CTX_get_app_data(ctx);
	uint8_t key[CACHE_KEY];

	if (SSL_is_server(s->ssl) && key_of(s, x, key))
		cache_drop(key);
}

/* ---- a connection -------------------------------------------------------- */

bool resume_name(struct session *s, const uint8_t *item, size_t n)
{
	struct resume *r = &s->resume;
	bool server = SSL_is_server(s->ssl);
	const uint8_t role = server ? 's' : 'c';
	SSL_SESSION *old;
	long seconds;

	if (n <= sizeof r->lifespan || n > RF_TLS_CACHE_MOST)
		return false;
	memcpy(&r->lifespan, item, sizeof r->lifespan);
	item += sizeof r->lifespan;
	n -= sizeof r->lifespan;
	if (!hash(&role, 1, item, n, r->name))
		return false;
	r->named = true;
	seconds = (long)(r->lifespan / 1000) + 1;
	SSL_CTX_set_timeout(s->ctx, seconds < WEEK ? seconds : WEEK);
	SSL_CTX_set_app_data(s->ctx, s);
	SSL_CTX_sess_set_new_cb(s->ctx, on_new);
	SSL_CTX_sess_set_get_cb(s->ctx, on_get);
	SSL_CTX_sess_set_remove_cb(s->ctx, on_remove);
	SSL_CTX_set_session_cache_mode(
		s->ctx,
		(server ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_CLIENT) |
			SSL_SESS_CACHE_NO_INTERNAL);
	if (server)
		return SSL_set_num_tickets(s->ssl, 1) &&
		       SSL_set_session_id_context(s->ssl, r->name,
						  sizeof r->name);
	SSL_clear_options(s->ssl, SSL_OP_NO_TICKET);
	old = SSL_in_before(s->ssl) ? cache_get(r->name) : NULL;
	if (old) /* one that does not fit is not offered */
		SSL_set_session(s->ssl, old);
	SSL_SESSION_free(old);
	return true;
}

void resume_done(struct session *s)
{
	/* 1.2: OpenSSL says nothing of a ticket in the place of the old one. */
	if (!SSL_is_server(s->ssl) && SSL_session_reused(s->ssl) &&
	    SSL_version(s->ssl) < TLS1_3_VERSION)
		keep(s, SSL_get_session(s->ssl));
}

void resume_failed(struct session *s)
{
	if (s->resume.named && !SSL_is_server(s->ssl))
		cache_drop(s->resume.name);
}

void resume_allow(struct session *s, bool allow)
{
	const SSL_SESSION *x =
		s->resume.last ? s->resume.last : SSL_get_session(s->ssl);
	uint8_t key[CACHE_KEY];

	s->resume.keep = allow;
	if (allow && x && SSL_SESSION_is_resumable(x))
		keep(s, x);
	if (!allow && s->resume.named && x && key_of(s, x, key))
		cache_drop(key);
}

void resume_end(struct session *s)
{
	SSL_SESSION_free(s->resume.last);
	s->resume.last = NULL;
	/* Who goes without a word leaves a good session all the same. */
	SSL_set_shutdown(s->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}
