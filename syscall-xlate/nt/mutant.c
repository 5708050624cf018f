/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mutant.c - mutants: owned by a thread, recursive, abandoned when it ends.
 *
 * The object's state is 1 while nobody owns it.  Each thread has a list of
 * what it owns; only the thread itself touches the list, and it does so after
 * its wait has been satisfied (mutant_taken()), so it needs no lock.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { QUERY = 1 };

struct mutant {
	struct object object;
	struct task *owner; /* under the object's lock */
	uint32_t owner_id;  /* the same */
	uint32_t count;     /* how often owner has it */
	bool abandoned;
	bool kept;   /* holds a reference to itself, see keep() */
	bool listed; /* the owner's, as are the next two */
	struct mutant *next, *prev; /* in the owner's list */
};

static bool signaled(struct object *o, struct task *t)
{
	return o->state || ((struct mutant *)o)->owner == t;
}

/*
 * Locked, owned and without handles: the owner's list still points to it, so
 * it keeps itself alive until it is let go.  (A reference for each acquisition
 * would cost as much as the rest of it.)
 */
static void keep(struct mutant *m)
{
	if (!m->kept)
		m->kept = object_try_get(&m->object);
}

static NTSTATUS acquire(struct object *o, struct task *t)
{
	struct mutant *m = (struct mutant *)o;
	bool abandoned = m->abandoned;

	if (!m->count++) {
		m->owner = t;
		m->owner_id = nt_thread(t)->id;
		o->state = 0;
	}
	m->abandoned = false;
	if (!o->handles)
		keep(m);
	return abandoned ? STATUS_ABANDONED : STATUS_SUCCESS;
}

static void closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	struct mutant *m = (struct mutant *)o;

	(void)t;
	(void)h;
	if (!last)
		return;
	object_lock(o);
	if (m->owner)
		keep(m);
	object_unlock(o);
}

const struct object_type mutant_type = {
	.name = "Mutant",
	.size = sizeof(struct mutant),
	.generic = { 0x20001, 0x20000, 0x120000, 0x1f0001 },
	.valid_access = 0x1f0001,
	.waitable = true,
	.signaled = signaled,
	.acquire = acquire,
	.close = closed,
};

void mutant_taken(struct task *t, struct object *o)
{
	struct mutant *m = (struct mutant *)o, **list = &nt_thread(t)->owned;

	if (m->listed)
		return;
	m->listed = true;
	m->next = *list;
	m->prev = NULL;
	if (m->next)
		m->next->prev = m;
	*list = m;
}

static void unlist(struct nt_thread *th, struct mutant *m)
{
	m->listed = false;
	if (m->prev)
		m->prev->next = m->next;
	else
		th->owned = m->next;
	if (m->next)
		m->next->prev = m->prev;
}

/* Locked, and its owner lets it go.  Whether the caller has to put it. */
static bool free_locked(struct mutant *m)
{
	bool kept = m->kept;

	m->kept = false;
	m->owner = NULL;
	m->owner_id = 0;
	m->count = 0;
	m->object.state = 1;
	if (m->object.waiters)
		object_wake_locked(&m->object);
	return kept;
}

void mutants_abandon(struct nt_thread *th)
{
	while (th->owned) {
		struct mutant *m = th->owned;
		bool kept;

		object_lock(&m->object);
		unlist(th, m);
		m->abandoned = true;
		kept = free_locked(m);
		object_unlock(&m->object);
		if (kept)
			object_put(&m->object);
	}
}

NTSTATUS nt_create_mutant(struct task *t, gaddr mutant, uint32_t access,
			  gaddr attr, uint8_t owned)
{
	struct mutant *m;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	m = object_new(&mutant_type);
	if (!m) {
		oa_free(&oa);
		return STATUS_NO_MEMORY;
	}
	m->object.state = 1;
	/* Owned from the first moment others can see it. */
	if (owned)
		acquire(&m->object, t);
	object_get(&m->object);
	status = object_create(t, &m->object, access, &oa, mutant);
	/* With OBJ_OPENIF it may be another one that was opened: then the
	   caller owns nothing. */
	if (owned && status == STATUS_SUCCESS)
		mutant_taken(t, &m->object);
	object_put(&m->object);
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_mutant(struct task *t, gaddr mutant, uint32_t access,
			gaddr attr)
{
	return object_open(t, &mutant_type, access, attr, mutant);
}

NTSTATUS nt_release_mutant(struct task *t, uint64_t mutant, gaddr previous)
{
	struct mutant *m;
	NTSTATUS status;
	uint32_t count;
	bool kept = false;

	status = handle_lock(t, mutant, &mutant_type, 0, &m);
	if (status)
		return status;
	if (m->owner != t) {
		object_unlock(&m->object);
		return STATUS_MUTANT_NOT_OWNED;
	}
	count = m->count;
	if (count == 1) {
		unlist(nt_thread(t), m);
		kept = free_locked(m);
	} else {
		m->count--;
	}
	object_unlock(&m->object);
	if (kept)
		object_put(&m->object);
	/* The count that the mutant had: 1 - recursions. */
	if (previous && guest_put32(t, previous, 1 - count))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* MUTANT_BASIC_INFORMATION */
struct mutant_basic {
	int32_t count;
	uint8_t mine, abandoned, pad[2];
};

NTSTATUS nt_query_mutant(struct task *t, uint64_t mutant, uint32_t class,
			 gaddr info, uint32_t len, gaddr ret_len)
{
	enum { BASIC, OWNER };
	struct mutant_basic basic = { 0 };
	uint64_t owner[2] = { 0 }; /* CLIENT_ID */
	uint32_t need = class == BASIC ? sizeof basic : sizeof owner;
	struct mutant *m;
	NTSTATUS status;

	if (class > OWNER)
		return STATUS_INVALID_INFO_CLASS;
	if (len != need)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, mutant, &mutant_type, QUERY, &m);
	if (status)
		return status;
	basic.count = 1 - (int32_t)m->count;
	basic.mine = m->owner == t;
	basic.abandoned = m->abandoned;
	if (m->owner) {
		owner[0] = nt_self->id;
		owner[1] = m->owner_id;
	}
	object_unlock(&m->object);
	if (guest_write(t, info, class == BASIC ? (void *)&basic : owner,
			need) ||
	    (ret_len && guest_put32(t, ret_len, need)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
