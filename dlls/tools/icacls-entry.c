/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icacls-entry.c - access lists' entries, in and out of icacls' notation.
 */
#include "icacls.h"

/* ---- the list ---- */

void list_add(struct list *l, struct entry e)
{
	if (l->n == l->room) {
		struct entry *more = get((l->room * 2 + 16) * sizeof *more);

		if (l->n)
			memcpy(more, l->e, l->n * sizeof *more);
		l->room = l->room * 2 + 16;
		l->e = more;
	}
	l->e[l->n++] = e;
}

void list_remove(struct list *l, size_t at)
{
	memmove(l->e + at, l->e + at + 1, (--l->n - at) * sizeof *l->e);
}

static bool is_plain(BYTE type)
{
	return type == ACCESS_ALLOWED_ACE_TYPE ||
	       type == ACCESS_DENIED_ACE_TYPE;
}

void list_read(struct list *l, const ACL *acl)
{
	ACE_HEADER *h;

	l->n = 0;
	l->none = !acl;
	for (DWORD i = 0; acl && GetAce((ACL *)acl, i, (void **)&h); i++) {
		ACCESS_ALLOWED_ACE *a = (ACCESS_ALLOWED_ACE *)h;
		struct entry e = { h->AceType, h->AceFlags, 0, NULL, h };

		if (is_plain(h->AceType)) {
			e.raw = NULL;
			e.mask = a->Mask;
			e.sid = &a->SidStart;
		}
		list_add(l, e);
	}
}

static int rank(BYTE type, BYTE flags)
{
	const bool denies = type == ACCESS_DENIED_ACE_TYPE ||
			    type == ACCESS_DENIED_OBJECT_ACE_TYPE ||
			    type == ACCESS_DENIED_CALLBACK_ACE_TYPE ||
			    type == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE;

	return (flags & INHERITED_ACE ? 2 : 0) + !denies;
}

ACL *list_make(const struct list *l)
{
	DWORD size = sizeof(ACL);
	ACL *acl;

	if (l->none)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		size += l->e[i].raw ? l->e[i].raw->AceSize
				    : 8 + GetLengthSid(l->e[i].sid);
	acl = get(size);
	InitializeAcl(acl, size, ACL_REVISION_DS);
	for (int turn = 0; turn < 4; turn++)
		for (size_t i = 0; i < l->n; i++) {
			const struct entry *e = &l->e[i];

			if (rank(e->type, e->flags) != turn)
				continue;
			if (e->raw)
				AddAce(acl, ACL_REVISION_DS, MAXDWORD,
				       (void *)e->raw, e->raw->AceSize);
			else if (e->type == ACCESS_DENIED_ACE_TYPE)
				AddAccessDeniedAceEx(acl, ACL_REVISION_DS,
						     e->flags, e->mask, e->sid);
			else
				AddAccessAllowedAceEx(acl, ACL_REVISION_DS,
						      e->flags, e->mask,
						      e->sid);
		}
	return acl;
}

bool list_is_canonical(const ACL *acl)
{
	ACE_HEADER *h;
	int last = 0, now;

	for (DWORD i = 0; acl && GetAce((ACL *)acl, i, (void **)&h); i++) {
		now = rank(h->AceType, h->AceFlags);
		/* What is inherited comes in groups, each from one folder. */
		if (now < last && !(now >= 2 && last >= 2))
			return false;
		last = now;
	}
	return true;
}

/* ---- accounts ---- */

PSID account_sid(const WCHAR *name)
{
	WCHAR domain[256];
	DWORD n = SECURITY_MAX_SID_SIZE, m = COUNT_OF(domain);
	PSID sid = get(n);
	SID_NAME_USE use;

	if (*name == '*') {
		if (ConvertStringSidToSidW(name + 1, &sid))
			return sid;
		SetLastError(ERROR_NONE_MAPPED);
		return NULL;
	}
	return LookupAccountNameW(NULL, name, sid, &n, domain, &m, &use) ? sid
									 : NULL;
}

/* ---- rights ---- */

enum {
	FULL = 0x1f01ff,
	MODIFY = 0x1301bf,
	READ_EXECUTE = 0x1200a9,
	READ = 0x120089,
	WRITE = 0x100116,
	REMOVE = 0x110000,
};

/* The longer before what it begins with. */
static const struct {
	const WCHAR *text;
	ACCESS_MASK mask;
} simple[] = {
	{ L"F", FULL },	 { L"M", MODIFY }, { L"RX", READ_EXECUTE },
	{ L"R", READ },	 { L"W", WRITE },  { L"D", REMOVE },
	{ L"N", 0 },
}, specific[] = {
	{ L"DE", DELETE },
	{ L"Rc", READ_CONTROL },
	{ L"WDAC", WRITE_DAC },
	{ L"WO", WRITE_OWNER },
	{ L"S", SYNCHRONIZE },
	{ L"AS", ACCESS_SYSTEM_SECURITY },
	{ L"MA", MAXIMUM_ALLOWED },
	{ L"GR", GENERIC_READ },
	{ L"GW", GENERIC_WRITE },
	{ L"GE", GENERIC_EXECUTE },
	{ L"GA", GENERIC_ALL },
	{ L"RD", FILE_READ_DATA },
	{ L"WD", FILE_WRITE_DATA },
	{ L"AD", FILE_APPEND_DATA },
	{ L"REA", FILE_READ_EA },
	{ L"WEA", FILE_WRITE_EA },
	{ L"X", FILE_EXECUTE },
	{ L"DC", FILE_DELETE_CHILD },
	{ L"RA", FILE_READ_ATTRIBUTES },
	{ L"WA", FILE_WRITE_ATTRIBUTES },
};

static const struct {
	const WCHAR *text;
	BYTE flag;
} inheritance[] = {
	{ L"(I)", INHERITED_ACE },
	{ L"(OI)", OBJECT_INHERIT_ACE },
	{ L"(CI)", CONTAINER_INHERIT_ACE },
	{ L"(NP)", NO_PROPAGATE_INHERIT_ACE },
	{ L"(IO)", INHERIT_ONLY_ACE },
};

static void append(WCHAR *s, const WCHAR *more)
{
	if (s[wcslen(s) - 1] != '(')
		wcscat(s, L",");
	wcscat(s, more);
}

WCHAR *rights_text(const struct entry *e)
{
	WCHAR *s = get(256 * sizeof *s);
	ACCESS_MASK left = e->mask;

	if (e->type == ACCESS_DENIED_ACE_TYPE)
		wcscat(s, L"(DENY)");
	for (size_t i = 0; i < COUNT_OF(inheritance); i++)
		if (e->flags & inheritance[i].flag)
			wcscat(s, inheritance[i].text);
	wcscat(s, L"(");
	if (!left)
		append(s, L"N");
	for (size_t i = 0; i < COUNT_OF(simple); i++) {
		const ACCESS_MASK m = simple[i].mask;

		/* What two of them have in common is told by the first. */
		if (!m || (e->mask & m) != m ||
		    !(left & m & ~(ACCESS_MASK)SYNCHRONIZE))
			continue;
		append(s, simple[i].text);
		left &= ~m;
	}
	for (size_t i = 0; i < COUNT_OF(specific); i++)
		if (left & specific[i].mask)
			append(s, specific[i].text);
	wcscat(s, L")");
	return s;
}

BYTE inheritance_parse(const WCHAR **s)
{
	BYTE flags = 0;
	bool any;

	do {
		any = false;
		/* (I) is not for the user to say. */
		for (size_t i = 1; i < COUNT_OF(inheritance); i++) {
			size_t n = wcslen(inheritance[i].text);

			if (_wcsnicmp(*s, inheritance[i].text, n))
				continue;
			flags |= inheritance[i].flag;
			*s += n;
			any = true;
		}
	} while (any);
	return flags;
}

/* One word of a list in parentheses. */
static bool one_right(const WCHAR *s, size_t n, ACCESS_MASK *mask)
{
	for (size_t i = 0; i < COUNT_OF(specific); i++)
		if (wcslen(specific[i].text) == n &&
		    !_wcsnicmp(specific[i].text, s, n)) {
			*mask |= specific[i].mask;
			return true;
		}
	for (size_t i = 0; i < COUNT_OF(simple); i++)
		if (wcslen(simple[i].text) == n &&
		    !_wcsnicmp(simple[i].text, s, n)) {
			*mask |= simple[i].mask;
			return true;
		}
	return false;
}

bool rights_parse(const WCHAR *s, struct entry *e)
{
	e->mask = 0;
	e->flags = inheritance_parse(&s);
	if (*s == '(') {
		for (s++;; s++) {
			size_t n = wcscspn(s, L",)");

			if (!s[n] || !one_right(s, n, &e->mask))
				return false;
			s += n;
			if (*s == ')')
				return !s[1];
		}
	}
	if (!*s)
		return false;
	while (*s) {
		size_t i = 0;

		while (i < COUNT_OF(simple) &&
		       _wcsnicmp(s, simple[i].text, wcslen(simple[i].text)))
			i++;
		if (i == COUNT_OF(simple))
			return false;
		e->mask |= simple[i].mask;
		s += wcslen(simple[i].text);
	}
	return true;
}
