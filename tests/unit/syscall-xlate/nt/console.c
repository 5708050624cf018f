/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Console handles on a terminal that the test plays. */
#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/nt-private.h"
#include "tests/lib/fake-engine.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"

enum { RW = 0x12019f };

static struct task *t;
static int master;
static uint64_t in, out;
static struct io_status64 iosb;

/* The test process becomes a session of its own with the terminal as 0 and 1.
 */
static void setup(void)
{
	struct winsize size = { .ws_row = 30, .ws_col = 100 };
	struct object *o;
	int slave;

	/* Check makes each test lead a process group, which cannot start a
	   session; its child can. */
	if (setsid() < 0) {
		pid_t pid = fork();
		int status;

		if (pid) {
			waitpid(pid, &status, 0);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
		}
		setsid();
	}
	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(ioctl(slave, TIOCSCTTY, 0), 0);
	dup2(slave, 0);
	t = fake_start();
	o = file_object_from_fd(0, RW);
	ck_assert_uint_eq(handle_add(t, o, RW, 0, &in), 0);
	object_put(o);
	o = file_object_from_fd(dup(slave), RW);
	ck_assert_uint_eq(handle_add(t, o, RW, 0, &out), 0);
	object_put(o);
	close(slave);
}

static NTSTATUS control(uint64_t h, uint32_t code, const void *i, uint32_t ni,
			void *o, uint32_t no)
{
	memset(&iosb, 0, sizeof iosb);
	return nt_device_io_control_file(t, h, 0, 0, 0, GADDR(&iosb), code,
					 GADDR(i), ni, GADDR(o), no);
}

static void type(const char *s)
{
	ck_assert_int_eq(write(master, s, strlen(s)), (ssize_t)strlen(s));
}

static const char *shown(void)
{
	static char buf[4096];
	ssize_t n;

	usleep(20000);
	fcntl(master, F_SETFL, O_NONBLOCK);
	n = read(master, buf, sizeof buf - 1);
	buf[n > 0 ? n : 0] = 0;
	fcntl(master, F_SETFL, 0);
	return buf;
}

START_TEST(modes)
{
	uint32_t mode = 0;
	struct termios before, after;

	tcgetattr(0, &before);
	ck_assert_uint_eq(control(in, RF_CONSOLE_GET_MODE, NULL, 0, &mode, 4),
			  0);
	ck_assert_uint_eq(mode, INPUT_DEFAULT);
	ck_assert_uint_eq(control(out, RF_CONSOLE_GET_MODE, NULL, 0, &mode, 4),
			  0);
	ck_assert_uint_eq(mode, OUTPUT_DEFAULT);
	mode = 0x40000000;
	ck_assert_uint_eq(control(in, RF_CONSOLE_SET_MODE, &mode, 4, NULL, 0),
			  STATUS_INVALID_PARAMETER);
	mode = INPUT_VT;
	ck_assert_uint_eq(control(in, RF_CONSOLE_SET_MODE, &mode, 4, NULL, 0),
			  0);
	tcgetattr(0, &after);
	ck_assert(!(after.c_lflag & (ICANON | ECHO | ISIG)));
	console_restore(true);
	tcgetattr(0, &after);
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
}
END_TEST

static const int ends[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, 0 };

/* Whatever ends us, the next one finds the terminal as it was. */
START_TEST(ended)
{
	struct rf_console_cursor hidden = { 25, 0 };
	uint32_t mode = INPUT_VT, colors = 0x1e;
	struct termios before, after;
	char shown[256] = "";
	ssize_t n, all = 0;
	int status;
	pid_t pid;

	tcgetattr(0, &before);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		if (ends[_i]) /* Check has its own */
			signal(ends[_i], SIG_DFL);
		tcsetpgrp(0, getpid());
		if (control(in, RF_CONSOLE_SET_MODE, &mode, 4, NULL, 0) ||
		    control(out, RF_CONSOLE_SET_ATTRIBUTES, &colors, 4, NULL,
			    0) ||
		    control(out, RF_CONSOLE_SET_CURSOR_INFO, &hidden,
			    sizeof hidden, NULL, 0))
			_exit(77);
		if (tcgetattr(0, &after) || after.c_lflag & ICANON)
			_exit(78);
		if (ends[_i])
			raise(ends[_i]);
		exit(3);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (ends[_i])
		ck_assert_msg(WIFSIGNALED(status) &&
				      WTERMSIG(status) == ends[_i],
			      "status %#x", status);
	else
		ck_assert_int_eq(WEXITSTATUS(status), 3);
	tcgetattr(0, &after);
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
	ck_assert_uint_eq(after.c_iflag, before.c_iflag);
	fcntl(master, F_SETFL, O_NONBLOCK);
	while ((n = read(master, shown + all, sizeof shown - 1 - (size_t)all)) > 0)
		all += n;
	ck_assert_msg(strstr(shown, "\33[0m\33[?25h") != NULL, "%s", shown);
}
END_TEST

/* Screens, mice and the like that a program has asked for in its text. */
START_TEST(ended_in_text)
{
	static const char text[] = "\33[?1049h\33[?1002;1006h\33[?2004h"
				   "\33[5;10r\33[?25l\33[31mx\33[2;3H";
	char shown[512] = "";
	ssize_t n, all = 0;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (ends[_i])
			signal(ends[_i], SIG_DFL);
		if (nt_write_file(t, out, 0, 0, 0, GADDR(&iosb), GADDR(text),
				  sizeof text - 1, 0, 0))
			_exit(77);
		if (ends[_i])
			raise(ends[_i]);
		exit(3);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (ends[_i])
		ck_assert_int_eq(WTERMSIG(status), ends[_i]);
	else
		ck_assert_int_eq(WEXITSTATUS(status), 3);
	fcntl(master, F_SETFL, O_NONBLOCK);
	while ((n = read(master, shown + all, sizeof shown - 1 - (size_t)all)) > 0)
		all += n;
	ck_assert_str_eq(shown + sizeof text - 1,
			 "\33[?1049l\0337\33[r\0338\33[0m\33[?1002l"
			 "\33[?1006l\33[?2004l\33[?25h");
}
END_TEST

/* A child of the console's first process: what it leaves, and what it does not. */
START_TEST(shared)
{
	static const char *const text[] = { "\33[?25l\33[31m", "\33[31m" };
	static const char *const want[] = { "\33[?25l\33[31m",
					    "\33[31m\33[0m" };
	uint32_t mode = 0, raw = INPUT_VT;
	struct rf_console_cp cp = { 0, 1252 };
	struct termios before, after;
	int fd, status;
	pid_t pid;

	tcgetattr(0, &before);
	fd = console_share();
	ck_assert_int_ge(fd, 3);
	/* None of them can make the others crash. */
	ck_assert_int_lt(ftruncate(fd, 0), 0);
	tcsetpgrp(0, getpgrp());
	for (int killed = 0; killed < 2; killed++) {
		shown();
		pid = fork();
		if (!pid) {
			console_inherit(dup(fd));
			signal(SIGTERM, SIG_DFL);
			console_guard();
			if (control(in, RF_CONSOLE_SET_MODE, &raw, 4, NULL, 0) ||
			    control(out, RF_CONSOLE_SET_CP, &cp, sizeof cp,
				    NULL, 0) ||
			    nt_write_file(t, out, 0, 0, 0, GADDR(&iosb),
					  GADDR(text[killed]),
					  (uint32_t)strlen(text[killed]), 0, 0))
				_exit(77);
			if (killed)
				raise(SIGTERM);
			exit(3);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(killed ? WTERMSIG(status) == SIGTERM
				 : WEXITSTATUS(status) == 3);
		tcgetattr(0, &after);
		ck_assert_uint_eq(after.c_lflag, before.c_lflag);
		ck_assert_str_eq(shown(), want[killed]);
		ck_assert_uint_eq(control(in, RF_CONSOLE_GET_MODE, NULL, 0,
					  &mode, 4),
				  0);
		ck_assert_uint_eq(mode, killed ? INPUT_DEFAULT : raw);
		console_shared()->input_mode = INPUT_DEFAULT;
		cp.output = 0;
		control(out, RF_CONSOLE_GET_CP, NULL, 0, &cp, sizeof cp);
		ck_assert_uint_eq(cp.output, 1252);
		if (!killed) /* as the next one finds it */
			nt_write_file(t, out, 0, 0, 0, GADDR(&iosb),
				      GADDR("\33[m"), 3, 0, 0);
	}
	shown();
	console_restore(true);
	ck_assert_str_eq(shown(), "\33[?25h");
}
END_TEST

/* What wakes readers needs two: without them input is still input. */
START_TEST(no_descriptors)
{
	struct rlimit none = { 3, 3 };
	char buf[64] = "";

	alarm(10);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	type("x\n");
	ck_assert_uint_eq(nt_read_file(t, in, 0, 0, 0, GADDR(&iosb), GADDR(buf),
				       60, 0, 0),
			  0);
	ck_assert_str_eq(buf, "x\r\n");
}
END_TEST

START_TEST(lines)
{
	uint32_t n;
	char buf[64] = "";
	uint16_t u[64] = { 0 };

	type("h\303\251llo\n");
	ck_assert_uint_eq(nt_read_file(t, in, 0, 0, 0, GADDR(&iosb), GADDR(buf),
				       60, 0, 0),
			  0);
	ck_assert_str_eq(buf, "h\303\251llo\r\n");
	type("\303\251\360\237\230\200x\n");
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, u, 8), 0);
	ck_assert_uint_eq(iosb.information, 8);
	ck_assert_uint_eq(u[0], 0xe9);
	ck_assert_uint_eq(u[1], 0xd83d);
	ck_assert_uint_eq(u[3], 'x');
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, u, 100), 0);
	ck_assert_uint_eq(iosb.information, 4);
	ck_assert_uint_eq(u[1], '\n');
	/* The rest of a line is no keys. */
	type("abcdef\n");
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, u, 6), 0);
	ck_assert_uint_eq(iosb.information, 6);
	ck_assert_uint_eq(control(in, RF_CONSOLE_COUNT_INPUT, NULL, 0, &n, 4),
			  0);
	ck_assert_uint_eq(n, 0);
	type("k");
	usleep(5000);
	ck_assert_uint_eq(control(in, RF_CONSOLE_COUNT_INPUT, NULL, 0, &n, 4),
			  0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, u, 100), 0);
	ck_assert_uint_eq(iosb.information, 10);
	ck_assert_uint_eq(u[3], '\r');
	type("\n");
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, u, 100), 0);
	ck_assert_uint_eq(iosb.information, 6);
	ck_assert_uint_eq(u[0], 'k');
	type("\4"); /* Ctrl-D */
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, u, 100), 0);
	ck_assert_uint_eq(iosb.information, 0);
}
END_TEST

/* As long as the terminal takes it. */
START_TEST(long_line)
{
	static uint16_t got[8000];
	static char line[3001];

	memset(line, 'x', sizeof line - 1);
	type(line);
	type("\r");
	ck_assert_uint_eq(control(in, RF_CONSOLE_READ, NULL, 0, got,
				  sizeof got),
			  0);
	ck_assert_uint_eq(iosb.information, 3002 * 2);
	ck_assert_uint_eq(got[2999], 'x');
	ck_assert_uint_eq(got[3001], '\n');
}
END_TEST

START_TEST(writing)
{
	static const uint16_t text[] = { 'a', 0xe9, 0xd83d }, rest = 0xde00;

	shown();
	ck_assert_uint_eq(
		control(out, RF_CONSOLE_WRITE, text, sizeof text, NULL, 0), 0);
	ck_assert_uint_eq(iosb.information, sizeof text);
	ck_assert_str_eq(shown(), "a\303\251");
	ck_assert_uint_eq(control(out, RF_CONSOLE_WRITE, &rest, 2, NULL, 0), 0);
	ck_assert_str_eq(shown(), "\360\237\230\200");
}
END_TEST

START_TEST(keys)
{
	static const struct {
		const char *typed;
		uint16_t vk, ch;
		uint32_t state;
	} cases[] = {
		{ "a", 'A', 'a', 0 },         { "A", 'A', 'A', 0x10 },
		{ "\r", 13, '\r', 0 },        { "\177", 8, '\b', 0 },
		{ "\33[A", 0x26, 0, 0x100 },  { "\33[1;5C", 0x27, 0, 0x108 },
		{ "\33[3~", 0x2e, 0, 0x100 }, { "\33OP", 0x70, 0, 0 },
		{ "\33[24;6~", 0x7b, 0, 0x18 }, { "\33[1;3S", 0x73, 0, 2 },
		{ "\33[Z", 9, 9, 0x10 },      { "\33[E", 12, 0, 0 },
		{ "\32", 'Z', 26, 8 },	      { "\b", 8, 0x7f, 8 },
		{ "\33x", 'X', 'x', 2 },      { "\33", 27, 27, 0 },
		{ "\1", 'A', 1, 8 },          { "\303\251", 0, 0xe9, 0 },
		{ "!", '1', '!', 0x10 },
	};
	uint32_t flags = RF_CONSOLE_NOWAIT, n;
	struct input_record r[8];

	/* Key by key, or the terminal keeps lines back. */
	ck_assert_uint_eq(
		control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r), 0);
	ck_assert_uint_eq(iosb.information, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		type(cases[i].typed);
		usleep(5000);
		ck_assert_uint_eq(
			control(in, RF_CONSOLE_COUNT_INPUT, NULL, 0, &n, 4), 0);
		ck_assert_msg(n == 2, "case %zu: %u records", i, n);
		flags = RF_CONSOLE_PEEK;
		ck_assert_uint_eq(control(in, RF_CONSOLE_READ_INPUT, &flags, 4,
					  r, sizeof r),
				  0);
		flags = 0;
		ck_assert_uint_eq(control(in, RF_CONSOLE_READ_INPUT, &flags, 4,
					  r, sizeof r),
				  0);
		ck_assert_uint_eq(iosb.information, 40);
		ck_assert_uint_eq(r[0].type, RECORD_KEY);
		ck_assert_uint_eq(r[0].key.down, 1);
		ck_assert_uint_eq(r[1].key.down, 0);
		ck_assert_msg(r[0].key.vk == cases[i].vk &&
				      r[0].key.ch == cases[i].ch &&
				      r[0].key.state == cases[i].state,
			      "case %zu: vk %#x char %#x state %#x", i,
			      r[0].key.vk, r[0].key.ch, r[0].key.state);
	}
}
END_TEST

/* Where the key is: C libraries go by that. */
START_TEST(scan_codes)
{
	static const struct {
		const char *typed;
		uint16_t scan;
	} cases[] = {
		{ "1", 2 },	  { "=", 0x0d },   { "q", 0x10 },
		{ "\r", 0x1c },	  { "a", 0x1e },   { "`", 0x29 },
		{ "m", 0x32 },	  { " ", 0x39 },   { "\33[A", 0x48 },
		{ "\33[6~", 0x51 }, { "\33OP", 0x3b }, { "\33[21~", 0x44 },
		{ "\33[24~", 0x58 }, { "\33", 1 },     { "\303\251", 0 },
	};
	uint32_t flags = RF_CONSOLE_NOWAIT;
	struct input_record r[8];

	control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r);
	flags = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		type(cases[i].typed);
		ck_assert_uint_eq(control(in, RF_CONSOLE_READ_INPUT, &flags, 4,
					  r, sizeof r),
				  0);
		ck_assert_msg(r[0].key.scan == cases[i].scan,
			      "case %zu: scan %#x", i, r[0].key.scan);
	}
}
END_TEST

/* One record each; a path's end, and what else is not a key. */
START_TEST(mouse)
{
	enum { MODE = INPUT_PROCESSED | INPUT_MOUSE | 0x80 };
	static const struct {
		const char *typed;
		int16_t x, y;
		uint32_t buttons, state, flags;
	} cases[] = {
		{ "\33[<0;5;7M", 4, 6, 1, 0, 0 },
		{ "\33[<32;6;7M\33[<32;7;8M", 6, 7, 1, 0, 1 },
		{ "\33[<2;7;8M", 6, 7, 3, 0, 0 },
		{ "\33[<0;7;8m", 6, 7, 2, 0, 0 },
		{ "\33[<2;7;8m", 6, 7, 0, 0, 0 },
		{ "\33[<35;1;1M", 0, 0, 0, 0, 1 },
		{ "\33[<20;2;2M", 1, 1, 1, 0x18, 0 },
		{ "\33[<4;2;2m", 1, 1, 0, 0x10, 0 },
		{ "\33[<0;2;2M", 1, 1, 1, 0, 2 },
		{ "\33[<0;2;2m", 1, 1, 0, 0, 0 },
		{ "\33[<64;3;4M", 2, 3, 120u << 16, 0, 4 },
		{ "\33[<65;3;4M", 2, 3, (uint32_t)-120 << 16, 0, 4 },
		{ "\33[<67;3;4M", 2, 3, 120u << 16, 0, 8 },
	};
	uint32_t flags = RF_CONSOLE_NOWAIT, mode = MODE, n;
	struct input_record r[8];

	shown();
	ck_assert_uint_eq(control(in, RF_CONSOLE_SET_MODE, &mode, 4, NULL, 0),
			  0);
	ck_assert_str_eq(shown(), "\33[?1003h\33[?1006h");
	control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r);
	flags = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		type(cases[i].typed);
		usleep(5000);
		ck_assert_uint_eq(control(in, RF_CONSOLE_READ_INPUT, &flags, 4,
					  r, sizeof r),
				  0);
		ck_assert_msg(iosb.information == sizeof *r &&
				      r->type == RECORD_MOUSE &&
				      r->mouse.x == cases[i].x &&
				      r->mouse.y == cases[i].y &&
				      r->mouse.buttons == cases[i].buttons &&
				      r->mouse.state == cases[i].state &&
				      r->mouse.flags == cases[i].flags,
			      "case %zu: %u records, type %u, %d,%d %#x %#x %#x",
			      i, (unsigned)(iosb.information / sizeof *r),
			      r->type, r->mouse.x, r->mouse.y,
			      r->mouse.buttons, r->mouse.state, r->mouse.flags);
	}
	/* In two pieces, and what comes behind it. */
	type("\33[<0;5;");
	usleep(5000);
	control(in, RF_CONSOLE_COUNT_INPUT, NULL, 0, &n, 4);
	ck_assert_uint_eq(n, 0);
	type("7Mx\33[I");
	usleep(5000);
	control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r);
	ck_assert_uint_eq(iosb.information, 4 * sizeof *r);
	ck_assert_uint_eq(r[0].type, RECORD_MOUSE);
	ck_assert_uint_eq(r[1].key.ch, 'x');
	ck_assert_uint_eq(r[3].type, RECORD_FOCUS);
	ck_assert_uint_eq(r[3].focus, 1);
	mode = INPUT_DEFAULT;
	control(in, RF_CONSOLE_SET_MODE, &mode, 4, NULL, 0);
	ck_assert_str_eq(shown(), "\33[?1003l\33[?1006l");
}
END_TEST

START_TEST(waiting)
{
	uint32_t flags = RF_CONSOLE_NOWAIT;
	struct input_record r[8];

	control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r);
	ck_assert_uint_eq(nt_wait_for_single_object(t, in, 0, AT_ONCE),
			  STATUS_TIMEOUT);
	if (fork() == 0) {
		usleep(50000);
		type("x");
		_exit(0);
	}
	ck_assert_uint_eq(nt_wait_for_single_object(t, in, 0, AFTER_MS(3000)),
			  0);
	wait(NULL);
}
END_TEST

/* Who waits for input is woken by a window of another size. */
START_TEST(window_size)
{
	struct winsize size = { .ws_row = 40, .ws_col = 120 };
	uint32_t flags = RF_CONSOLE_NOWAIT, mode = INPUT_DEFAULT | INPUT_WINDOW;
	struct input_record r[8];
	pid_t pid;

	control(in, RF_CONSOLE_SET_MODE, &mode, 4, NULL, 0);
	control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r);
	tcsetpgrp(0, getpgrp());
	for (int reads = 0; reads < 2; reads++) {
		size.ws_row++;
		pid = fork();
		if (!pid) {
			usleep(50000);
			ioctl(master, TIOCSWINSZ, &size);
			_exit(0);
		}
		if (!reads)
			ck_assert_uint_eq(nt_wait_for_single_object(
						  t, in, 0, AFTER_MS(3000)),
					  0);
		flags = reads ? 0 : RF_CONSOLE_NOWAIT;
		ck_assert_uint_eq(control(in, RF_CONSOLE_READ_INPUT, &flags, 4,
					  r, sizeof r),
				  0);
		ck_assert_uint_eq(iosb.information, sizeof *r);
		ck_assert_uint_eq(r->type, RECORD_SIZE);
		ck_assert_int_eq(r->size[0], 120);
		ck_assert_int_eq(r->size[1], size.ws_row);
		waitpid(pid, NULL, 0);
	}
}
END_TEST

START_TEST(screen)
{
	struct rf_console_info i;
	struct rf_console_fill fill = { 98, 0, 5, 0, 'x' };
	int16_t at[2] = { 3, 4 };
	uint32_t attributes = 0x1c;
	pid_t pid;

	console_shared()->patience_ms = 10000;
	pid = fork();
	if (pid == 0) { /* the terminal answers where the cursor is */
		char buf[64];

		if (read(master, buf, sizeof buf) > 0)
			type("k\33[8;15Rz");
		_exit(0);
	}
	ck_assert_uint_eq(
		control(out, RF_CONSOLE_GET_INFO, NULL, 0, &i, sizeof i), 0);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(i.size_x, 100);
	ck_assert_int_eq(i.bottom, 29);
	ck_assert_int_eq(i.cursor_x, 14);
	ck_assert_int_eq(i.cursor_y, 7);
	/* What the user typed around it is not lost. */
	ck_assert_uint_eq(console.nbytes, 2);
	ck_assert_uint_eq(console.bytes[1], 'z');
	shown();
	ck_assert_uint_eq(control(out, RF_CONSOLE_SET_CURSOR, at, 4, NULL, 0),
			  0);
	ck_assert_str_eq(shown(), "\33[5;4H");
	ck_assert_uint_eq(control(out, RF_CONSOLE_SET_ATTRIBUTES, &attributes,
				  4, NULL, 0),
			  0);
	ck_assert_str_eq(shown(), "\33[0;91;44m");
	ck_assert_uint_eq(
		control(out, RF_CONSOLE_FILL, &fill, sizeof fill, NULL, 0), 0);
	ck_assert_uint_eq(iosb.information, 5);
	at[0] = 100;
	ck_assert_uint_eq(control(out, RF_CONSOLE_SET_CURSOR, at, 4, NULL, 0),
			  STATUS_INVALID_PARAMETER);
}
END_TEST

/* The first key among what was typed. */
static struct input_record key_of(const char *typed)
{
	uint32_t flags = 0;
	struct input_record r[8];

	type(typed);
	ck_assert_uint_eq(
		control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r), 0);
	ck_assert_uint_eq(iosb.information, 40);
	return r[0];
}

/* Where the cursor is, after nobody waited for that any more. */
START_TEST(late)
{
	enum { F3 = 0x72, SECOND = 1000000000 };
	struct console_shared *c = console_shared();
	uint32_t flags = RF_CONSOLE_NOWAIT;
	struct input_record r[8];

	ck_assert_uint_eq(
		control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r), 0);
	c->silent = true;
	c->asked = 1;
	c->asked_ns = monotonic_ns() + 5ll * SECOND;
	ck_assert_uint_eq(key_of("\33[1;5Rq").key.ch, 'q');
	ck_assert_uint_eq(c->asked, 0);
	ck_assert(!c->silent);
	/* Not asked, or long ago: a key. */
	ck_assert_uint_eq(key_of("\33[1;5R").key.vk, F3);
	c->asked = 1;
	c->asked_ns = monotonic_ns() - 60ll * SECOND;
	ck_assert_uint_eq(key_of("\33[1;5R").key.vk, F3);
	/* Who wants sequences gets his own, and not ours. */
	c->input_mode |= INPUT_VT;
	c->asked_ns = monotonic_ns();
	ck_assert_uint_eq(key_of("\33[5;6Rw").key.ch, 'w');
	ck_assert_uint_eq(c->asked, 0);
	type("\33[5;6R");
	ck_assert_uint_eq(
		control(in, RF_CONSOLE_READ_INPUT, &flags, 4, r, sizeof r), 0);
	ck_assert_uint_eq(r[0].key.ch, 27);
}
END_TEST

START_TEST(no_console)
{
	uint32_t mode;
	uint64_t h;
	int p[2];
	struct object *o;

	ck_assert_int_eq(pipe(p), 0);
	o = file_object_from_fd(p[1], RW);
	ck_assert_uint_eq(handle_add(t, o, RW, 0, &h), 0);
	ck_assert_uint_eq(control(h, RF_CONSOLE_GET_MODE, NULL, 0, &mode, 4),
			  STATUS_OBJECT_TYPE_MISMATCH);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/console");
	TCase *tc = tcase_create("console");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, no_console);
	tcase_add_loop_test(tc, ended, 0, sizeof ends / sizeof *ends);
	tcase_add_loop_test(tc, ended_in_text, 0, sizeof ends / sizeof *ends);
	tcase_add_test(tc, shared);
	tcase_add_test(tc, modes);
	tcase_add_test(tc, no_descriptors);
	tcase_add_test(tc, lines);
	tcase_add_test(tc, long_line);
	tcase_add_test(tc, writing);
	tcase_add_test(tc, keys);
	tcase_add_test(tc, scan_codes);
	tcase_add_test(tc, mouse);
	tcase_add_test(tc, waiting);
	tcase_add_test(tc, window_size);
	tcase_add_test(tc, screen);
	tcase_add_test(tc, late);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
