/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtual-free.c - decommit and release the process's own memory, and what
 * becomes of placeholders then.  See virtual.c.
 */
#include "syscall-xlate/nt/vad.h"

enum {
	MEM_COALESCE_PLACEHOLDERS = 1,
	MEM_PRESERVE_PLACEHOLDER = 2,
};

/* Unmaps what is mapped of [a, b), in one call if possible. */
static int unmap_committed(const struct vad *v, gaddr a, gaddr b)
{
	gaddr end, first = 0, last = 0;

	if (v->flags & VAD_WINDOWS)
		return guest_mem->unmap(a, b - a);
	for (gaddr at = a; at < b; at = end) {
		uint16_t state = vad_run(v, at, &end);

		end = MIN(end, b);
		if (!state)
			continue;
		if (!first)
			first = at;
		last = end;
	}
	return first ? guest_mem->unmap(first, last - first) : 0;
}

static NTSTATUS decommit(struct vad *v, gaddr a, gaddr b)
{
	int err;

	if (v->type != MEM_PRIVATE)
		return STATUS_UNABLE_TO_DELETE_SECTION;
	if (a == v->start && b == v->end) {
		err = unmap_committed(v, a, b);
		vad_set(v, a, b, 0);
		return vm_status(-err);
	}
	/* The book first: a page too many in the host harms nobody. */
	if (!vad_set(v, a, b, 0))
		return STATUS_NO_MEMORY;
	return vm_status(-guest_mem->unmap(a, b - a));
}

/* Makes [a, b) of v a vad of its own. */
static struct vad *isolate(struct vad *v, gaddr a, gaddr b)
{
	if (v->start < a)
		v = vad_split(v, a);
	if (v && v->end > b && !vad_split(v, b))
		return NULL;
	return v;
}

static NTSTATUS coalesce(gaddr a, gaddr b)
{
	struct vad *v;

	for (gaddr at = a; at < b; at = v->end) {
		v = vad_find(at);
		if (!v || !(v->flags & VAD_PLACEHOLDER) || v->end > b ||
		    (at == a && (v->start != a || v->end == b)))
			return STATUS_CONFLICTING_ADDRESSES;
	}
	for (gaddr at = a, end; at < b; at = end) {
		v = vad_find(at);
		end = v->end;
		vad_remove(v);
	}
	v = vad_add(a, b, MEM_PRIVATE, PAGE_NOACCESS, 0);
	if (!v)
		return STATUS_NO_MEMORY;
	v->flags |= VAD_PLACEHOLDER;
	return STATUS_SUCCESS;
}

static NTSTATUS release(struct vad *v, gaddr a, gaddr b, uint32_t type)
{
	bool keep = type & MEM_PRESERVE_PLACEHOLDER;
	int err;

	if (v->type != MEM_PRIVATE)
		return STATUS_UNABLE_TO_DELETE_SECTION;
	if (keep && !(v->flags & (VAD_PLACEHOLDER | VAD_FROM_PLACEHOLDER)))
		return STATUS_CONFLICTING_ADDRESSES;
	if (v->flags & VAD_WATCH && (a != v->start || b != v->end))
		return STATUS_INVALID_PARAMETER_3; /* one bitmap, one vad */
	v = isolate(v, a, b);
	if (!v)
		return STATUS_NO_MEMORY;
	err = unmap_committed(v, a, b);
	if (err)
		return vm_status(-err);
	vad_remove(v);
	if (keep) {
		v = vad_add(a, b, MEM_PRIVATE, PAGE_NOACCESS, 0);
		if (v)
			v->flags |= VAD_PLACEHOLDER;
	}
	return STATUS_SUCCESS;
}

NTSTATUS vm_free(gaddr *base, uint64_t *size, uint32_t type)
{
	const gaddr end = vm_space_end();
	uint32_t what = type & (MEM_DECOMMIT | MEM_RELEASE);
	gaddr a, b;
	struct vad *v;
	NTSTATUS status;

	if (type & ~(MEM_DECOMMIT | MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS |
		     MEM_PRESERVE_PLACEHOLDER) ||
	    !what || what == (MEM_DECOMMIT | MEM_RELEASE))
		return STATUS_INVALID_PARAMETER_4;
	if (*base >= end)
		return STATUS_INVALID_PARAMETER_2;
	if (*size > end - *base)
		return STATUS_INVALID_PARAMETER_3;
	a = ROUND_DOWN(*base, PAGE);
	b = ROUND_UP(*base + *size, PAGE);

	pthread_mutex_lock(&vm_lock);
	v = vad_find(a);
	if (!v) {
		status = STATUS_MEMORY_NOT_ALLOCATED;
	} else if (v->flags & VAD_FIXED) {
		status = STATUS_INVALID_PAGE_PROTECTION;
	} else if (what == MEM_RELEASE && type & MEM_COALESCE_PLACEHOLDERS) {
		status = coalesce(a, b);
	} else if (!*size && a != v->start) {
		status = STATUS_FREE_VM_NOT_AT_BASE;
	} else {
		if (!*size)
			b = v->end;
		if (b > v->end)
			status = STATUS_UNABLE_TO_FREE_VM;
		else if (what == MEM_RELEASE)
			status = release(v, a, b, type);
		else
			status = decommit(v, a, b);
	}
	pthread_mutex_unlock(&vm_lock);
	if (status == STATUS_SUCCESS) {
		*base = a;
		*size = b - a;
		vm_tell_commit();
	}
	return status;
}
