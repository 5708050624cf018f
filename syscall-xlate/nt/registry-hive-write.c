/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-hive-write.c - keys into a hive file.
 *
 * Cells are laid one behind the other, in bins of a page or as many as a large
 * cell needs; nothing is ever freed, so nothing has to be found again.  Keys
 * with the same security descriptor share its cell.
 */
#include "syscall-xlate/nt/registry-hive.h"

#include <stdlib.h>

#include "base/utf.h"
#include "syscall-xlate/nt/registry-hive-format.h"

/* Administrators own it; the system and everybody have full control. */
const uint8_t hive_descriptor[HIVE_DESCRIPTOR] = {
	1, 0, 4, 0x80,			  /* self-relative, with an ACL */
	20, 0, 0, 0, 36, 0, 0, 0,	  /* owner, group */
	0, 0, 0, 0, 48, 0, 0, 0,	  /* no system's, this ACL */
	1, 2, 0, 0, 0, 0, 0, 5,		  /* S-1-5-32-544 */
	32, 0, 0, 0, 32, 2, 0, 0,
	1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, /* S-1-5-18 */
	2, 0, 48, 0, 2, 0, 0, 0,	     /* two entries */
	0, 2, 20, 0, 0x3f, 0, 0x0f, 0,	     /* inherited by subkeys */
	1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, /* S-1-5-18 */
	0, 2, 20, 0, 0x3f, 0, 0x0f, 0,
	1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, /* S-1-1-0 */
};
_Static_assert(sizeof hive_descriptor == 96, "owner, group and ACL are where said");

enum {
	LIST_MAX = 500, /* subkeys in one list; more have a list of lists */
	SIZE_LIMIT = 0x7fff0000,
};

struct writer {
	uint8_t *at; /* the bins */
	size_t len, cap;
	size_t used;     /* where in the last bin the next cell goes */
	struct reg_sd *security; /* those written so far */
	struct reg_sd *none;     /* what keys without one get */
	unsigned minor;
	NTSTATUS status; /* the first failure; then nothing is written */
};

static void fail(struct writer *w, NTSTATUS status)
{
	if (!w->status)
		w->status = status;
}

/* A bin of n bytes at the end. */
static bool add_bin(struct writer *w, size_t n)
{
	struct hive_bin b = { .magic = { 'h', 'b', 'i', 'n' },
			      .offset = (uint32_t)w->len,
			      .size = (uint32_t)n };

	if (n > SIZE_LIMIT - w->len) {
		fail(w, STATUS_REGISTRY_CORRUPT);
		return false;
	}
	if (n > w->cap - w->len) {
		size_t cap = MAX(w->cap * 2, w->len + n);
		uint8_t *p = realloc(w->at, cap);

		if (!p) {
			fail(w, STATUS_NO_MEMORY);
			return false;
		}
		w->at = p;
		w->cap = cap;
	}
	memset(w->at + w->len, 0, n);
	memcpy(w->at + w->len, &b, sizeof b);
	w->used = w->len + sizeof b;
	w->len += n;
	return true;
}

/* What is left of the last bin is one free cell. */
static void close_bin(struct writer *w)
{
	uint32_t left = (uint32_t)(w->len - w->used);

	if (left)
		memcpy(w->at + w->used, &left, sizeof left);
	w->used = w->len;
}

/* A zeroed cell for n bytes: its offset, or HIVE_NONE. */
static uint32_t add_cell(struct writer *w, size_t n)
{
	size_t size = ROUND_UP(n + 4, 8);
	int32_t head = -(int32_t)size;
	uint32_t off;

	if (w->status)
		return HIVE_NONE;
	if (n > SIZE_LIMIT) {
		fail(w, STATUS_REGISTRY_CORRUPT);
		return HIVE_NONE;
	}
	if (size > w->len - w->used) {
		close_bin(w);
		if (!add_bin(w, ROUND_UP(size + sizeof(struct hive_bin),
					 HIVE_PAGE)))
			return HIVE_NONE;
	}
	off = (uint32_t)w->used;
	memcpy(w->at + off, &head, sizeof head);
	w->used += size;
	return off;
}

/* Into the cell at off, at bytes from its beginning. */
static void put(struct writer *w, uint32_t off, size_t at, const void *p,
		size_t n)
{
	if (!w->status && n)
		memcpy(w->at + off + 4 + at, p, n);
}

/* ---- names ----------------------------------------------------------- */

static bool is_latin1(const uint16_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] > 0xff)
			return false;
	return true;
}

/* Bytes that a name takes. */
static size_t name_size(const uint16_t *s, size_t n)
{
	return is_latin1(s, n) ? n : n * 2;
}

static void put_name(struct writer *w, uint32_t off, size_t at,
		     const uint16_t *s, size_t n)
{
	if (!is_latin1(s, n)) {
		put(w, off, at, s, n * 2);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		put(w, off, at + i, &c, 1);
	}
}

/* ---- values ---------------------------------------------------------- */

static uint32_t write_big(struct writer *w, const struct reg_value *v)
{
	uint32_t n = (v->len + DB_SEGMENT - 1) / DB_SEGMENT;
	struct hive_list h = { .magic = { 'd', 'b' }, .count = (uint16_t)n };
	uint32_t db, list;

	if (n > UINT16_MAX) {
		fail(w, STATUS_REGISTRY_CORRUPT);
		return HIVE_NONE;
	}
	db = add_cell(w, 8);
	list = add_cell(w, 4ul * n);
	put(w, db, 0, &h, sizeof h);
	put(w, db, 4, &list, sizeof list);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = i * DB_SEGMENT;
		uint32_t part = MIN(v->len - at, (uint32_t)DB_SEGMENT);
		/* Readers expect a few bytes behind each segment. */
		uint32_t off = add_cell(w, part + 4);

		put(w, off, 0, v->data + at, part);
		put(w, list, 4ul * i, &off, sizeof off);
	}
	return db;
}

static uint32_t write_value(struct writer *w, const struct reg_value *v)
{
	size_t name = name_size(v->name, v->name_len);
	struct hive_vk vk = { .magic = { 'v', 'k' },
			      .name_len = (uint16_t)name,
			      .size = v->len,
			      .type = v->type };
	uint32_t off = add_cell(w, sizeof vk + name);

	if (is_latin1(v->name, v->name_len))
		vk.flags = VK_LATIN1;
	if (v->len <= 4) {
		vk.size |= VK_RESIDENT;
		if (v->len)
			memcpy(&vk.data, v->data, v->len);
	} else if (v->len > DB_SEGMENT && w->minor >= 4) {
		vk.data = write_big(w, v);
	} else {
		vk.data = add_cell(w, v->len);
		put(w, vk.data, 0, v->data, v->len);
	}
	put(w, off, 0, &vk, sizeof vk);
	put_name(w, off, sizeof vk, v->name, v->name_len);
	return off;
}

/* ---- keys ------------------------------------------------------------ */

static uint32_t name_hash(const struct reg_key *k)
{
	uint32_t h = 0;

	for (unsigned i = 0; i < k->name_len; i++)
		h = h * 37 + utf16_upcase(k->name[i]);
	return h;
}

/* What "lf" has in place of a hash: the name's first four letters. */
static uint32_t name_hint(const struct reg_key *k)
{
	uint8_t hint[4] = { 0 };
	uint32_t h;

	for (unsigned i = 0; i < 4 && i < k->name_len; i++)
		hint[i] = k->name[i] <= 0xff ? (uint8_t)k->name[i] : 0;
	memcpy(&h, hint, sizeof h);
	return h;
}

static uint32_t write_key(struct writer *w, struct reg_key *k, uint32_t parent,
			  unsigned depth);

/* [from, to) of k's children, which are sorted; volatile ones are left out. */
static uint32_t write_list(struct writer *w, struct reg_key *k, uint32_t self,
			   uint32_t from, uint32_t to, unsigned depth)
{
	struct hive_list h = { .magic = { 'l', w->minor >= 5 ? 'h' : 'f' } };
	uint32_t off, entry[2];

	for (uint32_t i = from; i < to; i++)
		h.count = (uint16_t)(h.count + !k->sub[i]->is_volatile);
	off = add_cell(w, sizeof h + 8ul * h.count);
	put(w, off, 0, &h, sizeof h);
	for (uint32_t i = from, n = 0; i < to && !w->status; i++) {
		if (k->sub[i]->is_volatile)
			continue;
		entry[0] = write_key(w, k->sub[i], self, depth + 1);
		entry[1] = w->minor >= 5 ? name_hash(k->sub[i])
					 : name_hint(k->sub[i]);
		put(w, off, sizeof h + 8ul * n++, entry, sizeof entry);
	}
	return off;
}

static uint32_t write_subkeys(struct writer *w, struct reg_key *k,
			      uint32_t self, unsigned depth)
{
	struct hive_list h = { .magic = { 'r', 'i' } };
	uint32_t off, part;

	if (k->nsub <= LIST_MAX)
		return write_list(w, k, self, 0, k->nsub, depth);
	if ((k->nsub + LIST_MAX - 1) / LIST_MAX > UINT16_MAX) {
		fail(w, STATUS_REGISTRY_CORRUPT);
		return HIVE_NONE;
	}
	h.count = (uint16_t)((k->nsub + LIST_MAX - 1) / LIST_MAX);
	off = add_cell(w, sizeof h + 4ul * h.count);
	put(w, off, 0, &h, sizeof h);
	for (uint32_t i = 0; i < h.count; i++) {
		part = write_list(w, k, self, i * LIST_MAX,
				  MIN(k->nsub, (i + 1) * LIST_MAX), depth);
		put(w, off, sizeof h + 4ul * i, &part, sizeof part);
	}
	return off;
}

static uint32_t write_values(struct writer *w, struct reg_key *k)
{
	uint32_t list = add_cell(w, 4ul * k->nvalues);

	for (uint32_t i = 0; i < k->nvalues && !w->status; i++) {
		uint32_t off = write_value(w, &k->value[i]);

		put(w, list, 4ul * i, &off, sizeof off);
	}
	return list;
}

/* The longest names and data, which readers size their buffers by. */
static void fill_limits(const struct reg_key *k, struct hive_nk *nk)
{
	for (uint32_t i = 0; i < k->nsub; i++) {
		const struct reg_key *s = k->sub[i];

		if (s->is_volatile)
			continue;
		nk->nsub++;
		nk->max_sub_name = MAX(nk->max_sub_name, s->name_len * 2u);
		nk->max_sub_class = MAX(nk->max_sub_class, s->class_len * 2u);
	}
	nk->nvalues = k->nvalues;
	for (uint32_t i = 0; i < k->nvalues; i++) {
		nk->max_value_name =
			MAX(nk->max_value_name, k->value[i].name_len * 2);
		nk->max_value_data = MAX(nk->max_value_data, k->value[i].len);
	}
}

static uint32_t security_cell(struct writer *w, struct reg_sd *sd)
{
	if (!sd->keys++) {
		sd->cell = add_cell(w, sizeof(struct hive_sk) + sd->len);
		sd->written = w->security;
		w->security = sd;
	}
	return sd->cell;
}

static uint32_t write_key(struct writer *w, struct reg_key *k, uint32_t parent,
			  unsigned depth)
{
	size_t name = name_size(k->name, k->name_len);
	struct hive_nk nk = {
		.magic = { 'n', 'k' },
		.flags = (uint16_t)((k->is_link ? NK_LINK : 0) |
				    (depth ? 0 : NK_ROOT | NK_NO_DELETE)),
		.time = { (uint32_t)k->last_write,
			  (uint32_t)((uint64_t)k->last_write >> 32) },
		.parent = parent,
		.sub = HIVE_NONE,
		.volatile_sub = HIVE_NONE,
		.values = HIVE_NONE,
		.class = HIVE_NONE,
		.name_len = (uint16_t)name,
		.class_len = (uint16_t)(k->class_len * 2),
	};
	uint32_t off;

	if (depth > HIVE_DEPTH) {
		fail(w, STATUS_REGISTRY_CORRUPT);
		return HIVE_NONE;
	}
	reg_enter(k);
	if (is_latin1(k->name, k->name_len))
		nk.flags |= NK_LATIN1;
	off = add_cell(w, sizeof nk + name);
	nk.security = security_cell(w, k->security ? k->security : w->none);
	fill_limits(k, &nk);
	if (k->class_len) {
		nk.class = add_cell(w, nk.class_len);
		put(w, nk.class, 0, k->class, nk.class_len);
	}
	if (nk.nvalues)
		nk.values = write_values(w, k);
	if (nk.nsub)
		nk.sub = write_subkeys(w, k, off, depth);
	put(w, off, 0, &nk, sizeof nk);
	put_name(w, off, sizeof nk, k->name, k->name_len);
	return off;
}

/* ---- the file -------------------------------------------------------- */

/* A cell for each descriptor that keys have named, in a ring. */
static void write_security(struct writer *w)
{
	struct reg_sd *last = w->security;

	while (last && last->written)
		last = last->written;
	for (struct reg_sd *sd = w->security, *next, *before = last; sd;
	     before = sd, sd = next) {
		struct hive_sk sk = { .magic = { 's', 'k' },
				      .next = before->cell,
				      .references = sd->keys,
				      .len = sd->len };

		next = sd->written;
		sk.previous = next ? next->cell : w->security->cell;
		put(w, sd->cell, 0, &sk, sizeof sk);
		put(w, sd->cell, sizeof sk, sd->at, sd->len);
	}
}

static void write_header(uint8_t *page, uint32_t root, size_t size,
			 unsigned minor)
{
	struct hive_header h = { .magic = { 'r', 'e', 'g', 'f' },
				 .sequence1 = 1,
				 .sequence2 = 1,
				 .major = 1,
				 .minor = minor,
				 .format = 1,
				 .root = root,
				 .size = (uint32_t)size,
				 .cluster = 1 };
	uint64_t now = (uint64_t)nt_time_now();

	h.time[0] = (uint32_t)now;
	h.time[1] = (uint32_t)(now >> 32);
	memcpy(page, &h, sizeof h);
	for (size_t i = 0; i < offsetof(struct hive_header, checksum); i += 4)
		h.checksum ^= le32_at(page + i);
	if (h.checksum == 0)
		h.checksum = 1;
	else if (h.checksum == 0xffffffff)
		h.checksum = 0xfffffffe;
	memcpy(page, &h, sizeof h);
}

NTSTATUS hive_write(struct reg_key *k, unsigned minor, uint8_t **file,
		    size_t *n)
{
	const struct bytes none = { hive_descriptor, sizeof hive_descriptor };
	struct writer w = { .minor = minor, .none = reg_sd_get(none) };
	uint32_t root;

	if (!w.none)
		return STATUS_NO_MEMORY;
	root = write_key(&w, k, HIVE_NONE, 0);
	write_security(&w);
	for (struct reg_sd *sd = w.security; sd; sd = sd->written)
		sd->keys = 0;
	reg_sd_put(w.none);
	if (!w.status)
		close_bin(&w);
	*file = w.status ? NULL : calloc(1, HIVE_PAGE + w.len);
	if (!*file) {
		free(w.at);
		return w.status ? w.status : STATUS_NO_MEMORY;
	}
	write_header(*file, root, w.len, minor);
	memcpy(*file + HIVE_PAGE, w.at, w.len);
	*n = HIVE_PAGE + w.len;
	free(w.at);
	return STATUS_SUCCESS;
}
