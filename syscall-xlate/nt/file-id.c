/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-id.c - opening a file by its number, or its object id.
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
#include "syscall-xlate/nt/file-object-id.h"
#include "syscall-xlate/nt/file-private.h"

enum { KNOWN = 1024, SEARCH_MAX = 100000, DEPTH_MAX = 128 };

static struct {
	uint64_t dev, ino;
	char *path;
} known[KNOWN];
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

void file_id_remember(uint64_t dev, uint64_t ino, const char *path)
{
	size_t i = (ino ^ ino >> 10 ^ dev) % KNOWN;

	pthread_mutex_lock(&known_lock);
	if (known[i].ino != ino || known[i].dev != dev ||
	    strcmp(known[i].path, path)) {
		free(known[i].path);
		known[i].path = strdup(path);
		known[i].ino = known[i].path ? ino : 0;
		known[i].dev = dev;
	}
	pthread_mutex_unlock(&known_lock);
}

void file_id_told(const struct file *f, const struct file_meta *m)
{
	if (f->path && f->drive && m->ino)
		file_id_remember(m->dev, m->ino, f->path);
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
	const uint8_t *object; /* by this id instead of ino, or NULL */
	unsigned left; /* entries that may still be looked at */
	/* What is found; true: no more are wanted. */
	bool (*fn)(const char *path, void *arg);
	void *arg;
	char path[HOST_PATH_MAX];
	size_t len;
};

static bool is_wanted(const struct search *s, int dirfd, const struct dirent *e)
{
	struct stat st;

	if (s->object)
		return (e->d_type == DT_REG || e->d_type == DT_DIR ||
			e->d_type == DT_UNKNOWN) &&
		       object_id_is_of(dirfd, e->d_name, s->object);
	return e->d_ino == s->ino &&
	       !fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	       st.st_ino == s->ino && st.st_dev == s->dev;
}

/* In the directory fd, which is taken, called s->path.  True: it is over. */
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
		if (is_wanted(s, dirfd(d), e) && s->fn(s->path, s->arg)) {
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
	if ((s->object ? object_id_is_of(AT_FDCWD, path, s->object)
		       : st.st_ino == s->ino) &&
	    s->fn(s->path, s->arg))
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

/* From the folder dir outwards. */
static void search_all(struct search *s, const char *dir, char drive)
{
	const char *root = drive_root(drive);
	char top[HOST_PATH_MAX];

	s->left = SEARCH_MAX;
	if (strlen(dir) >= sizeof top || search_from(s, dir))
		return;
	strcpy(top, dir);
	climb(top, s->dev);
	/* A sandbox ends at its own roots. */
	if (policy && strncmp(top, root, strlen(root))) {
		if (strlen(root) >= sizeof top)
			return;
		strcpy(top, root);
	}
	if (strcmp(top, dir))
		search_from(s, top);
}

void file_id_names(const char *dir, char drive, uint64_t dev, uint64_t ino,
		   bool (*fn)(const char *path, void *arg), void *arg)
{
	struct search s = { .dev = dev, .ino = ino, .fn = fn, .arg = arg };

	search_all(&s, dir, drive);
}

static bool first_name(const char *path, void *arg)
{
	*(char **)arg = strdup(path);
	return true;
}

/* ---- opening --------------------------------------------------------- */

/* What is found by an object id's number may be another file by now. */
struct by_object {
	const uint8_t *id;
	char *path;
};

static bool has_object(const char *path, void *arg)
{
	struct by_object *b = arg;

	if (object_id_is_of(AT_FDCWD, path, b->id))
		b->path = strdup(path);
	return b->path;
}

/* A name of the file with that object id, malloc'ed, or NULL. */
static char *find_object(const char *from, char drive, uint64_t dev,
			 const uint8_t *id)
{
	struct by_object b = { .id = id };
	struct search s = { .dev = dev,
			    .ino = object_id_hint(id),
			    .fn = has_object,
			    .arg = &b };
	char *host = recall(dev, s.ino);

	if (host && has_object(host, &b)) {
		free(host);
		return b.path;
	}
	free(host);
	/* Numbers are had with the names; ids are asked for one by one. */
	search_all(&s, from, drive);
	if (!b.path) {
		s.object = id;
		search_all(&s, from, drive);
	}
	return b.path;
}

bool file_has_object_id(struct file *f, const uint8_t *id)
{
	char *own = file_host_path(f), *slash = own ? strrchr(own, '/') : NULL;
	char *found = NULL;
	struct stat st;

	if (slash && !fstat(f->fd, &st)) {
		slash[slash == own] = 0;
		found = find_object(own, f->drive, st.st_dev, id);
	}
	free(own);
	free(found);
	return found;
}

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
	const char *from;
	uint64_t ino, dev, high = 0;
	char *host, *own;
	NTSTATUS status;
	struct stat st;

	if ((n != 8 && n != 16) || !o->root)
		return STATUS_INVALID_PARAMETER;
	if (o->disposition == FILE_CREATE)
		return STATUS_INVALID_PARAMETER;
	memcpy(&ino, id, 8);
	if (n == 16)
		memcpy(&high, (const uint8_t *)id + 8, 8);
	if (!ino && !high)
		return STATUS_INVALID_PARAMETER;
	own = o->root->path ? file_host_path(o->root) : NULL;
	from = own ? own : drive_root(o->root->drive);
	if (lstat(from, &st) < 0) {
		free(own);
		return STATUS_INVALID_PARAMETER;
	}
	dev = st.st_dev;
	o->options &= ~(uint32_t)FILE_OPEN_BY_FILE_ID;
	/* FILE_ID_128 is a number and zeroes, an object id anything else. */
	if (high) {
		host = find_object(from, o->root->drive, dev, id);
		status = !host ? STATUS_OBJECT_NAME_NOT_FOUND
			 : lstat(host, &st) < 0
				 ? status_from_errno(errno)
				 : open_path(o, host, st.st_ino, f);
		free(host);
		free(own);
		return status;
	}
	status = STATUS_OBJECT_NAME_NOT_FOUND;
	host = recall(dev, ino);
	if (host)
		status = open_path(o, host, ino, f);
	free(host);
	if (status == STATUS_OBJECT_NAME_NOT_FOUND ||
	    status == STATUS_OBJECT_PATH_NOT_FOUND) {
		host = NULL;
		file_id_names(from, o->root->drive, dev, ino, first_name,
			      &host);
		status = host ? open_path(o, host, ino, f)
			      : STATUS_INVALID_PARAMETER; /* as NTFS */
		free(host);
	}
	free(own);
	return status;
}
