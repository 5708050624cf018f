/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail-calls.c - which Linux system calls a process may make: a seccomp filter
 * made from a table, which says for each call what parts those processes play
 * that make it.  What is not in it ends the process.  Threads of one process share
 * memory and descriptors, so they share the list: one that may do less would only
 * have to ask another.
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
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/jail.h"

/* Newer than the headers may be. */
#define CALL_FCHMODAT2	452
#define CALL_GETXATTRAT 464

enum rule {
	ALLOW,
	REFUSE,	    /* EPERM: handlers try it, and can do without */
	BY_NAME,    /* the same, unless no name leads outside */
	NOT_BY_NAME, /* utimensat: by descriptor (no second argument) */
	NO_SUCH,    /* ENOSYS: libc has another way, which can be checked */
	OWN_IPC,    /* the same, unless nobody outside has these objects */
	OWN_SEGMENT, /* OWN_IPC, and not executable (third argument) */
	IF_DIRECT,  /* only where the program's code is in this process */
	NO_EXEC,    /* memory: not executable (third argument) */
	NO_SPACES,  /* clone: no new namespaces (first argument) */
	NO_NET,	    /* socket: only AF_UNIX, unless the policy says otherwise */
	NO_CONNECT_2, /* sending: must not connect; flags are argument 2, or */
	NO_CONNECT_3,
	NO_LISTEN,  /* listen: the process outside does it, if it hands sockets in */
	NO_INPUT,   /* ioctl: may not type into the terminal */
	SELF_LIMIT, /* prctl: anything but seccomp and such */
	ONLY_FIFO,  /* mknodat: pipes (third argument), where Landlock lets us */
};

/* Who may make it: the monitor, and those outside, which look at what it says. */
enum {
	IN = 1 << JAIL_MONITOR,
	NET = 1 << JAIL_CONNECTOR,
	PROC = 1 << JAIL_WATCHER,
	END = 1 << JAIL_ENDING,
};

struct call {
	uint16_t nr;
	uint8_t rule, roles;
	char name[24]; /* no pointer: nothing to relocate at each start */
};
#define R(name, rule, roles)                                                   \
	{                                                                      \
		SYS_##name, rule, roles, #name                                 \
	}
#define C(name, rule) R(name, rule, IN)

static const struct call calls[] = {
	/* files, by name: Landlock decides */
	R(openat, ALLOW, IN | END | PROC), C(open, ALLOW),
	R(newfstatat, ALLOW, IN | END | PROC), C(stat, ALLOW), C(lstat, ALLOW),
	C(statx, ALLOW), C(access, ALLOW), C(faccessat, ALLOW),
	C(faccessat2, ALLOW), C(readlink, ALLOW),
	R(readlinkat, ALLOW, IN | END), C(mkdir, ALLOW),
	R(mkdirat, ALLOW, IN | END), R(rmdir, ALLOW, IN | END),
	R(unlink, ALLOW, IN | END), R(unlinkat, ALLOW, IN | END),
	C(rename, ALLOW), R(renameat, ALLOW, IN | END), C(renameat2, ALLOW),
	R(linkat, ALLOW, IN | END), C(statfs, ALLOW), C(getcwd, ALLOW),
	C(chdir, ALLOW), C(fchdir, ALLOW), C(umask, ALLOW), C(truncate, ALLOW),
	C(getxattr, ALLOW), C(lgetxattr, ALLOW), C(listxattr, ALLOW),
	{ CALL_GETXATTRAT, ALLOW, IN, "getxattrat" }, C(llistxattr, ALLOW),
	C(inotify_add_watch, ALLOW),
	/*
	 * Landlock does not look at these, and a link may lead anywhere, unless
	 * there is nothing outside.  By descriptor they are further down.
	 */
	C(chmod, BY_NAME), C(fchmodat, BY_NAME),
	{ CALL_FCHMODAT2, BY_NAME, IN, "fchmodat2" }, C(chown, BY_NAME),
	C(lchown, BY_NAME), C(fchownat, BY_NAME), C(setxattr, BY_NAME),
	C(lsetxattr, BY_NAME), C(removexattr, BY_NAME),
	C(lremovexattr, BY_NAME), C(utime, BY_NAME), C(utimes, BY_NAME),
	C(futimesat, BY_NAME), C(symlink, BY_NAME), C(symlinkat, BY_NAME),
	C(mknodat, ONLY_FIFO), C(mknod, REFUSE),
	/* files, by descriptor */
	R(read, ALLOW, IN | END | PROC), R(pread64, ALLOW, IN | END),
	C(readv, ALLOW), C(preadv, ALLOW), C(preadv2, ALLOW),
	R(write, ALLOW, IN | NET | END | PROC), R(pwrite64, ALLOW, IN | END),
	C(writev, ALLOW), C(pwritev, ALLOW), C(pwritev2, ALLOW),
	R(lseek, ALLOW, IN | END), R(close, ALLOW, IN | NET | END | PROC),
	C(close_range, ALLOW), R(fstat, ALLOW, IN | END | PROC),
	C(fstatfs, ALLOW), R(getdents64, ALLOW, IN | END | PROC),
	R(fcntl, ALLOW, IN | NET | END | PROC), C(flock, ALLOW),
	R(ftruncate, ALLOW, IN | END), C(fallocate, ALLOW), C(fsync, ALLOW),
	C(fdatasync, ALLOW), C(sync_file_range, ALLOW),
	C(copy_file_range, ALLOW), C(sendfile, ALLOW), C(fadvise64, ALLOW),
	R(fchmod, ALLOW, IN | END), R(utimensat, NOT_BY_NAME, IN | END),
	R(fgetxattr, ALLOW, IN | END), R(fsetxattr, ALLOW, IN | END),
	R(flistxattr, ALLOW, IN | END), R(fremovexattr, ALLOW, IN | END),
	C(dup, ALLOW), C(dup2, ALLOW), C(dup3, ALLOW), C(pipe, ALLOW),
	C(pipe2, ALLOW), C(splice, ALLOW), C(memfd_create, ALLOW),
	C(inotify_init1, ALLOW), C(inotify_rm_watch, ALLOW), C(ioctl, NO_INPUT),
	/* waiting */
	C(poll, ALLOW), C(ppoll, ALLOW), C(select, ALLOW), C(pselect6, ALLOW),
	C(epoll_create1, ALLOW), C(epoll_ctl, ALLOW), C(epoll_wait, ALLOW),
	C(epoll_pwait, ALLOW), C(epoll_pwait2, ALLOW), C(eventfd2, ALLOW),
	C(timerfd_create, ALLOW), C(timerfd_settime, ALLOW),
	C(signalfd4, ALLOW), C(futex, ALLOW), C(futex_waitv, ALLOW),
	/* sockets */
	R(socket, NO_NET, IN | NET), C(socketpair, ALLOW), C(bind, ALLOW),
	C(listen, NO_LISTEN), R(accept4, ALLOW, IN | NET | PROC),
	C(accept, ALLOW), R(connect, ALLOW, IN | NET), C(shutdown, ALLOW),
	R(sendmsg, NO_CONNECT_2, IN | NET | PROC),
	R(recvmsg, ALLOW, IN | NET | END | PROC), C(sendmmsg, NO_CONNECT_3),
	C(recvmmsg, ALLOW), C(sendto, NO_CONNECT_3), C(recvfrom, ALLOW),
	R(getsockopt, ALLOW, IN | NET), R(setsockopt, ALLOW, IN | NET | PROC),
	C(getsockname, ALLOW), C(getpeername, ALLOW),
	/* memory */
	R(mmap, NO_EXEC, IN | END | PROC), C(mprotect, NO_EXEC),
	R(munmap, ALLOW, IN | END | PROC), C(madvise, ALLOW),
	R(mremap, ALLOW, IN | END | PROC), R(brk, ALLOW, IN | END | PROC),
	C(msync, ALLOW), C(mincore, ALLOW), C(mlock, ALLOW), C(munlock, ALLOW),
	C(membarrier, ALLOW),
	/* threads, signals */
	C(clone, NO_SPACES), C(clone3, NO_SUCH), C(vfork, ALLOW),
	C(fork, ALLOW), C(set_robust_list, ALLOW), C(get_robust_list, ALLOW),
	C(rseq, ALLOW), C(set_tid_address, ALLOW), C(exit, ALLOW),
	R(exit_group, ALLOW, IN | NET | END | PROC), C(gettid, ALLOW),
	C(tgkill, ALLOW), C(tkill, ALLOW), C(kill, ALLOW),
	C(rt_sigaction, ALLOW), R(rt_sigprocmask, ALLOW, IN | END),
	R(rt_sigreturn, ALLOW, IN | NET | END | PROC),
	R(rt_sigtimedwait, ALLOW, IN | END), C(rt_sigsuspend, ALLOW),
	R(rt_sigpending, ALLOW, IN | END),
#ifdef __SANITIZE_ADDRESS__ /* which asks before what does not return */
	R(sigaltstack, ALLOW, IN | NET | END | PROC),
#else
	C(sigaltstack, ALLOW),
#endif
	C(pause, ALLOW), R(restart_syscall, ALLOW, IN | NET | END | PROC),
	C(alarm, ALLOW), C(setitimer, ALLOW), C(timer_create, ALLOW),
	C(timer_settime, ALLOW), C(timer_delete, ALLOW), C(sched_yield, ALLOW),
	C(sched_getaffinity, ALLOW), C(sched_setaffinity, ALLOW),
	C(sched_getparam, ALLOW), C(sched_getscheduler, ALLOW),
	C(sched_setscheduler, ALLOW), C(getpriority, ALLOW),
	C(setpriority, ALLOW), C(ioprio_set, ALLOW), C(ioprio_get, ALLOW),
	C(arch_prctl, ALLOW), C(prctl, SELF_LIMIT), C(getcpu, ALLOW),
	/* time */
	C(clock_gettime, ALLOW), C(clock_getres, ALLOW),
	C(clock_nanosleep, ALLOW), C(nanosleep, ALLOW), C(gettimeofday, ALLOW),
	C(time, ALLOW),
	/* processes: Landlock lets only this program be executed */
	C(execve, ALLOW), C(wait4, ALLOW), C(waitid, ALLOW),
	C(pidfd_open, ALLOW), C(pidfd_send_signal, ALLOW),
	R(getpid, ALLOW, IN | END | PROC), C(getppid, ALLOW), C(getuid, ALLOW),
	C(geteuid, ALLOW), C(getgid, ALLOW), C(getegid, ALLOW),
	C(getpgid, ALLOW), C(getpgrp, ALLOW), C(setpgid, ALLOW),
	C(getsid, ALLOW), C(setsid, ALLOW), C(getgroups, ALLOW),
	C(getrusage, ALLOW), C(times, ALLOW), C(prlimit64, ALLOW),
	C(getrlimit, ALLOW), C(setrlimit, ALLOW), C(uname, ALLOW),
	C(sysinfo, ALLOW), C(getrandom, ALLOW),
	/* What programs of the BSDs ask for; there is no privilege to use. */
	C(getresuid, ALLOW), C(getresgid, ALLOW), C(setuid, REFUSE),
	C(setgid, REFUSE), C(setreuid, REFUSE), C(setregid, REFUSE),
	C(setresuid, REFUSE), C(setresgid, REFUSE), C(getitimer, ALLOW),
	C(timer_gettime, ALLOW), C(timer_getoverrun, ALLOW),
	C(timerfd_gettime, ALLOW), C(sched_rr_get_interval, ALLOW),
	C(rt_sigqueueinfo, ALLOW), C(rt_tgsigqueueinfo, ALLOW),
	C(mlockall, ALLOW), C(munlockall, ALLOW), C(setgroups, REFUSE),
	C(chroot, REFUSE), C(sync, REFUSE), C(fchown, REFUSE),
	C(clock_settime, REFUSE), C(settimeofday, REFUSE), C(adjtimex, REFUSE),
	C(clock_adjtime, REFUSE), C(process_vm_readv, REFUSE),
	C(process_vm_writev, REFUSE), C(personality, REFUSE),
	/* System V IPC and message queues, for programs of the BSDs */
	C(msgget, OWN_IPC), C(msgsnd, OWN_IPC), C(msgrcv, OWN_IPC),
	C(msgctl, OWN_IPC), C(semget, OWN_IPC), C(semop, OWN_IPC),
	C(semctl, OWN_IPC), C(shmget, OWN_IPC), C(shmat, OWN_SEGMENT),
	C(shmctl, OWN_IPC), C(mq_open, OWN_IPC), C(mq_unlink, OWN_IPC),
	C(mq_timedsend, OWN_IPC), C(mq_timedreceive, OWN_IPC),
	C(mq_notify, OWN_IPC), C(mq_getsetattr, OWN_IPC),
	C(modify_ldt, IF_DIRECT),
	/* of the processes outside only */
	R(listen, ALLOW, NET), R(openat2, ALLOW, END), R(symlinkat, ALLOW, END),
};

static const char *const roles[] = {
	[JAIL_MONITOR] = "monitor",
	[JAIL_CONNECTOR] = "connector",
	[JAIL_WATCHER] = "watcher",
	[JAIL_ENDING] = "ending",
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
	unsigned net;
	bool is_vm, alone;
};

/* socket(): AF_INET and AF_INET6, of what types the policy has. */
static void inet_sockets(struct filter *x, unsigned net)
{
	enum { TYPE = 0xf };

	put(x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AF_INET);
	if (net & ~(unsigned)POLICY_NET_PEERS) {
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

/* Memory whose third argument asks for it to be executable. */
static void executable(struct filter *x, uint32_t flag, const struct choice *c)
{
	/* A dynamic program's children map their libraries. */
	if (!c->is_vm || getauxval(AT_BASE))
		return;
	load(x, arg(2));
	put(x, BPF_JMP | BPF_JSET | BPF_K, 0, 1, flag);
	result(x, SECCOMP_RET_KILL_PROCESS);
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
	case OWN_SEGMENT:
		if (c->alone) {
			executable(x, SHM_EXEC, c);
			break;
		}
		/* fall through */
	case OWN_IPC:
		result(x, c->alone ? SECCOMP_RET_ALLOW :
				     SECCOMP_RET_ERRNO | ENOSYS);
		return;
	case IF_DIRECT:
		result(x, c->is_vm ? refuse : SECCOMP_RET_ALLOW);
		return;
	case NO_EXEC:
		executable(x, PROT_EXEC, c);
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
		if (!(c->net & POLICY_NET_PEERS))
			break;
		load(x, arg(rule == NO_CONNECT_2 ? 2 : 3));
		put(x, BPF_JMP | BPF_JSET | BPF_K, 0, 1, MSG_FASTOPEN);
		result(x, refuse);
		break;
	case NO_LISTEN:
		if (!(c->net & POLICY_NET_PEERS))
			break;
		result(x, refuse);
		return;
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
	case ONLY_FIFO:
		load(x, arg(2));
		put(x, BPF_ALU | BPF_AND | BPF_K, 0, 0, S_IFMT);
		put(x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, S_IFIFO);
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

static int install(enum jail_role role, const struct choice *c, struct err *e)
{
	struct filter x = { .n = 0 };
	struct sock_fprog prog;

	load(&x, offsetof(struct seccomp_data, arch));
	put(&x, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64);
	/* The direct engine tries one for 32-bit programs, and can do without. */
	result(&x, c->is_vm ? SECCOMP_RET_KILL_PROCESS
			    : SECCOMP_RET_ERRNO | ENOSYS);
	load(&x, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		struct filter one = { .n = 0 };

		if (!(calls[i].roles & 1 << role))
			continue;
		body(&one, calls[i].rule, c);
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

int jail_calls(unsigned net, bool is_vm, bool alone, struct err *e)
{
	const struct choice c = { net, is_vm, alone };

	return install(JAIL_MONITOR, &c, e);
}

int jail_calls_outside(enum jail_role role, struct err *e)
{
	const struct choice c = { POLICY_NET_PEERS, true, false };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "no_new_privs: %s", strerror(errno));
	return install(role, &c, e);
}

void jail_show_calls(FILE *f)
{
	static const char *const words[] = {
		[ALLOW] = "allowed",
		[REFUSE] = "refused",
		[BY_NAME] = "where no name leads outside",
		[NOT_BY_NAME] = "by descriptor, or where no name leads outside",
		[NO_SUCH] = "refused, as if there were none",
		[OWN_IPC] = "among the sandbox's own objects",
		[OWN_SEGMENT] = "among the sandbox's own objects, not "
				"executable",
		[IF_DIRECT] = "with the direct engine",
		[NO_EXEC] = "but no executable memory",
		[NO_SPACES] = "but no namespaces",
		[NO_NET] = "but only AF_UNIX and what --net grants",
		[NO_CONNECT_2] = "but no connections by it",
		[NO_CONNECT_3] = "but no connections by it",
		[NO_LISTEN] = "but not where --net grants single hosts",
		[NO_INPUT] = "but no typing into the terminal",
		[SELF_LIMIT] = "but no other filters",
		[ONLY_FIFO] = "but only pipes",
	};

	for (size_t r = 0; r < COUNT_OF(roles); r++)
		for (size_t i = 0; i < COUNT_OF(calls); i++)
			if (calls[i].roles & 1 << r)
				fprintf(f, "%s %s %s\n", roles[r],
					calls[i].name, words[calls[i].rule]);
}
