/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * identity.c - certificates and keys that a program gives, for itself.  A key
 * is as CryptoAPI has it: RSAPUBKEY ("RSA2"), then the modulus and its parts,
 * least significant byte first.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <string.h>

#include "loader/tls/tls.h"

enum { MAGIC = 0x32415352, BITS_LEAST = 512, BITS_MOST = 16384, PARTS = 7 };

struct head {
	uint32_t magic, bits, exponent;
};

/* In a blob's order; in units of bits / 16 bytes. */
static const struct {
	const char *name;
	unsigned units;
} parts[PARTS] = {
	{ OSSL_PKEY_PARAM_RSA_N, 2 },
	{ OSSL_PKEY_PARAM_RSA_FACTOR1, 1 },
	{ OSSL_PKEY_PARAM_RSA_FACTOR2, 1 },
	{ OSSL_PKEY_PARAM_RSA_EXPONENT1, 1 },
	{ OSSL_PKEY_PARAM_RSA_EXPONENT2, 1 },
	{ OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 1 },
	{ OSSL_PKEY_PARAM_RSA_D, 2 },
};

EVP_PKEY *key_read(const uint8_t *data, size_t n)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *v[PARTS] = { NULL }, *e = BN_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	struct head h;
	size_t unit;
	bool ok;

	ok = b && ctx && e && n >= sizeof h;
	if (ok) {
		memcpy(&h, data, sizeof h);
		unit = h.bits / 16;
		ok = h.magic == MAGIC && h.bits >= BITS_LEAST &&
		     h.bits <= BITS_MOST && h.bits % 16 == 0 &&
		     n - sizeof h >= 9 * unit && BN_set_word(e, h.exponent) &&
		     OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
		data += sizeof h;
	}
	for (int i = 0; ok && i < PARTS; i++) {
		size_t size = parts[i].units * unit;

		v[i] = BN_secure_new();
		ok = v[i] && BN_lebin2bn(data, (int)size, v[i]) &&
		     OSSL_PARAM_BLD_push_BN(b, parts[i].name, v[i]);
		data += size;
	}
	if (ok)
		params = OSSL_PARAM_BLD_to_param(b);
	if (params && EVP_PKEY_fromdata_init(ctx) > 0)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	for (int i = 0; i < PARTS; i++)
		BN_clear_free(v[i]);
	return key;
}

bool key_write(struct answer *a, EVP_PKEY *key)
{
	uint8_t blob[sizeof(struct head) + BITS_MOST / 16 * 9], *to = blob;
	struct head h = { .magic = MAGIC };
	bool ok = EVP_PKEY_is_a(key, "RSA");
	BIGNUM *e = NULL;
	size_t unit;

	h.bits = ok ? (uint32_t)EVP_PKEY_get_bits(key) : 0;
	h.bits = (h.bits + 15) & ~15u;
	ok = h.bits && h.bits <= BITS_MOST &&
	     EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) &&
	     BN_num_bits(e) <= 32;
	if (ok)
		h.exponent = (uint32_t)BN_get_word(e);
	BN_free(e);
	memcpy(to, &h, sizeof h);
	to += sizeof h;
	unit = h.bits / 16;
	for (int i = 0; ok && i < PARTS; i++) {
		size_t size = parts[i].units * unit;
		BIGNUM *v = NULL;

		ok = EVP_PKEY_get_bn_param(key, parts[i].name, &v) &&
		     BN_bn2lebinpad(v, to, (int)size) >= 0;
		BN_clear_free(v);
		to += size;
	}
	ok = ok && answer_item(a, RF_TLS_KEY, blob, (size_t)(to - blob));
	OPENSSL_cleanse(blob, sizeof blob);
	return ok;
}

static bool refuse(struct answer *a, uint32_t reason)
{
	a->head.state = RF_TLS_BAD;
	a->head.reason = reason;
	return false;
}

bool identity_set(SSL *ssl, struct items i, struct answer *a)
{
	const uint8_t *data;
	uint32_t kind;
	bool own = false, ok = true;
	size_t n;

	while (ok && item_next(&i, &kind, &data, &n)) {
		const uint8_t *at = data;

		if (kind == RF_TLS_CERT) {
			X509 *x = d2i_X509(NULL, &at, (long)n);

			ok = x && (own ? SSL_add1_chain_cert(ssl, x)
				       : SSL_use_certificate(ssl, x));
			own = true;
			X509_free(x);
			if (!ok)
				return refuse(a, RF_TLS_BAD_FILE);
		} else if (kind == RF_TLS_KEY) {
			EVP_PKEY *key = key_read(data, n);

			ok = key && SSL_use_PrivateKey(ssl, key);
			EVP_PKEY_free(key);
			if (!ok)
				return refuse(a, RF_TLS_BAD_KEY);
		}
	}
	if (i.left)
		return refuse(a, RF_TLS_OTHER);
	if (own && !SSL_check_private_key(ssl))
		return refuse(a, RF_TLS_BAD_KEY);
	return true;
}
