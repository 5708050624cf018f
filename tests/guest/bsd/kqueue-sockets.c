/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-sockets.c - how much there is to read, to write and to accept, and how
 * much a program wants there to be; and signals, of which one event can be taken.
 */
#include "bsd.h"

#ifdef FREEBSD
struct kevent { u64 ident; short filter; u16 flags; u32 fflags; i64 data;
		u64 udata; u64 ext[4]; };
enum { READ_ = -1, WRITE_ = -2, SIGNAL_ = -6, SYS_SOCKET = 97 };
#else
struct kevent { u64 ident; u32 filter, flags, fflags, pad; i64 data;
		u64 udata; };
enum { READ_ = 0, WRITE_ = 1, SIGNAL_ = 5, SYS_SOCKET = 394 };
#endif
enum { ADD = 1, DELETE = 2, ENABLE = 4, DISABLE = 8, ONESHOT = 0x10,
       CLEAR = 0x20, DISPATCH = 0x80, EOF_ = 0x8000, LOWAT = 1,
       UNIX = 1, INET = 2, STREAM = 1, SETFL = 4, NONBLOCK = 4,
       SYS_CONNECT = 98, SYS_BIND = 104, SYS_LISTEN = 106, SYS_ACCEPT = 30,
       SYS_GETSOCKNAME = 32, SYS_SHUTDOWN = 134, SYS_SETSOCKOPT = 105,
       SOL = 0xffff, SNDBUF = 0x1001, RCVBUF = 0x1002 };

static int kq;

static i64 change(i64 ident, int filter, u32 flags, u32 fflags, i64 data)
{
	struct kevent k = { .ident = (u64)ident, .flags = (u16)flags,
			    .fflags = fflags, .data = data, .udata = 7 };

	k.filter = filter;
	return CALL(SYS_kevent, kq, &k, 1, 0, 0, 0);
}

static i64 events(struct kevent *ev, i64 n, i64 ms)
{
	i64 ts[2] = { ms / 1000, ms % 1000 * 1000000 };

	return CALL(SYS_kevent, kq, 0, 0, ev, n, ts);
}

/* The data of the one event that stands or comes, -1: none. */
static i64 data_in(i64 ms)
{
	struct kevent ev[2] = { { 0 } };
	i64 n = events(ev, 2, ms);

	CHECK(n <= 1);
	if (n == 1)
		EQUAL(ev[0].fflags, 0);
	return n == 1 ? ev[0].data : -1;
}

enum { SOON = 10000, NOT = 30 };

static void put(i64 fd, i64 n)
{
	static char text[65536];

	EQUAL(CALL(SYS_write, fd, text, n), n);
}

static void take(i64 fd, i64 n)
{
	static char text[65536];

	for (i64 got = 0; n; n -= got) {
		got = CALL(SYS_read, fd, text, n);
		CHECK(got > 0);
		if (got <= 0)
			return;
	}
}

/* ---- what is to be read ------------------------------------------------------- */

static void reading(const int s[2])
{
	struct kevent ev[2];

	EQUAL(change(s[0], READ_, ADD, LOWAT, 10), 0);
	put(s[1], 4);
	EQUAL(data_in(NOT), -1);
	put(s[1], 4);
	EQUAL(data_in(NOT), -1);
	put(s[1], 2);
	EQUAL(data_in(SOON), 10);
	EQUAL(data_in(0), 10); /* it stands */
	take(s[0], 5);
	EQUAL(data_in(NOT), -1);
	put(s[1], 20);
	EQUAL(data_in(SOON), 25);
	/* Another mark; none. */
	EQUAL(change(s[0], READ_, ADD, LOWAT, 26), 0);
	EQUAL(data_in(NOT), -1);
	EQUAL(change(s[0], READ_, ADD, 0, 0), 0);
	EQUAL(data_in(0), 25);
	take(s[0], 25);

	EQUAL(change(s[0], READ_, ADD | CLEAR, LOWAT, 10), 0);
	put(s[1], 4);
	EQUAL(data_in(NOT), -1);
	put(s[1], 6);
	EQUAL(data_in(SOON), 10);
	EQUAL(data_in(NOT), -1);
	put(s[1], 1);
	EQUAL(data_in(SOON), 11);
	take(s[0], 11);
	EQUAL(change(s[0], READ_, DELETE, 0, 0), 0);

	/* What is too little is not the once that was asked for. */
	EQUAL(change(s[0], READ_, ADD | ONESHOT, LOWAT, 10), 0);
	put(s[1], 4);
	EQUAL(data_in(NOT), -1);
	put(s[1], 6);
	EQUAL(data_in(SOON), 10);
	EQUAL(data_in(NOT), -1);
	FAILS(change(s[0], READ_, DELETE, 0, 0), ENOENT);
	EQUAL(change(s[0], READ_, ADD | DISPATCH, LOWAT, 12), 0);
	EQUAL(data_in(NOT), -1);
	put(s[1], 2);
	EQUAL(data_in(SOON), 12);
	EQUAL(data_in(NOT), -1);
	EQUAL(change(s[0], READ_, ENABLE, LOWAT, 12), 0);
	EQUAL(data_in(SOON), 12);
	EQUAL(change(s[0], READ_, ENABLE, LOWAT, 13), 0);
	EQUAL(data_in(NOT), -1);
	take(s[0], 12);

	/* The end is told of however little there is. */
	EQUAL(change(s[0], READ_, ADD, LOWAT, 10), 0);
	put(s[1], 3);
	EQUAL(data_in(NOT), -1);
	EQUAL(CALL(SYS_SHUTDOWN, s[1], 1), 0);
	EQUAL(events(ev, 2, SOON), 1);
	CHECK(ev[0].flags & EOF_);
	EQUAL(ev[0].data, 3);
	EQUAL(change(s[0], READ_, DELETE, 0, 0), 0);
}

/* ---- room to be written to --------------------------------------------------------- */

static void writing(const int s[2], u32 how)
{
	enum { PART = 256 };
	struct kevent ev[2] = { { 0 } };
	i64 all, n = 0, mark;

	EQUAL(change(s[0], WRITE_, ADD, 0, 0), 0);
	all = data_in(SOON);
	CHECK(all > 4 * PART);
	mark = all / 2;
	EQUAL(change(s[0], WRITE_, DELETE, 0, 0), 0);
	EQUAL(change(s[0], WRITE_, ADD | how, LOWAT, mark), 0);
	CHECK(data_in(SOON) >= mark);
	if (how & ONESHOT)
		EQUAL(change(s[0], WRITE_, ADD | how | DISABLE, LOWAT, mark), 0);
	EQUAL(CALL(SYS_fcntl, s[0], SETFL, NONBLOCK), 0);
	for (;;) {
		static const char part[PART];
		i64 some = CALL(SYS_write, s[0], part, PART);

		if (some < 0)
			break;
		n += some;
	}
	EQUAL(last_errno, EAGAIN);
	if (how & (ONESHOT | DISPATCH))
		EQUAL(change(s[0], WRITE_, ENABLE, LOWAT, mark), 0);
	EQUAL(data_in(NOT), -1);
	/* A little is taken, then all. */
	take(s[1], PART);
	EQUAL(data_in(NOT), -1);
	take(s[1], n - PART);
	CHECK(data_in(SOON) >= mark);
	if (!how)
		CHECK(data_in(0) >= mark);
	else if (how & (ONESHOT | DISPATCH))
		EQUAL(data_in(NOT), -1);
	EQUAL(change(s[0], WRITE_, ADD | ENABLE, LOWAT, 1 << 30), 0);
	EQUAL(data_in(NOT), -1);
	/* An end is. */
	EQUAL(CALL(SYS_close, s[1]), 0);
	EQUAL(events(ev, 2, SOON), 1);
	CHECK(ev[0].flags & EOF_);
	EQUAL(CALL(SYS_close, s[0]), 0);
}

/* ---- connections --------------------------------------------------------------- */

struct name { u8 len, family; u16 port; u32 addr; u64 zero; };

static i64 connect_to(const struct name *to)
{
	i64 s = CALL(SYS_SOCKET, INET, STREAM, 0);

	EQUAL(CALL(SYS_CONNECT, s, to, sizeof *to), 0);
	return s;
}

static void accepting(void)
{
	struct name at = { sizeof at, INET, 0, 0x0100007f, 0 };
	u32 len = sizeof at;
	i64 l = CALL(SYS_SOCKET, INET, STREAM, 0), c[3], a;
	int pair[2];

	EQUAL(CALL(SYS_BIND, l, &at, sizeof at), 0);
	EQUAL(CALL(SYS_LISTEN, l, 8), 0);
	EQUAL(CALL(SYS_GETSOCKNAME, l, &at, &len), 0);
	/* How many wait; a mark is not for those. */
	EQUAL(change(l, READ_, ADD | CLEAR, LOWAT, 100), 0);
	for (int i = 0; i < 3; i++)
		c[i] = connect_to(&at);
	EQUAL(data_in(SOON), 3);
	a = CALL(SYS_ACCEPT, l, 0, 0);
	CHECK(a >= 0);
	/* TCP as well as Unix sockets. */
	pair[0] = (int)a;
	pair[1] = (int)c[0];
	reading(pair);
	CALL(SYS_close, a);
	for (int i = 0; i < 3; i++)
		CALL(SYS_close, c[i]);
	CALL(SYS_close, l);
}

/* ---- pipes and files, which have no mark ---------------------------------------------- */

static void others(void)
{
	int p[2];
	i64 fd = CALL(SYS_open, "kq-poll", O_RDWR | O_CREAT | O_TRUNC, 0600);

	EQUAL(CALL(SYS_pipe2, p, 0), 0);
	EQUAL(change(p[0], READ_, ADD, LOWAT, 100), 0);
	put(p[1], 1);
	EQUAL(data_in(SOON), 1);
	CALL(SYS_close, p[0]);
	CALL(SYS_close, p[1]);

	/* Ready although there is nothing more in it: FreeBSD's NOTE_FILE_POLL. */
	EQUAL(change(fd, READ_, ADD, 2, 0), 0);
#ifdef FREEBSD
	EQUAL(data_in(0), 0);
#else
	EQUAL(data_in(0), -1);
#endif
	put(fd, 5);
	CALL(SYS_lseek, fd, 2, 0, 0);
#ifndef FREEBSD
	CALL(SYS_lseek, fd, 0, 2, 0);
#endif
	EQUAL(data_in(0), 3);
	CALL(SYS_close, fd);
	CALL(SYS_unlink, "kq-poll");
}

/* ---- signals ----------------------------------------------------------------------- */

static void nothing(int sig)
{
}

/* One event at a time; and while nobody is to be told. */
static void signals(void)
{
	struct kevent ev[4] = { { 0 } };
	i64 self = CALL(SYS_getpid), first;

	set_action(SIGUSR1, nothing, 0);
	set_action(SIGUSR2, nothing, 0);
	EQUAL(change(SIGUSR1, SIGNAL_, ADD, 0, 0), 0);
	EQUAL(change(SIGUSR2, SIGNAL_, ADD, 0, 0), 0);
	EQUAL(events(ev, 4, 0), 0);
	CALL(SYS_kill, self, SIGUSR1);
	CALL(SYS_kill, self, SIGUSR2);
	CALL(SYS_kill, self, SIGUSR2);
	EQUAL(events(ev, 1, SOON), 1);
	first = (i64)ev[0].ident;
	EQUAL(events(ev, 1, SOON), 1);
	EQUAL(ev[0].ident + (u64)first, SIGUSR1 + SIGUSR2);
	EQUAL(events(ev, 1, 0), 0);

	EQUAL(change(SIGUSR1, SIGNAL_, DISABLE, 0, 0), 0);
	CALL(SYS_kill, self, SIGUSR1);
	CALL(SYS_kill, self, SIGUSR2);
	EQUAL(events(ev, 4, SOON), 1);
	EQUAL(ev[0].ident, SIGUSR2);
	EQUAL(change(SIGUSR1, SIGNAL_, ENABLE, 0, 0), 0);
	EQUAL(events(ev, 4, SOON), 1);
	EQUAL(ev[0].ident, SIGUSR1);
	EQUAL(ev[0].data, 1);
	EQUAL(events(ev, 4, 0), 0);
	EQUAL(change(SIGUSR1, SIGNAL_, DELETE, 0, 0), 0);
	EQUAL(change(SIGUSR2, SIGNAL_, DELETE, 0, 0), 0);
}

int test_main(int argc, char **argv)
{
	static const u32 how[] = { 0, CLEAR, ONESHOT, DISPATCH };
	int s[2];

	kq = (int)CALL(SYS_kqueue);
	CHECK(kq >= 0);
	EQUAL(CALL(SYS_socketpair, UNIX, STREAM, 0, s), 0);
	reading(s);
	for (u64 i = 0; i < sizeof how / sizeof *how; i++) {
		EQUAL(CALL(SYS_socketpair, UNIX, STREAM, 0, s), 0);
		writing(s, how[i]);
	}
	accepting();
	others();
	signals();
	return 0;
}
