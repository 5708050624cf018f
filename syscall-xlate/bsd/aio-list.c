/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * aio-list.c - calls with a list of control blocks: aio_suspend(2) and
 * lio_listio(2), for both systems.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/table.h"
#include "syscall-xlate/bsd/aio.h"

struct list {
	gaddr *cb;
	int32_t n;
	int64_t (*done)(struct task *t, gaddr cb);
};

static int get_list(struct task *t, gaddr at, int32_t n, struct list *l)
{
	if (n < 0 || n > AIO_LISTIO_MAX)
		return -EINVAL;
	l->n = n;
	l->cb = calloc((size_t)n + 1, sizeof *l->cb);
	if (!l->cb)
		return -EAGAIN;
	if (guest_read(t, l->cb, at, (size_t)n * sizeof *l->cb)) {
		free(l->cb);
		return -EFAULT;
	}
	return 0;
}

static int64_t any_done(struct task *t, void *arg)
{
	const struct list *l = arg;
	int64_t ret = 0;

	for (int32_t i = 0; i < l->n && !ret; i++)
		if (l->cb[i])
			ret = l->done(t, l->cb[i]);
	return ret;
}

int64_t aio_suspend_list(struct task *t, gaddr list, int32_t n, gaddr timeout,
			 int64_t (*done)(struct task *t, gaddr cb))
{
	const struct timespec *end;
	struct timespec ts;
	struct list l = { .done = done };
	int64_t ret = aio_deadline(t, timeout, &ts, &end);

	if (!ret)
		ret = get_list(t, list, n, &l);
	if (ret)
		return ret;
	ret = aio_wait(t, end, any_done, &l);
	free(l.cb);
	return ret == -ETIMEDOUT ? -EAGAIN : MIN(ret, 0);
}

/* -EIO or -EAGAIN if some could not be made; the others are on their way. */
static int64_t submit_list(struct task *t, const struct list *l,
			   struct aio_group *group,
			   int64_t (*submit)(struct task *t, gaddr cb,
					     struct aio_group *group))
{
	bool again = false, bad = false;

	for (int32_t i = 0; i < l->n; i++) {
		int64_t ret = l->cb[i] ? submit(t, l->cb[i], group) : 0;

		again |= ret == -EAGAIN;
		bad |= ret && ret != -EAGAIN;
	}
	return bad ? -EIO : again ? -EAGAIN : 0;
}

int64_t aio_submit_list(struct task *t, uint32_t mode, gaddr list, int32_t n,
			const struct aio_notify *notify,
			int64_t (*submit)(struct task *t, gaddr cb,
					  struct aio_group *group))
{
	struct aio_group *group;
	struct list l;
	int64_t ret, waited;

	if (mode != LIO_NOWAIT && mode != LIO_WAIT)
		return -EINVAL;
	ret = get_list(t, list, n, &l);
	if (ret)
		return ret;
	ret = aio_group_new(notify, list, &group);
	if (!ret) {
		ret = submit_list(t, &l, group, submit);
		if (mode == LIO_WAIT) {
			waited = aio_group_wait(t, group);
			ret = waited ? waited : ret;
		} else {
			aio_group_started(group);
		}
	}
	free(l.cb);
	return ret;
}
