/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-group.c - who shares our console, and which of them are a group.
 *
 * They are the Windows programs that stem from the same first one, in our host
 * session (setsid(2)), each of which knows its group and is asked for it; and
 * the Linux programs that those have started.  The shell that we were started from is none of them, nor is a
 * make(1) or a test's time-out: a signal to the host's process group, as the
 * terminal's Ctrl-C is, would reach these as well.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/table.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"

struct candidate {
	int pid, parent;
	bool nt;
};

/* All of our host session, malloc'ed. */
static struct candidate *of_session(unsigned *n)
{
	int ours = getsid(0), *ids;
	struct candidate *list;
	unsigned all;

	*n = 0;
	ids = proc_list(0, &all);
	list = malloc(MAX(all, 1u) * sizeof *list);
	for (unsigned i = 0; list && i < all; i++)
		if (getsid(ids[i]) == ours)
			list[(*n)++] = (struct candidate){
				.pid = ids[i],
				.parent = proc_parent(ids[i]),
				.nt = remote_is_ours(ids[i]),
			};
	free(ids);
	return list;
}

static bool in_group(int pid, uint32_t group)
{
	struct nt_process *p;
	bool yes;

	if (pid == nt_self->host_pid)
		return !console.detached &&
		       (!group || nt_self->group == group);
	if (process_open_host(process_id(pid), &p))
		return false;
	process_learn(p);
	yes = p->is_nt && p->console_root == nt_self->console_root &&
	      !p->detached &&
	      (!group || p->group == group);
	object_put(&p->object);
	return yes;
}

bool console_is_elsewhere(uint32_t id)
{
	struct nt_process *p;
	bool yes;

	if (id == nt_self->id)
		return console.detached;
	if (process_open_host(id, &p))
		return false;
	process_learn(p);
	yes = p->is_nt &&
	      (p->detached || p->console_root != nt_self->console_root);
	object_put(&p->object);
	return yes;
}

/* A Linux program that a member has started. */
static bool is_native_child(const struct candidate *c, const int *members,
			    unsigned n)
{
	for (unsigned i = 0; i < n && !c->nt; i++)
		if (c->parent == members[i])
			return true;
	return false;
}

int *console_members(uint32_t group, bool natives, unsigned *n)
{
	unsigned all, nts;
	struct candidate *list = of_session(&all);
	int *pids = calloc(all + 1, sizeof *pids);

	*n = 0;
	for (unsigned i = 0; list && pids && i < all; i++)
		if (list[i].nt && in_group(list[i].pid, group))
			pids[(*n)++] = list[i].pid;
	nts = *n;
	for (unsigned i = 0; natives && list && pids && i < all; i++)
		if (is_native_child(&list[i], pids, nts))
			pids[(*n)++] = list[i].pid;
	free(list);
	return pids;
}

/*
 * The first process of a world (a sandbox's) is not ended by a signal that it
 * does not handle.
 */
static void end_by_default(int sig)
{
	struct sigaction sa;

	if (getpid() == 1 && sigaction(sig, NULL, &sa) == 0 &&
	    sa.sa_handler == SIG_DFL)
		process_exit_status(STATUS_CONTROL_C_EXIT, 128 + sig);
}

NTSTATUS console_signal(uint32_t group, int sig)
{
	unsigned n;
	int *pids = console_members(group, true, &n);
	bool self = false;

	if (!pids)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < n; i++)
		if (pids[i] == nt_self->host_pid)
			self = true;
		else
			kill(pids[i], sig);
	free(pids);
	/* Last, as it may be the end of us. */
	if (self) {
		kill(nt_self->host_pid, sig);
		end_by_default(sig);
	}
	return n ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
