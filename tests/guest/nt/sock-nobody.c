/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To whom nobody can connect, who may be spoken to at large, and senders to a
 * group whom one does not want to hear.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <string.h>

#include "check.h"

static struct sockaddr_in to(const char *address, u_short port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port) };

	a.sin_addr.s_addr = inet_addr(address);
	return a;
}

/* A connection to all is none; who does not wait hears of it later. */
static void to_all(BOOL events)
{
	struct sockaddr_in all = to("255.255.255.255", 43434);
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	WSAEVENT event = WSACreateEvent();
	WSANETWORKEVENTS got = { 0 };
	fd_set writable, failed;
	u_long on = 1;
	int error = 0, n = sizeof error;

	if (events)
		CHECK_EQ(WSAEventSelect(s, event, FD_CONNECT | FD_WRITE), 0);
	else
		CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
	CHECK_EQ(connect(s, (SOCKADDR *)&all, sizeof all), SOCKET_ERROR);
	/* In a sandbox it may be refused before anybody is asked. */
	if (WSAGetLastError() == WSAEACCES)
		goto out;
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	if (events) {
		CHECK_EQ(WSAWaitForMultipleEvents(1, &event, TRUE, WSA_INFINITE,
						  FALSE),
			 WSA_WAIT_EVENT_0);
		CHECK_EQ(WSAEnumNetworkEvents(s, event, &got), 0);
		CHECK(got.lNetworkEvents & FD_CONNECT);
		CHECK(got.iErrorCode[FD_CONNECT_BIT] != 0);
	} else {
		FD_ZERO(&writable);
		FD_ZERO(&failed);
		FD_SET(s, &writable);
		FD_SET(s, &failed);
		CHECK_EQ(select(0, NULL, &writable, &failed, NULL), 1);
		CHECK(FD_ISSET(s, &failed));
		CHECK_EQ(
			getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &n),
			0);
		CHECK(error != 0);
	}
out:
	WSACloseEvent(event);
	closesocket(s);
}

/* Who waits is told at once. */
static void waiting(void)
{
	struct sockaddr_in all = to("255.255.255.255", 43434);
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

	CHECK_EQ(connect(s, (SOCKADDR *)&all, sizeof all), SOCKET_ERROR);
	CHECK(WSAGetLastError() != WSAEWOULDBLOCK);
	closesocket(s);
}

/* Datagrams to all are for those who say that they mean it. */
static void at_large(void)
{
	struct sockaddr_in all = to("255.255.255.255", 43434);
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	BOOL on = TRUE;

	CHECK_EQ(connect(s, (SOCKADDR *)&all, sizeof all), SOCKET_ERROR);
	/* Without any network there is not even a way. */
	if (WSAGetLastError() != WSAENETUNREACH) {
		CHECK_EQ(WSAGetLastError(), WSAEACCES);
		CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&all, sizeof all),
			 SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSAEACCES);
	}
	CHECK_EQ(
		setsockopt(s, SOL_SOCKET, SO_BROADCAST, (char *)&on, sizeof on),
		0);
	closesocket(s);
}

/* Of the loopback's group, unwanted senders. */
static void unwanted(void)
{
	struct sockaddr_in group = to("239.255.77.1", 0);
	struct sockaddr_in sender = to("127.0.0.1", 0);
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	GROUP_SOURCE_REQ two = { .gsr_interface = 1 };
	GROUP_REQ one = { .gr_interface = 1 };

	memcpy(&one.gr_group, &group, sizeof group);
	memcpy(&two.gsr_group, &group, sizeof group);
	memcpy(&two.gsr_source, &sender, sizeof sender);
	/* Not before one is in it. */
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_BLOCK_SOURCE, (char *)&two,
			    sizeof two),
		 SOCKET_ERROR);
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_JOIN_GROUP, (char *)&one,
			    sizeof one),
		 0);
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_BLOCK_SOURCE, (char *)&two,
			    sizeof two),
		 0);
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, (char *)&two,
			    sizeof two),
		 0);
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, (char *)&two,
			    sizeof two),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_BLOCK_SOURCE, (char *)&two,
			    sizeof one),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	CHECK_EQ(setsockopt(s, IPPROTO_IP, MCAST_LEAVE_GROUP, (char *)&one,
			    sizeof one),
		 0);
	closesocket(s);
}

int main(void)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	to_all(FALSE);
	to_all(TRUE);
	waiting();
	at_large();
	unwanted();
	return check_done();
}
