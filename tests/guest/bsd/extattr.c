/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extended attributes: set, read, listed, deleted; by path, link and descriptor. */
#include "bsd.h"

#ifdef FREEBSD
enum {
	SET_FILE = 356, GET_FILE = 357, DELETE_FILE = 358, SET_FD = 371,
	GET_FD = 372, DELETE_FD = 373, SET_LINK = 412, GET_LINK = 413,
	DELETE_LINK = 414, LIST_FD = 437, LIST_FILE = 438, LIST_LINK = 439,
	ENOATTR = 87,
};
#else
enum {
	SET_FILE = 361, GET_FILE = 362, DELETE_FILE = 363, SET_FD = 364,
	GET_FD = 365, DELETE_FD = 366, SET_LINK = 367, GET_LINK = 368,
	DELETE_LINK = 369, LIST_FD = 370, LIST_FILE = 371, LIST_LINK = 372,
	ENOATTR = 93,
};
#endif
enum { USER = 1, SYSTEM = 2, EPERM = 1, EOPNOTSUPP = 45, ENAMETOOLONG = 63,
       SYS_symlink = 57, SYS_geteuid = 25 };

static u8 buf[4096];

static int same(const void *a, const void *b, u64 n)
{
	const u8 *x = a, *y = b;

	while (n--)
		if (*x++ != *y++)
			return 0;
	return 1;
}

/* Is there an entry like this in a list of n bytes? */
static int listed(i64 n, const char *name)
{
	for (i64 i = 0; i < n; i += 1 + buf[i])
		if (buf[i] == length(name) && same(buf + i + 1, name, buf[i]))
			return 1;
	return 0;
}

static void by_path(const char *path)
{
	i64 n;

	FAILS(CALL(GET_FILE, path, USER, "colour", buf, 10), ENOATTR);
	FAILS(CALL(DELETE_FILE, path, USER, "colour"), ENOATTR);
	EQUAL(CALL(SET_FILE, path, USER, "colour", "green", 5), 5);
	EQUAL(CALL(SET_FILE, path, USER, "empty", "", 0), 0);
	EQUAL(CALL(GET_FILE, path, USER, "colour", buf, sizeof buf), 5);
	CHECK(same(buf, "green", 5));
	/* As of read(2): a part; and without a buffer the size. */
	memset(buf, 'x', 8);
	EQUAL(CALL(GET_FILE, path, USER, "colour", buf, 3), 3);
	CHECK(same(buf, "grexx", 5));
	EQUAL(CALL(GET_FILE, path, USER, "colour", 0, 0), 5);
	EQUAL(CALL(GET_FILE, path, USER, "colour", buf, 0), 0);
	EQUAL(CALL(GET_FILE, path, USER, "empty", buf, 10), 0);
	EQUAL(CALL(SET_FILE, path, USER, "colour", "red", 3), 3);
	EQUAL(CALL(GET_LINK, path, USER, "colour", buf, 10), 3);

	n = CALL(LIST_FILE, path, USER, 0, 0);
	EQUAL(CALL(LIST_FILE, path, USER, buf, sizeof buf), n);
	CHECK(listed(n, "colour"));
	CHECK(listed(n, "empty"));
	CHECK(!listed(n, "colou"));
	EQUAL(CALL(LIST_FILE, path, USER, buf, 2), 2);
	EQUAL(CALL(LIST_LINK, path, USER, 0, 0), n);
	EQUAL(CALL(DELETE_FILE, path, USER, "empty"), 0);
	EQUAL(CALL(LIST_FILE, path, USER, buf, sizeof buf), n - 6);
	CHECK(!listed(n - 6, "empty"));
}

static void by_fd(int fd)
{
	EQUAL(CALL(GET_FD, fd, USER, "colour", buf, 10), 3);
	EQUAL(CALL(SET_FD, fd, USER, "size", "7", 1), 1);
	EQUAL(CALL(LIST_FD, fd, USER, buf, sizeof buf), 7 + 5);
	CHECK(listed(12, "size"));
	EQUAL(CALL(DELETE_FD, fd, USER, "size"), 0);
	FAILS(CALL(DELETE_FD, fd, USER, "size"), ENOATTR);
	FAILS(CALL(GET_FD, 99, USER, "colour", buf, 10), EBADF);
	FAILS(CALL(GET_FD, -1, USER, "colour", buf, 10), EBADF);
	FAILS(CALL(SET_FD, -1, USER, "colour", buf, 1), EBADF);
	FAILS(CALL(DELETE_FD, -1, USER, "colour"), EBADF);
	FAILS(CALL(LIST_FD, -1, USER, buf, 10), EBADF);
}

static void refused(const char *path, int fd)
{
	static char name[300];

	FAILS(CALL(GET_FILE, path, 3, "colour", buf, 10), EINVAL);
	FAILS(CALL(GET_FILE, path, USER, "", buf, 10), EINVAL);
	memset(name, 'n', sizeof name - 1);
	FAILS(CALL(GET_FILE, path, USER, name, buf, 10), ENAMETOOLONG);
	FAILS(CALL(GET_FILE, "missing", USER, "colour", buf, 10), ENOENT);
	FAILS(CALL(GET_FILE, path, USER, "colour", 8, 10), EFAULT);
	FAILS(CALL(SET_FILE, path, USER, "colour", 8, 10), EFAULT);
	FAILS(CALL(GET_FILE, path, USER, 8, buf, 10), EFAULT);
	if (CALL(SYS_geteuid)) {
		FAILS(CALL(GET_FD, fd, SYSTEM, "colour", buf, 10), EPERM);
		FAILS(CALL(SET_FD, fd, SYSTEM, "colour", "x", 1), EPERM);
		FAILS(CALL(LIST_FD, fd, SYSTEM, buf, 10), EPERM);
	}
}

#ifdef NETBSD
enum {
	SETXATTR = 375, LSETXATTR, FSETXATTR, GETXATTR, LGETXATTR, FGETXATTR,
	LISTXATTR, LLISTXATTR, FLISTXATTR, REMOVEXATTR, LREMOVEXATTR,
	FREMOVEXATTR, CREATE = 1, REPLACE = 2, ERANGE = 34, ENODATA = 89,
};

static void as_linux_has_it(const char *path, int fd)
{
	i64 n;

	EQUAL(CALL(GETXATTR, path, "user.colour", buf, 10), 3);
	CHECK(same(buf, "red", 3));
	EQUAL(CALL(FGETXATTR, fd, "user.colour", buf, 0), 3);
	FAILS(CALL(LGETXATTR, path, "user.colour", buf, 2), ERANGE);
	FAILS(CALL(GETXATTR, path, "user.none", buf, 10), ENODATA);
	FAILS(CALL(GETXATTR, path, "colour", buf, 10), EINVAL);
	FAILS(CALL(GETXATTR, path, "user.", buf, 10), EINVAL);
	FAILS(CALL(SETXATTR, path, "user.colour", "x", 1, CREATE), EEXIST);
	FAILS(CALL(SETXATTR, path, "user.none", "x", 1, REPLACE), ENODATA);
	FAILS(CALL(SETXATTR, path, "user.none", "x", 1, 4), EINVAL);
	EQUAL(CALL(FSETXATTR, fd, "user.more", "abcd", 4, CREATE), 0);
	EQUAL(CALL(LSETXATTR, path, "user.more", "efg", 3, REPLACE), 0);
	EQUAL(CALL(GET_FD, fd, USER, "more", buf, 10), 3);
	n = CALL(LISTXATTR, path, buf, 0);
	EQUAL(n, 12 + 10);
	EQUAL(CALL(FLISTXATTR, fd, buf, sizeof buf), n);
	CHECK(same(buf, "user.colour\0user.more", n) ||
	      same(buf, "user.more\0user.colour", n));
	FAILS(CALL(LLISTXATTR, path, buf, n - 1), ERANGE);
	EQUAL(CALL(REMOVEXATTR, path, "user.more"), 0);
	FAILS(CALL(LREMOVEXATTR, path, "user.more"), ENODATA);
	FAILS(CALL(FREMOVEXATTR, fd, "user.more"), ENODATA);
}
#endif

/* Of a link it is the file's, or its own, of which there are none. */
static void by_link(void)
{
	i64 made = CALL(SYS_symlink, "attr-file", "attr-link");

	/* A sandbox without namespaces lets nobody make links. */
	if (made == -1 && last_errno == EPERM)
		return;
	EQUAL(made, 0);
	EQUAL(CALL(GET_FILE, "attr-link", USER, "colour", buf, 10), 3);
	FAILS(CALL(GET_LINK, "attr-link", USER, "colour", buf, 10), ENOATTR);
	EQUAL(CALL(LIST_LINK, "attr-link", USER, buf, 10), 0);
}

int test_main(int argc, char **argv)
{
	int fd = (int)CALL(SYS_open, "attr-file", O_CREAT | O_RDWR, 0600);

	CHECK(fd >= 0);
	if (CALL(SET_FD, fd, USER, "probe", "", 0) < 0 &&
	    last_errno == EOPNOTSUPP) {
		say("no attributes in this file system\n");
		CALL(SYS_unlink, "attr-file");
		return 0;
	}
	EQUAL(CALL(DELETE_FD, fd, USER, "probe"), 0);
	by_path("attr-file");
	by_fd(fd);
#ifdef NETBSD
	as_linux_has_it("attr-file", fd);
#endif
	refused("attr-file", fd);

	by_link();
	CALL(SYS_unlink, "attr-link");
	CALL(SYS_unlink, "attr-file");
	return failed;
}
