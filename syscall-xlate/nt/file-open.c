/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-open.c - opening and making files on disk.
 *
 * An open is one openat(2) and one fstat(2): the name as it is spelled, then
 * what it turned out to be.  Handles that ask for no data are O_PATH, which
 * needs no permission on the file and never waits (FIFOs, devices), just like
 * FILE_READ_ATTRIBUTES.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-case.h"
#include "syscall-xlate/nt/file-current.h"
#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/reparse-link.h"
#include "syscall-xlate/nt/reparse-tag.h"

/* More files than the soft limit: programs expect millions. */
bool file_raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= l.rlim_max)
		return false;
	l.rlim_cur = l.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

NTSTATUS file_open_status(int err)
{
	switch (err) {
	case ENOENT:
		return STATUS_OBJECT_NAME_NOT_FOUND;
	case ENOTDIR:
		return STATUS_OBJECT_PATH_NOT_FOUND;
	case EREMOTE: /* a folder with a tag that nobody handles */
		return STATUS_IO_REPARSE_TAG_NOT_HANDLED;
	case ENOTRECOVERABLE: /* read-only, and to be deleted */
		return STATUS_CANNOT_DELETE;
	case ENXIO: /* a FIFO nobody reads, a socket */
		return STATUS_ACCESS_DENIED;
	case EINTR: /* cancelled, or the thread ends */
		return STATUS_CANCELLED;
	default:
		return status_from_errno(err);
	}
}

static int open_flags(const struct file_open *o)
{
	int flags;

	if (o->options & FILE_OPEN_REPARSE_POINT)
		flags = O_NOFOLLOW;
	else
		flags = 0;
	/* What is only mapped may stay so. */
	if (o->loads)
		flags |= O_NONBLOCK;
	if (o->options & FILE_DIRECTORY_FILE)
		return flags | O_RDONLY | O_DIRECTORY;
	if (o->access & FILE_WRITE_BITS) {
		flags |= o->access & FILE_READ_BITS ? O_RDWR : O_WRONLY;
		if (!(o->access & FILE_WRITE_DATA))
			flags |= O_APPEND;
		if (o->options & FILE_WRITE_THROUGH)
			flags |= O_DSYNC;
		return flags;
	}
	if (o->access & FILE_READ_BITS)
		return flags | O_RDONLY;
	return flags | O_PATH;
}

/* An open may wait: for the end of an oplock, for the other end of a FIFO. */
bool file_open_goes_on(struct task *t)
{
	return !t || !(t->pending & TASK_TERMINATE ||
		       sync_cancelled(nt_thread(t)));
}

/* Not to wait for an oplock's end, but to have the handle before. */
static bool may_be_late(const struct file_open *o)
{
	return o->options & FILE_COMPLETE_IF_OPLOCKED &&
	       (o->disposition == FILE_OPEN || o->disposition == FILE_OPEN_IF);
}

static int open_more(struct file_open *o, int flags)
{
	int fd = path_open(o->p, flags);

	if (fd == -EMFILE && file_raise_limit())
		fd = path_open(o->p, flags);
	return fd;
}

static int open_maybe_late(struct file_open *o, int flags)
{
	int fd = open_more(o, flags | O_NONBLOCK);

	if (fd >= 0) {
		fcntl(fd, F_SETFL, flags & (O_APPEND | O_DSYNC));
	} else if (fd == -EAGAIN) {
		fd = open_more(o, (flags & O_NOFOLLOW) | O_PATH);
		o->path_only = true;
		if (fd >= 0)
			o->late = LATE_OPEN | (uint32_t)(flags & ~O_NOFOLLOW);
	}
	return fd;
}

static int try_open(struct file_open *o, int flags)
{
	int fd;

	if (may_be_late(o) && !(flags & (O_PATH | O_DIRECTORY)))
		return open_maybe_late(o, flags);
	fd = open_more(o, flags);
	/* Somebody has an oplock: his answer is waited for. */
	if (fd == -EAGAIN && o->loads)
		fd = path_open(o->p, flags &= ~O_NONBLOCK);
	while (fd == -EINTR && file_open_goes_on(o->t))
		fd = path_open(o->p, flags);
	return fd;
}

static int open_as_asked(struct file_open *o)
{
	int flags = open_flags(o);

	o->path_only = flags & O_PATH;
	o->fd = try_open(o, flags);
	if (o->fd == -EISDIR) { /* asked to write: adding entries is meant */
		flags = (flags & O_NOFOLLOW) | O_RDONLY | O_DIRECTORY;
		o->fd = try_open(o, flags);
	}
	if (o->fd == -ELOOP && flags & O_NOFOLLOW) { /* the link itself */
		flags = O_PATH | O_NOFOLLOW;
		o->path_only = true;
		o->fd = try_open(o, flags);
	}
	if (o->fd == -ENOTDIR && o->options & FILE_DIRECTORY_FILE &&
	    o->options & FILE_OPEN_REPARSE_POINT) {
		/* O_DIRECTORY|O_NOFOLLOW says so of a link to a directory. */
		o->path_only = true;
		o->fd = try_open(o, O_PATH | O_NOFOLLOW);
	}
	if (o->fd == -EACCES && flags & O_DIRECTORY) {
		/* It may be passed through though not listed. */
		o->path_only = true;
		o->fd = try_open(o, O_PATH | O_DIRECTORY);
	}
	return o->fd < 0 ? o->fd : 0;
}

bool file_open_without(struct file_open *o, uint32_t bits)
{
	if (!o->maximum || o->named & bits || !(o->access & bits))
		return false;
	o->access &= ~bits;
	return true;
}

/* Opens what exists.  0 or -errno as path_open(). */
static int open_existing(struct file_open *o)
{
	int err;

	do
		err = open_as_asked(o);
	while ((err == -EACCES || err == -EPERM || err == -EROFS) &&
	       (file_open_without(o, FILE_WRITE_BITS) ||
		file_open_without(o, FILE_READ_BITS)));
	return err;
}

/* A new file or directory at o->p->host, which does not exist. */
static int create_new(struct file_open *o)
{
	int dirfd = o->p->dirfd;
	const char *host = o->p->host;
	mode_t mode = 0666;

	if (reparse_stops_new(o))
		return -EREMOTE;
	if (o->options & FILE_DIRECTORY_FILE &&
	    o->attributes & FILE_ATTRIBUTE_TEMPORARY)
		return -EINVAL;
	if (o->options & FILE_DELETE_ON_CLOSE &&
	    o->attributes & FILE_ATTRIBUTE_READONLY)
		return -ENOTRECOVERABLE;
	if (file_security_counts(o->t, o->p->folder) && o->t &&
	    file_security_check_new(o))
		return -EACCES;
	if (o->options & FILE_DIRECTORY_FILE) {
		if (mkdirat(dirfd, host, 0777 & ~o->deny) < 0)
			return -errno;
		o->path_only = false;
		o->fd = openat(dirfd, host,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (o->fd >= 0 && o->p->folder & FOLDER_EXACT)
			file_case_set(o->fd, true);
	} else {
		int flags = open_flags(o) & ~O_PATH;

		if (o->attributes & FILE_ATTRIBUTE_READONLY)
			mode = 0444;
		mode &= ~o->deny;
		/* A new file's owner may do what is not in the mode. */
		o->path_only = false;
		o->fd = openat(dirfd, host,
			       flags | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
			       mode);
		if (o->fd < 0 && errno == EMFILE && file_raise_limit())
			o->fd = openat(dirfd, host,
				       flags | O_CREAT | O_EXCL | O_CLOEXEC,
				       mode);
	}
	if (o->fd < 0)
		return -errno;
	if (o->attributes &
	    ~(FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_ARCHIVE |
	      (o->options & FILE_DIRECTORY_FILE ? 0 : FILE_ATTRIBUTE_READONLY) |
	      FILE_ATTRIBUTE_DIRECTORY))
		meta_init_attributes(o->fd, dirfd, host, o->attributes,
				     o->options & FILE_DIRECTORY_FILE);
	o->information = FILE_CREATED;
	return 0;
}

/*
 * The name does not exist: under no spelling, unless somebody makes it right
 * now (then -EEXIST, and the caller begins anew).
 */
static int create_missing(struct file_open *o)
{
	int err = create_new(o);

	if (err == -ENOENT && o->p->drive == 'C') {
		err = path_make_parents(o->p);
		if (!err)
			err = create_new(o);
	}
	return err == -ENOENT ? -ENOTDIR : err;
}

static bool may_create(uint32_t disposition)
{
	return disposition != FILE_OPEN && disposition != FILE_OVERWRITE;
}

static int open_or_create(struct file_open *o)
{
	int err = -EEXIST;

	for (int tries = 0; err == -EEXIST && tries < 8; tries++) {
		if (o->disposition == FILE_CREATE) {
			err = path_find(o->p);
			if (!err)
				return -EEXIST;
		} else {
			err = open_existing(o);
			if (!err)
				return 0;
		}
		if (err != -ENOENT || !may_create(o->disposition))
			return err;
		if (o->p->want_dir && !(o->options & FILE_DIRECTORY_FILE))
			return -ENOENT;
		err = create_missing(o);
		if (err == -EEXIST && o->disposition == FILE_CREATE) {
			struct stat st;

			/* A dangling link, or a racing maker. */
			if (!fstatat(o->p->dirfd, o->p->host, &st,
				     AT_SYMLINK_NOFOLLOW))
				return -EEXIST;
		}
	}
	return err;
}

static enum file_kind kind_of(const struct statx *st)
{
	switch (st->stx_mode & S_IFMT) {
	case S_IFREG:
		return FILE_KIND_DISK;
	case S_IFDIR:
		return FILE_KIND_DIR;
	case S_IFLNK:
		return FILE_KIND_LINK;
	case S_IFIFO:
		return FILE_KIND_PIPE;
	case S_IFCHR:
		if (st->stx_rdev_major == 1 && st->stx_rdev_minor == 3)
			return FILE_KIND_NULL;
		return FILE_KIND_CHAR;
	default:
		return FILE_KIND_CHAR;
	}
}

static const struct file_ops *ops_of(enum file_kind kind, bool path_only)
{
	switch (kind) {
	case FILE_KIND_DISK:
		return path_only ? &plain_ops : &disk_ops;
	case FILE_KIND_DIR:
		return &dir_ops;
	case FILE_KIND_NULL:
		return &null_ops;
	case FILE_KIND_LINK:
		return &plain_ops;
	default:
		return path_only ? &plain_ops : &stream_ops;
	}
}

/* What of the program's wishes the thing found cannot fulfil. */
static NTSTATUS check_found(struct file_open *o, enum file_kind kind)
{
	bool directory = kind == FILE_KIND_DIR;

	if (kind == FILE_KIND_LINK &&
	    link_tag(o->fd, "") == REPARSE_TAG_MOUNT_POINT) {
		if (o->options & FILE_NON_DIRECTORY_FILE)
			return STATUS_FILE_IS_A_DIRECTORY;
	} else if (kind == FILE_KIND_LINK && o->options & FILE_DIRECTORY_FILE) {
		struct stat target;

		if (fstatat(o->p->dirfd, o->p->host, &target, 0) ||
		    !S_ISDIR(target.st_mode))
			return STATUS_NOT_A_DIRECTORY;
	}
	if (directory && o->options & FILE_NON_DIRECTORY_FILE)
		return STATUS_FILE_IS_A_DIRECTORY;
	if (o->loads && kind != FILE_KIND_DISK)
		return STATUS_INVALID_FILE_FOR_SECTION;
	if (!directory && kind != FILE_KIND_LINK &&
	    (o->options & FILE_DIRECTORY_FILE || o->p->want_dir))
		return o->options & FILE_DIRECTORY_FILE
			       ? STATUS_NOT_A_DIRECTORY
			       : STATUS_OBJECT_NAME_INVALID;
	if (directory && o->information != FILE_CREATED &&
	    (o->disposition == FILE_OVERWRITE ||
	     o->disposition == FILE_OVERWRITE_IF ||
	     o->disposition == FILE_SUPERSEDE))
		return o->options & FILE_DIRECTORY_FILE ? STATUS_INVALID_PARAMETER
		       : path_is_root(o->p)		? STATUS_ACCESS_DENIED
							: STATUS_OBJECT_NAME_COLLISION;
	if (o->p->from_lower && !directory &&
	    o->access & FILE_CHANGE_BITS & ~FILE_WRITE_ATTRIBUTES &&
	    !file_open_without(o, FILE_CHANGE_BITS))
		return STATUS_ACCESS_DENIED;
	if (o->information == FILE_CREATED)
		return STATUS_SUCCESS;
	/* The read-only attribute holds for everybody, root included. */
	if (kind == FILE_KIND_DISK && !(o->st.stx_mode & 0222)) {
		file_open_without(o, FILE_WRITE_BITS);
		if (o->access & FILE_WRITE_BITS || o->disposition != FILE_OPEN)
			if (o->disposition != FILE_OPEN_IF ||
			    o->access & FILE_WRITE_BITS)
				return STATUS_ACCESS_DENIED;
		if (o->options & FILE_DELETE_ON_CLOSE)
			return STATUS_CANNOT_DELETE;
	}
	return STATUS_SUCCESS;
}

static bool overwrites(const struct file_open *o)
{
	return o->information != FILE_CREATED && o->disposition != FILE_OPEN &&
	       o->disposition != FILE_OPEN_IF;
}

/* A running program is not written to. */
static NTSTATUS may_write(const struct file_open *o)
{
	if (o->information == FILE_CREATED || o->path_only ||
	    !(o->access & FILE_WRITE_DATA || overwrites(o)))
		return STATUS_SUCCESS;
	return program_is_held(o->fd) ? STATUS_SHARING_VIOLATION
				      : STATUS_SUCCESS;
}

/* Overwriting is writing, whatever access was asked for. */
static NTSTATUS may_overwrite(const struct file_open *o, const struct statx *st)
{
	struct file probe = { .access = o->access | FILE_WRITE_DATA,
			      .share = o->share };
	NTSTATUS status;

	if (o->disposition == FILE_SUPERSEDE)
		probe.access |= ACCESS_DELETE;
	if (probe.access == o->access)
		return STATUS_SUCCESS;
	status = share_enter(&probe, st, false);
	if (!status)
		share_forget(&probe);
	return status;
}

/* FILE_OVERWRITE and FILE_SUPERSEDE of an existing regular file. */
static NTSTATUS empty_file(struct file_open *o, struct file *f)
{
	enum { KEPT = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM };
	char self[32];
	struct file_meta m;
	NTSTATUS status = file_mapped_cut(f, 0);
	uint32_t want;

	if (!status)
		status = meta_of_file(f, &m);
	if (status)
		return status;
	if (m.attributes & KEPT & ~o->attributes)
		return STATUS_ACCESS_DENIED;
	file_proc_path(f, self, sizeof self);
	if (o->access & FILE_WRITE_BITS && !f->path_only
		    ? ftruncate(f->fd, 0) < 0
		    : truncate(self, 0) < 0)
		return status_from_errno(errno);
	xattr_clear(f);
	want = (o->attributes & ~FILE_ATTRIBUTE_NORMAL) |
	       FILE_ATTRIBUTE_ARCHIVE;
	if (want != (m.attributes & ~FILE_ATTRIBUTE_NORMAL))
		meta_set_attributes(f, want, 0);
	o->information = o->disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED
							  : FILE_OVERWRITTEN;
	return STATUS_SUCCESS;
}

/* The absolute host path, for names and for opens relative to f. */
static char *full_path(const struct file_open *o)
{
	const struct nt_path *p = o->p;
	const char *root = o->root ? o->root->path : NULL;
	char *path;
	size_t n;

	if (p->from_lower && p->has_lower && p->dir == NULL && *p->lower &&
	    p->drive == 'Z')
		return strdup(p->lower);
	if (p->dirfd == AT_FDCWD || !root)
		return strdup(p->host);
	n = strlen(root);
	path = malloc(n + p->len + 2);
	if (!path)
		return NULL;
	memcpy(path, root, n);
	if (p->len && path[n - 1] != '/')
		path[n++] = '/';
	memcpy(path + n, p->host, p->len + 1);
	return path;
}

/* Type and number of what fd is; fstat(2) costs half of a statx(2). */
static int identify(int fd, struct statx *stx)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	stx->stx_mode = (uint16_t)st.st_mode;
	stx->stx_ino = st.st_ino;
	stx->stx_dev_major = major(st.st_dev);
	stx->stx_dev_minor = minor(st.st_dev);
	stx->stx_rdev_major = major(st.st_rdev);
	stx->stx_rdev_minor = minor(st.st_rdev);
	return 0;
}

static NTSTATUS check_security(struct file_open *o)
{
	if (o->information != FILE_CREATED)
		return file_security_counts(o->t, o->st.stx_mode)
			       ? file_security_check(o)
			       : STATUS_SUCCESS;
	return o->given || file_security_marked(o->p->folder)
		       ? file_security_new(o)
		       : STATUS_SUCCESS;
}

/* Who only keeps a handle to a folder is asked to get out of the way. */
static NTSTATUS enter(struct file_open *o, struct file *f)
{
	NTSTATUS status = share_enter(f, &o->st, false);

	if (status != STATUS_SHARING_VIOLATION || f->kind != FILE_KIND_DIR)
		return status;
	/* And once more: who is gone now was in the way before. */
	while (oplock_folder_opened(o->t, f, &o->st, may_be_late(o), &status) &&
	       (status = share_enter(f, &o->st, false)) ==
		       STATUS_SHARING_VIOLATION)
		;
	return status == STATUS_SHARING_VIOLATION
		       ? share_enter(f, &o->st, false)
		       : status;
}

/* The object for an open descriptor; takes o->fd. */
static NTSTATUS make_file(struct file_open *o, struct file **ret)
{
	struct statx *st = &o->st;
	enum file_kind kind;
	NTSTATUS status;
	struct file *f;

	if (identify(o->fd, st) < 0) {
		status = status_from_errno(errno);
		close(o->fd);
		return status;
	}
	kind = kind_of(st);
	status = file_policy_check(o);
	if (!status && o->information != FILE_CREATED && reparse_stops(o))
		status = STATUS_IO_REPARSE_TAG_NOT_HANDLED;
	if (!status)
		status = check_found(o, kind);
	if (!status && o->t)
		status = check_security(o);
	if (!status && !o->path_only && kind == FILE_KIND_CHAR &&
	    isatty(o->fd)) {
		*ret = console_file(o->fd, o->access, o->share, o->options);
		return *ret ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	if (kind == FILE_KIND_PIPE && o->path_only)
		kind = FILE_KIND_CHAR; /* a FIFO, looked at from outside */
	if (status)
		f = NULL;
	else if (kind == FILE_KIND_PIPE)
		f = pipe_from_fd(o->fd, o->access, o->options);
	else
		f = file_new(kind, ops_of(kind, o->path_only), o->fd, o->access,
			     o->share, o->options);
	if (!f) {
		close(o->fd);
		return status ? status : STATUS_NO_MEMORY;
	}
	f->drive = o->p->drive;
	f->dir = o->p->dir;
	f->from_lower = o->p->from_lower;
	f->path_only = o->path_only;
	f->exact = o->p->exact;
	f->mode = st->stx_mode;
	f->path = full_path(o);
	if (o->access & ACCESS_DELETE && o->root && f->path &&
	    o->p->dirfd == o->root->fd) {
		object_get(&o->root->object);
		f->base = o->root;
		f->base_at = (uint32_t)(strlen(f->path) - o->p->len);
	}
	/* Sockets and FIFOs are deleted as files are. */
	if (kind == FILE_KIND_DISK || kind == FILE_KIND_LINK ||
	    (kind == FILE_KIND_CHAR && o->path_only) ||
	    (kind == FILE_KIND_DIR && !f->dir)) {
		if (kind == FILE_KIND_DISK && o->path_only && !o->late &&
		    o->access & ACCESS_DELETE)
			status = oplock_wait(o->t, o->fd, st, may_be_late(o),
					     &o->late);
		if (o->late)
			oplock_late(f, o->late);
		if (!status && kind == FILE_KIND_DISK)
			status = may_write(o);
		if (!status && overwrites(o) && kind == FILE_KIND_DISK)
			status = may_overwrite(o, st);
		if (!status)
			status = current_forbids(f) ? STATUS_SHARING_VIOLATION
						    : enter(o, f);
		if (status)
			goto fail;
	}
	if (o->options & FILE_DELETE_ON_CLOSE) {
		/* Who could make it can remove it. */
		status = f->dir || f->from_lower          ? STATUS_CANNOT_DELETE
			 : o->information == FILE_CREATED ? STATUS_SUCCESS
			 : folder_is_read_only(f)	  ? STATUS_CANNOT_DELETE
							  : share_may_delete(f);
		if (!status && o->information != FILE_CREATED)
			status = file_mapped_delete(f);
		if (status)
			goto fail;
		f->delete_on_close = true;
	}
	if (kind == FILE_KIND_DISK && overwrites(o)) {
		status = empty_file(o, f);
		if (status)
			goto fail;
	}
	*ret = f;
	return STATUS_SUCCESS;
fail:
	f->delete_on_close = false;
	object_put(&f->object);
	return status;
}

static NTSTATUS open_disk(struct file_open *o, struct file **f)
{
	int err;

	o->information = FILE_OPENED;
	err = open_or_create(o);
	if (!err)
		return make_file(o, f);
	if (err == -ENXIO && o->loads) /* a socket */
		return STATUS_INVALID_FILE_FOR_SECTION;
	/* O_DIRECTORY on a file: the way there was fine. */
	if (err == -ENOTDIR && o->options & FILE_DIRECTORY_FILE &&
	    path_find(o->p) == 0)
		return STATUS_NOT_A_DIRECTORY;
	if (err == -EEXIST && o->disposition == FILE_CREATE &&
	    path_is_root(o->p) && !(o->options & FILE_NON_DIRECTORY_FILE))
		return STATUS_ACCESS_DENIED;
	/* Only a folder's name ends so. */
	if (err == -ENOENT && o->p->want_dir && may_create(o->disposition) &&
	    !(o->options & FILE_DIRECTORY_FILE))
		return STATUS_OBJECT_NAME_INVALID;
	if (err == -EACCES && o->disposition == FILE_OPEN &&
	    o->options & FILE_NON_DIRECTORY_FILE) {
		struct statx st;

		if (!path_statx(o->p, 0, STATX_TYPE, &st) &&
		    S_ISDIR(st.stx_mode))
			return STATUS_FILE_IS_A_DIRECTORY;
	}
	return file_policy_failed(o, -err, file_open_status(-err));
}

NTSTATUS file_open_disk(struct file_open *o, struct file **f)
{
	NTSTATUS status;

	if (!o->t)
		return open_disk(o, f);
	sync_begin_on(nt_thread(o->t), NULL, o->iosb);
	status = open_disk(o, f);
	sync_end(nt_thread(o->t));
	return status;
}
