/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bsd.h - what the FreeBSD and NetBSD personalities share.
 *
 * Their calls do the same things with other numbers: a handler here is written
 * once and takes what differs from the running system's struct bsd_system.
 * Handlers return a result, or -errno of the host; set_result() translates.
 *
 * A guest process is a host process with the same id, and a guest signal is a
 * host signal with the number changed, so that processes of all kinds can wait
 * for, signal and trace each other by the host's own means.
 */
#ifndef RF_BSD_H
#define RF_BSD_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "syscall-xlate/hostcall.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/xlate.h"

enum {
	/* Results beyond the host's errno. */
	BSD_RAW = 3000,	     /* -(BSD_RAW + n): the guest's own errno n */
	BSD_RESTART = -4500, /* interrupted; to be made again unless a signal
				handler without SA_RESTART runs */
	BSD_DONE = -4501,    /* the registers are as they shall be */

	BSD_PATH = 4096,
	BSD_NSIG = 128,	 /* signals are 1 ... 128 */
	BSD_QUEUE = 64,	 /* signals on their way to one thread */
	BSD_FAULT_SIGNALS = 13, /* those of faults have numbers below it */
};

#define BSD_ERRNO(n) (-(int64_t)(BSD_RAW + (n)))

/* 128 signals, bit 0 is signal 1: both systems' sigset_t. */
struct bsd_sigset {
	uint64_t bits[2];
};

struct bsd_timespec {
	int64_t sec, nsec;
};

struct bsd_timeval {
	int64_t sec, usec;
};

/* A stack for signal handlers.  flags: 1 in use, 4 disabled, in both systems. */
enum { BSD_SS_ONSTACK = 1, BSD_SS_DISABLE = 4 };
struct bsd_stack {
	gaddr sp;
	uint64_t size;
	int32_t flags, pad;
};

enum {
	BSD_SA_ONSTACK = 1, BSD_SA_RESTART = 2, BSD_SA_RESETHAND = 4,
	BSD_SA_NOCLDSTOP = 8, BSD_SA_NODEFER = 16, BSD_SA_NOCLDWAIT = 32,
	BSD_SA_SIGINFO = 64,
};
#define BSD_SIG_DFL 0ull
#define BSD_SIG_IGN 1ull

struct bsd_action {
	gaddr handler;
	uint32_t flags;	       /* BSD_SA_* */
	struct bsd_sigset mask;
	gaddr tramp;	       /* NetBSD: where the handler returns to */
};

/* A signal on its way to the guest: numbers and codes are the guest's. */
struct bsd_signal {
	int32_t sig, code;
	int32_t pid;
	uint32_t uid;
	int32_t status;
	int32_t error;
	gaddr addr;
	uint64_t value;
	int32_t trap;	  /* processor's vector, of a fault */
	uint32_t trap_err;
	bool fault;
};

struct bsd_thread {
	struct task task; /* first: task.data points back here */
	struct bsd_thread *next;
	struct bsd_sigset mask;
	struct bsd_sigset saved_mask; /* sigsuspend's caller's */
	bool restore_mask;
	bool restarting;  /* the call that just ended was interrupted */
	bool masked_once; /* the host's mask has been set */
	struct bsd_stack stack;
	/* Written by host_signal(), read by the thread itself. */
	struct bsd_signal queue[BSD_QUEUE];
	_Atomic unsigned head, tail;
	/* Signals of faults that were sent and are blocked, which the host's are
	   not: by number. */
	struct bsd_signal held[BSD_FAULT_SIGNALS];
	_Atomic uint32_t park;	  /* see park.c */
	_Atomic uint32_t stopped; /* by another's wish; a futex word */
	gaddr robust[3];	  /* lists of the mutexes it holds */
	gaddr tid_at[2];  /* FreeBSD: where a new thread's id is written */
	gaddr lwpctl;	  /* NetBSD */
	bool detached, gone;
	uint32_t *starter; /* who waits for this thread's id; see thread.c */
	char name[32];
};

enum bsd_fcntl {
	FCNTL_NONE, FCNTL_DUPFD, FCNTL_GETFD, FCNTL_SETFD, FCNTL_GETFL,
	FCNTL_SETFL, FCNTL_GETOWN, FCNTL_SETOWN, FCNTL_GETLK, FCNTL_SETLK,
	FCNTL_SETLKW, FCNTL_DUP2FD, FCNTL_DUPFD_CLOEXEC, FCNTL_DUP2FD_CLOEXEC,
	FCNTL_CLOSEM, FCNTL_MAXFD, FCNTL_IGNORE, FCNTL_GETPATH,
	FCNTL_ADD_SEALS, FCNTL_GET_SEALS,
};

enum bsd_sockopt_kind {
	SOCKOPT_PLAIN,	/* the same bytes */
	SOCKOPT_BOOL,	/* an int that is 0 or not */
	SOCKOPT_ERRNO,	/* an errno */
	SOCKOPT_DOMAIN,
	SOCKOPT_NOTHING, /* accepted: there is nothing to do here */
	SOCKOPT_PMTU,	/* don't-fragment bit: IP_MTU_DISCOVER's values */
	SOCKOPT_GROUPS, /* struct group_req, group_source_req: addresses */
	SOCKOPT_SOURCE, /* struct ip_mreq_source: in another order */
};

struct bsd_sockopt {
	int level, name;
	int host_level, host_name;
	enum bsd_sockopt_kind kind;
};

/* What a fault becomes. */
enum { BSD_CODE_OF_PAGE = 0 }; /* MAPERR, or ACCERR if there is a page */
struct bsd_fault_signal {
	uint8_t sig, code;
};

/* POSIX message queues: mqueue.c. */
struct bsd_mq {
	size_t attr_size; /* struct mq_attr: at most eight longs */
	uint32_t priorities;
	long maxmsg, msgsize; /* of a queue that nobody says more of */
	bool any_name; /* it need not begin with a slash, and may have more */
	bool tells_threads; /* SIGEV_THREAD_ID */
};

/* Who is at the other end of a Unix socket. */
struct bsd_peer {
	int32_t pid;
	uint32_t uid, groups[16]; /* the first is the effective one */
	uint16_t ngroups;
};

/* What a system has of its own; system.h has the rows that both have. */
struct bsd_system {
	const char *name;	 /* uname -s */
	const char *release;	 /* uname -r */
	const char *version;	 /* uname -v */
	const char *machine;

	const struct xlate_call *calls;
	const size_t *ncalls;

	const uint16_t *errno_of; /* host errno -> guest errno */
	unsigned nerrno;

	const int8_t *sig_of;	/* guest signal -> host signal, 0: none */
	const struct flag_pair *open_flags; /* without the access mode */
	unsigned nopen_flags;
	uint32_t o_cloexec, o_nonblock;
	int nofollow_error;	/* host errno for O_NOFOLLOW on a link */
	int no_attribute;	/* and for what extattr(2) does not find */

	/* struct stat from the host's, at addr. */
	int (*put_stat)(struct task *t, gaddr addr, const struct stat *st);
	int32_t status_continued; /* of wait(2) */
	int32_t inherit_zero;	  /* of minherit(2) */
	uint8_t af_inet6;
	const struct flag_pair *msg_flags;
	unsigned nmsg_flags;
	const struct bsd_sockopt *sockopts; /* beyond those both have */
	unsigned nsockopts;
	const uint8_t *fcntl_ops; /* command -> enum bsd_fcntl; 0: none */
	unsigned nfcntl_ops;

	/*
	 * Builds the frame of a signal handler and points regs at it.
	 * Returns 0 or -EFAULT.
	 */
	int (*push_frame)(struct bsd_thread *th, struct guest_regs *regs,
			  const struct bsd_signal *s,
			  const struct bsd_action *a,
			  const struct bsd_sigset *old_mask);
	const struct bsd_fault_signal *faults; /* by enum fault_kind: of each */
	void (*forked)(void); /* in the child: other threads are no more */
	/* th ends: what it holds that others may wait for.  NULL: nothing. */
	void (*let_go)(struct task *t, struct bsd_thread *th);
	/* fd, or -1: all of them, is about to be closed.  NULL: nothing. */
	void (*closing)(int fd);
	/* NetBSD: where a request's control block says that it is done. */
	void (*aio_done)(gaddr cb, int64_t result);
	const struct sysv_layout *sysv; /* sysv.h */
	const struct bsd_route_format *route; /* rtmsg.h */
	const struct bsd_mq *mq;
	uint32_t sem_value_max;
	/* That of a Unix socket's level 0, in the system's layout; its size. */
	int32_t peer_option;
	size_t (*put_peer)(void *to, const struct bsd_peer *p); /* 128 bytes */
	bool cut_is_attrib; /* EVFILT_VNODE tells of a file that is cut off */
};

extern const struct bsd_system *bsd_sys;
extern const struct launch *bsd_launch;
extern const char *bsd_exe; /* the program's absolute host path */

/* ---- process and threads (process.c, thread.c) ---------------------------- */

static inline struct bsd_thread *bsd_thread(struct task *t)
{
	return t->data;
}

struct bsd_thread *bsd_thread_new(const struct bsd_thread *parent);
/*
 * Starts th.  Returns 0 or -errno; wait: its id, once it runs, which takes as
 * long as the host's scheduler likes.
 */
int64_t bsd_thread_start(struct bsd_thread *th, const struct guest_regs *first,
			 bool wait);
void bsd_thread_started(struct task *t);
void bsd_thread_ended(struct task *t);
/* The calling thread ends; the process too if it is the last. */
_Noreturn void bsd_thread_leave(struct task *t);
/* The process ends: so do all its threads, as far as others can tell. */
void bsd_threads_release(struct task *t);
/* With the list locked: th by id, or NULL.  bsd_threads_unlock() afterwards. */
struct bsd_thread *bsd_threads_find(int32_t tid);
void bsd_threads_unlock(void);
/* It is about to end: bsd_threads_find() does not find it any more. */
void bsd_thread_gone(struct bsd_thread *th);
unsigned bsd_threads_count(void);
/*
 * Sleeps until bsd_unpark(), which may have come before: -EALREADY.  end: a time
 * of clock, NULL: none.  0, -ETIMEDOUT or -EINTR.
 */
int64_t bsd_park(struct task *t, int clock, const struct timespec *end);
void bsd_unpark(struct bsd_thread *th);
/* id stands still from now on, or goes on.  0 or -errno. */
int64_t bsd_thread_stop(struct task *t, int32_t id, bool stop);
/* vfork(2), with what an execve(2) does to handlers done in the child. */
int64_t bsd_spawn(struct task *t);

/* ---- signals (signal.c) ---------------------------------------------------- */

int bsd_sig_to_host(int sig);	 /* 0: there is none */
int bsd_sig_from_host(int sig);	 /* 0: there is none */
void bsd_signals_init(void);	 /* what was inherited */
void bsd_signals_thread(struct bsd_thread *th);
/* th is about to end: what came to it for the process is another's. */
void bsd_signals_leave(struct bsd_thread *th);
void bsd_host_signal(struct task *t, int sig, const void *siginfo);
/* A host signal has come.  true: of mqueue.c's.  Signal context. */
bool bsd_mq_told(int sig, const void *siginfo);
void bsd_mq_forked(void);
void bsd_pending(struct task *t, struct guest_regs *regs);
void bsd_fault(struct task *t, struct guest_regs *regs,
	       const struct guest_fault *f);
void bsd_set_mask(struct bsd_thread *th, const struct bsd_sigset *mask);
void bsd_mask_to_host(const struct bsd_sigset *from, sigset_t *to);
/* The same for an action: reads and/or writes.  0 or -errno. */
int bsd_action(int sig, const struct bsd_action *set, struct bsd_action *old);
/* Where a handler's frame of size bytes begins: below rsp or on its stack. */
gaddr bsd_frame_place(struct bsd_thread *th, const struct guest_regs *regs,
		      const struct bsd_action *a, uint64_t size, uint64_t align);
bool bsd_on_stack(const struct bsd_thread *th, gaddr rsp);
bool bsd_sig_in(const struct bsd_sigset *s, int sig);

/*
 * Waits for one of the sigset_t at set, for the struct timespec at timeout (0:
 * for ever); s is what came.  Returns 0, -EAGAIN, -EINTR, -EFAULT or -EINVAL.
 */
int64_t bsd_sigwait(struct task *t, gaddr set, gaddr timeout,
		    struct bsd_signal *s);
/* A host's wait status as the guest's. */
int32_t bsd_wait_status(int status);
int64_t bsd_wait_id(struct task *t, int32_t idtype, int64_t id, int32_t options,
		    siginfo_t *si, struct rusage *r);
/* A guest clock's number on the host, -1: none. */
int bsd_clock(uint32_t id);
/* eventfd(2), whose EFD_SEMAPHORE is semaphore. */
int64_t bsd_eventfd_new(uint32_t value, uint32_t flags, uint32_t semaphore);
/* timer_create(2), with struct sigevent spelt out. */
int64_t bsd_timer_new(struct task *t, uint32_t id, int notify, int sig,
		      uint64_t value, int32_t tid, gaddr timer_at);
/* stat of path relative to dir, into the guest's struct at. */
int64_t bsd_stat_at(struct task *t, int dir, gaddr path, gaddr at, int flags);

/* Caught signals have their default action again. */
void bsd_signals_default(void);

/* kqueue wants to hear of sig (1) or no longer (-1). */
void bsd_signal_watch(int sig, int how);

/* -EINTR of a call that BSD makes again becomes BSD_RESTART. */
int64_t bsd_restart(struct task *t, int64_t ret);

/* ---- helpers (util.c) -------------------------------------------------------- */

/* A result of set_result(): carry and errno, or the value. */
void bsd_set_result(struct guest_regs *regs, int64_t ret);
/* x87, SSE and what came later as a program or a handler finds them. */
void bsd_initial_fpu(struct guest_regs *regs);
/* Every register of a call, for a context: regs is a copy. */
void bsd_complete_regs(struct guest_regs *regs);
/* Arguments in registers and on the stack; shift: of an indirect call. */
int bsd_fetch_args(struct task *t, const struct guest_regs *regs,
		   const struct xlate_call *call, uint64_t *args);
const struct xlate_call *bsd_find_call(const struct guest_regs *regs);
/* No memory here is made only when it is touched: false. */
bool bsd_populate(struct task *t, gaddr addr, int access);
/* trace_start() for the running system's calls. */
int bsd_trace(struct err *e);

/*
 * Sockets of route(4), see route.c.  type: the host's flags.  What has been written
 * to one, or any socket, is answered by bsd_route_sent(): ret, or -errno.
 */
int64_t bsd_route_socket(int type);
extern _Atomic bool bsd_route_any;
int64_t bsd_route_answer(int fd, int64_t ret);
static inline int64_t bsd_route_sent(int fd, int64_t ret)
{
	return bsd_route_any && ret > 0 ? bsd_route_answer(fd, ret) : ret;
}
void bsd_route_forked(void);

/*
 * bsd_file_refused() - in a sandbox: is what was opened not the program's?  Asked
 * with the descriptor in hand, as what counts is the file, not the name that led
 * there.  The jail has more than that in it: what run-foreign itself needs.
 */
bool bsd_file_refused(int fd, bool change);

/*
 * bsd_change() - change() what fd has attributes of, by descriptor, if the
 * sandbox may change that file: an open one may be there to be read only.
 * Returns what it returned, or -errno.
 */
int64_t bsd_change(int fd, int (*change)(int fd, const void *arg),
		   const void *arg);

/*
 * bsd_change_named() - the same by name: the host's links in /proc lead to what
 * the program was given as standard handles.  flags: AT_SYMLINK_NOFOLLOW,
 * AT_EMPTY_PATH.
 */
typedef int bsd_change_at(int dir, const char *name, int flags,
			  const void *arg);
int64_t bsd_change_named(int dir, const char *name, int flags,
			 bsd_change_at *change, const void *arg);

/* ret, or -errno if it is -1. */
static inline int64_t bsd_ret(int64_t ret)
{
	return ret == -1 ? -errno : ret;
}

/*
 * The host path for a guest path: in the sysroot if it is there.  buf has
 * BSD_PATH bytes.  0 or -errno.
 */
int bsd_path(struct task *t, gaddr path, char *buf);
void bsd_sysroot(const char *path, char *buf);
/* AT_FDCWD is -100 on both systems and the host. */
int bsd_iov(struct task *t, gaddr iov, uint32_t n, bool write,
	    struct iovec *v, unsigned *nv, struct iovec **more);
int bsd_get_timespec(struct task *t, gaddr addr, struct timespec *ts);
int bsd_put_timespec(struct task *t, gaddr addr, const struct timespec *ts);
int bsd_get_timeval(struct task *t, gaddr addr, struct timespec *ts);
/* getrandom(2) with the host's flags. */
int64_t bsd_random(struct task *t, gaddr buf, uint64_t n, unsigned host_flags);
/* An interruptible host call: -errno, see hostcall.h. */
#define bsd_call(t, nr, a1, a2, a3, a4, a5, a6)                              \
	host_call(&(t)->pending, nr, (uint64_t)(a1), (uint64_t)(a2),         \
		  (uint64_t)(a3), (uint64_t)(a4), (uint64_t)(a5),            \
		  (uint64_t)(a6))

/* ---- memory (space.c) ---------------------------------------------------------- */

/* The book of used guest addresses. */
void space_lock(void);
void space_unlock(void);
void space_forked(void);
bool space_free(gaddr at, uint64_t size); /* wholly unused */
gaddr space_find(gaddr from, gaddr to, uint64_t size, uint64_t align);
int space_add(gaddr at, uint64_t size); /* 0 or -ENOMEM */
void space_remove(gaddr at, uint64_t size);
/* minherit(2): [from, to) is copied for a child from now on.  0 or -ENOMEM. */
int inherit_copy(gaddr from, gaddr to);
void inherit_forked(void); /* in the child of a fork */
/* mmap(2), with the flags spelt out. */
struct bsd_map {
	gaddr addr;
	uint64_t len, off;
	int prot, fd; /* prot: enum guest_prot */
	unsigned align_log2; /* 0: a page */
	bool anonymous, shared, fixed, exclusive, below_2g;
	bool segment; /* fd is the id of a System V segment, of that size */
};
int64_t bsd_map(struct task *t, const struct bsd_map *m);
int bsd_prot(uint32_t prot); /* PROT_* to enum guest_prot */
/* Maps zeroed memory anywhere; 0: no room. */
gaddr bsd_map_anywhere(uint64_t size, int prot, gaddr from);
void bsd_brk_init(gaddr at);

/*
 * The host's path of an object of shared memory, "/name": BSD_PATH bytes.  0 or
 * -errno.
 */
int bsd_shm_path(const char *name, char *path);

/* ---- program start (exec.c) ------------------------------------------------------ */

struct bsd_image {
	gaddr bias, entry, phdr;
	uint64_t phnum;
	gaddr base;	  /* of the dynamic linker; 0: static */
	gaddr run;	  /* where to begin: the linker's entry or the program's */
	gaddr end;	  /* behind the program: brk begins there */
};
/* Maps the program, and its dynamic linker from the sysroot. */
int bsd_map_program(const struct launch *l, uint32_t ncalls,
		    struct bsd_image *im, struct err *e);

/* ---- vfork (vfork.c) ---------------------------------------------------------------- */

/* In a child whose parent waits at pipe's other end; -1: nobody waits. */
void vfork_child(struct task *t, int pipe);
/* It ends, or executes a program: the parent hears of what it changed. */
void vfork_tell(struct task *t);
/* The parent: until the child has closed the pipe. */
void vfork_wait(struct task *t, int pipe);

/* ---- kqueue, descriptors ------------------------------------------------------------ */

void bsd_closing(int fd); /* fd is about to be closed */
void kqueue_closed(int fd); /* the same for kqueues */
void kqueue_forked(void);
void kqueue_leave(void); /* the process ends */

/* ---- sockets ---------------------------------------------------------------------------- */

int bsd_family_to_host(int family); /* -1: unknown */
int bsd_family_from_host(int family);
int bsd_get_sockaddr(struct task *t, gaddr addr, uint32_t len,
		     struct sockaddr_storage *ss, socklen_t *host_len);
int bsd_put_sockaddr(struct task *t, gaddr addr, gaddr len_at,
		     const struct sockaddr_storage *ss, socklen_t host_len);

#endif
