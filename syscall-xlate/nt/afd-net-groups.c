/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-net-groups.c - which multicast and anycast addresses the host's
 * interfaces listen to, for iphlpapi.  rtnetlink tells of IPv4's since
 * Linux 6.14 only; the tables in /proc have always been there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/afd.h"

struct groups {
	struct net_group *v;
	size_t n, room;
	uint32_t index; /* igmp: of the interface whose groups follow */
};

/* 32 digits. */
static bool parse_six(const char *text, uint8_t to[16])
{
	for (int i = 0; i < 16; i++) {
		unsigned byte;

		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		to[i] = (uint8_t)byte;
	}
	return true;
}

/*
 * "4\teth0      :     1      V3", and then for each of its groups
 * "\t\t\t\t010000E0     1 0:00000000\t\t0": a word as the machine has it.
 */
static bool igmp_line(struct groups *g, const char *line, struct net_group *to)
{
	uint32_t word;

	if (*line != '\t') {
		if (sscanf(line, "%u", &g->index) != 1)
			g->index = 0;
		return false;
	}
	if (!g->index || sscanf(line, " %8x %u", &word, &to->users) != 2)
		return false;
	to->index = g->index;
	to->family = WIN_AF_INET;
	memcpy(to->address, &word, sizeof word);
	return true;
}

/* "4    eth0            ff02...0001     1 0000000C 0" */
static bool igmp6_line(struct groups *g, const char *line, struct net_group *to)
{
	char text[33];

	(void)g;
	to->family = WIN_AF_INET6;
	return sscanf(line, "%u %*s %32[0-9a-f] %u", &to->index, text,
		      &to->users) == 3 &&
	       strlen(text) == 32 && parse_six(text, to->address);
}

static bool anycast6_line(struct groups *g, const char *line,
			  struct net_group *to)
{
	to->anycast = 1;
	return igmp6_line(g, line, to);
}

static bool add(struct groups *g, const struct net_group *one)
{
	if (g->n == g->room) {
		size_t room = g->room * 2 + 16;
		struct net_group *v = realloc(g->v, room * sizeof *v);

		if (!v)
			return false;
		g->v = v;
		g->room = room;
	}
	g->v[g->n++] = *one;
	return true;
}

struct net_group *net_groups(size_t *n)
{
	static const struct {
		const char *path;
		bool (*line)(struct groups *g, const char *line,
			     struct net_group *to);
	} files[] = {
		{ "/proc/self/net/igmp", igmp_line },
		{ "/proc/self/net/igmp6", igmp6_line },
		{ "/proc/self/net/anycast6", anycast6_line },
	};
	struct groups g = { .v = malloc(sizeof *g.v), .room = 1 };
	bool ok = g.v != NULL;

	for (unsigned i = 0; ok && i < COUNT_OF(files); i++) {
		FILE *f = fopen(files[i].path, "re");
		char line[256];

		while (ok && f && fgets(line, sizeof line, f)) {
			struct net_group one = { 0 };

			if (files[i].line(&g, line, &one))
				ok = add(&g, &one);
		}
		if (f)
			fclose(f);
	}
	*n = g.n;
	if (ok)
		return g.v;
	free(g.v);
	return NULL;
}
