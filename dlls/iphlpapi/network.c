/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* network.c - what the host tells of its network, in Windows' terms. */
#include "ip.h"

BOOL ip_read(struct network *n)
{
	ULONG len = 0;

	memset(n, 0, sizeof *n);
	n->i = rf_net_info(RF_NET_INTERFACES, &len);
	n->ni = n->i ? len / sizeof *n->i : 0;
	n->a = rf_net_info(RF_NET_ADDRESSES, &len);
	n->na = n->a ? len / sizeof *n->a : 0;
	n->r = rf_net_info(RF_NET_ROUTES, &len);
	n->nr = n->r ? len / sizeof *n->r : 0;
	return n->i && n->a && n->r;
}

void ip_free(struct network *n)
{
	RtlFreeHeap(rf_heap(), 0, n->i);
	RtlFreeHeap(rf_heap(), 0, n->a);
	RtlFreeHeap(rf_heap(), 0, n->r);
}

const struct rf_net_interface *ip_by_index(const struct network *n, ULONG index)
{
	for (ULONG i = 0; i < n->ni; i++)
		if (n->i[i].index == index)
			return &n->i[i];
	return NULL;
}

const struct rf_net_interface *ip_find(const struct network *n,
				       const NET_LUID *luid, ULONG index)
{
	const struct rf_net_interface *i;

	if (!luid->Value)
		return ip_by_index(n, index);
	i = ip_by_index(n, luid->Value >> 24 & 0xffffff);
	return i && ip_luid(i).Value == luid->Value ? i : NULL;
}

DWORD ip_entry(struct network *n, ULONG family, const NET_LUID *luid,
	       ULONG index, const struct rf_net_interface **i)
{
	memset(n, 0, sizeof *n);
	if ((family != AF_INET && family != AF_INET6) ||
	    (!luid->Value && !index))
		return ERROR_INVALID_PARAMETER;
	if (!ip_read(n))
		return ERROR_NOT_ENOUGH_MEMORY;
	*i = ip_find(n, luid, index);
	return *i ? NO_ERROR : ERROR_FILE_NOT_FOUND;
}

void *ip_table(SIZE_T first, SIZE_T row, ULONG n)
{
	ULONG *t = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
				   first + row * (n ? n : 1));

	if (t)
		*t = n;
	return t;
}

DWORD ip_fits(const void *out, ULONG *size, SIZE_T need)
{
	if (!size)
		return ERROR_INVALID_PARAMETER;
	if (out && *size >= need)
		return NO_ERROR;
	*size = (ULONG)need;
	return ERROR_INSUFFICIENT_BUFFER;
}

const BYTE *ip_bytes(const SOCKADDR_INET *a)
{
	return a->si_family == AF_INET ? (const BYTE *)&a->Ipv4.sin_addr
				       : (const BYTE *)&a->Ipv6.sin6_addr;
}

const struct rf_net_interface *ip_loopback(const struct network *n)
{
	for (ULONG i = 0; i < n->ni; i++)
		if (n->i[i].flags & RF_IFF_LOOPBACK)
			return &n->i[i];
	return NULL;
}

IFTYPE ip_type(const struct rf_net_interface *i)
{
	/* Linux' ARPHRD_* */
	enum {
		PPP = 512,
		TUNNEL = 768,
		TUNNEL6 = 769,
		SIT = 776,
		NONE = 0xfffe
	};

	switch (i->type) {
	case RF_ARP_ETHER:
		return IF_TYPE_ETHERNET_CSMACD;
	case RF_ARP_LOOPBACK:
		return IF_TYPE_SOFTWARE_LOOPBACK;
	case PPP:
		return IF_TYPE_PPP;
	case TUNNEL:
	case TUNNEL6:
	case SIT:
	case NONE:
		return IF_TYPE_TUNNEL;
	}
	return IF_TYPE_OTHER;
}

IF_OPER_STATUS ip_status(const struct rf_net_interface *i)
{
	return i->flags & RF_IFF_UP && i->flags & RF_IFF_LOWER_UP
		       ? IfOperStatusUp
		       : IfOperStatusDown;
}

NET_LUID ip_luid(const struct rf_net_interface *i)
{
	NET_LUID l;

	l.Value = (ULONG64)ip_type(i) << 48 | (ULONG64)i->index << 24;
	return l;
}

/* Made of the name and hardware address, so that it stays the same. */
GUID ip_guid(const struct rf_net_interface *i)
{
	GUID g = { 0x9e3779b9, 0x4f1b, 0x4c2d, { 0 } };

	for (const char *c = i->name; *c; c++)
		g.Data1 = (g.Data1 ^ (BYTE)*c) * 16777619u;
	g.Data4[0] = 0x80;
	g.Data4[1] = (BYTE)i->index;
	memcpy(g.Data4 + 2, i->mac, 6);
	return g;
}

void ip_guid_text(const struct rf_net_interface *i, char *text)
{
	GUID g = ip_guid(i);
	UNICODE_STRING u;

	*text = 0;
	if (!NT_SUCCESS(RtlStringFromGUID(&g, &u)))
		return;
	for (ULONG k = 0; k < 38; k++)
		text[k] = (char)u.Buffer[k];
	text[38] = 0;
	RtlFreeUnicodeString(&u);
}

ULONG ip_metric(const struct rf_net_interface *i)
{
	return i->flags & RF_IFF_LOOPBACK ? 75 : 25;
}

ULONG ip_mask(ULONG prefix)
{
	return prefix ? __builtin_bswap32(~0u << (32 - min(prefix, 32u))) : 0;
}

void ip_sockaddr(SOCKADDR_INET *to, ULONG family, const BYTE *address,
		 ULONG scope)
{
	memset(to, 0, sizeof *to);
	to->si_family = (ADDRESS_FAMILY)family;
	if (family == AF_INET) {
		memcpy(&to->Ipv4.sin_addr, address, 4);
	} else {
		memcpy(&to->Ipv6.sin6_addr, address, 16);
		/* Of a link; of groups of the interface itself as well. */
		if ((address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
		    (address[0] == 0xff && (address[1] & 15) <= 2))
			to->Ipv6.sin6_scope_id = scope;
	}
}

static BOOL same_bits(const BYTE *a, const BYTE *b, ULONG n)
{
	ULONG rest = n % 8;

	if (memcmp(a, b, n / 8))
		return FALSE;
	return !rest || !((a[n / 8] ^ b[n / 8]) >> (8 - rest));
}

const struct rf_net_route *ip_route(const struct network *n, ULONG family,
				    const BYTE *to, ULONG only, BOOL *loopback)
{
	enum { UNICAST = 1 };
	const struct rf_net_route *best = NULL;
	ULONG size = family == AF_INET ? 4 : 16;

	*loopback = family == AF_INET ? to[0] == 127 : FALSE;
	for (ULONG i = 0; i < n->na; i++)
		if (n->a[i].family == family &&
		    !memcmp(n->a[i].address, to, size))
			*loopback = TRUE;
	if (*loopback)
		return NULL;
	for (ULONG i = 0; i < n->nr; i++) {
		const struct rf_net_route *r = &n->r[i];

		if (r->family != family || r->type != UNICAST ||
		    (only && r->index != only) ||
		    !same_bits(r->to, to, r->prefix))
			continue;
		if (!best || r->prefix > best->prefix ||
		    (r->prefix == best->prefix && r->metric < best->metric))
			best = r;
	}
	return best;
}

const struct rf_net_address *ip_source(const struct network *n, ULONG index,
				       ULONG family)
{
	const struct rf_net_address *found = NULL;

	/* The widest scope: numbers fall as it grows. */
	for (ULONG i = 0; i < n->na; i++)
		if (n->a[i].index == index && n->a[i].family == family &&
		    (!found || n->a[i].scope < found->scope))
			found = &n->a[i];
	return found;
}

const struct rf_net_address *ip_own(const struct network *n,
				    const SOCKADDR_INET *a, ULONG index)
{
	for (ULONG k = 0; k < n->na; k++)
		if (n->a[k].family == a->si_family &&
		    (!index || n->a[k].index == index) &&
		    !memcmp(n->a[k].address, ip_bytes(a),
			    a->si_family == AF_INET ? 4 : 16))
			return &n->a[k];
	return NULL;
}

/* ---- name servers ---- */

static char *copy_word(const char *p, char *to, SIZE_T size)
{
	SIZE_T n = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	for (; *p && *p != ' ' && *p != '\t' && *p != '\n' && *p != '\r'; p++)
		if (n < size - 1)
			to[n++] = *p;
	to[n] = 0;
	return to;
}

void ip_read_dns(struct ip_dns *d)
{
	ULONG len;
	char *text = rf_net_info(RF_NET_RESOLVER, &len);

	memset(d, 0, sizeof *d);
	for (const char *p = text; p && *p;) {
		if (!strncmp(p, "nameserver", 10) && d->n < 8 &&
		    *copy_word(p + 10, d->server[d->n], 48))
			d->n++;
		else if (!strncmp(p, "search", 6) || !strncmp(p, "domain", 6))
			copy_word(p + 6, d->domain, sizeof d->domain);
		while (*p && *p != '\n')
			p++;
		if (*p)
			p++;
	}
	RtlFreeHeap(rf_heap(), 0, text);
}

NETIO_STATUS NETIOAPI_API_ ConvertLengthToIpv4Mask(ULONG length, PULONG mask)
{
	if (!mask)
		return ERROR_INVALID_PARAMETER;
	*mask = length > 32 ? INADDR_NONE : ip_mask(length);
	return length > 32 ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

NETIO_STATUS NETIOAPI_API_ ConvertIpv4MaskToLength(ULONG mask, PUINT8 length)
{
	if (!length)
		return ERROR_INVALID_PARAMETER;
	for (ULONG n = 0; n <= 32; n++)
		if (ip_mask(n) == mask) {
			*length = (UINT8)n;
			return NO_ERROR;
		}
	return ERROR_INVALID_PARAMETER;
}
