/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resolve.h - hosts by name and by address: hosts, this machine, then DNS. */
#ifndef RF_WS2_32_RESOLVE_H
#define RF_WS2_32_RESOLVE_H

#include "ws.h"

enum { RS_MAX_ADDRESSES = 64, RS_MAX_NAME = 256, RS_MAX_SERVERS = 8 };

struct rs_address {
	int family;
	ULONG scope;
	BYTE bytes[16];
};

struct rs_result {
	ULONG n;
	struct rs_address address[RS_MAX_ADDRESSES];
	char name[RS_MAX_NAME]; /* canonical */
};

/* What resolv.conf says, or its defaults. */
struct rs_config {
	ULONG nservers;
	struct rs_address server[RS_MAX_SERVERS];
	char search[6][RS_MAX_NAME];
	ULONG nsearch, ndots, timeout, attempts; /* timeout in s */
	BOOL use_tcp;
	BOOL hosts_only; /* names that hosts lacks are not looked up */
};
void rs_config_read(struct rs_config *c);

/*
 * Addresses of a name, of one family or AF_UNSPEC; in the order to try.
 * 0, WSAHOST_NOT_FOUND, WSANO_DATA, WSATRY_AGAIN, WSANO_RECOVERY.
 */
int rs_lookup(const char *name, int family, struct rs_result *r);
/* The name of an address, into RS_MAX_NAME bytes.  Errors as above. */
int rs_reverse(int family, const void *address, char *name);
/* "1.2.3.4", "::1%3" */
BOOL rs_numeric(const char *text, int family, struct rs_address *a);
/* Is it this machine's name? */
BOOL rs_is_own_name(const char *name);

/*
 * The next line of a text, the next word of a line, ended with a NUL; NULL:
 * none.  Both move *at; comments are no words.
 */
char *rs_line(char **at);
char *rs_word(char **at);

/* ---- dns.c ---- */

enum { DNS_A = 1, DNS_PTR = 12, DNS_AAAA = 28 };

/* One question, answers appended to r (for DNS_PTR: r->name).  As above. */
int dns_query(const struct rs_config *c, const char *name, USHORT type,
	      struct rs_result *r);
/* Both families at once. */
int dns_query_both(const struct rs_config *c, const char *name,
		   struct rs_result *r);

#endif
