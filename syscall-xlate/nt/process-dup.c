/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-dup.c - NtDuplicateObject, also between a parent and its child.
 *
 * A child that is an NT process has a socket to its parent (struct
 * start_block.control).  It asks for handles of the parent's, or gives its own,
 * and the parent's helper thread answers.  The other way round the parent does
 * not wait: it chooses the value from a range that the child does not use
 * itself, sends the object, and the child takes it in when somebody first uses
 * a handle in that range that is not there (process_late_handle()).  Meanwhile
 * the host's kernel holds what the message has, its descriptors and their
 * locks, and drops it with the child.
 *
 * That is enough for an object that is its descriptor.  Of others each process
 * that has one tells the rest (nt_passed.told): share modes, sections of files,
 * names of pipes, claims of addresses.  Those are never under way: who gives
 * one has it until the other says that it has it, too.  So the receiver is
 * asked to take it in, in the call (remote_give()); who takes a handle for good
 * says when the giver may let go (OP_LET_GO, REMOTE_LET_GO); and what a child
 * inherits its parent lets go only when that has come so far
 * (process_heirs_wait()).  Nobody else gets in between, and whoever is killed,
 * what he had told ends with him.  (A parent who is killed before its child has
 * begun, a millisecond after, is the one gap.)
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/pass-fd.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/shared.h"
#include "syscall-xlate/nt/calls.h"

enum { CLOSE_SOURCE = 1, SAME_ACCESS = 2, SAME_ATTRIBUTES = 4 };

enum op {
	OP_TAKE = 1, /* child: give me your handle */
	OP_GIVE,     /* child: here is mine, tell me its value */
	OP_LET_GO,   /* child: what you had there I have now */
	OP_PLACE,    /* parent: put this at that value; no answer */
	OP_ANSWER,
};

struct message {
	uint32_t op;
	NTSTATUS status;
	uint32_t options;
	uint32_t has_object;
	struct start_handle h;
};

static pthread_mutex_t control_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- messages ---- */

static int send_message(int sock, const struct message *m)
{
	const size_t head = offsetof(struct message, h.passed.data);
	const int none = -1;

	if (!m->has_object)
		return pass_send(sock, m, head, &none, 1, 0);
	return pass_send(sock, m, head + m->h.passed.len, &m->h.passed.fd, 1,
			 0);
}

/* 1; 0: nothing there (MSG_DONTWAIT); -1: the other side is gone. */
static int receive_message(int sock, struct message *m, int flags)
{
	const size_t head = offsetof(struct message, h.passed.data);
	int fd;
	ssize_t n = pass_receive(sock, m, sizeof *m, &fd, 1, flags);

	if (n == -EAGAIN)
		return 0;
	if (n < (ssize_t)head) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	m->h.passed.fd = fd;
	m->h.passed.len = (uint32_t)((size_t)n - head);
	return 1;
}

bool handle_pack(struct start_handle *h, struct object *o, uint32_t access,
		 uint32_t attributes)
{
	int type = passed_type(o->type);

	if (type < 0 || !o->type->pass)
		return false;
	h->passed.fd = -1;
	h->passed.told = false;
	if (!o->type->pass(o, &h->passed))
		return false;
	h->type = (uint32_t)type;
	h->access = access;
	h->attributes = attributes;
	return true;
}

bool handle_pack_member(struct start_handle *h, struct object *job)
{
	memset(h, 0, offsetof(struct start_handle, passed.data));
	h->passed.value[0] = 1; /* see job_pass() */
	return handle_pack(h, job, 0, 0);
}

struct object *handle_unpack(const struct start_handle *h)
{
	const struct object_type *type = passed_type_at(h->type);

	if (type && type->receive)
		return type->receive(&h->passed);
	if (h->passed.fd >= 0)
		close(h->passed.fd);
	return NULL;
}

static bool pack(struct message *m, struct object *o, uint32_t access,
		 uint32_t attributes)
{
	m->has_object = handle_pack(&m->h, o, access, attributes);
	return m->has_object;
}

/* The object that came with m; a reference. */
static struct object *unpack(const struct message *m)
{
	if (m->has_object)
		return handle_unpack(&m->h);
	if (m->h.passed.fd >= 0)
		close(m->h.passed.fd);
	return NULL;
}

/* ---- handles that go for good ---- */

void leaving_begin(struct leaving **list, uint64_t h)
{
	struct leaving *l = malloc(sizeof *l);

	if (!l) {
		handle_close(NULL, h);
		return;
	}
	*l = (struct leaving){ *list, handle_take_out(h), h & ~3ull };
	*list = l;
}

void leaving_end(struct leaving **list, uint64_t h)
{
	struct leaving *l;

	while ((l = *list)) {
		if (h && l->h != (h & ~3ull)) {
			list = &l->next;
			continue;
		}
		*list = l->next;
		if (l->o)
			handle_let_go(NULL, l->o, l->h);
		free(l);
	}
}

/* ---- the parent's side ---- */

/* A child wants the object behind one of our handles. */
static void answer_take(struct nt_process *p, struct message *m,
			struct object **keep)
{
	uint64_t h = m->h.handle;
	uint32_t access, flags;

	m->status = handle_get_info(NULL, h, NULL, 0, keep, &access, &flags);
	if (m->status)
		return;
	if (!pack(m, *keep, access, flags))
		m->status = STATUS_NOT_SUPPORTED;
	if (!(m->options & CLOSE_SOURCE))
		return;
	if (m->has_object)
		leaving_begin(&p->leaving, h);
	else
		handle_close(NULL, h); /* nobody will say that he has it */
}

static void answer_give(struct message *m)
{
	struct object *o = unpack(m);

	m->status = STATUS_NOT_SUPPORTED;
	if (o)
		m->status = handle_add(NULL, o, m->h.access, m->h.attributes,
				       &m->h.handle);
	object_put(o);
	m->has_object = false;
}

static void answer_let_go(struct nt_process *p, struct message *m)
{
	object_put(unpack(m)); /* there is none */
	m->has_object = false;
	leaving_end(&p->leaving, m->h.handle);
	m->status = STATUS_SUCCESS;
}

static void child_asks(struct nt_watch *w, uint32_t events)
{
	struct nt_process *p =
		container_of(w, struct nt_process, control_watch);
	struct object *keep = NULL;
	struct message m;

	(void)events;
	if (receive_message(p->control, &m, MSG_DONTWAIT) < 0)
		return; /* it has ended: gone() closes the socket */
	if (m.op == OP_TAKE)
		answer_take(p, &m, &keep);
	else if (m.op == OP_GIVE)
		answer_give(&m);
	else if (m.op == OP_LET_GO)
		answer_let_go(p, &m);
	else
		m.status = STATUS_INVALID_PARAMETER;
	m.op = OP_ANSWER;
	if (send_message(p->control, &m) == 0)
		watch_fd(w, EPOLLIN);
	object_put(keep);
}

void process_control_start(struct nt_process *p)
{
	p->control_watch.fd = p->control;
	p->control_watch.fn = child_asks;
	watch_fd(&p->control_watch, EPOLLIN);
}

void process_control_end(struct nt_process *p)
{
	if (p->control < 0)
		return;
	watch_cancel(&p->control_watch);
	close(p->control);
	p->control = -1;
	leaving_end(&p->leaving, 0);
}

/* Our object becomes a handle of the child's. */
static NTSTATUS give_to_child(struct nt_process *p, struct object *o,
			      uint32_t access, uint32_t attributes, uint64_t *h)
{
	struct message m = { .op = OP_PLACE };
	int kept = -1, sent;

	if (p->control < 0)
		return STATUS_NOT_SUPPORTED;
	if (!pack(&m, o, access_map(o->type, access), attributes))
		return STATUS_NOT_SUPPORTED;
	if (m.h.passed.told)
		return remote_give(p, o, access, attributes, h);
	m.h.handle = HANDLE_LATE + 4 * atomic_fetch_add(&p->given, 1);
	/* It may read this long after our handle, and its name, are gone. */
	if (o->shared && m.h.passed.fd == o->shared->fd)
		kept = shared_keeper(o->shared);
	if (kept >= 0)
		m.h.passed.fd = kept;
	sent = send_message(p->control, &m);
	if (kept >= 0)
		close(kept);
	if (sent)
		return STATUS_PROCESS_IS_TERMINATING;
	*h = m.h.handle;
	return STATUS_SUCCESS;
}

/* ---- the child's side ---- */

static void place(const struct message *m)
{
	struct object *o = unpack(m);

	if (o)
		handle_place(m->h.handle, o, m->h.access, m->h.attributes);
	object_put(o);
}

bool process_late_handle(void)
{
	bool any = false;
	struct message m;

	if (nt_self->control < 0)
		return false;
	pthread_mutex_lock(&control_lock);
	while (receive_message(nt_self->control, &m, MSG_DONTWAIT) > 0)
		if (m.op == OP_PLACE) {
			place(&m);
			any = true;
		}
	pthread_mutex_unlock(&control_lock);
	return any;
}

/* Asks the parent; m is the answer then. */
static NTSTATUS ask(struct message *m)
{
	NTSTATUS status = STATUS_PROCESS_IS_TERMINATING;

	pthread_mutex_lock(&control_lock);
	if (send_message(nt_self->control, m) == 0)
		while (receive_message(nt_self->control, m, 0) > 0) {
			if (m->op == OP_PLACE) {
				place(m);
				continue;
			}
			status = m->status;
			break;
		}
	pthread_mutex_unlock(&control_lock);
	return status;
}

/* A handle of the parent's: the object, and what the handle carried. */
static NTSTATUS take_from_parent(uint64_t h, uint32_t options,
				 struct object **o, uint32_t *access,
				 uint32_t *attributes)
{
	struct message m = { .op = OP_TAKE, .options = options };
	NTSTATUS status;

	m.h.handle = h;
	status = ask(&m);
	if (status)
		return status;
	*o = unpack(&m);
	*access = m.h.access;
	*attributes = m.h.attributes;
	if (options & CLOSE_SOURCE) {
		m = (struct message){ .op = OP_LET_GO, .h.handle = h };
		ask(&m);
	}
	return *o ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

static NTSTATUS give_to_parent(struct object *o, uint32_t access,
			       uint32_t attributes, uint64_t *h)
{
	struct message m = { .op = OP_GIVE };
	NTSTATUS status;

	if (!pack(&m, o, access_map(o->type, access), attributes))
		return STATUS_NOT_SUPPORTED;
	status = ask(&m);
	*h = m.h.handle;
	return status;
}

/* ---- the call ---- */

static bool is_parent(const struct nt_process *p)
{
	return nt_self->control >= 0 && p->id == nt_self->parent_id;
}

static NTSTATUS fetch(struct task *t, struct nt_process *p, uint64_t h,
		      uint32_t options, struct object **o, uint32_t *access,
		      uint32_t *attributes)
{
	if (p == nt_self)
		return handle_get_info(t, h, NULL, 0, o, access, attributes);
	if (is_parent(p))
		return take_from_parent(h, options, o, access, attributes);
	return remote_take(p, h, options, o, access, attributes);
}

static NTSTATUS deliver(struct task *t, struct nt_process *p, struct object *o,
			uint32_t access, uint32_t attributes, gaddr out)
{
	NTSTATUS status;
	uint64_t h;

	if (p == nt_self)
		status = handle_add(t, o, access, attributes, &h);
	else if (is_parent(p))
		status = give_to_parent(o, access, attributes, &h);
	else if (p->control >= 0)
		status = give_to_child(p, o, access, attributes, &h);
	else
		status = remote_give(p, o, access, attributes, &h);
	if (!status && out && guest_put64(t, out, h)) {
		if (p == nt_self)
			handle_close(t, h);
		status = STATUS_ACCESS_VIOLATION;
	}
	return status;
}

/* Does the one who has granted get these rights to o? */
static NTSTATUS may_carry(struct task *t, struct object *o, uint32_t granted,
			  uint32_t *access)
{
	uint32_t all = access_map(o->type, *access & ~(uint32_t)MAXIMUM_ALLOWED);
	bool maximum = *access & MAXIMUM_ALLOWED;

	if (!(all & ~granted) && !maximum)
		return STATUS_SUCCESS;
	if (o->type != &file_type && o->type != &key_type)
		return security_check(t, o, access);
	/* What these let one do was asked when they were opened. */
	*access = maximum ? granted : all;
	return all & ~granted ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

NTSTATUS nt_duplicate_object(struct task *t, uint64_t source_process,
			     uint64_t source_handle, uint64_t target_process,
			     gaddr target_handle, uint32_t access,
			     uint32_t attributes, uint32_t options)
{
	enum { PROCESS_DUP_HANDLE = 0x40 };
	struct nt_process *from, *to = NULL;
	uint32_t granted, flags;
	struct object *o;
	NTSTATUS status;

	status = handle_get(t, source_process, &process_type,
			    PROCESS_DUP_HANDLE, &from);
	if (status)
		return status;
	/* Without a target this only closes (a documented use). */
	if (target_process || !(options & CLOSE_SOURCE))
		status = handle_get(t, target_process, &process_type,
				    PROCESS_DUP_HANDLE, &to);
	if (!status && (to || from != nt_self)) {
		status = fetch(t, from, source_handle, options, &o, &granted,
			       &flags);
		if (!status) {
			if (options & SAME_ACCESS)
				access = granted;
			else if (to)
				status = may_carry(t, o, granted, &access);
			if (options & SAME_ATTRIBUTES)
				attributes = flags;
			if (!status && to)
				status = deliver(t, to, o, access, attributes,
						 target_handle);
			object_put(o);
		}
	}
	/* "Closes the source handle regardless of any error status"; and where
	   it is protected, the copy is there all the same. */
	if (options & CLOSE_SOURCE && from == nt_self) {
		NTSTATUS closed = nt_close(t, source_handle);

		if (!to)
			status = closed;
	}
	object_put(&from->object);
	if (to)
		object_put(&to->object);
	return status;
}
