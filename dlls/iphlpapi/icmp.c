/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icmp.c - echo requests.  Each is a control of the device that tells of the
 * network; who sends, receives and may do so is the host's affair
 * (nt/afd-echo.c).  Time runs out here: the request is then cancelled.
 */
#include "ip.h"

#include <icmpapi.h>

/* What ReplyBuffer holds of version 6; mingw-w64 has it otherwise or not. */
struct reply6 {
	struct {
		USHORT port;
		ULONG flow;
		BYTE address[16];
		ULONG scope;
	} __attribute__((packed)) from;
	ULONG status;
	ULONG rtt;
};
_Static_assert(sizeof(struct reply6) == 36, "ICMPV6_ECHO_REPLY");

struct request {
	HANDLE device;
	OVERLAPPED o;
	DWORD timeout;
	BYTE *reply; /* the caller's */
	DWORD reply_size;
	BOOL v6;
	struct rf_net_echoed *out;
	ULONG out_size;

	/* Who does not wait. */
	HANDLE event, thread;
	PVOID routine, context;
};

HANDLE WINAPI IcmpCreateFile(void)
{
	HANDLE h = rf_net_open(TRUE);

	if (h)
		return h;
	SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI Icmp6CreateFile(void)
{
	return IcmpCreateFile();
}

BOOL WINAPI IcmpCloseHandle(HANDLE h)
{
	return CloseHandle(h);
}

/* ---- one request ------------------------------------------------------------ */

static void forget(struct request *q)
{
	if (q->o.hEvent)
		CloseHandle(q->o.hEvent);
	if (q->thread)
		CloseHandle(q->thread);
	RtlFreeHeap(rf_heap(), 0, q->out);
	RtlFreeHeap(rf_heap(), 0, q);
}

static SIZE_T head_size(const struct request *q)
{
	return q->v6 ? sizeof(struct reply6) : sizeof(ICMP_ECHO_REPLY);
}

static void fill4(struct request *q)
{
	const struct rf_net_echoed *out = q->out;
	ICMP_ECHO_REPLY *r = (ICMP_ECHO_REPLY *)q->reply;
	SIZE_T room = q->reply_size - sizeof *r;

	memset(r, 0, sizeof *r);
	memcpy(&r->Address, out->from, 4);
	r->Status = out->status;
	r->RoundTripTime = out->rtt_us / 1000;
	r->Reserved = 1; /* how many there are, for IcmpParseReplies() */
	r->Options.Ttl = (UCHAR)out->ttl;
	r->Options.Tos = (UCHAR)out->tos;
	r->Data = r + 1;
	r->DataSize = (USHORT)min(out->len, room);
	memcpy(r->Data, out + 1, r->DataSize);
	if (r->DataSize < out->len)
		r->Status = IP_BUF_TOO_SMALL;
	else if (out->noptions && out->noptions <= room - r->DataSize) {
		r->Options.OptionsData = (PUCHAR)r->Data + r->DataSize;
		r->Options.OptionsSize = (UCHAR)out->noptions;
		memcpy(r->Options.OptionsData, out->options, out->noptions);
	}
}

static void fill6(struct request *q)
{
	const struct rf_net_echoed *out = q->out;
	struct reply6 *r = (struct reply6 *)q->reply;
	SIZE_T n = min(out->len, q->reply_size - sizeof *r);

	memset(r, 0, sizeof *r);
	memcpy(r->from.address, out->from, 16);
	r->from.scope = out->scope;
	r->status = n < out->len ? IP_BUF_TOO_SMALL : out->status;
	r->rtt = out->rtt_us / 1000;
	memcpy(r + 1, out + 1, n);
}

/* No answer: status says why. */
static void fill_none(struct request *q, ULONG status)
{
	memset(q->reply, 0, head_size(q));
	if (q->v6)
		((struct reply6 *)q->reply)->status = status;
	else
		((ICMP_ECHO_REPLY *)q->reply)->Status = status;
}

/*
 * Until it is over, one way or another.  Returns 0 with a reply in the buffer, or
 * an error and none.
 */
static DWORD finish(struct request *q)
{
	DWORD error = NO_ERROR, n;

	if (WaitForSingleObject(q->o.hEvent, q->timeout) != WAIT_OBJECT_0)
		CancelIoEx(q->device, &q->o);
	if (!GetOverlappedResult(q->device, &q->o, &n, TRUE))
		error = GetLastError();
	if (error == ERROR_OPERATION_ABORTED)
		error = IP_REQ_TIMED_OUT;
	if (error)
		fill_none(q, error);
	else if (q->v6)
		fill6(q);
	else
		fill4(q);
	return error;
}

/* In a thread of the pool, for who does not wait. */
static DWORD WINAPI finish_later(void *arg)
{
	struct request *q = arg;
	/* Where the routine finds it: in the caller's buffer, behind the rest. */
	SIZE_T at = (q->reply_size - sizeof(IO_STATUS_BLOCK)) &
		    ~(sizeof(void *) - 1);
	IO_STATUS_BLOCK *iosb = NULL;
	DWORD error = finish(q);

	if (q->reply_size >= head_size(q) + sizeof *iosb)
		iosb = (IO_STATUS_BLOCK *)(q->reply + at);
	if (q->event) {
		SetEvent(q->event);
		CloseHandle(q->event);
	}
	if (q->routine) {
		if (iosb && at >= head_size(q) + (error ? 0 : q->out->len)) {
			iosb->Information = error ? 0 : 1;
			iosb->Status = error ? STATUS_TIMEOUT : STATUS_SUCCESS;
		}
		NtQueueApcThread(q->thread, q->routine, q->context, iosb, NULL);
	}
	forget(q);
	return 0;
}

static HANDLE duplicate(HANDLE h)
{
	HANDLE to = NULL;

	DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &to, 0,
			FALSE, DUPLICATE_SAME_ACCESS);
	return to;
}

/* The answer is waited for in another thread.  An error, or ERROR_IO_PENDING */
static DWORD leave(struct request *q, HANDLE event, PVOID routine, PVOID context)
{
	if (event) {
		q->event = duplicate(event);
		if (!q->event)
			return ERROR_INVALID_HANDLE;
		ResetEvent(event);
	}
	q->routine = routine;
	q->context = context;
	if (routine)
		q->thread = duplicate(GetCurrentThread());
	if (QueueUserWorkItem(finish_later, q, WT_EXECUTELONGFUNCTION))
		return ERROR_IO_PENDING;
	if (q->event)
		CloseHandle(q->event);
	return GetLastError();
}

static DWORD begin(struct request *q, const struct rf_net_echo *head,
		   const void *data, WORD size)
{
	struct rf_net_echo *in =
		RtlAllocateHeap(rf_heap(), 0, sizeof *in + size);
	DWORD error = NO_ERROR;

	q->out_size = sizeof *q->out + 65535;
	q->out = RtlAllocateHeap(rf_heap(), 0, q->out_size);
	q->o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (!in || !q->out || !q->o.hEvent) {
		error = ERROR_NOT_ENOUGH_MEMORY;
	} else {
		*in = *head;
		memcpy(in + 1, data, size);
		if (!DeviceIoControl(q->device, IOCTL_AFD_NET_ECHO, in,
				     sizeof *in + size, q->out, q->out_size,
				     NULL, &q->o))
			error = GetLastError();
	}
	RtlFreeHeap(rf_heap(), 0, in);
	return error == ERROR_IO_PENDING      ? NO_ERROR
	       : error == ERROR_INVALID_HANDLE ? ERROR_INVALID_PARAMETER
					       : error;
}

static DWORD echo(HANDLE h, HANDLE event, PVOID routine, PVOID context,
		  struct rf_net_echo *head, const void *data, WORD size,
		  const IP_OPTION_INFORMATION *options, void *reply,
		  DWORD reply_size, DWORD timeout)
{
	struct request *q;
	BOOL v6 = head->family == AF_INET6;
	DWORD error;

	if (options) {
		if (options->OptionsSize > sizeof head->options) {
			SetLastError(IP_OPTION_TOO_BIG);
			return 0;
		}
		head->ttl = options->Ttl;
		head->tos = options->Tos;
		if (options->Flags & IP_FLAG_DF)
			head->flags |= RF_NET_ECHO_WHOLE;
		head->noptions = options->OptionsSize;
		memcpy(head->options, options->OptionsData,
		       options->OptionsSize);
	}
	q = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *q);
	if (!q) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return 0;
	}
	q->device = h;
	q->timeout = timeout;
	q->v6 = v6;
	q->reply = reply;
	q->reply_size = reply_size;
	if (!reply || reply_size < head_size(q))
		error = ERROR_INVALID_PARAMETER;
	else if (reply_size - head_size(q) < size)
		error = ERROR_INSUFFICIENT_BUFFER;
	else
		error = begin(q, head, data, size);
	if (!error && (event || routine)) {
		error = leave(q, event, routine, context);
		if (error == ERROR_IO_PENDING) {
			SetLastError(error);
			return 0;
		}
		CancelIoEx(q->device, &q->o);
		finish(q);
	} else if (!error) {
		error = finish(q);
	}
	forget(q);
	if (error)
		SetLastError(error);
	return !error;
}

/* ---- version 4 -------------------------------------------------------------- */

DWORD WINAPI IcmpSendEcho2Ex(HANDLE h, HANDLE event, FARPROC routine,
			     PVOID context, IPAddr from, IPAddr to, LPVOID data,
			     WORD size, PIP_OPTION_INFORMATION options,
			     LPVOID reply, DWORD reply_size, DWORD timeout)
{
	struct rf_net_echo head = { .family = AF_INET };

	memcpy(head.from, &from, 4);
	memcpy(head.to, &to, 4);
	return echo(h, event, (PVOID)routine, context, &head, data, size,
		    options, reply, reply_size, timeout);
}

DWORD WINAPI IcmpSendEcho2(HANDLE h, HANDLE event, FARPROC routine,
			   PVOID context, IPAddr to, LPVOID data, WORD size,
			   PIP_OPTION_INFORMATION options, LPVOID reply,
			   DWORD reply_size, DWORD timeout)
{
	return IcmpSendEcho2Ex(h, event, routine, context, 0, to, data, size,
			       options, reply, reply_size, timeout);
}

DWORD WINAPI IcmpSendEcho(HANDLE h, IPAddr to, LPVOID data, WORD size,
			  PIP_OPTION_INFORMATION options, LPVOID reply,
			  DWORD reply_size, DWORD timeout)
{
	return IcmpSendEcho2Ex(h, NULL, NULL, NULL, 0, to, data, size, options,
			       reply, reply_size, timeout);
}

/* How many replies are in a buffer that was waited for elsewhere. */
DWORD WINAPI IcmpParseReplies(LPVOID reply, DWORD size)
{
	const ICMP_ECHO_REPLY *r = reply;

	if (!r || size < sizeof *r) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	if (!r->Reserved)
		SetLastError(r->Status);
	return r->Reserved;
}

/* ---- version 6 -------------------------------------------------------------- */

DWORD WINAPI Icmp6SendEcho2(HANDLE h, HANDLE event, FARPROC routine,
			    PVOID context, struct sockaddr_in6 *from,
			    struct sockaddr_in6 *to, LPVOID data, WORD size,
			    PIP_OPTION_INFORMATION options, LPVOID reply,
			    DWORD reply_size, DWORD timeout)
{
	struct rf_net_echo head = { .family = AF_INET6 };
	IP_OPTION_INFORMATION plain;

	if (!to) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	if (options) { /* headers of version 4 have these */
		plain = *options;
		plain.OptionsSize = 0;
		options = &plain;
	}
	if (from)
		memcpy(head.from, &from->sin6_addr, 16);
	memcpy(head.to, &to->sin6_addr, 16);
	head.scope = to->sin6_scope_id;
	return echo(h, event, (PVOID)routine, context, &head, data, size,
		    options, reply, reply_size, timeout);
}

DWORD WINAPI Icmp6ParseReplies(LPVOID reply, DWORD size)
{
	const struct reply6 *r = reply;

	if (!r || size < sizeof *r) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	if (r->status == IP_REQ_TIMED_OUT || r->status < IP_STATUS_BASE) {
		if (!r->status)
			return 1;
		SetLastError(r->status);
		return 0;
	}
	return 1;
}
