/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - facts about the process: the PEB and its lock, versions,
 * processors; and pointers disguised by a cookie.
 */
#include "ntdll-private.h"

enum { MAJOR = 10, MINOR = 0, BUILD = 19045 };

PPEB NTAPI RtlGetCurrentPeb(void)
{
	return rf_peb();
}

void NTAPI RtlAcquirePebLock(void)
{
	RtlEnterCriticalSection(rf_peb()->FastPebLock);
}

void NTAPI RtlReleasePebLock(void)
{
	RtlLeaveCriticalSection(rf_peb()->FastPebLock);
}

/* ---- versions ---- */

NTSTATUS NTAPI RtlGetVersion(OSVERSIONINFOW *info)
{
	OSVERSIONINFOEXW *ex = (OSVERSIONINFOEXW *)info;

	info->dwMajorVersion = MAJOR;
	info->dwMinorVersion = MINOR;
	info->dwBuildNumber = BUILD;
	info->dwPlatformId = VER_PLATFORM_WIN32_NT;
	memset(info->szCSDVersion, 0, sizeof info->szCSDVersion);
	if (info->dwOSVersionInfoSize == sizeof *ex) {
		ex->wServicePackMajor = 0;
		ex->wServicePackMinor = 0;
		ex->wSuiteMask = VER_SUITE_SINGLEUSERTS;
		ex->wProductType = VER_NT_WORKSTATION;
		ex->wReserved = 0;
	}
	return STATUS_SUCCESS;
}

void NTAPI RtlGetNtVersionNumbers(ULONG *major, ULONG *minor, ULONG *build)
{
	if (major)
		*major = MAJOR;
	if (minor)
		*minor = MINOR;
	if (build)
		*build = 0xf0000000u | BUILD; /* a free build, as they say */
}

BOOLEAN NTAPI RtlGetNtProductType(ULONG *type)
{
	*type = VER_NT_WORKSTATION;
	return TRUE;
}

BOOLEAN NTAPI RtlGetProductInfo(DWORD major, DWORD minor, DWORD sp_major,
				DWORD sp_minor, PDWORD type)
{
	enum { PROFESSIONAL = 0x30 };

	if (!type)
		return FALSE;
	*type = major < 6 ? PRODUCT_UNDEFINED : PROFESSIONAL;
	return major >= 6;
}

/* Three bits per kind of information, in the order of the VER_* bits. */
ULONGLONG NTAPI VerSetConditionMask(ULONGLONG mask, DWORD type, BYTE condition)
{
	for (int i = 0; i < 8; i++)
		if (type & 1u << i)
			mask |= (ULONGLONG)(condition & 7) << (i * 3);
	return mask;
}

static ULONG condition_of(ULONGLONG conditions, ULONG type)
{
	return (ULONG)(conditions >> (__builtin_ctz(type) * 3)) & 7;
}

static BOOL holds(ULONG condition, LONG order)
{
	switch (condition) {
	case VER_EQUAL:
		return order == 0;
	case VER_GREATER:
		return order > 0;
	case VER_GREATER_EQUAL:
		return order >= 0;
	case VER_LESS:
		return order < 0;
	case VER_LESS_EQUAL:
		return order <= 0;
	default:
		return FALSE;
	}
}

static LONG order_of(ULONG have, ULONG want)
{
	return have == want ? 0 : have > want ? 1 : -1;
}

/*
 * Major, minor, build and service pack are one number: what is more
 * significant decides, and the last condition given is the one that holds
 * between whole versions.
 */
static BOOL version_holds(const OSVERSIONINFOEXW *have,
			  const OSVERSIONINFOEXW *want, ULONG mask,
			  ULONGLONG conditions)
{
	const struct {
		ULONG type, have, want;
	} parts[] = {
		{ VER_MAJORVERSION, have->dwMajorVersion,
		  want->dwMajorVersion },
		{ VER_MINORVERSION, have->dwMinorVersion,
		  want->dwMinorVersion },
		{ VER_SERVICEPACKMAJOR, have->wServicePackMajor,
		  want->wServicePackMajor },
		{ VER_SERVICEPACKMINOR, have->wServicePackMinor,
		  want->wServicePackMinor },
	};
	ULONG condition = VER_EQUAL;
	LONG order = 0;

	for (ULONG i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!(mask & parts[i].type))
			continue;
		condition = condition_of(conditions, parts[i].type);
		order = order_of(parts[i].have, parts[i].want);
		if (order)
			break;
	}
	return !(mask & (VER_MAJORVERSION | VER_MINORVERSION |
			 VER_SERVICEPACKMAJOR | VER_SERVICEPACKMINOR)) ||
	       holds(condition, order);
}

NTSTATUS NTAPI RtlVerifyVersionInfo(const OSVERSIONINFOEXW *want, ULONG mask,
				    ULONGLONG conditions)
{
	OSVERSIONINFOEXW have = { .dwOSVersionInfoSize = sizeof have };
	ULONG c;

	if (!mask || !conditions)
		return STATUS_INVALID_PARAMETER;
	RtlGetVersion((OSVERSIONINFOW *)&have);
	if (mask & VER_PRODUCT_TYPE &&
	    !holds(condition_of(conditions, VER_PRODUCT_TYPE),
		   order_of(have.wProductType, want->wProductType)))
		return STATUS_REVISION_MISMATCH;
	if (mask & VER_SUITENAME) {
		c = condition_of(conditions, VER_SUITENAME);
		if (c == VER_AND ? (have.wSuiteMask & want->wSuiteMask) !=
					   want->wSuiteMask
		    : c == VER_OR ? !(have.wSuiteMask & want->wSuiteMask) &&
					    want->wSuiteMask
				  : TRUE)
			return c == VER_AND || c == VER_OR
				       ? STATUS_REVISION_MISMATCH
				       : STATUS_INVALID_PARAMETER;
	}
	if (mask & VER_PLATFORMID &&
	    !holds(condition_of(conditions, VER_PLATFORMID),
		   order_of(have.dwPlatformId, want->dwPlatformId)))
		return STATUS_REVISION_MISMATCH;
	if (mask & VER_BUILDNUMBER &&
	    !holds(condition_of(conditions, VER_BUILDNUMBER),
		   order_of(have.dwBuildNumber, want->dwBuildNumber)))
		return STATUS_REVISION_MISMATCH;
	return version_holds(&have, want, mask, conditions)
		       ? STATUS_SUCCESS
		       : STATUS_REVISION_MISMATCH;
}

/* ---- processors, identity ---- */

void NTAPI RtlGetCurrentProcessorNumberEx(PROCESSOR_NUMBER *n)
{
	*n = (PROCESSOR_NUMBER){ 0 };
	n->Number = (BYTE)NtGetCurrentProcessorNumber();
}

ULONG NTAPI RtlGetCurrentProcessorNumber(void)
{
	return NtGetCurrentProcessorNumber();
}

BOOLEAN NTAPI RtlIsCurrentProcess(HANDLE process)
{
	return process == NtCurrentProcess() ||
	       NT_SUCCESS(NtCompareObjects(process, NtCurrentProcess()));
}

BOOLEAN NTAPI RtlIsCurrentThread(HANDLE thread)
{
	return thread == NtCurrentThread() ||
	       NT_SUCCESS(NtCompareObjects(thread, NtCurrentThread()));
}

/* Needs a privilege that nobody here has. */
void NTAPI RtlSetProcessIsCritical(BOOLEAN new, BOOLEAN *old, BOOLEAN check)
{
	if (old)
		*old = FALSE;
}

/* ---- disguised pointers ---- */

PVOID NTAPI RtlEncodePointer(PVOID p);
PVOID NTAPI RtlDecodePointer(PVOID p);
PVOID NTAPI RtlEncodeSystemPointer(PVOID p);
PVOID NTAPI RtlDecodeSystemPointer(PVOID p);

static ULONG_PTR cookie(void)
{
	static ULONG_PTR value;
	ULONG_PTR v = value;

	if (!v) {
		rf_gen_random(&v, sizeof v);
		v |= 1;
		/* Two threads at once: the first one's stands. */
		v = (ULONG_PTR)InterlockedCompareExchangePointer(
			    (PVOID *)&value, (PVOID)v, NULL)
			    ?: v;
	}
	return v;
}

enum { WIDTH = 8 * sizeof(void *) };

PVOID NTAPI RtlEncodePointer(PVOID p)
{
	ULONG_PTR c = cookie(), v = (ULONG_PTR)p ^ c;
	ULONG by = c >> 8 & (WIDTH - 1);

	return (PVOID)(by ? v >> by | v << (WIDTH - by) : v);
}

PVOID NTAPI RtlDecodePointer(PVOID p)
{
	ULONG_PTR c = cookie(), v = (ULONG_PTR)p;
	ULONG by = c >> 8 & (WIDTH - 1);

	return (PVOID)((by ? v << by | v >> (WIDTH - by) : v) ^ c);
}

/* "System" wide on Windows; nothing passes between processes here. */
PVOID NTAPI RtlEncodeSystemPointer(PVOID p)
{
	return RtlEncodePointer(p);
}

PVOID NTAPI RtlDecodeSystemPointer(PVOID p)
{
	return RtlDecodePointer(p);
}

/* ---- start ---- */

/* The parts of this DLL that the loader does not bring up itself. */
void rtl_process_init(void)
{
	PPEB peb = rf_peb();

	/* Start blocks may hold offsets. */
	RtlNormalizeProcessParams(peb->ProcessParameters);
	if (!peb->NumberOfProcessors)
		peb->NumberOfProcessors = 1;
}

/* ---- threads ---- */

NTSTATUS NTAPI RtlCreateUserThread(HANDLE process, PSECURITY_DESCRIPTOR sd,
				   BOOLEAN suspended, ULONG zero_bits,
				   SIZE_T reserve, SIZE_T commit, PVOID start,
				   PVOID parameter, HANDLE *thread,
				   CLIENT_ID *id)
{
	enum { CREATE_SUSPENDED_FLAG = 1, PS_ATTRIBUTE_CLIENT_ID = 0x10003 };
	struct {
		SIZE_T length;
		ULONG_PTR attribute;
		SIZE_T size;
		PVOID value;
		SIZE_T *returned;
	} list = { sizeof list, PS_ATTRIBUTE_CLIENT_ID, sizeof *id, id, NULL };
	OBJECT_ATTRIBUTES attr;
	NTSTATUS status;
	HANDLE h;

	InitializeObjectAttributes(&attr, NULL, 0, NULL, sd);
	status = NtCreateThreadEx(
		&h, THREAD_ALL_ACCESS, &attr, process, start, parameter,
		suspended ? CREATE_SUSPENDED_FLAG : 0, zero_bits, commit,
		reserve, id ? &list : NULL);
	if (!NT_SUCCESS(status))
		return status;
	if (thread)
		*thread = h;
	else
		NtClose(h);
	return STATUS_SUCCESS;
}
