/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * converter.c - IWICFormatConverter between the 8-bit RGB orders.
 *
 * The whole source is read when the converter is initialised.
 */
#include "wic.h"

struct format {
	const GUID *guid;
	BYTE bytes;
	BYTE red, green, blue, alpha; /* offsets; alpha 255: none */
};

static const struct format formats[] = {
	{ &GUID_WICPixelFormat24bppBGR, 3, 2, 1, 0, 255 },
	{ &GUID_WICPixelFormat24bppRGB, 3, 0, 1, 2, 255 },
	{ &GUID_WICPixelFormat32bppBGRA, 4, 2, 1, 0, 3 },
	{ &GUID_WICPixelFormat32bppRGBA, 4, 0, 1, 2, 3 },
	{ &GUID_WICPixelFormat32bppBGR, 4, 2, 1, 0, 255 },
};

struct converter {
	IWICFormatConverter iface;
	LONG refs;
	UINT width, height;
	const struct format *format; /* NULL: not initialised */
	BYTE *pixels;
};

static const struct format *find(const GUID *guid)
{
	for (ULONG i = 0; i < ARRAYSIZE(formats); i++)
		if (IsEqualGUID(guid, formats[i].guid))
			return &formats[i];
	return NULL;
}

static struct converter *self(IWICFormatConverter *i)
{
	return CONTAINING_RECORD(i, struct converter, iface);
}

static ULONG STDMETHODCALLTYPE add_ref(IWICFormatConverter *i)
{
	return (ULONG)InterlockedIncrement(&self(i)->refs);
}

static ULONG STDMETHODCALLTYPE release(IWICFormatConverter *i)
{
	struct converter *c = self(i);
	LONG n = InterlockedDecrement(&c->refs);

	if (!n) {
		wic_free(c->pixels);
		wic_free(c);
	}
	return (ULONG)n;
}

static HRESULT STDMETHODCALLTYPE query(IWICFormatConverter *i, REFIID iid,
				       void **out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_IWICBitmapSource) &&
	    !IsEqualGUID(iid, &IID_IWICFormatConverter))
		return E_NOINTERFACE;
	add_ref(i);
	*out = i;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE size(IWICFormatConverter *i, UINT *width,
				      UINT *height)
{
	if (!self(i)->format)
		return WINCODEC_ERR_NOTINITIALIZED;
	*width = self(i)->width;
	*height = self(i)->height;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE format(IWICFormatConverter *i,
					WICPixelFormatGUID *guid)
{
	if (!self(i)->format)
		return WINCODEC_ERR_NOTINITIALIZED;
	*guid = *self(i)->format->guid;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE resolution(IWICFormatConverter *i, double *x,
					    double *y)
{
	*x = *y = 96;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE palette(IWICFormatConverter *i,
					 IWICPalette *p)
{
	return WINCODEC_ERR_PALETTEUNAVAILABLE;
}

static HRESULT STDMETHODCALLTYPE pixels(IWICFormatConverter *i,
					const WICRect *rect, UINT stride,
					UINT size, BYTE *to)
{
	struct converter *c = self(i);

	if (!c->format)
		return WINCODEC_ERR_NOTINITIALIZED;
	return copy_rows(c->pixels, c->width, c->height, c->format->bytes,
			 rect, stride, size, to);
}

static void convert(const struct format *from, const BYTE *s,
		    const struct format *to, BYTE *d, SIZE_T n)
{
	for (; n; n--, s += from->bytes, d += to->bytes) {
		d[to->red] = s[from->red];
		d[to->green] = s[from->green];
		d[to->blue] = s[from->blue];
		if (to->bytes == 4)
			d[3] = to->alpha != 255 && from->alpha != 255 ?
				       s[from->alpha] :
				       255;
	}
}

static HRESULT STDMETHODCALLTYPE
initialize(IWICFormatConverter *i, IWICBitmapSource *source,
	   REFWICPixelFormatGUID wanted, WICBitmapDitherType dither,
	   IWICPalette *p, double threshold, WICBitmapPaletteType translate)
{
	struct converter *c = self(i);
	const struct format *to = find(wanted), *from;
	WICPixelFormatGUID guid;
	ULONGLONG count;
	BYTE *raw;
	HRESULT hr;

	if (c->format)
		return WINCODEC_ERR_WRONGSTATE;
	hr = IWICBitmapSource_GetPixelFormat(source, &guid);
	if (SUCCEEDED(hr))
		hr = IWICBitmapSource_GetSize(source, &c->width, &c->height);
	if (FAILED(hr))
		return hr;
	from = find(&guid);
	count = (ULONGLONG)c->width * c->height;
	if (!from || !to)
		return WINCODEC_ERR_UNSUPPORTEDPIXELFORMAT;
	if (count * 4 > 0x7fffffff)
		return E_OUTOFMEMORY;
	raw = wic_alloc((SIZE_T)count * from->bytes);
	c->pixels = wic_alloc((SIZE_T)count * to->bytes);
	hr = raw && c->pixels ? S_OK : E_OUTOFMEMORY;
	if (SUCCEEDED(hr))
		hr = IWICBitmapSource_CopyPixels(source, NULL,
						 c->width * from->bytes,
						 (UINT)(count * from->bytes),
						 raw);
	if (SUCCEEDED(hr)) {
		convert(from, raw, to, c->pixels, (SIZE_T)count);
		c->format = to;
	}
	wic_free(raw);
	return hr;
}

static HRESULT STDMETHODCALLTYPE can_convert(IWICFormatConverter *i,
					     REFWICPixelFormatGUID from,
					     REFWICPixelFormatGUID to,
					     WINBOOL *can)
{
	*can = find(from) && find(to);
	return S_OK;
}

static const IWICFormatConverterVtbl vtbl = {
	query,	 add_ref, release,    size,	   format,
	resolution, palette, pixels, initialize, can_convert,
};

HRESULT converter_new(IWICFormatConverter **out)
{
	struct converter *c = wic_alloc(sizeof *c);

	if (!c)
		return E_OUTOFMEMORY;
	c->iface.lpVtbl = (IWICFormatConverterVtbl *)&vtbl;
	c->refs = 1;
	*out = &c->iface;
	return S_OK;
}
