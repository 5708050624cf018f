/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug-object.c - debug objects: the processes that one debugs, and the queue
 * of what they have told; see debug.h.
 *
 * An event is handed out only when its process has no other one outstanding.
 * What a killed process could not tell (that its threads and it have ended) is
 * put into the queue here.
 */
#include "syscall-xlate/nt/debug.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"

enum {
	ACCESS_READ_EVENT = 1,
	ACCESS_ASSIGN = 2,
	ACCESS_SET = 4,
	ACCESS_SET_PORT = 0x800, /* of a process */
};

struct debug_object {
	struct object object; /* signalled: an event can be taken */
	uint32_t flags;
	bool closed; /* its last handle is: no debuggees any more */
	struct debug_event *events, **events_tail;
};

/* A debuggee. */
struct debug_link {
	struct nt_watch watch;
	struct debug_object *d; /* references */
	struct nt_process *p;
	unsigned users;    /* the list, and who needs it without debug_lock */
	bool dropped;      /* out of the list: nobody's any more */
	bool flags_due;    /* it is still to be told d's flags */
	uint32_t *threads; /* that have begun and not ended */
	size_t nthreads, room;
	bool told_exit; /* of the process */
	struct debug_link *next;
};

/* Guards links, queues and what is in them; object locks inside it, and the
   watches' lock.  Nothing waits for a debuggee while it holds this. */
static pthread_mutex_t debug_lock = PTHREAD_MUTEX_INITIALIZER;
static struct debug_link *links;
static uint64_t last_serial;

/* ---- the queue (debug_lock held) ------------------------------------ */

static struct debug_event *first_ready(struct debug_object *d)
{
	for (struct debug_event *e = d->events; e; e = e->next) {
		struct debug_event *o = d->events;

		if (e->read)
			continue;
		while (o && !(o->read && o->link == e->link))
			o = o->next;
		if (!o)
			return e;
	}
	return NULL;
}

static void show(struct debug_object *d)
{
	object_signal(&d->object, first_ready(d) != NULL);
}

static void close_fds(int *fd)
{
	for (unsigned i = 0; i < DEBUG_FDS; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}

static void event_free(struct debug_event *e)
{
	close_fds(e->fd);
	free(e);
}

static void queue(struct debug_link *l, const struct debug_msg *m, int *fd,
		  bool dead)
{
	struct debug_event *e = malloc(sizeof *e);

	if (!e) {
		const struct debug_msg lost = {
			.op = DEBUG_CONTINUE,
			.thread = m->thread,
			.status = (uint32_t)DBG_EXCEPTION_NOT_HANDLED,
		};

		/* Nobody will hear of it: it is not to wait for that. */
		if (!dead)
			debug_send(l->watch.fd, &lost, NULL, MSG_DONTWAIT);
		close_fds(fd);
		return;
	}
	*e = (struct debug_event){
		.link = l,
		.serial = ++last_serial,
		.dead = dead,
		.m = *m,
	};
	memcpy(e->fd, fd, sizeof e->fd);
	*l->d->events_tail = e;
	l->d->events_tail = &e->next;
}

static struct debug_event *unqueue(struct debug_object *d,
				   struct debug_event **at)
{
	struct debug_event *e = *at;

	*at = e->next;
	if (d->events_tail == &e->next)
		d->events_tail = at;
	return e;
}

static void note_threads(struct debug_link *l, const struct debug_msg *m)
{
	if (m->kind == DEBUG_EXIT_PROCESS)
		l->told_exit = true;
	for (size_t i = 0; i < l->nthreads; i++)
		if (l->threads[i] == m->thread) {
			if (m->kind == DEBUG_EXIT_THREAD)
				l->threads[i] = l->threads[--l->nthreads];
			return;
		}
	if (m->kind != DEBUG_CREATE_THREAD && m->kind != DEBUG_CREATE_PROCESS)
		return;
	if (l->nthreads == l->room) {
		size_t room = l->room * 2 + 8;
		uint32_t *v = realloc(l->threads, room * sizeof *v);

		if (!v)
			return;
		l->threads = v;
		l->room = room;
	}
	l->threads[l->nthreads++] = m->thread;
}

/* ---- links ---------------------------------------------------------- */

/* Out of the list; not yet closed.  debug_lock held. */
static void unlink_it(struct debug_link *l)
{
	struct debug_link **at = &links;

	while (*at && *at != l)
		at = &(*at)->next;
	if (*at)
		*at = l->next;
}

/* Without debug_lock: its watch may be waiting for that. */
static void link_put(struct debug_link *l)
{
	bool last;

	pthread_mutex_lock(&debug_lock);
	last = --l->users == 0;
	pthread_mutex_unlock(&debug_lock);
	if (!last)
		return;
	watch_cancel(&l->watch);
	close(l->watch.fd);
	object_put(&l->p->object);
	object_put(&l->d->object);
	free(l->threads);
	free(l);
}

/*
 * Flags wait for a socket that poll(2) calls writable, of whose room at most a
 * quarter is used then: a debuggee that does not read now has the rest left for
 * its answer.  debug_lock held.
 */
static void tell_flags(struct debug_link *l)
{
	const struct debug_msg m = { .op = DEBUG_FLAGS, .flags = l->d->flags };
	struct pollfd p = { .fd = l->watch.fd, .events = POLLOUT };

	l->flags_due = poll(&p, 1, 0) == 0;
	if (!l->flags_due)
		debug_send(l->watch.fd, &m, NULL, MSG_DONTWAIT);
}

static uint32_t awaited(const struct debug_link *l)
{
	return l->flags_due ? EPOLLIN | EPOLLOUT : EPOLLIN;
}

/* The debuggee of d's with that id.  debug_lock held. */
static struct debug_link *link_of(struct debug_object *d, uint32_t id)
{
	for (struct debug_link *l = links; l; l = l->next)
		if ((!d || l->d == d) && l->p->id == id)
			return l;
	return NULL;
}

/* A child of a debuggee's has been started. */
static void adopt_child(struct debug_object *d, const struct debug_msg *m,
			int sock)
{
	struct nt_process *p;

	if (sock < 0)
		return;
	if (process_open_host(process_id((int)m->host_pid), &p)) {
		close(sock);
		return;
	}
	debug_link(&d->object, p, sock);
	object_put(&p->object);
}

/* What has come.  Whether the socket is still of use. */
static bool receive_all(struct debug_link *l)
{
	int fd[DEBUG_FDS], err, child;
	struct debug_msg m;

	while ((err = debug_receive(l->watch.fd, &m, fd, MSG_DONTWAIT)) == 0) {
		child = -1;
		pthread_mutex_lock(&debug_lock);
		if (!l->dropped && m.op == DEBUG_EVENT) {
			note_threads(l, &m);
			queue(l, &m, fd, false);
			fd[0] = fd[1] = -1;
			show(l->d);
		} else if (!l->dropped && m.op == DEBUG_CHILD) {
			child = fd[DEBUG_FD_FILE];
			fd[DEBUG_FD_FILE] = -1;
		}
		pthread_mutex_unlock(&debug_lock);
		close_fds(fd);
		adopt_child(l->d, &m, child);
	}
	return err == -EAGAIN;
}

static void heard(struct nt_watch *w, uint32_t events)
{
	struct debug_link *l = container_of(w, struct debug_link, watch);
	bool up = receive_all(l);

	(void)events;
	pthread_mutex_lock(&debug_lock);
	if (!l->dropped && l->flags_due)
		tell_flags(l);
	/* Of one that is dropped the watch is being cancelled.  If the process
	   is gone, debug_process_gone() says how it ended. */
	if (!l->dropped && up)
		watch_fd(w, awaited(l));
	pthread_mutex_unlock(&debug_lock);
}

/* The end of all that a killed process had.  debug_lock held. */
static void queue_end(struct debug_link *l)
{
	int none[DEBUG_FDS] = { -1, -1 };
	struct debug_msg m = {
		.op = DEBUG_EVENT,
		.kind = DEBUG_EXIT_THREAD,
		.status = l->p->exit_code,
		.wow64 = l->p->wow64,
	};

	/* What is waiting to be answered never will be. */
	for (struct debug_event *e = l->d->events; e; e = e->next)
		e->dead |= e->link == l;
	if (!l->told_exit && l->nthreads) {
		for (size_t i = 1; i < l->nthreads; i++) {
			m.thread = l->threads[i];
			queue(l, &m, none, true);
		}
		m.thread = l->threads[0];
		m.kind = DEBUG_EXIT_PROCESS;
		queue(l, &m, none, true);
		l->told_exit = true;
	}
	show(l->d);
}

void debug_process_gone(struct nt_process *p)
{
	struct debug_link *l;

	pthread_mutex_lock(&debug_lock);
	p->debug_over = true;
	for (l = links; l && l->p != p; l = l->next)
		;
	if (l)
		l->users++;
	pthread_mutex_unlock(&debug_lock);
	if (!l)
		return;
	/* Only this thread, the helper, receives. */
	receive_all(l);
	pthread_mutex_lock(&debug_lock);
	if (!l->dropped)
		queue_end(l);
	pthread_mutex_unlock(&debug_lock);
	link_put(l);
}

NTSTATUS debug_link(struct object *o, struct nt_process *p, int sock)
{
	struct debug_object *d = (struct debug_object *)o;
	struct debug_link *l = calloc(1, sizeof *l);
	NTSTATUS status = STATUS_SUCCESS;

	if (!l) {
		close(sock);
		return STATUS_NO_MEMORY;
	}
	l->d = d;
	object_get(&d->object);
	l->p = p;
	object_get(&p->object);
	l->users = 1;
	l->watch = (struct nt_watch){ .fd = sock, .fn = heard };
	pthread_mutex_lock(&debug_lock);
	if (d->closed) {
		status = STATUS_DEBUGGER_INACTIVE;
	} else if (p->debug_over) {
		status = STATUS_PROCESS_IS_TERMINATING;
	} else if (watch_fd(&l->watch, EPOLLIN)) {
		status = STATUS_NO_MEMORY;
	} else {
		l->next = links;
		links = l;
	}
	pthread_mutex_unlock(&debug_lock);
	if (status)
		link_put(l);
	return status;
}

/* l's events are forgotten, l is out of the list, whose link_put() is the
   caller's.  debug_lock held. */
static void drop(struct debug_link *l)
{
	struct debug_object *d = l->d;
	const struct debug_msg m = { .op = DEBUG_FLAGS, .flags = d->flags };

	/* What is kept for an answer is of no other use now. */
	if (l->flags_due)
		debug_send(l->watch.fd, &m, NULL, MSG_DONTWAIT);
	for (struct debug_event **at = &d->events; *at;) {
		if ((*at)->link == l)
			event_free(unqueue(d, at));
		else
			at = &(*at)->next;
	}
	l->dropped = true;
	unlink_it(l);
}

struct object *debug_object_of(struct nt_process *p)
{
	struct debug_object *d = NULL;
	struct debug_link *l;

	pthread_mutex_lock(&debug_lock);
	l = link_of(NULL, p->id);
	if (l && !p->object.state)
		d = l->d;
	if (d)
		object_get(&d->object);
	pthread_mutex_unlock(&debug_lock);
	return d ? &d->object : NULL;
}

uint32_t debug_object_flags(struct object *d)
{
	return ((struct debug_object *)d)->flags;
}

/* ---- for NtWaitForDebugEvent and NtDebugContinue -------------------- */

bool debug_event_take(struct object *o, struct debug_event *copy,
		      struct nt_process **p)
{
	struct debug_object *d = (struct debug_object *)o;
	struct debug_event *e;

	pthread_mutex_lock(&debug_lock);
	e = first_ready(d);
	if (e) {
		e->read = true;
		*copy = *e;
		e->fd[DEBUG_FD_FILE] = e->fd[DEBUG_FD_THREAD] = -1;
		*p = e->link->p;
		object_get(&(*p)->object);
		show(d);
	}
	pthread_mutex_unlock(&debug_lock);
	return e != NULL;
}

/* The one that is out, of that thread. */
static struct debug_event **find_read(struct debug_object *d, uint32_t process,
				      uint32_t thread)
{
	struct debug_event **at = &d->events;

	while (*at && !((*at)->read && (*at)->link->p->id == process &&
			(*at)->m.thread == thread))
		at = &(*at)->next;
	return *at ? at : NULL;
}

void debug_event_done(struct debug_event *copy)
{
	close_fds(copy->fd);
}

void debug_event_untake(struct object *o, struct debug_event *copy)
{
	struct debug_object *d = (struct debug_object *)o;
	struct debug_event *e;

	pthread_mutex_lock(&debug_lock);
	/* Somebody may have answered it, or let go of the process. */
	for (e = d->events; e && e->serial != copy->serial; e = e->next)
		;
	if (e) {
		e->read = false;
		memcpy(e->fd, copy->fd, sizeof e->fd);
		copy->fd[DEBUG_FD_FILE] = copy->fd[DEBUG_FD_THREAD] = -1;
		show(d);
	}
	pthread_mutex_unlock(&debug_lock);
	debug_event_done(copy);
}

NTSTATUS debug_event_answer(struct object *o, uint32_t process, uint32_t thread,
			    uint32_t status)
{
	struct debug_object *d = (struct debug_object *)o;
	const struct debug_msg m = { .op = DEBUG_CONTINUE,
				     .thread = thread,
				     .status = status };
	struct debug_link *over = NULL;
	struct debug_event **at, *e;

	pthread_mutex_lock(&debug_lock);
	at = find_read(d, process, thread);
	if (!at) {
		pthread_mutex_unlock(&debug_lock);
		return STATUS_INVALID_PARAMETER;
	}
	e = unqueue(d, at);
	/* There is no room only if it has not read older answers, without which
	   it had no events to tell. */
	if (!e->dead)
		debug_send(e->link->watch.fd, &m, NULL, MSG_DONTWAIT);
	if (e->m.kind == DEBUG_EXIT_PROCESS) {
		over = e->link;
		/* Flags after this answer would make our leaving a death. */
		over->flags_due = false;
		drop(over);
	}
	event_free(e);
	show(d);
	pthread_mutex_unlock(&debug_lock);
	if (over)
		link_put(over);
	return STATUS_SUCCESS;
}

/* ---- the object ----------------------------------------------------- */

/* Closing the sockets tells the debuggees, who know whether they are to end. */
static void close_object(struct task *t, struct object *o, uint64_t handle,
			 bool last)
{
	struct debug_object *d = (struct debug_object *)o;
	struct debug_link *l;

	(void)t;
	(void)handle;
	while (last) {
		pthread_mutex_lock(&debug_lock);
		d->closed = true;
		for (l = links; l && l->d != d; l = l->next)
			;
		if (l)
			drop(l);
		pthread_mutex_unlock(&debug_lock);
		if (!l)
			return;
		link_put(l);
	}
}

const struct object_type debug_type = {
	.name = "DebugObject",
	.size = sizeof(struct debug_object),
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f000f },
	.valid_access = 0x1f000f,
	.waitable = true,
	.close = close_object,
};

NTSTATUS nt_create_debug_object(struct task *t, gaddr debug, uint32_t access,
				gaddr attr, uint32_t flags)
{
	struct debug_object *d;
	struct nt_oa oa;
	NTSTATUS status;

	if (flags & ~(uint32_t)DEBUG_KILL_ON_CLOSE)
		return STATUS_INVALID_PARAMETER;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	d = object_new(&debug_type);
	if (d) {
		d->flags = flags;
		d->events_tail = &d->events;
		status = object_create(t, &d->object, access, &oa, debug);
	} else {
		status = STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

static NTSTATUS attach(struct debug_object *d, struct nt_process *p)
{
	struct remote_msg *m;
	NTSTATUS status;
	int pair[2];

	process_learn(p);
	if (nt_self->wow64 && !p->wow64)
		return STATUS_NOT_SUPPORTED;
	m = remote_msg(REMOTE_DEBUG);
	if (!m)
		return STATUS_NO_MEMORY;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		free(m);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	m->args[0] = true;
	m->args[1] = d->flags;
	m->fd = pair[1];
	status = remote_ask(p, m);
	if (m->fd >= 0)
		close(m->fd);
	free(m);
	close(pair[1]);
	if (status) {
		close(pair[0]);
		return status;
	}
	return debug_link(&d->object, p, pair[0]);
}

static NTSTATUS both(struct task *t, uint64_t process, uint64_t debug,
		     struct nt_process **p, struct debug_object **d)
{
	NTSTATUS status;

	status = handle_get(t, process, &process_type, ACCESS_SET_PORT, p);
	if (status)
		return status;
	status = handle_get(t, debug, &debug_type, ACCESS_ASSIGN, d);
	if (status)
		object_put(&(*p)->object);
	return status;
}

NTSTATUS nt_debug_active_process(struct task *t, uint64_t process,
				 uint64_t debug)
{
	struct debug_object *d;
	struct nt_process *p;
	NTSTATUS status = both(t, process, debug, &p, &d);

	if (status)
		return status;
	if (p == nt_self)
		status = STATUS_ACCESS_DENIED;
	else if (p->object.state)
		status = STATUS_PROCESS_IS_TERMINATING;
	else
		status = attach(d, p);
	object_put(&d->object);
	object_put(&p->object);
	return status;
}

NTSTATUS nt_remove_process_debug(struct task *t, uint64_t process,
				 uint64_t debug)
{
	struct remote_msg *m = remote_msg(REMOTE_DEBUG);
	struct debug_object *d;
	struct debug_link *l;
	struct nt_process *p;
	NTSTATUS status;

	if (!m)
		return STATUS_NO_MEMORY;
	status = both(t, process, debug, &p, &d);
	if (status) {
		free(m);
		return status;
	}
	pthread_mutex_lock(&debug_lock);
	l = link_of(d, p->id);
	pthread_mutex_unlock(&debug_lock);
	if (!l)
		status = STATUS_PORT_NOT_SET;
	/* First it must no longer take our silence for our death. */
	if (l && !p->object.state)
		status = remote_ask(p, m);
	if (status == STATUS_PROCESS_IS_TERMINATING)
		status = STATUS_SUCCESS;
	if (l && !status) {
		pthread_mutex_lock(&debug_lock);
		l = link_of(d, p->id);
		if (l)
			drop(l);
		show(d);
		pthread_mutex_unlock(&debug_lock);
		if (l)
			link_put(l);
	}
	object_put(&d->object);
	object_put(&p->object);
	free(m);
	return status;
}

NTSTATUS nt_set_information_debug_object(struct task *t, uint64_t debug,
					 uint32_t class, gaddr info,
					 uint32_t len, gaddr ret_len)
{
	enum { KILL_ON_EXIT = 1 };
	struct debug_object *d;
	uint32_t flags;
	NTSTATUS status;

	if (ret_len && guest_put32(t, ret_len, 0))
		return STATUS_ACCESS_VIOLATION;
	if (class != KILL_ON_EXIT)
		return STATUS_INVALID_PARAMETER;
	if (len != sizeof flags) {
		if (ret_len && guest_put32(t, ret_len, sizeof flags))
			return STATUS_ACCESS_VIOLATION;
		return STATUS_INFO_LENGTH_MISMATCH;
	}
	if (guest_get32(t, &flags, info))
		return STATUS_ACCESS_VIOLATION;
	if (flags & ~(uint32_t)DEBUG_KILL_ON_CLOSE)
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, debug, &debug_type, ACCESS_SET, &d);
	if (status)
		return status;
	pthread_mutex_lock(&debug_lock);
	d->flags = flags;
	for (struct debug_link *l = links; l; l = l->next) {
		if (l->d != d)
			continue;
		tell_flags(l);
		if (l->flags_due)
			watch_change(&l->watch, awaited(l));
	}
	pthread_mutex_unlock(&debug_lock);
	object_put(&d->object);
	return STATUS_SUCCESS;
}
