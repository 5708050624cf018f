/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.c - the convention (carry, errno, second result, arguments on the
 * stack, indirect calls), files, memory, processes.
 */
#include "bsd.h"

static const char name[] = "calls-test-file";

static void convention(void)
{
	i64 pid = CALL(SYS_getpid);

	CHECK(pid > 0); /* 1 in a sandbox */
	EQUAL(second, CALL(SYS_getppid));
	FAILS(CALL(SYS_close, 999), EBADF);
	FAILS(CALL(SYS_write, 1, (void *)8, 5), EFAULT);
	FAILS(CALL(SYS_open, (void *)16, 0, 0), EFAULT);
	FAILS(CALL(SYS_open, "no/such/file", 0, 0), ENOENT);
	FAILS(CALL(3999), ENOSYS);
	/* Indirect: the number is the first argument. */
	EQUAL(CALL(0, SYS_getpid), pid);
	EQUAL(CALL(198, SYS_getpid), pid);
	FAILS(CALL(198, SYS_close, 999), EBADF);
}

/*
 * Sites as compilers and libcs lay them out, which run-foreign may change to
 * jump elsewhere: nothing but rax, rcx, rdx, r11 and the carry may differ.
 */
__asm__(".text\n\tint3\n\t.p2align 4, 0xcc\n"
	"site_number:\n\tmov $20, %eax\n\tsyscall\n\tret\n\t"
	".p2align 4, 0xcc\n"
	"site_libc:\n\tmov $6, %eax\n\tmov %rcx, %r10\n\tsyscall\n\t"
	"jb 1f\n\tret\n1:\tneg %rax\n\tret\n\t.p2align 4, 0xcc\n");
extern char site_number[], site_libc[];

static void sites(void)
{
	u64 in[7] = { 11, 12, 13, 14, 15, 16, 17 }, out[7];
	u64 x[2] = { 0x0123456789abcdef, 0xfedcba9876543210 }, y[2];
	i64 ret;

	for (int i = 0; i < 3; i++) {
		__asm__ volatile(
			"sub $128, %%rsp\n\t"
			"mov (%[in]), %%rbx\n\tmov 8(%[in]), %%r8\n\t"
			"mov 16(%[in]), %%r9\n\tmov 24(%[in]), %%r10\n\t"
			"mov 32(%[in]), %%r13\n\tmov 40(%[in]), %%rsi\n\t"
			"mov 48(%[in]), %%rdi\n\tmovups (%[x]), %%xmm3\n\t"
			"call site_number\n\t"
			"mov %%rbx, (%[out])\n\tmov %%r8, 8(%[out])\n\t"
			"mov %%r9, 16(%[out])\n\tmov %%r10, 24(%[out])\n\t"
			"mov %%r13, 32(%[out])\n\tmov %%rsi, 40(%[out])\n\t"
			"mov %%rdi, 48(%[out])\n\tmovups %%xmm3, (%[y])\n\t"
			"add $128, %%rsp"
			: "=a"(ret)
			: [in] "r"(in), [out] "r"(out), [x] "r"(x), [y] "r"(y)
			: "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
			  "r11", "r13", "xmm3", "memory", "cc");
		EQUAL(ret, CALL(SYS_getpid));
		for (int j = 0; j < 7; j++)
			EQUAL(out[j], in[j]);
		CHECK(y[0] == x[0] && y[1] == x[1]);
	}
	/* close(999) sets the carry, and the stub negates. */
	__asm__ volatile("sub $128, %%rsp\n\tcall site_libc\n\t"
			 "add $128, %%rsp"
			 : "=a"(ret)
			 : "D"(999l)
			 : "rcx", "rdx", "r10", "r11", "memory", "cc");
	EQUAL(ret, -EBADF);
	/* Who jumps to the instruction itself is answered as well. */
	__asm__ volatile("sub $128, %%rsp\n\tcall *%[at]\n\t"
			 "add $128, %%rsp"
			 : "=a"(ret)
			 : "a"(39l), [at] "r"(site_number + 5)
			 : "rcx", "rdx", "r11", "memory", "cc");
	EQUAL(ret, CALL(SYS_getppid));
}

static void files(void)
{
	i64 fd, dup, fds[1];
	char buf[16];
	u8 st[256];

	fd = CALL(SYS_open, name, O_RDWR | O_CREAT | O_TRUNC, 0640);
	CHECK(fd >= 0);
	FAILS(CALL(SYS_open, name, O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);
	EQUAL(CALL(SYS_write, fd, "0123456789", 10), 10);
#ifdef FREEBSD
	EQUAL(CALL(SYS_lseek, fd, 4, 0), 4);
	EQUAL(CALL(475, fd, buf, 3, 1), 3); /* pread */
	EQUAL(CALL(SYS_ftruncate, fd, 8), 0);
#else
	/* A pad lies between the descriptor and the offset. */
	EQUAL(CALL(SYS_lseek, fd, 0x5555, 4, 0), 4);
	EQUAL(CALL(173, fd, buf, 3, 0x5555, 1), 3);
	EQUAL(CALL(SYS_ftruncate, fd, 0x5555, 8), 0);
#endif
	CHECK(buf[0] == '1' && buf[2] == '3');
	EQUAL(CALL(SYS_read, fd, buf, 16), 4);
	EQUAL(buf[0], '4');
	memset(st, 0xff, sizeof st);
	EQUAL(CALL(SYS_fstat, fd, st), 0);
	EQUAL(*(i64 *)(st + 112), 8); /* st_size, on both */
#ifdef FREEBSD
	EQUAL(*(u16 *)(st + 24) & 0777, 0640);
	EQUAL(st[224], 0xff);
#else
	EQUAL(*(u32 *)(st + 8) & 0777, 0640);
	EQUAL(st[152], 0xff);
#endif
	dup = CALL(SYS_fcntl, fd, 0, 40);
	EQUAL(dup, 40);
	EQUAL(CALL(SYS_fcntl, fd, 3) & 3, O_RDWR);
	EQUAL(CALL(SYS_close, dup), 0);
	EQUAL(CALL(SYS_close, fd), 0);
	EQUAL(CALL(SYS_unlink, name), 0);
	fd = CALL(SYS_open, ".", 0, 0);
	{
		u8 entries[1024];
		i64 n = CALL(SYS_getdents, fd, entries, sizeof entries, 0);

		CHECK(n > 24);
#ifdef FREEBSD
		/* reclen at 16, namlen at 20, the name at 24 */
		EQUAL(length((char *)entries + 24), *(u16 *)(entries + 20));
		CHECK(*(u16 *)(entries + 16) >= 24 + *(u16 *)(entries + 20));
#else
		/* reclen at 8, namlen at 10, the name at 13 */
		EQUAL(length((char *)entries + 13), *(u16 *)(entries + 10));
		CHECK(*(u16 *)(entries + 8) >= 13 + *(u16 *)(entries + 10));
#endif
	}
	CALL(SYS_close, fd);
	CHECK(CALL(SYS_pipe2, fds, 0) == 0);
	EQUAL(CALL(SYS_write, fds[0] >> 32, "x", 1), 1);
	EQUAL(CALL(SYS_read, (i32)fds[0], buf, 4), 1);
	CALL(SYS_close, (i32)fds[0]);
	CALL(SYS_close, fds[0] >> 32);
	fd = CALL(42); /* pipe of old: two results */
	CHECK(fd >= 0 && (i64)second > fd);
	CALL(SYS_close, second);
	CALL(SYS_close, fd);
}

static void memory(void)
{
	u8 *p = map(3 * 4096, 3), *q;

	CHECK((u64)p < 0x550000000000 && (u64)p >= 4096);
	p[4096] = 7;
	EQUAL(CALL(SYS_mprotect, p, 4096, 0), 0);
	FAILS(CALL(SYS_write, 1, p, 1), EFAULT);
	EQUAL(CALL(SYS_munmap, p + 4096, 4096), 0);
	FAILS(CALL(SYS_write, 1, p + 4096, 1), EFAULT);
	FAILS(CALL(SYS_munmap, p + 1, 4096), EINVAL);
	/* The hole is used again for what fits, at the wished place. */
#ifdef FREEBSD
	q = (u8 *)CALL(SYS_mmap, p + 4096, 4096, 3, 0x1002, -1, 0);
	EQUAL(q, p + 4096);
	/* MAP_FIXED | MAP_EXCL */
	FAILS(CALL(SYS_mmap, p, 4096, 3, 0x1002 | 0x4010, -1, 0), EINVAL);
#else
	q = (u8 *)CALL(SYS_mmap, p + 4096, 4096, 3, 0x1002, -1, 0, 0);
	EQUAL(q, p + 4096);
#endif
	EQUAL(q[0], 0);
	EQUAL(CALL(SYS_munmap, p, 3 * 4096), 0);
}

/* A program of the host finds no signal ignored that we never ignored. */
static void host_program(void)
{
	char *argv[] = { "sh", "-c",
			 "while read -r n v; do if [ $n = SigIgn: ]; then "
			 "exit $((0x$v >> 39 & 1)); fi; done </proc/self/status; "
			 "exit 9",
			 0 },
	     *envp[] = { 0 };
	i32 status = -1;
	i64 pid = CALL(SYS_fork);

	if (pid == 0 || (pid > 0 && second == 1)) {
		CALL(SYS_execve, "/bin/sh", argv, envp);
		CALL(SYS_exit, 77); /* a sandbox has none */
	}
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	CHECK(status == 0 || status == 77 << 8);
}

static void processes(char *self)
{
	char *argv[] = { "renamed", "child", 0 }, *envp[] = { 0 };
	i32 status = -1;
	i64 pid = CALL(SYS_fork);

	if (pid == 0 || (pid > 0 && second == 1)) {
		CALL(SYS_execve, self, argv, envp);
		CALL(SYS_exit, 99);
	}
	EQUAL(second, 0);
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, 42 << 8);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		CALL(SYS_kill, CALL(SYS_getpid), SIGUSR1);
		CALL(SYS_exit, 1);
	}
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, SIGUSR1); /* the guest's number, not Linux's 10 */
#ifdef NETBSD
	{
		struct { i32 action, fd; u64 a; u32 b, c; } entries[1] = {
			{ 0, 1, (u64)"spawn-output", O_CREAT | O_RDWR, 0600 },
		};
		struct { u32 size, len; void *entries; } actions = { 1, 1,
								     entries };
		i32 spawned = 0;

		EQUAL(CALL(474, &spawned, self, &actions, 0, argv, envp), 0);
		CHECK(spawned > 0);
		EQUAL(CALL(SYS_wait4, spawned, &status, 0, 0), spawned);
		EQUAL(status, 42 << 8);
		EQUAL(CALL(SYS_unlink, "spawn-output"), 0);
		FAILS(CALL(474, &spawned, "/no/such", 0, 0, argv, envp), ENOENT);
	}
#endif
	FAILS(CALL(SYS_wait4, -1, &status, 0, 0), 10 /* ECHILD */);
}

/* A parent in vfork stands still until its child has gone on. */
static void waiting(char *self, i64 nr, u64 flags)
{
	char *argv[] = { "renamed", "child", 0 }, *envp[] = { 0 };
	i64 ts[2] = { 0, 30000000 }, fds[1], pid;
	struct { i32 fd; short events, revents; } p;
	volatile i32 stored;
	i32 status = 0;

	for (int exec = 0; exec < 2; exec++) {
		CALL(SYS_pipe2, fds, 0);
		stored = 1;
		pid = CALL(nr, flags);
		if (pid == 0) {
			/* As posix_spawn(3) tells that execve(2) failed. */
			stored = 2 + exec;
			CALL(SYS_nanosleep, ts, 0);
			CALL(SYS_write, fds[0] >> 32, "x", 1);
			if (exec)
				CALL(SYS_execve, self, argv, envp);
			CALL(SYS_exit, 7);
		}
		CHECK(pid > 0);
		EQUAL(second, 0);
		EQUAL(stored, 2 + exec);
		p.fd = (i32)fds[0];
		p.events = 1;
		EQUAL(CALL(SYS_poll, &p, 1, 0), 1);
		EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
		EQUAL(status, (exec ? 42 : 7) << 8);
		CALL(SYS_close, (i32)fds[0]);
		CALL(SYS_close, fds[0] >> 32);
	}
}

/* Anonymous memory is copied for a child, or shared with it if so mapped. */
static void inherited(void)
{
	volatile u32 *own = map(4096, 3), *shared;
	i64 pid;

#ifdef FREEBSD
	shared = (u32 *)CALL(SYS_mmap, 0, 4096, 3, 0x1001, -1, 0);
#else
	shared = (u32 *)CALL(SYS_mmap, 0, 4096, 3, 0x1001, -1, 0, 0);
#endif
	*own = *shared = 5;
	pid = CALL(SYS_fork);
	if (pid == 0) {
		/* Grandchildren too. */
		if (CALL(SYS_fork) == 0) {
			CALL(SYS_exit, *own == 5 && *shared == 5 ?
					       (*shared = 6, 0) : 1);
		}
		CALL(SYS_wait4, -1, 0, 0, 0);
		*own = 7;
		CALL(SYS_exit, 0);
	}
	CALL(SYS_wait4, pid, 0, 0, 0);
	EQUAL(*own, 5);
	EQUAL(*shared, 6);
}

#ifdef FREEBSD
enum { SYS_minherit = 250, INHERIT_ZERO = 3 };
#else
enum { SYS_minherit = 273, INHERIT_ZERO = 4 };
#endif

/* Pages that a child has empty, or not at all. */
static void not_inherited(void)
{
	volatile u8 *p = map(5 * 4096, 3);
	i64 pid;
	i32 status = 0;

	for (int i = 0; i < 5; i++)
		p[4096 * i] = 9;
	EQUAL(CALL(SYS_minherit, p, 3 * 4096, INHERIT_ZERO), 0);
	EQUAL(CALL(SYS_minherit, p + 4096, 4096, 1 /* COPY */), 0);
	EQUAL(CALL(SYS_minherit, p + 3 * 4096, 2 * 4096, 2 /* NONE */), 0);
	/* What is mapped anew is copied again. */
	EQUAL(CALL(SYS_munmap, p + 4 * 4096, 4096), 0);
#ifdef FREEBSD
	CALL(SYS_mmap, p + 4 * 4096, 4096, 3, 0x1012, -1, 0);
#else
	CALL(SYS_mmap, p + 4 * 4096, 4096, 3, 0x1012, -1, 0, 0);
#endif
	p[4 * 4096] = 9;
	FAILS(CALL(SYS_minherit, p, 4096, 77), EINVAL);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		int ok = p[0] == 0 && p[4096] == 9 && p[2 * 4096] == 0 &&
			 p[4 * 4096] == 9;

		if (CALL(SYS_write, 1, p + 3 * 4096, 1) != -1 ||
		    last_errno != EFAULT)
			ok = 0;
		CALL(SYS_exit, ok ? 5 : 6);
	}
	CALL(SYS_wait4, pid, &status, 0, 0);
	EQUAL(status, 5 << 8);
	EQUAL(p[0] + p[4096] + p[2 * 4096] + p[3 * 4096], 36);
}

/* What is not there says so. */
static void absent(void)
{
	FAILS(CALL(26, 0, 0, 0, 0), ENOSYS); /* ptrace */
#ifdef FREEBSD
	FAILS(CALL(338, 0), ENOSYS); /* jail */
	FAILS(CALL(516), ENOSYS);    /* cap_enter */
#endif
}

/* Closing whatever there may be closes nothing of the system's own. */
static void descriptors(void)
{
	i64 pid = CALL(SYS_fork), fd;
	i32 status = -1;

	if (pid == 0) {
		for (fd = 3; fd < 70000; fd++)
			CALL(SYS_close, fd);
#ifdef FREEBSD
		CALL(575, 3, ~0u, 0); /* close_range */
		CALL(509, 3);	      /* closefrom */
#else
		CALL(SYS_fcntl, 3, 10); /* F_CLOSEM */
#endif
		fd = (i64)map(4096, 3);
		*(volatile u32 *)fd = 1;
		if (CALL(SYS_fork) == 0)
			CALL(SYS_exit, 0);
		CALL(SYS_wait4, -1, &status, 0, 0);
		CALL(SYS_exit, status == 0 ? 3 : 4);
	}
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, 3 << 8);
}

/* How the machine and this process fare. */
static void sysctls_of_host(void)
{
	static u8 info[1100];
	i32 pid = (i32)CALL(SYS_getpid);
	u64 len = 1 << 20, cp[5];
#ifdef FREEBSD
	i32 mib[4] = { 1, 14, 1, pid };
	static const char *const numbers[] = {
		"vm.stats.vm.v_free_count", "vm.stats.vm.v_page_count",
		"hw.clockrate", "kern.features.aio", "kern.smp.cpus",
		"p1003_1b.asynchronous_io",
	};
	u32 n;

	len = sizeof info;
	EQUAL(CALL(SYS_sysctl, mib, 4, info, &len, 0, 0), 0);
	EQUAL(len, 1088);
	EQUAL(*(i32 *)info, 1088);
	EQUAL(*(i32 *)(info + 72), pid);
	EQUAL(*(i32 *)(info + 76), CALL(SYS_getppid));
	CHECK(*(i64 *)(info + 264) > 10);	   /* resident pages */
	CHECK(*(i64 *)(info + 336) > 1600000000); /* began */
	CHECK(info[447] == 'c' && info[451] == 's' && !info[452]); /* "calls" */
	EQUAL(*(i32 *)(info + 596), 1); /* threads */
	mib[3] = 0x7ffffff0;
	FAILS(CALL(SYS_sysctl, mib, 4, info, &len, 0, 0), 3 /* ESRCH */);
	for (u64 i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		len = sizeof n;
		n = 0;
		EQUAL(CALL(570, numbers[i], length(numbers[i]), &n, &len, 0, 0),
		      0);
		check_at(n != 0 && len == 4, numbers[i], __LINE__, n);
	}
	len = sizeof cp;
	EQUAL(CALL(570, "kern.cp_time", 12, cp, &len, 0, 0), 0);
#else
	i32 mib[6] = { 1, 47, 1, pid, 680, 1 }, uvm[2] = { 2, 5 },
	    cptime[2] = { 1, 51 }, clock[2] = { 1, 60 };
	i64 v[21];
	i32 value = 0;

	len = sizeof info;
	EQUAL(CALL(SYS_sysctl, mib, 6, info, &len, 0, 0), 0);
	EQUAL(len, 680);
	EQUAL(*(i32 *)(info + 116), pid);
	EQUAL(*(i32 *)(info + 120), CALL(SYS_getppid));
	CHECK(info[368] == 'c' && info[372] == 's' && !info[373]); /* "calls" */
	CHECK(*(i32 *)(info + 432) > 10); /* resident pages */
	mib[3] = 0x7ffffff0;
	len = sizeof info;
	EQUAL(CALL(SYS_sysctl, mib, 6, info, &len, 0, 0), 0);
	EQUAL(len, 0); /* an empty list */
	len = sizeof v;
	EQUAL(CALL(SYS_sysctl, uvm, 2, v, &len, 0, 0), 0);
	EQUAL(v[0], 4096);
	CHECK(v[3] > 1000 && v[4] > 0 && v[4] < v[3]);
	len = 4;
	EQUAL(CALL(SYS_sysctl, clock, 2, &value, &len, 0, 0), 0);
	EQUAL(value, 200112);
	len = sizeof cp;
	EQUAL(CALL(SYS_sysctl, cptime, 2, cp, &len, 0, 0), 0);
#endif
	EQUAL(len, sizeof cp);
	/* A machine may never have been idle. */
	CHECK(cp[0] + cp[1] + cp[2] > 0 && cp[4] >= 0);
}

#ifdef FREEBSD
/* One device is as large as all of it; without any there is none. */
static void swap(void)
{
	struct { u32 version, pad; u64 dev; i32 flags, nblks, used, pad2; } x;
	i32 mib[8], devices = -1, ask[2] = { 0, 3 };
	u64 total = 1, reserved = 0, len = sizeof total;

	EQUAL(CALL(570, "vm.swap_total", 13, &total, &len, 0, 0), 0);
	EQUAL(len, 8);
	EQUAL(CALL(570, "vm.swap_reserved", 16, &reserved, &len, 0, 0), 0);
	CHECK(reserved > 0);
	len = sizeof devices;
	EQUAL(CALL(570, "vm.nswapdev", 11, &devices, &len, 0, 0), 0);
	EQUAL(devices, total != 0);
	len = sizeof mib;
	EQUAL(CALL(SYS_sysctl, ask, 2, mib, &len, "vm.swap_info", 12), 0);
	len /= sizeof *mib;
	for (i32 i = 0; i < 2; i++) {
		u64 size = sizeof x;

		mib[len] = i;
		if (i == devices) {
			FAILS(CALL(SYS_sysctl, mib, len + 1, &x, &size, 0, 0),
			      ENOENT);
			break;
		}
		EQUAL(CALL(SYS_sysctl, mib, len + 1, &x, &size, 0, 0), 0);
		EQUAL(size, 32);
		EQUAL(x.version, 2);
		EQUAL((u64)x.nblks * 4096, total);
		CHECK(x.used >= 0 && x.used <= x.nblks);
	}
}
#endif

static void sysctls(void)
{
	i32 page[2] = { 6, 7 }, type[2] = { 1, 1 }, value = 0;
	char text[16] = "";
	u64 len = 4;

	EQUAL(CALL(SYS_sysctl, page, 2, &value, &len, 0, 0), 0);
	EQUAL(value, 4096);
	len = sizeof text;
	EQUAL(CALL(SYS_sysctl, type, 2, text, &len, 0, 0), 0);
#ifdef FREEBSD
	EQUAL(text[0], 'F');
	EQUAL(len, 8);
#else
	EQUAL(text[0], 'N');
	EQUAL(len, 7);
#endif
	len = 3;
	FAILS(CALL(SYS_sysctl, type, 2, text, &len, 0, 0), 12 /* ENOMEM */);
	page[1] = 9999;
	FAILS(CALL(SYS_sysctl, page, 2, text, &len, 0, 0), ENOENT);
#ifdef FREEBSD
	swap();
#endif
}

int test_main(int argc, char **argv)
{
	if (argc == 2) {
		EQUAL(argv[0][0], 'r');
		CALL(SYS_exit, failed ? 1 : 42);
	}
	convention();
	sites();
	files();
	memory();
	processes(argv[0]);
	host_program();
	waiting(argv[0], SYS_vfork, 0);
#ifdef FREEBSD
	waiting(argv[0], 251, 1u << 31); /* rfork(RFSPAWN) */
	FAILS(CALL(251, 0x4 | 0x1000), EINVAL);
	EQUAL(CALL(251, 0x4), 0);
#endif
	inherited();
	not_inherited();
	absent();
	descriptors();
	sysctls();
	sysctls_of_host();
	return 0;
}
