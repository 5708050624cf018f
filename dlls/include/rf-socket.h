/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-socket.h - winsock's headers beside nt.h.  mstcpip.h declares ntdll's
 * address functions at odds with rtl.h: it is kept out, and the types that
 * ws2tcpip.h takes from it are left incomplete.
 */
#ifndef RF_DLL_SOCKET_H
#define RF_DLL_SOCKET_H

#define _MSTCPIP_
typedef struct _SOCKET_SECURITY_QUERY_TEMPLATE SOCKET_SECURITY_QUERY_TEMPLATE;
typedef struct _SOCKET_SECURITY_QUERY_INFO SOCKET_SECURITY_QUERY_INFO;
typedef struct _SOCKET_PEER_TARGET_NAME SOCKET_PEER_TARGET_NAME;
typedef struct _SOCKET_SECURITY_SETTINGS SOCKET_SECURITY_SETTINGS;

#include <winsock2.h>

#include <ws2tcpip.h>

#include "nt.h"

#endif
