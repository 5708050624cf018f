/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net.h - answers about users, groups and machines, within netapi32.
 *
 * An answer is one buffer: structures first, what they point to behind them.
 */
#ifndef RF_NETAPI32_NET_H
#define RF_NETAPI32_NET_H

#include "nt.h"
#include <lm.h>

struct answer {
	BYTE *buffer; /* NULL: no memory, or nothing asked for */
	BYTE *more;   /* the next free byte behind the structures */
};

enum { ANSWER_ROOM = 4096, NAME = 257 }; /* for what is pointed to */

/* Room for n structures of size bytes each, zeroed. */
BOOL answer_new(struct answer *a, DWORD n, DWORD size);
WCHAR *answer_text(struct answer *a, const WCHAR *text);
void *answer_bytes(struct answer *a, const void *from, DWORD n);

/* NERR_Success if name is this machine (or NULL); others are not asked. */
NET_API_STATUS this_machine(const WCHAR *name);

/* The user of this process: the one account that there is to tell of. */
BOOL own_name(WCHAR name[NAME]);
BOOL own_sid(void *room, DWORD size);
BOOL is_administrator(void);

/* Whether this can be asked for; level is at most that. */
NET_API_STATUS asked_for_list(const WCHAR *server, DWORD level, DWORD most,
			      LPBYTE *buffer, LPDWORD read, LPDWORD total);
/* Everything fits, whatever the caller prefers. */
NET_API_STATUS whole_list(const struct answer *a, DWORD n, LPBYTE *buffer,
			  LPDWORD read, LPDWORD total);

#endif
