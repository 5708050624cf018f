/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.c - NtNotifyChangeDirectoryFile over inotify.
 *
 * The first request on a handle sets the watch up; from then on the host
 * queues what happens between requests.  A whole tree is watched folder by
 * folder, new ones as they appear.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum {
	FILE_NAME = 1,
	DIR_NAME = 2,
	ATTRIBUTES = 4,
	SIZE = 8,
	LAST_WRITE = 0x10,
	CREATION = 0x40,
	SECURITY = 0x100,
	ALL_FILTERS = 0xfff,

	ADDED = 1,
	REMOVED = 2,
	MODIFIED = 3,
	RENAMED_OLD = 4,
	RENAMED_NEW = 5,

	MAX_DEPTH = 64,
};

struct folder {
	int wd;
	char *path; /* relative to the handle's directory; "" for itself */
};

struct notify {
	pthread_mutex_t lock;
	int fd;
	uint32_t filter, mask;
	bool tree;
	struct folder *folders;
	size_t nfolders, max;
	uint8_t events[4096 + sizeof(struct inotify_event) + NAME_MAX + 1]
		__attribute__((aligned(8)));
};

static uint32_t host_mask(uint32_t filter, bool tree)
{
	uint32_t mask = IN_ONLYDIR;

	if (filter & (FILE_NAME | DIR_NAME | CREATION) || tree)
		mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
	if (filter & (ATTRIBUTES | SECURITY | LAST_WRITE))
		mask |= IN_ATTRIB;
	if (filter & (SIZE | LAST_WRITE))
		mask |= IN_MODIFY;
	/* Nothing for LAST_ACCESS: NTFS does not keep it up to date either, and
	   our own looking around would be reported. */
	return mask;
}

static bool add_folder(struct notify *n, int dirfd, const char *path,
		       int depth);

/* The folders below path, too. */
static void add_below(struct notify *n, int dirfd, const char *path, int depth)
{
	int fd = openat(dirfd, *path ? path : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		char sub[PATH_MAX];

		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") ||
		    !strcmp(e->d_name, ".."))
			continue;
		if (snprintf(sub, sizeof sub, "%s%s%s", path, *path ? "/" : "",
			     e->d_name) < (int)sizeof sub)
			add_folder(n, dirfd, sub, depth + 1);
	}
	closedir(d);
}

static bool add_folder(struct notify *n, int dirfd, const char *path, int depth)
{
	char full[PATH_MAX + 64];
	int wd;

	snprintf(full, sizeof full, "/proc/self/fd/%d/%s", dirfd, path);
	wd = inotify_add_watch(n->fd, full, n->mask);
	if (wd < 0)
		return false;
	if (n->nfolders == n->max) {
		size_t max = n->max ? n->max * 2 : 8;
		struct folder *f = realloc(n->folders, max * sizeof *f);

		if (!f)
			return false;
		n->folders = f;
		n->max = max;
	}
	n->folders[n->nfolders].wd = wd;
	n->folders[n->nfolders].path = strdup(path);
	n->nfolders++;
	if (n->tree && depth < MAX_DEPTH)
		add_below(n, dirfd, path, depth);
	return true;
}

static const char *folder_path(const struct notify *n, int wd)
{
	/* The last added wins: numbers are not used again soon. */
	for (size_t i = n->nfolders; i--;)
		if (n->folders[i].wd == wd)
			return n->folders[i].path;
	return NULL;
}

/* ---- events into FILE_NOTIFY_INFORMATION
 * ----------------------------------------- */

struct out {
	uint8_t *buf;
	uint32_t len, at, last;
	bool any, full;
};

static void put(struct out *o, uint32_t action, const char *dir,
		const char *name)
{
	uint16_t u[PATH_MAX];
	size_t n = 0;
	uint32_t at = (uint32_t)ROUND_UP(o->at, 4), head[3];

	while (*dir && n < COUNT_OF(u) - NAME_MAX - 2) {
		size_t part = strcspn(dir, "/");

		n += path_name_to_nt(u + n, NAME_MAX, dir, part);
		u[n++] = '\\';
		dir += part + (dir[part] == '/');
	}
	n += path_name_to_nt(u + n, COUNT_OF(u) - n, name, strlen(name));
	if (at > o->len || 12 + n * 2 > o->len - at) {
		o->full = true;
		return;
	}
	head[0] = 0;
	head[1] = action;
	head[2] = (uint32_t)(n * 2);
	memcpy(o->buf + at, head, sizeof head);
	memcpy(o->buf + at + 12, u, n * 2);
	if (o->any) {
		uint32_t next = at - o->last;

		memcpy(o->buf + o->last, &next, 4);
	}
	o->last = at;
	o->at = at + 12 + (uint32_t)n * 2;
	o->any = true;
}

static bool wanted(const struct notify *n, uint32_t mask)
{
	uint32_t names = mask & IN_ISDIR ? DIR_NAME : FILE_NAME;

	if (mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO))
		return n->filter & (names | CREATION);
	return true;
}

static NTSTATUS convert(struct file *f, struct notify *n, ssize_t bytes,
			struct out *o)
{
	uint32_t cookie = 0;

	for (ssize_t at = 0; at < bytes;) {
		const struct inotify_event *ev = (void *)(n->events + at);
		const struct inotify_event *next;
		const char *dir = folder_path(n, ev->wd);
		const char *name = ev->len ? ev->name : "";
		uint32_t action = 0;

		at += (ssize_t)(sizeof *ev + ev->len);
		next = at < bytes ? (void *)(n->events + at) : NULL;
		if (ev->mask & IN_Q_OVERFLOW) {
			o->full = true;
			continue;
		}
		if (ev->mask & IN_IGNORED && dir && !*dir)
			return STATUS_DELETE_PENDING;
		if (!dir || !*name)
			continue;
		if (n->tree && ev->mask & IN_ISDIR &&
		    ev->mask & (IN_CREATE | IN_MOVED_TO)) {
			char sub[PATH_MAX];

			if (snprintf(sub, sizeof sub, "%s%s%s", dir,
				     *dir ? "/" : "", name) < (int)sizeof sub)
				add_folder(n, f->fd, sub, 0);
			dir = folder_path(n, ev->wd);
		}
		if (!wanted(n, ev->mask))
			continue;
		if (ev->mask & IN_CREATE)
			action = ADDED;
		else if (ev->mask & IN_DELETE)
			action = REMOVED;
		else if (ev->mask & IN_MOVED_FROM) {
			/* A move within what is watched is a pair. */
			bool pair = next && next->mask & IN_MOVED_TO &&
				    next->cookie == ev->cookie;

			action = pair ? RENAMED_OLD : REMOVED;
			cookie = pair ? ev->cookie : 0;
		} else if (ev->mask & IN_MOVED_TO)
			action = cookie && ev->cookie == cookie ? RENAMED_NEW
								: ADDED;
		else
			action = MODIFIED;
		put(o, action, dir, name);
	}
	return STATUS_SUCCESS;
}

/* What has happened, or STATUS_PENDING. */
static NTSTATUS take(struct irp *r)
{
	struct file *f = r->file;
	struct notify *n = f->extra;
	struct out o = { .len = MIN(r->len, 1u << 16) };
	NTSTATUS status = STATUS_PENDING;
	ssize_t bytes;

	pthread_mutex_lock(&n->lock);
	o.buf = malloc(o.len + 16);
	while (o.buf && !o.any && !o.full) {
		bytes = read(n->fd, n->events, sizeof n->events);
		if (bytes <= 0)
			break;
		status = convert(f, n, bytes, &o);
		if (status)
			break;
		status = STATUS_PENDING;
	}
	pthread_mutex_unlock(&n->lock);
	if (!o.buf)
		return STATUS_NO_MEMORY;
	if (o.full) {
		/* Too much happened: the program must look for itself. */
		status = STATUS_NOTIFY_ENUM_DIR;
		r->information = 0;
	} else if (o.any) {
		status = guest_write(NULL, r->buf, o.buf, o.at) < 0
				 ? STATUS_ACCESS_VIOLATION
				 : STATUS_SUCCESS;
		r->information = o.at;
	}
	free(o.buf);
	return status;
}

static NTSTATUS set_up(struct file *f, uint32_t filter, bool tree)
{
	struct notify *n = calloc(1, sizeof *n);

	if (!n)
		return STATUS_NO_MEMORY;
	pthread_mutex_init(&n->lock, NULL);
	n->filter = filter;
	n->tree = tree;
	n->mask = host_mask(filter, tree);
	n->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (n->fd < 0 || !add_folder(n, f->fd, "", 0)) {
		if (n->fd >= 0)
			close(n->fd);
		free(n);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	f->extra = n;
	return STATUS_SUCCESS;
}

void notify_close(struct file *f)
{
	struct notify *n = f->extra;

	if (!n)
		return;
	f->extra = NULL;
	close(n->fd);
	for (size_t i = 0; i < n->nfolders; i++)
		free(n->folders[i].path);
	free(n->folders);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

static NTSTATUS notify(struct task *t, struct irp *r, uint32_t filter,
		       bool tree)
{
	struct file *f = r->file;
	struct notify *n;
	NTSTATUS status;

	if (!filter || filter & ~(uint32_t)ALL_FILTERS)
		return STATUS_INVALID_PARAMETER;
	if (f->kind != FILE_KIND_DIR)
		return STATUS_INVALID_PARAMETER;
	if (!f->extra) {
		status = set_up(f, filter, tree);
		if (status)
			return status;
	}
	n = f->extra;
	status = take(r);
	if (status != STATUS_PENDING)
		return status;
	if (!f->synchronous)
		return irp_wait_fd(t, r, n->fd, EPOLLIN, take);
	while (status == STATUS_PENDING) {
		status = io_wait_fd(t, f, n->fd, POLLIN, -1);
		if (!status)
			status = take(r);
	}
	return status;
}

NTSTATUS nt_notify_change_directory_file(struct task *t, uint64_t file,
					 uint64_t event, gaddr apc,
					 gaddr apc_context, gaddr iosb,
					 gaddr buf, uint32_t len,
					 uint32_t filter, uint8_t subtree)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_READ_DATA);

	if (status)
		return status;
	r.buf = buf;
	r.len = len;
	status = notify(t, &r, filter, subtree);
	return irp_end(t, &r, status);
}

NTSTATUS nt_notify_change_directory_file_ex(struct task *t, uint64_t file,
					    uint64_t event, gaddr apc,
					    gaddr apc_context, gaddr iosb,
					    gaddr buf, uint32_t len,
					    uint32_t filter, uint8_t subtree,
					    uint32_t class)
{
	enum { PLAIN = 1 };

	if (class != PLAIN)
		return STATUS_INVALID_INFO_CLASS;
	return nt_notify_change_directory_file(t, file, event, apc, apc_context,
					       iosb, buf, len, filter, subtree);
}
