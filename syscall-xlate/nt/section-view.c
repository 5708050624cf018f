/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * section-view.c - views of sections.
 *
 * A view is a vad with a reference to its section; unmapping is by any address
 * inside it.
 */
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/modules.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/vad.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/calls.h"

enum {
	MEM_REPLACE_PLACEHOLDER = 0x4000,
	MEM_PRESERVE_PLACEHOLDER = 2,
	MEM_LARGE_PAGES = 0x20000000,
	MEM_RESERVE_TYPE = 0x2000,
	MEM_TOP_DOWN_TYPE = 0x100000,
	PROCESS_VM_OPERATION = 8,
};

/* ---- views ---------------------------------------------------------- */

/* Finds room; *a and *b are the view.  vm_lock is held. */
static NTSTATUS place_view(gaddr *a, gaddr *b, uint64_t size,
			   const struct vm_extended *x, uint32_t type)
{
	if (!*a) {
		*a = vm_place(x->low, x->high, size, x->align,
			      type & MEM_TOP_DOWN_TYPE);
		*b = *a + size;
		return *a ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	*b = *a + size;
	if (*b <= *a || *b - 1 > vm_highest() || *a < guest_mem->low)
		return STATUS_INVALID_PARAMETER_3;
	if (type & MEM_REPLACE_PLACEHOLDER)
		return vm_take_placeholder(*a, *b);
	return vad_range_free(*a, *b) ? STATUS_SUCCESS
				      : STATUS_CONFLICTING_ADDRESSES;
}

/* there: bytes that are committed from the beginning. */
static int map_view(struct nt_section *s, struct vad *v, uint64_t there)
{
	bool copy = v->prot & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
	bool whole = there == v->end - v->start;
	int prot = vm_host_prot(v->prot), err;

	err = guest_mem->map(v->start, v->end - v->start,
			     whole ? prot : GUEST_NONE, s->fd, v->offset,
			     copy ? 0 : GUEST_SHARED);
	if (!err && there && !whole) {
		err = guest_mem->protect(v->start, there, prot);
		if (err)
			guest_mem->unmap(v->start, v->end - v->start);
	}
	return err;
}

NTSTATUS section_map(struct nt_section *s, gaddr *base, uint64_t offset,
		     uint64_t *size, const struct vm_extended *x, uint32_t type,
		     uint32_t protect)
{
	gaddr a = *base, b = 0;
	uint64_t n, there, total = s->size;
	/* Of a file that will grow into it: by commits, or as files do. */
	bool grows = type & MEM_RESERVE_TYPE && s->in_file;
	bool exact = type & MEM_REPLACE_PLACEHOLDER;
	struct vad *v;
	NTSTATUS status;
	int err;

	section_attach(s);
	if (s->fd < 0)
		return STATUS_FILE_INVALID;
	if ((a | offset) & ((exact ? PAGE : VM_GRANULARITY) - 1))
		return STATUS_MAPPED_ALIGNMENT;
	if (!section_view_allows(&s->object, protect))
		return STATUS_SECTION_PROTECTION;
	if (offset >= total || (*size > total - offset && !grows) ||
	    *size > vm_highest())
		return STATUS_INVALID_VIEW_SIZE;
	n = ROUND_UP(*size ? *size : total - offset, PAGE);
	there = s->attributes & SEC_RESERVE
			? 0
			: MIN(n, ROUND_UP(total - offset, PAGE));

	pthread_mutex_lock(&vm_lock);
	status = place_view(&a, &b, n, x, type);
	if (status != STATUS_SUCCESS)
		goto out;
	v = vad_add(a, b, MEM_MAPPED, protect & PAGE_PROT_MASK,
		    there == n ? protect & PAGE_PROT_MASK : 0);
	if (!v) {
		status = STATUS_NO_MEMORY;
		goto out;
	}
	if (there && there < n &&
	    !vad_set(v, a, a + there, protect & PAGE_PROT_MASK)) {
		vad_remove(v);
		status = STATUS_NO_MEMORY;
		goto out;
	}
	v->offset = s->fd_base + offset;
	v->section = &s->object;
	object_get(v->section);
	if (there < n)
		v->flags |= VAD_RESERVED_VIEW;
	if (exact)
		v->flags |= VAD_FROM_PLACEHOLDER;
	err = map_view(s, v, there);
	if (err) {
		vad_remove(v);
		status = vm_status(-err);
	}
out:
	pthread_mutex_unlock(&vm_lock);
	if (status == STATUS_SUCCESS) {
		*base = a;
		*size = n;
	}
	return status;
}

NTSTATUS section_unmap(gaddr base, uint32_t flags)
{
	struct object *section = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	gaddr start, end;
	struct vad *v;
	int err;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(base);
	if (!v || v->type == MEM_PRIVATE) {
		status = STATUS_NOT_MAPPED_VIEW;
	} else if (flags & MEM_PRESERVE_PLACEHOLDER &&
		   !(v->flags & VAD_FROM_PLACEHOLDER)) {
		status = STATUS_CONFLICTING_ADDRESSES;
	} else {
		start = v->start;
		end = v->end;
		if (v->type == MEM_IMAGE)
			module_forget(start);
		err = guest_mem->unmap(start, end - start);
		status = vm_status(-err);
		if (!err) {
			section = v->section;
			v->section = NULL;
			vad_remove(v);
			if (flags & MEM_PRESERVE_PLACEHOLDER &&
			    (v = vad_add(start, end, MEM_PRIVATE, PAGE_NOACCESS,
					 0)))
				v->flags |= VAD_PLACEHOLDER;
		}
	}
	pthread_mutex_unlock(&vm_lock);
	if (section)
		object_put(section);
	return status;
}

struct map_args {
	uint64_t section, process;
	gaddr base, offset, size; /* where the values are */
	uint32_t type, protect;
	struct vm_extended x;
};

static NTSTATUS map_call(struct task *t, struct map_args *m)
{
	const struct section_protection *p = section_protection(m->protect);
	struct nt_section *s;
	uint32_t granted, want;
	gaddr a;
	uint64_t n, off = 0;
	NTSTATUS status;

	if (guest_get64(t, &a, m->base) < 0 ||
	    guest_get64(t, &n, m->size) < 0 ||
	    (m->offset && guest_get64(t, &off, m->offset) < 0))
		return STATUS_ACCESS_VIOLATION;
	if (!p)
		return STATUS_INVALID_PAGE_PROTECTION;
	if (m->type & ~(MEM_RESERVE_TYPE | MEM_TOP_DOWN_TYPE | 0x40000000u |
			MEM_REPLACE_PLACEHOLDER | MEM_LARGE_PAGES))
		return STATUS_INVALID_PARAMETER_9;
	status = vm_own_process(t, m->process, PROCESS_VM_OPERATION);
	if (status != STATUS_SUCCESS)
		return status;
	status = handle_get_granted(t, m->section, &section_type, 0, &s,
				    &granted);
	if (status != STATUS_SUCCESS)
		return status;
	section_attach(s);
	/* Images are mapped as they say, whatever is asked for. */
	want = s->image ? SECTION_MAP_READ : p->access;
	if ((granted & want) != want)
		status = STATUS_ACCESS_DENIED;
	else if (!s->image && m->protect & 0xf0 /* PAGE_EXECUTE... */ &&
		 mitigation_in_force(MITIGATION_DYNAMIC_CODE))
		status = STATUS_DYNAMIC_CODE_BLOCKED;
	else if (s->image)
		status = section_image_map(s, &a, &n, &m->x, m->type);
	else
		status =
			section_map(s, &a, off, &n, &m->x, m->type, m->protect);
	if (NT_SUCCESS(status) && s->image)
		debug_image_mapped(t, a, s->fd);
	object_put(&s->object);
	if (!NT_SUCCESS(status))
		return status;
	if (guest_put64(t, m->base, a) < 0 || guest_put64(t, m->size, n) < 0 ||
	    (m->offset && guest_put64(t, m->offset, off) < 0)) {
		section_unmap(a, 0);
		return STATUS_ACCESS_VIOLATION;
	}
	return status;
}

/* The section goes to the process first, which then maps it. */
static bool map_elsewhere(struct task *t, uint64_t process, uint64_t *args,
			  NTSTATUS *status)
{
	enum { CLOSE_SOURCE = 1 };
	struct object *s = NULL, *back = NULL;
	uint32_t granted, access, attributes;
	struct nt_process *p;
	bool other = false;
	uint64_t there;

	if (handle_get(t, process, &process_type, PROCESS_VM_OPERATION, &p))
		return false;
	if (p != nt_self) {
		other = true;
		*status = handle_get_granted(t, args[0], &section_type, 0, &s,
					     &granted);
		if (!*status)
			*status = remote_give(p, s, granted, 0, &there);
		object_put(s);
		if (!*status) {
			args[0] = there;
			remote_call(t, process, PROCESS_VM_OPERATION,
				    "NtMapViewOfSection", args, status);
			remote_take(p, there, CLOSE_SOURCE, &back, &access,
				    &attributes);
			object_put(back);
		}
	}
	object_put(&p->object);
	return other;
}

NTSTATUS nt_map_view_of_section(struct task *t, uint64_t section,
				uint64_t process, gaddr base,
				uint64_t zero_bits, uint64_t commit,
				gaddr offset, gaddr size, uint32_t inherit,
				uint32_t type, uint32_t protect)
{
	uint64_t args[] = { section, process, base,    zero_bits, commit,
			    offset,  size,    inherit, type,      protect };
	struct map_args m = { section, process, base,    offset,
			      size,    type,    protect, { 0 } };
	NTSTATUS status;

	(void)commit; /* all of it is there */
	if (process < NT_CURRENT_THREAD &&
	    map_elsewhere(t, process, args, &status))
		return status;
	if (inherit != 1 && inherit != 2)
		return STATUS_INVALID_PARAMETER_8;
	if (!vm_zero_bits(zero_bits, &m.x.high))
		return STATUS_INVALID_PARAMETER_4;
	return map_call(t, &m);
}

NTSTATUS nt_map_view_of_section_ex(struct task *t, uint64_t section,
				   uint64_t process, gaddr base, gaddr offset,
				   gaddr size, uint32_t type, uint32_t protect,
				   gaddr params, uint32_t nparams)
{
	struct map_args m = { section, process, base,    offset,
			      size,    type,    protect, { 0 } };
	NTSTATUS status = vm_extended_read(t, params, nparams, &m.x);

	return status == STATUS_SUCCESS ? map_call(t, &m) : status;
}

static NTSTATUS unmap_own(struct task *t, gaddr at, uint32_t flags)
{
	gaddr image = 0;
	NTSTATUS status;
	struct vad *v;

	if (nt_debugged) {
		pthread_mutex_lock(&vm_lock);
		v = vad_find(at);
		if (v && v->type == MEM_IMAGE)
			image = v->start;
		pthread_mutex_unlock(&vm_lock);
	}
	status = section_unmap(at, flags);
	if (image && status == STATUS_SUCCESS)
		debug_image_unmapped(t, image);
	return status;
}

NTSTATUS nt_unmap_view_of_section_ex(struct task *t, uint64_t process,
				     gaddr base, uint32_t flags)
{
	const uint64_t args[] = { process, base, flags };
	NTSTATUS status;

	if (remote_call(t, process, PROCESS_VM_OPERATION,
			"NtUnmapViewOfSectionEx", args, &status))
		return status;
	status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (flags & ~(1u | MEM_PRESERVE_PLACEHOLDER))
		return STATUS_INVALID_PARAMETER_3;
	return status == STATUS_SUCCESS ? unmap_own(t, base, flags) : status;
}

NTSTATUS nt_unmap_view_of_section(struct task *t, uint64_t process, gaddr base)
{
	return nt_unmap_view_of_section_ex(t, process, base, 0);
}

/* ---- extend, compare ------------------------------------------------ */

NTSTATUS nt_extend_section(struct task *t, uint64_t section, gaddr size)
{
	struct nt_section *s;
	struct stat st;
	uint64_t n;
	NTSTATUS status;

	if (guest_get64(t, &n, size) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = handle_get(t, section, &section_type, SECTION_EXTEND_SIZE, &s);
	if (status != STATUS_SUCCESS)
		return status;
	section_attach(s);
	if (s->image || !s->in_file) {
		status = STATUS_SECTION_NOT_EXTENDED;
	} else if (n > s->size) {
		if (fstat(s->fd, &st) < 0)
			status = status_from_errno(errno);
		else if (n > (uint64_t)st.st_size &&
			 (n > INT64_MAX || ftruncate(s->fd, (off_t)n) < 0))
			status = STATUS_SECTION_NOT_EXTENDED;
		else
			section_has_grown(&s->object, n);
	} else {
		n = s->size;
	}
	object_put(&s->object);
	if (status == STATUS_SUCCESS && guest_put64(t, size, n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* A descriptor for the file under an address, the caller's; -1: none. */
static int mapped_fd(gaddr at, NTSTATUS *status)
{
	struct vad *v;
	int fd = -1;

	*status = STATUS_SUCCESS;
	pthread_mutex_lock(&vm_lock);
	v = vad_find(at);
	if (!v)
		*status = STATUS_INVALID_ADDRESS;
	else if (v->type == MEM_PRIVATE)
		*status = STATUS_CONFLICTING_ADDRESSES;
	else if (v->section)
		fd = fcntl(section_fd(v->section), F_DUPFD_CLOEXEC, 3);
	pthread_mutex_unlock(&vm_lock);
	return fd;
}

NTSTATUS nt_are_mapped_files_the_same(struct task *t, gaddr first, gaddr second)
{
	struct stat a, b;
	NTSTATUS status, status2;
	int fd = mapped_fd(first, &status), fd2 = mapped_fd(second, &status2);
	bool same = fd >= 0 && fd2 >= 0 && fstat(fd, &a) == 0 &&
		    fstat(fd2, &b) == 0 && a.st_dev == b.st_dev &&
		    a.st_ino == b.st_ino;

	(void)t;
	if (fd >= 0)
		close(fd);
	if (fd2 >= 0)
		close(fd2);
	if (status != STATUS_SUCCESS)
		return status;
	if (status2 != STATUS_SUCCESS)
		return status2;
	return same ? STATUS_SUCCESS : STATUS_NOT_SAME_DEVICE;
}
