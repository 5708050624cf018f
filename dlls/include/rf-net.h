/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-net.h - what the host tells of its network: IOCTL_AFD_NET_INFO.
 *
 * Input: one ULONG, RF_NET_*.  Output: an array, or a file's text; a buffer
 * that is too small gets STATUS_BUFFER_TOO_SMALL.  No pointers, the same in
 * both widths; host side: abi-afd.h.
 */
#ifndef RF_DLL_NET_H
#define RF_DLL_NET_H

#include "rf-afd.h"

enum {
	RF_NET_HOSTS,	   /* text of drivers\\etc\\hosts */
	RF_NET_RESOLVER,   /* text of /etc/resolv.conf */
	RF_NET_SERVICES,   /* text of services there */
	RF_NET_PROTOCOLS,  /* text of protocol there */
	RF_NET_INTERFACES, /* struct rf_net_interface[] */
	RF_NET_ADDRESSES,
	RF_NET_ROUTES,
	RF_NET_TCP, /* struct rf_net_connection[] */
	RF_NET_TCP_OWNERS, /* with their processes, which takes longer */
	RF_NET_UDP,
	RF_NET_UDP_OWNERS,
	RF_NET_NEIGHBORS,
	RF_NET_GROUPS,	   /* struct rf_net_group[] */
	RF_NET_STATISTICS, /* text of /proc/net/snmp, and snmp6 behind it */
};

/*
 * IOCTL_AFD_NET_CHANGE, on a handle from rf_net_open(): a ULONG of these; over
 * when any of it has changed after the call.
 */
enum {
	RF_NET_CHANGE_LINKS = 1,
	RF_NET_CHANGE_ADDRESSES = 2, /* of version 4 */
	RF_NET_CHANGE_ADDRESSES6 = 4,
	RF_NET_CHANGE_ROUTES = 8,
	RF_NET_CHANGE_ROUTES6 = 0x10,
	RF_NET_CHANGE_NEIGHBORS = 0x20, /* of both versions */
};

/*
 * IOCTL_AFD_NET_ECHO, on such a handle as well: this and the data to be sent; a
 * struct rf_net_echoed and the data that came back.
 */
enum { RF_NET_ECHO_WHOLE = 1 }; /* not to be taken apart on the way */
struct rf_net_echo {
	ULONG family, ttl, tos, flags; /* ttl 0: the host's choice */
	ULONG scope, noptions;
	BYTE from[16], to[16]; /* from: zero: the host's choice */
	BYTE options[40];      /* of an IP header */
};
_Static_assert(sizeof(struct rf_net_echo) == 96, "abi-afd.h");

struct rf_net_echoed {
	ULONG status, rtt_us, ttl, tos; /* status: IP_*, 0: an answer */
	ULONG scope, noptions, len, pad;
	BYTE from[16];
	BYTE options[40];
};
_Static_assert(sizeof(struct rf_net_echoed) == 88, "abi-afd.h");

struct rf_net_connection {
	ULONG family, state, pid; /* MIB_TCP_STATE_*; 0: unknown */
	USHORT local_port, remote_port;
	BYTE local[16], remote[16];
};

/* Linux' IFF_* bits and ARPHRD_* types. */
enum {
	RF_IFF_UP = 1,
	RF_IFF_LOOPBACK = 8,
	RF_IFF_POINTOPOINT = 0x10,
	RF_IFF_RUNNING = 0x40,
	RF_IFF_MULTICAST = 0x1000,
	RF_IFF_LOWER_UP = 0x10000,
	RF_ARP_ETHER = 1,
	RF_ARP_LOOPBACK = 772,
};

struct rf_net_interface {
	ULONG index, flags, type, mtu;
	ULONGLONG speed; /* bits per second; 0: unknown */
	ULONGLONG in_bytes, in_packets, in_errors, in_drops, in_multicast;
	ULONGLONG out_bytes, out_packets, out_errors, out_drops;
	BYTE mac[8];
	ULONG mac_len;
	CHAR name[20];
	ULONG forwards; /* 1: version 4, 2: version 6 */
	ULONG mtu6, dad_transmits, reachable_ms, retransmit_ms, hop_limit6;
};
_Static_assert(sizeof(struct rf_net_interface) == 152, "abi-afd.h");

/* family: Windows' number. */
struct rf_net_address {
	ULONG index, family, prefix, flags; /* Linux' IFA_F_* */
	ULONG scope, valid, preferred;	    /* lifetimes in s; -1: for ever */
	ULONG pad;
	BYTE address[16];
};
_Static_assert(sizeof(struct rf_net_address) == 48, "abi-afd.h");

struct rf_net_route {
	ULONG index, family, prefix, metric;
	BYTE to[16], gateway[16], source[16]; /* zero: none */
	ULONG type, protocol, has_gateway, pad;
};
_Static_assert(sizeof(struct rf_net_route) == 80, "abi-afd.h");

/* Linux' NUD_* states and NTF_* flags. */
enum {
	RF_NUD_INCOMPLETE = 1,
	RF_NUD_REACHABLE = 2,
	RF_NUD_STALE = 4,
	RF_NUD_DELAY = 8,
	RF_NUD_PROBE = 0x10,
	RF_NUD_FAILED = 0x20,
	RF_NUD_NOARP = 0x40,
	RF_NUD_PERMANENT = 0x80,
	RF_NTF_ROUTER = 0x80,
};

/* confirmed_ms: so long ago it was heard of. */
struct rf_net_neighbor {
	ULONG index, family, state, flags;
	ULONG confirmed_ms, mac_len;
	BYTE address[16], mac[8];
};
_Static_assert(sizeof(struct rf_net_neighbor) == 48, "abi-afd.h");

/* What an interface listens to: multicast and anycast addresses. */
struct rf_net_group {
	ULONG index, family, anycast, users;
	BYTE address[16];
};
_Static_assert(sizeof(struct rf_net_group) == 32, "abi-afd.h");

/* Where to ask; overlapped: requests pend.  NULL: not to be had. */
static inline HANDLE rf_net_open(BOOL overlapped)
{
	static WCHAR name[] = L"\\Device\\Afd\\Net";
	UNICODE_STRING u = { sizeof name - 2, sizeof name, name };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK iosb;
	HANDLE h;

	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL, NULL);
	return NT_SUCCESS(NtCreateFile(&h, SYNCHRONIZE | GENERIC_READ, &oa,
				       &iosb, NULL, 0, 3, 1,
				       overlapped ? 0 : 0x20, NULL, 0))
		       ? h
		       : NULL;
}

/*
 * rf_net_info() - an RF_NET_* answer on the process heap, *len bytes and a NUL
 * behind them.  NULL: no memory, or the host said no.  RtlFreeHeap() it.
 */
static inline void *rf_net_info(ULONG what, ULONG *len)
{
	NTSTATUS status = STATUS_BUFFER_TOO_SMALL;
	HANDLE h = rf_net_open(FALSE);
	ULONG room = 16384;
	IO_STATUS_BLOCK iosb;
	CHAR *data = NULL;

	if (!h)
		return NULL;
	for (; status == STATUS_BUFFER_TOO_SMALL && room < 8u << 20;
	     room *= 4) {
		RtlFreeHeap(rf_heap(), 0, data);
		data = RtlAllocateHeap(rf_heap(), 0, room + 1);
		if (!data)
			break;
		status = NtDeviceIoControlFile(h, NULL, NULL, NULL, &iosb,
					       IOCTL_AFD_NET_INFO, &what,
					       sizeof what, data, room);
	}
	NtClose(h);
	if (!data || !NT_SUCCESS(status)) {
		RtlFreeHeap(rf_heap(), 0, data);
		return NULL;
	}
	*len = (ULONG)iosb.Information;
	data[*len] = 0;
	return data;
}

#endif
