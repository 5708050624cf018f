// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * ctrl-once.c - a Ctrl-C on the terminal, a signal to the process group, and
 * one to the process that the shell knows are one event each, however the
 * program is run.  TAP; run where run-foreign was built.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "tests/guest/x86_64/ctrl-count.exe"

enum { LONGEST_MS = 60000, MOMENT_MS = 5 };

static int master, slave;
static char shown[1 << 14];
static size_t nshown;
static int tests, failed;

static void ok(bool good, const char *how, const char *what)
{
	printf("%sok %d - %s: %s\n", good ? "" : "not ", ++tests, how, what);
	if (!good) {
		failed = 1;
		printf("# shown: ");
		for (size_t i = 0; i < nshown; i++)
			putchar(shown[i] >= ' ' ? shown[i] : '.');
		putchar('\n');
	}
	fflush(stdout);
}

static void look(void)
{
	struct pollfd p = { .fd = master, .events = POLLIN };

	if (poll(&p, 1, MOMENT_MS) > 0 && nshown < sizeof shown - 1) {
		ssize_t n =
			read(master, shown + nshown, sizeof shown - 1 - nshown);

		if (n > 0)
			nshown += (size_t)n;
	}
	shown[nshown] = 0;
}

static bool shows(const char *text)
{
	for (int i = 0; i < LONGEST_MS / MOMENT_MS && !strstr(shown, text); i++)
		look();
	return strstr(shown, text);
}

static pid_t start(char *const *argv)
{
	pid_t pid;

	nshown = 0;
	shown[0] = 0;
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(slave, getpid());
		signal(SIGTTOU, SIG_DFL);
		for (int i = 0; i < 3; i++)
			dup2(slave, i);
		execv("./run-foreign", argv);
		_exit(127);
	}
	setpgid(pid, pid);
	return pid;
}

static void type(const char *s)
{
	if (write(master, s, strlen(s)) != (ssize_t)strlen(s))
		abort();
}

/* Does it run?  No sandbox may be had on this machine. */
static bool begins(pid_t pid)
{
	while (!strstr(shown, "heard 0.") && waitpid(pid, NULL, WNOHANG) == 0)
		look();
	return strstr(shown, "heard 0.");
}

static bool hears(int n)
{
	char text[20];

	sprintf(text, "heard %d.", n);
	return shows(text);
}

/* alone: a signal to the process that we know is one to the program. */
static void run(const char *how, bool alone, char *const *argv)
{
	pid_t pid = start(argv);
	int status = 0;

	if (!begins(pid)) {
		tcsetpgrp(slave, getpid());
		printf("ok %d - %s # SKIP not on this machine\n", ++tests, how);
		return;
	}
	/* Those to the group last: what follows one of them at once may be
	   taken for the same. */
	for (int i = 1; i <= 2; i++) {
		kill(alone ? pid : -pid, SIGINT);
		ok(hears(i), how, "a signal is heard");
	}
	kill(-pid, SIGINT);
	ok(hears(3), how, "one to the group is");
	type("\3");
	ok(hears(4), how, "and Ctrl-C");
	kill(-pid, SIGINT);
	ok(hears(5), how, "and a signal after that");
	type("\34");
	ok(shows("all 5."), how, "and each of them once");
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status), how,
	   "it ends by itself");
	tcsetpgrp(slave, getpid());
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static int leader(void)
{
	struct winsize w = { .ws_col = 80, .ws_row = 25 };

	if (setsid() < 0 || openpty(&master, &slave, NULL, NULL, &w) ||
	    ioctl(slave, TIOCSCTTY, 0) || access(PROGRAM, R_OK)) {
		puts("1..0 # SKIP no terminal, or no program");
		return 0;
	}
	fcntl(master, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
#define RUN(how, ...)                                                          \
	run(how, true,                                                         \
	    (char *const[]){ "run-foreign", __VA_ARGS__ PROGRAM, "count",      \
			     NULL })
	run("a child", false,
	    (char *const[]){ "run-foreign", "--timeout=600", "cmd", "/c",
			     "tests\\guest\\x86_64\\"
			     "ctrl-count.exe count",
			     NULL });
	RUN("direct", "--engine=direct", );
	RUN("kvm", "--engine=kvm", );
	RUN("time-out", "--timeout=600", );
	RUN("sandbox", "--sandbox", );
	RUN("sandbox, time-out", "--sandbox", "--timeout=600", );
	RUN("sandbox, direct", "--sandbox", "--engine=direct", );
	printf("1..%d\n", tests);
	return failed;
}

int main(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int ret = leader();

		fflush(stdout);
		_exit(ret);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
