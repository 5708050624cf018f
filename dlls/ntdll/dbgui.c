/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dbgui.c - the debugger's side of ntdll: the thread's debug object, and what
 * the kernel tells of debuggees as kernel32's callers know it.
 */
#include "ntdll-private.h"
#include "nt-debug.h"

#define DEBUG_ALL_ACCESS    0x1f000f
#define DEBUG_KILL_ON_CLOSE 1

#define DBG_PRINTEXCEPTION	0x40010006
#define DBG_RIP			0x40010007
#define DBG_PRINTEXCEPTION_WIDE 0x4001000a

HANDLE NTAPI DbgUiGetThreadDebugObject(void)
{
	return NtCurrentTeb()->DbgSsReserved[1];
}

void NTAPI DbgUiSetThreadDebugObject(HANDLE h)
{
	NtCurrentTeb()->DbgSsReserved[1] = h;
}

NTSTATUS NTAPI DbgUiConnectToDbg(void)
{
	OBJECT_ATTRIBUTES oa;

	if (DbgUiGetThreadDebugObject())
		return STATUS_SUCCESS;
	InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
	return NtCreateDebugObject(&NtCurrentTeb()->DbgSsReserved[1],
				   DEBUG_ALL_ACCESS, &oa, DEBUG_KILL_ON_CLOSE);
}

NTSTATUS NTAPI DbgUiWaitStateChange(DBGUI_WAIT_STATE_CHANGE *change,
				    LARGE_INTEGER *timeout)
{
	return NtWaitForDebugEvent(DbgUiGetThreadDebugObject(), TRUE, timeout,
				   change);
}

NTSTATUS NTAPI DbgUiContinue(CLIENT_ID *id, NTSTATUS status)
{
	return NtDebugContinue(DbgUiGetThreadDebugObject(), id, status);
}

NTSTATUS NTAPI DbgUiStopDebugging(HANDLE process)
{
	return NtRemoveProcessDebug(process, DbgUiGetThreadDebugObject());
}

NTSTATUS NTAPI DbgUiDebugActiveProcess(HANDLE process)
{
	NTSTATUS s;

	s = NtDebugActiveProcess(process, DbgUiGetThreadDebugObject());
	if (!NT_SUCCESS(s))
		return s;
	s = DbgUiIssueRemoteBreakin(process);
	if (!NT_SUCCESS(s))
		DbgUiStopDebugging(process);
	return s;
}

/*
 * A thread there that begins in its DbgUiRemoteBreakin: ntdll lies at the same
 * place in every process of a width.
 */
NTSTATUS NTAPI DbgUiIssueRemoteBreakin(HANDLE process)
{
	PVOID start = (PVOID)DbgUiRemoteBreakin;
	ULONG_PTR wow64 = 0;
	CLIENT_ID id;
	HANDLE thread;
	NTSTATUS s;

	s = NtQueryInformationProcess(process, 26 /* ProcessWow64Information */,
				      &wow64, sizeof wow64, NULL);
	if (!NT_SUCCESS(s))
		return s;
#ifdef _WIN64
	if (wow64)
		start = rf_breakin32(process);
	if (!start)
		return STATUS_PROCEDURE_NOT_FOUND;
#else
	if (!wow64)
		return STATUS_NOT_SUPPORTED;
#endif
	s = RtlCreateUserThread(process, NULL, FALSE, 0, 0, 0, start, NULL,
				&thread, &id);
	if (NT_SUCCESS(s))
		NtClose(thread);
	return s;
}

/* ---- the debuggee's side -------------------------------------------- */

extern const char rf_attention_at[];

/* Where nobody but a debugger is meant; see rf_only_for_debugger(). */
__attribute__((noinline, noclone)) void rf_attention(void)
{
#ifdef _WIN64
	__asm__ volatile(".globl rf_attention_at\nrf_attention_at: int3");
#else
	__asm__ volatile(".globl _rf_attention_at\n_rf_attention_at: int3");
#endif
}

/*
 * Breakpoints of ours and texts that the debugger did not want: the program
 * goes on as if nothing had happened.
 */
BOOL rf_only_for_debugger(const EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	if (rec->ExceptionCode == (DWORD)STATUS_BREAKPOINT &&
	    rec->ExceptionAddress == rf_attention_at) {
#ifdef _WIN64
		ctx->Rip = (ULONG_PTR)rf_attention_at + 1;
#else
		ctx->Eip = (ULONG_PTR)rf_attention_at + 1;
#endif
		return TRUE;
	}
	return rec->ExceptionCode == DBG_PRINTEXCEPTION ||
	       rec->ExceptionCode == DBG_PRINTEXCEPTION_WIDE;
}

void NTAPI DbgUiRemoteBreakin(PVOID context)
{
	if (rf_peb()->BeingDebugged)
		rf_attention();
	RtlExitUserThread(STATUS_SUCCESS);
}

/* ---- DEBUG_EVENT ---------------------------------------------------- */

static PVOID teb_of(HANDLE thread)
{
	struct {
		NTSTATUS status;
		PVOID teb;
		CLIENT_ID id;
		ULONG_PTR affinity;
		LONG priority, base;
	} info;

	/* ThreadBasicInformation */
	if (!thread ||
	    !NT_SUCCESS(NtQueryInformationThread(thread, 0, &info, sizeof info,
						 NULL)))
		return NULL;
	return info.teb;
}

/* Some exceptions are messages. */
static void convert_exception(const DBGKM_EXCEPTION *x, DEBUG_EVENT *e,
			      BOOL wide)
{
	const EXCEPTION_RECORD *r = &x->ExceptionRecord;
	const ULONG_PTR *text = r->ExceptionInformation;
	OUTPUT_DEBUG_STRING_INFO *s = &e->u.DebugString;

	switch (r->ExceptionCode) {
	case DBG_PRINTEXCEPTION_WIDE:
		e->dwDebugEventCode = OUTPUT_DEBUG_STRING_EVENT;
		s->fUnicode = wide;
		/* length and text, wide and then narrow */
		if (!wide)
			text += 2;
		s->nDebugStringLength = (WORD)text[0];
		s->lpDebugStringData = (LPSTR)text[1];
		break;
	case DBG_PRINTEXCEPTION:
		e->dwDebugEventCode = OUTPUT_DEBUG_STRING_EVENT;
		s->fUnicode = FALSE;
		s->nDebugStringLength = (WORD)text[0];
		s->lpDebugStringData = (LPSTR)text[1];
		break;
	case DBG_RIP:
		e->dwDebugEventCode = RIP_EVENT;
		e->u.RipInfo.dwType = (DWORD)text[0];
		e->u.RipInfo.dwError = (DWORD)text[1];
		break;
	default:
		e->dwDebugEventCode = EXCEPTION_DEBUG_EVENT;
		e->u.Exception.ExceptionRecord = *r;
		e->u.Exception.dwFirstChance = x->FirstChance;
	}
}

static NTSTATUS convert(const DBGUI_WAIT_STATE_CHANGE *c, DEBUG_EVENT *e,
			BOOL wide)
{
	const DBGKM_CREATE_PROCESS *p =
		&c->StateInfo.CreateProcessInfo.NewProcess;
	const DBGKM_LOAD_DLL *d = &c->StateInfo.LoadDll;

	memset(e, 0, sizeof *e);
	e->dwProcessId = (DWORD)(ULONG_PTR)c->AppClientId.UniqueProcess;
	e->dwThreadId = (DWORD)(ULONG_PTR)c->AppClientId.UniqueThread;
	switch (c->NewState) {
	case DbgCreateThreadStateChange:
		e->dwDebugEventCode = CREATE_THREAD_DEBUG_EVENT;
		e->u.CreateThread.hThread =
			c->StateInfo.CreateThread.HandleToThread;
		e->u.CreateThread.lpStartAddress =
			(LPTHREAD_START_ROUTINE)
				c->StateInfo.CreateThread.NewThread.StartAddress;
		e->u.CreateThread.lpThreadLocalBase =
			teb_of(e->u.CreateThread.hThread);
		break;
	case DbgCreateProcessStateChange:
		e->dwDebugEventCode = CREATE_PROCESS_DEBUG_EVENT;
		e->u.CreateProcessInfo.hProcess =
			c->StateInfo.CreateProcessInfo.HandleToProcess;
		e->u.CreateProcessInfo.hThread =
			c->StateInfo.CreateProcessInfo.HandleToThread;
		e->u.CreateProcessInfo.hFile = p->FileHandle;
		e->u.CreateProcessInfo.lpBaseOfImage = p->BaseOfImage;
		e->u.CreateProcessInfo.dwDebugInfoFileOffset =
			p->DebugInfoFileOffset;
		e->u.CreateProcessInfo.nDebugInfoSize = p->DebugInfoSize;
		e->u.CreateProcessInfo.lpStartAddress =
			(LPTHREAD_START_ROUTINE)p->InitialThread.StartAddress;
		e->u.CreateProcessInfo.lpThreadLocalBase =
			teb_of(e->u.CreateProcessInfo.hThread);
		e->u.CreateProcessInfo.fUnicode = TRUE;
		break;
	case DbgExitThreadStateChange:
		e->dwDebugEventCode = EXIT_THREAD_DEBUG_EVENT;
		e->u.ExitThread.dwExitCode = c->StateInfo.ExitStatus;
		break;
	case DbgExitProcessStateChange:
		e->dwDebugEventCode = EXIT_PROCESS_DEBUG_EVENT;
		e->u.ExitProcess.dwExitCode = c->StateInfo.ExitStatus;
		break;
	case DbgExceptionStateChange:
	case DbgBreakpointStateChange:
	case DbgSingleStepStateChange:
		convert_exception(&c->StateInfo.Exception, e, wide);
		break;
	case DbgLoadDllStateChange:
		e->dwDebugEventCode = LOAD_DLL_DEBUG_EVENT;
		e->u.LoadDll.hFile = d->FileHandle;
		e->u.LoadDll.lpBaseOfDll = d->BaseOfDll;
		e->u.LoadDll.dwDebugInfoFileOffset = d->DebugInfoFileOffset;
		e->u.LoadDll.nDebugInfoSize = d->DebugInfoSize;
		e->u.LoadDll.lpImageName = d->NamePointer;
		e->u.LoadDll.fUnicode = TRUE;
		break;
	case DbgUnloadDllStateChange:
		e->dwDebugEventCode = UNLOAD_DLL_DEBUG_EVENT;
		e->u.UnloadDll.lpBaseOfDll = c->StateInfo.UnloadDllBase;
		break;
	default:
		return STATUS_UNSUCCESSFUL;
	}
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI DbgUiConvertStateChangeStructure(
	const DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event)
{
	return convert(change, event, FALSE);
}

NTSTATUS NTAPI DbgUiConvertStateChangeStructureEx(
	const DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event)
{
	return convert(change, event, TRUE);
}
