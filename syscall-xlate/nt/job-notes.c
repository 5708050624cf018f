/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job-notes.c - limits of a job of which its completion port is only told:
 * JobObjectNotificationLimitInformation and JobObjectLimitViolationInformation.
 *
 * The process that has the port looks every tenth of a second, as long as there
 * is a limit that has not been exceeded yet; who asks for violations looks too.
 * Each limit is told of once, until it is set again.
 */
#include "syscall-xlate/nt/job.h"

#include <stdlib.h>

#include "syscall-xlate/nt/remote.h"

enum {
	LOOK_NS = 100000000,
	TOLERANCE_HIGH = 3,
	KNOWN = JOB_NOTE_TIME | JOB_NOTE_MEMORY | JOB_NOTE_READ |
		JOB_NOTE_WRITE | JOB_NOTE_RATE,
};

struct usage {
	int64_t user;
	uint64_t memory;
	struct io_counts io;
};

static void usage_of(struct job *j, struct usage *u)
{
	int64_t kernel;
	uint32_t faults;

	*u = (struct usage){ 0 };
	job_times(j, &u->user, &kernel, &faults, &u->io);
	object_lock(&j->object);
	for (unsigned i = 0; i < MIN(j->area->used, (uint32_t)JOB_SLOTS); i++)
		if (j->area->slot[i].pid)
			u->memory += j->area->slot[i].committed;
	object_unlock(&j->object);
}

/* o locked: what of the limits has been exceeded, and was not yet. */
static uint32_t exceeded(const struct limit_violation *v, const struct usage *u)
{
	uint32_t now = 0;

	if (u->user > v->user_limit)
		now |= JOB_NOTE_TIME;
	if (u->memory > v->memory_limit)
		now |= JOB_NOTE_MEMORY;
	if (u->io.read_bytes > v->read_limit)
		now |= JOB_NOTE_READ;
	if (u->io.write_bytes > v->write_limit)
		now |= JOB_NOTE_WRITE;
	return now & v->flags & ~v->violated;
}

/* o locked: as it was when the message was sent. */
static void note(struct limit_violation *v, uint32_t new,
		 const struct usage *u)
{
	v->violated |= new;
	if (new & JOB_NOTE_TIME)
		v->user = u->user;
	if (new & JOB_NOTE_MEMORY)
		v->memory = u->memory;
	if (new & JOB_NOTE_READ)
		v->read = u->io.read_bytes;
	if (new & JOB_NOTE_WRITE)
		v->write = u->io.write_bytes;
}

static uint64_t part_of(const struct job_slot *s, uint32_t what)
{
	struct io_counts io;
	int64_t user, kernel;
	uint32_t faults;

	if (what & JOB_NOTE_MEMORY)
		return s->committed;
	if (what & JOB_NOTE_TIME) {
		process_host_times((int)s->pid, &user, &kernel, &faults);
		return (uint64_t)user;
	}
	process_host_io((int)s->pid, &io);
	return what & JOB_NOTE_READ ? io.read_bytes : io.write_bytes;
}

/* The process that has the largest part in it; 0: all have ended. */
static uint32_t most_of(struct job *j, uint32_t what)
{
	struct job_slot *list;
	uint64_t most = 0;
	uint32_t id = 0;
	unsigned n;

	list = job_members(j, &n);
	for (unsigned i = 0; list && i < n; i++) {
		uint64_t part = part_of(&list[i], what);

		if (!id || part > most) {
			most = part;
			id = process_id((int)list[i].pid);
		}
	}
	free(list);
	return id;
}

uint32_t job_notes_open(struct job *j)
{
	const struct limit_violation *v = &j->area->violation;
	uint32_t open;

	object_lock(&j->object);
	open = v->flags & ~v->violated;
	object_unlock(&j->object);
	return open;
}

void job_notes_look(struct job *j)
{
	struct limit_violation *v = &j->area->violation;
	struct usage u;
	uint32_t new;

	if (!job_notes_open(j))
		return;
	usage_of(j, &u);
	object_lock(&j->object);
	new = exceeded(v, &u);
	note(v, new, &u);
	object_unlock(&j->object);
	if (new)
		job_tell(j, JOB_MSG_NOTIFICATION_LIMIT,
			 most_of(j, new & -new));
}

/* ---- the process that has the port -------------------------------------- */

static bool armed; /* under jobs_lock */

static void look(struct alarm *a)
{
	(void)a;
	pthread_mutex_lock(&jobs_lock);
	armed = false;
	for (struct job *j = jobs_first; j; j = j->next)
		if (j->area && j->port)
			job_notes_look(j);
	job_notes_watch();
	pthread_mutex_unlock(&jobs_lock);
}

void job_notes_watch(void)
{
	static struct alarm alarm = { .ring = look };
	bool wanted = false;

	for (struct job *j = jobs_first; j && !wanted; j = j->next)
		wanted = j->area && j->port && job_notes_open(j);
	if (!wanted || armed)
		return;
	alarm.due = monotonic_ns() + LOOK_NS;
	armed = alarm_arm(&alarm);
}

/* ---- the calls ---------------------------------------------------------- */

NTSTATUS job_notes_set(struct job *j, const struct notification_limits *l)
{
	struct limit_violation v = { .flags = l->flags };
	struct usage u;
	uint32_t port;

	if (l->flags & ~(uint32_t)KNOWN)
		return STATUS_INVALID_PARAMETER;
	if (l->flags & JOB_NOTE_RATE)
		return l->tolerance > TOLERANCE_HIGH ||
				       l->interval > TOLERANCE_HIGH
			       ? STATUS_INVALID_PARAMETER
			       : STATUS_NOT_SUPPORTED;
	if ((l->flags & JOB_NOTE_TIME && l->user <= 0) ||
	    (l->flags & JOB_NOTE_MEMORY && !l->memory) ||
	    (l->flags & JOB_NOTE_READ && !l->read) ||
	    (l->flags & JOB_NOTE_WRITE && !l->write))
		return STATUS_INVALID_PARAMETER;
	usage_of(j, &u);
	v.read_limit = l->flags & JOB_NOTE_READ ? l->read : 0;
	v.write_limit = l->flags & JOB_NOTE_WRITE ? l->write : 0;
	v.memory_limit = l->flags & JOB_NOTE_MEMORY ? l->memory : 0;
	/* "The system adds the accumulated execution time." */
	if (l->flags & JOB_NOTE_TIME)
		v.user_limit = l->user > INT64_MAX - u.user ? INT64_MAX
							    : u.user + l->user;
	object_lock(&j->object);
	j->area->notes = *l;
	j->area->violation = v;
	port = j->area->port_pid;
	object_unlock(&j->object);
	/* For memory, members have to count. */
	job_limits_changed(j);
	if (port && (int)port != nt_self->host_pid)
		remote_knock((int)port);
	return STATUS_SUCCESS;
}
