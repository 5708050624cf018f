/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remote.c - the side that asks; see remote.h.
 *
 * A call on another process's object is passed on by what its row says of the
 * arguments: what they point to is copied into the message and, from the
 * answer, back.
 */
#include "syscall-xlate/nt/remote.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "base/pass-fd.h"
#include "base/policy-net.h"
#include "base/proc.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/trace.h"

extern const struct xlate_call nt_calls[];
extern const size_t nt_ncalls;

enum {
	/* Looks at a process that cannot hear yet, 1 ms apart; and knocks, until
	   it is taken for one that stands still.  Time says nothing: we may
	   have been stopped ourselves. */
	LOOKS = 60000,
	KNOCKS = 150,
	ANSWER_S = 10,
	KNOCK_MS = 20, /* between knocks, should one be lost */
};

/* ---- messages ------------------------------------------------------- */

struct remote_msg *remote_msg(enum remote_op op)
{
	struct remote_msg *m = malloc(sizeof *m);

	if (m) {
		memset(m, 0, offsetof(struct remote_msg, data));
		m->magic = REMOTE_MAGIC;
		m->op = op;
		m->fd = -1;
	}
	return m;
}

int remote_send(int sock, const struct remote_msg *m)
{
	return pass_send(sock, m, offsetof(struct remote_msg, data) + m->len,
			 &m->fd, 1, 0);
}

int remote_receive(int sock, struct remote_msg *m, int flags)
{
	const size_t head = offsetof(struct remote_msg, data);
	ssize_t n;
	int fd;

	n = pass_receive(sock, m, sizeof *m, &fd, 1, flags);
	if (n < 0)
		return n == -EMSGSIZE ? -EPROTO : (int)n;
	/* What it says of its own length is not believed. */
	if ((size_t)n < head || m->magic != REMOTE_MAGIC ||
	    m->len != (size_t)n - head) {
		if (fd >= 0)
			close(fd);
		return -EPROTO;
	}
	m->fd = fd;
	m->call[sizeof m->call - 1] = 0;
	return 0;
}

/* ---- reaching a process --------------------------------------------- */

unsigned remote_address(struct sockaddr_un *a, int host_pid)
{
	memset(a, 0, sizeof *a);
	a->sun_family = AF_UNIX;
	/* Abstract: nothing is left of it when the process is gone. */
	return (unsigned)(offsetof(struct sockaddr_un, sun_path) + 1 +
			  (size_t)snprintf(a->sun_path + 1,
					   sizeof a->sun_path - 1,
					   "run-foreign/%u/%d",
					   (unsigned)getuid(), host_pid));
}

/* Messages are of one version. */
bool remote_is_ours(int host_pid)
{
	static struct stat self;
	char path[40];
	struct stat st;

	if (!self.st_ino && stat("/proc/self/exe", &self) < 0)
		return false;
	snprintf(path, sizeof path, "/proc/%d/exe", host_pid);
	return stat(path, &st) == 0 && st.st_dev == self.st_dev &&
	       st.st_ino == self.st_ino;
}

/*
 * Whether the signal would be heard: to a process at its start it would be the
 * end, and one that has no program of Windows' ignores it
 * (proc_knock_signal()).
 */
enum remote_hearing remote_hearing(int host_pid, int sig)
{
	static const char *const names[] = { "SigCgt:", "SigIgn:" };
	static const enum remote_hearing is[] = { REMOTE_HEARS, REMOTE_NEVER };
	char text[PROC_TEXT], *at;

	text[0] = 0;
	proc_read(host_pid, PROC_STATUS, 0, text, sizeof text);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		at = strstr(text, names[i]);
		if (at && strtoull(at + 7, NULL, 16) >> (sig - 1) & 1)
			return is[i];
	}
	return REMOTE_LATER;
}

/* In a sandbox with a network of its own, say: sockets do not lead there. */
static bool is_elsewhere(int host_pid)
{
	struct stat own, other;
	char path[40];

	snprintf(path, sizeof path, "/proc/%d/ns/net", host_pid);
	return !stat("/proc/self/ns/net", &own) && !stat(path, &other) &&
	       own.st_ino != other.st_ino;
}

static int dial(int host_pid)
{
	const struct timeval patience = { ANSWER_S, 0 };
	struct sockaddr_un a;
	unsigned len = remote_address(&a, host_pid);
	struct ucred who;
	socklen_t n = sizeof who;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	/* Anybody may have taken the name. */
	if (connect(fd, (struct sockaddr *)&a, len) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
	    (who.pid == host_pid || (policy_listens_outside() && !who.pid)) &&
	    who.uid == getuid())
		return fd;
	close(fd);
	return -1;
}

/* p's socket, p->remote_lock held. */
static NTSTATUS reach(struct nt_process *p)
{
	int64_t knocked = 0, now;
	unsigned looks = 0, knocks = 0;
	struct pollfd end = { p->pidfd, POLLIN, 0 };
	int wait_ms = 0;

	if (p->remote_open)
		return STATUS_SUCCESS;
	if (p->pidfd < 0 || !task_ops->knock || !remote_is_ours(p->host_pid))
		return STATUS_NOT_SUPPORTED;
	/* It may wait for us in the same way, and hears no knock there. */
	remote_serve();
	for (;;) {
		p->remote = dial(p->host_pid);
		if (p->remote >= 0) {
			p->remote_open = true;
			return STATUS_SUCCESS;
		}
		now = monotonic_ns();
		if (now - knocked > KNOCK_MS * 1000000ll) {
			switch (remote_hearing(p->host_pid, task_ops->knock)) {
			case REMOTE_NEVER:
				return STATUS_NOT_SUPPORTED;
			case REMOTE_HEARS:
				if (is_elsewhere(p->host_pid))
					return STATUS_NOT_SUPPORTED;
				if (++knocks > KNOCKS)
					return STATUS_IO_TIMEOUT;
				knocked = now;
				syscall(SYS_pidfd_send_signal, p->pidfd,
					task_ops->knock, NULL, 0);
				break;
			case REMOTE_LATER:
				if (++looks > LOOKS)
					return STATUS_IO_TIMEOUT;
				break;
			}
		}
		/* The first time it is there at once, mostly. */
		if (poll(&end, 1, wait_ms) > 0)
			return STATUS_PROCESS_IS_TERMINATING;
		wait_ms = 1;
	}
}

void remote_knock(int host_pid)
{
	int sig = task_ops->knock;

	if (sig && remote_is_ours(host_pid) &&
	    remote_hearing(host_pid, sig) == REMOTE_HEARS)
		kill(host_pid, sig);
}

NTSTATUS remote_ask(struct nt_process *p, struct remote_msg *m)
{
	NTSTATUS status;
	int err;

	if (p->object.state)
		return STATUS_PROCESS_IS_TERMINATING;
	pthread_mutex_lock(&p->remote_lock);
	status = reach(p);
	if (!status) {
		err = remote_send(p->remote, m);
		m->fd = -1;
		if (!err)
			err = remote_receive(p->remote, m, 0);
		status = err == -EAGAIN ? STATUS_IO_TIMEOUT
			 : err          ? STATUS_PROCESS_IS_TERMINATING
					: m->status;
		if (err) {
			close(p->remote);
			p->remote_open = false;
		}
	}
	pthread_mutex_unlock(&p->remote_lock);
	return status;
}

/* ---- passing a call on ----------------------------------------------- */

static const struct xlate_call *row_of(const char *name)
{
	for (size_t i = 0; i < nt_ncalls; i++)
		if (nt_calls[i].name && !strcmp(xlate_name(&nt_calls[i]), name))
			return &nt_calls[i];
	return NULL;
}

/* One argument as its row has it: "inout:base", "out:info[len]". */
struct arg_kind {
	bool in, out;
	char name[24], len[24]; /* "" where there is none */
};

/* The next one at *s, which moves on; false: there are no more. */
static bool next_kind(const char **s, struct arg_kind *k)
{
	size_t n = strcspn(*s, " "), kind = strcspn(*s, ":");
	char text[80], *open;

	if (!n || kind >= n || n >= sizeof text)
		return false;
	memcpy(text, *s, n);
	text[n] = 0;
	*s += n + strspn(*s + n, " ");
	k->in = !strncmp(text, "in:", 3) || !strncmp(text, "inout:", 6) ||
		!strncmp(text, "time:", 5);
	k->out = !strncmp(text, "out:", 4) || !strncmp(text, "inout:", 6) ||
		 !strncmp(text, "ohandle:", 8);
	open = strchr(text, '[');
	k->len[0] = 0;
	if (open) {
		*open++ = 0;
		snprintf(k->len, sizeof k->len, "%.*s", (int)strcspn(open, "]"),
			 open);
	}
	/* "@..." is for 32-bit programs' layouts. */
	snprintf(k->name, sizeof k->name, "%.*s",
		 (int)strcspn(text + kind + 1, "@["), text + kind + 1);
	return true;
}

/* What argument i of a row points to, in bytes. */
static uint64_t size_of(const struct arg_kind *kinds, unsigned n, unsigned i,
			const uint64_t *args)
{
	const uint64_t context = nt_self->wow64 ? 0x2cc : 0x4d0;

	for (unsigned k = 0; kinds[i].len[0] && k < n; k++)
		if (!strcmp(kinds[k].name, kinds[i].len))
			return args[k];
	return strcmp(kinds[i].name, "context") ? 8 : context;
}

/* The arguments into m; *back: those to copy back. */
static NTSTATUS marshal(struct task *t, const struct xlate_call *row,
			const uint64_t *args, struct remote_msg *m,
			uint64_t sizes[REMOTE_ARGS])
{
	struct arg_kind k[REMOTE_ARGS];
	const char *s = xlate_args(row);
	unsigned n = 0;

	while (n < REMOTE_ARGS && next_kind(&s, &k[n]))
		n++;
	for (unsigned i = 0; i < n; i++) {
		uint64_t size;

		sizes[i] = 0;
		m->args[i] = args[i];
		if (!args[i] || !(k[i].in || k[i].out))
			continue;
		size = size_of(k, n, i, args);
		if (size > REMOTE_DATA - 64 - m->len)
			return STATUS_INFO_LENGTH_MISMATCH;
		/* A word may be 32 bits wide, and the last of its page. */
		if (guest_read(t, m->data + m->len, args[i], size)) {
			size = MIN(size, 4u);
			if (guest_read(t, m->data + m->len, args[i], size))
				return STATUS_ACCESS_VIOLATION;
		}
		m->args[i] = m->len;
		m->pointers |= 1u << i;
		m->len += (uint32_t)ROUND_UP(size, 16);
		sizes[i] = k[i].out ? size : 0;
	}
	return STATUS_SUCCESS;
}

/* Which argument is the process or the thread. */
static uint32_t self_of(const struct xlate_call *row)
{
	struct arg_kind k;
	const char *s = xlate_args(row);
	uint32_t i = 0;

	while (next_kind(&s, &k) &&
	       (k.in || k.out ||
		(strcmp(k.name, "process") && strcmp(k.name, "thread"))))
		i++;
	return i;
}

static NTSTATUS pass_on(struct task *t, struct nt_process *p, uint32_t thread,
			const char *name, const uint64_t *args)
{
	const struct xlate_call *row = row_of(name);
	struct remote_msg *m = remote_msg(REMOTE_CALL);
	uint64_t sizes[REMOTE_ARGS] = { 0 }, at[REMOTE_ARGS];
	NTSTATUS status = STATUS_NO_MEMORY;

	if (!m || !row || row->nargs > REMOTE_ARGS)
		goto out;
	status = marshal(t, row, args, m, sizes);
	if (status)
		goto out;
	memcpy(at, m->args, sizeof at);
	m->self = self_of(row);
	m->thread = thread;
	snprintf(m->call, sizeof m->call, "%s", name);
	status = remote_ask(p, m);
	if (m->fd >= 0)
		close(m->fd);
	if (status == STATUS_NOT_SUPPORTED)
		goto out;
	for (unsigned i = 0; i < row->nargs; i++)
		if (sizes[i] && at[i] + sizes[i] <= m->len &&
		    guest_write(t, args[i], m->data + at[i], sizes[i]))
			status = STATUS_ACCESS_VIOLATION;
out:
	free(m);
	return status;
}

bool remote_call_slow(struct task *t, uint64_t h, uint32_t access,
		      const char *name, const uint64_t *args, NTSTATUS *status)
{
	struct nt_process *p = NULL;
	uint32_t granted, thread = 0;
	struct object *o;

	if (handle_get_granted(t, h, NULL, 0, &o, &granted))
		return false;
	if (o->type == &process_type) {
		p = (struct nt_process *)o;
	} else if (o->type == &thread_type) {
		p = ((struct nt_thread *)o)->process;
		thread = ((struct nt_thread *)o)->id;
	}
	if (!p || p == nt_self) {
		object_put(o);
		return false;
	}
	if (access & ~granted)
		*status = STATUS_ACCESS_DENIED;
	else if (thread && o->state)
		*status = STATUS_THREAD_IS_TERMINATING;
	else
		*status = pass_on(t, p, thread, name, args);
	object_put(o);
	return true;
}

/* ---- handles and memory ---------------------------------------------- */

/* The object that came with the answer m, or NULL; m is done with. */
static struct object *object_of(struct remote_msg *m)
{
	const size_t head = offsetof(struct start_handle, passed.data);
	struct start_handle *sh = (struct start_handle *)m->data;
	struct object *o = NULL;

	if (m->has_object && m->len >= head &&
	    m->len - head <= sizeof sh->passed.data) {
		sh->passed.fd = m->fd;
		sh->passed.len = (uint32_t)(m->len - head);
		m->fd = -1;
		o = handle_unpack(sh);
	}
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	m->has_object = false;
	m->len = 0;
	return o;
}

NTSTATUS remote_take(struct nt_process *p, uint64_t h, uint32_t options,
		     struct object **o, uint32_t *access, uint32_t *attributes)
{
	enum { CLOSE_SOURCE = 1 };
	struct remote_msg *m = remote_msg(REMOTE_TAKE);
	struct start_handle *sh;
	NTSTATUS status;

	if (!m)
		return STATUS_NO_MEMORY;
	m->args[0] = h;
	m->args[1] = options;
	status = remote_ask(p, m);
	sh = (struct start_handle *)m->data;
	*o = object_of(m);
	if (*o && status) {
		object_put(*o);
		*o = NULL;
	}
	*access = sh->access;
	*attributes = sh->attributes;
	if (options & CLOSE_SOURCE) {
		m->op = REMOTE_LET_GO;
		m->args[0] = h;
		remote_ask(p, m);
		if (m->fd >= 0)
			close(m->fd);
	}
	free(m);
	return status ? status : *o ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

NTSTATUS
remote_handles(struct nt_process *p, bool inherit, const uint64_t always[3],
	       bool (*fn)(uint64_t h, struct object *o, uint32_t access,
			  uint32_t attributes, void *arg),
	       void *arg)
{
	struct remote_msg *m = remote_msg(REMOTE_INHERIT);
	NTSTATUS status = m ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	uint64_t h = 0;
	bool more = true;

	while (!status && more) {
		struct start_handle *sh = (struct start_handle *)m->data;
		struct object *o;

		m->op = REMOTE_INHERIT;
		m->args[0] = h;
		m->args[1] = inherit;
		memcpy(&m->args[2], always, 3 * sizeof *always);
		status = remote_ask(p, m);
		o = object_of(m);
		/* They come in order, so there is an end. */
		more = !status && m->args[0] > h;
		h = m->args[0];
		if (o && more)
			more = fn(h, o, sh->access, sh->attributes, arg);
		object_put(o);
	}
	free(m);
	return status;
}

static NTSTATUS ask_object(struct nt_process *p, enum remote_op op,
			   uint64_t arg, const struct object_type *type,
			   struct object **o)
{
	struct remote_msg *m = remote_msg(op);
	NTSTATUS status;

	*o = NULL;
	if (!m)
		return STATUS_NO_MEMORY;
	m->args[0] = arg;
	status = remote_ask(p, m);
	*o = object_of(m);
	free(m);
	if (*o && (status || (*o)->type != type)) {
		object_put(*o);
		*o = NULL;
	}
	return status;
}

NTSTATUS remote_job(struct nt_process *p, unsigned n, struct object **job)
{
	return ask_object(p, REMOTE_MEMBER, n, &job_type, job);
}

NTSTATUS remote_token(struct nt_process *p, struct object **token)
{
	NTSTATUS status = ask_object(p, REMOTE_TOKEN, 0, &token_type, token);

	return status || *token ? status : STATUS_UNSUCCESSFUL;
}

NTSTATUS remote_thread(struct nt_process *p, uint32_t id,
		       struct object **thread)
{
	NTSTATUS status =
		ask_object(p, REMOTE_THREAD, id, &thread_type, thread);

	return status || *thread ? status : STATUS_INVALID_CID;
}

NTSTATUS remote_security(struct nt_process *p, uint32_t thread,
			 struct bytes new)
{
	struct remote_msg *m = remote_msg(REMOTE_SECURITY);
	NTSTATUS status;

	if (!m)
		return STATUS_NO_MEMORY;
	if (new.len > sizeof m->data) {
		free(m);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	m->args[0] = thread;
	memcpy(m->data, new.at, new.len);
	m->len = (uint32_t) new.len;
	status = remote_ask(p, m);
	if (m->fd >= 0)
		close(m->fd);
	free(m);
	return status;
}

NTSTATUS remote_give(struct nt_process *p, struct object *o, uint32_t access,
		     uint32_t attributes, uint64_t *h)
{
	struct remote_msg *m = remote_msg(REMOTE_GIVE);
	struct start_handle *sh;
	NTSTATUS status = STATUS_NOT_SUPPORTED;

	if (!m)
		return STATUS_NO_MEMORY;
	sh = (struct start_handle *)m->data;
	memset(sh, 0, sizeof *sh);
	if (handle_pack(sh, o, access_map(o->type, access), attributes)) {
		m->has_object = true;
		m->fd = sh->passed.fd;
		m->len = (uint32_t)offsetof(struct start_handle, passed.data) +
			 sh->passed.len;
		status = remote_ask(p, m);
		*h = m->args[0];
		if (m->fd >= 0)
			close(m->fd);
	}
	free(m);
	return status;
}

static NTSTATUS by_messages(struct nt_process *p, enum remote_op op, void *buf,
			    uint64_t at, size_t n)
{
	struct remote_msg *m = remote_msg(op);
	NTSTATUS status = STATUS_SUCCESS;

	if (!m)
		return STATUS_NO_MEMORY;
	for (size_t off = 0; off < n && !status;) {
		uint32_t step = (uint32_t)MIN(n - off, (size_t)REMOTE_DATA);

		m->op = op;
		m->args[0] = at + off;
		m->args[1] = step;
		m->len = 0;
		if (op == REMOTE_WRITE) {
			memcpy(m->data, (char *)buf + off, step);
			m->len = step;
		}
		status = remote_ask(p, m);
		if (!status && op == REMOTE_READ) {
			if (m->len != step)
				status = STATUS_PARTIAL_COPY;
			else
				memcpy((char *)buf + off, m->data, step);
		}
		off += step;
	}
	free(m);
	return status;
}

/* n bytes moved by the host.  If not: is the process itself to be asked? */
static NTSTATUS by_host(ssize_t got, size_t n, bool *ask)
{
	const bool all = got == (ssize_t)n;

	*ask = !all && (got >= 0 || errno == EPERM || errno == EFAULT);
	return all ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

NTSTATUS remote_read(struct nt_process *p, void *dst, uint64_t src, size_t n)
{
	struct iovec l = { dst, n }, r = { (void *)(uintptr_t)src, n };
	NTSTATUS status = STATUS_PARTIAL_COPY;
	bool ask = true;

	if (task_ops->host_addresses)
		status = by_host(process_vm_readv(p->host_pid, &l, 1, &r, 1, 0),
				 n, &ask);
	return ask ? by_messages(p, REMOTE_READ, dst, src, n) : status;
}

NTSTATUS remote_write(struct nt_process *p, uint64_t dst, const void *src,
		      size_t n)
{
	struct iovec l = { (void *)src, n }, r = { (void *)(uintptr_t)dst, n };
	NTSTATUS status = STATUS_PARTIAL_COPY;
	bool ask = true;

	if (task_ops->host_addresses)
		status =
			by_host(process_vm_writev(p->host_pid, &l, 1, &r, 1, 0),
				n, &ask);
	return ask ? by_messages(p, REMOTE_WRITE, (void *)src, dst, n) : status;
}
