// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * console-killed.c - the terminal is as before, whoever is killed with SIGKILL,
 * and nothing of ours is left; a Ctrl-C comes to who reads a line, once.  TAP; run
 * where run-foreign was built.
 *
 * A terminal of our own, and what a shell does with it: who is started is in
 * the foreground, until its end.  All that it begins becomes ours when it is
 * gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { LONGEST_MS = 60000 };

static int master, slave;
static struct termios before;
static char shown[1 << 16];
static size_t nshown;
static int tests, failed;

static void ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
	if (!good) {
		failed = 1;
		printf("# shown: ");
		for (size_t i = 0; i < nshown; i++)
			if (shown[i] >= ' ')
				putchar(shown[i]);
			else
				printf("\\%o", shown[i]);
		putchar('\n');
	}
	fflush(stdout);
}

/* Takes what the terminal has been sent, for a moment. */
static void look(void)
{
	struct pollfd p = { .fd = master, .events = POLLIN };

	if (poll(&p, 1, 5) > 0 && nshown < sizeof shown - 1) {
		ssize_t n =
			read(master, shown + nshown, sizeof shown - 1 - nshown);

		if (n > 0)
			nshown += (size_t)n;
	}
	shown[nshown] = 0;
}

static bool is_as_before(void)
{
	struct termios now;

	return tcgetattr(slave, &now) == 0 && now.c_lflag == before.c_lflag &&
	       now.c_iflag == before.c_iflag && now.c_oflag == before.c_oflag &&
	       !memcmp(now.c_cc, before.c_cc, sizeof now.c_cc);
}

/* Until it shows that and its settings are as before, or are not. */
static bool comes_to(const char *text, bool usual)
{
	for (int i = 0; i < LONGEST_MS / 5; i++) {
		look();
		if (strstr(shown, text) && is_as_before() == usual)
			return true;
	}
	return false;
}

/* run-foreign with these arguments, in the foreground. */
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

/* As a shell: its child has ended, the terminal is ours. */
static bool has_ended(pid_t pid)
{
	bool good = waitpid(pid, NULL, 0) == pid;

	tcsetpgrp(slave, getpid());
	return good;
}

/* All that it began, its orphans, ends; some of them because they are told. */
static bool nothing_is_left(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	return errno == ECHILD;
}

static void type(const char *s)
{
	if (write(master, s, strlen(s)) != (ssize_t)strlen(s))
		abort();
}

static void one(void)
{
	char *argv[] = { "run-foreign", "cmd", "/k", "prompt READY$g", NULL };
	pid_t pid = start(argv);

	ok(comes_to("READY>", false), "a line is being read");
	type("echo typed");
	ok(comes_to("echo typed", false), "and edited");
	kill(pid, SIGKILL);
	ok(has_ended(pid) && comes_to("", true), "killed: settings as before");
	ok(nothing_is_left(), "nothing is left");
}

static void screen(void)
{
	char *argv[] = { "run-foreign", "cmd", "/k",
			 "prompt $e[?1049h$e[?25l$e[?1000hREADY$g", NULL };
	pid_t pid = start(argv);

	ok(comes_to("READY>", false), "another screen");
	kill(pid, SIGKILL);
	ok(has_ended(pid) && comes_to("\33[?1049l", true) &&
		   comes_to("\33[?25h", true) && comes_to("\33[?1000l", true),
	   "killed: the screen as before");
	ok(nothing_is_left(), "nothing is left");
}

/* The same of one that has never read anything. */
static void only_shown(void)
{
	char file[] = "/tmp/console-killed-XXXXXX", line[120];
	static const char text[] = "\33[?1049h\33[?25l";
	char *argv[] = { "run-foreign", "cmd", "/c", line, NULL };
	int fd = mkstemp(file);
	pid_t pid;

	if (write(fd, text, sizeof text - 1) < 0)
		abort();
	close(fd);
	snprintf(line, sizeof line,
		 "type Z:\\tmp\\%s & echo READY^> & timeout /t 600 /nobreak "
		 ">nul",
		 strrchr(file, '/') + 1);
	pid = start(argv);
	ok(comes_to("READY>", true), "another screen, the usual settings");
	kill(-pid, SIGKILL);
	ok(has_ended(pid) && comes_to("\33[?1049l", true) &&
		   comes_to("\33[?25h", true),
	   "killed: the screen as before");
	ok(nothing_is_left(), "nothing is left");
	unlink(file);
}

static void normal(void)
{
	char *argv[] = { "run-foreign", "cmd", "/k", "prompt READY$g", NULL };
	pid_t pid = start(argv);

	ok(comes_to("READY>", false), "a line is being read");
	type("exit\r");
	ok(has_ended(pid) && is_as_before(), "an end: settings as before");
	ok(waitpid(-1, NULL, WNOHANG) < 0, "nothing is left at once");
}

static void signaled(void)
{
	char *argv[] = { "run-foreign", "cmd", "/k", "prompt READY$g", NULL };
	pid_t pid = start(argv);

	ok(comes_to("READY>", false), "a line is being read");
	kill(pid, SIGTERM);
	ok(has_ended(pid) && is_as_before(), "SIGTERM: settings as before");
	ok(waitpid(-1, NULL, WNOHANG) < 0, "nothing is left at once");
}

/* Who has set the terminal anew since keeps it so. */
static void anew(void)
{
	char *argv[] = { "run-foreign", "cmd", "/k", "prompt READY$g", NULL };
	pid_t pid = start(argv);
	struct termios others, now;

	ok(comes_to("READY>", false), "a line is being read");
	others = before;
	others.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	others.c_cc[VMIN] = 3;
	tcsetattr(slave, TCSANOW, &others);
	kill(pid, SIGKILL);
	ok(has_ended(pid) && nothing_is_left() && tcgetattr(slave, &now) == 0 &&
		   now.c_cc[VMIN] == 3,
	   "set by another meanwhile: stays so");
	tcsetattr(slave, TCSANOW, &before);
}

/* One in another: killed from within, and from without. */
static void nested(void)
{
	char *argv[] = { "run-foreign", "cmd", "/k", "prompt OUTER$g", NULL };
	pid_t pid = start(argv);

	ok(comes_to("OUTER>", false), "a line is being read");
	type("cmd /k prompt INNER$g\r");
	ok(comes_to("INNER>", false), "a child is there");
	type("echo typed");
	ok(comes_to("echo typed", false), "and reads");
	kill(pid, SIGKILL);
	ok(has_ended(pid) && comes_to("", true),
	   "the first one killed: settings as before");
	kill(-pid, SIGKILL);
	ok(nothing_is_left() && is_as_before(), "nothing is left");

	pid = start(argv);
	ok(comes_to("OUTER>", false), "a line is being read");
	type("cmd /c \"cmd /k prompt $e[?25lINNER$g\"\r");
	ok(comes_to("INNER>", false), "a child's child is there");
	type("echo typed");
	ok(comes_to("echo typed", false), "and reads");
	kill(-pid, SIGSTOP); /* not a moment between */
	kill(-pid, SIGKILL);
	ok(has_ended(pid) && comes_to("\33[?25h", true),
	   "all killed at once: settings and cursor as before");
	ok(nothing_is_left(), "nothing is left");
}

/* Of the supervisor's, the one that only looks at signals. */
static bool is_witness(pid_t pid)
{
	char path[64], name[20] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%19s", name) != 1)
		name[0] = 0;
	if (f)
		fclose(f);
	return !strcmp(name, "rf-witness");
}

static pid_t child_of(pid_t pid)
{
	char path[64];
	int child = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	while (f && fscanf(f, "%d", &child) == 1 && is_witness(child))
		child = 0;
	if (f)
		fclose(f);
	return child;
}

/* In a sandbox its supervisor does it. */
static void boxed(void)
{
	char *argv[] = { "run-foreign", "--sandbox",      "cmd",
			 "/k",          "prompt READY$g", NULL };
	pid_t pid = start(argv), child;

	for (int i = 0; i < LONGEST_MS / 5 && !strstr(shown, "READY>"); i++) {
		look();
		if (waitpid(pid, NULL, WNOHANG) == pid) {
			tcsetpgrp(slave, getpid());
			ok(true, "sandbox # SKIP none on this machine");
			return;
		}
	}
	ok(comes_to("READY>", false), "sandbox: a line is being read");
	child = child_of(pid);
	kill(child ? child : pid, child ? SIGKILL : SIGTERM);
	ok(has_ended(pid) && is_as_before(),
	   "sandbox: killed, settings as before");
	ok(nothing_is_left(), "sandbox: nothing is left");
}

/* ---- Ctrl-C while a line is read ---- */

static bool has_started(pid_t pid)
{
	while (!strstr(shown, "READY>") && waitpid(pid, NULL, WNOHANG) == 0)
		look();
	return strstr(shown, "READY>");
}

/* cmd has a handler: it goes on with the next line, which nothing cuts off. */
static void handled(const char *how)
{
	char *argv[6] = { "run-foreign", "cmd", "/k", "prompt READY$g", NULL };
	char what[80];
	pid_t pid;

	if (*how) {
		memmove(argv + 2, argv + 1, 4 * sizeof *argv);
		argv[1] = (char *)how;
	}
	pid = start(argv);
	snprintf(what, sizeof what, "Ctrl-C is heard once, %s",
		 *how ? how : "by itself");
	if (!has_started(pid)) {
		tcsetpgrp(slave, getpid());
		printf("ok %d - %s # SKIP no sandbox on this machine\n",
		       ++tests, what);
		return;
	}
	type("typed");
	comes_to("READY>typed", false);
	type("\3");
	ok(comes_to("^C", false), what);
	/* The next line is read to its end. */
	type("echo next");
	ok(comes_to("READY>echo next", false), "the next line is read");
	type("\r");
	ok(comes_to("\nnext", false), "and done");
	type("exit\r");
	ok(has_ended(pid), "and the last ends it");
	ok(nothing_is_left() && is_as_before(), "and nothing is left");
}

/* sort has none. */
static void unhandled(const char *how)
{
	char *argv[4] = { "run-foreign", "sort.exe", NULL };
	char what[80];
	int status = 0;
	pid_t pid;

	if (*how) {
		argv[2] = argv[1];
		argv[1] = (char *)how;
	}
	pid = start(argv);
	if (!comes_to("", false)) {
		ok(false, "sort reads a line");
		return;
	}
	type("typed");
	comes_to("typed", false);
	type("\3");
	snprintf(what, sizeof what, "Ctrl-C ends who has no handler, %s",
		 *how ? how : "by itself");
	ok(waitpid(pid, &status, 0) == pid &&
		   (*how ? WIFEXITED(status) && WEXITSTATUS(status) == 130 :
			   WIFSIGNALED(status) && WTERMSIG(status) == SIGINT),
	   what);
	tcsetpgrp(slave, getpid());
	ok(nothing_is_left() && is_as_before(), "and nothing is left");
}

static void interrupted(void)
{
	static const char *const how[] = { "", "--timeout=600", "--sandbox" };

	for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
		int before_it = tests;

		handled(how[i]);
		if (tests > before_it + 1) /* else there is no sandbox */
			unhandled(how[i]);
	}
}

static int leader(void)
{
	struct winsize w = { .ws_col = 80, .ws_row = 25 };

	if (setsid() < 0 || openpty(&master, &slave, NULL, NULL, &w) ||
	    ioctl(slave, TIOCSCTTY, 0) || tcgetattr(slave, &before)) {
		puts("1..0 # SKIP no terminal");
		return 0;
	}
	fcntl(master, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	one();
	screen();
	only_shown();
	normal();
	signaled();
	anew();
	nested();
	boxed();
	interrupted();
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
