/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - NtCreateFile and the file object itself.
 *
 * An open is one openat(2) and one statx(2): the name as it is spelled, then
 * what it turned out to be.  Handles that ask for no data are O_PATH, which
 * needs no permission on the file and never waits (FIFOs, devices), just like
 * FILE_READ_ATTRIBUTES.
 */
#include "syscall-xlate/nt/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/calls.h"

/* What only a handle that may read, or may change, can ask of the data. */
enum {
	READ_BITS = FILE_READ_DATA | FILE_EXECUTE,
	WRITE_BITS = FILE_WRITE_DATA | FILE_APPEND_DATA,
	CHANGE_BITS = WRITE_BITS | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES |
		      ACCESS_DELETE | 0x40000 | 0x80000,
};

/* ---- the type --------------------------------------------------------------
 */

static bool file_signaled(struct object *o, struct task *t)
{
	struct file *f = (struct file *)o;

	(void)t;
	return f->ops->signaled ? f->ops->signaled(f) : o->state != 0;
}

static void file_close(struct task *t, struct object *o, uint64_t handle,
		       bool last)
{
	struct file *f = (struct file *)o;

	(void)handle;
	if (!last)
		return;
	lock_release_all(f);
	irp_cancel(f, NULL, 0);
	if (f->ops->close)
		f->ops->close(t, f);
	share_leave(f);
}

static void file_destroy(struct object *o)
{
	struct file *f = (struct file *)o;

	if (f->ops->destroy)
		f->ops->destroy(f);
	dir_scan_free(f->scan);
	share_leave(f); /* a handle that never came to be */
	if (f->fd > 2)
		close(f->fd);
	object_put(f->port);
	free(f->path);
}

static NTSTATUS file_query_name(struct object *o, uint16_t **name, size_t *len)
{
	return file_device_name((struct file *)o, name, len);
}

const struct object_type file_type = {
	.name = "File",
	.size = sizeof(struct file),
	.generic = { 0x120089, 0x120116, 0x1200a0, FILE_ALL_ACCESS },
	.valid_access = FILE_ALL_ACCESS,
	.waitable = true,
	.signaled = file_signaled,
	.close = file_close,
	.destroy = file_destroy,
	.close_at_exit = true,
	.query_name = file_query_name,
	.pass = file_pass,
	.receive = file_receive,
};

struct file *file_new(enum file_kind kind, const struct file_ops *ops, int fd,
		      uint32_t access, uint32_t share, uint32_t options)
{
	struct file *f = object_new(&file_type);

	if (!f)
		return NULL;
	f->kind = (uint8_t)kind;
	f->ops = ops;
	f->fd = fd;
	f->access = access;
	f->share = share;
	f->options = options;
	f->synchronous = options & (FILE_SYNCHRONOUS_IO_ALERT |
				    FILE_SYNCHRONOUS_IO_NONALERT);
	f->alertable = options & FILE_SYNCHRONOUS_IO_ALERT;
	f->append = (access & WRITE_BITS) == FILE_APPEND_DATA;
	f->position = POSITION_HOST;
	f->object.state = 1;
	return f;
}

/* ---- names
 * -------------------------------------------------------------------- */

char *file_host_path(struct file *f)
{
	char self[32], path[HOST_PATH_MAX];
	ssize_t n;

	if (f->fd < 0)
		return NULL;
	/* C: may stand for a built-in file: keep the name it goes by. */
	if (f->drive == 'C' && f->path)
		return strdup(f->path);
	file_proc_path(f, self, sizeof self);
	n = readlink(self, path, sizeof path - 1);
	if (n > 0 && *path == '/') {
		static const char deleted[] = " (deleted)";
		size_t tail = sizeof deleted - 1;

		path[n] = 0;
		if ((size_t)n <= tail || strcmp(path + n - tail, deleted))
			return strdup(path);
	}
	return f->path ? strdup(f->path) : NULL;
}

uint16_t *file_object_nt_path(struct object *o)
{
	char *host = file_host_path((struct file *)o);
	uint16_t *name = host ? path_to_nt(host, NULL) : NULL;

	free(host);
	return name;
}

int file_object_fd(struct object *o)
{
	struct file *f = (struct file *)o;

	return f->kind == FILE_KIND_DISK && !f->path_only ? f->fd : -1;
}

/* ---- parsing what to open
 * -------------------------------------------------------- */

NTSTATUS file_parse(struct task *t, const struct nt_oa *oa, struct nt_path *p,
		    struct file **root)
{
	static const uint16_t none[1];
	const uint16_t *name = oa->name ? oa->name : none;
	struct nt_path_root at;
	struct file *f;
	NTSTATUS status;

	*root = NULL;
	if (!oa->root)
		return path_parse(name, oa->name_len, NULL, p);
	status = handle_get(t, oa->root, &file_type, 0, &f);
	if (status)
		return status;
	at = (struct nt_path_root){
		.fd = f->fd,
		.drive = f->kind == FILE_KIND_DIR ? f->drive : 0,
		.host = f->path,
		.dir = f->dir,
		.kind = f->kind == FILE_KIND_DEVICE ||
					f->kind == FILE_KIND_CONSOLE
				? PATH_DEVICE
				: PATH_DISK,
		.device = f->device,
	};
	if (!oa->name_len && f->kind == FILE_KIND_PIPE) {
		/* The other end of an anonymous pipe. */
		memset(p, 0, offsetof(struct nt_path, host));
		p->kind = PATH_PIPE;
		status = STATUS_SUCCESS;
	} else if (!at.drive && f->kind != FILE_KIND_DEVICE &&
		   f->kind != FILE_KIND_CONSOLE) {
		/* A file opens again by an empty name. */
		if (!oa->name_len && f->path && f->drive) {
			size_t len;
			uint16_t *own = path_to_nt(f->path, &len);

			status = own ? path_parse(own, len, NULL, p)
				     : STATUS_NO_MEMORY;
			free(own);
		} else {
			status = oa->name_len ? STATUS_OBJECT_PATH_NOT_FOUND
					      : STATUS_INVALID_PARAMETER;
		}
	} else {
		status = path_parse(name, oa->name_len, &at, p);
	}
	if (status)
		object_put(&f->object);
	else
		*root = f;
	return status;
}

/* ---- opening on disk
 * ----------------------------------------------------------------- */

struct open {
	struct nt_path *p;
	struct file *root;
	uint32_t access, share, options, disposition, attributes;
	uint32_t information;
	/* What came of it. */
	int fd;
	bool path_only;
	struct statx st;
};

/* More files than the soft limit: programs expect millions. */
static bool raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= l.rlim_max)
		return false;
	l.rlim_cur = l.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

static NTSTATUS status_from_open(int err)
{
	switch (err) {
	case ENOENT:
		return STATUS_OBJECT_NAME_NOT_FOUND;
	case ENOTDIR:
		return STATUS_OBJECT_PATH_NOT_FOUND;
	case ENXIO: /* a FIFO nobody reads, a socket */
		return STATUS_ACCESS_DENIED;
	default:
		return status_from_errno(err);
	}
}

static int open_flags(const struct open *o)
{
	int flags;

	if (o->options & FILE_OPEN_REPARSE_POINT)
		flags = O_NOFOLLOW;
	else
		flags = 0;
	if (o->options & FILE_DIRECTORY_FILE)
		return flags | O_RDONLY | O_DIRECTORY;
	if (o->access & WRITE_BITS) {
		flags |= o->access & READ_BITS ? O_RDWR : O_WRONLY;
		if (!(o->access & FILE_WRITE_DATA))
			flags |= O_APPEND;
		if (o->options & FILE_WRITE_THROUGH)
			flags |= O_DSYNC;
		return flags;
	}
	if (o->access & READ_BITS)
		return flags | O_RDONLY;
	return flags | O_PATH;
}

static int try_open(struct open *o, int flags)
{
	int fd = path_open(o->p, flags);

	if (fd == -EMFILE && raise_limit())
		fd = path_open(o->p, flags);
	return fd;
}

/* Opens what exists.  0 or -errno as path_open(). */
static int open_existing(struct open *o)
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

/* A new file or directory at o->p->host, which does not exist. */
static int create_new(struct open *o)
{
	int dirfd = o->p->dirfd;
	const char *host = o->p->host;
	mode_t mode = 0666;

	if (o->options & FILE_DIRECTORY_FILE) {
		if (mkdirat(dirfd, host, 0777) < 0)
			return -errno;
		o->path_only = false;
		o->fd = openat(dirfd, host,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	} else {
		int flags = open_flags(o) & ~O_PATH;

		if (o->attributes & FILE_ATTRIBUTE_READONLY)
			mode = 0444;
		/* A new file's owner may do what is not in the mode. */
		if ((flags & O_ACCMODE) == O_RDONLY && !(o->access & READ_BITS))
			o->path_only = false;
		o->path_only = false;
		o->fd = openat(dirfd, host,
			       flags | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
			       mode);
		if (o->fd < 0 && errno == EMFILE && raise_limit())
			o->fd = openat(dirfd, host,
				       flags | O_CREAT | O_EXCL | O_CLOEXEC,
				       mode);
	}
	if (o->fd < 0)
		return -errno;
	if (o->attributes &
	    ~(FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_ARCHIVE |
	      FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_DIRECTORY))
		meta_init_attributes(o->fd, dirfd == AT_FDCWD ? host : NULL,
				     o->attributes,
				     o->options & FILE_DIRECTORY_FILE);
	o->information = FILE_CREATED;
	return 0;
}

/*
 * The name does not exist: under no spelling, unless somebody makes it right
 * now (then -EEXIST, and the caller begins anew).
 */
static int create_missing(struct open *o)
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

static int open_or_create(struct open *o)
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
		if (o->p->stream)
			return -EINVAL;
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
static NTSTATUS check_found(const struct open *o, enum file_kind kind)
{
	bool directory = kind == FILE_KIND_DIR;

	if (kind == FILE_KIND_LINK && o->options & FILE_DIRECTORY_FILE) {
		struct stat target;

		if (fstatat(o->p->dirfd, o->p->host, &target, 0) ||
		    !S_ISDIR(target.st_mode))
			return STATUS_NOT_A_DIRECTORY;
	}
	if (directory && o->options & FILE_NON_DIRECTORY_FILE)
		return STATUS_FILE_IS_A_DIRECTORY;
	if (!directory && kind != FILE_KIND_LINK &&
	    (o->options & FILE_DIRECTORY_FILE || o->p->want_dir))
		return o->options & FILE_DIRECTORY_FILE
			       ? STATUS_NOT_A_DIRECTORY
			       : STATUS_OBJECT_NAME_INVALID;
	if (directory && o->information != FILE_CREATED &&
	    (o->disposition == FILE_OVERWRITE ||
	     o->disposition == FILE_OVERWRITE_IF ||
	     o->disposition == FILE_SUPERSEDE))
		return o->options & FILE_DIRECTORY_FILE
			       ? STATUS_INVALID_PARAMETER
			       : STATUS_FILE_IS_A_DIRECTORY;
	if (o->p->from_lower && !directory &&
	    o->access & CHANGE_BITS & ~FILE_WRITE_ATTRIBUTES)
		return STATUS_ACCESS_DENIED;
	if (o->information == FILE_CREATED)
		return STATUS_SUCCESS;
	/* The read-only attribute holds for everybody, root included. */
	if (kind == FILE_KIND_DISK && !(o->st.stx_mode & 0222)) {
		if (o->access & WRITE_BITS || o->disposition != FILE_OPEN)
			if (o->disposition != FILE_OPEN_IF ||
			    o->access & WRITE_BITS)
				return STATUS_ACCESS_DENIED;
		if (o->options & FILE_DELETE_ON_CLOSE)
			return STATUS_CANNOT_DELETE;
	}
	return STATUS_SUCCESS;
}

/* FILE_OVERWRITE and FILE_SUPERSEDE of an existing regular file. */
static NTSTATUS empty_file(struct open *o, struct file *f)
{
	enum { KEPT = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM };
	char self[32];
	struct file_meta m;
	NTSTATUS status = meta_of_file(f, &m);
	uint32_t want;

	if (status)
		return status;
	if (m.attributes & KEPT & ~o->attributes)
		return STATUS_ACCESS_DENIED;
	file_proc_path(f, self, sizeof self);
	if (o->access & WRITE_BITS && !f->path_only ? ftruncate(f->fd, 0) < 0
						    : truncate(self, 0) < 0)
		return status_from_errno(errno);
	want = (o->attributes & ~FILE_ATTRIBUTE_NORMAL) |
	       FILE_ATTRIBUTE_ARCHIVE;
	if (want != (m.attributes & ~FILE_ATTRIBUTE_NORMAL))
		meta_set_attributes(f, want, 0);
	o->information = o->disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED
							  : FILE_OVERWRITTEN;
	return STATUS_SUCCESS;
}

/* The absolute host path, for names and for opens relative to f. */
static char *full_path(const struct open *o)
{
	const struct nt_path *p = o->p;
	const char *root = o->root ? o->root->path : NULL;
	char *path;

	if (p->from_lower && p->has_lower && p->dir == NULL && *p->lower &&
	    p->drive == 'Z')
		return strdup(p->lower);
	if (p->dirfd == AT_FDCWD || !root)
		return strdup(p->host);
	path = malloc(strlen(root) + strlen(p->host) + 2);
	if (!path)
		return NULL;
	sprintf(path, "%s%s%s", root,
		*p->host && root[strlen(root) - 1] != '/' ? "/" : "", p->host);
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

/* The object for an open descriptor; takes o->fd. */
static NTSTATUS make_file(struct open *o, struct file **ret)
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
	status = check_found(o, kind);
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
	f->mode = st->stx_mode;
	f->path = full_path(o);
	if (kind == FILE_KIND_DISK || kind == FILE_KIND_LINK ||
	    (kind == FILE_KIND_DIR && !f->dir)) {
		status = share_enter(f, st, false);
		if (status)
			goto fail;
	}
	if (o->options & FILE_DELETE_ON_CLOSE) {
		if (f->dir || f->from_lower) {
			status = STATUS_CANNOT_DELETE;
			goto fail;
		}
		f->delete_on_close = true;
	}
	if (kind == FILE_KIND_DISK && o->information != FILE_CREATED &&
	    o->disposition != FILE_OPEN && o->disposition != FILE_OPEN_IF) {
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

static NTSTATUS open_disk(struct open *o, struct file **f)
{
	int err;

	if (o->p->stream && o->disposition == FILE_OPEN)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	o->information = FILE_OPENED;
	err = open_or_create(o);
	if (!err)
		return make_file(o, f);
	/* O_DIRECTORY on a file: the way there was fine. */
	if (err == -ENOTDIR && o->options & FILE_DIRECTORY_FILE &&
	    path_find(o->p) == 0)
		return STATUS_NOT_A_DIRECTORY;
	if (err == -EEXIST && o->options & FILE_DIRECTORY_FILE &&
	    o->disposition == FILE_CREATE)
		return STATUS_OBJECT_NAME_COLLISION;
	if (err == -EINVAL && o->p->stream)
		return STATUS_OBJECT_NAME_INVALID;
	if (err == -EACCES && o->disposition == FILE_OPEN &&
	    o->options & FILE_NON_DIRECTORY_FILE) {
		struct statx st;

		if (!path_statx(o->p, 0, STATX_TYPE, &st) &&
		    S_ISDIR(st.stx_mode))
			return STATUS_FILE_IS_A_DIRECTORY;
	}
	return status_from_open(-err);
}

/* ---- NtCreateFile
 * ----------------------------------------------------------------------- */

static NTSTATUS check_arguments(const struct open *o)
{
	enum {
		SYNC = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT
	};

	if (o->disposition > FILE_OVERWRITE_IF || o->share & ~7u ||
	    o->options & 0xff000000)
		return STATUS_INVALID_PARAMETER;
	if ((o->options & SYNC) == SYNC ||
	    (o->options & SYNC && !(o->access & ACCESS_SYNCHRONIZE)))
		return STATUS_INVALID_PARAMETER;
	if (o->options & FILE_DIRECTORY_FILE &&
	    (o->options & FILE_NON_DIRECTORY_FILE ||
	     (o->disposition != FILE_OPEN && o->disposition != FILE_CREATE &&
	      o->disposition != FILE_OPEN_IF)))
		return STATUS_INVALID_PARAMETER;
	if (o->options & FILE_DELETE_ON_CLOSE && !(o->access & ACCESS_DELETE))
		return STATUS_INVALID_PARAMETER;
	if (o->options & FILE_NO_INTERMEDIATE_BUFFERING &&
	    o->access & FILE_APPEND_DATA && !(o->access & FILE_WRITE_DATA))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static NTSTATUS open_kind(struct task *t, struct open *o, struct file **f,
			  gaddr ea, uint32_t ea_len)
{
	switch (o->p->kind) {
	case PATH_DISK:
		if (o->options & FILE_OPEN_BY_FILE_ID)
			return STATUS_NOT_SUPPORTED;
		return open_disk(o, f);
	case PATH_PIPE:
		o->information = FILE_OPENED;
		return pipe_connect(t, o->p, o->root, o->access, o->share,
				    o->options, f);
	case PATH_MAILSLOT:
		return STATUS_OBJECT_NAME_NOT_FOUND;
	case PATH_DEVICE:
		o->information = FILE_OPENED;
		return device_open(t, o->p, o->access, o->share, o->options, ea,
				   ea_len, f);
	}
	return STATUS_OBJECT_TYPE_MISMATCH;
}

NTSTATUS nt_create_file(struct task *t, gaddr file, uint32_t access, gaddr attr,
			gaddr iosb, gaddr alloc_size, uint32_t file_attr,
			uint32_t share, uint32_t disposition, uint32_t options,
			gaddr ea, uint32_t ea_len)
{
	struct nt_path p;
	struct open o = {
		.p = &p,
		.access = access_map(&file_type, access),
		.share = share,
		.options = options,
		.disposition = disposition,
		.attributes = file_attr & 0x7ffff,
	};
	struct file *f = NULL;
	struct nt_oa oa;
	NTSTATUS status;

	(void)alloc_size; /* a hint; delayed allocation makes it moot */
	/* These two need no asking. */
	o.access |= options & FILE_DELETE_ON_CLOSE ? 0 : 0;
	status = check_arguments(&o);
	if (status)
		return status;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = file_parse(t, &oa, &p, &o.root);
	if (!status)
		status = open_kind(t, &o, &f, ea, ea_len);
	if (!status) {
		if (iosb_write(t, iosb, STATUS_SUCCESS, o.information) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else
			status = handle_out(t, &f->object, o.access,
					    oa.attributes, file);
		object_put(&f->object);
	}
	if (o.root)
		object_put(&o.root->object);
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_file(struct task *t, gaddr file, uint32_t access, gaddr attr,
		      gaddr iosb, uint32_t share, uint32_t options)
{
	return nt_create_file(t, file, access, attr, iosb, 0, 0, share,
			      FILE_OPEN, options, 0, 0);
}

/* ---- opening for a moment
 * ------------------------------------------------------------------ */

static NTSTATUS stat_oa(struct task *t, gaddr attr, struct file_meta *m)
{
	struct nt_path p;
	struct nt_oa oa;
	struct statx st;
	struct file *root;
	NTSTATUS status = oa_read(t, attr, &oa);
	int err;

	if (status)
		return status;
	status = file_parse(t, &oa, &p, &root);
	oa_free(&oa);
	if (status)
		return status;
	if (p.kind == PATH_DEVICE && p.device == DEVICE_NULL) {
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	} else if (p.kind != PATH_DISK) {
		status = STATUS_INVALID_DEVICE_REQUEST;
	} else if (p.stream) {
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	} else {
		const char *at;

		err = path_statx(&p, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH,
				 META_MASK, &st);
		if (err < 0) {
			status = status_from_open(-err);
		} else {
			at = p.from_lower && p.has_lower ? p.lower : p.host;
			meta_from_statx(m, &st, p.dirfd, at, p.dir);
			/* "file\" names nothing, unless it is a directory. */
			if (p.want_dir && !m->directory)
				status = STATUS_OBJECT_NAME_INVALID;
		}
	}
	if (root)
		object_put(&root->object);
	return status;
}

NTSTATUS nt_query_attributes_file(struct task *t, gaddr attr, gaddr info)
{
	struct file_meta m;
	struct file_basic b = { 0 };
	NTSTATUS status = stat_oa(t, attr, &m);

	if (status)
		return status;
	b.times = m.times;
	b.attributes = m.attributes;
	return guest_write(t, info, &b, sizeof b) < 0 ? STATUS_ACCESS_VIOLATION
						      : STATUS_SUCCESS;
}

NTSTATUS nt_query_full_attributes_file(struct task *t, gaddr attr, gaddr info)
{
	struct file_meta m;
	struct file_network_open n = { 0 };
	NTSTATUS status = stat_oa(t, attr, &m);

	if (status)
		return status;
	n.times = m.times;
	n.allocation = m.allocation;
	n.size = m.size;
	n.attributes = m.attributes;
	return guest_write(t, info, &n, sizeof n) < 0 ? STATUS_ACCESS_VIOLATION
						      : STATUS_SUCCESS;
}

NTSTATUS nt_delete_file(struct task *t, gaddr attr)
{
	struct nt_path p;
	struct open o = {
		.p = &p,
		.access = ACCESS_DELETE,
		.share = 7,
		.options = FILE_DELETE_ON_CLOSE | FILE_OPEN_REPARSE_POINT,
		.disposition = FILE_OPEN,
	};
	struct nt_oa oa;
	struct file *f;
	NTSTATUS status = oa_read(t, attr, &oa);

	if (status)
		return status;
	status = file_parse(t, &oa, &p, &o.root);
	if (!status) {
		status = p.kind == PATH_DISK ? open_disk(&o, &f)
					     : STATUS_INVALID_DEVICE_REQUEST;
		if (!status)
			object_put(&f->object); /* deletes */
		if (o.root)
			object_put(&o.root->object);
	}
	oa_free(&oa);
	return status;
}

NTSTATUS file_open_path(struct task *t, const struct nt_oa *oa, uint32_t access,
			uint32_t share, uint32_t options, struct file **f)
{
	struct nt_path p;
	struct open o = {
		.p = &p,
		.access = access,
		.share = share,
		.options = options,
		.disposition = FILE_OPEN,
	};
	NTSTATUS status = file_parse(t, oa, &p, &o.root);

	if (status)
		return status;
	status = p.kind == PATH_DISK ? open_disk(&o, f)
				     : STATUS_INVALID_DEVICE_REQUEST;
	if (o.root)
		object_put(&o.root->object);
	return status;
}
