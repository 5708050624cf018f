/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-case.c - folders whose names are told apart by case.
 *
 * A folder is one of those if it has the host's attribute
 * user.run-foreign.case- sensitive, so all processes see it, and it goes with
 * the folder.  Who opens a name as it is spelled never asks; only what the host
 * does not have leads to the folder's listing (path-listing.c), which was made
 * with a look at the attribute.
 *
 * Whether folders can be made so says the registry, as on Windows, whose value
 * NtfsEnableDirCaseSensitivity is two bits: 1, they can be; 2, only empty ones.
 */
#include "syscall-xlate/nt/file-case.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/inode-change.h"
#include "syscall-xlate/nt/registry.h"

bool file_case_of(int fd)
{
	char self[32], c = 0;

	/* By name: an O_PATH descriptor has no such calls. */
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	return getxattr(self, XATTR_CASE, &c, 1) == 1 && c == '1';
}

int file_case_set(int fd, bool on)
{
	int r = on ? inode_setxattr(fd, XATTR_CASE, "1", 1, 0)
		   : inode_removexattr(fd, XATTR_CASE);

	return !r || (!on && errno == ENODATA) ? 0 : -errno;
}

bool file_case_wanted(const struct nt_oa *oa, const struct nt_path *p)
{
	enum { UNKNOWN, IGNORED, COUNTS };
	static _Atomic uint8_t known;
	uint32_t ignored = 1;

	if (oa->attributes & OBJ_CASE_INSENSITIVE || p->kind != PATH_DISK)
		return false;
	/* Windows reads it when it starts. */
	if (!known) {
		reg_number(u"\\Registry\\Machine\\System\\CurrentControlSet\\"
			   u"Control\\Session Manager\\kernel",
			   u"obcaseinsensitive", &ignored);
		known = ignored ? IGNORED : COUNTS;
	}
	return known == COUNTS;
}

static bool is_empty(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool empty = d != NULL;

	if (!d && fd >= 0)
		close(fd);
	while (empty && (e = readdir(d)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	if (d)
		closedir(d);
	return empty;
}

/* Who changes what names mean in a folder has to be one who could change all
   names in it. */
static NTSTATUS may_change(struct file_set *s)
{
	enum {
		ADD_FILE = 2,
		ADD_SUBDIRECTORY = 4,
		DELETE_CHILD = 0x40,
		ALL = ADD_FILE | ADD_SUBDIRECTORY | DELETE_CHILD
	};
	struct descriptor d;
	struct token *tk;
	NTSTATUS status;
	char self[32];
	struct stat st;

	file_proc_path(s->f, self, sizeof self);
	if (faccessat(AT_FDCWD, self, W_OK | X_OK, AT_EACCESS) < 0 ||
	    fstat(s->f->fd, &st) < 0)
		return status_from_errno(errno);
	if (!file_security_counts(s->t, st.st_mode))
		return STATUS_SUCCESS;
	status = file_security_get(s->f->fd, &d);
	if (status)
		return status;
	tk = token_effective(s->t);
	if (ALL & ~descriptor_allowed(&d, file_type.generic, tk))
		status = STATUS_ACCESS_DENIED;
	object_put(&tk->object);
	descriptor_free(&d);
	return status;
}

NTSTATUS file_set_case(struct file_set *s)
{
	enum { CASE_SENSITIVE = 1, CAN_BE = 1, EMPTY_ONLY = 2 };
	const bool on = s->u32 & CASE_SENSITIVE;
	struct file *f = s->f;
	uint32_t enabled = 0;
	NTSTATUS status;
	int err;

	if (f->kind != FILE_KIND_DIR || s->u32 & ~(uint32_t)CASE_SENSITIVE)
		return STATUS_INVALID_PARAMETER;
	if (f->dir || f->from_lower)
		return STATUS_ACCESS_DENIED;
	reg_number(u"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\"
		   u"FileSystem",
		   u"NtfsEnableDirCaseSensitivity", &enabled);
	if (!(enabled & CAN_BE))
		return STATUS_NOT_SUPPORTED;
	status = may_change(s);
	if (status || file_case_of(f->fd) == on)
		return status;
	if (enabled & EMPTY_ONLY && !is_empty(f->fd))
		return STATUS_DIRECTORY_NOT_EMPTY;
	if (!on && (err = case_differing(f->fd)))
		return err < 0 ? status_from_errno(-err)
			       : STATUS_CASE_DIFFERING_NAMES_IN_DIR;
	err = file_case_set(f->fd, on);
	/* What is to be kept has no place on a file system without attributes.
	 */
	return err == -EOPNOTSUPP || err == -ENOSYS ? STATUS_NOT_SUPPORTED
	       : err                                ? status_from_errno(-err)
						    : STATUS_SUCCESS;
}
