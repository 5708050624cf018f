/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sid.c - security identifiers: ntdll's functions under Win32's manners. */
#include "nt.h"
#include "sid.h"

BOOL WINAPI IsValidSid(PSID sid)
{
	return RtlValidSid(sid);
}

BOOL WINAPI EqualSid(PSID a, PSID b)
{
	SetLastError(ERROR_SUCCESS);
	return RtlEqualSid(a, b);
}

BOOL WINAPI EqualPrefixSid(PSID a, PSID b)
{
	return RtlEqualPrefixSid(a, b);
}

DWORD WINAPI GetLengthSid(PSID sid)
{
	return RtlLengthSid(sid);
}

DWORD WINAPI GetSidLengthRequired(UCHAR count)
{
	return RtlLengthRequiredSid(count);
}

BOOL WINAPI InitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority,
			  BYTE count)
{
	return rf_result(RtlInitializeSid(sid, authority, count));
}

BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority,
				     BYTE count, DWORD s0, DWORD s1, DWORD s2,
				     DWORD s3, DWORD s4, DWORD s5, DWORD s6,
				     DWORD s7, PSID *sid)
{
	return rf_result(RtlAllocateAndInitializeSid(
		authority, count, s0, s1, s2, s3, s4, s5, s6, s7, sid));
}

PVOID WINAPI FreeSid(PSID sid)
{
	RtlFreeSid(sid);
	return NULL;
}

BOOL WINAPI CopySid(DWORD size, PSID to, PSID from)
{
	return rf_result(RtlCopySid(size, to, from));
}

PSID_IDENTIFIER_AUTHORITY WINAPI GetSidIdentifierAuthority(PSID sid)
{
	SetLastError(ERROR_SUCCESS);
	return RtlIdentifierAuthoritySid(sid);
}

PDWORD WINAPI GetSidSubAuthority(PSID sid, DWORD n)
{
	SetLastError(ERROR_SUCCESS);
	return RtlSubAuthoritySid(sid, n);
}

PUCHAR WINAPI GetSidSubAuthorityCount(PSID sid)
{
	SetLastError(ERROR_SUCCESS);
	return RtlSubAuthorityCountSid(sid);
}

/* ---- well-known ones ----------------------------------------------------- */

/*
 * rid 0 of one part: the authority alone matters.  parts: how many follow
 * the authority.  "D" in kind: relative to a machine's or domain's SID.
 */
const struct known_sid known_sids[] = {
	{ WinNullSid, 0, 1, { 0 }, L"", L"NULL SID", "" },
	{ WinWorldSid, 1, 1, { 0 }, L"", L"Everyone", "WD" },
	{ WinLocalSid, 2, 1, { 0 }, L"", L"LOCAL", "" },
	{ WinConsoleLogonSid, 2, 1, { 1 }, L"", L"CONSOLE LOGON", "" },
	{ WinCreatorOwnerSid, 3, 1, { 0 }, L"", L"CREATOR OWNER", "CO" },
	{ WinCreatorGroupSid, 3, 1, { 1 }, L"", L"CREATOR GROUP", "CG" },
	{ WinCreatorOwnerServerSid,
	  3,
	  1,
	  { 2 },
	  L"",
	  L"CREATOR OWNER SERVER",
	  "" },
	{ WinCreatorGroupServerSid,
	  3,
	  1,
	  { 3 },
	  L"",
	  L"CREATOR GROUP SERVER",
	  "" },
	{ WinCreatorOwnerRightsSid, 3, 1, { 4 }, L"", L"OWNER RIGHTS", "OW" },
	{ WinNtAuthoritySid, 5, 0, { 0 }, NULL, NULL, "" },
	{ WinDialupSid, 5, 1, { 1 }, L"NT AUTHORITY", L"DIALUP", "" },
	{ WinNetworkSid, 5, 1, { 2 }, L"NT AUTHORITY", L"NETWORK", "NU" },
	{ WinBatchSid, 5, 1, { 3 }, L"NT AUTHORITY", L"BATCH", "" },
	{ WinInteractiveSid,
	  5,
	  1,
	  { 4 },
	  L"NT AUTHORITY",
	  L"INTERACTIVE",
	  "IU" },
	{ WinServiceSid, 5, 1, { 6 }, L"NT AUTHORITY", L"SERVICE", "SU" },
	{ WinAnonymousSid,
	  5,
	  1,
	  { 7 },
	  L"NT AUTHORITY",
	  L"ANONYMOUS LOGON",
	  "AN" },
	{ WinProxySid, 5, 1, { 8 }, L"NT AUTHORITY", L"PROXY", "" },
	{ WinEnterpriseControllersSid,
	  5,
	  1,
	  { 9 },
	  L"NT AUTHORITY",
	  L"ENTERPRISE DOMAIN CONTROLLERS",
	  "ED" },
	{ WinSelfSid, 5, 1, { 10 }, L"NT AUTHORITY", L"SELF", "PS" },
	{ WinAuthenticatedUserSid,
	  5,
	  1,
	  { 11 },
	  L"NT AUTHORITY",
	  L"Authenticated Users",
	  "AU" },
	{ WinRestrictedCodeSid,
	  5,
	  1,
	  { 12 },
	  L"NT AUTHORITY",
	  L"RESTRICTED",
	  "RC" },
	{ WinTerminalServerSid,
	  5,
	  1,
	  { 13 },
	  L"NT AUTHORITY",
	  L"TERMINAL SERVER USER",
	  "" },
	{ WinRemoteLogonIdSid,
	  5,
	  1,
	  { 14 },
	  L"NT AUTHORITY",
	  L"REMOTE INTERACTIVE LOGON",
	  "" },
	{ WinThisOrganizationSid,
	  5,
	  1,
	  { 15 },
	  L"NT AUTHORITY",
	  L"This Organization",
	  "" },
	{ WinLocalSystemSid, 5, 1, { 18 }, L"NT AUTHORITY", L"SYSTEM", "SY" },
	{ WinLocalServiceSid,
	  5,
	  1,
	  { 19 },
	  L"NT AUTHORITY",
	  L"LOCAL SERVICE",
	  "LS" },
	{ WinNetworkServiceSid,
	  5,
	  1,
	  { 20 },
	  L"NT AUTHORITY",
	  L"NETWORK SERVICE",
	  "NS" },
	{ WinBuiltinDomainSid, 5, 1, { 32 }, L"BUILTIN", L"BUILTIN", "" },
	{ WinBuiltinAdministratorsSid,
	  5,
	  2,
	  { 32, 544 },
	  L"BUILTIN",
	  L"Administrators",
	  "BA" },
	{ WinBuiltinUsersSid, 5, 2, { 32, 545 }, L"BUILTIN", L"Users", "BU" },
	{ WinBuiltinGuestsSid, 5, 2, { 32, 546 }, L"BUILTIN", L"Guests", "BG" },
	{ WinBuiltinPowerUsersSid,
	  5,
	  2,
	  { 32, 547 },
	  L"BUILTIN",
	  L"Power Users",
	  "PU" },
	{ WinBuiltinAccountOperatorsSid, 5, 2, { 32, 548 }, NULL, NULL, "AO" },
	{ WinBuiltinSystemOperatorsSid, 5, 2, { 32, 549 }, NULL, NULL, "SO" },
	{ WinBuiltinPrintOperatorsSid, 5, 2, { 32, 550 }, NULL, NULL, "PO" },
	{ WinBuiltinBackupOperatorsSid,
	  5,
	  2,
	  { 32, 551 },
	  L"BUILTIN",
	  L"Backup Operators",
	  "BO" },
	{ WinBuiltinReplicatorSid,
	  5,
	  2,
	  { 32, 552 },
	  L"BUILTIN",
	  L"Replicator",
	  "RE" },
	{ WinBuiltinRemoteDesktopUsersSid,
	  5,
	  2,
	  { 32, 555 },
	  L"BUILTIN",
	  L"Remote Desktop Users",
	  "RD" },
	{ WinBuiltinNetworkConfigurationOperatorsSid,
	  5,
	  2,
	  { 32, 556 },
	  L"BUILTIN",
	  L"Network Configuration Operators",
	  "NO" },
	{ WinBuiltinPerfMonitoringUsersSid,
	  5,
	  2,
	  { 32, 558 },
	  L"BUILTIN",
	  L"Performance Monitor Users",
	  "MU" },
	{ WinBuiltinPerfLoggingUsersSid,
	  5,
	  2,
	  { 32, 559 },
	  L"BUILTIN",
	  L"Performance Log Users",
	  "LU" },
	{ WinNTLMAuthenticationSid,
	  5,
	  2,
	  { 64, 10 },
	  L"NT AUTHORITY",
	  L"NTLM Authentication",
	  "" },
	{ WinLocalAccountSid,
	  5,
	  1,
	  { 113 },
	  L"NT AUTHORITY",
	  L"Local account",
	  "" },
	{ WinLocalAccountAndAdministratorSid,
	  5,
	  1,
	  { 114 },
	  L"NT AUTHORITY",
	  L"Local account and member of Administrators group",
	  "" },
	{ WinSChannelAuthenticationSid,
	  5,
	  2,
	  { 64, 14 },
	  L"NT AUTHORITY",
	  L"SChannel Authentication",
	  "" },
	{ WinBuiltinAnyPackageSid,
	  15,
	  2,
	  { 2, 1 },
	  L"APPLICATION PACKAGE AUTHORITY",
	  L"ALL APPLICATION PACKAGES",
	  "AC" },
	{ WinUntrustedLabelSid,
	  16,
	  1,
	  { 0 },
	  L"Mandatory Label",
	  L"Untrusted Mandatory Level",
	  "" },
	{ WinLowLabelSid,
	  16,
	  1,
	  { 0x1000 },
	  L"Mandatory Label",
	  L"Low Mandatory Level",
	  "LW" },
	{ WinMediumLabelSid,
	  16,
	  1,
	  { 0x2000 },
	  L"Mandatory Label",
	  L"Medium Mandatory Level",
	  "ME" },
	{ WinMediumPlusLabelSid,
	  16,
	  1,
	  { 0x2100 },
	  L"Mandatory Label",
	  L"Medium Plus Mandatory Level",
	  "MP" },
	{ WinHighLabelSid,
	  16,
	  1,
	  { 0x3000 },
	  L"Mandatory Label",
	  L"High Mandatory Level",
	  "HI" },
	{ WinSystemLabelSid,
	  16,
	  1,
	  { 0x4000 },
	  L"Mandatory Label",
	  L"System Mandatory Level",
	  "SI" },
};
const ULONG known_sids_count = ARRAYSIZE(known_sids);

/* Accounts of a machine: the type and the last part of the SID. */
static const struct {
	WELL_KNOWN_SID_TYPE type;
	DWORD rid;
} relative[] = {
	{ WinAccountAdministratorSid, 500 }, { WinAccountGuestSid, 501 },
	{ WinAccountKrbtgtSid, 502 },        { WinAccountDomainAdminsSid, 512 },
	{ WinAccountDomainUsersSid, 513 },   { WinAccountDomainGuestsSid, 514 },
	{ WinAccountComputersSid, 515 },     { WinAccountControllersSid, 516 },
};

void known_sid_make(const struct known_sid *k, struct sid_room *room)
{
	SID_IDENTIFIER_AUTHORITY authority = { { 0, 0, 0, 0, 0,
						 k->authority } };

	RtlInitializeSid(room, &authority, k->parts);
	for (UCHAR i = 0; i < k->parts; i++)
		*RtlSubAuthoritySid(room, i) = k->sub[i];
}

BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID domain, PSID sid,
			       DWORD *size)
{
	struct sid_room room;
	DWORD n, room_size = *size;
	BOOL found = FALSE;

	for (ULONG i = 0; i < ARRAYSIZE(known_sids) && !found; i++)
		if (known_sids[i].type == type) {
			known_sid_make(&known_sids[i], &room);
			found = TRUE;
		}
	for (ULONG i = 0; i < ARRAYSIZE(relative) && !found; i++) {
		UCHAR parts;

		if (relative[i].type != type || !domain || !IsValidSid(domain))
			continue;
		parts = *RtlSubAuthorityCountSid(domain);
		if (parts >= SID_MAX_SUB_AUTHORITIES)
			continue;
		memcpy(&room, domain, RtlLengthSid(domain));
		room.sid.SubAuthorityCount = (UCHAR)(parts + 1);
		*RtlSubAuthoritySid(&room, parts) = relative[i].rid;
		found = TRUE;
	}
	if (!found) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	n = RtlLengthSid(&room);
	*size = n;
	if (!sid || room_size < n) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(sid, &room, n);
	return TRUE;
}

BOOL WINAPI IsWellKnownSid(PSID sid, WELL_KNOWN_SID_TYPE type)
{
	struct sid_room room;
	UCHAR parts;

	if (!RtlValidSid(sid))
		return FALSE;
	for (ULONG i = 0; i < ARRAYSIZE(known_sids); i++)
		if (known_sids[i].type == type) {
			known_sid_make(&known_sids[i], &room);
			return RtlEqualSid(&room, sid);
		}
	parts = *RtlSubAuthorityCountSid(sid);
	for (ULONG i = 0; i < ARRAYSIZE(relative); i++)
		if (relative[i].type == type)
			return parts == 5 &&
			       *RtlSubAuthoritySid(sid, 0) == 21 &&
			       *RtlSubAuthoritySid(sid, 4) == relative[i].rid;
	return FALSE;
}

BOOL WINAPI GetWindowsAccountDomainSid(PSID sid, PSID domain, DWORD *size)
{
	struct sid_room room;
	DWORD n = RtlLengthRequiredSid(4);

	if (!RtlValidSid(sid) || *RtlSubAuthorityCountSid(sid) < 4 ||
	    *RtlSubAuthoritySid(sid, 0) != 21) {
		SetLastError(ERROR_NON_ACCOUNT_SID);
		return FALSE;
	}
	memcpy(&room, sid, n);
	room.sid.SubAuthorityCount = 4;
	if (!domain || *size < n) {
		*size = n;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	*size = n;
	memcpy(domain, &room, n);
	return TRUE;
}
