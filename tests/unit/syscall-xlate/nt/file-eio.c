/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A failing disk: a FUSE file system of our own, served by a child, whose file
 * "bad" is there but answers reads, writes and flushes with EIO; its folder
 * "broken" cannot be listed.  Needs /dev/fuse and a mount namespace.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/file-fixture.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"

enum { BAD = 2, BROKEN = 3, SIZE = 10000 };

static pid_t server;

/* ---- the file system ------------------------------------------------- */

static void reply(int fd, const struct fuse_in_header *in, int err,
		  const void *data, size_t n)
{
	char buf[512];
	struct fuse_out_header out = { .len = (uint32_t)(sizeof out + n),
				       .error = -err,
				       .unique = in->unique };

	memcpy(buf, &out, sizeof out);
	if (n)
		memcpy(buf + sizeof out, data, n);
	if (write(fd, buf, out.len) < 0)
		_exit(1);
}

static struct fuse_attr attr_of(uint64_t ino)
{
	bool dir = ino != BAD;

	return (struct fuse_attr){ .ino = ino,
				   .size = dir ? 0 : SIZE,
				   .mode = dir ? S_IFDIR | 0777
					       : S_IFREG | 0666,
				   .nlink = 1,
				   .blksize = 4096 };
}

static void look_up(int fd, const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out e = { 0 };

	e.nodeid = !strcmp(name, "bad")	     ? BAD
		   : !strcmp(name, "broken") ? BROKEN
					     : 0;
	if (!e.nodeid) {
		reply(fd, in, ENOENT, NULL, 0);
		return;
	}
	e.attr = attr_of(e.nodeid);
	reply(fd, in, 0, &e, sizeof e);
}

static void serve(int fd)
{
	static char buf[FUSE_MIN_READ_BUFFER + 65536];
	struct fuse_in_header *in = (struct fuse_in_header *)buf;

	for (;;) {
		ssize_t n = read(fd, buf, sizeof buf);
		struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
					      .minor = FUSE_KERNEL_MINOR_VERSION,
					      .max_write = 65536 };
		struct fuse_attr_out attr = { 0 };
		struct fuse_open_out open = { .open_flags = FOPEN_DIRECT_IO };
		struct fuse_statfs_out fs = { .st = { .blocks = 100,
						      .bsize = 4096,
						      .frsize = 4096,
						      .namelen = 255 } };

		if (n < 0 && (errno == EINTR || errno == ENOENT))
			continue;
		if (n < (ssize_t)sizeof *in)
			_exit(0);
		switch (in->opcode) {
		case FUSE_INIT:
			reply(fd, in, 0, &init, sizeof init);
			break;
		case FUSE_LOOKUP:
			look_up(fd, in, buf + sizeof *in);
			break;
		case FUSE_GETATTR:
		case FUSE_SETATTR:
			attr.attr = attr_of(in->nodeid);
			reply(fd, in, in->opcode == FUSE_SETATTR ? EIO : 0,
			      &attr, in->opcode == FUSE_SETATTR ? 0
								: sizeof attr);
			break;
		case FUSE_OPEN:
		case FUSE_OPENDIR:
			reply(fd, in, 0, &open, sizeof open);
			break;
		case FUSE_STATFS:
			reply(fd, in, 0, &fs, sizeof fs);
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
			break; /* have no answer */
		case FUSE_RELEASE:
		case FUSE_RELEASEDIR:
			reply(fd, in, 0, NULL, 0);
			break;
		case FUSE_GETXATTR:
		case FUSE_LISTXATTR:
			reply(fd, in, EOPNOTSUPP, NULL, 0);
			break;
		default: /* the disk does not answer */
			reply(fd, in, EIO, NULL, 0);
		}
	}
}

static void write_text(const char *path, const char *fmt, int a)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fprintf(f, fmt, a);
	fclose(f);
}

/* In place of root.  False: not allowed here. */
static bool mount_bad(void)
{
	int uid = (int)getuid(), gid = (int)getgid(), fd;
	char options[100];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	write_text("/proc/self/setgroups", "deny", 0);
	write_text("/proc/self/uid_map", "0 %d 1", uid);
	write_text("/proc/self/gid_map", "0 %d 1", gid);
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	snprintf(options, sizeof options,
		 "fd=%d,rootmode=40777,user_id=0,group_id=0", fd);
	if (mount("bad", root, "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
		close(fd);
		return false;
	}
	server = fork();
	if (!server)
		serve(fd);
	close(fd);
	return server > 0;
}

/* ---- the test -------------------------------------------------------- */

START_TEST(failing_disk)
{
	uint64_t h, dir;
	int64_t zero = 0;
	char s[100];
	uint32_t on = 1;
	uint8_t info[8];

	if (!mount_bad()) {
		puts("# no FUSE here: not tested");
		return;
	}
	ck_assert_uint_eq(open_as("bad", GENERIC_READ | GENERIC_WRITE | 0x110000,
				  7, FILE_OPEN, SYNC, &h),
			  0);
	for (int i = 0; i < 100; i++) {
		ck_assert_uint_eq(get(h, s, 10, &zero), STATUS_IO_DEVICE_ERROR);
		ck_assert_uint_eq(put(h, "x", &zero), STATUS_IO_DEVICE_ERROR);
	}
	ck_assert_uint_eq(nt_flush_buffers_file(t, h, GADDR(&iosb)),
			  STATUS_IO_DEVICE_ERROR);
	memset(info, 0, sizeof info);
	ck_assert_uint_eq(nt_set_information_file(t, h, GADDR(&iosb),
						  GADDR(info), 8, 20),
			  STATUS_IO_DEVICE_ERROR);
	/* The name cannot be taken away, and that is told. */
	on = 3;
	ck_assert_uint_eq(nt_set_information_file(t, h, GADDR(&iosb),
						  GADDR(&on), 4, 64),
			  STATUS_IO_DEVICE_ERROR);
	closes(h);
	ck_assert_uint_eq(open_as("new", GENERIC_WRITE | 0x100000, 7,
				  FILE_CREATE, SYNC, &h),
			  STATUS_IO_DEVICE_ERROR);
	ck_assert_uint_eq(open_as("new", 0x100001, 7, FILE_CREATE, SYNC | 1,
				  &h),
			  STATUS_IO_DEVICE_ERROR);
	ck_assert_uint_eq(open_as("broken", 0x100001, 7, FILE_OPEN, SYNC | 1,
				  &dir),
			  0);
	{
		char list[1024];

		ck_assert_uint_eq(
			nt_query_directory_file(t, dir, 0, 0, 0, GADDR(&iosb),
						GADDR(list), sizeof list, 1, 0,
						0, 1),
			STATUS_IO_DEVICE_ERROR);
	}
	closes(dir);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	umount2(root, MNT_DETACH);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/file-eio");
	TCase *tc = tcase_create("file-eio");

	tcase_add_checked_fixture(tc, file_setup, file_teardown);
	tcase_add_test(tc, failing_disk);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
