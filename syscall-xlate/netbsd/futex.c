/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * futex.c - __futex(2), which is Linux's, with its numbers.
 * Source: NetBSD's sys/futex.h.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

int64_t netbsd_futex(struct task *t, gaddr uaddr, int32_t op, int32_t val,
		     gaddr timeout, gaddr uaddr2, int32_t val2, int32_t val3)
{
	const int cmd = op & FUTEX_CMD_MASK;
	uint32_t *word, *word2 = NULL;
	struct timespec ts;
	int64_t ret;

	/* The word's page, not its address, is what the host knows it by. */
	op &= ~FUTEX_PRIVATE_FLAG;
	word = guest_mem->futex_word(uaddr);
	if (!word)
		return uaddr % 4 ? -EINVAL : -EFAULT;
	switch (cmd) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		ret = timeout ? bsd_get_timespec(t, timeout, &ts) : 0;
		return ret ? ret :
			     bsd_call(t, SYS_futex, word, op, val,
				      timeout ? &ts : NULL, 0, val3);
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
		return bsd_ret(syscall(SYS_futex, word, op, val, NULL, NULL,
				       val3));
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_WAKE_OP:
		word2 = guest_mem->futex_word(uaddr2);
		if (!word2)
			return uaddr2 % 4 ? -EINVAL : -EFAULT;
		return bsd_ret(syscall(SYS_futex, word, op, val, (long)val2,
				       word2, val3));
	default:
		/* Priority inheritance is not there on NetBSD either. */
		return -ENOSYS;
	}
}

/* ---- robust lists ------------------------------------------------------------ */

/* struct futex_robust_list_head: the list, where the word is, one in between */
struct head {
	gaddr list;
	int64_t offset;
	gaddr pending;
};

int64_t netbsd_futex_set_robust_list(struct task *t, gaddr head, uint64_t size)
{
	if (size != sizeof(struct head))
		return -EINVAL;
	bsd_thread(t)->robust[0] = head;
	return 0;
}

int64_t netbsd_futex_get_robust_list(struct task *t, int32_t id, gaddr head_at,
				     gaddr size_at)
{
	struct bsd_thread *th = bsd_threads_find(id ? id : t->tid);
	gaddr head = th ? th->robust[0] : 0;

	bsd_threads_unlock();
	if (!th)
		return -ESRCH;
	return guest_put64(t, head_at, head) ||
			       guest_put64(t, size_at, sizeof(struct head)) ?
		       -EFAULT :
		       0;
}

/* The owner of the lock at word has ended; false: that was not it. */
static bool owner_died(struct task *t, gaddr word, uint32_t owner)
{
	uint32_t now, was, *host = guest_mem->futex_word(word);

	if (!host || guest_get32(t, &now, word))
		return false;
	do {
		was = now;
		if ((was & FUTEX_TID_MASK) != owner)
			return false;
		if (guest_mem->cmpxchg32(word, &now,
					 (was & FUTEX_WAITERS) |
						 FUTEX_OWNER_DIED))
			return false;
	} while (now != was);
	if (was & FUTEX_WAITERS)
		syscall(SYS_futex, host, FUTEX_WAKE, 1, NULL, NULL, 0);
	return true;
}

void netbsd_futex_release(struct task *t, struct bsd_thread *th)
{
	enum { MOST = 2048 };
	const gaddr at = th->robust[0];
	const uint32_t owner = (uint32_t)th->task.tid;
	struct head h;
	gaddr entry, next;

	th->robust[0] = 0;
	if (!at || guest_read(t, &h, at, sizeof h))
		return;
	entry = h.list;
	for (unsigned i = 0; entry && entry != at && i < MOST; i++) {
		if (guest_get64(t, &next, entry))
			return;
		if (entry != h.pending)
			owner_died(t, entry + (gaddr)h.offset, owner);
		entry = next;
	}
	if (h.pending)
		owner_died(t, h.pending + (gaddr)h.offset, owner);
}

int64_t netbsd_eventfd(struct task *t, uint32_t value, uint32_t flags)
{
	enum { SEMAPHORE = 2 };

	return bsd_eventfd_new(value, flags, SEMAPHORE);
}
