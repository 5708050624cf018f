/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The routing table, by sysctl and by a socket: what leads to 127.0.0.1, which has
 * the same answer everywhere, and what is said to who asks wrongly.
 */
#include "bsd.h"

struct head {
	u16 len;
	u8 version, type;
	u16 index, pad;
	i32 flags, addresses, pid, seq, error, use;
#ifdef FREEBSD
	u64 inits, metrics[14];
#else
	i32 inits, pad2;
	u64 metrics[10];
#endif
};
_Static_assert(sizeof(struct head) ==
#ifdef FREEBSD
		       152,
#else
		       120,
#endif
	       "net/route.h");

#ifdef FREEBSD
enum { AF_ROUTE = 17, VERSION = 5, LOCAL = 0x200000, AF_INET6 = 28,
       SYS_socket = 97 };
#else
enum { AF_ROUTE = 34, VERSION = 4, LOCAL = 0x40000, AF_INET6 = 24,
       SYS_socket = 394 };
#endif
enum {
	SOCK_RAW = 3, SOCK_STREAM = 1, AF_INET = 2, AF_LINK = 18, RTM_ADD = 1,
	RTM_GET = 4, UP = 1, HOST = 4, DONE = 0x40, DST = 1, GATEWAY = 2,
	NETMASK = 4, IFP = 0x10, IFA = 0x20, DUMP = 1, FLAGS = 2,
	EPERM = 1, ESRCH = 3, EACCES = 13, EPROTOTYPE = 41,
	EPROTONOSUPPORT = 43, SYS_writev = 121, SYS_sendto = 133,
	LOOPBACK = 0x0100007f,
};

static u8 buf[1 << 16];

/* The address of that kind in a message, or 0. */
static const u8 *address(const struct head *h, int which)
{
	const u8 *p = (const u8 *)(h + 1);

	for (int bit = 1; bit < which; bit <<= 1)
		if (h->addresses & bit)
			p += (*p ? *p + 7 : 8) & ~7;
	return h->addresses & which ? p : 0;
}

/* How many routes there are; *found: to 127.0.0.1 alone, or 0. */
static int dump(int family, int what, int flags, const struct head **found)
{
	i32 mib[6] = { 4, AF_ROUTE, 0, family, what, flags };
	u64 len = sizeof buf;
	int n = 0;

	EQUAL(CALL(SYS_sysctl, mib, 6, buf, &len, 0, 0), 0);
	*found = 0;
	for (u64 i = 0; i < len; n++) {
		const struct head *h = (void *)(buf + i);
		const u8 *to = address(h, DST);

		CHECK(h->len > sizeof *h && h->len % 8 == 0);
		if (h->len <= sizeof *h)
			break;
		EQUAL(h->version, VERSION);
		EQUAL(h->type, RTM_GET);
		CHECK(h->flags & UP && to && address(h, GATEWAY));
		CHECK(!(h->flags & HOST) == !!address(h, NETMASK));
		CHECK(!family || to[1] == family);
		CHECK(!flags || h->flags & flags);
		if (to[1] == AF_INET && *(u32 *)(to + 4) == LOOPBACK &&
		    h->flags & HOST)
			*found = h;
		i += h->len;
	}
	return n;
}

/* A request for 127.0.0.1. */
static struct request {
	struct head h;
	u8 to[16];
} request(int seq)
{
	struct request r = {
		.h = { sizeof r, VERSION, RTM_GET, .seq = seq,
		       .addresses = DST | IFP },
		.to = { 16, AF_INET, 0, 0, 127, 0, 0, 1 },
	};

	return r;
}

static void check_answer(int s, int seq)
{
	struct head *h = (void *)buf;
	i64 n = CALL(SYS_read, s, buf, sizeof buf);
	const u8 *p;

	EQUAL(n, h->len);
	EQUAL(h->seq, seq);
	EQUAL(h->type, RTM_GET);
	EQUAL(h->pid, CALL(SYS_getpid));
	EQUAL(h->error, 0);
	EQUAL(h->flags & (UP | HOST | DONE | LOCAL), UP | HOST | DONE | LOCAL);
	EQUAL(h->addresses, DST | GATEWAY | IFP | IFA);
	p = address(h, DST);
	CHECK(p[0] == 16 && *(u32 *)(p + 4) == LOOPBACK);
	p = address(h, IFP);
	CHECK(p[1] == AF_LINK && *(u16 *)(p + 2) == h->index && h->index);
	CHECK(p[5] == 2 && p[8] == 'l' && p[9] == 'o');
	p = address(h, IFA);
	CHECK(p[1] == AF_INET && *(u32 *)(p + 4) == LOOPBACK);
}

static void asked(int s)
{
	struct { void *at; u64 len; } v[2];
	struct request r = request(7);
	struct { i32 fd; u16 events, revents; } p = { s, 1, 0 };
	int copy = (int)CALL(SYS_dup, s);
	i64 pid;
	i32 status;

	EQUAL(CALL(SYS_poll, &p, 1, 0), 0);
	EQUAL(CALL(SYS_write, s, &r, sizeof r), sizeof r);
	EQUAL(CALL(SYS_poll, &p, 1, 0), 1);
	check_answer(s, 7);
	/* In parts, by another descriptor. */
	r = request(8);
	v[0].at = &r;
	v[0].len = 40;
	v[1].at = (u8 *)&r + 40;
	v[1].len = sizeof r - 40;
	EQUAL(CALL(SYS_writev, copy, v, 2), sizeof r);
	check_answer(s, 8);
	/* In a child, and another behind it. */
	pid = CALL(SYS_fork);
	r = request(9);
	if (pid == 0) {
		EQUAL(CALL(SYS_sendto, s, &r, sizeof r, 0, 0, 0), sizeof r);
		check_answer(copy, 9);
		CALL(SYS_exit, failed);
	}
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, 0);
	r = request(10);
	EQUAL(CALL(SYS_write, s, &r, sizeof r), sizeof r);
	check_answer(s, 10);
	CALL(SYS_close, copy);
}

/* What is refused is told twice: by write(2) and by a message. */
static void refused(int s, const struct request *r, int code)
{
	struct head *h = (void *)buf;

	FAILS(CALL(SYS_write, s, r, r->h.len), code);
	EQUAL(CALL(SYS_read, s, buf, sizeof buf), r->h.len);
	EQUAL(h->error, code);
	EQUAL(h->seq, r->h.seq);
	CHECK(!(h->flags & DONE));
}

int test_main(int argc, char **argv)
{
	int s = (int)CALL(SYS_socket, AF_ROUTE, SOCK_RAW, 0), n;
	const struct head *found, *inet, *none;
	struct request r = request(1);

	CHECK(s >= 0);
	FAILS(CALL(SYS_socket, AF_ROUTE, SOCK_STREAM, 0), EPROTOTYPE);
	n = dump(0, DUMP, 0, &found);
	CHECK(dump(AF_INET, DUMP, 0, &inet) <= n);
	EQUAL(!inet, !found);
	CHECK(dump(AF_INET6, DUMP, 0, &none) <= n && !none);
	CHECK(dump(0, FLAGS, HOST, &inet) <= n);
	EQUAL(!inet, !found);
	if (found) {
		asked(s);
	} else {
		/* Those of a sandbox, or where the loopback is down. */
		i64 ret = CALL(SYS_write, s, &r, sizeof r);

		CHECK(ret < 0 && (last_errno == EACCES || last_errno == ESRCH));
		CALL(SYS_read, s, buf, sizeof buf);
	}

	r = request(11);
	r.h.version = 99;
	refused(s, &r, EPROTONOSUPPORT);
	r = request(12);
	r.h.type = RTM_ADD;
	refused(s, &r, EPERM);
	r = request(13);
	r.h.addresses = IFP;
	refused(s, &r, EINVAL);
	r = request(14);
	r.to[0] = 6;
	refused(s, &r, EINVAL);
	r = request(15);
	r.h.len = sizeof r.h;
	refused(s, &r, EINVAL);
	FAILS(CALL(SYS_write, s, &r, 8), EINVAL);
	CALL(SYS_close, s);
	return failed;
}
