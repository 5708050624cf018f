/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c - the message queue of a thread: what was posted to it and to its
 * windows, WM_QUIT, timers, and waiting for either.
 *
 * A queue exists from a thread's first call that needs one; posting to a
 * thread without one fails, as on Windows.
 */
#include "hidden.h"
#include "rf-tls.h"

SRWLOCK user_lock = SRWLOCK_INIT;
static struct queue *queues;
static DWORD slot = TLS_OUT_OF_INDEXES;

struct queue *queue_of(DWORD thread)
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
	q->sent_event = CreateEventW(NULL, TRUE, FALSE, NULL);
	TlsSetValue(slot, q);
	AcquireSRWLockExclusive(&user_lock);
	q->next = queues;
	queues = q;
	ReleaseSRWLockExclusive(&user_lock);
	return q;
}

void queue_free_mine(void)
{
	struct queue *q = slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(slot);

	if (!q)
		return;
	AcquireSRWLockExclusive(&user_lock);
	for (struct queue **p = &queues; *p; p = &(*p)->next)
		if (*p == q) {
			*p = q->next;
			break;
		}
	ReleaseSRWLockExclusive(&user_lock);
	queue_answer_all(q);
	queue_forget_hooks(q);
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
	CloseHandle(q->sent_event);
	HeapFree(GetProcessHeap(), 0, q);
	TlsSetValue(slot, NULL);
}

/* ---- posting ------------------------------------------------------------- */

/* To a window, or (NULL) to a thread. */
static BOOL post(HWND window, DWORD thread, UINT message, WPARAM w, LPARAM l)
{
	struct posted *m = HeapAlloc(GetProcessHeap(), 0, sizeof *m);
	struct window *to;
	struct queue *q;

	if (!m) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	m->next = NULL;
	m->msg = (MSG){ window, message, w, l, GetTickCount(), { 0, 0 } };
	if (thread == GetCurrentThreadId())
		queue_mine();
	AcquireSRWLockExclusive(&user_lock);
	to = window ? window_find(window) : NULL;
	q = window && !to ? NULL : queue_of(to ? to->thread : thread);
	if (q) {
		if (q->last)
			q->last->next = m;
		else
			q->first = m;
		q->last = m;
		SetEvent(q->event);
	}
	ReleaseSRWLockExclusive(&user_lock);
	if (!q) {
		HeapFree(GetProcessHeap(), 0, m);
		SetLastError(window ? ERROR_INVALID_WINDOW_HANDLE
				    : ERROR_INVALID_THREAD_ID);
	}
	return q != NULL;
}

BOOL WINAPI PostThreadMessageW(DWORD thread, UINT message, WPARAM w, LPARAM l)
{
	return post(NULL, thread, message, w, l);
}

BOOL WINAPI PostThreadMessageA(DWORD thread, UINT message, WPARAM w, LPARAM l)
{
	return PostThreadMessageW(thread, message, w, l);
}

BOOL WINAPI PostMessageW(HWND window, UINT message, WPARAM w, LPARAM l)
{
	return post(window, window ? 0 : GetCurrentThreadId(), message, w, l);
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
	AcquireSRWLockExclusive(&user_lock);
	q->quit = TRUE;
	q->exit_code = code;
	SetEvent(q->event);
	ReleaseSRWLockExclusive(&user_lock);
}

/* ---- timers ---- */

UINT_PTR WINAPI SetTimer(HWND window, UINT_PTR id, UINT ms, TIMERPROC fn)
{
	static LONG last_id;
	struct queue *q = queue_mine();
	struct timer *t;

	if (window &&
	    GetWindowThreadProcessId(window, NULL) != GetCurrentThreadId()) {
		SetLastError(ERROR_INVALID_WINDOW_HANDLE);
		return 0;
	}
	if (!q)
		return 0;
	if (ms < USER_TIMER_MINIMUM)
		ms = USER_TIMER_MINIMUM;
	for (t = q->timers; t && (t->id != id || t->window != window);
	     t = t->next)
		;
	if (!t) {
		t = HeapAlloc(GetProcessHeap(), 0, sizeof *t);
		if (!t)
			return 0;
		/* A window's have the numbers that it gives them. */
		t->window = window;
		t->id = window ? id : (UINT_PTR)InterlockedIncrement(&last_id);
		t->next = q->timers;
		q->timers = t;
	}
	t->ms = ms;
	t->due = GetTickCount64() + ms;
	t->fn = fn;
	return t->id ? t->id : 1;
}

BOOL WINAPI KillTimer(HWND window, UINT_PTR id)
{
	struct queue *q = queue_mine();

	for (struct timer **p = q ? &q->timers : NULL; p && *p;
	     p = &(*p)->next) {
		struct timer *t = *p;

		if (t->id == id && t->window == window) {
			*p = t->next;
			HeapFree(GetProcessHeap(), 0, t);
			return TRUE;
		}
	}
	SetLastError(window && !IsWindow(window) ? ERROR_INVALID_WINDOW_HANDLE
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

/* ---- taking ---- */

static BOOL wanted(HWND window, UINT message, const struct filter *f)
{
	if (f->window && window != (f->window == (HWND)-1 ? NULL : f->window))
		return FALSE;
	return (!f->min && !f->max) || (message >= f->min && message <= f->max);
}

void queue_rest_if_empty(struct queue *q)
{
	if (!q->first && !q->quit && !q->sent && !q->fired)
		ResetEvent(q->event);
}

void queue_forget(struct queue *q, HWND window)
{
	struct timer **t = &q->timers;
	struct posted **p;

	while (*t) {
		struct timer *gone = *t;

		if (gone->window != window) {
			t = &gone->next;
			continue;
		}
		*t = gone->next;
		HeapFree(GetProcessHeap(), 0, gone);
	}
	AcquireSRWLockExclusive(&user_lock);
	q->last = NULL;
	for (p = &q->first; *p;) {
		struct posted *gone = *p;

		if (gone->msg.hwnd != window) {
			q->last = gone;
			p = &gone->next;
			continue;
		}
		*p = gone->next;
		HeapFree(GetProcessHeap(), 0, gone);
	}
	queue_rest_if_empty(q);
	ReleaseSRWLockExclusive(&user_lock);
}

static BOOL take_posted(struct queue *q, MSG *msg, const struct filter *f,
			BOOL remove)
{
	struct posted *before = NULL, *m;
	BOOL found = FALSE;

	AcquireSRWLockExclusive(&user_lock);
	for (m = q->first; m && !wanted(m->msg.hwnd, m->msg.message, f);
	     m = m->next)
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
	queue_rest_if_empty(q);
	ReleaseSRWLockExclusive(&user_lock);
	return found;
}

static BOOL take_timer(struct queue *q, MSG *msg, const struct filter *f,
		       BOOL remove)
{
	ULONGLONG now = GetTickCount64();

	for (struct timer *t = q->timers; t; t = t->next) {
		if (t->due > now || !wanted(t->window, WM_TIMER, f))
			continue;
		*msg = (MSG){ t->window,     WM_TIMER,   t->id,
			      (LPARAM)t->fn, (DWORD)now, { 0, 0 } };
		if (remove)
			t->due = now + t->ms;
		return TRUE;
	}
	return FALSE;
}

BOOL queue_take(struct queue *q, MSG *msg, const struct filter *f, BOOL remove)
{
	queue_run_sent(q);
	queue_run_fired(q);
	return take_posted(q, msg, f, remove) || take_timer(q, msg, f, remove);
}

static BOOL may_ask_for(HWND window)
{
	if (!window || window == (HWND)-1 || IsWindow(window))
		return TRUE;
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return FALSE;
}

BOOL WINAPI PeekMessageW(LPMSG msg, HWND window, UINT min, UINT max, UINT how)
{
	const struct filter f = { window, min, max };
	struct queue *q = queue_mine();

	return q && may_ask_for(window) &&
	       queue_take(q, msg, &f, how & PM_REMOVE);
}

BOOL WINAPI PeekMessageA(LPMSG msg, HWND window, UINT min, UINT max, UINT how)
{
	return PeekMessageW(msg, window, min, max, how);
}

BOOL WINAPI GetMessageW(LPMSG msg, HWND window, UINT min, UINT max)
{
	const struct filter f = { window, min, max };
	struct queue *q = queue_mine();

	if (!q || !may_ask_for(window))
		return -1;
	while (!queue_take(q, msg, &f, TRUE))
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
		return 0;
	}
	if (!msg->hwnd)
		return 0;
	if (GetWindowThreadProcessId(msg->hwnd, NULL) != GetCurrentThreadId())
		return 0;
	return SendMessageW(msg->hwnd, msg->message, msg->wParam, msg->lParam);
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
