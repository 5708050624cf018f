/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job.c - the calls on jobs; job.h says how one is made.
 *
 * In force are: kill on close, the number of processes, a process's and the
 * job's time, a process's and the job's memory, affinity, priority class and
 * breakaway.  Linux programs among the members have neither limits of time nor
 * of memory.
 */
#include "syscall-xlate/nt/job.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/calls.h"

enum {
	ASSIGN = 1,
	SET_ATTRIBUTES = 2,
	QUERY = 4,
	TERMINATE = 8,
};

/* All have been ended because their time was over. */
static bool signaled(struct object *o, struct task *t)
{
	(void)t;
	return *object_state(o) != 0;
}

/* What it is lies behind the page. */
static void to_page(const struct object *o, struct shared_page *p)
{
	(void)o;
	(void)p;
}

const struct object_type job_type = {
	.name = "Job",
	.size = sizeof(struct job),
	.generic = { 0x20004, 0x2000b, 0x120000, 0x1f003f },
	.valid_access = 0x1f003f,
	.waitable = true,
	.signaled = signaled,
	.close = job_closed,
	.close_at_exit = true,
	.destroy = job_destroy,
	.to_page = to_page,
	.area = sizeof(struct job_area),
	.area_first = sizeof(struct job_area),
	.named = job_named,
	.pass = job_pass,
	.receive = job_receive,
};

/* ---- the calls ---- */

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
	if (j && !oa.name && !job_init(job_of_object(j))) {
		object_put(j);
		j = NULL;
	}
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
		/* "The process is terminated and the association fails." */
		if (status == STATUS_QUOTA_EXCEEDED &&
		    job_of_object(j)->area->limits.basic.flags &
			    JOB_LIMIT_ACTIVE_PROCESS) {
			if (p == nt_self)
				process_exit(NOT_ENOUGH_QUOTA);
			process_kill(p, NOT_ENOUGH_QUOTA);
		}
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
	self = job_end_all(j, code);
	object_put(&j->object);
	if (self)
		process_exit(code);
	return STATUS_SUCCESS;
}

/* In one that we know of. */
static bool in_any(const struct nt_process *p)
{
	struct object *o = nt_self->job;

	if (p == nt_self)
		return o != NULL;
	while (o && !job_has(job_of_object(o), p->host_pid))
		o = job_of_object(o)->outer;
	return o != NULL;
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
		in = j ? job_has(j, p->host_pid) : in_any(p);
		status = in ? STATUS_PROCESS_IN_JOB : STATUS_PROCESS_NOT_IN_JOB;
	}
	object_put(&p->object);
	if (j)
		object_put(&j->object);
	return status;
}

/* ---- information ---- */

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

static void account(struct job *j, struct accounting *a, struct io_counts *io)
{
	*a = (struct accounting){ 0 };
	job_times(j, &a->user, &a->kernel, &a->faults, io);
	object_lock(&j->object);
	a->total = j->area->total;
	a->active = j->area->active;
	a->terminated = j->area->terminated;
	/* Others may write anything there. */
	__builtin_sub_overflow(a->user, j->area->period_user, &a->period_user);
	__builtin_sub_overflow(a->kernel, j->area->period_kernel,
			       &a->period_kernel);
	object_unlock(&j->object);
}

static NTSTATUS put(struct task *t, gaddr info, uint32_t len, gaddr ret_len,
		    const void *v, uint32_t size)
{
	if (len != size)
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
	struct job_slot *list;
	uint32_t head[2], used = 8;
	unsigned n, fits;
	NTSTATUS status = STATUS_SUCCESS;

	if (len < 16)
		return STATUS_INFO_LENGTH_MISMATCH;
	list = job_members(j, &n);
	if (!list)
		return STATUS_NO_MEMORY;
	fits = MIN(n, (len - 8) / 8);
	head[0] = n;
	head[1] = fits;
	if (guest_write(t, info, head, sizeof head))
		status = STATUS_ACCESS_VIOLATION;
	for (unsigned i = 0; i < fits && !status; i++)
		if (guest_put64(t, info + 8 + i * 8,
				process_id((int)list[i].pid)))
			status = STATUS_ACCESS_VIOLATION;
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
	MEMBER_LEVEL = 10,
	GROUPS = 11,
	NOTIFICATION_LIMIT = 12,
	LIMIT_VIOLATION = 13,
	GROUPS_EX = 14,
	CPU_RATE = 15,
	NET_RATE = 32,
};

/* GROUP_AFFINITY */
struct group_affinity {
	uint64_t mask;
	uint16_t group, reserved[3];
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
	const uint16_t group = 0;
	struct group_affinity where = { .mask = system_affinity() };
	uint32_t words[2], nesting = 0;
	struct notification_limits notes;
	struct limit_violation violation;
	struct extended_limits limits;
	struct job *j;
	NTSTATUS status;

	status = job_of(t, job, QUERY, &j);
	if (status)
		return status;
	if (class == LIMIT_VIOLATION) {
		pthread_mutex_lock(&jobs_lock);
		job_notes_look(j);
		pthread_mutex_unlock(&jobs_lock);
	}
	account(j, &both.a, class == ACCOUNTING_AND_IO ? &both.io : NULL);
	object_lock(&j->object);
	limits = j->area->limits;
	notes = j->area->notes;
	violation = j->area->violation;
	limits.peak_process_memory = j->area->peak_process;
	limits.peak_job_memory = j->area->peak_job;
	words[0] = j->area->ui_restrictions;
	words[1] = j->area->end_action;
	object_unlock(&j->object);
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
		status = put(t, info, len, ret_len, &words[0], 4);
		break;
	case END_OF_JOB:
		status = put(t, info, len, ret_len, &words[1], 4);
		break;
	case NOTIFICATION_LIMIT:
		status = put(t, info, len, ret_len, &notes, sizeof notes);
		break;
	case LIMIT_VIOLATION:
		status = put(t, info, len, ret_len, &violation,
			     sizeof violation);
		break;
	case CPU_RATE:
		status = put(t, info, len, ret_len, &no_rate, sizeof no_rate);
		break;
	case MEMBER_LEVEL:
		for (struct object *o = j->outer; o; o = job_outer(o))
			nesting++;
		status = put(t, info, len, ret_len, &nesting, sizeof nesting);
		break;
	case GROUPS:
		status = put(t, info, len, ret_len, &group, sizeof group);
		break;
	case GROUPS_EX:
		if (limits.basic.flags & JOB_LIMIT_AFFINITY)
			where.mask &= limits.basic.affinity;
		status = put(t, info, len, ret_len, &where, sizeof where);
		break;
	default:
		status = STATUS_INVALID_INFO_CLASS;
	}
	object_put(&j->object);
	return status;
}

static NTSTATUS check_limits(const struct basic_limits *l, bool extended)
{
	const uint32_t basic_flags = 0xff, all_flags = 0xffff;
	const uint32_t times = JOB_LIMIT_JOB_TIME | JOB_LIMIT_PRESERVE_JOB_TIME;

	if (l->flags & ~(extended ? all_flags : basic_flags) ||
	    (l->flags & times) == times)
		return STATUS_INVALID_PARAMETER;
	if (l->flags & JOB_LIMIT_WORKING_SET &&
	    (!l->min_working_set || l->min_working_set > l->max_working_set))
		return STATUS_INVALID_PARAMETER;
	if (l->flags & JOB_LIMIT_AFFINITY &&
	    (!l->affinity || l->affinity & ~system_affinity()))
		return STATUS_INVALID_PARAMETER;
	if (l->flags & JOB_LIMIT_PRIORITY_CLASS &&
	    (!l->priority_class || l->priority_class > 6))
		return STATUS_INVALID_PARAMETER;
	if (l->flags & JOB_LIMIT_SCHEDULING_CLASS && l->scheduling_class > 9)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* o locked; times are all members' until now. */
static void set_job_time(struct job_area *a, const struct basic_limits *l,
			 int64_t user, int64_t kernel)
{
	if (l->flags & JOB_LIMIT_PRESERVE_JOB_TIME)
		return;
	a->time_end = 0;
	a->time_over = 0;
	if (!(l->flags & JOB_LIMIT_JOB_TIME) || l->job_time <= 0)
		return;
	/* "The system adds the current time of the processes." */
	a->time_end =
		l->job_time > INT64_MAX - user ? INT64_MAX : user + l->job_time;
	a->period_user = user;
	a->period_kernel = kernel;
}

static NTSTATUS set_limits(struct task *t, struct job *j, gaddr info,
			   uint32_t len, bool extended)
{
	struct extended_limits l = { 0 };
	uint32_t size = extended ? sizeof l : sizeof l.basic, faults;
	int64_t user, kernel;
	NTSTATUS status;

	if (len != size)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &l, info, size))
		return STATUS_ACCESS_VIOLATION;
	status = check_limits(&l.basic, extended);
	if (status)
		return status;
	job_times(j, &user, &kernel, &faults, NULL);
	object_lock(&j->object);
	set_job_time(j->area, &l.basic, user, kernel);
	if (!j->area->time_over)
		*object_state(&j->object) = 0;
	if (!extended) {
		struct extended_limits old = j->area->limits;

		/* Those that only the longer form has stay as they were. */
		l.basic.flags |= old.basic.flags & ~0xffu;
		old.basic = l.basic;
		l = old;
	}
	j->area->limits = l;
	object_unlock(&j->object);
	job_limits_changed(j);
	return STATUS_SUCCESS;
}

static NTSTATUS set_notes(struct task *t, struct job *j, gaddr info,
			  uint32_t len)
{
	struct notification_limits l;

	if (len != sizeof l)
		return STATUS_INFO_LENGTH_MISMATCH;
	return guest_read(t, &l, info, sizeof l) ? STATUS_ACCESS_VIOLATION
						 : job_notes_set(j, &l);
}

/*
 * JOBOBJECT_CPU_RATE_CONTROL_INFORMATION, JOBOBJECT_NET_RATE_CONTROL_INFORMATION:
 * only a control group of the host's can hold processes to a rate, and where one
 * is logged in nobody but root may put his processes into another.
 */
static NTSTATUS set_rate(struct task *t, gaddr info, uint32_t len, bool cpu)
{
	enum { CPU_KNOWN = 0x1f, NET_KNOWN = 7, ENABLE = 1 };
	struct {
		uint32_t flags, rate;
	} c;
	struct {
		uint64_t bandwidth;
		uint32_t flags;
		uint8_t tag, pad[3];
	} n;
	uint32_t flags, size = cpu ? sizeof c : sizeof n;

	if (len != size)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, cpu ? (void *)&c : &n, info, size))
		return STATUS_ACCESS_VIOLATION;
	flags = cpu ? c.flags : n.flags;
	if (flags & ~(cpu ? CPU_KNOWN : NET_KNOWN) ||
	    (flags && !(flags & ENABLE)))
		return STATUS_INVALID_PARAMETER;
	/* None is in force, so there is nothing to take back. */
	return flags ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
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
	object_lock(&j->object);
	j->area->port_pid = port ? (uint32_t)nt_self->host_pid : 0;
	j->area->letters_taken = j->area->letters_put;
	object_unlock(&j->object);
	/* Those who are in it already are announced now. */
	job_announce(j);
	job_notes_watch();
	pthread_mutex_unlock(&jobs_lock);
	object_put(old);
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_information_job_object(struct task *t, uint64_t job,
				       uint32_t class, gaddr info, uint32_t len)
{
	uint16_t group;
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
		else if (class == UI_RESTRICTIONS && word & ~0xffu)
			status = STATUS_INVALID_PARAMETER;
		else if (class == UI_RESTRICTIONS)
			j->area->ui_restrictions = word;
		else if (word > JOB_POST_AT_END)
			status = STATUS_INVALID_PARAMETER;
		else
			j->area->end_action = word;
		break;
	case COMPLETION_PORT:
		status = set_port(t, j, info, len);
		break;
	case GROUPS:
		/* There is one group of processors. */
		if (!len || len % sizeof group)
			status = STATUS_INFO_LENGTH_MISMATCH;
		else if (guest_read(t, &group, info, sizeof group))
			status = STATUS_ACCESS_VIOLATION;
		else if (group || len != sizeof group)
			status = STATUS_INVALID_PARAMETER;
		break;
	case NOTIFICATION_LIMIT:
		status = set_notes(t, j, info, len);
		break;
	case CPU_RATE:
	case NET_RATE:
		status = set_rate(t, info, len, class == CPU_RATE);
		break;
	default:
		status = STATUS_INVALID_INFO_CLASS;
	}
	object_put(&j->object);
	return status;
}
