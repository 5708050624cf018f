/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name-session.c - names that the session's other processes see.
 *
 * A name of the session is the path of a directory that every process has from
 * the start, or the number of one that a program has made, and the object's
 * name in it.  Since the number dies with the directory, what is made under
 * the same path later begins empty.
 */
#include <stdio.h>
#include <string.h>

#include "syscall-xlate/nt/name.h"

enum { MAX_SHARED_NAME = 1024 };

/* What the names of what is in d begin with; 0: nobody else can see it. */
static size_t prefix_of(const struct directory *d, uint16_t *buf, size_t size)
{
	char text[24];
	size_t n;

	if (d->id) {
		n = (size_t)snprintf(text, sizeof text, "*%016llx",
				     (unsigned long long)d->id);
		for (size_t i = 0; i < n; i++)
			buf[i] = (uint16_t)text[i];
	} else if (d->initial) {
		n = name_path(d->object.name, buf, size);
	} else {
		return 0;
	}
	if (n + 1 > size)
		return 0;
	buf[n] = '\\';
	return n + 1;
}

static size_t session_name(const struct walk *w, uint16_t *buf, size_t size)
{
	size_t n = prefix_of(w->dir, buf, size);

	if (!n || w->last_len > size - n)
		return 0;
	memcpy(buf + n, w->last, w->last_len * 2);
	return n + w->last_len;
}

/* s becomes *o's, unless another object here has the page: then that. */
static void adopt(struct object **o, struct shared *s, bool created)
{
	struct object *twin = object_adopt_page(*o, s, created);

	if (twin) {
		object_put(*o);
		*o = twin;
	} else if (s->page->kind == SHARED_DIRECTORY) {
		((struct directory *)*o)->id = s->page->id;
	}
}

static NTSTATUS named(struct object *o, bool created)
{
	return !o->type->named || o->type->named(o, created) ? STATUS_SUCCESS
							     : STATUS_NO_MEMORY;
}

NTSTATUS session_create(struct object **o, const struct walk *w, bool open_if)
{
	const struct object_type *type = (*o)->type;
	struct shared_page init = { .kind = shared_kind_of(type) };
	uint16_t name[MAX_SHARED_NAME];
	struct shared *s;
	bool created;
	size_t n = session_name(w, name, COUNT_OF(name));

	if (!n)
		return named(*o, true);
	type->to_page(*o, &init);
	security_to_page(*o, &init);
	s = shared_open(name, n, &init, &created);
	if (!s)
		return errno == ENOSPC ? STATUS_NO_MEMORY : named(*o, true);
	if (!created && (!open_if || s->page->kind != init.kind)) {
		shared_close(s);
		return open_if ? STATUS_OBJECT_TYPE_MISMATCH
			       : STATUS_OBJECT_NAME_COLLISION;
	}
	adopt(o, s, created);
	if (named(*o, created))
		return STATUS_NO_MEMORY;
	return created ? STATUS_SUCCESS : STATUS_OBJECT_NAME_EXISTS;
}

NTSTATUS session_open(const struct object_type *type, const struct walk *w,
		      struct object **o)
{
	uint16_t name[MAX_SHARED_NAME];
	struct shared *s = NULL;
	size_t n = session_name(w, name, COUNT_OF(name));

	if (n)
		s = shared_open(name, n, NULL, NULL);
	if (!s)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (!type && s->page->kind == SHARED_DIRECTORY)
		type = &directory_type;
	if (!type && s->page->kind == SHARED_SYMLINK)
		type = &symlink_type;
	if (!type || s->page->kind != shared_kind_of(type)) {
		shared_close(s);
		return STATUS_OBJECT_TYPE_MISMATCH;
	}
	*o = object_blank(type);
	if (!*o) {
		shared_close(s);
		return STATUS_NO_MEMORY;
	}
	adopt(o, s, false);
	return named(*o, false);
}

struct below {
	const uint16_t *prefix;
	size_t prefix_len;
	void (*fn)(const uint16_t *name, size_t n,
		   const struct object_type *type, void *arg);
	void *arg;
};

static void listed(const struct shared_page *p, void *arg)
{
	const struct below *l = arg;
	size_t n = MIN(p->name_len, COUNT_OF(p->name));
	const struct object_type *type = shared_type_of(p->kind);

	if (!type || n <= l->prefix_len ||
	    memcmp(p->name, l->prefix, l->prefix_len * 2))
		return;
	/* Not what is in a directory below. */
	for (size_t i = l->prefix_len; i < n; i++)
		if (p->name[i] == '\\')
			return;
	l->fn(p->name + l->prefix_len, n - l->prefix_len, type, l->arg);
}

void session_each(struct directory *d,
		  void (*fn)(const uint16_t *name, size_t n,
			     const struct object_type *type, void *arg),
		  void *arg)
{
	uint16_t prefix[MAX_SHARED_NAME];
	struct below l = { .prefix = prefix, .fn = fn, .arg = arg };

	pthread_mutex_lock(&names_lock);
	l.prefix_len = prefix_of(d, prefix, COUNT_OF(prefix));
	pthread_mutex_unlock(&names_lock);
	if (l.prefix_len)
		shared_each(listed, &l);
}
