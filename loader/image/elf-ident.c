/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elf-ident.c - whose program is it?
 *
 * All of these systems use ELF, and what sets them apart are a byte of the
 * header (which NetBSD and Linux leave at 0), a note, and the path of the
 * dynamic linker.  The note is the most specific, and is believed first.
 */
#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <string.h>

#include "base/table.h"
#include "loader/image/elf.h"

enum {
	NT_VERSION_TAG = 1, /* FreeBSD, NetBSD, OpenBSD, GNU: the ABI's version */
	MAX_NOTES = 65536,  /* bytes of them that are looked at */
};

enum owner { NOBODY, FREEBSD, NETBSD, OPENBSD, LINUX, DRAGONFLY,
	     SOLARIS };

static const struct {
	const char *note;
	enum owner owner;
} notes[] = {
	{ "FreeBSD", FREEBSD },
	{ "NetBSD", NETBSD },
	{ "OpenBSD", OPENBSD },
	{ "DragonFly", DRAGONFLY },
	{ "GNU", LINUX },
};

static const struct {
	uint8_t abi;
	enum owner owner;
} abis[] = {
	{ ELFOSABI_NETBSD, NETBSD },   { ELFOSABI_LINUX, LINUX },
	{ ELFOSABI_SOLARIS, SOLARIS }, { ELFOSABI_FREEBSD, FREEBSD },
	{ ELFOSABI_OPENBSD, OPENBSD },
};

static const struct {
	const char *interp;
	enum owner owner;
} linkers[] = {
	{ "/libexec/ld-elf.so.1", FREEBSD },
	{ "/libexec/ld.elf_so", NETBSD },
	{ "/usr/libexec/ld.elf_so", NETBSD },
	{ "/usr/libexec/ld.so", OPENBSD },
	{ "/usr/libexec/ld-elf.so.2", DRAGONFLY },
	{ "/lib64/ld-linux-x86-64.so.2", LINUX },
	{ "/lib/ld-musl-x86_64.so.1", LINUX },
	{ "/lib/amd64/ld.so.1", SOLARIS },
};

/* The owner of the first version note in [offset, offset+size). */
static enum owner read_notes(Elf *libelf, const GElf_Phdr *h, uint32_t *version)
{
	Elf_Data *d = elf_getdata_rawchunk(libelf, (int64_t)h->p_offset,
					   MIN(h->p_filesz, MAX_NOTES),
					   h->p_align == 8 ? ELF_T_NHDR8 :
							     ELF_T_NHDR);
	size_t at = 0, name, desc;
	GElf_Nhdr n;

	while (d && (at = gelf_getnote(d, at, &n, &name, &desc)) > 0) {
		const char *s = (const char *)d->d_buf + name;

		if (n.n_type != NT_VERSION_TAG || n.n_descsz < 4)
			continue;
		for (unsigned i = 0; i < COUNT_OF(notes); i++)
			/* namesz counts the NUL; Go writes it without one. */
			if (n.n_namesz >= strlen(notes[i].note) &&
			    n.n_namesz <= strlen(notes[i].note) + 1 &&
			    !memcmp(s, notes[i].note, strlen(notes[i].note))) {
				memcpy(version, (const char *)d->d_buf + desc,
				       4);
				return notes[i].owner;
			}
	}
	return NOBODY;
}

static enum owner by_linker(Elf *libelf, const GElf_Phdr *h)
{
	Elf_Data *d;

	for (unsigned i = 0; i < COUNT_OF(linkers); i++) {
		size_t len = strlen(linkers[i].interp) + 1;

		if (h->p_filesz != len)
			continue;
		d = elf_getdata_rawchunk(libelf, (int64_t)h->p_offset, len,
					 ELF_T_BYTE);
		if (d && !memcmp(d->d_buf, linkers[i].interp, len))
			return linkers[i].owner;
	}
	return NOBODY;
}

static enum owner find_owner(Elf *libelf, uint32_t *version)
{
	enum owner note = NOBODY, linker = NOBODY;
	GElf_Ehdr h;
	size_t n = 0;

	elf_getphdrnum(libelf, &n);
	for (size_t i = 0; i < n && note == NOBODY; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(libelf, (int)i, &p))
			break;
		if (p.p_type == PT_NOTE)
			note = read_notes(libelf, &p, version);
		else if (p.p_type == PT_INTERP)
			linker = by_linker(libelf, &p);
	}
	if (note != NOBODY)
		return note;
	if (gelf_getehdr(libelf, &h))
		for (unsigned i = 0; i < COUNT_OF(abis); i++)
			if (h.e_ident[EI_OSABI] == abis[i].abi)
				return abis[i].owner;
	return linker;
}

int elf_identify(struct image *img, Elf *libelf, struct err *e)
{
	switch (find_owner(libelf, &img->elf->os_version)) {
	case FREEBSD:
		img->system = IMAGE_FREEBSD;
		return 0;
	case NETBSD:
		img->system = IMAGE_NETBSD;
		return 0;
	case LINUX:
		return err_set(e, ENOEXEC,
			       "this is a Linux program: run it directly");
	case OPENBSD:
		return err_set(e, ENOEXEC,
			       "this is an OpenBSD program, which run-foreign "
			       "does not run yet");
	case SOLARIS:
		return err_set(e, ENOEXEC,
			       "this is a Solaris or illumos program, which "
			       "run-foreign does not run yet");
	case DRAGONFLY:
		return err_set(e, ENOEXEC,
			       "this is a DragonFly BSD program, which "
			       "run-foreign does not run");
	default:
		return err_set(e, ENOEXEC,
			       "this ELF file does not say for which system it "
			       "is (no note, no OSABI); if it is a Linux "
			       "program, run it directly");
	}
}
