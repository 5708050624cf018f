/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait-packet.c - wait completion packets: when an object is signalled, a
 * packet goes to a completion port; no thread waits.
 *
 * Locks are taken in the order packet, object, port.  The references to object
 * and port are given back only when the packet is used again or closed.  While
 * it is in use it holds a reference to itself.
 */
#include "syscall-xlate/nt/iocp.h"
#include "syscall-xlate/nt/calls.h"

enum { IDLE, WAITING, QUEUED };
enum { SYNCHRONIZE = 0x100000, IOCP_MODIFY = 2, PACKET_MODIFY = 1 };

struct wait_packet {
	struct object object;
	_Atomic int use; /* IDLE, ... */
	struct wait_block block;
	struct iocp_packet packet;
	struct object *target, *port; /* references; NULL: none */
};

/* A thread has it, and holds no lock. */
static void taken(struct iocp_packet *p)
{
	struct wait_packet *wp = container_of(p, struct wait_packet, packet);

	wp->use = IDLE;
	object_put(&wp->object);
}

/* The target is locked and was acquired. */
static void fire(struct wait_block *b)
{
	struct wait_packet *wp = container_of(b, struct wait_packet, block);

	wp->use = QUEUED;
	iocp_post_packet(wp->port, &wp->packet);
}

static void forget(struct wait_packet *wp)
{
	object_put(wp->target);
	object_put(wp->port);
	wp->target = wp->port = NULL;
}

/* Locked.  In a port of several processes nobody says that it was taken. */
static void look_taken(struct wait_packet *wp)
{
	if (wp->use != QUEUED || !iocp_packet_gone(wp->port, &wp->packet))
		return;
	wp->use = IDLE;
	/* Not the last: the caller has one. */
	atomic_fetch_sub(&wp->object.refs, 1);
}

/*
 * Locked.  Takes it off whatever it is on; on success the caller owns the
 * packet's reference to itself.
 */
static NTSTATUS cancel(struct wait_packet *wp, bool queued_too)
{
	if (wp->use == WAITING) {
		bool off = false;

		object_lock(wp->target);
		if (wp->block.next) {
			wait_block_remove(&wp->target->waiters, &wp->block);
			wp->use = IDLE;
			off = true;
		}
		object_unlock(wp->target);
		if (off)
			return STATUS_SUCCESS;
	}
	look_taken(wp);
	if (wp->use == IDLE)
		return STATUS_CANCELLED;
	if (!queued_too)
		return STATUS_PENDING;
	if (!iocp_recall_packet(wp->port, &wp->packet))
		return STATUS_CANCELLED;
	wp->use = IDLE;
	return STATUS_SUCCESS;
}

static void closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	struct wait_packet *wp = (struct wait_packet *)o;
	NTSTATUS status;

	(void)t;
	(void)h;
	if (!last)
		return;
	object_lock(o);
	status = cancel(wp, true);
	object_unlock(o);
	if (status == STATUS_SUCCESS)
		object_put(o);
}

static void destroy(struct object *o)
{
	forget((struct wait_packet *)o);
}

const struct object_type wait_packet_type = {
	.name = "WaitCompletionPacket",
	.size = sizeof(struct wait_packet),
	.generic = { 0x20001, 0x20001, 0x20000, 0xf0001 },
	.valid_access = 0x1f0001,
	.close = closed,
	.destroy = destroy,
};

NTSTATUS nt_create_wait_completion_packet(struct task *t, gaddr packet,
					  uint32_t access, gaddr attr)
{
	struct wait_packet *wp;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	wp = object_new(&wait_packet_type);
	if (wp) {
		wp->packet.done = taken;
		wp->block.fire = fire;
		status = object_create(t, &wp->object, access, &oa, packet);
	} else {
		status = STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

/* wp is locked and idle; takes over both references. */
static bool associate(struct wait_packet *wp, struct object *target,
		      struct object *port, const struct iocp_entry *e)
{
	bool now;

	forget(wp);
	object_get(&wp->object);
	wp->target = target;
	wp->port = port;
	wp->packet.entry = *e;
	object_lock(target);
	if (target->type->refresh)
		target->type->refresh(target);
	wp->use = WAITING;
	now = object_signaled(target, NULL);
	if (now) {
		object_acquire(target, NULL);
		fire(&wp->block);
	} else {
		wait_block_add(&target->waiters, &wp->block);
	}
	object_unlock(target);
	return now;
}

NTSTATUS nt_associate_wait_completion_packet(struct task *t, uint64_t packet,
					     uint64_t port, uint64_t object,
					     gaddr key, gaddr value,
					     uint32_t status,
					     uint64_t information,
					     gaddr signaled)
{
	const struct iocp_entry e = { key, value, status, 0, information };
	struct object *target = NULL, *io = NULL;
	struct wait_packet *wp;
	NTSTATUS err;
	uint8_t now = 0;

	err = handle_get(t, packet, &wait_packet_type, PACKET_MODIFY, &wp);
	if (err)
		return err;
	err = handle_get(t, port, &iocp_type, IOCP_MODIFY, &io);
	if (!err)
		err = handle_get(t, object, NULL, SYNCHRONIZE, &target);
	/* A mutant needs a thread that owns it. */
	if (!err && (!target->type->waitable || target->type == &mutant_type))
		err = STATUS_OBJECT_TYPE_MISMATCH;
	if (!err) {
		object_get(target);
		object_lock(&wp->object);
		look_taken(wp);
		if (wp->use == IDLE) {
			now = associate(wp, target, io, &e);
		} else {
			err = STATUS_INVALID_PARAMETER_1;
			atomic_fetch_sub(&target->refs, 1);
		}
		object_unlock(&wp->object);
	}
	if (!err && !now) {
		timer_needs_alarm(target);
		if (target->shared)
			wait_without_thread(target);
	}
	if (err)
		object_put(io);
	object_put(target);
	object_put(&wp->object);
	if (!err && signaled && guest_write(t, signaled, &now, 1))
		return STATUS_ACCESS_VIOLATION;
	return err;
}

NTSTATUS nt_cancel_wait_completion_packet(struct task *t, uint64_t packet,
					  uint8_t remove_signaled)
{
	struct wait_packet *wp;
	NTSTATUS status;

	status = handle_get(t, packet, &wait_packet_type, PACKET_MODIFY, &wp);
	if (status)
		return status;
	object_lock(&wp->object);
	status = cancel(wp, remove_signaled);
	object_unlock(&wp->object);
	if (status == STATUS_SUCCESS)
		object_put(&wp->object);
	object_put(&wp->object);
	return status;
}
