/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ws.h - between the files of ws2_32. */
#ifndef RF_WS2_32_WS_H
#define RF_WS2_32_WS_H

#include "rf-socket.h"

#include "rf-afd.h"

/* Has WSAStartup been called? */
BOOL ws_started(void);
/* Sets the error (WSANOTINITIALISED before WSAStartup); SOCKET_ERROR. */
int ws_fail(int error);

/* error.c: winsock's error for a status of AFD; 0 for success. */
int ws_error(NTSTATUS status);
/* The same for a request that was overlapped: others say "interrupted". */
int ws_overlapped_error(NTSTATUS status);
/*
 * 0, or SOCKET_ERROR, with the error set, which is 0 in the first case: programs
 * (Tcl) ask what the error is without a look at the result.  Not so when it is a
 * connection or a socket's end that succeeds (ws_result_only).
 */
int ws_result(NTSTATUS status);
int ws_result_only(NTSTATUS status);

/*
 * socket.c: a control that is waited for.  n, if not NULL, is set to the
 * IOSB's information.
 */
NTSTATUS ws_control(SOCKET s, ULONG code, const void *in, ULONG in_n, void *out,
		    ULONG out_n, ULONG_PTR *n);
/*
 * One that may be overlapped (overlapped NULL: waited for).  Returns what the
 * socket call returns, *n set if it is over.
 */
int ws_overlapped(SOCKET s, ULONG code, const void *in, ULONG in_n, void *out,
		  ULONG out_n, DWORD *n, WSAOVERLAPPED *overlapped,
		  LPWSAOVERLAPPED_COMPLETION_ROUTINE done);
/* SOL_SOCKET options of one word. */
NTSTATUS ws_get_word(SOCKET s, int option, ULONG *value);
/*
 * A sockaddr as AFD wants it, which for AF_UNIX includes the full NT name.
 * In head bytes behind the start; n: of all.  NULL: error set.  ws_free it.
 */
void *ws_address(const struct sockaddr *to, int len, ULONG head, ULONG *n);
void ws_free(void *p);

/* protocol.c: the entry for a socket of this kind; NULL: none. */
const WSAPROTOCOL_INFOW *ws_protocol(int family, int type, int protocol);
void ws_protocol_narrow(const WSAPROTOCOL_INFOW *from, WSAPROTOCOL_INFOA *to);
ULONG ws_protocol_count(void);
const WSAPROTOCOL_INFOW *ws_protocol_at(ULONG i);

/* extension.c: SIO_GET_EXTENSION_FUNCTION_POINTER; NULL: no such function. */
void *ws_extension(const GUID *id);

/* rio.c: SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER; s has been closed. */
int ws_rio_table(const void *in, DWORD in_n, void *out, DWORD out_n, DWORD *n);
void ws_rio_closed(SOCKET s);

/* select.c: WSAEventSelect, and nothing else; 0, or SOCKET_ERROR. */
int ws_event_select(SOCKET s, WSAEVENT event, LONG events);
/*
 * async.c: no more messages of s, nor of what has happened to it if it is about
 * to be closed; to, which from accepted, has its window.
 */
void ws_async_end(SOCKET s);
void ws_async_closed(SOCKET s);
void ws_async_inherit(SOCKET from, SOCKET to);

/*
 * interfaces.c: SIO_ADDRESS_LIST_QUERY, SIO_GET_INTERFACE_LIST and its EX, and
 * SIO_ADDRESS_LIST_SORT.
 */
int ws_address_list(SOCKET s, void *out, DWORD out_n, DWORD *n);
int ws_interface_list(void *out, DWORD out_n, DWORD *n);
int ws_interface_list_ex(void *out, DWORD out_n, DWORD *n);
int ws_sort_addresses(SOCKET s, const void *in, DWORD in_n, void *out,
		      DWORD out_n, DWORD *n);

/* names.c: SO_OPENTYPE of the thread: of what kind socket() makes them. */
ULONG ws_open_type(void);
int ws_set_open_type(ULONG type);

/* What calls of 1993 return pointers to: one per thread. */
struct ws_thread {
	char text[16];
	struct hostent host;
	struct servent service;
	struct protoent protocol;
	char *no_aliases[1];
	ULONG open_type;
	/* host's names, aliases and addresses. */
	char *pointers[64];
	char storage[4096];
};
struct ws_thread *ws_thread(void); /* NULL: no memory, error set */

#endif
