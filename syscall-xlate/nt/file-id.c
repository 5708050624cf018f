/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-id.c - opening a file by its number.
 *
 * The host has no way from an inode's number to its file for ordinary users.
 * Numbers that this process has asked for are remembered with the name the
 * file had; what is not among them, or no longer called so, is searched for:
 * below the folder that serves as hint, then on its whole file system, as far
 * as SEARCH_MAX entries go.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/file-private.h"

enum { KNOWN = 1024, SEARCH_MAX = 100000, DEPTH_MAX = 128 };

static struct {
	uint64_t dev, ino;
	char *path;
} known[KNOWN];
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

void file_id_told(const struct file *f, const struct file_meta *m)
{
	size_t i = (m->ino ^ m->ino >> 10 ^ m->dev) % KNOWN;

	if (!f->path || !f->drive || !m->ino)
		return;
	pthread_mutex_lock(&known_lock);
	if (known[i].ino != m->ino || known[i].dev != m->dev ||
	    strcmp(known[i].path, f->path)) {
		free(known[i].path);
		known[i].path = strdup(f->path);
		known[i].ino = known[i].path ? m->ino : 0;
		known[i].dev = m->dev;
	}
	pthread_mutex_unlock(&known_lock);
}

/* malloc'ed, or NULL. */
static char *recall(uint64_t dev, uint64_t ino)
{
	size_t i = (ino ^ ino >> 10 ^ dev) % KNOWN;
	char *path = NULL;

	pthread_mutex_lock(&known_lock);
	if (known[i].ino == ino && known[i].dev == dev)
		path = strdup(known[i].path);
	pthread_mutex_unlock(&known_lock);
	return path;
}

/* ---- searching ------------------------------------------------------- */

struct search {
	uint64_t dev, ino;
	unsigned left; /* entries that may still be looked at */
	char path[HOST_PATH_MAX];
	size_t len;
};

/* In the directory fd, which is taken, called s->path.  True: s->path is it. */
static bool search_in(struct search *s, int fd, unsigned depth)
{
	DIR *d = fdopendir(fd);
	size_t len = s->len;
	struct dirent *e;
	struct stat st;

	if (!d) {
		close(fd);
		return false;
	}
	while (s->left && (e = readdir(d))) {
		size_t n = strlen(e->d_name);
		int sub;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    len + n + 2 > sizeof s->path)
			continue;
		s->left--;
		s->len = len;
		if (s->path[len - 1] != '/')
			s->path[s->len++] = '/';
		memcpy(s->path + s->len, e->d_name, n + 1);
		s->len += n;
		if (e->d_ino == s->ino &&
		    !fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_ino == s->ino && st.st_dev == s->dev) {
			closedir(d);
			return true;
		}
		if ((e->d_type != DT_DIR && e->d_type != DT_UNKNOWN) ||
		    depth >= DEPTH_MAX)
			continue;
		sub = openat(dirfd(d), e->d_name,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC |
				     O_NONBLOCK);
		if (sub < 0)
			continue;
		if (fstat(sub, &st) < 0 || st.st_dev != s->dev)
			close(sub); /* another file system */
		else if (search_in(s, sub, depth + 1)) {
			closedir(d);
			return true;
		}
	}
	closedir(d);
	s->len = len;
	s->path[len] = 0;
	return false;
}

/* Below the folder path, or the file of that name itself. */
static bool search_from(struct search *s, const char *path)
{
	struct stat st;
	int fd;

	s->len = strlen(path);
	if (!s->len || s->len >= sizeof s->path || lstat(path, &st) < 0 ||
	    st.st_dev != s->dev)
		return false;
	memcpy(s->path, path, s->len + 1);
	if (st.st_ino == s->ino)
		return true;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && search_in(s, fd, 0);
}

/* The highest folder above path that is on the same file system. */
static void climb(char *path, uint64_t dev)
{
	struct stat st;
	char *slash;

	while ((slash = strrchr(path, '/')) && slash != path) {
		*slash = 0;
		if (lstat(path, &st) < 0 || st.st_dev != dev) {
			*slash = '/';
			return;
		}
	}
	if (slash && slash[1] && !lstat("/", &st) && st.st_dev == dev)
		slash[1] = 0;
}

static const char *drive_root(char drive)
{
	const char *root = "/";

	if (drive == 'C')
		root = path_user_c();
	else if (policy && drive >= 'A' && drive <= 'Z')
		root = policy->root[drive - 'A'];
	return root ? root : "";
}

static char *find(struct search *s, const char *from, char drive)
{
	const char *root = drive_root(drive);
	char top[HOST_PATH_MAX];

	if (strlen(from) >= sizeof top)
		return NULL;
	s->left = SEARCH_MAX;
	if (search_from(s, from))
		return strdup(s->path);
	strcpy(top, from);
	climb(top, s->dev);
	/* A sandbox ends at its own roots. */
	if (policy && strncmp(top, root, strlen(root))) {
		if (strlen(root) >= sizeof top)
			return NULL;
		strcpy(top, root);
	}
	return strcmp(top, from) && search_from(s, top) ? strdup(s->path)
							: NULL;
}

/* ---- opening --------------------------------------------------------- */

/* STATUS_OBJECT_NAME_NOT_FOUND also if it is another file by now. */
static NTSTATUS open_path(struct file_open *o, const char *host, uint64_t ino,
			  struct file **f)
{
	struct file *was_root = o->root;
	struct file_meta m;
	NTSTATUS status;
	size_t len;
	uint16_t *name = path_to_nt(host, &len);

	if (!name)
		return STATUS_NO_MEMORY;
	status = path_parse(name, len, NULL, o->p);
	free(name);
	if (status)
		return status;
	o->root = NULL; /* the name is whole */
	status = file_open_disk(o, f);
	o->root = was_root;
	if (status)
		return status;
	if (meta_of_file(*f, &m) == STATUS_SUCCESS && m.ino == ino)
		return STATUS_SUCCESS;
	(*f)->delete_on_close = false;
	object_put(&(*f)->object);
	*f = NULL;
	return STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS file_open_by_id(struct file_open *o, const void *id, size_t n,
			 struct file **f)
{
	struct search s = { 0 };
	const char *from;
	uint64_t high = 0;
	char *host, *own;
	NTSTATUS status;
	struct stat st;

	if ((n != 8 && n != 16) || !o->root)
		return STATUS_INVALID_PARAMETER;
	if (o->disposition == FILE_CREATE)
		return STATUS_INVALID_PARAMETER;
	memcpy(&s.ino, id, 8);
	if (n == 16)
		memcpy(&high, (const uint8_t *)id + 8, 8);
	if (!s.ino)
		return STATUS_INVALID_PARAMETER;
	own = o->root->path ? file_host_path(o->root) : NULL;
	from = own ? own : drive_root(o->root->drive);
	if (lstat(from, &st) < 0) {
		free(own);
		return STATUS_INVALID_PARAMETER;
	}
	s.dev = st.st_dev;
	if (high && high != s.dev) { /* an object id is number and device */
		free(own);
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	o->options &= ~(uint32_t)FILE_OPEN_BY_FILE_ID;
	status = STATUS_OBJECT_NAME_NOT_FOUND;
	host = recall(s.dev, s.ino);
	if (host)
		status = open_path(o, host, s.ino, f);
	free(host);
	if (status == STATUS_OBJECT_NAME_NOT_FOUND ||
	    status == STATUS_OBJECT_PATH_NOT_FOUND) {
		host = find(&s, from, o->root->drive);
		status = host ? open_path(o, host, s.ino, f)
			      : STATUS_INVALID_PARAMETER; /* as NTFS */
		free(host);
	}
	free(own);
	return status;
}
