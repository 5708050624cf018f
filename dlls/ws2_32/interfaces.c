/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * interfaces.c - the addresses of this machine, as WSAIoctl tells them, and which of
 * somebody's addresses to try first.
 */
#include "ws.h"

#include "rf-net.h"

/* INTERFACE_INFO with sockaddr_gen, which is 24 bytes. */
struct interface_info {
	u_long flags;
	struct sockaddr_any {
		short family;
		USHORT port;
		BYTE rest[20];
	} address, broadcast, mask;
};

enum {
	INTERFACE_UP = 1,
	INTERFACE_BROADCAST = 2,
	INTERFACE_LOOPBACK = 4,
	INTERFACE_POINT_TO_POINT = 8,
	INTERFACE_MULTICAST = 16,
	HOST_BROADCAST = 2, /* Linux' IFF_BROADCAST */
};

static void put4(struct sockaddr_any *to, ULONG address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;

	memset(to, 0, sizeof *to);
	v4->sin_family = AF_INET;
	v4->sin_addr.s_addr = address;
}

static ULONG flags_of(ULONG host)
{
	return (host & RF_IFF_UP ? INTERFACE_UP : 0) |
	       (host & HOST_BROADCAST ? INTERFACE_BROADCAST : 0) |
	       (host & RF_IFF_LOOPBACK ? INTERFACE_LOOPBACK : 0) |
	       (host & RF_IFF_POINTOPOINT ? INTERFACE_POINT_TO_POINT : 0) |
	       (host & RF_IFF_MULTICAST ? INTERFACE_MULTICAST : 0);
}

/* INTERFACE_INFO_EX, in a mingw-w64 that lacks it; the addresses lie behind all. */
struct interface_info_ex {
	u_long flags;
	SOCKET_ADDRESS address, broadcast, mask;
};

static void point_to(SOCKET_ADDRESS *to, struct sockaddr_in *at, ULONG address)
{
	memset(at, 0, sizeof *at);
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = address;
	to->lpSockaddr = (struct sockaddr *)at;
	to->iSockaddrLength = sizeof *at;
}

/* From a list of the short form, which has all that there is. */
static int long_list(const struct interface_info *list, ULONG count, void *out,
		     DWORD out_n, DWORD *n)
{
	struct interface_info_ex *to = out;
	struct sockaddr_in *at = (struct sockaddr_in *)(to + count);

	*n = count * (ULONG)(sizeof *to + 3 * sizeof *at);
	if (!out || out_n < *n)
		return ws_fail(WSAEFAULT);
	for (ULONG i = 0; i < count; i++, at += 3) {
		const struct sockaddr_in *from =
			(const struct sockaddr_in *)&list[i].address;

		to[i].flags = list[i].flags;
		point_to(&to[i].address, at, from[0].sin_addr.s_addr);
		from = (const struct sockaddr_in *)&list[i].broadcast;
		point_to(&to[i].broadcast, at + 1, from->sin_addr.s_addr);
		from = (const struct sockaddr_in *)&list[i].mask;
		point_to(&to[i].mask, at + 2, from->sin_addr.s_addr);
	}
	return 0;
}

int ws_interface_list_ex(void *out, DWORD out_n, DWORD *n)
{
	struct interface_info *list = NULL;
	DWORD size = 0, got = 0;
	int ret = SOCKET_ERROR;

	/* There may be more of them from one look to the next. */
	do {
		HeapFree(GetProcessHeap(), 0, list);
		size = got + 4 * sizeof *list;
		list = HeapAlloc(GetProcessHeap(), 0, size);
		if (!list)
			return ws_fail(WSAENOBUFS);
	} while ((ret = ws_interface_list(list, size, &got)) && got > size);
	if (!ret)
		ret = long_list(list, got / sizeof *list, out, out_n, n);
	HeapFree(GetProcessHeap(), 0, list);
	return ret;
}

int ws_interface_list(void *out, DWORD out_n, DWORD *n)
{
	ULONG na = 0, ni = 0, count = 0;
	struct rf_net_address *a = rf_net_info(RF_NET_ADDRESSES, &na);
	struct rf_net_interface *i = rf_net_info(RF_NET_INTERFACES, &ni);
	BOOL fits = TRUE;

	na /= sizeof *a;
	ni /= sizeof *i;
	for (ULONG k = 0; k < na; k++) {
		struct interface_info info = { 0 };
		ULONG address, mask;

		if (a[k].family != AF_INET)
			continue;
		memcpy(&address, a[k].address, sizeof address);
		mask = a[k].prefix ? htonl(~0u << (32 - a[k].prefix)) : 0;
		put4(&info.address, address);
		put4(&info.mask, mask);
		/* As Windows: everybody, not everybody of the net. */
		put4(&info.broadcast, INADDR_BROADCAST);
		for (ULONG m = 0; m < ni; m++)
			if (i[m].index == a[k].index)
				info.flags = flags_of(i[m].flags);
		if (out && (count + 1) * sizeof info <= out_n)
			memcpy((BYTE *)out + count * sizeof info, &info,
			       sizeof info);
		else
			fits = FALSE;
		count++;
	}
	RtlFreeHeap(rf_heap(), 0, a);
	RtlFreeHeap(rf_heap(), 0, i);
	*n = count * (ULONG)sizeof(struct interface_info);
	return fits ? 0 : ws_fail(WSAEFAULT);
}

int ws_address_list(SOCKET s, void *out, DWORD out_n, DWORD *n)
{
	enum { SCOPE_HOST = 254 };
	ULONG na = 0, family, count = 0, size;
	struct rf_net_address *a;
	SOCKET_ADDRESS_LIST *list = out;
	struct sockaddr_in6 *at;
	NTSTATUS status = ws_get_word(s, 0x7ff0, &family);

	if (!NT_SUCCESS(status))
		return ws_result(status);
	a = rf_net_info(RF_NET_ADDRESSES, &na);
	na /= sizeof *a;
	/* Those others can use. */
	for (ULONG k = 0; k < na; k++)
		count += a[k].family == family && a[k].scope < SCOPE_HOST;
	size = (ULONG)(offsetof(SOCKET_ADDRESS_LIST, Address) +
		       count * (sizeof list->Address[0] + sizeof *at));
	*n = size;
	if (!list || out_n < size) {
		RtlFreeHeap(rf_heap(), 0, a);
		return ws_fail(WSAEFAULT);
	}
	list->iAddressCount = (INT)count;
	at = (struct sockaddr_in6 *)&list->Address[count];
	count = 0;
	for (ULONG k = 0; k < na; k++) {
		SOCKET_ADDRESS *to = &list->Address[count];
		struct sockaddr_in *v4 = (struct sockaddr_in *)&at[count];

		if (a[k].family != family || a[k].scope >= SCOPE_HOST)
			continue;
		memset(&at[count], 0, sizeof *at);
		to->lpSockaddr = (struct sockaddr *)&at[count];
		if (family == AF_INET) {
			v4->sin_family = AF_INET;
			memcpy(&v4->sin_addr, a[k].address, 4);
			to->iSockaddrLength = sizeof *v4;
		} else {
			at[count].sin6_family = AF_INET6;
			memcpy(&at[count].sin6_addr, a[k].address, 16);
			if (a[k].address[0] == 0xfe)
				at[count].sin6_scope_id = a[k].index;
			to->iSockaddrLength = sizeof *at;
		}
		count++;
	}
	RtlFreeHeap(rf_heap(), 0, a);
	return 0;
}

/* ---- which to try first ------------------------------------------------------ */

enum { MAX_LIST = 4096 };

/* RFC 6724: what destinations are compared by. */
struct place {
	ULONG given; /* where it was in the list */
	BOOL reachable, same_scope, same_label;
	ULONG precedence, scope, common;
};

/* The table of section 2.1; longest prefixes first. */
static const struct {
	BYTE prefix[16];
	BYTE bits, precedence, label;
} policies[] = {
	{ { [15] = 1 }, 128, 50, 0 },
	{ { [10] = 0xff, [11] = 0xff }, 96, 35, 4 },
	{ { 0 }, 96, 1, 3 },
	{ { 0x20, 1 }, 32, 5, 5 },
	{ { 0x20, 2 }, 16, 30, 2 },
	{ { 0x3f, 0xfe }, 16, 1, 12 },
	{ { 0xfe, 0xc0 }, 10, 1, 11 },
	{ { 0xfc }, 7, 3, 13 },
	{ { 0 }, 0, 40, 1 },
};

static ULONG common_bits(const BYTE *a, const BYTE *b, ULONG most)
{
	ULONG n = 0;

	while (n < most && !((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8))
		n++;
	return n;
}

/* The 16 bytes of either version; FALSE: neither. */
static BOOL bytes_of(const struct sockaddr *a, BYTE *b)
{
	memset(b, 0, 16);
	if (a->sa_family == AF_INET6) {
		memcpy(b, &((const struct sockaddr_in6 *)a)->sin6_addr, 16);
	} else if (a->sa_family == AF_INET) {
		b[10] = b[11] = 0xff;
		memcpy(b + 12, &((const struct sockaddr_in *)a)->sin_addr, 4);
	} else {
		return FALSE;
	}
	return TRUE;
}

static ULONG policy_of(const BYTE *b)
{
	ULONG i = 0;

	while (common_bits(b, policies[i].prefix, policies[i].bits) <
	       policies[i].bits)
		i++;
	return i;
}

/* As a multicast address has it: 2 link, 5 site, 14 global. */
static ULONG scope_of(const BYTE *b)
{
	if (b[0] == 0xff)
		return b[1] & 15;
	if (policy_of(b) == 1)
		return b[12] == 127 || (b[12] == 169 && b[13] == 254) ? 2 : 14;
	if ((b[0] == 0xfe && (b[1] & 0xc0) == 0x80) || policy_of(b) == 0)
		return 2;
	return b[0] == 0xfe && (b[1] & 0xc0) == 0xc0 ? 5 : 14;
}

static void find_place(SOCKET s, const SOCKET_ADDRESS *to, struct place *p)
{
	BYTE there[16], here[16];
	SOCKADDR_STORAGE from;
	ULONG policy;
	DWORD n;

	if (!bytes_of(to->lpSockaddr, there))
		return;
	policy = policy_of(there);
	p->precedence = policies[policy].precedence;
	p->scope = scope_of(there);
	p->reachable = !WSAIoctl(s, SIO_ROUTING_INTERFACE_QUERY,
				 to->lpSockaddr, (DWORD)to->iSockaddrLength,
				 &from, sizeof from, &n, NULL, NULL);
	if (!p->reachable || !bytes_of((struct sockaddr *)&from, here))
		return;
	p->same_scope = scope_of(here) == p->scope;
	p->same_label = policies[policy_of(here)].label ==
			policies[policy].label;
	if (to->lpSockaddr->sa_family == AF_INET6)
		p->common = common_bits(there, here, 64);
}

/* Less than 0: a is the better one.  Section 6, without what is of interfaces. */
static LONG better(const struct place *a, const struct place *b)
{
	if (a->reachable != b->reachable)
		return b->reachable - a->reachable;
	if (a->same_scope != b->same_scope)
		return b->same_scope - a->same_scope;
	if (a->same_label != b->same_label)
		return b->same_label - a->same_label;
	if (a->precedence != b->precedence)
		return (LONG)b->precedence - (LONG)a->precedence;
	if (a->scope != b->scope)
		return (LONG)a->scope - (LONG)b->scope;
	if (a->common != b->common)
		return (LONG)b->common - (LONG)a->common;
	return (LONG)a->given - (LONG)b->given;
}

/* The size that the sorted list has, with its addresses; 0: it is no list. */
static DWORD list_size(const SOCKET_ADDRESS_LIST *list, DWORD n)
{
	DWORD size;

	if (n < offsetof(SOCKET_ADDRESS_LIST, Address) ||
	    list->iAddressCount < 0 || list->iAddressCount > MAX_LIST)
		return 0;
	size = (DWORD)(offsetof(SOCKET_ADDRESS_LIST, Address) +
		       (SIZE_T)list->iAddressCount * sizeof list->Address[0]);
	if (n < size)
		return 0;
	for (INT i = 0; i < list->iAddressCount; i++) {
		const SOCKET_ADDRESS *a = &list->Address[i];

		if (!a->lpSockaddr || a->iSockaddrLength < 2 ||
		    a->iSockaddrLength > (INT)sizeof(SOCKADDR_STORAGE))
			return 0;
		size += sizeof(SOCKADDR_STORAGE);
	}
	return size;
}

int ws_sort_addresses(SOCKET s, const void *in, DWORD in_n, void *out,
		      DWORD out_n, DWORD *n)
{
	const SOCKET_ADDRESS_LIST *list = in;
	DWORD size = list ? list_size(list, in_n) : 0, count;
	SOCKADDR_STORAGE *copies;
	SOCKET_ADDRESS_LIST *to = out;
	struct place *places;

	if (!size)
		return ws_fail(list ? WSAEINVAL : WSAEFAULT);
	*n = size;
	if (!out || out_n < size)
		return ws_fail(WSAEFAULT);
	count = (DWORD)list->iAddressCount;
	/* The same memory may be both lists, so the addresses are copied first. */
	copies = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
			   (count + 1) * (sizeof *copies + sizeof *places +
					  sizeof(INT)));
	if (!copies)
		return ws_fail(WSAENOBUFS);
	places = (struct place *)(copies + count + 1);
	for (DWORD i = 0; i < count; i++) {
		const SOCKET_ADDRESS *a = &list->Address[i];
		struct place p = { .given = i };
		DWORD k = i;

		memcpy(&copies[i], a->lpSockaddr, (SIZE_T)a->iSockaddrLength);
		((INT *)(places + count + 1))[i] = a->iSockaddrLength;
		find_place(s, a, &p);
		for (; k && better(&p, &places[k - 1]) < 0; k--)
			places[k] = places[k - 1];
		places[k] = p;
	}
	to->iAddressCount = (INT)count;
	for (DWORD i = 0; i < count; i++) {
		SOCKADDR_STORAGE *at =
			(SOCKADDR_STORAGE *)&to->Address[count] + i;

		memcpy(at, &copies[places[i].given], sizeof *at);
		to->Address[i].lpSockaddr = (struct sockaddr *)at;
		to->Address[i].iSockaddrLength =
			((INT *)(places + count + 1))[places[i].given];
	}
	HeapFree(GetProcessHeap(), 0, copies);
	return 0;
}
