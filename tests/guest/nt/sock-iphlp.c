// link: -liphlpapi
/* iphlpapi: adapters, tables, routes and names agree with each other. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include "../lib/check.h"

static ULONG loopback_index;

static void adapters(void)
{
	ULONG size = 0, got;
	IP_ADAPTER_ADDRESSES *list;
	BOOL found = FALSE;

	CHECK_EQ(GetAdaptersAddresses(AF_UNSPEC, 0, NULL, NULL, NULL),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetAdaptersAddresses(AF_UNSPEC,
				      GAA_FLAG_INCLUDE_PREFIX |
					      GAA_FLAG_INCLUDE_GATEWAYS,
				      NULL, NULL, &size),
		 ERROR_BUFFER_OVERFLOW);
	CHECK(size >= sizeof *list);
	if (size < sizeof *list)
		return;
	got = size;
	list = malloc(size);
	CHECK_EQ(GetAdaptersAddresses(AF_UNSPEC,
				      GAA_FLAG_INCLUDE_PREFIX |
					      GAA_FLAG_INCLUDE_GATEWAYS,
				      NULL, list, &got),
		 0);
	for (IP_ADAPTER_ADDRESSES *a = list; a; a = a->Next) {
		NET_LUID luid;
		NET_IFINDEX index;
		int n = 0;

		CHECK(a->Length >= sizeof *a || a->Length > 100);
		CHECK(a->FriendlyName && *a->FriendlyName);
		CHECK(a->AdapterName && *a->AdapterName);
		for (IP_ADAPTER_UNICAST_ADDRESS *u = a->FirstUnicastAddress; u;
		     u = u->Next, n++) {
			SOCKADDR_IN *in = (SOCKADDR_IN *)u->Address.lpSockaddr;

			CHECK(in->sin_family == AF_INET ||
			      in->sin_family == AF_INET6);
			CHECK(u->OnLinkPrefixLength <= 128);
			if (in->sin_family == AF_INET &&
			    in->sin_addr.s_addr == htonl(INADDR_LOOPBACK)) {
				CHECK_EQ(a->IfType, IF_TYPE_SOFTWARE_LOOPBACK);
				loopback_index = a->IfIndex;
				found = TRUE;
			}
		}
		CHECK(n > 0);
		if (!a->IfIndex)
			continue;
		CHECK_EQ(ConvertInterfaceIndexToLuid(a->IfIndex, &luid), 0);
		CHECK_EQ(luid.Value, a->Luid.Value);
		CHECK_EQ(ConvertInterfaceLuidToIndex(&luid, &index), 0);
		CHECK_EQ(index, a->IfIndex);
		{
			WCHAR name[256];
			GUID guid;
			NET_LUID back;

			CHECK_EQ(ConvertInterfaceLuidToAlias(&luid, name, 256),
				 0);
			CHECK_EQ(ConvertInterfaceAliasToLuid(name, &back), 0);
			CHECK_EQ(back.Value, luid.Value);
			CHECK_EQ(ConvertInterfaceLuidToGuid(&luid, &guid), 0);
			CHECK_EQ(ConvertInterfaceGuidToLuid(&guid, &back), 0);
			CHECK_EQ(back.Value, luid.Value);
		}
	}
	CHECK(found);
	free(list);
}

static void tables(void)
{
	MIB_IF_TABLE2 *t2;
	MIB_IPADDRTABLE *a;
	ULONG size = 0;
	BOOL found = FALSE;
	MIB_IF_ROW2 row = { 0 };

	CHECK_EQ(GetIfTable2(&t2), 0);
	for (ULONG i = 0; i < t2->NumEntries; i++)
		found |= t2->Table[i].InterfaceIndex == loopback_index &&
			 t2->Table[i].Type == IF_TYPE_SOFTWARE_LOOPBACK;
	CHECK(found);
	FreeMibTable(t2);
	row.InterfaceIndex = loopback_index;
	CHECK_EQ(GetIfEntry2(&row), 0);
	CHECK_EQ(row.Type, IF_TYPE_SOFTWARE_LOOPBACK);
	memset(&row, 0, sizeof row);
	row.InterfaceIndex = 999999;
	CHECK_EQ(GetIfEntry2(&row), ERROR_FILE_NOT_FOUND);

	CHECK_EQ(GetIpAddrTable(NULL, &size, FALSE), ERROR_INSUFFICIENT_BUFFER);
	a = malloc(size);
	CHECK_EQ(GetIpAddrTable(a, &size, FALSE), 0);
	found = FALSE;
	for (ULONG i = 0; i < a->dwNumEntries; i++)
		if (a->table[i].dwAddr == htonl(INADDR_LOOPBACK)) {
			found = TRUE;
			CHECK_EQ(a->table[i].dwMask, htonl(0xff000000));
		}
	CHECK(found);
	free(a);
}

static void ways(void)
{
	SOCKADDR_INET to = { .Ipv4 = { .sin_family = AF_INET } }, from;
	MIB_IPFORWARD_ROW2 row;
	DWORD index;

	CHECK_EQ(GetBestInterface(htonl(INADDR_LOOPBACK), &index), 0);
	CHECK_EQ(index, loopback_index);
	to.Ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(GetBestRoute2(NULL, 0, NULL, &to, 0, &row, &from), 0);
	CHECK_EQ(row.InterfaceIndex, loopback_index);
	CHECK_EQ(from.Ipv4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

static void params(void)
{
	FIXED_INFO *f;
	ULONG size = 0, mask;
	UINT8 length;

	CHECK_EQ(ConvertLengthToIpv4Mask(20, &mask), 0);
	CHECK_EQ(mask, htonl(0xfffff000));
	CHECK_EQ(ConvertIpv4MaskToLength(mask, &length), 0);
	CHECK_EQ(length, 20);
	CHECK_EQ(ConvertIpv4MaskToLength(htonl(0xff00ff00), &length),
		 ERROR_INVALID_PARAMETER);

	CHECK_EQ(GetNetworkParams(NULL, &size), ERROR_BUFFER_OVERFLOW);
	f = malloc(size);
	CHECK_EQ(GetNetworkParams(f, &size), 0);
	CHECK(*f->HostName);
	free(f);
}

/* A listener and a connection of ours are in the tables, with our id. */
static void connections(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET }, from, udp;
	MIB_TCPTABLE_OWNER_PID *t = NULL;
	MIB_UDPTABLE_OWNER_PID *u = NULL;
	MIB_TCPTABLE *plain;
	int n = sizeof at, listens = 0, connected = 0, bound = 0;
	SOCKET l, c, a, d;
	DWORD size = 0, got;
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	udp = at;
	l = socket(AF_INET, SOCK_STREAM, 0);
	bind(l, (SOCKADDR *)&at, sizeof at);
	listen(l, 5);
	getsockname(l, (SOCKADDR *)&at, &n);
	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), 0);
	a = accept(l, NULL, NULL);
	n = sizeof from;
	getsockname(c, (SOCKADDR *)&from, &n);
	d = socket(AF_INET, SOCK_DGRAM, 0);
	bind(d, (SOCKADDR *)&udp, sizeof udp);
	n = sizeof udp;
	getsockname(d, (SOCKADDR *)&udp, &n);

	CHECK_EQ(GetExtendedTcpTable(NULL, &size, TRUE, AF_INET,
				     TCP_TABLE_OWNER_PID_ALL, 0),
		 ERROR_INSUFFICIENT_BUFFER);
	size += 4096; /* others come and go */
	got = size;
	t = malloc(size);
	CHECK_EQ(GetExtendedTcpTable(t, &got, TRUE, AF_INET,
				     TCP_TABLE_OWNER_PID_ALL, 0),
		 NO_ERROR);
	for (DWORD i = 0; i < t->dwNumEntries; i++) {
		MIB_TCPROW_OWNER_PID *r = &t->table[i];

		if (i && r[-1].dwLocalAddr == r->dwLocalAddr)
			CHECK(ntohs((u_short)r[-1].dwLocalPort) <=
			      ntohs((u_short)r->dwLocalPort));
		if (r->dwOwningPid != GetCurrentProcessId())
			continue;
		if (r->dwLocalPort == at.sin_port &&
		    r->dwState == MIB_TCP_STATE_LISTEN)
			listens++;
		if (r->dwLocalPort == from.sin_port &&
		    r->dwRemotePort == at.sin_port &&
		    r->dwLocalAddr == at.sin_addr.s_addr &&
		    r->dwState == MIB_TCP_STATE_ESTAB)
			connected++;
	}
	CHECK_EQ(listens, 1);
	CHECK_EQ(connected, 1);
	got = size;
	CHECK_EQ(GetExtendedTcpTable(t, &got, FALSE, AF_INET,
				     TCP_TABLE_OWNER_PID_LISTENER, 0),
		 NO_ERROR);
	for (DWORD i = 0; i < t->dwNumEntries; i++)
		CHECK_EQ(t->table[i].dwState, MIB_TCP_STATE_LISTEN);
	CHECK_EQ(GetExtendedTcpTable(t, &got, FALSE, AF_INET6,
				     TCP_TABLE_BASIC_ALL, 0),
		 ERROR_NOT_SUPPORTED);
	CHECK_EQ(GetExtendedTcpTable(t, &got, FALSE, 77, TCP_TABLE_BASIC_ALL,
				     0),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetExtendedTcpTable(t, NULL, FALSE, AF_INET,
				     TCP_TABLE_BASIC_ALL, 0),
		 ERROR_INVALID_PARAMETER);
	plain = (MIB_TCPTABLE *)t;
	got = size;
	CHECK_EQ(GetTcpTable(plain, &got, TRUE), NO_ERROR);
	listens = 0;
	for (DWORD i = 0; i < plain->dwNumEntries; i++)
		listens += plain->table[i].dwLocalPort == at.sin_port &&
			   plain->table[i].dwState == MIB_TCP_STATE_LISTEN;
	CHECK_EQ(listens, 1);

	size = 1 << 16;
	u = malloc(size);
	CHECK_EQ(GetExtendedUdpTable(u, &size, TRUE, AF_INET,
				     UDP_TABLE_OWNER_PID, 0),
		 NO_ERROR);
	for (DWORD i = 0; i < u->dwNumEntries; i++)
		bound += u->table[i].dwLocalPort == udp.sin_port &&
			 u->table[i].dwOwningPid == GetCurrentProcessId();
	CHECK_EQ(bound, 1);
	free(t);
	free(u);
	closesocket(a);
	closesocket(c);
	closesocket(d);
	closesocket(l);
}

int main(void)
{
	adapters();
	tables();
	ways();
	params();
	connections();
	return check_done();
}
