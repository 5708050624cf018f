/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.c - what the registry's file costs: the first look of a process, and
 * changes while others make some.
 *
 *   registry KEYS [flat]    in a folder of its own below TMPDIR
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/host-guest.h"
#include "syscall-xlate/nt/registry-text.h"
#include "syscall-xlate/nt/registry.h"

#define BASE "\\Registry\\Machine\\Software\\Bench"

enum { SECONDS = 3, GROUP = 100 };

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static uint64_t key(const char *path)
{
	uint64_t h = 0;
	uint32_t d;

	if (nt_create_key(hg_task, G(&h), 0x2000000, hg_oa(path, 0, 0x40), 0, 0,
			  0, G(&d)))
		_exit(2);
	return h;
}

static void set(uint64_t k, const char *name, uint32_t value)
{
	if (nt_set_value_key(hg_task, k, hg_ustr(name), 0, REG_DWORD, G(&value),
			     4))
		_exit(3);
}

/* As a .reg file, since that is one change. */
static int make(int keys, bool flat)
{
	struct err e = { 0 };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	fputs("REGEDIT4\n", f);
	for (int i = 0; i < keys; i++) {
		fprintf(f, "[HKEY_LOCAL_MACHINE\\Software\\Bench");
		if (!flat)
			fprintf(f, "\\Group %d", i / GROUP);
		fprintf(f, "\\Key %d]\n\"v\"=\"%d\"\n", i, i);
	}
	fclose(f);
	if (registry_import(text, n, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	free(text);
	return 0;
}

static void first_look(bool flat)
{
	struct {
		uint32_t index, type, len;
		uint8_t data[100];
	} buf;
	uint32_t ret;
	uint64_t h;
	double start = now(), opened;

	if (nt_open_key(hg_task, G(&h), 0x20019,
			hg_oa(flat ? BASE "\\Key 77" : BASE "\\Group 0\\Key 77",
			      0, 0x40)))
		_exit(4);
	if (nt_query_value_key(hg_task, h, hg_ustr("v"), 2, G(&buf), sizeof buf,
			       G(&ret)))
		_exit(5);
	opened = now();
	printf("first value: %.0f us", (opened - start) * 1e6);
	start = now();
	nt_query_value_key(hg_task, h, hg_ustr("v"), 2, G(&buf), sizeof buf,
			   G(&ret));
	printf(", again %.2f us\n", (now() - start) * 1e6);
	fflush(stdout);
}

static void write_for(int i, double end, int out)
{
	char name[64];
	uint64_t k;
	uint32_t n = 0;

	snprintf(name, sizeof name, BASE " writers\\%d", i);
	k = key(name);
	while (now() < end)
		set(k, "n", n++);
	if (write(out, &n, sizeof n) < 0)
		_exit(6);
}

static void writers(int count)
{
	double start = now();
	uint32_t n;
	unsigned long all = 0;
	int p[2];

	if (pipe(p))
		_exit(7);
	for (int i = 0; i < count; i++)
		if (!fork()) {
			write_for(i, start + SECONDS, p[1]);
			_exit(0);
		}
	close(p[1]);
	while (read(p[0], &n, sizeof n) == sizeof n)
		all += n;
	close(p[0]);
	while (wait(NULL) > 0)
		;
	printf("%2d writers: %.0f changes/s\n", count,
	       (double)all / (now() - start));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int keys = argc > 1 ? atoi(argv[1]) : 0;
	bool flat = argc > 2;
	const char *tmp = getenv("TMPDIR");
	char home[100], cmd[400];
	int status;

	snprintf(home, sizeof home, "%s/rf-bench-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(home))
		return 1;
	setenv("XDG_DATA_HOME", home, 1);
	hg_start();
	if (!fork()) {
		double start = now();

		if (make(keys > 100 ? keys : 100, flat))
			_exit(1);
		printf("import: %.0f ms\n", (now() - start) * 1e3);
		fflush(stdout);
		key(BASE " writers");
		_exit(0);
	}
	wait(&status);
	for (int i = 0; i < 3; i++) {
		if (!fork()) {
			first_look(flat);
			_exit(0);
		}
		wait(&status);
	}
	writers(1);
	writers(8);
	writers(24);
	snprintf(cmd, sizeof cmd,
		 "ls -l %s/run-foreign | tail -n +2; rm -rf %s", home, home);
	return system(cmd);
}
