/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outside-proc.c - see outside-proc.h. */
#include "loader/outside-proc.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pass-fd.h"
#include "base/proc.h"
#include "base/table.h"
#include "loader/door.h"
#include "loader/jail.h"

enum { DEPTH = 1024 };

/*
 * Is pid the sandbox's?  Who loses its parent there becomes the supervisor's
 * child, so a chain always ends there.  We ourselves are another of its children.
 */
static bool is_inside(int pid, int supervisor)
{
	for (int i = 0; i < DEPTH && pid > 1 && pid != getpid(); i++) {
		pid = proc_parent(pid);
		if (pid == supervisor)
			return true;
	}
	return false;
}

static int list(const struct proc_request *r, int supervisor,
		struct proc_answer *a)
{
	unsigned n, found = 0;
	int used = 0, *ids = proc_list(r->pid, &n);

	for (unsigned i = 0; i < n && used < (int)COUNT_OF(a->list); i++)
		if ((r->pid || is_inside(ids[i], supervisor)) &&
		    found++ >= r->skip)
			a->list[used++] = ids[i];
	free(ids);
	return used;
}

static size_t answer_to(const struct proc_request *r, int supervisor,
			struct proc_answer *a)
{
	size_t size = 0;

	if ((r->pid || r->file >= 0) && !is_inside(r->pid, supervisor)) {
		a->result = -ENOENT;
	} else if (r->file < 0) {
		a->result = list(r, supervisor, a);
		size = (size_t)a->result * sizeof a->list[0];
	} else if (r->file > PROC_FDINFO) {
		a->result = -EINVAL;
	} else {
		a->result = (int32_t)proc_read(r->pid, (enum proc_file)r->file,
					       r->id, a->text, sizeof a->text);
		size = (size_t)MAX(a->result, 0);
	}
	/* The number may be another's by now. */
	if (r->pid && a->result >= 0 && !is_inside(r->pid, supervisor)) {
		a->result = -ENOENT;
		size = 0;
	}
	return offsetof(struct proc_answer, text) + size;
}

static void answer(int s, int door, void *context)
{
	static struct proc_answer a;
	struct proc_request r;
	int err;

	(void)door;
	if (pass_receive(s, &r, sizeof r, NULL, 0, 0) != sizeof r)
		return;
	err = pass_send(s, &a, answer_to(&r, *(int *)context, &a), NULL, 0, 0);
	if (err)
		log_debug(LOG_PROCESS, "processes: %s", strerror(-err));
}

int outside_proc_open(const struct policy *p, struct err *e)
{
	int door = door_make(p, PROC_DOOR);

	return door < 0 ? err_set(e, errno, "%s/" PROC_DOOR ": %s", p->own,
				  strerror(errno))
			: door;
}

int outside_proc_serve(int door, struct err *e)
{
	int supervisor = getpid();
	pid_t pid = door_fork();

	if (pid < 0)
		return err_set(e, errno, "fork: %s", strerror(errno));
	if (pid > 0) {
		close(door);
		return 0;
	}
	if (jail_calls_outside(JAIL_WATCHER, e)) {
		log_warn("sandbox: its processes do not see each other: %s",
			 e->text);
		_exit(0);
	}
	door_serve(door, answer, &supervisor);
}
