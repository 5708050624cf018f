/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe.c - requests and controls on pipes, and what they tell of themselves.
 * See pipe.h for what a pipe is on the host.
 *
 * Synchronous handles block in the host call itself: one system call per read
 * or write.  Overlapped handles try without blocking and leave the request
 * pending on a watch.
 */
#include "syscall-xlate/nt/pipe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/ioctl-rows.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/process.h"

/* Is this end in a state to move data?  Accepts a client that waits. */
NTSTATUS pipe_ready(struct file *f, struct pipe_end *e)
{
	if (e->state == PIPE_CONNECTED)
		return STATUS_SUCCESS;
	if (e->state == PIPE_LISTENING) {
		pthread_mutex_lock(&e->lock);
		pipe_try_accept(f, e);
		pthread_mutex_unlock(&e->lock);
	}
	switch (e->state) {
	case PIPE_CONNECTED:
		return STATUS_SUCCESS;
	case PIPE_LISTENING:
		return STATUS_PIPE_LISTENING;
	case PIPE_CLOSING:
		return STATUS_PIPE_BROKEN;
	default:
		return STATUS_PIPE_DISCONNECTED;
	}
}

NTSTATUS pipe_readable(struct file *f, struct pipe_end *e)
{
	NTSTATUS status = pipe_ready(f, e);

	if (!status && pipe_is_disconnected(f))
		status = STATUS_PIPE_DISCONNECTED;
	return status;
}

uint8_t pipe_state_now(struct file *f)
{
	struct pollfd p = { .fd = f->fd };

	if (f->pipe->state != PIPE_CONNECTED)
		return f->pipe->state;
	if (pipe_is_disconnected(f))
		return PIPE_DISCONNECTED;
	return poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR)
		       ? PIPE_CLOSING
		       : PIPE_CONNECTED;
}

/* ---- requests ---- */

typedef NTSTATUS step_fn(struct task *t, struct irp *r, bool wait);

static NTSTATUS read_again(struct irp *r)
{
	NTSTATUS status;

	do
		status = pipe_read_once(NULL, r, false);
	while (status == STATUS_RETRY);
	return status;
}

static NTSTATUS write_again(struct irp *r)
{
	NTSTATUS status;

	do
		status = pipe_write_once(NULL, r, false);
	while (status == STATUS_RETRY);
	return status;
}

static NTSTATUS run(struct task *t, struct file *f, struct irp *r,
		    step_fn *step, uint32_t events,
		    NTSTATUS (*again)(struct irp *r))
{
	NTSTATUS status;

	/* What has been moved, where that takes several tries. */
	r->out = 0;
	if (f->pipe->nowait) {
		status = again(r);
		if (status != STATUS_PENDING)
			return status;
		if (events == EPOLLIN)
			return STATUS_PIPE_EMPTY;
		r->information = r->out;
		return STATUS_SUCCESS;
	}
	if (!f->synchronous)
		return irp_in_turn(t, r, f->fd, events, again);
	for (;;) {
		if (io_interrupted(t, f, &status))
			return status;
		status = step(t, r, true);
		if (status == STATUS_RETRY)
			continue;
		if (status != STATUS_PENDING)
			return status;
		/* Somebody made the descriptor non-blocking. */
		status = io_wait_fd(t, f, f->fd,
				    events == EPOLLIN ? POLLIN : POLLOUT, -1);
		if (status)
			return status;
	}
}

static NTSTATUS pipe_read(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = pipe_readable(f, f->pipe);

	if (status)
		return status;
	return run(t, f, r, pipe_read_once, EPOLLIN, read_again);
}

static NTSTATUS pipe_write(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = pipe_ready(f, f->pipe);

	if (status)
		return status == STATUS_PIPE_BROKEN ? STATUS_PIPE_CLOSING
						    : status;
	return run(t, f, r, pipe_write_once, EPOLLOUT, write_again);
}

/* Until the other end has read all; the host tells only for sockets. */
static NTSTATUS pipe_flush(struct task *t, struct file *f)
{
	struct timespec ts = { 0, 500 * 1000 };
	int left;

	if (!f->pipe->server || f->pipe->state != PIPE_CONNECTED)
		return STATUS_SUCCESS;
	while (!nt_interrupted(t, false) &&
	       ioctl(f->fd, f->pipe->is_pipe ? FIONREAD : TIOCOUTQ, &left) ==
		       0 &&
	       left > 0) {
		struct pollfd p = { .fd = f->fd };

		if (poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR))
			return STATUS_PIPE_BROKEN;
		nanosleep(&ts, NULL);
		if (ts.tv_nsec < 8 * 1000 * 1000)
			ts.tv_nsec *= 2;
	}
	return STATUS_SUCCESS;
}

/* ---- controls ---- */

static NTSTATUS transceive(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = pipe_readable(f, f->pipe);
	gaddr out = r->out;
	int waiting;

	if (status == STATUS_PIPE_LISTENING)
		return STATUS_INVALID_PIPE_STATE;
	if (status)
		return status;
	if (!f->pipe->message_read)
		return STATUS_INVALID_READ_MODE;
	/* The answer would be what was there before the question. */
	if (f->pipe->tail_len ||
	    (ioctl(f->fd, FIONREAD, &waiting) == 0 && waiting))
		return STATUS_PIPE_BUSY;
	r->out = 0;
	do
		status = pipe_write_once(t, r, true);
	while (status == STATUS_RETRY && !nt_interrupted(t, false));
	if (status)
		return status;
	r->buf = out;
	r->len = r->out_len;
	return run(t, f, r, pipe_read_once, EPOLLIN, read_again);
}

/*
 * The process at the other end, as the host counts, or -1.  A server's is in the
 * name that its socket has: who listened for it may have been another
 * (policy_listen()).
 */
static int other_process(const struct file *f)
{
	struct sockaddr_un a = { 0 };
	socklen_t len = sizeof a - 1;
	struct pipe_instance i;
	struct ucred c;
	const char *file;

	if (!f->pipe->server && !getpeername(f->fd, (struct sockaddr *)&a, &len)) {
		file = strrchr(a.sun_path, '/');
		if (file && pipe_parse_instance(file + 1, &i))
			return i.pid;
	}
	len = sizeof c;
	return getsockopt(f->fd, SOL_SOCKET, SO_PEERCRED, &c, &len) ? -1
								     : c.pid;
}

/* Who is at the other end; by the name of the attribute, in ASCII. */
static NTSTATUS connection_attribute(struct task *t, struct file *f,
				     struct irp *r)
{
	char name[32] = "";
	uint32_t id;
	uint64_t wide;
	bool other;
	int pid;

	if (guest_read(t, name, r->buf, MIN(r->len, sizeof name - 1)) < 0)
		return STATUS_ACCESS_VIOLATION;
	other = strncmp(name, f->pipe->server ? "Client" : "Server", 6) == 0;
	if (strcmp(name + 6, "ProcessId") && strcmp(name + 6, "SessionId"))
		return STATUS_NOT_FOUND;
	if (other && pipe_ready(f, f->pipe))
		return STATUS_PIPE_DISCONNECTED;
	if (name[6] == 'S')
		id = 1; /* everybody's, as the PEB says */
	else if (other && (pid = other_process(f)) >= 0)
		id = process_id(pid);
	else
		id = nt_self->id;
	wide = id;
	return r->out_len >= sizeof wide ? control_out(t, r, &wide, sizeof wide)
					 : control_out(t, r, &id, sizeof id);
}

static NTSTATUS disconnect(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)r;
	return pipe_disconnect(f);
}

static NTSTATUS listen_control(struct task *t, struct file *f, struct irp *r)
{
	return pipe_listen(t, f, r);
}

static const struct control_row rows[] = { IOCTL_ROWS_PIPE };

static NTSTATUS pipe_control(struct task *t, struct file *f, struct irp *r,
			     bool fs)
{
	/* kernel32 asks everything whether it is a console. */
	if (!fs && r->code >> 16 == 0x50)
		return STATUS_OBJECT_TYPE_MISMATCH;
	return control_run(rows, COUNT_OF(rows), t, f, r);
}

NTSTATUS pipe_query(struct task *t, struct file *f, uint32_t class, void *info,
		    uint32_t *len)
{
	struct pipe_end *e = f->pipe;

	(void)t;
	if (class == FILE_PIPE_CLASS) {
		struct file_pipe p = { e->message_read, e->nowait };

		memcpy(info, &p, sizeof p);
		*len = sizeof p;
		return STATUS_SUCCESS;
	}
	if (class == FILE_PIPE_LOCAL_CLASS) {
		/* First: it learns of what is lost. */
		const uint8_t state = pipe_state_now(f);
		struct file_pipe_local p = {
			.type = e->message,
			.configuration = e->configuration,
			.max_instances = e->max_instances,
			.instances = pipe_count_instances(e),
			.in_quota = e->in_quota,
			.read_available = e->goodbye ? 0 : pipe_available(f),
			.out_quota = e->out_quota,
			.write_available = e->out_quota,
			.state = state,
			.end = e->server,
		};

		memcpy(info, &p, sizeof p);
		*len = sizeof p;
		return STATUS_SUCCESS;
	}
	if (class == FILE_STANDARD_CLASS) {
		struct file_standard s = { .allocation = e->in_quota,
					   .size = pipe_available(f),
					   .links = 1,
					   .delete_pending = 1 };

		memcpy(info, &s, sizeof s);
		*len = sizeof s;
		return STATUS_SUCCESS;
	}
	return STATUS_INVALID_PARAMETER;
}

NTSTATUS pipe_set_modes(struct file *f, uint32_t read_mode,
			uint32_t completion_mode)
{
	if (read_mode > 1 || completion_mode > 1 ||
	    (read_mode && !f->pipe->message))
		return STATUS_INVALID_PARAMETER;
	f->pipe->message_read = read_mode;
	f->pipe->nowait = completion_mode;
	return STATUS_SUCCESS;
}

const char *pipe_name(struct file *f)
{
	return f->pipe->name;
}

/* ---- making ends ---- */

static void pipe_close(struct task *t, struct file *f)
{
	(void)t;
	pipe_forget_instance(f->pipe);
}

static void pipe_destroy(struct file *f)
{
	struct pipe_end *e = f->pipe;

	if (!e)
		return;
	pipe_forget_instance(e);
	if (e->peer_fd >= 0)
		close(e->peer_fd);
	pipe_leave_page(e);
	if (e->security)
		shared_close(e->security);
	free(e->tail);
	free(e->name);
	free(e);
}

const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.control = pipe_control,
	.flush = pipe_flush,
	.close = pipe_close,
	.destroy = pipe_destroy,
};

struct file *pipe_file(int fd, uint32_t access, uint32_t share,
		       uint32_t options)
{
	static _Atomic bool told;
	struct file *f =
		file_new(FILE_KIND_PIPE, &pipe_ops, fd, access, share, options);
	struct pipe_end *e = calloc(1, sizeof *e);

	/* Who writes to a pipe without reader learns it from the status. */
	if (!atomic_exchange(&told, true))
		signal(SIGPIPE, SIG_IGN);

	if (!f || !e) {
		free(e);
		if (f) {
			f->fd = -1;
			object_put(&f->object);
		}
		return NULL;
	}
	pthread_mutex_init(&e->lock, NULL);
	e->peer_fd = e->listen_fd = e->dirfd = -1;
	e->state = PIPE_CONNECTED;
	e->max_instances = 1;
	e->in_quota = e->out_quota = 65536;
	f->pipe = e;
	f->append = false;
	return f;
}

struct file *pipe_from_fd(int fd, uint32_t access, uint32_t options)
{
	struct file *f = pipe_file(fd, access, 7, options);

	if (f)
		f->pipe->is_pipe = true;
	return f;
}

/* ---- to a child ---- */

/* In p->value[P_VALUE], which is the kind's own (file-pass.c). */
enum {
	P_VALUE = 5,
	P_SERVER = 1,
	P_PIPE = 2,
	P_MESSAGE = 4,
	P_MESSAGE_READ = 8,
	P_NOWAIT = 16,
	P_LISTENING = 32,
	P_INSTANCE = 64,  /* behind the name: the instance's file */
	P_SECURITY = 128, /* there is a page with the descriptor */
	P_WAS_READ = 256,
	P_DISCONNECTED = 512,
};

/* e is locked. */
static bool pass_end(struct file *f, struct pipe_end *e, struct nt_passed *p)
{
	if (e->state == PIPE_LISTENING)
		pipe_try_accept(f, e);
	/* Whichever process asks first has the client that comes then. */
	if (e->state == PIPE_LISTENING)
		p->fd = e->listen_fd;
	else if (e->state == PIPE_CONNECTED && f->fd >= 0)
		p->fd = f->fd;
	else if (e->state == PIPE_DISCONNECTED && e->dirfd >= 0)
		p->fd = -1;
	else
		return false;
	p->value[P_VALUE] =
		(e->server ? P_SERVER : 0) | (e->is_pipe ? P_PIPE : 0) |
		(e->message ? P_MESSAGE : 0) |
		(e->message_read ? P_MESSAGE_READ : 0) |
		(e->nowait ? P_NOWAIT : 0) | (e->security ? P_SECURITY : 0) |
		(e->was_read ? P_WAS_READ : 0) |
		(e->state == PIPE_LISTENING ? P_LISTENING : 0) |
		(e->state == PIPE_DISCONNECTED ? P_DISCONNECTED : 0);
	if (e->name && strlen(e->name) + sizeof e->instance < sizeof p->data) {
		p->len = (uint32_t)strlen(e->name) + 1;
		memcpy(p->data, e->name, p->len);
		if (e->dirfd >= 0) {
			p->told = e->shared = true;
			memcpy(p->data + p->len, e->instance,
			       sizeof e->instance);
			p->len += (uint32_t)sizeof e->instance;
			p->value[P_VALUE] |= P_INSTANCE;
		}
	}
	return true;
}

bool pipe_pass(struct file *f, struct nt_passed *p)
{
	bool passed;

	pthread_mutex_lock(&f->pipe->lock);
	passed = pass_end(f, f->pipe, p);
	pthread_mutex_unlock(&f->pipe->lock);
	return passed;
}

static void take_instance(struct pipe_end *e, const struct nt_passed *p)
{
	char file[sizeof e->instance];
	size_t at = strlen(e->name) + 1;

	if (p->len != at + sizeof file)
		return;
	memcpy(file, p->data + at, sizeof file);
	file[sizeof file - 1] = 0;
	pipe_take_instance(e, file);
}

struct file *pipe_receive(const struct nt_passed *p)
{
	struct file *f =
		pipe_file(p->fd, (uint32_t)p->value[0], (uint32_t)p->value[1],
			  (uint32_t)p->value[2]);

	if (!f)
		return NULL;
	f->pipe->server = p->value[P_VALUE] & P_SERVER;
	f->pipe->is_pipe = p->value[P_VALUE] & P_PIPE;
	f->pipe->message = p->value[P_VALUE] & P_MESSAGE;
	f->pipe->message_read = p->value[P_VALUE] & P_MESSAGE_READ;
	f->pipe->nowait = p->value[P_VALUE] & P_NOWAIT;
	f->pipe->was_read = p->value[P_VALUE] & P_WAS_READ;
	if (p->len && p->len <= sizeof p->data)
		f->pipe->name = strndup((const char *)p->data, p->len);
	if (p->value[P_VALUE] & P_SECURITY)
		pipe_security_find(f->pipe);
	if (p->value[P_VALUE] & P_LISTENING) {
		f->pipe->state = PIPE_LISTENING;
		f->pipe->listen_fd = f->fd;
		f->fd = -1;
	}
	if (p->value[P_VALUE] & P_DISCONNECTED)
		f->pipe->state = PIPE_DISCONNECTED;
	if (p->value[P_VALUE] & P_INSTANCE && f->pipe->name)
		take_instance(f->pipe, p);
	return f;
}
