/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boundary.c - boundary descriptors, by which private namespaces are found.
 *
 * One block of the heap: a head, and entries, each from a multiple of 8.  The
 * kernel side reads it (private-namespace.c) and compares it byte for byte, so
 * padding is zero.
 */
#include "ntdll-private.h"

enum { VERSION = 1, ENTRY_NAME = 1, ENTRY_SID = 2, ENTRY_LABEL = 3 };

struct boundary {
	ULONG version, items, total_size, flags;
};

struct entry {
	ULONG type, size;
};

/* b with one more entry, in a new block; NULL: no memory. */
static struct boundary *grow(const struct boundary *b, ULONG type,
			     const void *data, ULONG size)
{
	ULONG more = (sizeof(struct entry) + size + 7) & ~7u;
	struct boundary *n;
	struct entry *e;

	n = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, b->total_size + more);
	if (!n)
		return NULL;
	memcpy(n, b, b->total_size);
	e = (struct entry *)((char *)n + n->total_size);
	e->type = type;
	e->size = sizeof *e + size;
	memcpy(e + 1, data, size);
	n->total_size += more;
	n->items++;
	return n;
}

PVOID NTAPI RtlCreateBoundaryDescriptor(PUNICODE_STRING name, ULONG flags)
{
	struct boundary head = { .version = VERSION,
				 .total_size = sizeof head,
				 .flags = flags };

	if (!name || !name->Length)
		return NULL;
	return grow(&head, ENTRY_NAME, name->Buffer, name->Length);
}

VOID NTAPI RtlDeleteBoundaryDescriptor(PVOID boundary)
{
	RtlFreeHeap(rf_heap(), 0, boundary);
}

static NTSTATUS add_sid(PVOID *boundary, ULONG type, PSID sid)
{
	struct boundary *n;

	if (!RtlValidSid(sid))
		return STATUS_INVALID_SID;
	n = grow(*boundary, type, sid, RtlLengthSid(sid));
	if (!n)
		return STATUS_NO_MEMORY;
	RtlFreeHeap(rf_heap(), 0, *boundary);
	*boundary = n;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddSIDToBoundaryDescriptor(PVOID *boundary, PSID sid)
{
	return add_sid(boundary, ENTRY_SID, sid);
}

static BOOL has_label(const struct boundary *b)
{
	ULONG at = sizeof *b, i;

	for (i = 0; i < b->items; i++) {
		const struct entry *e =
			(const struct entry *)((const char *)b + at);

		if (e->type == ENTRY_LABEL)
			return TRUE;
		at += (e->size + 7) & ~7u;
	}
	return FALSE;
}

NTSTATUS NTAPI RtlAddIntegrityLabelToBoundaryDescriptor(PVOID *boundary,
							PSID label)
{
	static const UCHAR mandatory[6] = { 0, 0, 0, 0, 0, 16 };

	if (!RtlValidSid(label) ||
	    memcmp(RtlIdentifierAuthoritySid(label), mandatory,
		   sizeof mandatory) ||
	    *RtlSubAuthorityCountSid(label) != 1)
		return STATUS_INVALID_SID;
	if (has_label(*boundary))
		return STATUS_INVALID_PARAMETER;
	return add_sid(boundary, ENTRY_LABEL, label);
}
