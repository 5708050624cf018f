/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names looked up later, within a time, and given up (GetAddrInfoEx); who
 * provides them; and sessions of many (WSAJoinLeaf).
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <string.h>

#include "../lib/check.h"

#ifndef WSA_E_CANCELLED
#define WSA_E_CANCELLED 10111
#endif

/* mingw-w64's headers lack these. */
INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED o);
INT WSAAPI GetAddrInfoExCancel(LPHANDLE h);

static const GUID dns = {
	0x22059d40, 0x7e9e, 0x11cf, { 0xae, 0x5a, 0, 0xaa, 0, 0xa7, 0x11, 0x2b }
};
static const GUID other = { 1, 2, 3, { 4 } };

/* ---- later, and told by a routine ---- */

struct told {
	OVERLAPPED o;
	HANDLE over;
	DWORD error;
	ADDRINFOEXW **where;
	LONG times;
};

static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED o)
{
	struct told *t = CONTAINING_RECORD(o, struct told, o);

	(void)bytes;
	t->error = error;
	t->where = (ADDRINFOEXW **)o->Pointer;
	InterlockedIncrement(&t->times);
	SetEvent(t->over);
}

static void by_routine(void)
{
	struct told t = { .over = CreateEventW(NULL, FALSE, FALSE, NULL) };
	ADDRINFOEXW *found = NULL;
	HANDLE h = NULL;
	int r;

	r = GetAddrInfoExW(L"127.0.0.1", L"80", NS_DNS, NULL, NULL, &found,
			   NULL, &t.o, (void *)routine, &h);
	CHECK(r == 0 || r == WSA_IO_PENDING, "%d", r);
	if (r) {
		CHECK_EQ(WaitForSingleObject(t.over, INFINITE), 0);
		CHECK_EQ(t.error, 0);
		CHECK(t.where == &found);
		CHECK_EQ(t.times, 1);
		CHECK_EQ(GetAddrInfoExCancel(&h), WSA_INVALID_HANDLE);
	}
	CHECK(found && found->ai_family == AF_INET);
	FreeAddrInfoExW(found);

	/* A name that is none, of which nobody is told twice. */
	found = NULL;
	t.times = 0;
	h = NULL;
	r = GetAddrInfoExW(L"no name at all", NULL, NS_ALL, NULL, NULL, &found,
			   NULL, &t.o, (void *)routine, &h);
	if (r == WSA_IO_PENDING) {
		BOOL given_up = GetAddrInfoExCancel(&h) == 0;

		CHECK_EQ(WaitForSingleObject(t.over, INFINITE), 0);
		CHECK(t.error != 0);
		CHECK_EQ(t.error == WSA_E_CANCELLED, given_up);
		CHECK_EQ(t.times, 1);
	} else {
		CHECK(r != 0);
	}
	CHECK(!found);

	/* Both ways to be told. */
	t.o.hEvent = t.over;
	CHECK_EQ(GetAddrInfoExW(L"127.0.0.1", NULL, NS_ALL, NULL, NULL, &found,
				NULL, &t.o, (void *)routine, &h),
		 WSAEINVAL);
	CloseHandle(t.over);
}

/* Time enough, and what is wrong is known before. */
static void within(void)
{
	struct timeval hour = { 3600, 0 }, wrong = { -1, 0 };
	OVERLAPPED o = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
	ADDRINFOEXW *found = NULL, hints = { .ai_family = AF_INET };
	ADDRINFOEXA *narrow = NULL;
	HANDLE h = NULL;
	int r;

	CHECK_EQ(GetAddrInfoExW(L"127.0.0.1", L"80", NS_ALL, NULL, &hints,
				&found, &hour, NULL, NULL, NULL),
		 0);
	CHECK(found && found->ai_addrlen == sizeof(struct sockaddr_in));
	FreeAddrInfoExW(found);
	found = NULL;
	r = GetAddrInfoExW(L"localhost", L"80", NS_ALL, (LPGUID)&dns, &hints,
			   &found, &hour, &o, NULL, &h);
	CHECK(r == 0 || r == WSA_IO_PENDING, "%d", r);
	CHECK_EQ(WaitForSingleObject(o.hEvent, INFINITE), 0);
	CHECK_EQ(GetAddrInfoExOverlappedResult(&o), 0);
	FreeAddrInfoExW(found);

	hints.ai_addrlen = 4;
	CHECK_EQ(GetAddrInfoExW(L"127.0.0.1", NULL, NS_ALL, NULL, &hints,
				&found, NULL, NULL, NULL, NULL),
		 WSANO_RECOVERY);
	hints.ai_addrlen = 0;
	CHECK_EQ(GetAddrInfoExW(NULL, NULL, NS_ALL, NULL, &hints, &found, NULL,
				NULL, NULL, NULL),
		 WSAHOST_NOT_FOUND);
	CHECK_EQ(GetAddrInfoExW(L"127.0.0.1", NULL, NS_BTH, NULL, NULL, &found,
				NULL, NULL, NULL, NULL),
		 WSASERVICE_NOT_FOUND);
	CHECK_EQ(GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, (LPGUID)&other,
				NULL, &found, NULL, NULL, NULL, NULL),
		 WSASERVICE_NOT_FOUND);
	CHECK(GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, &found,
			     &wrong, NULL, NULL, NULL) != 0);
	CHECK_EQ(GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, &found,
				NULL, NULL, NULL, &h),
		 WSAEINVAL);
	h = (HANDLE)77;
	CHECK_EQ(GetAddrInfoExCancel(&h), WSA_INVALID_HANDLE);

	/* In bytes, and then at once. */
	CHECK_EQ(GetAddrInfoExA("127.0.0.1", "80", NS_ALL, NULL, NULL, &narrow,
				NULL, NULL, NULL, NULL),
		 0);
	CHECK(narrow && narrow->ai_family == AF_INET);
	FreeAddrInfoEx(narrow);
	CHECK_EQ(GetAddrInfoExA("127.0.0.1", "80", NS_ALL, NULL, NULL, &narrow,
				NULL, &o, NULL, NULL),
		 WSAEINVAL);
	CloseHandle(o.hEvent);
}

static void canonical(void)
{
	ADDRINFOEXA hints = { .ai_flags = AI_CANONNAME }, *found = NULL;

	CHECK_EQ(GetAddrInfoExA("localhost", NULL, NS_ALL, NULL, &hints, &found,
				NULL, NULL, NULL, NULL),
		 0);
	CHECK(found && found->ai_canonname &&
	      !strcmp(found->ai_canonname, "localhost"));
	FreeAddrInfoEx(found);
}

static void providers(void)
{
	char room[1024];
	WSANAMESPACE_INFOW *w = (WSANAMESPACE_INFOW *)room;
	WSANAMESPACE_INFOA *a = (WSANAMESPACE_INFOA *)room;
	DWORD n = 0;
	int count;
	BOOL found = FALSE;

	CHECK_EQ(WSAEnumNameSpaceProvidersW(&n, NULL), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	CHECK(n > sizeof *w && n <= sizeof room);
	count = WSAEnumNameSpaceProvidersW(&n, w);
	CHECK(count > 0);
	for (int i = 0; i < count; i++)
		found |= w[i].dwNameSpace == NS_DNS && w[i].fActive &&
			 IsEqualGUID(&w[i].NSProviderId, &dns) &&
			 w[i].lpszIdentifier[0];
	CHECK(found);
	n = sizeof room;
	count = WSAEnumNameSpaceProvidersA(&n, a);
	CHECK(count > 0);
	CHECK(count > 0 && strlen(a[0].lpszIdentifier) > 0);
	n = 8;
	CHECK_EQ(WSAEnumNameSpaceProvidersA(&n, a), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	CHECK_EQ(WSAEnumNameSpaceProvidersA(NULL, a), SOCKET_ERROR);
}

/* ---- sessions of many ---- */

static void leaves(void)
{
	enum {
		LEAF = WSA_FLAG_OVERLAPPED | WSA_FLAG_MULTIPOINT_C_LEAF |
		       WSA_FLAG_MULTIPOINT_D_LEAF
	};
	SOCKET s = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, LEAF),
	       plain = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in group = { .sin_family = AF_INET },
			   any = { .sin_family = AF_INET }, mine;
	SOCKADDR *to = (SOCKADDR *)&group;
	struct ip_mreq m = { 0 };
	WSABUF data = { 1, "x" };
	int n = sizeof mine;

	group.sin_addr.s_addr = inet_addr("239.255.77.9");
	CHECK_EQ(WSAJoinLeaf(plain, to, sizeof group, NULL, NULL, NULL, NULL,
			     JL_BOTH),
		 INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(WSAJoinLeaf(s, to, sizeof group, &data, NULL, NULL, NULL,
			     JL_BOTH),
		 INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEPROTONOSUPPORT);
	CHECK_EQ(WSAJoinLeaf(s, to, 4, NULL, NULL, NULL, NULL, JL_BOTH),
		 INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	CHECK_EQ(WSAJoinLeaf(s, to, sizeof group, NULL, NULL, NULL, NULL, 9),
		 INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(WSAJoinLeaf(s, (SOCKADDR *)&any, sizeof any, NULL, NULL, NULL,
			     NULL, JL_BOTH),
		 INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);

	/* Who sends only is no member, but bound. */
	CHECK_EQ(WSAJoinLeaf(s, to, sizeof group, NULL, NULL, NULL, NULL,
			     JL_SENDER_ONLY),
		 s);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&mine, &n), 0);
	CHECK(mine.sin_port != 0);
	m.imr_multiaddr = group.sin_addr;
	CHECK(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&m,
			 sizeof m) != 0);
	/* Where there is a way to the group at all. */
	if (WSAJoinLeaf(s, to, sizeof group, NULL, NULL, NULL, NULL, JL_BOTH) ==
	    s) {
		CHECK_EQ(WSAJoinLeaf(s, to, sizeof group, NULL, NULL, NULL,
				     NULL, JL_BOTH),
			 INVALID_SOCKET);
		CHECK_EQ(WSAGetLastError(), WSAEISCONN);
		CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP,
				    (char *)&m, sizeof m),
			 0);
	}
	closesocket(plain);
	closesocket(s);
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	by_routine();
	within();
	canonical();
	providers();
	leaves();
	return check_done();
}
