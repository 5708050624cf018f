/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests arguments, environment, exit, spawn, popen, threads, signals, time. */
// cflags: -D__USE_MINGW_ANSI_STDIO=0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <process.h>
#include <signal.h>
#include <time.h>
#include <io.h>
#include <fcntl.h>
#include <errno.h>
#include <direct.h>
#include <sys/timeb.h>
#include <setjmp.h>
#include <windows.h>
#include "../lib/check.h"

static char self[MAX_PATH];

static void last_words(void)
{
	printf("last");
}

/* What the test does when it is its own child. */
static int child(int argc, char **argv)
{
	if (!strcmp(argv[1], "args")) {
		for (int i = 2; i < argc; i++)
			printf("[%s]", argv[i]);
		return 11;
	}
	if (!strcmp(argv[1], "env")) {
		printf("%s", getenv("RF_TEST") ? getenv("RF_TEST") : "(none)");
		return 0;
	}
	if (!strcmp(argv[1], "fd")) {
		int fd = atoi(argv[2]);

		return _write(fd, "inherited", 9) == 9 ? 0 : 1;
	}
	if (!strcmp(argv[1], "exit")) {
		atexit(last_words);
		printf("buffered ");
		exit(3);
	}
	if (!strcmp(argv[1], "abort"))
		abort();
	if (!strcmp(argv[1], "cat")) {
		int c, n = 0;

		while ((c = getchar()) != EOF)
			n += c;
		return n & 127;
	}
	return 99;
}

static char out[4096];

static int run(const char *arguments)
{
	char line[1024];
	FILE *f;
	size_t n;

	/* cmd would eat the outer quotes: spawn with a pipe for stdout */
	int fds[2], saved = _dup(1), ret;
	intptr_t h;

	fflush(stdout);
	_pipe(fds, 65536, _O_BINARY | _O_NOINHERIT);
	_dup2(fds[1], 1);
	_close(fds[1]);
	sprintf(line, "%s", arguments);
	h = _spawnl(_P_NOWAIT, self, "self", line, NULL);
	_dup2(saved, 1);
	_close(saved);
	f = _fdopen(fds[0], "rb");
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = 0;
	fclose(f);
	if (h == -1)
		return -1;
	_cwait(&ret, h, 0);
	return ret;
}

static void arguments(void)
{
	CHECK_EQ(run("args a \"b c\" \"\" d\\\"e \"f\\\\\" g\\h \"i\"\"j\""),
		 11);
	CHECK(!strcmp(out, "[a][b c][][d\"e][f\\][g\\h][i\"j]"), "%s", out);
	CHECK_EQ(run("exit"), 3);
	CHECK(!strcmp(out, "buffered last"), "%s", out);
#ifdef _UCRT
	CHECK_EQ(run("abort"), (int)0xc0000409);
#else
	CHECK_EQ(run("abort"), 3);
#endif
}

static void environment(void)
{
	CHECK(getenv("PATH") != NULL, "");
	CHECK(getenv("rf_no_such") == NULL, "");
	CHECK_EQ(_putenv("RF_TEST=one"), 0);
	CHECK(getenv("rf_test") && !strcmp(getenv("RF_TEST"), "one"), "");
	CHECK(!wcscmp(_wgetenv(L"RF_TEST"), L"one"), "");
	CHECK_EQ(run("env"), 0);
	CHECK(!strcmp(out, "one"), "%s", out);
	CHECK_EQ(_wputenv(L"RF_TEST=two"), 0);
	CHECK(!strcmp(getenv("RF_TEST"), "two"), "");
	CHECK_EQ(_putenv("RF_TEST="), 0);
	CHECK(getenv("RF_TEST") == NULL, "");
	CHECK_EQ(run("env"), 0);
	CHECK(!strcmp(out, "(none)"), "%s", out);
}

static void inheritance(void)
{
	char num[16], b[16];
	int fds[2], n;

	_pipe(fds, 4096, _O_BINARY);
	sprintf(num, "%d", fds[1]);
	CHECK_EQ(_spawnl(_P_WAIT, self, "self", "fd", num, NULL), 0);
	n = _read(fds[0], b, sizeof(b));
	CHECK(n == 9 && !memcmp(b, "inherited", 9), "%d", n);
	_close(fds[0]);
	_close(fds[1]);
	CHECK_EQ(_spawnl(_P_WAIT, "no-such-program", "x", NULL), -1);
	CHECK_EQ(errno, ENOENT);
}

static unsigned __stdcall worker(void *arg)
{
	errno = 77;
	*(int *)arg = rand();
	_endthreadex(5);
	return 0;
}

static void threads(void)
{
	int value = -1, mine;
	DWORD code;
	HANDLE h;

	srand(1);
	mine = rand();
	CHECK_EQ(mine, 41);
	errno = 1;
	h = (HANDLE)_beginthreadex(NULL, 0, worker, &value, 0, NULL);
	CHECK(h != NULL, "");
	WaitForSingleObject(h, 60000);
	GetExitCodeThread(h, &code);
	CHECK_EQ(code, 5);
	CHECK_EQ(value, 41); /* each thread has its own sequence */
	CHECK_EQ(errno, 1);
	CloseHandle(h);
}

static int caught;

static void on_signal(int sig)
{
	caught = sig;
}

static jmp_buf jump;

static void on_fault(int sig)
{
	caught = sig;
	longjmp(jump, 1);
}

static void signals(void)
{
	CHECK(signal(SIGTERM, on_signal) == SIG_DFL, "");
	CHECK_EQ(raise(SIGTERM), 0);
	CHECK_EQ(caught, SIGTERM);
	CHECK(signal(SIGTERM, SIG_DFL) == SIG_DFL, ""); /* reset by raise */
	signal(SIGINT, SIG_IGN);
	CHECK_EQ(raise(SIGINT), 0);
	signal(SIGINT, SIG_DFL);
	caught = 0;
	signal(SIGSEGV, on_fault);
	if (!setjmp(jump))
		*(volatile int *)16 = 1;
	CHECK_EQ(caught, SIGSEGV);
	signal(SIGSEGV, SIG_DFL);
}

static void dates(void)
{
	struct tm tm = { 0 }, *p;
	struct _timeb tb;
	time_t t = 1709211907; /* 2024-02-29 13:05:07 UTC */
	char b[100];

	p = gmtime(&t);
	CHECK(p->tm_year == 124 && p->tm_mon == 1 && p->tm_mday == 29 &&
		      p->tm_hour == 13 && p->tm_min == 5 && p->tm_sec == 7 &&
		      p->tm_wday == 4 && p->tm_yday == 59,
	      "");
	CHECK(!strcmp(asctime(p), "Thu Feb 29 13:05:07 2024\n"), "%s",
	      asctime(p));
	CHECK_EQ(strftime(b, sizeof(b), "%Y-%m-%d %H:%M:%S %j %a %B %p %U %w",
			  p),
		 44);
	CHECK(!strcmp(b, "2024-02-29 13:05:07 060 Thu February PM 08 4"), "%s",
	      b);
	CHECK_EQ(_mkgmtime(p), t);
	CHECK_EQ(mktime(localtime(&t)), t);
	tm.tm_year = 100;
	tm.tm_mon = 14;
	tm.tm_mday = 31;
	tm.tm_isdst = -1;
	CHECK(mktime(&tm) != -1 && tm.tm_mon == 2 && tm.tm_year == 101 &&
		      tm.tm_mday == 31,
	      "%d %d", tm.tm_mon, tm.tm_mday);
	_putenv("TZ=EST5EDT");
	_tzset();
	CHECK_EQ(_timezone, 5 * 3600);
	CHECK(!strcmp(_tzname[0], "EST") && !strcmp(_tzname[1], "EDT"), "");
	p = localtime(&t);
	CHECK(p->tm_hour == 8 && p->tm_isdst == 0, "%d %d", p->tm_hour,
	      p->tm_isdst);
	t += 150 * 86400;
	p = localtime(&t);
	CHECK(p->tm_hour == 9 && p->tm_isdst == 1, "%d %d", p->tm_hour,
	      p->tm_isdst);
	CHECK_EQ(mktime(p), t);
	/* POSIX's rule behind it has a slash, and is no name of a zone. */
	_putenv("TZ=CET-01:00CES-02:00,M3.5.0/02:00,M10.5.0/03:00");
	_tzset();
	CHECK_EQ(_timezone, -3600);
	_putenv("TZ=");
	_tzset();
	_ftime(&tb);
	CHECK(llabs((long long)tb.time - (long long)time(NULL)) <= 1, "");
	CHECK(clock() >= 0, "");
}

static void paths(void)
{
	char drive[_MAX_DRIVE], dir[_MAX_DIR], base[_MAX_FNAME], ext[_MAX_EXT];
	char b[MAX_PATH];

	_splitpath("C:\\one\\two.x\\three.tar.gz", drive, dir, base, ext);
	CHECK(!strcmp(drive, "C:") && !strcmp(dir, "\\one\\two.x\\") &&
		      !strcmp(base, "three.tar") && !strcmp(ext, ".gz"),
	      "%s %s %s %s", drive, dir, base, ext);
	_makepath(b, "d", "a\\b", "c", "txt");
	CHECK(!strcmp(b, "d:a\\b\\c.txt"), "%s", b);
	CHECK(_fullpath(b, "C:\\a\\..\\b", MAX_PATH) && !strcmp(b, "C:\\b"),
	      "%s", b);
	CHECK(_getcwd(b, MAX_PATH) && b[1] == ':', "%s", b);
	/* Of msvcrt that is a variable, set by its start-up code. */
	CHECK(_pgmptr && !strcmp(_pgmptr, self), "%s",
	      _pgmptr ? _pgmptr : "none");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argc, argv);
	GetModuleFileNameA(NULL, self, MAX_PATH);
	arguments();
	environment();
	inheritance();
	threads();
	signals();
	dates();
	paths();
	return check_done();
}
