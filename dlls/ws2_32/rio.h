/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rio.h - between the files of Registered I/O: rio.c has the queues, rio-request.c
 * what is put into them.
 */
#ifndef RF_WS2_32_RIO_H
#define RF_WS2_32_RIO_H

#include "ws.h"

#include <mswsock.h>

#include "rf-rio.h"

enum rio_way { RIO_IN, RIO_OUT, RIO_WAYS };

/* One request, from its call until its completion has been fetched. */
struct rio_request {
	struct rio_request *next; /* of its line, oldest first */
	struct rio_line *line;
	IO_STATUS_BLOCK iosb;
	ULONGLONG context;
	BOOL begun; /* not deferred any more */
	BOOL quiet; /* RIO_MSG_DONT_NOTIFY */
	DWORD flags;
	/* Where in registered buffers; NULL: not wanted. */
	BYTE *data, *remote, *local, *control, *out_flags;
	ULONG n, remote_room, control_room;
	/* What AFD writes when it is over. */
	INT remote_n;
	ULONG control_n, message_flags;
	BYTE own_control[64]; /* for local, if there is no control */
};

/* One direction of a socket's queue. */
struct rio_line {
	struct rio_rq *rq;
	struct rio_cq *cq;	      /* NULL: it has been closed */
	struct rio_line *next, **at; /* of the queue's lines; at NULL: none */
	struct rio_request *first, **last;
	struct rio_request *put_off; /* the first that has not begun */
	ULONG limit, count; /* of requests */
};

struct rio_rq {
	struct rio_rq *next; /* of its bucket; or of those that have gone */
	struct rio_rq *next_of_socket; /* the same, by the socket */
	SOCKET socket;
	ULONGLONG context;
	BOOL datagram, wants_info;
	ULONG family;
	BOOL closed;
	struct rio_line line[RIO_WAYS];
};

struct rio_cq {
	struct rio_cq *next; /* of all */
	ULONG size, reserved;
	struct rio_line *lines; /* with requests */
	RIO_NOTIFICATION_COMPLETION how; /* Type 0: it is polled */
	HANDLE arrived; /* set by requests that are over */
	HANDLE wait;	/* event: registered with the thread pool */
	BOOL armed;	/* event: RIONotify has not been answered */
	HANDLE *packets; /* port: wait completion packets; the first is the last */
	ULONG npackets;
};

/*
 * One lock for all queues: programs are told to let one thread at a time have each,
 * and what is done under it is short.
 */
extern SRWLOCK rio_lock;

/* rio.c; all locked. */
BOOL rio_is_over(const struct rio_request *r);
BOOL rio_known_rq(const struct rio_rq *rq);
/* What id has at offset; NULL: not all of that is registered. */
void *rio_at(RIO_BUFFERID id, ULONG offset, ULONG n);
/* A request has failed at once: who waits for a completion has one. */
void rio_arrived(struct rio_cq *cq);

/* rio-request.c */
BOOL WINAPI rio_receive(RIO_RQ rq, RIO_BUF *data, ULONG count, DWORD flags,
			PVOID context);
int WINAPI rio_receive_ex(RIO_RQ rq, RIO_BUF *data, ULONG count, RIO_BUF *local,
			  RIO_BUF *remote, RIO_BUF *control, RIO_BUF *out_flags,
			  DWORD flags, PVOID context);
BOOL WINAPI rio_send(RIO_RQ rq, RIO_BUF *data, ULONG count, DWORD flags,
		     PVOID context);
BOOL WINAPI rio_send_ex(RIO_RQ rq, RIO_BUF *data, ULONG count, RIO_BUF *local,
			RIO_BUF *remote, RIO_BUF *control, RIO_BUF *out_flags,
			DWORD flags, PVOID context);
/* r is over: what its caller wants to know beside the data. */
void rio_tell(struct rio_request *r);

#endif
