/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * databases.c - services and protocols by name and by number.
 *
 * What drivers\etc\services and protocol say, which a program may read itself;
 * a host without such files, or with short ones, leaves the rest to the tables
 * here.  Answers are in memory of the thread.
 */
#include "resolve.h"

#include "rf-net.h"

/* Source: IANA's registries of service names and protocol numbers. */
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

static const struct {
	const char *name;
	short number;
} protocols[] = {
	{ "ip", 0 },       { "icmp", 1 }, { "ggp", 3 },   { "tcp", 6 },
	{ "egp", 8 },      { "pup", 12 }, { "udp", 17 },  { "hmp", 20 },
	{ "xns-idp", 22 }, { "rdp", 27 }, { "ipv6", 41 }, { "ipv6-icmp", 58 },
};

/* ---- a line of a database: "name number aliases" ---- */

enum { MAX_ALIASES = 32 };

struct entry {
	char *name, *protocol; /* of a service */
	USHORT number;
	char *alias[MAX_ALIASES];
	int aliases;
};

/* "80", "80/tcp"; FALSE: neither. */
static BOOL parse_number(char *text, struct entry *e)
{
	ULONG n = 0;
	char *p = text;

	for (; *p >= '0' && *p <= '9' && n <= 0xffff; p++)
		n = n * 10 + (ULONG)(*p - '0');
	if (p == text || n > 0xffff || (*p && *p != '/'))
		return FALSE;
	e->number = (USHORT)n;
	e->protocol = *p ? p + 1 : NULL;
	return TRUE;
}

static BOOL parse(char *line, struct entry *e)
{
	char *w;

	e->aliases = 0;
	e->name = rs_word(&line);
	w = e->name ? rs_word(&line) : NULL;
	if (!w || !parse_number(w, e))
		return FALSE;
	while (e->aliases < MAX_ALIASES && (w = rs_word(&line)))
		e->alias[e->aliases++] = w;
	return TRUE;
}

/* name NULL: by number. */
static BOOL is_asked_for(const struct entry *e, const char *name, int number,
			 const char *protocol)
{
	BOOL found = name ? !lstrcmpiA(e->name, name) : e->number == number;

	for (int i = 0; name && !found && i < e->aliases; i++)
		found = !lstrcmpiA(e->alias[i], name);
	return found && (!protocol || !lstrcmpiA(e->protocol, protocol));
}

static char *keep(struct ws_thread *t, size_t *used, const char *text)
{
	size_t n = strlen(text) + 1;
	char *at = t->storage + *used;

	if (n > sizeof t->storage - *used)
		return NULL;
	memcpy(at, text, n);
	*used += n;
	return at;
}

/* The first line that is right, kept in the thread's storage. */
static BOOL look_up(struct ws_thread *t, ULONG what, const char *name,
		    int number, const char *protocol, struct entry *e)
{
	ULONG len;
	char *text = rf_net_info(what, &len), *at = text, *line;
	BOOL found = FALSE;
	size_t used = 0;
	int n = 0;

	while (text && !found && (line = rs_line(&at)))
		found = parse(line, e) &&
			(what == RF_NET_PROTOCOLS) == !e->protocol &&
			is_asked_for(e, name, number, protocol);
	if (found) {
		e->name = keep(t, &used, e->name);
		if (e->protocol)
			e->protocol = keep(t, &used, e->protocol);
		for (int i = 0; i < e->aliases; i++) {
			t->pointers[n] = keep(t, &used, e->alias[i]);
			n += t->pointers[n] != NULL;
		}
		found = e->name && (e->protocol || what == RF_NET_PROTOCOLS);
	}
	t->pointers[n] = NULL;
	RtlFreeHeap(rf_heap(), 0, text);
	return found;
}

/* The thread's storage for an answer, or NULL and an error. */
static struct ws_thread *begin(void)
{
	if (ws_started())
		return ws_thread();
	ws_fail(WSANOTINITIALISED);
	return NULL;
}

/* ---- services ---- */

/* Which of both the caller accepts. */
static BOOL takes(ULONG i, const char *protocol, BOOL *tcp)
{
	*tcp = services[i].tcp && (!protocol || !lstrcmpiA(protocol, "tcp"));
	return *tcp ||
	       (services[i].udp && (!protocol || !lstrcmpiA(protocol, "udp")));
}

/* name NULL: by port, in the host's order. */
static struct servent *service(const char *name, int port, const char *protocol)
{
	struct ws_thread *t = begin();
	struct entry e;
	BOOL tcp;

	if (!t)
		return NULL;
	if (look_up(t, RF_NET_SERVICES, name, port, protocol, &e)) {
		t->service = (struct servent){
			.s_name = e.name,
			.s_aliases = t->pointers,
			.s_port = (short)htons(e.number),
			.s_proto = e.protocol,
		};
		return &t->service;
	}
	for (ULONG i = 0; i < ARRAYSIZE(services); i++)
		if ((name ? !lstrcmpiA(services[i].name, name)
			  : services[i].port == port) &&
		    takes(i, protocol, &tcp)) {
			t->service = (struct servent){
				.s_name = (char *)services[i].name,
				.s_aliases = t->pointers,
				.s_port = (short)htons(services[i].port),
				.s_proto = tcp ? "tcp" : "udp",
			};
			return &t->service;
		}
	ws_fail(WSANO_DATA);
	return NULL;
}

struct servent *WINAPI getservbyname(const char *name, const char *protocol)
{
	if (name)
		return service(name, 0, protocol);
	ws_fail(WSANO_DATA);
	return NULL;
}

struct servent *WINAPI getservbyport(int port, const char *protocol)
{
	return service(NULL, ntohs((u_short)port), protocol);
}

/* ---- protocols ---- */

static struct protoent *protocol(const char *name, int number)
{
	struct ws_thread *t = begin();
	struct entry e;

	if (!t)
		return NULL;
	if (look_up(t, RF_NET_PROTOCOLS, name, number, NULL, &e)) {
		t->protocol = (struct protoent){ e.name, t->pointers,
						 (short)e.number };
		return &t->protocol;
	}
	for (ULONG i = 0; i < ARRAYSIZE(protocols); i++)
		if (name ? !lstrcmpiA(protocols[i].name, name)
			 : protocols[i].number == number) {
			t->protocol =
				(struct protoent){ (char *)protocols[i].name,
						   t->pointers,
						   protocols[i].number };
			return &t->protocol;
		}
	ws_fail(WSANO_DATA);
	return NULL;
}

struct protoent *WINAPI getprotobyname(const char *name)
{
	if (name)
		return protocol(name, 0);
	ws_fail(WSANO_DATA);
	return NULL;
}

struct protoent *WINAPI getprotobynumber(int number)
{
	return protocol(NULL, number);
}
