/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-pool.c - pools of worker threads.
 *
 * A callback is handed to the worker that went to sleep last, whose caches are
 * warm: it is woken when all is done under the pool's lock, and needs the lock
 * itself only when it is through.  One that finds no idle worker gets a new
 * thread while there are fewer than a few per processor.  Beyond that a thread
 * is added only when the queue has not moved for some milliseconds: then the
 * workers are asleep in their callbacks, and waiting for them could last for
 * ever.
 */
#include "tp.h"

enum {
	DEFAULT_MAX = 500,
	IDLE_MS = 20000, /* then a worker ends */
	STUCK_MS = 10,
	TICKS_PER_MS = 10000,
};

/* A worker with nothing to do, on its own stack. */
struct idler {
	struct idler *next, **at; /* at NULL: in no list */
	struct tp_object *work;   /* what it is to run; NULL: nothing, end */
	HANDLE tid;
	volatile LONG up; /* the last thing that is touched of it */
};

struct _TP_POOL {
	volatile LONG refs; /* the owner; each object */
	RTL_SRWLOCK lock;
	struct idler *idle; /* the latest first */
	LIST_ENTRY queue[TP_CALLBACK_PRIORITY_COUNT];
	ULONG threads;
	ULONG running_long; /* in callbacks that said so */
	ULONG min, max;
	ULONG taken; /* callbacks begun, ever */
	ULONG taken_before;
	BOOL closing;
	struct tp_clock watch; /* with the scheduler's lock */
	TP_POOL_STACK_INFORMATION stack;
};

static RTL_RUN_ONCE default_once;
static struct _TP_POOL *default_pool;

static struct tp_object *next(struct _TP_POOL *pool)
{
	for (ULONG i = 0; i < TP_CALLBACK_PRIORITY_COUNT; i++)
		if (pool->queue[i].Flink != &pool->queue[i])
			return CONTAINING_RECORD(pool->queue[i].Flink,
						 struct tp_object, queue_links);
	return NULL;
}

static void enqueue(struct _TP_POOL *pool, struct tp_object *o)
{
	LIST_ENTRY *q = &pool->queue[o->priority];

	o->queue_links.Flink = q;
	o->queue_links.Blink = q->Blink;
	q->Blink->Flink = &o->queue_links;
	q->Blink = &o->queue_links;
	o->queued = TRUE;
}

static void dequeue(struct tp_object *o)
{
	o->queue_links.Blink->Flink = o->queue_links.Flink;
	o->queue_links.Flink->Blink = o->queue_links.Blink;
	o->queued = FALSE;
}

/* ---- callbacks ---- */

static void finish(struct _TP_CALLBACK_INSTANCE *i)
{
	if (i->cs)
		RtlLeaveCriticalSection(i->cs);
	if (i->mutex)
		NtReleaseMutant(i->mutex, NULL);
	if (i->semaphore)
		NtReleaseSemaphore(i->semaphore, (LONG)i->semaphore_count,
				   NULL);
	if (i->event)
		NtSetEvent(i->event, NULL);
	if (i->dll)
		LdrUnloadDll(i->dll);
}

/* The callback counts no longer.  With the pool's lock held. */
static void leave(struct tp_object *o)
{
	if (!--o->running && !o->pending)
		RtlWakeAllConditionVariable(&o->idle);
}

/* The lock is taken when it returns. */
static void run(struct _TP_POOL *pool, struct tp_object *o)
{
	struct _TP_CALLBACK_INSTANCE i = {
		.object = o,
		.may_run_long = o->long_function,
	};
	BOOL simple = o->type == TP_SIMPLE;

	o->call(&i, o);
	if (o->finalization)
		o->finalization(&i, o->context);
	finish(&i);
	RtlAcquireSRWLockExclusive(&pool->lock);
	if (i.may_run_long)
		pool->running_long--;
	if (!i.disassociated)
		leave(o);
	/* Neither may be the last reference while we have the lock. */
	if (!simple && tp_unref_unless_last(o))
		return;
	RtlReleaseSRWLockExclusive(&pool->lock);
	if (simple)
		tp_release(o);
	tp_unref(o);
	RtlAcquireSRWLockExclusive(&pool->lock);
}

/* ---- workers ---- */

static void pool_free(struct _TP_POOL *pool)
{
	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	tp_clock_cancel(&pool->watch);
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
	RtlFreeHeap(rf_heap(), 0, pool);
}

/* o, of which one callback begins.  With the lock held. */
static void begin(struct _TP_POOL *pool, struct tp_object *o)
{
	o->running++;
	pool->taken++;
	if (o->long_function)
		pool->running_long++;
}

static struct tp_object *take(struct _TP_POOL *pool)
{
	struct tp_object *o = next(pool);

	if (!o)
		return NULL;
	dequeue(o);
	if (--o->pending)
		enqueue(pool, o); /* others may run beside it */
	begin(pool, o);
	return o;
}

static void idle_remove(struct idler *i)
{
	*i->at = i->next;
	if (i->next)
		i->next->at = i->at;
	i->at = NULL;
}

/* Its thread may be gone as soon as it is up. */
static void wake(struct idler *i)
{
	HANDLE tid = i->tid;

	__atomic_store_n(&i->up, 1, __ATOMIC_RELEASE);
	NtAlertThreadByThreadId(tid);
}

/*
 * Sleep until there is work, which is returned; NULL: this worker is not needed
 * any more.  The lock is held; taken again only if NULL is returned.
 */
static struct tp_object *sleep(struct _TP_POOL *pool)
{
	LARGE_INTEGER wait = { .QuadPart = -(LONGLONG)IDLE_MS * TICKS_PER_MS };
	struct idler i = { .next = pool->idle,
			   .at = &pool->idle,
			   .tid = current_tid() };

	if (pool->closing)
		return NULL;
	if (i.next)
		i.next->at = &i.next;
	pool->idle = &i;
	RtlReleaseSRWLockExclusive(&pool->lock);
	while (!__atomic_load_n(&i.up, __ATOMIC_ACQUIRE)) {
		NTSTATUS status = NtWaitForAlertByThreadId(&i, &wait);

		if (status != STATUS_TIMEOUT)
			continue; /* maybe an alert of something else */
		RtlAcquireSRWLockExclusive(&pool->lock);
		if (i.at && pool->threads > pool->min) {
			idle_remove(&i);
			return NULL;
		}
		RtlReleaseSRWLockExclusive(&pool->lock);
	}
	if (!i.work)
		RtlAcquireSRWLockExclusive(&pool->lock);
	return i.work;
}

static DWORD NTAPI worker(PVOID arg)
{
	struct _TP_POOL *pool = arg;
	struct tp_object *o;
	BOOL last;

	RtlAcquireSRWLockExclusive(&pool->lock);
	for (;;) {
		o = take(pool);
		if (o)
			RtlReleaseSRWLockExclusive(&pool->lock);
		else
			o = sleep(pool);
		if (!o)
			break;
		run(pool, o);
	}
	last = !--pool->threads && pool->closing;
	RtlReleaseSRWLockExclusive(&pool->lock);
	if (last)
		pool_free(pool);
	return 0;
}

/* The thread is counted already. */
static void spawn(struct _TP_POOL *pool)
{
	HANDLE h;

	if (NT_SUCCESS(NtCreateThreadEx(&h, THREAD_ALL_ACCESS, NULL,
					NtCurrentProcess(), (PVOID)worker, pool,
					0, 0, pool->stack.StackCommit,
					pool->stack.StackReserve, NULL))) {
		NtClose(h);
		return;
	}
	RtlAcquireSRWLockExclusive(&pool->lock);
	pool->threads--;
	RtlReleaseSRWLockExclusive(&pool->lock);
}

static ULONG soft_limit(struct _TP_POOL *pool)
{
	ULONG n = rf_peb()->NumberOfProcessors;

	return (n < 4 ? 4 : n) + pool->running_long;
}

/* Has the queue moved since?  If not, one more thread. */
static void watch(struct tp_clock *c)
{
	struct _TP_POOL *pool = CONTAINING_RECORD(c, struct _TP_POOL, watch);
	BOOL more = FALSE, again;

	RtlAcquireSRWLockExclusive(&pool->lock);
	again = next(pool) && !pool->closing;
	if (again && pool->taken == pool->taken_before &&
	    pool->threads < pool->max) {
		pool->threads++;
		more = TRUE;
	}
	pool->taken_before = pool->taken;
	RtlReleaseSRWLockExclusive(&pool->lock);
	if (more)
		spawn(pool);
	if (again)
		tp_clock_set(c, tp_now() + STUCK_MS * TICKS_PER_MS);
}

static void start_watch(struct _TP_POOL *pool, BOOL locked)
{
	if (!locked)
		RtlAcquireSRWLockExclusive(&tp_sched_lock);
	if (!pool->watch.at)
		tp_clock_set(&pool->watch, tp_now() + STUCK_MS * TICKS_PER_MS);
	if (!locked)
		RtlReleaseSRWLockExclusive(&tp_sched_lock);
}

enum need { NEED_NOTHING, NEED_THREAD, NEED_WATCH };

/* Nobody is idle, and a callback is queued.  With the lock held. */
static enum need find_worker(struct _TP_POOL *pool)
{
	if (pool->threads >= pool->max)
		return NEED_NOTHING;
	if (pool->threads >= soft_limit(pool))
		return NEED_WATCH;
	pool->threads++;
	return NEED_THREAD;
}

static void post(struct tp_object *o, BOOL sched_locked)
{
	struct _TP_POOL *pool = o->pool;
	enum need need = NEED_NOTHING;
	struct idler *i;

	tp_ref(o);
	RtlAcquireSRWLockExclusive(&pool->lock);
	i = pool->idle;
	if (i) {
		idle_remove(i);
		begin(pool, o);
		i->work = o;
	} else {
		o->pending++;
		if (!o->queued)
			enqueue(pool, o);
		need = find_worker(pool);
	}
	RtlReleaseSRWLockExclusive(&pool->lock);
	if (i)
		wake(i);
	else if (need == NEED_THREAD)
		spawn(pool);
	else if (need == NEED_WATCH)
		start_watch(pool, sched_locked);
}

void tp_post(struct tp_object *o)
{
	post(o, FALSE);
}

void tp_post_sched_locked(struct tp_object *o)
{
	post(o, TRUE);
}

ULONG tp_cancel_pending(struct tp_object *o)
{
	ULONG n;

	RtlAcquireSRWLockExclusive(&o->pool->lock);
	n = o->pending;
	o->pending = 0;
	if (o->queued)
		dequeue(o);
	if (n && !o->running)
		RtlWakeAllConditionVariable(&o->idle);
	RtlReleaseSRWLockExclusive(&o->pool->lock);
	if (n && o->dropped)
		o->dropped(o, n);
	for (ULONG i = 0; i < n; i++)
		tp_unref(o);
	return n;
}

void tp_wait_callbacks(struct tp_object *o)
{
	if (only_thread_left()) /* nobody is there to run them */
		return;
	RtlAcquireSRWLockExclusive(&o->pool->lock);
	while (o->pending || o->running)
		RtlSleepConditionVariableSRW(&o->idle, &o->pool->lock, NULL, 0);
	RtlReleaseSRWLockExclusive(&o->pool->lock);
}

BOOL tp_is_idle(struct tp_object *o)
{
	BOOL idle;

	RtlAcquireSRWLockExclusive(&o->pool->lock);
	idle = !o->pending && !o->running;
	RtlReleaseSRWLockExclusive(&o->pool->lock);
	return idle;
}

/* ---- pools ---- */

NTSTATUS NTAPI TpAllocPool(PTP_POOL *out, PVOID reserved)
{
	struct _TP_POOL *pool;

	if (reserved)
		return STATUS_INVALID_PARAMETER_2;
	pool = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *pool);
	if (!pool)
		return STATUS_NO_MEMORY;
	pool->refs = 1;
	pool->max = DEFAULT_MAX;
	pool->watch.fire = watch;
	for (ULONG i = 0; i < TP_CALLBACK_PRIORITY_COUNT; i++)
		pool->queue[i].Flink = pool->queue[i].Blink = &pool->queue[i];
	*out = pool;
	return STATUS_SUCCESS;
}

void tp_pool_unref(struct _TP_POOL *pool)
{
	struct idler *i;
	BOOL empty;

	if (InterlockedDecrement(&pool->refs))
		return;
	RtlAcquireSRWLockExclusive(&pool->lock);
	pool->closing = TRUE;
	empty = !pool->threads;
	/* They cannot leave, and the pool not go, before the lock is free. */
	while ((i = pool->idle)) {
		idle_remove(i);
		wake(i);
	}
	RtlReleaseSRWLockExclusive(&pool->lock);
	if (empty)
		pool_free(pool);
}

void NTAPI TpReleasePool(PTP_POOL pool)
{
	tp_pool_unref(pool);
}

static DWORD NTAPI make_default(PRTL_RUN_ONCE once, PVOID arg, PVOID *context)
{
	return NT_SUCCESS(TpAllocPool(&default_pool, NULL));
}

struct _TP_POOL *tp_pool_of(PTP_CALLBACK_ENVIRON env)
{
	struct _TP_POOL *pool = env ? env->Pool : NULL;

	if (!pool) {
		if (!NT_SUCCESS(RtlRunOnceExecuteOnce(
			    &default_once, make_default, NULL, NULL)))
			return NULL;
		pool = default_pool;
	}
	InterlockedIncrement(&pool->refs);
	return pool;
}

void NTAPI TpSetPoolMaxThreads(PTP_POOL pool, ULONG n)
{
	RtlAcquireSRWLockExclusive(&pool->lock);
	pool->max = n ? n : 1;
	if (pool->min > pool->max)
		pool->min = pool->max;
	RtlReleaseSRWLockExclusive(&pool->lock);
}

NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL pool, ULONG n)
{
	ULONG more = 0;

	RtlAcquireSRWLockExclusive(&pool->lock);
	pool->min = n;
	if (pool->max < n)
		pool->max = n;
	if (pool->threads < n) {
		more = n - pool->threads;
		pool->threads = n;
	}
	RtlReleaseSRWLockExclusive(&pool->lock);
	while (more--)
		spawn(pool);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL pool,
					 TP_POOL_STACK_INFORMATION *info)
{
	pool->stack = *info;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL pool,
					   TP_POOL_STACK_INFORMATION *info)
{
	*info = pool->stack;
	return STATUS_SUCCESS;
}

/* ---- what a callback may ask for ---- */

NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE i)
{
	struct _TP_POOL *pool = i->object->pool;
	enum need need = NEED_NOTHING;
	BOOL room;

	if (i->may_run_long)
		return STATUS_SUCCESS;
	RtlAcquireSRWLockExclusive(&pool->lock);
	i->may_run_long = TRUE;
	pool->running_long++;
	room = pool->idle || pool->threads < pool->max;
	/* Nothing is queued while somebody is idle. */
	if (next(pool))
		need = find_worker(pool);
	RtlReleaseSRWLockExclusive(&pool->lock);
	if (need == NEED_THREAD)
		spawn(pool);
	return room ? STATUS_SUCCESS : STATUS_TOO_MANY_THREADS;
}

void NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE i)
{
	struct tp_object *o = i->object;

	if (i->disassociated)
		return;
	i->disassociated = TRUE;
	RtlAcquireSRWLockExclusive(&o->pool->lock);
	leave(o);
	RtlReleaseSRWLockExclusive(&o->pool->lock);
}

void NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE i, HANDLE event)
{
	i->event = event;
}

void NTAPI TpCallbackReleaseSemaphoreOnCompletion(PTP_CALLBACK_INSTANCE i,
						  HANDLE semaphore, ULONG n)
{
	i->semaphore = semaphore;
	i->semaphore_count = n;
}

void NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE i,
					      HANDLE mutex)
{
	i->mutex = mutex;
}

void NTAPI TpCallbackLeaveCriticalSectionOnCompletion(PTP_CALLBACK_INSTANCE i,
						      PRTL_CRITICAL_SECTION cs)
{
	i->cs = cs;
}

void NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE i, HANDLE dll)
{
	i->dll = dll;
}
