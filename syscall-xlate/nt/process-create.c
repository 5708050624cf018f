/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-create.c - NtCreateUserProcess.
 *
 * The request is read into host copies (process-request.c), the handles and
 * the start block that go along are made (process-block.c), the host process
 * is started (process-spawn.c), and then it gets its objects here.
 */
#include "syscall-xlate/nt/process-create.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "loader/image/image.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process-spawn.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/calls.h"

enum {
	FLAG_BREAKAWAY = 1,
	FLAG_NO_DEBUG_INHERIT = 2,
	FLAG_INHERIT = 4,
	THREAD_SUSPENDED = 1,
	USE_STD_HANDLES = 0x100, /* STARTF_USESTDHANDLES */
};

/* ---- what kind of file it is ---- */

enum kind { KIND_PE, KIND_NATIVE };

static NTSTATUS check_pe(int fd, const uint8_t *dos, struct request *r)
{
	enum { AMD64 = 0x8664, I386 = 0x14c, IS_DLL = 0x2000 };
	enum { DLL_CHARACTERISTICS = 24 + 70, NX_COMPATIBLE = 0x100 };
	uint8_t nt[DLL_CHARACTERISTICS + 2];
	uint16_t machine;

	if (pread(fd, nt, sizeof nt, le32_at(dos + 0x3c)) != sizeof nt ||
	    memcmp(nt, "PE\0", 4))
		return STATUS_INVALID_IMAGE_FORMAT;
	machine = le16_at(nt + 4);
	if (machine != AMD64 &&
	    (machine != I386 || !nt_self->launch->runs_32bit))
		return STATUS_IMAGE_MACHINE_TYPE_MISMATCH_EXE;
	r->wow64 = machine == I386;
	r->executes_data =
		r->wow64 && !(le16_at(nt + DLL_CHARACTERISTICS) & NX_COMPATIBLE);
	return le16_at(nt + 22) & IS_DLL ? STATUS_INVALID_IMAGE_FORMAT
					 : STATUS_SUCCESS;
}

static NTSTATUS find_image(struct request *r, enum kind *kind)
{
	uint8_t head[64] = { 0 };
	struct stat st;
	NTSTATUS status;
	int fd;

	status = path_from_nt(r->image.s, r->image.len, r->host);
	if (status)
		return status;
	fd = image_open_file(r->host);
	if (fd < 0)
		return errno == ENXIO ? STATUS_INVALID_IMAGE_NOT_MZ
				      : status_from_errno(errno);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		status = STATUS_FILE_IS_A_DIRECTORY;
	else if (!S_ISREG(st.st_mode))
		status = STATUS_INVALID_IMAGE_NOT_MZ;
	else if (pread(fd, head, sizeof head, 0) < 4)
		status = STATUS_INVALID_IMAGE_NOT_MZ;
	else if (!memcmp(head, "MZ", 2))
		status = check_pe(fd, head, r);
	else if (memcmp(head, "\177ELF", 4) && memcmp(head, "#!", 2))
		status = STATUS_INVALID_IMAGE_NOT_MZ;
	else if (access(r->host, X_OK))
		status = STATUS_ACCESS_DENIED;
	*kind = head[0] == 'M' ? KIND_PE : KIND_NATIVE;
	/* From now on, not only when the child has come that far. */
	if (!status && *kind == KIND_PE && fd > STDERR_FILENO) {
		program_hold(fd);
		r->held = fd;
	} else {
		close(fd);
	}
	return status;
}

/* ---- objects for it ---- */

/* The jobs it is started in take it in; their limits may forbid that. */
static NTSTATUS enter_jobs(const struct request *r, struct nt_process *p)
{
	struct object *o = r->innermost_job;
	NTSTATUS status = STATUS_SUCCESS;

	for (; o && !status; o = job_outer(o))
		status = job_register(o, p);
	for (unsigned i = 0; i < PARENT_JOBS && !status; i++)
		if (r->parent_jobs[i])
			status = job_register(r->parent_jobs[i], p);
	for (size_t i = 0; i < r->njobs && !status; i++)
		status = job_register(r->job_objects[i], p);
	return status;
}

/* Its first thread: to wait for, resume, and close. */
static struct nt_thread *first_thread(struct nt_process *p)
{
	struct nt_thread *th = thread_of_other(p, thread_first_id(p->id));

	if (!th)
		return NULL;
	th->is_first = true;
	p->first_thread = th;
	object_get(&th->object);
	return th;
}

struct outputs {
	gaddr process, thread;
	uint32_t process_access, thread_access;
	uint32_t process_attributes, thread_attributes;
};

static NTSTATUS hand_out(struct task *t, struct nt_process *p,
			 struct nt_thread *th, const struct outputs *o,
			 const struct request *r)
{
	struct client_id64 id = { p->id, th->id };
	uint64_t hp, ht;
	NTSTATUS status = STATUS_SUCCESS;

	/* A process's own is in its block. */
	if (r->thread_security.len)
		status = security_replace(&th->object, r->thread_security);
	if (!status && !p->is_nt && r->security.len)
		status = security_replace(&p->object, r->security);
	if (!status)
		status = handle_add(t, &p->object, o->process_access,
				    o->process_attributes, &hp);
	if (status)
		return status;
	status = handle_add(t, &th->object, o->thread_access,
			    o->thread_attributes, &ht);
	if (status) {
		handle_close(t, hp);
		return status;
	}
	if (guest_put64(t, o->process, hp) || guest_put64(t, o->thread, ht) ||
	    (r->client_id && guest_write(t, r->client_id, &id,
					 MIN(r->client_id_len, sizeof id))) ||
	    (r->teb_address && guest_put64(t, r->teb_address, 0))) {
		handle_close(t, hp);
		handle_close(t, ht);
		return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

/* The debugger that was asked for, or ours if it is also our children's. */
static NTSTATUS debug_port(struct task *t, struct request *r)
{
	enum { ASSIGN = 2 };

	return r->debug_port ? handle_get(t, r->debug_port, &debug_type, ASSIGN,
					  &r->debug_object)
			     : STATUS_SUCCESS;
}

static NTSTATUS make_debug(const struct request *r, struct passing *g)
{
	if (r->debug_object)
		g->debug_flags = debug_object_flags(r->debug_object) |
				 (r->debug_only_this ? DEBUG_NO_INHERIT : 0);
	else if (r->parent || !debug_inherits(&g->debug_flags))
		return STATUS_SUCCESS;
	return passing_make_debug(g) ? STATUS_INSUFFICIENT_RESOURCES
				     : STATUS_SUCCESS;
}

/* It has been started; the debugger's end of the socket is used up. */
static NTSTATUS tell_debugger(const struct request *r, struct nt_process *p,
			      int sock)
{
	if (sock < 0)
		return STATUS_SUCCESS;
	if (r->debug_object)
		return debug_link(r->debug_object, p, sock);
	debug_child(p->host_pid, sock);
	return STATUS_SUCCESS;
}

/* Half a minute at most: somebody may have stopped it before it began. */
static void wait_until_taken(struct nt_process *p)
{
	enum { LOOK_NS = 20000000, LOOKS = 1500 };
	const struct timespec look = { 0, LOOK_NS };
	struct pollfd end = { p->pidfd, POLLIN, 0 };

	for (int i = 0; i < LOOKS && !atomic_load(&p->block->taken) &&
			poll(&end, 1, 0) <= 0;
	     i++)
		syscall(SYS_futex, &p->block->taken, FUTEX_WAIT, 0, &look, NULL,
			0);
}

void process_heirs_wait(void)
{
	struct nt_process *p = NULL;

	while ((p = process_next(p)))
		if (p->is_nt && p->block && p->exit_code == STATUS_PENDING &&
		    p->block->told)
			wait_until_taken(p);
}

/* Starts it with what is in *g and makes its objects; *th and
   the return value are references. */
static struct nt_process *start_with(const struct request *r, struct passing *g,
				     enum kind kind, struct nt_thread **th,
				     NTSTATUS *status)
{
	struct start_block *b = NULL;
	struct nt_process *p = NULL;
	int channel = -1, pidfd, err;
	size_t size = 0;
	pid_t pid;

	/* Only its parent has one, and that is not us. */
	if (!*status && kind == KIND_PE && !r->parent)
		passing_make_control(g);
	if (!*status && kind == KIND_PE)
		passing_make_console(g);
	if (!*status && kind == KIND_PE)
		*status = make_debug(r, g);
	if (!*status && (kind == KIND_PE || r->suspended)) {
		b = start_block_make(r, g, &size, &channel);
		if (!b)
			*status = STATUS_NO_MEMORY;
	}
	if (!*status) {
		struct placed was;
		uint64_t where = r->affinity ? r->affinity
				 : r->parent ? process_affinity(r->parent)
					     : 0;

		placement_begin_spawn(where, &was);
		err = kind == KIND_PE
			      ? spawn_nt(r, g, channel, &pid)
			      : spawn_native(r, g, b ? &b->suspend : NULL,
					     &pid);
		placement_end_spawn(&was);
		if (err)
			*status = err == EDQUOT ? STATUS_QUOTA_EXCEEDED
						: status_from_errno(err);
	}
	if (g->control[1] >= 0)
		close(g->control[1]);
	if (g->debug[1] >= 0)
		close(g->debug[1]);
	if (*status) {
		if (g->debug[0] >= 0)
			close(g->debug[0]);
		if (channel >= 0)
			close(channel);
		if (b)
			munmap(b, size);
		if (g->control[0] >= 0)
			close(g->control[0]);
		return NULL;
	}
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd >= 0)
		p = process_new(pid, pidfd);
	if (!p) {
		/* Nobody could ever wait for it. */
		kill(pid, SIGKILL);
		if (g->debug[0] >= 0)
			close(g->debug[0]);
		if (channel >= 0)
			close(channel);
		if (b)
			munmap(b, size);
		if (g->control[0] >= 0)
			close(g->control[0]);
		*status = STATUS_NO_MEMORY;
		return NULL;
	}
	p->control = g->control[0];
	p->block = b;
	p->block_size = size;
	p->block_fd = channel;
	p->is_nt = kind == KIND_PE;
	p->priority_class = child_priority(r);
	/* One of ours sees to that itself. */
	if (!p->is_nt && r->priority_class)
		process_set_priority(p, (uint8_t)r->priority_class);
	p->wow64 = r->wow64;
	p->parent_id = r->parent ? r->parent->id : nt_self->id;
	*status = tell_debugger(r, p, g->debug[0]);
	*th = *status ? NULL : first_thread(p);
	if (!*th) {
		if (!*status)
			*status = STATUS_NO_MEMORY;
		process_kill(p, *status);
		object_put(&p->object);
		return NULL;
	}
	/* What is another's we have for a moment only. */
	if (p->is_nt && g->told && r->parent)
		wait_until_taken(p);
	return p;
}

static struct nt_process *start(const struct request *r, enum kind kind,
				struct nt_thread **th, NTSTATUS *status)
{
	struct nt_process *p;
	struct passing g;

	*status = passing_collect(r, &g);
	p = start_with(r, &g, kind, th, status);
	passing_free(&g);
	return p;
}

/* PS_CREATE_INFO: tells the caller that there is nothing for it to close. */
static NTSTATUS write_info(struct task *t, gaddr at)
{
	enum { SUCCESS = 6 };
	uint8_t zero[72] = { 0 };
	uint64_t size;

	if (!at)
		return STATUS_SUCCESS;
	if (guest_get64(t, &size, at))
		return STATUS_ACCESS_VIOLATION;
	if (size < 16)
		return STATUS_INVALID_PARAMETER;
	if (guest_put32(t, at + 8, SUCCESS) ||
	    guest_write(t, at + 16, zero, MIN(size - 16, sizeof zero)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

static NTSTATUS create(struct task *t, struct request *r, gaddr create_info,
		       const struct outputs *o)
{
	struct nt_process *p;
	struct nt_thread *th;
	enum kind kind = KIND_PE;
	NTSTATUS status;

	status = find_image(r, &kind);
	if (!status)
		status = mitigation_check(r->mitigations, r->wow64,
					  r->executes_data);
	/* None of them is known to a Linux program. */
	if (!status && kind == KIND_NATIVE &&
	    (r->mitigations[0] || r->mitigations[1]))
		status = STATUS_NOT_SUPPORTED;
	if (status)
		return status;
	/* Nor does a token bind one. */
	if (!status && kind == KIND_NATIVE &&
	    (r->token ? token_is_weak((struct token *)r->token)
		      : token_weak_now(t)))
		status = STATUS_NOT_SUPPORTED;
	if (status)
		return status;
	/* Nor can it be attached to. */
	if (r->debug_object && nt_self->wow64 && !r->wow64)
		return STATUS_NOT_SUPPORTED;
	/* Standard handles that were not asked for are the caller's, not those
	   of the parent whose they would be. */
	if (r->parent && !(r->p.window_flags & USE_STD_HANDLES))
		r->p.std_in = r->p.std_out = r->p.std_err = 0;
	request_find_cwd(r);
	if (!pty_slave_path(t, r->p.console, r->pty, sizeof r->pty))
		r->pty[0] = 0;
	status = write_info(t, create_info);
	if (status)
		return status;
	p = start(r, kind, &th, &status);
	if (!p)
		return status;
	log_debug(LOG_PROCESS, "process %u: %s", p->id, r->host);
	p->image_nt_path = r->image.s;
	r->image.s = NULL;
	status = enter_jobs(r, p);
	if (!status)
		status = hand_out(t, p, th, o, r);
	if (status)
		process_kill(p, status);
	if (p->control >= 0)
		process_control_start(p);
	/* Also in that case: it has to be reaped. */
	if (process_watch(p) && !status)
		status = STATUS_NO_MEMORY;
	object_put(&th->object);
	object_put(&p->object);
	return status;
}

/* The other parent's, as far as its children are in them. */
static NTSTATUS find_parent_jobs(struct request *r)
{
	struct object *o = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	unsigned n = 0;

	for (unsigned i = 0; !status; i++) {
		enum job_stay stay;

		status = remote_job(r->parent, i, &o);
		if (status || !o)
			break;
		stay = n ? JOB_STAY : job_keeps_child(o, r->breakaway);
		if (stay == JOB_REFUSES || n == PARENT_JOBS)
			status = STATUS_ACCESS_DENIED;
		else if (stay == JOB_STAY && !job_has_room(o))
			status = STATUS_QUOTA_EXCEEDED;
		if (status || stay == JOB_LEAVE)
			object_put(o);
		else
			r->parent_jobs[n++] = o;
	}
	return status;
}

static NTSTATUS find_jobs(struct task *t, struct request *r)
{
	enum { JOB_ASSIGN = 1 };
	NTSTATUS status =
		r->parent ? find_parent_jobs(r)
			  : jobs_of_child(r->breakaway, &r->innermost_job);

	if (r->njobs)
		r->job_objects = calloc(r->njobs, sizeof *r->job_objects);
	if (!status && r->njobs && !r->job_objects)
		status = STATUS_NO_MEMORY;
	for (size_t i = 0; i < r->njobs && !status; i++)
		status = handle_get(t, r->jobs[i], &job_type, JOB_ASSIGN,
				    &r->job_objects[i]);
	for (size_t i = 0; i < r->njobs && !status; i++)
		if (!job_has_room(r->job_objects[i]))
			status = STATUS_QUOTA_EXCEEDED;
	for (struct object *o = r->innermost_job; o && !status;
	     o = job_outer(o))
		if (!job_has_room(o))
			status = STATUS_QUOTA_EXCEEDED;
	return status;
}

/* Of the process and its first thread: as its own token makes objects. */
static NTSTATUS make_security(struct task *t, struct request *r,
			      gaddr process_sd, gaddr thread_sd)
{
	struct token *tk = NULL;
	NTSTATUS status = STATUS_SUCCESS;

	if (!process_sd && !thread_sd && !token_odd_any)
		return STATUS_SUCCESS;
	if (r->token) {
		object_get(r->token);
		tk = (struct token *)r->token;
	} else if (r->parent) {
		status = token_of_other(r->parent, &tk);
	} else {
		tk = token_of_process();
	}
	if (status)
		return status;
	status = security_make(t, tk, &process_type, process_sd, &r->security);
	if (!status)
		status = security_make(t, tk, &thread_type, thread_sd,
				       &r->thread_security);
	object_put(&tk->object);
	return !status && (r->security.len > SHARED_SECURITY_MAX ||
			   r->thread_security.len > SHARED_SECURITY_MAX)
		       ? STATUS_INSUFFICIENT_RESOURCES
		       : status;
}

NTSTATUS nt_create_user_process(struct task *t, gaddr process, gaddr thread,
				uint32_t process_access, uint32_t thread_access,
				gaddr process_attr, gaddr thread_attr,
				uint32_t process_flags, uint32_t thread_flags,
				gaddr params, gaddr create_info,
				gaddr attr_list)
{
	struct outputs o = {
		.process = process,
		.thread = thread,
		.process_access = process_access,
		.thread_access = thread_access,
	};
	struct request *r;
	struct nt_oa oa;
	gaddr process_sd;
	NTSTATUS status;

	status = oa_read(t, process_attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	o.process_attributes = oa.attributes;
	process_sd = oa.security;
	status = oa_read(t, thread_attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	o.thread_attributes = oa.attributes;

	if ((nt_self->block && nt_self->block->childless) ||
	    mitigation_in_force(MITIGATION_CHILDREN))
		return STATUS_CHILD_PROCESS_BLOCKED;
	r = calloc(1, sizeof *r);
	if (!r)
		return STATUS_NO_MEMORY;
	r->held = -1;
	r->inherit = process_flags & FLAG_INHERIT;
	r->breakaway = process_flags & FLAG_BREAKAWAY;
	r->debug_only_this = process_flags & FLAG_NO_DEBUG_INHERIT;
	r->suspended = thread_flags & THREAD_SUSPENDED;
	r->error_mode = nt_self->error_mode;
	status = request_read_attributes(t, attr_list, r);
	if (!status)
		status = find_jobs(t, r);
	if (!status)
		status = make_security(t, r, process_sd, oa.security);
	if (!status)
		status = debug_port(t, r);
	if (!status)
		status = request_read_parameters(t, params, r);
	if (!status && !r->image.s)
		status = STATUS_INVALID_PARAMETER;
	if (!status)
		status = create(t, r, create_info, &o);
	request_free(r);
	return status;
}
