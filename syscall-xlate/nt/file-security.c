/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-security.c - security descriptors of files and folders.
 *
 * Of a file for which nobody has set one it is made of owner and mode.  One that
 * is set lies in the host's attribute user.run-foreign.security, self-relative,
 * and counts whenever the file is opened here.  From the mode it can only take
 * rights of group and others away, which is what other programs see of it.
 *
 * The sticky bit, which means nothing for a file, says that there is one: so an
 * open that has to look at the mode anyway knows.  It means nothing for a folder
 * either that only its owner may write to.  In others (/tmp) it forbids to
 * remove what is not one's own, so they do not get it: what is set for them is
 * told, but does not count.  Who changes the mode by hand takes the bit away, and
 * with it the descriptor.
 */
#include "syscall-xlate/nt/file-security.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/inode-change.h"

enum {
	/* What data rights are called of a folder. */
	FILE_ADD_FILE = 2,
	FILE_ADD_SUBDIRECTORY = 4,
};

/* ---- made of owner and mode --------------------------------------------- */

static uint32_t rights_of(mode_t bits)
{
	uint32_t r = 0x100080; /* SYNCHRONIZE, FILE_READ_ATTRIBUTES */

	if (bits & 4)
		r |= 0x120089; /* FILE_GENERIC_READ */
	if (bits & 2)
		r |= 0x120116 | 0x10040; /* write, delete, delete child */
	if (bits & 1)
		r |= 0x1200a0; /* FILE_GENERIC_EXECUTE */
	return r;
}

static NTSTATUS made_up(const struct stat *st, struct descriptor *d)
{
	const struct sid everyone = sid_make(1, 1, 0);
	enum { SIZE = 512 };

	memset(d, 0, sizeof *d);
	d->dacl = malloc(SIZE);
	if (!d->dacl)
		return STATUS_NO_MEMORY;
	d->has_owner = d->has_group = d->has_dacl = true;
	d->owner = sid_of_uid(st->st_uid);
	d->group = sid_of_gid(st->st_gid);
	acl_init(d->dacl);
	/* The owner can always chmod(2). */
	acl_add(d->dacl, SIZE,
		((st->st_mode & 0700) == 0700 || S_ISREG(st->st_mode)) &&
				st->st_mode & 0200
			? 0x1f01ff
			: rights_of(st->st_mode >> 6) | 0x1f0100,
		&d->owner);
	if (st->st_mode & 070)
		acl_add(d->dacl, SIZE, rights_of(st->st_mode >> 3), &d->group);
	if (st->st_mode & 07)
		acl_add(d->dacl, SIZE, rights_of(st->st_mode), &everyone);
	return STATUS_SUCCESS;
}

/* Permission bits that the list gives to a SID. */
static mode_t bits_for(const struct descriptor *d, const struct sid *s)
{
	struct acl_walk w = acl_walk(d->dacl);
	uint32_t r = 0;
	struct ace e;

	while (acl_next(&w, &e))
		if (e.plain && e.type == ACE_ALLOWED &&
		    !(e.flags & ACE_INHERIT_ONLY) && sid_equal(&e.sid, s))
			r |= generic_map(e.mask, file_type.generic);
	return (r & 1 ? 4 : 0) | (r & 2 ? 2 : 0) | (r & 0x20 ? 1 : 0);
}

/* What of a mode the list lets stand, if the file's group is gid. */
mode_t file_security_mode(const struct descriptor *d, gid_t gid)
{
	const struct sid others[] = { sid_make(1, 1, 0), sid_make(5, 1, 11),
				      sid_make(5, 2, 32, 545) };
	struct sid group = sid_of_gid(gid);
	mode_t o = 0;

	if (!d->has_dacl || !d->dacl)
		return 07777; /* everybody may: nothing to take away */
	for (size_t i = 0; i < COUNT_OF(others); i++)
		o |= bits_for(d, &others[i]);
	return 07700 | (o | bits_for(d, &group)) << 3 | o;
}

/* All files are of medium integrity, or of that which nobody has lowered. */
static bool is_own_label(const uint8_t *label)
{
	const struct sid medium = sid_make(16, 1, 8192),
			 high = sid_make(16, 1, 12288);
	struct acl_walk w;
	struct ace e;
	size_t n;

	if (!label)
		return true;
	for (w = acl_walk(label); acl_next(&w, &e);) {
		n = e.size - 8u;
		if ((n < sid_size(&medium) ||
		     memcmp(e.at + 8, &medium, sid_size(&medium))) &&
		    (n < sid_size(&high) ||
		     memcmp(e.at + 8, &high, sid_size(&high))))
			return false;
	}
	return true;
}

/* ---- the one that was set ------------------------------------------------ */

/* STATUS_NOT_FOUND: none, or none that can be read. */
static NTSTATUS stored(int fd, struct descriptor *d)
{
	char self[32];
	uint8_t few[1024], *b = few;
	ssize_t n;
	NTSTATUS status;

	/* By name: a descriptor for attributes alone (O_PATH) has no calls. */
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	n = getxattr(self, XATTR_SECURITY, few, sizeof few);
	if (n < 0 && errno == ERANGE) {
		b = malloc(DESCRIPTOR_MAX);
		if (!b)
			return STATUS_NO_MEMORY;
		n = getxattr(self, XATTR_SECURITY, b, DESCRIPTOR_MAX);
	}
	status = n < 0 ? STATUS_NOT_FOUND
		       : descriptor_parse((struct bytes){ b, (size_t)n }, d);
	if (b != few)
		free(b);
	return status && status != STATUS_NO_MEMORY ? STATUS_NOT_FOUND : status;
}

static bool may_be_marked(mode_t mode)
{
	return S_ISREG(mode) || (S_ISDIR(mode) && !(mode & 022));
}

/* Of what is there st, whose mode may be changed by hand. */
static NTSTATUS current(int fd, const struct stat *st, struct descriptor *d)
{
	NTSTATUS status = STATUS_NOT_FOUND;

	if (file_security_marked(st->st_mode) ||
	    (S_ISDIR(st->st_mode) && !may_be_marked(st->st_mode)))
		status = stored(fd, d);
	return status == STATUS_NOT_FOUND ? made_up(st, d) : status;
}

NTSTATUS file_security_get(int fd, struct descriptor *d)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? status_from_errno(errno)
				  : current(fd, &st, d);
}

/*
 * d becomes that of fd, whose mode loses what d takes away.  A file system that
 * cannot keep it has the mode alone.
 */
static NTSTATUS store(int fd, const struct stat *st, const struct descriptor *d)
{
	const mode_t was = st->st_mode & 07777;
	mode_t mode = was & file_security_mode(d, st->st_gid);
	size_t n;
	uint8_t *b = descriptor_pack(d, ALL_INFO, &n);
	int r;

	if (!b)
		return STATUS_NO_MEMORY;
	r = inode_setxattr(fd, XATTR_SECURITY, b, n, 0);
	/* Setting needs write permission, which a read-only file lacks. */
	if (r < 0 && errno == EACCES && !inode_chmod(fd, was | 0200)) {
		r = inode_setxattr(fd, XATTR_SECURITY, b, n, 0);
		if (r < 0 || mode == was)
			inode_chmod(fd, was);
	}
	free(b);
	if (!r && may_be_marked((st->st_mode & S_IFMT) | mode))
		mode |= S_ISVTX;
	return mode != was && inode_chmod(fd, mode) < 0
		       ? status_from_errno(errno)
		       : STATUS_SUCCESS;
}

NTSTATUS file_security_set(struct file *f, struct token *tk, uint32_t info,
			   const struct descriptor *by)
{
	const struct sid admins = sid_make(5, 2, 32, 544);
	struct descriptor d;
	NTSTATUS status;
	struct stat st;
	uint32_t uid;

	if (!file_has_inode(f))
		return STATUS_ACCESS_DENIED; /* one that we made up */
	if (fstat(f->fd, &st) < 0)
		return status_from_errno(errno);
	/* Giving files away is root's; administrators are root. */
	if (info & OWNER_INFO &&
	    (!by->has_owner ||
	     (!sid_equal(&by->owner, &admins) &&
	      (!sid_to_uid(&by->owner, &uid) || uid != st.st_uid))))
		return STATUS_INVALID_OWNER;
	if (info & LABEL_INFO && !is_own_label(by->label))
		return STATUS_NOT_SUPPORTED;
	if (!(info & (OWNER_INFO | GROUP_INFO | DACL_INFO)))
		return STATUS_SUCCESS;
	status = current(f->fd, &st, &d);
	if (status)
		return status;
	status = descriptor_change(&d, info & ~(uint32_t)LABEL_INFO, by, tk,
				   file_type.generic);
	if (!status)
		status = store(f->fd, &st, &d);
	descriptor_free(&d);
	return status;
}

/* ---- when a file is opened or made ---------------------------------------- */

/* The folder of o's name, or -1. */
static int open_folder(const struct file_open *o)
{
	const char *host = o->p->host, *slash = strrchr(host, '/');
	char folder[HOST_PATH_MAX];
	size_t n = slash ? (size_t)(slash - host) : 0;

	if (n >= sizeof folder)
		return -1;
	memcpy(folder, host, n);
	strcpy(folder + n, n ? "" : slash ? "/" : ".");
	return openat(o->p->dirfd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* What of access to what lies in it the folder gives. */
static uint32_t from_folder(const struct file_open *o, struct token *tk)
{
	int fd = open_folder(o);
	struct descriptor d;
	uint32_t of_folder = 0;

	if (fd >= 0 && !file_security_get(fd, &d)) {
		of_folder = descriptor_allowed(&d, file_type.generic, tk);
		descriptor_free(&d);
	}
	if (fd >= 0)
		close(fd);
	return (of_folder & FILE_DELETE_CHILD ? ACCESS_DELETE : 0) |
	       (of_folder & FILE_READ_DATA ? FILE_READ_ATTRIBUTES : 0);
}

static uint32_t from_privileges(const struct file_open *o, struct token *tk)
{
	const uint32_t *generic = file_type.generic;
	uint32_t r = 0;

	if (!(o->options & FILE_OPEN_FOR_BACKUP_INTENT))
		return 0;
	pthread_mutex_lock(&tk->mutex);
	if (token_has_privilege(tk, SE_BACKUP))
		r |= generic[0] | FILE_EXECUTE | ACCESS_SYSTEM_SECURITY;
	if (token_has_privilege(tk, SE_RESTORE))
		r |= generic[1] | FILE_EXECUTE | FILE_DELETE_CHILD |
		     STANDARD_RIGHTS | ACCESS_SYSTEM_SECURITY;
	pthread_mutex_unlock(&tk->mutex);
	return r;
}

NTSTATUS file_security_check(struct file_open *o)
{
	uint32_t want = (o->maximum ? o->named : o->access) | o->stream, granted;
	const mode_t mode = o->st.stx_mode;
	struct descriptor d;
	struct token *tk;
	NTSTATUS status = STATUS_NOT_FOUND;

	if (token_weak_now(o->t) && (S_ISREG(mode) || S_ISDIR(mode)))
		status = file_security_get(o->fd, &d);
	else if (file_security_marked(mode))
		status = stored(o->fd, &d);
	if (status)
		return status == STATUS_NOT_FOUND ? STATUS_SUCCESS : status;
	status = token_to_check(o->t, &tk);
	if (status) {
		descriptor_free(&d);
		return status;
	}
	granted = descriptor_allowed(&d, file_type.generic, tk) |
		  from_privileges(o, tk);
	descriptor_free(&d);
	if (o->disposition == FILE_SUPERSEDE)
		want |= ACCESS_DELETE;
	else if (o->disposition == FILE_OVERWRITE ||
		 o->disposition == FILE_OVERWRITE_IF)
		want |= FILE_WRITE_DATA;
	if (want & ~granted & (ACCESS_DELETE | FILE_READ_ATTRIBUTES) ||
	    o->maximum)
		granted |= from_folder(o, tk);
	object_put(&tk->object);
	if (want & ~granted || !granted)
		return STATUS_ACCESS_DENIED;
	if (o->maximum)
		o->access &= o->named | granted;
	return STATUS_SUCCESS;
}

/* The descriptor that was set for o's folder, or any; STATUS_NOT_FOUND. */
static NTSTATUS of_folder(const struct file_open *o, bool any,
			  struct descriptor *d)
{
	int fd = any || file_security_marked(o->p->folder) ? open_folder(o) : -1;
	NTSTATUS status = fd < 0 ? STATUS_NOT_FOUND
			  : any	 ? file_security_get(fd, d)
				 : stored(fd, d);

	if (fd >= 0)
		close(fd);
	return status;
}

NTSTATUS file_security_check_new(struct file_open *o)
{
	uint32_t want = o->options & FILE_DIRECTORY_FILE ? FILE_ADD_SUBDIRECTORY
							 : FILE_ADD_FILE;
	struct descriptor d;
	struct token *tk;
	NTSTATUS status = of_folder(o, token_weak_now(o->t), &d);

	if (status == STATUS_NOT_FOUND) {
		/* As of /tmp: the next question need not be asked. */
		o->p->folder &= ~(uint32_t)S_ISVTX;
		return STATUS_SUCCESS;
	}
	if (status)
		return status;
	status = token_to_check(o->t, &tk);
	if (!status) {
		if (want & ~(descriptor_allowed(&d, file_type.generic, tk) |
			     from_privileges(o, tk)))
			status = STATUS_ACCESS_DENIED;
		object_put(&tk->object);
	}
	descriptor_free(&d);
	return status;
}

static bool is_inherited(const struct descriptor *d)
{
	struct acl_walk w = acl_walk(d->dacl);
	struct ace e;

	while (d->dacl && acl_next(&w, &e))
		if (e.flags & (ACE_OBJECTS | ACE_CONTAINERS))
			return true;
	return false;
}

NTSTATUS file_security_new(struct file_open *o)
{
	struct descriptor folder, d;
	NTSTATUS status = of_folder(o, false, &folder);
	bool inherits = !status && is_inherited(&folder);
	struct token *tk;
	struct stat st;

	if (status && status != STATUS_NOT_FOUND)
		return status;
	if (!status && !inherits)
		descriptor_free(&folder);
	if (!inherits && !o->given)
		return STATUS_SUCCESS;
	tk = token_effective(o->t);
	status = descriptor_assign(inherits ? &folder : NULL, o->given, tk,
				   file_type.generic,
				   o->options & FILE_DIRECTORY_FILE, &d);
	object_put(&tk->object);
	if (inherits)
		descriptor_free(&folder);
	if (status)
		return status;
	if (fstat(o->fd, &st) < 0) {
		status = status_from_errno(errno);
	} else {
		/* The host's, as of files that are given none. */
		if (!o->given || !o->given->has_owner)
			d.owner = sid_of_uid(st.st_uid);
		if (!o->given || !o->given->has_group)
			d.group = sid_of_gid(st.st_gid);
		status = store(o->fd, &st, &d);
	}
	descriptor_free(&d);
	return status;
}
