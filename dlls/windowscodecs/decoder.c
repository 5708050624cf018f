/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* decoder.c - IWICBitmapDecoder over a picture that is decoded already. */
#include "wic.h"

struct decoder {
	IWICBitmapDecoder iface;
	LONG refs;
	struct picture *picture;
};

struct picture *picture_new(UINT width, UINT height, UINT channels)
{
	ULONGLONG n = (ULONGLONG)width * height * channels;
	struct picture *p;

	if (n > 0x7fffffff)
		return NULL;
	p = wic_alloc(sizeof *p + (SIZE_T)n);
	if (p) {
		p->refs = 1;
		p->width = width;
		p->height = height;
		p->channels = channels;
	}
	return p;
}

void picture_get(struct picture *p)
{
	InterlockedIncrement(&p->refs);
}

void picture_put(struct picture *p)
{
	if (!InterlockedDecrement(&p->refs))
		wic_free(p);
}

static struct decoder *self(IWICBitmapDecoder *i)
{
	return CONTAINING_RECORD(i, struct decoder, iface);
}

static ULONG STDMETHODCALLTYPE add_ref(IWICBitmapDecoder *i)
{
	return (ULONG)InterlockedIncrement(&self(i)->refs);
}

static ULONG STDMETHODCALLTYPE release(IWICBitmapDecoder *i)
{
	struct decoder *d = self(i);
	LONG n = InterlockedDecrement(&d->refs);

	if (!n) {
		picture_put(d->picture);
		wic_free(d);
	}
	return (ULONG)n;
}

static HRESULT STDMETHODCALLTYPE query(IWICBitmapDecoder *i, REFIID iid,
				       void **out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_IWICBitmapDecoder))
		return E_NOINTERFACE;
	add_ref(i);
	*out = i;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE capability(IWICBitmapDecoder *i, IStream *s,
					    DWORD *caps)
{
	*caps = WICBitmapDecoderCapabilityCanDecodeAllImages |
		WICBitmapDecoderCapabilitySameEncoder;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE initialize(IWICBitmapDecoder *i, IStream *s,
					    WICDecodeOptions how)
{
	return WINCODEC_ERR_WRONGSTATE; /* it has its picture */
}

static HRESULT STDMETHODCALLTYPE container(IWICBitmapDecoder *i, GUID *guid)
{
	*guid = *self(i)->picture->container;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE info(IWICBitmapDecoder *i,
				      IWICBitmapDecoderInfo **out)
{
	*out = NULL;
	return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE palette(IWICBitmapDecoder *i, IWICPalette *p)
{
	return WINCODEC_ERR_PALETTEUNAVAILABLE;
}

static HRESULT STDMETHODCALLTYPE metadata(IWICBitmapDecoder *i,
					  IWICMetadataQueryReader **out)
{
	*out = NULL;
	return WINCODEC_ERR_UNSUPPORTEDOPERATION;
}

static HRESULT STDMETHODCALLTYPE preview(IWICBitmapDecoder *i,
					 IWICBitmapSource **out)
{
	*out = NULL;
	return WINCODEC_ERR_UNSUPPORTEDOPERATION;
}

static HRESULT STDMETHODCALLTYPE contexts(IWICBitmapDecoder *i, UINT n,
					  IWICColorContext **out, UINT *actual)
{
	return WINCODEC_ERR_UNSUPPORTEDOPERATION;
}

static HRESULT STDMETHODCALLTYPE thumbnail(IWICBitmapDecoder *i,
					   IWICBitmapSource **out)
{
	*out = NULL;
	return WINCODEC_ERR_CODECNOTHUMBNAIL;
}

static HRESULT STDMETHODCALLTYPE frames(IWICBitmapDecoder *i, UINT *n)
{
	*n = 1;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE frame(IWICBitmapDecoder *i, UINT index,
				       IWICBitmapFrameDecode **out)
{
	*out = NULL;
	return index ? WINCODEC_ERR_FRAMEMISSING :
		       frame_new(self(i)->picture, out);
}

static const IWICBitmapDecoderVtbl vtbl = {
	query, add_ref,	 release,  capability, initialize, container, info,
	palette, metadata, preview, contexts,  thumbnail, frames,    frame,
};

HRESULT decoder_new(struct picture *p, IWICBitmapDecoder **out)
{
	struct decoder *d = wic_alloc(sizeof *d);

	if (!d)
		return E_OUTOFMEMORY;
	d->iface.lpVtbl = (IWICBitmapDecoderVtbl *)&vtbl;
	d->refs = 1;
	d->picture = p;
	picture_get(p);
	*out = &d->iface;
	return S_OK;
}

HRESULT decoder_from_bytes(const BYTE *data, SIZE_T n, IWICBitmapDecoder **out)
{
	static HRESULT (*const readers[])(const BYTE *, SIZE_T,
					  struct picture **) = { png_decode,
								 pnm_decode };
	struct picture *p = NULL;
	HRESULT hr = WINCODEC_ERR_COMPONENTNOTFOUND;

	for (ULONG i = 0; i < ARRAYSIZE(readers) &&
			  hr == WINCODEC_ERR_COMPONENTNOTFOUND;
	     i++)
		hr = readers[i](data, n, &p);
	if (FAILED(hr))
		return hr;
	hr = decoder_new(p, out);
	picture_put(p);
	return hr;
}
