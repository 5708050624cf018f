/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oa.c - UNICODE_STRING and OBJECT_ATTRIBUTES, read once from the guest. */
#include <stdlib.h>

#include "syscall-xlate/nt/nt.h"

NTSTATUS ustr_read(struct task *t, gaddr at, uint16_t **s, size_t *len)
{
	struct unicode_string64 u;
	uint16_t *copy;

	if (guest_read(t, &u, at, sizeof u))
		return STATUS_ACCESS_VIOLATION;
	if (u.length & 1)
		return STATUS_OBJECT_NAME_INVALID;
	copy = malloc(u.length + 2u);
	if (!copy)
		return STATUS_NO_MEMORY;
	if (guest_read(t, copy, u.buffer, u.length)) {
		free(copy);
		return STATUS_ACCESS_VIOLATION;
	}
	copy[u.length / 2] = 0;
	*s = copy;
	*len = u.length / 2;
	return STATUS_SUCCESS;
}

static NTSTATUS read_name(struct task *t, gaddr at, struct nt_oa *oa)
{
	struct unicode_string64 u;
	uint16_t *name = oa->local;

	if (guest_read(t, &u, at, sizeof u))
		return STATUS_ACCESS_VIOLATION;
	if (u.length & 1)
		return STATUS_OBJECT_NAME_INVALID;
	/* An empty name is none, but below a handle it is the handle's. */
	if (!u.length && !oa->root)
		return STATUS_SUCCESS;
	if (u.length > sizeof oa->local - sizeof *name)
		name = malloc(u.length + sizeof *name);
	if (!name)
		return STATUS_NO_MEMORY;
	oa->name = name;
	oa->name_len = u.length / sizeof *name;
	name[oa->name_len] = 0;
	if (guest_read(t, name, u.buffer, u.length)) {
		oa_free(oa);
		return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

NTSTATUS oa_read(struct task *t, gaddr at, struct nt_oa *oa)
{
	struct object_attributes64 g;

	oa->root = oa->security = oa->quality = 0;
	oa->attributes = 0;
	oa->name = NULL;
	oa->name_len = 0;
	if (!at)
		return STATUS_SUCCESS;
	if (guest_read(t, &g, at, sizeof g))
		return STATUS_ACCESS_VIOLATION;
	if (g.length != sizeof g)
		return STATUS_INVALID_PARAMETER;
	oa->root = g.root;
	oa->attributes = g.attributes;
	oa->security = g.security;
	oa->quality = g.quality;
	return g.name ? read_name(t, g.name, oa) : STATUS_SUCCESS;
}

void oa_free(struct nt_oa *oa)
{
	if (oa->name != oa->local)
		free(oa->name);
	oa->name = NULL;
}
