// link: -lmswsock
/*
 * What AcceptEx and ConnectEx take, what a socket may do before it has heard of
 * its context (SO_UPDATE_ACCEPT_CONTEXT, SO_UPDATE_CONNECT_CONTEXT), and
 * sockets used again after DisconnectEx or TransmitFile with TF_REUSE_SOCKET.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

enum { NAME = sizeof(struct sockaddr_in) + 16 };

static LPFN_ACCEPTEX accept_ex;
static LPFN_GETACCEPTEXSOCKADDRS get_names;
static LPFN_CONNECTEX connect_ex;
static LPFN_DISCONNECTEX disconnect_ex;

static SOCKET new_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static void bind_any(SOCKET s)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	CHECK_EQ(bind(s, (SOCKADDR *)&any, sizeof any), 0);
}

/* AcceptEx that is refused at once: why. */
static int refused(SOCKET l, SOCKET to, void *data, DWORD n, DWORD local,
		   DWORD remote)
{
	OVERLAPPED o = { 0 };
	DWORD got;

	WSASetLastError(0);
	if (accept_ex(l, to, data, n, local, remote, &got, &o))
		return 0;
	return WSAGetLastError();
}

static void arguments(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), s = new_socket(), t = new_socket(),
	       bound = new_socket(), c;
	OVERLAPPED o = { 0 }, p = { 0 };
	char names[2 * NAME + 16];
	void *readonly;
	DWORD n, old;

	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	readonly = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE,
				PAGE_READWRITE);

	CHECK_EQ(refused(INVALID_SOCKET, s, names, 0, NAME, NAME), WSAENOTSOCK);
	CHECK_EQ(refused(t, s, names, 0, NAME, NAME), WSAEINVAL);
	CHECK_EQ(refused(l, s, NULL, 0, NAME, NAME), WSAEFAULT);
	CHECK_EQ(refused(l, s, (void *)16, 16, NAME, NAME), WSAEFAULT);
	CHECK_EQ(refused(l, s, names, 0, NAME, 0), WSAEFAULT);
	CHECK(VirtualProtect(readonly, 4096, PAGE_READONLY, &old));
	CHECK_EQ(refused(l, s, readonly, 0, NAME, NAME), WSAEFAULT);
	/* Its end is nobody's memory. */
	CHECK(VirtualProtect(readonly, 4096, PAGE_READWRITE, &old));
	CHECK_EQ(refused(l, s, (char *)readonly + 4096 - NAME, 0, NAME, NAME),
		 WSAEFAULT);
	bind_any(bound);
	CHECK_EQ(refused(l, bound, names, 0, NAME, NAME), WSAEINVAL);
	CHECK(!accept_ex(l, s, names, 0, NAME, NAME, &n, NULL));
	CHECK_EQ(WSAGetLastError(), ERROR_INVALID_PARAMETER);

	/* One socket for one connection. */
	CHECK(!accept_ex(l, s, names, 0, NAME, NAME, &n, &o));
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(refused(l, s, names, 0, NAME, NAME), WSAEINVAL);
	{
		struct sockaddr_in any = { .sin_family = AF_INET };

		CHECK_EQ(bind(s, (SOCKADDR *)&any, sizeof any), SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	}
	/* Not for ever: when that is cancelled it is free again. */
	CHECK(CancelIoEx((HANDLE)l, &o));
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CHECK(!accept_ex(l, s, names, 0, NAME, NAME, &n, &p));
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	c = new_socket();
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), 0);
	CHECK(GetOverlappedResult((HANDLE)l, &p, &n, TRUE));
	/* And what is connected is used up. */
	CHECK_EQ(refused(l, s, names, 0, NAME, NAME), WSAEINVAL);

	VirtualFree(readonly, 0, MEM_RELEASE);
	closesocket(c);
	closesocket(s);
	closesocket(t);
	closesocket(bound);
	closesocket(l);
	CloseHandle(o.hEvent);
}

/* Connected by AcceptEx and ConnectEx, neither knows its context. */
static void raw_pair(SOCKET l, const struct sockaddr_in *at, SOCKET server,
		     SOCKET client)
{
	OVERLAPPED o = { 0 }, p = { 0 };
	char names[2 * NAME];
	SOCKADDR *local, *remote;
	int nl, nr;
	DWORD n;

	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	p.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK(accept_ex(l, server, names, 0, NAME, NAME, &n, &o) ||
		      WSAGetLastError() == WSA_IO_PENDING,
	      "%d", WSAGetLastError());
	CHECK(connect_ex(client, (const SOCKADDR *)at, sizeof *at, NULL, 0, &n,
			 &p) ||
		      WSAGetLastError() == WSA_IO_PENDING,
	      "%d", WSAGetLastError());
	CHECK(GetOverlappedResult((HANDLE)l, &o, &n, TRUE));
	CHECK(GetOverlappedResult((HANDLE)client, &p, &n, TRUE), "%lu",
	      GetLastError());
	get_names(names, 0, NAME, NAME, &local, &nl, &remote, &nr);
	CHECK_EQ(nl, sizeof *at);
	CHECK_EQ(nr, sizeof *at);
	CHECK_EQ(((struct sockaddr_in *)local)->sin_port, at->sin_port);
	CloseHandle(o.hEvent);
	CloseHandle(p.hEvent);
}

static void know(SOCKET l, SOCKET server, SOCKET client)
{
	CHECK_EQ(setsockopt(server, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
			    (char *)&l, sizeof l),
		 0);
	CHECK_EQ(setsockopt(client, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL,
			    0),
		 0);
}

static void talk(SOCKET a, SOCKET b, char what)
{
	char c = what;

	CHECK_EQ(send(a, &c, 1, 0), 1);
	c = 0;
	CHECK_EQ(recv(b, &c, 1, 0), 1);
	CHECK_EQ(c, what);
}

static void contexts(void)
{
	struct sockaddr_in at, name;
	SOCKET l = listener(&at), server = new_socket(), client = new_socket();
	SOCKET wrong = new_socket();
	OVERLAPPED o = { 0 };
	int size;
	DWORD n;
	char c;

	/* Not without a name of its own. */
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK(!connect_ex(client, (SOCKADDR *)&at, sizeof at, NULL, 0, &n, &o));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CloseHandle(o.hEvent);
	bind_any(client);
	raw_pair(l, &at, server, client);

	/* Data flows already. */
	talk(client, server, '1');
	talk(server, client, '2');
	CHECK_EQ(shutdown(client, SD_SEND), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	size = sizeof name;
	CHECK_EQ(getpeername(client, (SOCKADDR *)&name, &size), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	size = sizeof name;
	CHECK_EQ(getpeername(server, (SOCKADDR *)&name, &size), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);

	CHECK_EQ(setsockopt(server, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
			    (char *)&l, 2),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	know(l, server, client);
	/* One that is refused leaves it as it is. */
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK(!connect_ex(client, (SOCKADDR *)&at, sizeof at, NULL, 0, &n, &o));
	CHECK_EQ(WSAGetLastError(), WSAEISCONN);
	CloseHandle(o.hEvent);
	size = sizeof name;
	CHECK_EQ(getpeername(client, (SOCKADDR *)&name, &size), 0);
	CHECK_EQ(name.sin_port, at.sin_port);
	size = sizeof name;
	CHECK_EQ(getsockname(server, (SOCKADDR *)&name, &size), 0);
	CHECK_EQ(name.sin_port, at.sin_port);
	size = sizeof name;
	CHECK_EQ(getpeername(server, (SOCKADDR *)&name, &size), 0);
	CHECK_EQ(shutdown(client, SD_SEND), 0);
	CHECK_EQ(recv(server, &c, 1, 0), 0);
	closesocket(client);
	closesocket(server);
	closesocket(wrong);
	closesocket(l);
}

/* Both ends three times, without another bind. */
static void reused(BOOL transmit)
{
	struct sockaddr_in at, mine = { .sin_family = AF_INET }, name;
	SOCKET l = listener(&at), server = new_socket(), client = new_socket();
	int size, nodelay = 1;
	char c;

	/* What it is bound to stays. */
	mine.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	CHECK_EQ(bind(client, (SOCKADDR *)&mine, sizeof mine), 0);
	CHECK_EQ(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, (char *)&nodelay,
			    sizeof nodelay),
		 0);
	for (int i = 0; i < 3; i++) {
		raw_pair(l, &at, server, client);
		know(l, server, client);
		size = sizeof name;
		CHECK_EQ(getpeername(server, (SOCKADDR *)&name, &size), 0);
		CHECK_EQ(name.sin_addr.s_addr, mine.sin_addr.s_addr);
		talk(client, server, (char)('a' + i));
		talk(server, client, (char)('A' + i));
		if (transmit) {
			CHECK(TransmitFile(client, NULL, 0, 0, NULL, NULL,
					   TF_DISCONNECT | TF_REUSE_SOCKET));
			CHECK_EQ(recv(server, &c, 1, 0), 0);
			CHECK(TransmitFile(server, NULL, 0, 0, NULL, NULL,
					   TF_DISCONNECT | TF_REUSE_SOCKET));
		} else {
			CHECK(disconnect_ex(client, NULL, TF_REUSE_SOCKET, 0));
			CHECK_EQ(recv(server, &c, 1, 0), 0);
			CHECK(disconnect_ex(server, NULL, TF_REUSE_SOCKET, 0));
		}
		CHECK_EQ(send(client, "x", 1, 0), SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	}
	closesocket(client);
	closesocket(server);
	closesocket(l);
}

/* The last bytes of TransmitFile arrive before the end does. */
static void reused_after_data(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), server = new_socket(), client = new_socket();
	TRANSMIT_FILE_BUFFERS b = { 0 };
	char got[16] = "";

	bind_any(client);
	for (int i = 0; i < 2; i++) {
		raw_pair(l, &at, server, client);
		know(l, server, client);
		b.Head = (void *)"good";
		b.HeadLength = 4;
		b.Tail = (void *)"bye";
		b.TailLength = 3;
		CHECK(TransmitFile(client, NULL, 0, 0, NULL, &b,
				   TF_DISCONNECT | TF_REUSE_SOCKET));
		CHECK_EQ(recv(server, got, sizeof got, MSG_WAITALL), 7);
		CHECK(!memcmp(got, "goodbye", 7));
		CHECK(disconnect_ex(server, NULL, TF_REUSE_SOCKET, 0));
	}
	closesocket(client);
	closesocket(server);
	closesocket(l);
}

int main(void)
{
	GUID accept_id = WSAID_ACCEPTEX, names_id = WSAID_GETACCEPTEXSOCKADDRS,
	     connect_id = WSAID_CONNECTEX, disconnect_id = WSAID_DISCONNECTEX;
	WSADATA data;
	SOCKET s;

	WSAStartup(MAKEWORD(2, 2), &data);
	s = new_socket();
	accept_ex = extension(s, accept_id);
	get_names = extension(s, names_id);
	connect_ex = extension(s, connect_id);
	disconnect_ex = extension(s, disconnect_id);
	closesocket(s);
	arguments();
	contexts();
	reused(FALSE);
	reused(TRUE);
	reused_after_data();
	return check_done();
}
