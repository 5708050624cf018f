/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elf.h - ELF programs of other Unix systems.
 * Source: System V ABI, chapters 4 and 5, and its AMD64 supplement; FreeBSD's
 * and NetBSD's elf(5) for their notes.
 */
#ifndef RF_ELF_H
#define RF_ELF_H

#include "loader/image/image.h"

/* A PT_LOAD segment.  Addresses are the file's, before any bias. */
struct elf_load {
	uint64_t vaddr, memsz;	/* memory; vaddr + memsz does not overflow */
	uint64_t offset, filesz; /* filesz <= memsz, inside the file */
	int prot;		/* enum guest_prot */
};

struct elf_info {
	bool fixed;	     /* ET_EXEC: bias is 0 */
	uint64_t entry;	     /* not yet biased */
	uint64_t low, high;  /* all segments, rounded out to pages */
	uint64_t phdr;	     /* address of the program headers in memory; 0: none */
	unsigned phnum;
	char *interp;	     /* PT_INTERP or NULL */
	uint32_t os_version; /* of the system's note; 0: none */
	bool exec_stack;     /* PT_GNU_STACK asks for it, or is missing */
	struct elf_load *load; /* ascending, not overlapping */
	unsigned nloads;
};

bool elf_is(struct bytes head);

/* Checks the headers, fills in img->elf and img->system.  0, or -1 with e. */
int elf_parse(struct image *img, struct err *e);
void elf_free(struct elf_info *elf);

/*
 * elf_identify() - for which system is it?  libelf is a struct Elf of the file.
 * Sets img->system and os_version; -1 with e set says whose program it is if
 * not of a system that we run.
 */
struct Elf;
int elf_identify(struct image *img, struct Elf *libelf, struct err *e);

/*
 * elf_linker() - opens the dynamic linker that img names, in the sysroot, the
 * folder with that system's files; sysroot NULL: there is none.  system is what
 * the system is called.  NULL with e set: why img cannot run.
 */
struct image *elf_linker(const struct image *img, const char *sysroot,
			 const char *system, struct err *e);

/*
 * elf_map() - map img's segments with addresses shifted by bias (0 for a fixed
 * one), a multiple of the page.  The range must be free.
 *
 *   writable   code stays writable and not executable: the caller has
 *              something to do there, and calls elf_protect() then
 *
 * 0, or -1 with e set.  What was mapped stays on failure.
 */
int elf_map(const struct image *img, gaddr bias, bool writable, struct err *e);

/* Every segment gets its final protection. */
int elf_protect(const struct image *img, gaddr bias, struct err *e);

#endif
