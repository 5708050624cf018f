/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start-steps.c - which sections of run-foreign and of the DLLs a program's
 * start runs through, in the order of their first instruction: the program is
 * single-stepped, and what it executes is looked up in the linker's maps.
 *
 *   start-steps MAP... -- COMMAND...
 *
 * Prints "MAP SECTION FILE" a line.  `make start-order` makes the lists of it
 * that the linkers lay the functions out by (see loader/gen-start.awk).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct section {
	unsigned long at, size;		/* as linked */
	char *name, *file;
	int map, seen;
};

static struct section *sections;
static size_t nsections;

struct range {
	unsigned long start, end, bias;	/* address - bias = as linked */
	int map;
};

static struct range ranges[256];
static size_t nranges;

static void die(const char *what)
{
	fprintf(stderr, "start-steps: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void add(int map, const char *name, unsigned long at, unsigned long size, const char *file)
{
	if (!at || !size)
		return;
	sections = realloc(sections, (nsections + 1) * sizeof *sections);
	if (!sections)
		die("memory");
	sections[nsections++] = (struct section){ at, size, strdup(name), strdup(file), map, 0 };
}

/* " .text.name  0xaddress  0xsize  file", where a long name has a line of its own. */
static void read_map(const char *path, int map)
{
	FILE *f = fopen(path, "r");
	char line[4096], name[1024], file[2048], held[1024] = "";
	unsigned long at, size;

	if (!f)
		die(path);
	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, " %1023[.a-z_]", name) == 1 && strncmp(line, " .text", 6) == 0) {
			if (sscanf(line, " %1023s 0x%lx 0x%lx %2047s", name, &at, &size, file) == 4)
				add(map, name, at, size, file), held[0] = 0;
			else if (sscanf(line, " %1023s", held) != 1)
				held[0] = 0;
			continue;
		}
		if (held[0] && sscanf(line, " 0x%lx 0x%lx %2047s", &at, &size, file) == 3)
			add(map, held, at, size, file);
		held[0] = 0;
	}
	fclose(f);
}

static int by_address(const void *a, const void *b)
{
	const struct section *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Which part of which linked file an address is, by the process's mappings. */
static void read_ranges(pid_t pid, char **maps, int nmaps)
{
	char path[64], line[4096], file[4096];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	f = fopen(path, "r");
	if (!f)
		die(path);
	nranges = 0;
	while (fgets(line, sizeof line, f) && nranges < sizeof ranges / sizeof *ranges) {
		unsigned long start, end, offset;
		char x;

		if (sscanf(line, "%lx-%lx %*c%*c%c%*c %lx %*s %*s %4095s", &start, &end, &x, &offset, file) != 5 || x != 'x')
			continue;
		for (int i = 0; i < nmaps; i++) {
			const char *base = strrchr(maps[i], '/'), *is = strrchr(file, '/');
			size_t n;

			base = base ? base + 1 : maps[i];
			is = is ? is + 1 : file;
			n = strlen(is);
			if (strncmp(base, is, n) || strcmp(base + n, ".map"))
				continue;
			/* A DLL is where it was linked for, the program is moved as a whole. */
			ranges[nranges++] = (struct range){ start, end, strstr(is, ".dll") ? 0 : start - offset, i };
		}
	}
	fclose(f);
}

static int look_up(unsigned long pc, char **maps)
{
	for (size_t r = 0; r < nranges; r++) {
		unsigned long at = pc - ranges[r].bias;
		size_t low = 0, high = nsections;

		if (pc < ranges[r].start || pc >= ranges[r].end)
			continue;
		while (low < high) {
			size_t mid = (low + high) / 2;

			if (sections[mid].at + sections[mid].size <= at)
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < nsections && sections[low].at <= at; low++) {
			struct section *s = sections + low;

			if (s->map == ranges[r].map && at - s->at < s->size && !s->seen) {
				s->seen = 1;
				printf("%s %s %s\n", maps[s->map], s->name, s->file);
			}
		}
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct user_regs_struct regs;
	unsigned long page = 0;
	int status, nmaps = 0, signal = 0;
	pid_t pid;

	while (nmaps + 1 < argc && strcmp(argv[nmaps + 1], "--"))
		nmaps++;
	if (!nmaps || nmaps + 2 >= argc) {
		fprintf(stderr, "usage: start-steps MAP... -- COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < nmaps; i++)
		read_map(argv[1 + i], i);
	qsort(sections, nsections, sizeof *sections, by_address);

	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		/* The list is on our standard output. */
		dup2(2, 1);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execv(argv[nmaps + 2], argv + nmaps + 2);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
		if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0 && regs.rip >> 12 != page) {
			/* A page not seen yet may be of a file mapped since. */
			if (!look_up(regs.rip, argv + 1)) {
				read_ranges(pid, argv + 1, nmaps);
				look_up(regs.rip, argv + 1);
				page = regs.rip >> 12;
			}
		}
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, signal) && errno != ESRCH)
			die("ptrace");
	}
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : 1;
}
