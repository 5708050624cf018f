/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-poll.c - what holds of a socket: AFD_POLL (event loops, select, WSAPoll).
 *
 * Polls tell what holds when they are asked, else they wait for an edge of one
 * of their sockets.  A poll that its caller waits for in the handler is poll(2)
 * itself.  What the host cannot tell of, that a socket without a peer gets one
 * or begins to listen, it is told by an eventfd of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/file-private.h"

enum {
	MAX_POLLED = 65536,
	/* Of those poll(2) tells without being asked. */
	UNASKED = POLLERR | POLLHUP | POLLNVAL,
};

short afd_ready(const struct afd_socket *s)
{
	struct pollfd p = { .fd = s->file->fd,
			    .events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI };

	return p.fd >= 0 && poll(&p, 1, 0) > 0 ? p.revents : 0;
}

static uint32_t stream_level(struct afd_socket *s, short re)
{
	uint32_t bits = AFD_POLL_CONNECT;
	ssize_t n;
	char byte;

	if (re & POLLOUT)
		bits |= AFD_POLL_SEND;
	if (re & POLLPRI)
		bits |= s->inline_oob ? AFD_POLL_RECEIVE
				      : AFD_POLL_RECEIVE_EXPEDITED;
	if (re & POLLERR)
		s->aborted = true;
	if (s->aborted)
		return bits | AFD_POLL_ABORT | AFD_POLL_SEND;
	if (re & (POLLRDHUP | POLLHUP)) {
		bits |= AFD_POLL_DISCONNECT;
		/*
		 * The end is readable too: there may be data before it.
		 * (FIONREAD counts none behind urgent data.)
		 */
		n = recv(s->file->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (n > 0) {
			bits |= AFD_POLL_RECEIVE;
		} else if (n < 0 && errno == ECONNRESET) {
			/* The host tells it once. */
			s->aborted = true;
			return bits | AFD_POLL_ABORT | AFD_POLL_SEND;
		}
	} else if (re & POLLIN) {
		bits |= AFD_POLL_RECEIVE;
	}
	return bits;
}

static uint32_t own_level(struct afd_socket *s, short re)
{
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, re);
	if (s->datagram) {
		if (re & POLLERR && s->type == WIN_SOCK_DGRAM) {
			int err = 0;
			socklen_t n = sizeof err;

			getsockopt(s->file->fd, SOL_SOCKET, SO_ERROR, &err, &n);
			afd_take_icmp(s, err);
			re &= ~POLLERR;
		}
		return (re & (POLLIN | POLLERR) || s->unreachable || s->expired
				? AFD_POLL_RECEIVE
				: 0) |
		       (re & POLLOUT ? AFD_POLL_SEND : 0);
	}
	switch (s->state) {
	case AFD_LISTENING:
		for (struct afd_incoming *i = s->incoming; i; i = i->next)
			if (i->deferred)
				return AFD_POLL_ACCEPT;
		return re & POLLIN ? AFD_POLL_ACCEPT : 0;
	case AFD_CONNECTED:
		return stream_level(s, re);
	case AFD_FAILED:
		return AFD_POLL_CONNECT_FAIL;
	}
	return 0;
}

uint32_t afd_level(struct afd_socket *s, short re)
{
	return s->closed ? AFD_POLL_LOCAL_CLOSE
			 : own_level(s, re) | s->net_changed;
}

/* ---- the answer ---- */

/* Entries with status and events found; handles 4 or 8 bytes. */
static NTSTATUS answer(struct task *t, struct afd_op *op,
		       const struct afd_poll_link *found,
		       const uint32_t *events, uint32_t n)
{
	uint32_t entry = nt_self->wow64 ? 12 : 16;
	struct afd_poll_info info = { .exclusive = op->exclusive };
	gaddr at = op->out + sizeof info;

	for (uint32_t i = 0; i < n; i++) {
		const struct afd_socket *s = afd_of(found[i].file);
		uint32_t status, e = events ? events[i] : 0;
		uint8_t raw[16];

		if (!e)
			continue;
		status = e & AFD_POLL_CONNECT_FAIL ? s->connect_error : 0;
		memcpy(raw, &found[i].handle, 8);
		memcpy(raw + entry - 8, &e, 4);
		memcpy(raw + entry - 4, &status, 4);
		if (guest_write(t, at, raw, entry))
			return STATUS_ACCESS_VIOLATION;
		at += entry;
		info.count++;
	}
	if (guest_write(t, op->out, &info, sizeof info))
		return STATUS_ACCESS_VIOLATION;
	op->information = at - op->out;
	return STATUS_SUCCESS;
}

/* ---- time ---- */

/* Outlives its request if it is ringing when that ends. */
struct poll_alarm {
	struct alarm alarm;
	struct afd_op *op; /* NULL: it has ended */
};

static pthread_mutex_t alarms_lock = PTHREAD_MUTEX_INITIALIZER;

static void ring(struct alarm *a)
{
	struct poll_alarm *pa = container_of(a, struct poll_alarm, alarm);
	struct afd_op *op;
	struct queue done = { 0 };

	pthread_mutex_lock(&alarms_lock);
	op = pa->op;
	if (op) {
		op->alarm = NULL;
		if (!irp_take(op->irp))
			op = NULL;
	}
	pthread_mutex_unlock(&alarms_lock);
	free(pa);
	if (!op)
		return;
	answer(NULL, op, NULL, NULL, 0);
	afd_finish_later(&done, op, STATUS_TIMEOUT, op->information);
	afd_finish_all(&done);
}

static void stop_alarm(struct afd_op *op)
{
	struct poll_alarm *pa;

	pthread_mutex_lock(&alarms_lock);
	pa = op->alarm;
	op->alarm = NULL;
	if (pa) {
		pa->op = NULL;
		/* Else it frees itself. */
		if (alarm_disarm(&pa->alarm))
			free(pa);
	}
	pthread_mutex_unlock(&alarms_lock);
}

/* ---- links ---- */

/* With the socket locked. */
static void link_add(struct afd_socket *s, struct afd_poll_link *l)
{
	l->next = s->polls;
	l->at = &s->polls;
	if (l->next)
		l->next->at = &l->next;
	s->polls = l;
}

static void release(struct afd_op *op)
{
	stop_alarm(op);
	for (uint32_t i = 0; i < op->nlinks; i++) {
		struct afd_poll_link *l = &op->links[i];
		struct afd_socket *s = afd_of(l->file);

		pthread_mutex_lock(&s->lock);
		if (l->at) {
			*l->at = l->next;
			if (l->next)
				l->next->at = l->at;
		}
		pthread_mutex_unlock(&s->lock);
		object_put(&l->file->object);
	}
	free(op->links);
	op->links = NULL;
	op->nlinks = 0;
	if (op->stir_fd >= 0)
		close(op->stir_fd);
	op->stir_fd = -1;
}

/* Locked; l's owner sleeps in its handler: it is to look again. */
static bool stir(const struct afd_poll_link *l)
{
	uint64_t one = 1;

	if (l->op->stir_fd < 0)
		return false;
	if (write(l->op->stir_fd, &one, sizeof one) < 0)
		log_debug(LOG_FILE, "stirring a poll failed");
	return true;
}

/* Locked; l's request is to end with what is told of its socket. */
static void end_poll(struct afd_poll_link *l, uint32_t events, struct queue *d)
{
	struct afd_op *op = l->op;
	NTSTATUS status = answer(NULL, op, l, &events, 1);

	afd_finish_later(d, op, status, op->information);
}

/* ---- edges ---- */

void afd_notice(struct afd_socket *s, short re, struct queue *d)
{
	uint32_t level = afd_level(s, re);

	for (struct afd_poll_link *l = s->polls; l; l = l->next) {
		uint32_t events = level & (l->events | AFD_POLL_LOCAL_CLOSE);

		if (!stir(l) && events && irp_take(l->op->irp))
			end_poll(l, events, d);
	}
	if (s->event_mask)
		afd_note_events(s, level);
}

void afd_poll_stir(struct afd_socket *s)
{
	for (struct afd_poll_link *l = s->polls; l; l = l->next)
		stir(l);
}

void afd_poll_closed(struct afd_socket *s, struct queue *d)
{
	for (struct afd_poll_link *l = s->polls; l; l = l->next)
		if (!stir(l) && irp_take(l->op->irp))
			end_poll(l, AFD_POLL_LOCAL_CLOSE, d);
}

/* ---- asking ---- */

static NTSTATUS read_links(struct task *t, struct irp *r, struct afd_op *op,
			   struct afd_poll_info *info)
{
	uint32_t entry = nt_self->wow64 ? 12 : 16;
	uint8_t *raw;
	NTSTATUS status = STATUS_SUCCESS;

	if (r->len < sizeof *info || r->out_len < sizeof *info)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, info, r->buf, sizeof *info))
		return STATUS_ACCESS_VIOLATION;
	if (info->count > MAX_POLLED ||
	    info->count > (r->len - sizeof *info) / entry ||
	    info->count > (r->out_len - sizeof *info) / entry)
		return STATUS_INVALID_PARAMETER;
	op->out = r->out;
	op->exclusive = info->exclusive & 0xff;
	if (!info->count)
		return STATUS_SUCCESS;
	raw = malloc((size_t)info->count * entry);
	op->links = calloc(info->count, sizeof *op->links);
	if (!raw || !op->links)
		status = STATUS_NO_MEMORY;
	else if (guest_read(t, raw, r->buf + sizeof *info,
			    (size_t)info->count * entry))
		status = STATUS_ACCESS_VIOLATION;
	for (uint32_t i = 0; i < info->count && !status; i++) {
		struct afd_poll_link *l = &op->links[i];
		const uint8_t *e = raw + i * entry;

		memcpy(&l->handle, e, entry - 8);
		memcpy(&l->events, e + entry - 8, 4);
		status = afd_by_handle(t, l->handle, &l->file);
		if (!status)
			op->nlinks++;
	}
	free(raw);
	return status;
}

/* What poll(2) can tell of what l asks for; 0: nothing yet. */
static short host_events(struct afd_poll_link *l)
{
	const struct afd_socket *s = afd_of(l->file);
	short events = 0;

	if (s->state == AFD_CONNECTING)
		return POLLOUT;
	if (!s->datagram && s->state != AFD_LISTENING &&
	    s->state != AFD_CONNECTED)
		return 0;
	if (l->events & (AFD_POLL_RECEIVE | AFD_POLL_ACCEPT))
		events |= POLLIN;
	if (l->events & (AFD_POLL_DISCONNECT | AFD_POLL_ABORT))
		events |= POLLRDHUP;
	if (l->events & AFD_POLL_SEND)
		events |= POLLOUT;
	if (l->events & (AFD_POLL_RECEIVE_EXPEDITED | AFD_POLL_RECEIVE))
		events |= POLLPRI;
	return events;
}

/*
 * What holds now, into events[]; how many.  p: as poll(2) filled it in, all
 * events were asked for.
 */
static uint32_t look(struct afd_op *op, const struct pollfd *p,
		     uint32_t *events)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < op->nlinks; i++) {
		struct afd_poll_link *l = &op->links[i];
		struct afd_socket *s = afd_of(l->file);

		pthread_mutex_lock(&s->lock);
		events[i] = afd_level(s, p[i].revents) &
			    (l->events | AFD_POLL_LOCAL_CLOSE);
		pthread_mutex_unlock(&s->lock);
		n += events[i] != 0;
	}
	return n;
}

static void ask_all(struct afd_op *op, struct pollfd *p)
{
	for (uint32_t i = 0; i < op->nlinks; i++) {
		/* Before we look, so that none is taken for an old one. */
		op->links[i].seen = afd_of(op->links[i].file)->edges;
		p[i] = (struct pollfd){ .fd = op->links[i].file->fd,
					.events = POLLIN | POLLOUT | POLLRDHUP |
						  POLLPRI };
	}
	poll(p, op->nlinks, 0);
}

/* For what the host says nothing of: to be told by who changes it. */
static NTSTATUS be_stirred(struct afd_op *op)
{
	int fd = MORE_FILES(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));

	if (fd < 0)
		return afd_status(errno);
	op->stir_fd = fd;
	for (uint32_t i = 0; i < op->nlinks; i++) {
		struct afd_poll_link *l = &op->links[i];
		struct afd_socket *s = afd_of(l->file);

		l->op = op;
		pthread_mutex_lock(&s->lock);
		link_add(s, l);
		pthread_mutex_unlock(&s->lock);
	}
	return STATUS_SUCCESS;
}

/* Is there one of whose change, or end, the host would say nothing? */
static bool any_untold(struct afd_op *op)
{
	for (uint32_t i = 0; i < op->nlinks; i++)
		if (!host_events(&op->links[i]) ||
		    afd_of(op->links[i].file)->shared)
			return true;
	return false;
}

/* What to ask the host for, before each sleep. */
static void ask_for_wanted(struct afd_op *op, struct pollfd *p)
{
	for (uint32_t i = 0; i < op->nlinks; i++) {
		short want = host_events(&op->links[i]);
		short was = p[i].revents;

		p[i].events = want;
		p[i].fd = op->links[i].file->fd;
		/*
		 * Nothing asked for, or news that is none; what ICMP says has
		 * been taken.
		 */
		if (!want ||
		    (was & UNASKED &&
		     afd_of(op->links[i].file)->type != WIN_SOCK_DGRAM))
			p[i].fd = -1;
	}
	p[op->nlinks] = (struct pollfd){ .fd = op->stir_fd, .events = POLLIN };
}

/* Sleeps until there is something to answer with, or time is up. */
static NTSTATUS sleep_here(struct task *t, struct afd_op *op, struct pollfd *p,
			   uint32_t *events, int64_t deadline)
{
	struct file *own = op->links ? op->links[0].file : NULL;
	NTSTATUS status = STATUS_SUCCESS;
	uint64_t count;

	for (;;) {
		int64_t left = deadline - monotonic_ns();
		struct timespec ts;
		int n;

		ask_for_wanted(op, p);
		if (left < 0)
			left = 0;
		ts = (struct timespec){ left / 1000000000, left % 1000000000 };
		if (own ? io_interrupted(t, own, &status)
			: nt_interrupted(t, false))
			return status ? status : STATUS_CANCELLED;
		n = ppoll(p, op->nlinks + 1, deadline == INT64_MAX ? NULL : &ts,
			  NULL);
		if (n < 0 && errno != EINTR)
			return afd_status(errno);
		if (n < 0)
			continue;
		if (p[op->nlinks].revents &&
		    read(op->stir_fd, &count, sizeof count) < 0)
			log_debug(LOG_FILE, "a poll was stirred by nobody");
		for (uint32_t i = 0; i < op->nlinks; i++)
			if (p[i].fd < 0)
				p[i].revents =
					afd_ready(afd_of(op->links[i].file));
		if (look(op, p, events))
			return answer(t, op, op->links, events, op->nlinks);
		if (n == 0) {
			status = answer(t, op, NULL, NULL, 0);
			return status ? status : STATUS_TIMEOUT;
		}
	}
}

/* select(): sleeps in poll(2). */
static NTSTATUS poll_here(struct task *t, struct afd_op *op, struct pollfd *p,
			  uint32_t *events, int64_t deadline)
{
	NTSTATUS status = STATUS_SUCCESS;
	bool again = false, any = false;

	for (uint32_t i = 0; i < op->nlinks; i++)
		again |= !afd_block_begin(afd_of(op->links[i].file));
	if (any_untold(op)) {
		status = be_stirred(op);
		again = true;
	}
	/* What has come about before anybody would have told us. */
	if (again && !status) {
		ask_all(op, p);
		any = look(op, p, events);
		if (any)
			status = answer(t, op, op->links, events, op->nlinks);
	}
	for (uint32_t i = 0; i < op->nlinks; i++)
		p[i].revents = 0;
	if (!status && !any)
		status = sleep_here(t, op, p, events, deadline);
	for (uint32_t i = 0; i < op->nlinks; i++)
		afd_block_end(afd_of(op->links[i].file));
	return status;
}

/* An exclusive poll ends the other exclusive ones of the socket. */
static void end_others(struct afd_op *op)
{
	struct queue done = { 0 };

	for (uint32_t i = 0; i < op->nlinks; i++) {
		struct afd_socket *s = afd_of(op->links[i].file);

		pthread_mutex_lock(&s->lock);
		for (struct afd_poll_link *l = s->polls; l; l = l->next)
			if (l->op->exclusive && l->op->stir_fd < 0 &&
			    irp_take(l->op->irp))
				afd_finish_later(&done, l->op, STATUS_CANCELLED,
						 0);
		pthread_mutex_unlock(&s->lock);
	}
	afd_finish_all(&done);
}

/* A socket as it was when we looked. */
struct looked {
	struct file *file; /* a reference */
	uint32_t edges;
};

static bool arm(struct afd_op *op, int64_t deadline)
{
	struct poll_alarm *pa;

	if (deadline == INT64_MAX)
		return true;
	pa = malloc(sizeof *pa);
	if (!pa)
		return false;
	*pa = (struct poll_alarm){ .alarm = { .due = deadline, .ring = ring },
				   .op = op };
	op->alarm = pa;
	if (alarm_arm(&pa->alarm))
		return true;
	op->alarm = NULL;
	free(pa);
	return false;
}

/* Makes it a request that edges, or time, will end. */
static NTSTATUS poll_later(struct task *t, struct irp *r, struct afd_op *op,
			   int64_t deadline)
{
	struct looked *looked = calloc(op->nlinks + 1, sizeof *looked);
	struct afd_op *q = looked ? afd_pend(t, r, op) : NULL;
	uint32_t n = op->nlinks;
	struct queue done = { 0 };
	int err = 0;
	bool armed;

	if (!q) {
		free(looked);
		return STATUS_NO_MEMORY;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct afd_poll_link *l = &q->links[i];
		struct afd_socket *s = afd_of(l->file);

		object_get(&l->file->object);
		looked[i] = (struct looked){ l->file, l->seen };
		l->op = q;
		pthread_mutex_lock(&s->lock);
		link_add(s, l);
		err = err ? err : afd_watch(s);
		pthread_mutex_unlock(&s->lock);
	}
	/* A ring waits for the lock, so it finds q let go. */
	pthread_mutex_lock(&alarms_lock);
	armed = !err && arm(q, deadline);
	if (armed)
		armed = afd_let_go(q);
	pthread_mutex_unlock(&alarms_lock);
	if (!armed) {
		afd_finish_later(&done, q,
				 err ? afd_status(-err) : STATUS_CANCELLED, 0);
		afd_finish_all(&done);
	}
	/* Edges that found q taken; q may be gone. */
	for (uint32_t i = 0; i < n; i++) {
		struct afd_socket *s = afd_of(looked[i].file);

		if (armed && (s->edges != looked[i].edges || s->closed))
			afd_service(s);
		object_put(&looked[i].file->object);
	}
	free(looked);
	return STATUS_PENDING;
}

/* CLOCK_MONOTONIC ns for AFD_POLL_INFO.Timeout. */
static int64_t deadline_of(int64_t timeout)
{
	if (timeout == INT64_MAX)
		return INT64_MAX;
	if (timeout > 0) /* a time of day */
		timeout = MIN(0, nt_time_now() - timeout);
	if (timeout < -(INT64_MAX / 200))
		return INT64_MAX;
	return monotonic_ns() - timeout * 100;
}

NTSTATUS afd_poll(struct task *t, struct file *f, struct irp *r)
{
	struct afd_poll_info info;
	uint32_t *events = NULL;
	struct pollfd *p = NULL;
	struct afd_op op;
	int64_t deadline;
	NTSTATUS status;

	(void)f;
	afd_op_init(&op, r);
	op.release = release;
	status = read_links(t, r, &op, &info);
	if (status)
		goto out;
	deadline = deadline_of(info.timeout);
	p = calloc(op.nlinks + 1, sizeof *p);
	events = calloc(op.nlinks + 1, sizeof *events);
	if (!p || !events) {
		status = STATUS_NO_MEMORY;
		goto out;
	}
	if (op.exclusive)
		end_others(&op);
	ask_all(&op, p);
	if (look(&op, p, events)) {
		status = answer(t, &op, op.links, events, op.nlinks);
		r->information = op.information;
	} else if (!info.timeout) {
		status = answer(t, &op, NULL, NULL, 0);
		if (!status)
			status = STATUS_TIMEOUT;
		r->information = op.information;
	} else if (afd_waits(r)) {
		status = poll_here(t, &op, p, events, deadline);
		r->information = op.information;
	} else {
		status = poll_later(t, r, &op, deadline);
	}
out:
	free(p);
	free(events);
	if (status != STATUS_PENDING)
		afd_op_free(&op);
	return status;
}
