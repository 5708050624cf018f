/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait-helper.c - waits without a thread, for what other processes can change.
 *
 * A wait packet is a block in an object's list that no thread sleeps for. If
 * another process signals the object, somebody here has to look: one thread for
 * all such objects, which sleeps on their pages as wait-shared.c does.
 */
#include <limits.h>
#include <stdlib.h>

#include "syscall-xlate/nt/nt-private.h"

enum { WORDS = 128 }; /* the kernel's limit */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct object **watched; /* references; only the thread removes */
static unsigned n_watched, room;
static bool running;
static _Atomic uint32_t news; /* changes with the list */

/* One of those that are watched; NULL: there are not so many. */
static struct object *at(unsigned i)
{
	struct object *o;

	pthread_mutex_lock(&lock);
	o = i < n_watched ? watched[i] : NULL;
	pthread_mutex_unlock(&lock);
	return o;
}

/* Locked: is anybody without a thread waiting for o? */
static bool has_packet(const struct object *o)
{
	const struct wait_block *b = o->waiters;

	if (!b)
		return false;
	do {
		if (!b->wait)
			return true;
		b = b->next;
	} while (b != o->waiters);
	return false;
}

/* The i-th, unless somebody has come to wait for it since: then false. */
static bool forget(unsigned i)
{
	struct object *o;
	bool wanted;

	pthread_mutex_lock(&lock);
	o = watched[i];
	object_lock(o);
	wanted = has_packet(o);
	object_unlock(o);
	if (!wanted)
		watched[i] = watched[--n_watched];
	pthread_mutex_unlock(&lock);
	if (wanted)
		return false;
	atomic_fetch_sub(&o->shared->page->sleepers, 1);
	object_put(o);
	return true;
}

/* Takes what is to be had of o; false: nobody needs that any more. */
static bool look(struct object *o, int64_t *until)
{
	bool wanted;

	object_lock(o);
	if (o->type->refresh) {
		int64_t next = o->type->refresh(o);

		*until = MIN(*until, next);
	}
	if (o->waiters)
		object_wake_locked(o);
	wanted = has_packet(o);
	object_unlock(o);
	return wanted;
}

static void sleep_on(struct futex_waitv *v, unsigned n, int64_t until)
{
	struct timespec ts = { until / 1000000000, until % 1000000000 };

	if (syscall(SYS_futex_waitv, v, n, 0, &ts, CLOCK_MONOTONIC) < 0 &&
	    (errno == ENOSYS || errno == EPERM))
		/* As in wait-shared.c. */
		futex_wait(&news, (uint32_t)v[0].val,
			   MIN(until, monotonic_ns() + 5000000));
}

static void *helper(void *arg)
{
	/* Who was killed before it woke us; and what there is no word for. */
	const int64_t look_killed = 500000000, look_soon = 50000000;
	struct futex_waitv v[WORDS];
	struct object *o;

	(void)arg;
	for (;;) {
		uint32_t seen = atomic_load(&news);
		int64_t until = monotonic_ns() + look_killed;
		unsigned n = 0;

		v[n++] = (struct futex_waitv){
			.uaddr = (uintptr_t)&news,
			.val = seen,
			.flags = FUTEX_32 | FUTEX_PRIVATE_FLAG,
		};
		for (unsigned i = 0; (o = at(i)) && n < WORDS; i++) {
			_Atomic uint32_t *seq = &o->shared->page->seq;

			v[n++] = (struct futex_waitv){
				.uaddr = (uintptr_t)seq,
				.val = atomic_load(seq),
				.flags = FUTEX_32,
			};
		}
		if (o)
			until = MIN(until, monotonic_ns() + look_soon);
		for (unsigned i = 0; (o = at(i));)
			if (look(o, &until) || !forget(i))
				i++;
		if (at(0))
			sleep_on(v, n, until);
		else
			futex_wait(&news, seen, INT64_MAX);
	}
	return NULL;
}

/* lock held. */
static bool add(struct object *o)
{
	if (n_watched == room) {
		unsigned more = MAX(room * 2, 16u);
		struct object **p = realloc(watched, more * sizeof *p);

		if (!p)
			return false;
		watched = p;
		room = more;
	}
	if (!running && helper_thread(helper, NULL))
		return false;
	running = true;
	object_get(o);
	atomic_fetch_add(&o->shared->page->sleepers, 1);
	watched[n_watched++] = o;
	return true;
}

bool wait_without_thread(struct object *o)
{
	bool ok = false;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < n_watched && !ok; i++)
		ok = watched[i] == o;
	ok = ok || add(o);
	atomic_fetch_add(&news, 1);
	pthread_mutex_unlock(&lock);
	futex_wake(&news, 1);
	return ok;
}
