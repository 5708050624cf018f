/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job-object.c - a job as an object: made, handed to other processes, let go;
 * see job.h.  All that this process knows are in a list.
 */
#include "syscall-xlate/nt/job.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pass-fd.h"

pthread_mutex_t jobs_lock = PTHREAD_MUTEX_INITIALIZER;
struct job *jobs_first;

/* ---- making one ------------------------------------------------------ */

/* j has its page. */
static void enlist(struct job *j)
{
	j->area = j->object.shared->area;
	for (unsigned i = 0; i < COUNT_OF(j->parcels); i++)
		j->parcels[i] = -1;
	j->alarm = -1;
	j->listed = true;
	pthread_mutex_lock(&jobs_lock);
	j->next = jobs_first;
	if (jobs_first)
		jobs_first->prev = j;
	jobs_first = j;
	pthread_mutex_unlock(&jobs_lock);
}

bool job_init(struct job *j)
{
	struct shared_page init = { .kind = SHARED_JOB };
	int ends[2] = { -1, -1 };

	j->object.shared = shared_anonymous(&init);
	if (j->object.shared)
		shared_adopt(j->object.shared, &j->object);
	if (!j->object.shared || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		ends[0] = ends[1] = -1;
	j->reading = ends[0];
	j->writing = ends[1];
	if (j->object.shared)
		enlist(j);
	return ends[0] >= 0;
}

/* One side of the pipe with a name; -1. */
static int open_side(const struct shared *s, int flags, bool make)
{
	char path[PATH_MAX];

	if (!shared_companion(s, path, sizeof path))
		return -1;
	if (make && mkfifo(path, 0600) < 0 && errno != EEXIST)
		return -1;
	return open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

bool job_named(struct object *o, bool created)
{
	struct job *j = job_of_object(o);
	struct shared *s = o->shared;

	if (!s)
		return job_init(j);
	if (!j->area) {
		j->reading = j->writing = -1;
		enlist(j);
	}
	/* In this order: without a reader nobody can open it for writing. */
	if (j->reading < 0)
		j->reading = open_side(s, O_RDONLY, created);
	if (j->writing < 0)
		j->writing = open_side(s, O_WRONLY, false);
	return j->reading >= 0 && j->writing >= 0;
}

void job_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void job_destroy(struct object *o)
{
	struct job *j = job_of_object(o);
	struct job_told *told;

	/* One that turned out to be known already: nothing in it is valid. */
	if (!j->listed)
		return;
	pthread_mutex_lock(&jobs_lock);
	if (j->prev)
		j->prev->next = j->next;
	else if (jobs_first == j)
		jobs_first = j->next;
	if (j->next)
		j->next->prev = j->prev;
	pthread_mutex_unlock(&jobs_lock);
	while ((told = j->told)) {
		j->told = told->next;
		object_put(&told->process->object);
		free(told);
	}
	job_close_fd(&j->reading);
	job_close_fd(&j->writing);
	job_close_fd(&j->alarm);
	for (unsigned i = 0; i < COUNT_OF(j->parcels); i++)
		job_close_fd(&j->parcels[i]);
	object_put(j->outer);
	object_put(j->port);
}

/* ---- handing it on --------------------------------------------------- */

/* A socket in which two descriptors lie; it is j's to close, later. */
static int parcel(struct job *j, int a, int b)
{
	const int both[2] = { a, b };
	int pair[2], *place;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	if (pass_send(pair[1], "j", 1, both, COUNT_OF(both), 0))
		job_close_fd(&pair[0]);
	close(pair[1]);
	if (pair[0] < 0)
		return -1;
	pthread_mutex_lock(&jobs_lock);
	place = &j->parcels[j->next_parcel++ % COUNT_OF(j->parcels)];
	job_close_fd(place);
	*place = pair[0];
	pthread_mutex_unlock(&jobs_lock);
	return pair[0];
}

bool job_pass(struct object *o, struct nt_passed *p)
{
	struct job *j = job_of_object(o);

	p->len = 0;
	p->value[1] = j->area->ends;
	/* To a member without a handle (value[0]) only the reading end. */
	p->fd = parcel(j, o->shared->fd,
		       p->value[0] || j->writing < 0 ? j->reading : j->writing);
	/* What keeps its name is the page's descriptor, which we may close. */
	if (o->shared->path)
		p->told = o->shared->in_others = true;
	return p->fd >= 0;
}

int job_other_end(int fd, int flags)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, flags | O_NONBLOCK | O_CLOEXEC);
}

/* j, which we may know already, and an end of its pipe. */
static void take_end(struct job *j, int fd)
{
	bool only_reads = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;

	if (!j->area) {
		j->reading = j->writing = -1;
		enlist(j);
	}
	if (j->reading < 0)
		j->reading = only_reads ? fd : job_other_end(fd, O_RDONLY);
	if (j->writing < 0 && !only_reads)
		j->writing = fd;
	else if (j->reading != fd)
		close(fd);
}

struct object *job_receive(const struct nt_passed *p)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int both[2];
	char byte;
	struct nt_passed page = { 0 };
	struct object *o = NULL;

	pass_receive(p->fd, &byte, 1, both, COUNT_OF(both), MSG_DONTWAIT);
	close(p->fd);
	page.fd = both[0];
	pthread_mutex_lock(&lock);
	if (page.fd >= 0)
		o = shared_receive(&job_type, &page);
	if (o)
		take_end(job_of_object(o), both[1]);
	else
		job_close_fd(&both[1]);
	pthread_mutex_unlock(&lock);
	return o;
}
