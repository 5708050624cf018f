/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * within.c - runs a test so that it ends, and with it all that it began.
 *
 *   within SECONDS PROGRAM [ARGUMENT...]
 *   within list PID                        what that process is about, and those below it
 *
 * A test that takes longer is killed with all its descendants, wherever they
 * went, after a list of what each of them was about (state, system call, the
 * kernel's stack as far as one may read it); to TAP it is a "Bail out!".  What a
 * test leaves running is named and killed: nothing that it began can keep the pipe
 * to the harness open.  Not even what cannot be killed is waited for.
 *
 * $TESTS_END      no test goes on after this second of the epoch
 * $TESTS_REPORT   a descriptor for one line when the test ends, if it took ten
 *                 seconds, and one each five minutes before
 *
 * The exit status is the program's, 128+signal, or 99 where it took too long.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MOST = 4096,	    /* processes that are looked at */
	REPORT_FROM = 10,   /* seconds: a shorter test's end is no news */
	REPORT_EACH = 300,  /* seconds */
	LAST_SECONDS = 10,  /* for what was killed to be gone */
	MOST_STACK = 2000,  /* bytes of one thread's kernel stack */
	MOST_THREADS = 16,  /* listed, of one process */
};

static struct process {
	pid_t pid, parent;
} all[MOST];
static size_t n_all;

static char last_line[256]; /* of the test's output, for reports */
static const char *name;
static int report = -1;
static time_t began;

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* The harness reads slowly, or not any more. */
static void put(const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, p, n);

		if (done < 0 && errno != EINTR)
			return;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
}

static void say(const char *format, ...)
{
	char line[4096];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	put(line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

static void tell(const char *what)
{
	char clock[16];
	time_t t = time(NULL);

	if (report < 0)
		return;
	strftime(clock, sizeof clock, "%H:%M:%S", localtime(&t));
	dprintf(report, "%s %4ld s  %s: %s\n", clock, (long)(now() - began),
		name, what);
}

static size_t file(char *to, size_t size, const char *format, ...)
{
	char path[64];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof path, format, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, to, size - 1);
	if (fd >= 0)
		close(fd);
	to[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

/* All processes of the machine that one may see, and whose children they are. */
static void look(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	n_all = 0;
	while (d && (e = readdir(d)) && n_all < MOST) {
		char stat[512], *after;
		pid_t pid = atoi(e->d_name);
		int parent;

		if (pid <= 0 || !file(stat, sizeof stat, "/proc/%d/stat", pid))
			continue;
		after = strrchr(stat, ')');
		if (after && sscanf(after, ") %*c %d", &parent) == 1)
			all[n_all++] = (struct process){ pid, parent };
	}
	if (d)
		closedir(d);
}

static bool below(pid_t above, pid_t pid)
{
	for (int depth = 0; depth < 64; depth++) {
		size_t i = 0;

		while (i < n_all && all[i].pid != pid)
			i++;
		if (i == n_all)
			return false;
		if (all[i].parent == above)
			return true;
		pid = all[i].parent;
	}
	return false;
}

static bool ours(pid_t pid)
{
	return below(getpid(), pid);
}

static char state_of(pid_t pid)
{
	char stat[512], *after;

	file(stat, sizeof stat, "/proc/%d/stat", pid);
	after = strrchr(stat, ')');
	return after && after[1] ? after[2] : '?';
}

static void quoted(char *s)
{
	s[strcspn(s, "\n")] = 0;
}

static void list_threads(pid_t pid)
{
	char path[64], comm[64], call[128], channel[64], stack[MOST_STACK];
	int threads = 0;
	DIR *d;
	struct dirent *e;

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	d = opendir(path);
	while (d && (e = readdir(d)) && threads < MOST_THREADS) {
		int tid = atoi(e->d_name);

		if (tid <= 0)
			continue;
		threads++;
		file(comm, sizeof comm, "/proc/%d/task/%d/comm", pid, tid);
		file(call, sizeof call, "/proc/%d/task/%d/syscall", pid, tid);
		file(channel, sizeof channel, "/proc/%d/task/%d/wchan", pid, tid);
		quoted(comm);
		quoted(call);
		say("#   thread %d (%s) %s, call %s\n", tid, comm, channel, call);
		if (file(stack, sizeof stack, "/proc/%d/task/%d/stack", pid, tid))
			for (char *line = strtok(stack, "\n"); line;
			     line = strtok(NULL, "\n"))
				say("#     %s\n", line);
	}
	if (d)
		closedir(d);
}

/* The processes below that one, and itself if not us: one line each; how many. */
static size_t list(pid_t above, bool in_full)
{
	char line[400];
	size_t found = 0;

	look();
	for (size_t i = 0; i < n_all; i++) {
		size_t n;
		char state;

		if (all[i].pid == getpid() || (all[i].pid != above &&
					       !below(above, all[i].pid)))
			continue;
		state = state_of(all[i].pid);
		if (state == 'Z' || state == '?')
			continue;
		n = file(line, sizeof line, "/proc/%d/cmdline", all[i].pid);
		for (size_t k = 0; k + 1 < n; k++)
			if (!line[k] || line[k] == '\n')
				line[k] = ' ';
		found++;
		say("# %d of %d, %c: %s\n", all[i].pid, all[i].parent, state, line);
		if (in_full)
			list_threads(all[i].pid);
	}
	return found;
}

/* Kills all that there is below us, until nothing is; false: something stays. */
static bool end_all(void)
{
	time_t end = now() + LAST_SECONDS;

	for (;;) {
		bool left = false;
		pid_t pid;

		look();
		for (size_t i = 0; i < n_all; i++)
			if (ours(all[i].pid))
				kill(all[i].pid, SIGKILL);
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		left = pid == 0;
		if (!left || now() >= end)
			return !left;
		poll(NULL, 0, 20);
	}
}

/* What is in the pipe now; false: nobody holds its other end. */
static bool copy(int from)
{
	static char line[sizeof last_line];
	static size_t in_line;
	char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof buffer)) > 0) {
		put(buffer, (size_t)n);
		for (ssize_t i = 0; i < n; i++) {
			if (buffer[i] != '\n') {
				if (in_line < sizeof line - 1)
					line[in_line++] = buffer[i];
				continue;
			}
			line[in_line] = 0;
			memcpy(last_line, line, in_line + 1);
			in_line = 0;
		}
	}
	return n < 0;
}

/*
 * The same for every test, whoever runs them: nothing to read (a terminal, or a pipe
 * that nobody writes to, is waited for), and no signal ignored (as SIGINT is in
 * what a script runs in the background, and SIGHUP below nohup) or blocked.
 */
static void as_from_a_shell(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	if (null >= 0 && null != STDIN_FILENO) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sigaction(sig, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The test, in a session of its own; where its output comes out. */
static pid_t start(char **argv, int *from)
{
	int out[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (!pid) {
		setsid();
		as_from_a_shell();
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		execvp(argv[0], argv);
		fprintf(stderr, "within: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(out[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	*from = out[0];
	return pid;
}

/* Whoever ended; true: the test itself did. */
static bool reap(pid_t test, int *status)
{
	bool over = false;
	pid_t pid;
	int s;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0)
		if (pid == test) {
			*status = WIFSIGNALED(s) ? 128 + WTERMSIG(s) :
						   WEXITSTATUS(s);
			over = true;
		}
	return over;
}

/* Until the test ends, a signal ends us, or it is late: what to say of it. */
static const char *watch(pid_t test, int out, int signals, time_t end, int *status)
{
	static char words[64 + sizeof last_line];
	time_t next = began + REPORT_EACH;
	bool open = true;

	for (;;) {
		time_t t = now(), until = next < end ? next : end;
		struct pollfd fds[] = {
			{ signals, POLLIN, 0 },
			{ open ? out : -1, POLLIN, 0 },
		};
		struct signalfd_siginfo signal;

		if (t >= end)
			break;
		if (t >= next) {
			snprintf(words, sizeof words, "running, at: %s", last_line);
			tell(words);
			next += REPORT_EACH;
			continue;
		}
		poll(fds, 2, (int)(until - t) * 1000);
		if (fds[1].revents)
			open = copy(out);
		while (read(signals, &signal, sizeof signal) > 0)
			if (signal.ssi_signo != SIGCHLD) {
				*status = 128 + (int)signal.ssi_signo;
				return "was interrupted";
			}
		if (reap(test, status)) {
			copy(out);
			snprintf(words, sizeof words, "ended, status %d", *status);
			return words;
		}
	}
	copy(out);
	*status = 99;
	snprintf(words, sizeof words, "TOO LONG, after: %s", last_line);
	return words;
}

int main(int argc, char **argv)
{
	const char *value, *words;
	int out, signals, status = 99;
	sigset_t set;
	pid_t test;
	time_t end;

	if (argc < 3) {
		fprintf(stderr, "usage: within SECONDS PROGRAM [ARGUMENT...]\n"
				"       within list PID\n");
		return 99;
	}
	if (!strcmp(argv[1], "list"))
		return list(atoi(argv[2]), true) ? 0 : 1;
	name = argv[2];
	began = now();
	end = began + atol(argv[1]);
	if ((value = getenv("TESTS_END")) && *value) {
		long rest = atol(value) - (long)time(NULL);

		if (began + rest < end)
			end = began + (rest > 0 ? rest : 0);
	}
	if ((value = getenv("TESTS_REPORT")) && *value) {
		report = atoi(value);
		fcntl(report, F_SETFD, FD_CLOEXEC);
		unsetenv("TESTS_REPORT");
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_DFL); /* ignored, it would leave nobody to wait for */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	test = start(argv + 2, &out);
	if (test < 0 || signals < 0) {
		perror("within");
		return 99;
	}
	words = watch(test, out, signals, end, &status);
	if (status == 99 && now() >= end) {
		say("# no end after %ld s; what runs:\n", (long)(now() - began));
		list(getpid(), true);
	} else if (list(getpid(), false)) {
		say("# left running by the test, killed\n");
	}
	if (!end_all())
		say("# what could not be killed is left\n");
	copy(out);
	if (status == 99 && now() >= end)
		say("Bail out! no end after %ld s\n", (long)(now() - began));
	if (status == 99 || now() - began >= REPORT_FROM)
		tell(words);
	return status;
}
