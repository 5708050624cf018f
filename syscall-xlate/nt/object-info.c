/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object-info.c - NtQueryObject, NtSetInformationObject.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

/* OBJECT_HANDLE_FLAG_INFORMATION */
struct handle_flags {
	uint8_t inherit, protect;
};

NTSTATUS nt_set_information_object(struct task *t, uint64_t handle,
				   uint32_t class, gaddr info, uint32_t len)
{
	enum { HANDLE_FLAGS = 4 };
	struct handle_flags f;

	if (class != HANDLE_FLAGS)
		return STATUS_INVALID_INFO_CLASS;
	if (len < sizeof f)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &f, info, sizeof f))
		return STATUS_ACCESS_VIOLATION;
	return handle_set_flags(handle,
				(f.inherit ? OBJ_INHERIT : 0) |
					(f.protect ? HANDLE_PROTECT : 0));
}

/* OBJECT_BASIC_INFORMATION */
struct object_basic {
	uint32_t attributes, access, handles, pointers;
	uint32_t paged_charge, nonpaged_charge, reserved[3];
	uint32_t name_size, type_size, security_size;
	int64_t created;
};
_Static_assert(sizeof(struct object_basic) == 56, "NtQueryObject class 0");

static void put_len(struct task *t, gaddr at, uint32_t n)
{
	if (at)
		guest_put32(t, at, n);
}

static NTSTATUS query_basic(struct task *t, struct object *o, uint32_t access,
			    uint32_t flags, gaddr info, uint32_t len,
			    gaddr ret_len)
{
	struct object_basic b = {
		.attributes = flags & OBJ_INHERIT,
		.access = access,
		.handles = o->handles,
		.pointers = o->refs,
		.name_size = o->name ? (o->name->len + 1u) * 2 + 16 : 0,
		.type_size = 0x78,
	};

	if (len < sizeof b)
		return STATUS_INFO_LENGTH_MISMATCH;
	put_len(t, ret_len, sizeof b);
	return guest_write(t, info, &b, sizeof b) ? STATUS_ACCESS_VIOLATION
						  : STATUS_SUCCESS;
}

/* A UNICODE_STRING and behind it, at text_at, its terminated text. */
static NTSTATUS put_string(struct task *t, gaddr at, gaddr text_at,
			   const uint16_t *text, size_t len)
{
	struct unicode_string64 s = { 0 };
	uint16_t nul = 0;

	if (len || text) {
		s.length = (uint16_t)(len * 2);
		s.maximum = (uint16_t)(len * 2 + 2);
		s.buffer = text_at;
	}
	if (guest_write(t, at, &s, sizeof s) ||
	    (s.buffer && (guest_write(t, text_at, text, len * 2) ||
			  guest_write(t, text_at + len * 2, &nul, 2))))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

static NTSTATUS query_name(struct task *t, struct object *o, gaddr info,
			   uint32_t len, gaddr ret_len)
{
	uint32_t need = sizeof(struct unicode_string64);
	uint16_t *name = NULL;
	size_t n = 0;
	NTSTATUS status;

	status = o->type->query_name ? o->type->query_name(o, &name, &n)
				     : object_full_name(o, &name, &n);
	if (status)
		return status;
	if (n)
		need += (uint32_t)(n + 1) * 2;
	put_len(t, ret_len, need);
	/* Windows tells "too small" apart by whether the head fits. */
	if (len < sizeof(struct unicode_string64))
		status = STATUS_INFO_LENGTH_MISMATCH;
	else if (len < need)
		status = STATUS_BUFFER_OVERFLOW;
	else
		status = put_string(t, info,
				    info + sizeof(struct unicode_string64),
				    n ? name : NULL, n);
	free(name);
	return status;
}

/* OBJECT_TYPE_INFORMATION behind its name */
struct object_type_tail {
	uint32_t objects, handles;
	uint32_t usage[4], high_objects, high_handles, high_usage[4];
	uint32_t invalid_attributes;
	uint32_t generic[4];
	uint32_t valid_access;
	uint8_t security_required, maintain_handles, index, reserved;
	uint32_t pool, default_paged, default_nonpaged;
};
_Static_assert(sizeof(struct object_type_tail) == 0x58, "class 2");

static NTSTATUS query_type(struct task *t, struct object *o, gaddr info,
			   uint32_t len, gaddr ret_len)
{
	const struct object_type *type = o->type;
	const uint32_t head = sizeof(struct unicode_string64) +
			      sizeof(struct object_type_tail);
	size_t n = strlen(type->name);
	uint32_t need = (uint32_t)(head + (n + 1) * 2);
	struct object_type_tail tail = {
		.objects = 1,
		.handles = o->handles,
		.valid_access = type->valid_access,
	};
	uint16_t name[64];

	put_len(t, ret_len, need);
	if (len < need)
		return STATUS_INFO_LENGTH_MISMATCH;
	memcpy(tail.generic, type->generic, sizeof tail.generic);
	for (size_t i = 0; i < n && i < COUNT_OF(name); i++)
		name[i] = (uint8_t)type->name[i];
	if (guest_write(t, info + sizeof(struct unicode_string64), &tail,
			sizeof tail))
		return STATUS_ACCESS_VIOLATION;
	return put_string(t, info, info + head, name, n);
}

static NTSTATUS query_flags(struct task *t, uint32_t flags, gaddr info,
			    uint32_t len, gaddr ret_len)
{
	struct handle_flags f = { !!(flags & OBJ_INHERIT),
				  !!(flags & HANDLE_PROTECT) };

	if (len < sizeof f)
		return STATUS_INFO_LENGTH_MISMATCH;
	put_len(t, ret_len, sizeof f);
	return guest_write(t, info, &f, sizeof f) ? STATUS_ACCESS_VIOLATION
						  : STATUS_SUCCESS;
}

NTSTATUS nt_query_object(struct task *t, uint64_t handle, uint32_t class,
			 gaddr info, uint32_t len, gaddr ret_len)
{
	enum { BASIC, NAME, TYPE, TYPES, HANDLE_FLAGS };
	uint32_t access, flags;
	struct object *o;
	NTSTATUS status;

	if (class > HANDLE_FLAGS)
		return STATUS_INVALID_INFO_CLASS;
	if (class == TYPES)
		return STATUS_NOT_IMPLEMENTED;
	status = handle_get_info(t, handle, NULL, 0, &o, &access, &flags);
	if (status)
		return status;
	if (class == BASIC)
		status = query_basic(t, o, access, flags, info, len, ret_len);
	else if (class == NAME)
		status = query_name(t, o, info, len, ret_len);
	else if (class == TYPE)
		status = query_type(t, o, info, len, ret_len);
	else
		status = query_flags(t, flags, info, len, ret_len);
	object_put(o);
	return status;
}
