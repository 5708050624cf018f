/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bsd-probe.c - tries one thing and says "ok" or "errno N".  What tests/sandbox
 * runs in a sandbox for the systems whose files and descriptors are the host's.
 */
#include "tests/guest/bsd/bsd.h"

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static int result(i64 ret)
{
	i64 code = last_errno;

	if (ret >= 0) {
		say("ok\n");
		return 0;
	}
	say("errno ");
	say_number(code);
	say("\n");
	return 1;
}

/* As many children at a time as there may be. */
static int children(void)
{
	i64 ends[1], n = 0, code, pid;
	char c;

	CALL(SYS_pipe2, ends, 0);
	while ((pid = CALL(SYS_fork)) > 0)
		n++;
	if (pid == 0) {
		CALL(SYS_close, ends[0] >> 32);
		CALL(SYS_read, (i32)ends[0], &c, 1);
		CALL(SYS_exit, 0);
	}
	code = last_errno;
	say("children ");
	say_number(n);
	say(" errno ");
	say_number(code);
	say("\n");
	CALL(SYS_close, ends[0] >> 32);
	while (CALL(SYS_wait4, -1, 0, 0, 0) > 0)
		n--;
	return n != 0;
}

#ifdef FREEBSD
enum { SYS_SOCKET = 97, SYS_FUTIMES = 206, SYS_TRUNCATE = 479, SYS_UTIMES = 138,
       SYS_EXTATTR_SET_FILE = 356, SYS_EXTATTR_GET_FILE = 357,
       SYS_EXTATTR_SET_FD = 371 };
#else
enum { SYS_SOCKET = 394, SYS_FUTIMES = 423, SYS_TRUNCATE = 200, SYS_UTIMES = 420,
       SYS_EXTATTR_SET_FILE = 361, SYS_EXTATTR_GET_FILE = 362,
       SYS_EXTATTR_SET_FD = 364 };
#endif
enum {
	SYS_SENDMSG = 28, SYS_CONNECT = 98, SYS_BIND = 104, SYS_LISTEN = 106,
	SYS_FCHMOD = 124, SYS_SENDTO = 133,
};

/* What a socket's name can be used for. */
static int names(const char *how, const char *path)
{
	struct {
		unsigned char len, family;
		char path[104];
	} to = { sizeof to, 1, "" };
	struct {
		void *at;
		u64 len;
	} iov = { "x", 1 };
	struct {
		void *name;
		u32 namelen, pad1;
		void *iov;
		i32 iovlen, pad2;
		void *control;
		u32 controllen, flags;
	} m = { &to, sizeof to, 0, &iov, 1, 0, 0, 0, 0 };
	i64 s = CALL(SYS_SOCKET, 1, how[0] == 's' ? 2 : 1, 0);

	for (u64 i = 0; path[i] && i < sizeof to.path - 1; i++)
		to.path[i] = path[i];
	if (same(how, "bind"))
		return result(CALL(SYS_BIND, s, &to, sizeof to));
	if (same(how, "sendto"))
		return result(CALL(SYS_SENDTO, s, "x", 1, 0, &to, sizeof to));
	if (same(how, "sendmsg"))
		return result(CALL(SYS_SENDMSG, s, &m, 0));
	return result(CALL(SYS_CONNECT, s, &to, sizeof to));
}

/* As many System V objects as there may be, of 16 MB, or 250 semaphores. */
static int objects(const char *what)
{
	enum { SYS_SEMGET = 221, SYS_MSGGET = 225, SYS_SHMGET = 231 };
	enum { CREAT = 01000, MODE = 0600, MOST = 5000 };
	const int queue = same(what, "queue"), set = same(what, "semaphores");
	i64 n = 0, id = 0, code;

	while (n < MOST && id >= 0) {
		id = queue ? CALL(SYS_MSGGET, 0, CREAT | MODE) :
		     set   ? CALL(SYS_SEMGET, 0, 250, CREAT | MODE) :
			     CALL(SYS_SHMGET, n + 1, 16 << 20, CREAT | MODE);
		n += id >= 0;
	}
	code = id < 0 ? last_errno : 0;
	/* One that is there can be had. */
	if (!queue && !set && CALL(SYS_SHMGET, 1, 16 << 20, CREAT | MODE) < 0)
		return 2;
	say("made ");
	say_number(n);
	say(" errno ");
	say_number(code);
	say("\n");
	return 0;
}

/* By name; to what it is, if that is known. */
static int by_name(const char *how, const char *path)
{
	i64 times[4] = { 1, 0, 1, 0 };

	return result(same(how, "mode")	 ? CALL(15, path, 0666) :
		      same(how, "owner") ? CALL(16, path, -1, -1) :
		      same(how, "size")	 ? CALL(SYS_TRUNCATE, path, 0) :
		      same(how, "extended") ?
					   CALL(SYS_EXTATTR_SET_FILE, path, 1,
						"probe", "x", 1) :
					   CALL(SYS_UTIMES, path, times));
}

/* By a descriptor that is only for reading. */
static int attributes(const char *how, const char *path)
{
	i64 times[4] = { 1, 0, 1, 0 }, fd = CALL(SYS_open, path, 0, 0);

	if (fd < 0)
		return 2;
	return result(same(how, "mode") ? CALL(SYS_FCHMOD, fd, 0777) :
		      same(how, "extended") ?
					  CALL(SYS_EXTATTR_SET_FD, fd, 1,
					       "probe", "x", 1) :
					  CALL(SYS_FUTIMES, fd, times));
}

/*
 * To 127.0.0.1, and two bytes from there; a blocking socket, or not; or then
 * disconnected, or made to listen.
 */
static int connecting(const char *port, const char *how)
{
	enum { F_SETFL = 4, NONBLOCK = 4, SYS_POLL = 209 };
	int nonblocking = same(how, "nonblocking");
	struct {
		unsigned char len, family, port[2], address[4], zero[8];
	} to = { 16, 2, { 0 }, { 127, 0, 0, 1 }, { 0 } };
	struct {
		i32 fd;
		short events, revents;
	} p = { 0, 4, 0 };
	i64 s = CALL(SYS_SOCKET, 2, 1, 0), ret;
	unsigned n = 0;
	char c[2];

	while (*port >= '0' && *port <= '9')
		n = n * 10 + (unsigned)(*port++ - '0');
	to.port[0] = (unsigned char)(n >> 8);
	to.port[1] = (unsigned char)n;
	if (s < 0)
		return result(s);
	if (nonblocking)
		CALL(SYS_fcntl, s, F_SETFL, NONBLOCK);
	ret = CALL(SYS_CONNECT, s, &to, sizeof to);
	if (ret < 0 && (!nonblocking || last_errno != 36)) /* EINPROGRESS */
		return result(ret);
	p.fd = (i32)s;
	if (nonblocking && CALL(SYS_POLL, &p, 1, -1) != 1)
		return 2;
	CALL(SYS_fcntl, s, F_SETFL, 0);
	ret = CALL(SYS_read, s, c, 2);
	to.family = 0;
	if (ret == 2 && same(how, "disconnect"))
		return result(CALL(SYS_CONNECT, s, &to, sizeof to));
	if (ret == 2 && same(how, "listen"))
		return result(CALL(SYS_LISTEN, s, 5));
	return result(ret == 2 && c[0] == 'h' ? 0 : -1);
}

/* Descriptors that were not given to it; closing them must not hurt either. */
static int descriptors(void)
{
	int found = 0;

	for (u64 fd = 3; fd < 66000; fd++)
		if (CALL(SYS_fcntl, fd, 1) >= 0)
			found++;
	/* A call takes some 30 us where the sandbox is slowest. */
	for (u64 fd = 3; fd < 5000; fd++)
		CALL(SYS_close, fd);
	CHECK(CALL(SYS_getpid) > 0);
	say("found ");
	say_number(found);
	say("\n");
	return 0;
}

int test_main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (same(what, "read") && argc > 2)
		return result(CALL(SYS_open, argv[2], 0, 0));
	if (same(what, "write") && argc > 2)
		return result(CALL(SYS_open, argv[2], O_RDWR | O_CREAT, 0600));
	if (same(what, "unlink") && argc > 2)
		return result(CALL(SYS_unlink, argv[2]));
	if (same(what, "chmod") && argc > 2)
		return result(CALL(15, argv[2], 0777));
	if (same(what, "replace") && argc > 3)
		CALL(SYS_unlink, argv[3]);
	if ((same(what, "symlink") || same(what, "replace")) && argc > 3)
		return result(CALL(57, argv[2], argv[3]));
	if (same(what, "again") && argc > 2) {
		/* in a program that a child has executed */
		char *child[] = { argv[0], argv[2], argv[3], 0 }, *none[] = { 0 };
		i64 pid = CALL(SYS_fork);

		if (pid == 0) {
			CALL(SYS_execve, argv[0], child, none);
			CALL(SYS_exit, 99);
		}
		return CALL(SYS_wait4, pid, 0, 0, 0) != pid;
	}
	if (same(what, "exec") && argc > 2) {
		/* with what follows as its arguments; relative to a folder */
		char *none[] = { 0 };

		if (argc > 3)
			CALL(12, argv[3]); /* chdir */
		return result(CALL(SYS_execve, argv[2], argv + 3, none));
	}
	if (same(what, "vfork")) {
		volatile i64 *p = map(4096, 3);
		i64 pid = CALL(SYS_vfork);

		if (pid == 0) {
			*p = 8;
			CALL(SYS_exit, 0);
		}
		CALL(SYS_wait4, pid, 0, 0, 0);
		last_errno = 0;
		return result(*p == 8 ? 0 : -1);
	}
	if (same(what, "connect") && argc > 2)
		return connecting(argv[2], argc > 3 ? argv[3] : "");
	if (same(what, "unix") && argc > 3)
		return names(argv[2], argv[3]);
	if (same(what, "change") && argc > 3)
		return by_name(argv[2], argv[3]);
	if (same(what, "attributes") && argc > 3)
		return attributes(argv[2], argv[3]);
	if (same(what, "extended") && argc > 2) {
		char c;

		return result(CALL(SYS_EXTATTR_GET_FILE, argv[2], 1, "probe", &c,
				   1));
	}
	if (same(what, "listen")) {
		i64 s = CALL(SYS_SOCKET, 2, 1, 0);

		return result(s < 0 ? s : CALL(SYS_LISTEN, s, 5));
	}
	if (same(what, "children"))
		return children();
	if (same(what, "linger")) {
		/* with a child that was forked, for a minute */
		i64 minute[2] = { 60, 0 };

		if (CALL(SYS_fork) == 0)
			say("child\n");
		CALL(SYS_nanosleep, minute, 0);
		return 0;
	}
	if (same(what, "objects") && argc > 2)
		return objects(argv[2]);
	if (same(what, "descriptors"))
		return descriptors();
	say("what?\n");
	return 2;
}
