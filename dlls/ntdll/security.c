/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.c - security identifiers, access masks, LUIDs, privileges.
 *
 * Lists are in acl.c, descriptors in secdesc.c.
 */
#include "ntdll-private.h"

#define SID_OF(p) ((SID *)(p))

enum { SID_HEAD = 8 }; /* revision, count, authority */

BOOLEAN NTAPI RtlValidSid(PSID sid)
{
	return sid && SID_OF(sid)->Revision == SID_REVISION &&
	       SID_OF(sid)->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthRequiredSid(ULONG count)
{
	return SID_HEAD + count * sizeof(ULONG);
}

ULONG NTAPI RtlLengthSid(PSID sid)
{
	return RtlLengthRequiredSid(SID_OF(sid)->SubAuthorityCount);
}

BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b)
{
	return SID_OF(a)->Revision == SID_OF(b)->Revision &&
	       SID_OF(a)->SubAuthorityCount == SID_OF(b)->SubAuthorityCount &&
	       !memcmp(a, b, RtlLengthSid(a));
}

/* All but the last subauthority. */
BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b)
{
	UCHAR n = SID_OF(a)->SubAuthorityCount;

	return SID_OF(a)->Revision == SID_OF(b)->Revision &&
	       n == SID_OF(b)->SubAuthorityCount &&
	       !memcmp(a, b, RtlLengthRequiredSid(n ? n - 1 : 0));
}

NTSTATUS NTAPI RtlInitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority,
				UCHAR count)
{
	if (count > SID_MAX_SUB_AUTHORITIES)
		return STATUS_INVALID_PARAMETER;
	SID_OF(sid)->Revision = SID_REVISION;
	SID_OF(sid)->SubAuthorityCount = count;
	SID_OF(sid)->IdentifierAuthority = *authority;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority,
					   UCHAR count, ULONG s0, ULONG s1,
					   ULONG s2, ULONG s3, ULONG s4,
					   ULONG s5, ULONG s6, ULONG s7,
					   PSID *out)
{
	const ULONG subs[] = { s0, s1, s2, s3, s4, s5, s6, s7 };
	SID *sid;

	if (count > ARRAY_SIZE(subs))
		return STATUS_INVALID_SID;
	sid = RtlAllocateHeap(rf_heap(), 0, RtlLengthRequiredSid(count));
	if (!sid)
		return STATUS_NO_MEMORY;
	RtlInitializeSid(sid, authority, count);
	memcpy(sid->SubAuthority, subs, count * sizeof *subs);
	*out = sid;
	return STATUS_SUCCESS;
}

PVOID NTAPI RtlFreeSid(PSID sid)
{
	RtlFreeHeap(rf_heap(), 0, sid);
	return NULL;
}

PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid)
{
	return &SID_OF(sid)->IdentifierAuthority;
}

PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG n)
{
	return &SID_OF(sid)->SubAuthority[n];
}

PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid)
{
	return &SID_OF(sid)->SubAuthorityCount;
}

NTSTATUS NTAPI RtlCopySid(ULONG size, PSID to, PSID from)
{
	ULONG n = RtlLengthSid(from);

	if (n > size)
		return STATUS_BUFFER_TOO_SMALL;
	memmove(to, from, n);
	return STATUS_SUCCESS;
}

static ULONG put_number(WCHAR *to, ULONGLONG n, ULONG base)
{
	WCHAR digits[24];
	ULONG len = 0, i = 0;

	do {
		digits[len++] = L"0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (len)
		to[i++] = digits[--len];
	return i;
}

NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING s, PSID p,
					    BOOLEAN alloc)
{
	const SID *sid = p;
	const UCHAR *a = sid->IdentifierAuthority.Value;
	ULONGLONG authority = 0;
	WCHAR text[256];
	ULONG n = 4;

	if (!RtlValidSid(p))
		return STATUS_INVALID_SID;
	for (int i = 0; i < 6; i++)
		authority = authority << 8 | a[i];
	memcpy(text, L"S-1-", 4 * sizeof *text);
	if (authority >> 32) {
		text[n++] = '0';
		text[n++] = 'x';
		/* Always twelve digits, as Windows writes it. */
		for (int i = 0; i < 12; i++)
			text[n++] =
				L"0123456789ABCDEF"[authority >> (44 - 4 * i) &
						    15];
	} else {
		n += put_number(text + n, authority, 10);
	}
	for (int i = 0; i < sid->SubAuthorityCount; i++) {
		text[n++] = '-';
		n += put_number(text + n, sid->SubAuthority[i], 10);
	}
	n *= sizeof *text;
	if (alloc) {
		s->MaximumLength = (USHORT)(n + sizeof *text);
		s->Buffer = RtlAllocateHeap(rf_heap(), 0, s->MaximumLength);
		if (!s->Buffer)
			return STATUS_NO_MEMORY;
	} else if (n > s->MaximumLength) {
		return STATUS_BUFFER_OVERFLOW;
	}
	memcpy(s->Buffer, text, n);
	s->Length = (USHORT)n;
	if (n + sizeof *text <= s->MaximumLength)
		s->Buffer[n / sizeof *text] = 0;
	return STATUS_SUCCESS;
}

/* ---- masks, LUIDs ---- */

void NTAPI RtlMapGenericMask(ACCESS_MASK *mask, const GENERIC_MAPPING *m)
{
	if (*mask & GENERIC_READ)
		*mask |= m->GenericRead;
	if (*mask & GENERIC_WRITE)
		*mask |= m->GenericWrite;
	if (*mask & GENERIC_EXECUTE)
		*mask |= m->GenericExecute;
	if (*mask & GENERIC_ALL)
		*mask |= m->GenericAll;
	*mask &=
		~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}

BOOL NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK wanted)
{
	return (granted & wanted) == wanted;
}

BOOL NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK wanted)
{
	return !!(granted & wanted);
}

void NTAPI RtlCopyLuid(PLUID to, const LUID *from)
{
	*to = *from;
}

void NTAPI RtlCopyLuidAndAttributesArray(ULONG n, PLUID_AND_ATTRIBUTES from,
					 PLUID_AND_ATTRIBUTES to)
{
	memmove(to, from, n * sizeof *to);
}

/* ---- tokens ---- */

static NTSTATUS open_token(ULONG access, BOOL thread, HANDLE *token)
{
	NTSTATUS status = STATUS_NO_TOKEN;

	if (thread)
		status = NtOpenThreadToken(NtCurrentThread(), access, FALSE,
					   token);
	if (!thread)
		status = NtOpenProcessToken(NtCurrentProcess(), access, token);
	return status;
}

NTSTATUS NTAPI RtlAdjustPrivilege(ULONG privilege, BOOLEAN enable,
				  BOOLEAN thread, BOOLEAN *old)
{
	TOKEN_PRIVILEGES new = { .PrivilegeCount = 1 }, was;
	ULONG n = sizeof was;
	NTSTATUS status;
	HANDLE token;

	status = open_token(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, thread,
			    &token);
	if (!NT_SUCCESS(status))
		return status;
	new.Privileges[0].Luid.LowPart = privilege;
	new.Privileges[0].Attributes = enable ? SE_PRIVILEGE_ENABLED : 0;
	was.PrivilegeCount = 0;
	status = NtAdjustPrivilegesToken(token, FALSE, &new, sizeof was, &was,
					 &n);
	NtClose(token);
	if (status == STATUS_NOT_ALL_ASSIGNED)
		return STATUS_PRIVILEGE_NOT_HELD;
	if (!NT_SUCCESS(status))
		return status;
	/* Unchanged privileges are not listed: then it was as it is. */
	*old = was.PrivilegeCount
		       ? !!(was.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED)
		       : enable;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level)
{
	enum { THREAD_IMPERSONATION_TOKEN = 5 };
	SECURITY_QUALITY_OF_SERVICE qos = {
		.Length = sizeof qos,
		.ImpersonationLevel = level,
	};
	OBJECT_ATTRIBUTES attr;
	HANDLE process, token;
	NTSTATUS status;

	status = open_token(TOKEN_DUPLICATE, FALSE, &process);
	if (!NT_SUCCESS(status))
		return status;
	InitializeObjectAttributes(&attr, NULL, 0, NULL, NULL);
	attr.SecurityQualityOfService = &qos;
	status = NtDuplicateToken(process, TOKEN_IMPERSONATE, &attr, FALSE,
				  TokenImpersonation, &token);
	if (NT_SUCCESS(status)) {
		status = NtSetInformationThread(NtCurrentThread(),
						THREAD_IMPERSONATION_TOKEN,
						&token, sizeof token);
		NtClose(token);
	}
	NtClose(process);
	return status;
}

NTSTATUS NTAPI RtlGetCurrentUserSid(PSID sid, ULONG size)
{
	struct {
		TOKEN_USER user;
		UCHAR sid[SECURITY_MAX_SID_SIZE];
	} info;
	NTSTATUS status;
	HANDLE token;
	ULONG n;

	status = open_token(TOKEN_QUERY, TRUE, &token);
	if (status == STATUS_NO_TOKEN)
		status = open_token(TOKEN_QUERY, FALSE, &token);
	if (!NT_SUCCESS(status))
		return status;
	status = NtQueryInformationToken(token, TokenUser, &info, sizeof info,
					 &n);
	NtClose(token);
	if (!NT_SUCCESS(status))
		return status;
	return RtlCopySid(size, sid, info.user.User.Sid);
}

NTSTATUS NTAPI RtlFormatCurrentUserKeyPath(PUNICODE_STRING path)
{
	static const WCHAR prefix[] = L"\\Registry\\User\\";
	enum { PREFIX = sizeof prefix - sizeof(WCHAR) };
	UCHAR sid[SECURITY_MAX_SID_SIZE];
	UNICODE_STRING text;
	NTSTATUS status;

	status = RtlGetCurrentUserSid(sid, sizeof sid);
	if (!NT_SUCCESS(status))
		return status;
	status = RtlConvertSidToUnicodeString(&text, sid, TRUE);
	if (!NT_SUCCESS(status))
		return status;
	path->Length = PREFIX + text.Length;
	path->MaximumLength = path->Length + sizeof(WCHAR);
	path->Buffer = RtlAllocateHeap(rf_heap(), 0, path->MaximumLength);
	if (path->Buffer) {
		memcpy(path->Buffer, prefix, PREFIX);
		memcpy(path->Buffer + PREFIX / sizeof(WCHAR), text.Buffer,
		       text.Length + sizeof(WCHAR));
	}
	RtlFreeUnicodeString(&text);
	return path->Buffer ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
