/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signal.c - guest signals are host signals.
 *
 * The host's mask is the guest's, translated, so the host's kernel chooses the
 * thread, keeps what is blocked, ends and stops processes, and wakes waiters.
 * Only signals with a guest handler are caught: the handler's frame is built
 * when the thread next goes back to the guest.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/kqueue.h"

enum {
	HOST_NSIG = 65,
	/*
	 * The code of a signal that a thread has taken and sends once more; the
	 * true one is in si_errno.  Not all threads may send one that stands
	 * for the kernel or kill(2), even to their own process.
	 */
	SENT_AGAIN = -4242,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bsd_action actions[BSD_NSIG + 1] SPARSE; /* under lock */
static uint8_t from_host[HOST_NSIG];
static _Atomic int watched[BSD_NSIG + 1]; /* by kqueues */

/* ---- numbers and sets ------------------------------------------------------ */

int bsd_sig_to_host(int sig)
{
	return sig < 1 || sig > BSD_NSIG ? 0 : bsd_sys->sig_of[sig];
}

int bsd_sig_from_host(int sig)
{
	return sig < 1 || sig >= HOST_NSIG ? 0 : from_host[sig];
}

bool bsd_sig_in(const struct bsd_sigset *s, int sig)
{
	return s->bits[(sig - 1) / 64] >> ((sig - 1) % 64) & 1;
}

static void add(struct bsd_sigset *s, int sig)
{
	s->bits[(sig - 1) / 64] |= 1ull << ((sig - 1) % 64);
}

void bsd_mask_to_host(const struct bsd_sigset *from, sigset_t *to)
{
	sigemptyset(to);
	for (unsigned w = 0; w < 2; w++)
		for (uint64_t bits = from->bits[w]; bits; bits &= bits - 1) {
			int sig = (int)(64 * w) + __builtin_ctzll(bits) + 1;
			int host = bsd_sig_to_host(sig);

			if (host)
				sigaddset(to, host);
		}
}

static void mask_from_host(const sigset_t *from, struct bsd_sigset *to)
{
	*to = (struct bsd_sigset){ 0 };
	for (int sig = 1; sig < HOST_NSIG; sig++)
		if (from_host[sig] && sigismember(from, sig))
			add(to, from_host[sig]);
}

/* SIGKILL and SIGSTOP cannot be blocked; both have BSD's old numbers. */
static void unblockable(struct bsd_sigset *s)
{
	s->bits[0] &= ~(1ull << (9 - 1) | 1ull << (17 - 1));
}

static void to_host(const struct bsd_signal *s, siginfo_t *to)
{
	siginfo_t si = { 0 };

	si.si_signo = bsd_sig_to_host(s->sig);
	si.si_code = SENT_AGAIN;
	si.si_errno = s->code;
	si.si_pid = s->pid;
	si.si_uid = s->uid;
	if (si.si_signo == SIGCHLD)
		si.si_status = s->status;
	else
		si.si_value.sival_ptr = (void *)s->value;
	*to = si;
}

static void send_again(struct bsd_thread *th, const struct bsd_signal *s)
{
	siginfo_t si;

	to_host(s, &si);
	syscall(SYS_rt_tgsigqueueinfo, getpid(), th->task.tid, si.si_signo, &si);
}

void bsd_set_mask(struct bsd_thread *th, const struct bsd_sigset *mask)
{
	sigset_t host;

	th->mask = *mask;
	unblockable(&th->mask);
	bsd_mask_to_host(&th->mask, &host);
	for (int sig = SIGILL; sig <= SIGSYS; sig++)
		if (signal_is_of_faults(sig))
			sigdelset(&host, sig);
	pthread_sigmask(SIG_SETMASK, &host, NULL);
	for (int sig = 1; sig < BSD_FAULT_SIGNALS; sig++)
		if (th->held[sig].sig && !bsd_sig_in(&th->mask, sig)) {
			struct bsd_signal s = th->held[sig];

			th->held[sig].sig = 0;
			send_again(th, &s);
		}
}

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

void bsd_signals_init(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
	for (int sig = 1; sig <= BSD_NSIG; sig++)
		if (bsd_sys->sig_of[sig])
			from_host[(int)bsd_sys->sig_of[sig]] = (uint8_t)sig;
	for (int sig = 1; sig <= BSD_NSIG; sig++) {
		struct sigaction sa;
		int host = bsd_sig_to_host(sig);

		/* What the parent ignores stays ignored. */
		if (host && sigaction(host, NULL, &sa) == 0 &&
		    sa.sa_handler == SIG_IGN)
			actions[sig].handler = BSD_SIG_IGN;
	}
}

/* The mask that the first thread inherits, or that bsd_thread_new() copied. */
void bsd_signals_thread(struct bsd_thread *th)
{
	sigset_t host;

	if (!th->masked_once) {
		pthread_sigmask(SIG_SETMASK, NULL, &host);
		mask_from_host(&host, &th->mask);
		th->masked_once = true;
	}
	bsd_set_mask(th, &th->mask);
}

/* ---- arrival ------------------------------------------------------------------ */

/*
 * Codes of the sender's kind: both systems count them from 0x10001 (FreeBSD) or
 * 0, -1, -2 (NetBSD) and translate in push_frame(); here they are the host's.
 */
static void fill(struct bsd_signal *s, int host_sig, const siginfo_t *si)
{
	bool again = si->si_code == SENT_AGAIN;
	int code = again ? si->si_errno : si->si_code;

	*s = (struct bsd_signal){
		.sig = from_host[host_sig],
		.code = code,
		.error = again ? 0 : si->si_errno,
	};
	if (code == SI_TIMER || code == SI_QUEUE || code == SI_MESGQ ||
	    code == SI_ASYNCIO)
		s->value = (uint64_t)si->si_value.sival_ptr;
	if (code != SI_TIMER && code != SI_KERNEL) {
		s->pid = si->si_pid;
		s->uid = si->si_uid;
	}
	if (host_sig == SIGCHLD && code > 0 && code <= CLD_CONTINUED) {
		s->status = si->si_status;
		if (!again && (code == CLD_KILLED || code == CLD_DUMPED ||
			       code == CLD_STOPPED || code == CLD_TRAPPED))
			s->status = bsd_sig_from_host(si->si_status);
	}
}

void bsd_host_signal(struct task *t, int sig, const void *siginfo)
{
	struct bsd_thread *th = bsd_thread(t);
	unsigned tail;

	if (bsd_mq_told(sig, siginfo))
		return;
	if (sig < HOST_NSIG && watched[from_host[sig]])
		kqueue_signal(from_host[sig]);
	if (!from_host[sig])
		return;
	/* A place first: one of faults' may come in between, as they are never
	   blocked. */
	tail = atomic_fetch_add(&th->tail, 1);
	/* Only real-time signals come in such numbers; the kernel's own queue
	   has a limit as well. */
	if (tail - atomic_load(&th->head) >= BSD_QUEUE) {
		atomic_fetch_sub(&th->tail, 1);
		return;
	}
	fill(&th->queue[tail % BSD_QUEUE], sig, siginfo);
	atomic_fetch_or(&t->pending, TASK_APC);
}

/* Blocked since it arrived: it waits in the host's queue again, or here. */
static void put_back(struct bsd_thread *th, const struct bsd_signal *s)
{
	if (signal_is_of_faults(bsd_sig_to_host(s->sig)))
		th->held[s->sig] = *s;
	else
		send_again(th, s);
}

void bsd_signals_leave(struct bsd_thread *th)
{
	sigset_t all;
	unsigned head;

	/* The process's go to another thread from here on, this one's away. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	while ((head = atomic_load(&th->head)) != atomic_load(&th->tail)) {
		const struct bsd_signal *s = &th->queue[head % BSD_QUEUE];
		siginfo_t si;

		to_host(s, &si);
		if (s->code != SI_TKILL)
			syscall(SYS_rt_sigqueueinfo, getpid(), si.si_signo,
				&si);
		atomic_store(&th->head, head + 1);
	}
}

/* ---- delivery --------------------------------------------------------------------- */

/* URG, CONT, CHLD, IO, WINCH, INFO are ignored by default. */
static bool ignored_by_default(int sig)
{
	return sig == 16 || sig == 19 || sig == 20 || sig == 23 || sig == 28 ||
	       sig == 29;
}

/* The signal's default action. */
static void default_action(int sig)
{
	int host = bsd_sig_to_host(sig);
	sigset_t set;

	if (ignored_by_default(sig))
		return;
	task_catch_signal(host, false);
	signal(host, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, host);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	exit_status_end(bsd_launch, 128 + (uint32_t)host);
	raise(host);
}

bool bsd_on_stack(const struct bsd_thread *th, gaddr rsp)
{
	return !(th->stack.flags & BSD_SS_DISABLE) && th->stack.size &&
	       rsp - th->stack.sp < th->stack.size;
}

gaddr bsd_frame_place(struct bsd_thread *th, const struct guest_regs *regs,
		      const struct bsd_action *a, uint64_t size, uint64_t align)
{
	gaddr top = regs->rsp - 128; /* the ABI's red zone */

	if (a->flags & BSD_SA_ONSTACK && !(th->stack.flags & BSD_SS_DISABLE) &&
	    th->stack.size && !bsd_on_stack(th, regs->rsp))
		top = th->stack.sp + th->stack.size;
	return (top - size) & ~(align - 1);
}

/* What is ignored by default needs no handler to be ignored. */
static void apply(int sig, const struct bsd_action *a)
{
	int host = bsd_sig_to_host(sig);
	struct sigaction sa = { 0 };

	if (!host)
		return;
	if (a->handler > BSD_SIG_IGN || watched[sig]) {
		task_catch_signal(host, true);
		if (sig != 20)
			return;
		/* SIGCHLD's flags belong to the kernel. */
		sigaction(host, NULL, &sa);
		sa.sa_flags &= ~(SA_NOCLDSTOP | SA_NOCLDWAIT);
		sa.sa_flags |= a->flags & BSD_SA_NOCLDSTOP ? SA_NOCLDSTOP : 0;
		sa.sa_flags |= a->flags & BSD_SA_NOCLDWAIT ? SA_NOCLDWAIT : 0;
		sigaction(host, &sa, NULL);
		return;
	}
	task_catch_signal(host, false);
	sa.sa_handler = a->handler == BSD_SIG_IGN ? SIG_IGN : SIG_DFL;
	if (a->flags & BSD_SA_NOCLDWAIT)
		sa.sa_flags |= SA_NOCLDWAIT;
	if (!signal_is_of_faults(host))
		sigaction(host, &sa, NULL);
}

/* Runs the handler of s next, or does what is done without one. */
static void deliver(struct bsd_thread *th, struct guest_regs *regs,
		    const struct bsd_signal *s)
{
	struct bsd_sigset old = th->mask, mask;
	struct bsd_action a;

	pthread_mutex_lock(&lock);
	a = actions[s->sig];
	if (a.handler > BSD_SIG_IGN && a.flags & BSD_SA_RESETHAND) {
		actions[s->sig].handler = BSD_SIG_DFL;
		apply(s->sig, &actions[s->sig]);
	}
	pthread_mutex_unlock(&lock);
	if (a.handler == BSD_SIG_IGN && !s->fault)
		return;
	if (a.handler <= BSD_SIG_IGN || (s->fault && bsd_sig_in(&old, s->sig))) {
		default_action(s->sig);
		return;
	}
	if (th->restarting && !(a.flags & BSD_SA_RESTART)) {
		/* As if it had returned EINTR in the first place. */
		regs->rip += 2;
		bsd_set_result(regs, -EINTR);
	}
	th->restarting = false;
	if (th->restore_mask) {
		old = th->saved_mask;
		th->restore_mask = false;
	}
	if (bsd_sys->push_frame(th, regs, s, &a, &old)) {
		log_warn("no room for the frame of a signal handler");
		default_action(SIGILL);
	}
	/* A handler computes with the unit as a program finds it. */
	bsd_initial_fpu(regs);
	mask = th->mask;
	for (unsigned w = 0; w < 2; w++)
		mask.bits[w] |= a.mask.bits[w];
	if (!(a.flags & BSD_SA_NODEFER))
		add(&mask, s->sig);
	bsd_set_mask(th, &mask);
}

void bsd_pending(struct task *t, struct guest_regs *regs)
{
	struct bsd_thread *th = bsd_thread(t);
	unsigned head;

	/*
	 * Also what others set (TASK_KNOCK, by whoever sends the kick's signal to
	 * the process): a bit that nobody takes back would be asked about for ever.
	 */
	atomic_fetch_and(&t->pending, TASK_TERMINATE | TASK_ENGINE);
	while (atomic_load(&th->stopped))
		syscall(SYS_futex, &th->stopped, FUTEX_WAIT_PRIVATE, 1, NULL,
			NULL, 0);
	if (t->pending & TASK_TERMINATE)
		bsd_thread_leave(t);
	while ((head = atomic_load(&th->head)) != atomic_load(&th->tail)) {
		struct bsd_signal s = th->queue[head % BSD_QUEUE];

		atomic_store(&th->head, head + 1);
		if (bsd_sig_in(&th->mask, s.sig))
			put_back(th, &s);
		else
			deliver(th, regs, &s);
	}
	th->restarting = false;
	if (th->restore_mask) {
		th->restore_mask = false;
		bsd_set_mask(th, &th->saved_mask);
	}
}

void bsd_fault(struct task *t, struct guest_regs *regs,
	       const struct guest_fault *f)
{
	enum { PRESENT = 1 };
	const struct bsd_fault_signal *as = &bsd_sys->faults[f->kind];
	struct bsd_signal s = {
		.sig = as->sig,
		.code = as->code != BSD_CODE_OF_PAGE ? as->code :
			f->error & PRESENT	     ? 2 :
						       1,
		.fault = true,
		.addr = f->kind == FAULT_ACCESS || f->kind == FAULT_INPAGE ?
				f->addr :
				regs->rip,
		.trap = f->vector,
		.trap_err = f->error,
	};

	log_debug(LOG_TRAP, "fault %d at %#llx, address %#llx: signal %d",
		  f->vector, (unsigned long long)regs->rip,
		  (unsigned long long)s.addr, s.sig);
	deliver(bsd_thread(t), regs, &s);
}

/* ---- calls --------------------------------------------------------------------------- */

int bsd_action(int sig, const struct bsd_action *set, struct bsd_action *old)
{
	if (sig < 1 || sig > BSD_NSIG || !bsd_sig_to_host(sig))
		return -EINVAL;
	if (set && (sig == 9 || sig == 17) && set->handler != BSD_SIG_DFL)
		return -EINVAL;
	pthread_mutex_lock(&lock);
	*old = actions[sig];
	if (set) {
		actions[sig] = *set;
		apply(sig, set);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

void bsd_signals_default(void)
{
	const struct bsd_action dfl = { .handler = BSD_SIG_DFL };

	pthread_mutex_lock(&lock);
	for (int sig = 1; sig <= BSD_NSIG; sig++)
		if (actions[sig].handler > BSD_SIG_IGN) {
			actions[sig] = dfl;
			apply(sig, &dfl);
		}
	pthread_mutex_unlock(&lock);
}

void bsd_signal_watch(int sig, int how)
{
	pthread_mutex_lock(&lock);
	watched[sig] += how;
	apply(sig, &actions[sig]);
	pthread_mutex_unlock(&lock);
}

enum { HOW_BLOCK = 1, HOW_UNBLOCK = 2, HOW_SETMASK = 3 };

int64_t bsd_sigprocmask(struct task *t, int32_t how, gaddr set, gaddr oset)
{
	struct bsd_thread *th = bsd_thread(t);
	struct bsd_sigset s, old = th->mask, mask = old;

	if (set) {
		if (guest_read(t, &s, set, sizeof s))
			return -EFAULT;
		for (unsigned w = 0; w < 2; w++)
			switch (how) {
			case HOW_BLOCK:
				mask.bits[w] |= s.bits[w];
				break;
			case HOW_UNBLOCK:
				mask.bits[w] &= ~s.bits[w];
				break;
			case HOW_SETMASK:
				mask.bits[w] = s.bits[w];
				break;
			default:
				return -EINVAL;
			}
	}
	if (oset && guest_write(t, oset, &old, sizeof old))
		return -EFAULT;
	if (set)
		bsd_set_mask(th, &mask);
	return 0;
}

int64_t bsd_sigaltstack(struct task *t, gaddr ss, gaddr oss)
{
	struct bsd_thread *th = bsd_thread(t);
	struct bsd_stack set, old = th->stack;
	bool on = bsd_on_stack(th, t->regs->rsp);

	if (!old.size)
		old.flags = BSD_SS_DISABLE;
	else if (on)
		old.flags |= BSD_SS_ONSTACK;
	if (ss) {
		if (guest_read(t, &set, ss, sizeof set))
			return -EFAULT;
		if (on)
			return -EPERM;
		if (set.flags & ~BSD_SS_DISABLE)
			return -EINVAL;
		if (!(set.flags & BSD_SS_DISABLE) && set.size < 2048)
			return -ENOMEM;
	}
	if (oss && guest_write(t, oss, &old, sizeof old))
		return -EFAULT;
	if (ss) {
		th->stack = set;
		if (set.flags & BSD_SS_DISABLE)
			th->stack = (struct bsd_stack){ .flags = BSD_SS_DISABLE };
	}
	return 0;
}

int64_t bsd_sigpending(struct task *t, gaddr set)
{
	struct bsd_sigset s;
	sigset_t host;

	sigpending(&host);
	mask_from_host(&host, &s);
	for (int sig = 1; sig < BSD_FAULT_SIGNALS; sig++)
		if (bsd_thread(t)->held[sig].sig)
			add(&s, sig);
	return guest_write(t, set, &s, sizeof s);
}

int64_t bsd_sigsuspend(struct task *t, gaddr set)
{
	struct bsd_thread *th = bsd_thread(t);
	struct bsd_sigset mask;

	if (guest_read(t, &mask, set, sizeof mask))
		return -EFAULT;
	th->saved_mask = th->mask;
	/* The handler, if one runs, returns to the caller's mask. */
	th->restore_mask = true;
	bsd_set_mask(th, &mask);
	while (!t->pending)
		bsd_call(t, SYS_ppoll, 0, 0, 0, 0, 0, 0);
	return -EINTR;
}

int64_t bsd_kill(struct task *t, int32_t pid, int32_t sig)
{
	int host = sig ? bsd_sig_to_host(sig) : 0;

	if (sig && !host)
		return -EINVAL;
	return bsd_ret(kill(pid, host));
}

/* One of this process's threads. */
int64_t bsd_thread_kill(struct task *t, int64_t id, int32_t sig)
{
	int host = sig ? bsd_sig_to_host(sig) : 0;

	if (sig && !host)
		return -EINVAL;
	if (id <= 0 || id > INT32_MAX)
		return -ESRCH;
	return bsd_ret(syscall(SYS_tgkill, getpid(), (int)id, host));
}

int64_t bsd_sigqueue(struct task *t, int32_t pid, int32_t sig, uint64_t value)
{
	int host = sig ? bsd_sig_to_host(sig) : 0;

	if (sig && !host)
		return -EINVAL;
	return bsd_ret(sigqueue(pid, host,
				(union sigval){ .sival_ptr = (void *)value }));
}

static bool take_held(struct bsd_thread *th, const struct bsd_sigset *set,
		      struct bsd_signal *s)
{
	for (int sig = 1; sig < BSD_FAULT_SIGNALS; sig++)
		if (th->held[sig].sig && bsd_sig_in(set, sig)) {
			*s = th->held[sig];
			th->held[sig].sig = 0;
			return true;
		}
	return false;
}

/* Blocked signals of faults that have interrupted a call: nothing else has. */
static void hold_blocked(struct bsd_thread *th)
{
	unsigned head;

	while ((head = atomic_load(&th->head)) != atomic_load(&th->tail)) {
		struct bsd_signal s = th->queue[head % BSD_QUEUE];

		if (!bsd_sig_in(&th->mask, s.sig))
			return;
		atomic_store(&th->head, head + 1);
		put_back(th, &s);
	}
}

int64_t bsd_sigwait(struct task *t, gaddr set, gaddr timeout,
		    struct bsd_signal *s)
{
	struct bsd_thread *th = bsd_thread(t);
	struct bsd_sigset mask;
	struct timespec ts;
	siginfo_t si;
	sigset_t host;
	int64_t ret;

	if (guest_read(t, &mask, set, sizeof mask))
		return -EFAULT;
	if (timeout && (ret = bsd_get_timespec(t, timeout, &ts)))
		return ret;
	if (take_held(th, &mask, s))
		return 0;
	bsd_mask_to_host(&mask, &host);
	ret = bsd_call(t, SYS_rt_sigtimedwait, &host, &si,
		       timeout ? &ts : NULL, 8, 0, 0);
	if (ret == -EINTR) {
		hold_blocked(th);
		return take_held(th, &mask, s) ? 0 : ret;
	}
	if (ret < 0)
		return ret;
	fill(s, (int)ret, &si);
	return 0;
}
