/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-delete.c - FileDispositionInformation, with and without POSIX semantics:
 * what may be deleted; when it goes, file-share.c knows.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/file-xattr.h"

static bool is_empty(struct file *f)
{
	int fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool empty = true;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return true; /* rmdir(2) will say */
	}
	while (empty && (e = readdir(d)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	closedir(d);
	return empty;
}

static NTSTATUS dispose(struct file_set *s, bool on, bool posix,
			bool readonly_too)
{
	struct file *f = s->f;
	NTSTATUS status;
	struct stat st = { 0 };

	if (!f->drive || f->kind == FILE_KIND_DEVICE)
		return STATUS_INVALID_PARAMETER;
	if (!on) {
		share_set_delete(f, false);
		f->posix_delete = false;
		return STATUS_SUCCESS;
	}
	if (f->dir || f->from_lower)
		return STATUS_CANNOT_DELETE;
	/* Another handle may have changed it. */
	if (fstat(f->fd, &st) == 0)
		f->mode = st.st_mode;
	if (!readonly_too && ((S_ISREG(f->mode) && !(f->mode & 0222)) ||
			      folder_is_read_only(f)))
		return STATUS_CANNOT_DELETE;
	if (S_ISDIR(f->mode) && f->kind != FILE_KIND_STREAM && !is_empty(f))
		return STATUS_DIRECTORY_NOT_EMPTY;
	if (f->kind == FILE_KIND_STREAM) {
		status = posix ? stream_remove(f) : STATUS_SUCCESS;
		if (!status)
			share_set_delete(f, true);
		return status;
	}
	if (f->kind == FILE_KIND_DIR) {
		status = oplock_folder_goes(s->t, f, &st);
		if (status)
			return status;
	}
	/* At the close nobody could be told of a failure. */
	status = file_mapped_delete(f);
	if (!status)
		status = posix ? share_delete_now(f) : share_may_delete(f);
	if (status)
		return status;
	f->posix_delete = posix;
	share_set_delete(f, true);
	return STATUS_SUCCESS;
}

NTSTATUS file_set_disposition(struct file_set *s)
{
	return dispose(s, s->u8, false, false);
}

NTSTATUS file_set_disposition_ex(struct file_set *s)
{
	enum { DELETE = 1, POSIX_DELETE = 2, ON_CLOSE = 8, READONLY = 0x10 };
	const uint32_t flags = s->u32;

	if (flags & ON_CLOSE) {
		s->f->delete_on_close = flags & DELETE;
		return STATUS_SUCCESS;
	}
	return dispose(s, flags & DELETE, flags & POSIX_DELETE,
		       flags & READONLY);
}
