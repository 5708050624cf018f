/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * toolhelp.c - snapshots of processes, threads, modules and heaps.
 *
 * A snapshot is closed with CloseHandle, so it must be a kernel object: a
 * section that holds the entries and how far each list was read.
 */
#include "kernel32-private.h"
#include "nt-process.h"
#include <psapi.h>
#include <tlhelp32.h>

struct part {
	ULONG count, next, offset;
};

struct snapshot {
	ULONG magic, size;
	struct part processes, threads, modules, heaps;
};

#define MAGIC 0x70616e53 /* "Snap" */

/* ---- making one ----------------------------------------------------- */

struct growing {
	UCHAR *at;
	ULONG used, room;
	BOOL failed;
};

static void *grow(struct growing *g, ULONG size)
{
	if (g->used + size > g->room) {
		ULONG room = g->room ? g->room * 2 : 0x10000;
		UCHAR *bigger;

		while (room < g->used + size)
			room *= 2;
		bigger = k32_alloc(room);
		if (!bigger) {
			g->failed = TRUE;
			return NULL;
		}
		memcpy(bigger, g->at, g->used);
		k32_free(g->at);
		g->at = bigger;
		g->room = room;
	}
	memset(g->at + g->used, 0, size);
	g->used += size;
	return g->at + g->used - size;
}

static struct snapshot *head(struct growing *g)
{
	return (struct snapshot *)g->at;
}

static void copy_name(WCHAR *to, DWORD room, const WCHAR *from, ULONG bytes)
{
	ULONG n = bytes / sizeof(WCHAR);

	if (n >= room)
		n = room - 1;
	memcpy(to, from, n * sizeof(WCHAR));
	to[n] = 0;
}

static void add_process(struct growing *g, const RF_SYSTEM_PROCESS *p)
{
	PROCESSENTRY32W *e = grow(g, sizeof *e);

	if (!e)
		return;
	head(g)->processes.count++;
	e->dwSize = sizeof *e;
	e->th32ProcessID = (DWORD)(ULONG_PTR)p->UniqueProcessId;
	e->th32ParentProcessID =
		(DWORD)(ULONG_PTR)p->InheritedFromUniqueProcessId;
	e->cntThreads = p->NumberOfThreads;
	e->pcPriClassBase = p->BasePriority;
	if (p->ImageName.Buffer)
		copy_name(e->szExeFile, MAX_PATH, p->ImageName.Buffer,
			  p->ImageName.Length);
	else
		copy_name(e->szExeFile, MAX_PATH, L"[System Process]", 32);
}

static void add_threads(struct growing *g, const RF_SYSTEM_PROCESS *p)
{
	for (ULONG i = 0; i < p->NumberOfThreads; i++) {
		const RF_SYSTEM_THREAD *t = &p->Threads[i];
		THREADENTRY32 *e = grow(g, sizeof *e);

		if (!e)
			return;
		head(g)->threads.count++;
		e->dwSize = sizeof *e;
		e->th32ThreadID = (DWORD)(ULONG_PTR)t->ClientId.UniqueThread;
		e->th32OwnerProcessID =
			(DWORD)(ULONG_PTR)t->ClientId.UniqueProcess;
		e->tpBasePri = t->BasePriority;
	}
}

static BOOL add_processes(struct growing *g, BOOL threads)
{
	ULONG size = 0x10000, needed;
	RF_SYSTEM_PROCESS *all, *p;
	NTSTATUS status;

	for (;;) {
		all = k32_alloc(size);
		if (!all)
			return FALSE;
		status = NtQuerySystemInformation(RfSystemProcessInformation,
						  all, size, &needed);
		if (status != STATUS_INFO_LENGTH_MISMATCH)
			break;
		k32_free(all);
		size = (needed > size ? needed : size) + 0x4000;
	}
	for (p = all; NT_SUCCESS(status);) {
		if (threads)
			add_threads(g, p);
		else
			add_process(g, p);
		if (!p->NextEntryOffset)
			break;
		p = (void *)((char *)p + p->NextEntryOffset);
	}
	k32_free(all);
	return rf_result(status);
}

static BOOL add_modules(struct growing *g, DWORD pid)
{
	HMODULE *list;
	DWORD needed, n;
	BOOL ok = FALSE;
	HANDLE h = NtCurrentProcess();

	if (pid && pid != GetCurrentProcessId()) {
		h = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ,
				FALSE, pid);
		if (!h)
			return FALSE;
	} else {
		pid = GetCurrentProcessId();
	}
	list = k32_alloc(4096 * sizeof *list);
	if (list &&
	    K32EnumProcessModules(h, list, 4096 * sizeof *list, &needed)) {
		ok = TRUE;
		n = needed / sizeof *list;
		for (DWORD i = 0; i < n && i < 4096; i++) {
			MODULEENTRY32W *e = grow(g, sizeof *e);
			MODULEINFO info;

			if (!e)
				break;
			if (!K32GetModuleInformation(h, list[i], &info,
						     sizeof info)) {
				g->used -= sizeof *e;
				continue;
			}
			head(g)->modules.count++;
			e->dwSize = sizeof *e;
			e->th32ModuleID = 1;
			e->th32ProcessID = pid;
			e->GlblcntUsage = e->ProccntUsage = 0xffff;
			e->modBaseAddr = info.lpBaseOfDll;
			e->modBaseSize = info.SizeOfImage;
			e->hModule = list[i];
			K32GetModuleBaseNameW(h, list[i], e->szModule,
					      ARRAY_LEN(e->szModule));
			K32GetModuleFileNameExW(h, list[i], e->szExePath,
						ARRAY_LEN(e->szExePath));
		}
	}
	k32_free(list);
	if (h != NtCurrentProcess())
		NtClose(h);
	return ok;
}

/* The first heap is the process's default one. */
static BOOL add_heaps(struct growing *g, DWORD pid)
{
	RF_PROCESS_BASIC_INFORMATION info;
	HANDLE h = NtCurrentProcess();
	PVOID heaps[256];
	NTSTATUS status;
	ULONG n = 0;
	HANDLE_SCOPE(other);
	PEB peb;

	if (pid && pid != GetCurrentProcessId()) {
		other = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ,
				    FALSE, pid);
		h = other;
		if (!h)
			return FALSE;
	} else {
		pid = GetCurrentProcessId();
	}
	status = NtQueryInformationProcess(h, RfProcessBasicInformation, &info,
					   sizeof info, NULL);
	if (NT_SUCCESS(status))
		status = NtReadVirtualMemory(h, info.PebBaseAddress, &peb,
					     sizeof peb, NULL);
	if (NT_SUCCESS(status) && peb.NumberOfHeaps) {
		n = peb.NumberOfHeaps < ARRAY_LEN(heaps) ? peb.NumberOfHeaps
							 : ARRAY_LEN(heaps);
		status = NtReadVirtualMemory(h, peb.ProcessHeaps, heaps,
					     n * sizeof *heaps, NULL);
	}
	for (ULONG i = 0; NT_SUCCESS(status) && i < n; i++) {
		HEAPLIST32 *e = grow(g, sizeof *e);

		if (!e)
			return FALSE;
		head(g)->heaps.count++;
		e->dwSize = sizeof *e;
		e->th32ProcessID = pid;
		e->th32HeapID = (ULONG_PTR)heaps[i];
		e->dwFlags = heaps[i] == peb.ProcessHeap ? HF32_DEFAULT : 0;
	}
	return rf_result(status);
}

static HANDLE to_section(const struct growing *g, BOOL inherit)
{
	LARGE_INTEGER size = { .QuadPart = g->used };
	SIZE_T view = 0;
	PVOID base = NULL;
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	HANDLE h;

	InitializeObjectAttributes(&oa, NULL, inherit ? OBJ_INHERIT : 0, NULL,
				   NULL);
	status = NtCreateSection(&h, SECTION_ALL_ACCESS, &oa, &size,
				 PAGE_READWRITE, SEC_COMMIT, NULL);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return INVALID_HANDLE_VALUE;
	}
	status =
		NtMapViewOfSection(h, NtCurrentProcess(), &base, 0, 0, NULL,
				   &view, 2 /* ViewUnmap */, 0, PAGE_READWRITE);
	if (!NT_SUCCESS(status)) {
		NtClose(h);
		rf_fail(status);
		return INVALID_HANDLE_VALUE;
	}
	memcpy(base, g->at, g->used);
	NtUnmapViewOfSection(NtCurrentProcess(), base);
	return h;
}

HANDLE WINAPI CreateToolhelp32Snapshot(DWORD flags, DWORD pid)
{
	struct growing g = { 0 };
	HANDLE h = INVALID_HANDLE_VALUE;
	BOOL ok = TRUE;

	if (!grow(&g, (sizeof(struct snapshot) + 15) & ~15))
		return h;
	head(&g)->magic = MAGIC;
	head(&g)->processes.offset = g.used;
	if (flags & TH32CS_SNAPPROCESS)
		ok = add_processes(&g, FALSE);
	head(&g)->threads.offset = g.used;
	if (ok && flags & TH32CS_SNAPTHREAD)
		ok = add_processes(&g, TRUE);
	if (ok) {
		/* Modules hold pointers. */
		grow(&g, -g.used & 15);
		head(&g)->modules.offset = g.used;
		if (flags & (TH32CS_SNAPMODULE | TH32CS_SNAPMODULE32))
			ok = add_modules(&g, pid);
	}
	if (ok) {
		grow(&g, -g.used & 15);
		head(&g)->heaps.offset = g.used;
		if (flags & TH32CS_SNAPHEAPLIST)
			ok = add_heaps(&g, pid);
	}
	if (ok && !g.failed) {
		head(&g)->size = g.used;
		h = to_section(&g, flags & TH32CS_INHERIT);
	}
	k32_free(g.at);
	return h;
}

/* ---- reading one ---------------------------------------------------- */

/* Copies the next entry of a part (the first with first) into out. */
static BOOL take(HANDLE h, SIZE_T part, BOOL first, void *out, ULONG size)
{
	struct snapshot *s = NULL;
	SIZE_T view = 0;
	struct part *p;
	NTSTATUS status;
	BOOL ok = FALSE;

	status = NtMapViewOfSection(h, NtCurrentProcess(), (PVOID *)&s, 0, 0,
				    NULL, &view, 2, 0, PAGE_READWRITE);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (view < sizeof *s || s->magic != MAGIC) {
		SetLastError(ERROR_INVALID_HANDLE);
	} else {
		p = (void *)((char *)s + part);
		if (first)
			p->next = 0;
		if (p->next < p->count) {
			memcpy(out, (char *)s + p->offset + p->next * size,
			       size);
			p->next++;
			ok = TRUE;
		} else {
			SetLastError(ERROR_NO_MORE_FILES);
		}
	}
	NtUnmapViewOfSection(NtCurrentProcess(), s);
	return ok;
}

#define PART(name) FIELD_OFFSET(struct snapshot, name)

static BOOL too_small(DWORD size, DWORD needed)
{
	if (size >= needed)
		return FALSE;
	SetLastError(ERROR_INVALID_PARAMETER);
	return TRUE;
}

static BOOL process_w(HANDLE h, PROCESSENTRY32W *e, BOOL first)
{
	return !too_small(e->dwSize, sizeof *e) &&
	       take(h, PART(processes), first, e, sizeof *e);
}

BOOL WINAPI Process32FirstW(HANDLE h, LPPROCESSENTRY32W e)
{
	return process_w(h, e, TRUE);
}

BOOL WINAPI Process32NextW(HANDLE h, LPPROCESSENTRY32W e)
{
	return process_w(h, e, FALSE);
}

#undef PROCESSENTRY32
#undef MODULEENTRY32
#undef Process32First
#undef Process32Next
#undef Module32First
#undef Module32Next

static BOOL process_a(HANDLE h, PROCESSENTRY32 *e, BOOL first)
{
	PROCESSENTRY32W w;

	if (too_small(e->dwSize, sizeof *e) ||
	    !take(h, PART(processes), first, &w, sizeof w))
		return FALSE;
	memcpy(e, &w, FIELD_OFFSET(PROCESSENTRY32, szExeFile));
	e->dwSize = sizeof *e;
	ansi_copy(w.szExeFile, e->szExeFile, sizeof e->szExeFile);
	return TRUE;
}

BOOL WINAPI Process32First(HANDLE h, LPPROCESSENTRY32 e)
{
	return process_a(h, e, TRUE);
}

BOOL WINAPI Process32Next(HANDLE h, LPPROCESSENTRY32 e)
{
	return process_a(h, e, FALSE);
}

BOOL WINAPI Thread32First(HANDLE h, LPTHREADENTRY32 e)
{
	return !too_small(e->dwSize, sizeof *e) &&
	       take(h, PART(threads), TRUE, e, sizeof *e);
}

BOOL WINAPI Thread32Next(HANDLE h, LPTHREADENTRY32 e)
{
	return !too_small(e->dwSize, sizeof *e) &&
	       take(h, PART(threads), FALSE, e, sizeof *e);
}

static BOOL module_w(HANDLE h, MODULEENTRY32W *e, BOOL first)
{
	return !too_small(e->dwSize, sizeof *e) &&
	       take(h, PART(modules), first, e, sizeof *e);
}

BOOL WINAPI Module32FirstW(HANDLE h, LPMODULEENTRY32W e)
{
	return module_w(h, e, TRUE);
}

BOOL WINAPI Module32NextW(HANDLE h, LPMODULEENTRY32W e)
{
	return module_w(h, e, FALSE);
}

static BOOL module_a(HANDLE h, MODULEENTRY32 *e, BOOL first)
{
	MODULEENTRY32W w;

	if (too_small(e->dwSize, sizeof *e) ||
	    !take(h, PART(modules), first, &w, sizeof w))
		return FALSE;
	memcpy(e, &w, FIELD_OFFSET(MODULEENTRY32, szModule));
	e->dwSize = sizeof *e;
	ansi_copy(w.szModule, e->szModule, sizeof e->szModule);
	file_copy(w.szExePath, e->szExePath, sizeof e->szExePath);
	return TRUE;
}

BOOL WINAPI Module32First(HANDLE h, LPMODULEENTRY32 e)
{
	return module_a(h, e, TRUE);
}

BOOL WINAPI Module32Next(HANDLE h, LPMODULEENTRY32 e)
{
	return module_a(h, e, FALSE);
}

BOOL WINAPI Toolhelp32ReadProcessMemory(DWORD pid, LPCVOID from, LPVOID to,
					SIZE_T n, SIZE_T *done)
{
	HANDLE h = pid ? OpenProcess(PROCESS_VM_READ, FALSE, pid)
		       : NtCurrentProcess();
	BOOL ok;

	if (!h)
		return FALSE;
	ok = ReadProcessMemory(h, from, to, n, done);
	if (pid)
		NtClose(h);
	return ok;
}

/* ---- heaps ---------------------------------------------------------- */

BOOL WINAPI Heap32ListFirst(HANDLE h, LPHEAPLIST32 l)
{
	return !too_small(l->dwSize, sizeof *l) &&
	       take(h, PART(heaps), TRUE, l, sizeof *l);
}

BOOL WINAPI Heap32ListNext(HANDLE h, LPHEAPLIST32 l)
{
	return !too_small(l->dwSize, sizeof *l) &&
	       take(h, PART(heaps), FALSE, l, sizeof *l);
}

/* The block behind the one at address (NULL: the first), as it is now. */
static BOOL heap_block(LPHEAPENTRY32 e, DWORD pid, ULONG_PTR id, PVOID address)
{
	PROCESS_HEAP_ENTRY w = { .lpData = address };
	HANDLE heap = (HANDLE)id;
	BOOL ok;

	if (too_small(e->dwSize, sizeof *e))
		return FALSE;
	if (pid && pid != GetCurrentProcessId()) {
		SetLastError(ERROR_NOT_SUPPORTED);
		return FALSE;
	}
	if (!HeapLock(heap))
		return FALSE;
	do
		ok = HeapWalk(heap, &w);
	while (ok && (w.wFlags & PROCESS_HEAP_REGION));
	HeapUnlock(heap);
	if (!ok) {
		if (GetLastError() == ERROR_NO_MORE_ITEMS)
			SetLastError(ERROR_NO_MORE_FILES);
		return FALSE;
	}
	e->hHandle = NULL; /* of movable blocks only */
	e->dwAddress = (ULONG_PTR)w.lpData;
	e->dwBlockSize = w.cbData;
	e->dwFlags =
		w.wFlags & PROCESS_HEAP_ENTRY_BUSY ? LF32_FIXED : LF32_FREE;
	e->dwLockCount = e->dwResvd = 0;
	e->th32ProcessID = GetCurrentProcessId();
	e->th32HeapID = id;
	return TRUE;
}

BOOL WINAPI Heap32First(LPHEAPENTRY32 e, DWORD pid, ULONG_PTR id)
{
	return heap_block(e, pid, id, NULL);
}

BOOL WINAPI Heap32Next(LPHEAPENTRY32 e)
{
	return heap_block(e, e->th32ProcessID, e->th32HeapID,
			  (PVOID)e->dwAddress);
}
