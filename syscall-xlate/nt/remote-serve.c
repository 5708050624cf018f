/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remote-serve.c - the side that answers; see remote.h.
 *
 * All in the helper thread of watch.c, one request after the other, and never
 * asking anybody in turn: so two processes cannot wait for each other.  Who
 * asks is of the same user and could do the same with ptrace(2); still nothing
 * in a message is used before it is checked.
 */
#include "syscall-xlate/nt/remote.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/policy-net.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/file-current.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/job.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/vad.h"
#include "syscall-xlate/trace.h"

extern const struct xlate_call nt_calls[];
extern const size_t nt_ncalls;

/* What others may have us call.  Each takes its process or thread by handle,
   and a NULL task. */
static const char *const allowed[] = {
	"NtAllocateVirtualMemory",    "NtAllocateVirtualMemoryEx",
	"NtFreeVirtualMemory",	      "NtProtectVirtualMemory",
	"NtQueryVirtualMemory",	      "NtMapViewOfSection",
	"NtUnmapViewOfSection",	      "NtUnmapViewOfSectionEx",
	"NtFlushVirtualMemory",	      "NtCreateThreadEx",
	"NtQueueApcThread",	      "NtQueueApcThreadEx",
	"NtQueueApcThreadEx2",	      "NtSuspendThread",
	"NtResumeThread",	      "NtTerminateThread",
	"NtGetContextThread",	      "NtSetContextThread",
	"NtQueryInformationThread",   "NtSetInformationThread",
	"NtQueryInformationProcess",  "NtSetInformationProcess",
	"NtAlertThread",	      "NtAlertResumeThread",
	"NtSuspendProcess",	      "NtResumeProcess",
	"NtFlushInstructionCache",
};

struct asker {
	struct nt_watch watch;
	struct leaving *leaving; /* what it takes from us for good */
	struct remote_msg m;
};

/* Guest memory that calls made for others read from and write to. */
static gaddr scratch;

static bool have_scratch(void)
{
	uint64_t size = REMOTE_DATA;

	return scratch || !vm_alloc(&scratch, &size, 0, 0,
				    MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN,
				    4 /* PAGE_READWRITE */);
}

static const struct xlate_call *allowed_row(const char *name)
{
	bool ok = false;

	for (unsigned i = 0; i < COUNT_OF(allowed); i++)
		ok |= !strcmp(allowed[i], name);
	for (size_t i = 0; ok && i < nt_ncalls; i++)
		if (nt_calls[i].name && !strcmp(xlate_name(&nt_calls[i]), name))
			return nt_calls[i].run ? &nt_calls[i] : NULL;
	return NULL;
}

static NTSTATUS call(struct remote_msg *m)
{
	const struct xlate_call *row = allowed_row(m->call);
	uint64_t args[XLATE_MAX_ARGS] = { 0 }, h = NT_CURRENT_PROCESS;
	struct nt_thread *th = NULL;
	NTSTATUS status;

	if (!row || m->self >= row->nargs || row->nargs > REMOTE_ARGS)
		return STATUS_INVALID_PARAMETER;
	if (!have_scratch() || guest_write(NULL, scratch, m->data, m->len))
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < row->nargs; i++) {
		args[i] = m->args[i];
		if (!(m->pointers >> i & 1))
			continue;
		if (args[i] >= m->len)
			return STATUS_INVALID_PARAMETER;
		args[i] += scratch;
	}
	if (m->thread) {
		th = thread_by_id(m->thread);
		if (!th)
			return STATUS_THREAD_IS_TERMINATING;
		status = handle_add(NULL, &th->object, 0x1fffff, 0, &h);
		object_put(&th->object);
		if (status)
			return status;
	}
	args[m->self] = h;
	log_debug(LOG_PROCESS, "%s for another process", m->call);
	status = (NTSTATUS)xlate_run(row)(NULL, args);
	if (m->thread)
		handle_close(NULL, h);
	if (guest_read(NULL, m->data, scratch, m->len))
		return STATUS_ACCESS_VIOLATION;
	return status;
}

int remote_exit_block(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct start_block *b;
	int fd;

	pthread_mutex_lock(&lock);
	if (nt_self->block_fd < 0) {
		fd = memfd_create("run-foreign-exit", MFD_CLOEXEC);
		if (fd >= 0 && ftruncate(fd, sizeof *b) == 0) {
			b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);
			if (b != MAP_FAILED) {
				b->magic = START_MAGIC;
				b->version = START_VERSION;
				b->size = sizeof *b;
				placement_publish(b);
				nt_self->exit_block = b;
				nt_self->block_fd = fd;
				fd = -1;
			}
		}
		if (fd >= 0)
			close(fd);
	}
	pthread_mutex_unlock(&lock);
	return nt_self->block_fd;
}

static NTSTATUS info(struct remote_msg *m)
{
	struct remote_info i = {
		.peb = nt_self->peb,
		.image_base = nt_self->image_base,
		.parent_id = nt_self->parent_id,
		.error_mode = nt_self->error_mode,
		.handles = handles_count(),
		.group = nt_self->group,
		.console_root = nt_self->console_root,
		.detached = console.detached,
		.created = nt_self->created,
		.wow64 = nt_self->wow64,
	};
	const uint16_t *path = nt_self->image_nt_path;

	while (path && path[i.path_len])
		i.path_len++;
	memcpy(m->data, &i, sizeof i);
	memcpy(m->data + sizeof i, path, i.path_len * 2u);
	m->len = (uint32_t)sizeof i + i.path_len * 2;
	m->fd = remote_exit_block();
	return STATUS_SUCCESS;
}

/* o into m; *keep holds what the message refers to until it is sent. */
static NTSTATUS put_object(struct remote_msg *m, struct object *o,
			   uint32_t access, uint32_t attributes)
{
	struct start_handle *sh = (struct start_handle *)m->data;

	memset(sh, 0, sizeof *sh);
	if (!handle_pack(sh, o, access, attributes))
		return STATUS_NOT_SUPPORTED;
	m->has_object = true;
	m->fd = sh->passed.fd;
	m->len = (uint32_t)offsetof(struct start_handle, passed.data) +
		 sh->passed.len;
	return STATUS_SUCCESS;
}

static NTSTATUS take(struct asker *a, struct remote_msg *m,
		     struct object **keep)
{
	enum { CLOSE_SOURCE = 1 };
	uint64_t h = m->args[0];
	uint32_t access, attributes;
	NTSTATUS status;

	status = handle_get_info(NULL, h, NULL, 0, keep, &access, &attributes);
	if (status)
		return status;
	status = put_object(m, *keep, access, attributes);
	if (m->args[1] & CLOSE_SOURCE)
		leaving_begin(&a->leaving, h);
	return status;
}

static NTSTATUS give(struct remote_msg *m, int fd)
{
	const size_t head = offsetof(struct start_handle, passed.data);
	struct start_handle *sh = (struct start_handle *)m->data;
	struct object *o = NULL;
	NTSTATUS status = STATUS_NOT_SUPPORTED;

	if (m->has_object && m->len >= head &&
	    m->len - head <= sizeof sh->passed.data) {
		sh->passed.fd = fd;
		sh->passed.len = (uint32_t)(m->len - head);
		fd = -1;
		o = handle_unpack(sh);
	}
	if (fd >= 0)
		close(fd);
	if (o)
		status = handle_add(NULL, o, sh->access, sh->attributes,
				    &m->args[0]);
	object_put(o);
	m->has_object = false;
	m->len = 0;
	return status;
}

/* We have been put into a job. */
static NTSTATUS adopt(struct remote_msg *m, int fd)
{
	struct start_handle *sh = (struct start_handle *)m->data;
	struct object *o = NULL;

	if (m->has_object &&
	    m->len == offsetof(struct start_handle, passed.data)) {
		sh->passed.fd = fd;
		sh->passed.len = 0;
		fd = -1;
		o = handle_unpack(sh);
	}
	if (fd >= 0)
		close(fd);
	m->has_object = false;
	m->len = 0;
	if (!o || o->type != &job_type) {
		object_put(o);
		return STATUS_INVALID_PARAMETER;
	}
	job_adopt(o);
	object_put(o);
	/* It may end us: that is for a thread that can leave. */
	remote_knock(nt_self->host_pid);
	return STATUS_SUCCESS;
}

struct search {
	const struct remote_msg *m;
	uint64_t h; /* found; 0 */
	struct object *o;
	uint32_t access, attributes;
};

static bool is_next(uint64_t h, struct object *o, uint32_t access,
		    uint32_t attributes, void *arg)
{
	struct search *s = arg;
	const uint64_t *args = s->m->args;

	if (h <= args[0] || (!(args[1] && attributes & OBJ_INHERIT) &&
			     h != args[2] && h != args[3] && h != args[4]))
		return true;
	s->h = h;
	s->o = o;
	object_get(o);
	s->access = access;
	s->attributes = attributes;
	return false;
}

/* What a child that another starts for us inherits, one by one. */
static NTSTATUS inherited(struct remote_msg *m, struct object **keep)
{
	struct search s;

	do {
		object_put(*keep);
		s = (struct search){ .m = m };
		handles_each(is_next, &s);
		*keep = s.o;
		m->args[0] = s.h;
		/* Some are only ours, as for children that we start. */
	} while (s.o && put_object(m, s.o, s.access, s.attributes));
	return STATUS_SUCCESS;
}

static NTSTATUS member(struct remote_msg *m, struct object **keep)
{
	uint64_t n = m->args[0];
	struct object *o;

	pthread_mutex_lock(&jobs_lock);
	for (o = nt_self->job; o && n; n--)
		o = job_outer(o);
	if (o)
		object_get(o);
	pthread_mutex_unlock(&jobs_lock);
	*keep = o;
	if (!o)
		return STATUS_SUCCESS;
	if (!handle_pack_member((struct start_handle *)m->data, o))
		return STATUS_NOT_SUPPORTED;
	m->has_object = true;
	m->fd = ((struct start_handle *)m->data)->passed.fd;
	m->len = offsetof(struct start_handle, passed.data);
	return STATUS_SUCCESS;
}

static NTSTATUS token(struct remote_msg *m, struct object **keep)
{
	*keep = &token_of_process()->object;
	return put_object(m, *keep, 0, 0);
}

static NTSTATUS security(struct remote_msg *m, struct object **keep)
{
	struct bytes new = { m->data, m->len };
	struct nt_thread *th =
		m->args[0] ? thread_by_id((uint32_t)m->args[0]) : NULL;

	m->len = 0;
	if (m->args[0] && !th)
		return STATUS_THREAD_IS_TERMINATING;
	if (th)
		*keep = &th->object;
	return security_replace(th ? *keep : &nt_self->object, new);
}

static NTSTATUS thread(struct remote_msg *m, struct object **keep)
{
	struct nt_thread *th = thread_by_id((uint32_t)m->args[0]);

	if (!th)
		return STATUS_INVALID_CID;
	*keep = &th->object;
	return put_object(m, *keep, 0x1fffff, 0);
}

static NTSTATUS below(struct remote_msg *m)
{
	if (m->len >= REMOTE_DATA)
		return STATUS_INVALID_PARAMETER;
	m->data[m->len] = 0;
	m->args[0] = m->args[0] ? current_is((char *)m->data)
				: file_open_below_here((char *)m->data);
	m->len = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS oplock(struct remote_msg *m)
{
	if (m->len >= REMOTE_DATA)
		return STATUS_INVALID_PARAMETER;
	m->data[m->len] = 0;
	m->fd = oplock_folder_ask(m->args[0], m->args[1],
				  m->len ? (char *)m->data : NULL);
	m->len = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS transfer(struct remote_msg *m)
{
	uint64_t at = m->args[0], n = m->args[1];
	bool bad;

	if (n > REMOTE_DATA || (m->op == REMOTE_WRITE && n != m->len))
		return STATUS_INVALID_PARAMETER;
	/* No thread of the program's is at hand, whose fault would do it. */
	if (m->op == REMOTE_WRITE)
		vm_will_write(at, n);
	bad = m->op == REMOTE_WRITE ? guest_write(NULL, at, m->data, n)
				    : guest_read(NULL, m->data, at, n);
	m->len = m->op == REMOTE_READ && !bad ? (uint32_t)n : 0;
	return bad ? STATUS_PARTIAL_COPY : STATUS_SUCCESS;
}

static void answer(struct asker *a, struct object **keep)
{
	struct remote_msg *m = &a->m;
	int fd = m->fd;

	m->fd = -1;
	if (m->op == REMOTE_DEBUG && m->args[0] && fd >= 0) {
		m->status = debuggee_attach(fd, (uint32_t)m->args[1]);
		return;
	}
	if (m->op == REMOTE_GIVE || m->op == REMOTE_JOB) {
		m->status = m->op == REMOTE_GIVE ? give(m, fd) : adopt(m, fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	switch (m->op) {
	case REMOTE_CALL:
		m->status = call(m);
		break;
	case REMOTE_INFO:
		m->status = info(m);
		break;
	case REMOTE_TAKE:
		m->status = take(a, m, keep);
		break;
	case REMOTE_LET_GO:
		leaving_end(&a->leaving, m->args[0]);
		m->status = STATUS_SUCCESS;
		m->len = 0;
		break;
	case REMOTE_INHERIT:
		m->status = inherited(m, keep);
		break;
	case REMOTE_MEMBER:
		m->status = member(m, keep);
		break;
	case REMOTE_THREAD:
		m->status = thread(m, keep);
		break;
	case REMOTE_TOKEN:
		m->status = token(m, keep);
		break;
	case REMOTE_BELOW:
		m->status = below(m);
		break;
	case REMOTE_OPLOCK:
		m->status = oplock(m);
		break;
	case REMOTE_SECURITY:
		m->status = security(m, keep);
		break;
	case REMOTE_DEBUG:
		m->status = m->args[0] ? STATUS_INVALID_PARAMETER
				       : debuggee_detach();
		break;
	case REMOTE_READ:
	case REMOTE_WRITE:
		m->status = transfer(m);
		break;
	default:
		m->status = STATUS_INVALID_PARAMETER;
	}
}

static void asked(struct nt_watch *w, uint32_t events)
{
	struct asker *a = container_of(w, struct asker, watch);
	struct object *keep = NULL;
	int err;

	(void)events;
	err = remote_receive(w->fd, &a->m, MSG_DONTWAIT);
	if (!err) {
		answer(a, &keep);
		err = remote_send(w->fd, &a->m);
		object_put(keep);
		if (a->m.op == REMOTE_OPLOCK && a->m.fd >= 0)
			close(a->m.fd);
	}
	if ((err && err != -EAGAIN) || watch_fd(w, EPOLLIN)) {
		close(w->fd);
		leaving_end(&a->leaving, 0);
		free(a);
	}
}

static void rings(struct nt_watch *w, uint32_t events)
{
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);
	socklen_t n = sizeof(struct ucred);
	struct ucred who;
	struct asker *a;

	(void)events;
	watch_fd(w, EPOLLIN);
	if (fd < 0)
		return;
	a = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
			    who.uid == getuid()
		    ? malloc(sizeof *a)
		    : NULL;
	if (!a) {
		close(fd);
		return;
	}
	a->watch = (struct nt_watch){ .fd = fd, .fn = asked };
	a->leaving = NULL;
	if (watch_fd(&a->watch, EPOLLIN)) {
		close(fd);
		free(a);
	}
}

void remote_serve(void)
{
	static struct nt_watch door = { .fn = rings };
	static _Atomic bool open;
	struct sockaddr_un a;
	unsigned len = remote_address(&a, nt_self->host_pid);
	int fd;

	if (atomic_exchange(&open, true))
		return;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	door.fd = fd;
	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, len) == 0 &&
	    policy_listen(fd, 64) == 0 && watch_fd(&door, EPOLLIN) == 0)
		return;
	if (fd >= 0)
		close(fd);
	atomic_store(&open, false);
}
