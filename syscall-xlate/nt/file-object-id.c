/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-object-id.c - object ids.
 *
 * A file's lies in the host's attribute user.run-foreign.object-id, as
 * FILE_OBJECTID_BUFFER: the id, and 48 bytes that say where the file was born.
 * The host finds no file by it, so an id that we make begins with the file's
 * number, by which it can be found (file-id.c); the rest is random.
 * Source: MS-FSA 2.1.5.10, MS-FSCC 2.3.
 */
#include "syscall-xlate/nt/file-object-id.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "base/clock.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/inode-change.h"
#include "syscall-xlate/nt/token.h"

/* FILE_OBJECTID_BUFFER. */
struct object_id {
	uint8_t id[OBJECT_ID_SIZE];
	union {
		struct {
			uint8_t birth_volume[OBJECT_ID_SIZE];
			uint8_t birth_object[OBJECT_ID_SIZE];
			uint8_t domain[OBJECT_ID_SIZE];
		};
		uint8_t extended[48];
	};
};
_Static_assert(sizeof(struct object_id) == OBJECT_ID_BUFFER, "all of it");

uint64_t object_id_hint(const uint8_t *id)
{
	uint64_t ino;

	memcpy(&ino, id, sizeof ino);
	return ino;
}

bool object_id_is_of(int dirfd, const char *path, const uint8_t *id)
{
	struct object_id is;

	return xattr_get_at(dirfd, path, XATTR_OBJECT_ID, &is, sizeof is) ==
		       sizeof is &&
	       !memcmp(is.id, id, OBJECT_ID_SIZE);
}

bool object_id_of_volume(int fd, uint8_t id[OBJECT_ID_SIZE])
{
	uint64_t half[2];
	struct statfs fs;

	_Static_assert(sizeof fs.f_fsid == sizeof half[0], "one half");
	if (fstatfs(fd, &fs) < 0)
		return false;
	memcpy(&half[0], &fs.f_fsid, sizeof half[0]);
	if (!half[0])
		return false;
	half[1] = half[0] * 0x9e3779b97f4a7c15ull;
	memcpy(id, half, sizeof half);
	return true;
}

static NTSTATUS id_status(int err)
{
	switch (err) {
	case EOPNOTSUPP:
	case ENOSYS:
		return STATUS_INVALID_DEVICE_REQUEST;
	case EROFS:
		return STATUS_MEDIA_WRITE_PROTECTED;
	default:
		return status_from_errno(err);
	}
}

/* 0, -ENODATA if there is none, or another -errno. */
static int load(const struct file *f, struct object_id *id)
{
	int n;

	if (f->dir || f->from_lower)
		return -ENODATA;
	n = xattr_get(f, XATTR_OBJECT_ID, id, sizeof *id);
	/* What is no such buffer is none. */
	return n < 0 ? n : n == sizeof *id ? 0 : -ENODATA;
}

static int store(const struct file *f, const struct object_id *id, int flags)
{
	struct stat st;
	int r;

	if (f->dir || f->from_lower)
		return -EROFS;
	r = xattr_set(f, XATTR_OBJECT_ID, id, sizeof *id, flags);
	/* Setting needs write permission, which a read-only file lacks. */
	if (r == -EACCES && !fstat(f->fd, &st) && !(st.st_mode & 0222) &&
	    !inode_chmod(f->fd, (st.st_mode & 07777) | 0200)) {
		r = xattr_set(f, XATTR_OBJECT_ID, id, sizeof *id, flags);
		inode_chmod(f->fd, st.st_mode & 07777);
	}
	return r;
}

static bool may_have_one(const struct file *f)
{
	return f->kind == FILE_KIND_DISK || f->kind == FILE_KIND_DIR ||
	       f->kind == FILE_KIND_STREAM;
}

static bool may_write(const struct file *f)
{
	return f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES);
}

static int make(const struct file *f, struct object_id *id)
{
	enum { VARIANT = 8 }; /* the byte of a GUID that says what it is */
	uint64_t ino;
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return -errno;
	ino = st.st_ino;
	memset(id, 0, sizeof *id);
	memcpy(id->id, &ino, sizeof ino);
	random_fill(id->id + sizeof ino, sizeof id->id - sizeof ino);
	id->id[VARIANT] = (uint8_t)((id->id[VARIANT] & 0x3f) | 0x80);
	memcpy(id->birth_object, id->id, sizeof id->id);
	object_id_of_volume(f->fd, id->birth_volume);
	return store(f, id, XATTR_CREATE);
}

NTSTATUS object_id_make(struct task *t, struct file *f, struct irp *r)
{
	struct object_id id;
	int err;

	if (r->out_len < sizeof id || !may_have_one(f))
		return STATUS_INVALID_PARAMETER;
	err = load(f, &id);
	if (err == -ENODATA)
		err = make(f, &id);
	if (err == -EEXIST) /* somebody else, just now */
		err = load(f, &id);
	return err ? id_status(-err) : control_out(t, r, &id, sizeof id);
}

NTSTATUS object_id_get(struct task *t, struct file *f, struct irp *r)
{
	struct object_id id;
	int err;

	if (r->out_len < sizeof id || !may_have_one(f))
		return STATUS_INVALID_PARAMETER;
	err = load(f, &id);
	return err == -ENODATA ? STATUS_OBJECTID_NOT_FOUND
	       : err           ? id_status(-err)
			       : control_out(t, r, &id, sizeof id);
}

static bool may_restore(struct task *t, const struct file *f)
{
	return f->options & FILE_OPEN_FOR_BACKUP_INTENT &&
	       token_allows(t, SE_RESTORE);
}

NTSTATUS object_id_set(struct task *t, struct file *f, struct irp *r)
{
	struct object_id id, is;
	NTSTATUS status;
	int err;

	if (r->len != sizeof id || !may_have_one(f))
		return STATUS_INVALID_PARAMETER;
	status = control_in(t, r, &id, sizeof id);
	if (status)
		return status;
	if (!may_restore(t, f))
		return STATUS_ACCESS_DENIED;
	err = load(f, &is);
	if (!err)
		return STATUS_OBJECT_NAME_COLLISION;
	if (err != -ENODATA)
		return id_status(-err);
	if (file_has_object_id(f, id.id))
		return STATUS_DUPLICATE_NAME;
	err = store(f, &id, XATTR_CREATE);
	return err == -EEXIST ? STATUS_OBJECT_NAME_COLLISION
	       : err          ? id_status(-err)
			      : STATUS_SUCCESS;
}

NTSTATUS object_id_extend(struct task *t, struct file *f, struct irp *r)
{
	struct object_id id;
	uint8_t extended[sizeof id.extended];
	NTSTATUS status;
	int err;

	if (r->len != sizeof extended || !may_have_one(f))
		return STATUS_INVALID_PARAMETER;
	status = control_in(t, r, extended, sizeof extended);
	if (status)
		return status;
	if (!may_write(f))
		return STATUS_ACCESS_DENIED;
	err = load(f, &id);
	if (err == -ENODATA)
		return STATUS_OBJECTID_NOT_FOUND;
	if (!err) {
		memcpy(id.extended, extended, sizeof extended);
		err = store(f, &id, XATTR_REPLACE);
	}
	return err ? id_status(-err) : STATUS_SUCCESS;
}

NTSTATUS object_id_delete(struct task *t, struct file *f, struct irp *r)
{
	struct object_id id;
	int err;

	(void)t, (void)r;
	if (!may_have_one(f))
		return STATUS_INVALID_PARAMETER;
	if (!may_write(f))
		return STATUS_ACCESS_DENIED;
	err = load(f, &id);
	if (!err)
		err = xattr_remove(f, XATTR_OBJECT_ID);
	return !err || err == -ENODATA ? STATUS_SUCCESS : id_status(-err);
}
