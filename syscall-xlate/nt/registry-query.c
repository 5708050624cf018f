/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-query.c - what is in a key: NtQueryKey, NtEnumerateKey and the same
 * for values.
 *
 * All answers have one rule: too small for the fixed part is STATUS_BUFFER_-
 * TOO_SMALL, too small for the rest STATUS_BUFFER_OVERFLOW with what fits, and
 * the needed size is told in both cases.  They are built whole in host memory
 * first, for guest memory is not touched under reg_lock.
 */
#include "syscall-xlate/nt/registry.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"

/* An answer: fixed part, then what follows. */
struct answer {
	uint8_t *data;
	size_t fixed, size;
};

/* size bytes, of which the first fixed are the fixed part. */
static bool answer_make(struct answer *a, size_t fixed, size_t size)
{
	a->data = calloc(1, size ? size : 1);
	a->fixed = fixed;
	a->size = size;
	return a->data != NULL;
}

/* Frees a; status is that of making it. */
static NTSTATUS answer_out(struct task *t, struct answer *a, NTSTATUS status,
			   gaddr info, uint32_t len, gaddr ret_len)
{
	if (status != STATUS_SUCCESS)
		return status;
	if (ret_len && guest_put32(t, ret_len, (uint32_t)a->size) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else if (len < a->fixed)
		status = STATUS_BUFFER_TOO_SMALL;
	else if (guest_write(t, info, a->data, MIN(len, a->size)) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else if (len < a->size)
		status = STATUS_BUFFER_OVERFLOW;
	free(a->data);
	return status;
}

static void put32(struct answer *a, size_t at, size_t v)
{
	uint32_t x = (uint32_t)v;

	memcpy(a->data + at, &x, 4);
}

static void put_bytes(struct answer *a, size_t at, const void *p, size_t n)
{
	if (n)
		memcpy(a->data + at, p, n);
}

/* ---- keys ----------------------------------------------------------- */

enum {
	KEY_BASIC,
	KEY_NODE,
	KEY_FULL,
	KEY_NAME,
	KEY_CACHED,
	KEY_FLAGS,
	KEY_VIRTUALIZATION,
	KEY_HANDLE_TAGS,
	KEY_TRUST,
	KEY_LAYER,
};

struct longest {
	size_t name, class, value_name, value_data;
};

static void measure(const struct reg_key *k, struct longest *m)
{
	memset(m, 0, sizeof *m);
	for (uint32_t i = 0; i < k->nsub; i++) {
		m->name = MAX(m->name, k->sub[i]->name_len * 2u);
		m->class = MAX(m->class, k->sub[i]->class_len * 2u);
	}
	for (uint32_t i = 0; i < k->nvalues; i++) {
		m->value_name = MAX(m->value_name, k->value[i].name_len * 2u);
		m->value_data = MAX(m->value_data, k->value[i].len);
	}
}

static NTSTATUS key_basic(const struct reg_key *k, struct answer *a)
{
	size_t n = k->name_len * 2u;

	if (!answer_make(a, 16, 16 + n))
		return STATUS_NO_MEMORY;
	put_bytes(a, 0, &k->last_write, 8);
	put32(a, 12, n);
	put_bytes(a, 16, k->name, n);
	return STATUS_SUCCESS;
}

static NTSTATUS key_node(const struct reg_key *k, struct answer *a)
{
	size_t n = k->name_len * 2u, c = k->class_len * 2u;
	size_t class_at = ROUND_UP(24 + n, 4);

	if (!answer_make(a, 24, c ? class_at + c : 24 + n))
		return STATUS_NO_MEMORY;
	put_bytes(a, 0, &k->last_write, 8);
	put32(a, 12, c ? class_at : UINT32_MAX);
	put32(a, 16, c);
	put32(a, 20, n);
	put_bytes(a, 24, k->name, n);
	put_bytes(a, class_at, k->class, c);
	return STATUS_SUCCESS;
}

static NTSTATUS key_full(const struct reg_key *k, struct answer *a)
{
	size_t c = k->class_len * 2u;
	struct longest m;

	if (!answer_make(a, 44, 44 + c))
		return STATUS_NO_MEMORY;
	measure(k, &m);
	put_bytes(a, 0, &k->last_write, 8);
	put32(a, 12, c ? 44 : UINT32_MAX);
	put32(a, 16, c);
	put32(a, 20, k->nsub);
	put32(a, 24, m.name);
	put32(a, 28, m.class);
	put32(a, 32, k->nvalues);
	put32(a, 36, m.value_name);
	put32(a, 40, m.value_data);
	put_bytes(a, 44, k->class, c);
	return STATUS_SUCCESS;
}

static NTSTATUS key_name(const struct reg_key *k, struct answer *a)
{
	size_t len;
	uint16_t *path = reg_path(k, &len);
	bool ok = path && answer_make(a, 4, 4 + len * 2);

	if (ok) {
		put32(a, 0, len * 2);
		put_bytes(a, 4, path, len * 2);
	}
	free(path);
	return ok ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS key_cached(const struct reg_key *k, struct answer *a)
{
	size_t n = k->name_len * 2u;
	struct longest m;

	if (!answer_make(a, 36, 36 + n))
		return STATUS_NO_MEMORY;
	measure(k, &m);
	put_bytes(a, 0, &k->last_write, 8);
	put32(a, 12, k->nsub);
	put32(a, 16, m.name);
	put32(a, 20, k->nvalues);
	put32(a, 24, m.value_name);
	put32(a, 28, m.value_data);
	put32(a, 32, n);
	put_bytes(a, 36, k->name, n);
	return STATUS_SUCCESS;
}

static NTSTATUS key_flags(const struct reg_key *k, struct answer *a)
{
	if (!answer_make(a, 12, 12))
		return STATUS_NO_MEMORY;
	put32(a, 0, k->user_flags);
	put32(a, 4, (k->is_volatile ? 1 : 0) | (k->is_link ? 2 : 0));
	return STATUS_SUCCESS;
}

/* Virtualisation, tags, trust, layers: all say "nothing of the kind". */
static NTSTATUS key_zero(const struct reg_key *k, struct answer *a)
{
	(void)k;
	return answer_make(a, 4, 4) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS (*const key_class[])(const struct reg_key *k,
				     struct answer *a) = {
	[KEY_BASIC] = key_basic,         [KEY_NODE] = key_node,
	[KEY_FULL] = key_full,           [KEY_NAME] = key_name,
	[KEY_CACHED] = key_cached,       [KEY_FLAGS] = key_flags,
	[KEY_VIRTUALIZATION] = key_zero, [KEY_HANDLE_TAGS] = key_zero,
	[KEY_TRUST] = key_zero,          [KEY_LAYER] = key_zero,
};

NTSTATUS nt_query_key(struct task *t, uint64_t key, uint32_t class, gaddr info,
		      uint32_t len, gaddr ret_len)
{
	struct key_object *ko;
	struct answer a;
	/* A name may be asked for whatever the handle can do. */
	bool any = class == KEY_NAME || class == KEY_HANDLE_TAGS;
	NTSTATUS status;

	if (class >= COUNT_OF(key_class))
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, key, &key_type, any ? 0 : KEY_QUERY_VALUE, &ko);
	if (status != STATUS_SUCCESS)
		return status;
	status = reg_begin_at(ko->key, any ? 0 : REG_SUBS | REG_VALUES);
	if (!status)
		status = key_class[class](ko->key, &a);
	reg_end();
	object_put(&ko->object);
	return answer_out(t, &a, status, info, len, ret_len);
}

NTSTATUS nt_enumerate_key(struct task *t, uint64_t key, uint32_t index,
			  uint32_t class, gaddr info, uint32_t len,
			  gaddr ret_len)
{
	struct reg_key *sub;
	struct key_object *ko;
	struct answer a;
	NTSTATUS status;

	if (class > KEY_FULL && class != KEY_CACHED && class != KEY_NAME)
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, key, &key_type, KEY_ENUMERATE_SUB_KEYS, &ko);
	if (status != STATUS_SUCCESS)
		return status;
	reg_begin();
	do {
		reg_read(ko->key, REG_SUBS);
		sub = index < ko->key->nsub ? ko->key->sub[index] : NULL;
		/* Values tell when it was written, if nothing else. */
		if (sub && class != KEY_NAME)
			reg_read(sub, class == KEY_FULL || class == KEY_CACHED
					      ? REG_SUBS | REG_VALUES
					      : REG_VALUES);
	} while (reg_again());
	if (ko->key->deleted)
		status = STATUS_KEY_DELETED;
	else if (reg_unreadable())
		status = reg_unreadable();
	else
		status = sub ? key_class[class](sub, &a)
			     : STATUS_NO_MORE_ENTRIES;
	reg_end();
	object_put(&ko->object);
	return answer_out(t, &a, status, info, len, ret_len);
}

/* ---- values --------------------------------------------------------- */

enum {
	VALUE_BASIC,
	VALUE_FULL,
	VALUE_PARTIAL,
	VALUE_FULL_ALIGN64,
	VALUE_PARTIAL_ALIGN64,
	VALUE_CLASSES,
};

static NTSTATUS value_answer(const struct reg_value *v, uint32_t class,
			     struct answer *a)
{
	size_t n = v->name_len * 2u, at;

	switch (class) {
	case VALUE_BASIC:
		if (!answer_make(a, 12, 12 + n))
			return STATUS_NO_MEMORY;
		put32(a, 4, v->type);
		put32(a, 8, n);
		put_bytes(a, 12, v->name, n);
		return STATUS_SUCCESS;
	case VALUE_FULL:
	case VALUE_FULL_ALIGN64:
		at = ROUND_UP(20 + n, class == VALUE_FULL ? 4 : 8);
		if (!answer_make(a, 20, v->len ? at + v->len : 20 + n))
			return STATUS_NO_MEMORY;
		put32(a, 4, v->type);
		put32(a, 8, v->len ? at : UINT32_MAX);
		put32(a, 12, v->len);
		put32(a, 16, n);
		put_bytes(a, 20, v->name, n);
		put_bytes(a, at, v->data, v->len);
		return STATUS_SUCCESS;
	case VALUE_PARTIAL:
		if (!answer_make(a, 12, 12 + (size_t)v->len))
			return STATUS_NO_MEMORY;
		put32(a, 4, v->type);
		put32(a, 8, v->len);
		put_bytes(a, 12, v->data, v->len);
		return STATUS_SUCCESS;
	default:
		if (!answer_make(a, 8, 8 + (size_t)v->len))
			return STATUS_NO_MEMORY;
		put32(a, 0, v->type);
		put32(a, 4, v->len);
		put_bytes(a, 8, v->data, v->len);
		return STATUS_SUCCESS;
	}
}

NTSTATUS nt_query_value_key(struct task *t, uint64_t key, gaddr name_at,
			    uint32_t class, gaddr info, uint32_t len,
			    gaddr ret_len)
{
	struct key_object *ko;
	struct reg_value *v;
	struct answer a;
	uint16_t *name;
	size_t name_len;
	NTSTATUS status;

	if (class >= VALUE_CLASSES)
		return STATUS_INVALID_PARAMETER;
	status = ustr_read(t, name_at, &name, &name_len);
	if (status != STATUS_SUCCESS)
		return status;
	status = handle_get(t, key, &key_type, KEY_QUERY_VALUE, &ko);
	if (status == STATUS_SUCCESS) {
		status = reg_begin_at(ko->key, REG_VALUES);
		v = status ? NULL : reg_known_value(ko->key, name, name_len);
		if (v)
			status = value_answer(v, class, &a);
		else if (!status)
			status = STATUS_OBJECT_NAME_NOT_FOUND;
		reg_end();
		object_put(&ko->object);
	}
	free(name);
	return answer_out(t, &a, status, info, len, ret_len);
}

NTSTATUS nt_enumerate_value_key(struct task *t, uint64_t key, uint32_t index,
				uint32_t class, gaddr info, uint32_t len,
				gaddr ret_len)
{
	struct key_object *ko;
	struct answer a;
	NTSTATUS status;

	if (class >= VALUE_CLASSES)
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, key, &key_type, KEY_QUERY_VALUE, &ko);
	if (status != STATUS_SUCCESS)
		return status;
	status = reg_begin_at(ko->key, REG_VALUES);
	if (!status && index >= ko->key->nvalues)
		status = STATUS_NO_MORE_ENTRIES;
	else if (!status)
		status = value_answer(&ko->key->value[index], class, &a);
	reg_end();
	object_put(&ko->object);
	return answer_out(t, &a, status, info, len, ret_len);
}

/* KEY_VALUE_ENTRY */
struct value_entry {
	uint64_t name; /* UNICODE_STRING * */
	uint32_t len, offset, type, pad;
};

NTSTATUS nt_query_multiple_value_key(struct task *t, uint64_t key,
				     gaddr entries, uint32_t count, gaddr buf,
				     gaddr len_at, gaddr required)
{
	struct value_entry e;
	struct key_object *ko;
	uint32_t len, used = 0, start;
	NTSTATUS status;

	if (guest_get32(t, &len, len_at) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (count > 0x10000)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = handle_get(t, key, &key_type, KEY_QUERY_VALUE, &ko);
	if (status != STATUS_SUCCESS)
		return status;
	for (uint32_t i = 0; i < count && (status == STATUS_SUCCESS ||
					   status == STATUS_BUFFER_OVERFLOW);
	     i++) {
		gaddr at = entries + i * sizeof e;
		struct reg_value *v;
		uint16_t *name;
		uint8_t *copy = NULL;
		size_t n;
		NTSTATUS s;

		if (guest_read(t, &e, at, sizeof e) < 0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		s = ustr_read(t, e.name, &name, &n);
		if (s != STATUS_SUCCESS) {
			status = s;
			break;
		}
		s = reg_begin_at(ko->key, REG_VALUES);
		v = s ? NULL : reg_known_value(ko->key, name, n);
		if (v) {
			e.type = v->type;
			e.len = v->len;
			copy = malloc(v->len ? v->len : 1);
			if (copy && v->len)
				memcpy(copy, v->data, v->len);
		}
		reg_end();
		free(name);
		if (!v || !copy) {
			status = v   ? STATUS_NO_MEMORY
				 : s ? s
				     : STATUS_OBJECT_NAME_NOT_FOUND;
			break;
		}
		start = (uint32_t)ROUND_UP(used, 4);
		e.offset = start;
		if (start > len || e.len > len - start)
			status = STATUS_BUFFER_OVERFLOW;
		else if (guest_write(t, buf + start, copy, e.len) < 0 ||
			 guest_write(t, at, &e, sizeof e) < 0)
			status = STATUS_ACCESS_VIOLATION;
		used = start + e.len;
		free(copy);
	}
	object_put(&ko->object);
	if (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW) {
		if ((required && guest_put32(t, required, used) < 0) ||
		    (status == STATUS_SUCCESS &&
		     guest_put32(t, len_at, used) < 0))
			status = STATUS_ACCESS_VIOLATION;
	}
	return status;
}
