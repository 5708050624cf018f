/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rio.c - Registered I/O: buffers, completion queues and request queues.
 *
 * A request is AFD's own, overlapped, and its completion is its
 * IO_STATUS_BLOCK: a queue that is polled looks at memory, and makes no call.
 * AFD serves each direction of a socket in order, so only the first request of
 * each line can be the next that is over.  All of a queue's requests set one
 * event, with which a wait completion packet (for a port) or the thread pool
 * (for an event) answers RIONotify.
 *
 * A request belongs to no thread (AFD_DETACHED), and its memory is not freed
 * before it is over: closing the socket ends it, mostly at once.
 */
#include "rio.h"

SRWLOCK rio_lock = SRWLOCK_INIT;
static struct rio_cq *queues;
/* By their address, which is what programs have, and by their socket. */
enum { BUCKETS = 1024 };
static struct rio_rq *known[BUCKETS], *of_socket[BUCKETS], *gone;
static ULONG nsockets;

static struct rio_rq **bucket(const struct rio_rq *rq)
{
	return &known[(ULONG_PTR)rq / 64 % BUCKETS];
}

static struct rio_rq **socket_bucket(SOCKET s)
{
	return &of_socket[s / 4 % BUCKETS];
}

/* ---- buffers ---- */

/* An id is a place in this table and how often that has been given out. */
enum { PLACE_BITS = 20, MAX_BUFFERS = (1 << PLACE_BITS) - 1, MAX_TURN = 0x7ff };

static struct {
	BYTE *at; /* NULL: free */
	ULONG n, turn;
	ULONG next; /* free: the place of the next one that is, or 0 */
} * buffers;
static ULONG nbuffers, room_for, vacant;

static ULONG place_of(RIO_BUFFERID id)
{
	ULONG_PTR v = (ULONG_PTR)id;
	ULONG place = (ULONG)(v & MAX_BUFFERS);

	if (!place || place > nbuffers || !buffers[place - 1].at ||
	    v >> PLACE_BITS != buffers[place - 1].turn)
		return 0;
	return place;
}

void *rio_at(RIO_BUFFERID id, ULONG offset, ULONG n)
{
	ULONG place = place_of(id);

	if (!place || offset > buffers[place - 1].n ||
	    n > buffers[place - 1].n - offset)
		return NULL;
	return buffers[place - 1].at + offset;
}

static RIO_BUFFERID WINAPI register_buffer(PCHAR at, DWORD n)
{
	ULONG i;

	if (!at || !n) {
		ws_fail(at ? WSAEINVAL : WSAEFAULT);
		return RIO_INVALID_BUFFERID;
	}
	AcquireSRWLockExclusive(&rio_lock);
	i = vacant ? vacant - 1 : nbuffers;
	if (i == room_for && i < MAX_BUFFERS) {
		ULONG room = min(2 * room_for + 16, (ULONG)MAX_BUFFERS);
		void *more = buffers ? HeapReAlloc(GetProcessHeap(), 0, buffers,
						   room * sizeof *buffers)
				     : HeapAlloc(GetProcessHeap(), 0,
						 room * sizeof *buffers);

		if (more) {
			buffers = more;
			room_for = room;
		}
	}
	if (i >= room_for) {
		ReleaseSRWLockExclusive(&rio_lock);
		ws_fail(WSAENOBUFS);
		return RIO_INVALID_BUFFERID;
	}
	if (i == nbuffers) {
		nbuffers++;
		buffers[i].turn = 0;
	} else {
		vacant = buffers[i].next;
	}
	buffers[i].turn = buffers[i].turn % MAX_TURN + 1;
	buffers[i].at = (BYTE *)at;
	buffers[i].n = n;
	i = (i + 1) | buffers[i].turn << PLACE_BITS;
	ReleaseSRWLockExclusive(&rio_lock);
	return (RIO_BUFFERID)(ULONG_PTR)i;
}

static VOID WINAPI deregister_buffer(RIO_BUFFERID id)
{
	ULONG place;

	AcquireSRWLockExclusive(&rio_lock);
	place = place_of(id);
	if (place) {
		buffers[place - 1].at = NULL;
		buffers[place - 1].next = vacant;
		vacant = place;
	}
	ReleaseSRWLockExclusive(&rio_lock);
}

/* ---- completion queues; all but the functions of the table: locked ---- */

static BOOL known_cq(const struct rio_cq *cq)
{
	for (const struct rio_cq *q = queues; q; q = q->next)
		if (q == cq)
			return TRUE;
	return FALSE;
}

BOOL rio_known_rq(const struct rio_rq *rq)
{
	for (const struct rio_rq *q = *bucket(rq); q; q = q->next)
		if (q == rq)
			return TRUE;
	return FALSE;
}

BOOL rio_is_over(const struct rio_request *r)
{
	return r->begun &&
	       *(volatile const NTSTATUS *)&r->iosb.Status != STATUS_PENDING;
}

void rio_arrived(struct rio_cq *cq)
{
	if (cq && cq->arrived)
		SetEvent(cq->arrived);
}

static BOOL has_some(const struct rio_cq *cq)
{
	for (const struct rio_line *l = cq->lines; l; l = l->next)
		if (rio_is_over(l->first) && !l->first->quiet)
			return TRUE;
	return FALSE;
}

static void free_cq(struct rio_cq *cq)
{
	for (ULONG i = 0; i < cq->npackets; i++)
		CloseHandle(cq->packets[i]);
	if (cq->arrived)
		CloseHandle(cq->arrived);
	HeapFree(GetProcessHeap(), 0, cq->packets);
	HeapFree(GetProcessHeap(), 0, cq);
}

static RIO_CQ WINAPI create_cq(DWORD size, RIO_NOTIFICATION_COMPLETION *how)
{
	struct rio_cq *cq;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), RIO_INVALID_CQ;
	if (!size || size > RIO_MAX_CQ_SIZE ||
	    (how && how->Type != RIO_EVENT_COMPLETION &&
	     how->Type != RIO_IOCP_COMPLETION) ||
	    (how && how->Type == RIO_EVENT_COMPLETION &&
	     !how->Event.EventHandle) ||
	    (how && how->Type == RIO_IOCP_COMPLETION &&
	     (!how->Iocp.IocpHandle || !how->Iocp.Overlapped)))
		return ws_fail(WSAEINVAL), RIO_INVALID_CQ;
	cq = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *cq);
	if (!cq)
		return ws_fail(WSAENOBUFS), RIO_INVALID_CQ;
	cq->size = size;
	if (how) {
		cq->how = *how;
		cq->arrived = CreateEventW(NULL, TRUE, FALSE, NULL);
		if (!cq->arrived) {
			free_cq(cq);
			return ws_fail(WSAENOBUFS), RIO_INVALID_CQ;
		}
	}
	AcquireSRWLockExclusive(&rio_lock);
	cq->next = queues;
	queues = cq;
	ReleaseSRWLockExclusive(&rio_lock);
	return cq;
}

static void leave_queue(struct rio_line *l)
{
	if (!l->at)
		return;
	*l->at = l->next;
	if (l->next)
		l->next->at = l->at;
	l->at = NULL;
}

/* Those of closed sockets whose last request is over. */
static void sweep(void)
{
	struct rio_rq **at = &gone, *rq;

	while ((rq = *at)) {
		BOOL waits = FALSE;

		for (int way = 0; way < RIO_WAYS; way++) {
			struct rio_line *l = &rq->line[way];
			struct rio_request *r;

			/* Nobody will fetch them. */
			while (!l->cq && (r = l->first) &&
			       (!r->begun || rio_is_over(r))) {
				l->first = r->next;
				HeapFree(GetProcessHeap(), 0, r);
			}
			waits |= l->first != NULL;
		}
		if (waits) {
			at = &rq->next;
			continue;
		}
		*at = rq->next;
		HeapFree(GetProcessHeap(), 0, rq);
	}
}

static void forget_cq(struct rio_rq *list, const struct rio_cq *cq)
{
	for (struct rio_rq *q = list; q; q = q->next)
		for (int way = 0; way < RIO_WAYS; way++)
			if (q->line[way].cq == cq) {
				leave_queue(&q->line[way]);
				q->line[way].cq = NULL;
			}
}

static VOID WINAPI close_cq(RIO_CQ cq)
{
	struct rio_cq **at;
	HANDLE wait;

	AcquireSRWLockExclusive(&rio_lock);
	if (!known_cq(cq)) {
		ReleaseSRWLockExclusive(&rio_lock);
		return;
	}
	for (at = &queues; *at != cq; at = &(*at)->next)
		;
	*at = cq->next;
	for (ULONG i = 0; i < BUCKETS; i++)
		forget_cq(known[i], cq);
	forget_cq(gone, cq);
	sweep();
	wait = cq->wait;
	ReleaseSRWLockExclusive(&rio_lock);
	if (wait)
		UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
	/* Requests under way have the event by reference. */
	free_cq(cq);
}

static ULONG WINAPI dequeue(RIO_CQ cq, RIORESULT *array, ULONG size)
{
	struct rio_line *next;
	ULONG n = 0;

	AcquireSRWLockExclusive(&rio_lock);
	if (!known_cq(cq) || (!array && size)) {
		ReleaseSRWLockExclusive(&rio_lock);
		return RIO_CORRUPT_CQ;
	}
	for (struct rio_line *l = cq->lines; l && n < size; l = next) {
		struct rio_request *r;

		next = l->next;
		while (n < size && (r = l->first) && rio_is_over(r)) {
			rio_tell(r);
			array[n].Status = ws_overlapped_error(r->iosb.Status);
			array[n].BytesTransferred = (ULONG)r->iosb.Information;
			array[n].SocketContext = l->rq->context;
			array[n++].RequestContext = r->context;
			l->first = r->next;
			l->count--;
			HeapFree(GetProcessHeap(), 0, r);
		}
		if (!l->first)
			leave_queue(l);
	}
	if (n && gone)
		sweep();
	ReleaseSRWLockExclusive(&rio_lock);
	return n;
}

/* ---- notification ---- */

static VOID CALLBACK tell_event(PVOID arg, BOOLEAN timeout)
{
	struct rio_cq *cq = arg;

	/* Who hears of it may ask anew at once, and then resets the event. */
	AcquireSRWLockExclusive(&rio_lock);
	cq->armed = FALSE;
	SetEvent(cq->how.Event.EventHandle);
	ReleaseSRWLockExclusive(&rio_lock);
}

static INT notify_event(struct rio_cq *cq)
{
	HANDLE old;

	if (cq->armed)
		return WSAEALREADY;
	if (cq->how.Event.NotifyReset)
		ResetEvent(cq->how.Event.EventHandle);
	if (has_some(cq)) {
		SetEvent(cq->how.Event.EventHandle);
		return ERROR_SUCCESS;
	}
	ResetEvent(cq->arrived);
	old = cq->wait;
	cq->wait = NULL;
	cq->armed = TRUE;
	/* It has called back: this only frees it. */
	if (old)
		UnregisterWait(old);
	if (!RegisterWaitForSingleObject(
		    &cq->wait, cq->arrived, tell_event, cq, INFINITE,
		    WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD)) {
		cq->wait = NULL;
		cq->armed = FALSE;
		return WSAEINVAL;
	}
	if (has_some(cq))
		SetEvent(cq->arrived);
	return ERROR_SUCCESS;
}

static NTSTATUS associate(struct rio_cq *cq, HANDLE packet)
{
	BOOLEAN already;

	return NtAssociateWaitCompletionPacket(
		packet, cq->how.Iocp.IocpHandle, cq->arrived,
		cq->how.Iocp.CompletionKey, cq->how.Iocp.Overlapped,
		STATUS_SUCCESS, 0, &already);
}

static BOOL new_packet(struct rio_cq *cq)
{
	SIZE_T n = (cq->npackets + 1) * sizeof *cq->packets;
	void *more = cq->packets
			     ? HeapReAlloc(GetProcessHeap(), 0, cq->packets, n)
			     : HeapAlloc(GetProcessHeap(), 0, n);
	HANDLE h;

	if (!more)
		return FALSE;
	cq->packets = more;
	if (!NT_SUCCESS(NtCreateWaitCompletionPacket(&h, 1, NULL)))
		return FALSE;
	cq->packets[cq->npackets++] = h;
	return TRUE;
}

static INT notify_port(struct rio_cq *cq)
{
	NTSTATUS status = STATUS_UNSUCCESSFUL;

	/* The last one that was made to wait is the first; does it still? */
	if (cq->npackets && NtCancelWaitCompletionPacket(
				    cq->packets[0], FALSE) == STATUS_SUCCESS) {
		associate(cq, cq->packets[0]);
		if (has_some(cq))
			SetEvent(cq->arrived);
		return WSAEALREADY;
	}
	if (has_some(cq))
		return NT_SUCCESS(NtSetIoCompletion(cq->how.Iocp.IocpHandle,
						    cq->how.Iocp.CompletionKey,
						    cq->how.Iocp.Overlapped,
						    STATUS_SUCCESS, 0))
			       ? ERROR_SUCCESS
			       : WSAEINVAL;
	ResetEvent(cq->arrived);
	/* One whose packet nobody has taken yet cannot be used. */
	for (ULONG i = 0; !NT_SUCCESS(status); i++) {
		HANDLE h;

		if (i == cq->npackets && (i > 64 || !new_packet(cq)))
			return WSAEINVAL;
		h = cq->packets[i];
		status = associate(cq, h);
		if (NT_SUCCESS(status)) {
			cq->packets[i] = cq->packets[0];
			cq->packets[0] = h;
		}
	}
	if (has_some(cq))
		SetEvent(cq->arrived);
	return ERROR_SUCCESS;
}

static INT WINAPI notify(RIO_CQ cq)
{
	INT error = WSAEINVAL;

	AcquireSRWLockExclusive(&rio_lock);
	if (known_cq(cq) && cq->how.Type == RIO_EVENT_COMPLETION)
		error = notify_event(cq);
	else if (known_cq(cq) && cq->how.Type == RIO_IOCP_COMPLETION)
		error = notify_port(cq);
	ReleaseSRWLockExclusive(&rio_lock);
	return error;
}

/* ---- sizes ---- */

static BOOL WINAPI resize_cq(RIO_CQ cq, DWORD size)
{
	int error = 0;

	AcquireSRWLockExclusive(&rio_lock);
	if (!known_cq(cq) || !size || size > RIO_MAX_CQ_SIZE)
		error = WSAEINVAL;
	else if (size < cq->reserved)
		error = WSAETOOMANYREFS;
	else
		cq->size = size;
	ReleaseSRWLockExclusive(&rio_lock);
	return error ? ws_fail(error), FALSE : TRUE;
}

/* Room for n in cq where there is some for less. */
static BOOL reserve(struct rio_cq *cq, ULONG n)
{
	if (!cq)
		return TRUE;
	if (n > cq->size - cq->reserved)
		return FALSE;
	cq->reserved += n;
	return TRUE;
}

static BOOL set_limits(struct rio_rq *rq, const ULONG *limit)
{
	struct rio_line *l = rq->line;
	ULONG old[RIO_WAYS];

	for (int way = 0; way < RIO_WAYS; way++) {
		old[way] = l[way].limit;
		if (l[way].cq)
			l[way].cq->reserved -= old[way];
	}
	if (reserve(l[RIO_IN].cq, limit[RIO_IN])) {
		if (reserve(l[RIO_OUT].cq, limit[RIO_OUT])) {
			l[RIO_IN].limit = limit[RIO_IN];
			l[RIO_OUT].limit = limit[RIO_OUT];
			return TRUE;
		}
		if (l[RIO_IN].cq)
			l[RIO_IN].cq->reserved -= limit[RIO_IN];
	}
	for (int way = 0; way < RIO_WAYS; way++)
		if (l[way].cq)
			l[way].cq->reserved += old[way];
	return FALSE;
}

static BOOL WINAPI resize_rq(RIO_RQ rq, DWORD receives, DWORD sends)
{
	const ULONG limit[] = { receives, sends };
	int error = 0;

	AcquireSRWLockExclusive(&rio_lock);
	if (!rio_known_rq(rq) || (!receives && !sends))
		error = WSAEINVAL;
	else if (receives < rq->line[RIO_IN].count ||
		 sends < rq->line[RIO_OUT].count)
		error = WSAETOOMANYREFS;
	else if (!set_limits(rq, limit))
		error = WSAENOBUFS;
	ReleaseSRWLockExclusive(&rio_lock);
	return error ? ws_fail(error), FALSE : TRUE;
}

/* ---- request queues ---- */

static int may_have(SOCKET s, struct rio_rq *rq)
{
	ULONG type, registered;
	NTSTATUS status = ws_get_word(s, SO_TYPE, &type);

	if (!NT_SUCCESS(status))
		return ws_error(status);
	ws_get_word(s, 0x7ff0, &rq->family);
	ws_get_word(s, 0x7ff2, &registered);
	rq->datagram = type == SOCK_DGRAM;
	return (type == SOCK_STREAM || type == SOCK_DGRAM) && registered
		       ? 0
		       : WSAEOPNOTSUPP;
}

static RIO_RQ WINAPI create_rq(SOCKET s, ULONG receives, ULONG receive_buffers,
			       ULONG sends, ULONG send_buffers, RIO_CQ in,
			       RIO_CQ out, PVOID context)
{
	const ULONG limit[] = { receives, sends };
	struct rio_rq *rq;
	int error;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), RIO_INVALID_RQ;
	if ((!receives && !sends) || receive_buffers > 1 || send_buffers > 1 ||
	    (receives && !receive_buffers) || (sends && !send_buffers))
		return ws_fail(WSAEINVAL), RIO_INVALID_RQ;
	rq = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *rq);
	if (!rq)
		return ws_fail(WSAENOBUFS), RIO_INVALID_RQ;
	rq->socket = s;
	rq->context = (ULONG_PTR)context;
	error = may_have(s, rq);
	AcquireSRWLockExclusive(&rio_lock);
	if (!error && (!known_cq(in) || !known_cq(out)))
		error = WSAEINVAL;
	for (const struct rio_rq *q = *socket_bucket(s); q && !error;
	     q = q->next_of_socket)
		if (q->socket == s)
			error = WSAEINVAL;
	for (int way = 0; way < RIO_WAYS && !error; way++) {
		rq->line[way].rq = rq;
		rq->line[way].cq = way == RIO_IN ? in : out;
		rq->line[way].last = &rq->line[way].first;
	}
	if (!error && !set_limits(rq, limit))
		error = WSAENOBUFS;
	if (!error) {
		rq->next = *bucket(rq);
		*bucket(rq) = rq;
		rq->next_of_socket = *socket_bucket(s);
		*socket_bucket(s) = rq;
		nsockets++;
	}
	ReleaseSRWLockExclusive(&rio_lock);
	if (!error)
		return rq;
	HeapFree(GetProcessHeap(), 0, rq);
	return ws_fail(error), RIO_INVALID_RQ;
}

void ws_rio_closed(SOCKET s)
{
	struct rio_rq **at, *rq;

	if (!nsockets)
		return;
	AcquireSRWLockExclusive(&rio_lock);
	for (at = socket_bucket(s); (rq = *at) && rq->socket != s;
	     at = &rq->next_of_socket)
		;
	if (rq) {
		*at = rq->next_of_socket;
		for (at = bucket(rq); *at != rq; at = &(*at)->next)
			;
		*at = rq->next;
		nsockets--;
		rq->next = gone;
		gone = rq;
		rq->closed = TRUE;
		for (int way = 0; way < RIO_WAYS; way++) {
			struct rio_line *l = &rq->line[way];
			struct rio_request *r;

			if (l->cq)
				l->cq->reserved -= l->limit;
			/* Those that were put off are over as well. */
			for (r = l->first; r; r = r->next) {
				if (r->begun)
					continue;
				r->iosb.Status = STATUS_CANCELLED;
				r->begun = TRUE;
				if (!r->quiet)
					rio_arrived(l->cq);
			}
			l->put_off = NULL;
		}
		sweep();
	}
	ReleaseSRWLockExclusive(&rio_lock);
}

int ws_rio_table(const void *in, DWORD in_n, void *out, DWORD out_n, DWORD *n)
{
	static const GUID id = WSAID_MULTIPLE_RIO;
	static const RIO_EXTENSION_FUNCTION_TABLE table = {
		sizeof table,      rio_receive, rio_receive_ex,
		rio_send,          rio_send_ex, close_cq,
		create_cq,         create_rq,   dequeue,
		deregister_buffer, notify,      register_buffer,
		resize_cq,         resize_rq,
	};

	if (!in || in_n < sizeof id || !out || out_n < sizeof table)
		return ws_fail(WSAEFAULT);
	if (memcmp(in, &id, sizeof id))
		return ws_fail(WSAEINVAL);
	memcpy(out, &table, sizeof table);
	*n = sizeof table;
	return 0;
}
