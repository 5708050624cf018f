/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt-pair.c - CryptoAPI's key pairs: made, imported, exported, and kept in
 * their container's file, which holds both pairs as PRIVATEKEYBLOBs behind
 * their flags and lengths.
 *
 * The file is replaced as a whole, so that nobody reads half of it.  Contexts
 * of other processes see a new pair when they first look for one.
 */
#include "crypt.h"

enum { FILE_MAGIC = 0x434b4652, /* "RFKC" */
       PUBLIC_HEAD = sizeof(BLOBHEADER) + sizeof(RSAPUBKEY),
       MAGIC_PUBLIC = 0x31415352, /* "RSA1" */
       MAGIC_SECRET = 0x32415352, /* "RSA2" */
       BLOB_MOST = PUBLIC_HEAD + RF_RSA_MOST / 16 * RF_RSA_PAIR };

static RTL_SRWLOCK pairs_lock = RTL_SRWLOCK_INIT;

int pair_index(ALG_ID spec)
{
	switch (spec) {
	case AT_KEYEXCHANGE:
	case CALG_RSA_KEYX:
		return 0;
	case AT_SIGNATURE:
	case CALG_RSA_SIGN:
		return 1;
	}
	return -1;
}

static ALG_ID pair_alg(int index)
{
	return index ? CALG_RSA_SIGN : CALG_RSA_KEYX;
}

/* ---- blobs --------------------------------------------------------------- */

static ULONG blob_size(const struct rsa *k, BOOL secret)
{
	return PUBLIC_HEAD + rsa_size(k->bits, secret);
}

/* to: blob_size() bytes */
static void put_blob(const struct rsa *k, ALG_ID alg, BOOL secret, BYTE *to)
{
	BLOBHEADER head = { secret ? PRIVATEKEYBLOB : PUBLICKEYBLOB,
			    CUR_BLOB_VERSION, 0, alg };
	RSAPUBKEY rsa = { secret ? MAGIC_SECRET : MAGIC_PUBLIC, k->bits,
			  k->exponent };

	memcpy(to, &head, sizeof head);
	memcpy(to + sizeof head, &rsa, sizeof rsa);
	memcpy(to + PUBLIC_HEAD, k->bytes, rsa_size(k->bits, secret));
}

/* RSA's lengths that can be computed with. */
static BOOL good_length(ULONG bits)
{
	return bits >= RF_RSA_LEAST && bits <= RF_RSA_MOST && bits % 16 == 0;
}

/* A key of a blob's bytes; NULL and the last error if they are none. */
static struct rsa *read_blob(const BYTE *from, DWORD n, BOOL secret)
{
	struct rsa *k;
	RSAPUBKEY rsa;

	if (n < PUBLIC_HEAD)
		goto bad;
	memcpy(&rsa, from + sizeof(BLOBHEADER), sizeof rsa);
	if (rsa.magic != (DWORD)(secret ? MAGIC_SECRET : MAGIC_PUBLIC) ||
	    !good_length(rsa.bitlen) ||
	    n - PUBLIC_HEAD < rsa_size(rsa.bitlen, secret))
		goto bad;
	k = rsa_new(rsa.bitlen);
	if (!k) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	k->exponent = rsa.pubexp;
	k->secret = secret;
	memcpy(k->bytes, from + PUBLIC_HEAD, rsa_size(rsa.bitlen, secret));
	return k;
bad:
	SetLastError((DWORD)NTE_BAD_DATA);
	return NULL;
}

/* ---- the container's file ------------------------------------------------ */

/* Both pairs, as far as they are there.  Under the lock. */
static void load(struct context *c)
{
	enum { MOST = 8 + 2 * (8 + BLOB_MOST) };
	WCHAR path[MAX_PATH * 2];
	DWORD got = 0, at = 8, word[2];
	BYTE *data;
	HANDLE h;

	if (c->loaded)
		return;
	c->loaded = TRUE;
	if (!*c->container || !container_path(c->container, c->machine, path, FALSE))
		return;
	h = CreateFileW(path, GENERIC_READ,
			FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
			NULL, OPEN_EXISTING, 0, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return;
	data = RtlAllocateHeap(rf_heap(), 0, MOST);
	if (data && !ReadFile(h, data, MOST, &got, NULL))
		got = 0;
	NtClose(h);
	if (got >= 8)
		memcpy(word, data, sizeof word);
	for (int i = 0; got >= 8 && word[0] == FILE_MAGIC && i < 2; i++) {
		if (got - at < sizeof word)
			break;
		memcpy(word, data + at, sizeof word);
		at += sizeof word;
		if (word[1] > got - at)
			break;
		if (word[1]) {
			c->pairs[i].rsa = read_blob(data + at, word[1], TRUE);
			c->pairs[i].flags = word[0];
		}
		at += word[1];
		word[0] = FILE_MAGIC;
	}
	if (data)
		RtlSecureZeroMemory(data, MOST);
	RtlFreeHeap(rf_heap(), 0, data);
}

/* Nobody else reads what is going to be in the file. */
static BOOL keep_private(HANDLE h)
{
	BYTE sid[SECURITY_MAX_SID_SIZE], room[sizeof(ACL) + 128];
	ACL *acl = (ACL *)room;
	SECURITY_DESCRIPTOR sd;

	return NT_SUCCESS(RtlGetCurrentUserSid(sid, sizeof sid)) &&
	       NT_SUCCESS(RtlCreateAcl(acl, sizeof room, ACL_REVISION)) &&
	       NT_SUCCESS(RtlAddAccessAllowedAce(acl, ACL_REVISION,
						 FILE_ALL_ACCESS, sid)) &&
	       NT_SUCCESS(RtlCreateSecurityDescriptor(
		       &sd, SECURITY_DESCRIPTOR_REVISION)) &&
	       NT_SUCCESS(RtlSetDaclSecurityDescriptor(&sd, TRUE, acl,
						       FALSE)) &&
	       NT_SUCCESS(NtSetSecurityObject(h, DACL_SECURITY_INFORMATION,
					      &sd));
}

static BOOL write_file(const WCHAR *path, const BYTE *data, DWORD n)
{
	WCHAR new[MAX_PATH * 2 + 4];
	DWORD done = 0;
	HANDLE h;
	BOOL ok;

	lstrcpyW(new, path);
	lstrcatW(new, L".new");
	h = CreateFileW(new, GENERIC_WRITE | WRITE_DAC, 0, NULL, CREATE_ALWAYS,
			FILE_ATTRIBUTE_SYSTEM, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return crypt_fail((DWORD)NTE_PERM);
	ok = keep_private(h) && WriteFile(h, data, n, &done, NULL) && done == n;
	NtClose(h);
	if (ok && MoveFileExW(new, path, MOVEFILE_REPLACE_EXISTING))
		return TRUE;
	DeleteFileW(new);
	return crypt_fail((DWORD)NTE_FAIL);
}

static BOOL save(struct context *c)
{
	WCHAR path[MAX_PATH * 2];
	DWORD n = 8, word[2] = { FILE_MAGIC, 1 };
	BYTE *data, *to;
	BOOL ok;

	if (!*c->container)
		return TRUE; /* of this context only */
	for (int i = 0; i < 2; i++)
		n += 8 + (c->pairs[i].rsa ? blob_size(c->pairs[i].rsa, TRUE) :
					    0);
	data = RtlAllocateHeap(rf_heap(), 0, n);
	if (!data)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	memcpy(data, word, sizeof word);
	to = data + sizeof word;
	for (int i = 0; i < 2; i++) {
		const struct pair *p = &c->pairs[i];

		word[0] = p->flags;
		word[1] = p->rsa ? blob_size(p->rsa, TRUE) : 0;
		memcpy(to, word, sizeof word);
		to += sizeof word;
		if (p->rsa)
			put_blob(p->rsa, pair_alg(i), TRUE, to);
		to += word[1];
	}
	ok = container_path(c->container, c->machine, path, TRUE) &&
	     write_file(path, data, n);
	RtlSecureZeroMemory(data, n);
	RtlFreeHeap(rf_heap(), 0, data);
	return ok;
}

/* ---- pairs --------------------------------------------------------------- */

void pairs_drop(struct context *c)
{
	for (int i = 0; i < 2; i++)
		rsa_put(c->pairs[i].rsa);
}

struct rsa *pair_get(struct context *c, int index, DWORD *flags)
{
	struct rsa *k;

	RtlAcquireSRWLockExclusive(&pairs_lock);
	load(c);
	k = c->pairs[index].rsa;
	if (k)
		InterlockedIncrement(&k->refs);
	*flags = c->pairs[index].flags;
	RtlReleaseSRWLockExclusive(&pairs_lock);
	if (!k)
		SetLastError((DWORD)NTE_NO_KEY);
	return k;
}

/* The pair takes the place of the one there is; a handle for it. */
static BOOL pair_put(struct context *c, int index, struct rsa *k, DWORD flags,
		     HCRYPTKEY *out)
{
	struct pair *p = &c->pairs[index], old;
	BOOL ok;

	RtlAcquireSRWLockExclusive(&pairs_lock);
	load(c);
	old = *p;
	InterlockedIncrement(&k->refs);
	*p = (struct pair){ k, flags & CRYPT_EXPORTABLE };
	ok = save(c);
	if (ok) {
		rsa_put(old.rsa);
	} else {
		rsa_put(k);
		*p = old;
	}
	RtlReleaseSRWLockExclusive(&pairs_lock);
	return ok && rsa_key(pair_alg(index), k, flags, out);
}

BOOL pair_generate(struct context *c, int index, DWORD flags, HCRYPTKEY *out)
{
	enum { USUAL = 1024 };
	ULONG bits = flags >> 16 ? flags >> 16 : USUAL;
	struct rsa *k;
	BOOL ok;

	if (!good_length(bits))
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (!rsa_result(rsa_make(bits, &k), (DWORD)NTE_FAIL))
		return FALSE;
	ok = pair_put(c, index, k, flags, out);
	rsa_put(k);
	return ok;
}

/* A PRIVATEKEYBLOB may be encrypted, all behind its header. */
static BYTE *decrypted(const BYTE *blob, DWORD *n, HCRYPTKEY with)
{
	DWORD size = *n - sizeof(BLOBHEADER);
	BYTE *copy = RtlAllocateHeap(rf_heap(), 0, *n);

	if (!copy) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	memcpy(copy, blob, *n);
	if (with && !CryptDecrypt(with, 0, TRUE, 0, copy + sizeof(BLOBHEADER),
				  &size)) {
		RtlFreeHeap(rf_heap(), 0, copy);
		return NULL;
	}
	*n = size + sizeof(BLOBHEADER);
	return copy;
}

BOOL pair_import(struct context *c, const BYTE *blob, DWORD n, HCRYPTKEY with,
		 DWORD flags, HCRYPTKEY *out)
{
	BLOBHEADER head;
	struct rsa *k;
	BYTE *copy;
	int index;
	BOOL ok;

	memcpy(&head, blob, sizeof head);
	index = pair_index(head.aiKeyAlg);
	if (index < 0)
		return crypt_fail((DWORD)NTE_BAD_ALGID);
	if (head.bType == PUBLICKEYBLOB) {
		k = read_blob(blob, n, FALSE);
		ok = k && rsa_key(head.aiKeyAlg, k, CRYPT_EXPORTABLE, out);
		rsa_put(k);
		return ok;
	}
	copy = decrypted(blob, &n, with);
	if (!copy)
		return FALSE;
	k = read_blob(copy, n, TRUE);
	RtlSecureZeroMemory(copy, n);
	RtlFreeHeap(rf_heap(), 0, copy);
	ok = k && pair_put(c, index, k, flags, out);
	rsa_put(k);
	return ok;
}

static BOOL export_secret(struct crypt_key *k, HCRYPTKEY with, BYTE *data,
			  DWORD *size)
{
	enum { ROOM = 64 }; /* for the padding of a block cipher */
	DWORD n = blob_size(k->rsa, TRUE), inner = n - sizeof(BLOBHEADER);
	BYTE *copy;
	BOOL ok;

	if (!k->rsa->secret)
		return crypt_fail((DWORD)NTE_BAD_KEY);
	if (!(k->flags & CRYPT_EXPORTABLE))
		return crypt_fail((DWORD)NTE_BAD_KEY_STATE);
	copy = RtlAllocateHeap(rf_heap(), 0, n + ROOM);
	if (!copy)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	put_blob(k->rsa, k->alg, TRUE, copy);
	ok = !with || CryptEncrypt(with, 0, TRUE, 0, copy + sizeof(BLOBHEADER),
				   &inner, inner + ROOM);
	ok = ok && crypt_give(copy, inner + sizeof(BLOBHEADER), data, size);
	RtlSecureZeroMemory(copy, n + ROOM);
	RtlFreeHeap(rf_heap(), 0, copy);
	return ok;
}

/*
 * For secur32, which signs with a pair whether it may be exported or not:
 * RSAPUBKEY and all numbers, to be freed.  NULL: no memory, or no pair.
 */
BYTE *WINAPI rf_pair_bytes(HCRYPTKEY h, DWORD *n)
{
	struct crypt_key *k = key_of(h);
	BYTE *blob, *bytes = NULL;
	ULONG size;

	if (!k || !k->rsa || !k->rsa->secret)
		return NULL;
	size = blob_size(k->rsa, TRUE);
	blob = RtlAllocateHeap(rf_heap(), 0, size);
	if (blob)
		bytes = RtlAllocateHeap(rf_heap(), 0, size);
	if (bytes) {
		put_blob(k->rsa, k->alg, TRUE, blob);
		*n = size - sizeof(BLOBHEADER);
		memcpy(bytes, blob + sizeof(BLOBHEADER), *n);
	}
	if (blob)
		RtlSecureZeroMemory(blob, size);
	RtlFreeHeap(rf_heap(), 0, blob);
	return bytes;
}

BOOL pair_export(struct crypt_key *k, HCRYPTKEY with, DWORD type, BYTE *data,
		 DWORD *size)
{
	DWORD n = blob_size(k->rsa, FALSE), room = *size;

	if (type == PRIVATEKEYBLOB)
		return export_secret(k, with, data, size);
	if (type != PUBLICKEYBLOB)
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	if (with)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	*size = n;
	if (!data)
		return TRUE;
	if (room < n)
		return crypt_fail(ERROR_MORE_DATA);
	put_blob(k->rsa, k->alg, FALSE, data);
	return TRUE;
}
