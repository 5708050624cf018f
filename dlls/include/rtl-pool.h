/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-pool.h - the thread pool, old and new.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_POOL_H
#define RF_DLL_RTL_POOL_H

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

#endif
