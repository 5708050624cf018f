/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * robust.c - words that say that a thread is alive, for other processes.
 *
 * The kernel walks a thread's robust list when it ends, however it ends, and
 * marks the word of each node.  A node points to the next, so it must not lie
 * where others can write; but node and word have to lie at one distance for
 * the whole list.  So a page of our own is mapped before each shared one.
 * glibc's robust mutexes, which keep their pointers in the shared memory, would
 * use the same list: there must be none of them in this process.
 */
#include <limits.h>
#include <stddef.h>

#include "syscall-xlate/nt/nt-private.h"

static __thread struct robust_list_head list;

static bool have_list(void)
{
	if (list.futex_offset)
		return true;
	list.list.next = &list.list;
	list.futex_offset = SHARED_NODE;
	if (!syscall(SYS_set_robust_list, &list, sizeof list))
		return true;
	list.futex_offset = 0;
	return false;
}

/* The kernel may look between any two of the stores around it. */
static void pending(struct robust_list *node)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(struct robust_list *volatile *)&list.list_op_pending = node;
	atomic_signal_fence(memory_order_seq_cst);
}

bool robust_take(struct shared *s)
{
	_Atomic uint32_t *word = &s->page->alive;
	uint32_t old = atomic_load(word);

	if (!have_list())
		return false;
	pending(s->node);
	do {
		if (old & FUTEX_TID_MASK && !(old & FUTEX_OWNER_DIED)) {
			pending(NULL);
			return false;
		}
	} while (!atomic_compare_exchange_weak(
		word, &old, (uint32_t)gettid() | (old & FUTEX_WAITERS)));
	s->node->next = list.list.next;
	atomic_signal_fence(memory_order_seq_cst);
	list.list.next = s->node;
	pending(NULL);
	return true;
}

void robust_release(struct shared *s)
{
	struct robust_list **at = &list.list.next;

	pending(s->node);
	while (*at != &list.list && *at != s->node)
		at = &(*at)->next;
	if (*at == s->node)
		*at = s->node->next;
	if (atomic_exchange(&s->page->alive, 0) & FUTEX_WAITERS)
		futex_call(&s->page->alive, FUTEX_WAKE, INT_MAX, NULL, 0);
	pending(NULL);
}
