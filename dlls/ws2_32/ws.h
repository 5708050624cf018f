/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ws.h - between the files of ws2_32. */
#ifndef RF_WS2_32_WS_H
#define RF_WS2_32_WS_H

/* Has WSAStartup been called? */
BOOL ws_started(void);
/* Sets the error (WSANOTINITIALISED before WSAStartup); SOCKET_ERROR. */
int ws_fail(int error);

/* What calls of 1993 return pointers to: one per thread. */
struct ws_thread {
	char text[16];
	struct hostent host;
	char name[256];
	char *no_aliases[1];
	char *addresses[2];
	ULONG address;
	struct servent service;
	struct protoent protocol;
};
struct ws_thread *ws_thread(void); /* NULL: no memory, error set */

#endif
