/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * umtx-shm.c - UMTX_OP_SHM: a page that belongs to an address of shared memory,
 * where the thread library keeps a process-shared lock.
 * Source: FreeBSD's _umtx_op(2).
 *
 * It is a file beside shm_open(2)'s, named after what is mapped there (device, inode,
 * offset).  Each process that uses it has a read lock on it, so who can have the
 * write lock is the only one: at its end it removes the file, and what somebody
 * has left who was killed is as good as nothing, and removed by whoever makes one
 * next.  Locks of open file descriptions change from one kind to the other in one
 * step.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"
#include "syscall-xlate/freebsd/freebsd.h"
#include "syscall-xlate/freebsd/umtx.h"

#define PREFIX "/.rf-umtx-"

struct held {
	char name[80];
	int fd;
	struct held *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct held *held; /* under lock */
static bool swept;

/* ---- what lies at an address ------------------------------------------------------ */

struct mapping {
	char name[80]; /* of the object that belongs to the address */
	char prefix[BSD_PATH]; /* of such objects' files */
	bool ours;     /* it is one itself, mapped */
	bool deleted;
};

/* One line of /proc/self/maps; true: host is in it. */
static bool read_line(const char *line, uintptr_t host, struct mapping *m)
{
	unsigned major, minor;
	uint64_t from, to, off, inode;
	char perms[5];
	int at = 0;

	if (sscanf(line,
		   "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
		   &from, &to, perms, &off, &major, &minor, &inode, &at) < 7 ||
	    host < from || host >= to)
		return false;
	if (perms[3] == 's' && inode)
		snprintf(m->name, sizeof m->name,
			 PREFIX "%x-%x-%" PRIx64 "-%" PRIx64, major, minor,
			 inode, off + (host - from));
	m->ours = !strncmp(line + at, m->prefix, strlen(m->prefix));
	m->deleted = strstr(line + at, " (deleted)");
	return true;
}

static int look_at(gaddr addr, struct mapping *m)
{
	bool found = false;
	char *line = NULL;
	struct iovec v;
	size_t size = 0;
	FILE *f;
	int ret;

	if (guest_iov(NULL, addr, 1, false, &v, 1) != 1)
		return -EFAULT;
	f = fopen("/proc/self/maps", "re");
	if (!f)
		return -errno;
	ret = bsd_shm_path(PREFIX, m->prefix);
	if (ret) {
		fclose(f);
		return ret;
	}
	m->ours = m->deleted = false;
	/* The process's own memory. */
	snprintf(m->name, sizeof m->name, PREFIX "p%d-%" PRIx64, getpid(), addr);
	while (!found && getline(&line, &size, f) > 0)
		found = read_line(line, (uintptr_t)v.iov_base, m);
	free(line);
	fclose(f);
	return found ? 0 : -EFAULT;
}

/* ---- files with users ----------------------------------------------------------------- */

static int set_lock(int fd, int cmd, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, cmd, &l) ? -errno : 0;
}

static bool is_removed(int fd)
{
	struct stat st;

	return fstat(fd, &st) || st.st_nlink == 0;
}

/* The folder is everybody's: what another user has put there can change at will. */
static int open_file(const char *path, int create)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | create,
		      0600);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid())
		return fd;
	close(fd);
	return -EACCES;
}

/* Removes what has no users any more, as they were killed. */
static void sweep(void)
{
	char path[BSD_PATH], name[NAME_MAX + 2];
	struct dirent *e;
	DIR *d;

	if (bsd_shm_path("/", path) || !(d = opendir(path)))
		return;
	while ((e = readdir(d))) {
		int fd = -1;

		snprintf(name, sizeof name, "/%s", e->d_name);
		if (!strncmp(name, PREFIX, strlen(PREFIX)) &&
		    !bsd_shm_path(name, path))
			fd = open_file(path, 0);
		if (fd < 0)
			continue;
		if (set_lock(fd, F_OFD_SETLK, F_WRLCK) == 0 && !is_removed(fd))
			unlink(path);
		close(fd);
	}
	closedir(d);
}

/*
 * A descriptor of the named file, with a read lock.  Without create -ESRCH if
 * nobody uses one.
 */
static int open_used(const char *name, bool create)
{
	char path[BSD_PATH];
	int ret = bsd_shm_path(name, path);

	if (ret)
		return ret;
	for (;;) {
		int fd = open_file(path, create ? O_CREAT : 0);

		if (fd < 0)
			return fd == -ENOENT && !create ? -ESRCH : fd;
		ret = 0;
		if (set_lock(fd, F_OFD_SETLK, F_WRLCK) == 0 && !is_removed(fd)) {
			/* New, or left by somebody who was killed. */
			if (!create) {
				unlink(path);
				ret = -ESRCH;
			} else if (ftruncate(fd, 0) || ftruncate(fd, PAGE)) {
				ret = -errno;
				unlink(path);
			}
		}
		if (!ret)
			ret = set_lock(fd, F_OFD_SETLKW, F_RDLCK);
		if (!ret && !is_removed(fd))
			return fd;
		close(fd);
		if (ret)
			return ret;
		/* Its last user has just gone. */
	}
}

/* Another description of the same file: its locks are its own. */
static int open_again(int fd)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return bsd_ret(open(path, O_RDWR | O_CLOEXEC));
}

static void remove_file(const struct held *h)
{
	char path[BSD_PATH];

	if (!bsd_shm_path(h->name, path))
		unlink(path);
}

static void let_go(struct held **p)
{
	struct held *h = *p;

	*p = h->next;
	close(h->fd);
	free(h);
}

/* With the lock.  0 and *h, or -errno. */
static int hold(const char *name, bool create, struct held **found)
{
	struct held **p = &held, *h;
	int fd;

	while (*p && strcmp((*p)->name, name))
		p = &(*p)->next;
	if (*p && is_removed((*p)->fd))
		let_go(p); /* by another process */
	else if (*p) {
		*found = *p;
		return 0;
	}
	if (create && !swept) {
		swept = true;
		sweep();
	}
	h = malloc(sizeof *h);
	fd = h ? open_used(name, create) : -ENOMEM;
	if (fd < 0) {
		free(h);
		return fd;
	}
	snprintf(h->name, sizeof h->name, "%s", name);
	h->fd = own_fd(fd);
	h->next = held;
	held = *found = h;
	return 0;
}

void freebsd_umtx_shm_leave(void)
{
	pthread_mutex_lock(&lock);
	while (held) {
		if (set_lock(held->fd, F_OFD_SETLK, F_WRLCK) == 0 &&
		    !is_removed(held->fd))
			remove_file(held);
		let_go(&held);
	}
	pthread_mutex_unlock(&lock);
}

/* The child is a user by itself. */
void freebsd_umtx_shm_forked(void)
{
	pthread_mutex_init(&lock, NULL);
	swept = false;
	for (struct held *h = held; h; h = h->next) {
		int fd = open_again(h->fd);

		if (fd < 0)
			continue;
		set_lock(fd, F_OFD_SETLK, F_RDLCK);
		close(h->fd);
		h->fd = own_fd(fd);
	}
}

/* ---- the call ------------------------------------------------------------------------------ */

int64_t umtx_shm(uint64_t what, gaddr addr)
{
	enum { CREAT = 1, LOOKUP = 2, DESTROY = 4, ALIVE = 8 };
	struct mapping m;
	struct held *h;
	int64_t ret;

	if (what != CREAT && what != LOOKUP && what != DESTROY && what != ALIVE)
		return -EINVAL;
	ret = look_at(addr, &m);
	if (ret)
		return ret;
	/* The library asks of the page itself. */
	if (what == ALIVE && m.ours)
		return m.deleted ? -ENOTTY : 0;
	pthread_mutex_lock(&lock);
	ret = hold(m.name, what == CREAT, &h);
	if (!ret && (what == CREAT || what == LOOKUP)) {
		ret = open_again(h->fd);
	} else if (!ret && what == DESTROY) {
		struct held **p = &held;

		remove_file(h);
		while (*p != h)
			p = &(*p)->next;
		let_go(p);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}
