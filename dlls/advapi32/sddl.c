/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sddl.c - SIDs and security descriptors as text.
 *
 *   O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;;0x1200a9;;;WD)S:(ML;;NW;;;LW)
 *
 * Source: "Security Descriptor String Format", Microsoft Learn.
 */
#include "nt.h"
#include <sddl.h>

#include "sid.h"

struct word {
	WCHAR text[3];
	DWORD value;
};

static const struct word ace_types[] = {
	{ L"A", ACCESS_ALLOWED_ACE_TYPE },
	{ L"D", ACCESS_DENIED_ACE_TYPE },
	{ L"AU", SYSTEM_AUDIT_ACE_TYPE },
	{ L"ML", SYSTEM_MANDATORY_LABEL_ACE_TYPE },
};

static const struct word ace_flags[] = {
	{ L"OI", OBJECT_INHERIT_ACE },
	{ L"CI", CONTAINER_INHERIT_ACE },
	{ L"NP", NO_PROPAGATE_INHERIT_ACE },
	{ L"IO", INHERIT_ONLY_ACE },
	{ L"ID", INHERITED_ACE },
	{ L"SA", SUCCESSFUL_ACCESS_ACE_FLAG },
	{ L"FA", FAILED_ACCESS_ACE_FLAG },
};

static const struct word label_rights[] = { { L"NW", 1 },
					    { L"NR", 2 },
					    { L"NX", 4 } };

/* Whole masks, then single rights in the order in which Windows tells them. */
static const struct word rights[] = {
	{ L"FA", FILE_ALL_ACCESS },
	{ L"FR", FILE_GENERIC_READ },
	{ L"FW", FILE_GENERIC_WRITE },
	{ L"FX", FILE_GENERIC_EXECUTE },
	{ L"KA", KEY_ALL_ACCESS },
	{ L"KR", KEY_READ },
	{ L"KW", KEY_WRITE },
	{ L"KX", KEY_EXECUTE },
	{ L"CC", 1 },
	{ L"DC", 2 },
	{ L"LC", 4 },
	{ L"SW", 8 },
	{ L"RP", 0x10 },
	{ L"WP", 0x20 },
	{ L"DT", 0x40 },
	{ L"LO", 0x80 },
	{ L"CR", 0x100 },
	{ L"SD", DELETE },
	{ L"RC", READ_CONTROL },
	{ L"WD", WRITE_DAC },
	{ L"WO", WRITE_OWNER },
	{ L"GA", GENERIC_ALL },
	{ L"GR", GENERIC_READ },
	{ L"GW", GENERIC_WRITE },
	{ L"GX", GENERIC_EXECUTE },
};

/* ---- SIDs ---- */

static BOOL number(const WCHAR **p, ULONGLONG *v)
{
	const WCHAR *s = *p;
	ULONG base = 10;

	*v = 0;
	if (s[0] == '0' && (s[1] | 32) == 'x') {
		base = 16;
		s += 2;
	}
	for (*p = s;; s++) {
		WCHAR c = *s | 32;
		ULONG digit = *s >= '0' && *s <= '9' ? (ULONG)(*s - '0')
			      : c >= 'a' && c <= 'f' ? (ULONG)(c - 'a' + 10)
						     : 99;

		if (digit >= base)
			break;
		*v = *v * base + digit;
	}
	if (s == *p)
		return FALSE;
	*p = s;
	return TRUE;
}

BOOL sid_parse(const WCHAR **p, struct sid_room *room)
{
	const WCHAR *s = *p;
	SID_IDENTIFIER_AUTHORITY authority;
	ULONGLONG v;
	UCHAR n = 0;

	if ((s[0] | 32) != 's' || s[1] != '-') {
		for (ULONG i = 0; i < known_sids_count; i++)
			if (known_sids[i].sddl[0] && s[0] &&
			    (s[0] & ~32) == known_sids[i].sddl[0] &&
			    (s[1] & ~32) == known_sids[i].sddl[1]) {
				known_sid_make(&known_sids[i], room);
				*p = s + 2;
				return TRUE;
			}
		return FALSE;
	}
	s += 2;
	if (!number(&s, &v) || v != SID_REVISION || *s++ != '-' ||
	    !number(&s, &v))
		return FALSE;
	for (int i = 0; i < 6; i++)
		authority.Value[i] = (BYTE)(v >> (40 - 8 * i));
	RtlInitializeSid(room, &authority, 0);
	while (*s == '-') {
		s++;
		if (n == SID_MAX_SUB_AUTHORITIES || !number(&s, &v))
			return FALSE;
		room->sid.SubAuthorityCount = ++n;
		*RtlSubAuthoritySid(room, n - 1u) = (DWORD)v;
	}
	*p = s;
	return n > 0;
}

BOOL WINAPI ConvertStringSidToSidW(LPCWSTR text, PSID *sid)
{
	struct sid_room room;
	DWORD n;

	if (!text || !sid) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!sid_parse(&text, &room) || *text) {
		SetLastError(ERROR_INVALID_SID);
		return FALSE;
	}
	n = RtlLengthSid(&room);
	*sid = LocalAlloc(LMEM_FIXED, n);
	if (!*sid)
		return FALSE;
	memcpy(*sid, &room, n);
	return TRUE;
}

BOOL WINAPI ConvertStringSidToSidA(LPCSTR text, PSID *sid)
{
	UNICODE_STRING wide = { 0, 0, NULL };
	BOOL ok;

	if (text && !RtlCreateUnicodeStringFromAsciiz(&wide, text))
		return rf_fail(STATUS_NO_MEMORY);
	ok = ConvertStringSidToSidW(wide.Buffer, sid);
	RtlFreeUnicodeString(&wide);
	return ok;
}

BOOL WINAPI ConvertSidToStringSidW(PSID sid, LPWSTR *out)
{
	WCHAR buffer[256];
	UNICODE_STRING text = { 0, sizeof buffer, buffer };
	NTSTATUS s;

	if (!sid || !out) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	s = RtlConvertSidToUnicodeString(&text, sid, FALSE);
	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*out = LocalAlloc(LMEM_FIXED, text.Length + sizeof(WCHAR));
	if (!*out)
		return FALSE;
	memcpy(*out, buffer, text.Length);
	(*out)[text.Length / sizeof(WCHAR)] = 0;
	return TRUE;
}

BOOL WINAPI ConvertSidToStringSidA(PSID sid, LPSTR *out)
{
	WCHAR *wide;
	DWORD n;

	if (!out) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!ConvertSidToStringSidW(sid, &wide))
		return FALSE;
	n = (DWORD)lstrlenW(wide) + 1;
	*out = LocalAlloc(LMEM_FIXED, n);
	for (DWORD i = 0; *out && i < n; i++)
		(*out)[i] = (char)wide[i]; /* digits, '-' and 'S' */
	LocalFree(wide);
	return *out != NULL;
}

/* ---- text to descriptor ---- */

static BOOL words(const WCHAR **p, WCHAR end, const struct word *table, ULONG n,
		  DWORD *value)
{
	ULONGLONG v;

	*value = 0;
	if (**p >= '0' && **p <= '9') {
		if (!number(p, &v))
			return FALSE;
		*value = (DWORD)v;
	}
	while (**p && **p != end) {
		ULONG i;

		for (i = 0; i < n; i++) {
			ULONG len = table[i].text[1] ? 2 : 1;

			if ((*p)[0] == table[i].text[0] &&
			    (len == 1 ? (*p)[1] == end
				      : (*p)[1] == table[i].text[1])) {
				*value |= table[i].value;
				*p += len;
				break;
			}
		}
		if (i == n)
			return FALSE;
	}
	return *(*p)++ == end;
}

/* One "(type;flags;rights;;;sid)" added to the list. */
static BOOL ace(const WCHAR **p, ACL *acl)
{
	struct {
		ACE_HEADER header;
		ACCESS_MASK mask;
		struct sid_room sid;
	} a;
	DWORD type, flags, mask;
	BOOL label;

	if (*(*p)++ != '(' ||
	    !words(p, ';', ace_types, ARRAYSIZE(ace_types), &type) ||
	    !words(p, ';', ace_flags, ARRAYSIZE(ace_flags), &flags))
		return FALSE;
	label = type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
	if (!words(p, ';', label ? label_rights : rights,
		   label ? ARRAYSIZE(label_rights) : ARRAYSIZE(rights), &mask))
		return FALSE;
	/* Objects' types are for directories (Active Directory) only. */
	if (*(*p)++ != ';' || *(*p)++ != ';' || !sid_parse(p, &a.sid) ||
	    *(*p)++ != ')')
		return FALSE;
	a.header.AceType = (BYTE)type;
	a.header.AceFlags = (BYTE)flags;
	a.header.AceSize = (WORD)(8 + RtlLengthSid(&a.sid));
	a.mask = mask;
	return NT_SUCCESS(
		RtlAddAce(acl, ACL_REVISION, MAXDWORD, &a, a.header.AceSize));
}

static BOOL list(const WCHAR **p, ACL **acl,
		 SECURITY_DESCRIPTOR_CONTROL *control,
		 SECURITY_DESCRIPTOR_CONTROL protected,
		 SECURITY_DESCRIPTOR_CONTROL required,
		 SECURITY_DESCRIPTOR_CONTROL inherited, BOOL *null)
{
	ULONG size = sizeof(ACL);

	*null = FALSE;
	for (;;) {
		if ((*p)[0] == 'P') {
			*control |= protected;
			*p += 1;
		} else if ((*p)[0] == 'A' && (*p)[1] == 'R') {
			*control |= required;
			*p += 2;
		} else if ((*p)[0] == 'A' && (*p)[1] == 'I') {
			*control |= inherited;
			*p += 2;
		} else if (!memcmp(*p, L"NO_ACCESS_CONTROL",
				   17 * sizeof(WCHAR))) {
			*null = TRUE;
			*p += 17;
		} else {
			break;
		}
	}
	for (const WCHAR *s = *p; *s; s++)
		if (*s == '(')
			size += sizeof(ACCESS_ALLOWED_ACE) +
				sizeof(struct sid_room);
	*acl = RtlAllocateHeap(rf_heap(), 0, size);
	if (!*acl)
		return FALSE;
	RtlCreateAcl(*acl, size, ACL_REVISION);
	while (**p == '(')
		if (!ace(p, *acl))
			return FALSE;
	return TRUE;
}

BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(
	LPCWSTR text, DWORD revision, PSECURITY_DESCRIPTOR *out,
	PULONG out_size)
{
	struct sid_room owner, group;
	SECURITY_DESCRIPTOR sd;
	SECURITY_DESCRIPTOR_CONTROL control = 0;
	ACL *dacl = NULL, *sacl = NULL;
	DWORD error = ERROR_INVALID_PARAMETER;
	ULONG size = 0;
	BOOL null;

	if (!text || !out || revision != SDDL_REVISION_1) {
		SetLastError(error);
		return FALSE;
	}
	RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	while (*text) {
		BOOL ok = FALSE;
		WCHAR what = text[0];

		while (*text == ' ')
			text++;
		what = text[0];
		if (!what)
			break;
		if (text[1] != ':')
			goto out;
		text += 2;
		if (what == 'O' && (ok = sid_parse(&text, &owner)))
			RtlSetOwnerSecurityDescriptor(&sd, &owner, FALSE);
		else if (what == 'G' && (ok = sid_parse(&text, &group)))
			RtlSetGroupSecurityDescriptor(&sd, &group, FALSE);
		else if (what == 'D' && !dacl &&
			 (ok = list(&text, &dacl, &control, SE_DACL_PROTECTED,
				    SE_DACL_AUTO_INHERIT_REQ,
				    SE_DACL_AUTO_INHERITED, &null)))
			RtlSetDaclSecurityDescriptor(&sd, TRUE,
						     null ? NULL : dacl, FALSE);
		else if (what == 'S' && !sacl &&
			 (ok = list(&text, &sacl, &control, SE_SACL_PROTECTED,
				    SE_SACL_AUTO_INHERIT_REQ,
				    SE_SACL_AUTO_INHERITED, &null)))
			RtlSetSaclSecurityDescriptor(&sd, TRUE, sacl, FALSE);
		if (!ok)
			goto out;
	}
	sd.Control |= control;
	RtlAbsoluteToSelfRelativeSD(&sd, NULL, &size);
	*out = LocalAlloc(LMEM_FIXED, size);
	if (!*out) {
		error = ERROR_NOT_ENOUGH_MEMORY;
		goto out;
	}
	error = RtlNtStatusToDosError(
		RtlAbsoluteToSelfRelativeSD(&sd, *out, &size));
	if (!error && out_size)
		*out_size = size;
out:
	RtlFreeHeap(rf_heap(), 0, dacl);
	RtlFreeHeap(rf_heap(), 0, sacl);
	if (error)
		SetLastError(error);
	return !error;
}

BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorA(
	LPCSTR text, DWORD revision, PSECURITY_DESCRIPTOR *out, PULONG out_size)
{
	UNICODE_STRING wide = { 0, 0, NULL };
	BOOL ok;

	if (text && !RtlCreateUnicodeStringFromAsciiz(&wide, text))
		return rf_fail(STATUS_NO_MEMORY);
	ok = ConvertStringSecurityDescriptorToSecurityDescriptorW(
		wide.Buffer, revision, out, out_size);
	RtlFreeUnicodeString(&wide);
	return ok;
}

/* ---- descriptor to text ---- */

struct text {
	WCHAR *to; /* NULL: only count */
	ULONG n;
};

static void put(struct text *t, const WCHAR *s)
{
	for (; *s; s++, t->n++)
		if (t->to)
			t->to[t->n] = *s;
}

static void put_sid(struct text *t, PSID sid)
{
	WCHAR buffer[256];
	UNICODE_STRING s = { 0, sizeof buffer - sizeof(WCHAR), buffer };

	for (ULONG i = 0; i < known_sids_count; i++) {
		struct sid_room room;
		const char *short_name = known_sids[i].sddl;

		known_sid_make(&known_sids[i], &room);
		if (short_name[0] && RtlEqualSid(&room, sid)) {
			put(t, (WCHAR[]){ (WCHAR)short_name[0],
					  (WCHAR)short_name[1], 0 });
			return;
		}
	}
	if (NT_SUCCESS(RtlConvertSidToUnicodeString(&s, sid, FALSE))) {
		buffer[s.Length / sizeof(WCHAR)] = 0;
		put(t, buffer);
	}
}

static void put_words(struct text *t, const struct word *table, ULONG n,
		      DWORD value)
{
	WCHAR hex[11] = L"0x";
	DWORD left = value;
	int at = 2;

	/* Whole masks of files and keys first. */
	for (ULONG i = 0; i < n; i++)
		if (table[i].value == value) {
			put(t, table[i].text);
			return;
		}
	for (ULONG i = 0; i < n; i++)
		if (!(table[i].value & (table[i].value - 1)))
			left &= ~table[i].value;
	/* All in words, or all in digits. */
	if (!left) {
		for (ULONG i = 0; i < n; i++)
			if (!(table[i].value & (table[i].value - 1)) &&
			    value & table[i].value)
				put(t, table[i].text);
		return;
	}
	for (int shift = 28; shift >= 0; shift -= 4) {
		DWORD digit = value >> shift & 15;

		if (digit || at > 2 || !shift)
			hex[at++] = L"0123456789abcdef"[digit];
	}
	hex[at] = 0;
	put(t, hex);
}

static void put_list(struct text *t, ACL *acl)
{
	ACCESS_ALLOWED_ACE *a;

	for (ULONG i = 0; acl && NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&a));
	     i++) {
		ULONG type;

		for (type = 0; type < ARRAYSIZE(ace_types); type++)
			if (ace_types[type].value == a->Header.AceType)
				break;
		if (type == ARRAYSIZE(ace_types))
			continue;
		put(t, L"(");
		put(t, ace_types[type].text);
		put(t, L";");
		put_words(t, ace_flags, ARRAYSIZE(ace_flags),
			  a->Header.AceFlags);
		put(t, L";");
		if (a->Header.AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE)
			put_words(t, label_rights, ARRAYSIZE(label_rights),
				  a->Mask);
		else
			put_words(t, rights, ARRAYSIZE(rights), a->Mask);
		put(t, L";;;");
		put_sid(t, &a->SidStart);
		put(t, L")");
	}
}

static void put_descriptor(struct text *t, PSECURITY_DESCRIPTOR sd,
			   SECURITY_INFORMATION what)
{
	SECURITY_DESCRIPTOR_CONTROL control = 0;
	BOOLEAN present = FALSE, defaulted;
	ULONG revision;
	PSID sid = NULL;
	ACL *acl = NULL;

	RtlGetControlSecurityDescriptor(sd, &control, &revision);
	RtlGetOwnerSecurityDescriptor(sd, &sid, &defaulted);
	if ((what & OWNER_SECURITY_INFORMATION) && sid) {
		put(t, L"O:");
		put_sid(t, sid);
	}
	sid = NULL;
	RtlGetGroupSecurityDescriptor(sd, &sid, &defaulted);
	if ((what & GROUP_SECURITY_INFORMATION) && sid) {
		put(t, L"G:");
		put_sid(t, sid);
	}
	RtlGetDaclSecurityDescriptor(sd, &present, &acl, &defaulted);
	if ((what & DACL_SECURITY_INFORMATION) && present) {
		put(t, L"D:");
		if (control & SE_DACL_PROTECTED)
			put(t, L"P");
		if (control & SE_DACL_AUTO_INHERIT_REQ)
			put(t, L"AR");
		if (control & SE_DACL_AUTO_INHERITED)
			put(t, L"AI");
		if (!acl)
			put(t, L"NO_ACCESS_CONTROL");
		put_list(t, acl);
	}
	present = FALSE;
	RtlGetSaclSecurityDescriptor(sd, &present, &acl, &defaulted);
	if ((what & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) &&
	    present) {
		put(t, L"S:");
		if (control & SE_SACL_PROTECTED)
			put(t, L"P");
		if (control & SE_SACL_AUTO_INHERITED)
			put(t, L"AI");
		put_list(t, acl);
	}
}

BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorW(
	PSECURITY_DESCRIPTOR sd, DWORD revision, SECURITY_INFORMATION what,
	LPWSTR *out, PULONG len)
{
	struct text t = { NULL, 0 };

	if (revision != SDDL_REVISION_1 || !out) {
		SetLastError(ERROR_UNKNOWN_REVISION);
		return FALSE;
	}
	if (!RtlValidSecurityDescriptor(sd))
		return rf_fail(STATUS_INVALID_SECURITY_DESCR);
	put_descriptor(&t, sd, what);
	t.to = LocalAlloc(LMEM_FIXED, (t.n + 1) * sizeof(WCHAR));
	if (!t.to)
		return FALSE;
	t.n = 0;
	put_descriptor(&t, sd, what);
	t.to[t.n] = 0;
	*out = t.to;
	if (len)
		*len = t.n + 1;
	return TRUE;
}

BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorA(
	PSECURITY_DESCRIPTOR sd, DWORD revision, SECURITY_INFORMATION what,
	LPSTR *out, PULONG len)
{
	WCHAR *wide;
	ULONG n;

	if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(
		    sd, revision, what, &wide, &n))
		return FALSE;
	*out = LocalAlloc(LMEM_FIXED, n);
	for (ULONG i = 0; *out && i < n; i++)
		(*out)[i] = (char)wide[i]; /* ASCII by construction */
	LocalFree(wide);
	if (*out && len)
		*len = n;
	return *out != NULL;
}
