/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc.c - see proc.h. */
#include "base/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pass-fd.h"
#include "base/policy.h"
#include "base/table.h"

static int ask(const struct proc_request *r, struct proc_answer *a)
{
	const size_t unit = r->file < 0 ? sizeof a->list[0] : 1;
	int s = policy_dial(PROC_DOOR);
	ssize_t n;

	if (s < 0)
		return s;
	n = pass_send(s, r, sizeof *r, NULL, 0, 0);
	if (!n)
		n = pass_receive(s, a, sizeof *a, NULL, 0, 0);
	close(s);
	if (n < (ssize_t)offsetof(struct proc_answer, text))
		return n < 0 ? (int)n : -EPIPE;
	n -= (ssize_t)offsetof(struct proc_answer, text);
	/* No more than has come. */
	return MIN(a->result, (int)((size_t)n / unit));
}

static ssize_t read_here(int pid, enum proc_file file, int id, char *text,
			 size_t size)
{
	static const char *const names[] = {
		[PROC_STAT] = "/proc/%d/stat",
		[PROC_STATUS] = "/proc/%d/status",
		[PROC_IO] = "/proc/%d/io",
		[PROC_CMDLINE] = "/proc/%d/cmdline",
		[PROC_CHILDREN] = "/proc/%d/task/%d/children",
		[PROC_THREAD_STAT] = "/proc/%d/task/%d/stat",
		[PROC_FDINFO] = "/proc/%d/fdinfo/%d",
	};
	char path[64];
	size_t used = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, names[file], pid,
		 file == PROC_CHILDREN ? pid : id);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (used < size && (n = read(fd, text + used, size - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		used += (size_t)n;
	}
	close(fd);
	return (ssize_t)used;
}

ssize_t proc_read(int pid, enum proc_file file, int id, char *text,
		  size_t size)
{
	struct proc_request r = { .pid = pid, .id = id, .file = file };
	struct proc_answer a;
	ssize_t n = read_here(pid, file, id, text, size - 1);

	if (n == -EACCES && policy) {
		n = ask(&r, &a);
		n = MIN(n, (ssize_t)(size - 1));
		if (n > 0)
			memcpy(text, a.text, (size_t)n);
	}
	text[MAX(n, 0)] = 0;
	return n;
}

int proc_parent(int pid)
{
	char text[1024], *end;
	int parent = 0;

	proc_read(pid, PROC_STAT, 0, text, sizeof text);
	/* The name may hold anything, but ends with the last ")". */
	end = strrchr(text, ')');
	return end && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static int *add(int *list, unsigned *n, int id)
{
	int *more = list;

	if (*n % 64 == 0)
		more = realloc(list, (*n + 64) * sizeof *list);
	if (more)
		more[(*n)++] = id;
	return more ? more : list;
}

static int *list_asked(int pid, unsigned *n)
{
	struct proc_request r = { .pid = pid, .file = -1 };
	struct proc_answer a;
	int *list = NULL, got;

	do {
		r.skip = *n;
		got = ask(&r, &a);
		for (int i = 0; i < got; i++)
			list = add(list, n, a.list[i]);
	} while (got == COUNT_OF(a.list) && *n > r.skip);
	return list;
}

int *proc_list(int pid, unsigned *n)
{
	char path[64] = "/proc";
	struct dirent *e;
	int *list = NULL;
	DIR *d;

	*n = 0;
	if (pid)
		snprintf(path, sizeof path, "/proc/%d/task", pid);
	d = opendir(path);
	if (!d)
		return errno == EACCES && policy ? list_asked(pid, n) : NULL;
	while ((e = readdir(d)))
		if (isdigit((unsigned char)*e->d_name))
			list = add(list, n, atoi(e->d_name));
	closedir(d);
	return list;
}
