/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * uring.h - an io_uring of the kernel's, as far as we need one: requests go in,
 * results come out, and its descriptor is readable while there are any.
 *
 * The kernel does what cannot be done at once for the thread that submitted it,
 * and gives it up when that thread ends.  So the one that submits should live
 * as long as the process.
 */
#ifndef RF_BASE_URING_H
#define RF_BASE_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uring {
	int fd;
	unsigned entries; /* requests that may be under way */
	unsigned put;     /* not yet submitted */
	void *ring;
	size_t ring_size;
	struct io_uring_sqe *sqe;
	uint32_t *sq_tail, *sq_array, sq_mask;
	uint32_t *cq_head, *cq_tail, cq_mask;
	struct io_uring_cqe *cqe;
};

/*
 * uring_open() - entries: a power of two.  Returns 0 or -errno: the kernel is
 * older than 5.5, or a filter or a setting forbids it.
 */
int uring_open(struct uring *u, unsigned entries);
void uring_close(struct uring *u);
/*
 * The next request, all zero, to be filled in.  Of those submitted and not yet
 * taken there must be fewer than u->entries.
 */
struct io_uring_sqe *uring_next(struct uring *u);
/* Hands over those filled in.  Returns 0 or -errno; those that the kernel did
   not take stay for the next time. */
int uring_submit(struct uring *u);
/* A result, with its request's user_data.  false: there is none now. */
bool uring_take(struct uring *u, uint64_t *user_data, int32_t *result);

#endif
