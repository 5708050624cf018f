/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.c - messages that are answered: a window of the calling thread is
 * called; that of another by its thread, when it asks for messages or itself
 * waits for such an answer, so that two may send to each other.
 */
#include "hidden.h"

static void let_go(struct sent *s)
{
	if (InterlockedDecrement(&s->refs))
		return;
	CloseHandle(s->done);
	HeapFree(GetProcessHeap(), 0, s);
}

static void answer(struct sent *s, BOOL answered, LRESULT with)
{
	s->answer = with;
	s->answered = answered;
	SetEvent(s->done);
	let_go(s);
}

/* The next that was sent to the thread; NULL: none. */
static struct sent *take(struct queue *q)
{
	struct sent *s;

	AcquireSRWLockExclusive(&user_lock);
	s = q->sent;
	if (s)
		q->sent = s->next;
	if (!q->sent) {
		q->sent_last = NULL;
		ResetEvent(q->sent_event);
		queue_rest_if_empty(q);
	}
	ReleaseSRWLockExclusive(&user_lock);
	return s;
}

/* A window of the calling thread.  FALSE: it is none. */
static BOOL call_mine(HWND handle, UINT message, WPARAM wp, LPARAM l,
		      LRESULT *result)
{
	const struct window *w;
	WNDPROC proc = NULL;

	AcquireSRWLockShared(&user_lock);
	w = window_find(handle);
	if (w && w->thread == GetCurrentThreadId())
		proc = w->proc;
	ReleaseSRWLockShared(&user_lock);
	if (proc)
		*result = proc(handle, message, wp, l);
	return proc != NULL;
}

void queue_run_sent(struct queue *q)
{
	struct sent *s;

	/* Looked at without the lock: what comes after is for the next time. */
	while (*(struct sent *volatile *)&q->sent && (s = take(q))) {
		LRESULT result = 0;
		BOOL done =
			call_mine(s->window, s->message, s->w, s->l, &result);

		answer(s, done, result);
	}
}

void queue_answer_all(struct queue *q)
{
	struct sent *s;

	while ((s = take(q)))
		answer(s, FALSE, 0);
}

/* Into the queue of the window's thread.  FALSE: there is no such window. */
static BOOL hand_over(struct sent *s)
{
	const struct window *w;
	struct queue *q;

	AcquireSRWLockExclusive(&user_lock);
	w = window_find(s->window);
	q = w ? queue_of(w->thread) : NULL;
	if (q) {
		if (q->sent)
			q->sent_last->next = s;
		else
			q->sent = s;
		q->sent_last = s;
		SetEvent(q->sent_event);
		SetEvent(q->event);
	}
	ReleaseSRWLockExclusive(&user_lock);
	return q != NULL;
}

/* FALSE: no answer came in time, or the window is no more. */
static BOOL send(HWND handle, UINT message, WPARAM w, LPARAM l, DWORD ms,
		 LRESULT *result)
{
	struct queue *q = queue_mine();
	HANDLE wait[2];
	ULONGLONG end = GetTickCount64() + ms;
	struct sent *s;
	DWORD ret;
	BOOL done;

	if (call_mine(handle, message, w, l, result))
		return TRUE;
	s = q ? HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *s) : NULL;
	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	*s = (struct sent){ .window = handle,
			    .message = message,
			    .w = w,
			    .l = l,
			    .refs = 2,
			    .done = CreateEventW(NULL, TRUE, FALSE, NULL) };
	if (!s->done || !hand_over(s)) {
		SetLastError(s->done ? ERROR_INVALID_WINDOW_HANDLE
				     : ERROR_NOT_ENOUGH_MEMORY);
		s->refs = 1;
		let_go(s);
		return FALSE;
	}
	wait[0] = s->done;
	wait[1] = q->sent_event;
	for (;;) {
		DWORD left = ms;

		if (ms != INFINITE) {
			ULONGLONG now = GetTickCount64();

			left = end > now ? (DWORD)(end - now) : 0;
		}
		ret = WaitForMultipleObjects(2, wait, FALSE, left);
		if (ret != WAIT_OBJECT_0 + 1)
			break;
		queue_run_sent(q);
	}
	done = ret == WAIT_OBJECT_0 && s->answered;
	*result = done ? s->answer : 0;
	if (!done)
		SetLastError(ret == WAIT_TIMEOUT ? ERROR_TIMEOUT
						 : ERROR_INVALID_WINDOW_HANDLE);
	let_go(s);
	return done;
}

/* A broadcast is for windows that could be seen: there are none. */
LRESULT WINAPI SendMessageW(HWND window, UINT message, WPARAM w, LPARAM l)
{
	LRESULT result = 0;

	if (window != HWND_BROADCAST)
		send(window, message, w, l, INFINITE, &result);
	return result;
}

LRESULT WINAPI SendMessageA(HWND window, UINT message, WPARAM w, LPARAM l)
{
	return SendMessageW(window, message, w, l);
}

LRESULT WINAPI SendMessageTimeoutW(HWND window, UINT message, WPARAM w,
				   LPARAM l, UINT flags, UINT ms,
				   PDWORD_PTR result)
{
	LRESULT got = 0;

	if (window == HWND_BROADCAST)
		return 1;
	if (!send(window, message, w, l, ms, &got))
		return 0;
	if (result)
		*result = (DWORD_PTR)got;
	return 1;
}

LRESULT WINAPI SendMessageTimeoutA(HWND window, UINT message, WPARAM w,
				   LPARAM l, UINT flags, UINT ms,
				   PDWORD_PTR result)
{
	return SendMessageTimeoutW(window, message, w, l, flags, ms, result);
}
