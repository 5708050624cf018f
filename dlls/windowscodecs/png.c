/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * png.c - PNG: every colour type and depth, interlaced or not, tRNS.
 * Source: the PNG specification, third edition (W3C).
 */
#include "wic.h"

static const BYTE signature[8] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10 };

struct png {
	UINT width, height;
	BYTE depth, color, interlace;
	BYTE palette[256][4]; /* B G R A */
	UINT npalette;
	BOOL has_trns;
	WORD trns[3]; /* the transparent gray or colour */
	BYTE *data;   /* all IDAT */
	SIZE_T ndata;
};

static DWORD be32(const BYTE *p)
{
	return (DWORD)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static BOOL header(struct png *g, const BYTE *p, DWORD n)
{
	static const WORD depths[7] = { /* a bit per allowed depth */
		[0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, [2] = 1 << 8,
		[3] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, [4] = 1 << 8,
		[6] = 1 << 8 };

	if (n != 13)
		return FALSE;
	g->width = be32(p);
	g->height = be32(p + 4);
	g->depth = p[8];
	g->color = p[9];
	g->interlace = p[12];
	if (!g->width || !g->height || g->width > MAX_SIDE ||
	    g->height > MAX_SIDE || g->color > 6 || g->interlace > 1 || p[10] ||
	    p[11])
		return FALSE;
	if (g->depth == 16)
		return g->color != 3 && depths[g->color];
	return g->depth <= 8 && (depths[g->color] & (1 << g->depth));
}

static BOOL transparency(struct png *g, const BYTE *p, DWORD n)
{
	g->has_trns = TRUE;
	switch (g->color) {
	case 3:
		for (DWORD i = 0; i < n && i < 256; i++)
			g->palette[i][3] = p[i];
		return n <= 256;
	case 0:
		if (n < 2)
			return FALSE;
		g->trns[0] = (WORD)(p[0] << 8 | p[1]);
		return TRUE;
	case 2:
		if (n < 6)
			return FALSE;
		for (int i = 0; i < 3; i++)
			g->trns[i] = (WORD)(p[2 * i] << 8 | p[2 * i + 1]);
		return TRUE;
	}
	return FALSE;
}

/* Walks the chunks; a damaged one that matters ends the walk. */
static BOOL chunks(struct png *g, const BYTE *p, SIZE_T n)
{
	BOOL first = TRUE;

	while (n >= 12) {
		DWORD size = be32(p), type = be32(p + 4);
		const BYTE *body = p + 8;

		if (size > n - 12 ||
		    RtlComputeCrc32(0, p + 4, size + 4) != be32(body + size))
			return FALSE;
		if (first != (type == 0x49484452)) /* IHDR */
			return FALSE;
		first = FALSE;
		switch (type) {
		case 0x49484452:
			if (!header(g, body, size))
				return FALSE;
			break;
		case 0x504c5445: /* PLTE */
			if (size % 3 || size > 768)
				return FALSE;
			g->npalette = size / 3;
			for (UINT i = 0; i < g->npalette; i++) {
				g->palette[i][0] = body[3 * i + 2];
				g->palette[i][1] = body[3 * i + 1];
				g->palette[i][2] = body[3 * i];
				g->palette[i][3] = 255;
			}
			break;
		case 0x74524e53: /* tRNS */
			if (!transparency(g, body, size))
				return FALSE;
			break;
		case 0x49444154: /* IDAT */
			memcpy(g->data + g->ndata, body, size);
			g->ndata += size;
			break;
		case 0x49454e44: /* IEND */
			return g->ndata != 0;
		default:
			if (!(type & 0x20000000)) /* critical and unknown */
				return FALSE;
		}
		p += size + 12;
		n -= size + 12;
	}
	return FALSE;
}

/* ---- rows ------------------------------------------------------------------- */

static BYTE paeth(int a, int b, int c)
{
	int p = a + b - c, pa = p > a ? p - a : a - p;
	int pb = p > b ? p - b : b - p, pc = p > c ? p - c : c - p;

	return (BYTE)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* Undoes the filter of one row in place; prev is NULL for the first. */
static BOOL unfilter(BYTE type, BYTE *row, const BYTE *prev, SIZE_T n,
		     SIZE_T step)
{
	for (SIZE_T i = 0; i < n; i++) {
		int a = i >= step ? row[i - step] : 0, b = prev ? prev[i] : 0;
		int c = prev && i >= step ? prev[i - step] : 0;

		switch (type) {
		case 0:
			return TRUE;
		case 1:
			row[i] = (BYTE)(row[i] + a);
			break;
		case 2:
			row[i] = (BYTE)(row[i] + b);
			break;
		case 3:
			row[i] = (BYTE)(row[i] + (a + b) / 2);
			break;
		case 4:
			row[i] = (BYTE)(row[i] + paeth(a, b, c));
			break;
		default:
			return FALSE;
		}
	}
	return type <= 4;
}

static UINT samples(const struct png *g)
{
	static const BYTE n[7] = { 1, 0, 3, 1, 2, 0, 4 };

	return n[g->color];
}

/* The i-th sample of a row as it is stored. */
static WORD sample(const struct png *g, const BYTE *row, SIZE_T i)
{
	SIZE_T bit;

	if (g->depth == 16)
		return (WORD)(row[2 * i] << 8 | row[2 * i + 1]);
	if (g->depth == 8)
		return row[i];
	bit = i * g->depth;
	return (WORD)(row[bit / 8] >> (8 - g->depth - bit % 8) &
		      ((1 << g->depth) - 1));
}

static BYTE to8(const struct png *g, WORD v)
{
	if (g->depth == 16)
		return (BYTE)(v >> 8);
	return (BYTE)(v * 255 / ((1 << g->depth) - 1));
}

static void pixel(const struct png *g, const BYTE *row, UINT x, BYTE *out,
		  UINT channels)
{
	SIZE_T i = (SIZE_T)x * samples(g);
	WORD v[4] = { 0 };
	BYTE alpha = 255;

	for (UINT j = 0; j < samples(g); j++)
		v[j] = sample(g, row, i + j);
	switch (g->color) {
	case 3:
		memcpy(out, g->palette[v[0]], channels);
		return;
	case 0:
	case 4:
		out[0] = out[1] = out[2] = to8(g, v[0]);
		if (g->color == 4)
			alpha = to8(g, v[1]);
		else if (g->has_trns && v[0] == g->trns[0])
			alpha = 0;
		break;
	default:
		out[0] = to8(g, v[2]);
		out[1] = to8(g, v[1]);
		out[2] = to8(g, v[0]);
		if (g->color == 6)
			alpha = to8(g, v[3]);
		else if (g->has_trns && v[0] == g->trns[0] &&
			 v[1] == g->trns[1] && v[2] == g->trns[2])
			alpha = 0;
	}
	if (channels == 4)
		out[3] = alpha;
}

static const struct pass {
	BYTE x0, y0, dx, dy;
} passes[] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
	       { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 },
	       { 0, 0, 1, 1 } /* not interlaced */ };

static UINT steps(UINT size, UINT start, UINT step)
{
	return size > start ? (size - start + step - 1) / step : 0;
}

static SIZE_T row_bytes(const struct png *g, UINT width)
{
	return ((SIZE_T)width * samples(g) * g->depth + 7) / 8;
}

static HRESULT rows(const struct png *g, struct picture *p)
{
	const struct pass *from = &passes[g->interlace ? 0 : 7];
	const struct pass *end = &passes[g->interlace ? 7 : 8];
	SIZE_T total = 0, bpp = (samples(g) * g->depth + 7) / 8;
	HRESULT hr = WINCODEC_ERR_BADIMAGE;
	BYTE *raw, *at;

	for (const struct pass *s = from; s < end; s++) {
		UINT w = steps(g->width, s->x0, s->dx);

		if (w)
			total += (row_bytes(g, w) + 1) *
				 steps(g->height, s->y0, s->dy);
	}
	raw = wic_alloc(total);
	if (!raw)
		return E_OUTOFMEMORY;
	if (!inflate_zlib(g->data, g->ndata, raw, total))
		goto out;
	at = raw;
	for (const struct pass *s = from; s < end; s++) {
		UINT w = steps(g->width, s->x0, s->dx);
		UINT h = w ? steps(g->height, s->y0, s->dy) : 0;
		SIZE_T n = row_bytes(g, w);
		const BYTE *prev = NULL;

		for (UINT y = 0; y < h; y++, at += n + 1) {
			if (!unfilter(at[0], at + 1, prev, n, bpp))
				goto out;
			prev = at + 1;
			for (UINT x = 0; x < w; x++) {
				SIZE_T where =
					(SIZE_T)(s->y0 + y * s->dy) * g->width +
					s->x0 + x * s->dx;

				pixel(g, at + 1, x,
				      p->pixels + where * p->channels,
				      p->channels);
			}
		}
	}
	hr = S_OK;
out:
	wic_free(raw);
	return hr;
}

HRESULT png_decode(const BYTE *data, SIZE_T n, struct picture **out)
{
	struct png *g;
	HRESULT hr = WINCODEC_ERR_BADIMAGE;

	if (n < sizeof signature || memcmp(data, signature, sizeof signature))
		return WINCODEC_ERR_COMPONENTNOTFOUND;
	g = wic_alloc(sizeof *g);
	if (!g)
		return E_OUTOFMEMORY;
	g->data = wic_alloc(n);
	if (!g->data) {
		wic_free(g);
		return E_OUTOFMEMORY;
	}
	if (chunks(g, data + 8, n - 8) && (g->color != 3 || g->npalette)) {
		UINT channels = g->has_trns || g->color >= 4 ? 4 : 3;

		*out = picture_new(g->width, g->height, channels);
		hr = *out ? rows(g, *out) : E_OUTOFMEMORY;
		if (FAILED(hr) && *out)
			picture_put(*out);
		else if (*out)
			(*out)->container = &GUID_ContainerFormatPng;
	}
	wic_free(g->data);
	wic_free(g);
	return hr;
}
