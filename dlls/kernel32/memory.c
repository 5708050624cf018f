/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory.c - virtual memory, of this process and of others.
 *
 * Sections (file mappings) are in mapping.c, heaps in heap.c.
 */
#include "kernel32-private.h"
#include "nt-thread.h"

/* ---- allocation ---- */

LPVOID WINAPI VirtualAllocEx(HANDLE process, LPVOID address, SIZE_T size,
			     DWORD type, DWORD protect)
{
	PVOID base = address;

	/* An address inside the first 64 KB must not round down to "any". */
	if (address && (ULONG_PTR)address < 0x10000) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	return rf_result(NtAllocateVirtualMemory(process, &base, 0, &size, type,
						 protect))
		       ? base
		       : NULL;
}

LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type,
			   DWORD protect)
{
	return VirtualAllocEx(NtCurrentProcess(), address, size, type, protect);
}

/* The preferred node is a hint, which one pool of memory has no use for. */
LPVOID WINAPI VirtualAllocExNuma(HANDLE process, LPVOID address, SIZE_T size,
				 DWORD type, DWORD protect, DWORD node)
{
	return VirtualAllocEx(process, address, size, type, protect);
}

PVOID WINAPI VirtualAlloc2(HANDLE process, PVOID address, SIZE_T size,
			   ULONG type, ULONG protect,
			   MEM_EXTENDED_PARAMETER *params, ULONG n)
{
	PVOID base = address;

	if (!process)
		process = NtCurrentProcess();
	return rf_result(NtAllocateVirtualMemoryEx(process, &base, &size, type,
						   protect, params, n))
		       ? base
		       : NULL;
}

PVOID WINAPI VirtualAllocFromApp(PVOID address, SIZE_T size, ULONG type,
				 ULONG protect)
{
	return VirtualAlloc(address, size, type, protect);
}

BOOL WINAPI VirtualFreeEx(HANDLE process, LPVOID address, SIZE_T size,
			  DWORD type)
{
	/* Part of a reservation goes only if it is, or was, a placeholder. */
	const DWORD parts = MEM_PRESERVE_PLACEHOLDER | MEM_COALESCE_PLACEHOLDERS;
	PVOID base = address;

	if ((type & MEM_RELEASE) && size && !(type & parts)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return rf_result(NtFreeVirtualMemory(process, &base, &size, type));
}

BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
	return VirtualFreeEx(NtCurrentProcess(), address, size, type);
}

/* ---- protection, queries ---- */

BOOL WINAPI VirtualProtectEx(HANDLE process, LPVOID address, SIZE_T size,
			     DWORD protect, PDWORD old)
{
	PVOID base = address;

	return rf_result(
		NtProtectVirtualMemory(process, &base, &size, protect, old));
}

BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protect,
			   PDWORD old)
{
	return VirtualProtectEx(NtCurrentProcess(), address, size, protect,
				old);
}

BOOL WINAPI VirtualProtectFromApp(PVOID address, SIZE_T size, ULONG protect,
				  PULONG old)
{
	return VirtualProtect(address, size, protect, old);
}

SIZE_T WINAPI VirtualQueryEx(HANDLE process, LPCVOID address,
			     PMEMORY_BASIC_INFORMATION info, SIZE_T size)
{
	SIZE_T got = 0;

	return rf_result(NtQueryVirtualMemory(process, (PVOID)address,
					      0 /* MemoryBasicInformation */,
					      info, size, &got))
		       ? got
		       : 0;
}

SIZE_T WINAPI VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info,
			   SIZE_T size)
{
	return VirtualQueryEx(NtCurrentProcess(), address, info, size);
}

BOOL WINAPI QueryVirtualMemoryInformation(HANDLE process, const VOID *address,
					  ULONG class, PVOID info, SIZE_T size,
					  PSIZE_T needed)
{
	if (class != 0 /* MemoryRegionInfo */) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return rf_result(NtQueryVirtualMemory(process, (PVOID)address,
					      3 /* MemoryRegionInformation */,
					      info, size, needed));
}

BOOL WINAPI VirtualLock(LPVOID address, SIZE_T size)
{
	PVOID base = address;

	return rf_result(NtLockVirtualMemory(NtCurrentProcess(), &base, &size,
					     1 /* in the working set */));
}

BOOL WINAPI VirtualUnlock(LPVOID address, SIZE_T size)
{
	PVOID base = address;

	return rf_result(
		NtUnlockVirtualMemory(NtCurrentProcess(), &base, &size, 1));
}

/* ---- hints ---- */

BOOL WINAPI PrefetchVirtualMemory(HANDLE process, ULONG_PTR n,
				  PWIN32_MEMORY_RANGE_ENTRY ranges, ULONG flags)
{
	return rf_result(NtSetInformationVirtualMemory(
		process, 0 /* VmPrefetchInformation */, n, ranges, &flags,
		sizeof flags));
}

/* The contents may go, the pages stay. */
static DWORD reset(PVOID address, SIZE_T size, ULONG type)
{
	if (((ULONG_PTR)address & 0xfff) || (size & 0xfff) || !size)
		return ERROR_INVALID_PARAMETER;
	return VirtualAlloc(address, size, type, PAGE_NOACCESS)
		       ? ERROR_SUCCESS
		       : GetLastError();
}

DWORD WINAPI DiscardVirtualMemory(PVOID address, SIZE_T size)
{
	return reset(address, size, MEM_RESET);
}

DWORD WINAPI OfferVirtualMemory(PVOID address, SIZE_T size,
				OFFER_PRIORITY priority)
{
	if (priority < VmOfferPriorityVeryLow ||
	    priority > VmOfferPriorityNormal)
		return ERROR_INVALID_PARAMETER;
	return reset(address, size, MEM_RESET);
}

DWORD WINAPI ReclaimVirtualMemory(PVOID address, SIZE_T size)
{
	return reset(address, size, MEM_RESET_UNDO);
}

/* ---- write watch ---- */

UINT WINAPI GetWriteWatch(DWORD flags, PVOID base, SIZE_T size,
			  PVOID *addresses, ULONG_PTR *n, LPDWORD granularity)
{
	return rf_result(NtGetWriteWatch(NtCurrentProcess(), flags, base, size,
					 addresses, n, granularity))
		       ? 0
		       : ~0u;
}

UINT WINAPI ResetWriteWatch(LPVOID base, SIZE_T size)
{
	return rf_result(NtResetWriteWatch(NtCurrentProcess(), base, size))
		       ? 0
		       : ~0u;
}

/* ---- address windowing: needs a privilege nobody has here ---- */

BOOL WINAPI AllocateUserPhysicalPages(HANDLE process, PULONG_PTR n,
				      PULONG_PTR pages)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI AllocateUserPhysicalPagesNuma(HANDLE process, PULONG_PTR n,
					  PULONG_PTR pages, DWORD node)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI FreeUserPhysicalPages(HANDLE process, PULONG_PTR n,
				  PULONG_PTR pages)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI MapUserPhysicalPages(PVOID address, ULONG_PTR n, PULONG_PTR pages)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI MapUserPhysicalPagesScatter(PVOID *addresses, ULONG_PTR n,
					PULONG_PTR pages)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

/* Large pages need a privilege too: 0 says that there are none. */
SIZE_T WINAPI GetLargePageMinimum(void)
{
	return 0;
}

/* ---- how much there is ---- */

BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX m)
{
	RF_SYSTEM_BASIC basic;
	RF_SYSTEM_PERFORMANCE perf;
	RF_VM_COUNTERS_EX vm;
	NTSTATUS status;

	if (m->dwLength != sizeof *m) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!rf_result(NtQuerySystemInformation(RfSystemBasicInformation,
						&basic, sizeof basic, NULL)))
		return FALSE;
	status = NtQuerySystemInformation(RfSystemPerformanceInformation, &perf,
					  sizeof perf, NULL);
	if (!rf_result(status))
		return FALSE;
	m->ullTotalPhys =
		(ULONGLONG)basic.NumberOfPhysicalPages * basic.PageSize;
	m->ullAvailPhys = (ULONGLONG)perf.AvailablePages * basic.PageSize;
	m->ullTotalPageFile = (ULONGLONG)perf.CommitLimit * basic.PageSize;
	m->ullAvailPageFile =
		perf.CommitLimit > perf.CommittedPages
			? (ULONGLONG)(perf.CommitLimit - perf.CommittedPages) *
				  basic.PageSize
			: 0;
	m->ullTotalVirtual = (ULONGLONG)basic.MaximumUserModeAddress + 1 -
			     basic.MinimumUserModeAddress;
	m->ullAvailVirtual = m->ullTotalVirtual;
	status = NtQueryInformationProcess(
		NtCurrentProcess(), RfProcessVmCounters, &vm, sizeof vm, NULL);
	if (NT_SUCCESS(status) && vm.VirtualSize < m->ullTotalVirtual)
		m->ullAvailVirtual -= vm.VirtualSize;
	m->ullAvailExtendedVirtual = 0;
	m->dwMemoryLoad = m->ullTotalPhys
				  ? (m->ullTotalPhys - m->ullAvailPhys) * 100 /
					    m->ullTotalPhys
				  : 0;
	return TRUE;
}

/* Programs that do not say they can count beyond 2 GB are not asked to. */
static SIZE_T fits(ULONGLONG n)
{
	SIZE_T most = (SIZE_T)-1;
#ifndef _WIN64
	IMAGE_NT_HEADERS *nt = RtlImageNtHeader(rf_peb()->ImageBaseAddress);

	if (nt &&
	    !(nt->FileHeader.Characteristics & IMAGE_FILE_LARGE_ADDRESS_AWARE))
		most = 0x7fffffff;
#endif
	return n > most ? most : (SIZE_T)n;
}

void WINAPI GlobalMemoryStatus(LPMEMORYSTATUS m)
{
	MEMORYSTATUSEX ex = { .dwLength = sizeof ex };

	memset(m, 0, sizeof *m);
	m->dwLength = sizeof *m;
	if (!GlobalMemoryStatusEx(&ex))
		return;
	m->dwMemoryLoad = ex.dwMemoryLoad;
	m->dwTotalPhys = fits(ex.ullTotalPhys);
	m->dwAvailPhys = fits(ex.ullAvailPhys);
	m->dwTotalPageFile = fits(ex.ullTotalPageFile);
	m->dwAvailPageFile = fits(ex.ullAvailPageFile);
	m->dwTotalVirtual = fits(ex.ullTotalVirtual);
	m->dwAvailVirtual = fits(ex.ullAvailVirtual);
}

BOOL WINAPI GetPhysicallyInstalledSystemMemory(PULONGLONG kilobytes)
{
	RF_SYSTEM_BASIC basic;

	if (!rf_result(NtQuerySystemInformation(RfSystemBasicInformation,
						&basic, sizeof basic, NULL)))
		return FALSE;
	*kilobytes =
		(ULONGLONG)basic.NumberOfPhysicalPages * basic.PageSize / 1024;
	return TRUE;
}

/*
 * Never signalled, either of them: Linux tells nobody in this form, and
 * "neither low nor high" is a state that Windows has as well.
 */
HANDLE WINAPI
CreateMemoryResourceNotification(MEMORY_RESOURCE_NOTIFICATION_TYPE type)
{
	if (type != LowMemoryResourceNotification &&
	    type != HighMemoryResourceNotification) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	return CreateEventW(NULL, TRUE, FALSE, NULL);
}

BOOL WINAPI QueryMemoryResourceNotification(HANDLE h, PBOOL state)
{
	if (!h || h == INVALID_HANDLE_VALUE || !state) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*state = WaitForSingleObject(h, 0) == WAIT_OBJECT_0;
	return TRUE;
}

/* ---- working set ---- */

typedef struct {
	SIZE_T paged, nonpaged, minimum, maximum, pagefile;
	LARGE_INTEGER time;
	SIZE_T working_set_limit, r2, r3, r4;
	ULONG flags;
	ULONG rate;
} quota_ex;

BOOL WINAPI GetProcessWorkingSetSizeEx(HANDLE process, PSIZE_T min, PSIZE_T max,
				       PDWORD flags)
{
	quota_ex q;

	if (!rf_result(NtQueryInformationProcess(process, RfProcessQuotaLimits,
						 &q, sizeof q, NULL)))
		return FALSE;
	*min = q.minimum;
	*max = q.maximum;
	*flags = q.flags;
	return TRUE;
}

BOOL WINAPI GetProcessWorkingSetSize(HANDLE process, PSIZE_T min, PSIZE_T max)
{
	DWORD flags;

	return GetProcessWorkingSetSizeEx(process, min, max, &flags);
}

BOOL WINAPI SetProcessWorkingSetSizeEx(HANDLE process, SIZE_T min, SIZE_T max,
				       DWORD flags)
{
	quota_ex q = { .minimum = min, .maximum = max, .flags = flags };

	if (!min || !max) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return rf_result(NtSetInformationProcess(process, RfProcessQuotaLimits,
						 &q, sizeof q));
}

BOOL WINAPI SetProcessWorkingSetSize(HANDLE process, SIZE_T min, SIZE_T max)
{
	return SetProcessWorkingSetSizeEx(process, min, max, 0);
}

BOOL WINAPI GetSystemFileCacheSize(PSIZE_T min, PSIZE_T max, PDWORD flags)
{
	struct {
		SIZE_T current, peak;
		ULONG faults;
		SIZE_T minimum, maximum, current_tr, peak_tr;
		ULONG transition, flags;
	} info;

	if (!rf_result(NtQuerySystemInformation(RfSystemFileCacheInformation,
						&info, sizeof info, NULL)))
		return FALSE;
	*min = info.minimum;
	*max = info.maximum;
	*flags = info.flags;
	return TRUE;
}

BOOL WINAPI SetSystemFileCacheSize(SIZE_T min, SIZE_T max, DWORD flags)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

/* ---- is this pointer good? ---- */

/*
 * Windows touches the pages and catches the fault.  Asking is enough: a page
 * that is committed and not NOACCESS or GUARD can be read.
 */
static BOOL reachable(const void *p, UINT_PTR n, DWORD protect)
{
	const char *at = p, *end = at + n;

	if (end < at)
		return FALSE;
	while (at < end) {
		MEMORY_BASIC_INFORMATION m;

		if (!VirtualQuery(at, &m, sizeof m) || m.State != MEM_COMMIT ||
		    (m.Protect & PAGE_GUARD) || !(m.Protect & protect))
			return FALSE;
		at = (const char *)m.BaseAddress + m.RegionSize;
	}
	return TRUE;
}

#define CAN_WRITE                                                              \
	(PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE |            \
	 PAGE_EXECUTE_WRITECOPY)
#define CAN_READ (CAN_WRITE | PAGE_READONLY | PAGE_EXECUTE_READ)

BOOL WINAPI IsBadReadPtr(const void *p, UINT_PTR n)
{
	return n && !reachable(p, n, CAN_READ);
}

BOOL WINAPI IsBadWritePtr(LPVOID p, UINT_PTR n)
{
	return n && !reachable(p, n, CAN_WRITE);
}

BOOL WINAPI IsBadHugeReadPtr(const void *p, UINT_PTR n)
{
	return IsBadReadPtr(p, n);
}

BOOL WINAPI IsBadHugeWritePtr(LPVOID p, UINT_PTR n)
{
	return IsBadWritePtr(p, n);
}

BOOL WINAPI IsBadCodePtr(FARPROC p)
{
	return IsBadReadPtr((void *)p, 1);
}

BOOL WINAPI IsBadStringPtrA(LPCSTR s, UINT_PTR max)
{
	UINT_PTR i;

	for (i = 0; i < max; i++) {
		if ((!i || !((ULONG_PTR)&s[i] & 0xfff)) &&
		    IsBadReadPtr(&s[i], 1))
			return TRUE;
		if (!s[i])
			break;
	}
	return FALSE;
}

BOOL WINAPI IsBadStringPtrW(LPCWSTR s, UINT_PTR max)
{
	UINT_PTR i;

	for (i = 0; i < max; i++) {
		if (IsBadReadPtr(&s[i], sizeof *s))
			return TRUE;
		if (!s[i])
			break;
	}
	return FALSE;
}
