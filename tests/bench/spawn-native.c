/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spawn-native.c - starting programs; namesakes in spawn-guest.c. */
#define _GNU_SOURCE
#include "micro.h"
#include "micro-futex.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static posix_spawn_file_actions_t files;

static void run(char *const *argv)
{
	int status = 1;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], &files, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) != pid || status)
		exit(1);
}

/* ---- two words that two processes share ---- */

static _Atomic unsigned *words;

static void round_trip(void)
{
	wake(&words[0], 0);
	await(&words[64], 0);
}

static void two_processes(const char *name, unsigned on)
{
	unsigned all = run_on(FIRST_CPU);
	pid_t pid;

	words = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (!pid)
		run_on(on);
	while (!pid) {
		await(&words[0], 0);
		wake(&words[64], 0);
	}
	round_trip();
	/* What an event cannot be faster than. */
	BENCH(name, rounds_on(on), round_trip());
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	run_on(all);
}

int main(void)
{
	char *hello[] = { "./hello", NULL };
	char *shell[] = { "/bin/sh", "-c", "echo hello", NULL };

	posix_spawn_file_actions_init(&files);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_addopen(&files, i, "/dev/null", O_RDWR,
						 0);
	BENCH("CreateProcess hello and wait", 20, run(hello));
	BENCH("CreateProcess a native hello and wait", 20, run(hello));
	BENCH("system shell, one command", 20, run(shell));
	two_processes("named event: ping-pong, one processor", FIRST_CPU);
	two_processes("named event: ping-pong, two processors", SECOND_CPU);
	return 0;
}
