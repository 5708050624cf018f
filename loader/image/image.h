/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.h - an executable file: what it is, for whom, and how to map it.
 *
 * image_open_fd() reads headers only and checks them as the system they are
 * made for does; nothing of the file is trusted.  Mapping goes through
 * guest_mem, so it serves every engine.
 */
#ifndef RF_IMAGE_H
#define RF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/guest.h"

enum image_format { IMAGE_PE, IMAGE_ELF, IMAGE_MACHO };
enum image_system { IMAGE_WINDOWS, IMAGE_FREEBSD, IMAGE_NETBSD };

/* IMAGE_DIRECTORY_ENTRY_* of PE. */
enum {
	PE_DIR_EXPORT, PE_DIR_IMPORT, PE_DIR_RESOURCE, PE_DIR_EXCEPTION,
	PE_DIR_SECURITY, PE_DIR_RELOC, PE_DIR_DEBUG, PE_DIR_ARCH,
	PE_DIR_GLOBALPTR, PE_DIR_TLS, PE_DIR_LOAD_CONFIG, PE_DIR_BOUND_IMPORT,
	PE_DIR_IAT, PE_DIR_DELAY_IMPORT, PE_DIR_CLR, PE_DIR_RESERVED,
	PE_DIRS
};

enum { PE_MACHINE_I386 = 0x14c, PE_MACHINE_AMD64 = 0x8664,
       PE_MACHINE_ARM64 = 0xaa64 };

/* One range of the mapped image. */
struct image_segment {
	char name[9];
	uint32_t rva, size;	 /* in memory; size a multiple of the page */
	uint32_t file_offset, file_size; /* file_size 0: all zero */
	int prot;		 /* enum guest_prot */
	bool shared;		 /* IMAGE_SCN_MEM_SHARED */
	uint32_t flags;		 /* the section's characteristics */
};

struct elf_info;

struct image {
	enum image_format format;
	enum image_system system;
	int bits;		/* 32 or 64 */
	struct bytes head;	/* private copy of the file's first bytes */
	int fd;
	uint64_t file_size;
	uint64_t dev, ino; /* its file, as stat(2) tells it */

	/* PE */
	uint16_t machine, characteristics, subsystem, dll_characteristics;
	uint16_t subsystem_major, subsystem_minor, os_major, os_minor;
	uint16_t image_major, image_minor;
	uint32_t timestamp, checksum, loader_flags;
	uint64_t preferred_base;
	uint32_t size;		/* bytes of address space, multiple of a page */
	uint32_t headers_size;	/* mapped at the base */
	uint32_t entry_rva;	/* 0: none */
	uint32_t section_alignment, file_alignment;
	uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
	uint32_t code_size;
	bool has_relocs;	/* not stripped, and a directory that is there */
	bool is_dll, large_address_aware, is_dotnet, contains_code;
	bool low_alignment;	/* section_alignment below a page */
	struct { uint32_t rva, size; } dir[PE_DIRS];
	struct image_segment *segment;
	unsigned nsegments;

	struct elf_info *elf;	/* IMAGE_ELF: see elf.h */
};

/*
 * image_open() - open and check an executable by host path.
 *
 * Returns the image (image_close() frees it), or NULL with e set: ENOENT and
 * other errno values of opening it, ENOEXEC with the field and the limit it
 * broke if it cannot be run.
 */
struct image *image_open(const char *path, struct err *e);

/*
 * image_open_file() - the descriptor for that, or -1 with errno.  Never waits for
 * what is no file, whatever lies there.
 */
int image_open_file(const char *path);

/* The same for an open descriptor, which is duplicated. */
struct image *image_open_fd(int fd, struct err *e);
void image_close(struct image *img);

/*
 * image_map() - map all of img at base (which the caller has chosen and that
 * has room for img->size bytes), with relocations applied if base is not
 * preferred_base.  Returns 0, or -1 with e set: ENOEXEC relocations are wrong
 * or missing, others from mapping.  On failure what was mapped stays; the
 * caller unmaps the range.
 */
int image_map(const struct image *img, gaddr base, struct err *e);

/*
 * image_trust() - img is built in: its code is known to make no system calls by
 * itself, and engines need not look for them.
 */
void image_trust(struct image *img);

/* The segment that holds rva, or NULL. */
const struct image_segment *image_segment_at(const struct image *img,
					     uint32_t rva);

/*
 * image_read() - n bytes at rva as they are in the file (zero where memory is
 * zero-filled).  Returns 0, or -1 if they are not wholly inside the image or
 * the file cannot be read.
 */
int image_read(const struct image *img, uint32_t rva, void *dst, size_t n);

/*
 * image_export() - address of an exported function or variable of the image
 * mapped at base, by name.  0 if there is none, or it is a forwarder.
 */
gaddr image_export(const struct image *img, gaddr base, const char *name);

struct image_import {
	const char *dll;
	const char *name; /* NULL: by ordinal */
	uint32_t ordinal;
	bool delayed;
};

/*
 * image_imports() - calls each for every function that img imports, ordinary
 * and delay-loaded ones.  Stops and returns what each returns, if not 0.
 * Returns 0, or -1 with e set: ENOEXEC with what is damaged.
 */
int image_imports(const struct image *img,
		  int (*each)(void *arg, const struct image_import *i),
		  void *arg, struct err *e);

struct image_exported {
	const char *name; /* NULL: by ordinal only */
	uint32_t ordinal;
	const char *forwarder; /* "dll.Name", "dll.#7", or NULL */
};

/* image_exports() - the same for what img exports. */
int image_exports(const struct image *img,
		  int (*each)(void *arg, const struct image_exported *x),
		  void *arg, struct err *e);

/*
 * image_scan_syscalls() - whether executable segments seem to make system calls
 * (0F 05, 0F 34, CD 2E, CD 80, with what leads to them).  1, 0, or -1 with e set.
 */
int image_scan_syscalls(const struct image *img, struct err *e);

/*
 * Old 32-bit Windows programs make code where they only asked for data; those
 * that do not say NXCOMPAT may.
 */
static inline bool image_executes_data(const struct image *img)
{
	return img->format == IMAGE_PE && img->bits == 32 &&
	       !(img->dll_characteristics & 0x100);
}

#endif
