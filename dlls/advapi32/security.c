/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* security.c - access lists and descriptors: ntdll's, with Win32's errors. */
#include "nt.h"
#include "nt-file.h"
#include "sid.h"

/* ---- access lists ---- */

BOOL WINAPI InitializeAcl(PACL acl, DWORD size, DWORD revision)
{
	return rf_result(RtlCreateAcl(acl, size, revision));
}

BOOL WINAPI IsValidAcl(PACL acl)
{
	return RtlValidAcl(acl);
}

BOOL WINAPI GetAclInformation(PACL acl, LPVOID info, DWORD size,
			      ACL_INFORMATION_CLASS class)
{
	return rf_result(RtlQueryInformationAcl(acl, info, size, class));
}

BOOL WINAPI SetAclInformation(PACL acl, LPVOID info, DWORD size,
			      ACL_INFORMATION_CLASS class)
{
	return rf_result(RtlSetInformationAcl(acl, info, size, class));
}

BOOL WINAPI AddAce(PACL acl, DWORD revision, DWORD at, LPVOID aces, DWORD size)
{
	return rf_result(RtlAddAce(acl, revision, at, aces, size));
}

BOOL WINAPI DeleteAce(PACL acl, DWORD at)
{
	return rf_result(RtlDeleteAce(acl, at));
}

BOOL WINAPI GetAce(PACL acl, DWORD at, LPVOID *ace)
{
	return rf_result(RtlGetAce(acl, at, ace));
}

BOOL WINAPI FindFirstFreeAce(PACL acl, LPVOID *ace)
{
	return RtlFirstFreeAce(acl, ace);
}

BOOL WINAPI AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
	return rf_result(RtlAddAccessAllowedAce(acl, revision, mask, sid));
}

BOOL WINAPI AddAccessAllowedAceEx(PACL acl, DWORD revision, DWORD flags,
				  DWORD mask, PSID sid)
{
	return rf_result(
		RtlAddAccessAllowedAceEx(acl, revision, flags, mask, sid));
}

BOOL WINAPI AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
	return rf_result(RtlAddAccessDeniedAce(acl, revision, mask, sid));
}

BOOL WINAPI AddAccessDeniedAceEx(PACL acl, DWORD revision, DWORD flags,
				 DWORD mask, PSID sid)
{
	return rf_result(
		RtlAddAccessDeniedAceEx(acl, revision, flags, mask, sid));
}

BOOL WINAPI AddAuditAccessAce(PACL acl, DWORD revision, DWORD mask, PSID sid,
			      BOOL success, BOOL failure)
{
	return rf_result(RtlAddAuditAccessAce(acl, revision, mask, sid,
					      (BOOLEAN) !!success,
					      (BOOLEAN) !!failure));
}

BOOL WINAPI AddAuditAccessAceEx(PACL acl, DWORD revision, DWORD flags,
				DWORD mask, PSID sid, BOOL success,
				BOOL failure)
{
	return rf_result(RtlAddAuditAccessAceEx(acl, revision, flags, mask, sid,
						(BOOLEAN) !!success,
						(BOOLEAN) !!failure));
}

BOOL WINAPI AddMandatoryAce(PACL acl, DWORD revision, DWORD flags, DWORD policy,
			    PSID sid)
{
	return rf_result(RtlAddMandatoryAce(acl, revision, flags, policy,
					    SYSTEM_MANDATORY_LABEL_ACE_TYPE,
					    sid));
}

/* ---- descriptors ---- */

BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
					 DWORD revision)
{
	return rf_result(RtlCreateSecurityDescriptor(sd, revision));
}

BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd)
{
	return RtlValidSecurityDescriptor(sd);
}

DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR sd)
{
	return RtlLengthSecurityDescriptor(sd);
}

BOOL WINAPI GetSecurityDescriptorControl(PSECURITY_DESCRIPTOR sd,
					 PSECURITY_DESCRIPTOR_CONTROL control,
					 LPDWORD revision)
{
	return rf_result(
		RtlGetControlSecurityDescriptor(sd, control, revision));
}

BOOL WINAPI SetSecurityDescriptorControl(PSECURITY_DESCRIPTOR sd,
					 SECURITY_DESCRIPTOR_CONTROL which,
					 SECURITY_DESCRIPTOR_CONTROL set)
{
	return rf_result(RtlSetControlSecurityDescriptor(sd, which, set));
}

BOOL WINAPI GetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR sd, LPBOOL present,
				      PACL *acl, LPBOOL defaulted)
{
	BOOLEAN is = FALSE, by_default = FALSE;
	NTSTATUS s = RtlGetDaclSecurityDescriptor(sd, &is, acl, &by_default);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*present = is;
	*defaulted = by_default;
	return TRUE;
}

BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR sd, BOOL present,
				      PACL acl, BOOL defaulted)
{
	return rf_result(RtlSetDaclSecurityDescriptor(
		sd, (BOOLEAN) !!present, acl, (BOOLEAN) !!defaulted));
}

BOOL WINAPI GetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR sd, LPBOOL present,
				      PACL *acl, LPBOOL defaulted)
{
	BOOLEAN is = FALSE, by_default = FALSE;
	NTSTATUS s = RtlGetSaclSecurityDescriptor(sd, &is, acl, &by_default);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*present = is;
	*defaulted = by_default;
	return TRUE;
}

BOOL WINAPI SetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR sd, BOOL present,
				      PACL acl, BOOL defaulted)
{
	return rf_result(RtlSetSaclSecurityDescriptor(
		sd, (BOOLEAN) !!present, acl, (BOOLEAN) !!defaulted));
}

BOOL WINAPI GetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR sd, PSID *sid,
				       LPBOOL defaulted)
{
	BOOLEAN by_default = FALSE;
	NTSTATUS s = RtlGetOwnerSecurityDescriptor(sd, sid, &by_default);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*defaulted = by_default;
	return TRUE;
}

BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR sd, PSID sid,
				       BOOL defaulted)
{
	return rf_result(
		RtlSetOwnerSecurityDescriptor(sd, sid, (BOOLEAN) !!defaulted));
}

BOOL WINAPI GetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR sd, PSID *sid,
				       LPBOOL defaulted)
{
	BOOLEAN by_default = FALSE;
	NTSTATUS s = RtlGetGroupSecurityDescriptor(sd, sid, &by_default);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*defaulted = by_default;
	return TRUE;
}

BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR sd, PSID sid,
				       BOOL defaulted)
{
	return rf_result(
		RtlSetGroupSecurityDescriptor(sd, sid, (BOOLEAN) !!defaulted));
}

BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR from,
			       PSECURITY_DESCRIPTOR to, LPDWORD size)
{
	return rf_result(RtlMakeSelfRelativeSD(from, to, size));
}

BOOL WINAPI MakeAbsoluteSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to,
			   LPDWORD to_size, PACL dacl, LPDWORD dacl_size,
			   PACL sacl, LPDWORD sacl_size, PSID owner,
			   LPDWORD owner_size, PSID group, LPDWORD group_size)
{
	return rf_result(RtlSelfRelativeToAbsoluteSD(
		from, to, to_size, dacl, dacl_size, sacl, sacl_size, owner,
		owner_size, group, group_size));
}

BOOL WINAPI GetKernelObjectSecurity(HANDLE h, SECURITY_INFORMATION what,
				    PSECURITY_DESCRIPTOR sd, DWORD size,
				    LPDWORD needed)
{
	return rf_result(NtQuerySecurityObject(h, what, sd, size, needed));
}

BOOL WINAPI SetKernelObjectSecurity(HANDLE h, SECURITY_INFORMATION what,
				    PSECURITY_DESCRIPTOR sd)
{
	return rf_result(NtSetSecurityObject(h, what, sd));
}

/* ---- files ---- */

NTSTATUS open_for_security(LPCWSTR path, ACCESS_MASK access, HANDLE *h)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (!path || !RtlDosPathNameToNtPathName_U(path, &name, NULL, NULL))
		return STATUS_OBJECT_PATH_NOT_FOUND;
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	status = NtOpenFile(h, access, &oa, &io,
			    FILE_SHARE_READ | FILE_SHARE_WRITE |
				    FILE_SHARE_DELETE,
			    FILE_OPEN_FOR_BACKUP_INTENT);
	RtlFreeUnicodeString(&name);
	return status;
}

BOOL WINAPI GetFileSecurityW(LPCWSTR path, SECURITY_INFORMATION what,
			     PSECURITY_DESCRIPTOR sd, DWORD size,
			     LPDWORD needed)
{
	HANDLE h;
	NTSTATUS s = open_for_security(path, READ_CONTROL, &h);

	if (!NT_SUCCESS(s))
		return rf_result(s);
	s = NtQuerySecurityObject(h, what, sd, size, needed);
	NtClose(h);
	return rf_result(s);
}

BOOL WINAPI SetFileSecurityW(LPCWSTR path, SECURITY_INFORMATION what,
			     PSECURITY_DESCRIPTOR sd)
{
	ACCESS_MASK access = 0;
	HANDLE h;
	NTSTATUS s;

	if (what & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
		access |= WRITE_OWNER;
	if (what & DACL_SECURITY_INFORMATION)
		access |= WRITE_DAC;
	if (what & SACL_SECURITY_INFORMATION)
		access |= ACCESS_SYSTEM_SECURITY;
	s = open_for_security(path, access, &h);
	if (!NT_SUCCESS(s))
		return rf_result(s);
	s = NtSetSecurityObject(h, what, sd);
	NtClose(h);
	return rf_result(s);
}

BOOL WINAPI GetFileSecurityA(LPCSTR path, SECURITY_INFORMATION what,
			     PSECURITY_DESCRIPTOR sd, DWORD size,
			     LPDWORD needed)
{
	UNICODE_STRING wide;
	BOOL ok;

	if (!RtlCreateUnicodeStringFromAsciiz(&wide, path))
		return rf_fail(STATUS_NO_MEMORY);
	ok = GetFileSecurityW(wide.Buffer, what, sd, size, needed);
	RtlFreeUnicodeString(&wide);
	return ok;
}

BOOL WINAPI SetFileSecurityA(LPCSTR path, SECURITY_INFORMATION what,
			     PSECURITY_DESCRIPTOR sd)
{
	UNICODE_STRING wide;
	BOOL ok;

	if (!RtlCreateUnicodeStringFromAsciiz(&wide, path))
		return rf_fail(STATUS_NO_MEMORY);
	ok = SetFileSecurityW(wide.Buffer, what, sd);
	RtlFreeUnicodeString(&wide);
	return ok;
}
