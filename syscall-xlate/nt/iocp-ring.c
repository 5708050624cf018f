/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iocp-ring.c - see iocp-ring.h.
 *
 * Other processes may have written anything here: every number is cut to what
 * it may be where it is read.
 */
#include "syscall-xlate/nt/iocp-ring.h"

/* In iocp_entry.pad: it has been recalled. */
enum { VOID = 1 };

static struct port_ring *ring_of(const struct shared *s)
{
	return s->area;
}

static uint32_t room_of(const struct port_ring *r)
{
	uint32_t room = r->room;

	return room > RING_FIRST && room <= RING_MOST && !(room & (room - 1))
		       ? room
		       : RING_FIRST;
}

static uint64_t first_of(const struct port_ring *r, uint64_t end)
{
	uint64_t head = r->head;

	return end - head > room_of(r) ? end : head;
}

static struct iocp_entry *entry_at(struct port_ring *r, uint64_t at)
{
	return &r->entry[at & (room_of(r) - 1)];
}

/* head, behind what was recalled. */
static uint64_t next_of(struct port_ring *r, uint64_t end)
{
	uint64_t head = first_of(r, end);

	while (head != end && entry_at(r, head)->pad == VOID)
		r->head = ++head;
	return head;
}

bool ring_empty(struct shared *s)
{
	struct port_ring *r = ring_of(s);
	uint64_t end = r->tail;

	return next_of(r, end) == end;
}

uint32_t ring_depth(const struct shared *s)
{
	struct port_ring *r = ring_of(s);
	uint64_t end = r->tail;
	uint32_t n = 0;

	for (uint64_t at = first_of(r, end); at != end; at++)
		n += entry_at(r, at)->pad != VOID;
	return n;
}

/* Those that would lie elsewhere in a ring of twice the size go there. */
static bool grow(struct shared *s, struct port_ring *r, uint64_t head,
		 uint64_t end)
{
	uint32_t room = room_of(r);
	const size_t size = sizeof r->entry[0];

	if (room == RING_MOST ||
	    !shared_area_grow(s,
			      offsetof(struct port_ring, entry) + room * size,
			      room * size))
		return false;
	for (uint64_t at = head; at != end; at++)
		if (at & room)
			r->entry[at & (2 * room - 1)] =
				r->entry[at & (room - 1)];
	r->room = 2 * room;
	return true;
}

bool ring_put(struct shared *s, const struct iocp_entry *e, uint64_t *at)
{
	struct port_ring *r = ring_of(s);
	uint64_t end = r->tail, head = first_of(r, end);
	struct iocp_entry *to;

	if (end - head == room_of(r) && !grow(s, r, head, end))
		return false;
	to = entry_at(r, end);
	*to = *e;
	to->pad = 0;
	*at = end;
	r->tail = end + 1;
	return true;
}

bool ring_get(struct shared *s, struct iocp_entry *e)
{
	struct port_ring *r = ring_of(s);
	uint64_t end = r->tail, head = next_of(r, end);

	if (head == end)
		return false;
	*e = *entry_at(r, head);
	e->pad = 0;
	r->head = head + 1;
	return true;
}

bool ring_has(const struct shared *s, uint64_t at)
{
	struct port_ring *r = ring_of(s);
	uint64_t end = r->tail, head = first_of(r, end);

	return at - head < end - head && entry_at(r, at)->pad != VOID;
}

bool ring_recall(struct shared *s, uint64_t at)
{
	if (!ring_has(s, at))
		return false;
	entry_at(ring_of(s), at)->pad = VOID;
	return true;
}

unsigned ring_place(struct shared *s)
{
	for (unsigned i = 0; i < RING_PLACES; i++)
		if (shared_mark(s, i))
			return i + 1;
	return 0;
}

void ring_set_running(struct shared *s, unsigned place, uint32_t n)
{
	struct port_ring *r = ring_of(s);

	if (!place)
		return;
	r->running[place - 1] = n;
	if (r->places < place)
		r->places = place;
}

static unsigned places(const struct port_ring *r)
{
	return MIN(r->places, (uint32_t)RING_PLACES);
}

uint64_t ring_running(const struct shared *s)
{
	struct port_ring *r = ring_of(s);
	uint64_t n = 0;

	for (unsigned i = 0; i < places(r); i++)
		n += r->running[i];
	return n;
}

void ring_bury(struct shared *s, unsigned own_place)
{
	struct port_ring *r = ring_of(s);

	for (unsigned i = 0; i < places(r); i++)
		if (i + 1 != own_place && r->running[i] &&
		    !shared_is_marked(s, i))
			r->running[i] = 0;
}
