/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-private.h - inside of the object manager: small locks, wait blocks, names.
 *
 * For object.c, handle.c, name.c, wait.c and the object types they wake; other
 * files of the personality get by with nt.h.
 */
#ifndef RF_NT_PRIVATE_H
#define RF_NT_PRIVATE_H

#include <errno.h>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif
#include <time.h>
#include <unistd.h>

#include "base/futex.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/shared.h"

/*
 * ---- a lock of one word: 0 free, 1 held -----------------------------------
 *
 * One atomic instruction a pair, which is most of what SetEvent costs.  Nobody
 * sleeps with one held, so who finds it taken only ever waits for a holder
 * that is running or preempted: it spins, then yields the processor.
 */
void small_lock_slow(_Atomic uint32_t *l);

static inline bool small_trylock(_Atomic uint32_t *l)
{
	return !atomic_exchange_explicit(l, 1, memory_order_acquire);
}

static inline void small_lock(_Atomic uint32_t *l)
{
	if (__builtin_expect(!small_trylock(l), 0))
		small_lock_slow(l);
}

static inline void small_unlock(_Atomic uint32_t *l)
{
	atomic_store_explicit(l, 0, memory_order_release);
}

/* ---- futex -------------------------------------------------------------- */

static inline int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static inline void futex_wake(_Atomic uint32_t *w, int n)
{
	futex_call(w, FUTEX_WAKE_PRIVATE, (uint32_t)n, NULL, 0);
}

/*
 * Sleep while *w == v, until the CLOCK_MONOTONIC time deadline (INT64_MAX: no
 * end).  0 or an errno value: EAGAIN, EINTR, ETIMEDOUT.
 */
static inline int futex_wait(_Atomic uint32_t *w, uint32_t v, int64_t deadline)
{
	struct timespec ts = { deadline / 1000000000, deadline % 1000000000 };

	return (int)-futex_call(w, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, v,
				deadline == INT64_MAX ? NULL : &ts,
				FUTEX_BITSET_MATCH_ANY);
}

/* ---- references ---- */

/*
 * No other thread, also none of ours, is there to count at the same time, and
 * no signal's handler counts: then the locked instructions, 8 ns each, are in
 * vain.
 */
static inline bool refs_alone(void)
{
#if __has_include(<sys/single_threaded.h>)
	return __libc_single_threaded;
#else
	return false;
#endif
}

/* Alone: returns the count that was. */
static inline uint32_t refs_add_alone(struct object *o, uint32_t n)
{
	uint32_t refs = atomic_load_explicit(&o->refs, memory_order_relaxed);

	atomic_store_explicit(&o->refs, refs + n, memory_order_relaxed);
	return refs;
}

/* A reference, unless the last one is gone already. */
static inline bool object_try_get(struct object *o)
{
	uint32_t refs = atomic_load_explicit(&o->refs, memory_order_relaxed);

	if (refs_alone()) {
		if (refs)
			refs_add_alone(o, 1);
		return refs;
	}
	while (refs)
		if (atomic_compare_exchange_weak_explicit(
			    &o->refs, &refs, refs + 1, memory_order_acquire,
			    memory_order_relaxed))
			return true;
	return false;
}

/* The last reference is gone: for object_unref() alone. */
void object_free(struct object *o);

/* object_put() of what is there, for the calls made most. */
static inline void object_unref(struct object *o)
{
	uint32_t refs =
		refs_alone() ? refs_add_alone(o, UINT32_MAX)
			     : atomic_fetch_sub_explicit(&o->refs, 1,
							 memory_order_acq_rel);

	if (__builtin_expect(refs == 1, 0))
		object_free(o);
}

/* ---- waits ---- */

enum { WAIT_MAX_OBJECTS = 64 };

/* What struct nt_wait.status holds beside what a wait returns. */
enum {
	WAIT_PENDING = (int)0xfffffffe, /* nobody has claimed it */
	WAIT_CLAIMED = (int)0xfffffffd, /* somebody is about to finish it */
	WAIT_RESTART = (int)0xfffffffc, /* see wait_sleep() */
};

/* One thread waiting, once.  On its host stack; see wait.c for lifetimes. */
struct nt_wait {
	_Atomic uint32_t status;
	struct task *task;
	bool all;     /* wait-all */
	bool timed;   /* one of the objects has refresh() */
	bool watched; /* counted as a sleeper on shared objects */
	bool polls;   /* meanwhile serves the process's I/O (watch_lead()) */
	unsigned n;
	struct object *const *objects;
	void *packet; /* iocp.c: what it was handed */
	uint64_t key; /* keyed-event.c */
};

/* One wait in one object's list. */
struct wait_block {
	struct wait_block *next, *prev; /* next NULL: in no list */
	struct nt_wait *wait;           /* NULL: fire is called instead */
	unsigned index;
	/*
	 * For waits without a thread (wait packets).  With the object's lock
	 * held and after the object was acquired; the block is off the list.
	 */
	void (*fire)(struct wait_block *b);
};

/* With the lock of the object (or what owns the list) held. */
void wait_block_add(struct wait_block **list, struct wait_block *b);
void wait_block_remove(struct wait_block **list, struct wait_block *b);

/* Where o's state is. */
static inline _Atomic int32_t *object_state(struct object *o)
{
	return __builtin_expect(o->shared != NULL, 0) ? &o->shared->page->state
						      : &o->state;
}

/* Locked, and the state has changed so that somebody may go. */
static inline void object_changed(struct object *o)
{
	if (o->waiters)
		object_wake_locked(o);
	if (__builtin_expect(o->shared != NULL, 0))
		o->shared->publish = true;
}

bool object_trylock(struct object *o);
/*
 * Locks n objects, at most WAIT_MAX_OBJECTS, in an order that is the same in all
 * threads and all processes, each once.  How many are in locked.
 */
unsigned objects_lock(struct object *const *o, unsigned n,
		      struct object **locked);
/* Without waking whom wait_finish() noted. */
void objects_release(struct object **locked, unsigned n);
/*
 * handle_lock() for lean.c: false for whatever is not plain and simple.  To be
 * undone with small_unlock(&o->lock).
 */
bool handle_trylock(uint64_t h, uint32_t access, struct object **o);
/* NtClose() for lean.c, likewise: the handle is closed, or nothing is done. */
bool handle_close_lean(struct task *t, uint64_t h);

/* Nothing but memory of objects goes with it. */
static inline bool object_is_plain(const struct object *o)
{
	return !o->shared && !o->name && !o->security && !o->type->close &&
	       !o->type->destroy;
}
/* object_unlock() without waking whom wait_finish() noted. */
static inline void object_release(struct object *o)
{
	if (__builtin_expect(o->shared != NULL, 0))
		shared_unlock(o->shared);
	small_unlock(&o->lock);
}

/*
 * object_adopt_page() - o, which is new, becomes the object of the page s and
 * takes over what it says, unless it has been made by us for o just now.
 * Consumes s.  Not NULL: another object of this process is that already; a
 * reference to it, and o stays as it was.  So no two objects here ever share a
 * page: a wait for both would lock it twice.
 */
struct object *object_adopt_page(struct object *o, struct shared *s,
				 bool created);
/* Make o one of several processes; it is locked, and stays so. */
bool object_share(struct object *o);
/* pass and receive of types with pages. */
bool shared_pass(struct object *o, struct nt_passed *p);
/* The object of this process with the page s, which it owns.  NULL: no memory,
   or s is another type's. */
struct object *shared_object(const struct object_type *type, struct shared *s);
/* A new one of that type, for what another process has made. */
struct object *object_blank(const struct object_type *type);
struct object *shared_receive(const struct object_type *type,
			      const struct nt_passed *p);

static inline bool object_signaled(struct object *o, struct task *t)
{
	return o->type->signaled
		       ? o->type->signaled(o, t)
		       : atomic_load_explicit(&o->state,
					      memory_order_relaxed) != 0;
}

static inline NTSTATUS object_acquire(struct object *o, struct task *t)
{
	return o->type->acquire ? o->type->acquire(o, t) : STATUS_SUCCESS;
}

void wait_init(struct nt_wait *w, struct task *t);
/*
 * Claim the waiter; false: somebody was first.  Who claims calls wait_finish()
 * soon, before it unlocks what kept the waiter from leaving.  The waiter is
 * woken when an object is unlocked next by this thread (object_unlock()) or
 * with wait_flush().
 */
bool wait_claim(struct nt_wait *w);
void wait_finish(struct nt_wait *w, NTSTATUS status);
void wait_flush(void);
/* Make t, should it sleep in wait_sleep(), look around; woken as above. */
void wait_poke(struct task *t);

/*
 * Sleep until w is finished and return its status; or claim it oneself for
 * STATUS_TIMEOUT, STATUS_USER_APC and STATUS_ALERTED (alertable only),
 * STATUS_THREAD_IS_TERMINATING, or WAIT_RESTART: the thread is to stand still;
 * the caller takes its blocks out of the lists, calls nt_interrupted() and
 * begins anew.
 */
NTSTATUS wait_sleep(struct nt_wait *w, int64_t deadline, bool alertable);

/* ---- watch.c ---- */

/*
 * One thread at a time may look after the watched I/O itself instead of leaving
 * that to the helper thread; false: another does, or there is none.  Between
 * the two: watch_lead(), a futex_wait() on t's wake word that serves what
 * becomes ready.  Nothing is locked.
 */
bool watch_lead_begin(void);
void watch_lead(struct task *t, uint32_t seq, int64_t deadline);
void watch_lead_end(void);
/* Who may have led is going to sleep for something else. */
void watch_lead_not(void);

/* ---- wait-shared.c ---- */

/*
 * A wait that other processes can end: sleeps on the thread's own word, the
 * objects', and those of mutants' owners, which the kernel changes when the
 * owner is killed.
 */
struct sleep_words {
	struct futex_waitv v[2 * WAIT_MAX_OBJECTS + 1];
	unsigned n;
	bool incomplete; /* something has to be looked at by the clock */
};

/* May other processes change one of w's objects? */
static inline bool wait_is_shared(const struct nt_wait *w)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->objects[i]->shared)
			return true;
	return false;
}

/* Count w's thread as a sleeper on those, or no longer. */
void wait_count_sleeper(struct nt_wait *w, bool on);
/* Take what is to be had now; of all w's objects, unless all are wanted. */
void wait_look_at_shared(struct nt_wait *w);
/* What to sleep on; before looking.  seq: the wake word's value. */
void sleep_words_of(struct nt_wait *w, uint32_t seq, struct sleep_words *s);
void sleep_on_words(struct nt_wait *w, struct sleep_words *s, uint32_t seq,
		    int64_t until);

/* ---- wait-helper.c ---- */

/*
 * o has a page, and in its list may be waits without a thread: look at it when
 * other processes change it.  false: no memory, or no thread for it.
 */
bool wait_without_thread(struct object *o);

/* wait_objects() for one object that the caller has locked. */
NTSTATUS wait_one_locked(struct task *t, struct object *o, bool alertable,
			 int64_t deadline);

/*
 * A wait for any of n handles that need not wait, since an event or a semaphore
 * is ready; false: nothing has been done, and wait_objects() knows more.
 */
bool wait_any_lean(struct task *t, const uint64_t *h, unsigned n, int64_t *ret);

/* Takes the abandoned or acquired mutant into t's list; mutant.c. */
void mutant_taken(struct task *t, struct object *o);

/*
 * lean.c's short ways through mutants and semaphores: o is locked by
 * handle_trylock().  False: not plain and simple, and nothing has been done.
 */
bool mutant_lean_take(struct task *t, struct object *o, int64_t *ret);
/* *count: how often it was owned. */
bool mutant_lean_release(struct task *t, struct object *o, uint32_t *count);
bool semaphore_lean_release(struct object *o, int32_t count, int32_t *old);
void mutants_abandon(struct nt_thread *th);

/* Queue a; STATUS_THREAD_IS_TERMINATING: the thread takes none, a is still the
   caller's.  Object locks may be held. */
NTSTATUS apc_insert(struct nt_thread *to, struct nt_apc *a);
/* Take a out if it is still queued; done is not called.  Whether it was. */
bool apc_remove(struct nt_thread *from, struct nt_apc *a);

/* ---- alarm.c: calls at a time, from one helper thread -------------------- */

struct alarm {
	int64_t due; /* CLOCK_MONOTONIC ns */
	struct alarm *next;
	bool armed;
	void (*ring)(struct alarm *a);
};

/*
 * Have a->ring(a) called at a->due; once.  false: no helper thread could be
 * started.  Object locks may be held here and taken by ring.
 */
bool alarm_arm(struct alarm *a);
/* false: it was not armed, or is ringing right now. */
bool alarm_disarm(struct alarm *a);

/* timer.c: somebody without a thread waits for o; let time pass for it. */
void timer_needs_alarm(struct object *o);

/* iocp.c: the thread stops or goes on counting as running. */
void iocp_thread_blocks(struct nt_thread *th);
void iocp_thread_runs(struct nt_thread *th);
void iocp_thread_leaves(struct nt_thread *th);

/* ---- names ---- */

struct directory;

struct object_name {
	struct directory *parent; /* a reference */
	struct object *object;    /* no reference */
	struct object_name *next; /* in the parent's bucket */
	bool permanent;
	uint16_t len;
	uint16_t text[]; /* NUL-terminated */
};

/* A symbolic link of the namespace. */
struct symlink {
	struct object object;
	uint16_t *target; /* terminated */
	size_t len;
	int64_t created;
};

/* One without a name yet; NULL: no memory. */
struct object *symlink_new(const uint16_t *target, size_t n);

/* The last handle is gone: the name goes, unless it is permanent. */
void name_forget(struct object *o);

/* ---- handles ---- */

/* HANDLE_FLAG_PROTECT_FROM_CLOSE, next to OBJ_INHERIT in a handle's flags. */
enum { HANDLE_PROTECT = 1 };
/* The first handle whose value a parent chooses; see process-dup.c. */
enum { HANDLE_LATE = ((16 << 20 >> 1) + 1) * 4 };
NTSTATUS handle_set_flags(uint64_t h, uint32_t flags);

/* ---- threads ---- */

enum thread_state { THREAD_NEW, THREAD_RUNS, THREAD_ENDED };

/* By id, without a reference: memory of a thread, of which one may change. */
struct nt_thread *thread_peek(uint64_t id);
/* Set pending bits and make the thread notice, wherever it is. */
void thread_kick(struct nt_thread *th, uint32_t bits);
/* task_resume(), for a thread whose registers others may look at meanwhile. */
void thread_goes_on(struct task *t, const struct guest_regs *regs)
	__attribute__((noreturn));
/* Ask it to end; it does so before it executes guest code again. */
void thread_terminate(struct nt_thread *th, uint32_t code);

/* NtQueryInformationThread's class for a 32-bit thread's CONTEXT. */
enum { THREAD_WOW64_CONTEXT = 29 };
/*
 * NtGetContextThread and NtSetContextThread for a thread of ours: the 32-bit
 * CONTEXT (narrow), in a 32-bit process, or the 64-bit one.
 */
NTSTATUS thread_get_context(struct task *t, uint64_t thread, gaddr context,
			    bool narrow);
NTSTATUS thread_set_context(struct task *t, uint64_t thread, gaddr context,
			    bool narrow);
/* The next thread after prev (NULL: the first), referenced; puts prev. */
struct nt_thread *thread_next(struct nt_thread *prev);
/* All threads but t: ended, or unable to execute guest code again. */
void threads_stop_others(struct task *t, uint32_t code);
unsigned threads_count(void);
/* The id that the first thread of the process with this id has. */
uint32_t thread_first_id(uint32_t process_id);

/* Stop all threads but except, and let them go on; only one at a time. */
void threads_freeze(struct nt_thread *except);
void threads_thaw(void);
/*
 * thread_stand() - t, the calling thread, stands still while *word is value:
 * its registers may be read and written meanwhile.  Some time after it comes
 * thread_park(), when nobody is doing that any more and it is not suspended.
 */
void thread_stand(struct task *t, _Atomic uint32_t *word, uint32_t value);
void thread_park(struct task *t);

/* Another process may have knocked: answer it from now on (remote.h). */
void nt_knocked(struct task *t);
/* suspend.c, for process.c: as the calls, on a thread. */
NTSTATUS thread_suspend(struct nt_thread *th, uint32_t *previous);
NTSTATUS thread_resume(struct nt_thread *th, uint32_t *previous);

/* apc.c: no APC after this; and one that is due, into regs. */
void apcs_close(struct nt_thread *th);
void apc_deliver(struct task *t, struct guest_regs *regs);

#endif
