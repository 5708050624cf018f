/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * factory.c - IWICImagingFactory, its class object, and the DLL's entry
 * points.  What is not there says E_NOTIMPL.
 */
#include <initguid.h>

#include "wic.h"

typedef IWICImagingFactory F;
#define METHOD static HRESULT STDMETHODCALLTYPE

METHOD query(F *f, REFIID iid, void **out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_IWICImagingFactory))
		return E_NOINTERFACE;
	*out = f;
	return S_OK;
}

/* One for all, for ever: it has no state. */
static ULONG STDMETHODCALLTYPE add_ref(F *f)
{
	return 2;
}

static ULONG STDMETHODCALLTYPE release(F *f)
{
	return 1;
}

/* All of a stream, from its start. */
static HRESULT read_all(IStream *s, BYTE **data, SIZE_T *n)
{
	LARGE_INTEGER zero = { .QuadPart = 0 };
	SIZE_T room = 65536, used = 0;
	BYTE *buf = wic_alloc(room), *more;
	HRESULT hr = buf ? IStream_Seek(s, zero, STREAM_SEEK_SET, NULL) :
			   E_OUTOFMEMORY;

	while (SUCCEEDED(hr)) {
		ULONG got = 0;

		hr = IStream_Read(s, buf + used, (ULONG)(room - used), &got);
		if (FAILED(hr) || !got)
			break;
		used += got;
		if (used < room)
			continue;
		more = room < 0x40000000 ?
			       HeapReAlloc(GetProcessHeap(), 0, buf, room * 2) :
			       NULL;
		if (!more) {
			hr = E_OUTOFMEMORY;
			break;
		}
		buf = more;
		room *= 2;
	}
	if (FAILED(hr)) {
		wic_free(buf);
		return hr;
	}
	*data = buf;
	*n = used;
	return S_OK;
}

METHOD from_stream(F *f, IStream *s, const GUID *vendor, WICDecodeOptions how,
		   IWICBitmapDecoder **out)
{
	BYTE *data;
	SIZE_T n;
	HRESULT hr;

	if (!s || !out)
		return E_INVALIDARG;
	*out = NULL;
	hr = read_all(s, &data, &n);
	if (FAILED(hr))
		return hr;
	hr = decoder_from_bytes(data, n, out);
	wic_free(data);
	return hr;
}

METHOD from_handle(F *f, ULONG_PTR file, const GUID *vendor,
		   WICDecodeOptions how, IWICBitmapDecoder **out)
{
	LARGE_INTEGER size;
	DWORD got;
	BYTE *data;
	HRESULT hr;

	*out = NULL;
	if (!GetFileSizeEx((HANDLE)file, &size))
		return HRESULT_FROM_WIN32(GetLastError());
	if (size.QuadPart > 0x7fffffff)
		return E_OUTOFMEMORY;
	data = wic_alloc((SIZE_T)size.QuadPart + 1);
	if (!data)
		return E_OUTOFMEMORY;
	if (ReadFile((HANDLE)file, data, size.LowPart, &got, NULL))
		hr = decoder_from_bytes(data, got, out);
	else
		hr = HRESULT_FROM_WIN32(GetLastError());
	wic_free(data);
	return hr;
}

METHOD from_filename(F *f, LPCWSTR name, const GUID *vendor, DWORD access,
		     WICDecodeOptions how, IWICBitmapDecoder **out)
{
	HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL,
				  OPEN_EXISTING, 0, NULL);
	HRESULT hr;

	*out = NULL;
	if (file == INVALID_HANDLE_VALUE)
		return HRESULT_FROM_WIN32(GetLastError());
	hr = from_handle(f, (ULONG_PTR)file, vendor, how, out);
	CloseHandle(file);
	return hr;
}

METHOD format_converter(F *f, IWICFormatConverter **out)
{
	return converter_new(out);
}

#define ABSENT(name, ...)                                                      \
	METHOD name(F *f, __VA_ARGS__)                                         \
	{                                                                      \
		*out = NULL;                                                   \
		return E_NOTIMPL;                                              \
	}

ABSENT(component_info, REFCLSID id, IWICComponentInfo **out)
ABSENT(decoder, REFGUID format, const GUID *vendor, IWICBitmapDecoder **out)
ABSENT(encoder, REFGUID format, const GUID *vendor, IWICBitmapEncoder **out)
ABSENT(palette, IWICPalette **out)
ABSENT(scaler, IWICBitmapScaler **out)
ABSENT(clipper, IWICBitmapClipper **out)
ABSENT(rotator, IWICBitmapFlipRotator **out)
ABSENT(stream, IWICStream **out)
ABSENT(color_context, IWICColorContext **out)
ABSENT(color_transformer, IWICColorTransform **out)
ABSENT(bitmap, UINT w, UINT h, REFWICPixelFormatGUID format,
       WICBitmapCreateCacheOption how, IWICBitmap **out)
ABSENT(bitmap_source, IWICBitmapSource *s, WICBitmapCreateCacheOption how,
       IWICBitmap **out)
ABSENT(bitmap_rect, IWICBitmapSource *s, UINT x, UINT y, UINT w, UINT h,
       IWICBitmap **out)
ABSENT(bitmap_memory, UINT w, UINT h, REFWICPixelFormatGUID format,
       UINT stride, UINT n, BYTE *data, IWICBitmap **out)
ABSENT(bitmap_hbitmap, HBITMAP b, HPALETTE p, WICBitmapAlphaChannelOption how,
       IWICBitmap **out)
ABSENT(bitmap_hicon, HICON icon, IWICBitmap **out)
ABSENT(enumerator, DWORD types, DWORD how, IEnumUnknown **out)
ABSENT(fast_decoder, IWICBitmapDecoder *d, IWICFastMetadataEncoder **out)
ABSENT(fast_frame, IWICBitmapFrameDecode *d, IWICFastMetadataEncoder **out)
ABSENT(query_writer, REFGUID format, const GUID *vendor,
       IWICMetadataQueryWriter **out)
ABSENT(query_writer_from, IWICMetadataQueryReader *r, const GUID *vendor,
       IWICMetadataQueryWriter **out)

static const IWICImagingFactoryVtbl factory_vtbl = {
	query,		  add_ref,	 release,     from_filename,
	from_stream,	  from_handle,	 component_info, decoder,
	encoder,	  palette,	 format_converter, scaler,
	clipper,	  rotator,	 stream,      color_context,
	color_transformer, bitmap,	 bitmap_source, bitmap_rect,
	bitmap_memory,	  bitmap_hbitmap, bitmap_hicon, enumerator,
	fast_decoder,	  fast_frame,	 query_writer, query_writer_from,
};
static IWICImagingFactory factory = { (IWICImagingFactoryVtbl *)&factory_vtbl };

/* ---- class object ------------------------------------------------------------ */

METHOD class_query(IClassFactory *c, REFIID iid, void **out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_IClassFactory))
		return E_NOINTERFACE;
	*out = c;
	return S_OK;
}

static ULONG STDMETHODCALLTYPE class_add_ref(IClassFactory *c)
{
	return 2;
}

static ULONG STDMETHODCALLTYPE class_release(IClassFactory *c)
{
	return 1;
}

METHOD class_create(IClassFactory *c, IUnknown *outer, REFIID iid, void **out)
{
	*out = NULL;
	if (outer)
		return CLASS_E_NOAGGREGATION;
	return query(&factory, iid, out);
}

METHOD class_lock(IClassFactory *c, BOOL lock)
{
	return S_OK;
}

static const IClassFactoryVtbl class_vtbl = {
	class_query, class_add_ref, class_release, class_create, class_lock,
};
static IClassFactory class_factory = { (IClassFactoryVtbl *)&class_vtbl };

STDAPI DllGetClassObject(REFCLSID id, REFIID iid, LPVOID *out)
{
	*out = NULL;
	if (!IsEqualGUID(id, &CLSID_WICImagingFactory) &&
	    !IsEqualGUID(id, &CLSID_WICImagingFactory2))
		return CLASS_E_CLASSNOTAVAILABLE;
	return class_query(&class_factory, iid, out);
}

STDAPI DllCanUnloadNow(void)
{
	return S_FALSE; /* its objects are static */
}
