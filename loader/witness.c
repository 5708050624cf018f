/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* witness.c - see witness.h. */
#include "loader/witness.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"

/* Which of us asks: signals are taken in the order of their numbers. */
#define QUESTION SIGRTMAX

static struct shared {
	_Atomic uint64_t seen; /* bits of signals */
	_Atomic uint32_t asked, answered;
} * shared;
static pid_t witness;

static void close_all(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 0, ~0u, 0) == 0)
		return;
#endif
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
}

static _Noreturn void look(const sigset_t *set, pid_t parent)
{
	sigset_t all = *set;
	int sig;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	prctl(PR_SET_NAME, "rf-witness", 0, 0, 0);
	if (getppid() != parent)
		_exit(0);
	close_all();
	sigaddset(&all, QUESTION);
	for (;;) {
		sig = sigwaitinfo(&all, NULL);
		if (sig == QUESTION) {
			shared->answered = shared->asked;
			syscall(SYS_futex, &shared->answered, FUTEX_WAKE, 1,
				NULL, NULL, 0);
		} else if (sig > 0) {
			atomic_fetch_or(&shared->seen, 1ull << sig);
		}
	}
}

void witness_start(const sigset_t *set)
{
	sigset_t blocked = *set, old;
	pid_t self = getpid();
	void *p = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	witness = 0; /* a supervisor's around us */
	if (p == MAP_FAILED)
		return;
	shared = p;
	sigaddset(&blocked, QUESTION);
	sigprocmask(SIG_BLOCK, &blocked, &old);
	witness = fork();
	if (witness == 0) {
		signal(proc_knock_signal(), SIG_IGN);
		signal(SIGTSTP, SIG_IGN);
		look(set, self);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	/* What is in a sandbox must not answer in its place. */
	madvise(p, sizeof *shared, MADV_DONTFORK);
}

void witness_ended(pid_t pid)
{
	if (pid == witness)
		witness = 0;
}

/*
 * Whoever sends to a group holds the kernel's list of processes until all have
 * it, and this needs the same list.
 */
static void all_have_it(void)
{
	setpgid(0, getpgrp());
}

/* Whatever was sent to the group before, it has seen.  False: it is gone. */
static bool ask(void)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	uint32_t asked, answered;

	if (witness <= 0)
		return false;
	all_have_it();
	asked = ++shared->asked;
	if (kill(witness, QUESTION) < 0 || kill(witness, SIGCONT) < 0)
		return false;
	while ((answered = shared->answered) != asked) {
		syscall(SYS_futex, &shared->answered, FUTEX_WAIT, answered,
			&moment, NULL, 0);
		if (waitpid(witness, NULL, WNOHANG) == witness) {
			witness = 0;
			return false;
		}
	}
	return true;
}

static bool is_pending(int sig)
{
	sigset_t all;

	sigpending(&all);
	return sigismember(&all, sig) == 1;
}

static void forget(int sig)
{
	const struct timespec now = { 0 };
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, sig);
	sigtimedwait(&one, NULL, &now);
}

/*
 * One that follows at once may be among what has been seen: then that is the
 * same, as it is wherever a signal comes while it waits.
 */
bool witness_saw(const siginfo_t *si)
{
	uint64_t bit = 1ull << si->si_signo;
	bool seen = false;

	do {
		if (seen)
			forget(si->si_signo);
		/* The terminal's are the kernel's. */
		if (!ask())
			return seen || (si->si_code != SI_USER &&
					si->si_code != SI_TKILL &&
					si->si_code != SI_QUEUE);
		if (atomic_fetch_and(&shared->seen, ~bit) & bit)
			seen = true;
		all_have_it();
	} while (seen && is_pending(si->si_signo));
	return seen;
}

void witness_end(void)
{
	if (witness <= 0)
		return;
	kill(witness, SIGKILL);
	while (waitpid(witness, NULL, 0) < 0 && errno == EINTR)
		;
	witness = 0;
}
