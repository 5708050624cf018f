/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acl.c - access control lists.
 *
 * An ACL is a header and AceCount entries behind one another; AclSize counts
 * the room there is, so the first free byte has to be found by walking.
 */
#include "ntdll-private.h"

static ACE_HEADER *next(ACE_HEADER *ace)
{
	return (ACE_HEADER *)((char *)ace + ace->AceSize);
}

static char *end_of(PACL acl)
{
	return (char *)acl + acl->AclSize;
}

/* FALSE: the entries do not fit in the list.  *free NULL: it is full. */
BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *free)
{
	ACE_HEADER *ace = (ACE_HEADER *)(acl + 1);

	*free = NULL;
	for (ULONG i = 0; i < acl->AceCount; i++) {
		if ((char *)(ace + 1) > end_of(acl) ||
		    ace->AceSize < sizeof *ace)
			return FALSE;
		ace = next(ace);
	}
	if ((char *)ace > end_of(acl))
		return FALSE;
	if ((char *)ace < end_of(acl))
		*free = ace;
	return TRUE;
}

static BOOL known_revision(ULONG revision)
{
	return revision >= ACL_REVISION1 && revision <= ACL_REVISION4;
}

BOOLEAN NTAPI RtlValidAcl(PACL acl)
{
	ACE_HEADER *ace = (ACE_HEADER *)(acl + 1);

	if (!known_revision(acl->AclRevision) || acl->AclSize < sizeof *acl)
		return FALSE;
	for (ULONG i = 0; i < acl->AceCount; i++) {
		if ((char *)(ace + 1) > end_of(acl) ||
		    ace->AceSize < sizeof *ace || ace->AceSize % 4 ||
		    ace->AceSize > end_of(acl) - (char *)ace)
			return FALSE;
		ace = next(ace);
	}
	return TRUE;
}

NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG size, ULONG revision)
{
	if (size < sizeof *acl)
		return STATUS_BUFFER_TOO_SMALL;
	if (revision < ACL_REVISION || revision > ACL_REVISION4 ||
	    size > 0xffff)
		return STATUS_INVALID_PARAMETER;
	memset(acl, 0, sizeof *acl);
	acl->AclRevision = (BYTE)revision;
	acl->AclSize = (WORD)(size & ~3u);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID info, ULONG size,
				      ACL_INFORMATION_CLASS class)
{
	ACL_SIZE_INFORMATION *sizes = info;
	PVOID free;

	if (class == AclRevisionInformation) {
		if (size < sizeof(ACL_REVISION_INFORMATION))
			return STATUS_BUFFER_TOO_SMALL;
		((ACL_REVISION_INFORMATION *)info)->AclRevision =
			acl->AclRevision;
		return STATUS_SUCCESS;
	}
	if (class != AclSizeInformation)
		return STATUS_INVALID_INFO_CLASS;
	if (size < sizeof *sizes)
		return STATUS_BUFFER_TOO_SMALL;
	if (!RtlFirstFreeAce(acl, &free))
		return STATUS_INVALID_PARAMETER;
	sizes->AceCount = acl->AceCount;
	sizes->AclBytesFree = free ? (DWORD)(end_of(acl) - (char *)free) : 0;
	sizes->AclBytesInUse = acl->AclSize - sizes->AclBytesFree;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetInformationAcl(PACL acl, PVOID info, ULONG size,
				    ACL_INFORMATION_CLASS class)
{
	ULONG revision;

	if (class != AclRevisionInformation)
		return STATUS_INVALID_INFO_CLASS;
	if (size < sizeof(ACL_REVISION_INFORMATION))
		return STATUS_BUFFER_TOO_SMALL;
	revision = ((ACL_REVISION_INFORMATION *)info)->AclRevision;
	if (!known_revision(revision) || revision < acl->AclRevision)
		return STATUS_INVALID_PARAMETER;
	acl->AclRevision = (BYTE)revision;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG at, PVOID *out)
{
	ACE_HEADER *ace = (ACE_HEADER *)(acl + 1);

	if (!known_revision(acl->AclRevision) || at >= acl->AceCount)
		return STATUS_INVALID_PARAMETER;
	while (at--) {
		if ((char *)ace >= end_of(acl))
			return STATUS_INVALID_PARAMETER;
		ace = next(ace);
	}
	if ((char *)ace >= end_of(acl))
		return STATUS_INVALID_PARAMETER;
	*out = ace;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAce(PACL acl, ULONG revision, ULONG at, PVOID aces,
			 ULONG size)
{
	ACE_HEADER *ace = aces, *to;
	ULONG count = 0;
	PVOID free;
	char *tail;

	if (!RtlValidAcl(acl) || !RtlFirstFreeAce(acl, &free) ||
	    (revision > acl->AclRevision && !known_revision(revision)))
		return STATUS_INVALID_PARAMETER;
	for (; (char *)ace < (char *)aces + size; count++) {
		if ((char *)(ace + 1) > (char *)aces + size ||
		    ace->AceSize < sizeof *ace)
			return STATUS_INVALID_PARAMETER;
		ace = next(ace);
	}
	if ((char *)ace != (char *)aces + size)
		return STATUS_INVALID_PARAMETER;
	if (!free || size > (ULONG)(end_of(acl) - (char *)free))
		return STATUS_BUFFER_TOO_SMALL;
	to = (ACE_HEADER *)(acl + 1);
	for (ULONG i = 0; i < at && i < acl->AceCount; i++)
		to = next(to);
	tail = (char *)to + size;
	memmove(tail, to, (char *)free - (char *)to);
	memcpy(to, aces, size);
	acl->AceCount = (WORD)(acl->AceCount + count);
	if (acl->AclRevision < revision)
		acl->AclRevision = (BYTE)revision;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG at)
{
	ACE_HEADER *ace;
	PVOID found, free;
	ULONG size;
	char *end;

	if (!NT_SUCCESS(RtlGetAce(acl, at, &found)) ||
	    !RtlFirstFreeAce(acl, &free))
		return STATUS_INVALID_PARAMETER;
	ace = found;
	size = ace->AceSize;
	end = free ? free : end_of(acl);
	memmove(ace, (char *)ace + size, end - ((char *)ace + size));
	memset(end - size, 0, size);
	acl->AceCount--;
	return STATUS_SUCCESS;
}

/* Header, mask, SID: the form of nearly all entries. */
static NTSTATUS add(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
		    PSID sid, UCHAR type)
{
	ACCESS_ALLOWED_ACE *ace;
	ULONG size;
	PVOID free;

	if (!RtlValidSid(sid))
		return STATUS_INVALID_SID;
	if (!known_revision(revision) || !known_revision(acl->AclRevision))
		return STATUS_REVISION_MISMATCH;
	if (flags & ~(ULONG)(VALID_INHERIT_FLAGS | SUCCESSFUL_ACCESS_ACE_FLAG |
			     FAILED_ACCESS_ACE_FLAG))
		return STATUS_INVALID_PARAMETER;
	if (!RtlFirstFreeAce(acl, &free))
		return STATUS_INVALID_ACL;
	size = offsetof(ACCESS_ALLOWED_ACE, SidStart) + RtlLengthSid(sid);
	if (!free || size > (ULONG)(end_of(acl) - (char *)free))
		return STATUS_ALLOTTED_SPACE_EXCEEDED;
	ace = free;
	ace->Header.AceType = type;
	ace->Header.AceFlags = (BYTE)flags;
	ace->Header.AceSize = (WORD)size;
	ace->Mask = mask;
	memcpy(&ace->SidStart, sid, RtlLengthSid(sid));
	acl->AceCount++;
	if (acl->AclRevision < revision)
		acl->AclRevision = (BYTE)revision;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL acl, ULONG revision, ULONG flags,
					ACCESS_MASK mask, PSID sid)
{
	return add(acl, revision, flags, mask, sid, ACCESS_ALLOWED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision,
				      ACCESS_MASK mask, PSID sid)
{
	return add(acl, revision, 0, mask, sid, ACCESS_ALLOWED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision, ULONG flags,
				       ACCESS_MASK mask, PSID sid)
{
	return add(acl, revision, flags, mask, sid, ACCESS_DENIED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL acl, ULONG revision, ACCESS_MASK mask,
				     PSID sid)
{
	return add(acl, revision, 0, mask, sid, ACCESS_DENIED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL acl, ULONG revision, ULONG flags,
				      ACCESS_MASK mask, PSID sid,
				      BOOLEAN success, BOOLEAN failure)
{
	if (success)
		flags |= SUCCESSFUL_ACCESS_ACE_FLAG;
	if (failure)
		flags |= FAILED_ACCESS_ACE_FLAG;
	return add(acl, revision, flags, mask, sid, SYSTEM_AUDIT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAuditAccessAce(PACL acl, ULONG revision, ACCESS_MASK mask,
				    PSID sid, BOOLEAN success, BOOLEAN failure)
{
	return RtlAddAuditAccessAceEx(acl, revision, 0, mask, sid, success,
				      failure);
}

NTSTATUS NTAPI RtlAddMandatoryAce(PACL acl, ULONG revision, ULONG flags,
				  ULONG policy, UCHAR type, PSID sid)
{
	if (type != SYSTEM_MANDATORY_LABEL_ACE_TYPE)
		return STATUS_INVALID_PARAMETER;
	return add(acl, revision, flags, policy, sid, type);
}

/*
 * What a named pipe gets unless told otherwise: all for the system, the
 * administrators and the owner, reading for everyone and the anonymous.
 */
NTSTATUS NTAPI RtlDefaultNpAcl(PACL *out)
{
	static const struct {
		UCHAR authority, count;
		ULONG sub[2];
		ACCESS_MASK mask;
	} rows[] = {
		{ 5, 1, { SECURITY_LOCAL_SYSTEM_RID, 0 }, GENERIC_ALL },
		{ 5,
		  2,
		  { SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS },
		  GENERIC_ALL },
		{ 1, 1, { SECURITY_WORLD_RID, 0 }, GENERIC_READ },
		{ 5, 1, { SECURITY_ANONYMOUS_LOGON_RID, 0 }, GENERIC_READ },
	};
	union {
		SID sid;
		UCHAR room[SECURITY_MAX_SID_SIZE];
	} u;
	enum { SIZE = 512 };
	NTSTATUS status;
	PACL acl = RtlAllocateHeap(rf_heap(), 0, SIZE);

	if (!acl)
		return STATUS_NO_MEMORY;
	status = RtlCreateAcl(acl, SIZE, ACL_REVISION);
	for (ULONG i = 0; NT_SUCCESS(status) && i < ARRAY_SIZE(rows); i++) {
		SID_IDENTIFIER_AUTHORITY a = { { 0, 0, 0, 0, 0,
						 rows[i].authority } };

		RtlInitializeSid(&u.sid, &a, rows[i].count);
		memcpy(u.sid.SubAuthority, rows[i].sub,
		       rows[i].count * sizeof(ULONG));
		status = RtlAddAccessAllowedAce(acl, ACL_REVISION, rows[i].mask,
						&u.sid);
	}
	if (NT_SUCCESS(status))
		status = RtlGetCurrentUserSid(&u.sid, sizeof u);
	if (NT_SUCCESS(status))
		status = RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL,
						&u.sid);
	if (!NT_SUCCESS(status)) {
		RtlFreeHeap(rf_heap(), 0, acl);
		return status;
	}
	*out = acl;
	return STATUS_SUCCESS;
}
