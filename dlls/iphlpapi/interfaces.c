/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * interfaces.c - interfaces one by one and as tables, their names and numbers.
 */
#include "ip.h"

/* ---- rows ---- */

static void fill_row2(MIB_IF_ROW2 *r, const struct rf_net_interface *i)
{
	BOOL loopback = (i->flags & RF_IFF_LOOPBACK) != 0;

	memset(r, 0, sizeof *r);
	r->InterfaceLuid = ip_luid(i);
	r->InterfaceIndex = i->index;
	r->InterfaceGuid = r->NetworkGuid = ip_guid(i);
	for (int k = 0; i->name[k]; k++)
		r->Alias[k] = r->Description[k] = (UCHAR)i->name[k];
	r->PhysicalAddressLength = loopback ? 0 : i->mac_len;
	memcpy(r->PhysicalAddress, i->mac, r->PhysicalAddressLength);
	memcpy(r->PermanentPhysicalAddress, i->mac, r->PhysicalAddressLength);
	r->Mtu = i->mtu;
	r->Type = ip_type(i);
	r->MediaType = NdisMedium802_3;
	r->PhysicalMediumType = loopback ? NdisPhysicalMediumUnspecified
					 : NdisPhysicalMedium802_3;
	r->AccessType = loopback ? NET_IF_ACCESS_LOOPBACK
			: i->flags & RF_IFF_POINTOPOINT
				? NET_IF_ACCESS_POINT_TO_POINT
				: NET_IF_ACCESS_BROADCAST;
	r->DirectionType = NET_IF_DIRECTION_SENDRECEIVE;
	r->InterfaceAndOperStatusFlags.ConnectorPresent = !loopback;
	r->OperStatus = ip_status(i);
	r->AdminStatus = i->flags & RF_IFF_UP ? NET_IF_ADMIN_STATUS_UP
					      : NET_IF_ADMIN_STATUS_DOWN;
	r->MediaConnectState = i->flags & RF_IFF_LOWER_UP
				       ? MediaConnectStateConnected
				       : MediaConnectStateDisconnected;
	r->ConnectionType = NET_IF_CONNECTION_DEDICATED;
	r->TransmitLinkSpeed = r->ReceiveLinkSpeed = i->speed;
	r->InOctets = i->in_bytes;
	r->InUcastPkts = i->in_packets - i->in_multicast;
	r->InNUcastPkts = i->in_multicast;
	r->InDiscards = i->in_drops;
	r->InErrors = i->in_errors;
	r->OutOctets = i->out_bytes;
	r->OutUcastPkts = i->out_packets;
	r->OutDiscards = i->out_drops;
	r->OutErrors = i->out_errors;
}

static void fill_row(MIB_IFROW *r, const struct rf_net_interface *i)
{
	memset(r, 0, sizeof *r);
	for (int k = 0; i->name[k]; k++) {
		r->wszName[k] = (UCHAR)i->name[k];
		r->bDescr[k] = (UCHAR)i->name[k];
		r->dwDescrLen = (DWORD)k + 1;
	}
	r->dwIndex = i->index;
	r->dwType = ip_type(i);
	r->dwMtu = i->mtu;
	r->dwSpeed = i->speed > 0xffffffff ? 0xffffffff : (DWORD)i->speed;
	r->dwPhysAddrLen = min(i->mac_len, 6u);
	memcpy(r->bPhysAddr, i->mac, r->dwPhysAddrLen);
	r->dwAdminStatus = i->flags & RF_IFF_UP ? MIB_IF_ADMIN_STATUS_UP
						: MIB_IF_ADMIN_STATUS_DOWN;
	r->dwOperStatus = ip_status(i) == IfOperStatusUp
				  ? IF_OPER_STATUS_OPERATIONAL
				  : IF_OPER_STATUS_NON_OPERATIONAL;
	r->dwInOctets = (DWORD)i->in_bytes;
	r->dwInUcastPkts = (DWORD)(i->in_packets - i->in_multicast);
	r->dwInNUcastPkts = (DWORD)i->in_multicast;
	r->dwInDiscards = (DWORD)i->in_drops;
	r->dwInErrors = (DWORD)i->in_errors;
	r->dwOutOctets = (DWORD)i->out_bytes;
	r->dwOutUcastPkts = (DWORD)i->out_packets;
	r->dwOutDiscards = (DWORD)i->out_drops;
	r->dwOutErrors = (DWORD)i->out_errors;
}

/* ---- tables ---- */

VOID NETIOAPI_API_ FreeMibTable(PVOID t)
{
	RtlFreeHeap(rf_heap(), 0, t);
}

NETIO_STATUS NETIOAPI_API_ GetIfTable2(PMIB_IF_TABLE2 *out)
{
	struct network n;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;

	if (!out)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n)) {
		*out = ip_table(offsetof(MIB_IF_TABLE2, Table),
			     sizeof(MIB_IF_ROW2), n.ni);
		for (ULONG k = 0; *out && k < n.ni; k++)
			fill_row2(&(*out)->Table[k], &n.i[k]);
		if (*out)
			error = NO_ERROR;
	}
	ip_free(&n);
	return error;
}

NETIO_STATUS NETIOAPI_API_ GetIfTable2Ex(MIB_IF_TABLE_LEVEL level,
					 PMIB_IF_TABLE2 *out)
{
	if (level != MibIfTableNormal && level != MibIfTableRaw)
		return ERROR_INVALID_PARAMETER;
	return GetIfTable2(out);
}

NETIO_STATUS NETIOAPI_API_ GetIfEntry2(PMIB_IF_ROW2 row)
{
	const struct rf_net_interface *i = NULL;
	struct network n;

	if (!row)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		i = ip_find(&n, &row->InterfaceLuid, row->InterfaceIndex);
	if (i)
		fill_row2(row, i);
	ip_free(&n);
	return i ? NO_ERROR : ERROR_FILE_NOT_FOUND;
}

DWORD WINAPI GetIfEntry(PMIB_IFROW row)
{
	const struct rf_net_interface *i = NULL;
	struct network n;

	if (!row)
		return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		i = ip_by_index(&n, row->dwIndex);
	if (i)
		fill_row(row, i);
	ip_free(&n);
	return i ? NO_ERROR : ERROR_INVALID_DATA;
}

DWORD WINAPI GetIfTable(PMIB_IFTABLE out, PULONG size, WINBOOL order)
{
	struct network n;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;

	/* The host's order is that of the indices. */
	if (ip_read(&n))
		error = ip_fits(out, size,
			     offsetof(MIB_IFTABLE, table) +
				     n.ni * sizeof out->table[0]);
	if (!error) {
		out->dwNumEntries = n.ni;
		for (ULONG k = 0; k < n.ni; k++)
			fill_row(&out->table[k], &n.i[k]);
	}
	ip_free(&n);
	return error;
}

DWORD WINAPI GetNumberOfInterfaces(PDWORD count)
{
	struct network n;
	BOOL ok;

	if (!count)
		return ERROR_INVALID_PARAMETER;
	ok = ip_read(&n);
	*count = n.ni;
	ip_free(&n);
	return ok ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

DWORD WINAPI GetInterfaceInfo(PIP_INTERFACE_INFO out, PULONG size)
{
	struct network n;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;
	LONG count = 0;
	char guid[40];

	if (ip_read(&n))
		error = ip_fits(out, size,
			     offsetof(IP_INTERFACE_INFO, Adapter) +
				     n.ni * sizeof out->Adapter[0]);
	for (ULONG k = 0; !error && k < n.ni; k++) {
		IP_ADAPTER_INDEX_MAP *m = &out->Adapter[count];
		static const char prefix[] = "\\DEVICE\\TCPIP_";
		int at = 0;

		if (n.i[k].flags & RF_IFF_LOOPBACK)
			continue;
		m->Index = n.i[k].index;
		ip_guid_text(&n.i[k], guid);
		for (const char *c = prefix; *c; c++)
			m->Name[at++] = (UCHAR)*c;
		for (const char *c = guid; *c; c++)
			m->Name[at++] = (UCHAR)*c;
		m->Name[at] = 0;
		count++;
	}
	if (!error)
		out->NumAdapters = count;
	ip_free(&n);
	return error;
}

/* ---- names and numbers ---- */

/* By index; the caller says what it wants of it. */
static BOOL find(ULONG index, struct rf_net_interface *out)
{
	const struct rf_net_interface *i = NULL;
	struct network n;

	if (ip_read(&n))
		i = ip_by_index(&n, index);
	if (i)
		*out = *i;
	ip_free(&n);
	return i != NULL;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceIndexToLuid(NET_IFINDEX index,
						       PNET_LUID luid)
{
	struct rf_net_interface i;

	if (!luid)
		return ERROR_INVALID_PARAMETER;
	luid->Value = 0;
	if (!find(index, &i))
		return ERROR_FILE_NOT_FOUND;
	*luid = ip_luid(&i);
	return NO_ERROR;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToIndex(CONST NET_LUID *luid,
						       PNET_IFINDEX index)
{
	struct rf_net_interface i;

	if (!luid || !index)
		return ERROR_INVALID_PARAMETER;
	*index = 0;
	if (!find(luid->Value >> 24 & 0xffffff, &i) ||
	    ip_luid(&i).Value != luid->Value)
		return ERROR_FILE_NOT_FOUND;
	*index = i.index;
	return NO_ERROR;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToGuid(CONST NET_LUID *luid,
						      GUID *guid)
{
	struct rf_net_interface i;

	if (!luid || !guid)
		return ERROR_INVALID_PARAMETER;
	if (!find(luid->Value >> 24 & 0xffffff, &i))
		return ERROR_FILE_NOT_FOUND;
	*guid = ip_guid(&i);
	return NO_ERROR;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToNameA(CONST NET_LUID *luid,
						       PSTR name, SIZE_T n)
{
	struct rf_net_interface i;

	if (!luid || !name)
		return ERROR_INVALID_PARAMETER;
	if (!find(luid->Value >> 24 & 0xffffff, &i))
		return ERROR_FILE_NOT_FOUND;
	if ((SIZE_T)lstrlenA(i.name) >= n)
		return ERROR_NOT_ENOUGH_MEMORY;
	lstrcpyA(name, i.name);
	return NO_ERROR;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToNameW(CONST NET_LUID *luid,
						       PWSTR name, SIZE_T n)
{
	char narrow[20];
	DWORD error = ConvertInterfaceLuidToNameA(luid, narrow, sizeof narrow);

	if (error || !name)
		return error ? error : ERROR_INVALID_PARAMETER;
	if ((SIZE_T)lstrlenA(narrow) >= n)
		return ERROR_NOT_ENOUGH_MEMORY;
	for (int k = 0; (name[k] = (UCHAR)narrow[k]); k++)
		;
	return NO_ERROR;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceLuidToAlias(CONST NET_LUID *luid,
						       PWSTR name, SIZE_T n)
{
	return ConvertInterfaceLuidToNameW(luid, name, n);
}

NET_IFINDEX NETIOAPI_API_ if_nametoindex(PCSTR name)
{
	ULONG index = 0;
	struct network n;

	if (name && ip_read(&n)) {
		for (ULONG k = 0; k < n.ni; k++)
			if (!lstrcmpA(n.i[k].name, name))
				index = n.i[k].index;
		ip_free(&n);
	}
	return index;
}

PCHAR NETIOAPI_API_ if_indextoname(NET_IFINDEX index, PCHAR name)
{
	struct rf_net_interface i;

	if (!name || !find(index, &i))
		return NULL;
	return lstrcpyA(name, i.name);
}

/* The other way round: by what is_it() says of an interface. */
static NETIO_STATUS luid_by(BOOL (*is_it)(const struct rf_net_interface *i,
					  const void *what),
			    const void *what, PNET_LUID luid)
{
	struct network n;
	BOOL found = FALSE;

	if (!what || !luid)
		return ERROR_INVALID_PARAMETER;
	luid->Value = 0;
	if (ip_read(&n))
		for (ULONG k = 0; k < n.ni && !found; k++) {
			found = is_it(&n.i[k], what);
			if (found)
				*luid = ip_luid(&n.i[k]);
		}
	ip_free(&n);
	return found ? NO_ERROR : ERROR_INVALID_NAME;
}

static BOOL has_name(const struct rf_net_interface *i, const void *what)
{
	return !lstrcmpiA(i->name, what);
}

static BOOL has_wide_name(const struct rf_net_interface *i, const void *what)
{
	const WCHAR *w = what;
	int k;

	for (k = 0; i->name[k] && (UCHAR)i->name[k] == w[k]; k++)
		;
	return !i->name[k] && !w[k];
}

static BOOL has_guid(const struct rf_net_interface *i, const void *what)
{
	GUID g = ip_guid(i);

	return !memcmp(&g, what, sizeof g);
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceNameToLuidA(const CHAR *name,
						       NET_LUID *luid)
{
	return luid_by(has_name, name, luid);
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceNameToLuidW(const WCHAR *name,
						       NET_LUID *luid)
{
	return luid_by(has_wide_name, name, luid);
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceAliasToLuid(const WCHAR *name,
						       PNET_LUID luid)
{
	NETIO_STATUS error = luid_by(has_wide_name, name, luid);

	return error == ERROR_INVALID_NAME ? ERROR_INVALID_PARAMETER : error;
}

NETIO_STATUS NETIOAPI_API_ ConvertInterfaceGuidToLuid(const GUID *guid,
						      PNET_LUID luid)
{
	NETIO_STATUS error = luid_by(has_guid, guid, luid);

	return error == ERROR_INVALID_NAME ? ERROR_FILE_NOT_FOUND : error;
}

/* "\\DEVICE\\TCPIP_{...}", as GetInterfaceInfo tells them. */
DWORD WINAPI GetAdapterIndex(LPWSTR name, PULONG index)
{
	static const char prefix[] = "\\DEVICE\\TCPIP_";
	BOOL found = FALSE;
	struct network n;
	char guid[40];

	if (!name || !index)
		return ERROR_INVALID_PARAMETER;
	for (const char *c = prefix; *c; c++, name++)
		if (*name != (UCHAR)*c)
			return ERROR_INVALID_PARAMETER;
	if (ip_read(&n))
		for (ULONG k = 0; k < n.ni && !found; k++) {
			int at = 0;

			ip_guid_text(&n.i[k], guid);
			while (guid[at] && (UCHAR)guid[at] == name[at])
				at++;
			found = !guid[at] && !name[at];
			if (found)
				*index = n.i[k].index;
		}
	ip_free(&n);
	return found ? NO_ERROR : ERROR_DEV_NOT_EXIST;
}

DWORD WINAPI GetFriendlyIfIndex(DWORD index)
{
	return index & 0xffffff;
}

/* No interface of Linux only receives. */
DWORD WINAPI
GetUniDirectionalAdapterInfo(PIP_UNIDIRECTIONAL_ADAPTER_ADDRESS out,
			     PULONG size)
{
	DWORD error = ip_fits(out, size, sizeof *out);

	if (error)
		return error == ERROR_INSUFFICIENT_BUFFER ? ERROR_MORE_DATA
							  : error;
	memset(out, 0, sizeof *out);
	return NO_ERROR;
}
