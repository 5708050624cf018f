/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * section-image.c - image sections: a PE file laid out as it wants to be.
 *
 * loader/image parses and maps; here an address is chosen (the preferred one
 * if it is free: no ASLR, so no relocation at start-up) and the book is kept.
 */
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/modules.h"
#include "syscall-xlate/nt/abi-memory.h"
#include "syscall-xlate/nt/vad.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/image/image.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/path.h"

enum {
	SCN_EXECUTE = 0x20000000,
	SCN_READ = 0x40000000,
	SCN_WRITE = 0x80000000,
	IMAGE_DLL = 0x2000,
	DLL_DYNAMIC_BASE = 0x40,
};

NTSTATUS section_image_open(struct nt_section *s, int fd)
{
	struct err e = { 0 };

	s->image = image_open_fd(fd, &e);
	if (!s->image) {
		log_debug(LOG_IMAGE, "section: %s", e.text);
		return e.code == ENOEXEC ? STATUS_INVALID_IMAGE_FORMAT
					 : status_from_errno(e.code);
	}
	if (s->image->format != IMAGE_PE) {
		image_close(s->image);
		s->image = NULL;
		return STATUS_INVALID_IMAGE_NOT_MZ;
	}
	s->fd = s->image->fd;
	s->size = s->image->size;
	return STATUS_SUCCESS;
}

/* What NT calls a segment's pages. */
static uint16_t segment_state(const struct image_segment *g, bool no_execute)
{
	bool x = g->prot & GUEST_EXEC && !no_execute;

	if (g->prot & GUEST_WRITE) {
		if (g->shared)
			return x ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
		return x ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
	}
	if (g->prot & GUEST_READ)
		return x ? PAGE_EXECUTE_READ : PAGE_READONLY;
	return x ? PAGE_EXECUTE : PAGE_NOACCESS;
}

/* The book's page states of an image that is mapped. */
static bool record(struct vad *v, const struct image *img, bool no_execute)
{
	if (img->low_alignment)
		return vad_set(v, v->start, v->end, PAGE_EXECUTE_WRITECOPY);
	/* Headers, and any hole, are readable. */
	if (!vad_set(v, v->start, v->end, PAGE_READONLY))
		return false;
	for (unsigned i = 0; i < img->nsegments; i++) {
		const struct image_segment *g = &img->segment[i];
		gaddr a = v->start + ROUND_DOWN(g->rva, PAGE);
		gaddr b = v->start + ROUND_UP((uint64_t)g->rva + g->size, PAGE);

		b = MIN(b, v->end);
		if (a < b && !vad_set(v, a, b, segment_state(g, no_execute)))
			return false;
	}
	return true;
}

static void drop_execute(const struct image *img, gaddr base)
{
	for (unsigned i = 0; i < img->nsegments; i++) {
		const struct image_segment *g = &img->segment[i];

		if (g->prot & GUEST_EXEC && g->size)
			guest_mem->protect(base + ROUND_DOWN(g->rva, PAGE),
					   ROUND_UP(g->size, PAGE),
					   g->prot & ~GUEST_EXEC);
	}
}

/* Where the image goes.  vm_lock is held.  0: nowhere. */
static gaddr choose(const struct image *img, gaddr want,
		    const struct vm_extended *x, uint64_t size)
{
	gaddr at = want ? want : img->preferred_base;
	gaddr high = x->high ? x->high - 1 : vm_space_end() - 1;

	if (at && !(at & (VM_GRANULARITY - 1)) && at + size > at &&
	    at + size - 1 <= high && at >= MAX(guest_mem->low, x->low) &&
	    vad_range_free(at, at + size))
		return at;
	if (want || !img->has_relocs)
		return 0;
	/* A 32-bit image can be nowhere else. */
	if (img->bits == 32 && high > 0x7ffeffff)
		high = 0x7ffeffff;
	return vm_place(x->low, high + 1, size, x->align, false);
}

/* It is section's, or has a path; e says what is wrong with the image. */
static NTSTATUS image_place(const struct image *img, struct object *section,
			    const uint16_t *nt_path, gaddr *base,
			    uint64_t *size, const struct vm_extended *x,
			    bool no_execute, struct err *e)
{
	uint64_t n = ROUND_UP(img->size, PAGE);
	uint16_t *path = NULL;
	size_t len = 0;
	struct vad *v;
	gaddr at;
	bool ok;

	if (nt_path) {
		while (nt_path[len])
			len++;
		path = malloc((len + 1) * 2);
		if (!path)
			return STATUS_NO_MEMORY;
		memcpy(path, nt_path, (len + 1) * 2);
	}
	pthread_mutex_lock(&vm_lock);
	at = choose(img, *base, x, n);
	v = at ? vad_add(at, at + n, MEM_IMAGE, PAGE_EXECUTE_WRITECOPY, 0)
	       : NULL;
	if (v) {
		v->nt_path = path;
		v->flags |= VAD_FIXED; /* until it is whole */
	}
	pthread_mutex_unlock(&vm_lock);
	if (!v) {
		free(path);
		return at ? STATUS_NO_MEMORY : STATUS_CONFLICTING_ADDRESSES;
	}

	/* Relocations touch guest memory: not under vm_lock. */
	ok = image_map(img, at, e) == 0;
	if (ok && no_execute)
		drop_execute(img, at);
	pthread_mutex_lock(&vm_lock);
	v = vad_find(at);
	if (ok)
		ok = record(v, img, no_execute);
	v->flags &= ~VAD_FIXED;
	if (ok && section) {
		object_get(section);
		v->section = section;
	}
	if (!ok) {
		guest_mem->unmap(at, n);
		vad_remove(v);
	}
	pthread_mutex_unlock(&vm_lock);
	if (!ok) {
		log_debug(LOG_IMAGE, "map: %s", e->text);
		return e->code == ENOMEM ? STATUS_NO_MEMORY
		       : e->code == EIO  ? STATUS_IN_PAGE_ERROR
					 : STATUS_INVALID_IMAGE_FORMAT;
	}
	*base = at;
	*size = n;
	module_note(at, n, img->bits, img->fd);
	if (nt_self && img->machine != (nt_self->wow64 ? PE_MACHINE_I386
						       : PE_MACHINE_AMD64))
		return STATUS_IMAGE_MACHINE_TYPE_MISMATCH;
	return at == img->preferred_base ? STATUS_SUCCESS
					 : STATUS_IMAGE_NOT_AT_BASE;
}

NTSTATUS vm_map_image(const struct image *img, const uint16_t *nt_path,
		      gaddr *base, uint64_t *size, struct err *e)
{
	static const struct vm_extended anywhere;

	return image_place(img, NULL, nt_path, base, size, &anywhere, false, e);
}

NTSTATUS section_image_map(struct nt_section *s, gaddr *base, uint64_t *size,
			   const struct vm_extended *x, uint32_t type)
{
	struct err e = { 0 };

	(void)type;
	if (*base & (VM_GRANULARITY - 1))
		return STATUS_MAPPED_ALIGNMENT;
	return image_place(s->image, &s->object, NULL, base, size, x,
			   s->no_execute, &e);
}

/* ---- NtQuerySection ------------------------------------------------- */

static void image_information(const struct image *img,
			      struct section_image_information *m)
{
	*m = (struct section_image_information){
		.entry = img->entry_rva ? img->preferred_base + img->entry_rva
					: 0,
		.stack_reserve = img->stack_reserve,
		.stack_commit = img->stack_commit,
		.subsystem = img->subsystem,
		.subsystem_minor = img->subsystem_minor,
		.subsystem_major = img->subsystem_major,
		.os_major = img->os_major,
		.os_minor = img->os_minor,
		.characteristics = img->characteristics,
		.dll_characteristics = img->dll_characteristics,
		.machine = img->machine,
		.contains_code = img->contains_code,
		.flags = (uint8_t)((img->is_dotnet ? 2 : 0) |
				   (img->dll_characteristics & DLL_DYNAMIC_BASE
					    ? 4
					    : 0) |
				   (img->low_alignment ? 8 : 0)),
		.loader_flags = img->loader_flags,
		.file_size = (uint32_t)img->file_size,
		.checksum = img->checksum,
	};
}

NTSTATUS nt_query_section(struct task *t, uint64_t section, uint32_t class,
			  gaddr info, uint64_t len, gaddr ret_len)
{
	union {
		struct section_basic_information basic;
		struct section_image_information image;
		uint64_t base;
	} m = { 0 };
	uint64_t n;
	struct nt_section *s;
	NTSTATUS status;

	status = handle_get(t, section, &section_type, SECTION_QUERY, &s);
	if (status != STATUS_SUCCESS)
		return status;
	section_attach(s);
	switch (class) {
	case 0:
		n = sizeof m.basic;
		m.basic.attributes = s->attributes;
		if (s->in_file && !s->image)
			m.basic.attributes |= SEC_FILE;
		m.basic.size = (int64_t)s->size;
		break;
	case 1:
		n = sizeof m.image;
		if (s->image)
			image_information(s->image, &m.image);
		else
			status = STATUS_SECTION_NOT_IMAGE;
		break;
	case 3: /* SectionOriginalBaseInformation */
		n = sizeof m.base;
		if (s->image)
			m.base = s->image->preferred_base;
		else
			status = STATUS_SECTION_NOT_IMAGE;
		break;
	default:
		n = 0;
		status = STATUS_INVALID_INFO_CLASS;
	}
	object_put(&s->object);
	if (status != STATUS_SUCCESS)
		return status;
	if (len < n)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_write(t, info, &m, n) < 0 ||
	    (ret_len && guest_put64(t, ret_len, n) < 0))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
