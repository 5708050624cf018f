/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tls.h - Schannel's credentials (credential.c) and contexts: handshakes
 * (handshake.c), data (message.c), what is known of them (attribute.c,
 * attribute-tls.c), certificates (verify.c).  The host does TLS itself.
 */
#ifndef RF_SECUR32_TLS_H
#define RF_SECUR32_TLS_H

#define SECURITY_WIN32
#define _NO_KSECDD_IMPORT_ /* they are ours */
#define SCHANNEL_USE_BLACKLISTS
#include "nt.h"
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS
#include <wincrypt.h>
#include <security.h>
#include <schannel.h>

#include "rf-host-tls.h"

/* ---- handles (handle.c) ---- */

enum object_kind { TLS_CREDENTIAL = 1, TLS_CONTEXT };

struct object {
	LONG refs;
	enum object_kind kind;
	void (*free)(struct object *o);
};

/* A handle for o, which takes the caller's reference over. */
SECURITY_STATUS handle_new(struct object *o, PSecHandle h);
/* What it stands for, with a reference; NULL: nothing of that kind. */
struct object *handle_get(const SecHandle *h, enum object_kind kind);
/* The handle is none any more. */
SECURITY_STATUS handle_close(PSecHandle h, enum object_kind kind);
void object_put(struct object *o);

/* ---- credentials (credential.c) ---- */

struct credential {
	struct object object;
	ULONG use;       /* SECPKG_CRED_* */
	DWORD flags;     /* SCH_CRED_* */
	DWORD protocols; /* SP_PROT_* */
	PCCERT_CONTEXT cert;
	HCERTSTORE roots;
	/* Items: our certificate, its key, what it was issued by. */
	struct request identity;
	FILETIME expiry;
	ULONG number;   /* no other one's of this process */
	ULONG lifespan; /* of sessions, in milliseconds */
};

SECURITY_STATUS credential_new(ULONG use, const void *data,
			       struct credential **out);
SECURITY_STATUS credential_query(struct credential *c, ULONG what, void *to);
/* The key of c as RF_TLS_KEY's bytes. */
SECURITY_STATUS key_of_cert(PCCERT_CONTEXT c, BYTE **data, ULONG *n);

/* ---- contexts ---- */

enum stage { BEGUN, SHAKING, ESTABLISHED, BROKEN };

struct tls_context {
	struct object object;
	RTL_SRWLOCK lock; /* for all that follows */
	HANDLE host;
	struct credential *credential;
	BOOL server;
	enum stage stage;
	ULONG wanted; /* ISC_REQ_*, ASC_REQ_* */
	ULONG judged; /* RF_TLS_VERIFY, RF_TLS_ASK: how it was begun */
	WCHAR target[256];
	ULONG taken; /* of the input: by the call before, which had to stop */
	/* Bytes of a message behind the handshake, which the host has had. */
	ULONG post;
	BOOL again;  /* a handshake has to begin anew */
	BOOL ending; /* a close_notify is to be sent */
	/* Once established: */
	struct rf_tls_info info;
	ULONG header, trailer;
	PCCERT_CONTEXT peer; /* in a store with its chain, or NULL */
	SecPkgContext_KeyingMaterialInfo keying; /* its pointers are ours */
};

/* The buffer of a kind, or NULL. */
SecBuffer *find_buffer(const SecBufferDesc *d, ULONG kind);
/* How many bytes a record has that begins so: 5 at least; 0: it is none. */
ULONG record_size(const BYTE *p, ULONG n);
/* What the host says went wrong. */
SECURITY_STATUS host_error(const struct rf_tls_answer *a);
/* Fills info, header, trailer, peer.  Under the lock. */
SECURITY_STATUS context_established(struct tls_context *c);
/* Makes peer of what the other side has sent.  Under the lock. */
SECURITY_STATUS context_peer(struct tls_context *c);
/* The certificate that the peer has shown; the alert that says so. */
SECURITY_STATUS verify_peer(struct tls_context *c, ULONG *alert);

SECURITY_STATUS tls_initialize(struct credential *cred, struct tls_context **c,
			       const WCHAR *target, ULONG flags,
			       PSecBufferDesc in, PSecBufferDesc out,
			       ULONG *got);
SECURITY_STATUS tls_accept(struct credential *cred, struct tls_context **c,
			   ULONG flags, PSecBufferDesc in, PSecBufferDesc out,
			   ULONG *got);
SECURITY_STATUS tls_encrypt(struct tls_context *c, PSecBufferDesc m);
SECURITY_STATUS tls_decrypt(struct tls_context *c, PSecBufferDesc m);
SECURITY_STATUS tls_control(struct tls_context *c, PSecBufferDesc in);
SECURITY_STATUS tls_query(struct tls_context *c, ULONG what, void *to,
			  BOOL wide);
SECURITY_STATUS tls_set(struct tls_context *c, ULONG what, const void *from,
			ULONG n);
SECURITY_STATUS tls_query_cipher(struct tls_context *c, ULONG what, void *to,
				 BOOL wide);

/* What FreeContextBuffer() frees. */
void *buffer_new(SIZE_T n);

#endif
