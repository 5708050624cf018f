/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lsa.h - the local security authority's functions, within advapi32. */
#ifndef RF_ADVAPI_LSA_H
#define RF_ADVAPI_LSA_H

#include "nt.h"
#include <ntsecapi.h>

#include "sid.h"

/* STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED: not opened for that. */
NTSTATUS lsa_policy(LSA_HANDLE h, ACCESS_MASK access);
/* What LsaFreeMemory() frees; zeroed. */
void *lsa_alloc(SIZE_T size);
/* The SID of the domain or authority that has given out another one. */
void lsa_domain_sid(PSID of, struct sid_room *room);

#endif
