/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings.c - the functions that change how the machine's network is set up.
 * On Windows they are for administrators, elevated; here the host's own tools
 * do it, and nobody is one.
 */
#include "ip.h"

#include <tcpmib.h>

/* 0, or what a pointer that may not be NULL gets. */
static DWORD denied(const void *row)
{
	return row ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER;
}

#define DENIED(result, name, type)                                             \
	result WINAPI name(type row)                                           \
	{                                                                      \
		return denied(row);                                            \
	}

DENIED(DWORD, SetIfEntry, PMIB_IFROW)
DENIED(DWORD, SetTcpEntry, PMIB_TCPROW)
DENIED(DWORD, SetIpStatistics, PMIB_IPSTATS)
DENIED(DWORD, CreateIpForwardEntry, PMIB_IPFORWARDROW)
DENIED(DWORD, SetIpForwardEntry, PMIB_IPFORWARDROW)
DENIED(DWORD, DeleteIpForwardEntry, PMIB_IPFORWARDROW)
DENIED(DWORD, CreateIpNetEntry, PMIB_IPNETROW)
DENIED(DWORD, SetIpNetEntry, PMIB_IPNETROW)
DENIED(DWORD, DeleteIpNetEntry, PMIB_IPNETROW)
DENIED(NETIO_STATUS, SetIpInterfaceEntry, PMIB_IPINTERFACE_ROW)
DENIED(NETIO_STATUS, CreateUnicastIpAddressEntry,
       const MIB_UNICASTIPADDRESS_ROW *)
DENIED(NETIO_STATUS, SetUnicastIpAddressEntry, const MIB_UNICASTIPADDRESS_ROW *)
DENIED(NETIO_STATUS, DeleteUnicastIpAddressEntry,
       const MIB_UNICASTIPADDRESS_ROW *)
DENIED(NETIO_STATUS, CreateAnycastIpAddressEntry,
       const MIB_ANYCASTIPADDRESS_ROW *)
DENIED(NETIO_STATUS, DeleteAnycastIpAddressEntry,
       const MIB_ANYCASTIPADDRESS_ROW *)
DENIED(NETIO_STATUS, CreateIpForwardEntry2, const MIB_IPFORWARD_ROW2 *)
DENIED(NETIO_STATUS, SetIpForwardEntry2, const MIB_IPFORWARD_ROW2 *)
DENIED(NETIO_STATUS, DeleteIpForwardEntry2, const MIB_IPFORWARD_ROW2 *)
DENIED(NETIO_STATUS, CreateIpNetEntry2, const MIB_IPNET_ROW2 *)
DENIED(NETIO_STATUS, SetIpNetEntry2, PMIB_IPNET_ROW2)
DENIED(NETIO_STATUS, DeleteIpNetEntry2, const MIB_IPNET_ROW2 *)
DENIED(DWORD, IpReleaseAddress, PIP_ADAPTER_INDEX_MAP)
DENIED(DWORD, IpRenewAddress, PIP_ADAPTER_INDEX_MAP)

ULONG WINAPI SetIpStatisticsEx(PMIB_IPSTATS s, ULONG family)
{
	return family == AF_INET || family == AF_INET6
		       ? denied(s)
		       : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI SetIpTTL(UINT ttl)
{
	(void)ttl;
	return ERROR_ACCESS_DENIED;
}

DWORD WINAPI FlushIpNetTable(DWORD index)
{
	(void)index;
	return ERROR_ACCESS_DENIED;
}

NETIO_STATUS NETIOAPI_API_ FlushIpNetTable2(ADDRESS_FAMILY family,
					    NET_IFINDEX index)
{
	(void)family, (void)index;
	return ERROR_ACCESS_DENIED;
}

NETIO_STATUS NETIOAPI_API_ FlushIpPathTable(ADDRESS_FAMILY family)
{
	(void)family;
	return ERROR_ACCESS_DENIED;
}

DWORD WINAPI CreateProxyArpEntry(DWORD address, DWORD mask, DWORD index)
{
	(void)address, (void)mask, (void)index;
	return ERROR_ACCESS_DENIED;
}

DWORD WINAPI DeleteProxyArpEntry(DWORD address, DWORD mask, DWORD index)
{
	(void)address, (void)mask, (void)index;
	return ERROR_ACCESS_DENIED;
}

DWORD WINAPI AddIPAddress(IPAddr address, IPMask mask, DWORD index,
			  PULONG context, PULONG instance)
{
	(void)address, (void)mask, (void)index;
	return context ? denied(instance) : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI DeleteIPAddress(ULONG context)
{
	(void)context;
	return ERROR_ACCESS_DENIED;
}
