/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inflate.c - zlib streams into memory of known size.
 *
 * Codes are decoded bit by bit with the counts of each length (canonical
 * Huffman codes): short, and fast enough for pictures that a command-line
 * tool reads once.  Source: RFC 1950, RFC 1951.
 */
#include "wic.h"

enum { MAX_BITS = 15, LITERALS = 288, DISTANCES = 30 };

struct input {
	const BYTE *at, *end;
	DWORD bits;
	int count;
	BOOL failed;
};

struct code {
	WORD count[MAX_BITS + 1];
	WORD symbol[LITERALS];
};

static DWORD take(struct input *in, int n)
{
	DWORD v;

	while (in->count < n) {
		if (in->at == in->end) {
			in->failed = TRUE;
			return 0;
		}
		in->bits |= (DWORD)*in->at++ << in->count;
		in->count += 8;
	}
	v = in->bits & ((1u << n) - 1);
	in->bits >>= n;
	in->count -= n;
	return v;
}

/* FALSE: more codes than the lengths allow. */
static BOOL build(struct code *c, const BYTE *lengths, int n)
{
	WORD offset[MAX_BITS + 1] = { 0 };
	int left = 1;

	memset(c->count, 0, sizeof c->count);
	for (int i = 0; i < n; i++)
		c->count[lengths[i]]++;
	c->count[0] = 0;
	for (int len = 1; len <= MAX_BITS; len++) {
		left = (left << 1) - c->count[len];
		if (left < 0)
			return FALSE;
		if (len < MAX_BITS)
			offset[len + 1] = offset[len] + c->count[len];
	}
	for (int i = 0; i < n; i++)
		if (lengths[i])
			c->symbol[offset[lengths[i]]++] = (WORD)i;
	return TRUE;
}

static int decode(struct input *in, const struct code *c)
{
	int code = 0, first = 0, index = 0;

	for (int len = 1; len <= MAX_BITS; len++) {
		int count = c->count[len];

		code |= (int)take(in, 1);
		if (in->failed)
			return -1;
		if (code - first < count)
			return c->symbol[index + code - first];
		index += count;
		first = (first + count) << 1;
		code <<= 1;
	}
	return -1;
}

static const WORD length_base[29] = { 3,  4,  5,  6,  7,  8,  9,   10,
				      11, 13, 15, 17, 19, 23, 27,  31,
				      35, 43, 51, 59, 67, 83, 99,  115,
				      131, 163, 195, 227, 258 };
static const BYTE length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
				       1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
				       4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const WORD dist_base[30] = { 1,	  2,	3,    4,    5,	  7,
				    9,	  13,	17,   25,   33,	  49,
				    65,	  97,	129,  193,  257,  385,
				    513,  769,	1025, 1537, 2049, 3073,
				    4097, 6145, 8193, 12289, 16385, 24577 };
static const BYTE dist_extra[30] = { 0, 0, 0,  0,  1,  1,  2,  2,  3,  3,
				     4, 4, 5,  5,  6,  6,  7,  7,  8,  8,
				     9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

static BOOL block(struct input *in, const struct code *lit,
		  const struct code *dist, BYTE *out, SIZE_T size, SIZE_T *used)
{
	for (;;) {
		int s = decode(in, lit);
		SIZE_T n, back;

		if (s < 0)
			return FALSE;
		if (s < 256) {
			if (*used == size)
				return FALSE;
			out[(*used)++] = (BYTE)s;
			continue;
		}
		if (s == 256)
			return TRUE;
		s -= 257;
		if (s >= 29)
			return FALSE;
		n = length_base[s] + take(in, length_extra[s]);
		s = decode(in, dist);
		if (s < 0 || s >= DISTANCES)
			return FALSE;
		back = dist_base[s] + take(in, dist_extra[s]);
		if (in->failed || back > *used || n > size - *used)
			return FALSE;
		for (; n; n--, (*used)++)
			out[*used] = out[*used - back];
	}
}

static BOOL stored(struct input *in, BYTE *out, SIZE_T size, SIZE_T *used)
{
	DWORD n, inverse;

	in->bits = 0;
	in->count = 0;
	n = take(in, 16);
	inverse = take(in, 16);
	if (in->failed || n != (inverse ^ 0xffff) ||
	    n > (SIZE_T)(in->end - in->at) || n > size - *used)
		return FALSE;
	memcpy(out + *used, in->at, n);
	in->at += n;
	*used += n;
	return TRUE;
}

static BOOL dynamic(struct input *in, struct code *lit, struct code *dist)
{
	static const BYTE order[19] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
					11, 4,	12, 3, 13, 2, 14, 1, 15 };
	BYTE lengths[LITERALS + 32] = { 0 };
	int nlit = (int)take(in, 5) + 257, ndist = (int)take(in, 5) + 1;
	int ncode = (int)take(in, 4) + 4, n = 0;

	if (in->failed || nlit > 286 || ndist > DISTANCES)
		return FALSE;
	for (int i = 0; i < ncode; i++)
		lengths[order[i]] = (BYTE)take(in, 3);
	if (in->failed || !build(lit, lengths, 19))
		return FALSE;
	memset(lengths, 0, sizeof lengths);
	while (n < nlit + ndist) {
		int s = decode(in, lit), repeat = 0;
		BYTE value = 0;

		if (s < 0)
			return FALSE;
		if (s < 16) {
			lengths[n++] = (BYTE)s;
			continue;
		}
		if (s == 16) {
			if (n == 0)
				return FALSE;
			value = lengths[n - 1];
			repeat = 3 + (int)take(in, 2);
		} else if (s == 17) {
			repeat = 3 + (int)take(in, 3);
		} else {
			repeat = 11 + (int)take(in, 7);
		}
		if (in->failed || n + repeat > nlit + ndist)
			return FALSE;
		while (repeat--)
			lengths[n++] = value;
	}
	return lengths[256] && build(lit, lengths, nlit) &&
	       build(dist, lengths + nlit, ndist);
}

static BOOL fixed(struct code *lit, struct code *dist)
{
	BYTE lengths[LITERALS];

	for (int i = 0; i < LITERALS; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	if (!build(lit, lengths, LITERALS))
		return FALSE;
	memset(lengths, 5, DISTANCES);
	return build(dist, lengths, DISTANCES);
}

static DWORD adler(const BYTE *p, SIZE_T n)
{
	DWORD a = 1, b = 0;

	while (n) {
		SIZE_T part = n < 5552 ? n : 5552; /* before b overflows */

		for (SIZE_T i = 0; i < part; i++) {
			a += p[i];
			b += a;
		}
		a %= 65521;
		b %= 65521;
		p += part;
		n -= part;
	}
	return b << 16 | a;
}

BOOL inflate_zlib(const BYTE *data, SIZE_T n, BYTE *out, SIZE_T size)
{
	struct input in = { data + 2, data + n, 0, 0, FALSE };
	struct code *codes;
	SIZE_T used = 0;
	BOOL ok = TRUE, last = FALSE;

	if (n < 6 || (data[0] & 15) != 8 || (data[1] & 0x20) ||
	    (data[0] << 8 | data[1]) % 31)
		return FALSE;
	codes = wic_alloc(2 * sizeof *codes);
	if (!codes)
		return FALSE;
	while (ok && !last) {
		last = (BOOL)take(&in, 1);
		switch (take(&in, 2)) {
		case 0:
			ok = stored(&in, out, size, &used);
			break;
		case 1:
			ok = fixed(&codes[0], &codes[1]) &&
			     block(&in, &codes[0], &codes[1], out, size, &used);
			break;
		case 2:
			ok = dynamic(&in, &codes[0], &codes[1]) &&
			     block(&in, &codes[0], &codes[1], out, size, &used);
			break;
		default:
			ok = FALSE;
		}
		ok = ok && !in.failed;
	}
	wic_free(codes);
	if (!ok || used != size || in.end - in.at < 4)
		return FALSE;
	return adler(out, size) == ((DWORD)in.at[0] << 24 | in.at[1] << 16 |
				    in.at[2] << 8 | in.at[3]);
}
