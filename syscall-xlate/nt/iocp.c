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
 *
 * The packets of a port that several processes have are in a ring that they
 * share (iocp-ring.h); who waits sleeps on the port's page, and of several
 * processes the first to look gets one.
 */
#include "syscall-xlate/nt/iocp.h"

#include <stdlib.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/iocp-ring.h"
#include "syscall-xlate/nt/placement.h"

enum { QUERY = 1, MODIFY = 2, MAX_REMOVE = 64 };

/* Packets in a row that threads posted, until takers leave I/O to the helper.
 */
enum { PATIENCE = 8 };

struct iocp {
	struct object object; /* state: are there packets? */
	/* Once several processes have it: only those that the ring has no
	   room for. */
	struct iocp_packet *packets, **tail;
	int32_t depth;
	uint32_t limit, active;    /* active: of this process */
	struct wait_block *takers; /* in NtRemoveIoCompletion; newest last */
	unsigned place;            /* in the ring; 0: none */
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

/* ---- packets and takers; the port is locked ---- */

static bool has_packets(struct iocp *port)
{
	struct shared *s = port->object.shared;

	return port->packets ||
	       (__builtin_expect(s != NULL, 0) && !ring_empty(s));
}

/* May one more thread run? */
static bool may_run(const struct iocp *port)
{
	const struct shared *s = port->object.shared;

	return (__builtin_expect(s != NULL, 0) ? ring_running(s)
					       : port->active) < port->limit;
}

static void count(struct iocp *port, int n)
{
	port->active += (uint32_t)n;
	if (__builtin_expect(port->object.shared != NULL, 0))
		ring_set_running(port->object.shared, port->place,
				 port->active);
}

/* The first packet; one that has no memory of its own is copied to *own. */
static struct iocp_packet *pop(struct iocp *port, struct iocp_packet *own)
{
	struct shared *s = port->object.shared;
	struct iocp_packet *p = port->packets;

	if (__builtin_expect(s != NULL, 0) && ring_get(s, &own->entry)) {
		p = own;
	} else if (p) {
		port->packets = p->next;
		port->depth--;
	}
	if (!has_packets(port))
		*object_state(&port->object) = 0;
	return p;
}

/* At the end. */
static void push(struct iocp *port, struct iocp_packet *p)
{
	p->next = NULL;
	if (!port->packets)
		port->tail = &port->packets;
	*port->tail = p;
	port->tail = &p->next;
	port->depth++;
}

/* Of several processes: ours into the ring.  Returns those to be freed. */
static struct iocp_packet *copy_all(struct iocp *port)
{
	struct iocp_packet *p, *copied = NULL;

	while ((p = port->packets) &&
	       ring_put(port->object.shared, &p->entry, &p->number)) {
		port->packets = p->next;
		port->depth--;
		p->copied = true;
		if (p->done)
			continue;
		p->next = copied;
		copied = p;
	}
	return copied;
}

static void free_all(struct iocp_packet *p)
{
	while (p) {
		struct iocp_packet *next = p->next;

		free(p);
		p = next;
	}
}

/* Who gets the next packet: who made it while waiting here, or came last. */
static struct wait_block *next_taker(struct iocp *port)
{
	return leading.port == port && leading.block->next ? leading.block
							   : port->takers->prev;
}

/* A thread that waits for a packet and is to have one now; NULL: none may. */
static struct nt_wait *claim_taker(struct iocp *port)
{
	while (port->takers && may_run(port)) {
		struct wait_block *b = next_taker(port);

		wait_block_remove(&port->takers, b);
		if (wait_claim(b->wait))
			return b->wait;
	}
	return NULL;
}

/* There may be a packet, or a place, for who waits. */
static void feed(struct iocp *port)
{
	struct nt_wait *w;

	while (has_packets(port) && (w = claim_taker(port))) {
		w->packet = pop(port, w->packet);
		if (w->packet)
			count(port, 1);
		/* None: another process meddles. */
		wait_finish(w, w->packet ? STATUS_SUCCESS : STATUS_TIMEOUT);
	}
}

/* All who wait are to return with status. */
static void send_away(struct iocp *port, NTSTATUS status)
{
	while (port->takers) {
		struct wait_block *b = port->takers;
		struct nt_wait *w = b->wait;

		wait_block_remove(&port->takers, b);
		if (!wait_claim(w))
			continue;
		w->packet = NULL;
		/* Who begins anew counts itself. */
		if (status != (uint32_t)WAIT_RESTART)
			count(port, 1);
		wait_finish(w, status);
	}
}

/* Packets have come. */
static void announce(struct iocp *port)
{
	feed(port);
	if (!has_packets(port))
		return;
	*object_state(&port->object) = 1;
	object_changed(&port->object);
}

void iocp_post_packet(struct object *o, struct iocp_packet *p)
{
	struct iocp *port = (struct iocp *)o;
	struct iocp_packet *copied = NULL;

	p->copied = false;
	object_lock(o);
	if (!current_task || leading.port)
		port->patience = PATIENCE;
	else if (port->patience)
		port->patience--;
	push(port, p);
	if (__builtin_expect(o->shared != NULL, 0))
		copied = copy_all(port);
	announce(port);
	object_unlock(o);
	free_all(copied);
}

bool iocp_recall_packet(struct object *o, struct iocp_packet *p)
{
	struct iocp *port = (struct iocp *)o;
	struct iocp_packet **at = &port->packets;
	bool found;

	object_lock(o);
	if (p->copied) {
		found = ring_recall(o->shared, p->number);
	} else {
		while (*at && *at != p)
			at = &(*at)->next;
		found = *at != NULL;
		if (found) {
			*at = p->next;
			if (!p->next)
				port->tail = at;
			port->depth--;
		}
	}
	if (found && !has_packets(port))
		*object_state(o) = 0;
	object_unlock(o);
	return found;
}

bool iocp_packet_gone(struct object *o, const struct iocp_packet *p)
{
	bool gone;

	object_lock(o);
	gone = p->copied && !ring_has(o->shared, p->number);
	object_unlock(o);
	return gone;
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

/* ---- the object ---- */

/* The last handle is gone: those who still wait will get nothing. */
static void closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	(void)t;
	(void)h;
	if (!last)
		return;
	object_lock(o);
	if (!o->shared || !shared_by_others(o->shared))
		send_away((struct iocp *)o, STATUS_ABANDONED_WAIT_0);
	object_unlock(o);
}

/* Others may have posted, or have been killed, or have closed their handles. */
static int64_t refresh(struct object *o)
{
	struct iocp *port = (struct iocp *)o;

	if (!o->shared)
		return INT64_MAX;
	if (!ring_empty(o->shared) && !may_run(port))
		ring_bury(o->shared, port->place);
	feed(port);
	if (port->takers && !o->handles && !shared_by_others(o->shared))
		send_away(port, STATUS_ABANDONED_WAIT_0);
	return INT64_MAX;
}

static bool signaled(struct object *o, struct task *t)
{
	(void)t;
	return has_packets((struct iocp *)o);
}

static void to_page(const struct object *o, struct shared_page *p)
{
	p->param = (int32_t)((const struct iocp *)o)->limit;
}

static void from_page(struct object *o, const struct shared_page *p)
{
	((struct iocp *)o)->limit = (uint32_t)MAX(p->param, 1);
}

/* Of several processes: this one's threads count there, too.  Locked. */
static void take_place(struct iocp *port)
{
	if (!port->place)
		port->place = ring_place(port->object.shared);
	count(port, 0);
}

bool iocp_share(struct object *o)
{
	struct iocp *port = (struct iocp *)o;
	struct iocp_packet *copied = NULL;
	bool was, ok;

	object_lock(o);
	was = o->shared != NULL;
	ok = object_share(o);
	if (ok && !was) {
		take_place(port);
		copied = copy_all(port);
		/* Who waits is to sleep on the page from now on. */
		send_away(port, (uint32_t)WAIT_RESTART);
	}
	object_unlock(o);
	free_all(copied);
	return ok;
}

static bool pass(struct object *o, struct nt_passed *p)
{
	bool ok = iocp_share(o);

	if (ok)
		p->fd = o->shared->fd;
	p->len = 0;
	return ok;
}

static struct object *receive(const struct nt_passed *p)
{
	return shared_receive(&iocp_type, p);
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
	.signaled = signaled,
	.refresh = refresh,
	.close = closed,
	.destroy = destroy,
	.to_page = to_page,
	.from_page = from_page,
	.area = sizeof(struct port_ring),
	.area_first = RING_AREA,
	.numbered = true,
	.pass = pass,
	.receive = receive,
};

/* ---- who is running ---- */

/* One thread less runs: another may, here or elsewhere. */
static void let_run(struct iocp *port)
{
	feed(port);
	if (__builtin_expect(port->object.shared != NULL, 0) &&
	    has_packets(port) && may_run(port))
		port->object.shared->publish = true;
}

void iocp_thread_blocks(struct nt_thread *th)
{
	struct iocp *port = th->port;

	watch_lead_not();
	object_lock(&port->object);
	th->port_active = false;
	count(port, -1);
	let_run(port);
	object_unlock(&port->object);
}

void iocp_thread_runs(struct nt_thread *th)
{
	struct iocp *port = th->port;

	if (th->port_active)
		return;
	object_lock(&port->object);
	th->port_active = true;
	count(port, 1);
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

/* ---- taking ---- */

/*
 * One go: a packet in *got, which may be own, or a status that says why not.
 */
static NTSTATUS take_once(struct task *t, struct iocp *port, bool alertable,
			  int64_t deadline, struct iocp_packet **got,
			  struct iocp_packet *own)
{
	struct nt_thread *th = nt_thread(t);
	struct object *o = &port->object;
	struct wait_block b;
	struct nt_wait w;
	NTSTATUS status;

	object_lock(o);
	if (o->shared && !port->place)
		take_place(port);
	if (th->port_active) {
		th->port_active = false;
		count(port, -1);
	}
	if (may_run(port) && (*got = pop(port, own))) {
		count(port, 1);
		th->port_active = true;
		object_unlock(o);
		return STATUS_SUCCESS;
	}
	let_run(port);
	wait_init(&w, t);
	w.packet = own;
	w.objects = &o;
	w.n = 1;
	w.timed = o->shared != NULL;
	w.polls = !o->shared && port->patience;
	b.wait = &w;
	wait_block_add(&port->takers, &b);
	object_unlock(o);

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
	count(port, 1);
	object_unlock(&port->object);
	return status;
}

/* At least one packet; up to max of them.  own: memory for as many. */
static NTSTATUS take(struct task *t, uint64_t h, bool alertable, gaddr timeout,
		     struct iocp_packet **got, struct iocp_packet *own,
		     uint32_t max, uint32_t *n)
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
		status = take_once(t, port, alertable, deadline, &got[0], own);
		if (status == (uint32_t)WAIT_RESTART &&
		    nt_interrupted(t, false))
			status = STATUS_THREAD_IS_TERMINATING;
	} while (status == (uint32_t)WAIT_RESTART);
	*n = got[0] != NULL;
	if (*n && max > 1 && (port->object.shared || port->packets)) {
		object_lock(&port->object);
		while (*n < max && (got[*n] = pop(port, &own[*n])))
			++*n;
		object_unlock(&port->object);
	}
	object_put(&port->object);
	return status;
}

NTSTATUS nt_remove_io_completion(struct task *t, uint64_t port, gaddr key,
				 gaddr value, gaddr iosb, gaddr timeout)
{
	struct iocp_packet *p, own;
	struct iocp_entry e;
	NTSTATUS status;
	uint32_t n;

	status = take(t, port, false, timeout, &p, &own, 1, &n);
	if (!n)
		return status;
	e = p->entry;
	if (p != &own)
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
	struct iocp_packet *p[MAX_REMOVE], own[MAX_REMOVE];
	struct iocp_entry e[MAX_REMOVE];
	NTSTATUS status;
	uint32_t n = 0;

	if (!count)
		return STATUS_INVALID_PARAMETER;
	status = take(t, port, alertable, timeout, p, own,
		      MIN(count, (uint32_t)MAX_REMOVE), &n);
	for (uint32_t i = 0; i < n; i++) {
		e[i] = p[i]->entry;
		if (p[i] != &own[i])
			let_go(p[i]);
	}
	if (guest_write(t, entries, e, n * sizeof *e) ||
	    guest_put32(t, removed, n))
		return STATUS_ACCESS_VIOLATION;
	return n ? STATUS_SUCCESS : status;
}

/* ---- the other calls ---- */

NTSTATUS nt_create_io_completion(struct task *t, gaddr out, uint32_t access,
				 gaddr attr, uint32_t count)
{
	struct iocp *port;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	port = object_new(&iocp_type);
	if (port) {
		/* 0: as many as there are processors. */
		port->limit = count ? count : processor_count();
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
	if (port->object.shared)
		depth += (int32_t)ring_depth(port->object.shared);
	object_unlock(&port->object);
	if (guest_write(t, info, &depth, sizeof depth) ||
	    (ret_len && guest_put32(t, ret_len, sizeof depth)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
