/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * select.c - select, WSAPoll and network events, all of which are polls of
 * \Device\Afd.
 */
#include "ws.h"

enum {
	FOR_READ = AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT | AFD_POLL_ABORT |
		   AFD_POLL_ACCEPT,
	FOR_WRITE = AFD_POLL_SEND,
	FOR_ERROR = AFD_POLL_RECEIVE_EXPEDITED | AFD_POLL_CONNECT_FAIL,
};

static AFD_POLL_INFO *new_poll(ULONG n)
{
	AFD_POLL_INFO *p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
				     sizeof *p + n * sizeof p->Handles[0]);

	if (!p)
		ws_fail(WSAENOBUFS);
	return p;
}

/* Milliseconds, negative: for ever. */
static void set_timeout(AFD_POLL_INFO *p, LONGLONG hundred_ns)
{
	p->Timeout.QuadPart = hundred_ns < 0 ? MAXLONGLONG : -hundred_ns;
}

static NTSTATUS run_poll(AFD_POLL_INFO *p, ULONG n)
{
	ULONG size = sizeof *p + n * sizeof p->Handles[0];

	return ws_control((SOCKET)p->Handles[0].Handle, IOCTL_AFD_POLL, p, size,
			  p, size, NULL);
}

/* ---- select ---- */

/* Adds events for s, in the entry it may have already. */
static void want(AFD_POLL_INFO *p, SOCKET s, ULONG events)
{
	ULONG i = p->NumberOfHandles;

	/* Programs name a socket in two sets, seldom many. */
	for (ULONG k = 0; k < p->NumberOfHandles && k < 64; k++)
		if (p->Handles[k].Handle == (HANDLE)s)
			i = k;
	p->Handles[i].Handle = (HANDLE)s;
	p->Handles[i].PollEvents |= events;
	if (i == p->NumberOfHandles)
		p->NumberOfHandles++;
}

static void want_all(AFD_POLL_INFO *p, const fd_set *set, ULONG events)
{
	for (u_int i = 0; set && i < set->fd_count; i++)
		want(p, set->fd_array[i], events);
}

/* Keeps in set what p has; how many. */
static int keep(fd_set *set, const AFD_POLL_INFO *p, ULONG events)
{
	u_int n = 0;

	for (u_int i = 0; set && i < set->fd_count; i++)
		for (ULONG k = 0; k < p->NumberOfHandles; k++)
			if (p->Handles[k].Handle == (HANDLE)set->fd_array[i] &&
			    p->Handles[k].PollEvents & events) {
				set->fd_array[n++] = set->fd_array[i];
				break;
			}
	if (set)
		set->fd_count = n;
	return (int)n;
}

int WINAPI select(int ignored, fd_set *in, fd_set *out, fd_set *error,
		  const PTIMEVAL timeout)
{
	ULONG n = (in ? in->fd_count : 0) + (out ? out->fd_count : 0) +
		  (error ? error->fd_count : 0);
	AFD_POLL_INFO *p;
	NTSTATUS status;
	int found;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	/* Not a sleep, unlike on other systems. */
	if (!n)
		return ws_fail(WSAEINVAL);
	if (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
		return ws_fail(WSAEINVAL);
	p = new_poll(n);
	if (!p)
		return SOCKET_ERROR;
	want_all(p, in, FOR_READ);
	want_all(p, out, FOR_WRITE);
	want_all(p, error, FOR_ERROR);
	set_timeout(p, timeout ? timeout->tv_sec * 10000000ll +
					 timeout->tv_usec * 10ll
			       : -1);
	status = run_poll(p, n);
	if (!NT_SUCCESS(status) && status != STATUS_TIMEOUT) {
		ws_free(p);
		return ws_result(status);
	}
	for (ULONG k = 0; k < p->NumberOfHandles; k++)
		if (p->Handles[k].PollEvents & AFD_POLL_LOCAL_CLOSE) {
			ws_free(p);
			return ws_fail(WSAENOTSOCK);
		}
	found = keep(in, p, FOR_READ) +
		keep(out, p, FOR_WRITE | AFD_POLL_ABORT) +
		keep(error, p, FOR_ERROR);
	ws_free(p);
	WSASetLastError(0);
	return found;
}

int WINAPI __WSAFDIsSet(SOCKET s, fd_set *set)
{
	for (u_int i = 0; i < set->fd_count; i++)
		if (set->fd_array[i] == s)
			return 1;
	return 0;
}

/* ---- WSAPoll ---- */

static const struct {
	SHORT poll;
	ULONG afd;
} poll_map[] = {
	{ POLLRDNORM,
	  AFD_POLL_RECEIVE | AFD_POLL_ACCEPT | AFD_POLL_DISCONNECT },
	{ POLLRDBAND, AFD_POLL_RECEIVE_EXPEDITED },
	{ POLLWRNORM, AFD_POLL_SEND },
};

static SHORT poll_result(ULONG events, SHORT wanted)
{
	SHORT r = 0;

	for (ULONG i = 0; i < ARRAYSIZE(poll_map); i++)
		if (events & poll_map[i].afd && wanted & poll_map[i].poll)
			r |= poll_map[i].poll;
	if (events & (AFD_POLL_DISCONNECT | AFD_POLL_ABORT))
		r |= POLLHUP;
	if (events & AFD_POLL_ABORT)
		r |= POLLERR;
	if (events & AFD_POLL_CONNECT_FAIL)
		r |= POLLERR | POLLHUP | (wanted & POLLWRNORM);
	if (events & AFD_POLL_LOCAL_CLOSE)
		r |= POLLNVAL;
	return r;
}

/* Marks those that are no sockets; are there any? */
static BOOL mark_bad(WSAPOLLFD *fds, ULONG n)
{
	BOOL any = FALSE;

	for (ULONG i = 0; i < n; i++) {
		if ((LONG_PTR)fds[i].fd < 0 ||
		    NT_SUCCESS(ws_control(fds[i].fd, IOCTL_AFD_NO_OPERATION,
					  NULL, 0, NULL, 0, NULL)))
			continue;
		fds[i].revents = POLLNVAL;
		any = TRUE;
	}
	return any;
}

/* Asks for all that are in use, waiting for at most ms. */
static NTSTATUS poll_sockets(AFD_POLL_INFO *p, const WSAPOLLFD *fds, ULONG n,
			     INT ms)
{
	enum {
		ALWAYS = AFD_POLL_ABORT | AFD_POLL_CONNECT_FAIL |
			 AFD_POLL_DISCONNECT
	};

	p->NumberOfHandles = 0;
	for (ULONG i = 0; i < n; i++) {
		ULONG events = ALWAYS;

		if ((LONG_PTR)fds[i].fd < 0 || fds[i].revents)
			continue;
		for (ULONG k = 0; k < ARRAYSIZE(poll_map); k++)
			if (fds[i].events & poll_map[k].poll)
				events |= poll_map[k].afd;
		p->Handles[p->NumberOfHandles].Handle = (HANDLE)fds[i].fd;
		p->Handles[p->NumberOfHandles++].PollEvents = events;
	}
	if (!p->NumberOfHandles) /* as documented: none is valid */
		return STATUS_INVALID_PARAMETER;
	set_timeout(p, ms < 0 ? -1 : ms * 10000ll);
	return run_poll(p, n);
}

int WINAPI WSAPoll(LPWSAPOLLFD fds, ULONG n, INT ms)
{
	AFD_POLL_INFO *p;
	NTSTATUS status;
	ULONG k = 0;
	int found = 0;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!n || n > 65536)
		return ws_fail(WSAEINVAL);
	if (!fds)
		return ws_fail(WSAEFAULT);
	for (ULONG i = 0; i < n; i++) {
		fds[i].revents = 0;
		/* A place that is not in use is not looked at. */
		if ((LONG_PTR)fds[i].fd >= 0 &&
		    fds[i].events & ~(POLLRDNORM | POLLRDBAND | POLLWRNORM))
			return ws_fail(WSAEINVAL);
	}
	p = new_poll(n);
	if (!p)
		return SOCKET_ERROR;
	status = poll_sockets(p, fds, n, ms);
	/* A bad one is reported, the others are polled all the same. */
	if (!NT_SUCCESS(status) && status != STATUS_USER_APC &&
	    mark_bad(fds, n))
		status = poll_sockets(p, fds, n, 0);
	if (!NT_SUCCESS(status)) {
		ws_free(p);
		return ws_result(status);
	}
	/* What is told comes in the order in which it was asked for. */
	for (ULONG i = 0; i < n; i++) {
		if (k < p->NumberOfHandles && !fds[i].revents &&
		    p->Handles[k].Handle == (HANDLE)fds[i].fd)
			fds[i].revents = poll_result(p->Handles[k++].PollEvents,
						     fds[i].events);
		found += fds[i].revents != 0;
	}
	ws_free(p);
	WSASetLastError(0);
	return found;
}

/* ---- network events ---- */

static const struct {
	LONG fd;
	int bit;
	ULONG afd;
} event_map[] = {
	{ FD_READ, FD_READ_BIT, AFD_POLL_RECEIVE },
	{ FD_WRITE, FD_WRITE_BIT, AFD_POLL_SEND },
	{ FD_OOB, FD_OOB_BIT, AFD_POLL_RECEIVE_EXPEDITED },
	{ FD_ACCEPT, FD_ACCEPT_BIT, AFD_POLL_ACCEPT },
	{ FD_CONNECT, FD_CONNECT_BIT,
	  AFD_POLL_CONNECT | AFD_POLL_CONNECT_FAIL },
	{ FD_CLOSE, FD_CLOSE_BIT, AFD_POLL_DISCONNECT | AFD_POLL_ABORT },
	{ FD_QOS, FD_QOS_BIT, AFD_POLL_QOS },
	{ FD_GROUP_QOS, FD_GROUP_QOS_BIT, AFD_POLL_GROUP_QOS },
	{ FD_ROUTING_INTERFACE_CHANGE, FD_ROUTING_INTERFACE_CHANGE_BIT,
	  AFD_POLL_ROUTING_IF_CHANGE },
	{ FD_ADDRESS_LIST_CHANGE, FD_ADDRESS_LIST_CHANGE_BIT,
	  AFD_POLL_ADDRESS_LIST_CHANGE },
};

int ws_event_select(SOCKET s, WSAEVENT event, LONG events)
{
	AFD_EVENT_SELECT_INFO info = { .Event = event };

	for (ULONG i = 0; i < ARRAYSIZE(event_map); i++)
		if (events & event_map[i].fd)
			info.PollEvents |= event_map[i].afd;
	return ws_result(ws_control(s, IOCTL_AFD_EVENT_SELECT, &info,
				    sizeof info, NULL, 0, NULL));
}

int WINAPI WSAEventSelect(SOCKET s, WSAEVENT event, LONG events)
{
	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (events & ~FD_ALL_EVENTS || (events && !event))
		return ws_fail(WSAEINVAL);
	ws_async_end(s); /* the one takes the other's place */
	return ws_event_select(s, event, events);
}

int WINAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT event,
				LPWSANETWORKEVENTS events)
{
	AFD_NETWORK_EVENTS got = { 0 };
	NTSTATUS status;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!events)
		return ws_fail(WSAEFAULT);
	/* The event to reset goes where the input would. */
	status = ws_control(s, IOCTL_AFD_ENUM_NETWORK_EVENTS, event, 0, &got,
			    sizeof got, NULL);
	if (!NT_SUCCESS(status))
		return ws_result(status);
	memset(events, 0, sizeof *events);
	for (ULONG i = 0; i < ARRAYSIZE(event_map); i++) {
		if (!(got.PollEvents & event_map[i].afd))
			continue;
		events->lNetworkEvents |= event_map[i].fd;
		for (int b = 0; b < AFD_POLL_EVENTS; b++)
			if (got.PollEvents & event_map[i].afd & 1u << b &&
			    got.EventStatus[b])
				events->iErrorCode[event_map[i].bit] =
					ws_error(got.EventStatus[b]);
	}
	return ws_result(STATUS_SUCCESS);
}

/* ---- events are the kernel's ---- */

WSAEVENT WINAPI WSACreateEvent(void)
{
	return CreateEventW(NULL, TRUE, FALSE, NULL);
}

BOOL WINAPI WSACloseEvent(WSAEVENT event)
{
	return CloseHandle(event);
}

BOOL WINAPI WSASetEvent(WSAEVENT event)
{
	return SetEvent(event);
}

BOOL WINAPI WSAResetEvent(WSAEVENT event)
{
	return ResetEvent(event);
}

DWORD WINAPI WSAWaitForMultipleEvents(DWORD n, const WSAEVENT *events, BOOL all,
				      DWORD ms, BOOL alertable)
{
	return WaitForMultipleObjectsEx(n, events, all, ms, alertable);
}

int WINAPI WSACancelBlockingCall(void)
{
	return ws_fail(WSAEINVAL);
}

BOOL WINAPI WSAIsBlocking(void)
{
	return FALSE;
}
