/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * digest.c - MD4, MD5 and SHA-1, which ntdll exports for advapi32 and others,
 * and the SIDs of services, which are SHA-1 sums.
 *
 * Sources: RFC 1320, RFC 1321, FIPS 180-4.  The contexts' layouts are those
 * that programs allocate: see the asserts.
 */
#include "ntdll-private.h"

typedef struct {
	ULONG bits[2];
	ULONG state[4];
	UCHAR block[64];
	UCHAR digest[16];
} MD_CTX; /* MD4_CTX and MD5_CTX */
_Static_assert(offsetof(MD_CTX, digest) == 88, "where callers look");

typedef struct {
	ULONG flag;
	UCHAR hash[20];
	ULONG state[5];
	ULONG count[2];
	UCHAR block[64];
} A_SHA_CTX;

void NTAPI MD4Init(MD_CTX *c);
void NTAPI MD4Update(MD_CTX *c, const UCHAR *p, ULONG n);
void NTAPI MD4Final(MD_CTX *c);
void NTAPI MD5Init(MD_CTX *c);
void NTAPI MD5Update(MD_CTX *c, const UCHAR *p, ULONG n);
void NTAPI MD5Final(MD_CTX *c);
void NTAPI A_SHAInit(A_SHA_CTX *c);
void NTAPI A_SHAUpdate(A_SHA_CTX *c, const UCHAR *p, ULONG n);
void NTAPI A_SHAFinal(A_SHA_CTX *c, UCHAR *digest);

static inline ULONG rol(ULONG v, int n)
{
	return v << n | v >> (32 - n);
}

static inline ULONG swap(ULONG v)
{
	return __builtin_bswap32(v);
}

static void md4_block(ULONG *s, const UCHAR *p)
{
	static const UCHAR order[3][16] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
		{ 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
		{ 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
	};
	static const UCHAR turn[3][4] = { { 3, 7, 11, 19 },
					  { 3, 5, 9, 13 },
					  { 3, 9, 11, 15 } };
	static const ULONG add[3] = { 0, 0x5a827999, 0x6ed9eba1 };
	ULONG a = s[0], b = s[1], c = s[2], d = s[3], x[16];

	memcpy(x, p, 64);
	for (int r = 0; r < 3; r++)
		for (int i = 0; i < 16; i++) {
			ULONG f = r == 0   ? (b & c) | (~b & d)
				  : r == 1 ? (b & c) | (b & d) | (c & d)
					   : b ^ c ^ d;
			ULONG t = rol(a + f + x[order[r][i]] + add[r],
				      turn[r][i % 4]);

			a = d;
			d = c;
			c = b;
			b = t;
		}
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
}

static void md5_block(ULONG *s, const UCHAR *p)
{
	static const UCHAR turn[4][4] = { { 7, 12, 17, 22 },
					  { 5, 9, 14, 20 },
					  { 4, 11, 16, 23 },
					  { 6, 10, 15, 21 } };
	/* floor(2^32 * abs(sin(i + 1))) */
	static const ULONG k[64] = {
		0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf,
		0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
		0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e,
		0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
		0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6,
		0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
		0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
		0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
		0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039,
		0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97,
		0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
		0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
		0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
	};
	ULONG a = s[0], b = s[1], c = s[2], d = s[3], x[16];

	memcpy(x, p, 64);
	for (int i = 0; i < 64; i++) {
		int r = i / 16;
		ULONG f = r == 0   ? (b & c) | (~b & d)
			  : r == 1 ? (d & b) | (~d & c)
			  : r == 2 ? b ^ c ^ d
				   : c ^ (b | ~d);
		int at = r == 0   ? i
			 : r == 1 ? 5 * i + 1
			 : r == 2 ? 3 * i + 5
				  : 7 * i;
		ULONG t = b + rol(a + f + k[i] + x[at & 15], turn[r][i % 4]);

		a = d;
		d = c;
		c = b;
		b = t;
	}
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
}

static void sha1_block(ULONG *s, const UCHAR *p)
{
	ULONG a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], w[80];

	memcpy(w, p, 64);
	for (int i = 0; i < 16; i++)
		w[i] = swap(w[i]);
	for (int i = 16; i < 80; i++)
		w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (int i = 0; i < 80; i++) {
		ULONG f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
			  : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
			  : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
				   : (b ^ c ^ d) + 0xca62c1d6;
		ULONG t = rol(a, 5) + f + e + w[i];

		e = d;
		d = c;
		c = rol(b, 30);
		b = a;
		a = t;
	}
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
	s[4] += e;
}

/* Bytes so far stand in used; whole blocks go to fn. */
static void feed(ULONG used, UCHAR block[64], ULONG *state,
		 void (*fn)(ULONG *s, const UCHAR *p), const UCHAR *p, ULONG n)
{
	used %= 64;
	while (n) {
		ULONG part = 64 - used < n ? 64 - used : n;

		memcpy(block + used, p, part);
		used += part;
		p += part;
		n -= part;
		if (used == 64) {
			fn(state, block);
			used = 0;
		}
	}
}

/* Padding, and the number of bits in 8 bytes. */
static ULONG padding(UCHAR pad[72], ULONG used, const UCHAR bits[8])
{
	ULONG n = (used % 64 < 56 ? 56 : 120) - used % 64;

	memset(pad, 0, 72);
	pad[0] = 0x80;
	memcpy(pad + n, bits, 8);
	return n + 8;
}

static void md_init(MD_CTX *c)
{
	memset(c, 0, sizeof *c);
	c->state[0] = 0x67452301;
	c->state[1] = 0xefcdab89;
	c->state[2] = 0x98badcfe;
	c->state[3] = 0x10325476;
}

static void md_update(MD_CTX *c, const UCHAR *p, ULONG n,
		      void (*fn)(ULONG *s, const UCHAR *p))
{
	ULONG used = c->bits[0] >> 3;
	ULONGLONG bits = (ULONGLONG)c->bits[1] << 32 | c->bits[0];

	bits += (ULONGLONG)n << 3;
	c->bits[0] = (ULONG)bits;
	c->bits[1] = (ULONG)(bits >> 32);
	feed(used, c->block, c->state, fn, p, n);
}

static void md_final(MD_CTX *c, void (*fn)(ULONG *s, const UCHAR *p))
{
	UCHAR pad[72];
	ULONG n = padding(pad, c->bits[0] >> 3, (const UCHAR *)c->bits);

	md_update(c, pad, n, fn);
	memcpy(c->digest, c->state, 16);
}

void NTAPI MD4Init(MD_CTX *c)
{
	md_init(c);
}

void NTAPI MD4Update(MD_CTX *c, const UCHAR *p, ULONG n)
{
	md_update(c, p, n, md4_block);
}

void NTAPI MD4Final(MD_CTX *c)
{
	md_final(c, md4_block);
}

void NTAPI MD5Init(MD_CTX *c)
{
	md_init(c);
}

void NTAPI MD5Update(MD_CTX *c, const UCHAR *p, ULONG n)
{
	md_update(c, p, n, md5_block);
}

void NTAPI MD5Final(MD_CTX *c)
{
	md_final(c, md5_block);
}

void NTAPI A_SHAInit(A_SHA_CTX *c)
{
	memset(c, 0, sizeof *c);
	c->state[0] = 0x67452301;
	c->state[1] = 0xefcdab89;
	c->state[2] = 0x98badcfe;
	c->state[3] = 0x10325476;
	c->state[4] = 0xc3d2e1f0;
}

void NTAPI A_SHAUpdate(A_SHA_CTX *c, const UCHAR *p, ULONG n)
{
	ULONGLONG bytes = (ULONGLONG)c->count[0] << 32 | c->count[1];
	ULONG used = c->count[1];

	bytes += n;
	c->count[0] = (ULONG)(bytes >> 32);
	c->count[1] = (ULONG)bytes;
	feed(used, c->block, c->state, sha1_block, p, n);
}

void NTAPI A_SHAFinal(A_SHA_CTX *c, UCHAR *digest)
{
	ULONGLONG bits = ((ULONGLONG)c->count[0] << 32 | c->count[1]) * 8;
	UCHAR pad[72], big[8];
	ULONG n;

	for (int i = 0; i < 8; i++)
		big[i] = (UCHAR)(bits >> (56 - 8 * i));
	n = padding(pad, c->count[1], big);
	A_SHAUpdate(c, pad, n);
	for (int i = 0; i < 5; i++) {
		ULONG v = swap(c->state[i]);

		memcpy(digest + 4 * i, &v, 4);
	}
	A_SHAInit(c);
}

/* S-1-5-80 and the SHA-1 of the name in capitals: what SCM makes of it. */
NTSTATUS NTAPI RtlCreateServiceSid(PCUNICODE_STRING name, PSID sid, ULONG *size)
{
	SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
	UNICODE_STRING upper;
	NTSTATUS status;
	A_SHA_CTX c;
	UCHAR sum[20];

	if (*size < RtlLengthRequiredSid(6)) {
		*size = RtlLengthRequiredSid(6);
		return STATUS_BUFFER_TOO_SMALL;
	}
	status = RtlUpcaseUnicodeString(&upper, name, TRUE);
	if (!NT_SUCCESS(status))
		return status;
	A_SHAInit(&c);
	A_SHAUpdate(&c, (const UCHAR *)upper.Buffer, upper.Length);
	A_SHAFinal(&c, sum);
	RtlFreeUnicodeString(&upper);
	RtlInitializeSid(sid, &nt, 6);
	*RtlSubAuthoritySid(sid, 0) = 80; /* SECURITY_SERVICE_ID_BASE_RID */
	memcpy(RtlSubAuthoritySid(sid, 1), sum, sizeof sum);
	*size = RtlLengthRequiredSid(6);
	return STATUS_SUCCESS;
}
