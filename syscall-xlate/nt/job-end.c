/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job-end.c - what a job does to its members: ending them, by a call or with
 * the last handle, and its limits, which each member applies to itself; see
 * job.h.
 */
#include "syscall-xlate/nt/job.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/proc.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/vad.h"

/* ---- ending all ------------------------------------------------------ */

/* The host's children of every thread of pid, and theirs; then pid itself. */
static void kill_tree(int pid, int depth)
{
	char text[PROC_TEXT], *at = text;
	long child;

	proc_read(pid, PROC_CHILDREN, 0, text, sizeof text);
	while (depth < 16 && (child = strtol(at, &at, 10)) > 0)
		kill_tree((int)child, depth + 1);
	if (depth)
		kill(pid, SIGKILL);
}

static void end_one(const struct job_slot *s, uint32_t code)
{
	struct nt_process *p = job_process_of(s);

	if (!s->is_nt)
		kill_tree((int)s->pid, 0);
	if (!p)
		return;
	/* So that whoever waits for it learns the code. */
	if (s->is_nt && !p->block)
		process_learn(p);
	process_kill(p, code);
	object_put(&p->object);
}

bool job_end_all(struct job *j, uint32_t code)
{
	struct job_slot *list;
	bool self = false;
	unsigned n;

	object_lock(&j->object);
	j->area->end_code = code;
	j->area->ends++;
	object_unlock(&j->object);
	list = job_members(j, &n);
	for (unsigned i = 0; list && i < n; i++)
		if ((int)list[i].pid == nt_self->host_pid)
			self = true;
		else
			end_one(&list[i], code);
	free(list);
	return self;
}

static bool nobody_holds(int reading)
{
	struct pollfd p = { reading, 0, 0 };

	return reading >= 0 && poll(&p, 1, 0) == 1 && p.revents & POLLHUP;
}

/* What Linux programs among the members cannot hear themselves. */
static void end_natives(struct job *j)
{
	struct job_slot *list;
	unsigned n;

	list = job_members(j, &n);
	for (unsigned i = 0; list && i < n; i++)
		if (!list[i].is_nt) {
			kill_tree((int)list[i].pid, 0);
			kill((int)list[i].pid, SIGKILL);
		}
	free(list);
}

void job_closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	struct job *j = job_of_object(o);

	(void)t;
	(void)h;
	if (!last)
		return;
	job_close_fd(&j->writing);
	for (unsigned i = 0; i < COUNT_OF(j->parcels); i++)
		job_close_fd(&j->parcels[i]);
	if (!nobody_holds(j->reading))
		return;
	/* Its members keep the page, but not the name. */
	shared_unname(o->shared, true);
	if (j->area->limits.basic.flags & JOB_LIMIT_KILL_ON_CLOSE)
		end_natives(j);
	if (!process_is_ending())
		jobs_check();
}

/* ---- ourselves ------------------------------------------------------- */

/* Of the calling process: the clock of its user time, in whole ticks. */
enum { USER_TIME = -7 };

static int64_t own_user_time(void)
{
	struct rusage ru;

	if (getrusage(RUSAGE_SELF, &ru))
		return 0;
	return ru.ru_utime.tv_sec * 10000000ll + ru.ru_utime.tv_usec * 10;
}

/*
 * Knock at us when we have used so much more; INT64_MAX: not at all.  Since the
 * clock counts ticks, that may be early: then it is set once more.
 */
static void set_timer(int64_t more)
{
	const int64_t least = 10000; /* 1 ms */
	static timer_t timer;
	static bool have;
	struct itimerspec when = { 0 };
	struct sigevent ev = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = task_ops->knock,
	};

	if ((more == INT64_MAX && !have) || !task_ops->knock)
		return;
	have = have || !timer_create((clockid_t)USER_TIME, &ev, &timer);
	if (more != INT64_MAX) {
		more = MAX(more, least);
		when.it_value.tv_sec = more / 10000000;
		when.it_value.tv_nsec = more % 10000000 * 100;
	}
	if (have)
		timer_settime(timer, 0, &when, NULL);
}

/*
 * A process's time: over?  Then it ends itself.  Else until when, in own user
 * time, it may go on.
 */
static int64_t check_process_time(const struct basic_limits *l, struct job *j,
				  int64_t own)
{
	if (!(l->flags & JOB_LIMIT_PROCESS_TIME) || l->process_time <= 0)
		return INT64_MAX;
	if (own < l->process_time)
		return l->process_time;
	object_lock(&j->object);
	j->area->terminated++;
	object_unlock(&j->object);
	pthread_mutex_lock(&jobs_lock);
	job_tell(j, JOB_MSG_END_OF_PROCESS_TIME, nt_self->id);
	pthread_mutex_unlock(&jobs_lock);
	process_exit(NOT_ENOUGH_QUOTA);
}

/* The time of all is over, and we have seen it: what its owner has chosen. */
static void end_of_job_time(struct job *j)
{
	struct job_area *a = j->area;
	bool first, posts;

	object_lock(&j->object);
	first = a->time_end != 0;
	posts = a->end_action == JOB_POST_AT_END && a->port_pid;
	a->time_end = 0;
	if (first && posts) {
		a->limits.basic.flags &= ~(uint32_t)JOB_LIMIT_JOB_TIME;
	} else if (first) {
		a->time_over = 1;
		a->terminated += a->active;
		*object_state(&j->object) = 1;
		object_changed(&j->object);
	}
	object_unlock(&j->object);
	if (!first)
		return;
	if (!posts) {
		if (job_end_all(j, NOT_ENOUGH_QUOTA))
			process_exit(NOT_ENOUGH_QUOTA);
		return;
	}
	pthread_mutex_lock(&jobs_lock);
	job_tell(j, JOB_MSG_END_OF_JOB_TIME, 0);
	pthread_mutex_unlock(&jobs_lock);
}

/* Every member looks when its share of what is left is used up. */
static int64_t check_job_time(struct job *j, int64_t own)
{
	const int64_t least = 100000; /* 10 ms: the host counts no finer */
	int64_t user, kernel, end = j->area->time_end, left;
	uint32_t faults;

	if (!end)
		return INT64_MAX;
	job_times(j, &user, &kernel, &faults, NULL);
	if (user >= end) {
		end_of_job_time(j);
		return INT64_MAX;
	}
	left = (end - user) / MAX(j->area->active, 1u);
	left = MAX(left, least);
	return left > INT64_MAX - own ? INT64_MAX : own + left;
}

void jobs_fix(uint8_t *class, uint64_t *affinity)
{
	pthread_mutex_lock(&jobs_lock);
	for (struct object *o = nt_self->job; o; o = job_outer(o)) {
		struct basic_limits b;

		object_lock(o);
		b = job_of_object(o)->area->limits.basic;
		object_unlock(o);
		if (class && b.flags & JOB_LIMIT_PRIORITY_CLASS) {
			*class = (uint8_t)b.priority_class;
			class = NULL;
		}
		b.affinity &= system_affinity();
		if (affinity && b.flags & JOB_LIMIT_AFFINITY && b.affinity) {
			*affinity = b.affinity;
			affinity = NULL;
		}
	}
	pthread_mutex_unlock(&jobs_lock);
}

static void apply(const struct extended_limits *l)
{
	const struct basic_limits *b = &l->basic;

	if (b->flags & JOB_LIMIT_AFFINITY && b->affinity & system_affinity())
		process_set_affinity(nt_self, b->affinity & system_affinity());
	if (b->flags & JOB_LIMIT_PRIORITY_CLASS)
		process_set_priority(nt_self, (uint8_t)b->priority_class);
}

/* ---- memory ---------------------------------------------------------- */

/* o locked: our slot; NULL: we are not in it, or not yet. */
static struct job_slot *own_slot(struct job *j)
{
	for (unsigned i = 0; i < MIN(j->area->used, (uint32_t)JOB_SLOTS); i++)
		if ((int)j->area->slot[i].pid == nt_self->host_pid)
			return &j->area->slot[i];
	return NULL;
}

/*
 * We have so many bytes, or want to have: 0, or the message that says why that
 * is refused.
 */
static uint32_t commit_in(struct job *j, uint64_t bytes, bool want)
{
	const struct extended_limits *l = &j->area->limits;
	struct job_slot *own;
	uint32_t message = 0;
	uint64_t all = bytes;

	object_lock(&j->object);
	own = own_slot(j);
	for (unsigned i = 0; i < MIN(j->area->used, (uint32_t)JOB_SLOTS); i++)
		if (j->area->slot[i].pid && &j->area->slot[i] != own)
			all += j->area->slot[i].committed;
	if (!want)
		;
	else if (l->basic.flags & JOB_LIMIT_PROCESS_MEMORY &&
		 bytes > l->process_memory)
		message = JOB_MSG_PROCESS_MEMORY_LIMIT;
	else if (l->basic.flags & JOB_LIMIT_JOB_MEMORY && all > l->job_memory)
		message = JOB_MSG_JOB_MEMORY_LIMIT;
	if (!message && own) {
		own->committed = bytes;
		j->area->peak_process = MAX(j->area->peak_process, bytes);
		j->area->peak_job = MAX(j->area->peak_job, all);
	}
	object_unlock(&j->object);
	return message;
}

/* For vm_on_commit(). */
static bool commit(uint64_t bytes, bool want)
{
	uint32_t message = 0;

	for (struct object *o = nt_self->job; o && !message;
	     o = job_of_object(o)->outer) {
		struct job *j = job_of_object(o);

		message = commit_in(j, bytes, want);
		if (!message)
			continue;
		pthread_mutex_lock(&jobs_lock);
		job_tell(j, message, nt_self->id);
		pthread_mutex_unlock(&jobs_lock);
	}
	return !message;
}

void jobs_check(void)
{
	const uint32_t memory = JOB_LIMIT_PROCESS_MEMORY | JOB_LIMIT_JOB_MEMORY;
	struct object *o = nt_self ? nt_self->job : NULL;
	int64_t own = o ? own_user_time() : 0, next = INT64_MAX;
	bool limited = false, any = o != NULL;

	for (; o; o = job_of_object(o)->outer) {
		struct job *j = job_of_object(o);
		struct extended_limits l;
		int64_t at;

		object_lock(o);
		l = j->area->limits;
		limited |= j->area->violation.flags & JOB_NOTE_MEMORY;
		object_unlock(o);
		if (l.basic.flags & JOB_LIMIT_KILL_ON_CLOSE &&
		    nobody_holds(j->reading)) {
			end_natives(j);
			/* The last who had a handle may have been killed. */
			shared_unname(o->shared, true);
			process_exit(0);
		}
		at = check_process_time(&l.basic, j, own);
		next = MIN(next, at);
		at = check_job_time(j, own);
		next = MIN(next, at);
		limited |= l.basic.flags & memory;
		apply(&l);
	}
	if (any) {
		set_timer(next == INT64_MAX ? next : next - own);
		vm_on_commit(limited ? commit : NULL);
	}
	pthread_mutex_lock(&jobs_lock);
	for (struct job *j = jobs_first; j; j = j->next)
		if (j->area) {
			job_take_letters(j);
			job_announce(j);
		}
	job_notes_watch();
	pthread_mutex_unlock(&jobs_lock);
}

/* The kernel is to send us the knock when the last handle is closed. */
static void listen_to(struct job *j)
{
	if (j->alarm >= 0 || j->reading < 0 || !task_ops->knock)
		return;
	/* Of its own: who is signalled belongs to the open file. */
	j->alarm = job_other_end(j->reading, O_RDONLY);
	if (j->alarm < 0)
		return;
	fcntl(j->alarm, F_SETOWN, nt_self->host_pid);
	fcntl(j->alarm, F_SETSIG, task_ops->knock);
	fcntl(j->alarm, F_SETFL, O_NONBLOCK | O_ASYNC);
}

void job_adopt(struct object *o)
{
	struct job *j = job_of_object(o);

	pthread_mutex_lock(&jobs_lock);
	for (struct object *in = nt_self->job; in;
	     in = job_of_object(in)->outer)
		if (in == o) {
			pthread_mutex_unlock(&jobs_lock);
			return;
		}
	if (!j->outer)
		j->outer = nt_self->job; /* the reference moves */
	else
		object_put(nt_self->job);
	object_get(o);
	nt_self->job = o;
	pthread_mutex_unlock(&jobs_lock);
	listen_to(j);
}

void job_born(struct object *o, uint64_t ends)
{
	struct job *j = job_of_object(o);

	job_adopt(o);
	job_take_slot(j, nt_self);
	/* All were ended after we were started and before we were seen. */
	if (j->area->ends != (uint32_t)ends)
		process_exit(j->area->end_code);
}

void job_limits_changed(struct job *j)
{
	struct job_slot *list;
	unsigned n;

	list = job_members(j, &n);
	for (unsigned i = 0; list && i < n; i++)
		if (list[i].is_nt && (int)list[i].pid != nt_self->host_pid)
			remote_knock((int)list[i].pid);
	free(list);
	jobs_check();
}
