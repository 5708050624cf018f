/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-ctrl.c - Ctrl-C and its kin, code pages, title, attachment.
 *
 * Until a program registers a handler the host's signals do what they do to
 * any program, and the shell sees it.  Then a handler of ours writes the
 * signal's number into a pipe, and a helper thread starts the program's
 * routine on a new thread.  The handler may interrupt foreign code whose FS is
 * not libc's, so it makes one raw system call and touches nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/utf.h"
#include "base/raw-call.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/process.h"

enum { CTRL_C, CTRL_BREAK, CTRL_CLOSE, CTRL_LOGOFF = 5, CTRL_SHUTDOWN };

static const struct {
	int signal;
	uint32_t event;
} events[] = {
	{ SIGINT, CTRL_C },
	{ SIGQUIT, CTRL_BREAK },
	{ SIGHUP, CTRL_CLOSE },
	{ SIGTERM, CTRL_SHUTDOWN },
};

static pthread_mutex_t set_up_lock = PTHREAD_MUTEX_INITIALIZER;
static int pipe_out = -1; /* what the handler writes to */
static bool catching;     /* the signals of events[] */
static gaddr routine;
static bool ignored;

NO_TLS static void on_signal(int sig)
{
	uint8_t byte = (uint8_t)sig;

	raw_call(SYS_write, pipe_out, (long)&byte, 1, 0);
}

static void start_routine(uint32_t event)
{
	gaddr start = routine;
	struct nt_thread *th;

	if (!start)
		return;
	if (event == CTRL_C && ignored)
		return;
	if (thread_new(start, event, 0, 0, &th))
		return;
	thread_start(th);
}

static void pipe_ready(struct nt_watch *w, uint32_t ready)
{
	uint8_t sig[16];
	ssize_t n = read(w->fd, sig, sizeof sig);

	(void)ready;
	for (ssize_t i = 0; i < n; i++) {
		if (sig[i] == SIGWINCH)
			console_window_changed();
		if (sig[i] == SIGCONT)
			console_continued();
		for (size_t k = 0; k < COUNT_OF(events); k++)
			if (events[k].signal == sig[i])
				start_routine(events[k].event);
	}
	watch_fd(w, EPOLLIN);
}

/* The pipe from the handler to the helper thread.  set_up_lock held. */
static bool open_pipe(void)
{
	static struct nt_watch watch = { .fd = -1, .fn = pipe_ready };
	int fd[2];

	if (pipe_out >= 0)
		return true;
	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	pipe_out = fcntl(fd[1], F_DUPFD_CLOEXEC, 100);
	watch.fd = fcntl(fd[0], F_DUPFD_CLOEXEC, 100);
	close(fd[0]);
	close(fd[1]);
	return pipe_out >= 0 && watch.fd >= 0 && watch_fd(&watch, EPOLLIN) >= 0;
}

static const struct sigaction caught = {
	.sa_handler = on_signal,
	.sa_flags = SA_RESTART | SA_ONSTACK,
};

void console_watch_window(void)
{
	static _Atomic bool done;

	if (done || atomic_exchange(&done, true))
		return;
	pthread_mutex_lock(&set_up_lock);
	if (open_pipe()) {
		sigaction(SIGWINCH, &caught, NULL);
		sigaction(SIGCONT, &caught, NULL);
	}
	pthread_mutex_unlock(&set_up_lock);
}

static bool set_up(void)
{
	bool ok;

	pthread_mutex_lock(&set_up_lock);
	ok = open_pipe();
	for (size_t i = 0; ok && !catching && i < COUNT_OF(events); i++) {
		struct sigaction old;

		/* nohup and background jobs: what is ignored stays so. */
		sigaction(events[i].signal, NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(events[i].signal, &caught, NULL);
	}
	catching = ok;
	pthread_mutex_unlock(&set_up_lock);
	return ok;
}

static NTSTATUS set_routine(struct task *t, struct file *f, struct irp *r)
{
	uint64_t at;
	NTSTATUS status = control_in(t, r, &at, sizeof at);

	(void)f;
	if (status)
		return status;
	routine = at;
	return !at || set_up() ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void console_ignore_ctrl_c(bool on)
{
	ignored = on;
	/* Children inherit it, as on Windows. */
	if (on)
		signal(SIGINT, SIG_IGN);
	else if (catching)
		sigaction(SIGINT, &caught, NULL);
	else
		signal(SIGINT, SIG_DFL);
	console_guard();
}

static NTSTATUS ignore_ctrl_c(struct task *t, struct file *f, struct irp *r)
{
	uint32_t on;
	NTSTATUS status = control_in(t, r, &on, sizeof on);

	(void)f;
	if (status)
		return status;
	console_ignore_ctrl_c(on);
	return STATUS_SUCCESS;
}

static NTSTATUS generate(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_ctrl c;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	(void)f;
	if (status)
		return status;
	if (c.event > CTRL_BREAK)
		return STATUS_INVALID_PARAMETER;
	return console_signal(c.group, events[c.event].signal);
}

static NTSTATUS processes(struct task *t, struct file *f, struct irp *r)
{
	unsigned n;
	int *pids = console_members(0, false, &n);
	uint32_t ids[1024];
	NTSTATUS status;

	(void)f;
	if (!pids)
		return STATUS_NO_MEMORY;
	n = MIN(n, (unsigned)COUNT_OF(ids));
	for (unsigned i = 0; i < n; i++)
		ids[i] = process_id(pids[i]);
	free(pids);
	status = control_out(t, r, ids, MIN(n * sizeof *ids, r->out_len));
	return status;
}

static NTSTATUS get_cp(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_cp cp = { console_shared()->cp_in,
				    console_shared()->cp_out };

	(void)f;
	return control_out(t, r, &cp, sizeof cp);
}

static NTSTATUS set_cp(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_cp cp;
	NTSTATUS status = control_in(t, r, &cp, sizeof cp);

	(void)f;
	if (status)
		return status;
	if (cp.input)
		console_shared()->cp_in = cp.input;
	if (cp.output)
		console_shared()->cp_out = cp.output;
	return STATUS_SUCCESS;
}

static NTSTATUS get_title(struct task *t, struct file *f, struct irp *r)
{
	struct console_shared *c = console_shared();
	uint16_t title[TITLE_MAX];
	uint32_t n;
	bool titled;

	(void)f;
	pthread_mutex_lock(&console.lock);
	n = c->title_len; /* once: anybody may change it */
	n = MIN(n, (uint32_t)TITLE_MAX) * 2;
	titled = c->titled;
	memcpy(title, c->title, n);
	pthread_mutex_unlock(&console.lock);
	if (!titled)
		return STATUS_NOT_FOUND;
	return control_out(t, r, title, MIN(n, r->out_len));
}

/* What the terminal is called now it is called again when all is over. */
static void show_title(int fd, uint16_t *title, size_t n)
{
	static const char keep[] = "\33[22;0t";
	struct console_shared *c = console_shared();
	char s[sizeof keep + TITLE_MAX * 3 + 16];
	size_t at = 0;

	if (!(c->changed & undo_title_bit())) {
		memcpy(s, keep, sizeof keep - 1);
		at = sizeof keep - 1;
	}
	memcpy(s + at, "\33]0;", 4);
	at += 4;
	/* A control character would end the sequence. */
	for (size_t i = 0; i < n; i++)
		if (title[i] < 32 || title[i] == 127)
			title[i] = ' ';
	at += utf16_to_utf8(s + at, sizeof s - at - 1, title, n);
	s[at++] = 7;
	/* Nothing depends on it. */
	if (write(fd, s, at) == (ssize_t)at)
		console_screen_changed(fd, s, at);
}

static NTSTATUS set_title(struct task *t, struct file *f, struct irp *r)
{
	struct console_shared *c = console_shared();
	uint16_t title[TITLE_MAX];
	uint32_t n = MIN(r->len / 2, (uint32_t)TITLE_MAX);
	int fd;

	(void)f;
	if (guest_read(t, title, r->buf, n * 2) < 0)
		return STATUS_ACCESS_VIOLATION;
	pthread_mutex_lock(&console.lock);
	memcpy(c->title, title, n * 2);
	c->title_len = n;
	c->titled = true;
	pthread_mutex_unlock(&console.lock);
	/* Only where the program's output is seen on the terminal. */
	fd = isatty(1) ? 1 : isatty(2) ? 2 : -1;
	if (fd >= 0 && !console.detached)
		show_title(fd, title, n);
	return STATUS_SUCCESS;
}

static bool have_terminal(void)
{
	int fd;

	if (console.detached)
		return false;
	fd = console_terminal(CONSOLE_OUTPUT);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static NTSTATUS attach(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_attach a;
	NTSTATUS status = control_in(t, r, &a, sizeof a);

	(void)f;
	if (status)
		return status;
	if (a.on && !console.detached)
		return STATUS_ACCESS_DENIED; /* there is one already */
	if (a.on && a.process && console_is_elsewhere(a.process))
		return STATUS_INVALID_HANDLE;
	console.detached = !a.on;
	return STATUS_SUCCESS;
}

static NTSTATUS is_attached(struct task *t, struct file *f, struct irp *r)
{
	uint32_t id = have_terminal() ? nt_self->console_root : 0;

	(void)f;
	return control_out(t, r, &id, sizeof id);
}

static struct object *layout_event; /* set_up_lock */

void console_tell_layout(void)
{
	pthread_mutex_lock(&set_up_lock);
	if (layout_event)
		object_signal(layout_event, 1);
	pthread_mutex_unlock(&set_up_lock);
}

static NTSTATUS tell_layout(struct task *t, struct file *f, struct irp *r)
{
	enum { EVENT_MODIFY = 2 };
	struct object *event, *before;
	uint64_t h;
	NTSTATUS status = control_in(t, r, &h, sizeof h);

	(void)f;
	if (!status && !have_terminal())
		status = STATUS_INVALID_HANDLE;
	if (!status)
		status = handle_get(t, h, &event_type, EVENT_MODIFY, &event);
	if (status)
		return status;
	console_watch_window();
	pthread_mutex_lock(&set_up_lock);
	before = layout_event;
	layout_event = event;
	pthread_mutex_unlock(&set_up_lock);
	if (before)
		object_put(before);
	return STATUS_SUCCESS;
}

const struct control_row console_ctrl_rows[] = {
	{ RF_CONSOLE_TELL_LAYOUT, tell_layout },
	{ RF_CONSOLE_PAST, console_past },
	{ RF_CONSOLE_GET_TITLE, get_title },
	{ RF_CONSOLE_SET_TITLE, set_title },
	{ RF_CONSOLE_GET_CP, get_cp },
	{ RF_CONSOLE_SET_CP, set_cp },
	{ RF_CONSOLE_SET_CTRL_ROUTINE, set_routine },
	{ RF_CONSOLE_IGNORE_CTRL_C, ignore_ctrl_c },
	{ RF_CONSOLE_GENERATE_CTRL, generate },
	{ RF_CONSOLE_PROCESSES, processes },
	{ RF_CONSOLE_ATTACH, attach },
	{ RF_CONSOLE_IS_ATTACHED, is_attached },
	{ RF_CONSOLE_PTY_NEW, pty_new },
	{ RF_CONSOLE_PTY_RESIZE, pty_resize },
	{ RF_CONSOLE_PTY_HANG_UP, pty_hang_up },
};
const size_t console_ctrl_nrows = COUNT_OF(console_ctrl_rows);
