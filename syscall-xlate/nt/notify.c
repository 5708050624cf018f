/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.c - NtNotifyChangeDirectoryFile over inotify.
 *
 * The first request on a handle sets the watch up; from then on the host
 * queues what happens between requests, and requests are served in the order
 * in which they came.  A whole tree is watched folder by folder, new ones as
 * they appear (notify-tree.c).
 *
 * That the folder itself is removed inotify tells only when nobody has it open,
 * and we have.  So its parent is watched as well, for one deletion at a time: what
 * goes on there must not fill the queue.  And who is to delete the folder here, now
 * or later, tells us (notify_delete_pending()).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/notify-record.h"
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

	EVENTS = 4096,
	LONGEST = sizeof(struct inotify_event) + NAME_MAX + 1,
};

struct notify {
	struct notify *next; /* of those of open handles */
	struct file *file;
	int root;             /* the folder's own watch */
	_Atomic NTSTATUS end; /* how all requests end from now on, or 0 */
	pthread_mutex_t lock; /* all that follows */
	uint32_t filter;
	int parent; /* the watch of the folder that it is in; -1: none */
	struct notify_tree tree;
	uint8_t events[EVENTS + LONGEST] __attribute__((aligned(8)));
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct notify *list;

static uint32_t host_mask(uint32_t filter, bool tree)
{
	uint32_t mask = IN_ONLYDIR;

	if (filter & (FILE_NAME | DIR_NAME) || tree)
		mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
	if (filter & (ATTRIBUTES | SECURITY | LAST_WRITE | CREATION))
		mask |= IN_ATTRIB;
	if (filter & (SIZE | LAST_WRITE))
		mask |= IN_MODIFY;
	/* Nothing for LAST_ACCESS: NTFS does not keep it up to date either, and
	   our own looking around would be reported. */
	return mask;
}

static bool wants_names(const struct notify *n, bool is_dir)
{
	return n->filter & (is_dir ? DIR_NAME : FILE_NAME);
}

/* "dir/name" in a buffer of PATH_MAX. */
static const char *join(char *to, const char *dir, const char *name)
{
	snprintf(to, PATH_MAX, "%s%s%s", dir, *dir ? "/" : "", name);
	return to;
}

struct finding {
	const struct notify *n;
	struct records *o;
};

static void found(void *arg, const char *dir, const char *name, bool is_dir)
{
	struct finding *f = arg;
	char path[PATH_MAX];

	if (wants_names(f->n, is_dir))
		record_put(f->o, &(struct change){ ADDED, is_dir, dir, name,
						   join(path, dir, name) });
}

/* A folder has come to be, or has come from outside. */
static void new_folder(struct notify *n, const char *path, struct records *o)
{
	struct finding find = { n, o };

	if (tree_add(&n->tree, n->file->fd, path, found, &find) < 0 &&
	    errno != ENOENT && errno != ENOTDIR)
		n->tree.incomplete = true;
}

static void moved_within(struct notify *n, const struct inotify_event *from,
			 const struct inotify_event *to, struct records *o)
{
	const char *dir = tree_path(&n->tree, from->wd);
	const char *new_dir = tree_path(&n->tree, to->wd);
	char old[PATH_MAX], now[PATH_MAX];

	bool is_dir = from->mask & IN_ISDIR;

	if (!dir || !new_dir)
		return;
	join(old, dir, from->name);
	join(now, new_dir, to->name);
	if (wants_names(n, is_dir)) {
		record_put(o, &(struct change){ RENAMED_OLD, is_dir, dir,
						from->name, now });
		record_put(o, &(struct change){ RENAMED_NEW, is_dir, new_dir,
						to->name, now });
	}
	if (n->tree.whole && is_dir)
		tree_move(&n->tree, old, now);
}

static void one_event(struct notify *n, const struct inotify_event *ev,
		      struct records *o)
{
	const char *dir = tree_path(&n->tree, ev->wd);
	bool is_dir = ev->mask & IN_ISDIR;
	char path[PATH_MAX];
	struct change c = { MODIFIED, is_dir, dir, ev->name, path };

	if (!dir || !ev->len || !*ev->name)
		return;
	join(path, dir, ev->name);
	if (ev->mask & (IN_CREATE | IN_MOVED_TO)) {
		if (tree_was_told(&n->tree, ev->wd, ev->name))
			return;
		c.action = ADDED;
		if (wants_names(n, is_dir))
			record_put(o, &c);
		if (n->tree.whole && is_dir)
			new_folder(n, path, o);
	} else if (ev->mask & (IN_DELETE | IN_MOVED_FROM)) {
		tree_was_told(&n->tree, ev->wd, ev->name);
		c.action = REMOVED;
		c.now = NULL;
		if (wants_names(n, is_dir))
			record_put(o, &c);
		if (n->tree.whole && is_dir)
			tree_leave(&n->tree, path);
	} else {
		record_put(o, &c);
	}
}

/* ---- the folder itself --------------------------------------------------- */

/* What is in n->tree.fd already is told first. */
static void end_all(struct notify *n, NTSTATUS status)
{
	NTSTATUS none = 0;

	/* IN_IGNORED wakes who waits. */
	if (atomic_compare_exchange_strong(&n->end, &none, status))
		inotify_rm_watch(n->tree.fd, n->root);
}

static void look_for_end(struct notify *n)
{
	struct stat st;

	if (fstat(n->file->fd, &st) < 0 || !st.st_nlink)
		end_all(n, STATUS_DELETE_PENDING);
}

static void watch_parent(struct notify *n)
{
	if (n->parent >= 0)
		inotify_rm_watch(n->tree.fd, n->parent);
	n->parent = tree_watch_parent(&n->tree, n->file->fd);
	/* It may have been removed before there was a watch. */
	look_for_end(n);
}

/* ---- events -------------------------------------------------------------- */

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

static void convert(struct notify *n, ssize_t bytes, struct records *o)
{
	const struct inotify_event *ev, *next;
	ssize_t at = 0, ahead;

	while ((ev = next_event(n, bytes, &at))) {
		if (ev->mask & IN_Q_OVERFLOW) {
			/* Folders may be among what was lost. */
			o->full = true;
			tree_add(&n->tree, n->file->fd, "", NULL, NULL);
			watch_parent(n);
			continue;
		}
		if (ev->wd == n->parent) {
			/* A deletion is told first, and then that. */
			if (ev->mask & IN_IGNORED) {
				n->parent = -1;
				watch_parent(n);
			}
			continue;
		}
		if (ev->mask & IN_IGNORED) {
			if (ev->wd == n->root)
				end_all(n, STATUS_DELETE_PENDING);
			else
				tree_ignored(&n->tree, ev->wd);
			continue;
		}
		if (ev->mask & IN_MOVE_SELF) {
			watch_parent(n);
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
			one_event(n, ev, o);
		}
	}
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
	struct notify *n = r->file->extra;
	struct records o = { .dirfd = r->file->fd,
			     .class = r->code,
			     .len = MIN(r->len, 1u << 16) };
	NTSTATUS status = STATUS_PENDING;
	ssize_t bytes;

	o.buf = malloc(o.len + 16);
	if (!o.buf)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&n->lock);
	while (!o.any && !o.full) {
		bytes = read_events(n);
		if (bytes <= 0) {
			tree_forget_told(&n->tree);
			break;
		}
		convert(n, bytes, &o);
	}
	o.full |= n->tree.incomplete;
	n->tree.incomplete = false;
	pthread_mutex_unlock(&n->lock);
	if (o.full) {
		/* Too much happened: the program must look for itself. */
		status = STATUS_NOTIFY_ENUM_DIR;
		r->information = 0;
	} else if (o.any) {
		status = guest_write(NULL, r->buf, o.buf, o.at) < 0
				 ? STATUS_ACCESS_VIOLATION
				 : STATUS_SUCCESS;
		r->information = o.at;
	} else if (n->end) {
		status = n->end;
	}
	free(o.buf);
	return status;
}

/* ---- from the first request to the last ---- */

static void notify_free(struct notify *n)
{
	tree_free(&n->tree);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

static struct notify *notify_new(struct file *f, uint32_t filter, bool tree)
{
	struct notify *n = calloc(1, sizeof *n);

	if (!n)
		return NULL;
	pthread_mutex_init(&n->lock, NULL);
	n->file = f;
	n->filter = filter;
	n->parent = -1;
	n->tree.whole = tree;
	n->tree.mask = host_mask(filter, tree);
	n->tree.fd = MORE_FILES(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	n->root =
		n->tree.fd < 0 ? -1 : tree_add(&n->tree, f->fd, "", NULL, NULL);
	if (n->root < 0) {
		notify_free(n);
		return NULL;
	}
	watch_parent(n);
	return n;
}

/* What filter and tree are is settled by the first request. */
static NTSTATUS set_up(struct file *f, uint32_t filter, bool tree)
{
	struct notify *n;

	if (__atomic_load_n(&f->extra, __ATOMIC_ACQUIRE))
		return STATUS_SUCCESS;
	n = notify_new(f, filter, tree);
	if (!n)
		return STATUS_INSUFFICIENT_RESOURCES;
	pthread_mutex_lock(&list_lock);
	if (f->extra) {
		notify_free(n);
	} else {
		n->next = list;
		list = n;
		__atomic_store_n(&f->extra, n, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&list_lock);
	if (share_delete_pending(f))
		end_all(f->extra, STATUS_DELETE_PENDING);
	return STATUS_SUCCESS;
}

void notify_delete_pending(const struct inode *i)
{
	pthread_mutex_lock(&list_lock);
	for (struct notify *n = list; n; n = n->next)
		if (n->file->inode == i)
			end_all(n, STATUS_DELETE_PENDING);
	pthread_mutex_unlock(&list_lock);
}

void notify_close(struct file *f)
{
	struct notify *n = f->extra, **at = &list;

	if (!n)
		return;
	pthread_mutex_lock(&list_lock);
	while (*at && *at != n)
		at = &(*at)->next;
	if (*at)
		*at = n->next;
	pthread_mutex_unlock(&list_lock);
	/* Somebody may be waiting in the call. */
	end_all(n, STATUS_NOTIFY_CLEANUP);
}

void notify_destroy(struct file *f)
{
	if (!f->extra)
		return;
	notify_close(f);
	notify_free(f->extra);
}

/* Each page of the buffer is written to, as it is: before anything waits. */
static bool can_write(struct task *t, gaddr buf, uint32_t len)
{
	const gaddr end = buf + len;
	uint8_t byte;

	for (gaddr at = buf; at < end; at = (at & ~(gaddr)(PAGE - 1)) + PAGE)
		if (guest_read(t, &byte, at, 1) < 0 ||
		    guest_write(t, at, &byte, 1) < 0)
			return false;
	return end >= buf;
}

static NTSTATUS notify(struct task *t, struct irp *r, uint32_t filter,
		       bool tree)
{
	struct file *f = r->file;
	const struct notify *n;
	NTSTATUS status;

	if (r->code != NOTIFY_PLAIN && r->code != NOTIFY_EXTENDED)
		return STATUS_INVALID_INFO_CLASS;
	if (r->buf & 3)
		return STATUS_DATATYPE_MISALIGNMENT;
	if (!can_write(t, r->buf, r->len))
		return STATUS_ACCESS_VIOLATION;
	if (!filter || filter & ~(uint32_t)ALL_FILTERS)
		return STATUS_INVALID_PARAMETER;
	if (f->kind != FILE_KIND_DIR)
		return STATUS_INVALID_PARAMETER;
	status = set_up(f, filter, tree);
	if (status)
		return status;
	n = f->extra;
	if (!f->synchronous)
		return irp_in_turn(t, r, n->tree.fd, EPOLLIN, take);
	sync_begin(nt_thread(t), r);
	while ((status = take(r)) == STATUS_PENDING) {
		status = io_wait_fd(t, f, n->tree.fd, POLLIN, -1);
		if (status)
			break;
	}
	sync_end(nt_thread(t));
	return status;
}

NTSTATUS nt_notify_change_directory_file(struct task *t, uint64_t file,
					 uint64_t event, gaddr apc,
					 gaddr apc_context, gaddr iosb,
					 gaddr buf, uint32_t len,
					 uint32_t filter, uint8_t subtree)
{
	return nt_notify_change_directory_file_ex(
		t, file, event, apc, apc_context, iosb, buf, len, filter,
		subtree, NOTIFY_PLAIN);
}

NTSTATUS nt_notify_change_directory_file_ex(struct task *t, uint64_t file,
					    uint64_t event, gaddr apc,
					    gaddr apc_context, gaddr iosb,
					    gaddr buf, uint32_t len,
					    uint32_t filter, uint8_t subtree,
					    uint32_t class)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_READ_DATA);

	if (status)
		return status;
	r.buf = buf;
	r.len = len;
	r.code = class;
	return irp_end(t, &r, notify(t, &r, filter, subtree));
}
