/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elf.c - headers and program headers, read with libelf and believed only after
 * they have been checked.
 */
#include "loader/image/elf.h"

#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

enum {
	MAX_HEADERS = 128,
	MAX_INTERP = 1024,
};

/* No system here gives programs more: 47 bits, less the topmost page. */
#define ADDRESS_END 0x7ffffffff000ull

bool elf_is(struct bytes head)
{
	const void *p = bytes_at(head, 0, EI_NIDENT);

	return p && !memcmp(p, ELFMAG, SELFMAG);
}

void elf_free(struct elf_info *elf)
{
	if (!elf)
		return;
	free(elf->interp);
	free(elf->load);
	free(elf);
}

static int check_header(struct image *img, const GElf_Ehdr *h, struct err *e)
{
	if (h->e_ident[EI_CLASS] != ELFCLASS64)
		return err_set(e, ENOEXEC,
			       "this is a 32-bit ELF program, which "
			       "run-foreign does not run");
	if (h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_machine != EM_X86_64)
		return err_set(e, ENOEXEC,
			       "this is an ELF program for another processor "
			       "(machine %u)",
			       h->e_machine);
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return err_set(e, ENOEXEC,
			       "this is an ELF %s, not a program",
			       h->e_type == ET_REL  ? "object file" :
			       h->e_type == ET_CORE ? "core dump" :
						      "file of unknown type");
	if (h->e_phentsize != sizeof(Elf64_Phdr))
		return err_set(e, ENOEXEC,
			       "program headers of %u bytes (%zu expected)",
			       h->e_phentsize, sizeof(Elf64_Phdr));
	img->elf->fixed = h->e_type == ET_EXEC;
	img->elf->entry = h->e_entry;
	return 0;
}

static int add_load(struct image *img, const GElf_Phdr *h, struct err *e)
{
	struct elf_info *elf = img->elf;
	struct elf_load *l = &elf->load[elf->nloads];

	if (h->p_memsz == 0)
		return 0;
	if (h->p_vaddr >= ADDRESS_END || h->p_memsz > ADDRESS_END - h->p_vaddr)
		return err_set(e, ENOEXEC,
			       "segment at %#" PRIx64 "+%#" PRIx64
			       " lies outside the address space",
			       h->p_vaddr, h->p_memsz);
	if (h->p_filesz > h->p_memsz)
		return err_set(e, ENOEXEC,
			       "segment at %#" PRIx64 ": %#" PRIx64
			       " bytes in the file, %#" PRIx64 " in memory",
			       h->p_vaddr, h->p_filesz, h->p_memsz);
	if (h->p_offset > img->file_size ||
	    h->p_filesz > img->file_size - h->p_offset)
		return err_set(e, ENOEXEC,
			       "truncated: segment at %#" PRIx64
			       ": bytes %#" PRIx64 "+%#" PRIx64
			       " lie outside the file (%#" PRIx64 " bytes)",
			       h->p_vaddr, h->p_offset, h->p_filesz,
			       img->file_size);
	if (h->p_filesz && (h->p_offset - h->p_vaddr) % PAGE)
		return err_set(e, ENOEXEC,
			       "segment at %#" PRIx64
			       " and its file offset %#" PRIx64
			       " lie differently in their pages",
			       h->p_vaddr, h->p_offset);
	if (elf->nloads && h->p_vaddr < ROUND_UP(l[-1].vaddr + l[-1].memsz, PAGE))
		return err_set(e, ENOEXEC,
			       "segment at %#" PRIx64
			       " overlaps the one before it",
			       h->p_vaddr);
	*l = (struct elf_load){
		.vaddr = h->p_vaddr,
		.memsz = h->p_memsz,
		.offset = h->p_offset,
		.filesz = h->p_filesz,
		.prot = (h->p_flags & PF_R ? GUEST_READ : 0) |
			(h->p_flags & PF_W ? GUEST_WRITE : 0) |
			(h->p_flags & PF_X ? GUEST_EXEC : 0),
	};
	elf->nloads++;
	return 0;
}

static int read_interp(struct image *img, Elf *libelf, const GElf_Phdr *h,
		       struct err *e)
{
	Elf_Data *d;

	if (img->elf->interp)
		return err_set(e, ENOEXEC, "two interpreters");
	if (h->p_filesz < 2 || h->p_filesz > MAX_INTERP)
		return err_set(e, ENOEXEC,
			       "an interpreter's name of %" PRIu64 " bytes",
			       h->p_filesz);
	d = elf_getdata_rawchunk(libelf, (int64_t)h->p_offset, h->p_filesz,
				 ELF_T_BYTE);
	if (!d || d->d_size != h->p_filesz ||
	    ((const char *)d->d_buf)[d->d_size - 1])
		return err_set(e, ENOEXEC,
			       "the interpreter's name lies outside the file or "
			       "does not end");
	img->elf->interp = strdup(d->d_buf);
	return img->elf->interp ? 0 : err_set(e, ENOMEM, "no memory");
}

static int read_headers(struct image *img, Elf *libelf, struct err *e)
{
	struct elf_info *elf = img->elf;
	const struct elf_load *l;
	bool entry_ok = false;
	GElf_Ehdr h;
	size_t n;

	if (!gelf_getehdr(libelf, &h) || elf_getphdrnum(libelf, &n))
		return err_set(e, ENOEXEC, "truncated: the ELF header");
	if (check_header(img, &h, e))
		return -1;
	if (n == 0 || n > MAX_HEADERS)
		return err_set(e, ENOEXEC,
			       "%zu program headers (1 to %d expected)", n,
			       MAX_HEADERS);
	elf->load = calloc(n, sizeof *elf->load);
	if (!elf->load)
		return err_set(e, ENOMEM, "no memory");
	elf->phnum = (unsigned)n;
	elf->exec_stack = true;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(libelf, (int)i, &p))
			return err_set(e, ENOEXEC,
				       "truncated: program header %zu of %zu "
				       "lies outside the file",
				       i + 1, n);
		if ((p.p_type == PT_LOAD && add_load(img, &p, e)) ||
		    (p.p_type == PT_INTERP && read_interp(img, libelf, &p, e)))
			return -1;
		if (p.p_type == PT_GNU_STACK)
			elf->exec_stack = p.p_flags & PF_X;
	}
	if (!elf->nloads)
		return err_set(e, ENOEXEC, "no segment to load");
	for (l = elf->load; l < elf->load + elf->nloads; l++) {
		if (elf->entry >= l->vaddr && elf->entry - l->vaddr < l->memsz)
			entry_ok = l->prot & GUEST_EXEC;
		if (h.e_phoff >= l->offset && h.e_phoff - l->offset <= l->filesz &&
		    n * sizeof(Elf64_Phdr) <=
			    l->filesz - (h.e_phoff - l->offset))
			elf->phdr = l->vaddr + (h.e_phoff - l->offset);
	}
	if (!entry_ok)
		return err_set(e, ENOEXEC,
			       "the entry point %#" PRIx64
			       " lies in no executable segment",
			       elf->entry);
	elf->low = ROUND_DOWN(elf->load[0].vaddr, PAGE);
	l--;
	elf->high = ROUND_UP(l->vaddr + l->memsz, PAGE);
	return 0;
}

int elf_parse(struct image *img, struct err *e)
{
	Elf *libelf;
	int ret = -1;

	img->format = IMAGE_ELF;
	img->bits = 64;
	elf_version(EV_CURRENT);
	img->elf = calloc(1, sizeof *img->elf);
	if (!img->elf)
		return err_set(e, ENOMEM, "no memory");
	libelf = elf_begin(img->fd, ELF_C_READ, NULL);
	if (!libelf || elf_kind(libelf) != ELF_K_ELF)
		err_set(e, ENOEXEC, "truncated or damaged ELF file");
	/* Whose it is comes first: that is what the user has to know. */
	else if (elf_identify(img, libelf, e) == 0)
		ret = read_headers(img, libelf, e);
	elf_end(libelf);
	return ret;
}
