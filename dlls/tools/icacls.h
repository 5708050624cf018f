/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icacls.h - an access list as icacls sees it: what it prints, reads and edits.
 */
#ifndef RF_ICACLS_H
#define RF_ICACLS_H

#include <accctrl.h>
#include <aclapi.h>
#include <sddl.h>

#include "tool.h"

/* One entry.  raw: of a kind that is kept as it is (object, callback). */
struct entry {
	BYTE type, flags;
	ACCESS_MASK mask;
	PSID sid;
	const ACE_HEADER *raw;
};

struct list {
	struct entry *e;
	size_t n, room;
	bool none;        /* no list at all: everybody may do everything */
	bool protected;   /* nothing is inherited */
	bool handed_down; /* by those who know (I) */
};

/* ---- icacls-entry.c */

void list_add(struct list *l, struct entry e);
void list_remove(struct list *l, size_t at);
void list_read(struct list *l, const ACL *acl);
/* In canonical order: denials before grants, what is inherited last. */
ACL *list_make(const struct list *l);
bool list_is_canonical(const ACL *acl);

/* "name", "DOMAIN\name" or "*S-1-..."; NULL: last error. */
PSID account_sid(const WCHAR *name);

/* As in (OI)(CI)(RX,W). */
WCHAR *rights_text(const struct entry *e);
/* The same as a user writes it, also without parentheses; false: nonsense. */
bool rights_parse(const WCHAR *s, struct entry *e);
/* (OI), (CI), (IO), (NP) at *s, which moves on. */
BYTE inheritance_parse(const WCHAR **s);

#endif
