/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secdesc.c - security descriptors, absolute (pointers) and self-relative
 * (offsets); one set of accessors knows the difference.
 */
#include "ntdll-private.h"

#define ABS(p) ((SECURITY_DESCRIPTOR *)(p))
#define REL(p) ((SECURITY_DESCRIPTOR_RELATIVE *)(p))

enum part { OWNER, GROUP, SACL, DACL, PARTS };

static BOOL is_relative(PSECURITY_DESCRIPTOR sd)
{
	return !!(ABS(sd)->Control & SE_SELF_RELATIVE);
}

static PVOID at_offset(PSECURITY_DESCRIPTOR sd, ULONG offset)
{
	return offset ? (char *)sd + offset : NULL;
}

/* NULL: absent. */
static PVOID part_of(PSECURITY_DESCRIPTOR sd, enum part part)
{
	BOOL rel = is_relative(sd);

	if (part == SACL && !(ABS(sd)->Control & SE_SACL_PRESENT))
		return NULL;
	if (part == DACL && !(ABS(sd)->Control & SE_DACL_PRESENT))
		return NULL;
	switch (part) {
	case OWNER:
		return rel ? at_offset(sd, REL(sd)->Owner) : ABS(sd)->Owner;
	case GROUP:
		return rel ? at_offset(sd, REL(sd)->Group) : ABS(sd)->Group;
	case SACL:
		return rel ? at_offset(sd, REL(sd)->Sacl) : ABS(sd)->Sacl;
	default:
		return rel ? at_offset(sd, REL(sd)->Dacl) : ABS(sd)->Dacl;
	}
}

static ULONG part_size(PVOID p, enum part part)
{
	if (!p)
		return 0;
	if (part == OWNER || part == GROUP)
		return (RtlLengthSid(p) + 3) & ~3u;
	return (((PACL)p)->AclSize + 3) & ~3u;
}

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					   ULONG revision)
{
	if (revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	memset(sd, 0, sizeof(SECURITY_DESCRIPTOR));
	ABS(sd)->Revision = SECURITY_DESCRIPTOR_REVISION;
	return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd)
{
	PVOID p;

	if (!sd || ABS(sd)->Revision != SECURITY_DESCRIPTOR_REVISION)
		return FALSE;
	for (enum part i = OWNER; i <= GROUP; i++)
		if ((p = part_of(sd, i)) && !RtlValidSid(p))
			return FALSE;
	for (enum part i = SACL; i <= DACL; i++)
		if ((p = part_of(sd, i)) && !RtlValidAcl(p))
			return FALSE;
	return TRUE;
}

static BOOL sid_within(PSECURITY_DESCRIPTOR sd, ULONG size, ULONG offset)
{
	SID *sid = (SID *)((char *)sd + offset);

	return offset % 4 == 0 && offset <= size &&
	       size - offset >= RtlLengthRequiredSid(0) && RtlValidSid(sid) &&
	       size - offset >= RtlLengthSid(sid);
}

static BOOL acl_within(PSECURITY_DESCRIPTOR sd, ULONG size, ULONG offset)
{
	PACL acl = (PACL)((char *)sd + offset);

	return offset % 4 == 0 && offset <= size &&
	       size - offset >= sizeof *acl && size - offset >= acl->AclSize &&
	       RtlValidAcl(acl);
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR p,
						 ULONG size,
						 SECURITY_INFORMATION wanted)
{
	SECURITY_DESCRIPTOR_RELATIVE *sd = p;

	if (size < sizeof *sd || sd->Revision != SECURITY_DESCRIPTOR_REVISION ||
	    !(sd->Control & SE_SELF_RELATIVE))
		return FALSE;
	if (sd->Owner ? !sid_within(sd, size, sd->Owner)
		      : !!(wanted & OWNER_SECURITY_INFORMATION))
		return FALSE;
	if (sd->Group ? !sid_within(sd, size, sd->Group)
		      : !!(wanted & GROUP_SECURITY_INFORMATION))
		return FALSE;
	if (sd->Control & SE_DACL_PRESENT && sd->Dacl &&
	    !acl_within(sd, size, sd->Dacl))
		return FALSE;
	return !(sd->Control & SE_SACL_PRESENT) || !sd->Sacl ||
	       acl_within(sd, size, sd->Sacl);
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR sd)
{
	ULONG n = is_relative(sd) ? sizeof(SECURITY_DESCRIPTOR_RELATIVE)
				  : sizeof(SECURITY_DESCRIPTOR);

	for (enum part i = OWNER; i < PARTS; i++)
		n += part_size(part_of(sd, i), i);
	return n;
}

/* ---- parts ---- */

static NTSTATUS get_acl(PSECURITY_DESCRIPTOR sd, enum part part,
			WORD present_bit, WORD defaulted_bit, BOOLEAN *present,
			PACL *acl, BOOLEAN *defaulted)
{
	if (ABS(sd)->Revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	*present = !!(ABS(sd)->Control & present_bit);
	if (*present) {
		*acl = part_of(sd, part);
		*defaulted = !!(ABS(sd)->Control & defaulted_bit);
	}
	return STATUS_SUCCESS;
}

static NTSTATUS check_absolute(PSECURITY_DESCRIPTOR sd)
{
	if (ABS(sd)->Revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	return is_relative(sd) ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

static void set_bits(PSECURITY_DESCRIPTOR sd, WORD bit, BOOL on)
{
	if (on)
		ABS(sd)->Control |= bit;
	else
		ABS(sd)->Control &= (WORD)~bit;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					    BOOLEAN *present, PACL *acl,
					    BOOLEAN *defaulted)
{
	return get_acl(sd, DACL, SE_DACL_PRESENT, SE_DACL_DEFAULTED, present,
		       acl, defaulted);
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					    BOOLEAN *present, PACL *acl,
					    BOOLEAN *defaulted)
{
	return get_acl(sd, SACL, SE_SACL_PRESENT, SE_SACL_DEFAULTED, present,
		       acl, defaulted);
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					    BOOLEAN present, PACL acl,
					    BOOLEAN defaulted)
{
	NTSTATUS status = check_absolute(sd);

	if (!NT_SUCCESS(status))
		return status;
	set_bits(sd, SE_DACL_PRESENT, present);
	set_bits(sd, SE_DACL_DEFAULTED, present && defaulted);
	ABS(sd)->Dacl = present ? acl : NULL;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					    BOOLEAN present, PACL acl,
					    BOOLEAN defaulted)
{
	NTSTATUS status = check_absolute(sd);

	if (!NT_SUCCESS(status))
		return status;
	set_bits(sd, SE_SACL_PRESENT, present);
	set_bits(sd, SE_SACL_DEFAULTED, present && defaulted);
	ABS(sd)->Sacl = present ? acl : NULL;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					     PSID *owner, BOOLEAN *defaulted)
{
	if (ABS(sd)->Revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	*owner = part_of(sd, OWNER);
	if (*owner)
		*defaulted = !!(ABS(sd)->Control & SE_OWNER_DEFAULTED);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					     PSID *group, BOOLEAN *defaulted)
{
	if (ABS(sd)->Revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	*group = part_of(sd, GROUP);
	if (*group)
		*defaulted = !!(ABS(sd)->Control & SE_GROUP_DEFAULTED);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					     PSID owner, BOOLEAN defaulted)
{
	NTSTATUS status = check_absolute(sd);

	if (!NT_SUCCESS(status))
		return status;
	ABS(sd)->Owner = owner;
	set_bits(sd, SE_OWNER_DEFAULTED, defaulted);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					     PSID group, BOOLEAN defaulted)
{
	NTSTATUS status = check_absolute(sd);

	if (!NT_SUCCESS(status))
		return status;
	ABS(sd)->Group = group;
	set_bits(sd, SE_GROUP_DEFAULTED, defaulted);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetControlSecurityDescriptor(
	PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL *control,
	ULONG *revision)
{
	*revision = ABS(sd)->Revision;
	if (*revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	*control = ABS(sd)->Control;
	return STATUS_SUCCESS;
}

/* Only how inheritance works may be changed so. */
NTSTATUS NTAPI RtlSetControlSecurityDescriptor(
	PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL which,
	SECURITY_DESCRIPTOR_CONTROL set)
{
	const SECURITY_DESCRIPTOR_CONTROL may =
		SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ |
		SE_DACL_AUTO_INHERITED | SE_SACL_AUTO_INHERITED |
		SE_DACL_PROTECTED | SE_SACL_PROTECTED;

	if (which & ~may || set & ~which)
		return STATUS_INVALID_PARAMETER;
	ABS(sd)->Control = (WORD)((ABS(sd)->Control & ~which) | set);
	return STATUS_SUCCESS;
}

/* ---- from one form to the other ---- */

NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR from,
				     PSECURITY_DESCRIPTOR to, ULONG *size)
{
	/* The order in which Windows lays them out. */
	static const enum part order[] = { SACL, DACL, OWNER, GROUP };
	SECURITY_DESCRIPTOR_RELATIVE *rel = to;
	ULONG need = sizeof *rel, at = sizeof *rel;

	for (enum part i = OWNER; i < PARTS; i++)
		need += part_size(part_of(from, i), i);
	if (*size < need) {
		*size = need;
		return STATUS_BUFFER_TOO_SMALL;
	}
	*size = need;
	memset(rel, 0, need);
	rel->Revision = ABS(from)->Revision;
	rel->Sbz1 = ABS(from)->Sbz1;
	rel->Control = ABS(from)->Control | SE_SELF_RELATIVE;
	for (ULONG k = 0; k < PARTS; k++) {
		enum part i = order[k];
		PVOID p = part_of(from, i);
		DWORD *offset = i == OWNER   ? &rel->Owner
				: i == GROUP ? &rel->Group
				: i == SACL  ? &rel->Sacl
					     : &rel->Dacl;

		if (!p)
			continue;
		*offset = at;
		memcpy((char *)rel + at, p,
		       i == OWNER || i == GROUP ? RtlLengthSid(p)
						: ((PACL)p)->AclSize);
		at += part_size(p, i);
	}
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR from,
					   PSECURITY_DESCRIPTOR to, ULONG *size)
{
	if (is_relative(from))
		return STATUS_BAD_DESCRIPTOR_FORMAT;
	return RtlMakeSelfRelativeSD(from, to, size);
}

NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(
	PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, ULONG *to_size,
	PACL dacl, ULONG *dacl_size, PACL sacl, ULONG *sacl_size, PSID owner,
	ULONG *owner_size, PSID group, ULONG *group_size)
{
	PVOID parts[PARTS], dest[PARTS] = { owner, group, sacl, dacl };
	ULONG *sizes[PARTS] = { owner_size, group_size, sacl_size, dacl_size };
	BOOL small = *to_size < sizeof(SECURITY_DESCRIPTOR);

	if (!is_relative(from))
		return STATUS_BAD_DESCRIPTOR_FORMAT;
	for (enum part i = OWNER; i < PARTS; i++) {
		parts[i] = part_of(from, i);
		small = small || part_size(parts[i], i) > *sizes[i];
	}
	if (small)
		*to_size = sizeof(SECURITY_DESCRIPTOR);
	for (enum part i = OWNER; small && i < PARTS; i++)
		*sizes[i] = part_size(parts[i], i);
	if (small)
		return STATUS_BUFFER_TOO_SMALL;
	memset(to, 0, sizeof(SECURITY_DESCRIPTOR));
	ABS(to)->Revision = ABS(from)->Revision;
	ABS(to)->Sbz1 = ABS(from)->Sbz1;
	ABS(to)->Control = ABS(from)->Control & (WORD)~SE_SELF_RELATIVE;
	for (enum part i = OWNER; i < PARTS; i++)
		if (parts[i])
			memcpy(dest[i], parts[i],
			       i <= GROUP ? RtlLengthSid(parts[i])
					  : ((PACL)parts[i])->AclSize);
	ABS(to)->Owner = parts[OWNER] ? owner : NULL;
	ABS(to)->Group = parts[GROUP] ? group : NULL;
	ABS(to)->Sacl = parts[SACL] ? sacl : NULL;
	ABS(to)->Dacl = parts[DACL] ? dacl : NULL;
	return STATUS_SUCCESS;
}
