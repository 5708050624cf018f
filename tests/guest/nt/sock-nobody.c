/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may be spoken to at large, and senders to a group whom one does not want
 * to hear.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <string.h>

#include "../lib/sock-pair.h"

/* Datagrams to all are for those who say that they mean it. */
static void at_large(void)
{
	struct sockaddr_in all = inet4("255.255.255.255", 43434);
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
	struct sockaddr_in group = inet4("239.255.77.1", 0);
	struct sockaddr_in sender = inet4("127.0.0.1", 0);
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
	at_large();
	unwanted();
	return check_done();
}
