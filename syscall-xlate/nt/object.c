/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object.c - objects: memory, references, and the lock in each.
 *
 * Freed objects go to lists by size and stay objects for ever, lock word and
 * reference count included.  Who holds a stale pointer may therefore lock the
 * object or try to take a reference, and only then find out that the handle
 * means another one by now: handle lookup needs no lock (see handle.c).
 */
#include <assert.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/calls.h"

enum {
	UNIT = OBJECT_UNIT,
	CLASSES = 256,     /* sizes up to 16 KB */
	CHUNK = 256 << 10, /* taken from the host at once */
	SPINS = 100,       /* before yielding for a lock */
};

/* Enough for most programs: no mmap at start-up. */
static char first_chunk[24 << 10] __attribute__((aligned(UNIT)));

static _Atomic uint32_t memory_lock;
static struct object *freed[CLASSES] SPARSE; /* linked by ->waiters */
static char *chunk = first_chunk, *chunk_end = first_chunk + sizeof first_chunk;

void small_lock_slow(_Atomic uint32_t *l)
{
	do {
		for (int i = 0; i < SPINS; i++) {
			if (!atomic_load_explicit(l, memory_order_relaxed))
				break;
			__builtin_ia32_pause();
		}
		if (atomic_load_explicit(l, memory_order_relaxed))
			sched_yield();
	} while (!small_trylock(l));
}

static size_t size_class(const struct object_type *type)
{
	return (type->size + UNIT - 1) / UNIT;
}

/* With memory_lock held. */
static struct object *carve(size_t bytes)
{
	struct object *o;

	if ((size_t)(chunk_end - chunk) < bytes) {
		/* What is left of the old chunk is lost: less than one object
		   per chunk. */
		chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (chunk == MAP_FAILED) {
			chunk = chunk_end = NULL;
			return NULL;
		}
		chunk_end = chunk + CHUNK;
	}
	o = (struct object *)chunk;
	chunk += bytes;
	return o;
}

void *object_new_in(void *room, const struct object_type *type)
{
	struct object *o = room;

	/* The lock may be held for a moment by who has a stale pointer. */
	memset(o + 1, 0, type->size - sizeof *o);
	o->type = type;
	o->handles = 0;
	o->name = NULL;
	o->state = 0;
	o->waiters = NULL;
	o->shared = NULL;
	o->security = NULL;
	atomic_store_explicit(&o->refs, 1, memory_order_release);
	return o;
}

void *object_new(const struct object_type *type)
{
	size_t class = size_class(type);
	struct object *o;

	small_lock(&memory_lock);
	o = freed[class];
	if (o)
		freed[class] = (struct object *)o->waiters;
	else
		o = carve(class * UNIT);
	small_unlock(&memory_lock);
	return o ? object_new_in(o, type) : NULL;
}

void object_get(struct object *o)
{
	if (refs_alone())
		refs_add_alone(o, 1);
	else
		atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
}

void object_free(struct object *o)
{
	size_t class = size_class(o->type);

	assert(!o->handles); /* each is a reference */
	if (o->shared)
		shared_disown(o->shared);
	/* Somebody may have it locked through a handle closed by now. */
	small_lock(&o->lock);
	small_unlock(&o->lock);
	if (o->type->destroy)
		o->type->destroy(o);
	if (o->shared)
		shared_close(o->shared);
	o->shared = NULL;
	if (o->security) /* lean.c must not come to free() */
		free(o->security);
	small_lock(&memory_lock);
	o->waiters = (struct wait_block *)freed[class];
	freed[class] = o;
	small_unlock(&memory_lock);
}

void object_put(struct object *o)
{
	if (o)
		object_unref(o);
}

void object_lock(struct object *o)
{
	small_lock(&o->lock);
	if (__builtin_expect(o->shared != NULL, 0))
		shared_lock(o->shared);
}

bool object_trylock(struct object *o)
{
	if (!small_trylock(&o->lock))
		return false;
	if (!o->shared || shared_trylock(o->shared))
		return true;
	small_unlock(&o->lock);
	return false;
}

/* Puts o into a list of n that rises by address or by page; how many there are
   now: one that is there already is not put twice. */
static unsigned insert(struct object **list, unsigned n, struct object *o,
		       bool by_page)
{
	unsigned at = n;

	while (at && (by_page ? list[at - 1]->shared->page->id >
					o->shared->page->id
			      : list[at - 1] > o))
		at--;
	if (at && list[at - 1] == o)
		return n;
	memmove(&list[at + 1], &list[at], (n - at) * sizeof *list);
	list[at] = o;
	return n + 1;
}

/* First as objects of this process, none of which begins to be shared after
   that; then the pages. */
unsigned objects_lock(struct object *const *o, unsigned n,
		      struct object **locked)
{
	struct object *pages[WAIT_MAX_OBJECTS];
	unsigned got = 0, shared = 0;

	for (unsigned i = 0; i < n; i++)
		got = insert(locked, got, o[i], false);
	for (unsigned i = 0; i < got; i++)
		small_lock(&locked[i]->lock);
	for (unsigned i = 0; i < got; i++)
		if (locked[i]->shared)
			shared = insert(pages, shared, locked[i], true);
	for (unsigned i = 0; i < shared; i++)
		shared_lock(pages[i]->shared);
	return got;
}

void objects_release(struct object **locked, unsigned n)
{
	while (n)
		object_release(locked[--n]);
}

bool object_share(struct object *o)
{
	struct shared_page init = { .kind = shared_kind_of(o->type) };
	struct wait_block *b = o->waiters;

	if (o->shared)
		return true;
	o->type->to_page(o, &init);
	security_to_page(o, &init);
	if (o->type->numbered)
		o->shared = shared_numbered(&init);
	if (!o->shared)
		o->shared = shared_anonymous(&init);
	if (!o->shared)
		return false;
	shared_adopt(o->shared, o);
	shared_lock(o->shared);
	/* Those who wait already must look at the page from now on. */
	if (b)
		do {
			if (b->wait)
				wait_poke(b->wait->task);
			b = b->next;
		} while (b != o->waiters);
	return true;
}

struct object *object_adopt_page(struct object *o, struct shared *s,
				 bool created)
{
	struct object *twin = shared_adopt(s, o);

	if (twin) {
		shared_close(s);
		return twin;
	}
	o->shared = s;
	if (o->type->from_page && !created)
		o->type->from_page(o, s->page);
	return NULL;
}

struct object *object_blank(const struct object_type *type)
{
	return type == &section_type ? section_blank() : object_new(type);
}

struct object *shared_object(const struct object_type *type, struct shared *s)
{
	struct object *o, *twin;

	o = s->page->kind == shared_kind_of(type) ? object_blank(type) : NULL;
	if (!o) {
		shared_close(s);
		return NULL;
	}
	twin = object_adopt_page(o, s, false);
	if (twin)
		object_put(o);
	return twin ? twin : o;
}

struct object *shared_receive(const struct object_type *type,
			      const struct nt_passed *p)
{
	struct shared *s = shared_from_fd(p->fd);

	return s ? shared_object(type, s) : NULL;
}

bool shared_pass(struct object *o, struct nt_passed *p)
{
	bool ok, waits;

	object_lock(o);
	waits = !o->shared && o->waiters;
	ok = object_share(o);
	if (ok)
		p->fd = o->shared->fd;
	object_unlock(o);
	if (ok && waits)
		wait_without_thread(o);
	p->len = 0;
	return ok;
}

void object_signal(struct object *o, int32_t state)
{
	object_lock(o);
	atomic_store_explicit(&o->state, state, memory_order_relaxed);
	if (state && o->waiters)
		object_wake_locked(o);
	object_unlock(o);
}
