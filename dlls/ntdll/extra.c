/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extra.c - small functions that programs look up in ntdll by name.
 */
#include "ntdll-private.h"

/* ---- facts ---- */

BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG feature);
ULONG NTAPI RtlGetNtGlobalFlags(void);
ULONG NTAPI RtlGetSuiteMask(void);
ULONG NTAPI RtlGetActiveConsoleId(void);
ULONG NTAPI RtlGetCurrentServiceSessionId(void);
PCWSTR NTAPI RtlGetNtSystemRoot(void);
NTSTATUS NTAPI RtlGetNativeSystemInformation(ULONG class, PVOID info,
					     ULONG size, ULONG *n);
BOOLEAN NTAPI RtlIsStateSeparationEnabled(void);
BOOLEAN NTAPI RtlIsMultiSessionSku(void);
void NTAPI RtlGetDeviceFamilyInfoEnum(ULONGLONG *uap, ULONG *family,
				      ULONG *form);
NTSTATUS NTAPI RtlQueryElevationFlags(ULONG *flags);
NTSTATUS NTAPI RtlQueryPackageIdentity(HANDLE token, PWSTR name, SIZE_T *n,
				       PWSTR app, SIZE_T *app_n,
				       BOOLEAN *packaged);
NTSTATUS NTAPI RtlQueryPackageIdentityEx(HANDLE token, PWSTR name, SIZE_T *n,
					 PWSTR app, SIZE_T *app_n, GUID *id,
					 ULONGLONG *flags);
NTSTATUS NTAPI RtlWow64EnableFsRedirection(BOOLEAN enable);
NTSTATUS NTAPI RtlWow64EnableFsRedirectionEx(PVOID disable, PVOID *old);
NTSTATUS NTAPI RtlSwitchedVVI(const OSVERSIONINFOEXW *info, ULONG mask,
			      ULONGLONG conditions);

BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG feature)
{
	const volatile BOOLEAN *features = (const volatile BOOLEAN *)0x7ffe0274;

	return feature < 64 && features[feature];
}

ULONG NTAPI RtlGetNtGlobalFlags(void)
{
	return rf_peb()->NtGlobalFlag;
}

ULONG NTAPI RtlGetSuiteMask(void)
{
	return VER_SUITE_SINGLEUSERTS;
}

ULONG NTAPI RtlGetActiveConsoleId(void)
{
	return rf_peb()->SessionId;
}

ULONG NTAPI RtlGetCurrentServiceSessionId(void)
{
	return 0;
}

PCWSTR NTAPI RtlGetNtSystemRoot(void)
{
	return (PCWSTR)0x7ffe0030; /* KUSER_SHARED_DATA.NtSystemRoot */
}

NTSTATUS NTAPI RtlGetNativeSystemInformation(ULONG class, PVOID info,
					     ULONG size, ULONG *n)
{
	return NtQuerySystemInformation(class, info, size, n);
}

BOOLEAN NTAPI RtlIsStateSeparationEnabled(void)
{
	return FALSE;
}

BOOLEAN NTAPI RtlIsMultiSessionSku(void)
{
	return FALSE;
}

void NTAPI RtlGetDeviceFamilyInfoEnum(ULONGLONG *uap, ULONG *family,
				      ULONG *form)
{
	enum { DESKTOP = 3 };

	if (uap) /* four 16-bit numbers: 10.0.19045.0 */
		*uap = 10ull << 48 | 19045ull << 16;
	if (family)
		*family = DESKTOP;
	if (form)
		*form = DESKTOP;
}

/* Elevation, virtualization and installer detection are all off. */
NTSTATUS NTAPI RtlQueryElevationFlags(ULONG *flags)
{
	*flags = 0;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryPackageIdentity(HANDLE token, PWSTR name, SIZE_T *n,
				       PWSTR app, SIZE_T *app_n,
				       BOOLEAN *packaged)
{
	if (packaged)
		*packaged = FALSE;
	return STATUS_NOT_FOUND;
}

NTSTATUS NTAPI RtlQueryPackageIdentityEx(HANDLE token, PWSTR name, SIZE_T *n,
					 PWSTR app, SIZE_T *app_n, GUID *id,
					 ULONGLONG *flags)
{
	return STATUS_NOT_FOUND;
}

/*
 * Whether System32 means SysWOW64 is a slot of the thread's 64-bit TEB, where
 * the kernel side looks.  That TEB's address is in the 32-bit one.
 */
NTSTATUS NTAPI RtlWow64EnableFsRedirectionEx(PVOID disable, PVOID *old)
{
#ifdef _WIN64
	return STATUS_NOT_IMPLEMENTED;
#else
	enum { FS_REDIRECTION = 0x1480 + 8 * 8 }; /* TlsSlots[8] */
	ULONGLONG *slot = (ULONGLONG *)(NtCurrentTeb()->GdiBatchCount +
					FS_REDIRECTION);

	if (old)
		*old = (PVOID)(ULONG_PTR)*slot;
	*slot = (ULONG_PTR)disable;
	return STATUS_SUCCESS;
#endif
}

NTSTATUS NTAPI RtlWow64EnableFsRedirection(BOOLEAN enable)
{
	return RtlWow64EnableFsRedirectionEx((PVOID)(ULONG_PTR)!enable, NULL);
}

/* What VerifyVersionInfo calls: it may be lied to by a shim; not here. */
NTSTATUS NTAPI RtlSwitchedVVI(const OSVERSIONINFOEXW *info, ULONG mask,
			      ULONGLONG conditions)
{
	return RtlVerifyVersionInfo(info, mask, conditions);
}

/* ---- numbers, memory ---- */

#undef RtlUshortByteSwap
#undef RtlUlongByteSwap
#undef RtlUlonglongByteSwap
USHORT __fastcall RtlUshortByteSwap(USHORT n);
ULONG __fastcall RtlUlongByteSwap(ULONG n);
ULONGLONG __fastcall RtlUlonglongByteSwap(ULONGLONG n);
BOOLEAN NTAPI RtlIsZeroMemory(const void *p, SIZE_T n);
BOOLEAN NTAPI RtlEqualLuid(const LUID *a, const LUID *b);
NTSTATUS NTAPI RtlLargeIntegerToChar(const ULONGLONG *n, ULONG base, LONG size,
				     PSZ to);

USHORT __fastcall RtlUshortByteSwap(USHORT n)
{
	return __builtin_bswap16(n);
}

ULONG __fastcall RtlUlongByteSwap(ULONG n)
{
	return __builtin_bswap32(n);
}

ULONGLONG __fastcall RtlUlonglongByteSwap(ULONGLONG n)
{
	return __builtin_bswap64(n);
}

BOOLEAN NTAPI RtlIsZeroMemory(const void *p, SIZE_T n)
{
	const UCHAR *b = p;

	return !n || (!*b && !memcmp(b, b + 1, n - 1));
}

BOOLEAN NTAPI RtlEqualLuid(const LUID *a, const LUID *b)
{
	return a->LowPart == b->LowPart && a->HighPart == b->HighPart;
}

NTSTATUS NTAPI RtlLargeIntegerToChar(const ULONGLONG *n, ULONG base, LONG size,
				     PSZ to)
{
	WCHAR wide[65];
	UNICODE_STRING s = { 0, sizeof wide, wide };
	NTSTATUS status = RtlInt64ToUnicodeString(*n, base, &s);
	LONG len = s.Length / (LONG)sizeof(WCHAR);

	if (!NT_SUCCESS(status))
		return status;
	if (len > size)
		return STATUS_BUFFER_OVERFLOW;
	for (LONG i = 0; i < len; i++)
		to[i] = (char)wide[i];
	if (len < size)
		to[len] = 0;
	return STATUS_SUCCESS;
}

/* ---- locks, strings, SIDs ---- */

HANDLE NTAPI RtlQueryCriticalSectionOwner(HANDLE event);
ULONG NTAPI RtlGetCriticalSectionRecursionCount(PRTL_CRITICAL_SECTION cs);
void NTAPI RtlInitUTF8String(PSTRING s, PCSTR from);
NTSTATUS NTAPI RtlInitUTF8StringEx(PSTRING s, PCSTR from);
PWCHAR NTAPI RtlFindUnicodeSubstring(PCUNICODE_STRING s, PCUNICODE_STRING what,
				     BOOLEAN fold);
NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID sid, ULONG *n);
NTSTATUS NTAPI RtlCopySecurityDescriptor(PSECURITY_DESCRIPTOR from,
					 PSECURITY_DESCRIPTOR *to);
NTSTATUS NTAPI RtlOpenCurrentUser(ACCESS_MASK access, HANDLE *key);

ULONG NTAPI RtlGetCriticalSectionRecursionCount(PRTL_CRITICAL_SECTION cs)
{
	return cs->OwningThread == current_tid() ? cs->RecursionCount : 0;
}

/* Sections have no events here that could be asked about. */
HANDLE NTAPI RtlQueryCriticalSectionOwner(HANDLE event)
{
	return NULL;
}

void NTAPI RtlInitUTF8String(PSTRING s, PCSTR from)
{
	RtlInitString(s, from);
}

NTSTATUS NTAPI RtlInitUTF8StringEx(PSTRING s, PCSTR from)
{
	return RtlInitStringEx(s, from);
}

PWCHAR NTAPI RtlFindUnicodeSubstring(PCUNICODE_STRING s, PCUNICODE_STRING what,
				     BOOLEAN fold)
{
	SIZE_T n = s->Length / sizeof(WCHAR),
	       len = what->Length / sizeof(WCHAR);

	for (SIZE_T i = 0; len <= n && i <= n - len; i++)
		if (!RtlCompareUnicodeStrings(s->Buffer + i, len, what->Buffer,
					      len, fold))
			return s->Buffer + i;
	return NULL;
}

NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID sid, ULONG *n)
{
	UNICODE_STRING s;
	NTSTATUS status = RtlConvertSidToUnicodeString(&s, sid, TRUE);

	if (!NT_SUCCESS(status))
		return status;
	*n = s.Length + sizeof(WCHAR);
	RtlFreeUnicodeString(&s);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCopySecurityDescriptor(PSECURITY_DESCRIPTOR from,
					 PSECURITY_DESCRIPTOR *to)
{
	ULONG n = 0;
	NTSTATUS status;

	RtlMakeSelfRelativeSD(from, NULL, &n);
	*to = RtlAllocateHeap(rf_heap(), 0, n);
	if (!*to)
		return STATUS_NO_MEMORY;
	status = RtlMakeSelfRelativeSD(from, *to, &n);
	if (!NT_SUCCESS(status))
		RtlFreeHeap(rf_heap(), 0, *to);
	return status;
}

NTSTATUS NTAPI RtlOpenCurrentUser(ACCESS_MASK access, HANDLE *key)
{
	OBJECT_ATTRIBUTES attr;
	UNICODE_STRING path;
	NTSTATUS status = RtlFormatCurrentUserKeyPath(&path);

	if (!NT_SUCCESS(status))
		return status;
	InitializeObjectAttributes(&attr, &path, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	status = NtCreateKey(key, access, &attr, 0, NULL, 0, NULL);
	RtlFreeUnicodeString(&path);
	return status;
}

/* ---- frames ---- */

struct frame {
	struct frame *previous;
};
void NTAPI RtlPushFrame(struct frame *f);
void NTAPI RtlPopFrame(struct frame *f);
struct frame *NTAPI RtlGetFrame(void);

void NTAPI RtlPushFrame(struct frame *f)
{
	f->previous = NtCurrentTeb()->ActiveFrame;
	NtCurrentTeb()->ActiveFrame = f;
}

void NTAPI RtlPopFrame(struct frame *f)
{
	NtCurrentTeb()->ActiveFrame = f->previous;
}

struct frame *NTAPI RtlGetFrame(void)
{
	return NtCurrentTeb()->ActiveFrame;
}

/* ---- time ---- */

ULONGLONG NTAPI RtlGetInterruptTimePrecise(ULONGLONG *counter);
NTSTATUS NTAPI RtlDelayExecution(BOOLEAN alertable, LARGE_INTEGER *interval);

ULONGLONG NTAPI RtlGetInterruptTimePrecise(ULONGLONG *counter)
{
	LARGE_INTEGER now;

	RtlQueryPerformanceCounter(&now); /* counts 100 ns */
	if (counter)
		*counter = (ULONGLONG)now.QuadPart;
	return (ULONGLONG)now.QuadPart;
}

NTSTATUS NTAPI RtlDelayExecution(BOOLEAN alertable, LARGE_INTEGER *interval)
{
	return NtDelayExecution(alertable, interval);
}

/* ---- privileges ---- */

struct acquired {
	ULONG n;
	LUID_AND_ATTRIBUTES old[];
};
NTSTATUS NTAPI RtlAcquirePrivilege(ULONG *privileges, ULONG n, ULONG flags,
				   PVOID *state);
void NTAPI RtlReleasePrivilege(PVOID state);

static void put_back(struct acquired *a)
{
	BOOLEAN old;

	for (ULONG i = 0; i < a->n; i++)
		RtlAdjustPrivilege(a->old[i].Luid.LowPart,
				   !!a->old[i].Attributes, FALSE, &old);
}

/* On the process's token: no thread impersonates just for this. */
NTSTATUS NTAPI RtlAcquirePrivilege(ULONG *privileges, ULONG n, ULONG flags,
				   PVOID *state)
{
	struct acquired *a =
		RtlAllocateHeap(rf_heap(), 0, sizeof *a + n * sizeof a->old[0]);
	NTSTATUS status = STATUS_SUCCESS;
	BOOLEAN old;

	if (!a)
		return STATUS_NO_MEMORY;
	a->n = 0;
	while (a->n < n && NT_SUCCESS(status)) {
		status =
			RtlAdjustPrivilege(privileges[a->n], TRUE, FALSE, &old);
		if (!NT_SUCCESS(status))
			break;
		a->old[a->n].Luid.LowPart = privileges[a->n];
		a->old[a->n].Attributes = old;
		a->n++;
	}
	if (!NT_SUCCESS(status)) {
		put_back(a);
		RtlFreeHeap(rf_heap(), 0, a);
		return status;
	}
	*state = a;
	return STATUS_SUCCESS;
}

void NTAPI RtlReleasePrivilege(PVOID state)
{
	put_back(state);
	RtlFreeHeap(rf_heap(), 0, state);
}
