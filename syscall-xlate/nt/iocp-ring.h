/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iocp-ring.h - the packets of a completion port that several processes have.
 *
 * They are in the area behind the port's page (shared.h), a ring between two
 * counters: one store puts a packet, one takes it, so whoever is killed in
 * between has done all or nothing.  A full ring doubles, until RING_MOST.
 *
 * Each process whose threads take packets has a place where it says how many
 * of them are running; the kernel frees the places of the dead.
 */
#ifndef RF_NT_IOCP_RING_H
#define RF_NT_IOCP_RING_H

#include "syscall-xlate/nt/iocp.h"

enum {
	RING_FIRST = 64,
	RING_MOST = 1 << 18,
	RING_PLACES = 256,
};

struct port_ring {
	_Atomic uint64_t head, tail; /* of all packets that there ever were */
	_Atomic uint32_t room;       /* a power of two; 0: RING_FIRST */
	_Atomic uint32_t places;     /* that were ever in use */
	_Atomic uint32_t running[RING_PLACES];
	_Alignas(2048) struct iocp_entry entry[RING_MOST];
};

/* Where a port's area has no memory yet. */
enum {
	RING_AREA = offsetof(struct port_ring, entry) +
		    RING_FIRST * sizeof(struct iocp_entry)
};

/* The port is locked in all of these but ring_place(). */
bool ring_empty(struct shared *s);
uint32_t ring_depth(const struct shared *s);
/* false: RING_MOST are in it, or there is no memory.  at: its number. */
bool ring_put(struct shared *s, const struct iocp_entry *e, uint64_t *at);
bool ring_get(struct shared *s, struct iocp_entry *e);
/* Is the packet with this number still there?  The same, and take it out. */
bool ring_has(const struct shared *s, uint64_t at);
bool ring_recall(struct shared *s, uint64_t at);

/* A place for this process, from 1; 0: none is left, and it does not count. */
unsigned ring_place(struct shared *s);
void ring_set_running(struct shared *s, unsigned place, uint32_t n);
/* Of all processes; those that were killed count until ring_bury(). */
uint64_t ring_running(const struct shared *s);
void ring_bury(struct shared *s, unsigned own_place);

#endif
