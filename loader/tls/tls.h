/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tls.h - run-foreign-tls, the process that does TLS for a Windows program.
 *
 * It is a program of its own because run-foreign is linked statically: a
 * library of this size could not be loaded later, and would cost every start
 * otherwise. It is also a good place for it: what speaks with strangers has
 * none of the program's memory, and ends when the program does (main.c).
 *
 * What comes is from a program that may be hostile: each request is a copy, and
 * looked at by length before anything else is.
 */
#ifndef RF_TLS_H
#define RF_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dlls/include/rf-schannel.h"

enum { CACHE_KEY = 32 };

/* Which sessions of a connection are kept: resume.c */
struct resume {
	bool named; /* there is a name */
	bool keep;
	uint32_t lifespan; /* milliseconds */
	uint8_t name[CACHE_KEY];
	SSL_SESSION *last; /* that could be resumed */
};

struct session {
	SSL_CTX *ctx; /* NULL until begun */
	SSL *ssl;
	BIO *in, *out; /* the SSL's */
	bool verify;   /* stop for a verdict */
	bool judged;   /* there is one: */
	uint32_t verdict;
	bool choose; /* stop where a certificate is wanted */
	bool handshake_seen;
	uint32_t alert; /* that came, fatal; 0: none */
	uint32_t sent;  /* that we send */
	struct resume resume;
	uint8_t alpn[256]; /* a server's, or none */
	size_t alpn_size;
};

struct answer {
	struct rf_tls_answer head;
	uint8_t *data; /* it grows: answer_room() */
	size_t n, room;
};

/* A request's items, one after the other. */
struct items {
	const uint8_t *at;
	size_t left;
};

/* false: there is no further one, or it is cut off (then left is not 0). */
bool item_next(struct items *i, uint32_t *kind, const uint8_t **data,
	       size_t *n);
/* Room for n more bytes behind those there are; false: there is none. */
bool answer_room(struct answer *a, size_t n);
bool answer_item(struct answer *a, uint32_t kind, const void *data, size_t n);
bool answer_bytes(struct answer *a, const void *data, size_t n);

/* ---- session.c ----------------------------------------------------------- */

/* Answers one request of n bytes. */
void session_call(struct session *s, const uint8_t *request, size_t n,
		  struct answer *a);
void session_end(struct session *s);

/* ---- identity.c ---------------------------------------------------------- */

/* Takes certificates and keys: false, and a says why. */
bool identity_set(SSL *ssl, struct items i, struct answer *a);
/* The key of RF_TLS_KEY's bytes, or NULL. */
EVP_PKEY *key_read(const uint8_t *data, size_t n);
/* An RSA key as such an item, behind the answer; false: no room, or no such. */
bool key_write(struct answer *a, EVP_PKEY *key);

/* ---- resume.c, cache.c --------------------------------------------------- */

/* Its sessions are kept under RF_TLS_CACHE's bytes; and a client begins with
   one that is.  false: no such item, no memory. */
bool resume_name(struct session *s, const uint8_t *item, size_t n);
/* A handshake has ended; has failed. */
void resume_done(struct session *s);
void resume_failed(struct session *s);
/* May what is kept of it be used from now on? */
void resume_allow(struct session *s, bool allow);
void resume_end(struct session *s);

/* Keeps a copy until it is so many milliseconds old, in the place of an older
   one. */
void cache_put(const uint8_t key[CACHE_KEY], const SSL_SESSION *session,
	       uint32_t lifespan);
/* A copy, or NULL. */
SSL_SESSION *cache_get(const uint8_t key[CACHE_KEY]);
void cache_drop(const uint8_t key[CACHE_KEY]);

/* ---- query.c, pfx.c ------------------------------------------------------ */

void session_query(struct session *s, const struct rf_tls_request *q,
		   struct items i, struct answer *a);
void pfx_read(struct items i, struct answer *a);
void pfx_write(struct items i, struct answer *a);

#endif
