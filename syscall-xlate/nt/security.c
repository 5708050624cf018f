/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.c - security descriptors: NtAccessCheck, and those of objects.
 *
 * A file's descriptor is made from its owner and mode each time; setting one
 * can only take rights of group and others away (what programs do to protect
 * keys).  Other objects are the user's own: they show the default descriptor.
 */
#include "syscall-xlate/nt/token.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"

enum {
	SE_OWNER_DEFAULTED = 1,
	SE_DACL_PRESENT = 4,
	SE_SACL_PRESENT = 0x10,
	SE_SELF_RELATIVE = 0x8000,

	OWNER_INFO = 1,
	GROUP_INFO = 2,
	DACL_INFO = 4,
	SACL_INFO = 8,
	LABEL_INFO = 0x10,

	READ_CONTROL = 0x20000,
	WRITE_DAC = 0x40000,
	WRITE_OWNER = 0x80000,
	ACCESS_SYSTEM_SECURITY = 0x1000000,
	MAXIMUM_ALLOWED = 0x2000000,

	ACE_ALLOWED = 0,
	ACE_DENIED = 1,
	ACE_INHERIT_ONLY = 8,
};

/* ---- reading a descriptor ------------------------------------------- */

struct descriptor {
	uint16_t control;
	bool has_owner, has_group, has_dacl;
	struct sid owner, group;
	uint8_t *acl; /* malloc'ed; NULL: everything allowed */
	uint16_t acl_len;
};

static NTSTATUS acl_read(struct task *t, gaddr at, struct descriptor *d)
{
	uint8_t head[8];

	if (guest_read(t, head, at, sizeof head) < 0)
		return STATUS_ACCESS_VIOLATION;
	memcpy(&d->acl_len, head + 2, 2);
	if (head[0] < 2 || head[0] > 4 || d->acl_len < sizeof head)
		return STATUS_INVALID_ACL;
	d->acl = malloc(d->acl_len);
	if (!d->acl)
		return STATUS_NO_MEMORY;
	return guest_read(t, d->acl, at, d->acl_len) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

/* Frees nothing on failure: the caller frees d->acl always. */
static NTSTATUS descriptor_read(struct task *t, gaddr at, struct descriptor *d)
{
	struct {
		uint8_t revision, sbz;
		uint16_t control;
		uint32_t owner, group, sacl, dacl;
	} rel;
	struct {
		uint64_t head, owner, group, sacl, dacl;
	} abs;
	gaddr owner, group, dacl;
	NTSTATUS status = STATUS_SUCCESS;

	memset(d, 0, sizeof *d);
	if (guest_read(t, &rel, at, sizeof rel) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (rel.revision != 1)
		return STATUS_UNKNOWN_REVISION;
	d->control = rel.control;
	if (rel.control & SE_SELF_RELATIVE) {
		owner = rel.owner ? at + rel.owner : 0;
		group = rel.group ? at + rel.group : 0;
		dacl = rel.dacl ? at + rel.dacl : 0;
	} else {
		if (guest_read(t, &abs, at, sizeof abs) < 0)
			return STATUS_ACCESS_VIOLATION;
		owner = abs.owner;
		group = abs.group;
		dacl = abs.dacl;
	}
	if (owner) {
		status = sid_read(t, owner, &d->owner);
		d->has_owner = true;
	}
	if (status == STATUS_SUCCESS && group) {
		status = sid_read(t, group, &d->group);
		d->has_group = true;
	}
	if (status == STATUS_SUCCESS && d->control & SE_DACL_PRESENT) {
		d->has_dacl = true;
		if (dacl)
			status = acl_read(t, dacl, d);
	}
	return status;
}

/* One access control entry; false at the end of the list. */
struct ace {
	uint8_t type, flags;
	uint32_t mask;
	struct sid sid;
	bool plain; /* mask and sid are valid */
};

static bool next_ace(const struct descriptor *d, size_t *at, unsigned *left,
		     struct ace *e)
{
	uint16_t size;
	const uint8_t *p = d->acl + *at;

	if (!*left || d->acl_len - *at < 8)
		return false;
	memcpy(&size, p + 2, 2);
	if (size < 8 || size > d->acl_len - *at)
		return false;
	--*left;
	*at += size;
	e->type = p[0];
	e->flags = p[1];
	memcpy(&e->mask, p + 4, 4);
	e->plain = e->type <= ACE_DENIED && size >= 16 && p[9] <= SID_SUBS &&
		   16u + 4u * p[9] <= size;
	if (e->plain) {
		memset(&e->sid, 0, sizeof e->sid);
		memcpy(&e->sid, p + 8, 8 + 4u * p[9]);
	}
	return true;
}

static unsigned ace_count(const struct descriptor *d)
{
	uint16_t n;

	memcpy(&n, d->acl + 4, 2);
	return n;
}

/* ---- NtAccessCheck -------------------------------------------------- */

struct mapping {
	uint32_t read, write, execute, all;
};

static uint32_t map_generic(uint32_t access, const struct mapping *m)
{
	uint32_t r = access & 0x0fffffff;

	if (access & 0x80000000)
		r |= m->read;
	if (access & 0x40000000)
		r |= m->write;
	if (access & 0x20000000)
		r |= m->execute;
	if (access & 0x10000000)
		r |= m->all;
	return r;
}

/* What the list gives to those whom in() accepts. */
static uint32_t walk_acl(const struct descriptor *d, const struct mapping *m,
			 const struct token *tk, bool restricting)
{
	size_t at = 8;
	unsigned left;
	uint32_t granted = 0, denied = 0;
	struct ace e;

	if (!d->acl)
		return m->all | 0x1f0000 | 0xffff;
	left = ace_count(d);
	while (next_ace(d, &at, &left, &e)) {
		bool mine = false;
		uint32_t mask;

		if (!e.plain || e.flags & ACE_INHERIT_ONLY)
			continue;
		if (!restricting)
			mine = token_has_sid(tk, &e.sid, e.type == ACE_DENIED);
		for (uint32_t i = 0; restricting && i < tk->nrestricted; i++)
			mine = mine ||
			       sid_equal(&tk->restrict_to[i].sid, &e.sid);
		if (!mine)
			continue;
		mask = map_generic(e.mask, m);
		if (e.type == ACE_ALLOWED)
			granted |= mask & ~denied;
		else
			denied |= mask & ~granted;
	}
	return granted;
}

static uint32_t allowed(const struct descriptor *d, const struct mapping *m,
			struct token *tk)
{
	uint32_t granted = walk_acl(d, m, tk, false);

	if (d->has_owner && token_has_sid(tk, &d->owner, false))
		granted |= READ_CONTROL | WRITE_DAC;
	if (token_has_privilege(tk, 9)) /* SeTakeOwnership */
		granted |= WRITE_OWNER;
	if (token_has_privilege(tk, 8)) /* SeSecurity */
		granted |= ACCESS_SYSTEM_SECURITY;
	if (tk->nrestricted)
		granted &= walk_acl(d, m, tk, true);
	return granted;
}

NTSTATUS nt_access_check(struct task *t, gaddr sd, uint64_t token,
			 uint32_t access, gaddr mapping, gaddr privileges,
			 gaddr privileges_len, gaddr granted_at,
			 gaddr status_at)
{
	struct mapping m;
	struct descriptor d;
	struct token *tk;
	uint32_t len, granted, want;
	bool max = access & MAXIMUM_ALLOWED, ok;
	NTSTATUS status;

	if (guest_read(t, &m, mapping, sizeof m) < 0 ||
	    guest_get32(t, &len, privileges_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (access & 0xf0000000)
		return STATUS_GENERIC_NOT_MAPPED;
	if (len < 20 && guest_put32(t, privileges_len, 20) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (len < 20)
		return STATUS_BUFFER_TOO_SMALL;
	status = handle_get(t, token, &token_type, TOKEN_QUERY, &tk);
	if (status != STATUS_SUCCESS)
		return status;
	if (tk->type != TOKEN_IMPERSONATION) {
		object_put(&tk->object);
		return STATUS_NO_IMPERSONATION_TOKEN;
	}
	if (tk->level < 1) {
		object_put(&tk->object);
		return STATUS_BAD_IMPERSONATION_LEVEL;
	}
	status = descriptor_read(t, sd, &d);
	if (status == STATUS_SUCCESS && (!d.has_owner || !d.has_group))
		status = STATUS_INVALID_SECURITY_DESCR;
	if (status == STATUS_SUCCESS) {
		pthread_mutex_lock(&tk->mutex);
		granted = allowed(&d, &m, tk);
		pthread_mutex_unlock(&tk->mutex);
		want = access & ~(uint32_t)MAXIMUM_ALLOWED;
		ok = !(want & ~granted) && (!max || granted);
		granted = !ok ? 0 : max ? granted : want;
		if (guest_put32(t, privileges, 0) < 0 ||
		    guest_put32(t, granted_at, granted) < 0 ||
		    guest_put32(t, status_at,
				ok ? STATUS_SUCCESS : STATUS_ACCESS_DENIED) < 0)
			status = STATUS_ACCESS_VIOLATION;
	}
	free(d.acl);
	object_put(&tk->object);
	return status;
}

/* ---- descriptors of objects ----------------------------------------- */

struct parts {
	struct sid owner, group;
	uint8_t acl[512];
};

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

static void file_parts(const struct stat *st, struct parts *p)
{
	struct sid everyone = sid_make(1, 1, 0);

	p->owner = sid_of_uid(st->st_uid);
	p->group = sid_of_gid(st->st_gid);
	acl_init(p->acl);
	/* The owner can always chmod(2). */
	acl_add(p->acl, sizeof p->acl,
		(st->st_mode & 0700) == 0700 || S_ISREG(st->st_mode)
			? (st->st_mode & 0200
				   ? 0x1f01ff
				   : rights_of(st->st_mode >> 6) | 0x1f0100)
			: rights_of(st->st_mode >> 6) | 0x1f0100,
		&p->owner);
	if (st->st_mode & 070)
		acl_add(p->acl, sizeof p->acl, rights_of(st->st_mode >> 3),
			&p->group);
	if (st->st_mode & 07)
		acl_add(p->acl, sizeof p->acl, rights_of(st->st_mode),
			&everyone);
}

static NTSTATUS default_parts(struct task *t, struct parts *p)
{
	struct token *tk = token_of_process();
	uint32_t len;

	(void)t;
	if (!tk)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&tk->mutex);
	p->owner = tk->owner;
	p->group = tk->primary_group;
	default_dacl(tk, p->acl, &len);
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	return STATUS_SUCCESS;
}

static NTSTATUS object_parts(struct task *t, struct object *o, struct parts *p)
{
	struct stat st;
	int fd = o->type == &file_type ? file_object_fd(o) : -1;

	if (fd < 0 && o->type == &file_type)
		fd = ((struct file *)o)->fd;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		file_parts(&st, p);
		return STATUS_SUCCESS;
	}
	return default_parts(t, p);
}

NTSTATUS nt_query_security_object(struct task *t, uint64_t handle,
				  uint32_t info, gaddr sd, uint32_t len,
				  gaddr ret_len)
{
	struct {
		uint8_t revision, sbz;
		uint16_t control;
		uint32_t owner, group, sacl, dacl;
		uint8_t data[512 + 2 * SID_MAX];
	} out = { .revision = 1, .control = SE_SELF_RELATIVE };
	struct parts p;
	struct object *o;
	uint32_t need = 20;
	uint16_t acl_len;
	NTSTATUS status;

	if (info & SACL_INFO)
		return STATUS_PRIVILEGE_NOT_HELD;
	status = handle_get(
		t, handle, NULL,
		info & (OWNER_INFO | GROUP_INFO | DACL_INFO) ? READ_CONTROL : 0,
		&o);
	if (status != STATUS_SUCCESS)
		return status;
	status = object_parts(t, o, &p);
	object_put(o);
	if (status != STATUS_SUCCESS)
		return status;
	if (info & OWNER_INFO) {
		out.owner = need;
		memcpy((uint8_t *)&out + need, &p.owner, sid_size(&p.owner));
		need += (uint32_t)sid_size(&p.owner);
	}
	if (info & GROUP_INFO) {
		out.group = need;
		memcpy((uint8_t *)&out + need, &p.group, sid_size(&p.group));
		need += (uint32_t)sid_size(&p.group);
	}
	if (info & DACL_INFO) {
		memcpy(&acl_len, p.acl + 2, 2);
		out.dacl = need;
		out.control |= SE_DACL_PRESENT;
		memcpy((uint8_t *)&out + need, p.acl, acl_len);
		need += acl_len;
	}
	if (ret_len && guest_put32(t, ret_len, need) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (len < need)
		return STATUS_BUFFER_TOO_SMALL;
	return guest_write(t, sd, &out, need) < 0 ? STATUS_ACCESS_VIOLATION
						  : STATUS_SUCCESS;
}

/* Permission bits that the list gives to a SID. */
static mode_t bits_for(const struct descriptor *d, const struct sid *s)
{
	struct mapping m = { 0x120089, 0x120116, 0x1200a0, 0x1f01ff };
	size_t at = 8;
	unsigned left = ace_count(d);
	uint32_t r = 0;
	struct ace e;

	while (next_ace(d, &at, &left, &e))
		if (e.plain && e.type == ACE_ALLOWED &&
		    !(e.flags & ACE_INHERIT_ONLY) && sid_equal(&e.sid, s))
			r |= map_generic(e.mask, &m);
	return (r & 1 ? 4 : 0) | (r & 2 ? 2 : 0) | (r & 0x20 ? 1 : 0);
}

static NTSTATUS set_file_dacl(int fd, const struct descriptor *d)
{
	struct sid others[] = { sid_make(1, 1, 0), sid_make(5, 1, 11),
				sid_make(5, 2, 32, 545) };
	struct sid group;
	struct stat st;
	mode_t keep = 0, g;
	char self[32];

	if (!d->acl)
		return STATUS_SUCCESS; /* everybody may: nothing to take away */
	if (fstat(fd, &st) < 0)
		return status_from_errno(errno);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		keep |= bits_for(d, &others[i]);
	group = sid_of_gid(st.st_gid);
	g = keep | bits_for(d, &group);
	st.st_mode &= 07700 | g << 3 | keep;
	/* By name: a descriptor for attributes alone (O_PATH) has no fchmod. */
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	return chmod(self, st.st_mode & 07777) < 0 ? status_from_errno(errno)
						   : STATUS_SUCCESS;
}

static NTSTATUS set_file(struct object *o, uint32_t info,
			 const struct descriptor *d)
{
	int fd = file_object_fd(o);
	struct stat st;
	uint32_t uid;

	if (fd < 0)
		fd = ((struct file *)o)->fd;
	if (fd < 0)
		return STATUS_SUCCESS;
	if (info & OWNER_INFO && d->has_owner) {
		struct sid admins = sid_make(5, 2, 32, 544);

		if (fstat(fd, &st) < 0)
			return status_from_errno(errno);
		/* Giving files away is root's; administrators are root. */
		if (!sid_equal(&d->owner, &admins) &&
		    (!sid_to_uid(&d->owner, &uid) || uid != st.st_uid))
			return STATUS_INVALID_OWNER;
	}
	return info & DACL_INFO ? set_file_dacl(fd, d) : STATUS_SUCCESS;
}

NTSTATUS nt_set_security_object(struct task *t, uint64_t handle, uint32_t info,
				gaddr sd)
{
	struct descriptor d;
	struct object *o;
	uint32_t access = 0;
	NTSTATUS status;

	if (info & SACL_INFO)
		return STATUS_PRIVILEGE_NOT_HELD;
	if (info & (OWNER_INFO | GROUP_INFO | LABEL_INFO))
		access |= WRITE_OWNER;
	if (info & DACL_INFO)
		access |= WRITE_DAC;
	status = handle_get(t, handle, NULL, access, &o);
	if (status != STATUS_SUCCESS)
		return status;
	status = descriptor_read(t, sd, &d);
	if (status == STATUS_SUCCESS && o->type == &file_type)
		status = set_file(o, info, &d);
	free(d.acl);
	object_put(o);
	return status;
}
