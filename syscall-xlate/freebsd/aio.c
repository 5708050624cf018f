/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * aio.c - FreeBSD's asynchronous I/O: aio(4), aio_read(2) and its family,
 * lio_listio(2).  Source of the layout: sys/aio.h, sys/signal.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

#include "base/table.h"
#include "syscall-xlate/bsd/aio.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

struct fb_aiocb {
	int32_t fd, pad;
	int64_t off;
	gaddr buf;
	uint64_t n;
	int32_t spare[2];
	gaddr spare2;
	int32_t opcode, priority;
	int64_t status, error; /* once it is done */
	gaddr private;
	struct fb_sigevent event;
};
_Static_assert(sizeof(struct fb_aiocb) == 160, "sys/aio.h");
_Static_assert(offsetof(struct fb_aiocb, event) == 80, "sys/aio.h");

enum { LIO_VECTORED = 4 };

static int get_notify(const struct fb_sigevent *ev, struct aio_notify *n)
{
	static const uint8_t how[] = {
		[0] = AIO_SILENT, [1] = AIO_SIGNAL, [3] = AIO_KEVENT,
		[4] = AIO_THREAD,
	};
	enum { SIGEV_THREAD_ = 2 };

	if ((uint32_t)ev->notify >= COUNT_OF(how) || ev->notify == SIGEV_THREAD_)
		return -EINVAL;
	*n = (struct aio_notify){
		.how = how[ev->notify], .sig = ev->signo, .kq = ev->signo,
		.tid = ev->u.tid, .flags = (uint16_t)ev->u.tid,
		.value = ev->value,
	};
	return 0;
}

/* status and error, as the control block has them. */
static int put_result(struct task *t, gaddr cb, int64_t result)
{
	int64_t both[2] = { result < 0 ? -1 : result,
			    result < 0 ? bsd_sys->errno_of[-result] : 0 };

	return guest_write(t, cb + offsetof(struct fb_aiocb, status), both,
			   sizeof both);
}

/* A request that could not be made: aio_error(2) knows by that why. */
static int64_t refused(struct task *t, gaddr cb, int64_t ret)
{
	put_result(t, cb, ret);
	return ret;
}

static int64_t submit_one(struct task *t, gaddr cb, const struct fb_aiocb *g,
			  enum aio_op op, bool vectored, struct aio_group *group)
{
	struct aio_request r = {
		.cb = cb, .op = op, .fd = g->fd, .off = g->off, .buf = g->buf,
		.n = g->n, .vectored = vectored,
	};
	int64_t ret = get_notify(&g->event, &r.notify);

	/* Only this much of a vector's count is read. */
	if (vectored)
		r.n = (uint32_t)g->n;
	/* In progress, should anybody look before it is in the list. */
	if (!ret)
		ret = put_result(t, cb, -EINPROGRESS);
	if (!ret)
		ret = aio_submit(t, &r, group);
	return ret ? refused(t, cb, ret) : 0;
}

static int64_t submit(struct task *t, gaddr cb, enum aio_op op, bool vectored)
{
	struct fb_aiocb g;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	return submit_one(t, cb, &g, op, vectored, NULL);
}

int64_t freebsd_aio_read(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_READ, false);
}

int64_t freebsd_aio_write(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_WRITE, false);
}

int64_t freebsd_aio_readv(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_READ, true);
}

int64_t freebsd_aio_writev(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_WRITE, true);
}

int64_t freebsd_aio_mlock(struct task *t, gaddr cb)
{
	return submit(t, cb, AIO_MLOCK, false);
}

int64_t freebsd_aio_fsync(struct task *t, int32_t op, gaddr cb)
{
	enum { SYNC = 0x80, DSYNC = 0x01000000 };

	if (op != SYNC && op != DSYNC)
		return -EINVAL;
	return submit(t, cb, op == SYNC ? AIO_FSYNC : AIO_FDATASYNC, false);
}

int64_t freebsd_aio_error(struct task *t, gaddr cb)
{
	struct fb_aiocb g;
	int64_t result, ret = aio_look(cb, &result);

	if (ret == -EINPROGRESS)
		return bsd_sys->errno_of[EINPROGRESS];
	if (!ret)
		return result < 0 ? bsd_sys->errno_of[-result] : 0;
	/* It was refused, perhaps. */
	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	return g.status == -1 && g.error > 0 ? g.error : -EINVAL;
}

int64_t freebsd_aio_return(struct task *t, gaddr cb)
{
	int64_t result, ret = aio_take(cb, &result);

	if (ret)
		return -EINVAL;
	put_result(t, cb, result);
	return result;
}

int64_t freebsd_aio_waitcomplete(struct task *t, gaddr cbp, gaddr timeout)
{
	const struct timespec *end;
	struct timespec ts;
	int64_t result, ret = aio_deadline(t, timeout, &ts, &end);
	gaddr cb = 0;

	if (ret)
		return ret;
	ret = aio_take_next(t, end, &cb, &result);
	if (ret == -ETIMEDOUT)
		ret = -EAGAIN;
	if (!ret) {
		put_result(t, cb, result);
		ret = result;
	}
	if (guest_put64(t, cbp, cb))
		return -EFAULT;
	return ret;
}

int64_t freebsd_aio_cancel(struct task *t, int fd, gaddr cb)
{
	return fcntl(fd, F_GETFD) < 0 ? -EBADF : aio_cancel(fd, cb);
}

static int64_t submit_any(struct task *t, gaddr cb, struct aio_group *group)
{
	struct fb_aiocb g;
	int op;

	if (guest_read(t, &g, cb, sizeof g))
		return -EFAULT;
	op = g.opcode & ~LIO_VECTORED;
	if (g.opcode == LIO_NOP)
		return 0;
	if (op != LIO_READ && op != LIO_WRITE)
		return refused(t, cb, -EINVAL);
	return submit_one(t, cb, &g, op == LIO_READ ? AIO_READ : AIO_WRITE,
			  g.opcode & LIO_VECTORED, group);
}

int64_t freebsd_lio_listio(struct task *t, uint32_t mode, gaddr list, int32_t n,
			   gaddr sig)
{
	struct fb_sigevent ev = { 0 };
	struct aio_notify notify;

	if (sig && mode == LIO_NOWAIT && guest_read(t, &ev, sig, sizeof ev))
		return -EFAULT;
	if (get_notify(&ev, &notify))
		return -EINVAL;
	return aio_submit_list(t, mode, list, n, &notify, submit_any);
}

static int64_t is_done(struct task *t, gaddr cb)
{
	int64_t result;

	return aio_look(cb, &result) == 0;
}

int64_t freebsd_aio_suspend(struct task *t, gaddr list, int32_t n,
			    gaddr timeout)
{
	return aio_suspend_list(t, list, n, timeout, is_done);
}
