/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-rename.c - rename and hard link.
 *
 * The new name is looked for without regard to case, like any other, but a
 * file may be renamed to another spelling of its own name.
 */
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/inode-apart.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/file-xattr.h"

enum { REPLACE = 1, POSIX = 2, IGNORE_READONLY = 0x40 };

/* ---- the new name ---- */

struct target {
	struct nt_path path;
	struct file *root;
	char own_dir[HOST_PATH_MAX]; /* for a bare name */
	bool exists;
	struct stat st;
};

static void target_free(struct target *to)
{
	if (to->root)
		object_put(&to->root->object);
}

/* "name" alone: in the folder where the file is. */
static NTSTATUS parse_bare(struct file *f, const uint16_t *name, size_t n,
			   struct target *to)
{
	char *own = file_host_path(f);
	char *slash = own ? strrchr(own, '/') : NULL;
	struct nt_path_root at = { .fd = AT_FDCWD, .drive = 'C' };
	NTSTATUS status;

	if (!slash || slash - own >= (int)sizeof to->own_dir - 2) {
		free(own);
		return STATUS_OBJECT_PATH_NOT_FOUND;
	}
	memcpy(to->own_dir, own, (size_t)(slash - own));
	to->own_dir[slash - own] = 0;
	if (slash == own)
		strcpy(to->own_dir, "/");
	free(own);
	/* As below C: a prefix and the name; any drive will do for that. */
	at.host = to->own_dir;
	at.dir = f->drive == 'C' ? virtual_from_host(to->own_dir) : NULL;
	status = path_parse(name, n, &at, &to->path);
	to->path.drive = f->drive;
	return status;
}

static NTSTATUS find_target(struct task *t, struct file *f,
			    const struct file_rename *r, uint16_t *name,
			    struct target *to)
{
	struct nt_oa oa = { .root = r->root,
			    .attributes = OBJ_CASE_INSENSITIVE,
			    .name = name,
			    .name_len = r->len / 2 };
	NTSTATUS status;
	int err;

	to->root = NULL;
	if (!oa.name_len)
		return STATUS_OBJECT_NAME_INVALID;
	status = !r->root && *name != '\\'
			 ? parse_bare(f, name, oa.name_len, to)
			 : file_parse(t, &oa, &to->path, &to->root);
	if (status)
		return status;
	if (to->path.kind != PATH_DISK || !to->path.drive)
		return STATUS_NOT_SAME_DEVICE;
	if (to->path.stream || to->path.dir)
		return to->path.dir ? STATUS_ACCESS_DENIED
				    : STATUS_INVALID_PARAMETER;
	to->path.exact = f->exact;
	err = path_find(&to->path);
	if (err == 0 || err == -ENOENT) {
		status = file_policy_target(&to->path);
		if (status)
			return status;
	}
	if (err == -ENOENT) {
		to->exists = false;
		return STATUS_SUCCESS;
	}
	if (err < 0)
		return err == -ENOTDIR ? STATUS_OBJECT_PATH_NOT_FOUND
				       : status_from_errno(-err);
	if (to->path.from_lower)
		return STATUS_ACCESS_DENIED;
	if (fstatat(to->path.dirfd, to->path.host, &to->st,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return status_from_errno(errno);
	to->exists = true;
	return STATUS_SUCCESS;
}

/* path_find() put the spelling on disk; this is the one asked for. */
static void wanted_spelling(struct target *to, const uint16_t *name, size_t n)
{
	size_t at = n, slash = to->path.len;
	char last[256 * 3];
	int64_t len;

	while (at && name[at - 1] != '\\')
		at--;
	while (slash && to->path.host[slash - 1] != '/')
		slash--;
	len = path_name_from_nt(last, sizeof last - 1, name + at, n - at);
	if (len <= 0 || (size_t)len >= sizeof last ||
	    slash + (size_t)len >= sizeof to->path.host)
		return;
	memcpy(to->path.host + slash, last, (size_t)len);
	to->path.len = slash + (size_t)len;
	to->path.host[to->path.len] = 0;
}

/*
 * May the file that has the name now go?  With POSIX semantics a folder
 * replaces an empty folder, and neither the other kind (Rust's and Zig's
 * tests).
 */
static NTSTATUS may_replace(const struct target *to, uint32_t flags,
			    bool folder)
{
	struct file probe = { .access = ACCESS_DELETE, .share = 7 };
	struct statx st;
	NTSTATUS status;

	if (S_ISDIR(to->st.st_mode) && !(flags & POSIX))
		return STATUS_ACCESS_DENIED;
	if (S_ISDIR(to->st.st_mode) && !folder)
		return STATUS_FILE_IS_A_DIRECTORY;
	if (!S_ISDIR(to->st.st_mode) && folder && flags & POSIX)
		return STATUS_NOT_A_DIRECTORY;
	if (S_ISREG(to->st.st_mode) && !(to->st.st_mode & 0222) &&
	    !(flags & IGNORE_READONLY))
		return STATUS_ACCESS_DENIED;
	if (statx(to->path.dirfd, to->path.host, AT_SYMLINK_NOFOLLOW,
		  STATX_BASIC_STATS, &st) < 0)
		return status_from_errno(errno);
	/* In use here: only POSIX semantics replaces an open file, and only
	   if those who have it open allow its deletion. */
	status = share_enter(&probe, &st, false);
	if (status)
		return STATUS_ACCESS_DENIED;
	if (!(flags & POSIX) && share_others(&probe, true))
		status = STATUS_ACCESS_DENIED;
	share_forget(&probe);
	if (file_mapped_delete_name(to->path.dirfd, to->path.host, &to->st))
		status = STATUS_ACCESS_DENIED;
	return status;
}

static NTSTATUS read_request(struct file_set *s, bool ex, uint16_t **name)
{
	enum { NAME_AT = offsetof(struct file_rename, name) };
	struct file_rename *r = &s->rename;

	if (!ex)
		r->flags = r->flags & 0xff ? REPLACE : 0;
	if (r->len > s->len - NAME_AT || r->len % 2)
		return STATUS_INVALID_PARAMETER;
	*name = malloc(r->len + 2);
	if (!*name)
		return STATUS_NO_MEMORY;
	if (guest_read(s->t, *name, s->info + NAME_AT, r->len) < 0) {
		free(*name);
		return STATUS_ACCESS_VIOLATION;
	}
	(*name)[r->len / 2] = 0;
	return STATUS_SUCCESS;
}

/* A new name in a folder asks that, as a new file does. */
static NTSTATUS may_add(struct file_set *s, struct target *to)
{
	struct file_open o = {
		.t = s->t,
		.p = &to->path,
		.options = s->f->kind == FILE_KIND_DIR ? FILE_DIRECTORY_FILE : 0,
	};

	return file_security_counts(s->t, to->path.folder)
		       ? file_security_check_new(&o)
		       : STATUS_SUCCESS;
}

/* ---- rename ---- */

static char *absolute(const struct target *to)
{
	char *path = NULL;

	if (to->path.dirfd == AT_FDCWD || !to->root || !to->root->path)
		return strdup(to->path.host);
	if (asprintf(&path, "%s/%s", to->root->path, to->path.host) < 0)
		return NULL;
	return path;
}

static int move_tree(int from_dir, const char *from, int to_dir, const char *to);

static int move_entries(int from, int to)
{
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *x;

	if (!d)
		return -1;
	while (!ret && (x = readdir(d))) {
		if (!strcmp(x->d_name, ".") || !strcmp(x->d_name, ".."))
			continue;
		ret = renameat2(from, x->d_name, to, x->d_name,
				RENAME_NOREPLACE);
		if (ret && errno == EXDEV)
			ret = move_tree(from, x->d_name, to, x->d_name);
	}
	closedir(d);
	return ret;
}

/*
 * The kernel does not rename a folder of a layer (a sandbox's :cow mount) that is
 * also in what the layer lies over: it is made anew, and its entries are moved.
 * If one cannot be, all that were are moved back.
 */
static int move_tree(int from_dir, const char *from, int to_dir, const char *to)
{
	const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int old = openat(from_dir, from, how), new = -1, ret = -1, err;
	struct stat st;

	if (old >= 0 && !fstat(old, &st) && !mkdirat(to_dir, to, 0700))
		new = openat(to_dir, to, how);
	if (new >= 0) {
		const struct timespec times[2] = { st.st_atim, st.st_mtim };

		ret = move_entries(old, new);
		err = errno;
		if (!ret) {
			fchmod(new, st.st_mode & 07777);
			futimens(new, times);
			ret = unlinkat(from_dir, from, AT_REMOVEDIR);
		} else if (!move_entries(new, old)) {
			unlinkat(to_dir, to, AT_REMOVEDIR);
		}
		if (ret)
			errno = err;
	}
	err = errno;
	if (old >= 0)
		close(old);
	if (new >= 0)
		close(new);
	errno = err;
	return ret;
}

/* Both in one :cow mount? */
static bool is_layer(const char *from, const struct target *to)
{
	char *path = policy ? absolute(to) : NULL, *slash, *folder;
	const struct policy_mount *a, *b;
	const char *rest;

	if (!path)
		return false;
	slash = strrchr(path, '/');
	if (slash && slash != path)
		*slash = 0;
	/* The sandbox's own folders have links into mounts. */
	folder = realpath(path, NULL);
	a = policy_find(policy, from, &rest);
	b = folder ? policy_find(policy, folder, &rest) : NULL;
	free(folder);
	free(path);
	return a && a == b && a->mode == MOUNT_COW;
}

/* The folder that a path leads into. */
static bool folder_of(int dirfd, const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;
	char folder[HOST_PATH_MAX + 256];

	if (n >= sizeof folder)
		return false;
	memcpy(folder, path, n);
	strcpy(folder + n, n ? "" : ".");
	return !fstatat(dirfd, folder, st, 0);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Is the new name one in the folder that gets it? */
static bool is_its_folder(const struct file *f, const struct target *to)
{
	struct stat a, b;

	return !fstat(f->fd, &a) &&
	       folder_of(to->path.dirfd, to->path.host, &b) &&
	       is_same_file(&a, &b);
}

/* The file of that name makes room for a folder, which rename(2) does not let it. */
static int move_folder(const char *from, int dirfd, const char *to)
{
	if (!renameat2(AT_FDCWD, from, dirfd, to, RENAME_EXCHANGE))
		return unlink(from);
	return errno == EINVAL && !unlinkat(dirfd, to, 0)
		       ? renameat(AT_FDCWD, from, dirfd, to)
		       : -1;
}

static NTSTATUS move(struct file *f, struct target *to, const char *from,
		     bool replace)
{
	int flags = replace ? 0 : RENAME_NOREPLACE;
	const char *host = to->path.host;
	int dirfd = to->path.dirfd;
	int r = renameat2(AT_FDCWD, from, dirfd, host, (unsigned)flags);

	if (r < 0 && errno == ENOTDIR && f->kind == FILE_KIND_DIR && replace &&
	    to->exists)
		r = move_folder(from, dirfd, host);
	if (r < 0 && errno == EXDEV && f->kind == FILE_KIND_DIR &&
	    is_layer(from, to))
		r = move_tree(AT_FDCWD, from, dirfd, host);
	/* A file system without RENAME_NOREPLACE; who races loses. */
	if (r < 0 && errno == EINVAL && flags) {
		struct stat st;

		if (!fstatat(dirfd, host, &st, AT_SYMLINK_NOFOLLOW))
			return STATUS_OBJECT_NAME_COLLISION;
		r = renameat(AT_FDCWD, from, dirfd, host);
	}
	if (r < 0 && errno == ENOENT && to->path.drive == 'C' &&
	    !path_make_parents(&to->path))
		r = renameat2(AT_FDCWD, from, dirfd, host, (unsigned)flags);
	if (r == 0)
		return STATUS_SUCCESS;
	if (errno == EINVAL) /* into itself */
		return is_its_folder(f, to) ? STATUS_SHARING_VIOLATION
					    : STATUS_ACCESS_DENIED;
	return errno == ENOENT                 ? STATUS_OBJECT_PATH_NOT_FOUND
	       : errno == ENOTEMPTY && replace ? STATUS_DIRECTORY_NOT_EMPTY
					       : status_from_errno(errno);
}

/* Is that name of the file, which has several, the one it goes by? */
static bool is_own_name(const struct target *to, const char *from)
{
	const char *slash = strrchr(to->path.host, '/');
	struct stat a, b;

	if (strcmp(strrchr(from, '/') + 1, slash ? slash + 1 : to->path.host))
		return false;
	return !folder_of(to->path.dirfd, to->path.host, &a) ||
	       !folder_of(AT_FDCWD, from, &b) || is_same_file(&a, &b);
}

/* What was replaced is gone, and with it how it was spelled. */
static void spell_anew(struct target *to, const uint16_t *name, size_t n)
{
	char *old = strdup(to->path.host);

	wanted_spelling(to, name, n);
	if (old && strcmp(old, to->path.host) &&
	    renameat2(to->path.dirfd, old, to->path.dirfd, to->path.host,
		      RENAME_NOREPLACE) < 0)
		strcpy(to->path.host, old);
	free(old);
}

/* Where it is now, of a file on C: as well, whoever has moved it. */
static char *own_path(struct file *f)
{
	char now[HOST_PATH_MAX];

	return file_host_name(f, now) == HOST_NAME_KNOWN ? strdup(now)
							 : file_host_path(f);
}

static NTSTATUS rename_file(struct file_set *s, bool ex)
{
	const struct file_rename *r = &s->rename;
	struct file *f = s->f;
	struct target *to;
	struct stat own;
	uint16_t *name;
	char *from;
	NTSTATUS status;
	bool same, same_file;

	if (!f->drive || f->dir || f->from_lower || f->kind == FILE_KIND_DEVICE)
		return STATUS_ACCESS_DENIED;
	if (f->kind == FILE_KIND_STREAM)
		return STATUS_NOT_SUPPORTED;
	status = read_request(s, ex, &name);
	if (status)
		return status;
	to = malloc(sizeof *to);
	if (!to) {
		free(name);
		return STATUS_NO_MEMORY;
	}
	status = find_target(s->t, f, r, name, to);
	if (!status)
		status = may_add(s, to);
	from = status ? NULL : own_path(f);
	if (!status && (!from || fstat(f->fd, &own) < 0))
		status = STATUS_OBJECT_PATH_NOT_FOUND;
	/* Whatever the new name is (MS-FSA, 2.1.5.15.11). */
	if (!status && S_ISDIR(own.st_mode))
		status = oplock_folder_goes(s->t, f, &own);
	if (!status && S_ISDIR(own.st_mode) && file_open_below(s->t, f, from))
		status = STATUS_ACCESS_DENIED;
	if (status)
		goto out;
	same_file = to->exists && is_same_file(&to->st, &own);
	same = same_file && (S_ISDIR(own.st_mode) || own.st_nlink < 2 ||
			     is_own_name(to, from));
	/* Its other names it may have without leave to replace (MS-FSA). */
	if (to->exists && !same_file) {
		status = r->flags & REPLACE ? may_replace(to, r->flags,
							  S_ISDIR(own.st_mode))
					    : STATUS_OBJECT_NAME_COLLISION;
		if (!status && S_ISDIR(to->st.st_mode))
			status = oplock_folder_goes(s->t, f, &to->st);
		if (status)
			goto out;
	}
	if (same)
		wanted_spelling(to, name, r->len / 2);
	/* rename(2) leaves both names of one file alone. */
	if (same_file && !same &&
	    unlinkat(to->path.dirfd, to->path.host, 0) < 0)
		status = status_from_errno(errno);
	else
		status = move(f, to, from, same || r->flags & REPLACE);
	if (!status && to->exists && !same)
		spell_anew(to, name, r->len / 2);
	if (!status) {
		char *now = absolute(to);

		if (now) {
			meta_moved(f, now);
			free(f->path);
			f->path = now;
			file_forget_base(f);
		}
		f->drive = to->path.drive;
	}
out:
	free(from);
	target_free(to);
	free(to);
	free(name);
	return status;
}

NTSTATUS file_set_rename(struct file_set *s)
{
	return rename_file(s, false);
}

NTSTATUS file_set_rename_ex(struct file_set *s)
{
	return rename_file(s, true);
}

/* ---- hard links ---- */

/*
 * In place of what has the name, which stays if the file can have no more.
 *
 * The host has no call for that: a link that takes another's name has one of
 * its own first (or the name is gone for a while, and for good if the link
 * fails). So that nobody who is killed leaves that, both are made apart; should
 * the machine itself stop between them, the next who links that file there
 * takes it away, as it is called by the file's number.
 */
struct link_over {
	const struct file *f;
	const struct target *to;
};

static int link_over(void *arg)
{
	enum { TRIES = 100 };
	const struct link_over *l = arg;
	const struct target *to = l->to;
	const char *host = to->path.host, *slash = strrchr(host, '/');
	int n = slash ? (int)(slash + 1 - host) : 0, dirfd = to->path.dirfd;
	int ret, err;
	char spare[sizeof to->path.host + 32], self[32];
	struct stat own, there;

	if (fstat(l->f->fd, &own) < 0)
		return -1;
	file_proc_path(l->f, self, sizeof self);
	snprintf(spare, sizeof spare, "%.*s.rf-link-%jx", n, host,
		 (uintmax_t)own.st_ino);
	for (int tries = 0;; tries++) {
		ret = linkat(AT_FDCWD, self, dirfd, spare, AT_SYMLINK_FOLLOW);
		if (ret < 0 && errno == EEXIST && tries < TRIES &&
		    !fstatat(dirfd, spare, &there, AT_SYMLINK_NOFOLLOW) &&
		    is_same_file(&own, &there)) {
			unlinkat(dirfd, spare, 0);
			continue;
		}
		if (ret < 0)
			return -1;
		ret = renameat(dirfd, spare, dirfd, host);
		/* Another who links it took that for a dead one's. */
		if (!ret || errno != ENOENT || tries >= TRIES)
			break;
	}
	err = errno;
	unlinkat(dirfd, spare, 0); /* if host was that file already */
	errno = err;
	return ret;
}

static NTSTATUS link_file(struct file_set *s, bool ex)
{
	const struct file_rename *r = &s->rename;
	struct file *f = s->f;
	struct target *to;
	uint16_t *name;
	char self[32];
	NTSTATUS status;
	int err;

	if (f->kind == FILE_KIND_DIR)
		return STATUS_FILE_IS_A_DIRECTORY;
	if (!f->drive || f->from_lower)
		return STATUS_NOT_SUPPORTED;
	status = read_request(s, ex, &name);
	if (status)
		return status;
	to = malloc(sizeof *to);
	status = to ? find_target(s->t, f, r, name, to) : STATUS_NO_MEMORY;
	if (!status)
		status = may_add(s, to);
	if (status)
		goto out;
	if (to->exists) {
		status = r->flags & REPLACE ? may_replace(to, r->flags, false)
					    : STATUS_OBJECT_NAME_COLLISION;
		if (status)
			goto out;
	}
	file_proc_path(f, self, sizeof self);
	err = to->exists ? inode_apart(link_over, &(struct link_over){ f, to })
			 : linkat(AT_FDCWD, self, to->path.dirfd, to->path.host,
				  AT_SYMLINK_FOLLOW);
	if (err < 0 && errno == ENOENT && to->path.drive == 'C' &&
	    !path_make_parents(&to->path))
		err = linkat(AT_FDCWD, self, to->path.dirfd, to->path.host,
			     AT_SYMLINK_FOLLOW);
	if (err < 0) {
		status = status_from_errno(errno);
	} else {
		char *now;

		if (to->exists)
			spell_anew(to, name, r->len / 2);
		now = absolute(to);
		meta_moved(f, now);
		free(now);
	}
out:
	if (to)
		target_free(to);
	free(to);
	free(name);
	return status;
}

NTSTATUS file_set_link(struct file_set *s)
{
	return link_file(s, false);
}

NTSTATUS file_set_link_ex(struct file_set *s)
{
	return link_file(s, true);
}
