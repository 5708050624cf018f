/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl.h - ntdll's Rtl*, Ldr*, Csr*, Tp* functions that other DLLs of ours use.
 *
 * Included by nt.h.  Add a prototype here when ntdll exports something new.
 * Names that begin with rf_ are private to this project: ntdll exports them,
 * Windows has no such thing.
 */
#ifndef RF_DLL_RTL_H
#define RF_DLL_RTL_H

#include <stdarg.h>

/* ---- heap ------------------------------------------------------------- */

NTSYSAPI PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve,
				   SIZE_T commit, PVOID lock, PVOID parameters);
NTSYSAPI PVOID NTAPI RtlDestroyHeap(PVOID heap); /* NULL: done */
NTSYSAPI BOOLEAN NTAPI RtlLockHeap(PVOID heap);
NTSYSAPI BOOLEAN NTAPI RtlUnlockHeap(PVOID heap);
NTSYSAPI BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, const void *p);
NTSYSAPI BOOLEAN NTAPI RtlValidateProcessHeaps(void);
NTSYSAPI SIZE_T NTAPI RtlCompactHeap(PVOID heap, ULONG flags);
NTSYSAPI ULONG NTAPI RtlGetProcessHeaps(ULONG count, PVOID *heaps);
NTSYSAPI NTSTATUS NTAPI RtlWalkHeap(PVOID heap, PVOID entry);
NTSYSAPI BOOLEAN NTAPI RtlSetUserValueHeap(PVOID heap, ULONG flags, PVOID p,
					   PVOID value);
NTSYSAPI BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID heap, ULONG flags, PVOID p,
					  PVOID *value, ULONG *user_flags);
NTSYSAPI BOOLEAN NTAPI RtlZeroHeap(PVOID heap, ULONG flags);

/* What RtlWalkHeap() fills in; start with DataAddress = NULL. */
typedef struct _RTL_HEAP_WALK_ENTRY {
	PVOID DataAddress;
	SIZE_T DataSize;
	UCHAR OverheadBytes;
	UCHAR SegmentIndex;
	USHORT Flags; /* RTL_HEAP_* below */
	union {
		struct {
			SIZE_T Settable;
			USHORT TagIndex;
			USHORT AllocatorBackTraceIndex;
			ULONG Reserved[2];
		} Block;
		struct {
			ULONG CommittedSize;
			ULONG UnCommittedSize;
			PVOID FirstEntry;
			PVOID LastEntry;
		} Segment;
	};
} RTL_HEAP_WALK_ENTRY, *PRTL_HEAP_WALK_ENTRY;
#define RTL_HEAP_BUSY 0x0001
#define RTL_HEAP_SEGMENT 0x0002
#define RTL_HEAP_UNCOMMITTED_RANGE 0x0100

/* ---- memory ---------------------------------------------------------------- */

NTSYSAPI void NTAPI RtlFillMemoryUlong(ULONG *to, SIZE_T n, ULONG v);
NTSYSAPI void NTAPI RtlFillMemoryUlonglong(ULONGLONG *to, SIZE_T n,
					   ULONGLONG v);
NTSYSAPI SIZE_T NTAPI RtlCompareMemoryUlong(const ULONG *p, SIZE_T n, ULONG v);

/* ---- locks ------------------------------------------------------------ */

NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(
	PRTL_CRITICAL_SECTION cs, ULONG spin);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionEx(
	PRTL_CRITICAL_SECTION cs, ULONG spin, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlDeleteCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI NTSTATUS NTAPI RtlEnterCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI NTSTATUS NTAPI RtlLeaveCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI BOOLEAN NTAPI RtlTryEnterCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI ULONG NTAPI RtlSetCriticalSectionSpinCount(PRTL_CRITICAL_SECTION cs,
						    ULONG spin);
NTSYSAPI ULONG NTAPI RtlIsCriticalSectionLocked(PRTL_CRITICAL_SECTION cs);
NTSYSAPI ULONG NTAPI
RtlIsCriticalSectionLockedByThread(PRTL_CRITICAL_SECTION cs);
NTSYSAPI void NTAPI RtlEnableEarlyCriticalSectionEventCreation(void);

NTSYSAPI void NTAPI RtlInitializeSRWLock(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlAcquireSRWLockExclusive(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlReleaseSRWLockExclusive(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlAcquireSRWLockShared(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlReleaseSRWLockShared(PRTL_SRWLOCK lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(PRTL_SRWLOCK lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockShared(PRTL_SRWLOCK lock);

NTSYSAPI void NTAPI RtlInitializeConditionVariable(PRTL_CONDITION_VARIABLE cv);
NTSYSAPI void NTAPI RtlWakeConditionVariable(PRTL_CONDITION_VARIABLE cv);
NTSYSAPI void NTAPI RtlWakeAllConditionVariable(PRTL_CONDITION_VARIABLE cv);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableCS(
	PRTL_CONDITION_VARIABLE cv, PRTL_CRITICAL_SECTION cs,
	const LARGE_INTEGER *timeout);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableSRW(
	PRTL_CONDITION_VARIABLE cv, PRTL_SRWLOCK lock,
	const LARGE_INTEGER *timeout, ULONG flags);

NTSYSAPI void NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE once);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE once,
						  ULONG flags, PVOID *context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE once, ULONG flags,
					   PVOID context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE once,
					      PRTL_RUN_ONCE_INIT_FN fn,
					      PVOID parameter, PVOID *context);

NTSYSAPI NTSTATUS NTAPI RtlWaitOnAddress(const volatile void *address,
					 PVOID compare, SIZE_T size,
					 const LARGE_INTEGER *timeout);
NTSYSAPI void NTAPI RtlWakeAddressSingle(PVOID address);
NTSYSAPI void NTAPI RtlWakeAddressAll(PVOID address);

NTSYSAPI NTSTATUS NTAPI RtlInitBarrier(PRTL_BARRIER b, ULONG threads,
				       ULONG spin);
NTSYSAPI NTSTATUS NTAPI RtlDeleteBarrier(PRTL_BARRIER b);
NTSYSAPI BOOLEAN NTAPI RtlBarrier(PRTL_BARRIER b, ULONG flags);
NTSYSAPI BOOLEAN NTAPI RtlBarrierForDelete(PRTL_BARRIER b, ULONG flags);

typedef struct _RTL_RESOURCE {
	RTL_CRITICAL_SECTION CriticalSection;
	HANDLE SharedSemaphore; /* ours: a condition variable */
	volatile ULONG NumberOfWaitingShared;
	HANDLE ExclusiveSemaphore; /* ours: a condition variable */
	volatile ULONG NumberOfWaitingExclusive;
	volatile LONG NumberOfActive; /* -1: exclusively held */
	HANDLE ExclusiveOwnerThread;
	ULONG Flags;
	PVOID DebugInfo;
} RTL_RESOURCE, *PRTL_RESOURCE;
NTSYSAPI void NTAPI RtlInitializeResource(PRTL_RESOURCE r);
NTSYSAPI void NTAPI RtlDeleteResource(PRTL_RESOURCE r);
NTSYSAPI BOOLEAN NTAPI RtlAcquireResourceShared(PRTL_RESOURCE r, BOOLEAN wait);
NTSYSAPI BOOLEAN NTAPI RtlAcquireResourceExclusive(PRTL_RESOURCE r,
						   BOOLEAN wait);
NTSYSAPI void NTAPI RtlReleaseResource(PRTL_RESOURCE r);
NTSYSAPI void NTAPI RtlConvertSharedToExclusive(PRTL_RESOURCE r);
NTSYSAPI void NTAPI RtlConvertExclusiveToShared(PRTL_RESOURCE r);

/* ---- errors, process facts --------------------------------------------- */

NTSYSAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS status);
NTSYSAPI ULONG NTAPI RtlGetLastWin32Error(void);
NTSYSAPI void NTAPI RtlSetLastWin32Error(ULONG error);
NTSYSAPI void NTAPI RtlRestoreLastWin32Error(ULONG error);
NTSYSAPI void NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS s);
NTSYSAPI NTSTATUS NTAPI RtlGetLastNtStatus(void);
NTSYSAPI ULONG NTAPI RtlGetThreadErrorMode(void);
NTSYSAPI NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, ULONG *old);
NTSYSAPI PPEB NTAPI RtlGetCurrentPeb(void);
NTSYSAPI void NTAPI RtlAcquirePebLock(void);
NTSYSAPI void NTAPI RtlReleasePebLock(void);
NTSYSAPI NTSTATUS NTAPI RtlGetVersion(OSVERSIONINFOW *info);
NTSYSAPI void NTAPI RtlGetNtVersionNumbers(ULONG *major, ULONG *minor,
					   ULONG *build);
NTSYSAPI NTSTATUS NTAPI RtlVerifyVersionInfo(const OSVERSIONINFOEXW *info,
					     ULONG mask, ULONGLONG conditions);
NTSYSAPI BOOLEAN NTAPI RtlGetNtProductType(ULONG *type);
NTSYSAPI ULONG NTAPI RtlGetCurrentProcessorNumber(void);
NTSYSAPI void NTAPI RtlGetCurrentProcessorNumberEx(PROCESSOR_NUMBER *n);
NTSYSAPI BOOLEAN NTAPI RtlIsCurrentProcess(HANDLE process);
NTSYSAPI BOOLEAN NTAPI RtlIsCurrentThread(HANDLE thread);
NTSYSAPI void NTAPI RtlSetProcessIsCritical(BOOLEAN new, BOOLEAN *old,
					    BOOLEAN check);

/*
 * rf_fatal() - print "run-foreign: <message>" where a person sees it and end
 * the process with status.  For damage that must not be carried on with.
 */
void __cdecl rf_fatal(NTSTATUS status, const char *format, ...)
	__attribute__((noreturn, format(ms_printf, 2, 3)));
/* One line on the process's standard error, without its newline. */
void __cdecl rf_complain(const char *format, ...)
	__attribute__((format(ms_printf, 1, 2)));

/* ---- counted strings ---------------------------------------------------- */

NTSYSAPI void NTAPI RtlInitString(PSTRING s, PCSTR from);
NTSYSAPI NTSTATUS NTAPI RtlInitStringEx(PSTRING s, PCSTR from);
NTSYSAPI void NTAPI RtlInitAnsiString(PANSI_STRING s, PCSTR from);
NTSYSAPI NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING s, PCSTR from);
NTSYSAPI void NTAPI RtlInitUnicodeString(PUNICODE_STRING s, PCWSTR from);
NTSYSAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING s, PCWSTR from);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING s, PCWSTR from);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING s,
							PCSTR from);
NTSYSAPI void NTAPI RtlFreeUnicodeString(PUNICODE_STRING s);
NTSYSAPI void NTAPI RtlFreeAnsiString(PANSI_STRING s);
NTSYSAPI void NTAPI RtlFreeOemString(POEM_STRING s);
NTSYSAPI void NTAPI RtlFreeUTF8String(PSTRING s);
NTSYSAPI void NTAPI RtlCopyUnicodeString(PUNICODE_STRING to,
					 PCUNICODE_STRING from);
NTSYSAPI void NTAPI RtlCopyString(PSTRING to, const STRING *from);
/* flags: 1 always NUL-terminate, 2 NUL-terminate even when empty */
NTSYSAPI NTSTATUS NTAPI RtlDuplicateUnicodeString(int flags,
						  PCUNICODE_STRING from,
						  PUNICODE_STRING to);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING to,
						       PCUNICODE_STRING from);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING to,
						 PCWSTR from);
NTSYSAPI NTSTATUS NTAPI RtlAppendStringToString(PSTRING to, const STRING *from);
NTSYSAPI NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING to, PCSTR from);
NTSYSAPI LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a,
					    PCUNICODE_STRING b, BOOLEAN fold);
NTSYSAPI LONG NTAPI RtlCompareUnicodeStrings(PCWSTR a, SIZE_T na, PCWSTR b,
					     SIZE_T nb, BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a,
					     PCUNICODE_STRING b, BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING prefix,
					      PCUNICODE_STRING s, BOOLEAN fold);
NTSYSAPI LONG NTAPI RtlCompareString(const STRING *a, const STRING *b,
				     BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b,
				      BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *s,
				       BOOLEAN fold);
NTSYSAPI NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING s, BOOLEAN fold,
					     ULONG algorithm, ULONG *hash);
NTSYSAPI NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags,
						   PCUNICODE_STRING s,
						   PCUNICODE_STRING chars,
						   USHORT *at);
NTSYSAPI void NTAPI RtlEraseUnicodeString(PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags,
						 PCUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING to,
					       PCUNICODE_STRING from,
					       BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING to,
						 PCUNICODE_STRING from,
						 BOOLEAN alloc);
NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c);
NTSYSAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c);
NTSYSAPI CHAR NTAPI RtlUpperChar(CHAR c);
NTSYSAPI void NTAPI RtlUpperString(PSTRING to, const STRING *from);
NTSYSAPI BOOLEAN NTAPI RtlIsTextUnicode(const void *p, INT n, INT *flags);
NTSYSAPI BOOLEAN NTAPI RtlIsNameInExpression(PCUNICODE_STRING pattern,
					     PCUNICODE_STRING name,
					     BOOLEAN ignore_case,
					     PWCH upcase_table);

/* ---- code pages ----------------------------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING to,
						     PCANSI_STRING from,
						     BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING to,
						     PCUNICODE_STRING from,
						     BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING to,
						    const STRING *from,
						    BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING to,
						    PCUNICODE_STRING from,
						    BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(
	PANSI_STRING to, PCUNICODE_STRING from, BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(
	POEM_STRING to, PCUNICODE_STRING from, BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING to,
						     const STRING *from,
						     BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PSTRING to,
						     PCUNICODE_STRING from,
						     BOOLEAN alloc);
NTSYSAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING s);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING s);
NTSYSAPI ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *s);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING s);
NTSYSAPI WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR *p);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH to, ULONG to_size,
					       ULONG *size, PCSTR from,
					       ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(ULONG *size, PCSTR from,
						  ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR to, ULONG to_size,
					       ULONG *size, PCWCH from,
					       ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(ULONG *size, PCWCH from,
						  ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR to, ULONG to_size,
						     ULONG *size, PCWCH from,
						     ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlOemToUnicodeN(PWCH to, ULONG to_size, ULONG *size,
					 PCSTR from, ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR to, ULONG to_size, ULONG *size,
					 PCWCH from, ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR to, ULONG to_size,
					       ULONG *size, PCWCH from,
					       ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR to, ULONG to_size, ULONG *size,
					  PCSTR from, ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR to, ULONG to_size, ULONG *size,
					  PCWSTR from, ULONG from_size);
NTSYSAPI void NTAPI RtlGetDefaultCodePage(USHORT *ansi, USHORT *oem);
NTSYSAPI NTSTATUS NTAPI RtlNormalizeString(ULONG form, PCWSTR from, LONG n,
					   PWSTR to, LONG *to_n);
NTSYSAPI NTSTATUS NTAPI RtlIsNormalizedString(ULONG form, PCWSTR s, LONG n,
					      BOOLEAN *normal);

/*
 * The converters behind MultiByteToWideChar and its inverse.  Lengths are in
 * elements and do not stop at a NUL.  to_n 0: only measure; to is not used.
 */
struct rf_cp; /* a code page; opaque, never freed */
/* NULL: no such code page.  0-3 (CP_ACP...) are resolved. */
const struct rf_cp *NTAPI rf_cp_open(UINT codepage);
UINT NTAPI rf_cp_number(const struct rf_cp *cp);
UINT NTAPI rf_cp_max_char_size(const struct rf_cp *cp); /* bytes per WCHAR */
BOOL NTAPI rf_cp_is_lead_byte(const struct rf_cp *cp, UCHAR c);
/* 12 bytes: ranges of lead bytes, 0 0 ends; as CPINFO.LeadByte */
void NTAPI rf_cp_lead_ranges(const struct rf_cp *cp, UCHAR *ranges);
/* NULL: the number is unknown */
const WCHAR *NTAPI rf_cp_name(const struct rf_cp *cp);
/* The character the code page uses for what it lacks: '?' mostly. */
void NTAPI rf_cp_default_char(const struct rf_cp *cp, UCHAR *mb, WCHAR *wc);
/* Number n of the known code pages, 0 after the last. */
UINT NTAPI rf_cp_enum(UINT n);
/*
 *   strict   fail on a sequence that means nothing (MB_ERR_INVALID_CHARS)
 *   *out_n   elements written (or needed)
 *
 * STATUS_BUFFER_TOO_SMALL, STATUS_NO_UNICODE_TRANSLATION (strict).
 */
NTSTATUS NTAPI rf_cp_to_wide(const struct rf_cp *cp, BOOL strict,
			     const char *from, SIZE_T n, WCHAR *to, SIZE_T to_n,
			     SIZE_T *out_n);
/*
 *   flags         WC_NO_BEST_FIT_CHARS, WC_ERR_INVALID_CHARS
 *   default_char  up to a NUL or 2 bytes; NULL: the code page's own
 *   used_default  may be NULL
 */
NTSTATUS NTAPI rf_cp_from_wide(const struct rf_cp *cp, ULONG flags,
			       const WCHAR *from, SIZE_T n, char *to,
			       SIZE_T to_n, SIZE_T *out_n,
			       const char *default_char, BOOL *used_default);

/* Character types (CT_CTYPE1 bits) and case, whole BMP. */
WORD NTAPI rf_ctype1(WCHAR c);

/* ---- numbers and text -------------------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG n, ULONG base,
						  PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG n, ULONG base,
						PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING s,
						  ULONG base, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIntegerToChar(ULONG n, ULONG base, LONG size,
					 PSZ to);
NTSYSAPI NTSTATUS NTAPI RtlCharToInteger(PCSTR s, ULONG base, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlStringFromGUID(const GUID *guid, PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING s, GUID *guid);
NTSYSAPI PSTR NTAPI RtlIpv4AddressToStringA(const void *addr, PSTR s);
NTSYSAPI PWSTR NTAPI RtlIpv4AddressToStringW(const void *addr, PWSTR s);
NTSYSAPI NTSTATUS NTAPI RtlIpv4AddressToStringExA(const void *addr, USHORT port,
						  PSTR s, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv4AddressToStringExW(const void *addr, USHORT port,
						  PWSTR s, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR s, BOOLEAN strict,
						PCSTR *end, void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressW(PCWSTR s, BOOLEAN strict,
						PCWSTR *end, void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressExA(PCSTR s, BOOLEAN strict,
						  void *addr, USHORT *port);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressExW(PCWSTR s, BOOLEAN strict,
						  void *addr, USHORT *port);
NTSYSAPI PSTR NTAPI RtlIpv6AddressToStringA(const void *addr, PSTR s);
NTSYSAPI PWSTR NTAPI RtlIpv6AddressToStringW(const void *addr, PWSTR s);
NTSYSAPI NTSTATUS NTAPI RtlIpv6AddressToStringExA(const void *addr, ULONG scope,
						  USHORT port, PSTR s,
						  ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv6AddressToStringExW(const void *addr, ULONG scope,
						  USHORT port, PWSTR s,
						  ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressA(PCSTR s, PCSTR *end,
						void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressW(PCWSTR s, PCWSTR *end,
						void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressExA(PCSTR s, void *addr,
						  ULONG *scope, USHORT *port);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressExW(PCWSTR s, void *addr,
						  ULONG *scope, USHORT *port);

/* ---- environment, parameters -------------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN inherit, PVOID *env);
NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironmentEx(PVOID source, PVOID *env,
					       ULONG flags);
NTSYSAPI void NTAPI RtlDestroyEnvironment(PVOID env);
NTSYSAPI void NTAPI RtlSetCurrentEnvironment(PVOID env, PVOID *old);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID env,
						      PCUNICODE_STRING name,
						      PUNICODE_STRING value);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID env, PCWSTR name,
						    SIZE_T name_n, PWSTR value,
						    SIZE_T value_n,
						    SIZE_T *value_len);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *env,
						  PCUNICODE_STRING name,
						  PCUNICODE_STRING value);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *env, PCWSTR name,
					     SIZE_T name_n, PCWSTR value,
					     SIZE_T value_n);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentStrings(PCWSTR strings, SIZE_T size);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID env,
						      PCUNICODE_STRING from,
						      PUNICODE_STRING to,
						      ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID env, PCWSTR from,
						    SIZE_T from_n, PWSTR to,
						    SIZE_T to_n, SIZE_T *n);
/* Bytes of an environment block, its last NUL included. */
SIZE_T NTAPI rf_environment_size(const WCHAR *env);

#define RTL_USER_PROC_PARAMS_NORMALIZED 0x00000001
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParameters(
	RTL_USER_PROCESS_PARAMETERS **out, PCUNICODE_STRING image,
	PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
	PCUNICODE_STRING command_line, PVOID environment,
	PCUNICODE_STRING title, PCUNICODE_STRING desktop,
	PCUNICODE_STRING shell, PCUNICODE_STRING runtime);
/* flags: RTL_USER_PROC_PARAMS_NORMALIZED or 0 (strings as offsets) */
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParametersEx(
	RTL_USER_PROCESS_PARAMETERS **out, PCUNICODE_STRING image,
	PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
	PCUNICODE_STRING command_line, PVOID environment,
	PCUNICODE_STRING title, PCUNICODE_STRING desktop,
	PCUNICODE_STRING shell, PCUNICODE_STRING runtime, ULONG flags);
NTSYSAPI NTSTATUS NTAPI
RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *p);
NTSYSAPI RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p);
NTSYSAPI RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p);

/* ---- paths ----------------------------------------------------------------- */

typedef enum _RTL_PATH_TYPE {
	RtlPathTypeUnknown,
	RtlPathTypeUncAbsolute,	    /* \\server\share\x */
	RtlPathTypeDriveAbsolute,   /* C:\x */
	RtlPathTypeDriveRelative,   /* C:x */
	RtlPathTypeRooted,	    /* \x */
	RtlPathTypeRelative,	    /* x */
	RtlPathTypeLocalDevice,	    /* \\.\x and \\?\x */
	RtlPathTypeRootLocalDevice, /* \\. and \\? */
} RTL_PATH_TYPE;
typedef struct _RTL_RELATIVE_NAME_U {
	UNICODE_STRING RelativeName;
	HANDLE ContainingDirectory;
	PVOID CurDirRef;
} RTL_RELATIVE_NAME_U, *PRTL_RELATIVE_NAME_U;
NTSYSAPI RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR path);
NTSYSAPI RTL_PATH_TYPE NTAPI
RtlDetermineDosPathNameType_Ustr(PCUNICODE_STRING path);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR path);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_Ustr(PCUNICODE_STRING path);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR path,
						    PUNICODE_STRING nt,
						    PWSTR *file_part,
						    PRTL_RELATIVE_NAME_U rel);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel);
NTSYSAPI void NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U rel);
NTSYSAPI ULONG NTAPI RtlGetFullPathName_U(PCWSTR path, ULONG size, PWSTR to,
					  PWSTR *file_part);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR path, ULONG size,
					       PWSTR to, PWSTR *file_part,
					       ULONG *bytes);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UstrEx(
	PCUNICODE_STRING path, PUNICODE_STRING fixed, PUNICODE_STRING dynamic,
	PUNICODE_STRING *used, SIZE_T *file_part, BOOLEAN *invalid,
	RTL_PATH_TYPE *type, SIZE_T *needed);
NTSYSAPI ULONG NTAPI RtlGetCurrentDirectory_U(ULONG size, PWSTR to);
NTSYSAPI NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path);
NTSYSAPI ULONG NTAPI RtlGetLongestNtPathLength(void);
NTSYSAPI BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR path);
NTSYSAPI ULONG NTAPI RtlDosSearchPath_U(PCWSTR path, PCWSTR name, PCWSTR ext,
					ULONG size, PWSTR to, PWSTR *file_part);
NTSYSAPI BOOLEAN NTAPI RtlAreLongPathsEnabled(void);

/* ---- time ------------------------------------------------------------------ */

typedef struct _TIME_FIELDS {
	SHORT Year, Month, Day;
	SHORT Hour, Minute, Second, Milliseconds;
	SHORT Weekday; /* 0 Sunday */
} TIME_FIELDS, *PTIME_FIELDS;
NTSYSAPI void NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *t,
					PTIME_FIELDS f);
NTSYSAPI BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS f, LARGE_INTEGER *t);
NTSYSAPI void NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *t,
					       PTIME_FIELDS f);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *t,
						 ULONG *s);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *t,
						 ULONG *s);
NTSYSAPI void NTAPI RtlSecondsSince1970ToTime(ULONG s, LARGE_INTEGER *t);
NTSYSAPI void NTAPI RtlSecondsSince1980ToTime(ULONG s, LARGE_INTEGER *t);
NTSYSAPI NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system,
						 LARGE_INTEGER *local);
NTSYSAPI NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local,
						 LARGE_INTEGER *system);
NTSYSAPI BOOL NTAPI RtlQueryPerformanceCounter(LARGE_INTEGER *c);
NTSYSAPI BOOL NTAPI RtlQueryPerformanceFrequency(LARGE_INTEGER *f);
NTSYSAPI BOOL NTAPI RtlQueryUnbiasedInterruptTime(ULONGLONG *t);
NTSYSAPI ULONGLONG NTAPI RtlGetSystemTimePrecise(void);
NTSYSAPI NTSTATUS NTAPI RtlQueryTimeZoneInformation(void *info);

/* ---- thread-local storage, bitmaps ---------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION fn, ULONG *index);
NTSYSAPI NTSTATUS NTAPI RtlFlsFree(ULONG index);
NTSYSAPI NTSTATUS NTAPI RtlFlsSetValue(ULONG index, PVOID value);
NTSYSAPI NTSTATUS NTAPI RtlFlsGetValue(ULONG index, PVOID *value);
/* LdrShutdownThread calls both; callbacks run in the first. */
void NTAPI rf_fls_thread_detach(void);
void NTAPI heap_thread_detach(void);
/* kernel32's TlsAlloc family: slots in the TEB, then the expansion slots. */
NTSTATUS NTAPI rf_tls_alloc(ULONG *index);
NTSTATUS NTAPI rf_tls_free(ULONG index);
NTSTATUS NTAPI rf_tls_set(ULONG index, PVOID value);
NTSTATUS NTAPI rf_tls_get(ULONG index, PVOID *value);

typedef struct _RTL_BITMAP {
	ULONG SizeOfBitMap;
	PULONG Buffer;
} RTL_BITMAP, *PRTL_BITMAP;
typedef struct _RTL_BITMAP_RUN {
	ULONG StartingIndex;
	ULONG NumberOfBits;
} RTL_BITMAP_RUN, *PRTL_BITMAP_RUN;
NTSYSAPI void NTAPI RtlInitializeBitMap(PRTL_BITMAP b, PULONG bits, ULONG n);
NTSYSAPI void NTAPI RtlClearBit(PRTL_BITMAP b, ULONG n);
NTSYSAPI void NTAPI RtlSetBit(PRTL_BITMAP b, ULONG n);
NTSYSAPI BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP b, ULONG n);
NTSYSAPI void NTAPI RtlClearAllBits(PRTL_BITMAP b);
NTSYSAPI void NTAPI RtlSetAllBits(PRTL_BITMAP b);
NTSYSAPI void NTAPI RtlClearBits(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI void NTAPI RtlSetBits(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI ULONG NTAPI RtlFindClearBits(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindSetBits(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP b, ULONG from,
						PULONG at);
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunSet(PRTL_BITMAP b, ULONG from,
					      PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLastBackwardRunClear(PRTL_BITMAP b, ULONG from,
						 PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLastBackwardRunSet(PRTL_BITMAP b, ULONG from,
					       PULONG at);
NTSYSAPI ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindFirstRunSet(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLongestRunSet(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindClearRuns(PRTL_BITMAP b, PRTL_BITMAP_RUN runs,
				      ULONG n, BOOLEAN longest);
NTSYSAPI ULONG NTAPI RtlFindSetRuns(PRTL_BITMAP b, PRTL_BITMAP_RUN runs,
				    ULONG n, BOOLEAN longest);
NTSYSAPI ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP b);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP b);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR n);
NTSYSAPI CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG n);
NTSYSAPI CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG n);

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
NTSYSAPI BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted,
						ACCESS_MASK wanted);
NTSYSAPI BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted,
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

/* ---- tables, atoms ----------------------------------------------------------- */

typedef enum _TABLE_SEARCH_RESULT {
	TableEmptyTree,
	TableFoundNode,
	TableInsertAsLeft,
	TableInsertAsRight
} TABLE_SEARCH_RESULT;
typedef enum _RTL_GENERIC_COMPARE_RESULTS {
	GenericLessThan,
	GenericGreaterThan,
	GenericEqual
} RTL_GENERIC_COMPARE_RESULTS;

typedef struct _RTL_BALANCED_LINKS {
	struct _RTL_BALANCED_LINKS *Parent;
	struct _RTL_BALANCED_LINKS *LeftChild;
	struct _RTL_BALANCED_LINKS *RightChild;
	CHAR Balance;
	UCHAR Reserved[3];
} RTL_BALANCED_LINKS, *PRTL_BALANCED_LINKS;
struct _RTL_AVL_TABLE;
typedef RTL_GENERIC_COMPARE_RESULTS(NTAPI *PRTL_AVL_COMPARE_ROUTINE)(
	struct _RTL_AVL_TABLE *t, PVOID a, PVOID b);
typedef PVOID(NTAPI *PRTL_AVL_ALLOCATE_ROUTINE)(struct _RTL_AVL_TABLE *t,
						LONG size);
typedef void(NTAPI *PRTL_AVL_FREE_ROUTINE)(struct _RTL_AVL_TABLE *t, PVOID p);
typedef NTSTATUS(NTAPI *PRTL_AVL_MATCH_FUNCTION)(struct _RTL_AVL_TABLE *t,
						 PVOID user, PVOID data);
typedef struct _RTL_AVL_TABLE {
	RTL_BALANCED_LINKS BalancedRoot; /* the root is its right child */
	PVOID OrderedPointer;
	ULONG WhichOrderedElement;
	ULONG NumberGenericTableElements;
	ULONG DepthOfTree;
	PRTL_BALANCED_LINKS RestartKey;
	ULONG DeleteCount;
	PRTL_AVL_COMPARE_ROUTINE CompareRoutine;
	PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine;
	PRTL_AVL_FREE_ROUTINE FreeRoutine;
	PVOID TableContext;
} RTL_AVL_TABLE, *PRTL_AVL_TABLE;
NTSYSAPI void NTAPI RtlInitializeGenericTableAvl(
	PRTL_AVL_TABLE t, PRTL_AVL_COMPARE_ROUTINE compare,
	PRTL_AVL_ALLOCATE_ROUTINE alloc, PRTL_AVL_FREE_ROUTINE free,
	PVOID context);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p,
						     ULONG n, BOOLEAN *new);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableFullAvl(
	PRTL_AVL_TABLE t, PVOID p, ULONG n, BOOLEAN *new, PVOID parent,
	TABLE_SEARCH_RESULT how);
NTSYSAPI BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE t,
						       PVOID p);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableFullAvl(
	PRTL_AVL_TABLE t, PVOID p, PVOID *node, TABLE_SEARCH_RESULT *how);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE t,
						 BOOLEAN restart);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(
	PRTL_AVL_TABLE t, PVOID *restart);
NTSYSAPI PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE t, ULONG i);
NTSYSAPI ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE t);
NTSYSAPI BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE t);

typedef struct _RTL_SPLAY_LINKS {
	struct _RTL_SPLAY_LINKS *Parent; /* itself: the root */
	struct _RTL_SPLAY_LINKS *LeftChild;
	struct _RTL_SPLAY_LINKS *RightChild;
} RTL_SPLAY_LINKS, *PRTL_SPLAY_LINKS;
struct _RTL_GENERIC_TABLE;
typedef RTL_GENERIC_COMPARE_RESULTS(NTAPI *PRTL_GENERIC_COMPARE_ROUTINE)(
	struct _RTL_GENERIC_TABLE *t, PVOID a, PVOID b);
typedef PVOID(NTAPI *PRTL_GENERIC_ALLOCATE_ROUTINE)(
	struct _RTL_GENERIC_TABLE *t, LONG size);
typedef void(NTAPI *PRTL_GENERIC_FREE_ROUTINE)(struct _RTL_GENERIC_TABLE *t,
					       PVOID p);
typedef struct _RTL_GENERIC_TABLE {
	PRTL_SPLAY_LINKS TableRoot;
	LIST_ENTRY InsertOrderList;
	PLIST_ENTRY OrderedPointer;
	ULONG WhichOrderedElement;
	ULONG NumberGenericTableElements;
	PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine;
	PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine;
	PRTL_GENERIC_FREE_ROUTINE FreeRoutine;
	PVOID TableContext;
} RTL_GENERIC_TABLE, *PRTL_GENERIC_TABLE;
NTSYSAPI void NTAPI RtlInitializeGenericTable(
	PRTL_GENERIC_TABLE t, PRTL_GENERIC_COMPARE_ROUTINE compare,
	PRTL_GENERIC_ALLOCATE_ROUTINE alloc, PRTL_GENERIC_FREE_ROUTINE free,
	PVOID context);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE t, PVOID p,
						  ULONG n, BOOLEAN *new);
NTSYSAPI BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE t,
						    PVOID p);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE t,
						  PVOID p);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE t,
					      BOOLEAN restart);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(
	PRTL_GENERIC_TABLE t, PVOID *restart);
NTSYSAPI PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE t, ULONG i);
NTSYSAPI ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE t);
NTSYSAPI BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE t);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS n);
NTSYSAPI void NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS n,
				     PRTL_SPLAY_LINKS *root);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS n);

typedef struct _RTL_ATOM_TABLE *PRTL_ATOM_TABLE;
typedef USHORT RTL_ATOM, *PRTL_ATOM;
NTSYSAPI NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PRTL_ATOM_TABLE *t);
NTSYSAPI NTSTATUS NTAPI RtlDestroyAtomTable(PRTL_ATOM_TABLE t);
NTSYSAPI NTSTATUS NTAPI RtlEmptyAtomTable(PRTL_ATOM_TABLE t, BOOLEAN pinned);
NTSYSAPI NTSTATUS NTAPI RtlAddAtomToAtomTable(PRTL_ATOM_TABLE t, PCWSTR name,
					      PRTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlLookupAtomInAtomTable(PRTL_ATOM_TABLE t, PCWSTR name,
						 PRTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PRTL_ATOM_TABLE t,
						   RTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlPinAtomInAtomTable(PRTL_ATOM_TABLE t, RTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlQueryAtomInAtomTable(PRTL_ATOM_TABLE t,
						RTL_ATOM atom, ULONG *refs,
						ULONG *pins, PWSTR name,
						ULONG *size);
NTSYSAPI BOOLEAN NTAPI RtlGetIntegerAtom(PCWSTR name, USHORT *atom);

/* ---- handle tables (HANDLE-like small objects, LocalAlloc-style) ------------- */

typedef struct _RTL_HANDLE_TABLE_ENTRY {
	union {
		ULONG Flags; /* bit 0: allocated */
		struct _RTL_HANDLE_TABLE_ENTRY *NextFree;
	};
} RTL_HANDLE_TABLE_ENTRY, *PRTL_HANDLE_TABLE_ENTRY;
typedef struct _RTL_HANDLE_TABLE {
	ULONG MaximumNumberOfHandles;
	ULONG SizeOfHandleTableEntry;
	ULONG Reserved[2];
	PRTL_HANDLE_TABLE_ENTRY FreeHandles;
	PRTL_HANDLE_TABLE_ENTRY CommittedHandles;
	PRTL_HANDLE_TABLE_ENTRY UnCommittedHandles;
	PRTL_HANDLE_TABLE_ENTRY MaxReservedHandles;
} RTL_HANDLE_TABLE, *PRTL_HANDLE_TABLE;
NTSYSAPI void NTAPI RtlInitializeHandleTable(ULONG max, ULONG entry_size,
					     PRTL_HANDLE_TABLE t);
NTSYSAPI NTSTATUS NTAPI RtlDestroyHandleTable(PRTL_HANDLE_TABLE t);
NTSYSAPI PRTL_HANDLE_TABLE_ENTRY NTAPI RtlAllocateHandle(PRTL_HANDLE_TABLE t,
							 ULONG *index);
NTSYSAPI BOOLEAN NTAPI RtlFreeHandle(PRTL_HANDLE_TABLE t,
				     PRTL_HANDLE_TABLE_ENTRY e);
NTSYSAPI BOOLEAN NTAPI RtlIsValidHandle(PRTL_HANDLE_TABLE t,
					PRTL_HANDLE_TABLE_ENTRY e);
NTSYSAPI BOOLEAN NTAPI RtlIsValidIndexHandle(PRTL_HANDLE_TABLE t, ULONG index,
					     PRTL_HANDLE_TABLE_ENTRY *e);

/* ---- random, checksums, compression ------------------------------------------ */

NTSYSAPI ULONG NTAPI RtlRandom(ULONG *seed);
NTSYSAPI ULONG NTAPI RtlRandomEx(ULONG *seed);
NTSYSAPI ULONG NTAPI RtlUniform(ULONG *seed);
/* advapi32's SystemFunction036 and bcryptprimitives' ProcessPrng. */
BOOLEAN NTAPI rf_gen_random(PVOID buffer, SIZE_T n);
NTSYSAPI ULONG NTAPI RtlComputeCrc32(ULONG crc, const void *p, INT n);
NTSYSAPI NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(USHORT format,
						       ULONG *workspace,
						       ULONG *fragment);
NTSYSAPI NTSTATUS NTAPI RtlCompressBuffer(USHORT format, PUCHAR from,
					  ULONG from_size, PUCHAR to,
					  ULONG to_size, ULONG chunk,
					  ULONG *size, PVOID workspace);
NTSYSAPI NTSTATUS NTAPI RtlDecompressBuffer(USHORT format, PUCHAR to,
					    ULONG to_size, PUCHAR from,
					    ULONG from_size, ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlDecompressBufferEx(USHORT format, PUCHAR to,
					      ULONG to_size, PUCHAR from,
					      ULONG from_size, ULONG *size,
					      PVOID workspace);
NTSYSAPI NTSTATUS NTAPI RtlDecompressFragment(USHORT format, PUCHAR to,
					      ULONG to_size, PUCHAR from,
					      ULONG from_size, ULONG offset,
					      ULONG *size, PVOID workspace);

/* ---- messages, debugging ------------------------------------------------------ */

NTSYSAPI NTSTATUS NTAPI RtlFindMessage(PVOID module, ULONG type, ULONG language,
				       ULONG id, PMESSAGE_RESOURCE_ENTRY *e);
NTSYSAPI ULONG __cdecl DbgPrint(PCSTR format, ...);
NTSYSAPI ULONG __cdecl DbgPrintEx(ULONG component, ULONG level, PCSTR format,
				  ...);
NTSYSAPI ULONG NTAPI vDbgPrintEx(ULONG component, ULONG level, PCSTR format,
				 va_list args);
NTSYSAPI void NTAPI DbgBreakPoint(void);
NTSYSAPI void NTAPI DbgUserBreakPoint(void);

/* ---- exceptions (except*.c), image (ldr*.c) ------------------------------------- */

NTSYSAPI void NTAPI RtlRaiseException(PEXCEPTION_RECORD record);
NTSYSAPI void NTAPI RtlRaiseStatus(NTSTATUS status);
NTSYSAPI PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base);
NTSYSAPI PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped,
						  USHORT directory,
						  ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlCreateUserThread(
	HANDLE process, PSECURITY_DESCRIPTOR sd, BOOLEAN suspended,
	ULONG zero_bits, SIZE_T reserve, SIZE_T commit, PVOID start,
	PVOID parameter, HANDLE *thread, CLIENT_ID *id);
NTSYSAPI void NTAPI RtlExitUserThread(NTSTATUS status);
NTSYSAPI void NTAPI RtlExitUserProcess(NTSTATUS status);

/* ---- thread pool ------------------------------------------------------------------ */

NTSYSAPI NTSTATUS NTAPI TpAllocPool(PTP_POOL *pool, PVOID reserved);
NTSYSAPI void NTAPI TpReleasePool(PTP_POOL pool);
NTSYSAPI void NTAPI TpSetPoolMaxThreads(PTP_POOL pool, ULONG n);
NTSYSAPI NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL pool, ULONG n);
NTSYSAPI NTSTATUS NTAPI
TpSetPoolStackInformation(PTP_POOL pool, TP_POOL_STACK_INFORMATION *info);
NTSYSAPI NTSTATUS NTAPI
TpQueryPoolStackInformation(PTP_POOL pool, TP_POOL_STACK_INFORMATION *info);
NTSYSAPI NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *group);
NTSYSAPI void NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP group);
NTSYSAPI void NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP group,
						 ULONG cancel, PVOID context);
NTSYSAPI NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK fn, PVOID context,
					PTP_CALLBACK_ENVIRON env);
NTSYSAPI NTSTATUS NTAPI TpAllocWork(PTP_WORK *work, PTP_WORK_CALLBACK fn,
				    PVOID context, PTP_CALLBACK_ENVIRON env);
NTSYSAPI void NTAPI TpPostWork(PTP_WORK work);
NTSYSAPI void NTAPI TpWaitForWork(PTP_WORK work, ULONG cancel);
NTSYSAPI void NTAPI TpReleaseWork(PTP_WORK work);
NTSYSAPI NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *timer, PTP_TIMER_CALLBACK fn,
				     PVOID context, PTP_CALLBACK_ENVIRON env);
NTSYSAPI void NTAPI TpSetTimer(PTP_TIMER timer, LARGE_INTEGER *due,
			       ULONG period, ULONG window);
NTSYSAPI ULONG NTAPI TpSetTimerEx(PTP_TIMER timer, LARGE_INTEGER *due,
				  ULONG period, ULONG window);
NTSYSAPI ULONG NTAPI TpIsTimerSet(PTP_TIMER timer);
NTSYSAPI void NTAPI TpWaitForTimer(PTP_TIMER timer, ULONG cancel);
NTSYSAPI void NTAPI TpReleaseTimer(PTP_TIMER timer);
NTSYSAPI NTSTATUS NTAPI TpAllocWait(PTP_WAIT *wait, PTP_WAIT_CALLBACK fn,
				    PVOID context, PTP_CALLBACK_ENVIRON env);
NTSYSAPI void NTAPI TpSetWait(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *due);
NTSYSAPI ULONG NTAPI TpSetWaitEx(PTP_WAIT wait, HANDLE handle,
				 LARGE_INTEGER *due, PVOID reserved);
NTSYSAPI void NTAPI TpWaitForWait(PTP_WAIT wait, ULONG cancel);
NTSYSAPI void NTAPI TpReleaseWait(PTP_WAIT wait);
typedef void(NTAPI *PTP_IO_CALLBACK)(PTP_CALLBACK_INSTANCE instance,
				     PVOID context, PVOID apc_context,
				     IO_STATUS_BLOCK *iosb, PTP_IO io);
NTSYSAPI NTSTATUS NTAPI TpAllocIoCompletion(PTP_IO *io, HANDLE file,
					    PTP_IO_CALLBACK fn, PVOID context,
					    PTP_CALLBACK_ENVIRON env);
NTSYSAPI void NTAPI TpStartAsyncIoOperation(PTP_IO io);
NTSYSAPI void NTAPI TpCancelAsyncIoOperation(PTP_IO io);
NTSYSAPI void NTAPI TpWaitForIoCompletion(PTP_IO io, ULONG cancel);
NTSYSAPI void NTAPI TpReleaseIoCompletion(PTP_IO io);
NTSYSAPI NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE i);
NTSYSAPI void NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE i);
NTSYSAPI void NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE i,
						   HANDLE event);
NTSYSAPI void NTAPI TpCallbackReleaseSemaphoreOnCompletion(
	PTP_CALLBACK_INSTANCE i, HANDLE semaphore, ULONG n);
NTSYSAPI void NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE i,
						       HANDLE mutex);
NTSYSAPI void NTAPI TpCallbackLeaveCriticalSectionOnCompletion(
	PTP_CALLBACK_INSTANCE i, PRTL_CRITICAL_SECTION cs);
NTSYSAPI void NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE i,
						    HANDLE dll);

typedef void(NTAPI *PRTL_WORK_ITEM_ROUTINE)(PVOID context);
typedef void(NTAPI *PRTL_WAIT_OR_TIMER_ROUTINE)(PVOID context, BOOLEAN timeout);
NTSYSAPI NTSTATUS NTAPI RtlQueueWorkItem(PRTL_WORK_ITEM_ROUTINE fn,
					 PVOID context, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlSetIoCompletionCallback(HANDLE file, PVOID fn,
						   ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimerQueue(HANDLE *queue);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE queue);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE queue, HANDLE event);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimer(HANDLE queue, HANDLE *timer,
				       PRTL_WAIT_OR_TIMER_ROUTINE fn,
				       PVOID context, ULONG due, ULONG period,
				       ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlUpdateTimer(HANDLE queue, HANDLE timer, ULONG due,
				       ULONG period);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimer(HANDLE queue, HANDLE timer,
				       HANDLE event);
NTSYSAPI NTSTATUS NTAPI RtlRegisterWait(HANDLE *wait, HANDLE object,
					PRTL_WAIT_OR_TIMER_ROUTINE fn,
					PVOID context, ULONG ms, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWait(HANDLE wait);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE wait, HANDLE event);

/* ---- formatted text: no floating point, no locale --------------------------------- */

/* As _vsnprintf and _vsnwprintf of ntdll: -1 when it does not fit. */
int __cdecl rf_vsnprintf(char *to, size_t n, const char *format, va_list args);
int __cdecl rf_vsnwprintf(WCHAR *to, size_t n, const WCHAR *format,
			  va_list args);

#endif
