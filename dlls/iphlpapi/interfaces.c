/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* interfaces.c - network interfaces of a machine that shows none. */
#include "rf-socket.h"

#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved,
				  PIP_ADAPTER_ADDRESSES list, PULONG size)
{
	return size ? ERROR_NO_DATA : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI GetAdaptersInfo(PIP_ADAPTER_INFO info, PULONG size)
{
	return size ? ERROR_NO_DATA : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI GetNetworkParams(PFIXED_INFO info, PULONG size)
{
	return size ? ERROR_NO_DATA : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI GetNumberOfInterfaces(PDWORD n)
{
	*n = 0;
	return NO_ERROR;
}

DWORD WINAPI GetBestInterface(IPAddr address, PDWORD index)
{
	return ERROR_CAN_NOT_COMPLETE;
}

NETIO_STATUS NETIOAPI_API_ GetBestRoute2(NET_LUID *luid, NET_IFINDEX index,
					 CONST SOCKADDR_INET *source,
					 CONST SOCKADDR_INET *to, ULONG options,
					 PMIB_IPFORWARD_ROW2 row,
					 SOCKADDR_INET *best)
{
	return ERROR_NETWORK_UNREACHABLE;
}

NETIO_STATUS NETIOAPI_API_
NotifyIpInterfaceChange(ADDRESS_FAMILY family, PIPINTERFACE_CHANGE_CALLBACK fn,
			PVOID context, BOOLEAN initial, HANDLE *handle)
{
	return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS NETIOAPI_API_ CancelMibChangeNotify2(HANDLE handle)
{
	return ERROR_INVALID_PARAMETER;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceIndexToLuid(NET_IFINDEX index,
						       PNET_LUID luid)
{
	if (luid)
		luid->Value = 0;
	return luid ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToIndex(CONST NET_LUID *luid,
						       PNET_IFINDEX index)
{
	return luid && index ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToNameW(CONST NET_LUID *luid,
						       PWSTR name, SIZE_T n)
{
	return luid && name ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToNameA(CONST NET_LUID *luid,
						       PSTR name, SIZE_T n)
{
	return luid && name ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

VOID NETIOAPI_API_ FreeMibTable(PVOID table)
{
	RtlFreeHeap(rf_heap(), 0, table);
}

NET_IFINDEX NETIOAPI_API_ if_nametoindex(PCSTR name)
{
	return 0;
}

PCHAR NETIOAPI_API_ if_indextoname(NET_IFINDEX index, PCHAR name)
{
	return NULL;
}
