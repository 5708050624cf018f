/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.c - see commit.h.
 *
 * A layer is overlayfs' upper folder: what was changed or made, with a device
 * 0:0 for each name that was removed, and a mark at folders that hide the one
 * below.  Names are looked at one by one and no link is followed, on neither
 * side: a taken-over sandbox can make what it likes in its layer.
 */
#include "loader/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"

#define OPAQUE "user.overlay.opaque"
#define OWN_XATTRS "user.overlay."

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int channel[2] = { -1, -1 };

/* ---- handing out ------------------------------------------------------------- */

int commit_prepare(const struct policy *p, struct err *e)
{
	if (p->commit &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return err_set(e, errno, "socketpair: %s", strerror(errno));
	return 0;
}

union control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int commit_channel(void)
{
	if (channel[0] >= 0)
		close(channel[0]);
	channel[0] = -1;
	return channel[1];
}

int commit_send(unsigned n, const char *upper)
{
	union control c = { 0 };
	struct iovec v = { &n, sizeof n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = c.buf, .msg_controllen = sizeof c.buf };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	ssize_t sent;
	int fd;

	if (channel[1] < 0)
		return 0;
	fd = open(upper, FOLDER);
	if (fd < 0)
		return -1;
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(h), &fd, sizeof fd);
	sent = sendmsg(channel[1], &m, MSG_NOSIGNAL);
	close(fd);
	return sent < 0 ? -1 : 0;
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
	union control c;
	struct iovec v = { n, sizeof *n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = c.buf, .msg_controllen = sizeof c.buf };
	struct cmsghdr *h;
	int fd = -1;

	if (recvmsg(channel[0], &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !=
	    sizeof *n)
		return -1;
	h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_type == SCM_RIGHTS &&
	    h->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(h), sizeof fd);
	return fd;
}

/* ---- writing ------------------------------------------------------------------ */

/* Files with more than one name in the layer, and the first one on the host. */
struct twin {
	dev_t dev;
	ino_t ino;
	int folder;
	char *name;
	struct twin *next;
};

struct work {
	const char *root;    /* for messages */
	struct twin *twins;
	bool failed;
};

static void complain(struct work *w, const char *name)
{
	log_warn("sandbox: commit: %s in %s: %s", name, w->root,
		 strerror(errno));
	w->failed = true;
}

static void remove_tree(int folder, const char *name)
{
	struct dirent *x;
	DIR *d;
	int fd;

	if (unlinkat(folder, name, 0) == 0 || errno != EISDIR)
		return;
	fd = openat(folder, name, FOLDER);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((x = readdir(d)))
		if (strcmp(x->d_name, ".") && strcmp(x->d_name, ".."))
			remove_tree(fd, x->d_name);
	closedir(d);
	unlinkat(folder, name, AT_REMOVEDIR);
}

/* What we keep attributes of files in; not overlayfs' own. */
static void copy_xattrs(int from, int to)
{
	char names[4096], value[4096];
	ssize_t n = flistxattr(from, names, sizeof names), len;

	for (char *x = names; n > 0 && x < names + n; x += strlen(x) + 1)
		if (!strncmp(x, "user.", 5) &&
		    strncmp(x, OWN_XATTRS, sizeof OWN_XATTRS - 1) &&
		    (len = fgetxattr(from, x, value, sizeof value)) >= 0)
			fsetxattr(to, x, value, (size_t)len, 0);
}

static void copy_times(int to, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	futimens(to, times);
}

static int copy_bytes(int from, int to)
{
	static char buf[1 << 16];
	ssize_t n;

	while ((n = read(from, buf, sizeof buf)) > 0)
		for (ssize_t at = 0; at < n;) {
			ssize_t put = write(to, buf + at, (size_t)(n - at));

			if (put < 0)
				return -1;
			at += put;
		}
	return n < 0 ? -1 : 0;
}

static bool copy_file(int up, int host, const char *name, const struct stat *st)
{
	char temp[64];
	int from = openat(up, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to = -1;
	bool ok = false;

	snprintf(temp, sizeof temp, ".run-foreign-commit.%d", getpid());
	unlinkat(host, temp, 0);
	if (from >= 0)
		to = openat(host, temp,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	if (to >= 0 && !copy_bytes(from, to)) {
		copy_xattrs(from, to);
		copy_times(to, st);
		ok = !fchmod(to, st->st_mode & 0777) &&
		     !renameat(host, temp, host, name);
		if (!ok && errno == EISDIR) {
			remove_tree(host, name);
			ok = !renameat(host, temp, host, name);
		}
	}
	if (!ok && to >= 0) {
		int err = errno;

		unlinkat(host, temp, 0);
		errno = err;
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ok;
}

/* Another name of a file that is there already? */
static bool link_twin(struct work *w, int host, const char *name,
		      const struct stat *st)
{
	struct twin *t = w->twins;

	while (t && (t->dev != st->st_dev || t->ino != st->st_ino))
		t = t->next;
	if (t) {
		remove_tree(host, name);
		return linkat(t->folder, t->name, host, name, 0) == 0;
	}
	t = calloc(1, sizeof *t);
	if (t && (t->name = strdup(name)) &&
	    (t->folder = fcntl(host, F_DUPFD_CLOEXEC, 3)) >= 0) {
		t->dev = st->st_dev;
		t->ino = st->st_ino;
		t->next = w->twins;
		w->twins = t;
	}
	return false;
}

static bool copy_link(int up, int host, const char *name)
{
	char to[PATH_MAX];
	ssize_t n = readlinkat(up, name, to, sizeof to - 1);

	if (n < 0)
		return false;
	to[n] = 0;
	remove_tree(host, name);
	return symlinkat(to, host, name) == 0;
}

static void apply_folder(struct work *w, int up, int host);

static bool apply_subfolder(struct work *w, int up, int host, const char *name,
			    const struct stat *st)
{
	int from = openat(up, name, FOLDER), to = -1;
	char mark = 0;

	if (from < 0)
		return false;
	if (fgetxattr(from, OPAQUE, &mark, 1) == 1 && mark == 'y')
		remove_tree(host, name);
	to = openat(host, name, FOLDER);
	if (to < 0) {
		if (errno != ENOENT)
			remove_tree(host, name);
		if (mkdirat(host, name, 0700) == 0)
			to = openat(host, name, FOLDER);
	}
	if (to >= 0) {
		apply_folder(w, from, to);
		copy_xattrs(from, to);
		fchmod(to, st->st_mode & 0777);
		copy_times(to, st);
		close(to);
	}
	close(from);
	return to >= 0;
}

static bool apply_one(struct work *w, int up, int host, const char *name)
{
	struct stat st;

	if (fstatat(up, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	switch (st.st_mode & S_IFMT) {
	case S_IFCHR:
		if (st.st_rdev == makedev(0, 0)) {
			remove_tree(host, name);
			return faccessat(host, name, F_OK,
					 AT_SYMLINK_NOFOLLOW) < 0;
		}
		break;
	case S_IFDIR:
		return apply_subfolder(w, up, host, name, &st);
	case S_IFREG:
		if (st.st_nlink > 1 && link_twin(w, host, name, &st))
			return true;
		return copy_file(up, host, name, &st);
	case S_IFLNK:
		return copy_link(up, host, name);
	}
	errno = ENOTSUP; /* nothing that a program here can make */
	return false;
}

static void apply_folder(struct work *w, int up, int host)
{
	int fd = fcntl(up, F_DUPFD_CLOEXEC, 3);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *x;

	if (!d) {
		complain(w, ".");
		return;
	}
	rewinddir(d);
	while ((x = readdir(d)))
		if (strcmp(x->d_name, ".") && strcmp(x->d_name, "..") &&
		    !apply_one(w, up, host, x->d_name))
			complain(w, x->d_name);
	closedir(d);
}

bool commit_apply(const struct policy *p)
{
	bool ok = true;
	unsigned n;
	int up;

	while (channel[0] >= 0 && (up = receive(&n)) >= 0) {
		struct work w = { .root = n < p->nmounts ? p->mounts[n].host : "?" };
		int host = open(w.root, FOLDER);

		if (host < 0)
			complain(&w, ".");
		else
			apply_folder(&w, up, host);
		while (w.twins) {
			struct twin *t = w.twins;

			w.twins = t->next;
			close(t->folder);
			free(t->name);
			free(t);
		}
		if (host >= 0)
			close(host);
		close(up);
		ok &= !w.failed;
	}
	return ok;
}
