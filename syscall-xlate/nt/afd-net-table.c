/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-net-table.c - what sockets the host has, for iphlpapi: the kernel's
 * tables in /proc, and whose they are where that may be seen.
 */
#include <ctype.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/process.h"

/* ---- whose ------------------------------------------------------------------- */

struct owner {
	unsigned long long inode;
	uint32_t pid;
};

struct owners {
	struct owner *v;
	size_t n, room;
};

static int by_inode(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void add_owner(struct owners *o, unsigned long long inode, uint32_t pid)
{
	if (o->n == o->room) {
		size_t room = o->room * 2 + 64;
		struct owner *v = realloc(o->v, room * sizeof *v);

		if (!v)
			return;
		o->v = v;
		o->room = room;
	}
	o->v[o->n++] = (struct owner){ inode, pid };
}

static void look_at_process(struct owners *o, const char *pid)
{
	char path[64], link[64];
	struct dirent *x;
	DIR *d;

	snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
	d = opendir(path);
	while (d && (x = readdir(d))) {
		unsigned long long inode;
		ssize_t n = readlinkat(dirfd(d), x->d_name, link,
				       sizeof link - 1);

		if (n <= 0)
			continue;
		link[n] = 0;
		if (sscanf(link, "socket:[%llu]", &inode) == 1)
			add_owner(o, inode,
				  process_id((pid_t)strtol(pid, NULL, 10)));
	}
	if (d)
		closedir(d);
}

/* Of the processes that we may look at. */
static void find_owners(struct owners *o)
{
	DIR *d = opendir("/proc");
	struct dirent *x;

	memset(o, 0, sizeof *o);
	while (d && (x = readdir(d)))
		if (isdigit((unsigned char)x->d_name[0]))
			look_at_process(o, x->d_name);
	if (d)
		closedir(d);
	if (o->n)
		qsort(o->v, o->n, sizeof *o->v, by_inode);
}

static uint32_t owner_of(const struct owners *o, unsigned long long inode)
{
	const struct owner key = { .inode = inode };
	const struct owner *found =
		o->n && inode
			? bsearch(&key, o->v, o->n, sizeof key, by_inode)
			: NULL;

	return found ? found->pid : 0;
}

/* ---- the tables ---------------------------------------------------------------- */

/* "0100007F": words as the machine has them, so each is in network order. */
static bool parse_address(const char *text, uint8_t to[16])
{
	size_t n = strlen(text);

	if (n != 8 && n != 32)
		return false;
	for (size_t i = 0; i < n / 8; i++) {
		char word[9] = "";
		uint32_t v;

		memcpy(word, text + 8 * i, 8);
		v = (uint32_t)strtoul(word, NULL, 16);
		memcpy(to + 4 * i, &v, sizeof v);
	}
	return true;
}

static bool parse_line(const char *line, bool six, struct net_connection *c,
		       unsigned long long *inode)
{
	/* Linux' TCP_ESTABLISHED (1) and so on as MIB_TCP_STATE. */
	static const uint8_t states[] = { 0, 5, 3, 4, 6, 7, 11, 1, 8, 10, 2, 9, 4 };
	char local[33], remote[33];
	unsigned local_port, remote_port, state;

	memset(c, 0, sizeof *c);
	if (sscanf(line,
		   " %*u: %32[0-9A-F]:%X %32[0-9A-F]:%X %X %*s %*s %*s %*u %*u "
		   "%llu",
		   local, &local_port, remote, &remote_port, &state,
		   inode) != 6 ||
	    !parse_address(local, c->local) ||
	    !parse_address(remote, c->remote))
		return false;
	c->family = six ? WIN_AF_INET6 : WIN_AF_INET;
	c->local_port = (uint16_t)local_port;
	c->remote_port = (uint16_t)remote_port;
	c->state = state < COUNT_OF(states) ? states[state] : 0;
	return true;
}

struct net_connection *net_connections(bool udp, bool owners, size_t *n)
{
	static const char *const files[2][2] = {
		{ "/proc/self/net/tcp", "/proc/self/net/tcp6" },
		{ "/proc/self/net/udp", "/proc/self/net/udp6" },
	};
	struct net_connection *all = malloc(sizeof *all);
	struct owners own = { 0 };
	size_t room = 1;

	*n = 0;
	if (all && owners)
		find_owners(&own);
	for (int six = 0; all && six < 2; six++) {
		FILE *f = fopen(files[udp][six], "re");
		unsigned long long inode;
		char line[512];

		while (all && f && fgets(line, sizeof line, f)) {
			if (*n == room) {
				struct net_connection *v =
					realloc(all, 2 * room * sizeof *v);

				if (!v) {
					free(all);
					all = NULL;
					break;
				}
				all = v;
				room *= 2;
			}
			if (parse_line(line, six, &all[*n], &inode)) {
				all[*n].pid = owner_of(&own, inode);
				++*n;
			}
		}
		if (f)
			fclose(f);
	}
	free(own.v);
	return all;
}
