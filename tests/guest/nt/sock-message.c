// link: -lmswsock
/*
 * Control data of datagrams as QUIC uses it: marks of congestion (IP_ECN), and
 * many datagrams by one call (UDP_SEND_MSG_SIZE, UDP_RECV_MAX_COALESCED_SIZE);
 * addresses that are none.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"

enum {
	OPT_ECN = 50, /* IP_ECN, IP_RECVECN, IPV6_ECN */
	OPT_RECV_TOS = 40,
	OPT_TCLASS = 39,
	OPT_SEND_SIZE = 2,
	OPT_COALESCE = 3,
};

static LPFN_WSARECVMSG receive;
static char control[256];

static void *control_of(WSAMSG *m, int level, int type)
{
	for (WSACMSGHDR *c = WSA_CMSG_FIRSTHDR(m); c; c = WSA_CMSG_NXTHDR(m, c))
		if (c->cmsg_level == level && c->cmsg_type == type)
			return WSA_CMSG_DATA(c);
	return NULL;
}

static SOCKET bound(int family, SOCKADDR_INET *at, int *n)
{
	SOCKET s = socket(family, SOCK_DGRAM, 0);

	memset(at, 0, sizeof *at);
	at->si_family = (ADDRESS_FAMILY)family;
	*n = family == AF_INET ? sizeof at->Ipv4 : sizeof at->Ipv6;
	if (family == AF_INET)
		at->Ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		at->Ipv6.sin6_addr = in6addr_loopback;
	if (bind(s, (SOCKADDR *)at, *n)) {
		CHECK(family == AF_INET6 &&
		      WSAGetLastError() == WSAEADDRNOTAVAIL);
		closesocket(s);
		return INVALID_SOCKET;
	}
	CHECK_EQ(getsockname(s, (SOCKADDR *)at, n), 0);
	return s;
}

/* One datagram with one word of control data. */
static int send_with(SOCKET s, SOCKADDR_INET *to, int size, char *data, ULONG n,
		     int level, int type, DWORD value)
{
	char room[64] = "";
	WSABUF b = { n, data };
	WSAMSG m = { (SOCKADDR *)to,
		     size,
		     &b,
		     1,
		     { (ULONG)WSA_CMSG_SPACE(sizeof value), room },
		     0 };
	WSACMSGHDR *c = (WSACMSGHDR *)room;
	DWORD sent = 0;

	c->cmsg_len = WSA_CMSG_LEN(sizeof value);
	c->cmsg_level = level;
	c->cmsg_type = type;
	memcpy(WSA_CMSG_DATA(c), &value, sizeof value);
	return WSASendMsg(s, &m, 0, &sent, NULL, NULL) ? -WSAGetLastError()
						       : (int)sent;
}

static int receive_with(SOCKET s, WSAMSG *m, char *data, ULONG n)
{
	static WSABUF b;
	DWORD got = 0;

	b = (WSABUF){ n, data };
	*m = (WSAMSG){ NULL, 0, &b, 1, { sizeof control, control }, 0 };
	memset(control, 0, sizeof control);
	return receive(s, m, &got, NULL, NULL) ? -WSAGetLastError() : (int)got;
}

static void ecn(int family)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int tos = family == AF_INET ? IP_TOS : OPT_TCLASS;
	SOCKADDR_INET at;
	int n, *v, off = 0;
	DWORD on = 1;
	WSAMSG m;
	char c;
	SOCKET s = bound(family, &at, &n);

	if (s == INVALID_SOCKET)
		return;
	CHECK_EQ(setsockopt(s, level, OPT_ECN, (char *)&on, sizeof on), 0);
	for (DWORD mark = 0; mark < 4; mark++) {
		CHECK_EQ(send_with(s, &at, n, "x", 1, level, OPT_ECN, mark), 1);
		CHECK_EQ(receive_with(s, &m, &c, 1), 1);
		v = control_of(&m, level, OPT_ECN);
		CHECK(v && *v == (int)mark, "%d", v ? *v : -1);
		CHECK(!control_of(&m, level, tos));
	}
	/* The whole byte, with and without. */
	CHECK_EQ(setsockopt(s, level, OPT_RECV_TOS, (char *)&on, sizeof on), 0);
	CHECK_EQ(send_with(s, &at, n, "x", 1, level, OPT_ECN, 2), 1);
	CHECK_EQ(receive_with(s, &m, &c, 1), 1);
	v = control_of(&m, level, OPT_ECN);
	CHECK(v && *v == 2);
	v = control_of(&m, level, tos);
	CHECK(v && *v == 2);
	CHECK_EQ(setsockopt(s, level, OPT_ECN, (char *)&off, sizeof off), 0);
	CHECK_EQ(send_with(s, &at, n, "x", 1, level, OPT_ECN, 1), 1);
	CHECK_EQ(receive_with(s, &m, &c, 1), 1);
	CHECK(!control_of(&m, level, OPT_ECN));
	CHECK(control_of(&m, level, tos) != NULL);
	closesocket(s);
}

/* Ten datagrams by one call. */
static void many(void)
{
	enum { EACH = 100, N = 10, LAST = 37 };
	static char data[EACH * N + LAST], got[2 * sizeof data];
	DWORD limit = 65535, each = 0;
	int n, left = sizeof data, size, *v;
	SOCKADDR_INET at;
	SOCKET s = bound(AF_INET, &at, &n);
	WSAMSG m;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)(i * 7);
	CHECK_EQ(send_with(s, &at, n, data, sizeof data, IPPROTO_UDP,
			   OPT_SEND_SIZE, EACH),
		 sizeof data);
	while (left > 0) {
		size = recv(s, got, sizeof got, 0);
		CHECK_EQ(size, left < EACH ? LAST : EACH);
		CHECK(size > 0 &&
		      !memcmp(got, data + sizeof data - left, (size_t)size));
		if (size <= 0)
			break;
		left -= size;
	}

	/* By an option, and received as they come. */
	CHECK_EQ(setsockopt(s, IPPROTO_UDP, OPT_SEND_SIZE,
			    (char *)&(DWORD){ EACH }, sizeof each),
		 0);
	CHECK_EQ(setsockopt(s, IPPROTO_UDP, OPT_COALESCE, (char *)&limit,
			    sizeof limit),
		 0);
	size = sizeof each;
	CHECK_EQ(getsockopt(s, IPPROTO_UDP, OPT_COALESCE, (char *)&each, &size),
		 0);
	CHECK_EQ(each, limit);
	CHECK_EQ(sendto(s, data, sizeof data, 0, (SOCKADDR *)&at, n),
		 sizeof data);
	for (left = sizeof data; left > 0; left -= size) {
		size = receive_with(s, &m, got, sizeof got);
		CHECK(size > 0 && size <= left);
		if (size <= 0)
			break;
		CHECK(!memcmp(got, data + sizeof data - left, (size_t)size));
		/* Of more than one it is told how large each is. */
		v = control_of(&m, IPPROTO_UDP, OPT_COALESCE);
		if (size > EACH)
			CHECK(v && *v == EACH, "%d", v ? *v : -1);
	}

	/* No more than there is room for. */
	limit = 3 * EACH;
	CHECK_EQ(setsockopt(s, IPPROTO_UDP, OPT_COALESCE, (char *)&limit,
			    sizeof limit),
		 0);
	CHECK_EQ(sendto(s, data, sizeof data, 0, (SOCKADDR *)&at, n),
		 sizeof data);
	for (left = sizeof data; left > 0; left -= size) {
		size = receive_with(s, &m, got, (ULONG)limit);
		CHECK(size > 0 && size <= left, "%d", WSAGetLastError());
		if (size <= 0)
			break;
		CHECK(!memcmp(got, data + sizeof data - left, (size_t)size));
	}
	closesocket(s);
}

static void nowhere(void)
{
	SOCKADDR_INET at, to;
	int n;
	SOCKET s = bound(AF_INET, &at, &n);

	to = at;
	to.Ipv4.sin_addr.s_addr = INADDR_ANY;
	CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&to, n), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
	to.Ipv4.sin_addr.s_addr = INADDR_BROADCAST;
	CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&to, n), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEACCES);
	closesocket(s);
}

int main(void)
{
	GUID id = WSAID_WSARECVMSG;
	WSADATA data;
	SOCKET s;
	DWORD n;

	WSAStartup(MAKEWORD(2, 2), &data);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
			  &receive, sizeof receive, &n, NULL, NULL),
		 0);
	closesocket(s);
	ecn(AF_INET);
	ecn(AF_INET6);
	many();
	nowhere();
	return check_done();
}
