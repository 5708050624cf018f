/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* interfaces.c - the addresses of this machine, as WSAIoctl tells them. */
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
