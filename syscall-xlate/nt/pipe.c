/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe.c - reading and writing pipes, peeking, and what they tell of
 * themselves.  See pipe.h for what a pipe is on the host.
 *
 * Synchronous handles block in the host call itself: one system call per read
 * or write.  Overlapped handles try without blocking and leave the request
 * pending on a watch.
 */
#include "syscall-xlate/nt/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/ioctl-rows.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/process.h"

enum {
	PACKET = 60 << 10, /* data in one packet of a message */
	IOV = 16,
};

static bool can_read(struct file *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* Is this end in a state to move data?  Accepts a client that waits. */
static NTSTATUS ready(struct file *f, struct pipe_end *e)
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

/* Takes the descriptor out of a message that carries one. */
static bool is_goodbye(struct msghdr *m)
{
	bool found = false;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		int fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
		close(fd);
		found = true;
	}
	return found;
}

/* Before the server's end closes: tell the client that it is on purpose. */
void pipe_say_goodbye(struct file *f)
{
	struct pipe_end *e = f->pipe;
	uint8_t byte = PIPE_GOODBYE;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	if (e->is_pipe)
		return;
	if (!e->message) {
		m.msg_control = &control;
		m.msg_controllen = sizeof control;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &f->fd, sizeof(int));
	}
	/* A full socket: the client finds out that the pipe is broken. */
	sendmsg(f->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Is the next thing to read the server's goodbye?  For who failed to write. */
static bool goodbye_waits(struct file *f)
{
	char space[CMSG_SPACE(sizeof(int))];
	uint8_t byte;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof space };
	bool carried;

	if (f->pipe->is_pipe ||
	    recvmsg(f->fd, &m, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return false;
	carried = is_goodbye(&m);
	return f->pipe->message ? byte == PIPE_GOODBYE : carried;
}

static NTSTATUS gone(struct file *f, bool reading)
{
	struct pipe_end *e = f->pipe;

	if (!reading && !e->goodbye)
		e->goodbye = goodbye_waits(f);
	return e->goodbye ? STATUS_PIPE_DISCONNECTED
	       : reading  ? STATUS_PIPE_BROKEN
			  : STATUS_PIPE_CLOSING;
}

/* ---- bytes
 * --------------------------------------------------------------------- */

static NTSTATUS after_error(int err, struct file *f, bool reading)
{
	switch (err) {
	case EAGAIN:
		return STATUS_PENDING;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return gone(f, reading);
	default:
		return status_from_errno(err);
	}
}

/*
 * A read of nothing waits until there is something: how event loops learn of
 * data without keeping a buffer for each connection.
 */
static NTSTATUS receive_nothing(struct irp *r)
{
	struct file *f = r->file;
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	uint8_t byte;
	ssize_t n;

	r->information = 0;
	if (f->pipe->is_pipe) {
		if (poll(&p, 1, 0) <= 0)
			return STATUS_PENDING;
		return p.revents & POLLIN ? STATUS_SUCCESS : gone(f, true);
	}
	n = recv(f->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0)
		return after_error(errno, f, true);
	return n ? STATUS_SUCCESS : gone(f, true);
}

/* One try; STATUS_PENDING: would block. */
static NTSTATUS receive_bytes(struct task *t, struct irp *r, bool wait)
{
	struct file *f = r->file;
	struct pipe_end *e = f->pipe;
	char space[CMSG_SPACE(sizeof(int))];
	struct iovec v[IOV];
	struct msghdr m = { .msg_iov = v,
			    .msg_control = space,
			    .msg_controllen = sizeof space };
	NTSTATUS status;
	ssize_t n;
	size_t got;
	int nv;

	if (e->is_pipe) {
		if (!wait && !can_read(f))
			return STATUS_PENDING;
		status = io_read_fd(t, r, f->fd, OFFSET_CURRENT, &got);
		if (status == STATUS_RETRY)
			return STATUS_PENDING;
		if (status)
			return status;
		r->information = got;
		return got || !r->len ? STATUS_SUCCESS : gone(f, true);
	}
	nv = guest_iov(t, r->buf, r->len, true, v, IOV);
	if (nv < 0)
		return STATUS_ACCESS_VIOLATION;
	m.msg_iovlen = (size_t)nv;
	n = recvmsg(f->fd, &m, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	if (n < 0 && errno == EINTR)
		return STATUS_RETRY;
	if (n < 0)
		return after_error(errno, f, true);
	if (n && m.msg_controllen && is_goodbye(&m)) {
		e->goodbye = true;
		n--; /* the byte that carried it */
	}
	r->information = (uint64_t)n;
	return n || !r->len ? STATUS_SUCCESS : gone(f, true);
}

/* Sends what is left, [r->out, r->len); r->out counts what went. */
static NTSTATUS send_bytes(struct task *t, struct irp *r, bool wait)
{
	struct file *f = r->file;
	struct pipe_end *e = f->pipe;

	while (r->out < r->len) {
		struct iovec v[IOV];
		struct msghdr m = { .msg_iov = v };
		ssize_t n;
		int nv = guest_iov(t, r->buf + r->out, r->len - r->out, false,
				   v, IOV);

		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		m.msg_iovlen = (size_t)nv;
		if (!e->is_pipe) {
			n = sendmsg(f->fd, &m,
				    MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
		} else if (wait) {
			n = nv == 1 ? write(f->fd, v->iov_base, v->iov_len)
				    : writev(f->fd, v, nv);
		} else {
			/* A shared pipe cannot be made non-blocking, but one
			   that polls writable takes PIPE_BUF bytes. */
			struct pollfd p = { .fd = f->fd, .events = POLLOUT };

			if (poll(&p, 1, 0) <= 0)
				return STATUS_PENDING;
			n = write(f->fd, v->iov_base,
				  MIN(v->iov_len, (size_t)PIPE_BUF));
		}
		if (n < 0 && errno == EINTR)
			return STATUS_RETRY;
		if (n < 0)
			return after_error(errno, f, false);
		r->out += (uint64_t)n;
	}
	r->information = r->len;
	return STATUS_SUCCESS;
}

/* ---- messages
 * ------------------------------------------------------------------- */

/* Gives the guest up to r->len bytes of the tail. */
static NTSTATUS take_tail(struct task *t, struct irp *r, struct pipe_end *e,
			  size_t *done)
{
	size_t n = MIN(e->tail_len, r->len - *done);

	if (guest_write(t, r->buf + *done, e->tail + e->tail_at, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	e->tail_at += n;
	e->tail_len -= n;
	*done += n;
	return STATUS_SUCCESS;
}

/* A packet into the guest's buffer, what does not fit into the tail. */
static NTSTATUS receive_packet(struct task *t, struct irp *r,
			       struct pipe_end *e, size_t *done, bool *more,
			       bool wait)
{
	struct file *f = r->file;
	struct iovec v[IOV + 2];
	struct msghdr m = { .msg_iov = v };
	uint8_t head = 0;
	size_t room = 0;
	ssize_t n;
	int nv = 0;

	if (!e->tail)
		e->tail = malloc(PACKET);
	if (!e->tail)
		return STATUS_NO_MEMORY;
	if (*done < r->len)
		nv = guest_iov(t, r->buf + *done, r->len - *done, true, v + 1,
			       IOV);
	if (nv < 0)
		return STATUS_ACCESS_VIOLATION;
	for (int i = 0; i < nv; i++)
		room += v[1 + i].iov_len;
	v[0] = (struct iovec){ &head, 1 };
	v[1 + nv] = (struct iovec){ e->tail, PACKET };
	m.msg_iovlen = (size_t)nv + 2;
	n = recvmsg(f->fd, &m, wait ? 0 : MSG_DONTWAIT);
	if (n < 0 && errno == EINTR)
		return STATUS_RETRY;
	if (n < 0)
		return after_error(errno, f, true);
	if (n && head == PIPE_GOODBYE)
		e->goodbye = true;
	if (n == 0 || e->goodbye)
		return gone(f, true);
	n--;
	*more = head & 1;
	if ((size_t)n > room) {
		e->tail_at = 0;
		e->tail_len = (size_t)n - room;
		*done += room;
	} else {
		*done += (size_t)n;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS receive_message(struct task *t, struct irp *r, bool wait)
{
	struct pipe_end *e = r->file->pipe;
	bool more = e->tail_more;
	NTSTATUS status = STATUS_SUCCESS;
	size_t done = 0;

	/* r->out: what an earlier try has put there already. */
	if (e->tail_len) {
		status = take_tail(t, r, e, &done);
		if (status)
			return status;
	} else {
		status = receive_packet(t, r, e, &done, &more, wait);
		if (status)
			return status;
	}
	/* The rest of the message has been sent or is being sent. */
	while (more && !e->tail_len && done < r->len) {
		status = receive_packet(t, r, e, &done, &more, true);
		if (status)
			break;
	}
	e->tail_more = more;
	r->information = done;
	if (status && status != STATUS_PENDING)
		return status;
	/* Reading bytes from a message pipe pays no heed to where they end. */
	return e->message_read && (e->tail_len || more) ? STATUS_BUFFER_OVERFLOW
							: STATUS_SUCCESS;
}

static NTSTATUS send_message(struct task *t, struct irp *r, bool wait)
{
	struct file *f = r->file;

	do {
		size_t len = MIN(r->len - r->out, (uint64_t)PACKET);
		uint8_t head = r->out + len < r->len;
		struct iovec v[IOV + 1] = { { &head, 1 } };
		struct msghdr m = { .msg_iov = v };
		ssize_t n;
		int nv = 0;

		if (len)
			nv = guest_iov(t, r->buf + r->out, len, false, v + 1,
				       IOV);
		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		m.msg_iovlen = (size_t)nv + 1;
		n = sendmsg(f->fd, &m,
			    MSG_NOSIGNAL | (wait || r->out ? 0 : MSG_DONTWAIT));
		if (n < 0 && errno == EINTR)
			return STATUS_RETRY;
		if (n < 0)
			return after_error(errno, f, false);
		r->out += (uint64_t)n - 1;
	} while (r->out < r->len);
	r->information = r->len;
	return STATUS_SUCCESS;
}

/* ---- requests
 * ----------------------------------------------------------------------- */

typedef NTSTATUS step_fn(struct task *t, struct irp *r, bool wait);

static NTSTATUS one_read(struct task *t, struct irp *r, bool wait)
{
	struct pipe_end *e = r->file->pipe;
	NTSTATUS status;

	if (!e->message)
		return r->len ? receive_bytes(t, r, wait) : receive_nothing(r);
	pthread_mutex_lock(&e->lock);
	status = receive_message(t, r, wait);
	pthread_mutex_unlock(&e->lock);
	return status;
}

static NTSTATUS one_write(struct task *t, struct irp *r, bool wait)
{
	return r->file->pipe->message ? send_message(t, r, wait)
				      : send_bytes(t, r, wait);
}

static NTSTATUS read_again(struct irp *r)
{
	NTSTATUS status;

	do
		status = one_read(NULL, r, false);
	while (status == STATUS_RETRY);
	return status;
}

static NTSTATUS write_again(struct irp *r)
{
	NTSTATUS status;

	do
		status = one_write(NULL, r, false);
	while (status == STATUS_RETRY);
	return status;
}

static NTSTATUS run(struct task *t, struct file *f, struct irp *r,
		    step_fn *step, uint32_t events,
		    NTSTATUS (*again)(struct irp *r))
{
	bool wait = f->synchronous && !f->pipe->nowait;
	NTSTATUS status;

	for (;;) {
		if (wait && io_interrupted(t, f, &status))
			return status;
		status = step(t, r, wait);
		if (status == STATUS_RETRY)
			continue;
		if (status != STATUS_PENDING)
			return status;
		if (!wait)
			break;
		/* Somebody made the descriptor non-blocking. */
		status = io_wait_fd(t, f, f->fd,
				    events == EPOLLIN ? POLLIN : POLLOUT, -1);
		if (status)
			return status;
	}
	if (f->pipe->nowait) {
		if (events == EPOLLIN)
			return STATUS_PIPE_EMPTY;
		r->information = r->out;
		return STATUS_SUCCESS;
	}
	return irp_wait_fd(t, r, f->fd, events, again);
}

static NTSTATUS pipe_read(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = ready(f, f->pipe);

	if (status)
		return status;
	return run(t, f, r, one_read, EPOLLIN, read_again);
}

static NTSTATUS pipe_write(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = ready(f, f->pipe);

	if (status)
		return status == STATUS_PIPE_BROKEN ? STATUS_PIPE_CLOSING
						    : status;
	r->out = 0;
	return run(t, f, r, one_write, EPOLLOUT, write_again);
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

/* ---- looking without taking
 * --------------------------------------------------------- */

/* The first bytes of a host pipe, by a copy made with tee(2). */
static ssize_t peek_pipe(int fd, uint8_t *buf, size_t n)
{
	int p[2];
	ssize_t got;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -1;
	got = tee(fd, p[1], n, SPLICE_F_NONBLOCK);
	if (got > 0)
		got = read(p[0], buf, (size_t)got);
	close(p[0]);
	close(p[1]);
	return got;
}

static uint32_t available(struct file *f)
{
	struct pipe_end *e = f->pipe;
	int n = 0;

	if (f->fd >= 0 && ioctl(f->fd, FIONREAD, &n) < 0)
		n = 0;
	if (e->message && n > 0)
		n--; /* the header of the first packet at least */
	return (uint32_t)n + (uint32_t)e->tail_len;
}

static NTSTATUS peek(struct task *t, struct file *f, struct irp *r)
{
	enum { MAX_PEEK = 64 << 10 };
	struct pipe_end *e = f->pipe;
	uint32_t head[4] = { e->state };
	uint8_t *data;
	size_t want, got = 0;
	ssize_t n = 0;
	NTSTATUS status = ready(f, e);

	if (status)
		return status;
	if (r->out_len < sizeof head)
		return STATUS_INVALID_PARAMETER;
	want = MIN(r->out_len - sizeof head, (size_t)MAX_PEEK);
	data = malloc(PACKET + MAX_PEEK);
	if (!data)
		return STATUS_NO_MEMORY;

	if (e->goodbye || goodbye_waits(f)) {
		free(data);
		return STATUS_PIPE_DISCONNECTED;
	}
	pthread_mutex_lock(&e->lock);
	if (e->tail_len) {
		got = MIN(want, e->tail_len);
		memcpy(data, e->tail + e->tail_at, got);
		head[3] = (uint32_t)e->tail_len;
	} else if (e->message) {
		n = recv(f->fd, data, PACKET + 1, MSG_PEEK | MSG_DONTWAIT);
		if (n > 0) {
			head[3] = (uint32_t)n - 1;
			got = MIN(want, (size_t)n - 1);
			memmove(data, data + 1, got);
		}
	} else if (!e->is_pipe) {
		n = recv(f->fd, data, want ? want : 1, MSG_PEEK | MSG_DONTWAIT);
		got = n > 0 ? MIN(want, (size_t)n) : 0;
	} else if (want && can_read(f)) {
		n = peek_pipe(f->fd, data, want);
		got = n > 0 ? (size_t)n : 0;
	}
	head[1] = available(f);
	head[2] = e->message && head[3] ? 1 : 0;
	pthread_mutex_unlock(&e->lock);

	if (!head[1] && !got) {
		struct pollfd p = { .fd = f->fd, .events = POLLIN };

		/* Readable with nothing in it: the other end is closed. */
		if (n == 0 && poll(&p, 1, 0) > 0 &&
		    (p.revents & POLLHUP || (!e->is_pipe && !e->message))) {
			free(data);
			return STATUS_PIPE_BROKEN;
		}
	}
	if (guest_write(t, r->out, head, sizeof head) < 0 ||
	    guest_write(t, r->out + sizeof head, data, got) < 0)
		status = STATUS_ACCESS_VIOLATION;
	free(data);
	r->information = sizeof head + got;
	if (!status && (head[1] > got || head[3] > got) &&
	    r->out_len > sizeof head)
		return STATUS_BUFFER_OVERFLOW;
	return status;
}

/* ---- controls
 * ------------------------------------------------------------------------ */

static NTSTATUS transceive(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = ready(f, f->pipe);
	gaddr out = r->out;

	if (status)
		return status;
	if (!f->pipe->message_read)
		return STATUS_INVALID_READ_MODE;
	r->out = 0;
	do
		status = one_write(t, r, true);
	while (status == STATUS_RETRY && !nt_interrupted(t, false));
	if (status)
		return status;
	r->buf = out;
	r->len = r->out_len;
	r->out = 0;
	return run(t, f, r, one_read, EPOLLIN, read_again);
}

/* Who is at the other end; by the name of the attribute, in ASCII. */
static NTSTATUS connection_attribute(struct task *t, struct file *f,
				     struct irp *r)
{
	char name[32] = "";
	struct ucred c;
	socklen_t len = sizeof c;
	uint32_t id;
	uint64_t wide;
	bool other;

	if (guest_read(t, name, r->buf, MIN(r->len, sizeof name - 1)) < 0)
		return STATUS_ACCESS_VIOLATION;
	other = strncmp(name, f->pipe->server ? "Client" : "Server", 6) == 0;
	if (strcmp(name + 6, "ProcessId") && strcmp(name + 6, "SessionId"))
		return STATUS_NOT_FOUND;
	if (other && f->pipe->state != PIPE_CONNECTED)
		return STATUS_PIPE_DISCONNECTED;
	if (name[6] == 'S')
		id = 1; /* everybody's, as the PEB says */
	else if (other &&
		 getsockopt(f->fd, SOL_SOCKET, SO_PEERCRED, &c, &len) == 0)
		id = process_id(c.pid);
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

static NTSTATUS impersonate(struct task *t, struct file *f, struct irp *r)
{
	struct ucred c;
	socklen_t len = sizeof c;

	(void)t, (void)r;
	/* Taking on the identity one has already needs nothing. */
	if (getsockopt(f->fd, SOL_SOCKET, SO_PEERCRED, &c, &len) == 0 &&
	    c.uid == geteuid())
		return STATUS_SUCCESS;
	return STATUS_CANNOT_IMPERSONATE;
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
		struct file_pipe_local p = {
			.type = e->message,
			.configuration = e->configuration,
			.max_instances = e->max_instances,
			.instances = pipe_count_instances(e),
			.in_quota = e->in_quota,
			.read_available = available(f),
			.out_quota = e->out_quota,
			.write_available = e->out_quota,
			.state = e->state,
			.end = e->server,
		};

		memcpy(info, &p, sizeof p);
		*len = sizeof p;
		return STATUS_SUCCESS;
	}
	if (class == FILE_STANDARD_CLASS) {
		struct file_standard s = { .allocation = e->in_quota,
					   .size = available(f),
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

/* ---- making ends
 * ------------------------------------------------------------------------ */

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

/* ---- to a child
 * ---------------------------------------------------------------------------
 */

enum {
	P_SERVER = 1,
	P_PIPE = 2,
	P_MESSAGE = 4,
	P_MESSAGE_READ = 8,
	P_NOWAIT = 16
};

bool pipe_pass(struct file *f, struct nt_passed *p)
{
	struct pipe_end *e = f->pipe;

	if (e->state == PIPE_LISTENING)
		pipe_try_accept(f, e);
	if (e->state != PIPE_CONNECTED || f->fd < 0)
		return false;
	p->value[5] = (e->server ? P_SERVER : 0) | (e->is_pipe ? P_PIPE : 0) |
		      (e->message ? P_MESSAGE : 0) |
		      (e->message_read ? P_MESSAGE_READ : 0) |
		      (e->nowait ? P_NOWAIT : 0);
	if (e->name && strlen(e->name) < sizeof p->data) {
		p->len = (uint32_t)strlen(e->name) + 1;
		memcpy(p->data, e->name, p->len);
	}
	return true;
}

struct file *pipe_receive(const struct nt_passed *p)
{
	struct file *f =
		pipe_file(p->fd, (uint32_t)p->value[0], (uint32_t)p->value[1],
			  (uint32_t)p->value[2]);

	if (!f)
		return NULL;
	f->pipe->server = p->value[5] & P_SERVER;
	f->pipe->is_pipe = p->value[5] & P_PIPE;
	f->pipe->message = p->value[5] & P_MESSAGE;
	f->pipe->message_read = p->value[5] & P_MESSAGE_READ;
	f->pipe->nowait = p->value[5] & P_NOWAIT;
	if (p->len && p->len <= sizeof p->data)
		f->pipe->name = strndup((const char *)p->data, p->len);
	return f;
}
