/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * neighbors.c - what is known of the neighbours' hardware addresses (ARP, and
 * neighbour discovery for IPv6), and asking for one.
 */
#include "ip.h"

#include <stdlib.h>
#include <ws2tcpip.h>

/* As long as ARP tries on Windows, with some rest. */
enum { PATIENCE_MS = 3500 };

static struct rf_net_neighbor *read_all(ULONG *count)
{
	ULONG len = 0;
	struct rf_net_neighbor *v = rf_net_info(RF_NET_NEIGHBORS, &len);

	*count = v ? len / sizeof *v : 0;
	return v;
}

static NL_NEIGHBOR_STATE state_of(const struct rf_net_neighbor *b)
{
	switch (b->state) {
	case RF_NUD_INCOMPLETE:
		return NlnsIncomplete;
	case RF_NUD_REACHABLE:
		return NlnsReachable;
	case RF_NUD_STALE:
		return NlnsStale;
	case RF_NUD_DELAY:
		return NlnsDelay;
	case RF_NUD_PROBE:
		return NlnsProbe;
	case RF_NUD_NOARP:
	case RF_NUD_PERMANENT:
		return NlnsPermanent;
	}
	return NlnsUnreachable;
}

static void fill_row2(MIB_IPNET_ROW2 *r, const struct rf_net_interface *i,
		      const struct rf_net_neighbor *b)
{
	memset(r, 0, sizeof *r);
	ip_sockaddr(&r->Address, b->family, b->address, i->index);
	r->InterfaceIndex = i->index;
	r->InterfaceLuid = ip_luid(i);
	r->PhysicalAddressLength = b->mac_len;
	memcpy(r->PhysicalAddress, b->mac, b->mac_len);
	r->State = state_of(b);
	r->IsRouter = (b->flags & RF_NTF_ROUTER) != 0;
	r->IsUnreachable = r->State == NlnsUnreachable;
	r->ReachabilityTime.LastReachable = b->confirmed_ms;
}

NETIO_STATUS NETIOAPI_API_ GetIpNetTable2(ADDRESS_FAMILY family,
					  PMIB_IPNET_TABLE2 *out)
{
	struct rf_net_neighbor *v = NULL;
	MIB_IPNET_TABLE2 *t = NULL;
	struct network n;
	ULONG count;

	if (!out ||
	    (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n) && (v = read_all(&count)))
		t = ip_table(offsetof(MIB_IPNET_TABLE2, Table),
			     sizeof t->Table[0], count);
	if (t)
		t->NumEntries = 0;
	for (ULONG k = 0; t && k < count; k++) {
		const struct rf_net_interface *i = ip_by_index(&n, v[k].index);

		if (i && (!family || family == v[k].family))
			fill_row2(&t->Table[t->NumEntries++], i, &v[k]);
	}
	*out = t;
	RtlFreeHeap(rf_heap(), 0, v);
	ip_free(&n);
	return t ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

NETIO_STATUS NETIOAPI_API_ GetIpNetEntry2(PMIB_IPNET_ROW2 row)
{
	const struct rf_net_interface *i;
	struct rf_net_neighbor *v = NULL;
	ULONG count = 0;
	struct network n;
	DWORD error;

	error = ip_row_entry(&n, row, &i);
	if (!error) {
		v = read_all(&count);
		error = v ? ERROR_NOT_FOUND : ERROR_NOT_ENOUGH_MEMORY;
	}
	for (ULONG k = 0; k < count; k++)
		if (v[k].index == i->index &&
		    v[k].family == row->Address.si_family &&
		    !memcmp(v[k].address, ip_bytes(&row->Address),
			    v[k].family == AF_INET ? 4 : 16)) {
			fill_row2(row, i, &v[k]);
			error = NO_ERROR;
			break;
		}
	RtlFreeHeap(rf_heap(), 0, v);
	ip_free(&n);
	return error;
}

/* ---- the table of old: version 4 alone ---- */

static BOOL in_old_table(const struct rf_net_neighbor *b)
{
	return b->family == AF_INET && b->mac_len &&
	       b->mac_len <= MAXLEN_PHYSADDR;
}

static int compare(const void *x, const void *y)
{
	return memcmp(&((const MIB_IPNETROW *)x)->dwAddr,
		      &((const MIB_IPNETROW *)y)->dwAddr, sizeof(DWORD));
}

ULONG WINAPI GetIpNetTable(PMIB_IPNETTABLE out, PULONG size, WINBOOL order)
{
	struct rf_net_neighbor *v;
	DWORD error;
	ULONG count, used = 0;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	v = read_all(&count);
	if (!v)
		return ERROR_NOT_ENOUGH_MEMORY;
	for (ULONG k = 0; k < count; k++)
		used += in_old_table(&v[k]);
	error = ip_fits(out, size,
			offsetof(MIB_IPNETTABLE, table) +
				(used ? used : 1) * sizeof out->table[0]);
	if (!error) {
		out->dwNumEntries = 0;
		for (ULONG k = 0; k < count; k++) {
			MIB_IPNETROW *r = &out->table[out->dwNumEntries];

			if (!in_old_table(&v[k]))
				continue;
			memset(r, 0, sizeof *r);
			r->dwIndex = v[k].index;
			r->dwPhysAddrLen = v[k].mac_len;
			memcpy(r->bPhysAddr, v[k].mac, v[k].mac_len);
			memcpy(&r->dwAddr, v[k].address, 4);
			r->dwType = state_of(&v[k]) == NlnsPermanent
					    ? MIB_IPNET_TYPE_STATIC
				    : state_of(&v[k]) == NlnsUnreachable
					    ? MIB_IPNET_TYPE_INVALID
					    : MIB_IPNET_TYPE_DYNAMIC;
			out->dwNumEntries++;
		}
		if (order)
			qsort(out->table, out->dwNumEntries,
			      sizeof out->table[0], compare);
		error = out->dwNumEntries ? NO_ERROR : ERROR_NO_DATA;
	}
	RtlFreeHeap(rf_heap(), 0, v);
	return error;
}

/* ---- asking ---- */

/* Makes the host look for it: any datagram does. */
static void stir(const SOCKADDR_INET *to, const SOCKADDR_INET *from)
{
	enum { DISCARD = 9 };
	int len = to->si_family == AF_INET ? (int)sizeof to->Ipv4
					   : (int)sizeof to->Ipv6;
	SOCKADDR_INET at = *to;
	WSADATA data;
	SOCKET s;

	if (WSAStartup(MAKEWORD(2, 2), &data))
		return;
	s = socket(to->si_family, SOCK_DGRAM, 0);
	if (s != INVALID_SOCKET) {
		if (from && from->si_family == to->si_family)
			bind(s, (const SOCKADDR *)from, len);
		at.Ipv4.sin_port = htons(DISCARD); /* where IPv6's is, too */
		sendto(s, "", 0, 0, (const SOCKADDR *)&at, len);
		closesocket(s);
	}
	WSACleanup();
}

/*
 * What is known of row's address by now; ERROR_NOT_FOUND: nothing yet.  Whoever
 * has failed before is asked again, and says so again.
 */
static DWORD known(MIB_IPNET_ROW2 *row, BOOL asked)
{
	MIB_IPNET_ROW2 now = *row;
	DWORD error = GetIpNetEntry2(&now);

	if (error)
		return error;
	if (now.PhysicalAddressLength && now.State != NlnsUnreachable &&
	    now.State != NlnsIncomplete) {
		*row = now;
		return NO_ERROR;
	}
	return asked && now.State == NlnsUnreachable ? ERROR_BAD_NET_NAME
						     : ERROR_NOT_FOUND;
}

/* Until it is known or given up. */
static DWORD ask(MIB_IPNET_ROW2 *row, const SOCKADDR_INET *from)
{
	ULONGLONG end = GetTickCount64() + PATIENCE_MS;
	HANDLE h = rf_net_open(TRUE);
	const ULONG what = RF_NET_CHANGE_NEIGHBORS;
	DWORD error = ERROR_NOT_FOUND, n;
	OVERLAPPED o = { 0 };
	BOOL asked = FALSE;

	o.hEvent = h ? CreateEventW(NULL, TRUE, FALSE, NULL) : NULL;
	if (!o.hEvent)
		error = ERROR_NOT_ENOUGH_MEMORY;
	while (error == ERROR_NOT_FOUND) {
		ULONGLONG now = GetTickCount64();

		/* Listening first: what comes between is not missed. */
		if (now >= end ||
		    (!DeviceIoControl(h, IOCTL_AFD_NET_CHANGE, (void *)&what,
				      sizeof what, NULL, 0, NULL, &o) &&
		     GetLastError() != ERROR_IO_PENDING))
			break;
		error = known(row, asked);
		if (error == ERROR_NOT_FOUND) {
			if (!asked)
				stir(&row->Address, from);
			asked = TRUE;
			WaitForSingleObject(o.hEvent, (DWORD)(end - now));
		}
		CancelIoEx(h, &o);
		GetOverlappedResult(h, &o, &n, TRUE);
	}
	if (o.hEvent)
		CloseHandle(o.hEvent);
	if (h)
		NtClose(h);
	return error == ERROR_NOT_FOUND ? ERROR_BAD_NET_NAME : error;
}

static BOOL is_loopback(const SOCKADDR_INET *a)
{
	static const BYTE one[16] = { [15] = 1 };

	return a->si_family == AF_INET ? *ip_bytes(a) == 127
				       : !memcmp(ip_bytes(a), one, sizeof one);
}

NETIO_STATUS NETIOAPI_API_ ResolveIpNetEntry2(PMIB_IPNET_ROW2 row,
					      CONST SOCKADDR_INET *from)
{
	const struct rf_net_interface *i;
	struct network n;
	DWORD error;

	error = ip_row_entry(&n, row, &i);
	ip_free(&n);
	if (error == ERROR_FILE_NOT_FOUND)
		return ERROR_NOT_FOUND;
	if (!error && is_loopback(&row->Address))
		return ERROR_INVALID_PARAMETER;
	return error ? error : ask(row, from);
}

/*
 * By which interface a neighbour is reached; 0, with *own where it is ourselves
 * by that, or an error.
 */
static DWORD find_link(const SOCKADDR_INET *to, MIB_IPNET_ROW2 *row, BOOL *own)
{
	const struct rf_net_interface *i = NULL;
	const struct rf_net_address *own_address;
	const struct rf_net_route *r;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	struct network n;
	BOOL loopback;

	memset(row, 0, sizeof *row);
	row->Address = *to;
	*own = FALSE;
	if (ip_read(&n)) {
		r = ip_route(&n, to->si_family, ip_bytes(to), 0, &loopback);
		own_address = ip_own(&n, to, 0);
		if (own_address)
			i = ip_by_index(&n, own_address->index);
		*own = i != NULL;
		/* A router is asked for the rest: not this neighbour. */
		if (r && !r->has_gateway)
			i = ip_by_index(&n, r->index);
		error = i ? NO_ERROR : ERROR_BAD_NET_NAME;
	}
	if (!error) {
		row->InterfaceIndex = i->index;
		row->PhysicalAddressLength = i->mac_len;
		memcpy(row->PhysicalAddress, i->mac, i->mac_len);
	}
	ip_free(&n);
	return error;
}

static DWORD resolve(const SOCKADDR_INET *to, const SOCKADDR_INET *from,
		     void *mac, ULONG *len)
{
	MIB_IPNET_ROW2 row;
	DWORD error;
	BOOL own;

	if (!mac || !len || is_loopback(to))
		return ERROR_INVALID_PARAMETER;
	error = find_link(to, &row, &own);
	if (!error && !own)
		error = ask(&row, from);
	if (error)
		return error;
	if (!row.PhysicalAddressLength)
		return ERROR_NOT_SUPPORTED;
	if (*len < row.PhysicalAddressLength) {
		*len = row.PhysicalAddressLength;
		return ERROR_BUFFER_OVERFLOW;
	}
	*len = row.PhysicalAddressLength;
	memcpy(mac, row.PhysicalAddress, row.PhysicalAddressLength);
	return NO_ERROR;
}

DWORD WINAPI SendARP(IPAddr to, IPAddr from, PVOID mac, PULONG len)
{
	SOCKADDR_INET a, b;
	DWORD error;

	ip_sockaddr(&a, AF_INET, (const BYTE *)&to, 0);
	ip_sockaddr(&b, AF_INET, (const BYTE *)&from, 0);
	error = resolve(&a, from ? &b : NULL, mac, len);
	/* The link is there, but nobody answers. */
	return error == ERROR_BAD_NET_NAME ? ERROR_GEN_FAILURE : error;
}

ULONG WINAPI ResolveNeighbor(SOCKADDR *to, PVOID mac, PULONG len)
{
	const SOCKADDR_INET *a = (const SOCKADDR_INET *)to;

	if (!a || (a->si_family != AF_INET && a->si_family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	return resolve(a, NULL, mac, len);
}
