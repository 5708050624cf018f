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

#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/vad.h"

/* ---- ending all ------------------------------------------------------ */

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
	if (j->area->limits.basic.flags & JOB_LIMIT_KILL_ON_CLOSE &&
	    nobody_holds(j->reading))
		end_natives(j);
	if (!process_is_ending())
		jobs_check();
}

/* ---- ourselves ------------------------------------------------------- */

static void apply_time(const struct basic_limits *l)
{
	static timer_t timer;
	static bool have;
	struct itimerspec when = { 0 };
	struct sigevent ev = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = task_ops->knock,
	};

	if (!(l->flags & JOB_LIMIT_PROCESS_TIME) || !task_ops->knock ||
	    l->process_time <= 0)
		return;
	have = have || !timer_create(CLOCK_PROCESS_CPUTIME_ID, &ev, &timer);
	when.it_value.tv_sec = l->process_time / 10000000;
	when.it_value.tv_nsec = l->process_time % 10000000 * 100;
	if (have)
		timer_settime(timer, TIMER_ABSTIME, &when, NULL);
}

static void apply(const struct extended_limits *l)
{
	const struct basic_limits *b = &l->basic;

	apply_time(b);
	if (b->flags & JOB_LIMIT_AFFINITY && b->affinity & system_affinity())
		process_set_affinity(nt_self, b->affinity & system_affinity());
	if (b->flags & JOB_LIMIT_PRIORITY_CLASS)
		process_set_priority(nt_self, (uint8_t)b->priority_class);
	if (b->flags & JOB_LIMIT_PROCESS_MEMORY)
		vm_limit_commit(l->process_memory);
	else if (b->flags & JOB_LIMIT_JOB_MEMORY)
		vm_limit_commit(l->job_memory); /* each gets all of it */
}

static void check_time(const struct basic_limits *l, struct job *j)
{
	enum { NOT_ENOUGH_QUOTA = 1816 };
	struct timespec ts;

	if (!(l->flags & JOB_LIMIT_PROCESS_TIME) || l->process_time <= 0 ||
	    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts))
		return;
	if (ts.tv_sec * 10000000ll + ts.tv_nsec / 100 < l->process_time)
		return;
	pthread_mutex_lock(&jobs_lock);
	job_tell(j, JOB_MSG_END_OF_PROCESS_TIME, nt_self->id);
	pthread_mutex_unlock(&jobs_lock);
	process_exit(NOT_ENOUGH_QUOTA);
}

void jobs_check(void)
{
	struct object *o = nt_self ? nt_self->job : NULL;

	for (; o; o = job_of_object(o)->outer) {
		struct job *j = job_of_object(o);
		struct extended_limits l;

		object_lock(o);
		l = j->area->limits;
		object_unlock(o);
		if (l.basic.flags & JOB_LIMIT_KILL_ON_CLOSE &&
		    nobody_holds(j->reading)) {
			end_natives(j);
			process_exit(0);
		}
		check_time(&l.basic, j);
		apply(&l);
	}
	pthread_mutex_lock(&jobs_lock);
	for (struct job *j = jobs_first; j; j = j->next)
		if (j->area)
			job_announce(j);
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
