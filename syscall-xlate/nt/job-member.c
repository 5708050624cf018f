/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job-member.c - which processes are in a job, and what its completion port
 * is told of them; see job.h.
 *
 * Nobody is told to remove a dead process from its slot: whoever looks at a
 * slot next, or hears of the end, does it.
 */
#include "syscall-xlate/nt/job.h"

#include <stdlib.h>
#include <unistd.h>

#include "syscall-xlate/nt/remote.h"

/* ---- slots ----------------------------------------------------------- */

/* o locked: how many slots there are to look at. */
static unsigned slots(const struct job *j)
{
	return MIN(j->area->used, (uint32_t)JOB_SLOTS);
}

static uint32_t started(int pid)
{
	return (uint32_t)process_host_started(pid);
}

/* What is in the slot may be anything; a host id is a positive int. */
static bool runs(const struct job_slot *s)
{
	return s->pid && s->pid <= INT32_MAX && s->started &&
	       started((int)s->pid) == s->started;
}

static void add_io(struct io_counts *to, const struct io_counts *c)
{
	to->reads += c->reads;
	to->writes += c->writes;
	to->others += c->others;
	to->read_bytes += c->read_bytes;
	to->write_bytes += c->write_bytes;
	to->other_bytes += c->other_bytes;
}

/* o locked: at's process has used so much in its life. */
static void count(struct job *j, struct job_slot *at, int64_t user,
		  int64_t kernel, const struct io_counts *io)
{
	if (at->counted)
		return;
	at->counted = 1;
	j->area->dead_user += user;
	j->area->dead_kernel += kernel;
	add_io(&j->area->dead_io, io);
}

/* o locked; NULL: it is not in j. */
static struct job_slot *slot_of(struct job *j, int host_pid)
{
	for (unsigned i = 0; i < slots(j); i++)
		if ((int)j->area->slot[i].pid == host_pid)
			return &j->area->slot[i];
	return NULL;
}

/* The process in this slot is gone, unless somebody was faster. */
static bool leave(struct job *j, const struct job_slot *s)
{
	int64_t user = 0, kernel = 0;
	struct io_counts io = { 0 };
	struct job_slot *at;
	uint32_t faults;
	bool was;

	/* Until it is waited for the host still knows. */
	if (!s->counted && !started((int)s->pid)) {
		process_host_times((int)s->pid, &user, &kernel, &faults);
		process_host_io((int)s->pid, &io);
	}
	object_lock(&j->object);
	at = slot_of(j, (int)s->pid);
	was = at && at->started == s->started;
	if (was) {
		count(j, at, user, kernel, &io);
		at->pid = 0;
		j->area->active -= j->area->active != 0;
	}
	object_unlock(&j->object);
	return was;
}

void job_count_times(const struct nt_process *p, int64_t user, int64_t kernel)
{
	struct io_counts io;

	pthread_mutex_lock(&jobs_lock);
	if (jobs_first)
		process_host_io(p->host_pid, &io);
	for (struct job *j = jobs_first; j; j = j->next) {
		struct job_slot *at;

		if (!j->area)
			continue;
		object_lock(&j->object);
		at = slot_of(j, p->host_pid);
		if (at)
			count(j, at, user, kernel, &io);
		object_unlock(&j->object);
	}
	pthread_mutex_unlock(&jobs_lock);
}

struct job_slot *job_members(struct job *j, unsigned *n)
{
	struct job_slot *list = calloc(JOB_SLOTS, sizeof *list);
	unsigned all = 0;

	*n = 0;
	if (!list)
		return NULL;
	object_lock(&j->object);
	for (unsigned i = 0; i < slots(j); i++)
		if (j->area->slot[i].pid)
			list[all++] = j->area->slot[i];
	object_unlock(&j->object);
	/* The host is asked without the lock. */
	for (unsigned i = 0; i < all; i++)
		if (runs(&list[i]))
			list[(*n)++] = list[i];
		else
			leave(j, &list[i]);
	return list;
}

bool job_has(struct job *j, int host_pid)
{
	bool yes;

	object_lock(&j->object);
	yes = slot_of(j, host_pid) != NULL;
	object_unlock(&j->object);
	return yes;
}

NTSTATUS job_take_slot(struct job *j, const struct nt_process *p)
{
	struct job_area *a = j->area;
	struct job_slot s = { .pid = (uint32_t)p->host_pid,
			      .started = started(p->host_pid),
			      .is_nt = p->is_nt };
	NTSTATUS status = STATUS_QUOTA_EXCEEDED;

	object_lock(&j->object);
	if (a->time_over) {
		object_unlock(&j->object);
		return status;
	}
	/* Who starts it and it itself both do this: either may be killed. */
	for (unsigned i = 0; i < slots(j) && status; i++)
		if (a->slot[i].pid == s.pid && a->slot[i].started == s.started)
			status = STATUS_SUCCESS;
	/*
	 * Come and gone already: it has been counted by itself.  Looked at with
	 * the lock, since only the dead lose their slots.
	 */
	if (status && (!s.started || !runs(&s)))
		status = STATUS_SUCCESS;
	if (!(a->limits.basic.flags & JOB_LIMIT_ACTIVE_PROCESS) ||
	    a->active < a->limits.basic.active_processes)
		for (unsigned i = 0; i < JOB_SLOTS && status; i++) {
			if (a->slot[i].pid)
				continue;
			a->slot[i] = s;
			a->used = MAX(a->used, i + 1);
			a->total++;
			a->active++;
			status = STATUS_SUCCESS;
		}
	object_unlock(&j->object);
	return status;
}

NTSTATUS job_enter(struct job *j, struct nt_process *p)
{
	NTSTATUS status = job_take_slot(j, p);
	unsigned n;

	if (status) {
		/* Some may be dead that nobody has heard of. */
		free(job_members(j, &n));
		status = job_take_slot(j, p);
	}
	pthread_mutex_lock(&jobs_lock);
	if (!status)
		job_announce(j);
	else if (!j->area->time_over)
		job_tell(j, JOB_MSG_ACTIVE_PROCESS_LIMIT, 0);
	pthread_mutex_unlock(&jobs_lock);
	if (!status && j->area->port_pid &&
	    (int)j->area->port_pid != nt_self->host_pid)
		remote_knock((int)j->area->port_pid);
	return status;
}

bool job_has_room(struct object *o)
{
	struct job *j = job_of_object(o);
	unsigned n;
	bool full;

	free(job_members(j, &n)); /* the dead leave */
	object_lock(o);
	full = j->area->limits.basic.flags & JOB_LIMIT_ACTIVE_PROCESS &&
	       j->area->active >= j->area->limits.basic.active_processes;
	object_unlock(o);
	if (full) {
		pthread_mutex_lock(&jobs_lock);
		job_tell(j, JOB_MSG_ACTIVE_PROCESS_LIMIT, 0);
		pthread_mutex_unlock(&jobs_lock);
	}
	return !full;
}

void job_times(struct job *j, int64_t *user, int64_t *kernel, uint32_t *faults,
	       struct io_counts *io)
{
	struct job_slot *list;
	unsigned n;

	list = job_members(j, &n);
	object_lock(&j->object);
	*user = j->area->dead_user;
	*kernel = j->area->dead_kernel;
	if (io)
		*io = j->area->dead_io;
	*faults = 0;
	object_unlock(&j->object);
	for (unsigned i = 0; list && i < n; i++) {
		struct io_counts own;
		int64_t u, k;
		uint32_t f;

		if (list[i].counted)
			continue;
		if (io) {
			process_host_io((int)list[i].pid, &own);
			add_io(io, &own);
		}
		process_host_times((int)list[i].pid, &u, &k, &f);
		*user += u;
		*kernel += k;
		*faults += f;
	}
	free(list);
}

/* ---- the completion port --------------------------------------------- */

static void post(struct job *j, uint32_t message, uint32_t id)
{
	iocp_post(j->port, j->port_key, id, STATUS_SUCCESS, message);
}

void job_tell(struct job *j, uint32_t message, uint32_t id)
{
	struct job_area *a = j->area;
	int pid = 0;

	if (j->port) {
		post(j, message, id);
		return;
	}
	object_lock(&j->object);
	if (a->port_pid && a->letters_put - a->letters_taken < JOB_LETTERS) {
		a->letter[a->letters_put++ % JOB_LETTERS] =
			(struct job_letter){ message, id };
		pid = (int)a->port_pid;
	}
	object_unlock(&j->object);
	if (pid)
		remote_knock(pid);
}

void job_take_letters(struct job *j)
{
	struct job_area *a = j->area;
	struct job_letter l;

	/* As often as there is room for letters: the counts are not ours. */
	for (unsigned i = 0; j->port && i < JOB_LETTERS; i++) {
		object_lock(&j->object);
		if (a->letters_put == a->letters_taken) {
			object_unlock(&j->object);
			return;
		}
		l = a->letter[a->letters_taken++ % JOB_LETTERS];
		object_unlock(&j->object);
		post(j, l.message, l.id);
	}
}

struct nt_process *job_process_of(const struct job_slot *s)
{
	struct nt_process *p;

	if ((int)s->pid == nt_self->host_pid) {
		object_get(&nt_self->object);
		return nt_self;
	}
	return process_open_host(process_id((int)s->pid), &p) ? NULL : p;
}

static bool told_of(const struct job *j, const struct job_slot *s)
{
	for (const struct job_told *t = j->told; t; t = t->next)
		if (t->process->host_pid == (int)s->pid)
			return true;
	return false;
}

void job_announce(struct job *j)
{
	struct job_slot *list;
	unsigned n;

	if (!j->port)
		return;
	list = job_members(j, &n);
	for (unsigned i = 0; list && i < n; i++) {
		struct job_told *t;

		if (told_of(j, &list[i]))
			continue;
		t = malloc(sizeof *t);
		if (!t)
			break;
		t->process = job_process_of(&list[i]);
		if (!t->process) {
			free(t);
			continue;
		}
		t->next = j->told;
		j->told = t;
		job_tell(j, JOB_MSG_NEW_PROCESS, t->process->id);
	}
	free(list);
}

/* JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS: by an exception that nobody handled */
static bool abnormal(uint32_t code)
{
	static const uint32_t codes[] = {
		0x80000001, /* guard page */
		0x80000002, /* datatype misalignment */
		0x80000003, /* breakpoint */
		0x80000004, /* single step */
		0xc0000005, /* access violation */
		0xc0000006, /* in-page error */
		0xc000001d, /* illegal instruction */
		0xc0000025, /* noncontinuable exception */
		0xc0000026, /* invalid disposition */
		0xc0000096, /* privileged instruction */
		0xc00000fd, /* stack overflow */
		0xc000013a, /* Ctrl+C */
	};

	for (unsigned i = 0; i < COUNT_OF(codes); i++)
		if (codes[i] == code)
			return true;
	/* Array bounds, floating point, division by zero, overflow. */
	return code >= 0xc000008c && code <= 0xc0000095;
}

/* With jobs_lock held: p is told of no more; returns what is to be put. */
static struct nt_process *tell_end(struct job *j, struct nt_process *p)
{
	struct job_told **at = &j->told, *t;

	while (*at && (*at)->process != p)
		at = &(*at)->next;
	t = *at;
	if (!t)
		return NULL;
	*at = t->next;
	free(t);
	job_take_letters(j); /* they were written before it ended */
	job_tell(j,
		 abnormal(p->exit_code) ? JOB_MSG_ABNORMAL_EXIT
					: JOB_MSG_EXIT_PROCESS,
		 p->id);
	if (!j->told && !j->area->active)
		job_tell(j, JOB_MSG_ACTIVE_PROCESS_ZERO, 0);
	return p;
}

void job_process_ended(struct nt_process *p)
{
	unsigned puts = 0;

	pthread_mutex_lock(&jobs_lock);
	for (struct job *j = jobs_first; j; j = j->next) {
		struct job_slot s = { 0 }, *at;

		if (!j->area)
			continue;
		object_lock(&j->object);
		at = slot_of(j, p->host_pid);
		if (at)
			s = *at;
		object_unlock(&j->object);
		if (s.pid)
			leave(j, &s);
		puts += tell_end(j, p) != NULL;
	}
	pthread_mutex_unlock(&jobs_lock);
	while (puts--)
		object_put(&p->object);
}

/* ---- children and others ---------------------------------------------- */

enum job_stay job_keeps_child(struct object *o, bool breakaway)
{
	uint32_t flags = job_of_object(o)->area->limits.basic.flags;

	if (flags & JOB_LIMIT_SILENT_BREAKAWAY)
		return JOB_LEAVE;
	if (!breakaway)
		return JOB_STAY;
	return flags & JOB_LIMIT_BREAKAWAY_OK ? JOB_LEAVE : JOB_REFUSES;
}

/* Whether children of ours are in o: STATUS_ACCESS_DENIED: may not leave. */
NTSTATUS jobs_of_child(bool breakaway, struct object **innermost)
{
	struct object *o;
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&jobs_lock);
	for (o = nt_self->job; o; o = job_of_object(o)->outer) {
		enum job_stay stay = job_keeps_child(o, breakaway);

		if (stay == JOB_REFUSES)
			status = STATUS_ACCESS_DENIED;
		if (stay != JOB_LEAVE)
			break;
	}
	*innermost = o;
	pthread_mutex_unlock(&jobs_lock);
	return status;
}

struct object *job_outer(struct object *o)
{
	return job_of_object(o)->outer;
}

NTSTATUS job_register(struct object *o, struct nt_process *p)
{
	return job_enter(job_of_object(o), p);
}

NTSTATUS job_assign(struct object *o, struct nt_process *p)
{
	struct job *j = job_of_object(o);
	struct remote_msg *m;
	NTSTATUS status;

	if (job_has(j, p->host_pid))
		return STATUS_ACCESS_DENIED;
	status = job_enter(j, p);
	if (status)
		return status;
	if (p == nt_self) {
		job_adopt(o);
		jobs_check();
		return STATUS_SUCCESS;
	}
	if (!p->is_nt)
		return STATUS_SUCCESS;
	/* It has to know, to listen and for its children. */
	m = remote_msg(REMOTE_JOB);
	if (m && handle_pack_member((struct start_handle *)m->data, o)) {
		m->fd = ((struct start_handle *)m->data)->passed.fd;
		m->has_object = true;
		m->len = offsetof(struct start_handle, passed.data);
		remote_ask(p, m);
		if (m->fd >= 0)
			close(m->fd);
	}
	free(m);
	return STATUS_SUCCESS;
}
