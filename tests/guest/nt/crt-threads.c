/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that the C runtime's streams and per-thread state hold with threads. */
// cflags: -D__USE_MINGW_ANSI_STDIO=0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <io.h>
#include <process.h>
#include <errno.h>
#include <windows.h>
#include "../lib/check.h"

#define THREADS 4
#define LINES   5000

static FILE *f;
static volatile LONG bad_errno;

static unsigned __stdcall writer(void *arg)
{
	int me = (int)(INT_PTR)arg;
	char s[32], *p;

	for (int i = 0; i < LINES; i++) {
		errno = me;
		fprintf(f, "thread %d says %d\n", me, i);
		sprintf(s, "%d,%d", me, i);
		p = strtok(s, ",");
		if (atoi(p) != me || atoi(strtok(NULL, ",")) != i)
			InterlockedIncrement(&bad_errno);
		if (errno != me)
			InterlockedIncrement(&bad_errno);
	}
	return 0;
}

/* Holds stdin's lock until the process ends. */
static unsigned __stdcall reader(void *arg)
{
	getchar();
	return 0;
}

int main(void)
{
	char name[MAX_PATH], line[100];
	HANDLE h[THREADS];
	int next[THREADS] = { 0 }, lines = 0;
	int fds[2];

	sprintf(name, "%s/rf-crt-threads.tmp",
		getenv("TEMP") ? getenv("TEMP") : ".");
	f = fopen(name, "w+");
	CHECK(f != NULL, "errno %d", errno);
	for (int i = 0; i < THREADS; i++)
		h[i] = (HANDLE)_beginthreadex(NULL, 0, writer,
					      (void *)(INT_PTR)i, 0, NULL);
	WaitForMultipleObjects(THREADS, h, TRUE, 60000);
	CHECK_EQ(bad_errno, 0);
	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		int who = -1, what = -1;

		CHECK(sscanf(line, "thread %d says %d\n", &who, &what) == 2 &&
			      who >= 0 && who < THREADS && what == next[who],
		      "%s", line);
		if (who >= 0 && who < THREADS)
			next[who]++;
		lines++;
	}
	CHECK_EQ(lines, THREADS * LINES);
	fclose(f);
	remove(name);

	_pipe(fds, 256, 0);
	_dup2(fds[0], 0);
	_beginthreadex(NULL, 0, reader, NULL, 0, NULL);
	Sleep(20);
	return check_done(); /* must not wait for the reader */
}
