/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - processes as objects: ourselves, our children, and others that
 * the program opened by id.
 *
 * An NT process id is four times the host's.  A process that is not ourselves
 * is watched through its pidfd; what only Windows programs have (a 32-bit exit
 * code, a suspended first thread) is in the memory that parent and child
 * share, see process-create.h.
 */
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/registry.h"
#include "syscall-xlate/nt/remote.h"
#include "base/clock.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/tls.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/trace.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

struct nt_process *nt_self;

static _Atomic uint32_t processes_lock;
static struct nt_process *processes; /* not ourselves; not counted */

static void destroy(struct object *o)
{
	struct nt_process *p = (struct nt_process *)o;

	small_lock(&processes_lock);
	if (p->prev)
		p->prev->next = p->next;
	else if (processes == p)
		processes = p->next;
	if (p->next)
		p->next->prev = p->prev;
	small_unlock(&processes_lock);
	process_control_end(p);
	if (p->pidfd >= 0)
		close(p->pidfd);
	if (p->block)
		munmap(p->block, p->block_size);
	if (p->block_fd >= 0)
		close(p->block_fd);
	if (p->remote_open)
		close(p->remote);
	object_put(p->job);
	free(p->image_nt_path);
}

const struct object_type process_type = {
	.name = "Process",
	.size = sizeof(struct nt_process),
	.generic = { 0x20410, 0x20bea, 0x121001, 0x1fffff },
	.valid_access = 0x1fffff,
	.waitable = true,
	.destroy = destroy,
	.pass = process_pass,
	.receive = process_receive,
};

/* ---- ourselves ---- */

int process_init(const struct launch *l, struct err *e)
{
	struct nt_process *p = object_new(&process_type);

	if (!p)
		return err_set(e, ENOMEM, "no memory");
	p->host_pid = getpid();
	p->id = process_id(p->host_pid);
	p->parent_id = process_id(getppid());
	p->pidfd = p->control = p->block_fd = -1;
	p->is_nt = true;
	p->launch = l;
	p->exit_code = STATUS_PENDING;
	p->group = p->console_root = p->id;
	p->created = nt_time_now();
	random_fill(&p->cookie, sizeof p->cookie);
	nt_self = p;
	placement_init();
	return l->parent_channel >= 0 ? start_block_open(l, e) : 0;
}

NTSTATUS process_is_self(struct task *t, uint64_t h, uint32_t access)
{
	struct object *p;
	NTSTATUS status;

	status = handle_get(t, h, &process_type, access, &p);
	if (status)
		return status;
	object_put(p);
	return p == &nt_self->object ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/* ---- the end ---- */

static _Atomic uint32_t ending; /* 1: other threads are gone; 2: leaving */

bool process_is_ending(void)
{
	return ending != 0;
}

/* For all who share the block. */
static void leave_code(struct start_block *b, uint32_t code, int64_t user,
		       int64_t kernel)
{
	if (!b)
		return;
	b->user = user;
	b->kernel = kernel;
	b->exit_code = code;
	b->exited = 1;
}

static void leave_own_code(struct start_block *b, uint32_t code)
{
	struct rusage ru = { 0 };
	int64_t user, kernel;

	if (!b && !nt_self->job)
		return;
	getrusage(RUSAGE_SELF, &ru);
	user = ru.ru_utime.tv_sec * 10000000ll + ru.ru_utime.tv_usec * 10;
	kernel = ru.ru_stime.tv_sec * 10000000ll + ru.ru_stime.tv_usec * 10;
	if (nt_self->job)
		job_count_times(nt_self, user, kernel);
	leave_code(b, code, user, kernel);
}

void process_exit_status(uint32_t code, int host_status)
{
	uint32_t was = atomic_exchange(&ending, 2);

	/* Somebody else may be here already. */
	if (was == 2)
		for (;;)
			pause();
	log_debug(LOG_PROCESS, "exit %#x", code);
	/* Without it (a crash) others would see handles close below, and say
	   so in their own ways. */
	if (!was && current_task)
		threads_stop_others(current_task, code);
	debug_process_ends(current_task, code);
	if (current_task)
		mutants_abandon(nt_thread(current_task));
	handles_at_exit(current_task);
	disk_at_exit();
	reg_hives_at_exit();
	/* An error's status is what a crash and Ctrl-C end with. */
	console_restore(code >> 30 != 3);
	tls_stop();
	files_at_exit();
	trace_finish();
	exit_status_end(nt_self->launch, code);
	leave_own_code(nt_self->block ? nt_self->block : nt_self->exit_block,
		       code);
	_exit(host_status);
}

_Noreturn void process_die(uint32_t code)
{
	log_debug(LOG_PROCESS, "killed, %#x", code);
	console_restore(false);
	tls_stop();
	leave_own_code(nt_self->block ? nt_self->block : nt_self->exit_block,
		       code);
	for (;;)
		kill(nt_self->host_pid, SIGKILL);
}

/*
 * A failure stays one, even if its low 8 bits are 0.  What the guest's loader
 * finds damaged is refused as what we find so before.
 */
void process_exit(uint32_t code)
{
	int status = code & 0xff;

	if (code == STATUS_INVALID_IMAGE_FORMAT && !nt_self->running)
		status = 126;
	else if (code && !status)
		status = 1;
	process_exit_status(code, status);
}

/* ---- others ---- */

/* What a Windows program would have ended with. */
static uint32_t code_of_signal(int sig)
{
	switch (sig) {
	case SIGINT:
	case SIGQUIT: /* Ctrl-Break */
		return STATUS_CONTROL_C_EXIT;
	case SIGSEGV:
	case SIGBUS:
		return STATUS_ACCESS_VIOLATION;
	case SIGILL:
		return STATUS_ILLEGAL_INSTRUCTION;
	case SIGFPE:
		return STATUS_INTEGER_DIVIDE_BY_ZERO;
	case SIGABRT:
		return 3; /* abort() of the C runtime */
	default:
		return 128 + (uint32_t)sig;
	}
}

/* In the helper thread: the process has ended. */
static void gone(struct nt_watch *w, uint32_t events)
{
	struct nt_process *p = container_of(w, struct nt_process, watch);
	uint32_t code = p->exit_code, faults;
	siginfo_t si = { 0 };

	(void)events;
	/* Of one that was killed the host knows, until it is waited for. */
	if (p->block && p->block->exited) {
		p->last_user = p->block->user;
		p->last_kernel = p->block->kernel;
	} else {
		process_host_times(p->host_pid, &p->last_user, &p->last_kernel,
				   &faults);
	}
	job_count_times(p, p->last_user, p->last_kernel);
	if (waitid(P_PIDFD, (id_t)p->pidfd, &si, WEXITED | WNOHANG) == 0 &&
	    si.si_pid)
		code = si.si_code == CLD_EXITED ? (uint32_t)si.si_status
						: code_of_signal(si.si_status);
	else if (code == STATUS_PENDING)
		code = 0; /* not our child: nobody tells */
	if (p->block && p->block->exited)
		code = p->block->exit_code;
	else if (si.si_pid) /* only we are told */
		leave_code(p->block, code, p->last_user, p->last_kernel);
	p->exit_code = code;
	p->ended = nt_time_now();
	log_debug(LOG_PROCESS, "process %u ended: %#x", p->id, code);
	if (p->first_thread) {
		p->first_thread->exit_code = code;
		p->first_thread->state = THREAD_ENDED;
		object_signal(&p->first_thread->object, 1);
		/* It refers to us as well: this ends the circle. */
		object_put(&p->first_thread->object);
		p->first_thread = NULL;
	}
	process_control_end(p);
	job_process_ended(p);
	debug_process_gone(p);
	object_signal(&p->object, 1);
	object_put(&p->object);
}

struct nt_process *process_new(int host_pid, int pidfd)
{
	struct nt_process *p = object_new(&process_type);

	if (!p) {
		close(pidfd);
		return NULL;
	}
	p->id = process_id(host_pid);
	p->host_pid = host_pid;
	p->pidfd = pidfd;
	p->control = p->block_fd = -1;
	p->exit_code = STATUS_PENDING;
	p->created = nt_time_now();
	p->affinity = nt_self->affinity;
	p->priority_class = nt_self->priority_class;
	p->watch.fd = pidfd;
	p->watch.fn = gone;
	small_lock(&processes_lock);
	p->next = processes;
	if (processes)
		processes->prev = p;
	processes = p;
	small_unlock(&processes_lock);
	return p;
}

int process_watch(struct nt_process *p)
{
	int err;

	object_get(&p->object); /* gone()'s */
	err = watch_fd(&p->watch, EPOLLIN);
	if (err)
		object_put(&p->object);
	return err;
}

/* The last one that we learnt of with this id. */
static struct nt_process *find(uint32_t id, bool ended_too)
{
	struct nt_process *p;

	small_lock(&processes_lock);
	for (p = processes; p; p = p->next)
		if (p->id == id &&
		    (ended_too || p->exit_code == STATUS_PENDING) &&
		    object_try_get(&p->object))
			break;
	small_unlock(&processes_lock);
	return p;
}

struct nt_process *process_find(uint32_t id)
{
	return find(id, false);
}

struct nt_process *process_next(struct nt_process *prev)
{
	struct nt_process *p;

	small_lock(&processes_lock);
	p = prev ? prev->next : processes;
	while (p && !object_try_get(&p->object))
		p = p->next;
	small_unlock(&processes_lock);
	if (prev)
		object_put(&prev->object);
	return p;
}

NTSTATUS process_open_host(uint64_t id, struct nt_process **ret)
{
	int pid = process_host_pid(id), fd;
	struct nt_process *p;

	if (!pid)
		return STATUS_INVALID_CID;
	*ret = process_find((uint32_t)id);
	if (*ret)
		return STATUS_SUCCESS;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return errno == ESRCH || errno == EINVAL ? STATUS_INVALID_CID
							 : STATUS_ACCESS_DENIED;
	p = process_new(pid, fd);
	if (!p)
		return STATUS_NO_MEMORY;
	if (process_watch(p)) {
		object_put(&p->object);
		return STATUS_NO_MEMORY;
	}
	*ret = p;
	return STATUS_SUCCESS;
}

NTSTATUS child_suspend(struct nt_process *p, uint32_t *previous)
{
	if (!p->block)
		return STATUS_NOT_SUPPORTED;
	/* Only before it has begun to run: a started child has threads of its
	   own, which its own process suspends. */
	if (!p->block->suspend)
		return STATUS_NOT_SUPPORTED;
	*previous = atomic_fetch_add(&p->block->suspend, 1);
	return STATUS_SUCCESS;
}

NTSTATUS child_resume(struct nt_process *p, uint32_t *previous)
{
	uint32_t n;

	if (!p->block)
		return STATUS_NOT_SUPPORTED;
	n = p->block->suspend;
	do {
		*previous = n;
		if (!n)
			return STATUS_NOT_SUPPORTED;
	} while (!atomic_compare_exchange_weak(&p->block->suspend, &n, n - 1));
	if (n == 1)
		syscall(SYS_futex, &p->block->suspend, FUTEX_WAKE, 1, NULL,
			NULL, 0);
	return STATUS_SUCCESS;
}

NTSTATUS process_kill(struct nt_process *p, uint32_t code)
{
	uint32_t faults;

	if (p->object.state)
		return STATUS_PROCESS_IS_TERMINATING;
	p->exit_code = code;
	process_host_times(p->host_pid, &p->last_user, &p->last_kernel,
			   &faults);
	leave_code(p->block, code, p->last_user, p->last_kernel);
	/* Now: of one that has ended, some hosts tell users no I/O. */
	job_count_times(p, p->last_user, p->last_kernel);
	if (syscall(SYS_pidfd_send_signal, p->pidfd, SIGKILL, NULL, 0) < 0)
		return errno == ESRCH ? STATUS_PROCESS_IS_TERMINATING
				      : STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

/* ---- the calls ---- */

NTSTATUS nt_terminate_process(struct task *t, uint64_t process, uint32_t status)
{
	enum { PROCESS_TERMINATE = 1 };
	struct nt_process *p;
	NTSTATUS err;

	if (!process) {
		/* "All threads but this one", before DLLs are detached. */
		uint32_t no = 0;

		atomic_compare_exchange_strong(&ending, &no, 1);
		threads_stop_others(t, status);
		debug_others_end(t, status);
		return STATUS_SUCCESS;
	}
	err = handle_get(t, process, &process_type, PROCESS_TERMINATE, &p);
	if (err)
		return err;
	if (p == nt_self)
		process_exit(status);
	err = process_kill(p, status);
	object_put(&p->object);
	return err;
}

NTSTATUS process_read_id(struct task *t, gaddr attr, gaddr client_id,
			 struct nt_oa *oa, struct client_id64 *id)
{
	NTSTATUS status;

	if (!client_id)
		return STATUS_INVALID_PARAMETER_MIX;
	if (guest_read(t, id, client_id, sizeof *id))
		return STATUS_ACCESS_VIOLATION;
	status = oa_read(t, attr, oa);
	if (status)
		return status;
	oa_free(oa);
	/* Ids are handles of a table: their last two bits do not count. */
	id->process &= ~3ull;
	id->thread &= ~3ull;
	return STATUS_SUCCESS;
}

NTSTATUS nt_open_process(struct task *t, gaddr process, uint32_t access,
			 gaddr attr, gaddr client_id)
{
	struct client_id64 id;
	struct nt_process *p;
	struct nt_oa oa;
	NTSTATUS status;

	status = process_read_id(t, attr, client_id, &oa, &id);
	if (status)
		return status;
	if (oa.name)
		return STATUS_INVALID_PARAMETER_MIX;
	if (id.process == nt_self->id) {
		p = nt_self;
		object_get(&p->object);
	} else {
		/* With a handle open, an ended process keeps its id. */
		p = id.process > UINT32_MAX ?
			    NULL :
			    find((uint32_t)id.process, true);
		status = p ? STATUS_SUCCESS :
			     process_open_host(id.process, &p);
		if (status)
			return status;
		/* Its exit code can only be had of itself. */
		process_learn(p);
	}
	status = security_check(t, &p->object, &access);
	if (!status)
		status = handle_out(t, &p->object, access, oa.attributes,
				    process);
	object_put(&p->object);
	return status;
}

/* Ourselves, then those we know; puts p. */
static struct nt_process *after(struct nt_process *p)
{
	if (!p) {
		object_get(&nt_self->object);
		return nt_self;
	}
	if (p != nt_self)
		return process_next(p);
	object_put(&p->object);
	return process_next(NULL);
}

NTSTATUS nt_get_next_process(struct task *t, uint64_t process, uint32_t access,
			     uint32_t handle_attr, uint32_t flags, gaddr next)
{
	struct nt_process *p = NULL;
	uint32_t granted;
	NTSTATUS status;

	if (flags)
		return STATUS_INVALID_PARAMETER;
	if (process) {
		status = handle_get(t, process, &process_type, 0, &p);
		if (status)
			return status;
	}
	/* The first one that may be opened so. */
	do {
		p = after(p);
		granted = access;
	} while (p && security_check(t, &p->object, &granted));
	if (!p)
		return STATUS_NO_MORE_ENTRIES;
	status = handle_out(t, &p->object, granted, handle_attr, next);
	object_put(&p->object);
	return status;
}

/*
 * A process whose threads are to stand still, or to go on.  One of ours sees to
 * that itself, so that it can still be asked for other things, be given handles
 * say; a Linux program is the host's to stop.
 */
static NTSTATUS for_all_threads(struct task *t, uint64_t process, bool suspend)
{
	enum { PROCESS_SUSPEND_RESUME = 0x800 };
	struct nt_thread *th = NULL;
	struct nt_process *p;
	uint32_t previous;
	NTSTATUS status;

	status = handle_get(t, process, &process_type, PROCESS_SUSPEND_RESUME,
			    &p);
	if (status)
		return status;
	if (p != nt_self) {
		if (p->block && p->block->suspend)
			status = suspend ? child_suspend(p, &previous)
					 : child_resume(p, &previous);
		else if (remote_call(t, process, PROCESS_SUSPEND_RESUME,
				     suspend ? "NtSuspendProcess"
					     : "NtResumeProcess",
				     &process, &status) &&
			 status != STATUS_NOT_SUPPORTED)
			log_debug(LOG_PROCESS, "%u sees to it", p->id);
		else if (syscall(SYS_pidfd_send_signal, p->pidfd,
				 suspend ? SIGSTOP : SIGCONT, NULL, 0) < 0)
			status = STATUS_ACCESS_DENIED;
		else
			status = STATUS_SUCCESS;
	} else {
		while ((th = thread_next(th)))
			if (suspend)
				thread_suspend(th, &previous);
			else
				thread_resume(th, &previous);
	}
	object_put(&p->object);
	return status;
}

NTSTATUS nt_suspend_process(struct task *t, uint64_t process)
{
	return for_all_threads(t, process, true);
}

NTSTATUS nt_resume_process(struct task *t, uint64_t process)
{
	return for_all_threads(t, process, false);
}
