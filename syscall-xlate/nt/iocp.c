/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iocp.c - I/O completion ports.
 *
 * A packet goes to the thread that came last, whose caches are warm, and only
 * while fewer threads than the port's limit are running on its behalf.  A
 * thread counts as running from when it gets a packet until it asks for the
 * next one or blocks in a wait (wait.c tells us).
 *
 * One of the threads that wait, at the ports of the process, looks after its
 * I/O meanwhile (watch.c) and keeps the first packet that it makes.
 */
#include "syscall-xlate/nt/iocp.h"

#include <sched.h>
#include <stdlib.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"

enum { QUERY = 1, MODIFY = 2, MAX_REMOVE = 64 };

/* Packets in a row that threads posted, until takers leave I/O to the helper.
 */
enum { PATIENCE = 8 };

struct iocp {
	struct object object; /* state: are there packets? */
	struct iocp_packet *packets, **tail;
	int32_t depth;
	uint32_t limit, active;
	struct wait_block *takers; /* in NtRemoveIoCompletion; newest last */
	/* Leading (watch_lead()) costs a little, so it is for ports of I/O. */
	uint8_t patience;
};

/* What the calling thread waits with while it leads. */
static __thread struct {
	struct iocp *port;
	struct wait_block *block;
} leading;

static void let_go(struct iocp_packet *p)
{
	if (p->done)
		p->done(p);
	else
		free(p);
}

/* The last handle is gone: those who still wait will get nothing. */
static void closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	struct iocp *port = (struct iocp *)o;

	(void)t;
	(void)h;
	if (!last)
		return;
	object_lock(o);
	while (port->takers) {
		struct wait_block *b = port->takers;
		struct nt_wait *w = b->wait;

		wait_block_remove(&port->takers, b);
		if (wait_claim(w)) {
			port->active++;
			wait_finish(w, STATUS_ABANDONED_WAIT_0);
		}
	}
	object_unlock(o);
}

static void destroy(struct object *o)
{
	struct iocp *port = (struct iocp *)o;

	while (port->packets) {
		struct iocp_packet *p = port->packets;

		port->packets = p->next;
		let_go(p);
	}
}

const struct object_type iocp_type = {
	.name = "IoCompletion",
	.size = sizeof(struct iocp),
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.valid_access = 0x1f0003,
	.waitable = true,
	.close = closed,
	.destroy = destroy,
};

/* ---- packets and takers; the port is locked
 * ------------------------------------ */

static struct iocp_packet *pop(struct iocp *port)
{
	struct iocp_packet *p = port->packets;

	if (!p)
		return NULL;
	port->packets = p->next;
	port->depth--;
	if (!port->packets)
		port->object.state = 0;
	return p;
}

static void push(struct iocp *port, struct iocp_packet *p)
{
	p->next = NULL;
	if (!port->packets)
		port->tail = &port->packets;
	*port->tail = p;
	port->tail = &p->next;
	port->depth++;
	port->object.state = 1;
	if (port->object.waiters)
		object_wake_locked(&port->object);
}

/* Who gets the next packet: who made it while waiting here, or came last. */
static struct wait_block *next_taker(struct iocp *port)
{
	return leading.port == port && leading.block->next ? leading.block
							   : port->takers->prev;
}

/* Gives p to a taker; false: nobody may take it now. */
static bool hand_over(struct iocp *port, struct iocp_packet *p)
{
	while (port->takers && port->active < port->limit) {
		struct wait_block *b = next_taker(port);
		struct nt_wait *w = b->wait;

		wait_block_remove(&port->takers, b);
		if (!wait_claim(w))
			continue;
		w->packet = p;
		port->active++;
		wait_finish(w, STATUS_SUCCESS);
		return true;
	}
	return false;
}

/* A place may have become free for who waits. */
static void feed(struct iocp *port)
{
	while (port->packets && port->takers && port->active < port->limit) {
		struct iocp_packet *p = pop(port);

		if (!hand_over(port, p)) {
			/* The takers were all leaving. */
			p->next = port->packets;
			if (!p->next)
				port->tail = &p->next;
			port->packets = p;
			port->depth++;
			port->object.state = 1;
			return;
		}
	}
}

void iocp_post_packet(struct object *o, struct iocp_packet *p)
{
	struct iocp *port = (struct iocp *)o;

	object_lock(o);
	if (!current_task || leading.port)
		port->patience = PATIENCE;
	else if (port->patience)
		port->patience--;
	if (!hand_over(port, p))
		push(port, p);
	object_unlock(o);
}

bool iocp_recall_packet(struct object *o, struct iocp_packet *p)
{
	struct iocp *port = (struct iocp *)o;
	struct iocp_packet **at = &port->packets;
	bool found;

	object_lock(o);
	while (*at && *at != p)
		at = &(*at)->next;
	found = *at != NULL;
	if (found) {
		*at = p->next;
		if (!p->next)
			port->tail = at;
		port->depth--;
		if (!port->packets)
			o->state = 0;
	}
	object_unlock(o);
	return found;
}

NTSTATUS iocp_post(struct object *port, uint64_t key, uint64_t apc_context,
		   NTSTATUS status, uint64_t information)
{
	struct iocp_packet *p = malloc(sizeof *p);

	if (!p)
		return STATUS_NO_MEMORY;
	*p = (struct iocp_packet){
		.entry = { key, apc_context, status, 0, information },
	};
	iocp_post_packet(port, p);
	return STATUS_SUCCESS;
}

/* ---- who is running
 * ---------------------------------------------------------------- */

void iocp_thread_blocks(struct nt_thread *th)
{
	struct iocp *port = th->port;

	watch_lead_not();
	object_lock(&port->object);
	th->port_active = false;
	port->active--;
	feed(port);
	object_unlock(&port->object);
}

void iocp_thread_runs(struct nt_thread *th)
{
	struct iocp *port = th->port;

	if (th->port_active)
		return;
	object_lock(&port->object);
	th->port_active = true;
	port->active++;
	object_unlock(&port->object);
}

void iocp_thread_leaves(struct nt_thread *th)
{
	struct iocp *port = th->port;

	if (!port)
		return;
	if (th->port_active)
		iocp_thread_blocks(th);
	th->port = NULL;
	object_put(&port->object);
}

/* ---- taking
 * ------------------------------------------------------------------------- */

/* One go: a packet in *got, or a status that says why not. */
static NTSTATUS take_once(struct task *t, struct iocp *port, bool alertable,
			  int64_t deadline, struct iocp_packet **got)
{
	struct nt_thread *th = nt_thread(t);
	struct wait_block b;
	struct nt_wait w;
	NTSTATUS status;

	object_lock(&port->object);
	if (th->port_active) {
		th->port_active = false;
		port->active--;
	}
	if (port->packets && port->active < port->limit) {
		*got = pop(port);
		port->active++;
		th->port_active = true;
		object_unlock(&port->object);
		return STATUS_SUCCESS;
	}
	feed(port);
	wait_init(&w, t);
	w.polls = port->patience != 0;
	b.wait = &w;
	wait_block_add(&port->takers, &b);
	object_unlock(&port->object);

	/* Who hands us a packet counts us as running: wait.c must not. */
	th->port = NULL;
	leading.port = w.polls ? port : NULL;
	leading.block = &b;
	status = wait_sleep(&w, deadline, alertable);
	leading.port = NULL;
	th->port = port;

	th->port_active = true;
	if (status == STATUS_SUCCESS || status == STATUS_ABANDONED_WAIT_0) {
		*got = w.packet;
		return status;
	}
	object_lock(&port->object);
	if (b.next)
		wait_block_remove(&port->takers, &b);
	port->active++;
	object_unlock(&port->object);
	return status;
}

/* At least one packet; up to max of them. */
static NTSTATUS take(struct task *t, uint64_t h, bool alertable, gaddr timeout,
		     struct iocp_packet **got, uint32_t max, uint32_t *n)
{
	struct nt_thread *th = nt_thread(t);
	struct nt_timeout to;
	struct iocp *port;
	NTSTATUS status;
	int64_t deadline;

	*n = 0;
	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	deadline = timeout_deadline(&to);
	status = handle_get(t, h, &iocp_type, MODIFY, &port);
	if (status)
		return status;
	if (th->port != port) {
		iocp_thread_leaves(th);
		object_get(&port->object);
		th->port = port;
	}
	do {
		got[0] = NULL;
		status = take_once(t, port, alertable, deadline, &got[0]);
		if (status == (uint32_t)WAIT_RESTART &&
		    nt_interrupted(t, false))
			status = STATUS_THREAD_IS_TERMINATING;
	} while (status == (uint32_t)WAIT_RESTART);
	*n = got[0] != NULL;
	if (*n && max > 1 && port->packets) {
		object_lock(&port->object);
		while (*n < max && (got[*n] = pop(port)))
			++*n;
		object_unlock(&port->object);
	}
	object_put(&port->object);
	return status;
}

NTSTATUS nt_remove_io_completion(struct task *t, uint64_t port, gaddr key,
				 gaddr value, gaddr iosb, gaddr timeout)
{
	struct iocp_entry e;
	struct iocp_packet *p;
	NTSTATUS status;
	uint32_t n;

	status = take(t, port, false, timeout, &p, 1, &n);
	if (!n)
		return status;
	e = p->entry;
	let_go(p);
	if (guest_put64(t, key, e.key) || guest_put64(t, value, e.value) ||
	    iosb_write(t, iosb, (NTSTATUS)e.status, e.information))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_remove_io_completion_ex(struct task *t, uint64_t port,
				    gaddr entries, uint32_t count,
				    gaddr removed, gaddr timeout,
				    uint8_t alertable)
{
	struct iocp_packet *p[MAX_REMOVE];
	struct iocp_entry e[MAX_REMOVE];
	NTSTATUS status;
	uint32_t n = 0;

	if (!count)
		return STATUS_INVALID_PARAMETER;
	status = take(t, port, alertable, timeout, p,
		      MIN(count, (uint32_t)MAX_REMOVE), &n);
	for (uint32_t i = 0; i < n; i++) {
		e[i] = p[i]->entry;
		let_go(p[i]);
	}
	if (guest_write(t, entries, e, n * sizeof *e) ||
	    guest_put32(t, removed, n))
		return STATUS_ACCESS_VIOLATION;
	return n ? STATUS_SUCCESS : status;
}

/* ---- the other calls
 * ------------------------------------------------------------------- */

NTSTATUS nt_create_io_completion(struct task *t, gaddr out, uint32_t access,
				 gaddr attr, uint32_t count)
{
	struct iocp *port;
	struct nt_oa oa;
	NTSTATUS status;
	cpu_set_t set;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	port = object_new(&iocp_type);
	if (port) {
		/* 0: as many as there are processors. */
		if (!count && !sched_getaffinity(0, sizeof set, &set))
			count = (uint32_t)CPU_COUNT(&set);
		port->limit = MAX(count, 1u);
		port->patience = PATIENCE;
		status = object_create(t, &port->object, access, &oa, out);
	} else {
		status = STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_io_completion(struct task *t, gaddr port, uint32_t access,
			       gaddr attr)
{
	return object_open(t, &iocp_type, access, attr, port);
}

NTSTATUS nt_set_io_completion(struct task *t, uint64_t h, gaddr key,
			      gaddr value, uint32_t status,
			      uint64_t information)
{
	struct object *port;
	NTSTATUS err;

	err = handle_get(t, h, &iocp_type, MODIFY, &port);
	if (err)
		return err;
	err = iocp_post(port, key, value, status, information);
	object_put(port);
	return err;
}

NTSTATUS nt_set_io_completion_ex(struct task *t, uint64_t port, uint64_t packet,
				 gaddr key, gaddr value, uint32_t status,
				 uint64_t information)
{
	struct object *reserve;
	NTSTATUS err;

	/* The reserve spares Windows an allocation that might fail. */
	err = handle_get(t, packet, NULL, 0, &reserve);
	if (err)
		return err;
	object_put(reserve);
	return nt_set_io_completion(t, port, key, value, status, information);
}

NTSTATUS nt_query_io_completion(struct task *t, uint64_t h, uint32_t class,
				gaddr info, uint32_t len, gaddr ret_len)
{
	struct iocp *port;
	NTSTATUS status;
	int32_t depth;

	if (class)
		return STATUS_INVALID_INFO_CLASS;
	if (len != sizeof depth)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, h, &iocp_type, QUERY, &port);
	if (status)
		return status;
	depth = port->depth;
	object_unlock(&port->object);
	if (guest_write(t, info, &depth, sizeof depth) ||
	    (ret_len && guest_put32(t, ret_len, sizeof depth)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
