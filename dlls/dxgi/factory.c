/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * factory.c - IDXGIFactory1 of a machine without graphics: it lists no adapter,
 * which is what programs take as "compute on the processor".
 */
#define COBJMACROS
#define CINTERFACE
#include "nt.h"
#include <initguid.h>
#include <dxgi.h>

struct factory {
	IDXGIFactory1 face; /* must be first: it is the pointer */
	LONG refs;
};

static struct factory *factory_of(IDXGIFactory1 *face)
{
	return (struct factory *)face;
}

static HRESULT STDMETHODCALLTYPE query(IDXGIFactory1 *face, REFIID iid, void **out)
{
	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IDXGIObject) &&
	    !IsEqualGUID(iid, &IID_IDXGIFactory) &&
	    !IsEqualGUID(iid, &IID_IDXGIFactory1))
		return E_NOINTERFACE;
	InterlockedIncrement(&factory_of(face)->refs);
	*out = face;
	return S_OK;
}

static ULONG STDMETHODCALLTYPE add_ref(IDXGIFactory1 *face)
{
	return (ULONG)InterlockedIncrement(&factory_of(face)->refs);
}

static ULONG STDMETHODCALLTYPE release(IDXGIFactory1 *face)
{
	LONG left = InterlockedDecrement(&factory_of(face)->refs);

	if (!left)
		HeapFree(GetProcessHeap(), 0, face);
	return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE set_data(IDXGIFactory1 *face, REFGUID name, UINT n,
					  const void *data)
{
	return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_interface(IDXGIFactory1 *face, REFGUID name,
					       const IUnknown *unknown)
{
	return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE get_data(IDXGIFactory1 *face, REFGUID name, UINT *n,
					  void *data)
{
	return DXGI_ERROR_NOT_FOUND;
}

/* A factory has none. */
static HRESULT STDMETHODCALLTYPE get_parent(IDXGIFactory1 *face, REFIID iid, void **out)
{
	*out = NULL;
	return E_NOINTERFACE;
}

static HRESULT STDMETHODCALLTYPE enum_adapters(IDXGIFactory1 *face, UINT n,
					       IDXGIAdapter **out)
{
	if (!out)
		return DXGI_ERROR_INVALID_CALL;
	*out = NULL;
	return DXGI_ERROR_NOT_FOUND;
}

static HRESULT STDMETHODCALLTYPE enum_adapters1(IDXGIFactory1 *face, UINT n,
						IDXGIAdapter1 **out)
{
	return enum_adapters(face, n, (IDXGIAdapter **)out);
}

static HRESULT STDMETHODCALLTYPE associate(IDXGIFactory1 *face, HWND window, UINT flags)
{
	return DXGI_ERROR_INVALID_CALL;
}

static HRESULT STDMETHODCALLTYPE association(IDXGIFactory1 *face, HWND *window)
{
	return DXGI_ERROR_INVALID_CALL;
}

static HRESULT STDMETHODCALLTYPE swap_chain(IDXGIFactory1 *face, IUnknown *device,
					    DXGI_SWAP_CHAIN_DESC *desc,
					    IDXGISwapChain **out)
{
	return DXGI_ERROR_INVALID_CALL;
}

static HRESULT STDMETHODCALLTYPE software(IDXGIFactory1 *face, HMODULE dll,
					  IDXGIAdapter **out)
{
	return DXGI_ERROR_UNSUPPORTED;
}

/* No adapter comes or goes. */
static WINBOOL STDMETHODCALLTYPE is_current(IDXGIFactory1 *face)
{
	return TRUE;
}

static IDXGIFactory1Vtbl vtbl = {
	query,	       add_ref,	    release,	 set_data,   set_interface,
	get_data,      get_parent,  enum_adapters, associate, association,
	swap_chain,    software,    enum_adapters1, is_current,
};

HRESULT WINAPI CreateDXGIFactory1(REFIID iid, void **out)
{
	struct factory *f;
	HRESULT result;

	if (!out)
		return E_POINTER;
	*out = NULL;
	f = HeapAlloc(GetProcessHeap(), 0, sizeof *f);
	if (!f)
		return E_OUTOFMEMORY;
	f->face.lpVtbl = &vtbl;
	f->refs = 1;
	result = query(&f->face, iid, out);
	release(&f->face);
	return result;
}

HRESULT WINAPI CreateDXGIFactory(REFIID iid, void **out)
{
	return CreateDXGIFactory1(iid, out);
}

/* The flag asks for messages of the debug layer, which is not there either. */
HRESULT WINAPI CreateDXGIFactory2(UINT flags, REFIID iid, void **out);
HRESULT WINAPI CreateDXGIFactory2(UINT flags, REFIID iid, void **out)
{
	return CreateDXGIFactory1(iid, out);
}
