/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - threads: creation, priority, times, context, names.
 *
 * Processor placement is in processor.c, TLS in tls.c.
 */
#include "kernel32-private.h"
#include "nt-thread.h"

/* ---- creation and end ---- */

HANDLE WINAPI CreateRemoteThreadEx(HANDLE process, LPSECURITY_ATTRIBUTES sa,
				   SIZE_T stack, LPTHREAD_START_ROUTINE fn,
				   LPVOID arg, DWORD flags,
				   LPPROC_THREAD_ATTRIBUTE_LIST attributes,
				   LPDWORD id)
{
	CLIENT_ID client;
	PTEB teb;
	PS_ATTRIBUTE_LIST list = {
		.TotalLength = sizeof list,
		.Attributes = {
			{ .Attribute = PS_ATTRIBUTE_CLIENT_ID,
			  .Size = sizeof client, .ValuePtr = &client },
			{ .Attribute = PS_ATTRIBUTE_TEB_ADDRESS,
			  .Size = sizeof teb, .ValuePtr = &teb },
		},
	};
	BOOL reserve = (flags & STACK_SIZE_PARAM_IS_A_RESERVATION) != 0;
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	HANDLE h = NULL;

	InitializeObjectAttributes(&oa, NULL,
				   sa && sa->bInheritHandle ? OBJ_INHERIT : 0,
				   NULL, sa ? sa->lpSecurityDescriptor : NULL);
	status = NtCreateThreadEx(
		&h, THREAD_ALL_ACCESS, &oa, process, (PVOID)fn, arg,
		flags & CREATE_SUSPENDED ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED
					 : 0,
		0, reserve ? 0 : stack, reserve ? stack : 0, &list);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return NULL;
	}
	if (id)
		*id = (ULONG)(ULONG_PTR)client.UniqueThread;
	return h;
}

HANDLE WINAPI CreateRemoteThread(HANDLE process, LPSECURITY_ATTRIBUTES sa,
				 SIZE_T stack, LPTHREAD_START_ROUTINE fn,
				 LPVOID arg, DWORD flags, LPDWORD id)
{
	return CreateRemoteThreadEx(process, sa, stack, fn, arg, flags, NULL,
				    id);
}

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES sa, SIZE_T stack,
			   LPTHREAD_START_ROUTINE fn, LPVOID arg, DWORD flags,
			   LPDWORD id)
{
	return CreateRemoteThreadEx(NtCurrentProcess(), sa, stack, fn, arg,
				    flags, NULL, id);
}

HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id)
{
	CLIENT_ID client = { NULL, ULongToHandle(id) };
	OBJECT_ATTRIBUTES oa;
	HANDLE h = NULL;

	InitializeObjectAttributes(&oa, NULL, inherit ? OBJ_INHERIT : 0, NULL,
				   NULL);
	return rf_result(NtOpenThread(&h, access, &oa, &client)) ? h : NULL;
}

BOOL WINAPI TerminateThread(HANDLE thread, DWORD code)
{
	/* To NT, no handle means the calling thread. */
	return rf_result(thread ? NtTerminateThread(thread, code)
				: STATUS_INVALID_HANDLE);
}

DWORD WINAPI SuspendThread(HANDLE thread)
{
	ULONG count;

	return rf_result(NtSuspendThread(thread, &count)) ? count : (DWORD)-1;
}

DWORD WINAPI ResumeThread(HANDLE thread)
{
	ULONG count;

	return rf_result(NtResumeThread(thread, &count)) ? count : (DWORD)-1;
}

DWORD WINAPI Wow64SuspendThread(HANDLE thread)
{
	return SuspendThread(thread);
}

/* ---- identity ---- */

HANDLE WINAPI GetCurrentThread(void)
{
	return NtCurrentThread();
}

DWORD WINAPI GetCurrentThreadId(void)
{
	return HandleToULong(NtCurrentTeb()->ClientId.UniqueThread);
}

static BOOL basic(HANDLE thread, RF_THREAD_BASIC_INFORMATION *info)
{
	return rf_result(NtQueryInformationThread(
		thread, RfThreadBasicInformation, info, sizeof *info, NULL));
}

DWORD WINAPI GetThreadId(HANDLE thread)
{
	RF_THREAD_BASIC_INFORMATION info;

	if (thread == GetCurrentThread())
		return GetCurrentThreadId();
	return basic(thread, &info) ? HandleToULong(info.ClientId.UniqueThread)
				    : 0;
}

DWORD WINAPI GetProcessIdOfThread(HANDLE thread)
{
	RF_THREAD_BASIC_INFORMATION info;

	if (thread == GetCurrentThread())
		return GetCurrentProcessId();
	return basic(thread, &info) ? HandleToULong(info.ClientId.UniqueProcess)
				    : 0;
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code)
{
	RF_THREAD_BASIC_INFORMATION info;

	if (!basic(thread, &info))
		return FALSE;
	*code = info.ExitStatus;
	return TRUE;
}

HRESULT WINAPI SetThreadDescription(HANDLE thread, PCWSTR text)
{
	UNICODE_STRING s;
	NTSTATUS status = RtlInitUnicodeStringEx(&s, text);

	if (NT_SUCCESS(status))
		status = NtSetInformationThread(thread, RfThreadNameInformation,
						&s, sizeof s);
	return NT_SUCCESS(status) ? S_OK : HRESULT_FROM_NT(status);
}

HRESULT WINAPI GetThreadDescription(HANDLE thread, PWSTR *text)
{
	ULONG size = 256, needed = 0;
	NTSTATUS status;

	*text = NULL;
	for (;;) {
		UNICODE_STRING *s = LocalAlloc(LMEM_FIXED, size);
		ULONG len;

		if (!s)
			return HRESULT_FROM_NT(STATUS_NO_MEMORY);
		status = NtQueryInformationThread(
			thread, RfThreadNameInformation, s, size, &needed);
		if (NT_SUCCESS(status)) {
			/* The caller frees the text, so it goes to the front.
			 */
			len = s->Length;
			memmove(s, s->Buffer, len);
			((WCHAR *)s)[len / sizeof(WCHAR)] = 0;
			*text = (WCHAR *)s;
			return S_OK;
		}
		LocalFree(s);
		if ((status != STATUS_BUFFER_TOO_SMALL &&
		     status != STATUS_INFO_LENGTH_MISMATCH &&
		     status != STATUS_BUFFER_OVERFLOW) ||
		    needed <= size)
			return HRESULT_FROM_NT(status);
		size = needed + sizeof(WCHAR);
	}
}

/* ---- priority ---- */

/* NT says 16 and -16 for "time critical" and "idle", Win32 15 and -15. */
int WINAPI GetThreadPriority(HANDLE thread)
{
	RF_THREAD_BASIC_INFORMATION info;

	if (!basic(thread, &info))
		return THREAD_PRIORITY_ERROR_RETURN;
	if (info.BasePriority == THREAD_PRIORITY_TIME_CRITICAL + 1)
		return THREAD_PRIORITY_TIME_CRITICAL;
	if (info.BasePriority == THREAD_PRIORITY_IDLE - 1)
		return THREAD_PRIORITY_IDLE;
	return info.BasePriority;
}

/* TEB.CrossTebFlags, of which Windows uses none: in background mode. */
#define IN_BACKGROUND 0x0001

/* Background mode is low I/O and memory priority as well as the processor's. */
static BOOL background(HANDLE thread, BOOL begin)
{
	PTEB teb = NtCurrentTeb();
	ULONG io = begin ? 0 : 2, page = begin ? 1 : 5;
	BOOL now = (teb->CrossTebFlags & IN_BACKGROUND) != 0;

	if (thread != NtCurrentThread()) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (now == begin) {
		SetLastError(begin ? 400 /* already in background mode */
				   : 401 /* not in it */);
		return FALSE;
	}
	if (!rf_result(NtSetInformationThread(thread, RfThreadIoPriority, &io,
					      sizeof io)) ||
	    !rf_result(NtSetInformationThread(thread, RfThreadPagePriority,
					      &page, sizeof page)))
		return FALSE;
	teb->CrossTebFlags ^= IN_BACKGROUND;
	return TRUE;
}

BOOL WINAPI SetThreadPriority(HANDLE thread, int priority)
{
	LONG nt = priority;

	if (priority == THREAD_MODE_BACKGROUND_BEGIN ||
	    priority == THREAD_MODE_BACKGROUND_END)
		return background(thread,
				  priority == THREAD_MODE_BACKGROUND_BEGIN);
	if (priority == THREAD_PRIORITY_TIME_CRITICAL)
		nt = THREAD_PRIORITY_TIME_CRITICAL + 1;
	else if (priority == THREAD_PRIORITY_IDLE)
		nt = THREAD_PRIORITY_IDLE - 1;
	return rf_result(NtSetInformationThread(thread, RfThreadBasePriority,
						&nt, sizeof nt));
}

BOOL WINAPI GetThreadPriorityBoost(HANDLE thread, PBOOL disabled)
{
	ULONG value;

	if (!rf_result(NtQueryInformationThread(thread, RfThreadPriorityBoost,
						&value, sizeof value, NULL)))
		return FALSE;
	*disabled = value;
	return TRUE;
}

BOOL WINAPI SetThreadPriorityBoost(HANDLE thread, BOOL disable)
{
	ULONG value = disable != FALSE;

	return rf_result(NtSetInformationThread(thread, RfThreadPriorityBoost,
						&value, sizeof value));
}

/* THREAD_INFORMATION_CLASS to NT's class and the size it must have. */
static const struct {
	ULONG nt, size;
} info_classes[] = {
	{ RfThreadPagePriority, sizeof(ULONG) }, /* ThreadMemoryPriority */
	{ RfThreadBasePriority, sizeof(LONG) },  /* ThreadAbsoluteCpuPriority */
	{ 0, 0 },                                /* ThreadDynamicCodePolicy */
	{ RfThreadPowerThrottlingState, 3 * sizeof(ULONG) },
};

static BOOL info_class(ULONG class, ULONG size, ULONG *nt)
{
	if (class >= ARRAY_LEN(info_classes) || !info_classes[class].size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (size < info_classes[class].size) {
		SetLastError(ERROR_BAD_LENGTH);
		return FALSE;
	}
	*nt = info_classes[class].nt;
	return TRUE;
}

BOOL WINAPI GetThreadInformation(HANDLE thread, THREAD_INFORMATION_CLASS class,
				 LPVOID info, DWORD size)
{
	ULONG nt;

	return info_class(class, size, &nt) &&
	       rf_result(
		       NtQueryInformationThread(thread, nt, info, size, NULL));
}

BOOL WINAPI SetThreadInformation(HANDLE thread, THREAD_INFORMATION_CLASS class,
				 LPVOID info, DWORD size)
{
	ULONG nt;

	return info_class(class, size, &nt) &&
	       rf_result(NtSetInformationThread(thread, nt, info, size));
}

/* ---- times ---- */

BOOL WINAPI GetThreadTimes(HANDLE thread, LPFILETIME created, LPFILETIME ended,
			   LPFILETIME kernel, LPFILETIME user)
{
	RF_KERNEL_USER_TIMES t;

	if (!rf_result(NtQueryInformationThread(thread, RfThreadTimes, &t,
						sizeof t, NULL)))
		return FALSE;
	*created = *(FILETIME *)&t.CreateTime;
	*ended = *(FILETIME *)&t.ExitTime;
	*kernel = *(FILETIME *)&t.KernelTime;
	*user = *(FILETIME *)&t.UserTime;
	return TRUE;
}

BOOL WINAPI QueryThreadCycleTime(HANDLE thread, PULONG64 cycles)
{
	RF_THREAD_CYCLE_TIME t;

	if (!rf_result(NtQueryInformationThread(thread, RfThreadCycleTime, &t,
						sizeof t, NULL)))
		return FALSE;
	*cycles = t.AccumulatedCycles;
	return TRUE;
}

BOOL WINAPI GetThreadIOPendingFlag(HANDLE thread, PBOOL pending)
{
	ULONG value;

	if (!rf_result(NtQueryInformationThread(thread, RfThreadIsIoPending,
						&value, sizeof value, NULL)))
		return FALSE;
	*pending = value;
	return TRUE;
}

/* ---- context, APCs ---- */

BOOL WINAPI GetThreadContext(HANDLE thread, LPCONTEXT context)
{
	return rf_result(NtGetContextThread(thread, context));
}

BOOL WINAPI SetThreadContext(HANDLE thread, const CONTEXT *context)
{
	return rf_result(NtSetContextThread(thread, context));
}

/* Of threads of 32-bit processes; others have no such context. */
BOOL WINAPI Wow64GetThreadContext(HANDLE thread, PWOW64_CONTEXT context)
{
	return rf_result(
		NtQueryInformationThread(thread, 29 /* ThreadWow64Context */,
					 context, sizeof *context, NULL));
}

BOOL WINAPI Wow64SetThreadContext(HANDLE thread, const WOW64_CONTEXT *context)
{
	return rf_result(
		NtSetInformationThread(thread, 29, context, sizeof *context));
}

DWORD WINAPI QueueUserAPC(PAPCFUNC fn, HANDLE thread, ULONG_PTR arg)
{
	/* The function takes the first of NT's three arguments. */
	return rf_result(
		NtQueueApcThread(thread, (PVOID)fn, (PVOID)arg, NULL, NULL));
}

BOOL WINAPI QueueUserAPC2(PAPCFUNC fn, HANDLE thread, ULONG_PTR arg,
			  ULONG flags)
{
	return rf_result(NtQueueApcThreadEx2(thread, NULL, flags, (PVOID)fn,
					     (PVOID)arg, NULL, NULL));
}

/* ---- the stack ---- */

BOOL WINAPI SetThreadStackGuarantee(PULONG size)
{
	PTEB teb = NtCurrentTeb();
	ULONG old = teb->GuaranteedStackBytes;
	ULONG_PTR whole = (ULONG_PTR)teb->Tib.StackBase -
			  (ULONG_PTR)teb->DeallocationStack;
	ULONG wanted = *size;

	*size = old;
	if (wanted) {
		/* Whole pages, at least two on x64 and one on x86. */
		ULONG least = sizeof(void *) == 8 ? 0x2000 : 0x1000;

		wanted = (wanted + 0xfff) & ~0xffful;
		if (wanted < least)
			wanted = least;
		if (wanted >= whole) {
			SetLastError(ERROR_INVALID_PARAMETER);
			return FALSE;
		}
		if (wanted > old)
			teb->GuaranteedStackBytes = wanted;
	}
	return TRUE;
}

void WINAPI GetCurrentThreadStackLimits(PULONG_PTR low, PULONG_PTR high)
{
	*low = (ULONG_PTR)NtCurrentTeb()->DeallocationStack;
	*high = (ULONG_PTR)NtCurrentTeb()->Tib.StackBase;
}

/* ---- error mode, execution state ---- */

EXECUTION_STATE WINAPI SetThreadExecutionState(EXECUTION_STATE state)
{
	ULONG old = 0;

	return rf_result(NtSetThreadExecutionState(state, &old)) ? old : 0;
}
