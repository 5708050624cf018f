/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail-calls.c - which Linux system calls this process may make: a seccomp
 * filter made from the table below.  What is not in it ends the process.
 *
 * The filter is written here rather than by libseccomp: it is a list, and the
 * program links nothing that it does not need at every start.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/jail.h"

/* Newer than the headers may be. */
#define CALL_FCHMODAT2 452

enum rule {
	ALLOW,
	REFUSE,	    /* EPERM: handlers try it, and can do without */
	BY_NAME,    /* the same, unless no name leads outside */
	NOT_BY_NAME, /* utimensat: by descriptor (no second argument) */
	NO_SUCH,    /* ENOSYS: libc has another way, which can be checked */
	IF_DIRECT,  /* only where the program's code is in this process */
	NO_EXEC,    /* memory: not executable (third argument) */
	NO_SPACES,  /* clone: no new namespaces (first argument) */
	NO_NET,	    /* socket: only AF_UNIX, unless the policy says otherwise */
	NO_CONNECT_2, /* sending: must not connect; flags are argument 2, or */
	NO_CONNECT_3,
	NO_INPUT,   /* ioctl: may not type into the terminal */
	SELF_LIMIT, /* prctl: anything but seccomp and such */
};

static const struct {
	uint16_t nr;
	uint8_t rule;
} calls[] = {
	/* files, by name: Landlock decides */
	{ SYS_openat, ALLOW }, { SYS_open, ALLOW }, { SYS_newfstatat, ALLOW },
	{ SYS_stat, ALLOW }, { SYS_lstat, ALLOW }, { SYS_statx, ALLOW },
	{ SYS_access, ALLOW }, { SYS_faccessat, ALLOW },
	{ SYS_faccessat2, ALLOW }, { SYS_readlink, ALLOW },
	{ SYS_readlinkat, ALLOW }, { SYS_mkdir, ALLOW }, { SYS_mkdirat, ALLOW },
	{ SYS_rmdir, ALLOW }, { SYS_unlink, ALLOW }, { SYS_unlinkat, ALLOW },
	{ SYS_rename, ALLOW }, { SYS_renameat, ALLOW },
	{ SYS_renameat2, ALLOW }, { SYS_linkat, ALLOW },
	{ SYS_statfs, ALLOW }, { SYS_getcwd, ALLOW }, { SYS_chdir, ALLOW },
	{ SYS_fchdir, ALLOW }, { SYS_umask, ALLOW }, { SYS_truncate, ALLOW },
	{ SYS_getxattr, ALLOW }, { SYS_lgetxattr, ALLOW },
	{ SYS_listxattr, ALLOW }, { SYS_llistxattr, ALLOW },
	{ SYS_inotify_add_watch, ALLOW },
	/*
	 * Landlock does not look at these, and a link may lead anywhere, unless
	 * there is nothing outside.  By descriptor they are further down.
	 */
	{ SYS_chmod, BY_NAME }, { SYS_fchmodat, BY_NAME },
	{ CALL_FCHMODAT2, BY_NAME }, { SYS_chown, BY_NAME },
	{ SYS_lchown, BY_NAME }, { SYS_fchownat, BY_NAME },
	{ SYS_setxattr, BY_NAME }, { SYS_lsetxattr, BY_NAME },
	{ SYS_removexattr, BY_NAME }, { SYS_lremovexattr, BY_NAME },
	{ SYS_utime, BY_NAME }, { SYS_utimes, BY_NAME }, { SYS_futimesat, BY_NAME },
	{ SYS_symlink, BY_NAME }, { SYS_symlinkat, BY_NAME },
	{ SYS_mknodat, REFUSE }, { SYS_mknod, REFUSE },
	/* files, by descriptor */
	{ SYS_read, ALLOW }, { SYS_pread64, ALLOW }, { SYS_readv, ALLOW },
	{ SYS_preadv, ALLOW }, { SYS_preadv2, ALLOW }, { SYS_write, ALLOW },
	{ SYS_pwrite64, ALLOW }, { SYS_writev, ALLOW }, { SYS_pwritev, ALLOW },
	{ SYS_pwritev2, ALLOW }, { SYS_lseek, ALLOW }, { SYS_close, ALLOW },
	{ SYS_close_range, ALLOW }, { SYS_fstat, ALLOW },
	{ SYS_fstatfs, ALLOW }, { SYS_getdents64, ALLOW },
	{ SYS_fcntl, ALLOW }, { SYS_flock, ALLOW }, { SYS_ftruncate, ALLOW },
	{ SYS_fallocate, ALLOW }, { SYS_fsync, ALLOW },
	{ SYS_fdatasync, ALLOW }, { SYS_sync_file_range, ALLOW },
	{ SYS_copy_file_range, ALLOW }, { SYS_sendfile, ALLOW },
	{ SYS_fadvise64, ALLOW }, { SYS_fchmod, ALLOW }, { SYS_utimensat, NOT_BY_NAME },
	{ SYS_fgetxattr, ALLOW }, { SYS_fsetxattr, ALLOW },
	{ SYS_flistxattr, ALLOW }, { SYS_fremovexattr, ALLOW },
	{ SYS_dup, ALLOW }, { SYS_dup2, ALLOW }, { SYS_dup3, ALLOW },
	{ SYS_pipe, ALLOW }, { SYS_pipe2, ALLOW }, { SYS_splice, ALLOW },
	{ SYS_memfd_create, ALLOW }, { SYS_inotify_init1, ALLOW },
	{ SYS_inotify_rm_watch, ALLOW }, { SYS_ioctl, NO_INPUT },
	/* waiting */
	{ SYS_poll, ALLOW }, { SYS_ppoll, ALLOW }, { SYS_select, ALLOW },
	{ SYS_pselect6, ALLOW }, { SYS_epoll_create1, ALLOW },
	{ SYS_epoll_ctl, ALLOW }, { SYS_epoll_wait, ALLOW },
	{ SYS_epoll_pwait, ALLOW }, { SYS_epoll_pwait2, ALLOW },
	{ SYS_eventfd2, ALLOW },
	{ SYS_timerfd_create, ALLOW }, { SYS_timerfd_settime, ALLOW },
	{ SYS_signalfd4, ALLOW }, { SYS_futex, ALLOW },
	{ SYS_futex_waitv, ALLOW },
	/* sockets */
	{ SYS_socket, NO_NET }, { SYS_socketpair, ALLOW }, { SYS_bind, ALLOW },
	{ SYS_listen, ALLOW }, { SYS_accept4, ALLOW }, { SYS_accept, ALLOW },
	{ SYS_connect, ALLOW }, { SYS_shutdown, ALLOW },
	{ SYS_sendmsg, NO_CONNECT_2 }, { SYS_recvmsg, ALLOW },
	{ SYS_sendmmsg, NO_CONNECT_3 }, { SYS_recvmmsg, ALLOW },
	{ SYS_sendto, NO_CONNECT_3 }, { SYS_recvfrom, ALLOW },
	{ SYS_getsockopt, ALLOW }, { SYS_setsockopt, ALLOW },
	{ SYS_getsockname, ALLOW }, { SYS_getpeername, ALLOW },
	/* memory */
	{ SYS_mmap, NO_EXEC }, { SYS_mprotect, NO_EXEC },
	{ SYS_munmap, ALLOW }, { SYS_madvise, ALLOW }, { SYS_mremap, ALLOW },
	{ SYS_brk, ALLOW }, { SYS_msync, ALLOW }, { SYS_mincore, ALLOW },
	{ SYS_mlock, ALLOW }, { SYS_munlock, ALLOW },
	{ SYS_membarrier, ALLOW },
	/* threads, signals */
	{ SYS_clone, NO_SPACES }, { SYS_clone3, NO_SUCH },
	{ SYS_vfork, ALLOW }, { SYS_fork, ALLOW },
	{ SYS_set_robust_list, ALLOW }, { SYS_get_robust_list, ALLOW },
	{ SYS_rseq, ALLOW }, { SYS_set_tid_address, ALLOW },
	{ SYS_exit, ALLOW }, { SYS_exit_group, ALLOW }, { SYS_gettid, ALLOW },
	{ SYS_tgkill, ALLOW }, { SYS_tkill, ALLOW }, { SYS_kill, ALLOW },
	{ SYS_rt_sigaction, ALLOW }, { SYS_rt_sigprocmask, ALLOW },
	{ SYS_rt_sigreturn, ALLOW }, { SYS_rt_sigtimedwait, ALLOW },
	{ SYS_rt_sigsuspend, ALLOW }, { SYS_rt_sigpending, ALLOW },
	{ SYS_sigaltstack, ALLOW }, { SYS_pause, ALLOW },
	{ SYS_restart_syscall, ALLOW }, { SYS_alarm, ALLOW },
	{ SYS_setitimer, ALLOW }, { SYS_timer_create, ALLOW },
	{ SYS_timer_settime, ALLOW }, { SYS_timer_delete, ALLOW },
	{ SYS_sched_yield, ALLOW }, { SYS_sched_getaffinity, ALLOW },
	{ SYS_sched_setaffinity, ALLOW }, { SYS_sched_getparam, ALLOW },
	{ SYS_sched_getscheduler, ALLOW }, { SYS_sched_setscheduler, ALLOW },
	{ SYS_getpriority, ALLOW }, { SYS_setpriority, ALLOW },
	{ SYS_ioprio_set, ALLOW }, { SYS_ioprio_get, ALLOW },
	{ SYS_arch_prctl, ALLOW }, { SYS_prctl, SELF_LIMIT },
	{ SYS_getcpu, ALLOW },
	/* time */
	{ SYS_clock_gettime, ALLOW }, { SYS_clock_getres, ALLOW },
	{ SYS_clock_nanosleep, ALLOW }, { SYS_nanosleep, ALLOW },
	{ SYS_gettimeofday, ALLOW }, { SYS_time, ALLOW },
	/* processes: Landlock lets only this program be executed */
	{ SYS_execve, ALLOW }, { SYS_wait4, ALLOW }, { SYS_waitid, ALLOW },
	{ SYS_pidfd_open, ALLOW }, { SYS_pidfd_send_signal, ALLOW },
	{ SYS_getpid, ALLOW }, { SYS_getppid, ALLOW }, { SYS_getuid, ALLOW },
	{ SYS_geteuid, ALLOW }, { SYS_getgid, ALLOW }, { SYS_getegid, ALLOW },
	{ SYS_getpgid, ALLOW }, { SYS_getpgrp, ALLOW }, { SYS_setpgid, ALLOW },
	{ SYS_getsid, ALLOW }, { SYS_setsid, ALLOW },
	{ SYS_getgroups, ALLOW }, { SYS_getrusage, ALLOW }, { SYS_times, ALLOW },
	{ SYS_prlimit64, ALLOW }, { SYS_getrlimit, ALLOW },
	{ SYS_setrlimit, ALLOW }, { SYS_uname, ALLOW }, { SYS_sysinfo, ALLOW },
	{ SYS_getrandom, ALLOW },
	/* What programs of the BSDs ask for; there is no privilege to use. */
	{ SYS_getresuid, ALLOW }, { SYS_getresgid, ALLOW },
	{ SYS_setuid, REFUSE }, { SYS_setgid, REFUSE }, { SYS_setreuid, REFUSE },
	{ SYS_setregid, REFUSE }, { SYS_setresuid, REFUSE },
	{ SYS_setresgid, REFUSE }, { SYS_getitimer, ALLOW },
	{ SYS_timer_gettime, ALLOW }, { SYS_timer_getoverrun, ALLOW },
	{ SYS_timerfd_gettime, ALLOW }, { SYS_sched_rr_get_interval, ALLOW },
	{ SYS_rt_sigqueueinfo, ALLOW }, { SYS_rt_tgsigqueueinfo, ALLOW },
	{ SYS_mlockall, ALLOW }, { SYS_munlockall, ALLOW },
	{ SYS_setgroups, REFUSE }, { SYS_chroot, REFUSE }, { SYS_sync, REFUSE },
	{ SYS_fchown, REFUSE }, { SYS_clock_settime, REFUSE },
	{ SYS_settimeofday, REFUSE }, { SYS_adjtimex, REFUSE },
	{ SYS_clock_adjtime, REFUSE },
	{ SYS_process_vm_readv, REFUSE }, { SYS_process_vm_writev, REFUSE },
	{ SYS_personality, REFUSE }, { SYS_modify_ldt, IF_DIRECT },
};

enum { MAX_FILTER = 3 * COUNT_OF(calls) + 64 };

struct filter {
	struct sock_filter f[MAX_FILTER];
	unsigned short n;
};

static void put(struct filter *x, uint16_t code, uint8_t jt, uint8_t jf,
		uint32_t k)
{
	x->f[x->n++] = (struct sock_filter){ code, jt, jf, k };
}

static void load(struct filter *x, size_t offset)
{
	put(x, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void result(struct filter *x, uint32_t what)
{
	put(x, BPF_RET | BPF_K, 0, 0, what);
}

static size_t arg(unsigned i)
{
	return offsetof(struct seccomp_data, args) + 8 * i;
}

struct choice {
	enum policy_net net;
	bool is_vm, alone;
};

/* socket(): AF_INET and AF_INET6, of what types the policy has. */
static void inet_sockets(struct filter *x, enum policy_net net)
{
	enum { TYPE = 0xf };

	put(x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AF_INET);
	if (net != POLICY_NET_PEERS) {
		put(x, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, AF_INET6);
		result(x, SECCOMP_RET_ALLOW);
		return;
	}
	put(x, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, AF_INET6);
	load(x, arg(1));
	put(x, BPF_ALU | BPF_AND | BPF_K, 0, 0, TYPE);
	put(x, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SOCK_STREAM);
	result(x, SECCOMP_RET_ALLOW);
}

static void body(struct filter *x, enum rule rule, const struct choice *c)
{
	const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;

	switch (rule) {
	case REFUSE:
		result(x, refuse);
		return;
	case BY_NAME:
		result(x, c->alone ? SECCOMP_RET_ALLOW : refuse);
		return;
	case NO_SUCH:
		result(x, SECCOMP_RET_ERRNO | ENOSYS);
		return;
	case IF_DIRECT:
		result(x, c->is_vm ? refuse : SECCOMP_RET_ALLOW);
		return;
	case NO_EXEC:
		/* A dynamic program's children map their libraries. */
		if (!c->is_vm || getauxval(AT_BASE))
			break;
		load(x, arg(2));
		put(x, BPF_JMP | BPF_JSET | BPF_K, 0, 1, PROT_EXEC);
		result(x, SECCOMP_RET_KILL_PROCESS);
		break;
	case NO_SPACES:
		load(x, arg(0));
		put(x, BPF_JMP | BPF_JSET | BPF_K, 0, 1,
		    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
			    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
			    CLONE_NEWNET);
		result(x, SECCOMP_RET_KILL_PROCESS);
		break;
	case NO_NET:
		load(x, arg(0));
		put(x, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, AF_UNIX);
		result(x, SECCOMP_RET_ALLOW);
		if (c->net)
			inet_sockets(x, c->net);
		result(x, SECCOMP_RET_ERRNO | EACCES);
		return;
	case NO_CONNECT_2:
	case NO_CONNECT_3:
		/* Landlock does not look at connections made by sending. */
		if (c->net != POLICY_NET_PEERS)
			break;
		load(x, arg(rule == NO_CONNECT_2 ? 2 : 3));
		put(x, BPF_JMP | BPF_JSET | BPF_K, 0, 1, MSG_FASTOPEN);
		result(x, refuse);
		break;
	case NOT_BY_NAME:
		for (unsigned half = 0; half < 2 && !c->alone; half++) {
			load(x, arg(1) + 4 * half);
			put(x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0);
			result(x, refuse);
		}
		break;
	case NO_INPUT:
		load(x, arg(1));
		put(x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, TIOCSTI);
		put(x, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, TIOCLINUX);
		result(x, refuse);
		break;
	case SELF_LIMIT:
		load(x, arg(0));
		put(x, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PR_SET_SECCOMP);
		result(x, SECCOMP_RET_KILL_PROCESS);
		break;
	case ALLOW:
		break;
	}
	result(x, SECCOMP_RET_ALLOW);
}

int jail_calls(enum policy_net net, bool is_vm, bool alone, struct err *e)
{
	const struct choice c = { net, is_vm, alone };
	struct filter x = { .n = 0 };
	struct sock_fprog prog;

	load(&x, offsetof(struct seccomp_data, arch));
	put(&x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64);
	/* The direct engine tries one for 32-bit programs, and can do without. */
	result(&x, is_vm ? SECCOMP_RET_KILL_PROCESS
			 : SECCOMP_RET_ERRNO | ENOSYS);
	load(&x, offsetof(struct seccomp_data, nr));
	for (unsigned i = 0; i < COUNT_OF(calls); i++) {
		struct filter one = { .n = 0 };

		body(&one, calls[i].rule, &c);
		put(&x, BPF_JMP | BPF_JEQ | BPF_K, 0, (uint8_t)one.n,
		    calls[i].nr);
		memcpy(x.f + x.n, one.f, one.n * sizeof one.f[0]);
		x.n = (unsigned short)(x.n + one.n);
	}
	/* Also the x32 numbers, which have a high bit set. */
	result(&x, SECCOMP_RET_KILL_PROCESS);
	prog = (struct sock_fprog){ x.n, x.f };
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		return err_set(e, errno, "seccomp: %s", strerror(errno));
	return 0;
}
