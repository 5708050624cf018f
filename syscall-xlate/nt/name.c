/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name.c - OBJECT_ATTRIBUTES, and the namespace of kernel objects.
 *
 * Directories and symbolic links are objects like others; the tree that
 * Windows has at start is made from a table at the first use of a name.  A
 * name holds no reference to its object: it goes with the last handle.
 *
 * The tree is private to the process, but names of types that processes can
 * share are also looked for, and put, where the session's other processes see
 * them (name-session.c).
 */
#include "syscall-xlate/nt/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/security.h"

enum {
	MAX_LINKS = 32, /* followed in one name */
	MAX_BYTES = 0xfffe,
};

pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct directory *root; /* made at the first use of a name */

/* ---- the tree; names_lock held --------------------------------------- */

static unsigned bucket_of(const uint16_t *s, size_t n)
{
	uint32_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = h * 31 + utf16_upcase(s[i]);
	return h % NAME_BUCKETS;
}

static bool same(const uint16_t *a, const uint16_t *b, size_t n, bool nocase)
{
	if (!nocase)
		return !memcmp(a, b, n * 2);
	for (size_t i = 0; i < n; i++)
		if (utf16_upcase(a[i]) != utf16_upcase(b[i]))
			return false;
	return true;
}

struct object *name_find(struct directory *d, const uint16_t *s, size_t n,
			 bool nocase)
{
	struct object_name *e = d->bucket[bucket_of(s, n)];

	for (; e; e = e->next)
		if (e->len == n && same(e->text, s, n, nocase))
			return e->object;
	return NULL;
}

NTSTATUS name_insert(struct directory *d, struct object *o, const uint16_t *s,
		     size_t n, bool permanent)
{
	struct object_name **b = &d->bucket[bucket_of(s, n)], *e;

	e = malloc(sizeof *e + (n + 1) * 2);
	if (!e)
		return STATUS_NO_MEMORY;
	*e = (struct object_name){
		.parent = d,
		.object = o,
		.next = *b,
		.permanent = permanent,
		.len = (uint16_t)n,
	};
	memcpy(e->text, s, n * 2);
	e->text[n] = 0;
	object_get(&d->object);
	/* A permanent object lives as long as its name. */
	if (permanent)
		object_get(o);
	*b = e;
	o->name = e;
	return STATUS_SUCCESS;
}

struct object_name *name_unlink(struct object *o)
{
	struct object_name *e = o->name, **at;

	at = &e->parent->bucket[bucket_of(e->text, e->len)];
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	o->name = NULL;
	return e;
}

void name_drop(struct object_name *e)
{
	if (!e)
		return;
	object_put(&e->parent->object);
	free(e);
}

void name_forget(struct object *o)
{
	struct object_name *gone = NULL;

	pthread_mutex_lock(&names_lock);
	/* Somebody may have opened it by name meanwhile. */
	if (!o->handles && o->name && !o->name->permanent)
		gone = name_unlink(o);
	/* What is in a directory keeps it, and who waits keeps what he waits
	   for, but nobody else comes in. */
	if (gone && o->shared &&
	    (o->type == &directory_type || !shared_by_others(o->shared)))
		shared_unname(o->shared, false);
	pthread_mutex_unlock(&names_lock);
	name_drop(gone);
}

/* ---- what is there from the start ---- */

/* In order: parents first.  A link has a target. */
static const struct {
	const char *path, *target;
} initial[] = {
	{ "BaseNamedObjects", NULL },
	{ "BaseNamedObjects\\Global", "\\BaseNamedObjects" },
	{ "BaseNamedObjects\\Local", "\\BaseNamedObjects" },
	{ "BaseNamedObjects\\Session", "\\Sessions\\BNOLINKS" },
	{ "BaseNamedObjects\\Restricted", NULL },
	{ "Callback", NULL },
	{ "Device", NULL },
	{ "Driver", NULL },
	{ "FileSystem", NULL },
	{ "GLOBAL??", NULL },
	{ "KernelObjects", NULL },
	{ "KnownDlls", NULL },
	{ "KnownDlls\\KnownDllPath", "C:\\Windows\\System32" },
	{ "KnownDlls32", NULL },
	{ "KnownDlls32\\KnownDllPath", "C:\\Windows\\SysWOW64" },
	{ "NLS", NULL },
	{ "ObjectTypes", NULL },
	{ "RPC Control", NULL },
	{ "Security", NULL },
	{ "Sessions", NULL },
	{ "Sessions\\0", NULL },
	{ "Sessions\\1", NULL },
	{ "Sessions\\1\\BaseNamedObjects", NULL },
	{ "Sessions\\1\\BaseNamedObjects\\Global", "\\BaseNamedObjects" },
	{ "Sessions\\1\\BaseNamedObjects\\Local",
	  "\\Sessions\\1\\BaseNamedObjects" },
	{ "Sessions\\1\\BaseNamedObjects\\Session", "\\Sessions\\BNOLINKS" },
	{ "Sessions\\1\\BaseNamedObjects\\Restricted", NULL },
	{ "Sessions\\1\\DosDevices", NULL },
	{ "Sessions\\1\\Windows", NULL },
	{ "Sessions\\BNOLINKS", NULL },
	{ "Sessions\\BNOLINKS\\0", "\\BaseNamedObjects" },
	{ "Sessions\\BNOLINKS\\1", "\\Sessions\\1\\BaseNamedObjects" },
	{ "Windows", NULL },
	{ "??", "\\GLOBAL??" },
	{ "DosDevices", "\\GLOBAL??" },
	{ "GLOBAL??\\NUL", "\\Device\\Null" },
	{ "GLOBAL??\\CON", "\\Device\\ConDrv\\Console" },
	{ "GLOBAL??\\CONIN$", "\\Device\\ConDrv\\CurrentIn" },
	{ "GLOBAL??\\CONOUT$", "\\Device\\ConDrv\\CurrentOut" },
	{ "GLOBAL??\\PIPE", "\\Device\\NamedPipe" },
	{ "GLOBAL??\\GLOBALROOT", "" },
};

static void add_initial(const char *path, const char *target)
{
	struct directory *d = root;
	uint16_t name[64], to[64];
	const char *end;
	struct object *o;

	for (; (end = strchr(path, '\\')) != NULL; path = end + 1)
		d = (struct directory *)name_find(
			d, name,
			utf8_to_utf16(name, COUNT_OF(name), path,
				      (size_t)(end - path)),
			false);
	if (target)
		o = symlink_new(to, utf8_to_utf16(to, COUNT_OF(to), target,
						  strlen(target)));
	else
		o = object_new(&directory_type);
	if (!o)
		return;
	if (!target) {
		struct directory *made = (struct directory *)o;

		made->initial = true;
		made->known_dlls = !strcmp(path, "KnownDlls")	? 64 :
				   !strcmp(path, "KnownDlls32") ? 32 :
								  0;
	}
	name_insert(d, o, name,
		    utf8_to_utf16(name, COUNT_OF(name), path, strlen(path)),
		    true);
	object_put(o);
}

/*
 * A device is opened as a file, by its path, and not found here; but its name is
 * taken, and listed.
 */
static const struct object_type device_type = {
	.name = "Device",
	.size = sizeof(struct object),
};

static void add_device(const char *name)
{
	struct directory *d = (struct directory *)name_find(
		root, (const uint16_t *)u"Device", 6, false);
	struct object *o = d ? object_new(&device_type) : NULL;
	uint16_t wide[64];

	if (!o)
		return;
	name_insert(d, o, wide,
		    utf8_to_utf16(wide, COUNT_OF(wide), name, strlen(name)),
		    true);
	object_put(o);
}

static bool have_root(void)
{
	const char *device;

	if (root)
		return true;
	root = object_new(&directory_type);
	if (root)
		root->initial = true;
	for (unsigned i = 0; root && i < COUNT_OF(initial); i++)
		add_initial(initial[i].path, initial[i].target);
	for (char letter = 'A'; root && letter <= 'Z'; letter++) {
		char name[] = "GLOBAL??\\?:", guid[PATH_VOLUME_GUID_SIZE];
		char unique[sizeof "GLOBAL" + sizeof guid];

		name[9] = letter;
		if (path_is_drive((uint16_t)letter)) {
			add_initial(name, path_volume(letter));
			/* "\??\Volume{...}" is the same volume. */
			snprintf(unique, sizeof unique, "GLOBAL%s",
				 path_volume_guid(letter, guid) + 1);
			add_initial(unique, path_volume(letter));
			add_device(path_volume(letter) + strlen("\\Device\\"));
		}
	}
	for (unsigned i = 0; root && (device = path_device(i)); i++)
		add_device(device);
	return root != NULL;
}

/* ---- walking ---- */

/* A link in the middle or at the end: its target and what follows. */
static NTSTATUS follow(struct walk *w, const struct symlink *l,
		       const uint16_t *rest)
{
	size_t n = 0;
	uint16_t *name;

	while (rest[n])
		n++;
	name = malloc((l->len + n + 2) * 2);
	if (!name)
		return STATUS_NO_MEMORY;
	memcpy(name, l->target, l->len * 2);
	memcpy(name + l->len, rest, (n + 1) * 2);
	/* A link to nothing stands for the root. */
	if (!l->len && !n) {
		name[0] = '\\';
		name[1] = 0;
	}
	free(w->name);
	w->name = name;
	return STATUS_SUCCESS;
}

/*
 * One pass over w->name until its end (STATUS_SUCCESS) or a link
 * (STATUS_REPARSE).
 */
static NTSTATUS walk_once(struct walk *w, bool nocase, bool stop_at_link)
{
	const uint16_t *s = w->name;

	if (*s == '\\') {
		w->dir = root;
		s++;
	}
	for (;;) {
		size_t n = 0;
		NTSTATUS status;

		while (s[n] && s[n] != '\\')
			n++;
		w->last = s;
		w->last_len = n;
		if (w->dir->known_dlls && n)
			known_dlls_fill(w->dir);
		w->o = n ? name_find(w->dir, s, n, nocase) : &w->dir->object;
		if (!n)
			return s[n] ? STATUS_OBJECT_NAME_INVALID
				    : STATUS_SUCCESS;
		/* It may be a directory or a link of another process's. */
		if (!w->o && s[n]) {
			struct object *o;

			status = session_open(NULL, w, &o);
			if (status)
				return status == STATUS_OBJECT_TYPE_MISMATCH
					       ? status
					       : STATUS_OBJECT_PATH_NOT_FOUND;
			object_put(w->passed);
			w->o = w->passed = o;
		}
		if (w->o && w->o->type == &symlink_type &&
		    (s[n] || !stop_at_link)) {
			status = follow(w, (struct symlink *)w->o, s + n);
			return status ? status : STATUS_REPARSE;
		}
		if (!s[n])
			return STATUS_SUCCESS;
		if (w->o->type != &directory_type)
			return STATUS_OBJECT_TYPE_MISMATCH;
		w->dir = (struct directory *)w->o;
		s += n + 1;
	}
}

static void walk_end(struct walk *w)
{
	free(w->name);
	object_put(w->passed);
}

/* To be ended with walk_end(), also on failure. */
static NTSTATUS walk(struct walk *w, struct directory *from,
		     const struct nt_oa *oa, bool stop_at_link)
{
	NTSTATUS status;

	*w = (struct walk){ 0 };
	if (!have_root())
		return STATUS_NO_MEMORY;
	w->dir = from;
	w->name = malloc((oa->name_len + 1) * 2);
	if (!w->name)
		return STATUS_NO_MEMORY;
	memcpy(w->name, oa->name, (oa->name_len + 1) * 2);
	if (from ? *w->name == '\\' : *w->name != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	for (int i = 0; i < MAX_LINKS; i++) {
		status = walk_once(w, oa->attributes & OBJ_CASE_INSENSITIVE,
				   stop_at_link);
		if (status != STATUS_REPARSE)
			return status;
	}
	return STATUS_OBJECT_NAME_INVALID;
}

/* The directory that oa's name is relative to, referenced; NULL: none. */
static NTSTATUS start_dir(struct task *t, const struct nt_oa *oa,
			  struct directory **d)
{
	*d = NULL;
	return oa->root ? handle_get(t, oa->root, &directory_type, 0, d)
			: STATUS_SUCCESS;
}

static void put_dir(struct directory *d)
{
	if (d)
		object_put(&d->object);
}

/* ---- the common ends of NtCreateX and NtOpenX ---- */

/* It was counted as a handle. */
static void unpin(struct object *o)
{
	if (atomic_fetch_sub(&o->handles, 1) == 1 && o->name)
		name_forget(o);
	object_put(o);
}

NTSTATUS name_finish(struct task *t, struct object *o, uint32_t access,
		     uint32_t attributes, gaddr out)
{
	NTSTATUS status = handle_out(t, o, access, attributes, out);

	unpin(o);
	return status;
}

NTSTATUS name_opened(struct task *t, struct object *o, uint32_t access,
		     uint32_t attributes, gaddr out)
{
	NTSTATUS status = security_check(t, o, &access);

	if (!status)
		return name_finish(t, o, access, attributes, out);
	unpin(o);
	return status;
}

size_t name_path(const struct object_name *e, uint16_t *buf, size_t size)
{
	size_t at = size;

	for (; e && !e->parent->hidden; e = e->parent->object.name) {
		if (e->len + 1u > at)
			return 0;
		at -= e->len;
		memcpy(buf + at, e->text, e->len * 2u);
		buf[--at] = '\\';
	}
	memmove(buf, buf + at, (size - at) * 2);
	return size - at;
}

NTSTATUS name_place(const struct walk *w, struct object *o,
		    const struct nt_oa *oa, struct object **found)
{
	bool open_if = oa->attributes & OBJ_OPENIF;
	NTSTATUS status = STATUS_SUCCESS;
	struct object *made = o;

	*found = NULL;
	if (w->o) {
		if (!open_if)
			return STATUS_OBJECT_NAME_COLLISION;
		if (w->o->type != o->type)
			return STATUS_OBJECT_TYPE_MISMATCH;
		if (!object_try_get(w->o))
			return STATUS_OBJECT_NAME_COLLISION;
		*found = w->o;
		(*found)->handles++;
		return STATUS_OBJECT_NAME_EXISTS;
	}
	object_get(made);
	if (o->type->to_page)
		status = session_create(&made, w, open_if);
	/* What we had of it already may have its name from elsewhere. */
	if (NT_SUCCESS(status) && !made->name &&
	    name_insert(w->dir, made, w->last, w->last_len,
			oa->attributes & OBJ_PERMANENT))
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OBJECT_NAME_EXISTS) {
		*found = made;
		made->handles++;
	} else {
		object_put(made);
	}
	return status;
}

/* Those that are there from the start are everybody's. */
static NTSTATUS may_add(struct task *t, struct directory *d,
			const struct object_type *type)
{
	enum { CREATE_OBJECT = 4, CREATE_SUBDIRECTORY = 8 };
	uint32_t access = type == &directory_type ? CREATE_SUBDIRECTORY
						  : CREATE_OBJECT;

	return d->initial ? STATUS_SUCCESS
			  : security_check(t, &d->object, &access);
}

/* Names o, or finds what has the name: then *found is pinned. */
static NTSTATUS give_name(struct task *t, struct object *o,
			  const struct nt_oa *oa, struct object **found)
{
	struct directory *from;
	NTSTATUS status;
	struct walk w;

	*found = NULL;
	status = start_dir(t, oa, &from);
	if (status)
		return status;
	pthread_mutex_lock(&names_lock);
	status = walk(&w, from, oa, o->type == &symlink_type);
	if (!status && !w.o)
		status = may_add(t, w.dir, o->type);
	if (!status)
		status = name_place(&w, o, oa, found);
	pthread_mutex_unlock(&names_lock);
	walk_end(&w);
	put_dir(from);
	return status;
}

NTSTATUS name_made(struct task *t, struct object *o, struct object *found,
		   NTSTATUS status, uint32_t access, uint32_t attributes,
		   gaddr out)
{
	NTSTATUS opened;

	if (status == STATUS_SUCCESS)
		return name_finish(t, o, access, attributes, out);
	o->handles--;
	object_put(o);
	if (!found)
		return status;
	opened = name_opened(t, found, access, attributes, out);
	return opened ? opened : status;
}

NTSTATUS object_create(struct task *t, struct object *o, uint32_t access,
		       const struct nt_oa *oa, gaddr out)
{
	struct object *found;
	NTSTATUS status;

	status = security_assign(t, o, oa->security);
	if (status) {
		object_put(o);
		return status;
	}
	if (!oa->name) {
		status = handle_out(t, o, access, oa->attributes, out);
		object_put(o);
		return status;
	}
	/* Counted as a handle from before the name can be seen. */
	o->handles++;
	status = give_name(t, o, oa, &found);
	return name_made(t, o, found, status, access, oa->attributes, out);
}

NTSTATUS object_open(struct task *t, const struct object_type *type,
		     uint32_t access, gaddr at, gaddr out)
{
	struct directory *from = NULL;
	struct object *o = NULL;
	struct walk w = { 0 };
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, at, &oa);
	if (status)
		return status;
	if (!oa.name)
		status = STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (!status)
		status = start_dir(t, &oa, &from);
	if (!status) {
		pthread_mutex_lock(&names_lock);
		status = walk(&w, from, &oa, type == &symlink_type);
		if (!status && !w.o && type->to_page) {
			status = session_open(type, &w, &o);
			if (!status && !o->name &&
			    name_insert(w.dir, o, w.last, w.last_len, false))
				status = STATUS_NO_MEMORY;
			if (!status)
				o->handles++;
		} else if (!status && (!w.o || !object_try_get(w.o))) {
			status = STATUS_OBJECT_NAME_NOT_FOUND;
		} else if (!status) {
			o = w.o;
			o->handles++;
		}
		pthread_mutex_unlock(&names_lock);
		if (status)
			object_put(o);
	}
	if (status)
		o = NULL;
	if (o && o->type != type) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
		unpin(o);
	} else if (o) {
		status = name_opened(t, o, access, oa.attributes, out);
	}
	walk_end(&w);
	put_dir(from);
	oa_free(&oa);
	return status;
}

NTSTATUS object_full_name(struct object *o, uint16_t **name, size_t *len)
{
	/* It is made when the first name is looked up. */
	bool is_root = root && &root->object == o;
	uint16_t *buf;
	size_t n = 0;

	*name = NULL;
	*len = 0;
	if (!o->name && !is_root)
		return STATUS_SUCCESS;
	buf = malloc(MAX_BYTES + 2);
	if (!buf)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&names_lock);
	if (is_root)
		buf[n++] = '\\';
	else if (o->name)
		n = name_path(o->name, buf, MAX_BYTES / 2);
	pthread_mutex_unlock(&names_lock);
	buf[n] = 0;
	*name = buf;
	*len = n;
	return STATUS_SUCCESS;
}

/* ---- the calls: lasting names ---- */

static NTSTATUS set_permanent(struct task *t, uint64_t handle, bool permanent)
{
	struct object_name *gone = NULL;
	struct object *o;
	NTSTATUS status;
	int drop_refs = 1;

	status = handle_get(t, handle, NULL, 0x10000 /* DELETE */, &o);
	if (status)
		return status;
	pthread_mutex_lock(&names_lock);
	if (o->name && o->name->permanent != permanent) {
		o->name->permanent = permanent;
		if (permanent)
			object_get(o);
		else
			drop_refs++;
		if (!permanent && !o->handles)
			gone = name_unlink(o);
	}
	pthread_mutex_unlock(&names_lock);
	name_drop(gone);
	while (drop_refs--)
		object_put(o);
	return STATUS_SUCCESS;
}

NTSTATUS nt_make_temporary_object(struct task *t, uint64_t handle)
{
	return set_permanent(t, handle, false);
}

NTSTATUS nt_make_permanent_object(struct task *t, uint64_t handle)
{
	return set_permanent(t, handle, true);
}

struct object *directory_initial(const uint16_t *path, size_t n)
{
	struct nt_oa oa = { .name = calloc(n + 2, 2), .name_len = MAX(n, 1) };
	struct object *o = NULL;
	struct walk w;

	if (!oa.name)
		return NULL;
	memcpy(oa.name, path, n * 2);
	if (!n)
		oa.name[0] = '\\';
	pthread_mutex_lock(&names_lock);
	if (!walk(&w, NULL, &oa, false) && w.o &&
	    w.o->type == &directory_type && object_try_get(w.o))
		o = w.o;
	pthread_mutex_unlock(&names_lock);
	walk_end(&w);
	free(oa.name);
	return o;
}

/* ---- what is in a directory ------------------------------------------- */

static void list_one(const uint16_t *name, size_t n,
		     const struct object_type *type, void *arg)
{
	struct listing *list = arg;
	struct listed *l;

	/* Our own objects are among those that others see. */
	for (uint32_t i = 0; i < list->own; i++)
		if (list->entry[i].name_len == n &&
		    same(list->entry[i].name, name, n, false))
			return;
	if (list->n == list->room) {
		uint32_t room = MAX(list->room * 2, 16u);

		l = realloc(list->entry, room * sizeof *l);
		if (!l) {
			list->failed = true;
			return;
		}
		list->entry = l;
		list->room = room;
	}
	l = &list->entry[list->n++];
	l->name_len = MIN(n, COUNT_OF(l->name));
	memcpy(l->name, name, l->name_len * 2);
	l->type_len = utf8_to_utf16(l->type, COUNT_OF(l->type), type->name,
				    strlen(type->name));
}

NTSTATUS directory_list(struct directory *d, struct listing *list)
{
	*list = (struct listing){ 0 };
	pthread_mutex_lock(&names_lock);
	if (d->known_dlls)
		known_dlls_fill(d);
	for (int b = 0; b < NAME_BUCKETS; b++)
		for (struct object_name *e = d->bucket[b]; e; e = e->next)
			list_one(e->text, e->len, e->object->type, list);
	pthread_mutex_unlock(&names_lock);
	list->own = list->n;
	session_each(d, list_one, list);
	return list->failed ? STATUS_NO_MEMORY : STATUS_SUCCESS;
}
