/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.h - first in, first out; whoever is in it can leave at any time.  A
 * struct is in a queue by a link in it (container_of()), in one at a time.  All
 * zero, both are empty; a queue that is not stays where it is in memory.
 */
#ifndef RF_BASE_QUEUE_H
#define RF_BASE_QUEUE_H

#include <stddef.h>

struct queue_link {
	struct queue_link *next, **at;
	struct queue *in; /* NULL: in none */
};

struct queue {
	struct queue_link *first, **tail;
	unsigned length;
};

static inline void queue_add(struct queue *q, struct queue_link *l)
{
	if (!q->first)
		q->tail = &q->first;
	l->next = NULL;
	l->at = q->tail;
	l->in = q;
	*q->tail = l;
	q->tail = &l->next;
	q->length++;
}

/* Out of the queue that it is in, if it is in one. */
static inline void queue_remove(struct queue_link *l)
{
	struct queue *q = l->in;

	if (!q)
		return;
	*l->at = l->next;
	if (l->next)
		l->next->at = l->at;
	else
		q->tail = l->at;
	l->in = NULL;
	q->length--;
}

#endif
