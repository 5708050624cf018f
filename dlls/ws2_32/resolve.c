/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resolve.c - hosts by name: addresses as text, localhost, the host's hosts
 * file, this machine's name, then DNS as its resolv.conf says.
 *
 * Done here, with our own sockets, because the host side is linked statically
 * and has no name service; it only hands over the two files.  Nothing is
 * remembered between calls.
 */
#include "resolve.h"

#include "rf-net.h"

/* ---- text ---- */

static BOOL is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

char *rs_word(char **at)
{
	char *p = *at, *start;

	while (is_space(*p))
		p++;
	if (!*p || *p == '#' || *p == ';')
		return NULL;
	start = p;
	while (*p && !is_space(*p) && *p != '#')
		p++;
	if (*p == '#')
		*p = 0;
	else if (*p)
		*p++ = 0;
	*at = p;
	return start;
}

char *rs_line(char **at)
{
	char *start = *at, *p = start;

	if (!*p)
		return NULL;
	while (*p && *p != '\n')
		p++;
	if (*p)
		*p++ = 0;
	*at = p;
	return start;
}

static ULONG number(const char *text)
{
	ULONG n = 0;

	while (*text >= '0' && *text <= '9' && n < 1000000)
		n = n * 10 + (ULONG)(*text++ - '0');
	return n;
}

BOOL rs_numeric(const char *text, int family, struct rs_address *a)
{
	PCSTR end;
	USHORT port = 0;

	memset(a, 0, sizeof *a);
	if (family != AF_INET6 && *text >= '0' && *text <= '9' &&
	    NT_SUCCESS(RtlIpv4StringToAddressA(text, FALSE, &end,
					       (IN_ADDR *)a->bytes)) &&
	    !*end) {
		a->family = AF_INET;
		return TRUE;
	}
	if (family == AF_INET || *text == '[' ||
	    !NT_SUCCESS(RtlIpv6StringToAddressExA(text, (IN6_ADDR *)a->bytes,
						  &a->scope, &port)))
		return FALSE;
	a->family = AF_INET6;
	return TRUE;
}

/* ---- resolv.conf ---- */

static void option(struct rs_config *c, const char *w)
{
	if (!strncmp(w, "ndots:", 6))
		c->ndots = min(number(w + 6), 15u);
	else if (!strncmp(w, "timeout:", 8))
		c->timeout = max(1u, min(number(w + 8), 30u));
	else if (!strncmp(w, "attempts:", 9))
		c->attempts = max(1u, min(number(w + 9), 5u));
	else if (!strcmp(w, "use-vc"))
		c->use_tcp = TRUE;
	else if (!strcmp(w, "hosts-only")) /* ours: in a sandbox */
		c->hosts_only = TRUE;
}

void rs_config_read(struct rs_config *c)
{
	ULONG len;
	char *text = rf_net_info(RF_NET_RESOLVER, &len), *at = text, *l, *w;

	memset(c, 0, sizeof *c);
	c->ndots = 1;
	c->timeout = 5;
	c->attempts = 2;
	while (text && (l = rs_line(&at))) {
		char *key = rs_word(&l);

		if (!key)
			continue;
		if (!strcmp(key, "nameserver") && (w = rs_word(&l)) &&
		    c->nservers < RS_MAX_SERVERS &&
		    rs_numeric(w, AF_UNSPEC, &c->server[c->nservers])) {
			c->nservers++;
		} else if (!strcmp(key, "search") || !strcmp(key, "domain")) {
			c->nsearch = 0; /* the last one counts */
			while (c->nsearch < ARRAYSIZE(c->search) &&
			       (w = rs_word(&l)))
				lstrcpynA(c->search[c->nsearch++], w,
					  RS_MAX_NAME);
		} else if (!strcmp(key, "options")) {
			while ((w = rs_word(&l)))
				option(c, w);
		}
	}
	RtlFreeHeap(rf_heap(), 0, text);
	if (!c->nservers) /* resolv.conf(5): the one on this machine */
		rs_numeric("127.0.0.1", AF_INET, &c->server[c->nservers++]);
}

/* ---- hosts ---- */

static void add(struct rs_result *r, const struct rs_address *a)
{
	for (ULONG i = 0; i < r->n; i++)
		if (r->address[i].family == a->family &&
		    !memcmp(r->address[i].bytes, a->bytes, sizeof a->bytes))
			return;
	if (r->n < RS_MAX_ADDRESSES)
		r->address[r->n++] = *a;
}

static BOOL from_hosts(const char *name, int family, struct rs_result *r)
{
	ULONG len, before = r->n;
	char *text = rf_net_info(RF_NET_HOSTS, &len), *at = text, *l, *w;

	while (text && (l = rs_line(&at))) {
		char *address = rs_word(&l), *canonical = NULL;
		struct rs_address a;

		if (!address || !rs_numeric(address, family, &a))
			continue;
		while ((w = rs_word(&l))) {
			if (!canonical)
				canonical = w;
			if (lstrcmpiA(w, name))
				continue;
			if (!*r->name)
				lstrcpynA(r->name, canonical, RS_MAX_NAME);
			add(r, &a);
			break;
		}
	}
	RtlFreeHeap(rf_heap(), 0, text);
	return r->n > before;
}

static BOOL reverse_hosts(int family, const void *address, char *name)
{
	ULONG len;
	char *text = rf_net_info(RF_NET_HOSTS, &len), *at = text, *l, *w;
	BOOL found = FALSE;

	while (text && !found && (l = rs_line(&at))) {
		struct rs_address a;

		w = rs_word(&l);
		if (!w || !rs_numeric(w, family, &a) ||
		    memcmp(a.bytes, address, family == AF_INET ? 4 : 16))
			continue;
		w = rs_word(&l);
		if (w) {
			lstrcpynA(name, w, RS_MAX_NAME);
			found = TRUE;
		}
	}
	RtlFreeHeap(rf_heap(), 0, text);
	return found;
}

/* ---- this machine ---- */

BOOL rs_is_own_name(const char *name)
{
	char mine[RS_MAX_NAME];
	DWORD n = sizeof mine;

	return GetComputerNameExA(ComputerNameDnsHostname, mine, &n) &&
	       !lstrcmpiA(name, mine);
}

static BOOL is_localhost(const char *name)
{
	SIZE_T n = (SIZE_T)lstrlenA(name);

	/* RFC 6761: and everything below it. */
	return !lstrcmpiA(name, "localhost") ||
	       (n > 10 && !lstrcmpiA(name + n - 10, ".localhost"));
}

static void loopback(int family, struct rs_result *r)
{
	struct rs_address a;

	if (family != AF_INET && rs_numeric("::1", AF_INET6, &a))
		add(r, &a);
	if (family != AF_INET6 && rs_numeric("127.0.0.1", AF_INET, &a))
		add(r, &a);
}

/* Its addresses that others can reach. */
static void own_addresses(int family, struct rs_result *r)
{
	enum { SCOPE_GLOBAL = 0, SCOPE_LINK = 253 };
	ULONG len = 0;
	struct rf_net_address *list = rf_net_info(RF_NET_ADDRESSES, &len);

	for (ULONG i = 0; i < len / sizeof *list; i++) {
		struct rs_address a = { .family = (int)list[i].family };

		if ((family != AF_UNSPEC && family != a.family) ||
		    list[i].scope > SCOPE_LINK)
			continue;
		if (a.family == AF_INET6 && list[i].scope == SCOPE_LINK)
			a.scope = list[i].index;
		memcpy(a.bytes, list[i].address, sizeof a.bytes);
		add(r, &a);
	}
	RtlFreeHeap(rf_heap(), 0, list);
}

/* ---- DNS ---- */

static int ask(const struct rs_config *c, const char *name, int family,
	       struct rs_result *r)
{
	if (family == AF_INET)
		return dns_query(c, name, DNS_A, r);
	if (family == AF_INET6)
		return dns_query(c, name, DNS_AAAA, r);
	return dns_query_both(c, name, r);
}

/* As given and below each domain of the search list, in resolv.conf's order. */
static int from_dns(const char *name, int family, struct rs_result *r)
{
	struct rs_config c;
	char full[RS_MAX_NAME];
	SIZE_T n = (SIZE_T)lstrlenA(name);
	ULONG dots = 0;
	int error = WSAHOST_NOT_FOUND, e;
	BOOL asked = FALSE;

	rs_config_read(&c);
	if (c.hosts_only)
		return WSAHOST_NOT_FOUND;
	for (SIZE_T i = 0; i < n; i++)
		dots += name[i] == '.';
	if (n && name[n - 1] == '.') {
		lstrcpynA(full, name, (int)min(n, sizeof full));
		return ask(&c, full, family, r);
	}
	if (dots >= c.ndots) {
		error = ask(&c, name, family, r);
		if (!error)
			return 0;
		asked = TRUE;
	}
	for (ULONG i = 0; i < c.nsearch; i++) {
		if (n + (SIZE_T)lstrlenA(c.search[i]) + 2 > sizeof full)
			continue;
		lstrcpyA(full, name);
		lstrcatA(full, ".");
		lstrcatA(full, c.search[i]);
		e = ask(&c, full, family, r);
		if (!e || e == WSATRY_AGAIN)
			return e;
	}
	return asked ? error : ask(&c, name, family, r);
}

/* ---- order ---- */

/* Would the host know a way there? */
static BOOL reachable(const struct rs_address *a)
{
	struct sockaddr_in6 to = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&to;
	int n = a->family == AF_INET ? (int)sizeof *v4 : (int)sizeof to;
	SOCKET s = socket(a->family, SOCK_DGRAM, 0);
	BOOL ok;

	if (s == INVALID_SOCKET)
		return FALSE;
	to.sin6_family = (short)a->family;
	to.sin6_port = htons(9);
	if (a->family == AF_INET) {
		memcpy(&v4->sin_addr, a->bytes, 4);
	} else {
		memcpy(&to.sin6_addr, a->bytes, 16);
		to.sin6_scope_id = a->scope;
	}
	ok = !connect(s, (struct sockaddr *)&to, n);
	closesocket(s);
	return ok;
}

/* RFC 6724's first rule, and version 6 before 4; else as they came. */
static void sort(struct rs_result *r)
{
	struct rs_address sorted[RS_MAX_ADDRESSES];
	BYTE rank[RS_MAX_ADDRESSES];
	struct rs_config c;
	ULONG n = 0;

	if (r->n < 2)
		return;
	rs_config_read(&c);
	if (c.hosts_only) /* which has them in this order */
		return;
	for (ULONG i = 0; i < r->n; i++)
		rank[i] = (BYTE)((reachable(&r->address[i]) ? 0 : 2) +
				 (r->address[i].family == AF_INET));
	for (BYTE k = 0; k < 4; k++)
		for (ULONG i = 0; i < r->n; i++)
			if (rank[i] == k)
				sorted[n++] = r->address[i];
	memcpy(r->address, sorted, n * sizeof *sorted);
}

/* A sandbox's hosts file has those of the two that are granted. */
static BOOL is_granted(int family, struct rs_result *r)
{
	struct rs_config c;

	rs_config_read(&c);
	return c.hosts_only && from_hosts("localhost", family, r);
}

/* ---- the whole of it ---- */

int rs_lookup(const char *name, int family, struct rs_result *r)
{
	struct rs_address a;
	int error = 0;

	r->n = 0;
	*r->name = 0;
	if (!*name || lstrlenA(name) >= RS_MAX_NAME)
		return WSAHOST_NOT_FOUND;
	if (rs_numeric(name, AF_UNSPEC, &a)) {
		if (family != AF_UNSPEC && family != a.family)
			return WSAHOST_NOT_FOUND;
		add(r, &a);
	} else if (is_localhost(name)) {
		if (!is_granted(family, r))
			loopback(family, r);
	} else if (!from_hosts(name, family, r)) {
		if (rs_is_own_name(name)) {
			own_addresses(family, r);
			if (!r->n)
				loopback(family, r);
		} else {
			error = from_dns(name, family, r);
		}
	}
	if (error)
		return error;
	if (!*r->name)
		lstrcpynA(r->name, name, RS_MAX_NAME);
	sort(r);
	return 0;
}

int rs_reverse(int family, const void *address, char *name)
{
	const BYTE *b = address;
	char question[80], *p = question;
	struct rs_result *r;
	struct rs_config c;
	int error;

	if (reverse_hosts(family, address, name))
		return 0;
	if ((family == AF_INET && b[0] == 127) ||
	    (family == AF_INET6 && !memcmp(b, (BYTE[16]){ [15] = 1 }, 16))) {
		lstrcpyA(name, "localhost");
		return 0;
	}
	if (family == AF_INET) {
		for (int i = 3; i >= 0; i--) {
			if (b[i] >= 100)
				*p++ = (char)('0' + b[i] / 100);
			if (b[i] >= 10)
				*p++ = (char)('0' + b[i] / 10 % 10);
			*p++ = (char)('0' + b[i] % 10);
			*p++ = '.';
		}
		lstrcpyA(p, "in-addr.arpa");
	} else {
		for (int i = 15; i >= 0; i--) {
			*p++ = "0123456789abcdef"[b[i] & 15];
			*p++ = '.';
			*p++ = "0123456789abcdef"[b[i] >> 4];
			*p++ = '.';
		}
		lstrcpyA(p, "ip6.arpa");
	}
	r = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *r);
	if (!r)
		return WSA_NOT_ENOUGH_MEMORY;
	rs_config_read(&c);
	error = c.hosts_only ? WSAHOST_NOT_FOUND
			     : dns_query(&c, question, DNS_PTR, r);
	if (!error)
		lstrcpyA(name, r->name);
	ws_free(r);
	return error;
}
