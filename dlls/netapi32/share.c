/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* share.c - what this machine shares with others: no server service runs here. */
#include "net.h"

NET_API_STATUS WINAPI NetShareAdd(LMSTR server, DWORD level, LPBYTE info,
				  LPDWORD which)
{
	return NERR_ServerNotStarted;
}

NET_API_STATUS WINAPI NetShareDel(LMSTR server, LMSTR name, DWORD reserved)
{
	return NERR_ServerNotStarted;
}

NET_API_STATUS WINAPI NetShareEnum(LMSTR server, DWORD level, LPBYTE *out,
				   DWORD room, LPDWORD n, LPDWORD total,
				   LPDWORD resume)
{
	return NERR_ServerNotStarted;
}

NET_API_STATUS WINAPI NetShareGetInfo(LMSTR server, LMSTR name, DWORD level,
				      LPBYTE *out)
{
	return NERR_ServerNotStarted;
}
