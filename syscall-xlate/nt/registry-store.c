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

/*
 * Where a record is looked for: values at their key, and keys and hives at the
 * key above, apart from its values.
 */
static struct reg_record_id place_of(uint8_t kind, const uint16_t *path,
				     size_t len)
{
	if (kind == KIND_VALUE)
		return id_of(KIND_VALUE, path, len, NULL, 0);
	while (len && path[--len] != '\\')
		;
	return id_of(KIND_KEY, path, len, NULL, 0);
}

static struct reg_record_id place_of_record(const struct record *r)
{
	return place_of(r->kind, record_path(r), r->path_len);
}

/* ---- what others have stored ------------------------------------------ */

/* The tree has all that there is, since it could not be read by the key. */
static bool eager;
static bool wanted; /* see reg_again() */

/* Can it be read now?  If not, somebody wants to. */
static bool may_read(void)
{
	if (eager || !reg_file_is_there())
		return false;
	wanted = wanted || !reg_file_held();
	return !wanted;
}

bool reg_store_idle(void)
{
	return !wanted;
}

/* name below k (n 0: k itself); malloc'ed, NULL: no memory. */
static uint16_t *path_to(const struct reg_key *k, const uint16_t *name,
			 size_t n, size_t *len)
{
	uint16_t *path = reg_path(k, len), *more;

	if (!path || !n)
		return path;
	more = realloc(path, (*len + 1 + n) * sizeof *path);
	if (!more) {
		free(path);
		return NULL;
	}
	more[(*len)++] = '\\';
	memcpy(more + *len, name, n * sizeof *more);
	*len += n;
	return more;
}

void reg_store_read_values(struct reg_key *k)
{
	struct reg_file_records at = { 0 };
	struct reg_record_id place;
	uint16_t *path;
	size_t len;

	if (k->deleted || !may_read())
		return;
	path = reg_path(reg_enter(k), &len);
	if (!path)
		return;
	place = id_of(KIND_VALUE, path, len, NULL, 0);
	if (reg_file_at(&place, SIZE_MAX, &at) == REG_FILE_OK) {
		k->lacks_values = false;
		records_are_at(k, &at);
	}
	reg_file_free(&at);
	free(path);
}

/* That of the subkey of k by that name. */
static void read_one(struct reg_key *k, const uint16_t *name, size_t n)
{
	static const uint8_t kinds[] = { KIND_MOUNT, KIND_KEY };
	struct reg_key *sub = reg_known_sub(k, name, n);
	struct reg_file_records one = { 0 };
	size_t len;
	uint16_t *path;
	bool ok = true;

	if (sub && !sub->lacks_own)
		return;
	path = path_to(k, name, n, &len);
	for (unsigned i = 0; path && ok && i < COUNT_OF(kinds); i++) {
		struct reg_record_id id = id_of(kinds[i], path, len, NULL, 0);

		/* Hives are mounted there and nowhere else. */
		if (kinds[i] != KIND_MOUNT || k->parent == &reg_root)
			ok = reg_file_get(&id, &one);
	}
	if (path && ok) {
		if (sub)
			sub->lacks_own = false;
		records_are_at(k, &one);
	}
	reg_file_free(&one);
	free(path);
}

void reg_store_read_subs(struct reg_key *k, const uint16_t *name, size_t n)
{
	enum { FEW = 64 };
	struct reg_file_records at = { 0 };
	struct reg_record_id place;
	uint16_t *path;
	size_t len;

	if (k->deleted || !may_read())
		return;
	reg_enter(k);
	if (!name || !k->many) {
		path = reg_path(k, &len);
		if (!path)
			return;
		place = id_of(KIND_KEY, path, len, NULL, 0);
		free(path);
		switch (reg_file_at(&place, name ? FEW : SIZE_MAX, &at)) {
		case REG_FILE_OK:
			k->lacks_subs = false;
			for (uint32_t i = 0; i < k->nsub; i++)
				k->sub[i]->lacks_own = false;
			records_are_at(k, &at);
			break;
		case REG_FILE_MANY:
			k->many = true;
			break;
		default:
			break;
		}
		reg_file_free(&at);
	}
	if (k->lacks_subs && name && k->many)
		read_one(k, name, n);
}

/* Nobody knows what has changed: what is in the tree is read again. */
static void read_again(struct reg_key *k)
{
	if (k->is_volatile || reg_hive_is_apart(k))
		return;
	if (!k->lacks_values) {
		k->lacks_values = true;
		reg_store_read_values(k);
	}
	if (!k->lacks_subs) {
		k->lacks_subs = true;
		reg_store_read_subs(k, NULL, 0);
	} else {
		for (uint32_t i = k->nsub; i-- > 0;) {
			struct reg_key *sub = k->sub[i];

			if (sub->lacks_own || sub->is_volatile)
				continue;
			sub->lacks_own = true;
			read_one(k, sub->name, sub->name_len);
			i = MIN(i, k->nsub);
		}
	}
	for (uint32_t i = 0; i < k->nsub; i++)
		read_again(k->sub[i]);
}

static void apply_news(void)
{
	static bool any; /* has been looked at before */
	struct reg_file_records news;

	switch (reg_file_news(&news)) {
	case REG_NEWS_NONE:
		return;
	case REG_NEWS_SOME:
		records_are_new(&news, eager);
		reg_file_free(&news);
		return;
	case REG_NEWS_ALL:
		break;
	}
	if (!eager && reg_file_has_places()) {
		if (any)
			read_again(&reg_root);
		if (reg_store_unread())
			return;
	} else {
		/* What it says of single keys is not to be believed. */
		if (!reg_file_all(&news))
			return;
		eager = true;
		records_are_all(&news);
		reg_file_free(&news);
	}
	reg_changed_all();
	any = true;
	reg_file_caught_up();
}

void reg_store_refresh(void)
{
	reg_file_begin_reading();
	apply_news();
}

bool reg_store_hold(void)
{
	if (!reg_file_hold())
		return false;
	apply_news();
	return true;
}

bool reg_again(void)
{
	bool again = wanted;

	wanted = false;
	return again && reg_store_hold();
}

NTSTATUS reg_unreadable(void)
{
	NTSTATUS status = reg_store_unread();

	return status == STATUS_REGISTRY_CORRUPT ? STATUS_SUCCESS : status;
}

/* ---- changes ------------------------------------------------------------ */

/* A file of before, or one that such a program has written to. */
static void tell_places(void)
{
	struct reg_file_records all = { 0 };

	if (!reg_file_all(&all))
		return;
	reg_file_forget_places();
	for (size_t i = 0; i < all.n; i++) {
		const struct record *r = record_of(all.record[i]);
		struct reg_record_id place;

		if (!r)
			continue;
		place = place_of_record(r);
		reg_file_place(&all.record[i]->id, &place);
	}
	reg_file_free(&all);
}

/* Keys that are there by what is below them only get records of their own. */
static void name_nameless(const struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nsub; i++) {
		const struct reg_key *sub = k->sub[i];

		if (sub->is_volatile || sub->hive)
			continue;
		if (!sub->is_default && sub->lacks_own)
			reg_store_key(sub);
		name_nameless(sub);
	}
}

NTSTATUS reg_store_lock(void)
{
	wanted = false;
	if (reg_file_writing())
		return STATUS_SUCCESS;
	reg_file_begin_reading();
	if (!reg_file_begin()) {
		const NTSTATUS status = reg_store_commit();

		if (!status && reg_file_is_there())
			reg_store_hold();
		return status ? status : reg_unreadable();
	}
	apply_news();
	if (!reg_store_unread() && !reg_file_has_places() &&
	    !reg_store_unread()) {
		tell_places();
		name_nameless(&reg_root);
	}
	if (!reg_store_unread())
		records_collect();
	/* That it never can be read is told once: see above. */
	return reg_store_unread();
}

static void put(struct record *head, const struct reg_key *k,
		const uint16_t *name, const void *data)
{
	struct reg_record_id id, place;
	size_t path_len, size;
	uint16_t *path;
	struct record *r;

	if (!reg_file_writing())
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
		place = place_of(head->kind, path, path_len);
		reg_file_put(&id, &place, r, size);
	} else {
		reg_file_failed(ENOMEM);
	}
	free(path);
	free(r);
}

bool reg_is_kept(const struct reg_key *k)
{
	if (reg_hive_is_apart(k))
		return false;
	for (; k; k = k->parent)
		if (k->is_volatile)
			return false;
	return true;
}

static bool stored(const struct reg_key *k)
{
	return !reg_hive_touch(k) && reg_is_kept(k) && !reg_file_lost();
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

void reg_store_key_gone(struct reg_key *k)
{
	struct record r = { .kind = KIND_KEY, .gone = 1 };

	if (!stored(k))
		return;
	reg_filled(k);
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_store_key_gone(k->sub[i]);
	for (uint32_t i = 0; i < k->nvalues; i++)
		reg_store_value_gone(k, k->value[i].name, k->value[i].name_len);
	put(&r, k, NULL, NULL);
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

void record_remove(const struct reg_file_record *f)
{
	struct reg_record_id place = place_of_record(record_of(f));

	reg_file_remove(&f->id, &place);
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
					record_remove(all.record[i]);
			}
	reg_file_free(&all);
	free(path);
	return any;
}

bool reg_store_mount(const struct reg_key *k, const char *path,
		     uint32_t generation)
{
	struct record r = { .kind = KIND_MOUNT,
			    .data_len = (uint32_t)strlen(path),
			    .order = generation };

	if (!reg_file_writing())
		return false;
	/* Such as that there once was a key by this name, and is no more. */
	each_below(k, true);
	put(&r, k, NULL, path);
	return !reg_file_lost();
}

bool reg_store_has_below(const struct reg_key *k)
{
	return reg_file_writing() && each_below(k, false);
}

void reg_store_unmount(const struct reg_key *k)
{
	struct record r = { .kind = KIND_MOUNT, .gone = 1 };

	if (reg_file_writing()) {
		each_below(k, true);
		put(&r, k, NULL, NULL);
	}
}
