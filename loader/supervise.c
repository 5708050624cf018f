/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * supervise.c - see supervise.h.
 *
 * Whoever loses its parent inside becomes this process's child (it is their
 * "subreaper"), so the family can be found and ended without a cgroup.
 */
#include "loader/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/proc.h"
#include "base/table.h"
#include "loader/cgroup.h"
#include "loader/commit.h"
#include "loader/jail.h"
#include "loader/remove-tree.h"
#include "loader/witness.h"

enum { EXIT_TIMEOUT = 124, EXIT_OURS = 125, FORBIDDEN = SIGSYS };

static sigset_t watched;
static volatile bool *again; /* shared with the child */

/* ---- the terminal, which a family that is killed leaves as it is ---- */

static int terminal = -1;
static struct termios settings;

static void keep_terminal(void)
{
	for (int fd = 0; fd < 3 && terminal < 0; fd++)
		if (tcgetattr(fd, &settings) == 0)
			terminal = fd;
}

static void restore_terminal(void)
{
	struct termios now;

	if (terminal >= 0 && tcgetpgrp(terminal) == getpgrp() &&
	    tcgetattr(terminal, &now) == 0 &&
	    memcmp(&now, &settings, sizeof now) != 0)
		tcsetattr(terminal, TCSANOW, &settings);
}

void supervise_prepare(void)
{
	static const int passed_on[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

	sigemptyset(&watched);
	for (size_t i = 0; i < COUNT_OF(passed_on); i++)
		sigaddset(&watched, passed_on[i]);
	witness_start(&watched);
	sigaddset(&watched, SIGCHLD);
}

/* What has come since they are blocked has not come to the child. */
static void forget_early(void)
{
	siginfo_t si = { .si_code = SI_USER };
	sigset_t early;

	sigpending(&early);
	for (int sig = 1; sig < NSIG; sig++) {
		si.si_signo = sig;
		if (sig != SIGCHLD && sigismember(&early, sig) == 1)
			witness_saw(&si);
	}
}

pid_t supervise_fork(bool alone, struct err *e)
{
	pid_t outside = getpid(), pid;
	sigset_t old;
	void *page = mmap(NULL, sizeof *again, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED) {
		err_set(e, errno, "no memory: %s", strerror(errno));
		return -1;
	}
	again = page;
	keep_terminal();
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	sigprocmask(SIG_BLOCK, &watched, &old);
	pid = fork();
	if (pid < 0) {
		err_set(e, errno, "fork: %s", strerror(errno));
	} else if (pid == 0) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		/* To the first of a world its parent has no number. */
		if (!alone && getppid() != outside)
			_exit(125);
	} else {
		signal(proc_knock_signal(), SIG_IGN);
		forget_early();
	}
	return pid;
}

_Noreturn void supervise_again(void)
{
	*again = true;
	_exit(125);
}

/* ---- the end of the family ---- */

static void kill_children(void)
{
	unsigned n;
	int *ids = proc_list(0, &n);

	for (unsigned i = 0; i < n; i++)
		if (proc_parent(ids[i]) == getpid())
			kill(ids[i], SIGKILL);
	free(ids);
}

/* Each round ends one generation, whose children become ours. */
static void end_family(void)
{
	for (;;) {
		if (waitpid(-1, NULL, WNOHANG) < 0)
			return; /* nobody is left */
		kill_children();
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			return;
	}
}

/* ---- waiting ---- */

static struct timespec until(unsigned seconds)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += seconds;
	return t;
}

/* False: the time is up. */
static bool left(const struct timespec *end, struct timespec *rest)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	rest->tv_sec = end->tv_sec - now.tv_sec;
	rest->tv_nsec = end->tv_nsec - now.tv_nsec;
	if (rest->tv_nsec < 0) {
		rest->tv_sec--;
		rest->tv_nsec += 1000000000;
	}
	return rest->tv_sec >= 0;
}

/*
 * The terminal's signals come to the program itself as well, but the first
 * process of a world is not ended by what it does not handle.
 */
static bool is_deaf(pid_t pid, int sig)
{
	char path[64], line[256];
	uint64_t handled = 0, mask;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "SigIgn: %" SCNx64, &mask) == 1 ||
		    sscanf(line, "SigCgt: %" SCNx64, &mask) == 1)
			handled |= mask;
	if (f)
		fclose(f);
	return !(handled >> (sig - 1) & 1);
}

/*
 * The next of the watched signals, 0 at the end of time, or -1 when the child
 * has ended (*status).
 */
static int next_signal(pid_t child, unsigned timeout,
		       const struct timespec *end, int *status, siginfo_t *si)
{
	struct timespec rest;
	pid_t got;
	int sig;

	for (;;) {
		/* Also those that it left behind. */
		while ((got = waitpid(-1, status, WNOHANG)) > 0) {
			if (got == child)
				return -1;
			witness_ended(got);
		}
		if (timeout && !left(end, &rest))
			return 0;
		sig = timeout ? sigtimedwait(&watched, si, &rest)
			      : sigwaitinfo(&watched, si);
		if (sig > 0 && sig != SIGCHLD)
			return sig;
	}
}

/* What somebody sent to us alone. */
static void pass_on(pid_t child, const siginfo_t *si)
{
	if (!witness_saw(si))
		kill(child, si->si_signo);
}

/* The child's wait status; or -1 if time is up, -2 - signal if we must end. */
static int wait_for(const struct supervised *s)
{
	unsigned timeout = s->policy->timeout;
	struct timespec end = until(timeout);
	siginfo_t si;
	int status, sig;

	for (;;) {
		sig = next_signal(s->pid, timeout, &end, &status, &si);
		if (sig <= 0)
			return sig ? status : -1;
		if (sig == SIGTERM || sig == SIGHUP ||
		    (s->alone && (sig == SIGINT || sig == SIGQUIT) &&
		     is_deaf(s->pid, sig)))
			return -2 - sig;
		pass_on(s->pid, &si);
	}
}

int supervise_timeout(unsigned seconds, struct err *e)
{
	struct timespec end = until(seconds);
	int sig, status;
	siginfo_t si;
	pid_t child;

	supervise_prepare();
	child = supervise_fork(false, e);
	if (child <= 0)
		return (int)child;
	while ((sig = next_signal(child, seconds, &end, &status, &si)) > 0)
		pass_on(child, &si);
	witness_end();
	if (sig == 0) {
		end_family();
		restore_terminal();
		log_warn("ended after %u second%s", seconds,
			 seconds == 1 ? "" : "s");
		_exit(EXIT_TIMEOUT);
	}
	/* What it has started and left behind goes on, as without us. */
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				  : WEXITSTATUS(status));
}

static void copy_status(const struct supervised *s)
{
	char text[64];
	ssize_t n = pread(s->status, text, sizeof text, 0);

	/* It is empty, unless a mount showed it to the program; or a pipe. */
	(void)!ftruncate(s->status_to, 0);
	if (n < 0 || write(s->status_to, text, (size_t)n) != n)
		log_warn("%s: %s", s->status_file, strerror(errno));
}

/* What the container does not let us have: once more without. */
static void start_again(const struct supervised *s)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv(JAIL_NO_SPACES, "1", 1);
	execv("/proc/self/exe", s->argv);
	log_warn("sandbox: /proc/self/exe: %s", strerror(errno));
}

/* Names and links that it has made are all that is left of the sandbox. */
static void limit_ourselves(const struct supervised *s)
{
	struct err e = { 0 };

	if ((s->policy->commit || !s->alone) &&
	    jail_calls_outside(JAIL_ENDING, &e))
		log_warn("sandbox: %s", e.text);
}

_Noreturn void supervise(const struct supervised *s)
{
	int status = wait_for(s), code;

	witness_end();
	end_family();
	cgroup_end();
	if (!WIFEXITED(status) || status < 0)
		restore_terminal();
	if (*again) {
		remove_tree(AT_FDCWD, s->policy->own);
		start_again(s);
	}
	limit_ourselves(s);
	if (status == -1) {
		log_warn("sandbox: ended after %u second%s", s->policy->timeout,
			 s->policy->timeout == 1 ? "" : "s");
		code = EXIT_TIMEOUT;
	} else if (status < -1) {
		code = 128 + (-2 - status);
	} else if (WIFSIGNALED(status)) {
		code = 128 + WTERMSIG(status);
		if (WTERMSIG(status) == FORBIDDEN)
			log_warn("sandbox: run-foreign itself made a system "
				 "call that it may not, and was ended");
	} else {
		code = WEXITSTATUS(status);
		/* It has ended by itself. */
		if (s->policy->commit && !commit_apply(s->policy))
			code = EXIT_OURS;
	}
	if (s->status >= 0)
		copy_status(s);
	/* Alone, it put nothing there, and removed it if nothing went wrong. */
	if (s->alone)
		rmdir(s->policy->own);
	else
		remove_tree(AT_FDCWD, s->policy->own);
	_exit(code);
}
