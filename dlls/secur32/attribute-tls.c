/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attribute-tls.c - what a connection's ciphers are called, in four ways. */
#include "tls.h"

static DWORD protocol_of(const struct tls_context *c)
{
	if (c->info.version >= 0x304)
		return c->server ? SP_PROT_TLS1_3_SERVER
				 : SP_PROT_TLS1_3_CLIENT;
	return c->server ? SP_PROT_TLS1_2_SERVER : SP_PROT_TLS1_2_CLIENT;
}

static BOOL is_aes(const struct rf_tls_info *i)
{
	return i->block == 16;
}

static ALG_ID cipher_of(const struct rf_tls_info *i)
{
	if (!is_aes(i))
		return 0; /* ChaCha20 has no number */
	return i->cipher_bits == 256 ? CALG_AES_256 : CALG_AES_128;
}

static ALG_ID hash_of(const struct rf_tls_info *i)
{
	return i->hash_bits == 384   ? CALG_SHA_384
	       : i->hash_bits == 256 ? CALG_SHA_256
	       : i->hash_bits == 160 ? CALG_SHA1
				     : 0;
}

static const WCHAR *hash_name(const struct rf_tls_info *i)
{
	return i->hash_bits == 384   ? L"SHA384"
	       : i->hash_bits == 256 ? L"SHA256"
	       : i->hash_bits == 160 ? L"SHA1"
				     : L"";
}

static const WCHAR *exchange_name(const struct rf_tls_info *i)
{
	return i->exchange == RF_TLS_RSA   ? L"RSA"
	       : i->exchange == RF_TLS_DHE ? L"DH"
					   : L"ECDH";
}

static SECURITY_STATUS connection(struct tls_context *c,
				  SecPkgContext_ConnectionInfo *o)
{
	const struct rf_tls_info *i = &c->info;

	*o = (SecPkgContext_ConnectionInfo){
		.dwProtocol = protocol_of(c),
		.aiCipher = cipher_of(i),
		.dwCipherStrength = i->cipher_bits,
		/* An AEAD is its own MAC. */
		.aiHash = i->mode == RF_TLS_CBC ? hash_of(i) : 0,
		.dwHashStrength = i->mode == RF_TLS_CBC ? i->hash_bits : 0,
		.aiExch = i->exchange == RF_TLS_RSA   ? CALG_RSA_KEYX
			  : i->exchange == RF_TLS_DHE ? CALG_DH_EPHEM
						      : CALG_ECDH_EPHEM,
		.dwExchStrength = i->exchange_bits,
	};
	return SEC_E_OK;
}

static SECURITY_STATUS connection_ex(struct tls_context *c,
				     SecPkgContext_ConnectionInfoEx *o)
{
	const struct rf_tls_info *i = &c->info;

	*o = (SecPkgContext_ConnectionInfoEx){
		.dwVersion = SECPKGCONTEXT_CONNECTION_INFO_EX_V1,
		.dwProtocol = protocol_of(c),
		.dwCipherStrength = i->cipher_bits,
		.dwHashStrength = i->hash_bits,
		.dwExchStrength = i->exchange_bits,
	};
	lstrcpyW(o->szCipher, is_aes(i) ? L"AES" : L"CHACHA20_POLY1305");
	lstrcpyW(o->szHash, hash_name(i));
	lstrcpyW(o->szExchange, exchange_name(i));
	return SEC_E_OK;
}

static SECURITY_STATUS cipher(struct tls_context *c,
			      SecPkgContext_CipherInfo *o)
{
	const struct rf_tls_info *i = &c->info;

	*o = (SecPkgContext_CipherInfo){
		.dwVersion = SECPKGCONTEXT_CIPHERINFO_V1,
		.dwProtocol = i->version, /* as on the wire */
		.dwCipherSuite = i->suite,
		.dwBaseCipherSuite = i->suite,
		.dwCipherLen = i->cipher_bits,
		.dwCipherBlockLen = i->block,
		.dwHashLen = i->mode == RF_TLS_CBC ? i->hash_bits : 0,
		.dwMinExchangeLen = 0,
		.dwMaxExchangeLen = 65536,
	};
	for (ULONG k = 0; k < ARRAYSIZE(i->name) - 1 && i->name[k]; k++)
		o->szCipherSuite[k] = (WCHAR)i->name[k];
	lstrcpyW(o->szCipher, is_aes(i) ? L"AES" : L"CHACHA20_POLY1305");
	lstrcpyW(o->szHash, hash_name(i));
	if (i->version < 0x304) {
		lstrcpyW(o->szExchange, exchange_name(i));
		lstrcpyW(o->szCertificate, i->ecdsa ? L"ECDSA" : L"RSA");
	}
	return SEC_E_OK;
}

static void *text(const char *s, BOOL wide)
{
	ULONG n = (ULONG)strlen(s) + 1;
	WCHAR *w;
	char *a;

	if (!wide) {
		a = buffer_new(n);
		return a ? memcpy(a, s, n) : NULL;
	}
	w = buffer_new(n * sizeof *w);
	for (ULONG i = 0; w && i < n; i++)
		w[i] = (WCHAR)s[i];
	return w;
}

static SECURITY_STATUS keys(struct tls_context *c, SecPkgContext_KeyInfoW *o,
			    BOOL wide)
{
	const struct rf_tls_info *i = &c->info;

	o->KeySize = i->cipher_bits;
	o->SignatureAlgorithm = i->ecdsa ? CALG_ECDSA : CALG_RSA_SIGN;
	o->EncryptAlgorithm = cipher_of(i);
	o->sSignatureAlgorithmName = text(i->ecdsa ? "ECDSA" : "RSA", wide);
	o->sEncryptAlgorithmName =
		text(is_aes(i) ? "AES" : "CHACHA20_POLY1305", wide);
	return o->sSignatureAlgorithmName && o->sEncryptAlgorithmName
		       ? SEC_E_OK
		       : SEC_E_INSUFFICIENT_MEMORY;
}

static SECURITY_STATUS protocol(SecPkgContext_ProtoInfoW *o,
				const struct rf_tls_info *i, BOOL wide)
{
	o->majorVersion = 1;
	o->minorVersion = i->version - 0x301;
	o->sProtocolName = text("TLS", wide);
	return o->sProtocolName ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

static SECURITY_STATUS session(const struct rf_tls_info *i,
			       SecPkgContext_SessionInfo *o)
{
	*o = (SecPkgContext_SessionInfo){
		.dwFlags = i->resumed ? SSL_SESSION_RECONNECT : 0,
		.cbSessionId = min(i->session_size, sizeof o->rgbSessionId),
	};
	memcpy(o->rgbSessionId, i->session, o->cbSessionId);
	return SEC_E_OK;
}

SECURITY_STATUS tls_query_cipher(struct tls_context *c, ULONG what, void *to,
				 BOOL wide)
{
	switch (what) {
	case SECPKG_ATTR_CONNECTION_INFO:
		return connection(c, to);
	case SECPKG_ATTR_CONNECTION_INFO_EX:
		return connection_ex(c, to);
	case SECPKG_ATTR_CIPHER_INFO:
		return cipher(c, to);
	case SECPKG_ATTR_KEY_INFO:
		return keys(c, to, wide);
	case SECPKG_ATTR_PROTO_INFO:
		return protocol(to, &c->info, wide);
	case SECPKG_ATTR_SESSION_INFO:
		return session(&c->info, to);
	}
	return SEC_E_UNSUPPORTED_FUNCTION;
}
