/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-filters.c - files' changes, user events, timers' units, and the flags of
 * changes, as kqueue(2) has them.
 */
#include "bsd.h"

#ifdef FREEBSD
struct kevent { u64 ident; short filter; u16 flags; u32 fflags; i64 data;
		u64 udata; u64 ext[4]; };
enum { READ_ = -1, VNODE_ = -4, TIMER_ = -7, USER_ = -11,
       SECONDS = 1, MSECONDS = 2, USECONDS = 4, NSECONDS = 8, ABSTIME = 16,
       SYS_link = 9, SYS_rename = 128, SYS_fchmod = 124, SYS_mkdir = 136,
       SYS_rmdir = 137, NO_SUCH_UNIT = 0x40, MONOTONIC = 4 };
#else
struct kevent { u64 ident; u32 filter, flags, fflags, pad; i64 data;
		u64 udata; };
enum { READ_ = 0, VNODE_ = 3, TIMER_ = 6, USER_ = 8,
       SECONDS = 1, MSECONDS = 0, USECONDS = 2, NSECONDS = 3, ABSTIME = 16,
       SYS_link = 9, SYS_rename = 128, SYS_fchmod = 124, SYS_mkdir = 136,
       SYS_rmdir = 137, NO_SUCH_UNIT = 7, MONOTONIC = 3 };
#endif

enum { ADD = 1, DELETE = 2, ENABLE = 4, DISABLE = 8, ONESHOT = 0x10,
       CLEAR = 0x20, RECEIPT = 0x40, DISPATCH = 0x80, ERROR_ = 0x4000 };
enum { V_DELETE = 1, V_WRITE = 2, V_EXTEND = 4, V_ATTRIB = 8, V_LINK = 0x10,
       V_RENAME = 0x20, V_OPEN = 0x80, V_CLOSE = 0x100, V_CLOSE_WRITE = 0x200,
       V_READ = 0x400 };
#define TRIGGER 0x01000000u
#define FFAND 0x40000000u
#define FFOR 0x80000000u
#define FFCOPY 0xc0000000u

static int kq;

static struct kevent make(u64 ident, int filter, u32 flags, u32 fflags,
			  i64 data)
{
	struct kevent k = { .ident = ident, .flags = (u16)flags,
			    .fflags = fflags, .data = data, .udata = ident + 1 };

	k.filter = filter;
	return k;
}

static i64 change(u64 ident, int filter, u32 flags, u32 fflags, i64 data)
{
	struct kevent k = make(ident, filter, flags, fflags, data);

	return CALL(SYS_kevent, kq, &k, 1, 0, 0, 0);
}

static i64 events(struct kevent *ev, i64 n, i64 ms)
{
	i64 ts[2] = { ms / 1000, ms % 1000 * 1000000 };

	return CALL(SYS_kevent, kq, 0, 0, ev, n, ts);
}

static i64 none(i64 ms)
{
	struct kevent ev = { 0 };

	return events(&ev, 1, ms);
}

/* The fflags of the one event that stands. */
static u32 notes(void)
{
	struct kevent ev[2] = { { 0 } };

	return events(ev, 2, 2000) == 1 ? ev[0].fflags : ~0u;
}

static i64 now_ms(void)
{
	i64 ts[2] = { 0, 0 };

	CALL(SYS_clock_gettime, MONOTONIC, ts);
	return ts[0] * 1000 + ts[1] / 1000000;
}

/* ---- files ------------------------------------------------------------------- */

/* Several have something to tell: as it happened. */
static void in_order(void)
{
	char name[] = "kq-0";
	struct kevent ev[3];
	i64 fd[3];

	for (int i = 0; i < 3; i++) {
		name[3] = (char)('0' + i);
		fd[i] = CALL(SYS_open, name, O_RDWR | O_CREAT | O_TRUNC, 0600);
		EQUAL(change((u64)fd[i], VNODE_, ADD | CLEAR, V_WRITE, 0), 0);
		CALL(SYS_unlink, name);
	}
	for (int i = 0; i < 5; i++)
		CALL(SYS_write, fd[(i + 1) % 3], "x", 1);
	EQUAL(events(ev, 3, 2000), 3);
	for (int i = 0; i < 3; i++) {
		EQUAL(ev[i].ident, fd[(i + 1) % 3]);
		CALL(SYS_close, fd[i]);
	}
}

static void files(void)
{
	enum { ALL = 0x7ff & ~(V_OPEN | V_CLOSE | V_CLOSE_WRITE | V_READ) };
	i64 fd = CALL(SYS_open, "kq-a", O_RDWR | O_CREAT | O_TRUNC, 0600), other;
	char b[4];

	FAILS(change(999, VNODE_, ADD, ALL, 0), EBADF);
	EQUAL(change((u64)fd, VNODE_, ADD | CLEAR, ALL, 0), 0);
	EQUAL(none(0), 0);
	CALL(SYS_write, fd, "abcd", 4);
	EQUAL(notes(), V_WRITE | V_EXTEND);
	EQUAL(none(20), 0);
	CALL(SYS_lseek, fd, 0, 0, 0);
	CALL(SYS_write, fd, "AB", 2);
	EQUAL(notes(), V_WRITE);
	CALL(SYS_fchmod, fd, 0640);
	EQUAL(notes(), V_ATTRIB);
	EQUAL(CALL(SYS_link, "kq-a", "kq-b"), 0);
	EQUAL(notes(), V_LINK);
	CALL(SYS_rename, "kq-a", "kq-c");
	EQUAL(notes(), V_RENAME);
	CALL(SYS_unlink, "kq-b");
	CHECK(notes() & (V_LINK | V_DELETE));
	CALL(SYS_unlink, "kq-c");
	CHECK(notes() & V_DELETE);
	CALL(SYS_close, fd);
	EQUAL(none(0), 0);
	in_order();

	/* Only what is asked for; whoever opens, reads and closes it. */
	fd = CALL(SYS_open, "kq-a", O_RDWR | O_CREAT, 0600);
	CALL(SYS_write, fd, "abcd", 4);
	EQUAL(change((u64)fd, VNODE_, ADD | CLEAR, V_OPEN | V_READ | V_CLOSE |
		     V_CLOSE_WRITE, 0), 0);
	CALL(SYS_write, fd, "more", 4);
	EQUAL(none(20), 0);
	other = CALL(SYS_open, "kq-a", 0, 0);
	EQUAL(notes(), V_OPEN);
	CALL(SYS_read, other, b, 4);
	EQUAL(notes(), V_READ);
	CALL(SYS_close, other);
	EQUAL(notes(), V_CLOSE);
	other = CALL(SYS_open, "kq-a", O_RDWR, 0);
	CALL(SYS_close, other);
	EQUAL(notes(), V_OPEN | V_CLOSE_WRITE);
	/* A change of the watch needs no EV_ADD. */
	EQUAL(change((u64)fd, VNODE_, ENABLE, V_WRITE, 0), 0);
	other = CALL(SYS_open, "kq-a", 0, 0);
	CALL(SYS_close, other);
	EQUAL(none(20), 0);
	CALL(SYS_write, fd, "x", 1);
	EQUAL(notes(), V_WRITE);
	/* Off, on, once. */
	EQUAL(change((u64)fd, VNODE_, DISABLE, V_WRITE, 0), 0);
	CALL(SYS_write, fd, "x", 1);
	EQUAL(none(20), 0);
	EQUAL(change((u64)fd, VNODE_, ENABLE, V_WRITE, 0), 0);
	EQUAL(notes(), V_WRITE);
	EQUAL(change((u64)fd, VNODE_, DELETE, 0, 0), 0);
	EQUAL(change((u64)fd, VNODE_, ADD | ONESHOT, V_WRITE, 0), 0);
	CALL(SYS_write, fd, "x", 1);
	EQUAL(notes(), V_WRITE);
	FAILS(change((u64)fd, VNODE_, DELETE, 0, 0), ENOENT);
	CALL(SYS_close, fd);
	CALL(SYS_unlink, "kq-a");

	/* A folder. */
	CALL(SYS_mkdir, "kq-d", 0700);
	fd = CALL(SYS_open, "kq-d", 0, 0);
	EQUAL(change((u64)fd, VNODE_, ADD | CLEAR, V_WRITE | V_LINK, 0), 0);
	other = CALL(SYS_open, "kq-d/a", O_RDWR | O_CREAT, 0600);
	CALL(SYS_close, other);
	EQUAL(notes(), V_WRITE);
	CALL(SYS_mkdir, "kq-d/b", 0700);
	EQUAL(notes(), V_WRITE | V_LINK);
	CALL(SYS_unlink, "kq-d/a");
	EQUAL(notes(), V_WRITE);
	CALL(SYS_rmdir, "kq-d/b");
	EQUAL(notes(), V_WRITE | V_LINK);
	CALL(SYS_rmdir, "kq-d");
	CALL(SYS_close, fd);
}

/* ---- user events ---------------------------------------------------------------- */

/* More files than a host may have watchers; in one queue, and one of them twice. */
static void many_files(void)
{
	enum { FILES = 300, GETRLIMIT = 194, NOFILE = 8 };
	static i64 fd[FILES + 1];
	struct kevent ev[2] = { { 0 } };
	char name[] = "kq-000";
	u64 was[2], is[2];

	for (int i = 0; i < FILES; i++) {
		name[3] = (char)('0' + i / 100);
		name[4] = (char)('0' + i / 10 % 10);
		name[5] = (char)('0' + i % 10);
		fd[i] = CALL(SYS_open, name, O_RDWR | O_CREAT | O_TRUNC, 0600);
		CHECK(fd[i] >= 0);
		EQUAL(change((u64)fd[i], VNODE_, ADD | CLEAR, V_WRITE | V_DELETE,
			     0), 0);
	}
	fd[FILES] = CALL(SYS_open, name, O_RDWR, 0);
	EQUAL(change((u64)fd[FILES], VNODE_, ADD | CLEAR, V_DELETE, 0), 0);
	for (int i = 0; i < FILES; i += 99) {
		CALL(SYS_write, fd[i], "x", 1);
		EQUAL(events(ev, 2, 2000), 1);
		EQUAL(ev[0].ident, fd[i]);
		EQUAL(ev[0].fflags, V_WRITE);
	}
	/* Room for one of two; the queue itself is ready for the other. */
	CALL(SYS_unlink, name);
	EQUAL(events(ev, 1, 2000), 1);
	{
		struct { i32 fd; short events, revents; } p = { kq, 1, 0 };

		EQUAL(CALL(SYS_poll, &p, 1, 0), 1);
		EQUAL(events(ev + 1, 1, 2000), 1);
		EQUAL(CALL(SYS_poll, &p, 1, 0), 0);
	}
	EQUAL(ev[0].ident + ev[1].ident, fd[FILES - 1] + fd[FILES]);
	/* Without EV_CLEAR it stands. */
	EQUAL(change((u64)fd[0], VNODE_, ADD, V_WRITE, 0), 0);
	CALL(SYS_write, fd[0], "x", 1);
	EQUAL(notes(), V_WRITE);
	EQUAL(notes(), V_WRITE);
	for (int i = 0; i < FILES; i++) {
		name[3] = (char)('0' + i / 100);
		name[4] = (char)('0' + i / 10 % 10);
		name[5] = (char)('0' + i % 10);
		CALL(SYS_unlink, name);
		CALL(SYS_close, fd[i]);
	}
	CALL(SYS_close, fd[FILES]);
	EQUAL(none(0), 0);

	/* A folder, where it was made and where it is moved to. */
	CALL(SYS_mkdir, "kq-one", 0700);
	CALL(SYS_mkdir, "kq-two", 0700);
	CALL(SYS_mkdir, "kq-one/dir", 0700);
	fd[0] = CALL(SYS_open, "kq-one/dir", 0, 0);
	EQUAL(change((u64)fd[0], VNODE_, ADD | CLEAR, V_DELETE | V_RENAME, 0), 0);
	CALL(SYS_mkdir, "kq-one/other", 0700);
	CALL(SYS_rmdir, "kq-one/other");
	EQUAL(none(20), 0);
	CALL(SYS_rename, "kq-one/dir", "kq-two/dir");
	EQUAL(notes(), V_RENAME);
	CALL(SYS_rmdir, "kq-two/dir");
	EQUAL(notes(), V_DELETE);
	EQUAL(none(20), 0);
	CALL(SYS_close, fd[0]);
	CALL(SYS_rmdir, "kq-one");
	CALL(SYS_rmdir, "kq-two");

	/* Cut off: nothing is written. */
	fd[0] = CALL(SYS_open, "kq-a", O_RDWR | O_CREAT, 0600);
	CALL(SYS_write, fd[0], "abcd", 4);
	EQUAL(change((u64)fd[0], VNODE_, ADD | CLEAR, V_WRITE | V_ATTRIB, 0), 0);
	CALL(SYS_ftruncate, fd[0], 0, 0, 0);
#ifdef FREEBSD
	EQUAL(notes(), V_ATTRIB);
#else
	EQUAL(none(20), 0);
#endif
	CALL(SYS_close, fd[0]);
	CALL(SYS_unlink, "kq-a");

	/* How many there may be does not change by using them. */
	EQUAL(CALL(GETRLIMIT, NOFILE, was), 0);
	CALL(SYS_close, CALL(SYS_kqueue));
	EQUAL(CALL(GETRLIMIT, NOFILE, is), 0);
	EQUAL(was[0], is[0]);
	EQUAL(was[1], is[1]);
}

static void user(void)
{
	struct kevent ev = { 0 };

	EQUAL(change(1, USER_, ADD, FFCOPY | 0xf0, 3), 0);
	EQUAL(none(0), 0);
	EQUAL(change(1, USER_, 0, FFOR | 0x0f, 4), 0);
	EQUAL(none(0), 0);
	EQUAL(change(1, USER_, 0, TRIGGER | FFAND | 0x3c, 5), 0);
	for (int i = 0; i < 2; i++) { /* it stands */
		EQUAL(events(&ev, 1, 0), 1);
		EQUAL(ev.fflags, 0x3c);
		EQUAL(ev.data, 5);
		EQUAL(ev.udata, 2);
		EQUAL((int)ev.filter, USER_);
	}
	EQUAL(change(1, USER_, CLEAR, 0, 0), 0);
	EQUAL(none(0), 0);
	EQUAL(change(1, USER_, DISABLE, TRIGGER, 0), 0);
	EQUAL(none(0), 0);
	EQUAL(change(1, USER_, ENABLE, 0, 0), 0);
	EQUAL(none(0), 1);
	EQUAL(change(1, USER_, DELETE, 0, 0), 0);
	FAILS(change(1, USER_, 0, TRIGGER, 0), ENOENT);

	EQUAL(change(2, USER_, ADD | ONESHOT, TRIGGER, 0), 0);
	EQUAL(none(0), 1);
	FAILS(change(2, USER_, DELETE, 0, 0), ENOENT);
	EQUAL(change(2, USER_, ADD | DISPATCH, TRIGGER, 0), 0);
	EQUAL(none(0), 1);
	EQUAL(none(0), 0);
	EQUAL(change(2, USER_, ENABLE, 0, 0), 0);
	EQUAL(none(0), 1); /* it had not been cleared */
	EQUAL(change(2, USER_, DELETE, 0, 0), 0);
}

/* ---- timers ------------------------------------------------------------------------ */

static void once_in(u32 unit, i64 data, i64 least, i64 most)
{
	i64 began = now_ms(), took;
	struct kevent ev = { 0 };

	EQUAL(change(3, TIMER_, ADD | ONESHOT, unit, data), 0);
	EQUAL(events(&ev, 1, 20000), 1);
	took = now_ms() - began;
	CHECK(took >= least - 1 && took <= most);
	EQUAL(ev.data, 1);
	FAILS(change(3, TIMER_, DELETE, 0, 0), ENOENT);
}

static void timers(void)
{
	struct kevent ev = { 0 };
	i64 n = 0;

	once_in(MSECONDS, 30, 30, 10000);
	once_in(USECONDS, 30000, 30, 10000);
	once_in(NSECONDS, 30000000, 30, 10000);
	once_in(SECONDS, 1, 1000, 12000);
	once_in(MSECONDS, 0, 0, 10000);
	FAILS(change(3, TIMER_, ADD, NO_SUCH_UNIT, 10), EINVAL);
	/* A time of day, past or to come; it does not repeat. */
	EQUAL(change(4, TIMER_, ADD, ABSTIME | SECONDS, 1000), 0);
	EQUAL(none(5000), 1);
	EQUAL(none(30), 0);
	change(4, TIMER_, DELETE, 0, 0);
	/* It counts what has gone by, and is told once for all of that. */
	EQUAL(change(5, TIMER_, ADD, MSECONDS, 10), 0);
	CALL(SYS_nanosleep, ((i64[2]){ 0, 100000000 }), 0);
	EQUAL(events(&ev, 1, 0), 1);
	CHECK(ev.data >= 5);
	CHECK(ev.flags & CLEAR);
	while (n < 3) {
		EQUAL(events(&ev, 1, 5000), 1);
		n += ev.data;
	}
	/* Off: time goes by all the same; a new period. */
	EQUAL(change(5, TIMER_, DISABLE, 0, 10), 0);
	while (none(0) > 0)
		;
	EQUAL(none(30), 0);
	EQUAL(change(5, TIMER_, ENABLE, 0, 10), 0);
	EQUAL(none(5000), 1);
	EQUAL(change(5, TIMER_, ADD, MSECONDS, 1000000), 0);
	EQUAL(none(30), 0);
	EQUAL(change(5, TIMER_, DELETE, 0, 0), 0);
	EQUAL(change(6, TIMER_, ADD | DISPATCH, MSECONDS, 5), 0);
	EQUAL(none(5000), 1);
	EQUAL(none(30), 0);
	EQUAL(change(6, TIMER_, ENABLE | DISPATCH, MSECONDS, 5), 0);
	EQUAL(none(5000), 1);
	EQUAL(change(6, TIMER_, DELETE, 0, 0), 0);
}

/* ---- lists of changes ----------------------------------------------------------------- */

static void lists(void)
{
	i64 zero[2] = { 0, 0 };
	struct kevent c[4], ev[4] = { { 0 } };

	c[0] = make(1, USER_, ADD, 0, 0);
	c[1] = make(2, USER_, DELETE, 0, 0);   /* there is none */
	c[2] = make(999, READ_, ADD, 0, 0);    /* no descriptor */
	c[3] = make(3, USER_, ADD, TRIGGER, 0);
	/* Where there is room, errors are events, and the rest is done. */
	EQUAL(CALL(SYS_kevent, kq, c, 4, ev, 4, zero), 2);
	EQUAL(ev[0].flags & ERROR_, ERROR_);
	EQUAL(ev[0].ident, 2);
	EQUAL(ev[0].data, ENOENT);
	EQUAL(ev[0].udata, 3);
	EQUAL(ev[1].ident, 999);
	EQUAL(ev[1].data, EBADF);
	EQUAL(events(ev, 4, 0), 1);
	EQUAL(ev[0].ident, 3);
	/* Without room the first error is the call's. */
	FAILS(CALL(SYS_kevent, kq, c + 1, 2, 0, 0, zero), ENOENT);
	FAILS(CALL(SYS_kevent, kq, c + 1, 2, ev, 1, zero), EBADF);
	/* A receipt is an error of 0, and stands before all events. */
	c[0] = make(4, USER_, ADD | RECEIPT, 0, 0);
	c[1] = make(5, USER_, ADD | RECEIPT, TRIGGER, 0);
	EQUAL(CALL(SYS_kevent, kq, c, 2, ev, 4, zero), 2);
	for (int i = 0; i < 2; i++) {
		EQUAL(ev[i].flags & ERROR_, ERROR_);
		EQUAL(ev[i].data, 0);
		EQUAL(ev[i].ident, 4 + i);
	}
	EQUAL(events(ev, 4, 0), 2); /* 3 and 5 */
	/* The list of events may be that of changes. */
	c[0] = make(3, USER_, DELETE | RECEIPT, 0, 0);
	EQUAL(CALL(SYS_kevent, kq, c, 1, c, 1, zero), 1);
	EQUAL(c[0].data, 0);
	for (u64 i = 1; i < 6; i++)
		change(i, USER_, DELETE, 0, 0);
	EQUAL(events(ev, 4, 0), 0);
	FAILS(change(1, 100, ADD, 0, 0), EINVAL); /* no filter */
	FAILS(CALL(SYS_kevent, 0, 0, 0, ev, 1, zero), EBADF);
}

int test_main(int argc, char **argv)
{
	kq = (int)CALL(SYS_kqueue);
	CHECK(kq >= 0);
	files();
	many_files();
	user();
	timers();
	lists();
	return 0;
}
