/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-security.h - security identifiers, descriptors, privileges.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_SECURITY_H
#define RF_DLL_RTL_SECURITY_H

/* ---- security --------------------------------------------------------------- */

NTSYSAPI BOOLEAN NTAPI RtlValidSid(PSID sid);
NTSYSAPI BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b);
NTSYSAPI BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b);
NTSYSAPI ULONG NTAPI RtlLengthSid(PSID sid);
NTSYSAPI ULONG NTAPI RtlLengthRequiredSid(ULONG count);
NTSYSAPI NTSTATUS NTAPI RtlInitializeSid(PSID sid,
					 PSID_IDENTIFIER_AUTHORITY authority,
					 UCHAR count);
NTSYSAPI NTSTATUS NTAPI RtlAllocateAndInitializeSid(
	PSID_IDENTIFIER_AUTHORITY authority, UCHAR count, ULONG s0, ULONG s1,
	ULONG s2, ULONG s3, ULONG s4, ULONG s5, ULONG s6, ULONG s7, PSID *sid);
NTSYSAPI PVOID NTAPI RtlFreeSid(PSID sid);
NTSYSAPI PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid);
NTSYSAPI PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG n);
NTSYSAPI PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid);
/* Boundaries of private namespaces. */
NTSYSAPI PVOID NTAPI RtlCreateBoundaryDescriptor(PUNICODE_STRING name,
						 ULONG flags);
NTSYSAPI VOID NTAPI RtlDeleteBoundaryDescriptor(PVOID boundary);
NTSYSAPI NTSTATUS NTAPI RtlAddSIDToBoundaryDescriptor(PVOID *boundary,
						      PSID sid);
NTSYSAPI NTSTATUS NTAPI
RtlAddIntegrityLabelToBoundaryDescriptor(PVOID *boundary, PSID label);
NTSYSAPI NTSTATUS NTAPI RtlCopySid(ULONG size, PSID to, PSID from);
NTSYSAPI NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING s,
						     PSID sid, BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG size, ULONG revision);
NTSYSAPI BOOLEAN NTAPI RtlValidAcl(PACL acl);
NTSYSAPI NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID info, ULONG size,
					       ACL_INFORMATION_CLASS c);
NTSYSAPI NTSTATUS NTAPI RtlSetInformationAcl(PACL acl, PVOID info, ULONG size,
					     ACL_INFORMATION_CLASS c);
NTSYSAPI NTSTATUS NTAPI RtlAddAce(PACL acl, ULONG revision, ULONG at,
				  PVOID aces, ULONG size);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG at);
NTSYSAPI NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG at, PVOID *ace);
NTSYSAPI BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *ace);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision,
					       ACCESS_MASK mask, PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL acl, ULONG revision,
						 ULONG flags, ACCESS_MASK mask,
						 PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL acl, ULONG revision,
					      ACCESS_MASK mask, PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision,
						ULONG flags, ACCESS_MASK mask,
						PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAuditAccessAce(PACL acl, ULONG revision,
					     ACCESS_MASK mask, PSID sid,
					     BOOLEAN success, BOOLEAN failure);
NTSYSAPI NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL acl, ULONG revision,
					       ULONG flags, ACCESS_MASK mask,
					       PSID sid, BOOLEAN success,
					       BOOLEAN failure);
NTSYSAPI NTSTATUS NTAPI RtlAddMandatoryAce(PACL acl, ULONG revision,
					   ULONG flags, ULONG policy,
					   UCHAR type, PSID sid);
NTSYSAPI NTSTATUS NTAPI
RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG revision);
NTSYSAPI BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd);
NTSYSAPI BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(
	PSECURITY_DESCRIPTOR sd, ULONG size, SECURITY_INFORMATION wanted);
NTSYSAPI ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR sd);
NTSYSAPI NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						     BOOLEAN *present,
						     PACL *acl,
						     BOOLEAN *defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						     BOOLEAN present, PACL acl,
						     BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						     BOOLEAN *present,
						     PACL *acl,
						     BOOLEAN *defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						     BOOLEAN present, PACL acl,
						     BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						      PSID *owner,
						      BOOLEAN *defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						      PSID owner,
						      BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						      PSID *group,
						      BOOLEAN *defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
						      PSID group,
						      BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetControlSecurityDescriptor(
	PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL *control,
	ULONG *revision);
NTSYSAPI NTSTATUS NTAPI RtlSetControlSecurityDescriptor(
	PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL which,
	SECURITY_DESCRIPTOR_CONTROL set);
NTSYSAPI NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR from,
						    PSECURITY_DESCRIPTOR to,
						    ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR from,
					      PSECURITY_DESCRIPTOR to,
					      ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(
	PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, ULONG *to_size,
	PACL dacl, ULONG *dacl_size, PACL sacl, ULONG *sacl_size, PSID owner,
	ULONG *owner_size, PSID group, ULONG *group_size);
NTSYSAPI void NTAPI RtlMapGenericMask(ACCESS_MASK *mask,
				      const GENERIC_MAPPING *mapping);
NTSYSAPI BOOL NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted,
						ACCESS_MASK wanted);
NTSYSAPI BOOL NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted,
						ACCESS_MASK wanted);
NTSYSAPI NTSTATUS NTAPI RtlAdjustPrivilege(ULONG privilege, BOOLEAN enable,
					   BOOLEAN thread, BOOLEAN *old);
NTSYSAPI NTSTATUS NTAPI RtlImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level);
NTSYSAPI NTSTATUS NTAPI RtlGetCurrentUserSid(PSID sid, ULONG size);
NTSYSAPI NTSTATUS NTAPI RtlFormatCurrentUserKeyPath(PUNICODE_STRING path);
NTSYSAPI NTSTATUS NTAPI RtlDefaultNpAcl(PACL *acl); /* RtlFreeHeap it */
NTSYSAPI NTSTATUS NTAPI RtlCreateServiceSid(PCUNICODE_STRING name, PSID sid,
					    ULONG *size);
NTSYSAPI void NTAPI RtlCopyLuid(PLUID to, const LUID *from);
NTSYSAPI void NTAPI RtlCopyLuidAndAttributesArray(ULONG n,
						  PLUID_AND_ATTRIBUTES from,
						  PLUID_AND_ATTRIBUTES to);

#endif
