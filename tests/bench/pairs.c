/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pairs.c - times two commands as whole processes, in turn.
 *
 *   pairs RUNS COMMAND_A -- COMMAND_B      prints "medianA medianB ratio" (us)
 *
 * Taking turns lets a machine's slow minutes fall on both.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int64_t once(char **argv)
{
	posix_spawn_file_actions_t fa;
	int64_t start = now();
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ)) {
		perror(argv[0]);
		exit(2);
	}
	posix_spawn_file_actions_destroy(&fa);
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "%s: status %#x\n", argv[0], status);
		exit(1);
	}
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int runs = argc > 1 ? atoi(argv[1]) : 0, split = 2;
	int64_t *a, *b;

	while (split < argc && strcmp(argv[split], "--"))
		split++;
	if (runs < 1 || split == 2 || split + 1 >= argc)
		return 2;
	argv[split] = NULL;
	a = calloc((size_t)runs, sizeof *a);
	b = calloc((size_t)runs, sizeof *b);
	if (!a || !b)
		return 2;
	once(argv + 2); /* warm up */
	once(argv + split + 1);
	for (int i = 0; i < runs; i++) {
		a[i] = once(argv + 2);
		b[i] = once(argv + split + 1);
	}
	qsort(a, (size_t)runs, sizeof *a, compare);
	qsort(b, (size_t)runs, sizeof *b, compare);
	printf("%.0f %.0f %.2f\n", (double)a[runs / 2] / 1e3,
	       (double)b[runs / 2] / 1e3, (double)a[runs / 2] / (double)b[runs / 2]);
	return 0;
}
