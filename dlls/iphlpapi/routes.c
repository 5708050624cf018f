/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* routes.c - the routing table, and which way leads somewhere. */
#include "ip.h"

/* To this machine itself, or *r, by interface only (0: any); 0 or an error. */
static DWORD way(const struct network *n, ULONG family, const BYTE *to,
		 ULONG only, ULONG *index, const struct rf_net_route **r)
{
	const struct rf_net_interface *lo = ip_loopback(n);
	BOOL loopback;

	*r = ip_route(n, family, to, only, &loopback);
	if (loopback && lo) {
		*index = lo->index;
		return NO_ERROR;
	}
	if (!*r)
		return ERROR_NETWORK_UNREACHABLE;
	*index = (*r)->index;
	return NO_ERROR;
}

DWORD WINAPI GetBestInterfaceEx(struct sockaddr *to, PDWORD index)
{
	const SOCKADDR_INET *a = (const SOCKADDR_INET *)to;
	const struct rf_net_route *r;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	struct network n;

	if (!to || !index)
		return ERROR_INVALID_PARAMETER;
	if (a->si_family != AF_INET && a->si_family != AF_INET6)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		error = way(&n, a->si_family, ip_bytes(a), 0, index, &r);
	ip_free(&n);
	return error;
}

DWORD WINAPI GetBestInterface(IPAddr address, PDWORD index)
{
	SOCKADDR_INET a;

	ip_sockaddr(&a, AF_INET, (const BYTE *)&address, 0);
	return GetBestInterfaceEx((struct sockaddr *)&a, index);
}

void ip_fill_route(MIB_IPFORWARD_ROW2 *row, const struct network *n,
		   const struct rf_net_route *r)
{
	const struct rf_net_interface *i = ip_by_index(n, r->index);

	memset(row, 0, sizeof *row);
	if (i)
		row->InterfaceLuid = ip_luid(i);
	row->InterfaceIndex = r->index;
	ip_sockaddr(&row->DestinationPrefix.Prefix, r->family, r->to, r->index);
	row->DestinationPrefix.PrefixLength = (UINT8)r->prefix;
	ip_sockaddr(&row->NextHop, r->family, r->gateway, r->index);
	row->ValidLifetime = row->PreferredLifetime = 0xffffffff;
	row->Metric = r->metric;
	row->Protocol = MIB_IPPROTO_NETMGMT;
	row->Origin = NlroManual;
}

static BOOL is_some(const SOCKADDR_INET *a)
{
	static const BYTE none[16];

	return a->si_family != AF_UNSPEC &&
	       memcmp(ip_bytes(a), none, a->si_family == AF_INET ? 4 : 16);
}

NETIO_STATUS NETIOAPI_API_ GetBestRoute2(NET_LUID *luid, NET_IFINDEX index,
					 CONST SOCKADDR_INET *source,
					 CONST SOCKADDR_INET *to, ULONG options,
					 PMIB_IPFORWARD_ROW2 row,
					 SOCKADDR_INET *best)
{
	const struct rf_net_address *own = NULL;
	struct rf_net_route local = { 0 };
	const struct rf_net_route *r;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	ULONG out, only = 0;
	struct network n;

	(void)options;
	if (!to || !row || !best ||
	    (to->si_family != AF_INET && to->si_family != AF_INET6) ||
	    (source && source->si_family != to->si_family &&
	     source->si_family != AF_UNSPEC))
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n)) {
		error = NO_ERROR;
		if ((luid && luid->Value) || index) {
			const NET_LUID none = { 0 };
			const struct rf_net_interface *i =
				ip_find(&n, luid ? luid : &none, index);

			only = i ? i->index : 0;
			error = i ? NO_ERROR : ERROR_FILE_NOT_FOUND;
		}
		if (!error && source && is_some(source)) {
			own = ip_own(&n, source, only);
			error = own ? NO_ERROR : ERROR_INVALID_PARAMETER;
		}
	}
	if (!error)
		error = way(&n, to->si_family, ip_bytes(to),
			    own && !only ? own->index : only, &out, &r);
	if (!error && !r) {
		local.index = out;
		local.family = to->si_family;
		local.prefix = to->si_family == AF_INET ? 32 : 128;
		memcpy(local.to, ip_bytes(to), local.prefix / 8);
		r = &local;
	}
	if (!error) {
		if (!own)
			own = ip_source(&n, out, to->si_family);
		ip_fill_route(row, &n, r);
		ip_sockaddr(best, to->si_family,
			    source && is_some(source) ? ip_bytes(source)
			    : r == &local             ? local.to
			    : own                     ? own->address
						      : r->source,
			    out);
	}
	ip_free(&n);
	return error;
}

NETIO_STATUS NETIOAPI_API_ GetIpForwardTable2(ADDRESS_FAMILY family,
					      PMIB_IPFORWARD_TABLE2 *out)
{
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	struct network n;

	if (!out)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n)) {
		*out = RtlAllocateHeap(
			rf_heap(), HEAP_ZERO_MEMORY,
			offsetof(MIB_IPFORWARD_TABLE2, Table) +
				(n.nr + 1) * sizeof(MIB_IPFORWARD_ROW2));
		error = *out ? NO_ERROR : error;
	}
	for (ULONG k = 0; !error && k < n.nr; k++)
		if (!family || family == n.r[k].family)
			ip_fill_route(&(*out)->Table[(*out)->NumEntries++], &n,
				      &n.r[k]);
	ip_free(&n);
	return error;
}

/* A row's destination, interface and next hop are what it is found by. */
NETIO_STATUS NETIOAPI_API_ GetIpForwardEntry2(PMIB_IPFORWARD_ROW2 row)
{
	const struct rf_net_interface *i;
	const IP_ADDRESS_PREFIX *p;
	struct network n;
	DWORD error;

	if (!row || row->NextHop.si_family !=
			    row->DestinationPrefix.Prefix.si_family)
		return ERROR_INVALID_PARAMETER;
	p = &row->DestinationPrefix;
	error = ip_entry(&n, p->Prefix.si_family, &row->InterfaceLuid,
			 row->InterfaceIndex, &i);
	if (!error)
		error = ERROR_NOT_FOUND;
	for (ULONG k = 0; error == ERROR_NOT_FOUND && k < n.nr; k++) {
		const struct rf_net_route *r = &n.r[k];
		SIZE_T size = r->family == AF_INET ? 4 : 16;

		if (r->index != i->index || r->family != p->Prefix.si_family ||
		    r->prefix != p->PrefixLength ||
		    memcmp(r->to, ip_bytes(&p->Prefix), size) ||
		    memcmp(r->gateway, ip_bytes(&row->NextHop), size))
			continue;
		ip_fill_route(row, &n, r);
		error = NO_ERROR;
	}
	ip_free(&n);
	return error;
}

VOID NETIOAPI_API_ InitializeIpForwardEntry(PMIB_IPFORWARD_ROW2 row)
{
	memset(row, 0, sizeof *row);
	row->ValidLifetime = row->PreferredLifetime = 0xffffffff;
	row->Loopback = row->AutoconfigureAddress = row->Publish =
		row->Immortal = TRUE;
	row->SitePrefixLength = 0xff;
	row->Metric = 0xffffffff;
	row->Protocol = 0xffffffff;
}

static void fill(MIB_IPFORWARDROW *row, const struct rf_net_route *r)
{
	memset(row, 0, sizeof *row);
	memcpy(&row->dwForwardDest, r->to, 4);
	row->dwForwardMask = ip_mask(r->prefix);
	memcpy(&row->dwForwardNextHop, r->gateway, 4);
	row->dwForwardIfIndex = r->index;
	row->dwForwardType = r->has_gateway ? MIB_IPROUTE_TYPE_INDIRECT
					    : MIB_IPROUTE_TYPE_DIRECT;
	row->dwForwardProto = MIB_IPPROTO_NETMGMT;
	row->dwForwardMetric1 = r->metric;
	row->dwForwardMetric2 = row->dwForwardMetric3 = row->dwForwardMetric4 =
		row->dwForwardMetric5 = ~0u;
}

DWORD WINAPI GetIpForwardTable(PMIB_IPFORWARDTABLE out, PULONG size,
			       WINBOOL order)
{
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	struct network n;
	ULONG count = 0, need;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n)) {
		for (ULONG k = 0; k < n.nr; k++)
			count += n.r[k].family == AF_INET;
		need = (ULONG)(offsetof(MIB_IPFORWARDTABLE, table) +
			       count * sizeof out->table[0]);
		error = !out || *size < need ? ERROR_INSUFFICIENT_BUFFER
					     : NO_ERROR;
		if (error)
			*size = need;
	}
	if (!error) {
		out->dwNumEntries = 0;
		for (ULONG k = 0; k < n.nr; k++)
			if (n.r[k].family == AF_INET)
				fill(&out->table[out->dwNumEntries++], &n.r[k]);
	}
	ip_free(&n);
	return error;
}

DWORD WINAPI GetBestRoute(DWORD to, DWORD source, PMIB_IPFORWARDROW row)
{
	const struct rf_net_route *r;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	struct network n;
	ULONG index;

	if (!row)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		error = way(&n, AF_INET, (const BYTE *)&to, 0, &index, &r);
	if (!error && r) {
		fill(row, r);
	} else if (!error) {
		struct rf_net_route local = { .index = index, .prefix = 32 };

		memcpy(local.to, &to, 4);
		fill(row, &local);
	}
	ip_free(&n);
	return error;
}
