/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elf-map.c - ELF segments into guest memory.
 *
 * Whole pages come from the file, copied when written to; the last page's rest
 * is cleared, and what has no bytes in the file is fresh memory.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/table.h"
#include "loader/image/elf.h"

static int failed(struct err *e, const struct elf_load *l, int code)
{
	return err_set(e, -code, "mapping the segment at %#" PRIx64 ": %s",
		       l->vaddr, strerror(-code));
}

/* The protection while the caller may still change code. */
static int first_prot(const struct elf_load *l, bool writable)
{
	if (writable && l->prot & GUEST_EXEC)
		return GUEST_READ | GUEST_WRITE;
	return l->prot;
}

static int map_load(const struct image *img, const struct elf_load *l,
		    gaddr bias, bool writable, struct err *e)
{
	gaddr start = bias + ROUND_DOWN(l->vaddr, PAGE);
	gaddr file_end = bias + l->vaddr + l->filesz;
	gaddr pages_end = l->filesz ? ROUND_UP(file_end, PAGE) : start;
	gaddr end = ROUND_UP(bias + l->vaddr + l->memsz, PAGE);
	int prot = first_prot(l, writable), ret;
	bool clear = l->filesz && l->filesz < l->memsz && pages_end > file_end;

	if (pages_end > start) {
		int now = clear ? GUEST_READ | GUEST_WRITE : prot;

		ret = guest_mem->map(start, pages_end - start, now, img->fd,
				     ROUND_DOWN(l->offset, PAGE), 0);
		if (ret)
			return failed(e, l, ret);
		if (clear)
			ret = guest_mem->fill(file_end, 0,
					      pages_end - file_end);
		if (ret == 0 && now != prot)
			ret = guest_mem->protect(start, pages_end - start,
						 prot);
		if (ret)
			return failed(e, l, ret);
	}
	if (end > pages_end) {
		ret = guest_mem->map(pages_end, end - pages_end, prot, -1, 0,
				     0);
		if (ret)
			return failed(e, l, ret);
	}
	return 0;
}

int elf_map(const struct image *img, gaddr bias, bool writable, struct err *e)
{
	const struct elf_info *elf = img->elf;

	if (elf->high + bias < elf->high || elf->low + bias < guest_mem->low ||
	    elf->high + bias > guest_mem->high)
		return err_set(e, ENOMEM,
			       "addresses %#" PRIx64 "-%#" PRIx64
			       " cannot be used here",
			       elf->low + bias, elf->high + bias);
	for (unsigned i = 0; i < elf->nloads; i++)
		if (map_load(img, &elf->load[i], bias, writable, e))
			return -1;
	return 0;
}

int elf_protect(const struct image *img, gaddr bias, struct err *e)
{
	for (unsigned i = 0; i < img->elf->nloads; i++) {
		const struct elf_load *l = &img->elf->load[i];
		gaddr start = bias + ROUND_DOWN(l->vaddr, PAGE);
		gaddr end = ROUND_UP(bias + l->vaddr + l->memsz, PAGE);
		int ret;

		if (!(l->prot & GUEST_EXEC))
			continue;
		ret = guest_mem->protect(start, end - start, l->prot);
		if (ret)
			return failed(e, l, ret);
	}
	return 0;
}
