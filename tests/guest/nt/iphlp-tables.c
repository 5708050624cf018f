/* SPDX-License-Identifier: LGPL-2.1-or-later */
// link: -liphlpapi
/*
 * iphlpapi's tables of what changes: groups that are joined and left, what TCP
 * and UDP count, neighbours, interfaces as IP sees them, whose a connection is,
 * and that nobody may change how the host is set up.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include <string.h>

#include "../lib/check.h"

static ULONG loopback; /* its index */

static SOCKADDR_INET four(ULONG address)
{
	SOCKADDR_INET a;

	memset(&a, 0, sizeof a);
	a.Ipv4.sin_family = AF_INET;
	a.Ipv4.sin_addr.s_addr = htonl(address);
	return a;
}

static void interfaces(void)
{
	MIB_IPINTERFACE_TABLE *t = NULL;
	MIB_IPINTERFACE_ROW row;
	MIB_IF_ROW2 link;
	NET_LUID luid;

	CHECK_EQ(GetIpInterfaceTable(AF_INET, &t), 0);
	for (ULONG k = 0; t && k < t->NumEntries; k++) {
		MIB_IPINTERFACE_ROW *r = &t->Table[k];

		CHECK_EQ(r->Family, AF_INET);
		memset(&link, 0, sizeof link);
		link.InterfaceIndex = r->InterfaceIndex;
		CHECK_EQ(GetIfEntry2(&link), 0);
		CHECK_EQ(r->NlMtu, link.Mtu);
		CHECK_EQ(r->InterfaceLuid.Value, link.InterfaceLuid.Value);
		CHECK(r->Metric > 0, "%lu", r->Metric);
		if (link.Type == IF_TYPE_SOFTWARE_LOOPBACK)
			loopback = r->InterfaceIndex;
	}
	FreeMibTable(t);
	CHECK(loopback);

	memset(&row, 0xaa, sizeof row);
	InitializeIpInterfaceEntry(&row);
	CHECK_EQ(row.Family, AF_UNSPEC);
	row.InterfaceIndex = loopback;
	CHECK_EQ(GetIpInterfaceEntry(&row), ERROR_INVALID_PARAMETER);
	row.Family = AF_INET;
	CHECK_EQ(GetIpInterfaceEntry(&row), 0);
	CHECK(row.Connected);
	CHECK(!row.SupportsNeighborDiscovery);
	CHECK_EQ(ConvertInterfaceIndexToLuid(loopback, &luid), 0);
	CHECK_EQ(row.InterfaceLuid.Value, luid.Value);
	row.InterfaceLuid.Value = 0;
	row.InterfaceIndex = 999999;
	CHECK_EQ(GetIpInterfaceEntry(&row), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(SetIpInterfaceEntry(&row), ERROR_ACCESS_DENIED);
	CHECK_EQ(SetIpInterfaceEntry(NULL), ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetCurrentThreadCompartmentId(), 1);
}

static void own_addresses(void)
{
	MIB_UNICASTIPADDRESS_TABLE *t;
	MIB_UNICASTIPADDRESS_ROW row;
	HANDLE h = (HANDLE)1;
	DWORD mac[2], len = sizeof mac;
	MIB_IF_ROW2 link;

	InitializeUnicastIpAddressEntry(&row);
	CHECK_EQ(row.PrefixOrigin, IpPrefixOriginUnchanged);
	CHECK_EQ(row.ValidLifetime, 0xffffffff);
	row.Address = four(INADDR_LOOPBACK);
	CHECK_EQ(GetUnicastIpAddressEntry(&row), ERROR_INVALID_PARAMETER);
	row.InterfaceIndex = loopback;
	CHECK_EQ(GetUnicastIpAddressEntry(&row), 0);
	CHECK_EQ(row.OnLinkPrefixLength, 8);
	CHECK_EQ(row.DadState, IpDadStatePreferred);
	row.Address = four(0x7f7f7f7f);
	CHECK_EQ(GetUnicastIpAddressEntry(&row), ERROR_NOT_FOUND);
	CHECK_EQ(CreateUnicastIpAddressEntry(&row), ERROR_ACCESS_DENIED);

	CHECK_EQ(NotifyStableUnicastIpAddressTable(
			 AF_INET, &t,
			 (PSTABLE_UNICAST_IPADDRESS_TABLE_CALLBACK)(void *)four,
			 NULL, &h),
		 0);
	CHECK(!h);
	for (ULONG k = 0; k < t->NumEntries; k++) {
		ULONG at = t->Table[k].Address.Ipv4.sin_addr.s_addr;

		/* Our own: nobody has to be asked. */
		memset(&link, 0, sizeof link);
		link.InterfaceIndex = t->Table[k].InterfaceIndex;
		CHECK_EQ(GetIfEntry2(&link), 0);
		if (link.Type != IF_TYPE_ETHERNET_CSMACD)
			continue;
		len = sizeof mac;
		CHECK_EQ(SendARP(at, 0, mac, &len), 0);
		CHECK_EQ(len, link.PhysicalAddressLength);
		CHECK(!memcmp(mac, link.PhysicalAddress, len));
		len = 3;
		CHECK_EQ(SendARP(at, 0, mac, &len), ERROR_BUFFER_OVERFLOW);
		CHECK_EQ(len, 6);
	}
	FreeMibTable(t);
	CHECK_EQ(SendARP(htonl(INADDR_LOOPBACK), 0, NULL, &len),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(SendARP(htonl(INADDR_LOOPBACK), 0, mac, &len),
		 ERROR_INVALID_PARAMETER);
}

/* ---- groups ---- */

static BOOL listens(ULONG index, ULONG group)
{
	MIB_MULTICASTIPADDRESS_ROW row;
	MIB_MULTICASTIPADDRESS_TABLE *t;
	BOOL found = FALSE;
	DWORD error;

	CHECK_EQ(GetMulticastIpAddressTable(AF_INET, &t), 0);
	for (ULONG k = 0; k < t->NumEntries; k++)
		if (t->Table[k].InterfaceIndex == index &&
		    t->Table[k].Address.Ipv4.sin_addr.s_addr == htonl(group))
			found = TRUE;
	FreeMibTable(t);
	memset(&row, 0, sizeof row);
	row.Address = four(group);
	row.InterfaceIndex = index;
	error = GetMulticastIpAddressEntry(&row);
	CHECK_EQ(error, found ? 0 : ERROR_NOT_FOUND);
	return found;
}

static BOOL adapter_listens(ULONG index, ULONG group, ULONG flags)
{
	ULONG size = 1 << 18;
	IP_ADAPTER_ADDRESSES *list = malloc(size);
	BOOL found = FALSE;

	CHECK_EQ(GetAdaptersAddresses(AF_INET, flags, NULL, list, &size), 0);
	for (IP_ADAPTER_ADDRESSES *a = list; a; a = a->Next)
		for (IP_ADAPTER_MULTICAST_ADDRESS *m = a->FirstMulticastAddress;
		     m; m = m->Next) {
			SOCKADDR_IN *in = (SOCKADDR_IN *)m->Address.lpSockaddr;

			CHECK_EQ(in->sin_family, AF_INET);
			CHECK_EQ(m->Address.iSockaddrLength, sizeof *in);
			found |= a->IfIndex == index &&
				 in->sin_addr.s_addr == htonl(group);
		}
	free(list);
	return found;
}

static void groups(void)
{
	/* Nobody else's in this process; others may be in it as well. */
	ULONG group = 0xef000000 | (GetCurrentProcessId() * 257 & 0xffffff);
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct ip_mreq m;

	m.imr_multiaddr.s_addr = htonl(group);
	m.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(!listens(loopback, group));
	CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&m,
			    sizeof m),
		 0);
	CHECK(listens(loopback, group));
	CHECK(adapter_listens(loopback, group, 0));
	CHECK(!adapter_listens(loopback, group, GAA_FLAG_SKIP_MULTICAST));
	CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&m,
			    sizeof m),
		 0);
	CHECK(!listens(loopback, group));
	closesocket(s);
}

/* ---- what is counted ---- */

static void connect_once(void)
{
	SOCKADDR_INET at = four(INADDR_LOOPBACK);
	SOCKET l = socket(AF_INET, SOCK_STREAM, 0),
	       c = socket(AF_INET, SOCK_STREAM, 0), a;
	MIB_TCPTABLE_OWNER_MODULE *t;
	TCPIP_OWNER_MODULE_BASIC_INFO *info;
	int n = sizeof at.Ipv4;
	BYTE buf[2048];
	WCHAR self[MAX_PATH];
	DWORD size = 0, len, seen = 0;

	CHECK_EQ(bind(l, (SOCKADDR *)&at, n), 0);
	CHECK_EQ(listen(l, 1), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&at, n), 0);
	a = accept(l, NULL, NULL);

	GetModuleFileNameW(NULL, self, MAX_PATH);
	GetExtendedTcpTable(NULL, &size, FALSE, AF_INET,
			    TCP_TABLE_OWNER_MODULE_LISTENER, 0);
	size += 65536;
	t = malloc(size);
	CHECK_EQ(GetExtendedTcpTable(t, &size, FALSE, AF_INET,
				     TCP_TABLE_OWNER_MODULE_LISTENER, 0),
		 0);
	for (DWORD k = 0; k < t->dwNumEntries; k++) {
		MIB_TCPROW_OWNER_MODULE *r = &t->table[k];

		if (r->dwLocalPort != at.Ipv4.sin_port ||
		    r->dwOwningPid != GetCurrentProcessId())
			continue;
		seen++;
		len = 4;
		CHECK_EQ(GetOwnerModuleFromTcpEntry(
				 r, TCPIP_OWNER_MODULE_INFO_BASIC, buf, &len),
			 ERROR_INSUFFICIENT_BUFFER);
		CHECK(len <= sizeof buf);
		CHECK_EQ(GetOwnerModuleFromTcpEntry(
				 r, TCPIP_OWNER_MODULE_INFO_BASIC, buf, &len),
			 0);
		info = (TCPIP_OWNER_MODULE_BASIC_INFO *)buf;
		CHECK(!lstrcmpiW(info->pModulePath, self), "%ls, %ls",
		      info->pModulePath, self);
		CHECK(wcsstr(self, info->pModuleName), "%ls",
		      info->pModuleName);
	}
	CHECK_EQ(seen, 1);
	free(t);
	closesocket(a);
	closesocket(c);
	closesocket(l);
}

static void send_once(void)
{
	SOCKADDR_INET at = four(INADDR_LOOPBACK);
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	int n = sizeof at.Ipv4;

	CHECK_EQ(bind(s, (SOCKADDR *)&at, n), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&at, n), 1);
	closesocket(s);
}

static void counted(void)
{
	MIB_TCPSTATS tcp, tcp2;
	MIB_UDPSTATS udp, udp2;
	MIB_IPSTATS ip, ip2;
	MIB_ICMP_EX icmp;
	MIB_ICMP old;
	DWORD error = GetTcpStatistics(&tcp);

	CHECK_EQ(GetTcpStatistics(NULL), ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetTcpStatisticsEx(&tcp, 77), ERROR_INVALID_PARAMETER);
	if (error == ERROR_NOT_SUPPORTED) {
		/* A sandbox, which is told nothing of the host's. */
		connect_once();
		return;
	}
	CHECK_EQ(error, 0);
	CHECK_EQ(GetUdpStatistics(&udp), 0);
	CHECK_EQ(GetIpStatistics(&ip), 0);
	connect_once();
	send_once();
	CHECK_EQ(GetTcpStatisticsEx(&tcp2, AF_INET), 0);
	CHECK_EQ(GetUdpStatisticsEx(&udp2, AF_INET), 0);
	CHECK_EQ(GetIpStatisticsEx(&ip2, AF_INET), 0);
	/* Others count, too; a DWORD may have wrapped, but not by much. */
	CHECK((int)(tcp2.dwActiveOpens - tcp.dwActiveOpens) >= 1);
	CHECK((int)(tcp2.dwPassiveOpens - tcp.dwPassiveOpens) >= 1);
	CHECK((int)(tcp2.dwOutSegs - tcp.dwOutSegs) >= 3);
	CHECK((int)(udp2.dwOutDatagrams - udp.dwOutDatagrams) >= 1);
	CHECK((int)(ip2.dwOutRequests - ip.dwOutRequests) >= 4);
	CHECK(tcp2.dwNumConns > 0);
	CHECK(ip2.dwNumIf > 0 && ip2.dwNumAddr > 0 && ip2.dwDefaultTTL > 0);
	CHECK_EQ(GetIcmpStatistics(&old), 0);
	CHECK_EQ(GetIcmpStatisticsEx(&icmp, AF_INET), 0);
	CHECK((int)(icmp.icmpInStats.dwMsgs - old.stats.icmpInStats.dwMsgs) >=
	      0);
	CHECK_EQ(GetIcmpStatisticsEx(&icmp, AF_INET6), 0);
}

static void neighbours(void)
{
	MIB_IPNET_TABLE2 *t;
	MIB_IPNET_ROW2 row;
	ULONG size = 0;

	CHECK_EQ(GetIpNetTable2(AF_UNSPEC, &t), 0);
	for (ULONG k = 0; k < t->NumEntries; k++) {
		CHECK(t->Table[k].PhysicalAddressLength <= 8);
		CHECK(t->Table[k].State < NlnsMaximum);
		CHECK(t->Table[k].InterfaceIndex);
	}
	FreeMibTable(t);
	CHECK_EQ(GetIpNetTable2(77, &t), ERROR_INVALID_PARAMETER);
	memset(&row, 0, sizeof row);
	row.Address = four(INADDR_LOOPBACK);
	row.InterfaceIndex = loopback;
	CHECK_EQ(ResolveIpNetEntry2(&row, NULL), ERROR_INVALID_PARAMETER);
	row.Address = four(0xc0000205); /* no neighbour of the loopback's */
	CHECK_EQ(GetIpNetEntry2(&row), ERROR_NOT_FOUND);
	row.InterfaceIndex = 999999;
	CHECK_EQ(GetIpNetEntry2(&row), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(ResolveIpNetEntry2(&row, NULL), ERROR_NOT_FOUND);
	CHECK_EQ(GetIpNetTable(NULL, NULL, FALSE), ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetIpNetTable(NULL, &size, FALSE), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(FlushIpNetTable(loopback), ERROR_ACCESS_DENIED);
}

static void ways(void)
{
	SOCKADDR_INET to = four(INADDR_LOOPBACK), from, best;
	MIB_IPFORWARD_TABLE2 *t;
	MIB_IPFORWARD_ROW2 row;

	from = four(0x7f7f7f01);
	CHECK_EQ(GetBestRoute2(NULL, 999999, NULL, &to, 0, &row, &best),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(GetBestRoute2(NULL, 0, &from, &to, 0, &row, &best),
		 ERROR_INVALID_PARAMETER);
	from = to;
	CHECK_EQ(GetBestRoute2(NULL, loopback, &from, &to, 0, &row, &best), 0);
	CHECK_EQ(row.InterfaceIndex, loopback);
	CHECK_EQ(best.Ipv4.sin_addr.s_addr, from.Ipv4.sin_addr.s_addr);

	InitializeIpForwardEntry(&row);
	CHECK(row.Loopback && row.Immortal && row.Publish);
	CHECK_EQ(row.NextHop.si_family, 0);
	CHECK_EQ(GetIpForwardEntry2(&row), ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetIpForwardTable2(AF_UNSPEC, &t), 0);
	for (ULONG k = 0; k < t->NumEntries; k++) {
		memset(&row, 0, sizeof row);
		row.DestinationPrefix = t->Table[k].DestinationPrefix;
		row.NextHop = t->Table[k].NextHop;
		row.InterfaceLuid = t->Table[k].InterfaceLuid;
		CHECK_EQ(GetIpForwardEntry2(&row), 0);
		CHECK_EQ(row.InterfaceIndex, t->Table[k].InterfaceIndex);
	}
	FreeMibTable(t);
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	interfaces();
	if (!loopback)
		return check_done();
	own_addresses();
	groups();
	counted();
	neighbours();
	ways();
	return check_done();
}
