/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pty.c - a pair of terminals, as each system's libc opens one. */
#include "bsd.h"

enum { SYS_IOCTL = 54, NOCTTY = 0x8000 };
#define TIOCGETA 0x402c7413ul
#define TIOCSETA 0x802c7414ul
#define TIOCGWINSZ 0x40087468ul
#define TIOCSWINSZ 0x80087467ul
#define TIOCPTMASTER 0x2000741cul
#define TIOCGPTN 0x4004740ful
#define FIODGNAME 0x80106678ul
#define TIOCGRANTPT 0x20007447ul
#define TIOCPTSNAME 0x48087448ul
#define TIOCPTSNAME_60 0x40287448ul

static char name[1024];

static int starts_with(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

static i64 open_master(void)
{
	i64 fd, null = CALL(SYS_open, "/dev/null", O_RDWR, 0);
#ifdef FREEBSD
	struct { i32 len; char *at; } g = { sizeof name - 5, name + 5 };
	i32 number = -1, n = 0;

	fd = CALL(504, O_RDWR | NOCTTY); /* posix_openpt */
	if (fd < 0)
		return -1;
	EQUAL(CALL(SYS_IOCTL, fd, TIOCPTMASTER, 0), 0);
	CHECK(CALL(SYS_IOCTL, null, TIOCPTMASTER, 0) == -1);
	memcpy(name, "/dev/", 5);
	EQUAL(CALL(SYS_IOCTL, fd, FIODGNAME, &g), 0);
	EQUAL(CALL(SYS_IOCTL, fd, TIOCGPTN, &number), 0);
	for (const char *p = name + 9; *p; p++)
		n = n * 10 + *p - '0';
	EQUAL(number, n);
	g.len = 3;
	FAILS(CALL(SYS_IOCTL, fd, FIODGNAME, &g), EINVAL);
	g.len = 100;
	g.at = (char *)8;
	FAILS(CALL(SYS_IOCTL, fd, FIODGNAME, &g), EFAULT);
	g.at = name + 512;
	EQUAL(CALL(SYS_IOCTL, null, FIODGNAME, &g), 0);
	CHECK(starts_with(name + 512, "null"));
#else
	static struct { i32 master, slave; char names[2][1024]; } g;
	struct { i32 master, slave; char names[2][16]; u64 after; } old = {
		.after = 4711,
	};

	fd = CALL(SYS_open, "/dev/ptmx", O_RDWR | NOCTTY, 0);
	if (fd < 0)
		return -1;
	EQUAL(CALL(SYS_IOCTL, fd, TIOCGRANTPT, 0), 0);
	EQUAL(CALL(SYS_IOCTL, fd, TIOCPTSNAME, &g), 0);
	EQUAL(g.slave, -1);
	CHECK(starts_with(g.names[0], "/dev/"));
	memcpy(name, g.names[1], sizeof name);
	EQUAL(CALL(SYS_IOCTL, fd, TIOCPTSNAME_60, &old), 0);
	CHECK(starts_with(old.names[1], name));
	EQUAL(old.after, 4711);
	FAILS(CALL(SYS_IOCTL, fd, TIOCPTSNAME, 8), EFAULT);
	CHECK(CALL(SYS_IOCTL, null, TIOCPTSNAME, &g) == -1);
	CHECK(CALL(SYS_IOCTL, null, TIOCGRANTPT, 0) == -1);
#endif
	CALL(SYS_close, null);
	CHECK(starts_with(name, "/dev/pts/"));
	return fd;
}

int test_main(int argc, char **argv)
{
	struct { u32 flags[4]; u8 cc[20]; i32 speed[2]; } tty;
	u16 size[4] = { 25, 100, 0, 0 };
	i64 master = open_master(), slave;
	char text[16] = { 0 };

	slave = master < 0 ? -1 : CALL(SYS_open, name, O_RDWR | NOCTTY, 0);
	CHECK(slave >= 0);
	EQUAL(CALL(SYS_IOCTL, master, TIOCSWINSZ, size), 0);
	size[0] = 0;
	EQUAL(CALL(SYS_IOCTL, slave, TIOCGWINSZ, size), 0);
	EQUAL(size[0], 25);
	EQUAL(CALL(SYS_write, master, "line\n", 5), 5);
	EQUAL(CALL(SYS_read, slave, text, 16), 5);
	EQUAL(CALL(SYS_read, master, text, 16), 6); /* the echo */
	EQUAL(text[4], '\r');
	EQUAL(CALL(SYS_IOCTL, slave, TIOCGETA, &tty), 0);
	tty.flags[3] &= ~8u; /* ECHO */
	tty.flags[1] &= ~1u; /* OPOST */
	EQUAL(CALL(SYS_IOCTL, slave, TIOCSETA, &tty), 0);
	EQUAL(CALL(SYS_write, master, "word\n", 5), 5);
	EQUAL(CALL(SYS_write, slave, "a\nb", 3), 3);
	EQUAL(CALL(SYS_read, master, text, 16), 3);
	return 0;
}
