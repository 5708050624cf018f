// link: -lmswsock
/* Datagrams: ends of messages, peers, control data; and AF_UNIX streams. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"

struct unix_name {
	ADDRESS_FAMILY family;
	char path[108];
};

static SOCKET bound(struct sockaddr_in *at)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	int n = sizeof *at;

	memset(at, 0, sizeof *at);
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(s, (SOCKADDR *)at, sizeof *at), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)at, &n), 0);
	return s;
}

static void datagrams(void)
{
	struct sockaddr_in a_at, b_at, from;
	SOCKET a = bound(&a_at), b = bound(&b_at);
	char buf[16];
	u_long left, on = 1;
	int n = sizeof from, v, vn = sizeof v;
	WSABUF w = { 4, buf };
	DWORD got, flags = 0;

	CHECK_EQ(sendto(a, "hello", 5, 0, (SOCKADDR *)&b_at, sizeof b_at), 5);
	CHECK_EQ(sendto(a, "", 0, 0, (SOCKADDR *)&b_at, sizeof b_at), 0);
	CHECK_EQ(recvfrom(b, buf, sizeof buf, 0, (SOCKADDR *)&from, &n), 5);
	CHECK_EQ(n, sizeof from);
	CHECK_EQ(from.sin_port, a_at.sin_port);
	CHECK_EQ(recv(b, buf, sizeof buf, 0), 0);

	/* What does not fit is lost, and one is told. */
	CHECK_EQ(sendto(a, "12345678", 8, 0, (SOCKADDR *)&b_at, sizeof b_at),
		 8);
	CHECK_EQ(recv(b, buf, 4, MSG_PEEK), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
	got = 0;
	CHECK_EQ(WSARecv(b, &w, 1, &got, &flags, NULL, NULL), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
	CHECK(!memcmp(buf, "1234", 4));
	CHECK_EQ(ioctlsocket(b, FIONBIO, &on), 0);
	CHECK_EQ(recv(b, buf, 4, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);

	/* With a peer. */
	CHECK_EQ(send(a, "x", 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	CHECK_EQ(connect(a, (SOCKADDR *)&b_at, sizeof b_at), 0);
	CHECK_EQ(send(a, "peer", 4, 0), 4);
	n = sizeof from;
	CHECK_EQ(getpeername(a, (SOCKADDR *)&from, &n), 0);
	CHECK_EQ(from.sin_port, b_at.sin_port);
	Sleep(20);
	CHECK_EQ(ioctlsocket(b, FIONREAD, &left), 0);
	CHECK_EQ(left, 4);
	CHECK_EQ(recv(b, buf, sizeof buf, 0), 4);
	CHECK_EQ(getsockopt(a, SOL_SOCKET, SO_MAX_MSG_SIZE, (char *)&v, &vn),
		 0);
	CHECK(v >= 65467);
	CHECK_EQ(listen(a, 1), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEOPNOTSUPP);
	closesocket(a);
	closesocket(b);
}

static void overlapped(void)
{
	struct sockaddr_in a_at, b_at, from = { 0 };
	SOCKET a = bound(&a_at), b = bound(&b_at);
	WSAOVERLAPPED o = { .hEvent = WSACreateEvent() };
	char buf[16];
	WSABUF w = { sizeof buf, buf };
	DWORD n, flags = 0;
	int len = sizeof from;

	CHECK_EQ(WSARecvFrom(b, &w, 1, NULL, &flags, (SOCKADDR *)&from, &len,
			     &o, NULL),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(sendto(a, "later", 5, 0, (SOCKADDR *)&b_at, sizeof b_at), 5);
	CHECK(WSAGetOverlappedResult(b, &o, &n, TRUE, &flags));
	CHECK_EQ(n, 5);
	CHECK_EQ(from.sin_port, a_at.sin_port);
	CHECK_EQ(len, sizeof from);
	closesocket(a);
	closesocket(b);
	WSACloseEvent(o.hEvent);
}

static void control(void)
{
	GUID id = WSAID_WSARECVMSG;
	struct sockaddr_in a_at, b_at, from;
	SOCKET a = bound(&a_at), b = bound(&b_at);
	LPFN_WSARECVMSG recv_msg = NULL;
	char buf[16], space[64];
	WSABUF w = { sizeof buf, buf };
	WSAMSG m = { .name = (SOCKADDR *)&from,
		     .namelen = sizeof from,
		     .lpBuffers = &w,
		     .dwBufferCount = 1,
		     .Control = { sizeof space, space } };
	WSACMSGHDR *c;
	DWORD n, one = 1;

	CHECK_EQ(WSAIoctl(b, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
			  &recv_msg, sizeof recv_msg, &n, NULL, NULL),
		 0);
	CHECK_EQ(
		setsockopt(b, IPPROTO_IP, IP_PKTINFO, (char *)&one, sizeof one),
		0);
	CHECK_EQ(sendto(a, "info", 4, 0, (SOCKADDR *)&b_at, sizeof b_at), 4);
	CHECK_EQ(recv_msg(b, &m, &n, NULL, NULL), 0);
	CHECK_EQ(n, 4);
	CHECK_EQ(m.namelen, sizeof from);
	CHECK_EQ(from.sin_port, a_at.sin_port);
	c = WSA_CMSG_FIRSTHDR(&m);
	CHECK(c != NULL);
	if (c) {
		IN_PKTINFO *p = (IN_PKTINFO *)WSA_CMSG_DATA(c);

		CHECK_EQ(c->cmsg_level, IPPROTO_IP);
		CHECK_EQ(c->cmsg_type, IP_PKTINFO);
		CHECK_EQ(p->ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
		CHECK(p->ipi_ifindex != 0);
	}
	m = (WSAMSG){ .name = (SOCKADDR *)&b_at,
		      .namelen = sizeof b_at,
		      .lpBuffers = &w,
		      .dwBufferCount = 1 };
	w.len = 3;
	CHECK_EQ(WSASendMsg(a, &m, 0, &n, NULL, NULL), 0);
	CHECK_EQ(n, 3);
	CHECK_EQ(recv(b, buf, sizeof buf, 0), 3);
	closesocket(a);
	closesocket(b);
}

static void local(void)
{
	struct unix_name at = { AF_UNIX, "" }, got;
	SOCKET l = socket(AF_UNIX, SOCK_STREAM, 0), c, s;
	int n = sizeof got;
	char buf[8];

	if (l == INVALID_SOCKET) {
		CHECK_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
		return;
	}
	/* Relative to the current directory. */
	sprintf(at.path, "sock-%lu.tmp", GetCurrentProcessId());
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(l, 4), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&got, &n), 0);
	CHECK(!strcmp(got.path, at.path), "%s", got.path);
	CHECK(GetFileAttributesA(at.path) != INVALID_FILE_ATTRIBUTES);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(c, (SOCKADDR *)&at, sizeof at)) {
		CHECK(0, "connect: %d", WSAGetLastError());
		closesocket(c);
		closesocket(l);
		DeleteFileA(at.path);
		return; /* nobody will come */
	}
	n = sizeof got;
	s = accept(l, (SOCKADDR *)&got, &n);
	CHECK(s != INVALID_SOCKET);
	CHECK_EQ(send(c, "local", 5, 0), 5);
	CHECK_EQ(recv(s, buf, sizeof buf, 0), 5);
	closesocket(c);
	CHECK_EQ(recv(s, buf, sizeof buf, 0), 0);
	closesocket(s);
	closesocket(l);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	closesocket(c);
	CHECK(DeleteFileA(at.path));
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	datagrams();
	overlapped();
	control();
	local();
	return check_done();
}
