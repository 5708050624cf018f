/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.c - hosts by name, as in 1993: answers in memory of the thread.  See
 * resolve.c for how they are found, databases.c for services and protocols.
 */
#include "resolve.h"

#include "rf-net.h"
#include "rf-tls.h"

static DWORD slot = TLS_OUT_OF_INDEXES;

struct ws_thread *ws_thread(void)
{
	struct ws_thread *t = TlsGetValue(rf_tls_slot(&slot));

	if (t)
		return t;
	t = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *t);
	if (!t)
		WSASetLastError(WSA_NOT_ENOUGH_MEMORY);
	TlsSetValue(slot, t);
	return t;
}

ULONG ws_open_type(void)
{
	const struct ws_thread *t =
		slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(slot);

	return t ? t->open_type : 0;
}

int ws_set_open_type(ULONG type)
{
	struct ws_thread *t = ws_thread();

	if (!t)
		return SOCKET_ERROR;
	t->open_type = type;
	return 0;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
	if (reason == DLL_THREAD_DETACH && slot != TLS_OUT_OF_INDEXES) {
		HeapFree(GetProcessHeap(), 0, TlsGetValue(slot));
		TlsSetValue(slot, NULL);
	}
	return TRUE;
}

/* ---- this machine ---- */

int WINAPI gethostname(char *name, int n)
{
	DWORD size = (DWORD)n;

	if (!name || n <= 0)
		return ws_fail(WSAEFAULT);
	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (GetComputerNameExA(ComputerNameDnsHostname, name, &size))
		return 0;
	return ws_fail(WSAEFAULT);
}

int WINAPI GetHostNameW(PWSTR name, int n)
{
	DWORD size = (DWORD)n;

	if (!name || n <= 0)
		return ws_fail(WSAEFAULT);
	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (GetComputerNameExW(ComputerNameDnsHostname, name, &size))
		return 0;
	return ws_fail(WSAEFAULT);
}

/* An entry of the thread's storage. */
static struct hostent *host(const struct rs_result *r, int family)
{
	struct ws_thread *t = ws_thread();
	int size = family == AF_INET ? 4 : 16, n = 0;

	if (!t)
		return NULL;
	for (ULONG i = 0; i < r->n && n < (int)ARRAYSIZE(t->pointers) - 1;
	     i++) {
		char *at = t->storage + RS_MAX_NAME + n * 16;

		if (r->address[i].family != family)
			continue;
		memcpy(at, r->address[i].bytes, (size_t)size);
		t->pointers[n++] = at;
	}
	t->pointers[n] = NULL;
	t->no_aliases[0] = NULL;
	lstrcpynA(t->storage, r->name, RS_MAX_NAME);
	t->host = (struct hostent){ t->storage, t->no_aliases, (short)family,
				    (short)size, t->pointers };
	return &t->host;
}

struct hostent *WINAPI gethostbyname(const char *name)
{
	char mine[RS_MAX_NAME];
	struct hostent *h = NULL;
	struct rs_result *r;
	int error;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), NULL;
	if (!name || !*name) {
		if (gethostname(mine, sizeof mine))
			return NULL;
		name = mine;
	}
	r = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *r);
	if (!r)
		return ws_fail(WSA_NOT_ENOUGH_MEMORY), NULL;
	error = rs_lookup(name, AF_INET, r);
	if (!error)
		h = host(r, AF_INET);
	else
		ws_fail(error);
	ws_free(r);
	return h;
}

struct hostent *WINAPI gethostbyaddr(const char *address, int n, int family)
{
	struct hostent *h = NULL;
	struct rs_result *r;
	int error;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), NULL;
	if (family != AF_INET && family != AF_INET6)
		return ws_fail(WSAEAFNOSUPPORT), NULL;
	if (!address || n < (family == AF_INET ? 4 : 16))
		return ws_fail(WSAEFAULT), NULL;
	r = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *r);
	if (!r)
		return ws_fail(WSA_NOT_ENOUGH_MEMORY), NULL;
	r->n = 1;
	r->address[0].family = family;
	memcpy(r->address[0].bytes, address, family == AF_INET ? 4 : 16);
	error = rs_reverse(family, address, r->name);
	if (!error)
		h = host(r, family);
	else
		ws_fail(error);
	ws_free(r);
	return h;
}
