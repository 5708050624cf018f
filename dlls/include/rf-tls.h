/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rf-tls.h - what a DLL keeps for each thread: an index that is made when needed. */
#ifndef RF_TLS_H
#define RF_TLS_H

#include "nt.h"

/* The index, which is TLS_OUT_OF_INDEXES until somebody has asked for it. */
static inline DWORD rf_tls_slot(DWORD *slot)
{
	const LONG none = (LONG)TLS_OUT_OF_INDEXES;
	DWORD i;

	if (*slot == TLS_OUT_OF_INDEXES) {
		i = TlsAlloc();
		if (InterlockedCompareExchange((LONG *)slot, (LONG)i, none) !=
		    none)
			TlsFree(i);
	}
	return *slot;
}

#endif
