/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wic.h - inside windowscodecs: a decoded picture, and the objects over it.
 *
 * A picture is decoded as a whole when its decoder is made, to 24bppBGR or
 * 32bppBGRA; everything else is conversion between byte orders.
 */
#ifndef RF_WIC_H
#define RF_WIC_H

#define COBJMACROS
#include "nt.h"
#include <wincodec.h>

struct picture {
	LONG refs;
	UINT width, height;
	UINT channels; /* 3: BGR, 4: BGRA */
	const GUID *container;
	BYTE pixels[];
};

enum { MAX_SIDE = 65500 };

/* Zeroed, one reference.  NULL: no memory, or too large. */
struct picture *picture_new(UINT width, UINT height, UINT channels);
void picture_get(struct picture *p);
void picture_put(struct picture *p);

/* What both decoders of files do; WINCODEC_ERR_* on failure. */
HRESULT png_decode(const BYTE *data, SIZE_T n, struct picture **out);
HRESULT pnm_decode(const BYTE *data, SIZE_T n, struct picture **out);

/*
 * inflate_zlib() - RFC 1950/1951.  Fills out with exactly size bytes.
 * TRUE, or FALSE if the data is damaged, short, or for another size.
 */
BOOL inflate_zlib(const BYTE *in, SIZE_T n, BYTE *out, SIZE_T size);

HRESULT decoder_new(struct picture *p, IWICBitmapDecoder **out);
HRESULT decoder_from_bytes(const BYTE *data, SIZE_T n, IWICBitmapDecoder **out);
HRESULT frame_new(struct picture *p, IWICBitmapFrameDecode **out);
HRESULT converter_new(IWICFormatConverter **out);

/* Copies a rectangle (NULL: all) of rows; the rules of CopyPixels. */
HRESULT copy_rows(const BYTE *from, UINT width, UINT height, UINT bytes,
		  const WICRect *rect, UINT stride, UINT size, BYTE *to);

static inline PVOID wic_alloc(SIZE_T n)
{
	return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, n);
}

static inline void wic_free(PVOID p)
{
	HeapFree(GetProcessHeap(), 0, p);
}

#endif
