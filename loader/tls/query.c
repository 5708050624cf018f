/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* query.c - what is known of a connection. */
#include <openssl/err.h>
#include <string.h>

#include "loader/tls/tls.h"

static void cipher_info(SSL *ssl, struct rf_tls_info *o)
{
	const SSL_CIPHER *c = SSL_get_current_cipher(ssl);
	const EVP_MD *md;
	int nid, bits;

	if (!c)
		return;
	md = SSL_CIPHER_get_handshake_digest(c);
	o->suite = SSL_CIPHER_get_protocol_id(c);
	o->cipher_bits = (uint32_t)SSL_CIPHER_get_bits(c, &bits);
	o->hash_bits = md ? (uint32_t)EVP_MD_get_size(md) * 8 : 0;
	nid = SSL_CIPHER_get_cipher_nid(c);
	o->block = nid == NID_chacha20_poly1305 ? 1 : 16;
	o->mode = SSL_CIPHER_is_aead(c)
			  ? o->version >= TLS1_3_VERSION ||
					    nid == NID_chacha20_poly1305
				    ? RF_TLS_AEAD
				    : RF_TLS_GCM
			  : RF_TLS_CBC;
	if (o->mode == RF_TLS_CBC) {
		md = EVP_get_digestbynid(SSL_CIPHER_get_digest_nid(c));
		o->mac_bytes = md ? (uint32_t)EVP_MD_get_size(md) : 48;
		o->hash_bits = o->mac_bytes * 8;
	}
	strncpy(o->name, SSL_CIPHER_standard_name(c), sizeof o->name - 1);
	strncpy(o->cipher, OBJ_nid2sn(nid), sizeof o->cipher - 1);
}

static uint32_t group_bits(long nid)
{
	switch (nid) {
	case NID_X25519:
		return 253;
	case NID_X9_62_prime256v1:
		return 256;
	case NID_secp384r1:
		return 384;
	case NID_X448:
		return 448;
	case NID_secp521r1:
		return 521;
	}
	return 0;
}

static void exchange_info(SSL *ssl, struct rf_tls_info *o)
{
	const SSL_CIPHER *c = SSL_get_current_cipher(ssl);
	X509 *server = SSL_is_server(ssl) ? SSL_get_certificate(ssl)
					  : SSL_get0_peer_certificate(ssl);
	EVP_PKEY *key = server ? X509_get0_pubkey(server) : NULL, *tmp = NULL;

	o->ecdsa = key && EVP_PKEY_is_a(key, "EC");
	if (c && SSL_CIPHER_get_kx_nid(c) == NID_kx_rsa) {
		o->exchange = RF_TLS_RSA;
		o->exchange_bits = key ? (uint32_t)EVP_PKEY_get_bits(key) : 0;
		return;
	}
	o->exchange = RF_TLS_ECDHE;
	if (SSL_get_peer_tmp_key(ssl, &tmp) || SSL_get_tmp_key(ssl, &tmp)) {
		o->exchange_bits = (uint32_t)EVP_PKEY_get_bits(tmp);
		if (EVP_PKEY_is_a(tmp, "DH"))
			o->exchange = RF_TLS_DHE;
		EVP_PKEY_free(tmp);
		return;
	}
	/* Resumed: 1.2 has exchanged nothing this time. */
	if (c && SSL_CIPHER_get_kx_nid(c) == NID_kx_dhe)
		o->exchange = RF_TLS_DHE;
	o->exchange_bits = group_bits(SSL_get_negotiated_group(ssl));
}

static void tell_info(SSL *ssl, struct answer *a)
{
	struct rf_tls_info o = { .version = (uint32_t)SSL_version(ssl) };
	const unsigned char *alpn;
	unsigned n;

	cipher_info(ssl, &o);
	exchange_info(ssl, &o);
	o.resumed = (uint32_t)SSL_session_reused(ssl);
	SSL_get0_alpn_selected(ssl, &alpn, &n);
	if (n < sizeof o.alpn) {
		o.alpn_size = n;
		memcpy(o.alpn, alpn ? alpn : (const unsigned char *)"", n);
	}
	if (SSL_get_session(ssl)) {
		const unsigned char *id =
			SSL_SESSION_get_id(SSL_get_session(ssl), &n);

		o.session_size = n <= sizeof o.session ? n : 0;
		memcpy(o.session, id, o.session_size);
	}
	o.has_peer = SSL_get0_peer_certificate(ssl) != NULL;
	answer_bytes(a, &o, sizeof o);
}

static bool give_cert(struct answer *a, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	bool ok = n > 0 && answer_item(a, RF_TLS_CERT, der, (size_t)n);

	OPENSSL_free(der);
	return ok;
}

static bool tell_peer(SSL *ssl, struct answer *a)
{
	X509 *own = SSL_get0_peer_certificate(ssl);
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);

	/* Before the verdict there is only the list. */
	if (!own && !SSL_is_server(ssl) && sk_X509_num(chain) > 0)
		own = sk_X509_value(chain, 0);
	if (!own || !give_cert(a, own))
		return false;
	/* A client's list has it as well, a server's has not. */
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (X509_cmp(sk_X509_value(chain, i), own) &&
		    !give_cert(a, sk_X509_value(chain, i)))
			return false;
	return true;
}

/* RFC 5929: the first Finished of the latest handshake; 1.3 has none. */
static bool tell_unique(SSL *ssl, struct answer *a)
{
	uint8_t finished[EVP_MAX_MD_SIZE];
	size_t n;
	bool own = SSL_is_server(ssl) == SSL_session_reused(ssl);

	if (SSL_version(ssl) >= TLS1_3_VERSION)
		return false;
	n = own ? SSL_get_finished(ssl, finished, sizeof finished)
		: SSL_get_peer_finished(ssl, finished, sizeof finished);
	return n && n <= sizeof finished && answer_bytes(a, finished, n);
}

/* The server's certificate, hashed as it was to be signed; SHA-256 at least. */
static bool tell_endpoint(SSL *ssl, struct answer *a)
{
	X509 *x = SSL_is_server(ssl) ? SSL_get_certificate(ssl)
				     : SSL_get0_peer_certificate(ssl);
	uint8_t hash[EVP_MAX_MD_SIZE];
	const EVP_MD *md = NULL;
	int nid = NID_undef;
	unsigned n;

	if (!x)
		return false;
	X509_get_signature_info(x, &nid, NULL, NULL, NULL);
	if (nid != NID_undef && nid != NID_md5 && nid != NID_sha1)
		md = EVP_get_digestbynid(nid);
	return X509_digest(x, md ? md : EVP_sha256(), hash, &n) &&
	       answer_bytes(a, hash, n);
}

static bool tell_export(SSL *ssl, const struct rf_tls_request *q,
			struct items i, struct answer *a)
{
	const uint8_t *data, *label = NULL, *context = NULL;
	size_t n, label_n = 0, context_n = 0;
	uint32_t kind;

	while (item_next(&i, &kind, &data, &n)) {
		if (kind == RF_TLS_LABEL)
			label = data, label_n = n;
		if (kind == RF_TLS_CONTEXT)
			context = data, context_n = n;
	}
	if (!label || !q->flags || q->flags > 4096 ||
	    !answer_room(a, q->flags) ||
	    SSL_export_keying_material(ssl, a->data, q->flags,
				       (const char *)label, label_n, context,
				       context_n, context != NULL) != 1)
		return false;
	a->n = q->flags;
	return true;
}

static bool tell_authorities(SSL *ssl, struct answer *a)
{
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);

	for (int i = 0; i < sk_X509_NAME_num(names); i++) {
		unsigned char *der = NULL;
		int n = i2d_X509_NAME(sk_X509_NAME_value(names, i), &der);
		bool ok = n > 0 && answer_item(a, RF_TLS_CERT, der, (size_t)n);

		OPENSSL_free(der);
		if (!ok)
			return false;
	}
	return true;
}

static bool tell_signatures(SSL *ssl, struct answer *a)
{
	unsigned char sig, hash;

	for (int i = 0;
	     i < SSL_get_sigalgs(ssl, i, NULL, NULL, NULL, &sig, &hash); i++) {
		uint16_t both = (uint16_t)(hash << 8 | sig);

		if (!answer_bytes(a, &both, sizeof both))
			return false;
	}
	return a->n != 0;
}

void session_query(struct session *s, const struct rf_tls_request *q,
		   struct items i, struct answer *a)
{
	bool ok = true;

	switch (q->arg) {
	case RF_TLS_INFO:
		tell_info(s->ssl, a);
		break;
	case RF_TLS_PEER:
		ok = tell_peer(s->ssl, a);
		break;
	case RF_TLS_UNIQUE:
		ok = tell_unique(s->ssl, a);
		break;
	case RF_TLS_ENDPOINT:
		ok = tell_endpoint(s->ssl, a);
		break;
	case RF_TLS_EXPORT:
		ok = tell_export(s->ssl, q, i, a);
		break;
	case RF_TLS_AUTHORITIES:
		ok = tell_authorities(s->ssl, a);
		break;
	case RF_TLS_SIGNATURES:
		ok = tell_signatures(s->ssl, a);
		break;
	default:
		ok = false;
	}
	if (!ok) {
		a->n = 0;
		a->head.state = RF_TLS_NOTHING;
	}
}
