/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pfx.c - PKCS#12 files: certificates and keys behind a password. */
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "loader/tls/tls.h"

enum { PASSWORD_MOST = 1024 };

static bool take_password(struct items i, char *to, bool *given)
{
	const uint8_t *data;
	uint32_t kind;
	size_t n;

	*given = false;
	while (item_next(&i, &kind, &data, &n)) {
		if (kind != RF_TLS_PASSWORD)
			continue;
		if (n >= PASSWORD_MOST || memchr(data, 0, n))
			return false;
		memcpy(to, data, n);
		to[n] = 0;
		*given = true;
	}
	return true;
}

static void fail(struct answer *a, uint32_t reason)
{
	a->n = 0;
	a->head.state = RF_TLS_FAILED;
	a->head.reason = reason;
}

static bool give_cert(struct answer *a, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der), friendly_n = 0;
	unsigned char *friendly = X509_alias_get0(x, &friendly_n);
	bool ok = n > 0 && answer_item(a, RF_TLS_CERT, der, (size_t)n);

	if (ok && friendly && friendly_n > 0)
		ok = answer_item(a, RF_TLS_FRIENDLY, friendly,
				 (size_t)friendly_n);
	OPENSSL_free(der);
	return ok;
}

/* No password, and an empty one: both are tried, as Windows does. */
static bool verified(PKCS12 *p, const char **password)
{
	if (*password && **password)
		return PKCS12_verify_mac(p, *password, -1);
	if (PKCS12_verify_mac(p, NULL, 0)) {
		*password = NULL;
		return true;
	}
	*password = "";
	return PKCS12_verify_mac(p, "", 0);
}

void pfx_read(struct items i, struct answer *a)
{
	char room[PASSWORD_MOST];
	const char *password = room;
	const uint8_t *data = NULL, *one;
	size_t n = 0, one_n;
	STACK_OF(X509) *others = NULL;
	EVP_PKEY *key = NULL;
	X509 *own = NULL;
	PKCS12 *p = NULL;
	uint32_t kind;
	bool given, ok;

	if (!take_password(i, room, &given)) {
		fail(a, RF_TLS_BAD_PASSWORD);
		return;
	}
	if (!given)
		password = NULL;
	while (item_next(&i, &kind, &one, &one_n))
		if (kind == RF_TLS_PFX)
			data = one, n = one_n;
	if (data)
		p = d2i_PKCS12(NULL, &data, (long)n);
	if (!p) {
		fail(a, RF_TLS_BAD_FILE);
	} else if (PKCS12_mac_present(p) && !verified(p, &password)) {
		fail(a, ERR_GET_REASON(ERR_peek_error()) ==
						PKCS12_R_MAC_VERIFY_FAILURE ||
					!ERR_peek_error()
				? RF_TLS_BAD_PASSWORD
				: RF_TLS_BAD_FILE);
	} else if (!PKCS12_parse(p, password, &key, &own, &others)) {
		fail(a, RF_TLS_UNSUPPORTED);
	} else {
		ok = !own || give_cert(a, own);
		if (ok && own && key && !key_write(a, key))
			ok = false;
		for (int k = 0; ok && k < sk_X509_num(others); k++)
			ok = give_cert(a, sk_X509_value(others, k));
		if (!ok)
			fail(a, RF_TLS_UNSUPPORTED);
	}
	OPENSSL_cleanse(room, sizeof room);
	EVP_PKEY_free(key);
	X509_free(own);
	sk_X509_pop_free(others, X509_free);
	PKCS12_free(p);
}

void pfx_write(struct items i, struct answer *a)
{
	char password[PASSWORD_MOST] = "";
	STACK_OF(X509) *others = sk_X509_new_null();
	EVP_PKEY *key = NULL;
	X509 *own = NULL, *last = NULL;
	PKCS12 *p = NULL;
	unsigned char *der = NULL;
	const uint8_t *data;
	uint32_t kind;
	bool given, ok = others && take_password(i, password, &given);
	size_t n;
	int size;

	while (ok && item_next(&i, &kind, &data, &n)) {
		if (kind == RF_TLS_CERT) {
			last = d2i_X509(NULL, &data, (long)n);
			ok = last && sk_X509_push(others, last);
			if (!ok)
				X509_free(last);
		} else if (kind == RF_TLS_KEY) {
			ok = last && !key && (key = key_read(data, n));
			own = last;
		}
	}
	/* The key's certificate is not one of the others. */
	if (ok && own) {
		sk_X509_delete_ptr(others, own);
	} else {
		own = NULL;
	}
	if (ok)
		p = PKCS12_create(password, NULL, key, own, others, 0, 0, 0, 0,
				  0);
	size = p ? i2d_PKCS12(p, &der) : 0;
	if (size <= 0 || !answer_bytes(a, der, (size_t)size))
		fail(a, RF_TLS_UNSUPPORTED);
	OPENSSL_cleanse(password, sizeof password);
	OPENSSL_free(der);
	PKCS12_free(p);
	EVP_PKEY_free(key);
	X509_free(own);
	sk_X509_pop_free(others, X509_free);
}
