/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-spawn.c - posix_spawn(3) of a child: a run-foreign of its own for a
 * Windows program, and ELF programs and scripts as they are.
 *
 * In both cases the child's descriptors 0 to 2 are its standard handles and
 * nothing of ours: who reads the other end of our stdout need not wait for a
 * child that writes elsewhere.
 */
#include "syscall-xlate/nt/process-spawn.h"

#include <errno.h>
#include <inttypes.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/process-held.h"
#include "syscall-xlate/nt/process-native.h"

/* Is this one of our options that a child must not get? */
static bool is_own(const char *option)
{
	static const char *const own[] = { "--cmdline", "--exit-status",
					   "--parent-channel" };
	size_t n = strcspn(option, "=");

	/* getopt accepts what is unambiguous. */
	for (unsigned i = 0; i < COUNT_OF(own); i++)
		if (n > 2 && strlen(own[i]) >= n && !strncmp(own[i], option, n))
			return true;
	return false;
}

/* argv of a run-foreign like ours; malloc'ed, entries are not copies. */
static char **own_argv(const char *host, const char *channel, const char *fixed)
{
	const struct launch *l = nt_self->launch;
	char **v = calloc(l->noptions + 7, sizeof *v);
	unsigned n = 0;

	if (!v)
		return NULL;
	v[n++] = (char *)"run-foreign";
	for (unsigned i = 0; i < l->noptions; i++) {
		if (!strcmp(l->options[i], "--"))
			break;
		if (!is_own(l->options[i]))
			v[n++] = l->options[i];
		else if (!strchr(l->options[i], '='))
			i++;
	}
	if (*fixed)
		v[n++] = (char *)fixed;
	v[n++] = (char *)channel;
	v[n++] = (char *)"--";
	v[n++] = (char *)host;
	return v;
}

/* Descriptors as the child is to have them. */
static int add_files(posix_spawn_file_actions_t *fa, const struct passing *g,
		     const struct request *r, int channel)
{
	int err = 0;

	/* A session's leader gets the terminal that it opens first. */
	if (*r->pty)
		err = posix_spawn_file_actions_addopen(fa, 0, r->pty, O_RDWR,
						       0);
	for (int i = 0; i < 3 && !err; i++)
		err = g->std_fd[i] >= 0
			      ? posix_spawn_file_actions_adddup2(
					fa, g->std_fd[i], i)
			      : posix_spawn_file_actions_addopen(
					fa, i, "/dev/null", O_RDWR, 0);
	/* Onto itself: it stays open and keeps its number. */
	for (uint32_t i = 0; i < g->n && channel >= 0 && !err; i++)
		if (g->objects[i].fd > 2)
			err = posix_spawn_file_actions_adddup2(
				fa, g->objects[i].fd, g->objects[i].fd);
	if (!err && channel >= 0)
		err = posix_spawn_file_actions_adddup2(fa, channel, channel);
	if (!err && r->held >= 0)
		err = posix_spawn_file_actions_adddup2(fa, r->held, r->held);
	if (!err && g->control[1] >= 0)
		err = posix_spawn_file_actions_adddup2(fa, g->control[1],
						       g->control[1]);
	if (!err && g->debug[1] >= 0)
		err = posix_spawn_file_actions_adddup2(fa, g->debug[1],
						       g->debug[1]);
	if (!err && channel >= 0 && g->console >= 0)
		err = posix_spawn_file_actions_adddup2(fa, g->console,
						       g->console);
	if (!err && *r->cwd)
		err = posix_spawn_file_actions_addchdir_np(fa, r->cwd);
	return err;
}

static int spawn(const char *path, char *const *argv, char *const *envp,
		 const struct passing *g, const struct request *r, int channel,
		 pid_t *pid)
{
	int slot = policy_slot(); /* of a sandbox */
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	if (slot == -1)
		return EDQUOT;
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	/* Ctrl-C stays ignored if the program asked for that: Windows'
	   children inherit it, too. */
	sigfillset(&set);
	sigdelset(&set, SIGINT);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			       (*r->pty ? POSIX_SPAWN_SETSID : 0));
	err = add_files(&fa, g, r, channel);
	if (!err && slot >= 0)
		err = posix_spawn_file_actions_adddup2(&fa, slot, slot);
	if (!err)
		err = posix_spawn(pid, path, &fa, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	if (slot >= 0)
		close(slot);
	return err;
}

int spawn_nt(const struct request *r, const struct passing *g, int channel,
	     pid_t *pid)
{
	char option[40], fixed[80] = "", **argv;
	uint64_t seed;
	int64_t now;
	int err;

	snprintf(option, sizeof option, "--parent-channel=%d", channel);
	if (clock_is_fixed()) {
		/* Random numbers of its own: names made of them must differ. */
		clock_for_child(&seed, &now);
		snprintf(fixed, sizeof fixed, "--deterministic=%" PRIu64 "@%" PRId64, seed, now);
	}
	argv = own_argv(r->host, option, fixed);
	if (!argv)
		return ENOMEM;
	err = spawn("/proc/self/exe", argv, nt_self->launch->envp, g, r,
		    channel, pid);
	free(argv);
	return err;
}

static int spawn_suspended(const struct request *r, const struct passing *g,
			   char *const *argv, char *const *env,
			   _Atomic uint32_t *suspend, pid_t *pid)
{
	struct held h = {
		.path = r->host,
		.argv = argv,
		.envp = env,
		.cwd = r->cwd,
		.std_fd = g->std_fd,
		.slot = policy_slot(),
		.suspend = suspend,
	};
	int err = EDQUOT;

	if (h.slot != -1)
		err = spawn_held(&h, pid);
	if (h.slot >= 0)
		close(h.slot);
	return err;
}

int spawn_native(const struct request *r, const struct passing *g,
		 _Atomic uint32_t *suspend, pid_t *pid)
{
	char **argv, **env;
	int err = ENOMEM;

	/* There is one program of the host in a sandbox, run-foreign: it would
	   be told what to do by the guest. */
	if (policy) {
		file_policy_say("running", r->host);
		return EACCES;
	}
	console_lend();
	argv = native_argv(r->command_line.s, r->command_line.len);
	env = native_environ(r->environment.s, r->environment.len,
			     nt_self->launch->envp);
	if (argv && env && suspend)
		err = spawn_suspended(r, g, argv, env, suspend, pid);
	else if (argv && env)
		err = spawn(r->host, argv, env, g, r, -1, pid);
	free(argv);
	free(env);
	return err;
}
