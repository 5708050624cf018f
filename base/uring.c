/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* uring.c - see uring.h. */
#include "base/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One mapping for both rings, and no result is ever dropped: Linux 5.5. */
#define NEEDED (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP)

static void *map(int fd, size_t size, uint64_t at)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, (off_t)at);
}

int uring_open(struct uring *u, unsigned entries)
{
	struct io_uring_params p = { 0 };
	size_t sq, cq;
	char *ring;
	int err;

	memset(u, 0, sizeof *u);
	u->fd = (int)syscall(SYS_io_uring_setup, entries, &p);
	if (u->fd < 0)
		return -errno;
	u->entries = entries;
	sq = p.sq_off.array + p.sq_entries * sizeof(uint32_t);
	cq = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
	u->ring_size = sq > cq ? sq : cq;
	u->ring = u->sqe = MAP_FAILED;
	if ((p.features & NEEDED) != NEEDED) {
		err = -ENOSYS;
		goto fail;
	}
	u->ring = map(u->fd, u->ring_size, IORING_OFF_SQ_RING);
	if (u->ring != MAP_FAILED)
		u->sqe = map(u->fd, p.sq_entries * sizeof *u->sqe,
			     IORING_OFF_SQES);
	if (u->sqe == MAP_FAILED) {
		err = -errno;
		goto fail;
	}
	ring = u->ring;
	u->sq_tail = (uint32_t *)(ring + p.sq_off.tail);
	u->sq_array = (uint32_t *)(ring + p.sq_off.array);
	u->sq_mask = *(uint32_t *)(ring + p.sq_off.ring_mask);
	u->cq_head = (uint32_t *)(ring + p.cq_off.head);
	u->cq_tail = (uint32_t *)(ring + p.cq_off.tail);
	u->cq_mask = *(uint32_t *)(ring + p.cq_off.ring_mask);
	u->cqe = (struct io_uring_cqe *)(ring + p.cq_off.cqes);
	return 0;
fail:
	uring_close(u);
	return err;
}

void uring_close(struct uring *u)
{
	if (u->sqe != MAP_FAILED)
		munmap(u->sqe, u->entries * sizeof *u->sqe);
	if (u->ring != MAP_FAILED)
		munmap(u->ring, u->ring_size);
	close(u->fd);
	u->fd = -1;
}

struct io_uring_sqe *uring_next(struct uring *u)
{
	uint32_t at = (*u->sq_tail + u->put++) & u->sq_mask;

	u->sq_array[at] = at;
	return memset(&u->sqe[at], 0, sizeof *u->sqe);
}

int uring_submit(struct uring *u)
{
	while (u->put) {
		uint32_t tail = *u->sq_tail;
		long n;

		/* The kernel takes them up to the tail that it sees; what it
		   leaves is not there for it until the next time. */
		__atomic_store_n(u->sq_tail, tail + u->put, __ATOMIC_RELEASE);
		n = syscall(SYS_io_uring_enter, u->fd, u->put, 0, 0, NULL, 0);
		if (n <= 0) {
			__atomic_store_n(u->sq_tail, tail, __ATOMIC_RELEASE);
			if (n < 0 && errno == EINTR)
				continue;
			return n < 0 ? -errno : -EAGAIN;
		}
		u->put -= (unsigned)n;
		__atomic_store_n(u->sq_tail, tail + (uint32_t)n,
				 __ATOMIC_RELEASE);
	}
	return 0;
}

bool uring_take(struct uring *u, uint64_t *user_data, int32_t *result)
{
	uint32_t head = *u->cq_head;
	const struct io_uring_cqe *c;

	if (head == __atomic_load_n(u->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	c = &u->cqe[head & u->cq_mask];
	*user_data = c->user_data;
	*result = c->res;
	__atomic_store_n(u->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}
