/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kqueue.c - pipes, timers, user events, signals and processes in a kqueue. */
#include "bsd.h"

#ifdef FREEBSD
struct kevent { u64 ident; short filter; u16 flags; u32 fflags; i64 data;
		u64 udata; u64 ext[4]; };
enum { READ_ = -1, WRITE_ = -2, PROC_ = -5, SIGNAL_ = -6, TIMER_ = -7,
       USER_ = -11, EMPTY_ = -13, FS_ = -9 };
#else
struct kevent { u64 ident; u32 filter, flags, fflags, pad; i64 data;
		u64 udata; };
enum { READ_ = 0, WRITE_ = 1, PROC_ = 4, SIGNAL_ = 5, TIMER_ = 6, USER_ = 8,
       EMPTY_ = 9, FS_ = 7 };
#endif

enum { ADD = 1, DELETE = 2, ONESHOT = 0x10, CLEAR = 0x20, ERROR_ = 0x4000,
       EOF_ = 0x8000, ENABLE_ = 4, DISPATCH_ = 0x80 };

static int kq;

static i64 change(u64 ident, int filter, u32 flags, u32 fflags, i64 data)
{
	struct kevent k = { .ident = ident, .flags = (u16)flags,
			    .fflags = fflags, .data = data, .udata = 5 };

	k.filter = filter;
	return CALL(SYS_kevent, kq, &k, 1, 0, 0, 0);
}

static i64 wait_ms(struct kevent *ev, i64 ms)
{
	i64 ts[2] = { ms / 1000, ms % 1000 * 1000000 };

	return CALL(SYS_kevent, kq, 0, 0, ev, 4, ts);
}

/* A file is readable where there is more of it, or less; as tail -f waits. */
static void files(void)
{
	int fd = (int)CALL(SYS_open, "kq-file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct kevent ev[4];
	char b[8];
	i64 pid;

	EQUAL(change((u64)fd, READ_, ADD, 0, 0), 0);
	EQUAL(wait_ms(ev, 50), 0);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		CALL(SYS_nanosleep, ((i64[2]){ 0, 50000000 }), 0);
		fd = (int)CALL(SYS_open, "kq-file", O_RDWR, 0);
		CALL(SYS_write, fd, "line", 4);
		CALL(SYS_exit, 0);
	}
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL(ev[0].ident, fd);
	EQUAL(ev[0].data, 4);
	CALL(SYS_wait4, pid, 0, 0, 0);
	EQUAL(wait_ms(ev, 0), 1);
	EQUAL(CALL(SYS_read, fd, b, 8), 4);
	EQUAL(wait_ms(ev, 50), 0);
	CALL(SYS_ftruncate, fd, 1, 1); /* NetBSD's has a pad */
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL(ev[0].data, -3);
	CALL(SYS_lseek, fd, 0, 0, 0);
	/* Told of each change once. */
	EQUAL(change((u64)fd, READ_, ADD | CLEAR, 0, 0), 0);
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL(wait_ms(ev, 50), 0);
	CALL(SYS_write, fd, "again", 5);
	CALL(SYS_lseek, fd, 0, 0, 0);
	EQUAL(wait_ms(ev, 10000), 1);
	CALL(SYS_close, fd);
	CALL(SYS_unlink, "kq-file");
}

/* A socket's send queue; and mounts, of which there are none meanwhile. */
static void empty_queues(void)
{
	struct kevent ev[4];
	i32 s[2];
	char b[8];

	FAILS(change(999, EMPTY_, ADD, 0, 0), EBADF);
	FAILS(change((u64)kq, EMPTY_, ADD, 0, 0), EINVAL);
	EQUAL(CALL(SYS_socketpair, 1, 1, 0, s), 0);
	EQUAL(change((u64)s[0], EMPTY_, ADD, 0, 0), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL(ev[0].ident, s[0]);
	EQUAL((int)ev[0].filter, EMPTY_);
	EQUAL(wait_ms(ev, 5000), 1); /* it still is */
	CALL(SYS_write, s[0], "abc", 3);
	EQUAL(wait_ms(ev, 100), 0);
	CALL(SYS_read, s[1], b, 8);
	EQUAL(wait_ms(ev, 5000), 1);
	/* Told once, and again when it has been otherwise. */
	EQUAL(change((u64)s[0], EMPTY_, ADD | CLEAR, 0, 0), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL(wait_ms(ev, 100), 0);
	EQUAL(change((u64)s[0], EMPTY_, ADD | DISPATCH_, 0, 0), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL(wait_ms(ev, 100), 0);
	EQUAL(change((u64)s[0], EMPTY_, ENABLE_ | DISPATCH_, 0, 0), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL(change((u64)s[0], EMPTY_, DELETE, 0, 0), 0);
	CALL(SYS_close, s[0]);
	CALL(SYS_close, s[1]);

	EQUAL(change(0, FS_, ADD, 0x18, 0), 0);
	EQUAL(wait_ms(ev, 0), 0);
	EQUAL(change(0, FS_, DELETE, 0, 0), 0);
}

#ifdef FREEBSD
enum { PDFORK = 518, PDKILL = 519, PDGETPID = 520, DAEMON = 1, PD_CLOEXEC_ = 2,
       PROCDESC = -8 };

/* A child that stays; its status once it is gone. */
static i64 stays(u32 flags, i32 *fd)
{
	i64 pid = CALL(PDFORK, fd, flags);

	if (pid == 0)
		for (;;)
			CALL(SYS_sigsuspend, &(struct sigset){ { 0 } });
	CHECK(pid > 0);
	return pid;
}

static void process_descriptors(void)
{
	struct kevent ev[4];
	i32 fd = -1, got = 0, status = 0;
	i64 pid;

	FAILS(CALL(PDFORK, &fd, 4), EINVAL);
	FAILS(CALL(PDGETPID, 0, &got), EINVAL);
	FAILS(CALL(PDKILL, 0, 9), EINVAL);
	FAILS(CALL(PDKILL, 999, 9), EBADF);
	FAILS(change(0, PROCDESC, ADD, 0x80000000, 0), EINVAL);

	pid = stays(DAEMON | PD_CLOEXEC_, &fd);
	EQUAL(CALL(SYS_fcntl, fd, 1), 1); /* F_GETFD */
	EQUAL(CALL(PDGETPID, fd, &got), 0);
	EQUAL(got, pid);
	EQUAL(change((u64)fd, PROCDESC, ADD, 0x80000000, 0), 0);
	EQUAL(CALL(PDKILL, fd, 0), 0);
	EQUAL(wait_ms(ev, 0), 0);
	EQUAL(CALL(PDKILL, fd, SIGUSR2), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL((int)ev[0].filter, PROCDESC);
	EQUAL(ev[0].ident, fd);
	CHECK(ev[0].fflags & 0x80000000);
	EQUAL(ev[0].data, SIGUSR2);
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, SIGUSR2);
	EQUAL(CALL(SYS_close, fd), 0);

	/* It ends with its descriptor, unless it is a daemon. */
	pid = stays(0, &fd);
	EQUAL(CALL(SYS_fcntl, fd, 1), 0);
	EQUAL(CALL(SYS_close, fd), 0);
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, 9);
	pid = stays(DAEMON, &fd);
	EQUAL(CALL(SYS_close, fd), 0);
	EQUAL(CALL(SYS_wait4, pid, &status, 1 /* WNOHANG */, 0), 0);
	EQUAL(CALL(SYS_kill, pid, 9), 0);
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
}
#endif

int test_main(int argc, char **argv)
{
	struct kevent ev[4];
	i64 fds[1], child;
	int r, w;
	char buf[8];

	kq = (int)CALL(SYS_kqueue);
	CHECK(kq >= 0);
	CALL(SYS_pipe2, fds, 0);
	r = (i32)fds[0];
	w = (int)(fds[0] >> 32);
	EQUAL(wait_ms(ev, 0), 0);
	FAILS(change(999, READ_, ADD, 0, 0), EBADF);
	FAILS(change((u64)r, READ_, DELETE, 0, 0), ENOENT);
	EQUAL(change((u64)r, READ_, ADD, 0, 0), 0);
	EQUAL(wait_ms(ev, 0), 0);
	CALL(SYS_write, w, "abc", 3);
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL(ev[0].ident, r);
	EQUAL((int)ev[0].filter, READ_);
	EQUAL(ev[0].data, 3);
	EQUAL(ev[0].udata, 5);
	EQUAL(wait_ms(ev, 0), 1); /* level: still there */
	EQUAL(change((u64)r, READ_, ADD | CLEAR, 0, 0), 0);
	EQUAL(wait_ms(ev, 0), 1);
	EQUAL(wait_ms(ev, 0), 0); /* told once */
	EQUAL(change((u64)w, WRITE_, ADD | ONESHOT, 0, 0), 0);
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL((int)ev[0].filter, WRITE_);
	FAILS(change((u64)w, WRITE_, DELETE, 0, 0), ENOENT);
	CALL(SYS_read, r, buf, 8);
	CALL(SYS_close, w);
	EQUAL(wait_ms(ev, 10000), 1);
	CHECK(ev[0].flags & EOF_);
	CALL(SYS_close, r); /* goes by itself */
	EQUAL(wait_ms(ev, 0), 0);

	EQUAL(change(7, TIMER_, ADD | ONESHOT, 0, 20), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL(ev[0].ident, 7);
	EQUAL(ev[0].data, 1);
	EQUAL(wait_ms(ev, 30), 0);

#ifdef FREEBSD
	{
		/* What nobody looks at comes back as it was given. */
		struct kevent k = { .ident = 11, .filter = USER_, .flags = ADD | CLEAR,
				    .ext = { 1, 2, 3, 4 } };

		EQUAL(CALL(SYS_kevent, kq, &k, 1, 0, 0, 0), 0);
		EQUAL(change(11, USER_, 0, 0x01000000, 0), 0);
		EQUAL(wait_ms(ev, 10000), 1);
		EQUAL(ev[0].ext[0], 1);
		EQUAL(ev[0].ext[3], 4);
		EQUAL(change(11, USER_, DELETE, 0, 0), 0);
	}
#endif
	EQUAL(change(8, TIMER_, ADD, 0, 100000), 0);
	EQUAL(change(9, USER_, ADD | CLEAR, 0, 0), 0);
	/* What a queue is made of has no numbers that a program meets. */
	EQUAL(CALL(SYS_dup, 0), kq + 1);
	EQUAL(CALL(SYS_close, kq + 1), 0);
	FAILS(CALL(SYS_close, kq + 1), EBADF);
	EQUAL(change(8, TIMER_, DELETE, 0, 0), 0);
	EQUAL(wait_ms(ev, 0), 0);
	EQUAL(change(9, USER_, 0, 0x01000000, 0), 0); /* NOTE_TRIGGER */
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL(ev[0].ident, 9);
	EQUAL(wait_ms(ev, 0), 0);

	EQUAL(set_action(SIGUSR1, (void *)1, 0), 0); /* ignored, and seen */
	EQUAL(change(SIGUSR1, SIGNAL_, ADD, 0, 0), 0);
	CALL(SYS_kill, CALL(SYS_getpid), SIGUSR1);
	CALL(SYS_kill, CALL(SYS_getpid), SIGUSR1);
	EQUAL(wait_ms(ev, 10000), 1);
	EQUAL(ev[0].ident, SIGUSR1);
	EQUAL(ev[0].data, 2);
	EQUAL(change(SIGUSR1, SIGNAL_, DELETE, 0, 0), 0);

	child = CALL(SYS_fork);
	if (child == 0) {
		i64 ts[2] = { 0, 30000000 };

		/* A kqueue is not inherited. */
		if (CALL(SYS_kevent, kq, 0, 0, ev, 4, ts) != -1)
			CALL(SYS_exit, 1);
		CALL(SYS_nanosleep, ts, 0);
		CALL(SYS_exit, 6);
	}
	EQUAL(change((u64)child, PROC_, ADD, 0x80000000, 0), 0);
	EQUAL(wait_ms(ev, 5000), 1);
	EQUAL(ev[0].ident, child);
	CHECK(ev[0].fflags & 0x80000000);
	EQUAL(ev[0].data, 6 << 8);
	CALL(SYS_wait4, child, 0, 0, 0);
	files();
	empty_queues();
#ifdef FREEBSD
	process_descriptors();
#endif
	return 0;
}
