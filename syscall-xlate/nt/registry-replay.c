/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-replay.c - records of changes become the tree: those of a key as
 * somebody comes there, and those that another process has made just now.
 */
#include "syscall-xlate/nt/registry-record.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/path.h"

/* ---- one record ------------------------------------------------------- */

/* What only comes to be known has not changed. */
static bool quiet;

static void tell(struct reg_key *k, uint32_t what)
{
	if (!quiet)
		reg_changed(k, what);
}

static void apply_security(struct reg_key *k, const struct record *r)
{
	struct bytes b = { record_data(r), r->data_len };
	struct reg_sd *sd = b.len && reg_sd_valid(b) ? reg_sd_get(b) : NULL;

	if (sd != k->security)
		tell(k, NOTIFY_SECURITY);
	reg_sd_put(k->security);
	k->security = sd;
}

/* Of the subkey k of parent, which is not there if it is NULL. */
static void apply_key(struct reg_key *parent, struct reg_key *k,
		      const uint16_t *name, size_t len, const struct record *r)
{
	if (r->gone) {
		if (k) {
			reg_remove(k);
			tell(parent, NOTIFY_NAME);
		}
		return;
	}
	if (!k) {
		k = reg_add(parent, name, len);
		if (!k)
			return;
		k->last_write = r->last_write;
		reg_is_stored(k);
		tell(parent, NOTIFY_NAME);
	}
	k->lacks_own = false;
	k->is_link = r->is_link;
	apply_security(k, r);
	if (k->last_write < r->last_write)
		k->last_write = r->last_write;
	if (r->name_len && !k->class && (k->class = malloc(r->name_len * 2u))) {
		memcpy(k->class, record_name(r), r->name_len * 2u);
		k->class_len = (uint16_t)r->name_len;
	}
}

static void apply_mount(struct reg_key *parent, struct reg_key *k,
			const uint16_t *name, size_t len,
			const struct record *r)
{
	char file[HOST_PATH_MAX];

	if (r->gone) {
		if (k && reg_hive_unmounted(k))
			tell(parent, NOTIFY_NAME);
		return;
	}
	if (r->data_len >= sizeof file)
		return;
	memcpy(file, record_data(r), r->data_len);
	file[r->data_len] = 0;
	if (reg_hive_mounted(parent, name, len, file, r->order))
		tell(parent, NOTIFY_NAME);
}

/* v, the last of k's unless it has that order already. */
static void put_in_order(struct reg_key *k, struct reg_value *v, uint32_t order)
{
	struct reg_value moved = *v;

	moved.order = order;
	for (; v > k->value && v[-1].order > order; v--)
		*v = v[-1];
	*v = moved;
}

static void apply_value(struct reg_key *k, const struct record *r)
{
	struct reg_value *v = reg_known_value(k, record_name(r), r->name_len);

	/* It went and came again, behind the others. */
	if (v && !r->gone && r->order && v->order != r->order) {
		reg_unset(k, v);
		v = NULL;
	}
	if (r->gone) {
		if (!v)
			return;
		reg_unset(k, v);
	} else {
		if (v && v->type == r->type && v->len == r->data_len &&
		    (!v->len || !memcmp(v->data, record_data(r), v->len))) {
			v->is_default = false;
			if (k->last_write < r->last_write)
				k->last_write = r->last_write;
			return;
		}
		reg_set(k, record_name(r), r->name_len, r->type, record_data(r),
			r->data_len);
		v = reg_known_value(k, record_name(r), r->name_len);
		if (v && r->order)
			put_in_order(k, v, r->order);
	}
	k->last_write = r->last_write;
	tell(k, NOTIFY_LAST_SET);
}

static void apply(struct reg_key *at, const uint16_t *name, size_t len,
		  const struct record *r)
{
	struct reg_key *k;

	if (r->kind == KIND_VALUE) {
		apply_value(at, r);
		return;
	}
	k = reg_known_sub(at, name, len);
	if (r->kind == KIND_MOUNT)
		apply_mount(at, k, name, len, r);
	else
		apply_key(at, k, name, len, r);
}

/* ---- which key that is ------------------------------------------------- */

/* The length of the path that leads to where r is, and the rest of it. */
static size_t place_len(const struct record *r, const uint16_t **name,
			size_t *name_len)
{
	const uint16_t *path = record_path(r);
	size_t len = r->path_len;

	*name = path + len;
	*name_len = 0;
	if (r->kind == KIND_VALUE)
		return len;
	while (len && path[len - 1] != '\\')
		len--;
	*name = path + len;
	*name_len = r->path_len - len;
	return len ? len - 1 : 0;
}

/*
 * The key of the tree at path, or the last one on the way there, with *rest of
 * it missing: the path is one of keys, not of links.  make: none is missing,
 * but for lack of memory (NULL).
 */
static struct reg_key *key_at(const uint16_t *path, size_t len, bool make,
			      size_t *rest)
{
	struct reg_key *k = &reg_root, *sub;
	size_t at, end;

	*rest = 0;
	if (len < reg_root.name_len + 1u)
		return NULL;
	for (at = reg_root.name_len + 2u; at < len; at = end + 1) {
		for (end = at; end < len && path[end] != '\\'; end++)
			;
		sub = reg_known_sub(k, path + at, end - at);
		if (!sub && make) {
			sub = reg_add(k, path + at, end - at);
			if (!sub)
				return NULL;
			reg_is_stored(sub);
			tell(k, NOTIFY_NAME);
		}
		if (!sub) {
			*rest = len - at;
			return k;
		}
		k = make ? reg_enter(sub) : sub;
	}
	return k;
}

/* ---- many ------------------------------------------------------------- */

/* Keys before what is below them and before their values, old before new. */
static int in_order(const void *a, const void *b)
{
	const struct record *x = record_of(*(struct reg_file_record *const *)a);
	const struct record *y = record_of(*(struct reg_file_record *const *)b);
	int c = reg_compare(record_path(x), x->path_len, record_path(y),
			    y->path_len);

	if (c)
		return c;
	if (x->kind != y->kind)
		return x->kind - y->kind;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Without what is no record. */
static void sort(struct reg_file_records *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (record_of(all->record[i]))
			all->record[n++] = all->record[i];
		else
			free(all->record[i]);
	all->n = n;
	if (n)
		qsort(all->record, n, sizeof *all->record, in_order);
}

void records_are_all(struct reg_file_records *all)
{
	sort(all);
	for (size_t i = 0; i < all->n; i++) {
		const struct record *r = record_of(all->record[i]);
		const uint16_t *name;
		size_t n, rest, len = place_len(r, &name, &n);
		struct reg_key *k =
			key_at(record_path(r), len, !r->gone, &rest);

		if (k && !rest)
			apply(reg_enter(k), name, n, r);
	}
}

void records_are_at(struct reg_key *k, struct reg_file_records *at)
{
	sort(at);
	quiet = true;
	for (size_t i = 0; i < at->n; i++) {
		const struct record *r = record_of(at->record[i]);
		const uint16_t *name;
		size_t n;

		place_len(r, &name, &n);
		apply(k, name, n, r);
	}
	quiet = false;
}

/* Does the tree have what is stored there, apart from r? */
static bool is_known(const struct reg_key *k, const uint16_t *name, size_t n,
		     const struct record *r)
{
	const struct reg_key *sub;

	if (r->kind == KIND_VALUE)
		return !k->lacks_values;
	sub = reg_known_sub(k, name, n);
	return !k->lacks_subs || (sub && !sub->lacks_own);
}

void records_are_new(struct reg_file_records *news, bool has_all)
{
	sort(news);
	for (size_t i = 0; i < news->n; i++) {
		const struct record *r = record_of(news->record[i]);
		const uint32_t what =
			r->kind == KIND_VALUE ? NOTIFY_LAST_SET : NOTIFY_NAME;
		const uint16_t *name;
		size_t n, rest, len = place_len(r, &name, &n);
		struct reg_key *k =
			key_at(record_path(r), len, has_all && !r->gone, &rest);
		bool was;

		if (!k)
			continue;
		if (rest) {
			reg_changed_below(k, what);
			continue;
		}
		was = r->kind == KIND_KEY && reg_known_sub(k, name, n);
		if (has_all || is_known(k, name, n, r))
			apply(has_all ? reg_enter(k) : k, name, n, r);
		/* What is there already is not new: more is known of it. */
		if (!was)
			reg_changed(k, what);
	}
}
