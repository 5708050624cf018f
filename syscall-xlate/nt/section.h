/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * section.h - what may be mapped: memory of its own, a file, an image.
 */
#ifndef RF_NT_SECTION_H
#define RF_NT_SECTION_H

#include "syscall-xlate/nt/file-mapped.h"

enum {
	SECTION_QUERY = 1,
	SECTION_MAP_WRITE = 2,
	SECTION_MAP_READ = 4,
	SECTION_MAP_EXECUTE = 8,
	SECTION_EXTEND_SIZE = 16,
	SECTION_MAP_EXECUTE_EXPLICIT = 32,
};

enum {
	SEC_FILE = 0x800000,
	SEC_IMAGE = 0x1000000,
	SEC_PROTECTED_IMAGE = 0x2000000,
	SEC_RESERVE = 0x4000000,
	SEC_COMMIT = 0x8000000,
	SEC_NOCACHE = 0x10000000,
	SEC_WRITECOMBINE = 0x40000000,
	SEC_LARGE_PAGES = 0x80000000,
};

/* What a protection gives a section, and needs for a view. */
enum { CAN_READ = 1, CAN_WRITE = 2, CAN_EXECUTE = 4 };

struct section_protection {
	uint16_t page;
	uint8_t gives;       /* a section made so */
	uint8_t needs;       /* a view mapped so, of the section */
	uint8_t file_access; /* of the file handle */
	uint8_t access;      /* of the section handle */
};

struct image;

struct nt_section {
	struct object object;
	uint32_t attributes;   /* SEC_* */
	uint32_t protect;      /* PAGE_* it was made with */
	int fd;                /* owned (by image, if there is one); -1: none */
	_Atomic uint64_t size; /* bytes */
	uint16_t *nt_path;     /* of the file; owned, NULL: page file */
	struct image *image;   /* SEC_IMAGE; owned */
	bool no_execute;       /* SEC_IMAGE_NO_EXECUTE */
	uint64_t fd_base;      /* where in fd the section begins */
	struct file_map map;   /* of its file */
	/* Named, and other processes' as well: what it is lies in
	   object.shared, and these fields have caught up with that. */
	bool in_file, reopen;
	_Atomic bool attached;
	bool in_others; /* other processes have been given it */
};

/* By PAGE_* value, flags ignored; NULL: there is no such. */
const struct section_protection *section_protection(uint32_t prot);

/*
 * section_attach() - before anything but the object is used: a named section
 * of another process gets its descriptor now.
 */
void section_attach(struct nt_section *s);

/* The descriptor behind a view's section, -1 if there is none. */
int section_fd(struct object *o);
/* A file's data, not memory. */
bool section_of_file(struct object *o);
/* The file has grown, and with it the section, to at least size bytes. */
void section_has_grown(struct object *o, uint64_t size);
/* May a shared view of o be given this protection? */
bool section_view_allows(struct object *o, uint32_t prot);

/*
 * section_take_fd() - a section over a descriptor, for who passes sections
 * between processes.  Consumes fd.  One reference; NULL: no memory.
 */
struct nt_section *section_take_fd(int fd, uint32_t attributes,
				   uint32_t protect, uint64_t size);
/* For one that another process has made: without a descriptor yet. */
struct object *section_blank(void);
/* An image section of a file that is opened when the section is first used. */
struct object *section_of_image(const uint16_t *nt_path, size_t n);

/*
 * section_map() - a view of a data section.
 *
 *   base    in: address or 0; out: the view
 *   offset  of the section; a multiple of 64 KB, or of a page with
 *           MEM_REPLACE_PLACEHOLDER
 *   size    in: bytes or 0 (to the end); out: of the view
 *   high    limit of a free choice; 0: none
 *   type    MEM_* allocation type
 */
struct vm_extended;
NTSTATUS section_map(struct nt_section *s, gaddr *base, uint64_t offset,
		     uint64_t *size, const struct vm_extended *x, uint32_t type,
		     uint32_t protect);

/* section_unmap() - the view or image that holds base. */
NTSTATUS section_unmap(gaddr base, uint32_t flags);

/* ---- section-image.c ------------------------------------------------ */

/* Parses fd (duplicated) as an image; s->fd is then the image's own.
   STATUS_INVALID_IMAGE_*. */
NTSTATUS section_image_open(struct nt_section *s, int fd);
/* Maps s->image; section_map() for images. */
NTSTATUS section_image_map(struct nt_section *s, gaddr *base, uint64_t *size,
			   const struct vm_extended *x, uint32_t type);

#endif
