/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pe-map.c - sections into guest memory, with their protections.
 *
 * Where offset and size allow, pages are mapped from the file (nothing is read
 * that is not touched); sections that lie askew in the file, as most linkers
 * leave them, are copied.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/table.h"
#include "loader/image/pe.h"

static int map_failed(struct err *e, const char *what, int code)
{
	return err_set(e, -code, "mapping %s: %s", what, strerror(-code));
}

/* Reads file bytes straight into guest memory. */
static int copy_in(const struct image *img, gaddr to, uint32_t off, uint32_t n,
		   struct err *e)
{
	while (n) {
		struct iovec v[8];
		int cnt = guest_mem->iov(to, n, true, v, COUNT_OF(v));
		ssize_t got;

		if (cnt < 0)
			return err_set(e, EFAULT, "guest memory is gone");
		got = preadv(img->fd, v, cnt, off);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, errno, "cannot be read: %s",
				       strerror(errno));
		if (got == 0)
			return err_set(e, ENOEXEC,
				       "truncated while being read, at %#" PRIx32,
				       off);
		to += (uint64_t)got;
		off += (uint32_t)got;
		n -= (uint32_t)got;
	}
	return 0;
}

static int map_segment(const struct image *img, const struct image_segment *s,
		       gaddr base, bool moved, struct err *e)
{
	gaddr at = base + s->rva;
	int want = moved ? s->prot | GUEST_READ | GUEST_WRITE : s->prot;
	uint32_t from_file = 0;
	int ret;

	if (s->file_offset % PAGE == 0) {
		/* Whole pages, and a last part of a page that ends the file. */
		from_file = (uint32_t)ROUND_DOWN(s->file_size, PAGE);
		if (from_file) {
			ret = guest_mem->map(at, from_file, want, img->fd,
					     s->file_offset, 0);
			if (ret)
				return map_failed(e, s->name, ret);
		}
	}
	if (from_file < s->size) {
		uint32_t rest = s->file_size - from_file;
		int prot = rest ? want | GUEST_READ | GUEST_WRITE : want;

		ret = guest_mem->map(at + from_file, s->size - from_file, prot,
				     -1, 0, 0);
		if (ret)
			return map_failed(e, s->name, ret);
		if (rest && copy_in(img, at + from_file,
				    s->file_offset + from_file, rest, e))
			return -1;
		if (prot != want) {
			ret = guest_mem->protect(at + from_file,
						 s->size - from_file, want);
			if (ret)
				return map_failed(e, s->name, ret);
		}
	}
	return 0;
}

/*
 * Neighbours in file and memory with the same protection can be one mapping:
 * fewer system calls, and fewer faults, since the kernel maps around a fault
 * within one mapping only.  Our own DLLs are linked to allow it.
 */
static bool joins(const struct image_segment *a, const struct image_segment *b)
{
	return a->prot == b->prot && a->file_offset % PAGE == 0 &&
	       a->file_size == a->size && b->file_size == b->size &&
	       a->rva + a->size == b->rva &&
	       a->file_offset + a->file_size == b->file_offset;
}

static int map_headers(const struct image *img, gaddr base, struct err *e)
{
	uint32_t size = (uint32_t)ROUND_UP(img->headers_size, PAGE);
	int ret;

	if (img->low_alignment || size == 0)
		return 0; /* part of the only segment */
	if (img->file_size >= size)
		ret = guest_mem->map(base, size, GUEST_READ, img->fd, 0, 0);
	else
		ret = guest_mem->map(base, size, GUEST_READ | GUEST_WRITE, -1, 0,
				     0);
	if (ret)
		return map_failed(e, "headers", ret);
	if (img->file_size < size) {
		if (copy_in(img, base, 0, img->headers_size, e))
			return -1;
		ret = guest_mem->protect(base, size, GUEST_READ);
		if (ret)
			return map_failed(e, "headers", ret);
	}
	return 0;
}

int image_map(const struct image *img, gaddr base, struct err *e)
{
	bool moved = base != img->preferred_base;
	int ret;

	if (map_headers(img, base, e))
		return -1;
	for (unsigned i = 0; i < img->nsegments; i++) {
		struct image_segment s = img->segment[i];

		while (i + 1 < img->nsegments &&
		       joins(&s, &img->segment[i + 1])) {
			s.size += img->segment[++i].size;
			s.file_size = s.size;
		}
		if (map_segment(img, &s, base, moved, e))
			return -1;
	}
	if (!moved)
		return 0;
	if (pe_relocate(img, base, e))
		return -1;
	for (unsigned i = 0; i < img->nsegments; i++) {
		const struct image_segment *s = &img->segment[i];

		if (s->prot == (s->prot | GUEST_READ | GUEST_WRITE))
			continue;
		ret = guest_mem->protect(base + s->rva, s->size, s->prot);
		if (ret)
			return map_failed(e, s->name, ret);
	}
	return 0;
}

gaddr image_export(const struct image *img, gaddr base, const char *name)
{
	uint32_t rva = img->dir[PE_DIR_EXPORT].rva;
	uint32_t size = img->dir[PE_DIR_EXPORT].size;
	uint32_t dir[10];
	uint32_t low = 0, high;

	if (size < sizeof dir || guest_mem->read(dir, base + rva, sizeof dir))
		return 0;
	/* dir[5] functions, [6] names, [7..9] their arrays; names are sorted */
	for (high = dir[6]; low < high;) {
		uint32_t mid = low + (high - low) / 2, at, fn;
		char got[128];
		uint16_t ord;
		int cmp;

		if (guest_mem->read(&at, base + dir[8] + 4ull * mid, 4) ||
		    at >= img->size ||
		    guest_string(NULL, got, sizeof got, base + at) < 0)
			return 0;
		cmp = strcmp(name, got);
		if (cmp < 0) {
			high = mid;
		} else if (cmp > 0) {
			low = mid + 1;
		} else {
			if (guest_mem->read(&ord, base + dir[9] + 2ull * mid, 2) ||
			    ord >= dir[5] ||
			    guest_mem->read(&fn, base + dir[7] + 4ull * ord, 4))
				return 0;
			return fn == 0 || fn - rva < size ? 0 : base + fn;
		}
	}
	return 0;
}
