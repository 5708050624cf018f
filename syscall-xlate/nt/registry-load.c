/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-load.c - hives: keys saved to files, and files as keys.
 *
 * A loaded hive is seen by the process that loaded it.  Its file stays open,
 * shared with nobody, and is written anew (another file takes its place, so
 * there is never half of one) when it is flushed or unloaded and when the
 * process ends.  A hive of an application (RegLoadAppKey) is unloaded with the
 * last handle to a key in it.
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
	REG_WHOLE_HIVE_VOLATILE = 1,
	REG_REFRESH_HIVE = 2,
	REG_FORCE_RESTORE = 8,
	REG_FORCE_UNLOAD = 1,

	SE_BACKUP = 17,
	SE_RESTORE = 18,
	FILE_MAX = 512 << 20,
	OPTIONS = FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE,
};

struct reg_hive {
	struct reg_hive *next;
	struct reg_key *root; /* a reference */
	struct file *file;    /* a reference */
	unsigned handles;     /* key objects of keys in it */
	bool app, read_only;
};

static struct reg_hive *hives; /* under reg_lock, as what they hold */

static bool has_privilege(struct task *t, uint32_t luid)
{
	struct token *tk = token_effective(t);
	bool yes = token_has_privilege(tk, luid);

	object_put(&tk->object);
	return yes;
}

/* ---- files ----------------------------------------------------------- */

static NTSTATUS read_all(int fd, uint8_t **b, size_t *n)
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

static NTSTATUS write_all(int fd, const uint8_t *b, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t put = pwrite(fd, b + at, n - at, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return status_from_errno(put ? errno : ENOSPC);
		at += (size_t)put;
	}
	return ftruncate(fd, (off_t)n) < 0 ? status_from_errno(errno)
					   : STATUS_SUCCESS;
}

/* A whole file in the place of h's; the open one becomes it. */
static NTSTATUS write_back(struct reg_hive *h)
{
	char *path = file_host_path(h->file), *new = NULL;
	NTSTATUS status = STATUS_NO_MEMORY;
	struct statx st = { 0 };
	struct stat own;
	uint8_t *b;
	size_t n;
	int fd;

	if (!path || asprintf(&new, "%s.%u.new", path, (unsigned)getpid()) < 0)
		goto out;
	status = hive_write(h->root, 5, &b, &n);
	if (status)
		goto out;
	if (fstat(h->file->fd, &own) < 0)
		own.st_mode = 0600;
	fd = open(new, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  own.st_mode & 0777);
	status = fd < 0 ? status_from_errno(errno) : write_all(fd, b, n);
	free(b);
	if (!status && (fsync(fd) < 0 || rename(new, path) < 0))
		status = status_from_errno(errno);
	if (status) {
		unlink(new);
	} else if (dup3(fd, h->file->fd, O_CLOEXEC) >= 0 &&
		   fstat(fd, &own) == 0) {
		/* Share modes go by the inode. */
		st.stx_ino = own.st_ino;
		st.stx_dev_major = major(own.st_dev);
		st.stx_dev_minor = minor(own.st_dev);
		share_forget(h->file);
		share_enter(h->file, &st, true);
		h->root->hive_dirty = false;
	}
	if (fd >= 0)
		close(fd);
out:
	free(new);
	free(path);
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
	object_put(&h->file->object);
	free(h);
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
	for (struct reg_hive *h = hives; h; h = h->next)
		if (flush(h))
			log_warn("a registry hive could not be written");
	pthread_mutex_unlock(&reg_lock);
}

static NTSTATUS open_file(struct task *t, gaddr attr, bool read_only,
			  struct file **f)
{
	struct nt_path p;
	struct file_open o = {
		.p = &p,
		.access = FILE_READ_DATA | ACCESS_SYNCHRONIZE |
			  (read_only ? 0 : FILE_WRITE_DATA),
		.share = read_only ? FILE_SHARE_READ : 0,
		.options = OPTIONS,
		.disposition = read_only ? FILE_OPEN : FILE_OPEN_IF,
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
	struct reg_key *k = reg_sub(&reg_root, a, 1);

	return parent->parent == &reg_root && (parent == k) == app;
}

/* With reg_lock held: the file's contents as a new key.  Takes f. */
static NTSTATUS mount(struct reg_key *parent, const uint16_t *name, size_t len,
		      struct file *f, struct bytes file, bool app,
		      bool read_only, struct reg_key **root)
{
	struct reg_hive *h = calloc(1, sizeof *h);
	struct reg_key *k = h ? reg_add(parent, name, len) : NULL;
	NTSTATUS status = k ? STATUS_SUCCESS : STATUS_NO_MEMORY;

	if (k && file.len)
		status = hive_read(file, k);
	if (status) {
		if (k)
			reg_remove(k);
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
				.app = app,
				.read_only = read_only };
	hives = h;
	status = flush(h);
	if (status) {
		forget(h);
		return status;
	}
	reg_changed(parent, NOTIFY_NAME);
	*root = k;
	return STATUS_SUCCESS;
}

/* The same file, loaded before: applications may share it. */
static struct reg_hive *loaded_app(const struct file *f)
{
	struct stat a, b;

	if (fstat(f->fd, &a) < 0)
		return NULL;
	for (struct reg_hive *h = hives; h; h = h->next)
		if (h->app && !fstat(h->file->fd, &b) &&
		    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			return h;
	return NULL;
}

/* \Registry\A is there when somebody first asks for it. */
static void make_app_root(void)
{
	static const uint16_t a[] = { 'A' };
	struct reg_key *k = reg_sub(&reg_root, a, 1);

	if (!k && (k = reg_add(&reg_root, a, 1)))
		k->is_volatile = true;
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

	if (flags & ~(uint32_t)(REG_APP_HIVE | REG_APP_HIVE_OPEN_READ_ONLY |
				0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80 |
				0x100))
		return STATUS_INVALID_PARAMETER;
	if (app && !root_out)
		return STATUS_INVALID_PARAMETER;
	if (!app && !has_privilege(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = oa_read(t, key, &oa);
	if (status)
		return status;
	if (oa.root)
		status = handle_get(t, oa.root, &key_type, 0, &at);
	if (!status)
		status = open_file(t, file_attr, read_only, &f);
	if (status == STATUS_SHARING_VIOLATION && app) {
		/* Perhaps by ourselves: a second look, at no data. */
		struct nt_oa file_oa;

		status = oa_read(t, file_attr, &file_oa);
		if (!status) {
			status = file_open_path(t, &file_oa,
						FILE_READ_ATTRIBUTES, 7, 0,
						&f);
			oa_free(&file_oa);
		}
		if (!status) {
			struct reg_hive *h;

			reg_begin();
			h = loaded_app(f);
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
		status = read_all(f->fd, &b, &n);
		if (status)
			object_put(&f->object);
	}
	if (status)
		goto out;
	reg_begin();
	if (app)
		make_app_root();
	status = reg_walk(at ? at->key : NULL, oa.name, oa.name_len, false,
			  &parent, &rest);
	if (status == STATUS_SUCCESS)
		status = STATUS_OBJECT_NAME_COLLISION;
	else if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		status = may_mount(parent, app) ? STATUS_SUCCESS
						: STATUS_ACCESS_DENIED;
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

	if (!has_privilege(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = oa_read(t, key, &oa);
	if (status)
		return status;
	if (oa.root)
		status = handle_get(t, oa.root, &key_type, 0, &at);
	if (!status) {
		reg_begin();
		status = reg_walk(at ? at->key : NULL, oa.name, oa.name_len,
				  false, &k, &rest);
		if (!status && !k->hive)
			status = STATUS_INVALID_PARAMETER;
		else if (!status && k->hive->handles &&
			 !(flags & REG_FORCE_UNLOAD))
			status = STATUS_CANNOT_DELETE;
		if (!status) {
			struct reg_key *parent = k->parent;

			status = flush(k->hive);
			if (!status && k->hive->handles) {
				/* Handles keep the hive, without its keys. */
				k->hive->app = true;
				k->hive->read_only = true;
				reg_remove(k);
			} else if (!status) {
				forget(k->hive);
			}
			if (!status)
				reg_changed(parent, NOTIFY_NAME);
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

/* ---- saving and restoring -------------------------------------------- */

static NTSTATUS key_and_file(struct task *t, uint64_t key, uint64_t file,
			     uint32_t access, struct key_object **ko,
			     struct file **f)
{
	NTSTATUS status = handle_get(t, key, &key_type, 0, ko);

	if (status)
		return status;
	status = handle_get(t, file, &file_type, access, f);
	if (!status && (*f)->kind != FILE_KIND_DISK) {
		object_put(&(*f)->object);
		status = STATUS_OBJECT_TYPE_MISMATCH;
	}
	if (status)
		object_put(&(*ko)->object);
	return status;
}

NTSTATUS nt_save_key_ex(struct task *t, uint64_t key, uint64_t file,
			uint32_t format)
{
	struct key_object *ko;
	struct file *f;
	uint8_t *b;
	size_t n;
	NTSTATUS status;

	/* Standard, latest, no compression. */
	if (format != 1 && format != 2 && format != 4)
		return STATUS_INVALID_PARAMETER;
	if (!has_privilege(t, SE_BACKUP))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = key_and_file(t, key, file, FILE_WRITE_DATA, &ko, &f);
	if (status)
		return status;
	reg_begin();
	status = ko->key->deleted ? STATUS_KEY_DELETED
				  : hive_write(ko->key, format == 1 ? 3 : 5,
					       &b, &n);
	reg_end();
	if (!status) {
		status = write_all(f->fd, b, n);
		free(b);
	}
	object_put(&ko->object);
	object_put(&f->object);
	return status;
}

NTSTATUS nt_save_key(struct task *t, uint64_t key, uint64_t file)
{
	return nt_save_key_ex(t, key, file, 1);
}

NTSTATUS nt_save_merged_keys(struct task *t, uint64_t high_key,
			     uint64_t low_key, uint64_t file)
{
	return STATUS_NOT_SUPPORTED;
}

/* All of from, which is not in the tree, to the empty key k. */
static void move_contents(struct reg_key *k, struct reg_key *from)
{
	free(k->value);
	free(k->sub);
	free(k->class);
	k->value = from->value;
	k->nvalues = from->nvalues;
	k->value_cap = from->value_cap;
	k->sub = from->sub;
	k->nsub = from->nsub;
	k->sub_cap = from->sub_cap;
	k->class = from->class;
	k->class_len = from->class_len;
	reg_sd_put(k->security);
	k->security = from->security;
	for (uint32_t i = 0; i < k->nsub; i++)
		k->sub[i]->parent = k;
	free(from);
}

static void drop(struct reg_key *from)
{
	while (from->nsub)
		reg_remove(from->sub[from->nsub - 1]);
	reg_unref(from);
}

static void empty(struct reg_key *k)
{
	while (k->nsub) {
		reg_store_key_gone(k->sub[k->nsub - 1]);
		reg_remove(k->sub[k->nsub - 1]);
	}
	while (k->nvalues) {
		struct reg_value *v = &k->value[k->nvalues - 1];

		reg_store_value_gone(k, v->name, v->name_len);
		reg_unset(k, v);
	}
}

/* A handle to a key below k, k itself left out. */
static bool is_held(const struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nsub; i++)
		if (k->sub[i]->refs > 1 || is_held(k->sub[i]))
			return true;
	return false;
}

NTSTATUS nt_restore_key(struct task *t, uint64_t key, uint64_t file,
			uint32_t flags)
{
	struct key_object *ko;
	struct reg_key *new, *k;
	struct file *f;
	uint8_t *b;
	size_t n;
	NTSTATUS status;

	/* Making a hive volatile, and its last saved state, are for hives. */
	if (flags & (REG_WHOLE_HIVE_VOLATILE | REG_REFRESH_HIVE))
		return STATUS_NOT_SUPPORTED;
	if (flags & ~(uint32_t)(REG_FORCE_RESTORE | 4))
		return STATUS_INVALID_PARAMETER;
	if (!has_privilege(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = key_and_file(t, key, file, FILE_READ_DATA, &ko, &f);
	if (status)
		return status;
	status = read_all(f->fd, &b, &n);
	object_put(&f->object);
	if (status) {
		object_put(&ko->object);
		return status;
	}
	new = calloc(1, sizeof *new);
	reg_begin();
	k = ko->key;
	if (!new) {
		status = STATUS_NO_MEMORY;
	} else {
		new->refs = 1;
		status = hive_read((struct bytes){ b, n }, new);
	}
	if (!status && k->deleted)
		status = STATUS_KEY_DELETED;
	else if (!status && (!k->parent || k->parent == &reg_root))
		status = STATUS_ACCESS_DENIED;
	else if (!status && !(flags & REG_FORCE_RESTORE) && is_held(k))
		status = STATUS_CANNOT_DELETE;
	if (!status) {
		empty(k);
		move_contents(k, new);
		k->last_write = nt_time_now();
		reg_store_tree(k);
		reg_changed(k, NOTIFY_NAME | NOTIFY_LAST_SET);
	} else if (new) {
		drop(new);
	}
	reg_end();
	free(b);
	object_put(&ko->object);
	return status;
}

NTSTATUS nt_replace_key(struct task *t, gaddr new_file, uint64_t key,
			gaddr old_file)
{
	return STATUS_NOT_SUPPORTED; /* it is for the next start of Windows */
}
