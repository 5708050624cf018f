// link: -lmswsock
/*
 * Extensions: sockets used anew after DisconnectEx, TransmitPackets, control
 * data of messages, blocking calls cancelled by another thread, lookups that
 * overlap, and a completion port's concurrency.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

/* Not in every mingw-w64. */
INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED o);
INT WSAAPI GetAddrInfoExCancel(LPHANDLE h);

#ifndef IP_RECVTTL
#define IP_RECVTTL 21
#endif

/* Both ends are used three times. */
static void again(void)
{
	GUID accept_id = WSAID_ACCEPTEX, connect_id = WSAID_CONNECTEX,
	     disconnect_id = WSAID_DISCONNECTEX;
	struct sockaddr_in at, any = { .sin_family = AF_INET };
	SOCKET l = listener(&at), server = socket(AF_INET, SOCK_STREAM, 0),
	       client = socket(AF_INET, SOCK_STREAM, 0);
	LPFN_ACCEPTEX accept_ex = extension(l, accept_id);
	LPFN_CONNECTEX connect_ex = extension(l, connect_id);
	LPFN_DISCONNECTEX disconnect = extension(l, disconnect_id);
	char names[2 * (sizeof at + 16)], c;
	OVERLAPPED o = { 0 }, p = { 0 };
	DWORD n;

	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	p.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK_EQ(bind(client, (SOCKADDR *)&any, sizeof any), 0);
	for (int i = 0; i < 3; i++) {
		CHECK(accept_ex(l, server, names, 0, sizeof at + 16,
				sizeof at + 16, &n, &o) ||
		      WSAGetLastError() == WSA_IO_PENDING);
		CHECK(connect_ex(client, (SOCKADDR *)&at, sizeof at, NULL, 0,
				 &n, &p) ||
			      WSAGetLastError() == WSA_IO_PENDING,
		      "%d: %d", i, WSAGetLastError());
		CHECK(GetOverlappedResult((HANDLE)l, &o, &n, TRUE));
		CHECK(GetOverlappedResult((HANDLE)client, &p, &n, TRUE),
		      "%d: %lu", i, GetLastError());
		setsockopt(server, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
			   (char *)&l, sizeof l);
		setsockopt(client, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL,
			   0);
		c = (char)('a' + i);
		CHECK_EQ(send(client, &c, 1, 0), 1);
		CHECK_EQ(recv(server, &c, 1, 0), 1);
		CHECK_EQ(c, 'a' + i);
		CHECK(disconnect(client, NULL, TF_REUSE_SOCKET, 0));
		CHECK_EQ(recv(server, &c, 1, 0), 0);
		CHECK(disconnect(server, NULL, TF_REUSE_SOCKET, 0));
		/* Bound no longer, or still: programs bind what they reuse. */
		bind(client, (SOCKADDR *)&any, sizeof any);
	}
	closesocket(l);
	closesocket(client);
	closesocket(server);
	CloseHandle(o.hEvent);
	CloseHandle(p.hEvent);
}

static void packets(void)
{
	GUID id = WSAID_TRANSMITPACKETS;
	TRANSMIT_PACKETS_ELEMENT e[3] = { 0 };
	char path[MAX_PATH], got[32] = "";
	LPFN_TRANSMITPACKETS transmit;
	OVERLAPPED o = { 0 };
	SOCKET a, b;
	HANDLE f;
	DWORD n;

	GetTempPathA(sizeof path, path);
	strcat(path, "rf-packets.txt");
	f = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(WriteFile(f, "0123456789", 10, &n, NULL));
	pair(&a, &b);
	transmit = extension(a, id);
	e[0].dwElFlags = TP_ELEMENT_MEMORY;
	e[0].cLength = 5;
	e[0].pBuffer = (void *)"<head";
	e[1].dwElFlags = TP_ELEMENT_FILE;
	e[1].cLength = 4;
	e[1].nFileOffset.QuadPart = 3;
	e[1].hFile = f;
	e[2].dwElFlags = TP_ELEMENT_MEMORY;
	e[2].cLength = 5;
	e[2].pBuffer = (void *)"tail>";
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK(transmit(a, e, 3, 0, &o, 0) ||
	      WSAGetLastError() == WSA_IO_PENDING);
	CHECK(GetOverlappedResult((HANDLE)a, &o, &n, TRUE));
	CHECK_EQ(n, 14);
	CHECK_EQ(recv(b, got, 14, MSG_WAITALL), 14);
	CHECK(!strcmp(got, "<head3456tail>"), "%s", got);
	CloseHandle(o.hEvent);
	CloseHandle(f);
	closesocket(a);
	closesocket(b);
}

/* What is in a message's control data: of type, or NULL. */
static void *control_of(WSAMSG *m, int level, int type)
{
	for (WSACMSGHDR *c = WSA_CMSG_FIRSTHDR(m); c; c = WSA_CMSG_NXTHDR(m, c))
		if (c->cmsg_level == level && c->cmsg_type == type)
			return WSA_CMSG_DATA(c);
	return NULL;
}

static void messages(int family)
{
	GUID receive_id = WSAID_WSARECVMSG, send_id = WSAID_WSASENDMSG;
	SOCKADDR_INET at = { 0 }, from;
	SOCKET a = socket(family, SOCK_DGRAM, 0),
	       b = socket(family, SOCK_DGRAM, 0);
	LPFN_WSARECVMSG receive = extension(a, receive_id);
	LPFN_WSASENDMSG transmit = extension(a, send_id);
	char data[16] = "", control[256];
	WSABUF buf = { sizeof data, data };
	WSAMSG m = { (SOCKADDR *)&from, sizeof from, &buf, 1,
		     { sizeof control, control }, 0 };
	int n = sizeof at, on = 1, hops = 37;
	BOOL six = family == AF_INET6;
	WSACMSGHDR *c;
	DWORD done;
	int *value;

	at.si_family = (ADDRESS_FAMILY)family;
	if (six)
		at.Ipv6.sin6_addr = in6addr_loopback;
	else
		at.Ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(b, (SOCKADDR *)&at, six ? sizeof at.Ipv6 : sizeof at.Ipv4)) {
		CHECK(six && WSAGetLastError() == WSAEADDRNOTAVAIL);
		closesocket(a);
		closesocket(b);
		return;
	}
	getsockname(b, (SOCKADDR *)&at, &n);
	if (six) {
		CHECK_EQ(setsockopt(b, IPPROTO_IPV6, IPV6_PKTINFO, (char *)&on,
				    sizeof on),
			 0);
		CHECK_EQ(setsockopt(b, IPPROTO_IPV6, IPV6_HOPLIMIT, (char *)&on,
				    sizeof on),
			 0);
		CHECK_EQ(setsockopt(a, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
				    (char *)&hops, sizeof hops),
			 0);
	} else {
		CHECK_EQ(setsockopt(b, IPPROTO_IP, IP_PKTINFO, (char *)&on,
				    sizeof on),
			 0);
		CHECK_EQ(setsockopt(b, IPPROTO_IP, IP_RECVTTL, (char *)&on,
				    sizeof on),
			 0);
		CHECK_EQ(setsockopt(a, IPPROTO_IP, IP_TTL, (char *)&hops,
				    sizeof hops),
			 0);
	}
	/* From an address that we name. */
	buf.buf = (char *)"hello";
	buf.len = 5;
	m.name = (SOCKADDR *)&at;
	m.namelen = n;
	memset(control, 0, sizeof control);
	c = (WSACMSGHDR *)control;
	if (six) {
		IN6_PKTINFO *i = (IN6_PKTINFO *)WSA_CMSG_DATA(c);

		c->cmsg_len = WSA_CMSG_LEN(sizeof *i);
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		i->ipi6_addr = in6addr_loopback;
		m.Control.len = (ULONG)WSA_CMSG_SPACE(sizeof *i);
	} else {
		IN_PKTINFO *i = (IN_PKTINFO *)WSA_CMSG_DATA(c);

		c->cmsg_len = WSA_CMSG_LEN(sizeof *i);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		i->ipi_addr.s_addr = htonl(INADDR_LOOPBACK);
		m.Control.len = (ULONG)WSA_CMSG_SPACE(sizeof *i);
	}
	CHECK_EQ(transmit(a, &m, 0, &done, NULL, NULL), 0);
	CHECK_EQ(done, 5);

	memset(control, 0, sizeof control);
	m = (WSAMSG){ (SOCKADDR *)&from, sizeof from, &buf, 1,
		      { sizeof control, control }, 0 };
	buf.buf = data;
	buf.len = sizeof data;
	CHECK_EQ(receive(b, &m, &done, NULL, NULL), 0);
	CHECK_EQ(done, 5);
	CHECK_EQ(from.si_family, family);
	CHECK_EQ(m.dwFlags, 0);
	if (six) {
		IN6_PKTINFO *i = control_of(&m, IPPROTO_IPV6, IPV6_PKTINFO);

		CHECK(i && !memcmp(&i->ipi6_addr, &in6addr_loopback,
				   sizeof i->ipi6_addr));
		value = control_of(&m, IPPROTO_IPV6, IPV6_HOPLIMIT);
	} else {
		IN_PKTINFO *i = control_of(&m, IPPROTO_IP, IP_PKTINFO);

		CHECK(i && i->ipi_addr.s_addr == htonl(INADDR_LOOPBACK));
		CHECK(i && i->ipi_ifindex);
		CHECK_EQ(from.Ipv4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
		value = control_of(&m, IPPROTO_IP, IP_TTL);
		if (!value)
			value = control_of(&m, IPPROTO_IP, IP_RECVTTL);
	}
	CHECK(value && *value == hops, "%d", value ? *value : -1);
	/* No room for it. */
	CHECK_EQ(sendto(a, "x", 1, 0, (SOCKADDR *)&at, n), 1);
	m.Control.len = 4;
	m.namelen = sizeof from;
	CHECK_EQ(receive(b, &m, &done, NULL, NULL), 0);
	CHECK(m.dwFlags & MSG_CTRUNC);
	closesocket(a);
	closesocket(b);
}

/* ---- cancelling blocking calls ---------------------------------------------- */

struct blocked {
	SOCKET s;
	HANDLE pipe, ready;
	DWORD error;
};

static DWORD WINAPI block(void *arg)
{
	struct blocked *b = arg;
	char c;
	DWORD n;

	SetEvent(b->ready);
	if (b->pipe)
		b->error = ReadFile(b->pipe, &c, 1, &n, NULL) ? 0
							      : GetLastError();
	else
		b->error = recv(b->s, &c, 1, 0) >= 0
				   ? 0
				   : (DWORD)WSAGetLastError();
	return 0;
}

static void cancel(struct blocked *b)
{
	HANDLE t;

	b->ready = CreateEventW(NULL, FALSE, FALSE, NULL);
	t = CreateThread(NULL, 0, block, b, 0, NULL);
	WaitForSingleObject(b->ready, INFINITE);
	/* Until it is in there. */
	for (int i = 0; i < 12000 && !CancelSynchronousIo(t); i++) {
		CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
		Sleep(5);
	}
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK(b->error == ERROR_OPERATION_ABORTED || b->error == WSAEINTR,
	      "%lu", b->error);
	CHECK(!CancelSynchronousIo(t));
	CloseHandle(t);
	CloseHandle(b->ready);
}

static void cancelled(void)
{
	struct blocked b = { 0 };
	HANDLE w;
	SOCKET a;

	pair(&a, &b.s);
	cancel(&b);
	/* It is as good as before. */
	send(a, "x", 1, 0);
	b.ready = CreateEventW(NULL, FALSE, FALSE, NULL);
	block(&b);
	CHECK_EQ(b.error, 0);
	CloseHandle(b.ready);
	closesocket(a);
	closesocket(b.s);
	CHECK(CreatePipe(&b.pipe, &w, NULL, 0));
	cancel(&b);
	CloseHandle(b.pipe);
	CloseHandle(w);
}

/* ---- lookups ------------------------------------------------------------------ */

static void lookups(void)
{
	PADDRINFOEXW found = NULL;
	OVERLAPPED o = { 0 };
	HANDLE h = NULL;
	int r;

	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	r = GetAddrInfoExW(L"127.0.0.1", L"80", NS_ALL, NULL, NULL, &found,
			   NULL, &o, NULL, &h);
	CHECK(r == 0 || r == WSA_IO_PENDING, "%d", r);
	if (r) {
		CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), 0);
		CHECK_EQ(GetAddrInfoExOverlappedResult(&o), 0);
		CHECK_EQ(GetAddrInfoExCancel(&h), WSA_INVALID_HANDLE);
	}
	CHECK(found && found->ai_family == AF_INET);
	CHECK(found && ((struct sockaddr_in *)found->ai_addr)->sin_port ==
			       htons(80));
	FreeAddrInfoExW(found);
	CloseHandle(o.hEvent);
}

/* ---- a port's concurrency ----------------------------------------------------- */

static HANDLE port, hold, taken;
static volatile LONG got;

static DWORD WINAPI worker(void *arg)
{
	OVERLAPPED *o;
	ULONG_PTR key;
	DWORD n;

	if (!GetQueuedCompletionStatus(port, &n, &key, &o, 60000))
		return 1;
	if (InterlockedIncrement(&got) == 1) {
		DWORD start = GetTickCount();

		/* Runs, so nobody else may: there is one place. */
		while (GetTickCount() - start < 100)
			YieldProcessor();
		CHECK_EQ(got, 1);
		SetEvent(taken);
	}
	/* Waits, so somebody else may. */
	WaitForSingleObject(hold, 60000);
	return 0;
}

static void concurrency(void)
{
	HANDLE t[3];

	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	hold = CreateEventW(NULL, TRUE, FALSE, NULL);
	taken = CreateEventW(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < 3; i++)
		t[i] = CreateThread(NULL, 0, worker, NULL, 0, NULL);
	for (int i = 0; i < 3; i++)
		PostQueuedCompletionStatus(port, 0, 0, NULL);
	CHECK_EQ(WaitForSingleObject(taken, 60000), 0);
	for (int i = 0; i < 12000 && got < 3; i++)
		Sleep(5);
	CHECK_EQ(got, 3);
	SetEvent(hold);
	CHECK_EQ(WaitForMultipleObjects(3, t, TRUE, 60000), 0);
	for (int i = 0; i < 3; i++)
		CloseHandle(t[i]);
	CloseHandle(port);
	CloseHandle(hold);
	CloseHandle(taken);
}

int main(void)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	again();
	packets();
	messages(AF_INET);
	messages(AF_INET6);
	cancelled();
	lookups();
	concurrency();
	return check_done();
}
