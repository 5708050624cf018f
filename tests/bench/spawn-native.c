/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spawn-native.c - starting programs; namesakes in spawn-guest.c. */
#include "micro.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
	return 0;
}
