/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ip-interfaces.c - interfaces as a version of IP sees them. */
#include "ip.h"

/* An EUI-64 made of the hardware address, as Linux makes them. */
static ULONG64 identifier(const struct rf_net_interface *i)
{
	const BYTE *m = i->mac;
	const BYTE id[8] = {
		m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]
	};
	ULONG64 v = 0;

	if (i->mac_len == 6 && !(i->flags & RF_IFF_LOOPBACK))
		memcpy(&v, id, sizeof v);
	return v;
}

static void fill(MIB_IPINTERFACE_ROW *r, const struct rf_net_interface *i,
		 ADDRESS_FAMILY family)
{
	enum { MTU_EXPIRES_MS = 600000 }; /* net.ipv4.route.mtu_expires */
	BOOL six = family == AF_INET6;
	BOOL link = i->type == RF_ARP_ETHER;

	memset(r, 0, sizeof *r);
	r->Family = family;
	r->InterfaceLuid = ip_luid(i);
	r->InterfaceIndex = i->index;
	r->MaxReassemblySize = 65535;
	r->InterfaceIdentifier = identifier(i);
	r->ForwardingEnabled = (i->forwards & (six ? 2 : 1)) != 0;
	/* Linux' sockets are of the whole machine. */
	r->WeakHostSend = r->WeakHostReceive = TRUE;
	r->UseAutomaticMetric = TRUE;
	r->UseNeighborUnreachabilityDetection = link;
	r->RouterDiscoveryBehavior =
		six && link ? RouterDiscoveryEnabled : RouterDiscoveryDisabled;
	r->DadTransmits = six ? i->dad_transmits : 0;
	r->BaseReachableTime = i->reachable_ms ? i->reachable_ms : 30000;
	r->RetransmitTime = i->retransmit_ms ? i->retransmit_ms : 1000;
	r->PathMtuDiscoveryTimeout = MTU_EXPIRES_MS;
	r->LinkLocalAddressBehavior =
		six && link ? LinkLocalAlwaysOn : LinkLocalAlwaysOff;
	for (int z = 0; z < ScopeLevelCount; z++)
		r->ZoneIndices[z] = i->index;
	r->SitePrefixLength = six ? 64 : 0;
	r->Metric = ip_metric(i);
	r->NlMtu = six && i->mtu6 ? i->mtu6 : i->mtu;
	r->Connected = ip_status(i) == IfOperStatusUp;
	r->SupportsNeighborDiscovery = link;
	r->SupportsRouterDiscovery = link;
	r->ReachableTime = r->BaseReachableTime;
}

NETIO_STATUS NETIOAPI_API_ GetIpInterfaceTable(ADDRESS_FAMILY family,
					       PMIB_IPINTERFACE_TABLE *out)
{
	static const ADDRESS_FAMILY families[] = { AF_INET, AF_INET6 };
	MIB_IPINTERFACE_TABLE *t = NULL;
	struct network n;

	if (!out ||
	    (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		t = ip_table(offsetof(MIB_IPINTERFACE_TABLE, Table),
			     sizeof t->Table[0], 2 * n.ni);
	if (t)
		t->NumEntries = 0;
	for (ULONG f = 0; t && f < ARRAYSIZE(families); f++)
		for (ULONG k = 0; k < n.ni; k++)
			if ((!family || family == families[f]) &&
			    ip_has_address(&n, n.i[k].index, families[f]))
				fill(&t->Table[t->NumEntries++], &n.i[k],
				     families[f]);
	*out = t;
	ip_free(&n);
	return t ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

NETIO_STATUS NETIOAPI_API_ GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row)
{
	const struct rf_net_interface *i;
	struct network n;
	DWORD error;

	if (!row)
		return ERROR_INVALID_PARAMETER;
	error = ip_entry(&n, row->Family, &row->InterfaceLuid,
			 row->InterfaceIndex, &i);
	if (!error && !ip_has_address(&n, i->index, row->Family))
		error = ERROR_NOT_FOUND;
	if (!error)
		fill(row, i, row->Family);
	ip_free(&n);
	return error;
}

VOID NETIOAPI_API_ InitializeIpInterfaceEntry(PMIB_IPINTERFACE_ROW row)
{
	memset(row, 0, sizeof *row);
}

/* ---- compartments: there is one ---- */

/* Not in the headers. */
enum { NET_IF_COMPARTMENT_ID_UNSPECIFIED, NET_IF_COMPARTMENT_ID_PRIMARY };

NET_IF_COMPARTMENT_ID NETIOAPI_API_ GetCurrentThreadCompartmentId(VOID)
{
	return NET_IF_COMPARTMENT_ID_PRIMARY;
}

NETIO_STATUS NETIOAPI_API_
SetCurrentThreadCompartmentId(NET_IF_COMPARTMENT_ID id)
{
	return id == NET_IF_COMPARTMENT_ID_PRIMARY ||
			       id == NET_IF_COMPARTMENT_ID_UNSPECIFIED
		       ? NO_ERROR
		       : ERROR_NOT_FOUND;
}

NET_IF_COMPARTMENT_ID NETIOAPI_API_ GetSessionCompartmentId(ULONG session)
{
	(void)session;
	return NET_IF_COMPARTMENT_ID_PRIMARY;
}
