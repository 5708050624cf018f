/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c - the message queue of a thread that has no windows: posted
 * thread messages, WM_QUIT, thread timers, and waiting for either.
 *
 * A queue exists from a thread's first call that needs one; posting to a
 * thread without one fails, as on Windows.
 */
#include "queue.h"
#include "rf-tls.h"

static SRWLOCK lock = SRWLOCK_INIT; /* the list, and what is in all queues */
static struct queue *queues;
static DWORD slot = TLS_OUT_OF_INDEXES;

static struct queue *find(DWORD thread)
{
	struct queue *q = queues;

	while (q && q->thread != thread)
		q = q->next;
	return q;
}

struct queue *queue_mine(void)
{
	struct queue *q = TlsGetValue(rf_tls_slot(&slot));

	if (q)
		return q;
	q = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *q);
	if (!q)
		return NULL;
	q->thread = GetCurrentThreadId();
	q->event = CreateEventW(NULL, TRUE, FALSE, NULL);
	TlsSetValue(slot, q);
	AcquireSRWLockExclusive(&lock);
	q->next = queues;
	queues = q;
	ReleaseSRWLockExclusive(&lock);
	return q;
}

void queue_free_mine(void)
{
	struct queue *q = slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(slot);

	if (!q)
		return;
	AcquireSRWLockExclusive(&lock);
	for (struct queue **p = &queues; *p; p = &(*p)->next)
		if (*p == q) {
			*p = q->next;
			break;
		}
	ReleaseSRWLockExclusive(&lock);
	while (q->first) {
		struct posted *m = q->first;

		q->first = m->next;
		HeapFree(GetProcessHeap(), 0, m);
	}
	while (q->timers) {
		struct timer *t = q->timers;

		q->timers = t->next;
		HeapFree(GetProcessHeap(), 0, t);
	}
	CloseHandle(q->event);
	HeapFree(GetProcessHeap(), 0, q);
	TlsSetValue(slot, NULL);
}

/* ---- posting ------------------------------------------------------------- */

BOOL WINAPI PostThreadMessageW(DWORD thread, UINT message, WPARAM w, LPARAM l)
{
	struct posted *m = HeapAlloc(GetProcessHeap(), 0, sizeof *m);
	struct queue *q;

	if (!m) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	m->next = NULL;
	m->msg = (MSG){ NULL, message, w, l, GetTickCount(), { 0, 0 } };
	if (thread == GetCurrentThreadId())
		queue_mine();
	AcquireSRWLockExclusive(&lock);
	q = find(thread);
	if (q) {
		if (q->last)
			q->last->next = m;
		else
			q->first = m;
		q->last = m;
		SetEvent(q->event);
	}
	ReleaseSRWLockExclusive(&lock);
	if (!q) {
		HeapFree(GetProcessHeap(), 0, m);
		SetLastError(ERROR_INVALID_THREAD_ID);
	}
	return q != NULL;
}

BOOL WINAPI PostThreadMessageA(DWORD thread, UINT message, WPARAM w, LPARAM l)
{
	return PostThreadMessageW(thread, message, w, l);
}

BOOL WINAPI PostMessageW(HWND window, UINT message, WPARAM w, LPARAM l)
{
	if (!window)
		return PostThreadMessageW(GetCurrentThreadId(), message, w, l);
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return FALSE;
}

BOOL WINAPI PostMessageA(HWND window, UINT message, WPARAM w, LPARAM l)
{
	return PostMessageW(window, message, w, l);
}

VOID WINAPI PostQuitMessage(int code)
{
	struct queue *q = queue_mine();

	if (!q)
		return;
	AcquireSRWLockExclusive(&lock);
	q->quit = TRUE;
	q->exit_code = code;
	SetEvent(q->event);
	ReleaseSRWLockExclusive(&lock);
}

/* ---- timers ----------------------------------------------------------------
 */

UINT_PTR WINAPI SetTimer(HWND window, UINT_PTR id, UINT ms, TIMERPROC fn)
{
	static LONG last_id;
	struct queue *q = queue_mine();
	struct timer *t;

	if (window) {
		SetLastError(ERROR_INVALID_WINDOW_HANDLE);
		return 0;
	}
	if (!q)
		return 0;
	if (ms < USER_TIMER_MINIMUM)
		ms = USER_TIMER_MINIMUM;
	for (t = q->timers; t && t->id != id; t = t->next)
		;
	if (!t) {
		t = HeapAlloc(GetProcessHeap(), 0, sizeof *t);
		if (!t)
			return 0;
		t->id = (UINT_PTR)InterlockedIncrement(&last_id);
		t->next = q->timers;
		q->timers = t;
	}
	t->ms = ms;
	t->due = GetTickCount64() + ms;
	t->fn = fn;
	return t->id;
}

BOOL WINAPI KillTimer(HWND window, UINT_PTR id)
{
	struct queue *q = queue_mine();

	for (struct timer **p = q ? &q->timers : NULL; p && *p;
	     p = &(*p)->next) {
		struct timer *t = *p;

		if (t->id == id && !window) {
			*p = t->next;
			HeapFree(GetProcessHeap(), 0, t);
			return TRUE;
		}
	}
	SetLastError(window ? ERROR_INVALID_WINDOW_HANDLE
			    : ERROR_INVALID_PARAMETER);
	return FALSE;
}

DWORD queue_next_timer(struct queue *q)
{
	ULONGLONG now = GetTickCount64(), best = INFINITE;

	for (struct timer *t = q->timers; t; t = t->next) {
		ULONGLONG left = t->due > now ? t->due - now : 0;

		if (left < best)
			best = left;
	}
	return (DWORD)best;
}

/* ---- taking
 * ------------------------------------------------------------------ */

static BOOL wanted(UINT message, UINT min, UINT max)
{
	return (!min && !max) || (message >= min && message <= max);
}

static BOOL take_posted(struct queue *q, MSG *msg, UINT min, UINT max,
			BOOL remove)
{
	struct posted *before = NULL, *m;
	BOOL found = FALSE;

	AcquireSRWLockExclusive(&lock);
	for (m = q->first; m && !wanted(m->msg.message, min, max); m = m->next)
		before = m;
	if (m) {
		*msg = m->msg;
		found = TRUE;
		if (remove) {
			if (before)
				before->next = m->next;
			else
				q->first = m->next;
			if (q->last == m)
				q->last = before;
			HeapFree(GetProcessHeap(), 0, m);
		}
	} else if (q->quit) {
		/* Only when nothing else is left, whatever the filter. */
		*msg = (MSG){ NULL, WM_QUIT,        (WPARAM)q->exit_code,
			      0,    GetTickCount(), { 0, 0 } };
		found = TRUE;
		if (remove)
			q->quit = FALSE;
	}
	if (!q->first && !q->quit)
		ResetEvent(q->event);
	ReleaseSRWLockExclusive(&lock);
	return found;
}

static BOOL take_timer(struct queue *q, MSG *msg, UINT min, UINT max,
		       BOOL remove)
{
	ULONGLONG now = GetTickCount64();

	if (!wanted(WM_TIMER, min, max))
		return FALSE;
	for (struct timer *t = q->timers; t; t = t->next) {
		if (t->due > now)
			continue;
		*msg = (MSG){ NULL,          WM_TIMER,   t->id,
			      (LPARAM)t->fn, (DWORD)now, { 0, 0 } };
		if (remove)
			t->due = now + t->ms;
		return TRUE;
	}
	return FALSE;
}

BOOL queue_take(struct queue *q, MSG *msg, UINT min, UINT max, BOOL remove)
{
	return take_posted(q, msg, min, max, remove) ||
	       take_timer(q, msg, min, max, remove);
}

BOOL WINAPI PeekMessageW(LPMSG msg, HWND window, UINT min, UINT max, UINT how)
{
	struct queue *q = queue_mine();

	if (window && window != (HWND)-1) {
		SetLastError(ERROR_INVALID_WINDOW_HANDLE);
		return FALSE;
	}
	return q && queue_take(q, msg, min, max, how & PM_REMOVE);
}

BOOL WINAPI PeekMessageA(LPMSG msg, HWND window, UINT min, UINT max, UINT how)
{
	return PeekMessageW(msg, window, min, max, how);
}

BOOL WINAPI GetMessageW(LPMSG msg, HWND window, UINT min, UINT max)
{
	struct queue *q = queue_mine();

	if (!q || (window && window != (HWND)-1)) {
		SetLastError(q ? ERROR_INVALID_WINDOW_HANDLE
			       : ERROR_NOT_ENOUGH_MEMORY);
		return -1;
	}
	while (!queue_take(q, msg, min, max, TRUE))
		WaitForSingleObject(q->event, queue_next_timer(q));
	return msg->message != WM_QUIT;
}

BOOL WINAPI GetMessageA(LPMSG msg, HWND window, UINT min, UINT max)
{
	return GetMessageW(msg, window, min, max);
}

BOOL WINAPI TranslateMessage(const MSG *msg)
{
	return FALSE; /* there is no keyboard */
}

LRESULT WINAPI DispatchMessageW(const MSG *msg)
{
	if (msg->message == WM_TIMER && msg->lParam) {
		((TIMERPROC)msg->lParam)(msg->hwnd, WM_TIMER, msg->wParam,
					 GetTickCount());
	}
	return 0;
}

LRESULT WINAPI DispatchMessageA(const MSG *msg)
{
	return DispatchMessageW(msg);
}

BOOL WINAPI CallMsgFilterW(LPMSG msg, int code)
{
	return FALSE; /* there are no hooks */
}

BOOL WINAPI CallMsgFilterA(LPMSG msg, int code)
{
	return FALSE;
}
