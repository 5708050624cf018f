/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-start.c - where threads begin and processes end.
 *
 * The kernel starts every thread at LdrInitializeThunk with the context that
 * it is to have afterwards (RtlUserThreadStart).  The first thread brings the
 * process up on the way.
 */
#include "ldr.h"

static PEB_LDR_DATA ldr_data;
static RTL_CRITICAL_SECTION peb_lock;
static LONG ldr_started;

static void init_peb(void)
{
	PEB *peb = rf_peb();

	ldr_data.Length = sizeof ldr_data;
	ldr_data.Initialized = TRUE;
	InitializeListHead(&ldr_data.InLoadOrderModuleList);
	InitializeListHead(&ldr_data.InMemoryOrderModuleList);
	InitializeListHead(&ldr_data.InInitializationOrderModuleList);
	peb->Ldr = &ldr_data;
	peb->ProcessHeap = heap_create_process_heap();
	RtlInitializeCriticalSection(&ldr_lock);
	RtlInitializeCriticalSection(&peb_lock);
	peb->LoaderLock = &ldr_lock;
	peb->FastPebLock = &peb_lock;
	/* Slot 0 is nobody's: programs look there before they have got one (git
	   does) and rely on finding nothing. */
	peb->TlsBitmapBits[0] |= 1;
}

/* Who starts a process has kernel32 in it, whatever the program imports. */
static NTSTATUS load_program(struct module **kernel32)
{
	static const UNICODE_STRING ntdll_path = {
		58, 60, (PWSTR)L"C:\\Windows\\System32\\ntdll.dll"
	};
	static const UNICODE_STRING name = { 24, 26, (PWSTR)L"kernel32.dll" };
	extern const char __ImageBase[];
	PEB *peb = rf_peb();
	NTSTATUS s;

	/* The program is first in the lists, as everywhere. */
	ldr_program = module_new(peb->ImageBaseAddress,
				 &peb->ProcessParameters->ImagePathName);
	ldr_ntdll = module_new((PVOID)__ImageBase, &ntdll_path);
	if (!ldr_program || !ldr_ntdll)
		return STATUS_NO_MEMORY;
	ldr_program->refs = ldr_ntdll->refs = -1;
	ldr_ntdll->snapped = TRUE;
	module_mark_attached(ldr_ntdll);
	ldr_ntdll->no_thread_calls = TRUE;
	s = module_load(&name, 0, NULL, kernel32);
	if (!NT_SUCCESS(s)) {
		rf_message("kernel32.dll cannot be loaded (%#x)", (unsigned)s);
		return s;
	}
	s = tls_add(ldr_program);
	if (NT_SUCCESS(s))
		s = module_snap(ldr_program);
	return s;
}

/* All that was loaded with the program stays. */
static void pin_all(void)
{
	LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;

	for (LIST_ENTRY *l = head->Flink; l != head; l = l->Flink)
		CONTAINING_RECORD(l, struct module, entry.InLoadOrderLinks)
			->refs = -1;
}

static NTSTATUS start_process(void)
{
	struct module *kernel32;
	NTSTATUS s;

	init_peb();
	RtlEnterCriticalSection(&ldr_lock);
	s = load_program(&kernel32);
	if (NT_SUCCESS(s)) {
		pin_all();
		s = tls_thread_init();
	}
	/* All is loaded and nothing has run: debuggers wait for that. */
	if (NT_SUCCESS(s) && rf_peb()->BeingDebugged)
		rf_attention();
	if (NT_SUCCESS(s))
		s = module_attach(kernel32);
	if (NT_SUCCESS(s))
		s = module_attach(ldr_program);
	if (NT_SUCCESS(s)) {
		tls_callbacks(ldr_program, DLL_PROCESS_ATTACH);
		ldr_process_ready = TRUE;
	}
	RtlLeaveCriticalSection(&ldr_lock);
	return s;
}

static void attach_thread(void)
{
	RtlEnterCriticalSection(&ldr_lock);
	if (NT_SUCCESS(tls_thread_init())) {
		module_call_entries(DLL_THREAD_ATTACH);
		tls_callbacks(ldr_program, DLL_THREAD_ATTACH);
	}
	RtlLeaveCriticalSection(&ldr_lock);
}

/* Attach calls are foreign code: what they raise is to be reported. */
static void NTAPI start_thread(PVOID context)
{
	NTSTATUS s;

	if (InterlockedExchange(&ldr_started, 1) == 0) {
		s = start_process();
		if (!NT_SUCCESS(s))
			NtTerminateProcess(NtCurrentProcess(), s);
	} else {
		attach_thread();
	}
	NtContinue(context, TRUE);
}

void NTAPI LdrInitializeThunk(CONTEXT *context, PVOID ntdll_base, PVOID unused1,
			      PVOID unused2)
{
	rf_guarded_call(start_thread, context);
}

/* ---- ends -------------------------------------------------------------- */

void NTAPI LdrShutdownThread(void)
{
	if (ldr_shutting_down)
		return;
	rf_fls_thread_detach();
	/* Whom the thread debugs it debugs no longer. */
	if (NtCurrentTeb()->DbgSsReserved[1])
		NtClose(NtCurrentTeb()->DbgSsReserved[1]);
	RtlEnterCriticalSection(&ldr_lock);
	if (ldr_process_ready) {
		tls_callbacks(ldr_program, DLL_THREAD_DETACH);
		module_call_entries(DLL_THREAD_DETACH);
	}
	tls_thread_free();
	RtlLeaveCriticalSection(&ldr_lock);
	heap_thread_detach();
}

void NTAPI LdrShutdownProcess(void)
{
	if (ldr_shutting_down)
		return;
	ldr_shutting_down = TRUE;
	ldr_data.ShutdownInProgress = TRUE;
	ldr_data.ShutdownThreadId = NtCurrentTeb()->ClientId.UniqueThread;
	rf_fls_thread_detach();
	tls_callbacks(ldr_program, DLL_PROCESS_DETACH);
	module_call_entries(DLL_PROCESS_DETACH);
}

BOOLEAN NTAPI RtlDllShutdownInProgress(void)
{
	return ldr_shutting_down;
}

void NTAPI RtlExitUserProcess(NTSTATUS status)
{
	/*
	 * The others are ended first: what they hold (the loader lock too) is
	 * nobody's any more, so it is not waited for.
	 */
	RtlEnterCriticalSection(&ldr_lock);
	NtTerminateProcess(NULL, status);
	LdrShutdownProcess();
	NtTerminateProcess(NtCurrentProcess(), status);
	__builtin_unreachable();
}

void NTAPI RtlExitUserThread(NTSTATUS status)
{
	ULONG last = 0;

	NtQueryInformationThread(NtCurrentThread(), 12 /* AmILastThread */,
				 &last, sizeof last, NULL);
	if (last)
		RtlExitUserProcess(status);
	LdrShutdownThread();
	for (;;)
		NtTerminateThread(NtCurrentThread(), status);
}
