/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * adapters.c - GetAdaptersAddresses, GetAdaptersInfo, GetNetworkParams: lists
 * whose parts all lie in the caller's buffer.
 *
 * One pass lays everything out; where the buffer ends it only counts on, so
 * that the size asked for is the size needed.
 */
#include "ip.h"

struct buffer {
	BYTE *at;
	SIZE_T used, room;
};

/* n zeroed bytes, or NULL once the buffer is full. */
static void *get(struct buffer *b, SIZE_T n)
{
	SIZE_T at = (b->used + 7) & ~(SIZE_T)7;

	b->used = at + n;
	if (!b->at || b->used > b->room)
		return NULL;
	memset(b->at + at, 0, n);
	return b->at + at;
}

static void put_wide(struct buffer *b, const char *text, WCHAR **to)
{
	SIZE_T n = (SIZE_T)lstrlenA(text) + 1;
	WCHAR *w = get(b, n * sizeof *w);

	if (!w)
		return;
	for (SIZE_T i = 0; i < n; i++)
		w[i] = (UCHAR)text[i];
	*to = w;
}

static void put_text(struct buffer *b, const char *text, char **to)
{
	char *s = get(b, (SIZE_T)lstrlenA(text) + 1);

	if (!s)
		return;
	lstrcpyA(s, text);
	*to = s;
}

static void put_address(struct buffer *b, SOCKET_ADDRESS *to, ULONG family,
			const BYTE *address, ULONG scope)
{
	SOCKADDR_INET *s = get(b, sizeof *s);

	if (!s)
		return;
	ip_sockaddr(s, family, address, scope);
	to->lpSockaddr = (SOCKADDR *)s;
	to->iSockaddrLength =
		family == AF_INET ? (INT)sizeof s->Ipv4 : (INT)sizeof s->Ipv6;
}

/* ---- GetAdaptersAddresses ---- */

static void unicast(struct buffer *b, const struct network *n,
		    const struct rf_net_interface *i, ULONG family,
		    PIP_ADAPTER_UNICAST_ADDRESS *tail)
{
	for (ULONG k = 0; k < n->na; k++) {
		const struct rf_net_address *a = &n->a[k];
		IP_ADAPTER_UNICAST_ADDRESS *u, scratch;

		if (a->index != i->index || (family && a->family != family))
			continue;
		u = get(b, sizeof *u);
		put_address(b, u ? &u->Address : &scratch.Address, a->family,
			    a->address, i->index);
		if (!u)
			continue;
		u->Length = sizeof *u;
		/* The highest flags' meaning: eligible for DNS. */
		u->Flags = i->flags & RF_IFF_LOOPBACK
				   ? 0
				   : IP_ADAPTER_ADDRESS_DNS_ELIGIBLE;
		u->PrefixOrigin = IpPrefixOriginManual;
		u->SuffixOrigin = ip_suffix_origin(a);
		u->DadState = ip_dad_state(a);
		u->ValidLifetime = u->LeaseLifetime = a->valid;
		u->PreferredLifetime = a->preferred;
		u->OnLinkPrefixLength = (UINT8)a->prefix;
		*tail = u;
		tail = &u->Next;
	}
}

static void prefixes(struct buffer *b, const struct network *n, ULONG index,
		     ULONG family, PIP_ADAPTER_PREFIX *tail)
{
	for (ULONG k = 0; k < n->na; k++) {
		const struct rf_net_address *a = &n->a[k];
		IP_ADAPTER_PREFIX *p, scratch;
		BYTE net[16] = { 0 };

		if (a->index != index || (family && a->family != family))
			continue;
		memcpy(net, a->address, a->prefix / 8);
		if (a->prefix % 8)
			net[a->prefix / 8] = (BYTE)(a->address[a->prefix / 8] &
						    (0xff00 >> a->prefix % 8));
		p = get(b, sizeof *p);
		put_address(b, p ? &p->Address : &scratch.Address, a->family,
			    net, index);
		if (!p)
			continue;
		p->Length = sizeof *p;
		p->PrefixLength = a->prefix;
		*tail = p;
		tail = &p->Next;
	}
}

static void gateways(struct buffer *b, const struct network *n, ULONG index,
		     ULONG family, PIP_ADAPTER_GATEWAY_ADDRESS_LH *tail)
{
	for (ULONG k = 0; k < n->nr; k++) {
		const struct rf_net_route *r = &n->r[k];
		IP_ADAPTER_GATEWAY_ADDRESS_LH *g, scratch;

		if (r->index != index || !r->has_gateway || r->prefix ||
		    (family && r->family != family))
			continue;
		g = get(b, sizeof *g);
		put_address(b, g ? &g->Address : &scratch.Address, r->family,
			    r->gateway, index);
		if (!g)
			continue;
		g->Length = sizeof *g;
		*tail = g;
		tail = &g->Next;
	}
}

static void dns_servers(struct buffer *b, const struct ip_dns *dns,
			ULONG family, PIP_ADAPTER_DNS_SERVER_ADDRESS_XP *tail)
{
	for (ULONG k = 0; k < dns->n; k++) {
		IP_ADAPTER_DNS_SERVER_ADDRESS_XP *d, scratch;
		BYTE address[16];
		ULONG f = AF_INET, scope = 0;
		USHORT port;
		PCSTR end;

		if (!NT_SUCCESS(RtlIpv4StringToAddressA(
			    dns->server[k], TRUE, &end, (IN_ADDR *)address)) ||
		    *end) {
			f = AF_INET6;
			if (!NT_SUCCESS(RtlIpv6StringToAddressExA(
				    dns->server[k], (IN6_ADDR *)address, &scope,
				    &port)))
				continue;
		}
		if (family && f != family)
			continue;
		d = get(b, sizeof *d);
		put_address(b, d ? &d->Address : &scratch.Address, f, address,
			    scope);
		if (!d)
			continue;
		d->Length = sizeof *d;
		*tail = d;
		tail = &d->Next;
	}
}

struct groups {
	struct rf_net_group *v;
	ULONG n;
};

_Static_assert(sizeof(IP_ADAPTER_ANYCAST_ADDRESS) ==
		       sizeof(IP_ADAPTER_MULTICAST_ADDRESS),
	       "one shape");

static void group_addresses(struct buffer *b, const struct groups *all,
			    ULONG index, ULONG family, BOOL anycast,
			    PIP_ADAPTER_MULTICAST_ADDRESS *tail)
{
	for (ULONG k = 0; k < all->n; k++) {
		const struct rf_net_group *g = &all->v[k];
		IP_ADAPTER_MULTICAST_ADDRESS *m, scratch;

		if (g->index != index || (family && g->family != family) ||
		    anycast != (g->anycast != 0))
			continue;
		m = get(b, sizeof *m);
		put_address(b, m ? &m->Address : &scratch.Address, g->family,
			    g->address, index);
		if (!m)
			continue;
		m->Length = sizeof *m;
		*tail = m;
		tail = &m->Next;
	}
}

static IP_ADAPTER_ADDRESSES *adapter(struct buffer *b, const struct network *n,
				     const struct rf_net_interface *i,
				     const struct groups *groups,
				     const struct ip_dns *dns, ULONG family,
				     ULONG flags)
{
	IP_ADAPTER_ADDRESSES scratch, *a = get(b, sizeof *a), *to;
	BOOL loopback = (i->flags & RF_IFF_LOOPBACK) != 0;
	char guid[40];

	to = a ? a : &scratch;
	ip_guid_text(i, guid);
	put_text(b, guid, &to->AdapterName);
	put_wide(b, i->name, &to->Description);
	put_wide(b, loopback ? "" : dns->domain, &to->DnsSuffix);
	if (!(flags & GAA_FLAG_SKIP_FRIENDLY_NAME))
		put_wide(b, i->name, &to->FriendlyName);
	if (!(flags & GAA_FLAG_SKIP_UNICAST))
		unicast(b, n, i, family, &to->FirstUnicastAddress);
	if (!(flags & GAA_FLAG_SKIP_ANYCAST))
		group_addresses(b, groups, i->index, family, TRUE,
				(PIP_ADAPTER_MULTICAST_ADDRESS *)&to
					->FirstAnycastAddress);
	if (!(flags & GAA_FLAG_SKIP_MULTICAST))
		group_addresses(b, groups, i->index, family, FALSE,
				&to->FirstMulticastAddress);
	if (!(flags & GAA_FLAG_SKIP_DNS_SERVER) && !loopback)
		dns_servers(b, dns, family, &to->FirstDnsServerAddress);
	if (flags & GAA_FLAG_INCLUDE_PREFIX)
		prefixes(b, n, i->index, family, &to->FirstPrefix);
	if (flags & GAA_FLAG_INCLUDE_GATEWAYS)
		gateways(b, n, i->index, family, &to->FirstGatewayAddress);
	if (!a)
		return NULL;
	a->Length = sizeof *a;
	if (ip_has_address(n, i->index, AF_INET)) {
		a->IfIndex = i->index;
		a->Ipv4Enabled = 1;
	}
	if (ip_has_address(n, i->index, AF_INET6)) {
		a->Ipv6IfIndex = i->index;
		a->Ipv6Enabled = 1;
	}
	if (!loopback && i->mac_len) {
		a->PhysicalAddressLength = i->mac_len;
		memcpy(a->PhysicalAddress, i->mac, i->mac_len);
	}
	a->NoMulticast = !(i->flags & RF_IFF_MULTICAST);
	/* As Windows says of its loopback. */
	a->Mtu = loopback ? 0xffffffff : i->mtu;
	a->IfType = ip_type(i);
	a->OperStatus = ip_status(i);
	for (int z = 0; z < ScopeLevelCount; z++)
		a->ZoneIndices[z] = i->index;
	a->TransmitLinkSpeed = a->ReceiveLinkSpeed = i->speed   ? i->speed
						     : loopback ? 1073741824
								: ~0ull;
	a->Ipv4Metric = a->Ipv6Metric = ip_metric(i);
	a->Luid = ip_luid(i);
	a->NetworkGuid = ip_guid(i);
	a->ConnectionType = NET_IF_CONNECTION_DEDICATED;
	a->TunnelType = TUNNEL_TYPE_NONE;
	return a;
}

ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved,
				  PIP_ADAPTER_ADDRESSES list, PULONG size)
{
	struct buffer b = { (BYTE *)list, 0, size ? *size : 0 };
	const ULONG no_groups =
		GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST;
	IP_ADAPTER_ADDRESSES *last = NULL;
	struct groups groups = { 0 };
	struct network n;
	struct ip_dns dns;
	BOOL any = FALSE;

	if (!size || reserved)
		return ERROR_INVALID_PARAMETER;
	if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
		return ERROR_INVALID_PARAMETER;
	if (!ip_read(&n)) {
		ip_free(&n);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	ip_read_dns(&dns);
	if ((flags & no_groups) != no_groups)
		groups.v = rf_net_info(RF_NET_GROUPS, &groups.n);
	groups.n = groups.v ? groups.n / sizeof *groups.v : 0;
	for (ULONG k = 0; k < n.ni; k++) {
		const struct rf_net_interface *i = &n.i[k];
		IP_ADAPTER_ADDRESSES *a;

		/* Those that IP is not bound to are left out. */
		if (!ip_has_address(&n, i->index, family) &&
		    !(flags & GAA_FLAG_INCLUDE_ALL_INTERFACES))
			continue;
		any = TRUE;
		a = adapter(&b, &n, i, &groups, &dns, family, flags);
		if (last)
			last->Next = a;
		last = a;
	}
	RtlFreeHeap(rf_heap(), 0, groups.v);
	ip_free(&n);
	if (!any)
		return ERROR_NO_DATA;
	if (!list || b.used > b.room) {
		*size = (ULONG)b.used;
		return ERROR_BUFFER_OVERFLOW;
	}
	return NO_ERROR;
}

/* ---- GetAdaptersInfo ---- */

static void address_text(char *to, const BYTE *a)
{
	IN_ADDR in;

	memcpy(&in, a, 4);
	RtlIpv4AddressToStringA(&in, to);
}

static void mask_text(char *to, ULONG prefix)
{
	ULONG m = ip_mask(prefix);

	address_text(to, (const BYTE *)&m);
}

static IP_ADAPTER_INFO *info(struct buffer *b, const struct network *n,
			     const struct rf_net_interface *i)
{
	IP_ADAPTER_INFO *a = get(b, sizeof *a);
	IP_ADDR_STRING *last = NULL;

	if (a) {
		a->ComboIndex = a->Index = i->index;
		ip_guid_text(i, a->AdapterName);
		lstrcpynA(a->Description, i->name, sizeof a->Description);
		a->AddressLength = i->mac_len;
		memcpy(a->Address, i->mac, i->mac_len);
		a->Type = ip_type(i);
		lstrcpyA(a->IpAddressList.IpAddress.String, "0.0.0.0");
		lstrcpyA(a->IpAddressList.IpMask.String, "0.0.0.0");
		lstrcpyA(a->GatewayList.IpAddress.String, "0.0.0.0");
		lstrcpyA(a->GatewayList.IpMask.String, "0.0.0.0");
	}
	for (ULONG k = 0; k < n->na; k++) {
		IP_ADDR_STRING *s;

		if (n->a[k].index != i->index || n->a[k].family != AF_INET)
			continue;
		s = !a || last ? get(b, sizeof *s) : &a->IpAddressList;
		if (!a || !s)
			continue;
		address_text(s->IpAddress.String, n->a[k].address);
		mask_text(s->IpMask.String, n->a[k].prefix);
		memcpy(&s->Context, n->a[k].address, sizeof s->Context);
		if (last)
			last->Next = s;
		last = s;
	}
	for (ULONG k = 0; k < n->nr && a; k++)
		if (n->r[k].index == i->index && n->r[k].has_gateway &&
		    n->r[k].family == AF_INET && !n->r[k].prefix) {
			address_text(a->GatewayList.IpAddress.String,
				     n->r[k].gateway);
			lstrcpyA(a->GatewayList.IpMask.String,
				 "255.255.255.255");
			break;
		}
	return a;
}

DWORD WINAPI GetAdaptersInfo(PIP_ADAPTER_INFO list, PULONG size)
{
	struct buffer b = { (BYTE *)list, 0, size ? *size : 0 };
	IP_ADAPTER_INFO *last = NULL;
	struct network n;
	BOOL any = FALSE;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	if (!ip_read(&n)) {
		ip_free(&n);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	for (ULONG k = 0; k < n.ni; k++) {
		IP_ADAPTER_INFO *a;

		/* It never shows the loopback. */
		if (n.i[k].flags & RF_IFF_LOOPBACK ||
		    !ip_has_address(&n, n.i[k].index, AF_INET))
			continue;
		any = TRUE;
		a = info(&b, &n, &n.i[k]);
		if (last)
			last->Next = a;
		last = a;
	}
	ip_free(&n);
	if (!any)
		return ERROR_NO_DATA;
	if (!list || b.used > b.room) {
		*size = (ULONG)b.used;
		return ERROR_BUFFER_OVERFLOW;
	}
	return NO_ERROR;
}

/* ---- name servers ---- */

/* As texts, of which the first lies in *first; a NULL f only counts. */
static void dns_texts(struct buffer *b, const struct ip_dns *dns,
		      IP_ADDR_STRING *first)
{
	IP_ADDR_STRING *last = NULL;

	for (ULONG k = 0; k < dns->n; k++) {
		IP_ADDR_STRING *s;

		if (lstrlenA(dns->server[k]) > 15)
			continue;
		s = !first || last ? get(b, sizeof *s) : first;
		if (!first || !s)
			continue;
		lstrcpyA(s->IpAddress.String, dns->server[k]);
		if (last)
			last->Next = s;
		last = s;
	}
}

DWORD WINAPI GetNetworkParams(PFIXED_INFO out, PULONG size)
{
	struct buffer b = { (BYTE *)out, 0, size ? *size : 0 };
	struct ip_dns dns;
	FIXED_INFO *f;
	DWORD n;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	ip_read_dns(&dns);
	f = get(&b, sizeof *f);
	if (f) {
		n = sizeof f->HostName;
		GetComputerNameExA(ComputerNameDnsHostname, f->HostName, &n);
		lstrcpynA(f->DomainName, dns.domain, sizeof f->DomainName);
		f->NodeType = 8; /* hybrid */
		f->CurrentDnsServer = dns.n ? &f->DnsServerList : NULL;
	}
	dns_texts(&b, &dns, f ? &f->DnsServerList : NULL);
	if (!out || b.used > b.room) {
		*size = (ULONG)b.used;
		return ERROR_BUFFER_OVERFLOW;
	}
	return NO_ERROR;
}

/* Name servers are the machine's, of whichever adapter; there is no APIPA. */
DWORD WINAPI GetPerAdapterInfo(ULONG index, PIP_PER_ADAPTER_INFO out,
			       PULONG size)
{
	struct buffer b = { (BYTE *)out, 0, size ? *size : 0 };
	IP_PER_ADAPTER_INFO *p;
	struct network n;
	struct ip_dns dns;
	BOOL found;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	found = ip_read(&n) && ip_by_index(&n, index);
	ip_free(&n);
	if (!found)
		return ERROR_INVALID_PARAMETER;
	ip_read_dns(&dns);
	p = get(&b, sizeof *p);
	if (p)
		p->CurrentDnsServer = dns.n ? &p->DnsServerList : NULL;
	dns_texts(&b, &dns, p ? &p->DnsServerList : NULL);
	if (!out || b.used > b.room) {
		*size = (ULONG)b.used;
		return ERROR_BUFFER_OVERFLOW;
	}
	return NO_ERROR;
}
