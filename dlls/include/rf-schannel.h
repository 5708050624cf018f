/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-schannel.h - TLS, which a process of the host's does with a library
 * (loader/tls/): what secur32 and crypt32 say to it, and it to them.
 *
 * Each open of \Device\RfTls is a session of its own.  RF_TLS_CALL takes a
 * request, struct rf_tls_request with items or bytes behind it, and gives an
 * answer, struct rf_tls_answer with what it is about behind it.  Those who
 * carry it look at its length only.  An item is struct rf_tls_item and its
 * bytes, without anything between it and the next.  The same in both widths.
 */
#ifndef RF_DLL_SCHANNEL_H
#define RF_DLL_SCHANNEL_H

#include <stdint.h>

enum {
	RF_TLS_SLOT = 3, /* a descriptor that the process has to hold */
	RF_TLS_CALL = 0x392010,
	RF_TLS_MOST = 1 << 20,    /* bytes of a request or an answer, in all */
	RF_TLS_PLAIN = 1 << 14,   /* of a record */
	RF_TLS_CACHE_MOST = 1024, /* of an item RF_TLS_CACHE */
	RF_TLS_RECORD = (1 << 14) + 2048 + 5,
};

enum rf_tls_op {
	/*
	 * items; flags RF_TLS_SERVER ...; arg: first and last version allowed,
	 * 0x0303 and so on, in its low and high half
	 */
	RF_TLS_BEGIN = 1,
	/*
	 * whole records that came; answer: RF_TLS_MORE ..., how many bytes of
	 * them were taken, and what is to be sent.  With RF_TLS_VERDICT arg is
	 * the alert that the peer's certificate is refused with, or 0.
	 */
	RF_TLS_STEP,
	/* items RF_TLS_CERT and RF_TLS_KEY, or none: who we are, after
	   RF_TLS_WANT_IDENTITY; and RF_TLS_CACHE for it */
	RF_TLS_IDENTITY,
	RF_TLS_SEAL,  /* bytes, 1 to RF_TLS_PLAIN; answer: a record */
	RF_TLS_OPEN,  /* a record; answer: its bytes, or what else it was */
	RF_TLS_SHUT,  /* answer: a close_notify */
	RF_TLS_RENEW, /* the next step begins a handshake anew */
	RF_TLS_QUERY, /* arg: RF_TLS_INFO ...; answer: that */
	/* item RF_TLS_PFX and RF_TLS_PASSWORD; answer: items RF_TLS_CERT and
	   RF_TLS_KEY; a session is not needed */
	RF_TLS_READ_PFX,
	/* items RF_TLS_CERT, RF_TLS_KEY, RF_TLS_PASSWORD; answer: the file */
	RF_TLS_WRITE_PFX,
	/* arg: whether this connection's session may be resumed from now on */
	RF_TLS_RECONNECTS,
};

enum {
	RF_TLS_SERVER = 1,
	RF_TLS_VERIFY = 2, /* stop for a verdict (clients) */
	RF_TLS_ASK = 4,    /* ask the client for a certificate */
	RF_TLS_CHOOSE = 8, /* stop where a certificate is asked for */
	RF_TLS_VERDICT = 16,
	RF_TLS_NO_RECONNECTS = 32, /* until RF_TLS_RECONNECTS */
};

enum rf_tls_item_kind {
	RF_TLS_NAME = 1, /* of the server, UTF-8 */
	RF_TLS_ALPN,     /* as on the wire: a byte of length, a name, ... */
	RF_TLS_CERT,     /* DER; the first is our own */
	/* A PRIVATEKEYBLOB's RSAPUBKEY and numbers; of the certificate before
	 */
	RF_TLS_KEY,
	RF_TLS_PFX,
	RF_TLS_PASSWORD, /* UTF-8 */
	RF_TLS_LABEL,    /* of RF_TLS_EXPORT */
	RF_TLS_CONTEXT,
	RF_TLS_FRIENDLY, /* UTF-8, of the certificate before */
	/*
	 * 32 bits: how many milliseconds its sessions are kept; then what they
	 * are kept under.  All who say the same may have each other's; without
	 * it there is nothing to be resumed.
	 */
	RF_TLS_CACHE,
};

enum rf_tls_state {
	RF_TLS_OK = 0,
	RF_TLS_MORE,          /* the peer has to say something */
	RF_TLS_WANT_VERDICT,  /* look at the peer's certificate */
	RF_TLS_WANT_IDENTITY, /* the server asks for one */
	RF_TLS_POST,          /* a message behind the handshake: step */
	RF_TLS_CLOSED,        /* close_notify came */
	RF_TLS_FAILED,        /* reason, alert */
	RF_TLS_BAD,           /* what was asked for makes no sense */
	RF_TLS_NOTHING,       /* there is none of that */
	RF_TLS_NO_MEMORY,
};

enum rf_tls_reason {
	RF_TLS_OTHER,
	RF_TLS_ALERT_CAME, /* alert */
	RF_TLS_NO_CIPHER,
	RF_TLS_NO_VERSION,
	RF_TLS_NO_PROTOCOL, /* ALPN */
	RF_TLS_BAD_MAC,
	RF_TLS_REFUSED, /* our own verdict */
	RF_TLS_BAD_MESSAGE,
	RF_TLS_NO_CERT, /* the client has given none */
	RF_TLS_BAD_KEY, /* it is not the certificate's */
	RF_TLS_BAD_PASSWORD,
	RF_TLS_BAD_FILE,
	RF_TLS_UNSUPPORTED,
};

enum rf_tls_query {
	RF_TLS_INFO = 1,    /* struct rf_tls_info */
	RF_TLS_PEER,        /* items RF_TLS_CERT */
	RF_TLS_UNIQUE,      /* RFC 5929's tls-unique */
	RF_TLS_ENDPOINT,    /* and tls-server-end-point */
	RF_TLS_EXPORT,      /* flags: how many bytes; items label, context */
	RF_TLS_AUTHORITIES, /* items RF_TLS_CERT: names that the server wants */
	RF_TLS_SIGNATURES,  /* 16 bit each, as on the wire */
};

struct rf_tls_request {
	uint32_t op, flags, arg, spare;
};

struct rf_tls_item {
	uint32_t kind, size;
};

struct rf_tls_answer {
	uint32_t state, reason, alert, taken;
};

enum rf_tls_exchange { RF_TLS_ECDHE = 1, RF_TLS_DHE, RF_TLS_RSA };
enum rf_tls_mode { RF_TLS_AEAD = 1, RF_TLS_GCM, RF_TLS_CBC };

struct rf_tls_info {
	uint32_t version;                  /* 0x0303, 0x0304 */
	uint32_t suite;                    /* IANA's number */
	uint32_t mode, cipher_bits, block; /* RF_TLS_AEAD: 1.3's or ChaCha */
	uint32_t hash_bits;                /* of its MAC or PRF */
	uint32_t mac_bytes;                /* of a CBC suite's */
	uint32_t exchange, exchange_bits;
	uint32_t ecdsa; /* the server's key is an elliptic curve's */
	uint32_t resumed, session_size, alpn_size, has_peer;
	uint8_t session[32];
	char name[64], cipher[32];
	uint8_t alpn[256];
};

#endif
