/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pnm.c - binary PGM and PPM (P5, P6), which Windows itself does not read but
 * tools that leave all reading to WIC are given here.
 */
#include "wic.h"

/* GUID of the container, our own: {6d5f0a52-6e2d-4c57-9d1e-52465f504e4d} */
static const GUID container_pnm = {
	0x6d5f0a52, 0x6e2d, 0x4c57, { 0x9d, 0x1e, 'R', 'F', '_', 'P', 'N', 'M' }
};

struct text {
	const BYTE *at, *end;
};

static BOOL space(BYTE c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

/* The next number of the header; 0: there is none. */
static UINT number(struct text *t)
{
	UINT v = 0;

	while (t->at < t->end && (space(*t->at) || *t->at == '#')) {
		if (*t->at == '#')
			while (t->at < t->end && *t->at != '\n')
				t->at++;
		else
			t->at++;
	}
	while (t->at < t->end && *t->at >= '0' && *t->at <= '9' && v < 1000000)
		v = v * 10 + (UINT)(*t->at++ - '0');
	return v;
}

HRESULT pnm_decode(const BYTE *data, SIZE_T n, struct picture **out)
{
	struct text t = { data + 2, data + n };
	UINT width, height, max, gray;
	SIZE_T count;
	struct picture *p;

	if (n < 8 || data[0] != 'P' || (data[1] != '5' && data[1] != '6') ||
	    !space(data[2]))
		return WINCODEC_ERR_COMPONENTNOTFOUND;
	gray = data[1] == '5';
	width = number(&t);
	height = number(&t);
	max = number(&t);
	if (!width || !height || width > MAX_SIDE || height > MAX_SIDE ||
	    max != 255 || t.at == t.end)
		return WINCODEC_ERR_BADIMAGE;
	t.at++; /* one blank, then the samples */
	count = (SIZE_T)width * height;
	if ((SIZE_T)(t.end - t.at) / (gray ? 1 : 3) < count)
		return WINCODEC_ERR_BADIMAGE;
	p = picture_new(width, height, 3);
	if (!p)
		return E_OUTOFMEMORY;
	for (SIZE_T i = 0; i < count; i++) {
		const BYTE *s = t.at + (gray ? i : 3 * i);

		p->pixels[3 * i] = s[gray ? 0 : 2];
		p->pixels[3 * i + 1] = s[gray ? 0 : 1];
		p->pixels[3 * i + 2] = s[0];
	}
	p->container = &container_pnm;
	*out = p;
	return S_OK;
}
