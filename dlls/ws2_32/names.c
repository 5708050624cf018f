/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.c - hosts, services and protocols by name.  There is no resolver:
 * hosts are addresses as text, "localhost" and this machine's name.
 */
#include "ws.h"

static DWORD slot = TLS_OUT_OF_INDEXES;

struct ws_thread *ws_thread(void)
{
	struct ws_thread *t;
	DWORD i;

	if (slot == TLS_OUT_OF_INDEXES) {
		i = TlsAlloc();
		if (InterlockedCompareExchange((LONG *)&slot, (LONG)i,
					       (LONG)TLS_OUT_OF_INDEXES) !=
		    (LONG)TLS_OUT_OF_INDEXES)
			TlsFree(i);
	}
	t = TlsGetValue(slot);
	if (t)
		return t;
	t = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *t);
	if (!t)
		WSASetLastError(WSA_NOT_ENOUGH_MEMORY);
	TlsSetValue(slot, t);
	return t;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
	if (reason == DLL_THREAD_DETACH && slot != TLS_OUT_OF_INDEXES) {
		HeapFree(GetProcessHeap(), 0, TlsGetValue(slot));
		TlsSetValue(slot, NULL);
	}
	return TRUE;
}

/* ---- this machine ----------------------------------------------------------
 */

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

/* Is it this machine's name, or localhost? */
static BOOL is_here(const WCHAR *name)
{
	WCHAR mine[256];
	DWORD n = ARRAYSIZE(mine);

	return !lstrcmpiW(name, L"localhost") ||
	       (GetComputerNameExW(ComputerNameDnsHostname, mine, &n) &&
		!lstrcmpiW(name, mine));
}

static struct hostent *host(const char *name, ULONG address)
{
	struct ws_thread *t = ws_thread();

	if (!t)
		return NULL;
	lstrcpynA(t->storage + 8, name, sizeof t->storage - 8);
	memcpy(t->storage, &address, sizeof address);
	t->no_aliases[0] = NULL;
	t->pointers[0] = t->storage;
	t->pointers[1] = NULL;
	t->host = (struct hostent){ t->storage + 8, t->no_aliases, AF_INET, 4,
				    t->pointers };
	return &t->host;
}

struct hostent *WINAPI gethostbyname(const char *name)
{
	char mine[256];
	WCHAR wide[256];
	ULONG address;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), NULL;
	if (!name || !*name) {
		if (gethostname(mine, sizeof mine))
			return NULL;
		name = mine;
	}
	address = inet_addr(name);
	if (address != INADDR_NONE)
		return host(name, address);
	if (MultiByteToWideChar(CP_ACP, 0, name, -1, wide, ARRAYSIZE(wide)) &&
	    is_here(wide))
		return host(name, htonl(INADDR_LOOPBACK));
	return ws_fail(WSAHOST_NOT_FOUND), NULL;
}

struct hostent *WINAPI gethostbyaddr(const char *address, int n, int family)
{
	ULONG a;

	if (!address || (family == AF_INET && n != 4))
		return ws_fail(WSAEFAULT), NULL;
	if (family != AF_INET)
		return ws_fail(WSAEAFNOSUPPORT), NULL;
	memcpy(&a, address, sizeof a);
	if ((ntohl(a) >> 24) == 127 && ws_started())
		return host("localhost", a);
	return ws_fail(WSAHOST_NOT_FOUND), NULL;
}

/* ---- services and protocols
 * ---------------------------------------------------- */

/* Source: IANA's registry of service names. */
static const struct {
	const char *name;
	USHORT port;
	BOOL udp, tcp;
} services[] = {
	{ "echo", 7, 1, 1 },     { "discard", 9, 1, 1 },
	{ "daytime", 13, 1, 1 }, { "ftp-data", 20, 0, 1 },
	{ "ftp", 21, 0, 1 },     { "ssh", 22, 0, 1 },
	{ "telnet", 23, 0, 1 },  { "smtp", 25, 0, 1 },
	{ "time", 37, 1, 1 },    { "domain", 53, 1, 1 },
	{ "bootps", 67, 1, 0 },  { "bootpc", 68, 1, 0 },
	{ "tftp", 69, 1, 0 },    { "finger", 79, 0, 1 },
	{ "http", 80, 0, 1 },    { "kerberos", 88, 1, 1 },
	{ "pop3", 110, 0, 1 },   { "sunrpc", 111, 1, 1 },
	{ "nntp", 119, 0, 1 },   { "ntp", 123, 1, 0 },
	{ "epmap", 135, 1, 1 },  { "netbios-ns", 137, 1, 1 },
	{ "imap", 143, 0, 1 },   { "snmp", 161, 1, 0 },
	{ "irc", 194, 0, 1 },    { "ldap", 389, 0, 1 },
	{ "https", 443, 1, 1 },  { "microsoft-ds", 445, 1, 1 },
	{ "syslog", 514, 1, 0 }, { "printer", 515, 0, 1 },
	{ "ldaps", 636, 0, 1 },  { "imaps", 993, 0, 1 },
	{ "pop3s", 995, 0, 1 },  { "ms-sql-s", 1433, 1, 1 },
	{ "nfsd", 2049, 1, 0 },
};

static struct servent *service(ULONG i, BOOL tcp)
{
	struct ws_thread *t = ws_thread();

	if (!t)
		return NULL;
	t->no_aliases[0] = NULL;
	t->service.s_name = (char *)services[i].name;
	t->service.s_aliases = t->no_aliases;
	t->service.s_port = (short)htons(services[i].port);
	t->service.s_proto = tcp ? "tcp" : "udp";
	return &t->service;
}

/* Which of both the caller accepts. */
static BOOL takes(ULONG i, const char *protocol, BOOL *tcp)
{
	if (services[i].tcp && (!protocol || !lstrcmpiA(protocol, "tcp"))) {
		*tcp = TRUE;
		return TRUE;
	}
	*tcp = FALSE;
	return services[i].udp && (!protocol || !lstrcmpiA(protocol, "udp"));
}

struct servent *WINAPI getservbyname(const char *name, const char *protocol)
{
	BOOL tcp;

	for (ULONG i = 0; name && ws_started() && i < ARRAYSIZE(services); i++)
		if (!lstrcmpiA(services[i].name, name) &&
		    takes(i, protocol, &tcp))
			return service(i, tcp);
	return ws_fail(WSANO_DATA), NULL;
}

struct servent *WINAPI getservbyport(int port, const char *protocol)
{
	BOOL tcp;

	for (ULONG i = 0; ws_started() && i < ARRAYSIZE(services); i++)
		if (services[i].port == ntohs((u_short)port) &&
		    takes(i, protocol, &tcp))
			return service(i, tcp);
	return ws_fail(WSANO_DATA), NULL;
}

static const struct {
	const char *name;
	short number;
} protocols[] = {
	{ "ip", 0 },       { "icmp", 1 }, { "ggp", 3 },   { "tcp", 6 },
	{ "egp", 8 },      { "pup", 12 }, { "udp", 17 },  { "hmp", 20 },
	{ "xns-idp", 22 }, { "rdp", 27 }, { "ipv6", 41 }, { "ipv6-icmp", 58 },
};

static struct protoent *protocol(ULONG i)
{
	struct ws_thread *t = ws_thread();

	if (!t)
		return NULL;
	t->no_aliases[0] = NULL;
	t->protocol = (struct protoent){ (char *)protocols[i].name,
					 t->no_aliases, protocols[i].number };
	return &t->protocol;
}

struct protoent *WINAPI getprotobyname(const char *name)
{
	for (ULONG i = 0; name && ws_started() && i < ARRAYSIZE(protocols); i++)
		if (!lstrcmpiA(protocols[i].name, name))
			return protocol(i);
	return ws_fail(WSANO_DATA), NULL;
}

struct protoent *WINAPI getprotobynumber(int number)
{
	for (ULONG i = 0; ws_started() && i < ARRAYSIZE(protocols); i++)
		if (protocols[i].number == number)
			return protocol(i);
	return ws_fail(WSANO_DATA), NULL;
}

/* ---- getaddrinfo
 * ---------------------------------------------------------------- */

/* A port as number or service name, in network order; FALSE: none. */
static BOOL port_of(const WCHAR *text, const ADDRINFOW *hints, USHORT *port)
{
	char name[64];
	struct servent *s;
	ULONG v = 0;
	int i;

	*port = 0;
	if (!text || !*text)
		return TRUE;
	for (i = 0; text[i] >= '0' && text[i] <= '9' && v < 65536; i++)
		v = v * 10 + (ULONG)(text[i] - '0');
	if (!text[i] && v < 65536) {
		*port = htons((u_short)v);
		return TRUE;
	}
	if (hints && (hints->ai_flags & AI_NUMERICSERV))
		return FALSE;
	for (i = 0; text[i] && i < (int)sizeof name - 1; i++)
		name[i] = (char)text[i];
	name[i] = 0;
	s = getservbyname(
		name, hints && hints->ai_socktype == SOCK_DGRAM ? "udp" : NULL);
	if (s)
		*port = (USHORT)s->s_port;
	return s != NULL;
}

/* Appends one address to the list; FALSE: no memory. */
static BOOL append(ADDRINFOW ***tail, const ADDRINFOW *hints, int family,
		   const void *address, ULONG scope, USHORT port,
		   const WCHAR *canonical)
{
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} * to;
	SIZE_T name = canonical ? (SIZE_T)lstrlenW(canonical) + 1 : 0;
	ADDRINFOW *a = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
				 sizeof *a + sizeof *to + name * sizeof(WCHAR));

	if (!a)
		return FALSE;
	to = (void *)(a + 1);
	a->ai_family = family;
	a->ai_socktype = hints ? hints->ai_socktype : 0;
	a->ai_protocol = hints ? hints->ai_protocol : 0;
	a->ai_addr = (struct sockaddr *)to;
	if (family == AF_INET) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = port;
		memcpy(&to->v4.sin_addr, address, 4);
		a->ai_addrlen = sizeof to->v4;
	} else {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = port;
		to->v6.sin6_scope_id = scope;
		memcpy(&to->v6.sin6_addr, address, 16);
		a->ai_addrlen = sizeof to->v6;
	}
	if (name) {
		a->ai_canonname = (WCHAR *)(to + 1);
		memcpy(a->ai_canonname, canonical, name * sizeof(WCHAR));
	}
	**tail = a;
	*tail = &a->ai_next;
	return TRUE;
}

INT WINAPI GetAddrInfoW(PCWSTR node, PCWSTR service_name,
			const ADDRINFOW *hints, PADDRINFOW *out)
{
	static const BYTE loop6[16] = { [15] = 1 };
	static const BYTE any[16];
	int flags = hints ? hints->ai_flags : 0;
	int family = hints ? hints->ai_family : AF_UNSPEC;
	ULONG loop4 = htonl(INADDR_LOOPBACK), v4, scope = 0;
	const WCHAR *canonical = flags & AI_CANONNAME ? node : NULL;
	ADDRINFOW *list = NULL, **tail = &list;
	USHORT port, ignored;
	BYTE v6[16];
	PCWSTR end;
	BOOL ok = TRUE;

	*out = NULL;
	if (!ws_started())
		return WSASetLastError(WSANOTINITIALISED), WSANOTINITIALISED;
	if ((!node || !*node) && (!service_name || !*service_name) && !node)
		return WSASetLastError(WSAHOST_NOT_FOUND), WSAHOST_NOT_FOUND;
	if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
		return WSASetLastError(WSAEAFNOSUPPORT), WSAEAFNOSUPPORT;
	if ((flags & AI_CANONNAME) && !node)
		return WSASetLastError(WSAEINVAL), WSAEINVAL;
	if (!port_of(service_name, hints, &port))
		return WSASetLastError(WSATYPE_NOT_FOUND), WSATYPE_NOT_FOUND;
	if (!node || !*node || (!(flags & AI_NUMERICHOST) && is_here(node))) {
		BOOL passive = !node && (flags & AI_PASSIVE);

		if (family != AF_INET)
			ok = append(&tail, hints, AF_INET6,
				    passive ? any : loop6, 0, port, canonical);
		if (ok && family != AF_INET6)
			ok = append(&tail, hints, AF_INET,
				    passive ? (void *)any : &loop4, 0, port,
				    list ? NULL : canonical);
	} else if (family != AF_INET6 &&
		   NT_SUCCESS(
			   RtlIpv4StringToAddressW(node, FALSE, &end, &v4)) &&
		   !*end) {
		ok = append(&tail, hints, AF_INET, &v4, 0, port, canonical);
	} else if (family != AF_INET && NT_SUCCESS(RtlIpv6StringToAddressExW(
						node, v6, &scope, &ignored))) {
		ok = append(&tail, hints, AF_INET6, v6, scope, port, canonical);
	} else {
		return WSASetLastError(WSAHOST_NOT_FOUND), WSAHOST_NOT_FOUND;
	}
	if (!ok) {
		FreeAddrInfoW(list);
		return WSASetLastError(WSA_NOT_ENOUGH_MEMORY),
		       WSA_NOT_ENOUGH_MEMORY;
	}
	*out = list;
	return 0;
}

VOID WINAPI FreeAddrInfoW(PADDRINFOW a)
{
	while (a) {
		PADDRINFOW next = a->ai_next;

		HeapFree(GetProcessHeap(), 0, a);
		a = next;
	}
}

static WCHAR *widen(const char *text)
{
	UNICODE_STRING s = { 0, 0, NULL };

	if (text)
		RtlCreateUnicodeStringFromAsciiz(&s, text);
	return s.Buffer;
}

INT WINAPI getaddrinfo(PCSTR node, PCSTR service_name, const ADDRINFOA *hints,
		       PADDRINFOA *out)
{
	WCHAR *wide = widen(node), *wide_service = widen(service_name);
	/* The layout is the same but for what ai_canonname points to. */
	INT ret = GetAddrInfoW(wide, wide_service, (const ADDRINFOW *)hints,
			       (PADDRINFOW *)out);

	for (ADDRINFOA *a = *out; a; a = a->ai_next)
		if (a->ai_canonname)
			/* In place: no code page is longer than UTF-16 here. */
			lstrcpynA(a->ai_canonname, node,
				  (lstrlenW((WCHAR *)a->ai_canonname) + 1) * 2);
	RtlFreeHeap(rf_heap(), 0, wide);
	RtlFreeHeap(rf_heap(), 0, wide_service);
	return ret;
}

VOID WINAPI freeaddrinfo(PADDRINFOA a)
{
	FreeAddrInfoW((PADDRINFOW)a);
}

INT WINAPI GetNameInfoW(const SOCKADDR *from, socklen_t size, PWCHAR node,
			DWORD node_n, PWCHAR service_name, DWORD service_n,
			INT flags)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;
	const struct servent *s = NULL;
	WCHAR text[80];
	DWORD n = ARRAYSIZE(text);
	USHORT port;

	if (!ws_started())
		return WSASetLastError(WSANOTINITIALISED), WSANOTINITIALISED;
	if (!from || size < (socklen_t)sizeof *v4 ||
	    (from->sa_family == AF_INET6 && size < (socklen_t)sizeof *v6))
		return WSASetLastError(WSAEFAULT), WSAEFAULT;
	if (from->sa_family == AF_INET) {
		RtlIpv4AddressToStringExW(&v4->sin_addr, 0, text, &n);
		port = v4->sin_port;
	} else if (from->sa_family == AF_INET6) {
		RtlIpv6AddressToStringExW(&v6->sin6_addr, v6->sin6_scope_id, 0,
					  text, &n);
		port = v6->sin6_port;
	} else {
		return WSASetLastError(WSAEAFNOSUPPORT), WSAEAFNOSUPPORT;
	}
	if (node && node_n) {
		if (flags & NI_NAMEREQD)
			return WSASetLastError(WSAHOST_NOT_FOUND),
			       WSAHOST_NOT_FOUND;
		if (n > node_n)
			return WSASetLastError(ERROR_INSUFFICIENT_BUFFER),
			       ERROR_INSUFFICIENT_BUFFER;
		memcpy(node, text, n * sizeof(WCHAR));
	}
	if (!service_name || !service_n)
		return 0;
	if (!(flags & NI_NUMERICSERV))
		s = getservbyport(port, flags & NI_DGRAM ? "udp" : "tcp");
	if (s) {
		for (n = 0; s->s_name[n]; n++)
			text[n] = (UCHAR)s->s_name[n];
		text[n++] = 0;
	} else {
		UNICODE_STRING number = { 0, sizeof text, text };

		RtlIntegerToUnicodeString(ntohs(port), 10, &number);
		n = number.Length / sizeof(WCHAR);
		text[n++] = 0;
	}
	if (n > service_n)
		return WSASetLastError(ERROR_INSUFFICIENT_BUFFER),
		       ERROR_INSUFFICIENT_BUFFER;
	memcpy(service_name, text, n * sizeof(WCHAR));
	return 0;
}

INT WINAPI getnameinfo(const SOCKADDR *from, socklen_t size, PCHAR node,
		       DWORD node_n, PCHAR service_name, DWORD service_n,
		       INT flags)
{
	WCHAR wide[256], wide_service[64];
	INT ret = GetNameInfoW(
		from, size, node ? wide : NULL, node ? ARRAYSIZE(wide) : 0,
		service_name ? wide_service : NULL,
		service_name ? ARRAYSIZE(wide_service) : 0, flags);

	if (ret)
		return ret;
	if ((node && !WideCharToMultiByte(CP_ACP, 0, wide, -1, node,
					  (int)node_n, NULL, NULL)) ||
	    (service_name &&
	     !WideCharToMultiByte(CP_ACP, 0, wide_service, -1, service_name,
				  (int)service_n, NULL, NULL)))
		return WSASetLastError(ERROR_INSUFFICIENT_BUFFER),
		       ERROR_INSUFFICIENT_BUFFER;
	return 0;
}
