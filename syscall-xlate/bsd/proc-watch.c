/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc-watch.c - see proc-watch.h. */
#include "syscall-xlate/bsd/proc-watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/sysctl.h"

enum { TRIES = 8, PUNCH = 1 << 16 };
#define LOG "log-"

/* "" is the folder itself. */
static int folder(char *path, const char *name)
{
	char below[NAME_MAX + 64];

	snprintf(below, sizeof below, "/.rf-procs-%u/%s", geteuid(), name);
	return bsd_shm_path(below, path);
}

/* A process's entry, or with "" its folder. */
static int entry(char *path, int pid, const char *name, const char *mark)
{
	char below[NAME_MAX + 16];

	snprintf(below, sizeof below, "%d/%s%s", pid, name, mark);
	return folder(path, below);
}

static int log_path(char *path, const char *name)
{
	char below[64];

	snprintf(below, sizeof below, LOG "%s", name);
	return folder(path, below);
}

static void remove_watched(int pid)
{
	char path[BSD_PATH];

	if (!entry(path, pid, "", ""))
		rmdir(path);
}

/* ---- telling ---------------------------------------------------------------------- */

struct watchers {
	unsigned n;
	struct { char name[PROC_WATCHER]; bool track; } *w;
};

/* None: that is nearly always so, and is one call. */
static void find_watchers(int pid, struct watchers *w)
{
	char path[BSD_PATH];
	struct dirent *e;
	DIR *d;

	*w = (struct watchers){ 0 };
	if (entry(path, pid, "", "") || !(d = opendir(path)))
		return;
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);
		bool track = len && e->d_name[len - 1] == '+';
		void *more;

		if (*e->d_name == '.' || len >= PROC_WATCHER)
			continue;
		more = realloc(w->w, (w->n + 1) * sizeof *w->w);
		if (!more)
			break;
		w->w = more;
		snprintf(w->w[w->n].name, PROC_WATCHER, "%.*s",
			 (int)(len - track), e->d_name);
		w->w[w->n++].track = track;
	}
	closedir(d);
}

static bool is_live(int log)
{
	if (flock(log, LOCK_SH | LOCK_NB))
		return true;
	flock(log, LOCK_UN);
	return false;
}

/* Forgets who watched us and is no more. */
static void tell(const char *watcher, struct proc_note n)
{
	char path[BSD_PATH];
	int fd;

	if (log_path(path, watcher))
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && is_live(fd)) {
		if (write(fd, &n, sizeof n) < 0)
			log_warn("a process watches this one in vain: %s",
				 strerror(errno));
	} else {
		if (fd >= 0)
			unlink(path);
		for (int i = 0; i < 2; i++)
			if (!entry(path, getpid(), watcher, i ? "+" : ""))
				unlink(path);
		remove_watched(getpid());
	}
	if (fd >= 0)
		close(fd);
}

/* pid's folder may be removed at any moment, as it is empty. */
static int make_entry(int pid, const char *watcher, bool track)
{
	char path[BSD_PATH];
	int fd = -1, ret;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		ret = entry(path, pid, "", "");
		if (ret)
			return ret;
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		ret = entry(path, pid, watcher, track ? "+" : "");
		if (ret)
			return ret;
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 && errno != ENOENT)
			return -errno;
	}
	if (fd < 0)
		return -ENOENT;
	close(fd);
	return 0;
}

void proc_fork_begin(struct proc_fork *f)
{
	struct watchers w;
	bool track = false;

	find_watchers(getpid(), &w);
	for (unsigned i = 0; i < w.n; i++)
		track |= w.w[i].track;
	free(w.w);
	f->watched = w.n != 0;
	/* Without, a child may be the quicker one: its own are not told of. */
	if (!track || pipe2(f->end, O_CLOEXEC))
		f->end[0] = f->end[1] = -1;
}

void proc_fork_child(struct proc_fork *f)
{
	char byte;

	if (f->end[0] < 0)
		return;
	close(f->end[1]);
	while (read(f->end[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(f->end[0]);
}

static _Atomic bool followed; /* some child of this process has been, or is */

static void tell_fork(int pid)
{
	const int self = getpid();
	struct watchers w;

	find_watchers(getpid(), &w);
	for (unsigned i = 0; i < w.n; i++) {
		const char *name = w.w[i].name;

		tell(name, (struct proc_note){ self, NOTE_FORK, 0, 0 });
		if (!w.w[i].track)
			continue;
		followed = true;
		if (make_entry(pid, name, true))
			tell(name, (struct proc_note){ self, NOTE_TRACKERR, 0, 0 });
		else
			tell(name, (struct proc_note){ pid, NOTE_CHILD, self, 0 });
	}
	free(w.w);
}

void proc_fork_parent(struct proc_fork *f, int pid)
{
	if (f->watched && pid > 0)
		tell_fork(pid);
	if (f->end[0] < 0)
		return;
	close(f->end[0]);
	close(f->end[1]);
}

static void tell_all(int pid, uint32_t note, int data)
{
	struct watchers w;

	find_watchers(pid, &w);
	for (unsigned i = 0; i < w.n; i++)
		tell(w.w[i].name, (struct proc_note){ pid, note, data, 0 });
	free(w.w);
}

void proc_executed(void)
{
	tell_all(getpid(), NOTE_EXEC, 0);
}

void proc_exiting(int status)
{
	tell_all(getpid(), NOTE_EXIT, (status & 0xff) << 8);
}

bool proc_is_followed(void)
{
	return followed;
}

/* Who was killed could not say so, and is gone when its watcher looks. */
void proc_reaping(int pid, int status)
{
	tell_all(pid, NOTE_EXIT, status);
}

/* ---- watching ------------------------------------------------------------------------ */

/* What those have left who were killed. */
static void sweep(void)
{
	char path[BSD_PATH];
	struct dirent *e;
	DIR *d;

	if (folder(path, "") || !(d = opendir(path)))
		return;
	while ((e = readdir(d))) {
		int fd = -1, pid = atoi(e->d_name);

		if (!strncmp(e->d_name, LOG, strlen(LOG)) &&
		    !folder(path, e->d_name))
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && !is_live(fd))
			unlink(path);
		if (fd >= 0)
			close(fd);
		if (pid > 0 && kill(pid, 0) && errno == ESRCH &&
		    !entry(path, pid, "", "")) {
			struct dirent *w;
			DIR *of = opendir(path);

			while (of && (w = readdir(of)))
				if (*w->d_name != '.' &&
				    !entry(path, pid, w->d_name, ""))
					unlink(path);
			if (of)
				closedir(of);
			remove_watched(pid);
		}
	}
	closedir(d);
}

/* The folder is ours alone, whoever can make one beside it. */
static int make_folder(void)
{
	char path[BSD_PATH];
	struct stat st;
	int ret = folder(path, "");

	if (ret)
		return ret;
	path[strlen(path) - 1] = 0;
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
			       !(st.st_mode & 077) ?
		       0 :
		       -EACCES;
}

/* Somebody's sweep may take it before it is locked. */
static int make_log(const char *path)
{
	struct stat st;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		while (flock(fd, LOCK_EX) && errno == EINTR)
			;
		if (!fstat(fd, &st) && st.st_nlink)
			return own_fd(fd);
		close(fd);
	}
}

int proc_log_open(struct proc_log *l)
{
	static _Atomic unsigned number;
	char path[BSD_PATH];
	int ret = make_folder();

	if (ret)
		return ret;
	sweep();
	snprintf(l->name, sizeof l->name, "%d-%u", getpid(), number++);
	ret = log_path(path, l->name);
	if (ret)
		return ret;
	l->at = 0;
	l->notify = -1;
	/* What is there is of somebody who had this number. */
	unlink(path);
	l->fd = make_log(path);
	/* Another's log was the last in the folder, and went just now. */
	for (int i = 0; i < TRIES && l->fd < 0 && errno == ENOENT; i++)
		if (!make_folder())
			l->fd = make_log(path);
	if (l->fd >= 0)
		l->notify = own_fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	if (l->notify >= 0 && inotify_add_watch(l->notify, path, IN_MODIFY) >= 0)
		return 0;
	ret = -errno;
	if (l->notify >= 0)
		close(l->notify);
	if (l->fd >= 0) {
		close(l->fd);
		unlink(path);
	}
	l->fd = -1;
	return ret;
}

bool proc_log_read(struct proc_log *l, struct proc_note *n)
{
	char events[256] __attribute__((aligned(8)));

	while (read(l->notify, events, sizeof events) > 0)
		;
	if (pread(l->fd, n, sizeof *n, l->at) != sizeof *n)
		return false;
	l->at += (int64_t)sizeof *n;
	/* Others append, so it is not cut off, but has no memory any more. */
	if (l->at % PUNCH == 0)
		fallocate(l->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			  l->at);
	return true;
}

void proc_log_close(struct proc_log *l, bool everywhere)
{
	char path[BSD_PATH];

	if (l->fd < 0)
		return;
	if (everywhere && !log_path(path, l->name))
		unlink(path);
	if (everywhere && !folder(path, ""))
		rmdir(path);
	close(l->notify);
	close(l->fd);
	l->fd = -1;
}

/* Is it another user's?  Those look into their own folder. */
static bool is_strange(int pid)
{
	struct sysctl_process p;

	if (kill(pid, 0) && errno == EPERM)
		return true;
	return sysctl_process(pid, &p) == 0 && p.uid != geteuid();
}

int proc_watch(const struct proc_log *l, int pid, bool track)
{
	char path[BSD_PATH];
	int ret;

	if (is_strange(pid))
		return -EACCES;
	/* Always one of the two is there: pid may have something to tell now. */
	ret = make_entry(pid, l->name, track);
	if (!ret && !entry(path, pid, l->name, track ? "" : "+"))
		unlink(path);
	return ret;
}

void proc_unwatch(const struct proc_log *l, int pid)
{
	char path[BSD_PATH];

	for (int i = 0; i < 2; i++)
		if (!entry(path, pid, l->name, i ? "+" : ""))
			unlink(path);
	remove_watched(pid);
}
