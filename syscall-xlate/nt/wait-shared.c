/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait-shared.c - sleeping for what other processes can change.
 *
 * Besides its own wake word the thread sleeps on a word of each shared object,
 * and of each mutant's owner: futex_waitv(2).  Whoever wakes up looks itself
 * what is to be had.
 *
 * For one event or semaphore, which is nearly always, the call for several
 * words and its timer cost more than all the rest.  Then the thread sleeps on
 * the object's word alone, says so (task.wake_shared), and does not look by the
 * clock itself: one alarm does for all threads of the process.
 */
#include <linux/futex.h>
#include <sched.h>

#include "syscall-xlate/nt/nt-private.h"

void wait_count_sleeper(struct nt_wait *w, bool on)
{
	for (unsigned i = 0; i < w->n; i++) {
		struct object *o = w->objects[i];

		if (o->shared)
			atomic_fetch_add(&o->shared->page->sleepers,
					 on ? 1 : -1u);
	}
	w->watched = on;
}

static void look_at(struct object *o)
{
	if (o->waiters)
		object_wake_locked(o);
}

void wait_look_at_shared(struct nt_wait *w)
{
	struct object *locked[WAIT_MAX_OBJECTS];
	unsigned n;

	/* Who waits for all locks the others itself (try_all()). */
	for (unsigned i = 0; w->all && i < w->n; i++) {
		if (!w->objects[i]->shared)
			continue;
		object_lock(w->objects[i]);
		look_at(w->objects[i]);
		object_unlock(w->objects[i]);
	}
	if (w->all)
		return;
	/* Together: another process may change one after the other, and then
	   the first is what w is let go for. */
	n = objects_lock(w->objects, w->n, locked);
	for (unsigned i = 0; i < w->n; i++)
		look_at(w->objects[i]);
	objects_release(locked, n);
	wait_flush();
}

static void add_word(struct sleep_words *s, _Atomic uint32_t *word,
		     uint32_t value, uint32_t flags)
{
	s->incomplete |= s->n == 128; /* the kernel's limit */
	if (s->n < 128)
		s->v[s->n++] = (struct futex_waitv){
			.uaddr = (uintptr_t)word,
			.val = value,
			.flags = FUTEX_32 | flags,
		};
}

void sleep_words_of(struct nt_wait *w, uint32_t seq, struct sleep_words *s)
{
	s->n = 0;
	s->incomplete = false;
	add_word(s, &w->task->wake, seq, FUTEX_PRIVATE_FLAG);
	for (unsigned i = 0; i < w->n; i++)
		if (w->objects[i]->shared) {
			struct shared_page *p = w->objects[i]->shared->page;

			add_word(s, &p->seq, p->seq, 0);
		}
	for (unsigned i = 0; i < w->n; i++) {
		struct object *o = w->objects[i];
		_Atomic uint32_t *alive;
		uint32_t old;

		if (!o->shared || o->type != &mutant_type)
			continue;
		alive = &o->shared->page->alive;
		old = atomic_load(alive);
		while (old & FUTEX_TID_MASK && !(old & FUTEX_WAITERS) &&
		       !atomic_compare_exchange_weak(alive, &old,
						     old | FUTEX_WAITERS))
			;
		/* Its new owner may be about to lock it. */
		if (old & FUTEX_TID_MASK)
			add_word(s, alive, old | FUTEX_WAITERS, 0);
		else
			s->incomplete = true;
	}
}

/*
 * Who changed something may have been killed just before waking us, and the
 * kernel wakes only one of those who wait for a dead owner.
 */
static const int64_t look_killed = 500000000;

static struct alarm look_alarm; /* in force while somebody sleeps so */
static _Atomic bool look_armed;

static bool arm_look(void)
{
	if (atomic_load(&look_armed) || atomic_exchange(&look_armed, true))
		return true;
	look_alarm.due = monotonic_ns() + look_killed;
	if (alarm_arm(&look_alarm))
		return true;
	atomic_store(&look_armed, false);
	return false;
}

/* In the alarm's thread: all who sleep so are to look. */
static void look(struct alarm *a)
{
	bool any = false;

	(void)a;
	/* Who begins to sleep from here on arms it again. */
	atomic_store(&look_armed, false);
	for (struct nt_thread *th = thread_next(NULL); th; th = thread_next(th))
		if (atomic_load(&th->task.wake_shared)) {
			task_wake(&th->task);
			any = true;
		}
	if (any)
		arm_look();
}

static struct alarm look_alarm = { .ring = look };

static struct timespec *time_of(int64_t until, struct timespec *ts)
{
	*ts = (struct timespec){ until / 1000000000, until % 1000000000 };
	return until == INT64_MAX ? NULL : ts;
}

/* Watches instead of sleeping, if that is likely to help (task_spin()). */
static bool watch_one(struct nt_wait *w, const struct futex_waitv *v,
		      uint32_t seq)
{
	struct task_shared_word also = { .value = (uint32_t)v->val };

	if (!task_spins(w->task))
		return false;
	for (unsigned i = 0; i < w->n; i++) {
		struct shared *s = w->objects[i]->shared;

		if (!s || (uintptr_t)&s->page->seq != v->uaddr)
			continue;
		also.word = &s->page->seq;
		also.watched = &s->page->watched;
		return task_watch_word(w->task, &w->task->wake, seq, &also);
	}
	return false;
}

/* On one word besides the thread's own; false: that cannot be. */
static bool sleep_on_one(struct task *t, const struct futex_waitv *v,
			 uint32_t seq, int64_t until)
{
	_Atomic uint32_t *word = (_Atomic uint32_t *)(uintptr_t)v->uaddr;
	struct timespec ts;
	bool armed;

	atomic_store(&t->wake_shared, word);
	armed = arm_look();
	if (armed && atomic_load(&t->wake) == seq)
		futex_call(word, FUTEX_WAIT_BITSET, (uint32_t)v->val,
			   time_of(until, &ts), FUTEX_BITSET_MATCH_ANY);
	atomic_store(&t->wake_shared, NULL);
	while (atomic_load(&t->wakers))
		sched_yield();
	return armed;
}

void sleep_on_words(struct nt_wait *w, struct sleep_words *s, uint32_t seq,
		    int64_t until)
{
	const int64_t look_soon = 50000000;
	struct timespec ts;

	if (s->n == 2 && !s->incomplete) {
		if (watch_one(w, &s->v[1], seq) ||
		    sleep_on_one(w->task, &s->v[1], seq, until))
			return;
	}
	until = MIN(until,
		    monotonic_ns() + (s->incomplete ? look_soon : look_killed));
	if (syscall(SYS_futex_waitv, s->v, s->n, 0, time_of(until, &ts),
		    CLOCK_MONOTONIC) < 0 &&
	    (errno == ENOSYS || errno == EPERM))
		/* Before Linux 5.16, or a container that forbids it. */
		futex_wait(&w->task->wake, seq,
			   MIN(until, monotonic_ns() + look_soon / 10));
}
