/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pty.c - pseudo consoles: a terminal whose other side a program holds.
 *
 * A console is a terminal here, so a pseudo console is a pseudo terminal: the
 * host does line editing and echo, and what programs write is VT sequences
 * already.  kernel32 copies between the master and the pipes it was given; who
 * is started on it leads a session of its own, for which the slave is the
 * controlling terminal (process-create.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

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

static struct file *master_file(int fd)
{
	struct file *f = file_new(FILE_KIND_CHAR, &stream_ops, fd, READ | WRITE,
				  7, SYNC);

	if (!f)
		close(fd);
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
	made.input = give(t, slave_file(path, READ), READ, &status);
	made.output = give(t, slave_file(path, WRITE), WRITE, &status);
	made.master = give(t, master_file(fd), READ | WRITE, &status);
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

	if (!status && (*f)->kind != FILE_KIND_CHAR) {
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
