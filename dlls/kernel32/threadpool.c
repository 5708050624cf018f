/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threadpool.c - the thread pool API, both generations, over ntdll's Tp* and
 * its work items, waits and timer queues.
 *
 * What cannot simply be forwarded: functions that turn a status into a last
 * error, and I/O callbacks, which Win32 gives a code and a byte count where NT
 * gives an IO_STATUS_BLOCK.
 */
#include "kernel32-private.h"

/* ---- pools and cleanup groups ---- */

PTP_POOL WINAPI CreateThreadpool(PVOID reserved)
{
	PTP_POOL pool = NULL;

	return rf_result(TpAllocPool(&pool, reserved)) ? pool : NULL;
}

BOOL WINAPI SetThreadpoolThreadMinimum(PTP_POOL pool, DWORD n)
{
	return rf_result(TpSetPoolMinThreads(pool, n));
}

BOOL WINAPI SetThreadpoolStackInformation(PTP_POOL pool,
					  PTP_POOL_STACK_INFORMATION info)
{
	return rf_result(TpSetPoolStackInformation(pool, info));
}

BOOL WINAPI QueryThreadpoolStackInformation(PTP_POOL pool,
					    PTP_POOL_STACK_INFORMATION info)
{
	return rf_result(TpQueryPoolStackInformation(pool, info));
}

PTP_CLEANUP_GROUP WINAPI CreateThreadpoolCleanupGroup(void)
{
	PTP_CLEANUP_GROUP group = NULL;

	return rf_result(TpAllocCleanupGroup(&group)) ? group : NULL;
}

/* ---- work, timers, waits ---- */

BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK fn, PVOID context,
					PTP_CALLBACK_ENVIRON env)
{
	return rf_result(TpSimpleTryPost(fn, context, env));
}

PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK fn, PVOID context,
				     PTP_CALLBACK_ENVIRON env)
{
	PTP_WORK work = NULL;

	return rf_result(TpAllocWork(&work, fn, context, env)) ? work : NULL;
}

PTP_TIMER WINAPI CreateThreadpoolTimer(PTP_TIMER_CALLBACK fn, PVOID context,
				       PTP_CALLBACK_ENVIRON env)
{
	PTP_TIMER timer = NULL;

	return rf_result(TpAllocTimer(&timer, fn, context, env)) ? timer : NULL;
}

PTP_WAIT WINAPI CreateThreadpoolWait(PTP_WAIT_CALLBACK fn, PVOID context,
				     PTP_CALLBACK_ENVIRON env)
{
	PTP_WAIT wait = NULL;

	return rf_result(TpAllocWait(&wait, fn, context, env)) ? wait : NULL;
}

BOOL WINAPI CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance)
{
	return rf_result(TpCallbackMayRunLong(instance));
}

/* ---- I/O ---- */

/*
 * Freed with the last reference: one for CreateThreadpoolIo until
 * CloseThreadpoolIo, one for each operation under way.  A callback may come
 * after the close, so the link from io to this cannot be io's context alone.
 */
struct pool_io {
	struct pool_io *next;
	PTP_IO io;
	PTP_WIN32_IO_CALLBACK fn;
	PVOID context;
	LONG refs;
	BOOL closed;
};

static SRWLOCK io_lock = SRWLOCK_INIT;
static struct pool_io *ios; /* under io_lock */

static struct pool_io **io_find(PTP_IO io)
{
	struct pool_io **p = &ios;

	while (*p && (*p)->io != io)
		p = &(*p)->next;
	return p;
}

static void io_unref(PTP_IO io)
{
	struct pool_io **p, *it = NULL;

	RtlAcquireSRWLockExclusive(&io_lock);
	p = io_find(io);
	if (*p && --(*p)->refs == 0) {
		it = *p;
		*p = it->next;
	}
	RtlReleaseSRWLockExclusive(&io_lock);
	k32_free(it);
}

static VOID NTAPI io_callback(PTP_CALLBACK_INSTANCE instance, PVOID context,
			      PVOID apc_context, IO_STATUS_BLOCK *iosb,
			      PTP_IO io)
{
	struct pool_io *it = context;
	ULONG error = NT_SUCCESS(iosb->Status)
			      ? ERROR_SUCCESS
			      : RtlNtStatusToDosError(iosb->Status);

	it->fn(instance, it->context, apc_context, error, iosb->Information,
	       io);
	io_unref(io);
}

PTP_IO WINAPI CreateThreadpoolIo(HANDLE file, PTP_WIN32_IO_CALLBACK fn,
				 PVOID context, PTP_CALLBACK_ENVIRON env)
{
	struct pool_io *it = k32_alloc(sizeof *it);
	NTSTATUS status;

	if (!it)
		return NULL;
	it->fn = fn;
	it->context = context;
	it->refs = 1;
	status = TpAllocIoCompletion(&it->io, file, io_callback, it, env);
	if (!NT_SUCCESS(status)) {
		k32_free(it);
		rf_fail(status);
		return NULL;
	}
	RtlAcquireSRWLockExclusive(&io_lock);
	it->next = ios;
	ios = it;
	RtlReleaseSRWLockExclusive(&io_lock);
	return it->io;
}

void WINAPI StartThreadpoolIo(PTP_IO io)
{
	struct pool_io **p;

	RtlAcquireSRWLockExclusive(&io_lock);
	p = io_find(io);
	if (*p)
		(*p)->refs++;
	RtlReleaseSRWLockExclusive(&io_lock);
	TpStartAsyncIoOperation(io);
}

void WINAPI CancelThreadpoolIo(PTP_IO io)
{
	TpCancelAsyncIoOperation(io);
	io_unref(io);
}

void WINAPI CloseThreadpoolIo(PTP_IO io)
{
	TpReleaseIoCompletion(io);
	io_unref(io);
}

BOOL WINAPI BindIoCompletionCallback(HANDLE file,
				     LPOVERLAPPED_COMPLETION_ROUTINE fn,
				     ULONG flags)
{
	return rf_result(RtlSetIoCompletionCallback(file, (PVOID)fn, flags));
}

/* ---- the first generation: work items and registered waits ---- */

BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE fn, PVOID context,
			      ULONG flags)
{
	return rf_result(RtlQueueWorkItem((PRTL_WORK_ITEM_ROUTINE)(void *)fn,
					  context, flags));
}

BOOL WINAPI RegisterWaitForSingleObject(PHANDLE wait, HANDLE object,
					WAITORTIMERCALLBACK fn, PVOID context,
					ULONG ms, ULONG flags)
{
	return rf_result(RtlRegisterWait(wait, object, fn, context, ms, flags));
}

/* A callback still running makes these fail, with ERROR_IO_PENDING. */
static BOOL pending_fails(NTSTATUS status)
{
	if (status == STATUS_PENDING) {
		SetLastError(ERROR_IO_PENDING);
		return FALSE;
	}
	return rf_result(status);
}

BOOL WINAPI UnregisterWaitEx(HANDLE wait, HANDLE event)
{
	return pending_fails(RtlDeregisterWaitEx(wait, event));
}

BOOL WINAPI UnregisterWait(HANDLE wait)
{
	return UnregisterWaitEx(wait, NULL);
}

/* ---- timer queues ---- */

/* What a NULL queue means; made when first needed, never deleted. */
static HANDLE default_queue(void)
{
	static HANDLE queue;
	HANDLE q = __atomic_load_n(&queue, __ATOMIC_ACQUIRE);
	HANDLE none = NULL;

	if (q || !rf_result(RtlCreateTimerQueue(&q)))
		return q;
	if (__atomic_compare_exchange_n(&queue, &none, q, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return q;
	RtlDeleteTimerQueueEx(q, NULL);
	return none;
}

HANDLE WINAPI CreateTimerQueue(void)
{
	HANDLE queue = NULL;

	return rf_result(RtlCreateTimerQueue(&queue)) ? queue : NULL;
}

BOOL WINAPI CreateTimerQueueTimer(PHANDLE timer, HANDLE queue,
				  WAITORTIMERCALLBACK fn, PVOID context,
				  DWORD due, DWORD period, ULONG flags)
{
	if (!queue)
		queue = default_queue();
	return queue && rf_result(RtlCreateTimer(queue, timer, fn, context, due,
						 period, flags));
}

BOOL WINAPI ChangeTimerQueueTimer(HANDLE queue, HANDLE timer, ULONG due,
				  ULONG period)
{
	if (!queue)
		queue = default_queue();
	return queue && rf_result(RtlUpdateTimer(queue, timer, due, period));
}

BOOL WINAPI DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE event)
{
	if (!queue)
		queue = default_queue();
	return queue && pending_fails(RtlDeleteTimer(queue, timer, event));
}

BOOL WINAPI CancelTimerQueueTimer(HANDLE queue, HANDLE timer)
{
	return DeleteTimerQueueTimer(queue, timer, NULL);
}

BOOL WINAPI DeleteTimerQueueEx(HANDLE queue, HANDLE event)
{
	return pending_fails(RtlDeleteTimerQueueEx(queue, event));
}

BOOL WINAPI DeleteTimerQueue(HANDLE queue)
{
	return DeleteTimerQueueEx(queue, NULL);
}

/* ---- older shapes of the same ---- */

HANDLE WINAPI RegisterWaitForSingleObjectEx(HANDLE object,
					    WAITORTIMERCALLBACK fn,
					    PVOID context, ULONG ms,
					    ULONG flags)
{
	HANDLE wait = NULL;

	return RegisterWaitForSingleObject(&wait, object, fn, context, ms,
					   flags)
		       ? wait
		       : NULL;
}

HANDLE WINAPI SetTimerQueueTimer(HANDLE queue, WAITORTIMERCALLBACK fn,
				 PVOID context, DWORD due, DWORD period,
				 WINBOOL prefer_io)
{
	HANDLE timer = NULL;

	return CreateTimerQueueTimer(&timer, queue, fn, context, due, period,
				     prefer_io ? WT_EXECUTEINIOTHREAD : 0)
		       ? timer
		       : NULL;
}
