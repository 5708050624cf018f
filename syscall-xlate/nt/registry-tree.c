/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-tree.c - keys and values in memory.
 *
 * Children are a sorted array, since NtEnumerateKey wants them by index and in
 * order; values are in order of creation, as Windows enumerates them.
 */
#include "syscall-xlate/nt/registry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"

pthread_mutex_t reg_lock = PTHREAD_MUTEX_INITIALIZER;

static uint16_t root_name[] = { 'R', 'E', 'G', 'I', 'S', 'T', 'R', 'Y' };
struct reg_key reg_root = {
	.refs = 1,
	.name = root_name,
	.name_len = COUNT_OF(root_name),
	.is_default = true,
};

static void begin(void)
{
	static bool loaded;

	pthread_mutex_lock(&reg_lock);
	if (!loaded) {
		loaded = true;
		reg_load_defaults(&reg_root);
	}
}

void reg_begin(void)
{
	begin();
	reg_store_refresh();
}

void reg_end(void)
{
	reg_store_commit();
	assert(reg_store_idle());
	pthread_mutex_unlock(&reg_lock);
	reg_notify_flush();
}

NTSTATUS reg_begin_change(const struct reg_key *k)
{
	NTSTATUS status;

	begin();
	if (k->deleted || !reg_is_kept(k)) {
		reg_store_refresh();
		return STATUS_SUCCESS;
	}
	status = reg_store_lock();
	if (status)
		reg_end();
	return status;
}

NTSTATUS reg_begin_at(struct reg_key *k, unsigned what)
{
	reg_begin();
	do
		reg_read(k, what);
	while (reg_again());
	return k->deleted ? STATUS_KEY_DELETED : reg_unreadable();
}

/* ---- nodes ---------------------------------------------------------- */

void reg_ref(struct reg_key *k)
{
	k->refs++;
}

static void value_free(struct reg_value *v)
{
	free(v->name);
	free(v->data);
}

static void free_contents(struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nvalues; i++)
		value_free(&k->value[i]);
	free(k->value);
	free(k->sub);
	free(k->name);
	free(k->class);
	reg_sd_put(k->security);
}

void reg_unref(struct reg_key *k)
{
	if (--k->refs)
		return;
	free_contents(k);
	free(k);
}

void reg_empty(struct reg_key *k)
{
	const struct reg_key none = { .refs = k->refs, .depth = k->depth };

	while (k->nsub)
		reg_remove(k->sub[k->nsub - 1]);
	free_contents(k);
	*k = none;
}

int reg_compare(const uint16_t *a, size_t alen, const uint16_t *b, size_t blen)
{
	for (size_t i = 0; i < alen && i < blen; i++) {
		uint16_t x = a[i], y = b[i];

		if (x == y)
			continue;
		x = utf16_upcase(x);
		y = utf16_upcase(y);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return alen < blen ? -1 : alen > blen;
}

/* Where name is among the children, or would be. */
static uint32_t sub_index(const struct reg_key *k, const uint16_t *name,
			  size_t len, bool *found)
{
	uint32_t lo = 0, hi = k->nsub;

	*found = false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = reg_compare(k->sub[mid]->name, k->sub[mid]->name_len,
				    name, len);

		if (c == 0) {
			*found = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct reg_key *reg_sub(struct reg_key *k, const uint16_t *name, size_t len)
{
	if (k->lacks_subs)
		reg_store_read_subs(k, name, len);
	return reg_known_sub(k, name, len);
}

struct reg_key *reg_known_sub(const struct reg_key *k, const uint16_t *name,
			      size_t len)
{
	bool found;
	uint32_t i = sub_index(k, name, len, &found);

	return found ? k->sub[i] : NULL;
}

static uint16_t *copy_units(const uint16_t *s, size_t len)
{
	uint16_t *p = malloc(len ? len * 2 : 1);

	if (p && len)
		memcpy(p, s, len * 2);
	return p;
}

static bool sub_insert(struct reg_key *k, struct reg_key *new)
{
	bool found;
	uint32_t i = sub_index(k, new->name, new->name_len, &found);

	if (k->nsub == k->sub_cap) {
		uint32_t cap = k->sub_cap ? k->sub_cap * 2 : 4;
		void *p = realloc(k->sub, cap * sizeof *k->sub);

		if (!p)
			return false;
		k->sub = p;
		k->sub_cap = cap;
	}
	memmove(k->sub + i + 1, k->sub + i, (k->nsub - i) * sizeof *k->sub);
	k->sub[i] = new;
	k->nsub++;
	return true;
}

static void sub_remove(struct reg_key *k, struct reg_key *old)
{
	bool found;
	uint32_t i = sub_index(k, old->name, old->name_len, &found);

	if (!found)
		return;
	k->nsub--;
	memmove(k->sub + i, k->sub + i + 1, (k->nsub - i) * sizeof *k->sub);
}

struct reg_key *reg_add(struct reg_key *k, const uint16_t *name, size_t len)
{
	struct reg_key *new;

	/* All that goes through the tree calls itself for each level. */
	if (k->depth >= REG_DEPTH_MAX)
		return NULL;
	new = calloc(1, sizeof *new);
	if (!new)
		return NULL;
	new->refs = 1;
	new->depth = (uint16_t)(k->depth + 1);
	new->name = copy_units(name, len);
	new->name_len = (uint16_t)len;
	if (!new->name || !sub_insert(k, new)) {
		free(new->name);
		free(new);
		return NULL;
	}
	new->parent = k;
	new->last_write = nt_time_now();
	return new;
}

void reg_remove(struct reg_key *k)
{
	while (k->nsub)
		reg_remove(k->sub[k->nsub - 1]);
	reg_notify_drop(k, NULL);
	sub_remove(k->parent, k);
	k->parent = NULL;
	k->deleted = true;
	reg_unref(k);
}

bool reg_rename(struct reg_key *k, const uint16_t *name, size_t len)
{
	uint16_t *copy = copy_units(name, len);

	if (!copy)
		return false;
	sub_remove(k->parent, k);
	free(k->name);
	k->name = copy;
	k->name_len = (uint16_t)len;
	sub_insert(k->parent, k); /* there is room: one has just gone */
	return true;
}

/* ---- values --------------------------------------------------------- */

struct reg_value *reg_value(struct reg_key *k, const uint16_t *name, size_t len)
{
	if (k->lacks_values)
		reg_store_read_values(k);
	return reg_known_value(k, name, len);
}

struct reg_value *reg_known_value(const struct reg_key *k, const uint16_t *name,
				  size_t len)
{
	for (uint32_t i = 0; i < k->nvalues; i++)
		if (k->value[i].name_len == len &&
		    !reg_compare(k->value[i].name, len, name, len))
			return &k->value[i];
	return NULL;
}

bool reg_set(struct reg_key *k, const uint16_t *name, size_t len, uint32_t type,
	     const void *data, uint32_t n)
{
	struct reg_value *v = reg_known_value(k, name, len);
	uint8_t *copy = NULL;

	if (n) {
		copy = malloc(n);
		if (!copy)
			return false;
		memcpy(copy, data, n);
	}
	if (!v) {
		uint16_t *own = copy_units(name, len);

		if (k->nvalues == k->value_cap) {
			uint32_t cap = k->value_cap ? k->value_cap * 2 : 4;
			void *p = realloc(k->value, cap * sizeof *k->value);

			if (p) {
				k->value = p;
				k->value_cap = cap;
			}
		}
		if (!own || k->nvalues == k->value_cap) {
			free(own);
			free(copy);
			return false;
		}
		v = &k->value[k->nvalues++];
		*v = (struct reg_value){ .name = own,
					 .name_len = (uint32_t)len };
		v->order = k->nvalues > 1 ? v[-1].order + 1 : 1;
	}
	free(v->data);
	v->data = copy;
	v->len = n;
	v->type = type;
	v->is_default = false;
	k->last_write = nt_time_now();
	return true;
}

void reg_unset(struct reg_key *k, struct reg_value *v)
{
	uint32_t i = (uint32_t)(v - k->value);

	value_free(v);
	k->nvalues--;
	memmove(v, v + 1, (k->nvalues - i) * sizeof *v);
	k->last_write = nt_time_now();
}

/* ---- paths ---------------------------------------------------------- */

static const uint16_t link_name[] = { 'S', 'y', 'm', 'b', 'o', 'l',
				      'i', 'c', 'L', 'i', 'n', 'k',
				      'V', 'a', 'l', 'u', 'e' };

struct reg_key *reg_enter(struct reg_key *k)
{
	void (*fill)(struct reg_key *) = k->fill;

	k->fill = NULL;
	if (fill)
		fill(k);
	return k;
}

void reg_read(struct reg_key *k, unsigned what)
{
	reg_enter(k);
	if (what & REG_SUBS && k->lacks_subs)
		reg_store_read_subs(k, NULL, 0);
	if (what & REG_VALUES && k->lacks_values)
		reg_store_read_values(k);
}

struct reg_key *reg_filled(struct reg_key *k)
{
	reg_read(k, REG_SUBS | REG_VALUES);
	return k;
}

void reg_fill_all(struct reg_key *k)
{
	reg_filled(k);
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_fill_all(k->sub[i]);
}

void reg_is_stored(struct reg_key *k)
{
	k->lacks_subs = k->lacks_values = k->lacks_own = true;
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_is_stored(k->sub[i]);
}

/* Where a link leads; NULL: nowhere. */
static struct reg_key *link_target(struct reg_key *k, unsigned *links);

static NTSTATUS walk(struct reg_key *k, const uint16_t *path, size_t len,
		     size_t at, unsigned how, unsigned *links,
		     struct reg_key **found, size_t *rest)
{
	size_t end;

	for (; at < len; at = end) {
		struct reg_key *next;
		bool last;

		while (at < len && path[at] == '\\')
			at++;
		if (at == len)
			break;
		end = at;
		while (end < len && path[end] != '\\')
			end++;
		if (end - at > REG_NAME_MAX)
			return STATUS_OBJECT_NAME_INVALID;
		last = end == len || (end + 1 == len && path[end] == '\\');
		if (how & REG_NARROW)
			k = reg_enter(reg_narrow(k, path + at, end - at));
		next = reg_sub(k, path + at, end - at);
		if (next && next->is_link && !(last && how & REG_OPEN_LINK))
			next = link_target(next, links);
		if (!next) {
			*found = k;
			*rest = at;
			return last ? STATUS_OBJECT_NAME_NOT_FOUND
				    : STATUS_OBJECT_PATH_NOT_FOUND;
		}
		k = reg_enter(next);
	}
	*found = how & REG_NARROW ? reg_enter(reg_narrow(k, NULL, 0)) : k;
	*rest = len;
	return STATUS_SUCCESS;
}

static NTSTATUS walk_from_root(const uint16_t *path, size_t len, unsigned how,
			       unsigned *links, struct reg_key **found,
			       size_t *rest)
{
	size_t n = reg_root.name_len;

	if (!len || path[0] != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (len < n + 1 || reg_compare(path + 1, n, reg_root.name, n) ||
	    (len > n + 1 && path[n + 1] != '\\'))
		return STATUS_OBJECT_PATH_NOT_FOUND;
	return walk(&reg_root, path, len, n + 1, how, links, found, rest);
}

bool reg_may_be_in_link(const uint16_t *name, size_t len, uint32_t type)
{
	return type == REG_LINK &&
	       !reg_compare(name, len, link_name, COUNT_OF(link_name));
}

const struct reg_value *reg_link(struct reg_key *k)
{
	struct reg_value *v =
		k->is_link ? reg_value(k, link_name, COUNT_OF(link_name))
			   : NULL;

	return v && v->type == REG_LINK ? v : NULL;
}

/*
 * links: those that this path has led through, wherever they were: as many in
 * all as the object manager follows for one name.  (A limit of their depth alone lets
 * targets of two links each double the work at each step.)
 */
static struct reg_key *link_target(struct reg_key *k, unsigned *links)
{
	enum { MAX_LINKS = 32 };
	const struct reg_value *v = reg_link(k);
	struct reg_key *found;
	size_t rest;

	if (!v || (*links)++ >= MAX_LINKS ||
	    walk_from_root((uint16_t *)v->data, v->len / 2, 0, links, &found,
			   &rest) != STATUS_SUCCESS)
		return NULL;
	return found;
}

NTSTATUS reg_walk(struct reg_key *from, const uint16_t *path, size_t len,
		  unsigned how, struct reg_key **found, size_t *rest)
{
	unsigned links = 0;

	if (!from)
		return walk_from_root(path, len, how, &links, found, rest);
	if (from->deleted)
		return STATUS_KEY_DELETED;
	if (len && path[0] == '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	return walk(from, path, len, 0, how, &links, found, rest);
}

uint16_t *reg_path(const struct reg_key *k, size_t *len)
{
	size_t n = 0;
	uint16_t *s, *p;

	for (const struct reg_key *i = k; i; i = i->parent)
		n += i->name_len + 1u;
	s = malloc((n + 1) * 2);
	if (!s)
		return NULL;
	p = s + n;
	*p = 0;
	for (const struct reg_key *i = k; i; i = i->parent) {
		p -= i->name_len;
		memcpy(p, i->name, i->name_len * 2u);
		*--p = '\\';
	}
	*len = n;
	return s;
}

static size_t units(const uint16_t *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

bool reg_number(const uint16_t *path, const uint16_t *name, uint32_t *n)
{
	const struct reg_value *v = NULL;
	struct reg_key *k;
	NTSTATUS status;
	size_t rest;

	reg_begin();
	do {
		status = reg_walk(NULL, path, units(path), 0, &k, &rest);
		if (!status)
			reg_read(k, REG_VALUES);
	} while (reg_again());
	if (!status)
		v = reg_known_value(k, name, units(name));
	if (v && (v->type != REG_DWORD || v->len != sizeof *n))
		v = NULL;
	if (v)
		memcpy(n, v->data, sizeof *n);
	reg_end();
	return v != NULL;
}
