/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pty.c - pseudo consoles: a terminal whose other side a program holds.
 *
 * A console is a terminal here, so a pseudo console is a pseudo terminal: what
 * programs write is VT sequences already.  kernel32 copies between the master
 * and the pipes it was given; who is started on it leads a session of its own,
 * for which the slave is the controlling terminal (process-create.c).
 *
 * On the way through the master it is made what Windows' console host sends:
 * the screen is followed (console-model.h), so that programs are told here
 * where their cursor is.  Who reads the output need be no terminal at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file-private.h"

enum {
	SYNC = FILE_SYNCHRONOUS_IO_NONALERT,
	READ = FILE_READ_DATA | FILE_READ_ATTRIBUTES | ACCESS_SYNCHRONIZE,
	WRITE = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_READ_ATTRIBUTES |
		ACCESS_SYNCHRONIZE,
};

static void set_size(int fd, uint16_t cols, uint16_t rows)
{
	struct winsize w = { .ws_col = cols, .ws_row = rows };

	ioctl(fd, TIOCSWINSZ, &w);
}

/* A handle for f, whose reference it takes; 0 and *status on failure. */
static uint64_t give(struct task *t, struct file *f, uint32_t access,
		     NTSTATUS *status)
{
	uint64_t h = 0;

	if (!f) {
		*status = errno == EMFILE || errno == ENFILE
				  ? status_from_errno(errno)
				  : STATUS_NO_MEMORY;
		return 0;
	}
	if (!*status)
		*status = handle_add(t, &f->object, access, 0, &h);
	object_put(&f->object);
	return h;
}

/* ---- what passes through the master ---- */

enum { HELD = 32, CHUNK = 4096 };

struct pty {
	struct model *model;
	_Atomic bool asked;   /* the terminal, by start; its answer is ours */
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t told;  /* it has answered */
	bool late;	      /* it has not, for long enough */
	const char *start;    /* is read before all else, or NULL */
	char held[HELD];      /* a sequence that may become a question */
	size_t nheld;
	char last; /* the byte before */
};

struct piece {
	char s[CHUNK];
	size_t n, fed; /* the model knows fed of them */
};

/*
 * Of returns in a row the first is kept; the rest do nothing.  The terminal's
 * driver puts one before each line feed, as Linux programs want it, and Windows
 * programs have written one already.
 */
static void pass(struct pty *p, struct piece *to, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\r' || p->last != '\r')
			to->s[to->n++] = s[i];
		p->last = s[i];
	}
}

static void feed(struct pty *p, struct piece *to)
{
	model_feed(p->model, to->s + to->fed, to->n - to->fed);
	to->fed = to->n;
}

/* Without waiting: a program that does not read must not stop its output. */
static void answer(int fd, const char *s, int n)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	if (poll(&room, 1, 0) > 0 && room.revents & POLLOUT &&
	    write(fd, s, (size_t)n) < 0)
		log_debug(LOG_FILE, "pseudo console: no answer: %s",
			  strerror(errno));
}

/*
 * A program may ask where it is before the terminal has said where it begins:
 * that is what it was asked for, and it is on its way.  Once, if it says nothing.
 */
static void wait_for_terminal(struct pty *p)
{
	enum { PATIENCE_S = 1 };
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	while (p->asked && !p->late)
		p->late = pthread_cond_clockwait(&p->told, &p->lock,
						 CLOCK_MONOTONIC,
						 &end) == ETIMEDOUT;
}

/* Is the whole sequence in held a question to the terminal?  Then answered. */
static bool is_question(struct pty *p, int fd, struct piece *to)
{
	static const struct {
		const char *question, *answer; /* NULL: where the cursor is */
	} known[] = {
		{ "\33[6n", NULL },
		{ "\33[5n", "\33[0n" },
		{ "\33[c", "\33[?1;0c" },
		{ "\33[0c", "\33[?1;0c" },
	};
	int col, row;
	char s[32];

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (strlen(known[i].question) != p->nheld ||
		    memcmp(known[i].question, p->held, p->nheld))
			continue;
		if (known[i].answer) {
			answer(fd, known[i].answer,
			       (int)strlen(known[i].answer));
			return true;
		}
		wait_for_terminal(p);
		feed(p, to);
		/* Who has not said by now where it stood is at the top. */
		model_start(p->model, 0, 0);
		model_cursor(p->model, &col, &row);
		answer(fd, s,
		       snprintf(s, sizeof s, "\33[%d;%dR", row + 1, col + 1));
		return true;
	}
	return false;
}

static void let_go(struct pty *p, struct piece *to)
{
	pass(p, to, p->held, p->nheld);
	p->nheld = 0;
}

static void out_byte(struct pty *p, int fd, struct piece *to, char c)
{
	if (c == 27) {
		let_go(p, to);
		p->held[p->nheld++] = c;
	} else if (!p->nheld) {
		pass(p, to, &c, 1);
	} else {
		p->held[p->nheld++] = c;
		if (p->nheld == 2 && c == '[')
			return;
		/* A feed that the driver was to leave alone: see console.c. */
		if (p->nheld == 2 && c == 'D') {
			p->nheld = 0;
			pass(p, to, "\n", 1);
			return;
		}
		if (p->nheld > 2 && c >= '@' && is_question(p, fd, to))
			p->nheld = 0;
		else if (p->nheld == 2 || c < ' ' || c >= '@' ||
			 p->nheld == HELD)
			let_go(p, to);
	}
}

/* What is left of what programs have written; an end with bytes is none yet. */
static NTSTATUS pty_read(struct task *t, struct file *f, struct irp *r)
{
	struct pty *p = f->extra;
	struct irp part = *r;
	struct piece to = { .n = 0 };
	char s[CHUNK];
	NTSTATUS status = STATUS_SUCCESS;

	if (r->len <= 2 * HELD)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&p->lock);
	if (p->start) {
		to.n = strlen(p->start);
		memcpy(to.s, p->start, to.n);
		p->start = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	part.len = MIN(r->len, (uint32_t)CHUNK) - HELD;
	while (!to.n) {
		part.information = 0;
		status = stream_ops.read(t, f, &part);
		if (status || !part.information)
			break;
		part.information = MIN(part.information, (uint64_t)part.len);
		if (guest_read(t, s, r->buf, part.information) < 0)
			return STATUS_ACCESS_VIOLATION;
		pthread_mutex_lock(&p->lock);
		for (size_t i = 0; i < part.information; i++)
			out_byte(p, f->fd, &to, s[i]);
		feed(p, &to);
		pthread_mutex_unlock(&p->lock);
	}
	if (to.n && guest_write(t, r->buf, to.s, to.n) < 0)
		return STATUS_ACCESS_VIOLATION;
	r->information = to.n;
	return to.n ? STATUS_SUCCESS : status;
}

/* "ESC [ row ; column R" in s; *len bytes of it.  False: not, or not all of it. */
static bool find_place(const char *s, size_t n, size_t *at, size_t *len,
		       int *row, int *col)
{
	for (*at = 0; *at + 5 < n; ++*at) {
		int used = 0;

		if (s[*at] == 27 && s[*at + 1] == '[' &&
		    sscanf(s + *at + 2, "%4d;%4dR%n", row, col, &used) == 2 &&
		    used) {
			*len = 2 + (size_t)used;
			return true;
		}
	}
	return false;
}

static NTSTATUS put(struct task *t, struct file *f, const char *s, size_t n)
{
	NTSTATUS status = STATUS_SUCCESS;

	while (n && !status) {
		ssize_t did;

		status = io_wait_fd(t, f, f->fd, POLLOUT, -1);
		did = status ? 0 : write(f->fd, s, n);
		if (did < 0 && errno != EINTR && errno != EAGAIN)
			status = status_from_errno(errno);
		if (did > 0) {
			s += did;
			n -= (size_t)did;
		}
	}
	return status;
}

/*
 * What is typed.  The answer to our own question is not the program's; terminals
 * send it in one piece.
 */
static NTSTATUS pty_write(struct task *t, struct file *f, struct irp *r)
{
	struct pty *p = f->extra;
	char s[CHUNK + 1];
	size_t at, len, n = MIN(r->len, (uint32_t)CHUNK);
	int row, col;
	NTSTATUS status;
	bool found;

	if (!p->asked)
		return stream_ops.write(t, f, r);
	if (guest_read(t, s, r->buf, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	s[n] = 0;
	found = find_place(s, n, &at, &len, &row, &col);
	if (found) {
		pthread_mutex_lock(&p->lock);
		p->asked = false;
		model_start(p->model, col - 1, row - 1);
		pthread_cond_broadcast(&p->told);
		pthread_mutex_unlock(&p->lock);
	} else {
		at = n;
		len = 0;
	}
	status = put(t, f, s, at);
	if (!status)
		status = put(t, f, s + at + len, n - at - len);
	r->information = status ? 0 : n;
	return status;
}

static void pty_destroy(struct file *f)
{
	struct pty *p = f->extra;

	if (p)
		model_free(p->model);
	free(p);
}

static NTSTATUS pty_flush(struct task *t, struct file *f)
{
	(void)t, (void)f;
	return STATUS_SUCCESS;
}

static const struct file_ops pty_ops = {
	.read = pty_read,
	.write = pty_write,
	.flush = pty_flush,
	.destroy = pty_destroy,
};

/* ---- handles ---- */

/* Owns fd. */
static struct file *master_file(int fd, const struct rf_console_pty_size *size)
{
	struct pty *p = calloc(1, sizeof *p);
	struct file *f;

	if (p)
		p->model = model_new(size->cols, size->rows);
	f = p && p->model ? file_new(FILE_KIND_CHAR, &pty_ops, fd, READ | WRITE,
				     7, SYNC)
			  : NULL;
	if (!f) {
		if (p)
			model_free(p->model);
		free(p);
		close(fd);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->told, NULL);
	f->extra = p;
	p->asked = size->flags & RF_CONSOLE_PTY_INHERIT;
	/* A terminal that nobody asks begins empty, as the model does. */
	if (p->asked) {
		p->start = "\33[6n";
	} else {
		p->start = "\33[2J\33[m\33[H\33[?25h";
		model_start(p->model, 0, 0);
	}
	return f;
}

static struct file *slave_file(const char *path, uint32_t access)
{
	int fd = MORE_FILES(open(path, O_RDWR | O_NOCTTY | O_CLOEXEC));
	struct file *f = fd < 0 ? NULL : console_file(fd, access, 7, SYNC);

	if (!f && fd >= 0)
		close(fd);
	if (f)
		f->device = access & FILE_READ_DATA ? CONSOLE_INPUT
						    : CONSOLE_OUTPUT;
	return f;
}

/*
 * What is typed before its programs read shows when they do, not before as
 * well. The settings that they find are told from those that a program left.
 */
static void show_no_keys(int fd)
{
	struct termios s;

	if (tcgetattr(fd, &s))
		return;
	s.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	s.c_cc[VMIN] = 1;
	s.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSANOW, &s);
}

NTSTATUS pty_new(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_pty made = { 0 };
	struct rf_console_pty_size size;
	NTSTATUS status = control_in(t, r, &size, sizeof size);
	char path[64];
	int fd;

	(void)f;
	if (status)
		return status;
	fd = MORE_FILES(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
	if (fd < 0)
		return status_from_errno(errno);
	if (grantpt(fd) || unlockpt(fd) || ptsname_r(fd, path, sizeof path)) {
		status = status_from_errno(errno);
		close(fd);
		return status;
	}
	set_size(fd, size.cols, size.rows);
	show_no_keys(fd);
	made.input = give(t, slave_file(path, READ), READ, &status);
	made.output = give(t, slave_file(path, WRITE), WRITE, &status);
	made.master = give(t, master_file(fd, &size), READ | WRITE, &status);
	if (!status)
		status = control_out(t, r, &made, sizeof made);
	if (status) {
		uint64_t all[] = { made.input, made.output, made.master };

		for (size_t i = 0; i < COUNT_OF(all); i++)
			if (all[i])
				handle_close(t, all[i]);
	}
	return status;
}

/* The master behind a handle; one reference. */
static NTSTATUS get_master(struct task *t, uint64_t h, struct file **f)
{
	NTSTATUS status = handle_get(t, h, &file_type, 0, f);

	if (!status && (*f)->ops != &pty_ops) {
		object_put(&(*f)->object);
		status = STATUS_OBJECT_TYPE_MISMATCH;
	}
	return status;
}

NTSTATUS pty_resize(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_pty_size size;
	struct file *master;
	NTSTATUS status = control_in(t, r, &size, sizeof size);

	(void)f;
	if (!status)
		status = get_master(t, size.master, &master);
	if (status)
		return status;
	model_resize(((struct pty *)master->extra)->model, size.cols,
		     size.rows);
	set_size(master->fd, size.cols, size.rows);
	object_put(&master->object);
	return STATUS_SUCCESS;
}

/* Its programs hear that the console closes. */
NTSTATUS pty_hang_up(struct task *t, struct file *f, struct irp *r)
{
	struct file *master;
	uint64_t h;
	NTSTATUS status = control_in(t, r, &h, sizeof h);
	pid_t session, group;

	(void)f;
	if (!status)
		status = get_master(t, h, &master);
	if (status)
		return status;
	group = tcgetpgrp(master->fd);
	session = tcgetsid(master->fd);
	if (group > 1 && group != getpgrp())
		kill(-group, SIGHUP);
	if (session > 1 && session != group && session != getsid(0))
		kill(-session, SIGHUP);
	object_put(&master->object);
	return STATUS_SUCCESS;
}

bool pty_slave_path(struct task *t, uint64_t console, char *path, size_t size)
{
	struct file *f;
	bool is_slave;

	if (!(console & RF_CONSOLE_IS_PTY) ||
	    handle_get(t, console & ~(uint64_t)3, &file_type, 0, &f))
		return false;
	is_slave = f->kind == FILE_KIND_CONSOLE && f->fd >= 0 &&
		   !ttyname_r(f->fd, path, size);
	object_put(&f->object);
	return is_slave;
}
