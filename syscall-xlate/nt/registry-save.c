/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-save.c - keys into files and files into keys: NtSaveKey,
 * NtSaveMergedKeys, NtRestoreKey, NtReplaceKey.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/registry-hive.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/calls.h"

enum {
	REG_WHOLE_HIVE_VOLATILE = 1,
	REG_REFRESH_HIVE = 2,
	REG_NO_LAZY_FLUSH = 4,
	REG_FORCE_RESTORE = 8,
};

static NTSTATUS key_and_file(struct task *t, uint64_t key, uint64_t file,
			     uint32_t access, struct key_object **ko,
			     struct file **f)
{
	NTSTATUS status = handle_get(t, key, &key_type, 0, ko);

	if (status)
		return status;
	status = handle_get(t, file, &file_type, access, f);
	if (!status && (*f)->kind != FILE_KIND_DISK) {
		object_put(&(*f)->object);
		status = STATUS_OBJECT_TYPE_MISMATCH;
	}
	if (status)
		object_put(&(*ko)->object);
	return status;
}

/* All of from into to, in place of what is there of the same name. */
static bool overlay(struct reg_key *to, struct reg_key *from)
{
	if (from->class_len) {
		uint16_t *class = malloc(from->class_len * 2u);

		if (!class)
			return false;
		memcpy(class, from->class, from->class_len * 2u);
		free(to->class);
		to->class = class;
		to->class_len = from->class_len;
	}
	for (uint32_t i = 0; i < from->nvalues; i++) {
		const struct reg_value *v = &from->value[i];

		if (!reg_set(to, v->name, v->name_len, v->type, v->data,
			     v->len))
			return false;
	}
	for (uint32_t i = 0; i < from->nsub; i++) {
		struct reg_key *f = from->sub[i], *k;

		if (f->is_volatile)
			continue;
		k = reg_sub(to, f->name, f->name_len);
		if (!k)
			k = reg_add(to, f->name, f->name_len);
		if (!k || !overlay(k, f))
			return false;
	}
	to->is_link = from->is_link;
	to->last_write = from->last_write;
	if (from->security) {
		reg_sd_put(to->security);
		to->security = from->security;
		to->security->refs++;
	}
	return true;
}

/* The key as file, or if low is a handle, too, what is in that below it. */
static NTSTATUS save(struct task *t, uint64_t key, uint64_t low_key,
		     uint64_t file, unsigned minor)
{
	struct reg_key merged = { .refs = 2 };
	struct key_object *high, *low = NULL;
	struct file *f;
	uint8_t *b;
	size_t n;
	NTSTATUS status;

	if (!token_allows(t, SE_BACKUP))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = key_and_file(t, key, file, FILE_WRITE_DATA, &high, &f);
	if (status)
		return status;
	if (low_key)
		status = handle_get(t, low_key, &key_type, 0, &low);
	reg_begin();
	do {
		reg_fill_all(high->key);
		if (low)
			reg_fill_all(low->key);
	} while (reg_again());
	if (!status)
		status = reg_unreadable();
	if (!status && (high->key->deleted || (low && low->key->deleted)))
		status = STATUS_KEY_DELETED;
	else if (!status && low &&
		 (!overlay(&merged, low->key) || !overlay(&merged, high->key)))
		status = STATUS_NO_MEMORY;
	if (!status)
		status = hive_write(low ? &merged : high->key, minor, &b, &n);
	reg_empty(&merged);
	reg_end();
	if (!status) {
		status = hive_store(f->fd, b, n);
		free(b);
	}
	object_put(&high->object);
	if (low)
		object_put(&low->object);
	object_put(&f->object);
	return status;
}

enum { STANDARD = 3, LATEST = 5 }; /* minor versions of the format */

NTSTATUS nt_save_key_ex(struct task *t, uint64_t key, uint64_t file,
			uint32_t format)
{
	enum {
		REG_STANDARD_FORMAT = 1,
		REG_LATEST_FORMAT,
		REG_NO_COMPRESSION = 4
	};

	if (format != REG_STANDARD_FORMAT && format != REG_LATEST_FORMAT &&
	    format != REG_NO_COMPRESSION)
		return STATUS_INVALID_PARAMETER;
	return save(t, key, 0, file,
		    format == REG_STANDARD_FORMAT ? STANDARD : LATEST);
}

NTSTATUS nt_save_key(struct task *t, uint64_t key, uint64_t file)
{
	return save(t, key, 0, file, STANDARD);
}

NTSTATUS nt_save_merged_keys(struct task *t, uint64_t high_key,
			     uint64_t low_key, uint64_t file)
{
	return low_key ? save(t, high_key, low_key, file, STANDARD)
		       : STATUS_INVALID_HANDLE;
}

static void adopt(struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nsub; i++)
		k->sub[i]->parent = k;
}

/* What is in k is in the other, which is not in the tree, and the reverse. */
static void swap_contents(struct reg_key *k, struct reg_key *other)
{
	const struct reg_key was = *k;

	k->value = other->value;
	k->nvalues = other->nvalues;
	k->value_cap = other->value_cap;
	k->sub = other->sub;
	k->nsub = other->nsub;
	k->sub_cap = other->sub_cap;
	k->class = other->class;
	k->class_len = other->class_len;
	k->security = other->security;
	other->value = was.value;
	other->nvalues = was.nvalues;
	other->value_cap = was.value_cap;
	other->sub = was.sub;
	other->nsub = was.nsub;
	other->sub_cap = was.sub_cap;
	other->class = was.class;
	other->class_len = was.class_len;
	other->security = was.security;
	adopt(k);
	adopt(other);
}

static void store_contents_gone(const struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_store_key_gone(k->sub[i]);
	for (uint32_t i = 0; i < k->nvalues; i++)
		reg_store_value_gone(k, k->value[i].name, k->value[i].name_len);
}

/* new becomes what is in k; if that cannot be kept, k is as it was. */
static NTSTATUS replace_contents(struct reg_key *k, struct reg_key *new)
{
	const int64_t written = k->last_write;
	NTSTATUS status;

	store_contents_gone(k);
	swap_contents(k, new);
	k->last_write = nt_time_now();
	reg_store_tree(k);
	status = reg_store_commit();
	if (status) {
		swap_contents(k, new);
		k->last_write = written;
	} else {
		reg_changed(k, NOTIFY_NAME | NOTIFY_LAST_SET);
	}
	return status;
}

/* A handle to a key below k, k itself left out. */
static bool is_held(const struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nsub; i++)
		if (k->sub[i]->refs > 1 || is_held(k->sub[i]))
			return true;
	return false;
}

NTSTATUS nt_restore_key(struct task *t, uint64_t key, uint64_t file,
			uint32_t flags)
{
	struct key_object *ko;
	struct reg_key new = { .refs = 2 }, *k;
	struct file *f;
	uint8_t *b;
	size_t n;
	NTSTATUS status;

	if (flags & ~(uint32_t)(REG_FORCE_RESTORE | REG_NO_LAZY_FLUSH |
				REG_WHOLE_HIVE_VOLATILE | REG_REFRESH_HIVE))
		return STATUS_INVALID_PARAMETER;
	/* Back to what was saved is for the system itself (SE_TCB_NAME), whose
	   privilege no token here has. */
	if (flags & REG_REFRESH_HIVE || !token_allows(t, SE_RESTORE))
		return STATUS_PRIVILEGE_NOT_HELD;
	status = key_and_file(t, key, file, FILE_READ_DATA, &ko, &f);
	if (status)
		return status;
	status = hive_load(f->fd, &b, &n);
	object_put(&f->object);
	if (status) {
		object_put(&ko->object);
		return status;
	}
	status = reg_begin_change(ko->key);
	if (status) {
		free(b);
		object_put(&ko->object);
		return status;
	}
	k = reg_filled(ko->key);
	status = hive_read((struct bytes){ b, n }, &new);
	if (!status)
		status = reg_unreadable();
	/* A volatile set of keys is for HKEY_LOCAL_MACHINE and HKEY_USERS. */
	if (!status && flags & REG_WHOLE_HIVE_VOLATILE)
		status = k->parent && k->parent != &reg_root
				 ? STATUS_INVALID_PARAMETER
				 : STATUS_NOT_SUPPORTED;
	if (!status && k->deleted)
		status = STATUS_KEY_DELETED;
	else if (!status && (!k->parent || k->parent == &reg_root))
		status = STATUS_ACCESS_DENIED;
	else if (!status && !(flags & REG_FORCE_RESTORE) && is_held(k))
		status = STATUS_CANNOT_DELETE;
	if (!status)
		status = replace_contents(k, &new);
	reg_empty(&new);
	reg_end();
	free(b);
	object_put(&ko->object);
	return status;
}
