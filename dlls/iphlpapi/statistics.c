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

/* ---- TCP: Linux counts both versions together ---- */

static DWORD connections(ULONG family)
{
	ULONG len = 0, n = 0;
	struct rf_net_connection *c = rf_net_info(RF_NET_TCP, &len);

	for (ULONG k = 0; c && k < len / sizeof *c; k++)
		n += c[k].family == family;
	RtlFreeHeap(rf_heap(), 0, c);
	return n;
}

ULONG WINAPI GetTcpStatisticsEx2(MIB_TCPSTATS2 *out, ULONG family)
{
	struct counters c;
	DWORD error = start(&c, out, family, "Tcp");

	if (error)
		return error;
	c.family = AF_INET; /* where they are */
	memset(out, 0, sizeof *out);
	out->dwRtoAlgorithm = (DWORD)get(&c, "RtoAlgorithm");
	out->dwRtoMin = (DWORD)get(&c, "RtoMin");
	out->dwRtoMax = (DWORD)get(&c, "RtoMax");
	out->dwMaxConn = (DWORD)get(&c, "MaxConn");
	out->dwActiveOpens = (DWORD)get(&c, "ActiveOpens");
	out->dwPassiveOpens = (DWORD)get(&c, "PassiveOpens");
	out->dwAttemptFails = (DWORD)get(&c, "AttemptFails");
	out->dwEstabResets = (DWORD)get(&c, "EstabResets");
	out->dwCurrEstab = (DWORD)get(&c, "CurrEstab");
	out->dw64InSegs = get(&c, "InSegs");
	out->dw64OutSegs = get(&c, "OutSegs");
	out->dwRetransSegs = (DWORD)get(&c, "RetransSegs");
	out->dwInErrs = (DWORD)get(&c, "InErrs");
	out->dwOutRsts = (DWORD)get(&c, "OutRsts");
	out->dwNumConns = connections(family);
	finish(&c);
	return NO_ERROR;
}

ULONG WINAPI GetTcpStatisticsEx(PMIB_TCPSTATS out, ULONG family)
{
	MIB_TCPSTATS2 s;
	DWORD error = GetTcpStatisticsEx2(out ? &s : NULL, family);

	if (error)
		return error;
	out->dwRtoAlgorithm = s.dwRtoAlgorithm;
	out->dwRtoMin = s.dwRtoMin;
	out->dwRtoMax = s.dwRtoMax;
	out->dwMaxConn = s.dwMaxConn;
	out->dwActiveOpens = s.dwActiveOpens;
	out->dwPassiveOpens = s.dwPassiveOpens;
	out->dwAttemptFails = s.dwAttemptFails;
	out->dwEstabResets = s.dwEstabResets;
	out->dwCurrEstab = s.dwCurrEstab;
	out->dwInSegs = (DWORD)s.dw64InSegs;
	out->dwOutSegs = (DWORD)s.dw64OutSegs;
	out->dwRetransSegs = s.dwRetransSegs;
	out->dwInErrs = s.dwInErrs;
	out->dwOutRsts = s.dwOutRsts;
	out->dwNumConns = s.dwNumConns;
	return NO_ERROR;
}

ULONG WINAPI GetTcpStatistics(PMIB_TCPSTATS out)
{
	return GetTcpStatisticsEx(out, AF_INET);
}

/* ---- UDP ---- */

static DWORD listeners(ULONG family)
{
	ULONG len = 0, n = 0;
	struct rf_net_connection *c = rf_net_info(RF_NET_UDP, &len);

	for (ULONG k = 0; c && k < len / sizeof *c; k++)
		n += c[k].family == family;
	RtlFreeHeap(rf_heap(), 0, c);
	return n;
}

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
	out->dwNumAddrs = listeners(family);
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
	struct counters c;
	DWORD error = start(&c, out, family, "Ip");
	struct network n;

	if (error)
		return error;
	memset(out, 0, sizeof *out);
	out->dwForwarding = MIB_IP_NOT_FORWARDING;
	if (ip_read(&n)) {
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
	out->dwDefaultTTL =
		family == AF_INET ? (DWORD)get(&c, "DefaultTTL") : 64;
	out->dwInReceives = (DWORD)get(&c, "InReceives");
	out->dwInHdrErrors = (DWORD)get(&c, "InHdrErrors");
	out->dwInAddrErrors = (DWORD)get(&c, "InAddrErrors");
	out->dwForwDatagrams = (DWORD)get(
		&c, family == AF_INET ? "ForwDatagrams" : "OutForwDatagrams");
	out->dwInUnknownProtos = (DWORD)get(&c, "InUnknownProtos");
	out->dwInDiscards = (DWORD)get(&c, "InDiscards");
	out->dwInDelivers = (DWORD)get(&c, "InDelivers");
	out->dwOutRequests = (DWORD)get(&c, "OutRequests");
	out->dwOutDiscards = (DWORD)get(&c, "OutDiscards");
	out->dwOutNoRoutes = (DWORD)get(&c, "OutNoRoutes");
	out->dwReasmTimeout = (DWORD)get(&c, "ReasmTimeout");
	out->dwReasmReqds = (DWORD)get(&c, "ReasmReqds");
	out->dwReasmOks = (DWORD)get(&c, "ReasmOKs");
	out->dwReasmFails = (DWORD)get(&c, "ReasmFails");
	out->dwFragOks = (DWORD)get(&c, "FragOKs");
	out->dwFragFails = (DWORD)get(&c, "FragFails");
	out->dwFragCreates = (DWORD)get(&c, "FragCreates");
	finish(&c);
	return NO_ERROR;
}

ULONG WINAPI GetIpStatistics(PMIB_IPSTATS out)
{
	return GetIpStatisticsEx(out, AF_INET);
}

/* ---- ICMP ---- */

static void fill_icmp(MIBICMPSTATS *s, const struct counters *c,
		      const char *way)
{
	static const struct {
		const char *name;
		SIZE_T at;
	} fields[] = {
		{ "Msgs", offsetof(MIBICMPSTATS, dwMsgs) },
		{ "Errors", offsetof(MIBICMPSTATS, dwErrors) },
		{ "DestUnreachs", offsetof(MIBICMPSTATS, dwDestUnreachs) },
		{ "TimeExcds", offsetof(MIBICMPSTATS, dwTimeExcds) },
		{ "ParmProbs", offsetof(MIBICMPSTATS, dwParmProbs) },
		{ "SrcQuenchs", offsetof(MIBICMPSTATS, dwSrcQuenchs) },
		{ "Redirects", offsetof(MIBICMPSTATS, dwRedirects) },
		{ "Echos", offsetof(MIBICMPSTATS, dwEchos) },
		{ "EchoReps", offsetof(MIBICMPSTATS, dwEchoReps) },
		{ "Timestamps", offsetof(MIBICMPSTATS, dwTimestamps) },
		{ "TimestampReps", offsetof(MIBICMPSTATS, dwTimestampReps) },
		{ "AddrMasks", offsetof(MIBICMPSTATS, dwAddrMasks) },
		{ "AddrMaskReps", offsetof(MIBICMPSTATS, dwAddrMaskReps) },
	};

	for (ULONG k = 0; k < ARRAYSIZE(fields); k++) {
		char name[32];

		lstrcpyA(name, way);
		lstrcatA(name, fields[k].name);
		*(DWORD *)((BYTE *)s + fields[k].at) = (DWORD)get(c, name);
	}
}

ULONG WINAPI GetIcmpStatistics(PMIB_ICMP out)
{
	struct counters c;
	DWORD error = start(&c, out, AF_INET, "Icmp");

	if (error)
		return error;
	fill_icmp(&out->stats.icmpInStats, &c, "In");
	fill_icmp(&out->stats.icmpOutStats, &c, "Out");
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
