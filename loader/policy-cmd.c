/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy-cmd.c - see policy-cmd.h. */
#include "loader/policy-cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/policy-net.h"
#include "base/table.h"
#include "loader/jail.h"

static void show_path(const struct policy_mount *m)
{
	static const char *const modes[] = {
		[MOUNT_RO] = "read only",
		[MOUNT_RW] = "read and write",
		[MOUNT_COW] = "read and write, changes are dropped",
	};

	printf("  %c:\\", m->drive);
	for (const char *c = m->guest; *c; c++)
		putchar(*c == '/' ? '\\' : *c);
	printf("  %s %s, %s\n", m->is_dir ? "folder" : "file", m->host,
	       modes[m->mode]);
}

static void show_net(const struct policy *p)
{
	static const struct {
		unsigned net;
		const char *what;
	} words[] = {
		{ POLICY_NET_LOOPBACK, " loopback of its own" },
		{ POLICY_NET_ALL, " all" },
		{ POLICY_NET_PEERS, " TCP to" },
	};
	unsigned said = 0;

	printf("  network%s", p->net ? "" : " none");
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (p->net & words[i].net)
			printf("%s%s", said++ ? "," : "", words[i].what);
	for (size_t i = 0; i < p->npeers; i++)
		printf(" %s port %u", p->peers[i].host, p->peers[i].port);
	printf("\n");
}

static void show(const char *file, const struct policy *p)
{
	printf("%s grants:\n", file);
	for (size_t i = 0; i < p->nmounts; i++)
		show_path(&p->mounts[i]);
	for (size_t i = 0; i < p->nenv; i++)
		printf("  environment %s\n", p->env[i]);
	show_net(p);
	if (p->commit)
		printf("  changes of mounts that drop them are written at the end\n");
	if (p->memory)
		printf("  memory %llu bytes for each process\n",
		       (unsigned long long)p->memory);
	if (p->cpus)
		printf("  processors %u\n", p->cpus);
	printf("  processes %u\n", p->pids ? p->pids : POLICY_PIDS);
	if (p->timeout)
		printf("  seconds %u\n", p->timeout);
}

int policy_command(char **argv)
{
	int status = 0;

	if (argv[1] && !strcmp(argv[1], "calls") && !argv[2]) {
		jail_show_calls(stdout);
		return 0;
	}
	if (!argv[1] || strcmp(argv[1], "check") || !argv[2]) {
		fputs("Usage: run-foreign policy check FILE...\n"
		      "       run-foreign policy calls\n",
		      stderr);
		return 125;
	}
	for (argv += 2; *argv; argv++) {
		struct policy p = { 0 };
		struct err e = { 0 };

		if (policy_read(&p, *argv, &e) || policy_check(&p, &e)) {
			fprintf(stderr, "run-foreign: %s\n", e.text);
			status = 1;
			continue;
		}
		show(*argv, &p);
	}
	return status;
}
