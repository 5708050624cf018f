/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - processes by handle: opening, ending, times, priorities, their
 * memory; and the attribute lists that CreateProcess takes.
 */
#include "kernel32-private.h"
#include "nt-process.h"

static BOOL query(HANDLE h, ULONG class, void *info, ULONG size)
{
	return rf_result(NtQueryInformationProcess(h, class, info, size, NULL));
}

static BOOL set(HANDLE h, ULONG class, void *info, ULONG size)
{
	return rf_result(NtSetInformationProcess(h, class, info, size));
}

/* ---- opening and ending --------------------------------------------- */

HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD pid)
{
	CLIENT_ID id = { (HANDLE)(ULONG_PTR)pid, NULL };
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	HANDLE h;

	InitializeObjectAttributes(&oa, NULL, inherit ? OBJ_INHERIT : 0, NULL,
				   NULL);
	status = NtOpenProcess(&h, access, &oa, &id);
	if (NT_SUCCESS(status))
		return h;
	rf_fail(status);
	return NULL;
}

BOOL WINAPI TerminateProcess(HANDLE h, UINT code)
{
	if (!h) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	return rf_result(NtTerminateProcess(h, code));
}

DWORD WINAPI GetCurrentProcessId(VOID)
{
	return (DWORD)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess;
}

static BOOL basic(HANDLE h, RF_PROCESS_BASIC_INFORMATION *b)
{
	return query(h, RfProcessBasicInformation, b, sizeof *b);
}

DWORD WINAPI GetProcessId(HANDLE h)
{
	RF_PROCESS_BASIC_INFORMATION b;

	if (h == GetCurrentProcess())
		return GetCurrentProcessId();
	return basic(h, &b) ? (DWORD)b.UniqueProcessId : 0;
}

BOOL WINAPI GetExitCodeProcess(HANDLE h, LPDWORD code)
{
	RF_PROCESS_BASIC_INFORMATION b;

	if (!basic(h, &b))
		return FALSE;
	*code = b.ExitStatus;
	return TRUE;
}

DWORD WINAPI GetProcessVersion(DWORD pid)
{
	const IMAGE_NT_HEADERS *nt =
		RtlImageNtHeader(rf_peb()->ImageBaseAddress);

	if (pid && pid != GetCurrentProcessId()) {
		SetLastError(ERROR_NOT_SUPPORTED);
		return 0;
	}
	return MAKELONG(nt->OptionalHeader.MinorSubsystemVersion,
			nt->OptionalHeader.MajorSubsystemVersion);
}

/* ---- counters ------------------------------------------------------- */

static FILETIME filetime(LARGE_INTEGER t)
{
	return (FILETIME){ t.LowPart, t.HighPart };
}

BOOL WINAPI GetProcessTimes(HANDLE h, LPFILETIME creation, LPFILETIME exit,
			    LPFILETIME kernel, LPFILETIME user)
{
	RF_KERNEL_USER_TIMES t;

	if (!query(h, RfProcessTimes, &t, sizeof t))
		return FALSE;
	*creation = filetime(t.CreateTime);
	*exit = filetime(t.ExitTime);
	*kernel = filetime(t.KernelTime);
	*user = filetime(t.UserTime);
	return TRUE;
}

BOOL WINAPI GetProcessIoCounters(HANDLE h, PIO_COUNTERS c)
{
	return query(h, RfProcessIoCounters, c, sizeof *c);
}

BOOL WINAPI GetProcessHandleCount(HANDLE h, PDWORD count)
{
	ULONG n[2]; /* now and at most; older callers' size is 4 */

	if (!query(h, RfProcessHandleCount, n, sizeof n[0]))
		return FALSE;
	*count = n[0];
	return TRUE;
}

BOOL WINAPI QueryProcessCycleTime(HANDLE h, PULONG64 cycles)
{
	struct {
		ULONGLONG accumulated, current;
	} c;

	if (!query(h, RfProcessCycleTime, &c, sizeof c))
		return FALSE;
	*cycles = c.accumulated;
	return TRUE;
}

/* ---- priority and processors ---------------------------------------- */

struct priority_class {
	BOOLEAN foreground;
	UCHAR class;
};

const DWORD priority_classes[PRIORITY_CLASSES] = {
	[1] = IDLE_PRIORITY_CLASS,         [2] = NORMAL_PRIORITY_CLASS,
	[3] = HIGH_PRIORITY_CLASS,         [4] = REALTIME_PRIORITY_CLASS,
	[5] = BELOW_NORMAL_PRIORITY_CLASS, [6] = ABOVE_NORMAL_PRIORITY_CLASS,
};

DWORD WINAPI GetPriorityClass(HANDLE h)
{
	struct priority_class p;

	if (!query(h, RfProcessPriorityClass, &p, sizeof p))
		return 0;
	return p.class < PRIORITY_CLASSES ? priority_classes[p.class] : 0;
}

/* Background mode is low I/O and memory priority as well as the processor's. */
static BOOL background(HANDLE h, BOOL begin)
{
	ULONG io = begin ? 0 : 2, page = begin ? 1 : 5, now;

	if (h != NtCurrentProcess()) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!query(h, RfProcessIoPriority, &now, sizeof now))
		return FALSE;
	if (now == io) {
		SetLastError(begin ? 402 /* already in background mode */
				   : 403 /* not in it */);
		return FALSE;
	}
	return set(h, RfProcessIoPriority, &io, sizeof io) &&
	       set(h, RfProcessPagePriority, &page, sizeof page) &&
	       SetPriorityClass(h, begin ? IDLE_PRIORITY_CLASS
					 : NORMAL_PRIORITY_CLASS);
}

BOOL WINAPI SetPriorityClass(HANDLE h, DWORD class)
{
	struct priority_class p = { FALSE, 0 };

	if (class == PROCESS_MODE_BACKGROUND_BEGIN ||
	    class == PROCESS_MODE_BACKGROUND_END)
		return background(h, class == PROCESS_MODE_BACKGROUND_BEGIN);
	for (unsigned i = 1; i < PRIORITY_CLASSES; i++)
		if (priority_classes[i] == class)
			p.class = i;
	if (!p.class) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return set(h, RfProcessPriorityClass, &p, sizeof p);
}

BOOL WINAPI GetProcessPriorityBoost(HANDLE h, PBOOL disabled)
{
	ULONG v;

	if (!query(h, RfProcessPriorityBoost, &v, sizeof v))
		return FALSE;
	*disabled = !!v;
	return TRUE;
}

BOOL WINAPI SetProcessPriorityBoost(HANDLE h, BOOL disable)
{
	ULONG v = !!disable;

	return set(h, RfProcessPriorityBoost, &v, sizeof v);
}

BOOL WINAPI GetProcessAffinityMask(HANDLE h, PDWORD_PTR process,
				   PDWORD_PTR system)
{
	ULONG n = rf_peb()->NumberOfProcessors;
	RF_PROCESS_BASIC_INFORMATION b;

	if (!basic(h, &b))
		return FALSE;
	*process = b.AffinityMask;
	*system = n >= sizeof(DWORD_PTR) * 8 ? ~(DWORD_PTR)0
					     : ((DWORD_PTR)1 << n) - 1;
	return TRUE;
}

BOOL WINAPI SetProcessAffinityMask(HANDLE h, DWORD_PTR mask)
{
	return set(h, RfProcessAffinityMask, &mask, sizeof mask);
}

/* ---- in which order at shutdown: nobody is asked ------------------------- */

static DWORD shutdown_level = 0x280, shutdown_flags;

BOOL WINAPI GetProcessShutdownParameters(LPDWORD level, LPDWORD flags)
{
	*level = shutdown_level;
	*flags = shutdown_flags;
	return TRUE;
}

BOOL WINAPI SetProcessShutdownParameters(DWORD level, DWORD flags)
{
	if (flags & ~(DWORD)SHUTDOWN_NORETRY || level > 0x4ff) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	shutdown_level = level;
	shutdown_flags = flags;
	return TRUE;
}

/* ---- session, name -------------------------------------------------- */

DWORD WINAPI WTSGetActiveConsoleSessionId(VOID)
{
	return rf_peb()->SessionId;
}

BOOL WINAPI ProcessIdToSessionId(DWORD pid, DWORD *session)
{
	ULONG s;
	HANDLE h;
	BOOL ok;

	if (!pid || pid == GetCurrentProcessId()) {
		*session = rf_peb()->SessionId;
		return TRUE;
	}
	h = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
	if (!h)
		return FALSE;
	ok = query(h, RfProcessSessionInformation, &s, sizeof s);
	NtClose(h);
	if (ok)
		*session = s;
	return ok;
}

/* A name by information class, in a buffer of the heap. */
static UNICODE_STRING *process_name(HANDLE h, ULONG class)
{
	ULONG size = 1024, needed = 0;
	UNICODE_STRING *u;
	NTSTATUS status;

	for (;;) {
		u = k32_alloc(size);
		if (!u)
			return NULL;
		status = NtQueryInformationProcess(h, class, u, size, &needed);
		if (status != STATUS_INFO_LENGTH_MISMATCH || needed <= size)
			break;
		k32_free(u);
		size = needed;
	}
	if (NT_SUCCESS(status))
		return u;
	k32_free(u);
	rf_fail(status);
	return NULL;
}

BOOL WINAPI QueryFullProcessImageNameW(HANDLE h, DWORD flags, LPWSTR buf,
				       PDWORD size)
{
	UNICODE_STRING *u = process_name(
		h, flags & PROCESS_NAME_NATIVE ? RfProcessImageFileName
					       : RfProcessImageFileNameWin32);
	DWORD n;
	BOOL ok;

	if (!u)
		return FALSE;
	n = u->Length / sizeof(WCHAR);
	ok = n < *size;
	if (ok) {
		memcpy(buf, u->Buffer, u->Length);
		buf[n] = 0;
		*size = n;
	} else {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	}
	k32_free(u);
	return ok;
}

BOOL WINAPI QueryFullProcessImageNameA(HANDLE h, DWORD flags, LPSTR buf,
				       PDWORD size)
{
	WCHAR s[MAX_PATH * 2];
	DWORD n = ARRAY_LEN(s);

	if (!QueryFullProcessImageNameW(h, flags, s, &n))
		return FALSE;
	n = file_from_wide(s, n, buf, *size);
	if (n >= *size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	*size = n;
	return TRUE;
}

DWORD WINAPI K32GetProcessImageFileNameW(HANDLE h, LPWSTR buf, DWORD size)
{
	return QueryFullProcessImageNameW(h, PROCESS_NAME_NATIVE, buf, &size)
		       ? size
		       : 0;
}

DWORD WINAPI K32GetProcessImageFileNameA(HANDLE h, LPSTR buf, DWORD size)
{
	return QueryFullProcessImageNameA(h, PROCESS_NAME_NATIVE, buf, &size)
		       ? size
		       : 0;
}

/* ---- its memory ----------------------------------------------------- */

BOOL WINAPI ReadProcessMemory(HANDLE h, LPCVOID from, LPVOID to, SIZE_T n,
			      SIZE_T *done)
{
	SIZE_T got = 0;
	NTSTATUS status;

	status = NtReadVirtualMemory(h, (PVOID)from, to, n, &got);
	if (done)
		*done = got;
	return rf_result(status);
}

BOOL WINAPI WriteProcessMemory(HANDLE h, LPVOID to, LPCVOID from, SIZE_T n,
			       SIZE_T *done)
{
	ULONG protect, ignored;
	SIZE_T put = 0, size = n;
	PVOID base = to;
	NTSTATUS status;

	status = NtWriteVirtualMemory(h, to, (PVOID)from, n, &put);
	/* Code is read-only, and debuggers and hooks write to it. */
	if (!NT_SUCCESS(status) &&
	    NT_SUCCESS(NtProtectVirtualMemory(
		    h, &base, &size, PAGE_EXECUTE_READWRITE, &protect))) {
		if (protect & (PAGE_NOACCESS | PAGE_READONLY))
			status = STATUS_ACCESS_VIOLATION;
		else
			status = NtWriteVirtualMemory(h, to, (PVOID)from, n,
						      &put);
		NtProtectVirtualMemory(h, &base, &size, protect, &ignored);
	}
	if (done)
		*done = put;
	return rf_result(status);
}

/* ---- policies ------------------------------------------------------- */

static BOOL policy_fits(PROCESS_MITIGATION_POLICY which, SIZE_T size)
{
	if (which == ProcessDEPPolicy)
		return size == sizeof(PROCESS_MITIGATION_DEP_POLICY);
	if (which == ProcessMitigationOptionsMask)
		return size == 8 || size == 16;
	return size == sizeof(DWORD);
}

BOOL WINAPI GetProcessMitigationPolicy(HANDLE h,
				       PROCESS_MITIGATION_POLICY which,
				       PVOID buf, SIZE_T size)
{
	struct {
		ULONG policy, value;
	} i = { which, 0 };

	if (!policy_fits(which, size)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!query(h, RfProcessMitigationPolicy, &i, sizeof i))
		return FALSE;
	memset(buf, 0, size);
	memcpy(buf, &i.value, sizeof i.value);
	if (which == ProcessDEPPolicy)
		((PROCESS_MITIGATION_DEP_POLICY *)buf)->Permanent = i.value & 1;
	return TRUE;
}

BOOL WINAPI SetProcessMitigationPolicy(PROCESS_MITIGATION_POLICY which,
				       PVOID buf, SIZE_T size)
{
	struct {
		ULONG policy, value;
	} i = { which, 0 };

	if (!policy_fits(which, size) || which == ProcessMitigationOptionsMask) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	memcpy(&i.value, buf, sizeof i.value);
	return set(NtCurrentProcess(), RfProcessMitigationPolicy, &i, sizeof i);
}

/* DEP is always on for 64-bit programs, and cannot be changed there. */
BOOL WINAPI GetProcessDEPPolicy(HANDLE h, LPDWORD flags, PBOOL permanent)
{
	enum { DISABLE_EXECUTE = 1, NO_THUNKS = 4, PERMANENT = 8 };
	ULONG execute;

	if (sizeof(void *) == 8) {
		SetLastError(ERROR_NOT_SUPPORTED);
		return FALSE;
	}
	if (!rf_result(NtQueryInformationProcess(h, 34 /* ProcessExecuteFlags */,
						 &execute, sizeof execute,
						 NULL)))
		return FALSE;
	*flags = (execute & DISABLE_EXECUTE ? PROCESS_DEP_ENABLE : 0) |
		 (execute & NO_THUNKS ? PROCESS_DEP_DISABLE_ATL_THUNK_EMULATION
				      : 0);
	*permanent = (execute & PERMANENT) != 0;
	return TRUE;
}

BOOL WINAPI SetProcessDEPPolicy(DWORD flags)
{
	/* Once on it stays: what the answer says on Windows as well. */
	if (sizeof(void *) == 8)
		SetLastError(ERROR_NOT_SUPPORTED);
	else if (flags & PROCESS_DEP_ENABLE)
		return TRUE;
	else
		SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

DEP_SYSTEM_POLICY_TYPE WINAPI GetSystemDEPPolicy(VOID)
{
	return DEPPolicyOptIn; /* 32-bit programs that say NXCOMPAT */
}

BOOL WINAPI GetProcessInformation(HANDLE h, PROCESS_INFORMATION_CLASS class,
				  LPVOID buf, DWORD size)
{
	SetLastError(ERROR_INVALID_PARAMETER);
	return FALSE;
}

/*
 * Memory priority, power throttling: wishes.  Success would claim an effect;
 * callers go on after a failure.
 */
BOOL WINAPI SetProcessInformation(HANDLE h, PROCESS_INFORMATION_CLASS class,
				  LPVOID buf, DWORD size)
{
	SetLastError(ERROR_INVALID_PARAMETER);
	return FALSE;
}

/* ---- attribute lists ------------------------------------------------ */

struct list_entry {
	DWORD_PTR what;
	SIZE_T size;
	PVOID value;
};

struct _PROC_THREAD_ATTRIBUTE_LIST {
	DWORD count, room;
	ULONG_PTR reserved[2];
	struct list_entry entry[];
};

BOOL WINAPI InitializeProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list,
					      DWORD count, DWORD flags,
					      PSIZE_T size)
{
	SIZE_T needed = sizeof *list + count * sizeof list->entry[0];
	BOOL fits = list && *size >= needed;

	if (flags || count > 0x1c) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*size = needed;
	if (!fits) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	list->count = 0;
	list->room = count;
	return TRUE;
}

/* What may stand in a list, and its size; 0: several, anything not empty. */
static const struct {
	DWORD_PTR what;
	SIZE_T size;
} known[] = {
	{ 0x00020000, sizeof(HANDLE) }, /* parent process */
	{ 0x00020002, 0 },              /* handle list */
	{ 0x00030003, sizeof(GROUP_AFFINITY) },
	{ 0x00020004, sizeof(USHORT) }, /* preferred node */
	{ 0x00030005, sizeof(PROCESSOR_NUMBER) }, /* ideal processor */
	{ 0x00020007, 0 },              /* mitigation policy */
	{ 0x00020009, 0 },              /* security capabilities */
	{ 0x0002000b, sizeof(DWORD) },  /* protection level */
	{ 0x0002000d, 0 },              /* job list */
	{ 0x0002000e, sizeof(DWORD) },  /* child process policy */
	{ 0x0002000f, sizeof(DWORD) },  /* application packages policy */
	{ 0x00020012, sizeof(DWORD) },  /* desktop application policy */
	{ 0x00020016, sizeof(HANDLE) }, /* pseudo console */
	{ 0x00020019, sizeof(USHORT) }, /* machine type */
};

static DWORD check_attribute(DWORD_PTR what, SIZE_T size)
{
	if (what == 0x00020007 && size != 4 && size != 8 && size != 16)
		return ERROR_BAD_LENGTH;
	for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
		if (known[i].what != what)
			continue;
		if (known[i].size ? size != known[i].size : !size)
			return ERROR_BAD_LENGTH;
		return ERROR_SUCCESS;
	}
	return ERROR_NOT_SUPPORTED;
}

BOOL WINAPI UpdateProcThreadAttribute(LPPROC_THREAD_ATTRIBUTE_LIST list,
				      DWORD flags, DWORD_PTR what, PVOID value,
				      SIZE_T size, PVOID previous,
				      PSIZE_T returned)
{
	DWORD error = check_attribute(what, size);

	if (list->count >= list->room)
		error = ERROR_GEN_FAILURE;
	for (DWORD i = 0; i < list->count; i++)
		if (list->entry[i].what == what)
			error = 698; /* ERROR_OBJECT_NAME_EXISTS */
	if (error) {
		SetLastError(error);
		return FALSE;
	}
	list->entry[list->count++] = (struct list_entry){ what, size, value };
	return TRUE;
}

VOID WINAPI DeleteProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list)
{
	/* The caller's memory, and nothing else. */
}

static BOOL is_processor(const PROCESSOR_NUMBER *p)
{
	return !p->Group && !p->Reserved &&
	       p->Number < GetActiveProcessorCount(0);
}

BOOL process_attributes_get(LPPROC_THREAD_ATTRIBUTE_LIST list,
			    struct process_attributes *a)
{
	DWORD error = ERROR_SUCCESS;

	for (DWORD i = 0; list && i < list->count; i++) {
		const struct list_entry *e = &list->entry[i];

		switch (e->what) {
		case 0x00020000:
			a->parent = *(HANDLE *)e->value;
			break;
		case 0x00020002:
			a->handles = e->value;
			a->handles_size = e->size;
			break;
		case 0x0002000d:
			a->jobs = e->value;
			a->jobs_size = e->size;
			break;
		case 0x00020016:
			a->console = e->value;
			break;
		case 0x00030003:
			a->affinity = e->value;
			break;
		case 0x00020007:
			/* As old programs have it, in 32 bits; or two words. */
			memcpy(a->mitigations, e->value,
			       min(e->size, sizeof a->mitigations));
			break;
		case 0x0002000e:
			a->child_policy = e->value;
			break;
		case 0x00020004: /* there is one node */
			if (*(USHORT *)e->value)
				error = ERROR_INVALID_PARAMETER;
			break;
		case 0x00030005: /* a hint */
			if (!is_processor(e->value))
				error = ERROR_INVALID_PARAMETER;
			break;
		/* To start without the walls that were asked for would be
		   worse than not to start. */
		case 0x00020009:
		case 0x0002000b:
			error = ERROR_NOT_SUPPORTED;
			break;
		}
	}
	if (error)
		SetLastError(error);
	return !error;
}
