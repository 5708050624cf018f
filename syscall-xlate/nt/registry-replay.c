/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-replay.c - records of changes become the tree: at the first look, and
 * when another process has made some.
 */
#include "syscall-xlate/nt/registry-record.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/registry.h"

/* The key of a record, made with its parents if need be. */
static struct reg_key *record_key(const struct record *r, bool make)
{
	const uint16_t *path = record_path(r);
	struct reg_key *k;
	size_t rest = 0;
	NTSTATUS status = reg_walk(NULL, path, r->path_len, REG_OPEN_LINK, &k,
				   &rest);

	if (status == STATUS_SUCCESS)
		return k;
	if (!make || (status != STATUS_OBJECT_NAME_NOT_FOUND &&
		      status != STATUS_OBJECT_PATH_NOT_FOUND))
		return NULL;
	while (k && rest < r->path_len) {
		size_t end = rest;

		while (end < r->path_len && path[end] != '\\')
			end++;
		if (end > rest) {
			reg_changed(k, NOTIFY_NAME);
			k = reg_add(k, path + rest, end - rest);
		}
		rest = end + 1;
	}
	return k;
}

static void apply_security(struct reg_key *k, const struct record *r)
{
	struct bytes b = { record_data(r), r->data_len };
	struct reg_sd *sd = b.len && reg_sd_valid(b) ? reg_sd_get(b) : NULL;

	if (sd != k->security)
		reg_changed(k, NOTIFY_SECURITY);
	reg_sd_put(k->security);
	k->security = sd;
}

static void apply_key(const struct record *r)
{
	struct reg_key *k = record_key(r, !r->gone);

	if (!k || k == &reg_root)
		return;
	if (r->gone) {
		struct reg_key *parent = k->parent;

		reg_remove(k);
		reg_changed(parent, NOTIFY_NAME);
		return;
	}
	k->is_link = r->is_link;
	apply_security(k, r);
	if (k->last_write < r->last_write)
		k->last_write = r->last_write;
	if (r->name_len && !k->class && (k->class = malloc(r->name_len * 2u))) {
		memcpy(k->class, record_name(r), r->name_len * 2u);
		k->class_len = (uint16_t)r->name_len;
	}
}

static void apply_mount(const struct record *r)
{
	const uint16_t *path = record_path(r);
	char file[HOST_PATH_MAX];
	struct reg_key *k;
	size_t rest;
	NTSTATUS status = reg_walk(NULL, path, r->path_len, REG_OPEN_LINK, &k,
				   &rest);

	if (r->gone) {
		if (!status)
			reg_hive_unmounted(k);
		return;
	}
	if (r->data_len >= sizeof file)
		return;
	memcpy(file, record_data(r), r->data_len);
	file[r->data_len] = 0;
	if (status == STATUS_SUCCESS)
		reg_hive_mounted(k->parent, k->name, k->name_len, file,
				 r->order);
	else if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		reg_hive_mounted(k, path + rest, r->path_len - rest, file,
				 r->order);
}

static void apply_value(const struct record *r)
{
	struct reg_key *k = record_key(r, !r->gone);
	struct reg_value *v;

	if (!k)
		return;
	v = reg_value(k, record_name(r), r->name_len);
	if (r->gone) {
		if (!v)
			return;
		reg_unset(k, v);
	} else {
		if (v && v->type == r->type && v->len == r->data_len &&
		    (!v->len || !memcmp(v->data, record_data(r), v->len))) {
			v->is_default = false;
			return;
		}
		reg_set(k, record_name(r), r->name_len, r->type, record_data(r),
			r->data_len);
		v = reg_value(k, record_name(r), r->name_len);
		if (v && v->order < r->order)
			v->order = r->order;
	}
	k->last_write = r->last_write;
	reg_changed(k, NOTIFY_LAST_SET);
}

/* Parents before children, keys before their values, old before new. */
static int by_depth(const void *a, const void *b)
{
	const struct record *x =
		record_of(*(struct reg_file_record *const *)a);
	const struct record *y =
		record_of(*(struct reg_file_record *const *)b);

	if (x->path_len != y->path_len)
		return x->path_len < y->path_len ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind - y->kind;
	return x->order < y->order ? -1 : x->order > y->order;
}

void records_apply(struct reg_file_records *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (record_of(all->record[i]))
			all->record[n++] = all->record[i];
		else
			free(all->record[i]);
	all->n = n;
	if (n)
		qsort(all->record, n, sizeof *all->record, by_depth);
	for (size_t i = 0; i < n; i++) {
		const struct record *r = record_of(all->record[i]);

		if (r->kind == KIND_KEY)
			apply_key(r);
		else if (r->kind == KIND_MOUNT)
			apply_mount(r);
		else
			apply_value(r);
	}
}
