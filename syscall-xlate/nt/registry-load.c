/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-load.c - hives: keys saved to files, and files as keys.
 *
 * A loaded hive is one of the user's registry until somebody unloads it: the
 * store says where it is mounted, every process reads the file when it first
 * comes there, and changes go to the store as all do.  The file is written
 * anew (another file takes its place, so there is never half of one) when it is
 * flushed or unloaded and when a process that has changed it ends.  Who loaded
 * it keeps the file open, shared with nobody.
 * Without a store, and always if it is an application's (RegLoadAppKey), a hive
 * is seen by the process that loaded it; the latter is unloaded with the last
 * handle to a key in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/registry-hive.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/calls.h"

enum {
	REG_APP_HIVE = 0x10,
	REG_APP_HIVE_OPEN_READ_ONLY = 0x2000,
	REG_FORCE_UNLOAD = 1,

	FILE_MAX = 512 << 20,
	OPTIONS = FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE,
};

struct reg_hive {
	struct reg_hive *next;
	struct reg_key *root; /* a reference */
	struct file *file;    /* a reference; NULL: others have it open */
	char *path;           /* the host's */
	uint32_t generation;  /* of the mount, as the store has it */
	unsigned handles;     /* key objects of keys in it */
	bool app, read_only;
	bool filled; /* the tree holds what the file does */
};

static struct reg_hive *hives; /* under reg_lock, as what they hold */

/* ---- files ----------------------------------------------------------- */

NTSTATUS hive_load(int fd, uint8_t **b, size_t *n)
{
	struct stat st;
	size_t at = 0;
	ssize_t got;

	if (fstat(fd, &st) < 0)
		return status_from_errno(errno);
	if (st.st_size > FILE_MAX)
		return STATUS_CANNOT_LOAD_REGISTRY_FILE;
	*n = (size_t)st.st_size;
	*b = malloc(*n + 1);
	if (!*b)
		return STATUS_NO_MEMORY;
	while (at < *n) {
		got = pread(fd, *b + at, *n - at, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(*b);
			*b = NULL;
			return STATUS_REGISTRY_IO_FAILED;
		}
		if (!got)
			break;
		at += (size_t)got;
	}
	*n = at;
	return STATUS_SUCCESS;
}

/* The open file of h, if it has one, becomes fd's. */
static void reopen(struct reg_hive *h, int fd)
{
	struct statx st = { 0 };
	struct stat own;

	if (!h->file || dup3(fd, h->file->fd, O_CLOEXEC) < 0 ||
	    fstat(fd, &own) < 0)
		return;
	/* Share modes go by the inode. */
	st.stx_ino = own.st_ino;
	st.stx_dev_major = major(own.st_dev);
	st.stx_dev_minor = minor(own.st_dev);
	share_forget(h->file);
	share_enter(h->file, &st, true);
}

/* The n bytes at b become the whole of h's file, or it stays as it is. */
static NTSTATUS put_in_place(struct reg_hive *h, const uint8_t *b, size_t n)
{
	NTSTATUS status;
	int fd;

	status = hive_replace(h->path, b, n, &fd);
	if (!status) {
		reopen(h, fd);
		close(fd);
	}
	return status;
}

/* All of it is in the tree.  What could not be read is not to be replaced by
   nothing. */
static NTSTATUS all_of(struct reg_hive *h)
{
	reg_store_hold();
	reg_fill_all(h->root);
	return h->filled ? reg_store_unread() : STATUS_REGISTRY_IO_FAILED;
}

static NTSTATUS write_back(struct reg_hive *h)
{
	NTSTATUS status;
	uint8_t *b;
	size_t n;

	status = all_of(h);
	if (!status)
		status = hive_write(h->root, 5, &b, &n);
	if (status)
		return status;
	status = put_in_place(h, b, n);
	free(b);
	if (!status)
		h->root->hive_dirty = false;
	return status;
}

static NTSTATUS flush(struct reg_hive *h)
{
	return h->root->hive_dirty && !h->read_only ? write_back(h)
						    : STATUS_SUCCESS;
}

/* ---- loaded hives ---------------------------------------------------- */

static struct reg_hive *hive_of(const struct reg_key *k)
{
	for (; k; k = k->parent)
		if (k->hive)
			return k->hive;
	return NULL;
}

NTSTATUS reg_hive_flush(const struct reg_key *k)
{
	struct reg_hive *h = hive_of(k);

	return h ? flush(h) : STATUS_SUCCESS;
}

bool reg_hive_touch(const struct reg_key *k)
{
	bool is_volatile = false;

	for (const struct reg_key *i = k; hives && i; i = i->parent) {
		is_volatile = is_volatile || i->is_volatile;
		if (!i->hive)
			continue;
		i->hive->root->hive_dirty |= !is_volatile;
		return !i->hive->generation;
	}
	return false;
}

bool reg_hive_is_apart(const struct reg_key *k)
{
	const struct reg_hive *h = hives ? hive_of(k) : NULL;

	return h && !h->generation;
}

struct reg_hive *reg_hive_enter(const struct reg_key *k)
{
	struct reg_hive *h = hives ? hive_of(k) : NULL;

	if (h)
		h->handles++;
	return h;
}

/* What the file must hold has been written, or cannot be. */
static void forget(struct reg_hive *h)
{
	struct reg_hive **at = &hives;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	h->root->hive = NULL;
	if (h->root->parent)
		reg_remove(h->root);
	reg_unref(h->root);
	if (h->file)
		object_put(&h->file->object);
	free(h->path);
	free(h);
}

/* The keys go; handles to them keep the rest. */
static void detach(struct reg_hive *h)
{
	if (!h->handles) {
		forget(h);
		return;
	}
	h->app = h->read_only = true;
	h->generation = 0;
	reg_remove(h->root);
}

void reg_hive_leave(struct reg_hive *h)
{
	if (--h->handles || !h->app)
		return;
	if (flush(h))
		log_warn("a registry hive could not be written");
	forget(h);
}

void reg_hives_at_exit(void)
{
	/* Somebody may have been ended while he held the lock. */
	if (!hives || pthread_mutex_trylock(&reg_lock))
		return;
	reg_store_refresh();
	for (struct reg_hive *h = hives; h; h = h->next)
		if (flush(h))
			log_warn("a registry hive could not be written");
	reg_store_commit();
	pthread_mutex_unlock(&reg_lock);
}

static NTSTATUS open_file(struct task *t, gaddr attr, uint32_t access,
			  uint32_t share, uint32_t disposition, struct file **f)
{
	struct nt_path p;
	struct file_open o = {
		.t = t,
		.p = &p,
		.access = access | ACCESS_SYNCHRONIZE,
		.share = share,
		.options = OPTIONS,
		.disposition = disposition,
	};
	struct nt_oa oa;
	NTSTATUS status = oa_read(t, attr, &oa);

	if (status)
		return status;
	status = file_parse(t, &oa, &p, &o.root);
	if (!status) {
		status = p.kind == PATH_DISK && !p.stream
				 ? file_open_disk(&o, f)
				 : STATUS_OBJECT_NAME_INVALID;
		if (o.root)
			object_put(&o.root->object);
	}
	oa_free(&oa);
	if (!status && (*f)->kind != FILE_KIND_DISK) {
		object_put(&(*f)->object);
		status = STATUS_OBJECT_TYPE_MISMATCH;
	}
	return status;
}

/* Hives are mounted below \Registry\Machine, User and, of applications, A. */
static bool may_mount(struct reg_key *parent, bool app)
{
	static const uint16_t a[] = { 'A' };
	struct reg_key *k = reg_known_sub(&reg_root, a, 1);

	return parent->parent == &reg_root && (parent == k) == app;
}

/* With reg_lock held: the file's contents as a new key.  Takes f. */
static NTSTATUS mount(struct reg_key *parent, const uint16_t *name, size_t len,
		      struct file *f, struct bytes file, bool app,
		      bool read_only, struct reg_key **root)
{
	struct reg_hive *h = calloc(1, sizeof *h);
	char *path = h ? file_host_path(f) : NULL;
	struct reg_key *k = path ? reg_add(parent, name, len) : NULL;
	NTSTATUS status = k ? STATUS_SUCCESS : STATUS_NO_MEMORY;

	if (k && file.len)
		status = hive_read(file, k);
	if (status) {
		if (k)
			reg_remove(k);
		free(path);
		free(h);
		object_put(&f->object);
		return status;
	}
	/* A new file is a hive without keys, from the beginning. */
	k->hive_dirty = !file.len;
	k->hive = h;
	reg_ref(k);
	*h = (struct reg_hive){ .next = hives,
				.root = k,
				.file = f,
				.path = path,
				.app = app,
				.read_only = read_only,
				.filled = true };
	hives = h;
	status = flush(h);
	if (status) {
		forget(h);
		return status;
	}
	if (!app) {
		/* Another mount of the same name is another one. */
		h->generation = (uint32_t)(nt_time_now() >> 10) | 1;
		if (!reg_store_mount(k, path, h->generation))
			h->generation = 0;
	}
	reg_changed(parent, NOTIFY_NAME);
	*root = k;
	return STATUS_SUCCESS;
}

/* ---- those that another process has loaded ----------------------------- */

/* Somebody comes to the root k for the first time. */
static void fill_mount(struct reg_key *k)
{
	struct reg_hive *h = k->hive;
	NTSTATUS status;
	uint8_t *b;
	size_t n;
	int fd = open(h->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	status = fd < 0 ? status_from_errno(errno) : hive_load(fd, &b, &n);
	if (fd >= 0)
		close(fd);
	if (!status) {
		status = hive_read((struct bytes){ b, n }, k);
		free(b);
	}
	h->filled = !status;
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_is_stored(k->sub[i]);
	if (status)
		log_warn("the loaded registry hive %s cannot be read", h->path);
}

bool reg_hive_mounted(struct reg_key *parent, const uint16_t *name, size_t len,
		      const char *path, uint32_t generation)
{
	struct reg_key *k = reg_known_sub(parent, name, len);
	struct reg_hive *h;

	if (k && k->hive && k->hive->generation == generation) {
		char *copy = strcmp(k->hive->path, path) ? strdup(path) : NULL;

		if (copy) { /* NtReplaceKey */
			free(k->hive->path);
			k->hive->path = copy;
		}
		return false;
	}
	/* What is there is of another mount, or has the name by chance. */
	if (k && k->hive)
		detach(k->hive);
	else if (k)
		reg_remove(k);
	h = calloc(1, sizeof *h);
	k = h ? reg_add(parent, name, len) : NULL;
	if (k)
		h->path = strdup(path);
	if (!k || !h->path) {
		if (k)
			reg_remove(k);
		free(h);
		return false;
	}
	reg_ref(k);
	reg_is_stored(k);
	k->hive = h;
	k->fill = fill_mount;
	h->root = k;
	h->generation = generation;
	h->next = hives;
	hives = h;
	return true;
}

bool reg_hive_unmounted(struct reg_key *k)
{
	if (!k->hive || !k->hive->generation)
		return false;
	detach(k->hive);
	return true;
}

/* The same file, loaded before: applications may share it. */
static struct reg_hive *loaded(const struct file *f, bool app)
{
	struct stat a, b;

	if (fstat(f->fd, &a) < 0)
		return NULL;
	for (struct reg_hive *h = hives; h; h = h->next)
		if (h->app == app && !stat(h->path, &b) &&
		    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			return h;
	return NULL;
}

/* \Registry\A is there when somebody first asks for it. */
static void make_app_root(void)
{
	static const uint16_t a[] = { 'A' };
	struct reg_key *k = reg_known_sub(&reg_root, a, 1);

	if (!k && (k = reg_add(&reg_root, a, 1)))
		k->is_volatile = true;
}

static NTSTATUS find(struct key_object *at, const struct nt_oa *oa,
		     struct reg_key **k, size_t *rest)
{
	NTSTATUS status;

	do
		status = reg_walk(at ? at->key : NULL, oa->name, oa->name_len,
				  0, k, rest);
	while (reg_again());
	return reg_unreadable() ? reg_unreadable() : status;
}

static NTSTATUS load(struct task *t, gaddr key, gaddr file_attr, uint32_t flags,
		     uint32_t access, gaddr root_out)
{
	bool app = flags & REG_APP_HIVE;
	bool read_only = flags & REG_APP_HIVE_OPEN_READ_ONLY;
	struct key_object *at = NULL;
	struct object *o = NULL;
	struct reg_key *parent, *k = NULL;
	struct file *f = NULL;
	struct nt_oa oa;
	uint8_t *b = NULL;
	size_t n = 0, rest;
	uint64_t handle;
	NTSTATUS status;

	if (flags &
	    ~(uint32_t)(REG_APP_HIVE | REG_APP_HIVE_OPEN_READ_ONLY | 0x1 | 0x2 |
			0x4 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100))
		return STATUS_INVALID_PARAMETER;
	if (app && !root_out)
		return STATUS_INVALID_PARAMETER;
	if (!app && !token_allows(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = oa_read(t, key, &oa);
	if (status)
		return status;
	if (oa.root)
		status = handle_get(t, oa.root, &key_type, 0, &at);
	if (!status)
		status = open_file(t, file_attr,
				   read_only ? FILE_READ_DATA
					     : FILE_READ_DATA | FILE_WRITE_DATA,
				   read_only ? FILE_SHARE_READ : 0,
				   read_only ? FILE_OPEN : FILE_OPEN_IF, &f);
	if (status == STATUS_SHARING_VIOLATION && app) {
		/* Perhaps by ourselves: a second look, at no data. */
		struct nt_oa file_oa;

		status = oa_read(t, file_attr, &file_oa);
		if (!status) {
			status = file_open_path(t, &file_oa,
						FILE_READ_ATTRIBUTES, 7, 0, &f);
			oa_free(&file_oa);
		}
		if (!status) {
			struct reg_hive *h;

			reg_begin();
			h = loaded(f, true);
			if (h && !(o = reg_key_object(h->root)))
				status = STATUS_NO_MEMORY;
			else if (!h)
				status = STATUS_SHARING_VIOLATION;
			reg_end();
			object_put(&f->object);
		}
		goto out;
	}
	if (!status) {
		status = hive_load(f->fd, &b, &n);
		if (status)
			object_put(&f->object);
	}
	if (status)
		goto out;
	reg_begin();
	if (app)
		make_app_root();
	else
		status = reg_store_lock();
	if (!status)
		status = find(at, &oa, &parent, &rest);
	if (status == STATUS_SUCCESS)
		status = STATUS_OBJECT_NAME_COLLISION;
	else if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		status = may_mount(parent, app) ? STATUS_SUCCESS
						: STATUS_ACCESS_DENIED;
	if (!status && loaded(f, false)) /* its loader has ended */
		status = STATUS_SHARING_VIOLATION;
	if (status) {
		object_put(&f->object);
	} else {
		size_t len = oa.name_len - rest;

		while (len && oa.name[rest + len - 1] == '\\')
			len--;
		status = mount(parent, oa.name + rest, len, f,
			       (struct bytes){ b, n }, app, read_only, &k);
	}
	if (!status && root_out && !(o = reg_key_object(k)))
		status = STATUS_NO_MEMORY;
	reg_end();
out:
	free(b);
	if (at)
		object_put(&at->object);
	if (!status && o) {
		status = handle_add(t, o, access, oa.attributes & OBJ_INHERIT,
				    &handle);
		if (!status && guest_put64(t, root_out, handle) < 0) {
			handle_close(t, handle);
			status = STATUS_ACCESS_VIOLATION;
		}
	}
	if (o)
		object_put(o);
	oa_free(&oa);
	return status;
}

NTSTATUS nt_load_key(struct task *t, gaddr key, gaddr file)
{
	return load(t, key, file, 0, 0, 0);
}

NTSTATUS nt_load_key2(struct task *t, gaddr key, gaddr file, uint32_t flags)
{
	return load(t, key, file, flags, 0, 0);
}

NTSTATUS nt_load_key_ex(struct task *t, gaddr key, gaddr file, uint32_t flags,
			uint64_t trust_key, uint64_t event, uint32_t access,
			gaddr root, gaddr reserved)
{
	(void)trust_key, (void)event, (void)reserved;
	return load(t, key, file, flags, access, root);
}

NTSTATUS nt_load_key3(struct task *t, gaddr key, gaddr file, uint32_t flags,
		      gaddr entries, uint32_t count, uint32_t access,
		      gaddr root, gaddr reserved)
{
	(void)entries, (void)reserved;
	/* The entries are handles: a key to trust, an event, a token. */
	return count > 3 ? STATUS_INVALID_PARAMETER
			 : load(t, key, file, flags, access, root);
}

NTSTATUS nt_unload_key2(struct task *t, gaddr key, uint32_t flags)
{
	struct key_object *at = NULL;
	struct reg_key *k;
	struct nt_oa oa;
	size_t rest;
	NTSTATUS status;

	if (!token_allows(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = oa_read(t, key, &oa);
	if (status)
		return status;
	if (oa.root)
		status = handle_get(t, oa.root, &key_type, 0, &at);
	if (!status) {
		reg_begin();
		status = find(at, &oa, &k, &rest);
		/* Nothing is stored for what is no hive. */
		if (!status && k->hive && !(status = reg_store_lock()))
			status = find(at, &oa, &k, &rest);
		if (!status && !k->hive)
			status = STATUS_INVALID_PARAMETER;
		else if (!status && k->hive->handles &&
			 !(flags & REG_FORCE_UNLOAD))
			status = STATUS_CANNOT_DELETE;
		if (!status) {
			struct reg_key *parent = k->parent;
			struct reg_hive *h = k->hive;

			/* Of changes by others we may have no other trace. */
			k->hive_dirty |= h->generation && h->filled &&
					 reg_store_has_below(k);
			status = flush(h);
			if (!status) {
				if (h->generation)
					reg_store_unmount(k);
				detach(h);
				reg_changed(parent, NOTIFY_NAME);
			}
		}
		reg_end();
	}
	if (at)
		object_put(&at->object);
	oa_free(&oa);
	return status;
}

NTSTATUS nt_unload_key(struct task *t, gaddr key)
{
	return nt_unload_key2(t, key, 0);
}

NTSTATUS nt_unload_key_ex(struct task *t, gaddr key, uint64_t event)
{
	/* With an event it would wait until the last handle is closed. */
	return event ? STATUS_NOT_SUPPORTED : nt_unload_key2(t, key, 0);
}

/* ---- another file for a loaded hive ------------------------------------- */

/* The hive's keys go to the file old, and stay with it; b to the hive's. */
static NTSTATUS replace(struct reg_hive *h, struct file *old, const uint8_t *b,
			size_t n)
{
	char *path = file_host_path(old);
	NTSTATUS status = path ? all_of(h) : STATUS_NO_MEMORY;
	uint8_t *now;
	size_t size;

	if (!status)
		status = hive_write(h->root, 5, &now, &size);
	if (!status) {
		status = hive_store(old->fd, now, size);
		free(now);
	}
	if (!status && fsync(old->fd) < 0)
		status = status_from_errno(errno);
	if (!status)
		status = put_in_place(h, b, n);
	if (status) {
		free(path);
		return status;
	}
	h->root->hive_dirty = false;
	free(h->path);
	h->path = path;
	if (h->file) {
		object_put(&h->file->object);
		object_get(&old->object);
		h->file = old;
	}
	if (h->generation)
		reg_store_mount(h->root, path, h->generation);
	return STATUS_SUCCESS;
}

/*
 * On Windows all that is below \Registry\Machine\X is of a hive, which the next
 * start of the system would take from another file.  Here such keys are of no
 * file, and there is no such start.
 */
static NTSTATUS in_no_hive(const struct reg_key *k)
{
	return k == &reg_root || k->parent == &reg_root
		       ? STATUS_INVALID_PARAMETER
		       : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_replace_key(struct task *t, gaddr new_file, uint64_t key,
			gaddr old_file)
{
	struct file *new = NULL, *old = NULL;
	struct reg_key scratch = { .refs = 2 };
	struct key_object *ko;
	uint8_t *b = NULL;
	size_t n = 0;
	NTSTATUS status;

	if (!token_allows(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = handle_get(t, key, &key_type, 0, &ko);
	if (status)
		return status;
	status = open_file(t, new_file, FILE_READ_DATA | ACCESS_DELETE, 0,
			   FILE_OPEN, &new);
	if (!status)
		status = hive_load(new->fd, &b, &n);
	if (!status) {
		/* What is no hive is noticed now, not when it is needed. */
		pthread_mutex_lock(&reg_lock);
		status = hive_read((struct bytes){ b, n }, &scratch);
		reg_empty(&scratch);
		pthread_mutex_unlock(&reg_lock);
	}
	if (!status)
		status = open_file(t, old_file,
				   FILE_READ_DATA | FILE_WRITE_DATA |
					   ACCESS_DELETE,
				   0, FILE_CREATE, &old);
	if (!status) {
		struct reg_hive *h;

		reg_begin();
		status = hive_of(ko->key) ? reg_store_lock() : STATUS_SUCCESS;
		/* Of any key in it, the hive's. */
		h = hive_of(ko->key);
		if (status)
			;
		else if (ko->key->deleted)
			status = STATUS_KEY_DELETED;
		else if (!h)
			status = in_no_hive(ko->key);
		else if (h->read_only)
			status = STATUS_ACCESS_DENIED;
		else
			status = replace(h, old, b, n);
		reg_end();
		/* The new file has become the hive's; or the old one nothing.
		 */
		(status ? old : new)->delete_on_close = true;
	}
	free(b);
	if (new)
		object_put(&new->object);
	if (old)
		object_put(&old->object);
	object_put(&ko->object);
	return status;
}
