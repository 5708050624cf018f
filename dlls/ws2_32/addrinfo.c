/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * addrinfo.c - getaddrinfo and getnameinfo in their forms.
 */
#include "resolve.h"

#include "rf-net.h"

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

/* A name for the resolver: IDNA unless told otherwise. */
static BOOL narrow(const WCHAR *node, int flags, char *name, int size)
{
	WCHAR wide[RS_MAX_NAME];
	BOOL ascii = TRUE;
	int n;

	for (const WCHAR *c = node; *c; c++)
		ascii &= *c < 128;
	if (!ascii && !(flags & AI_DISABLE_IDN_ENCODING)) {
		n = IdnToAscii(0, node, lstrlenW(node), wide,
			       ARRAYSIZE(wide) - 1);
		if (n <= 0)
			return FALSE;
		wide[n] = 0;
		node = wide;
	}
	return WideCharToMultiByte(CP_UTF8, 0, node, -1, name, size, NULL,
				   NULL) > 0;
}

/* AI_ADDRCONFIG: does this machine have an address of the family? */
static BOOL configured(int family)
{
	enum { SCOPE_LINK = 253 };
	ULONG len = 0;
	struct rf_net_address *list = rf_net_info(RF_NET_ADDRESSES, &len);
	BOOL found = FALSE;

	for (ULONG i = 0; i < len / sizeof *list; i++)
		found |= (int)list[i].family == family &&
			 list[i].scope < SCOPE_LINK;
	RtlFreeHeap(rf_heap(), 0, list);
	return found;
}

static int look_up(PCWSTR node, int flags, int family, struct rs_result *r)
{
	char name[RS_MAX_NAME];
	struct rs_address a;
	int error;

	if (!narrow(node, flags, name, sizeof name))
		return WSAHOST_NOT_FOUND;
	if (flags & AI_NUMERICHOST) {
		if (!rs_numeric(name, family, &a))
			return WSAHOST_NOT_FOUND;
		r->address[0] = a;
		r->n = 1;
		lstrcpyA(r->name, name);
		return 0;
	}
	error = rs_lookup(name, family, r);
	if (error || !(flags & AI_ADDRCONFIG) || family != AF_UNSPEC)
		return error;
	for (int f = AF_INET; f; f = f == AF_INET ? AF_INET6 : 0) {
		ULONG n = 0;

		if (configured(f))
			continue;
		for (ULONG i = 0; i < r->n; i++)
			if (r->address[i].family != f)
				r->address[n++] = r->address[i];
		/* Better one of no use than none at all. */
		if (n)
			r->n = n;
	}
	return 0;
}

/* No name: where to listen, or oneself. */
static void own(BOOL passive, int family, struct rs_result *r)
{
	if (family != AF_INET)
		rs_numeric(passive ? "::" : "::1", AF_INET6,
			   &r->address[r->n++]);
	if (family != AF_INET6)
		rs_numeric(passive ? "0.0.0.0" : "127.0.0.1", AF_INET,
			   &r->address[r->n++]);
}

static int check(PCWSTR node, PCWSTR service_name, const ADDRINFOW *hints)
{
	int flags = hints ? hints->ai_flags : 0;
	int family = hints ? hints->ai_family : AF_UNSPEC;

	if (!ws_started())
		return WSANOTINITIALISED;
	if (!node && (!service_name || !*service_name))
		return WSAHOST_NOT_FOUND;
	if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
		return WSAEAFNOSUPPORT;
	if (hints &&
	    (hints->ai_socktype < 0 || hints->ai_socktype > SOCK_SEQPACKET))
		return WSAESOCKTNOSUPPORT;
	if (flags & AI_CANONNAME && !node)
		return WSAEINVAL;
	return 0;
}

static int get(PCWSTR node, PCWSTR service_name, const ADDRINFOW *hints,
	       PADDRINFOW *out)
{
	int flags = hints ? hints->ai_flags : 0;
	int family = hints ? hints->ai_family : AF_UNSPEC;
	ADDRINFOW *list = NULL, **tail = &list;
	WCHAR canonical[RS_MAX_NAME];
	struct rs_result *r;
	USHORT port;
	int error;

	*out = NULL;
	error = check(node, service_name, hints);
	if (error)
		return error;
	if (!port_of(service_name, hints, &port))
		return WSATYPE_NOT_FOUND;
	r = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *r);
	if (!r)
		return WSA_NOT_ENOUGH_MEMORY;
	if (!node)
		own(flags & AI_PASSIVE, family, r);
	else if (!*node)
		own(FALSE, family, r);
	else
		error = look_up(node, flags, family, r);
	if (!error)
		MultiByteToWideChar(CP_UTF8, 0, r->name, -1, canonical,
				    ARRAYSIZE(canonical));
	for (ULONG i = 0; i < r->n && !error; i++)
		if (!append(&tail, hints, r->address[i].family,
			    r->address[i].bytes, r->address[i].scope, port,
			    flags & AI_CANONNAME && !i ? canonical : NULL))
			error = WSA_NOT_ENOUGH_MEMORY;
	ws_free(r);
	if (error) {
		FreeAddrInfoW(list);
		return error;
	}
	*out = list;
	return 0;
}

INT WINAPI GetAddrInfoW(PCWSTR node, PCWSTR service_name,
			const ADDRINFOW *hints, PADDRINFOW *out)
{
	int error = get(node, service_name, hints, out);

	if (error)
		WSASetLastError(error);
	return error;
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

	/* In place: it is ASCII, and half as long as it was. */
	for (ADDRINFOA *a = *out; a; a = a->ai_next)
		for (WCHAR *from = (WCHAR *)a->ai_canonname; from; from++) {
			a->ai_canonname[from - (WCHAR *)a->ai_canonname] =
				(char)*from;
			if (!*from)
				break;
		}
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
	WCHAR text[RS_MAX_NAME];
	DWORD n = ARRAYSIZE(text);
	USHORT port;

	if (!ws_started())
		return WSASetLastError(WSANOTINITIALISED), WSANOTINITIALISED;
	if (!from || size < (socklen_t)sizeof *v4 ||
	    (from->sa_family == AF_INET6 && size < (socklen_t)sizeof *v6))
		return WSASetLastError(WSAEFAULT), WSAEFAULT;
	if (!(node && node_n) && !(service_name && service_n))
		return WSASetLastError(WSAHOST_NOT_FOUND), WSAHOST_NOT_FOUND;
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
	if (node && node_n && !(flags & NI_NUMERICHOST)) {
		char name[RS_MAX_NAME];
		int error = rs_reverse(from->sa_family,
				       from->sa_family == AF_INET
					       ? (void *)&v4->sin_addr
					       : (void *)&v6->sin6_addr,
				       name);

		if (!error) {
			if (flags & NI_NOFQDN)
				for (char *c = name; *c; c++)
					if (*c == '.')
						*c = 0;
			for (n = 0; name[n] && n < ARRAYSIZE(text) - 1; n++)
				text[n] = (UCHAR)name[n];
			text[n++] = 0;
		} else if (flags & NI_NAMEREQD) {
			return WSASetLastError(WSAHOST_NOT_FOUND),
			       WSAHOST_NOT_FOUND;
		}
	}
	if (node && node_n) {
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
