/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name.c - OBJECT_ATTRIBUTES, and the namespace of kernel objects.
 *
 * Directories and symbolic links are objects like others; the tree that
 * Windows has at start is made from a table at the first use of a name.  A
 * name holds no reference to its object: it goes with the last handle.
 *
 * All of it is private to the process.  Where names shared by the session's
 * processes are to be kept, the place is find() and insert(): below
 * BaseNamedObjects they would ask the session's arena first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum {
	BUCKETS = 32,
	MAX_LINKS = 32, /* followed in one name */
	MAX_BYTES = 0xfffe,
};

struct directory {
	struct object object;
	struct object_name *bucket[BUCKETS];
};

struct symlink {
	struct object object;
	uint16_t *target; /* terminated */
	size_t len;
	int64_t created;
};

static void symlink_destroy(struct object *o)
{
	free(((struct symlink *)o)->target);
}

const struct object_type directory_type = {
	.name = "Directory",
	.size = sizeof(struct directory),
	.generic = { 0x20003, 0x2000c, 0x20003, 0xf000f },
	.valid_access = 0x1f000f,
};

const struct object_type symlink_type = {
	.name = "SymbolicLink",
	.size = sizeof(struct symlink),
	.generic = { 0x20001, 0x20000, 0x20001, 0xf0001 },
	.valid_access = 0x1fffff,
	.destroy = symlink_destroy,
};

/* Guards every directory's buckets, and names' links. */
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct directory *root; /* made at the first use of a name */

/* ---- reading strings ------------------------------------------------------
 */

NTSTATUS ustr_read(struct task *t, gaddr at, uint16_t **s, size_t *len)
{
	struct unicode_string64 u;
	uint16_t *copy;

	if (guest_read(t, &u, at, sizeof u))
		return STATUS_ACCESS_VIOLATION;
	if (u.length & 1)
		return STATUS_OBJECT_NAME_INVALID;
	copy = malloc(u.length + 2u);
	if (!copy)
		return STATUS_NO_MEMORY;
	if (guest_read(t, copy, u.buffer, u.length)) {
		free(copy);
		return STATUS_ACCESS_VIOLATION;
	}
	copy[u.length / 2] = 0;
	*s = copy;
	*len = u.length / 2;
	return STATUS_SUCCESS;
}

NTSTATUS oa_read(struct task *t, gaddr at, struct nt_oa *oa)
{
	struct object_attributes64 g;
	NTSTATUS status;

	*oa = (struct nt_oa){ 0 };
	if (!at)
		return STATUS_SUCCESS;
	if (guest_read(t, &g, at, sizeof g))
		return STATUS_ACCESS_VIOLATION;
	if (g.length != sizeof g)
		return STATUS_INVALID_PARAMETER;
	oa->root = g.root;
	oa->attributes = g.attributes;
	oa->security = g.security;
	if (!g.name)
		return STATUS_SUCCESS;
	status = ustr_read(t, g.name, &oa->name, &oa->name_len);
	if (status == STATUS_SUCCESS && !oa->name_len && !g.root) {
		/* An empty name is none. */
		free(oa->name);
		oa->name = NULL;
	}
	return status;
}

void oa_free(struct nt_oa *oa)
{
	free(oa->name);
	oa->name = NULL;
}

/* ---- the tree; names_lock held
 * ----------------------------------------------- */

static unsigned bucket_of(const uint16_t *s, size_t n)
{
	uint32_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = h * 31 + utf16_upcase(s[i]);
	return h % BUCKETS;
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

static struct object *find(struct directory *d, const uint16_t *s, size_t n,
			   bool nocase)
{
	struct object_name *e = d->bucket[bucket_of(s, n)];

	for (; e; e = e->next)
		if (e->len == n && same(e->text, s, n, nocase))
			return e->object;
	return NULL;
}

static NTSTATUS insert(struct directory *d, struct object *o, const uint16_t *s,
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

/* Takes o's name away; the caller frees it with drop(), unlocked. */
static struct object_name *unlink_name(struct object *o)
{
	struct object_name *e = o->name, **at;

	at = &e->parent->bucket[bucket_of(e->text, e->len)];
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	o->name = NULL;
	return e;
}

static void drop(struct object_name *e)
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
		gone = unlink_name(o);
	pthread_mutex_unlock(&names_lock);
	drop(gone);
}

/* ---- what is there from the start
 * ------------------------------------------------ */

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
	{ "KnownDlls32", NULL },
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
	{ "GLOBAL??\\C:", "\\Device\\HarddiskVolume3" },
	{ "GLOBAL??\\Z:", "\\Device\\HarddiskVolume26" },
	{ "GLOBAL??\\NUL", "\\Device\\Null" },
	{ "GLOBAL??\\CON", "\\Device\\ConDrv\\Console" },
	{ "GLOBAL??\\CONIN$", "\\Device\\ConDrv\\CurrentIn" },
	{ "GLOBAL??\\CONOUT$", "\\Device\\ConDrv\\CurrentOut" },
	{ "GLOBAL??\\PIPE", "\\Device\\NamedPipe" },
	{ "GLOBAL??\\GLOBALROOT", "" },
};

static size_t widen(uint16_t *dst, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = (uint8_t)s[i];
	return n;
}

static struct object *new_link(const uint16_t *target, size_t n)
{
	struct symlink *l = object_new(&symlink_type);

	if (!l)
		return NULL;
	l->target = malloc((n + 1) * 2);
	if (!l->target) {
		object_put(&l->object);
		return NULL;
	}
	memcpy(l->target, target, n * 2);
	l->target[n] = 0;
	l->len = n;
	l->created = nt_time_now();
	return &l->object;
}

static void add_initial(const char *path, const char *target)
{
	struct directory *d = root;
	uint16_t name[64], to[64];
	const char *end;
	struct object *o;

	for (; (end = strchr(path, '\\')) != NULL; path = end + 1)
		d = (struct directory *)find(
			d, name, widen(name, path, (size_t)(end - path)),
			false);
	if (target)
		o = new_link(to, widen(to, target, strlen(target)));
	else
		o = object_new(&directory_type);
	if (!o)
		return;
	insert(d, o, name, widen(name, path, strlen(path)), true);
	object_put(o);
}

static bool have_root(void)
{
	if (root)
		return true;
	root = object_new(&directory_type);
	for (unsigned i = 0; root && i < COUNT_OF(initial); i++)
		add_initial(initial[i].path, initial[i].target);
	return root != NULL;
}

/* ---- walking
 * ------------------------------------------------------------------------ */

/* What a name leads to: the directory it ends in, and the last component. */
struct walk {
	struct directory *dir;
	uint16_t *name; /* malloc'ed: what is left of the name to walk */
	const uint16_t *last;
	size_t last_len;  /* 0: the directory itself is meant */
	struct object *o; /* what is there; NULL: nothing */
};

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

		while (s[n] && s[n] != '\\')
			n++;
		w->last = s;
		w->last_len = n;
		w->o = n ? find(w->dir, s, n, nocase) : &w->dir->object;
		if (!n)
			return s[n] ? STATUS_OBJECT_NAME_INVALID
				    : STATUS_SUCCESS;
		if (w->o && w->o->type == &symlink_type &&
		    (s[n] || !stop_at_link)) {
			NTSTATUS status =
				follow(w, (struct symlink *)w->o, s + n);

			return status ? status : STATUS_REPARSE;
		}
		if (!s[n])
			return STATUS_SUCCESS;
		if (!w->o)
			return STATUS_OBJECT_PATH_NOT_FOUND;
		if (w->o->type != &directory_type)
			return STATUS_OBJECT_TYPE_MISMATCH;
		w->dir = (struct directory *)w->o;
		s += n + 1;
	}
}

/* Frees nothing: the caller frees w->name. */
static NTSTATUS walk(struct walk *w, struct directory *from,
		     const struct nt_oa *oa, bool stop_at_link)
{
	NTSTATUS status;

	if (!have_root())
		return STATUS_NO_MEMORY;
	*w = (struct walk){ .dir = from };
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

/* ---- the common ends of NtCreateX and NtOpenX
 * ------------------------------------------ */

/*
 * A handle to o, which must be pinned by *pinned having been counted as a
 * handle, so that the name cannot vanish between the look-up and here.
 */
static NTSTATUS finish(struct task *t, struct object *o, uint32_t access,
		       uint32_t attributes, gaddr out)
{
	NTSTATUS status = handle_out(t, o, access, attributes, out);

	if (atomic_fetch_sub(&o->handles, 1) == 1 && o->name)
		name_forget(o);
	object_put(o);
	return status;
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
	if (!status && w.o) {
		if (!(oa->attributes & OBJ_OPENIF)) {
			status = STATUS_OBJECT_NAME_COLLISION;
		} else if (w.o->type != o->type) {
			status = STATUS_OBJECT_TYPE_MISMATCH;
		} else if (object_try_get(w.o)) {
			w.o->handles++;
			*found = w.o;
			status = STATUS_OBJECT_NAME_EXISTS;
		} else {
			status = STATUS_OBJECT_NAME_COLLISION;
		}
	} else if (!status) {
		status = insert(w.dir, o, w.last, w.last_len,
				oa->attributes & OBJ_PERMANENT);
	}
	pthread_mutex_unlock(&names_lock);
	free(w.name);
	put_dir(from);
	return status;
}

NTSTATUS object_create(struct task *t, struct object *o, uint32_t access,
		       const struct nt_oa *oa, gaddr out)
{
	struct object *found;
	NTSTATUS status, opened;

	if (!oa->name) {
		status = handle_out(t, o, access, oa->attributes, out);
		object_put(o);
		return status;
	}
	/* Counted as a handle from before the name can be seen. */
	o->handles++;
	status = give_name(t, o, oa, &found);
	if (status == STATUS_SUCCESS)
		return finish(t, o, access, oa->attributes, out);
	o->handles--;
	object_put(o);
	if (!found)
		return status;
	opened = finish(t, found, access, oa->attributes, out);
	return opened ? opened : status;
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
		if (!status && (!w.o || !object_try_get(w.o))) {
			status = STATUS_OBJECT_NAME_NOT_FOUND;
		} else if (!status) {
			o = w.o;
			o->handles++;
		}
		pthread_mutex_unlock(&names_lock);
	}
	if (o && o->type != type) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
		if (atomic_fetch_sub(&o->handles, 1) == 1 && o->name)
			name_forget(o);
		object_put(o);
	} else if (o) {
		status = finish(t, o, access, oa.attributes, out);
	}
	free(w.name);
	put_dir(from);
	oa_free(&oa);
	return status;
}

/* Writes "\a\b\c" for e's place backwards from end; its length. */
static size_t path_of(const struct object_name *e, uint16_t *buf, size_t size)
{
	size_t at = size;

	for (; e; e = e->parent->object.name) {
		if (e->len + 1u > at)
			return 0;
		at -= e->len;
		memcpy(buf + at, e->text, e->len * 2u);
		buf[--at] = '\\';
	}
	memmove(buf, buf + at, (size - at) * 2);
	return size - at;
}

NTSTATUS object_full_name(struct object *o, uint16_t **name, size_t *len)
{
	uint16_t *buf;
	size_t n = 0;

	*name = NULL;
	*len = 0;
	if (!o->name && &root->object != o)
		return STATUS_SUCCESS;
	buf = malloc(MAX_BYTES + 2);
	if (!buf)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&names_lock);
	if (&root->object == o)
		buf[n++] = '\\';
	else if (o->name)
		n = path_of(o->name, buf, MAX_BYTES / 2);
	pthread_mutex_unlock(&names_lock);
	buf[n] = 0;
	*name = buf;
	*len = n;
	return STATUS_SUCCESS;
}

/* ---- the calls: lasting names
 * --------------------------------------------------------------- */

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
			gone = unlink_name(o);
	}
	pthread_mutex_unlock(&names_lock);
	drop(gone);
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

/* ---- the calls: directories
 * ---------------------------------------------------------------- */

NTSTATUS nt_create_directory_object(struct task *t, gaddr directory,
				    uint32_t access, gaddr attr)
{
	struct object *d;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	d = object_new(&directory_type);
	status = d ? object_create(t, d, access, &oa, directory)
		   : STATUS_NO_MEMORY;
	oa_free(&oa);
	return status;
}

NTSTATUS nt_create_directory_object_ex(struct task *t, gaddr directory,
				       uint32_t access, gaddr attr,
				       uint64_t shadow, uint32_t flags)
{
	if (shadow || flags)
		return STATUS_NOT_SUPPORTED;
	return nt_create_directory_object(t, directory, access, attr);
}

NTSTATUS nt_open_directory_object(struct task *t, gaddr directory,
				  uint32_t access, gaddr attr)
{
	return object_open(t, &directory_type, access, attr, directory);
}

/* OBJECT_DIRECTORY_INFORMATION: two UNICODE_STRINGs; the texts follow. */
struct directory_entry {
	struct unicode_string64 name, type;
};

/* One entry copied out of the tree. */
struct listed {
	uint16_t name[256], type[32];
	size_t name_len, type_len;
};

/* The index-th entry of d; false: there is none. */
static bool list_nth(struct directory *d, uint32_t index, struct listed *l)
{
	bool found = false;

	pthread_mutex_lock(&names_lock);
	for (int b = 0; b < BUCKETS && !found; b++)
		for (struct object_name *e = d->bucket[b]; e && !found;
		     e = e->next) {
			if (index--)
				continue;
			l->name_len = MIN(e->len, COUNT_OF(l->name));
			memcpy(l->name, e->text, l->name_len * 2);
			l->type_len = widen(l->type, e->object->type->name,
					    strlen(e->object->type->name));
			found = true;
		}
	pthread_mutex_unlock(&names_lock);
	return found;
}

static NTSTATUS list_dir(struct task *t, struct directory *d, gaddr buf,
			 uint32_t len, bool single, uint32_t *index,
			 uint32_t *used)
{
	const struct directory_entry end = { 0 };
	uint32_t max = single ? 1 : UINT32_MAX, n = 0;
	uint32_t text = 0, fits = 0;
	struct listed l;

	/* First: how many fit, which says where the texts begin. */
	for (; fits < max && list_nth(d, *index + fits, &l); fits++) {
		uint32_t need = (uint32_t)(l.name_len + l.type_len + 2) * 2;

		if (text + need + (fits + 2) * sizeof end > len)
			break;
		text += need;
	}
	if (!fits)
		return list_nth(d, *index, &l) ? STATUS_BUFFER_TOO_SMALL
					       : STATUS_NO_MORE_ENTRIES;
	text = (fits + 1) * sizeof end;
	for (; n < fits && list_nth(d, *index + n, &l); n++) {
		uint32_t type_at = text + (uint32_t)(l.name_len + 1) * 2;
		struct directory_entry e = {
			.name = { (uint16_t)(l.name_len * 2),
				  (uint16_t)(l.name_len * 2 + 2), 0,
				  buf + text },
			.type = { (uint16_t)(l.type_len * 2),
				  (uint16_t)(l.type_len * 2 + 2), 0,
				  buf + type_at },
		};

		if (guest_write(t, buf + n * sizeof e, &e, sizeof e) ||
		    guest_write(t, buf + text, l.name, l.name_len * 2) ||
		    guest_put16(t, buf + type_at - 2, 0) ||
		    guest_write(t, buf + type_at, l.type, l.type_len * 2) ||
		    guest_put16(t, buf + type_at + (uint32_t)l.type_len * 2, 0))
			return STATUS_ACCESS_VIOLATION;
		text = type_at + (uint32_t)(l.type_len + 1) * 2;
	}
	if (guest_write(t, buf + n * sizeof end, &end, sizeof end))
		return STATUS_ACCESS_VIOLATION;
	*index += n;
	*used = text;
	return !single && list_nth(d, *index, &l) ? STATUS_MORE_ENTRIES
						  : STATUS_SUCCESS;
}

NTSTATUS nt_query_directory_object(struct task *t, uint64_t directory,
				   gaddr buf, uint32_t len, uint8_t single,
				   uint8_t restart, gaddr context,
				   gaddr ret_len)
{
	uint32_t index = 0, used = 0;
	struct directory *d;
	NTSTATUS status;

	if (!restart && guest_get32(t, &index, context))
		return STATUS_ACCESS_VIOLATION;
	status = handle_get(t, directory, &directory_type, 1, &d);
	if (status)
		return status;
	status = list_dir(t, d, buf, len, single, &index, &used);
	object_put(&d->object);
	if (NT_SUCCESS(status) && (guest_put32(t, context, index) ||
				   (ret_len && guest_put32(t, ret_len, used))))
		return STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- the calls: links
 * ---------------------------------------------------------------------------
 */

NTSTATUS nt_create_symbolic_link_object(struct task *t, gaddr link,
					uint32_t access, gaddr attr,
					gaddr target)
{
	struct object *o;
	struct nt_oa oa;
	NTSTATUS status;
	uint16_t *to;
	size_t n;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = ustr_read(t, target, &to, &n);
	if (!status) {
		o = new_link(to, n);
		free(to);
		status = o ? object_create(t, o, access, &oa, link)
			   : STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_symbolic_link_object(struct task *t, gaddr link,
				      uint32_t access, gaddr attr)
{
	return object_open(t, &symlink_type, access, attr, link);
}

NTSTATUS nt_query_symbolic_link_object(struct task *t, uint64_t link,
				       gaddr target, gaddr ret_len)
{
	struct unicode_string64 u;
	struct symlink *l;
	NTSTATUS status;
	uint32_t bytes;

	status = handle_get(t, link, &symlink_type, 1, &l);
	if (status)
		return status;
	bytes = (uint32_t)l->len * 2;
	if (guest_read(t, &u, target, sizeof u) ||
	    (ret_len && guest_put32(t, ret_len, bytes + 2))) {
		status = STATUS_ACCESS_VIOLATION;
	} else if (u.maximum < bytes) {
		status = STATUS_BUFFER_TOO_SMALL;
	} else {
		u.length = (uint16_t)bytes;
		if (u.maximum >= bytes + 2)
			bytes += 2;
		if (guest_write(t, u.buffer, l->target, bytes) ||
		    guest_write(t, target, &u, sizeof u))
			status = STATUS_ACCESS_VIOLATION;
	}
	object_put(&l->object);
	return status;
}
