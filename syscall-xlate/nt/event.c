/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.c - events: state 0 or 1, consumed by one waiter if synchronization.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { NOTIFICATION, SYNCHRONIZATION };
enum { QUERY = 1, MODIFY = 2 };

struct event {
	struct object object;
	uint32_t type;
};

static bool signaled(struct object *o, struct task *t)
{
	(void)t;
	return *object_state(o) != 0;
}

static NTSTATUS acquire(struct object *o, struct task *t)
{
	(void)t;
	if (((struct event *)o)->type == SYNCHRONIZATION)
		*object_state(o) = 0;
	return STATUS_SUCCESS;
}

static void to_page(const struct object *o, struct shared_page *p)
{
	p->state = o->state;
	p->param = (int32_t)((const struct event *)o)->type;
}

static void from_page(struct object *o, const struct shared_page *p)
{
	((struct event *)o)->type =
		p->param == NOTIFICATION ? NOTIFICATION : SYNCHRONIZATION;
}

static struct object *receive(const struct nt_passed *p)
{
	return shared_receive(&event_type, p);
}

const struct object_type event_type = {
	.name = "Event",
	.size = sizeof(struct event),
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.valid_access = 0x1f0003,
	.waitable = true,
	.signaled = signaled,
	.acquire = acquire,
	.to_page = to_page,
	.from_page = from_page,
	.pass = shared_pass,
	.receive = receive,
};

NTSTATUS nt_create_event(struct task *t, gaddr event, uint32_t access,
			 gaddr attr, uint32_t type, uint8_t state)
{
	struct event *e;
	struct nt_oa oa;
	NTSTATUS status;

	if (type != NOTIFICATION && type != SYNCHRONIZATION)
		return STATUS_INVALID_PARAMETER;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	e = object_new(&event_type);
	if (e) {
		e->type = type;
		e->object.state = !!state;
		status = object_create(t, &e->object, access, &oa, event);
	} else {
		status = STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_event(struct task *t, gaddr event, uint32_t access, gaddr attr)
{
	return object_open(t, &event_type, access, attr, event);
}

/* A change to the event's state; returns the old one in *old. */
static inline NTSTATUS change(struct task *t, uint64_t h, int32_t state,
			      bool wake, gaddr previous)
{
	_Atomic int32_t *now;
	struct event *e;
	NTSTATUS status;
	int32_t old;

	status = handle_lock(t, h, &event_type, MODIFY, &e);
	if (status)
		return status;
	now = object_state(&e->object);
	old = *now;
	if (wake) {
		*now = 1;
		object_changed(&e->object);
	}
	/* A pulse leaves it unsignalled, a set leaves what nobody took. */
	if (!state)
		*now = 0;
	object_unlock(&e->object);
	if (previous && guest_put32(t, previous, (uint32_t)old))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_event(struct task *t, uint64_t event, gaddr previous)
{
	return change(t, event, 1, true, previous);
}

NTSTATUS nt_set_event_boost_priority(struct task *t, uint64_t event)
{
	return change(t, event, 1, true, 0);
}

NTSTATUS nt_reset_event(struct task *t, uint64_t event, gaddr previous)
{
	return change(t, event, 0, false, previous);
}

NTSTATUS nt_clear_event(struct task *t, uint64_t event)
{
	return change(t, event, 0, false, 0);
}

NTSTATUS nt_pulse_event(struct task *t, uint64_t event, gaddr previous)
{
	return change(t, event, 0, true, previous);
}

NTSTATUS nt_query_event(struct task *t, uint64_t event, uint32_t class,
			gaddr info, uint32_t len, gaddr ret_len)
{
	uint32_t basic[2]; /* EVENT_BASIC_INFORMATION: type, state */
	struct event *e;
	NTSTATUS status;

	if (class)
		return STATUS_INVALID_INFO_CLASS;
	if (len != sizeof basic)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, event, &event_type, QUERY, &e);
	if (status)
		return status;
	basic[0] = e->type;
	basic[1] = (uint32_t)*object_state(&e->object);
	object_unlock(&e->object);
	if (guest_write(t, info, basic, sizeof basic) ||
	    (ret_len && guest_put32(t, ret_len, sizeof basic)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
