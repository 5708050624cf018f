/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests of loader/jail-calls.c and jail-files.c.  Each case is a child
 * process that enters the jail and tries one thing.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/jail.h"
#include "tests/lib/unit.h"

enum { DIES = -1, GOES = 0 }; /* else the errno expected */

struct call_case {
	const char *what;
	long nr;
	long a[4];
	enum policy_net net;
	bool vm, alone;
	int want;
};

static const struct call_case cases[] = {
	{ "ptrace", SYS_ptrace, { 0 }, .want = DIES },
	{ "mount", SYS_mount, { 0 }, .want = DIES },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER }, .want = DIES },
	{ "setns", SYS_setns, { 0 }, .want = DIES },
	{ "bpf", SYS_bpf, { 0 }, .want = DIES },
	{ "io_uring_setup", SYS_io_uring_setup, { 0 }, .want = DIES },
	{ "userfaultfd", SYS_userfaultfd, { 0 }, .want = DIES },
	{ "perf_event_open", SYS_perf_event_open, { 0 }, .want = DIES },
	{ "keyctl", SYS_keyctl, { 0 }, .want = DIES },
	{ "init_module", SYS_init_module, { 0 }, .want = DIES },
	{ "open_by_handle_at", SYS_open_by_handle_at, { 0 }, .want = DIES },
	{ "setuid", SYS_setuid, { 0 }, .want = EPERM },
	{ "seccomp", SYS_seccomp, { 0 }, .want = DIES },
	{ "chroot", SYS_chroot, { 0 }, .want = EPERM },
	{ "clock_settime", SYS_clock_settime, { 0 }, .want = EPERM },
	{ "getresuid", SYS_getresuid, { 0 }, .want = EFAULT },
	{ "kexec_load", SYS_kexec_load, { 0 }, .want = DIES },
	{ "pivot_root", SYS_pivot_root, { 0 }, .want = DIES },
	{ "a number of x32", SYS_getpid | 0x40000000, { 0 }, .want = DIES },
	{ "no such call", 999, { 0 }, .want = DIES },
	{ "a namespace by clone", SYS_clone, { CLONE_NEWUSER | SIGCHLD },
	  .want = DIES },
	{ "another filter", SYS_prctl, { PR_SET_SECCOMP, 2 }, .want = DIES },
	{ "clone3", SYS_clone3, { 0 }, .want = ENOSYS },
	{ "process_vm_readv", SYS_process_vm_readv, { 0 }, .want = EPERM },
	{ "chmod by name", SYS_chmod, { (long)"/", 0777 }, .want = EPERM },
	{ "chmod by name, alone", SYS_chmod, { (long)"/no/such/file", 0777 },
	  .alone = true, .want = ENOENT },
	{ "utimensat by name", SYS_utimensat,
	  { AT_FDCWD, (long)"/no/such/file" }, .want = EPERM },
	{ "utimensat by descriptor", SYS_utimensat, { 999, 0 }, .want = EBADF },
	{ "a device", SYS_mknodat,
	  { AT_FDCWD, (long)"/no/such/b", S_IFCHR | 0600, 0x103 },
	  .want = EPERM },
	{ "a pipe by name", SYS_mknodat,
	  { AT_FDCWD, (long)"/no/such/b", S_IFIFO | 0600, 0 }, .want = ENOENT },
	{ "symlink", SYS_symlink, { (long)"a", (long)"/no/such/b" },
	  .want = EPERM },
	{ "typing", SYS_ioctl, { 0, TIOCSTI, 0 }, .want = EPERM },
	{ "socket", SYS_socket, { AF_INET, SOCK_STREAM, 0 }, .want = EACCES },
	{ "packet socket", SYS_socket, { AF_PACKET, SOCK_RAW, 0 }, .net = POLICY_NET_ALL,
	  .want = EACCES },
	{ "netlink socket", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 },
	  .net = POLICY_NET_ALL, .want = EACCES },
	{ "socket with net", SYS_socket, { AF_INET, SOCK_STREAM, 0 },
	  .net = POLICY_NET_ALL, .want = GOES },
	{ "socket with hosts", SYS_socket, { AF_INET6, SOCK_STREAM | SOCK_CLOEXEC },
	  .net = POLICY_NET_PEERS, .want = GOES },
	{ "datagrams with hosts", SYS_socket, { AF_INET, SOCK_DGRAM },
	  .net = POLICY_NET_PEERS, .want = EACCES },
	{ "packets with hosts", SYS_socket, { AF_PACKET, SOCK_STREAM },
	  .net = POLICY_NET_PEERS, .want = EACCES },
	{ "sendto that connects", SYS_sendto, { -1, 0, 0, MSG_FASTOPEN },
	  .net = POLICY_NET_PEERS, .want = EPERM },
	{ "sendmsg that connects", SYS_sendmsg, { -1, 0, MSG_FASTOPEN },
	  .net = POLICY_NET_PEERS, .want = EPERM },
	{ "sendmsg", SYS_sendmsg, { -1, 0, MSG_NOSIGNAL },
	  .net = POLICY_NET_PEERS, .want = EBADF },
	{ "sendmmsg that connects", SYS_sendmmsg, { -1, 0, 0, MSG_FASTOPEN },
	  .net = POLICY_NET_PEERS, .want = EPERM },
	{ "listen with hosts", SYS_listen, { -1, 5 },
	  .net = POLICY_NET_PEERS, .want = EPERM },
	{ "listen with both", SYS_listen, { -1, 5 },
	  .net = POLICY_NET_PEERS | POLICY_NET_LOOPBACK, .want = EPERM },
	{ "listen on a loopback", SYS_listen, { -1, 5 },
	  .net = POLICY_NET_LOOPBACK, .want = EBADF },
	{ "datagrams on a loopback", SYS_socket, { AF_INET, SOCK_DGRAM },
	  .net = POLICY_NET_LOOPBACK, .want = GOES },
	{ "datagrams on a loopback, with hosts", SYS_socket,
	  { AF_INET, SOCK_DGRAM },
	  .net = POLICY_NET_LOOPBACK | POLICY_NET_PEERS, .want = GOES },
	{ "sendto that connects, with both", SYS_sendto,
	  { -1, 0, 0, MSG_FASTOPEN },
	  .net = POLICY_NET_LOOPBACK | POLICY_NET_PEERS, .want = EPERM },
	{ "a segment", SYS_shmat, { -1 }, .vm = true, .alone = true,
	  .want = EINVAL },
	{ "a segment of the host's", SYS_shmat, { -1 }, .vm = true,
	  .want = ENOSYS },
	{ "Unix socket", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 }, .want = GOES },
	{ "getpid", SYS_getpid, { 0 }, .want = GOES },
};

/* The child's exit status: an errno, 0, or 255 if there is no jail. */
static int outcome(const struct call_case *c)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = { 0 };
		long r;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (jail_calls(c->net, c->vm, c->alone, &e))
			_exit(255);
		r = syscall(c->nr, c->a[0], c->a[1], c->a[2], c->a[3], -1, 0);
		_exit(r < 0 ? errno : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? DIES : 254;
	return WEXITSTATUS(status);
}

START_TEST(calls)
{
	const struct call_case *c = &cases[_i];
	int got = outcome(c);

	ck_assert_msg(got == c->want, "%s: got %d, want %d", c->what, got,
		      c->want);
}
END_TEST

/* Executable memory: refused to a static program's monitor only. */
START_TEST(executable)
{
	const struct call_case map = {
		"mmap", SYS_mmap,
		{ 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS },
		.vm = true,
	};
	const struct call_case attach = {
		"shmat", SYS_shmat, { -1, 0, SHM_EXEC }, .vm = true, .alone = true,
	};

	ck_assert_int_eq(outcome(&map), getauxval(AT_BASE) ? GOES : DIES);
	ck_assert_int_eq(outcome(&attach), getauxval(AT_BASE) ? EINVAL : DIES);
}
END_TEST

/* ---- files ---------------------------------------------------------------- */

static char in[] = "/tmp/jail-in.XXXXXX", out[] = "/tmp/jail-out.XXXXXX";
static char own[] = "/tmp/jail-own.XXXXXX";

static int in_jail(enum mount_mode mode, const char *path,
		   int (*fn)(const char *path, int arg), int arg)
{
	struct policy_mount m = { .host = in, .mode = mode, .is_dir = true };
	struct policy p = { .mounts = &m, .nmounts = 1, .own = own };
	struct jail_paths paths = { .program = "/proc/self/exe", .dlls = own };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = { 0 };

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (jail_files(&p, &paths, false, &e)) {
			fprintf(stderr, "# %s\n", e.text);
			_exit(255);
		}
		_exit(fn(path, arg) < 0 ? errno : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int do_open(const char *path, int flags)
{
	return open(path, flags, 0600);
}

static int try_open(enum mount_mode mode, const char *dir, const char *name,
		    int flags)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return in_jail(mode, path, do_open, flags);
}

static int do_remove(const char *path, int unused)
{
	return unlink(path);
}

static int try_remove(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", own, name);
	return in_jail(MOUNT_RW, path, do_remove, 0);
}

static void put(const char *dir, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

/* What the sandbox's folder consists of (loader/sandbox.c). */
static const char *const folders[] = { "data", "run", "drives", "slots" };

static char *in_own(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", own, name);
	return path;
}

START_TEST(files)
{
	char link[128], target[128];

	ck_assert(mkdtemp(in) && mkdtemp(out) && mkdtemp(own));
	for (unsigned i = 0; i < COUNT_OF(folders); i++)
		ck_assert(mkdir(in_own(folders[i]), 0700) == 0);
	put(in, "a");
	put(out, "b");
	snprintf(link, sizeof link, "%s/l", in);
	snprintf(target, sizeof target, "%s/b", out);
	ck_assert(symlink(target, link) == 0);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0)
		return; /* no Landlock here (1: its version) */
	ck_assert_int_eq(try_open(MOUNT_RO, in, "a", O_RDONLY), 0);
	ck_assert_int_eq(try_open(MOUNT_RO, in, "a", O_WRONLY), EACCES);
	ck_assert_int_eq(try_open(MOUNT_RO, in, "n", O_CREAT | O_RDWR), EACCES);
	ck_assert_int_eq(try_open(MOUNT_RW, in, "a", O_RDWR | O_TRUNC), 0);
	ck_assert_int_eq(try_open(MOUNT_RW, in, "n", O_CREAT | O_RDWR), 0);
	ck_assert_int_eq(try_open(MOUNT_RW, out, "b", O_RDONLY), EACCES);
	ck_assert_int_eq(try_open(MOUNT_RW, in, "l", O_RDONLY), EACCES);
	ck_assert_int_eq(try_open(MOUNT_RW, in, "../../etc/passwd", O_RDONLY),
			 EACCES);
	ck_assert_int_eq(try_open(MOUNT_RW, "/etc", "passwd", O_RDONLY),
			 EACCES);
	ck_assert_int_eq(try_open(MOUNT_RW, "/proc/self", "mem", O_RDWR),
			 EACCES);
	ck_assert_int_eq(try_open(MOUNT_RW, own, "x", O_CREAT | O_RDWR),
			 EACCES);
	for (unsigned i = 0; i < COUNT_OF(folders); i++)
		ck_assert_int_eq(try_open(MOUNT_RW, in_own(folders[i]), "x",
					  O_CREAT | O_RDWR), 0);
	/* Locks that count processes stay the same files. */
	ck_assert_int_eq(try_remove("data/x"), 0);
	ck_assert_int_eq(try_remove("slots/x"), EACCES);
}
END_TEST

static void clean(void)
{
	static const char *const names[] = { "a", "b", "l", "n", "x" };
	const char *const dirs[] = { in, out, own };
	char path[128];

	for (unsigned d = 0; d < COUNT_OF(dirs); d++) {
		for (unsigned i = 0; i < COUNT_OF(names); i++) {
			snprintf(path, sizeof path, "%s/%s", dirs[d], names[i]);
			unlink(path);
		}
		rmdir(dirs[d]);
	}
	for (unsigned i = 0; i < COUNT_OF(folders); i++) {
		snprintf(path, sizeof path, "%s/%s/x", own, folders[i]);
		unlink(path);
		rmdir(in_own(folders[i]));
	}
	rmdir(own);
}

int main(void)
{
	Suite *s = suite_create("jail");
	TCase *tc = tcase_create("jail");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, calls, 0, COUNT_OF(cases));
	tcase_add_test(tc, executable);
	tcase_add_checked_fixture(tc, NULL, clean);
	tcase_add_test(tc, files);
	return unit_run(s);
}
