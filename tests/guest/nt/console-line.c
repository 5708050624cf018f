/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-line.c - lines that the console edits: keys, earlier lines, aliases,
 * small buffers, Ctrl-C, several readers, and what is left for the next
 * process.
 */
#define NTDDI_VERSION 0x0a000006
#include <windows.h>

#include <string.h>

#include "check.h"
#include "pseudo-console.h"

#define EXE L"console-line.exe"

static HANDLE in, out;
static volatile LONG interrupted;

static void say(const char *s)
{
	DWORD n;

	WriteFile(out, s, (DWORD)strlen(s), &n, NULL);
}

/* What the parent waits for before it types. */
static void ready(int step)
{
	char s[20];

	sprintf(s, "<%d>", step);
	say(s);
}

/* The next line, without its end. */
static const char *line(void)
{
	static char s[300];
	DWORD n = 0;

	if (!ReadFile(in, s, sizeof s - 1, &n, NULL))
		return "no line";
	s[n] = 0;
	CHECK(n >= 2 && !strcmp(s + n - 2, "\r\n"));
	s[n > 1 ? n - 2 : 0] = 0;
	return s;
}

#define LINE_IS(want)                                                          \
	do {                                                                   \
		const char *got_ = line();                                     \
		CHECK(!strcmp(got_, want), "got %s", got_);                    \
	} while (0)

static BOOL WINAPI on_ctrl(DWORD event)
{
	if (event == CTRL_C_EVENT)
		InterlockedIncrement(&interrupted);
	return event == CTRL_C_EVENT;
}

static void edited(void)
{
	WCHAR w[40];
	DWORD n, mode;

	ready(1);
	LINE_IS("aYbc");
	LINE_IS("one thr");
	LINE_IS("aYbc"); /* by two times up */
	LINE_IS("h\xc3\xa9\xf0\x9f\x98\x80");
	/* The rest of a line is the next read's, and no key. */
	ready(2);
	CHECK(ReadConsoleW(in, w, 4, &n, NULL));
	CHECK(n == 4 && !memcmp(w, L"long", 8));
	CHECK(GetNumberOfConsoleInputEvents(in, &n));
	CHECK_EQ(n, 0);
	CHECK(FlushConsoleInputBuffer(in));
	CHECK(ReadConsoleW(in, w, 40, &n, NULL));
	CHECK(n == 8 && !memcmp(w, L"er one\r", 14));
	/* Without an echo nothing is shown, and nothing kept. */
	CHECK(GetConsoleMode(in, &mode));
	CHECK(SetConsoleMode(in, mode & ~ENABLE_ECHO_INPUT));
	ready(3);
	LINE_IS("secret");
	CHECK(SetConsoleMode(in, mode));
	ready(4);
	LINE_IS("longer one");
	/* Keys that others heed. */
	CHECK(SetConsoleMode(in, mode & ~ENABLE_PROCESSED_INPUT));
	ready(5);
	CHECK(ReadConsoleW(in, w, 40, &n, NULL));
	CHECK(n == 5 && !memcmp(w, L"a\b\3b\r", 10), "%lu", n);
	CHECK(SetConsoleMode(in, mode));
	/* The end of the file: for ReadFile alone. */
	ready(6);
	CHECK(ReadFile(in, w, sizeof w, &n, NULL));
	CHECK_EQ(n, 0);
	CHECK(ReadConsoleW(in, w, 40, &n, NULL));
	CHECK(n == 3 && w[0] == 26);
	/* Typed over, as the mode says; the key changes that for a line. */
	CHECK(SetConsoleMode(in, (mode & ~ENABLE_INSERT_MODE) |
					 ENABLE_EXTENDED_FLAGS));
	ready(7);
	LINE_IS("Xbc");
	LINE_IS("XYabc");
	LINE_IS("Zbc");
	CHECK(SetConsoleMode(in, mode | ENABLE_INSERT_MODE |
					 ENABLE_EXTENDED_FLAGS));
}

/* A read that Ctrl-C ends has read nothing, and says why. */
static void stopped(void)
{
	WCHAR w[40];
	DWORD n = 9;

	CHECK(SetConsoleCtrlHandler(on_ctrl, TRUE));
	ready(8);
	SetLastError(0);
	CHECK(ReadConsoleW(in, w, 40, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CHECK_EQ(n, 0);
	ready(9);
	SetLastError(0);
	n = 9;
	CHECK(ReadFile(in, w, sizeof w, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CHECK_EQ(n, 0);
	for (int i = 0; i < 6000 && interrupted < 2; i++)
		Sleep(10);
	CHECK_EQ(interrupted, 2);
	CHECK(SetConsoleCtrlHandler(NULL, TRUE));
	ready(10);
	CHECK(ReadConsoleW(in, w, 40, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CHECK_EQ(n, 0);
	CHECK(SetConsoleCtrlHandler(NULL, FALSE));
	CHECK_EQ(interrupted, 2);
}

/* Control characters that give the line back as it is. */
static void woken(void)
{
	CONSOLE_READCONSOLE_CONTROL c = { .nLength = sizeof c };
	WCHAR w[40] = L"pre";
	DWORD n;

	say("pre");
	c.nInitialChars = 3;
	c.dwCtrlWakeupMask = 1 << 9;
	ready(11);
	CHECK(ReadConsoleW(in, w, 40, &n, &c));
	CHECK(n == 6 && !memcmp(w, L"pr1e2\t", 12), "%lu", n);
	CHECK(!(c.dwControlKeyState & SHIFT_PRESSED));
	c.nInitialChars = 5;
	ready(12);
	CHECK(ReadConsoleW(in, w, 40, &n, &c));
	CHECK(n == 6 && w[5] == 9);
	CHECK(c.dwControlKeyState & SHIFT_PRESSED);
	ready(13);
	CHECK(ReadConsoleW(in, w, 40, &n, &c));
	CHECK(n == 6 && !memcmp(w, L"pr1e\r\n", 12), "%lu", n);
	c.nInitialChars = 41;
	CHECK(!ReadConsoleW(in, w, 40, &n, &c));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void past(void)
{
	CONSOLE_HISTORY_INFO i = { .cbSize = sizeof i };
	WCHAR w[200];
	char a[40];
	DWORD n;

	CHECK(GetConsoleHistoryInfo(&i));
	CHECK_EQ(i.HistoryBufferSize, 50);
	CHECK_EQ(i.NumberOfHistoryBuffers, 4);
	CHECK_EQ(i.dwFlags, 0);
	i.dwFlags = HISTORY_NO_DUP_FLAG;
	CHECK(SetConsoleHistoryInfo(&i));
	i.dwFlags = 8;
	CHECK(!SetConsoleHistoryInfo(&i));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	i.cbSize = 4;
	CHECK(!GetConsoleHistoryInfo(&i));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	CHECK(AddConsoleAliasW(L"hi", L"hello $1$Tbye $*", EXE));
	CHECK(AddConsoleAliasA("ls", "dir", "cmd.exe"));
	CHECK_EQ(GetConsoleAliasW(L"HI", w, sizeof w, EXE), 34);
	CHECK(!wcscmp(w, L"hello $1$Tbye $*"));
	CHECK_EQ(GetConsoleAliasA("ls", a, sizeof a, "CMD.EXE"), 4);
	CHECK(!strcmp(a, "dir"));
	CHECK_EQ(GetConsoleAliasW(L"hi", w, 32, EXE), 0);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(GetConsoleAliasW(L"no", w, sizeof w, EXE), 0);
	CHECK_EQ(GetLastError(), ERROR_GEN_FAILURE);
	CHECK_EQ(GetConsoleAliasesLengthA("cmd.exe"), 7);
	CHECK_EQ(GetConsoleAliasesA(a, sizeof a, "cmd.exe"), 7);
	CHECK(!memcmp(a, "ls=dir", 7));
	CHECK_EQ(GetConsoleAliasExesLengthW(), (17 + 8) * 2);
	CHECK_EQ(GetConsoleAliasExesW(w, sizeof w), (17 + 8) * 2);
	CHECK(AddConsoleAliasA("ls", NULL, "cmd.exe"));
	CHECK_EQ(GetConsoleAliasExesLengthA(), 17);
	ready(14);
	LINE_IS("hello you");
	LINE_IS("bye you  all");
	CHECK(AddConsoleAliasW(L"hi", NULL, EXE));
	/* What is kept is what was typed. */
	LINE_IS("hi you  all");
	n = GetConsoleCommandHistoryW(w, sizeof w, EXE);
	CHECK(n > 24 && !wcscmp(w + n / 2 - 12, L"hi you  all"));
	CHECK_EQ(GetConsoleCommandHistoryLengthW(EXE), n);
	CHECK_EQ(GetConsoleCommandHistoryW(w, 2, EXE), 0);
	ExpungeConsoleCommandHistoryW(EXE);
	CHECK_EQ(GetConsoleCommandHistoryLengthW(EXE), 0);
}

/* ---- several readers --------------------------------------------------- */

static volatile LONG seen[64], bytes;

static DWORD WINAPI read_lines(void *arg)
{
	char s[100];
	DWORD n;

	while (ReadFile(in, s, sizeof s - 1, &n, NULL) && n > 2) {
		s[n] = 0;
		if (strncmp(s, "line ", 5) || strcmp(strchr(s, '\r'), "\r\n"))
			return 1;
		InterlockedIncrement(&seen[atoi(s + 5) & 63]);
	}
	return 0;
}

static DWORD WINAPI read_pieces(void *arg)
{
	unsigned char s[3];
	BOOL end = FALSE;
	DWORD n;

	while (!end && ReadFile(in, s, sizeof s, &n, NULL) && n) {
		for (DWORD i = 0; i < n; i++)
			if (s[i] == 0xe9)
				InterlockedIncrement(&bytes);
			else if (s[i] == 'q')
				end = TRUE;
	}
	return 0;
}

static void run_readers(LPTHREAD_START_ROUTINE start, DWORD n, int step)
{
	HANDLE h[3];
	DWORD code;

	for (DWORD i = 0; i < n; i++)
		h[i] = CreateThread(NULL, 0, start, NULL, 0, NULL);
	ready(step);
	CHECK_EQ(WaitForMultipleObjects(n, h, TRUE, 60000), 0);
	for (DWORD i = 0; i < n; i++) {
		CHECK(GetExitCodeThread(h[i], &code));
		CHECK_EQ(code, 0);
		CloseHandle(h[i]);
	}
}

static void together(void)
{
	UINT cp = GetConsoleCP();

	run_readers(read_lines, 3, 15);
	for (int i = 0; i < 30; i++)
		CHECK_EQ(seen[i], 1);
	CHECK(SetConsoleCP(1252));
	run_readers(read_pieces, 2, 16);
	CHECK_EQ(bytes, 40);
	CHECK(SetConsoleCP(cp));
}

/* One that waits is let go, and the next one reads. */
static DWORD WINAPI read_one(void *arg)
{
	DWORD n;
	char s[20];

	return ReadFile(in, s, sizeof s, &n, NULL) ? 0 : GetLastError();
}

static void cancelled(void)
{
	HANDLE h[2];
	DWORD code;

	for (int i = 0; i < 2; i++)
		h[i] = CreateThread(NULL, 0, read_one, NULL, 0, NULL);
	for (int i = 0; i < 2; i++) {
		do
			CancelSynchronousIo(h[i]);
		while (WaitForSingleObject(h[i], 10));
		CHECK(GetExitCodeThread(h[i], &code));
		CHECK_EQ(code, ERROR_OPERATION_ABORTED);
		CloseHandle(h[i]);
	}
	ready(17);
	LINE_IS("after");
}

/* ---- the next process ---------------------------------------------------- */

static int child_second(void)
{
	LINE_IS("two");
	/* Its name is the same, and so is what was entered under it. */
	LINE_IS("three");
	LINE_IS("two");
	return check_done();
}

static void handed_on(const char *self)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char s[MAX_PATH + 20];
	DWORD code = 9;

	ready(18);
	LINE_IS("one");
	sprintf(s, "\"%s\" second", self);
	CHECK(CreateProcessA(NULL, s, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 0);
	LINE_IS("four");
}

static int child(const char *self)
{
	DWORD mode;

	CHECK(GetConsoleMode(in, &mode));
	CHECK((mode & 0x27) == 0x27);
	edited();
	stopped();
	woken();
	past();
	together();
	cancelled();
	handed_on(self);
	if (!check_done())
		say("<good>");
	return check_done();
}

/* Step by step: what is typed when the child is ready for it. */
static const struct {
	int step;
	const char *keys;
} typed[] = {
	{ 1, "abc\33[D\33[DX\177Y\r"
	     "one two three\33[1;5D\177\177\177\177thr\33[1;5F\r"
	     "\33[A\33[A\r"
	     "h\303\251\360\237\230\200x\177\r" },
	{ 2, "longer one\r" },
	{ 3, "secret\r" },
	{ 4, "\33OA\r" },
	{ 5, "a\177\3b\r" },
	{ 6, "no" },
	{ 7, "abc\33[HX\r"
	     "abc\33[H\33[2~XY\r"
	     "abc\33[1~Z\r" },
	{ 8, "lost" },
	{ 9, "gone" },
	{ 10, "x" },
	{ 11, "2\33[D\33[D1\33[F\t" },
	{ 12, "\33[Z" },
	{ 13, "\177\r" },
	{ 14, "hi you  all\r"
	      "\33[A\r" },
	{ 16, "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
	      "\303\251\303\251\r"
	      "\303\251\303\251\303\251\303\251\303\251"
	      "\303\251\303\251\303\251\303\251\303\251\r"
	      "\303\251\303\251"
	      "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
	      "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
	      "\303\251\303\251\r"
	      "q\r"
	      "q\r" },
	{ 17, "after\r" },
	{ 18, "one\rtwo\rthree\r\33[A\33[A\rfour\r" },
};

static void type(HANDLE to, const char *s)
{
	DWORD n;

	CHECK(WriteFile(to, s, (DWORD)strlen(s), &n, NULL));
}

/*
 * Between two reads these keys are signals: they are typed when the line shows
 * that it is read.
 */
static const struct {
	int step;
	const char *line, *keys;
} typed_then[] = {
	{ 6, "<6>no", "\177\177\32\r\32\r" },
	{ 8, "<8>lost", "\3" },
	{ 9, "<9>gone", "\3" },
	{ 10, "<10>x", "\3" },
};

static void type_step(HANDLE to, int step)
{
	for (size_t i = 0; i < ARRAYSIZE(typed); i++)
		if (typed[i].step == step)
			type(to, typed[i].keys);
	for (size_t i = 0; i < ARRAYSIZE(typed_then); i++) {
		if (typed_then[i].step != step)
			continue;
		CHECK(appears(typed_then[i].line));
		type(to, typed_then[i].keys);
	}
}

static void type_steps(HANDLE to)
{
	char mark[20], many[1000] = "";

	for (int step = 1; step <= 18; step++) {
		sprintf(mark, "<%d>", step);
		if (!appears(mark)) {
			CHECK(!"step");
			return;
		}
		type_step(to, step);
		for (int i = 0; step == 15 && i < 30; i++)
			sprintf(many + strlen(many), "line %d\r", i);
		if (step == 15) {
			strcat(many, "\r\r\r");
			type(to, many);
		}
	}
}

int main(int argc, char **argv)
{
	struct on_pseudo_console p;

	in = GetStdHandle(STD_INPUT_HANDLE);
	out = GetStdHandle(STD_OUTPUT_HANDLE);
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 1 && !strcmp(argv[1], "second"))
		return child_second();
	if (argc > 1)
		return child(argv[0]);
	if (!start_on_pseudo_console(&p, 80, 30, argv[0]))
		return check_done();
	type_steps(p.to);
	CHECK(appears("<good>"));
	end_on_pseudo_console(&p, "");
	/* What was typed shows once, and where it was read. */
	CHECK(strstr(shown, "<2>longer one\r\n") != NULL);
	CHECK(!strstr(shown, "secret"));
	CHECK(strstr(shown, "one\r\ntwo\r\nthree\r\n") != NULL);
	return check_done();
}
