/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.c - hosts, services and protocols by name, as in 1993: answers in
 * memory of the thread.  See resolve.c for how hosts are found.
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

/*
 * One of the host's services that the table lacks, into the thread's storage:
 * "name port/protocol aliases".  name NULL: by port (host order).
 */
static struct servent *other_service(const char *name, int port,
				     const char *protocol)
{
	struct ws_thread *t = ws_thread();
	struct servent *found = NULL;
	ULONG len;
	char *text, *at;

	if (!t)
		return NULL;
	text = at = rf_net_info(RF_NET_SERVICES, &len);
	while (text && *at && !found) {
		char *w[16], *slash;
		int n = 0, p = 0;

		while (*at && *at != '\n' && *at != '#') {
			while (*at == ' ' || *at == '\t')
				at++;
			if (!*at || *at == '\n' || *at == '#')
				break;
			if (n < (int)ARRAYSIZE(w))
				w[n++] = at;
			while (*at && *at != ' ' && *at != '\t' &&
			       *at != '\n' && *at != '#')
				at++;
			if (*at == '\n' || *at == '#')
				break;
			if (*at)
				*at++ = 0;
		}
		while (*at && *at != '\n')
			*at++ = 0;
		if (*at)
			*at++ = 0;
		if (n < 2)
			continue;
		for (slash = w[1]; *slash >= '0' && *slash <= '9'; slash++)
			p = p * 10 + *slash - '0';
		if (*slash != '/' ||
		    (protocol && lstrcmpiA(slash + 1, protocol)))
			continue;
		for (int i = 0; i < n && !found; i++) {
			if (i == 1 ||
			    (name ? lstrcmpiA(w[i], name) != 0 : p != port))
				continue;
			lstrcpynA(t->storage, w[0], 64);
			lstrcpynA(t->storage + 64, slash + 1, 16);
			t->no_aliases[0] = NULL;
			t->service.s_name = t->storage;
			t->service.s_aliases = t->no_aliases;
			t->service.s_port = (short)htons((u_short)p);
			t->service.s_proto = t->storage + 64;
			found = &t->service;
		}
	}
	RtlFreeHeap(rf_heap(), 0, text);
	return found;
}

struct servent *WINAPI getservbyname(const char *name, const char *protocol)
{
	struct servent *s;
	BOOL tcp;

	for (ULONG i = 0; name && ws_started() && i < ARRAYSIZE(services); i++)
		if (!lstrcmpiA(services[i].name, name) &&
		    takes(i, protocol, &tcp))
			return service(i, tcp);
	s = name && ws_started() ? other_service(name, 0, protocol) : NULL;
	if (!s)
		ws_fail(WSANO_DATA);
	return s;
}

struct servent *WINAPI getservbyport(int port, const char *protocol)
{
	struct servent *s;
	BOOL tcp;

	for (ULONG i = 0; ws_started() && i < ARRAYSIZE(services); i++)
		if (services[i].port == ntohs((u_short)port) &&
		    takes(i, protocol, &tcp))
			return service(i, tcp);
	s = ws_started() ? other_service(NULL, ntohs((u_short)port), protocol)
			 : NULL;
	if (!s)
		ws_fail(WSANO_DATA);
	return s;
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
