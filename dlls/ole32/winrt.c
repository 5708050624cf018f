/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * winrt.c - the Windows Runtime for programs that ask whether a class is there:
 * there are none.
 */
#include "nt.h"
#include <objbase.h>
#include <hstring.h>

HRESULT WINAPI RoInitialize(int type);
void WINAPI RoUninitialize(void);
HRESULT WINAPI RoGetActivationFactory(HSTRING class, REFIID iid, void **out);
HRESULT WINAPI RoActivateInstance(HSTRING class, void **out);
BOOL WINAPI RoOriginateError(HRESULT error, HSTRING message);
BOOL WINAPI RoOriginateErrorW(HRESULT error, UINT n, PCWSTR message);

/* type: 0 one thread, 1 many. */
HRESULT WINAPI RoInitialize(int type)
{
	if (type != 0 && type != 1)
		return E_INVALIDARG;
	return CoInitializeEx(NULL, type ? COINIT_MULTITHREADED
					 : COINIT_APARTMENTTHREADED);
}

void WINAPI RoUninitialize(void)
{
	CoUninitialize();
}

HRESULT WINAPI RoGetActivationFactory(HSTRING class, REFIID iid, void **out)
{
	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	return class ? REGDB_E_CLASSNOTREG : E_INVALIDARG;
}

HRESULT WINAPI RoActivateInstance(HSTRING class, void **out)
{
	return RoGetActivationFactory(class, NULL, out);
}

/* FALSE: it was reported to nobody. */
BOOL WINAPI RoOriginateError(HRESULT error, HSTRING message)
{
	return FALSE;
}

BOOL WINAPI RoOriginateErrorW(HRESULT error, UINT n, PCWSTR message)
{
	return FALSE;
}

/* ---- what keeps the process's apartment and server ----------------------- */

/* Threads that have initialised nothing can make objects anyway. */
static LONG mta_users;

HRESULT WINAPI CoIncrementMTAUsage(CO_MTA_USAGE_COOKIE *cookie)
{
	if (!cookie)
		return E_INVALIDARG;
	*cookie = (CO_MTA_USAGE_COOKIE)(LONG_PTR)InterlockedIncrement(&mta_users);
	return S_OK;
}

HRESULT WINAPI CoDecrementMTAUsage(CO_MTA_USAGE_COOKIE cookie)
{
	if (!cookie)
		return E_INVALIDARG;
	InterlockedDecrement(&mta_users);
	return S_OK;
}

static LONG server_users;

ULONG WINAPI CoAddRefServerProcess(void)
{
	return (ULONG)InterlockedIncrement(&server_users);
}

ULONG WINAPI CoReleaseServerProcess(void)
{
	return (ULONG)InterlockedDecrement(&server_users);
}

/* No class objects are registered, and no calls come from elsewhere. */
HRESULT WINAPI CoResumeClassObjects(void)
{
	return S_OK;
}

HRESULT WINAPI CoSuspendClassObjects(void)
{
	return S_OK;
}

HRESULT WINAPI CoDisconnectObject(IUnknown *object, DWORD reserved)
{
	return object ? S_OK : E_INVALIDARG;
}

void WINAPI CoFreeUnusedLibraries(void)
{
}
