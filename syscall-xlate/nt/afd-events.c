/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-events.c - network events (WSAEventSelect): each is told once, until a
 * call re-enables it.
 */
#include "syscall-xlate/nt/afd.h"

#include <poll.h>
#include <sys/ioctl.h>

static NTSTATUS event_status(const struct afd_socket *s, uint32_t event)
{
	if (event == AFD_POLL_CONNECT_FAIL)
		return s->connect_error;
	return event == AFD_POLL_ABORT ? STATUS_CONNECTION_RESET
				       : STATUS_SUCCESS;
}

/*
 * For a moment, before Linux has taken note of it, the end of a stream looks as
 * if there were a byte to read.  The first question is asked behind that
 * moment; its answer is 0 before an urgent byte, too.
 */
static bool is_only_end(const struct afd_socket *s)
{
	struct pollfd p = { .fd = s->file->fd, .events = POLLRDHUP };
	char byte;
	int n;

	return !s->datagram && !ioctl(p.fd, FIONREAD, &n) && !n &&
	       poll(&p, 1, 0) > 0 && !(p.revents & POLLERR) &&
	       !recv(p.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

void afd_note_events(struct afd_socket *s, uint32_t level)
{
	uint32_t told;

	/* The end is told once everything before it has been read. */
	if (level & AFD_POLL_RECEIVE)
		level &= ~(uint32_t)AFD_POLL_DISCONNECT;
	told = level & s->event_mask & ~s->event_off;
	if (told & AFD_POLL_RECEIVE && is_only_end(s))
		told &= ~(uint32_t)AFD_POLL_RECEIVE;
	if (!told)
		return;
	s->event_record |= told;
	s->event_off |= told;
	for (int i = 0; i < AFD_POLL_EVENTS; i++)
		if (told & 1u << i)
			s->event_status[i] = event_status(s, 1u << i);
	object_signal(s->event, 1);
}

void afd_reenable(struct afd_socket *s, uint32_t events)
{
	struct queue done = { 0 };

	pthread_mutex_lock(&s->lock);
	s->event_off &= ~events;
	/* Who has read the last of the data may have come to the end. */
	if (events & AFD_POLL_RECEIVE)
		events |= AFD_POLL_DISCONNECT;
	if (s->event_mask & events)
		afd_note_events(s, afd_level(s, afd_ready(s)) & events);
	pthread_mutex_unlock(&s->lock);
	afd_finish_all(&done);
}

NTSTATUS afd_event_select(struct task *t, struct file *f, struct irp *r)
{
	uint32_t p = afd_pointer_size(), mask;
	struct afd_socket *s = afd_of(f);
	struct object *event = NULL, *old;
	NTSTATUS status;
	uint64_t h;
	int err;

	if (r->len < p + 4 || s->state == AFD_HELPER)
		return STATUS_INVALID_PARAMETER;
	status = afd_pointer(t, r->buf, &h);
	if (!status && guest_get32(t, &mask, r->buf + p))
		status = STATUS_ACCESS_VIOLATION;
	if (!status && h && mask)
		status = handle_get(t, h, &event_type, 2, &event);
	if (status)
		return status;
	if (!event && mask)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&s->lock);
	if (event && (err = afd_watch(s))) {
		pthread_mutex_unlock(&s->lock);
		object_put(event);
		return afd_status(-err);
	}
	old = s->event;
	s->event = event;
	s->event_mask = event ? mask : 0;
	s->event_record = 0;
	/* That a connection is there is told again until somebody has asked. */
	s->event_off = s->connect_told || s->datagram
			       ? AFD_POLL_CONNECT | AFD_POLL_CONNECT_FAIL
			       : 0;
	/* The program has to get it back: it cannot block any more. */
	if (s->event_mask) {
		s->nonblocking = true;
		afd_note_events(s, afd_level(s, afd_ready(s)));
	}
	pthread_mutex_unlock(&s->lock);
	object_put(old);
	return STATUS_SUCCESS;
}

/* The event to reset comes in place of an input buffer. */
NTSTATUS afd_enum_events(struct task *t, struct file *f, struct irp *r)
{
	struct {
		uint32_t events;
		NTSTATUS status[AFD_POLL_EVENTS];
	} out = { 0 };
	struct afd_socket *s = afd_of(f);
	struct object *event = NULL;
	NTSTATUS status;

	if (r->buf) {
		status = handle_get(t, r->buf, &event_type, 2, &event);
		if (status)
			return status;
	}
	if (r->out_len < sizeof out) {
		object_put(event);
		return STATUS_BUFFER_TOO_SMALL;
	}
	pthread_mutex_lock(&s->lock);
	out.events = s->event_record;
	for (int i = 0; i < AFD_POLL_EVENTS; i++)
		if (out.events & 1u << i)
			out.status[i] = s->event_status[i];
	s->event_record = 0;
	if (out.events & (AFD_POLL_CONNECT | AFD_POLL_CONNECT_FAIL))
		s->connect_told = true;
	if (event)
		object_signal(event, 0);
	pthread_mutex_unlock(&s->lock);
	object_put(event);
	return control_out(t, r, &out, sizeof out);
}
