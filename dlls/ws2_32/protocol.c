/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * protocol.c - the catalog of protocols: which families, types and protocols
 * go together, and WSAEnumProtocols.
 */
#include "ws.h"

#define STREAM_FLAGS                                                           \
	(XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | \
	 XP1_EXPEDITED_DATA | XP1_IFS_HANDLES)
#define DATAGRAM_FLAGS                                                         \
	(XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST |   \
	 XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES)

#define V4                                                                     \
	{                                                                      \
		0xe70f1aa0, 0xab8b, 0x11cf,                                    \
		{                                                              \
			0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92         \
		}                                                              \
	}
#define V6                                                                     \
	{                                                                      \
		0xf9eab0c0, 0x26d4, 0x11d0,                                    \
		{                                                              \
			0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4         \
		}                                                              \
	}
#define UNIX                                                                   \
	{                                                                      \
		0xa00943d9, 0x9c2e, 0x4633,                                    \
		{                                                              \
			0x9b, 0x59, 0x00, 0x57, 0xa3, 0x16, 0x09, 0x94         \
		}                                                              \
	}

#define PROTOCOL(id, guid, flags, family, size, least, type, proto, max, msg,  \
		 name)                                                         \
	{                                                                      \
		.dwServiceFlags1 = flags, .dwProviderFlags = 8,                \
		.ProviderId = guid, .dwCatalogEntryId = id,                    \
		.ProtocolChain = { 1, { 0 } }, .iVersion = 2,                  \
		.iAddressFamily = family, .iMaxSockAddr = size,                \
		.iMinSockAddr = least, .iSocketType = type,                    \
		.iProtocol = proto, .iProtocolMaxOffset = max,                 \
		.dwMessageSize = msg, .szProtocol = name                       \
	}

/* iProtocolMaxOffset 255: any protocol will do. */
static const WSAPROTOCOL_INFOW catalog[] = {
	PROTOCOL(1001, V4, STREAM_FLAGS, AF_INET, 16, 16, SOCK_STREAM,
		 IPPROTO_TCP, 0, 0, L"MSAFD Tcpip [TCP/IP]"),
	PROTOCOL(1002, V4, DATAGRAM_FLAGS, AF_INET, 16, 16, SOCK_DGRAM,
		 IPPROTO_UDP, 0, 65467, L"MSAFD Tcpip [UDP/IP]"),
	PROTOCOL(1003, V4, DATAGRAM_FLAGS, AF_INET, 16, 16, SOCK_RAW, 0, 255,
		 32768, L"MSAFD Tcpip [RAW/IP]"),
	PROTOCOL(1004, V6, STREAM_FLAGS, AF_INET6, 28, 28, SOCK_STREAM,
		 IPPROTO_TCP, 0, 0, L"MSAFD Tcpip [TCP/IPv6]"),
	PROTOCOL(1005, V6, DATAGRAM_FLAGS, AF_INET6, 28, 28, SOCK_DGRAM,
		 IPPROTO_UDP, 0, 65467, L"MSAFD Tcpip [UDP/IPv6]"),
	PROTOCOL(1006, V6, DATAGRAM_FLAGS, AF_INET6, 28, 28, SOCK_RAW, 0, 255,
		 32768, L"MSAFD Tcpip [RAW/IPv6]"),
	PROTOCOL(1007, UNIX,
		 XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER |
			 XP1_GRACEFUL_CLOSE | XP1_IFS_HANDLES,
		 AF_UNIX, 110, 2, SOCK_STREAM, 0, 0, 0, L"AF_UNIX"),
};

ULONG ws_protocol_count(void)
{
	return ARRAYSIZE(catalog);
}

const WSAPROTOCOL_INFOW *ws_protocol_at(ULONG i)
{
	return &catalog[i];
}

const WSAPROTOCOL_INFOW *ws_protocol(int family, int type, int protocol)
{
	BOOL found_family = FALSE, found_type = FALSE;

	for (ULONG i = 0; i < ARRAYSIZE(catalog); i++) {
		const WSAPROTOCOL_INFOW *p = &catalog[i];

		if (family != AF_UNSPEC && family != p->iAddressFamily)
			continue;
		found_family = TRUE;
		if (type && type != p->iSocketType)
			continue;
		found_type = TRUE;
		if (protocol == p->iProtocol || !protocol ||
		    (p->iProtocolMaxOffset && protocol > 0 &&
		     protocol <= p->iProtocolMaxOffset))
			return p;
	}
	WSASetLastError(!found_family ? WSAEAFNOSUPPORT
			: !found_type ? WSAESOCKTNOSUPPORT
				      : WSAEPROTONOSUPPORT);
	return NULL;
}

void ws_protocol_narrow(const WSAPROTOCOL_INFOW *from, WSAPROTOCOL_INFOA *to)
{
	memcpy(to, from, offsetof(WSAPROTOCOL_INFOA, szProtocol));
	/* ASCII, all of them. */
	for (int i = 0; i <= WSAPROTOCOL_LEN; i++)
		to->szProtocol[i] = (char)from->szProtocol[i];
}

static BOOL is_wanted(const INT *wanted, const WSAPROTOCOL_INFOW *p)
{
	if (!wanted)
		return TRUE;
	for (; *wanted; wanted++)
		if (*wanted == p->iProtocol)
			return TRUE;
	return FALSE;
}

static int enumerate(const INT *wanted, BYTE *out, SIZE_T each, BOOL wide,
		     DWORD *size)
{
	int n = 0;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!size)
		return ws_fail(WSAEFAULT);
	for (ULONG i = 0; i < ARRAYSIZE(catalog); i++)
		n += is_wanted(wanted, &catalog[i]);
	if (!out || *size < (SIZE_T)n * each) {
		*size = (DWORD)((SIZE_T)n * each);
		return ws_fail(WSAENOBUFS);
	}
	for (ULONG i = 0; i < ARRAYSIZE(catalog); i++) {
		if (!is_wanted(wanted, &catalog[i]))
			continue;
		if (wide)
			memcpy(out, &catalog[i], each);
		else
			ws_protocol_narrow(&catalog[i],
					   (WSAPROTOCOL_INFOA *)out);
		out += each;
	}
	return n;
}

int WINAPI WSAEnumProtocolsW(LPINT wanted, LPWSAPROTOCOL_INFOW info,
			     LPDWORD size)
{
	return enumerate(wanted, (BYTE *)info, sizeof *info, TRUE, size);
}

int WINAPI WSAEnumProtocolsA(LPINT wanted, LPWSAPROTOCOL_INFOA info,
			     LPDWORD size)
{
	return enumerate(wanted, (BYTE *)info, sizeof *info, FALSE, size);
}

int WINAPI WSCEnumProtocols(LPINT wanted, LPWSAPROTOCOL_INFOW info,
			    LPDWORD size, LPINT error)
{
	int n = enumerate(wanted, (BYTE *)info, sizeof *info, TRUE, size);

	if (n < 0 && error)
		*error = WSAGetLastError();
	return n;
}
