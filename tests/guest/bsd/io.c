/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io.c - sockets and their addresses, messages with descriptors, poll, select,
 * timers that interrupt, locks, vectors.
 */
#include "bsd.h"

#ifdef FREEBSD
enum { SYS_socket = 97, SYS_select = 93, SYS_getsockname = 32,
       AF_INET6_ = 28, EAFNOSUPPORT_ = 47, SO_SNDTIMEO_ = 0x1005 };
#else
enum { SYS_socket = 394, SYS_select = 417, SYS_getsockname = 32,
       AF_INET6_ = 24, EAFNOSUPPORT_ = 47, SO_SNDTIMEO_ = 0x100b };
#endif
enum { SYS_recvmsg = 27, SYS_sendmsg = 28, SYS_accept = 30, SYS_connect = 98,
       SYS_bind = 104, SYS_setsockopt = 105, SYS_listen = 106,
       SYS_getsockopt = 118, SYS_readv = 120, SYS_writev = 121,
       SYS_sendto = 133, SYS_recvfrom = 29, SYS_shutdown = 134,
       EINPROGRESS_ = 36, ENOTCONN_ = 57, ECONNREFUSED_ = 61,
       ENOPROTOOPT_ = 42 };

struct sockaddr_in { u8 len, family; u16 port; u32 addr; u8 zero[8]; };
struct pollfd { i32 fd; short events, revents; };
struct msghdr { void *name; u32 namelen, pad; void *iov; i32 iovlen, pad2;
		void *control; u32 controllen; i32 flags; };
struct iovec { void *base; u64 len; };

static void addresses(void)
{
	struct sockaddr_in a = { 16, 2, 0, 0x0100007f }, b, peer;
	u8 six[28] = { 28, AF_INET6_ }, empty[106] = { 106, 1 };
	u32 len = sizeof b;
	i32 v = 0, c, s, one = 1;
	i64 l = CALL(SYS_socket, 2, 1, 0);

	CHECK(l >= 0);
	FAILS(CALL(SYS_socket, 99, 1, 0), EAFNOSUPPORT_);
	/* An empty name is no abstract one. */
	c = (i32)CALL(SYS_socket, 1, 1, 0);
	FAILS(CALL(SYS_connect, c, empty, 3), ENOENT);
	FAILS(CALL(SYS_connect, c, empty, 2), EINVAL);
	FAILS(CALL(SYS_bind, c, empty, 3), ENOENT);
	CALL(SYS_close, c);
	EQUAL(CALL(SYS_setsockopt, l, 0xffff, 4, &one, 4), 0); /* REUSEADDR */
	len = 4;
	EQUAL(CALL(SYS_getsockopt, l, 0xffff, 4, &v, &len), 0);
	CHECK(v != 0);
	EQUAL(CALL(SYS_getsockopt, l, 0xffff, 0x1008, &v, &len), 0); /* TYPE */
	EQUAL(v, 1);
	FAILS(CALL(SYS_getsockopt, l, 0xffff, 0x7777, &v, &len), ENOPROTOOPT_);
	EQUAL(CALL(SYS_bind, l, &a, 16), 0);
	len = sizeof b;
	memset(&b, 0xff, sizeof b);
	EQUAL(CALL(SYS_getsockname, l, &b, &len), 0);
	EQUAL(len, 16);
	EQUAL(b.len, 16);
	EQUAL(b.family, 2);
	CHECK(b.port != 0 && b.addr == a.addr);
	c = (i32)CALL(SYS_socket, 2, 1, 0);
	FAILS(CALL(SYS_connect, c, &b, 16), ECONNREFUSED_); /* not yet */
	CALL(SYS_close, c);
	EQUAL(CALL(SYS_listen, l, 5), 0);
	c = (i32)CALL(SYS_socket, 2, 1 | 0x20000000, 0); /* SOCK_NONBLOCK */
	CHECK(CALL(SYS_connect, c, &b, 16) == 0 || last_errno == EINPROGRESS_);
	len = sizeof peer;
	s = (i32)CALL(SYS_accept, l, &peer, &len);
	CHECK(s >= 0);
	EQUAL(peer.len, 16);
	EQUAL(CALL(SYS_sendto, s, "hello", 5, 0, 0, 0), 5);
	{
		struct pollfd p = { c, 1, 0 };
		char buf[8];

		EQUAL(CALL(SYS_poll, &p, 1, 2000), 1);
		EQUAL(p.revents, 1);
		EQUAL(CALL(SYS_recvfrom, c, buf, 8, 2 /* PEEK */, 0, 0), 5);
		EQUAL(CALL(SYS_recvfrom, c, buf, 8, 0, 0, 0), 5);
		FAILS(CALL(SYS_recvfrom, c, buf, 8, 0, 0, 0), EAGAIN);
		FAILS(CALL(SYS_recvfrom, s, buf, 8, 0x80, 0, 0), EAGAIN);
	}
	CALL(SYS_close, c);
	CALL(SYS_close, s);
	CALL(SYS_close, l);
	l = CALL(SYS_socket, AF_INET6_, 2, 0);
	if (l >= 0) {
		u8 got[28];

		six[23] = 1; /* ::1 */
		if (CALL(SYS_bind, l, six, 28) == 0) {
			len = 28;
			EQUAL(CALL(SYS_getsockname, l, got, &len), 0);
			EQUAL(got[0], 28);
			EQUAL(got[1], AF_INET6_);
		}
		CALL(SYS_close, l);
	}
}

static void messages(void)
{
	i32 sv[2], fds[2];
	u64 ctl[4] = { 0 }, rctl[8];
	char a[3] = "ab", b[3] = "cd", buf[8] = "";
	struct iovec v[2] = { { a, 2 }, { b, 2 } }, rv = { buf, 8 };
	struct msghdr m = { .iov = v, .iovlen = 2, .control = ctl,
			    .controllen = 24 };
	struct msghdr r = { .iov = &rv, .iovlen = 1, .control = rctl,
			    .controllen = sizeof rctl };

	EQUAL(CALL(SYS_socketpair, 1, 1, 0, sv), 0);
	CALL(SYS_pipe2, fds, 0);
	/* cmsghdr: len, level SOL_SOCKET, type SCM_RIGHTS; data at 16 */
	((u32 *)ctl)[0] = 20;
	((u32 *)ctl)[1] = 0xffff;
	((u32 *)ctl)[2] = 1;
	((i32 *)ctl)[4] = fds[1];
	EQUAL(CALL(SYS_sendmsg, sv[0], &m, 0), 4);
	EQUAL(CALL(SYS_recvmsg, sv[1], &r, 0), 4);
	CHECK(buf[0] == 'a' && buf[3] == 'd');
	EQUAL(((u32 *)rctl)[0], 20);
	EQUAL(((u32 *)rctl)[1], 0xffff);
	EQUAL(((u32 *)rctl)[2], 1);
	EQUAL(CALL(SYS_write, ((i32 *)rctl)[4], "q", 1), 1);
	EQUAL(CALL(SYS_read, fds[0], buf, 1), 1);
	EQUAL(buf[0], 'q');
	EQUAL(CALL(SYS_writev, sv[0], v, 2), 4);
	EQUAL(CALL(SYS_readv, sv[1], v, 2), 4);
	FAILS(CALL(SYS_writev, sv[0], v, 100000), EINVAL);
	for (int i = 0; i < 2; i++) {
		CALL(SYS_close, sv[i]);
		CALL(SYS_close, fds[i]);
	}
}

static volatile int alarms;

static void on_alarm(int sig)
{
	alarms++;
}

static void waiting(void)
{
	i32 fds[2];
	u32 in[32] = { 0 };
	i64 tv[2] = { 0, 20000 }, ts[2] = { 1000, 0 }, left[2] = { 0, 0 };
	/* Again and again: the first may come before the call does. */
	i64 t0[2], t1[2], it[4] = { 0, 30000, 0, 30000 }, no[4] = { 0 };
	char c;

	CALL(SYS_pipe2, fds, 0);
	in[fds[0] / 32] |= 1u << fds[0] % 32;
	EQUAL(CALL(SYS_select, fds[0] + 1, in, 0, 0, tv), 0);
	EQUAL(in[fds[0] / 32], 0);
	CALL(SYS_write, fds[1], "x", 1);
	in[fds[0] / 32] |= 1u << fds[0] % 32;
	EQUAL(CALL(SYS_select, fds[0] + 1, in, 0, 0, 0), 1);
	EQUAL(in[fds[0] / 32], 1u << fds[0] % 32);
	in[31] = 1u << 31; /* descriptor 1023 is not open */
	FAILS(CALL(SYS_select, 1024, in, 0, 0, tv), EBADF);

	/* A timer ends a sleep, and what is left is told. */
	EQUAL(set_action(SIGALRM, on_alarm, 0x40), 0);
	EQUAL(CALL(SYS_setitimer, 0, it, 0), 0);
	FAILS(CALL(SYS_nanosleep, ts, left), EINTR);
	EQUAL(CALL(SYS_setitimer, 0, no, 0), 0);
	CHECK(alarms > 0);
	CHECK(left[0] > 0 && left[0] < 1000);
	CALL(SYS_clock_gettime, 4 - (SYS_clock_gettime == 427), t0);
	ts[0] = 0;
	ts[1] = 10000000;
	EQUAL(CALL(SYS_nanosleep, ts, 0), 0);
	CALL(SYS_clock_gettime, 4 - (SYS_clock_gettime == 427), t1);
	CHECK((t1[0] - t0[0]) * 1000000000 + t1[1] - t0[1] >= 10000000);
	ts[1] = 1000000000;
	FAILS(CALL(SYS_nanosleep, ts, 0), EINVAL);
	FAILS(CALL(SYS_clock_gettime, 99, t0), EINVAL);
	CALL(SYS_read, fds[0], &c, 1);
	/* A poll that the alarm interrupts is not made again. */
	EQUAL(set_action(SIGALRM, on_alarm, 0x42), 0);
	EQUAL(CALL(SYS_setitimer, 0, it, 0), 0);
	{
		struct pollfd p = { fds[0], 1, 0 };

		alarms = 0;
		FAILS(CALL(SYS_poll, &p, 1, 1000000), EINTR);
	}
	EQUAL(CALL(SYS_setitimer, 0, no, 0), 0);
	CHECK(alarms > 0);
}

static void locks(void)
{
	/* start, len, pid, type, whence: 3 write, 2 unlock */
	struct { i64 start, len; i32 pid; short type, whence; i64 sysid; } l =
		{ 0, 10, 0, 3, 0, 0 };
	const int get = SYS_fstat == 551 ? 11 : 7, set = get + 1;
	i64 fd = CALL(SYS_open, "io-lock-file", O_RDWR | O_CREAT, 0600), pid;
	i32 status = 0;

	EQUAL(CALL(SYS_fcntl, fd, set, &l), 0);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		l.type = 3;
		EQUAL(CALL(SYS_fcntl, fd, get, &l), 0);
		EQUAL(l.type, 3);
		EQUAL(l.pid, CALL(SYS_getppid));
		FAILS(CALL(SYS_fcntl, fd, set, &l), EAGAIN);
		CALL(SYS_exit, failed);
	}
	if (pid > 0) {
		CALL(SYS_wait4, pid, &status, 0, 0);
		EQUAL(status, 0);
	}
	CALL(SYS_unlink, "io-lock-file");
}

/* Counters and timers as descriptors. */
static void event_descriptors(void)
{
	i64 set[4] = { 0, 0, 0, 5000000 }, now[4], fd;
	struct { i32 fd; short events, revents; } p = { 0, 1, 0 };
	u64 n = 3;

#ifdef FREEBSD
	u32 req[2] = { 5, 1 | 4 }; /* EFD_SEMAPHORE, EFD_NONBLOCK */

	fd = CALL(577, 1, req, sizeof req);
	FAILS(CALL(577, 9, req, sizeof req), EINVAL);
#else
	fd = CALL(267, 5, 2 | 4);
	FAILS(CALL(267, 5, 8), EINVAL);
#endif
	CHECK(fd >= 0);
	for (int i = 0; i < 5; i++) {
		EQUAL(CALL(SYS_read, fd, &n, 8), 8);
		EQUAL(n, 1);
	}
	FAILS(CALL(SYS_read, fd, &n, 8), EAGAIN);
	CALL(SYS_close, fd);
#ifdef FREEBSD
	fd = CALL(585, 4, 0);
	EQUAL(CALL(587, fd, 0, set, 0), 0);
	EQUAL(CALL(586, fd, now), 0);
	FAILS(CALL(585, 999, 0), EINVAL);
#else
	fd = CALL(177, 3, 0);
	EQUAL(CALL(178, fd, 0, set, 0), 0);
	EQUAL(CALL(179, fd, now), 0);
	FAILS(CALL(177, 999, 0), EINVAL);
#endif
	CHECK(now[2] == 0 && now[3] <= 5000000);
	p.fd = (i32)fd;
	EQUAL(CALL(SYS_poll, &p, 1, 5000), 1);
	EQUAL(CALL(SYS_read, fd, &n, 8), 8);
	EQUAL(n, 1);
	CALL(SYS_close, fd);
}

/* net.route: the loopback interface and its address are everywhere.  what: NetBSD
   7's list, or that since. */
static void interfaces(int what)
{
	static u8 buf[65536];
#ifdef FREEBSD
	i32 mib[6] = { 4, 17, 0, 0, 3, 0 };
	const int info = 0xe, at = 168, new_address = 0xc, which = 4,
		  addr_index = 12, addr = 20;
#else
	i32 mib[6] = { 4, 34, 0, 0, what, 0 };
	const int info = 0x14, at = 152, newer = what == 6,
		  new_address = newer ? 0x16 : 0xc, which = newer ? 12 : 4,
		  addr_index = newer ? 4 : 16, addr = newer ? 32 : 24;
#endif
	u64 need = 0, len = sizeof buf;
	int loop = 0, found = 0;

	EQUAL(CALL(SYS_sysctl, mib, 6, 0, &need, 0, 0), 0);
	EQUAL(CALL(SYS_sysctl, mib, 6, buf, &len, 0, 0), 0);
	EQUAL(len, need);
	for (u64 i = 0; i + 4 <= len; i += *(u16 *)(buf + i)) {
		u8 *m = buf + i;

		CHECK(*(u16 *)m >= 16 && *(u16 *)m % 8 <= 4);
		if (*(u16 *)m < 16)
			break;
		if (m[3] == info && *(u32 *)(m + 8) & 8 /* LOOPBACK */) {
			loop = *(u16 *)(m + 12);
			EQUAL(m[at + 1], 18); /* AF_LINK */
			EQUAL(*(u16 *)(m + at + 2), loop);
			CHECK(m[at + 5] > 0); /* its name's length */
		}
		if (m[3] == new_address && *(u16 *)(m + addr_index) == loop &&
		    *(u32 *)(m + which) == 0x24 && m[addr + 1] == 2) {
			EQUAL(m[addr], 16); /* the mask, then 127.0.0.1 */
			EQUAL(*(u32 *)(m + addr + 4), 0x000000ff);
			EQUAL(*(u32 *)(m + addr + 16 + 4), 0x0100007f);
			found++;
		}
	}
	/* Not in a network namespace whose loopback is down. */
	CHECK(len == 0 || (loop && found));
	mib[4] = 77;
	FAILS(CALL(SYS_sysctl, mib, 6, buf, &len, 0, 0), 45 /* EOPNOTSUPP */);
}

#ifdef NETBSD
/* Three messages there and two of them back, in one call each. */
static void many_messages(void)
{
	struct { void *name; u32 namelen, pad1; void *iov; i32 iovlen; u32 pad2;
		 void *control; u32 controllen; i32 flags; u32 len, pad3; } m[3];
	struct { void *at; u64 len; } iov[3];
	char out[3][4] = { "a", "bc", "def" }, in[3][4] = { "", "", "" };
	i32 sv[2];

	EQUAL(CALL(SYS_socketpair, 1, 2 /* DGRAM */, 0, sv), 0);
	memset(m, 0, sizeof m);
	for (int i = 0; i < 3; i++) {
		iov[i].at = out[i];
		iov[i].len = (u64)i + 1;
		m[i].iov = &iov[i];
		m[i].iovlen = 1;
	}
	EQUAL(CALL(476, sv[0], m, 3, 0), 3);
	EQUAL(m[2].len, 3);
	for (int i = 0; i < 3; i++) {
		iov[i].at = in[i];
		iov[i].len = 4;
	}
	EQUAL(CALL(475, sv[1], m, 2, 0, 0), 2);
	EQUAL(m[1].len, 2);
	CHECK(in[0][0] == 'a' && in[1][1] == 'c');
	/* The third is there, a fourth is not: one. 0x80: DONTWAIT. */
	EQUAL(CALL(475, sv[1], m, 2, 0x80, 0), 1);
	CHECK(m[0].len == 3 && in[0][2] == 'f');
	FAILS(CALL(475, sv[1], m, 2, 0x80, 0), EAGAIN);
	CALL(SYS_close, sv[0]);
	CALL(SYS_close, sv[1]);
}
#endif

/* Who is at the other end. */
static void peers(void)
{
	enum { GETUID = 24, GETEGID = 43 };
	i32 s[2], alone = (i32)CALL(SYS_socket, 1, 1, 0);
#ifdef FREEBSD
	enum { PEER = 1 };
	struct { u32 version, uid; short n; u32 groups[16], pad; i32 pid; }
		c = { 0 };
	u32 len = 88;
#else
	enum { PEER = 3 };
	struct { i32 pid; u32 uid, gid; } c = { 0 };
	u32 len = sizeof c;
#endif
	FAILS(CALL(SYS_getsockopt, alone, 0, PEER, &c, &len), ENOTCONN_);
	EQUAL(CALL(SYS_socketpair, 1, 1, 0, s), 0);
	EQUAL(CALL(SYS_getsockopt, s[0], 0, PEER, &c, &len), 0);
	EQUAL(c.uid, CALL(GETUID));
#ifdef FREEBSD
	EQUAL(len, 88);
	EQUAL(c.version, 0);
	CHECK(c.n >= 1 && c.n <= 16);
	EQUAL(c.groups[0], CALL(GETEGID));
	EQUAL(c.pid, CALL(SYS_getpid));
#else
	EQUAL(len, sizeof c);
	EQUAL(c.gid, CALL(GETEGID));
	EQUAL(c.pid, CALL(SYS_getpid));
#endif
	FAILS(CALL(SYS_getsockopt, s[0], 0, PEER, 8, &len), EFAULT);
	CALL(SYS_close, s[0]);
	CALL(SYS_close, s[1]);
	CALL(SYS_close, alone);
}

#ifdef FREEBSD
/* Groups by protocol-independent requests, and with a source. */
static void groups(void)
{
	enum { JOIN = 80, LEAVE, JOIN_SOURCE, LEAVE_SOURCE, ADD = 70, DROP,
	       EADDRINUSE_ = 48, EADDRNOTAVAIL_ = 49 };
	struct { u32 interface, pad; struct sockaddr_in group; u8 rest[112];
		 struct sockaddr_in source; u8 more[112]; } g = {
		.interface = 1, .group = { 16, 2, 0, 0x4d0000e0 },
		.source = { 16, 2, 0, 0x0100007f },
	};
	u32 mreq[3] = { 0x4e0000e0, 0x0200007f, 0x0100007f };
	i64 s = CALL(SYS_socket, 2, 2, 0);

	EQUAL(CALL(SYS_setsockopt, s, 0, JOIN, &g, 136), 0);
	FAILS(CALL(SYS_setsockopt, s, 0, JOIN, &g, 136), EADDRINUSE_);
	EQUAL(CALL(SYS_setsockopt, s, 0, LEAVE, &g, 136), 0);
	FAILS(CALL(SYS_setsockopt, s, 0, LEAVE, &g, 136), EADDRNOTAVAIL_);
	g.group.family = 77;
	CHECK(CALL(SYS_setsockopt, s, 0, JOIN, &g, 136) == -1);
	g.group.family = 2;
	FAILS(CALL(SYS_setsockopt, s, 0, JOIN, &g, 4), EINVAL);
	EQUAL(CALL(SYS_setsockopt, s, 0, JOIN_SOURCE, &g, 264), 0);
	EQUAL(CALL(SYS_setsockopt, s, 0, LEAVE_SOURCE, &g, 264), 0);
	FAILS(CALL(SYS_setsockopt, s, 0, LEAVE_SOURCE, &g, 264), EINVAL);
	EQUAL(CALL(SYS_setsockopt, s, 0, ADD, mreq, 12), 0);
	EQUAL(CALL(SYS_setsockopt, s, 0, DROP, mreq, 12), 0);
	CALL(SYS_close, s);
}
#endif

int test_main(int argc, char **argv)
{
	addresses();
	peers();
#ifdef FREEBSD
	groups();
#endif
	messages();
	waiting();
	locks();
	interfaces(5);
#ifdef NETBSD
	interfaces(6);
#endif
#ifdef NETBSD
	many_messages();
#endif
	event_descriptors();
	return 0;
}
