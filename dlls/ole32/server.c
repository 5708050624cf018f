/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c - COM between processes, which there is not: nothing can be served
 * or reached, and there are no proxies whose security could be set.
 */
#include "nt.h"
#include <objbase.h>

HRESULT WINAPI CoRegisterClassObject(REFCLSID id, LPUNKNOWN object,
				     DWORD context, DWORD flags, LPDWORD cookie)
{
	*cookie = 0;
	return E_NOTIMPL;
}

HRESULT WINAPI CoRevokeClassObject(DWORD cookie)
{
	return E_INVALIDARG;
}

/* All calls stay within the process, where these settings mean nothing. */
HRESULT WINAPI CoInitializeSecurity(PSECURITY_DESCRIPTOR sd, LONG n,
				    SOLE_AUTHENTICATION_SERVICE *services,
				    void *reserved, DWORD authentication,
				    DWORD impersonation, void *list,
				    DWORD capabilities, void *reserved2)
{
	return S_OK;
}

HRESULT WINAPI CoSetProxyBlanket(IUnknown *proxy, DWORD authentication,
				 DWORD authorization, OLECHAR *principal,
				 DWORD level, DWORD impersonation,
				 RPC_AUTH_IDENTITY_HANDLE identity,
				 DWORD capabilities)
{
	return E_NOINTERFACE; /* what objects that are no proxies say */
}
