/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.c - waiting for objects.
 *
 * A wait puts one block into the list of each object and sleeps on the
 * thread's own wake word.  Whoever changes an object's state, under its lock,
 * claims waiters (a compare-exchange on nt_wait.status: exactly one claim
 * succeeds), acquires the object on their behalf and wakes them once the lock
 * is released.
 *
 * Lifetimes: a waiter's blocks are on its stack, and it takes each out under
 * the object's lock before it leaves.  So a struct nt_wait may be used while
 * the lock of an object is held whose list has a block of it, and not longer;
 * after that only the wake word is touched, which is memory of an object and
 * stays mapped (object.c).
 *
 * Wait-all: who signals tries the locks of all the objects (only tries: it
 * already holds one) and satisfies the wait if all are signalled; if a lock is
 * taken it pokes the waiter, which takes all locks in their order and looks
 * itself.
 */
#include "base/clock.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/time.h"

/* Tasks to wake once the lock in hand is released. */
static __thread struct {
	unsigned n;
	struct task *task[8];
} wakes;

void wait_flush(void)
{
	unsigned n = wakes.n;

	wakes.n = 0;
	for (unsigned i = 0; i + 1 < n; i++)
		task_wake(wakes.task[i]);
	/* Who is woken may get the processor at once; as the last thing done
	   here it costs no return (base/futex.h). */
	if (n)
		task_wake(wakes.task[n - 1]);
}

void wait_poke(struct task *t)
{
	if (wakes.n < COUNT_OF(wakes.task))
		wakes.task[wakes.n++] = t;
	else
		task_wake(t);
}

void object_unlock(struct object *o)
{
	object_release(o);
	if (__builtin_expect(wakes.n, 0))
		wait_flush();
}

/* ---- lists ---- */

void wait_block_add(struct wait_block **list, struct wait_block *b)
{
	struct wait_block *first = *list;

	if (!first) {
		b->next = b->prev = b;
		*list = b;
		return;
	}
	b->next = first;
	b->prev = first->prev;
	first->prev->next = b;
	first->prev = b;
}

void wait_block_remove(struct wait_block **list, struct wait_block *b)
{
	if (b->next == b) {
		*list = NULL;
	} else {
		b->next->prev = b->prev;
		b->prev->next = b->next;
		if (*list == b)
			*list = b->next;
	}
	b->next = NULL;
}

/* ---- letting waiters go ---- */

void wait_init(struct nt_wait *w, struct task *t)
{
	w->status = (uint32_t)WAIT_PENDING;
	w->task = t;
	w->all = w->timed = w->watched = w->polls = false;
	w->n = 0;
	w->objects = NULL;
	w->packet = NULL;
}

static bool claim_for(struct nt_wait *w, uint32_t status)
{
	uint32_t pending = (uint32_t)WAIT_PENDING;

	return atomic_compare_exchange_strong(&w->status, &pending, status);
}

bool wait_claim(struct nt_wait *w)
{
	return claim_for(w, (uint32_t)WAIT_CLAIMED);
}

void wait_finish(struct nt_wait *w, NTSTATUS status)
{
	struct task *t = w->task;

	/* From here on w may be gone. */
	atomic_store_explicit(&w->status, status, memory_order_release);
	wait_poke(t);
}

/* All objects of w are locked.  Finishes w if they are all signalled. */
static bool satisfy_all(struct nt_wait *w, uint32_t *status)
{
	*status = STATUS_WAIT_0;
	for (unsigned i = 0; i < w->n; i++)
		if (!object_signaled(w->objects[i], w->task))
			return false;
	if (!wait_claim(w))
		return false;
	for (unsigned i = 0; i < w->n; i++)
		if (object_acquire(w->objects[i], w->task) == STATUS_ABANDONED)
			*status = STATUS_ABANDONED_WAIT_0;
	return true;
}

/* o is locked and in w. */
static void try_all(struct object *o, struct nt_wait *w)
{
	uint32_t status;
	unsigned i;
	bool done = false;

	for (i = 0; i < w->n; i++)
		if (w->objects[i] != o && !object_trylock(w->objects[i]))
			break;
	if (i == w->n)
		done = satisfy_all(w, &status);
	else
		wait_poke(w->task);
	while (i--)
		if (w->objects[i] != o)
			object_release(w->objects[i]);
	if (done)
		wait_finish(w, status);
}

static void let_go(struct object *o, struct wait_block *b)
{
	struct nt_wait *w = b->wait;
	unsigned index = b->index;

	if (!w) {
		object_acquire(o, NULL);
		wait_block_remove(&o->waiters, b);
		b->fire(b);
	} else if (wait_claim(w)) {
		bool abandoned = object_acquire(o, w->task) == STATUS_ABANDONED;

		wait_block_remove(&o->waiters, b);
		wait_finish(w, index + (abandoned ? STATUS_ABANDONED_WAIT_0
						  : STATUS_WAIT_0));
	}
}

void object_wake_locked(struct object *o)
{
	struct wait_block *b = o->waiters, *last, *next;

	if (!b)
		return;
	last = b->prev;
	for (bool more = true; more; b = next) {
		struct nt_wait *w = b->wait;

		next = b->next;
		more = b != last;
		if (w && w->status != (uint32_t)WAIT_PENDING)
			continue;
		if (!object_signaled(o, w ? w->task : NULL)) {
			/* What is consumed by acquiring is used up. */
			if (o->type->acquire && !*object_state(o))
				return;
			continue;
		}
		if (w && w->all)
			try_all(o, w);
		else
			let_go(o, b);
	}
}

/* ---- sleeping ---- */

/* Lets time happen to w's objects; when the next of them will change. */
static int64_t refresh(struct nt_wait *w)
{
	int64_t next = INT64_MAX;

	for (unsigned i = 0; i < w->n; i++) {
		struct object *o = w->objects[i];
		int64_t at;

		if (!o->type->refresh)
			continue;
		object_lock(o);
		at = o->type->refresh(o);
		object_unlock(o);
		next = MIN(next, at);
	}
	return next;
}

/* Looks, with all locked, whether w is over. */
static void check_all(struct nt_wait *w)
{
	struct object *locked[WAIT_MAX_OBJECTS];
	unsigned n = objects_lock(w->objects, w->n, locked);
	uint32_t status;
	bool done;

	done = satisfy_all(w, &status);
	objects_release(locked, n);
	if (done)
		w->status = status;
	wait_flush();
}

/* Begins an alertable wait; what is queued already ends it at once. */
static void alertable_begin(struct nt_thread *th, struct nt_wait *w)
{
	pthread_mutex_lock(&th->apc_lock);
	if (th->alerted && claim_for(w, STATUS_ALERTED))
		th->alerted = false;
	else if (th->apcs)
		claim_for(w, STATUS_USER_APC);
	th->alertable = w;
	pthread_mutex_unlock(&th->apc_lock);
}

static void alertable_end(struct nt_thread *th)
{
	pthread_mutex_lock(&th->apc_lock);
	th->alertable = NULL;
	pthread_mutex_unlock(&th->apc_lock);
}

/* Nobody has ended w; do so if the thread has a reason of its own. */
static void end_early(struct nt_wait *w, int64_t deadline)
{
	uint32_t pending = w->task->pending;

	if (pending & TASK_TERMINATE) {
		claim_for(w, STATUS_THREAD_IS_TERMINATING);
	} else if (pending & TASK_SUSPEND) {
		claim_for(w, (uint32_t)WAIT_RESTART);
	} else if (deadline != INT64_MAX &&
		   (!deadline || monotonic_ns() >= deadline)) {
		claim_for(w, STATUS_TIMEOUT);
		if (deadline && clock_is_fixed()) {
			clock_timed_out();
			shared_data_tick();
		}
	}
}

/* What w's status is, now that all has been looked at. */
static inline uint32_t settle(struct nt_wait *w, int64_t deadline)
{
	uint32_t status = atomic_load_explicit(&w->status, memory_order_acquire);

	if (status == (uint32_t)WAIT_PENDING &&
	    __builtin_expect(w->task->pending || deadline != INT64_MAX, 0)) {
		end_early(w, deadline);
		status = w->status;
	}
	return status;
}

/* Once around the loop below for what other processes can change. */
static __attribute__((noinline)) uint32_t
sleep_shared(struct nt_wait *w, uint32_t seq, int64_t deadline)
{
	struct sleep_words words;
	int64_t until = deadline;
	uint32_t status;

	if (!w->watched)
		wait_count_sleeper(w, true);
	sleep_words_of(w, seq, &words);
	wait_look_at_shared(w);
	if (w->timed)
		until = MIN(until, refresh(w));
	if (w->all)
		check_all(w);
	status = settle(w, deadline);
	if (status == (uint32_t)WAIT_PENDING)
		sleep_on_words(w, &words, seq, until);
	return status;
}

/* Until w is over; its status.  Inline: see base/futex.h. */
static inline __attribute__((always_inline)) uint32_t
sleep_loop(struct nt_wait *w, int64_t deadline)
{
	bool leads = w->polls && watch_lead_begin();
	struct task *t = w->task;
	uint32_t seq, status;

	do {
		int64_t until = deadline;

		seq = atomic_load(&t->wake);
		if (__builtin_expect(t->pending & TASK_KNOCK, 0))
			nt_knocked(t);
		if (__builtin_expect(wait_is_shared(w), 0)) {
			/* A port that has just become one of several
			   processes: nobody would serve what we lead. */
			if (leads)
				watch_lead_end();
			leads = false;
			status = sleep_shared(w, seq, deadline);
		} else {
			if (w->timed)
				until = MIN(until, refresh(w));
			if (w->all)
				check_all(w);
			status = settle(w, deadline);
			if (status != (uint32_t)WAIT_PENDING)
				;
			else if (leads)
				watch_lead(t, seq, until);
			else if (!task_spin(t, seq))
				futex_wait(&t->wake, seq, until);
		}
		/* About to be finished, which changes the word. */
		if (__builtin_expect(status == (uint32_t)WAIT_CLAIMED, 0))
			futex_wait(&t->wake, seq, INT64_MAX);
	} while (status == (uint32_t)WAIT_PENDING ||
		 status == (uint32_t)WAIT_CLAIMED);
	if (leads)
		watch_lead_end();
	return status;
}

static inline __attribute__((always_inline)) NTSTATUS
sleep_now(struct nt_wait *w, int64_t deadline, bool alertable)
{
	struct nt_thread *th = nt_thread(w->task);
	uint32_t status;

	if (alertable)
		alertable_begin(th, w);
	if (th->port_active)
		iocp_thread_blocks(th);
	status = sleep_loop(w, deadline);
	if (w->watched)
		wait_count_sleeper(w, false);
	if (th->port)
		iocp_thread_runs(th);
	if (alertable)
		alertable_end(th);
	if (status == STATUS_USER_APC)
		apc_test(w->task);
	return status;
}

NTSTATUS wait_sleep(struct nt_wait *w, int64_t deadline, bool alertable)
{
	return sleep_now(w, deadline, alertable);
}

/* ---- waiting for objects ---- */

/* The wait has acquired o for t: what only the thread itself may note down. */
static inline void acquired(struct task *t, struct object *o)
{
	if (o->type == &mutant_type)
		mutant_taken(t, o);
}

static bool took_object(NTSTATUS s)
{
	return s < STATUS_ABANDONED_WAIT_0 + WAIT_MAX_OBJECTS;
}

/* Takes o, which is locked, if it is to be had now. */
static inline bool take_now(struct task *t, struct object *o, NTSTATUS *status)
{
	if (o->type->refresh)
		o->type->refresh(o);
	if (!object_signaled(o, t))
		return false;
	*status = object_acquire(o, t);
	acquired(t, o);
	return true;
}

/* One go at waiting for o, which is locked and comes back unlocked. */
static NTSTATUS sleep_for_one(struct task *t, struct object *o, bool alertable,
			      int64_t deadline)
{
	struct nt_wait w;
	struct wait_block b = { .wait = &w };
	NTSTATUS status;

	wait_init(&w, t);
	w.objects = &o;
	w.n = 1;
	w.timed = o->type->refresh != NULL;
	wait_block_add(&o->waiters, &b);
	object_unlock(o);

	status = sleep_now(&w, deadline, alertable);

	if (took_object(status)) {
		/* Who let us go has taken the block out. */
		acquired(t, o);
		return status;
	}
	object_lock(o);
	if (b.next)
		wait_block_remove(&o->waiters, &b);
	object_unlock(o);
	return status;
}

NTSTATUS wait_one_locked(struct task *t, struct object *o, bool alertable,
			 int64_t deadline)
{
	NTSTATUS status;

	if (take_now(t, o, &status)) {
		object_unlock(o);
		return status;
	}
	if (!deadline && !alertable) {
		object_unlock(o);
		return STATUS_TIMEOUT;
	}
	/* The handle may have been closed since it was looked up. */
	if (!object_try_get(o)) {
		object_unlock(o);
		return STATUS_INVALID_HANDLE;
	}
	while ((status = sleep_for_one(t, o, alertable, deadline)) ==
	       (uint32_t)WAIT_RESTART) {
		if (nt_interrupted(t, false)) {
			status = STATUS_THREAD_IS_TERMINATING;
			break;
		}
		object_lock(o);
		if (take_now(t, o, &status)) {
			object_unlock(o);
			break;
		}
	}
	object_put(o);
	return status;
}

static bool is_ready(struct task *t, struct object *o)
{
	if (o->type->refresh)
		o->type->refresh(o);
	return object_signaled(o, t);
}

/* The first of n that is to be had, one looked at after the other. */
static unsigned first_ready(struct task *t, struct object *const *o, unsigned n)
{
	bool ready = false;
	unsigned i;

	for (i = 0; i < n && !ready; i++) {
		object_lock(o[i]);
		ready = is_ready(t, o[i]);
		object_unlock(o[i]);
	}
	return ready ? i - 1 : n;
}

/*
 * Takes one of the objects if one is to be had now: the first.  Who sets that
 * before another must never see the other taken, so they are looked at together.
 */
static NTSTATUS poll_any(struct task *t, struct object *const *o, unsigned n)
{
	struct object *locked[WAIT_MAX_OBJECTS];
	unsigned got, count, i;
	bool abandoned;

	do {
		i = first_ready(t, o, n);
		if (i == n)
			return STATUS_TIMEOUT;
		count = i + 1;
		got = objects_lock(o, count, locked);
		for (i = 0; i < count && !is_ready(t, o[i]); i++)
			;
		abandoned = i < count &&
			    object_acquire(o[i], t) == STATUS_ABANDONED;
		objects_release(locked, got);
		wait_flush();
	} while (i == count); /* somebody was quicker */
	acquired(t, o[i]);
	return i + (abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0);
}

/* Puts blocks into the lists; stops early if the wait is over meanwhile. */
static unsigned enlist(struct nt_wait *w, struct wait_block *b)
{
	bool look = !w->all;
	unsigned i;

	for (i = 0; i < w->n && w->status == (uint32_t)WAIT_PENDING; i++) {
		struct object *o = w->objects[i];

		b[i].wait = w;
		b[i].index = i;
		object_lock(o);
		wait_block_add(&o->waiters, &b[i]);
		if (look && object_signaled(o, w->task))
			object_wake_locked(o);
		/* Other processes may change it before the next is looked at;
		   so the rest is looked at together, before sleeping. */
		look &= !o->shared;
		object_unlock(o);
	}
	return i;
}

static void delist(struct nt_wait *w, struct wait_block *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct object *o = w->objects[i];

		object_lock(o);
		if (b[i].next)
			wait_block_remove(&o->waiters, &b[i]);
		/* An auto-reset object may have been passed over because this
		   wait, first in line, was over already. */
		if (*object_state(o) && o->waiters)
			object_wake_locked(o);
		object_unlock(o);
	}
}

static NTSTATUS wait_many(struct task *t, struct object *const *o, unsigned n,
			  bool all, bool alertable, int64_t deadline)
{
	struct wait_block b[WAIT_MAX_OBJECTS];
	struct nt_wait w;
	NTSTATUS status;
	unsigned listed;

	do {
		if (!all) {
			status = poll_any(t, o, n);
			if (status != STATUS_TIMEOUT)
				return status;
		}
		wait_init(&w, t);
		w.objects = o;
		w.n = n;
		w.all = all;
		for (unsigned i = 0; i < n; i++)
			w.timed |= o[i]->type->refresh != NULL;
		if (!deadline && !alertable) {
			if (w.timed && all)
				refresh(&w);
			if (all)
				check_all(&w);
			status = w.status;
			if (status == (uint32_t)WAIT_PENDING)
				return STATUS_TIMEOUT;
			break;
		}
		listed = enlist(&w, b);
		status = wait_sleep(&w, deadline, alertable);
		delist(&w, b, listed);
		if (status == (uint32_t)WAIT_RESTART &&
		    nt_interrupted(t, false))
			status = STATUS_THREAD_IS_TERMINATING;
	} while (status == (uint32_t)WAIT_RESTART);

	if (took_object(status) && all)
		for (unsigned i = 0; i < n; i++)
			acquired(t, o[i]);
	else if (took_object(status))
		acquired(t, o[status & (WAIT_MAX_OBJECTS - 1)]);
	return status;
}

NTSTATUS wait_objects(struct task *t, struct object *const *o, unsigned n,
		      bool all, bool alertable, const struct nt_timeout *to)
{
	int64_t deadline = timeout_deadline(to);

	if (n == 1) {
		object_lock(o[0]);
		return wait_one_locked(t, o[0], alertable, deadline);
	}
	return wait_many(t, o, n, all, alertable, deadline);
}
