/*
 * WSAIoctl: what a connection has been through (SIO_TCP_INFO), who the peer of
 * an AF_UNIX socket is, requests that wait for the network to change, the
 * functions behind GUIDs, and small questions.
 */
#ifndef NTDDI_VERSION
#define NTDDI_VERSION 0x0a000008
#endif
#include <stddef.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <windows.h>
#include <afunix.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

#ifndef SIO_IDEAL_SEND_BACKLOG_QUERY
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG)
#endif

/* 0, or winsock's error; *n: what came. */
static int ask(SOCKET s, DWORD code, void *in, DWORD in_n, void *out,
	       DWORD out_n, DWORD *n)
{
	*n = 99;
	return WSAIoctl(s, code, in, in_n, out, out_n, n, NULL, NULL)
		       ? WSAGetLastError()
		       : 0;
}

static void tcp_info(void)
{
	static char much[100000];
	SOCKET a, b, u = socket(AF_INET, SOCK_DGRAM, 0),
		     fresh = socket(AF_INET, SOCK_STREAM, 0);
	DWORD version = 0, n;
	TCP_INFO_v1 i;
	int left = sizeof much;

	pair(&a, &b);
	CHECK_EQ(send(a, much, sizeof much, 0), sizeof much);
	while (left > 0) {
		int got = recv(b, much, left, 0);

		CHECK(got > 0);
		if (got <= 0)
			break;
		left -= got;
	}
	memset(&i, 0xee, sizeof i);
	CHECK_EQ(ask(a, SIO_TCP_INFO, &version, sizeof version, &i, sizeof i,
		     &n),
		 0);
	CHECK_EQ(n, sizeof(TCP_INFO_v0));
	CHECK_EQ(i.State, TCPSTATE_ESTABLISHED);
	CHECK(i.Mss > 0);
	/* What was lost on a busy host went out twice. */
	CHECK_EQ(i.BytesOut - i.BytesRetrans, sizeof much);
	CHECK_EQ(i.BytesIn, 0);
	CHECK(i.ConnectionTimeMs < 60000);
	CHECK(i.RttUs > 0);
	CHECK(i.Cwnd > 0 && i.SndWnd > 0);
	version = 1;
	CHECK_EQ(ask(b, SIO_TCP_INFO, &version, sizeof version, &i, sizeof i,
		     &n),
		 0);
	CHECK_EQ(n, sizeof i);
	CHECK_EQ(i.BytesIn, sizeof much);
	CHECK_EQ(i.BytesOut, 0);
	CHECK(i.RcvWnd > 0 && i.RcvBuf > 0);
	CHECK_EQ(shutdown(a, SD_SEND), 0);
	CHECK_EQ(recv(b, much, 1, 0), 0);
	CHECK_EQ(ask(b, SIO_TCP_INFO, &version, sizeof version, &i, sizeof i,
		     &n),
		 0);
	CHECK_EQ(i.State, TCPSTATE_CLOSE_WAIT);
	CHECK_EQ(ask(b, SIO_TCP_INFO, &version, sizeof version, &i, 8, &n),
		 WSAEFAULT);
	CHECK_EQ(ask(b, SIO_TCP_INFO, NULL, 0, &i, sizeof i, &n), WSAEFAULT);
	CHECK_EQ(ask(u, SIO_TCP_INFO, &version, sizeof version, &i, sizeof i,
		     &n),
		 WSAEOPNOTSUPP);
	CHECK(ask(fresh, SIO_TCP_INFO, &version, sizeof version, &i, sizeof i,
		  &n) != 0);

	/* How much to keep under way. */
	{
		ULONG backlog = 0;

		CHECK_EQ(ask(a, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &backlog,
			     sizeof backlog, &n),
			 0);
		CHECK_EQ(n, sizeof backlog);
		CHECK(backlog >= 4096);
		CHECK_EQ(ask(fresh, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0,
			     &backlog, sizeof backlog, &n),
			 WSAENOTCONN);
	}
	closesocket(a);
	closesocket(b);
	closesocket(u);
	closesocket(fresh);
}

static void peer(void)
{
	SOCKET l = socket(AF_UNIX, SOCK_STREAM, 0),
	       c = socket(AF_UNIX, SOCK_STREAM, 0), s, t;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	ULONG id = 0;
	DWORD n;

	strcpy(at.sun_path, "rf-ioctl.sock");
	DeleteFileA(at.sun_path);
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(l, 1), 0);
	CHECK(ask(c, SIO_AF_UNIX_GETPEERPID, NULL, 0, &id, sizeof id, &n) != 0);
	if (connect(c, (SOCKADDR *)&at, sizeof at)) {
		/* A sandbox does not connect to files that could be others'. */
		CHECK_EQ(WSAGetLastError(), WSAEACCES);
		goto out;
	}
	s = accept(l, NULL, NULL);
	CHECK_EQ(ask(c, SIO_AF_UNIX_GETPEERPID, NULL, 0, &id, sizeof id, &n),
		 0);
	CHECK_EQ(n, sizeof id);
	CHECK_EQ(id, GetCurrentProcessId());
	id = 0;
	CHECK_EQ(ask(s, SIO_AF_UNIX_GETPEERPID, NULL, 0, &id, sizeof id, &n),
		 0);
	CHECK_EQ(id, GetCurrentProcessId());
	CHECK_EQ(ask(s, SIO_AF_UNIX_GETPEERPID, NULL, 0, &id, 2, &n),
		 WSAEFAULT);
	closesocket(s);
	pair(&s, &t);
	CHECK(ask(s, SIO_AF_UNIX_GETPEERPID, NULL, 0, &id, sizeof id, &n) != 0);
	closesocket(s);
	closesocket(t);
out:
	closesocket(c);
	closesocket(l);
	DeleteFileA(at.sun_path);
}

static volatile LONG routines;

static void CALLBACK routine(DWORD error, DWORD n, LPWSAOVERLAPPED o,
			     DWORD flags)
{
	CHECK_EQ(error, WSA_OPERATION_ABORTED);
	routines++;
}

/* Nothing changes, so they wait until they are cancelled. */
static void changes(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET };
	WSAOVERLAPPED o = { 0 }, p = { 0 };
	DWORD n, flags;
	u_long on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	o.hEvent = WSACreateEvent();
	CHECK_EQ(WSAIoctl(s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0, &n, &o,
			  NULL),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	if (WSAGetLastError() != WSA_IO_PENDING)
		return; /* and nothing to be waited for */
	CHECK_EQ(WSAIoctl(s, SIO_ROUTING_INTERFACE_CHANGE, &to, sizeof to, NULL,
			  0, &n, &p, routine),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 50), WAIT_TIMEOUT);
	CHECK(CancelIoEx((HANDLE)s, (OVERLAPPED *)&o));
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CHECK(!WSAGetOverlappedResult(s, &o, &n, FALSE, &flags));
	CHECK_EQ(WSAGetLastError(), WSA_OPERATION_ABORTED);
	CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
	CHECK_EQ(ask(s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0, &n),
		 WSAEWOULDBLOCK);
	closesocket(s);
	for (int i = 0; i < 100 && !routines; i++)
		SleepEx(100, TRUE);
	CHECK_EQ(routines, 1);
	WSACloseEvent(o.hEvent);
}

static void questions(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0), t, u;
	struct sockaddr_in to = { .sin_family = AF_INET }, got;
	struct tcp_keepalive keep = { 1, 30000, 1000 };
	DWORD n, value = 7;
	BOOL off = FALSE;
	int v, size = sizeof v;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 5);
	memset(&got, 0, sizeof got);
	CHECK_EQ(ask(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof to, &got,
		     sizeof got, &n),
		 0);
	CHECK_EQ(n, sizeof got);
	CHECK_EQ(got.sin_family, AF_INET);
	CHECK_EQ(ntohl(got.sin_addr.s_addr) >> 24, 127);
	CHECK_EQ(ask(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof to, &got, 4,
		     &n),
		 WSAEFAULT);
	CHECK_EQ(ask(s, SIO_GET_BROADCAST_ADDRESS, NULL, 0, &got, sizeof got,
		     &n),
		 0);
	CHECK_EQ(got.sin_addr.s_addr, INADDR_BROADCAST);
	CHECK_EQ(ask(s, SIO_MULTICAST_SCOPE, &value, sizeof value, NULL, 0, &n),
		 0);
	CHECK_EQ(getsockopt(s, IPPROTO_IP, IP_MULTICAST_TTL, (char *)&v, &size),
		 0);
	CHECK_EQ(v, 7);
	CHECK_EQ(ask(s, SIO_MULTIPOINT_LOOPBACK, &off, sizeof off, NULL, 0, &n),
		 0);
	size = sizeof v;
	CHECK_EQ(getsockopt(s, IPPROTO_IP, IP_MULTICAST_LOOP, (char *)&v,
			    &size),
		 0);
	CHECK_EQ(v & 0xff, 0);
	closesocket(s);
	pair(&t, &u);
	CHECK_EQ(ask(t, SIO_KEEPALIVE_VALS, &keep, sizeof keep, NULL, 0, &n),
		 0);
	v = 0;
	size = sizeof v;
	CHECK_EQ(getsockopt(t, SOL_SOCKET, SO_KEEPALIVE, (char *)&v, &size), 0);
	CHECK_EQ(v & 0xff, 1);
	CHECK_EQ(ask(t, SIO_KEEPALIVE_VALS, &keep, 4, NULL, 0, &n), WSAEFAULT);
	/* Nothing that anybody knows. */
	CHECK_EQ(ask(t, _WSAIOW(IOC_VENDOR, 4000), NULL, 0, NULL, 0, &n),
		 WSAEOPNOTSUPP);
	CHECK_EQ(ask(INVALID_SOCKET, FIONREAD, NULL, 0, &value, sizeof value,
		     &n),
		 WSAENOTSOCK);
	closesocket(t);
	closesocket(u);
}

static void functions(void)
{
	static const GUID known[] = {
		WSAID_ACCEPTEX,	   WSAID_GETACCEPTEXSOCKADDRS,
		WSAID_CONNECTEX,   WSAID_DISCONNECTEX,
		WSAID_TRANSMITFILE, WSAID_TRANSMITPACKETS,
		WSAID_WSARECVMSG,  WSAID_WSASENDMSG,
		WSAID_WSAPOLL,
	};
	GUID none = { 1, 2, 3, { 4 } }, id;
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	void *f;
	DWORD n;

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		id = known[i];
		f = NULL;
		CHECK_EQ(ask(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id,
			     sizeof id, &f, sizeof f, &n),
			 0);
		CHECK(f != NULL, "%u", i);
		CHECK_EQ(n, sizeof f);
	}
	CHECK_EQ(ask(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &none, sizeof none,
		     &f, sizeof f, &n),
		 WSAEINVAL);
	CHECK_EQ(ask(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &f,
		     2, &n),
		 WSAEFAULT);
	closesocket(s);
}

/* The interfaces, in both forms. */
static void interfaces(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	INTERFACE_INFO list[32];
	INTERFACE_INFO_EX *more = calloc(1, 16384);
	DWORD n, count;
	BOOL loopback = FALSE;

	CHECK_EQ(ask(s, SIO_GET_INTERFACE_LIST, NULL, 0, list, sizeof list, &n),
		 0);
	count = n / sizeof *list;
	CHECK_EQ(ask(s, SIO_GET_INTERFACE_LIST_EX, NULL, 0, more, 16384, &n),
		 0);
	for (DWORD i = 0; i < count; i++) {
		const struct sockaddr_in *a =
			(struct sockaddr_in *)more[i].iiAddress.lpSockaddr;
		const struct sockaddr_in *m =
			(struct sockaddr_in *)more[i].iiNetmask.lpSockaddr;

		CHECK_EQ(more[i].iiFlags, list[i].iiFlags);
		CHECK_EQ(more[i].iiAddress.iSockaddrLength, sizeof *a);
		CHECK_EQ(a->sin_addr.s_addr,
			 list[i].iiAddress.AddressIn.sin_addr.s_addr);
		CHECK_EQ(m->sin_addr.s_addr,
			 list[i].iiNetmask.AddressIn.sin_addr.s_addr);
		loopback |= (list[i].iiFlags & IFF_LOOPBACK) != 0;
	}
	/* In a sandbox there may be no list. */
	CHECK(loopback || !count);
	if (count)
		CHECK_EQ(ask(s, SIO_GET_INTERFACE_LIST_EX, NULL, 0, more, 8,
			     &n),
			 WSAEFAULT);
	free(more);
	closesocket(s);
}

/* What can be reached comes first; the list may be sorted in its own place. */
static void sorted(void)
{
	static const char *const names[] = { "2001:db8::1", "::1",
					     "fe80::1234:5678" };
	SOCKET s = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in6 a[3] = { 0 };
	char room[1024];
	SOCKET_ADDRESS_LIST *list = (SOCKET_ADDRESS_LIST *)room;
	DWORD size = offsetof(SOCKET_ADDRESS_LIST, Address[3]), n;
	BOOL seen[3] = { 0 };

	if (s == INVALID_SOCKET)
		return;
	list->iAddressCount = 3;
	for (int i = 0; i < 3; i++) {
		a[i].sin6_family = AF_INET6;
		CHECK(inet_pton(AF_INET6, names[i], &a[i].sin6_addr) == 1);
		list->Address[i].lpSockaddr = (SOCKADDR *)&a[i];
		list->Address[i].iSockaddrLength = sizeof a[i];
	}
	CHECK_EQ(ask(s, SIO_ADDRESS_LIST_SORT, list, size, room, 20, &n),
		 WSAEFAULT);
	CHECK(n > size);
	CHECK_EQ(ask(s, SIO_ADDRESS_LIST_SORT, list, size - 1, room,
		     sizeof room, &n),
		 WSAEINVAL);
	CHECK_EQ(ask(s, SIO_ADDRESS_LIST_SORT, list, size, room, sizeof room,
		     &n),
		 0);
	CHECK_EQ(list->iAddressCount, 3);
	for (int i = 0; i < 3; i++) {
		const struct sockaddr_in6 *at =
			(struct sockaddr_in6 *)list->Address[i].lpSockaddr;

		CHECK((char *)at >= room && (char *)(at + 1) <= room + n);
		CHECK_EQ(list->Address[i].iSockaddrLength, sizeof *at);
		for (int k = 0; k < 3; k++)
			if (!memcmp(&at->sin6_addr, &a[k].sin6_addr, 16))
				seen[k] = TRUE;
	}
	CHECK(seen[0] && seen[1] && seen[2]);
	/* Where there is a loopback of version 6 nothing beats it. */
	n = sizeof a[1];
	if (!bind(s, (SOCKADDR *)&a[1], sizeof a[1]))
		CHECK(!memcmp(&((struct sockaddr_in6 *)list->Address[0]
					.lpSockaddr)
				       ->sin6_addr,
			      &a[1].sin6_addr, 16));
	closesocket(s);
}

int main(void)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	tcp_info();
	peer();
	changes();
	questions();
	functions();
	interfaces();
	sorted();
	return check_done();
}
