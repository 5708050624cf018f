/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.c - NtNotifyChangeDirectoryFile over inotify.
 *
 * The first request on a handle sets the watch up; from then on the host
 * queues what happens between requests.  A whole tree is watched folder by
 * folder, new ones as they appear (notify-tree.c).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/notify-tree.h"
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

	EVENTS = 4096,
	LONGEST = sizeof(struct inotify_event) + NAME_MAX + 1,
};

struct notify {
	pthread_mutex_t lock;
	uint32_t filter;
	struct notify_tree tree;
	uint8_t events[EVENTS + LONGEST] __attribute__((aligned(8)));
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

/* ---- events into FILE_NOTIFY_INFORMATION -------------------------------- */

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

	if (o->full)
		return;
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

static bool wants_names(const struct notify *n, bool is_dir)
{
	return n->filter & ((is_dir ? DIR_NAME : FILE_NAME) | CREATION);
}

struct finding {
	const struct notify *n;
	struct out *o;
};

static void found(void *arg, const char *dir, const char *name, bool is_dir)
{
	struct finding *f = arg;

	if (wants_names(f->n, is_dir))
		put(f->o, ADDED, dir, name);
}

/* A folder has come to be, or has come from outside. */
static void new_folder(struct file *f, struct notify *n, const char *path,
		       struct out *o)
{
	struct finding find = { n, o };

	if (!tree_add(&n->tree, f->fd, path, found, &find) && errno != ENOENT &&
	    errno != ENOTDIR)
		n->tree.incomplete = true;
}

/* "dir/name" in a buffer of PATH_MAX. */
static const char *join(char *to, const char *dir, const char *name)
{
	snprintf(to, PATH_MAX, "%s%s%s", dir, *dir ? "/" : "", name);
	return to;
}

static void moved_within(struct notify *n, const struct inotify_event *from,
			 const struct inotify_event *to, struct out *o)
{
	const char *dir = tree_path(&n->tree, from->wd);
	const char *new_dir = tree_path(&n->tree, to->wd);
	char old[PATH_MAX], now[PATH_MAX];

	if (!dir || !new_dir)
		return;
	if (wants_names(n, from->mask & IN_ISDIR)) {
		put(o, RENAMED_OLD, dir, from->name);
		put(o, RENAMED_NEW, new_dir, to->name);
	}
	if (n->tree.whole && from->mask & IN_ISDIR)
		tree_move(&n->tree, join(old, dir, from->name),
			  join(now, new_dir, to->name));
}

static void one_event(struct file *f, struct notify *n,
		      const struct inotify_event *ev, struct out *o)
{
	const char *dir = tree_path(&n->tree, ev->wd);
	bool is_dir = ev->mask & IN_ISDIR;
	char path[PATH_MAX];

	if (!dir || !ev->len || !*ev->name)
		return;
	if (ev->mask & (IN_CREATE | IN_MOVED_TO)) {
		if (tree_was_told(&n->tree, ev->wd, ev->name))
			return;
		if (wants_names(n, is_dir))
			put(o, ADDED, dir, ev->name);
		if (n->tree.whole && is_dir)
			new_folder(f, n, join(path, dir, ev->name), o);
	} else if (ev->mask & (IN_DELETE | IN_MOVED_FROM)) {
		tree_was_told(&n->tree, ev->wd, ev->name);
		if (wants_names(n, is_dir))
			put(o, REMOVED, dir, ev->name);
		if (n->tree.whole && is_dir)
			tree_leave(&n->tree, join(path, dir, ev->name));
	} else {
		put(o, MODIFIED, dir, ev->name);
	}
}

/* The event at *at, which moves on; NULL: no more. */
static const struct inotify_event *next_event(const struct notify *n,
					      ssize_t bytes, ssize_t *at)
{
	const struct inotify_event *ev = (void *)(n->events + *at);

	if (*at >= bytes)
		return NULL;
	*at += (ssize_t)(sizeof *ev + ev->len);
	return ev;
}

static NTSTATUS convert(struct file *f, struct notify *n, ssize_t bytes,
			struct out *o)
{
	const struct inotify_event *ev, *next;
	ssize_t at = 0, ahead;

	while ((ev = next_event(n, bytes, &at))) {
		const char *dir = tree_path(&n->tree, ev->wd);

		if (ev->mask & IN_Q_OVERFLOW) {
			/* Folders may be among what was lost. */
			o->full = true;
			tree_add(&n->tree, f->fd, "", NULL, NULL);
			continue;
		}
		if (ev->mask & IN_IGNORED) {
			if (dir && !*dir)
				return STATUS_DELETE_PENDING;
			tree_ignored(&n->tree, ev->wd);
			continue;
		}
		ahead = at;
		next = ev->mask & IN_MOVED_FROM ? next_event(n, bytes, &ahead)
						: NULL;
		/* A move within what is watched is a pair. */
		if (next && next->mask & IN_MOVED_TO &&
		    next->cookie == ev->cookie) {
			moved_within(n, ev, next, o);
			at = ahead;
		} else {
			one_event(f, n, ev, o);
		}
	}
	return STATUS_SUCCESS;
}

/* Fills n->events; a pair of events that belong together is not torn. */
static ssize_t read_events(struct notify *n)
{
	const struct inotify_event *ev, *last = NULL;
	ssize_t bytes = read(n->tree.fd, n->events, EVENTS), more, at = 0;

	while ((ev = next_event(n, bytes, &at)))
		last = ev;
	if (!last || !(last->mask & IN_MOVED_FROM))
		return bytes;
	more = read(n->tree.fd, n->events + bytes,
		    sizeof n->events - (size_t)bytes);
	return more > 0 ? bytes + more : bytes;
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
		bytes = read_events(n);
		if (bytes <= 0) {
			tree_forget_told(&n->tree);
			break;
		}
		status = convert(f, n, bytes, &o);
		if (status)
			break;
		status = STATUS_PENDING;
	}
	o.full |= n->tree.incomplete;
	n->tree.incomplete = false;
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
	n->tree.whole = tree;
	n->tree.mask = host_mask(filter, tree);
	n->tree.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (n->tree.fd < 0 || !tree_add(&n->tree, f->fd, "", NULL, NULL)) {
		tree_free(&n->tree);
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
	tree_free(&n->tree);
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
		return irp_wait_fd(t, r, n->tree.fd, EPOLLIN, take);
	while (status == STATUS_PENDING) {
		status = io_wait_fd(t, f, n->tree.fd, POLLIN, -1);
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
	status = buf & 3 ? STATUS_DATATYPE_MISALIGNMENT
			 : notify(t, &r, filter, subtree);
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
