/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-store.c - the user's changes to the registry become records of its
 * file (registry-record.h, registry-file.h), and those of others the tree.
 */
#include "syscall-xlate/nt/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/registry-record.h"

void reg_store_refresh(void)
{
	struct reg_file_records all;

	if (reg_file_news(&all))
		records_apply(&all);
	reg_file_free(&all);
}

static uint64_t hash(uint64_t h, const uint16_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ utf16_upcase(s[i])) * 0x9e3779b97f4a7c15 ^ h >> 29;
	return h * 0x9e3779b97f4a7c15 ^ 0xff;
}

static struct reg_record_id id_of(uint8_t kind, const uint16_t *path,
				  size_t path_len, const uint16_t *name,
				  size_t name_len)
{
	struct reg_record_id id;

	for (unsigned i = 0; i < COUNT_OF(id.half); i++) {
		id.half[i] = hash(kind + 77u * i, path, path_len);
		if (kind == KIND_VALUE)
			id.half[i] = hash(id.half[i], name, name_len);
	}
	return id;
}

static void put(struct record *head, const struct reg_key *k,
		const uint16_t *name, const void *data)
{
	struct reg_record_id id;
	size_t path_len, size;
	uint16_t *path;
	struct record *r;

	if (!reg_file_begin())
		return;
	path = reg_path(k, &path_len);
	size = sizeof *r + (path_len + head->name_len) * 2 + head->data_len;
	r = malloc(size);
	if (path && r) {
		head->path_len = (uint32_t)path_len;
		head->last_write = k->last_write;
		*r = *head;
		memcpy(r + 1, path, path_len * 2);
		if (head->name_len)
			memcpy((uint8_t *)(r + 1) + path_len * 2, name,
			       head->name_len * 2u);
		if (head->data_len)
			memcpy((uint8_t *)record_data(r), data, head->data_len);
		id = id_of(head->kind, path, path_len, name, head->name_len);
		reg_file_put(&id, r, size);
	} else {
		reg_file_failed(ENOMEM);
	}
	free(path);
	free(r);
}

static bool stored(const struct reg_key *k)
{
	if (reg_hive_touch(k))
		return false;
	for (; k; k = k->parent)
		if (k->is_volatile)
			return false;
	return !reg_file_lost();
}

void reg_store_key(const struct reg_key *k)
{
	struct record r = { .kind = KIND_KEY,
			    .is_link = k->is_link,
			    .name_len = k->class_len,
			    .data_len = k->security ? k->security->len : 0 };

	if (stored(k))
		put(&r, k, k->class, k->security ? k->security->at : NULL);
}

void reg_store_value(const struct reg_key *k, const struct reg_value *v)
{
	struct record r = { .kind = KIND_VALUE,
			    .type = v->type,
			    .name_len = v->name_len,
			    .data_len = v->len,
			    .order = v->order };

	if (stored(k))
		put(&r, k, v->name, v->data);
}

void reg_store_value_gone(const struct reg_key *k, const uint16_t *name,
			  size_t len)
{
	struct record r = { .kind = KIND_VALUE,
			    .gone = 1,
			    .name_len = (uint32_t)len };

	if (stored(k))
		put(&r, k, name, NULL);
}

void reg_store_tree(const struct reg_key *k)
{
	reg_store_key(k);
	for (uint32_t i = 0; i < k->nvalues; i++)
		reg_store_value(k, &k->value[i]);
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_store_tree(k->sub[i]);
}

void reg_store_key_gone(const struct reg_key *k)
{
	struct record r = { .kind = KIND_KEY, .gone = 1 };

	if (!stored(k))
		return;
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_store_key_gone(k->sub[i]);
	for (uint32_t i = 0; i < k->nvalues; i++)
		reg_store_value_gone(k, k->value[i].name, k->value[i].name_len);
	put(&r, k, NULL, NULL);
}

bool reg_store_mount(const struct reg_key *k, const char *path,
		     uint32_t generation)
{
	struct record r = { .kind = KIND_MOUNT,
			    .data_len = (uint32_t)strlen(path),
			    .order = generation };

	if (!reg_file_begin())
		return false;
	put(&r, k, NULL, path);
	return !reg_file_lost();
}

/* Is the record of the key at path or of what is below it? */
static bool is_below(const struct reg_file_record *f, const uint16_t *path,
		     size_t len)
{
	const struct record *r = record_of(f);

	return r && r->kind != KIND_MOUNT && r->path_len >= len &&
	       (r->path_len == len || record_path(r)[len] == '\\') &&
	       !reg_compare(record_path(r), len, path, len);
}

/* Looks for records of k and below, and removes them. */
static bool each_below(const struct reg_key *k, bool remove)
{
	struct reg_file_records all = { 0 };
	bool any = false;
	size_t len;
	uint16_t *path = reg_path(k, &len);

	if (path && reg_file_all(&all))
		for (size_t i = 0; i < all.n; i++)
			if (is_below(all.record[i], path, len)) {
				any = true;
				if (remove)
					reg_file_remove(&all.record[i]->id);
			}
	reg_file_free(&all);
	free(path);
	return any;
}

void reg_store_lock(void)
{
	struct reg_file_records all = { 0 };

	if (reg_file_begin() && reg_file_late_news(&all))
		records_apply(&all);
	reg_file_free(&all);
}

bool reg_store_has_below(const struct reg_key *k)
{
	return reg_file_begin() && each_below(k, false);
}

void reg_store_unmount(const struct reg_key *k)
{
	struct record r = { .kind = KIND_MOUNT, .gone = 1 };

	if (reg_file_begin()) {
		each_below(k, true);
		put(&r, k, NULL, NULL);
	}
}
