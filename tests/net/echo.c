/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * echo.c - for tests/net/run: what comes of an echo request.
 *
 *   echo ADDRESS TTL MS
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <icmpapi.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	IP_OPTION_INFORMATION o = { 0 };
	HANDLE h = IcmpCreateFile();
	union {
		ICMP_ECHO_REPLY r;
		char bytes[500];
	} reply;

	if (argc < 4 || h == INVALID_HANDLE_VALUE)
		return 2;
	o.Ttl = (UCHAR)atoi(argv[2]);
	if (IcmpSendEcho(h, inet_addr(argv[1]), "data", 4, &o, &reply,
			 sizeof reply, strtoul(argv[3], NULL, 10)))
		printf("%lu from %s\n", reply.r.Status,
		       inet_ntoa(*(struct in_addr *)&reply.r.Address));
	else
		printf("error %lu\n", GetLastError());
	return 0;
}
