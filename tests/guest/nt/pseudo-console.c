/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pseudo-console.c - a program on a pseudo console: it has a console of the
 * size given, reads what we type, and we see what it writes.
 */
#define NTDDI_VERSION 0x0a000006
#include <windows.h>

#include <string.h>

#include "check.h"
#include "pseudo-console.h"

static volatile LONG interrupted;

static BOOL WINAPI on_ctrl(DWORD event)
{
	if (event == CTRL_C_EVENT)
		InterlockedExchange(&interrupted, 1);
	return event == CTRL_C_EVENT;
}

/* Lines in the ways that programs end them; and what Ctrl-C is. */
static int child_lines(void)
{
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	DWORD n;

	SetConsoleCtrlHandler(on_ctrl, TRUE);
	printf("<by C>\n<again>\n");
	fflush(stdout);
	WriteFile(out, "<by us>\r", 8, &n, NULL);
	WriteFile(out, "\n<feed>\n\r\n<end>\r", 16, &n, NULL);
	WriteConsoleA(out, "<over>\r\n", 8, &n, NULL);
	for (int i = 0; i < 6000 && !interrupted; i++)
		Sleep(10);
	printf("<ctrl-c %ld>\n", interrupted);
	return 8;
}

static BOOL WINAPI keep_on(DWORD event)
{
	return TRUE;
}

/* One that wants to stay. */
static int child_stays(void)
{
	DWORD n;

	SetConsoleCtrlHandler(keep_on, TRUE);
	WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "<ready>", 7, &n, NULL);
	Sleep(60000);
	return 1;
}

static void tell(HANDLE out)
{
	CONSOLE_SCREEN_BUFFER_INFO i;
	char text[60];
	DWORD n;

	if (GetConsoleScreenBufferInfo(out, &i)) {
		n = sprintf(text, "<at %d %d>", i.dwCursorPosition.X,
			    i.dwCursorPosition.Y - i.srWindow.Top);
		WriteFile(out, text, n, &n, NULL);
	}
}

/* Where its cursor is, without anybody to ask; and feeds without a return. */
static int child_cursor(void)
{
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	DWORD n, mode = 0;

	tell(out);
	WriteFile(out, "\r\nabc", 5, &n, NULL);
	tell(out);
	GetConsoleMode(out, &mode);
	CHECK(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING |
					  DISABLE_NEWLINE_AUTO_RETURN));
	WriteFile(out, "\r\nde\nf", 6, &n, NULL);
	tell(out);
	WriteConsoleW(out, L"\r\ng\r", 4, &n, NULL);
	WriteConsoleW(out, L"\nhi\nj", 5, &n, NULL);
	tell(out);
	SetConsoleMode(out, mode);
	WriteFile(out, "\nk", 2, &n, NULL);
	tell(out);
	return check_done();
}

/* Keys of a program that wants sequences: what is none keeps its key. */
static int child_keys(void)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	WCHAR got[5] = L"";
	INPUT_RECORD r;
	WORD vk = 0;
	DWORD n;

	CHECK(GetConsoleWindow() != NULL);
	CHECK(SetConsoleMode(in, ENABLE_VIRTUAL_TERMINAL_INPUT));
	WriteFile(out, "<ready>", 7, &n, NULL);
	for (int i = 0; i < 4;) {
		if (!ReadConsoleInputW(in, &r, 1, &n))
			break;
		if (r.EventType != KEY_EVENT || !r.Event.KeyEvent.bKeyDown ||
		    !r.Event.KeyEvent.uChar.UnicodeChar)
			continue;
		if (!i) {
			vk = r.Event.KeyEvent.wVirtualKeyCode;
			CHECK(r.Event.KeyEvent.dwControlKeyState &
			      (LEFT_CTRL_PRESSED | RIGHT_CTRL_PRESSED));
		}
		got[i++] = r.Event.KeyEvent.uChar.UnicodeChar;
	}
	CHECK_EQ(vk, 'C');
	CHECK(!memcmp(got, L"\3\33[A", 8));
	return check_done();
}

/* What the program sees: as lines that the parent looks for. */
static int child(void)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	CONSOLE_SCREEN_BUFFER_INFO info;
	DWORD mode, n;
	char text[200], line[100];

	n = sprintf(text, "<in %d out %d>", GetConsoleMode(in, &mode) != 0,
		    GetConsoleMode(out, &mode) != 0);
	WriteFile(out, text, n, &n, NULL);
	if (GetConsoleScreenBufferInfo(out, &info)) {
		n = sprintf(text, "<size %d %d>",
			    info.srWindow.Right - info.srWindow.Left + 1,
			    info.srWindow.Bottom - info.srWindow.Top + 1);
		WriteFile(out, text, n, &n, NULL);
	}
	if (ReadFile(in, line, sizeof line - 1, &n, NULL)) {
		while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
			n--;
		line[n] = 0;
		n = sprintf(text, "<read %s>", line);
		WriteFile(out, text, n, &n, NULL);
	}
	GetConsoleScreenBufferInfo(out, &info);
	n = sprintf(text, "<then %d %d>",
		    info.srWindow.Right - info.srWindow.Left + 1,
		    info.srWindow.Bottom - info.srWindow.Top + 1);
	WriteFile(out, text, n, &n, NULL);
	if (ReadFile(in, line, sizeof line, &n, NULL))
		WriteFile(out, "<bye>", 5, &n, NULL);
	return 7;
}

struct console {
	HANDLE from, to, thread;
	void *pc;
	PROCESS_INFORMATION pi;
};

static void begin(struct console *c, DWORD flags)
{
	create_fn create = PSEUDO_CONSOLE(create_fn, "CreatePseudoConsole");
	HANDLE in, out;

	nshown = 0;
	memset(shown, 0, sizeof shown);
	CHECK(CreatePipe(&in, &c->to, NULL, 0));
	CHECK(CreatePipe(&c->from, &out, NULL, 0));
	CHECK_EQ(create((COORD){ 60, 20 }, in, out, flags, &c->pc), S_OK);
	CloseHandle(in);
	CloseHandle(out);
	c->thread = CreateThread(NULL, 0, collect, c->from, 0, NULL);
}

static void end(struct console *c)
{
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	DWORD code = 99;

	CHECK_EQ(WaitForSingleObject(c->pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(c->pi.hProcess, &code));
	CHECK_EQ(code, 0);
	close(c->pc);
	CHECK_EQ(WaitForSingleObject(c->thread, 60000), 0);
	CloseHandle(c->pi.hProcess);
	CloseHandle(c->pi.hThread);
	CloseHandle(c->thread);
	CloseHandle(c->from);
	CloseHandle(c->to);
}

static void nobody_answers(const char *self)
{
	struct console c;

	begin(&c, 0);
	spawn_on(c.pc, self, "cursor", &c.pi);
	CHECK(appears("<at 0 0>"));
	CHECK(appears("<at 3 1>"));
	CHECK(appears("<at 3 3>"));
	CHECK(appears("<at 3 6>"));
	CHECK(appears("<at 1 7>"));
	end(&c);
	CHECK(!strstr(shown, "\33[6n"));
}

static HANDLE named(char *name, int which, DWORD direction)
{
	HANDLE h;

	sprintf(name, "\\\\.\\pipe\\pseudo-console-%lu-%d",
		GetCurrentProcessId(), which);
	h = CreateNamedPipeA(name, direction, PIPE_TYPE_BYTE | PIPE_WAIT, 1,
			     4096, 4096, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	return h;
}

/* Pipes whose other ends are opened when the console is there, as node-pty's. */
static void connected_late(const char *self)
{
	create_fn create = PSEUDO_CONSOLE(create_fn, "CreatePseudoConsole");
	char in_name[64], out_name[64];
	HANDLE in = named(in_name, 0, PIPE_ACCESS_INBOUND);
	HANDLE out = named(out_name, 1, PIPE_ACCESS_OUTBOUND);
	struct console c;
	DWORD n;

	nshown = 0;
	memset(shown, 0, sizeof shown);
	CHECK_EQ(create((COORD){ 60, 20 }, in, out, 0, &c.pc), S_OK);
	Sleep(50); /* it may find nobody there, which is no matter */
	c.to = CreateFileA(in_name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			   NULL);
	CHECK(c.to != INVALID_HANDLE_VALUE);
	c.from = CreateFileA(out_name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
			     NULL);
	CHECK(c.from != INVALID_HANDLE_VALUE);
	c.thread = CreateThread(NULL, 0, collect, c.from, 0, NULL);
	spawn_on(c.pc, self, "keys", &c.pi);
	CloseHandle(in);
	CloseHandle(out);
	CHECK(appears("<ready>"));
	WriteFile(c.to, "\3\33[A", 4, &n, NULL);
	end(&c);
}

static void keys(const char *self)
{
	struct console c;
	DWORD n;

	begin(&c, 0);
	spawn_on(c.pc, self, "keys", &c.pi);
	CHECK(appears("<ready>"));
	WriteFile(c.to, "\3\33[A", 4, &n, NULL);
	end(&c);
}

/* Ctrl-C is for the program to decide about, that the console closes is not. */
static void closed(const char *self)
{
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	struct console c;
	DWORD n, code = 99;

	begin(&c, 0);
	spawn_on(c.pc, self, "stays", &c.pi);
	CHECK(appears("<ready>"));
	WriteFile(c.to, "\3", 1, &n, NULL);
	CHECK_EQ(WaitForSingleObject(c.pi.hProcess, 300), WAIT_TIMEOUT);
	close(c.pc);
	CHECK_EQ(WaitForSingleObject(c.pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(c.pi.hProcess, &code));
	CHECK_EQ(code, 0xc000013a);
	CHECK_EQ(WaitForSingleObject(c.thread, 60000), 0);
	CloseHandle(c.pi.hProcess);
	CloseHandle(c.pi.hThread);
	CloseHandle(c.thread);
	CloseHandle(c.from);
	CloseHandle(c.to);
}

/*
 * Who asks for the console of a program on a pseudo console, to end all that
 * are there, must not be given that of his own.
 */
static void from_outside(const char *self)
{
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	struct console c;

	begin(&c, 0);
	spawn_on(c.pc, self, "stays", &c.pi);
	CHECK(appears("<ready>"));
	CHECK(FreeConsole());
	CHECK(!AttachConsole(c.pi.dwProcessId));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!AttachConsole(GetCurrentProcessId()));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(AttachConsole(ATTACH_PARENT_PROCESS));
	close(c.pc);
	CHECK_EQ(WaitForSingleObject(c.pi.hProcess, 60000), 0);
	CHECK_EQ(WaitForSingleObject(c.thread, 60000), 0);
	CloseHandle(c.pi.hProcess);
	CloseHandle(c.pi.hThread);
	CloseHandle(c.thread);
	CloseHandle(c.from);
	CloseHandle(c.to);
}

/* A console that is let go ends with its last program. */
static void released(const char *self)
{
	HRESULT(WINAPI * release)
	(void *) = (void *)GetProcAddress(GetModuleHandleA("kernel32"),
					  "ReleasePseudoConsole");
	struct console c;

	CHECK(release != NULL);
	if (!release)
		return;
	begin(&c, 0);
	spawn_on(c.pc, self, "cursor", &c.pi);
	CHECK_EQ(release(c.pc), S_OK);
	CHECK_EQ(WaitForSingleObject(c.thread, 60000), 0);
	CHECK(strstr(shown, "<at 1 7>"));
	end(&c);
}

/* The terminal is asked once, and answers. */
static void inherited(const char *self)
{
	struct console c;
	DWORD n;

	begin(&c, 1);
	CHECK(appears("\33[6n"));
	WriteFile(c.to, "\33[5;8R", 6, &n, NULL);
	spawn_on(c.pc, self, "cursor", &c.pi);
	CHECK(appears("<at 7 4>"));
	CHECK(appears("<at 3 5>"));
	end(&c);
	CHECK(!strstr(shown, "\33[2J"));
	CHECK(!strstr(strstr(shown, "\33[6n") + 1, "\33[6n"));
}

int main(int argc, char **argv)
{
	create_fn create = PSEUDO_CONSOLE(create_fn, "CreatePseudoConsole");
	resize_fn resize = PSEUDO_CONSOLE(resize_fn, "ResizePseudoConsole");
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	HANDLE from, to, theirs_in, theirs_out, thread;
	PROCESS_INFORMATION pi;
	void *pc = NULL;
	DWORD n, code;

	if (argc > 1 && !strcmp(argv[1], "lines"))
		return child_lines();
	if (argc > 1 && !strcmp(argv[1], "cursor"))
		return child_cursor();
	if (argc > 1 && !strcmp(argv[1], "keys"))
		return child_keys();
	if (argc > 1 && !strcmp(argv[1], "stays"))
		return child_stays();
	if (argc > 1)
		return child();
	setvbuf(stdout, NULL, _IONBF, 0);
	CHECK(create && resize && close);
	CHECK(CreatePipe(&theirs_in, &to, NULL, 0));
	CHECK(CreatePipe(&from, &theirs_out, NULL, 0));
	CHECK_EQ(create((COORD){ 0, 10 }, theirs_in, theirs_out, 0, &pc),
		 E_INVALIDARG);
	CHECK_EQ(create((COORD){ 91, 37 }, theirs_in, theirs_out, 0, &pc),
		 S_OK);
	if (!pc)
		return check_done();
	CloseHandle(theirs_in);
	CloseHandle(theirs_out);
	thread = CreateThread(NULL, 0, collect, from, 0, NULL);
	spawn_on(pc, argv[0], "child", &pi);
	CHECK(appears("<in 1 out 1>"));
	CHECK(appears("<size 91 37>"));
	CHECK_EQ(resize(pc, (COORD){ 100, 30 }), S_OK);
	WriteFile(to, "hello\r", 6, &n, NULL);
	CHECK(appears("<read hello>"));
	CHECK(appears("<then 100 30>"));
	WriteFile(to, "\r", 1, &n, NULL);
	CHECK(appears("<bye>"));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 7);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);

	/* A line ends with one return and one feed. */
	spawn_on(pc, argv[0], "lines", &pi);
	CHECK(appears("<by C>\r\n<again>\r\n<by us>\r\n<feed>\r\n\r\n"
		      "<end>\r<over>\r\n"));
	WriteFile(to, "\x03", 1, &n, NULL);
	CHECK(appears("<ctrl-c 1>\r\n"));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 8);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CHECK(!strstr(shown, "\r\r"));

	/* One that still runs when the console closes ends. */
	spawn_on(pc, argv[0], "child", &pi);
	CHECK(appears("<size 100 30>"));
	close(pc);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	CHECK_EQ(WaitForSingleObject(thread, 60000), 0);
	CHECK(!strstr(strstr(shown, "<size 100 30>"), "<bye>"));
	/* The terminal has begun with an empty screen, and knows the title. */
	CHECK(strstr(shown, "\33[2J"));
	CHECK(strstr(shown, "\33]0;"));
	CHECK(!strstr(shown, "\33[6n"));
	CloseHandle(from);
	CloseHandle(to);

	nobody_answers(argv[0]);
	inherited(argv[0]);
	keys(argv[0]);
	connected_late(argv[0]);
	closed(argv[0]);
	from_outside(argv[0]);
	released(argv[0]);
	return check_done();
}
