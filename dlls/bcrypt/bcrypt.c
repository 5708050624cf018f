/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bcrypt.c - CNG: random numbers, hashes and HMAC.  Ciphers and keys are not
 * there: opening their providers says STATUS_NOT_FOUND.
 */
#include "nt.h"
#include <bcrypt.h>

#include "rf-hash.h"

#define ALG_MAGIC  0x42637261u
#define HASH_MAGIC 0x42637268u

struct algorithm {
	ULONG magic;
	const WCHAR *name;
	int kind; /* of hash; -1: random numbers */
	BOOL hmac;
};

struct crypt_hash {
	ULONG magic;
	struct algorithm alg;
	BOOL reusable, own; /* own: memory of ours */
	struct hmac start, now;
};

static const struct {
	const WCHAR *name;
	int kind;
} names[] = {
	{ L"RNG", -1 },
	{ L"MD5", HASH_MD5 },
	{ L"SHA1", HASH_SHA1 },
	{ L"SHA256", HASH_SHA256 },
	{ L"SHA384", HASH_SHA384 },
	{ L"SHA512", HASH_SHA512 }, { L"MD2", HASH_MD2 },
	{ L"MD4", HASH_MD4 },
};

/* BCRYPT_MD5_ALG_HANDLE and so on, which need not be opened. */
static struct algorithm *algorithm_of(BCRYPT_ALG_HANDLE h,
				      struct algorithm *room)
{
	static const struct {
		USHORT handle;
		UCHAR name; /* in names[] */
		BOOL hmac;
	} pseudo[] = {
		{ 0x01, 6, FALSE }, { 0x11, 7, FALSE }, { 0x121, 6, TRUE }, { 0x131, 7, TRUE }, { 0x21, 1, FALSE }, { 0x31, 2, FALSE }, { 0x41, 3, FALSE },
		{ 0x51, 4, FALSE }, { 0x61, 5, FALSE }, { 0x81, 0, FALSE },
		{ 0x91, 1, TRUE },  { 0xa1, 2, TRUE },  { 0xb1, 3, TRUE },
		{ 0xc1, 4, TRUE },  { 0xd1, 5, TRUE },
	};
	struct algorithm *a = h;

	for (ULONG i = 0; i < ARRAYSIZE(pseudo); i++)
		if ((ULONG_PTR)h == pseudo[i].handle) {
			*room = (struct algorithm){ ALG_MAGIC,
						    names[pseudo[i].name].name,
						    names[pseudo[i].name].kind,
						    pseudo[i].hmac };
			return room;
		}
	return (ULONG_PTR)a > 0xffff && a->magic == ALG_MAGIC ? a : NULL;
}

NTSTATUS WINAPI BCryptOpenAlgorithmProvider(BCRYPT_ALG_HANDLE *out,
					    LPCWSTR name, LPCWSTR provider,
					    ULONG flags)
{
	struct algorithm *a;

	if (!out || !name)
		return STATUS_INVALID_PARAMETER;
	for (ULONG i = 0; i < ARRAYSIZE(names); i++) {
		if (lstrcmpiW(names[i].name, name))
			continue;
		if (names[i].kind < 0 && (flags & BCRYPT_ALG_HANDLE_HMAC_FLAG))
			return STATUS_INVALID_PARAMETER;
		a = RtlAllocateHeap(rf_heap(), 0, sizeof *a);
		if (!a)
			return STATUS_NO_MEMORY;
		*a = (struct algorithm){
			ALG_MAGIC, names[i].name, names[i].kind,
			!!(flags & BCRYPT_ALG_HANDLE_HMAC_FLAG)
		};
		*out = a;
		return STATUS_SUCCESS;
	}
	return STATUS_NOT_FOUND;
}

NTSTATUS WINAPI BCryptCloseAlgorithmProvider(BCRYPT_ALG_HANDLE h, ULONG flags)
{
	struct algorithm room, *a = algorithm_of(h, &room);

	if (!a)
		return STATUS_INVALID_HANDLE;
	if (a != &room) {
		a->magic = 0;
		RtlFreeHeap(rf_heap(), 0, a);
	}
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGenRandom(BCRYPT_ALG_HANDLE h, PUCHAR to, ULONG n,
				ULONG flags)
{
	struct algorithm room, *a = algorithm_of(h, &room);

	if (!h && !(flags & BCRYPT_USE_SYSTEM_PREFERRED_RNG))
		return STATUS_INVALID_HANDLE;
	if (h && (!a || a->kind >= 0))
		return STATUS_INVALID_HANDLE;
	if (!to)
		return STATUS_INVALID_PARAMETER;
	return rf_gen_random(to, n) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* ---- hashes ---- */

NTSTATUS WINAPI BCryptCreateHash(BCRYPT_ALG_HANDLE h, BCRYPT_HASH_HANDLE *out,
				 PUCHAR memory, ULONG size, PUCHAR key, ULONG n,
				 ULONG flags)
{
	struct algorithm room, *a = algorithm_of(h, &room);
	struct crypt_hash *x = (struct crypt_hash *)memory;

	if (!a)
		return STATUS_INVALID_HANDLE;
	if (!out || a->kind < 0)
		return STATUS_INVALID_PARAMETER;
	if (memory && size < sizeof *x)
		return STATUS_BUFFER_TOO_SMALL;
	if (!memory)
		x = RtlAllocateHeap(rf_heap(), 0, sizeof *x);
	if (!x)
		return STATUS_NO_MEMORY;
	x->magic = HASH_MAGIC;
	x->alg = *a;
	x->own = !memory;
	x->reusable = !!(flags & BCRYPT_HASH_REUSABLE_FLAG);
	if (a->hmac)
		hmac_init(&x->start, (enum hash_kind)a->kind, key, n);
	else
		hash_init(&x->start.inner, (enum hash_kind)a->kind);
	x->now = x->start;
	*out = x;
	return STATUS_SUCCESS;
}

static struct crypt_hash *hash_of(BCRYPT_HASH_HANDLE h)
{
	struct crypt_hash *x = h;

	return x && x->magic == HASH_MAGIC ? x : NULL;
}

NTSTATUS WINAPI BCryptHashData(BCRYPT_HASH_HANDLE h, PUCHAR data, ULONG n,
			       ULONG flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return STATUS_INVALID_HANDLE;
	hash_add(&x->now.inner, data, n);
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptFinishHash(BCRYPT_HASH_HANDLE h, PUCHAR out, ULONG n,
				 ULONG flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return STATUS_INVALID_HANDLE;
	if (!out || n != hash_size((enum hash_kind)x->alg.kind))
		return STATUS_INVALID_PARAMETER;
	if (x->alg.hmac)
		hmac_end(&x->now, out);
	else
		hash_end(&x->now.inner, out);
	x->now = x->start;
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDuplicateHash(BCRYPT_HASH_HANDLE h,
				    BCRYPT_HASH_HANDLE *out, PUCHAR memory,
				    ULONG size, ULONG flags)
{
	struct crypt_hash *x = hash_of(h), *copy = (struct crypt_hash *)memory;

	if (!x)
		return STATUS_INVALID_HANDLE;
	if (memory && size < sizeof *copy)
		return STATUS_BUFFER_TOO_SMALL;
	if (!memory)
		copy = RtlAllocateHeap(rf_heap(), 0, sizeof *copy);
	if (!copy)
		return STATUS_NO_MEMORY;
	*copy = *x;
	copy->own = !memory;
	*out = copy;
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDestroyHash(BCRYPT_HASH_HANDLE h)
{
	struct crypt_hash *x = hash_of(h);
	BOOL own;

	if (!x)
		return STATUS_INVALID_HANDLE;
	own = x->own;
	RtlSecureZeroMemory(x, sizeof *x);
	if (own)
		RtlFreeHeap(rf_heap(), 0, x);
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptHash(BCRYPT_ALG_HANDLE alg, PUCHAR key, ULONG key_n,
			   PUCHAR data, ULONG n, PUCHAR out, ULONG out_n)
{
	BCRYPT_HASH_HANDLE h;
	NTSTATUS s = BCryptCreateHash(alg, &h, NULL, 0, key, key_n, 0);

	if (!NT_SUCCESS(s))
		return s;
	BCryptHashData(h, data, n, 0);
	s = BCryptFinishHash(h, out, out_n, 0);
	BCryptDestroyHash(h);
	return s;
}

/* RFC 8018, over an algorithm that was opened for HMAC. */
NTSTATUS WINAPI BCryptDeriveKeyPBKDF2(BCRYPT_ALG_HANDLE h, PUCHAR password,
				      ULONG n, PUCHAR salt, ULONG salt_n,
				      ULONGLONG rounds, PUCHAR out, ULONG out_n,
				      ULONG flags)
{
	struct algorithm room, *a = algorithm_of(h, &room);
	BYTE u[HASH_MAX], t[HASH_MAX];
	struct hmac start, m;
	enum hash_kind kind;

	if (!a)
		return STATUS_INVALID_HANDLE;
	if (a->kind < 0 || !a->hmac || !rounds || !out || !out_n)
		return STATUS_INVALID_PARAMETER;
	kind = (enum hash_kind)a->kind;
	hmac_init(&start, kind, password, n);
	for (ULONG block = 1; out_n; block++) {
		ULONG part = hash_size(kind), be = __builtin_bswap32(block);

		m = start;
		hash_add(&m.inner, salt, salt_n);
		hash_add(&m.inner, &be, sizeof be);
		hmac_end(&m, u);
		memcpy(t, u, part);
		for (ULONGLONG r = 1; r < rounds; r++) {
			m = start;
			hash_add(&m.inner, u, part);
			hmac_end(&m, u);
			for (ULONG i = 0; i < part; i++)
				t[i] ^= u[i];
		}
		if (part > out_n)
			part = out_n;
		memcpy(out, t, part);
		out += part;
		out_n -= part;
	}
	return STATUS_SUCCESS;
}

/* ---- properties ---- */

static NTSTATUS give(const void *from, ULONG n, PUCHAR to, ULONG size,
		     ULONG *needed)
{
	*needed = n;
	if (!to)
		return STATUS_SUCCESS;
	if (size < n)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(to, from, n);
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGetProperty(BCRYPT_HANDLE h, LPCWSTR name, PUCHAR to,
				  ULONG size, ULONG *needed, ULONG flags)
{
	struct algorithm room, *a = algorithm_of(h, &room);
	ULONG v;

	if (!a && (ULONG_PTR)h > 0xffff && hash_of(h))
		a = &hash_of(h)->alg;
	if (!a)
		return STATUS_INVALID_HANDLE;
	if (!name || !needed)
		return STATUS_INVALID_PARAMETER;
	if (!lstrcmpW(name, BCRYPT_ALGORITHM_NAME))
		return give(a->name, ((ULONG)lstrlenW(a->name) + 1) * 2, to,
			    size, needed);
	if (a->kind < 0)
		return STATUS_NOT_SUPPORTED;
	if (!lstrcmpW(name, BCRYPT_HASH_LENGTH))
		v = hash_size((enum hash_kind)a->kind);
	else if (!lstrcmpW(name, BCRYPT_HASH_BLOCK_LENGTH))
		v = hash_block((enum hash_kind)a->kind);
	else if (!lstrcmpW(name, BCRYPT_OBJECT_LENGTH))
		v = sizeof(struct crypt_hash);
	else
		return STATUS_NOT_SUPPORTED;
	return give(&v, sizeof v, to, size, needed);
}

NTSTATUS WINAPI BCryptSetProperty(BCRYPT_HANDLE h, LPCWSTR name, PUCHAR from,
				  ULONG n, ULONG flags)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS WINAPI BCryptGetFipsAlgorithmMode(BOOLEAN *enabled)
{
	if (!enabled)
		return STATUS_INVALID_PARAMETER;
	*enabled = FALSE;
	return STATUS_SUCCESS;
}

VOID WINAPI BCryptFreeBuffer(PVOID p)
{
	RtlFreeHeap(rf_heap(), 0, p);
}
