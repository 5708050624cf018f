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
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "loader/image/pe.h"

enum {
	/* Large pages, for what is copied into an image from its start on. */
	HUGE_SIZE = 2 << 20,
	/*
	 * From this size on, copying what is touched costs less than copying
	 * all: a chunk that is touched costs four times its part of a copy.
	 */
	PIECES_FROM = 24 << 20,
};

static int map_failed(struct err *e, const char *what, int code)
{
	return err_set(e, -code, "mapping %s: %s", what, strerror(-code));
}

/*
 * Reads that follow each other in the file are gathered and made by one
 * preadv(2): a linker's sections mostly do.
 */
struct reader {
	const struct image *img;
	struct iovec v[24];
	int n;
	uint32_t off, end; /* in the file, of what is gathered */
};

static int reader_flush(struct reader *r, struct err *e)
{
	struct iovec *v = r->v;

	while (r->off < r->end) {
		ssize_t got = preadv(r->img->fd, v, r->n, r->off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, errno, "cannot be read: %s",
				       strerror(errno));
		if (got == 0)
			return err_set(
				e, ENOEXEC,
				"truncated while being read, at %#" PRIx32,
				r->off);
		r->off += (uint32_t)got;
		while (r->n && (size_t)got >= v->iov_len) {
			got -= (ssize_t)v->iov_len;
			v++;
			r->n--;
		}
		if (r->n) {
			v->iov_base = (char *)v->iov_base + got;
			v->iov_len -= (size_t)got;
		}
	}
	r->n = 0;
	return 0;
}

/* n bytes at off of the file go to guest address to. */
static int reader_add(struct reader *r, gaddr to, uint32_t off, uint32_t n,
		      struct err *e)
{
	while (n) {
		int room = (int)COUNT_OF(r->v) - r->n, cnt;

		if (room == 0 || (r->n && off != r->end)) {
			if (reader_flush(r, e))
				return -1;
			continue;
		}
		cnt = guest_mem->iov(to, n, true, r->v + r->n, room);
		if (cnt <= 0)
			return err_set(e, EFAULT, "guest memory is gone");
		if (r->n == 0)
			r->off = r->end = off;
		while (cnt--) {
			uint32_t part = (uint32_t)r->v[r->n++].iov_len;

			r->end += part;
			off += part;
			to += part;
			n -= part;
		}
	}
	return 0;
}

static int copy_in(const struct image *img, gaddr to, uint32_t off, uint32_t n,
		   struct err *e)
{
	struct reader r = { .img = img };

	return reader_add(&r, to, off, n, e) || reader_flush(&r, e) ? -1 : 0;
}

/*
 * An image none of whose sections can be mapped from the file: one mapping,
 * mostly one read, then the protections.
 */
static bool lies_askew(const struct image *img)
{
	for (unsigned i = 0; i < img->nsegments; i++)
		if (img->segment[i].file_offset % PAGE == 0 &&
		    img->segment[i].file_size >= PAGE)
			return false;
	return img->nsegments > 0 && !img->low_alignment;
}

/*
 * What of an image, from its start, the file fills.  A program's zeroes can be
 * far more than its file (Go's are) and are touched here and there: there a large
 * page is much to clear for nothing.
 */
static uint32_t filled_from_start(const struct image *img)
{
	uint32_t end = img->headers_size;

	for (unsigned i = 0; i < img->nsegments; i++) {
		const struct image_segment *s = &img->segment[i];

		if (s->rva > end && s->rva - end >= HUGE_SIZE)
			break;
		end = s->rva + MIN(s->file_size, s->size);
	}
	return end;
}

/*
 * How much of it is to be large pages.  The last may be filled by a third: as
 * many small pages cost four times the clearing of all of it.
 */
static uint32_t huge_from_start(const struct image *img, uint32_t size)
{
	uint32_t filled = filled_from_start(img);
	uint32_t huge = filled / HUGE_SIZE * HUGE_SIZE;

	if (filled - huge >= HUGE_SIZE / 3 && size - huge >= HUGE_SIZE)
		huge += HUGE_SIZE;
	return huge;
}

static int copy_all(const struct image *img, gaddr base, struct err *e)
{
	const struct image_segment *last = &img->segment[img->nsegments - 1];
	const int prot = GUEST_READ | GUEST_WRITE;
	uint32_t size = last->rva + last->size;
	uint32_t huge = huge_from_start(img, size);
	struct reader r = { .img = img };
	int ret = 0;

	if (huge)
		ret = guest_mem->map(base, huge, prot, -1, 0, GUEST_HUGE);
	if (!ret && size > huge)
		ret = guest_mem->map(base + huge, size - huge, prot, -1, 0, 0);
	if (ret)
		return map_failed(e, "the image", ret);
	if (reader_add(&r, base, 0, img->headers_size, e))
		return -1;
	for (unsigned i = 0; i < img->nsegments; i++)
		if (reader_add(&r, base + img->segment[i].rva,
			       img->segment[i].file_offset,
			       img->segment[i].file_size, e))
			return -1;
	return reader_flush(&r, e);
}

/*
 * A large image that would have to be copied for the most part is promised
 * instead: whatever of it is touched is copied then.
 */
static bool promise(const struct image *img, gaddr base)
{
	const struct image_segment *last = &img->segment[img->nsegments - 1];
	unsigned n = img->nsegments + 1;
	uint64_t askew = 0;
	struct guest_piece *p;
	bool done;

	for (unsigned i = 0; i < img->nsegments; i++)
		if (img->segment[i].file_offset % PAGE)
			askew += img->segment[i].file_size;
	if (!guest_mem->map_pieces || askew < PIECES_FROM || img->low_alignment)
		return false;
	p = calloc(n, sizeof *p);
	if (!p)
		return false;
	p[0] = (struct guest_piece){ .at = base,
				     .size = img->segment[0].rva,
				     .bytes = img->headers_size,
				     .prot = GUEST_READ };
	for (unsigned i = 1; i < n; i++) {
		const struct image_segment *s = &img->segment[i - 1];

		p[i] = (struct guest_piece){ .at = base + s->rva,
					     .size = s->size,
					     .off = s->file_offset,
					     .bytes = s->file_size,
					     .prot = s->prot };
	}
	done = guest_mem->map_pieces(base, last->rva + last->size, img->fd, p,
				     n) == 0;
	free(p);
	return done;
}

/* One call for neighbours that want the same. */
static int protect_all(const struct image *img, gaddr base, struct err *e)
{
	uint32_t from = 0, to = img->segment[0].rva;
	int prot = GUEST_READ; /* the headers */

	for (unsigned i = 0; i <= img->nsegments; i++) {
		const struct image_segment *s = &img->segment[i];
		int ret;

		if (i < img->nsegments && s->prot == prot && s->rva == to) {
			to += s->size;
			continue;
		}
		if (prot != (GUEST_READ | GUEST_WRITE)) {
			ret = guest_mem->protect(base + from, to - from, prot);
			if (ret)
				return map_failed(e, "protections", ret);
		}
		if (i == img->nsegments)
			break;
		from = s->rva;
		to = s->rva + s->size;
		prot = s->prot;
	}
	return 0;
}

static int map_segment(const struct image *img, const struct image_segment *s,
		       gaddr base, bool moved, struct err *e)
{
	gaddr at = base + s->rva;
	/* Code that is still being written to is not executable yet. */
	int want = moved ? (s->prot & ~GUEST_EXEC) | GUEST_READ | GUEST_WRITE :
			   s->prot;
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
		int prot = rest ? (want & ~GUEST_EXEC) | GUEST_READ |
					  GUEST_WRITE :
				  want;

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
		ret = guest_mem->map(base, size, GUEST_READ | GUEST_WRITE, -1,
				     0, 0);
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

/* The first segment takes in the headers before it, if they can be one. */
static bool takes_headers(const struct image *img, struct image_segment *first)
{
	uint32_t size = (uint32_t)ROUND_UP(img->headers_size, PAGE);
	struct image_segment whole = { .size = size,
				       .file_size = size,
				       .prot = GUEST_READ };

	if (img->low_alignment || size == 0 || !joins(&whole, first))
		return false;
	whole.size += first->size;
	whole.file_size += first->file_size;
	memcpy(whole.name, first->name, sizeof whole.name);
	*first = whole;
	return true;
}

int image_map(const struct image *img, gaddr base, struct err *e)
{
	bool moved = base != img->preferred_base;
	bool promised = !moved && promise(img, base);
	struct image_segment first = img->segment[0];
	int ret;

	if (!promised && lies_askew(img)) {
		if (copy_all(img, base, e) ||
		    (moved && pe_relocate(img, base, e)))
			return -1;
		return protect_all(img, base, e);
	}
	if (!promised && (moved || !takes_headers(img, &first)) &&
	    map_headers(img, base, e))
		return -1;
	for (unsigned i = 0; i < img->nsegments; i++) {
		struct image_segment s = i ? img->segment[i] : first;

		if (promised && s.file_offset % PAGE)
			continue;
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

		if (s->prot == (GUEST_READ | GUEST_WRITE))
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
			if (guest_mem->read(&ord, base + dir[9] + 2ull * mid,
					    2) ||
			    ord >= dir[5] ||
			    guest_mem->read(&fn, base + dir[7] + 4ull * ord, 4))
				return 0;
			return fn == 0 || fn - rva < size ? 0 : base + fn;
		}
	}
	return 0;
}
