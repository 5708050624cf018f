/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seal.c - secrets sealed for a user or a machine, laid out as Windows lays
 * them out: AES-256 in CBC under a key derived from the master key (key.c), a
 * salt and the caller's entropy, and HMAC-SHA-512 of all of it.
 */
#include "rf-seal.h"

#include <dpapi.h>

#include "rf-hash.h"

enum { SALT = 32, AES_KEY = 32, AES_BLOCK = 16 };

static const GUID provider = CRYPTPROTECT_DEFAULT_PROVIDER;

/* ---- AES ---- */

/*
 * AES-256-CBC in place, with an IV of zeros: every key is used once, or is for
 * blocks that never leave memory.  pad: PKCS#7; data has room for n rounded up
 * to more than n.
 */
static BOOL run_aes(const BYTE key[AES_KEY], BOOL encrypt, BOOL pad, BYTE *data,
		    DWORD *n, DWORD room)
{
	struct {
		BLOBHEADER head;
		DWORD size;
		BYTE key[AES_KEY];
	} blob = { { PLAINTEXTKEYBLOB, CUR_BLOB_VERSION, 0, CALG_AES_256 },
		   AES_KEY,
		   { 0 } };
	HCRYPTPROV prov;
	HCRYPTKEY handle;
	BOOL ok;

	if (!CryptAcquireContextW(&prov, NULL, NULL, PROV_RSA_AES,
				  CRYPT_VERIFYCONTEXT | CRYPT_SILENT))
		return FALSE;
	memcpy(blob.key, key, AES_KEY);
	ok = CryptImportKey(prov, (BYTE *)&blob, sizeof blob, 0, 0, &handle);
	RtlSecureZeroMemory(&blob, sizeof blob);
	if (ok) {
		ok = encrypt ? CryptEncrypt(handle, 0, pad, 0, data, n, room)
			     : CryptDecrypt(handle, 0, pad, 0, data, n);
		CryptDestroyKey(handle);
	}
	CryptReleaseContext(prov, 0);
	return ok;
}

/* ---- the keys of one blob ---- */

static void begin_mac(struct hmac *m, const struct master *master,
		      const BYTE *salt, DWORD n, const DATA_BLOB *entropy)
{
	struct hash h;
	BYTE short_key[20];

	hash_init(&h, HASH_SHA1);
	hash_add(&h, master->key, sizeof master->key);
	hash_end(&h, short_key);
	hmac_init(m, HASH_SHA512, short_key, sizeof short_key);
	RtlSecureZeroMemory(short_key, sizeof short_key);
	hash_add(&m->inner, salt, n);
	if (entropy && entropy->pbData)
		hash_add(&m->inner, entropy->pbData, entropy->cbData);
}

static void end_mac(struct hmac *m, BYTE out[SEAL_MAC])
{
	hmac_end(m, out);
	RtlSecureZeroMemory(m, sizeof *m);
}

/* A key for data; its first 32 bytes are AES's. */
static void data_key(const struct master *master, const BYTE *salt, DWORD n,
		     const DATA_BLOB *entropy, BYTE out[SEAL_MAC])
{
	struct hmac m;

	begin_mac(&m, master, salt, n, entropy);
	end_mac(&m, out);
}

/* What is sealed: from the master key's version to the end of the data. */
static void seal(const struct master *master, const BYTE *salt, DWORD n,
		 const DATA_BLOB *entropy, const BYTE *data, SIZE_T size,
		 BYTE out[SEAL_MAC])
{
	struct hmac m;

	begin_mac(&m, master, salt, n, entropy);
	hash_add(&m.inner, data, size);
	end_mac(&m, out);
}

/* ---- a blob, written ---- */

static BYTE *put(BYTE *to, const void *data, SIZE_T n)
{
	memcpy(to, data, n);
	return to + n;
}

static BYTE *put32(BYTE *to, DWORD v)
{
	return put(to, &v, sizeof v);
}

static BYTE *put_counted(BYTE *to, const void *data, DWORD n)
{
	return put(put32(to, n), data, n);
}

BOOL seal_make(const DATA_BLOB *in, const WCHAR *text, const DATA_BLOB *entropy,
	       DWORD flags, DATA_BLOB *out)
{
	enum { FIXED = 13 * sizeof(DWORD) + 2 * sizeof(GUID) };
	BYTE salt[SALT], salt2[SALT], key[SEAL_MAC], *blob, *o;
	DWORD named, padded, n;
	struct master master;
	SIZE_T size;
	BOOL ok;

	text = text ? text : L"";
	named = (DWORD)(lstrlenW(text) + 1) * (DWORD)sizeof *text;
	if (in->cbData > MAXDWORD / 2 || named > MAXDWORD / 4)
		return seal_fail(ERROR_INVALID_PARAMETER);
	padded = (in->cbData / AES_BLOCK + 1) * AES_BLOCK;
	size = FIXED + (SIZE_T)named + 2 * SALT + padded + SEAL_MAC;
	if (!master_current(!!(flags & CRYPTPROTECT_LOCAL_MACHINE), &master))
		return FALSE;
	blob = LocalAlloc(LMEM_FIXED, size);
	if (!blob || !rf_gen_random(salt, SALT) ||
	    !rf_gen_random(salt2, SALT)) {
		RtlSecureZeroMemory(&master, sizeof master);
		LocalFree(blob);
		return seal_fail(ERROR_NOT_ENOUGH_MEMORY);
	}
	o = put(put32(blob, 1), &provider, sizeof provider);
	o = put(put32(o, 1), &master.id, sizeof master.id);
	o = put32(o, flags & ~(DWORD)CRYPTPROTECT_UI_FORBIDDEN);
	o = put_counted(o, text, named);
	o = put32(put32(o, CALG_AES_256), AES_KEY * 8);
	o = put_counted(o, salt, SALT);
	o = put32(o, 0); /* a second key's bytes: none */
	o = put32(put32(o, CALG_SHA_512), SEAL_MAC * 8);
	o = put_counted(o, salt2, SALT);
	o = put_counted(o, in->pbData, in->cbData);
	memcpy(o - in->cbData - sizeof padded, &padded, sizeof padded);
	data_key(&master, salt, SALT, entropy, key);
	n = in->cbData;
	ok = run_aes(key, TRUE, TRUE, o - in->cbData, &n, padded);
	o += padded - in->cbData;
	if (ok) {
		const BYTE *from = blob + sizeof(DWORD) + sizeof(GUID);

		seal(&master, salt2, SALT, entropy, from, (SIZE_T)(o - from),
		     key);
		put_counted(o, key, SEAL_MAC);
		out->pbData = blob;
		out->cbData = (DWORD)size;
	} else {
		LocalFree(blob);
	}
	RtlSecureZeroMemory(key, sizeof key);
	RtlSecureZeroMemory(&master, sizeof master);
	return ok;
}

/* ---- and read ---- */

struct sealed {
	GUID key;
	DWORD flags;
	DATA_BLOB text, salt, second, salt2, data, seal;
	const BYTE *from;
	SIZE_T size; /* of what is sealed */
};

static BOOL get(DATA_BLOB *rest, void *to, DWORD n)
{
	if (rest->cbData < n)
		return FALSE;
	memcpy(to, rest->pbData, n);
	rest->pbData += n;
	rest->cbData -= n;
	return TRUE;
}

static BOOL get_counted(DATA_BLOB *rest, DATA_BLOB *part)
{
	if (!get(rest, &part->cbData, sizeof part->cbData) ||
	    rest->cbData < part->cbData)
		return FALSE;
	part->pbData = rest->pbData;
	rest->pbData += part->cbData;
	rest->cbData -= part->cbData;
	return TRUE;
}

static BOOL get_all(DATA_BLOB rest, struct sealed *s)
{
	DWORD version, master_version, cipher, hash, bits[2];
	const WCHAR *end;
	GUID maker;

	if (!get(&rest, &version, sizeof version) || version != 1 ||
	    !get(&rest, &maker, sizeof maker) ||
	    memcmp(&maker, &provider, sizeof maker) != 0)
		return FALSE;
	s->from = rest.pbData;
	if (!get(&rest, &master_version, sizeof master_version) ||
	    !get(&rest, &s->key, sizeof s->key) ||
	    !get(&rest, &s->flags, sizeof s->flags) ||
	    !get_counted(&rest, &s->text) ||
	    !get(&rest, &cipher, sizeof cipher) ||
	    !get(&rest, &bits[0], sizeof bits[0]) ||
	    !get_counted(&rest, &s->salt) || !get_counted(&rest, &s->second) ||
	    !get(&rest, &hash, sizeof hash) ||
	    !get(&rest, &bits[1], sizeof bits[1]) ||
	    !get_counted(&rest, &s->salt2) || !get_counted(&rest, &s->data))
		return FALSE;
	s->size = (SIZE_T)(rest.pbData - s->from);
	if (!get_counted(&rest, &s->seal) || s->seal.cbData != SEAL_MAC ||
	    cipher != CALG_AES_256 || bits[0] != AES_KEY * 8 ||
	    hash != CALG_SHA_512 || bits[1] != SEAL_MAC * 8)
		return FALSE;
	if (s->text.cbData < sizeof *end || s->text.cbData % sizeof *end)
		return FALSE;
	end = (const WCHAR *)(s->text.pbData + s->text.cbData) - 1;
	return !memcmp(end, L"", sizeof *end);
}

static void *copy_local(const DATA_BLOB *b)
{
	void *p = LocalAlloc(LMEM_FIXED, b->cbData);

	if (p)
		memcpy(p, b->pbData, b->cbData);
	return p;
}

/* Equal; how long that takes says nothing of where they differ. */
static BOOL same(const BYTE *a, const BYTE *b, DWORD n)
{
	BYTE differs = 0;

	while (n--)
		differs |= *a++ ^ *b++;
	return !differs;
}

static BOOL unseal(const struct sealed *s, const DATA_BLOB *entropy,
		   DATA_BLOB *out)
{
	struct master master;
	BYTE key[SEAL_MAC];
	BOOL ok;

	if (!master_named(!!(s->flags & CRYPTPROTECT_LOCAL_MACHINE), &s->key,
			  &master))
		return FALSE;
	seal(&master, s->salt2.pbData, s->salt2.cbData, entropy, s->from,
	     s->size, key);
	ok = same(key, s->seal.pbData, SEAL_MAC) && s->data.cbData &&
	     !(s->data.cbData % AES_BLOCK);
	if (ok)
		data_key(&master, s->salt.pbData, s->salt.cbData, entropy, key);
	RtlSecureZeroMemory(&master, sizeof master);
	if (!ok)
		return seal_fail(ERROR_INVALID_DATA);
	out->pbData = copy_local(&s->data);
	out->cbData = s->data.cbData;
	if (!out->pbData)
		seal_fail(ERROR_NOT_ENOUGH_MEMORY);
	ok = out->pbData &&
	     run_aes(key, FALSE, TRUE, out->pbData, &out->cbData, 0);
	RtlSecureZeroMemory(key, sizeof key);
	if (!ok)
		LocalFree(out->pbData);
	return ok;
}

BOOL seal_open(const DATA_BLOB *in, WCHAR **text, const DATA_BLOB *entropy,
	       DATA_BLOB *out)
{
	DATA_BLOB plain;
	struct sealed s;

	if (!get_all(*in, &s))
		return seal_fail(ERROR_INVALID_PARAMETER);
	if (!unseal(&s, entropy, &plain))
		return FALSE;
	if (text) {
		WCHAR *copy = copy_local(&s.text);

		if (!copy) {
			RtlSecureZeroMemory(plain.pbData, plain.cbData);
			LocalFree(plain.pbData);
			return seal_fail(ERROR_NOT_ENOUGH_MEMORY);
		}
		*text = copy;
	}
	*out = plain;
	return TRUE;
}

/* ---- keys and blocks of others ---- */

BOOL seal_key(BOOL machine, const char *purpose, BYTE key[SEAL_MAC])
{
	struct master master;

	if (!master_current(machine, &master))
		return FALSE;
	data_key(&master, (const BYTE *)purpose, (DWORD)strlen(purpose), NULL,
		 key);
	RtlSecureZeroMemory(&master, sizeof master);
	return TRUE;
}

BOOL seal_blocks(const BYTE key[SEAL_MAC], BOOL encrypt, BYTE *data, DWORD n)
{
	return !n || run_aes(key, encrypt, FALSE, data, &n, n);
}
