/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * addresses.c - the addresses that interfaces have: their own, and those of
 * groups that they listen to.
 */
#include "ip.h"

NL_DAD_STATE ip_dad_state(const struct rf_net_address *a)
{
	enum { TENTATIVE = 0x40, DEPRECATED = 0x20, FAILED = 8 };

	return a->flags & FAILED       ? IpDadStateDuplicate
	       : a->flags & TENTATIVE  ? IpDadStateTentative
	       : a->flags & DEPRECATED ? IpDadStateDeprecated
				       : IpDadStatePreferred;
}

NL_SUFFIX_ORIGIN ip_suffix_origin(const struct rf_net_address *a)
{
	enum { TEMPORARY = 1 }; /* of version 4 it says something else */

	return a->flags & TEMPORARY && a->family == AF_INET6
		       ? IpSuffixOriginRandom
		       : IpSuffixOriginManual;
}

BOOL ip_has_address(const struct network *n, ULONG index, ULONG family)
{
	for (ULONG k = 0; k < n->na; k++)
		if (n->a[k].index == index &&
		    (!family || n->a[k].family == family))
			return TRUE;
	return FALSE;
}

DWORD WINAPI GetIpAddrTable(PMIB_IPADDRTABLE out, PULONG size, WINBOOL order)
{
	struct network n;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	ULONG count = 0;

	if (ip_read(&n)) {
		for (ULONG k = 0; k < n.na; k++)
			count += n.a[k].family == AF_INET;
		error = ip_fits(out, size,
				offsetof(MIB_IPADDRTABLE, table) +
					count * sizeof out->table[0]);
	}
	if (!error) {
		out->dwNumEntries = 0;
		for (ULONG k = 0; k < n.na; k++) {
			MIB_IPADDRROW *r = &out->table[out->dwNumEntries];

			if (n.a[k].family != AF_INET)
				continue;
			memset(r, 0, sizeof *r);
			memcpy(&r->dwAddr, n.a[k].address, 4);
			r->dwIndex = n.a[k].index;
			r->dwMask = ip_mask(n.a[k].prefix);
			r->dwBCastAddr = 1;
			r->dwReasmSize = 65535;
			r->wType = MIB_IPADDR_PRIMARY;
			out->dwNumEntries++;
		}
	}
	ip_free(&n);
	return error;
}

/* ---- of their own ---- */

void ip_fill_address(MIB_UNICASTIPADDRESS_ROW *r,
		     const struct rf_net_interface *i,
		     const struct rf_net_address *a)
{
	memset(r, 0, sizeof *r);
	ip_sockaddr(&r->Address, a->family, a->address, i->index);
	r->InterfaceLuid = ip_luid(i);
	r->InterfaceIndex = i->index;
	r->PrefixOrigin = IpPrefixOriginManual;
	r->SuffixOrigin = ip_suffix_origin(a);
	r->ValidLifetime = a->valid;
	r->PreferredLifetime = a->preferred;
	r->OnLinkPrefixLength = (UINT8)a->prefix;
	r->DadState = ip_dad_state(a);
}

static BOOL is_family(ADDRESS_FAMILY family)
{
	return family == AF_UNSPEC || family == AF_INET || family == AF_INET6;
}

NETIO_STATUS NETIOAPI_API_ GetUnicastIpAddressTable(
	ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *out)
{
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	MIB_UNICASTIPADDRESS_TABLE *t = NULL;
	struct network n;

	if (!out || !is_family(family))
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		t = ip_table(offsetof(MIB_UNICASTIPADDRESS_TABLE, Table),
			     sizeof t->Table[0], n.na);
	if (t) {
		t->NumEntries = 0;
		error = NO_ERROR;
	}
	for (ULONG k = 0; t && k < n.na; k++) {
		const struct rf_net_interface *i =
			ip_by_index(&n, n.a[k].index);

		if (i && (!family || family == n.a[k].family))
			ip_fill_address(&t->Table[t->NumEntries++], i, &n.a[k]);
	}
	*out = t;
	ip_free(&n);
	return error;
}

NETIO_STATUS NETIOAPI_API_
GetUnicastIpAddressEntry(PMIB_UNICASTIPADDRESS_ROW row)
{
	const struct rf_net_interface *i;
	struct network n;
	DWORD error;

	error = ip_row_entry(&n, row, &i);
	if (!error) {
		const struct rf_net_address *a =
			ip_own(&n, &row->Address, i->index);

		error = a ? NO_ERROR : ERROR_NOT_FOUND;
		if (a)
			ip_fill_address(row, i, a);
	}
	ip_free(&n);
	return error;
}

/* As they are now: those that are still being tried are in it as tentative. */
NETIO_STATUS NETIOAPI_API_ NotifyStableUnicastIpAddressTable(
	ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *out,
	PSTABLE_UNICAST_IPADDRESS_TABLE_CALLBACK fn, PVOID context,
	HANDLE *handle)
{
	(void)context;
	if (!fn || !handle)
		return ERROR_INVALID_PARAMETER;
	*handle = NULL;
	return GetUnicastIpAddressTable(family, out);
}

VOID NETIOAPI_API_
InitializeUnicastIpAddressEntry(PMIB_UNICASTIPADDRESS_ROW row)
{
	memset(row, 0, sizeof *row);
	row->PrefixOrigin = IpPrefixOriginUnchanged;
	row->SuffixOrigin = IpSuffixOriginUnchanged;
	row->OnLinkPrefixLength = 255;
	row->ValidLifetime = row->PreferredLifetime = 0xffffffff;
}

/* ---- of groups ---- */

/*
 * Rows of multicast and anycast addresses are alike: the address, the interface
 * by number and LUID, and a scope.
 */
_Static_assert(sizeof(MIB_MULTICASTIPADDRESS_ROW) ==
			       sizeof(MIB_ANYCASTIPADDRESS_ROW) &&
		       offsetof(MIB_MULTICASTIPADDRESS_ROW, InterfaceLuid) ==
			       offsetof(MIB_ANYCASTIPADDRESS_ROW,
					InterfaceLuid) &&
		       offsetof(MIB_MULTICASTIPADDRESS_TABLE, Table) ==
			       offsetof(MIB_ANYCASTIPADDRESS_TABLE, Table),
	       "one shape");

static void fill_group(MIB_MULTICASTIPADDRESS_ROW *r,
		       const struct rf_net_interface *i,
		       const struct rf_net_group *g)
{
	memset(r, 0, sizeof *r);
	ip_sockaddr(&r->Address, g->family, g->address, i->index);
	r->InterfaceIndex = i->index;
	r->InterfaceLuid = ip_luid(i);
}

/* Calls fn for each until that says FALSE; FALSE: no memory. */
static BOOL each_group(const struct network *n, ULONG family, BOOL anycast,
		       BOOL (*fn)(void *arg, const struct rf_net_interface *i,
				  const struct rf_net_group *g),
		       void *arg)
{
	ULONG len = 0;
	struct rf_net_group *g = rf_net_info(RF_NET_GROUPS, &len);

	for (ULONG k = 0; g && k < len / sizeof *g; k++) {
		const struct rf_net_interface *i = ip_by_index(n, g[k].index);

		if (!i || (family && family != g[k].family) ||
		    anycast != (g[k].anycast != 0))
			continue;
		if (!fn(arg, i, &g[k]))
			break;
	}
	RtlFreeHeap(rf_heap(), 0, g);
	return g != NULL;
}

struct growing {
	MIB_MULTICASTIPADDRESS_TABLE *table;
	ULONG room;
};

static BOOL append_group(void *arg, const struct rf_net_interface *i,
			 const struct rf_net_group *group)
{
	struct growing *g = arg;
	MIB_MULTICASTIPADDRESS_TABLE *t = g->table;

	if (!t || t->NumEntries == g->room) {
		ULONG used = t ? t->NumEntries : 0;
		MIB_MULTICASTIPADDRESS_TABLE *more =
			ip_table(offsetof(MIB_MULTICASTIPADDRESS_TABLE, Table),
				 sizeof t->Table[0], g->room * 2 + 16);

		if (!more)
			return FALSE;
		if (t)
			memcpy(more->Table, t->Table, used * sizeof *t->Table);
		FreeMibTable(t);
		more->NumEntries = used;
		g->table = t = more;
		g->room = g->room * 2 + 16;
	}
	fill_group(&t->Table[t->NumEntries++], i, group);
	return TRUE;
}

static DWORD group_table(ADDRESS_FAMILY family, BOOL anycast,
			 MIB_MULTICASTIPADDRESS_TABLE **out)
{
	struct growing g = { NULL, 0 };
	struct network n;
	BOOL ok;

	if (!out || !is_family(family))
		return ERROR_INVALID_PARAMETER;
	ok = ip_read(&n) && each_group(&n, family, anycast, append_group, &g);
	ip_free(&n);
	*out = g.table;
	return !ok       ? ERROR_NOT_ENOUGH_MEMORY
	       : g.table ? NO_ERROR
			 : ERROR_NOT_FOUND;
}

NETIO_STATUS NETIOAPI_API_ GetMulticastIpAddressTable(
	ADDRESS_FAMILY family, PMIB_MULTICASTIPADDRESS_TABLE *out)
{
	return group_table(family, FALSE, out);
}

NETIO_STATUS NETIOAPI_API_ GetAnycastIpAddressTable(
	ADDRESS_FAMILY family, PMIB_ANYCASTIPADDRESS_TABLE *out)
{
	return group_table(family, TRUE, (MIB_MULTICASTIPADDRESS_TABLE **)out);
}

struct search {
	MIB_MULTICASTIPADDRESS_ROW *row;
	ULONG index;
	BOOL found;
};

static BOOL look_for_group(void *arg, const struct rf_net_interface *i,
			   const struct rf_net_group *g)
{
	struct search *s = arg;

	if (i->index != s->index ||
	    memcmp(ip_bytes(&s->row->Address), g->address,
		   g->family == AF_INET ? 4 : 16) != 0)
		return TRUE;
	fill_group(s->row, i, g);
	s->found = TRUE;
	return FALSE;
}

static DWORD group_entry(MIB_MULTICASTIPADDRESS_ROW *row, BOOL anycast)
{
	struct search s = { .row = row };
	const struct rf_net_interface *i;
	struct network n;
	DWORD error;

	error = ip_row_entry(&n, row, &i);
	if (!error) {
		s.index = i->index;
		if (!each_group(&n, row->Address.si_family, anycast,
				look_for_group, &s))
			error = ERROR_NOT_ENOUGH_MEMORY;
		else if (!s.found)
			error = ERROR_NOT_FOUND;
	}
	ip_free(&n);
	return error;
}

NETIO_STATUS NETIOAPI_API_
GetMulticastIpAddressEntry(PMIB_MULTICASTIPADDRESS_ROW row)
{
	return group_entry(row, FALSE);
}

NETIO_STATUS NETIOAPI_API_
GetAnycastIpAddressEntry(PMIB_ANYCASTIPADDRESS_ROW row)
{
	return group_entry((MIB_MULTICASTIPADDRESS_ROW *)row, TRUE);
}
