/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * aio.c - NetBSD's asynchronous I/O: aio(3), lio_listio(3).  What a request has
 * come to is in its control block, in the program's memory, and is asked there.
 * Source of the layout: sys/aio.h, sys/signal.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

#include "base/table.h"
#include "syscall-xlate/bsd/aio.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

struct nb_sigevent {
	int32_t notify, signo;
	uint64_t value;
	gaddr function, attributes;
};

struct nb_aiocb {
	int64_t off;
	gaddr buf;
	uint64_t n;
	int32_t fd, opcode, priority, pad;
	struct nb_sigevent event;
	int32_t state, error; /* STATE_*, the guest's errno */
	int64_t result;
};
_Static_assert(sizeof(struct nb_aiocb) == 88, "sys/aio.h");

enum { STATE_NONE, STATE_BUSY, STATE_DONE };
enum { ERRORS = 128 }; /* more than the system has */

static int put_state(gaddr cb, int32_t state, int64_t result)
{
	const int64_t value = result < 0 ? -1 : result;
	const int32_t both[2] = {
		state, result < 0 ? bsd_sys->errno_of[-result] : 0,
	};

	/* The program looks at the second without a lock. */
	if (guest_write(NULL, cb + offsetof(struct nb_aiocb, result), &value,
			sizeof value))
		return -EFAULT;
	return guest_write(NULL, cb + offsetof(struct nb_aiocb, state), both,
			   sizeof both);
}

void netbsd_aio_done(gaddr cb, int64_t result)
{
	put_state(cb, STATE_DONE, result);
}

static int get_notify(const struct nb_sigevent *ev, struct aio_notify *n)
{
	enum { NONE, SIGNAL };

	/* libc makes a thread's of a signal's. */
	if (ev->notify != NONE && ev->notify != SIGNAL)
		return -EINVAL;
	*n = (struct aio_notify){
		.how = ev->notify == SIGNAL ? AIO_SIGNAL : AIO_SILENT,
		.sig = ev->signo, .value = ev->value,
	};
	return 0;
}

static int64_t submit_one(struct task *t, gaddr cb, const struct nb_aiocb *g,
			  enum aio_op op, struct aio_group *group)
{
	struct aio_request r = {
		.cb = cb, .op = op, .fd = g->fd, .off = g->off, .buf = g->buf,
		.n = g->n, .streams = true,
	};
	int64_t ret = get_notify(&g->event, &r.notify);

	if (!ret && g->priority < 0)
		ret = -EINVAL;
	if (!ret)
		ret = put_state(cb, STATE_BUSY, -EINPROGRESS);
	if (ret)
		return ret;
	ret = aio_submit(t, &r, group);
	if (ret)
		put_state(cb, STATE_NONE, ret);
	return ret;
}

static int64_t submit(struct task *t, gaddr cb, enum aio_op op)
{
	struct nb_aiocb g;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	return submit_one(t, cb, &g, op, NULL);
}

int64_t netbsd_aio_read(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_READ);
}

int64_t netbsd_aio_write(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_WRITE);
}

int64_t netbsd_aio_fsync(struct task *t, int32_t op, gaddr cb)
{
	enum { DSYNC = 0x10000, SYNC = 0x80 };

	if (op != SYNC && op != DSYNC)
		return -EINVAL;
	return submit(t, cb, op == SYNC ? AIO_FSYNC : AIO_FDATASYNC);
}

int64_t netbsd_aio_error(struct task *t, gaddr cb)
{
	struct nb_aiocb g;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	if (g.state == STATE_NONE || (uint32_t)g.error >= ERRORS)
		return -EINVAL;
	return g.error;
}

int64_t netbsd_aio_return(struct task *t, gaddr cb)
{
	struct nb_aiocb g;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	if (g.state != STATE_DONE || (uint32_t)g.error >= ERRORS)
		return -EINVAL;
	/* Once only. */
	if (guest_put32(t, cb + offsetof(struct nb_aiocb, state), STATE_NONE))
		return -EFAULT;
	return g.error ? BSD_ERRNO(g.error) : g.result;
}

int64_t netbsd_aio_cancel(struct task *t, int fd, gaddr cb)
{
	struct nb_aiocb g;

	if (fcntl(fd, F_GETFD) < 0)
		return -EBADF;
	if (cb && guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	if (cb && g.fd != fd)
		return -EBADF;
	return aio_cancel(fd, cb);
}

static int64_t submit_any(struct task *t, gaddr cb, struct aio_group *group)
{
	struct nb_aiocb g;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	if (g.opcode == LIO_NOP)
		return 0;
	if (g.opcode != LIO_READ && g.opcode != LIO_WRITE)
		return -EINVAL;
	return submit_one(t, cb, &g, g.opcode == LIO_READ ? AIO_READ : AIO_WRITE,
			  group);
}

int64_t netbsd_lio_listio(struct task *t, int32_t mode, gaddr list, int32_t n,
			  gaddr sig)
{
	struct nb_sigevent ev = { 0 };
	struct aio_notify notify;

	if (sig && mode == LIO_NOWAIT && guest_read(t, &ev, sig, sizeof ev))
		return -EFAULT;
	if (n == 0 || get_notify(&ev, &notify))
		return -EINVAL;
	return aio_submit_list(t, (uint32_t)mode, list, n, &notify, submit_any);
}

static int64_t is_done(struct task *t, gaddr cb)
{
	struct nb_aiocb g;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	return g.state == STATE_DONE;
}

int64_t netbsd_aio_suspend50(struct task *t, gaddr list, int32_t n,
			     gaddr timeout)
{
	return n == 0 ? -EINVAL : aio_suspend_list(t, list, n, timeout, is_done);
}
