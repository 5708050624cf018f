/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c - consoles are terminals: handles to them, which code each call on
 * one is for, and waiting for input.
 *
 * Text is UTF-8 on the terminal whatever code page the program sets.
 */
#include "syscall-xlate/nt/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"

struct console console = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

/* ---- calls on one ---- */

/* What a handle of that role answers besides what every one does. */
static const struct {
	enum console_role role;
	const struct control_row *rows;
	const size_t *n;
} tables[] = {
	{ CONSOLE_INPUT, console_mode_rows, &console_mode_nrows },
	{ CONSOLE_INPUT, console_read_rows, &console_read_nrows },
	{ CONSOLE_INPUT, console_record_rows, &console_record_nrows },
	{ CONSOLE_OUTPUT, console_mode_rows, &console_mode_nrows },
	{ CONSOLE_OUTPUT, console_write_rows, &console_write_nrows },
	{ CONSOLE_OUTPUT, console_screen_rows, &console_screen_nrows },
	{ CONSOLE_OUTPUT, console_window_rows, &console_window_nrows },
	{ CONSOLE_OUTPUT, console_cell_rows, &console_cell_nrows },
	{ CONSOLE_OUTPUT, console_buffer_rows, &console_buffer_nrows },
};

static NTSTATUS console_control(struct task *t, struct file *f, struct irp *r,
				bool fs)
{
	NTSTATUS status;

	if (fs)
		return STATUS_INVALID_DEVICE_REQUEST;
	status = control_run(console_ctrl_rows, console_ctrl_nrows, t, f, r);
	for (size_t i = 0; f->fd >= 0 && i < COUNT_OF(tables) &&
			   status == STATUS_INVALID_DEVICE_REQUEST;
	     i++)
		if (tables[i].role == f->device)
			status = control_run(tables[i].rows, *tables[i].n, t, f,
					     r);
	return status;
}

/* ---- waiting for input ---- */

struct console_watch {
	struct nt_watch watch;
	struct file *file;
	_Atomic bool armed;
	_Atomic uint64_t buffer;    /* console-buffer.c */
	struct console_watch *next; /* of all */
};

static pthread_mutex_t watches_lock = PTHREAD_MUTEX_INITIALIZER;
static struct console_watch *watches;

/* Who waits for input waits for this as well. */
void console_window_changed(void)
{
	bool found;

	console_tell_layout();
	pthread_mutex_lock(&watches_lock);
	for (struct console_watch *c = watches; c; c = c->next) {
		if (c->file->device != CONSOLE_INPUT || c->file->fd < 0)
			continue;
		pthread_mutex_lock(&console.lock);
		console_look_at_window(c->file->fd);
		found = console.nrecords;
		if (found || console.editing)
			console_wake();
		pthread_mutex_unlock(&console.lock);
		if (found)
			object_signal(&c->file->object, 1);
	}
	pthread_mutex_unlock(&watches_lock);
}

static void forget_watch(struct console_watch *c)
{
	struct console_watch **at = &watches;

	pthread_mutex_lock(&watches_lock);
	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	pthread_mutex_unlock(&watches_lock);
}

static void input_ready(struct nt_watch *w, uint32_t events)
{
	struct console_watch *c = container_of(w, struct console_watch, watch);

	(void)events;
	c->armed = false;
	object_signal(&c->file->object, 1);
}

/* With the object's lock held: a look at the host, and a watch if needed. */
static bool console_signaled(struct file *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	struct console_watch *c = f->extra;

	if (f->device != CONSOLE_INPUT || f->fd < 0)
		return true;
	if (console.nrecords || console.nbytes || poll(&p, 1, 0) > 0)
		return true;
	console_watch_window();
	if (c && !atomic_exchange(&c->armed, true) &&
	    watch_fd(&c->watch, EPOLLIN) < 0)
		c->armed = false;
	return false;
}

static void console_close(struct task *t, struct file *f)
{
	struct console_watch *c = f->extra;

	if (c && c->armed)
		watch_cancel(&c->watch);
	console_buffer_close(t, f);
}

_Atomic uint64_t *console_buffer_number(const struct file *f)
{
	return &((struct console_watch *)f->extra)->buffer;
}

static void console_destroy(struct file *f)
{
	forget_watch(f->extra);
	free(f->extra);
}

static NTSTATUS console_flush(struct task *t, struct file *f)
{
	(void)t, (void)f;
	return STATUS_SUCCESS;
}

const struct file_ops console_ops = {
	.read = console_read,
	.write = console_write,
	.control = console_control,
	.flush = console_flush,
	.close = console_close,
	.destroy = console_destroy,
	.signaled = console_signaled,
};

/* ---- handles ---- */

struct file *console_file(int fd, uint32_t access, uint32_t share,
			  uint32_t options)
{
	struct file *f = file_new(FILE_KIND_CONSOLE, &console_ops, fd, access,
				  share, options);
	struct console_watch *c;

	if (!f)
		return NULL;
	/* Reads and writes on it wait, whatever the handle says. */
	f->synchronous = true;
	f->append = false;
	f->device = fd == 0 || (fd > 2 && access & FILE_READ_DATA &&
				!(access & FILE_WRITE_DATA))
			    ? CONSOLE_INPUT
			    : CONSOLE_OUTPUT;
	c = calloc(1, sizeof *c);
	if (!c) {
		f->fd = -1;
		object_put(&f->object);
		return NULL;
	}
	c->file = f;
	c->watch.fd = fd;
	c->watch.fn = input_ready;
	f->extra = c;
	pthread_mutex_lock(&watches_lock);
	c->next = watches;
	watches = c;
	pthread_mutex_unlock(&watches_lock);
	return f;
}

enum { NEW_BUFFER = 8 };

/* What is below \Device\ConDrv, in any case. */
static const struct {
	const char *name;
	enum console_role role;
} names[] = {
	{ "", CONSOLE_CONTROL },
	{ "Control", CONSOLE_CONTROL },
	{ "Connect", CONSOLE_CONTROL },
	{ "Reference", CONSOLE_CONTROL },
	{ "Input", CONSOLE_INPUT },
	{ "CurrentIn", CONSOLE_INPUT },
	{ "Output", CONSOLE_OUTPUT },
	{ "CurrentOut", CONSOLE_OUTPUT },
	[NEW_BUFFER] = { "ScreenBuffer", CONSOLE_OUTPUT },
};

/* In a sandbox, which has no name for it, by what we were given. */
int console_terminal(enum console_role role)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int lacks = role == CONSOLE_INPUT ? O_WRONLY : O_RDONLY;

	if (fd >= 0 || !policy || errno == ENXIO)
		return fd;
	for (int i = 0; i < 3; i++) {
		int flags = fcntl(i, F_GETFL);

		if (flags >= 0 && (flags & O_ACCMODE) != lacks && isatty(i))
			return fcntl(i, F_DUPFD_CLOEXEC, 3);
	}
	return -1;
}

NTSTATUS console_open(struct task *t, const struct nt_path *p, uint32_t access,
		      uint32_t share, uint32_t options, struct file **f)
{
	uint16_t name[32];
	int role = -1, fd = -1;
	bool new_buffer = false;

	(void)t;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t n = utf8_to_utf16(name, COUNT_OF(name), names[i].name,
					 strlen(names[i].name));

		if (!units_compare_nocase(p->rest, p->rest_len, name, n))
			role = names[i].role;
		else
			continue;
		new_buffer = i == NEW_BUFFER;
	}
	/* CON is for input or output, as the access says. */
	if (role < 0 && p->rest_len == 7)
		role = access & FILE_WRITE_DATA ? CONSOLE_OUTPUT
						: CONSOLE_INPUT;
	if (role < 0)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (role != CONSOLE_CONTROL) {
		fd = console.detached ? -1
				      : console_terminal((enum console_role)role);
		if (fd < 0)
			return STATUS_INVALID_HANDLE;
	}
	*f = console_file(fd, access, share, options);
	if (!*f) {
		if (fd >= 0)
			close(fd);
		return STATUS_NO_MEMORY;
	}
	(*f)->device = (uint8_t)role;
	if (role != CONSOLE_OUTPUT)
		return STATUS_SUCCESS;
	if (!new_buffer) {
		console_buffer_open(*f);
	} else if (!console_buffer_new(*f)) {
		object_put(&(*f)->object);
		return STATUS_NO_MEMORY;
	}
	return STATUS_SUCCESS;
}
