/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi-afd.h - what programs and ws2_32 say to \Device\Afd: 64-bit layouts.
 *
 * Numbers and layouts are those of Windows 10, since event loops (libuv, mio,
 * wepoll) talk to the driver themselves.  Those with pointers have another
 * layout in 32-bit programs: afd-args.c reads both.
 */
#ifndef RF_NT_ABI_AFD_H
#define RF_NT_ABI_AFD_H

#include "syscall-xlate/nt/abi.h"

/*
 * Set in a control code by our ws2_32: the caller would wait for the request
 * anyway, so the handler does.  Saves a blocking recv two system calls.
 * DETACHED: the request is no thread's; it goes on when the caller has ended.
 */
enum { AFD_CODE_WAIT = 0x800, AFD_CODE_DETACHED = 0x1000 };
/* Ours, of an endpoint: WSA_FLAG_REGISTERED_IO, and a leaf of many points. */
enum { AFD_ENDPOINT_REGISTERED = 0x40000000, AFD_ENDPOINT_LEAF = 0x20000000 };

enum { AFD_FLAG_NO_FAST_IO = 1, AFD_FLAG_OVERLAPPED = 2 };

/* Windows' numbers of families, types, protocols and levels. */
enum {
	WIN_AF_UNSPEC = 0,
	WIN_AF_UNIX = 1,
	WIN_AF_INET = 2,
	WIN_AF_INET6 = 23,
	WIN_SOCK_STREAM = 1,
	WIN_SOCK_DGRAM = 2,
	WIN_SOCK_RAW = 3,
	WIN_SOCK_RDM = 4,
	WIN_SOCK_SEQPACKET = 5,
};

/* AFD_POLL_INFO.events, and network events. */
enum {
	AFD_POLL_RECEIVE = 0x1,
	AFD_POLL_RECEIVE_EXPEDITED = 0x2,
	AFD_POLL_SEND = 0x4,
	AFD_POLL_DISCONNECT = 0x8,
	AFD_POLL_ABORT = 0x10,
	AFD_POLL_LOCAL_CLOSE = 0x20,
	AFD_POLL_CONNECT = 0x40,
	AFD_POLL_ACCEPT = 0x80,
	AFD_POLL_CONNECT_FAIL = 0x100,
	AFD_POLL_QOS = 0x200,
	AFD_POLL_GROUP_QOS = 0x400,
	AFD_POLL_ROUTING_IF_CHANGE = 0x800,
	AFD_POLL_ADDRESS_LIST_CHANGE = 0x1000,
	AFD_POLL_EVENTS = 13,
};

/* The value of the extended attribute AfdOpenPacketXX. */
struct afd_open_packet {
	uint32_t endpoint_flags;
	uint32_t group;
	int32_t family, type, protocol;
	uint32_t device_len;
};
_Static_assert(sizeof(struct afd_open_packet) == 24, "AFD_OPEN_PACKET");

enum { AFD_ENDPOINT_CONNECTIONLESS = 1, AFD_ENDPOINT_RAW = 0x100 };

/* AFD_BIND_INFO.ShareAccess */
enum {
	AFD_SHARE_NORMAL,
	AFD_SHARE_REUSE,
	AFD_SHARE_WILDCARD,
	AFD_SHARE_EXCLUSIVE
};

struct afd_listen_info {
	uint8_t san_active, pad[3];
	int32_t backlog;
	uint8_t delayed, pad2[3];
};

/* AFD_ACCEPT_INFO and AFD_DEFER_ACCEPT_INFO are read field by field. */

struct afd_poll_entry {
	uint64_t handle;
	uint32_t events;
	uint32_t status;
};

struct afd_poll_info {
	int64_t timeout;
	uint32_t count;
	uint32_t exclusive;
	/* entries follow */
};
_Static_assert(sizeof(struct afd_poll_info) == 16, "AFD_POLL_INFO");
_Static_assert(sizeof(struct afd_poll_entry) == 16, "AFD_POLL_HANDLE_INFO");

/* AFD_PARTIAL_DISCONNECT_INFO */
enum {
	AFD_DISCONNECT_SEND = 1,
	AFD_DISCONNECT_RECEIVE = 2,
	AFD_DISCONNECT_ABORT = 4,
	AFD_DISCONNECT_DATAGRAM = 8,
};

/* TdiFlags of receives and sends. */
enum {
	TDI_RECEIVE_EXPEDITED = 0x40,
	TDI_RECEIVE_PEEK = 0x80,
	TDI_RECEIVE_WAITALL = 0x4000,
	TDI_SEND_EXPEDITED = 0x20,
};

/* AFD_INFORMATION.InformationType */
enum {
	AFD_INFO_INLINE = 1,
	AFD_INFO_NONBLOCKING = 2,
	AFD_INFO_MAX_SEND = 3,
	AFD_INFO_SENDS_PENDING = 4,
	AFD_INFO_RECEIVE_WINDOW = 6,
	AFD_INFO_SEND_WINDOW = 7,
	AFD_INFO_CONNECT_TIME = 8,
	AFD_INFO_GROUP = 10,
};

/* AFD_TL_IO_CONTROL_INFO.Type */
enum {
	AFD_TL_ENDPOINT = 0,
	AFD_TL_SET_OPTION = 1,
	AFD_TL_GET_OPTION = 2,
	AFD_TL_SOCKET = 3,
};

/* ---- what the network is: our own, see dlls/include/rf-net.h ---- */

enum {
	NET_HOSTS,
	NET_RESOLVER,
	NET_SERVICES,
	NET_PROTOCOLS,
	NET_INTERFACES,
	NET_ADDRESSES,
	NET_ROUTES,
	NET_TCP,
	NET_TCP_OWNERS,
	NET_UDP,
	NET_UDP_OWNERS,
	NET_NEIGHBORS,
	NET_GROUPS,
	NET_STATISTICS,
};

/* IOCTL_AFD_NET_CHANGE: what may change. */
enum {
	NET_CHANGE_LINKS = 1,
	NET_CHANGE_ADDRESSES = 2, /* of version 4 */
	NET_CHANGE_ADDRESSES6 = 4,
	NET_CHANGE_ROUTES = 8,
	NET_CHANGE_ROUTES6 = 0x10,
	NET_CHANGE_NEIGHBORS = 0x20,
	NET_CHANGE_ALL = 0x3f,
};

/*
 * IOCTL_AFD_NET_ECHO: this and the data to be sent; a struct net_echoed and the
 * data that came back.
 */
enum { NET_ECHO_WHOLE = 1 }; /* not to be taken apart on the way */
struct net_echo {
	uint32_t family, ttl, tos, flags; /* ttl 0: the host's choice */
	uint32_t scope, noptions;
	uint8_t from[16], to[16]; /* from: zero: the host's choice */
	uint8_t options[40];	  /* of an IP header */
};
_Static_assert(sizeof(struct net_echo) == 96, "rf-net.h");

struct net_echoed {
	uint32_t status, rtt_us, ttl, tos; /* status: IP_*, 0: an answer */
	uint32_t scope, noptions, len, pad;
	uint8_t from[16];
	uint8_t options[40];
};
_Static_assert(sizeof(struct net_echoed) == 88, "rf-net.h");

struct net_interface {
	uint32_t index, flags, type, mtu;
	uint64_t speed;
	uint64_t in_bytes, in_packets, in_errors, in_drops, in_multicast;
	uint64_t out_bytes, out_packets, out_errors, out_drops;
	uint8_t mac[8];
	uint32_t mac_len;
	char name[20];
	uint32_t forwards; /* 1: version 4, 2: version 6 */
	uint32_t mtu6, dad_transmits, reachable_ms, retransmit_ms, hop_limit6;
};
_Static_assert(sizeof(struct net_interface) == 152, "rf-net.h");

struct net_address {
	uint32_t index, family, prefix, flags;
	uint32_t scope, valid, preferred;
	uint32_t pad;
	uint8_t address[16];
};
_Static_assert(sizeof(struct net_address) == 48, "rf-net.h");

struct net_route {
	uint32_t index, family, prefix, metric;
	uint8_t to[16], gateway[16], source[16];
	uint32_t type, protocol, has_gateway, pad;
};
_Static_assert(sizeof(struct net_route) == 80, "rf-net.h");

struct net_connection {
	uint32_t family, state, pid; /* MIB_TCP_STATE_*; NT's id, 0: unknown */
	uint16_t local_port, remote_port;
	uint8_t local[16], remote[16];
};
_Static_assert(sizeof(struct net_connection) == 48, "rf-net.h");

struct net_neighbor {
	uint32_t index, family, state, flags; /* Linux' NUD_* and NTF_* */
	uint32_t confirmed_ms, mac_len;
	uint8_t address[16], mac[8];
};
_Static_assert(sizeof(struct net_neighbor) == 48, "rf-net.h");

struct net_group {
	uint32_t index, family, anycast, users;
	uint8_t address[16];
};
_Static_assert(sizeof(struct net_group) == 32, "rf-net.h");

#endif
