/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lean.c - calls of 32-bit code that need nothing of the host's thread: an
 * event, semaphore or mutant that nobody waits for, a wait that need not wait
 * (for any of several in 64-bit programs too), the end of what is only memory,
 * the time.
 *
 * Everything here runs with the guest's FS (see xlate.h): what is not the
 * plain case is left to the call's own handler.  tests/layers/check-lean looks
 * that the compiler has used no thread-local.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/time.h"
#include "syscall-xlate/nt/wow64.h"
#include "syscall-xlate/trace.h"

/* As in syscalls.tbl. */
enum {
	WAIT_FOR_SINGLE_OBJECT = 0x04,
	RELEASE_SEMAPHORE = 0x0a,
	SET_EVENT = 0x0e,
	CLOSE = 0x0f,
	RELEASE_MUTANT = 0x20,
	QUERY_PERFORMANCE_COUNTER = 0x31,
	CLEAR_EVENT = 0x3e,
	WAIT_FOR_MULTIPLE_OBJECTS = 0x5b,
	RESET_EVENT = 0x17a,
};

/* Of more, the price of the call matters little. */
enum { FEW_HANDLES = 16 };

enum {
	EVENT_MODIFY = 2,
	SEMAPHORE_MODIFY = 2,
	ACCESS_SYNCHRONIZE = 0x100000,
};

static uint64_t handle_of(uint32_t v)
{
	return (uint64_t)(int64_t)(int32_t)v;
}

static bool change(struct task *t, uint64_t h, int32_t state, gaddr previous,
		   int64_t *ret)
{
	struct object *o;
	int32_t old;

	if (!handle_trylock(h, EVENT_MODIFY, &o))
		return false;
	if (o->type != &event_type || o->waiters) {
		small_unlock(&o->lock);
		return false;
	}
	old = o->state;
	o->state = state;
	small_unlock(&o->lock);
	*ret = previous && guest_put32(t, previous, (uint32_t)old)
		       ? (int64_t)STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
	return true;
}

static bool release_semaphore(struct task *t, uint64_t h, uint32_t count,
			      gaddr previous, int64_t *ret)
{
	struct object *o;
	int32_t old;
	bool done;

	if (!handle_trylock(h, SEMAPHORE_MODIFY, &o))
		return false;
	done = o->type == &semaphore_type && !o->waiters &&
	       semaphore_lean_release(o, (int32_t)count, &old);
	small_unlock(&o->lock);
	if (done)
		*ret = previous && guest_put32(t, previous, (uint32_t)old)
			       ? (int64_t)STATUS_ACCESS_VIOLATION
			       : STATUS_SUCCESS;
	return done;
}

static bool release_mutant(struct task *t, uint64_t h, gaddr previous,
			   int64_t *ret)
{
	struct object *o;
	uint32_t count;
	bool done;

	if (!handle_trylock(h, 0, &o))
		return false;
	done = o->type == &mutant_type && mutant_lean_release(t, o, &count);
	small_unlock(&o->lock);
	if (done)
		*ret = previous && guest_put32(t, previous, 1 - count)
			       ? (int64_t)STATUS_ACCESS_VIOLATION
			       : STATUS_SUCCESS;
	return done;
}

static bool wait(struct task *t, uint64_t h, int64_t *ret)
{
	struct object *o;
	bool done = false;

	if (!handle_trylock(h, ACCESS_SYNCHRONIZE, &o))
		return false;
	if (o->type == &mutant_type) {
		done = mutant_lean_take(t, o, ret);
	} else if (o->type == &event_type || o->type == &semaphore_type) {
		done = o->state > 0;
		if (done)
			*ret = o->type->acquire(o, t);
	}
	small_unlock(&o->lock);
	return done;
}

/*
 * All handles are looked at, as bad ones fail the call.  The first that is ready
 * and those before it, which are not, stay locked meanwhile, so that there was a
 * moment when it was the first.  Nobody is waited for, so no order is needed, and
 * the same object given twice is not the plain case.
 */
bool wait_any_lean(struct task *t, const uint64_t *h, unsigned n, int64_t *ret)
{
	struct object *locked[WAIT_MAX_OBJECTS], *o;
	unsigned held = 0, i;
	bool ready = false, done;

	for (i = 0; i < n; i++) {
		if (!handle_trylock(h[i], ACCESS_SYNCHRONIZE, &o))
			break;
		if (!ready) {
			locked[held++] = o;
			/* Whether others are, is more to find out. */
			if (o->type != &event_type &&
			    o->type != &semaphore_type)
				break;
			ready = o->state > 0;
			continue;
		}
		done = o->type->waitable;
		small_unlock(&o->lock);
		if (!done)
			break;
	}
	done = ready && i == n;
	if (done) {
		locked[held - 1]->type->acquire(locked[held - 1], t);
		*ret = STATUS_WAIT_0 + held - 1;
	}
	while (held)
		small_unlock(&locked[--held]->lock);
	return done;
}

/* Of a wait that does not come to it, the time is there all the same. */
static bool has_time(struct task *t, gaddr arg)
{
	uint32_t timeout;
	uint64_t when;

	return !guest_get32(t, &timeout, arg) &&
	       (!timeout || !guest_get64(t, &when, timeout));
}

static bool wait_many(struct task *t, uint32_t n, gaddr handles, gaddr args,
		      int64_t *ret)
{
	enum { WAIT_ANY = 1 };
	uint32_t type, alertable, narrow;
	uint64_t h[FEW_HANDLES];

	if (guest_get32(t, &type, args + 8) || type != WAIT_ANY ||
	    guest_get32(t, &alertable, args + 12) || alertable & 0xff ||
	    !has_time(t, args + 16) || !n || n > FEW_HANDLES)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (guest_get32(t, &narrow, handles + 4 * i))
			return false;
		h[i] = handle_of(narrow);
	}
	return wait_any_lean(t, h, n, ret);
}

/* clock_gettime() is the kernel's code in the vDSO, and cannot fail. */
static bool counter(struct task *t, gaddr at, gaddr frequency, int64_t *ret)
{
	*ret = guest_put64(t, at, (uint64_t)nt_interrupt_time()) ||
			       (frequency && guest_put64(t, frequency,
							 NT_TICKS_PER_SECOND))
		       ? (int64_t)STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
	return true;
}

static bool lean(struct task *t, uint32_t nr, gaddr args, int64_t *ret)
{
	uint32_t h, second = 0, third = 0;

	if (guest_get32(t, &h, args) ||
	    (nr != CLEAR_EVENT && nr != CLOSE &&
	     guest_get32(t, &second, args + 4)) ||
	    (nr == RELEASE_SEMAPHORE && guest_get32(t, &third, args + 8)))
		return false;
	switch (nr) {
	case SET_EVENT:
		return change(t, handle_of(h), 1, second, ret);
	case RESET_EVENT:
		return change(t, handle_of(h), 0, second, ret);
	case CLEAR_EVENT:
		return change(t, handle_of(h), 0, 0, ret);
	case CLOSE:
		*ret = STATUS_SUCCESS;
		return handle_close_lean(t, handle_of(h));
	case RELEASE_SEMAPHORE:
		return release_semaphore(t, handle_of(h), second, third, ret);
	case RELEASE_MUTANT:
		return release_mutant(t, handle_of(h), second, ret);
	case WAIT_FOR_SINGLE_OBJECT:
		/* Alertable ones look for APCs first, all at the time. */
		return !(second & 0xff) && has_time(t, args + 8) &&
		       wait(t, handle_of(h), ret);
	case WAIT_FOR_MULTIPLE_OBJECTS:
		return wait_many(t, h, second, args, ret);
	case QUERY_PERFORMANCE_COUNTER:
		return counter(t, h, second, ret);
	default:
		return false;
	}
}

void lean_init(bool wow64)
{
	static const uint16_t rows[] = {
		WAIT_FOR_SINGLE_OBJECT, RELEASE_SEMAPHORE,
		SET_EVENT,              CLOSE,
		RELEASE_MUTANT,         QUERY_PERFORMANCE_COUNTER,
		CLEAR_EVENT,            WAIT_FOR_MULTIPLE_OBJECTS,
		RESET_EVENT,
	};

	/* A trace shows all calls. */
	if (!wow64 || trace_enabled)
		return;
	/* Where libc is dynamic: its symbol is looked up now, not in there. */
	nt_interrupt_time();
	xlate_lean = lean;
	for (unsigned i = 0; i < COUNT_OF(rows); i++)
		xlate_lean_rows[rows[i]] = 1;
}
