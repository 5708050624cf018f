/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle.c - the handle table.
 *
 * A handle is 4 * (slot + 1), the low two bits are the program's to play with,
 * and the slot freed last is used first, as Windows does.  Lookup takes no
 * lock: it reads the slot, pins the object (a reference, or the object's own
 * lock), and looks at the slot again.  That is sound because objects' memory
 * stays objects' memory (object.c) and because whoever closes a handle clears
 * the slot before it gives the reference back.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/calls.h"

enum {
	CHUNK_BITS = 10,
	CHUNK = 1 << CHUNK_BITS,
	CHUNKS = 16 << 10, /* 16 million handles, Windows' own limit */
	/* From here on a parent chooses the values (HANDLE_LATE). */
	LATE = CHUNKS << CHUNK_BITS >> 1,
	NO_SLOT = -1,
};

struct slot {
	struct object *_Atomic object; /* NULL: free */
	_Atomic uint32_t access;       /* free: the next free slot */
	_Atomic uint32_t flags;
};

/* What is read without the lock counts only if object is still the same. */
static inline uint32_t get(_Atomic uint32_t *v)
{
	return atomic_load_explicit(v, memory_order_relaxed);
}

static inline void set(_Atomic uint32_t *v, uint32_t n)
{
	atomic_store_explicit(v, n, memory_order_relaxed);
}

static struct slot first_chunk[CHUNK] SPARSE;
static struct slot *_Atomic chunks[CHUNKS] = { first_chunk };

static _Atomic uint32_t table_lock;
static int first_free = NO_SLOT; /* under table_lock, as are the next two */
static int slots_used;           /* slots that were ever in use */
static int late_used;            /* the same, counted from LATE */
static unsigned open_handles;

static struct slot *slot_at(int i)
{
	return &atomic_load_explicit(&chunks[i >> CHUNK_BITS],
				     memory_order_acquire)[i & (CHUNK - 1)];
}

/*
 * Nothing is at h: it may be a handle that the parent gave us, which is taken
 * in only now.  Whether to look again.
 */
static __attribute__((noinline)) bool late(uint64_t h)
{
	return h >= HANDLE_LATE && (h >> 2) - 1 < (uint64_t)CHUNKS << CHUNK_BITS
		       ? process_late_handle()
		       : false;
}

/* The slot of a handle, in use or not; NULL if there never was one. */
static inline struct slot *slot_of(uint64_t h)
{
	uint64_t i = (h >> 2) - 1;
	struct slot *c;

	if (i >= (uint64_t)CHUNKS << CHUNK_BITS)
		return NULL;
	c = atomic_load_explicit(&chunks[i >> CHUNK_BITS],
				 memory_order_acquire);
	return c ? &c[i & (CHUNK - 1)] : NULL;
}

static uint64_t handle_of(int i)
{
	return ((uint64_t)i + 1) << 2;
}

/* With table_lock held: there is memory behind slot i. */
static bool have_chunk(int i)
{
	void *c;

	if (i >= CHUNKS << CHUNK_BITS)
		return false;
	if (chunks[i >> CHUNK_BITS])
		return true;
	c = mmap(NULL, sizeof first_chunk, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED)
		return false;
	atomic_store_explicit(&chunks[i >> CHUNK_BITS], c,
			      memory_order_release);
	return true;
}

static void fill(struct slot *s, struct object *o, uint32_t access,
		 uint32_t flags)
{
	set(&s->access, access);
	set(&s->flags, flags);
	object_get(o);
	o->handles++;
	open_handles++;
	atomic_store_explicit(&s->object, o, memory_order_release);
}

uint32_t access_map(const struct object_type *type, uint32_t access)
{
	static const uint32_t generic[] = { 0x80000000, 0x40000000, 0x20000000,
					    0x10000000 };
	enum { MAXIMUM = 0x02000000, SYSTEM_SECURITY = 0x01000000 };
	uint32_t mapped = access & 0x00ffffff;

	for (unsigned i = 0; i < COUNT_OF(generic); i++)
		if (access & generic[i])
			mapped |= type->generic[i];
	if (access & MAXIMUM)
		mapped |= type->generic[3];
	return mapped | (access & SYSTEM_SECURITY);
}

NTSTATUS handle_add(struct task *t, struct object *o, uint32_t access,
		    uint32_t attributes, uint64_t *h)
{
	struct slot *s;
	int i;

	(void)t;
	access = access_map(o->type, access);
	if (o->type->valid_access &&
	    access & ~(o->type->valid_access | 0x01000000))
		return STATUS_ACCESS_DENIED;

	small_lock(&table_lock);
	i = first_free;
	if (i != NO_SLOT) {
		s = slot_at(i);
		first_free = (int)s->access;
	} else if (slots_used < LATE && have_chunk(slots_used)) {
		i = slots_used++;
		s = slot_at(i);
	} else {
		small_unlock(&table_lock);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	fill(s, o, access, attributes & OBJ_INHERIT);
	small_unlock(&table_lock);
	*h = handle_of(i);
	return STATUS_SUCCESS;
}

NTSTATUS handle_place(uint64_t h, struct object *o, uint32_t access,
		      uint32_t attributes)
{
	int i = (int)(h >> 2) - 1;

	if (i < 0 || i >= CHUNKS << CHUNK_BITS)
		return STATUS_INVALID_HANDLE;
	small_lock(&table_lock);
	for (; i < LATE && slots_used <= i; slots_used++) {
		if (!have_chunk(slots_used)) {
			small_unlock(&table_lock);
			return STATUS_INSUFFICIENT_RESOURCES;
		}
		if (slots_used < i) {
			slot_at(slots_used)->access = (uint32_t)first_free;
			first_free = slots_used;
		}
	}
	if (!have_chunk(i) || slot_at(i)->object) {
		small_unlock(&table_lock);
		return STATUS_HANDLE_NOT_CLOSABLE;
	}
	if (i >= LATE)
		late_used = MAX(late_used, i - LATE + 1);
	/* It may be on the free list if handles came out of order. */
	if (first_free == i)
		first_free = (int)slot_at(i)->access;
	else
		for (int at = first_free; at != NO_SLOT;
		     at = (int)slot_at(at)->access)
			if ((int)slot_at(at)->access == i) {
				slot_at(at)->access = slot_at(i)->access;
				break;
			}
	fill(slot_at(i), o, access,
	     attributes & (OBJ_INHERIT | HANDLE_PROTECT));
	small_unlock(&table_lock);
	return STATUS_SUCCESS;
}

NTSTATUS handle_out(struct task *t, struct object *o, uint32_t access,
		    uint32_t attributes, gaddr out)
{
	NTSTATUS status;
	uint64_t h;

	status = handle_add(t, o, access, attributes, &h);
	if (status)
		return status;
	if (guest_put64(t, out, h)) {
		handle_close(t, h);
		return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

/* The objects behind -1 and -2; NULL for other values. */
static struct object *pseudo(struct task *t, uint64_t h)
{
	/* A 32-bit program's -1 comes widened without sign. */
	if (h == NT_CURRENT_PROCESS || h == 0xffffffff)
		return &nt_self->object;
	if ((h == NT_CURRENT_THREAD || h == 0xfffffffe) && t)
		return &nt_thread(t)->object;
	return NULL;
}

static NTSTATUS check(const struct object *o, const struct object_type *type,
		      uint32_t access, uint32_t granted)
{
	if (type && o->type != type)
		return STATUS_OBJECT_TYPE_MISMATCH;
	if (access & ~granted)
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

NTSTATUS handle_get_info(struct task *t, uint64_t h,
			 const struct object_type *type, uint32_t access,
			 void *ret, uint32_t *granted, uint32_t *attributes)
{
	struct slot *s = slot_of(h);
	uint32_t carried, flags;
	struct object *o;
	NTSTATUS status;

	if (s) {
		do {
			o = atomic_load_explicit(&s->object,
						 memory_order_acquire);
			if (!o)
				return late(h) ? handle_get_info(t, h, type,
								 access, ret,
								 granted,
								 attributes)
					       : STATUS_INVALID_HANDLE;
			carried = get(&s->access);
			flags = get(&s->flags);
			if (!object_try_get(o))
				continue;
			if (atomic_load(&s->object) == o)
				break;
			object_put(o);
		} while (1);
	} else {
		o = pseudo(t, h);
		if (!o)
			return late(h) ? handle_get_info(t, h, type, access,
							 ret, granted,
							 attributes)
				       : STATUS_INVALID_HANDLE;
		object_get(o);
		carried = o->type->generic[3];
		flags = 0;
	}

	status = check(o, type, access, carried);
	if (status) {
		object_put(o);
		return status;
	}
	if (granted)
		*granted = carried;
	if (attributes)
		*attributes = flags;
	*(struct object **)ret = o;
	return STATUS_SUCCESS;
}

/* The slot holds another object by now than o, of which a reference is ours. */
static __attribute__((noinline)) NTSTATUS
get_anew(struct object *o, uint64_t h, const struct object_type *type,
	 uint32_t access, void *ret, uint32_t *granted)
{
	object_unref(o);
	return handle_get_info(NULL, h, type, access, ret, granted, NULL);
}

/*
 * The first look, which mostly is the only one.  It needs no frame: all that it
 * calls, it ends with.
 */
NTSTATUS handle_get_granted(struct task *t, uint64_t h,
			    const struct object_type *type, uint32_t access,
			    void *ret, uint32_t *granted)
{
	struct slot *s = slot_of(h);
	struct object *o =
		s ? atomic_load_explicit(&s->object, memory_order_acquire)
		  : NULL;
	uint32_t carried;

	if (!o)
		return handle_get_info(t, h, type, access, ret, granted, NULL);
	carried = get(&s->access);
	/* Objects' memory stays theirs: its type may be looked at so early. */
	if ((type && o->type != type) || access & ~carried ||
	    !object_try_get(o))
		return handle_get_info(t, h, type, access, ret, granted, NULL);
	*(struct object **)ret = o;
	if (granted)
		*granted = carried;
	if (__builtin_expect(atomic_load(&s->object) != o, 0))
		return get_anew(o, h, type, access, ret, granted);
	return STATUS_SUCCESS;
}

NTSTATUS handle_get(struct task *t, uint64_t h, const struct object_type *type,
		    uint32_t access, void *o)
{
	return handle_get_granted(t, h, type, access, o, NULL);
}

NTSTATUS handle_lock(struct task *t, uint64_t h, const struct object_type *type,
		     uint32_t access, void *ret)
{
	struct slot *s = slot_of(h);
	uint32_t carried;
	struct object *o;
	NTSTATUS status;

	if (s) {
		do {
			o = atomic_load_explicit(&s->object,
						 memory_order_acquire);
			if (!o)
				return late(h) ? handle_lock(t, h, type, access,
							     ret)
					       : STATUS_INVALID_HANDLE;
			small_lock(&o->lock);
			carried = get(&s->access);
			/* Acquire: it may have been freed and be another one
			   by now, of the same address. */
			if (atomic_load_explicit(&s->object,
						 memory_order_acquire) == o)
				break;
			small_unlock(&o->lock);
		} while (1);
		if (__builtin_expect(o->shared != NULL, 0))
			shared_lock(o->shared);
	} else {
		o = pseudo(t, h);
		if (!o)
			return late(h) ? handle_lock(t, h, type, access, ret)
				       : STATUS_INVALID_HANDLE;
		carried = o->type->generic[3];
		object_lock(o);
	}

	status = check(o, type, access, carried);
	if (status) {
		object_unlock(o);
		return status;
	}
	*(struct object **)ret = o;
	return STATUS_SUCCESS;
}

bool handle_trylock(uint64_t h, uint32_t access, struct object **ret)
{
	struct slot *s = slot_of(h);
	uint32_t carried;
	struct object *o;

	o = s ? atomic_load_explicit(&s->object, memory_order_acquire) : NULL;
	if (!o || !small_trylock(&o->lock))
		return false;
	carried = get(&s->access);
	if (atomic_load_explicit(&s->object, memory_order_acquire) == o &&
	    !o->shared && (carried & access) == access) {
		*ret = o;
		return true;
	}
	small_unlock(&o->lock);
	return false;
}

void handle_let_go(struct task *t, struct object *o, uint64_t h)
{
	bool last = atomic_fetch_sub(&o->handles, 1) == 1;

	if (o->type->close)
		o->type->close(t, o, h, last);
	if (last && o->name)
		name_forget(o);
	object_put(o);
}

/* With table_lock held, and nothing in the slot any more. */
static void slot_freed(struct slot *s, uint64_t h)
{
	if ((h >> 2) - 1 < LATE) {
		set(&s->access, (uint32_t)first_free);
		first_free = (int)(h >> 2) - 1;
	}
	open_handles--;
}

/* forced: HANDLE_PROTECT does not matter.  *o: what was there, to be let go. */
static NTSTATUS take_out(struct task *t, uint64_t h, bool forced,
			 struct object **o)
{
	struct slot *s = slot_of(h);

	*o = NULL;
	if (!s)
		return pseudo(t, h) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
	small_lock(&table_lock);
	*o = s->object;
	if (!*o || (s->flags & HANDLE_PROTECT && !forced)) {
		small_unlock(&table_lock);
		return *o ? STATUS_HANDLE_NOT_CLOSABLE : STATUS_INVALID_HANDLE;
	}
	atomic_store_explicit(&s->object, NULL, memory_order_release);
	slot_freed(s, h);
	small_unlock(&table_lock);
	return STATUS_SUCCESS;
}

static NTSTATUS close_slot(struct task *t, uint64_t h, bool forced)
{
	struct object *o;
	NTSTATUS status = take_out(t, h, forced, &o);

	if (!status && o)
		handle_let_go(t, o, h & ~3ull);
	return status;
}

struct object *handle_take_out(uint64_t h)
{
	struct object *o;

	return take_out(NULL, h, true, &o) ? NULL : o;
}

bool handle_close_lean(struct task *t, uint64_t h)
{
	struct slot *s = slot_of(h);
	struct object *o;
	bool done = false;

	if (!s || !small_trylock(&table_lock))
		return false;
	if (s->object && !get(&s->flags)) {
		/* First nothing, then a look: whoever finds the object now
		   finds that it is not there, and so nobody changes it. */
		o = atomic_exchange(&s->object, NULL);
		done = atomic_load(&o->refs) == 1 && object_is_plain(o);
		if (done)
			slot_freed(s, h);
		else
			atomic_store(&s->object, o);
	}
	small_unlock(&table_lock);
	if (done)
		handle_let_go(t, o, h & ~3ull);
	return done;
}

NTSTATUS handle_close(struct task *t, uint64_t h)
{
	return close_slot(t, h, true);
}

NTSTATUS nt_close(struct task *t, uint64_t handle)
{
	NTSTATUS status;

	/* Tokens' pseudo handles, -3 to -6, are nothing to close either. */
	if (handle >= ~5ull)
		return STATUS_SUCCESS;
	status = close_slot(t, handle, false);
	return status == STATUS_INVALID_HANDLE && late(handle)
		       ? close_slot(t, handle, false)
		       : status;
}

/* From a slot to the next that may be in use. */
static int next_used(int i)
{
	return i + 1 < slots_used || i >= LATE ? i + 1 : LATE;
}

void handles_each(bool (*fn)(uint64_t h, struct object *o, uint32_t access,
			     uint32_t attributes, void *arg),
		  void *arg)
{
	for (int i = 0; i < LATE + late_used; i = next_used(i)) {
		uint32_t access, flags;
		struct object *o;
		bool more;

		if (handle_get_info(NULL, handle_of(i), NULL, 0, &o, &access,
				    &flags))
			continue;
		more = fn(handle_of(i), o, access, flags, arg);
		object_put(o);
		if (!more)
			return;
	}
}

void handles_at_exit(struct task *t)
{
	for (int i = 0; i < LATE + late_used; i = next_used(i)) {
		struct slot *s = slot_of(handle_of(i));
		struct object *o = s ? s->object : NULL;

		if (o && (o->type->close_at_exit || o->shared))
			close_slot(t, handle_of(i), true);
	}
}

unsigned handles_count(void)
{
	return open_handles;
}

/* ---- the calls ---------------------------------------------------------- */

NTSTATUS nt_compare_objects(struct task *t, uint64_t handle1, uint64_t handle2)
{
	struct object *a, *b;
	NTSTATUS status;

	status = handle_get(t, handle1, NULL, 0, &a);
	if (status)
		return status;
	status = handle_get(t, handle2, NULL, 0, &b);
	if (!status) {
		status = a == b ? STATUS_SUCCESS : STATUS_NOT_SAME_OBJECT;
		object_put(b);
	}
	object_put(a);
	return status;
}

NTSTATUS handle_set_flags(uint64_t h, uint32_t flags)
{
	struct slot *s = slot_of(h);
	NTSTATUS status = STATUS_INVALID_HANDLE;

	if (!s)
		return status;
	small_lock(&table_lock);
	if (s->object) {
		s->flags = flags;
		status = STATUS_SUCCESS;
	}
	small_unlock(&table_lock);
	return status;
}
