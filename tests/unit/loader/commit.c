/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests of loader/commit.c, with layers made by hand: "up" is the layer,
 * "host" what it is written to.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "loader/commit.h"
#include "tests/lib/unit.h"

static char work[64];
static struct policy_mount mount;
static struct policy policy_of = { .mounts = &mount,
				   .nmounts = 1,
				   .commit = true };

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void setup(void)
{
	strcpy(work, "commit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(work));
	ck_assert_int_eq(chdir(work), 0);
	ck_assert_int_eq(mkdir("up", 0755), 0);
	ck_assert_int_eq(mkdir("host", 0755), 0);
	mount.host = realpath("host", NULL);
	mount.mode = MOUNT_COW;
}

static void teardown(void)
{
	free(mount.host);
	ck_assert_int_eq(chdir(".."), 0);
	nftw(work, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void holds(const char *path, const char *text)
{
	char buf[64] = "";
	int fd = open(path, O_RDONLY);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_ge(read(fd, buf, sizeof buf - 1), 0);
	close(fd);
	ck_assert_str_eq(buf, text);
}

static void prepare(void)
{
	struct err e;

	ck_assert_int_eq(commit_prepare(&policy_of, &e), 0);
	ck_assert_int_eq(commit_send(0, "up"), 0);
	commit_sent();
}

static bool apply(void)
{
	prepare();
	return commit_apply(&policy_of);
}

START_TEST(folders)
{
	struct stat st;

	put("host/file", "old");
	put("host/gone", "old");
	mkdir("host/same", 0755);
	put("host/same/kept", "kept");
	mkdir("host/hidden", 0755);
	put("host/hidden/gone", "old");
	mkdir("host/was", 0755);
	put("host/was/gone", "old");

	put("up/file", "new");
	chmod("up/file", 0751);
	ck_assert_int_eq(mknod("up/gone", S_IFCHR, 0), 0);
	mkdir("up/same", 0700);
	put("up/same/new", "new");
	put("up/was", "a file");
	ck_assert_int_eq(symlink("/nowhere", "up/link"), 0);
	mkdir("up/hidden", 0755);
	if (setxattr("up/hidden", "user.overlay.opaque", "y", 1, 0) < 0)
		rmdir("up/hidden");

	ck_assert(apply());
	holds("host/file", "new");
	ck_assert_int_eq(stat("host/file", &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0751);
	ck_assert_int_lt(access("host/gone", F_OK), 0);
	holds("host/same/kept", "kept");
	holds("host/same/new", "new");
	ck_assert_int_eq(stat("host/same", &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	holds("host/was", "a file");
	ck_assert_int_eq(lstat("host/link", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	if (access("up/hidden", F_OK) == 0)
		ck_assert_int_lt(access("host/hidden/gone", F_OK), 0);
}
END_TEST

START_TEST(attributes)
{
	static char big[60000], got[sizeof big];

	memset(big, 'b', sizeof big);
	mkdir("host/dir", 0755);
	mkdir("up/dir", 0755);
	put("up/file", "x");
	/* Not all file systems have them, or large ones. */
	if (setxattr("host/dir", "user.gone", "1", 1, 0) < 0)
		return;
	ck_assert_int_eq(setxattr("up/dir", "user.new", "2", 1, 0), 0);
	ck_assert_int_eq(setxattr("up/dir", "user.overlay.x", "2", 1, 0), 0);
	bool large = setxattr("up/file", "user.big", big, sizeof big, 0) == 0;

	ck_assert(apply());
	ck_assert_int_lt(getxattr("host/dir", "user.gone", NULL, 0), 0);
	ck_assert_int_eq(getxattr("host/dir", "user.new", NULL, 0), 1);
	ck_assert_int_lt(getxattr("host/dir", "user.overlay.x", NULL, 0), 0);
	if (large) {
		ck_assert_int_eq(
			getxattr("host/file", "user.big", got, sizeof got),
			sizeof got);
		ck_assert_mem_eq(big, got, sizeof big);
	}
}
END_TEST

/* More files with two names than there are descriptors. */
START_TEST(twins)
{
	const struct rlimit few = { 64, 64 };
	char a[64], b[64];
	struct stat x, y;

	mkdir("up/dir", 0755);
	mkdir("up/dir/deep", 0755);
	for (int i = 0; i < 200; i++) {
		snprintf(a, sizeof a, "up/%sf%d", i % 2 ? "dir/deep/" : "", i);
		snprintf(b, sizeof b, "up/dir/g%d", i);
		put(a, "x");
		ck_assert_int_eq(link(a, b), 0);
	}
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert(apply());
	for (int i = 0; i < 200; i++) {
		snprintf(a, sizeof a, "host/%sf%d", i % 2 ? "dir/deep/" : "",
			 i);
		snprintf(b, sizeof b, "host/dir/g%d", i);
		ck_assert_int_eq(stat(a, &x), 0);
		ck_assert_int_eq(stat(b, &y), 0);
		ck_assert_uint_eq(x.st_ino, y.st_ino);
		ck_assert_uint_eq(x.st_nlink, 2);
	}
}
END_TEST

START_TEST(holes)
{
	const off_t size = (off_t)1 << 40;
	int fd = open("up/file", O_WRONLY | O_CREAT, 0600);
	char c[2] = "";
	struct stat st;

	ck_assert_int_eq(pwrite(fd, "a", 1, size / 2), 1);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	close(fd);
	ck_assert(apply());
	fd = open("host/file", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, size);
	ck_assert_int_lt(st.st_blocks, 10000);
	ck_assert_int_eq(pread(fd, c, 1, size / 2), 1);
	ck_assert_str_eq(c, "a");
	close(fd);
}
END_TEST

/* What cannot be written is said, and the rest is written. */
START_TEST(pipes)
{
	ck_assert_int_eq(mkfifo("up/pipe", 0600), 0);
	put("up/a", "a");
	put("up/z", "z");
	ck_assert(!apply());
	holds("host/a", "a");
	holds("host/z", "z");
	ck_assert_int_lt(access("host/pipe", F_OK), 0);
}
END_TEST

/* The folder is the one that it was at the start. */
START_TEST(moved)
{
	put("up/a", "a");
	prepare();
	mkdir("other", 0755);
	ck_assert_int_eq(rename("host", "moved"), 0);
	ck_assert_int_eq(symlink("other", "host"), 0);
	ck_assert(commit_apply(&policy_of));
	holds("moved/a", "a");
	ck_assert_int_lt(access("other/a", F_OK), 0);
}
END_TEST

static void with_signal(int sig)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	put("up/a", "a");
	raise(sig);
}

START_TEST(ended)
{
	with_signal(SIGTERM);
	ck_assert(!apply());
	ck_assert_int_lt(access("host/a", F_OK), 0);
}
END_TEST

/* One that came before the program ended was for the program. */
START_TEST(interrupted)
{
	with_signal(SIGINT);
	ck_assert(apply());
	holds("host/a", "a");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("commit");
	TCase *tc = tcase_create("commit");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, folders);
	tcase_add_test(tc, attributes);
	tcase_add_test(tc, twins);
	tcase_add_test(tc, holes);
	tcase_add_test(tc, pipes);
	tcase_add_test(tc, moved);
	tcase_add_test(tc, ended);
	tcase_add_test(tc, interrupted);
	return unit_run(s);
}
