/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp.h - how the thread pool's files fit together.
 *
 *   tp-pool.c   pools and their workers; the queue; callback instances
 *   tp-object.c what work, timers, waits and I/O have in common; groups
 *   tp-sched.c  one thread per process that watches clocks and ports
 *   tp-timer.c tp-wait.c tp-io.c   one kind of object each
 *   tp-old.c    RtlQueueWorkItem, timer queues, registered waits
 *
 * Order of locks: the scheduler's, a group's, a pool's.
 */
#ifndef RF_TP_H
#define RF_TP_H

#include "ntdll-private.h"
#include "nt-ldr.h"

enum tp_type {
	TP_SIMPLE,
	TP_TYPE_WORK,
	TP_TYPE_TIMER,
	TP_TYPE_WAIT,
	TP_TYPE_IO
};

struct tp_object {
	volatile LONG
		refs; /* the owner; each pending callback; an armed wait */
	enum tp_type type;
	volatile LONG released;
	BOOL long_function;
	ULONG priority;
	struct _TP_POOL *pool;
	struct _TP_CLEANUP_GROUP *group;
	LIST_ENTRY group_links;
	/* While its group's members are released: */
	struct tp_object *next_taken;
	BOOL owned; /* nobody had released it */
	/* With the pool's lock: */
	LIST_ENTRY queue_links;
	BOOL queued;
	ULONG pending;               /* callbacks that have not begun */
	ULONG running;               /* callbacks that have, and count */
	RTL_CONDITION_VARIABLE idle; /* neither */
	PTP_CLEANUP_GROUP_CANCEL_CALLBACK cancel;
	PTP_SIMPLE_CALLBACK finalization;
	PVOID context;
	PVOID race_dll;
	/* The type's own: */
	void (*call)(PTP_CALLBACK_INSTANCE i, struct tp_object *o);
	void (*disarm)(struct tp_object *o); /* no more callbacks; or NULL */
	void (*dropped)(struct tp_object *o, ULONG n); /* n were cancelled */
	void (*free)(struct tp_object *o); /* what it owns; or NULL */
	void (*destroyed)(PVOID context);  /* tp-old.c: it is gone; or NULL */
};

struct _TP_CALLBACK_INSTANCE {
	struct tp_object *object;
	BOOL disassociated;
	BOOL may_run_long;
	PRTL_CRITICAL_SECTION cs;
	HANDLE mutex, semaphore, event, dll;
	ULONG semaphore_count;
};

/* ---- tp-object.c -------------------------------------------------------- */

/* NULL: no memory.  size: of the type's structure, object first; zeroed. */
void *tp_new(enum tp_type type, SIZE_T size, PVOID context,
	     PTP_CALLBACK_ENVIRON env);
void tp_ref(struct tp_object *o);
/* FALSE: it is the last reference, and stays. */
BOOL tp_unref_unless_last(struct tp_object *o);
void tp_unref(struct tp_object *o);
/* The owner's call; the second is ignored. */
void tp_release(struct tp_object *o);
/* Until no callback is pending or running; cancel: those pending are not run */
void tp_wait_idle(struct tp_object *o, BOOL cancel);

/* ---- tp-pool.c ---- */

void tp_post(struct tp_object *o);
/* The same, when the caller holds the scheduler's lock (clocks fire so). */
void tp_post_sched_locked(struct tp_object *o);
/* Forget pending callbacks; returns how many there were. */
ULONG tp_cancel_pending(struct tp_object *o);
void tp_wait_callbacks(struct tp_object *o);
BOOL tp_is_idle(struct tp_object *o);
/* env's pool, or the default one, with a reference; NULL: no memory */
struct _TP_POOL *tp_pool_of(PTP_CALLBACK_ENVIRON env);
void tp_pool_unref(struct _TP_POOL *pool);

/* ---- tp-sched.c ---- */

struct tp_clock {
	ULONGLONG due; /* tp_now() */
	ULONG at;      /* place in the heap, from 1; 0: not set */
	void (*fire)(struct tp_clock *c); /* called with the lock held */
};

extern RTL_SRWLOCK tp_sched_lock;
ULONGLONG tp_now(void); /* 100 ns, from any start, steady */
/* due: as of NtSetTimer, negative or absolute */
ULONGLONG tp_due(const LARGE_INTEGER *due);
/* Both with the lock held. */
BOOL tp_clock_set(struct tp_clock *c, ULONGLONG due);
void tp_clock_cancel(struct tp_clock *c);

/* What the scheduler's port brings; key of every packet. */
struct tp_port_key {
	void (*arrived)(struct tp_port_key *k, PVOID value,
			const IO_STATUS_BLOCK *iosb);
};
/* NULL: there is no port, for want of memory or handles. */
HANDLE tp_port(void);

#endif
