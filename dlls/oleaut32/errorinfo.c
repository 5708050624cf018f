/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * errorinfo.c - the error object of a thread, and one to be filled in.
 *
 * GetErrorInfo() takes the thread's object; who asks twice finds none.
 */
#define COBJMACROS
#include "nt.h"
#include <ole2.h>
#include <oleauto.h>

/* ---- a thread's object --------------------------------------------------- */

static DWORD slot = FLS_OUT_OF_INDEXES;
static RTL_RUN_ONCE once = RTL_RUN_ONCE_INIT;

static void CALLBACK thread_ends(void *info)
{
	if (info)
		IErrorInfo_Release((IErrorInfo *)info);
}

static BOOL have_slot(void)
{
	PVOID context;

	if (RtlRunOnceBeginInitialize(&once, 0, &context) == STATUS_PENDING) {
		slot = FlsAlloc(thread_ends);
		RtlRunOnceComplete(&once, 0, NULL);
	}
	return slot != FLS_OUT_OF_INDEXES;
}

HRESULT WINAPI SetErrorInfo(ULONG reserved, IErrorInfo *info)
{
	IErrorInfo *old;

	if (reserved)
		return E_INVALIDARG;
	if (!have_slot())
		return E_OUTOFMEMORY;
	old = FlsGetValue(slot);
	if (info)
		IErrorInfo_AddRef(info);
	FlsSetValue(slot, info);
	if (old)
		IErrorInfo_Release(old);
	return S_OK;
}

HRESULT WINAPI GetErrorInfo(ULONG reserved, IErrorInfo **info)
{
	if (!info || reserved)
		return E_INVALIDARG;
	*info = NULL;
	if (!have_slot())
		return S_FALSE;
	*info = FlsGetValue(slot);
	FlsSetValue(slot, NULL);
	return *info ? S_OK : S_FALSE;
}

/* ---- an object to fill in ------------------------------------------------ */

struct error {
	ICreateErrorInfo ICreateErrorInfo_iface;
	IErrorInfo IErrorInfo_iface;
	LONG refs;
	GUID guid;
	BSTR source, description, help;
	DWORD context;
};

static struct error *of_create(ICreateErrorInfo *i)
{
	return CONTAINING_RECORD(i, struct error, ICreateErrorInfo_iface);
}

static struct error *of_info(IErrorInfo *i)
{
	return CONTAINING_RECORD(i, struct error, IErrorInfo_iface);
}

static HRESULT query(struct error *e, REFIID iid, void **out)
{
	if (!out)
		return E_POINTER;
	*out = NULL;
	if (IsEqualGUID(iid, &IID_IUnknown) ||
	    IsEqualGUID(iid, &IID_ICreateErrorInfo))
		*out = &e->ICreateErrorInfo_iface;
	else if (IsEqualGUID(iid, &IID_IErrorInfo))
		*out = &e->IErrorInfo_iface;
	else
		return E_NOINTERFACE;
	InterlockedIncrement(&e->refs);
	return S_OK;
}

static ULONG release(struct error *e)
{
	LONG refs = InterlockedDecrement(&e->refs);

	if (!refs) {
		SysFreeString(e->source);
		SysFreeString(e->description);
		SysFreeString(e->help);
		RtlFreeHeap(rf_heap(), 0, e);
	}
	return (ULONG)refs;
}

static HRESULT set_text(BSTR *at, LPCOLESTR text)
{
	BSTR new = text ? SysAllocString(text) : NULL;

	if (text && !new)
		return E_OUTOFMEMORY;
	SysFreeString(*at);
	*at = new;
	return S_OK;
}

static HRESULT get_text(BSTR from, BSTR *to)
{
	if (!to)
		return E_INVALIDARG;
	*to = from ? SysAllocString(from) : NULL;
	return from && !*to ? E_OUTOFMEMORY : S_OK;
}

static HRESULT STDMETHODCALLTYPE create_query(ICreateErrorInfo *i, REFIID iid,
					      void **out)
{
	return query(of_create(i), iid, out);
}

static ULONG STDMETHODCALLTYPE create_add_ref(ICreateErrorInfo *i)
{
	return (ULONG)InterlockedIncrement(&of_create(i)->refs);
}

static ULONG STDMETHODCALLTYPE create_release(ICreateErrorInfo *i)
{
	return release(of_create(i));
}

static HRESULT STDMETHODCALLTYPE set_guid(ICreateErrorInfo *i, REFGUID guid)
{
	of_create(i)->guid = *guid;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_source(ICreateErrorInfo *i, LPOLESTR s)
{
	return set_text(&of_create(i)->source, s);
}

static HRESULT STDMETHODCALLTYPE set_description(ICreateErrorInfo *i,
						 LPOLESTR s)
{
	return set_text(&of_create(i)->description, s);
}

static HRESULT STDMETHODCALLTYPE set_help(ICreateErrorInfo *i, LPOLESTR s)
{
	return set_text(&of_create(i)->help, s);
}

static HRESULT STDMETHODCALLTYPE set_context(ICreateErrorInfo *i, DWORD context)
{
	of_create(i)->context = context;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE info_query(IErrorInfo *i, REFIID iid,
					    void **out)
{
	return query(of_info(i), iid, out);
}

static ULONG STDMETHODCALLTYPE info_add_ref(IErrorInfo *i)
{
	return (ULONG)InterlockedIncrement(&of_info(i)->refs);
}

static ULONG STDMETHODCALLTYPE info_release(IErrorInfo *i)
{
	return release(of_info(i));
}

static HRESULT STDMETHODCALLTYPE get_guid(IErrorInfo *i, GUID *guid)
{
	*guid = of_info(i)->guid;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_source(IErrorInfo *i, BSTR *to)
{
	return get_text(of_info(i)->source, to);
}

static HRESULT STDMETHODCALLTYPE get_description(IErrorInfo *i, BSTR *to)
{
	return get_text(of_info(i)->description, to);
}

static HRESULT STDMETHODCALLTYPE get_help(IErrorInfo *i, BSTR *to)
{
	return get_text(of_info(i)->help, to);
}

static HRESULT STDMETHODCALLTYPE get_context(IErrorInfo *i, DWORD *to)
{
	*to = of_info(i)->context;
	return S_OK;
}

HRESULT WINAPI CreateErrorInfo(ICreateErrorInfo **out)
{
	static ICreateErrorInfoVtbl create = {
		create_query, create_add_ref,  create_release, set_guid,
		set_source,   set_description, set_help,       set_context,
	};
	static IErrorInfoVtbl info = {
		info_query, info_add_ref,    info_release, get_guid,
		get_source, get_description, get_help,     get_context,
	};
	struct error *e;

	if (!out)
		return E_INVALIDARG;
	e = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *e);
	if (!e)
		return E_OUTOFMEMORY;
	e->ICreateErrorInfo_iface.lpVtbl = &create;
	e->IErrorInfo_iface.lpVtbl = &info;
	e->refs = 1;
	*out = &e->ICreateErrorInfo_iface;
	return S_OK;
}
