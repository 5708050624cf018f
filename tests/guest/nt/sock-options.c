/* SPDX-License-Identifier: LGPL-2.1-or-later */
// link: -lmswsock
/*
 * Options and controls beyond those that every program uses: senders to a
 * group, interfaces that are listened to, what is told of datagrams, how long
 * they may be; and what is documented to be refused.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "../lib/sock-pair.h"

enum {
	GET_FILTER4 = (int)0x8004747c, /* SIO_GET_MULTICAST_FILTER */
	SET_FILTER4 = (int)0x8004747d,
	SET_FILTER = (int)0x8004747e, /* SIOCSMSFILTER */
	GET_FILTER = (int)0x8004747f,
	RECEIVE_BROADCAST = 22,
	RECEIVE_IF = 24,
	IFLIST = 28,
	ADD_IFLIST = 29,
	DEL_IFLIST = 30,
	UNICAST_IF = 31,
	GET_IFLIST = 33,
	ARRIVAL_IF = 47,
	USER_MTU = 76,
	DONT_FRAGMENT = 14, /* of both versions */
};

static LPFN_WSARECVMSG receive;

static int set(SOCKET s, int level, int option, DWORD value)
{
	return setsockopt(s, level, option, (char *)&value, sizeof value);
}

static DWORD get(SOCKET s, int level, int option)
{
	DWORD value = 0x5a5a5a5a;
	int n = sizeof value;

	CHECK_EQ(getsockopt(s, level, option, (char *)&value, &n), 0);
	CHECK_EQ(n, sizeof value);
	return value;
}

static int ask(SOCKET s, int code, void *in, DWORD in_n, void *out, DWORD out_n,
	       DWORD *n)
{
	DWORD got = 0;
	int ret = WSAIoctl(s, (DWORD)code, in, in_n, out, out_n, &got, NULL,
			   NULL);

	if (n)
		*n = got;
	return ret;
}

/* One of this machine, which hears itself, with its name. */
static SOCKET bound(int family, SOCKADDR_INET *at)
{
	SOCKET s = socket(family, SOCK_DGRAM, 0);
	int n = family == AF_INET ? sizeof at->Ipv4 : sizeof at->Ipv6;

	memset(at, 0, sizeof *at);
	at->si_family = (ADDRESS_FAMILY)family;
	/* There may be sockets of version 6, and no loopback. */
	if (family == AF_INET6)
		at->Ipv6.sin6_addr = in6addr_loopback;
	if (bind(s, (SOCKADDR *)at, n)) {
		/* No version 6 here. */
		CHECK_EQ(family, AF_INET6);
		closesocket(s);
		return INVALID_SOCKET;
	}
	CHECK_EQ(getsockname(s, (SOCKADDR *)at, &n), 0);
	if (family == AF_INET)
		at->Ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return s;
}

static void send_one(SOCKET s, SOCKADDR_INET *to, char c)
{
	CHECK_EQ(sendto(s, &c, 1, 0, (SOCKADDR *)to, sizeof *to), 1);
}

/* The same to a group, which a sandbox may forbid. */
static BOOL send_group(SOCKET s, SOCKADDR_INET *to, char c)
{
	if (sendto(s, &c, 1, 0, (SOCKADDR *)to, sizeof *to) == 1)
		return TRUE;
	CHECK_EQ(WSAGetLastError(), WSAEACCES);
	return FALSE;
}

static char next(SOCKET s)
{
	char c = 0;

	CHECK_EQ(recv(s, &c, 1, 0), 1);
	return c;
}

/* ---- senders to a group ---- */

struct filter4 {
	struct in_addr group, via;
	ULONG mode, sources;
	struct in_addr source[4];
};
enum { FILTER4_HEAD = 16 };

static void group_of_version_4(void)
{
	struct filter4 f = { 0 }, got;
	SOCKADDR_INET at, to;
	SOCKET s = bound(AF_INET, &at),
	       stream = socket(AF_INET, SOCK_STREAM, 0);
	struct in_addr lo = { .s_addr = htonl(INADDR_LOOPBACK) };
	DWORD n;

	f.group.s_addr = inet_addr("239.255.77.2");
	f.via = lo;
	/* It is no member. */
	CHECK(ask(s, GET_FILTER4, &f, sizeof f, &got, sizeof got, &n) != 0);
	/* None, of which it is not even a member: nothing happens. */
	CHECK_EQ(ask(s, SET_FILTER4, &f, FILTER4_HEAD, NULL, 0, &n), 0);

	/* It becomes one; not who sends, and somebody else. */
	f.mode = MCAST_EXCLUDE;
	f.sources = 2;
	f.source[0] = lo;
	f.source[1].s_addr = inet_addr("127.0.0.9");
	CHECK_EQ(ask(s, SET_FILTER4, &f, FILTER4_HEAD + 8, NULL, 0, &n), 0);
	got = f;
	got.mode = 99;
	got.sources = 4;
	memset(got.source, 0, sizeof got.source);
	CHECK_EQ(ask(s, GET_FILTER4, &got, sizeof got, &got, sizeof got, &n),
		 0);
	CHECK_EQ(n, FILTER4_HEAD + 8);
	CHECK_EQ(got.mode, MCAST_EXCLUDE);
	CHECK_EQ(got.sources, 2);
	CHECK(got.source[0].s_addr == lo.s_addr ||
	      got.source[1].s_addr == lo.s_addr);
	/* With room for one, there are still two. */
	got.sources = 1;
	CHECK_EQ(ask(s, GET_FILTER4, &got, FILTER4_HEAD + 4, &got,
		     FILTER4_HEAD + 4, &n),
		 0);
	CHECK_EQ(n, FILTER4_HEAD + 4);
	CHECK_EQ(got.sources, 2);

	to = at;
	to.Ipv4.sin_addr = f.group;
	CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, (char *)&lo,
			    sizeof lo),
		 0);
	send_group(s, &to, 'a');
	/* Nobody but who sends; by the interface's number. */
	f.via.s_addr = htonl(1);
	f.mode = MCAST_INCLUDE;
	f.sources = 1;
	CHECK_EQ(ask(s, SET_FILTER4, &f, FILTER4_HEAD + 4, NULL, 0, &n), 0);
	if (send_group(s, &to, 'b'))
		CHECK_EQ(next(s), 'b');
	got.via = f.via;
	got.sources = 4;
	CHECK_EQ(ask(s, GET_FILTER4, &got, sizeof got, &got, sizeof got, &n),
		 0);
	CHECK_EQ(got.mode, MCAST_INCLUDE);
	CHECK_EQ(got.sources, 1);
	CHECK_EQ(got.source[0].s_addr, lo.s_addr);
	/* And nobody: it is a member no more. */
	f.sources = 0;
	CHECK_EQ(ask(s, SET_FILTER4, &f, FILTER4_HEAD, NULL, 0, &n), 0);
	CHECK(ask(s, GET_FILTER4, &got, sizeof got, &got, sizeof got, &n) != 0);

	f.mode = 7;
	FAILS(ask(s, SET_FILTER4, &f, sizeof f, NULL, 0, &n), WSAEINVAL);
	f.mode = MCAST_EXCLUDE;
	f.sources = 5; /* of which there are four */
	FAILS(ask(s, SET_FILTER4, &f, sizeof f, NULL, 0, &n), WSAEFAULT);
	f.sources = 0xffffffff;
	CHECK(ask(s, SET_FILTER4, &f, sizeof f, NULL, 0, &n) != 0);
	FAILS(ask(s, SET_FILTER4, &f, 8, NULL, 0, &n), WSAEFAULT);
	f.sources = 0;
	CHECK(ask(stream, SET_FILTER4, &f, FILTER4_HEAD, NULL, 0, &n) != 0);
	closesocket(stream);
	closesocket(s);
}

static void group(int family)
{
	static union {
		GROUP_FILTER f;
		char room[sizeof(GROUP_FILTER) + 3 * sizeof(SOCKADDR_STORAGE)];
	} in, out;
	enum { HEAD = sizeof(GROUP_FILTER) - sizeof(SOCKADDR_STORAGE) };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&in.f.gf_group;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&in.f.gf_group;
	SOCKADDR_INET at;
	SOCKET s = bound(family, &at);
	DWORD n;

	if (s == INVALID_SOCKET)
		return;
	memset(&in, 0, sizeof in);
	in.f.gf_interface = 1;
	in.f.gf_fmode = MCAST_EXCLUDE;
	in.f.gf_numsrc = 1;
	in.f.gf_group.ss_family = (short)family;
	memcpy(&in.f.gf_slist[0], &at, sizeof at);
	if (family == AF_INET) {
		v4->sin_addr.s_addr = inet_addr("239.255.77.3");
	} else {
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_addr.s6_addr[0] = 0xff;
		v6->sin6_addr.s6_addr[1] = 0x15;
	}
	CHECK_EQ(ask(s, SET_FILTER, &in, HEAD + sizeof(SOCKADDR_STORAGE), NULL,
		     0, &n),
		 0);
	out = in;
	out.f.gf_fmode = (MULTICAST_MODE_TYPE)9;
	out.f.gf_numsrc = 4;
	memset(out.f.gf_slist, 0, sizeof out.f.gf_slist);
	CHECK_EQ(ask(s, GET_FILTER, &out, sizeof out, &out, sizeof out, &n), 0);
	CHECK_EQ(n, HEAD + sizeof(SOCKADDR_STORAGE));
	CHECK_EQ(out.f.gf_fmode, MCAST_EXCLUDE);
	CHECK_EQ(out.f.gf_numsrc, 1);
	CHECK_EQ(out.f.gf_group.ss_family, family);
	CHECK_EQ(out.f.gf_slist[0].ss_family, family);
	in.f.gf_slist[0].ss_family = AF_UNIX;
	FAILS(ask(s, SET_FILTER, &in, sizeof in, NULL, 0, &n), WSAEINVAL);
	in.f.gf_fmode = MCAST_INCLUDE;
	in.f.gf_numsrc = 0;
	CHECK_EQ(ask(s, SET_FILTER, &in, HEAD, NULL, 0, &n), 0);
	CHECK(ask(s, GET_FILTER, &out, sizeof out, &out, sizeof out, &n) != 0);
	closesocket(s);
}

/* ---- what is told of datagrams ---- */

static DWORD *control_of(WSAMSG *m, int level, int type)
{
	for (WSACMSGHDR *c = WSA_CMSG_FIRSTHDR(m); c; c = WSA_CMSG_NXTHDR(m, c))
		if (c->cmsg_level == level && c->cmsg_type == type)
			return (DWORD *)WSA_CMSG_DATA(c);
	return NULL;
}

static void told_where(int family)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	SOCKADDR_INET at;
	SOCKET s = bound(family, &at), stream = socket(family, SOCK_STREAM, 0);
	static const int types[] = { RECEIVE_IF, ARRIVAL_IF, IP_PKTINFO };
	char c, control[256];
	WSABUF b = { 1, &c };
	WSAMSG m;
	DWORD n, *w;

	if (s == INVALID_SOCKET)
		return;
	/* Each of them, alone. */
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(get(s, level, types[i]), 0);
		CHECK_EQ(set(s, level, types[i], 1), 0);
		CHECK_EQ(get(s, level, types[i]), 1);
		send_one(s, &at, 'x');
		m = (WSAMSG){ NULL, 0, &b, 1, { sizeof control, control }, 0 };
		CHECK_EQ(receive(s, &m, &n, NULL, NULL), 0);
		for (int k = 0; k < 3; k++) {
			w = control_of(&m, level, types[k]);
			CHECK_EQ(w != NULL, k == i);
			if (w && types[k] != IP_PKTINFO)
				CHECK_EQ(*w, 1); /* the loopback */
		}
		CHECK_EQ(set(s, level, types[i], 0), 0);
	}
	send_one(s, &at, 'x');
	m = (WSAMSG){ NULL, 0, &b, 1, { sizeof control, control }, 0 };
	CHECK_EQ(receive(s, &m, &n, NULL, NULL), 0);
	CHECK_EQ(m.Control.len, 0);
	FAILS(set(stream, level, RECEIVE_IF, 1), WSAENOPROTOOPT);
	closesocket(stream);
	closesocket(s);
}

/* ---- how long they may be ---- */

static void lengths(int family)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	DWORD mtu = family == AF_INET ? 576 : 1280;
	int most = (int)mtu - (family == AF_INET ? 28 : 48);
	SOCKADDR_INET at;
	SOCKET s = bound(family, &at), stream = socket(family, SOCK_STREAM, 0);
	static char data[4096];

	if (s == INVALID_SOCKET)
		return;
	CHECK_EQ(get(s, level, USER_MTU), 0xffffffff);
	CHECK_EQ(set(s, level, USER_MTU, mtu), 0);
	CHECK_EQ(get(s, level, USER_MTU), mtu);
	/* In pieces, */
	CHECK_EQ(set(s, level, DONT_FRAGMENT, 0), 0);
	CHECK_EQ(sendto(s, data, most + 1, 0, (SOCKADDR *)&at, sizeof at),
		 most + 1);
	CHECK_EQ(recv(s, data, sizeof data, 0), most + 1);
	/* and not. */
	CHECK_EQ(set(s, level, DONT_FRAGMENT, 1), 0);
	CHECK_EQ(sendto(s, data, most, 0, (SOCKADDR *)&at, sizeof at), most);
	CHECK_EQ(recv(s, data, sizeof data, 0), most);
	FAILS(sendto(s, data, most + 1, 0, (SOCKADDR *)&at, sizeof at),
	      WSAEMSGSIZE);
	CHECK_EQ(set(s, level, USER_MTU, 0xffffffff), 0);
	CHECK_EQ(get(s, level, USER_MTU), 0xffffffff);
	CHECK_EQ(sendto(s, data, most + 1, 0, (SOCKADDR *)&at, sizeof at),
		 most + 1);
	/* A connection sends less at a time; nobody sees that here. */
	CHECK_EQ(set(stream, level, USER_MTU, mtu), 0);
	CHECK_EQ(get(stream, level, USER_MTU), mtu);
	CHECK_EQ(set(stream, level, USER_MTU, 0xffffffff), 0);
	closesocket(stream);
	closesocket(s);
}

/* ---- whose are received ---- */

static void interfaces(int family)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	SOCKADDR_INET at;
	SOCKET s = bound(family, &at), stream = socket(family, SOCK_STREAM, 0);
	DWORD list[4];
	int n = sizeof list;

	if (s == INVALID_SOCKET)
		return;
	CHECK_EQ(get(s, level, IFLIST), 0);
	CHECK(getsockopt(s, level, GET_IFLIST, (char *)list, &n) != 0);
	CHECK_EQ(set(s, level, IFLIST, 1), 0);
	CHECK_EQ(get(s, level, IFLIST), 1);
	n = sizeof list;
	CHECK_EQ(getsockopt(s, level, GET_IFLIST, (char *)list, &n), 0);
	CHECK_EQ(n, 0);
	send_one(s, &at, 'a');
	CHECK_EQ(set(s, level, ADD_IFLIST, 77), 0);
	send_one(s, &at, 'b');
	CHECK_EQ(set(s, level, ADD_IFLIST, 1), 0);
	send_one(s, &at, 'c');
	CHECK_EQ(set(s, level, DEL_IFLIST, 1), 0);
	send_one(s, &at, 'd');
	n = sizeof list;
	CHECK_EQ(getsockopt(s, level, GET_IFLIST, (char *)list, &n), 0);
	CHECK_EQ(n, 4);
	CHECK_EQ(list[0], 77);
	CHECK_EQ(set(s, level, IFLIST, 0), 0);
	send_one(s, &at, 'e');
	CHECK_EQ(next(s), 'c');
	CHECK_EQ(next(s), 'e');
	CHECK(set(stream, level, IFLIST, 1) != 0);
	closesocket(stream);
	closesocket(s);
}

static void to_all(void)
{
	SOCKADDR_INET at, all;
	SOCKET s = bound(AF_INET, &at),
	       stream = socket(AF_INET, SOCK_STREAM, 0);

	all = at;
	all.Ipv4.sin_addr.s_addr = inet_addr("127.255.255.255");
	CHECK_EQ(set(s, SOL_SOCKET, SO_BROADCAST, 1), 0);
	CHECK_EQ(get(s, IPPROTO_IP, RECEIVE_BROADCAST), 1);
	send_one(s, &all, 'a');
	CHECK_EQ(set(s, IPPROTO_IP, RECEIVE_BROADCAST, 0), 0);
	CHECK_EQ(get(s, IPPROTO_IP, RECEIVE_BROADCAST), 0);
	send_one(s, &all, 'b');
	send_one(s, &at, 'c');
	CHECK_EQ(set(s, IPPROTO_IP, RECEIVE_BROADCAST, 1), 0);
	send_one(s, &all, 'd');
	CHECK_EQ(next(s), 'a');
	CHECK_EQ(next(s), 'c');
	CHECK_EQ(next(s), 'd');
	CHECK(set(stream, IPPROTO_IP, RECEIVE_BROADCAST, 0) != 0);
	closesocket(stream);
	closesocket(s);
}

/* Several for one address, by processors. */
static void processors(void)
{
	enum {
		CPU_AFFINITY = (int)0x98000015,
		RSS_PROCESSOR = 0x48000025,
		RSS_SCALABILITY = 0x580000d2
	};
	struct sockaddr_in at = { .sin_family = AF_INET };
	SOCKET s[2], stream = socket(AF_INET, SOCK_STREAM, 0);
	USHORT first = 0, many = 0xfff0, where[4];
	DWORD_PTR ours, all;
	int n = sizeof at;
	BYTE enabled = 9;
	DWORD got;

	CHECK(GetProcessAffinityMask(GetCurrentProcess(), &ours, &all));
	while (!(ours >> first & 1))
		first++;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 2; i++) {
		s[i] = socket(AF_INET, SOCK_DGRAM, 0);
		FAILS(ask(s[i], CPU_AFFINITY, &many, sizeof many, NULL, 0,
			  NULL),
		      WSAEINVAL);
		CHECK_EQ(ask(s[i], CPU_AFFINITY, &first, sizeof first, NULL, 0,
			     NULL),
			 0);
		CHECK_EQ(bind(s[i], (SOCKADDR *)&at, sizeof at), 0);
		CHECK_EQ(getsockname(s[i], (SOCKADDR *)&at, &n), 0);
	}
	FAILS(ask(s[0], CPU_AFFINITY, &first, sizeof first, NULL, 0, NULL),
	      WSAEINVAL);
	CHECK(ask(stream, CPU_AFFINITY, &first, sizeof first, NULL, 0, NULL) !=
	      0);
	closesocket(s[1]);
	/* And not with who does not ask for it. */
	s[1] = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(bind(s[1], (SOCKADDR *)&at, sizeof at) != 0);
	CHECK_EQ(ask(s[0], RSS_PROCESSOR, NULL, 0, where, sizeof where, &got),
		 0);
	CHECK_EQ(got, sizeof where);
	CHECK_EQ(where[0], 0);
	CHECK_EQ(ask(s[0], RSS_SCALABILITY, NULL, 0, &enabled, 1, &got), 0);
	CHECK(enabled <= 1);
	FAILS(ask(s[0], RSS_SCALABILITY, NULL, 0, NULL, 0, &got), WSAEINVAL);
	closesocket(s[0]);
	closesocket(s[1]);
	closesocket(stream);
}

/* Of those who only hear what is for many, too. */
static void only_many(void)
{
	enum { REUSE_MULTICAST = 0x3008 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	int n = sizeof at;
	SOCKET s[2];

	for (int i = 0; i < 2; i++) {
		s[i] = socket(AF_INET, SOCK_DGRAM, 0);
		CHECK_EQ(get(s[i], SOL_SOCKET, REUSE_MULTICAST), 0);
		CHECK_EQ(set(s[i], SOL_SOCKET, REUSE_MULTICAST, 1), 0);
		CHECK_EQ(get(s[i], SOL_SOCKET, REUSE_MULTICAST), 1);
		CHECK_EQ(bind(s[i], (SOCKADDR *)&at, sizeof at), 0);
		CHECK_EQ(getsockname(s[i], (SOCKADDR *)&at, &n), 0);
	}
	closesocket(s[0]);
	closesocket(s[1]);
}

/* ---- words ---- */

static void words(void)
{
	enum {
		UCAST_IF = (int)0x98000006,
		INITIAL_RTO = (int)0x98000011,
		ACK_FREQUENCY = (int)0x98000017,
		PRIORITY_HINT = (int)0x98000018,
		SET_ICW = (int)0x98000016,
		BSP_HANDLE_POLL = 0x4800001d,
		SEND_LOW = 0x1003,
		COMPARTMENT = 0x3004,
		RANDOM_PORT = 0x3005,
		REUSE_UNICAST = 0x3007,
		CONNECT_DATA = 0x7000,
		MAX_DATAGRAM = 0x7009,
		MAX_PATH_DATAGRAM = 0x700a,
		BSD_URGENT = 0x7000,
		EXPEDITED_1122 = 2,
	};
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0),
	       d = socket(AF_INET, SOCK_DGRAM, 0),
	       d6 = socket(AF_INET6, SOCK_DGRAM, 0);
	struct {
		USHORT rtt;
		BYTE again;
	} rto = { 300, 2 };
	WSAOVERLAPPED o = { 0 };
	SOCKET same;
	DWORD w, n;
	BYTE one = 1, none = 0;
	char value[8];
	int size = sizeof value;

	w = htonl(1);
	CHECK_EQ(ask(d, UCAST_IF, &w, sizeof w, NULL, 0, NULL), 0);
	CHECK_EQ(get(d, IPPROTO_IP, UNICAST_IF), 1);
	w = 1;
	if (d6 != INVALID_SOCKET) {
		CHECK_EQ(ask(d6, UCAST_IF, &w, sizeof w, NULL, 0, NULL), 0);
		CHECK_EQ(get(d6, IPPROTO_IPV6, UNICAST_IF), 1);
		FAILS(ask(d6, (int)SIO_GET_BROADCAST_ADDRESS, NULL, 0, value, 8,
			  NULL),
		      WSAENOPROTOOPT);
	}
	FAILS(ask(d, UCAST_IF, NULL, 0, NULL, 0, NULL), WSAEFAULT);

	CHECK_EQ(ask(s, INITIAL_RTO, &rto, sizeof rto, NULL, 0, NULL), 0);
	rto.again = 0xfe; /* never */
	CHECK_EQ(ask(s, INITIAL_RTO, &rto, sizeof rto, NULL, 0, NULL), 0);
	rto.again = 0xff; /* as the system has it */
	CHECK_EQ(ask(s, INITIAL_RTO, &rto, sizeof rto, NULL, 0, NULL), 0);
	FAILS(ask(s, INITIAL_RTO, &rto, 1, NULL, 0, NULL), WSAEFAULT);
	FAILS(ask(d, INITIAL_RTO, &rto, sizeof rto, NULL, 0, NULL),
	      WSAEOPNOTSUPP);

	CHECK_EQ(ask(s, ACK_FREQUENCY, &one, 1, NULL, 0, NULL), 0);
	FAILS(ask(s, ACK_FREQUENCY, &none, 1, NULL, 0, NULL), WSAEINVAL);
	w = 0;
	CHECK_EQ(ask(s, PRIORITY_HINT, &w, sizeof w, NULL, 0, NULL), 0);
	w = 3;
	FAILS(ask(s, PRIORITY_HINT, &w, sizeof w, NULL, 0, NULL), WSAEINVAL);
	w = 10;
	FAILS(ask(s, SET_ICW, &w, sizeof w, NULL, 0, NULL), WSAEOPNOTSUPP);

	/* What providers may say that have none of it. */
	FAILS(ask(s, (int)SIO_SET_QOS, value, 8, NULL, 0, NULL),
	      WSAENOPROTOOPT);
	FAILS(ask(s, (int)SIO_GET_QOS, NULL, 0, value, 8, NULL),
	      WSAENOPROTOOPT);
	FAILS(ask(s, (int)SIO_TRANSLATE_HANDLE, value, 4, value, 8, NULL),
	      WSAENOPROTOOPT);
	FAILS(ask((SOCKET)0x7ff0, (int)SIO_GET_QOS, NULL, 0, value, 8, NULL),
	      WSAENOTSOCK);
	CHECK_EQ(ask(s, BSP_HANDLE_POLL, NULL, 0, &same, sizeof same, NULL), 0);
	CHECK_EQ(same, s);
	FAILS(WSAIoctl(s, BSP_HANDLE_POLL, NULL, 0, &same, sizeof same, &n, &o,
		       NULL),
	      WSAEFAULT);

	CHECK_EQ(get(d, SOL_SOCKET, MAX_DATAGRAM),
		 get(d, SOL_SOCKET, SO_MAX_MSG_SIZE));
	CHECK_EQ(get(d, SOL_SOCKET, MAX_PATH_DATAGRAM),
		 get(d, SOL_SOCKET, SO_MAX_MSG_SIZE));
	FAILS(set(s, SOL_SOCKET, SEND_LOW, 1), WSAEINVAL);
	FAILS(getsockopt(s, SOL_SOCKET, SO_RCVLOWAT, value, &size), WSAEINVAL);
	FAILS(getsockopt(s, SOL_SOCKET, CONNECT_DATA, value, &size),
	      WSAENOPROTOOPT);
	CHECK_EQ(get(s, SOL_SOCKET, COMPARTMENT), 1);
	CHECK(set(s, SOL_SOCKET, COMPARTMENT, 99) != 0);
	CHECK_EQ(set(s, SOL_SOCKET, RANDOM_PORT, 1), 0);
	CHECK_EQ(set(s, SOL_SOCKET, REUSE_UNICAST, 1), 0);
	CHECK(set(s, SOL_SOCKET, RANDOM_PORT, 1) != 0);
	CHECK_EQ(get(s, IPPROTO_TCP, BSD_URGENT), 1);
	CHECK_EQ(get(s, IPPROTO_TCP, EXPEDITED_1122), 0);
	CHECK_EQ(set(s, IPPROTO_TCP, BSD_URGENT, 1), 0);
	closesocket(s);
	closesocket(d);
	if (d6 != INVALID_SOCKET)
		closesocket(d6);
}

int main(void)
{
	WSADATA data;
	SOCKET s;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	receive = (LPFN_WSARECVMSG)extension(s, (GUID)WSAID_WSARECVMSG);
	closesocket(s);
	group_of_version_4();
	group(AF_INET);
	group(AF_INET6);
	told_where(AF_INET);
	told_where(AF_INET6);
	lengths(AF_INET);
	lengths(AF_INET6);
	interfaces(AF_INET);
	interfaces(AF_INET6);
	to_all();
	processors();
	only_many();
	words();
	return check_done();
}
