/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kqueue-proc.c - EVFILT_PROC: ends, forks, execs, and children that are followed. */
#include "bsd.h"

#ifdef FREEBSD
struct kevent { u64 ident; short filter; u16 flags; u32 fflags; i64 data;
		u64 udata; u64 ext[4]; };
enum { PROC_ = -5 };
#else
struct kevent { u64 ident; u32 filter, flags, fflags, pad; i64 data;
		u64 udata; };
enum { PROC_ = 4 };
#endif

enum { ADD = 1, DELETE = 2, ENABLE = 4, DISABLE = 8, ONESHOT = 0x10,
       CLEAR = 0x20, DISPATCH = 0x80, EOF_ = 0x8000, ESRCH = 3 };
#define EXIT_ 0x80000000u
#define FORK_ 0x40000000u
#define EXEC_ 0x20000000u
enum { TRACK = 1, CHILD = 4 };

static int kq;
static char *self;

static i64 change(i64 pid, u32 flags, u32 notes)
{
	struct kevent k = { .ident = (u64)pid, .flags = (u16)flags,
			    .fflags = notes, .udata = 77 };

	k.filter = PROC_;
	return CALL(SYS_kevent, kq, &k, 1, 0, 0, 0);
}

static i64 events(struct kevent *ev, i64 n, i64 ms)
{
	i64 ts[2] = { ms / 1000, ms % 1000 * 1000000 };

	return CALL(SYS_kevent, kq, 0, 0, ev, n, ts);
}

/* The next event of pid, which is alone. */
static u32 next(i64 pid, i64 *data)
{
	struct kevent ev[4] = { { 0 } };

	EQUAL(events(ev, 4, 10000), 1);
	EQUAL(ev[0].ident, pid);
	EQUAL((int)ev[0].filter, PROC_);
	EQUAL(ev[0].udata, 77);
	CHECK(ev[0].flags & CLEAR);
	EQUAL(!!(ev[0].flags & EOF_), !!(ev[0].fflags & EXIT_));
	if (data)
		*data = ev[0].data;
	return ev[0].fflags;
}

static void wait_byte(int fd)
{
	char b;

	if (CALL(SYS_read, fd, &b, 1) != 1)
		CALL(SYS_exit, 99);
}

static i32 reap(i64 pid)
{
	i32 status = -1;

	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	return status;
}

static i64 fork_to(void (*part)(int fd), int fd)
{
	i64 pid = CALL(SYS_fork);

	if (pid == 0) {
		part(fd);
		CALL(SYS_exit, 98);
	}
	return pid;
}

/* Forks, executes itself, ends: each when it is told to. */
static void stages(int fd)
{
	char digit[] = { (char)('0' + fd), 0 };
	char *argv[] = { self, "exit", digit, 0 }, *none[] = { 0 };
	i64 pid;

	wait_byte(fd);
	pid = CALL(SYS_fork);
	if (pid == 0)
		CALL(SYS_exit, 0);
	CALL(SYS_wait4, pid, 0, 0, 0);
	wait_byte(fd);
	CALL(SYS_execve, self, argv, none);
}

static void one_process(int r, int w)
{
	i64 pid = fork_to(stages, r), data;

	FAILS(change(999999, ADD, EXIT_), ESRCH);
	FAILS(change(pid, DELETE, 0), ENOENT);
	EQUAL(change(pid, ADD, FORK_ | EXEC_ | EXIT_), 0);
	EQUAL(events(&(struct kevent){ 0 }, 1, 20), 0);
	CALL(SYS_write, w, "1", 1);
	EQUAL(next(pid, &data), FORK_);
	EQUAL(data, 0);
	CALL(SYS_write, w, "2", 1);
	EQUAL(next(pid, 0), EXEC_);
	/* Neither is told again. */
	EQUAL(events(&(struct kevent){ 0 }, 1, 20), 0);
	CALL(SYS_write, w, "3", 1);
	EQUAL(next(pid, &data), EXIT_);
	EQUAL(data, 3 << 8);
	EQUAL(reap(pid), 3 << 8);
	FAILS(change(pid, DELETE, 0), ENOENT);

	/* Of what was not asked for there is nothing, and the watch ends. */
	pid = fork_to(stages, r);
	EQUAL(change(pid, ADD, EXEC_), 0);
	CALL(SYS_write, w, "12", 2);
	EQUAL(next(pid, 0), EXEC_);
	CALL(SYS_write, w, "3", 1);
	EQUAL(reap(pid), 3 << 8);
	EQUAL(events(&(struct kevent){ 0 }, 1, 20), 0);
	FAILS(change(pid, DELETE, 0), ENOENT);

	/* What has not been told yet is one event; a new watch replaces the old. */
	pid = fork_to(stages, r);
	EQUAL(change(pid, ADD, EXEC_), 0);
	EQUAL(change(pid, ADD, FORK_ | EXIT_), 0);
	CALL(SYS_write, w, "123", 3);
	EQUAL(reap(pid), 3 << 8);
	EQUAL(next(pid, 0), FORK_ | EXIT_);

	/* Once; while it is off; and when it is on again. */
	pid = fork_to(stages, r);
	EQUAL(change(pid, ADD | ONESHOT, FORK_), 0);
	CALL(SYS_write, w, "1", 1);
	EQUAL(next(pid, 0), FORK_);
	FAILS(change(pid, DELETE, 0), ENOENT);
	EQUAL(change(pid, ADD | DISABLE, EXEC_ | EXIT_), 0);
	CALL(SYS_write, w, "23", 2);
	EQUAL(reap(pid), 3 << 8);
	EQUAL(events(&(struct kevent){ 0 }, 1, 50), 0);
	EQUAL(change(pid, ENABLE, EXEC_ | EXIT_), 0);
	EQUAL(next(pid, 0), EXEC_ | EXIT_);

	pid = fork_to(stages, r);
	EQUAL(change(pid, ADD | DISPATCH, FORK_ | EXEC_ | EXIT_), 0);
	CALL(SYS_write, w, "1", 1);
	EQUAL(next(pid, 0), FORK_);
	CALL(SYS_write, w, "2", 1);
	EQUAL(events(&(struct kevent){ 0 }, 1, 50), 0);
	EQUAL(change(pid, ENABLE, FORK_ | EXEC_ | EXIT_), 0);
	EQUAL(next(pid, 0), EXEC_);
	EQUAL(change(pid, DELETE, 0), 0);
	CALL(SYS_write, w, "3", 1);
	EQUAL(reap(pid), 3 << 8);
	EQUAL(events(&(struct kevent){ 0 }, 1, 50), 0);
}

/* Forks for each byte, and says so. */
static void forks(int fd)
{
	const i64 answer = fd >> 16;
	i64 pid;

	for (;;) {
		wait_byte(fd & 0xffff);
		pid = CALL(SYS_fork);
		if (pid == 0)
			CALL(SYS_exit, 0);
		CALL(SYS_wait4, pid, 0, 0, 0);
		CALL(SYS_write, answer, "f", 1);
	}
}

/* Nothing is lost while a watch is changed. */
static void changed(int r, int w)
{
	i64 back[1], pid, n = 0;
	char c;

	CALL(SYS_pipe2, back, 0x4 /* O_NONBLOCK */);
	pid = fork_to(forks, r | (int)(back[0] >> 32) << 16);
	EQUAL(change(pid, ADD, FORK_), 0);
	for (int i = 0; i < 50; i++) {
		struct kevent ev = { 0 };

		CALL(SYS_write, w, "x", 1);
		while (CALL(SYS_read, (i32)back[0], &c, 1) != 1)
			EQUAL(change(pid, ENABLE, FORK_), 0);
		n += events(&ev, 1, 10000) == 1 && ev.fflags == FORK_;
	}
	EQUAL(n, 50);
	EQUAL(change(pid, DELETE, 0), 0);
	CALL(SYS_kill, pid, 9);
	reap(pid);
	CALL(SYS_close, (i32)back[0]);
	CALL(SYS_close, back[0] >> 32);
}

/* What happens in the call's own process is there when it returns. */
static void oneself(void)
{
	i64 me = CALL(SYS_getpid), pid;
	struct kevent ev[4] = { { 0 } };

	EQUAL(change(me, ADD, FORK_ | TRACK | EXIT_), 0);
	pid = CALL(SYS_fork);
	if (pid == 0)
		CALL(SYS_exit, 4);
	EQUAL(reap(pid), 4 << 8);
	EQUAL(events(ev, 4, 0), 2);
	for (int i = 0; i < 2; i++) {
		EQUAL(ev[i].udata, 77);
		if (ev[i].ident == (u64)me) {
			EQUAL(ev[i].fflags, FORK_);
		} else {
			EQUAL(ev[i].ident, pid);
			EQUAL(ev[i].fflags, CHILD | EXIT_);
			EQUAL(ev[i].data, 4 << 8);
		}
	}
	pid = CALL(SYS_vfork);
	if (pid == 0)
		CALL(SYS_exit, 5);
	EQUAL(events(ev, 4, 0) > 0, 1);
	EQUAL(reap(pid), 5 << 8);
	while (events(ev, 1, 50) > 0)
		;
	EQUAL(change(me, DELETE, 0), 0);
	pid = CALL(SYS_fork);
	if (pid == 0)
		CALL(SYS_exit, 0);
	reap(pid);
	EQUAL(events(ev, 4, 20), 0);
}

/* A child of a child, which is followed, too, and killed. */
static void family(int fd)
{
	i64 pid;

	wait_byte(fd);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		pid = CALL(SYS_fork);
		if (pid == 0)
			CALL(SYS_kill, CALL(SYS_getpid), 9);
		CALL(SYS_wait4, pid, 0, 0, 0);
		CALL(SYS_exit, 6);
	}
	CALL(SYS_wait4, pid, 0, 0, 0);
	wait_byte(fd);
	CALL(SYS_exit, 7);
}

static void followed(int r, int w)
{
	i64 pid = fork_to(family, r), child = 0, grandchild = 0;
	int ends = 0, children = 0, forks = 0;

	EQUAL(change(pid, ADD, FORK_ | TRACK | EXIT_), 0);
	CALL(SYS_write, w, "1", 1);
	while (ends < 3) {
		struct kevent ev = { 0 };

		if (events(&ev, 1, 10000) != 1) {
			CHECK(!"an event");
			return;
		}
		EQUAL(ev.udata, 77);
		if (ev.fflags & CHILD) {
			children++;
			if (!child) {
				child = (i64)ev.ident;
				if (!(ev.fflags & EXIT_))
					EQUAL(ev.data, pid);
			} else {
				grandchild = (i64)ev.ident;
				if (!(ev.fflags & EXIT_))
					EQUAL(ev.data, child);
			}
		}
		forks += !!(ev.fflags & FORK_);
		if (!(ev.fflags & EXIT_))
			continue;
		ends++;
		if ((i64)ev.ident == pid) {
			EQUAL(ev.data, 7 << 8);
		} else if ((i64)ev.ident == child) {
			EQUAL(ev.data, 6 << 8);
			CALL(SYS_write, w, "2", 1);
		} else {
			EQUAL(ev.ident, grandchild);
			EQUAL(ev.data, 9);
		}
	}
	EQUAL(children, 2);
	EQUAL(forks, 2);
	EQUAL(reap(pid), 7 << 8);
	EQUAL(events(&(struct kevent){ 0 }, 1, 20), 0);
}

int test_main(int argc, char **argv)
{
	i64 fds[1];
	int r, w;

	self = argv[0];
	if (argc == 3) {
		wait_byte(argv[2][0] - '0');
		CALL(SYS_exit, 3);
	}
	kq = (int)CALL(SYS_kqueue);
	CHECK(kq >= 0);
	CALL(SYS_pipe2, fds, 0);
	r = (i32)fds[0];
	w = (int)(fds[0] >> 32);
	one_process(r, w);
	changed(r, w);
	oneself();
	followed(r, w);
	CALL(SYS_close, kq);
	return 0;
}
