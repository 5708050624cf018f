/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.c - keys: create, open, delete, rename, set values.
 *
 * Everybody may write everywhere: it is the user's own copy, and programs that
 * keep settings below HKEY_LOCAL_MACHINE work.
 */
#include "syscall-xlate/nt/registry.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/descriptor.h"

enum {
	OBJ_OPENLINK = 0x100,

	REG_OPTION_VOLATILE = 1,
	REG_OPTION_CREATE_LINK = 2,
	REG_OPTION_BACKUP_RESTORE = 4,
	REG_OPTION_OPEN_LINK = 8,

	REG_CREATED_NEW_KEY = 1,
	REG_OPENED_EXISTING_KEY = 2,

	DELETE_ACCESS = 0x10000,
	VALUE_MAX = 64 << 20, /* more than Windows' hives could hold */
};

/* ---- the object ----------------------------------------------------- */

static void key_close(struct task *t, struct object *o, uint64_t handle,
		      bool last)
{
	struct key_object *ko = (struct key_object *)o;

	(void)t;
	(void)handle;
	if (!last)
		return;
	pthread_mutex_lock(&reg_lock);
	reg_notify_drop(ko->key, o);
	reg_end();
}

static void key_destroy(struct object *o)
{
	struct key_object *ko = (struct key_object *)o;

	pthread_mutex_lock(&reg_lock);
	reg_unref(ko->key);
	if (ko->hive)
		reg_hive_leave(ko->hive);
	pthread_mutex_unlock(&reg_lock);
}

static NTSTATUS key_query_name(struct object *o, uint16_t **name, size_t *len)
{
	struct key_object *ko = (struct key_object *)o;
	NTSTATUS status = STATUS_SUCCESS;

	reg_begin();
	if (ko->key->deleted)
		status = STATUS_KEY_DELETED;
	else if (!(*name = reg_path(ko->key, len)))
		status = STATUS_NO_MEMORY;
	reg_end();
	return status;
}

/* To a child process: by path. */
static bool key_pass(struct object *o, struct nt_passed *p)
{
	uint16_t *name;
	size_t len;

	if (key_query_name(o, &name, &len) != STATUS_SUCCESS)
		return false;
	p->fd = -1;
	p->len = (uint32_t)(len * 2);
	if (p->len <= sizeof p->data)
		memcpy(p->data, name, p->len);
	free(name);
	return p->len <= sizeof p->data;
}

static struct object *key_receive(const struct nt_passed *p)
{
	struct object *o = NULL;
	struct reg_key *k;
	NTSTATUS status;
	size_t rest;

	reg_begin();
	do
		status = reg_walk(NULL, (const uint16_t *)p->data, p->len / 2,
				  REG_OPEN_LINK, &k, &rest);
	while (reg_again());
	if (!status)
		o = reg_key_object(k);
	reg_end();
	return o;
}

const struct object_type key_type = {
	.name = "Key",
	.size = sizeof(struct key_object),
	.generic = { 0x20019, 0x20006, 0x20039, 0xf003f },
	.valid_access = 0x1f003f | KEY_WOW64_32KEY | KEY_WOW64_64KEY,
	.close = key_close,
	.destroy = key_destroy,
	.query_name = key_query_name,
	.pass = key_pass,
	.receive = key_receive,
};

struct object *reg_key_object(struct reg_key *k)
{
	struct key_object *ko = object_new(&key_type);

	if (!ko)
		return NULL;
	reg_ref(k);
	ko->key = k;
	ko->hive = reg_hive_enter(k);
	return &ko->object;
}

/* ---- open and create ------------------------------------------------ */

struct open_args {
	gaddr out;
	uint32_t access;
	gaddr attr;
	uint32_t options;
	bool create;
	const uint16_t *class;
	size_t class_len;
	const struct descriptor *security; /* that the caller gives, or NULL */
};

/* With reg_lock held: a new key at the end of the path. */
static NTSTATUS make_key(struct task *t, struct reg_key *parent,
			 const uint16_t *name, size_t len,
			 const struct open_args *a, struct reg_key **k)
{
	bool is_volatile = a->options & REG_OPTION_VOLATILE;
	struct token *tk;
	NTSTATUS status;

	while (len && name[len - 1] == '\\')
		len--;
	if (!len || len > REG_NAME_MAX || parent->depth >= REG_DEPTH_MAX)
		return STATUS_INVALID_PARAMETER;
	if (parent->deleted)
		return STATUS_KEY_DELETED;
	if (parent->is_volatile && !is_volatile)
		return STATUS_CHILD_MUST_BE_VOLATILE;
	/* What is below \Registry itself are hives. */
	if (parent == &reg_root)
		return STATUS_ACCESS_DENIED;
	status = reg_security_check(t, parent, false,
				    &(uint32_t){ KEY_CREATE_SUB_KEY });
	if (status)
		return status;
	*k = reg_add(parent, name, len);
	if (!*k)
		return STATUS_NO_MEMORY;
	if (a->security || parent->security) {
		tk = token_effective(t);
		status = reg_security_assign(*k, parent, a->security, tk);
		object_put(&tk->object);
		if (status) {
			reg_remove(*k);
			return status;
		}
	}
	(*k)->is_volatile = is_volatile;
	(*k)->is_link = a->options & REG_OPTION_CREATE_LINK;
	if (a->class_len && a->class_len < 0x7fff &&
	    ((*k)->class = malloc(a->class_len * 2))) {
		memcpy((*k)->class, a->class, a->class_len * 2);
		(*k)->class_len = (uint16_t)a->class_len;
	}
	reg_store_key(*k);
	status = reg_store_commit();
	if (status)
		reg_remove(*k);
	else
		reg_changed(parent, NOTIFY_NAME);
	return status;
}

/* The path of name below k, malloc'ed, and its length.  NULL: no memory. */
static uint16_t *whole_path(const struct reg_key *k, const uint16_t *name,
			    size_t *len)
{
	size_t head;
	uint16_t *s = reg_path(k, &head), *whole;

	whole = s ? realloc(s, (head + 1 + *len) * sizeof *s) : NULL;
	if (!whole) {
		free(s);
		return NULL;
	}
	whole[head++] = '\\';
	memcpy(whole + head, name, *len * sizeof *name);
	*len += head;
	return whole;
}

/*
 * A new key by the name of a link that leads nowhere is made where it leads to.
 * With reg_lock held; *name and *len become the link's, in *whole, and k and
 * rest as by reg_walk().
 */
static NTSTATUS follow_for_new(const uint16_t **name, size_t *len,
			       uint16_t **whole, unsigned how,
			       struct reg_key **k, size_t *rest)
{
	enum { LINKS = 16 };
	NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

	for (int i = 0; i < LINKS && status == STATUS_OBJECT_NAME_NOT_FOUND;
	     i++) {
		size_t n = *len - *rest;
		const struct reg_value *v;
		struct reg_key *link;
		uint16_t *to;

		while (n && (*name)[*rest + n - 1] == '\\')
			n--;
		link = reg_sub(*k, *name + *rest, n);
		if (!link)
			return status;
		v = reg_link(link);
		to = v ? malloc(v->len + 2) : NULL;
		if (!to)
			return v ? STATUS_NO_MEMORY
				 : STATUS_OBJECT_NAME_COLLISION;
		if (v->len)
			memcpy(to, v->data, v->len);
		free(*whole);
		*name = *whole = to;
		*len = v->len / 2;
		status = reg_walk(NULL, *name, *len, how, k, rest);
	}
	return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_NAME_TOO_LONG
						      : status;
}

/* What is looked for, and what there is of it. */
struct place {
	const struct key_object *root;
	const struct nt_oa *oa;
	unsigned how;
	bool create;
	struct reg_key *k; /* the key, or the last one on the way there */
	const uint16_t *name;
	size_t len, rest; /* of name, which begins anywhere */
	uint16_t *whole;  /* to be freed */
};

static NTSTATUS find_once(struct place *p)
{
	const bool whole =
		p->root && p->how & REG_NARROW && reg_is_wide(p->root->key);
	NTSTATUS status;

	free(p->whole);
	p->whole = NULL;
	p->name = p->oa->name;
	p->len = p->oa->name_len;
	if (whole) {
		p->name = p->whole = whole_path(p->root->key, p->name, &p->len);
		if (!p->whole)
			return STATUS_NO_MEMORY;
	}
	status = reg_walk(p->root && !whole ? p->root->key : NULL, p->name,
			  p->len, p->how, &p->k, &p->rest);
	if (status == STATUS_OBJECT_NAME_NOT_FOUND && p->create)
		status = follow_for_new(&p->name, &p->len, &p->whole, p->how,
					&p->k, &p->rest);
	return status;
}

static NTSTATUS find(struct place *p)
{
	NTSTATUS status;

	do
		status = find_once(p);
	while (reg_again());
	return reg_unreadable() ? reg_unreadable() : status;
}

/* The key at p, or a new one there: nobody else makes it meanwhile. */
static NTSTATUS find_or_make(struct task *t, struct place *p,
			     const struct open_args *a, uint32_t *disposition)
{
	const bool kept = !(a->options & REG_OPTION_VOLATILE);
	NTSTATUS status = find(p);

	*disposition = REG_OPENED_EXISTING_KEY;
	if (status != STATUS_OBJECT_NAME_NOT_FOUND || !a->create)
		return status;
	if (kept && reg_is_kept(p->k)) {
		status = reg_store_lock();
		if (!status)
			status = find(p);
		if (status != STATUS_OBJECT_NAME_NOT_FOUND)
			return status;
	}
	*disposition = REG_CREATED_NEW_KEY;
	return make_key(t, p->k, p->name + p->rest, p->len - p->rest, a, &p->k);
}

static NTSTATUS open_key(struct task *t, struct open_args *a,
			 uint32_t *disposition)
{
	struct key_object *root = NULL;
	struct object *o = NULL;
	struct place p = { .create = a->create };
	struct nt_oa oa;
	uint64_t h;
	struct descriptor given = { 0 };
	NTSTATUS status;

	if ((a->access & (KEY_WOW64_32KEY | KEY_WOW64_64KEY)) ==
	    (KEY_WOW64_32KEY | KEY_WOW64_64KEY))
		return STATUS_INVALID_PARAMETER;
	if (a->options & ~0x1fu)
		return STATUS_INVALID_PARAMETER;
	status = oa_read(t, a->attr, &oa);
	if (status != STATUS_SUCCESS)
		return status;
	if (oa.root)
		status = handle_get(t, oa.root, &key_type, 0, &root);
	if (!status && a->create && oa.security) {
		status = descriptor_read(t, oa.security, &given);
		a->security = &given;
		if (status && root)
			object_put(&root->object);
	}
	if (status != STATUS_SUCCESS) {
		oa_free(&oa);
		return status;
	}
	if (oa.attributes & OBJ_OPENLINK ||
	    a->options & (REG_OPTION_OPEN_LINK | REG_OPTION_CREATE_LINK))
		p.how |= REG_OPEN_LINK;
	if (a->access & KEY_WOW64_32KEY ||
	    (nt_self->wow64 && !(a->access & KEY_WOW64_64KEY)))
		p.how |= REG_NARROW;
	p.root = root;
	p.oa = &oa;
	reg_begin();
	status = find_or_make(t, &p, a, disposition);
	if (status == STATUS_OBJECT_PATH_NOT_FOUND)
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	else if (!status && *disposition == REG_OPENED_EXISTING_KEY &&
		 a->options & REG_OPTION_CREATE_LINK)
		status = STATUS_OBJECT_NAME_COLLISION;
	/* The view's bits choose; they are no rights. */
	a->access &= ~(uint32_t)(KEY_WOW64_32KEY | KEY_WOW64_64KEY);
	if (!status && *disposition == REG_OPENED_EXISTING_KEY)
		status = reg_security_check(
			t, p.k, a->options & REG_OPTION_BACKUP_RESTORE,
			&a->access);
	if (status == STATUS_SUCCESS && !(o = reg_key_object(p.k)))
		status = STATUS_NO_MEMORY;
	reg_end();
	free(p.whole);
	descriptor_free(&given);
	if (root)
		object_put(&root->object);
	if (o) {
		status = handle_add(t, o, a->access,
				    oa.attributes & OBJ_INHERIT, &h);
		object_put(o);
	}
	oa_free(&oa);
	if (status == STATUS_SUCCESS && guest_put64(t, a->out, h) < 0) {
		handle_close(t, h);
		status = STATUS_ACCESS_VIOLATION;
	}
	return status;
}

NTSTATUS nt_open_key_ex(struct task *t, gaddr key, uint32_t access, gaddr attr,
			uint32_t options)
{
	struct open_args a = {
		.out = key, .access = access, .attr = attr, .options = options
	};
	uint32_t disposition;

	return open_key(t, &a, &disposition);
}

NTSTATUS nt_open_key(struct task *t, gaddr key, uint32_t access, gaddr attr)
{
	return nt_open_key_ex(t, key, access, attr, 0);
}

NTSTATUS nt_create_key(struct task *t, gaddr key, uint32_t access, gaddr attr,
		       uint32_t title_index, gaddr class_at, uint32_t options,
		       gaddr disposition)
{
	struct open_args a = { .out = key,
			       .access = access,
			       .attr = attr,
			       .options = options,
			       .create = true };
	uint16_t *class = NULL;
	uint32_t how;
	NTSTATUS status = STATUS_SUCCESS;

	(void)title_index;
	if (class_at)
		status = ustr_read(t, class_at, &class, &a.class_len);
	if (status != STATUS_SUCCESS)
		return status;
	a.class = class;
	status = open_key(t, &a, &how);
	free(class);
	if (status == STATUS_SUCCESS && disposition &&
	    guest_put32(t, disposition, how) < 0)
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* Kernel transactions do not exist here, nor on every Windows. */
NTSTATUS nt_create_key_transacted(struct task *t, gaddr key, uint32_t access,
				  gaddr attr, uint32_t title_index,
				  gaddr class_at, uint32_t options,
				  uint64_t transaction, gaddr disposition)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_open_key_transacted(struct task *t, gaddr key, uint32_t access,
				gaddr attr, uint64_t transaction)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_open_key_transacted_ex(struct task *t, gaddr key, uint32_t access,
				   gaddr attr, uint32_t options,
				   uint64_t transaction)
{
	return STATUS_NOT_SUPPORTED;
}

/* ---- change --------------------------------------------------------- */

/* The key behind a handle, with reg_lock held on success. */
static NTSTATUS key_begin(struct task *t, uint64_t h, uint32_t access,
			  struct key_object **ko)
{
	NTSTATUS status = handle_get(t, h, &key_type, access, ko);

	if (status != STATUS_SUCCESS)
		return status;
	reg_begin();
	if (!(*ko)->key->deleted)
		return STATUS_SUCCESS;
	reg_end();
	object_put(&(*ko)->object);
	return STATUS_KEY_DELETED;
}

/* The same, to change it. */
static NTSTATUS key_begin_change(struct task *t, uint64_t h, uint32_t access,
				 struct key_object **ko)
{
	NTSTATUS status = handle_get(t, h, &key_type, access, ko);

	if (status != STATUS_SUCCESS)
		return status;
	status = reg_begin_change((*ko)->key);
	if (!status && (*ko)->key->deleted) {
		reg_end();
		status = STATUS_KEY_DELETED;
	}
	if (status)
		object_put(&(*ko)->object);
	return status;
}

static void key_end(struct key_object *ko)
{
	reg_end();
	object_put(&ko->object);
}

NTSTATUS nt_delete_key(struct task *t, uint64_t key)
{
	struct key_object *ko;
	struct reg_key *k, *parent;
	NTSTATUS status = key_begin_change(t, key, DELETE_ACCESS, &ko);

	if (status != STATUS_SUCCESS)
		return status;
	k = reg_filled(ko->key);
	parent = k->parent;
	if (reg_unreadable()) {
		status = reg_unreadable();
	} else if (!parent || parent == &reg_root || k->nsub || k->hive) {
		status = STATUS_CANNOT_DELETE;
	} else {
		reg_store_key_gone(k);
		status = reg_store_commit();
	}
	if (!status) {
		reg_remove(k);
		reg_changed(parent, NOTIFY_NAME);
	}
	key_end(ko);
	return status;
}

static bool has_slash(const uint16_t *name, size_t len)
{
	while (len)
		if (name[--len] == '\\')
			return true;
	return false;
}

/* If it cannot be kept, it has its old name. */
static NTSTATUS rename_key(struct reg_key *k, const uint16_t *name, size_t len)
{
	const size_t old_len = k->name_len;
	uint16_t *old = malloc(old_len * sizeof *old);
	NTSTATUS status;

	if (!old)
		return STATUS_NO_MEMORY;
	memcpy(old, k->name, old_len * sizeof *old);
	reg_store_key_gone(k);
	if (!reg_rename(k, name, len)) {
		reg_store_tree(k);
		free(old);
		return STATUS_NO_MEMORY;
	}
	reg_store_tree(k);
	status = reg_store_commit();
	if (!status)
		reg_changed(k->parent, NOTIFY_NAME);
	else if (!reg_rename(k, old, old_len))
		log_warn("registry: a key has a name that is not kept");
	free(old);
	return status;
}

NTSTATUS nt_rename_key(struct task *t, uint64_t key, gaddr name_at)
{
	struct key_object *ko;
	struct reg_key *k, *there;
	uint16_t *name;
	size_t len;
	NTSTATUS status = ustr_read(t, name_at, &name, &len);

	if (status != STATUS_SUCCESS)
		return status;
	status = key_begin_change(t, key, KEY_SET_VALUE | KEY_CREATE_SUB_KEY,
				  &ko);
	if (status != STATUS_SUCCESS) {
		free(name);
		return status;
	}
	k = ko->key;
	do {
		there = k->parent ? reg_sub(k->parent, name, len) : NULL;
		reg_fill_all(k);
	} while (reg_again());
	if (reg_unreadable()) {
		status = reg_unreadable();
	} else if (!k->parent || k->parent == &reg_root || k->hive) {
		status = STATUS_ACCESS_DENIED;
	} else if (!len || len > REG_NAME_MAX || has_slash(name, len)) {
		status = STATUS_INVALID_PARAMETER;
	} else if (there && there != k) {
		status = STATUS_CANNOT_DELETE; /* as Windows calls it */
	} else {
		status = rename_key(k, name, len);
	}
	key_end(ko);
	free(name);
	return status;
}

/* If it cannot be kept, it is as it was. */
static NTSTATUS set_value(struct reg_key *k, const uint16_t *name,
			  size_t name_len, uint32_t type, const void *data,
			  uint32_t len)
{
	const struct reg_value *v = reg_value(k, name, name_len);
	const uint32_t old_type = v ? v->type : 0, old_len = v ? v->len : 0;
	void *old = v ? malloc(old_len + 1u) : NULL;
	NTSTATUS status = STATUS_NO_MEMORY;

	if (reg_unreadable() || (v && !old)) {
		free(old);
		return old || !v ? reg_unreadable() : status;
	}
	if (k->is_link && !reg_may_be_in_link(name, name_len, type)) {
		free(old);
		return STATUS_ACCESS_DENIED;
	}
	if (old_len)
		memcpy(old, v->data, old_len);
	if (reg_set(k, name, name_len, type, data, len)) {
		reg_store_value(k, reg_value(k, name, name_len));
		status = reg_store_commit();
		if (!status)
			reg_changed(k, NOTIFY_LAST_SET);
		else if (old)
			reg_set(k, name, name_len, old_type, old, old_len);
		else
			reg_unset(k, reg_value(k, name, name_len));
	}
	free(old);
	return status;
}

NTSTATUS nt_set_value_key(struct task *t, uint64_t key, gaddr name_at,
			  uint32_t title_index, uint32_t type, gaddr data,
			  uint32_t len)
{
	struct key_object *ko;
	uint16_t *name;
	size_t name_len;
	void *copy = NULL;
	NTSTATUS status = ustr_read(t, name_at, &name, &name_len);

	(void)title_index;
	if (status != STATUS_SUCCESS)
		return status;
	if (name_len > REG_VALUE_NAME_MAX) {
		status = STATUS_INVALID_PARAMETER;
		goto out;
	}
	if (len > VALUE_MAX) {
		status = STATUS_INSUFFICIENT_RESOURCES;
		goto out;
	}
	copy = malloc(len ? len : 1);
	if (!copy) {
		status = STATUS_NO_MEMORY;
		goto out;
	}
	if (len && guest_read(t, copy, data, len) < 0) {
		status = STATUS_ACCESS_VIOLATION;
		goto out;
	}
	status = key_begin_change(t, key, KEY_SET_VALUE, &ko);
	if (status != STATUS_SUCCESS)
		goto out;
	status = set_value(ko->key, name, name_len, type, copy, len);
	key_end(ko);
out:
	free(copy);
	free(name);
	return status;
}

NTSTATUS nt_delete_value_key(struct task *t, uint64_t key, gaddr name_at)
{
	struct key_object *ko;
	struct reg_value *v;
	uint16_t *name;
	size_t len;
	NTSTATUS status = ustr_read(t, name_at, &name, &len);

	if (status != STATUS_SUCCESS)
		return status;
	status = key_begin(t, key, KEY_SET_VALUE, &ko);
	if (status == STATUS_SUCCESS) {
		/* What is not there is no change, and no reason for a file. */
		do
			v = reg_value(ko->key, name, len);
		while (reg_again());
		if (v && reg_is_kept(ko->key)) {
			status = reg_store_lock();
			v = ko->key->deleted ? NULL
					     : reg_value(ko->key, name, len);
		}
		if (status || (status = reg_unreadable())) {
			;
		} else if (v) {
			reg_store_value_gone(ko->key, name, len);
			status = reg_store_commit();
		} else {
			status = STATUS_OBJECT_NAME_NOT_FOUND;
		}
		if (!status) {
			reg_unset(ko->key, v);
			reg_changed(ko->key, NOTIFY_LAST_SET);
		}
		key_end(ko);
	}
	free(name);
	return status;
}

NTSTATUS nt_flush_key(struct task *t, uint64_t key)
{
	struct key_object *ko;
	NTSTATUS status = key_begin(t, key, 0, &ko);

	if (status != STATUS_SUCCESS)
		return status;
	status = reg_store_flush();
	if (!status)
		status = reg_hive_flush(ko->key);
	key_end(ko);
	return status;
}

NTSTATUS nt_set_information_key(struct task *t, uint64_t key, uint32_t class,
				gaddr info, uint32_t len)
{
	enum {
		KEY_WRITE_TIME = 0,
		KEY_WOW64_FLAGS = 1,
		KEY_CONTROL_FLAGS = 2,
		KEY_SET_VIRTUALIZATION = 3,
		KEY_SET_HANDLE_TAGS = 5,
	};
	struct key_object *ko;
	uint64_t value = 0;
	uint32_t want = class == KEY_WRITE_TIME ? 8 : 4;
	NTSTATUS status;

	if (class > KEY_SET_HANDLE_TAGS || class == 4)
		return STATUS_INVALID_INFO_CLASS;
	if (len != want)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &value, info, want) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = class == KEY_WRITE_TIME
			 ? key_begin_change(t, key, KEY_SET_VALUE, &ko)
			 : key_begin(t, key, KEY_SET_VALUE, &ko);
	if (status != STATUS_SUCCESS)
		return status;
	if (class == KEY_WRITE_TIME) {
		const int64_t before = ko->key->last_write;

		ko->key->last_write = (int64_t)value;
		reg_store_key(ko->key);
		status = reg_store_commit();
		if (status)
			ko->key->last_write = before;
	} else if (class == KEY_WOW64_FLAGS) {
		ko->key->user_flags = (uint32_t)value;
	} /* the others are hints to parts that do not exist here */
	key_end(ko);
	return status;
}
