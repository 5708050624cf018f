/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * async.c - network events as messages to a window (WSAAsyncSelect).
 *
 * Each is a WSAEventSelect with an event of ours: a thread of the pool that
 * sees it set asks what happened and posts it.  That something is told of once,
 * until the program has done what makes it worth telling again, is AFD's doing.
 */
#include "ws.h"

struct async {
	struct async *next;
	SOCKET s;
	HWND window;
	u_int message;
	LONG events;
	HANDLE event, wait;
	SRWLOCK posting; /* so that messages come in order */
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct async *all;

/* What a program is told in this order, if it comes at once. */
static const struct {
	LONG fd;
	int bit;
} order[] = {
	{ FD_CONNECT, FD_CONNECT_BIT },
	{ FD_ACCEPT, FD_ACCEPT_BIT },
	{ FD_WRITE, FD_WRITE_BIT },
	{ FD_OOB, FD_OOB_BIT },
	{ FD_READ, FD_READ_BIT },
	{ FD_QOS, FD_QOS_BIT },
	{ FD_GROUP_QOS, FD_GROUP_QOS_BIT },
	{ FD_ROUTING_INTERFACE_CHANGE, FD_ROUTING_INTERFACE_CHANGE_BIT },
	{ FD_ADDRESS_LIST_CHANGE, FD_ADDRESS_LIST_CHANGE_BIT },
	{ FD_CLOSE, FD_CLOSE_BIT },
};

/* user32 is there if there are windows. */
static FARPROC in_user32(const char *name)
{
	HMODULE user32 = GetModuleHandleW(L"user32.dll");

	return user32 ? GetProcAddress(user32, name) : NULL;
}

static BOOL is_window(HWND window)
{
	BOOL(WINAPI * fn)(HWND) = (void *)in_user32("IsWindow");

	return fn && fn(window);
}

static void post(const struct async *a, LONG event, int error)
{
	BOOL(WINAPI * fn)
	(HWND, UINT, WPARAM, LPARAM) = (void *)in_user32("PostMessageW");

	if (fn)
		fn(a->window, a->message, a->s,
		   (LPARAM)((ULONG)event | (ULONG)error << 16));
}

static void CALLBACK on_event(void *arg, BOOLEAN timed_out)
{
	struct async *a = arg;
	WSANETWORKEVENTS got;

	AcquireSRWLockExclusive(&a->posting);
	if (!WSAEnumNetworkEvents(a->s, NULL, &got))
		for (ULONG i = 0; i < ARRAYSIZE(order); i++)
			if (got.lNetworkEvents & order[i].fd)
				post(a, order[i].fd,
				     got.iErrorCode[order[i].bit]);
	ReleaseSRWLockExclusive(&a->posting);
}

static void forget(struct async *a)
{
	if (a->wait)
		UnregisterWaitEx(a->wait, INVALID_HANDLE_VALUE);
	if (a->event)
		CloseHandle(a->event);
	ws_free(a);
}

static struct async *take(SOCKET s)
{
	struct async **at, *a;

	if (!all)
		return NULL;
	AcquireSRWLockExclusive(&lock);
	for (at = &all; (a = *at) && a->s != s; at = &a->next)
		;
	if (a)
		*at = a->next;
	ReleaseSRWLockExclusive(&lock);
	return a;
}

void ws_async_closed(SOCKET s)
{
	struct async *a = take(s);

	if (a)
		forget(a);
}

/* What has happened until now is still told of, as if it had been at once. */
void ws_async_end(SOCKET s)
{
	struct async *a = take(s);

	if (!a)
		return;
	UnregisterWaitEx(a->wait, INVALID_HANDLE_VALUE);
	a->wait = NULL;
	on_event(a, FALSE);
	forget(a);
}

static int begin(SOCKET s, HWND window, u_int message, LONG events)
{
	struct async *a =
		HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *a);

	if (!a)
		return ws_fail(WSAENOBUFS);
	a->s = s;
	a->window = window;
	a->message = message;
	a->events = events;
	a->event = CreateEventW(NULL, FALSE, FALSE, NULL);
	if (!a->event) {
		forget(a);
		return ws_fail(WSAENOBUFS);
	}
	if (ws_event_select(s, a->event, events)) {
		int error = WSAGetLastError();

		forget(a);
		return ws_fail(error);
	}
	if (!RegisterWaitForSingleObject(&a->wait, a->event, on_event, a,
					 INFINITE, WT_EXECUTEDEFAULT)) {
		a->wait = NULL;
		ws_event_select(s, NULL, 0);
		forget(a);
		return ws_fail(WSAENOBUFS);
	}
	AcquireSRWLockExclusive(&lock);
	a->next = all;
	all = a;
	ReleaseSRWLockExclusive(&lock);
	return 0;
}

int WINAPI WSAAsyncSelect(SOCKET s, HWND window, u_int message, LONG events)
{
	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (events & ~FD_ALL_EVENTS || (events && !is_window(window)))
		return ws_fail(WSAEINVAL);
	ws_async_end(s);
	return events ? begin(s, window, message, events)
		      : ws_event_select(s, NULL, 0);
}

void ws_async_inherit(SOCKET from, SOCKET to)
{
	struct async *a, found = { 0 };

	if (!all)
		return;
	AcquireSRWLockShared(&lock);
	for (a = all; a && a->s != from; a = a->next)
		;
	if (a)
		found = *a;
	ReleaseSRWLockShared(&lock);
	found.events &= ~(FD_ACCEPT | FD_CONNECT);
	if (found.events)
		begin(to, found.window, found.message, found.events);
}
