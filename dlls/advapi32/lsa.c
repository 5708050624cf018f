/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lsa.c - the local security policy: a machine in no domain, whose policy
 * nobody changes.  Answers are one block of memory each.
 */
#include "lsa.h"

enum { POLICY_MAGIC = 0x4c50, POLICY_RIGHTS = POLICY_ALL_ACCESS | 0x1000 };

struct policy {
	DWORD magic;
	ACCESS_MASK access;
};

void *lsa_alloc(SIZE_T size)
{
	return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

NTSTATUS NTAPI LsaFreeMemory(PVOID p)
{
	return HeapFree(GetProcessHeap(), 0, p) ? STATUS_SUCCESS
						: STATUS_UNSUCCESSFUL;
}

NTSTATUS lsa_policy(LSA_HANDLE h, ACCESS_MASK access)
{
	const struct policy *p = h;

	if (!p || p->magic != POLICY_MAGIC)
		return STATUS_INVALID_HANDLE;
	return (p->access & access) == access ? STATUS_SUCCESS
					      : STATUS_ACCESS_DENIED;
}

static BOOL is_administrator(void)
{
	struct sid_room room;
	DWORD size = sizeof room;
	BOOL member;

	return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, &room,
				  &size) &&
	       CheckTokenMembership(NULL, &room, &member) && member;
}

static ACCESS_MASK specific(ACCESS_MASK access, ACCESS_MASK allowed)
{
	if (access & GENERIC_ALL)
		access |= POLICY_RIGHTS;
	if (access & GENERIC_READ)
		access |= POLICY_READ;
	if (access & GENERIC_WRITE)
		access |= POLICY_WRITE;
	if (access & GENERIC_EXECUTE)
		access |= POLICY_EXECUTE;
	if (access & MAXIMUM_ALLOWED)
		access |= allowed;
	return access &
	       ~(ACCESS_MASK)(GENERIC_ALL | GENERIC_READ | GENERIC_WRITE |
			      GENERIC_EXECUTE | MAXIMUM_ALLOWED);
}

static BOOL is_this_machine(const LSA_UNICODE_STRING *name)
{
	WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(machine);
	UNICODE_STRING own, s;

	if (!name || !name->Length)
		return TRUE;
	s = *(const UNICODE_STRING *)name;
	while (s.Length >= sizeof(WCHAR) && *s.Buffer == '\\') {
		s.Buffer++;
		s.Length -= sizeof(WCHAR);
	}
	if (!GetComputerNameW(machine, &n))
		return FALSE;
	RtlInitUnicodeString(&own, machine);
	return RtlEqualUnicodeString(&own, &s, TRUE);
}

NTSTATUS NTAPI LsaOpenPolicy(PLSA_UNICODE_STRING system,
			     PLSA_OBJECT_ATTRIBUTES attr, ACCESS_MASK access,
			     PLSA_HANDLE h)
{
	ACCESS_MASK allowed = is_administrator() ? POLICY_RIGHTS
						 : (ACCESS_MASK)POLICY_EXECUTE;
	struct policy *p;

	if (!attr || !h || attr->RootDirectory)
		return STATUS_INVALID_PARAMETER;
	if (!is_this_machine(system))
		return RPC_NT_SERVER_UNAVAILABLE;
	access = specific(access, allowed);
	if (access & ~allowed)
		return STATUS_ACCESS_DENIED;
	p = lsa_alloc(sizeof *p);
	if (!p)
		return STATUS_NO_MEMORY;
	p->magic = POLICY_MAGIC;
	p->access = access;
	*h = p;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LsaClose(LSA_HANDLE h)
{
	struct policy *p = h;
	NTSTATUS s = lsa_policy(h, 0);

	if (!NT_SUCCESS(s))
		return s;
	p->magic = 0;
	return LsaFreeMemory(p);
}

/* ---- what it says ----------------------------------------------------- */

void lsa_domain_sid(PSID of, struct sid_room *room)
{
	RtlCopySid(sizeof *room, room, of);
	if (room->sid.SubAuthorityCount)
		room->sid.SubAuthorityCount--;
}

static void set_text(LSA_UNICODE_STRING *s, WCHAR *room, const WCHAR *text)
{
	lstrcpyW(room, text);
	RtlInitUnicodeString((UNICODE_STRING *)s, room);
}

static NTSTATUS account_domain(PVOID *out)
{
	struct {
		POLICY_ACCOUNT_DOMAIN_INFO info;
		struct sid_room sid;
		WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
	} *a = lsa_alloc(sizeof *a);
	WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(machine);
	struct sid_room user;

	if (!a)
		return STATUS_NO_MEMORY;
	if (!sid_of_user(&user) || !GetComputerNameW(machine, &n)) {
		LsaFreeMemory(a);
		return STATUS_UNSUCCESSFUL;
	}
	lsa_domain_sid(&user, &a->sid);
	a->info.DomainSid = &a->sid;
	set_text(&a->info.DomainName, a->name, machine);
	*out = a;
	return STATUS_SUCCESS;
}

/* The workgroup that machines are in which nobody has asked. */
static const WCHAR workgroup[] = L"WORKGROUP";

/* A structure of size bytes that begins with a domain's name: that is all. */
static NTSTATUS name_alone(SIZE_T size, PVOID *out)
{
	LSA_UNICODE_STRING *a = lsa_alloc(size + sizeof workgroup);

	if (!a)
		return STATUS_NO_MEMORY;
	set_text(a, (WCHAR *)((BYTE *)a + size), workgroup);
	*out = a;
	return STATUS_SUCCESS;
}

static NTSTATUS primary_domain(PVOID *out)
{
	C_ASSERT(!FIELD_OFFSET(POLICY_PRIMARY_DOMAIN_INFO, Name));
	return name_alone(sizeof(POLICY_PRIMARY_DOMAIN_INFO), out);
}

static NTSTATUS dns_domain(PVOID *out)
{
	C_ASSERT(!FIELD_OFFSET(POLICY_DNS_DOMAIN_INFO, Name));
	return name_alone(sizeof(POLICY_DNS_DOMAIN_INFO), out);
}

static NTSTATUS server_role(PVOID *out)
{
	POLICY_LSA_SERVER_ROLE_INFO *a = lsa_alloc(sizeof *a);

	if (!a)
		return STATUS_NO_MEMORY;
	a->LsaServerRole = PolicyServerRolePrimary;
	*out = a;
	return STATUS_SUCCESS;
}

/* Of the account in a domain: there is none. */
static NTSTATUS no_account(PVOID *out)
{
	*out = lsa_alloc(sizeof(POLICY_PD_ACCOUNT_INFO));
	return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS no_machine_account(PVOID *out)
{
	*out = lsa_alloc(sizeof(POLICY_MACHINE_ACCT_INFO));
	return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* Nothing is audited. */
static NTSTATUS audit_events(PVOID *out)
{
	enum { CATEGORIES = 9 };
	struct {
		POLICY_AUDIT_EVENTS_INFO info;
		POLICY_AUDIT_EVENT_OPTIONS options[CATEGORIES];
	} *a = lsa_alloc(sizeof *a);

	if (!a)
		return STATUS_NO_MEMORY;
	a->info.MaximumAuditEventCount = CATEGORIES;
	a->info.EventAuditingOptions = a->options;
	*out = a;
	return STATUS_SUCCESS;
}

static const struct {
	POLICY_INFORMATION_CLASS class;
	ACCESS_MASK access;
	NTSTATUS (*get)(PVOID *out);
} classes[] = {
	{ PolicyAuditEventsInformation, POLICY_VIEW_AUDIT_INFORMATION,
	  audit_events },
	{ PolicyPrimaryDomainInformation, POLICY_VIEW_LOCAL_INFORMATION,
	  primary_domain },
	{ PolicyPdAccountInformation, POLICY_GET_PRIVATE_INFORMATION,
	  no_account },
	{ PolicyAccountDomainInformation, POLICY_VIEW_LOCAL_INFORMATION,
	  account_domain },
	{ PolicyLsaServerRoleInformation, POLICY_VIEW_LOCAL_INFORMATION,
	  server_role },
	{ PolicyDnsDomainInformation, POLICY_VIEW_LOCAL_INFORMATION,
	  dns_domain },
	{ PolicyDnsDomainInformationInt, POLICY_VIEW_LOCAL_INFORMATION,
	  dns_domain },
	{ PolicyLocalAccountDomainInformation, POLICY_VIEW_LOCAL_INFORMATION,
	  account_domain },
	{ PolicyMachineAccountInformation, POLICY_VIEW_LOCAL_INFORMATION,
	  no_machine_account },
};

NTSTATUS NTAPI LsaQueryInformationPolicy(LSA_HANDLE h,
					 POLICY_INFORMATION_CLASS class,
					 PVOID *out)
{
	NTSTATUS s;

	for (ULONG i = 0; i < ARRAYSIZE(classes); i++) {
		if (classes[i].class != class)
			continue;
		s = lsa_policy(h, classes[i].access);
		return NT_SUCCESS(s) ? classes[i].get(out) : s;
	}
	s = lsa_policy(h, 0);
	return NT_SUCCESS(s) ? STATUS_INVALID_PARAMETER : s;
}

NTSTATUS NTAPI LsaEnumerateTrustedDomains(LSA_HANDLE h,
					  PLSA_ENUMERATION_HANDLE context,
					  PVOID *out, ULONG size, PULONG count)
{
	NTSTATUS s = lsa_policy(h, POLICY_VIEW_LOCAL_INFORMATION);

	if (!NT_SUCCESS(s))
		return s;
	*out = NULL;
	*count = 0;
	return STATUS_NO_MORE_ENTRIES;
}

/* ---- accounts' rights, and secrets: none has any ---------------------- */

NTSTATUS NTAPI LsaEnumerateAccountRights(LSA_HANDLE h, PSID sid,
					 PLSA_UNICODE_STRING *rights,
					 PULONG count)
{
	NTSTATUS s = lsa_policy(h, POLICY_LOOKUP_NAMES);

	if (!NT_SUCCESS(s))
		return s;
	*rights = NULL;
	*count = 0;
	return RtlValidSid(sid) ? STATUS_OBJECT_NAME_NOT_FOUND
				: STATUS_INVALID_SID;
}

NTSTATUS NTAPI LsaRetrievePrivateData(LSA_HANDLE h, PLSA_UNICODE_STRING key,
				      PLSA_UNICODE_STRING *data)
{
	NTSTATUS s = lsa_policy(h, POLICY_GET_PRIVATE_INFORMATION);

	if (!NT_SUCCESS(s))
		return s;
	*data = NULL;
	return STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS NTAPI LsaStorePrivateData(LSA_HANDLE h, PLSA_UNICODE_STRING key,
				   PLSA_UNICODE_STRING data)
{
	NTSTATUS s = lsa_policy(h, POLICY_CREATE_SECRET);

	if (!NT_SUCCESS(s))
		return s;
	return data ? STATUS_NOT_SUPPORTED : STATUS_OBJECT_NAME_NOT_FOUND;
}
