/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * util.c - arguments in, results out, and what many handlers do.
 *
 * amd64 of both systems: number in rax, arguments in rdi rsi rdx r10 r8 r9,
 * then on the stack behind the stub's return address; on return the carry flag
 * says whether rax is a result or an errno.  Calls 0 and 198 are indirect: the
 * number is the first argument and all others move up by one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own-fd.h"
#include "base/policy.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/trace.h"

const struct bsd_system *bsd_sys;
const struct launch *bsd_launch;
const char *bsd_exe;

enum { CARRY = 1, CALL_SYSCALL = 0, CALL___SYSCALL = 198 };

static bool is_indirect(const struct guest_regs *regs)
{
	return regs->rax == CALL_SYSCALL || regs->rax == CALL___SYSCALL;
}

const struct xlate_call *bsd_find_call(const struct guest_regs *regs)
{
	uint32_t nr = (uint32_t)(is_indirect(regs) ? regs->rdi : regs->rax);

	return nr < *bsd_sys->ncalls && bsd_sys->calls[nr].name ?
		       &bsd_sys->calls[nr] :
		       NULL;
}

/* For the guest there is no descriptor of ours; -1 is none either. */
static void hide_own_fds(const struct xlate_call *call, uint64_t *args)
{
	for (uint32_t bits = call->handles; bits; bits &= bits - 1) {
		uint64_t *fd = &args[__builtin_ctz(bits)];

		if (own_fd_is((int)*fd))
			*fd = (uint64_t)-1;
	}
}

int bsd_fetch_args(struct task *t, const struct guest_regs *regs,
		   const struct xlate_call *call, uint64_t *args)
{
	uint64_t in[6] = { regs->rdi, regs->rsi, regs->rdx,
			   regs->r10, regs->r8,	 regs->r9 };
	unsigned skip = is_indirect(regs), have = 6 - skip;
	unsigned n = call->nargs;

	memcpy(args, in + skip, have * sizeof *args);
	if (n > have && guest_read(t, args + have, regs->rsp + 8,
				   (n - have) * sizeof *args))
		return -EFAULT;
	hide_own_fds(call, args);
	return 0;
}

static uint64_t errno_to_guest(int64_t ret)
{
	uint64_t n = (uint64_t)-ret;

	if (n > BSD_RAW)
		return n - BSD_RAW;
	if (n < bsd_sys->nerrno && bsd_sys->errno_of[n])
		return bsd_sys->errno_of[n];
	return EINVAL; /* 22 on all three */
}

void bsd_set_result(struct guest_regs *regs, int64_t ret)
{
	if (ret == BSD_DONE)
		return;
	if (ret == BSD_RESTART) {
		/* The syscall instruction itself is never patched away. */
		regs->rip -= 2;
		regs->rcx = regs->r10;
		return;
	}
	if (ret < 0 && ret > BSD_RESTART) {
		regs->rax = errno_to_guest(ret);
		regs->rflags |= CARRY;
		return;
	}
	regs->rax = (uint64_t)ret;
	regs->rflags &= ~(uint64_t)CARRY;
}

/* struct guest_regs's fx */
enum { FX_FCW = 0, FX_MXCSR = 24, FX_XMM = 160, FX_END = 416 };

static void initial_x87(struct guest_regs *regs)
{
	const uint16_t fcw = 0x37f;

	memset(regs->fx, 0, FX_XMM);
	memcpy(regs->fx + FX_FCW, &fcw, sizeof fcw);
}

void bsd_initial_fpu(struct guest_regs *regs)
{
	const uint32_t mxcsr = 0x1f80;

	initial_x87(regs);
	memcpy(regs->fx + FX_MXCSR, &mxcsr, sizeof mxcsr);
	memset(regs->fx + FX_XMM, 0, FX_END - FX_XMM);
	regs->xstate = 0;
}

void bsd_complete_regs(struct guest_regs *regs)
{
	uint32_t mxcsr;

	regs_complete(regs);
	if (regs->kind != REGS_CALL)
		return;
	/* Of a changed site: what C functions may lose is not there. */
	memcpy(&mxcsr, regs->fx + FX_MXCSR, sizeof mxcsr);
	initial_x87(regs);
	memcpy(regs->fx + FX_MXCSR, &mxcsr, sizeof mxcsr);
	regs->kind = REGS_FULL;
}

int64_t bsd_restart(struct task *t, int64_t ret)
{
	if (ret != -EINTR)
		return ret;
	bsd_thread(t)->restarting = true;
	return BSD_RESTART;
}

bool bsd_populate(struct task *t, gaddr addr, int access)
{
	return false;
}

/* More than a megabyte is a short read. */
int64_t bsd_random(struct task *t, gaddr buf, uint64_t n, unsigned host_flags)
{
	struct iovec v = { NULL, 0 };

	n = MIN(n, 1 << 20);
	if (n && guest_iov(t, buf, n, true, &v, 1) != 1)
		return -EFAULT;
	if (!clock_is_fixed())
		return bsd_ret(getrandom(v.iov_base, v.iov_len, host_flags));
	random_fill(v.iov_base, v.iov_len);
	return (int64_t)v.iov_len;
}

/* ---- paths ---------------------------------------------------------------- */

void bsd_sysroot(const char *path, char *buf)
{
	const char *root = bsd_launch->sysroot;

	if (root && path[0] == '/' &&
	    (size_t)snprintf(buf, BSD_PATH, "%s%s", root, path) < BSD_PATH &&
	    faccessat(AT_FDCWD, buf, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	snprintf(buf, BSD_PATH, "%s", path);
}

int bsd_path(struct task *t, gaddr path, char *buf)
{
	char name[BSD_PATH];
	int64_t n;

	if (!bsd_launch->sysroot) {
		n = guest_string(t, buf, BSD_PATH, path);
		return n < 0 ? (int)n : 0;
	}
	n = guest_string(t, name, sizeof name, path);
	if (n < 0)
		return (int)n;
	bsd_sysroot(name, buf);
	return 0;
}

/* ---- vectors and times ------------------------------------------------------- */

struct guest_iovec {
	gaddr base;
	uint64_t len;
};

enum { IOV_MAX_BSD = 1024, IOV_SPLIT = 4 };

int bsd_iov(struct task *t, gaddr iov, uint32_t n, bool write,
	    struct iovec *v, unsigned *nv, struct iovec **more)
{
	struct guest_iovec g[16];
	struct iovec *out = v;
	unsigned done = 0;
	uint64_t total = 0;

	*more = NULL;
	if (n > IOV_MAX_BSD)
		return -EINVAL;
	/* v has room for 16 entries, each in one piece. */
	if (n > COUNT_OF(g)) {
		out = *more = calloc(n, sizeof *out);
		if (!out)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned part = i % COUNT_OF(g);
		int got;

		if (part == 0 &&
		    guest_read(t, g, iov + i * sizeof *g,
			       MIN(n - i, COUNT_OF(g)) * sizeof *g))
			goto fault;
		if (g[part].len > INT64_MAX - total) {
			free(*more);
			*more = NULL;
			return -EINVAL;
		}
		total += g[part].len;
		if (g[part].len == 0)
			continue;
		got = guest_iov(t, g[part].base, g[part].len, write,
				out + done, 1);
		if (got <= 0)
			goto fault;
		/* A shorter piece ends the vector: a short transfer. */
		if (out[done++].iov_len < g[part].len)
			break;
	}
	*nv = done;
	return 0;
fault:
	free(*more);
	*more = NULL;
	return -EFAULT;
}

int bsd_get_timespec(struct task *t, gaddr addr, struct timespec *ts)
{
	struct bsd_timespec g;

	if (guest_read(t, &g, addr, sizeof g))
		return -EFAULT;
	if (g.nsec < 0 || g.nsec >= 1000000000)
		return -EINVAL;
	*ts = (struct timespec){ g.sec, g.nsec };
	return 0;
}

int bsd_put_timespec(struct task *t, gaddr addr, const struct timespec *ts)
{
	struct bsd_timespec g = { ts->tv_sec, ts->tv_nsec };

	return guest_write(t, addr, &g, sizeof g);
}

int bsd_get_timeval(struct task *t, gaddr addr, struct timespec *ts)
{
	struct bsd_timeval g;

	if (guest_read(t, &g, addr, sizeof g))
		return -EFAULT;
	/* NetBSD's has 32 bits, and padding behind them. */
	g.usec = (int32_t)g.usec;
	if (g.usec < 0 || g.usec >= 1000000)
		return -EINVAL;
	*ts = (struct timespec){ g.sec, g.usec * 1000 };
	return 0;
}

/* ---- trace --------------------------------------------------------------------- */

static const char *result_name(int64_t ret)
{
	if (ret >= 0 || ret <= BSD_RESTART)
		return ret == BSD_RESTART ? "ERESTART" :
		       ret == BSD_DONE	  ? "" :
					    NULL;
	return ret < -BSD_RAW ? "an errno of its own" :
				strerrorname_np((int)-ret);
}

static int string_arg(struct task *t, const char *kind, uint64_t a, char *buf,
		      int size)
{
	int64_t n = -1;

	if (!strcmp(kind, "path") || !strcmp(kind, "str"))
		n = guest_string(t, buf, (size_t)size, a);
	return n < 0 ? -1 : (int)n;
}

static bool failed(int64_t ret)
{
	return ret < 0 && ret > BSD_RESTART;
}

static const struct trace_group groups[] = {
	{ "file", "*open*,close*,*stat*,*link*,rename*,*mkdir*,rmdir,*chmod*,"
		  "*chown*,*access,*chdir,*truncate,*getdirent*,*getdents*,"
		  "*utime*,*__getcwd,*seek,fcntl,flock" },
	{ "io", "*read*,*write*,*fsync,ioctl,*poll*,*select*,*pipe*,dup*" },
	{ "network", "*socket*,accept*,bind*,connect*,listen,send*,recv*,"
		     "getpeername,getsockname,shutdown,*sockopt,*kevent*,"
		     "kqueue*" },
	{ "process", "*fork*,exec*,fexecve,wait*,*exit,kill,get*id,set*id" },
	{ "thread", "thr_*,_umtx_op,*_lwp_*" },
	{ "signal", "sig*,__sig*,*kill*,setcontext,getcontext" },
	{ "memory", "m*map,mprotect,madvise,mlock*,munlock*,break,minherit" },
	{ "time", "*clock*,*nanosleep*,*timer*,gettimeofday" },
	{ NULL, NULL },
};

static struct trace_names names = {
	.result = result_name,
	.failed = failed,
	.string = string_arg,
	.groups = groups,
};

int bsd_trace(struct err *e)
{
	names.calls = bsd_sys->calls;
	names.ncalls = bsd_sys->ncalls;
	return trace_start(&names, e);
}

int bsd_shm_path(const char *name, char *path)
{
	int n;

	if (policy) {
		n = snprintf(path, BSD_PATH, "%s/run/shm", policy->own);
		if (n < BSD_PATH && mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		n = snprintf(path, BSD_PATH, "%s/run/shm%s", policy->own, name);
	} else {
		n = snprintf(path, BSD_PATH, "/dev/shm%s", name);
	}
	return n >= BSD_PATH ? -ENAMETOOLONG : 0;
}
