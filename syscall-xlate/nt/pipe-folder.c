/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-folder.c - the names of pipes: a folder for each, with a file for each
 * instance (see pipe-name.c); who waits for one, and all of them as a list.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/pipe.h"

/* ---- folders ---- */

int pipe_session_folder(const char *kind, bool make)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (run && *run == '/' && strlen(run) < sizeof path - 64)
		snprintf(path, sizeof path, "%s/run-foreign", run);
	else
		snprintf(path, sizeof path, "/tmp/run-foreign-%u",
			 (unsigned)getuid());
	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	/* In /tmp anybody could have made it. */
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return -EACCES;
	strcat(path, kind);
	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = MORE_FILES(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return fd < 0 ? -errno : fd;
}

static int pipes_folder(bool make)
{
	return pipe_session_folder("/pipe", make);
}

bool pipe_encode_name(char *out, size_t size, const uint16_t *name, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		uint16_t c = utf16_upcase(name[i]);
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			     c == '_' || c == '-' || (c == '.' && at);

		if (at + 6 > size)
			return false;
		at += (size_t)snprintf(out + at, size - at,
				       plain       ? "%c"
				       : c < 0x100 ? "%%%02X"
						   : "%%u%04X",
				       c);
	}
	out[at] = 0;
	return at > 0;
}

/*
 * Beside a pipe's folder, a file with its name as who made that spelled it, for
 * lists of names.  Where there is none, as its own name would be too long, lists
 * have it in upper case.
 */
enum { SPELLED = NAME_MAX * 3 };

static bool spelling_file(char *file, size_t size, const char *folder)
{
	return (size_t)snprintf(file, size, ".%s", folder) < size;
}

static void keep_spelling(int root, const char *folder, const uint16_t *name,
			  size_t n)
{
	char file[NAME_MAX + 1], text[SPELLED];
	size_t len = utf16_to_utf8(text, sizeof text, name, n);
	int fd;

	if (len > sizeof text || !spelling_file(file, sizeof file, folder))
		return;
	/* It may be there, of a folder that was swept. */
	fd = openat(root, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, text, len) < 0)
		unlinkat(root, file, 0);
	close(fd);
}

/* Terminated; false: nothing is known. */
static bool spelling_of(int root, const char *folder, char text[SPELLED + 1])
{
	char file[NAME_MAX + 1];
	ssize_t n;
	int fd;

	if (!spelling_file(file, sizeof file, folder))
		return false;
	fd = openat(root, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, SPELLED);
	close(fd);
	text[MAX(n, 0)] = 0;
	return n > 0;
}

void pipe_remove_folder(char *folder)
{
	char file[NAME_MAX + 1], *slash;
	int root;

	/* Up to run-foreign's own; fails where there are others. */
	for (int up = 0; up < 3 && rmdir(folder) == 0; up++) {
		slash = strrchr(folder, '/');
		if (!slash)
			break;
		*slash = 0;
		if (up || !spelling_file(file, sizeof file, slash + 1))
			continue;
		root = open(folder, O_PATH | O_CLOEXEC);
		if (root < 0)
			break;
		unlinkat(root, file, 0);
		close(root);
	}
}

static int try_folder(const char *file, const uint16_t *name, size_t n,
		      bool make)
{
	int root = pipes_folder(make), fd = 0;

	if (root < 0)
		return root;
	if (make && mkdirat(root, file, 0700) == 0)
		keep_spelling(root, file, name, n);
	else if (make && errno != EEXIST)
		fd = -errno;
	if (!fd)
		fd = MORE_FILES(openat(root, file,
				       O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd == -1)
		fd = -errno;
	close(root);
	return fd;
}

int pipe_folder(const uint16_t *name, size_t n, bool make)
{
	char file[NAME_MAX + 1];
	int fd = -ENAMETOOLONG;

	if (!pipe_encode_name(file, sizeof file, name, n))
		return fd;
	/* Others remove folders when they are empty. */
	for (int tries = 0; tries < 8; tries++) {
		fd = try_folder(file, name, n, make);
		if (fd != -ENOENT || !make)
			break;
	}
	return fd;
}

socklen_t pipe_address(struct sockaddr_un *a, int dirfd, const char *file)
{
	a->sun_family = AF_UNIX;
	snprintf(a->sun_path, sizeof a->sun_path, "/proc/self/fd/%d/%s", dirfd,
		 file);
	return sizeof *a;
}

bool pipe_parse_instance(const char *file, struct pipe_instance *i)
{
	return sscanf(file, "%c%d.%u.%c%d.%u.%u.%u.%u", &i->state, &i->pid,
		      &i->serial, &i->type, &i->configuration, &i->max,
		      &i->timeout, &i->in_quota, &i->out_quota) == 9 &&
	       (i->state == 'L' || i->state == 'C');
}

void pipe_format_instance(char *file, size_t size,
			  const struct pipe_instance *i)
{
	snprintf(file, size, "%c%d.%u.%c%d.%u.%u.%u.%u", i->state, i->pid,
		 i->serial, i->type, i->configuration, i->max, i->timeout,
		 i->in_quota, i->out_quota);
}

static bool rename_or_remove(int dirfd, const char *file, const char *to)
{
	return (to ? renameat(dirfd, file, dirfd, to)
		   : unlinkat(dirfd, file, 0)) == 0;
}

bool pipe_rename_instance(int dirfd, const char *file, const char *to)
{
	char taken[NAME_MAX + 1];

	if (rename_or_remove(dirfd, file, to))
		return true;
	if (*file != 'L' || errno != ENOENT)
		return false;
	snprintf(taken, sizeof taken, "C%s", file + 1);
	return (to && !strcmp(taken, to)) || rename_or_remove(dirfd, taken, to);
}

static struct flock place_of(const struct pipe_instance *i, short type)
{
	return (struct flock){ .l_type = type,
			       .l_whence = SEEK_SET,
			       .l_start = (off_t)i->pid << 32 | i->serial,
			       .l_len = 1 };
}

void pipe_hold(int dirfd, const struct pipe_instance *i, bool on)
{
	struct flock l = place_of(i, on ? F_RDLCK : F_UNLCK);

	fcntl(dirfd, F_OFD_SETLK, &l);
}

bool pipe_is_held(int dirfd, const struct pipe_instance *i)
{
	struct flock l = place_of(i, F_WRLCK);

	return fcntl(dirfd, F_OFD_GETLK, &l) < 0 || l.l_type != F_UNLCK;
}

struct listed {
	char file[PIPE_FILE_MAX];
	struct pipe_instance i;
};

static int by_age(const void *a, const void *b)
{
	unsigned x = ((const struct listed *)a)->i.serial;
	unsigned y = ((const struct listed *)b)->i.serial;

	return (x > y) - (x < y);
}

/* Malloc'ed; NULL: none, or no memory, as *err says. */
static struct listed *list_instances(DIR *d, size_t *n, int *err)
{
	struct listed *list = NULL, one, *more;
	struct dirent *e;
	size_t room = 0;

	*n = 0;
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len >= sizeof one.file ||
		    !pipe_parse_instance(e->d_name, &one.i))
			continue;
		memcpy(one.file, e->d_name, len + 1);
		if (*n == room) {
			room = room ? room * 2 : 4;
			more = reallocarray(list, room, sizeof *list);
			if (!more) {
				free(list);
				*err = ENOMEM;
				return NULL;
			}
			list = more;
		}
		list[(*n)++] = one;
	}
	if (*n > 1)
		qsort(list, *n, sizeof *list, by_age);
	return list;
}

int pipe_each_instance(int dirfd, pipe_instance_fn *fn, void *arg)
{
	int fd = MORE_FILES(
		openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct listed *list;
	bool stopped = false;
	int err = 0;
	size_t n;

	if (!d) {
		err = errno;
		if (fd >= 0)
			close(fd);
		return -err;
	}
	list = list_instances(d, &n, &err);
	for (size_t k = 0; k < n && list && !stopped; k++) {
		const struct listed *l = &list[k];

		/* Not by dirfd: nobody meets a lock of his own. */
		if (!pipe_is_held(fd, &l->i))
			unlinkat(dirfd, l->file, 0);
		else
			stopped = fn(dirfd, l->file, &l->i, arg);
	}
	closedir(d);
	free(list);
	return err ? -err : stopped;
}

static bool count_one(int dirfd, const char *file, const struct pipe_instance *i,
		      void *arg)
{
	(void)dirfd, (void)file, (void)i;
	++*(unsigned *)arg;
	return false;
}

unsigned pipe_count_instances(struct pipe_end *e)
{
	unsigned n = 0;

	if (e->dirfd < 0)
		return 1;
	pipe_each_instance(e->dirfd, count_one, &n);
	return n;
}

NTSTATUS pipe_no_folder(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOMEM
		       ? status_from_errno(err)
		       : STATUS_OBJECT_NAME_NOT_FOUND;
}

/* ---- WaitNamedPipe ---- */

struct waited {
	bool exists;
	uint32_t timeout;
};

static bool is_free(int dirfd, const char *file, const struct pipe_instance *i,
		    void *arg)
{
	struct waited *w = arg;

	(void)dirfd, (void)file;
	w->exists = true;
	w->timeout = i->timeout;
	return i->state == 'L';
}

/*
 * Until something changes in a pipe's folder: a server begins to listen, or is
 * gone.  watch: an inotify descriptor that has watched since before we looked;
 * -1: none.  After a while all the same: servers that are killed change nothing.
 */
static void wait_for_change(int watch, int64_t end)
{
	enum { LOOK_AGAIN_NS = 100 * 1000 * 1000, BLIND_NS = 5 * 1000 * 1000 };
	int64_t rest = MIN(end - monotonic_ns(),
			   (int64_t)(watch < 0 ? BLIND_NS : LOOK_AGAIN_NS));
	struct timespec ts = { 0, MAX(rest, (int64_t)0) };
	struct pollfd p = { .fd = watch, .events = POLLIN };
	char events[4096];

	if (ppoll(&p, 1, &ts, NULL) > 0)
		(void)!read(watch, events, sizeof events);
}

/* timeout: NULL: the pipe's own. */
static NTSTATUS wait_for_server(struct task *t, const uint16_t *name, size_t n,
				int watch, const struct nt_timeout *timeout)
{
	int64_t begin = monotonic_ns(), end = timeout_deadline(timeout);
	int watched = -1;

	for (;;) {
		int dirfd = pipe_folder(name, n, false);
		struct waited w = { 0 };
		char path[32];
		int found;

		if (dirfd < 0)
			return pipe_no_folder(-dirfd);
		snprintf(path, sizeof path, "/proc/self/fd/%d", dirfd);
		/* Another folder of that name is watched as well. */
		watched = inotify_add_watch(watch, path, IN_CREATE | IN_MOVE |
								 IN_DELETE);
		found = pipe_each_instance(dirfd, is_free, &w);
		close(dirfd);
		if (found)
			return found < 0 ? status_from_errno(-found)
					 : STATUS_SUCCESS;
		if (!w.exists)
			return STATUS_OBJECT_NAME_NOT_FOUND;
		if (!timeout)
			end = begin + w.timeout * 1000000ll;
		if (monotonic_ns() >= end)
			return STATUS_IO_TIMEOUT;
		if (nt_interrupted(t, false))
			return STATUS_CANCELLED;
		wait_for_change(watched < 0 ? -1 : watch, end);
	}
}

NTSTATUS pipe_wait_name(struct task *t, gaddr in, uint32_t len)
{
	struct { /* behind the timeout */
		uint32_t name_len;
		uint8_t specified;
	} head;
	enum { HEAD = 14 }; /* the name follows without padding */
	struct nt_timeout timeout;
	uint16_t name[256];
	NTSTATUS status;
	int watch;

	if (len < HEAD)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &head, in + 8, 5) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = head.specified ? timeout_read(t, in, &timeout) : 0;
	if (status)
		return status;
	if (head.name_len > len - HEAD || head.name_len > sizeof name)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, name, in + HEAD, head.name_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	status = wait_for_server(t, name, head.name_len / 2, watch,
				 head.specified ? &timeout : NULL);
	if (watch >= 0)
		close(watch);
	return status;
}

/* ---- \\.\pipe\ as a folder ---- */

/* What pipe_encode_name() made; in place. */
static void decode(char *name)
{
	char *out = name;

	while (*name) {
		unsigned c;
		int used = 0;

		if (sscanf(name, "%%u%4X%n", &c, &used) == 1 && used == 6) {
			uint16_t u = (uint16_t)c;

			out += utf16_to_utf8(out, 4, &u, 1);
			name += used;
		} else if (sscanf(name, "%%%2X%n", &c, &used) == 1 &&
			   used == 3) {
			uint16_t u = (uint16_t)c;

			out += utf16_to_utf8(out, 4, &u, 1);
			name += used;
		} else {
			*out++ = *name++;
		}
	}
	*out = 0;
}

void pipe_each_name(void (*fn)(const char *name, void *arg), void *arg)
{
	int fd = pipes_folder(false);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		char text[SPELLED + 1];
		unsigned n = 0;
		int dirfd;

		if (e->d_name[0] == '.')
			continue;
		dirfd = openat(fd, e->d_name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dirfd < 0)
			continue;
		pipe_each_instance(dirfd, count_one, &n);
		close(dirfd);
		if (!n)
			continue;
		if (!spelling_of(fd, e->d_name, text)) {
			decode(e->d_name);
			fn(e->d_name, arg);
		} else {
			fn(text, arg);
		}
	}
	closedir(d);
}
