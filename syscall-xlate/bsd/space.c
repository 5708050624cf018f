/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * space.c - which guest addresses are in use.
 *
 * The host's mmap(2) would choose an address where the guest may not look, so
 * places are chosen here.  The book is a sorted array of used ranges, with
 * neighbours merged: programs that map a lot map it side by side.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"

struct range {
	gaddr from, to;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct range *used; /* all under lock */
static size_t nused, room;

void space_lock(void)
{
	pthread_mutex_lock(&lock);
}

void space_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

/* Index of the first range that ends behind at. */
static size_t first_behind(gaddr at)
{
	size_t low = 0, high = nused;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (used[mid].to > at)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

bool space_free(gaddr at, uint64_t size)
{
	size_t i = first_behind(at);

	return i == nused || used[i].from >= at + size;
}

gaddr space_find(gaddr from, gaddr to, uint64_t size, uint64_t align)
{
	gaddr at = ROUND_UP(from, align);

	for (size_t i = first_behind(at);; i++) {
		gaddr end = i < nused ? MIN(used[i].from, to) : to;

		if (at < end && size <= end - at)
			return at;
		if (i == nused || used[i].to >= to)
			return 0;
		at = ROUND_UP(MAX(used[i].to, at), align);
	}
}

static int make_room(void)
{
	struct range *p;

	if (nused + 1 < room)
		return 0;
	p = realloc(used, (room ? room * 2 : 64) * sizeof *p);
	if (!p)
		return -ENOMEM;
	used = p;
	room = room ? room * 2 : 64;
	return 0;
}

int space_add(gaddr at, uint64_t size)
{
	gaddr to = at + size;
	size_t i, n;

	if (make_room())
		return -ENOMEM;
	/* Those that overlap or touch become one. */
	i = first_behind(at ? at - 1 : 0);
	for (n = i; n < nused && used[n].from <= to; n++) {
		at = MIN(at, used[n].from);
		to = MAX(to, used[n].to);
	}
	memmove(&used[i + 1], &used[n], (nused - n) * sizeof *used);
	nused = nused + 1 - (n - i);
	used[i] = (struct range){ at, to };
	return 0;
}

void space_remove(gaddr at, uint64_t size)
{
	gaddr to = at + size;
	size_t i = first_behind(at);

	if (make_room())
		return; /* addresses are lost, nothing else */
	while (i < nused && used[i].from < to) {
		struct range r = used[i];

		if (r.from < at && r.to > to) {
			memmove(&used[i + 1], &used[i],
				(nused - i) * sizeof *used);
			nused++;
			used[i].to = at;
			used[i + 1].from = to;
			return;
		}
		if (r.from < at) {
			used[i++].to = at;
		} else if (r.to > to) {
			used[i].from = to;
			return;
		} else {
			memmove(&used[i], &used[i + 1],
				(nused - i - 1) * sizeof *used);
			nused--;
		}
	}
}

gaddr bsd_map_anywhere(uint64_t size, int prot, gaddr from)
{
	gaddr at;

	space_lock();
	at = space_find(from, guest_mem->high, size, PAGE);
	if (at && (space_add(at, size) ||
		   guest_mem->map(at, size, prot, -1, 0, 0)))
		at = 0;
	space_unlock();
	return at;
}
