/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * descriptor.h - security descriptors: read, changed, inherited, written out.
 *
 * Of a SACL only the mandatory label is kept: nothing is audited here.
 */
#ifndef RF_NT_DESCRIPTOR_H
#define RF_NT_DESCRIPTOR_H

#include "base/bytes.h"
#include "syscall-xlate/nt/token.h"

enum {
	SE_DACL_PRESENT = 4,
	SE_SACL_PRESENT = 0x10,
	SE_DACL_AUTO_INHERIT_REQ = 0x100,
	SE_DACL_AUTO_INHERITED = 0x400,
	SE_DACL_PROTECTED = 0x1000,
	SE_SELF_RELATIVE = 0x8000,

	/* SECURITY_INFORMATION */
	OWNER_INFO = 1,
	GROUP_INFO = 2,
	DACL_INFO = 4,
	SACL_INFO = 8,
	LABEL_INFO = 0x10,
	DACL_UNPROTECT_INFO = 0x20000000,
	ALL_INFO = OWNER_INFO | GROUP_INFO | DACL_INFO | LABEL_INFO,

	ACE_ALLOWED = 0,
	ACE_DENIED = 1,
	ACE_ALLOWED_OBJECT = 5, /* of a type of what is in the object, or all */
	ACE_DENIED_OBJECT = 6,
	ACE_LABEL = 0x11,

	/* Flags of an ACE. */
	ACE_OBJECTS = 1,    /* inherited by what holds nothing */
	ACE_CONTAINERS = 2, /* inherited by what holds more */
	ACE_ONCE = 4,       /* and by their children no more */
	ACE_INHERIT_ONLY = 8,
	ACE_INHERITED = 0x10,

	/* Flags of an object's. */
	ACE_HAS_TYPE = 1,
	ACE_HAS_HEIRS_TYPE = 2,

	/* Rights to what has a descriptor. */
	READ_CONTROL = 0x20000,
	WRITE_DAC = 0x40000,
	WRITE_OWNER = 0x80000,
	STANDARD_RIGHTS = 0xf0000, /* these, and to delete it */
	STANDARD_RIGHTS_TO_CHANGE = STANDARD_RIGHTS & ~READ_CONTROL,
	ACCESS_SYSTEM_SECURITY = 0x1000000,
	MAXIMUM_ALLOWED = 0x2000000,

	DESCRIPTOR_MAX = 0x20000, /* two ACLs, two SIDs, 20 bytes */
};

#define DACL_PROTECT_INFO 0x80000000u

struct descriptor {
	uint16_t control; /* of SE_DACL_*, what concerns inheritance */
	bool has_owner, has_group, has_dacl;
	struct sid owner, group;
	uint8_t *dacl;  /* malloc'ed, valid; NULL: everything is allowed */
	uint8_t *label; /* an ACL of label entries, or NULL */
};

/*
 * descriptor_read() - from guest memory; descriptor_parse() - from bytes that
 * are self-relative.  descriptor_free() what they leave, unless they fail.
 *
 * STATUS_ACCESS_VIOLATION (of bytes: STATUS_INVALID_SECURITY_DESCR),
 * STATUS_UNKNOWN_REVISION, STATUS_INVALID_SID, STATUS_INVALID_ACL,
 * STATUS_NO_MEMORY.
 */
NTSTATUS descriptor_read(struct task *t, gaddr at, struct descriptor *d);
NTSTATUS descriptor_parse(struct bytes b, struct descriptor *d);
void descriptor_free(struct descriptor *d);

/* A list alone, by descriptor_read()'s rules; malloc'ed. */
NTSTATUS acl_read(struct task *t, gaddr at, uint8_t **acl);
/* May the n bytes be walked as a list? */
bool acl_is_whole(struct bytes b);

/* The parts that info names, self-relative; malloc'ed.  NULL: no memory. */
uint8_t *descriptor_pack(const struct descriptor *d, uint32_t info, size_t *n);

/* What GENERIC_READ, WRITE, EXECUTE and ALL mean, as in struct object_type. */
uint32_t generic_map(uint32_t access, const uint32_t *generic);

/*
 * descriptor_default() - as tk's objects have it: those of a container are
 * inherited by what is made in it.  tk->mutex is not held.
 */
NTSTATUS descriptor_default(struct token *tk, const uint32_t *generic,
			    bool container, struct descriptor *d);

/*
 * descriptor_change() - the parts that info names become by's in d, as
 * NtSetSecurityObject has it.  STATUS_INVALID_OWNER (tk may not give it),
 * STATUS_INVALID_PRIMARY_GROUP, STATUS_NO_MEMORY; then d is as it was.
 */
NTSTATUS descriptor_change(struct descriptor *d, uint32_t info,
			   const struct descriptor *by, struct token *tk,
			   const uint32_t *generic);

/*
 * descriptor_assign() - that of a new object.
 *
 *   parent  of what it is made in, or NULL
 *   given   by its maker, or NULL
 *
 * Statuses as descriptor_change().
 */
NTSTATUS descriptor_assign(const struct descriptor *parent,
			   const struct descriptor *given, struct token *tk,
			   const uint32_t *generic, bool container,
			   struct descriptor *d);

/*
 * What may be asked about in an object: itself, and parts of it that have types
 * (OBJECT_TYPE_LIST), each behind that which it is in.
 */
struct access_part {
	uint8_t type[16]; /* a GUID */
	uint16_t level;   /* 0: the object */
	/* What descriptor_judge() finds out: with privileges, and without. */
	uint32_t allowed, unprivileged;
	uint32_t granted, denied; /* its own */
};

struct access_parts {
	const struct sid *self; /* whom PRINCIPAL SELF means; NULL: nobody */
	bool typed;             /* false: only the object, without a type */
	uint32_t n;
	struct access_part *part;
};

/*
 * descriptor_judge() - every right that d gives to tk, whose mutex is not held,
 * on each part: by its list, as its owner, by privileges.
 */
void descriptor_judge(const struct descriptor *d, const uint32_t *generic,
		      struct token *tk, const struct access_parts *parts);
/* On the object as a whole. */
uint32_t descriptor_allowed(const struct descriptor *d, const uint32_t *generic,
			    struct token *tk);

/* One access control entry; acl_next() is false at the end of the list. */
struct ace {
	uint8_t type, flags;
	uint16_t size;
	uint32_t mask;
	struct sid sid;
	const uint8_t *at;
	bool plain;           /* it allows or denies; mask and sid are valid */
	bool of_object;       /* so it does, as one of the object types */
	const uint8_t *about; /* the GUID of that type; NULL: all */
};

struct acl_walk {
	const uint8_t *acl;
	size_t at;
	unsigned left;
};
struct acl_walk acl_walk(const uint8_t *acl);
bool acl_next(struct acl_walk *w, struct ace *e);

static inline size_t acl_size(const uint8_t *acl)
{
	return le16_at(acl + 2);
}

#endif
