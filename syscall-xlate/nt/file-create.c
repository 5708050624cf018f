/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-create.c - NtCreateFile and the calls that open a name for a moment.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/reparse-link.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/calls.h"

/* Is ACCESS_SYSTEM_SECURITY given? */
static bool may_audit(const struct file_open *o)
{
	return token_allows(o->t, SE_SECURITY) ||
	       (o->options & FILE_OPEN_FOR_BACKUP_INTENT &&
		(token_allows(o->t, SE_BACKUP) ||
		 token_allows(o->t, SE_RESTORE)));
}

/* As MS-FSA has them (2.1.5.1); access as it came. */
static NTSTATUS check_arguments(const struct file_open *o, uint32_t access)
{
	enum {
		NO_ACCESS = 0x0ce0fe00,
		NO_ATTRIBUTES = 0xffa00048,
		SYNC = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT,
		LATE_FILTER = FILE_COMPLETE_IF_OPLOCKED | FILE_RESERVE_OPFILTER
	};

	if (!access || access & NO_ACCESS)
		return STATUS_ACCESS_DENIED;
	if (o->disposition > FILE_OVERWRITE_IF || o->share & ~7u ||
	    o->options & 0xff000000 || o->attributes & NO_ATTRIBUTES ||
	    (o->options & LATE_FILTER) == LATE_FILTER)
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
	/* By name: GENERIC_WRITE, which has it too, may. */
	if (o->options & FILE_NO_INTERMEDIATE_BUFFERING &&
	    access & FILE_APPEND_DATA)
		return STATUS_INVALID_PARAMETER;
	if (access & ACCESS_SYSTEM_SECURITY && !may_audit(o))
		return STATUS_PRIVILEGE_NOT_HELD;
	return STATUS_SUCCESS;
}

static NTSTATUS open_kind(struct task *t, struct file_open *o, struct file **f,
			  gaddr ea_at, uint32_t ea_len, uint32_t *error_at)
{
	void *ea = NULL;
	NTSTATUS status;

	switch (o->p->kind) {
	case PATH_DISK:
		status = ea_at ? ea_read(t, ea_at, ea_len, &ea, error_at)
			       : STATUS_SUCCESS;
		if (status)
			return status;
		if (ea && o->options & FILE_NO_EA_KNOWLEDGE)
			status = STATUS_ACCESS_DENIED;
		else
			status = o->p->stream ? stream_open(o, f)
					      : file_open_disk(o, f);
		if (!status && ea && o->information != FILE_OPENED) {
			status = ea_apply(*f, ea);
			if (status) {
				object_put(&(*f)->object);
				*f = NULL;
			}
		}
		free(ea);
		return status;
	case PATH_PIPE:
		o->information = FILE_OPENED;
		return pipe_connect(o, f);
	case PATH_MAILSLOT:
		o->information = FILE_OPENED;
		return mailslot_open(o, f);
	case PATH_DEVICE:
		status = device_open(t, o->p, o->access, o->share, o->options,
				     ea_at, ea_len, f);
		/*
		 * The null device's driver leaves it at 0, so CreateFile says
		 * nothing of a file that was there before: Rust's library
		 * would truncate it then, which no device can.
		 */
		if (!status && (*f)->kind != FILE_KIND_NULL)
			o->information = FILE_OPENED;
		return status;
	}
	return STATUS_OBJECT_TYPE_MISMATCH;
}

/*
 * FILE_OPEN_BY_FILE_ID: the name is no name but 8 or 16 bytes, below a handle
 * or behind the path of a folder of the volume.
 */
static NTSTATUS open_by_id(struct task *t, const struct nt_oa *oa,
			   struct file_open *o, struct file **f)
{
	size_t units = oa->name_len;
	NTSTATUS status;

	if (o->options & FILE_DELETE_ON_CLOSE)
		return STATUS_INVALID_PARAMETER;
	o->p->host[0] = 0;
	if (oa->root) {
		status = handle_get(t, oa->root, &file_type, 0, &o->root);
	} else {
		struct nt_oa at = *oa;

		while (at.name_len && at.name[at.name_len - 1] != '\\')
			at.name_len--;
		units = oa->name_len - at.name_len;
		status = units != 4 && units != 8
				 ? STATUS_INVALID_PARAMETER
				 : file_open_path(t, &at, FILE_READ_ATTRIBUTES,
						  7, 0, &o->root);
	}
	if (status)
		return status;
	if (units != 4 && units != 8)
		return STATUS_INVALID_PARAMETER;
	return file_open_by_id(o, oa->name + oa->name_len - units, units * 2,
			       f);
}

NTSTATUS nt_create_file(struct task *t, gaddr file, uint32_t access, gaddr attr,
			gaddr iosb, gaddr alloc_size, uint32_t file_attr,
			uint32_t share, uint32_t disposition, uint32_t options,
			gaddr ea, uint32_t ea_len)
{
	struct nt_path p;
	struct file_open o = {
		.t = t,
		.p = &p,
		.access = access_map(&file_type, access),
		.maximum = access & MAXIMUM_ALLOWED,
		.named = access_map(&file_type,
				    access & ~(uint32_t)MAXIMUM_ALLOWED),
		.share = share,
		.options = options,
		.disposition = disposition,
		.attributes = file_attr,
	};
	struct descriptor given;
	struct file *f = NULL;
	uint32_t error_at = 0;
	struct nt_oa oa;
	NTSTATUS status;

	(void)alloc_size; /* a hint; delayed allocation makes it moot */
	status = check_arguments(&o, access);
	if (status)
		return status;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	o.quality = oa.quality;
	o.iosb = iosb;
	o.loads = oa.attributes & OBJ_RF_LOAD;
	if (oa.security) {
		status = descriptor_read(t, oa.security, &given);
		if (status) {
			oa_free(&oa);
			return status;
		}
		o.given = &given;
		o.deny = 07777 & ~file_security_mode(&given, getegid());
	}
	if (options & FILE_OPEN_BY_FILE_ID) {
		status = open_by_id(t, &oa, &o, &f);
	} else {
		status = file_parse(t, &oa, &p, &o.root);
		if (!status)
			status = open_kind(t, &o, &f, ea, ea_len, &error_at);
	}
	if (status == STATUS_EA_LIST_INCONSISTENT ||
	    status == STATUS_INVALID_EA_NAME) {
		iosb_write(t, iosb, status, error_at);
	} else if (!status) {
		const NTSTATUS opened = o.late ? STATUS_OPLOCK_BREAK_IN_PROGRESS
					       : STATUS_SUCCESS;

		if (iosb_write(t, iosb, opened, o.information) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else
			status = handle_out(t, &f->object, o.access,
					    oa.attributes, file);
		object_put(&f->object);
		if (!status)
			status = opened;
	}
	if (o.root)
		object_put(&o.root->object);
	if (o.given)
		descriptor_free(&given);
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_file(struct task *t, gaddr file, uint32_t access, gaddr attr,
		      gaddr iosb, uint32_t share, uint32_t options)
{
	return nt_create_file(t, file, access, attr, iosb, 0, 0, share,
			      FILE_OPEN, options, 0, 0);
}

/* ---- opening for a moment ---- */

/* Inline for what path-open.c says. */
static inline __attribute__((always_inline)) NTSTATUS
stat_name(struct task *t, gaddr attr, struct file_meta *m)
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
	if (status) {
		oa_free(&oa);
		return status;
	}
	if (p.kind == PATH_DEVICE && p.device == DEVICE_NULL) {
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	} else if (p.kind != PATH_DISK) {
		status = STATUS_INVALID_DEVICE_REQUEST;
	} else if (p.stream) {
		struct file_open o = { .t = t,
				       .p = &p,
				       .root = root,
				       .access = FILE_READ_ATTRIBUTES,
				       .share = 7,
				       .disposition = FILE_OPEN };
		struct file *f;

		status = stream_open(&o, &f);
		if (!status) {
			status = meta_of_file(f, m);
			object_put(&f->object);
		}
	} else {
		const char *at;

		err = path_statx(&p, AT_SYMLINK_NOFOLLOW, META_MASK, &st);
		if (err < 0) {
			status = file_open_status(-err);
		} else if (share_waits && share_name_pending(&st)) {
			status = STATUS_DELETE_PENDING;
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
	oa_free(&oa);
	return status;
}

NTSTATUS stat_oa(struct task *t, gaddr attr, struct file_meta *m)
{
	return stat_name(t, attr, m);
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
	NTSTATUS status = stat_name(t, attr, &m);

	if (status)
		return status;
	n.times = m.times;
	n.allocation = m.allocation;
	n.size = m.size;
	n.attributes = m.attributes;
	return guest_write(t, info, &n, sizeof n) < 0 ? STATUS_ACCESS_VIOLATION
						      : STATUS_SUCCESS;
}

/*
 * DeleteFile, which programs call by the thousand, as one stat and one unlink
 * in place of opening, asking, unlinking and closing.  What is not as simple
 * as that (a sandbox, a stream, a built-in file) is STATUS_NOT_SUPPORTED: the
 * caller then goes the long way.
 */
static NTSTATUS delete_by_name(struct task *t, struct nt_path *p)
{
	struct statx st;
	int err;

	if (policy || p->kind != PATH_DISK || p->stream || p->dir)
		return STATUS_NOT_SUPPORTED;
	err = path_statx(p, AT_SYMLINK_NOFOLLOW,
			 STATX_TYPE | STATX_MODE | STATX_INO | STATX_NLINK, &st);
	if (err < 0)
		return file_open_status(-err);
	if (p->from_lower)
		return STATUS_NOT_SUPPORTED;
	if (S_ISDIR(st.stx_mode) ||
	    (S_ISLNK(st.stx_mode) &&
	     link_tag(p->dirfd, p->host) == REPARSE_TAG_MOUNT_POINT))
		return STATUS_FILE_IS_A_DIRECTORY;
	if (p->want_dir)
		return STATUS_OBJECT_NAME_INVALID;
	if (S_ISREG(st.stx_mode) && !(st.stx_mode & 0222))
		return STATUS_CANNOT_DELETE;
	if (file_security_counts(t, st.stx_mode))
		return STATUS_NOT_SUPPORTED;
	if (S_ISREG(st.stx_mode) &&
	    program_is_held_at(p->dirfd, p->host, st.stx_mode))
		return STATUS_CANNOT_DELETE;
	return share_delete_name(&st, p->dirfd, p->host);
}

NTSTATUS nt_delete_file(struct task *t, gaddr attr)
{
	struct nt_path p;
	struct file_open o = {
		.t = t,
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
		if (oa.attributes & OBJ_RF_DELETE_FILE)
			status = delete_by_name(t, &p);
		else if (p.kind != PATH_DISK)
			status = STATUS_INVALID_DEVICE_REQUEST;
		else if (!(status = p.stream ? stream_open(&o, &f)
					     : file_open_disk(&o, &f)))
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
	struct file_open o = {
		.t = t,
		.p = &p,
		.access = access,
		.share = share,
		.options = options,
		.disposition = FILE_OPEN,
	};
	NTSTATUS status = file_parse(t, oa, &p, &o.root);

	if (status)
		return status;
	status = p.kind != PATH_DISK ? STATUS_INVALID_DEVICE_REQUEST
		 : p.stream	     ? stream_open(&o, f)
				     : file_open_disk(&o, f);
	if (o.root)
		object_put(&o.root->object);
	return status;
}
