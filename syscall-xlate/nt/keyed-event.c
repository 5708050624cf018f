/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keyed-event.c - keyed events: a releaser and a waiter of one key meet.
 *
 * Whoever comes first sleeps; nothing is remembered.  Handle 0 means one event
 * that every process has.
 *
 * A key is an address of the process, so who meets are threads of one process,
 * whoever has the event besides: name and handles are for all, the lists are
 * not.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { WAIT = 1, WAKE = 2 };

struct keyed_event {
	struct object object; /* waiters: those who wait */
	struct wait_block *releasers;
};

/* There is nothing to know of it. */
static void to_page(const struct object *o, struct shared_page *p)
{
	(void)o;
	(void)p;
}

static struct object *receive(const struct nt_passed *p)
{
	return shared_receive(&keyed_event_type, p);
}

const struct object_type keyed_event_type = {
	.name = "KeyedEvent",
	.size = sizeof(struct keyed_event),
	.generic = { 0x20001, 0x20002, 0x20000, 0xf0003 },
	.valid_access = 0x1f0003,
	.to_page = to_page,
	.pass = shared_pass,
	.receive = receive,
};

static struct keyed_event *everyones(void)
{
	static struct keyed_event *_Atomic the;
	struct keyed_event *k = the, *none = NULL;

	if (k)
		return k;
	k = object_new(&keyed_event_type);
	if (!k)
		return NULL;
	if (atomic_compare_exchange_strong(&the, &none, k))
		return k;
	object_put(&k->object);
	return none;
}

NTSTATUS nt_create_keyed_event(struct task *t, gaddr keyed_event,
			       uint32_t access, gaddr attr, uint32_t flags)
{
	struct object *k;
	struct nt_oa oa;
	NTSTATUS status;

	if (flags)
		return STATUS_INVALID_PARAMETER_4;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	k = object_new(&keyed_event_type);
	status = k ? object_create(t, k, access, &oa, keyed_event)
		   : STATUS_NO_MEMORY;
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_keyed_event(struct task *t, gaddr keyed_event, uint32_t access,
			     gaddr attr)
{
	return object_open(t, &keyed_event_type, access, attr, keyed_event);
}

/* Lets somebody in list go who came for key; the event is locked. */
static bool meet(struct wait_block **list, uint64_t key)
{
	struct wait_block *b = *list;

	if (!b)
		return false;
	do {
		if (b->wait->key == key && wait_claim(b->wait)) {
			wait_block_remove(list, b);
			wait_finish(b->wait, STATUS_SUCCESS);
			return true;
		}
		b = b->next;
	} while (b != *list);
	return false;
}

/* Until somebody of theirs comes for key. */
static NTSTATUS rendezvous(struct task *t, struct keyed_event *k,
			   struct wait_block **mine, struct wait_block **theirs,
			   uint64_t key, bool alertable, int64_t deadline)
{
	struct wait_block b;
	struct nt_wait w;
	NTSTATUS status;

	do {
		object_lock(&k->object);
		if (meet(theirs, key)) {
			object_unlock(&k->object);
			return STATUS_SUCCESS;
		}
		wait_init(&w, t);
		w.key = key;
		b.wait = &w;
		wait_block_add(mine, &b);
		object_unlock(&k->object);

		status = wait_sleep(&w, deadline, alertable);

		if (status == STATUS_SUCCESS)
			return status;
		object_lock(&k->object);
		if (b.next)
			wait_block_remove(mine, &b);
		object_unlock(&k->object);
		if (status == (uint32_t)WAIT_RESTART &&
		    nt_interrupted(t, false))
			status = STATUS_THREAD_IS_TERMINATING;
	} while (status == (uint32_t)WAIT_RESTART);
	return status;
}

static NTSTATUS keyed_call(struct task *t, uint64_t handle, gaddr key,
			   bool alertable, gaddr timeout, bool release)
{
	struct keyed_event *k;
	struct nt_timeout to;
	NTSTATUS status;

	/* Bit 0 is the kernel's own in Windows. */
	if (key & 1)
		return STATUS_INVALID_PARAMETER_1;
	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	if (handle) {
		status = handle_get(t, handle, &keyed_event_type,
				    release ? WAKE : WAIT, &k);
		if (status)
			return status;
	} else {
		k = everyones();
		if (!k)
			return STATUS_NO_MEMORY;
		object_get(&k->object);
	}
	status = rendezvous(t, k, release ? &k->releasers : &k->object.waiters,
			    release ? &k->object.waiters : &k->releasers, key,
			    alertable, timeout_deadline(&to));
	object_put(&k->object);
	return status;
}

NTSTATUS nt_wait_for_keyed_event(struct task *t, uint64_t keyed_event,
				 gaddr key, uint8_t alertable, gaddr timeout)
{
	return keyed_call(t, keyed_event, key, alertable, timeout, false);
}

NTSTATUS nt_release_keyed_event(struct task *t, uint64_t keyed_event, gaddr key,
				uint8_t alertable, gaddr timeout)
{
	return keyed_call(t, keyed_event, key, alertable, timeout, true);
}
