/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-commit.c - memory that programs take in small parts.
 *
 * Who keeps a heap of its own (Go's runtime) reserves megabytes, commits 8 KB at
 * a time and touches them at once: a mapping and a page fault for each page.
 * Instead a window is mapped in advance, of which nothing is there (direct-uffd.h),
 * and a commit puts zeroed pages there, which takes half as long as all that did.
 * What is reserved only stays without access.
 *
 * Putting pages there is most of a commit's time, and needs no order among the
 * callers, while where they go does.  So in a window that is known the caller gets
 * a promise, which it keeps after its turn.  Until then the pages are missing
 * where the program may believe them to be: another thread that touches one has
 * it put there by its fault.
 */
#include "syscall-xlate/engine/direct.h"

#include <errno.h>
#include <pthread.h>

#include "base/table.h"
#include "syscall-xlate/engine/direct-uffd.h"

enum {
	SMALL = 0x10000,   /* more is often not touched whole */
	WINDOW = 0x100000, /* a mapping for so much */
	FEW = 16,          /* commits before it is worth a descriptor */
	KNOWN = 32,        /* windows that are remembered */
	PROMISES = 32,     /* at the same time */
};

/* Never written to: one page of the host's, in its nearest cache. */
static const char zeroes[SMALL] __attribute__((aligned(PAGE)));

/*
 * Parts of windows in which nothing has been unmapped or mapped anew, the newest
 * at `next`.  Of others the kernel has to say what is there.
 */
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;
static struct { gaddr start, end; } known[KNOWN];
static unsigned next_known;
static _Atomic bool any_known;

/* end 0: free.  Taken in the callers' turn; read by signal handlers. */
static struct promise { _Atomic gaddr start, end; } promises[PROMISES];

static bool fill(gaddr at, uint64_t size)
{
	return !direct_uffd_put(at, zeroes, size);
}

/* Where some pages are there already, they stay. */
static int fill_missing(gaddr at, uint64_t size)
{
	int err = direct_uffd_put(at, zeroes, size);

	if (err != -EEXIST)
		return err;
	for (uint64_t i = 0; i < size; i += PAGE) {
		err = direct_uffd_put(at + i, zeroes, PAGE);
		if (err && err != -EEXIST)
			return err;
	}
	return 0;
}

/* ---- windows --------------------------------------------------------------- */

/* known_lock is held. */
static void know(gaddr start, gaddr end)
{
	known[next_known].start = start;
	known[next_known].end = end;
	next_known = (next_known + 1) % KNOWN;
	any_known = true;
}

static bool is_known(gaddr at, uint64_t size)
{
	bool found = false;

	if (!any_known)
		return false;
	pthread_mutex_lock(&known_lock);
	for (unsigned i = 1; i <= KNOWN && !found; i++) {
		unsigned k = (next_known + KNOWN - i) % KNOWN;

		found = at >= known[k].start && at + size <= known[k].end;
	}
	pthread_mutex_unlock(&known_lock);
	return found;
}

void direct_commit_leave(gaddr at, uint64_t size)
{
	gaddr end = at + size;

	if (!any_known)
		return;
	pthread_mutex_lock(&known_lock);
	for (unsigned i = 0; i < KNOWN; i++) {
		gaddr a = known[i].start, b = known[i].end;

		if (at >= b || end <= a)
			continue;
		known[i].end = MAX(at, a);
		known[i].start = a;
		if (end < b)
			know(end, b);
	}
	pthread_mutex_unlock(&known_lock);
}

/*
 * Without access until it is watched: what another thread touched before would
 * be there, and be lost by the commit.
 */
static bool window_new(gaddr at, uint64_t size)
{
	if (guest_mem->map(at, size, GUEST_NONE, -1, 0, 0) ||
	    !direct_uffd_watch(at, size) ||
	    guest_mem->protect(at, size, GUEST_READ | GUEST_WRITE))
		return false;
	pthread_mutex_lock(&known_lock);
	know(at, at + size);
	pthread_mutex_unlock(&known_lock);
	return true;
}

/* ---- promises -------------------------------------------------------------- */

/* 0: there are too many. */
static int promise(gaddr at, uint64_t size)
{
	for (int i = 0; i < PROMISES; i++)
		if (!promises[i].end) {
			promises[i].start = at;
			promises[i].end = at + size;
			return i + 1;
		}
	return 0;
}

int direct_commit_put(int n)
{
	struct promise *p = &promises[n - 1];
	int err = fill_missing(p->start, p->end - p->start);

	p->end = 0;
	return err ? -ENOMEM : 0;
}

/* The part of [at, end) that p promises; false: none. */
static bool part(const struct promise *p, gaddr *at, gaddr *end)
{
	gaddr b = p->end, a = p->start;

	/* Another's by now? */
	if (!b || p->end != b || a >= *end || b <= *at)
		return false;
	*at = MAX(*at, a);
	*end = MIN(*end, b);
	return true;
}

bool direct_commit_promised(gaddr at, uint64_t size)
{
	gaddr a = at, b = at + size;

	for (int i = 0; i < PROMISES; i++)
		if (part(&promises[i], &a, &b))
			return true;
	return false;
}

int direct_commit_put_promised(gaddr at, uint64_t size)
{
	for (int i = 0; i < PROMISES; i++) {
		gaddr a = at, b = at + size;

		if (part(&promises[i], &a, &b) && fill_missing(a, b - a))
			return -ENOMEM;
	}
	return 0;
}

bool direct_commit_fault(gaddr at)
{
	gaddr page = ROUND_DOWN(at, PAGE);

	return direct_commit_promised(page, PAGE) &&
	       !fill_missing(page, PAGE);
}

/* ---- commits --------------------------------------------------------------- */

int direct_commit(gaddr at, uint64_t size, uint64_t room)
{
	static gaddr last, last_end; /* the newest window */
	static unsigned commits;

	if (size > SMALL)
		return -ENOSYS;
	if (commits < FEW) {
		commits++;
		return -ENOSYS;
	}
	if (!direct_uffd_can())
		return -ENOSYS;
	if (is_known(at, size)) {
		int n = promise(at, size);

		if (n)
			return n;
	}
	if (fill(at, size))
		return 0;
	/* No window there yet, or what was in it is a hole again. */
	if (room <= size)
		return -ENOSYS;
	/* What is taken and given back again and again is quicker mapped. */
	if (at >= last && at < last_end)
		return -ENOSYS;
	room = MIN(room, (uint64_t)WINDOW);
	last = at;
	last_end = at + room;
	if (window_new(at, room) && fill(at, size))
		return 0;
	/* What has become of it must not stay: it could be touched. */
	guest_mem->unmap(at, room);
	return -ENOSYS;
}
