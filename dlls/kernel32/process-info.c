/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-info.c - processes and modules listed and measured: what
 * psapi.dll forwards here (K32...).  Another process is read like our own.
 */
#include "kernel32-private.h"
#include "nt-process.h"
#include <psapi.h>

/* ---- all processes -------------------------------------------------- */

static RF_SYSTEM_PROCESS *system_processes(void)
{
	ULONG size = 0x10000, needed;
	NTSTATUS status;
	void *buf;

	for (;;) {
		buf = k32_alloc(size);
		if (!buf)
			return NULL;
		needed = 0;
		status = NtQuerySystemInformation(RfSystemProcessInformation,
						  buf, size, &needed);
		if (status != STATUS_INFO_LENGTH_MISMATCH)
			break;
		k32_free(buf);
		/* More may come meanwhile. */
		size = (needed > size ? needed : size) + 0x4000;
	}
	if (NT_SUCCESS(status))
		return buf;
	k32_free(buf);
	rf_fail(status);
	return NULL;
}

static RF_SYSTEM_PROCESS *next_process(RF_SYSTEM_PROCESS *p)
{
	return p->NextEntryOffset ? (void *)((char *)p + p->NextEntryOffset)
				  : NULL;
}

BOOL WINAPI K32EnumProcesses(DWORD *ids, DWORD size, DWORD *used)
{
	RF_SYSTEM_PROCESS *all = system_processes();
	DWORD n = 0;

	if (!all)
		return FALSE;
	for (RF_SYSTEM_PROCESS *p = all; p; p = next_process(p))
		if (n < size / sizeof *ids)
			ids[n++] = (DWORD)(ULONG_PTR)p->UniqueProcessId;
	*used = n * sizeof *ids;
	k32_free(all);
	return TRUE;
}

/* ---- modules of a process ------------------------------------------- */

static BOOL peek(HANDLE h, const void *from, void *to, SIZE_T n)
{
	SIZE_T done;

	if (!ReadProcessMemory(h, from, to, n, &done))
		return FALSE;
	if (done == n)
		return TRUE;
	SetLastError(ERROR_PARTIAL_COPY);
	return FALSE;
}

/*
 * Calls visit for each module in load order, with its entry (in our memory)
 * until it says FALSE.  Works on another process by reading its memory; it may
 * change meanwhile, so the number is bounded.
 */
static BOOL each_module(HANDLE h,
			BOOL (*visit)(HANDLE h, LDR_DATA_TABLE_ENTRY *e,
				      void *data),
			void *data)
{
	RF_PROCESS_BASIC_INFORMATION b;
	LDR_DATA_TABLE_ENTRY e;
	PEB_LDR_DATA *ldr_at, ldr;
	LIST_ENTRY *head, *at;
	NTSTATUS status;
	PEB *peb;

	status = NtQueryInformationProcess(h, RfProcessBasicInformation, &b,
					   sizeof b, NULL);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	peb = b.PebBaseAddress;
	if (!peek(h, &peb->Ldr, &ldr_at, sizeof ldr_at))
		return FALSE;
	/* It has not begun: its loader has no list yet. */
	if (!ldr_at) {
		SetLastError(ERROR_PARTIAL_COPY);
		return FALSE;
	}
	if (!peek(h, ldr_at, &ldr, sizeof ldr))
		return FALSE;
	head = &ldr_at->InLoadOrderModuleList;
	at = ldr.InLoadOrderModuleList.Flink;
	for (int i = 0; at != head && i < 0x4000; i++) {
		if (!peek(h, at, &e, sizeof e))
			return FALSE;
		if (!visit(h, &e, data))
			return TRUE;
		at = e.InLoadOrderLinks.Flink;
	}
	return TRUE;
}

struct module_list {
	HMODULE *out;
	DWORD room, n;
};

static BOOL list_module(HANDLE h, LDR_DATA_TABLE_ENTRY *e, void *data)
{
	struct module_list *l = data;

	if (l->n < l->room)
		l->out[l->n] = e->DllBase;
	l->n++;
	return TRUE;
}

BOOL WINAPI K32EnumProcessModulesEx(HANDLE h, HMODULE *out, DWORD size,
				    LPDWORD needed, DWORD filter)
{
	struct module_list l = { out, size / sizeof *out, 0 };

	if (!each_module(h, list_module, &l))
		return FALSE;
	*needed = l.n * sizeof *out;
	return TRUE;
}

BOOL WINAPI K32EnumProcessModules(HANDLE h, HMODULE *out, DWORD size,
				  LPDWORD needed)
{
	return K32EnumProcessModulesEx(h, out, size, needed,
				       LIST_MODULES_DEFAULT);
}

struct module_search {
	PVOID base;
	BOOL found;
	LDR_DATA_TABLE_ENTRY e;
};

static BOOL match_module(HANDLE h, LDR_DATA_TABLE_ENTRY *e, void *data)
{
	struct module_search *s = data;

	if (e->DllBase != s->base)
		return TRUE;
	s->found = TRUE;
	s->e = *e;
	return FALSE;
}

static BOOL find_module(HANDLE h, HMODULE module, LDR_DATA_TABLE_ENTRY *e)
{
	struct module_search s = { module, FALSE, { .DllBase = NULL } };
	RF_PROCESS_BASIC_INFORMATION b;

	if (!module &&
	    (!NT_SUCCESS(NtQueryInformationProcess(h, RfProcessBasicInformation,
						   &b, sizeof b, NULL)) ||
	     !peek(h, &b.PebBaseAddress->ImageBaseAddress, &s.base,
		   sizeof s.base))) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	if (!each_module(h, match_module, &s))
		return FALSE;
	if (!s.found) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	*e = s.e;
	return TRUE;
}

BOOL WINAPI K32GetModuleInformation(HANDLE h, HMODULE module, LPMODULEINFO out,
				    DWORD size)
{
	LDR_DATA_TABLE_ENTRY e;

	if (size < sizeof *out) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	if (!find_module(h, module, &e))
		return FALSE;
	out->lpBaseOfDll = e.DllBase;
	out->SizeOfImage = e.SizeOfImage;
	out->EntryPoint = e.EntryPoint;
	return TRUE;
}

/* Cut to the buffer, as these functions do; the length without NUL. */
static DWORD remote_string(HANDLE h, const UNICODE_STRING *u, WCHAR *buf,
			   DWORD size)
{
	DWORD n = u->Length / sizeof(WCHAR);

	if (!size)
		return 0;
	if (n >= size) {
		n = size - 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	}
	if (!peek(h, u->Buffer, buf, n * sizeof(WCHAR)))
		return 0;
	buf[n] = 0;
	return n;
}

DWORD WINAPI K32GetModuleBaseNameW(HANDLE h, HMODULE module, LPWSTR buf,
				   DWORD size)
{
	LDR_DATA_TABLE_ENTRY e;

	return find_module(h, module, &e)
		       ? remote_string(h, &e.BaseDllName, buf, size)
		       : 0;
}

DWORD WINAPI K32GetModuleFileNameExW(HANDLE h, HMODULE module, LPWSTR buf,
				     DWORD size)
{
	LDR_DATA_TABLE_ENTRY e;

	return find_module(h, module, &e)
		       ? remote_string(h, &e.FullDllName, buf, size)
		       : 0;
}

static DWORD narrow_cut(const WCHAR *s, DWORD n, char *buf, DWORD size)
{
	if (!n || !size)
		return 0;
	file_copy(s, buf, size);
	return lstrlenA(buf);
}

DWORD WINAPI K32GetModuleBaseNameA(HANDLE h, HMODULE module, LPSTR buf,
				   DWORD size)
{
	WCHAR s[MAX_PATH];
	DWORD n = K32GetModuleBaseNameW(h, module, s, ARRAY_LEN(s));

	return narrow_cut(s, n, buf, size);
}

DWORD WINAPI K32GetModuleFileNameExA(HANDLE h, HMODULE module, LPSTR buf,
				     DWORD size)
{
	WCHAR s[MAX_PATH * 2];
	DWORD n = K32GetModuleFileNameExW(h, module, s, ARRAY_LEN(s));

	return narrow_cut(s, n, buf, size);
}

/* ---- mapped files, counters ----------------------------------------- */

#define MEMORY_MAPPED_FILENAME 2

DWORD WINAPI K32GetMappedFileNameW(HANDLE h, LPVOID address, LPWSTR buf,
				   DWORD size)
{
	struct {
		UNICODE_STRING name;
		WCHAR text[MAX_PATH * 2];
	} i;
	NTSTATUS status = NtQueryVirtualMemory(
		h, address, MEMORY_MAPPED_FILENAME, &i, sizeof i, NULL);
	DWORD n;

	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return 0;
	}
	n = i.name.Length / sizeof(WCHAR);
	if (!size || n >= size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	memcpy(buf, i.name.Buffer, i.name.Length);
	buf[n] = 0;
	return n;
}

DWORD WINAPI K32GetMappedFileNameA(HANDLE h, LPVOID address, LPSTR buf,
				   DWORD size)
{
	WCHAR s[MAX_PATH * 2];
	DWORD n = K32GetMappedFileNameW(h, address, s, ARRAY_LEN(s));

	return narrow_cut(s, n, buf, size);
}

BOOL WINAPI K32GetProcessMemoryInfo(HANDLE h, PPROCESS_MEMORY_COUNTERS out,
				    DWORD size)
{
	PROCESS_MEMORY_COUNTERS_EX *ex = (void *)out;
	RF_VM_COUNTERS_EX c;
	NTSTATUS status;

	if (size < sizeof *out) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	status = NtQueryInformationProcess(h, RfProcessVmCounters, &c, sizeof c,
					   NULL);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	out->cb = size >= sizeof *ex ? sizeof *ex : sizeof *out;
	out->PageFaultCount = c.PageFaultCount;
	out->PeakWorkingSetSize = c.PeakWorkingSetSize;
	out->WorkingSetSize = c.WorkingSetSize;
	out->QuotaPeakPagedPoolUsage = c.QuotaPeakPagedPoolUsage;
	out->QuotaPagedPoolUsage = c.QuotaPagedPoolUsage;
	out->QuotaPeakNonPagedPoolUsage = c.QuotaPeakNonPagedPoolUsage;
	out->QuotaNonPagedPoolUsage = c.QuotaNonPagedPoolUsage;
	out->PagefileUsage = c.PagefileUsage;
	out->PeakPagefileUsage = c.PeakPagefileUsage;
	if (size >= sizeof *ex)
		ex->PrivateUsage = c.PrivateUsage;
	return TRUE;
}

/* What the memory status does not say is left at 0. */
BOOL WINAPI K32GetPerformanceInfo(PPERFORMANCE_INFORMATION out, DWORD size)
{
	MEMORYSTATUSEX m = { .dwLength = sizeof m };
	RF_SYSTEM_PROCESS *all;

	if (size < sizeof *out) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	if (!GlobalMemoryStatusEx(&m))
		return FALSE;
	memset(out, 0, sizeof *out);
	out->cb = sizeof *out;
	out->PageSize = 4096;
	out->PhysicalTotal = m.ullTotalPhys / 4096;
	out->PhysicalAvailable = m.ullAvailPhys / 4096;
	out->CommitLimit = m.ullTotalPageFile / 4096;
	out->CommitTotal = (m.ullTotalPageFile - m.ullAvailPageFile) / 4096;
	out->CommitPeak = out->CommitTotal;
	all = system_processes();
	for (RF_SYSTEM_PROCESS *p = all; p; p = next_process(p)) {
		out->ProcessCount++;
		out->ThreadCount += p->NumberOfThreads;
		out->HandleCount += p->HandleCount;
	}
	k32_free(all);
	return TRUE;
}

BOOL WINAPI K32EmptyWorkingSet(HANDLE h)
{
	return SetProcessWorkingSetSize(h, (SIZE_T)-1, (SIZE_T)-1);
}

#define MEMORY_WORKING_SET_LIST 1
#define MEMORY_WORKING_SET_EX   4

BOOL WINAPI K32QueryWorkingSet(HANDLE h, PVOID buf, DWORD size)
{
	return rf_result(NtQueryVirtualMemory(h, NULL, MEMORY_WORKING_SET_LIST,
					      buf, size, NULL));
}

BOOL WINAPI K32QueryWorkingSetEx(HANDLE h, PVOID buf, DWORD size)
{
	return rf_result(NtQueryVirtualMemory(h, NULL, MEMORY_WORKING_SET_EX,
					      buf, size, NULL));
}

/* No kernel drivers are to be seen. */
BOOL WINAPI K32EnumDeviceDrivers(LPVOID *bases, DWORD size, LPDWORD needed)
{
	*needed = 0;
	return TRUE;
}

DWORD WINAPI K32GetDeviceDriverBaseNameW(LPVOID base, LPWSTR buf, DWORD size)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return 0;
}

DWORD WINAPI K32GetDeviceDriverBaseNameA(LPVOID base, LPSTR buf, DWORD size)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return 0;
}
