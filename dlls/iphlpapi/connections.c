/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connections.c - the tables of TCP connections and UDP listeners, in the many
 * forms that they have had.  A form is the size of its row and who fills it.
 */
#include "ip.h"

#include <stdlib.h>
#include <tcpmib.h>
#include <udpmib.h>
#include <iprtrmib.h>

static DWORD port(USHORT p)
{
	return (USHORT)(p << 8 | p >> 8);
}

static DWORD four(const BYTE *a)
{
	DWORD v;

	memcpy(&v, a, sizeof v);
	return v;
}

/* ---- rows ------------------------------------------------------------------ */

typedef void fill_fn(void *row, const struct rf_net_connection *c);

/* MIB_TCPROW begins the longer ones, but for MIB_TCPROW_OWNER_*'s name. */
static void tcp_row(void *row, const struct rf_net_connection *c)
{
	MIB_TCPROW *r = row;

	r->dwState = c->state;
	r->dwLocalAddr = four(c->local);
	r->dwLocalPort = port(c->local_port);
	r->dwRemoteAddr = four(c->remote);
	r->dwRemotePort = port(c->remote_port);
}

static void tcp_owner(void *row, const struct rf_net_connection *c)
{
	tcp_row(row, c);
	((MIB_TCPROW_OWNER_PID *)row)->dwOwningPid = c->pid;
}

static void tcp_row2(void *row, const struct rf_net_connection *c)
{
	tcp_row(row, c);
	((MIB_TCPROW2 *)row)->dwOwningPid = c->pid;
	((MIB_TCPROW2 *)row)->dwOffloadState = TcpConnectionOffloadStateInHost;
}

static void tcp6_row(void *row, const struct rf_net_connection *c)
{
	MIB_TCP6ROW *r = row;

	r->State = c->state;
	memcpy(&r->LocalAddr, c->local, 16);
	r->dwLocalPort = port(c->local_port);
	memcpy(&r->RemoteAddr, c->remote, 16);
	r->dwRemotePort = port(c->remote_port);
}

static void tcp6_owner(void *row, const struct rf_net_connection *c)
{
	MIB_TCP6ROW_OWNER_PID *r = row;

	memcpy(r->ucLocalAddr, c->local, 16);
	r->dwLocalPort = port(c->local_port);
	memcpy(r->ucRemoteAddr, c->remote, 16);
	r->dwRemotePort = port(c->remote_port);
	r->dwState = c->state;
	r->dwOwningPid = c->pid;
}

static void tcp6_row2(void *row, const struct rf_net_connection *c)
{
	MIB_TCP6ROW2 *r = row;

	memcpy(&r->LocalAddr, c->local, 16);
	r->dwLocalPort = port(c->local_port);
	memcpy(&r->RemoteAddr, c->remote, 16);
	r->dwRemotePort = port(c->remote_port);
	r->State = c->state;
	r->dwOwningPid = c->pid;
	r->dwOffloadState = TcpConnectionOffloadStateInHost;
}

static void udp_row(void *row, const struct rf_net_connection *c)
{
	MIB_UDPROW *r = row;

	r->dwLocalAddr = four(c->local);
	r->dwLocalPort = port(c->local_port);
}

static void udp_owner(void *row, const struct rf_net_connection *c)
{
	udp_row(row, c);
	((MIB_UDPROW_OWNER_PID *)row)->dwOwningPid = c->pid;
}

static void udp6_row(void *row, const struct rf_net_connection *c)
{
	MIB_UDP6ROW *r = row;

	memcpy(&r->dwLocalAddr, c->local, 16);
	r->dwLocalPort = port(c->local_port);
}

static void udp6_owner(void *row, const struct rf_net_connection *c)
{
	MIB_UDP6ROW_OWNER_PID *r = row;

	memcpy(r->ucLocalAddr, c->local, 16);
	r->dwLocalPort = port(c->local_port);
	r->dwOwningPid = c->pid;
}

/* ---- tables ----------------------------------------------------------------- */

enum which { LISTENERS, CONNECTIONS, ALL };

struct form {
	ULONG what, family;
	SIZE_T offset, row; /* of the first one, and each one's size */
	fill_fn *fill;
};

#define FORM(what, family, type, fill)                                         \
	{ what, family, FIELD_OFFSET(type, table),                             \
	  sizeof(((type *)0)->table[0]), fill }

static BOOL wanted(const struct rf_net_connection *c, const struct form *f,
		   enum which which)
{
	BOOL listens = c->state == MIB_TCP_STATE_LISTEN;

	if (c->family != f->family)
		return FALSE;
	return which == ALL || listens == (which == LISTENERS);
}

static int compare(const void *x, const void *y)
{
	const struct rf_net_connection *a = x, *b = y;
	int r = memcmp(a->local, b->local, sizeof a->local);

	if (!r)
		r = a->local_port - b->local_port;
	if (!r)
		r = memcmp(a->remote, b->remote, sizeof a->remote);
	return r ? r : a->remote_port - b->remote_port;
}

static DWORD fill_table(const struct form *f, enum which which, BOOL order,
			void *table, DWORD *size)
{
	struct rf_net_connection *c;
	DWORD error = NO_ERROR;
	ULONG len = 0, n = 0;
	SIZE_T need;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	c = rf_net_info(f->what, &len);
	if (!c)
		return ERROR_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; i < len / sizeof *c; i++)
		if (wanted(&c[i], f, which))
			c[n++] = c[i];
	need = f->offset + (n ? n : 1) * f->row;
	if (!table || *size < need) {
		error = ERROR_INSUFFICIENT_BUFFER;
	} else {
		if (order)
			qsort(c, n, sizeof *c, compare);
		memset(table, 0, need);
		*(DWORD *)table = n;
		for (ULONG i = 0; i < n; i++)
			f->fill((BYTE *)table + f->offset + i * f->row, &c[i]);
	}
	*size = (DWORD)need;
	RtlFreeHeap(rf_heap(), 0, c);
	return error;
}

/* ---- the calls -------------------------------------------------------------- */

DWORD WINAPI GetExtendedTcpTable(PVOID table, PDWORD size, WINBOOL order,
				 ULONG family, TCP_TABLE_CLASS class,
				 ULONG reserved)
{
	static const struct form forms[2][3] = {
		{ FORM(RF_NET_TCP, AF_INET, MIB_TCPTABLE, tcp_row),
		  FORM(RF_NET_TCP_OWNERS, AF_INET, MIB_TCPTABLE_OWNER_PID,
		       tcp_owner),
		  FORM(RF_NET_TCP_OWNERS, AF_INET, MIB_TCPTABLE_OWNER_MODULE,
		       tcp_owner) },
		{ { 0 },
		  FORM(RF_NET_TCP_OWNERS, AF_INET6, MIB_TCP6TABLE_OWNER_PID,
		       tcp6_owner),
		  FORM(RF_NET_TCP_OWNERS, AF_INET6, MIB_TCP6TABLE_OWNER_MODULE,
		       tcp6_owner) },
	};
	const struct form *f;

	if (reserved || (ULONG)class > TCP_TABLE_OWNER_MODULE_ALL ||
	    (family != AF_INET && family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	f = &forms[family == AF_INET6][class / 3];
	if (!f->fill)
		return ERROR_NOT_SUPPORTED;
	return fill_table(f, (enum which)(class % 3), order, table, size);
}

DWORD WINAPI GetExtendedUdpTable(PVOID table, PDWORD size, WINBOOL order,
				 ULONG family, UDP_TABLE_CLASS class,
				 ULONG reserved)
{
	static const struct form forms[2][3] = {
		{ FORM(RF_NET_UDP, AF_INET, MIB_UDPTABLE, udp_row),
		  FORM(RF_NET_UDP_OWNERS, AF_INET, MIB_UDPTABLE_OWNER_PID,
		       udp_owner),
		  FORM(RF_NET_UDP_OWNERS, AF_INET, MIB_UDPTABLE_OWNER_MODULE,
		       udp_owner) },
		{ FORM(RF_NET_UDP, AF_INET6, MIB_UDP6TABLE, udp6_row),
		  FORM(RF_NET_UDP_OWNERS, AF_INET6, MIB_UDP6TABLE_OWNER_PID,
		       udp6_owner),
		  FORM(RF_NET_UDP_OWNERS, AF_INET6, MIB_UDP6TABLE_OWNER_MODULE,
		       udp6_owner) },
	};

	if (reserved || (ULONG)class > UDP_TABLE_OWNER_MODULE ||
	    (family != AF_INET && family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	return fill_table(&forms[family == AF_INET6][class], ALL, order, table,
			  size);
}

DWORD WINAPI GetTcpTable(PMIB_TCPTABLE table, PDWORD size, WINBOOL order)
{
	static const struct form f =
		FORM(RF_NET_TCP, AF_INET, MIB_TCPTABLE, tcp_row);

	return fill_table(&f, ALL, order, table, size);
}

ULONG WINAPI GetTcpTable2(PMIB_TCPTABLE2 table, PULONG size, WINBOOL order)
{
	static const struct form f =
		FORM(RF_NET_TCP_OWNERS, AF_INET, MIB_TCPTABLE2, tcp_row2);

	return fill_table(&f, ALL, order, table, size);
}

ULONG WINAPI GetTcp6Table(PMIB_TCP6TABLE table, PULONG size, WINBOOL order)
{
	static const struct form f =
		FORM(RF_NET_TCP, AF_INET6, MIB_TCP6TABLE, tcp6_row);

	return fill_table(&f, ALL, order, table, size);
}

ULONG WINAPI GetTcp6Table2(PMIB_TCP6TABLE2 table, PULONG size, WINBOOL order)
{
	static const struct form f =
		FORM(RF_NET_TCP_OWNERS, AF_INET6, MIB_TCP6TABLE2, tcp6_row2);

	return fill_table(&f, ALL, order, table, size);
}

DWORD WINAPI GetUdpTable(PMIB_UDPTABLE table, PDWORD size, WINBOOL order)
{
	static const struct form f =
		FORM(RF_NET_UDP, AF_INET, MIB_UDPTABLE, udp_row);

	return fill_table(&f, ALL, order, table, size);
}

ULONG WINAPI GetUdp6Table(PMIB_UDP6TABLE table, PULONG size, WINBOOL order)
{
	static const struct form f =
		FORM(RF_NET_UDP, AF_INET6, MIB_UDP6TABLE, udp6_row);

	return fill_table(&f, ALL, order, table, size);
}

/* ---- whose they are ---- */

/*
 * The program of a process: its name and path, both in the caller's buffer behind
 * the struct.  Others' may not be told.
 */
static DWORD owner(DWORD pid, ULONG class, void *out, DWORD *size)
{
	TCPIP_OWNER_MODULE_BASIC_INFO *info = out;
	WCHAR path[MAX_PATH], *name = path;
	DWORD n = MAX_PATH, error = NO_ERROR, need;
	HANDLE h;

	if (!size || class != TCPIP_OWNER_MODULE_INFO_BASIC)
		return ERROR_INVALID_PARAMETER;
	if (!pid)
		return ERROR_NOT_FOUND;
	h = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
	if (!h || !QueryFullProcessImageNameW(h, 0, path, &n))
		error = GetLastError();
	if (h)
		CloseHandle(h);
	if (error)
		return error == ERROR_INVALID_PARAMETER ? ERROR_NOT_FOUND
							: error;
	for (WCHAR *p = path; *p; p++)
		if (*p == '\\')
			name = p + 1;
	need = (DWORD)(sizeof *info +
		       (n + 1 + (DWORD)lstrlenW(name) + 1) * sizeof *path);
	if (!out || *size < need) {
		*size = need;
		return ERROR_INSUFFICIENT_BUFFER;
	}
	*size = need;
	info->pModulePath = lstrcpyW((WCHAR *)(info + 1), path);
	info->pModuleName = lstrcpyW(info->pModulePath + n + 1, name);
	return NO_ERROR;
}

#define OWNER_OF(name, type)                                                   \
	DWORD WINAPI name(type *row, TCPIP_OWNER_MODULE_INFO_CLASS class,      \
			  PVOID out, PDWORD size)                              \
	{                                                                      \
		return row ? owner(row->dwOwningPid, class, out, size)         \
			   : ERROR_INVALID_PARAMETER;                          \
	}

OWNER_OF(GetOwnerModuleFromTcpEntry, MIB_TCPROW_OWNER_MODULE)
OWNER_OF(GetOwnerModuleFromTcp6Entry, MIB_TCP6ROW_OWNER_MODULE)
OWNER_OF(GetOwnerModuleFromUdpEntry, MIB_UDPROW_OWNER_MODULE)
OWNER_OF(GetOwnerModuleFromUdp6Entry, MIB_UDP6ROW_OWNER_MODULE)
