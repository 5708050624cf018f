/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * access-entry.c - GetSecurityInfo and kin, and lists made of entries
 * (trustee, rights, how).
 */
#include "nt.h"
#include <accctrl.h>
#include <aclapi.h>

#include "sid.h"

/* ---- objects ---- */

/* The label is of the same list as what is to be audited. */
enum { IN_SACL = SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION };

static DWORD give(PSECURITY_DESCRIPTOR from, SECURITY_INFORMATION what,
		  PSID *owner, PSID *group, PACL *dacl, PACL *sacl,
		  PSECURITY_DESCRIPTOR *out)
{
	BOOLEAN present, defaulted;

	if (owner) {
		*owner = NULL;
		if (what & OWNER_SECURITY_INFORMATION)
			RtlGetOwnerSecurityDescriptor(from, owner, &defaulted);
	}
	if (group) {
		*group = NULL;
		if (what & GROUP_SECURITY_INFORMATION)
			RtlGetGroupSecurityDescriptor(from, group, &defaulted);
	}
	if (dacl) {
		*dacl = NULL;
		if (what & DACL_SECURITY_INFORMATION)
			RtlGetDaclSecurityDescriptor(from, &present, dacl,
						     &defaulted);
	}
	if (sacl) {
		*sacl = NULL;
		if (what & IN_SACL)
			RtlGetSaclSecurityDescriptor(from, &present, sacl,
						     &defaulted);
	}
	if (out)
		*out = from;
	else
		LocalFree(from);
	return ERROR_SUCCESS;
}

DWORD WINAPI GetSecurityInfo(HANDLE h, SE_OBJECT_TYPE type,
			     SECURITY_INFORMATION what, PSID *owner,
			     PSID *group, PACL *dacl, PACL *sacl,
			     PSECURITY_DESCRIPTOR *out)
{
	PSECURITY_DESCRIPTOR sd;
	ULONG n = 0;
	NTSTATUS s;

	/* What points into the descriptor needs the descriptor. */
	if (!out && (owner || group || dacl || sacl))
		return ERROR_INVALID_PARAMETER;
	s = NtQuerySecurityObject(h, what, NULL, 0, &n);
	if (s != STATUS_BUFFER_TOO_SMALL)
		return RtlNtStatusToDosError(s);
	sd = LocalAlloc(LMEM_FIXED, n);
	if (!sd)
		return ERROR_NOT_ENOUGH_MEMORY;
	s = NtQuerySecurityObject(h, what, sd, n, &n);
	if (!NT_SUCCESS(s)) {
		LocalFree(sd);
		return RtlNtStatusToDosError(s);
	}
	return give(sd, what, owner, group, dacl, sacl, out);
}

DWORD WINAPI SetSecurityInfo(HANDLE h, SE_OBJECT_TYPE type,
			     SECURITY_INFORMATION what, PSID owner, PSID group,
			     PACL dacl, PACL sacl)
{
	SECURITY_DESCRIPTOR sd;

	RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	if (what & OWNER_SECURITY_INFORMATION)
		RtlSetOwnerSecurityDescriptor(&sd, owner, FALSE);
	if (what & GROUP_SECURITY_INFORMATION)
		RtlSetGroupSecurityDescriptor(&sd, group, FALSE);
	if (what & DACL_SECURITY_INFORMATION)
		RtlSetDaclSecurityDescriptor(&sd, TRUE, dacl, FALSE);
	/* So what is made in it has entries that say where they are from. */
	if (what & DACL_SECURITY_INFORMATION &&
	    (type == SE_FILE_OBJECT || type == SE_REGISTRY_KEY))
		sd.Control |= SE_DACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED;
	if (what & IN_SACL)
		RtlSetSaclSecurityDescriptor(&sd, TRUE, sacl, FALSE);
	if (what & PROTECTED_DACL_SECURITY_INFORMATION)
		sd.Control |= SE_DACL_PROTECTED;
	return RtlNtStatusToDosError(NtSetSecurityObject(h, what, &sd));
}

/* A key as "MACHINE\\Software\\..." */
static DWORD open_key(LPCWSTR path, REGSAM access, HANDLE *h)
{
	static const struct {
		const WCHAR *name;
		HKEY key;
	} roots[] = {
		{ L"CLASSES_ROOT", HKEY_CLASSES_ROOT },
		{ L"CURRENT_USER", HKEY_CURRENT_USER },
		{ L"MACHINE", HKEY_LOCAL_MACHINE },
		{ L"USERS", HKEY_USERS },
	};

	for (ULONG i = 0; i < ARRAYSIZE(roots); i++) {
		int n = lstrlenW(roots[i].name);

		if (RtlCompareUnicodeStrings(path, (SIZE_T)n, roots[i].name,
					     (SIZE_T)n, TRUE) ||
		    (path[n] && path[n] != '\\'))
			continue;
		return (DWORD)RegOpenKeyExW(roots[i].key,
					    path[n] ? path + n + 1 : NULL, 0,
					    access, (HKEY *)h);
	}
	return ERROR_INVALID_PARAMETER;
}

static DWORD open_named(LPCWSTR name, SE_OBJECT_TYPE type, ACCESS_MASK access,
			HANDLE *h)
{
	if (!name)
		return ERROR_INVALID_PARAMETER;
	if (type == SE_REGISTRY_KEY)
		return open_key(name, access, h);
	if (type != SE_FILE_OBJECT)
		return ERROR_NOT_SUPPORTED;
	return RtlNtStatusToDosError(open_for_security(name, access, h));
}

DWORD WINAPI GetNamedSecurityInfoW(LPCWSTR name, SE_OBJECT_TYPE type,
				   SECURITY_INFORMATION what, PSID *owner,
				   PSID *group, PACL *dacl, PACL *sacl,
				   PSECURITY_DESCRIPTOR *out)
{
	HANDLE h;
	DWORD ret = open_named(name, type, READ_CONTROL, &h);

	if (ret)
		return ret;
	ret = GetSecurityInfo(h, type, what, owner, group, dacl, sacl, out);
	NtClose(h);
	return ret;
}

DWORD WINAPI SetNamedSecurityInfoW(LPWSTR name, SE_OBJECT_TYPE type,
				   SECURITY_INFORMATION what, PSID owner,
				   PSID group, PACL dacl, PACL sacl)
{
	ACCESS_MASK access = 0;
	HANDLE h;
	DWORD ret;

	if (what & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
		    LABEL_SECURITY_INFORMATION))
		access |= WRITE_OWNER;
	if (what & DACL_SECURITY_INFORMATION)
		access |= WRITE_DAC;
	ret = open_named(name, type, access, &h);
	if (ret)
		return ret;
	ret = SetSecurityInfo(h, type, what, owner, group, dacl, sacl);
	NtClose(h);
	return ret;
}

/* ---- lists of entries ---- */

DWORD trustee_sid(const TRUSTEE_W *t, BOOL narrow, struct sid_room *room)
{
	WCHAR domain[257];
	DWORD n = sizeof *room, d = ARRAYSIZE(domain);
	UNICODE_STRING name = { 0, 0, NULL };
	SID_NAME_USE use;
	DWORD ret = ERROR_SUCCESS;

	if (t->TrusteeForm == TRUSTEE_IS_SID) {
		if (!RtlValidSid(t->ptstrName))
			return ERROR_INVALID_PARAMETER;
		memcpy(room, t->ptstrName, RtlLengthSid(t->ptstrName));
		return ret;
	}
	if (t->TrusteeForm != TRUSTEE_IS_NAME)
		return ERROR_NOT_SUPPORTED;
	if (!t->ptstrName)
		return ERROR_INVALID_PARAMETER;
	if (narrow ? !RtlCreateUnicodeStringFromAsciiz(&name,
						       (PCSTR)t->ptstrName)
		   : !RtlCreateUnicodeString(&name, t->ptstrName))
		return ERROR_NOT_ENOUGH_MEMORY;
	if (!lstrcmpiW(name.Buffer, L"CURRENT_USER"))
		ret = sid_of_user(room) ? ERROR_SUCCESS : ERROR_NONE_MAPPED;
	else if (!LookupAccountNameW(NULL, name.Buffer, room, &n, domain, &d,
				     &use))
		ret = GetLastError();
	RtlFreeUnicodeString(&name);
	return ret;
}

static DWORD add(ACL *acl, ULONG at, BYTE type, DWORD inherit, DWORD mask,
		 PSID sid)
{
	struct {
		ACE_HEADER header;
		ACCESS_MASK mask;
		struct sid_room sid;
	} a = { { type, (BYTE)inherit, (WORD)(8 + RtlLengthSid(sid)) },
		mask,
		{ { 0 }, { 0 } } };

	memcpy(&a.sid, sid, RtlLengthSid(sid));
	return RtlNtStatusToDosError(
		RtlAddAce(acl, ACL_REVISION, at, &a, a.header.AceSize));
}

/* What of old's entries for sid stays when mode comes for it. */
static void remove_entries(ACL *acl, PSID sid, ACCESS_MODE mode, DWORD mask)
{
	ACCESS_ALLOWED_ACE *a;
	ULONG i = 0;

	while (NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&a))) {
		BOOL allows = a->Header.AceType == ACCESS_ALLOWED_ACE_TYPE;
		BOOL denies = a->Header.AceType == ACCESS_DENIED_ACE_TYPE;

		i++;
		if ((!allows && !denies) ||
		    (a->Header.AceFlags & INHERITED_ACE) ||
		    !RtlEqualSid(&a->SidStart, sid))
			continue;
		if (mode == GRANT_ACCESS && denies)
			a->Mask &= ~mask;
		else if (mode == DENY_ACCESS && allows)
			a->Mask &= ~mask;
		else if (mode == SET_ACCESS || mode == REVOKE_ACCESS)
			a->Mask = 0;
		else
			continue;
		if (!a->Mask)
			RtlDeleteAce(acl, --i);
	}
}

#define LONGEST_ACL 0xfffc

static DWORD set_entries(ULONG n, const EXPLICIT_ACCESS_W *list, BOOL narrow,
			 PACL old, PACL *out)
{
	SIZE_T size = (old ? old->AclSize : sizeof(ACL)) +
		      (SIZE_T)n * (8 + sizeof(struct sid_room));
	DWORD ret = ERROR_SUCCESS;
	ACL_SIZE_INFORMATION info;
	ACL *acl;
	PVOID ace;

	*out = NULL;
	if (old && !RtlValidAcl(old))
		return ERROR_INVALID_ACL;
	/* More a list cannot be; most SIDs are shorter, some entries merge. */
	if (n > LONGEST_ACL || size > LONGEST_ACL)
		size = LONGEST_ACL;
	acl = LocalAlloc(LMEM_ZEROINIT, size);
	if (!acl)
		return ERROR_NOT_ENOUGH_MEMORY;
	RtlCreateAcl(acl, (ULONG)size, old ? old->AclRevision : ACL_REVISION);
	for (ULONG i = 0; old && NT_SUCCESS(RtlGetAce(old, i, &ace)); i++)
		RtlAddAce(acl, ACL_REVISION, MAXDWORD, ace,
			  ((ACE_HEADER *)ace)->AceSize);
	for (ULONG i = 0; i < n && !ret; i++) {
		const EXPLICIT_ACCESS_W *e = &list[i];
		struct sid_room room;

		ret = trustee_sid(&e->Trustee, narrow, &room);
		if (ret)
			break;
		remove_entries(acl, &room, e->grfAccessMode,
			       e->grfAccessPermissions);
		/* Denials first, then what is granted before the inherited. */
		if (e->grfAccessMode == DENY_ACCESS)
			ret = add(acl, 0, ACCESS_DENIED_ACE_TYPE,
				  e->grfInheritance, e->grfAccessPermissions,
				  &room);
		else if (e->grfAccessMode == GRANT_ACCESS ||
			 e->grfAccessMode == SET_ACCESS) {
			ULONG at = 0;

			while (NT_SUCCESS(RtlGetAce(acl, at, &ace)) &&
			       ((ACE_HEADER *)ace)->AceType ==
				       ACCESS_DENIED_ACE_TYPE &&
			       !(((ACE_HEADER *)ace)->AceFlags & INHERITED_ACE))
				at++;
			ret = add(acl, at, ACCESS_ALLOWED_ACE_TYPE,
				  e->grfInheritance, e->grfAccessPermissions,
				  &room);
		} else if (e->grfAccessMode != REVOKE_ACCESS) {
			ret = ERROR_INVALID_PARAMETER;
		}
	}
	if (ret) {
		LocalFree(acl);
		return ret;
	}
	RtlQueryInformationAcl(acl, &info, sizeof info, AclSizeInformation);
	acl->AclSize = (WORD)info.AclBytesInUse;
	*out = acl;
	return ERROR_SUCCESS;
}

DWORD WINAPI SetEntriesInAclW(ULONG n, PEXPLICIT_ACCESS_W list, PACL old,
			      PACL *out)
{
	return set_entries(n, list, FALSE, old, out);
}

DWORD WINAPI SetEntriesInAclA(ULONG n, PEXPLICIT_ACCESS_A list, PACL old,
			      PACL *out)
{
	/* The same layout, but for whose names they point to. */
	return set_entries(n, (PEXPLICIT_ACCESS_W)list, TRUE, old, out);
}
