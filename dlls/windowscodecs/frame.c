/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frame.c - IWICBitmapFrameDecode: the one frame of a picture. */
#include "wic.h"

struct frame {
	IWICBitmapFrameDecode iface;
	LONG refs;
	struct picture *picture;
};

static struct frame *self(IWICBitmapFrameDecode *i)
{
	return CONTAINING_RECORD(i, struct frame, iface);
}

static ULONG STDMETHODCALLTYPE add_ref(IWICBitmapFrameDecode *i)
{
	return (ULONG)InterlockedIncrement(&self(i)->refs);
}

static ULONG STDMETHODCALLTYPE release(IWICBitmapFrameDecode *i)
{
	struct frame *f = self(i);
	LONG n = InterlockedDecrement(&f->refs);

	if (!n) {
		picture_put(f->picture);
		wic_free(f);
	}
	return (ULONG)n;
}

static HRESULT STDMETHODCALLTYPE query(IWICBitmapFrameDecode *i, REFIID iid,
				       void **out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_IWICBitmapSource) &&
	    !IsEqualGUID(iid, &IID_IWICBitmapFrameDecode))
		return E_NOINTERFACE;
	add_ref(i);
	*out = i;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE size(IWICBitmapFrameDecode *i, UINT *width,
				      UINT *height)
{
	*width = self(i)->picture->width;
	*height = self(i)->picture->height;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE format(IWICBitmapFrameDecode *i,
					WICPixelFormatGUID *guid)
{
	*guid = self(i)->picture->channels == 4 ? GUID_WICPixelFormat32bppBGRA :
						  GUID_WICPixelFormat24bppBGR;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE resolution(IWICBitmapFrameDecode *i,
					    double *x, double *y)
{
	*x = *y = 96;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE palette(IWICBitmapFrameDecode *i,
					 IWICPalette *p)
{
	return WINCODEC_ERR_PALETTEUNAVAILABLE;
}

HRESULT copy_rows(const BYTE *from, UINT width, UINT height, UINT bytes,
		  const WICRect *rect, UINT stride, UINT size, BYTE *to)
{
	WICRect all = { 0, 0, (INT)width, (INT)height };
	ULONGLONG need;

	if (!rect)
		rect = &all;
	if (!to || rect->X < 0 || rect->Y < 0 || rect->Width <= 0 ||
	    rect->Height <= 0 || (UINT)rect->X > width ||
	    (UINT)rect->Width > width - (UINT)rect->X ||
	    (UINT)rect->Y > height ||
	    (UINT)rect->Height > height - (UINT)rect->Y)
		return E_INVALIDARG;
	if ((ULONGLONG)rect->Width * bytes > stride)
		return E_INVALIDARG;
	need = (ULONGLONG)stride * (UINT)(rect->Height - 1) +
	       (ULONGLONG)rect->Width * bytes;
	if (need > size)
		return WINCODEC_ERR_INSUFFICIENTBUFFER;
	for (INT y = 0; y < rect->Height; y++)
		memcpy(to + (SIZE_T)y * stride,
		       from + ((SIZE_T)(rect->Y + y) * width +
			       (SIZE_T)rect->X) *
				      bytes,
		       (SIZE_T)rect->Width * bytes);
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE pixels(IWICBitmapFrameDecode *i,
					const WICRect *rect, UINT stride,
					UINT size, BYTE *to)
{
	struct picture *p = self(i)->picture;

	return copy_rows(p->pixels, p->width, p->height, p->channels, rect,
			 stride, size, to);
}

static HRESULT STDMETHODCALLTYPE metadata(IWICBitmapFrameDecode *i,
					  IWICMetadataQueryReader **out)
{
	*out = NULL;
	return WINCODEC_ERR_UNSUPPORTEDOPERATION;
}

static HRESULT STDMETHODCALLTYPE contexts(IWICBitmapFrameDecode *i, UINT n,
					  IWICColorContext **out, UINT *actual)
{
	if (!actual)
		return E_INVALIDARG;
	*actual = 0;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE thumbnail(IWICBitmapFrameDecode *i,
					   IWICBitmapSource **out)
{
	*out = NULL;
	return WINCODEC_ERR_CODECNOTHUMBNAIL;
}

static const IWICBitmapFrameDecodeVtbl vtbl = {
	query,	    add_ref, release, size,	format,	  resolution,
	palette, pixels,  metadata, contexts, thumbnail,
};

HRESULT frame_new(struct picture *p, IWICBitmapFrameDecode **out)
{
	struct frame *f = wic_alloc(sizeof *f);

	if (!f)
		return E_OUTOFMEMORY;
	f->iface.lpVtbl = (IWICBitmapFrameDecodeVtbl *)&vtbl;
	f->refs = 1;
	f->picture = p;
	picture_get(p);
	*out = &f->iface;
	return S_OK;
}
