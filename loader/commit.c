/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.c - see commit.h.
 *
 * A layer is overlayfs' upper folder: what was changed or made, with a device
 * 0:0 for each name that was removed, and a mark at folders that hide the one
 * below.  Names are looked at one by one and no link is followed, on neither
 * side: a taken-over sandbox can make what it likes in its layer.  The host's
 * folders are opened before there is one.
 */
#include "loader/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pass-fd.h"
#include "base/table.h"
#include "loader/remove-tree.h"

#define OPAQUE     "user.overlay.opaque"
#define OWN_XATTRS "user.overlay."

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int channel[2] = { -1, -1 };
static int *hosts; /* the policy's mounts, those with a layer; or -1 */

/* ---- handing out ---- */

int commit_prepare(const struct policy *p, struct err *e)
{
	if (!p->commit)
		return 0;
	hosts = calloc(p->nmounts + 1, sizeof *hosts);
	if (!hosts)
		return err_set(e, ENOMEM, "no memory");
	for (size_t i = 0; i < p->nmounts; i++) {
		const struct policy_mount *m = &p->mounts[i];

		hosts[i] = m->mode == MOUNT_COW ? open(m->host, FOLDER) : -1;
		if (hosts[i] < 0 && m->mode == MOUNT_COW)
			return err_set(e, errno, "--commit: %s: %s", m->host,
				       strerror(errno));
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return err_set(e, errno, "socketpair: %s", strerror(errno));
	return 0;
}

int commit_channel(void)
{
	if (channel[0] >= 0)
		close(channel[0]);
	channel[0] = -1;
	return channel[1];
}

int commit_send(unsigned n, const char *upper)
{
	int fd, ret;

	if (channel[1] < 0)
		return 0;
	fd = open(upper, FOLDER);
	if (fd < 0)
		return -1;
	ret = pass_send(channel[1], &n, sizeof n, &fd, 1, 0);
	close(fd);
	errno = -ret;
	return ret ? -1 : 0;
}

void commit_sent(void)
{
	if (channel[1] >= 0)
		close(channel[1]);
	channel[1] = -1;
}

/* The next layer's folder, *n its mount; -1: there is none. */
static int receive(unsigned *n)
{
	int fd;

	if (pass_receive(channel[0], n, sizeof *n, &fd, 1, MSG_DONTWAIT) ==
	    sizeof *n)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- writing ---- */

struct work {
	const char *root;      /* the host's folder, for messages */
	int top;               /* its descriptor */
	char folder[PATH_MAX]; /* below it, where we are: "", "a/", "a/b/" */
	void *twins;
	bool failed, stopped;
};

static void complain(struct work *w, const char *name)
{
	log_warn("sandbox: commit: %s%s in %s: %s", w->folder, name, w->root,
		 strerror(errno));
	w->failed = true;
}

static const int stops[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

/* They are blocked here.  Once there is one, nothing more is written. */
static bool stopped(struct work *w)
{
	sigset_t pending;

	sigpending(&pending);
	for (unsigned i = 0; i < COUNT_OF(stops) && !w->stopped; i++)
		w->stopped = sigismember(&pending, stops[i]) == 1;
	return w->stopped;
}

/* ---- what files have beside their names ---- */

/* What we keep attributes and streams of files in; not overlayfs' own. */
static bool is_users(const char *xattr)
{
	return !strncmp(xattr, "user.", 5) &&
	       strncmp(xattr, OWN_XATTRS, sizeof OWN_XATTRS - 1);
}

/* As it is in from; ones that are not there are no more. */
static bool copy_xattrs(int from, int to)
{
	static char names[XATTR_LIST_MAX], value[XATTR_SIZE_MAX];
	ssize_t n, len;

	if (flistxattr(from, NULL, 0) < 0)
		return errno == ENOTSUP; /* a layer that keeps none */
	n = flistxattr(to, names, sizeof names);
	if (n < 0 && errno != ENOTSUP)
		return false;
	for (char *x = names; x < names + n; x += strlen(x) + 1)
		if (is_users(x) && fgetxattr(from, x, NULL, 0) < 0 &&
		    (errno != ENODATA || fremovexattr(to, x) < 0))
			return false;
	n = flistxattr(from, names, sizeof names);
	if (n < 0)
		return false;
	for (char *x = names; x < names + n; x += strlen(x) + 1) {
		if (!is_users(x))
			continue;
		len = fgetxattr(from, x, value, sizeof value);
		if (len < 0 || fsetxattr(to, x, value, (size_t)len, 0) < 0)
			return false;
	}
	return true;
}

static bool copy_mode_and_times(int to, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	return fchmod(to, st->st_mode & 0777) == 0 && futimens(to, times) == 0;
}

/* ---- files ---- */

static bool copy_piece(struct work *w, int from, int to, off_t at, off_t end)
{
	static char buf[1 << 16];

	while (at < end) {
		size_t want = (size_t)MIN(end - at, (off_t)sizeof buf);
		ssize_t n = pread(from, buf, want, at), put;

		if (n <= 0)
			return n == 0; /* it is shorter now */
		for (ssize_t done = 0; done < n; done += put, at += put) {
			put = pwrite(to, buf + done, (size_t)(n - done), at);
			if (put < 0)
				return false;
		}
		if (stopped(w)) {
			errno = EINTR;
			return false;
		}
	}
	return true;
}

/* A file may have many holes, and few bytes. */
static bool copy_bytes(struct work *w, int from, int to, off_t size)
{
	off_t at = 0, end;

	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		end = lseek(from, at, SEEK_HOLE);
		if (end < 0 || !copy_piece(w, from, to, at, end))
			return false;
		at = end;
	}
	return errno == ENXIO && ftruncate(to, size) == 0;
}

static bool put_in_place(int host, const char *temp, const char *name)
{
	if (renameat(host, temp, host, name) == 0)
		return true;
	return errno == EISDIR && remove_tree(host, name) &&
	       renameat(host, temp, host, name) == 0;
}

static bool copy_file(struct work *w, int up, int host, const char *name,
		      const struct stat *st)
{
	char temp[64];
	int from = openat(up, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to = -1;
	bool ok = false;
	int err;

	snprintf(temp, sizeof temp, ".run-foreign-commit.%d", getpid());
	if (from < 0)
		return false;
	unlinkat(host, temp, 0);
	to = openat(host, temp,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to >= 0) {
		ok = copy_bytes(w, from, to, st->st_size) &&
		     copy_xattrs(from, to) && copy_mode_and_times(to, st) &&
		     put_in_place(host, temp, name);
		err = errno;
		close(to);
		if (!ok)
			unlinkat(host, temp, 0);
		errno = err;
	}
	close(from);
	return ok;
}

static bool copy_link(int up, int host, const char *name)
{
	char to[PATH_MAX];
	ssize_t n = readlinkat(up, name, to, sizeof to - 1);

	if (n < 0)
		return false;
	to[n] = 0;
	return remove_tree(host, name) && symlinkat(to, host, name) == 0;
}

/* ---- files with more than one name in the layer ---- */

struct twin {
	dev_t dev;
	ino_t ino;
	char *folder, *name; /* of the first one, on the host */
};

static int by_inode(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

static void free_twin(void *p)
{
	struct twin *t = p;

	free(t->folder);
	free(t->name);
	free(t);
}

/* There can be more of them than descriptors, so it is a name of our making. */
static bool link_twin(struct work *w, const struct twin *t, int host,
		      const char *name)
{
	const struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				      .resolve = RESOLVE_BENEATH |
						 RESOLVE_NO_SYMLINKS };
	int fd = (int)syscall(SYS_openat2, w->top, *t->folder ? t->folder : ".",
			      &how, sizeof how);
	bool ok;

	if (fd < 0)
		return false;
	ok = remove_tree(host, name) && linkat(fd, t->name, host, name, 0) == 0;
	close(fd);
	return ok;
}

static bool remember_twin(struct work *w, const struct twin *key,
			  const char *name)
{
	struct twin *t = malloc(sizeof *t);

	if (!t)
		return false;
	*t = *key;
	t->folder = strdup(w->folder);
	t->name = strdup(name);
	if (t->folder && t->name && tsearch(t, &w->twins, by_inode))
		return true;
	free_twin(t);
	errno = ENOMEM;
	return false;
}

static bool copy_twin(struct work *w, int up, int host, const char *name,
		      const struct stat *st)
{
	const struct twin key = { .dev = st->st_dev, .ino = st->st_ino };
	struct twin **found = tfind(&key, &w->twins, by_inode);

	if (found)
		return link_twin(w, *found, host, name);
	return copy_file(w, up, host, name, st) && remember_twin(w, &key, name);
}

/* ---- folders ---- */

static void apply_folder(struct work *w, int up, int host);

/* The host's folder of this name, which it may not have yet. */
static int make_folder(int host, const char *name, bool anew)
{
	int fd;

	if (anew && !remove_tree(host, name))
		return -1;
	fd = openat(host, name, FOLDER);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT && !remove_tree(host, name))
		return -1;
	return mkdirat(host, name, 0700) == 0 ? openat(host, name, FOLDER) : -1;
}

static bool apply_subfolder(struct work *w, int up, int host, const char *name,
			    const struct stat *st)
{
	size_t len = strlen(w->folder), room = sizeof w->folder - len;
	int from, to;
	char mark = 0;
	bool ok;

	if (strlen(name) + 2 > room) {
		errno = ENAMETOOLONG;
		return false;
	}
	from = openat(up, name, FOLDER);
	if (from < 0)
		return false;
	to = make_folder(host, name,
			 fgetxattr(from, OPAQUE, &mark, 1) == 1 && mark == 'y');
	if (to < 0) {
		close(from);
		return false;
	}
	if (!copy_xattrs(from, to))
		complain(w, name);
	snprintf(w->folder + len, room, "%s/", name);
	apply_folder(w, from, to);
	w->folder[len] = 0;
	ok = copy_mode_and_times(to, st);
	close(to);
	return ok;
}

static bool apply_one(struct work *w, int up, int host, const char *name)
{
	struct stat st;

	if (fstatat(up, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	switch (st.st_mode & S_IFMT) {
	case S_IFCHR:
		if (st.st_rdev == makedev(0, 0))
			return remove_tree(host, name);
		break;
	case S_IFDIR:
		return apply_subfolder(w, up, host, name, &st);
	case S_IFREG:
		return st.st_nlink > 1 ? copy_twin(w, up, host, name, &st)
				       : copy_file(w, up, host, name, &st);
	case S_IFLNK:
		return copy_link(up, host, name);
	}
	errno = ENOTSUP; /* sockets and pipes, whose other end is gone */
	return false;
}

/* Closes up. */
static void apply_folder(struct work *w, int up, int host)
{
	DIR *d = fdopendir(up);
	struct dirent *x;

	if (!d) {
		complain(w, ".");
		close(up);
		return;
	}
	while (!stopped(w) && (x = readdir(d)))
		if (strcmp(x->d_name, ".") && strcmp(x->d_name, "..") &&
		    !apply_one(w, up, host, x->d_name) && !w->stopped)
			complain(w, x->d_name);
	closedir(d);
}

bool commit_apply(const struct policy *p)
{
	const struct timespec now = { 0 };
	sigset_t handled;
	bool ok = true, stop = false;
	unsigned n;
	int up;

	/* A terminal's, which the program had as well and ended after. */
	sigemptyset(&handled);
	sigaddset(&handled, SIGINT);
	sigaddset(&handled, SIGQUIT);
	while (sigtimedwait(&handled, NULL, &now) > 0)
		;
	while (channel[0] >= 0 && !stop && (up = receive(&n)) >= 0) {
		struct work w = { .root = "?" };

		if (n >= p->nmounts || hosts[n] < 0) {
			errno = EPROTO;
			complain(&w, ".");
			close(up);
		} else {
			w.root = p->mounts[n].host;
			w.top = hosts[n];
			apply_folder(&w, up, w.top);
			tdestroy(w.twins, free_twin);
		}
		ok &= !w.failed && !w.stopped;
		stop = w.stopped;
	}
	if (stop)
		log_warn("sandbox: commit: ended by a signal; what is written "
			 "stays");
	return ok;
}
