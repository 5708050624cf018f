/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * statistics.c - what IP, ICMP, TCP and UDP have counted since the host
 * started: the texts of /proc/net/snmp (a line of names, a line of numbers) and
 * snmp6 (a name and a number each).  What Linux does not count is 0.
 */
#include "ip.h"

#include <ipmib.h>
#include <tcpmib.h>
#include <udpmib.h>

/* Newer than the headers. */
typedef struct {
	DWORD dwRtoAlgorithm, dwRtoMin, dwRtoMax, dwMaxConn;
	DWORD dwActiveOpens, dwPassiveOpens;
	DWORD dwAttemptFails, dwEstabResets, dwCurrEstab;
	DWORD64 dw64InSegs, dw64OutSegs;
	DWORD dwRetransSegs, dwInErrs, dwOutRsts, dwNumConns;
} MIB_TCPSTATS2;

typedef struct {
	DWORD64 dw64InDatagrams;
	DWORD dwNoPorts, dwInErrors;
	DWORD64 dw64OutDatagrams;
	DWORD dwNumAddrs;
} MIB_UDPSTATS2;

ULONG WINAPI GetTcpStatisticsEx2(MIB_TCPSTATS2 *out, ULONG family);
ULONG WINAPI GetUdpStatisticsEx2(MIB_UDPSTATS2 *out, ULONG family);

/* The next word of a line; NULL behind the last. */
static const char *word(const char **at, SIZE_T *n)
{
	const char *p = *at;

	while (*p == ' ' || *p == '\t')
		p++;
	*at = p;
	while (**at && !strchr(" \t\n", **at))
		++*at;
	*n = (SIZE_T)(*at - p);
	return *n ? p : NULL;
}

/* Wraps as the kernel's "-1" for no limit does. */
static ULONGLONG number(const char *p)
{
	BOOL negative = *p == '-';
	ULONGLONG v = 0;

	for (p += negative; *p >= '0' && *p <= '9'; p++)
		v = v * 10 + (ULONGLONG)(*p - '0');
	return negative ? 0 - v : v;
}

static BOOL is(const char *w, SIZE_T n, const char *text)
{
	return !strncmp(w, text, n) && !text[n];
}

static const char *next_line(const char *p)
{
	p = strchr(p, '\n');
	return p && p[1] ? p + 1 : NULL;
}

/* "Tcp" and "InSegs": the number below that name. */
static BOOL count4(const char *text, const char *group, const char *name,
		   ULONGLONG *value)
{
	SIZE_T g = strlen(group);

	for (const char *names = text; names; names = next_line(names)) {
		const char *values, *w, *v;
		SIZE_T nw, nv;

		if (strncmp(names, group, g) || names[g] != ':')
			continue;
		values = next_line(names);
		if (!values || strncmp(values, group, g) || values[g] != ':')
			return FALSE;
		names += g + 1;
		values += g + 1;
		while ((w = word(&names, &nw)) && (v = word(&values, &nv)))
			if (is(w, nw, name)) {
				*value = number(v);
				return TRUE;
			}
		return FALSE;
	}
	return FALSE;
}

/* "Udp6InDatagrams    12" */
static BOOL count6(const char *text, const char *group, const char *name,
		   ULONGLONG *value)
{
	SIZE_T g = strlen(group), n;

	for (const char *p = text; p; p = next_line(p)) {
		const char *w = p + g + 1;

		if (strncmp(p, group, g) || p[g] != '6')
			continue;
		if (is(w, strcspn(w, " \t\n"), name)) {
			const char *at = w + strlen(name);

			w = word(&at, &n);
			*value = w ? number(w) : 0;
			return TRUE;
		}
	}
	return FALSE;
}

struct counters {
	char *text;
	ULONG family;
	const char *group;
};

static DWORD start(struct counters *c, const void *out, ULONG family,
		   const char *group)
{
	ULONGLONG any;
	ULONG len;

	if (!out || (family != AF_INET && family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	c->text = rf_net_info(RF_NET_STATISTICS, &len);
	c->family = family;
	c->group = group;
	if (!c->text)
		return ERROR_NOT_ENOUGH_MEMORY;
	/* In a sandbox the host keeps them to itself. */
	if (count4(c->text, "Ip", "Forwarding", &any))
		return NO_ERROR;
	RtlFreeHeap(rf_heap(), 0, c->text);
	return ERROR_NOT_SUPPORTED;
}

static ULONGLONG get(const struct counters *c, const char *name)
{
	ULONGLONG v = 0;

	if (c->family == AF_INET)
		count4(c->text, c->group, name, &v);
	else
		count6(c->text, c->group, name, &v);
	return v;
}

static void finish(const struct counters *c)
{
	RtlFreeHeap(rf_heap(), 0, c->text);
}

/* A DWORD of a struct, and what Linux calls it. */
struct field {
	SIZE_T at;
	const char *name;
};

#define FIELD(type, field, name) { offsetof(type, field), name }

static void fill(void *out, const struct counters *c, const struct field *f,
		 ULONG n)
{
	for (ULONG k = 0; k < n; k++)
		*(DWORD *)((BYTE *)out + f[k].at) = (DWORD)get(c, f[k].name);
}

/* How many sockets of a family there are. */
static DWORD sockets(ULONG what, ULONG family)
{
	ULONG len = 0, n = 0;
	struct rf_net_connection *c = rf_net_info(what, &len);

	for (ULONG k = 0; c && k < len / sizeof *c; k++)
		n += c[k].family == family;
	RtlFreeHeap(rf_heap(), 0, c);
	return n;
}

/* ---- TCP: Linux counts both versions together ---- */

#define TCP_FIELDS(type)                                                       \
	{                                                                      \
		FIELD(type, dwRtoAlgorithm, "RtoAlgorithm"),                   \
		FIELD(type, dwRtoMin, "RtoMin"),                               \
		FIELD(type, dwRtoMax, "RtoMax"),                               \
		FIELD(type, dwMaxConn, "MaxConn"),                             \
		FIELD(type, dwActiveOpens, "ActiveOpens"),                     \
		FIELD(type, dwPassiveOpens, "PassiveOpens"),                   \
		FIELD(type, dwAttemptFails, "AttemptFails"),                   \
		FIELD(type, dwEstabResets, "EstabResets"),                     \
		FIELD(type, dwCurrEstab, "CurrEstab"),                         \
		FIELD(type, dwRetransSegs, "RetransSegs"),                     \
		FIELD(type, dwInErrs, "InErrs"),                               \
		FIELD(type, dwOutRsts, "OutRsts"),                             \
	}

ULONG WINAPI GetTcpStatisticsEx2(MIB_TCPSTATS2 *out, ULONG family)
{
	static const struct field fields[] = TCP_FIELDS(MIB_TCPSTATS2);
	struct counters c;
	DWORD error = start(&c, out, family, "Tcp");

	if (error)
		return error;
	c.family = AF_INET; /* where they are */
	fill(out, &c, fields, ARRAYSIZE(fields));
	out->dw64InSegs = get(&c, "InSegs");
	out->dw64OutSegs = get(&c, "OutSegs");
	out->dwNumConns = sockets(RF_NET_TCP, family);
	finish(&c);
	return NO_ERROR;
}

ULONG WINAPI GetTcpStatisticsEx(PMIB_TCPSTATS out, ULONG family)
{
	static const struct field fields[] = TCP_FIELDS(MIB_TCPSTATS);
	struct counters c;
	DWORD error = start(&c, out, family, "Tcp");

	if (error)
		return error;
	c.family = AF_INET;
	fill(out, &c, fields, ARRAYSIZE(fields));
	out->dwInSegs = (DWORD)get(&c, "InSegs");
	out->dwOutSegs = (DWORD)get(&c, "OutSegs");
	out->dwNumConns = sockets(RF_NET_TCP, family);
	finish(&c);
	return NO_ERROR;
}

ULONG WINAPI GetTcpStatistics(PMIB_TCPSTATS out)
{
	return GetTcpStatisticsEx(out, AF_INET);
}

/* ---- UDP ---- */

ULONG WINAPI GetUdpStatisticsEx2(MIB_UDPSTATS2 *out, ULONG family)
{
	struct counters c;
	DWORD error = start(&c, out, family, "Udp");

	if (error)
		return error;
	out->dw64InDatagrams = get(&c, "InDatagrams");
	out->dwNoPorts = (DWORD)get(&c, "NoPorts");
	out->dwInErrors = (DWORD)get(&c, "InErrors");
	out->dw64OutDatagrams = get(&c, "OutDatagrams");
	out->dwNumAddrs = sockets(RF_NET_UDP, family);
	finish(&c);
	return NO_ERROR;
}

ULONG WINAPI GetUdpStatisticsEx(PMIB_UDPSTATS out, ULONG family)
{
	MIB_UDPSTATS2 s;
	DWORD error = GetUdpStatisticsEx2(out ? &s : NULL, family);

	if (error)
		return error;
	out->dwInDatagrams = (DWORD)s.dw64InDatagrams;
	out->dwNoPorts = s.dwNoPorts;
	out->dwInErrors = s.dwInErrors;
	out->dwOutDatagrams = (DWORD)s.dw64OutDatagrams;
	out->dwNumAddrs = s.dwNumAddrs;
	return NO_ERROR;
}

ULONG WINAPI GetUdpStatistics(PMIB_UDPSTATS out)
{
	return GetUdpStatisticsEx(out, AF_INET);
}

/* ---- IP ---- */

ULONG WINAPI GetIpStatisticsEx(PMIB_IPSTATS out, ULONG family)
{
	static const struct field fields[] = {
		FIELD(MIB_IPSTATS, dwInReceives, "InReceives"),
		FIELD(MIB_IPSTATS, dwInHdrErrors, "InHdrErrors"),
		FIELD(MIB_IPSTATS, dwInAddrErrors, "InAddrErrors"),
		FIELD(MIB_IPSTATS, dwInUnknownProtos, "InUnknownProtos"),
		FIELD(MIB_IPSTATS, dwInDiscards, "InDiscards"),
		FIELD(MIB_IPSTATS, dwInDelivers, "InDelivers"),
		FIELD(MIB_IPSTATS, dwOutRequests, "OutRequests"),
		FIELD(MIB_IPSTATS, dwOutDiscards, "OutDiscards"),
		FIELD(MIB_IPSTATS, dwOutNoRoutes, "OutNoRoutes"),
		FIELD(MIB_IPSTATS, dwReasmTimeout, "ReasmTimeout"),
		FIELD(MIB_IPSTATS, dwReasmReqds, "ReasmReqds"),
		FIELD(MIB_IPSTATS, dwReasmOks, "ReasmOKs"),
		FIELD(MIB_IPSTATS, dwReasmFails, "ReasmFails"),
		FIELD(MIB_IPSTATS, dwFragOks, "FragOKs"),
		FIELD(MIB_IPSTATS, dwFragFails, "FragFails"),
		FIELD(MIB_IPSTATS, dwFragCreates, "FragCreates"),
	};
	struct counters c;
	DWORD error = start(&c, out, family, "Ip");
	struct network n;

	if (error)
		return error;
	memset(out, 0, sizeof *out);
	out->dwForwarding = MIB_IP_NOT_FORWARDING;
	out->dwDefaultTTL = (DWORD)get(&c, "DefaultTTL");
	if (ip_read(&n)) {
		/* Version 6 has one for each interface. */
		for (ULONG k = 0; family == AF_INET6 && k < n.ni; k++)
			out->dwDefaultTTL = max(out->dwDefaultTTL,
						n.i[k].hop_limit6);
		for (ULONG k = 0; k < n.ni; k++)
			if (n.i[k].forwards & (family == AF_INET ? 1u : 2u))
				out->dwForwarding = MIB_IP_FORWARDING;
		out->dwNumIf = n.ni;
		for (ULONG k = 0; k < n.na; k++)
			out->dwNumAddr += n.a[k].family == family;
		for (ULONG k = 0; k < n.nr; k++)
			out->dwNumRoutes += n.r[k].family == family;
	}
	ip_free(&n);
	out->dwForwDatagrams =
		(DWORD)get(&c, family == AF_INET ? "ForwDatagrams"
						 : "OutForwDatagrams");
	fill(out, &c, fields, ARRAYSIZE(fields));
	finish(&c);
	return NO_ERROR;
}

ULONG WINAPI GetIpStatistics(PMIB_IPSTATS out)
{
	return GetIpStatisticsEx(out, AF_INET);
}

/* ---- ICMP ---- */

#define ICMP_FIELDS(way)                                                       \
	{                                                                      \
		FIELD(MIBICMPSTATS, dwMsgs, way "Msgs"),                       \
		FIELD(MIBICMPSTATS, dwErrors, way "Errors"),                   \
		FIELD(MIBICMPSTATS, dwDestUnreachs, way "DestUnreachs"),       \
		FIELD(MIBICMPSTATS, dwTimeExcds, way "TimeExcds"),             \
		FIELD(MIBICMPSTATS, dwParmProbs, way "ParmProbs"),             \
		FIELD(MIBICMPSTATS, dwSrcQuenchs, way "SrcQuenchs"),           \
		FIELD(MIBICMPSTATS, dwRedirects, way "Redirects"),             \
		FIELD(MIBICMPSTATS, dwEchos, way "Echos"),                     \
		FIELD(MIBICMPSTATS, dwEchoReps, way "EchoReps"),               \
		FIELD(MIBICMPSTATS, dwTimestamps, way "Timestamps"),           \
		FIELD(MIBICMPSTATS, dwTimestampReps, way "TimestampReps"),     \
		FIELD(MIBICMPSTATS, dwAddrMasks, way "AddrMasks"),             \
		FIELD(MIBICMPSTATS, dwAddrMaskReps, way "AddrMaskReps"),       \
	}

ULONG WINAPI GetIcmpStatistics(PMIB_ICMP out)
{
	static const struct field in[] = ICMP_FIELDS("In");
	static const struct field sent[] = ICMP_FIELDS("Out");
	struct counters c;
	DWORD error = start(&c, out, AF_INET, "Icmp");

	if (error)
		return error;
	fill(&out->stats.icmpInStats, &c, in, ARRAYSIZE(in));
	fill(&out->stats.icmpOutStats, &c, sent, ARRAYSIZE(sent));
	finish(&c);
	return NO_ERROR;
}

/* By type of message: Linux counts each of version 6, and in "IcmpMsg" each
   of version 4 that there has been one of. */
static void fill_types(MIBICMPSTATS_EX *s, const struct counters *c,
		       const char *way)
{
	char name[32];

	lstrcpyA(name, way);
	s->dwMsgs = (DWORD)get(c, lstrcatA(name, "Msgs"));
	lstrcpyA(name, way);
	s->dwErrors = (DWORD)get(c, lstrcatA(name, "Errors"));
	for (ULONG type = 0; type < 256; type++) {
		ULONGLONG v = 0;

		lstrcpyA(name, way);
		lstrcatA(name, "Type");
		RtlIntegerToChar(type, 10, 4, name + lstrlenA(name));
		if (c->family == AF_INET)
			count4(c->text, "IcmpMsg", name, &v);
		else
			count6(c->text, "Icmp", name, &v);
		s->rgdwTypeCount[type] = (DWORD)v;
	}
}

ULONG WINAPI GetIcmpStatisticsEx(PMIB_ICMP_EX out, ULONG family)
{
	struct counters c;
	DWORD error = start(&c, out, family, "Icmp");

	if (error)
		return error;
	fill_types(&out->icmpInStats, &c, "In");
	fill_types(&out->icmpOutStats, &c, "Out");
	finish(&c);
	return NO_ERROR;
}
