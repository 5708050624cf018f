/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pe-import.c - what a PE file imports and exports, read from the file: nothing
 * is mapped and nothing is trusted.  (The guest's own loader does this again
 * for the program that runs; this is for --check.)
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "loader/image/pe.h"

enum { MAX_DLLS = 4096, MAX_FUNCTIONS = 1 << 17, MAX_NAME = 4096 };

/* The bytes of the segment (or the headers) from rva on. */
static uint32_t room_at(const struct image *img, uint32_t rva)
{
	const struct image_segment *s = image_segment_at(img, rva);

	if (s)
		return s->size - (rva - s->rva);
	return rva < img->headers_size ? img->headers_size - rva : 0;
}

/* A NUL-terminated string.  Length, or -1: outside, or no NUL in size. */
static int string_at(const struct image *img, uint64_t rva, char *buf,
		     size_t size)
{
	size_t n = 0, room;

	if (rva > UINT32_MAX)
		return -1;
	room = MIN(size, (size_t)room_at(img, (uint32_t)rva));
	while (n < room) {
		size_t part = MIN((size_t)64, room - n);
		char *nul;

		if (image_read(img, (uint32_t)(rva + n), buf + n, part))
			return -1;
		nul = memchr(buf + n, 0, part);
		if (nul)
			return (int)(nul - buf);
		n += part;
	}
	return -1;
}

static int damaged(struct err *e, const char *what, uint64_t rva)
{
	return err_set(e, ENOEXEC, "%s at %#" PRIx64 " lies outside the image",
		       what, rva);
}

struct walk {
	const struct image *img;
	int (*each)(void *arg, const struct image_import *i);
	void *arg;
	struct err *e;
	char dll[MAX_NAME], name[MAX_NAME];
	uint32_t left; /* functions that may yet come */
};

/* The functions of one DLL: thunks of the image's width, up to a zero. */
static int thunks(struct walk *w, uint32_t rva, uint64_t base, bool delayed)
{
	unsigned size = w->img->bits / 8;
	uint64_t ordinal_flag = 1ull << (w->img->bits - 1);

	for (uint32_t at = rva;; at += size) {
		struct image_import i = { .dll = w->dll, .delayed = delayed };
		uint64_t v = 0;
		int ret;

		if (at < rva || image_read(w->img, at, &v, size))
			return damaged(w->e, "an import table", at);
		if (!v)
			return 0;
		if (!w->left--)
			return err_set(w->e, ENOEXEC, "more than %d imports",
				       MAX_FUNCTIONS);
		if (v & ordinal_flag) {
			i.ordinal = (uint16_t)v;
		} else {
			/* Two bytes of hint come first. */
			if (v < base || v - base > UINT32_MAX ||
			    string_at(w->img, v - base + 2, w->name,
				      sizeof w->name) < 0)
				return damaged(w->e, "an import's name", v);
			i.name = w->name;
		}
		ret = w->each(w->arg, &i);
		if (ret)
			return ret;
	}
}

static int ordinary(struct walk *w)
{
	uint32_t rva = w->img->dir[PE_DIR_IMPORT].rva;

	for (unsigned n = 0; rva && n < MAX_DLLS; n++, rva += 20) {
		uint32_t d[5]; /* lookup table, time, chain, name, IAT */
		int ret;

		if (image_read(w->img, rva, d, sizeof d))
			return damaged(w->e, "an import descriptor", rva);
		if (!d[3] || (!d[0] && !d[4]))
			break;
		if (string_at(w->img, d[3], w->dll, sizeof w->dll) < 0)
			return damaged(w->e, "a DLL's name", d[3]);
		ret = thunks(w, d[0] ? d[0] : d[4], 0, false);
		if (ret)
			return ret;
	}
	return 0;
}

static int delayed(struct walk *w)
{
	uint32_t rva = w->img->dir[PE_DIR_DELAY_IMPORT].rva;

	for (unsigned n = 0; rva && n < MAX_DLLS; n++, rva += 32) {
		/* flags, name, module, IAT, names, bound, unload, time */
		uint32_t d[8];
		uint64_t base;
		int ret;

		if (image_read(w->img, rva, d, sizeof d))
			return damaged(w->e, "a delay-load descriptor", rva);
		if (!d[1])
			break;
		/* Visual C++ 6 wrote addresses where RVAs are now. */
		base = d[0] & 1 ? 0 : w->img->preferred_base;
		if (d[1] < base || d[4] < base ||
		    string_at(w->img, d[1] - base, w->dll, sizeof w->dll) < 0)
			return damaged(w->e, "a DLL's name", d[1]);
		ret = thunks(w, (uint32_t)(d[4] - base), base, true);
		if (ret)
			return ret;
	}
	return 0;
}

int image_imports(const struct image *img,
		  int (*each)(void *arg, const struct image_import *i),
		  void *arg, struct err *e)
{
	struct walk *w = malloc(sizeof *w);
	int ret;

	if (!w)
		return err_set(e, ENOMEM, "no memory");
	*w = (struct walk){ .img = img,
			    .each = each,
			    .arg = arg,
			    .e = e,
			    .left = MAX_FUNCTIONS };
	ret = ordinary(w);
	if (!ret)
		ret = delayed(w);
	free(w);
	return ret;
}

int image_exports(const struct image *img,
		  int (*each)(void *arg, const struct image_exported *x),
		  void *arg, struct err *e)
{
	uint32_t rva = img->dir[PE_DIR_EXPORT].rva;
	uint32_t size = img->dir[PE_DIR_EXPORT].size;
	char name[MAX_NAME], forwarder[MAX_NAME];
	uint32_t d[10]; /* ...[4] base, functions, names, three tables */
	uint32_t *fn = NULL;
	bool *named = NULL;
	int ret = 0;

	if (!rva)
		return 0;
	if (image_read(img, rva, d, sizeof d))
		return damaged(e, "the export directory", rva);
	if (d[5] > MAX_FUNCTIONS || d[6] > MAX_FUNCTIONS)
		return err_set(e, ENOEXEC, "more than %d exports",
			       MAX_FUNCTIONS);
	fn = calloc(d[5] + 1, sizeof *fn);
	named = calloc(d[5] + 1, sizeof *named);
	if (!fn || !named)
		ret = err_set(e, ENOMEM, "no memory");
	else if (d[5] && image_read(img, d[7], fn, d[5] * sizeof *fn))
		ret = damaged(e, "the table of exports", d[7]);
	/* Those with names, then the rest. */
	for (uint32_t i = 0; !ret && i < d[6] + d[5]; i++) {
		struct image_exported x = { 0 };
		uint32_t at, index = i - d[6];
		uint16_t ord;

		if (i < d[6]) {
			if (image_read(img, d[8] + 4 * i, &at, 4) ||
			    image_read(img, d[9] + 2 * i, &ord, 2) ||
			    string_at(img, at, name, sizeof name) < 0) {
				ret = damaged(e, "an export's name", d[8]);
				break;
			}
			if (ord >= d[5])
				continue;
			index = ord;
			named[index] = true;
			x.name = name;
		} else if (named[index]) {
			continue;
		}
		if (!fn[index])
			continue;
		x.ordinal = d[4] + index;
		if (fn[index] - rva < size) {
			if (string_at(img, fn[index], forwarder,
				      sizeof forwarder) < 0) {
				ret = damaged(e, "a forwarder", fn[index]);
				break;
			}
			x.forwarder = forwarder;
		}
		ret = each(arg, &x);
	}
	free(fn);
	free(named);
	return ret;
}
