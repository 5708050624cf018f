/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ip.h - between the files of iphlpapi: the host's network, read once. */
#ifndef RF_IPHLPAPI_IP_H
#define RF_IPHLPAPI_IP_H

#include "rf-socket.h"

#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include "rf-net.h"

struct network {
	struct rf_net_interface *i;
	struct rf_net_address *a;
	struct rf_net_route *r;
	ULONG ni, na, nr;
};

/* FALSE: no memory, or the host keeps it to itself.  ip_free() always. */
BOOL ip_read(struct network *n);
void ip_free(struct network *n);

const struct rf_net_interface *ip_by_index(const struct network *n,
					   ULONG index);
/* By LUID, or without one by index. */
const struct rf_net_interface *ip_find(const struct network *n,
				       const NET_LUID *luid, ULONG index);
/*
 * What Get...Entry begin with: ip_read(), and *i the interface that a row means
 * (ip_find()).  0, or the error for the caller; ip_free() always.
 */
DWORD ip_entry(struct network *n, ULONG family, const NET_LUID *luid,
	       ULONG index, const struct rf_net_interface **i);
/* The same of any row with an address, or NULL, as of no family. */
#define ip_row_entry(n, row, i)                                                \
	((row) ? ip_entry(n, (row)->Address.si_family, &(row)->InterfaceLuid,  \
			  (row)->InterfaceIndex, i)                            \
	       : ip_entry(n, AF_UNSPEC, NULL, 0, i))
/* A table for FreeMibTable(): a count of n, n zeroed rows from first on. */
void *ip_table(SIZE_T first, SIZE_T row, ULONG n);
/* The tables of old lie in the caller's buffer: 0, or why not in this one. */
DWORD ip_fits(const void *out, ULONG *size, SIZE_T need);
/* IF_TYPE_* */
IFTYPE ip_type(const struct rf_net_interface *i);
IF_OPER_STATUS ip_status(const struct rf_net_interface *i);
NET_LUID ip_luid(const struct rf_net_interface *i);
GUID ip_guid(const struct rf_net_interface *i);
/* "{...}", 39 bytes */
void ip_guid_text(const struct rf_net_interface *i, char *text);
ULONG ip_mask(ULONG prefix); /* network order */
void ip_sockaddr(SOCKADDR_INET *to, ULONG family, const BYTE *address,
		 ULONG scope);
const BYTE *ip_bytes(const SOCKADDR_INET *a);
/* The route to an address, by interface only (0: any); NULL: none.  loopback: it
   is this machine. */
const struct rf_net_route *ip_route(const struct network *n, ULONG family,
				    const BYTE *to, ULONG only, BOOL *loopback);
/* One of our addresses, of that interface (0: any); NULL: it is not ours. */
const struct rf_net_address *ip_own(const struct network *n,
				    const SOCKADDR_INET *a, ULONG index);
const struct rf_net_interface *ip_loopback(const struct network *n);
/* The address of ours that goes there; NULL: none. */
const struct rf_net_address *ip_source(const struct network *n, ULONG index,
				       ULONG family);

/* family 0: of any. */
BOOL ip_has_address(const struct network *n, ULONG index, ULONG family);
NL_DAD_STATE ip_dad_state(const struct rf_net_address *a);
NL_SUFFIX_ORIGIN ip_suffix_origin(const struct rf_net_address *a);
/* What Windows gives an interface where nobody has set it. */
ULONG ip_metric(const struct rf_net_interface *i);

void ip_fill_address(MIB_UNICASTIPADDRESS_ROW *row,
		     const struct rf_net_interface *i,
		     const struct rf_net_address *a);
void ip_fill_route(MIB_IPFORWARD_ROW2 *row, const struct network *n,
		   const struct rf_net_route *r);

/* resolv.conf: name servers as text, and the first domain. */
struct ip_dns {
	ULONG n;
	char server[8][48];
	char domain[132];
};
void ip_read_dns(struct ip_dns *d);

#endif
