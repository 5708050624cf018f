/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system-processor.c - processors: how many, how fast, how arranged, how busy.
 *
 * Programs count processors from 0 without gaps, and expect all of them to be
 * theirs.  So the processors that we may run on are numbered by rank: in a
 * container with processors 4-7 of the host there are four, 0 to 3.
 */
#include "syscall-xlate/nt/system-info.h"

#include <cpuid.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/calls.h"

enum { MAX_PROCESSORS = 64 }; /* one group */

static struct {
	unsigned count;
	int16_t rank[CPU_SETSIZE];    /* of host processor; -1: not ours */
	int16_t host[MAX_PROCESSORS]; /* and back */
} cpus;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void number_cpus(void)
{
	for (int i = 0; i < CPU_SETSIZE; i++) {
		cpus.rank[i] = -1;
		if (!CPU_ISSET(i, machine_cpus()) ||
		    cpus.count == MAX_PROCESSORS)
			continue;
		cpus.host[cpus.count] = (int16_t)i;
		cpus.rank[i] = (int16_t)cpus.count++;
	}
}

static int rank_of(int host)
{
	pthread_once(&once, number_cpus);
	return host >= 0 && host < CPU_SETSIZE ? cpus.rank[host] : -1;
}

int processor_host(unsigned rank)
{
	pthread_once(&once, number_cpus);
	return rank < cpus.count ? cpus.host[rank] : 0;
}

unsigned processor_rank(int host)
{
	return (unsigned)MAX(rank_of(host), 0);
}

/* ---- what /sys says ------------------------------------------------- */

/* "0-3,8" as a mask of our numbers. */
static uint64_t parse_list(const char *s)
{
	uint64_t mask = 0;

	while (*s >= '0' && *s <= '9') {
		char *end;
		unsigned long a = strtoul(s, &end, 10), b = a;

		if (*end == '-')
			b = strtoul(end + 1, &end, 10);
		for (; a <= b && a < CPU_SETSIZE; a++)
			if (rank_of(a) >= 0)
				mask |= 1ull << rank_of(a);
		s = *end == ',' ? end + 1 : end;
	}
	return mask;
}

static bool sys_text(char *buf, size_t size, const char *fmt, int a, int b,
		     const char *name)
{
	char path[128];

	snprintf(path, sizeof path, fmt, a, b, name);
	return read_small_file(path, buf, size) > 0;
}

#define CPU_FILE   "/sys/devices/system/cpu/cpu%d/topology/%.0d%s"
#define CACHE_FILE "/sys/devices/system/cpu/cpu%d/cache/index%d/%s"
#define NODE_FILE  "/sys/devices/system/node/node%d/%.0d%s"

/* Those that share a core, or a package, with our processor i. */
static uint64_t siblings(unsigned i, const char *file)
{
	char buf[256];
	uint64_t mask = 0;

	if (sys_text(buf, sizeof buf, CPU_FILE, processor_host(i), 0, file))
		mask = parse_list(buf);
	return mask | 1ull << i;
}

struct cache {
	uint64_t mask;
	uint8_t level, ways;
	uint16_t line;
	uint32_t size, type; /* 0 unified, 1 code, 2 data */
};

static bool read_cache(unsigned i, int index, struct cache *c)
{
	char buf[256];

	if (!sys_text(buf, sizeof buf, CACHE_FILE, processor_host(i), index,
		      "shared_cpu_list"))
		return false;
	c->mask = parse_list(buf) | 1ull << i;
	c->level = c->ways = 0;
	c->line = 64;
	c->size = c->type = 0;
	if (sys_text(buf, sizeof buf, CACHE_FILE, processor_host(i), index, "level"))
		c->level = (uint8_t)atoi(buf);
	if (sys_text(buf, sizeof buf, CACHE_FILE, processor_host(i), index,
		     "ways_of_associativity"))
		c->ways = (uint8_t)MIN(atoi(buf), 255);
	if (sys_text(buf, sizeof buf, CACHE_FILE, processor_host(i), index,
		     "coherency_line_size"))
		c->line = (uint16_t)atoi(buf);
	if (sys_text(buf, sizeof buf, CACHE_FILE, processor_host(i), index, "size"))
		c->size = (uint32_t)atoi(buf) *
			  (strchr(buf, 'M') ? 1 << 20 : 1 << 10);
	if (sys_text(buf, sizeof buf, CACHE_FILE, processor_host(i), index, "type"))
		c->type = *buf == 'I' ? 1 : *buf == 'D' ? 2 : 0;
	return true;
}

static bool first_of(uint64_t mask, unsigned i)
{
	return (unsigned)__builtin_ctzll(mask) == i;
}

/* Nodes with processors of ours.  Without /sys there is one with all. */
static uint64_t node_mask(int node)
{
	char buf[256];

	if (sys_text(buf, sizeof buf, NODE_FILE, node, 0, "cpulist"))
		return parse_list(buf);
	return node == 0 ? system_affinity() : 0;
}

/* ---- arrangement ---------------------------------------------------- */

enum relation { CORE, NUMA, CACHE, PACKAGE, GROUP, DIE, ALL = 0xffff };

struct found {
	enum relation relation;
	uint64_t mask;
	int node;
	struct cache cache;
};

/* Calls f for everything there is, in Windows' usual order. */
static void arrange(void (*f)(const struct found *x, void *arg), void *arg)
{
	unsigned n = processor_count();
	struct found x = { 0 };

	for (unsigned i = 0; i < n; i++) {
		x.relation = CORE;
		x.mask = siblings(i, "thread_siblings_list");
		if (first_of(x.mask, i))
			f(&x, arg);
		x.relation = CACHE;
		for (int c = 0; c < 8 && read_cache(i, c, &x.cache); c++) {
			x.mask = x.cache.mask;
			if (first_of(x.mask, i))
				f(&x, arg);
		}
	}
	x.relation = PACKAGE;
	for (unsigned i = 0; i < n; i++) {
		x.mask = siblings(i, "core_siblings_list");
		if (first_of(x.mask, i))
			f(&x, arg);
	}
	x.relation = NUMA;
	for (x.node = 0; x.node < 64; x.node++) {
		x.mask = node_mask(x.node);
		if (x.mask)
			f(&x, arg);
	}
}

static void add_logical(const struct found *x, void *arg)
{
	struct {
		uint64_t mask;
		uint32_t relation, pad;
		union {
			uint8_t flags;
			uint32_t node;
			struct {
				uint8_t level, ways;
				uint16_t line;
				uint32_t size, type;
			} cache;
			uint64_t reserved[2];
		};
	} * s;
	_Static_assert(sizeof *s == 32, "abi");

	s = info_add(arg, sizeof *s);
	if (!s)
		return;
	s->mask = x->mask;
	s->relation = x->relation;
	if (x->relation == CORE) {
		s->flags = x->mask & (x->mask - 1) ? 1 : 0; /* SMT */
	} else if (x->relation == NUMA) {
		s->node = (uint32_t)x->node;
	} else if (x->relation == CACHE) {
		s->cache.level = x->cache.level;
		s->cache.ways = x->cache.ways;
		s->cache.line = x->cache.line;
		s->cache.size = x->cache.size;
		s->cache.type = x->cache.type;
	}
}

NTSTATUS info_logical(struct task *t, struct info_answer *a)
{
	arrange(add_logical, a);
	return STATUS_SUCCESS;
}

struct wanted {
	struct info_answer *a;
	uint32_t relation;
};

/* SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX; affinity at the same place but
   in caches. */
static void add_logical_ex(const struct found *x, void *arg)
{
	struct wanted *w = arg;
	bool cache = x->relation == CACHE;
	/* A mask is a pointer's size; it comes last but for what pads it. */
	uint32_t size = (cache ? 56 : 48) - (nt_self->wow64 ? 4 : 0);
	const size_t mask_size = nt_self->wow64 ? 4 : 8;
	uint8_t *s;

	if (w->relation != ALL && w->relation != (uint32_t)x->relation &&
	    !(w->relation == DIE && x->relation == PACKAGE))
		return;
	s = info_add(w->a, size);
	if (!s)
		return;
	memcpy(s, &x->relation, 4);
	memcpy(s + 4, &size, 4);
	if (cache) {
		s[8] = x->cache.level;
		s[9] = x->cache.ways;
		memcpy(s + 10, &x->cache.line, 2);
		memcpy(s + 12, &x->cache.size, 4);
		memcpy(s + 16, &x->cache.type, 4);
		s[38] = 1; /* groups */
		memcpy(s + 40, &x->mask, mask_size);
	} else {
		if (x->relation == CORE)
			s[8] = x->mask & (x->mask - 1) ? 1 : 0;
		if (x->relation == NUMA)
			memcpy(s + 8, &x->node, 4);
		s[30] = 1; /* groups */
		memcpy(s + 32, &x->mask, mask_size);
	}
}

NTSTATUS info_logical_ex(struct task *t, struct info_answer *a)
{
	struct wanted w = { .a = a };
	struct {
		uint32_t relation, size;
		uint16_t max_groups, groups;
		uint8_t reserved[20];
		uint8_t max_count, count, reserved2[38];
		uint64_t mask;
	} g = { .relation = GROUP,
		.max_groups = 1,
		.groups = 1,
		.mask = system_affinity() };
	_Static_assert(sizeof g == 80, "abi");
	/* As a mask above, so what comes after others may lie anywhere. */
	const uint32_t size = sizeof g - (nt_self->wow64 ? 4 : 0);
	void *to;

	if (a->input_len < 4 || guest_get32(t, &w.relation, a->input) < 0)
		return STATUS_INVALID_PARAMETER;
	if (w.relation != ALL && w.relation > DIE)
		return STATUS_INVALID_PARAMETER;
	arrange(add_logical_ex, &w);
	if (w.relation != ALL && w.relation != GROUP)
		return STATUS_SUCCESS;
	to = info_add(a, size);
	if (!to)
		return STATUS_NO_MEMORY;
	g.size = size;
	g.max_count = g.count = (uint8_t)processor_count();
	memcpy(to, &g, size);
	return STATUS_SUCCESS;
}

NTSTATUS info_numa_map(struct task *t, struct info_answer *a)
{
	struct {
		uint32_t highest, reserved;
		struct {
			uint64_t mask;
			uint16_t group, reserved[3];
		} node[64];
	} * s;

	s = info_add(a, sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	for (int i = 0; i < 64; i++) {
		s->node[i].mask = node_mask(i);
		if (s->node[i].mask)
			s->highest = (uint32_t)i;
	}
	return STATUS_SUCCESS;
}

NTSTATUS info_numa_memory(struct task *t, struct info_answer *a)
{
	struct {
		uint32_t highest, reserved;
		uint64_t available[64];
	} * s;
	char buf[4096];
	const char *free_line;

	s = info_add(a, sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	for (int i = 0; i < 64; i++) {
		if (!sys_text(buf, sizeof buf, NODE_FILE, i, 0, "meminfo"))
			continue;
		free_line = strstr(buf, "MemFree:");
		if (!free_line)
			continue;
		s->available[i] = strtoull(free_line + 8, NULL, 10) << 10;
		s->highest = (uint32_t)i;
	}
	return STATUS_SUCCESS;
}

NTSTATUS info_cpu_sets(struct task *t, struct info_answer *a)
{
	struct {
		uint32_t size, type;
		uint32_t id;
		uint16_t group;
		uint8_t logical, core, cache, node, efficiency, flags;
		uint32_t reserved;
		uint64_t tag;
	} * s;
	_Static_assert(sizeof *s == 32, "abi");

	for (unsigned i = 0; i < processor_count(); i++) {
		s = info_add(a, sizeof *s);
		if (!s)
			return STATUS_NO_MEMORY;
		s->size = sizeof *s;
		s->id = 0x100 + i;
		s->logical = (uint8_t)i;
		s->core = (uint8_t)__builtin_ctzll(
			siblings(i, "thread_siblings_list"));
	}
	return STATUS_SUCCESS;
}

/* ---- kind ----------------------------------------------------------- */

NTSTATUS info_processor(struct task *t, struct info_answer *a)
{
	struct {
		uint16_t architecture, level, revision, max;
		uint32_t features;
	} *s = info_add(a, sizeof *s);
	uint32_t r[4], family, model;

	if (!s)
		return STATUS_NO_MEMORY;
	cpu_leaf(CPU_LEAF_1, r);
	family = r[0] >> 8 & 15;
	model = r[0] >> 4 & 15;
	if (family == 6 || family == 15)
		model |= r[0] >> 12 & 0xf0;
	if (family == 15)
		family += r[0] >> 20 & 0xff;
	s->architecture = regs_code32(t->regs) ? 0 : 9;
	s->level = (uint16_t)family;
	s->revision = (uint16_t)(model << 8 | (r[0] & 15));
	s->max = (uint16_t)processor_count();
	s->features = 0x3c5b39ff;
	return STATUS_SUCCESS;
}

NTSTATUS info_processor_name(struct task *t, struct info_answer *a)
{
	unsigned r[12] = { 0 };
	char *s = info_add(a, 49);

	if (!s)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < 3; i++)
		__get_cpuid(0x80000002 + i, &r[i * 4], &r[i * 4 + 1],
			    &r[i * 4 + 2], &r[i * 4 + 3]);
	memcpy(s, r, 48);
	return STATUS_SUCCESS;
}

/* ---- load ----------------------------------------------------------- */

struct times {
	int64_t idle, kernel, user, interrupt; /* 100 ns; kernel has idle */
};

static void read_times(struct times *times, uint64_t *interrupts)
{
	long hz = sysconf(_SC_CLK_TCK);
	char *line = NULL;
	size_t cap = 0;
	FILE *f = fopen("/proc/stat", "re");

	*interrupts = 0;
	while (f && getline(&line, &cap, f) > 0) {
		unsigned cpu;
		unsigned long long v[8] = { 0 };
		int64_t unit = 10000000 / (hz > 0 ? hz : 100);
		struct times *x;

		sscanf(line, "intr %llu", (unsigned long long *)interrupts);
		if (sscanf(line,
			   "cpu%u %llu %llu %llu %llu %llu %llu %llu %llu",
			   &cpu, v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6,
			   v + 7) < 5 ||
		    line[3] == ' ' || cpu >= CPU_SETSIZE || rank_of(cpu) < 0)
			continue;
		x = &times[rank_of(cpu)];
		x->user = (int64_t)(v[0] + v[1]) * unit;
		x->idle = (int64_t)(v[3] + v[4]) * unit;
		x->interrupt = (int64_t)(v[5] + v[6]) * unit;
		x->kernel =
			(int64_t)(v[2] + v[7]) * unit + x->idle + x->interrupt;
	}
	if (f)
		fclose(f);
	free(line);
}

NTSTATUS info_processor_times(struct task *t, struct info_answer *a)
{
	unsigned n = processor_count();
	struct times times[MAX_PROCESSORS] = { 0 };
	uint64_t interrupts;
	struct {
		int64_t idle, kernel, user, dpc, interrupt;
		uint32_t count, pad;
	} * s;

	read_times(times, &interrupts);
	s = info_add(a, n * sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		s[i].idle = times[i].idle;
		s[i].kernel = times[i].kernel;
		s[i].user = times[i].user;
		s[i].interrupt = times[i].interrupt;
		s[i].count = (uint32_t)(interrupts / n);
	}
	/* Fewer processors than there are may be asked for. */
	if (a->info_len >= sizeof *s && a->info_len < a->len)
		a->len = a->info_len / sizeof *s * sizeof *s;
	return STATUS_SUCCESS;
}

NTSTATUS info_processor_idle(struct task *t, struct info_answer *a)
{
	unsigned n = processor_count();
	struct times times[MAX_PROCESSORS] = { 0 };
	uint64_t interrupts, *s;

	read_times(times, &interrupts);
	s = info_add(a, n * sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < n; i++)
		s[i] = (uint64_t)times[i].idle;
	return STATUS_SUCCESS;
}

NTSTATUS info_interrupts(struct task *t, struct info_answer *a)
{
	unsigned n = processor_count();

	return info_add(a, n * 24ul) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
