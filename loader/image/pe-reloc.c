/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pe-reloc.c - base relocations, applied to the mapped image.
 *
 * The directory is read from the mapped image into a private copy first: a
 * relocation may point into the directory itself.
 */
#include "loader/image/pe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
	REL_ABSOLUTE = 0,
	REL_HIGH = 1,
	REL_LOW = 2,
	REL_HIGHLOW = 3,
	REL_HIGHADJ = 4,
	REL_DIR64 = 10,
};

/* One field.  Returns 0, or -1 if it is not wholly inside the image. */
static int apply(const struct image *img, gaddr base, uint32_t rva,
		 unsigned type, uint16_t param, uint64_t delta)
{
	uint64_t v = 0;
	size_t n = type == REL_DIR64 ? 8 : type == REL_HIGHLOW ? 4 : 2;

	if (rva > img->size || n > img->size - rva ||
	    guest_mem->read(&v, base + rva, n))
		return -1;
	switch (type) {
	case REL_DIR64:
	case REL_HIGHLOW:
	case REL_LOW:
		v += delta;
		break;
	case REL_HIGH:
		v += (uint32_t)delta >> 16;
		break;
	case REL_HIGHADJ: /* the low half is in the next entry, signed */
		v = ((v << 16) + (uint64_t)(int64_t)(int16_t)param + delta +
		     0x8000) >> 16;
		break;
	}
	return guest_mem->write(base + rva, &v, n);
}

static int apply_block(const struct image *img, gaddr base, uint64_t delta,
		       uint32_t page, struct bytes entries, struct err *e)
{
	for (size_t i = 0; i + 2 <= entries.len; i += 2) {
		uint16_t entry = le16_at(entries.at + i), param = 0;
		unsigned type = entry >> 12;
		uint32_t rva = page + (entry & 0xfff);

		switch (type) {
		case REL_ABSOLUTE:
			continue;
		case REL_HIGHADJ:
			i += 2;
			if (i + 2 > entries.len)
				return err_set(e, ENOEXEC,
					       "base relocation at %#" PRIx32
					       " lacks its second half",
					       rva);
			param = le16_at(entries.at + i);
			break;
		case REL_HIGH:
		case REL_LOW:
		case REL_HIGHLOW:
		case REL_DIR64:
			break;
		default:
			return err_set(e, ENOEXEC,
				       "base relocation type %u at %#" PRIx32
				       " does not exist on x86",
				       type, rva);
		}
		if (apply(img, base, rva, type, param, delta))
			return err_set(e, ENOEXEC,
				       "base relocation at %#" PRIx32
				       " lies outside the image (%#" PRIx32
				       " bytes)",
				       rva, img->size);
	}
	return 0;
}

int pe_relocate(const struct image *img, gaddr base, struct err *e)
{
	uint64_t delta = base - img->preferred_base;
	uint32_t size = img->dir[PE_DIR_RELOC].size;
	struct bytes dir = { NULL, size };
	uint8_t *buf;
	int ret = 0;

	if (!img->has_relocs)
		return err_set(e, ENOEXEC,
			       "it must be at %#" PRIx64
			       " (no relocations), and that is taken",
			       img->preferred_base);
	if (size == 0)
		return 0;
	buf = malloc(size);
	if (!buf)
		return err_set(e, ENOMEM, "no memory for relocations");
	if (guest_mem->read(buf, base + img->dir[PE_DIR_RELOC].rva, size)) {
		free(buf);
		return err_set(e, ENOEXEC, "relocations cannot be read");
	}
	dir.at = buf;
	for (uint64_t off = 0; ret == 0 && size - off >= 8;) {
		uint32_t page = le32_at(buf + off);
		uint32_t n = le32_at(buf + off + 4);
		const uint8_t *body;

		if (n == 0) /* padding of some linkers */
			break;
		body = n >= 8 ? bytes_at(dir, off + 8, n - 8) : NULL;
		if (!body) {
			ret = err_set(e, ENOEXEC,
				      "relocation block at %#" PRIx64
				      " of the directory: size %#" PRIx32
				      " (%#" PRIx32 " bytes in all)",
				      off, n, size);
			break;
		}
		ret = apply_block(img, base, delta, page,
				  (struct bytes){ body, n - 8 }, e);
		off += n;
	}
	free(buf);
	return ret;
}
