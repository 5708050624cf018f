/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hash.c - MD5, SHA-1, SHA-2 and HMAC over them; MD2 and MD4 by md-old.c.
 * Sources: RFC 1321, FIPS 180-4, RFC 2104.
 */
#include "md-old.h"

/* floor(2^32 abs(sin(i + 1))) */
static const ULONG md5_k[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a,
	0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
	0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
	0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
	0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
	0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
	0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
	0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

/*
 * The first 64 bits of the fractions of the cube roots of the first 80
 * primes; SHA-256 uses the upper halves.
 */
static const ULONGLONG sha_k[80] = {
	0x428a2f98d728ae22ull, 0x7137449123ef65cdull, 0xb5c0fbcfec4d3b2full,
	0xe9b5dba58189dbbcull, 0x3956c25bf348b538ull, 0x59f111f1b605d019ull,
	0x923f82a4af194f9bull, 0xab1c5ed5da6d8118ull, 0xd807aa98a3030242ull,
	0x12835b0145706fbeull, 0x243185be4ee4b28cull, 0x550c7dc3d5ffb4e2ull,
	0x72be5d74f27b896full, 0x80deb1fe3b1696b1ull, 0x9bdc06a725c71235ull,
	0xc19bf174cf692694ull, 0xe49b69c19ef14ad2ull, 0xefbe4786384f25e3ull,
	0x0fc19dc68b8cd5b5ull, 0x240ca1cc77ac9c65ull, 0x2de92c6f592b0275ull,
	0x4a7484aa6ea6e483ull, 0x5cb0a9dcbd41fbd4ull, 0x76f988da831153b5ull,
	0x983e5152ee66dfabull, 0xa831c66d2db43210ull, 0xb00327c898fb213full,
	0xbf597fc7beef0ee4ull, 0xc6e00bf33da88fc2ull, 0xd5a79147930aa725ull,
	0x06ca6351e003826full, 0x142929670a0e6e70ull, 0x27b70a8546d22ffcull,
	0x2e1b21385c26c926ull, 0x4d2c6dfc5ac42aedull, 0x53380d139d95b3dfull,
	0x650a73548baf63deull, 0x766a0abb3c77b2a8ull, 0x81c2c92e47edaee6ull,
	0x92722c851482353bull, 0xa2bfe8a14cf10364ull, 0xa81a664bbc423001ull,
	0xc24b8b70d0f89791ull, 0xc76c51a30654be30ull, 0xd192e819d6ef5218ull,
	0xd69906245565a910ull, 0xf40e35855771202aull, 0x106aa07032bbd1b8ull,
	0x19a4c116b8d2d0c8ull, 0x1e376c085141ab53ull, 0x2748774cdf8eeb99ull,
	0x34b0bcb5e19b48a8ull, 0x391c0cb3c5c95a63ull, 0x4ed8aa4ae3418acbull,
	0x5b9cca4f7763e373ull, 0x682e6ff3d6b2b8a3ull, 0x748f82ee5defb2fcull,
	0x78a5636f43172f60ull, 0x84c87814a1f0ab72ull, 0x8cc702081a6439ecull,
	0x90befffa23631e28ull, 0xa4506cebde82bde9ull, 0xbef9a3f7b2c67915ull,
	0xc67178f2e372532bull, 0xca273eceea26619cull, 0xd186b8c721c0c207ull,
	0xeada7dd6cde0eb1eull, 0xf57d4f7fee6ed178ull, 0x06f067aa72176fbaull,
	0x0a637dc5a2c898a6ull, 0x113f9804bef90daeull, 0x1b710b35131c471bull,
	0x28db77f523047d84ull, 0x32caab7b40c72493ull, 0x3c9ebe0a15c9bebcull,
	0x431d67c49c100d4cull, 0x4cc5d4becb3e42b6ull, 0x597f299cfc657e2aull,
	0x5fcb6fab3ad6faecull, 0x6c44198c4a475817ull,
};

static const struct {
	UCHAR size, block;
	BOOL wide; /* 64-bit words */
	ULONGLONG start[8];
} kinds[] = {
	[HASH_MD5] = { 16,
		       64,
		       FALSE,
		       { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } },
	[HASH_MD2] = { 16, 16, FALSE, { 0 } },
	[HASH_MD4] = { 16,
		       64,
		       FALSE,
		       { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } },
	[HASH_SHA1] = { 20,
			64,
			FALSE,
			{ 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
			  0xc3d2e1f0 } },
	[HASH_SHA256] = { 32,
			  64,
			  FALSE,
			  {
				  0x6a09e667,
				  0xbb67ae85,
				  0x3c6ef372,
				  0xa54ff53a,
				  0x510e527f,
				  0x9b05688c,
				  0x1f83d9ab,
				  0x5be0cd19,
			  } },
	[HASH_SHA384] = { 48,
			  128,
			  TRUE,
			  {
				  0xcbbb9d5dc1059ed8ull,
				  0x629a292a367cd507ull,
				  0x9159015a3070dd17ull,
				  0x152fecd8f70e5939ull,
				  0x67332667ffc00b31ull,
				  0x8eb44a8768581511ull,
				  0xdb0c2e0d64f98fa7ull,
				  0x47b5481dbefa4fa4ull,
			  } },
	[HASH_SHA512] = { 64,
			  128,
			  TRUE,
			  {
				  0x6a09e667f3bcc908ull,
				  0xbb67ae8584caa73bull,
				  0x3c6ef372fe94f82bull,
				  0xa54ff53a5f1d36f1ull,
				  0x510e527fade682d1ull,
				  0x9b05688c2b3e6c1full,
				  0x1f83d9abfb41bd6bull,
				  0x5be0cd19137e2179ull,
			  } },
};

static ULONG rol(ULONG v, int n)
{
	return v << n | v >> (32 - n);
}

static ULONG ror(ULONG v, int n)
{
	return v >> n | v << (32 - n);
}

static ULONGLONG ror64(ULONGLONG v, int n)
{
	return v >> n | v << (64 - n);
}

static ULONG big32(const BYTE *p)
{
	return (ULONG)p[0] << 24 | (ULONG)p[1] << 16 | (ULONG)p[2] << 8 | p[3];
}

static void md5_round(ULONG *h, const BYTE *p)
{
	static const UCHAR turn[4][4] = { { 7, 12, 17, 22 },
					  { 5, 9, 14, 20 },
					  { 4, 11, 16, 23 },
					  { 6, 10, 15, 21 } };
	ULONG a = h[0], b = h[1], c = h[2], d = h[3], w[16];

	memcpy(w, p, sizeof w);
	for (int i = 0; i < 64; i++) {
		ULONG f, next;
		int g;

		if (i < 16) {
			f = (b & c) | (~b & d);
			g = i;
		} else if (i < 32) {
			f = (d & b) | (~d & c);
			g = (5 * i + 1) & 15;
		} else if (i < 48) {
			f = b ^ c ^ d;
			g = (3 * i + 5) & 15;
		} else {
			f = c ^ (b | ~d);
			g = (7 * i) & 15;
		}
		next = b + rol(a + f + md5_k[i] + w[g], turn[i >> 4][i & 3]);
		a = d;
		d = c;
		c = b;
		b = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
}

static void sha1_round(ULONG *h, const BYTE *p)
{
	ULONG a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], w[80];

	for (int i = 0; i < 80; i++)
		w[i] = i < 16 ? big32(p + 4 * i)
			      : rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16],
				    1);
	for (int i = 0; i < 80; i++) {
		ULONG f, next;

		if (i < 20)
			f = ((b & c) | (~b & d)) + 0x5a827999;
		else if (i < 40)
			f = (b ^ c ^ d) + 0x6ed9eba1;
		else if (i < 60)
			f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
		else
			f = (b ^ c ^ d) + 0xca62c1d6;
		next = rol(a, 5) + f + e + w[i];
		e = d;
		d = c;
		c = rol(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

static void sha256_round(ULONG *h, const BYTE *p)
{
	ULONG s[8], w[64];

	for (int i = 0; i < 64; i++) {
		if (i < 16) {
			w[i] = big32(p + 4 * i);
			continue;
		}
		w[i] = w[i - 16] + w[i - 7] +
		       (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^
			w[i - 15] >> 3) +
		       (ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
	}
	memcpy(s, h, sizeof s);
	for (int i = 0; i < 64; i++) {
		ULONG t1 = s[7] +
			   (ror(s[4], 6) ^ ror(s[4], 11) ^ ror(s[4], 25)) +
			   ((s[4] & s[5]) ^ (~s[4] & s[6])) +
			   (ULONG)(sha_k[i] >> 32) + w[i];
		ULONG t2 = (ror(s[0], 2) ^ ror(s[0], 13) ^ ror(s[0], 22)) +
			   ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof *s);
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

static void sha512_round(ULONGLONG *h, const BYTE *p)
{
	ULONGLONG s[8], w[80];

	for (int i = 0; i < 80; i++) {
		if (i < 16) {
			w[i] = (ULONGLONG)big32(p + 8 * i) << 32 |
			       big32(p + 8 * i + 4);
			continue;
		}
		w[i] = w[i - 16] + w[i - 7] +
		       (ror64(w[i - 15], 1) ^ ror64(w[i - 15], 8) ^
			w[i - 15] >> 7) +
		       (ror64(w[i - 2], 19) ^ ror64(w[i - 2], 61) ^
			w[i - 2] >> 6);
	}
	memcpy(s, h, sizeof s);
	for (int i = 0; i < 80; i++) {
		ULONGLONG t1 =
			s[7] +
			(ror64(s[4], 14) ^ ror64(s[4], 18) ^ ror64(s[4], 41)) +
			((s[4] & s[5]) ^ (~s[4] & s[6])) + sha_k[i] + w[i];
		ULONGLONG t2 =
			(ror64(s[0], 28) ^ ror64(s[0], 34) ^ ror64(s[0], 39)) +
			((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof *s);
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

static void round_of(struct hash *h, const BYTE *p)
{
	switch (h->kind) {
	case HASH_MD5:
		md5_round(h->h32, p);
		break;
	case HASH_MD2:
		md2_round(h->h32, p);
		break;
	case HASH_MD4:
		md4_round(h->h32, p);
		break;
	case HASH_SHA1:
		sha1_round(h->h32, p);
		break;
	case HASH_SHA256:
		sha256_round(h->h32, p);
		break;
	default:
		sha512_round(h->h64, p);
	}
}

ULONG hash_size(enum hash_kind kind)
{
	return kinds[kind].size;
}

ULONG hash_block(enum hash_kind kind)
{
	return kinds[kind].block;
}

void hash_init(struct hash *h, enum hash_kind kind)
{
	memset(h, 0, sizeof *h);
	h->kind = kind;
	for (int i = 0; i < 8; i++)
		if (kinds[kind].wide)
			h->h64[i] = kinds[kind].start[i];
		else
			h->h32[i] = (ULONG)kinds[kind].start[i];
}

void hash_add(struct hash *h, const void *data, SIZE_T n)
{
	ULONG size = kinds[h->kind].block, have = (ULONG)(h->total % size);
	const BYTE *p = data;

	h->total += n;
	if (have) {
		SIZE_T part = size - have;

		if (part > n)
			part = n;
		memcpy(h->block + have, p, part);
		p += part;
		n -= part;
		if (have + part < size)
			return;
		round_of(h, h->block);
	}
	for (; n >= size; p += size, n -= size)
		round_of(h, p);
	memcpy(h->block, p, n);
}

/* The padding says how long it is; then comes the checksum. */
static void md2_end(struct hash *h, BYTE *out)
{
	BYTE pad[16];
	ULONG n = 16 - (ULONG)(h->total % 16);

	memset(pad, (int)n, n);
	hash_add(h, pad, n);
	memcpy(pad, h->h32 + 4, 16);
	hash_add(h, pad, 16);
	memcpy(out, h->h32, 16);
}

void hash_end(struct hash *h, BYTE *out)
{
	BOOL little = h->kind == HASH_MD5 || h->kind == HASH_MD4;
	ULONG size = kinds[h->kind].block, len = size / 8;
	ULONGLONG bits = h->total * 8;
	ULONG have = (ULONG)(h->total % size);
	BYTE end[HASH_BLOCK_MAX * 2] = { 0x80 };
	ULONG n = (have < size - len ? size : 2 * size) - have;

	if (h->kind == HASH_MD2) {
		md2_end(h, out);
		return;
	}
	for (int i = 0; i < 8; i++) {
		int shift = little ? 8 * i : 56 - 8 * i;

		end[n - 8 + i] = (BYTE)(bits >> shift);
	}
	hash_add(h, end, n);
	for (ULONG i = 0; i < kinds[h->kind].size; i++) {
		if (little)
			out[i] = (BYTE)(h->h32[i / 4] >> (8 * (i & 3)));
		else if (kinds[h->kind].wide)
			out[i] = (BYTE)(h->h64[i / 8] >> (56 - 8 * (i & 7)));
		else
			out[i] = (BYTE)(h->h32[i / 4] >> (24 - 8 * (i & 3)));
	}
}

void hmac_init(struct hmac *m, enum hash_kind kind, const void *key, SIZE_T n)
{
	BYTE pad[HASH_BLOCK_MAX] = { 0 };
	ULONG size = kinds[kind].block;

	if (n > size) {
		hash_init(&m->inner, kind);
		hash_add(&m->inner, key, n);
		hash_end(&m->inner, pad);
	} else {
		memcpy(pad, key, n);
	}
	hash_init(&m->inner, kind);
	hash_init(&m->outer, kind);
	for (ULONG i = 0; i < size; i++)
		pad[i] ^= 0x36;
	hash_add(&m->inner, pad, size);
	for (ULONG i = 0; i < size; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	hash_add(&m->outer, pad, size);
}

void hmac_end(struct hmac *m, BYTE *out)
{
	hash_end(&m->inner, out);
	hash_add(&m->outer, out, kinds[m->inner.kind].size);
	hash_end(&m->outer, out);
}
