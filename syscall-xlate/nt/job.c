/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job.c - job objects, for this process and the children it starts.
 *
 * A process remembers its innermost job, a job the one around it.  Limits are
 * kept and told, but of those only "kill on close" and the number of processes
 * are in force.  Descendants of a child are not told of the job; to end a job
 * they are found by the host's process tree.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/calls.h"

enum {
	ASSIGN = 1,
	SET_ATTRIBUTES = 2,
	QUERY = 4,
	TERMINATE = 8,

	LIMIT_ACTIVE_PROCESS = 0x8,
	LIMIT_KILL_ON_CLOSE = 0x2000,

	MSG_ACTIVE_PROCESS_ZERO = 4,
	MSG_NEW_PROCESS = 6,
	MSG_EXIT_PROCESS = 7,
	MSG_ABNORMAL_EXIT = 8,
};

struct basic_limits {
	int64_t process_time, job_time;
	uint32_t flags, pad;
	uint64_t min_working_set, max_working_set;
	uint32_t active_processes, pad2;
	uint64_t affinity;
	uint32_t priority_class, scheduling_class;
};
_Static_assert(sizeof(struct basic_limits) == 64, "BASIC_LIMIT_INFORMATION");

struct io_counts {
	uint64_t n[6];
};

struct extended_limits {
	struct basic_limits basic;
	struct io_counts io;
	uint64_t process_memory, job_memory, peak_process_memory,
		peak_job_memory;
};
_Static_assert(sizeof(struct extended_limits) == 144, "EXTENDED_LIMIT");

struct accounting {
	int64_t user, kernel, period_user, period_kernel;
	uint32_t faults, total, active, terminated;
};
_Static_assert(sizeof(struct accounting) == 48, "BASIC_ACCOUNTING");

struct member {
	struct member *next;
	struct nt_process *process; /* a reference */
};

struct job {
	struct object object;
	struct object *outer; /* a reference; the job this one is nested in */
	/* Under jobs_lock: */
	struct member *members; /* still running */
	uint32_t total, active, terminated;
	struct extended_limits limits;
	uint32_t ui_restrictions, end_action;
	struct object *port; /* a reference */
	uint64_t port_key;
};

static pthread_mutex_t jobs_lock = PTHREAD_MUTEX_INITIALIZER;

static void closed(struct task *t, struct object *o, uint64_t h, bool last);

static void destroy(struct object *o)
{
	struct job *j = (struct job *)o;

	while (j->members) {
		struct member *m = j->members;

		j->members = m->next;
		object_put(&m->process->object);
		free(m);
	}
	object_put(j->outer);
	object_put(j->port);
}

const struct object_type job_type = {
	.name = "Job",
	.size = sizeof(struct job),
	.generic = { 0x20004, 0x2000b, 0x120000, 0x1f003f },
	.valid_access = 0x1f003f,
	.waitable = true,
	.close = closed,
	.close_at_exit = true,
	.destroy = destroy,
};

static void tell(struct job *j, uint32_t message, uint32_t pid)
{
	if (j->port)
		iocp_post(j->port, j->port_key, pid, STATUS_SUCCESS, message);
}

/* ---- ending all ------------------------------------------------------------
 */

/* The host's children of every thread of pid, and theirs; then pid itself. */
static void kill_tree(int pid, int depth)
{
	char path[64], text[4096], *at = text;
	size_t n = 0;
	FILE *f;
	long child;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
	}
	text[n] = 0;
	while (depth < 16 && (child = strtol(at, &at, 10)) > 0)
		kill_tree((int)child, depth + 1);
	if (depth)
		kill(pid, SIGKILL);
}

/* Copies of the members' references; the caller frees. */
static struct nt_process **members_of(struct job *j, unsigned *n)
{
	struct nt_process **list;
	struct member *m;

	*n = 0;
	pthread_mutex_lock(&jobs_lock);
	list = calloc(j->active + 1, sizeof *list);
	for (m = list ? j->members : NULL; m && *n < j->active; m = m->next) {
		list[(*n)++] = m->process;
		object_get(&m->process->object);
	}
	pthread_mutex_unlock(&jobs_lock);
	return list;
}

/* Whether we ourselves are to end, too. */
static bool end_all(struct job *j, uint32_t code)
{
	struct nt_process **list;
	bool self = false;
	unsigned n;

	list = members_of(j, &n);
	for (unsigned i = 0; i < n; i++) {
		if (list[i] == nt_self) {
			self = true;
		} else {
			kill_tree(list[i]->host_pid, 0);
			process_kill(list[i], code);
		}
		object_put(&list[i]->object);
	}
	free(list);
	return self;
}

static void closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	struct job *j = (struct job *)o;

	(void)t;
	(void)h;
	if (last && j->limits.basic.flags & LIMIT_KILL_ON_CLOSE &&
	    end_all(j, 0) && !process_is_ending())
		process_exit(0);
}

/* ---- membership
 * ------------------------------------------------------------------ */

/* With jobs_lock held. */
static NTSTATUS join(struct job *j, struct nt_process *p)
{
	struct member *m = malloc(sizeof *m);

	if (!m)
		return STATUS_NO_MEMORY;
	*m = (struct member){ j->members, p };
	object_get(&p->object);
	j->members = m;
	j->total++;
	j->active++;
	tell(j, MSG_NEW_PROCESS, p->id);
	return STATUS_SUCCESS;
}

static bool is_member(struct job *j, const struct nt_process *p)
{
	for (struct object *o = p->job; o; o = ((struct job *)o)->outer)
		if (o == &j->object)
			return true;
	return false;
}

NTSTATUS job_assign(struct object *o, struct nt_process *p)
{
	struct job *j = (struct job *)o;
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&jobs_lock);
	if (is_member(j, p)) {
		status = STATUS_ACCESS_DENIED;
	} else if (j->limits.basic.flags & LIMIT_ACTIVE_PROCESS &&
		   j->active >= j->limits.basic.active_processes) {
		status = STATUS_QUOTA_EXCEEDED;
	} else if (p->job && j->outer && j->outer != p->job) {
		/* It would be nested in two places. */
		status = STATUS_ACCESS_DENIED;
	} else {
		status = join(j, p);
	}
	if (!status) {
		if (p->job && !j->outer)
			j->outer = p->job; /* the reference moves */
		else
			object_put(p->job);
		object_get(o);
		p->job = o;
	}
	pthread_mutex_unlock(&jobs_lock);
	return status;
}

void job_inherit(struct nt_process *child)
{
	pthread_mutex_lock(&jobs_lock);
	for (struct object *o = nt_self->job; o; o = ((struct job *)o)->outer)
		join((struct job *)o, child);
	if (nt_self->job) {
		object_get(nt_self->job);
		child->job = nt_self->job;
	}
	pthread_mutex_unlock(&jobs_lock);
}

void job_process_ended(struct nt_process *p)
{
	struct member *gone = NULL;

	pthread_mutex_lock(&jobs_lock);
	for (struct object *o = p->job; o; o = ((struct job *)o)->outer) {
		struct job *j = (struct job *)o;
		struct member **at = &j->members, *m;

		while (*at && (*at)->process != p)
			at = &(*at)->next;
		m = *at;
		if (!m)
			continue;
		*at = m->next;
		m->next = gone;
		gone = m;
		j->active--;
		tell(j,
		     (p->exit_code & 0xc0000000) == 0xc0000000
			     ? MSG_ABNORMAL_EXIT
			     : MSG_EXIT_PROCESS,
		     p->id);
		if (!j->active)
			tell(j, MSG_ACTIVE_PROCESS_ZERO, 0);
	}
	pthread_mutex_unlock(&jobs_lock);
	while (gone) {
		struct member *m = gone;

		gone = m->next;
		object_put(&m->process->object);
		free(m);
	}
}

/* ---- the calls
 * -------------------------------------------------------------------- */

NTSTATUS nt_create_job_object(struct task *t, gaddr job, uint32_t access,
			      gaddr attr)
{
	struct object *j;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	j = object_new(&job_type);
	status = j ? object_create(t, j, access, &oa, job) : STATUS_NO_MEMORY;
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_job_object(struct task *t, gaddr job, uint32_t access,
			    gaddr attr)
{
	return object_open(t, &job_type, access, attr, job);
}

NTSTATUS nt_assign_process_to_job_object(struct task *t, uint64_t job,
					 uint64_t process)
{
	enum { SET_QUOTA_TERMINATE = 0x101 };
	struct nt_process *p;
	struct object *j;
	NTSTATUS status;

	status = handle_get(t, job, &job_type, ASSIGN, &j);
	if (status)
		return status;
	status = handle_get(t, process, &process_type, SET_QUOTA_TERMINATE, &p);
	if (!status) {
		status = p->object.state ? STATUS_PROCESS_IS_TERMINATING
					 : job_assign(j, p);
		object_put(&p->object);
	}
	object_put(j);
	return status;
}

NTSTATUS nt_terminate_job_object(struct task *t, uint64_t job, uint32_t code)
{
	struct job *j;
	NTSTATUS status;
	bool self;

	status = handle_get(t, job, &job_type, TERMINATE, &j);
	if (status)
		return status;
	self = end_all(j, code);
	object_put(&j->object);
	if (self)
		process_exit(code);
	return STATUS_SUCCESS;
}

NTSTATUS nt_is_process_in_job(struct task *t, uint64_t process, uint64_t job)
{
	struct job *j = NULL;
	struct nt_process *p;
	NTSTATUS status;
	bool in;

	status = handle_get(t, process, &process_type, 0, &p);
	if (status)
		return status;
	if (job)
		status = handle_get(t, job, &job_type, QUERY, &j);
	if (!status) {
		pthread_mutex_lock(&jobs_lock);
		in = j ? is_member(j, p) : p->job != NULL;
		pthread_mutex_unlock(&jobs_lock);
		status = in ? STATUS_PROCESS_IN_JOB : STATUS_PROCESS_NOT_IN_JOB;
	}
	object_put(&p->object);
	if (j)
		object_put(&j->object);
	return status;
}

/* ---- information
 * -------------------------------------------------------------------- */

/* The job a handle means; 0: our own innermost.  A reference. */
static NTSTATUS job_of(struct task *t, uint64_t h, uint32_t access,
		       struct job **j)
{
	if (h)
		return handle_get(t, h, &job_type, access, j);
	pthread_mutex_lock(&jobs_lock);
	*j = (struct job *)nt_self->job;
	if (*j)
		object_get(&(*j)->object);
	pthread_mutex_unlock(&jobs_lock);
	return *j ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static void account(struct job *j, struct accounting *a)
{
	struct rusage ru;

	*a = (struct accounting){
		.total = j->total,
		.active = j->active,
		.terminated = j->terminated,
	};
	/* Children that have been reaped: nearly always this job's. */
	if (getrusage(RUSAGE_CHILDREN, &ru))
		return;
	a->user = ru.ru_utime.tv_sec * 10000000ll + ru.ru_utime.tv_usec * 10;
	a->kernel = ru.ru_stime.tv_sec * 10000000ll + ru.ru_stime.tv_usec * 10;
	a->period_user = a->user;
	a->period_kernel = a->kernel;
	a->faults = (uint32_t)(ru.ru_minflt + ru.ru_majflt);
}

static NTSTATUS put(struct task *t, gaddr info, uint32_t len, gaddr ret_len,
		    const void *v, uint32_t size)
{
	if (len < size)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_write(t, info, v, size) ||
	    (ret_len && guest_put32(t, ret_len, size)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* JOBOBJECT_BASIC_PROCESS_ID_LIST */
static NTSTATUS list_ids(struct task *t, struct job *j, gaddr info,
			 uint32_t len, gaddr ret_len)
{
	struct nt_process **list;
	uint32_t head[2], used = 8;
	unsigned n, fits;
	NTSTATUS status = STATUS_SUCCESS;

	if (len < 16)
		return STATUS_INFO_LENGTH_MISMATCH;
	list = members_of(j, &n);
	fits = MIN(n, (len - 8) / 8);
	head[0] = n;
	head[1] = fits;
	if (guest_write(t, info, head, sizeof head))
		status = STATUS_ACCESS_VIOLATION;
	for (unsigned i = 0; i < n; i++) {
		if (!status && i < fits &&
		    guest_put64(t, info + 8 + i * 8, list[i]->id))
			status = STATUS_ACCESS_VIOLATION;
		object_put(&list[i]->object);
	}
	free(list);
	used += fits * 8;
	if (!status && ret_len && guest_put32(t, ret_len, used))
		status = STATUS_ACCESS_VIOLATION;
	return !status && fits < n ? STATUS_BUFFER_OVERFLOW : status;
}

enum job_class {
	BASIC_ACCOUNTING = 1,
	BASIC_LIMIT = 2,
	PROCESS_IDS = 3,
	UI_RESTRICTIONS = 4,
	END_OF_JOB = 6,
	COMPLETION_PORT = 7,
	ACCOUNTING_AND_IO = 8,
	EXTENDED_LIMIT = 9,
	CPU_RATE = 15,
	NET_RATE = 32,
};

NTSTATUS nt_query_information_job_object(struct task *t, uint64_t job,
					 uint32_t class, gaddr info,
					 uint32_t len, gaddr ret_len)
{
	struct {
		struct accounting a;
		struct io_counts io;
	} both = { 0 };
	const uint64_t no_rate = 0;
	struct extended_limits limits;
	struct job *j;
	NTSTATUS status;

	status = job_of(t, job, QUERY, &j);
	if (status)
		return status;
	pthread_mutex_lock(&jobs_lock);
	account(j, &both.a);
	limits = j->limits;
	pthread_mutex_unlock(&jobs_lock);
	switch (class) {
	case BASIC_ACCOUNTING:
		status = put(t, info, len, ret_len, &both.a, sizeof both.a);
		break;
	case ACCOUNTING_AND_IO:
		status = put(t, info, len, ret_len, &both, sizeof both);
		break;
	case BASIC_LIMIT:
		status = put(t, info, len, ret_len, &limits.basic,
			     sizeof limits.basic);
		break;
	case EXTENDED_LIMIT:
		status = put(t, info, len, ret_len, &limits, sizeof limits);
		break;
	case PROCESS_IDS:
		status = list_ids(t, j, info, len, ret_len);
		break;
	case UI_RESTRICTIONS:
		status = put(t, info, len, ret_len, &j->ui_restrictions, 4);
		break;
	case END_OF_JOB:
		status = put(t, info, len, ret_len, &j->end_action, 4);
		break;
	case CPU_RATE:
		status = put(t, info, len, ret_len, &no_rate, sizeof no_rate);
		break;
	default:
		status = STATUS_INVALID_INFO_CLASS;
	}
	object_put(&j->object);
	return status;
}

static NTSTATUS set_limits(struct task *t, struct job *j, gaddr info,
			   uint32_t len, bool extended)
{
	const uint32_t basic_flags = 0xff;
	struct extended_limits l = { 0 };
	uint32_t size = extended ? sizeof l : sizeof l.basic;

	if (len != size)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &l, info, size))
		return STATUS_ACCESS_VIOLATION;
	if (!extended && l.basic.flags & ~basic_flags)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&jobs_lock);
	if (extended)
		j->limits = l;
	else
		j->limits.basic = l.basic;
	pthread_mutex_unlock(&jobs_lock);
	return STATUS_SUCCESS;
}

/* JOBOBJECT_ASSOCIATE_COMPLETION_PORT */
static NTSTATUS set_port(struct task *t, struct job *j, gaddr info,
			 uint32_t len)
{
	enum { IOCP_MODIFY = 2 };
	uint64_t v[2]; /* key, handle */
	struct object *port = NULL, *old;
	NTSTATUS status = STATUS_SUCCESS;

	if (len != sizeof v)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, v, info, sizeof v))
		return STATUS_ACCESS_VIOLATION;
	if (v[1])
		status = handle_get(t, v[1], &iocp_type, IOCP_MODIFY, &port);
	if (status)
		return status;
	pthread_mutex_lock(&jobs_lock);
	old = j->port;
	j->port = port;
	j->port_key = v[0];
	/* Those who are in it already are announced now. */
	for (struct member *m = j->members; m; m = m->next)
		tell(j, MSG_NEW_PROCESS, m->process->id);
	pthread_mutex_unlock(&jobs_lock);
	object_put(old);
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_information_job_object(struct task *t, uint64_t job,
				       uint32_t class, gaddr info, uint32_t len)
{
	uint32_t word;
	struct job *j;
	NTSTATUS status;

	status = handle_get(t, job, &job_type, SET_ATTRIBUTES, &j);
	if (status)
		return status;
	switch (class) {
	case BASIC_LIMIT:
	case EXTENDED_LIMIT:
		status = set_limits(t, j, info, len, class == EXTENDED_LIMIT);
		break;
	case UI_RESTRICTIONS:
	case END_OF_JOB:
		if (len != sizeof word)
			status = STATUS_INFO_LENGTH_MISMATCH;
		else if (guest_get32(t, &word, info))
			status = STATUS_ACCESS_VIOLATION;
		else if (class == UI_RESTRICTIONS)
			j->ui_restrictions = word;
		else
			j->end_action = word;
		break;
	case COMPLETION_PORT:
		status = set_port(t, j, info, len);
		break;
	case CPU_RATE:
	case NET_RATE:
		/* The host's groups would be needed: say so. */
		status = STATUS_NOT_SUPPORTED;
		break;
	default:
		status = STATUS_INVALID_INFO_CLASS;
	}
	object_put(&j->object);
	return status;
}
