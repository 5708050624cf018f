/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pe.c - DOS, NT and section headers of PE32 and PE32+.
 *
 * Windows is lax where linkers have been sloppy (sections shorter or longer
 * than their data, offsets that are not multiples of 512) and strict about
 * what the memory manager needs (order of sections, alignments).  So are we.
 */
#include "loader/image/pe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/table.h"

enum {
	DOS_LFANEW = 0x3c,
	COFF_SIZE = 24, /* signature and file header */
	SECTION_SIZE = 40,
	OPT32_MIN = 96, /* optional headers without directories */
	OPT64_MIN = 112,
	SECTOR = 512,

	SCN_CODE = 0x20,
	SCN_SHARED = 0x10000000,
	SCN_EXEC = 0x20000000,
	SCN_READ = 0x40000000,
	SCN_WRITE = (int)0x80000000,
};

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{ 0x1c0, "ARM" },    { 0x1c4, "ARM (Thumb-2)" }, { 0xaa64, "ARM64" },
	{ 0xa641, "ARM64EC" }, { 0x200, "Itanium" },	 { 0x5032, "RISC-V 32" },
	{ 0x5064, "RISC-V 64" }, { 0xebc, "EFI byte code" }, { 0x166, "MIPS" },
	{ 0x1f0, "PowerPC" },  { 0x184, "Alpha" },
};

static const char *machine_name(uint16_t machine)
{
	for (unsigned i = 0; i < COUNT_OF(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return "an unknown processor";
}

bool pe_is(struct bytes head)
{
	const uint8_t *p = bytes_at(head, 0, 2);

	return p && p[0] == 'M' && p[1] == 'Z' &&
	       !(bytes_at(head, 0, 6) && !memcmp(p, "MZqFpD", 6) &&
		 head.len < DOS_LFANEW + 4);
}

size_t pe_headers_wanted(struct bytes head)
{
	const uint8_t *p = bytes_at(head, DOS_LFANEW, 4);
	uint64_t at = p ? le32_at(p) : 0;
	uint64_t end = at + COFF_SIZE + 0xffff;

	/* Section headers may come late; 64 KB holds any that Windows takes. */
	p = bytes_at(head, at, COFF_SIZE);
	if (p)
		end = at + COFF_SIZE + le16_at(p + 20) +
		      (uint64_t)le16_at(p + 6) * SECTION_SIZE;
	return MIN(end, 16u << 20);
}

/* A file that starts with MZ and is no PE: which one is it? */
static int refuse_dos(const struct image *img, uint32_t at, struct err *e)
{
	const uint8_t *p = bytes_at(img->head, at, 2);

	if (p && at >= 0x40) {
		if (!memcmp(p, "NE", 2))
			return err_set(e, ENOEXEC,
				       "this is a 16-bit Windows or OS/2 (NE) "
				       "program, which run-foreign does not "
				       "run");
		if (!memcmp(p, "LE", 2) || !memcmp(p, "LX", 2))
			return err_set(e, ENOEXEC,
				       "this is an OS/2 or VxD (%.2s) program, "
				       "which run-foreign does not run",
				       (const char *)p);
	}
	if (bytes_at(img->head, 0, 6) && !memcmp(img->head.at, "MZqFpD", 6))
		return err_set(e, ENOEXEC,
			       "this is an Actually Portable Executable: run "
			       "it directly, it is a Linux program too");
	if (img->file_size < DOS_LFANEW + 4)
		return err_set(e, ENOEXEC,
			       "truncated: %" PRIu64 " bytes, and the DOS "
			       "header alone has 64",
			       img->file_size);
	if (at >= img->file_size && at > 0x40)
		return err_set(e, ENOEXEC,
			       "truncated: e_lfanew %#" PRIx32
			       " lies outside the file (%#" PRIx64 " bytes)",
			       at, img->file_size);
	return err_set(e, ENOEXEC,
		       "this is a DOS program (no PE signature at %#" PRIx32
		       "), which run-foreign does not run",
		       at);
}

static int check_coff(struct image *img, const uint8_t *coff, struct err *e)
{
	img->machine = le16_at(coff + 4);
	img->timestamp = le32_at(coff + 8);
	img->characteristics = le16_at(coff + 22);
	img->is_dll = img->characteristics & 0x2000;
	img->large_address_aware = img->characteristics & 0x20;
	if (img->machine != PE_MACHINE_AMD64 && img->machine != PE_MACHINE_I386)
		return err_set(e, ENOEXEC,
			       "this program is for %s (machine %#x); only "
			       "x86-64 and x86 run here",
			       machine_name(img->machine), img->machine);
	if (!(img->characteristics & 2))
		return err_set(e, ENOEXEC,
			       "Characteristics %#x: not marked executable",
			       img->characteristics);
	return 0;
}

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

/* The optional header; opt has size bytes, all of them in the file. */
static int parse_optional(struct image *img, const uint8_t *opt, uint32_t size,
			  struct err *e)
{
	uint16_t magic = size >= 2 ? le16_at(opt) : 0;
	uint32_t min, ndirs;
	const uint8_t *dirs;

	if (magic != 0x10b && magic != 0x20b)
		return err_set(e, ENOEXEC,
			       magic == 0x107 ?
				       "a ROM image (optional header %#x)" :
				       "optional header magic %#x is neither "
				       "PE32 (0x10b) nor PE32+ (0x20b)",
			       magic);
	img->bits = magic == 0x20b ? 64 : 32;
	if ((img->bits == 64) != (img->machine == PE_MACHINE_AMD64))
		return err_set(e, ENOEXEC,
			       "optional header magic %#x does not fit machine "
			       "%#x",
			       magic, img->machine);
	min = img->bits == 64 ? OPT64_MIN : OPT32_MIN;
	if (size < min)
		return err_set(e, ENOEXEC,
			       "SizeOfOptionalHeader %" PRIu32
			       " is less than %" PRIu32,
			       size, min);

	img->code_size = le32_at(opt + 4);
	img->entry_rva = le32_at(opt + 16);
	img->preferred_base = img->bits == 64 ? le64_at(opt + 24) :
						le32_at(opt + 28);
	img->section_alignment = le32_at(opt + 32);
	img->file_alignment = le32_at(opt + 36);
	img->os_major = le16_at(opt + 40);
	img->os_minor = le16_at(opt + 42);
	img->image_major = le16_at(opt + 44);
	img->image_minor = le16_at(opt + 46);
	img->subsystem_major = le16_at(opt + 48);
	img->subsystem_minor = le16_at(opt + 50);
	img->size = le32_at(opt + 56);
	img->headers_size = le32_at(opt + 60);
	img->checksum = le32_at(opt + 64);
	img->subsystem = le16_at(opt + 68);
	img->dll_characteristics = le16_at(opt + 70);
	if (img->bits == 64) {
		img->stack_reserve = le64_at(opt + 72);
		img->stack_commit = le64_at(opt + 80);
		img->heap_reserve = le64_at(opt + 88);
		img->heap_commit = le64_at(opt + 96);
	} else {
		img->stack_reserve = le32_at(opt + 72);
		img->stack_commit = le32_at(opt + 76);
		img->heap_reserve = le32_at(opt + 80);
		img->heap_commit = le32_at(opt + 84);
	}
	img->loader_flags = le32_at(opt + min - 8);

	ndirs = MIN(le32_at(opt + min - 4), (uint32_t)PE_DIRS);
	ndirs = MIN(ndirs, (size - min) / 8);
	dirs = opt + min;
	for (uint32_t i = 0; i < ndirs; i++) {
		img->dir[i].rva = le32_at(dirs + 8 * i);
		img->dir[i].size = le32_at(dirs + 8 * i + 4);
	}
	return 0;
}

static int check_optional(struct image *img, struct err *e)
{
	if (!power_of_two(img->file_alignment) ||
	    !power_of_two(img->section_alignment))
		return err_set(e, ENOEXEC,
			       "SectionAlignment %#" PRIx32
			       " and FileAlignment %#" PRIx32
			       " must be powers of two",
			       img->section_alignment, img->file_alignment);
	if (img->section_alignment < img->file_alignment)
		return err_set(e, ENOEXEC,
			       "SectionAlignment %#" PRIx32
			       " is less than FileAlignment %#" PRIx32,
			       img->section_alignment, img->file_alignment);
	img->low_alignment = img->section_alignment < PAGE;
	if (img->low_alignment && img->section_alignment != img->file_alignment)
		return err_set(e, ENOEXEC,
			       "SectionAlignment %#" PRIx32
			       " is less than a page and not FileAlignment "
			       "%#" PRIx32,
			       img->section_alignment, img->file_alignment);
	if (img->preferred_base % 0x10000)
		return err_set(e, ENOEXEC,
			       "ImageBase %#" PRIx64
			       " is not a multiple of 64 KB",
			       img->preferred_base);
	if (img->size == 0 || img->size > 0x7fff0000)
		return err_set(e, ENOEXEC,
			       "SizeOfImage %#" PRIx32 " is not in 1..2 GB",
			       img->size);
	if (img->headers_size > img->size)
		return err_set(e, ENOEXEC,
			       "SizeOfHeaders %#" PRIx32
			       " exceeds SizeOfImage %#" PRIx32,
			       img->headers_size, img->size);
	if (img->headers_size > img->file_size)
		return err_set(e, ENOEXEC,
			       "SizeOfHeaders %#" PRIx32
			       " exceeds the file (%#" PRIx64 " bytes)",
			       img->headers_size, img->file_size);
	img->size = (uint32_t)ROUND_UP(img->size, PAGE);
	if (img->entry_rva >= img->size)
		return err_set(e, ENOEXEC,
			       "AddressOfEntryPoint %#" PRIx32
			       " exceeds SizeOfImage %#" PRIx32,
			       img->entry_rva, img->size);
	switch (img->subsystem) {
	case 1: /* native: runs if it imports only ntdll */
	case 2: /* windows */
	case 3: /* console */
	case 0: /* unknown; DLLs of some linkers */
		return 0;
	case 10: case 11: case 12: case 13:
		return err_set(e, ENOEXEC,
			       "this is an EFI program (Subsystem %u), which "
			       "runs before any system",
			       img->subsystem);
	default:
		return err_set(e, ENOEXEC,
			       "Subsystem %u is not Windows (2 or 3)",
			       img->subsystem);
	}
}

static int prot_of(uint32_t flags)
{
	int prot = 0;

	if (flags & SCN_READ)
		prot |= GUEST_READ;
	if (flags & (uint32_t)SCN_WRITE)
		prot |= GUEST_READ | GUEST_WRITE;
	if (flags & SCN_EXEC)
		prot |= GUEST_READ | GUEST_EXEC;
	return prot;
}

static int parse_section(struct image *img, const uint8_t *h, uint64_t *next,
			 struct err *e)
{
	struct image_segment *s = &img->segment[img->nsegments];
	uint32_t virtual_size = le32_at(h + 8), rva = le32_at(h + 12);
	uint32_t raw_size = le32_at(h + 16), raw = le32_at(h + 20);
	uint64_t size;

	memcpy(s->name, h, 8);
	for (char *c = s->name; *c; c++) /* it is printed */
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	s->flags = le32_at(h + 36);
	s->prot = prot_of(s->flags);
	s->shared = s->flags & SCN_SHARED;
	if (s->flags & SCN_CODE)
		img->contains_code = true;

	/* Old linkers leave VirtualSize 0: SizeOfRawData stands for it. */
	size = virtual_size ? virtual_size : raw_size;
	if (size == 0)
		return 0;
	if (rva % (img->low_alignment ? 1 : PAGE))
		return err_set(e, ENOEXEC,
			       "section %s: VirtualAddress %#" PRIx32
			       " is not page-aligned",
			       s->name, rva);
	if (rva < *next)
		return err_set(e, ENOEXEC,
			       "section %s: VirtualAddress %#" PRIx32
			       " overlaps what is below %#" PRIx64,
			       s->name, rva, *next);
	if (!img->low_alignment)
		size = ROUND_UP(size, PAGE);
	if (rva > img->size || size > img->size - rva)
		return err_set(e, ENOEXEC,
			       "section %s: %#" PRIx32 "+%#" PRIx64
			       " exceeds SizeOfImage %#" PRIx32,
			       s->name, rva, size, img->size);
	*next = rva + (img->low_alignment ? 1 : size);

	/* Windows rounds the offset down to a sector, whatever FileAlignment */
	if (raw_size && raw && !img->low_alignment)
		raw = (uint32_t)ROUND_DOWN(raw, SECTOR);
	if (raw == 0)
		raw_size = 0;
	/* Data that does not fit the memory is not mapped. */
	raw_size = (uint32_t)MIN((uint64_t)raw_size, size);
	if (raw_size && (raw > img->file_size || raw_size > img->file_size - raw)) {
		/*
		 * The last section may be short of its alignment's padding;
		 * anything that is really missing is an error.
		 */
		uint64_t have = raw < img->file_size ? img->file_size - raw : 0;

		if (have < MIN(raw_size, virtual_size ? virtual_size : raw_size))
			return err_set(e, ENOEXEC,
				       "truncated: section %s: bytes %#" PRIx32
				       "+%#" PRIx32
				       " lie outside the file (%#" PRIx64
				       " bytes)",
				       s->name, raw, raw_size, img->file_size);
		raw_size = (uint32_t)have;
	}
	s->rva = rva;
	s->size = (uint32_t)size;
	s->file_offset = raw;
	s->file_size = raw_size;
	img->nsegments++;
	return 0;
}

/* Alignment below a page: the file is mapped as it lies, all of it RWX. */
static void flatten(struct image *img)
{
	struct image_segment *s = &img->segment[0];

	*s = (struct image_segment){
		.name = "(file)",
		.size = img->size,
		.file_size = (uint32_t)MIN(img->file_size, img->size),
		.prot = GUEST_READ | GUEST_WRITE | GUEST_EXEC,
	};
	img->nsegments = 1;
}

static int parse_sections(struct image *img, uint64_t at, unsigned n,
			  struct err *e)
{
	uint64_t next = img->low_alignment ?
				0 :
				ROUND_UP(MAX(img->headers_size, 1u), PAGE);

	img->segment = calloc(n + 1, sizeof *img->segment);
	if (!img->segment)
		return err_set(e, ENOMEM, "no memory");
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *h = bytes_at(img->head,
					    at + (uint64_t)i * SECTION_SIZE,
					    SECTION_SIZE);

		if (!h)
			return err_set(e, ENOEXEC,
				       "truncated: section header %u of %u "
				       "lies outside the file (%#" PRIx64
				       " bytes)",
				       i + 1, n, img->file_size);
		if (parse_section(img, h, &next, e))
			return -1;
	}
	if (img->low_alignment)
		flatten(img);
	return 0;
}

/*
 * Windows goes by a directory's address and what it holds; few sizes matter,
 * and many a tool writes them wrong.  One that begins outside is not there:
 * that the program misses it, if it does, is found where it is needed.
 */
static void trim_directories(struct image *img)
{
	for (unsigned i = 0; i < PE_DIRS; i++) {
		/* The certificate table has a file offset, and is not mapped */
		if (i == PE_DIR_SECURITY)
			continue;
		if (img->dir[i].rva >= img->size)
			img->dir[i].rva = img->dir[i].size = 0;
		else if (img->dir[i].size > img->size - img->dir[i].rva)
			img->dir[i].size = img->size - img->dir[i].rva;
	}
}

int pe_parse(struct image *img, struct err *e)
{
	const uint8_t *p = bytes_at(img->head, DOS_LFANEW, 4);
	uint32_t at = p ? le32_at(p) : 0;
	const uint8_t *coff = bytes_at(img->head, at, COFF_SIZE);
	const uint8_t *opt;
	uint16_t opt_size;

	img->format = IMAGE_PE;
	img->system = IMAGE_WINDOWS;
	if (!p || !bytes_at(img->head, at, 4) || memcmp(img->head.at + at, "PE\0\0", 4))
		return refuse_dos(img, at, e);
	if (!coff)
		return err_set(e, ENOEXEC,
			       "truncated: the NT header at %#" PRIx32
			       " lies outside the file (%#" PRIx64 " bytes)",
			       at, img->file_size);
	if (at % 4)
		return err_set(e, ENOEXEC,
			       "e_lfanew %#" PRIx32 " is not a multiple of 4",
			       at);
	if (check_coff(img, coff, e))
		return -1;
	opt_size = le16_at(coff + 20);
	opt = bytes_at(img->head, at + COFF_SIZE, opt_size);
	if (!opt)
		return err_set(e, ENOEXEC,
			       "truncated: the optional header (%u bytes at "
			       "%#" PRIx32 ") lies outside the file (%#" PRIx64
			       " bytes)",
			       opt_size, at + COFF_SIZE, img->file_size);
	if (parse_optional(img, opt, opt_size, e) || check_optional(img, e) ||
	    parse_sections(img, (uint64_t)at + COFF_SIZE + opt_size,
			   le16_at(coff + 6), e))
		return -1;
	trim_directories(img);
	/* A DLL that says nothing and has none needs none. */
	img->has_relocs = !(img->characteristics & 1) &&
			  (img->dir[PE_DIR_RELOC].size || img->is_dll);
	img->is_dotnet = img->dir[PE_DIR_CLR].size != 0;
	return 0;
}
