/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trustee.c - whom an access entry is about, and what a list gives them.
 */
#include "nt.h"
#include <accctrl.h>
#include <aclapi.h>

#include "sid.h"

/* ---- trustees, of either kind of characters ------------------------------- */

#define TRUSTEES(C, STR)                                                       \
	VOID WINAPI BuildTrusteeWithName##C(PTRUSTEE_##C t, STR name)          \
	{                                                                      \
		*t = (TRUSTEE_##C){ NULL, NO_MULTIPLE_TRUSTEE,                 \
				    TRUSTEE_IS_NAME, TRUSTEE_IS_UNKNOWN,       \
				    name };                                    \
	}                                                                      \
                                                                               \
	VOID WINAPI BuildTrusteeWithSid##C(PTRUSTEE_##C t, PSID sid)           \
	{                                                                      \
		*t = (TRUSTEE_##C){ NULL, NO_MULTIPLE_TRUSTEE, TRUSTEE_IS_SID, \
				    TRUSTEE_IS_UNKNOWN, (STR)sid };            \
	}                                                                      \
                                                                               \
	VOID WINAPI BuildImpersonateTrustee##C(PTRUSTEE_##C t, PTRUSTEE_##C by)\
	{                                                                      \
		t->pMultipleTrustee = by;                                      \
		t->MultipleTrusteeOperation = TRUSTEE_IS_IMPERSONATE;          \
	}                                                                      \
                                                                               \
	VOID WINAPI BuildExplicitAccessWithName##C(                            \
		PEXPLICIT_ACCESS_##C e, STR name, DWORD mask,                  \
		ACCESS_MODE mode, DWORD inherit)                               \
	{                                                                      \
		e->grfAccessPermissions = mask;                                \
		e->grfAccessMode = mode;                                       \
		e->grfInheritance = inherit;                                   \
		BuildTrusteeWithName##C(&e->Trustee, name);                    \
	}                                                                      \
                                                                               \
	STR WINAPI GetTrusteeName##C(PTRUSTEE_##C t)                           \
	{                                                                      \
		return t->TrusteeForm == TRUSTEE_IS_NAME ? t->ptstrName        \
							 : NULL;               \
	}                                                                      \
                                                                               \
	TRUSTEE_FORM WINAPI GetTrusteeForm##C(PTRUSTEE_##C t)                  \
	{                                                                      \
		return t->TrusteeForm;                                         \
	}                                                                      \
                                                                               \
	TRUSTEE_TYPE WINAPI GetTrusteeType##C(PTRUSTEE_##C t)                  \
	{                                                                      \
		return t->TrusteeType;                                         \
	}                                                                      \
                                                                               \
	PTRUSTEE_##C WINAPI GetMultipleTrustee##C(PTRUSTEE_##C t)              \
	{                                                                      \
		return t ? t->pMultipleTrustee : NULL;                         \
	}                                                                      \
                                                                               \
	MULTIPLE_TRUSTEE_OPERATION WINAPI GetMultipleTrusteeOperation##C(      \
		PTRUSTEE_##C t)                                                \
	{                                                                      \
		return t ? t->MultipleTrusteeOperation : NO_MULTIPLE_TRUSTEE;  \
	}

TRUSTEES(W, LPWSTR)
TRUSTEES(A, LPSTR)

/* ---- named objects ------------------------------------------------------- */

static DWORD widen(PCSTR s, WCHAR w[0x8000])
{
	if (!s)
		return ERROR_INVALID_PARAMETER;
	return MultiByteToWideChar(CP_ACP, 0, s, -1, w, 0x8000)
		       ? ERROR_SUCCESS
		       : GetLastError();
}

DWORD WINAPI GetNamedSecurityInfoA(LPCSTR name, SE_OBJECT_TYPE type,
				   SECURITY_INFORMATION what, PSID *owner,
				   PSID *group, PACL *dacl, PACL *sacl,
				   PSECURITY_DESCRIPTOR *out)
{
	WCHAR *w = LocalAlloc(LMEM_FIXED, 0x8000 * sizeof *w);
	DWORD ret = w ? widen(name, w) : ERROR_NOT_ENOUGH_MEMORY;

	if (!ret)
		ret = GetNamedSecurityInfoW(w, type, what, owner, group, dacl,
					    sacl, out);
	LocalFree(w);
	return ret;
}

DWORD WINAPI SetNamedSecurityInfoA(LPSTR name, SE_OBJECT_TYPE type,
				   SECURITY_INFORMATION what, PSID owner,
				   PSID group, PACL dacl, PACL sacl)
{
	WCHAR *w = LocalAlloc(LMEM_FIXED, 0x8000 * sizeof *w);
	DWORD ret = w ? widen(name, w) : ERROR_NOT_ENOUGH_MEMORY;

	if (!ret)
		ret = SetNamedSecurityInfoW(w, type, what, owner, group, dacl,
					    sacl);
	LocalFree(w);
	return ret;
}

/* ---- lists --------------------------------------------------------------- */

/* Entries of the four plain kinds; others have no form here. */
static BOOL plain(const ACE_HEADER *ace, ACCESS_MODE *mode)
{
	switch (ace->AceType) {
	case ACCESS_ALLOWED_ACE_TYPE:
		*mode = GRANT_ACCESS;
		return TRUE;
	case ACCESS_DENIED_ACE_TYPE:
		*mode = DENY_ACCESS;
		return TRUE;
	case SYSTEM_AUDIT_ACE_TYPE:
		*mode = ace->AceFlags & FAILED_ACCESS_ACE_FLAG
				? SET_AUDIT_FAILURE
				: SET_AUDIT_SUCCESS;
		return TRUE;
	}
	return FALSE;
}

/* A list may be anybody's bytes: SIDs must lie within their entries. */
static BOOL sound(PACL acl)
{
	const ULONG head = FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart);
	ACCESS_ALLOWED_ACE *a;
	ACCESS_MODE mode;

	if (!RtlValidAcl(acl))
		return FALSE;
	for (ULONG i = 0; NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&a)); i++)
		if (plain(&a->Header, &mode) &&
		    (a->Header.AceSize < head + RtlLengthRequiredSid(0) ||
		     !RtlValidSid(&a->SidStart) ||
		     a->Header.AceSize - head < RtlLengthSid(&a->SidStart)))
			return FALSE;
	return TRUE;
}

/* One block: the entries, and the SIDs that they point to behind them. */
DWORD WINAPI GetExplicitEntriesFromAclW(PACL acl, PULONG count,
					PEXPLICIT_ACCESS_W *out)
{
	ULONG n = 0, k = 0;
	ACCESS_ALLOWED_ACE *a;
	EXPLICIT_ACCESS_W *e;
	ACCESS_MODE mode;
	SIZE_T size = 0;
	BYTE *at;

	if (!count || !out)
		return ERROR_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	if (!acl)
		return ERROR_SUCCESS;
	if (!sound(acl))
		return ERROR_INVALID_ACL;
	for (ULONG i = 0; NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&a)); i++)
		if (plain(&a->Header, &mode)) {
			n++;
			size += sizeof *e + RtlLengthSid(&a->SidStart);
		}
	if (!n)
		return ERROR_SUCCESS;
	e = LocalAlloc(LMEM_FIXED, size);
	if (!e)
		return ERROR_NOT_ENOUGH_MEMORY;
	at = (BYTE *)(e + n);
	for (ULONG i = 0; NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&a)); i++) {
		if (!plain(&a->Header, &mode))
			continue;
		e[k].grfAccessPermissions = a->Mask;
		e[k].grfAccessMode = mode;
		e[k].grfInheritance = a->Header.AceFlags & VALID_INHERIT_FLAGS;
		memcpy(at, &a->SidStart, RtlLengthSid(&a->SidStart));
		BuildTrusteeWithSidW(&e[k++].Trustee, at);
		at += RtlLengthSid(at);
	}
	*count = n;
	*out = e;
	return ERROR_SUCCESS;
}

DWORD WINAPI GetExplicitEntriesFromAclA(PACL acl, PULONG count,
					PEXPLICIT_ACCESS_A *out)
{
	/* SIDs, no names: the same in both. */
	return GetExplicitEntriesFromAclW(acl, count,
					  (PEXPLICIT_ACCESS_W *)out);
}

/* What the list gives a SID itself; of groups only Everyone is known. */
static ACCESS_MASK rights_of(PACL acl, PSID sid)
{
	static SID everyone = { SID_REVISION, 1, { { 0, 0, 0, 0, 0, 1 } }, { 0 } };
	ACCESS_MASK allowed = 0, denied = 0;
	ACCESS_ALLOWED_ACE *a;
	ACCESS_MODE mode;

	for (ULONG i = 0; NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&a)); i++) {
		if (!plain(&a->Header, &mode) ||
		    a->Header.AceFlags & INHERIT_ONLY_ACE ||
		    (!RtlEqualSid(&a->SidStart, sid) &&
		     !RtlEqualSid(&a->SidStart, &everyone)))
			continue;
		if (mode == GRANT_ACCESS)
			allowed |= a->Mask & ~denied;
		else if (mode == DENY_ACCESS)
			denied |= a->Mask & ~allowed;
	}
	return allowed;
}

static DWORD effective(PACL acl, const TRUSTEE_W *t, BOOL narrow,
		       PACCESS_MASK rights)
{
	struct sid_room room;
	DWORD ret;

	if (!acl || !t || !rights)
		return ERROR_INVALID_PARAMETER;
	if (!sound(acl))
		return ERROR_INVALID_ACL;
	ret = trustee_sid(t, narrow, &room);
	if (!ret)
		*rights = rights_of(acl, &room);
	return ret;
}

DWORD WINAPI GetEffectiveRightsFromAclW(PACL acl, PTRUSTEE_W t,
					PACCESS_MASK rights)
{
	return effective(acl, t, FALSE, rights);
}

DWORD WINAPI GetEffectiveRightsFromAclA(PACL acl, PTRUSTEE_A t,
					PACCESS_MASK rights)
{
	return effective(acl, (TRUSTEE_W *)t, TRUE, rights);
}
