/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mutant.c - mutants: owned by a thread, recursive, abandoned when it ends.
 *
 * The object's state is 1 while nobody owns it.  Each thread has a list of
 * what it owns; only the thread itself touches the list, and it does so after
 * its wait has been satisfied (mutant_taken()), so it needs no lock.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/calls.h"

enum { QUERY = 1 };

struct mutant {
	struct object object;
	struct mutant_state own; /* if it is not shared; see state_of() */
	bool kept;               /* holds a reference to itself, see keep() */
	/* The rest is the owning thread's. */
	bool listed;                /* in its list */
	bool alive;                 /* it has locked the page's "alive" */
	struct mutant *next, *prev; /* in the list */
};

/* Under the object's lock, as is what it points to. */
static inline struct mutant_state *state_of(struct mutant *m)
{
	return __builtin_expect(m->object.shared != NULL, 0)
		       ? &m->object.shared->page->mutant
		       : &m->own;
}

static inline uint64_t owner_id(const struct nt_thread *th)
{
	return (uint64_t)nt_self->host_pid << 32 | th->id;
}

/*
 * The stores to a shared mutant are in an order: the process may be killed
 * between any two.  It is owned while owner is not 0, whatever the rest says;
 * that it is abandoned is noted before it is free, and forgotten once it has
 * an owner again.
 */
static inline void in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

static void set_free(struct object *o, struct mutant_state *s, bool abandoned)
{
	s->abandoned = abandoned;
	in_order();
	s->owner = 0;
	in_order();
	s->count = 0;
	*object_state(o) = 1;
}

static bool signaled(struct object *o, struct task *t)
{
	struct mutant *m = (struct mutant *)o;
	struct mutant_state *s = state_of(m);

	if (!s->owner || (t && s->owner == owner_id(nt_thread(t))))
		return true;
	if (!o->shared || !shared_owner_died(o->shared))
		return false;
	/* Or the next to look would take the new owner, who has yet to put
	   its own name there, for dead as well. */
	atomic_fetch_and(&o->shared->page->alive, FUTEX_WAITERS);
	set_free(o, s, true);
	return true;
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
	struct mutant_state *s = state_of(m);
	bool abandoned = s->abandoned;

	if (s->owner) {
		s->count++;
	} else {
		s->count = 1;
		*object_state(o) = 0;
		in_order();
		s->owner = owner_id(nt_thread(t));
	}
	in_order();
	s->abandoned = 0;
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
	if ((int)(state_of(m)->owner >> 32) == nt_self->host_pid)
		keep(m);
	object_unlock(o);
}

static void to_page(const struct object *o, struct shared_page *p)
{
	p->state = o->state;
	p->mutant = ((const struct mutant *)o)->own;
}

static struct object *receive(const struct nt_passed *p)
{
	return shared_receive(&mutant_type, p);
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
	.to_page = to_page,
	.pass = shared_pass,
	.receive = receive,
};

/* So that other processes notice if this thread is killed. */
static void take_alive(struct mutant *m)
{
	m->alive = robust_take(m->object.shared);
}

void mutant_taken(struct task *t, struct object *o)
{
	struct mutant *m = (struct mutant *)o, **list = &nt_thread(t)->owned;

	if (m->listed)
		return;
	m->listed = true;
	if (o->shared)
		take_alive(m);
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
static bool free_locked(struct mutant *m, bool abandoned)
{
	bool kept = m->kept;

	/* Before others can have it. */
	if (m->alive)
		robust_release(m->object.shared);
	m->alive = false;
	m->kept = false;
	set_free(&m->object, state_of(m), abandoned);
	object_changed(&m->object);
	return kept;
}

void mutants_abandon(struct nt_thread *th)
{
	while (th->owned) {
		struct mutant *m = th->owned;
		bool kept;

		object_lock(&m->object);
		unlist(th, m);
		kept = free_locked(m, true);
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
	struct mutant_state *s;
	struct mutant *m;
	NTSTATUS status;
	uint32_t count;
	bool kept = false;

	status = handle_lock(t, mutant, &mutant_type, 0, &m);
	if (status)
		return status;
	s = state_of(m);
	if (s->owner != owner_id(nt_thread(t))) {
		object_unlock(&m->object);
		return STATUS_MUTANT_NOT_OWNED;
	}
	count = s->count;
	if (count == 1) {
		unlist(nt_thread(t), m);
		kept = free_locked(m, false);
	} else {
		s->count--;
	}
	object_unlock(&m->object);
	if (kept)
		object_put(&m->object);
	/* The count that the mutant had: 1 - recursions. */
	if (previous && guest_put32(t, previous, 1 - count))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/*
 * For lean.c: with the object's lock held, not shared, and with a handle.
 * Whatever is more than a few stores is left to the calls above.
 */
bool mutant_lean_take(struct task *t, struct object *o, int64_t *ret)
{
	struct mutant *m = (struct mutant *)o;

	if (m->own.owner && m->own.owner != owner_id(nt_thread(t)))
		return false;
	*ret = acquire(o, t);
	mutant_taken(t, o);
	return true;
}

bool mutant_lean_release(struct task *t, struct object *o, uint32_t *count)
{
	struct mutant *m = (struct mutant *)o;

	if (m->own.owner != owner_id(nt_thread(t)) || m->kept || m->alive ||
	    o->waiters)
		return false;
	*count = m->own.count;
	if (*count == 1) {
		unlist(nt_thread(t), m);
		set_free(o, &m->own, false);
	} else {
		m->own.count--;
	}
	return true;
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
	struct mutant_state *s;
	struct mutant *m;
	NTSTATUS status;

	if (class > OWNER)
		return STATUS_INVALID_INFO_CLASS;
	if (len != need)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, mutant, &mutant_type, QUERY, &m);
	if (status)
		return status;
	s = state_of(m);
	basic.count = 1 - (int32_t)s->count;
	basic.mine = s->owner == owner_id(nt_thread(t));
	basic.abandoned = !!s->abandoned;
	if (s->owner) {
		owner[0] = process_id((int)(s->owner >> 32));
		owner[1] = (uint32_t)s->owner;
	}
	object_unlock(&m->object);
	if (guest_write(t, info, class == BASIC ? (void *)&basic : owner,
			need) ||
	    (ret_len && guest_put32(t, ret_len, need)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
