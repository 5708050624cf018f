/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netapi.h - what netapi32's files share. */
#ifndef RF_NETAPI_H
#define RF_NETAPI_H

#include "nt.h"
#include <lmcons.h>
#include <lmerr.h>
#include <lmapibuf.h>

/* Is it this machine?  NULL, "", its name, or "\\" and its name. */
BOOL is_here(LPCWSTR server);

/*
 * A buffer as the Net functions return them: fixed parts from its start,
 * aligned as structures are, and what they point to from its end.  Walked
 * twice: without a buffer it only counts.
 */
struct pack {
	char *buf;
	SIZE_T fixed, rest; /* used of both */
	SIZE_T size;	    /* of buf */
};
void pack_number(struct pack *p, DWORD n);
void pack_bytes(struct pack *p, const void *data, SIZE_T n, SIZE_T align);
void pack_text(struct pack *p, LPCWSTR s); /* NULL: no text */
void pack_end(struct pack *p);		   /* of a structure */

/* fill() into a new buffer. */
NET_API_STATUS pack(void (*fill)(struct pack *, const void *), const void *arg,
		    LPBYTE *out);

#endif
