/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-commit.c - memory that programs take in small parts.
 *
 * Who keeps a heap of its own (Go's runtime) reserves megabytes, commits 8 KB at
 * a time and touches them at once: a mapping and a page fault for each page.
 * Instead a window is mapped in advance, of which nothing is there (direct-uffd.h),
 * and a commit puts zeroed pages there, which takes half as long as all that did.
 * What is reserved only stays without access.
 */
#include "syscall-xlate/engine/direct.h"

#include <errno.h>

#include "base/table.h"
#include "syscall-xlate/engine/direct-uffd.h"

enum {
	SMALL = 0x10000,   /* more is often not touched whole */
	WINDOW = 0x100000, /* a mapping for so much */
	FEW = 16,          /* commits before it is worth a descriptor */
};

/* Never written to: one page of the host's, in its nearest cache. */
static const char zeroes[SMALL] __attribute__((aligned(PAGE)));

static bool fill(gaddr at, uint64_t size)
{
	return !direct_uffd_put(at, zeroes, size);
}

/*
 * Without access until it is watched: what another thread touched before would
 * be there, and be lost by the commit.
 */
static bool window_new(gaddr at, uint64_t size)
{
	return !guest_mem->map(at, size, GUEST_NONE, -1, 0, 0) &&
	       direct_uffd_watch(at, size) &&
	       !guest_mem->protect(at, size, GUEST_READ | GUEST_WRITE);
}

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
