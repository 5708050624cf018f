/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ioctl.c - terminals and the few controls that every descriptor has.
 * Source: FreeBSD's and NetBSD's sys/ttycom.h, sys/filio.h, sys/_termios.h,
 * termios(4); the numbers of both are the same.
 */
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* _IOR('t', 19, struct termios) and so on: direction, size, group, number */
#define G_TIOCGETA 0x402c7413ul
#define G_TIOCSETA 0x802c7414ul
#define G_TIOCSETAW 0x802c7415ul
#define G_TIOCSETAF 0x802c7416ul
#define G_TIOCGWINSZ 0x40087468ul
#define G_TIOCSWINSZ 0x80087467ul
#define G_TIOCGPGRP 0x40047477ul
#define G_TIOCSPGRP 0x80047476ul
#define G_TIOCGSID 0x40047463ul
#define G_TIOCSCTTY 0x20007461ul
#define G_TIOCNOTTY 0x20007471ul
#define G_TIOCFLUSH 0x80047410ul
#define G_TIOCDRAIN 0x2000745eul
#define G_TIOCOUTQ 0x40047473ul
#define G_TIOCPTMASTER 0x2000741cul /* FreeBSD's, as the next two */
#define G_TIOCGPTN 0x4004740ful
#define G_FIODGNAME 0x80106678ul
#define G_TIOCGRANTPT 0x20007447ul /* NetBSD's, as the next */
#define G_TIOCPTSNAME 0x48087448ul
#define G_TIOCPTSNAME_60 0x40287448ul /* NetBSD 6.0's: names of 16 bytes */
#define G_FIOCLEX 0x20006601ul
#define G_FIONCLEX 0x20006602ul
#define G_FIONREAD 0x4004667ful
#define G_FIONBIO 0x8004667eul
#define G_FIOASYNC 0x8004667dul

struct guest_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t cc[20];
	int32_t ispeed, ospeed;
};
_Static_assert(sizeof(struct guest_termios) == 44, "sys/_termios.h");

static const struct flag_pair iflags[] = {
	{ 1, IGNBRK }, { 2, BRKINT }, { 4, IGNPAR }, { 8, PARMRK },
	{ 0x10, INPCK }, { 0x20, ISTRIP }, { 0x40, INLCR }, { 0x80, IGNCR },
	{ 0x100, ICRNL }, { 0x200, IXON }, { 0x400, IXOFF }, { 0x800, IXANY },
	{ 0x2000, IMAXBEL },
};
static const struct flag_pair oflags[] = {
	{ 1, OPOST }, { 2, ONLCR }, { 0x10, OCRNL }, { 0x20, ONOCR },
	{ 0x40, ONLRET },
};
static const struct flag_pair cflags[] = {
	{ 0x400, CSTOPB }, { 0x800, CREAD }, { 0x1000, PARENB },
	{ 0x2000, PARODD }, { 0x4000, HUPCL }, { 0x8000, CLOCAL },
	{ 0x30000, CRTSCTS },
};
static const struct flag_pair lflags[] = {
	{ 1, ECHOKE }, { 2, ECHOE }, { 4, ECHOK }, { 8, ECHO },
	{ 0x10, ECHONL }, { 0x20, ECHOPRT }, { 0x40, ECHOCTL }, { 0x80, ISIG },
	{ 0x100, ICANON }, { 0x400, IEXTEN }, { 0x800, EXTPROC },
	{ 0x400000, TOSTOP }, { 0x800000, FLUSHO }, { 0x20000000, PENDIN },
	{ 0x80000000, NOFLSH },
};
/* Index: BSD's, value: Linux's. */
static const int8_t cc_of[20] = {
	VEOF, VEOL, VEOL2, VERASE, VWERASE, VKILL, VREPRINT, -1, VINTR, VQUIT,
	VSUSP, -1, VSTART, VSTOP, VLNEXT, VDISCARD, VMIN, VTIME, -1, -1,
};
static const struct { int32_t bps; uint32_t code; } speeds[] = {
	{ 0, B0 }, { 50, B50 }, { 75, B75 }, { 110, B110 }, { 134, B134 },
	{ 150, B150 }, { 200, B200 }, { 300, B300 }, { 600, B600 },
	{ 1200, B1200 }, { 1800, B1800 }, { 2400, B2400 }, { 4800, B4800 },
	{ 9600, B9600 }, { 19200, B19200 }, { 38400, B38400 },
	{ 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 },
};

#define TO_HOST(map, v) bits_to_host(map, COUNT_OF(map), v)
#define TO_GUEST(map, v) bits_to_guest(map, COUNT_OF(map), v)

static uint32_t bits_to_host(const struct flag_pair *m, size_t n, uint32_t v)
{
	uint32_t r = 0;

	for (size_t i = 0; i < n; i++)
		r |= v & m[i].guest ? m[i].host : 0;
	return r;
}

static uint32_t bits_to_guest(const struct flag_pair *m, size_t n, uint32_t v)
{
	uint32_t r = 0;

	for (size_t i = 0; i < n; i++)
		r |= v & m[i].host ? m[i].guest : 0;
	return r;
}

static int64_t get_termios(struct task *t, int fd, gaddr at)
{
	struct guest_termios g = { 0 };
	struct termios h;

	if (ioctl(fd, TCGETS, &h))
		return -errno;
	g.iflag = TO_GUEST(iflags, h.c_iflag);
	g.oflag = TO_GUEST(oflags, h.c_oflag);
	g.cflag = TO_GUEST(cflags, h.c_cflag) | (h.c_cflag & CSIZE) << 4;
	g.lflag = TO_GUEST(lflags, h.c_lflag);
	memset(g.cc, 0xff, sizeof g.cc); /* disabled */
	for (unsigned i = 0; i < sizeof g.cc; i++)
		if (cc_of[i] >= 0)
			g.cc[i] = h.c_cc[cc_of[i]];
	g.ispeed = g.ospeed = 38400;
	for (unsigned i = 0; i < COUNT_OF(speeds); i++)
		if (speeds[i].code == (h.c_cflag & CBAUD))
			g.ispeed = g.ospeed = speeds[i].bps;
	return guest_write(t, at, &g, sizeof g);
}

static int64_t set_termios(struct task *t, int fd, unsigned long how, gaddr at)
{
	struct guest_termios g;
	struct termios h;

	if (guest_read(t, &g, at, sizeof g))
		return -EFAULT;
	if (ioctl(fd, TCGETS, &h))
		return -errno;
	h.c_iflag = TO_HOST(iflags, g.iflag) | (h.c_iflag & IUTF8);
	h.c_oflag = TO_HOST(oflags, g.oflag);
	h.c_cflag = TO_HOST(cflags, g.cflag) | (g.cflag >> 4 & CSIZE);
	h.c_lflag = TO_HOST(lflags, g.lflag);
	for (unsigned i = 0; i < COUNT_OF(speeds); i++)
		if (speeds[i].bps == g.ospeed)
			h.c_cflag |= speeds[i].code;
	for (unsigned i = 0; i < sizeof g.cc; i++)
		if (cc_of[i] >= 0)
			h.c_cc[cc_of[i]] = g.cc[i] == 0xff ? 0 : g.cc[i];
	return bsd_ret(ioctl(fd, how, &h));
}

/* One int, in the direction that the guest's number says. */
static int64_t int_ioctl(struct task *t, int fd, unsigned long host, gaddr at,
			 bool in)
{
	int v = 0;

	if (in && guest_read(t, &v, at, sizeof v))
		return -EFAULT;
	if (ioctl(fd, host, &v))
		return -errno;
	return in ? 0 : guest_write(t, at, &v, sizeof v);
}

/* FreeBSD: the name of a device below /dev; of a terminal's master its slave's. */
static int64_t device_name(struct task *t, int fd, gaddr at)
{
	struct { int32_t len, pad; gaddr buf; } g;
	char link[32], path[64];
	const char *name = path;
	unsigned number;
	ssize_t n;

	if (guest_read(t, &g, at, sizeof g))
		return -EFAULT;
	if (ioctl(fd, TIOCGPTN, &number) == 0) {
		snprintf(path, sizeof path, "pts/%u", number);
	} else {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof path - 1);
		if (n < 0)
			return -errno;
		path[n] = 0;
		if (strncmp(path, "/dev/", 5))
			return -ENOTTY;
		name += 5;
	}
	if (g.len < (int32_t)strlen(name) + 1)
		return -EINVAL;
	return guest_write(t, g.buf, name, strlen(name) + 1);
}

/* NetBSD: those of a master, which needs no more to be granted than this. */
static int64_t grant_slave(int fd)
{
	int locked = 0;

	return bsd_ret(ioctl(fd, TIOCSPTLCK, &locked));
}

static int64_t pair_names(struct task *t, int fd, gaddr at, size_t room)
{
	const int32_t none[2] = { -1, -1 };
	char names[2][1024] = { "/dev/ptmx" };
	unsigned number;
	int64_t ret;

	if (ioctl(fd, TIOCGPTN, &number))
		return -errno;
	ret = grant_slave(fd);
	snprintf(names[1], room, "/dev/pts/%u", number);
	if (!ret)
		ret = guest_write(t, at, none, sizeof none);
	for (int i = 0; i < 2 && !ret; i++)
		ret = guest_write(t, at + sizeof none + i * room, names[i],
				  room);
	return ret;
}

int64_t bsd_ioctl(struct task *t, int fd, uint64_t cmd, gaddr arg)
{
	struct winsize ws;
	int v;

	switch (cmd & 0xffffffff) {
	case G_TIOCGETA:
		return get_termios(t, fd, arg);
	case G_TIOCSETA:
		return set_termios(t, fd, TCSETS, arg);
	case G_TIOCSETAW:
		return set_termios(t, fd, TCSETSW, arg);
	case G_TIOCSETAF:
		return set_termios(t, fd, TCSETSF, arg);
	case G_TIOCGWINSZ:
		if (ioctl(fd, TIOCGWINSZ, &ws))
			return -errno;
		return guest_write(t, arg, &ws, sizeof ws);
	case G_TIOCSWINSZ:
		if (guest_read(t, &ws, arg, sizeof ws))
			return -EFAULT;
		return bsd_ret(ioctl(fd, TIOCSWINSZ, &ws));
	case G_TIOCGPGRP:
		return int_ioctl(t, fd, TIOCGPGRP, arg, false);
	case G_TIOCSPGRP:
		return int_ioctl(t, fd, TIOCSPGRP, arg, true);
	case G_TIOCGSID:
		return int_ioctl(t, fd, TIOCGSID, arg, false);
	case G_TIOCOUTQ:
		return int_ioctl(t, fd, TIOCOUTQ, arg, false);
	case G_TIOCSCTTY:
		return bsd_ret(ioctl(fd, TIOCSCTTY, 0));
	case G_TIOCNOTTY:
		return bsd_ret(ioctl(fd, TIOCNOTTY));
	case G_TIOCDRAIN:
		return bsd_ret(ioctl(fd, TCSBRK, 1));
	case G_TIOCFLUSH:
		/* FREAD 1, FWRITE 2, both if 0 */
		if (guest_read(t, &v, arg, sizeof v))
			return -EFAULT;
		v &= 3;
		return bsd_ret(ioctl(fd, TCFLSH,
				     v == 1 ? TCIFLUSH :
				     v == 2 ? TCOFLUSH :
					      TCIOFLUSH));
	case G_TIOCPTMASTER:
		return bsd_ret(ioctl(fd, TIOCGPTN, &v));
	case G_TIOCGPTN:
		return int_ioctl(t, fd, TIOCGPTN, arg, false);
	case G_FIODGNAME:
		return device_name(t, fd, arg);
	case G_TIOCGRANTPT:
		return grant_slave(fd);
	case G_TIOCPTSNAME:
		return pair_names(t, fd, arg, 1024);
	case G_TIOCPTSNAME_60:
		return pair_names(t, fd, arg, 16);
	case G_FIOCLEX:
		return bsd_ret(fcntl(fd, F_SETFD, FD_CLOEXEC));
	case G_FIONCLEX:
		return bsd_ret(fcntl(fd, F_SETFD, 0));
	case G_FIONREAD:
		return int_ioctl(t, fd, FIONREAD, arg, false);
	case G_FIONBIO:
		return int_ioctl(t, fd, FIONBIO, arg, true);
	case G_FIOASYNC:
		return int_ioctl(t, fd, FIOASYNC, arg, true);
	default:
		if (fcntl(fd, F_GETFD) < 0)
			return -errno;
		log_debug(LOG_FILE, "ioctl %#llx is not known",
			  (unsigned long long)cmd);
		return -ENOTTY;
	}
}
