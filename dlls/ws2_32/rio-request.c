/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rio-request.c - Registered I/O: sends and receives. */
#include "rio.h"

/* Neither a success nor a warning: STATUS_BUFFER_OVERFLOW comes with data. */
static BOOL is_error(NTSTATUS status)
{
	return (ULONG)status >> 30 == 3;
}

/* ---- beginning; locked ---- */

static NTSTATUS control(struct rio_request *r, ULONG code, const void *in,
			ULONG n)
{
	struct rio_line *l = r->line;
	HANDLE event = r->quiet || !l->cq ? NULL : l->cq->arrived;

	r->iosb.Status = STATUS_PENDING;
	return NtDeviceIoControlFile((HANDLE)l->rq->socket, event, NULL, NULL,
				     &r->iosb, code | AFD_DETACHED, (PVOID)in,
				     n, NULL, 0);
}

static NTSTATUS begin_receive(struct rio_request *r)
{
	WSABUF data = { r->n, (char *)r->data };
	AFD_RECEIVE_MORE info = {
		.Io = { &data, 1, AFD_FLAG_OVERLAPPED,
			r->flags & RIO_MSG_WAITALL ? TDI_RECEIVE_WAITALL : 0 },
		.Address = r->remote,
		.AddressLength = r->remote ? &r->remote_n : NULL,
		.MsgFlags = &r->message_flags,
	};

	if (!r->line->rq->datagram)
		return control(r, IOCTL_AFD_RECEIVE, &info.Io, sizeof info.Io);
	r->remote_n = (INT)r->remote_room;
	if (!r->control && !r->local && !r->out_flags)
		return control(r, IOCTL_AFD_RECEIVE_DATAGRAM, &info,
			       offsetof(AFD_RECEIVE_MORE, ControlBuffer));
	info.ControlBuffer = r->control ? r->control : r->own_control;
	r->control_n = r->control ? r->control_room : sizeof r->own_control;
	info.ControlLength = &r->control_n;
	return control(r, IOCTL_AFD_RECEIVE_MESSAGE, &info, sizeof info);
}

static NTSTATUS begin_send(struct rio_request *r)
{
	WSABUF data = { r->n, (char *)r->data };
	AFD_IO_INFO io = { &data, 1, AFD_FLAG_OVERLAPPED, 0 };
	AFD_SEND_MORE info = {
		.BufferArray = &data,
		.BufferCount = 1,
		.AfdFlags = AFD_FLAG_OVERLAPPED,
		.RemoteAddress = r->remote,
	};

	if (!r->line->rq->datagram || (!r->remote && !r->control))
		return control(r, IOCTL_AFD_SEND, &io, sizeof io);
	if (r->remote)
		info.RemoteAddressLength =
			*(const USHORT *)r->remote == AF_INET6
				? (LONG)sizeof(struct sockaddr_in6)
				: (LONG)sizeof(struct sockaddr_in);
	if (!r->control)
		return control(r, IOCTL_AFD_SEND_DATAGRAM, &info,
			       offsetof(AFD_SEND_MORE, ControlBuffer));
	info.ControlBuffer = r->control;
	info.ControlLength = r->control_room;
	return control(r, IOCTL_AFD_SEND_MESSAGE, &info, sizeof info);
}

/* All that was put off, in order. */
static void begin_all(struct rio_line *l)
{
	BOOL in = l == &l->rq->line[RIO_IN];

	for (struct rio_request *r = l->put_off; r; r = r->next) {
		NTSTATUS status;

		r->begun = TRUE;
		status = in ? begin_receive(r) : begin_send(r);
		/* Then nobody has written it. */
		if (is_error(status)) {
			r->iosb.Information = 0;
			r->iosb.Status = status;
			if (!r->quiet)
				rio_arrived(l->cq);
		}
	}
	l->put_off = NULL;
}

/* ---- what is told when it is over ---- */

/* The address that a datagram was sent to, by its IP_PKTINFO. */
static BOOL find_info(BYTE *at, ULONG n, BYTE *local)
{
	WSACMSGHDR *h = (WSACMSGHDR *)at;

	while (n >= sizeof *h && h->cmsg_len >= sizeof *h && h->cmsg_len <= n) {
		const BYTE *data = (const BYTE *)WSA_CMSG_DATA(h);
		ULONG step = (ULONG)WSA_CMSGHDR_ALIGN(h->cmsg_len);

		if (h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_PKTINFO) {
			memcpy(&((struct sockaddr_in *)local)->sin_addr, data,
			       4);
			return TRUE;
		}
		if (h->cmsg_level == IPPROTO_IPV6 &&
		    h->cmsg_type == IPV6_PKTINFO) {
			memcpy(&((struct sockaddr_in6 *)local)->sin6_addr, data,
			       16);
			return TRUE;
		}
		if (step >= n)
			break;
		n -= step;
		h = (WSACMSGHDR *)((BYTE *)h + step);
	}
	return FALSE;
}

void rio_tell(struct rio_request *r)
{
	struct rio_rq *rq = r->line->rq;
	BOOL in = r->line == &rq->line[RIO_IN];
	int n = (int)sizeof(SOCKADDR_INET);

	if (!in || is_error(r->iosb.Status))
		return;
	if (r->out_flags)
		memcpy(r->out_flags, &r->message_flags, sizeof(ULONG));
	if (!rq->closed && r->local) {
		if (getsockname(rq->socket, (struct sockaddr *)r->local, &n))
			memset(r->local, 0, sizeof(SOCKADDR_INET));
		else if (rq->datagram)
			find_info(r->control ? r->control : r->own_control,
				  r->control_n, r->local);
	}
	n = (int)sizeof(SOCKADDR_INET);
	if (!rq->closed && r->remote && !rq->datagram &&
	    getpeername(rq->socket, (struct sockaddr *)r->remote, &n))
		memset(r->remote, 0, sizeof(SOCKADDR_INET));
	if (r->control) {
		ULONG head = (ULONG)WSA_CMSGHDR_ALIGN(sizeof(RIO_CMSG_BUFFER));
		RIO_CMSG_BUFFER *b = (RIO_CMSG_BUFFER *)(r->control - head);

		b->TotalLength = rq->datagram ? head + r->control_n : head;
	}
}

/* ---- the calls ---- */

/* Where b is, at least least bytes of it; *to NULL: b is.  0, or an error. */
static int place(const RIO_BUF *b, ULONG least, BYTE **to, ULONG *n)
{
	*to = NULL;
	*n = 0;
	if (!b)
		return 0;
	*to = rio_at(b->BufferId, b->Offset, b->Length);
	*n = b->Length;
	return !*to ? WSAEFAULT : b->Length < least ? WSAEINVAL : 0;
}

static int fill_in(struct rio_request *r, BOOL in, const RIO_BUF *data,
		   const RIO_BUF *local, const RIO_BUF *remote,
		   const RIO_BUF *control, const RIO_BUF *out_flags)
{
	ULONG head = (ULONG)WSA_CMSGHDR_ALIGN(sizeof(RIO_CMSG_BUFFER)), n;
	int error = place(data, 0, &r->data, &r->n);

	if (!error)
		error = place(remote, sizeof(SOCKADDR_INET), &r->remote,
			      &r->remote_room);
	if (!error)
		error = place(local, sizeof(SOCKADDR_INET), &r->local, &n);
	if (!error)
		error = place(out_flags, sizeof(ULONG), &r->out_flags, &n);
	if (!error)
		error = place(control, head, &r->control, &n);
	if (error || !r->control)
		return error;
	if (!in) {
		ULONG total = ((RIO_CMSG_BUFFER *)r->control)->TotalLength;

		if (total < head || total > n)
			return WSAEINVAL;
		n = total;
	}
	r->control += head;
	r->control_room = n - head;
	if (!in && !r->control_room)
		r->control = NULL;
	return 0;
}

/* So that a datagram says where it was sent to, on a socket of any address. */
static void want_info(struct rio_rq *rq)
{
	BOOL six = rq->family == AF_INET6, on = TRUE;

	if (rq->wants_info || !rq->datagram)
		return;
	rq->wants_info = TRUE;
	setsockopt(rq->socket, six ? IPPROTO_IPV6 : IPPROTO_IP,
		   six ? IPV6_PKTINFO : IP_PKTINFO, (const char *)&on,
		   sizeof on);
}

static int check(struct rio_rq *rq, enum rio_way way, const RIO_BUF *data,
		 ULONG count, DWORD flags)
{
	DWORD known = RIO_MSG_DONT_NOTIFY | RIO_MSG_DEFER |
		      (way == RIO_IN ? RIO_MSG_WAITALL : 0);

	if (!rio_known_rq(rq) || flags & ~known || count != (data != NULL))
		return WSAEINVAL;
	/* No data is for datagrams. */
	if (!rq->datagram && !data)
		return WSAEINVAL;
	if (rq->datagram && flags & RIO_MSG_WAITALL)
		return WSAEINVAL;
	if (rq->line[way].count >= rq->line[way].limit || !rq->line[way].cq)
		return WSAENOBUFS;
	return 0;
}

static int submit(struct rio_rq *rq, enum rio_way way, const RIO_BUF *data,
		  ULONG count, const RIO_BUF *local, const RIO_BUF *remote,
		  const RIO_BUF *ctl, const RIO_BUF *out_flags, DWORD flags,
		  PVOID context)
{
	struct rio_line *l = &rq->line[way];
	struct rio_request *r;
	int error;

	if (flags & RIO_MSG_COMMIT_ONLY) {
		if (flags != RIO_MSG_COMMIT_ONLY || data || count || local ||
		    remote || ctl || out_flags || context || !rio_known_rq(rq))
			return WSAEINVAL;
		begin_all(l);
		return 0;
	}
	error = check(rq, way, data, count, flags);
	if (!error && way == RIO_OUT && local)
		error = WSAEINVAL; /* reserved */
	if (error)
		return error;
	r = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *r);
	if (!r)
		return WSAENOBUFS;
	error = fill_in(r, way == RIO_IN, data, local, remote, ctl, out_flags);
	if (error) {
		HeapFree(GetProcessHeap(), 0, r);
		return error;
	}
	r->line = l;
	r->context = (ULONG_PTR)context;
	r->flags = flags;
	r->quiet = (flags & RIO_MSG_DONT_NOTIFY) != 0;
	if (r->local)
		want_info(rq);
	if (!l->first) {
		l->last = &l->first;
		l->next = l->cq->lines;
		l->at = &l->cq->lines;
		if (l->next)
			l->next->at = &l->next;
		l->cq->lines = l;
	}
	*l->last = r;
	l->last = &r->next;
	if (!l->put_off)
		l->put_off = r;
	l->count++;
	if (!(flags & RIO_MSG_DEFER))
		begin_all(l);
	return 0;
}

static BOOL submit_locked(struct rio_rq *rq, enum rio_way way,
			  const RIO_BUF *data, ULONG count,
			  const RIO_BUF *local, const RIO_BUF *remote,
			  const RIO_BUF *ctl, const RIO_BUF *out_flags,
			  DWORD flags, PVOID context)
{
	int error;

	if (!rq)
		return ws_fail(WSAEINVAL), FALSE;
	AcquireSRWLockExclusive(&rio_lock);
	error = submit(rq, way, data, count, local, remote, ctl, out_flags,
		       flags, context);
	ReleaseSRWLockExclusive(&rio_lock);
	return error ? ws_fail(error), FALSE : TRUE;
}

BOOL WINAPI rio_receive(RIO_RQ rq, RIO_BUF *data, ULONG count, DWORD flags,
			PVOID context)
{
	return submit_locked(rq, RIO_IN, data, count, NULL, NULL, NULL, NULL,
			     flags, context);
}

int WINAPI rio_receive_ex(RIO_RQ rq, RIO_BUF *data, ULONG count, RIO_BUF *local,
			  RIO_BUF *remote, RIO_BUF *control, RIO_BUF *out_flags,
			  DWORD flags, PVOID context)
{
	return submit_locked(rq, RIO_IN, data, count, local, remote, control,
			     out_flags, flags, context);
}

BOOL WINAPI rio_send(RIO_RQ rq, RIO_BUF *data, ULONG count, DWORD flags,
		     PVOID context)
{
	return submit_locked(rq, RIO_OUT, data, count, NULL, NULL, NULL, NULL,
			     flags, context);
}

BOOL WINAPI rio_send_ex(RIO_RQ rq, RIO_BUF *data, ULONG count, RIO_BUF *local,
			RIO_BUF *remote, RIO_BUF *control, RIO_BUF *out_flags,
			DWORD flags, PVOID context)
{
	return submit_locked(rq, RIO_OUT, data, count, local, remote, control,
			     out_flags, flags, context);
}
