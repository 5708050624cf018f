/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machine.c - this machine, which is in a workgroup and knows no other one.
 */
#include "net.h"
#include <dsgetdc.h>
#include <dsrole.h>

static const WCHAR workgroup[] = L"WORKGROUP";

NET_API_STATUS this_machine(const WCHAR *name)
{
	WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(own);

	while (name && *name == '\\')
		name++;
	if (!name || !*name || !lstrcmpiW(name, L"localhost") ||
	    (GetComputerNameW(own, &n) && !lstrcmpiW(own, name)))
		return NERR_Success;
	return RPC_S_SERVER_UNAVAILABLE;
}

NET_API_STATUS WINAPI NetGetJoinInformation(LPCWSTR server, LPWSTR *name,
					    PNETSETUP_JOIN_STATUS status)
{
	NET_API_STATUS s = this_machine(server);
	struct answer a;

	if (s)
		return s;
	if (!name || !status)
		return ERROR_INVALID_PARAMETER;
	if (!answer_new(&a, 1, sizeof workgroup))
		return ERROR_NOT_ENOUGH_MEMORY;
	memcpy(a.buffer, workgroup, sizeof workgroup);
	*name = (WCHAR *)a.buffer;
	*status = NetSetupWorkgroupName;
	return NERR_Success;
}

static void version(DWORD *major, DWORD *minor)
{
	RTL_OSVERSIONINFOW v = { .dwOSVersionInfoSize = sizeof v };

	RtlGetVersion(&v);
	*major = v.dwMajorVersion;
	*minor = v.dwMinorVersion;
}

/* How all that is told of a machine begins. */
struct machine {
	DWORD platform;
	WCHAR *name;
};

/* known: there is such a level.  The caller goes on in the size bytes. */
static NET_API_STATUS begin(const WCHAR *server, BOOL known, DWORD size,
			    LPBYTE *buffer, struct answer *a)
{
	NET_API_STATUS s = this_machine(server);
	WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(name);
	struct machine *to;

	if (s)
		return s;
	if (!buffer)
		return ERROR_INVALID_PARAMETER;
	if (!known)
		return ERROR_INVALID_LEVEL;
	if (!GetComputerNameW(name, &n))
		return GetLastError();
	if (!answer_new(a, 1, size))
		return ERROR_NOT_ENOUGH_MEMORY;
	to = (void *)a->buffer;
	to->platform = PLATFORM_ID_NT;
	to->name = answer_text(a, name);
	*buffer = a->buffer;
	return NERR_Success;
}

NET_API_STATUS WINAPI NetWkstaGetInfo(LPWSTR server, DWORD level,
				      LPBYTE *buffer)
{
	WKSTA_INFO_102 *w; /* the others are how it begins */
	struct answer a;
	NET_API_STATUS s = begin(server, level >= 100 && level <= 102,
				 sizeof *w, buffer, &a);

	if (s)
		return s;
	w = (void *)a.buffer;
	w->wki102_langroup = answer_text(&a, workgroup);
	version(&w->wki102_ver_major, &w->wki102_ver_minor);
	if (level > 100)
		w->wki102_lanroot = answer_text(&a, L"");
	if (level == 102)
		w->wki102_logged_on_users = 1;
	return NERR_Success;
}

NET_API_STATUS WINAPI NetServerGetInfo(LPWSTR server, DWORD level,
				       LPBYTE *buffer)
{
	SERVER_INFO_101 *w; /* level 100 is how it begins */
	struct answer a;
	NET_API_STATUS s = begin(server, level == 100 || level == 101,
				 sizeof *w, buffer, &a);

	if (s)
		return s;
	w = (void *)a.buffer;
	if (level == 101) {
		version(&w->sv101_version_major, &w->sv101_version_minor);
		w->sv101_type = SV_TYPE_WORKSTATION | SV_TYPE_NT;
		w->sv101_comment = answer_text(&a, L"");
	}
	return NERR_Success;
}

/* ---- domains: none ------------------------------------------------------ */

DWORD WINAPI DsGetDcNameW(LPCWSTR machine, LPCWSTR domain, GUID *guid,
			  LPCWSTR site, ULONG flags,
			  PDOMAIN_CONTROLLER_INFOW *out)
{
	if (!out)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	return ERROR_NO_SUCH_DOMAIN;
}

DWORD WINAPI DsGetDcNameA(LPCSTR machine, LPCSTR domain, GUID *guid,
			  LPCSTR site, ULONG flags,
			  PDOMAIN_CONTROLLER_INFOA *out)
{
	if (!out)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	return ERROR_NO_SUCH_DOMAIN;
}

NET_API_STATUS WINAPI NetGetDCName(LPCWSTR server, LPCWSTR domain,
				   LPBYTE *buffer)
{
	if (!buffer)
		return ERROR_INVALID_PARAMETER;
	*buffer = NULL;
	return NERR_DCNotFound;
}

NET_API_STATUS WINAPI NetGetAnyDCName(LPCWSTR server, LPCWSTR domain,
				      LPBYTE *buffer)
{
	if (!buffer)
		return ERROR_INVALID_PARAMETER;
	*buffer = NULL;
	return ERROR_NO_LOGON_SERVERS;
}

DWORD WINAPI DsEnumerateDomainTrustsW(LPWSTR server, ULONG flags,
				      PDS_DOMAIN_TRUSTSW *trusts, PULONG count)
{
	if (!trusts || !count)
		return ERROR_INVALID_PARAMETER;
	*trusts = NULL;
	*count = 0;
	return ERROR_NO_SUCH_DOMAIN;
}

DWORD WINAPI DsRoleGetPrimaryDomainInformation(
	LPCWSTR server, DSROLE_PRIMARY_DOMAIN_INFO_LEVEL level, PBYTE *buffer)
{
	NET_API_STATUS s = this_machine(server);
	DSROLE_PRIMARY_DOMAIN_INFO_BASIC *b;
	DSROLE_UPGRADE_STATUS_INFO *u;
	DSROLE_OPERATION_STATE_INFO *o;
	struct answer a;

	if (s)
		return s;
	if (!buffer || level < DsRolePrimaryDomainInfoBasic ||
	    level > DsRoleOperationState)
		return ERROR_INVALID_PARAMETER;
	if (!answer_new(&a, 1, sizeof *b))
		return ERROR_NOT_ENOUGH_MEMORY;
	b = (void *)a.buffer;
	u = (void *)a.buffer;
	o = (void *)a.buffer;
	if (level == DsRolePrimaryDomainInfoBasic) {
		b->MachineRole = DsRole_RoleStandaloneWorkstation;
		b->DomainNameFlat = answer_text(&a, workgroup);
	} else if (level == DsRoleUpgradeStatus) {
		u->PreviousServerState = DsRoleServerUnknown;
	} else {
		o->OperationState = DsRoleOperationIdle;
	}
	*buffer = a.buffer;
	return ERROR_SUCCESS;
}

void WINAPI DsRoleFreeMemory(PVOID buffer)
{
	NetApiBufferFree(buffer);
}

/* ---- connections to other machines: none ----------------------------- */

NET_API_STATUS WINAPI NetUseGetInfo(LMSTR server, LMSTR name, DWORD level,
				    LPBYTE *buffer)
{
	if (server)
		return ERROR_INVALID_PARAMETER;
	if (level > 2)
		return ERROR_INVALID_LEVEL;
	if (!buffer || !name)
		return ERROR_INVALID_PARAMETER;
	*buffer = NULL;
	return NERR_UseNotFound;
}

NET_API_STATUS WINAPI NetUseEnum(LMSTR server, DWORD level, LPBYTE *buffer,
				 DWORD most, LPDWORD read, LPDWORD total,
				 LPDWORD resume)
{
	if (server || !buffer || !read || !total)
		return ERROR_INVALID_PARAMETER;
	if (level > 2)
		return ERROR_INVALID_LEVEL;
	*buffer = NULL;
	*read = *total = 0;
	return NERR_Success;
}
