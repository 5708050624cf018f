/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sid.h - well-known SIDs, and text of SIDs, within advapi32. */
#ifndef RF_ADVAPI_SID_H
#define RF_ADVAPI_SID_H

#include "nt.h"

struct known_sid {
	WELL_KNOWN_SID_TYPE type;
	UCHAR authority, parts;
	DWORD sub[2];
	const WCHAR *domain, *name; /* NULL: none here */
	char sddl[3];               /* "": none */
};
extern const struct known_sid known_sids[];
extern const ULONG known_sids_count;

struct sid_room {
	SID sid;
	DWORD more[SID_MAX_SUB_AUTHORITIES - 1];
};

void known_sid_make(const struct known_sid *k, struct sid_room *room);

/*
 * A SID's text, S-1-... or an SDDL abbreviation, at *p, which moves behind it.
 * FALSE: there is none.
 */
BOOL sid_parse(const WCHAR **p, struct sid_room *room);

/*
 * Whom an access entry means: a SID, a name or CURRENT_USER.  Names are wide or,
 * with narrow, not.  ERROR_NOT_SUPPORTED: trustees of other forms.
 */
struct _TRUSTEE_W;
DWORD trustee_sid(const struct _TRUSTEE_W *t, BOOL narrow,
		  struct sid_room *room);

/* The SID of the caller (the thread's token, else the process's). */
BOOL sid_of_user(struct sid_room *room);

/*
 * A file or folder for its descriptor alone: the owner of one that allows
 * nothing may have no other access, not even to wait for it.
 */
NTSTATUS open_for_security(LPCWSTR path, ACCESS_MASK access, HANDLE *h);

#endif
