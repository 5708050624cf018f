/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job-member.c - processes in jobs: entering, ending, and being ended with the
 * last handle; see job.h.
 *
 * Nobody is told to remove a dead process from its slot: whoever looks at a
 * slot next, or hears of the end, does it.
 */
#include "syscall-xlate/nt/job.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/vad.h"

pthread_mutex_t jobs_lock = PTHREAD_MUTEX_INITIALIZER;
static struct job *jobs; /* under jobs_lock */

/* ---- making one ------------------------------------------------------ */

enum { AREA_AT = 4096 };

static bool map_area(struct job *j)
{
	void *p;

	/* What another process has sent may be too short. */
	if (lseek(j->object.shared->fd, 0, SEEK_END) <
	    (off_t)(AREA_AT + sizeof *j->area))
		return false;
	p = mmap(NULL, sizeof *j->area, PROT_READ | PROT_WRITE, MAP_SHARED,
		 j->object.shared->fd, AREA_AT);
	j->area = p == MAP_FAILED ? NULL : p;
	return j->area != NULL;
}

static void enlist(struct job *j)
{
	for (unsigned i = 0; i < COUNT_OF(j->parcels); i++)
		j->parcels[i] = -1;
	j->alarm = -1;
	pthread_mutex_lock(&jobs_lock);
	j->next = jobs;
	if (jobs)
		jobs->prev = j;
	jobs = j;
	pthread_mutex_unlock(&jobs_lock);
}

bool job_init(struct job *j)
{
	struct shared_page init = { .kind = SHARED_JOB };
	int ends[2] = { -1, -1 };

	j->object.shared = shared_anonymous(&init);
	if (!j->object.shared || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		ends[0] = ends[1] = -1;
	j->reading = ends[0];
	j->writing = ends[1];
	enlist(j);
	return j->object.shared && ends[0] >= 0 &&
	       ftruncate(j->object.shared->fd, AREA_AT + sizeof *j->area) ==
		       0 &&
	       map_area(j);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void job_destroy(struct object *o)
{
	struct job *j = job_of_object(o);
	struct job_told *told;

	pthread_mutex_lock(&jobs_lock);
	if (j->prev)
		j->prev->next = j->next;
	else if (jobs == j)
		jobs = j->next;
	if (j->next)
		j->next->prev = j->prev;
	pthread_mutex_unlock(&jobs_lock);
	while ((told = j->told)) {
		j->told = told->next;
		object_put(&told->process->object);
		free(told);
	}
	if (j->area)
		munmap(j->area, sizeof *j->area);
	close_fd(&j->reading);
	close_fd(&j->writing);
	close_fd(&j->alarm);
	for (unsigned i = 0; i < COUNT_OF(j->parcels); i++)
		close_fd(&j->parcels[i]);
	object_put(j->outer);
	object_put(j->port);
}

/* ---- handing it on --------------------------------------------------- */

/* A socket in which two descriptors lie; it is j's to close, later. */
static int parcel(struct job *j, int a, int b)
{
	const int both[2] = { a, b };
	char control[CMSG_SPACE(sizeof both)] = { 0 };
	struct iovec v = { "j", 1 };
	struct msghdr hdr = {
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control,
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&hdr);
	int pair[2], *place;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof both);
	memcpy(CMSG_DATA(c), both, sizeof both);
	if (sendmsg(pair[1], &hdr, MSG_NOSIGNAL) != 1)
		close_fd(&pair[0]);
	close(pair[1]);
	if (pair[0] < 0)
		return -1;
	pthread_mutex_lock(&jobs_lock);
	place = &j->parcels[j->next_parcel++ % COUNT_OF(j->parcels)];
	close_fd(place);
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
	return p->fd >= 0;
}

/* An end of a pipe of which the other is at fd. */
static int other_end(int fd, int flags)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, flags | O_NONBLOCK | O_CLOEXEC);
}

struct object *job_receive(const struct nt_passed *p)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = { 0 }, byte;
	struct iovec v = { &byte, 1 };
	struct msghdr hdr = {
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control,
	};
	struct cmsghdr *c;
	int both[2] = { -1, -1 };
	struct nt_passed page = { 0 };
	struct object *o = NULL;
	struct job *j;

	if (recvmsg(p->fd, &hdr, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 1 &&
	    (c = CMSG_FIRSTHDR(&hdr)) && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof both))
		memcpy(both, CMSG_DATA(c), sizeof both);
	close(p->fd);
	page.fd = both[0];
	if (page.fd >= 0)
		o = shared_receive(&job_type, &page);
	j = job_of_object(o);
	if (!o) {
		close_fd(&both[1]);
		return NULL;
	}
	enlist(j);
	if ((fcntl(both[1], F_GETFL) & O_ACCMODE) == O_RDONLY) {
		j->reading = both[1];
		j->writing = -1;
	} else {
		j->writing = both[1];
		j->reading = other_end(both[1], O_RDONLY);
	}
	if (map_area(j))
		return o;
	object_put(o);
	return NULL;
}

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

static bool runs(const struct job_slot *s)
{
	return s->pid && started((int)s->pid) == s->started;
}

/* The process in this slot is gone, unless somebody was faster. */
static bool leave(struct job *j, const struct job_slot *s)
{
	bool was = false;

	object_lock(&j->object);
	for (unsigned i = 0; i < slots(j) && !was; i++) {
		struct job_slot *at = &j->area->slot[i];

		was = at->pid == s->pid && at->started == s->started;
		if (was) {
			at->pid = 0;
			j->area->active -= j->area->active != 0;
		}
	}
	object_unlock(&j->object);
	return was;
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
	bool yes = false;

	object_lock(&j->object);
	for (unsigned i = 0; i < slots(j) && !yes; i++)
		yes = (int)j->area->slot[i].pid == host_pid;
	object_unlock(&j->object);
	return yes;
}

static NTSTATUS take_slot(struct job *j, const struct nt_process *p)
{
	struct job_area *a = j->area;
	struct job_slot s = { (uint32_t)p->host_pid, started(p->host_pid),
			      p->is_nt, 0 };
	NTSTATUS status = STATUS_QUOTA_EXCEEDED;

	object_lock(&j->object);
	/* Who starts it and it itself both do this: either may be killed. */
	for (unsigned i = 0; i < slots(j) && status; i++)
		if (a->slot[i].pid == s.pid && a->slot[i].started == s.started)
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
	NTSTATUS status = take_slot(j, p);
	unsigned n;

	if (status) {
		/* Some may be dead that nobody has heard of. */
		free(job_members(j, &n));
		status = take_slot(j, p);
	}
	pthread_mutex_lock(&jobs_lock);
	if (status)
		job_tell(j, JOB_MSG_ACTIVE_PROCESS_LIMIT, 0);
	else
		job_announce(j);
	pthread_mutex_unlock(&jobs_lock);
	if (!status && j->area->port_pid &&
	    (int)j->area->port_pid != nt_self->host_pid)
		remote_knock((int)j->area->port_pid);
	return status;
}

/* ---- the completion port --------------------------------------------- */

void job_tell(struct job *j, uint32_t message, uint32_t id)
{
	if (j->port)
		iocp_post(j->port, j->port_key, id, STATUS_SUCCESS, message);
}

/* The process with this host id: one we know, or one to watch from now on. */
static struct nt_process *process_of(const struct job_slot *s)
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
		t->process = process_of(&list[i]);
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
	job_tell(j,
		 (p->exit_code & 0xc0000000) == 0xc0000000
			 ? JOB_MSG_ABNORMAL_EXIT
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
	for (struct job *j = jobs; j; j = j->next) {
		struct job_slot s = { 0 };

		if (!j->area)
			continue;
		object_lock(&j->object);
		for (unsigned i = 0; i < slots(j); i++)
			if ((int)j->area->slot[i].pid == p->host_pid)
				s = j->area->slot[i];
		if (s.pid) {
			j->area->dead_user += p->last_user;
			j->area->dead_kernel += p->last_kernel;
		}
		object_unlock(&j->object);
		if (s.pid)
			leave(j, &s);
		puts += tell_end(j, p) != NULL;
	}
	pthread_mutex_unlock(&jobs_lock);
	while (puts--)
		object_put(&p->object);
}

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
	struct nt_process *p = process_of(s);

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
	close_fd(&j->writing);
	for (unsigned i = 0; i < COUNT_OF(j->parcels); i++)
		close_fd(&j->parcels[i]);
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
	for (struct job *j = jobs; j; j = j->next)
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
	j->alarm = other_end(j->reading, O_RDONLY);
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
	for (struct object *in = nt_self->job; in; in = job_of_object(in)->outer)
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
	take_slot(j, nt_self);
	/* All were ended after we were started and before we were seen. */
	if (j->area->ends != (uint32_t)ends)
		process_exit(j->area->end_code);
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

/* ---- children and others ---------------------------------------------- */

/* Whether children of ours are in o: STATUS_ACCESS_DENIED: may not leave. */
NTSTATUS jobs_of_child(bool breakaway, struct object **innermost)
{
	struct object *o;
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&jobs_lock);
	for (o = nt_self->job; o; o = job_of_object(o)->outer) {
		uint32_t flags = job_of_object(o)->area->limits.basic.flags;

		if (flags & JOB_LIMIT_SILENT_BREAKAWAY)
			continue;
		if (!breakaway)
			break;
		if (!(flags & JOB_LIMIT_BREAKAWAY_OK)) {
			status = STATUS_ACCESS_DENIED;
			break;
		}
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
