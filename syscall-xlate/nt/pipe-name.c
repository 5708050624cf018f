/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-name.c - named pipes find each other without a daemon.
 *
 * Each name is a folder in the user's runtime directory, each instance a file
 * in it.  A listening one is a socket whose name begins with 'L' and says what
 * its pipe is like (pipe_format_instance()): who wants to connect tries them in
 * turn. The backlog is zero, so a socket takes one client, which may connect
 * before the server asks for it, as on Windows.  The client changes the 'L' to
 * 'C'; the file goes with the instance, whose server's end may be in several
 * processes: each holds it by a lock of the folder (pipe_hold()).  What nobody
 * holds, because its processes were killed, is swept by who finds it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/pipe.h"
#include "syscall-xlate/nt/calls.h"

/* ---- the server's end ---- */

/* Who is the last to have it removes it; two who think so may. */
static void forget_file(struct pipe_end *e)
{
	struct pipe_instance i;

	if (e->shared && pipe_parse_instance(e->instance, &i)) {
		pipe_hold(e->dirfd, &i, false);
		if (pipe_is_held(e->dirfd, &i))
			return;
	}
	pipe_rename_instance(e->dirfd, e->instance, NULL);
}

/* Removes the folder too, if this was the last instance. */
void pipe_forget_instance(struct pipe_end *e)
{
	char path[64], folder[PATH_MAX];
	ssize_t n;

	if (e->listen_fd >= 0)
		close(e->listen_fd);
	e->listen_fd = -1;
	if (e->dirfd < 0)
		return;
	forget_file(e);
	snprintf(path, sizeof path, "/proc/self/fd/%d", e->dirfd);
	n = readlink(path, folder, sizeof folder - 1);
	close(e->dirfd);
	e->dirfd = -1;
	if (n > 0) {
		folder[n] = 0;
		pipe_remove_folder(folder);
	}
}

static unsigned next_serial(void)
{
	static _Atomic unsigned serial;

	return ++serial;
}

bool pipe_take_instance(struct pipe_end *e, const char *file)
{
	size_t units = utf8_to_utf16(NULL, 0, e->name, strlen(e->name));
	uint16_t *name = malloc((units + 1) * sizeof *name);
	struct pipe_instance i;

	if (!name)
		return false;
	utf8_to_utf16(name, units, e->name, strlen(e->name));
	e->dirfd = pipe_folder(name, units, false);
	free(name);
	if (e->dirfd < 0 || !pipe_parse_instance(file, &i)) {
		if (e->dirfd >= 0)
			close(e->dirfd);
		e->dirfd = -1;
		return false;
	}
	e->configuration = (uint8_t)i.configuration;
	e->max_instances = i.max;
	e->timeout = i.timeout;
	e->in_quota = i.in_quota;
	e->out_quota = i.out_quota;
	pipe_format_instance(e->instance, sizeof e->instance, &i);
	e->shared = true;
	pipe_hold(e->dirfd, &i, true);
	return true;
}

/* The socket's file, held before anybody sees it.  0 or -errno. */
static int bind_instance(struct pipe_end *e, int fd, struct pipe_instance *i,
			 char *file, size_t size)
{
	struct sockaddr_un a;
	socklen_t len;
	int err;

	do {
		i->serial = next_serial();
		pipe_format_instance(file, size, i);
		pipe_hold(e->dirfd, i, true);
		len = pipe_address(&a, e->dirfd, file);
		err = bind(fd, (struct sockaddr *)&a, len) < 0 ? -errno : 0;
		if (err)
			pipe_hold(e->dirfd, i, false);
		/* One that had our number has made it, and handed it on. */
	} while (err == -EADDRINUSE);
	return err;
}

/* A socket that waits for one client, and its file.  0 or -errno. */
static int start_listening(struct pipe_end *e)
{
	struct pipe_instance i = {
		.state = 'L',
		.pid = getpid(),
		.type = e->message ? 'm' : 'b',
		.configuration = e->configuration,
		.max = e->max_instances,
		.timeout = e->timeout,
		.in_quota = e->in_quota,
		.out_quota = e->out_quota,
	};
	char file[sizeof e->instance];
	struct pipe_instance was;
	int fd, err;

	fd = MORE_FILES(socket(AF_UNIX,
			       (e->message ? SOCK_SEQPACKET : SOCK_STREAM) |
				       SOCK_CLOEXEC | SOCK_NONBLOCK,
			       0));
	if (fd < 0)
		return -errno;
	err = bind_instance(e, fd, &i, file, sizeof file);
	if (!err) {
		err = policy_listen(fd, 0);
		if (err) {
			unlinkat(e->dirfd, file, 0);
			pipe_hold(e->dirfd, &i, false);
		}
	}
	if (err) {
		close(fd);
		return err;
	}
	if (*e->instance) {
		pipe_rename_instance(e->dirfd, e->instance, NULL);
		if (pipe_parse_instance(e->instance, &was))
			pipe_hold(e->dirfd, &was, false);
	}
	strcpy(e->instance, file);
	e->listen_fd = fd;
	e->state = PIPE_LISTENING;
	return 0;
}

/* Nobody is to wait for it. */
static void mark_taken(struct pipe_end *e)
{
	char file[sizeof e->instance];

	strcpy(file, e->instance);
	file[0] = 'C';
	pipe_rename_instance(e->dirfd, e->instance, file);
	strcpy(e->instance, file);
}

NTSTATUS pipe_try_accept(struct file *f, struct pipe_end *e)
{
	int fd;

	if (e->state != PIPE_LISTENING || e->listen_fd < 0)
		return STATUS_SUCCESS;
	fd = MORE_FILES(accept4(e->listen_fd, NULL, NULL, SOCK_CLOEXEC));
	if (fd < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
				       errno == ENOBUFS
			       ? status_from_errno(errno)
			       : STATUS_SUCCESS;
	mark_taken(e);
	/* Whoever waits for a client has a descriptor of his own, and looks. */
	shutdown(e->listen_fd, SHUT_RDWR);
	close(e->listen_fd);
	e->listen_fd = -1;
	f->fd = fd;
	e->state = PIPE_CONNECTED;
	return STATUS_SUCCESS;
}

static NTSTATUS listen_again(struct irp *r)
{
	struct pipe_end *e = r->file->pipe;
	NTSTATUS status;

	pthread_mutex_lock(&e->lock);
	status = pipe_try_accept(r->file, e);
	status = status                       ? status
		 : e->state == PIPE_CONNECTED ? STATUS_SUCCESS
		 : e->state == PIPE_LISTENING ? STATUS_PENDING
					      : STATUS_PIPE_DISCONNECTED;
	pthread_mutex_unlock(&e->lock);
	return status;
}

NTSTATUS pipe_listen(struct task *t, struct file *f, struct irp *r)
{
	struct pipe_end *e = f->pipe;
	NTSTATUS status = STATUS_SUCCESS;
	int err = 0;

	if (!e->server)
		return STATUS_ILLEGAL_FUNCTION;
	pthread_mutex_lock(&e->lock);
	if (e->state == PIPE_DISCONNECTED)
		err = e->dirfd < 0 ? -EINVAL : start_listening(e);
	else if (e->state == PIPE_LISTENING)
		status = pipe_try_accept(f, e);
	status = err                          ? status_from_errno(-err)
		 : status                     ? status
		 : e->state == PIPE_CONNECTED ? STATUS_PIPE_CONNECTED
		 : e->state != PIPE_LISTENING ? STATUS_PIPE_CLOSING
		 : e->nowait                  ? STATUS_PIPE_LISTENING
					      : STATUS_PENDING;
	pthread_mutex_unlock(&e->lock);
	/* A client that has gone again still has to be disconnected. */
	if (status == STATUS_PIPE_CONNECTED) {
		struct pollfd p = { .fd = f->fd, .events = POLLIN };

		if (poll(&p, 1, 0) > 0 && p.revents & POLLHUP)
			return STATUS_PIPE_CLOSING;
	}
	if (status != STATUS_PENDING)
		return status;
	if (!f->synchronous)
		return irp_wait_fd(t, r, e->listen_fd, EPOLLIN, listen_again);
	do {
		status = io_wait_fd(t, f, e->listen_fd, POLLIN, -1);
		if (status)
			return status;
		pthread_mutex_lock(&e->lock);
		status = pipe_try_accept(f, e);
		pthread_mutex_unlock(&e->lock);
	} while (!status && e->state == PIPE_LISTENING);
	return status;
}

NTSTATUS pipe_disconnect(struct file *f)
{
	struct pipe_end *e = f->pipe;

	if (!e->server)
		return STATUS_ILLEGAL_FUNCTION;
	if (e->state == PIPE_DISCONNECTED)
		return STATUS_PIPE_DISCONNECTED;
	irp_cancel(f, NULL, 0);
	irp_queue_close(f);
	pthread_mutex_lock(&e->lock);
	if (e->listen_fd >= 0) {
		close(e->listen_fd);
		e->listen_fd = -1;
		mark_taken(e);
	}
	if (f->fd >= 0) {
		/* What the server has not read is lost. */
		pipe_say_goodbye(f);
		shutdown(f->fd, SHUT_RDWR);
		close(f->fd);
		f->fd = -1;
		pipe_count_disconnected(e);
	}
	e->tail_len = 0;
	e->tail_more = false;
	e->was_read = false;
	e->state = PIPE_DISCONNECTED;
	pthread_mutex_unlock(&e->lock);
	irp_queue_reopen(f);
	return STATUS_SUCCESS;
}

/* No name: the other end is opened relative to this handle. */
static NTSTATUS make_anonymous(struct file *f)
{
	struct pipe_end *e = f->pipe;
	int fd[2];

	if (e->configuration == PIPE_DUPLEX || e->message) {
		if (MORE_FILES(socketpair(
			    AF_UNIX,
			    (e->message ? SOCK_SEQPACKET : SOCK_STREAM) |
				    SOCK_CLOEXEC,
			    0, fd)) < 0)
			return status_from_errno(errno);
		f->fd = fd[0];
		e->peer_fd = fd[1];
	} else {
		bool in = e->configuration == PIPE_INBOUND;

		if (MORE_FILES(pipe2(fd, O_CLOEXEC)) < 0)
			return status_from_errno(errno);
		f->fd = fd[in ? 0 : 1];
		e->peer_fd = fd[in ? 1 : 0];
		e->is_pipe = true;
		if (e->in_quota > 65536)
			fcntl(f->fd, F_SETPIPE_SZ,
			      (int)MIN(e->in_quota, 1u << 20));
	}
	e->state = PIPE_CONNECTED;
	return STATUS_SUCCESS;
}

struct existing {
	unsigned n;
	struct pipe_instance first;
};

static bool look_at(int dirfd, const char *file, const struct pipe_instance *i,
		    void *arg)
{
	struct existing *x = arg;

	(void)dirfd, (void)file;
	if (!x->n++)
		x->first = *i;
	return false;
}

static NTSTATUS make_named(struct task *t, struct file *f,
			   const struct nt_path *p, gaddr sd,
			   uint32_t disposition, uint64_t *information)
{
	struct pipe_end *e = f->pipe;
	struct existing x = { 0 };
	NTSTATUS status;
	int err;

	e->dirfd = pipe_folder(p->rest, p->rest_len, disposition != FILE_OPEN);
	if (e->dirfd < 0) {
		err = -e->dirfd;
		e->dirfd = -1;
		return err == ENAMETOOLONG ? STATUS_OBJECT_NAME_INVALID
					   : status_from_errno(err);
	}
	err = pipe_each_instance(e->dirfd, look_at, &x);
	if (err < 0)
		return status_from_errno(-err);
	if (x.n && disposition == FILE_CREATE)
		return STATUS_ACCESS_DENIED;
	if (!x.n && disposition == FILE_OPEN)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (x.n && (x.first.configuration != e->configuration ||
		    (x.first.type == 'm') != e->message))
		return STATUS_ACCESS_DENIED;
	if (x.n && x.n >= x.first.max)
		return STATUS_INSTANCE_NOT_AVAILABLE;
	if (x.n)
		e->max_instances = x.first.max;
	status = pipe_security_new(t, f, sd, !x.n);
	if (status)
		return status;
	err = start_listening(e);
	if (err == -ENOENT && disposition != FILE_OPEN) {
		/* Somebody removed the empty folder in between. */
		close(e->dirfd);
		e->dirfd = pipe_folder(p->rest, p->rest_len, true);
		err = e->dirfd < 0 ? e->dirfd : start_listening(e);
		if (e->dirfd < 0)
			e->dirfd = -1;
	}
	if (err)
		return status_from_errno(-err);
	*information = x.n ? FILE_OPENED : FILE_CREATED;
	return STATUS_SUCCESS;
}

/* In ms; a time of day is none. */
static uint32_t default_timeout(struct task *t, gaddr at)
{
	enum { USUAL_MS = 50, PER_MS = 10000 };
	int64_t timeout;

	if (!at || guest_read(t, &timeout, at, sizeof timeout) || timeout >= 0)
		return USUAL_MS;
	timeout = timeout / -PER_MS;
	return timeout >= 0 && timeout < UINT32_MAX ? (uint32_t)timeout
						    : UINT32_MAX;
}

static char *name_text(const uint16_t *name, size_t n)
{
	size_t len = utf16_to_utf8(NULL, 0, name, n);
	char *s = malloc(len + 1);

	if (s) {
		utf16_to_utf8(s, len, name, n);
		s[len] = 0;
	}
	return s;
}

NTSTATUS nt_create_named_pipe_file(struct task *t, gaddr file, uint32_t access,
				   gaddr attr, gaddr iosb, uint32_t share,
				   uint32_t disposition, uint32_t options,
				   uint32_t pipe_type, uint32_t read_mode,
				   uint32_t completion_mode,
				   uint32_t max_instances, uint32_t in_quota,
				   uint32_t out_quota, gaddr timeout)
{
	enum { TYPE_MESSAGE = 1 };
	uint64_t information = FILE_CREATED;
	struct file *f, *root = NULL;
	struct pipe_end *e;
	struct nt_path p;
	struct nt_oa oa;
	NTSTATUS status;

	if (!(share & (FILE_SHARE_READ | FILE_SHARE_WRITE)) ||
	    disposition < FILE_OPEN || disposition > FILE_OPEN_IF ||
	    pipe_type > 3 || read_mode > 1 || completion_mode > 1 ||
	    !max_instances || (read_mode && !(pipe_type & TYPE_MESSAGE)))
		return STATUS_INVALID_PARAMETER;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = file_parse(t, &oa, &p, &root);
	if (status)
		goto out_oa;
	if (p.kind != PATH_PIPE &&
	    (p.kind != PATH_DEVICE || p.device != DEVICE_PIPES || !root)) {
		status = STATUS_OBJECT_NAME_INVALID;
		goto out_root;
	}
	f = pipe_file(-1, access_map(&file_type, access), share, options);
	if (!f) {
		status = STATUS_NO_MEMORY;
		goto out_root;
	}
	e = f->pipe;
	e->server = true;
	e->message = pipe_type & TYPE_MESSAGE;
	e->message_read = read_mode;
	e->nowait = completion_mode;
	e->max_instances = max_instances;
	e->in_quota = in_quota;
	e->out_quota = out_quota;
	/* Whom the pipe lets do what is said from the client's side. */
	e->configuration = !(share & FILE_SHARE_READ)    ? PIPE_INBOUND
			   : !(share & FILE_SHARE_WRITE) ? PIPE_OUTBOUND
							 : PIPE_DUPLEX;
	e->timeout = default_timeout(t, timeout);
	if (p.kind == PATH_PIPE) {
		e->name = name_text(p.rest, p.rest_len);
		status = e->name ? make_named(t, f, &p, oa.security,
					      disposition, &information)
				 : STATUS_NO_MEMORY;
	} else {
		status = security_assign(t, &f->object, oa.security);
		if (!status)
			status = make_anonymous(f);
	}
	if (!status && iosb_write(t, iosb, STATUS_SUCCESS, information) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status)
		status = handle_out(t, &f->object, f->access, oa.attributes,
				    file);
	object_put(&f->object);
out_root:
	if (root)
		object_put(&root->object);
out_oa:
	oa_free(&oa);
	return status;
}

/* ---- the client's end ---- */

struct connect {
	uint32_t access;
	const struct pipe_client *who;
	int fd;
	struct pipe_instance found;
	bool exists, denied;
	int err; /* of the host, for all of them */
};

static bool try_connect(int dirfd, const char *file, const struct pipe_instance *i,
			void *arg)
{
	struct connect *c = arg;
	char taken[NAME_MAX + 1];
	struct sockaddr_un a;
	socklen_t len;
	int fd;

	c->exists = true;
	if ((i->configuration == PIPE_INBOUND && c->access & FILE_READ_DATA) ||
	    (i->configuration == PIPE_OUTBOUND &&
	     c->access & FILE_WRITE_DATA)) {
		c->denied = true;
		return false;
	}
	if (i->state != 'L')
		return false;
	fd = MORE_FILES(socket(AF_UNIX,
			       (i->type == 'm' ? SOCK_SEQPACKET : SOCK_STREAM) |
				       SOCK_CLOEXEC | SOCK_NONBLOCK,
			       0));
	if (fd < 0) {
		c->err = errno;
		return true;
	}
	c->err = pipe_client_sign(fd, c->who);
	if (c->err) {
		close(fd);
		return true;
	}
	len = pipe_address(&a, dirfd, file);
	if (connect(fd, (struct sockaddr *)&a, len) < 0) {
		close(fd);
		return false;
	}
	fcntl(fd, F_SETFL, 0);
	snprintf(taken, sizeof taken, "C%s", file + 1);
	renameat(dirfd, file, dirfd, taken);
	c->fd = fd;
	c->found = *i;
	return true;
}

/* The other end of one without a name. */
static NTSTATUS connect_anonymous(struct pipe_end *server,
				  const struct file_open *o, struct file **f)
{
	int fd;

	pthread_mutex_lock(&server->lock);
	fd = server->peer_fd;
	server->peer_fd = -1;
	pthread_mutex_unlock(&server->lock);
	if (fd < 0)
		return STATUS_PIPE_NOT_AVAILABLE;
	*f = pipe_file(fd, o->access, o->share, o->options);
	if (!*f) {
		close(fd);
		return STATUS_NO_MEMORY;
	}
	(*f)->pipe->is_pipe = server->is_pipe;
	(*f)->pipe->message = server->message;
	(*f)->pipe->configuration = server->configuration;
	(*f)->pipe->in_quota = server->in_quota;
	(*f)->pipe->out_quota = server->out_quota;
	return STATUS_SUCCESS;
}

NTSTATUS pipe_connect(const struct file_open *o, struct file **f)
{
	struct pipe_client who;
	struct connect c = { .access = o->access, .who = &who, .fd = -1 };
	const struct nt_path *p = o->p;
	struct shared *page = NULL;
	NTSTATUS status;
	int dirfd, err;
	char *name;

	if (!p->rest_len && o->root && o->root->kind == FILE_KIND_PIPE)
		return connect_anonymous(o->root->pipe, o, f);
	status = pipe_client_read(o->t, o->quality, &who);
	if (status)
		return status;
	dirfd = pipe_folder(p->rest, p->rest_len, false);
	if (dirfd < 0)
		return pipe_no_folder(-dirfd);
	name = name_text(p->rest, p->rest_len);
	status = name ? pipe_security_enter(o->t, name, o->access, &page)
		      : STATUS_NO_MEMORY;
	err = status ? 0 : pipe_each_instance(dirfd, try_connect, &c);
	close(dirfd);
	if (err < 0 || c.err)
		status = status_from_errno(err < 0 ? -err : c.err);
	else if (!status && c.fd < 0)
		status = c.denied   ? STATUS_ACCESS_DENIED
			 : c.exists ? STATUS_PIPE_NOT_AVAILABLE
				    : STATUS_OBJECT_NAME_NOT_FOUND;
	*f = status ? NULL : pipe_file(c.fd, o->access, o->share,
					o->options);
	if (!*f) {
		if (c.fd >= 0)
			close(c.fd);
		if (page)
			shared_close(page);
		free(name);
		return status ? status : STATUS_NO_MEMORY;
	}
	(*f)->pipe->message = c.found.type == 'm';
	(*f)->pipe->configuration = (uint8_t)c.found.configuration;
	(*f)->pipe->max_instances = c.found.max;
	(*f)->pipe->in_quota = c.found.in_quota;
	(*f)->pipe->out_quota = c.found.out_quota;
	(*f)->pipe->name = name;
	(*f)->pipe->security = page;
	return STATUS_SUCCESS;
}
