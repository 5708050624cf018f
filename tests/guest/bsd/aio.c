/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* aio.c - asynchronous I/O on files and sockets, and how its end is heard of. */
#include "bsd.h"

enum { EINPROGRESS_ = 36, EOPNOTSUPP_ = 45, ECANCELED_, EIO_ = 5, EDOM_ };
enum { NOP, WRITE_OP, READ_OP, NOWAIT = 0, WAIT = 1, CANCELED = 1,
       NOTCANCELED, ALLDONE, NONE = 0, SIGNAL = 1 };

#ifdef FREEBSD
enum {
	AIO_READ = 255, AIO_WRITE = 256, LIO_LISTIO = 257, AIO_RETURN = 314,
	AIO_SUSPEND = 315, AIO_CANCEL = 316, AIO_ERROR = 317,
	AIO_WAITCOMPLETE = 359, AIO_FSYNC = 465, AIO_MLOCK = 543,
	AIO_WRITEV = 578, AIO_READV = 579, KEVENT = 3, THREAD_ID = 4,
	CANCELED_ERRNO = 85, ASYNCIO = 0x10004, THR_SELF = 432, ESRCH_ = 3,
	AIO_FILTER = -3, LIO_FILTER = -10, EPERM_ = 1,
};
struct sigevent { i32 notify, signo; u64 value; i32 tid; i32 pad[15]; };
struct aiocb { i32 fd; i64 off; void *buf; u64 n; i32 spare[2]; void *spare2;
	       i32 opcode, priority; i64 status, error; void *info;
	       struct sigevent event; };
struct siginfo { i32 signo, error, code, pid; u32 uid; i32 status; void *addr;
		 u64 value; };
struct kevent { u64 ident; short filter; u16 flags; u32 fflags; i64 data;
		u64 udata; u64 ext[4]; };
#else
enum {
	AIO_CANCEL = 399, AIO_ERROR, AIO_FSYNC, AIO_READ, AIO_RETURN,
	AIO_WRITE = 405, LIO_LISTIO = 406, AIO_SUSPEND = 438,
	CANCELED_ERRNO = 87, ASYNCIO = -3,
};
struct sigevent { i32 notify, signo; u64 value; void *fn, *attr; };
struct aiocb { i64 off; void *buf; u64 n; i32 fd, opcode, priority;
	       struct sigevent event; i32 state, error; i64 result; };
struct siginfo { i32 signo, code, error, pad; i32 pid; u32 uid; u64 value; };
#endif
enum { O_SYNC_ = 0x80, O_APPEND_ = 8, O_WRONLY_ = 1, SA_SIGINFO_ = 64 };

static struct aiocb cb[4];
static char buf[3][64];

static struct aiocb *request(int n, int fd, void *at, u64 len, i64 off)
{
	struct aiocb *c = &cb[n];

	memset(c, 0, sizeof *c);
	c->fd = fd;
	c->buf = at;
	c->n = len;
	c->off = off;
	return c;
}

/* Waits for one, and says what it came to. */
static i64 result(struct aiocb *c)
{
	struct aiocb *list[2] = { 0, c };

	while (CALL(AIO_ERROR, c) == EINPROGRESS_)
		if (CALL(AIO_SUSPEND, list, 2, 0) == -1 && last_errno != EINTR)
			return -1;
	return CALL(AIO_RETURN, c);
}

static int same(const char *a, const char *b, u64 n)
{
	for (u64 i = 0; i < n; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

static void files(int fd)
{
	i64 ts[2] = { 0, 0 };
	int log;
	struct aiocb *c = request(0, fd, "0123456789", 10, 5), *list[3];

	EQUAL(CALL(AIO_WRITE, c), 0);
	EQUAL(result(c), 10);
	/* Taken: it is not known any more. */
	FAILS(CALL(AIO_RETURN, c), EINVAL);
	c = request(0, fd, buf[0], 64, 5);
	EQUAL(CALL(AIO_READ, c), 0);
	EQUAL(result(c), 10);
	CHECK(same(buf[0], "0123456789", 10));
	EQUAL(CALL(AIO_READ, request(0, fd, buf[0], 64, 1000)), 0);
	EQUAL(result(&cb[0]), 0);

	/* What cannot be. */
	FAILS(CALL(AIO_READ, request(0, 999, buf[0], 1, 0)), EBADF);
	FAILS(CALL(AIO_READ, request(0, fd, buf[0], 1, -1)), EINVAL);
	FAILS(CALL(AIO_READ, 8), EFAULT);
	c = request(0, fd, buf[0], 1, 0);
	c->event.notify = 9;
	FAILS(CALL(AIO_READ, c), EINVAL);
	c = request(0, fd, buf[0], 1, 0);
	c->event.notify = SIGNAL;
	c->event.signo = 999;
	FAILS(CALL(AIO_READ, c), EINVAL);
	FAILS(CALL(AIO_FSYNC, 1, request(0, fd, 0, 0, 0)), EINVAL);
	FAILS(CALL(AIO_CANCEL, 999, 0), EBADF);
	/* Found out later. */
	EQUAL(CALL(AIO_READ, request(0, fd, (void *)8, 10, 5)), 0);
	list[0] = &cb[0];
	EQUAL(CALL(AIO_SUSPEND, list, 1, 0), 0);
	EQUAL(CALL(AIO_ERROR, &cb[0]), EFAULT);
	FAILS(CALL(AIO_RETURN, &cb[0]), EFAULT);

	/* Appended in order, and then on the disk; a copy of the descriptor
	   is enough. */
	log = (int)CALL(SYS_open, "aio-log", O_RDWR | O_CREAT | O_APPEND_, 0600);
	EQUAL(CALL(AIO_WRITE, request(0, log, "one ", 4, 0)), 0);
	EQUAL(CALL(AIO_WRITE, request(1, log, "two ", 4, 0)), 0);
	EQUAL(CALL(AIO_WRITE, request(2, log, "three", 5, 0)), 0);
	EQUAL(CALL(AIO_FSYNC, O_SYNC_, request(3, log, 0, 0, 0)), 0);
	EQUAL(CALL(SYS_close, log), 0);
	EQUAL(result(&cb[3]), 0);
	for (int i = 0; i < 3; i++)
		EQUAL(result(&cb[i]), i == 2 ? 5 : 4);
	log = (int)CALL(SYS_open, "aio-log", 0, 0);
	EQUAL(CALL(SYS_read, log, buf[1], 64), 13);
	CHECK(same(buf[1], "one two three", 13));
	FAILS(CALL(AIO_WRITE, request(0, log, "x", 1, 0)), EBADF);
	CALL(SYS_close, log);
	CALL(SYS_unlink, "aio-log");
	EQUAL(CALL(AIO_CANCEL, fd, 0), ALLDONE);
	list[0] = request(0, fd, 0, 0, 0);
	FAILS(CALL(AIO_SUSPEND, list, 1, ts), EAGAIN);
	ts[1] = -1;
	FAILS(CALL(AIO_SUSPEND, list, 1, ts), EINVAL);
	FAILS(CALL(AIO_SUSPEND, list, -1, 0), EINVAL);
}

static volatile struct siginfo heard;
static volatile i32 times;

static void handler(int sig, struct siginfo *si, void *context)
{
	heard = *si;
	times++;
}

static void wait_times(i32 n)
{
	struct sigset none = { { 0 } };

	while (times < n)
		CALL(SYS_sigsuspend, &none);
}

static void signals(int fd)
{
	struct sigset usr2 = { { 1u << (SIGUSR2 - 1) } };
	struct aiocb *list[3] = { &cb[0], 0, &cb[1] };
	struct sigevent ev = { .notify = SIGNAL, .signo = SIGUSR2,
			       .value = 77 };
	struct aiocb *c;

	EQUAL(set_action(SIGUSR2, (void *)handler, SA_SIGINFO_), 0);
	/* Blocked but where it is waited for. */
	EQUAL(CALL(SYS_sigprocmask, 1, &usr2, 0), 0);
	c = request(0, fd, buf[0], 4, 5);
	c->event.notify = SIGNAL;
	c->event.signo = SIGUSR2;
	c->event.value = 0x1234567890;
	EQUAL(CALL(AIO_READ, c), 0);
	wait_times(1);
	EQUAL(heard.signo, SIGUSR2);
	EQUAL(heard.code, ASYNCIO);
	EQUAL(heard.value, 0x1234567890);
	EQUAL(result(c), 4);
#ifdef FREEBSD
	{
		i64 self;

		EQUAL(CALL(THR_SELF, &self), 0);
		c = request(0, fd, buf[0], 4, 5);
		c->event.notify = THREAD_ID;
		c->event.signo = SIGUSR2;
		c->event.tid = (i32)self;
		EQUAL(CALL(AIO_READ, c), 0);
		wait_times(2);
		EQUAL(result(c), 4);
	}
#endif
	times = 0;
	/* A list: one signal for all of it. */
	request(0, fd, "ab", 2, 0)->opcode = WRITE_OP;
	request(1, fd, buf[1], 4, 5)->opcode = READ_OP;
	EQUAL(CALL(LIO_LISTIO, NOWAIT, list, 3, &ev), 0);
	wait_times(1);
	EQUAL(heard.value, 77);
	EQUAL(result(&cb[0]), 2);
	EQUAL(result(&cb[1]), 4);
	EQUAL(times, 1);

	/* Waited for; one of them fails. */
	request(0, fd, "cd", 2, 0)->opcode = WRITE_OP;
	request(1, fd, buf[1], 4, 5)->opcode = NOP;
	EQUAL(CALL(LIO_LISTIO, WAIT, list, 3, 0), 0);
	EQUAL(CALL(AIO_ERROR, &cb[0]), 0);
	EQUAL(CALL(AIO_RETURN, &cb[0]), 2);
	request(0, fd, "ef", 2, 0)->opcode = WRITE_OP;
	request(1, 999, buf[1], 4, 5)->opcode = READ_OP;
	FAILS(CALL(LIO_LISTIO, WAIT, list, 3, 0), EIO_);
	EQUAL(result(&cb[0]), 2);
	FAILS(CALL(LIO_LISTIO, 2, list, 3, 0), EINVAL);
	FAILS(CALL(LIO_LISTIO, WAIT, list, -1, 0), EINVAL);
	EQUAL(CALL(SYS_sigprocmask, 2, &usr2, 0), 0);
}

static void sockets(void)
{
	i32 s[2], child, status = 0;
	struct aiocb *list[1] = { &cb[0] };
	i64 ts[2] = { 0, 20000000 };
	static char big[1 << 20];
	u64 got = 0;

	EQUAL(CALL(SYS_socketpair, 1, 1, 0, s), 0);
	EQUAL(CALL(AIO_READ, request(0, s[0], buf[0], 64, 0)), 0);
	EQUAL(CALL(AIO_READ, request(1, s[0], buf[1], 64, 0)), 0);
	EQUAL(CALL(AIO_ERROR, &cb[0]), EINPROGRESS_);
	FAILS(CALL(AIO_RETURN, &cb[0]), EINVAL);
	FAILS(CALL(AIO_SUSPEND, list, 1, ts), EAGAIN);
	CALL(SYS_write, s[1], "first", 5);
	EQUAL(result(&cb[0]), 5);
	CHECK(same(buf[0], "first", 5));
	EQUAL(CALL(AIO_ERROR, &cb[1]), EINPROGRESS_);
	EQUAL(CALL(AIO_CANCEL, s[0], &cb[1]), CANCELED);
	EQUAL(CALL(AIO_ERROR, &cb[1]), CANCELED_ERRNO);
	FAILS(CALL(AIO_RETURN, &cb[1]), CANCELED_ERRNO);
	EQUAL(CALL(AIO_CANCEL, s[0], 0), ALLDONE);

	/* More than a socket takes at once. */
	EQUAL(CALL(AIO_WRITE, request(0, s[0], big, sizeof big, 0)), 0);
	EQUAL(CALL(AIO_ERROR, &cb[0]), EINPROGRESS_);
	while (got < sizeof big) {
		i64 n = CALL(SYS_read, s[1], big, sizeof big);

		if (n <= 0)
			break;
		got += (u64)n;
	}
	EQUAL(got, sizeof big);
	EQUAL(result(&cb[0]), sizeof big);

	/* Requests are not inherited. */
	EQUAL(CALL(AIO_READ, request(0, s[0], buf[0], 64, 0)), 0);
	child = (i32)CALL(SYS_fork);
	if (child == 0) {
		failed = 0;
		EQUAL(CALL(AIO_CANCEL, s[0], 0), ALLDONE);
		EQUAL(CALL(AIO_READ, request(1, s[1], buf[1], 64, 0)), 0);
		CALL(SYS_write, s[0], "to it", 5);
		EQUAL(result(&cb[1]), 5);
		CALL(SYS_exit, failed);
	}
	CALL(SYS_wait4, child, &status, 0, 0);
	EQUAL(status, 0);
	CALL(SYS_write, s[1], "still", 5);
	EQUAL(result(&cb[0]), 5);
	CALL(SYS_close, s[0]);
	CALL(SYS_close, s[1]);
}

#ifdef FREEBSD
static void freebsd_only(int fd)
{
	struct { char *base; u64 len; } v[2] = { { buf[0], 3 }, { buf[1], 7 } };
	struct aiocb *c, *done, *list[2] = { &cb[0], &cb[1] };
	i64 none[2] = { 0, 0 }, fds[1], second_[2] = { 5, 0 };
	int kq = (int)CALL(SYS_kqueue);
	struct kevent ev[4], change = { .ident = 1, .filter = AIO_FILTER,
					.flags = 1 };
	struct sigevent se = { .notify = KEVENT, .signo = kq, .value = 99 };

	c = request(0, fd, v, 2, 5);
	EQUAL(CALL(AIO_READV, c), 0);
	EQUAL(result(c), 10);
	CHECK(same(buf[0], "012", 3) && same(buf[1], "3456789", 7));
	EQUAL(CALL(AIO_WRITEV, request(0, fd, v, 2, 20)), 0);
	EQUAL(result(&cb[0]), 10);
	FAILS(CALL(AIO_READV, request(0, fd, v, 2000, 5)), EINVAL);
	EQUAL(CALL(AIO_MLOCK, request(0, -1, buf[0], 64, 0)), 0);
	EQUAL(result(&cb[0]), 0);
	CALL(SYS_pipe2, fds, 0);
	FAILS(CALL(AIO_READ, request(0, (i32)fds[0], buf[0], 1, 0)),
	      EOPNOTSUPP_);
	EQUAL(CALL(AIO_ERROR, &cb[0]), EOPNOTSUPP_);

	FAILS(CALL(AIO_WAITCOMPLETE, &done, none), EAGAIN);
	CHECK(done == 0);
	EQUAL(CALL(AIO_READ, request(1, fd, buf[0], 10, 5)), 0);
	EQUAL(CALL(AIO_WAITCOMPLETE, &done, 0), 10);
	CHECK(done == &cb[1]);
	FAILS(CALL(AIO_RETURN, done), EINVAL);

	FAILS(CALL(SYS_kevent, kq, &change, 1, 0, 0, 0), EPERM_);
	c = request(0, fd, buf[0], 10, 5);
	c->event = se;
	EQUAL(CALL(AIO_READ, c), 0);
	EQUAL(CALL(SYS_kevent, kq, 0, 0, ev, 4, 0), 1);
	EQUAL(ev[0].filter, AIO_FILTER);
	EQUAL(ev[0].ident, c);
	EQUAL(ev[0].udata, 99);
	EQUAL(ev[0].data, 0);
	CHECK(ev[0].flags & 0x8000);
	/* It stands until the result is taken. */
	EQUAL(CALL(SYS_kevent, kq, 0, 0, ev, 4, none), 1);
	EQUAL(CALL(AIO_RETURN, c), 10);
	EQUAL(CALL(SYS_kevent, kq, 0, 0, ev, 4, none), 0);
	c = request(0, fd, (void *)8, 10, 5);
	c->event = se;
	c->event.tid = 0x10; /* EV_ONESHOT */
	EQUAL(CALL(AIO_READ, c), 0);
	EQUAL(CALL(SYS_kevent, kq, 0, 0, ev, 4, second_), 1);
	EQUAL(ev[0].data, EFAULT);
	EQUAL(CALL(SYS_kevent, kq, 0, 0, ev, 4, none), 0);
	FAILS(CALL(AIO_RETURN, c), EFAULT);
	c = request(0, fd, buf[0], 10, 5);
	c->event = se;
	c->event.signo = fd;
	FAILS(CALL(AIO_READ, c), EBADF);
	c->event = se;
	c->event.tid = 2;
	FAILS(CALL(AIO_READ, c), EINVAL);

	request(0, fd, buf[0], 10, 5)->opcode = READ_OP;
	request(1, fd, v, 2, 5)->opcode = READ_OP | 4;
	EQUAL(CALL(LIO_LISTIO, NOWAIT, list, 2, &se), 0);
	EQUAL(CALL(SYS_kevent, kq, 0, 0, ev, 4, 0), 1);
	EQUAL(ev[0].filter, LIO_FILTER);
	EQUAL(ev[0].ident, list);
	EQUAL(ev[0].udata, 99);
	EQUAL(CALL(AIO_RETURN, &cb[0]), 10);
	EQUAL(CALL(AIO_RETURN, &cb[1]), 10);
	CALL(SYS_close, kq);
}
#else
/* Pipes, too; a request says itself what it is. */
static void netbsd_only(void)
{
	i64 fds[1];

	CALL(SYS_pipe2, fds, 0);
	EQUAL(CALL(AIO_READ, request(0, (i32)fds[0], buf[0], 64, 0)), 0);
	EQUAL(CALL(AIO_ERROR, &cb[0]), EINPROGRESS_);
	EQUAL(CALL(AIO_WRITE, request(1, (i32)(fds[0] >> 32), "piped", 5, 0)), 0);
	EQUAL(result(&cb[0]), 5);
	EQUAL(result(&cb[1]), 5);
	FAILS(CALL(AIO_ERROR, request(0, 0, 0, 0, 0)), EINVAL);
	request(0, (i32)fds[0], buf[0], 64, 0)->priority = -1;
	FAILS(CALL(AIO_READ, &cb[0]), EINVAL);
	FAILS(CALL(LIO_LISTIO, NOWAIT, 0, 0, 0), EINVAL);
}
#endif

int test_main(int argc, char **argv)
{
	int fd = (int)CALL(SYS_open, "aio-file", O_RDWR | O_CREAT | O_TRUNC,
			   0600);

	CHECK(fd >= 0);
	files(fd);
	signals(fd);
	sockets();
#ifdef FREEBSD
	freebsd_only(fd);
#else
	netbsd_only();
#endif
	/* Many, on few threads. */
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 4; i++)
			CALL(AIO_WRITE, request(i, fd, "x", 1, round * 4 + i));
		for (int i = 0; i < 4; i++)
			if (result(&cb[i]) != 1)
				check_at(0, "one of many", __LINE__, round);
	}
	CALL(SYS_close, fd);
	CALL(SYS_unlink, "aio-file");
	return 0;
}
