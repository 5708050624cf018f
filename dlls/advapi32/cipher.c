/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cipher.c - AES and RC4.
 *
 * The S-box is computed when first needed: it is the inverse in GF(2^8) and an
 * affine map, and this code is not where programs spend their time.
 */
#include "cipher.h"

static BYTE box[256], inverse_box[256];

static BYTE times2(BYTE v)
{
	return (BYTE)(v << 1 ^ (v & 0x80 ? 0x1b : 0));
}

static BYTE times(BYTE a, BYTE b)
{
	BYTE r = 0;

	for (; b; b >>= 1, a = times2(a))
		if (b & 1)
			r ^= a;
	return r;
}

/* Every thread that does this writes the same; inverse_box[0x63] comes last. */
static void make_boxes(void)
{
	BYTE p = 1, q = 1;

	if (*(volatile BYTE *)&box[0])
		return;
	do { /* p runs through all powers of 3, q through their inverses */
		BYTE x;

		p = times(p, 3);
		q = times(q, 0xf6);
		x = (BYTE)(q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^
			   (q << 3 | q >> 5) ^ (q << 4 | q >> 4) ^ 0x63);
		box[p] = x;
		inverse_box[x] = p;
	} while (p != 1);
	inverse_box[0x63] = 0;
	MemoryBarrier();
	*(volatile BYTE *)&box[0] = 0x63;
}

void aes_key(struct aes *a, const BYTE *key, ULONG n)
{
	ULONG words = n / 4, total;
	BYTE *k = a->key[0], rcon = 1;

	make_boxes();
	a->rounds = words + 6;
	total = 4 * (a->rounds + 1);
	memcpy(k, key, n);
	for (ULONG i = words; i < total; i++) {
		BYTE t[4], first;

		memcpy(t, k + 4 * (i - 1), 4);
		if (i % words == 0) {
			first = t[0];
			t[0] = box[t[1]] ^ rcon;
			t[1] = box[t[2]];
			t[2] = box[t[3]];
			t[3] = box[first];
			rcon = times2(rcon);
		} else if (words > 6 && i % words == 4) {
			for (int j = 0; j < 4; j++)
				t[j] = box[t[j]];
		}
		for (int j = 0; j < 4; j++)
			k[4 * i + j] = k[4 * (i - words) + j] ^ t[j];
	}
}

static void add(BYTE *b, const BYTE *key)
{
	for (int i = 0; i < 16; i++)
		b[i] ^= key[i];
}

/* by: what one column is multiplied with, beginning at its diagonal */
static void mix(BYTE *b, const BYTE by[4])
{
	for (int c = 0; c < 16; c += 4) {
		BYTE t[4];

		for (int r = 0; r < 4; r++)
			t[r] = times(b[c + r], by[0]) ^
			       times(b[c + ((r + 1) & 3)], by[1]) ^
			       times(b[c + ((r + 2) & 3)], by[2]) ^
			       times(b[c + ((r + 3) & 3)], by[3]);
		memcpy(b + c, t, 4);
	}
}

/* Row r of the square turns by r columns. */
static void substitute(BYTE *b, const BYTE *with, int direction)
{
	BYTE t[16];

	for (int c = 0; c < 4; c++)
		for (int r = 0; r < 4; r++)
			t[4 * c + r] =
				with[b[4 * ((c + direction * r + 4) & 3) + r]];
	memcpy(b, t, 16);
}

void aes_encrypt(const struct aes *a, BYTE block[16])
{
	static const BYTE by[4] = { 2, 3, 1, 1 };

	add(block, a->key[0]);
	for (ULONG i = 1; i <= a->rounds; i++) {
		substitute(block, box, 1);
		if (i < a->rounds)
			mix(block, by);
		add(block, a->key[i]);
	}
}

void aes_decrypt(const struct aes *a, BYTE block[16])
{
	static const BYTE by[4] = { 14, 11, 13, 9 };

	for (ULONG i = a->rounds; i; i--) {
		add(block, a->key[i]);
		if (i < a->rounds)
			mix(block, by);
		substitute(block, inverse_box, -1);
	}
	add(block, a->key[0]);
}

void rc4_key(struct rc4 *r, const BYTE *key, ULONG n)
{
	BYTE j = 0, t;

	for (int i = 0; i < 256; i++)
		r->s[i] = (BYTE)i;
	for (ULONG i = 0; i < 256; i++) {
		j = (BYTE)(j + r->s[i] + key[i % n]);
		t = r->s[i];
		r->s[i] = r->s[j];
		r->s[j] = t;
	}
	r->i = r->j = 0;
}

void rc4_run(struct rc4 *r, BYTE *data, SIZE_T n)
{
	for (; n; n--) {
		BYTE t = r->s[++r->i];

		r->j = (BYTE)(r->j + t);
		r->s[r->i] = r->s[r->j];
		r->s[r->j] = t;
		*data++ ^= r->s[(BYTE)(r->s[r->i] + t)];
	}
}
