/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-notify.c - NtNotifyChangeKey: tell who asked when a key changes.
 *
 * One request is told once; as the thread ends that made it, if that has not
 * said otherwise.  From the first request on, changes by other
 * processes are heard of as they are made: inotify tells of the file's.
 */
#include "syscall-xlate/nt/registry.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/registry-file.h"

struct reg_notify {
	struct reg_notify *next; /* of the key's, or of those to be told */
	struct reg_notify *next_of_all, **of_all; /* that wait */
	struct reg_key *key;
	struct object *event;    /* a reference, or NULL */
	struct object *handle; /* the key object asked through; no reference */
	struct nt_thread *thread; /* who asked; a reference, or NULL */
	gaddr iosb, apc, apc_context;
	uint32_t filter;
	bool subtree;
	NTSTATUS status;
};

/* What a synchronous request waits for; no handle ever leads to it. */
static const struct object_type wait_type = {
	.name = "RegistryWait",
	.size = sizeof(struct object),
	.waitable = true,
};

enum {
	FILTERS = 0xf,
	/* REG_NOTIFY_THREAD_AGNOSTIC: it outlives the thread. */
	THREAD_AGNOSTIC = 0x10000000,
};

static struct reg_notify *all;  /* under reg_lock */
static struct reg_notify *told; /* the same, until reg_notify_flush() */

static void wait_for_key(struct reg_notify *n, struct reg_key *k)
{
	n->key = k;
	n->next = k->notify;
	k->notify = n;
	n->next_of_all = all;
	n->of_all = &all;
	if (all)
		all->of_all = &n->next_of_all;
	all = n;
}

static void mark(struct reg_notify **at, NTSTATUS status)
{
	struct reg_notify *n = *at;

	*at = n->next;
	*n->of_all = n->next_of_all;
	if (n->next_of_all)
		n->next_of_all->of_all = n->of_all;
	n->status = status;
	n->next = told;
	told = n;
}

void reg_changed_below(struct reg_key *k, uint32_t what)
{
	for (; k; k = k->parent)
		for (struct reg_notify **at = &k->notify; *at;)
			if ((*at)->filter & what && (*at)->subtree)
				mark(at, STATUS_NOTIFY_ENUM_DIR);
			else
				at = &(*at)->next;
}

void reg_changed(struct reg_key *k, uint32_t what)
{
	for (struct reg_notify **at = &k->notify; *at;)
		if ((*at)->filter & what && !(*at)->subtree)
			mark(at, STATUS_NOTIFY_ENUM_DIR);
		else
			at = &(*at)->next;
	reg_changed_below(k, what);
}

void reg_changed_all(void)
{
	while (all)
		reg_changed(all->key, FILTERS);
}

void reg_notify_drop(struct reg_key *k, struct object *handle_object)
{
	for (struct reg_notify **at = &k->notify; *at;)
		if (!handle_object || (*at)->handle == handle_object)
			mark(at, handle_object ? STATUS_NOTIFY_CLEANUP
					       : STATUS_KEY_DELETED);
		else
			at = &(*at)->next;
}

void reg_notify_thread_ends(struct nt_thread *th)
{
	struct reg_notify *n, *next, **at;

	pthread_mutex_lock(&reg_lock);
	for (n = all; n; n = next) {
		next = n->next_of_all;
		if (n->thread != th || n->filter & THREAD_AGNOSTIC)
			continue;
		for (at = &n->key->notify; *at != n; at = &(*at)->next)
			;
		mark(at, STATUS_NOTIFY_CLEANUP);
	}
	pthread_mutex_unlock(&reg_lock);
	reg_notify_flush();
}

static void tell(struct reg_notify *n)
{
	iosb_write(NULL, n->iosb, n->status, 0);
	if (n->apc && n->thread)
		apc_queue(n->thread, n->apc, n->apc_context, n->iosb, 0, false);
	if (n->event)
		object_signal(n->event, 1);
	if (n->thread)
		object_put(&n->thread->object);
	object_put(n->event);
	free(n);
}

void reg_notify_flush(void)
{
	struct reg_notify *list;

	if (!__atomic_load_n(&told, __ATOMIC_RELAXED))
		return;
	pthread_mutex_lock(&reg_lock);
	list = told;
	told = NULL;
	pthread_mutex_unlock(&reg_lock);
	while (list) {
		struct reg_notify *n = list;

		list = n->next;
		tell(n);
	}
}

/* ---- changes by other processes --------------------------------------- */

static int inotify_fd = -1;

/* Tells of changes to the file; as long as it or its folder is missing, of
   the next folder's being made. */
static void watch_folder(void)
{
	char dir[HOST_PATH_MAX];
	char *slash;

	if (!reg_file_folder(dir, sizeof dir))
		return;
	while (inotify_add_watch(inotify_fd, dir,
				 IN_CREATE | IN_MOVED_TO | IN_MODIFY) < 0 &&
	       (slash = strrchr(dir, '/')))
		slash[slash == dir && slash[1]] = 0;
}

static void others_wrote(struct nt_watch *w, uint32_t events)
{
	char buf[4096];

	(void)events;
	while (read(w->fd, buf, sizeof buf) > 0)
		;
	pthread_mutex_lock(&reg_lock);
	reg_file_look_again();
	watch_folder();
	pthread_mutex_unlock(&reg_lock);
	/* Applies what they wrote, and tells who waits for it. */
	reg_begin();
	reg_end();
}

static struct nt_watch others = { .fd = -1, .fn = others_wrote };

static void watch_once(void)
{
	inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (inotify_fd < 0)
		return;
	others.fd = inotify_fd;
	watch_folder();
	watch_edges(&others, EPOLLIN);
}

static void watch_others(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_once);
}

NTSTATUS nt_notify_change_multiple_keys(struct task *t, uint64_t key,
					uint32_t count, gaddr attrs,
					uint64_t event, gaddr apc,
					gaddr apc_context, gaddr iosb,
					uint32_t filter, uint8_t subtree,
					gaddr buf, uint32_t len, uint8_t async)
{
	static const struct nt_timeout forever = { .infinite = true };
	struct reg_notify *n;
	struct key_object *ko;
	struct object *wait = NULL;
	NTSTATUS status;

	(void)attrs;
	(void)buf;
	(void)len;
	if (count)
		return STATUS_NOT_IMPLEMENTED; /* a second key */
	if (!(filter & FILTERS) || filter & ~(uint32_t)(FILTERS | THREAD_AGNOSTIC))
		return STATUS_INVALID_PARAMETER;
	n = calloc(1, sizeof *n);
	if (!n)
		return STATUS_NO_MEMORY;
	n->filter = filter;
	n->subtree = subtree;
	n->iosb = iosb;
	if (async) {
		n->apc = apc;
		n->apc_context = apc_context;
		if (event)
			status =
				handle_get(t, event, &event_type, 2, &n->event);
		else
			status = STATUS_SUCCESS;
		if (status != STATUS_SUCCESS)
			goto fail;
		if (nt_thread(t)) {
			n->thread = nt_thread(t);
			n->thread->asks_of_keys = true;
			object_get(&n->thread->object);
		}
	} else {
		/* Told through an event of our own. */
		n->event = wait = object_new(&wait_type);
		if (!wait) {
			status = STATUS_NO_MEMORY;
			goto fail;
		}
		object_get(wait);
	}
	status = handle_get(t, key, &key_type, KEY_NOTIFY, &ko);
	if (status != STATUS_SUCCESS)
		goto fail;
	watch_others();
	reg_begin();
	if (ko->key->deleted) {
		status = STATUS_KEY_DELETED;
	} else {
		n->handle = &ko->object;
		wait_for_key(n, ko->key);
		n = NULL;
	}
	reg_end();
	object_put(&ko->object);
	if (n)
		goto fail;
	if (async)
		return STATUS_PENDING;
	status = wait_objects(t, &wait, 1, false, false, &forever);
	object_put(wait);
	return status == STATUS_WAIT_0 ? STATUS_NOTIFY_ENUM_DIR : status;
fail:
	object_put(n->event);
	if (n->thread)
		object_put(&n->thread->object);
	free(n);
	object_put(wait);
	return status;
}

NTSTATUS nt_notify_change_key(struct task *t, uint64_t key, uint64_t event,
			      gaddr apc, gaddr apc_context, gaddr iosb,
			      uint32_t filter, uint8_t subtree, gaddr buf,
			      uint32_t len, uint8_t async)
{
	return nt_notify_change_multiple_keys(t, key, 0, 0, event, apc,
					      apc_context, iosb, filter,
					      subtree, buf, len, async);
}
