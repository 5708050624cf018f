/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c - what <mutex>, <condition_variable>, <thread>, <chrono> and
 * <memory> call: _Mtx_*, _Cnd_*, _Thrd_*, clocks.
 *
 * Mutexes and conditions are constant-initialised in programs' own memory, so
 * the layout is Microsoft's: a slim lock where older versions had a vtable.
 */
#include "msvcp.h"
#include <process.h>

enum { THRD_SUCCESS, THRD_NOMEM, THRD_TIMEDOUT, THRD_BUSY, THRD_ERROR };
enum { MTX_PLAIN = 1, MTX_TRY = 2, MTX_TIMED = 4, MTX_RECURSIVE = 0x100 };

/* 64 and 36 bytes are kept for the lock, 72 and 40 for the condition. */
struct mtx {
	int type;
	union {
		struct {
			void *unused;
			SRWLOCK lock;
		};
		void *room[sizeof(void *) == 8 ? 8 : 9];
	};
	long owner;
	int count;
};
C_ASSERT(sizeof(struct mtx) == (sizeof(void *) == 8 ? 80 : 48));

struct cnd {
	union {
		struct {
			void *unused;
			CONDITION_VARIABLE var;
		};
		void *room[sizeof(void *) == 8 ? 9 : 10];
	};
};
struct thrd {
	HANDLE handle;
	unsigned id;
};
struct xtime {
	long long sec;
	long nsec;
};

/* ---- clocks ------------------------------------------------------------------ */

long long _Xtime_get_ticks(void);
int xtime_get(struct xtime *t, int kind);
long _Xtime_diff_to_millis2(const struct xtime *to, const struct xtime *from);
long _Xtime_diff_to_millis(const struct xtime *to);
long long _Query_perf_counter(void);
long long _Query_perf_frequency(void);

#define EPOCH 0x19db1ded53e8000ll /* of Unix, as Windows counts */

long long _Xtime_get_ticks(void)
{
	FILETIME t;

	GetSystemTimePreciseAsFileTime(&t);
	return ((long long)t.dwHighDateTime << 32 | t.dwLowDateTime) - EPOCH;
}

int xtime_get(struct xtime *t, int kind)
{
	long long now;

	if (kind != 1 || !t)
		return 0;
	now = _Xtime_get_ticks();
	t->sec = now / 10000000;
	t->nsec = (long)(now % 10000000) * 100;
	return kind;
}

/* As Windows counts, rounded up; what is before its epoch is past, too. */
static long long system_time(const struct xtime *t)
{
	long long sec = max(t->sec, -(EPOCH / 10000000));

	if (sec > (LLONG_MAX - EPOCH) / 10000000 - 1)
		return LLONG_MAX; /* park() waits for ever */
	return max(sec * 10000000 + (t->nsec + 99) / 100 + EPOCH, 1);
}

/* Rounded up, so that nobody wakes too early; 0 for what is past. */
long _Xtime_diff_to_millis2(const struct xtime *to, const struct xtime *from)
{
	long long sec = to->sec - from->sec, nsec = (long long)to->nsec - from->nsec;

	while (nsec >= 1000000000) {
		nsec -= 1000000000;
		sec++;
	}
	while (nsec < 0) {
		nsec += 1000000000;
		sec--;
	}
	if (sec < 0)
		return 0;
	if (sec > LONG_MAX / 1000 - 1)
		return LONG_MAX;
	return (long)(sec * 1000 + (nsec + 999999) / 1000000);
}

long _Xtime_diff_to_millis(const struct xtime *to)
{
	struct xtime now;

	xtime_get(&now, 1);
	return _Xtime_diff_to_millis2(to, &now);
}

long long _Query_perf_counter(void)
{
	LARGE_INTEGER n;

	QueryPerformanceCounter(&n);
	return n.QuadPart;
}

long long _Query_perf_frequency(void)
{
	LARGE_INTEGER n;

	QueryPerformanceFrequency(&n);
	return n.QuadPart;
}

/* ---- mutexes ------------------------------------------------------------------- */

void _Mtx_init_in_situ(struct mtx *m, int type);
void _Mtx_destroy_in_situ(struct mtx *m);
int _Mtx_init(struct mtx **m, int type);
void _Mtx_destroy(struct mtx *m);
int _Mtx_lock(struct mtx *m);
int _Mtx_trylock(struct mtx *m);
int _Mtx_timedlock(struct mtx *m, const struct xtime *until);
int _Mtx_unlock(struct mtx *m);
int _Mtx_current_owns(struct mtx *m);
void *_Mtx_getconcrtcs(struct mtx *m);
void _Mtx_clear_owner(struct mtx *m);
void _Mtx_reset_owner(struct mtx *m);

void _Mtx_init_in_situ(struct mtx *m, int type)
{
	memset(m, 0, sizeof *m);
	m->type = type;
	m->owner = -1;
}

void _Mtx_destroy_in_situ(struct mtx *m)
{
	if (m->count)
		abort();
}

int _Mtx_init(struct mtx **m, int type)
{
	*m = calloc(1, sizeof **m);
	if (!*m)
		return THRD_NOMEM;
	_Mtx_init_in_situ(*m, type);
	return THRD_SUCCESS;
}

void _Mtx_destroy(struct mtx *m)
{
	if (m) {
		_Mtx_destroy_in_situ(m);
		free(m);
	}
}

static BOOL owned(const struct mtx *m)
{
	return m->count && m->owner == (long)GetCurrentThreadId();
}

static void own(struct mtx *m)
{
	m->owner = (long)GetCurrentThreadId();
	m->count++;
}

/* TRUE: the caller had it already; *result then. */
static BOOL again(struct mtx *m, int *result, int otherwise)
{
	if (!owned(m))
		return FALSE;
	*result = m->type & MTX_RECURSIVE ? THRD_SUCCESS : otherwise;
	if (*result == THRD_SUCCESS)
		m->count++;
	return TRUE;
}

int _Mtx_lock(struct mtx *m)
{
	int result;

	/* A second time without MTX_RECURSIVE: "deadlock would occur". */
	if (again(m, &result, THRD_BUSY))
		return result;
	AcquireSRWLockExclusive(&m->lock);
	own(m);
	return THRD_SUCCESS;
}

int _Mtx_trylock(struct mtx *m)
{
	int result;

	if (again(m, &result, THRD_BUSY))
		return result;
	if (!TryAcquireSRWLockExclusive(&m->lock))
		return THRD_BUSY;
	own(m);
	return THRD_SUCCESS;
}

int _Mtx_timedlock(struct mtx *m, const struct xtime *until)
{
	LARGE_INTEGER time;
	int result;

	if (!until)
		return _Mtx_lock(m);
	if (again(m, &result, THRD_TIMEDOUT))
		return result;
	time.QuadPart = system_time(until);
	if (RfAcquireSRWLockExclusive(&m->lock, &time) == STATUS_TIMEOUT)
		return THRD_TIMEDOUT;
	own(m);
	return THRD_SUCCESS;
}

int _Mtx_unlock(struct mtx *m)
{
	if (--m->count == 0) {
		m->owner = -1;
		ReleaseSRWLockExclusive(&m->lock);
	}
	return THRD_SUCCESS;
}

int _Mtx_current_owns(struct mtx *m)
{
	return owned(m);
}

void *_Mtx_getconcrtcs(struct mtx *m)
{
	return &m->unused;
}

void _Mtx_clear_owner(struct mtx *m)
{
	m->owner = -1;
	m->count--;
}

void _Mtx_reset_owner(struct mtx *m)
{
	own(m);
}

/* ---- shared mutexes -------------------------------------------------------------- */

void _Smtx_lock_exclusive(SRWLOCK *l);
void _Smtx_lock_shared(SRWLOCK *l);
int _Smtx_try_lock_exclusive(SRWLOCK *l);
int _Smtx_try_lock_shared(SRWLOCK *l);
void _Smtx_unlock_exclusive(SRWLOCK *l);
void _Smtx_unlock_shared(SRWLOCK *l);

void _Smtx_lock_exclusive(SRWLOCK *l)
{
	AcquireSRWLockExclusive(l);
}

void _Smtx_lock_shared(SRWLOCK *l)
{
	AcquireSRWLockShared(l);
}

int _Smtx_try_lock_exclusive(SRWLOCK *l)
{
	return TryAcquireSRWLockExclusive(l);
}

int _Smtx_try_lock_shared(SRWLOCK *l)
{
	return TryAcquireSRWLockShared(l);
}

void _Smtx_unlock_exclusive(SRWLOCK *l)
{
	ReleaseSRWLockExclusive(l);
}

void _Smtx_unlock_shared(SRWLOCK *l)
{
	ReleaseSRWLockShared(l);
}

/* ---- conditions -------------------------------------------------------------------- */

void _Cnd_init_in_situ(struct cnd *c);
void _Cnd_destroy_in_situ(struct cnd *c);
int _Cnd_init(struct cnd **c);
void _Cnd_destroy(struct cnd *c);
int _Cnd_wait(struct cnd *c, struct mtx *m);
int _Cnd_timedwait(struct cnd *c, struct mtx *m, const struct xtime *until);
int _Cnd_signal(struct cnd *c);
int _Cnd_broadcast(struct cnd *c);
void _Cnd_register_at_thread_exit(struct cnd *c, struct mtx *m, int *done);
void _Cnd_unregister_at_thread_exit(struct mtx *m);
void _Cnd_do_broadcast_at_thread_exit(void);

void _Cnd_init_in_situ(struct cnd *c)
{
	memset(c, 0, sizeof *c);
}

void _Cnd_destroy_in_situ(struct cnd *c)
{
}

int _Cnd_init(struct cnd **c)
{
	*c = calloc(1, sizeof **c);
	return *c ? THRD_SUCCESS : THRD_NOMEM;
}

void _Cnd_destroy(struct cnd *c)
{
	free(c);
}

static BOOL sleep_on(struct cnd *c, struct mtx *m, DWORD ms)
{
	BOOL woken;

	_Mtx_clear_owner(m);
	woken = SleepConditionVariableSRW(&c->var, &m->lock, ms, 0);
	_Mtx_reset_owner(m);
	return woken;
}

int _Cnd_wait(struct cnd *c, struct mtx *m)
{
	sleep_on(c, m, INFINITE);
	return THRD_SUCCESS;
}

int _Cnd_timedwait(struct cnd *c, struct mtx *m, const struct xtime *until)
{
	if (!until)
		return _Cnd_wait(c, m);
	if (sleep_on(c, m, (DWORD)_Xtime_diff_to_millis(until)))
		return THRD_SUCCESS;
	/* Sleeps may end a little early by this clock: that is a wakeup. */
	return _Xtime_diff_to_millis(until) > 0 ? THRD_SUCCESS : THRD_TIMEDOUT;
}

int _Cnd_signal(struct cnd *c)
{
	WakeConditionVariable(&c->var);
	return THRD_SUCCESS;
}

int _Cnd_broadcast(struct cnd *c)
{
	WakeAllConditionVariable(&c->var);
	return THRD_SUCCESS;
}

/* What to tell when a thread ends: notify_all_at_thread_exit(). */
struct at_exit {
	struct at_exit *next;
	struct cnd *c;
	struct mtx *m;
	int *done;
	DWORD thread;
};
static struct at_exit *at_exits;

void _Cnd_register_at_thread_exit(struct cnd *c, struct mtx *m, int *done)
{
	struct at_exit *a = must_malloc(sizeof *a);

	a->c = c;
	a->m = m;
	a->done = done;
	a->thread = GetCurrentThreadId();
	lock_take(LOCK_THREAD_EXIT);
	a->next = at_exits;
	at_exits = a;
	lock_leave(LOCK_THREAD_EXIT);
}

static void take_out(const struct mtx *m, DWORD thread)
{
	struct at_exit **p = &at_exits, *a;

	lock_take(LOCK_THREAD_EXIT);
	while ((a = *p)) {
		if (m ? a->m != m : a->thread != thread) {
			p = &a->next;
			continue;
		}
		*p = a->next;
		if (!m) {
			if (a->done)
				*a->done = 1;
			_Mtx_unlock(a->m);
			_Cnd_broadcast(a->c);
		}
		free(a);
	}
	lock_leave(LOCK_THREAD_EXIT);
}

void _Cnd_unregister_at_thread_exit(struct mtx *m)
{
	take_out(m, 0);
}

void _Cnd_do_broadcast_at_thread_exit(void)
{
	take_out(NULL, GetCurrentThreadId());
}

/* ---- threads -------------------------------------------------------------------------- */

unsigned _Thrd_id(void);
struct thrd _Thrd_current(void);
int _Thrd_equal(struct thrd a, struct thrd b);
int _Thrd_lt(struct thrd a, struct thrd b);
int _Thrd_join(struct thrd t, int *code);
int _Thrd_detach(struct thrd t);
int _Thrd_start(struct thrd *t, unsigned(WINAPI *fn)(void *), void *arg);
void _Thrd_exit(int code);
void _Thrd_yield(void);
void _Thrd_sleep(const struct xtime *until);
void _Thrd_sleep_for(unsigned long ms);
unsigned _Thrd_hardware_concurrency(void);

unsigned _Thrd_id(void)
{
	return GetCurrentThreadId();
}

/* The handle of a current thread is good on Windows only for itself, too. */
struct thrd _Thrd_current(void)
{
	struct thrd t = { GetCurrentThread(), GetCurrentThreadId() };

	return t;
}

int _Thrd_equal(struct thrd a, struct thrd b)
{
	return a.id == b.id;
}

int _Thrd_lt(struct thrd a, struct thrd b)
{
	return a.id < b.id;
}

int _Thrd_join(struct thrd t, int *code)
{
	DWORD result;

	if (WaitForSingleObject(t.handle, INFINITE) != WAIT_OBJECT_0 ||
	    !GetExitCodeThread(t.handle, &result))
		return THRD_ERROR;
	if (code)
		*code = (int)result;
	return CloseHandle(t.handle) ? THRD_SUCCESS : THRD_ERROR;
}

int _Thrd_detach(struct thrd t)
{
	return CloseHandle(t.handle) ? THRD_SUCCESS : THRD_ERROR;
}

int _Thrd_start(struct thrd *t, unsigned(WINAPI *fn)(void *), void *arg)
{
	t->handle = (HANDLE)_beginthreadex(NULL, 0, fn, arg, 0, &t->id);
	return t->handle ? THRD_SUCCESS : THRD_NOMEM;
}

void _Thrd_exit(int code)
{
	_endthreadex((unsigned)code);
}

void _Thrd_yield(void)
{
	SwitchToThread();
}

void _Thrd_sleep(const struct xtime *until)
{
	long ms;

	while ((ms = _Xtime_diff_to_millis(until)) > 0)
		Sleep((DWORD)ms);
}

void _Thrd_sleep_for(unsigned long ms)
{
	Sleep(ms);
}

unsigned _Thrd_hardware_concurrency(void)
{
	SYSTEM_INFO info;

	GetNativeSystemInfo(&info);
	return info.dwNumberOfProcessors;
}

/* ---- once, and atomic shared_ptr ---------------------------------------------------------- */

int execute_once(INIT_ONCE *once,
		 int(WINAPI *fn)(void *once, void *arg, void **context), void *arg);
void _Lock_shared_ptr_spin_lock(void);
void _Unlock_shared_ptr_spin_lock(void);

/* How call_once()'s own function is called. */
int execute_once(INIT_ONCE *once,
		 int(WINAPI *fn)(void *once, void *arg, void **context), void *arg)
{
	return InitOnceExecuteOnce(once, (PINIT_ONCE_FN)fn, arg, NULL);
}

static SRWLOCK shared_ptr_lock;

void _Lock_shared_ptr_spin_lock(void)
{
	AcquireSRWLockExclusive(&shared_ptr_lock);
}

void _Unlock_shared_ptr_spin_lock(void)
{
	ReleaseSRWLockExclusive(&shared_ptr_lock);
}
